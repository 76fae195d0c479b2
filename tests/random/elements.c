/* SPDX-License-Identifier: Apache-2.0 */
/* Makers of operators that compute element by element, or along axes. */
#include "host/graph/scales.h"
#include "tests/random/builder.h"

#include <math.h>

#define COMPUTED TYPES(TYPE_S8, TYPE_F32)
#define WIDE     TYPES(TYPE_S8, TYPE_S16, TYPE_F32)
#define NUMBERS  TYPES(TYPE_S8, TYPE_U8, TYPE_S16, TYPE_S32, TYPE_F32)

/* ---- axes ---- */
/* `magnitude`: of a result, in units of the input's scale; 0: input and output have one quantization. */
static bool make_reduction(struct builder *b, enum op_id id, uint32_t types, float magnitude)
{
    int32_t in = pick_symmetric(b, types, 1, 6), out;
    int64_t axes[4], n = dice_range(b, 1, 4);

    if (in == TENSOR_ABSENT)
        return false;

    int32_t rank = tensor_of(b, in)->rank;
    enum mote_type type = tensor_of(b, in)->type;

    for (int64_t i = 0; i < n; i++) /* some negative, some twice */
        axes[i] = dice_range(b, -rank, rank - 1);
    if (magnitude > 0)
        out = new_output(b, type, quantization_for(b, type, quantization_of(b, in).scale * magnitude));
    else
        out = new_same_output(b, in);

    struct op *op = new_op(b, id, 2, (int32_t[]){in, new_ints(b, 1, &n, axes)}, 1, &out);

    *(struct reduce_opts *)op->opts = (struct reduce_opts){.keep_dims = dice_chance(b, 2)};
    return op_done(b, op);
}

bool make_mean(struct builder *b) { return make_reduction(b, OP_MEAN, WIDE, 100); }

bool make_sum(struct builder *b) { return make_reduction(b, OP_SUM, WIDE, 500); }

bool make_reduce_max(struct builder *b) { return make_reduction(b, OP_REDUCE_MAX, WIDE | TYPES(TYPE_S32), 0); }

bool make_reduce_min(struct builder *b) { return make_reduction(b, OP_REDUCE_MIN, WIDE | TYPES(TYPE_S32), 0); }

bool make_reduce_all(struct builder *b) { return make_reduction(b, OP_REDUCE_ALL, TYPES(TYPE_BOOL), 0); }

static bool make_arg(struct builder *b, enum op_id id)
{
    int32_t in = pick(b, COMPUTED, 1, 6), out;
    int64_t axis, one = 1;

    if (in == TENSOR_ABSENT)
        return false;
    axis = dice_range(b, -tensor_of(b, in)->rank, tensor_of(b, in)->rank - 1);
    out = new_output(b, TYPE_S32, (struct quantization){.scale = 0, .zero = 0});
    return op_done(b, new_op(b, id, 2, (int32_t[]){in, new_ints(b, 1, &one, &axis)}, 1, &out));
}

bool make_arg_max(struct builder *b) { return make_arg(b, OP_ARG_MAX); }

bool make_arg_min(struct builder *b) { return make_arg(b, OP_ARG_MIN); }

/* Scores are drawn, codes and anchors constants. */
bool make_detection_postprocess(struct builder *b)
{
    const struct quantization none = {.scale = 0, .zero = 0};
    int32_t scores = pick(b, TYPES(TYPE_F32), 3, 3), in[3], out[4];
    struct op *op;

    if (scores == TENSOR_ABSENT || tensor_of(b, scores)->dims[0] != 1)
        return false;

    const int64_t boxes = tensor_of(b, scores)->dims[1], width = tensor_of(b, scores)->dims[2];

    in[0] = new_const(b, TYPE_F32, 3, (int64_t[]){1, boxes, dice_range(b, 4, 6)}, none);
    in[1] = scores;
    in[2] = new_const(b, TYPE_F32, 2, (int64_t[]){boxes, 4}, none);
    for (int k = 0; k < 4; k++)
        out[k] = new_output(b, TYPE_F32, none);
    op = new_op(b, OP_DETECTION_POSTPROCESS, 3, in, 4, out);
    *(struct detection_postprocess_opts *)op->opts = (struct detection_postprocess_opts){
        .max_detections = dice_range(b, 1, 7),
        .max_classes_per_detection = 1,
        .detections_per_class = dice_range(b, 1, 4),
        .use_regular_nms = dice_chance(b, 2),
        .nms_score_threshold = -1,
        .nms_iou_threshold = 0.5f,
        .num_classes = (int32_t)(width > 1 && dice_chance(b, 2) ? width - 1 : width),
        .y_scale = 1,
        .x_scale = 1,
        .h_scale = 5,
        .w_scale = 5,
    };
    return op_done(b, op);
}

