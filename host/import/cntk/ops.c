/* SPDX-License-Identifier: Apache-2.0 */
/* CNTK's functions. Axis i of n is dimension n - 1 - i. */
#include <math.h>

#include "host/import/activation.h"
#include "host/import/cntk/cntk.h"
#include "host/import/power.h"
#include "host/import/window.h"

static const Cntk__Dictionary *attributes(const struct build *r) { return cntk_of(r)->now->attributes; }
static int op(const struct build *r) { return cntk_of(r)->now->op; }

/* ---- element by element ---- */
static int32_t read_unary(struct build *r)
{
    static const enum op_id ids[] = {
        [0] = OP_NEG,  [1] = OP_LOGISTIC, [2] = OP_TANH, [3] = OP_RELU, [4] = OP_EXP,  [5] = OP_LOG,
        [6] = OP_SQRT, [7] = OP_FLOOR,    [8] = OP_ABS,  [54] = OP_SIN, [55] = OP_COS, [75] = OP_LOGISTIC};

    return emit_unary(r, ids[op(r)], cntk_in(r, 0));
}

static int32_t read_binary(struct build *r)
{
    static const enum op_id ids[] = {[19] = OP_ADD, [20] = OP_SUB, [21] = OP_MUL};

    return emit_binary(r, ids[op(r)], cntk_in(r, 0), cntk_in(r, 1));
}

static int32_t read_identity(struct build *r) { return cntk_in(r, 0); }
static int32_t read_reciprocal(struct build *r) { return emit_binary(r, OP_DIV, add_float(r, 1), cntk_in(r, 0)); }
static int32_t read_elu(struct build *r) { return elu(r, cntk_in(r, 0), 1, 1); }
static int32_t read_pow(struct build *r) { return power(r, cntk_in(r, 0), cntk_in(r, 1)); }

static int32_t read_clip(struct build *r)
{
    return emit_binary(r, OP_MINIMUM, emit_binary(r, OP_MAXIMUM, cntk_in(r, 0), cntk_in(r, 1)), cntk_in(r, 2));
}

static int32_t flat(struct build *r, int32_t x)
{
    return reshape(r, x, 1, &(int64_t){tensor_elements(tensor_at(r, x))});
}

static int32_t like(struct build *r, int32_t y, int32_t x)
{
    const struct tensor t = *tensor_at(r, x);

    return reshape(r, y, t.rank, t.dims);
}

static int32_t read_softmax(struct build *r)
{
    const int32_t x = cntk_in(r, 0);

    return like(r, softmax_last(r, op(r) == 10 ? OP_SOFTMAX : OP_LOG_SOFTMAX, flat(r, x)), x);
}

/* ---- products ---- */
/* W is [in][out] with what is left of its dimensions as x has them. */
static int32_t read_times(struct build *r)
{
    const int64_t rank = cntk_int(attributes(r), "outputRank", 1);
    int32_t w = cntk_in(r, 0), x = cntk_in(r, 1);
    const struct tensor t = *tensor_at(r, w);
    const int64_t n = tensor_elements(tensor_at(r, x));
    int64_t out = 1;

    if (r->status == MOTE_OK && (rank < 0 || rank > t.rank))
        build_fail(r, MOTE_ERR_VALUE, "outputRank %lld of %d dimensions", (long long)rank, t.rank);
    if (r->status != MOTE_OK)
        return TENSOR_ABSENT;
    for (int64_t d = t.rank - rank; d < t.rank; d++)
        out *= t.dims[d];
    if (tensor_elements(&t) != out * n)
        build_fail(r, MOTE_ERR_SHAPE, "%lld weights for %lld inputs and %lld outputs", (long long)tensor_elements(&t),
                   (long long)n, (long long)out);
    w = transpose(r, reshape(r, w, 2, (int64_t[]){n, out}), (int[]){1, 0});
    x = emit_binary(r, OP_FULLY_CONNECTED, reshape(r, x, 2, (int64_t[]){1, n}), w);
    return reshape(r, x, (int)rank, t.dims + t.rank - rank);
}

