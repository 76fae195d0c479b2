/* SPDX-License-Identifier: Apache-2.0 */
/* Normalizations. */
#include <float.h>

#include "host/import/activation.h"
#include "host/import/normalization.h"
#include "host/import/onnx/ops.h"

enum { X, SCALE, BIAS, MEAN, VARIANCE };

/* [C] as it is broadcast over [N][C][…]. */
static int32_t per_channel(struct build *r, int32_t x, int rank)
{
    int64_t dims[RANK_MAX];

    for (int d = 0; d < rank; d++)
        dims[d] = 1;
    dims[0] = tensor_at(r, x)->dims[0];
    return reshape(r, x, rank - 1, dims);
}

/* Statistics that are not known yet. */
static int32_t normalize(struct build *r, float epsilon)
{
    int rank = tensor_at(r, onnx_of(r)->in[X])->rank;
    int32_t variance = emit_binary(r, OP_ADD, onnx_of(r)->in[VARIANCE], add_float(r, epsilon));
    int32_t scale = emit_binary(r, OP_MUL, onnx_of(r)->in[SCALE], emit_unary(r, OP_RSQRT, variance));
    int32_t centered = emit_binary(r, OP_SUB, onnx_of(r)->in[X], per_channel(r, onnx_of(r)->in[MEAN], rank));

    return emit_binary(r, OP_ADD, emit_binary(r, OP_MUL, centered, per_channel(r, scale, rank)),
                       per_channel(r, onnx_of(r)->in[BIAS], rank));
}

static bool all_const(const struct build *r)
{
    for (int i = SCALE; i <= VARIANCE; i++)
        if (!is_const(r, onnx_of(r)->in[i]))
            return false;
    return true;
}

/* Old converters of Keras turn matrices around, so that channels are in front: of one sample that is no doubt. */
static bool has_channels_in_front(const struct build *r, int32_t x, int32_t scale)
{
    const struct tensor *t = tensor_at(r, x);

    return onnx_of(r)->opset < 9 && t->rank == 2 && t->dims[1] == 1 && t->dims[0] > 1 &&
           tensor_elements(tensor_at(r, scale)) == t->dims[0];
}

void onnx_batch_normalization(struct build *r)
{
    struct batch_norm_opts opts = {.epsilon = node_float(r, "epsilon", 1e-5f)};
    int32_t x = node_in(r, X), in[5], y;
    int rank = tensor_at(r, x)->rank;
    const bool turned = has_channels_in_front(r, x, node_in(r, SCALE));

    if (turned)
        onnx_of(r)->in[X] = x = transpose_move(r, x, 0, 1);

    for (int i = SCALE; i <= VARIANCE; i++) {
        const struct tensor *t = tensor_at(r, node_in(r, i));

        if (r->status == MOTE_OK && (rank < 2 || t->rank != 1 || t->dims[0] != tensor_at(r, x)->dims[1]))
            build_fail(r, MOTE_ERR_SHAPE, "input %d has %lld numbers, not one for each of the %lld channels", i,
                       (long long)tensor_elements(t), rank < 2 ? 0LL : (long long)tensor_at(r, x)->dims[1]);
    }
    if (node_int(r, "training_mode", 0) != 0 || node_wants(r, 1))
        build_fail(r, MOTE_ERR_UNSUPPORTED, "a batch normalization in training mode");
    if (r->status != MOTE_OK)
        return;
    if (!all_const(r)) {
        y = normalize(r, opts.epsilon);
    } else {
        memcpy(in, onnx_of(r)->in, sizeof in);
        in[X] = transpose_move(r, x, 1, rank - 1);
        y = transpose_move(r, emit(r, OP_BATCH_NORM, &opts, TYPE_NONE, 5, in), rank - 1, 1);
    }
    node_out(r, 0, turned ? transpose_move(r, y, 0, 1) : y);
}

/* ---- normalizations by statistics of the input itself ---- */
void onnx_layer_normalization(struct build *r)
{
    int32_t x = node_in(r, 0), scale = node_in(r, 1), y;
    int rank = tensor_at(r, x)->rank, axis = axis_of(r, node_int(r, "axis", -1), rank);
    int64_t axes[RANK_MAX];
    struct moments m;

    for (int d = axis; d < rank; d++)
        axes[d - axis] = d;
    m = moments(r, x, rank - axis, axes, node_float(r, "epsilon", 1e-5f));
    y = emit_binary(r, OP_MUL, emit_binary(r, OP_MUL, m.centered, m.inverse), scale);
    node_out(r, 0, node_has(r, 2) ? emit_binary(r, OP_ADD, y, onnx_of(r)->in[2]) : y);
    node_out(r, 1, m.mean);
    node_out(r, 2, m.inverse);
}

