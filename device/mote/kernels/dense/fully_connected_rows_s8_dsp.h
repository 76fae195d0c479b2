/* SPDX-License-Identifier: Apache-2.0 */
/* fully_connected_rows_s8 with the DSP extension of Armv7E-M: the contract of fully_connected_rows_s8.h, with
 *
 *   weights  [out_c][in_h * in_len]  int8, packed as quads_4 (packing.h); at a multiple of 4
 *
 * No scratch. Rows whose bytes are no multiple of 4 are slower unless all come at once. */
#ifndef MOTE_FULLY_CONNECTED_ROWS_S8_DSP_H
#define MOTE_FULLY_CONNECTED_ROWS_S8_DSP_H

#include "fully_connected_rows_s8.h"

void mote_fully_connected_rows_s8_dsp(const struct mote_fully_connected_rows_s8 *p, const int8_t *in,
                                      const int8_t *weights, const int32_t *bias, const int32_t *mult,
                                      const int8_t *shift, int32_t *sums, int8_t *out, int32_t first, int32_t count);

#endif