/* ---- windows ---- */
/* [C][H][W] as an image [1][H][W][C], and back. */
static int32_t to_image(struct build *r, int32_t x)
{
    const struct tensor t = *tensor_at(r, x);

    return transpose(r, reshape(r, x, 4, (int64_t[]){1, t.dims[0], t.dims[1], t.dims[2]}), (int[]){0, 2, 3, 1});
}

static int32_t from_image(struct build *r, int32_t x)
{
    int64_t dims[3];

    x = transpose(r, x, (int[]){0, 3, 1, 2});
    memcpy(dims, tensor_at(r, x)->dims + 1, sizeof dims);
    return reshape(r, x, 3, dims);
}

/* Windows of an image, whose padding CNTK works out so that they are as much in front as behind, the odd element
 * behind; it may cut off, too. Attributes are of columns first. */
static struct spatial windows(struct build *r, const struct tensor *image, const int64_t kernel[2])
{
    const Cntk__Dictionary *a = attributes(r);
    struct spatial s = {.n = 2};

    for (int i = 0; i < 2 && r->status == MOTE_OK; i++) {
        const size_t axis = (size_t)(1 - i);
        const int64_t stride = cntk_nth(a, "strides", axis, 1), dilation = cntk_nth(a, "dilation", axis, 1);
        const int64_t n = image->dims[1 + i], reach = (kernel[i] - 1) * dilation + 1;

        if (stride < 1 || dilation < 1 || kernel[i] < 1 || kernel[i] > INT32_MAX / dilation) {
            build_fail(r, MOTE_ERR_VALUE, "a window of %lld with stride %lld and dilation %lld", (long long)kernel[i],
                       (long long)stride, (long long)dilation);
            break;
        }
        s.in[i] = n;
        s.kernel[i] = kernel[i];
        s.stride[i] = stride;
        s.dilation[i] = dilation;
        if (cntk_nth_bool(a, "autoPadding", axis)) {
            s.out[i] = (n - 1) / stride + 1;
            s.before[i] = (reach - 1) / 2 - (n - ((s.out[i] - 1) * stride + 1)) / 2;
            s.after[i] = (s.out[i] - 1) * stride + reach - n - s.before[i];
        } else {
            s.before[i] = cntk_nth(a, "lowerPad", axis, 0);
            s.after[i] = cntk_nth(a, "upperPad", axis, 0);
            if (s.before[i] < 0 || s.after[i] < 0 || n + s.before[i] + s.after[i] < reach)
                build_fail(r, MOTE_ERR_SHAPE, "a window of %lld is larger than the padded input", (long long)reach);
            s.out[i] = (n + s.before[i] + s.after[i] - reach) / stride + 1;
        }
    }
    return s;
}

/* What is cut off is cut off before. */
static int32_t cut(struct build *r, int32_t x, struct spatial *s)
{
    int64_t front[4] = {0}, back[4] = {0};

    for (int i = 0; i < 2 && r->status == MOTE_OK; i++) {
        front[1 + i] = s->before[i] < 0 ? s->before[i] : 0;
        back[1 + i] = s->after[i] < 0 ? s->after[i] : 0;
        s->in[i] += front[1 + i] + back[1 + i];
        s->before[i] -= front[1 + i];
        s->after[i] -= back[1 + i];
    }
    return front[1] | front[2] | back[1] | back[2] ? pad(r, x, front, back, TENSOR_ABSENT) : x;
}

static int32_t read_convolution(struct build *r)
{
    const int32_t w = cntk_in(r, 0);
    int32_t x = cntk_in(r, 1);
    const struct tensor filters = *tensor_at(r, w), in = *tensor_at(r, x);
    const int64_t groups = cntk_int(attributes(r), "groups", 1);
    struct spatial s;

    if (r->status == MOTE_OK && (filters.rank != 4 || in.rank != 3))
        build_fail(r, MOTE_ERR_UNSUPPORTED, "filters of %d dimensions and an input of %d; Mote has 4 and 3",
                   filters.rank, in.rank);
    if (r->status == MOTE_OK && cntk_bool(attributes(r), "transpose"))
        build_fail(r, MOTE_ERR_UNSUPPORTED, "a transposed convolution");
    if (r->status == MOTE_OK && (groups < 1 || filters.dims[1] * groups != in.dims[0] || filters.dims[0] % groups))
        build_fail(r, MOTE_ERR_SHAPE, "filters of %lld channels for %lld", (long long)filters.dims[1],
                   (long long)in.dims[0]);
    if (r->status != MOTE_OK)
        return TENSOR_ABSENT;
    x = to_image(r, x);
    s = windows(r, tensor_at(r, x), filters.dims + 2);
    x = cut(r, x, &s);
    return from_image(r, convolution(r, x, w, TENSOR_ABSENT, groups, &s));
}

