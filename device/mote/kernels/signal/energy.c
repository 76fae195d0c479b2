/* SPDX-License-Identifier: Apache-2.0 */
/* Portable energy: the definition of energy.h. */
#include "../shared/hot.h"

#include "energy.h"

#include "../shared/rows.h"

static inline uint32_t square(int32_t x) { return (uint32_t)(x * x); }

static void energy_of(const struct mote_energy *p, const int16_t *in, uint32_t *out)
{
    for (int32_t i = 0; i < p->start; i++)
        out[i] = 0;
    for (int32_t i = p->start; i < p->end; i++)
        out[i] = square(in[2 * i]) + square(in[2 * i + 1]);
    for (int32_t i = p->end; i < p->len; i++)
        out[i] = 0;
}

MOTE_WEAK void mote_energy(const struct mote_energy *p, const int16_t *in, uint32_t *out, int32_t first, int32_t count)
{
    mote_assert(first >= 0 && first + count <= p->rows);
    for (int32_t r = first; r < first + count; r++)
        energy_of(p, in + mote_ring(r, p->in_ring) * p->len * 2, out + mote_ring(r, p->out_ring) * p->len);
}

static void run_energy(const struct mote_call *c)
{
    mote_energy(c->params, c->args[0], c->args[1], c->first, c->count);
}

MOTE_KERNEL_VERSION(energy, portable);
