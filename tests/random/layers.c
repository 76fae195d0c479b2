/* SPDX-License-Identifier: Apache-2.0 */
/* Makers of layers: sums of products, pools, recurrence. What an operator accepts is what its host file and
 * docs/EXACT.md say; a maker draws from all of it, and from nothing else: a graph that Mote refuses is a finding. */
#include "tests/random/builder.h"

#include <math.h>

#define COMPUTED TYPES(TYPE_S8, TYPE_F32)
#define WIDE     TYPES(TYPE_S8, TYPE_S16, TYPE_F32)

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
    int32_t in = pick_symmetric(b, WIDE, 4, 4), weights, bias = TENSOR_ABSENT, out;

    if (in == TENSOR_ABSENT)
        return false;

    const struct tensor shape = *tensor_of(b, in);
    enum padding padding = (enum padding)dice_range(b, 0, PADDING_COUNT - 1);
    struct window_axis y = draw_axis(b, padding, shape.dims[1], 3), x = draw_axis(b, padding, shape.dims[2], 3);
    int64_t in_c = shape.dims[3], groups = 1, out_c = dice_range(b, 1, 9);

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

    weights = new_weights(b, shape.type, 4, dims, depthwise ? 3 : 0, true);
    if (!dice_chance(b, 5))
        bias = new_bias(b, in, weights, out_c);
    if (depthwise && bias != TENSOR_ABSENT && shape.type == TYPE_S16 && tensor_of(b, bias)->type != TYPE_S64)
        bias = TENSOR_ABSENT; /* s64 only */
    out = new_sum_output(b, in, weights, (int64_t)y.filter * x.filter * (depthwise ? 1 : filter_c));

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
                                                       .bias_s32 = shape.type == TYPE_S16 && dice_chance(b, 2),
                                                       .activation = dice_activation(b)};
    return op_done(b, op);
}

bool make_conv_2d(struct builder *b) { return make_conv(b, OP_CONV_2D, false); }

bool make_depthwise_conv_2d(struct builder *b) { return make_conv(b, OP_DEPTHWISE_CONV_2D, true); }

static bool make_pool(struct builder *b, enum op_id id, uint32_t types)
{
    int32_t in = pick_symmetric(b, types, 4, 4), out;

    if (in == TENSOR_ABSENT)
        return false;

    const int64_t *shape = tensor_of(b, in)->dims;
    enum padding padding = (enum padding)dice_range(b, 0, PADDING_COUNT - 1);
    struct window_axis y = draw_axis(b, padding, shape[1], 1), x = draw_axis(b, padding, shape[2], 1);

    out = new_same_output(b, in);

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
                                                       .activation = dice_activation(b)};
    return op_done(b, op);
}

bool make_average_pool_2d(struct builder *b) { return make_pool(b, OP_AVERAGE_POOL_2D, WIDE); }

bool make_max_pool_2d(struct builder *b) { return make_pool(b, OP_MAX_POOL_2D, WIDE); }

bool make_l2_pool_2d(struct builder *b) { return make_pool(b, OP_L2_POOL_2D, TYPES(TYPE_F32)); }

/* A convolution of phases of a picture, as converters spell dilated ones: SPACE_TO_BATCH_ND, CONV_2D,
 * BATCH_TO_SPACE_ND. */
