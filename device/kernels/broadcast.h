/* SPDX-License-Identifier: Apache-2.0 */
/* Two int8 operands and a result, row by row, with broadcasting inside a row: what add_s8 and mul_s8 share.
 *
 * `shape` [rank][3] is {dimension, stride in a, stride in b}, outermost first, strides in elements; the result is
 * dense. A stride of 0 repeats the operand along that dimension. Rows as in rows.h; an operand with a ring of one row
 * gives the same row to all. */
#ifndef MOTE_BROADCAST_H
#define MOTE_BROADCAST_H

#include "rows.h"
#include "strides.h"

/* n results from a[0], a[a_step], … and b[0], b[b_step], … */
typedef void mote_pair_s8(const void *params, const int8_t *a, int32_t a_step, const int8_t *b, int32_t b_step,
                          int8_t *out, int32_t n);

static inline void mote_broadcast_row_s8(mote_pair_s8 *pair, const void *params, const int32_t *shape, int32_t rank,
                                         const int8_t *a, const int8_t *b, int8_t *out)
{
    const int32_t *inner = shape + 3 * (rank - 1);
    int32_t at[MOTE_RANK_MAX] = {0};

    for (;;) {
        int32_t d = rank - 2;

        pair(params, a, inner[1], b, inner[2], out, inner[0]);
        out += inner[0];
        for (; d >= 0 && at[d] == shape[3 * d] - 1; d--) {
            a -= at[d] * shape[3 * d + 1];
            b -= at[d] * shape[3 * d + 2];
            at[d] = 0;
        }
        if (d < 0)
            return;
        at[d]++;
        a += shape[3 * d + 1];
        b += shape[3 * d + 2];
    }
}

static inline bool mote_broadcast_trust(const int32_t *shape, int32_t rank, int32_t a_len, int32_t b_len,
                                        int32_t out_len)
{
    return mote_strides_product(shape, rank, 3) == out_len && mote_strides_reach(shape, rank, 3, 1, a_len) &&
           mote_strides_reach(shape, rank, 3, 2, b_len);
}

#endif
