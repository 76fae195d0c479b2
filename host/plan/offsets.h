/* SPDX-License-Identifier: Apache-2.0 */
/* Memory for buffers with known lifetimes: the planner's arena, and the training programs' memory. */
#ifndef MOTE_OFFSETS_H
#define MOTE_OFFSETS_H

#include "host/base/base.h"

/* The bytes of a buffer that hold something: 0 <= from <= to <= size; from == to: none. */
struct extent {
    int64_t from, to;
};
/* A buffer is alive at times lower <= t < upper. Two buffers must not overlap in what they hold at one time: the first
 * then lies below the second or above it, at all times they share. */
struct buffer {
    int32_t lower, upper;
    int64_t size;              /* > 0; all of it lies in memory, whatever is held */
    int64_t offset;            /* result, a multiple of align */
    const struct extent *live; /* [upper - lower] what it holds at each time; NULL: all of it, always */
};
struct offsets_result {
    int64_t total; /* bytes used */
    int64_t bound; /* no placement is smaller: the largest sum of what is held at one time, or more that is proved */
    bool optimal;  /* total == bound */
    int64_t tried; /* placements of one buffer */
};
/* Places n buffers at multiples of `align` (sizes are rounded up to it). `effort` bounds the search, in placements
 * tried, by the work of one in a greedy order; 0 means the default, which grows with n (at 200 buffers a few seconds at
 * worst). Deterministic. */
struct offsets_result offsets_solve(struct pool *pool, struct buffer *buffers, int32_t n, int64_t align,
                                    int64_t effort);

#endif