/* Boxes are constants, scores drawn. */
bool make_non_max_suppression(struct builder *b)
{
    const struct quantization none = {.scale = 0, .zero = 0};
    int32_t scores = pick(b, TYPES(TYPE_F32), 3, 3), in[2], out;
    struct op *op;

    if (scores == TENSOR_ABSENT)
        return false;
    in[0] =
        new_const(b, TYPE_F32, 3, (int64_t[]){tensor_of(b, scores)->dims[0], tensor_of(b, scores)->dims[2], 4}, none);
    in[1] = scores;
    out = new_output(b, TYPE_S32, none);
    op = new_op(b, OP_NON_MAX_SUPPRESSION, 2, in, 1, &out);
    *(struct non_max_suppression_opts *)op->opts = (struct non_max_suppression_opts){
        .max_boxes_per_class = dice_range(b, 1, 5),
        .iou_threshold = 0.25f * (float)dice_range(b, 0, 3),
        .score_threshold = 0.5f,
        .has_score_threshold = dice_chance(b, 3),
        .center_point_box = dice_chance(b, 2),
    };
    return op_done(b, op);
}

bool make_cumsum(struct builder *b)
{
    int32_t in = pick(b, COMPUTED, 1, 6), out;
    struct cumsum_opts *o;
    int64_t axis, one = 1;
    struct op *op;

    if (in == TENSOR_ABSENT)
        return false;
    axis = dice_range(b, -tensor_of(b, in)->rank, tensor_of(b, in)->rank - 1);
    out = new_output(b, tensor_of(b, in)->type, random_quantization(b, tensor_of(b, in)->type));
    op = new_op(b, OP_CUMSUM, 2, (int32_t[]){in, new_ints(b, 1, &one, &axis)}, 1, &out);
    o = op->opts;
    o->exclusive = dice_chance(b, 2);
    o->reverse = dice_chance(b, 2);
    return op_done(b, op);
}

bool make_l2_normalization(struct builder *b)
{
    int32_t in = pick(b, COMPUTED, 1, 6), out;
    enum mote_type type;

    if (in == TENSOR_ABSENT)
        return false;
    type = tensor_of(b, in)->type;
    out = new_output(b, type, (struct quantization){.scale = type == TYPE_F32 ? 0 : 1.0f / 128, .zero = 0});
    return op_done(b, new_op(b, OP_L2_NORMALIZATION, 1, &in, 1, &out));
}

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
    const struct tensor shape = *tensor_of(b, a);
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

/* The size of typical results, from that of the operands. */
static float magnitude_of(enum op_id id, float x, float y)
{
    switch (id) {
    case OP_MUL:
        return x * y;
    case OP_SQUARED_DIFFERENCE:
        return (x + y) * (x + y);
    case OP_DIV:
        return 10 * x / y;
    case OP_PRELU:
        return fmaxf(x, x * y);
    default:
        return x + y;
    }
}

static bool make_binary_of(struct builder *b, enum op_id id, uint32_t types)
{
    int32_t in[2] = {pick(b, types, 0, 6)}, out;
    enum mote_type type;
    float usual;

    if (in[0] == TENSOR_ABSENT)
        return false;
    in[1] = pick_second(b, in[0]);
    if (dice_chance(b, 2)) {
        int32_t first = in[0];

        in[0] = in[1];
        in[1] = first;
    }
    type = tensor_of(b, in[0])->type;
    if ((id == OP_MUL || id == OP_SQUARED_DIFFERENCE) && type == TYPE_S16 &&
        (quantization_of(b, in[0]).zero != 0 || quantization_of(b, in[1]).zero != 0))
        return false;
    usual = type == TYPE_S16 ? 25000 : 100;
    out = new_output(b, type,
                     quantization_for(b, type,
                                      magnitude_of(id, quantization_of(b, in[0]).scale * usual,
                                                   quantization_of(b, in[1]).scale * usual)));

    struct op *op = new_op(b, id, 2, in, 1, &out);

    if (op->opts != NULL)
        *(struct binary_opts *)op->opts = (struct binary_opts){.activation = dice_activation(b)};
    return op_done(b, op);
}

