/* SPDX-License-Identifier: Apache-2.0 */
/* transpose_conv_s16 with Advanced SIMD: the contract of transpose_conv_s16.h. No scratch. */
#ifndef MOTE_TRANSPOSE_CONV_S16_NEON_H
#define MOTE_TRANSPOSE_CONV_S16_NEON_H

#include "transpose_conv_s16.h"

void mote_transpose_conv_s16_neon(const struct mote_transpose_conv_s16 *p, const int16_t *in, const int8_t *weights,
                                  const int64_t *bias, const int32_t *mult, const int8_t *shift, int16_t *out,
                                  int32_t first, int32_t count);

#endif
