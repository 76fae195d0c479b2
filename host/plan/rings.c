/* SPDX-License-Identifier: Apache-2.0 */
/* The stage `rings`: models that keep their own history (a state in front of new rows, of which the last are the state
 * of the next inference) keep it in rings. What reads the window reads the ring, the new rows are copied to where the
 * oldest were, and all other copies are gone. Each inference is a round: rows are counted on from one to the next. */
#include "host/plan/rings.h"

#include "host/plan/build.h"
#include "host/plan/rows.h"
#include "host/plan/stages.h"
#include "mote/kernels/move/copy.h"
#include "mote/kernels/move/strided_copy.h"

#define STEPS_MAX 10000

/* ---- making them ---- */
/* The history that an inference starts with, as rows of the window; what is new is not there yet. */
static const uint8_t *first_window(const struct rings *rings, const struct ring *r)
{
    struct plan *plan = rings->plan;
    const struct history *h = r->history;
    const struct value *state = &plan->values[h->state];
    const size_t bytes = (size_t)plan->values[h->window].decoded, old = bytes - (size_t)plan->values[h->fresh].bytes;
    uint8_t *window = pool_alloc(plan->pool, bytes), *part;

    memset(window, state->fill, bytes);
    if (state->initial > 0)
        memcpy(window, plan->values[state->initial - 1].data + h->skip, old);
    if (r->part < 0)
        return window;
    part = pool_alloc(plan->pool, (size_t)plan->values[r->value].decoded);
    mote_strided_copy((const void *)plan->steps[r->part].params, window,
                      (const void *)plan->values[plan->steps[r->part].args[1]].data, part, 0,
                      plan->steps[r->part].rows);
    return part;
}

/* Row j of the first window is row base + j. */
static void start_with(struct plan *plan, const struct ring *r, const uint8_t *window, uint8_t fill)
{
    const size_t row = (size_t)r->line.row_bytes, bytes = row * (size_t)r->line.ring;
    struct value *v = &plan->values[r->value];
    struct lowering l = lowering_of(plan, 0);
    uint8_t *data = pool_alloc(plan->pool, bytes);
    bool even = true;
    int32_t initial;

    assert(r->line.ring > 0 && r->line.rows > r->line.hop);
    memset(data, fill, bytes);
    for (int32_t j = 0; j < r->line.rows - r->line.hop; j++)
        memcpy(data + (size_t)((r->line.base + j) % r->line.ring) * row, window + (size_t)j * row, row);
    for (size_t i = 0; i < bytes; i++)
        even = even && data[i] == data[0];
    v->fill = data[0];
    if (even)
        return;
    initial = lower_const(&l, v->name, v->type, data, bytes, false);
    plan->values[r->value].initial = 1 + initial;
}

static void make_ring(const struct rings *rings, const struct ring *r)
{
    struct plan *plan = rings->plan;
    const uint8_t *window = first_window(rings, r);
    const struct value *state = &plan->values[r->history->state];

    for (int32_t i = 0; i < plan->n_values; i++)
        if (value_root(plan, i) == r->value)
            plan->values[i].bytes = r->line.row_bytes * r->line.ring;
    plan->values[r->value].kind = VALUE_STATE;
    start_with(plan, r, window, state->fill);
}

/* So many rows are counted. */
static int32_t end_of(const struct plan *plan, int32_t first, int32_t rows, int32_t hop)
{
    return first + (plan->rounds.period - 1) * hop + rows;
}

static bool set_reader(const struct plan *plan, const struct line *line, const struct reader *r)
{
    struct step *s = &plan->steps[r->step];
    const int32_t rows = r->folds ? plan->rounds.period * line->rows : end_of(plan, r->first, s->rows, r->hop);
    struct mote_rows now;

    assert(ring_of_arg(s, r->arg) >= 0);
    s->params[ring_of_arg(s, r->arg)] = line->ring;
    if (r->folds) {
        rounds_set_param(s, "batch", plan->rounds.period);
    } else {
        rounds_set_param(s, "in_h", end_of(plan, line->base, line->rows, line->hop));
        rounds_set_param(s, "out_h", rows);
        rounds_set_param(s, "stride_h", r->stride);
        rounds_set_param(s, "pad_top", r->pad);
    }
    now = rows_of_step(s, r->arg);
    if (!rounds_are_served(plan, s, rows) || (!r->folds && (now.stride != r->stride || now.pad != r->pad)))
        return false;
    s->rows = rows;
    return true;
}

/* ---- steps and entries ---- */
/* Steps as they are now; entries name steps by their numbers before, -1 - number, until all have new ones. */
struct made {
    struct plan *plan;
    struct plan before;
    int32_t *now; /* [before.n_steps] */
    struct schedule_entry *entries;
    int32_t n;
};

static void put_entry(struct made *m, struct schedule_entry e)
{
    m->entries = pool_grow(m->plan->pool, m->entries, (size_t)m->n, sizeof *m->entries);
    m->entries[m->n++] = e;
}

