/* SPDX-License-Identifier: Apache-2.0 */
/* Resize and Upsample: dimension by dimension each output element is a sum of 1, 2 or 4 elements with weights, all of
 * which are worked out here; or one of the graph's own operators, where that computes the same. */
#include <math.h>

#include "host/import/onnx/ops.h"
#include "host/import/onnx/spatial.h"

#define TAPS_MAX 4

struct resize {
    const char *mode, *coordinates, *nearest;
    float cubic_a, outside; /* outside: of tf_crop_and_resize */
    bool exclude;
    const char *policy; /* of the scales of all axes */
    int rank, n_axes;
    int64_t axes[RANK_MAX]; /* [n_axes] whose sizes or scales, and regions, the node has */
    int64_t out[RANK_MAX];
    double scale[RANK_MAX], start[RANK_MAX], end[RANK_MAX]; /* of the region, as shares of a dimension */
};

/* Of one dimension: out[i] = sum of weight[k][i] in[place[k][i]], + added[i]. */
struct taps {
    int n;
    int32_t *place[TAPS_MAX];
    float *weight[TAPS_MAX], *added;
    bool weighs, adds;
};

/* ---- options ---- */
static bool is(const char *a, const char *b) { return strcmp(a, b) == 0; }

static const char *const coordinates[] = {
    "half_pixel",           "asymmetric",         "align_corners",        "pytorch_half_pixel",
    "tf_half_pixel_for_nn", "tf_crop_and_resize", "half_pixel_symmetric", NULL};
static const char *const nearests[] = {"floor", "ceil", "round_prefer_floor", "round_prefer_ceil", NULL};

static bool is_one_of(const char *name, const char *const *names)
{
    while (*names && !is(name, *names))
        names++;
    return *names != NULL;
}

static void read_floats(struct build *r, int i, const char *what, int n, double *values)
{
    const int32_t tensor = node_in(r, i);
    const struct tensor t = *tensor_at(r, tensor);
    float value;

    if (r->status == MOTE_OK && !t.data)
        build_fail(r, MOTE_ERR_UNSUPPORTED, "%s are %s; constants are wanted", what, graph_origin(r->g, tensor));
    if (r->status == MOTE_OK && (t.type != TYPE_F32 || tensor_elements(&t) != n))
        build_fail(r, MOTE_ERR_SHAPE, "%s are no %d floats", what, n);
    for (int d = 0; d < n && r->status == MOTE_OK; d++) {
        memcpy(&value, t.data + (size_t)d * sizeof value, sizeof value);
        values[d] = (double)value;
    }
}

static bool is_given(const struct build *r, int i)
{
    return node_has(r, i) && tensor_elements(tensor_at(r, onnx_of(r)->in[i])) > 0;
}

static void read_axes(struct build *r, struct resize *z)
{
    node_ints(r, "axes", z->rank, &z->n_axes, z->axes);
    for (int k = 0; k < z->n_axes; k++)
        z->axes[k] = axis_of(r, z->axes[k], z->rank);
    for (int d = 0; d < z->rank && z->n_axes < 0; d++)
        z->axes[d] = d;
    z->n_axes = z->n_axes < 0 ? z->rank : z->n_axes;
}

/* One scale for all axes, so that none is larger, or smaller, than was said. */
static void keep_aspect(struct build *r, const struct tensor *t, struct resize *z)
{
    const bool larger = is(z->policy, "not_smaller");
    double scale = z->n_axes > 0 ? z->scale[z->axes[0]] : 1;

    if (is(z->policy, "stretch"))
        return;
    if (!larger && !is(z->policy, "not_larger"))
        build_fail(r, MOTE_ERR_UNSUPPORTED, "keep_aspect_ratio_policy %s", printable(r->pool, z->policy));
    for (int k = 1; k < z->n_axes; k++) {
        const double other = z->scale[z->axes[k]];

        scale = (larger ? other > scale : other < scale) ? other : scale;
    }
    for (int k = 0; k < z->n_axes; k++) {
        const int64_t d = z->axes[k];

        z->scale[d] = scale;
        z->out[d] = (int64_t)floor(scale * (double)t->dims[d] + 0.5);
    }
}

