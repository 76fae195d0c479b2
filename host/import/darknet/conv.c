/* SPDX-License-Identifier: Apache-2.0 */
/* Layers with weights, and pools. Batch normalization, (x - mean) / (sqrt(variance) + 1e-6) * scale + bias, becomes
 * part of the weights, in double. */
#include <math.h>

#include "host/import/darknet/darknet.h"
#include "host/import/window.h"

#define SIZE_MAX_HERE INT16_MAX

/* What comes before a layer's weights: filters of them. */
struct numbers {
    float *bias, *scale, *mean, *variance; /* [filters], the last three NULL without normalization */
};

static void take_normalization(struct build *r, int64_t filters, struct numbers *n)
{
    n->scale = weights_take(r, filters);
    n->mean = weights_take(r, filters);
    n->variance = weights_take(r, filters);
}

/* w [filters][n] */
static void normalize(struct build *r, const struct numbers *s, int64_t filters, int64_t n, float *w)
{
    for (int64_t f = 0; f < filters && r->status == MOTE_OK && s->scale; f++) {
        const double by = (double)s->scale[f] / (sqrt((double)s->variance[f]) + 1e-6);

        s->bias[f] = (float)((double)s->bias[f] - (double)s->mean[f] * by);
        for (int64_t i = 0; i < n; i++)
            w[f * n + i] = (float)((double)w[f * n + i] * by);
    }
}

static bool want_image(struct build *r)
{
    if (r->status == MOTE_OK && tensor_at(r, darknet_of(r)->x)->rank != 4)
        build_fail(r, MOTE_ERR_SHAPE, "it wants an image; the layer before makes a vector");
    return r->status == MOTE_OK;
}

/* Keys of special forms of convolutions. */
static void refuse_keys(struct build *r)
{
    static const char *const keys[] = {"binary",   "xnor",          "antialiasing", "assisted_excitation",
                                       "flipped",  "share_index",   "deform",       "grad_centr",
                                       "dontload", "dontloadscales"};

    for (size_t i = 0; i < COUNT(keys); i++)
        if (key_int(r, keys[i], 0, INT32_MIN, INT32_MAX) != 0)
            build_fail(r, MOTE_ERR_UNSUPPORTED, "%s; only plain layers are read", keys[i]);
}

static void read_window(struct build *r, struct spatial *s)
{
    const struct tensor *t = tensor_at(r, darknet_of(r)->x);
    const int64_t size = key_int(r, "size", 1, 1, SIZE_MAX_HERE), stride = key_int(r, "stride", 1, 1, SIZE_MAX_HERE);
    const int64_t padding =
        key_int(r, "pad", 0, INT32_MIN, INT32_MAX) ? size / 2 : key_int(r, "padding", 0, 0, SIZE_MAX_HERE);

    *s = (struct spatial){.n = 2};
    s->stride[0] = key_int(r, "stride_y", stride, 1, SIZE_MAX_HERE);
    s->stride[1] = key_int(r, "stride_x", stride, 1, SIZE_MAX_HERE);
    for (int i = 0; i < 2; i++) {
        s->in[i] = t->dims[1 + i];
        s->kernel[i] = size;
        s->dilation[i] = key_int(r, "dilation", 1, 1, SIZE_MAX_HERE);
        s->before[i] = s->after[i] = padding * s->dilation[i];
    }
    spatial_fit(r, s, false);
}

