/* SPDX-License-Identifier: Apache-2.0 */
/* Portable normalization: the definition of pcan.h. */
#include "../shared/hot.h"

#include "pcan.h"

#include "../shared/bits.h"
#include "../shared/rows.h"

#define SNR_BITS 12
#define OUT_BITS 6

/* The polynomial of numbers of as many bits as x; 10 bits of the way through them count. No sum exceeds 2^31: each
 * coefficient of 16 bits is at most 2^20 when it is multiplied by them. */
static inline uint32_t gain_of(uint32_t x, const MOTE_FLASH int16_t *gains)
{
    int32_t n = mote_bit_length(x), way, gain;

    if (x <= 2)
        return (uint32_t)(int32_t)gains[x];
    gains += 4 * n - 6;
    way = (int32_t)((n < 11 ? x << (11 - n) : x >> (n - 11)) & 0x3FF);
    gain = ((int32_t)gains[2] * way >> 5) + (int32_t)gains[1] * 32;
    gain = ((gain * way + (INT32_C(1) << 14)) >> 15) + gains[0];
    return (uint32_t)(int32_t)(int16_t)gain;
}

static inline uint32_t shrunk(uint32_t snr)
{
    if (snr < UINT32_C(2) << SNR_BITS)
        return snr * snr >> (2 + 2 * SNR_BITS - OUT_BITS);
    return (snr >> (SNR_BITS - OUT_BITS)) - (UINT32_C(1) << OUT_BITS);
}

MOTE_WEAK void mote_pcan(const struct mote_pcan *p, const uint32_t *in, const uint32_t *noise,
                         const MOTE_FLASH int16_t *gains, uint32_t *out, int32_t first, int32_t count)
{
    mote_assert(first >= 0 && first + count <= p->rows);
    for (int32_t r = first; r < first + count; r++) {
        const uint32_t *from = in + mote_ring(r, p->in_ring) * p->len;
        const uint32_t *beside = noise + mote_ring(r, p->noise_ring) * p->len;
        uint32_t *to = out + mote_ring(r, p->out_ring) * p->len;

        for (int32_t c = 0; c < p->len; c++)
            to[c] = shrunk((uint32_t)((uint64_t)from[c] * gain_of(beside[c], gains) >> p->snr_down));
    }
}

static void run_pcan(const struct mote_call *c)
{
    mote_pcan(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->first, c->count);
}

MOTE_KERNEL_VERSION(pcan, portable);
