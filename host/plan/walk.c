/* SPDX-License-Identifier: Apache-2.0 */
#include "host/plan/walk.h"

#include "host/plan/cost.h"

#define CALLS_MAX 16384

struct walk walk_new(const struct plan *plan, const struct flow *flow)
{
    return (struct walk){.plan = plan,
                         .flow = flow,
                         .done = pool_array(plan->pool, (size_t)plan->n_steps, sizeof(int32_t)),
                         .calls = pool_array(plan->pool, CALLS_MAX, sizeof(struct schedule_call)),
                         .ring = pool_array(plan->pool, (size_t)plan->n_values, sizeof(int32_t)),
                         .oldest = pool_array(plan->pool, (size_t)plan->n_values, sizeof(int32_t)),
                         .list = {.first = pool_array(plan->pool, (size_t)plan->n_steps + 1, sizeof(int32_t)),
                                  .index = pool_array(plan->pool, CALLS_MAX, sizeof(int32_t))},
                         .spans = pool_array(plan->pool, CALLS_MAX, sizeof(struct row_span)),
                         .cost = pool_array(plan->pool, (size_t)plan->n_steps, sizeof(double)),
                         .occupied = pool_array(plan->pool, CALLS_MAX + 1, sizeof(int64_t))};
}

/* ---- calls ---- */
/* Calls of one step that come one after the other stay apart: what one has read another may write over. */
static void call(struct walk *w, int32_t step, int32_t rows)
{
    if (w->list.n < CALLS_MAX)
        w->calls[w->list.n++] = (struct schedule_call){step, w->done[step], rows};
    w->done[step] += rows;
}

static int32_t needed_end(const struct source *s, int32_t first, int32_t rows)
{
    int32_t end = 0;

    for (int32_t r = first; r < first + rows; r++)
        if (s->needed[r].count > 0 && s->needed[r].first + s->needed[r].count > end)
            end = s->needed[r].first + s->needed[r].count;
    return end;
}

/* Has the step's rows up to `end` computed, by pieces, each after what it needs. */
static void demand(struct walk *w, int32_t step, int32_t end)
{
    const struct sources *sources = &w->flow->sources[step];

    while (w->done[step] < end) {
        const int32_t left = w->plan->steps[step].rows - w->done[step],
                      rows = w->at_once[step] < left ? w->at_once[step] : left;

        assert(rows > 0 && rows <= left);
        for (int32_t i = 0; i < sources->n; i++) {
            const struct source *s = &sources->all[i];

            if (s->step >= w->list.from)
                demand(w, s->step,
                       s->value == VALUE_NONE ? w->plan->steps[s->step].rows : needed_end(s, w->done[step], rows));
        }
        call(w, step, rows);
    }
}

/* ---- rings ---- */
static int32_t smaller(int32_t a, int32_t b) { return a < b ? a : b; }

/* The first row that the call needs. */
static int32_t needed_first(const struct source *s, const struct schedule_call *c)
{
    int32_t first = INT32_MAX;

    for (int32_t r = c->first; r < c->first + c->rows; r++)
        if (s->needed[r].count > 0)
            first = smaller(first, s->needed[r].first);
    return first;
}

/* Rows that memory holds from the call on that writes some of them: from the oldest that a later one needs. */
static void hold(struct walk *w, const struct schedule_call *c)
{
    const struct memories *written = &w->flow->written[c->step];

    for (int32_t i = 0; i < written->n; i++) {
        const int32_t v = written->values[i], rows = c->first + c->rows - smaller(w->oldest[v], c->first);

        w->ring[v] = w->ring[v] < rows ? rows : w->ring[v];
    }
}

/* Backwards, as what memory holds is what later calls need. */
static void find_rings(struct walk *w)
{
    for (int32_t i = 0; i < w->flow->all.n; i++) {
        w->ring[w->flow->all.values[i]] = 1;
        w->oldest[w->flow->all.values[i]] = INT32_MAX;
    }
    for (int32_t i = w->list.n - 1; i >= 0; i--) {
        const struct schedule_call *c = &w->calls[i];
        const struct sources *sources = &w->flow->sources[c->step];

        hold(w, c);
        for (int32_t k = 0; k < sources->n; k++) {
            const struct source *s = &sources->all[k];

            if (s->value != VALUE_NONE)
                w->oldest[s->value] = smaller(w->oldest[s->value], needed_first(s, c));
        }
    }
}

/* ---- what it takes ---- */
static void add_costs(struct walk *w)
{
    memset(w->cost + w->list.from, 0, (size_t)(w->list.to - w->list.from) * sizeof *w->cost);
    for (int32_t i = 0; i < w->list.n; i++)
        w->cost[w->calls[i].step] += call_cost(w->plan, w->calls[i].step, w->calls[i].rows);
}

