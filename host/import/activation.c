/* SPDX-License-Identifier: Apache-2.0 */
#include "host/import/activation.h"

#include <math.h>

int32_t times(struct build *r, int32_t x, float factor)
{
    return factor == 1 ? x : emit_binary(r, OP_MUL, x, add_float(r, factor));
}

int32_t plus(struct build *r, int32_t x, float term) { return emit_binary(r, OP_ADD, x, add_float(r, term)); }

int32_t leaky_relu(struct build *r, int32_t x, float alpha)
{
    return emit(r, OP_LEAKY_RELU, &(struct leaky_relu_opts){.alpha = alpha}, TYPE_NONE, 1, &x);
}

int32_t clip(struct build *r, int32_t x, float min, float max)
{
    if (min == 0 && max == 6)
        return emit_unary(r, OP_RELU6, x);
    if (min == 0)
        x = emit_unary(r, OP_RELU, x);
    else if (min > -INFINITY)
        x = emit_binary(r, OP_MAXIMUM, x, add_float(r, min));
    return max < INFINITY ? emit_binary(r, OP_MINIMUM, x, add_float(r, max)) : x;
}

int32_t elu(struct build *r, int32_t x, float alpha, float scale)
{
    int32_t below = times(r, emit_binary(r, OP_MINIMUM, x, add_float(r, 0)), 1 / scale);

    return emit_binary(r, OP_ADD, emit_unary(r, OP_RELU, x),
                       times(r, plus(r, emit_unary(r, OP_EXP, below), -1), alpha));
}

int32_t hard_sigmoid(struct build *r, int32_t x, float alpha, float beta)
{
    x = plus(r, times(r, x, alpha), beta);
    return emit_binary(r, OP_MAXIMUM, emit_binary(r, OP_MINIMUM, x, add_float(r, 1)), add_float(r, 0));
}

int32_t softplus(struct build *r, int32_t x)
{
    int32_t below = emit_unary(r, OP_EXP, times(r, emit_unary(r, OP_ABS, x), -1));

    return emit_binary(r, OP_ADD, emit_unary(r, OP_RELU, x), emit_unary(r, OP_LOG, plus(r, below, 1)));
}

int32_t swish(struct build *r, int32_t x, float alpha)
{
    return emit_binary(r, OP_MUL, x, emit_unary(r, OP_LOGISTIC, alpha == 1 ? x : times(r, x, alpha)));
}

int32_t mish(struct build *r, int32_t x) { return emit_binary(r, OP_MUL, x, emit_unary(r, OP_TANH, softplus(r, x))); }

int32_t gelu(struct build *r, int32_t x, bool approximate)
{
    int32_t y;

    if (approximate) {
        y = times(r, emit_binary(r, OP_MUL, emit_unary(r, OP_SQUARE, x), x), 0.044715f);
        y = emit_unary(r, OP_TANH, times(r, emit_binary(r, OP_ADD, y, x), 0.797884561f));
    } else {
        y = emit_unary(r, OP_ERF, times(r, x, 0.707106781f));
    }
    return emit_binary(r, OP_MUL, times(r, x, 0.5f), plus(r, y, 1));
}

int32_t softsign(struct build *r, int32_t x) { return emit_binary(r, OP_DIV, x, plus(r, emit_unary(r, OP_ABS, x), 1)); }

int32_t softmax_last(struct build *r, enum op_id id, int32_t x)
{
    struct softmax_opts opts = {.beta = 1};

    return emit(r, id, id == OP_SOFTMAX ? &opts : NULL, TYPE_NONE, 1, &x);
}
