/* SPDX-License-Identifier: Apache-2.0 */
/* Offsets of buffers with known lifetimes in one arena (dynamic storage allocation, NP-hard).
 *
 * Time is cut into sections, the moments that stand for all others. Buffers that share no section, directly or through
 * others, form parts that are solved alone: greedy placements (offsets_greedy.c), then a search for a given capacity,
 * which is bisected (offsets_search.c). Two whole buffers are as far apart as the lower one's size; what two others
 * hold at each time they share says how near they may come, and from there on they are treated alike. Where that is
 * nearer than the lower one's start, offsets do not tell who lies below, and offsets_pairs.c has the last word. */
#include "host/plan/offsets_part.h"

#include <stdlib.h>

#define EFFORT_DEFAULT 20000000              /* elementary steps a buffer, about a nanosecond each */
#define WORK_MAX       ((int64_t)4000000000) /* by default */

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

/* Numbers the maximal live sets of whole buffers: a section begins with the first birth after a death, and its time is
 * the last birth before the next. */
static void find_maximal(struct pool *pool, const struct buffer *buffers, int32_t n, struct sections *s)
{
    int32_t *births = pool_array(pool, (size_t)n, sizeof(*births)),
            *deaths = pool_array(pool, (size_t)n, sizeof(*deaths));

    s->time = pool_array(pool, (size_t)n, sizeof(*s->time));
    for (int32_t i = 0; i < n; i++)
        births[i] = buffers[i].lower, deaths[i] = buffers[i].upper;
    qsort(births, (size_t)n, sizeof(*births), compare_i32);
    qsort(deaths, (size_t)n, sizeof(*deaths), compare_i32);
    for (int32_t i = 0, d = 0; i < n; i++) {
        bool death = i == 0;

        for (; deaths[d] <= births[i]; d++)
            death = true;
        s->n += death;
        assert(s->n > 0 && s->n <= n);
        s->time[s->n - 1] = births[i];
    }
}

static bool extent_changes(const struct buffer *b, int64_t i)
{
    return i == 0 || b->live[i].from != b->live[i - 1].from || b->live[i].to != b->live[i - 1].to;
}

/* With extents each time at which a buffer is born or holds something else begins a section. */
static void find_changes(struct pool *pool, const struct buffer *buffers, int32_t n, struct sections *s)
{
    size_t most = 0;
    int32_t n_times = 0;

    for (int32_t i = 0; i < n; i++)
        most += buffers[i].live != NULL ? (size_t)((int64_t)buffers[i].upper - buffers[i].lower) : 1;
    s->time = pool_array(pool, most, sizeof(*s->time));
    for (int32_t i = 0; i < n; i++)
        for (int32_t t = buffers[i].lower; t < buffers[i].upper && (t == buffers[i].lower || buffers[i].live); t++)
            if (buffers[i].live == NULL || extent_changes(&buffers[i], (int64_t)t - buffers[i].lower))
                s->time[n_times++] = t;
    qsort(s->time, (size_t)n_times, sizeof(*s->time), compare_i32);
    for (int32_t i = 0; i < n_times; i++)
        if (i == 0 || s->time[i] != s->time[s->n - 1])
            s->time[s->n++] = s->time[i];
}

/* The first section that is not before a time. */
static int32_t section_at(const struct sections *s, int32_t time)
{
    int32_t lo = 0, hi = s->n;

    while (lo < hi) {
        int32_t mid = lo + (hi - lo) / 2;

        if (s->time[mid] >= time)
            hi = mid;
        else
            lo = mid + 1;
    }
    return lo;
}

static struct sections find_sections(struct pool *pool, const struct buffer *buffers, struct item *items, int32_t n,
                                     bool extents)
{
    struct sections s = {0};

    (extents ? find_changes : find_maximal)(pool, buffers, n, &s);
    s.parted = pool_array(pool, (size_t)s.n, sizeof(*s.parted));
    for (int32_t i = 0; i < n; i++) {
        items[i].lo = section_at(&s, buffers[i].lower);
        items[i].hi = section_at(&s, buffers[i].upper);
        assert(items[i].lo < items[i].hi && items[i].hi <= s.n);
        for (int32_t t = items[i].lo; t < items[i].hi && buffers[i].live != NULL; t++)
            s.parted[t] = true;
    }
    return s;
}

