/* SPDX-License-Identifier: Apache-2.0 */
/* Between the search for offsets (offsets_search.c) and its bounds (offsets_room.c). */
#ifndef MOTE_OFFSETS_SEARCH_H
#define MOTE_OFFSETS_SEARCH_H

#include "host/plan/offsets_part.h"

struct search {
    struct part *part;
    int32_t capacity;
    int64_t work;          /* left */
    const char *order;     /* of items that could be placed at one offset */
    int32_t *size;         /* [n] */
    int32_t *step;         /* [n] the least distance of another from it */
    int32_t *offset;       /* [n] placed: where; else the highest end below it, the least offset it can have */
    int32_t *rank;         /* [n] the search prefers a lower one */
    int32_t *twin;         /* [n] the previous item with the same lifetime and size, or -1 */
    bool *placed;          /* [n] */
    int32_t *rest;         /* [sections] sum of what is not placed */
    int32_t *least, *most; /* [n] of an offset, for room() alone */
    int32_t *lowest;       /* [sections] items that room() has found to be the lowest of one */
    struct ends *ends;     /* [sections] */
    struct first *first;   /* [sections] */
    int32_t *stack;        /* lists of the nodes on the path: 5 words an item and level */
};

/* The two lowest ends that items which are not placed can have, and whose the lowest is. */
struct ends {
    int32_t lowest, second, item;
};

/* How many items could be the lowest of those that a section still has to take, and one of them. */
struct first {
    int32_t count, item;
};

/* The last placement; item -1: others came before, but none here. */
struct last {
    int32_t offset, item;
};

/* An item that may not be placed next because another order gives the same placement. */
static inline bool passed_over(const struct search *s, int32_t it, struct last last)
{
    return s->offset[it] < last.offset ||
           (s->offset[it] == last.offset && last.item >= 0 && s->rank[it] < s->rank[last.item]);
}

static inline int32_t least_start(const struct search *s, int32_t it, struct last last)
{
    return s->offset[it] > last.offset ? s->offset[it] : last.offset;
}

/* Could a connected list (by lo) of items that are not placed fit above the last placement? False: it cannot. */
bool room(struct search *s, const int32_t *list, int32_t n, struct last last);

#endif
