/* SPDX-License-Identifier: Apache-2.0 */
/* Quantization as the reference prepares it (docs/EXACT.md): which products are float and which double is part of the
 * result, so each is written out. Float operators have no scales: of them, clamps are prepared. */
#include "host/operators/quantization.h"

#include <float.h>
#include <math.h>

_Static_assert(FLT_EVAL_METHOD == 0, "floats and doubles must be computed as such: on x86 with 32 bits, with SSE2");

void quantize_multiplier(double scale, int32_t *mult, int32_t *shift)
{
    int exponent = 0;
    int64_t q = llround(ldexp(frexp(scale, &exponent), 31));

    assert(isfinite(scale));
    if (q == INT64_C(1) << 31) {
        q /= 2;
        exponent++;
    }
    if (exponent < -31) {
        q = 0;
        exponent = 0;
    }
    assert(exponent >= -31 && q >= -INT64_C(0x7fffffff) && q <= INT64_C(0x7fffffff));
    *mult = (int32_t)q;
    *shift = exponent;
}

/* A fully connected layer with one scale of weights takes the product of scales in float; all others multiply in
 * double. */
double linear_scale(const struct op *op, float in, const struct quant *weights, int32_t channel, float out)
{
    float w = weights->scale[weights->n > 1 ? channel : 0];
    volatile float product = in * w; /* volatile: one rounding to float, whatever the compiler's options */
    bool rounded = (op->id == OP_FULLY_CONNECTED || op->uint8) && weights->n == 1;

    assert(weights->n == 1 || (channel >= 0 && channel < weights->n));
    return (rounded ? (double)product : (double)in * (double)w) / (double)out;
}

/* ---- activations ---- */
/* What `real` is in the output's type, without a clamp; the quotient is float. */
static enum mote_status quantize_bound(const struct tensor *out, float real, int64_t *q, const struct frame *at)
{
    float rounded = roundf(real / out->quant.scale[0]);

    if (!(fabsf(rounded) < 2147483648.0f))
        return fail(at, MOTE_ERR_QUANT, "the output's scale %g is too small for the fused activation",
                    out->quant.scale[0]);
    *q = out->quant.zero[0] + (int64_t)rounded;
    return MOTE_OK;
}

/* Within the limits of the output's type. */
static enum mote_status activation_range(const struct tensor *out, int activation, int32_t min, int32_t max,
                                         int32_t *lo, int32_t *hi, const struct frame *at)
{
    bool below = activation == ACTIVATION_RELU_N1_TO_1;
    int64_t least = min, most = max;

    if (out->quant.n != 1)
        return fail(at, MOTE_ERR_QUANT, "the output is not quantized per tensor");
    if (activation == ACTIVATION_RELU || activation == ACTIVATION_RELU6 || below)
        TRY(quantize_bound(out, below ? -1.0f : 0.0f, &least, at));
    if (activation == ACTIVATION_RELU6 || below)
        TRY(quantize_bound(out, below ? 1.0f : 6.0f, &most, at));
    *hi = (int32_t)(most < max ? most : max);
    *lo = (int32_t)(least > min ? least : min);
    if (*lo > *hi || *hi < min)
        return fail(at, MOTE_ERR_QUANT, "the output's zero point %d leaves the fused activation no value",
                    (int)out->quant.zero[0]);
    assert(*lo >= min && *hi <= max);
    return MOTE_OK;
}

enum mote_status activation_range_s8(const struct tensor *out, int activation, int32_t *lo, int32_t *hi,
                                     const struct frame *at)
{
    return activation_range(out, activation, INT8_MIN, INT8_MAX, lo, hi, at);
}

enum mote_status activation_range_s16(const struct tensor *out, int activation, int32_t *lo, int32_t *hi,
                                      const struct frame *at)
{
    return activation_range(out, activation, INT16_MIN, INT16_MAX, lo, hi, at);
}

int32_t float_bits(float x)
{
    int32_t bits;

    memcpy(&bits, &x, sizeof bits);
    return bits;
}

