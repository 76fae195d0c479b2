/* SPDX-License-Identifier: Apache-2.0 */
/* LEAKY_RELU: x from 0 on, alpha * x below; alpha may be any number. */
#include <math.h>

#include "host/gradient/gradient.h"
#include "host/operators/unary.h"
#include "mote/kernels/elementwise/leaky_relu_s16.h"

/* All but the shape, for an input and output of `type`. The quotients are float. */
static enum mote_status find_multipliers(const struct graph *g, const struct op *op, enum mote_type type,
                                         struct mote_leaky_relu_s16 *p, const struct frame *at)
{
    const struct leaky_relu_opts *o = op->opts;
    volatile float product; /* volatile: rounded to float, whatever the compiler's options */
    float in_scale, out_scale, slope;

    TRY(want_quant(at, g, op, op->in[0], type, &in_scale, &p->in_zero));
    TRY(want_quant(at, g, op, op->out[0], type, &out_scale, &p->out_zero));
    product = in_scale * o->alpha;
    slope = ratio_f32(product, out_scale);
    p->minus = slope < 0;
    TRY(want_multiplier(at, (double)ratio_f32(in_scale, out_scale), &p->mult, &p->shift));
    return want_multiplier(at, fabs((double)slope), &p->low_mult, &p->low_shift);
}

static enum mote_status lower_leaky_relu_s16(struct lowering *l, const struct op *op, const struct frame *at)
{
    struct row_split split = split_rows(op_in(l->graph, op, 0));
    int32_t args[] = {lower_tensor(l, op->in[0]), lower_tensor(l, op->out[0])};
    struct mote_leaky_relu_s16 p = {.rows = split.rows, .len = split.len};

    TRY(find_multipliers(l->graph, op, TYPE_S16, &p, at));
    return lower_step(l, KERNEL_leaky_relu_s16, &p, args, at);
}

static enum mote_status lower_leaky_relu_s8(struct lowering *l, const struct op *op, const struct frame *at)
{
    struct mote_leaky_relu_s16 p = {.rows = 0};
    int8_t table[256];

    TRY(find_multipliers(l->graph, op, TYPE_S8, &p, at));
    for (int32_t i = 0; i < 256; i++) {
        int32_t y = mote_leaky_requant(i + INT8_MIN, &p);

        table[i] = saturate_s8(y);
    }
    return lower_table_s8(l, op, table, at);
}

static enum mote_status lower_leaky_relu(struct lowering *l, const struct op *op, const struct frame *at)
{
    switch (op_in(l->graph, op, 0)->type) {
    case TYPE_S8:
        return lower_leaky_relu_s8(l, op, at);
    case TYPE_S16:
        return lower_leaky_relu_s16(l, op, at);
    case TYPE_F32:
        return lower_leaky_f32(l, op, ((const struct leaky_relu_opts *)op->opts)->alpha, at);
    default:
        return refuse_type(at, l->graph, op->in[0], "s8, s16 and f32");
    }
}

static enum mote_status gradient_leaky_relu(struct backward *b, int32_t i, int32_t d, const struct frame *at)
{
    (void)at;
    return gradient_activation(b, i, d, OP_LEAKY_RELU_GRAD);
}

const struct operator operator_leaky_relu = {
    .infer = infer_same,
    .lower = lower_leaky_relu,
    .scales = {.form = FORM_OWN, .wide = true},
    .gradient = gradient_leaky_relu,
};
