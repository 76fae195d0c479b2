/* SPDX-License-Identifier: Apache-2.0 */
/* The operator's steps, as lowering makes them, run one after the other: each value has memory of its own, and each
 * step its kernel's portable version. */
#include "host/run/compute.h"

#include "host/plan/build.h"
#include "host/plan/stages.h"
#include "host/run/runner.h"

struct computation {
    struct model one;
    struct plan plan;
    void **data; /* [plan.n_values] */
};

static struct model model_of_op(struct pool *pool, const struct model *m, const struct graph *g, const struct op *op)
{
    struct model one = {.pool = pool, .name = m->name};
    struct graph *alone = model_add_graph(&one, "fold");

    *alone = (struct graph){
        .name = "fold",
        .n_tensors = g->n_tensors,
        .tensors = g->tensors,
        .n_ops = 1,
        .ops = pool_copy(pool, op, sizeof *op),
        .n_outputs = op->n_out,
        .outputs = op->out,
    };
    return one;
}

static enum mote_status check_limits(const struct plan *plan, const struct frame *at)
{
    double bytes = 0, work = 0;

    for (int32_t i = 0; i < plan->n_values; i++)
        bytes += value_in_arena(&plan->values[i]) ? (double)plan->values[i].bytes : 0;
    for (int32_t i = 0; i < plan->n_steps; i++)
        work += plan->steps[i].rows * kernels[plan->steps[i].kernel]->cost(plan->steps[i].params);
    if (bytes > (double)ARENA_LIMIT)
        return fail(at, MOTE_ERR_MEMORY, "it takes %.3g bytes; %zu are the most here", bytes, ARENA_LIMIT);
    if (work > WORK_LIMIT)
        return fail(at, MOTE_ERR_VALUE, "it takes %.3g operations; %.3g are the most here", work, WORK_LIMIT);
    return MOTE_OK;
}

/* What it makes is not always the same: a user's operator may keep something, which the graph does not show. */
static bool keeps_state(const struct plan *plan)
{
    for (int32_t i = 0; i < plan->n_values; i++)
        if (plan->values[i].kind == VALUE_STATE)
            return true;
    return false;
}

/* Where the values are; constants are only read. */
static void **place(const struct plan *plan)
{
    void **data = pool_array(plan->pool, (size_t)plan->n_values + 1, sizeof *data);

    for (int32_t i = 0; i < plan->n_values; i++)
        data[i] = plan->values[i].kind == VALUE_CONST ? (void *)(uintptr_t)plan->values[i].data
                  : value_in_arena(&plan->values[i])  ? pool_alloc(plan->pool, (size_t)plan->values[i].bytes)
                                                      : NULL;
    for (int32_t i = 0; i < plan->n_values; i++)
        data[i] = data[value_root(plan, i)];
    return data;
}

static void run_step(const struct step *s, void *const *data)
{
    void *args[MOTE_ARGS_MAX];

    assert(s->n_args <= MOTE_ARGS_MAX && s->rows > 0);
    for (int32_t i = 0; i < s->n_args; i++)
        args[i] = data[s->args[i]];
    kernel_version_best(s->kernel, 0)->code->run(&(struct mote_call){s->params, args, 0, s->rows});
}

enum mote_status computation_make(struct pool *pool, const struct model *m, const struct graph *g, const struct op *op,
                                  struct computation **out, const struct frame *at)
{
    struct computation *c = pool_alloc(pool, sizeof *c);

    c->one = model_of_op(pool, m, g, op);
    c->plan = (struct plan){.pool = pool, .model = &c->one};
    plan_start(&c->plan);
    TRY(stage_lower(&c->plan, at));
    TRY(check_limits(&c->plan, at));
    c->data = place(&c->plan);
    *out = c;
    return MOTE_OK;
}

void *computation_data(const struct computation *c, int32_t tensor)
{
    int32_t value = c->plan.value_of_tensor[tensor];

    return value == VALUE_NONE ? NULL : c->data[value];
}

void computation_run(const struct computation *c)
{
    for (int32_t i = 0; i < c->plan.n_steps; i++)
        run_step(&c->plan.steps[i], c->data);
}

static enum mote_status compute(struct pool *pool, struct model *m, struct graph *g, const struct op *op,
                                const struct frame *at)
{
    struct computation *c;

    TRY(computation_make(pool, m, g, op, &c, at));
    if (keeps_state(&c->plan))
        return fail(at, MOTE_ERR_UNSUPPORTED, "it keeps a state, so that no constant is what it makes");
    computation_run(c);
    for (int32_t k = 0; k < op->n_out; k++) {
        struct tensor *out = &g->tensors[op->out[k]];
        const void *data = computation_data(c, op->out[k]);

        assert(data != NULL && tensor_bytes(out) > 0);
        out->data = pool_copy(m->pool, data, (size_t)tensor_bytes(out));
    }
    return MOTE_OK;
}

enum mote_status op_compute(struct model *m, struct graph *g, const struct op *op, const struct frame *at)
{
    struct pool scratch = {0};
    enum mote_status status = compute(&scratch, m, g, op, at);

    pool_free(&scratch);
    return status;
}
