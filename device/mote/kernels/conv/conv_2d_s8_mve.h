/* SPDX-License-Identifier: Apache-2.0 */
/* conv_2d_s8 with the vectors of Armv8.1-M: the contract of conv_2d_s8.h, nothing packed, and
 *
 *   scratch  [3, 6, 10 or 12][kernel_h * kernel_w * filter_c] bytes: what one filter sees of the input at so many
 *            output columns; the more the fewer bytes; and 16 bytes. None where the kernel is 1 x 1 */
#ifndef MOTE_CONV_2D_S8_MVE_H
#define MOTE_CONV_2D_S8_MVE_H

#include "conv_2d_s8.h"

void mote_conv_2d_s8_mve(const struct mote_conv_2d_s8 *p, const int8_t *in, const int8_t *weights, const int32_t *bias,
                         const int32_t *mult, const int8_t *shift, const int8_t *zeros, int8_t *out, void *scratch,
                         int32_t first, int32_t count);

#endif
