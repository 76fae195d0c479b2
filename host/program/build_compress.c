/* SPDX-License-Identifier: Apache-2.0 */
/* Pruning and levels work on weights as the graph has them, so that equals are ranked the same on every machine. */
#include "host/program/loops.h"

static enum mote_status use_plain(struct program *p, const struct op *op, int32_t *values, const struct frame *at)
{
    for (int32_t i = 0; i < op->n_in; i++)
        TRY(value_use(p, op->in[i], plain_of(p, op->in[i]), &values[i], at));
    return MOTE_OK;
}

static enum mote_status build_new(struct program *p, const struct op *op, loop_fn *loop, const struct frame *at)
{
    int32_t values[3];

    TRY(use_plain(p, op, values, at));
    values[2] = value_make(p, op->out[0], plain_of(p, op->out[0]));
    step_loop(p, op_info[op->id].name, loop, NULL, 3, values);
    return MOTE_OK;
}

enum mote_status build_mask(struct program *p, const struct op *op, const struct frame *at)
{
    return build_new(p, op, loop_mask, at);
}

enum mote_status build_levels(struct program *p, const struct op *op, const struct frame *at)
{
    return build_new(p, op, loop_levels, at);
}

/* Output i is the state that input first + i * apart is. */
static enum mote_status build_in_place(struct program *p, const struct op *op, loop_fn *loop, int first, int apart,
                                       const struct frame *at)
{
    int32_t *values = pool_array(p->pool, (size_t)op->n_in, sizeof *values);

    TRY(use_plain(p, op, values, at));
    for (int i = 0; i < op->n_out; i++)
        if (op->out[i] != op->in[first + i * apart])
            return fail(at, MOTE_ERR_UNSUPPORTED, "output %d is not the state that the operator updates", i);
        else
            value_make(p, op->out[i], plain_of(p, op->out[i]));
    step_loop(p, op_info[op->id].name, loop, op->opts, op->n_in, values);
    return MOTE_OK;
}

enum mote_status build_prune(struct program *p, const struct op *op, const struct frame *at)
{
    return build_in_place(p, op, loop_prune, 2, 3, at);
}

enum mote_status build_cluster(struct program *p, const struct op *op, const struct frame *at)
{
    return build_in_place(p, op, loop_cluster, 3, 1, at);
}
