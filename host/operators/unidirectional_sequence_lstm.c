/* SPDX-License-Identifier: Apache-2.0 */
/* UNIDIRECTIONAL_SEQUENCE_LSTM: x [batch, time, n] or [time, batch, n], to [.., .., units]. The standard LSTM only:
 * no peepholes, no projection, no layer normalization, all four gates. int8 or int16 with int8 weights and an int16
 * cell state, or all float. */
#include <math.h>

#include "host/gradient/gradient.h"
#include "host/operators/elementwise.h"
#include "mote/kernels/recurrent/lstm_f32.h"
#include "mote/kernels/recurrent/lstm_s16.h"
#include "mote/kernels/recurrent/lstm_s8.h"

enum { GATES = 4 };
/* Inputs; gates are in the order input, forget, cell, output. */
enum {
    IN_X = 0,
    IN_X_WEIGHTS = 1,
    IN_H_WEIGHTS = 5,
    IN_PEEPHOLE = 9,
    IN_BIAS = 12,
    IN_PROJECTION = 16,
    IN_HIDDEN = 18,
    IN_CELL = 19,
    IN_NORMALIZATION = 20,
    IN_END = 24
};

static enum mote_status infer_unidirectional_sequence_lstm(const struct model *m, struct graph *g, const struct op *op,
                                                           const struct frame *at)
{
    const struct tensor *x = op_in(g, op, IN_X), *w = op_in(g, op, IN_X_WEIGHTS + 1);

    (void)m;
    TRY(want_rank(at, x, "input", 3, 3));
    TRY(want_rank(at, w, "tensor of input weights of the forget gate", 2, 2));
    return infer_set(at, op_out(g, op, 0), 3, (int64_t[]){x->dims[0], x->dims[1], w->dims[0]});
}

static int64_t macs_unidirectional_sequence_lstm(const struct graph *g, const struct op *op)
{
    const struct tensor *x = &g->tensors[op->in[IN_X]], *out = op_out(g, op, 0);

    return GATES * tensor_elements(out) * (x->dims[2] + out->dims[2]);
}

struct sizes {
    int64_t batch, time, in_len, units;
};

static struct sizes sizes_of(const struct graph *g, const struct op *op)
{
    const struct lstm_opts *o = op->opts;
    const int64_t *x = g->tensors[op->in[IN_X]].dims, *out = op_out(g, op, 0)->dims;

    return (struct sizes){x[o->time_major ? 1 : 0], x[o->time_major ? 0 : 1], x[2], out[2]};
}

static enum mote_status want_absent(const struct graph *g, const struct op *op, int first, int end, const char *what,
                                    const struct frame *at)
{
    for (int i = first; i < end; i++)
        if (op_in(g, op, i) != NULL)
            return fail(at, MOTE_ERR_UNSUPPORTED, "input %d: an LSTM with %s is not there; use the standard one", i,
                        what);
    return MOTE_OK;
}

static enum mote_status check_variant(const struct graph *g, const struct op *op, const struct frame *at)
{
    const struct lstm_opts *o = op->opts;

    TRY(want_absent(g, op, IN_PEEPHOLE, IN_BIAS, "peepholes", at));
    TRY(want_absent(g, op, IN_PROJECTION, IN_HIDDEN, "a projection", at));
    TRY(want_absent(g, op, IN_NORMALIZATION, IN_END, "layer normalization", at));
    if (op_in(g, op, IN_X_WEIGHTS) == NULL)
        return fail(at, MOTE_ERR_UNSUPPORTED,
                    "the input gate's weights are missing: an LSTM with coupled input and "
                    "forget gates is not there; use the standard one");
    if (o->activation != ACTIVATION_TANH)
        return fail(at, MOTE_ERR_UNSUPPORTED, "the activation is %s, not tanh", activation_name(o->activation));
    return MOTE_OK;
}

