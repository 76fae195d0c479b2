/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of reduce_extreme may rely on: reduce_extreme.h. */
#include "reduce_extreme.h"

static bool need_reduce_extreme(const struct mote_reduce_extreme *p, uint32_t bytes[])
{
    const struct mote_reduce r = MOTE_REDUCE_OF(p);

    return (p->type == MOTE_ARG_S16 || p->type == MOTE_ARG_S32) &&
           mote_reduce_need(&r, p->type == MOTE_ARG_S16 ? 2 : 4, bytes);
}

MOTE_KERNEL(reduce_extreme, MOTE_REDUCE_EXTREME_PARAMS, MOTE_REDUCE_EXTREME_ARGS);
