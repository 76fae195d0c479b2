/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files of the offset solver (offsets.c): the buffers that are placed together, and what places them. */
#ifndef MOTE_OFFSETS_PART_H
#define MOTE_OFFSETS_PART_H

#include "host/plan/offsets.h"

#define SEARCH_MAX 1500            /* buffers in a part that is searched; beyond, greedy alone */
#define UNITS_MAX  (INT32_MAX / 4) /* offsets are int32 in the search */
#define APART      (INT64_MIN / 4) /* the distance of two that never meet */

/* A buffer. Sizes, offsets, distances and loads are in one unit: align, or bytes where some buffer has extents. */
struct item {
    int64_t size, offset;      /* multiples of align */
    int32_t lo, hi;            /* sections lo <= s < hi */
    int32_t buffer;            /* its number outside */
    int32_t lower, upper;      /* its life in time; lower is that of live[0] */
    int64_t bytes;             /* its size before rounding */
    const struct extent *live; /* NULL: whole */
    int64_t contention;        /* the largest load of its sections */
};

/* Moments that stand for all others: in increasing order of time. */
struct sections {
    int32_t n;
    int32_t *time; /* [n] */
    bool *parted;  /* [n] some buffer is alive that has extents */
};

/* An item and its place in an order: the larger key comes first, at last the lower number. */
struct ranked {
    double key[3];
    int32_t item;
};

/* Of a search for a placement within a capacity. */
enum answer { FOUND, REFUTED, EXHAUSTED };

/* Buffers that are independent of all others. */
struct part {
    struct pool *pool;
    const struct sections *sections;
    struct item *items; /* [n] by lo */
    int32_t n;
    int64_t align;           /* in units */
    int64_t *distances;      /* [n][n], or NULL: all are whole */
    bool above;              /* an item above another has a higher offset, so that the search is complete */
    int64_t total, goal;     /* the best found; smaller than the goal is no use */
    int64_t refuted;         /* >= goal; the search finds nothing smaller */
    int64_t proven;          /* no total is smaller */
    int64_t work;            /* elementary steps left */
    int64_t tried;           /* placements of an item */
    int64_t *best;           /* [n] offsets */
    int best_order;          /* of the greedy ones */
    struct ranked *ranked;   /* [n] */
    int32_t *order, *placed; /* [n] */
};

/* The least offset of item j less that of item i when j lies above i; APART: they may lie anywhere. */
static inline int64_t distance(const struct part *p, int32_t i, int32_t j)
{
    const struct item *a = &p->items[i], *b = &p->items[j];

    if (p->distances != NULL)
        return p->distances[(int64_t)i * p->n + j];
    return a->lo < b->hi && b->lo < a->hi ? a->size : APART;
}

/* What an item holds in one of its sections, without rounding where the others may be parts. */
static inline struct extent held(const struct sections *sections, const struct item *it, int32_t section)
{
    if (it->live != NULL)
        return it->live[sections->time[section] - it->lower];
    return (struct extent){0, sections->parted[section] ? it->bytes : it->size};
}

/* Sets p->ranked[at] for an item whose sections have to take `load` at most. The order is three letters:
 * T load, W life, A life * size, Z size, B early birth, D late death. rank_sort() sorts the first n of p->ranked. */
void rank_item(struct part *p, int32_t at, int32_t item, int64_t load, const char *order);
void rank_sort(struct part *p, int32_t n);

/* Each makes p->total and p->best smaller where it can, and stops at the goal or without work. */
void part_greedy(struct part *p);               /* in all orders; the first, which sets them */
void part_iterate(struct part *p);              /* changes the best order */
void part_search(struct part *p, int64_t work); /* raises p->refuted, too; stops when it has done so much */
void part_pairs(struct part *p, int64_t work);  /* raises p->proven; for parts in which items are not `above` */

#endif
