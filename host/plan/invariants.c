/* SPDX-License-Identifier: Apache-2.0 */
/* What holds of a plan after each stage, whoever wrote it: the stages' contract with each other, with the emitters and
 * with the device, whose check of the image it foresees. */
#include "host/plan/memories.h"
#include "host/plan/rows.h"
#include "host/plan/stages.h"

#define PAIRS_MAX 1000 /* values that are compared with each other */

/* ---- values and steps ---- */
static void assert_value(const struct plan *plan, int32_t i)
{
    const struct value *v = &plan->values[i];

    assert(v->kind <= VALUE_SCRATCH && type_bits(v->type) > 0);
    assert(v->bytes >= 0 && v->decoded >= 0);
    assert(v->tensor >= -1 && v->tensor < plan->graph->n_tensors);
    assert(v->alias >= VALUE_NONE && v->alias < plan->n_values && v->alias != i);
    assert(v->initial >= 0 && v->initial <= plan->n_values);
    if (v->kind == VALUE_CONST) {
        assert(v->data != NULL && v->alias == VALUE_NONE);
    } else {
        assert(v->form == 0 && !v->weight && !v->grows); /* facts of constants */
        assert(plan->values[value_root(plan, i)].kind != VALUE_CONST);
    }
    if (v->initial > 0) {
        assert(v->kind == VALUE_STATE);
        assert(plan->values[v->initial - 1].kind == VALUE_CONST && plan->values[v->initial - 1].bytes == v->bytes);
    }
}

/* The image's check again: parameters in range, arguments as large as the kernel takes them. */
static void assert_step(const struct plan *plan, const struct step *s)
{
    const struct mote_kernel *k = kernels[s->kernel];
    uint32_t need[MOTE_ARGS_MAX + 1];
    bool served;

    assert(s->op >= 0 && s->op < plan->graph->n_ops && s->rows > 0);
    assert(s->n_args >= k->n_args && s->n_args <= MOTE_ARGS_MAX);
    for (int32_t i = 0; i < k->n_params; i++)
        assert(s->params[i] >= k->ranges[i].min && s->params[i] <= k->ranges[i].max);
    served = k->need(s->params, need);
    assert(served && need[k->n_args] >= (uint32_t)s->rows);
    (void)served;
    for (int32_t i = 0; i < s->n_args; i++)
        assert(s->args[i] >= 0 && s->args[i] < plan->n_values);
    for (int32_t i = 0; i < k->n_args; i++) {
        const struct value *v = &plan->values[s->args[i]];

        assert(k->arg[i].type == MOTE_ARG_ANY || k->arg[i].type == v->type);
        assert((v->form == 0 ? v->bytes : v->decoded) >= need[i]);
        assert(k->arg[i].role != MOTE_ROLE_OUT || v->kind != VALUE_CONST);
        (void)v;
    }
}

static void assert_steps(const struct plan *plan)
{
    for (int32_t i = 0; i < plan->n_values; i++)
        assert_value(plan, i);
    for (int32_t i = 0; i < plan->graph->n_tensors; i++)
        assert(plan->value_of_tensor[i] >= VALUE_NONE && plan->value_of_tensor[i] < plan->n_values);
    for (int32_t i = 0; i < plan->n_steps; i++) {
        assert_step(plan, &plan->steps[i]);
        assert(plan_block(plan, i) >= BLOCK_WHOLE && plan_block(plan, i) < plan->blocks.n);
    }
}

static void assert_versions(const struct plan *plan)
{
    for (int32_t i = 0; i < plan->n_steps; i++) {
        const struct kernel_version *v = plan->steps[i].version;

        assert(v != NULL && v->kernel == plan->steps[i].kernel);
        assert((v->features & ~plan->target.features) == 0); /* the target has its instructions */
        (void)v;
    }
}

/* ---- the schedule ---- */
/* Groups lie one behind the other, each in the image's 16 bits. */
static void assert_groups(const struct plan *plan)
{
    const struct plan_schedule *s = &plan->schedule;
    int32_t end = 0;

    for (int32_t i = 0; i < s->n_groups; i++) {
        assert(s->groups[i].first == end && s->groups[i].n > 0 && s->groups[i].n <= UINT16_MAX);
        assert(s->groups[i].repeat > 0 && s->groups[i].repeat <= UINT16_MAX);
        end += s->groups[i].n;
    }
    assert(end == s->n_entries);
    (void)end;
    for (int32_t i = 0; i < s->n_entries; i++) {
        assert(s->entries[i].step >= 0 && s->entries[i].step < plan->n_steps);
        assert(s->entries[i].first >= 0 && s->entries[i].rows > 0 && s->entries[i].hop >= 0);
    }
}

