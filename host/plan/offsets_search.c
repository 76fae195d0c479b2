/* SPDX-License-Identifier: Apache-2.0 */
/* The search builds a placement from below: every item rests on another or on the ground, and offsets never fall from
 * one placement to the next, so that few orders give the same placement. What is left falls apart where no item joins
 * two sections any more, and each piece is solved alone, its items ranked anew by the load that is left to them: that
 * finds most placements within a few thousand steps. Canonical order, section bounds and pieces are ideas of M. D.
 * Moffitt, "MiniMalloc" (ASPLOS 2023). */
#include "host/plan/offsets_search.h"

/* Ranks the items of a list by the search's order, with the load that is left to them. */
static void rank_anew(struct search *s, const int32_t *list, int32_t n)
{
    for (int32_t i = 0; i < n; i++) {
        const struct item *it = &s->part->items[list[i]];
        int32_t load = 0;

        for (int32_t t = it->lo; t < it->hi; t++)
            load = s->rest[t] > load ? s->rest[t] : load;
        rank_item(s->part, i, list[i], load, s->order);
        s->work -= it->hi - it->lo + 8;
    }
    rank_sort(s->part, n);
    for (int32_t i = 0; i < n; i++)
        s->rank[s->part->ranked[i].item] = i;
}

static enum answer search(struct search *s, const int32_t *list, int32_t n, struct last last);

/* Solves a piece of what was one list. */
static enum answer search_piece(struct search *s, const int32_t *list, int32_t n, int32_t last_offset)
{
    int32_t *ranks = s->stack;
    enum answer answer;

    s->stack += n;
    for (int32_t i = 0; i < n; i++)
        ranks[i] = s->rank[list[i]];
    rank_anew(s, list, n);
    answer = search(s, list, n, (struct last){last_offset, -1});
    for (int32_t i = 0; i < n; i++)
        s->rank[list[i]] = ranks[i];
    s->stack = ranks;
    return answer;
}

/* The end of the connected piece that begins at `from`. */
static int32_t piece_end(const struct search *s, const int32_t *list, int32_t n, int32_t from)
{
    const struct item *items = s->part->items;
    int32_t to = from + 1, hi = items[list[from]].hi;

    for (; to < n && items[list[to]].lo < hi; to++)
        hi = items[list[to]].hi > hi ? items[list[to]].hi : hi;
    return to;
}

/* Solves what is left in list (by lo), piece by piece. */
static enum answer search_pieces(struct search *s, const int32_t *list, int32_t n, struct last last)
{
    enum answer answer = FOUND;

    for (int32_t i = 0, j; i < n; i = j) {
        j = piece_end(s, list, n, i);
        if (!room(s, list + i, j - i, last))
            return REFUTED;
    }
    for (int32_t i = 0, j; i < n && answer == FOUND; i = j) {
        j = piece_end(s, list, n, i);
        answer = j - i < n || last.item < 0 ? search_piece(s, list + i, j - i, last.offset) : search(s, list, n, last);
    }
    return answer;
}

/* Adds what an item holds to what its sections still have to take, `sign` times. */
static void rest_add(struct search *s, int32_t it, int32_t sign)
{
    const struct item *item = &s->part->items[it];

    for (int32_t t = item->lo; t < item->hi; t++) {
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
        int64_t end = s->offset[it] + distance(s->part, it, other);

        if (other == it)
            continue;
        rest[n_rest++] = other;
        if (s->offset[other] < end) {
            changed[n_changed++] = other;
            changed[n_changed++] = s->offset[other];
            s->offset[other] = (int32_t)end;
        }
    }
    s->part->tried++;
    rest_add(s, it, -1);
    s->placed[it] = true;
    s->stack = changed + n_changed;
    answer = search_pieces(s, rest, n_rest, (struct last){s->offset[it], it});
    s->stack = rest;
    s->work -= n;
    if (answer == FOUND)
        return FOUND;
    s->placed[it] = false;
    rest_add(s, it, 1);
    for (int32_t i = 0; i < n_changed; i += 2)
        s->offset[changed[i]] = changed[i + 1];
    return answer;
}

/* No placement of the list is higher: all that is left lies above the last one. */
static int32_t highest_start(const struct search *s, const int32_t *list, int32_t n)
{
    const struct item *items = s->part->items;
    int32_t most = 0, t = items[list[0]].lo;

    for (int32_t i = 0; i < n; i++)
        for (; t < items[list[i]].hi; t++)
            most = s->rest[t] > most ? s->rest[t] : most;
    return s->capacity - most;
}

/* Candidates for the next placement, lowest first, as a list on the stack; returns how many. Left out are those that
 *   - would lie below the last placement, or beside it but with a lower rank: another order gives that placement;
 *   - start where another could already end: that other could be put below, or is met with a lower placement;
 *   - leave too little room above;
 *   - have an equal twin that is not placed yet. */
