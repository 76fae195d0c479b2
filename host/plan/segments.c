/* SPDX-License-Identifier: Apache-2.0 */
/* Dynamic programming over the order of steps: for the steps up to each cut, the choices of which none is both smaller
 * and faster. Then single steps try other rows at once. */
#include "host/plan/segments.h"

#include <math.h>
#include <stdlib.h>

#include "host/plan/cost.h"

#define LENGTH_MAX 64    /* steps of a segment */
#define CALLS_MAX  6000  /* of a segment that is looked at */
#define STEP_CALLS 512   /* of one step */
#define WORTH      2.5   /* a percent of instructions is worth so many of the arena */
#define LITTLE     1e-3  /* the same if the arena is all that matters */
#define FINER      0.998 /* choices that are not so much faster than a smaller one are left out */
#define PASSES     3

/* How much slower than at its best a row may be for being computed with few others; the last one takes all. */
static const double levels[] = {HUGE_VAL, 0.4, 0.2, 0.1, 0.05, 0};
#define LEVELS ((int)COUNT(levels))

/* The steps before a cut. */
struct choice {
    int64_t peak;
    double cost;
    int32_t from, level, before; /* the last segment, and the choice for what is before it */
    int32_t nth;                 /* when it was found */
};

struct front {
    int32_t n, room;
    struct choice *all; /* from the smallest on, each faster than those before it */
};

struct search {
    struct walk *w;
    const struct plan *plan;
    int32_t *at_once[LEVELS];
    struct front *fronts; /* [n_steps + 1] */
};

double segments_score(const struct plan *plan, int64_t arena, double cost)
{
    const double balanced = plan->options.worth > 0 ? plan->options.worth : WORTH;
    const double worth = plan->options.optimize == OPTIMIZE_RAM ? LITTLE : balanced;

    return log((double)arena + ARENA_ALIGN) + worth * log(cost + 1);
}

double segments_cost(const struct segments *all)
{
    double cost = 0;

    for (int32_t i = 0; i < all->n; i++)
        cost += all->all[i].cost;
    return cost;
}

/* ---- rows at once ---- */
/* 1, 2, 3, 4, 6, 8, 12, … */
int32_t segments_more(int32_t rows)
{
    assert(rows >= 1);
    return rows == 1 ? 2 : (rows & (rows - 1)) == 0 ? rows + rows / 2 : rows / 3 * 4;
}

int32_t segments_fewer(int32_t rows)
{
    int32_t r = 1;

    while (segments_more(r) < rows)
        r = segments_more(r);
    return r;
}

/* The caller brings a row at a time. */
static bool is_fed(const struct plan *plan, int32_t step) { return plan->feed.rows > 0 && step == 0; }

static int32_t most_rows(const struct plan *plan, int32_t step)
{
    return is_fed(plan, step) ? 1 : plan->steps[step].rows;
}

static int32_t fewest_rows(const struct plan *plan, int32_t step)
{
    return is_fed(plan, step) ? 1 : (plan->steps[step].rows + STEP_CALLS - 1) / STEP_CALLS;
}

bool segments_allow(const struct plan *plan, int32_t step, int32_t rows)
{
    return rows >= fewest_rows(plan, step) && rows <= most_rows(plan, step);
}

static int32_t rows_at_level(const struct plan *plan, int32_t step, double slower)
{
    const int32_t rows = most_rows(plan, step);
    double best = call_cost(plan, step, rows) / rows;

    assert(rows >= 1 && fewest_rows(plan, step) <= rows);
    if (slower <= 0)
        return rows;
    for (int32_t r = 1; r < rows; r = segments_more(r))
        best = fmin(best, call_cost(plan, step, r) / r);
    for (int32_t r = 1; r < rows; r = segments_more(r))
        if (r >= fewest_rows(plan, step) && call_cost(plan, step, r) / r <= best * (1 + slower))
            return r;
    return rows;
}

/* ---- the search ---- */
static int by_size(const void *a, const void *b)
{
    const struct choice *x = a, *y = b;

    if (x->peak != y->peak)
        return (x->peak > y->peak) - (x->peak < y->peak);
    if (x->cost != y->cost)
        return (x->cost > y->cost) - (x->cost < y->cost);
    return x->nth - y->nth; /* qsort() keeps no order of equals everywhere */
}

static void thin(struct front *f)
{
    int32_t n = 0;

    for (int32_t i = 0; i < f->n; i++)
        f->all[i].nth = i;
    qsort(f->all, (size_t)f->n, sizeof *f->all, by_size);
    for (int32_t i = 0; i < f->n; i++)
        if (n == 0 || f->all[i].cost < f->all[n - 1].cost * FINER)
            f->all[n++] = f->all[i];
    f->n = n;
}

static void add_choice(struct pool *pool, struct front *f, struct choice c)
{
    f->all = pool_grow(pool, f->all, (size_t)f->n, sizeof *f->all);
    f->all[f->n++] = c;
}

/* A segment behind each choice that may gain by it: of those that are smaller than itself the fastest. */
static void append(struct search *s, int32_t from, int32_t to, int32_t level, double cost)
{
    const struct front *before = &s->fronts[from];
    const int64_t peak = walk_peak(s->w, from);
    int32_t i = 0;

    while (i + 1 < before->n && before->all[i + 1].peak <= peak)
        i++;
    for (; i < before->n; i++) {
        const struct choice *c = &before->all[i];

        add_choice(s->plan->pool, &s->fronts[to],
                   (struct choice){peak > c->peak ? peak : c->peak, c->cost + cost, from, level, i, 0});
    }
}

