/* SPDX-License-Identifier: Apache-2.0 */
/* fully_connected_hybrid: fully_connected_f32 with weights of 8 bits, whose channels have scales
 * (shared/weights_s8.h)
 *
 *   weights  [out_c][in_len]  int8
 *   scales   [out_c]  float
 *
 * All else is fully_connected_f32's. It returns the bytes that that returns for the products of scales and
 * weights, rounded to float, as weights: each is made where it is used. Cannot fail: the ranges and
 * need_fully_connected_hybrid() hold. Cost: the same multiply-accumulates. */
#ifndef MOTE_FULLY_CONNECTED_HYBRID_H
#define MOTE_FULLY_CONNECTED_HYBRID_H

#include "fully_connected_f32.h"

#define MOTE_FULLY_CONNECTED_HYBRID_PARAMS(F) MOTE_FULLY_CONNECTED_F32_PARAMS(F)

#define MOTE_FULLY_CONNECTED_HYBRID_ARGS(A)                                                                            \
    A(in, F32, IN)                                                                                                     \
    A(weights, S8, WEIGHTS)                                                                                            \
    A(scales, F32, WEIGHTS)                                                                                            \
    A(bias, F32, WEIGHTS)                                                                                              \
    A(out, F32, OUT)

MOTE_PARAMS(fully_connected_hybrid, MOTE_FULLY_CONNECTED_HYBRID_PARAMS)
MOTE_COST(fully_connected_hybrid, (double)p->out_c * p->in_len)
MOTE_ROWS(fully_connected_hybrid, MOTE_FULLY_CONNECTED_HYBRID_ARGS, MOTE_FULLY_CONNECTED_F32_ROWS)

void mote_fully_connected_hybrid(const struct mote_fully_connected_hybrid *p, const float *in,
                                 const MOTE_FLASH int8_t *weights, const MOTE_FLASH float *scales,
                                 const MOTE_FLASH float *bias, float *out, int32_t first, int32_t count);

#endif
