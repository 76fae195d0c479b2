/* SPDX-License-Identifier: Apache-2.0 */
/* Products of matrices. With constant weights they are FULLY_CONNECTED, whose weights are [out][in]. */
#include "host/import/onnx/ops.h"

/* A constant times a factor. */
static int32_t scaled(struct build *r, int32_t x, float factor)
{
    return factor == 1 ? x : emit_binary(r, OP_MUL, x, add_float(r, factor));
}

static int32_t swapped(struct build *r, int32_t x, bool swap)
{
    return swap ? transpose_move(r, x, tensor_at(r, x)->rank - 1, tensor_at(r, x)->rank - 2) : x;
}

/* Whether c can be a bias of n outputs: constant, and the same for all rows. */
static bool is_bias(const struct build *r, int32_t c, int64_t n)
{
    const struct tensor *t = tensor_at(r, c);

    return t->data && t->rank >= 1 && tensor_elements(t) == n && t->dims[t->rank - 1] == n;
}

static bool want_matrices(struct build *r, int32_t a, int32_t b)
{
    if (r->status == MOTE_OK && (tensor_at(r, a)->rank != 2 || tensor_at(r, b)->rank != 2))
        build_fail(r, MOTE_ERR_SHAPE, "inputs of %d and %d dimensions, not of 2", tensor_at(r, a)->rank,
                   tensor_at(r, b)->rank);
    return r->status == MOTE_OK;
}

void onnx_gemm(struct build *r)
{
    int32_t a = node_in(r, 0), b = node_in(r, 1), c = node_in_or(r, 2, TENSOR_ABSENT), y;
    bool by_columns = node_int(r, "transB", 0) != 0, joined = false;
    float alpha = node_float(r, "alpha", 1), beta = node_float(r, "beta", 1);

    if (!want_matrices(r, a, b))
        return;
    a = swapped(r, a, node_int(r, "transA", 0) != 0);
    if (beta == 0)
        c = TENSOR_ABSENT;
    if (is_const(r, b)) {
        b = scaled(r, swapped(r, b, !by_columns), alpha);
        joined = c != TENSOR_ABSENT && is_bias(r, c, tensor_at(r, b)->dims[0]);
        if (joined)
            c = reshape(r, scaled(r, c, beta), 1, tensor_at(r, b)->dims);
        y = emit(r, OP_FULLY_CONNECTED, NULL, TYPE_NONE, joined ? 3 : 2, (int32_t[]){a, b, c});
    } else {
        y = emit(r, OP_BATCH_MATMUL, &(struct batch_matmul_opts){.adj_y = by_columns}, TYPE_NONE, 2, (int32_t[]){a, b});
        y = scaled(r, y, alpha);
    }
    if (c != TENSOR_ABSENT && !joined)
        y = emit_binary(r, OP_ADD, y, scaled(r, c, beta));
    node_out(r, 0, y);
}

/* A vector is a matrix of one row (column) whose dimension goes again. */
static int32_t as_matrix(struct build *r, int32_t x, bool column)
{
    const struct tensor *t = tensor_at(r, x);
    int64_t n = t->dims[0];

    if (r->status != MOTE_OK || t->rank != 1)
        return x;
    return reshape(r, x, 2, column ? (int64_t[]){n, 1} : (int64_t[]){1, n});
}

static int32_t without(struct build *r, int32_t x, int from_end)
{
    const struct tensor *t = tensor_at(r, x);
    int64_t dims[RANK_MAX];
    int n = 0;

    for (int d = 0; d < t->rank; d++)
        if (d != t->rank - from_end)
            dims[n++] = t->dims[d];
    return reshape(r, x, n, dims);
}

void onnx_matmul(struct build *r)
{
    int32_t a = node_in(r, 0), b = node_in(r, 1), y;
    bool row = tensor_at(r, a)->rank == 1, column = tensor_at(r, b)->rank == 1;

    if (r->status == MOTE_OK && (tensor_at(r, a)->rank < 1 || tensor_at(r, b)->rank < 1))
        build_fail(r, MOTE_ERR_SHAPE, "a product with a scalar");
    a = as_matrix(r, a, false);
    b = as_matrix(r, b, true);
    if (is_const(r, b) && tensor_at(r, b)->rank == 2)
        y = emit(r, OP_FULLY_CONNECTED, &(struct fully_connected_opts){.keep_num_dims = true}, TYPE_NONE, 2,
                 (int32_t[]){a, swapped(r, b, true)});
    else
        y = emit_binary(r, OP_BATCH_MATMUL, a, b);
    if (column)
        y = without(r, y, 1);
    if (row)
        y = without(r, y, column ? 1 : 2);
    node_out(r, 0, y);
}
