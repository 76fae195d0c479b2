/* SPDX-License-Identifier: Apache-2.0 */
/* The stage `schedule`: which rows are computed when. Today each step computes all its rows, one step after the other.
 */
#include "host/plan/schedule.h"

#include "host/plan/stages.h"

void schedule_group(struct plan *plan, int32_t repeat, int32_t base)
{
    struct plan_schedule *s = &plan->schedule;

    assert(repeat > 0 && repeat <= SCHEDULE_MAX && (s->n_groups == 0 || s->groups[s->n_groups - 1].n > 0));
    s->groups = pool_grow(plan->pool, s->groups, (size_t)s->n_groups, sizeof *s->groups);
    s->groups[s->n_groups++] = (struct schedule_group){.first = s->n_entries, .repeat = repeat, .base = base};
}

void schedule_entry(struct plan *plan, const struct schedule_entry *e)
{
    struct plan_schedule *s = &plan->schedule;
    struct schedule_group *g = &s->groups[s->n_groups - 1];

    assert(s->n_groups > 0 && g->n < SCHEDULE_MAX && e->rows > 0 && e->rows <= SCHEDULE_MAX);
    assert(e->first >= g->base && e->first - g->base <= SCHEDULE_MAX && e->hop >= 0 && e->hop <= SCHEDULE_MAX);
    assert(e->first + (g->repeat - 1) * (int64_t)e->hop + e->rows <= plan->steps[e->step].rows);
    s->entries = pool_grow(plan->pool, s->entries, (size_t)s->n_entries, sizeof *s->entries);
    s->entries[s->n_entries++] = *e;
    g->n++;
}

/* It can have another entry that starts there. */
static bool has_room(const struct schedule_group *g, int32_t first)
{
    return g->n < SCHEDULE_MAX && first >= g->base && first - g->base <= SCHEDULE_MAX;
}

/* Rows of one step, in the group before if neither is repeated. */
static void schedule_rows(struct plan *plan, int32_t step, int32_t first, int32_t rows, int32_t repeat)
{
    const struct plan_schedule *s = &plan->schedule;
    const struct schedule_group *last = s->n_groups > 0 ? &s->groups[s->n_groups - 1] : NULL;

    if (repeat > 1 || last == NULL || last->repeat > 1 || !has_room(last, first))
        schedule_group(plan, repeat, first > SCHEDULE_MAX ? first : 0);
    schedule_entry(plan, &(struct schedule_entry){step, first, rows, repeat > 1 ? rows : 0});
}

enum mote_status stage_schedule(struct plan *plan, const struct frame *at)
{
    (void)at;
    for (int32_t i = 0; i < plan->n_steps; i++) {
        int32_t rows = plan->steps[i].rows, rest = rows % SCHEDULE_MAX;

        if (rows > rest)
            schedule_rows(plan, i, 0, SCHEDULE_MAX, rows / SCHEDULE_MAX);
        if (rest > 0)
            schedule_rows(plan, i, rows - rest, rest, 1);
    }
    return MOTE_OK;
}

static void print_entry(const struct plan *plan, const struct schedule_group *g, int32_t index, struct text *text)
{
    const struct schedule_entry *e = &plan->schedule.entries[index];

    text_add(text, "    entry %d: rows %d + %d of step %d, %s", index, e->first, e->rows, e->step,
             kernels[plan->steps[e->step].kernel]->name);
    if (g->repeat > 1)
        text_add(text, ", %d further each time", e->hop);
    text_add(text, "\n");
}

void print_schedule(const struct plan *plan, struct text *text)
{
    const struct plan_schedule *s = &plan->schedule;

    for (int32_t i = 0; i < s->n_groups; i++) {
        const struct schedule_group *g = &s->groups[i];

        text_add(text, "%d %s\n", g->repeat, g->repeat == 1 ? "time" : "times");
        for (int32_t e = g->first; e < g->first + g->n; e++)
            print_entry(plan, g, e, text);
    }
}

int64_t schedule_calls(const struct plan *plan)
{
    int64_t calls = 0;

    for (int32_t i = 0; i < plan->schedule.n_groups; i++)
        calls += (int64_t)plan->schedule.groups[i].n * plan->schedule.groups[i].repeat;
    return calls;
}
