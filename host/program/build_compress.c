/* SPDX-License-Identifier: Apache-2.0 */
/* Pruning and levels work on weights as the graph has them, so that equals are ranked the same on every machine. */
#include "host/program/survivors.h"

static enum mote_status use_plain(struct program *p, const struct op *op, int32_t *values, const struct frame *at)
{
    for (int32_t i = 0; i < op->n_in; i++)
        TRY(value_use(p, op->in[i], plain_of(p, op->in[i]), &values[i], at));
    return MOTE_OK;
}

/* The list of what a mask leaves, which the first that asks for it makes. */
static int32_t list_of(struct program *p, int32_t mask, int32_t value)
{
    const struct tensor *t = &p->graph->tensors[mask];
    int64_t n = tensor_elements(t) / (t->rank == 4 ? SURVIVORS_CONV_SHARE : SURVIVORS_SHARE) + 1;
    dnnl_memory_desc_t md = plain_dims(1, &n);

    if (p->survivors[mask] < 0) {
        p->survivors[mask] = value_scratch(p, &md);
        step_loop(p, "survivors", loop_survivors, NULL, 2, (int32_t[]){value, p->survivors[mask]});
    }
    return p->survivors[mask];
}

/* What is made of the inputs has the survivors of `list`. */
static void build_new(struct program *p, const struct op *op, loop_fn *loop, int32_t list, int32_t values[6])
{
    values[op->n_in] = value_make(p, op->out[0], plain_of(p, op->out[0]));
    values[op->n_in + 1] = p->survivors[op->out[0]] = list;
    step_loop(p, op_info[op->id].name, loop, op->opts, op->n_in + (list < 0 ? 1 : 2), values);
}

enum mote_status build_mask(struct program *p, const struct op *op, const struct frame *at)
{
    int32_t values[6];

    TRY(use_plain(p, op, values, at));
    if (tensor_elements(&p->graph->tensors[op->in[1]]) != tensor_elements(&p->graph->tensors[op->in[0]]) ||
        p->graph->tensors[op->in[0]].rank < 2)
        build_new(p, op, loop_mask_rows, -1, values);
    else
        build_new(p, op, loop_mask, list_of(p, op->in[1], values[1]), values);
    return MOTE_OK;
}

enum mote_status build_levels(struct program *p, const struct op *op, const struct frame *at)
{
    int32_t values[6];

    TRY(use_plain(p, op, values, at));
    build_new(p, op, op->n_in > 3 ? loop_scaled_levels : loop_levels, survivors_of(p, op->in[0]), values);
    return MOTE_OK;
}

/* Padding of a layout is 0, which stays 0. */
enum mote_status build_simulate_s8(struct program *p, const struct op *op, const struct frame *at)
{
    const dnnl_memory_desc_t md = *layout_of(p, op->in[0]);
    int32_t values[3];

    TRY(value_use(p, op->in[0], &md, &values[0], at));
    if (op->n_in > 1) {
        const dnnl_memory_desc_t other = *layout_of(p, op->in[1]);

        TRY(value_use(p, op->in[1], &other, &values[1], at));
    }
    values[op->n_in] = value_make(p, op->out[0], &md);
    step_loop(p, "simulate_s8", loop_simulate_s8, op->opts, op->n_in + 1, values);
    return MOTE_OK;
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

enum mote_status build_prune_channels(struct program *p, const struct op *op, const struct frame *at)
{
    return build_in_place(p, op, loop_prune_channels, 2, 3, at);
}

enum mote_status build_activity(struct program *p, const struct op *op, const struct frame *at)
{
    return build_in_place(p, op, loop_activity, 1, 1, at);
}

enum mote_status build_cluster(struct program *p, const struct op *op, const struct frame *at)
{
    return build_in_place(p, op, op->n_in > 6 ? loop_cluster_scaled : loop_cluster, 3, 1, at);
}
