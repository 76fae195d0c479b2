/* SPDX-License-Identifier: Apache-2.0 */
/* conv_2d_hybrid with the floating-point extension of Armv7E-M: the contract of conv_2d_hybrid.h. No scratch. */
#ifndef MOTE_CONV_2D_HYBRID_FPU_H
#define MOTE_CONV_2D_HYBRID_FPU_H

#include "conv_2d_hybrid.h"

void mote_conv_2d_hybrid_fpu(const struct mote_conv_2d_hybrid *p, const float *in, const int8_t *weights,
                             const float *scales, const float *bias, float *out, int32_t first, int32_t count);

/* As mote_conv_2d_hybrid_row(). */
void mote_conv_2d_hybrid_fpu_row(const struct mote_conv_2d_hybrid *p, const float *const rows[], const int8_t *weights,
                                 const float *scales, const float *bias, float *out);

#endif
