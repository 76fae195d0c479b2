/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of window_f32 may rely on: window_f32.h. */
#include "window_f32.h"

static bool need_window_f32(const struct mote_window_f32 *p, uint32_t bytes[])
{
    bytes[0] = mote_bytes(p->in_ring, p->in_len, 2);
    bytes[1] = mote_bytes(p->len, 1, 4);
    bytes[2] = mote_bytes(p->out_ring, p->len, 4);
    bytes[3] = (uint32_t)p->rows;
    return p->len <= p->in_len && bytes[0] <= INT32_MAX && bytes[1] <= INT32_MAX && bytes[2] <= INT32_MAX;
}

MOTE_KERNEL(window_f32, MOTE_WINDOW_F32_PARAMS, MOTE_WINDOW_F32_ARGS);
