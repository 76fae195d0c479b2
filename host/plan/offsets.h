/* SPDX-License-Identifier: Apache-2.0 */
/* Memory for buffers with known lifetimes: the planner's arena, and the training programs' memory. */
#ifndef MOTE_OFFSETS_H
#define MOTE_OFFSETS_H

#include "host/base/base.h"

/* A buffer is alive at times lower <= t < upper; two that are alive at one time must not overlap in memory. */
struct buffer {
    int32_t lower, upper;
    int64_t size;   /* > 0 */
    int64_t offset; /* result, a multiple of align */
};
struct offsets_result {
    int64_t total; /* bytes used */
    int64_t bound; /* the largest sum of sizes alive at one time: no placement is smaller */
    bool optimal;  /* total == bound, or the search proved that no placement is smaller */
};
/* Places n buffers at multiples of `align` (sizes are rounded up to it). `effort` bounds the search, in placements
 * tried; 0 means the default (about a second at worst). Deterministic. */
struct offsets_result offsets_solve(struct pool *pool, struct buffer *buffers, int32_t n, int64_t align,
                                    int64_t effort);

#endif
