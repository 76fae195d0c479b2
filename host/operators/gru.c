/* SPDX-License-Identifier: Apache-2.0 */
/* GRU: x [batch, time, n] or [time, batch, n], to [.., .., units]. Weights of x [3 * units, n] and of h
 * [3 * units, units], biases of both [3 * units], gates in the order z, r, n; h is a state [batch, units]. Float, or
 * int8 with a state of int16. */
#include "host/gradient/gradient.h"
#include "host/operators/elementwise.h"
#include "mote/kernels/recurrent/gru_f32.h"
#include "mote/kernels/recurrent/gru_s8.h"

enum { GATES = 3, NEW = 2 };
enum { IN_X, IN_X_WEIGHTS, IN_H_WEIGHTS, IN_X_BIAS, IN_H_BIAS, IN_HIDDEN };

struct sizes {
    int64_t batch, time, in_len, units;
};

static struct sizes sizes_of(const struct graph *g, const struct op *op)
{
    const struct gru_opts *o = op->opts;
    const int64_t *x = g->tensors[op->in[IN_X]].dims, *weights = g->tensors[op->in[IN_H_WEIGHTS]].dims;

    return (struct sizes){x[o->time_major ? 1 : 0], x[o->time_major ? 0 : 1], x[2], weights[1]};
}

static enum mote_status want_shape(const struct graph *g, const struct op *op, int input, int rank, int64_t n,
                                   int64_t m, const struct frame *at)
{
    const struct tensor *t = op_in(g, op, input);

    if (t->rank != rank || t->dims[0] != n || (rank > 1 && t->dims[1] != m))
        return rank > 1 ? fail(at, MOTE_ERR_SHAPE, "input %d is not [%lld,%lld]", input, (long long)n, (long long)m)
                        : fail(at, MOTE_ERR_SHAPE, "input %d is not [%lld]", input, (long long)n);
    return MOTE_OK;
}

static enum mote_status infer_gru(const struct model *m, struct graph *g, const struct op *op, const struct frame *at)
{
    const struct tensor *x = op_in(g, op, IN_X);
    struct sizes s;

    (void)m;
    TRY(want_rank(at, x, "input", 3, 3));
    TRY(want_rank(at, op_in(g, op, IN_H_WEIGHTS), "tensor of recurrent weights", 2, 2));
    s = sizes_of(g, op);
    TRY(want_shape(g, op, IN_X_WEIGHTS, 2, GATES * s.units, s.in_len, at));
    TRY(want_shape(g, op, IN_H_WEIGHTS, 2, GATES * s.units, s.units, at));
    TRY(want_shape(g, op, IN_X_BIAS, 1, GATES * s.units, 0, at));
    TRY(want_shape(g, op, IN_H_BIAS, 1, GATES * s.units, 0, at));
    if (op_in(g, op, IN_HIDDEN) != NULL)
        TRY(want_shape(g, op, IN_HIDDEN, 2, s.batch, s.units, at));
    return infer_set(at, op_out(g, op, 0), 3, (int64_t[]){x->dims[0], x->dims[1], s.units});
}

static int64_t macs_gru(const struct graph *g, const struct op *op)
{
    const struct sizes s = sizes_of(g, op);

    return GATES * tensor_elements(op_out(g, op, 0)) * (s.in_len + s.units);
}

static enum mote_status check_inputs(const struct graph *g, const struct op *op, enum mote_type weights,
                                     enum mote_type bias, enum mote_type state, const struct frame *at)
{
    static const char *const names[] = {[IN_X_WEIGHTS] = "tensor of input weights",
                                        [IN_H_WEIGHTS] = "tensor of recurrent weights",
                                        [IN_X_BIAS] = "bias",
                                        [IN_H_BIAS] = "recurrent bias"};

    for (int i = IN_X_WEIGHTS; i <= IN_H_BIAS; i++) {
        TRY(want_const(at, g, op->in[i], names[i]));
        TRY(want_type(at, g, op->in[i], i < IN_X_BIAS ? weights : bias));
    }
    TRY(want_type(at, g, op->in[IN_HIDDEN], state));
    if (!op_in(g, op, IN_HIDDEN)->state)
        return fail(at, MOTE_ERR_SHAPE, "input %d is not a state", IN_HIDDEN);
    return want_type(at, g, op->out[0], weights);
}

