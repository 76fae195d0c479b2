/* SPDX-License-Identifier: Apache-2.0 */
/* A maker an operator. What an operator accepts is what its host file and docs/EXACT.md say; a maker draws from all of
 * it, and from nothing else: a graph that Mote refuses is a finding. */
#include "tests/random/builder.h"

#include <math.h>

#define SAME_QUANTIZATION(b, in) new_output(b, tensor_of(b, in)->type, quantization_of(b, in))

static const enum activation clamps[] = {ACTIVATION_NONE, ACTIVATION_NONE, ACTIVATION_RELU, ACTIVATION_RELU6,
                                         ACTIVATION_RELU_N1_TO_1};

/* ---- windows: convolutions and pools ---- */
struct window_axis {
    int32_t filter, stride, dilation, pad_before, pad_after;
};

/* One axis of a window that fits `in` elements; every position of it holds at least one element. */
static struct window_axis draw_axis(struct builder *b, enum padding padding, int64_t in, int32_t dilation_max)
{
    struct window_axis a = {.filter = dice_range(b, 1, 4), .stride = dice_range(b, 1, 3), .dilation = 1};

    if (dice_chance(b, 4))
        a.dilation = dice_range(b, 1, dilation_max);
    if (padding == PADDING_EXPLICIT) {
        a.pad_before = dice_range(b, 0, a.filter - 1);
        a.pad_after = dice_range(b, 0, a.filter - 1);
    }
    if (padding != PADDING_SAME && (a.filter - 1) * a.dilation + 1 > in + a.pad_before + a.pad_after)
        a = (struct window_axis){.filter = 1, .stride = a.stride, .dilation = 1};
    return a;
}

static bool make_conv(struct builder *b, enum op_id id, bool depthwise)
{
    int32_t in = pick(b, TYPES(TYPE_S8), 4, 4), weights, bias, out;

    if (in == TENSOR_ABSENT)
        return false;

    const int64_t *shape = tensor_of(b, in)->dims;
    enum padding padding = (enum padding)dice_range(b, 0, PADDING_COUNT - 1);
    struct window_axis y = draw_axis(b, padding, shape[1], 3), x = draw_axis(b, padding, shape[2], 3);
    int64_t in_c = shape[3], groups = 1, out_c = dice_range(b, 1, 9);
    float in_scale = quantization_of(b, in).scale, magnitude;

    if (depthwise)
        out_c = in_c * dice_range(b, 1, dice_chance(b, 2) ? 1 : 4);
    else if (dice_chance(b, 4))
        do
            groups = dice_range(b, 1, (int32_t)in_c);
        while (in_c % groups != 0);
    if (!depthwise)
        out_c *= groups;

    int64_t filter_c = depthwise ? out_c : in_c / groups;
    int64_t dims[] = {depthwise ? 1 : out_c, y.filter, x.filter, filter_c};

    weights = new_weights(b, 4, dims, depthwise ? 3 : 0, true);
    bias = new_bias(b, in_scale, weights, out_c);
    magnitude = in_scale * tensor_of(b, weights)->quant.scale[0] * 80 * 80;
    magnitude *= sqrtf((float)((int64_t)y.filter * x.filter * (depthwise ? 1 : filter_c)));
    out = new_output(b, TYPE_S8, quantization_for(b, TYPE_S8, magnitude));

    struct op *op = new_op(b, id, 3, (int32_t[]){in, weights, bias}, 1, &out);

    *(struct conv_opts *)op->opts = (struct conv_opts){.padding = padding,
                                                       .pad_top = y.pad_before,
                                                       .pad_bottom = y.pad_after,
                                                       .pad_left = x.pad_before,
                                                       .pad_right = x.pad_after,
                                                       .stride_h = y.stride,
                                                       .stride_w = x.stride,
                                                       .dilation_h = y.dilation,
                                                       .dilation_w = x.dilation,
                                                       .activation = (int32_t)DICE_OF(b, clamps)};
    return op_done(b, op);
}

static bool make_conv_2d(struct builder *b) { return make_conv(b, OP_CONV_2D, false); }

