/* SPDX-License-Identifier: Apache-2.0 */
/* SVDF: input [batch][features], weights of features [filters][features], weights of time [filters][memory], bias
 * [units] or absent, state [batch][filters * memory]. The integer form ignores the activation, as the reference does.
 */
#include <math.h>

#include "host/operators/elementwise.h"
#include "mote/kernels/recurrent/svdf_f32.h"
#include "mote/kernels/recurrent/svdf_s8.h"

enum { INPUT, FEATURES, TIMES, BIAS, STATE };

static bool differ(int64_t a, int64_t b) { return a != DIM_UNKNOWN && b != DIM_UNKNOWN && a != b; }

static enum mote_status infer_svdf(const struct model *m, struct graph *g, const struct op *op, const struct frame *at)
{
    const struct svdf_opts *o = op->opts;
    const struct tensor *in = op_in(g, op, INPUT), *features = op_in(g, op, FEATURES), *times = op_in(g, op, TIMES);
    const struct tensor *bias = op_in(g, op, BIAS), *state = op_in(g, op, STATE);
    int64_t filters;

    (void)m;
    TRY(want_rank(at, in, "input", 2, 2));
    TRY(want_rank(at, features, "tensor of the features' weights", 2, 2));
    TRY(want_rank(at, times, "tensor of the weights over time", 2, 2));
    TRY(want_rank(at, state, "state", 2, 2));
    filters = features->dims[0];
    if (o->rank < 1 || filters == DIM_UNKNOWN || filters % o->rank != 0)
        return fail(at, MOTE_ERR_SHAPE, "%lld filters are no whole units of rank %d", (long long)filters, (int)o->rank);
    if (differ(in->dims[1], features->dims[1]) || differ(filters, times->dims[0]) ||
        differ(in->dims[0], state->dims[0]) || differ(filters * times->dims[1], state->dims[1]) ||
        (bias != NULL && differ(tensor_elements(bias), filters / o->rank)))
        return fail(at, MOTE_ERR_SHAPE, "the shapes of input, weights, bias and state do not fit together");
    return infer_set(at, op_out(g, op, 0), 2, (int64_t[]){in->dims[0], filters / o->rank});
}

static int64_t macs_svdf(const struct graph *g, const struct op *op)
{
    return op_in(g, op, INPUT)->dims[0] *
           (tensor_elements(op_in(g, op, FEATURES)) + tensor_elements(op_in(g, op, TIMES)));
}

/* Weights, bias and state as the operator must have them. */
static enum mote_status check_inputs(const struct graph *g, const struct op *op, enum mote_type features,
                                     enum mote_type times, enum mote_type bias, const struct frame *at)
{
    const enum mote_type wanted[] = {TYPE_NONE, features, times, bias, times};

    for (int i = FEATURES; i <= STATE; i++) {
        const struct tensor *t = op_in(g, op, i);
        struct frame here = frame_tensor(at, g, t != NULL ? op->in[i] : op->in[FEATURES]);

        if (t != NULL)
            TRY(want_type(at, g, op->in[i], wanted[i]));
        if (t != NULL && i != STATE)
            TRY(want_const(at, g, op->in[i], i == BIAS ? "bias" : "tensor of weights"));
        if (i == STATE && !t->state)
            return fail(&here, MOTE_ERR_VALUE, "it is no state: SVDF's last input must keep its value");
    }
    return MOTE_OK;
}

/* The reference's products and quotients are float; it refuses a bias of another scale. */
static enum mote_status find_multipliers(const struct graph *g, const struct op *op, enum mote_type state_type,
                                         struct mote_svdf_s8 *p, const struct frame *at)
{
    const struct tensor *bias = op_in(g, op, BIAS);
    float in, features, times, state, out;
    volatile float feature_product, time_product; /* volatile: rounded to float, whatever the compiler's options */
    int32_t none;

