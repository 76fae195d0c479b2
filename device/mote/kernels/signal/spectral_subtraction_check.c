/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of spectral_subtraction may rely on: spectral_subtraction.h. */
#include "spectral_subtraction.h"

static bool need_spectral_subtraction(const struct mote_spectral_subtraction *p, uint32_t bytes[])
{
    bytes[0] = mote_bytes(p->in_ring, p->len, 4);
    bytes[1] = mote_bytes(p->len, 1, 4);
    bytes[2] = mote_bytes(p->out_ring, p->len, 4);
    bytes[3] = mote_bytes(p->after_ring, p->len, 4);
    bytes[4] = (uint32_t)p->rows;
    return bytes[0] <= INT32_MAX && bytes[1] <= INT32_MAX && bytes[2] <= INT32_MAX && bytes[3] <= INT32_MAX;
}

MOTE_KERNEL(spectral_subtraction, MOTE_SPECTRAL_SUBTRACTION_PARAMS, MOTE_SPECTRAL_SUBTRACTION_ARGS);
