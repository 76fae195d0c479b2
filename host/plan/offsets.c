/* SPDX-License-Identifier: Apache-2.0 */
/* Offsets of buffers with known lifetimes in one arena (dynamic storage allocation, NP-hard).
 *
 * Time is cut into sections, the moments at which the set of live buffers is maximal. Buffers that share no section,
 * directly or through others, form parts that are solved alone: greedy placements in several orders, an iterated greedy
 * that moves the buffers at the peak forward, then a search for a given capacity, which is bisected.
 *
 * The search builds a placement from below: every buffer rests on another or on the ground, and offsets never fall from
 * one placement to the next, so that few orders give the same placement. Canonical order and section bounds are ideas
 * of M. D. Moffitt, "MiniMalloc" (ASPLOS 2023). */
#include "host/plan/offsets.h"

#include <stdlib.h>

#define SEARCH_MAX   1500                  /* buffers in a part that is searched; beyond, greedy alone */
#define ORDERS       7                     /* greedy and search orders */
#define WORK_DEFAULT ((int64_t)1200000000) /* elementary steps: about a second */
#define UNITS_MAX    (INT32_MAX / 4)       /* offsets in units of `align` are int32 in the search */

struct item {
    int64_t size, offset; /* in units of align */
    int32_t lo, hi;       /* sections lo <= s < hi */
    int32_t buffer;
    int64_t contention; /* the largest load of its sections */
};

/* Buffers that are independent of all others. */
struct part {
    struct pool *pool;
    struct item *items; /* [n] by lo */
    int32_t n, n_sections;
    int64_t total, proven, goal; /* the best found; none is smaller than proven; smaller than the goal is no use */
    int64_t work;                /* steps left */
    int64_t *best;               /* [n] offsets */
    int32_t *order, *placed;     /* [n] */
};

static int compare_i32(const void *a, const void *b)
{
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;

    return (x > y) - (x < y);
}

static int compare_lo(const void *a, const void *b)
{
    const struct item *x = a, *y = b;

    return x->lo != y->lo ? (x->lo > y->lo) - (x->lo < y->lo) : (x->buffer > y->buffer) - (x->buffer < y->buffer);
}

struct ranked {
    double key;
    int64_t size;
    int32_t index;
};

static int compare_ranked(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;

    if (x->key != y->key)
        return x->key < y->key ? 1 : -1;
    return x->size != y->size ? (x->size < y->size) - (x->size > y->size)
                              : (x->index > y->index) - (x->index < y->index);
}

static double order_key(const struct item *it, int order)
{
    double life = it->hi - it->lo, size = (double)it->size, contention = (double)it->contention;

    return (double[ORDERS]){contention * 1e6 + life,        -it->lo, life,       it->hi,
                            contention * 1e9 + size * life, size,    size * life}[order];
}

/* Fills out[] with the items' indices, the most awkward first in the sense of `order`. */
static void make_order(const struct part *p, int order, int32_t *out)
{
    struct ranked *r = pool_array(p->pool, (size_t)p->n, sizeof(*r));

    for (int32_t i = 0; i < p->n; i++)
        r[i] = (struct ranked){order_key(&p->items[i], order), p->items[i].size, i};
    qsort(r, (size_t)p->n, sizeof(*r), compare_ranked);
    for (int32_t i = 0; i < p->n; i++)
        out[i] = r[i].index;
}

/* ---- greedy ---- */
/* The lowest gap among the first n_placed items that takes `it`, or the tightest. */
static int64_t gap_for(const struct part *p, int32_t n_placed, const struct item *it, bool tightest)
{
    int64_t end = 0, found = -1, slack = INT64_MAX;

    for (int32_t i = 0; i < n_placed; i++) {
        const struct item *q = &p->items[p->placed[i]];

        if (q->lo >= it->hi || it->lo >= q->hi)
            continue;
        if (q->offset - end >= it->size && q->offset - end - it->size < slack) {
            found = end;
            slack = q->offset - end - it->size;
            if (!tightest)
                return found;
        }
        if (q->offset + q->size > end)
            end = q->offset + q->size;
    }
    return found >= 0 ? found : end;
}

