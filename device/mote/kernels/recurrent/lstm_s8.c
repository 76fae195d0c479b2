/* SPDX-License-Identifier: Apache-2.0 */
/* Portable int8 LSTM: the definition of lstm_s8.h. Nothing couples the units of a step but the old h, so a unit goes
 * from its four gates, which share each input, to its new c and h at once. */
#include "../shared/hot.h"

#include "../shared/rows.h"
#include "lstm_s8_unit.h"

struct constants {
    const MOTE_FLASH int8_t *x_weights, *h_weights;
    const MOTE_FLASH int32_t *bias, *mult;
    const MOTE_FLASH int8_t *shift;
    const MOTE_FLASH uint16_t *table;
};

/* The biases of a unit's four gates, and its products: its weights for the next gate are `next` further on. */
static void sum_gates(const int8_t *x, int32_t n, const MOTE_FLASH int8_t *w, size_t next,
                      const MOTE_FLASH int32_t *bias, int32_t units, uint32_t sum[MOTE_GATES])
{
    const MOTE_FLASH int8_t *w1 = w + next, *w2 = w1 + next, *w3 = w2 + next;
    uint32_t s0 = (uint32_t)bias[0], s1 = (uint32_t)bias[units];
    uint32_t s2 = (uint32_t)bias[2 * units], s3 = (uint32_t)bias[3 * units];

    for (; n > 0; n--) {
        int32_t value = *x++;

        s0 += (uint32_t)(value * *w++);
        s1 += (uint32_t)(value * *w1++);
        s2 += (uint32_t)(value * *w2++);
        s3 += (uint32_t)(value * *w3++);
    }
    sum[0] = s0;
    sum[1] = s1;
    sum[2] = s2;
    sum[3] = s3;
}

static void lstm_row(const struct mote_lstm_s8 *p, const struct constants *k, const int8_t *x, int8_t *hidden,
                     int16_t *cell, int8_t *out)
{
    size_t units = (size_t)p->units, in_len = (size_t)p->in_len;

    for (size_t u = 0; u < units; u++) {
        uint32_t x_sum[MOTE_GATES], h_sum[MOTE_GATES];
        int32_t gate[MOTE_GATES];

        sum_gates(x, p->in_len, k->x_weights + u * in_len, units * in_len, k->bias + u, p->units, x_sum);
        sum_gates(hidden, p->units, k->h_weights + u * units, units * units, k->bias + MOTE_GATES * units + u, p->units,
                  h_sum);
        for (int32_t g = 0; g < MOTE_GATES; g++)
            gate[g] = mote_lstm_s8_gate(x_sum[g], h_sum[g], k->mult, k->shift, g);
        out[u] = mote_lstm_s8_unit(p, k->table, gate, cell + u);
    }
    for (size_t u = 0; u < units; u++) /* no memcpy: in a strange image they may overlap */
        hidden[u] = out[u];
}

MOTE_WEAK void mote_lstm_s8(const struct mote_lstm_s8 *p, const int8_t *x, const MOTE_FLASH int8_t *x_weights,
                            const MOTE_FLASH int8_t *h_weights, const MOTE_FLASH int32_t *bias,
                            const MOTE_FLASH int32_t *mult, const MOTE_FLASH int8_t *shift,
                            const MOTE_FLASH uint16_t *table, int8_t *hidden, int16_t *cell, int8_t *out, int32_t first,
                            int32_t count)
{
    const struct constants k = {x_weights, h_weights, bias, mult, shift, table};

    mote_assert(first >= 0 && first + count <= p->batch * p->time);
    for (int32_t r = first; r < first + count; r++) {
        int32_t state = (p->time_major ? r % p->batch : r / p->time) * p->units;

        lstm_row(p, &k, x + mote_ring(r, p->in_ring) * p->in_len, hidden + state, cell + state,
                 out + mote_ring(r, p->out_ring) * p->units);
    }
}

static void run_lstm_s8(const struct mote_call *c)
{
    mote_lstm_s8(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5], c->args[6],
                 c->args[7], c->args[8], c->args[9], c->first, c->count);
}

MOTE_KERNEL_VERSION(lstm_s8, portable);