static int32_t read_pooling(struct build *r)
{
    const bool average = cntk_int(attributes(r), "poolingType", 0) == 1;
    int32_t x = cntk_in(r, 0);
    int64_t kernel[2];
    struct spatial s;

    if (r->status == MOTE_OK && tensor_at(r, x)->rank != 3)
        build_fail(r, MOTE_ERR_UNSUPPORTED, "an input of %d dimensions; Mote has pools of 3", tensor_at(r, x)->rank);
    if (r->status == MOTE_OK && (cntk_bool(attributes(r), "ceilOutDim") || cntk_bool(attributes(r), "includePad")))
        build_fail(r, MOTE_ERR_UNSUPPORTED, "ceilOutDim or includePad");
    if (r->status != MOTE_OK)
        return TENSOR_ABSENT;
    x = to_image(r, x);
    for (int i = 0; i < 2; i++) {
        kernel[i] = cntk_nth(attributes(r), "poolingWindowShape", (size_t)(1 - i), -1);
        if (kernel[i] < 0) /* unknown: the whole image */
            kernel[i] = tensor_at(r, x)->dims[1 + i];
    }
    s = windows(r, tensor_at(r, x), kernel);
    x = cut(r, x, &s);
    return from_image(r, pooling(r, average ? OP_AVERAGE_POOL_2D : OP_MAX_POOL_2D, x, &s));
}

/* ---- normalization ---- */
/* One number a channel, or with `spatial` false one an element. */
static int32_t numbers_of(struct build *r, int i, int32_t x)
{
    const struct tensor t = *tensor_at(r, x);
    const int32_t p = cntk_in(r, i);
    int64_t dims[RANK_MAX];

    if (!cntk_bool(attributes(r), "spatial"))
        return like(r, p, x);
    for (int d = 0; d < t.rank; d++)
        dims[d] = d == 0 ? t.dims[0] : 1;
    return reshape(r, p, t.rank, dims);
}

static int32_t read_batch_normalization(struct build *r)
{
    const int32_t x = cntk_in(r, 0), scale = numbers_of(r, 1, x), bias = numbers_of(r, 2, x);
    const int32_t mean = numbers_of(r, 3, x), variance = numbers_of(r, 4, x);
    const float epsilon = (float)cntk_float(attributes(r), "epsilon", 1e-5);
    const int32_t factor = emit_binary(r, OP_MUL, scale, emit_unary(r, OP_RSQRT, plus(r, variance, epsilon)));
    const int32_t term = emit_binary(r, OP_SUB, bias, emit_binary(r, OP_MUL, mean, factor));

    return emit_binary(r, OP_ADD, emit_binary(r, OP_MUL, x, factor), term);
}

/* ---- shapes ---- */
static int64_t axis_index(const struct build *r, const char *key, int64_t absent)
{
    const Cntk__Value *v = cntk_get(attributes(r), key);

    return v && v->axis ? v->axis->index : absent;
}

/* The dimension of the attribute's axis. */
static int axis_dim(struct build *r, const char *key, int rank)
{
    int64_t axis = axis_index(r, key, 0);

    axis += axis < 0 ? rank : 0;
    if (axis < 0 || axis >= rank) {
        build_fail(r, MOTE_ERR_UNSUPPORTED, "\"%s\" names axis %lld of %d: a dynamic one, or none", key,
                   (long long)axis, rank);
        return 0;
    }
    return rank - 1 - (int)axis;
}

