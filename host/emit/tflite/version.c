/* SPDX-License-Identifier: Apache-2.0 */
/* Versions of TFLite's operators: a runtime refuses a version that is newer than its own, so the least one that has
 * what the operator needs. Source: tensorflow/lite/tools/versioning/op_version.cc. */
#include "host/emit/tflite/tflite.h"

/* By the type of one input; 0: as of any other type. */
static const struct by_type {
    uint8_t input, other, s8, s16, boolean;
} by_type[BUILTIN_LIMIT] = {
#define V(NAME, input, other, s8, s16, boolean) [BUILTIN_##NAME] = {input, other, s8, s16, boolean}
    V(ADD, 0, 1, 2, 3, 0),
    V(AVERAGE_POOL_2D, 0, 1, 2, 3, 0),
    V(CONCATENATION, 0, 1, 2, 3, 0),
    V(CONV_2D, 0, 1, 3, 4, 0),
    V(DEPTHWISE_CONV_2D, 0, 1, 3, 5, 0),
    V(DEPTH_TO_SPACE, 0, 1, 2, 0, 0),
    V(DEQUANTIZE, 0, 1, 2, 3, 0),
    V(FULLY_CONNECTED, 0, 1, 4, 7, 0),
    V(L2_NORMALIZATION, 0, 1, 2, 0, 0),
    V(LOGISTIC, 0, 1, 2, 3, 0),
    V(MAX_POOL_2D, 0, 1, 2, 3, 0),
    V(MUL, 0, 1, 2, 4, 0),
    V(RELU, 0, 1, 2, 3, 0),
    V(RELU6, 0, 1, 2, 3, 0),
    V(RESIZE_BILINEAR, 0, 1, 2, 4, 0),
    V(SOFTMAX, 0, 1, 2, 3, 0),
    V(SPACE_TO_DEPTH, 0, 1, 2, 0, 0),
    V(SVDF, 0, 1, 3, 0, 0),
    V(TANH, 0, 1, 2, 3, 0),
    V(PAD, 0, 1, 2, 3, 0),
    V(GATHER, 0, 1, 2, 4, 3),
    V(BATCH_TO_SPACE_ND, 0, 1, 2, 4, 0),
    V(SPACE_TO_BATCH_ND, 0, 1, 2, 4, 0),
    V(TRANSPOSE, 0, 1, 2, 5, 3),
    V(MEAN, 0, 1, 2, 3, 0),
    V(SUB, 0, 1, 2, 5, 0),
    V(STRIDED_SLICE, 0, 1, 2, 0, 3),
    V(EXP, 0, 1, 2, 2, 0),
    V(SPLIT, 1, 1, 2, 4, 0),
    V(LOG_SOFTMAX, 0, 1, 2, 0, 0),
    V(MAXIMUM, 0, 1, 2, 4, 0),
    V(ARG_MAX, 0, 1, 2, 0, 3),
    V(MINIMUM, 0, 1, 2, 4, 0),
    V(LESS, 0, 1, 2, 3, 0),
    V(PADV2, 0, 1, 2, 3, 0),
    V(GREATER, 0, 1, 2, 0, 0),
    V(GREATER_EQUAL, 0, 1, 2, 3, 0),
    V(LESS_EQUAL, 0, 1, 2, 0, 0),
    V(SLICE, 0, 1, 2, 4, 0),
    V(TRANSPOSE_CONV, 1, 1, 2, 0, 0),
    V(EQUAL, 0, 1, 2, 4, 0),
    V(NOT_EQUAL, 0, 1, 2, 0, 0),
    V(LOG, 0, 1, 2, 2, 0),
    V(SUM, 0, 1, 2, 0, 0),
    V(RSQRT, 0, 1, 2, 3, 0),
    V(ARG_MIN, 0, 1, 2, 0, 3),
    V(REDUCE_MAX, 0, 1, 2, 3, 0),
    V(PACK, 0, 1, 2, 3, 0),
    V(UNPACK, 0, 1, 2, 4, 3),
    V(REDUCE_MIN, 0, 1, 2, 3, 0),
    V(FLOOR_DIV, 0, 1, 3, 3, 0),
    V(FILL, 1, 1, 3, 3, 2),
    V(FLOOR_MOD, 0, 1, 2, 2, 0),
    V(RESIZE_NEAREST_NEIGHBOR, 0, 1, 2, 4, 0),
    V(LEAKY_RELU, 0, 1, 0, 2, 0),
    V(SQUARED_DIFFERENCE, 0, 1, 2, 0, 0),
    V(MIRROR_PAD, 0, 1, 2, 3, 0),
    V(ABS, 0, 1, 2, 3, 0),
    V(SPLIT_V, 0, 1, 2, 0, 0),
    V(REVERSE_V2, 0, 1, 3, 0, 2),
    V(GATHER_ND, 0, 1, 0, 3, 5),
    V(BATCH_MATMUL, 0, 1, 2, 3, 0),
    V(BROADCAST_TO, 0, 2, 3, 3, 0),
#undef V
};

static int32_t version_by_type(enum mote_type type, const struct by_type *v)
{
    const uint8_t own = type == TYPE_S8 ? v->s8 : type == TYPE_S16 ? v->s16 : type == TYPE_BOOL ? v->boolean : 0;

    return own ? own : v->other ? v->other : 1;
}

/* ---- what newer versions brought ---- */
static bool broadcasts_five_dims(const struct graph *g, const struct op *op)
{
    const struct tensor *a = op_in(g, op, 0), *b = op_in(g, op, 1);

    return !shape_equal(a, b) && (a->rank > 4 || b->rank > 4);
}