/* Every item's contention; returns the largest. */
static int64_t find_contention(struct pool *pool, const struct sections *s, struct item *items, int32_t n)
{
    int64_t *load = pool_array(pool, (size_t)s->n + 1, sizeof(*load)), bound = 0;

    for (int32_t i = 0; i < n; i++)
        for (int32_t t = items[i].lo; t < items[i].hi; t++) {
            struct extent e = held(s, &items[i], t);

            load[t] += e.to - e.from;
        }
    for (int32_t i = 0; i < n; i++) {
        for (int32_t t = items[i].lo; t < items[i].hi; t++)
            items[i].contention = load[t] > items[i].contention ? load[t] : items[i].contention;
        bound = items[i].contention > bound ? items[i].contention : bound;
        bound = items[i].size > bound ? items[i].size : bound;
    }
    return bound;
}

/* The blocks of `align` bytes that a section takes. Offsets are multiples of align, so that two items share a block
 * only where one ends in it and another begins in it, not before. */
static int64_t find_blocks(const struct sections *s, const struct item *items, int32_t n, int64_t align, int32_t t)
{
    int64_t blocks = 0, lowest = align, second = align; /* ends within a block */
    int32_t whose = -1;

    for (int32_t i = 0; i < n; i++) {
        struct extent e = t >= items[i].lo && t < items[i].hi ? held(s, &items[i], t) : (struct extent){0, 0};
        int64_t end = e.to % align;

        if (e.from == e.to)
            continue;
        blocks += (e.to + align - 1) / align - e.from / align;
        if (end > 0 && end < lowest)
            second = lowest, lowest = end, whose = i;
        else if (end > 0 && end < second)
            second = end;
    }
    for (int32_t i = 0; i < n; i++) {
        struct extent e = t >= items[i].lo && t < items[i].hi ? held(s, &items[i], t) : (struct extent){0, 0};

        blocks -= e.from < e.to && (whose == i ? second : lowest) <= e.from % align;
    }
    return blocks;
}

/* The next multiple of align; x may be negative. */
static int64_t round_up(int64_t x, int64_t align)
{
    int64_t rest = x % align;

    return rest > 0 ? x + align - rest : x - rest;
}

/* How far item j must start above the start of item i to lie above all of it that is held. */
static int64_t find_distance(const struct part *p, const struct item *i, const struct item *j)
{
    int32_t lo = i->lo > j->lo ? i->lo : j->lo, hi = i->hi < j->hi ? i->hi : j->hi;
    int64_t most = APART;

    if (i->live == NULL && j->live == NULL)
        return lo < hi ? i->size : APART;
    for (int32_t t = lo; t < hi; t++) {
        struct extent a = held(p->sections, i, t), b = held(p->sections, j, t);

        if (a.from < a.to && b.from < b.to && a.to - b.from > most)
            most = a.to - b.from;
    }
    return most == APART ? APART : round_up(most, p->align);
}

/* All distances where some item has extents. A part that is too large for them takes its items as whole. */
static void find_distances(struct part *p)
{
    bool extents = false;

    for (int32_t i = 0; i < p->n; i++) {
        extents = extents || p->items[i].live != NULL;
        if (p->n > SEARCH_MAX)
            p->items[i].live = NULL;
    }
    p->above = true;
    if (!extents || p->n > SEARCH_MAX)
        return;
    p->distances = pool_array(p->pool, (size_t)p->n * (size_t)p->n, sizeof(*p->distances));
    for (int32_t i = 0; i < p->n; i++)
        for (int32_t j = 0; j < p->n; j++) {
            int64_t d = i != j ? find_distance(p, &p->items[i], &p->items[j]) : APART;

            p->distances[(int64_t)i * p->n + j] = d;
            p->above = p->above && (d == APART || d > 0);
        }
}

static bool part_is_searched(const struct part *p)
{
    return p->total > p->refuted && p->work > 0 && p->n <= SEARCH_MAX && p->total <= UNITS_MAX;
}