static bool make_depthwise_conv_2d(struct builder *b) { return make_conv(b, OP_DEPTHWISE_CONV_2D, true); }

static bool make_pool(struct builder *b, enum op_id id)
{
    int32_t in = pick(b, TYPES(TYPE_S8), 4, 4), out;

    if (in == TENSOR_ABSENT)
        return false;

    const int64_t *shape = tensor_of(b, in)->dims;
    enum padding padding = (enum padding)dice_range(b, 0, PADDING_COUNT - 1);
    struct window_axis y = draw_axis(b, padding, shape[1], 1), x = draw_axis(b, padding, shape[2], 1);

    out = SAME_QUANTIZATION(b, in);

    struct op *op = new_op(b, id, 1, &in, 1, &out);

    *(struct pool_opts *)op->opts = (struct pool_opts){.padding = padding,
                                                       .pad_top = y.pad_before,
                                                       .pad_bottom = y.pad_after,
                                                       .pad_left = x.pad_before,
                                                       .pad_right = x.pad_after,
                                                       .stride_h = y.stride,
                                                       .stride_w = x.stride,
                                                       .filter_h = y.filter,
                                                       .filter_w = x.filter,
                                                       .activation = (int32_t)DICE_OF(b, clamps)};
    return op_done(b, op);
}

static bool make_average_pool_2d(struct builder *b) { return make_pool(b, OP_AVERAGE_POOL_2D); }

static bool make_max_pool_2d(struct builder *b) { return make_pool(b, OP_MAX_POOL_2D); }

/* ---- whole tensors ---- */
static bool make_fully_connected(struct builder *b)
{
    int32_t in = pick(b, TYPES(TYPE_S8), 1, 5), weights, bias, out, from;

    if (in == TENSOR_ABSENT)
        return false;

    struct tensor shape = *tensor_of(b, in);
    bool keep = dice_chance(b, 3);
    int64_t len = 1, out_c = dice_range(b, 1, 12);
    float in_scale = quantization_of(b, in).scale, magnitude;

    from = keep ? shape.rank - 1 : dice_range(b, 0, shape.rank - 1);
    for (int d = from; d < shape.rank; d++)
        len *= shape.dims[d];
    weights = new_weights(b, 2, (int64_t[]){out_c, len}, 0, true);
    if (tensor_of(b, weights)->quant.n == 1 && dice_chance(b, 5))
        quant_set(b->model, &tensor_of(b, weights)->quant, tensor_of(b, weights)->quant.scale[0],
                  dice_range(b, INT8_MIN, INT8_MAX));
    bias = new_bias(b, in_scale, weights, out_c);
    magnitude = in_scale * tensor_of(b, weights)->quant.scale[0] * 80 * 80 * sqrtf((float)len);
    out = new_output(b, TYPE_S8, quantization_for(b, TYPE_S8, magnitude));

    struct op *op = new_op(b, OP_FULLY_CONNECTED, 3, (int32_t[]){in, weights, bias}, 1, &out);

    *(struct fully_connected_opts *)op->opts =
        (struct fully_connected_opts){.activation = (int32_t)DICE_OF(b, clamps), .keep_num_dims = keep};
    return op_done(b, op);
}

static bool make_reduction(struct builder *b, enum op_id id)
{
    int32_t in = pick(b, id == OP_MEAN ? TYPES(TYPE_S8) : TYPES(TYPE_S8, TYPE_F32), 1, 6), out;
    int64_t axes[4], n = dice_range(b, 1, 4);

    if (in == TENSOR_ABSENT)
        return false;

    enum mote_type type = tensor_of(b, in)->type;
    int32_t rank = tensor_of(b, in)->rank;

    for (int64_t i = 0; i < n; i++) /* some negative, some twice */
        axes[i] = dice_range(b, -rank, rank - 1);
    out = id == OP_REDUCE_MAX ? SAME_QUANTIZATION(b, in)
                              : new_output(b, type, quantization_for(b, type, quantization_of(b, in).scale * 100));

    struct op *op = new_op(b, id, 2, (int32_t[]){in, new_ints(b, 1, &n, axes)}, 1, &out);

    *(struct reduce_opts *)op->opts = (struct reduce_opts){.keep_dims = dice_chance(b, 2)};
    return op_done(b, op);
}