/* [4][units]: both biases of z and r are one; those of n stay apart, as r may be between them. */
static int32_t join_biases(struct lowering *l, const struct op *op, int64_t units)
{
    const float *x = (const void *)op_in(l->graph, op, IN_X_BIAS)->data;
    const float *h = (const void *)op_in(l->graph, op, IN_H_BIAS)->data;
    float *all = pool_array(l->pool, (size_t)units, (GATES + 1) * sizeof *all);

    for (int64_t i = 0; i < GATES * units; i++)
        all[i] = i < NEW * units ? x[i] + h[i] : x[i];
    memcpy(all + GATES * units, h + NEW * units, (size_t)units * sizeof *h);
    return lower_const(l, "bias", TYPE_F32, all, (size_t)units * (GATES + 1) * sizeof *all, true);
}

static enum mote_status lower_gru_f32(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct gru_opts *o = op->opts;
    const struct sizes s = sizes_of(l->graph, op);
    const struct mote_gru_f32 p = {
        .batch = (int32_t)s.batch,
        .time = (int32_t)s.time,
        .time_major = o->time_major,
        .in_len = (int32_t)s.in_len,
        .units = (int32_t)s.units,
        .reset_after = o->reset_after,
    };

    TRY(check_inputs(l->graph, op, TYPE_F32, TYPE_F32, TYPE_F32, at));

    int32_t args[] = {
        lower_tensor(l, op->in[IN_X]),         lower_tensor(l, op->in[IN_X_WEIGHTS]),
        lower_tensor(l, op->in[IN_H_WEIGHTS]), join_biases(l, op, s.units),
        lower_tensor(l, op->in[IN_HIDDEN]),    lower_scratch(l, TYPE_F32, (size_t)s.units * sizeof(float)),
        lower_tensor(l, op->out[0]),
    };
    return lower_step(l, KERNEL_gru_f32, &p, args, at);
}

/* ---- int8 ---- */
/* The scale of a gate's rows of weights, which is one. */
static enum mote_status gate_scale(const struct graph *g, const struct op *op, int input, int gate, double *scale,
                                   const struct frame *at)
{
    const struct quant *q = &op_in(g, op, input)->quant;
    const int64_t rows = op_in(g, op, input)->dims[0], units = rows / GATES;

    if (q->n != 1 && (q->n != rows || q->axis != 0))
        return fail(at, MOTE_ERR_QUANT, "input %d: it has %d scales; one, or one a row is wanted", input, q->n);
    for (int32_t i = 0; i < q->n; i++)
        if (q->zero[i] != 0)
            return fail(at, MOTE_ERR_QUANT, "input %d: the weights' zero point is %d, not 0", input, q->zero[i]);
    for (int64_t i = gate * units; q->n > 1 && i < (gate + 1) * units; i++)
        if (q->scale[i] != q->scale[gate * units])
            return fail(at, MOTE_ERR_QUANT, "input %d: the rows of gate %d have different scales", input, gate);
    *scale = (double)q->scale[q->n > 1 ? gate * units : 0];
    return MOTE_OK;
}

/* The products of x or of h: multipliers [GATES] from their sums to 2^-12, and biases [GATES][units] with the zero
 * point folded in. */
struct products {
    int weights, bias; /* inputs of the operator */
    float scale;       /* of x or h */
    int32_t zero;
    uint32_t *biases;
    int32_t *mult;
    int8_t *shift;
};

static enum mote_status take_products(const struct graph *g, const struct op *op, const struct products *p,
                                      const struct frame *at)
{
    const struct tensor *w = op_in(g, op, p->weights), *bias = op_in(g, op, p->bias);

    for (int gate = 0; gate < GATES; gate++) {
        double scale = 0;
        int32_t shift;

        TRY(gate_scale(g, op, p->weights, gate, &scale, at));
        TRY(want_multiplier(at, (double)p->scale * scale / 0x1p-12, &p->mult[gate], &shift));
        p->shift[gate] = (int8_t)shift;
    }
    for (int64_t row = 0; row < w->dims[0]; row++) {
        uint32_t sum = 0;

        for (int64_t i = 0; i < w->dims[1]; i++)
            sum += (uint32_t)(int32_t)(int8_t)w->data[row * w->dims[1] + i];
        p->biases[row] = le32(bias->data + 4 * row) - (uint32_t)p->zero * sum;
    }
    return MOTE_OK;
}

static enum mote_status want_state(const struct graph *g, const struct op *op, const struct frame *at)
{
    float scale;