bool walk_is_ring(const struct walk *w, int32_t from, int32_t value)
{
    const struct memory *m = &w->flow->memory[value];

    return m->ring && m->writer >= from && m->last < w->list.to && w->ring[value] < m->rows;
}

/* Memory that is filled row by row, or given up so; a ring as a whole while it holds any. */
static void occupy_rows(struct walk *w, int32_t from, int32_t value, int sign)
{
    const int64_t row = w->plan->values[value].bytes / w->flow->memory[value].rows;
    const bool ring = walk_is_ring(w, from, value);
    const int64_t all = (int64_t)align_up((size_t)(row * w->ring[value]), ARENA_ALIGN);
    int64_t before = 0;

    flow_rows(w->flow, value, &w->list, from, w->spans);
    for (int32_t i = 0; i < w->list.n; i++) {
        const int32_t rows = w->spans[i].to - w->spans[i].from;
        const int64_t now = ring ? (rows > 0 ? all : 0) : row * rows;

        w->occupied[i] += sign * (now - before);
        before = now;
    }
}

/* From the first call that touches it to the last. */
static void occupy_all(struct walk *w, int32_t from, int32_t value, int64_t bytes)
{
    const struct memory *m = &w->flow->memory[value];
    const struct call_list *c = &w->list;
    int32_t begin = m->writer < from ? 0 : c->n, end = m->last >= c->to ? c->n : 0;

    for (int32_t i = 0; i < m->n; i++) {
        const int32_t step = m->touches[i].step;

        if (step < from || step >= c->to)
            continue;
        if (c->index[c->first[step]] < begin)
            begin = c->index[c->first[step]];
        if (c->index[c->first[step + 1] - 1] + 1 > end)
            end = c->index[c->first[step + 1] - 1] + 1;
    }
    w->occupied[begin] += bytes;
    w->occupied[end] -= bytes;
}

/* Adds what the memory takes, `sign` times. */
static void occupy(struct walk *w, int32_t from, int32_t value, int sign)
{
    const struct memory *m = &w->flow->memory[value];

    if (m->writer >= w->list.to || m->last < from)
        return;
    if (walk_is_ring(w, from, value) || (w->slides && m->rows > 0 && !(m->writer < from && m->last >= w->list.to)))
        occupy_rows(w, from, value, sign);
    else
        occupy_all(w, from, value, sign * m->bytes);
}

/* Of no step: what is there before and after all. */
static void start_peaks(struct walk *w)
{
    memset(w->occupied, 0, ((size_t)w->list.n + 1) * sizeof *w->occupied);
    w->from = w->list.to;
    for (int32_t i = 0; i < w->flow->all.n; i++)
        occupy(w, w->from, w->flow->all.values[i], 1);
}

bool walk_run(struct walk *w, int32_t from, int32_t to, const int32_t *at_once)
{
    assert(from >= 0 && from < to && to <= w->plan->n_steps);
    w->list.from = from;
    w->list.to = to;
    w->at_once = at_once;
    w->list.n = 0;
    w->list.calls = w->calls;
    memset(w->done + from, 0, (size_t)(to - from) * sizeof *w->done);
    demand(w, to - 1, w->plan->steps[to - 1].rows);
    for (int32_t s = from; s < to; s++) /* what nobody needs */
        demand(w, s, w->plan->steps[s].rows);
    if (w->list.n == CALLS_MAX)
        return false;
    find_rings(w);
    call_list_sort(&w->list);
    add_costs(w);
    start_peaks(w);
    return true;
}

/* While its calls run. */
static void occupy_scratch(struct walk *w, int32_t step)
{
    for (int32_t i = w->list.first[step]; i < w->list.first[step + 1]; i++) {
        w->occupied[w->list.index[i]] += w->flow->scratch[step];
        w->occupied[w->list.index[i] + 1] -= w->flow->scratch[step];
    }
}

/* The step before joins: what others touch stays as it is. */
static void extend(struct walk *w)
{
    const int32_t step = w->from - 1;
    const struct memories *touched = &w->flow->touched[step];

    for (int32_t i = 0; i < touched->n; i++) {
        occupy(w, w->from, touched->values[i], -1);
        occupy(w, step, touched->values[i], 1);
    }
    occupy_scratch(w, step);
    w->from = step;
}

int64_t walk_peak(struct walk *w, int32_t from)
{
    int64_t now = 0, peak = 0;

    assert(from >= w->list.from && from <= w->from);
    while (w->from > from)
        extend(w);
    for (int32_t i = 0; i < w->list.n; i++) {
        now += w->occupied[i];
        if (w->calls[i].step >= from && now > peak)
            peak = now;
    }
    return peak;
}

double walk_cost(const struct walk *w, int32_t from)
{
    double cost = 0;

    for (int32_t s = from; s < w->list.to; s++)
        cost += w->cost[s];
    return cost;
}