static int32_t find_candidates(struct search *s, const int32_t *list, int32_t n, struct last last)
{
    int32_t *candidates = s->stack, m = 0, lowest_end = INT32_MAX, highest = highest_start(s, list, n);

    for (int32_t i = 0; i < n; i++) {
        int32_t end = least_start(s, list[i], last) + s->size[list[i]];

        lowest_end = end < lowest_end ? end : lowest_end;
    }
    for (int32_t i = 0; i < n; i++) {
        int32_t it = list[i], offset = s->offset[it], at = m;

        if (offset >= lowest_end || offset > highest || passed_over(s, it, last) ||
            (s->twin[it] >= 0 && !s->placed[s->twin[it]]))
            continue;
        for (; at > 0 && (s->offset[candidates[at - 1]] > offset ||
                          (s->offset[candidates[at - 1]] == offset && s->rank[candidates[at - 1]] > s->rank[it]));
             at--)
            candidates[at] = candidates[at - 1];
        candidates[at] = it;
        m++;
    }
    return m;
}

static enum answer search(struct search *s, const int32_t *list, int32_t n, struct last last)
{
    int32_t *candidates = s->stack, m;
    enum answer answer = REFUTED;

    if (s->work <= 0)
        return EXHAUSTED;
    m = find_candidates(s, list, n, last);
    s->stack += m;
    for (int32_t i = 0; i < m && answer == REFUTED; i++)
        answer = search_with(s, list, n, candidates[i]);
    s->stack = candidates;
    return answer;
}

static void *ints(const struct part *p, int64_t n) { return pool_array(p->pool, (size_t)n + 1, sizeof(int32_t)); }

static bool twins(const struct item *a, const struct item *b)
{
    return a->lo == b->lo && a->hi == b->hi && a->size == b->size && a->live == NULL && b->live == NULL;
}

static struct search search_new(struct part *p)
{
    int64_t n = p->n;
    struct search s = {.part = p,
                       .size = ints(p, n),
                       .step = ints(p, n),
                       .offset = ints(p, n),
                       .rank = ints(p, n),
                       .twin = ints(p, n),
                       .placed = ints(p, n),
                       .rest = ints(p, p->sections->n),
                       .least = ints(p, n),
                       .most = ints(p, n),
                       .lowest = ints(p, p->sections->n),
                       .first = pool_array(p->pool, (size_t)p->sections->n, sizeof(*s.first)),
                       .ends = pool_array(p->pool, (size_t)p->sections->n, sizeof(*s.ends)),
                       .stack = ints(p, 5 * n * (n + 3) / 2)};

    assert(n <= SEARCH_MAX && p->total <= UNITS_MAX);
    for (int32_t i = 0; i < n; i++) {
        s.step[i] = s.size[i] = (int32_t)p->items[i].size;
        s.twin[i] = -1;
        for (int32_t j = 0; j < n && p->distances != NULL; j++)
            if (distance(p, i, j) != APART && distance(p, i, j) < s.step[i])
                s.step[i] = (int32_t)distance(p, i, j);
        for (int32_t j = i - 1; j >= 0 && s.twin[i] < 0; j--)
            s.twin[i] = twins(&p->items[i], &p->items[j]) ? j : -1;
    }
    return s;
}

/* Is there a placement within `capacity`? Gives up after `work` steps. */
static enum answer search_run(struct search *s, const char *order, int64_t capacity, int64_t work)
{
    struct part *p = s->part;
    int32_t *list = p->order;
    enum answer answer;

    memset(s->rest, 0, (size_t)p->sections->n * sizeof(*s->rest));
    for (int32_t i = 0; i < p->n; i++) {
        list[i] = i;
        s->offset[i] = 0;
        s->placed[i] = false;
        rest_add(s, i, 1);
    }
    s->order = order;
    s->capacity = (int32_t)capacity;
    s->work = work;
    answer = search_pieces(s, list, p->n, (struct last){0, -1});
    p->work -= work - s->work;
    if (answer == FOUND) {
        p->total = 0;
        for (int32_t i = 0; i < p->n; i++) {
            p->best[i] = s->offset[i];
            p->total = s->offset[i] + s->size[i] > p->total ? s->offset[i] + s->size[i] : p->total;
        }
    }
    assert(answer != FOUND || p->total <= capacity);
    return answer;
}

/* All orders with budgets that double, until one of them decides or `work` is spent. */
static enum answer search_orders(struct search *s, int64_t capacity, int64_t work)
{
    static const char *const orders[] = {"TWA", "TAW", "WAT", "TBW", "TZW", "DWA"};
    int64_t stop = s->part->work - work, slice = work / 128 + 1;
    enum answer answer = EXHAUSTED;

    for (size_t i = 0; answer == EXHAUSTED && s->part->work > stop; i++) {
        answer = search_run(s, orders[i % COUNT(orders)], capacity, slice);
        if (i % COUNT(orders) == COUNT(orders) - 1)
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
        enum answer answer = search_orders(&s, capacity, (p->work - stop) / 2 + 1);

        if (answer == REFUTED && capacity >= p->refuted)
            p->refuted = capacity + p->align;
        if (answer != FOUND)
            open = capacity + p->align;
        capacity = open + (p->total - open) / p->align / 2 * p->align;
    }
}