#define INTEGERS (UINT32_C(1) << TYPE_S32)

static bool make_binary(struct builder *b, enum op_id id) { return make_binary_of(b, id, COMPUTED); }

bool make_add(struct builder *b) { return make_binary_of(b, OP_ADD, WIDE | INTEGERS); }

bool make_sub(struct builder *b) { return make_binary_of(b, OP_SUB, WIDE | INTEGERS); }

bool make_mul(struct builder *b) { return make_binary_of(b, OP_MUL, WIDE | INTEGERS); }

static int32_t cast(struct builder *b, int32_t in, enum mote_type type)
{
    int32_t out = new_output(b, type, (struct quantization){.scale = 0, .zero = 0});

    op_done(b, new_op(b, OP_CAST, 1, &in, 1, &out));
    return out;
}

/* Of int8 and int16 without a scale, which are between two CASTs, since others want one. */
static bool make_floored_narrow(struct builder *b, enum op_id id)
{
    const enum mote_type type = dice_chance(b, 2) ? TYPE_S8 : TYPE_S16;
    int32_t in[2] = {pick(b, NUMBERS, 0, 6), TENSOR_ABSENT}, first = b->graph->n_tensors, out;
    struct tensor shape;

    if (in[0] == TENSOR_ABSENT)
        return false;
    in[0] = cast(b, in[0], type);
    shape = *tensor_of(b, in[0]);
    in[1] = dice_chance(b, 3)
                ? in[0]
                : new_const(b, type, shape.rank, shape.dims, (struct quantization){.scale = 0, .zero = 0});
    out = new_output(b, type, (struct quantization){.scale = 0, .zero = 0});
    op_done(b, new_op(b, id, 2, in, 1, &out));
    hide(b, first);
    cast(b, out, dice_chance(b, 2) ? TYPE_S32 : TYPE_F32);
    return true;
}

static bool make_floored(struct builder *b, enum op_id id)
{
    return dice_chance(b, 2) ? make_floored_narrow(b, id) : make_binary_of(b, id, TYPES(TYPE_F32, TYPE_S32));
}

bool make_floor_div(struct builder *b) { return make_floored(b, OP_FLOOR_DIV); }

bool make_floor_mod(struct builder *b) { return make_floored(b, OP_FLOOR_MOD); }

/* What is there, and constants like it. */
bool make_add_n(struct builder *b)
{
    int32_t in[4] = {pick(b, COMPUTED | INTEGERS, 0, 6)}, n = dice_range(b, 2, 4), out;
    struct tensor like;
    struct quantization q;

    if (in[0] == TENSOR_ABSENT)
        return false;
    like = *tensor_of(b, in[0]);
    q = quantization_of(b, in[0]);
    for (int32_t k = 1; k < n; k++)
        in[k] = dice_chance(b, 3) ? in[0] : new_const(b, like.type, like.rank, like.dims, q);
    q = quantization_for(b, like.type, q.scale * 200);
    q.scale = fmaxf(q.scale, quantization_of(b, in[0]).scale / 1000);
    out = new_output(b, like.type, like.type == TYPE_S8 ? q : (struct quantization){.scale = 0, .zero = 0});
    return op_done(b, new_op(b, OP_ADD_N, n, in, 1, &out));
}

