/* SPDX-License-Identifier: Apache-2.0 */
/* Training what a mask leaves. Once few of a tensor's weights are left, fully connected operators and the optimizer go
 * through a list of them and leave the others alone; before that, and in all else, weights are dense. The list is made
 * anew in each run: how many there are, or -1 while there are many, and then their places in the tensor, ascending. */
#ifndef MOTE_SURVIVORS_H
#define MOTE_SURVIVORS_H

#include "host/program/loops.h"

#define SURVIVORS_SHARE 20 /* few: one in so many */

/* A fully connected operator: rows of `in` numbers to rows of `out`. */
struct few_dense {
    int64_t rows, in, out;
    int activation;
};

loop_fn loop_survivors; /* mask, list */
/* Nothing while there are many. Scratch is of rows * in and rows * out elements. */
loop_fn loop_few_dense;              /* x, weights, y, list, scratch of x, scratch of y, perhaps bias; few_dense */
loop_fn loop_few_dense_grad_input;   /* d, weights, out, list, scratch of out, scratch of d; few_dense */
loop_fn loop_few_dense_grad_weights; /* d, x, out, list, scratch of x, scratch of d, perhaps bias' out; few_dense */
loop_fn loop_few_sgd, loop_few_adam; /* as loop_sgd and loop_adam, then list; while there are many, all of them */

#endif
