/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of rfft_s16 may rely on: rfft_s16.h. */
#include "rfft_s16.h"

#include "fft_order.h"

static bool need_rfft_s16(const struct mote_rfft_s16 *p, uint32_t bytes[])
{
    if ((p->length & (p->length - 1)) != 0 || p->in_len > p->length)
        return false;
    bytes[0] = mote_bytes(p->in_ring, p->in_len, 2);
    bytes[1] = mote_bytes(mote_fft_turns(p->length), 2, 2);
    bytes[2] = mote_bytes(p->out_ring, p->length + 2, 2);
    bytes[3] = (uint32_t)p->rows;
    return bytes[0] <= INT32_MAX && bytes[2] <= INT32_MAX;
}

MOTE_KERNEL(rfft_s16, MOTE_RFFT_S16_PARAMS, MOTE_RFFT_S16_ARGS);
