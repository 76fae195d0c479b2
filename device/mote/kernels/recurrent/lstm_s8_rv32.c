/* SPDX-License-Identifier: Apache-2.0 */
/* lstm_s8 in plain C: what lstm_s8.c does, with products of four rows at a time. */
#include "lstm_s8_rv32.h"

#include "../shared/plain.h"
#include "../shared/registers.h"
#include "../shared/rows.h"
#include "../shared/rows_of_four.h"
#include "lstm_s8_unit.h"

#if MOTE_REGISTERS
struct constants {
    const int8_t *x_weights, *h_weights;
    const int32_t *bias, *mult;
    const int8_t *shift;
    const uint16_t *table;
    struct mote_plain scale[2 * MOTE_GATES];
    bool plain; /* all products are */
};

/* The biases of a unit's four gates, and its products. */
static void sum_gates(const int8_t *x, int32_t n, const int8_t *w, int32_t units, const int32_t *bias,
                      uint32_t sum[MOTE_GATES])
{
    int32_t next = units * n;
    uint32_t four[MOTE_GATES] = {(uint32_t)bias[0], (uint32_t)bias[units], (uint32_t)bias[2 * units],
                                 (uint32_t)bias[3 * units]};

    mote_add_rows_of_four(x, n, w, w + next, w + 2 * next, w + 3 * next, four);
    sum[0] = four[0];
    sum[1] = four[1];
    sum[2] = four[2];
    sum[3] = four[3];
}

/* mote_lstm_s8_gate() */
static int32_t gate_of(const struct constants *k, uint32_t x_sum, uint32_t h_sum, int32_t g)
{
    if (!k->plain)
        return mote_lstm_s8_gate(x_sum, h_sum, k->mult, k->shift, g);
    return mote_clamp16(mote_clamp16(mote_requant_short((int32_t)x_sum, &k->scale[g])) +
                        mote_clamp16(mote_requant_short((int32_t)h_sum, &k->scale[MOTE_GATES + g])));
}

static void set_scales(const struct mote_lstm_s8 *p, struct constants *k)
{
    k->plain = p->in_len <= MOTE_PLAIN_PRODUCTS && p->units <= MOTE_PLAIN_PRODUCTS &&
               mote_all_plain(k->bias, k->mult, k->shift, 2 * MOTE_GATES * p->units, 0);
    for (int32_t i = 0; i < 2 * MOTE_GATES && k->plain; i++) {
        k->plain = mote_is_plain(0, k->mult[i], k->shift[i]);
        if (k->plain)
            k->scale[i] = mote_plain_of(k->mult[i], k->shift[i], 0);
    }
}

static void lstm_row(const struct mote_lstm_s8 *p, const struct constants *k, const int8_t *x, int8_t *hidden,
                     int16_t *cell, int8_t *out)
{
    size_t units = (size_t)p->units, in_len = (size_t)p->in_len;

    for (size_t u = 0; u < units; u++) {
        uint32_t x_sum[MOTE_GATES], h_sum[MOTE_GATES];
        int32_t gate[MOTE_GATES];

        sum_gates(x, p->in_len, k->x_weights + u * in_len, p->units, k->bias + u, x_sum);
        sum_gates(hidden, p->units, k->h_weights + u * units, p->units, k->bias + MOTE_GATES * units + u, h_sum);
        for (int32_t g = 0; g < MOTE_GATES; g++)
            gate[g] = gate_of(k, x_sum[g], h_sum[g], g);
        out[u] = mote_lstm_s8_unit(p, k->table, gate, cell + u);
    }
    for (size_t u = 0; u < units; u++) /* no memcpy: in a strange image they may overlap */
        hidden[u] = out[u];
}

MOTE_WEAK void mote_lstm_s8_rv32(const struct mote_lstm_s8 *p, const int8_t *x, const int8_t *x_weights,
                                 const int8_t *h_weights, const int32_t *bias, const int32_t *mult, const int8_t *shift,
                                 const uint16_t *table, int8_t *hidden, int16_t *cell, int8_t *out, int32_t first,
                                 int32_t count)
{
    struct constants k = {
        .x_weights = x_weights, .h_weights = h_weights, .bias = bias, .mult = mult, .shift = shift, .table = table};

    set_scales(p, &k);
    for (int32_t r = first; r < first + count; r++) {
        int32_t state = (p->time_major ? r % p->batch : r / p->time) * p->units;

        lstm_row(p, &k, x + mote_ring(r, p->in_ring) * p->in_len, hidden + state, cell + state,
                 out + mote_ring(r, p->out_ring) * p->units);
    }
}

static void run_lstm_s8_rv32(const struct mote_call *c)
{
    mote_lstm_s8_rv32(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5], c->args[6],
                      c->args[7], c->args[8], c->args[9], c->first, c->count);
}
#endif

MOTE_KERNEL_CODE(lstm_s8, rv32, .run = MOTE_IF_REGISTERS(run_lstm_s8_rv32));