/* A constant of `elements` elements. */
static enum mote_status check_const(const struct graph *g, const struct op *op, int input, const char *what,
                                    enum mote_type type, int64_t elements, const struct frame *at)
{
    const struct tensor *t = op_in(g, op, input);

    TRY(want_const(at, g, t != NULL ? op->in[input] : TENSOR_ABSENT, what));
    if (t->type != type || tensor_elements(t) != elements)
        return fail(at, MOTE_ERR_SHAPE, "input %d: %lld elements of type %s, not %lld of type %s", input,
                    (long long)tensor_elements(t), type_name(t->type), (long long)elements, type_name(type));
    return MOTE_OK;
}

static enum mote_status check_state(const struct graph *g, const struct op *op, int input, int64_t elements,
                                    const struct frame *at)
{
    const struct tensor *t = op_in(g, op, input);

    TRY(want_rank(at, t, "state", 1, RANK_MAX));
    if (!t->state || tensor_elements(t) != elements)
        return fail(at, MOTE_ERR_SHAPE, "input %d is not a state tensor of %lld elements", input, (long long)elements);
    return MOTE_OK;
}

static enum mote_status check_inputs(const struct graph *g, const struct op *op, const struct sizes *s,
                                     enum mote_type weights, enum mote_type bias, const struct frame *at)
{
    for (int i = 0; i < GATES; i++) {
        TRY(check_const(g, op, IN_X_WEIGHTS + i, "tensor of input weights", weights, s->units * s->in_len, at));
        TRY(check_const(g, op, IN_H_WEIGHTS + i, "tensor of recurrent weights", weights, s->units * s->units, at));
        TRY(check_const(g, op, IN_BIAS + i, "bias", bias, s->units, at));
    }
    TRY(check_state(g, op, IN_HIDDEN, s->batch * s->units, at));
    return check_state(g, op, IN_CELL, s->batch * s->units, at);
}

/* What a gate's two products, of x and of h, have alike: four tensors of weights [units][n] and what they meet. */
struct products {
    int first; /* input number of the first gate's weights */
    int64_t n;
    float scale; /* of x or h */
    int32_t zero;
    int32_t weights; /* value: [gate][units][n] */
    uint32_t *bias;  /* [gate][units], the zero point folded in; NULL: there is no zero point */
    int32_t *mult;   /* [gate] */
    int8_t *shift;
    int32_t shift_max;
};

static enum mote_status lower_products(struct lowering *l, const struct op *op, const struct sizes *s,
                                       struct products *p, const char *name, const struct frame *at)
{
    size_t bytes = (size_t)(s->units * p->n);
    int8_t *all = pool_array(l->pool, GATES, bytes);

    for (int g = 0; g < GATES; g++) {
        const struct tensor *w = op_in(l->graph, op, p->first + g);
        int32_t zero, shift;
        float scale;

        TRY(want_quant(at, l->graph, op, op->in[p->first + g], TYPE_S8, &scale, &zero));
        if (zero != 0)
            return fail(at, MOTE_ERR_QUANT, "input %d: the weights' zero point is %d, not 0", p->first + g, (int)zero);
        /* The product of the scales is a float in the reference, the quotient a double. */
        volatile float product = p->scale * scale;

        TRY(want_multiplier(at, (double)product / 0x1p-12, &p->mult[g], &shift));
        if (shift > p->shift_max)
            return fail(at, MOTE_ERR_QUANT, "input %d: the weights' scale %g is too large", p->first + g,
                        (double)scale);
        p->shift[g] = (int8_t)shift;
        memcpy(all + (size_t)g * bytes, w->data, bytes);
        for (int64_t u = 0; p->bias != NULL && u < s->units; u++) {
            uint32_t sum = 0;

            for (int64_t i = 0; i < p->n; i++)
                sum += (uint32_t)(int32_t)(int8_t)w->data[u * p->n + i];
            p->bias[g * s->units + u] -= (uint32_t)p->zero * sum;
        }
    }
    p->weights = lower_const(l, name, TYPE_S8, all, GATES * bytes, true);
    return MOTE_OK;
}

