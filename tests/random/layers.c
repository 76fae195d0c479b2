/* SPDX-License-Identifier: Apache-2.0 */
/* Makers of layers: sums of products, pools, recurrence. What an operator accepts is what its host file and
 * docs/EXACT.md say; a maker draws from all of it, and from nothing else: a graph that Mote refuses is a finding. */
#include "tests/random/builder.h"

#include <math.h>

#define COMPUTED TYPES(TYPE_S8, TYPE_F32)

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
    int32_t in = pick(b, COMPUTED, 4, 4), weights, bias = TENSOR_ABSENT, out;

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
        bias = new_bias(b, quantization_of(b, in).scale, weights, out_c);
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
                                                       .activation = dice_activation(b)};
    return op_done(b, op);
}

bool make_conv_2d(struct builder *b) { return make_conv(b, OP_CONV_2D, false); }

bool make_depthwise_conv_2d(struct builder *b) { return make_conv(b, OP_DEPTHWISE_CONV_2D, true); }

static bool make_pool(struct builder *b, enum op_id id)
{
    int32_t in = pick(b, COMPUTED, 4, 4), out;

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

bool make_average_pool_2d(struct builder *b) { return make_pool(b, OP_AVERAGE_POOL_2D); }

bool make_max_pool_2d(struct builder *b) { return make_pool(b, OP_MAX_POOL_2D); }

/* ---- whole tensors ---- */
bool make_fully_connected(struct builder *b)
{
    int32_t in = pick(b, COMPUTED, 1, 5), weights, bias = TENSOR_ABSENT, out;

    if (in == TENSOR_ABSENT)
        return false;

    const struct tensor shape = *tensor_of(b, in);
    bool keep = dice_chance(b, 3);
    int64_t len = 1, out_c = dice_range(b, 1, 12);

    for (int d = keep ? shape.rank - 1 : dice_range(b, 0, shape.rank - 1); d < shape.rank; d++)
        len *= shape.dims[d];
    weights = new_weights(b, shape.type, 2, (int64_t[]){out_c, len}, 0, true);
    if (tensor_of(b, weights)->quant.n == 1 && dice_chance(b, 5))
        quant_set(b->model, &tensor_of(b, weights)->quant, tensor_of(b, weights)->quant.scale[0],
                  dice_range(b, INT8_MIN, INT8_MAX));
    if (!dice_chance(b, 5))
        bias = new_bias(b, quantization_of(b, in).scale, weights, out_c);
    out = new_sum_output(b, in, weights, len);

    struct op *op = new_op(b, OP_FULLY_CONNECTED, 3, (int32_t[]){in, weights, bias}, 1, &out);

    *(struct fully_connected_opts *)op->opts =
        (struct fully_connected_opts){.activation = dice_activation(b), .keep_num_dims = keep};
    return op_done(b, op);
}

/* The second matrix is a constant, but for the square of the first, sometimes. */
bool make_batch_matmul(struct builder *b)
{
    int32_t in[2] = {pick(b, COMPUTED, 2, 5), TENSOR_ABSENT}, out;

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
    }
    out = new_sum_output(b, in[0], in[1], depth);

    struct op *op = new_op(b, OP_BATCH_MATMUL, 2, in, 1, &out);

    *(struct batch_matmul_opts *)op->opts = (struct batch_matmul_opts){.adj_x = adj_x, .adj_y = adj_y};
    return op_done(b, op);
}

bool make_unidirectional_sequence_lstm(struct builder *b)
{
    int32_t x = pick(b, COMPUTED, 3, 3), in[20], out;

    if (x == TENSOR_ABSENT)
        return false;

    bool time_major = dice_chance(b, 2), real = tensor_of(b, x)->type == TYPE_F32;
    enum mote_type type = tensor_of(b, x)->type;
    int64_t batch = tensor_of(b, x)->dims[time_major ? 1 : 0], len = tensor_of(b, x)->dims[2];
    int64_t units = dice_range(b, 1, 6);
    struct quantization hidden = {real ? 0 : dice_log(b, 0.004f, 0.01f), dice_range(b, INT8_MIN, INT8_MAX)};
    struct quantization cell = {real ? 0 : ldexpf(1, dice_range(b, -15, -9)), 0};

    for (size_t i = 0; i < COUNT(in); i++)
        in[i] = TENSOR_ABSENT;
    in[0] = x;
    for (int gate = 0; gate < 4; gate++) {
        in[1 + gate] = new_weights(b, type, 2, (int64_t[]){units, len}, 0, false);
        in[5 + gate] = new_weights(b, type, 2, (int64_t[]){units, units}, 0, false);
        in[12 + gate] = new_bias(b, quantization_of(b, x).scale, in[1 + gate], units);
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
