/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of mean_s16 may rely on: mean_s16.h. */
#include "mean_s16.h"

static bool need_mean_s16(const struct mote_mean_s16 *p, uint32_t bytes[])
{
    const struct mote_reduce r = MOTE_REDUCE_OF(p);

    return mote_reduce_need(&r, 2, bytes);
}

MOTE_KERNEL(mean_s16, MOTE_MEAN_S16_PARAMS, MOTE_MEAN_S16_ARGS);
