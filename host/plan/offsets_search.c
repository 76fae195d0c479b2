/* SPDX-License-Identifier: Apache-2.0 */
/* The search builds a placement from below: every buffer rests on another or on the ground, and offsets never fall from
 * one placement to the next, so that few orders give the same placement. Canonical order and section bounds are ideas
 * of M. D. Moffitt, "MiniMalloc" (ASPLOS 2023). */
#include "host/plan/offsets_part.h"

enum answer { FOUND, REFUTED, EXHAUSTED };

/* Items by rank: the search prefers a lower one. */
struct search {
    const struct part *part;
    int32_t n, capacity;
    int64_t work;
    int32_t *item;           /* [n] its index in the part */
    int32_t *lo, *hi, *size; /* [n] */
    int32_t *offset;         /* [n] placed: where; else the highest end below it, the least offset it can have */
    int32_t *twin;           /* [n] the previous item with the same lifetime and size, or -1 */
    bool *placed;            /* [n] */
    int32_t *rest, *low;     /* [sections] sum of what is not placed; least address of that */
    int32_t *stack;          /* lists of the nodes on the path: 4 words an item and level */
};

/* The least offset of b less that of a when b lies above a; APART. */
static int64_t rise(const struct search *s, int32_t a, int32_t b)
{
    if (s->part->distances != NULL)
        return distance(s->part, s->item[a], s->item[b]);
    return s->lo[a] < s->hi[b] && s->lo[b] < s->hi[a] ? s->size[a] : APART;
}

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
        int32_t x = list[i];
        int64_t up = rise(s, x, it), end = (s->offset[x] > last ? s->offset[x] : last) + up;

        if (up != APART && x != it && end < least)
            least = (int32_t)end;
    }
    s->work -= n / 2;
    return least;
}

/* An item that cannot be below `offset` holds nothing below s->low of its sections. */
static void lower_low(struct search *s, int32_t it, int32_t offset)
{
    const struct item *item = &s->part->items[s->item[it]];

    for (int32_t t = s->lo[it]; t < s->hi[it]; t++) {
        int32_t from = offset;

        if (item->live != NULL) {
            struct extent e = held(s->part->sections, item, t);

            from = e.from < e.to ? offset + (int32_t)e.from : INT32_MAX;
        }
        s->low[t] = from < s->low[t] ? from : s->low[t];
    }
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
        lower_low(s, it, offset);
        s->work -= s->hi[it] - s->lo[it] + 4;
    }
    for (int32_t t = first; t < end; t++)
        if (s->rest[t] > 0 && s->rest[t] > s->capacity - s->low[t])
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

/* Adds what an item holds to what its sections still have to take, `sign` times. */
static void rest_add(struct search *s, int32_t it, int32_t sign)
{
    const struct item *item = &s->part->items[s->item[it]];

    for (int32_t t = s->lo[it]; t < s->hi[it]; t++) {
        struct extent e = held(s->part->sections, item, t);

        s->rest[t] += sign * (int32_t)(e.to - e.from);
    }
}

/* Places one item of the list on what is below it and solves the rest; takes it back if that fails. */
static enum answer search_with(struct search *s, const int32_t *list, int32_t n, int32_t it)
{
    int32_t *rest = s->stack, *changed = rest + n - 1, n_rest = 0, n_changed = 0;
    enum answer answer;

    for (int32_t i = 0; i < n; i++) {
        int32_t other = list[i];
        int64_t end = s->offset[it] + rise(s, it, other);

        if (other == it)
            continue;
        rest[n_rest++] = other;
        if (s->offset[other] < end) {
            changed[n_changed++] = other;
            changed[n_changed++] = s->offset[other];
            s->offset[other] = (int32_t)end;
        }
    }
    rest_add(s, it, -1);
    s->placed[it] = true;
    s->stack = changed + n_changed;
    answer = search_parts(s, rest, n_rest, s->offset[it], it);
    s->stack = rest;
    if (answer == FOUND)
        return FOUND;
    s->placed[it] = false;
    rest_add(s, it, 1);
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

    return (struct search){.part = p,
                           .n = p->n,
                           .item = ints(p, n),
                           .lo = ints(p, n),
                           .hi = ints(p, n),
                           .size = ints(p, n),
                           .offset = ints(p, n),
                           .twin = ints(p, n),
                           .placed = ints(p, n),
                           .rest = ints(p, p->sections->n),
                           .low = ints(p, p->sections->n),
                           .stack = ints(p, 2 * n * (n + 3))};
}

/* Is there a placement within `capacity`? Gives up after `work` steps. */
static enum answer search_run(struct part *p, struct search *s, int order, int64_t capacity, int64_t work)
{
    int32_t *by_rank = p->order, *list = p->placed;
    enum answer answer;

    make_order(p, order, by_rank);
    memset(s->rest, 0, (size_t)p->sections->n * sizeof(*s->rest));
    for (int32_t r = 0; r < p->n; r++) {
        const struct item *it = &p->items[by_rank[r]];

        s->item[r] = by_rank[r], s->lo[r] = it->lo, s->hi[r] = it->hi, s->size[r] = (int32_t)it->size;
        s->offset[r] = 0, s->placed[r] = false, s->twin[r] = -1;
        list[by_rank[r]] = r; /* items are by lo */
        rest_add(s, r, 1);
        for (int32_t q = r - 1; q >= 0 && s->twin[r] < 0 && it->live == NULL; q--)
            if (p->items[by_rank[q]].live == NULL && s->lo[q] == s->lo[r] && s->hi[q] == s->hi[r] &&
                s->size[q] == s->size[r])
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
void part_search(struct part *p, int64_t work)
{
    struct search s = search_new(p);
    int64_t stop = p->work - work, open = p->refuted, capacity = p->refuted; /* below `open`: refuted or given up */

    while (p->total > open && p->work > stop) {
        enum answer answer = search_orders(p, &s, capacity, (p->work - stop) / 2 + 1);

        if (answer == REFUTED && capacity >= p->refuted)
            p->refuted = capacity + p->align;
        if (answer != FOUND)
            open = capacity + p->align;
        capacity = open + (p->total - open) / p->align / 2 * p->align;
    }
}
