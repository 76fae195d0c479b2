/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of requantize_s8 may rely on: requantize_s8.h. */
#include "requantize_s8.h"

static bool need_requantize_s8(const struct mote_requantize_s8 *p, uint32_t bytes[])
{
    bytes[0] = mote_bytes(p->in_ring, p->len, 1);
    bytes[1] = mote_bytes(p->out_ring, p->len, 1);
    bytes[2] = (uint32_t)p->rows;
    return bytes[0] <= INT32_MAX && bytes[1] <= INT32_MAX;
}

MOTE_KERNEL(requantize_s8, MOTE_REQUANTIZE_S8_PARAMS, MOTE_REQUANTIZE_S8_ARGS);
