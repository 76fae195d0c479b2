/* SPDX-License-Identifier: Apache-2.0 */
/* To add an operator: a row in `ops`, at the end, and above it the list of its options unless one there fits.
 *
 * A list need not name all fields of TFLite's table: fields that only concern TFLite's own kernels are left out. But a
 * field beyond those that the schema had when the row was written may change what the operator means, so a file that
 * sets one is refused. What the graph says anyway is not read, but written, for those who read nothing else (FOLLOWS).
 */
#include "host/formats/tflite/ops.h"

#include "host/formats/tflite/schema.h"

/* ---- options ---- */
#define TAKE_INT(field, struct_name, member, initial)                                                                  \
    {                                                                                                                  \
        field, TFL_OPTION_INT, offsetof(struct struct_name##_opts, member), initial, #member                           \
    }
#define TAKE(field, KIND, struct_name, member)                                                                         \
    {                                                                                                                  \
        field, TFL_OPTION_##KIND, offsetof(struct struct_name##_opts, member), 0, #member                              \
    }
/* What follows from the operator's tensors. */
#define FOLLOWS(field, KIND, name)                                                                                     \
    {                                                                                                                  \
        field, TFL_OPTION_##KIND, 0, 0, name                                                                           \
    }
/* A byte that is 0 in every model that Mote takes. */
#define REFUSE(field, name)                                                                                            \
    {                                                                                                                  \
        field, TFL_OPTION_REFUSED, 0, 0, name                                                                          \
    }

static const struct tfl_option conv_2d[] = {
    TAKE(0, PADDING, conv, padding),       TAKE_INT(1, conv, stride_w, 0),   TAKE_INT(2, conv, stride_h, 0),
    TAKE(3, ACTIVATION, conv, activation), TAKE_INT(4, conv, dilation_w, 1), TAKE_INT(5, conv, dilation_h, 1),
    TAKE(6, IS_S32, conv, bias_s32), /* quantized_bias_type: matters to int16 without a bias only */
};

static const struct tfl_option depthwise_conv_2d[] = {
    TAKE(0, PADDING, conv, padding),       TAKE_INT(1, conv, stride_w, 0),
    TAKE_INT(2, conv, stride_h, 0),        FOLLOWS(3, MULTIPLIER, "depth_multiplier"),
    TAKE(4, ACTIVATION, conv, activation), TAKE_INT(5, conv, dilation_w, 1),
    TAKE_INT(6, conv, dilation_h, 1),
};

static const struct tfl_option pool_2d[] = {
    TAKE(0, PADDING, pool, padding), TAKE_INT(1, pool, stride_w, 0), TAKE_INT(2, pool, stride_h, 0),
    TAKE_INT(3, pool, filter_w, 0),  TAKE_INT(4, pool, filter_h, 0), TAKE(5, ACTIVATION, pool, activation),
};

static const struct tfl_option fully_connected[] = {
    TAKE(0, ACTIVATION, fully_connected, activation), REFUSE(1, "weights_format"),
    TAKE(2, FLAG, fully_connected, keep_num_dims),
    /* 3, asymmetric_quantize_inputs: float activations with int8 weights */
    TAKE(4, IS_S32, fully_connected, bias_s32), /* as above */
};

static const struct tfl_option binary[] = {TAKE(0, ACTIVATION, binary, activation)};

/* int16 of any scales: no power of two is meant. */
static const struct tfl_option add[] = {TAKE(0, ACTIVATION, binary, activation), FOLLOWS(1, FALSE, "pot_scale_int16")};

static const struct tfl_option softmax[] = {TAKE(0, FLOAT, softmax, beta)};

static const struct tfl_option reducer[] = {TAKE(0, FLAG, reduce, keep_dims)};

static const struct tfl_option resize_nearest_neighbor[] = {
    TAKE(0, FLAG, resize, align_corners),
    TAKE(1, FLAG, resize, half_pixel_centers),
};

static const struct tfl_option resize_bilinear[] = {
    /* 0 and 1: a size, which the second input has given since */
    TAKE(2, FLAG, resize, align_corners),
    TAKE(3, FLAG, resize, half_pixel_centers),
};

static const struct tfl_option l2_normalization[] = {REFUSE(0, "fused_activation_function")};

static const struct tfl_option batch_matmul[] = {
    TAKE(0, FLAG, batch_matmul, adj_x), TAKE(1, FLAG, batch_matmul, adj_y),
    /* 2, asymmetric_quantize_inputs: float activations with int8 weights */
};

static const struct tfl_option cumsum[] = {TAKE(0, FLAG, cumsum, exclusive), TAKE(1, FLAG, cumsum, reverse)};

static const struct tfl_option unidirectional_sequence_lstm[] = {
    TAKE(0, ACTIVATION, lstm, activation), TAKE(1, FLOAT, lstm, cell_clip),         TAKE(2, FLOAT, lstm, proj_clip),
    TAKE(3, FLAG, lstm, time_major),       REFUSE(5, "diagonal_recurrent_tensors"),
};

static const struct tfl_option concatenation[] = {
    TAKE_INT(0, concatenation, axis, 0),
    TAKE(1, ACTIVATION, concatenation, activation),
};

static const struct tfl_option pack[] = {FOLLOWS(0, INPUTS, "values_count"), TAKE_INT(1, axis, axis, 0)};

static const struct tfl_option unpack[] = {FOLLOWS(0, OUTPUTS, "num"), TAKE_INT(1, axis, axis, 0)};

static const struct tfl_option split[] = {FOLLOWS(0, OUTPUTS, "num_splits")};

static const struct tfl_option cast[] = {FOLLOWS(0, IN_TYPE, "in_data_type"), FOLLOWS(1, OUT_TYPE, "out_data_type")};

/* The type of what ARG_MAX, ARG_MIN and SHAPE make. */
static const struct tfl_option out_type[] = {FOLLOWS(0, OUT_TYPE, "output_type")};

static const struct tfl_option reshape[] = {FOLLOWS(0, SHAPE, "new_shape")};

static const struct tfl_option gather[] = {TAKE_INT(0, gather, axis, 0), TAKE_INT(1, gather, batch_dims, 0)};

static const struct tfl_option squeeze[] = {TAKE(0, DIMS, squeeze, dims)};

static const struct tfl_option depth_to_space[] = {TAKE_INT(0, block, block_size, 0)};

/* reflect is 0 */
static const struct tfl_option mirror_pad[] = {TAKE(0, FLAG, mirror_pad, symmetric)};

static const struct tfl_option leaky_relu[] = {TAKE(0, FLOAT, leaky_relu, alpha)};

static const struct tfl_option strided_slice[] = {
    TAKE_INT(0, strided_slice, begin_mask, 0),       TAKE_INT(1, strided_slice, end_mask, 0),
    TAKE_INT(2, strided_slice, ellipsis_mask, 0),    TAKE_INT(3, strided_slice, new_axis_mask, 0),
    TAKE_INT(4, strided_slice, shrink_axis_mask, 0), REFUSE(5, "offset"),
};

static const struct tfl_option transpose_conv[] = {
    TAKE(0, PADDING, transpose_conv, padding), TAKE_INT(1, transpose_conv, stride_w, 0),
    TAKE_INT(2, transpose_conv, stride_h, 0), TAKE(3, ACTIVATION, transpose_conv, activation),
    /* 4, quantized_bias_type: the reference does not read it */
};

static const struct tfl_option svdf[] = {
    TAKE_INT(0, svdf, rank, 0), TAKE(1, ACTIVATION, svdf, activation),
    /* 2, asymmetric_quantize_inputs: float activations with int8 weights */
};

static const struct tfl_option if_graphs[] = {TAKE_INT(0, if, then_graph, 0), TAKE_INT(1, if, else_graph, 0)};

static const struct tfl_option while_graphs[] = {TAKE_INT(0, while, cond_graph, 0), TAKE_INT(1, while, body_graph, 0)};

/* ---- types ---- */
static const enum mote_type types[] = {
    TYPE_F32, TYPE_F16, TYPE_S32,  TYPE_U8,   TYPE_S64, TYPE_STRING,   TYPE_BOOL,    TYPE_S16,
    TYPE_C64, TYPE_S8,  TYPE_F64,  TYPE_C128, TYPE_U64, TYPE_RESOURCE, TYPE_VARIANT, TYPE_U32,
    TYPE_U16, TYPE_S4,  TYPE_BF16, TYPE_S2,   TYPE_U4,  TYPE_F8E4M3,   TYPE_F8E5M2,
};

enum mote_type tfl_type_of(int number)
{
    return number >= 0 && (size_t)number < COUNT(types) ? types[number] : TYPE_NONE;
}

int tfl_type_number(enum mote_type type)
{
    for (int i = 0; (size_t)i < COUNT(types); i++)
        if (types[i] == type)
            return i;
    return -1;
}

/* ---- operators ---- */
/*  TFLite's operator, Mote's, TFLite's table of options and how many fields the schema gives it, list from above */
#define ROW(BUILTIN, OP, Table, n_fields, list)                                                                        \
    [BUILTIN_##BUILTIN] = {OP_##OP, TFL_##Table, n_fields, (uint8_t)COUNT(list), list}
#define ROW_PLAIN(BUILTIN, OP, Table, n_fields) [BUILTIN_##BUILTIN] = {OP_##OP, TFL_##Table, n_fields, 0, NULL}

/* clang-format off */
static const struct tfl_op ops[BUILTIN_LIMIT] = {
    ROW(ADD,                          ADD,                          AddOptions,                                2, add),
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
    ROW(RESHAPE,                      RESHAPE,                      ReshapeOptions,                        1, reshape),
    ROW(RESIZE_NEAREST_NEIGHBOR,      RESIZE_NEAREST_NEIGHBOR,
        ResizeNearestNeighborOptions, 2, resize_nearest_neighbor),
    ROW(SOFTMAX,                      SOFTMAX,                      SoftmaxOptions,                     1, softmax),
    ROW_PLAIN(TRANSPOSE,              TRANSPOSE,                    TransposeOptions,                   0),
    ROW(UNIDIRECTIONAL_SEQUENCE_LSTM, UNIDIRECTIONAL_SEQUENCE_LSTM,
        UnidirectionalSequenceLSTMOptions, 6, unidirectional_sequence_lstm),

    ROW(SUB,                          SUB,                          SubOptions,                                2, add),
    ROW(LEAKY_RELU,                   LEAKY_RELU,                   LeakyReluOptions,                   1, leaky_relu),
    ROW(STRIDED_SLICE,                STRIDED_SLICE,                StridedSliceOptions,              6, strided_slice),
    ROW(TRANSPOSE_CONV,               TRANSPOSE_CONV,               TransposeConvOptions,            5, transpose_conv),
    ROW(SVDF,                         SVDF,                         SVDFOptions,                        3, svdf),

    ROW_PLAIN(ASSIGN_VARIABLE,        ASSIGN_VARIABLE,              AssignVariableOptions,              0),
    ROW_PLAIN(BATCH_TO_SPACE_ND,      BATCH_TO_SPACE_ND,            BatchToSpaceNDOptions,              0),
    ROW(CAST,                         CAST,                         CastOptions,                              2, cast),
    ROW(CONCATENATION,                CONCATENATION,                ConcatenationOptions,             2, concatenation),
    ROW(DEPTH_TO_SPACE,               DEPTH_TO_SPACE,               DepthToSpaceOptions,             1, depth_to_space),
    ROW_PLAIN(EXPAND_DIMS,            EXPAND_DIMS,                  ExpandDimsOptions,                  0),
    ROW(GATHER,                       GATHER,                       GatherOptions,                      2, gather),
    ROW(MIRROR_PAD,                   MIRROR_PAD,                   MirrorPadOptions,                   1, mirror_pad),
    ROW(PACK,                         PACK,                         PackOptions,                        2, pack),
    ROW_PLAIN(READ_VARIABLE,          READ_VARIABLE,                ReadVariableOptions,                0),
    ROW(SHAPE,                        SHAPE,                        ShapeOptions,                         1, out_type),
    ROW_PLAIN(SLICE,                  SLICE,                        SliceOptions,                       0),
    ROW_PLAIN(SPACE_TO_BATCH_ND,      SPACE_TO_BATCH_ND,            SpaceToBatchNDOptions,              0),
    ROW(SPACE_TO_DEPTH,               SPACE_TO_DEPTH,               SpaceToDepthOptions,             1, depth_to_space),
    ROW(SPLIT,                        SPLIT,                        SplitOptions,                            1, split),
    ROW(SPLIT_V,                      SPLIT_V,                      SplitVOptions,                           1, split),
    ROW(SQUEEZE,                      SQUEEZE,                      SqueezeOptions,                     1, squeeze),
    ROW(UNPACK,                       UNPACK,                       UnpackOptions,                          2, unpack),
    ROW_PLAIN(ABS,                    ABS,                          AbsOptions,                         0),
    ROW(ARG_MAX,                      ARG_MAX,                      ArgMaxOptions,                        1, out_type),
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
    ROW(ARG_MIN,                      ARG_MIN,                      ArgMinOptions,                        1, out_type),
    ROW_PLAIN(ADD_N,                  ADD_N,                        AddNOptions,                        0),
    ROW(REDUCE_MIN,                   REDUCE_MIN,                   ReducerOptions,                     1, reducer),
    ROW(REDUCE_ALL,                   REDUCE_ALL,                   ReducerOptions,                     1, reducer),
    ROW(L2_POOL_2D,                   L2_POOL_2D,                   Pool2DOptions,                      6, pool_2d),
    ROW(IF,                           IF,                           IfOptions,                          2, if_graphs),
    ROW(WHILE,                        WHILE,                        WhileOptions,                    2, while_graphs),
};
/* clang-format on */

const struct tfl_op *tfl_op_find(int32_t builtin)
{
    return builtin >= 0 && builtin < BUILTIN_LIMIT && ops[builtin].id != OP_NOP ? &ops[builtin] : NULL;
}

int32_t tfl_builtin_of(enum op_id id, int32_t n_in)
{
    if (id == OP_PAD && n_in > 2)
        return BUILTIN_PADV2;
    for (int32_t i = 0; i < BUILTIN_LIMIT; i++)
        if (ops[i].id == id && id != OP_NOP)
            return i;
    return -1;
}

const char *tfl_builtin_name(int32_t builtin)
{
    static const char *const names[BUILTIN_LIMIT] = {
#define BUILTIN(code, NAME) [code] = #NAME,
#include "host/formats/tflite/builtins.def"
    };

    return builtin >= 0 && builtin < BUILTIN_LIMIT ? names[builtin] : NULL;
}