static bool make_mean(struct builder *b) { return make_reduction(b, OP_MEAN); }

/* ---- two operands ---- */
static bool broadcasts(const struct tensor *a, const struct tensor *c)
{
    for (int d = 1; d <= a->rank && d <= c->rank; d++)
        if (a->dims[a->rank - d] != c->dims[c->rank - d] && a->dims[a->rank - d] != 1 && c->dims[c->rank - d] != 1)
            return false;
    return true;
}

/* Another operand of the type that broadcasts with a: one that is there, a itself, or a constant. */
static int32_t pick_second(struct builder *b, int32_t a)
{
    struct tensor shape = *tensor_of(b, a);
    int64_t dims[RANK_MAX];
    int rank;

    for (int tries = 0; tries < 6; tries++) {
        int32_t c = dice_chance(b, 12) ? a : pick(b, UINT32_C(1) << shape.type, 0, RANK_MAX);

        if (c != TENSOR_ABSENT && (c != a || dice_chance(b, 4)) && broadcasts(&shape, tensor_of(b, c)))
            return c;
    }
    rank = dice_chance(b, 2) ? shape.rank : dice_range(b, 0, shape.rank);
    for (int d = 0; d < rank; d++) {
        dims[d] = shape.dims[shape.rank - rank + d];
        if (dice_chance(b, 3))
            dims[d] = dims[d] == 1 ? dice_range(b, 1, 3) : 1;
    }
    return new_const(b, shape.type, rank, dims, random_quantization(b, shape.type));
}

static bool make_binary(struct builder *b, enum op_id id)
{
    int32_t in[2] = {pick(b, TYPES(TYPE_S8), 0, 6)}, out;
    float x, y;

    if (in[0] == TENSOR_ABSENT)
        return false;
    in[1] = pick_second(b, in[0]);
    if (dice_chance(b, 2)) {
        int32_t first = in[0];

        in[0] = in[1];
        in[1] = first;
    }
    x = quantization_of(b, in[0]).scale * 100;
    y = quantization_of(b, in[1]).scale * 100;
    out = new_output(b, TYPE_S8, quantization_for(b, TYPE_S8, id == OP_MUL ? x * y : x + y));

    struct op *op = new_op(b, id, 2, in, 1, &out);

    *(struct binary_opts *)op->opts = (struct binary_opts){.activation = (int32_t)DICE_OF(b, clamps)};
    return op_done(b, op);
}

static bool make_add(struct builder *b) { return make_binary(b, OP_ADD); }

static bool make_mul(struct builder *b) { return make_binary(b, OP_MUL); }

/* ---- moving ---- */
#define MOVABLE TYPES(TYPE_S8, TYPE_U8, TYPE_S16, TYPE_S32, TYPE_F32)

static bool make_pad(struct builder *b)
{
    int32_t in = pick(b, MOVABLE, 1, 5), paddings, value = TENSOR_ABSENT, out;
    int64_t amounts[2 * RANK_MAX];

    if (in == TENSOR_ABSENT)
        return false;

    int rank = tensor_of(b, in)->rank;
    bool image = rank == 4 && dice_chance(b, 2); /* what a convolution may take over */

    for (int i = 0; i < 2 * rank; i++)
        amounts[i] = image && (i / 2 == 0 || i / 2 == 3) ? 0 : dice_chance(b, 2) ? dice_range(b, 0, 3) : 0;
    paddings = new_ints(b, 2, (int64_t[]){rank, 2}, amounts);
    if (dice_chance(b, 3))
        value = new_const(b, tensor_of(b, in)->type, 0, NULL, quantization_of(b, in));
    out = SAME_QUANTIZATION(b, in);
    return op_done(b, new_op(b, OP_PAD, 3, (int32_t[]){in, paddings, value}, 1, &out));
}

/* `elements` as a product of `rank` dimensions. */
static void factor(struct builder *b, int64_t elements, int64_t rank, int64_t *dims)
{
    for (int64_t d = 0; d < rank; d++)
        dims[d] = 1;
    for (int64_t p = 2; elements > 1; p++)
        for (; elements % p == 0; elements /= p)
            dims[dice_range(b, 0, (int32_t)rank - 1)] *= p;
}