/* The entry of a step that was just put. */
static void put_whole(struct made *m)
{
    const int32_t step = m->plan->n_steps - 1;

    put_entry(m, (struct schedule_entry){step, 0, m->plan->steps[step].rows, 0});
}

/* What a part makes of the new rows. */
static enum mote_status put_part(struct made *m, const struct ring *r, int32_t *fresh, const struct frame *at)
{
    const struct step *s = &m->before.steps[r->part];
    struct mote_strided_copy p = *(const struct mote_strided_copy *)(const void *)s->params;
    const struct value *whole = &m->before.values[r->value];
    struct lowering l = lowering_of(m->plan, s->op);
    int32_t *shape = pool_copy(m->plan->pool, m->before.values[s->args[1]].data, (size_t)p.rank * 3 * sizeof *shape);
    int32_t args[3];

    p.in_bytes = (int32_t)m->plan->values[r->history->fresh].bytes;
    p.rows = shape[0] = p.in_bytes / shape[1]; /* of pixels, where those of a row are alike */
    p.out_bytes = (int32_t)(r->line.hop * r->line.row_bytes);
    args[0] = r->history->fresh;
    args[1] = lower_const(&l, "shape", TYPE_S32, shape, (size_t)p.rank * 3 * sizeof *shape, false);
    args[2] = *fresh = plan_value(m->plan, &(struct value){.kind = VALUE_ACTIVATION,
                                                           .name = "new rows",
                                                           .type = whole->type,
                                                           .tensor = -1,
                                                           .bytes = p.out_bytes,
                                                           .alias = VALUE_NONE});
    TRY(lower_step(&l, KERNEL_strided_copy, &p, args, at));
    put_whole(m);
    return MOTE_OK;
}

/* Folding begins with the oldest rows, in whose place the new ones are put. */
static enum mote_status put_rows(struct made *m, const struct ring *r, const struct frame *at)
{
    const struct line *line = &r->line;
    struct lowering l = lowering_of(m->plan, m->before.steps[r->history->append].op);
    int32_t fresh = r->history->fresh;
    const struct mote_copy move = {.rows = end_of(m->plan, line->base, line->rows, line->hop),
                                   .row_bytes = (int32_t)line->row_bytes};

    assert(line->hop > 0 && move.rows > 0 && line->ring > 0);
    for (int32_t i = 0; i < r->n && line->folded; i++)
        put_entry(m, (struct schedule_entry){-1 - r->readers[i].step, 0, line->hop, line->rows});
    if (r->part >= 0)
        TRY(put_part(m, r, &fresh, at));
    TRY(lower_step(&l, KERNEL_copy, &move, (int32_t[]){fresh, r->value}, at));
    put_entry(m,
              (struct schedule_entry){m->plan->n_steps - 1, line->base + line->rows - line->hop, line->hop, line->hop});
    return MOTE_OK;
}

static void put_step(struct made *m, const struct rings *rings, int32_t step)
{
    const struct line *line = NULL;
    const struct reader *r = rings_reader(rings, step, &line);
    struct plan *plan = m->plan;

    m->now[step] = plan->n_steps;
    plan->steps = pool_grow(plan->pool, plan->steps, (size_t)plan->n_steps, sizeof *plan->steps);
    plan->steps[plan->n_steps++] = m->before.steps[step];
    if (r == NULL)
        put_whole(m);
    else if (r->folds)
        put_entry(m, (struct schedule_entry){m->now[step], line->hop, line->rows - line->hop, line->rows});
    else
        put_entry(m, (struct schedule_entry){m->now[step], r->first,
                                             m->before.steps[step].rows - r->first - (plan->rounds.period - 1) * r->hop,
                                             r->hop});
}

static enum mote_status put_steps(struct rings *rings, const struct frame *at)
{
    struct plan *plan = rings->plan;
    struct made m = {.plan = plan, .before = *plan};

    m.now = pool_array(plan->pool, (size_t)plan->n_steps + 1, sizeof *m.now);
    plan->steps = NULL;
    plan->n_steps = 0;
    for (int32_t i = 0; i < m.before.n_steps; i++) {
        for (int32_t k = 0; k < rings->n; k++)
            if (rings->all[k].history->append == i)
                TRY(put_rows(&m, &rings->all[k], at));
        if (!rings->dropped[i])
            put_step(&m, rings, i);
    }
    for (int32_t i = 0; i < m.n; i++)
        if (m.entries[i].step < 0)
            m.entries[i].step = m.now[-1 - m.entries[i].step];
    plan->rounds.entries = m.entries;
    plan->rounds.n = m.n;
    return MOTE_OK;
}

/* ---- the stage ---- */
static void forget_state(struct plan *plan, int32_t value)
{
    plan->values[value].kind = VALUE_ACTIVATION; /* that nobody needs */
    plan->values[value].initial = 0;
}

