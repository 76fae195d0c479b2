/* SPDX-License-Identifier: Apache-2.0 */
/* Reductions of dimensions that `axes` names: an attribute, from opset 18 on (of ReduceSum 13) an input. Without axes
 * it is all of them, or with noop_with_empty_axes none. */
#include <math.h>

#include "host/import/onnx/ops.h"

#define TOP_MAX 64 /* that TopK finds, one after the other */

struct reduction {
    int n;
    int64_t axes[RANK_MAX];
    bool keep;
};

static void read_reduction(struct build *r, int32_t x, struct reduction *out)
{
    int rank = tensor_at(r, x)->rank;

    *out = (struct reduction){.keep = node_int(r, "keepdims", 1) != 0};
    node_list(r, "axes", 1, RANK_MAX, &out->n, out->axes);
    for (int i = 0; i < out->n; i++)
        out->axes[i] = axis_of(r, out->axes[i], rank);
    if (out->n > 0)
        return;
    out->n = node_int(r, "noop_with_empty_axes", 0) != 0 ? 0 : rank;
    for (int i = 0; i < out->n; i++)
        out->axes[i] = i;
}

/* The operator on x, or what was made of it. */
static int32_t reduced(struct build *r, enum op_id id, int32_t x)
{
    struct reduction n;

    read_reduction(r, x, &n);
    return n.n == 0 ? x : reduce(r, id, x, n.n, n.axes, n.keep);
}

static void reduce_by(struct build *r, enum op_id id) { node_out(r, 0, reduced(r, id, node_in(r, 0))); }

void onnx_reduce_mean(struct build *r) { reduce_by(r, OP_MEAN); }

void onnx_reduce_sum(struct build *r) { reduce_by(r, OP_SUM); }

void onnx_reduce_max(struct build *r) { reduce_by(r, OP_REDUCE_MAX); }

void onnx_reduce_min(struct build *r)
{
    node_out(r, 0, emit_unary(r, OP_NEG, reduced(r, OP_REDUCE_MAX, emit_unary(r, OP_NEG, node_in(r, 0)))));
}

void onnx_reduce_l1(struct build *r) { node_out(r, 0, reduced(r, OP_SUM, emit_unary(r, OP_ABS, node_in(r, 0)))); }

void onnx_reduce_sum_square(struct build *r)
{
    node_out(r, 0, reduced(r, OP_SUM, emit_unary(r, OP_SQUARE, node_in(r, 0))));
}

void onnx_reduce_l2(struct build *r)
{
    node_out(r, 0, emit_unary(r, OP_SQRT, reduced(r, OP_SUM, emit_unary(r, OP_SQUARE, node_in(r, 0)))));
}

void onnx_reduce_log_sum(struct build *r) { node_out(r, 0, emit_unary(r, OP_LOG, reduced(r, OP_SUM, node_in(r, 0)))); }

/* Without the largest, which would overflow: log(sum(exp(x - max))) + max. */
void onnx_reduce_log_sum_exp(struct build *r)
{
    int32_t x = node_in(r, 0), max, sum;
    struct reduction n;

    read_reduction(r, x, &n);
    max = reduce(r, OP_REDUCE_MAX, x, n.n, n.axes, true);
    sum = reduce(r, OP_SUM, emit_unary(r, OP_EXP, emit_binary(r, OP_SUB, x, max)), n.n, n.axes, true);
    x = emit_binary(r, OP_ADD, emit_unary(r, OP_LOG, sum), max);
    node_out(r, 0, n.keep ? x : reduce(r, OP_SUM, x, n.n, n.axes, false));
}

/* Steps of an axis times each other. */
static int32_t product_along(struct build *r, int32_t x, int axis)
{
    const struct tensor t = *tensor_at(r, x);
    int32_t y = TENSOR_ABSENT;

    if (r->status == MOTE_OK && t.dims[axis] > 256)
        build_fail(r, MOTE_ERR_UNSUPPORTED, "a product of %lld numbers", (long long)t.dims[axis]);
    for (int64_t i = 0; i < t.dims[axis] && r->status == MOTE_OK; i++) {
        int64_t begin[RANK_MAX] = {0}, end[RANK_MAX], step[RANK_MAX];
        int32_t one;

        for (int d = 0; d < t.rank; d++)
            end[d] = t.dims[d], step[d] = 1;
        begin[axis] = i, end[axis] = i + 1;
        one = slice(r, x, begin, end, step);
        y = i == 0 ? one : emit_binary(r, OP_MUL, y, one);
    }
    return y;
}

void onnx_reduce_prod(struct build *r)
{
    int32_t x = node_in(r, 0);
    struct reduction n;

    read_reduction(r, x, &n);
    for (int i = 0; i < n.n; i++)
        x = product_along(r, x, (int)n.axes[i]);
    node_out(r, 0, n.keep || n.n == 0 ? x : reduce(r, OP_SUM, x, n.n, n.axes, false));
}

