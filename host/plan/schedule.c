/* SPDX-License-Identifier: Apache-2.0 */
/* The stage `schedule`: which rows are computed when. Today each step computes all its rows, one step after the other.
 */
#include "host/plan/schedule.h"

#include "host/plan/stages.h"

void schedule_group(struct plan *plan, int32_t repeat)
{
    struct plan_schedule *s = &plan->schedule;

    assert(repeat > 0 && (s->n_groups == 0 || s->groups[s->n_groups - 1].n > 0));
    s->groups = pool_grow(plan->pool, s->groups, (size_t)s->n_groups, sizeof *s->groups);
    s->groups[s->n_groups++] = (struct schedule_group){.first = s->n_entries, .repeat = repeat};
}

void schedule_entry(struct plan *plan, int32_t step, int32_t first, int32_t rows)
{
    struct plan_schedule *s = &plan->schedule;
    struct schedule_group *g = &s->groups[s->n_groups - 1];

    assert(s->n_groups > 0 && rows > 0 && rows <= SCHEDULE_ROWS_MAX);
    assert(first + (int64_t)g->repeat * rows <= plan->steps[step].rows);
    s->entries = pool_grow(plan->pool, s->entries, (size_t)s->n_entries, sizeof *s->entries);
    s->entries[s->n_entries++] = (struct schedule_entry){step, first, rows};
    g->n++;
}

/* Rows of one step, in the group before if neither is repeated. */
static void schedule_rows(struct plan *plan, int32_t step, int32_t first, int32_t rows, int32_t repeat)
{
    const struct plan_schedule *s = &plan->schedule;

    if (repeat > 1 || s->n_groups == 0 || s->groups[s->n_groups - 1].repeat > 1)
        schedule_group(plan, repeat);
    schedule_entry(plan, step, first, rows);
}

enum mote_status stage_schedule(struct plan *plan, const struct frame *at)
{
    (void)at;
    for (int32_t i = 0; i < plan->n_steps; i++) {
        int32_t rows = plan->steps[i].rows, rest = rows % SCHEDULE_ROWS_MAX;

        if (rows > rest)
            schedule_rows(plan, i, 0, SCHEDULE_ROWS_MAX, rows / SCHEDULE_ROWS_MAX);
        if (rest > 0)
            schedule_rows(plan, i, rows - rest, rest, 1);
    }
    return MOTE_OK;
}

void print_schedule(const struct plan *plan, struct text *text)
{
    const struct plan_schedule *s = &plan->schedule;

    for (int32_t i = 0; i < s->n_groups; i++) {
        const struct schedule_group *g = &s->groups[i];

        text_add(text, "%d %s\n", g->repeat, g->repeat == 1 ? "time" : "times");
        for (int32_t e = g->first; e < g->first + g->n; e++)
            text_add(text, "    entry %d: rows %d + %d of step %d, %s\n", e, s->entries[e].first, s->entries[e].rows,
                     s->entries[e].step, kernels[plan->steps[s->entries[e].step].kernel]->name);
    }
}

int64_t schedule_calls(const struct plan *plan)
{
    int64_t calls = 0;

    for (int32_t i = 0; i < plan->schedule.n_groups; i++)
        calls += (int64_t)plan->schedule.groups[i].n * plan->schedule.groups[i].repeat;
    return calls;
}
