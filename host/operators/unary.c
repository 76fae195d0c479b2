/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of int8 functions, steps of float ones. */
#include "host/operators/unary.h"

#include <math.h>

#include "mote/kernels/shared/requant.h"
#include "mote/kernels/elementwise/rescale_s16.h"
#include "mote/kernels/elementwise/sigmoid_s16.h"
#include "mote/kernels/elementwise/table_s8.h"
#include "mote/kernels/elementwise/unary_math_f32.h"
#include "mote/kernels/elementwise/unary_s16.h"

enum mote_status want_unary_s8(const struct lowering *l, const struct op *op, struct unary_s8 *u,
                               const struct frame *at)
{
    TRY(want_quant(at, l->graph, op, op->in[0], TYPE_S8, &u->in_scale, &u->in_zero));
    return want_quant(at, l->graph, op, op->out[0], TYPE_S8, &u->out_scale, &u->out_zero);
}

enum mote_status lower_table_s8(struct lowering *l, const struct op *op, const int8_t table[256],
                                const struct frame *at)
{
    struct row_split split = split_rows(op_in(l->graph, op, 0));
    struct mote_table_s8 p = {.rows = split.rows, .len = split.len};
    int8_t by_bits[256];

    for (int32_t q = INT8_MIN; q <= INT8_MAX; q++)
        by_bits[(uint8_t)q] = table[q - INT8_MIN];

    int32_t args[] = {
        lower_tensor(l, op->in[0]),
        lower_const(l, "table", TYPE_S8, by_bits, sizeof by_bits, false),
        lower_tensor(l, op->out[0]),
    };
    return lower_step(l, KERNEL_table_s8, &p, args, at);
}

enum mote_status lower_fixed_s8(struct lowering *l, const struct op *op, int32_t (*of)(int32_t a),
                                const struct frame *at)
{
    struct unary_s8 u;
    int8_t table[256];
    int32_t mult, shift;
    double radius;

    TRY(want_unary_s8(l, op, &u, at));
    quantize_multiplier((double)u.in_scale * (1 << 27), &mult, &shift);
    if (shift < 0)
        return fail(at, MOTE_ERR_QUANT, "the input's scale %g is below 2^-28", u.in_scale);
    radius = floor(ldexp(15 << 27, -shift));
    for (int32_t i = 0; i < 256; i++) {
        int32_t x = i + INT8_MIN - u.in_zero;

        table[i] = x <= -radius ? INT8_MIN : x >= radius ? INT8_MAX : saturate_s8(of(mote_requant(x, mult, shift)));
    }
    return lower_table_s8(l, op, table, at);
}

enum mote_status lower_float_table_s8(struct lowering *l, const struct op *op, float (*of)(float x),
                                      const struct frame *at)
{
    struct unary_s8 u;
    int8_t table[256];
    volatile float inverse;

    TRY(want_unary_s8(l, op, &u, at));
    inverse = 1 / u.out_scale;
    for (int32_t i = 0; i < 256; i++) {
        volatile float real = u.in_scale * (float)(i + INT8_MIN - u.in_zero), scaled = of(real) * inverse;

        table[i] = saturate_u8(roundf(scaled) + (float)(u.out_zero - INT8_MIN));
    }
    return lower_table_s8(l, op, table, at);
}

enum mote_status lower_rescale_s16(struct lowering *l, const struct op *op, float ratio, int32_t lo, int32_t hi,
                                   const struct frame *at)
{
    struct row_split split = split_rows(op_in(l->graph, op, 0));
    struct mote_rescale_s16 p = {.rows = split.rows, .len = split.len, .lo = lo, .hi = hi};
    int32_t args[] = {lower_tensor(l, op->in[0]), lower_tensor(l, op->out[0])};

    TRY(want_multiplier(at, (double)ratio, &p.mult, &p.shift));
    return lower_step(l, KERNEL_rescale_s16, &p, args, at);
}

enum mote_status lower_unary_s16(struct lowering *l, const struct op *op, int32_t function, int32_t mult, int32_t shift,
                                 const struct frame *at)
{
    struct row_split split = split_rows(op_in(l->graph, op, 0));
    struct mote_unary_s16 p = {
        .function = function,
        .rows = split.rows,
        .len = split.len,
        .mult = mult,
        .shift = shift,
    };
    int32_t args[] = {lower_tensor(l, op->in[0]), lower_tensor(l, op->out[0])};

    return lower_step(l, KERNEL_unary_s16, &p, args, at);
}