/* ---- where the largest is ---- */
static void arg(struct build *r, int32_t x)
{
    const struct tensor t = *tensor_at(r, x);
    int axis = axis_of(r, node_int(r, "axis", 0), t.rank);
    bool last = node_int(r, "select_last_index", 0) != 0;
    int64_t dims[RANK_MAX], n = t.dims[axis];
    int32_t *from = add_indices(r, last ? n : 0);

    for (int64_t i = 0; last && i < n && r->status == MOTE_OK; i++)
        from[i] = (int32_t)(n - 1 - i);
    if (last)
        x = gather(r, x, axis, n, from);
    x = emit(r, OP_ARG_MAX, NULL, TYPE_S32, 2, (int32_t[]){x, add_ints(r, 1, (int64_t[]){axis})});
    if (last)
        x = emit(r, OP_GATHER, NULL, TYPE_NONE, 2, (int32_t[]){add_const(r, TYPE_S32, 1, &n, from), x});
    memcpy(dims, t.dims, sizeof dims);
    dims[axis] = 1;
    node_out(r, 0, node_int(r, "keepdims", 1) != 0 ? reshape(r, x, t.rank, dims) : x);
}

void onnx_arg_max(struct build *r) { arg(r, node_in(r, 0)); }

void onnx_arg_min(struct build *r) { arg(r, emit_unary(r, OP_NEG, node_in(r, 0))); }

/* ---- the largest ones ---- */
/* x without the one that `at` names, of the last dimension, which is n long. */
static int32_t without(struct build *r, int32_t x, int64_t n, int32_t at)
{
    int32_t *numbers = add_indices(r, n), is_it;

    for (int64_t i = 0; i < n && r->status == MOTE_OK; i++)
        numbers[i] = (int32_t)i;
    is_it = emit(r, OP_EQUAL, NULL, TYPE_BOOL, 2, (int32_t[]){at, add_const(r, TYPE_S32, 1, &n, numbers)});
    return emit(r, OP_SELECT_V2, NULL, TYPE_F32, 3, (int32_t[]){is_it, add_float(r, -INFINITY), x});
}

/* The first of equals, again and again. */
static void top(struct build *r, int32_t x, int k, int32_t *values, int32_t *places)
{
    const struct tensor t = *tensor_at(r, x);
    const int64_t last = t.rank - 1, n = t.dims[last];
    int64_t dims[RANK_MAX];

    memcpy(dims, t.dims, sizeof dims);
    dims[last] = 1;
    for (int i = 0; i < k && r->status == MOTE_OK; i++) {
        values[i] = reduce(r, OP_REDUCE_MAX, x, 1, &last, true);
        places[i] = emit(r, OP_ARG_MAX, NULL, TYPE_S32, 2, (int32_t[]){x, add_ints(r, 1, &last)});
        places[i] = reshape(r, places[i], t.rank, dims);
        if (i + 1 < k)
            x = without(r, x, n, places[i]);
    }
}

static int top_k(struct build *r, int64_t n)
{
    int64_t k = node_int(r, "k", 0);
    int count = 1;

    if (onnx_of(r)->opset >= 10)
        const_ints(r, node_in(r, 1), "k", 1, &count, &k);
    if (r->status == MOTE_OK && (count != 1 || k < 1 || k > n))
        build_fail(r, MOTE_ERR_VALUE, "the largest %lld of %lld", (long long)k, (long long)n);
    else if (r->status == MOTE_OK && k > TOP_MAX)
        build_fail(r, MOTE_ERR_UNSUPPORTED, "the largest %lld; %d are the most", (long long)k, TOP_MAX);
    return (int)k;
}

void onnx_top_k(struct build *r)
{
    int32_t x = node_in(r, 0), list[TOP_MAX], places[TOP_MAX], y;
    const struct tensor t = *tensor_at(r, x);
    const int axis = axis_of(r, node_int(r, "axis", -1), t.rank), last = t.rank - 1;
    const bool largest = node_int(r, "largest", 1) != 0;
    int k;

    if (r->status == MOTE_OK && t.type != TYPE_F32)
        build_fail(r, MOTE_ERR_TYPE, "numbers of type %s; floats are there", type_name(t.type));
    k = r->status == MOTE_OK ? top_k(r, t.dims[axis]) : 0;
    if (r->status != MOTE_OK)
        return;
    top(r, transpose_move(r, largest ? x : emit_unary(r, OP_NEG, x), axis, last), k, list, places);
    if (r->status != MOTE_OK)
        return;
    y = transpose_move(r, concat(r, last, k, list), last, axis);
    node_out(r, 0, largest ? y : emit_unary(r, OP_NEG, y));
    node_out(r, 1, transpose_move(r, concat(r, last, k, places), last, axis));
}

void onnx_cum_sum(struct build *r)
{
    struct cumsum_opts opts = {.exclusive = node_int(r, "exclusive", 0) != 0,
                               .reverse = node_int(r, "reverse", 0) != 0};
    int32_t in[] = {node_in(r, 0), node_in(r, 1)};

    node_out(r, 0, emit(r, OP_CUMSUM, &opts, TYPE_NONE, 2, in));
}
