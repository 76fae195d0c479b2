/* SPDX-License-Identifier: Apache-2.0 */
/* Optimizers work in place, in the layout in which the weights are. */
#include "host/program/survivors.h"

enum mote_status build_clip_norm(struct program *p, const struct op *op, const struct frame *at)
{
    int32_t *values = pool_array(p->pool, (size_t)op->n_in + 1, sizeof *values);

    for (int32_t i = 0; i < op->n_in; i++)
        TRY(value_use(p, op->in[i], layout_of(p, op->in[i]), &values[i], at));
    values[op->n_in] = value_make(p, op->out[0], plain_of(p, op->out[0]));
    step_loop(p, "clip", loop_clip_norm, op->opts, op->n_in + 1, values);
    return MOTE_OK;
}

/* `few`: the loop for a gradient that survivors alone have. `states`: the optimizer's tensors for each weight, after
 * the weights and the gradient. */
static enum mote_status update(struct program *p, const struct op *op, int states, loop_fn *loop, loop_fn *few,
                               const struct frame *at)
{
    const dnnl_memory_desc_t md = *layout_of(p, op->in[0]);
    int32_t values[8], n = op->n_in, list = survivors_of(p, op->in[1]);

    assert(op->n_in < (int)COUNT(values));
    for (int i = 0; i < op->n_in; i++)
        TRY(value_use(p, op->in[i], i < 2 + states ? &md : plain_of(p, op->in[i]), &values[i], at));
    for (int i = 0; i < op->n_out; i++)
        if (op->out[i] != op->in[i == 0 ? 0 : 1 + i])
            return fail(at, MOTE_ERR_UNSUPPORTED, "output %d is not the state that the operator updates", i);
        else
            value_make(p, op->out[i], &md);
    if (list >= 0)
        values[n++] = list;
    step_loop(p, "optimizer", list >= 0 ? few : loop, op->opts, n, values);
    return MOTE_OK;
}

enum mote_status build_sgd(struct program *p, const struct op *op, const struct frame *at)
{
    return update(p, op, 1, loop_sgd, loop_few_sgd, at);
}

enum mote_status build_adam(struct program *p, const struct op *op, const struct frame *at)
{
    return update(p, op, 2, loop_adam, loop_few_adam, at);
}
