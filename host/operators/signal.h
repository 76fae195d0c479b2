/* SPDX-License-Identifier: Apache-2.0 */
/* What the operators of sound share: their last dimension is a frame's, all others count frames. */
#ifndef MOTE_OPERATORS_SIGNAL_H
#define MOTE_OPERATORS_SIGNAL_H

#include "host/operators/elementwise.h"

struct frames {
    int32_t rows, len;
};
struct frames frames_of(const struct tensor *t);

/* The dimensions of output `out` are those of input 0 with another last one. */
MUST_CHECK enum mote_status infer_frames(const struct frame *at, struct graph *g, const struct op *op, int out,
                                         int64_t len);
/* Inputs 0 and i have as many elements, or i has one a frame. */
MUST_CHECK enum mote_status want_same_frames(const struct frame *at, const struct graph *g, const struct op *op, int i);
MUST_CHECK enum mote_status want_one_a_frame(const struct frame *at, const struct graph *g, const struct op *op, int i);
/* Of pairs of real and imaginary numbers, one each. */
MUST_CHECK enum mote_status infer_pairs(const struct frame *at, struct graph *g, const struct op *op);
/* Of such pairs the squares, or with `root` the magnitudes, of frequencies from start to end - 1; 0 elsewhere. */
MUST_CHECK enum mote_status lower_spectrum(struct lowering *l, const struct op *op, int32_t start, int32_t end,
                                           bool root, const struct frame *at);
/* An option between two numbers. */
MUST_CHECK enum mote_status want_option(const struct frame *at, const char *name, int64_t value, int64_t min,
                                        int64_t max);
/* The input is a constant of that type, rank 1. */
MUST_CHECK enum mote_status want_table(const struct frame *at, const struct graph *g, const struct op *op, int input,
                                       enum mote_type type, const char *what);

#endif
