/* SPDX-License-Identifier: Apache-2.0 */
/* The stage `halves`: a float layer whose weights all are numbers of half precision, as those of files with float16
 * weights, stores them so. The kernel makes floats of them again, one by one, so that nothing else changes. */
#include "host/graph/half.h"
#include "host/plan/build.h"
#include "host/plan/code.h"
#include "host/plan/stages.h"

#define WEIGHTS 1 /* their argument, of all these kernels */

/* Kernels with the same parameters and arguments, but for the weights' type. */
static const struct pair {
    enum kernel_id floats, halves;
} pairs[] = {
    {KERNEL_conv_2d_f32, KERNEL_conv_2d_f16},
    {KERNEL_depthwise_conv_2d_f32, KERNEL_depthwise_conv_2d_f16},
    {KERNEL_fully_connected_f32, KERNEL_fully_connected_f16},
    {KERNEL_fully_connected_rows_f32, KERNEL_fully_connected_rows_f16},
};

/* NULL if they are no constant, or not all numbers of half precision. */
static uint16_t *halves_of(const struct plan *plan, const struct step *s)
{
    const struct value *v = &plan->values[s->args[WEIGHTS]];
    uint16_t *halves;

    if (v->kind != VALUE_CONST)
        return NULL;
    halves = pool_array(plan->pool, (size_t)v->bytes / sizeof(float), sizeof *halves);
    for (int64_t i = 0; i < v->bytes / (int64_t)sizeof(float); i++) {
        float x;

        memcpy(&x, v->data + i * (int64_t)sizeof x, sizeof x);
        if (!half_of(x, &halves[i]))
            return NULL;
    }
    return halves;
}

/* What is saved is more than the kernel's code, in the place of the other one's where nobody needs that anymore; or all
 * that can be stored in fewer bytes is to be. */
static bool pays(const struct plan *plan, const struct pair *pair, uint16_t *const halves[])
{
    const enum mote_core core = plan->target.core;
    const bool small = plan->options.small;
    int64_t saved = code_of_version(core, kernel_version_best(pair->floats, plan->target.features), small) -
                    code_of_version(core, kernel_version_best(pair->halves, plan->target.features), small);
    bool *changes = pool_array(plan->pool, (size_t)plan->n_steps + 1, sizeof *changes);

    if (plan->options.coding == CODING_HUFFMAN)
        return true;
    for (int32_t i = 0; i < plan->n_steps; i++)
        changes[i] = halves[i] != NULL;
    for (int32_t i = 0; i < plan->n_steps; i++)
        if (changes[i])
            saved += constant_saves(plan, changes, i, WEIGHTS, plan->values[plan->steps[i].args[WEIGHTS]].bytes / 2);
    for (int32_t i = 0; i < plan->n_steps; i++)
        if (plan->steps[i].kernel == pair->floats && halves[i] == NULL)
            return saved > code_of_version(core, kernel_version_best(pair->floats, plan->target.features), small);
    return saved > 0;
}

static void store(struct plan *plan, struct step *s, enum kernel_id kernel, const uint16_t *halves)
{
    const struct value floats = plan->values[s->args[WEIGHTS]];
    struct lowering l = lowering_of(plan, s->op);

    s->kernel = kernel;
    s->args[WEIGHTS] = lower_const(&l, floats.name, TYPE_F16, halves, (size_t)floats.bytes / 2, true);
}

static void store_all(struct plan *plan, const struct pair *pair, uint16_t *halves[])
{
    memset(halves, 0, (size_t)plan->n_steps * sizeof(uint16_t *));
    for (int32_t i = 0; i < plan->n_steps; i++)
        if (plan->steps[i].kernel == pair->floats)
            halves[i] = halves_of(plan, &plan->steps[i]);
    if (!pays(plan, pair, halves))
        return;
    for (int32_t i = 0; i < plan->n_steps; i++)
        if (halves[i] != NULL)
            store(plan, &plan->steps[i], pair->halves, halves[i]);
}

bool keeps_floats(const struct plan *plan)
{
    const struct plan_options *o = &plan->options;

    return o->optimize == OPTIMIZE_SPEED || o->coding == CODING_DENSE ||
           (o->coding == CODING_USUAL && plan->target.roomy);
}

enum mote_status stage_halves(struct plan *plan, const struct frame *at)
{
    uint16_t **halves = pool_array(plan->pool, (size_t)plan->n_steps + 1, sizeof(uint16_t *));

    (void)at;
    if (keeps_floats(plan))
        return MOTE_OK;
    for (size_t k = 0; k < COUNT(pairs); k++)
        store_all(plan, &pairs[k], halves);
    return MOTE_OK;
}

void print_halves(const struct plan *plan, struct text *text)
{
    for (int32_t i = 0; i < plan->n_steps; i++)
        for (size_t k = 0; k < COUNT(pairs); k++)
            if (plan->steps[i].kernel == pairs[k].halves)
                text_add(text, "step %d: weights in half precision, %lld bytes\n", (int)i,
                         (long long)plan->values[plan->steps[i].args[WEIGHTS]].bytes);
}
