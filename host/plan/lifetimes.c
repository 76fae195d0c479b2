/* SPDX-License-Identifier: Apache-2.0 */
/* The stage `lifetimes`: from which call of the schedule to which each value is needed. */
#include "host/plan/flow.h"
#include "host/plan/stages.h"

static void touch(struct plan *plan, int32_t value, int32_t time)
{
    struct value *v = &plan->values[value_root(plan, value)];

    assert(time >= -1 && time <= plan->schedule.n_calls);
    v->first = time < v->first ? time : v->first;
    v->last = time > v->last ? time : v->last;
}

/* It is there before the first call and after the last. */
static bool is_lasting(const struct plan *plan, const struct value *v)
{
    return v->kind == VALUE_STATE || (plan->options.keep_all && v->kind == VALUE_ACTIVATION);
}

/* A ring is worth something as a whole, or, between the call that reads its last row and the one that writes the next,
 * not at all. */
static struct extent held_rows(const struct value *v, const struct memory *m, struct row_span rows)
{
    const int64_t row = v->decoded / m->rows;

    assert(rows.from >= 0 && rows.from <= rows.to && rows.to <= m->rows);
    if (v->bytes < v->decoded)
        return (struct extent){0, rows.from < rows.to ? v->bytes : 0};
    return (struct extent){row * rows.from, row * rows.to};
}

/* Of memory that is filled or given up row by row: what of it is worth something at each time. */
static void find_live(struct plan *plan, const struct flow *f, const struct call_list *c, int32_t value,
                      struct row_span *rows)
{
    struct value *v = &plan->values[value];
    const struct memory *m = &f->memory[value];
    struct extent *live;

    if (m->rows == 0 || v->first > v->last)
        return;
    flow_rows(f, value, c, 0, rows);
    live = pool_array(plan->pool, (size_t)v->last + 1 - (size_t)v->first, sizeof *live);
    for (int32_t t = v->first; t <= v->last; t++)
        live[t - v->first] = t < 0 || t == c->n ? (struct extent){0, v->bytes} : held_rows(v, m, rows[t]);
    v->live = live;
}

/* Bytes of the memory that the step wants. */
static int64_t wanted_by(const struct plan *plan, const struct step *s, int32_t value)
{
    for (int32_t i = 0; i < s->n_args; i++)
        if (value_root(plan, s->args[i]) == value)
            return plan->values[s->args[i]].bytes;
    return 0;
}

/* Scratch memory, which may be several steps': it is worth something while their calls run. Sums stay between them. */
static void find_live_scratch(struct plan *plan, const struct flow *f, int32_t value)
{
    struct value *v = &plan->values[value];
    struct extent *live;

    if (v->kind != VALUE_SCRATCH || v->alias != VALUE_NONE || f->memory[value].n > 0 || v->first > v->last)
        return;
    live = pool_array(plan->pool, (size_t)v->last + 1 - (size_t)v->first, sizeof *live);
    for (int32_t t = v->first; t <= v->last; t++)
        live[t - v->first].to = wanted_by(plan, &plan->steps[plan->schedule.calls[t].step], value);
    v->live = live;
}

static void find_all_live(struct plan *plan)
{
    const struct flow f = flow_of(plan);
    const size_t n = (size_t)plan->schedule.n_calls;
    struct row_span *rows = pool_array(plan->pool, n, sizeof *rows);
    struct call_list c = {.n = plan->schedule.n_calls,
                          .to = plan->n_steps,
                          .calls = plan->schedule.calls,
                          .first = pool_array(plan->pool, (size_t)plan->n_steps + 1, sizeof *c.first),
                          .index = pool_array(plan->pool, n, sizeof *c.index)};

    call_list_sort(&c);
    for (int32_t i = 0; i < f.all.n; i++)
        find_live(plan, &f, &c, f.all.values[i], rows);
    for (int32_t i = 0; i < plan->n_values; i++)
        find_live_scratch(plan, &f, i);
}

/* Calls from `first` to `last` are the block's, or of blocks in it. */
static void find_calls(const struct plan *plan, int32_t block, int32_t *first, int32_t *last)
{
    *first = plan->schedule.n_calls;
    *last = -1;
    for (int32_t t = 0; t < plan->schedule.n_calls; t++)
        if (block_is_inside(&plan->blocks, plan_block(plan, plan->schedule.calls[t].step), block)) {
            *first = t < *first ? t : *first;
            *last = t;
        }
}

/* What is tested is there until the block begins. What comes into a loop is there each time, and what goes out of it is
 * from the beginning: both have the loop's whole time. What it makes for itself it makes anew each time. */
static void extend_over(struct plan *plan, int32_t block)
{
    const struct block *b = &plan->blocks.all[block];
    int32_t first, last;

    find_calls(plan, block, &first, &last);
    if (first > last)
        return;
    if (b->test != TENSOR_ABSENT)
        touch(plan, plan->value_of_tensor[b->test], first);
    for (int32_t i = 0; i < plan->n_values && b->kind == BLOCK_LOOP; i++) {
        struct value *v = &plan->values[i];

        if (v->first < first && v->last >= first && v->last < last)
            v->last = last;
        if (v->last > last && v->first > first && v->first <= last)
            v->first = first;
    }
}

void find_lifetimes(struct plan *plan)
{
    const int32_t before = -1, after = plan->schedule.n_calls;

    for (int32_t i = 0; i < plan->n_values; i++) {
        plan->values[i].first = after;
        plan->values[i].last = before;
        plan->values[i].live = NULL;
    }
    for (int32_t time = 0; time < after; time++) {
        const struct step *s = &plan->steps[plan->schedule.calls[time].step];

        for (int32_t i = 0; i < s->n_args; i++)
            touch(plan, s->args[i], time);
    }
    for (int32_t i = 0; i < plan->graph->n_inputs; i++)
        touch(plan, plan->value_of_tensor[plan->graph->inputs[i]], before);
    for (int32_t i = 0; i < plan->graph->n_outputs; i++)
        touch(plan, plan->value_of_tensor[plan->graph->outputs[i]], after);
    for (int32_t i = 0; i < plan->n_values; i++)
        if (is_lasting(plan, &plan->values[i])) {
            touch(plan, i, before);
            touch(plan, i, after);
            if (plan->values[i].initial > 0)
                touch(plan, plan->values[i].initial - 1, before);
        }
    for (int32_t block = plan->blocks.n - 1; block > BLOCK_WHOLE; block--) /* what is in a block before it */
        extend_over(plan, block);
    if (plan->schedule.n_calls > plan->n_steps && plan->rounds.n == 0 && !plan->options.keep_all &&
        !plan_has_blocks(plan))
        find_all_live(plan);
}

enum mote_status stage_lifetimes(struct plan *plan, const struct frame *at)
{
    (void)at;
    find_lifetimes(plan);
    return MOTE_OK;
}

void print_lifetimes(const struct plan *plan, struct text *text)
{
    for (int32_t i = 0; i < plan->n_values; i++) {
        const struct value *v = &plan->values[i];

        if (value_in_arena(v) && v->first <= v->last)
            text_add(text, "value %d: calls %d to %d, %lld bytes, %s\n", (int)i, (int)v->first, (int)v->last,
                     (long long)v->bytes, value_label(plan, i));
    }
}
