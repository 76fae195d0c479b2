/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of sigmoid_s16 may rely on: sigmoid_s16.h. */
#include "sigmoid_s16.h"

static bool need_sigmoid_s16(const struct mote_sigmoid_s16 *p, uint32_t bytes[])
{
    bytes[0] = mote_bytes(p->in_ring, p->len, 2);
    bytes[1] = MOTE_SIGMOID_S16_TABLE * 2;
    bytes[2] = mote_bytes(p->out_ring, p->len, 2);
    bytes[3] = (uint32_t)p->rows;
    return bytes[0] <= INT32_MAX && bytes[2] <= INT32_MAX;
}

MOTE_KERNEL(sigmoid_s16, MOTE_SIGMOID_S16_PARAMS, MOTE_SIGMOID_S16_ARGS);