static int32_t read_reshape(struct build *r)
{
    const int32_t x = cntk_in(r, 0);
    const struct tensor t = *tensor_at(r, x);
    const int64_t begin = axis_index(r, "beginAxis", 0), end = axis_index(r, "endAxis", t.rank);
    const Cntk__Value *v = cntk_get(attributes(r), "newShape");
    const int64_t n = v && v->shape ? (int64_t)v->shape->n_dim : 0;
    int64_t dims[RANK_MAX], known = 1;
    int rank = 0, open = -1;

    if (r->status == MOTE_OK && (begin < 0 || begin > end || end > t.rank || n + t.rank >= RANK_MAX))
        build_fail(r, MOTE_ERR_UNSUPPORTED, "axes %lld to %lld of %d become %lld", (long long)begin, (long long)end,
                   t.rank, (long long)n);
    if (r->status != MOTE_OK)
        return TENSOR_ABSENT;
    for (int64_t d = 0; d < t.rank - end; d++)
        dims[rank++] = t.dims[d];
    for (int64_t i = n; i-- > 0;) {
        const uint64_t dim = v->shape->dim[i];

        open = dim > INT32_MAX ? rank : open;
        dims[rank++] = dim > INT32_MAX ? 1 : (int64_t)dim;
    }
    for (int64_t d = t.rank - begin; d < t.rank; d++)
        dims[rank++] = t.dims[d];
    known = dims_elements(rank, dims);
    if (open >= 0 && known > 0)
        dims[open] = tensor_elements(&t) / known;
    return reshape(r, x, rank, dims);
}

static int32_t read_slice(struct build *r)
{
    const int32_t x = cntk_in(r, 0);
    const struct tensor t = *tensor_at(r, x);
    const int d = axis_dim(r, "axis", t.rank);
    int64_t begin[RANK_MAX] = {0}, end[RANK_MAX], step[RANK_MAX], from, to;

    if (r->status != MOTE_OK)
        return TENSOR_ABSENT;
    from = cntk_int(attributes(r), "beginIndex", 0);
    to = cntk_int(attributes(r), "endIndex", 0);
    for (int k = 0; k < t.rank; k++) {
        end[k] = t.dims[k];
        step[k] = 1;
    }
    begin[d] = from < 0 ? from + t.dims[d] : from;
    end[d] = to < 0 || (to == 0 && from < 0) ? to + t.dims[d] : to;
    step[d] = cntk_int(attributes(r), "sliceStrides", 1);
    if (begin[d] < 0 || begin[d] >= end[d] || end[d] > t.dims[d] || step[d] < 1)
        build_fail(r, MOTE_ERR_VALUE, "elements %lld to %lld of %lld", (long long)begin[d], (long long)end[d],
                   (long long)t.dims[d]);
    return slice(r, x, begin, end, step);
}

static int32_t read_splice(struct build *r)
{
    const int n = cntk_inputs(r);
    int32_t *in = pool_array(r->pool, (size_t)n, sizeof *in);

    for (int i = 0; i < n && r->status == MOTE_OK; i++)
        in[i] = cntk_in(r, i);
    return r->status == MOTE_OK ? concat(r, axis_dim(r, "axis", tensor_at(r, in[0])->rank), n, in) : TENSOR_ABSENT;
}

/* log(sum(exp(x))), less the largest. */
static int32_t log_sum(struct build *r, int32_t x, int n, const int64_t *axes, bool keep)
{
    const int32_t most = reduce(r, OP_REDUCE_MAX, x, n, axes, true);
    int32_t y = emit_unary(r, OP_EXP, emit_binary(r, OP_SUB, x, most));

    y = emit_unary(r, OP_LOG, reduce(r, OP_SUM, y, n, axes, true));
    y = emit_binary(r, OP_ADD, y, most);
    return keep ? y : reduce(r, OP_SUM, y, n, axes, false);
}

