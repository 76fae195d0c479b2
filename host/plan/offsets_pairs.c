/* SPDX-License-Identifier: Apache-2.0 */
/* The search for parts in which an item above another may have the lower offset: none is placed before another then, so
 * that offsets_search.c would miss placements. It decides pairs instead: of two that would overlap at the least offsets
 * that they can have, one lies below the other or above it. Each decision raises least offsets and lowers greatest
 * ones, which decides other pairs; where no two overlap any more, the least offsets are a placement. Complete, but
 * weaker: it looks at no more than two items at a time. */
#include "host/plan/offsets_part.h"

struct pairs {
    struct part *part;
    int64_t capacity, work;
    int64_t *least, *most; /* [n] of offsets */
    int8_t *below;         /* [n][n] 1: the first lies below the second, -1: above, 0: not decided */
    int32_t *queue, n_queue;
    bool *queued; /* [n] */
    struct change *changes;
    size_t n_changes;
};

/* What a decision changed: a pair (first, second), or the least or the greatest offset of an item. */
struct change {
    enum { PAIR, LEAST, MOST } kind;
    int32_t first, second;
    int64_t was;
};

static void remember(struct pairs *s, struct change change)
{
    s->changes = pool_grow(s->part->pool, s->changes, s->n_changes, sizeof *s->changes);
    s->changes[s->n_changes++] = change;
}

static int8_t *pair_of(const struct pairs *s, int32_t a, int32_t b) { return &s->below[(int64_t)a * s->part->n + b]; }

static void undo(struct pairs *s, size_t to)
{
    while (s->n_changes > to) {
        const struct change *c = &s->changes[--s->n_changes];

        if (c->kind == PAIR)
            *pair_of(s, c->first, c->second) = *pair_of(s, c->second, c->first) = 0;
        else
            (c->kind == LEAST ? s->least : s->most)[c->first] = c->was;
    }
    while (s->n_queue > 0)
        s->queued[s->queue[--s->n_queue]] = false;
}

static void enqueue(struct pairs *s, int32_t it)
{
    assert(s->queued[it] || s->n_queue < s->part->n);
    if (!s->queued[it])
        s->queue[s->n_queue++] = it;
    s->queued[it] = true;
}

/* Enforces that item a lies below item b. False: they cannot. */
static bool order(struct pairs *s, int32_t a, int32_t b)
{
    int64_t up = distance(s->part, a, b);

    if (*pair_of(s, a, b) == 0) {
        remember(s, (struct change){PAIR, a, b, 0});
        *pair_of(s, a, b) = 1;
        *pair_of(s, b, a) = -1;
    }
    if (s->least[a] + up > s->least[b]) {
        remember(s, (struct change){LEAST, b, b, s->least[b]});
        s->least[b] = s->least[a] + up;
        enqueue(s, b);
    }
    if (s->most[b] - up < s->most[a]) {
        remember(s, (struct change){MOST, a, a, s->most[a]});
        s->most[a] = s->most[b] - up;
        enqueue(s, a);
    }
    return s->least[a] <= s->most[a] && s->least[b] <= s->most[b];
}

/* Draws the conclusions for one pair. */
static bool settle(struct pairs *s, int32_t a, int32_t b)
{
    int8_t below = *pair_of(s, a, b);
    bool can_be_below, can_be_above;

    if (distance(s->part, a, b) == APART)
        return true;
    if (below != 0)
        return below > 0 ? order(s, a, b) : order(s, b, a);
    can_be_below = s->least[a] + distance(s->part, a, b) <= s->most[b];
    can_be_above = s->least[b] + distance(s->part, b, a) <= s->most[a];
    if (can_be_below && can_be_above)
        return true;
    return can_be_below ? order(s, a, b) : can_be_above && order(s, b, a);
}

static bool propagate(struct pairs *s)
{
    while (s->n_queue > 0) {
        int32_t it = s->queue[--s->n_queue];

        s->queued[it] = false;
        s->work -= s->part->n;
        for (int32_t other = 0; other < s->part->n; other++)
            if (other != it && !settle(s, it, other))
                return false;
    }
    return true;
}

/* How far two that are not decided would overlap at their least offsets; not positive: they would not. */
static int64_t overlap(const struct pairs *s, int32_t a, int32_t b)
{
    int64_t up, down;

    if (distance(s->part, a, b) == APART || *pair_of(s, a, b) != 0)
        return 0;
    up = s->least[a] + distance(s->part, a, b) - s->least[b];
    down = s->least[b] + distance(s->part, b, a) - s->least[a];
    return up < down ? up : down;
}

static enum answer decide(struct pairs *s)
{
    int64_t worst = 0;
    int32_t a = 0, b = 0;
    size_t mark = s->n_changes;

    if (s->work <= 0)
        return EXHAUSTED;
    for (int32_t i = 0; i < s->part->n; i++)
        for (int32_t j = 0; j < i; j++)
            if (overlap(s, i, j) > worst)
                worst = overlap(s, i, j), a = i, b = j;
    s->work -= (int64_t)s->part->n * s->part->n / 2;
    if (worst == 0)
        return FOUND;
    if (s->least[b] + distance(s->part, b, a) - s->least[a] == worst) { /* the way that raises less first */
        int32_t t = a;

        a = b, b = t;
    }
    for (int way = 0; way < 2; way++) {
        enum answer answer = REFUTED;

        s->part->tried++;
        if ((way == 0 ? order(s, a, b) : order(s, b, a)) && propagate(s))
            answer = decide(s);
        if (answer != REFUTED)
            return answer;
        undo(s, mark);
    }
    return REFUTED;
}

static enum answer pairs_run(struct pairs *s, int64_t capacity)
{
    struct part *p = s->part;
    enum answer answer = REFUTED;

    undo(s, 0);
    memset(s->below, 0, (size_t)p->n * (size_t)p->n);
    for (int32_t i = 0; i < p->n; i++) {
        s->least[i] = 0;
        s->most[i] = capacity - p->items[i].size;
        enqueue(s, i);
    }
    if (propagate(s))
        answer = decide(s);
    for (int32_t i = 0; i < p->n && answer == FOUND; i++)
        p->best[i] = s->least[i];
    assert(answer != FOUND || s->n_queue == 0);
    return answer;
}

void part_pairs(struct part *p, int64_t work)
{
    size_t n = (size_t)p->n;
    struct pairs s = {.part = p,
                      .work = work,
                      .least = pool_array(p->pool, n, sizeof *s.least),
                      .most = pool_array(p->pool, n, sizeof *s.most),
                      .below = pool_array(p->pool, n, n),
                      .queue = pool_array(p->pool, n, sizeof *s.queue),
                      .queued = pool_array(p->pool, n, sizeof *s.queued)};
    enum answer answer = FOUND;

    while (answer == FOUND && p->total > p->goal) {
        answer = pairs_run(&s, p->total - p->align);
        if (answer == REFUTED)
            p->proven = p->total;
        if (answer == FOUND)
            p->total = 0;
        for (int32_t i = 0; i < p->n && answer == FOUND; i++)
            p->total = p->best[i] + p->items[i].size > p->total ? p->best[i] + p->items[i].size : p->total;
    }
    p->work -= work - s.work;
}
