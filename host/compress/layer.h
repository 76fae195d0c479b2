/* SPDX-License-Identifier: Apache-2.0 */
/* A layer as compression sees it: rows of int8 weights, an output channel each, against columns of inputs. Rows that
 * read the same inputs are a block: all of a fully connected layer or convolution (of a wide one, a run of columns),
 * those of a group, or those of one channel of a depthwise convolution. */
#ifndef MOTE_COMPRESS_LAYER_H
#define MOTE_COMPRESS_LAYER_H

#include "host/graph/graph.h"

/* The widest block: a row's weights are compensated within it, which takes time with the cube of it. */
#define BLOCK_COLUMNS 256

struct layer_block {
    int32_t row, rows, column, columns;
    int32_t channel; /* of the input, that column 0 of the layer reads */
};

struct layer {
    int32_t op, input, weights, bias; /* of the graph; bias TENSOR_ABSENT if there is none */
    int32_t rows, columns;            /* out_c; weights of a row */
    bool depthwise;
    int32_t n_blocks;
    const struct layer_block *blocks;
    /* Where the input of a position lies: a fully connected layer is a convolution of single pixels. */
    int64_t positions;
    int32_t batch, in_h, in_w, in_c, out_h, out_w;
    int32_t kernel_w, filter_c, stride_h, stride_w, dilation_h, dilation_w, pad_top, pad_left;
};

/* The layers of graph 0 whose weights are int8 constants with zero point 0 and whose input is int8 or int16: those of
 * FULLY_CONNECTED, CONV_2D and DEPTHWISE_CONV_2D, in order. Weights that several operators read are left alone. */
struct layer *layers_find(const struct model *m, int32_t *n);

/* Element of the weights. */
static inline int64_t layer_element(const struct layer *l, int32_t row, int32_t column)
{
    return l->depthwise ? (int64_t)column * l->rows + row : (int64_t)row * l->columns + column;
}

static inline float layer_scale(const struct tensor *weights, int32_t row)
{
    return weights->quant.scale[weights->quant.n > 1 ? row : 0];
}

/* What a block's rows read: out [positions][columns] gets stored values minus the input's zero point, 0 where padding
 * is. `x` is the input tensor's memory. */
void layer_patches(const struct layer *l, const struct layer_block *b, const struct tensor *input, const uint8_t *x,
                   double *out);

#endif
