/* SPDX-License-Identifier: Apache-2.0 */
/* Portable int16 sigmoid and hyperbolic tangent: the definition of sigmoid_s16.h. */
#include "../shared/hot.h"

#include "sigmoid_s16.h"

#include "../shared/rows.h"

/* The sigmoid of a magnitude, 16 + `bits` fraction bits: table entries are 2^bits apart. Modulo 2^32, as any table may
 * be there. */
static uint32_t interpolate(const MOTE_FLASH uint16_t *table, uint32_t x, int32_t bits)
{
    uint32_t k = x >> bits, here, next;

    if (k >= MOTE_SIGMOID_S16_TABLE - 1)
        return UINT32_C(0xffff) << bits;
    here = table[k];
    next = table[k + 1];
    return (here << bits) + (x & ((UINT32_C(1) << bits) - 1)) * (next - here);
}

/* sigmoid(-x) = 1 - sigmoid(x); what is halfway is rounded upwards there, too. The end is 0x7fff. */
static uint32_t sigmoid(const MOTE_FLASH uint16_t *table, uint32_t magnitude, bool minus)
{
    uint32_t y =
        magnitude >> 9 >= MOTE_SIGMOID_S16_TABLE - 1 ? UINT32_C(0x7fff) << 10 : interpolate(table, magnitude, 9);

    return (minus ? (UINT32_C(1) << 25) - y + (1 << 9) - 1 : y + (1 << 9)) >> 10;
}

/* tanh(x) = 2 * sigmoid(2 * x) - 1. */
static uint32_t tangent(const MOTE_FLASH uint16_t *table, uint32_t magnitude, bool minus)
{
    uint32_t y = interpolate(table, magnitude, 8) - (UINT32_C(1) << 23);

    return (minus ? 0 - y + (1 << 7) - 1 : y + (1 << 7)) >> 8;
}

MOTE_WEAK void mote_sigmoid_s16(const struct mote_sigmoid_s16 *p, const int16_t *in, const MOTE_FLASH uint16_t *table,
                                int16_t *out, int32_t first, int32_t count)
{
    const int32_t half = p->shift > 0 ? (int32_t)(UINT32_C(1) << (p->shift - 1)) : 0;

    mote_assert(first >= 0 && first + count <= p->rows);
    for (int32_t r = first; r < first + count; r++) {
        const int16_t *from = in + mote_ring(r, p->in_ring) * p->len;
        int16_t *to = out + mote_ring(r, p->out_ring) * p->len;

        for (int32_t i = 0; i < p->len; i++) {
            int32_t x = (int32_t)((uint32_t)(from[i] * p->factor) + (uint32_t)half) >> p->shift;
            uint32_t magnitude = x < 0 ? 0 - (uint32_t)x : (uint32_t)x;

            to[i] = (int16_t)(p->tanh ? tangent(table, magnitude, x < 0) : sigmoid(table, magnitude, x < 0));
        }
    }
}

static void run_sigmoid_s16(const struct mote_call *c)
{
    mote_sigmoid_s16(c->params, c->args[0], c->args[1], c->args[2], c->first, c->count);
}

MOTE_KERNEL_VERSION(sigmoid_s16, portable);
