/* SPDX-License-Identifier: Apache-2.0 */
/* Layers that move numbers. */
#include "host/import/keras/spatial.h"

void keras_flatten(struct build *r)
{
    int32_t x = to_last(r, layer_in(r, 0), setting_channels_first(r));
    const struct tensor t = *tensor_at(r, x);

    if (r->status == MOTE_OK && t.rank < 1)
        build_fail(r, MOTE_ERR_SHAPE, "a scalar");
    if (r->status == MOTE_OK)
        layer_out(r, reshape(r, x, 2, DIMS(t.dims[0], tensor_elements(&t) / t.dims[0])));
}

/* One dimension of target_shape may be -1. */
void keras_reshape(struct build *r)
{
    int32_t x = layer_in(r, 0);
    const struct tensor t = *tensor_at(r, x);
    int64_t dims[RANK_MAX] = {t.dims[0]}, known = t.dims[0];
    int n, free = 0;

    setting_ints(r, "target_shape", RANK_MAX - 1, &n, dims + 1);
    if (r->status == MOTE_OK && (n < 0 || t.rank < 1))
        build_fail(r, MOTE_ERR_FORMAT, "no target_shape, or a scalar");
    for (int d = 1; d <= n && r->status == MOTE_OK; d++) {
        if (dims[d] == -1 && free == 0)
            free = d;
        else if (dims[d] < 1 || known > TENSOR_BYTES_MAX / dims[d])
            build_fail(r, MOTE_ERR_SHAPE, "target_shape has %lld", (long long)dims[d]);
        else
            known *= dims[d];
    }
    if (r->status != MOTE_OK)
        return;
    if (free)
        dims[free] = tensor_elements(&t) / known;
    layer_out(r, reshape(r, x, n + 1, dims));
}

/* Dimensions count from 1, behind the batch. */
void keras_permute(struct build *r)
{
    int32_t x = layer_in(r, 0);
    int rank = tensor_at(r, x)->rank, perm[RANK_MAX] = {0}, n;
    int64_t dims[RANK_MAX];
    unsigned seen = 1;

    setting_ints(r, "dims", RANK_MAX - 1, &n, dims);
    if (r->status == MOTE_OK && n != rank - 1)
        build_fail(r, MOTE_ERR_SHAPE, "dims has %d numbers for %d dimensions", n, rank);
    for (int d = 0; d < n && r->status == MOTE_OK; d++) {
        if (dims[d] < 1 || dims[d] >= rank || (seen & 1u << dims[d]))
            build_fail(r, MOTE_ERR_VALUE, "dims is no order of the dimensions");
        else
            seen |= 1u << dims[d];
        perm[1 + d] = (int)dims[d];
    }
    if (r->status == MOTE_OK)
        layer_out(r, transpose(r, x, perm));
}

/* [b][n] n times: [b][times][n] */
void keras_repeat_vector(struct build *r)
{
    int32_t x = layer_in(r, 0);
    const struct tensor t = *tensor_at(r, x);
    int64_t n = setting_int(r, "n", 1);

    if (r->status == MOTE_OK && (t.rank != 2 || n < 1))
        build_fail(r, MOTE_ERR_SHAPE, "%lld times an input of %d dimensions", (long long)n, (int)t.rank);
    if (r->status != MOTE_OK)
        return;
    x = reshape(r, x, 3, DIMS(t.dims[0], 1, t.dims[1]));
    layer_out(
        r, emit(r, OP_BROADCAST_TO, NULL, TYPE_NONE, 2, (int32_t[]){x, add_ints(r, 3, DIMS(t.dims[0], n, t.dims[1]))}));
}

/* ---- margins ---- */
/* A setting of n dimensions: a number, one a dimension, or two a dimension; as numbers in front and behind. */
static void read_margins(struct build *r, const char *name, int n, int64_t *front, int64_t *back)
{
    const json_t *value = setting(r, name);

    for (int i = 0; i < n; i++) {
        const json_t *one =
            json_is_array(value) && (n > 1 || json_array_size(value) == 1) ? json_array_get(value, (size_t)i) : value;
        const json_t *first = json_is_array(one) ? json_array_get(one, 0) : one;
        const json_t *second = json_is_array(one) ? json_array_get(one, 1) : one;

        if (!value || !json_is_integer(first) || !json_is_integer(second) || json_integer_value(first) < 0 ||
            json_integer_value(second) < 0 || json_integer_value(first) > INT16_MAX ||
            json_integer_value(second) > INT16_MAX)
            build_fail(r, MOTE_ERR_FORMAT, "%s is not one or two numbers a dimension", name);
        front[i] = json_integer_value(first);
        back[i] = json_integer_value(second);
    }
}

