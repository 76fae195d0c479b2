/* SPDX-License-Identifier: Apache-2.0 */
/* One operator as a model of its own: no inputs, its outputs are the graph's. Then the usual road: plan, image, run. */
#include "host/exec/exec.h"

#include "host/emit/emit.h"
#include "host/exec/runner.h"

static struct model model_of_op(const struct model *m, const struct graph *g, const struct op *op)
{
    struct model one = {.pool = m->pool, .name = m->name};
    struct graph *alone = model_add_graph(&one, "fold");

    *alone = (struct graph){
        .name = "fold",
        .n_tensors = g->n_tensors,
        .tensors = g->tensors,
        .n_ops = 1,
        .ops = pool_copy(m->pool, op, sizeof *op),
        .n_outputs = op->n_out,
        .outputs = op->out,
    };
    return one;
}

enum mote_status exec_op(struct model *m, struct graph *g, const struct op *op, const struct frame *at)
{
    struct model one = model_of_op(m, g, op);
    struct plan_options options = {.keep_all = false};
    struct target host = target_host();
    struct plan plan;
    struct bytes image;
    struct runner runner;
    struct mote_io io;

    TRY(plan_make(m->pool, &one, &host, &options, &plan, at));
    TRY(emit_image(&plan, &image, at));
    TRY(runner_open(m->pool, image, &runner, at));
    mote_model_run(&runner.model);
    for (int32_t i = 0; mote_model_output(&runner.model, i, &io) == MOTE_OK; i++)
        g->tensors[op->out[i]].data = pool_copy(m->pool, io.data, io.bytes);
    return MOTE_OK;
}