/* The reference's table: the sigmoid at the nodes, moved by half of the error that linear interpolation has in the
 * middle of the interval that follows. No entry is near enough to a rounding border for exp()'s last bit to matter. */
void sigmoid_table(uint16_t table[256])
{
    for (int k = 0; k < 255; k++) {
        double here = 65536 / (1 + exp(-k / 24.0)), next = 65536 / (1 + exp(-(k + 1) / 24.0));
        double middle = 65536 / (1 + exp(-(k + 0.5) / 24.0));

        table[k] = (uint16_t)floor(here + (middle - (here + next) / 2) / 2 + 0.5);
    }
    table[255] = 65535;
}

struct cell {
    int32_t mult, shift, tanh_shift, clip;
};

static enum mote_status cell_parameters(const struct op *op, float cell_scale, struct cell *p, const struct frame *at)
{
    const struct lstm_opts *o = op->opts;
    int exponent;

    if (frexpf(cell_scale, &exponent) != 0.5f || exponent - 1 + 12 < -16 || exponent - 1 + 12 > 16)
        return fail(at, MOTE_ERR_QUANT, "the cell state's scale %g is not a power of two from 2^-28 to 2^4",
                    cell_scale);
    p->tanh_shift = exponent - 1 + 12;
    p->clip = 32768;
    if (o->cell_clip > 0) {
        double clip = (double)o->cell_clip / (double)cell_scale;

        p->clip = clip < 32767 ? (int32_t)clip : 32767;
    }
    return want_multiplier(at, 0x1p-30 / (double)cell_scale, &p->mult, &p->shift);
}

#define CELL_FIELDS(c) .cell_mult = (c).mult, .cell_shift = (c).shift, .tanh_shift = (c).tanh_shift, .clip = (c).clip

static enum mote_status lower_lstm_s8(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct lstm_opts *o = op->opts;
    const struct graph *g = l->graph;
    struct sizes s = sizes_of(g, op);
    int32_t mult[2 * GATES], cell_zero;
    int8_t shift[2 * GATES];
    uint16_t table[256];
    struct products x = {IN_X_WEIGHTS, s.in_len, .mult = mult, .shift = shift, .shift_max = MOTE_SHIFT_MAX};
    struct products h = {IN_H_WEIGHTS, s.units, .mult = mult + GATES, .shift = shift + GATES,
                         .shift_max = MOTE_SHIFT_MAX};
    struct cell cell;
    float cell_scale;

    TRY(check_inputs(g, op, &s, TYPE_S8, TYPE_S32, at));
    x.bias = pool_array(l->pool, (size_t)s.units, 2 * GATES * sizeof *x.bias);
    h.bias = x.bias + GATES * s.units;
    for (int64_t i = 0; i < GATES * s.units; i++)
        x.bias[i] = le32(op_in(g, op, IN_BIAS + (int)(i / s.units))->data + 4 * (i % s.units));
    TRY(want_quant(at, g, op, op->in[IN_X], TYPE_S8, &x.scale, &x.zero));
    TRY(want_quant(at, g, op, op->in[IN_HIDDEN], TYPE_S8, &h.scale, &h.zero));
    TRY(want_quant(at, g, op, op->in[IN_CELL], TYPE_S16, &cell_scale, &cell_zero));
    TRY(lower_products(l, op, &s, &x, "input weights", at));
    TRY(lower_products(l, op, &s, &h, "recurrent weights", at));
    TRY(cell_parameters(op, cell_scale, &cell, at));
    sigmoid_table(table);

    struct mote_lstm_s8 p = {
        .batch = (int32_t)s.batch,
        .time = (int32_t)s.time,
        .time_major = o->time_major,
        .in_len = (int32_t)s.in_len,
        .units = (int32_t)s.units,
        .out_zero = h.zero,
        CELL_FIELDS(cell),
    };

    TRY(want_multiplier(at, 0x1p-30 / (double)h.scale, &p.out_mult, &p.out_shift));

    int32_t args[] = {
        lower_tensor(l, op->in[IN_X]),
        x.weights,
        h.weights,
        lower_const(l, "bias", TYPE_S32, x.bias, (size_t)s.units * 2 * GATES * sizeof *x.bias, true),
        lower_const(l, "multipliers", TYPE_S32, mult, sizeof mult, true),
        lower_const(l, "shifts", TYPE_S8, shift, sizeof shift, true),
        lower_const(l, "sigmoid", TYPE_U16, table, sizeof table, false),
        lower_tensor(l, op->in[IN_HIDDEN]),
        lower_tensor(l, op->in[IN_CELL]),
        lower_tensor(l, op->out[0]),
    };
    return lower_step(l, KERNEL_lstm_s8, &p, args, at);
}