/* False: the history of *failed has a reader that cannot count so. */
static bool make_rings(struct rings *rings, int32_t *failed)
{
    struct plan *plan = rings->plan;
    struct report_text why;
    const struct frame nowhere = {.index = -1, .sink = &why};

    for (int32_t i = 0; i < rings->n; i++) {
        struct ring *r = &rings->all[i];

        *failed = r->history->state;
        r->line.ring = rings->lines[i].ring;
        make_ring(rings, r);
        for (int32_t k = 0; k < r->n; k++) {
            plan->steps[r->readers[k].step].args[r->readers[k].arg] = r->value; /* and no slice of it */
            if (rings_is_dense(plan, &r->readers[k]) &&
                fold_rows_make(plan, r->readers[k].step, r->line.rows, &nowhere) != MOTE_OK)
                return false;
            if (!set_reader(plan, &r->line, &r->readers[k]))
                return false;
        }
    }
    return true;
}

static bool find_period(struct rings *rings)
{
    rings->lines = pool_array(rings->plan->pool, (size_t)rings->n + 1, sizeof *rings->lines);
    for (int32_t i = 0; i < rings->n; i++)
        rings->lines[i] = rings->all[i].line;
    rings->plan->rounds.period = rounds_period(rings->lines, rings->n, 0);
    rounds_set_rings(rings->lines, rings->n, rings->plan->rounds.period);
    return rings->plan->rounds.period > 0;
}

/* Groups have few entries of few rows, and the mark of rounds is on an output that has dimensions. */
static bool may_have_rounds(const struct plan *plan)
{
    const struct graph *g = plan->graph;

    if (plan->options.feed || plan->options.stream || plan->options.keep_all || plan->rings == RINGS_NONE ||
        g->n_outputs == 0)
        return false;
    for (int32_t i = 0; i < g->n_outputs; i++)
        if (g->tensors[g->outputs[i]].rank == 0)
            return false;
    for (int32_t i = 0; i < plan->n_steps; i++)
        if (plan->steps[i].rows > UINT16_MAX)
            return false;
    return plan->n_steps <= STEPS_MAX;
}

/* Steps that may as well take all of their input at once: not those that read a ring, but for layers that fold it fast,
 * and where so much is new that it cannot be folded. */
static const bool *find_whole(const struct rings *rings)
{
    const struct plan *plan = rings->plan;
    const bool fast = kernel_version_best(KERNEL_fully_connected_rows_s8, plan->target.features)->features != 0;
    bool *whole = pool_array(plan->pool, (size_t)plan->n_steps + 1, sizeof *whole);

    for (int32_t i = 0; i < plan->n_steps; i++) {
        const struct line *line;

        whole[i] = fast || rings_reader(rings, i, &line) == NULL || line->rows < 2 * line->hop;
    }
    return whole;
}

/* With all histories but those that are banned; *failed is one more that has to be. */
static enum mote_status try_rings(struct plan *plan, const bool *banned, int32_t *failed, const struct frame *at)
{
    struct plan changed = plan_copy(plan);
    struct rings rings = {.plan = &changed};

    *failed = VALUE_NONE;
    rings_find(&rings, banned);
    if (rings.n == 0)
        return MOTE_OK;
    if (!plan->options.small) /* one kernel more */
        TRY(rounds_narrow(&changed, find_whole(&rings), at));
    rings_find(&rings, banned);
    if (rings.n == 0 || !find_period(&rings) || !make_rings(&rings, failed))
        return MOTE_OK;
    *failed = VALUE_NONE;
    TRY(put_steps(&rings, at));
    for (int32_t i = 0; i < rings.n_histories; i++)
        forget_state(&changed, rings.histories[i].state);
    plan_place(&changed);
    *plan = changed;
    return MOTE_OK;
}

enum mote_status stage_rings(struct plan *plan, const struct frame *at)
{
    bool *banned = pool_array(plan->pool, (size_t)plan->n_values + 1, sizeof *banned);
    int32_t failed;

    if (!may_have_rounds(plan) || plan_has_blocks(plan))
        return MOTE_OK;
    do {
        TRY(try_rings(plan, banned, &failed, at));
        if (failed != VALUE_NONE)
            banned[failed] = true;
    } while (failed != VALUE_NONE);
    return MOTE_OK;
}

void print_rings(const struct plan *plan, struct text *text)
{
    if (plan->rounds.n == 0 || plan->feed.rows > 0)
        return;
    for (int32_t i = 0; i < plan->n_values; i++)
        if (plan->values[i].kind == VALUE_STATE && i != plan->place)
            text_add(text, "value %d: %lld bytes, %s\n", (int)i, (long long)plan->values[i].bytes,
                     value_label(plan, i));
    text_add(text, "rings are where they were after %d inferences\n", (int)plan->rounds.period);
}
