/* SPDX-License-Identifier: Apache-2.0 */
/* gru_f32 with the floating-point extension of Armv7E-M: the contract of gru_f32.h. No scratch. */
#ifndef MOTE_GRU_F32_FPU_H
#define MOTE_GRU_F32_FPU_H

#include "gru_f32.h"

void mote_gru_f32_fpu(const struct mote_gru_f32 *p, const float *x, const float *x_weights, const float *h_weights,
                      const float *bias, float *hidden, float *gates, float *out, int32_t first, int32_t count);

#endif
