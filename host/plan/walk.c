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
                         .begin = pool_array(plan->pool, (size_t)plan->n_steps, sizeof(int32_t)),
                         .end = pool_array(plan->pool, (size_t)plan->n_steps, sizeof(int32_t)),
                         .cost = pool_array(plan->pool, (size_t)plan->n_steps, sizeof(double)),
                         .occupied = pool_array(plan->pool, CALLS_MAX + 1, sizeof(int64_t))};
}

/* ---- calls ---- */
/* Rows of a step that are computed at once join those before them. */
static void call(struct walk *w, int32_t step, int32_t rows)
{
    struct schedule_call *last = w->n > 0 ? &w->calls[w->n - 1] : NULL;

    if (last != NULL && last->step == step)
        last->rows += rows;
    else if (w->n < CALLS_MAX)
        w->calls[w->n++] = (struct schedule_call){step, w->done[step], rows};
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

        for (int32_t i = 0; i < sources->n; i++) {
            const struct source *s = &sources->all[i];

            if (s->step >= w->from)
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
    const struct written *written = &w->flow->written[c->step];

    for (int32_t i = 0; i < written->n; i++) {
        const int32_t v = written->values[i], rows = c->first + c->rows - smaller(w->oldest[v], c->first);

        w->ring[v] = w->ring[v] < rows ? rows : w->ring[v];
    }
}

/* Backwards, as what memory holds is what later calls need. */
static void find_rings(struct walk *w)
{
    for (int32_t i = 0; i < w->flow->n; i++) {
        w->ring[w->flow->values[i]] = 1;
        w->oldest[w->flow->values[i]] = INT32_MAX;
    }
    for (int32_t i = w->n - 1; i >= 0; i--) {
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
static void find_times(struct walk *w)
{
    for (int32_t s = w->from; s < w->to; s++) {
        w->begin[s] = -1;
        w->cost[s] = 0;
    }
    for (int32_t i = 0; i < w->n; i++) {
        const struct schedule_call *c = &w->calls[i];

        w->begin[c->step] = w->begin[c->step] < 0 ? i : w->begin[c->step];
        w->end[c->step] = i + 1;
        w->cost[c->step] += call_cost(w->plan, c->step, c->rows);
    }
}

bool walk_run(struct walk *w, int32_t from, int32_t to, const int32_t *at_once)
{
    w->from = from;
    w->to = to;
    w->at_once = at_once;
    w->n = 0;
    memset(w->done + from, 0, (size_t)(to - from) * sizeof *w->done);
    demand(w, to - 1, w->plan->steps[to - 1].rows);
    for (int32_t s = from; s < to; s++) /* what nobody needs */
        demand(w, s, w->plan->steps[s].rows);
    if (w->n == CALLS_MAX)
        return false;
    find_rings(w);
    find_times(w);
    return true;
}

bool walk_is_ring(const struct walk *w, int32_t from, int32_t value)
{
    const struct memory *m = &w->flow->memory[value];

    return m->ring && m->writer >= from && m->last < w->to && w->ring[value] < m->rows;
}

/* Its memory is there from one call to another, in part of which there may be nothing of it. */
static void occupy(struct walk *w, int32_t from, int32_t value)
{
    const struct memory *m = &w->flow->memory[value];
    const int64_t bytes =
        walk_is_ring(w, from, value)
            ? (int64_t)align_up((size_t)(w->plan->values[value].bytes / m->rows * w->ring[value]), ARENA_ALIGN)
            : m->bytes;
    int32_t begin = m->writer < from ? 0 : w->n, end = m->last >= w->to ? w->n : 0;

    if (m->writer >= w->to || m->last < from)
        return;
    for (int32_t i = 0; i < m->n; i++) {
        const int32_t step = m->touches[i].step;

        if (step < from || step >= w->to)
            continue;
        begin = w->begin[step] < begin ? w->begin[step] : begin;
        end = w->end[step] > end ? w->end[step] : end;
    }
    w->occupied[begin] += bytes;
    w->occupied[end] -= bytes;
}

int64_t walk_peak(struct walk *w, int32_t from)
{
    int64_t now = 0, peak = 0, scratch = 0;

    for (int32_t s = from; s < w->to; s++)
        scratch = w->flow->scratch[s] > scratch ? w->flow->scratch[s] : scratch;
    memset(w->occupied, 0, ((size_t)w->n + 1) * sizeof *w->occupied);
    for (int32_t i = 0; i < w->flow->n; i++)
        occupy(w, from, w->flow->values[i]);
    for (int32_t i = 0; i < w->n; i++) {
        now += w->occupied[i];
        if (w->calls[i].step >= from && now > peak)
            peak = now;
    }
    return peak + scratch;
}

double walk_cost(const struct walk *w, int32_t from)
{
    double cost = 0;

    for (int32_t s = from; s < w->to; s++)
        cost += w->cost[s];
    return cost;
}
