/* SPDX-License-Identifier: Apache-2.0 */
/* fully_connected_s8 with AVX-512 VNNI: the contract of fully_connected_s8.h, no scratch, with
 *
 *   weights  [out_c][in_len]  int8, packed as quads_16 (packing.h) */
#ifndef MOTE_FULLY_CONNECTED_S8_VNNI_H
#define MOTE_FULLY_CONNECTED_S8_VNNI_H

#include "fully_connected_s8.h"

void mote_fully_connected_s8_vnni(const struct mote_fully_connected_s8 *p, const int8_t *in, const int8_t *weights,
                                  const int32_t *bias, const int32_t *mult, const int8_t *shift, int8_t *out,
                                  int32_t first, int32_t count);

#endif
