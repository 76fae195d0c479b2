/* SPDX-License-Identifier: Apache-2.0 */
/* fully_connected_rows_s8 with AVX2: the contract of fully_connected_rows_s8.h. No scratch. */
#ifndef MOTE_FULLY_CONNECTED_ROWS_S8_AVX2_H
#define MOTE_FULLY_CONNECTED_ROWS_S8_AVX2_H

#include "fully_connected_rows_s8.h"

void mote_fully_connected_rows_s8_avx2(const struct mote_fully_connected_rows_s8 *p, const int8_t *in,
                                       const int8_t *weights, const int32_t *bias, const int32_t *mult,
                                       const int8_t *shift, int32_t *sums, int8_t *out, int32_t first, int32_t count);

#endif
