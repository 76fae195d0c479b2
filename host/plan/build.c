/* SPDX-License-Identifier: Apache-2.0 */
/* The calls with which operators put values and steps into a plan. */
#include <stdlib.h>

#include "host/plan/build.h"
#include "host/plan/plan.h"
#include "host/plan/rows.h"

struct lowering lowering_of(struct plan *plan, int32_t op)
{
    return (struct lowering){.pool = plan->pool, .model = plan->model, .graph = plan->graph, .plan = plan, .op = op};
}

int32_t plan_value(struct plan *plan, const struct value *v)
{
    plan->values = pool_grow(plan->pool, plan->values, (size_t)plan->n_values, sizeof *v);
    plan->values[plan->n_values] = *v;
    plan->values[plan->n_values].decoded = v->bytes;
    return plan->n_values++;
}

static bool same_constant(const struct value *v, enum mote_type type, const void *data, size_t bytes)
{
    return v->kind == VALUE_CONST && !v->grows && v->form == 0 && v->type == type && (size_t)v->bytes == bytes &&
           memcmp(v->data, data, bytes) == 0;
}

static int32_t add_const(struct plan *plan, const char *name, enum mote_type type, const uint8_t *data, size_t bytes,
                         bool weight, int32_t tensor)
{
    for (int32_t i = 0; i < plan->n_values; i++)
        if (same_constant(&plan->values[i], type, data, bytes)) {
            plan->values[i].weight |= weight;
            return i;
        }
    return plan_value(plan, &(struct value){.kind = VALUE_CONST,
                                            .name = name,
                                            .type = type,
                                            .tensor = tensor,
                                            .bytes = (int64_t)bytes,
                                            .data = data,
                                            .weight = weight,
                                            .alias = VALUE_NONE});
}

static bool has_arg(const struct step *s, int32_t value)
{
    for (int32_t k = 0; k < s->n_args; k++)
        if (s->args[k] == value)
            return true;
    return false;
}

int64_t constant_saves(const struct plan *plan, const bool changes[], int32_t step, int32_t arg, int64_t bytes)
{
    const int32_t value = plan->steps[step].args[arg];
    bool stays = false;

    for (int32_t k = 0; k < arg; k++)
        if (plan->steps[step].args[k] == value)
            return 0;
    for (int32_t i = 0; i < plan->n_steps; i++) {
        if (!has_arg(&plan->steps[i], value))
            continue;
        if (changes[i] && i < step)
            return 0;
        stays = stays || !changes[i];
    }
    return (stays ? 0 : plan->values[value].bytes) - bytes;
}

/* A state tensor starts at real zero: the byte of its zero point (16-bit state is symmetric). */
static uint8_t fill_of(const struct tensor *t)
{
    return (t->type == TYPE_S8 || t->type == TYPE_U8) && t->quant.n > 0 ? (uint8_t)t->quant.zero[0] : 0;
}

/* What a state starts with, as value.initial has it. */
static int32_t initial_of(struct plan *plan, const struct tensor *t)
{
    return t->initial == NULL ? 0
                              : 1 + add_const(plan, t->name, t->type, t->initial, (size_t)tensor_bytes(t), false, -1);
}

int32_t lower_tensor(struct lowering *l, int32_t tensor)
{
    struct plan *plan = l->plan;
    const struct tensor *t = &l->graph->tensors[tensor];
    int32_t *value = &plan->value_of_tensor[tensor], initial;

    assert(tensor >= 0 && tensor < l->graph->n_tensors);
    if (*value != VALUE_NONE)
        return *value;
    if (t->data != NULL)
        return *value = add_const(plan, t->name, t->type, t->data, (size_t)tensor_bytes(t), true, tensor);
    initial = initial_of(plan, t);
    return *value = plan_value(plan, &(struct value){.kind = t->state ? VALUE_STATE : VALUE_ACTIVATION,
                                                     .name = t->name,
                                                     .type = t->type,
                                                     .tensor = tensor,
                                                     .bytes = tensor_bytes(t),
                                                     .alias = VALUE_NONE,
                                                     .fill = fill_of(t),
                                                     .initial = initial});
}

int32_t lower_const(struct lowering *l, const char *name, enum mote_type type, const void *data, size_t bytes,
                    bool weight)
{
    return add_const(l->plan, name, type, pool_copy(l->plan->pool, data, bytes), bytes, weight, -1);
}

int32_t lower_zeros_s8(struct lowering *l, int32_t zero, size_t bytes)
{
    struct plan *plan = l->plan;
    int32_t *shared = &plan->zeros[zero - INT8_MIN];
    uint8_t *data = pool_alloc(plan->pool, bytes);

    assert(zero >= INT8_MIN && zero <= INT8_MAX && bytes > 0);
    memset(data, zero, bytes);
    if (*shared == VALUE_NONE)
        *shared = plan_value(plan, &(struct value){.kind = VALUE_CONST,
                                                   .name = "zeros",
                                                   .type = TYPE_S8,
                                                   .tensor = -1,
                                                   .bytes = (int64_t)bytes,
                                                   .data = data,
                                                   .grows = true,
                                                   .alias = VALUE_NONE});
    if ((size_t)plan->values[*shared].bytes < bytes) {
        plan->values[*shared].bytes = plan->values[*shared].decoded = (int64_t)bytes;
        plan->values[*shared].data = data;
    }
    return *shared;
}

