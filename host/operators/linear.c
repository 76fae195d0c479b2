/* SPDX-License-Identifier: Apache-2.0 */
/* What convolutions and fully connected layers share: weights, bias, and what a sum is multiplied with. */
#include "host/operators/linear.h"
#include "mote/kernels/shared/requant.h"

#include <math.h>

enum mote_status want_weights(const struct frame *at, const struct graph *g, const struct op *op)
{
    if (op->id == OP_FULLY_CONNECTED && op_in(g, op, 1))
        return MOTE_OK;
    return want_const(at, g, op_in(g, op, 1) ? op->in[1] : TENSOR_ABSENT, "tensor of weights");
}

struct scales {
    float in, out;
    int32_t in_zero, out_zero;
    int32_t weights_zero; /* 0 where the reference ignores it */
    const struct quant *weights;
    const struct tensor *bias; /* NULL if there is none */
};

/* The reference looks at the weights' zero point in fully connected layers of one scale, and in those of uint8. */
static int32_t weights_zero(const struct op *op, const struct tensor *w)
{
    return (op->id == OP_FULLY_CONNECTED || op->uint8) && w->quant.n == 1 ? w->quant.zero[0] : 0;
}

static enum mote_status check_weights(const struct graph *g, const struct op *op, int32_t channels, int64_t n,
                                      const struct frame *at)
{
    const struct tensor *w = op_in(g, op, 1);
    struct frame here;

    TRY(want_weights(at, g, op));
    here = frame_tensor(at, g, op->in[1]);
    if (w->type != TYPE_S8)
        return fail(&here, MOTE_ERR_TYPE, "the weights are %s, not s8", type_name(w->type));
    if (tensor_elements(w) != channels * n)
        return fail(&here, MOTE_ERR_SHAPE, "%lld weights for %d filters of %lld", (long long)tensor_elements(w),
                    (int)channels, (long long)n);
    if (w->quant.n != 1 &&
        (w->quant.n != channels || w->quant.axis < 0 || w->quant.axis >= w->rank || w->dims[w->quant.axis] != channels))
        return fail(&here, MOTE_ERR_QUANT, "%d scales of weights for %d output channels", (int)w->quant.n,
                    (int)channels);
    for (int32_t i = 0; i < w->quant.n; i++)
        if (!isfinite(w->quant.scale[i]) || w->quant.scale[i] < 0)
            return fail(&here, MOTE_ERR_QUANT, "scale %d is %g, not a number from 0 on", (int)i, w->quant.scale[i]);
    if (weights_zero(op, w) != 0 && !zero_in_range(TYPE_S8, w->quant.zero[0]))
        return fail(&here, MOTE_ERR_QUANT, "the zero point %d is no value of type s8", (int)w->quant.zero[0]);
    return MOTE_OK;
}

static enum mote_status check_bias(const struct graph *g, const struct op *op, enum mote_type type, int32_t channels,
                                   const struct frame *at)
{
    const struct tensor *bias = op_in(g, op, 2);
    struct frame here;

    if (!bias)
        return MOTE_OK;
    TRY(want_const(at, g, op->in[2], "bias"));
    here = frame_tensor(at, g, op->in[2]);
    if (bias->type != type)
        return fail(&here, MOTE_ERR_TYPE, "the bias is %s, not %s", type_name(bias->type), type_name(type));
    if (tensor_elements(bias) != channels)
        return fail(&here, MOTE_ERR_SHAPE, "%lld biases for %d output channels", (long long)tensor_elements(bias),
                    (int)channels);
    return MOTE_OK;
}

/* Of a fully connected layer with one scale of weights the reference refuses a bias whose scale is another; else it
 * never looks at the bias' scale. */
static enum mote_status real_multiplier(const struct op *op, const struct scales *s, int32_t channel, double *real,
                                        const struct frame *at)
{
    double product = (double)s->in * (double)s->weights->scale[channel];
    double bias = s->bias && s->bias->quant.n > 0 ? (double)s->bias->quant.scale[0] : 0;

    if (op->id == OP_FULLY_CONNECTED && s->weights->n == 1 && s->bias && fabs(product - bias) / (double)s->out > 0.02)
        return fail(at, MOTE_ERR_QUANT, "the bias' scale %g is not the product of the input's and the weights', %g",
                    bias, product);
    *real = linear_scale(op, s->in, s->weights, channel, s->out);
    return MOTE_OK;
}

