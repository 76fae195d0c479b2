/* SPDX-License-Identifier: Apache-2.0 */
#include "host/plan/stages.h"

const char *const optimize_words[] = {[OPTIMIZE_BALANCED] = "balanced",
                                      [OPTIMIZE_RAM] = "ram",
                                      [OPTIMIZE_SPEED] = "speed",
                                      [OPTIMIZE_FLASH] = "flash",
                                      NULL};

/* Order is design: a line may assume all lines above. */
#define STAGES(S)                                                                                                      \
    S(lower, "operators become steps of kernels, with the constants that these want")                                  \
    S(coding, "weights most of which are 0 are stored in few bytes, where that is asked for")                          \
    S(fold_rows, "layers take rows as they come where that saves memory")                                              \
    S(rings, "states that are rows of time stay where they are, in rings")                                             \
    S(reuse, "where code is to be small, kernels that are there take over others' steps")                              \
    S(channels, "biases and multipliers are stored in few bits, where little flash is wanted")                         \
    S(feed, "the input comes row by row, if that is asked for")                                                        \
    S(listen, "samples come in pieces of any size, and scores become commands, if that is asked for")                  \
    S(hybrids, "weights of floats that are integers of 8 bits with a scale a channel are stored as such")              \
    S(halves, "weights of floats that are numbers of half precision are stored as such")                               \
    S(kernels, "each kernel gets a version that the target has, its constants packed as that wants them")              \
    S(schedule, "when which rows of each step are computed")                                                           \
    S(lifetimes, "each value is needed from one call of the schedule to another")                                      \
    S(place, "values that are needed at one time get different memory")                                                \
    S(add_up, "bytes by kind")

#define DECLARE(name, what)                                                                                            \
    enum mote_status stage_##name(struct plan *plan, const struct frame *at);                                          \
    void print_##name(const struct plan *plan, struct text *text);
STAGES(DECLARE)

#define ROW(name, what) {#name, stage_##name, print_##name, what},
const struct stage stages[] = {STAGES(ROW)};
const int stages_count = COUNT(stages);

int32_t value_root(const struct plan *plan, int32_t value)
{
    while (plan->values[value].alias != VALUE_NONE)
        value = plan->values[value].alias;
    return value;
}

bool value_in_arena(const struct value *v) { return v->kind != VALUE_CONST && v->alias == VALUE_NONE && v->bytes > 0; }

bool value_is_placed(const struct value *v) { return value_in_arena(v) && v->first <= v->last; }

/* Of an array that pool_grow() made, and will. */
static void *copy_grown(struct pool *pool, const void *array, size_t n, size_t size)
{
    size_t room = 8;
    void *copy;

    while (room < n)
        room *= 2;
    copy = pool_array(pool, room, size);
    if (n > 0)
        memcpy(copy, array, n * size);
    return copy;
}

struct plan plan_copy(const struct plan *plan)
{
    struct plan copy = *plan;

    copy.values = copy_grown(plan->pool, plan->values, (size_t)plan->n_values, sizeof *plan->values);
    copy.steps = copy_grown(plan->pool, plan->steps, (size_t)plan->n_steps, sizeof *plan->steps);
    for (int32_t i = 0; i < plan->n_steps; i++) {
        const struct step *s = &plan->steps[i];

        copy.steps[i].params = pool_copy(plan->pool, s->params, kernels[s->kernel]->n_params * sizeof *s->params);
        copy.steps[i].args = pool_copy(plan->pool, s->args, (size_t)s->n_args * sizeof *s->args);
    }
    return copy;
}

const char *value_label(const struct plan *plan, int32_t value)
{
    const char *name = plan->values[value].name;

    return name ? printable(plan->pool, name) : "scratch";
}

static void print_memory(const struct plan *plan, struct text *text)
{
    static const char *const kinds[] = {[BOARD_FLASH] = "flash", [BOARD_RAM] = "ram"};

    for (unsigned i = 0; i < plan->target.memory_count; i++) {
        const struct board_memory *m = &plan->target.memory[i];

        text_add(text, "memory %s: %s, %llu bytes", printable(plan->pool, m->name), kinds[m->kind],
                 (unsigned long long)m->size);
        if (m->wait_states > 0)
            text_add(text, ", %u wait states", m->wait_states);
        text_add(text, "\n");
    }
}

