/* SPDX-License-Identifier: Apache-2.0 */
/* Constants in integers: weights by channel, biases, and constants that take an activation's place. */
#include "host/base/levels.h"
#include "host/graph/op_info.h"
#include "host/passes/passes.h"
#include "host/passes/quantize.h"

#include <float.h>
#include <math.h>

#define WEIGHT_MAX     127
#define BIAS_MAX       1073741824.0 /* 2^30: half of an int32, the other half is for the sum */
#define WHOLE          1e-3         /* what a multiple of a scale may be off: roundings of float */
#define MULTIPLIER_MIN (1.0 / 1073741824.0)

float weight_scale(float largest_weight, float bias, float in_scale, float out_scale)
{
    double scale = (double)largest_weight / WEIGHT_MAX;

    assert(in_scale > 0 && out_scale > 0);
    scale = fmax(scale, fabs((double)bias) / BIAS_MAX / (double)in_scale);
    scale = fmax(scale, (double)out_scale * MULTIPLIER_MIN / (double)in_scale);
    return (float)fmax(scale, (double)FLT_MIN);
}

static int8_t clamp_s8(double q, int32_t min) { return (int8_t)(q < min ? min : q > INT8_MAX ? INT8_MAX : q); }

struct range range_of_constant(const struct tensor *t)
{
    struct range r = {0, 0};

    for (int64_t i = 0; i < tensor_elements(t); i++) {
        r.min = fminf(r.min, float_at(t, i));
        r.max = fmaxf(r.max, float_at(t, i));
    }
    return r;
}

int32_t quantize_constant(struct model *m, struct graph *g, int32_t tensor, struct quant_s8 q)
{
    struct tensor t = g->tensors[tensor];
    int64_t n = tensor_elements(&t);
    int8_t *data = pool_array(m->pool, (size_t)n + 1, 1);

    assert(t.type == TYPE_F32 && t.data != NULL);
    assert(q.scale > 0 && q.zero >= INT8_MIN && q.zero <= INT8_MAX);
    for (int64_t i = 0; i < n; i++)
        data[i] = clamp_s8(round((double)float_at(&t, i) / (double)q.scale) + q.zero, INT8_MIN);
    t.type = TYPE_S8;
    t.data = (const uint8_t *)data;
    quant_set(m, &t.quant, q.scale, q.zero);
    return graph_add_tensor(m, g, &t);
}

int32_t quantize_constant_s16(struct model *m, struct graph *g, int32_t tensor, struct quant_s8 q)
{
    struct tensor t = g->tensors[tensor];
    int64_t n = tensor_elements(&t);
    int16_t *data = pool_array(m->pool, (size_t)n + 1, sizeof *data);

    assert(t.type == TYPE_F32 && t.data != NULL && q.scale > 0 && q.zero == 0);
    for (int64_t i = 0; i < n; i++)
        data[i] = (int16_t)fmax(fmin(round((double)float_at(&t, i) / (double)q.scale), INT16_MAX), INT16_MIN);
    t.type = TYPE_S16;
    t.data = (const uint8_t *)data;
    quant_set(m, &t.quant, q.scale, 0);
    return graph_add_tensor(m, g, &t);
}

enum mote_status want_finite(const struct graph *g, int32_t tensor, const struct frame *at)
{
    const struct tensor *t = &g->tensors[tensor];
    struct frame here = frame_tensor(at, g, tensor);

    for (int64_t i = 0; i < tensor_elements(t); i++)
        if (!isfinite(float_at(t, i)))
            return fail(&here, MOTE_ERR_VALUE,
                        "element %lld is %g: scales are of finite numbers; a mask wants one not far below the rest",
                        (long long)i, (double)float_at(t, i));
    return MOTE_OK;
}

/* ---- weights ---- */
struct channels {
    int64_t n, below; /* channel of element i: i / below % n */
    int32_t axis;
    const struct tensor *weights, *bias;
    float *scale; /* [n] */
    bool shared;  /* all channels have one scale */
    float out_scale;
    bool wide; /* int16 activations: the sums and biases are 64 bits */
};

