/* SPDX-License-Identifier: Apache-2.0 */
/* RECURRENT: x [batch, time, n] or [time, batch, n], to [.., .., units]: a layer without gates, or an LSTM of other
 * functions than the standard one, with peepholes or without. Weights of x [gates * units, n] and of h
 * [gates * units, units], a bias [gates * units], gates of an LSTM in the order i, f, c, o; peepholes [3 * units] of i,
 * f and o; states h and c [batch, units]. Float. */
#include "host/operators/elementwise.h"
#include "mote/kernels/recurrent/recurrent_f32.h"

enum { IN_X, IN_X_WEIGHTS, IN_H_WEIGHTS, IN_BIAS, IN_PEEPHOLES, IN_HIDDEN, IN_CELL };
enum { PEEPHOLES = 3 };

struct sizes {
    int64_t gates, batch, time, in_len, units;
};

static struct sizes sizes_of(const struct graph *g, const struct op *op)
{
    const struct recurrent_opts *o = op->opts;
    const int64_t *x = g->tensors[op->in[IN_X]].dims, *weights = g->tensors[op->in[IN_H_WEIGHTS]].dims;

    return (struct sizes){o->lstm ? 4 : 1, x[o->time_major ? 1 : 0], x[o->time_major ? 0 : 1], x[2], weights[1]};
}

static enum mote_status want_shape(const struct graph *g, const struct op *op, int input, int rank, int64_t n,
                                   int64_t m, const struct frame *at)
{
    const struct tensor *t = op_in(g, op, input);
    char is[96], want[96];
    const struct tensor shape = {.rank = rank, .dims = {n, m}};

    if (t == NULL || !shape_equal(t, &shape))
        return fail(at, MOTE_ERR_SHAPE, "input %d is %s, not %s", input, t ? shape_text(t, is) : "absent",
                    shape_text(&shape, want));
    return MOTE_OK;
}

static enum mote_status check_functions(const struct recurrent_opts *o, const struct frame *at)
{
    const int32_t functions[] = {o->gate, o->fresh, o->last};

    for (size_t i = 0; i < COUNT(functions); i++)
        if (functions[i] < 0 || functions[i] > MOTE_RECURRENT_SIXTH)
            return fail(at, MOTE_ERR_VALUE, "function %d; there are 0 to %d", functions[i], MOTE_RECURRENT_SIXTH);
    return MOTE_OK;
}

static enum mote_status infer_recurrent(const struct model *m, struct graph *g, const struct op *op,
                                        const struct frame *at)
{
    const struct recurrent_opts *o = op->opts;
    const struct tensor *x = op_in(g, op, IN_X);
    struct sizes s;

    (void)m;
    TRY(check_functions(o, at));
    TRY(want_rank(at, x, "input", 3, 3));
    TRY(want_rank(at, op_in(g, op, IN_H_WEIGHTS), "tensor of recurrent weights", 2, 2));
    s = sizes_of(g, op);
    TRY(want_shape(g, op, IN_X_WEIGHTS, 2, s.gates * s.units, s.in_len, at));
    TRY(want_shape(g, op, IN_H_WEIGHTS, 2, s.gates * s.units, s.units, at));
    TRY(want_shape(g, op, IN_BIAS, 1, s.gates * s.units, 0, at));
    if (op_in(g, op, IN_PEEPHOLES) != NULL)
        TRY(want_shape(g, op, IN_PEEPHOLES, 1, PEEPHOLES * s.units, 0, at));
    TRY(want_shape(g, op, IN_HIDDEN, 2, s.batch, s.units, at));
    if (o->lstm)
        TRY(want_shape(g, op, IN_CELL, 2, s.batch, s.units, at));
    if (!o->lstm && (op_in(g, op, IN_PEEPHOLES) != NULL || op_in(g, op, IN_CELL) != NULL))
        return fail(at, MOTE_ERR_SHAPE, "a cell, or peepholes, without gates");
    return infer_set(at, op_out(g, op, 0), 3, (int64_t[]){x->dims[0], x->dims[1], s.units});
}

static int64_t macs_recurrent(const struct graph *g, const struct op *op)
{
    const struct sizes s = sizes_of(g, op);

    return s.gates * tensor_elements(op_out(g, op, 0)) * (s.in_len + s.units);
}

static enum mote_status check_inputs(const struct graph *g, const struct op *op, const struct frame *at)
{
    static const char *const names[] = {[IN_X_WEIGHTS] = "tensor of input weights",
                                        [IN_H_WEIGHTS] = "tensor of recurrent weights",
                                        [IN_BIAS] = "bias",
                                        [IN_PEEPHOLES] = "tensor of peepholes"};

    for (int i = 0; i <= IN_CELL && i < op->n_in; i++) {
        if (op_in(g, op, i) == NULL)
            continue;
        TRY(want_type(at, g, op->in[i], TYPE_F32));
        if (i >= IN_X_WEIGHTS && i <= IN_PEEPHOLES)
            TRY(want_const(at, g, op->in[i], names[i]));
        if (i >= IN_HIDDEN && !op_in(g, op, i)->state)
            return fail(at, MOTE_ERR_SHAPE, "input %d is not a state", i);
    }
    return want_type(at, g, op->out[0], TYPE_F32);
}

static enum mote_status lower_recurrent(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct recurrent_opts *o = op->opts;
    const struct sizes s = sizes_of(l->graph, op);
    const bool peephole = op_in(l->graph, op, IN_PEEPHOLES) != NULL;
    const struct mote_recurrent_f32 p = {
        .batch = (int32_t)s.batch,
        .time = (int32_t)s.time,
        .time_major = o->time_major,
        .in_len = (int32_t)s.in_len,
        .units = (int32_t)s.units,
        .lstm = o->lstm,
        .peephole = peephole,
        .gate = o->gate,
        .fresh = o->fresh,
        .last = o->last,
    };

    TRY(check_inputs(l->graph, op, at));

    /* what is not there stands for nothing, and is not read */
    int32_t args[] = {
        lower_tensor(l, op->in[IN_X]),
        lower_tensor(l, op->in[IN_X_WEIGHTS]),
        lower_tensor(l, op->in[IN_H_WEIGHTS]),
        lower_tensor(l, op->in[IN_BIAS]),
        lower_tensor(l, op->in[peephole ? IN_PEEPHOLES : IN_BIAS]),
        lower_tensor(l, op->in[IN_HIDDEN]),
        lower_tensor(l, op->in[o->lstm ? IN_CELL : IN_HIDDEN]),
        lower_tensor(l, op->out[0]),
    };
    return lower_step(l, KERNEL_recurrent_f32, &p, args, at);
}

const struct operator operator_recurrent = {
    .infer = infer_recurrent,
    .macs = macs_recurrent,
    .lower = lower_recurrent,
};
