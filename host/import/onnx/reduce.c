/* SPDX-License-Identifier: Apache-2.0 */
/* Reductions of dimensions that `axes` names: an attribute, from opset 18 on (of ReduceSum 13) an input. Without axes it
 * is all of them, or with noop_with_empty_axes none. */
#include "host/import/onnx/ops.h"

struct reduction {
    int n;
    int64_t axes[RANK_MAX];
    bool keep;
};

static void read_reduction(struct onnx *r, int32_t x, struct reduction *out)
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

static void reduce_by(struct onnx *r, enum op_id id)
{
    int32_t x = node_in(r, 0);
    struct reduction n;

    read_reduction(r, x, &n);
    node_out(r, 0, n.n == 0 ? x : reduce(r, id, x, n.n, n.axes, n.keep));
}

void onnx_reduce_mean(struct onnx *r) { reduce_by(r, OP_MEAN); }

void onnx_reduce_sum(struct onnx *r) { reduce_by(r, OP_SUM); }

void onnx_reduce_max(struct onnx *r) { reduce_by(r, OP_REDUCE_MAX); }
