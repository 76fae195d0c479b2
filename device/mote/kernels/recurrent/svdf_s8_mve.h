/* SPDX-License-Identifier: Apache-2.0 */
/* svdf_s8 with the vectors of Armv8.1-M: the contract of svdf_s8.h. No scratch. */
#ifndef MOTE_SVDF_S8_MVE_H
#define MOTE_SVDF_S8_MVE_H

#include "svdf_s8.h"

void mote_svdf_s8_mve(const struct mote_svdf_s8 *p, const int8_t *in, const int8_t *features, const void *times,
                      const int32_t *bias, void *state, int8_t *out, int32_t first, int32_t count);

#endif