/* Without an activation the reference clamps to the finite floats. */
void activation_range_f32(int activation, int32_t *lo, int32_t *hi)
{
    bool below = activation == ACTIVATION_RELU_N1_TO_1;
    bool none = activation != ACTIVATION_RELU && activation != ACTIVATION_RELU6 && !below;

    *lo = float_bits(none ? -FLT_MAX : below ? -1.0f : 0.0f);
    *hi = float_bits(none || activation == ACTIVATION_RELU ? FLT_MAX : below ? 1.0f : 6.0f);
}

/* ---- what an operator wants of a tensor ---- */
bool zero_in_range(enum mote_type type, int64_t zero)
{
    switch (type) {
    case TYPE_S8:
        return zero >= INT8_MIN && zero <= INT8_MAX;
    case TYPE_U8:
        return zero >= 0 && zero <= UINT8_MAX;
    case TYPE_S16:
        return zero >= INT16_MIN && zero <= INT16_MAX;
    case TYPE_U16:
        return zero >= 0 && zero <= UINT16_MAX;
    default:
        return true;
    }
}

enum mote_status want_quant(const struct frame *at, const struct graph *g, const struct op *op, int32_t tensor,
                            enum mote_type type, float *scale, int32_t *zero)
{
    const struct tensor *t;
    struct frame here;

    (void)op; /* `at` names it */
    if (tensor == TENSOR_ABSENT)
        return fail(at, MOTE_ERR_SHAPE, "an input is missing");
    t = &g->tensors[tensor];
    here = frame_tensor(at, g, tensor);
    if (t->type != type)
        return fail(&here, MOTE_ERR_TYPE, "the type is %s, the operator wants %s", type_name(t->type), type_name(type));
    if (t->quant.n != 1)
        return fail(&here, MOTE_ERR_QUANT,
                    t->quant.n ? "quantized per channel, the operator wants one scale" : "not quantized");
    if (!isfinite(t->quant.scale[0]) || t->quant.scale[0] <= 0)
        return fail(&here, MOTE_ERR_QUANT, "the scale is %g, not a positive number", t->quant.scale[0]);
    if (!zero_in_range(type, t->quant.zero[0]))
        return fail(&here, MOTE_ERR_QUANT, "the zero point %d is no value of type %s", (int)t->quant.zero[0],
                    type_name(type));
    *scale = t->quant.scale[0];
    *zero = t->quant.zero[0];
    return MOTE_OK;
}

enum mote_status want_symmetric(const struct frame *at, const struct graph *g, const struct op *op, int32_t tensor,
                                float *scale)
{
    int32_t zero = 0;
    struct frame here;

    TRY(want_quant(at, g, op, tensor, TYPE_S16, scale, &zero));
    here = frame_tensor(at, g, tensor);
    if (zero != 0)
        return fail(&here, MOTE_ERR_QUANT, "the zero point of an s16 tensor is %d, not 0", (int)zero);
    return MOTE_OK;
}

enum mote_status want_const(const struct frame *at, const struct graph *g, int32_t tensor, const char *what)
{
    struct frame here;

    if (tensor == TENSOR_ABSENT)
        return fail(at, MOTE_ERR_SHAPE, "the %s is missing", what);
    if (g->tensors[tensor].data)
        return MOTE_OK;
    here = frame_tensor(at, g, tensor);
    return fail(&here, MOTE_ERR_UNSUPPORTED, "the %s is %s; make it a constant", what, graph_origin(g, tensor));
}

enum mote_status refuse_type(const struct frame *at, const struct graph *g, int32_t tensor, const char *types)
{
    struct frame here = frame_tensor(at, g, tensor);

    return fail(&here, MOTE_ERR_TYPE, "the type is %s, the operator takes %s", type_name(g->tensors[tensor].type),
                types);
}

enum mote_status want_type(const struct frame *at, const struct graph *g, int32_t tensor, enum mote_type type)
{
    struct frame here;

    if (tensor == TENSOR_ABSENT)
        return fail(at, MOTE_ERR_SHAPE, "an input is missing");
    if (g->tensors[tensor].type == type)
        return MOTE_OK;
    here = frame_tensor(at, g, tensor);
    return fail(&here, MOTE_ERR_TYPE, "the type is %s, the operator wants %s here", type_name(g->tensors[tensor].type),
                type_name(type));
}
