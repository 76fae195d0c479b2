/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of energy may rely on: energy.h. */
#include "energy.h"

static bool need_energy(const struct mote_energy *p, uint32_t bytes[])
{
    bytes[0] = mote_bytes(p->in_ring, p->len, 4);
    bytes[1] = mote_bytes(p->out_ring, p->len, 4);
    bytes[2] = (uint32_t)p->rows;
    return p->start <= p->end && p->end <= p->len && bytes[0] <= INT32_MAX && bytes[1] <= INT32_MAX;
}

MOTE_KERNEL(energy, MOTE_ENERGY_PARAMS, MOTE_ENERGY_ARGS);
