/* SPDX-License-Identifier: Apache-2.0 */
/* add_s8 with Advanced SIMD: the contract of add_s8.h, nothing packed, no scratch. */
#ifndef MOTE_ADD_S8_NEON_H
#define MOTE_ADD_S8_NEON_H

#include "add_s8.h"

void mote_add_s8_neon(const struct mote_add_s8 *p, const int8_t *a, const int8_t *b, const int32_t *shape, int8_t *out,
                      int32_t first, int32_t count);

#endif
