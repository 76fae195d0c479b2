/* SPDX-License-Identifier: Apache-2.0 */
/* Arithmetic that goes element by element, with broadcasting. */
#include "host/import/onnx/ops.h"

static void unary(struct onnx *r, enum op_id id) { node_out(r, 0, emit_unary(r, id, node_in(r, 0))); }

void onnx_abs(struct onnx *r) { unary(r, OP_ABS); }

void onnx_exp(struct onnx *r) { unary(r, OP_EXP); }

void onnx_sqrt(struct onnx *r) { unary(r, OP_SQRT); }

void onnx_neg(struct onnx *r) { node_out(r, 0, emit_binary(r, OP_MUL, node_in(r, 0), add_float(r, -1))); }

void onnx_reciprocal(struct onnx *r) { node_out(r, 0, emit_binary(r, OP_DIV, add_float(r, 1), node_in(r, 0))); }

/* ---- two operands ---- */
/* Before opset 7 the second operand's dimensions are some of the first's in a row, from `axis` on, or the last ones. */
static int32_t old_operand(struct onnx *r, int32_t a, int32_t b)
{
    int rank = tensor_at(r, a)->rank;
    const struct tensor t = *tensor_at(r, b);
    int64_t axis = node_int(r, "axis", rank - t.rank), dims[RANK_MAX];
    int n = t.rank;

    if (r->status != MOTE_OK || node_int(r, "broadcast", 0) == 0)
        return b;
    axis = axis < 0 ? axis + rank : axis;
    if (axis < 0 || axis + n > rank) {
        onnx_fail(r, MOTE_ERR_VALUE, "axis %lld for operands of %d and %d dimensions", (long long)axis, rank, n);
        return b;
    }
    memcpy(dims, t.dims, sizeof dims);
    while (axis + n < rank)
        dims[n++] = 1;
    return reshape(r, b, n, dims);
}

static void binary(struct onnx *r, enum op_id id)
{
    int32_t a = node_in(r, 0), b = node_in(r, 1);

    if (r->opset < 7)
        b = old_operand(r, a, b);
    node_out(r, 0, emit_binary(r, id, a, b));
}

void onnx_add(struct onnx *r) { binary(r, OP_ADD); }

void onnx_sub(struct onnx *r) { binary(r, OP_SUB); }

void onnx_mul(struct onnx *r) { binary(r, OP_MUL); }

void onnx_div(struct onnx *r) { binary(r, OP_DIV); }

/* ---- any number of operands ---- */
static int32_t chain(struct onnx *r, enum op_id id)
{
    int32_t x = node_in(r, 0);

    for (int i = 1; i < r->n_in; i++)
        x = emit_binary(r, id, x, node_in(r, i));
    return x;
}

void onnx_min(struct onnx *r) { node_out(r, 0, chain(r, OP_MINIMUM)); }

void onnx_max(struct onnx *r) { node_out(r, 0, chain(r, OP_MAXIMUM)); }

void onnx_sum(struct onnx *r) { node_out(r, 0, chain(r, OP_ADD)); }

void onnx_mean(struct onnx *r)
{
    node_out(r, 0, emit_binary(r, OP_MUL, chain(r, OP_ADD), add_float(r, 1.0f / (float)r->n_in)));
}