/* As many steps as a segment may have that ends there. */
static int32_t earliest(const struct search *s, int32_t to, int32_t level)
{
    int64_t calls = 0;
    int32_t from = to;

    do {
        from--;
        calls += s->plan->steps[from].rows / s->at_once[level][from] + 1;
    } while (from > 0 && to - from < LENGTH_MAX && calls < CALLS_MAX);
    return from;
}

static void end_at(struct search *s, int32_t to)
{
    for (int32_t level = 0; level < LEVELS; level++) {
        const int32_t earliest_from = level == LEVELS - 1 ? to - 1 : earliest(s, to, level);
        double cost = 0;

        if (!walk_run(s->w, earliest_from, to, s->at_once[level]))
            continue;
        for (int32_t from = to - 1; from >= earliest_from; from--) {
            cost += s->w->cost[from];
            append(s, from, to, level, cost);
        }
    }
    assert(s->fronts[to].n > 0);
    thin(&s->fronts[to]);
}

/* The steps' segments, the last of which is choice `last`. */
static struct segments segments_of(const struct search *s, int32_t last)
{
    struct segments out = {0};

    for (int32_t at = s->plan->n_steps, i = last; at > 0; out.n++) {
        const struct choice *c = &s->fronts[at].all[i];

        at = c->from;
        i = c->before;
    }
    out.all = pool_array(s->plan->pool, (size_t)out.n, sizeof *out.all);
    for (int32_t at = s->plan->n_steps, i = last, n = out.n; at > 0;) {
        const struct choice *c = &s->fronts[at].all[i];

        out.all[--n] = (struct segment){
            .from = c->from,
            .to = at,
            .at_once = pool_copy(s->plan->pool, s->at_once[c->level], (size_t)s->plan->n_steps * sizeof(int32_t))};
        at = c->from;
        i = c->before;
    }
    return out;
}

/* The best of the choices that have not been taken; -1 if there is none. */
static int32_t next_best(const struct search *s, bool *taken)
{
    const struct front *last = &s->fronts[s->plan->n_steps];
    int32_t best = -1;

    for (int32_t i = 0; i < last->n; i++)
        if (!taken[i] && (best < 0 || segments_score(s->plan, last->all[i].peak, last->all[i].cost) <
                                          segments_score(s->plan, last->all[best].peak, last->all[best].cost)))
            best = i;
    if (best >= 0)
        taken[best] = true;
    return best;
}

/* ---- single steps ---- */
static bool look(struct walk *w, struct segment *s)
{
    if (!walk_run(w, s->from, s->to, s->at_once))
        return false;
    s->peak = walk_peak(w, s->from);
    s->cost = walk_cost(w, s->from);
    return true;
}

static double score_of(const struct plan *plan, const struct segments *all)
{
    int64_t peak = 0;

    for (int32_t i = 0; i < all->n; i++)
        peak = all->all[i].peak > peak ? all->all[i].peak : peak;
    return segments_score(plan, peak, segments_cost(all));
}

/* Takes other rows at once for a step if that is better. */
static bool try_rows(struct walk *w, struct segments *all, int32_t segment, int32_t step, int32_t rows)
{
    struct segment *s = &all->all[segment], old = *s;
    const int32_t old_rows = s->at_once[step];
    const double before = score_of(w->plan, all);

    if (!segments_allow(w->plan, step, rows) || rows == old_rows)
        return false;
    s->at_once[step] = rows;
    if (look(w, s) && score_of(w->plan, all) < before - 1e-6)
        return true;
    *s = old;
    s->at_once[step] = old_rows;
    return false;
}

static void refine(struct walk *w, struct segments *all)
{
    bool better = true;

    for (int32_t i = 0; i < all->n; i++)
        (void)look(w, &all->all[i]);
    for (int pass = 0; pass < PASSES && better; pass++) {
        better = false;
        for (int32_t i = 0; i < all->n; i++)
            for (int32_t step = all->all[i].to - 1; step >= all->all[i].from; step--) {
                const int32_t rows = all->all[i].at_once[step];

                better |=
                    try_rows(w, all, i, step, segments_more(rows)) || try_rows(w, all, i, step, segments_fewer(rows));
            }
    }
}

int32_t segments_choose(struct walk *w, struct segments out[SEGMENTS_MAX])
{
    const struct plan *plan = w->plan;
    struct search s = {
        .w = w, .plan = plan, .fronts = pool_array(plan->pool, (size_t)plan->n_steps + 1, sizeof *s.fronts)};
    bool *taken;
    int32_t n = 0;

    for (int level = 0; level < LEVELS; level++) {
        s.at_once[level] = pool_array(plan->pool, (size_t)plan->n_steps, sizeof(int32_t));
        for (int32_t i = 0; i < plan->n_steps; i++)
            s.at_once[level][i] = rows_at_level(plan, i, levels[level]);
    }
    add_choice(plan->pool, &s.fronts[0], (struct choice){0});
    for (int32_t to = 1; to <= plan->n_steps; to++)
        end_at(&s, to);
    taken = pool_array(plan->pool, (size_t)s.fronts[plan->n_steps].n, sizeof *taken);
    for (int32_t best; n < SEGMENTS_MAX && (best = next_best(&s, taken)) >= 0; n++) {
        out[n] = segments_of(&s, best);
        refine(w, &out[n]);
    }
    assert(n > 0);
    return n;
}
