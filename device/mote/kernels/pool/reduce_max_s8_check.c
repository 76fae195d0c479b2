/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of reduce_max_s8 may rely on: reduce_max_s8.h. */
#include "reduce_max_s8.h"

static bool need_reduce_max_s8(const struct mote_reduce_max_s8 *p, uint32_t bytes[])
{
    const struct mote_reduce r = MOTE_REDUCE_OF(p);

    return mote_reduce_need(&r, 1, bytes);
}

MOTE_KERNEL(reduce_max_s8, MOTE_REDUCE_MAX_S8_PARAMS, MOTE_REDUCE_MAX_S8_ARGS);
