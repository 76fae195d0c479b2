/* SPDX-License-Identifier: Apache-2.0 */
/* SOFTMAX over the last dimension. The exponentials of an int8 input are at most 256 numbers; the host makes them with
 * the reference's fixed-point arithmetic (docs/EXACT.md, "SOFTMAX") and the device looks them up. Of an int16 input the
 * reference itself looks them up, with interpolation. */
#include <math.h>

#include "host/operators/elementwise.h"
#include "host/operators/fixed_point.h"
#include "mote/kernels/elementwise/softmax_f32.h"
#include "mote/kernels/elementwise/softmax_s16.h"
#include "mote/kernels/elementwise/softmax_s8.h"
#include "mote/kernels/elementwise/softmax_s8_s16.h"

static enum mote_status infer_softmax(const struct model *m, struct graph *g, const struct op *op,
                                      const struct frame *at)
{
    TRY(want_rank(at, op_in(g, op, 0), "input", 1, RANK_MAX));
    return infer_same(m, g, op, at);
}

int32_t softmax_table(float beta, float scale, int32_t table[SOFTMAX_TABLE_MAX])
{
    double real = (double)beta * (double)scale * (1 << 26);
    int32_t mult, shift, n = 0;
    double radius;

    if (!(real > 1))
        return 0;
    quantize_multiplier(fmin(real, 2147483647.0), &mult, &shift);
    radius = floor(31.0 * (1 << 26) / (double)(INT64_C(1) << shift));
    for (int32_t d = 0; d < SOFTMAX_TABLE_MAX && d <= radius; d++) {
        int32_t e = fixed_exp(mote_doubling_high_mul((int32_t)(0 - ((uint32_t)d << shift)), mult), 5);

        /* Below 2^11 it is 0 in the sum, which takes 12 bits off, and in a result, which takes off at least 15. */
        if (e < 1 << 11)
            break;
        table[n++] = e;
    }
    return n;
}

/* The reference fixes the output's scale and zero point (of int8: host/graph/scales.h). */
static enum mote_status check_output(const struct lowering *l, const struct op *op, const struct frame *at)
{
    enum mote_type type = op_out(l->graph, op, 0)->type;
    float scale;
    int32_t zero;

    if (type != TYPE_S8 && type != TYPE_S16)
        return fail(at, MOTE_ERR_TYPE, "the output is %s, not s8 or s16", type_name(type));
    TRY(want_quant(at, l->graph, op, op->out[0], type, &scale, &zero));
    if (type == TYPE_S16 && (fabsf(scale - 1.0f / 65536) > 0.001f / 65536 || zero != INT16_MIN))
        return fail(at, MOTE_ERR_QUANT, "the output's scale is %g and its zero point %d, not 1/65536 and -32768", scale,
                    (int)zero);
    return MOTE_OK;
}

static enum mote_status lower_softmax_s8(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct softmax_opts *o = op->opts;
    const struct tensor *in = op_in(l->graph, op, 0), *out = op_out(l->graph, op, 0);
    struct row_split split = split_rows(in);
    int32_t table[SOFTMAX_TABLE_MAX], zero, n;
    float scale;

    TRY(want_rank(at, in, "input", 1, RANK_MAX));
    TRY(want_quant(at, l->graph, op, op->in[0], TYPE_S8, &scale, &zero));
    TRY(check_output(l, op, at));
    n = softmax_table(o->beta, scale, table);
    if (n == 0)
        return fail(at, MOTE_ERR_QUANT, "beta %g times the input's scale %g is too small", o->beta, scale);

    int32_t depth = (int32_t)in->dims[in->rank - 1];
    struct mote_softmax_s8 p = {
        .rows = split.rows,
        .groups = depth > 0 ? split.len / depth : 0,
        .depth = depth,
        .n_table = n,
    };
    /* One list of parameters for both. */
    _Static_assert(sizeof(struct mote_softmax_s8) == sizeof(struct mote_softmax_s8_s16), "the same fields");
    int32_t args[] = {
        lower_tensor(l, op->in[0]),
        lower_const(l, "exponentials", TYPE_S32, table, (size_t)n * sizeof table[0], false),
        lower_tensor(l, op->out[0]),
    };
    return lower_step(l, out->type == TYPE_S8 ? KERNEL_softmax_s8 : KERNEL_softmax_s8_s16, &p, args, at);
}

/* One of `f` at the middle of a step between lines, too: each value is taken back by half of what a straight line from
 * it to the next is too high there. All in float but for f, whose result is rounded to float. */
