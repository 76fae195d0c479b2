/* SPDX-License-Identifier: Apache-2.0 */
/* conv_2d_packed_s8 with vectors of Armv8.1-M: the contract of conv_2d_packed_s8.h. */
#ifndef MOTE_CONV_2D_PACKED_S8_MVE_H
#define MOTE_CONV_2D_PACKED_S8_MVE_H

#include "conv_2d_packed_s8.h"

void mote_conv_2d_packed_s8_mve(const struct mote_conv_2d_packed_s8 *p, const int8_t *in, const uint8_t *packed,
                                const int8_t *levels, const uint8_t *bias, const int32_t *mult, const int8_t *shift,
                                const int8_t *zeros, int8_t *out, int32_t *scratch, int32_t first, int32_t count);

#endif