/* One constant of the four gates' tensors, in the order of the inputs from `first` on. */
static int32_t join_gates(struct lowering *l, const struct op *op, int first, const char *name)
{
    const enum mote_type type = op_in(l->graph, op, first)->type;
    size_t bytes = (size_t)tensor_bytes(op_in(l->graph, op, first));
    uint8_t *all = pool_array(l->pool, GATES, bytes);

    for (int g = 0; g < GATES; g++)
        memcpy(all + (size_t)g * bytes, op_in(l->graph, op, first + g)->data, bytes);
    return lower_const(l, name, type, all, GATES * bytes, true);
}

/* Zero points are 0, so that biases are as the file has them. */
static enum mote_status lower_lstm_s16(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct lstm_opts *o = op->opts;
    const struct graph *g = l->graph;
    struct sizes s = sizes_of(g, op);
    int32_t mult[2 * GATES];
    int8_t shift[2 * GATES];
    uint16_t table[256];
    struct products x = {IN_X_WEIGHTS, s.in_len, .mult = mult, .shift = shift, .shift_max = MOTE_SHIFT64_MAX};
    struct products h = {IN_H_WEIGHTS, s.units, .mult = mult + GATES, .shift = shift + GATES,
                         .shift_max = MOTE_SHIFT64_MAX};
    struct cell cell;
    float cell_scale;

    TRY(check_inputs(g, op, &s, TYPE_S8, TYPE_S64, at));
    TRY(want_type(at, g, op->out[0], TYPE_S16));
    TRY(want_symmetric(at, g, op, op->in[IN_X], &x.scale));
    TRY(want_symmetric(at, g, op, op->in[IN_HIDDEN], &h.scale));
    TRY(want_symmetric(at, g, op, op->in[IN_CELL], &cell_scale));
    TRY(lower_products(l, op, &s, &x, "input weights", at));
    TRY(lower_products(l, op, &s, &h, "recurrent weights", at));
    TRY(cell_parameters(op, cell_scale, &cell, at));
    sigmoid_table(table);

    struct mote_lstm_s16 p = {
        .batch = (int32_t)s.batch,
        .time = (int32_t)s.time,
        .time_major = o->time_major,
        .in_len = (int32_t)s.in_len,
        .units = (int32_t)s.units,
        CELL_FIELDS(cell),
    };

    TRY(want_multiplier(at, 0x1p-30 / (double)h.scale, &p.out_mult, &p.out_shift));

    int32_t args[] = {
        lower_tensor(l, op->in[IN_X]),
        x.weights,
        h.weights,
        join_gates(l, op, IN_BIAS, "bias"),
        lower_const(l, "multipliers", TYPE_S32, mult, sizeof mult, true),
        lower_const(l, "shifts", TYPE_S8, shift, sizeof shift, true),
        lower_const(l, "sigmoid", TYPE_U16, table, sizeof table, false),
        lower_tensor(l, op->in[IN_HIDDEN]),
        lower_tensor(l, op->in[IN_CELL]),
        lower_tensor(l, op->out[0]),
    };
    return lower_step(l, KERNEL_lstm_s16, &p, args, at);
}

