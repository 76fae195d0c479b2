/* SPDX-License-Identifier: Apache-2.0 */
/* Training what a mask leaves. Once few of a tensor's weights are left, fully connected operators, convolutions and the
 * optimizer go through a list of them and leave the others alone; before that, and in all else, weights are dense. The
 * list is made anew in each run: how many there are, or -1 while there are many, and then their places in the tensor,
 * ascending. */
#ifndef MOTE_SURVIVORS_H
#define MOTE_SURVIVORS_H

#include "host/program/loops.h"

/* Few are one in so many: what takes less time than all, measured on AVX-512 in steps of LeNet-5 and ResNet-8. */
#define SURVIVORS_SHARE      20
#define SURVIVORS_CONV_SHARE 8   /* of filters */
#define SURVIVORS_CONV_SIZE  400 /* weights of a filter, at least: with fewer, to lay out pictures takes longer */

/* A fully connected operator: rows of `in` numbers to rows of `out`. */
struct few_dense {
    int64_t rows, in, out;
    int activation;
};

/* A convolution without groups: n pictures, filters [out][kernel_h][kernel_w][in]. */
struct few_conv {
    int64_t n, in_h, in_w, in, out_h, out_w, out;
    int64_t kernel_h, kernel_w, stride_h, stride_w, dilation_h, dilation_w, pad_top, pad_left;
    int activation;
};
int64_t few_conv_input_scratch(const struct few_conv *o); /* elements */
int64_t few_conv_output_scratch(const struct few_conv *o);

loop_fn loop_survivors; /* mask, list */
/* Nothing while there are many. Scratch is of rows * in and rows * out elements. */
loop_fn loop_few_dense;              /* x, weights, y, list, scratch of x, scratch of y, perhaps bias; few_dense */
loop_fn loop_few_dense_grad_input;   /* d, weights, out, list, scratch of out, scratch of d; few_dense */
loop_fn loop_few_dense_grad_weights; /* d, x, out, list, scratch of x, scratch of d, perhaps bias' out; few_dense */
/* The same of a convolution; few_conv. Scratch has those elements. */
loop_fn loop_few_conv, loop_few_conv_grad_input, loop_few_conv_grad_weights;
loop_fn loop_few_sgd, loop_few_adam; /* as loop_sgd and loop_adam, then list; while there are many, all of them */

#endif