static bool make_reshape(struct builder *b)
{
    int32_t in = pick(b, MOVABLE, 0, 6), shape = TENSOR_ABSENT, out;
    int64_t rank = dice_chance(b, 2) ? 4 : dice_range(b, 1, 6), dims[RANK_MAX], given[RANK_MAX];

    if (in == TENSOR_ABSENT)
        return false;
    factor(b, tensor_elements(tensor_of(b, in)), rank, dims);
    if (dice_chance(b, 2)) {
        memcpy(given, dims, sizeof given);
        if (dice_chance(b, 2))
            given[dice_range(b, 0, (int32_t)rank - 1)] = -1;
        shape = new_ints(b, 1, &rank, given);
    }
    out = SAME_QUANTIZATION(b, in);
    if (shape == TENSOR_ABSENT) {
        tensor_of(b, out)->rank = (int32_t)rank;
        memcpy(tensor_of(b, out)->dims, dims, sizeof dims);
    }
    return op_done(b, new_op(b, OP_RESHAPE, 2, (int32_t[]){in, shape}, 1, &out));
}

static bool make_transpose(struct builder *b)
{
    int32_t in = pick(b, MOVABLE, 1, 6), out;
    int64_t perm[RANK_MAX], rank;

    if (in == TENSOR_ABSENT)
        return false;
    rank = tensor_of(b, in)->rank;
    for (int64_t d = 0; d < rank; d++) {
        int32_t k = dice_range(b, 0, (int32_t)d);

        perm[d] = perm[k];
        perm[k] = d;
    }
    out = SAME_QUANTIZATION(b, in);
    return op_done(b, new_op(b, OP_TRANSPOSE, 2, (int32_t[]){in, new_ints(b, 1, &rank, perm)}, 1, &out));
}

static bool make_resize(struct builder *b, enum op_id id, uint32_t types)
{
    int32_t in = pick(b, types, 4, 4), out;
    int64_t two = 2, size[2];

    if (in == TENSOR_ABSENT)
        return false;
    for (int i = 0; i < 2; i++)
        size[i] = dice_range(b, 1, 2 * (int32_t)tensor_of(b, in)->dims[1 + i] + 1);
    out = SAME_QUANTIZATION(b, in);

    int mode = dice_range(b, 0, 2);
    struct op *op = new_op(b, id, 2, (int32_t[]){in, new_ints(b, 1, &two, size)}, 1, &out);

    *(struct resize_opts *)op->opts = (struct resize_opts){.align_corners = mode == 1, .half_pixel_centers = mode == 2};
    return op_done(b, op);
}

static bool make_resize_nearest_neighbor(struct builder *b)
{
    return make_resize(b, OP_RESIZE_NEAREST_NEIGHBOR, MOVABLE);
}

/* ---- one operand ---- */
static bool make_softmax(struct builder *b)
{
    int32_t in = pick(b, TYPES(TYPE_S8), 1, 6), out;

    if (in == TENSOR_ABSENT)
        return false;
    if (dice_chance(b, 4)) /* the reference fixes the result's quantization */
        out = new_output(b, TYPE_S16, (struct quantization){1.0f / 65536, INT16_MIN});
    else
        out = new_output(b, TYPE_S8, (struct quantization){1.0f / 256, INT8_MIN});

    struct op *op = new_op(b, OP_SOFTMAX, 1, &in, 1, &out);

    *(struct softmax_opts *)op->opts = (struct softmax_opts){.beta = dice_chance(b, 2) ? 1 : dice_log(b, 0.1f, 8)};
    return op_done(b, op);
}

