/* SPDX-License-Identifier: Apache-2.0 */
/* Portable int8 GRU: the definition of gru_s8.h. h' of all units is kept while they change. Where r comes before the
 * product, r * h of all units goes through the output's row first. */
#include "../shared/hot.h"

#include "../shared/rows.h"
#include "gru_s8_unit.h"

struct constants {
    const MOTE_FLASH int8_t *x_weights, *h_weights;
    const MOTE_FLASH int32_t *bias, *mult;
    const MOTE_FLASH int8_t *shift;
    const MOTE_FLASH uint16_t *table;
};

static uint32_t dot(const int8_t *x, const MOTE_FLASH int8_t *w, int32_t n, int32_t bias)
{
    uint32_t sum = (uint32_t)bias;

    for (; n > 0; n--) {
        int32_t value = *x++;

        sum += (uint32_t)(value * *w++);
    }
    return sum;
}

static int32_t sum_x(const struct mote_gru_s8 *p, const struct constants *k, const int8_t *x, int32_t gate,
                     int32_t unit)
{
    const int32_t row = gate * p->units + unit;
    const uint32_t sum = dot(x, k->x_weights + row * p->in_len, p->in_len, k->bias[row]);

    return mote_clamp16(mote_requant((int32_t)sum, k->mult[gate], k->shift[gate]));
}

static int32_t sum_h(const struct mote_gru_s8 *p, const struct constants *k, const int8_t *h, int32_t gate,
                     int32_t unit)
{
    const int32_t row = gate * p->units + unit, at = MOTE_GRU_GATES + gate;
    const uint32_t sum = dot(h, k->h_weights + row * p->units, p->units, k->bias[MOTE_GRU_GATES * p->units + row]);

    return mote_clamp16(mote_requant((int32_t)sum, k->mult[at], k->shift[at]));
}

/* The sum of gate z or r. */
static int32_t sum_both(const struct mote_gru_s8 *p, const struct constants *k, const int8_t *x, const int8_t *h,
                        int32_t gate, int32_t unit)
{
    return mote_clamp16(sum_x(p, k, x, gate, unit) + sum_h(p, k, h, gate, unit));
}

/* r * h as the product sees it. */
static void reset(const struct mote_gru_s8 *p, const struct constants *k, const int8_t *x, const int16_t *hidden,
                  const int8_t *before, int8_t *out)
{
    for (int32_t u = 0; u < p->units; u++) {
        const int32_t r = mote_gate_sigmoid(k->table, sum_both(p, k, x, before, MOTE_GRU_RESET, u));

        out[u] = mote_gru_s8_out(p, mote_gru_half(r * hidden[u]));
    }
}

/* What h adds to the sum of n. */
static int32_t of_h(const struct mote_gru_s8 *p, const struct constants *k, const int8_t *x, const int8_t *before,
                    const int8_t *out, int32_t unit)
{
    int32_t r;

    if (!p->reset_after)
        return sum_h(p, k, out, MOTE_GRU_NEW, unit);
    r = mote_gate_sigmoid(k->table, sum_both(p, k, x, before, MOTE_GRU_RESET, unit));
    return mote_gru_half(r * sum_h(p, k, before, MOTE_GRU_NEW, unit));
}

static void gru_row(const struct mote_gru_s8 *p, const struct constants *k, const int8_t *x, int16_t *hidden,
                    int8_t *before, int8_t *out)
{
    for (int32_t u = 0; u < p->units; u++)
        before[u] = mote_gru_s8_out(p, hidden[u]);
    if (!p->reset_after)
        reset(p, k, x, hidden, before, out);
    for (int32_t u = 0; u < p->units; u++) {
        const int32_t update = sum_both(p, k, x, before, MOTE_GRU_UPDATE, u);
        const int32_t fresh = mote_clamp16(sum_x(p, k, x, MOTE_GRU_NEW, u) + of_h(p, k, x, before, out, u));

        hidden[u] = mote_gru_s8_unit(k->table, update, fresh, hidden[u]);
    }
    for (int32_t u = 0; u < p->units; u++)
        out[u] = mote_gru_s8_out(p, hidden[u]);
}

MOTE_WEAK void mote_gru_s8(const struct mote_gru_s8 *p, const int8_t *x, const MOTE_FLASH int8_t *x_weights,
                           const MOTE_FLASH int8_t *h_weights, const MOTE_FLASH int32_t *bias,
                           const MOTE_FLASH int32_t *mult, const MOTE_FLASH int8_t *shift,
                           const MOTE_FLASH uint16_t *table, int16_t *hidden, int8_t *before, int8_t *out,
                           int32_t first, int32_t count)
{
    const struct constants k = {x_weights, h_weights, bias, mult, shift, table};

    mote_assert(first >= 0 && first + count <= p->batch * p->time);
    for (int32_t r = first; r < first + count; r++) {
        const int32_t state = (p->time_major ? r % p->batch : r / p->time) * p->units;

        gru_row(p, &k, x + mote_ring(r, p->in_ring) * p->in_len, hidden + state, before,
                out + mote_ring(r, p->out_ring) * p->units);
    }
}

static void run_gru_s8(const struct mote_call *c)
{
    mote_gru_s8(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5], c->args[6],
                c->args[7], c->args[8], c->args[9], c->first, c->count);
}

MOTE_KERNEL_VERSION(gru_s8, portable);
