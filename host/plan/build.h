/* SPDX-License-Identifier: Apache-2.0 */
/* Lowering: a graph operator becomes steps of device kernels. An operator's lower function (host/operators/<name>.c)
 * works out every number that the device would otherwise have to, and adds steps through the calls below.
 *
 * A value is what a step's argument names: an activation (a graph tensor, placed in the arena by the planner), a state
 * tensor, a constant (bytes for the image) or scratch (arena bytes of this step alone). */
#ifndef MOTE_BUILD_H
#define MOTE_BUILD_H

#include "host/graph/graph.h"
#include "host/plan/kernels.h"

struct plan;

struct lowering {
    struct pool *pool; /* the plan's */
    const struct model *model;
    const struct graph *graph;
    struct plan *plan;
    int32_t op; /* index of the operator that is being lowered */
};

struct lowering lowering_of(struct plan *plan, int32_t op);

/* ---- values, by index into the plan ---- */
/* The value of a graph tensor: activation, state or (if it has data) a constant. */
int32_t lower_tensor(struct lowering *l, int32_t tensor);
/* Constants made on the host. The bytes are copied; equal constants of one type are stored once. `weight` says that
 * they count as weights (weights, biases, per-channel tables). */
int32_t lower_const(struct lowering *l, const char *name, enum mote_type type, const void *data, size_t bytes,
                    bool weight);
/* At least `bytes` int8 elements of `zero`, shared by all that ask for the same zero point. */
int32_t lower_zeros_s8(struct lowering *l, int32_t zero, size_t bytes);
int32_t lower_scratch(struct lowering *l, enum mote_type type, size_t bytes);
/* Says that the output holds the same bytes as the input (RESHAPE): no step. */
enum mote_status lower_alias(struct lowering *l, int32_t in, int32_t out, const struct frame *at);

/* Appends a step of all the kernel's output rows. `params` is the kernel's struct mote_<kernel> (NULL for none); its
 * rings are the planner's, which has every buffer hold all rows. args are the kernel's n_args values. Checks ranges,
 * types and the bytes that each argument must have, exactly as the device will. */
MUST_CHECK enum mote_status lower_step(struct lowering *l, enum kernel_id kernel, const void *params,
                                       const int32_t *args, const struct frame *at);

#endif
