/* SPDX-License-Identifier: Apache-2.0 */
/* fully_connected_rows_f32 with AVX2: the contract of fully_connected_rows_f32.h, with
 *
 *   weights  [out_c][in_h * in_len]  float, packed as transposed (packing.h) */
#ifndef MOTE_FULLY_CONNECTED_ROWS_F32_AVX2_H
#define MOTE_FULLY_CONNECTED_ROWS_F32_AVX2_H

#include "fully_connected_rows_f32.h"

void mote_fully_connected_rows_f32_avx2(const struct mote_fully_connected_rows_f32 *p, const float *in,
                                        const float *weights, const float *bias, float *sums, float *out, int32_t first,
                                        int32_t count);

#endif
