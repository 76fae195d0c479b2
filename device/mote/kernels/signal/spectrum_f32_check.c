/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of spectrum_f32 may rely on: spectrum_f32.h. */
#include "spectrum_f32.h"

static bool need_spectrum_f32(const struct mote_spectrum_f32 *p, uint32_t bytes[])
{
    bytes[0] = mote_bytes(p->in_ring, p->len, 8);
    bytes[1] = mote_bytes(p->out_ring, p->len, 4);
    bytes[2] = (uint32_t)p->rows;
    return p->start <= p->end && p->end <= p->len && bytes[0] <= INT32_MAX && bytes[1] <= INT32_MAX;
}

MOTE_KERNEL(spectrum_f32, MOTE_SPECTRUM_F32_PARAMS, MOTE_SPECTRUM_F32_ARGS);
