/* SPDX-License-Identifier: Apache-2.0 */
/* Two operands of one type and a result, row by row, with broadcasting inside a row: what the kernels of two operands
 * share.
 *
 * `shape` [rank][3] is {dimension, stride in a, stride in b}, outermost first, strides in elements; the result is
 * dense. A stride of 0 repeats the operand along that dimension. Rows as in rows.h; an operand with a ring of one row
 * gives the same row to all. */
#ifndef MOTE_BROADCAST_H
#define MOTE_BROADCAST_H

#include <stddef.h>

#include "../../config.h"
#include "rows.h"
#include "strides.h"

/* n results from a[0], a[a_step], … and b[0], b[b_step], …; steps in elements */
typedef void mote_pair(const void *params, const void *a, int32_t a_step, const void *b, int32_t b_step, void *out,
                       int32_t n);

/* Elements of the operands have `size` bytes, of the result `out_size`. */
static inline void mote_broadcast_row_to(mote_pair *pair, const void *params, const MOTE_FLASH int32_t *shape,
                                         int32_t rank, ptrdiff_t size, ptrdiff_t out_size, const void *a, const void *b,
                                         void *out)
{
    const MOTE_FLASH int32_t *inner = shape + 3 * (rank - 1);
    const char *x = a, *y = b;
    char *z = out;
    int32_t at[MOTE_RANK_MAX] = {0};

    for (;;) {
        int32_t d = rank - 2;

        pair(params, x, inner[1], y, inner[2], z, inner[0]);
        z += inner[0] * out_size;
        for (; d >= 0 && at[d] == shape[3 * d] - 1; d--) {
            x -= at[d] * shape[3 * d + 1] * size;
            y -= at[d] * shape[3 * d + 2] * size;
            at[d] = 0;
        }
        if (d < 0)
            return;
        at[d]++;
        x += shape[3 * d + 1] * size;
        y += shape[3 * d + 2] * size;
    }
}

static inline void mote_broadcast_row(mote_pair *pair, const void *params, const MOTE_FLASH int32_t *shape,
                                      int32_t rank, ptrdiff_t size, const void *a, const void *b, void *out)
{
    mote_broadcast_row_to(pair, params, shape, rank, size, size, a, b, out);
}

static inline bool mote_broadcast_trust(const int32_t *shape, int32_t rank, int32_t a_len, int32_t b_len,
                                        int32_t out_len)
{
    return mote_strides_product(shape, rank, 3) == out_len && mote_strides_reach(shape, rank, 3, 1, a_len) &&
           mote_strides_reach(shape, rank, 3, 2, b_len);
}

#endif