static bool make_quantize(struct builder *b)
{
    /* The pairs that the reference has. */
    static const enum mote_type to[][4] = {
        [TYPE_F32] = {TYPE_S8, TYPE_S8, TYPE_S16, TYPE_S16}, [TYPE_S8] = {TYPE_S8, TYPE_U8, TYPE_S16, TYPE_S32},
        [TYPE_U8] = {TYPE_S8, TYPE_S8, TYPE_S8, TYPE_S8},    [TYPE_S16] = {TYPE_S8, TYPE_S16, TYPE_S16, TYPE_S32},
        [TYPE_S32] = {TYPE_S8, TYPE_S8, TYPE_S16, TYPE_S16},
    };
    int32_t in = pick(b, MOVABLE, 0, 6), out;

    if (in == TENSOR_ABSENT)
        return false;

    const struct tensor *t = tensor_of(b, in);
    enum mote_type type = DICE_OF(b, to[t->type]);

    if (t->type != TYPE_F32 && t->quant.n == 0)
        return false;
    if (type == t->type && dice_chance(b, 6))
        out = SAME_QUANTIZATION(b, in);
    else
        out = new_output(b, type, random_quantization(b, type));
    return op_done(b, new_op(b, OP_QUANTIZE, 1, &in, 1, &out));
}

static bool make_dequantize(struct builder *b)
{
    int32_t in = pick(b, TYPES(TYPE_S8, TYPE_U8, TYPE_S16), 0, 6), out;

    if (in == TENSOR_ABSENT || tensor_of(b, in)->quant.n == 0)
        return false;
    out = new_output(b, TYPE_F32, (struct quantization){0, 0});
    return op_done(b, new_op(b, OP_DEQUANTIZE, 1, &in, 1, &out));
}

/* ---- functions ---- */
static bool make_unary(struct builder *b, enum op_id id, uint32_t types)
{
    int32_t in = pick(b, types, 0, 6), out;

    if (in == TENSOR_ABSENT)
        return false;

    enum mote_type type = tensor_of(b, in)->type;
    float scale = quantization_of(b, in).scale;
    struct quantization q = quantization_for(b, type, scale * 100);

    if (id == OP_LOGISTIC)
        q = (struct quantization){1.0f / 256, INT8_MIN};
    if (id == OP_RSQRT)
        q = quantization_for(b, type, 1 / sqrtf(scale));
    if (id == OP_HARD_SWISH && q.scale < scale / 64) /* its multiplier must be below 1 */
        q.scale = scale / 64;
    if (dice_chance(b, 3) && id != OP_LOGISTIC)
        q = quantization_of(b, in);
    out = new_output(b, type, type == TYPE_S8 ? q : (struct quantization){0, 0});
    return op_done(b, new_op(b, id, 1, &in, 1, &out));
}

#define MAKE_UNARY(name, ID, ...)                                                                                      \
    static bool make_##name(struct builder *b) { return make_unary(b, OP_##ID, TYPES(__VA_ARGS__)); }
MAKE_UNARY(logistic, LOGISTIC, TYPE_S8, TYPE_F32)
MAKE_UNARY(tanh, TANH, TYPE_S8, TYPE_F32)
MAKE_UNARY(relu, RELU, TYPE_S8, TYPE_F32)
MAKE_UNARY(relu6, RELU6, TYPE_S8, TYPE_F32)
MAKE_UNARY(hard_swish, HARD_SWISH, TYPE_S8, TYPE_F32)
MAKE_UNARY(abs, ABS, TYPE_S8, TYPE_F32)
MAKE_UNARY(rsqrt, RSQRT, TYPE_S8, TYPE_F32)
MAKE_UNARY(exp, EXP, TYPE_F32)
MAKE_UNARY(sqrt, SQRT, TYPE_F32)

/* What the typical result of two operands of these sizes is. */
static float size_of_result(enum op_id id, float x, float y)
{
    switch (id) {
    case OP_SQUARED_DIFFERENCE:
        return (x + y) * (x + y);
    case OP_DIV:
        return x / y;
    default:
        return x > y ? x : y;
    }
}

static bool make_function_of_two(struct builder *b, enum op_id id)
{
    int32_t in[2] = {pick(b, TYPES(TYPE_S8, TYPE_F32), 0, 6)}, out;
    struct op *op;

    if (in[0] == TENSOR_ABSENT)
        return false;
    in[1] = pick_second(b, in[0]);
    out = new_output(b, tensor_of(b, in[0])->type,
                     quantization_for(b, tensor_of(b, in[0])->type,
                                      size_of_result(id, quantization_of(b, in[0]).scale * 100,
                                                     quantization_of(b, in[1]).scale * 100)));
    op = new_op(b, id, 2, in, 1, &out);
    if (id == OP_DIV)
        ((struct binary_opts *)op->opts)->activation = (int32_t)DICE_OF(b, clamps);
    return op_done(b, op);
}