/* Places all items in this order, keeps the placement if it is the best so far, and returns its total. */
static int64_t greedy(struct part *p, const int32_t *order, bool tightest)
{
    int64_t total = 0;

    for (int32_t i = 0; i < p->n; i++) {
        struct item *it = &p->items[order[i]];
        int32_t at = i;

        it->offset = gap_for(p, i, it, tightest);
        for (; at > 0 && p->items[p->placed[at - 1]].offset > it->offset; at--)
            p->placed[at] = p->placed[at - 1];
        p->placed[at] = order[i];
        if (it->offset + it->size > total)
            total = it->offset + it->size;
    }
    p->work -= (int64_t)p->n * p->n / 2 + 1;
    if (total < p->total) {
        p->total = total;
        for (int32_t i = 0; i < p->n; i++)
            p->best[i] = p->items[i].offset;
    }
    return total;
}

/* Moves each item that ends at the peak to a random earlier place in the order and tries again. */
static void iterated_greedy(struct part *p, int32_t *order, int64_t total, bool tightest, int64_t work)
{
    int32_t *next = pool_array(p->pool, (size_t)p->n, sizeof(*next));
    uint64_t random = 88172645463325252u;
    int64_t stop = p->work - work;

    while (p->total > p->goal && p->work > stop) {
        int64_t got;

        memcpy(next, order, (size_t)p->n * sizeof(*next));
        for (int32_t i = 1; i < p->n; i++) {
            int32_t it = next[i], to;

            if (p->items[it].offset + p->items[it].size < total && random % 64 != 0)
                continue;
            random ^= random << 13, random ^= random >> 7, random ^= random << 17;
            to = (int32_t)(random % (uint64_t)i);
            memmove(&next[to + 1], &next[to], (size_t)(i - to) * sizeof(*next));
            next[to] = it;
        }
        random ^= random << 13, random ^= random >> 7, random ^= random << 17;
        got = greedy(p, next, tightest);
        if (got <= total) {
            total = got;
            memcpy(order, next, (size_t)p->n * sizeof(*next));
        }
    }
}

/* ---- search ---- */
enum answer { FOUND, REFUTED, EXHAUSTED };

/* Items by rank: the search prefers a lower one. */
struct search {
    int32_t n, capacity;
    int64_t work;
    int32_t *lo, *hi, *size; /* [n] */
    int32_t *offset;         /* [n] placed: where; else the highest end below it, the least offset it can have */
    int32_t *twin;           /* [n] the previous item with the same lifetime and size, or -1 */
    bool *placed;            /* [n] */
    int32_t *rest, *low;     /* [sections] sum of what is not placed; least offset of that */
    int32_t *stack;          /* lists of the nodes on the path: 4 words an item and level */
};

/* An item that may not be placed next because another order gives the same placement. */
static bool passed_over(const struct search *s, int32_t it, int32_t last, int32_t last_item)
{
    return s->offset[it] < last || (s->offset[it] == last && it < last_item);
}

/* The least offset that an unplaced item can still have: one that is passed over has to rest on something to come. */
static int32_t least_offset(struct search *s, const int32_t *list, int32_t n, int32_t it, int32_t last,
                            int32_t last_item)
{
    int32_t least = INT32_MAX;

    if (!passed_over(s, it, last, last_item))
        return s->offset[it];
    for (int32_t i = 0; i < n && s->lo[list[i]] < s->hi[it]; i++) {
        int32_t x = list[i], end = (s->offset[x] > last ? s->offset[x] : last) + s->size[x];

        if (s->hi[x] > s->lo[it] && x != it && end < least)
            least = end;
    }
    s->work -= n / 2;
    return least;
}

/* Does each section of the list have room for what it still has to take, above the lowest of it? */
static bool room(struct search *s, const int32_t *list, int32_t n, int32_t last, int32_t last_item)
{
    int32_t first = s->lo[list[0]], end = first;

    for (int32_t i = 0; i < n; i++) {
        int32_t it = list[i], offset = least_offset(s, list, n, it, last, last_item);

        if (offset > s->capacity - s->size[it])
            return false;
        for (; end < s->hi[it]; end++)
            s->low[end] = INT32_MAX;
        for (int32_t t = s->lo[it]; t < s->hi[it]; t++)
            s->low[t] = offset < s->low[t] ? offset : s->low[t];
        s->work -= s->hi[it] - s->lo[it] + 4;
    }
    for (int32_t t = first; t < end; t++)
        if (s->rest[t] > s->capacity - s->low[t])
            return false;
    return true;
}

