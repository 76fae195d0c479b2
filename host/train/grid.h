/* SPDX-License-Identifier: Apache-2.0 */
/* The few values that the weights of a tensor come to have: codes that all rows share, times a scale a row. */
#ifndef MOTE_TRAIN_GRID_H
#define MOTE_TRAIN_GRID_H

#include "host/base/base.h"

#define GRID_MAX 255 /* codes: -127 … 127 */

struct grid {
    int32_t n;
    int8_t code[GRID_MAX]; /* ascending */
    double *scale;         /* [rows] of a code, in the row's units before */
};

enum grid_method { GRID_WHOLE, GRID_KMEANS, GRID_LINEAR, GRID_LOG, GRID_TERNARY, GRID_BINARY, GRID_METHODS };

/* Weights that are to have a grid, [rows][columns] in the units of their rows, in which int8 goes to 127. */
struct grid_weights {
    int32_t rows, columns;
    const double *w;
};

struct grid_info {
    const char *name, *number; /* number: what its number is, NULL if it has none */
    int32_t least, most, usual;
    void (*make)(struct pool *pool, const struct grid_weights *w, int32_t number, struct grid *out);
    const char *what;
};

/* A row a method, by enum grid_method. The scale of a row is the one with the least squared error, of GRID_WHOLE and
 * GRID_KMEANS 1. */
extern const struct grid_info grids[GRID_METHODS];

/* Codes that are multiples of the largest whole number that `most` times of it fit into int8, and one step of all
 * rows. */
void grid_steps(struct pool *pool, int32_t rows, int32_t most, struct grid *out);

#endif
