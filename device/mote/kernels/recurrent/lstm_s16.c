/* SPDX-License-Identifier: Apache-2.0 */
/* Portable 16x8 LSTM: the definition of lstm_s16.h. As in lstm_s8.c, a unit goes from its four gates to its new c and h
 * at once. */
#include "../shared/hot.h"

#include "lstm_s16.h"

#include "../shared/rows.h"
#include "../shared/wide.h"
#include "lstm_cell.h"

_Static_assert(MOTE_GATES == MOTE_LSTM_S16_GATES, "the contract's");

struct constants {
    const MOTE_FLASH int8_t *x_weights, *h_weights;
    const MOTE_FLASH int64_t *bias;
    const MOTE_FLASH int32_t *mult;
    const MOTE_FLASH int8_t *shift;
    const MOTE_FLASH uint16_t *table;
};

/* A product's sum in units of a gate. */
static int32_t scaled(const struct constants *k, int64_t sum, int32_t i)
{
    return mote_clamp16(mote_requant64(sum, k->mult[i], k->shift[i]));
}

/* Gate g of unit u. */
static int32_t gate_of(const struct mote_lstm_s16 *p, const struct constants *k, const int16_t *x,
                       const int16_t *hidden, int32_t g, int32_t u)
{
    size_t row = (size_t)g * (size_t)p->units + (size_t)u;
    int64_t x_sum = mote_dot_s16(x, k->x_weights + row * (size_t)p->in_len, p->in_len);
    int64_t h_sum = mote_dot_s16(hidden, k->h_weights + row * (size_t)p->units, p->units);

    x_sum = (int64_t)((uint64_t)x_sum + (uint64_t)k->bias[row]);
    return mote_clamp16(scaled(k, x_sum, g) + scaled(k, h_sum, MOTE_GATES + g));
}

/* h of a unit with these gates, and c. */
static int16_t unit(const struct mote_lstm_s16 *p, const MOTE_FLASH uint16_t *table, const int32_t gate[MOTE_GATES],
                    int16_t *cell)
{
    int32_t change =
        mote_gate_sigmoid(table, gate[MOTE_GATE_INPUT]) * mote_gate_tangent(table, 3 * gate[MOTE_GATE_CELL]);
    int32_t c = mote_lstm_forget(mote_gate_sigmoid(table, gate[MOTE_GATE_FORGET]) * *cell), tangent;

    c = mote_clamp16(c + mote_clamp16(mote_requant(change, p->cell_mult, p->cell_shift)));
    c = mote_clamp(c, -p->clip, p->clip);
    *cell = (int16_t)c;
    tangent = mote_gate_tangent(table, mote_lstm_tangent_argument(c, p->tanh_shift));
    return (int16_t)mote_clamp16(
        mote_requant(tangent * mote_gate_sigmoid(table, gate[MOTE_GATE_OUTPUT]), p->out_mult, p->out_shift));
}

static void lstm_row(const struct mote_lstm_s16 *p, const struct constants *k, const int16_t *x, int16_t *hidden,
                     int16_t *cell, int16_t *out)
{
    for (int32_t u = 0; u < p->units; u++) {
        int32_t gate[MOTE_GATES];

        for (int32_t g = 0; g < MOTE_GATES; g++)
            gate[g] = gate_of(p, k, x, hidden, g, u);
        out[u] = unit(p, k->table, gate, cell + u);
    }
    for (int32_t u = 0; u < p->units; u++) /* no memcpy: in a strange image they may overlap */
        hidden[u] = out[u];
}

MOTE_WEAK void mote_lstm_s16(const struct mote_lstm_s16 *p, const int16_t *x, const MOTE_FLASH int8_t *x_weights,
                             const MOTE_FLASH int8_t *h_weights, const MOTE_FLASH int64_t *bias,
                             const MOTE_FLASH int32_t *mult, const MOTE_FLASH int8_t *shift,
                             const MOTE_FLASH uint16_t *table, int16_t *hidden, int16_t *cell, int16_t *out,
                             int32_t first, int32_t count)
{
    const struct constants k = {x_weights, h_weights, bias, mult, shift, table};

    mote_assert(first >= 0 && first + count <= p->batch * p->time);
    for (int32_t r = first; r < first + count; r++) {
        int32_t state = (p->time_major ? r % p->batch : r / p->time) * p->units;

        lstm_row(p, &k, x + mote_ring(r, p->in_ring) * p->in_len, hidden + state, cell + state,
                 out + mote_ring(r, p->out_ring) * p->units);
    }
}

static void run_lstm_s16(const struct mote_call *c)
{
    mote_lstm_s16(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5], c->args[6],
                  c->args[7], c->args[8], c->args[9], c->first, c->count);
}

MOTE_KERNEL_VERSION(lstm_s16, portable);
