/* SPDX-License-Identifier: Apache-2.0 */
/* To add an operator: a row in `ops`, at the end, and above it the list of its options unless one there fits.
 *
 * A list need not name all fields of TFLite's table: fields that only concern TFLite's own kernels are left out. But a
 * field beyond those that the schema had when the row was written may change what the operator means, so a file that
 * sets one is refused. */
#include "host/import/tflite/ops.h"

#include "host/import/tflite/schema.h"

/* ---- options ---- */
enum option_kind {
    OPTION_INT,
    OPTION_FLOAT,
    OPTION_FLAG,
    OPTION_IS_S32,
    OPTION_PADDING,
    OPTION_ACTIVATION,
    OPTION_DIMS,
    OPTION_REFUSED
};

struct option {
    uint8_t field;   /* position in TFLite's table */
    uint8_t kind;    /* enum option_kind */
    uint16_t to;     /* offset in Mote's struct */
    int32_t initial; /* an int's value where the file has none; all others start at 0, as the schema says */
    const char *name;
};

#define TAKE_INT(field, struct_name, member, initial)                                                                  \
    {                                                                                                                  \
        field, OPTION_INT, offsetof(struct struct_name##_opts, member), initial, #member                               \
    }
#define TAKE(field, KIND, struct_name, member)                                                                         \
    {                                                                                                                  \
        field, OPTION_##KIND, offsetof(struct struct_name##_opts, member), 0, #member                                  \
    }
/* A byte that is 0 in every model that Mote takes. */
#define REFUSE(field, name)                                                                                            \
    {                                                                                                                  \
        field, OPTION_REFUSED, 0, 0, name                                                                              \
    }

static const struct option conv_2d[] = {
    TAKE(0, PADDING, conv, padding),       TAKE_INT(1, conv, stride_w, 0),   TAKE_INT(2, conv, stride_h, 0),
    TAKE(3, ACTIVATION, conv, activation), TAKE_INT(4, conv, dilation_w, 1), TAKE_INT(5, conv, dilation_h, 1),
    TAKE(6, IS_S32, conv, bias_s32), /* quantized_bias_type: matters to int16 without a bias only */
};

static const struct option depthwise_conv_2d[] = {
    TAKE(0, PADDING, conv, padding),
    TAKE_INT(1, conv, stride_w, 0),
    TAKE_INT(2, conv, stride_h, 0),
    /* 3, depth_multiplier: follows from the shapes */
    TAKE(4, ACTIVATION, conv, activation),
    TAKE_INT(5, conv, dilation_w, 1),
    TAKE_INT(6, conv, dilation_h, 1),
};

static const struct option pool_2d[] = {
    TAKE(0, PADDING, pool, padding), TAKE_INT(1, pool, stride_w, 0), TAKE_INT(2, pool, stride_h, 0),
    TAKE_INT(3, pool, filter_w, 0),  TAKE_INT(4, pool, filter_h, 0), TAKE(5, ACTIVATION, pool, activation),
};

static const struct option fully_connected[] = {
    TAKE(0, ACTIVATION, fully_connected, activation), REFUSE(1, "weights_format"),
    TAKE(2, FLAG, fully_connected, keep_num_dims),
    /* 3, asymmetric_quantize_inputs: float activations with int8 weights */
    TAKE(4, IS_S32, fully_connected, bias_s32), /* as above */
};

static const struct option binary[] = {TAKE(0, ACTIVATION, binary, activation)};

static const struct option softmax[] = {TAKE(0, FLOAT, softmax, beta)};

static const struct option reducer[] = {TAKE(0, FLAG, reduce, keep_dims)};

static const struct option resize_nearest_neighbor[] = {
    TAKE(0, FLAG, resize, align_corners),
    TAKE(1, FLAG, resize, half_pixel_centers),
};

static const struct option resize_bilinear[] = {
    /* 0 and 1: a size, which the second input has given since */
    TAKE(2, FLAG, resize, align_corners),
    TAKE(3, FLAG, resize, half_pixel_centers),
};

static const struct option l2_normalization[] = {REFUSE(0, "fused_activation_function")};

static const struct option batch_matmul[] = {
    TAKE(0, FLAG, batch_matmul, adj_x), TAKE(1, FLAG, batch_matmul, adj_y),
    /* 2, asymmetric_quantize_inputs: float activations with int8 weights */
};

static const struct option cumsum[] = {TAKE(0, FLAG, cumsum, exclusive), TAKE(1, FLAG, cumsum, reverse)};

static const struct option unidirectional_sequence_lstm[] = {
    TAKE(0, ACTIVATION, lstm, activation), TAKE(1, FLOAT, lstm, cell_clip),         TAKE(2, FLOAT, lstm, proj_clip),
    TAKE(3, FLAG, lstm, time_major),       REFUSE(5, "diagonal_recurrent_tensors"),
};

static const struct option concatenation[] = {
    TAKE_INT(0, concatenation, axis, 0),
    TAKE(1, ACTIVATION, concatenation, activation),
};

/* 0, how many: there are as many inputs (outputs) */
static const struct option pack[] = {TAKE_INT(1, axis, axis, 0)};

static const struct option gather[] = {TAKE_INT(0, gather, axis, 0), TAKE_INT(1, gather, batch_dims, 0)};

static const struct option squeeze[] = {TAKE(0, DIMS, squeeze, dims)};

static const struct option depth_to_space[] = {TAKE_INT(0, block, block_size, 0)};

/* reflect is 0 */
static const struct option mirror_pad[] = {TAKE(0, FLAG, mirror_pad, symmetric)};

static const struct option leaky_relu[] = {TAKE(0, FLOAT, leaky_relu, alpha)};

static const struct option strided_slice[] = {
    TAKE_INT(0, strided_slice, begin_mask, 0),       TAKE_INT(1, strided_slice, end_mask, 0),
    TAKE_INT(2, strided_slice, ellipsis_mask, 0),    TAKE_INT(3, strided_slice, new_axis_mask, 0),
    TAKE_INT(4, strided_slice, shrink_axis_mask, 0), REFUSE(5, "offset"),
};

static const struct option transpose_conv[] = {
    TAKE(0, PADDING, transpose_conv, padding), TAKE_INT(1, transpose_conv, stride_w, 0),
    TAKE_INT(2, transpose_conv, stride_h, 0), TAKE(3, ACTIVATION, transpose_conv, activation),
    /* 4, quantized_bias_type: the reference does not read it */
};

static const struct option svdf[] = {
    TAKE_INT(0, svdf, rank, 0), TAKE(1, ACTIVATION, svdf, activation),
    /* 2, asymmetric_quantize_inputs: float activations with int8 weights */
};

/* ---- operators ---- */
struct tfl_op {
    enum op_id id;
    enum tfl_options table;
    uint8_t n_fields, n_options; /* of TFLite's table; of the list */
    const struct option *options;
};

/*  TFLite's operator, Mote's, TFLite's table of options and how many fields the schema gives it, list from above */
#define ROW(BUILTIN, OP, Table, n_fields, list)                                                                        \
    [BUILTIN_##BUILTIN] = {OP_##OP, TFL_##Table, n_fields, (uint8_t)COUNT(list), list}
#define ROW_PLAIN(BUILTIN, OP, Table, n_fields) [BUILTIN_##BUILTIN] = {OP_##OP, TFL_##Table, n_fields, 0, NULL}

/* clang-format off */
static const struct tfl_op ops[BUILTIN_LIMIT] = {
    ROW(ADD,                          ADD,                          AddOptions,                         2, binary),
    ROW(AVERAGE_POOL_2D,              AVERAGE_POOL_2D,              Pool2DOptions,                      6, pool_2d),
    ROW(CONV_2D,                      CONV_2D,                      Conv2DOptions,                      7, conv_2d),
    ROW(DEPTHWISE_CONV_2D,            DEPTHWISE_CONV_2D,            DepthwiseConv2DOptions,       7, depthwise_conv_2d),
    ROW_PLAIN(DEQUANTIZE,             DEQUANTIZE,                   DequantizeOptions,                  0),
    ROW(FULLY_CONNECTED,              FULLY_CONNECTED,              FullyConnectedOptions,          5, fully_connected),
    ROW(MAX_POOL_2D,                  MAX_POOL_2D,                  Pool2DOptions,                      6, pool_2d),
    ROW(MEAN,                         MEAN,                         ReducerOptions,                     1, reducer),
    ROW(MUL,                          MUL,                          MulOptions,                         1, binary),
    ROW_PLAIN(PAD,                    PAD,                          PadOptions,                         0),
    ROW_PLAIN(PADV2,                  PAD,                          PadV2Options,                       0),
    ROW_PLAIN(QUANTIZE,               QUANTIZE,                     QuantizeOptions,                    0),
    ROW_PLAIN(RESHAPE,                RESHAPE,                      ReshapeOptions,                     1),
    ROW(RESIZE_NEAREST_NEIGHBOR,      RESIZE_NEAREST_NEIGHBOR,
        ResizeNearestNeighborOptions, 2, resize_nearest_neighbor),
    ROW(SOFTMAX,                      SOFTMAX,                      SoftmaxOptions,                     1, softmax),
    ROW_PLAIN(TRANSPOSE,              TRANSPOSE,                    TransposeOptions,                   0),
    ROW(UNIDIRECTIONAL_SEQUENCE_LSTM, UNIDIRECTIONAL_SEQUENCE_LSTM,
        UnidirectionalSequenceLSTMOptions, 6, unidirectional_sequence_lstm),

    ROW(SUB,                          SUB,                          SubOptions,                         2, binary),
    ROW(LEAKY_RELU,                   LEAKY_RELU,                   LeakyReluOptions,                   1, leaky_relu),
    ROW(STRIDED_SLICE,                STRIDED_SLICE,                StridedSliceOptions,              6, strided_slice),
    ROW(TRANSPOSE_CONV,               TRANSPOSE_CONV,               TransposeConvOptions,            5, transpose_conv),
    ROW(SVDF,                         SVDF,                         SVDFOptions,                        3, svdf),

    ROW_PLAIN(ASSIGN_VARIABLE,        ASSIGN_VARIABLE,              AssignVariableOptions,              0),
    ROW_PLAIN(BATCH_TO_SPACE_ND,      BATCH_TO_SPACE_ND,            BatchToSpaceNDOptions,              0),
    ROW_PLAIN(CAST,                   CAST,                         CastOptions,                        2),
    ROW(CONCATENATION,                CONCATENATION,                ConcatenationOptions,             2, concatenation),
    ROW(DEPTH_TO_SPACE,               DEPTH_TO_SPACE,               DepthToSpaceOptions,             1, depth_to_space),
    ROW_PLAIN(EXPAND_DIMS,            EXPAND_DIMS,                  ExpandDimsOptions,                  0),
    ROW(GATHER,                       GATHER,                       GatherOptions,                      2, gather),
    ROW(MIRROR_PAD,                   MIRROR_PAD,                   MirrorPadOptions,                   1, mirror_pad),
    ROW(PACK,                         PACK,                         PackOptions,                        2, pack),
    ROW_PLAIN(READ_VARIABLE,          READ_VARIABLE,                ReadVariableOptions,                0),
    ROW_PLAIN(SHAPE,                  SHAPE,                        ShapeOptions,                       1),
    ROW_PLAIN(SLICE,                  SLICE,                        SliceOptions,                       0),
    ROW_PLAIN(SPACE_TO_BATCH_ND,      SPACE_TO_BATCH_ND,            SpaceToBatchNDOptions,              0),
    ROW(SPACE_TO_DEPTH,               SPACE_TO_DEPTH,               SpaceToDepthOptions,             1, depth_to_space),
    ROW_PLAIN(SPLIT,                  SPLIT,                        SplitOptions,                       1),
    ROW_PLAIN(SPLIT_V,                SPLIT_V,                      SplitVOptions,                      1),
    ROW(SQUEEZE,                      SQUEEZE,                      SqueezeOptions,                     1, squeeze),
    ROW(UNPACK,                       UNPACK,                       UnpackOptions,                      2, pack),
    ROW_PLAIN(ABS,                    ABS,                          AbsOptions,                         0),
    ROW_PLAIN(ARG_MAX,                ARG_MAX,                      ArgMaxOptions,                      1),
    ROW(BATCH_MATMUL,                 BATCH_MATMUL,                 BatchMatMulOptions,                3, batch_matmul),
    ROW(CUMSUM,                       CUMSUM,                       CumsumOptions,                      2, cumsum),
    ROW(DIV,                          DIV,                          DivOptions,                         1, binary),
    ROW_PLAIN(ELU,                    ELU,                          NoOptions,                          0),
    ROW_PLAIN(EXP,                    EXP,                          ExpOptions,                         0),
    ROW_PLAIN(HARD_SWISH,             HARD_SWISH,                   HardSwishOptions,                   0),
    ROW_PLAIN(LOG_SOFTMAX,            LOG_SOFTMAX,                  LogSoftmaxOptions,                  0),
    ROW(L2_NORMALIZATION,             L2_NORMALIZATION,             L2NormOptions,                 1, l2_normalization),
    ROW_PLAIN(LOGISTIC,               LOGISTIC,                     NoOptions,                          0),
    ROW_PLAIN(MAXIMUM,                MAXIMUM,                      MaximumMinimumOptions,              0),
    ROW_PLAIN(MINIMUM,                MINIMUM,                      MaximumMinimumOptions,              0),
    ROW_PLAIN(PRELU,                  PRELU,                        NoOptions,                          0),
    ROW(REDUCE_MAX,                   REDUCE_MAX,                   ReducerOptions,                     1, reducer),
    ROW_PLAIN(RELU,                   RELU,                         NoOptions,                          0),
    ROW_PLAIN(RELU6,                  RELU6,                        NoOptions,                          0),
    ROW(RESIZE_BILINEAR,              RESIZE_BILINEAR,              ResizeBilinearOptions,          4, resize_bilinear),
    ROW_PLAIN(RSQRT,                  RSQRT,                        NoOptions,                          0),
    ROW_PLAIN(SQRT,                   SQRT,                         NoOptions,                          0),
    ROW_PLAIN(SQUARE,                 SQUARE,                       SquareOptions,                      0),
    ROW_PLAIN(SQUARED_DIFFERENCE,     SQUARED_DIFFERENCE,           SquaredDifferenceOptions,           0),
    ROW(SUM,                          SUM,                          ReducerOptions,                     1, reducer),
    ROW_PLAIN(TANH,                   TANH,                         NoOptions,                          0),

    ROW_PLAIN(CEIL,                   CEIL,                         NoOptions,                          0),
    ROW_PLAIN(COS,                    COS,                          CosOptions,                         0),
    ROW_PLAIN(FLOOR,                  FLOOR,                        NoOptions,                          0),
    ROW_PLAIN(LOG,                    LOG,                          NoOptions,                          0),
    ROW_PLAIN(NEG,                    NEG,                          NegOptions,                         0),
    ROW_PLAIN(ROUND,                  ROUND,                        NoOptions,                          0),
    ROW_PLAIN(SIN,                    SIN,                          NoOptions,                          0),
    ROW_PLAIN(EQUAL,                  EQUAL,                        EqualOptions,                       0),
    ROW_PLAIN(GREATER,                GREATER,                      GreaterOptions,                     0),
    ROW_PLAIN(GREATER_EQUAL,          GREATER_EQUAL,                GreaterEqualOptions,                0),
    ROW_PLAIN(LESS,                   LESS,                         LessOptions,                        0),
    ROW_PLAIN(LESS_EQUAL,             LESS_EQUAL,                   LessEqualOptions,                   0),
    ROW_PLAIN(LOGICAL_AND,            LOGICAL_AND,                  LogicalAndOptions,                  0),
    ROW_PLAIN(LOGICAL_NOT,            LOGICAL_NOT,                  LogicalNotOptions,                  0),
    ROW_PLAIN(LOGICAL_OR,             LOGICAL_OR,                   LogicalOrOptions,                   0),
    ROW_PLAIN(NOT_EQUAL,              NOT_EQUAL,                    NotEqualOptions,                    0),
    ROW_PLAIN(SELECT_V2,              SELECT_V2,                    SelectV2Options,                    0),
    ROW_PLAIN(FILL,                   FILL,                         FillOptions,                        0),
    ROW_PLAIN(ZEROS_LIKE,             ZEROS_LIKE,                   ZerosLikeOptions,                   0),
    ROW_PLAIN(BROADCAST_TO,           BROADCAST_TO,                 BroadcastToOptions,                 0),
    ROW_PLAIN(BROADCAST_ARGS,         BROADCAST_ARGS,               NoOptions,                          0),
    ROW_PLAIN(GATHER_ND,              GATHER_ND,                    GatherNdOptions,                    0),
    ROW_PLAIN(REVERSE_V2,             REVERSE_V2,                   ReverseV2Options,                   0),
    ROW_PLAIN(EMBEDDING_LOOKUP,       EMBEDDING_LOOKUP,             NoOptions,                          0),
    ROW_PLAIN(DYNAMIC_UPDATE_SLICE,   DYNAMIC_UPDATE_SLICE,         DynamicUpdateSliceOptions,          0),
    ROW_PLAIN(FLOOR_DIV,              FLOOR_DIV,                    FloorDivOptions,                    0),
    ROW_PLAIN(FLOOR_MOD,              FLOOR_MOD,                    FloorModOptions,                    0),
    ROW_PLAIN(ARG_MIN,                ARG_MIN,                      ArgMinOptions,                      1),
    ROW_PLAIN(ADD_N,                  ADD_N,                        AddNOptions,                        0),
    ROW(REDUCE_MIN,                   REDUCE_MIN,                   ReducerOptions,                     1, reducer),
    ROW(REDUCE_ALL,                   REDUCE_ALL,                   ReducerOptions,                     1, reducer),
    ROW(L2_POOL_2D,                   L2_POOL_2D,                   Pool2DOptions,                      6, pool_2d),
};
/* clang-format on */

const struct tfl_op *tfl_op_find(int32_t builtin)
{
    return builtin >= 0 && builtin < BUILTIN_LIMIT && ops[builtin].id != OP_NOP ? &ops[builtin] : NULL;
}

enum op_id tfl_op_id(const struct tfl_op *row) { return row->id; }

const char *tfl_builtin_name(int32_t builtin)
{
    static const char *const names[BUILTIN_LIMIT] = {
#define BUILTIN(code, NAME) [code] = #NAME,
#include "host/import/tflite/builtins.def"
    };

    return builtin >= 0 && builtin < BUILTIN_LIMIT ? names[builtin] : NULL;
}

/* ---- reading ---- */
/* Both enums have TFLite's numbers in Mote, which has more of them. */
static enum mote_status read_enum(const struct option *o, struct fb_table table, int count, void *to,
                                  const struct frame *at)
{
    int32_t value = fb_s8(table, o->field);

    if (value < 0 || value >= count)
        return fail(at, MOTE_ERR_FORMAT, "option %s is %d, which means nothing", o->name, (int)value);
    memcpy(to, &value, sizeof value);
    return MOTE_OK;
}

/* A list of dimensions as bits: d for dimension d, 16 - d for dimension -d. */
static enum mote_status read_dims(const struct option *o, struct fb_table table, void *to, const struct frame *at)
{
    struct fb_vector v = fb_get_vector(table, o->field, 4);
    int32_t bits = 0;

    for (uint32_t i = 0; i < v.n; i++) {
        int32_t d = fb_s32_at(v, i);

        if (d < -RANK_MAX || d >= RANK_MAX)
            return fail(at, MOTE_ERR_FORMAT, "option %s names dimension %d", o->name, (int)d);
        bits |= 1 << (d < 0 ? 16 + d : d);
    }
    memcpy(to, &bits, sizeof bits);
    return MOTE_OK;
}

static enum mote_status read_option(const struct option *o, struct fb_table table, void *to, const struct frame *at)
{
    int32_t value = 0;
    float real;

    switch ((enum option_kind)o->kind) {
    case OPTION_FLOAT:
        real = fb_f32(table, o->field);
        memcpy(to, &real, sizeof real);
        return MOTE_OK;
    case OPTION_PADDING:
        return read_enum(o, table, PADDING_VALID + 1, to, at);
    case OPTION_ACTIVATION:
        return read_enum(o, table, ACTIVATION_SIGN_BIT + 1, to, at);
    case OPTION_DIMS:
        return read_dims(o, table, to, at);
    case OPTION_REFUSED:
        if (fb_s8(table, o->field) != 0)
            return fail(at, MOTE_ERR_UNSUPPORTED, "option %s is %d; Mote takes only 0", o->name,
                        fb_s8(table, o->field));
        return MOTE_OK;
    case OPTION_INT:
        value = fb_s32(table, o->field, o->initial);
        break;
    case OPTION_FLAG:
        value = fb_bool(table, o->field);
        break;
    case OPTION_IS_S32: /* an element type that matters only if it is this one */
        value = fb_s8(table, o->field) == TFL_TYPE_INT32;
        break;
    }
    memcpy(to, &value, sizeof value);
    return MOTE_OK;
}

enum mote_status tfl_read_options(const struct tfl_op *row, struct fb_table operator_table, void *opts,
                                  const struct frame *at)
{
    uint8_t type = (uint8_t)fb_s8(operator_table, TFL_OPERATOR_BUILTIN_OPTIONS_TYPE);
    struct fb_table table;

    if ((type != TFL_NoOptions && type != row->table) || fb_s8(operator_table, TFL_OPERATOR_BUILTIN_OPTIONS_2_TYPE))
        return fail(at, MOTE_ERR_FORMAT, "the options are another operator's");
    table = fb_get_table(operator_table, TFL_OPERATOR_BUILTIN_OPTIONS);
    for (unsigned i = row->n_fields; i < table.n_fields; i++)
        if (fb_has(table, i))
            return fail(at, MOTE_ERR_UNSUPPORTED, "the options have a field %u, newer than this Mote", i);
    for (int i = 0; i < row->n_options; i++)
        TRY(read_option(&row->options[i], table, (char *)opts + row->options[i].to, at));
    return fb_status(operator_table.fb, at);
}
