/* SPDX-License-Identifier: Apache-2.0 */
/* One layer's weights: from those of the model as it was to codes of a grid, and back into the graph. */
#ifndef MOTE_COMPRESS_SOLVE_H
#define MOTE_COMPRESS_SOLVE_H

#include "host/train/grid.h"
#include "host/compress/obs.h"

/* What is known of a layer while it is worked on; `w` and `zero` are in the units of the weights as they were. */
struct solve {
    struct pool *pool;        /* scratch */
    const struct model *from; /* as it was */
    const struct layer *layer;
    struct obs *obs;      /* [blocks] */
    double *w;            /* [rows][columns] as they were */
    const bool *zero;     /* [rows][columns] stay 0; NULL: none must */
    double *weight;       /* [rows] what a squared error of a row's sum is worth */
    int32_t n_units;      /* a row of a block, blocks outermost */
    const int32_t *prune; /* [n_units] weights to remove first; NULL: none */

    int8_t *code;  /* [rows][columns] */
    double *shift; /* [rows] what biases have to add, in units of input times old weight */
    double noise;  /* sum of weight * squared error of the rows, of a position */
};

/* Makes weights, scales and biases of `to`, a copy of the graph, whatever it had; `scale` [rows] of a code, in units of
 * before. */
void solve_write(const struct solve *s, struct model *to, const double *scale);

/* Room for the layer, with its weights in `from`; without moments nothing makes up for anything. */
MUST_CHECK enum mote_status solve_make(struct pool *pool, const struct model *from, const struct layer *layer,
                                       const struct moments *moments, struct solve *out, const struct frame *at);
/* Prunes and rounds; bits [grid's n] of its codes, with what a bit is worth. */
void solve_round(struct solve *s, const struct grid *grid, const double *bits, double lambda);
/* A row's weights and bias become 0: its output is real zero. */
void solve_kill(struct solve *s, int32_t row);
/* Leaves the weights as they were. */
void solve_keep(struct solve *s);
/* What pruning costs: costs [n_units][columns of the block], one after the other, each at least what comes before. */
void solve_costs(struct solve *s, double *costs);

#endif
