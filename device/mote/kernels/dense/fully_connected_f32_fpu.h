/* SPDX-License-Identifier: Apache-2.0 */
/* fully_connected_f32 with the floating-point extension of Armv7E-M: the contract of fully_connected_f32.h. No
 * scratch. */
#ifndef MOTE_FULLY_CONNECTED_F32_FPU_H
#define MOTE_FULLY_CONNECTED_F32_FPU_H

#include "fully_connected_f32.h"

void mote_fully_connected_f32_fpu(const struct mote_fully_connected_f32 *p, const float *in, const float *weights,
                                  const float *bias, float *out, int32_t first, int32_t count);

#endif
