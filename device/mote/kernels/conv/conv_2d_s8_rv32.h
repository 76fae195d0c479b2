/* SPDX-License-Identifier: Apache-2.0 */
/* conv_2d_s8 for the registers of 32-bit RISC-V: the contract of conv_2d_s8.h, with
 *
 *   weights  [out_c][kernel_h * kernel_w * filter_c]  int8, packed as quads_4 (packing.h)
 *   scratch  (kernel_h * kernel_w * filter_c, rounded up to a multiple of 4) * 4 bytes: the inputs of four pixels */
#ifndef MOTE_CONV_2D_S8_RV32_H
#define MOTE_CONV_2D_S8_RV32_H

#include "conv_2d_s8.h"

void mote_conv_2d_s8_rv32(const struct mote_conv_2d_s8 *p, const int8_t *in, const int8_t *weights, const int32_t *bias,
                          const int32_t *mult, const int8_t *shift, const int8_t *zeros, int8_t *out, void *scratch,
                          int32_t first, int32_t count);

#endif
