/* SPDX-License-Identifier: Apache-2.0 */
/* mul_s8 with AVX2: the contract of mul_s8.h. No scratch. */
#ifndef MOTE_MUL_S8_AVX2_H
#define MOTE_MUL_S8_AVX2_H

#include "mul_s8.h"

void mote_mul_s8_avx2(const struct mote_mul_s8 *p, const int8_t *a, const int8_t *b, const int32_t *shape, int8_t *out,
                      int32_t first, int32_t count);

#endif
