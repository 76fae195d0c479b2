/* SPDX-License-Identifier: Apache-2.0 */
/* dequantize_s8_f32: out = scale * (in - zero)
 *
 *   in   [in_ring rows][len]   int8
 *   out  [out_ring rows][len]  float; must not overlap in
 *
 * Exact: one correctly rounded float multiplication, the same bits as the reference's. No scratch. Cannot fail: the
 * ranges and need_dequantize_s8_f32() hold. */
#ifndef MOTE_DEQUANTIZE_S8_F32_H
#define MOTE_DEQUANTIZE_S8_F32_H

#include "../../kernel.h"
#include "../shared/floats.h"

#define MOTE_DEQUANTIZE_S8_F32_PARAMS(F)                                                                               \
    F(rows, 1, INT32_MAX, "rows")                                                                                      \
    F(len, 1, INT32_MAX, "elements of a row")                                                                          \
    F(in_ring, 1, INT32_MAX, "input rows that the buffer holds")                                                       \
    F(out_ring, 1, INT32_MAX, "output rows that the buffer holds")                                                     \
    F(scale, 1, MOTE_FLOAT_BITS_MAX, "input scale, as the bits of a float")                                            \
    F(zero, -128, 127, "input zero point")

#define MOTE_DEQUANTIZE_S8_F32_ARGS(A)                                                                                 \
    A(in, S8, IN)                                                                                                      \
    A(out, F32, OUT)

#define MOTE_DEQUANTIZE_S8_F32_ROWS(R)                                                                                 \
    R(in, &p->in_ring, MOTE_EACH_ROW)                                                                                  \
    R(out, &p->out_ring, MOTE_EACH_ROW)

MOTE_PARAMS(dequantize_s8_f32, MOTE_DEQUANTIZE_S8_F32_PARAMS)
MOTE_COST(dequantize_s8_f32, p->len)
MOTE_ROWS(dequantize_s8_f32, MOTE_DEQUANTIZE_S8_F32_ARGS, MOTE_DEQUANTIZE_S8_F32_ROWS)

void mote_dequantize_s8_f32(const struct mote_dequantize_s8_f32 *p, const int8_t *in, float *out, int32_t first,
                            int32_t count);

#endif