bool make_dilated(struct builder *b)
{
    int32_t in = pick(b, COMPUTED, 4, 4), phases, weights, sums, out, blocks;
    int64_t two = 2, square[] = {2, 2}, block[2], pads[2][2], crops[2][2], phase[2], filter[2];

    if (in == TENSOR_ABSENT)
        return false;

    const struct tensor shape = *tensor_of(b, in);

    for (int i = 0; i < 2; i++) {
        block[i] = dice_range(b, 1, 3);
        pads[i][0] = dice_range(b, 0, 3);
        pads[i][1] = dice_range(b, 0, 2);
        pads[i][1] += (block[i] - (shape.dims[1 + i] + pads[i][0] + pads[i][1]) % block[i]) % block[i];
        phase[i] = (shape.dims[1 + i] + pads[i][0] + pads[i][1]) / block[i];
        filter[i] = dice_range(b, 1, phase[i] < 3 ? (int32_t)phase[i] : 3);
        crops[i][0] = dice_chance(b, 3) ? dice_range(b, 0, (int32_t)block[i] - 1) : 0;
        crops[i][1] = dice_chance(b, 2) ? dice_range(b, 0, (int32_t)(block[i] - 1 - crops[i][0])) : 0;
    }
    phases = new_same_output(b, in);
    blocks = new_ints(b, 1, &two, block);
    if (!op_done(b, new_op(b, OP_SPACE_TO_BATCH_ND, 3, (int32_t[]){in, blocks, new_ints(b, 2, square, pads[0])}, 1,
                           &phases)))
        return false;
    weights =
        new_weights(b, shape.type, 4, (int64_t[]){dice_range(b, 1, 4), filter[0], filter[1], shape.dims[3]}, 0, true);
    sums = new_sum_output(b, phases, weights, filter[0] * filter[1] * shape.dims[3]);

    struct op *conv = new_op(b, OP_CONV_2D, 2, (int32_t[]){phases, weights}, 1, &sums);

    *(struct conv_opts *)conv->opts = (struct conv_opts){.padding = dice_chance(b, 3) ? PADDING_SAME : PADDING_VALID,
                                                         .stride_h = 1,
                                                         .stride_w = 1,
                                                         .dilation_h = 1,
                                                         .dilation_w = 1,
                                                         .activation = dice_activation(b)};
    if (!op_done(b, conv))
        return false;
    out = new_same_output(b, sums);
    return op_done(
        b, new_op(b, OP_BATCH_TO_SPACE_ND, 3, (int32_t[]){sums, blocks, new_ints(b, 2, square, crops[0])}, 1, &out));
}

/* The window goes over the output. */
bool make_transpose_conv(struct builder *b)
{
    int32_t in = pick_symmetric(b, WIDE, 4, 4), list[4], out;

    if (in == TENSOR_ABSENT)
        return false;

    const struct tensor shape = *tensor_of(b, in);
    enum padding padding = (enum padding)dice_range(b, 0, PADDING_COUNT - 1);
    int32_t filter[2], stride[2], before[2] = {0, 0}, after[2] = {0, 0};
    int64_t four = 4, dims[] = {shape.dims[0], 0, 0, dice_range(b, 1, 6)};

    for (int i = 0; i < 2; i++) {
        int32_t full;

        filter[i] = dice_range(b, 1, 4);
        stride[i] = dice_range(b, 1, 3);
        full = ((int32_t)shape.dims[1 + i] - 1) * stride[i] + filter[i];
        if (padding == PADDING_EXPLICIT) {
            before[i] = dice_range(b, 0, filter[i] - 1);
            after[i] = dice_range(b, 0, full - before[i] - 1 < filter[i] - 1 ? full - before[i] - 1 : filter[i] - 1);
        }
        dims[1 + i] = padding == PADDING_SAME ? shape.dims[1 + i] * stride[i] - dice_range(b, 0, stride[i] - 1)
                                              : full - before[i] - after[i] + dice_range(b, 0, stride[i] - 1);
    }
    list[0] = new_ints(b, 1, &four, dims);
    list[1] = new_weights(b, shape.type, 4, (int64_t[]){dims[3], filter[0], filter[1], shape.dims[3]}, 0, true);
    list[2] = in;
    list[3] = dice_chance(b, 3) ? TENSOR_ABSENT : new_bias(b, in, list[1], dims[3]);
    if (list[3] != TENSOR_ABSENT && shape.type == TYPE_S16 && tensor_of(b, list[3])->type == TYPE_S32)
        list[3] = TENSOR_ABSENT; /* s16 and s64 only */
    out = new_sum_output(b, in, list[1], (int64_t)filter[0] * filter[1] * shape.dims[3]);

    struct op *op = new_op(b, OP_TRANSPOSE_CONV, COUNT(list), list, 1, &out);

    *(struct transpose_conv_opts *)op->opts = (struct transpose_conv_opts){.padding = padding,
                                                                           .pad_top = before[0],
                                                                           .pad_bottom = after[0],
                                                                           .pad_left = before[1],
                                                                           .pad_right = after[1],
                                                                           .stride_h = stride[0],
                                                                           .stride_w = stride[1],
                                                                           .activation = dice_activation(b)};
    return op_done(b, op);
}

