/* SPDX-License-Identifier: Apache-2.0 */
/* dequantize_f32: out = scale * (in - zero), for int8, uint8 and int16 (dequantize_s8_f32 is the smaller one for int8)
 *
 *   in   [in_ring rows][len]   of type in_type
 *   out  [out_ring rows][len]  float; must not overlap in
 *
 * Exact: one correctly rounded float multiplication, the same bits as the reference's. No scratch. Cannot fail: the
 * ranges and need_dequantize_f32() hold. */
#ifndef MOTE_DEQUANTIZE_F32_H
#define MOTE_DEQUANTIZE_F32_H

#include "../../kernel.h"
#include "../shared/floats.h"

#define MOTE_DEQUANTIZE_F32_PARAMS(F)                                                                                  \
    F(rows, 1, INT32_MAX, "rows")                                                                                      \
    F(len, 1, INT32_MAX, "elements of a row")                                                                          \
    F(in_ring, 1, INT32_MAX, "input rows that the buffer holds")                                                       \
    F(out_ring, 1, INT32_MAX, "output rows that the buffer holds")                                                     \
    F(in_type, MOTE_ARG_S8, MOTE_ARG_S16, "the input's type, by its number: s8, u8 or s16")                            \
    F(scale, 1, MOTE_FLOAT_BITS_MAX, "input scale, as the bits of a float")                                            \
    F(zero, -32768, 32767, "input zero point")

#define MOTE_DEQUANTIZE_F32_ARGS(A)                                                                                    \
    A(in, ANY, IN)                                                                                                     \
    A(out, F32, OUT)

#define MOTE_DEQUANTIZE_F32_ROWS(R)                                                                                    \
    R(in, &p->in_ring, MOTE_EACH_ROW)                                                                                  \
    R(out, &p->out_ring, MOTE_EACH_ROW)

MOTE_PARAMS(dequantize_f32, MOTE_DEQUANTIZE_F32_PARAMS)
MOTE_COST(dequantize_f32, p->len)
MOTE_ROWS(dequantize_f32, MOTE_DEQUANTIZE_F32_ARGS, MOTE_DEQUANTIZE_F32_ROWS)

void mote_dequantize_f32(const struct mote_dequantize_f32 *p, const void *in, float *out, int32_t first, int32_t count);

#endif