    TRY(want_symmetric(at, g, op, op->in[IN_HIDDEN], &scale));
    if (scale != 0x1p-15f)
        return fail(at, MOTE_ERR_QUANT, "the state's scale is %g, not 2^-15", (double)scale);
    return MOTE_OK;
}

static enum mote_status lower_gru_s8(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct gru_opts *o = op->opts;
    const struct sizes s = sizes_of(l->graph, op);
    const size_t rows = (size_t)(GATES * s.units);
    struct mote_gru_s8 p = {
        .batch = (int32_t)s.batch,
        .time = (int32_t)s.time,
        .time_major = o->time_major,
        .in_len = (int32_t)s.in_len,
        .units = (int32_t)s.units,
        .reset_after = o->reset_after,
    };
    int32_t mult[2 * GATES];
    int8_t shift[2 * GATES];
    uint16_t table[256];
    uint32_t *bias = pool_array(l->pool, rows, 2 * sizeof *bias);
    struct products x = {IN_X_WEIGHTS, IN_X_BIAS, 0, 0, bias, mult, shift},
                    h = {IN_H_WEIGHTS, IN_H_BIAS, 0, 0, bias + rows, mult + GATES, shift + GATES};

    TRY(check_inputs(l->graph, op, TYPE_S8, TYPE_S32, TYPE_S16, at));
    TRY(want_state(l->graph, op, at));
    TRY(want_quant(at, l->graph, op, op->in[IN_X], TYPE_S8, &x.scale, &x.zero));
    TRY(want_quant(at, l->graph, op, op->out[0], TYPE_S8, &h.scale, &h.zero));
    TRY(take_products(l->graph, op, &x, at));
    TRY(take_products(l->graph, op, &h, at));
    TRY(want_multiplier(at, 0x1p-15 / (double)h.scale, &p.out_mult, &p.out_shift));
    p.out_zero = h.zero;
    sigmoid_table(table);

    int32_t args[] = {
        lower_tensor(l, op->in[IN_X]),
        lower_tensor(l, op->in[IN_X_WEIGHTS]),
        lower_tensor(l, op->in[IN_H_WEIGHTS]),
        lower_const(l, "bias", TYPE_S32, bias, rows * 2 * sizeof *bias, true),
        lower_const(l, "multipliers", TYPE_S32, mult, sizeof mult, true),
        lower_const(l, "shifts", TYPE_S8, shift, sizeof shift, true),
        lower_const(l, "sigmoid", TYPE_U16, table, sizeof table, false),
        lower_tensor(l, op->in[IN_HIDDEN]),
        lower_scratch(l, TYPE_S8, (size_t)s.units),
        lower_tensor(l, op->out[0]),
    };
    return lower_step(l, KERNEL_gru_s8, &p, args, at);
}

static enum mote_status lower_gru(struct lowering *l, const struct op *op, const struct frame *at)
{
    switch (op_in(l->graph, op, IN_X)->type) {
    case TYPE_S8:
        return lower_gru_s8(l, op, at);
    case TYPE_F32:
        return lower_gru_f32(l, op, at);
    default:
        return refuse_type(at, l->graph, op->in[IN_X], "s8 and f32");
    }
}

/* By all weights and biases at once, wanted or not; by x if it is wanted. */
static enum mote_status gradient_gru(struct backward *b, int32_t i, int32_t d, const struct frame *at)
{
    enum { TENSORS = 4, X = 2 };
    const struct op op = b->g->ops[i];
    const int n = gradient_wanted(b, &op, IN_X) ? TENSORS + 1 : TENSORS;
    const int32_t in[3 + TENSORS] = {
        d, op.out[0], op.in[0], op.in[IN_X_WEIGHTS], op.in[IN_H_WEIGHTS], op.in[IN_X_BIAS], op.in[IN_H_BIAS]};
    int32_t out[TENSORS + 1];

    (void)at;
    for (int k = 0; k < n; k++)
        out[k] = gradient_tensor(b, k < TENSORS ? "grad" : "grad_x");
    gradient_op(b, OP_GRU_GRAD, 3 + TENSORS, in, n, out, op.opts);
    for (int k = 0; k < n; k++)
        gradient_give(b, k < TENSORS ? in[3 + k] : in[X], out[k]);
    return MOTE_OK;
}

const struct operator operator_gru = {
    .infer = infer_gru,
    .macs = macs_gru,
    .lower = lower_gru,
    .scales = {.form = FORM_RECURRENT},
    .gradient = gradient_gru,
};