/* Do the weights share a few values besides 0? Then so shall their codes: one scale for all. */
static bool are_levels(const struct tensor *t)
{
    struct levels levels = {0};
    int64_t weights = 0;

    for (int64_t i = 0; i < tensor_elements(t); i++) {
        if (!levels_add(&levels, float_at(t, i)))
            return false;
        weights += float_at(t, i) != 0;
    }
    return weights > LEVELS_MAX;
}

static enum mote_status want_floats(const struct graph *g, int32_t tensor, const char *what, const struct frame *at)
{
    struct frame here = frame_tensor(at, g, tensor);

    if (!g->tensors[tensor].data || g->tensors[tensor].type != TYPE_F32)
        return fail(&here, MOTE_ERR_UNSUPPORTED, "the %s must be f32 constants to be quantized", what);
    return MOTE_OK;
}

static void share_scale(struct channels *c)
{
    float largest = 0;

    for (int64_t i = 0; i < c->n; i++)
        largest = fmaxf(largest, c->scale[i]);
    for (int64_t i = 0; i < c->n; i++)
        c->scale[i] = largest;
}

/* Has training left the weights at whole multiples of a scale, of a channel or of all, which they remember? What has
 * changed them since may have changed that. */
static bool are_multiples(const struct channels *c)
{
    const struct quant *q = &c->weights->quant;

    if (q->n != 1 && (q->n != c->n || q->axis != c->axis))
        return false;
    for (int64_t i = 0; i < tensor_elements(c->weights); i++) {
        const double scale = (double)q->scale[q->n > 1 ? i / c->below % c->n : 0];
        const double code = (double)float_at(c->weights, i) / scale;

        if (!(fabs(code - round(code)) < WHOLE && fabs(code) < WEIGHT_MAX + WHOLE))
            return false;
    }
    return true;
}

static void find_scales(struct pool *pool, struct channels *c, struct quant_s8 in, struct quant_s8 out)
{
    const struct quant *q = &c->weights->quant;
    const bool multiples = are_multiples(c);
    const float room = c->wide ? 32768 : 1; /* of sums of 2^47, as the reference takes them */

    assert(c->n > 0 && c->below > 0);
    c->scale = pool_array(pool, (size_t)c->n, sizeof *c->scale);
    for (int64_t i = 0; i < tensor_elements(c->weights); i++) {
        float *largest = &c->scale[i / c->below % c->n];

        *largest = fmaxf(*largest, fabsf(float_at(c->weights, i)));
    }
    for (int64_t i = 0; i < c->n; i++) {
        if (multiples)
            c->scale[i] = WEIGHT_MAX * q->scale[q->n > 1 ? i : 0];
        c->scale[i] = weight_scale(c->scale[i], c->bias ? float_at(c->bias, i) / room : 0, in.scale, out.scale);
    }
    c->shared = multiples ? q->n == 1 : are_levels(c->weights);
    if (c->shared)
        share_scale(c);
}

static struct quant per_channel(struct pool *pool, const float *scale, int64_t n, int32_t axis)
{
    return (struct quant){(int32_t)n, n > 1 ? axis : 0, scale, pool_array(pool, (size_t)n, sizeof(int32_t))};
}

static struct tensor weights_s8(struct pool *pool, const struct channels *c, int axis)
{
    struct tensor t = *c->weights;
    int64_t n = tensor_elements(&t);
    int8_t *data = pool_array(pool, (size_t)n, 1);

    for (int64_t i = 0; i < n; i++)
        data[i] = clamp_s8(round((double)float_at(&t, i) / (double)c->scale[i / c->below % c->n]), -WEIGHT_MAX);
    t.type = TYPE_S8;
    t.data = (const uint8_t *)data;
    t.quant = per_channel(pool, c->scale, c->shared ? 1 : c->n, axis);
    return t;
}

