/* SPDX-License-Identifier: Apache-2.0 */
/* What the bilinear kernels share: where an output row or column lies between two of the input. The host makes a table
 * of them, [out_h or out_w][3]: the lower index, the upper one, and how far the place is from the lower to the upper.
 */
#ifndef MOTE_BILINEAR_H
#define MOTE_BILINEAR_H

#include <stdbool.h>
#include <stdint.h>

/* The parameters of the kernels resize_bilinear_*. */
#define MOTE_BILINEAR_PARAMS(F)                                                                                        \
    F(batch, 1, INT32_MAX, "images")                                                                                   \
    F(in_h, 1, MOTE_DIM_MAX, "input height")                                                                           \
    F(in_w, 1, MOTE_DIM_MAX, "input width")                                                                            \
    F(in_ring, 1, INT32_MAX, "input rows that the buffer holds")                                                       \
    F(out_h, 1, MOTE_DIM_MAX, "output height")                                                                         \
    F(out_w, 1, MOTE_DIM_MAX, "output width")                                                                          \
    F(out_ring, 1, INT32_MAX, "output rows that the buffer holds")                                                     \
    F(channels, 1, INT32_MAX, "channels")

#define MOTE_BILINEAR_ROWS(R)                                                                                          \
    R(in, &p->in_ring, MOTE_TABLE_ROWS(p->in_h, p->out_h, rows, 3, 2))                                                 \
    R(out, &p->out_ring, MOTE_EACH_ROW)

/* Indices are below `limit`, and distances from `near` to `far`. */
static inline bool mote_bilinear_trust(const int32_t *places, int32_t n, int32_t limit, int32_t near, int32_t far)
{
    for (int32_t i = 0; i < n; i++, places += 3)
        if (places[0] < 0 || places[0] >= limit || places[1] < 0 || places[1] >= limit || places[2] < near ||
            places[2] > far)
            return false;
    return true;
}

#endif
