/* SPDX-License-Identifier: Apache-2.0 */
/* max_pool_2d_s8 with AVX2: the contract of max_pool_2d_s8.h, nothing packed, no scratch. */
#ifndef MOTE_MAX_POOL_2D_S8_AVX2_H
#define MOTE_MAX_POOL_2D_S8_AVX2_H

#include "max_pool_2d_s8.h"

void mote_max_pool_2d_s8_avx2(const struct mote_max_pool_2d_s8 *p, const int8_t *in, int8_t *out, int32_t first,
                              int32_t count);

#endif