static void part_solve(struct part *p)
{
    assert(p->n > 0);
    p->best = pool_array(p->pool, (size_t)p->n, sizeof(*p->best));
    p->order = pool_array(p->pool, (size_t)p->n, sizeof(*p->order));
    p->ranked = pool_array(p->pool, (size_t)p->n, sizeof(*p->ranked));
    p->placed = pool_array(p->pool, (size_t)p->n, sizeof(*p->placed));
    find_distances(p);
    part_greedy(p);
    if (part_is_searched(p))
        part_search(p, p->work / 16);
    if (p->total > p->refuted && p->work > 0)
        part_iterate(p);
    if (part_is_searched(p))
        part_search(p, p->above ? p->work : p->work / 2);
    if (p->above)
        p->proven = p->refuted;
    else if (p->total > p->goal && p->work > 0)
        part_pairs(p, p->work);
}

/* Solves part by part, with `bound` for the smallest total that is of use. */
static struct offsets_result solve_parts(struct pool *pool, const struct sections *sections, struct item *items,
                                         int32_t n, int64_t align, int64_t work, int64_t bound)
{
    struct offsets_result r = {.bound = bound};

    qsort(items, (size_t)n, sizeof(*items), compare_lo);
    for (int32_t i = 0, j; i < n; i = j) {
        struct part p = {.pool = pool, .sections = sections, .items = items + i, .align = align};
        int32_t hi = items[i].hi;

        for (j = i + 1; j < n && items[j].lo < hi; j++)
            hi = items[j].hi > hi ? items[j].hi : hi;
        p.proven = p.refuted = p.goal = bound;
        p.n = j - i;
        p.work = work / n * p.n;
        part_solve(&p);
        for (int32_t k = 0; k < p.n; k++) {
            assert(p.best[k] >= 0 && p.best[k] % align == 0 && p.best[k] + p.items[k].size <= p.total);
            p.items[k].offset = p.best[k];
        }
        r.total = p.total > r.total ? p.total : r.total;
        r.bound = p.proven > r.bound ? p.proven : r.bound;
        r.tried += p.tried;
    }
    return r;
}

static void check_buffer(const struct buffer *b)
{
    assert(b->lower < b->upper && b->size > 0);
    for (int64_t i = 0; b->live != NULL && i < (int64_t)b->upper - b->lower; i++)
        assert(0 <= b->live[i].from && b->live[i].from <= b->live[i].to && b->live[i].to <= b->size);
}

struct offsets_result offsets_solve(struct pool *pool, struct buffer *buffers, int32_t n, int64_t align, int64_t effort)
{
    struct item *items = pool_array(pool, (size_t)n + 1, sizeof(*items));
    int64_t most = effort > 0 ? INT64_MAX / 64 : WORK_MAX, each = effort > 0 ? effort : EFFORT_DEFAULT;
    int64_t work = each < most / (n + 1) ? each * n : most, unit, bound;
    struct offsets_result r;
    struct sections sections;
    bool extents = false;

    assert(n >= 0 && align > 0 && effort >= 0);
    if (n == 0)
        return (struct offsets_result){.optimal = true};
    for (int32_t i = 0; i < n; i++) {
        check_buffer(&buffers[i]);
        extents = extents || buffers[i].live != NULL;
    }
    unit = extents ? 1 : align;
    for (int32_t i = 0; i < n; i++) {
        int64_t size = round_up(buffers[i].size, align) / unit;

        items[i] = (struct item){.size = size, .bytes = buffers[i].size, .buffer = i, .live = buffers[i].live};
        items[i].lower = buffers[i].lower;
        items[i].upper = buffers[i].upper;
    }
    sections = find_sections(pool, buffers, items, n, extents);
    bound = round_up(find_contention(pool, &sections, items, n), align / unit);
    for (int32_t t = 0; t < sections.n && extents; t++) {
        int64_t blocks = find_blocks(&sections, items, n, align, t);

        bound = blocks * align > bound ? blocks * align : bound;
    }
    r = solve_parts(pool, &sections, items, n, align / unit, work, bound);
    for (int32_t i = 0; i < n; i++)
        buffers[items[i].buffer].offset = items[i].offset * unit;
    r.total *= unit;
    r.bound *= unit;
    r.optimal = r.total == r.bound;
    assert(r.bound <= r.total && r.total % align == 0);
    return r;
}