static int32_t read_reduction(struct build *r)
{
    static const struct {
        const char *name;
        enum op_id id;
    } kinds[] = {{"Sum", OP_SUM}, {"Mean", OP_MEAN}, {"Max", OP_REDUCE_MAX}, {"Min", OP_REDUCE_MIN}};
    const char *name = cntk_string(attributes(r), "reductionOpName");
    const bool keep = cntk_bool(attributes(r), "reductionKeepDimensions");
    const int32_t x = cntk_in(r, 0);
    const int rank = tensor_at(r, x)->rank;
    const bool all = axis_index(r, "axis", 0) > RANK_MAX; /* all static axes are a number beyond */
    int64_t axes[RANK_MAX] = {0};

    if (r->status == MOTE_OK && cntk_count(attributes(r), "axisVec") > 1)
        build_fail(r, MOTE_ERR_UNSUPPORTED, "several axes");
    if (!all && r->status == MOTE_OK)
        axes[0] = axis_dim(r, "axis", rank);
    for (int d = 0; all && d < rank; d++)
        axes[d] = d;
    if (strcmp(name, "LogSum") == 0)
        return log_sum(r, x, all ? rank : 1, axes, keep);
    for (size_t i = 0; i < COUNT(kinds); i++)
        if (strcmp(kinds[i].name, name) == 0)
            return reduce(r, kinds[i].id, x, all ? rank : 1, axes, keep);
    build_fail(r, MOTE_ERR_UNSUPPORTED, "the reduction '%s'", printable(r->pool, name));
    return TENSOR_ABSENT;
}

/* ---- sequences ---- */
static int32_t read_past(struct build *r)
{
    const struct cntk *c = cntk_of(r);
    const int64_t offset = cntk_int(attributes(r), "offset", 1), back = op(r) == 37 ? -offset : offset;
    const int64_t step = c->step + back;
    int64_t dims[RANK_MAX];
    int32_t initial;
    int rank = -1;

    if (offset < 1 || offset > INT32_MAX) {
        build_fail(r, MOTE_ERR_VALUE, "an offset of %lld", (long long)offset);
        return TENSOR_ABSENT;
    }
    if (step >= 0 && step < c->steps)
        return cntk_in_at(r, 0, step);
    initial = cntk_in(r, 1);
    for (int32_t i = 0; i < c->n_v && rank < 0; i++) /* the shape that the file says of what goes around */
        if (strcmp(c->v[i].uid, cntk_string_at(c->now->json, "inputs", 0)) == 0)
            rank = cntk_shape(r, c->v[i].json, "shape", dims);
    return rank < 0 ? initial : emit_binary(r, OP_ADD, add_zeros(r, rank, dims), initial);
}

/* ---- the table ---- */
static const struct cntk_op ops[] = {
    {0, "Negate", 1, read_unary},
    {1, "Sigmoid", 1, read_unary},
    {2, "Tanh", 1, read_unary},
    {3, "ReLU", 1, read_unary},
    {4, "Exp", 1, read_unary},
    {5, "Log", 1, read_unary},
    {6, "Sqrt", 1, read_unary},
    {7, "Floor", 1, read_unary},
    {8, "Abs", 1, read_unary},
    {9, "Reciprocal", 1, read_reciprocal},
    {10, "Softmax", 1, read_softmax},
    {14, "Slice", 1, read_slice},
    {15, "Dropout", 1, read_identity},
    {16, "Reshape", 1, read_reshape},
    {17, "Pooling", 1, read_pooling},
    {19, "Plus", 2, read_binary},
    {20, "Minus", 2, read_binary},
    {21, "ElementTimes", 2, read_binary},
    {31, "Times", 2, read_times},
    {33, "Convolution", 2, read_convolution},
    {37, "PastValue", 2, read_past},
    {38, "FutureValue", 2, read_past},
    {39, "ReduceElements", 1, read_reduction},
    {40, "BatchNormalization", 5, read_batch_normalization},
    {41, "Clip", 3, read_clip},
    {43, "Splice", 1, read_splice},
    {44, "Combine", 1, NULL},
    {49, "OptimizedRNNStack", 2, NULL},
    {51, "LogSoftmax", 1, read_softmax},
    {54, "Sin", 1, read_unary},
    {55, "Cos", 1, read_unary},
    {56, "Pass", 1, read_identity},
    {57, "Block", 0, NULL},
    {62, "NoOp", 1, read_identity},
    {64, "StopGradient", 1, read_identity},
    {65, "ELU", 1, read_elu},
    {69, "Pow", 2, read_pow},
    {75, "StableSigmoid", 1, read_unary},
};

const struct cntk_op *cntk_op_find(int code)
{
    for (size_t i = 0; i < COUNT(ops); i++)
        if (ops[i].code == code)
            return &ops[i];
    return NULL;
}