void darknet_convolutional(struct build *r)
{
    struct darknet *d = darknet_of(r);
    const int64_t filters = key_int(r, "filters", 1, 1, INT32_MAX), groups = key_int(r, "groups", 1, 1, INT32_MAX);
    struct numbers s = {.bias = NULL};
    struct spatial window;
    int64_t channels, n;
    float *w;

    refuse_keys(r);
    if (!want_image(r))
        return;
    channels = tensor_at(r, d->x)->dims[3];
    if (channels % groups != 0 || filters % groups != 0)
        build_fail(r, MOTE_ERR_SHAPE, "%lld groups of %lld channels and %lld filters", (long long)groups,
                   (long long)channels, (long long)filters);
    read_window(r, &window);
    if (r->status != MOTE_OK)
        return;
    n = channels / groups * window.kernel[0] * window.kernel[1];
    s.bias = weights_take(r, filters);
    if (key_int(r, "batch_normalize", 0, 0, 1))
        take_normalization(r, filters, &s);
    w = weights_take(r, n < INT32_MAX ? filters * n : INT64_MAX);
    normalize(r, &s, filters, n, w);
    d->x = convolution(
        r, d->x,
        add_const(r, TYPE_F32, 4, (int64_t[]){filters, channels / groups, window.kernel[0], window.kernel[1]}, w),
        add_const(r, TYPE_F32, 1, &filters, s.bias), groups, &window);
    d->x = darknet_activate(r, d->x, "logistic");
}

/* [n][m] becomes [m][n]. */
static float *turned(struct build *r, const float *w, int64_t n, int64_t m)
{
    float *out =
        r->status == MOTE_OK && has_room(r, n * m * 4) ? pool_array(r->pool, (size_t)(n * m), sizeof *out) : NULL;

    for (int64_t i = 0; i < n && out; i++)
        for (int64_t k = 0; k < m; k++)
            out[k * n + i] = w[i * m + k];
    return out;
}

void darknet_connected(struct build *r)
{
    struct darknet *d = darknet_of(r);
    const int64_t units = key_int(r, "output", 1, 1, INT32_MAX);
    const int32_t x = darknet_flat(r, d->x);
    const int64_t n = tensor_elements(tensor_at(r, x));
    struct numbers s = {.bias = NULL};
    float *w;

    refuse_keys(r);
    s.bias = weights_take(r, units);
    w = weights_take(r, n < INT32_MAX ? units * n : INT64_MAX);
    if (key_int(r, "batch_normalize", 0, 0, 1))
        take_normalization(r, units, &s);
    if (d->transposed)
        w = turned(r, w, n, units);
    normalize(r, &s, units, n, w);
    if (r->status == MOTE_OK)
        d->x = emit(r, OP_FULLY_CONNECTED, NULL, TYPE_NONE, 3,
                    (int32_t[]){x, add_const(r, TYPE_F32, 2, (int64_t[]){units, n}, w),
                                add_const(r, TYPE_F32, 1, &units, s.bias)});
    d->x = darknet_activate(r, d->x, "logistic");
}

/* ---- pools ---- */
/* Windows begin half of the padding before the image, and there are (size of image + padding - window) / stride + 1. */
void darknet_maxpool(struct build *r)
{
    struct darknet *d = darknet_of(r);
    const int64_t stride = key_int(r, "stride", 1, 1, SIZE_MAX_HERE),
                  size = key_int(r, "size", stride, 1, SIZE_MAX_HERE);
    const int64_t padding = key_int(r, "padding", size - 1, 0, SIZE_MAX_HERE);
    struct spatial s = {.n = 2};

    refuse_keys(r);
    if (key_int(r, "maxpool_depth", 0, INT32_MIN, INT32_MAX) != 0)
        build_fail(r, MOTE_ERR_UNSUPPORTED, "maxpool_depth; only pools over rows and columns are read");
    if (!want_image(r))
        return;
    s.stride[0] = key_int(r, "stride_y", stride, 1, SIZE_MAX_HERE);
    s.stride[1] = key_int(r, "stride_x", stride, 1, SIZE_MAX_HERE);
    for (int i = 0; i < 2; i++) {
        s.in[i] = tensor_at(r, d->x)->dims[1 + i];
        s.kernel[i] = size;
        s.dilation[i] = 1;
        s.before[i] = padding / 2;
        s.after[i] = padding - padding / 2;
    }
    spatial_fit(r, &s, false);
    d->x = pooling(r, OP_MAX_POOL_2D, d->x, &s);
}

void darknet_avgpool(struct build *r)
{
    if (want_image(r))
        darknet_of(r)->x = reduce(r, OP_MEAN, darknet_of(r)->x, 2, (int64_t[]){1, 2}, true);
}
