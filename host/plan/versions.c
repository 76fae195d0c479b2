/* SPDX-License-Identifier: Apache-2.0 */
/* The stage `kernels`: which version of each kernel computes, the same in all steps, with packed constants and scratch
 * memory for it. Where code is to be small, they are chosen together. */
#include <math.h>

#include "host/plan/code.h"
#include "host/plan/cost.h"
#include "host/plan/stages.h"

/* Packs constants only: what is computed lies as the contract says. */
static bool can_serve(const struct plan *plan, const struct kernel_version *v)
{
    for (int32_t i = 0; i < plan->n_steps; i++)
        for (int k = 0; plan->steps[i].kernel == v->kernel && k < kernels[v->kernel]->n_args; k++)
            if (kernel_version_form(v, k) != 0 && plan->values[plan->steps[i].args[k]].kind != VALUE_CONST)
                return false;
    return true;
}

static bool wants_scratch(const struct plan *plan, const struct kernel_version *v)
{
    uint32_t bytes[MOTE_ARGS_MAX + 1];

    for (int32_t i = 0; v->code->fit != NULL && i < plan->n_steps; i++) {
        const struct step *s = &plan->steps[i];

        if (s->kernel != v->kernel)
            continue;
        kernels[v->kernel]->need(s->params, bytes);
        if (v->code->fit(s->params, bytes) > 0)
            return true;
    }
    return false;
}

static bool may_serve(const struct plan *plan, const struct kernel_version *v)
{
    return !(v->features & ~plan->target.features) && can_serve(plan, v) &&
           !(plan->no_scratch[v->kernel] && wants_scratch(plan, v));
}

static const struct kernel_version *next_that_may(const struct plan *plan, const struct kernel_version *v)
{
    while (v != NULL && !may_serve(plan, v))
        v = kernel_version_next(v);
    return v;
}

static void set_version(struct plan *plan, const struct kernel_version *v)
{
    for (int32_t i = 0; i < plan->n_steps; i++)
        if (plan->steps[i].kernel == v->kernel)
            plan->steps[i].version = v;
}

/* ---- little code ---- */
#define WORTH 0.5 /* a percent of instructions is worth so many of all kernels' code */

/* Less is better. */
static double score(const struct plan *plan)
{
    bool counted[KERNEL_LIMIT] = {false};
    double code = 1, cost = 1;

    for (int32_t i = 0; i < plan->n_steps; i++) {
        const struct step *s = &plan->steps[i];

        if (!counted[s->kernel])
            code += (double)code_of_version(plan->target.core, s->version, true);
        counted[s->kernel] = true;
        cost += call_cost(plan, i, s->rows);
    }
    return log(code) + WORTH * log(cost);
}

/* The kernel in a version with which all are better; whether there is one. */
static bool improve(struct plan *plan, enum kernel_id kernel, const struct kernel_version *now)
{
    const struct kernel_version *best = now;
    double best_score = score(plan);

    for (const struct kernel_version *v = next_that_may(plan, kernel_version_first(kernel)); v != NULL;
         v = next_that_may(plan, kernel_version_next(v))) {
        set_version(plan, v);
        if (score(plan) < best_score - 1e-9) {
            best = v;
            best_score = score(plan);
        }
    }
    set_version(plan, best);
    return best != now;
}

static void choose_small(struct plan *plan)
{
    bool better = true;

    while (better) {
        better = false;
        for (int32_t i = 0; i < plan->n_steps; i++)
            better |= improve(plan, plan->steps[i].kernel, plan->steps[i].version);
    }
}

/* The constant in another form; two steps that want the same share it. */
static int32_t packed(struct plan *plan, int32_t value, uint16_t form, const int32_t shape[MOTE_PACKED_DIMS],
                      uint32_t bytes)
{
    struct value v = plan->values[value];
    uint8_t *data = pool_alloc(plan->pool, bytes);

    assert(form != 0 && v.form == 0 && v.kind == VALUE_CONST);
    packing_pack(mote_packing(form), shape, (size_t)type_bits(v.type) / 8, v.data, data, bytes);
    for (int32_t i = 0; i < plan->n_values; i++) {
        const struct value *other = &plan->values[i];

        if (other->kind == VALUE_CONST && other->form == form && other->decoded == v.bytes && other->bytes == bytes &&
            other->type == v.type && memcmp(other->data, data, bytes) == 0)
            return i;
    }
    v.form = form;
    v.data = data;
    v.bytes = bytes;
    value = plan_value(plan, &v);
    plan->values[value].decoded = v.decoded;
    return value;
}

static void serve(struct plan *plan, struct step *s)
{
    const struct mote_kernel *k = kernels[s->kernel];
    const struct mote_version *code = s->version->code;
    uint32_t bytes[MOTE_ARGS_MAX + 1], scratch;

    assert(s->n_args == k->n_args && k->n_args < MOTE_ARGS_MAX);
    if (code->fit == NULL)
        return;
    k->need(s->params, bytes);
    scratch = code->fit(s->params, bytes);
    for (int i = 0; i < k->n_args; i++) {
        uint16_t form = kernel_version_form(s->version, i);
        int32_t shape[MOTE_PACKED_DIMS];

        if (form == 0)
            continue;
        code->shape(s->params, (uint32_t)i, shape);
        s->args[i] = packed(plan, s->args[i], form, shape, bytes[i]);
    }
    if (scratch > 0) {
        int32_t *args = pool_array(plan->pool, (size_t)s->n_args + 1, sizeof *args);

        memcpy(args, s->args, (size_t)s->n_args * sizeof *args);
        args[s->n_args++] = plan_scratch(plan, TYPE_S8, scratch);
        s->args = args;
    }
}

enum mote_status stage_kernels(struct plan *plan, const struct frame *at)
{
    (void)at;
    for (int32_t i = 0; i < plan->n_steps; i++)
        plan->steps[i].version = next_that_may(plan, kernel_version_first(plan->steps[i].kernel));
    if (plan->options.small)
        choose_small(plan);
    for (int32_t i = 0; i < plan->n_steps; i++)
        serve(plan, &plan->steps[i]);
    return MOTE_OK;
}

void print_kernels(const struct plan *plan, struct text *text)
{
    for (int32_t i = 0; i < plan->n_steps; i++) {
        const struct step *s = &plan->steps[i];

        text_add(text, "step %d: %s, %s", (int)i, kernels[s->kernel]->name, s->version->name);
        for (int k = 0; k < kernels[s->kernel]->n_args; k++)
            if (kernel_version_form(s->version, k) != 0)
                text_add(text, ", %s %s", kernels[s->kernel]->arg_names[k],
                         packing_name(mote_packing(kernel_version_form(s->version, k))));
        if (s->n_args > kernels[s->kernel]->n_args)
            text_add(text, ", scratch of %lld bytes", (long long)plan->values[s->args[s->n_args - 1]].bytes);
        text_add(text, "\n");
    }
}
