/* SPDX-License-Identifier: Apache-2.0 */
/* Portable int8 LSTM: the definition of lstm_s8.h. Nothing couples the units of a step but the old h, so a unit goes
 * from its four gates to its new c and h at once, and no gate is ever stored. */
#include "lstm_s8.h"

#include "../shared/rows.h"

enum { GATE_INPUT, GATE_FORGET, GATE_CELL, GATE_OUTPUT, GATES };

_Static_assert(GATES == MOTE_LSTM_S8_GATES, "the contract's");

struct constants {
    const MOTE_FLASH int8_t *x_weights, *h_weights;
    const MOTE_FLASH int32_t *bias, *mult;
    const MOTE_FLASH int8_t *shift;
    const MOTE_FLASH uint16_t *table;
};

static int32_t clamp16(int32_t x) { return mote_clamp(x, INT16_MIN, INT16_MAX); }

static uint32_t dot(const int8_t *a, const MOTE_FLASH int8_t *b, int32_t n, uint32_t sum)
{
    for (int32_t i = 0; i < n; i++)
        sum += (uint32_t)(a[i] * b[i]);
    return sum;
}

/* The table at |v| / 2^bits, interpolated: `bits` more fraction bits than the table. Saturates at the table's end. */
static int32_t interpolate(const MOTE_FLASH uint16_t *table, uint32_t v, int32_t bits)
{
    uint32_t k = v >> bits, rest = v & ((UINT32_C(1) << bits) - 1);

    if (k >= MOTE_LSTM_S8_TABLE - 1)
        return (int32_t)(UINT32_C(0xffff) << bits);
    return (int32_t)((uint32_t)table[k] << bits) + (int32_t)rest * (table[k + 1] - table[k]);
}

static uint32_t magnitude(int32_t v) { return v < 0 ? 0 - (uint32_t)v : (uint32_t)v; }

/* Unit 2^-12 to unit 2^-15. A table step is 1/24: 512/3 units. The magnitude times 3 is below 2^17: inside the table.
 */
static int32_t sigmoid(const MOTE_FLASH uint16_t *table, int32_t s)
{
    int32_t y = interpolate(table, magnitude(3 * s), 9);

    return s >= 0 ? (y + (1 << 9)) >> 10 : ((INT32_C(1) << 25) - y + (1 << 9) - 1) >> 10;
}

/* tanh(x) = 2 * sigmoid(2 * x) - 1; v is 3 * 2^12 * x. */
static int32_t tangent(const MOTE_FLASH uint16_t *table, int32_t v)
{
    int32_t y = interpolate(table, magnitude(v), 8) - (INT32_C(1) << 23);

    return v >= 0 ? (y + (1 << 7)) >> 8 : (-y + (1 << 7) - 1) >> 8;
}

/* 3 * 2^12 times the real value of c, modulo 2^32. */
static int32_t tangent_argument(int32_t c, int32_t shift)
{
    if (shift >= 0)
        return (int32_t)((uint32_t)(3 * c) << shift);
    return (3 * c + (INT32_C(1) << (-shift - 1))) >> -shift;
}

static int32_t gate_sum(const struct mote_lstm_s8 *p, const struct constants *k, const int8_t *x, const int8_t *h,
                        int32_t gate, int32_t unit)
{
    size_t row = (size_t)gate * (size_t)p->units + (size_t)unit;
    size_t h_row = (size_t)GATES * (size_t)p->units + row;
    uint32_t x_sum = dot(x, k->x_weights + row * (size_t)p->in_len, p->in_len, (uint32_t)k->bias[row]);
    uint32_t h_sum = dot(h, k->h_weights + row * (size_t)p->units, p->units, (uint32_t)k->bias[h_row]);

    return clamp16(clamp16(mote_requant((int32_t)x_sum, k->mult[gate], k->shift[gate])) +
                   clamp16(mote_requant((int32_t)h_sum, k->mult[GATES + gate], k->shift[GATES + gate])));
}

static void lstm_row(const struct mote_lstm_s8 *p, const struct constants *k, const int8_t *x, int8_t *hidden,
                     int16_t *cell, int8_t *out)
{
    for (int32_t u = 0; u < p->units; u++) {
        int32_t i = sigmoid(k->table, gate_sum(p, k, x, hidden, GATE_INPUT, u));
        int32_t f = sigmoid(k->table, gate_sum(p, k, x, hidden, GATE_FORGET, u));
        int32_t g = tangent(k->table, 3 * gate_sum(p, k, x, hidden, GATE_CELL, u));
        int32_t o = sigmoid(k->table, gate_sum(p, k, x, hidden, GATE_OUTPUT, u));
        int32_t c = clamp16(mote_requant(f * cell[u], INT32_C(1) << 30, -14)); /* f has unit 2^-15 */

        c = clamp16(c + clamp16(mote_requant(i * g, p->cell_mult, p->cell_shift)));
        c = mote_clamp(c, -p->clip, p->clip);
        cell[u] = (int16_t)c;
        out[u] = mote_requant_s8(tangent(k->table, tangent_argument(c, p->tanh_shift)) * o, p->out_mult, p->out_shift,
                                 p->out_zero, INT8_MIN, INT8_MAX);
    }
    for (int32_t u = 0; u < p->units; u++) /* no memcpy: in a strange image they may overlap */
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
