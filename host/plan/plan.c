/* SPDX-License-Identifier: Apache-2.0 */
/* Lowers every operator (those that cannot be are named together), finds out when each value is alive, and places the
 * values in the arena. */
#include "host/plan/plan.h"

#include "host/base/faults.h"
#include "host/graph/scales.h"
#include "host/plan/offsets.h"

static enum mote_status lower_op(struct lowering *l, const struct op *op, const struct frame *at)
{
    if (op->id == OP_NOP)
        return MOTE_OK;
    TRY(want_scales(l->graph, op, at));
    return op_info[op->id].lower(l, op, at);
}

static enum mote_status lower_all(struct plan *plan, const struct frame *at)
{
    struct lowering l = {.model = plan->model, .graph = plan->graph, .plan = plan};
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

static int32_t root_of(const struct plan *plan, int32_t value)
{
    while (plan->values[value].alias != VALUE_NONE)
        value = plan->values[value].alias;
    return value;
}

static void touch(struct plan *plan, int32_t value, int32_t time)
{
    struct value *v = &plan->values[root_of(plan, value)];

    v->first = time < v->first ? time : v->first;
    v->last = time > v->last ? time : v->last;
}

static void find_lifetimes(struct plan *plan, bool keep_all)
{
    const int32_t before = -1, after = plan->n_steps;

    for (int32_t i = 0; i < plan->n_values; i++) {
        plan->values[i].first = after;
        plan->values[i].last = before;
    }
    for (int32_t s = 0; s < plan->n_steps; s++)
        for (int32_t i = 0; i < plan->steps[s].n_args; i++)
            touch(plan, plan->steps[s].args[i], s);
    for (int32_t i = 0; i < plan->graph->n_inputs; i++)
        touch(plan, plan->value_of_tensor[plan->graph->inputs[i]], before);
    for (int32_t i = 0; i < plan->graph->n_outputs; i++)
        touch(plan, plan->value_of_tensor[plan->graph->outputs[i]], after);
    for (int32_t i = 0; i < plan->n_values; i++)
        if (plan->values[i].kind == VALUE_STATE || (keep_all && plan->values[i].kind == VALUE_ACTIVATION)) {
            touch(plan, i, before);
            touch(plan, i, after);
        }
}

static bool in_arena(const struct value *v) { return v->kind != VALUE_CONST && v->alias == VALUE_NONE && v->bytes > 0; }

static enum mote_status place(struct plan *plan, const struct frame *at)
{
    struct buffer *buffers = pool_array(plan->pool, (size_t)plan->n_values, sizeof *buffers);
    int32_t *of = pool_array(plan->pool, (size_t)plan->n_values, sizeof *of), n = 0;
    struct offsets_result result;

    for (int32_t i = 0; i < plan->n_values; i++) {
        const struct value *v = &plan->values[i];

        if (!in_arena(v) || v->first > v->last)
            continue;
        buffers[n] = (struct buffer){.lower = v->first, .upper = v->last + 1, .size = v->bytes};
        of[n++] = i;
    }
    result = offsets_solve(plan->pool, buffers, n, ARENA_ALIGN, 0);
    for (int32_t i = 0; i < n; i++)
        plan->values[of[i]].offset = buffers[i].offset;
    for (int32_t i = 0; i < plan->n_values; i++)
        plan->values[i].offset = plan->values[root_of(plan, i)].offset;
    plan->arena_bytes = result.total;
    plan->arena_bound = result.bound;
    if (plan->arena_bytes > INT32_MAX)
        return fail(at, MOTE_ERR_FIT, "the arena would have %lld bytes; Mote's largest is 2 GiB",
                    (long long)plan->arena_bytes);
    return MOTE_OK;
}

static void add_up(struct plan *plan)
{
    for (int32_t i = 0; i < plan->n_values; i++) {
        const struct value *v = &plan->values[i];

        if (v->kind == VALUE_STATE)
            plan->state_bytes += v->bytes;
        if (v->kind == VALUE_SCRATCH && v->bytes > plan->scratch_peak)
            plan->scratch_peak = v->bytes;
        if (v->kind == VALUE_CONST && v->weight)
            plan->weight_bytes += v->bytes;
        if (v->kind == VALUE_CONST && !v->weight)
            plan->table_bytes += v->bytes;
    }
}

enum mote_status plan_make(struct pool *pool, const struct model *m, const struct target *target,
                           const struct plan_options *options, struct plan *out, const struct frame *at)
{
    *out = (struct plan){.pool = pool, .model = m, .graph = &m->graphs[0], .target = *target};
    out->value_of_tensor = pool_array(pool, (size_t)out->graph->n_tensors, sizeof *out->value_of_tensor);
    for (int32_t i = 0; i < out->graph->n_tensors; i++)
        out->value_of_tensor[i] = VALUE_NONE;
    for (size_t i = 0; i < COUNT(out->zeros); i++)
        out->zeros[i] = VALUE_NONE;
    TRY(lower_all(out, at));
    TRY(check_types(out, at));
    find_lifetimes(out, options->keep_all);
    TRY(place(out, at));
    add_up(out);
    return MOTE_OK;
}
