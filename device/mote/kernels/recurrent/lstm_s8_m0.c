/* SPDX-License-Identifier: Apache-2.0 */
/* lstm_s8 for Armv6-M: the products of some units, gate by gate, whose rows of weights lie together; then these units'
 * new c and h. What is computed is lstm_s8_unit.h's. */
#include "lstm_s8_m0.h"

#include "../shared/m0.h"
#include "../shared/rows.h"
#include "lstm_s8_unit.h"

#if MOTE_ARMV6M
enum { UNITS = 24 }; /* whose gates are computed at a time, a multiple of 4 */

struct layer {
    const struct mote_lstm_s8 *p;
    const int8_t *x_weights, *h_weights;
    const int32_t *bias, *mult;
    const int8_t *shift;
    const uint16_t *table;
    bool plain; /* all products are */
};

/* n products of x or of h with a gate's rows, which are the `which`th of all, in place of their sums. */
static void requant(const struct layer *l, int32_t which, int32_t n, int32_t *sum)
{
    int32_t mult = l->mult[which], shift = l->shift[which];

    if (l->plain) {
        const struct mote_plain q = mote_plain_of(mult, shift, 0);

        for (int32_t i = 0; i < n; i++)
            sum[i] = mote_clamp16(mote_requant_m0(sum[i], &q));
    } else {
        for (int32_t i = 0; i < n; i++)
            sum[i] = mote_clamp16(mote_requant(sum[i], mult, shift));
    }
}

/* A gate of n units from `unit` on, n a multiple of 4. */
static void put_gate(const struct layer *l, int32_t gate, int32_t unit, int32_t n, const int8_t *x, const int8_t *h,
                     int32_t *sum)
{
    int32_t units = l->p->units, in_len = l->p->in_len, row = gate * units + unit, of_h[UNITS];
    const struct mote_run x_run = {x + in_len, in_len}, h_run = {h + units, units};
    struct mote_fours of_x = {&x_run, &x_run + 1, l->x_weights + row * in_len, in_len, l->bias + row, (uint32_t *)sum,
                              n / 4,  0};
    struct mote_fours fours_of_h = {
        &h_run, &h_run + 1, l->h_weights + row * units, units, l->bias + MOTE_GATES * units + row, (uint32_t *)of_h,
        n / 4,  0};

    mote_sum_fours(&of_x);
    mote_sum_fours(&fours_of_h);
    requant(l, gate, n, sum);
    requant(l, MOTE_GATES + gate, n, of_h);
    for (int32_t u = 0; u < n; u++)
        sum[u] = mote_clamp16(sum[u] + of_h[u]);
}

static void put_units(const struct layer *l, int32_t unit, int32_t n, int32_t done, const int8_t *x, const int8_t *h,
                      int16_t *cell, int8_t *out)
{
    int32_t sum[MOTE_GATES][UNITS];

    for (int32_t g = 0; g < MOTE_GATES; g++)
        put_gate(l, g, unit, n, x, h, sum[g]);
    for (int32_t u = done; u < n; u++) {
        const int32_t gate[MOTE_GATES] = {sum[0][u], sum[1][u], sum[2][u], sum[3][u]};

        out[unit + u] = mote_lstm_s8_unit(l->p, l->table, gate, cell + unit + u);
    }
}

/* Fewer than four. */
static void put_few_units(const struct layer *l, const int8_t *x, const int8_t *h, int16_t *cell, int8_t *out)
{
    int32_t units = l->p->units, in_len = l->p->in_len;

    for (int32_t u = 0; u < units; u++) {
        int32_t gate[MOTE_GATES];

        for (int32_t g = 0; g < MOTE_GATES; g++) {
            int32_t row = g * units + u;
            uint32_t x_sum = (uint32_t)l->bias[row], h_sum = (uint32_t)l->bias[MOTE_GATES * units + row];

            for (int32_t i = 0; i < in_len; i++)
                x_sum += (uint32_t)(x[i] * l->x_weights[row * in_len + i]);
            for (int32_t i = 0; i < units; i++)
                h_sum += (uint32_t)(h[i] * l->h_weights[row * units + i]);
            gate[g] = mote_lstm_s8_gate(x_sum, h_sum, l->mult, l->shift, g);
        }
        out[u] = mote_lstm_s8_unit(l->p, l->table, gate, cell + u);
    }
}

/* The last units, if they are no four, come with some that are done already. */
static void put_row(const struct layer *l, const int8_t *x, const int8_t *h, int16_t *cell, int8_t *out)
{
    int32_t units = l->p->units, u = 0;

    if (units < 4)
        put_few_units(l, x, h, cell, out);
    for (; units >= 4 && u < units / 4 * 4; u += UNITS)
        put_units(l, u, units / 4 * 4 - u < UNITS ? units / 4 * 4 - u : UNITS, 0, x, h, cell, out);
    if (units > 4 && units % 4 > 0)
        put_units(l, units - 4, 4, 4 - units % 4, x, h, cell, out);
}

static bool is_plain(const struct layer *l)
{
    bool plain = l->p->in_len <= MOTE_PLAIN_PRODUCTS && l->p->units <= MOTE_PLAIN_PRODUCTS &&
                 mote_all_plain(l->bias, l->mult, l->shift, 2 * MOTE_GATES * l->p->units, 0);

    for (int32_t i = 0; i < 2 * MOTE_GATES && plain; i++)
        plain = mote_is_plain(0, l->mult[i], l->shift[i]);
    return plain;
}

MOTE_WEAK void mote_lstm_s8_m0(const struct mote_lstm_s8 *p, const int8_t *x, const int8_t *x_weights,
                               const int8_t *h_weights, const int32_t *bias, const int32_t *mult, const int8_t *shift,
                               const uint16_t *table, int8_t *hidden, int16_t *cell, int8_t *out, int32_t first,
                               int32_t count)
{
    struct layer l = {p, x_weights, h_weights, bias, mult, shift, table, false};

    l.plain = is_plain(&l);
    for (int32_t r = first; r < first + count; r++) {
        int32_t state = (p->time_major ? r % p->batch : r / p->time) * p->units;
        int8_t *h = hidden + state, *to = out + mote_ring(r, p->out_ring) * p->units;

        put_row(&l, x + mote_ring(r, p->in_ring) * p->in_len, h, cell + state, to);
        for (int32_t u = 0; u < p->units; u++)
            h[u] = to[u];
    }
}

static void run_lstm_s8_m0(const struct mote_call *c)
{
    mote_lstm_s8_m0(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5], c->args[6],
                    c->args[7], c->args[8], c->args[9], c->first, c->count);
}
#endif

MOTE_KERNEL_CODE(lstm_s8, m0, .run = MOTE_IF_ARMV6M(run_lstm_s8_m0));