static bool make_minimum(struct builder *b) { return make_function_of_two(b, OP_MINIMUM); }

static bool make_maximum(struct builder *b) { return make_function_of_two(b, OP_MAXIMUM); }

static bool make_squared_difference(struct builder *b) { return make_function_of_two(b, OP_SQUARED_DIFFERENCE); }

static bool make_div(struct builder *b) { return make_function_of_two(b, OP_DIV); }

static bool make_prelu(struct builder *b) { return make_function_of_two(b, OP_PRELU); }

/* ---- reductions, images, matrices ---- */
static bool make_sum(struct builder *b) { return make_reduction(b, OP_SUM); }

static bool make_reduce_max(struct builder *b) { return make_reduction(b, OP_REDUCE_MAX); }

static bool make_arg_max(struct builder *b)
{
    int32_t in = pick(b, TYPES(TYPE_S8, TYPE_F32), 1, 6), out;
    int64_t one = 1, axis;

    if (in == TENSOR_ABSENT)
        return false;
    axis = dice_range(b, -tensor_of(b, in)->rank, tensor_of(b, in)->rank - 1);
    out = new_output(b, TYPE_S32, (struct quantization){0, 0});
    return op_done(b, new_op(b, OP_ARG_MAX, 2, (int32_t[]){in, new_ints(b, 1, &one, &axis)}, 1, &out));
}

static bool make_resize_bilinear(struct builder *b)
{
    return make_resize(b, OP_RESIZE_BILINEAR, TYPES(TYPE_S8, TYPE_F32));
}

static bool make_l2_normalization(struct builder *b)
{
    int32_t in = pick(b, TYPES(TYPE_S8, TYPE_F32), 1, 6), out;
    bool quantized;

    if (in == TENSOR_ABSENT)
        return false;
    quantized = tensor_of(b, in)->type == TYPE_S8;
    out = new_output(b, tensor_of(b, in)->type, (struct quantization){quantized ? 1.0f / 128 : 0, 0});
    return op_done(b, new_op(b, OP_L2_NORMALIZATION, 1, &in, 1, &out));
}

/* The second operand is a constant, of the shape that fits. */
static bool make_batch_matmul(struct builder *b)
{
    int32_t in[2] = {pick(b, TYPES(TYPE_S8, TYPE_F32), 2, 5)}, out;
    bool adj_x = dice_chance(b, 2), adj_y = dice_chance(b, 2);
    int64_t dims[RANK_MAX], depth, columns = dice_range(b, 1, 8);

    if (in[0] == TENSOR_ABSENT)
        return false;

    struct tensor a = *tensor_of(b, in[0]);
    int rank = dice_range(b, 2, a.rank);

    depth = a.dims[a.rank - (adj_x ? 2 : 1)];
    for (int d = 0; d < rank - 2; d++)
        dims[d] = dice_chance(b, 2) ? 1 : a.dims[a.rank - rank + d];
    dims[rank - 2] = adj_y ? columns : depth;
    dims[rank - 1] = adj_y ? depth : columns;
    in[1] = new_const(b, a.type, rank, dims, random_quantization(b, a.type));
    out = new_output(
        b, a.type,
        quantization_for(b, a.type, quantization_of(b, in[0]).scale * quantization_of(b, in[1]).scale * 5000));

    struct op *op = new_op(b, OP_BATCH_MATMUL, 2, in, 1, &out);

    *(struct batch_matmul_opts *)op->opts = (struct batch_matmul_opts){.adj_x = adj_x, .adj_y = adj_y};
    return op_done(b, op);
}

