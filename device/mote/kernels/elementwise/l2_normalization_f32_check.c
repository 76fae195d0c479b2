/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of l2_normalization_f32 may rely on: l2_normalization_f32.h. */
#include "l2_normalization_f32.h"

static bool need_l2_normalization_f32(const struct mote_l2_normalization_f32 *p, uint32_t bytes[])
{
    bytes[0] = bytes[1] = mote_bytes(p->rows, p->depth, 4);
    bytes[2] = (uint32_t)p->rows;
    return bytes[0] <= INT32_MAX;
}

MOTE_KERNEL(l2_normalization_f32, MOTE_L2_NORMALIZATION_F32_PARAMS, MOTE_L2_NORMALIZATION_F32_ARGS);