static void lookup_table(double (*f)(double), float first, float last, int16_t table[MOTE_LOOKUP_S16])
{
    const int steps = MOTE_LOOKUP_S16 - 1;
    const float step = (last - first) / (float)steps, half = step / 2;
    const float unit = 2.0f / 65535, inverse = 65536.0f / (unit * INT16_MAX - unit * INT16_MIN);

    for (int i = 0; i < steps; i++) {
        float here = roundf((float)f((double)(first + (float)i * step)) * inverse);
        float middle = roundf((float)f((double)(first + (float)i * step + half)) * inverse);
        float next = (float)f((double)(first + (float)(i + 1) * step)) * inverse;
        float straight = roundf((next + here) / 2);

        table[i] = (int16_t)fminf(fmaxf(here - roundf((straight - middle) / 2), INT16_MIN), INT16_MAX);
    }
    table[steps] = (int16_t)fminf(roundf((float)f((double)last) * inverse), INT16_MAX);
}

static double inverse_of_one_plus(double x) { return 1 / (1 + x); }

static void softmax_s16_tables(int16_t exponentials[MOTE_LOOKUP_S16], int16_t inverses[MOTE_LOOKUP_S16])
{
    lookup_table(exp, 10.0f / 65535 * -65535, 0, exponentials);
    lookup_table(inverse_of_one_plus, 0, 1.0f / 65535 * 65535, inverses);
}

static enum mote_status want_s16(const struct lowering *l, const struct op *op, float *in_scale, const struct frame *at)
{
    int32_t in_zero, out_zero;
    float out_scale;

    TRY(want_quant(at, l->graph, op, op->in[0], TYPE_S16, in_scale, &in_zero));
    TRY(want_quant(at, l->graph, op, op->out[0], TYPE_S16, &out_scale, &out_zero));
    if (in_zero != 0)
        return fail(at, MOTE_ERR_QUANT, "the input's zero point is %d, not 0", (int)in_zero);
    if (fabsf(out_scale - 1.0f / 32768) > 0.001f / 32768 || out_zero != 0)
        return fail(at, MOTE_ERR_QUANT, "the output's scale is %g and its zero point %d, not 1/32768 and 0",
                    (double)out_scale, (int)out_zero);
    return MOTE_OK;
}

static enum mote_status lower_softmax_s16(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct softmax_opts *o = op->opts;
    const struct tensor *in = op_in(l->graph, op, 0);
    struct row_split split = split_rows(in);
    int16_t exponentials[MOTE_LOOKUP_S16], inverses[MOTE_LOOKUP_S16];
    int32_t mult, shift;
    float scale;
    double real;

    TRY(want_rank(at, in, "input", 1, RANK_MAX));
    TRY(want_s16(l, op, &scale, at));
    real = (double)scale * (double)o->beta / (10.0 / 65535);
    if (!(real >= 0 && real < 1 << MOTE_SOFTMAX_S16_SHIFT_MAX))
        return fail(at, MOTE_ERR_QUANT, "beta %g times the input's scale %g is not from 0 to 2.5", (double)o->beta,
                    (double)scale);
    quantize_multiplier(real, &mult, &shift);
    softmax_s16_tables(exponentials, inverses);

    int32_t depth = (int32_t)in->dims[in->rank - 1];
    struct mote_softmax_s16 p = {
        .rows = split.rows,
        .groups = depth > 0 ? split.len / depth : 0,
        .depth = depth,
        .mult = mult,
        .shift = shift,
    };
    int32_t args[] = {
        lower_tensor(l, op->in[0]),
        lower_const(l, "exponentials", TYPE_S16, exponentials, sizeof exponentials, false),
        lower_const(l, "inverses", TYPE_S16, inverses, sizeof inverses, false),
        lower_tensor(l, op->out[0]),
    };
    return lower_step(l, KERNEL_softmax_s16, &p, args, at);
}

static enum mote_status lower_softmax_f32(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct softmax_opts *o = op->opts;
    const struct tensor *in = op_in(l->graph, op, 0);
    struct row_split split = split_rows(in);

    TRY(want_rank(at, in, "input", 1, RANK_MAX));
    TRY(want_type(at, l->graph, op->out[0], TYPE_F32));

    int32_t depth = (int32_t)in->dims[in->rank - 1];
    struct mote_softmax_f32 p = {
        .rows = split.rows,
        .groups = depth > 0 ? split.len / depth : 0,
        .depth = depth,
        .beta = float_bits(o->beta),
    };
    int32_t args[] = {lower_tensor(l, op->in[0]), lower_tensor(l, op->out[0])};

    return lower_step(l, KERNEL_softmax_f32, &p, args, at);
}

static enum mote_status lower_softmax(struct lowering *l, const struct op *op, const struct frame *at)
{
    switch (op_in(l->graph, op, 0)->type) {
    case TYPE_S8:
        return lower_softmax_s8(l, op, at);
    case TYPE_S16:
        return lower_softmax_s16(l, op, at);
    case TYPE_F32:
        return lower_softmax_f32(l, op, at);
    default:
        return refuse_type(at, l->graph, op->in[0], "s8, s16 and f32");
    }
}

const struct operator operator_softmax = {
    .infer = infer_softmax,
    .lower = lower_softmax,
    .scales = {.form = FORM_FIXED, .fixed_scale = 1.0f / 256, .fixed_zero = -128, .wide = true},
};
