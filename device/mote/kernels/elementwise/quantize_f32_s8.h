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

#include "../shared/quantize.h"

#define MOTE_QUANTIZE_F32_S8_PARAMS(F) MOTE_QUANTIZE_F32_PARAMS(F, -128, 127)

#define MOTE_QUANTIZE_F32_S8_ARGS(A)                                                                                   \
    A(in, F32, IN)                                                                                                     \
    A(out, S8, OUT)

MOTE_PARAMS(quantize_f32_s8, MOTE_QUANTIZE_F32_S8_PARAMS)
MOTE_COST(quantize_f32_s8, 4.0 * p->len)
MOTE_ROWS(quantize_f32_s8, MOTE_QUANTIZE_F32_S8_ARGS, MOTE_QUANTIZE_F32_ROWS)

void mote_quantize_f32_s8(const struct mote_quantize_f32_s8 *p, const float *in, int8_t *out, int32_t first,
                          int32_t count);

#endif