static enum answer search(struct search *s, int32_t *list, int32_t n, int32_t last, int32_t last_item);

/* Solves what is left in list (by lo), connected part by connected part. */
static enum answer search_parts(struct search *s, int32_t *list, int32_t n, int32_t last, int32_t last_item)
{
    for (int pass = 0; pass < 2; pass++)
        for (int32_t i = 0, j; i < n; i = j) {
            int32_t hi = s->hi[list[i]];
            enum answer answer;

            for (j = i + 1; j < n && s->lo[list[j]] < hi; j++)
                hi = s->hi[list[j]] > hi ? s->hi[list[j]] : hi;
            if (pass == 0) {
                if (!room(s, list + i, j - i, last, last_item))
                    return REFUTED;
                continue;
            }
            answer = search(s, list + i, j - i, last, last_item);
            if (answer != FOUND)
                return answer;
        }
    return FOUND;
}

/* Places one item of the list on what is below it and solves the rest; takes it back if that fails. */
static enum answer search_with(struct search *s, const int32_t *list, int32_t n, int32_t it)
{
    int32_t *rest = s->stack, *changed = rest + n - 1, n_rest = 0, n_changed = 0, end = s->offset[it] + s->size[it];
    enum answer answer;

    for (int32_t i = 0; i < n; i++) {
        int32_t other = list[i];

        if (other == it)
            continue;
        rest[n_rest++] = other;
        if (s->lo[other] < s->hi[it] && s->lo[it] < s->hi[other] && s->offset[other] < end) {
            changed[n_changed++] = other;
            changed[n_changed++] = s->offset[other];
            s->offset[other] = end;
        }
    }
    for (int32_t t = s->lo[it]; t < s->hi[it]; t++)
        s->rest[t] -= s->size[it];
    s->placed[it] = true;
    s->stack = changed + n_changed;
    answer = search_parts(s, rest, n_rest, s->offset[it], it);
    s->stack = rest;
    if (answer == FOUND)
        return FOUND;
    s->placed[it] = false;
    for (int32_t t = s->lo[it]; t < s->hi[it]; t++)
        s->rest[t] += s->size[it];
    for (int32_t i = 0; i < n_changed; i += 2)
        s->offset[changed[i]] = changed[i + 1];
    return answer;
}

/* Candidates for the next placement, lowest first. Left out are those that
 *   - would lie below the last placement, or beside it but with a lower rank: another order gives that placement;
 *   - start where another could already end: that other could be put below, or is met with a lower placement;
 *   - have an equal twin that is not placed yet. */
static enum answer search(struct search *s, int32_t *list, int32_t n, int32_t last, int32_t last_item)
{
    int32_t *candidates = s->stack, m = 0, lowest_end = INT32_MAX;
    enum answer answer = REFUTED;

    if (s->work <= 0)
        return EXHAUSTED;
    for (int32_t i = 0; i < n; i++) {
        int32_t end = (s->offset[list[i]] > last ? s->offset[list[i]] : last) + s->size[list[i]];

        lowest_end = end < lowest_end ? end : lowest_end;
    }
    for (int32_t i = 0; i < n; i++) {
        int32_t it = list[i], offset = s->offset[it], at = m;

        if (offset >= lowest_end || passed_over(s, it, last, last_item) ||
            (s->twin[it] >= 0 && !s->placed[s->twin[it]]))
            continue;
        for (; at > 0 && (s->offset[candidates[at - 1]] > offset ||
                          (s->offset[candidates[at - 1]] == offset && candidates[at - 1] > it));
             at--)
            candidates[at] = candidates[at - 1];
        candidates[at] = it;
        m++;
    }
    s->stack += m;
    for (int32_t i = 0; i < m && answer == REFUTED; i++)
        answer = search_with(s, list, n, candidates[i]);
    s->stack = candidates;
    return answer;
}

static void *ints(const struct part *p, int64_t n) { return pool_array(p->pool, (size_t)n + 1, sizeof(int32_t)); }