/* Which stage of what, and what for; then what the stage decided. */
static void dump(const struct plan *plan, const struct stage *stage)
{
    const struct target *t = &plan->target;
    struct text text = {.pool = plan->pool};

    text_add(&text, "plan %s after %s, for %s: core %s", printable(plan->pool, plan->model->name), stage->name,
             printable(plan->pool, t->name), core_name(t->core));
    text_add(&text, "%s%s\n", t->features ? " with " : "", features_text(plan->pool, t->features));
    print_memory(plan, &text);
    stage->print(plan, &text);
    fwrite(text.s, 1, text.len, plan->options.dump_to);
}

void plan_start(struct plan *plan)
{
    struct plan made = {.pool = plan->pool,
                        .model = plan->model,
                        .graph = &plan->model->graphs[0],
                        .target = plan->target,
                        .options = plan->options,
                        .place = VALUE_NONE,
                        .listener = VALUE_NONE};

    memcpy(made.no_scratch, plan->no_scratch, sizeof made.no_scratch);
    made.rings = plan->rings;
    made.value_of_tensor = pool_array(plan->pool, (size_t)made.graph->n_tensors, sizeof *made.value_of_tensor);
    for (int32_t i = 0; i < made.graph->n_tensors; i++)
        made.value_of_tensor[i] = VALUE_NONE;
    for (size_t i = 0; i < COUNT(made.zeros); i++)
        made.zeros[i] = VALUE_NONE;
    *plan = made;
}

/* Plans that are compared neither print nor have their arenas cut. */
static enum mote_status run_stages(struct plan *plan, bool compared, const struct frame *at)
{
    plan_start(plan);
    if (compared) {
        plan->options.dump_after = NULL;
        plan->options.several = false;
    }
    for (int i = 0; i < stages_count; i++) {
        TRY(stages[i].run(plan, at));
        assert(plan_holds(plan, i));
        if (plan->options.dump_after && strcmp(plan->options.dump_after, stages[i].name) == 0)
            dump(plan, &stages[i]);
    }
    return MOTE_OK;
}

static bool has_scratch(const struct plan *plan, int32_t kernel)
{
    for (int32_t i = 0; i < plan->n_steps; i++)
        if ((int32_t)plan->steps[i].kernel == kernel && plan->steps[i].n_args > kernels[kernel]->n_args)
            return true;
    return false;
}

/* One kernel after the other gets a version without scratch memory, where that makes the arena smaller. */
static enum mote_status spare_scratch(struct plan *plan, const struct frame *at)
{
    struct plan best = *plan;

    TRY(run_stages(&best, true, at));
    for (int32_t kernel = 0; kernel < KERNEL_LIMIT; kernel++) {
        struct plan other = best;

        if (!has_scratch(&best, kernel))
            continue;
        other.no_scratch[kernel] = true;
        TRY(run_stages(&other, true, at));
        if (other.arena_bytes < best.arena_bytes)
            best = other;
    }
    memcpy(plan->no_scratch, best.no_scratch, sizeof plan->no_scratch);
    return MOTE_OK;
}

/* As many rings as pay: where they take instructions, for a tenth of the arena at least; and none where rows that steps
 * pass on need less, as in rounds each step computes all of its new ones at once. */
static enum mote_status choose_rings(struct plan *plan, const struct frame *at)
{
    const bool any = plan->options.optimize == OPTIMIZE_RAM;
    struct plan fast = *plan, all = *plan, none = *plan;
    int64_t best;

    all.rings = RINGS_ALL;
    none.rings = RINGS_NONE;
    TRY(run_stages(&fast, true, at));
    TRY(run_stages(&all, true, at));
    if (all.rounds.n == 0 || all.feed.rows > 0)
        return MOTE_OK;
    TRY(run_stages(&none, true, at));
    best = fast.arena_bytes;
    if (any ? all.arena_bytes < best : all.arena_bytes < best / 10 * 9) {
        plan->rings = RINGS_ALL;
        best = all.arena_bytes;
    }
    if (none.arena_bytes < best)
        plan->rings = RINGS_NONE;
    return MOTE_OK;
}

static bool has_state(const struct graph *g)
{
    for (int32_t i = 0; i < g->n_tensors; i++)
        if (g->tensors[i].state)
            return true;
    return false;
}

enum mote_status plan_make(struct pool *pool, const struct model *m, const struct target *target,
                           const struct plan_options *options, struct plan *out, const struct frame *at)
{
    *out = (struct plan){.pool = pool, .model = m, .target = *target, .options = *options};
    out->options.small |= options->optimize == OPTIMIZE_FLASH;
    if (options->optimize != OPTIMIZE_SPEED && !options->keep_all && !target->roomy && has_state(&m->graphs[0]))
        TRY(choose_rings(out, at));
    if (options->optimize == OPTIMIZE_RAM && !options->keep_all)
        TRY(spare_scratch(out, at));
    return run_stages(out, false, at);
}
