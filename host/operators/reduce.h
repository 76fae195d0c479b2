/* SPDX-License-Identifier: Apache-2.0 */
/* What the operators that reduce axes share. The second input, a constant, names the axes: negative ones count from the
 * end, repeated ones count once. keep_dims leaves them in the output's shape as 1. */
#ifndef MOTE_OPERATORS_REDUCE_H
#define MOTE_OPERATORS_REDUCE_H

#include "host/operators/elementwise.h"

MUST_CHECK enum mote_status infer_reduce(const struct model *m, struct graph *g, const struct op *op,
                                         const struct frame *at);

#define REDUCE_LEVELS 4 /* of kept and of reduced dimensions: RANK_MAX dimensions in turn are so many of each */

/* Dimensions of one kind, filled from the innermost on; unused ones are 1. */
struct levels {
    int32_t size[REDUCE_LEVELS], step[REDUCE_LEVELS];
    int next;
};
/* The same as [batch][in_h][in_w][channels], of which in_h and in_w are reduced. */
struct reduced_rows {
    int32_t batch, in_h, in_w, channels;
};
struct reduction {
    struct levels kept, reduced;
    int64_t n;    /* elements that make one output */
    bool by_rows; /* the rows of a spatial tensor, or what lies in each, are reduced */
    struct reduced_rows rows;
};
MUST_CHECK enum mote_status want_reduction(const struct graph *g, const struct op *op, struct reduction *r,
                                           const struct frame *at);

/* The parameters of MOTE_REDUCE_PARAMS. */
#define REDUCTION_FIELDS(r)                                                                                            \
    .keep0 = (r).kept.size[0], .keep1 = (r).kept.size[1], .keep2 = (r).kept.size[2], .keep3 = (r).kept.size[3],        \
    .keep_step0 = (r).kept.step[0], .keep_step1 = (r).kept.step[1], .keep_step2 = (r).kept.step[2],                    \
    .keep_step3 = (r).kept.step[3], .reduce0 = (r).reduced.size[0], .reduce1 = (r).reduced.size[1],                    \
    .reduce2 = (r).reduced.size[2], .reduce3 = (r).reduced.size[3], .reduce_step0 = (r).reduced.step[0],               \
    .reduce_step1 = (r).reduced.step[1], .reduce_step2 = (r).reduced.step[2], .reduce_step3 = (r).reduced.step[3]

/* The step of such a kernel with its sums. */
struct mote_mean_rows_s8;
MUST_CHECK enum mote_status lower_mean_rows_s8(struct lowering *l, const struct op *op,
                                               const struct mote_mean_rows_s8 *p, const struct frame *at);
struct mote_mean_rows_f32;
MUST_CHECK enum mote_status lower_mean_rows_f32(struct lowering *l, const struct op *op,
                                                const struct mote_mean_rows_f32 *p, const struct frame *at);
MUST_CHECK enum mote_status lower_sum_s16(struct lowering *l, const struct op *op, bool mean, const struct frame *at);
/* A sum, or a mean, with the multiplier of its scales: the kernel mean_rows_s8 where rows are reduced as they are, else
 * mean_s8. */
MUST_CHECK enum mote_status lower_sum_s8(struct lowering *l, const struct op *op, bool mean, const struct frame *at);
/* `function` is one of device/mote/kernels/pool/reduce_f32.h. Means and sums of rows are mean_rows_f32's. */
MUST_CHECK enum mote_status lower_reduce_f32(struct lowering *l, const struct op *op, int32_t function,
                                             const struct frame *at);
/* The greatest or smallest of int16 or int32: the kernel reduce_extreme. */
MUST_CHECK enum mote_status lower_reduce_extreme(struct lowering *l, const struct op *op, bool smallest,
                                                 const struct frame *at);

#endif
