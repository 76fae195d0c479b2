/* SPDX-License-Identifier: Apache-2.0 */
/* fully_connected_f16: fully_connected_f32 with weights in half precision (shared/weights_f16.h)
 *
 *   weights  [out_c][in_len]  float16
 *
 * All else is fully_connected_f32's. It returns the bytes that that returns for the same weights as floats: each
 * is made a float where it is used. No infinities, no NaN: of a float16 with the largest exponent it makes a
 * number. Cannot fail: the ranges and need_fully_connected_f16() hold. Cost: the same multiply-accumulates. */
#ifndef MOTE_FULLY_CONNECTED_F16_H
#define MOTE_FULLY_CONNECTED_F16_H

#include "fully_connected_f32.h"

#define MOTE_FULLY_CONNECTED_F16_PARAMS(F) MOTE_FULLY_CONNECTED_F32_PARAMS(F)

#define MOTE_FULLY_CONNECTED_F16_ARGS(A)                                                                               \
    A(in, F32, IN)                                                                                                     \
    A(weights, F16, WEIGHTS)                                                                                           \
    A(bias, F32, WEIGHTS)                                                                                              \
    A(out, F32, OUT)

MOTE_PARAMS(fully_connected_f16, MOTE_FULLY_CONNECTED_F16_PARAMS)
MOTE_COST(fully_connected_f16, (double)p->out_c * p->in_len)
MOTE_ROWS(fully_connected_f16, MOTE_FULLY_CONNECTED_F16_ARGS, MOTE_FULLY_CONNECTED_F32_ROWS)

void mote_fully_connected_f16(const struct mote_fully_connected_f16 *p, const float *in,
                              const MOTE_FLASH uint16_t *weights, const MOTE_FLASH float *bias, float *out,
                              int32_t first, int32_t count);

#endif
