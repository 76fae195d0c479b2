/* SPDX-License-Identifier: Apache-2.0 */
/* Convolutions. */
#include "host/import/onnx/ops.h"
#include "host/import/onnx/spatial.h"

static void check_weights(struct build *r, int32_t x, int32_t w, int64_t groups)
{
    const struct tensor *a = tensor_at(r, x), *b = tensor_at(r, w);

    if (r->status != MOTE_OK)
        return;
    if (a->rank < 3 || b->rank != a->rank)
        build_fail(r, MOTE_ERR_SHAPE, "weights of %d dimensions for an input of %d", b->rank, a->rank);
    else if (groups < 1 || groups > INT32_MAX || b->dims[1] * groups != a->dims[1] || b->dims[0] % groups != 0)
        build_fail(r, MOTE_ERR_SHAPE, "%lld groups of %lld channels, %lld filters, for %lld channels",
                   (long long)groups, (long long)b->dims[1], (long long)b->dims[0], (long long)a->dims[1]);
}

void onnx_conv(struct build *r)
{
    int32_t x = node_in(r, 0), w = node_in(r, 1), bias = node_in_or(r, 2, TENSOR_ABSENT);
    int64_t groups = node_int(r, "group", 1);
    struct spatial s;

    check_weights(r, x, w, groups);
    spatial_read(r, x, &tensor_at(r, w)->dims[2], &s);
    x = convolution(r, channels_last(r, x), w, bias, groups, &s);
    node_out(r, 0, channels_first(r, x, s.n));
}

/* ---- transposed ---- */
/* The output's size and the padding, which is cut off: `pads`, or what auto_pad or output_shape make of it. */
static void fit_transposed(struct build *r, struct spatial *s)
{
    const char *how = node_string(r, "auto_pad", "NOTSET");
    int64_t shape[SPATIAL_MAX], extra[SPATIAL_MAX];
    bool same = strncmp(how, "SAME", 4) == 0;
    int n_shape, n_extra;

    node_ints(r, "output_shape", SPATIAL_MAX, &n_shape, shape);
    node_ints(r, "output_padding", SPATIAL_MAX, &n_extra, extra);
    if (r->status == MOTE_OK && ((n_shape >= 0 && n_shape != s->n) || (n_extra >= 0 && n_extra != s->n)))
        build_fail(r, MOTE_ERR_FORMAT, "output_shape or output_padding are not as many as dimensions");
    for (int i = 0; i < s->n && r->status == MOTE_OK; i++) {
        int64_t more = n_extra >= 0 ? extra[i] : 0;
        int64_t whole = s->stride[i] * (s->in[i] - 1) + more + (s->kernel[i] - 1) * s->dilation[i] + 1, total;

        if (n_shape >= 0 || same) {
            s->out[i] = n_shape >= 0 ? shape[i] : s->in[i] * s->stride[i];
            total = whole - s->out[i];
            s->before[i] = total < 0 ? 0 : strcmp(how, "SAME_UPPER") == 0 ? total / 2 : total - total / 2;
            s->after[i] = total - s->before[i];
        }
        s->out[i] = whole - s->before[i] - s->after[i];
        s->after[i] -= more; /* what is beyond the last window */
        if (more < 0 || s->out[i] < 1 || s->out[i] > INT32_MAX)
            build_fail(r, MOTE_ERR_SHAPE, "dimension %d of the output would be %lld", i, (long long)s->out[i]);
    }
}

void onnx_conv_transpose(struct build *r)
{
    int32_t x = node_in(r, 0), w = node_in(r, 1), bias = node_in_or(r, 2, TENSOR_ABSENT);
    const struct tensor t = *tensor_at(r, x), filters = *tensor_at(r, w);
    int64_t groups = node_int(r, "group", 1);
    struct spatial s;

    if (r->status == MOTE_OK &&
        (t.rank < 3 || filters.rank != t.rank || groups < 1 || t.dims[1] % groups || filters.dims[0] != t.dims[1]))
        build_fail(r, MOTE_ERR_SHAPE, "%lld groups of %lld filters for %lld channels", (long long)groups,
                   (long long)filters.dims[0], (long long)t.dims[1]);
    spatial_read_transposed(r, x, &filters.dims[2], &s);
    fit_transposed(r, &s);
    x = transposed_convolution(r, channels_last(r, x), w, bias, groups, &s);
    node_out(r, 0, channels_first(r, x, s.n));
}
