/* SPDX-License-Identifier: Apache-2.0 */
/* The GRU whose reset gate multiplies the product of h, over whole sequences that begin with zeros, and its gradient
 * through time. Inside, time comes first and the three gates (z, r, n) are side by side, as in the operator's
 * weights. */
#ifndef MOTE_GRU_H
#define MOTE_GRU_H

#include "host/program/builder.h"

enum { GRU_GATES = 3, GRU_TENSORS = 4 }; /* weights of x and of h, biases of both */

/* What the forward loop leaves for the backward one, one after the other; B sequences of T steps, N numbers a step, U
 * units. Block t of the hidden states is what step t begins with, so block 0 is zeros. */
enum {
    GRU_X,         /* [T][B][N] */
    GRU_ACTIVE,    /* [T][B][3][U] the gates after their activations */
    GRU_OF_H,      /* [T][B][3][U] products of h, with their bias */
    GRU_HIDDEN,    /* [T+1][B][U] */
    GRU_X_WEIGHTS, /* [3][U][N] */
    GRU_H_WEIGHTS, /* [3][U][U] */
    GRU_SAVED
};

/* The backward loop's scratch. */
enum {
    GRU_D_OF_X,   /* [T][B][3][U] gradients by the products of x */
    GRU_D_OF_H,   /* [T][B][3][U] and of h */
    GRU_D_HIDDEN, /* [B][U] what the step after hands back past its products */
    GRU_D_BEFORE, /* [B][U] and through them */
    GRU_D_X,      /* [T][B][N] */
    GRU_WORK
};

struct gru {
    int64_t batch, time, n, units;
    bool time_major;              /* x and y are [T][B][..], else [B][T][..] */
    int64_t saved[GRU_SAVED + 1]; /* where each begins, in floats, and the end */
    int64_t work[GRU_WORK + 1];
};

loop_fn loop_gru;      /* x, weights of x and of h, biases of both, y, saved; struct gru */
loop_fn loop_gru_grad; /* d, saved, work, gradients by the four weights and biases, perhaps by x; struct gru */

#endif