static void margins(struct build *r, const char *name, int sign)
{
    int32_t x = layer_in(r, 0);
    int n = tensor_at(r, x)->rank - 2, first = setting_channels_first(r) ? 2 : 1;
    int64_t front[RANK_MAX] = {0}, back[RANK_MAX] = {0};

    if (r->status == MOTE_OK && (n < 1 || n > SPATIAL_MAX))
        build_fail(r, MOTE_ERR_SHAPE, "an input of %d dimensions, not of 3 to 5", n + 2);
    if (r->status != MOTE_OK)
        return;
    read_margins(r, name, n, front + first, back + first);
    for (int d = first; d < first + n && r->status == MOTE_OK; d++) {
        if (sign < 0 && front[d] + back[d] >= tensor_at(r, x)->dims[d])
            build_fail(r, MOTE_ERR_SHAPE, "nothing is left of dimension %d", d);
        front[d] *= sign;
        back[d] *= sign;
    }
    layer_out(r, pad(r, x, front, back, TENSOR_ABSENT));
}

void keras_zero_padding(struct build *r) { margins(r, "padding", 1); }

void keras_cropping(struct build *r) { margins(r, "cropping", -1); }

/* ---- larger images ---- */
static int32_t resized(struct build *r, enum op_id id, int32_t x, int64_t h, int64_t w)
{
    struct resize_opts opts = {.half_pixel_centers = true};

    return emit(r, id, &opts, TYPE_NONE, 2, (int32_t[]){x, add_ints(r, 2, DIMS(h, w))});
}

/* Each step of dimension d as often. */
static int32_t repeated(struct build *r, int32_t x, int d, int64_t times)
{
    int64_t n = tensor_at(r, x)->dims[d] * times;
    int32_t *indices = add_indices(r, n);

    for (int64_t i = 0; i < n && r->status == MOTE_OK; i++)
        indices[i] = (int32_t)(i / times);
    return times == 1 ? x : gather(r, x, d, n, indices);
}

static enum op_id interpolation(struct build *r)
{
    const char *how = setting_string(r, "interpolation", "nearest");

    if (strcmp(how, "nearest") != 0 && strcmp(how, "bilinear") != 0)
        build_fail(r, MOTE_ERR_UNSUPPORTED, "interpolation %s; Mote has nearest and bilinear", printable(r->pool, how));
    return strcmp(how, "nearest") == 0 ? OP_RESIZE_NEAREST_NEIGHBOR : OP_RESIZE_BILINEAR;
}

void keras_up_sampling(struct build *r)
{
    struct keras_spatial k = keras_windows(r, "size", "no strides");
    struct tensor t = *tensor_at(r, k.x);
    enum op_id id = interpolation(r);

    if (!setting(r, "size"))
        for (int i = 0; i < k.s.n; i++)
            k.s.kernel[i] = 2;
    for (int i = 0; i < k.s.n && r->status == MOTE_OK; i++)
        if (k.s.in[i] > INT32_MAX / k.s.kernel[i])
            build_fail(r, MOTE_ERR_SHAPE, "dimension %d would be too large", i);
    if (r->status != MOTE_OK)
        return;
    if (k.s.n == 2)
        k.x = resized(r, id, k.x, k.s.in[0] * k.s.kernel[0], k.s.in[1] * k.s.kernel[1]);
    for (int i = 0; i < k.s.n && k.s.n != 2 && r->status == MOTE_OK; i++)
        k.x = repeated(r, k.x, t.rank - 1 - k.s.n + i, k.s.kernel[i]);
    layer_out(r, keras_spatial_end(r, &k, k.x));
}

void keras_resizing(struct build *r)
{
    bool first = setting_channels_first(r);
    int32_t x = to_last(r, layer_in(r, 0), first);
    int64_t h = setting_int(r, "height", 0), w = setting_int(r, "width", 0);
    enum op_id id = setting(r, "interpolation") ? interpolation(r) : OP_RESIZE_BILINEAR;

    if (setting_bool(r, "crop_to_aspect_ratio", false) || setting_bool(r, "pad_to_aspect_ratio", false) ||
        setting_bool(r, "antialias", false))
        build_fail(r, MOTE_ERR_UNSUPPORTED, "crop_to_aspect_ratio, pad_to_aspect_ratio or antialias");
    if (r->status == MOTE_OK && (h < 1 || w < 1 || tensor_at(r, x)->rank != 4))
        build_fail(r, MOTE_ERR_SHAPE, "%lld rows of %lld, of an input of %d dimensions", (long long)h, (long long)w,
                   (int)tensor_at(r, x)->rank);
    layer_out(r, from_last(r, resized(r, id, x, h, w), first));
}
