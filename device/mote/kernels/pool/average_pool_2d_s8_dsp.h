/* SPDX-License-Identifier: Apache-2.0 */
/* average_pool_2d_s8 with the DSP extension of Armv7E-M: the contract of average_pool_2d_s8.h, nothing packed, no
 * scratch. */
#ifndef MOTE_AVERAGE_POOL_2D_S8_DSP_H
#define MOTE_AVERAGE_POOL_2D_S8_DSP_H

#include "average_pool_2d_s8.h"

void mote_average_pool_2d_s8_dsp(const struct mote_average_pool_2d_s8 *p, const int8_t *in, int8_t *out, int32_t first,
                                 int32_t count);

#endif
