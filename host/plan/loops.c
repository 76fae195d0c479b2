/* SPDX-License-Identifier: Apache-2.0 */
/* Calls become groups: the fewest units of an image, by dynamic programming from the last call on. A group that repeats
 * is a run of calls that comes again at once, each of its steps so many rows further as in the round before. */
#include "host/plan/schedule.h"

#define BODY_MAX 512 /* calls of a round */

struct loops {
    const struct plan *plan;
    const struct schedule_call *calls;
    int32_t n;
    int32_t *best;    /* [n + 1] units for the calls from there on, with a group of their own */
    int32_t *in_line; /* [n + 1] the same, if a group that does not repeat goes on */
    int32_t *body;    /* [n] calls of a round of the group that begins there; 0: it does not repeat */
    int32_t *rounds;  /* [n] */
    int32_t *same;    /* [BODY_MAX + 1] so many calls from here on come again, that many calls later, */
    int32_t *steady;  /* and so many of them go on by as much the time after */
};

/* Rows beyond 65535 are looped alone: there is one base for a group. */
static bool comes_again(const struct loops *l, int32_t i, int32_t later)
{
    const struct schedule_call *a = &l->calls[i], *b = &l->calls[i + later];

    return a->step == b->step && a->rows == b->rows && b->first - a->first <= SCHEDULE_MAX &&
           (later == 1 || l->plan->steps[a->step].rows <= SCHEDULE_MAX);
}

static bool is_steady(const struct loops *l, int32_t i, int32_t later)
{
    return l->calls[i + 2 * later].first - l->calls[i + later].first == l->calls[i + later].first - l->calls[i].first;
}

static int32_t rounds_of(const struct loops *l, int32_t body)
{
    const int32_t again = l->same[body] / body, steady = l->steady[body] / body,
                  rounds = 1 + (again < steady + 1 ? again : steady + 1);

    return rounds < SCHEDULE_MAX ? rounds : SCHEDULE_MAX;
}

static void look_at(struct loops *l, int32_t i)
{
    l->in_line[i] = 1 + (l->in_line[i + 1] < l->best[i + 1] ? l->in_line[i + 1] : l->best[i + 1]);
    l->best[i] = 1 + l->in_line[i];
    l->body[i] = 0;
    for (int32_t body = 1; body <= BODY_MAX && i + body < l->n; body++) {
        int32_t rounds, units;

        l->same[body] = comes_again(l, i, body) ? l->same[body] + 1 : 0;
        l->steady[body] = l->same[body] > body && is_steady(l, i, body) ? l->steady[body] + 1 : 0;
        rounds = rounds_of(l, body);
        units = 1 + body + l->best[i + rounds * body];
        if (rounds < 2 || units >= l->best[i])
            continue;
        l->best[i] = units;
        l->body[i] = body;
        l->rounds[i] = rounds;
    }
}

static void put_loop(struct plan *plan, const struct schedule_call *c, int32_t body, int32_t rounds)
{
    assert(body > 0 && body <= BODY_MAX && rounds >= 2);
    schedule_group(plan, rounds, c->first > SCHEDULE_MAX ? c->first : 0);
    for (int32_t k = 0; k < body; k++)
        schedule_entry(plan,
                       &(struct schedule_entry){c[k].step, c[k].first, c[k].rows, c[k + body].first - c[k].first});
}

static void put_call(struct plan *plan, const struct schedule_call *c)
{
    const struct plan_schedule *s = &plan->schedule;
    const struct schedule_group *g = s->n_groups > 0 ? &s->groups[s->n_groups - 1] : NULL;

    if (g == NULL || g->repeat > 1 || plan_block(plan, s->entries[g->first].step) != plan_block(plan, c->step) ||
        g->n == SCHEDULE_MAX || c->first < g->base || c->first - g->base > SCHEDULE_MAX)
        schedule_group(plan, 1, c->first > SCHEDULE_MAX ? c->first : 0);
    schedule_entry(plan, &(struct schedule_entry){c->step, c->first, c->rows, 0});
}

void schedule_fold(struct plan *plan)
{
    const int32_t n = plan->schedule.n_calls;
    struct loops l = {.plan = plan,
                      .calls = plan->schedule.calls,
                      .n = n,
                      .best = pool_array(plan->pool, (size_t)n + 1, sizeof(int32_t)),
                      .in_line = pool_array(plan->pool, (size_t)n + 1, sizeof(int32_t)),
                      .body = pool_array(plan->pool, (size_t)n + 1, sizeof(int32_t)),
                      .rounds = pool_array(plan->pool, (size_t)n + 1, sizeof(int32_t)),
                      .same = pool_array(plan->pool, BODY_MAX + 1, sizeof(int32_t)),
                      .steady = pool_array(plan->pool, BODY_MAX + 1, sizeof(int32_t))};

    for (int32_t i = n - 1; i >= 0; i--)
        look_at(&l, i);
    for (int32_t i = 0; i < n;)
        if (l.body[i] > 0) {
            put_loop(plan, &l.calls[i], l.body[i], l.rounds[i]);
            i += l.body[i] * l.rounds[i];
        } else {
            put_call(plan, &l.calls[i++]);
        }
}