/* Multipliers and shifts; one of each if all channels have the same. */
static enum mote_status lower_multipliers(struct lowering *l, const struct op *op, const struct scales *s,
                                          int32_t shift_max, struct linear *out, const struct frame *at)
{
    int32_t n = s->weights->n, *mult = pool_array(l->pool, (size_t)n, sizeof *mult);
    int8_t *shift = pool_array(l->pool, (size_t)n, 1);

    assert(n >= 1 && shift_max <= INT8_MAX);
    out->per_channel = 0;
    for (int32_t i = 0; i < n; i++) {
        double real = 0;
        int32_t exponent;

        TRY(real_multiplier(op, s, i, &real, at));
        exponent = shift_max + 1;
        if (isfinite(real))
            quantize_multiplier(real, &mult[i], &exponent);
        if (exponent > shift_max)
            return fail(at, MOTE_ERR_QUANT, "channel %d: the output's scale %g is too small beside the input's", (int)i,
                        s->out);
        assert(exponent >= -31 && mult[i] >= 0);
        shift[i] = (int8_t)exponent;
        if (mult[i] != mult[0] || shift[i] != shift[0])
            out->per_channel = 1;
    }
    n = out->per_channel ? n : 1;
    out->mult = lower_const(l, "multipliers", TYPE_S32, mult, (size_t)n * sizeof *mult, true);
    out->shift = lower_const(l, "shifts", TYPE_S8, shift, (size_t)n, true);
    return MOTE_OK;
}

/* sum (w - wz) * (x - xz) + bias = sum w * x - wz * sum x + [bias - xz * sum w + n * wz * xz]; the bracket is the new
 * bias, modulo 2^32. */
static void fold_bias(struct lowering *l, const struct scales *s, const int8_t *weights, int32_t channels, int64_t n,
                      int64_t stride, int64_t step, struct linear *out)
{
    uint32_t *bias = pool_array(l->pool, (size_t)channels, sizeof *bias);
    uint32_t in_zero = (uint32_t)s->in_zero, weights_zero = (uint32_t)s->weights_zero;

    assert(channels > 0 && n > 0 && weights != NULL);
    for (int32_t c = 0; c < channels; c++) {
        uint32_t sum = 0;

        for (int64_t i = 0; i < n; i++)
            sum += (uint32_t)(int32_t)weights[c * step + i * stride];
        bias[c] =
            (s->bias ? le32(s->bias->data + 4 * (size_t)c) : 0) - in_zero * sum + (uint32_t)n * weights_zero * in_zero;
    }
    out->bias = lower_const(l, "bias", TYPE_S32, bias, (size_t)channels * sizeof *bias, true);
}

enum mote_status lower_linear_s8(struct lowering *l, const struct op *op, int activation, int32_t channels, int64_t n,
                                 int64_t stride, int64_t step, struct linear *out, const struct frame *at)
{
    struct scales s = {.bias = op_in(l->graph, op, 2)};
    const struct tensor *w;

    TRY(want_quant(at, l->graph, op, op->in[0], TYPE_S8, &s.in, &s.in_zero));
    TRY(want_quant(at, l->graph, op, op->out[0], TYPE_S8, &s.out, &s.out_zero));
    TRY(check_weights(l->graph, op, channels, n, at));
    TRY(check_bias(l->graph, op, TYPE_S32, channels, at));
    w = &l->graph->tensors[op->in[1]];
    s.weights = &w->quant;
    s.weights_zero = out->weights_zero = weights_zero(op, w);
    out->out_zero = s.out_zero;
    TRY(activation_range_s8(op_out(l->graph, op, 0), activation, &out->lo, &out->hi, at));
    TRY(lower_multipliers(l, op, &s, MOTE_SHIFT_MAX, out, at));
    fold_bias(l, &s, (const int8_t *)w->data, channels, n, stride, step, out);
    return MOTE_OK;
}

/* The bias as it is, in the type that the kernel reads; zeros for none. */
static int32_t lower_bias(struct lowering *l, const struct tensor *bias, enum mote_type type, int32_t channels)
{
    size_t size = (size_t)type_bits(type) / 8;
    uint8_t *out = pool_array(l->pool, (size_t)channels, size);

    assert(bias == NULL || tensor_elements(bias) == channels);
    for (int32_t c = 0; bias != NULL && c < channels; c++) {
        int64_t value = const_int(bias, c);

        memcpy(out + (size_t)c * size, &value, size); /* little-endian, as the host is */
    }
    return lower_const(l, "bias", type, out, (size_t)channels * size, true);
}