static int32_t version_of_fully_connected(const struct op *op)
{
    const struct fully_connected_opts *o = op->opts;

    return o->bias_s32 ? 11 : op->n_in == 2 ? 6 : o->keep_num_dims ? 5 : 1;
}

static int32_t version_of_conv_2d(const struct graph *g, const struct op *op)
{
    const struct tensor *in = op_in(g, op, 0), *w = op_in(g, op, 1);
    const struct conv_opts *o = op->opts;

    return o->bias_s32 ? 8 : w->type == TYPE_S4 ? 7 : in->dims[3] != w->dims[3] ? 6 : 1;
}

static int32_t version_of_depthwise(const struct graph *g, const struct op *op)
{
    const struct conv_opts *o = op->opts;

    return op_in(g, op, 1)->type == TYPE_S4 ? 7 : o->dilation_h != 1 || o->dilation_w != 1 ? 2 : 1;
}

static int32_t version_of_mul(const struct graph *g, const struct op *op)
{
    const struct quant *a = &op_in(g, op, 0)->quant, *b = &op_in(g, op, 1)->quant, *out = &op_out(g, op, 0)->quant;

    return a->n && b->n && out->n && a->scale[0] * b->scale[0] / out->scale[0] >= 1.0f ? 3 : 1;
}

static int32_t version_of_cast(const struct graph *g, const struct op *op)
{
    const enum mote_type in = op_in(g, op, 0)->type, out = op_out(g, op, 0)->type;

    if (in == TYPE_F16 || out == TYPE_F16 || in == TYPE_F64 || out == TYPE_F64)
        return 5;
    return in == TYPE_U16 || out == TYPE_U16   ? 4
           : in == TYPE_S8 || out == TYPE_S8   ? 3
           : in == TYPE_U32 || out == TYPE_U32 ? 2
                                               : 1;
}

static int32_t version_of_resize(const struct op *op, bool corners_too)
{
    const struct resize_opts *o = op->opts;

    return o->half_pixel_centers || (corners_too && o->align_corners) ? 3 : 1;
}

static int32_t version_of_strided_slice(const struct graph *g, const struct op *op)
{
    const struct strided_slice_opts *o = op->opts;

    return o->ellipsis_mask || o->new_axis_mask ? 6 : op_in(g, op, 0)->rank > 4 ? 4 : 1;
}

static int32_t version_of_transpose_conv(const struct graph *g, const struct op *op)
{
    const struct transpose_conv_opts *o = op->opts;

    return o->activation ? 4 : op_in(g, op, 3) ? 3 : 1;
}

static int32_t version_of_quantize(const struct graph *g, const struct op *op)
{
    return op_out(g, op, 0)->quant.n > 1 ? 3 : op_out(g, op, 0)->type == TYPE_S16 ? 2 : 1;
}

static int32_t version_by_form(const struct graph *g, const struct op *op, int32_t builtin)
{
    const int32_t rank = op->n_in > 0 && op->in[0] != TENSOR_ABSENT ? op_in(g, op, 0)->rank : 0;

    switch (builtin) {
    case BUILTIN_CONV_2D:
        return version_of_conv_2d(g, op);
    case BUILTIN_DEPTHWISE_CONV_2D:
        return version_of_depthwise(g, op);
    case BUILTIN_FULLY_CONNECTED:
        return version_of_fully_connected(op);
    case BUILTIN_TRANSPOSE_CONV:
        return version_of_transpose_conv(g, op);
    case BUILTIN_MUL:
        return version_of_mul(g, op);
    case BUILTIN_CAST:
        return version_of_cast(g, op);
    case BUILTIN_QUANTIZE:
        return version_of_quantize(g, op);
    case BUILTIN_DEQUANTIZE:
        return op_in(g, op, 0)->quant.n > 1 ? 5 : op_in(g, op, 0)->type == TYPE_F16 ? 3 : 1;
    case BUILTIN_RESIZE_BILINEAR:
        return version_of_resize(op, false);
    case BUILTIN_RESIZE_NEAREST_NEIGHBOR:
        return version_of_resize(op, true);
    case BUILTIN_STRIDED_SLICE:
        return version_of_strided_slice(g, op);
    case BUILTIN_GATHER:
        return ((const struct gather_opts *)op->opts)->batch_dims ? 5 : 1;
    case BUILTIN_FLOOR_DIV:
        return op_in(g, op, 0)->type == TYPE_F32 ? 2 : 1;
    case BUILTIN_ABS:
        return op_in(g, op, 0)->type == TYPE_S32 ? 5 : 1;
    case BUILTIN_SPLIT:
        return op_in(g, op, 1)->type == TYPE_S32 ? 3 : 1;
    case BUILTIN_SUB:
    case BUILTIN_MAXIMUM:
    case BUILTIN_MINIMUM:
        return broadcasts_five_dims(g, op) ? 3 : 1;
    case BUILTIN_DIV:
        return broadcasts_five_dims(g, op) ? 2 : 1;
    case BUILTIN_BATCH_TO_SPACE_ND:
    case BUILTIN_SPACE_TO_BATCH_ND:
        return rank != 4 ? 3 : 1;
    case BUILTIN_TRANSPOSE:
        return rank > 5 ? 6 : rank > 4 ? 4 : 1;
    case BUILTIN_PAD:
    case BUILTIN_PADV2:
        return rank > 4 ? 4 : 1;
    case BUILTIN_SLICE:
        return rank > 4 ? 5 : 1;
    default:
        return 1;
    }
}

int32_t tfl_version(const struct graph *g, const struct op *op, int32_t builtin)
{
    const struct by_type *v = &by_type[builtin];
    const struct tensor *in = op_in(g, op, v->input);
    const int32_t typed = in ? version_by_type(in->type, v) : 1, formed = version_by_form(g, op, builtin);

    return typed > formed ? typed : formed;
}