    TRY(want_quant(at, g, op, op->in[INPUT], TYPE_S8, &in, &p->in_zero));
    TRY(want_quant(at, g, op, op->in[FEATURES], TYPE_S8, &features, &none));
    TRY(want_quant(at, g, op, op->in[TIMES], state_type, &times, &none));
    TRY(want_quant(at, g, op, op->in[STATE], state_type, &state, &p->state_zero));
    TRY(want_quant(at, g, op, op->out[0], TYPE_S8, &out, &p->out_zero));
    feature_product = in * features;
    time_product = state * times;
    if (bias != NULL && bias->quant.n > 0 && fabs((double)bias->quant.scale[0] - (double)time_product) >= 1e-5)
        return fail(at, MOTE_ERR_QUANT, "the bias' scale %g is not the product of the state's and the weights', %g",
                    (double)bias->quant.scale[0], (double)time_product);
    TRY(want_multiplier(at, (double)ratio_f32(feature_product, state), &p->state_mult, &p->state_shift));
    return want_multiplier(at, (double)ratio_f32(time_product, out), &p->out_mult, &p->out_shift);
}

/* The bias, or zeros for none. */
static int32_t lower_bias(struct lowering *l, const struct op *op, enum mote_type type)
{
    size_t bytes = (size_t)op_out(l->graph, op, 0)->dims[1] * 4;

    if (op_in(l->graph, op, BIAS) != NULL)
        return lower_tensor(l, op->in[BIAS]);
    return lower_const(l, "bias", type, pool_alloc(l->model->pool, bytes), bytes, true);
}

static enum mote_status lower_svdf_s8(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct svdf_opts *o = op->opts;
    const struct graph *g = l->graph;
    const struct tensor *in = op_in(g, op, INPUT), *times = op_in(g, op, TIMES);
    enum mote_type state_type = times->type == TYPE_S16 ? TYPE_S16 : TYPE_S8;
    struct mote_svdf_s8 p = {
        .batch = (int32_t)in->dims[0],
        .inputs = (int32_t)in->dims[1],
        .units = (int32_t)op_out(g, op, 0)->dims[1],
        .rank = o->rank,
        .memory = (int32_t)times->dims[1],
        .wide = state_type == TYPE_S16,
    };

    TRY(check_inputs(g, op, TYPE_S8, state_type, TYPE_S32, at));
    TRY(find_multipliers(g, op, state_type, &p, at));

    int32_t args[] = {
        lower_tensor(l, op->in[INPUT]), lower_tensor(l, op->in[FEATURES]), lower_tensor(l, op->in[TIMES]),
        lower_bias(l, op, TYPE_S32),    lower_tensor(l, op->in[STATE]),    lower_tensor(l, op->out[0]),
    };

    return lower_step(l, KERNEL_svdf_s8, &p, args, at);
}

static enum mote_status lower_svdf_f32(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct svdf_opts *o = op->opts;
    const struct graph *g = l->graph;
    const struct tensor *in = op_in(g, op, INPUT);
    struct mote_svdf_f32 p = {
        .batch = (int32_t)in->dims[0],
        .inputs = (int32_t)in->dims[1],
        .units = (int32_t)op_out(g, op, 0)->dims[1],
        .rank = o->rank,
        .memory = (int32_t)op_in(g, op, TIMES)->dims[1],
    };

    if (o->activation == ACTIVATION_TANH || o->activation == ACTIVATION_SIGN_BIT)
        return fail(at, MOTE_ERR_UNSUPPORTED, "the fused activation %s is not there", activation_name(o->activation));
    activation_range_f32(o->activation, &p.lo, &p.hi);
    TRY(check_inputs(g, op, TYPE_F32, TYPE_F32, TYPE_F32, at));
    TRY(want_type(at, g, op->out[0], TYPE_F32));

    int32_t args[] = {
        lower_tensor(l, op->in[INPUT]), lower_tensor(l, op->in[FEATURES]), lower_tensor(l, op->in[TIMES]),
        lower_bias(l, op, TYPE_F32),    lower_tensor(l, op->in[STATE]),    lower_tensor(l, op->out[0]),
    };

    return lower_step(l, KERNEL_svdf_f32, &p, args, at);
}

static enum mote_status lower_svdf(struct lowering *l, const struct op *op, const struct frame *at)
{
    switch (op_in(l->graph, op, INPUT)->type) {
    case TYPE_S8:
        return lower_svdf_s8(l, op, at);
    case TYPE_F32:
        return lower_svdf_f32(l, op, at);
    default:
        return refuse_type(at, l->graph, op->in[INPUT], "s8 and f32");
    }
}

const struct operator operator_svdf = {
    .infer = infer_svdf,
    .macs = macs_svdf,
    .lower = lower_svdf,
};
