/* SPDX-License-Identifier: Apache-2.0 */
/* update_slice: a box of elements into a larger one, at a place that is known at run time only. What the box does not
 * reach keeps its bytes.
 *
 *   update  [update_bytes]  any element type, dense: chunks of bytes that stay together, `rank` dimensions of them
 *   start   [rank]          int32 or int64, as `type` says: where the box begins along each dimension
 *   shape   [rank][3]       int32, outermost first: {the box's dimension in chunks, the last place where it may begin,
 *                           stride in the output, in bytes}
 *   out     [out_bytes]     must not overlap update or start
 *
 * A start below 0 counts as 0, one above the last place as that. Whole tensors only: one row.
 * Exact: bytes are moved. No scratch. Cannot fail: the ranges, need_update_slice() and trust_update_slice() hold; they
 * prove that the box stays inside wherever it begins. */
#ifndef MOTE_UPDATE_SLICE_H
#define MOTE_UPDATE_SLICE_H

#include "../../kernel.h"
#include "../shared/strides.h"

#define MOTE_UPDATE_SLICE_PARAMS(F)                                                                                    \
    F(type, MOTE_ARG_S32, MOTE_ARG_S64, "type of start: s32 or s64")                                                   \
    F(rank, 1, MOTE_RANK_MAX, "dimensions: lines of shape")                                                            \
    F(chunk, 1, INT32_MAX, "bytes that move together")                                                                 \
    F(update_bytes, 1, INT32_MAX, "bytes of the box")                                                                  \
    F(out_bytes, 1, INT32_MAX, "bytes of the output")

#define MOTE_UPDATE_SLICE_ARGS(A)                                                                                      \
    A(update, ANY, IN)                                                                                                 \
    A(start, ANY, IN)                                                                                                  \
    A(shape, S32, CONST)                                                                                               \
    A(out, ANY, OUT)

MOTE_PARAMS(update_slice, MOTE_UPDATE_SLICE_PARAMS)
MOTE_COST(update_slice, (double)p->update_bytes)
MOTE_ROWS(update_slice, MOTE_UPDATE_SLICE_ARGS, MOTE_NO_ROWS)

/* first is 0; count is 1 (or 0, which does nothing). */
void mote_update_slice(const struct mote_update_slice *p, const void *update, const void *start,
                       const MOTE_FLASH int32_t *shape, void *out, int32_t first, int32_t count);

#endif