enum mote_status lower_linear_plain(struct lowering *l, const struct op *op, const struct linear_types *types,
                                    int activation, int32_t channels, int64_t n, struct linear *out,
                                    const struct frame *at)
{
    const struct graph *g = l->graph;
    struct scales s = {.bias = op_in(g, op, 2)};

    *out = (struct linear){.out_zero = 0};
    if (types->activations == TYPE_S16) {
        TRY(want_symmetric(at, g, op, op->in[0], &s.in));
        TRY(want_symmetric(at, g, op, op->out[0], &s.out));
        TRY(activation_range_s16(op_out(g, op, 0), activation, &out->lo, &out->hi, at));
    } else {
        TRY(want_quant(at, g, op, op->in[0], TYPE_S8, &s.in, &s.in_zero));
        TRY(want_quant(at, g, op, op->out[0], TYPE_S8, &s.out, &out->out_zero));
        TRY(activation_range_s8(op_out(g, op, 0), activation, &out->lo, &out->hi, at));
    }
    TRY(check_weights(g, op, channels, n, at));
    TRY(check_bias(g, op, types->bias, channels, at));
    if (op->uint8 && weights_zero(op, &g->tensors[op->in[1]]) != 0)
        return fail(at, MOTE_ERR_QUANT, "the weights of uint8 have a zero point that int8 has no room for");
    s.weights = &g->tensors[op->in[1]].quant;
    TRY(lower_multipliers(l, op, &s, types->shift_max, out, at));
    out->bias = lower_bias(l, s.bias, types->activations == TYPE_S16 ? TYPE_S64 : TYPE_S32, channels);
    return MOTE_OK;
}

struct linear_types linear_types_s16(const struct graph *g, const struct op *op, bool bias_s32)
{
    const struct tensor *bias = op_in(g, op, 2);

    if (bias != NULL ? bias->type == TYPE_S32 : bias_s32)
        return (struct linear_types){TYPE_S16, TYPE_S32, MOTE_SHIFT_MAX};
    return (struct linear_types){TYPE_S16, TYPE_S64, MOTE_SHIFT64_MAX};
}

enum mote_status lower_linear_step(struct lowering *l, const struct op *op, enum kernel_id kernel, const void *params,
                                   const struct linear *linear, const struct frame *at)
{
    int32_t args[] = {
        lower_tensor(l, op->in[0]),  lower_tensor(l, op->in[1]), linear->bias, linear->mult, linear->shift,
        lower_tensor(l, op->out[0]),
    };
    return lower_step(l, kernel, params, args, at);
}

/* ---- float: what is left to prepare are clamps and the bias ---- */
static enum mote_status want_floats(const struct graph *g, int32_t tensor, const char *what, int64_t elements,
                                    const struct frame *at)
{
    struct frame here;

    TRY(want_type(at, g, tensor, TYPE_F32));
    here = frame_tensor(at, g, tensor);
    if (tensor_elements(&g->tensors[tensor]) != elements)
        return fail(&here, MOTE_ERR_SHAPE, "the %s has %lld elements, not %lld", what,
                    (long long)tensor_elements(&g->tensors[tensor]), (long long)elements);
    return MOTE_OK;
}

enum mote_status lower_linear_f32(struct lowering *l, const struct op *op, int activation, int64_t channels, int64_t n,
                                  struct linear_f32 *out, const struct frame *at)
{
    const struct graph *g = l->graph;

    TRY(want_type(at, g, op->in[0], TYPE_F32));
    TRY(want_type(at, g, op->out[0], TYPE_F32));
    TRY(want_weights(at, g, op));
    TRY(want_floats(g, op->in[1], "tensor of weights", channels * n, at));
    out->weights = lower_tensor(l, op->in[1]);
    if (op_in(g, op, 2) != NULL) {
        TRY(want_const(at, g, op->in[2], "bias"));
        TRY(want_floats(g, op->in[2], "bias", channels, at));
        out->bias = lower_tensor(l, op->in[2]);
    } else {
        size_t bytes = (size_t)channels * sizeof(float);

        out->bias = lower_const(l, "bias", TYPE_F32, memset(pool_alloc(l->pool, bytes), 0, bytes), bytes, true);
    }
    activation_range_f32(activation, &out->lo, &out->hi);
    return MOTE_OK;
}
