/* SPDX-License-Identifier: Apache-2.0 */
/* Convolutions. Weights are [M][C / group][…] and become those of CONV_2D, [M][…][C / group], or where each channel is
 * a group of its own, of DEPTHWISE_CONV_2D. */
#include "host/import/window.h"

/* Padding that is larger than the kernels take is an operator before them. */
static int32_t pad_outside(struct build *r, int32_t x, struct window_2d *rows, struct window_2d *columns)
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
    return (struct conv_opts){
        .padding = is_padded(y, x) ? PADDING_EXPLICIT : PADDING_VALID,
        WINDOW_OPTS(y, x),
        .dilation_h = (int32_t)y->dilation,
        .dilation_w = (int32_t)x->dilation,
    };
}

/* [M][1][kh][kw] becomes [1][kh][kw][M]: filter m sees channel m / (M / C), as in TFLite. */
static int32_t depthwise_weights(struct build *r, int32_t w)
{
    const struct tensor t = *tensor_at(r, w);
    int64_t kh = t.rank == 3 ? 1 : t.dims[2], kw = t.dims[t.rank - 1];

    w = transpose_move(r, reshape(r, w, 3, (int64_t[]){t.dims[0], kh, kw}), 0, 2);
    return reshape(r, w, 4, (int64_t[]){1, kh, kw, t.dims[0]});
}

/* [M][C][…] becomes [M][kh][kw][C]. */
static int32_t filters_last(struct build *r, int32_t w)
{
    const struct tensor t = *tensor_at(r, w);

    if (r->status != MOTE_OK)
        return TENSOR_ABSENT;
    w = transpose_move(r, w, 1, t.rank - 1);
    return t.rank == 3 ? reshape(r, w, 4, (int64_t[]){t.dims[0], 1, t.dims[2], t.dims[1]}) : w;
}

static int32_t conv_2d(struct build *r, int32_t x, int32_t w, int32_t bias, int64_t groups, const struct spatial *s)
{
    struct window_2d rows = spatial_rows(s), columns = spatial_columns(s);
    bool depthwise = groups > 1 && tensor_at(r, x)->dims[3] == groups;
    struct conv_opts opts;

    x = pad_outside(r, x, &rows, &columns);
    opts = opts_of(&rows, &columns);
    w = depthwise ? depthwise_weights(r, w) : filters_last(r, w);
    return emit(r, depthwise ? OP_DEPTHWISE_CONV_2D : OP_CONV_2D, &opts, TYPE_NONE, bias == TENSOR_ABSENT ? 2 : 3,
                (int32_t[]){x, w, bias});
}

/* Steps i, i + step … of dimension 1 of [N][D][H][W][C], as images: [N * count][H][W][C]. */
static int32_t planes(struct build *r, int32_t x, int64_t i, int64_t step, int64_t count)
{
    const struct tensor t = *tensor_at(r, x);
    int64_t begin[RANK_MAX] = {0, i}, end[RANK_MAX], strides[RANK_MAX] = {1, step, 1, 1, 1};

    memcpy(end, t.dims, sizeof end);
    end[1] = i + (count - 1) * step + 1;
    x = slice(r, x, begin, end, strides);
    return reshape(r, x, 4, (int64_t[]){t.dims[0] * count, t.dims[2], t.dims[3], t.dims[4]});
}

/* Of three dimensions: the sum of 2-dimensional ones, one a step of the filters' depth. */
static int32_t conv_3d(struct build *r, int32_t x, int32_t w, int32_t bias, int64_t groups, const struct spatial *s)
{
    int64_t before[RANK_MAX] = {0, s->before[0]}, after[RANK_MAX] = {0, s->after[0]};
    const struct tensor t = *tensor_at(r, w);
    int32_t sum = TENSOR_ABSENT;

    x = pad(r, x, before, after, TENSOR_ABSENT);
    for (int32_t k = 0; k < (int32_t)s->kernel[0] && r->status == MOTE_OK; k++) {
        int32_t filter = gather(r, w, 2, 1, pool_copy(r->pool, &k, sizeof k)), y;

        filter = reshape(r, filter, 4, (int64_t[]){t.dims[0], t.dims[1], t.dims[3], t.dims[4]});
        y = conv_2d(r, planes(r, x, k * s->dilation[0], s->stride[0], s->out[0]), filter, k == 0 ? bias : TENSOR_ABSENT,
                    groups, s);
        sum = k == 0 ? y : emit_binary(r, OP_ADD, sum, y);
    }
    return reshape(r, sum, 5,
                   (int64_t[]){tensor_at(r, x)->dims[0], s->out[0], s->out[1], s->out[2], tensor_at(r, sum)->dims[3]});
}

int32_t convolution(struct build *r, int32_t x, int32_t w, int32_t bias, int64_t groups, const struct spatial *s)
{
    if (r->status != MOTE_OK)
        return TENSOR_ABSENT;
    return s->n > 2 ? conv_3d(r, x, w, bias, groups, s) : conv_2d(r, x, w, bias, groups, s);
}

