/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of mean_s8 may rely on: mean_s8.h. */
#include "mean_s8.h"

static bool need_mean_s8(const struct mote_mean_s8 *p, uint32_t bytes[])
{
    const struct mote_reduce r = MOTE_REDUCE_OF(p);

    return mote_reduce_need(&r, 1, bytes);
}

MOTE_KERNEL(mean_s8, MOTE_MEAN_S8_PARAMS, MOTE_MEAN_S8_ARGS);
