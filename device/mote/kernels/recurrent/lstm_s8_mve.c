/* SPDX-License-Identifier: Apache-2.0 */
/* lstm_s8 with vectors: four units at a time, from the sums of their products, 16 products an instruction, to their new
 * c and h. What is computed is lstm_s8_unit.h's. */
#include "../shared/hot.h"

#include "lstm_s8_mve.h"

#include "../shared/mve.h"
#include "../shared/rows.h"
#include "lstm_s8_unit.h"

#if MOTE_MVE
struct layer {
    const struct mote_lstm_s8 *p;
    const int8_t *x_weights, *h_weights;
    const int32_t *bias, *mult;
    const int8_t *shift;
    const uint16_t *table;
};

/* mote_requant() */
static inline int32x4_t scaled(int32x4_t x, int32_t mult, int32_t shift)
{
    int32x4_t left = vdupq_n_s32(shift > 0 ? shift : 0), right = vdupq_n_s32(shift < 0 ? shift : 0);

    return mote_shift_right_four(vqrdmulhq_n_s32(vshlq_s32(x, left), mult), right);
}

static inline int32x4_t clamp16(int32x4_t x)
{
    return vminq_s32(vmaxq_s32(x, vdupq_n_s32(INT16_MIN)), vdupq_n_s32(INT16_MAX));
}

/* Products of x or of h for a gate of n units from `unit` on, 1 to 4: its row of biases, its multiplier and shift are
 * the `which`th. */
static inline int32x4_t products(const struct layer *l, int32_t unit, int32_t n, int32_t which, const int8_t *in,
                                 int32_t len, const int8_t *weights)
{
    const int32_t *at = l->bias + which * l->p->units + unit;
    int32x4_t bias = n == 4 ? vldrwq_s32(at) : vldrwq_z_s32(at, vctp32q((uint32_t)n));
    int32x4_t sum = vaddq_s32(mote_dot_four(in, weights, len, n - 1, len), bias);

    return clamp16(scaled(sum, l->mult[which], l->shift[which]));
}

static inline int32x4_t gate_of(const struct layer *l, int32_t unit, int32_t n, int32_t gate, const int8_t *x,
                                const int8_t *h)
{
    int32_t units = l->p->units, in_len = l->p->in_len, row = gate * units + unit;
    int32x4_t of_x = products(l, unit, n, gate, x, in_len, l->x_weights + (size_t)row * (size_t)in_len);
    int32x4_t of_h = products(l, unit, n, MOTE_GATES + gate, h, units, l->h_weights + (size_t)row * (size_t)units);

    return clamp16(vaddq_s32(of_x, of_h));
}

/* Of four units the lengths are known: mote_dot_four() has less to ask. */
static __attribute__((noinline)) int32x4_t gate_of_four(const struct layer *l, int32_t unit, int32_t gate,
                                                        const int8_t *x, const int8_t *h)
{
    return gate_of(l, unit, 4, gate, x, h);
}

static __attribute__((noinline)) int32x4_t gate_of_some(const struct layer *l, int32_t unit, int32_t n, int32_t gate,
                                                        const int8_t *x, const int8_t *h)
{
    return gate_of(l, unit, n, gate, x, h);
}

/* The table at k and what is behind it: k <= MOTE_GATE_TABLE - 2. */
static inline int32x4_t interpolate(const uint16_t *table, uint32x4_t k, uint32x4_t rest, int32x4_t bits)
{
    int32x4_t a = vreinterpretq_s32_u32(vldrhq_gather_shifted_offset_u32(table, k));
    int32x4_t b = vreinterpretq_s32_u32(vldrhq_gather_shifted_offset_u32(table + 1, k));

    return vaddq_s32(vshlq_s32(a, bits), vmulq_s32(vsubq_s32(b, a), vreinterpretq_s32_u32(rest)));
}

static inline uint32x4_t magnitude(int32x4_t x) { return vreinterpretq_u32_s32(vabsq_s32(x)); }

static int32x4_t sigmoid(const uint16_t *table, int32x4_t s)
{
    uint32x4_t v = magnitude(vmulq_n_s32(s, 3));
    int32x4_t sign = vshrq_n_s32(s, 31);
    int32x4_t y = interpolate(table, vshrq_n_u32(v, 9), vandq_u32(v, vdupq_n_u32(511)), vdupq_n_s32(9));

    /* Of a negative one, 2^25 - y is rounded: that is the inverse of y - 2^25, and 1 more. */
    y = veorq_s32(vsubq_n_s32(y, INT32_C(1) << 25), sign);
    y = vshrq_n_s32(vaddq_n_s32(y, (INT32_C(1) << 25) + (1 << 9)), 10);
    return vsubq_s32(y, vandq_s32(sign, vdupq_n_s32(1 << 15)));
}

