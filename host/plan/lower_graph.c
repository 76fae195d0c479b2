/* SPDX-License-Identifier: Apache-2.0 */
/* The stage `lower`: operators become steps. Those that cannot are named together. */
#include "host/base/faults.h"
#include "host/graph/op_info.h"
#include "host/graph/scales.h"
#include "host/plan/build.h"
#include "host/plan/stages.h"

static enum mote_status lower_op(struct lowering *l, const struct op *op, const struct frame *at)
{
    if (op->id == OP_NOP)
        return MOTE_OK;
    TRY(want_scales(l->graph, op, at));
    if (op_info[op->id].is->lower == NULL)
        return fail(at, MOTE_ERR_UNSUPPORTED, "an operator of training, which devices do not execute");
    return op_info[op->id].is->lower(l, op, at);
}

static enum mote_status lower_all(struct plan *plan, const struct frame *at)
{
    struct lowering l = lowering_of(plan, 0);
    struct faults faults = {.pool = plan->pool};

    for (int32_t i = 0; i < plan->graph->n_inputs; i++)
        lower_tensor(&l, plan->graph->inputs[i]);
    for (l.op = 0; l.op < plan->graph->n_ops; l.op++) {
        const struct op *op = &plan->graph->ops[l.op];
        struct report_text failed = {.status = MOTE_OK};
        struct frame root = {.index = -1, .sink = &failed}, here = frame_op(&root, plan->graph, l.op);

        if (lower_op(&l, op, &here) != MOTE_OK)
            faults_add(&faults, op_info[op->id].NAME, &failed);
    }
    TRY(faults_fail(&faults, at));
    for (int32_t i = 0; i < plan->graph->n_outputs; i++)
        lower_tensor(&l, plan->graph->outputs[i]);
    return MOTE_OK;
}

/* Kernels and images know whole bytes only. */
static enum mote_status check_types(const struct plan *plan, const struct frame *at)
{
    for (int32_t i = 0; i < plan->n_values; i++)
        if (type_bits(plan->values[i].type) < 8) {
            struct frame here = frame_tensor(at, plan->graph, plan->values[i].tensor);

            return fail(&here, MOTE_ERR_TYPE, "elements of type %s, less than a byte, cannot be run",
                        type_name(plan->values[i].type));
        }
    return MOTE_OK;
}

static bool has_steps(const struct plan *plan, int32_t block)
{
    for (int32_t i = 0; i < plan->n_steps; i++)
        if (block_is_inside(&plan->blocks, plan_block(plan, i), block))
            return true;
    return false;
}

/* Emitters see blocks where their steps are: a body without any would have no test. */
static enum mote_status check_bodies(const struct plan *plan, const struct frame *at)
{
    for (int32_t i = 0; i < plan->blocks.n; i++)
        if (plan->blocks.all[i].kind == BLOCK_BODY && !has_steps(plan, i))
            return fail(at, MOTE_ERR_UNSUPPORTED,
                        "the body of a LOOP does nothing, so that it would never end: leave the loop out");
    return MOTE_OK;
}

enum mote_status stage_lower(struct plan *plan, const struct frame *at)
{
    TRY(graph_blocks(plan->pool, plan->graph, &plan->blocks, at));
    TRY(lower_all(plan, at));
    TRY(check_bodies(plan, at));
    return check_types(plan, at);
}

/* ---- printing ---- */
static void print_step(const struct plan *plan, int32_t s, struct text *text)
{
    const struct step *step = &plan->steps[s];
    const struct mote_kernel *kernel = kernels[step->kernel];

    text_add(text, "step %d: %s, op %d %s, %d rows\n  args", (int)s, kernel->name, (int)step->op,
             op_info[plan->graph->ops[step->op].id].NAME, (int)step->rows);
    for (int32_t i = 0; i < step->n_args; i++)
        text_add(text, " %s=%d", kernel->arg_names[i], (int)step->args[i]);
    text_add(text, "\n%s", kernel->n_params > 0 ? "  params" : "");
    for (int32_t i = 0; i < kernel->n_params; i++)
        text_add(text, " %s=%d", kernel->param_names[i], (int)step->params[i]);
    text_add(text, "%s", kernel->n_params > 0 ? "\n" : "");
}

static void print_value(const struct plan *plan, int32_t i, struct text *text)
{
    static const char *const kinds[] = {"activation", "state", "constant", "scratch"};
    const struct value *v = &plan->values[i];

    text_add(text, "value %d: %s %s, %lld bytes", (int)i, kinds[v->kind], type_name(v->type), (long long)v->bytes);
    if (v->alias != VALUE_NONE)
        text_add(text, ", in the memory of value %d", (int)v->alias);
    text_add(text, ", %s\n", value_label(plan, i));
}

void print_lower(const struct plan *plan, struct text *text)
{
    for (int32_t i = 0; i < plan->n_steps; i++)
        print_step(plan, i, text);
    for (int32_t i = 0; i < plan->n_values; i++)
        print_value(plan, i, text);
}