/* Every row of every step is computed once, in order; of rounds, which count rows on, only the first is listed. */
static void assert_calls(const struct plan *plan)
{
    int32_t *done = pool_array(plan->pool, (size_t)plan->n_steps, sizeof *done);

    for (int32_t i = 0; i < plan->schedule.n_calls; i++) {
        const struct schedule_call *c = &plan->schedule.calls[i];

        assert(c->step >= 0 && c->step < plan->n_steps && c->rows > 0);
        assert(plan->rounds.n > 0 || c->first == done[c->step]);
        assert(c->first >= 0 && c->first + c->rows <= plan->steps[c->step].rows);
        done[c->step] += c->rows;
    }
    for (int32_t i = 0; i < plan->n_steps; i++)
        assert(plan->rounds.n > 0 || done[i] == plan->steps[i].rows);
    assert_groups(plan);
}

/* What a call touches is alive then. */
static void assert_lifetimes(const struct plan *plan)
{
    for (int32_t i = 0; i < plan->n_values; i++) {
        const struct value *v = &plan->values[i];

        assert(v->first >= -1 && v->last <= plan->schedule.n_calls);
        assert(v->kind != VALUE_STATE || (v->first == -1 && v->last == plan->schedule.n_calls));
        assert(v->live == NULL || value_is_placed(v));
        (void)v;
    }
    for (int32_t t = 0; t < plan->schedule.n_calls; t++) {
        const struct step *s = &plan->steps[plan->schedule.calls[t].step];

        for (int32_t i = 0; i < s->n_args; i++) {
            const struct value *v = &plan->values[value_root(plan, s->args[i])];

            assert(v->first <= t && t <= v->last);
            (void)v;
        }
    }
}

/* ---- the arena ---- */
/* Parts lie one behind the other and make up the arena. */
static void assert_memories(const struct plan *plan)
{
    int64_t end = 0;

    for (int32_t k = 0; k < plan->n_memories; k++) {
        assert(plan->memories[k].start == end && plan->memories[k].bytes > 0);
        assert(plan->memories[k].bytes % ARENA_ALIGN == 0 && plan->memories[k].ram != NULL);
        end += plan->memories[k].bytes;
    }
    assert(plan->n_memories == 0 || end == plan->arena_bytes);
    (void)end;
}

static void assert_placed(const struct plan *plan, const struct value *v)
{
    const int32_t k = memory_at(plan, v->offset);

    assert(v->offset >= 0 && v->offset % ARENA_ALIGN == 0);
    assert(v->offset + v->bytes <= plan->arena_bytes);
    assert(plan->n_memories == 0 || v->offset + v->bytes <= plan->memories[k].start + plan->memories[k].bytes);
    (void)k;
}

/* Of what is held in parts the solver's own check knows more (offsets.c). */
static bool may_meet(const struct value *a, const struct value *b)
{
    return a->live == NULL && b->live == NULL && a->first <= b->last && b->first <= a->last;
}

static void assert_apart(const struct plan *plan, int32_t i)
{
    const struct value *a = &plan->values[i];

    for (int32_t k = 0; k < i; k++) {
        const struct value *b = &plan->values[k];
        const bool apart = !value_is_placed(b) || !may_meet(a, b) || a->offset + a->bytes <= b->offset ||
                           b->offset + b->bytes <= a->offset;

        assert(apart);
        (void)apart;
    }
}

static void assert_place(const struct plan *plan)
{
    assert(plan->arena_bytes >= 0 && plan->arena_bytes % ARENA_ALIGN == 0);
    assert(plan->n_memories > 0 || plan->arena_bound <= plan->arena_bytes);
    assert_memories(plan);
    for (int32_t i = 0; i < plan->n_values; i++) {
        assert(plan->values[i].offset == plan->values[value_root(plan, i)].offset);
        if (!value_is_placed(&plan->values[i]))
            continue;
        assert_placed(plan, &plan->values[i]);
        if (plan->n_values <= PAIRS_MAX)
            assert_apart(plan, i);
    }
}

static void assert_sums(const struct plan *plan)
{
    (void)plan;
    assert(plan->state_bytes >= 0 && plan->state_bytes <= plan->arena_bytes);
    assert(plan->scratch_peak >= 0 && plan->scratch_peak <= plan->arena_bytes);
    assert(plan->weight_bytes >= 0 && plan->table_bytes >= 0);
}

bool plan_holds(const struct plan *plan, int stage)
{
    static const struct {
        const char *stage; /* from which on it holds */
        void (*assert_all)(const struct plan *plan);
    } invariants[] = {{"lower", assert_steps},         {"kernels", assert_versions}, {"schedule", assert_calls},
                      {"lifetimes", assert_lifetimes}, {"place", assert_place},      {"add_up", assert_sums}};

    assert(stage >= 0 && stage < stages_count);
    for (int i = 0; i <= stage; i++)
        for (size_t k = 0; k < COUNT(invariants); k++)
            if (strcmp(stages[i].name, invariants[k].stage) == 0)
                invariants[k].assert_all(plan);
    return true;
}
