/* SPDX-License-Identifier: Apache-2.0 */
/* A network's layers, for reports: a row an operator. */
#ifndef MOTE_LAYERS_H
#define MOTE_LAYERS_H

#include "host/graph/graph.h"

struct layer_row {
    const char *name;       /* the operator's; if it has none its output's */
    const char *op, *shape; /* "CONV_2D"; of the first output, "1x25x5x64" */
    int64_t parameters;     /* elements of the constants that are computed with, each counted at its first reader */
    int64_t macs;           /* of one inference */
};

/* The rows of a graph whose shapes are known; [*n] in `pool`, names are the graph's. */
struct layer_row *layers_of(struct pool *pool, const struct graph *g, size_t *n);

#endif
