/* SPDX-License-Identifier: Apache-2.0 */
/* LSTM, GRU and RNN, in one direction or both. The standard LSTM and GRU are operators of the graph, and RECURRENT is
 * that of layers without gates and of LSTMs with other functions or peepholes; states are assigned before them, since
 * each inference begins anew. Others are unrolled: the product of all steps of x at once, then step by step what needs
 * h. */
#ifndef MOTE_RECURRENT_H
#define MOTE_RECURRENT_H

#include "host/import/activation.h"

enum { LSTM_GATES = 4, GRU_GATES = 3, RNN_GATES = 1, GATES_MAX = 4, FUNCTIONS_MAX = 3, DIRECTIONS = 2 };
enum { LSTM_I, LSTM_O, LSTM_F, LSTM_C }; /* an LSTM's gates */
enum { GRU_Z, GRU_R, GRU_H };            /* a GRU's, in this order in weights and biases */

/* One direction. */
struct sweep {
    bool backward;
    int32_t w, bias_x;       /* [gates * units][in_len], [gates * units]; biases may be absent */
    int32_t r[2], bias_h[2]; /* of h: all gates; or of a GRU whose h is reset before, z and r, then the new h */
    int32_t peepholes[3];    /* [units], or absent */
    int32_t h, c;            /* [batch][units]: the first ones, then the newest; c of an LSTM, else absent */
    int32_t y;               /* [time][batch][units], if it is wanted */
    struct function f[FUNCTIONS_MAX]; /* of the gates, of what is new, of an LSTM's output */
};

struct recurrent {
    int gates, directions;
    int order[GATES_MAX]; /* of an LSTM: where in weights and biases gate LSTM_I is, and so on */
    int64_t time, batch, in_len, units;
    bool reset_after;      /* of a GRU: the reset gate multiplies the product of h */
    bool coupled;          /* of an LSTM: the forget gate is 1 - the input gate */
    bool wants_y, wants_c; /* of the sweeps, beside the last h */
    bool stateful;         /* the sweeps' h and c are states, which the next inference goes on with */
    float clip;            /* of what goes into activations; INFINITY for none */
    int32_t x;             /* [time][batch][in_len] */
    int32_t lengths;       /* s32 [batch][1], or absent */
    struct sweep sweeps[DIRECTIONS];
};

/* Rows k * n to (k + 1) * n - 1 of x; of what is absent it is absent. */
int32_t recurrent_part(struct build *r, int32_t x, int64_t k, int64_t n);
/* The first two dimensions change places. */
int32_t recurrent_swap(struct build *r, int32_t x);
/* A sweep's r or bias_h, of all gates': each a tensor, as all steps read the same. */
void recurrent_cut(struct build *r, const struct recurrent *l, int32_t all, int32_t *parts);
/* All of l is set, but y. */
void recurrent_run(struct build *r, struct recurrent *l);

#endif