/* x scale / sqrt(mean of x² + epsilon) */
static void rms_normalization(struct build *r, float epsilon)
{
    const int32_t x = node_in(r, 0), scale = node_in(r, 1);
    const int rank = tensor_at(r, x)->rank, axis = axis_of(r, node_int(r, "axis", -1), rank);
    int64_t axes[RANK_MAX];
    int32_t mean;

    for (int d = axis; d < rank; d++)
        axes[d - axis] = d;
    mean = reduce(r, OP_MEAN, emit_unary(r, OP_SQUARE, x), rank - axis, axes, true);
    mean = emit_unary(r, OP_RSQRT, plus(r, mean, epsilon));
    node_out(r, 0, emit_binary(r, OP_MUL, emit_binary(r, OP_MUL, x, mean), scale));
}

void onnx_rms_normalization(struct build *r) { rms_normalization(r, node_float(r, "epsilon", 1e-5f)); }

static void rms_of_sum(struct build *r) { rms_normalization(r, node_float(r, "epsilon", 1e-12f)); }

/* Inputs: x, what is added, scale, a bias that is added before; the sum is output 3. As ONNX Runtime has it, with an
 * epsilon of its own. */
void onnx_skip_rms_normalization(struct build *r)
{
    int32_t x = emit_binary(r, OP_ADD, node_in(r, 0), node_in(r, 1));

    if (node_has(r, 3))
        x = emit_binary(r, OP_ADD, x, node_in(r, 3));
    node_compute(r, rms_of_sum, 2, (int32_t[]){x, node_in(r, 2)});
    node_out(r, 3, x);
}

/* x is [N][C][…], its statistics over all dimensions from `first` on; scale and bias one number a channel. */
static int32_t normalize_planes(struct build *r, int32_t x, int first, int32_t scale, int32_t bias, int rank)
{
    int64_t axes[RANK_MAX];
    int own = tensor_at(r, x)->rank;
    const struct tensor whole = *tensor_at(r, node_in(r, 0));
    struct moments m;

    for (int d = first; d < own; d++)
        axes[d - first] = d;
    m = moments(r, x, own - first, axes, node_float(r, "epsilon", 1e-5f));
    x = reshape(r, emit_binary(r, OP_MUL, m.centered, m.inverse), whole.rank, whole.dims);
    x = emit_binary(r, OP_MUL, x, per_channel(r, scale, rank));
    return emit_binary(r, OP_ADD, x, per_channel(r, bias, rank));
}

/* Of `groups` 0 a number a channel, else one a group. */
static bool want_numbers(struct build *r, int64_t groups)
{
    const struct tensor *x = tensor_at(r, node_in(r, 0));

    for (int i = 1; i < 3; i++) {
        const struct tensor *t = tensor_at(r, node_in(r, i));

        if (r->status == MOTE_OK && (x->rank < 2 || t->rank != 1 || t->dims[0] != (groups > 0 ? groups : x->dims[1])))
            build_fail(r, MOTE_ERR_SHAPE, "input %d is not one number a %s", i, groups > 0 ? "group" : "channel");
    }
    return r->status == MOTE_OK;
}

void onnx_instance_normalization(struct build *r)
{
    int32_t x = node_in(r, 0);

    if (want_numbers(r, 0))
        node_out(r, 0, normalize_planes(r, x, 2, onnx_of(r)->in[1], onnx_of(r)->in[2], tensor_at(r, x)->rank));
}

/* Each number for as many channels as a group has. */
static int32_t repeat(struct build *r, int32_t list, int64_t channels, int64_t groups)
{
    int32_t *from = add_indices(r, channels);

    for (int64_t i = 0; i < channels && r->status == MOTE_OK; i++)
        from[i] = (int32_t)(i / (channels / groups));
    return gather(r, list, 0, channels, from);
}

