/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of leaky_relu_s16 may rely on: leaky_relu_s16.h. */
#include "leaky_relu_s16.h"

static bool need_leaky_relu_s16(const struct mote_leaky_relu_s16 *p, uint32_t bytes[])
{
    bytes[0] = mote_bytes(p->in_ring, p->len, 2);
    bytes[1] = mote_bytes(p->out_ring, p->len, 2);
    bytes[2] = (uint32_t)p->rows;
    return bytes[0] <= INT32_MAX && bytes[1] <= INT32_MAX;
}

MOTE_KERNEL(leaky_relu_s16, MOTE_LEAKY_RELU_S16_PARAMS, MOTE_LEAKY_RELU_S16_ARGS);
