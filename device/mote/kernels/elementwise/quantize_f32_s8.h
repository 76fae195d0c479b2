/* SPDX-License-Identifier: Apache-2.0 */
/* quantize_f32_s8: out = clamp(round(in / scale) + zero), half away from zero
 *
 *   in   [in_ring rows][len]   float
 *   out  [out_ring rows][len]  int8; must not overlap in
 *
 * Exact: the bytes of the reference's AffineQuantize where that is defined. Infinities and quotients beyond int32,
 * which it leaves undefined, saturate; NaN becomes the zero point. No libm; one float division an element. No scratch.
 * Cannot fail: the ranges and need_quantize_f32_s8() hold. */
#ifndef MOTE_QUANTIZE_F32_S8_H
#define MOTE_QUANTIZE_F32_S8_H

#include "../../kernel.h"
#include "../../quantize.h"

#include "../shared/floats.h"

#define MOTE_QUANTIZE_F32_S8_PARAMS(F)                                                                                 \
    F(rows, 1, INT32_MAX, "rows")                                                                                      \
    F(len, 1, INT32_MAX, "elements of a row")                                                                          \
    F(in_ring, 1, INT32_MAX, "input rows that the buffer holds")                                                       \
    F(out_ring, 1, INT32_MAX, "output rows that the buffer holds")                                                     \
    F(scale, 1, MOTE_FLOAT_BITS_MAX, "output scale, as the bits of a float")                                           \
    F(zero, -128, 127, "output zero point")

#define MOTE_QUANTIZE_F32_S8_ARGS(A)                                                                                   \
    A(in, F32, IN)                                                                                                     \
    A(out, S8, OUT)

#define MOTE_QUANTIZE_F32_S8_ROWS(R)                                                                                   \
    R(in, &p->in_ring, MOTE_EACH_ROW)                                                                                  \
    R(out, &p->out_ring, MOTE_EACH_ROW)

MOTE_PARAMS(quantize_f32_s8, MOTE_QUANTIZE_F32_S8_PARAMS)
MOTE_COST(quantize_f32_s8, 4.0 * p->len)
MOTE_ROWS(quantize_f32_s8, MOTE_QUANTIZE_F32_S8_ARGS, MOTE_QUANTIZE_F32_S8_ROWS)

void mote_quantize_f32_s8(const struct mote_quantize_f32_s8 *p, const float *in, int8_t *out, int32_t first,
                          int32_t count);

#endif