static enum mote_status lower_lstm_f32(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct lstm_opts *o = op->opts;
    const struct graph *g = l->graph;
    struct sizes s = sizes_of(g, op);
    struct mote_lstm_f32 p = {
        .batch = (int32_t)s.batch,
        .time = (int32_t)s.time,
        .time_major = o->time_major,
        .in_len = (int32_t)s.in_len,
        .units = (int32_t)s.units,
        .clip = float_bits(o->cell_clip > 0 ? o->cell_clip : 0.0f),
    };

    TRY(check_inputs(g, op, &s, TYPE_F32, TYPE_F32, at));
    TRY(want_type(at, g, op->in[IN_HIDDEN], TYPE_F32));
    TRY(want_type(at, g, op->in[IN_CELL], TYPE_F32));
    TRY(want_type(at, g, op->out[0], TYPE_F32));

    int32_t args[] = {
        lower_tensor(l, op->in[IN_X]),
        join_gates(l, op, IN_X_WEIGHTS, "input weights"),
        join_gates(l, op, IN_H_WEIGHTS, "recurrent weights"),
        join_gates(l, op, IN_BIAS, "bias"),
        lower_tensor(l, op->in[IN_HIDDEN]),
        lower_tensor(l, op->in[IN_CELL]),
        lower_tensor(l, op->out[0]),
    };
    return lower_step(l, KERNEL_lstm_f32, &p, args, at);
}

static enum mote_status lower_unidirectional_sequence_lstm(struct lowering *l, const struct op *op,
                                                           const struct frame *at)
{
    TRY(check_variant(l->graph, op, at));
    switch (op_in(l->graph, op, IN_X)->type) {
    case TYPE_S8:
        return lower_lstm_s8(l, op, at);
    case TYPE_S16:
        return lower_lstm_s16(l, op, at);
    case TYPE_F32:
        return lower_lstm_f32(l, op, at);
    default:
        return refuse_type(at, l->graph, op->in[IN_X], "s8, s16 and f32");
    }
}

/* By all weights and biases at once, wanted or not; by x if it is wanted. */
static enum mote_status gradient_lstm(struct backward *b, int32_t i, int32_t d, const struct frame *at)
{
    enum { TENSORS = 12, WEIGHTS = 8, FIRST_WEIGHTS = 1, FIRST_BIAS = 12 };
    const struct op op = b->g->ops[i];
    bool by_x = gradient_wanted(b, &op, 0);
    int32_t in[3 + TENSORS] = {d, op.out[0], op.in[0]}, out[TENSORS + 1];

    for (int k = 0; k < TENSORS; k++) {
        in[3 + k] = op.in[k < WEIGHTS ? FIRST_WEIGHTS + k : FIRST_BIAS + k - WEIGHTS];
        if (in[3 + k] == TENSOR_ABSENT)
            return fail(at, MOTE_ERR_UNSUPPORTED, "only the LSTM of four gates with biases has a gradient");
        out[k] = gradient_tensor(b, "grad");
    }
    if (by_x)
        out[TENSORS] = gradient_tensor(b, "grad_x");
    gradient_op(b, OP_UNIDIRECTIONAL_SEQUENCE_LSTM_GRAD, 3 + TENSORS, in, by_x ? TENSORS + 1 : TENSORS, out, op.opts);
    for (int k = 0; k < TENSORS; k++)
        gradient_give(b, in[3 + k], out[k]);
    if (by_x)
        gradient_give(b, op.in[0], out[TENSORS]);
    return MOTE_OK;
}

const struct operator operator_unidirectional_sequence_lstm = {
    .infer = infer_unidirectional_sequence_lstm,
    .macs = macs_unidirectional_sequence_lstm,
    .lower = lower_unidirectional_sequence_lstm,
    .scales = {.form = FORM_RECURRENT, .wide = true},
    .gradient = gradient_lstm,
};
