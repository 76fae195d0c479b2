/* SPDX-License-Identifier: Apache-2.0 */
/* What the operators that only move elements share: two walks over one box of elements, and the step that copies. */
#ifndef MOTE_OPERATORS_STRIDED_H
#define MOTE_OPERATORS_STRIDED_H

#include "host/operators/quantization.h"
#include "host/plan/build.h"

#define WALK_MAX 16

/* out[out_at + sum i_d * out_stride_d] = in[in_at + sum i_d * in_stride_d] for all i_d < dim_d; all in elements. */
struct walk {
    int32_t rank; /* 0 moves one element; at most WALK_MAX */
    struct walk_dim {
        int64_t dim, in_stride, out_stride;
    } dims[WALK_MAX]; /* outermost first */
    int64_t in_at, out_at;
};

/* A walk over all elements of a tensor of these dimensions, row-major on both sides: the start for changes. */
struct walk walk_dense(int rank, const int64_t *dims);

/* Adds the step, as few dimensions and as large chunks as the walk allows. `in` and `out` are values (lower_tensor) of
 * one type of whole bytes. What the walk does not name in `out` keeps its bytes: several steps may fill one tensor. */
MUST_CHECK enum mote_status lower_walk(struct lowering *l, const struct walk *w, int32_t in, int32_t out,
                                       const struct frame *at);
/* The same from an operator's input to its output. C leaves it open which of two arguments is computed first, and an
 * image must not depend on the compiler: values get their numbers when they are asked for. */
MUST_CHECK enum mote_status lower_walk_op(struct lowering *l, const struct walk *w, const struct op *op,
                                          const struct frame *at);

#endif
