/* SPDX-License-Identifier: Apache-2.0 */
/* Convolutions. Kernels are […][C / groups][filters], of depthwise ones […][C][multiplier], of transposed ones
 * […][filters][C]. */
#include "host/import/keras/spatial.h"

static int32_t bias_of(struct build *r, int64_t filters) { return weight(r, "bias", 1, DIMS(filters)); }

/* The kernel […][a][b] as [b][a][…]. */
static int32_t filters_first(struct build *r, int32_t w)
{
    int rank = tensor_at(r, w)->rank, perm[RANK_MAX] = {rank - 1, rank - 2};

    if (r->status != MOTE_OK)
        return TENSOR_ABSENT;
    for (int d = 2; d < rank; d++)
        perm[d] = d - 2;
    return transpose(r, w, perm);
}

/* A layer's weights of such a name: n spatial dimensions, then two that are these. */
static int32_t kernel(struct build *r, const char *name, int n, const int64_t *window, int64_t a, int64_t b)
{
    int64_t dims[RANK_MAX];

    for (int i = 0; i < n; i++)
        dims[i] = window ? window[i] : 1;
    dims[n] = a;
    dims[n + 1] = b;
    return weight(r, name, n + 2, dims);
}

static int64_t filters_of(struct build *r)
{
    int64_t n = setting_int(r, "filters", 0);

    if (n < 1)
        build_fail(r, MOTE_ERR_VALUE, "%lld filters", (long long)n);
    return r->status == MOTE_OK ? n : 1;
}

void keras_conv(struct build *r)
{
    struct keras_spatial k = keras_spatial_begin(r, "kernel_size", "strides");
    int64_t filters = filters_of(r), groups = setting_int(r, "groups", 1), channels = keras_channels(r, &k);
    int32_t y;

    if (r->status == MOTE_OK && (groups < 1 || channels % groups || filters % groups))
        build_fail(r, MOTE_ERR_VALUE, "%lld groups of %lld channels, %lld filters", (long long)groups,
                   (long long)channels, (long long)filters);
    if (r->status != MOTE_OK)
        return;
    y = convolution(r, k.x, filters_first(r, kernel(r, "kernel", k.s.n, k.s.kernel, channels / groups, filters)),
                    bias_of(r, filters), groups, &k.s);
    layer_out(r, activated(r, "activation", keras_spatial_end(r, &k, y)));
}

/* […][C][m] as [C * m][1][…]. */
static int32_t depthwise_first(struct build *r, int32_t w, int n)
{
    const struct tensor t = *tensor_at(r, w);
    int64_t dims[RANK_MAX];

    if (r->status != MOTE_OK)
        return TENSOR_ABSENT;
    memcpy(dims, t.dims, (size_t)n * sizeof *dims);
    dims[n] = 1;
    dims[n + 1] = t.dims[n] * t.dims[n + 1];
    return filters_first(r, reshape(r, w, n + 2, dims));
}

static int32_t depthwise(struct build *r, struct keras_spatial *k, const char *name, int64_t multiplier, int32_t bias)
{
    int64_t channels = keras_channels(r, k);

    return convolution(r, k->x, depthwise_first(r, kernel(r, name, k->s.n, k->s.kernel, channels, multiplier), k->s.n),
                       bias, channels, &k->s);
}

static int64_t multiplier_of(struct build *r, int64_t channels)
{
    int64_t n = setting_int(r, "depth_multiplier", 1);

    if (n < 1 || n * channels > INT32_MAX)
        build_fail(r, MOTE_ERR_VALUE, "depth_multiplier is %lld", (long long)n);
    return r->status == MOTE_OK ? n : 1;
}

void keras_depthwise_conv(struct build *r)
{
    struct keras_spatial k = keras_spatial_begin(r, "kernel_size", "strides");
    int64_t channels = keras_channels(r, &k), multiplier = multiplier_of(r, channels);
    int32_t y = depthwise(r, &k, "kernel", multiplier, bias_of(r, channels * multiplier));

    layer_out(r, activated(r, "activation", keras_spatial_end(r, &k, y)));
}

void keras_separable_conv(struct build *r)
{
    struct keras_spatial k = keras_spatial_begin(r, "kernel_size", "strides");
    int64_t multiplier = multiplier_of(r, keras_channels(r, &k)), filters = filters_of(r);
    int32_t y = depthwise(r, &k, "depthwise_kernel", multiplier, TENSOR_ABSENT), w;
    struct spatial one = {.n = k.s.n};

    for (int i = 0; i < one.n; i++) {
        one.in[i] = one.out[i] = k.s.out[i];
        one.kernel[i] = one.stride[i] = one.dilation[i] = 1;
    }
    w = kernel(r, "pointwise_kernel", one.n, NULL, keras_channels(r, &k) * multiplier, filters);
    y = convolution(r, y, filters_first(r, w), bias_of(r, filters), 1, &one);
    layer_out(r, activated(r, "activation", keras_spatial_end(r, &k, y)));
}

/* The output's size and what is cut off: as the convolution would pad of which this is the gradient. */
static void fit_transposed(struct build *r, struct spatial *s)
{
    bool same = setting_is(r, "padding", "valid", "same");
    int64_t extra[SPATIAL_MAX];

    setting_each(r, "output_padding", s->n, extra, -1);
    for (int i = 0; i < s->n && r->status == MOTE_OK; i++) {
        int64_t reach = (s->kernel[i] - 1) * s->dilation[i] + 1, whole = (s->in[i] - 1) * s->stride[i] + reach, total;

        if (extra[i] >= 0) /* pads reach / 2 at both ends */
            s->out[i] = whole - (same ? 2 * (reach / 2) : 0) + extra[i];
        else
            s->out[i] = same ? s->in[i] * s->stride[i] : whole + (reach < s->stride[i] ? s->stride[i] - reach : 0);
        total = whole - s->out[i];
        s->before[i] = extra[i] >= 0 ? (same ? reach / 2 : 0) : same && total > 0 ? total / 2 : 0;
        s->after[i] = total - s->before[i];
        if (s->out[i] < 1 || s->out[i] > INT32_MAX)
            build_fail(r, MOTE_ERR_SHAPE, "dimension %d of the output would be %lld", i, (long long)s->out[i]);
    }
}

void keras_conv_transpose(struct build *r)
{
    struct keras_spatial k = keras_windows(r, "kernel_size", "strides");
    int64_t filters = filters_of(r), channels = keras_channels(r, &k);
    int32_t y;

    if (r->status == MOTE_OK)
        fit_transposed(r, &k.s);
    if (r->status != MOTE_OK)
        return;
    y = transposed_convolution(r, k.x, filters_first(r, kernel(r, "kernel", k.s.n, k.s.kernel, filters, channels)),
                               bias_of(r, filters), 1, &k.s);
    layer_out(r, activated(r, "activation", keras_spatial_end(r, &k, y)));
}