static struct search search_new(const struct part *p)
{
    int64_t n = p->n;

    return (struct search){.n = p->n,
                           .lo = ints(p, n),
                           .hi = ints(p, n),
                           .size = ints(p, n),
                           .offset = ints(p, n),
                           .twin = ints(p, n),
                           .placed = ints(p, n),
                           .rest = ints(p, p->n_sections),
                           .low = ints(p, p->n_sections),
                           .stack = ints(p, 2 * n * (n + 3))};
}

/* Is there a placement within `capacity`? Gives up after `work` steps. */
static enum answer search_run(struct part *p, struct search *s, int order, int64_t capacity, int64_t work)
{
    int32_t *by_rank = p->order, *list = p->placed;
    enum answer answer;

    make_order(p, order, by_rank);
    memset(s->rest, 0, (size_t)p->n_sections * sizeof(*s->rest));
    for (int32_t r = 0; r < p->n; r++) {
        const struct item *it = &p->items[by_rank[r]];

        s->lo[r] = it->lo, s->hi[r] = it->hi, s->size[r] = (int32_t)it->size;
        s->offset[r] = 0, s->placed[r] = false, s->twin[r] = -1;
        list[by_rank[r]] = r; /* items are by lo */
        for (int32_t t = it->lo; t < it->hi; t++)
            s->rest[t] += s->size[r];
        for (int32_t q = r - 1; q >= 0 && s->twin[r] < 0; q--)
            if (s->lo[q] == s->lo[r] && s->hi[q] == s->hi[r] && s->size[q] == s->size[r])
                s->twin[r] = q;
    }
    s->capacity = (int32_t)capacity;
    s->work = work;
    answer = search_parts(s, list, p->n, 0, -1);
    p->work -= work - s->work;
    if (answer == FOUND) {
        p->total = 0;
        for (int32_t r = 0; r < p->n; r++) {
            p->best[by_rank[r]] = s->offset[r];
            p->total = s->offset[r] + s->size[r] > p->total ? s->offset[r] + s->size[r] : p->total;
        }
    }
    return answer;
}

/* All orders with budgets that double, until one of them decides or `work` is spent. */
static enum answer search_orders(struct part *p, struct search *s, int64_t capacity, int64_t work)
{
    int64_t stop = p->work - work, slice = work / 128 + 1;
    enum answer answer = EXHAUSTED;

    for (int i = 0; answer == EXHAUSTED && p->work > stop; i++) {
        answer = search_run(p, s, i % ORDERS, capacity, slice);
        if (i % ORDERS == ORDERS - 1)
            slice *= 2;
    }
    return answer;
}

/* The goal first; where that stays open, bisects between what is refuted or given up, and the best found. */
static void bisect(struct part *p)
{
    struct search s = search_new(p);
    int64_t open = p->goal, capacity = p->goal; /* below `open`: refuted or given up */

    while (p->total > open && p->work > 0) {
        enum answer answer = search_orders(p, &s, capacity, p->work / 2 + 1);

        if (answer == REFUTED && capacity >= p->proven)
            p->proven = capacity + 1;
        if (answer != FOUND)
            open = capacity + 1;
        capacity = open + (p->total - open) / 2;
        if (capacity >= p->total)
            capacity = p->total - 1;
    }
}

static void part_solve(struct part *p)
{
    int32_t *order = ints(p, p->n);
    int64_t best = INT64_MAX;
    int best_order = 0;

    p->best = pool_array(p->pool, (size_t)p->n, sizeof(*p->best));
    p->order = ints(p, p->n);
    p->placed = ints(p, p->n);
    p->total = INT64_MAX;
    for (int i = 0; i < 2 * ORDERS && p->total > p->goal && (i == 0 || p->work > 0); i++) {
        int64_t total;

        make_order(p, i / 2, order);
        total = greedy(p, order, i % 2);
        if (total < best)
            best = total, best_order = i;
    }
    if (p->total > p->goal && p->work > 0) {
        make_order(p, best_order / 2, order);
        iterated_greedy(p, order, greedy(p, order, best_order % 2), best_order % 2, p->work / 20);
    }
    if (p->total > p->goal && p->work > 0 && p->n <= SEARCH_MAX && p->total <= UNITS_MAX)
        bisect(p);
}

