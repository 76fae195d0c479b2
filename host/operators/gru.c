/* SPDX-License-Identifier: Apache-2.0 */
/* GRU: x [batch, time, n] or [time, batch, n], to [.., .., units]. Weights of x [3 * units, n] and of h
 * [3 * units, units], biases of both [3 * units], gates in the order z, r, n; h is a state [batch, units]. Float. */
#include "host/operators/elementwise.h"
#include "mote/kernels/recurrent/gru_f32.h"

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
    TRY(want_shape(g, op, IN_HIDDEN, 2, s.batch, s.units, at));
    return infer_set(at, op_out(g, op, 0), 3, (int64_t[]){x->dims[0], x->dims[1], s.units});
}

static int64_t macs_gru(const struct graph *g, const struct op *op)
{
    const struct sizes s = sizes_of(g, op);

    return GATES * tensor_elements(op_out(g, op, 0)) * (s.in_len + s.units);
}

static enum mote_status check_inputs(const struct graph *g, const struct op *op, const struct frame *at)
{
    static const char *const names[] = {[IN_X_WEIGHTS] = "tensor of input weights",
                                        [IN_H_WEIGHTS] = "tensor of recurrent weights",
                                        [IN_X_BIAS] = "bias",
                                        [IN_H_BIAS] = "recurrent bias"};

    for (int i = IN_X_WEIGHTS; i <= IN_H_BIAS; i++) {
        TRY(want_const(at, g, op->in[i], names[i]));
        TRY(want_type(at, g, op->in[i], TYPE_F32));
    }
    TRY(want_type(at, g, op->in[IN_HIDDEN], TYPE_F32));
    if (!op_in(g, op, IN_HIDDEN)->state)
        return fail(at, MOTE_ERR_SHAPE, "input %d is not a state", IN_HIDDEN);
    return want_type(at, g, op->out[0], TYPE_F32);
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

static enum mote_status lower_gru(struct lowering *l, const struct op *op, const struct frame *at)
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

    if (op_in(l->graph, op, IN_X)->type != TYPE_F32)
        return refuse_type(at, l->graph, op->in[IN_X], "f32");
    TRY(check_inputs(l->graph, op, at));

    int32_t args[] = {
        lower_tensor(l, op->in[IN_X]),         lower_tensor(l, op->in[IN_X_WEIGHTS]),
        lower_tensor(l, op->in[IN_H_WEIGHTS]), join_biases(l, op, s.units),
        lower_tensor(l, op->in[IN_HIDDEN]),    lower_scratch(l, TYPE_F32, (size_t)s.units * sizeof(float)),
        lower_tensor(l, op->out[0]),
    };
    return lower_step(l, KERNEL_gru_f32, &p, args, at);
}

const struct operator operator_gru = {
    .infer = infer_gru,
    .macs = macs_gru,
    .lower = lower_gru,
};
