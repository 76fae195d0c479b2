/* SPDX-License-Identifier: Apache-2.0 */
/* Activations, and the softmax family. */
#include <math.h>

#include "host/import/onnx/activation.h"
#include "host/import/onnx/ops.h"

void onnx_relu(struct build *r) { node_out(r, 0, emit_unary(r, OP_RELU, node_in(r, 0))); }

void onnx_sigmoid(struct build *r) { node_out(r, 0, emit_unary(r, OP_LOGISTIC, node_in(r, 0))); }

void onnx_tanh(struct build *r) { node_out(r, 0, emit_unary(r, OP_TANH, node_in(r, 0))); }

void onnx_hard_swish(struct build *r) { node_out(r, 0, emit_unary(r, OP_HARD_SWISH, node_in(r, 0))); }

void onnx_leaky_relu(struct build *r) { node_out(r, 0, leaky_relu(r, node_in(r, 0), node_float(r, "alpha", 0.01f))); }

/* The bounds of Clip are attributes up to opset 10; what is not there is no bound. */
void onnx_clip(struct build *r)
{
    int32_t x = node_in(r, 0), low = node_in_or(r, 1, TENSOR_ABSENT), high = node_in_or(r, 2, TENSOR_ABSENT);
    enum mote_type type = tensor_at(r, x)->type;
    bool of_floats = type == TYPE_F32;
    float min = onnx_of(r)->opset < 11 ? node_float(r, "min", -INFINITY) : -INFINITY;
    float max = onnx_of(r)->opset < 11 ? node_float(r, "max", INFINITY) : INFINITY;

    if (of_floats && low != TENSOR_ABSENT && is_const(r, low))
        min = const_float(r, low, "the minimum"), low = TENSOR_ABSENT;
    if (of_floats && high != TENSOR_ABSENT && is_const(r, high))
        max = const_float(r, high, "the maximum"), high = TENSOR_ABSENT;
    if (!of_floats) {
        x = cast(r, x, TYPE_S32);
        low = low == TENSOR_ABSENT ? low : cast(r, low, TYPE_S32);
        high = high == TENSOR_ABSENT ? high : cast(r, high, TYPE_S32);
    }
    if (low != TENSOR_ABSENT)
        x = emit_binary(r, OP_MAXIMUM, x, low);
    x = clip(r, x, min, max);
    if (high != TENSOR_ABSENT)
        x = emit_binary(r, OP_MINIMUM, x, high);
    node_out(r, 0, cast(r, x, type));
}

void onnx_prelu(struct build *r)
{
    int32_t x = node_in(r, 0), slope = node_in(r, 1);
    const struct tensor t = *tensor_at(r, slope);
    int rank = tensor_at(r, x)->rank;
    int64_t dims[RANK_MAX];

    /* Before opset 7 a slope a channel, which is dimension 1. */
    if (onnx_of(r)->opset < 7 && t.rank == 1 && rank > 2 && t.dims[0] > 1) {
        for (int d = 0; d < rank - 1; d++)
            dims[d] = d == 0 ? t.dims[0] : 1;
        slope = reshape(r, slope, rank - 1, dims);
    }
    node_out(r, 0, emit_binary(r, OP_PRELU, x, slope));
}

/* Up to opset 12 all dimensions from the axis on are one. */
static int32_t softmax_flat(struct build *r, enum op_id id, int32_t x, int axis)
{
    const struct tensor t = *tensor_at(r, x);
    int64_t dims[2] = {1, 1};

    for (int d = 0; d < t.rank; d++)
        dims[d >= axis] *= t.dims[d];
    return reshape(r, softmax_last(r, id, reshape(r, x, 2, dims)), t.rank, t.dims);
}

static void softmax(struct build *r, enum op_id id)
{
    int32_t x = node_in(r, 0);
    int rank = tensor_at(r, x)->rank;
    int axis = axis_of(r, node_int(r, "axis", onnx_of(r)->opset < 13 ? 1 : -1), rank);

    if (r->status != MOTE_OK)
        return;
    if (onnx_of(r)->opset < 13)
        x = softmax_flat(r, id, x, axis);
    else
        x = transpose_move(r, softmax_last(r, id, transpose_move(r, x, axis, rank - 1)), rank - 1, axis);
    node_out(r, 0, x);
}

void onnx_softmax(struct build *r) { softmax(r, OP_SOFTMAX); }

void onnx_log_softmax(struct build *r) { softmax(r, OP_LOG_SOFTMAX); }

void onnx_elu(struct build *r) { node_out(r, 0, elu(r, node_in(r, 0), node_float(r, "alpha", 1), 1)); }

void onnx_celu(struct build *r)
{
    float alpha = node_float(r, "alpha", 1);

    node_out(r, 0, elu(r, node_in(r, 0), alpha, alpha));
}

void onnx_selu(struct build *r)
{
    float alpha = node_float(r, "alpha", onnx_of(r)->opset < 6 ? 1.6732f : 1.67326319217681884765625f);
    float gamma = node_float(r, "gamma", onnx_of(r)->opset < 6 ? 1.0507f : 1.05070102214813232421875f);

    node_out(r, 0, times(r, elu(r, node_in(r, 0), alpha, 1), gamma));
}