/* ---- whole tensors ---- */
/* The weights are a constant, but for the input itself, sometimes. */
bool make_fully_connected(struct builder *b)
{
    int32_t in = pick_symmetric(b, WIDE, 1, 5), weights, bias = TENSOR_ABSENT, out;

    if (in == TENSOR_ABSENT)
        return false;

    const struct tensor shape = *tensor_of(b, in);
    bool keep = dice_chance(b, 3);
    int64_t len = 1, out_c = dice_range(b, 1, 12);

    for (int d = keep ? shape.rank - 1 : dice_range(b, 0, shape.rank - 1); d < shape.rank; d++)
        len *= shape.dims[d];
    if (shape.rank == 2 && len == shape.dims[1] && shape.type != TYPE_S16 && dice_chance(b, 6)) {
        weights = in;
        out_c = shape.dims[0];
    } else {
        weights = new_weights(b, shape.type, 2, (int64_t[]){out_c, len}, 0, true);
    }
    if (shape.type != TYPE_S16 && weights != in && tensor_of(b, weights)->quant.n == 1 && dice_chance(b, 5))
        quant_set(b->model, &tensor_of(b, weights)->quant, tensor_of(b, weights)->quant.scale[0],
                  dice_range(b, INT8_MIN, INT8_MAX));
    if (!dice_chance(b, 5))
        bias = new_bias(b, in, weights, out_c);
    out = new_sum_output(b, in, weights, len);

    struct op *op = new_op(b, OP_FULLY_CONNECTED, 3, (int32_t[]){in, weights, bias}, 1, &out);

    *(struct fully_connected_opts *)op->opts =
        (struct fully_connected_opts){.activation = dice_activation(b),
                                      .keep_num_dims = keep,
                                      .bias_s32 = shape.type == TYPE_S16 && dice_chance(b, 2)};
    return op_done(b, op);
}

/* The second matrix is a constant, but for the square of the first, sometimes. */
bool make_batch_matmul(struct builder *b)
{
    int32_t in[2] = {pick_symmetric(b, WIDE, 2, 5), TENSOR_ABSENT}, out;

    if (in[0] == TENSOR_ABSENT)
        return false;

    const struct tensor x = *tensor_of(b, in[0]);
    bool adj_x = dice_chance(b, 3), adj_y = dice_chance(b, 3);
    int64_t depth = x.dims[x.rank - (adj_x ? 2 : 1)], columns = dice_range(b, 1, 6), dims[RANK_MAX];
    int rank = dice_chance(b, 2) ? x.rank : dice_range(b, 2, x.rank);

    if (dice_chance(b, 6)) { /* x * xT or xT * x */
        in[1] = in[0];
        adj_y = !adj_x;
    } else {
        for (int d = 0; d < rank - 2; d++) {
            dims[d] = x.dims[x.rank - rank + d];
            if (dice_chance(b, 3))
                dims[d] = dims[d] == 1 ? dice_range(b, 1, 3) : 1;
        }
        dims[rank - 2] = adj_y ? columns : depth;
        dims[rank - 1] = adj_y ? depth : columns;
        in[1] = new_const(b, x.type, rank, dims, random_quantization(b, x.type));
        if (x.type == TYPE_S16 && quantization_of(b, in[1]).zero != 0)
            return false;
    }
    out = new_sum_output(b, in[0], in[1], depth);

    struct op *op = new_op(b, OP_BATCH_MATMUL, 2, in, 1, &out);

    *(struct batch_matmul_opts *)op->opts = (struct batch_matmul_opts){.adj_x = adj_x, .adj_y = adj_y};
    return op_done(b, op);
}

