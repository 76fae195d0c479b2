/* SPDX-License-Identifier: Apache-2.0 */
/* mean_rows_s8 with Advanced SIMD: the contract of mean_rows_s8.h, nothing packed, no scratch. */
#ifndef MOTE_MEAN_ROWS_S8_NEON_H
#define MOTE_MEAN_ROWS_S8_NEON_H

#include "mean_rows_s8.h"

void mote_mean_rows_s8_neon(const struct mote_mean_rows_s8 *p, const int8_t *in, int32_t *sums, int8_t *out,
                            int32_t first, int32_t count);

#endif