/* `like`'s quantization for t, if need be by a QUANTIZE; TENSOR_ABSENT where that has no multiplier. */
static int32_t quantized_like(struct builder *b, int32_t t, int32_t like)
{
    int32_t out;

    if (quant_same(&tensor_of(b, t)->quant, &tensor_of(b, like)->quant))
        return t;
    if (tensor_of(b, t)->type != TYPE_S8 && tensor_of(b, t)->type != TYPE_S16) /* no other has a QUANTIZE to itself */
        return TENSOR_ABSENT;
    out = new_output(b, tensor_of(b, t)->type, quantization_of(b, like));
    return op_done(b, new_op(b, OP_QUANTIZE, 1, &t, 1, &out)) ? out : TENSOR_ABSENT;
}

/* Stored values are compared: all have one quantization. */
static bool make_extreme(struct builder *b, enum op_id id)
{
    int32_t in[2] = {pick(b, WIDE | INTEGERS | TYPES(TYPE_S64), 0, 6)}, out;

    if (in[0] == TENSOR_ABSENT)
        return false;
    in[1] = quantized_like(b, pick_second(b, in[0]), in[0]);
    if (in[1] == TENSOR_ABSENT)
        return false;
    out = new_same_output(b, in[0]);
    return op_done(b, new_op(b, id, 2, in, 1, &out));
}

bool make_minimum(struct builder *b) { return make_extreme(b, OP_MINIMUM); }

bool make_maximum(struct builder *b) { return make_extreme(b, OP_MAXIMUM); }

bool make_squared_difference(struct builder *b) { return make_binary_of(b, OP_SQUARED_DIFFERENCE, WIDE | INTEGERS); }

bool make_div(struct builder *b) { return make_binary_of(b, OP_DIV, COMPUTED | INTEGERS); }

/* Of int16 alpha is int8. */
static bool make_prelu_s16(struct builder *b)
{
    int32_t in[2] = {pick(b, TYPES(TYPE_S16), 1, 6)}, out;
    struct quantization x, alpha;

    if (in[0] == TENSOR_ABSENT)
        return false;

    const struct tensor like = *tensor_of(b, in[0]);

    in[1] = pick(b, TYPES(TYPE_S8), 0, like.rank);
    if (in[1] == TENSOR_ABSENT || !broadcasts(&like, tensor_of(b, in[1])))
        in[1] = new_const(b, TYPE_S8, 1, &like.dims[like.rank - 1], random_quantization(b, TYPE_S8));
    x = quantization_of(b, in[0]);
    alpha = quantization_of(b, in[1]);
    out = new_output(b, TYPE_S16,
                     quantization_for(b, TYPE_S16, magnitude_of(OP_PRELU, x.scale * 25000, alpha.scale * 100)));
    return op_done(b, new_op(b, OP_PRELU, 2, in, 1, &out));
}

bool make_prelu(struct builder *b) { return dice_chance(b, 3) ? make_prelu_s16(b) : make_binary(b, OP_PRELU); }

/* ---- bools ---- */
/* Two of one type, of which int8 has scales below 1, and int16 one scale. */
static bool make_comparison(struct builder *b, enum op_id id, uint32_t types)
{
    int32_t in[2] = {pick(b, types, 0, 6)}, out;

    if (in[0] == TENSOR_ABSENT)
        return false;
    in[1] = pick_second(b, in[0]);
    if (tensor_of(b, in[0])->type == TYPE_S16)
        in[1] = quantized_like(b, in[1], in[0]);
    if (in[1] == TENSOR_ABSENT)
        return false;
    for (int k = 0; k < 2; k++)
        if (tensor_of(b, in[k])->type == TYPE_S8 && !(quantization_of(b, in[k]).scale < 0.99f))
            return false;
    if (dice_chance(b, 2)) {
        int32_t first = in[0];

        in[0] = in[1];
        in[1] = first;
    }
    out = new_output(b, TYPE_BOOL, (struct quantization){.scale = 0, .zero = 0});
    return op_done(b, new_op(b, id, 2, in, 1, &out));
}

#define ORDERED TYPES(TYPE_S8, TYPE_S16, TYPE_S32, TYPE_S64, TYPE_F32)

bool make_equal(struct builder *b) { return make_comparison(b, OP_EQUAL, ORDERED | TYPES(TYPE_BOOL)); }

bool make_not_equal(struct builder *b) { return make_comparison(b, OP_NOT_EQUAL, ORDERED | TYPES(TYPE_BOOL)); }

