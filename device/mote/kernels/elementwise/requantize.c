/* SPDX-License-Identifier: Apache-2.0 */
/* Portable requantization between integer types: the definition of requantize.h. */
#include "requantize.h"

#include "../shared/integers.h"
#include "../shared/rows.h"

static void store(void *data, int32_t type, int32_t i, int32_t x)
{
    switch (type) {
    case MOTE_ARG_U8:
        ((uint8_t *)data)[i] = (uint8_t)mote_clamp(x, 0, UINT8_MAX);
        break;
    case MOTE_ARG_S16:
        ((int16_t *)data)[i] = (int16_t)mote_clamp(x, INT16_MIN, INT16_MAX);
        break;
    case MOTE_ARG_S32:
        ((int32_t *)data)[i] = x;
        break;
    default:
        ((int8_t *)data)[i] = (int8_t)mote_clamp(x, INT8_MIN, INT8_MAX);
        break;
    }
}

MOTE_WEAK void mote_requantize(const struct mote_requantize *p, const void *in, void *out, int32_t first, int32_t count)
{
    mote_assert(first >= 0 && first + count <= p->rows);
    for (int32_t r = first; r < first + count; r++) {
        int32_t from = mote_ring(r, p->in_ring) * p->len, to = mote_ring(r, p->out_ring) * p->len;

        for (int32_t i = 0; i < p->len; i++) {
            uint32_t x = (uint32_t)mote_integer(in, p->in_type, from + i) - (uint32_t)p->in_zero;
            uint32_t y = (uint32_t)mote_requant((int32_t)x, p->mult, p->shift) + (uint32_t)p->out_zero;

            store(out, p->out_type, to + i, (int32_t)y);
        }
    }
}

static void run_requantize(const struct mote_call *c)
{
    mote_requantize(c->params, c->args[0], c->args[1], c->first, c->count);
}

MOTE_KERNEL_VERSION(requantize, portable);
