/* SPDX-License-Identifier: Apache-2.0 */
/* What versions of the LSTM for the DSP extension share: from the gates of a unit to its new c and h. */
#ifndef MOTE_LSTM_S8_UNIT_DSP_H
#define MOTE_LSTM_S8_UNIT_DSP_H

#include "../shared/requant_dsp.h"
#include "lstm_s8_unit.h"

#if MOTE_DSP
/* requant_dsp.h has the numbers. */
struct mote_lstm_scale {
    int32_t mult, right, half;
};

/* What all units of a layer have. */
struct mote_lstm_units {
    const uint16_t *table;
    struct mote_lstm_scale cell, out;
    int32_t out_zero, lo, hi; /* the last two: of c */
    struct {
        int32_t left, half, right;
    } tanh; /* from c to the argument of the hyperbolic tangent: mote_lstm_tangent_argument() */
};

static inline int32_t mote_lstm_scaled(int32_t x, struct mote_lstm_scale s)
{
    int32_t t;

    __asm__(MOTE_SCALED("%0", "%2", "%3", "%4", "%1") : "+r"(x), "=&r"(t) : "r"(s.mult), "r"(s.right), "r"(s.half));
    return x;
}

/* The table at x / 2^bits, interpolated as lstm_s8_unit.h does it, less 1: the table's values, from 1/2 on, are
 * negative as int16. */
static inline int32_t mote_lstm_interpolate_dsp(const uint16_t *table, uint32_t x, int32_t bits)
{
    uint32_t rest = x & ((UINT32_C(1) << bits) - 1), pair;

    __builtin_memcpy(&pair, table + (x >> bits), 4);
    return __smuad((int32_t)pair, (int32_t)(((UINT32_C(1) << bits) - rest) | rest << 16));
}

static inline uint32_t mote_lstm_magnitude_dsp(int32_t x) { return (uint32_t)((x ^ x >> 31) - (x >> 31)); }

/* mote_gate_sigmoid(). The inverse of a value less 1 is 1 less the value, rounded as it is there. */
static inline int32_t mote_lstm_sigmoid_dsp(const uint16_t *table, int32_t s)
{
    int32_t sign = s >> 31, y = mote_lstm_interpolate_dsp(table, mote_lstm_magnitude_dsp(3 * s), 9);

    return (((y ^ sign) + (INT32_C(1) << 25) + (1 << 9)) >> 10) - (sign & (1 << 15));
}

/* mote_gate_tangent() */
static inline int32_t mote_lstm_tangent_dsp(const uint16_t *table, int32_t v)
{
    uint32_t at = mote_lstm_magnitude_dsp(v);
    int32_t y = at >= (MOTE_GATE_TABLE - 1) << 8 ? -(1 << 8) : mote_lstm_interpolate_dsp(table, at, 8);

    return (((y + (INT32_C(1) << 23)) ^ v >> 31) + (1 << 7)) >> 8;
}

static inline int8_t mote_lstm_unit_dsp(const struct mote_lstm_units *l, const int16_t gate[MOTE_GATES], int16_t *cell)
{
    int32_t forget = mote_lstm_sigmoid_dsp(l->table, gate[MOTE_GATE_FORGET]),
            input = mote_lstm_sigmoid_dsp(l->table, gate[MOTE_GATE_INPUT]);
    int32_t change =
        mote_saturate_16(mote_lstm_scaled(input * mote_lstm_tangent_dsp(l->table, 3 * gate[MOTE_GATE_CELL]), l->cell));
    int32_t half = (forget * *cell + 1) >> 1;
    int32_t c = mote_saturate_16((half + (1 << 13) - (half < 0)) >> 14) + change;

    c = mote_clamp(c, l->lo, l->hi);
    *cell = (int16_t)c;
    c = mote_lstm_tangent_dsp(l->table, ((int32_t)((uint32_t)(3 * c) << l->tanh.left) + l->tanh.half) >> l->tanh.right);
    return mote_saturate_8(mote_lstm_scaled(c * mote_lstm_sigmoid_dsp(l->table, gate[MOTE_GATE_OUTPUT]), l->out) +
                           l->out_zero);
}

/* requant_dsp.h says of which sums; without a zero point that would be added on the way the shift may be larger. */
static inline bool mote_lstm_is_simple(int32_t mult, int32_t shift) { return mult >= 0 && shift >= -30 && shift < 0; }

static inline struct mote_lstm_scale mote_lstm_scale_of(int32_t mult, int32_t shift)
{
    return (struct mote_lstm_scale){mult, -shift, INT32_C(1) << (-shift - 1)};
}

/* From 1/2 to 1, as a sigmoid from 0 on. Then its products with the hyperbolic tangent are below 2^30. A layer whose
 * rows come one by one looks at it again and again: eight values at a time. */
static inline bool mote_lstm_is_simple_table(const uint16_t *table)
{
    const mote_word *pair = (const mote_word *)(const void *)table;
    uint32_t all = ~UINT32_C(0);

    for (int32_t i = 0; i < MOTE_GATE_TABLE / 2; i += 4)
        all &= pair[i] & pair[i + 1] & pair[i + 2] & pair[i + 3];
    return (all & UINT32_C(0x80008000)) == UINT32_C(0x80008000);
}

/* Whether the arithmetic of halfwords is wide enough for the layer. */
static inline bool mote_lstm_begin_units(struct mote_lstm_units *l, const struct mote_lstm_s8 *p, const uint16_t *table)
{
    const int32_t left = p->tanh_shift > 0 ? p->tanh_shift : 0, right = left - p->tanh_shift;

    if (!mote_lstm_is_simple_table(table) || !mote_lstm_is_simple(p->cell_mult, p->cell_shift) ||
        !mote_lstm_is_simple(p->out_mult, p->out_shift))
        return false;
    *l = (struct mote_lstm_units){.table = table,
                                  .cell = mote_lstm_scale_of(p->cell_mult, p->cell_shift),
                                  .out = mote_lstm_scale_of(p->out_mult, p->out_shift),
                                  .out_zero = p->out_zero,
                                  .lo = -p->clip,
                                  .hi = p->clip > INT16_MAX ? INT16_MAX : p->clip,
                                  .tanh = {left, (INT32_C(1) << right) >> 1, right}};
    return true;
}
#endif

#endif
