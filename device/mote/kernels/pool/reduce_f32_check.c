/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of reduce_f32 may rely on: reduce_f32.h. */
#include "reduce_f32.h"

static bool need_reduce_f32(const struct mote_reduce_f32 *p, uint32_t bytes[])
{
    const struct mote_reduce r = MOTE_REDUCE_OF(p);

    return mote_reduce_need(&r, sizeof(float), bytes);
}

MOTE_KERNEL(reduce_f32, MOTE_REDUCE_F32_PARAMS, MOTE_REDUCE_F32_ARGS);
