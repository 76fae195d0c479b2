/* SPDX-License-Identifier: Apache-2.0 */
/* GRUs in training: each run's sequences begin at zero, so the operator comes without its state. */
#include "host/program/gru.h"

enum { IN_X_WEIGHTS = 1, IN_STATE = 5, GRAD_X = 2 };

static enum mote_status check_variant(const struct graph *g, const struct op *op, const struct frame *at)
{
    const struct gru_opts *o = op->opts;

    if (op_in(g, op, IN_STATE) != NULL)
        return fail(at, MOTE_ERR_UNSUPPORTED, "input %d: training has no GRU with a state that stays from run to run",
                    IN_STATE);
    if (!o->reset_after)
        return fail(at, MOTE_ERR_UNSUPPORTED, "training has the GRU of the option reset_after alone");
    return MOTE_OK;
}

static void lay_out(int n, const int64_t *sizes, int64_t *offsets)
{
    offsets[0] = 0;
    for (int i = 0; i < n; i++)
        offsets[i + 1] = offsets[i] + sizes[i];
}

static struct gru *gru_of(struct program *p, const struct gru_opts *opts, const struct tensor *x,
                          const struct tensor *y)
{
    struct gru o = {.batch = x->dims[opts->time_major ? 1 : 0],
                    .time = x->dims[opts->time_major ? 0 : 1],
                    .n = x->dims[2],
                    .units = y->dims[2],
                    .time_major = opts->time_major};
    const int64_t rows = o.batch * o.time, state = o.batch * o.units;
    const int64_t saved[GRU_SAVED] = {
        [GRU_X] = rows * o.n,
        [GRU_ACTIVE] = 3 * rows * o.units,
        [GRU_OF_H] = 3 * rows * o.units,
        [GRU_HIDDEN] = rows * o.units + state,
        [GRU_X_WEIGHTS] = 3 * o.units * o.n,
        [GRU_H_WEIGHTS] = 3 * o.units * o.units,
    };
    const int64_t work[GRU_WORK] = {
        [GRU_D_OF_X] = 3 * rows * o.units,
        [GRU_D_OF_H] = 3 * rows * o.units,
        [GRU_D_HIDDEN] = state,
        [GRU_D_BEFORE] = state,
        [GRU_D_X] = rows * o.n,
    };

    lay_out(GRU_SAVED, saved, o.saved);
    lay_out(GRU_WORK, work, o.work);
    return pool_copy(p->pool, &o, sizeof o);
}

static int32_t scratch(struct program *p, int64_t floats)
{
    dnnl_memory_desc_t md = plain_dims(1, &floats);

    return value_scratch(p, &md);
}

enum mote_status build_gru(struct program *p, const struct op *op, const struct frame *at)
{
    const struct gru *o = gru_of(p, op->opts, op_in(p->graph, op, 0), op_out(p->graph, op, 0));
    int32_t values[3 + GRU_TENSORS];

    TRY(check_variant(p->graph, op, at));
    for (int i = 0; i <= GRU_TENSORS; i++)
        TRY(value_use(p, op->in[i], plain_of(p, op->in[i]), &values[i], at));
    values[1 + GRU_TENSORS] = value_make(p, op->out[0], plain_of(p, op->out[0]));
    values[2 + GRU_TENSORS] = p->workspace[op->out[0]] = scratch(p, o->saved[GRU_SAVED]);
    step_loop(p, "gru", loop_gru, o, 3 + GRU_TENSORS, values);
    return MOTE_OK;
}

enum mote_status build_gru_grad(struct program *p, const struct op *op, const struct frame *at)
{
    const struct gru *o = gru_of(p, op->opts, op_in(p->graph, op, GRAD_X), op_in(p->graph, op, 1));
    int32_t values[4 + GRU_TENSORS];

    if (p->workspace[op->in[1]] < 0)
        return fail(at, MOTE_ERR_UNSUPPORTED, "the gradient of a GRU wants the GRU itself before it");
    TRY(value_use(p, op->in[0], plain_of(p, op->in[0]), &values[0], at));
    values[1] = p->workspace[op->in[1]];
    values[2] = scratch(p, o->work[GRU_WORK]);
    for (int i = 0; i < op->n_out; i++)
        values[3 + i] = value_make(p, op->out[i], plain_of(p, op->out[i]));
    step_loop(p, "gru backward", loop_gru_grad, o, 3 + op->n_out, values);
    return MOTE_OK;
}
