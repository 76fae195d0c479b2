/* SPDX-License-Identifier: Apache-2.0 */
/* quantize_f32_s16: out = clamp(round(in / scale) + zero), half away from zero
 *
 *   in   [in_ring rows][len]   float
 *   out  [out_ring rows][len]  int16; must not overlap in
 *
 * Exact: the bytes of the reference's AffineQuantize where that is defined. Infinities and quotients beyond int32,
 * which it leaves undefined, saturate; NaN becomes the zero point. No libm; one float division an element. No scratch.
 * Cannot fail: the ranges and need_quantize_f32_s16() hold. */
#ifndef MOTE_QUANTIZE_F32_S16_H
#define MOTE_QUANTIZE_F32_S16_H

#include "../shared/quantize.h"

#define MOTE_QUANTIZE_F32_S16_PARAMS(F) MOTE_QUANTIZE_F32_PARAMS(F, -32768, 32767)

#define MOTE_QUANTIZE_F32_S16_ARGS(A)                                                                                  \
    A(in, F32, IN)                                                                                                     \
    A(out, S16, OUT)

MOTE_PARAMS(quantize_f32_s16, MOTE_QUANTIZE_F32_S16_PARAMS)
MOTE_COST(quantize_f32_s16, 4.0 * p->len)
MOTE_ROWS(quantize_f32_s16, MOTE_QUANTIZE_F32_S16_ARGS, MOTE_QUANTIZE_F32_ROWS)

void mote_quantize_f32_s16(const struct mote_quantize_f32_s16 *p, const float *in, int16_t *out, int32_t first,
                           int32_t count);

#endif