bool make_less(struct builder *b) { return make_comparison(b, OP_LESS, ORDERED); }

bool make_less_equal(struct builder *b) { return make_comparison(b, OP_LESS_EQUAL, ORDERED); }

bool make_greater(struct builder *b) { return make_comparison(b, OP_GREATER, ORDERED); }

bool make_greater_equal(struct builder *b) { return make_comparison(b, OP_GREATER_EQUAL, ORDERED); }

bool make_logical_and(struct builder *b) { return make_comparison(b, OP_LOGICAL_AND, TYPES(TYPE_BOOL)); }

bool make_logical_or(struct builder *b) { return make_comparison(b, OP_LOGICAL_OR, TYPES(TYPE_BOOL)); }

bool make_logical_not(struct builder *b)
{
    int32_t in = pick(b, TYPES(TYPE_BOOL), 0, 6), out;

    if (in == TENSOR_ABSENT)
        return false;
    out = new_output(b, TYPE_BOOL, (struct quantization){.scale = 0, .zero = 0});
    return op_done(b, new_op(b, OP_LOGICAL_NOT, 1, &in, 1, &out));
}

/* The condition is there, or a constant that fits the second input. */
bool make_select_v2(struct builder *b)
{
    int32_t in[3] = {TENSOR_ABSENT, pick(b, NUMBERS | TYPES(TYPE_S64), 0, 6), TENSOR_ABSENT}, out;
    int64_t dims[RANK_MAX] = {0};
    int rank;

    if (in[1] == TENSOR_ABSENT)
        return false;
    in[2] = quantized_like(b, pick_second(b, in[1]), in[1]);
    if (in[2] == TENSOR_ABSENT)
        return false;
    in[0] = pick(b, TYPES(TYPE_BOOL), 0, 6);
    if (in[0] == TENSOR_ABSENT || !broadcasts(tensor_of(b, in[0]), tensor_of(b, in[1])) ||
        !broadcasts(tensor_of(b, in[0]), tensor_of(b, in[2]))) {
        rank = tensor_of(b, in[1])->rank;
        memcpy(dims, tensor_of(b, in[1])->dims, sizeof dims);
        in[0] = new_const(b, TYPE_BOOL, rank, dims, (struct quantization){.scale = 0, .zero = 0});
    }
    out = new_same_output(b, in[1]);
    return op_done(b, new_op(b, OP_SELECT_V2, 3, in, 1, &out));
}

/* ---- one operand ---- */
/* The quantization of an int8 result. */
static struct quantization unary_quantization(struct builder *b, enum op_id id, struct quantization in)
{
    struct quantization q;

    switch (id) {
    case OP_LOGISTIC: /* these two are fixed */
        return (struct quantization){.scale = 1.0f / 256, .zero = INT8_MIN};
    case OP_TANH:
        return (struct quantization){.scale = 1.0f / 128, .zero = 0};
    case OP_RELU6: /* the bytes stay as they are */
        return in;
    case OP_RSQRT:
        return quantization_for(b, TYPE_S8, 1 / sqrtf(in.scale));
    case OP_HARD_SWISH: /* the output's scale may not be much smaller than the input's */
        q = quantization_for(b, TYPE_S8, in.scale * 100);
        q.scale = fmaxf(q.scale, in.scale / 64);
        return q;
    default:
        return dice_chance(b, 2) ? in : quantization_for(b, TYPE_S8, in.scale * 100);
    }
}

/* Of an int16 result. */
static struct quantization wide_quantization(struct builder *b, enum op_id id, struct quantization in)
{
    if (id == OP_LOGISTIC || id == OP_TANH)
        return (struct quantization){.scale = 1.0f / 32768, .zero = 0};
    if (id == OP_RSQRT)
        return quantization_for(b, TYPE_S16, 1 / sqrtf(in.scale));
    return id == OP_RELU6 || dice_chance(b, 2) ? in : quantization_for(b, TYPE_S16, in.scale * 25000);
}