/* From opset 21 on scale and bias have a number a channel, before one a group. */
void onnx_group_normalization(struct build *r)
{
    int32_t x = node_in(r, 0);
    const struct tensor t = *tensor_at(r, x);
    int64_t groups = node_int(r, "num_groups", 1), inner;
    const bool by_group = onnx_of(r)->opset < 21;
    int32_t scale = node_in(r, 1), bias = node_in(r, 2);

    if (r->status == MOTE_OK && (t.rank < 2 || groups < 1 || t.dims[1] % groups))
        build_fail(r, MOTE_ERR_VALUE, "%lld groups of %lld channels", (long long)groups,
                   t.rank < 2 ? 0LL : (long long)t.dims[1]);
    if (!want_numbers(r, by_group ? groups : 0))
        return;
    if (by_group) {
        scale = repeat(r, scale, t.dims[1], groups);
        bias = repeat(r, bias, t.dims[1], groups);
    }
    inner = tensor_elements(&t) / (t.dims[0] * groups);
    x = reshape(r, x, 3, (int64_t[]){t.dims[0], groups, inner});
    node_out(r, 0, normalize_planes(r, x, 2, scale, bias, t.rank));
}

/* The reference adds its epsilon to the deviation. */
void onnx_mean_variance_normalization(struct build *r)
{
    int32_t x = node_in(r, 0), deviation;
    int64_t axes[RANK_MAX];
    int n, rank = tensor_at(r, x)->rank;
    struct moments m;

    node_ints(r, "axes", RANK_MAX, &n, axes);
    if (n < 0) {
        n = 3;
        axes[0] = 0, axes[1] = 2, axes[2] = 3;
    }
    for (int i = 0; i < n; i++)
        axes[i] = axis_of(r, axes[i], rank);
    m = moments(r, x, n, axes, 0);
    deviation = emit_binary(r, OP_DIV, add_float(r, 1), m.inverse);
    node_out(r, 0, emit_binary(r, OP_DIV, m.centered, emit_binary(r, OP_ADD, deviation, add_float(r, 1e-9f))));
}

/* x by the sum of its magnitudes along an axis, or the root of that of its squares; zeros stay. */
void onnx_lp_normalization(struct build *r)
{
    const int32_t x = node_in(r, 0);
    const int64_t p = node_int(r, "p", 2), axis = axis_of(r, node_int(r, "axis", -1), tensor_at(r, x)->rank);
    int32_t norm;

    if (r->status == MOTE_OK && p != 1 && p != 2)
        build_fail(r, MOTE_ERR_VALUE, "attribute p is %lld; 1 and 2 are there", (long long)p);
    norm = reduce(r, OP_SUM, emit_unary(r, p == 1 ? OP_ABS : OP_SQUARE, x), 1, &axis, true);
    norm = emit_binary(r, OP_MAXIMUM, p == 1 ? norm : emit_unary(r, OP_SQRT, norm), add_float(r, FLT_MIN));
    node_out(r, 0, emit_binary(r, OP_DIV, x, norm));
}

/* x / (bias + alpha / size * sum of the squares of `size` channels around)^beta */
void onnx_lrn(struct build *r)
{
    int32_t x = node_in(r, 0), sum = TENSOR_ABSENT, squares;
    const struct tensor t = *tensor_at(r, x);
    int64_t size = node_int(r, "size", 1), before[RANK_MAX] = {0}, after[RANK_MAX] = {0};
    float alpha = node_float(r, "alpha", 1e-4f), beta = node_float(r, "beta", 0.75f), bias = node_float(r, "bias", 1);

    if (r->status == MOTE_OK && (t.rank < 3 || size < 1 || size > 64))
        build_fail(r, MOTE_ERR_UNSUPPORTED, "%lld channels of %d dimensions", (long long)size, t.rank);
    if (r->status != MOTE_OK)
        return;
    before[1] = (size - 1) / 2, after[1] = size / 2;
    squares = pad(r, emit_unary(r, OP_SQUARE, x), before, after, TENSOR_ABSENT);
    for (int64_t i = 0; i < size; i++) {
        int64_t begin[RANK_MAX] = {0}, end[RANK_MAX], step[RANK_MAX];
        int32_t one;

        for (int d = 0; d < t.rank; d++)
            end[d] = t.dims[d], step[d] = 1;
        begin[1] = i, end[1] = i + t.dims[1];
        one = slice(r, squares, begin, end, step);
        sum = i == 0 ? one : emit_binary(r, OP_ADD, sum, one);
    }
    sum = emit_binary(r, OP_ADD, emit_binary(r, OP_MUL, sum, add_float(r, alpha / (float)size)), add_float(r, bias));
    sum = emit_binary(r, OP_MUL, emit_unary(r, OP_LOG, sum), add_float(r, -beta));
    node_out(r, 0, emit_binary(r, OP_MUL, x, emit_unary(r, OP_EXP, sum)));
}
