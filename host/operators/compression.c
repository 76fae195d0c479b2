/* SPDX-License-Identifier: Apache-2.0 */
/* MASK, LEVELS, PRUNE, PRUNE_CHANNELS, ACTIVITY, CLUSTER: operators of training on weights that become fewer, or share
 * values. SIMULATE_S8, of training with activations as int8 has them. */
#include "host/gradient/gradient.h"
#include "host/graph/op_info.h"

/* ---- between the weights and what reads them ---- */
static enum mote_status infer_mask(const struct model *m, struct graph *g, const struct op *op, const struct frame *at)
{
    const struct tensor *x = op_in(g, op, 0);
    const int64_t n = tensor_elements(op_in(g, op, 1));

    (void)m;
    if (n != tensor_elements(x) && (x->rank < 1 || n != x->dims[0]))
        return fail(at, MOTE_ERR_SHAPE, "a mask of %lld elements for neither elements nor rows of x", (long long)n);
    return infer_set(at, op_out(g, op, 0), x->rank, x->dims);
}

static enum mote_status infer_first(const struct model *m, struct graph *g, const struct op *op, const struct frame *at)
{
    (void)m;
    return infer_set(at, op_out(g, op, 0), op_in(g, op, 0)->rank, op_in(g, op, 0)->dims);
}

/* What is masked has no gradient. */
static enum mote_status gradient_mask(struct backward *b, int32_t i, int32_t d, const struct frame *at)
{
    const struct op op = b->g->ops[i];

    (void)at;
    gradient_give(b, op.in[0], gradient_apply(b, OP_MASK, 2, (int32_t[]){d, op.in[1]}, NULL));
    return MOTE_OK;
}

/* What is rounded moves with what it stands for (Bengio, Leonard, Courville, 2013). */
static enum mote_status gradient_straight_through(struct backward *b, int32_t i, int32_t d, const struct frame *at)
{
    (void)at;
    gradient_give(b, b->g->ops[i].in[0], d);
    return MOTE_OK;
}

const struct operator operator_mask = {.infer = infer_mask, .gradient = gradient_mask};
const struct operator operator_levels = {.infer = infer_first, .gradient = gradient_straight_through};
const struct operator operator_simulate_s8 = {.infer = infer_first, .gradient = gradient_straight_through};

/* ---- states anew ---- */
static enum mote_status infer_cluster(const struct model *m, struct graph *g, const struct op *op,
                                      const struct frame *at)
{
    (void)m;
    for (int i = 0; i < op->n_out; i++) {
        const struct tensor *state = op_in(g, op, 3 + i);

        TRY(infer_set(at, op_out(g, op, i), state->rank, state->dims));
    }
    return MOTE_OK;
}

static enum mote_status infer_activity(const struct model *m, struct graph *g, const struct op *op,
                                       const struct frame *at)
{
    const struct tensor *x = op_in(g, op, 0), *state = op_in(g, op, 1);

    (void)m;
    if (x->rank < 1 || state->rank != 1 || state->dims[0] != x->dims[x->rank - 1])
        return fail(at, MOTE_ERR_SHAPE, "%lld numbers for the channels of x", (long long)tensor_elements(state));
    return infer_set(at, op_out(g, op, 0), state->rank, state->dims);
}

static enum mote_status infer_prune(const struct model *m, struct graph *g, const struct op *op, const struct frame *at)
{
    (void)m;
    if (op->n_in != 1 + 3 * op->n_out && op->n_in != 2 + 3 * op->n_out)
        return fail(at, MOTE_ERR_SHAPE,
                    "%d inputs for %d masks; there must be one, three for each, and perhaps one of costs", op->n_in,
                    op->n_out);
    if (op->n_in == 2 + 3 * op->n_out && tensor_elements(op_in(g, op, op->n_in - 1)) != op->n_out)
        return fail(at, MOTE_ERR_SHAPE, "%lld costs for %d masks",
                    (long long)tensor_elements(op_in(g, op, op->n_in - 1)), op->n_out);
    for (int i = 0; i < op->n_out; i++) {
        const struct tensor *mask = op_in(g, op, 2 + 3 * i);

        TRY(infer_set(at, op_out(g, op, i), mask->rank, mask->dims));
    }
    return MOTE_OK;
}

/* Masks and activities have an element a row. */
static enum mote_status infer_prune_channels(const struct model *m, struct graph *g, const struct op *op,
                                             const struct frame *at)
{
    TRY(infer_prune(m, g, op, at));
    for (int i = 0; i < op->n_out; i++) {
        const struct tensor *w = op_in(g, op, 1 + 3 * i);

        for (int k = 1; k <= 2; k++)
            if (w->rank < 2 || tensor_elements(op_in(g, op, 1 + 3 * i + k)) != w->dims[0])
                return fail(at, MOTE_ERR_SHAPE, "input %d has no element for each row of weights", 1 + 3 * i + k);
    }
    return MOTE_OK;
}

const struct operator operator_activity = {.infer = infer_activity};
const struct operator operator_prune_channels = {.infer = infer_prune_channels};
const struct operator operator_prune = {.infer = infer_prune};
const struct operator operator_cluster = {.infer = infer_cluster};