static bool make_unary(struct builder *b, enum op_id id, uint32_t types)
{
    int32_t in = pick_symmetric(b, types, 0, 6), out;

    if (in == TENSOR_ABSENT)
        return false;
    if (tensor_of(b, in)->type == TYPE_F32)
        out = new_output(b, TYPE_F32, (struct quantization){.scale = 0, .zero = 0});
    else if (tensor_of(b, in)->type == TYPE_S16 && id != OP_RELU && id != OP_RELU6 && quantization_of(b, in).scale > 2)
        return false; /* above what the sigmoid's table has a multiplier for */
    else if (tensor_of(b, in)->type == TYPE_S16)
        out = new_output(b, TYPE_S16, wide_quantization(b, id, quantization_of(b, in)));
    else if (tensor_of(b, in)->type == TYPE_S32)
        out = new_output(b, TYPE_S32, (struct quantization){.scale = 0, .zero = 0});
    else
        out = new_output(b, TYPE_S8, unary_quantization(b, id, quantization_of(b, in)));
    return op_done(b, new_op(b, id, 1, &in, 1, &out));
}

bool make_relu(struct builder *b) { return make_unary(b, OP_RELU, WIDE); }

bool make_relu6(struct builder *b) { return make_unary(b, OP_RELU6, WIDE); }

bool make_logistic(struct builder *b) { return make_unary(b, OP_LOGISTIC, WIDE); }

bool make_tanh(struct builder *b) { return make_unary(b, OP_TANH, WIDE); }

bool make_exp(struct builder *b) { return make_unary(b, OP_EXP, TYPES(TYPE_F32)); }

bool make_sqrt(struct builder *b) { return make_unary(b, OP_SQRT, TYPES(TYPE_F32)); }

bool make_square(struct builder *b) { return make_unary(b, OP_SQUARE, TYPES(TYPE_F32)); }

bool make_elu(struct builder *b) { return make_unary(b, OP_ELU, TYPES(TYPE_S8, TYPE_F32)); }

bool make_neg(struct builder *b) { return make_unary(b, OP_NEG, TYPES(TYPE_S32, TYPE_F32)); }

bool make_log(struct builder *b) { return make_unary(b, OP_LOG, TYPES(TYPE_F32)); }

bool make_sin(struct builder *b) { return make_unary(b, OP_SIN, TYPES(TYPE_F32)); }

bool make_cos(struct builder *b) { return make_unary(b, OP_COS, TYPES(TYPE_F32)); }

bool make_ceil(struct builder *b) { return make_unary(b, OP_CEIL, TYPES(TYPE_F32)); }

bool make_floor(struct builder *b) { return make_unary(b, OP_FLOOR, TYPES(TYPE_F32)); }

bool make_erf(struct builder *b) { return make_unary(b, OP_ERF, TYPES(TYPE_F32)); }

bool make_atan(struct builder *b) { return make_unary(b, OP_ATAN, TYPES(TYPE_F32)); }

bool make_round(struct builder *b) { return make_unary(b, OP_ROUND, TYPES(TYPE_F32)); }

bool make_hard_swish(struct builder *b) { return make_unary(b, OP_HARD_SWISH, COMPUTED); }

bool make_abs(struct builder *b) { return make_unary(b, OP_ABS, WIDE | TYPES(TYPE_S32)); }

bool make_rsqrt(struct builder *b) { return make_unary(b, OP_RSQRT, WIDE); }

bool make_leaky_relu(struct builder *b)
{
    int32_t in = pick(b, WIDE, 0, 6), out;
    enum mote_type type;
    float magnitude;

    if (in == TENSOR_ABSENT)
        return false;
    type = tensor_of(b, in)->type;
    magnitude = quantization_of(b, in).scale * (type == TYPE_S16 ? 25000 : 100);
    out = dice_chance(b, 2) ? new_same_output(b, in) : new_output(b, type, quantization_for(b, type, magnitude));

    struct op *op = new_op(b, OP_LEAKY_RELU, 1, &in, 1, &out);

    *(struct leaky_relu_opts *)op->opts =
        (struct leaky_relu_opts){.alpha = dice_log(b, 0.01f, 2) * (dice_chance(b, 6) ? -1 : 1)};
    return op_done(b, op);
}

