/* SPDX-License-Identifier: Apache-2.0 */
/* Pools. */
#include "host/import/onnx/ops.h"
#include "host/import/onnx/spatial.h"

static struct pool_opts opts_of(const struct window_2d *y, const struct window_2d *x)
{
    bool padded = y->before || y->after || x->before || x->after;

    return (struct pool_opts){
        .padding = padded ? PADDING_EXPLICIT : PADDING_VALID,
        .pad_top = (int32_t)y->before,
        .pad_bottom = (int32_t)y->after,
        .pad_left = (int32_t)x->before,
        .pad_right = (int32_t)x->after,
        .stride_h = (int32_t)y->stride,
        .stride_w = (int32_t)x->stride,
        .filter_h = (int32_t)y->kernel,
        .filter_w = (int32_t)x->kernel,
    };
}

static void pool(struct onnx *r, enum op_id id, bool count_padding)
{
    int32_t x = node_in(r, 0);
    struct window_2d rows, columns;
    struct pool_opts opts;
    struct spatial s;

    spatial_read(r, x, NULL, &s);
    if (r->status == MOTE_OK && s.n > 2)
        onnx_fail(r, MOTE_ERR_UNSUPPORTED, "pools of %d dimensions", s.n);
    for (int i = 0; i < s.n; i++)
        if (s.dilation[i] > 1)
            onnx_fail(r, MOTE_ERR_UNSUPPORTED, "a pool with dilations");
    x = channels_last(r, x);
    rows = spatial_rows(&s), columns = spatial_columns(&s);
    if (count_padding) {
        x = pad(r, x, (int64_t[RANK_MAX]){0, rows.before, columns.before},
                (int64_t[RANK_MAX]){0, rows.after, columns.after}, TENSOR_ABSENT);
        rows.before = rows.after = columns.before = columns.after = 0;
    }
    opts = opts_of(&rows, &columns);
    node_out(r, 0, channels_first(r, emit(r, id, &opts, TYPE_NONE, 1, &x), s.n));
}

void onnx_average_pool(struct onnx *r) { pool(r, OP_AVERAGE_POOL_2D, node_int(r, "count_include_pad", 0) != 0); }

void onnx_max_pool(struct onnx *r)
{
    if (node_wants(r, 1))
        onnx_fail(r, MOTE_ERR_UNSUPPORTED, "the indices of a MaxPool");
    pool(r, OP_MAX_POOL_2D, false);
}

static void global(struct onnx *r, enum op_id id)
{
    int32_t x = node_in(r, 0);
    int rank = tensor_at(r, x)->rank;
    int64_t axes[RANK_MAX];

    if (r->status == MOTE_OK && rank < 3)
        onnx_fail(r, MOTE_ERR_SHAPE, "an input of %d dimensions", rank);
    for (int d = 2; d < rank; d++)
        axes[d - 2] = d;
    node_out(r, 0, reduce(r, id, x, rank - 2, axes, true));
}

void onnx_global_average_pool(struct onnx *r) { global(r, OP_MEAN); }

void onnx_global_max_pool(struct onnx *r) { global(r, OP_REDUCE_MAX); }