/* ---- state ---- */
static bool make_unidirectional_sequence_lstm(struct builder *b)
{
    int32_t x = pick(b, TYPES(TYPE_S8), 3, 3), in[20], out;

    if (x == TENSOR_ABSENT)
        return false;

    bool time_major = dice_chance(b, 2);
    int64_t batch = tensor_of(b, x)->dims[time_major ? 1 : 0], len = tensor_of(b, x)->dims[2];
    int64_t units = dice_range(b, 1, 6);
    struct quantization hidden = {dice_log(b, 0.004f, 0.01f), dice_range(b, INT8_MIN, INT8_MAX)};
    struct quantization cell = {ldexpf(1, dice_range(b, -15, -9)), 0};

    for (size_t i = 0; i < COUNT(in); i++)
        in[i] = TENSOR_ABSENT;
    in[0] = x;
    for (int gate = 0; gate < 4; gate++) {
        in[1 + gate] = new_weights(b, 2, (int64_t[]){units, len}, 0, false);
        in[5 + gate] = new_weights(b, 2, (int64_t[]){units, units}, 0, false);
        do
            in[12 + gate] = new_bias(b, quantization_of(b, x).scale, in[1 + gate], units);
        while (in[12 + gate] == TENSOR_ABSENT);
    }
    in[18] = new_state(b, TYPE_S8, 2, (int64_t[]){batch, units}, hidden);
    in[19] = new_state(b, TYPE_S16, 2, (int64_t[]){batch, units}, cell);
    out = new_output(b, TYPE_S8, hidden);

    struct op *op = new_op(b, OP_UNIDIRECTIONAL_SEQUENCE_LSTM, COUNT(in), in, 1, &out);

    *(struct lstm_opts *)op->opts = (struct lstm_opts){.activation = ACTIVATION_TANH,
                                                       .cell_clip = dice_chance(b, 2) ? 0 : dice_log(b, 0.1f, 10),
                                                       .time_major = time_major};
    return op_done(b, op);
}

/* ---- the table ---- */
const struct maker makers[] = {
    {OP_CONV_2D, 12, make_conv_2d},
    {OP_DEPTHWISE_CONV_2D, 8, make_depthwise_conv_2d},
    {OP_FULLY_CONNECTED, 6, make_fully_connected},
    {OP_AVERAGE_POOL_2D, 4, make_average_pool_2d},
    {OP_MAX_POOL_2D, 4, make_max_pool_2d},
    {OP_MEAN, 3, make_mean},
    {OP_ADD, 8, make_add},
    {OP_MUL, 5, make_mul},
    {OP_PAD, 5, make_pad},
    {OP_RESHAPE, 6, make_reshape},
    {OP_TRANSPOSE, 3, make_transpose},
    {OP_SOFTMAX, 2, make_softmax},
    {OP_RESIZE_NEAREST_NEIGHBOR, 2, make_resize_nearest_neighbor},
    {OP_QUANTIZE, 5, make_quantize},
    {OP_DEQUANTIZE, 2, make_dequantize},
    {OP_UNIDIRECTIONAL_SEQUENCE_LSTM, 4, make_unidirectional_sequence_lstm},
    {OP_LOGISTIC, 2, make_logistic},
    {OP_TANH, 2, make_tanh},
    {OP_RELU, 3, make_relu},
    {OP_RELU6, 3, make_relu6},
    {OP_HARD_SWISH, 2, make_hard_swish},
    {OP_ABS, 1, make_abs},
    {OP_RSQRT, 1, make_rsqrt},
    {OP_EXP, 3, make_exp},
    {OP_SQRT, 3, make_sqrt},
    {OP_MINIMUM, 2, make_minimum},
    {OP_MAXIMUM, 2, make_maximum},
    {OP_SQUARED_DIFFERENCE, 2, make_squared_difference},
    {OP_DIV, 2, make_div},
    {OP_PRELU, 2, make_prelu},
    {OP_SUM, 2, make_sum},
    {OP_REDUCE_MAX, 2, make_reduce_max},
    {OP_ARG_MAX, 1, make_arg_max},
    {OP_RESIZE_BILINEAR, 2, make_resize_bilinear},
    {OP_L2_NORMALIZATION, 2, make_l2_normalization},
    {OP_BATCH_MATMUL, 3, make_batch_matmul},
};
const int makers_count = COUNT(makers);