int32_t plan_scratch(struct plan *plan, enum mote_type type, size_t bytes)
{
    assert(bytes > 0);
    return plan_value(plan, &(struct value){.kind = VALUE_SCRATCH,
                                            .name = "scratch",
                                            .type = type,
                                            .tensor = -1,
                                            .bytes = (int64_t)bytes,
                                            .alias = VALUE_NONE});
}

void plan_place(struct plan *plan)
{
    assert(plan->place == VALUE_NONE);
    plan->place = plan_value(plan, &(struct value){.kind = VALUE_STATE,
                                                   .name = "place in the schedule",
                                                   .type = TYPE_U16,
                                                   .tensor = -1,
                                                   .bytes = PLACE_BYTES,
                                                   .alias = VALUE_NONE});
}

int32_t lower_scratch(struct lowering *l, enum mote_type type, size_t bytes)
{
    return plan_scratch(l->plan, type, bytes);
}

enum mote_status lower_alias(struct lowering *l, int32_t in, int32_t out, const struct frame *at)
{
    int32_t from = lower_tensor(l, in), to;

    if (l->plan->values[from].kind != VALUE_ACTIVATION)
        return fail(at, MOTE_ERR_UNSUPPORTED, "its input is not computed at run time; run the pass `fold`");
    to = lower_tensor(l, out);
    if (l->plan->values[from].bytes != l->plan->values[to].bytes)
        return fail(at, MOTE_ERR_SHAPE, "input and output do not have the same size");
    assert(to != from && l->plan->values[to].alias == VALUE_NONE);
    l->plan->values[to].alias = from;
    return MOTE_OK;
}

static enum mote_status check_arg(const struct lowering *l, const struct mote_kernel *k, int i, int32_t value,
                                  uint32_t need, const struct frame *at)
{
    const struct value *v = &l->plan->values[value];

    if (k->arg[i].type != 0 && k->arg[i].type != v->type)
        return fail(at, MOTE_ERR_TYPE, "%s \"%s\" is %s, kernel %s takes %s", k->arg_names[i], v->name,
                    type_name(v->type), k->name, type_name((enum mote_type)k->arg[i].type));
    if (k->arg[i].role == MOTE_ROLE_CONST ? v->kind != VALUE_CONST
                                          : k->arg[i].role == MOTE_ROLE_WEIGHTS && v->kind == VALUE_ACTIVATION)
        return fail(at, MOTE_ERR_UNSUPPORTED, "%s \"%s\" must be a constant", k->arg_names[i], v->name);
    if (!mote_role_is_const(k->arg[i].role) && k->arg[i].role != MOTE_ROLE_IN && v->kind == VALUE_CONST)
        return fail(at, MOTE_ERR_UNSUPPORTED, "%s \"%s\" is a constant, but would be written", k->arg_names[i],
                    v->name);
    if (v->bytes < need)
        return fail(at, MOTE_ERR_SHAPE, "%s \"%s\" has %lld bytes, kernel %s needs %u", k->arg_names[i], v->name,
                    (long long)v->bytes, k->name, need);
    return MOTE_OK;
}

/* What mote_model_open() will check on the device, with names. */
static enum mote_status check_step(const struct lowering *l, const struct mote_kernel *k, const int32_t *params,
                                   const int32_t *args, int32_t *rows, const struct frame *at)
{
    uint32_t need[MOTE_ARGS_MAX + 1];
    struct mote_block blocks[MOTE_ARGS_MAX];

    for (int i = 0; i < k->n_params; i++)
        if (params[i] < k->ranges[i].min || params[i] > k->ranges[i].max)
            return fail(at, MOTE_ERR_VALUE, "%s (%s) is %d, kernel %s takes %d to %d", k->param_names[i],
                        k->param_docs[i], params[i], k->name, k->ranges[i].min, k->ranges[i].max);
    if (!k->need(params, need) || need[k->n_args] > INT32_MAX)
        return fail(at, MOTE_ERR_VALUE, "parameters beyond the limits of kernel %s", k->name);
    *rows = (int32_t)need[k->n_args];
    for (int i = 0; i < k->n_args; i++) {
        TRY(check_arg(l, k, i, args[i], need[i], at));
        blocks[i] = (struct mote_block){l->plan->values[args[i]].data, need[i]};
    }
    if (k->trust != NULL && !k->trust(params, blocks))
        return fail(at, MOTE_ERR_VALUE, "a constant holds a value that kernel %s does not take", k->name);
    return MOTE_OK;
}

enum mote_status lower_step(struct lowering *l, enum kernel_id kernel, const void *params, const int32_t *args,
                            const struct frame *at)
{
    const struct mote_kernel *k = kernels[kernel];
    struct plan *plan = l->plan;
    int32_t *own = pool_copy(plan->pool, params, k->n_params * sizeof *own), rows = 0;
    int64_t bytes[MOTE_ARGS_MAX];
    struct step *s;

    assert(l->op >= 0 && l->op < l->graph->n_ops);
    for (int i = 0; i < k->n_args; i++) {
        assert(args[i] >= 0 && args[i] < plan->n_values);
        bytes[i] = plan->values[args[i]].bytes;
    }
    rows_hold_all(k, own, bytes);
    TRY(check_step(l, k, own, args, &rows, at));
    assert(rows > 0);
    plan->steps = pool_grow(plan->pool, plan->steps, (size_t)plan->n_steps, sizeof *s);
    s = &plan->steps[plan->n_steps++];
    s->kernel = kernel;
    s->op = l->op;
    s->n_args = k->n_args;
    s->args = pool_copy(plan->pool, args, k->n_args * sizeof *args);
    s->rows = rows;
    s->params = own;
    return MOTE_OK;
}