void onnx_hard_sigmoid(struct build *r)
{
    node_out(r, 0, hard_sigmoid(r, node_in(r, 0), node_float(r, "alpha", 0.2f), node_float(r, "beta", 0.5f)));
}

void onnx_softplus(struct build *r) { node_out(r, 0, softplus(r, node_in(r, 0))); }

void onnx_mish(struct build *r) { node_out(r, 0, mish(r, node_in(r, 0))); }

void onnx_gelu(struct build *r)
{
    node_out(r, 0, gelu(r, node_in(r, 0), strcmp(node_string(r, "approximate", "none"), "tanh") == 0));
}

void onnx_swish(struct build *r) { node_out(r, 0, swish(r, node_in(r, 0), node_float(r, "alpha", 1))); }

void onnx_softsign(struct build *r) { node_out(r, 0, softsign(r, node_in(r, 0))); }

/* The largest along the axis is 1, the others are 0: rows of an identity matrix. */
void onnx_hardmax(struct build *r)
{
    int32_t x = node_in(r, 0), at, eye;
    const struct tensor t = *tensor_at(r, x);
    int axis = axis_of(r, node_int(r, "axis", onnx_of(r)->opset < 13 ? 1 : -1), t.rank);
    int64_t n, dims[2] = {1, 1};
    float *rows;

    for (int d = 0; d < t.rank; d++)
        dims[d >= axis] *= t.dims[d];
    if (onnx_of(r)->opset < 13)
        x = reshape(r, x, 2, dims);
    else
        x = transpose_move(r, x, axis, t.rank - 1);
    if (r->status != MOTE_OK)
        return;
    n = tensor_at(r, x)->dims[tensor_at(r, x)->rank - 1];
    rows = n < 4096 && has_room(r, n * n * 4) ? pool_array(r->pool, (size_t)(n * n), sizeof *rows) : NULL;
    for (int64_t i = 0; i < n && rows; i++)
        rows[i * n + i] = 1;
    if (!rows)
        build_fail(r, MOTE_ERR_UNSUPPORTED, "a Hardmax of %lld elements", (long long)n);
    eye = add_const(r, TYPE_F32, 2, (int64_t[]){n, n}, rows);
    at = emit(r, OP_ARG_MAX, NULL, TYPE_S32, 2, (int32_t[]){x, add_ints(r, 1, (int64_t[]){-1})});
    x = emit(r, OP_GATHER, NULL, TYPE_NONE, 2, (int32_t[]){eye, at});
    node_out(r, 0, onnx_of(r)->opset < 13 ? reshape(r, x, t.rank, t.dims) : transpose_move(r, x, t.rank - 1, axis));
}

/* ---- by name ---- */
static int32_t of_unary(struct build *r, const struct function *f, int32_t x) { return emit_unary(r, f->id, x); }

static int32_t of_leaky_relu(struct build *r, const struct function *f, int32_t x)
{
    return leaky_relu(r, x, f->alpha);
}

static int32_t of_elu(struct build *r, const struct function *f, int32_t x) { return elu(r, x, f->alpha, 1); }

static int32_t of_hard_sigmoid(struct build *r, const struct function *f, int32_t x)
{
    return hard_sigmoid(r, x, f->alpha, f->beta);
}

static int32_t of_affine(struct build *r, const struct function *f, int32_t x)
{
    return plus(r, times(r, x, f->alpha), f->beta);
}

static int32_t of_scaled_tanh(struct build *r, const struct function *f, int32_t x)
{
    return times(r, emit_unary(r, OP_TANH, times(r, x, f->beta)), f->alpha);
}

static int32_t of_softsign(struct build *r, const struct function *f, int32_t x) { return (void)f, softsign(r, x); }

static int32_t of_softplus(struct build *r, const struct function *f, int32_t x) { return (void)f, softplus(r, x); }

static const struct function by_name[] = {
    {"Sigmoid", of_unary, OP_LOGISTIC, 0, 0, 0},
    {"Tanh", of_unary, OP_TANH, 0, 0, 0},
    {"Relu", of_unary, OP_RELU, 0, 0, 0},
    {"LeakyRelu", of_leaky_relu, OP_NOP, 1, 0.01f, 0},
    {"Elu", of_elu, OP_NOP, 1, 1, 0},
    {"HardSigmoid", of_hard_sigmoid, OP_NOP, 2, 0.2f, 0.5f},
    {"Affine", of_affine, OP_NOP, 2, 1, 0},
    {"ScaledTanh", of_scaled_tanh, OP_NOP, 2, 1, 1},
    {"Softsign", of_softsign, OP_NOP, 0, 0, 0},
    {"Softplus", of_softplus, OP_NOP, 0, 0, 0},
};

const struct function *function_find(const char *name)
{
    for (size_t i = 0; i < COUNT(by_name); i++)
        if (strcmp(by_name[i].name, name) == 0)
            return &by_name[i];
    return NULL;
}
