/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of l2_normalization_u8 may rely on: l2_normalization_u8.h. */
#include "l2_normalization_u8.h"

static bool need_l2_normalization_u8(const struct mote_l2_normalization_u8 *p, uint32_t bytes[])
{
    bytes[0] = bytes[1] = mote_bytes(p->rows, p->depth, 1);
    bytes[2] = (uint32_t)p->rows;
    return bytes[0] <= INT32_MAX;
}

MOTE_KERNEL(l2_normalization_u8, MOTE_L2_NORMALIZATION_U8_PARAMS, MOTE_L2_NORMALIZATION_U8_ARGS);