bool make_unidirectional_sequence_lstm(struct builder *b)
{
    int32_t x = pick_symmetric(b, WIDE, 3, 3), in[20], out;

    if (x == TENSOR_ABSENT)
        return false;

    bool time_major = dice_chance(b, 2), real = tensor_of(b, x)->type == TYPE_F32;
    enum mote_type type = tensor_of(b, x)->type;
    int64_t batch = tensor_of(b, x)->dims[time_major ? 1 : 0], len = tensor_of(b, x)->dims[2];
    int64_t units = dice_range(b, 1, 6);
    struct quantization hidden = {real ? 0 : dice_log(b, 0.004f, 0.01f), dice_range(b, INT8_MIN, INT8_MAX)};
    if (type == TYPE_S16)
        hidden = (struct quantization){hidden.scale / 256, 0};
    struct quantization cell = {real ? 0 : ldexpf(1, dice_range(b, -15, -9)), 0};

    for (size_t i = 0; i < COUNT(in); i++)
        in[i] = TENSOR_ABSENT;
    in[0] = x;
    for (int gate = 0; gate < 4; gate++) {
        in[1 + gate] = new_weights(b, type, 2, (int64_t[]){units, len}, 0, false);
        in[5 + gate] = new_weights(b, type, 2, (int64_t[]){units, units}, 0, false);
        in[12 + gate] = new_bias(b, x, in[1 + gate], units);
        if (type == TYPE_S16 && tensor_of(b, in[12 + gate])->type != TYPE_S64)
            return false;
    }
    in[18] = new_state(b, type, 2, (int64_t[]){batch, units}, hidden);
    in[19] = new_state(b, real ? TYPE_F32 : TYPE_S16, 2, (int64_t[]){batch, units}, cell);
    out = new_output(b, type, hidden);

    struct op *op = new_op(b, OP_UNIDIRECTIONAL_SEQUENCE_LSTM, COUNT(in), in, 1, &out);

    *(struct lstm_opts *)op->opts = (struct lstm_opts){.activation = ACTIVATION_TANH,
                                                       .cell_clip = dice_chance(b, 2) ? 0 : dice_log(b, 0.1f, 10),
                                                       .time_major = time_major};
    return op_done(b, op);
}

bool make_gru(struct builder *b)
{
    const int32_t x = pick(b, COMPUTED, 3, 3);
    const bool time_major = dice_chance(b, 2);
    const int64_t units = dice_range(b, 1, 6), rows = 3 * units;
    int32_t in[6] = {x}, out;

    if (x == TENSOR_ABSENT)
        return false;

    const enum mote_type type = tensor_of(b, x)->type;
    const bool real = type == TYPE_F32;
    const struct quantization state = {real ? 0 : 0x1p-15f, 0};
    const struct quantization hidden = {real ? 0 : dice_log(b, 0.004f, 0.01f), dice_range(b, INT8_MIN, INT8_MAX)};

    in[1] = new_weights(b, type, 2, (int64_t[]){rows, tensor_of(b, x)->dims[2]}, 0, false);
    in[2] = new_weights(b, type, 2, (int64_t[]){rows, units}, 0, false);
    in[3] = new_bias(b, x, in[1], rows);
    in[4] = new_bias(b, x, in[1], rows);
    in[5] = new_state(b, real ? TYPE_F32 : TYPE_S16, 2, (int64_t[]){tensor_of(b, x)->dims[time_major ? 1 : 0], units},
                      state);
    out = new_output(b, type, hidden);

    struct op *op = new_op(b, OP_GRU, COUNT(in), in, 1, &out);

    *(struct gru_opts *)op->opts = (struct gru_opts){.reset_after = dice_chance(b, 2), .time_major = time_major};
    return op_done(b, op);
}

