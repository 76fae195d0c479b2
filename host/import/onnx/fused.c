/* SPDX-License-Identifier: Apache-2.0 */
/* com.microsoft: nodes that ONNX Runtime's optimizer made of several, which they are here again. */
#include <math.h>

#include "host/import/normalization.h"
#include "host/import/onnx/activation.h"
#include "host/import/onnx/ops.h"

/* ---- a product, then an activation ---- */
/* `activation` says which, its numbers are `n` of `numbers`. */
static int32_t activated(struct build *r, int32_t x, int n, const float *numbers)
{
    const char *name = node_string(r, "activation", "");
    const struct function *found = function_find(name);
    struct function f;

    if (!*name || r->status != MOTE_OK)
        return x;
    if (strcmp(name, "Clip") == 0)
        return clip(r, x, n > 0 ? numbers[0] : -INFINITY, n > 1 ? numbers[1] : INFINITY);
    if (strcmp(name, "HardSwish") == 0)
        return emit_unary(r, OP_HARD_SWISH, x);
    if (!found) {
        build_fail(r, MOTE_ERR_UNSUPPORTED, "activation %s", printable(r->pool, name));
        return TENSOR_ABSENT;
    }
    f = *found;
    f.alpha = n > 0 ? numbers[0] : f.alpha;
    f.beta = n > 1 ? numbers[1] : f.beta;
    return f.of(r, &f, x);
}

/* Between convolution and activation another tensor may be added. */
void onnx_fused_conv(struct build *r)
{
    const int32_t in[] = {node_in(r, 0), node_in(r, 1), node_in_or(r, 2, TENSOR_ABSENT)};
    const int32_t conv = node_compute(r, onnx_conv, 3, in), added = node_in_or(r, 3, TENSOR_ABSENT);
    float numbers[4];
    int n;

    node_floats(r, "activation_params", 4, &n, numbers);
    if (conv != TENSOR_ABSENT)
        node_replace(r, conv,
                     activated(r, added == TENSOR_ABSENT ? conv : emit_binary(r, OP_ADD, conv, added), n, numbers));
}

void onnx_fused_gemm(struct build *r)
{
    const int32_t in[] = {node_in(r, 0), node_in(r, 1), node_in_or(r, 2, TENSOR_ABSENT)};
    const int32_t y = node_compute(r, onnx_gemm, 3, in);
    const float numbers[] = {node_float(r, "activation_alpha", 0), node_float(r, "activation_beta", 0)};

    if (r->status == MOTE_OK && node_attr(r, "activation_beta") && !node_attr(r, "activation_alpha"))
        build_fail(r, MOTE_ERR_UNSUPPORTED, "activation_beta without activation_alpha");
    if (y != TENSOR_ABSENT)
        node_replace(r, y,
                     activated(r, y,
                               node_attr(r, "activation_beta")    ? 2
                               : node_attr(r, "activation_alpha") ? 1
                                                                  : 0,
                               numbers));
}

static int32_t turned(struct build *r, int32_t x, const char *name)
{
    const int rank = tensor_at(r, x)->rank;

    return rank >= 2 && node_int(r, name, 0) != 0 ? transpose_move(r, x, rank - 1, rank - 2) : x;
}

void onnx_fused_matmul(struct build *r)
{
    const int32_t in[] = {turned(r, node_in(r, 0), "transA"), turned(r, node_in(r, 1), "transB")};
    int32_t y;

    if (node_int(r, "transBatchA", 0) != 0 || node_int(r, "transBatchB", 0) != 0)
        build_fail(r, MOTE_ERR_UNSUPPORTED, "batches that are turned; export the model before it is optimized");
    y = node_compute(r, onnx_matmul, 2, in);
    if (y != TENSOR_ABSENT && node_float(r, "alpha", 1) != 1)
        node_replace(r, y, times(r, y, node_float(r, "alpha", 1)));
}

/* ---- a sum, then a function ---- */
static int32_t sum_of(struct build *r, int32_t x, int i)
{
    return node_has(r, i) ? emit_binary(r, OP_ADD, x, onnx_of(r)->in[i]) : x;
}

void onnx_bias_gelu(struct build *r) { node_out(r, 0, gelu(r, sum_of(r, node_in(r, 0), 1), false)); }

void onnx_fast_gelu(struct build *r) { node_out(r, 0, gelu(r, sum_of(r, node_in(r, 0), 1), true)); }

void onnx_quick_gelu(struct build *r) { node_out(r, 0, swish(r, node_in(r, 0), node_float(r, "alpha", 1.702f))); }

/* Inputs: x, what is added, scale, shift, a bias that is added before; the sum is output 3. */
void onnx_skip_layer_normalization(struct build *r)
{
    const int32_t x = sum_of(r, sum_of(r, node_in(r, 0), 1), 4);
    const int64_t last = tensor_at(r, x)->rank - 1;
    struct moments m;
    int32_t y;

    if (r->status == MOTE_OK && last < 0)
        build_fail(r, MOTE_ERR_SHAPE, "its input is one number");
    if (r->status != MOTE_OK)
        return;
    m = moments(r, x, 1, &last, node_float(r, "epsilon", 1e-12f));
    y = emit_binary(r, OP_MUL, emit_binary(r, OP_MUL, m.centered, m.inverse), node_in(r, 2));
    node_out(r, 0, sum_of(r, y, 3));
    node_out(r, 1, m.mean);
    node_out(r, 2, m.inverse);
    node_out(r, 3, x);
}