/* The exponent of a power of two, nearly, as the reference takes a scale for one. */
static bool power_of_two(float scale, int32_t *exponent)
{
    float log = logf(scale) * (1.0f / logf(2.0f));

    *exponent = (int32_t)roundf(log);
    return fabsf(log - roundf(log)) < 1e-3f;
}

/* From the input to units of 2^-12 / 3. What is nearly one of the powers of two that need no shift to the right is
 * that; others have 14 bits, without what is below them. */
static enum mote_status sigmoid_multiplier(float scale, struct mote_sigmoid_s16 *p, const struct frame *at)
{
    double mult = (double)scale * 4096.0 * 3.0;
    int32_t exponent;

    if (power_of_two(scale, &exponent) && (exponent == -12 || (p->tanh && exponent == -11))) {
        p->factor = 3 << (exponent + 12);
        return MOTE_OK;
    }
    while (mult <= 32767.0 / 2.0 && p->shift <= 30) {
        mult *= 2.0;
        p->shift++;
    }
    if (mult >= 32768.0)
        return fail(at, MOTE_ERR_QUANT, "the input's scale %g is above 8 / 3", (double)scale);
    p->factor = (int32_t)mult;
    return MOTE_OK;
}

enum mote_status lower_sigmoid_s16(struct lowering *l, const struct op *op, bool tanh, const struct frame *at)
{
    struct row_split split = split_rows(op_in(l->graph, op, 0));
    struct mote_sigmoid_s16 p = {.rows = split.rows, .len = split.len, .tanh = tanh};
    uint16_t table[MOTE_SIGMOID_S16_TABLE];
    float in_scale, out_scale;
    int32_t exponent;

    TRY(want_symmetric(at, l->graph, op, op->in[0], &in_scale));
    TRY(want_symmetric(at, l->graph, op, op->out[0], &out_scale));
    if (!power_of_two(out_scale, &exponent) || exponent != -15)
        return fail(at, MOTE_ERR_QUANT, "the output's scale is %g, not 1/32768", (double)out_scale);
    TRY(sigmoid_multiplier(in_scale, &p, at));
    sigmoid_table(table);

    int32_t args[] = {
        lower_tensor(l, op->in[0]),
        lower_const(l, "sigmoid", TYPE_U16, table, sizeof table, false),
        lower_tensor(l, op->out[0]),
    };
    return lower_step(l, KERNEL_sigmoid_s16, &p, args, at);
}

static enum mote_status lower_f32(struct lowering *l, const struct op *op, int32_t function, float lo, float hi,
                                  const struct frame *at)
{
    struct row_split split = split_rows(op_in(l->graph, op, 0));
    struct mote_unary_f32 p = {
        .rows = split.rows,
        .len = split.len,
        .function = function,
        .lo = float_bits(lo),
        .hi = float_bits(hi),
    };
    int32_t args[] = {lower_tensor(l, op->in[0]), lower_tensor(l, op->out[0])};

    return lower_step(l, KERNEL_unary_f32, &p, args, at);
}

enum mote_status lower_unary_f32(struct lowering *l, const struct op *op, int32_t function, const struct frame *at)
{
    return lower_f32(l, op, function, 0, 0, at);
}

enum mote_status lower_leaky_f32(struct lowering *l, const struct op *op, float slope, const struct frame *at)
{
    return lower_f32(l, op, MOTE_UNARY_LEAKY_RELU, slope, 0, at);
}

enum mote_status lower_clamp_f32(struct lowering *l, const struct op *op, float lo, float hi, const struct frame *at)
{
    return lower_f32(l, op, MOTE_UNARY_CLAMP, lo, hi, at);
}

enum mote_status lower_flipped(struct lowering *l, enum mote_type type, int64_t n, int32_t in, int32_t out,
                               const struct frame *at)
{
    const struct mote_table_s8 by_table = {.rows = 1, .len = (int32_t)n};
    const struct mote_unary_math_f32 negate = {.rows = 1, .len = (int32_t)n, .function = MOTE_UNARY_MATH_NEG};
    int8_t table[256];

    assert(type == TYPE_S8 || type == TYPE_F32);
    if (type == TYPE_F32)
        return lower_step(l, KERNEL_unary_math_f32, &negate, (int32_t[]){in, out}, at);
    for (int32_t q = INT8_MIN; q <= INT8_MAX; q++)
        table[(uint8_t)q] = (int8_t)~q;

    int32_t args[] = {in, lower_const(l, "table", TYPE_S8, table, sizeof table, false), out};

    return lower_step(l, KERNEL_table_s8, &by_table, args, at);
}
