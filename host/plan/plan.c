/* SPDX-License-Identifier: Apache-2.0 */
#include "host/plan/stages.h"

/* Order is design: a line may assume all lines above. */
#define STAGES(S)                                                                                                      \
    S(lower, "operators become steps of kernels, with the constants that these want")                                  \
    S(fold_rows, "layers take rows as they come where that saves memory")                                              \
    S(feed, "the input comes row by row, if that is asked for")                                                        \
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

enum mote_status plan_make(struct pool *pool, const struct model *m, const struct target *target,
                           const struct plan_options *options, struct plan *out, const struct frame *at)
{
    *out = (struct plan){.pool = pool, .model = m, .graph = &m->graphs[0], .target = *target, .options = *options};
    out->value_of_tensor = pool_array(pool, (size_t)out->graph->n_tensors, sizeof *out->value_of_tensor);
    for (int32_t i = 0; i < out->graph->n_tensors; i++)
        out->value_of_tensor[i] = VALUE_NONE;
    for (size_t i = 0; i < COUNT(out->zeros); i++)
        out->zeros[i] = VALUE_NONE;
    for (int i = 0; i < stages_count; i++) {
        TRY(stages[i].run(out, at));
        if (options->dump_after && strcmp(options->dump_after, stages[i].name) == 0)
            dump(out, &stages[i]);
    }
    return MOTE_OK;
}