static int32x4_t tangent(const uint16_t *table, int32x4_t v)
{
    uint32x4_t at = magnitude(v), k = vminq_u32(vshrq_n_u32(at, 8), vdupq_n_u32(MOTE_GATE_TABLE - 2));
    int32x4_t y = interpolate(table, k, vandq_u32(at, vdupq_n_u32(255)), vdupq_n_s32(8));
    mve_pred16_t beyond = vcmpcsq_n_u32(at, (MOTE_GATE_TABLE - 1) << 8);

    y = vsubq_n_s32(vpselq_s32(vdupq_n_s32(INT32_C(0xffff) << 8), y, beyond), INT32_C(1) << 23);
    return vrshrq_n_s32(veorq_s32(y, vshrq_n_s32(v, 31)), 8);
}

static void put_units(const struct layer *l, int32_t unit, int32_t n, const int8_t *x, const int8_t *hidden,
                      int16_t *cell, int8_t *out)
{
    const struct mote_lstm_s8 *p = l->p;
    const struct mote_clamp h = {p->out_zero, INT8_MIN, INT8_MAX, 0};
    mve_pred16_t lanes = vctp32q((uint32_t)n);
    int32x4_t gate[MOTE_GATES], input, change, c;

    for (int32_t g = 0; g < MOTE_GATES; g++)
        gate[g] = n == 4 ? gate_of_four(l, unit, g, x, hidden) : gate_of_some(l, unit, n, g, x, hidden);
    c = vmulq_s32(sigmoid(l->table, gate[MOTE_GATE_FORGET]), vldrhq_z_s32(cell + unit, lanes));
    input = sigmoid(l->table, gate[MOTE_GATE_INPUT]);
    change = tangent(l->table, vmulq_n_s32(gate[MOTE_GATE_CELL], 3));

    c = clamp16(scaled(c, INT32_C(1) << 30, -14));
    change = clamp16(scaled(vmulq_s32(input, change), p->cell_mult, p->cell_shift));
    c = clamp16(vaddq_s32(c, change));
    c = vminq_s32(vmaxq_s32(c, vdupq_n_s32(-p->clip)), vdupq_n_s32(p->clip));
    vstrhq_p_s32(cell + unit, c, lanes);
    c = tangent(l->table, vrshlq_s32(vmulq_n_s32(c, 3), vdupq_n_s32(p->tanh_shift)));
    c = mote_clamp_four(scaled(vmulq_s32(c, sigmoid(l->table, gate[MOTE_GATE_OUTPUT])), p->out_mult, p->out_shift), &h);
    vstrbq_p_s32(out + unit, c, lanes);
}

MOTE_WEAK void mote_lstm_s8_mve(const struct mote_lstm_s8 *p, const int8_t *x, const int8_t *x_weights,
                                const int8_t *h_weights, const int32_t *bias, const int32_t *mult, const int8_t *shift,
                                const uint16_t *table, int8_t *hidden, int16_t *cell, int8_t *out, int32_t first,
                                int32_t count)
{
    const struct layer l = {p, x_weights, h_weights, bias, mult, shift, table};

    for (int32_t r = first; r < first + count; r++) {
        int32_t state = (p->time_major ? r % p->batch : r / p->time) * p->units;
        const int8_t *in = x + mote_ring(r, p->in_ring) * p->in_len;
        int8_t *h = hidden + state, *to = out + mote_ring(r, p->out_ring) * p->units;

        for (int32_t u = 0; u < p->units; u += 4)
            put_units(&l, u, p->units - u < 4 ? p->units - u : 4, in, h, cell + state, to);
        mote_move(to, p->units, h);
    }
}

static void run_lstm_s8_mve(const struct mote_call *c)
{
    mote_lstm_s8_mve(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5], c->args[6],
                     c->args[7], c->args[8], c->args[9], c->first, c->count);
}
#endif

MOTE_KERNEL_CODE(lstm_s8, mve, .run = MOTE_IF_MVE(run_lstm_s8_mve));
