/* SPDX-License-Identifier: Apache-2.0 */
/* Greedy placements in several orders, and an iterated greedy that moves the buffers at the peak forward. */
#include "host/plan/offsets_part.h"

#include <stdlib.h>

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

void make_order(const struct part *p, int order, int32_t *out)
{
    struct ranked *r = pool_array(p->pool, (size_t)p->n, sizeof(*r));

    for (int32_t i = 0; i < p->n; i++)
        r[i] = (struct ranked){order_key(&p->items[i], order), p->items[i].size, i};
    qsort(r, (size_t)p->n, sizeof(*r), compare_ranked);
    for (int32_t i = 0; i < p->n; i++)
        out[i] = r[i].index;
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
        for (; at > 0 && p->items[p->placed[at - 1]].offset > it->offset; at--)
            p->placed[at] = p->placed[at - 1];
        p->placed[at] = order[i];
        if (it->offset + it->size > total)
            total = it->offset + it->size;
    }
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
    for (int i = 0; i < 2 * ORDERS && p->total > p->goal && (i == 0 || p->work > 0); i++) {
        int64_t total = p->total;

        make_order(p, i / 2, order);
        if (greedy(p, order, i % 2, taken) < total)
            p->best_order = i;
    }
}

void part_iterate(struct part *p)
{
    int32_t *order = pool_array(p->pool, (size_t)p->n, sizeof(*order));
    struct taken *taken = pool_array(p->pool, (size_t)p->n, sizeof(*taken));
    bool tightest = p->best_order % 2;

    make_order(p, p->best_order / 2, order);
    iterated_greedy(p, order, greedy(p, order, tightest, taken), tightest, taken);
}