/* ---- sections and parts ---- */
/* Numbers the maximal live sets: a section begins with the first birth after a death. Returns their count. */
static int32_t find_sections(struct pool *pool, const struct buffer *buffers, struct item *items, int32_t n)
{
    int32_t *births = pool_array(pool, (size_t)n, sizeof(*births)),
            *deaths = pool_array(pool, (size_t)n, sizeof(*deaths));
    int32_t *last = pool_array(pool, (size_t)n, sizeof(*last)), n_sections = 0; /* last birth of each section */

    for (int32_t i = 0; i < n; i++)
        births[i] = buffers[i].lower, deaths[i] = buffers[i].upper;
    qsort(births, (size_t)n, sizeof(*births), compare_i32);
    qsort(deaths, (size_t)n, sizeof(*deaths), compare_i32);
    for (int32_t i = 0, d = 0; i < n; i++) {
        bool death = i == 0;

        for (; deaths[d] <= births[i]; d++)
            death = true;
        n_sections += death;
        last[n_sections - 1] = births[i];
    }
    for (int32_t i = 0; i < n; i++)
        for (int side = 0; side < 2; side++) {
            int32_t lo = 0, hi = n_sections, time = side ? buffers[i].upper : buffers[i].lower;

            while (lo < hi) {
                int32_t mid = lo + (hi - lo) / 2;

                if (last[mid] >= time)
                    hi = mid;
                else
                    lo = mid + 1;
            }
            *(side ? &items[i].hi : &items[i].lo) = lo;
        }
    return n_sections;
}

/* Every item's contention; returns the largest. */
static int64_t find_contention(struct pool *pool, struct item *items, int32_t n, int32_t n_sections)
{
    int64_t *load = pool_array(pool, (size_t)n_sections + 1, sizeof(*load)), bound = 0;

    for (int32_t i = 0; i < n; i++)
        load[items[i].lo] += items[i].size, load[items[i].hi] -= items[i].size;
    for (int32_t t = 1; t < n_sections; t++)
        load[t] += load[t - 1];
    for (int32_t i = 0; i < n; i++) {
        for (int32_t t = items[i].lo; t < items[i].hi; t++)
            items[i].contention = load[t] > items[i].contention ? load[t] : items[i].contention;
        bound = items[i].contention > bound ? items[i].contention : bound;
    }
    return bound;
}

struct offsets_result offsets_solve(struct pool *pool, struct buffer *buffers, int32_t n, int64_t align, int64_t effort)
{
    struct item *items = pool_array(pool, (size_t)n + 1, sizeof(*items));
    int64_t work =
        effort > 0 ? (effort < INT64_MAX / 64 / (n + 1) ? effort : INT64_MAX / 64 / (n + 1)) * n : WORK_DEFAULT;
    int64_t bound, proven, total = 0;
    int32_t n_sections;

    if (n == 0)
        return (struct offsets_result){.optimal = true};
    for (int32_t i = 0; i < n; i++) {
        assert(buffers[i].lower < buffers[i].upper && buffers[i].size > 0);
        items[i].size = (buffers[i].size + align - 1) / align;
        items[i].buffer = i;
    }
    n_sections = find_sections(pool, buffers, items, n);
    proven = bound = find_contention(pool, items, n, n_sections);
    qsort(items, (size_t)n, sizeof(*items), compare_lo);
    for (int32_t i = 0, j; i < n; i = j) {
        struct part p = {.pool = pool, .items = items + i, .n_sections = n_sections, .proven = bound, .goal = bound};
        int32_t hi = items[i].hi;

        for (j = i + 1; j < n && items[j].lo < hi; j++)
            hi = items[j].hi > hi ? items[j].hi : hi;
        p.n = j - i;
        p.work = work / n * p.n;
        part_solve(&p);
        for (int32_t k = 0; k < p.n; k++)
            buffers[p.items[k].buffer].offset = p.best[k] * align;
        total = p.total > total ? p.total : total;
        proven = p.proven > proven ? p.proven : proven;
    }
    return (struct offsets_result){total * align, bound * align, total == proven};
}
