/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of window_s16 may rely on: window_s16.h. */
#include "window_s16.h"

static bool need_window_s16(const struct mote_window_s16 *p, uint32_t bytes[])
{
    bytes[0] = mote_bytes(p->in_ring, p->len, 2);
    bytes[1] = mote_bytes(p->len, 1, 2);
    bytes[2] = mote_bytes(p->out_ring, p->len, 2);
    bytes[3] = (uint32_t)p->rows;
    return bytes[0] <= INT32_MAX && bytes[1] <= INT32_MAX && bytes[2] <= INT32_MAX;
}

MOTE_KERNEL(window_s16, MOTE_WINDOW_S16_PARAMS, MOTE_WINDOW_S16_ARGS);
