/* SPDX-License-Identifier: Apache-2.0 */
/* HARD_SWISH: x * relu6(x + 3) / 6. The reference does it in 16 bits, with multipliers cut down to 16 bits too, which
 * shows in its results: docs/EXACT.md, "HARD_SWISH". */
#include "host/operators/unary.h"

struct multiplier16 {
    int32_t mult, shift;
};

static struct multiplier16 multiplier16(float real)
{
    struct multiplier16 m;

    quantize_multiplier((double)real, &m.mult, &m.shift);
    m.mult = m.mult >= INT32_MAX - (1 << 15) ? INT16_MAX : (m.mult + (1 << 15)) >> 16;
    return m;
}

static int32_t saturate16(int64_t x) { return (int32_t)(x < INT16_MIN ? INT16_MIN : x > INT16_MAX ? INT16_MAX : x); }

/* a * b / 2^15 to the nearest, half up; the pair that overflows cannot occur, as no multiplier is negative. */
static int32_t high_mul16(int32_t a, int32_t b) { return (a * b + (1 << 14)) >> 15; }

/* x / 2^n, n from 0 to 31, to the nearest, half away from zero; but the mask has 16 bits, so that from 16 on the result
 * is the sign of x. */
static int32_t divide16(int32_t x, int32_t n)
{
    int32_t mask = (int16_t)(((int64_t)1 << n) - 1);

    return (x >> n) + ((x & mask) > (mask >> 1) + (x < 0));
}

/* relu6(x + 3) / 6 with 15 fraction bits, x in units of in_scale / 128. */
static int32_t gate(int32_t x, struct multiplier16 m)
{
    if (m.shift > 0)
        x = saturate16(x * ((int64_t)1 << (m.shift - 1)));
    x = high_mul16(x, m.mult);
    if (m.shift > 0)
        x = saturate16(x * 2);
    if (m.shift < 0)
        x = divide16(x, -m.shift);
    return (x + (1 << 15)) >> 1;
}

static enum mote_status lower_hard_swish_s8(struct lowering *l, const struct op *op, const struct frame *at)
{
    struct multiplier16 out, relu;
    struct unary_s8 u;
    int8_t table[256];

    TRY(want_unary_s8(l, op, &u, at));
    out = multiplier16(ratio_f32(u.in_scale / 128, u.out_scale));
    relu = multiplier16(ratio_f32(u.in_scale / 128, 3.0f / 32768));
    if (out.shift > 0)
        return fail(at, MOTE_ERR_QUANT, "the output's scale %g is too small beside the input's, %g", u.out_scale,
                    u.in_scale);
    if (relu.shift > 31)
        return fail(at, MOTE_ERR_QUANT, "the input's scale %g is too large", u.in_scale);
    for (int32_t i = 0; i < 256; i++) {
        int32_t x = (i + INT8_MIN - u.in_zero) * 128;
        int32_t y = gate(x, relu) * high_mul16(x, out.mult) / (1 << 15); /* toward zero */

        table[i] = saturate_s8(divide16(y, -out.shift) + u.out_zero);
    }
    return lower_table_s8(l, op, table, at);
}

static enum mote_status lower_hard_swish(struct lowering *l, const struct op *op, const struct frame *at)
{
    switch (op_in(l->graph, op, 0)->type) {
    case TYPE_S8:
        return lower_hard_swish_s8(l, op, at);
    case TYPE_F32:
        return lower_unary_f32(l, op, MOTE_UNARY_HARD_SWISH, at);
    default:
        return refuse_type(at, l->graph, op->in[0], "s8 and f32");
    }
}

const struct operator operator_hard_swish = {
    .infer = infer_same,
    .lower = lower_hard_swish,
    .scales = {.form = FORM_OWN},
};
