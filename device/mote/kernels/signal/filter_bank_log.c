/* SPDX-License-Identifier: Apache-2.0 */
/* Portable logarithms: the definition of filter_bank_log.h. */
#include "../shared/hot.h"

#include "filter_bank_log.h"

#include "../shared/bits.h"
#include "../shared/rows.h"

#define LN_2 UINT64_C(45426) /* 2^16 * ln 2 */
#define HALF UINT32_C(32768)

/* x > 1: its bits behind the first are a fraction, which is the logarithm's but for what the table has, between whose
 * 128 steps lines lead. */
static inline uint32_t scaled_log(uint32_t x, uint32_t scale, const MOTE_FLASH uint16_t *table)
{
    int32_t n = mote_bit_length(x) - 1, from, to;
    uint32_t fraction = (x << (31 - n) & INT32_MAX) >> 15, step = fraction >> 9, log2, natural;

    from = table[step];
    to = table[step + 1];
    log2 = ((uint32_t)n << 16) + fraction + (uint32_t)(from + ((to - from) * (int32_t)(fraction & 511) >> 16));
    natural = (uint32_t)((LN_2 * log2 + HALF) >> 16);
    return (natural * scale + HALF) >> 16;
}

static inline uint32_t log_of(const struct mote_filter_bank_log *p, uint32_t x, const MOTE_FLASH uint16_t *table)
{
    uint32_t most = p->type == MOTE_ARG_S16 ? INT16_MAX : UINT16_MAX, log;

    x = p->correction_bits < 0 ? x >> -p->correction_bits : x << p->correction_bits;
    log = x > 1 ? scaled_log(x, (uint32_t)p->scale, table) : 0;
    return log < most ? log : most;
}

MOTE_WEAK void mote_filter_bank_log(const struct mote_filter_bank_log *p, const uint32_t *in,
                                    const MOTE_FLASH uint16_t *table, void *out, int32_t first, int32_t count)
{
    mote_assert(first >= 0 && first + count <= p->rows);
    for (int32_t r = first; r < first + count; r++) {
        const uint32_t *from = in + mote_ring(r, p->in_ring) * p->len;
        uint16_t *to = (uint16_t *)out + mote_ring(r, p->out_ring) * p->len;

        for (int32_t c = 0; c < p->len; c++)
            to[c] = (uint16_t)log_of(p, from[c], table);
    }
}

static void run_filter_bank_log(const struct mote_call *c)
{
    mote_filter_bank_log(c->params, c->args[0], c->args[1], c->args[2], c->first, c->count);
}

MOTE_KERNEL_VERSION(filter_bank_log, portable);
