/* SPDX-License-Identifier: Apache-2.0 */
/* What a compiled model costs on a board: where the bytes and the multiplications go, from the plan and from a firmware
 * that is linked but not run. */
#ifndef MOTE_DEPLOY_PROFILE_H
#define MOTE_DEPLOY_PROFILE_H

#include "host/deploy/measure.h"
#include "host/pipeline/trade.h"

/* A line of the table: an operator of the compiled graph, or a step of an image, which knows no operators. */
struct profile_line {
    const char *what, *kernels, *output;
    int64_t macs, weights, tables; /* macs: -1 if unknown */
    int64_t alive;                 /* arena bytes that are alive during it; -1 if unknown */
    int32_t op;                    /* of the graph; -1: a step of an image */
};

/* Arena bytes that are worth something at one time; whole values rounded up as the planner does. */
struct profile_alive {
    int64_t tensors, scratch, state;
};

struct profile {
    struct pool *pool;
    const struct pipeline *p;
    struct measure measure;
    struct report_text
        no_build; /* why nothing could be built, if the model is too large even for the emulator; no file named */
    struct footprint footprint;
    struct profile_line *lines;
    int32_t n_lines;
    struct profile_alive peak; /* of a graph */
    int64_t state_bytes;       /* of an image */
    int64_t stack;             /* -1 if unknown */
    struct trade *trades;      /* of a graph: its plans */
    int32_t n_trades;
    bool fits;
};

/* `measure` is open; a model that does not fit is profiled all the same. */
MUST_CHECK enum mote_status profile_make(struct pool *pool, const struct pipeline *p, const struct measure *measure,
                                         struct profile *out, const struct frame *file);
static inline int64_t profile_alive_sum(const struct profile_alive *a) { return a->tensors + a->scratch + a->state; }

#endif
