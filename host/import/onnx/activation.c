/* SPDX-License-Identifier: Apache-2.0 */
/* Activations, and the softmax family. */
#include <math.h>

#include "host/import/onnx/ops.h"

void onnx_relu(struct onnx *r) { node_out(r, 0, emit_unary(r, OP_RELU, node_in(r, 0))); }

void onnx_sigmoid(struct onnx *r) { node_out(r, 0, emit_unary(r, OP_LOGISTIC, node_in(r, 0))); }

void onnx_tanh(struct onnx *r) { node_out(r, 0, emit_unary(r, OP_TANH, node_in(r, 0))); }

void onnx_hard_swish(struct onnx *r) { node_out(r, 0, emit_unary(r, OP_HARD_SWISH, node_in(r, 0))); }

void onnx_leaky_relu(struct onnx *r)
{
    struct leaky_relu_opts opts = {.alpha = node_float(r, "alpha", 0.01f)};
    int32_t x = node_in(r, 0);

    node_out(r, 0, emit(r, OP_LEAKY_RELU, &opts, TYPE_NONE, 1, &x));
}

/* The bounds of Clip are attributes up to opset 10; what is not there is no bound. */
void onnx_clip(struct onnx *r)
{
    int32_t x = node_in(r, 0), low = node_in_or(r, 1, TENSOR_ABSENT), high = node_in_or(r, 2, TENSOR_ABSENT);
    bool of_floats = tensor_at(r, x)->type == TYPE_F32;
    float min = r->opset < 11 ? node_float(r, "min", -INFINITY) : -INFINITY;
    float max = r->opset < 11 ? node_float(r, "max", INFINITY) : INFINITY;

    if (of_floats && low != TENSOR_ABSENT && is_const(r, low))
        min = const_float(r, low, "the minimum"), low = TENSOR_ABSENT;
    if (of_floats && high != TENSOR_ABSENT && is_const(r, high))
        max = const_float(r, high, "the maximum"), high = TENSOR_ABSENT;
    if (low == TENSOR_ABSENT && high == TENSOR_ABSENT && min == 0 && max == 6) {
        node_out(r, 0, emit_unary(r, OP_RELU6, x));
        return;
    }
    if (min == 0)
        x = emit_unary(r, OP_RELU, x);
    else if (low != TENSOR_ABSENT || min > -INFINITY)
        x = emit_binary(r, OP_MAXIMUM, x, low != TENSOR_ABSENT ? low : add_float(r, min));
    if (high != TENSOR_ABSENT || max < INFINITY)
        x = emit_binary(r, OP_MINIMUM, x, high != TENSOR_ABSENT ? high : add_float(r, max));
    node_out(r, 0, x);
}

void onnx_prelu(struct onnx *r)
{
    int32_t x = node_in(r, 0), slope = node_in(r, 1);
    const struct tensor t = *tensor_at(r, slope);
    int rank = tensor_at(r, x)->rank;
    int64_t dims[RANK_MAX];

    /* Before opset 7 a slope a channel, which is dimension 1. */
    if (r->opset < 7 && t.rank == 1 && rank > 2 && t.dims[0] > 1) {
        for (int d = 0; d < rank - 1; d++)
            dims[d] = d == 0 ? t.dims[0] : 1;
        slope = reshape(r, slope, rank - 1, dims);
    }
    node_out(r, 0, emit_binary(r, OP_PRELU, x, slope));
}

/* ---- the softmax family: along the last dimension ---- */
static int32_t softmax_last(struct onnx *r, enum op_id id, int32_t x)
{
    struct softmax_opts opts = {.beta = 1};

    return emit(r, id, id == OP_SOFTMAX ? &opts : NULL, TYPE_NONE, 1, &x);
}

/* Up to opset 12 all dimensions from the axis on are one. */
static int32_t softmax_flat(struct onnx *r, enum op_id id, int32_t x, int axis)
{
    const struct tensor t = *tensor_at(r, x);
    int64_t dims[2] = {1, 1};

    for (int d = 0; d < t.rank; d++)
        dims[d >= axis] *= t.dims[d];
    return reshape(r, softmax_last(r, id, reshape(r, x, 2, dims)), t.rank, t.dims);
}

static void softmax(struct onnx *r, enum op_id id)
{
    int32_t x = node_in(r, 0);
    int rank = tensor_at(r, x)->rank;
    int axis = axis_of(r, node_int(r, "axis", r->opset < 13 ? 1 : -1), rank);

    if (r->status != MOTE_OK)
        return;
    if (r->opset < 13)
        x = softmax_flat(r, id, x, axis);
    else
        x = transpose_move(r, softmax_last(r, id, transpose_move(r, x, axis, rank - 1)), rank - 1, axis);
    node_out(r, 0, x);
}

void onnx_softmax(struct onnx *r) { softmax(r, OP_SOFTMAX); }

void onnx_log_softmax(struct onnx *r) { softmax(r, OP_LOG_SOFTMAX); }