static void read_sizes(struct build *r, const struct tensor *t, int scales, int sizes, struct resize *z)
{
    int64_t out[RANK_MAX] = {0};
    double scale[RANK_MAX] = {0};
    const bool by_sizes = is_given(r, sizes);
    int n = z->n_axes;

    if (by_sizes)
        const_ints(r, onnx_of(r)->in[sizes], "sizes", RANK_MAX, &n, out);
    else
        read_floats(r, scales, "scales", n, scale);
    if (r->status == MOTE_OK && n != z->n_axes)
        build_fail(r, MOTE_ERR_SHAPE, "%d sizes of %d dimensions", n, z->n_axes);
    for (int d = 0; d < t->rank; d++)
        z->scale[d] = 1, z->out[d] = t->dims[d];
    for (int k = 0; k < z->n_axes && r->status == MOTE_OK; k++) {
        const int64_t d = z->axes[k];
        const double in = (double)t->dims[d];

        z->scale[d] = by_sizes ? (double)out[k] / in : scale[k];
        z->out[d] = by_sizes ? out[k] : scale[k] > 0 && scale[k] < 65536 ? (int64_t)floor(in * scale[k]) : 0;
    }
    if (r->status == MOTE_OK && by_sizes)
        keep_aspect(r, t, z);
    for (int d = 0; d < t->rank && r->status == MOTE_OK; d++)
        if (z->out[d] < 1 || z->out[d] > INT32_MAX)
            build_fail(r, MOTE_ERR_SHAPE, "dimension %d would be %lld", d, (long long)z->out[d]);
}

/* The region is [start of all axes, end of all]. */
static void read_region(struct build *r, struct resize *z)
{
    double both[2 * RANK_MAX];

    for (int d = 0; d < z->rank; d++)
        z->start[d] = 0, z->end[d] = 1;
    if (!is(z->coordinates, "tf_crop_and_resize"))
        return;
    read_floats(r, 1, "the region", 2 * z->n_axes, both);
    for (int k = 0; k < z->n_axes && r->status == MOTE_OK; k++)
        z->start[z->axes[k]] = both[k], z->end[z->axes[k]] = both[z->n_axes + k];
}

static void read_resize(struct build *r, const struct tensor *t, struct resize *z)
{
    *z = (struct resize){
        .mode = node_string(r, "mode", "nearest"),
        .coordinates =
            node_string(r, "coordinate_transformation_mode", onnx_of(r)->opset < 11 ? "asymmetric" : "half_pixel"),
        .nearest = node_string(r, "nearest_mode", onnx_of(r)->opset < 11 ? "floor" : "round_prefer_floor"),
        .cubic_a = node_float(r, "cubic_coeff_a", -0.75f),
        .outside = node_float(r, "extrapolation_value", 0),
        .exclude = node_int(r, "exclude_outside", 0) != 0,
        .policy = node_string(r, "keep_aspect_ratio_policy", "stretch"),
        .rank = t->rank,
    };
    read_axes(r, z);
    if (node_int(r, "antialias", 0) != 0)
        build_fail(r, MOTE_ERR_UNSUPPORTED, "antialias; export the model without it");
    if (!is_one_of(z->coordinates, coordinates))
        build_fail(r, MOTE_ERR_UNSUPPORTED, "coordinate_transformation_mode %s", printable(r->pool, z->coordinates));
    if (!is_one_of(z->nearest, nearests))
        build_fail(r, MOTE_ERR_UNSUPPORTED, "nearest_mode %s", printable(r->pool, z->nearest));
    if (!is(z->mode, "nearest") && !is(z->mode, "linear") && !is(z->mode, "bilinear") && !is(z->mode, "cubic"))
        build_fail(r, MOTE_ERR_UNSUPPORTED, "mode %s", printable(r->pool, z->mode));
}

/* ---- coordinates ---- */
/* Where output element i is in the input. */
static double source(const struct resize *z, int d, int64_t in, int64_t i)
{
    double scale = z->scale[d], x = (double)i, out = scale * (double)in; /* not rounded down */

    if (is(z->coordinates, "asymmetric"))
        return x / scale;
    if (is(z->coordinates, "align_corners"))
        return out > 1 ? x * (double)(in - 1) / (out - 1) : 0;
    if (is(z->coordinates, "pytorch_half_pixel"))
        return out > 1 ? (x + 0.5) / scale - 0.5 : 0;
    if (is(z->coordinates, "tf_half_pixel_for_nn"))
        return (x + 0.5) / scale;
    if (is(z->coordinates, "half_pixel_symmetric")) /* around the middle, however the size was rounded */
        return (double)in / 2 * (1 - (double)z->out[d] / out) + (x + 0.5) / scale - 0.5;
    if (is(z->coordinates, "tf_crop_and_resize"))
        return out > 1 ? (z->start[d] + x * (z->end[d] - z->start[d]) / (out - 1)) * (double)(in - 1)
                       : 0.5 * (z->start[d] + z->end[d]) * (double)(in - 1);
    return (x + 0.5) / scale - 0.5;
}

