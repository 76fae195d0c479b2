/* SPDX-License-Identifier: Apache-2.0 */
/* What the search for offsets knows without trying: where each item could still start, and that each section has room
 * for all that it still has to take. */
#include "host/plan/offsets_search.h"

#define ROUNDS 4 /* of raising items; more prove hardly more */

static void find_ends(struct search *s, const int32_t *list, int32_t n, struct last last)
{
    const struct item *items = s->part->items;
    int32_t known = items[list[0]].lo;

    for (int32_t i = 0; i < n; i++) {
        int32_t it = list[i], end = least_start(s, it, last) + s->step[it];

        for (; known < items[it].hi; known++)
            s->ends[known] = (struct ends){INT32_MAX, INT32_MAX, -1};
        for (int32_t t = items[it].lo; t < items[it].hi; t++) {
            struct ends *e = &s->ends[t];

            if (end < e->lowest)
                *e = (struct ends){end, e->lowest, it};
            else if (end < e->second)
                e->second = end;
        }
    }
}

/* The least offset that an unplaced item can still have: one that is passed over has to rest on something to come. */
static int32_t least_offset(const struct search *s, int32_t it, struct last last)
{
    const struct item *item = &s->part->items[it];
    int32_t least = INT32_MAX;

    if (!passed_over(s, it, last))
        return s->offset[it];
    for (int32_t t = item->lo; t < item->hi; t++) {
        int32_t end = s->ends[t].item == it ? s->ends[t].second : s->ends[t].lowest;

        least = end < least ? end : least;
    }
    return least;
}

/* Finds who could be the lowest of what each section still has to take. False: of one nobody could. */
static bool find_first(struct search *s, const int32_t *list, int32_t n, int32_t begin, int32_t end)
{
    for (int32_t t = begin; t < end; t++)
        s->first[t].count = 0;
    for (int32_t i = 0; i < n; i++) {
        const struct item *item = &s->part->items[list[i]];

        for (int32_t t = item->lo; t < item->hi; t++) {
            struct extent e = held(s->part->sections, item, t);

            if (e.from < e.to && s->least[list[i]] + e.from <= s->capacity - s->rest[t])
                s->first[t] = (struct first){s->first[t].count + 1, list[i]};
        }
        s->work -= item->hi - item->lo;
    }
    for (int32_t t = begin; t < end; t++)
        if (s->rest[t] > 0 && s->first[t].count == 0)
            return false;
    return true;
}

/* Lists in s->lowest[] the items that must be a section's lowest, as far as that lowers their highest offset. */
static int32_t find_lowest(struct search *s, int32_t begin, int32_t end)
{
    int32_t n = 0;

    for (int32_t t = begin; t < end; t++) {
        int32_t it = s->first[t].item;
        int64_t most = s->capacity - s->rest[t];

        if (s->rest[t] == 0 || s->first[t].count != 1)
            continue;
        most -= held(s->part->sections, &s->part->items[it], t).from;
        if (most < s->most[it]) {
            s->most[it] = (int32_t)most;
            s->lowest[n++] = it;
        }
    }
    return n;
}

/* Raises all that cannot lie below an item above it; returns how many, or -1: one is too high then. */
static int32_t raise_others(struct search *s, const int32_t *list, int32_t n, int32_t it)
{
    int32_t raised = 0;

    for (int32_t i = 0; i < n; i++) {
        int32_t other = list[i];
        int64_t below = s->least[other] + distance(s->part, other, it);
        int64_t above = s->least[it] + distance(s->part, it, other);

        if (other == it || below <= s->most[it] || s->least[other] >= above)
            continue;
        if (above > s->most[other])
            return -1;
        s->least[other] = (int32_t)above;
        raised++;
    }
    s->work -= n / 2;
    return raised;
}

bool room(struct search *s, const int32_t *list, int32_t n, struct last last)
{
    const struct item *items = s->part->items;
    int32_t begin = items[list[0]].lo, end = begin;

    find_ends(s, list, n, last);
    for (int32_t i = 0; i < n; i++) {
        int32_t it = list[i];

        s->least[it] = least_offset(s, it, last);
        s->most[it] = s->capacity - s->size[it];
        s->work -= 2 * (items[it].hi - items[it].lo) + 4;
        end = items[it].hi > end ? items[it].hi : end;
        if (s->least[it] > s->most[it])
            return false;
    }
    for (int round = 0, raised = 1; round < ROUNDS && raised > 0; round++) {
        int32_t n_lowest;

        raised = 0;
        if (!find_first(s, list, n, begin, end))
            return false;
        n_lowest = find_lowest(s, begin, end);
        for (int32_t i = 0; i < n_lowest; i++) {
            int32_t more = raise_others(s, list, n, s->lowest[i]);

            if (more < 0)
                return false;
            raised += more;
        }
    }
    return true;
}