/* A layer without gates, or an LSTM that is not the standard one. */
bool make_recurrent(struct builder *b)
{
    const int32_t x = pick(b, TYPES(TYPE_F32), 3, 3);
    const bool time_major = dice_chance(b, 2), lstm = dice_chance(b, 2);
    const int64_t units = dice_range(b, 1, 6), rows = (lstm ? 4 : 1) * units;
    const struct quantization none = {0, 0};
    int32_t in[7] = {x}, out;

    if (x == TENSOR_ABSENT)
        return false;

    const int64_t states[2] = {tensor_of(b, x)->dims[time_major ? 1 : 0], units};

    in[1] = new_weights(b, TYPE_F32, 2, (int64_t[]){rows, tensor_of(b, x)->dims[2]}, 0, false);
    in[2] = new_weights(b, TYPE_F32, 2, (int64_t[]){rows, units}, 0, false);
    in[3] = new_bias(b, x, in[1], rows);
    in[4] = lstm && dice_chance(b, 2) ? new_bias(b, x, in[1], 3 * units) : TENSOR_ABSENT;
    in[5] = new_state(b, TYPE_F32, 2, states, none);
    in[6] = lstm ? new_state(b, TYPE_F32, 2, states, none) : TENSOR_ABSENT;
    out = new_output(b, TYPE_F32, none);

    struct op *op = new_op(b, OP_RECURRENT, lstm ? 7 : 6, in, 1, &out);

    *(struct recurrent_opts *)op->opts = (struct recurrent_opts){.lstm = lstm,
                                                                 .gate = (int32_t)dice_range(b, 0, 5),
                                                                 .fresh = (int32_t)dice_range(b, 0, 5),
                                                                 .last = (int32_t)dice_range(b, 0, 5),
                                                                 .time_major = time_major};
    return op_done(b, op);
}

/* A rank-decomposed layer over time, with the features of the last inferences in its state. */
bool make_svdf(struct builder *b)
{
    int32_t in = pick(b, COMPUTED, 2, 2), list[5], out;

    if (in == TENSOR_ABSENT)
        return false;

    const struct tensor shape = *tensor_of(b, in);
    bool real = shape.type == TYPE_F32, wide = !real && dice_chance(b, 2);
    enum mote_type state_type = real ? TYPE_F32 : wide ? TYPE_S16 : TYPE_S8;
    int64_t rank = dice_range(b, 1, 3), units = dice_range(b, 1, 5), memory = dice_range(b, 1, 6),
            filters = rank * units;
    struct quantization state = {0, 0}, times = {0, 0};

    if (!real) {
        state = quantization_for(b, state_type, quantization_of(b, in).scale * 50);
        times.scale = wide ? 0.0001f : 0.02f;
    }
    list[0] = in;
    list[1] = new_weights(b, shape.type, 2, (int64_t[]){filters, shape.dims[1]}, 0, false);
    list[2] = new_const(b, state_type, 2, (int64_t[]){filters, memory}, times);
    list[3] = TENSOR_ABSENT;
    if (dice_chance(b, 2))
        list[3] = new_const(b, real ? TYPE_F32 : TYPE_S32, 1, &units,
                            (struct quantization){.scale = state.scale * times.scale, .zero = 0});
    list[4] = new_state(b, state_type, 2, (int64_t[]){shape.dims[0], filters * memory}, state);
    out = new_output(b, shape.type, quantization_for(b, shape.type, state.scale * times.scale * (wide ? 3e7f : 9000)));

    struct op *op = new_op(b, OP_SVDF, COUNT(list), list, 1, &out);

    *(struct svdf_opts *)op->opts = (struct svdf_opts){.rank = (int32_t)rank, .activation = dice_activation(b)};
    return op_done(b, op);
}