static double nearest(const struct resize *z, double x)
{
    if (is(z->nearest, "floor"))
        return floor(x);
    if (is(z->nearest, "ceil"))
        return ceil(x);
    if (is(z->nearest, "round_prefer_ceil"))
        return floor(x + 0.5);
    return ceil(x - 0.5);
}

static double cubic(double a, double t)
{
    t = fabs(t);
    if (t <= 1)
        return ((a + 2) * t - (a + 3)) * t * t + 1;
    return t < 2 ? ((a * t - 5 * a) * t + 8 * a) * t - 4 * a : 0;
}

/* ---- taps ---- */
static void set_tap(const struct resize *z, struct taps *t, int k, int64_t in, int64_t i, double place, double weight)
{
    bool inside = place >= 0 && place < (double)in;

    place = place > (double)(in - 1) ? (double)(in - 1) : place;
    t->place[k][i] = place > 0 ? (int32_t)place : 0; /* what is no number, too */
    t->weight[k][i] = z->exclude && !inside ? 0 : (float)weight;
}

/* Weights that were left out: the others make up for them. */
static void normalize(struct taps *t, int64_t i)
{
    float sum = 0;

    for (int k = 0; k < t->n; k++)
        sum += t->weight[k][i];
    for (int k = 0; k < t->n && sum != 0; k++)
        t->weight[k][i] /= sum;
}

static void set_taps(const struct resize *z, struct taps *t, int d, int64_t in, int64_t i)
{
    double x = source(z, d, in, i), first;

    if (t->n == 1) {
        set_tap(z, t, 0, in, i, nearest(z, x), 1);
        return;
    }
    if (t->n == 2) /* the ends are as they are beyond them */
        x = x < 0 ? 0 : x > (double)(in - 1) ? (double)(in - 1) : x;
    first = floor(x) - (t->n == 4);
    for (int k = 0; k < t->n; k++)
        set_tap(z, t, k, in, i, first + k,
                t->n == 4 ? cubic((double)z->cubic_a, x - first - k) : 1 - fabs(x - first - k));
    if (z->exclude)
        normalize(t, i);
}

/* What is outside of the input is a number of its own. */
static void set_outside(const struct resize *z, struct taps *t, int d, int64_t in, int64_t i)
{
    double x = source(z, d, in, i);

    if (!is(z->coordinates, "tf_crop_and_resize") || (x >= 0 && x <= (double)(in - 1)))
        return;
    t->adds = true;
    t->added[i] = z->outside;
    for (int k = 0; k < t->n; k++)
        t->weight[k][i] = 0;
}

static bool find_taps(struct build *r, const struct resize *z, int d, int64_t in, struct taps *t)
{
    int64_t n = z->out[d];

    *t = (struct taps){.n = is(z->mode, "nearest") ? 1 : is(z->mode, "cubic") ? 4 : 2};
    if (!has_room(r, n * 8 * (TAPS_MAX + 1)))
        return false;
    t->added = pool_array(r->pool, (size_t)n, sizeof *t->added);
    for (int k = 0; k < t->n; k++) {
        t->place[k] = pool_array(r->pool, (size_t)n, sizeof *t->place[k]);
        t->weight[k] = pool_array(r->pool, (size_t)n, sizeof *t->weight[k]);
    }
    for (int64_t i = 0; i < n; i++) {
        set_taps(z, t, d, in, i);
        set_outside(z, t, d, in, i);
    }
    t->weighs = t->n > 1 || t->adds;
    return true;
}

static int32_t along(struct build *r, int rank, int d, int64_t n, const float *values)
{
    int64_t dims[RANK_MAX];

    for (int k = 0; k < rank; k++)
        dims[k] = k == d ? n : 1;
    return add_const(r, TYPE_F32, rank, dims, values);
}