bool make_softmax(struct builder *b)
{
    int32_t in = pick_symmetric(b, TYPES(TYPE_S8, TYPE_S16, TYPE_F32), 1, 6), out;

    if (in == TENSOR_ABSENT || (tensor_of(b, in)->type == TYPE_S16 && quantization_of(b, in).scale > 0.3f))
        return false; /* times 8, the largest beta, an s16 input's scale may be 2.5 */
    if (tensor_of(b, in)->type == TYPE_F32)
        out = new_output(b, TYPE_F32, (struct quantization){.scale = 0, .zero = 0});
    else if (tensor_of(b, in)->type == TYPE_S16) /* the reference fixes the result's quantization */
        out = new_output(b, TYPE_S16, (struct quantization){.scale = 1.0f / 32768, .zero = 0});
    else if (dice_chance(b, 4))
        out = new_output(b, TYPE_S16, (struct quantization){.scale = 1.0f / 65536, .zero = INT16_MIN});
    else
        out = new_output(b, TYPE_S8, (struct quantization){.scale = 1.0f / 256, .zero = INT8_MIN});

    struct op *op = new_op(b, OP_SOFTMAX, 1, &in, 1, &out);

    *(struct softmax_opts *)op->opts = (struct softmax_opts){.beta = dice_chance(b, 2) ? 1 : dice_log(b, 0.1f, 8)};
    return op_done(b, op);
}

bool make_log_softmax(struct builder *b)
{
    int32_t in = pick(b, COMPUTED, 1, 6), out;
    enum mote_type type;

    if (in == TENSOR_ABSENT)
        return false;
    type = tensor_of(b, in)->type;
    out = new_output(b, type,
                     type == TYPE_F32 ? (struct quantization){.scale = 0, .zero = 0}
                                      : (struct quantization){.scale = 1.0f / 16, .zero = 127});
    return op_done(b, new_op(b, OP_LOG_SOFTMAX, 1, &in, 1, &out));
}

/* ---- from type to type ---- */
bool make_quantize(struct builder *b)
{
    /* The pairs that the reference has. */
    static const enum mote_type to[][4] = {
        [TYPE_F32] = {TYPE_S8, TYPE_S8, TYPE_U8, TYPE_S16},  [TYPE_S8] = {TYPE_S8, TYPE_U8, TYPE_S16, TYPE_S32},
        [TYPE_U8] = {TYPE_S8, TYPE_S8, TYPE_S8, TYPE_S8},    [TYPE_S16] = {TYPE_S8, TYPE_S16, TYPE_S16, TYPE_S32},
        [TYPE_S32] = {TYPE_S8, TYPE_S8, TYPE_S16, TYPE_S16},
    };
    int32_t in = pick(b, NUMBERS, 0, 6), out;

    if (in == TENSOR_ABSENT)
        return false;

    const struct tensor *t = tensor_of(b, in);
    enum mote_type type = DICE_OF(b, to[t->type]);

    if (t->type != TYPE_F32 && t->quant.n == 0)
        return false;
    if (type == t->type && dice_chance(b, 6))
        out = new_same_output(b, in);
    else
        out = new_output(b, type, random_quantization(b, type));
    return op_done(b, new_op(b, OP_QUANTIZE, 1, &in, 1, &out));
}

bool make_dequantize(struct builder *b)
{
    int32_t in = pick(b, TYPES(TYPE_S8, TYPE_U8, TYPE_S16), 0, 6), out;

    if (in == TENSOR_ABSENT || tensor_of(b, in)->quant.n == 0)
        return false;
    out = new_output(b, TYPE_F32, (struct quantization){.scale = 0, .zero = 0});
    return op_done(b, new_op(b, OP_DEQUANTIZE, 1, &in, 1, &out));
}

bool make_cast(struct builder *b)
{
    static const enum mote_type types[] = {TYPE_S8, TYPE_U8, TYPE_S16, TYPE_S32, TYPE_U32, TYPE_F32, TYPE_BOOL};
    int32_t in = pick(b, NUMBERS | TYPES(TYPE_U32, TYPE_BOOL), 0, 6), out;
    enum mote_type type = DICE_OF(b, types);

    if (in == TENSOR_ABSENT)
        return false;
    out = new_output(b, type, random_quantization(b, type));
    return op_done(b, new_op(b, OP_CAST, 1, &in, 1, &out));
}
