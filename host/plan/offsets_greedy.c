/* SPDX-License-Identifier: Apache-2.0 */
/* Greedy placements in several orders, and an iterated greedy that moves the buffers at the peak forward. */
#include "host/plan/offsets_part.h"

#include <stdlib.h>

static const char *const orders[] = {"TWZ", "BZA", "WZA", "DZA", "TAZ", "ZWA", "AZW"};

static double rank_key(const struct item *it, int64_t load, char letter)
{
    double life = (double)it->upper - it->lower, size = (double)it->size;

    switch (letter) {
    case 'T':
        return (double)load;
    case 'W':
        return life;
    case 'A':
        return life * size;
    case 'Z':
        return size;
    case 'B':
        return -(double)it->lower;
    default:
        return it->upper;
    }
}

void rank_item(struct part *p, int32_t at, int32_t item, int64_t load, const char *order)
{
    p->ranked[at].item = item;
    for (int i = 0; i < 3; i++)
        p->ranked[at].key[i] = rank_key(&p->items[item], load, order[i]);
}

static int compare_ranked(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;

    for (int i = 0; i < 3; i++)
        if (x->key[i] != y->key[i])
            return x->key[i] < y->key[i] ? 1 : -1;
    return (x->item > y->item) - (x->item < y->item);
}

void rank_sort(struct part *p, int32_t n) { qsort(p->ranked, (size_t)n, sizeof(*p->ranked), compare_ranked); }

/* Fills order[] with the items, the most awkward first. */
static void make_order(struct part *p, const char *letters, int32_t *order)
{
    for (int32_t i = 0; i < p->n; i++)
        rank_item(p, i, i, p->items[i].contention, letters);
    rank_sort(p, p->n);
    for (int32_t i = 0; i < p->n; i++)
        order[i] = p->ranked[i].item;
}

/* Where an item would meet another: from < offset < to. */
struct taken {
    int64_t from, to;
};

/* Fills taken[], by `from`, with what the first n_placed items take from an item; returns how many do. */
static int32_t find_taken(const struct part *p, int32_t n_placed, int32_t item, struct taken *taken)
{
    int32_t n = 0;

    for (int32_t i = 0; i < n_placed; i++) {
        int32_t placed = p->placed[i], at = n;
        int64_t up = distance(p, placed, item), offset = p->items[placed].offset;
        struct taken t = {offset - distance(p, item, placed), offset + up};

        if (up == APART)
            continue;
        for (; at > 0 && taken[at - 1].from > t.from; at--)
            taken[at] = taken[at - 1];
        taken[at] = t;
        n++;
    }
    return n;
}

/* The lowest gap between what is taken, or the tightest. */
static int64_t gap_between(const struct taken *taken, int32_t n, bool tightest)
{
    int64_t end = 0, found = -1, slack = INT64_MAX;

    for (int32_t i = 0; i < n; i++) {
        if (taken[i].from - end >= 0 && taken[i].from - end < slack) {
            found = end;
            slack = taken[i].from - end;
            if (!tightest)
                return found;
        }
        end = taken[i].to > end ? taken[i].to : end;
    }
    return found >= 0 ? found : end;
}

/* Places all items in this order, keeps the placement if it is the best so far, and returns its total. */
static int64_t greedy(struct part *p, const int32_t *order, bool tightest, struct taken *taken)
{
    int64_t total = 0;

    for (int32_t i = 0; i < p->n; i++) {
        struct item *it = &p->items[order[i]];
        int32_t at = i;

        it->offset = gap_between(taken, find_taken(p, i, order[i], taken), tightest);
        assert(it->offset >= 0);
        for (; at > 0 && p->items[p->placed[at - 1]].offset > it->offset; at--)
            p->placed[at] = p->placed[at - 1];
        p->placed[at] = order[i];
        if (it->offset + it->size > total)
            total = it->offset + it->size;
    }
    p->tried += p->n;
    p->work -= (int64_t)p->n * (p->n / 2 + 20);
    if (total < p->total) {
        p->total = total;
        for (int32_t i = 0; i < p->n; i++)
            p->best[i] = p->items[i].offset;
    }
    return total;
}

/* Moves each item that ends at the peak to a random earlier place in the order and tries again. */
static void iterated_greedy(struct part *p, int32_t *order, int64_t total, bool tightest, struct taken *taken)
{
    int32_t *next = pool_array(p->pool, (size_t)p->n, sizeof(*next));
    uint64_t random = 88172645463325252u;
    int64_t stop = p->work - p->work / 20;

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
        got = greedy(p, next, tightest, taken);
        if (got <= total) {
            total = got;
            memcpy(order, next, (size_t)p->n * sizeof(*next));
        }
    }
}

void part_greedy(struct part *p)
{
    int32_t *order = pool_array(p->pool, (size_t)p->n, sizeof(*order));
    struct taken *taken = pool_array(p->pool, (size_t)p->n, sizeof(*taken));

    p->total = INT64_MAX;
    for (int i = 0; i < 2 * (int)COUNT(orders) && p->total > p->goal && (i == 0 || p->work > 0); i++) {
        int64_t total = p->total;

        make_order(p, orders[i / 2], order);
        if (greedy(p, order, i % 2, taken) < total)
            p->best_order = i;
    }
}

void part_iterate(struct part *p)
{
    int32_t *order = pool_array(p->pool, (size_t)p->n, sizeof(*order));
    struct taken *taken = pool_array(p->pool, (size_t)p->n, sizeof(*taken));
    bool tightest = p->best_order % 2;

    make_order(p, orders[p->best_order / 2], order);
    iterated_greedy(p, order, greedy(p, order, tightest, taken), tightest, taken);
}