/* ---- transposed ---- */
/* Zeros between the elements, as many as the stride leaves, and around; what is below zero is cut off. */
static int32_t spread(struct build *r, int32_t x, const struct spatial *s)
{
    int64_t before[RANK_MAX] = {0}, after[RANK_MAX] = {0};
    int first = tensor_at(r, x)->rank - 1 - s->n;

    for (int i = 0; i < s->n && r->status == MOTE_OK; i++) {
        const struct tensor t = *tensor_at(r, x);
        int64_t apart[RANK_MAX], none[RANK_MAX] = {0}, zeros[RANK_MAX] = {0}, dims[RANK_MAX];
        int d = first + i;

        for (int k = 0; k <= t.rank && t.rank < RANK_MAX; k++)
            apart[k] = k <= d ? t.dims[k] : k == d + 1 ? 1 : t.dims[k - 1];
        zeros[d + 1] = s->stride[i] - 1;
        x = pad(r, reshape(r, x, t.rank + 1, apart), none, zeros, TENSOR_ABSENT);
        memcpy(dims, t.dims, sizeof dims);
        dims[d] *= s->stride[i];
        x = reshape(r, x, t.rank, dims);
        before[d] = (s->kernel[i] - 1) * s->dilation[i] - s->before[i];
        after[d] = (s->kernel[i] - 1) * s->dilation[i] - s->after[i] - (s->stride[i] - 1);
    }
    return pad(r, x, before, after, TENSOR_ABSENT);
}

/* [C][M / group][…] becomes the weights of the convolution that gathers what this one scatters: [M][C / group][…], each
 * filter the other way round. */
static int32_t turned(struct build *r, int32_t w, int64_t groups, const struct spatial *s)
{
    const struct tensor t = *tensor_at(r, w);
    int64_t dims[RANK_MAX] = {groups, t.dims[0] / groups, t.dims[1]};

    if (r->status != MOTE_OK)
        return TENSOR_ABSENT;
    memcpy(dims + 3, t.dims + 2, (size_t)s->n * sizeof *dims);
    w = transpose_move(r, reshape(r, w, s->n + 3, dims), 2, 1);
    dims[0] = t.dims[1] * groups, dims[1] = t.dims[0] / groups;
    memcpy(dims + 2, t.dims + 2, (size_t)s->n * sizeof *dims);
    w = reshape(r, w, s->n + 2, dims);
    for (int i = 0; i < s->n; i++) {
        int32_t *back = add_indices(r, s->kernel[i]);

        for (int32_t k = 0; k < (int32_t)s->kernel[i] && s->kernel[i] > 1 && r->status == MOTE_OK; k++)
            back[k] = (int32_t)s->kernel[i] - 1 - k;
        if (s->kernel[i] > 1)
            w = gather(r, w, 2 + i, s->kernel[i], back);
    }
    return w;
}

/* As the graph's own operator, where that has room for the options. */
static bool is_plain(const struct spatial *s, int64_t groups)
{
    for (int i = 0; i < s->n; i++)
        if (s->before[i] < 0 || s->after[i] < 0 || s->dilation[i] != 1 || s->stride[i] > s->kernel[i] ||
            s->before[i] >= s->kernel[i] || s->after[i] >= s->kernel[i] ||
            (s->out[i] + s->before[i] + s->after[i] - s->kernel[i]) / s->stride[i] + 1 != s->in[i])
            return false;
    return groups == 1 && s->n <= 2;
}

static int32_t plain_transposed(struct build *r, int32_t x, int32_t w, int32_t bias, const struct spatial *s)
{
    const struct window_2d rows = spatial_rows(s), columns = spatial_columns(s);
    const struct transpose_conv_opts opts = {
        .padding = PADDING_EXPLICIT,
        WINDOW_OPTS(&rows, &columns),
    };
    int64_t shape[4] = {tensor_at(r, x)->dims[0], s->n > 1 ? s->out[0] : 1, s->out[s->n - 1], tensor_at(r, w)->dims[1]};
    int32_t filters = filters_last(r, transpose_move(r, w, 0, 1));

    return emit(r, OP_TRANSPOSE_CONV, &opts, TYPE_F32, bias == TENSOR_ABSENT ? 3 : 4,
                (int32_t[]){add_ints(r, 4, shape), filters, x, bias});
}

static int32_t any_transposed(struct build *r, int32_t x, int32_t w, int32_t bias, int64_t groups,
                              const struct spatial *s)
{
    struct spatial dense = *s;

    x = spread(r, x, s);
    w = turned(r, w, groups, s);
    for (int i = 0; i < s->n; i++)
        dense.stride[i] = 1, dense.before[i] = dense.after[i] = 0;
    return convolution(r, x, w, bias, groups, &dense);
}

int32_t transposed_convolution(struct build *r, int32_t x, int32_t w, int32_t bias, int64_t groups,
                               const struct spatial *s)
{
    if (r->status != MOTE_OK)
        return TENSOR_ABSENT;
    return is_plain(s, groups) ? plain_transposed(r, x, w, bias, s) : any_transposed(r, x, w, bias, groups, s);
}
