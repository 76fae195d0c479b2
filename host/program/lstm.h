/* SPDX-License-Identifier: Apache-2.0 */
/* The standard LSTM over whole sequences that begin with zero states, and its gradient through time. Inside, time comes
 * first and the four gates (input, forget, cell, output) are side by side: a step is one product of matrices. */
#ifndef MOTE_LSTM_H
#define MOTE_LSTM_H

#include "host/program/builder.h"

enum { LSTM_GATES = 4, LSTM_TENSORS = 3 * LSTM_GATES }; /* input weights, recurrent weights, biases */

/* What the forward loop leaves for the backward one, one after the other; B sequences of T steps, N numbers a step, U
 * units. Block t of the cells and hidden states is what step t begins with, so block 0 is zeros. */
enum {
    LSTM_X,         /* [T][B][N] */
    LSTM_ACTIVE,    /* [T][B][4][U] the gates after their activations */
    LSTM_CELLS,     /* [T+1][B][U] */
    LSTM_HIDDEN,    /* [T+1][B][U] */
    LSTM_X_WEIGHTS, /* [4][U][N] */
    LSTM_H_WEIGHTS, /* [4][U][U] */
    LSTM_SAVED
};

/* The backward loop's scratch. */
enum {
    LSTM_D_SUMS,    /* [T][B][4][U] gradients by the gates before their activations */
    LSTM_D_CELL,    /* [B][U] what the step after hands back */
    LSTM_D_HIDDEN,  /* [B][U] */
    LSTM_D_WEIGHTS, /* [4][U][N] or [4][U][U] */
    LSTM_D_X,       /* [T][B][N] */
    LSTM_WORK
};

struct lstm {
    int64_t batch, time, n, units;
    bool time_major;               /* x and y are [T][B][..], else [B][T][..] */
    float clip;                    /* of the cells; 0: none */
    int64_t saved[LSTM_SAVED + 1]; /* where each begins, in floats, and the end */
    int64_t work[LSTM_WORK + 1];
};

loop_fn loop_lstm;      /* x, input weights of 4 gates, recurrent weights, biases, y, saved; struct lstm */
loop_fn loop_lstm_grad; /* d, saved, work, gradients by the 12 weights and biases, perhaps by x; struct lstm */

#endif