static int32_t resize_dim(struct build *r, int32_t x, const struct resize *z, int d)
{
    int64_t in = tensor_at(r, x)->dims[d];
    int32_t sum = TENSOR_ABSENT;
    struct taps t;

    if (r->status != MOTE_OK || !find_taps(r, z, d, in, &t))
        return TENSOR_ABSENT;
    for (int k = 0; k < t.n; k++) {
        int32_t one = gather(r, x, d, z->out[d], t.place[k]);

        if (t.weighs)
            one = emit_binary(r, OP_MUL, one, along(r, z->rank, d, z->out[d], t.weight[k]));
        sum = k == 0 ? one : emit_binary(r, OP_ADD, sum, one);
    }
    return t.adds ? emit_binary(r, OP_ADD, sum, along(r, z->rank, d, z->out[d], t.added)) : sum;
}

/* ---- the graph's own operators ---- */
/* Images of which height and width alone change, by the quotient of the sizes. */
static bool is_image(const struct resize *z, const struct tensor *t)
{
    if (t->rank != 4 || z->out[0] != t->dims[0] || z->out[1] != t->dims[1])
        return false;
    for (int d = 2; d < 4; d++)
        if (z->scale[d] != (double)z->out[d] / (double)t->dims[d])
            return false;
    return true;
}

/* Nearest ones by whole numbers show each element as often: so do both kinds. */
static bool repeats(const struct resize *z, const struct tensor *t)
{
    bool corner = is(z->coordinates, "asymmetric") && is(z->nearest, "floor");
    bool middle = is(z->coordinates, "half_pixel") && strncmp(z->nearest, "round", 5) == 0;

    return is(z->mode, "nearest") && (corner || middle) && z->out[2] % t->dims[2] == 0 && z->out[3] % t->dims[3] == 0;
}

static int32_t resize_image(struct build *r, int32_t x, const struct resize *z, const struct tensor *t)
{
    bool linear = is(z->mode, "linear") || is(z->mode, "bilinear");
    struct resize_opts opts = {.align_corners = linear && is(z->coordinates, "align_corners"),
                               .half_pixel_centers = linear && is(z->coordinates, "half_pixel")};

    if (!is_image(z, t) || z->exclude)
        return TENSOR_ABSENT;
    if (!repeats(z, t) &&
        !(linear && (opts.align_corners || opts.half_pixel_centers || is(z->coordinates, "asymmetric"))))
        return TENSOR_ABSENT;
    x = emit(r, linear ? OP_RESIZE_BILINEAR : OP_RESIZE_NEAREST_NEIGHBOR, &opts, TYPE_NONE, 2,
             (int32_t[]){channels_last(r, x), add_ints(r, 2, z->out + 2)});
    return channels_first(r, x, 2);
}

static void resize(struct build *r, int scales, int sizes)
{
    int32_t x = node_in(r, 0), y;
    const struct tensor t = *tensor_at(r, x);
    struct resize z;

    read_resize(r, &t, &z);
    if (r->status == MOTE_OK)
        read_sizes(r, &t, scales, sizes, &z);
    if (r->status == MOTE_OK)
        read_region(r, &z);
    if (r->status != MOTE_OK)
        return;
    y = resize_image(r, x, &z, &t);
    for (int d = 0; d < t.rank && y == TENSOR_ABSENT && r->status == MOTE_OK; d++)
        if (z.out[d] != t.dims[d] || z.scale[d] != 1 || is(z.coordinates, "tf_crop_and_resize"))
            x = resize_dim(r, x, &z, d);
    node_out(r, 0, y == TENSOR_ABSENT ? x : y);
}

/* Opset 10 has scales alone. */
void onnx_resize(struct build *r)
{
    const bool old = onnx_of(r)->opset < 11;

    if (!node_as_reals(r, onnx_resize))
        resize(r, old ? 1 : 2, old ? INT_MAX : 3);
}

/* Before opset 9 the scales are attributes, before 7 those of height and width. */
void onnx_upsample(struct build *r)
{
    const int64_t opset = onnx_of(r)->opset;
    float scales[RANK_MAX] = {1, 1, node_float(r, "height_scale", 1), node_float(r, "width_scale", 1)};
    int64_t n = 4;
    int given;

    if (opset >= 9) {
        resize(r, 1, INT_MAX);
        return;
    }
    if (opset >= 7) {
        node_floats(r, "scales", RANK_MAX, &given, scales);
        n = given;
    }
    onnx_of(r)->in = pool_copy(r->pool, (int32_t[]){node_in(r, 0), TENSOR_ABSENT}, 2 * sizeof *onnx_of(r)->in);
    onnx_of(r)->in[1] = add_const(r, TYPE_F32, 1, &n, pool_copy(r->pool, scales, sizeof scales));
    onnx_of(r)->n_in = 2;
    resize(r, 1, INT_MAX);
}
