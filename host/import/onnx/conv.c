/* SPDX-License-Identifier: Apache-2.0 */
/* Convolutions. Weights are [M][C / group][…] and become those of CONV_2D, [M][…][C / group], or where each channel is
 * a group of its own, of DEPTHWISE_CONV_2D. */
#include "host/import/onnx/ops.h"
#include "host/import/onnx/spatial.h"

/* Padding that is larger than the kernels take is an operator before them. */
static int32_t pad_outside(struct onnx *r, int32_t x, struct window_2d *rows, struct window_2d *columns)
{
    int64_t before[RANK_MAX] = {0}, after[RANK_MAX] = {0};

    if (rows->before < (rows->kernel - 1) * rows->dilation + 1 &&
        rows->after < (rows->kernel - 1) * rows->dilation + 1 &&
        columns->before < (columns->kernel - 1) * columns->dilation + 1 &&
        columns->after < (columns->kernel - 1) * columns->dilation + 1)
        return x;
    before[1] = rows->before, before[2] = columns->before;
    after[1] = rows->after, after[2] = columns->after;
    rows->before = rows->after = columns->before = columns->after = 0;
    return pad(r, x, before, after, TENSOR_ABSENT);
}

static struct conv_opts opts_of(const struct window_2d *y, const struct window_2d *x)
{
    bool padded = y->before || y->after || x->before || x->after;

    return (struct conv_opts){
        .padding = padded ? PADDING_EXPLICIT : PADDING_VALID,
        .pad_top = (int32_t)y->before,
        .pad_bottom = (int32_t)y->after,
        .pad_left = (int32_t)x->before,
        .pad_right = (int32_t)x->after,
        .stride_h = (int32_t)y->stride,
        .stride_w = (int32_t)x->stride,
        .dilation_h = (int32_t)y->dilation,
        .dilation_w = (int32_t)x->dilation,
    };
}

/* [M][1][kh][kw] becomes [1][kh][kw][M]: filter m sees channel m / (M / C), as in TFLite. */
static int32_t depthwise_weights(struct onnx *r, int32_t w)
{
    const struct tensor t = *tensor_at(r, w);
    int64_t kh = t.rank == 3 ? 1 : t.dims[2], kw = t.dims[t.rank - 1];

    w = transpose_move(r, reshape(r, w, 3, (int64_t[]){t.dims[0], kh, kw}), 0, 2);
    return reshape(r, w, 4, (int64_t[]){1, kh, kw, t.dims[0]});
}

/* x is channels last, and so is what comes out. */
static int32_t conv_2d(struct onnx *r, int32_t x, int32_t w, int32_t bias, int64_t groups, const struct spatial *s)
{
    struct window_2d rows = spatial_rows(s), columns = spatial_columns(s);
    bool depthwise = groups > 1 && tensor_at(r, x)->dims[3] == groups;
    struct conv_opts opts;

    x = pad_outside(r, x, &rows, &columns);
    opts = opts_of(&rows, &columns);
    w = depthwise ? depthwise_weights(r, w) : channels_last(r, w);
    return emit(r, depthwise ? OP_DEPTHWISE_CONV_2D : OP_CONV_2D, &opts, TYPE_NONE, bias == TENSOR_ABSENT ? 2 : 3,
                (int32_t[]){x, w, bias});
}

static void check_weights(struct onnx *r, int32_t x, int32_t w, int64_t groups)
{
    const struct tensor *a = tensor_at(r, x), *b = tensor_at(r, w);

    if (r->status != MOTE_OK)
        return;
    if (a->rank < 3 || b->rank != a->rank)
        onnx_fail(r, MOTE_ERR_SHAPE, "weights of %d dimensions for an input of %d", b->rank, a->rank);
    else if (groups < 1 || groups > INT32_MAX || b->dims[1] * groups != a->dims[1] || b->dims[0] % groups != 0)
        onnx_fail(r, MOTE_ERR_SHAPE, "%lld groups of %lld channels, %lld filters, for %lld channels", (long long)groups,
                  (long long)b->dims[1], (long long)b->dims[0], (long long)a->dims[1]);
}

void onnx_conv(struct onnx *r)
{
    int32_t x = node_in(r, 0), w = node_in(r, 1), bias = node_in_or(r, 2, TENSOR_ABSENT);
    int64_t groups = node_int(r, "group", 1);
    struct spatial s;

    check_weights(r, x, w, groups);
    spatial_read(r, x, &tensor_at(r, w)->dims[2], &s);
    if (r->status == MOTE_OK && s.n > 2)
        onnx_fail(r, MOTE_ERR_UNSUPPORTED, "convolutions of %d dimensions", s.n);
    x = conv_2d(r, channels_last(r, x), w, bias, groups, &s);
    node_out(r, 0, channels_first(r, x, s.n));
}