/* Biases of weights that are to be coded take a byte each where that rounds them by at most half a step of the output:
 * they are multiples of what this returns. */
static int64_t bias_step(const struct channels *c, double product)
{
    double largest = 0;
    int64_t step = 1;

    for (int64_t i = 0; i < c->n; i++)
        largest = fmax(largest, fabs((double)float_at(c->bias, i)) / product);
    while (llround(largest / (double)step) > INT8_MAX)
        step *= 2;
    return (double)step * product <= (double)c->out_scale ? step : 1;
}

static struct tensor bias_s64(struct pool *pool, const struct channels *c, struct quant_s8 in)
{
    struct tensor t = *c->bias;
    int64_t *data = pool_array(pool, (size_t)c->n, sizeof *data);
    float *scale = pool_array(pool, (size_t)c->n, sizeof *scale);

    for (int64_t i = 0; i < c->n; i++) {
        double product = (double)in.scale * (double)c->scale[i];

        assert(product > 0 && fabs((double)float_at(c->bias, i) / product) < 0x1p46);
        data[i] = llround((double)float_at(c->bias, i) / product);
        scale[i] = fmaxf((float)product, FLT_MIN);
    }
    t.type = TYPE_S64;
    t.data = (const uint8_t *)data;
    t.quant = per_channel(pool, scale, c->shared ? 1 : c->n, 0);
    return t;
}

static struct tensor bias_s32(struct pool *pool, const struct channels *c, struct quant_s8 in)
{
    struct tensor t = *c->bias;
    int32_t *data = pool_array(pool, (size_t)c->n, sizeof *data);
    float *scale = pool_array(pool, (size_t)c->n, sizeof *scale);
    int64_t step = c->shared ? bias_step(c, (double)in.scale * (double)c->scale[0]) : 1;

    for (int64_t i = 0; i < c->n; i++) {
        double product = (double)in.scale * (double)c->scale[i];

        assert(product > 0 && fabs((double)float_at(c->bias, i) / product) < 0x1p31);
        data[i] = (int32_t)(llround((double)float_at(c->bias, i) / product / (double)step) * step);
        scale[i] = fmaxf((float)product, FLT_MIN);
    }
    t.type = TYPE_S32;
    t.data = (const uint8_t *)data;
    t.quant = per_channel(pool, scale, c->shared ? 1 : c->n, 0);
    return t;
}

enum mote_status quantize_linear(struct model *m, struct graph *g, const struct op *op, enum mote_type type,
                                 struct quant_s8 in, struct quant_s8 out, int32_t *inputs, const struct frame *at)
{
    const struct linear_inputs *l = op_info[op->id].is->linear;
    struct channels c = {.weights = &g->tensors[op->in[l->weights]],
                         .bias = op_in(g, op, l->bias),
                         .below = 1,
                         .axis = l->channels,
                         .out_scale = out.scale,
                         .wide = type == TYPE_S16};
    struct tensor weights, bias;

    TRY(want_floats(g, op->in[l->weights], "weights", at));
    if (c.bias)
        TRY(want_floats(g, op->in[l->bias], "biases", at));
    c.n = c.weights->dims[l->channels];
    for (int d = l->channels + 1; d < c.weights->rank; d++)
        c.below *= c.weights->dims[d];
    if (c.bias && tensor_elements(c.bias) != c.n)
        return fail(at, MOTE_ERR_SHAPE, "%lld biases for %lld output channels", (long long)tensor_elements(c.bias),
                    (long long)c.n);
    find_scales(m->pool, &c, in, out);
    weights = weights_s8(m->pool, &c, l->channels);
    if (c.bias) {
        bias = c.wide ? bias_s64(m->pool, &c, in) : bias_s32(m->pool, &c, in);
        inputs[l->bias] = graph_add_tensor(m, g, &bias);
    }
    inputs[l->weights] = graph_add_tensor(m, g, &weights);
    return MOTE_OK;
}
