/* SPDX-License-Identifier: Apache-2.0 */
/* IF and WHILE. What they make has the shapes that the file says: importers make other operators of them
 * (host/import/control.c), and, where the model computes what runs, marks around blocks of operators
 * (host/graph/blocks.h). Of a mark remain copies of what goes in and out: steps of both blocks write one memory. */
#include "host/operators/elementwise.h"
#include "mote/kernels/move/copy.h"
#include "host/plan/stages.h"

static enum mote_status infer_nothing(const struct model *m, struct graph *g, const struct op *op,
                                      const struct frame *at)
{
    (void)m, (void)g, (void)op, (void)at;
    return MOTE_OK;
}

/* Each output has the shape of its input. */
static enum mote_status infer_each(const struct model *m, struct graph *g, const struct op *op, const struct frame *at)
{
    (void)m;
    if (op->n_in != op->n_out)
        return fail(at, MOTE_ERR_FORMAT, "%d inputs, but %d outputs", op->n_in, op->n_out);
    for (int32_t k = 0; k < op->n_in; k++)
        TRY(infer_set(at, op_out(g, op, k), op_in(g, op, k)->rank, op_in(g, op, k)->dims));
    return MOTE_OK;
}

static enum mote_status copy(struct lowering *l, int32_t from, int32_t to, const struct frame *at)
{
    const struct mote_copy p = {.rows = 1, .row_bytes = (int32_t)l->plan->values[to].bytes};

    return lower_step(l, KERNEL_copy, &p, (int32_t[]){from, to}, at);
}

static int32_t root_of(struct lowering *l, int32_t tensor) { return value_root(l->plan, lower_tensor(l, tensor)); }

static bool is_among(struct lowering *l, int32_t value, const int32_t *tensors, int32_t n)
{
    for (int32_t k = 0; k < n; k++)
        if (root_of(l, tensors[k]) == value)
            return true;
    return false;
}

static int32_t add_like(struct lowering *l, int32_t value)
{
    const struct value *v = &l->plan->values[value];

    return plan_value(l->plan, &(struct value){.kind = VALUE_ACTIVATION,
                                               .name = v->name,
                                               .type = v->type,
                                               .tensor = -1,
                                               .bytes = v->bytes,
                                               .alias = VALUE_NONE});
}

/* to[k] = from[k] at once: what is overwritten, and is to come elsewhere, is put aside before. */
static enum mote_status copy_all(struct lowering *l, int32_t n, const int32_t *from, const int32_t *to,
                                 const struct frame *at)
{
    int32_t *source = pool_array(l->pool, (size_t)n + 1, sizeof *source);

    for (int32_t k = 0; k < n; k++) {
        source[k] = lower_tensor(l, from[k]);
        if (root_of(l, from[k]) == root_of(l, to[k]) || !is_among(l, root_of(l, from[k]), to, n))
            continue;
        source[k] = add_like(l, lower_tensor(l, to[k]));
        TRY(copy(l, lower_tensor(l, from[k]), source[k], at));
    }
    for (int32_t k = 0; k < n; k++)
        if (root_of(l, from[k]) != root_of(l, to[k]))
            TRY(copy(l, source[k], lower_tensor(l, to[k]), at));
    return MOTE_OK;
}

static enum mote_status lower_nothing(struct lowering *l, const struct op *op, const struct frame *at)
{
    (void)at;
    lower_tensor(l, op->in[0]);
    return MOTE_OK;
}

static enum mote_status lower_begin(struct lowering *l, const struct op *op, const struct frame *at)
{
    return copy_all(l, op->n_in, op->in, op->out, at);
}

/* The inputs go where the outputs of the mark before are, and the operator's are those. */
static enum mote_status lower_end(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct op *before = &l->graph->ops[l->plan->blocks.before[l->op]];

    TRY(copy_all(l, op->n_in, op->in, before->out, at));
    for (int32_t k = 0; k < op->n_out; k++)
        TRY(lower_alias(l, before->out[k], op->out[k], at));
    return MOTE_OK;
}

const struct operator operator_if = {.infer = infer_nothing};
const struct operator operator_while = {.infer = infer_nothing};
const struct operator operator_branch = {.infer = infer_nothing, .lower = lower_nothing};
const struct operator operator_branch_else = {.infer = infer_each, .lower = lower_begin};
const struct operator operator_branch_end = {.infer = infer_each, .lower = lower_end};
const struct operator operator_loop = {.infer = infer_each, .lower = lower_begin};
const struct operator operator_loop_test = {.infer = infer_nothing, .lower = lower_nothing};
const struct operator operator_loop_end = {.infer = infer_each, .lower = lower_end};
