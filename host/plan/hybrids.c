/* SPDX-License-Identifier: Apache-2.0 */
/* The stage `hybrids`: a float layer whose weights all are a scale of their channel times an integer of 8 bits, as
 * those of hybrid models, stores the integers and the scales. The kernel makes the same floats of them again, so
 * that nothing else changes; and since values tell, neither importers nor passes know of it. */
#include <math.h>

#include "host/plan/build.h"
#include "host/plan/code.h"
#include "host/plan/hybrids.h"
#include "host/plan/stages.h"

enum { WEIGHTS = 1, BIAS = 2 }; /* their arguments, of all these kernels; scales are behind weights */

/* Kernels with the same parameters and arguments, but for the weights' type and their scales. */
static const struct pair {
    enum kernel_id floats, hybrid;
    bool channels_last; /* of the weights */
} pairs[] = {
    {KERNEL_conv_2d_f32, KERNEL_conv_2d_hybrid, false},
    {KERNEL_depthwise_conv_2d_f32, KERNEL_depthwise_conv_2d_hybrid, true},
    {KERNEL_fully_connected_f32, KERNEL_fully_connected_hybrid, false},
    {KERNEL_fully_connected_rows_f32, KERNEL_fully_connected_rows_hybrid, false},
};

/* ---- one channel ---- */
/* Whether all of n weights, `step` apart, are scale * integer, rounded as the kernel does; and the integers. */
static bool is_scale(const float *weights, int64_t n, int64_t step, float scale, int8_t *integers)
{
    for (int64_t i = 0; i < n; i++) {
        double q = nearbyint((double)weights[i * step] / (double)scale);
        uint32_t bits, wanted;
        float made;

        if (!(q >= INT8_MIN && q <= INT8_MAX))
            return false;
        made = (float)q * scale;
        if (q == 0)
            made = 0.0f; /* an integer has no sign then */
        memcpy(&bits, &made, sizeof bits);
        memcpy(&wanted, &weights[i * step], sizeof wanted);
        if (bits != wanted)
            return false;
        integers[i * step] = (int8_t)q;
    }
    return true;
}

bool hybrid_scale(const float *weights, int64_t n, int64_t step, float *scale, int8_t *integers)
{
    float most = 0;

    for (int64_t i = 0; i < n; i++)
        most = fmaxf(most, fabsf(weights[i * step]));
    *scale = 1;
    if (most == 0)
        return is_scale(weights, n, step, *scale, integers);
    for (int32_t k = -INT8_MIN; k > 0; k--) {
        const float near = most / (float)k, tries[] = {near, nextafterf(near, INFINITY), nextafterf(near, 0)};

        for (size_t i = 0; i < COUNT(tries); i++) {
            *scale = tries[i];
            if (*scale > 0 && isfinite(*scale) && is_scale(weights, n, step, *scale, integers))
                return true;
        }
    }
    return false;
}

/* ---- layers ---- */
struct stored {
    int32_t channels;
    int8_t *integers; /* NULL: they stay floats */
    float *scales;
};

static struct stored stored_of(const struct plan *plan, const struct pair *pair, const struct step *s)
{
    const struct value *v = &plan->values[s->args[WEIGHTS]];
    const int32_t channels = (int32_t)(plan->values[s->args[BIAS]].bytes / (int64_t)sizeof(float));
    const int64_t all = v->bytes / (int64_t)sizeof(float), n = all / channels;
    struct stored stored = {channels, NULL, pool_array(plan->pool, (size_t)channels, sizeof(float))};
    int8_t *integers;
    float *floats;

    if (v->kind != VALUE_CONST || n <= (int64_t)sizeof(float)) /* else a scale takes what it saves, beside halves */
        return stored;
    integers = pool_array(plan->pool, (size_t)all, sizeof *integers);
    floats = pool_array(plan->pool, (size_t)all, sizeof *floats);
    memcpy(floats, v->data, (size_t)v->bytes);
    for (int32_t c = 0; c < channels; c++) {
        const int64_t first = pair->channels_last ? c : c * n, step = pair->channels_last ? channels : 1;

        if (!hybrid_scale(floats + first, n, step, &stored.scales[c], integers + first))
            return stored;
    }
    stored.integers = integers;
    return stored;
}

/* As in the stage `halves`. */
static bool pays(const struct plan *plan, const struct pair *pair, const struct stored stored[])
{
    const enum mote_core core = plan->target.core;
    const int64_t code =
        code_of_version(core, kernel_version_best(pair->floats, plan->target.features), plan->options.small);
    int64_t saved =
        -code_of_version(core, kernel_version_best(pair->hybrid, plan->target.features), plan->options.small);
    bool any = false, all = true;

    for (int32_t i = 0; i < plan->n_steps; i++) {
        const struct value *v = &plan->values[plan->steps[i].args[WEIGHTS]];

        if (plan->steps[i].kernel != pair->floats)
            continue;
        any = any || stored[i].integers != NULL;
        all = all && stored[i].integers != NULL;
        if (stored[i].integers != NULL)
            saved += v->bytes / 4 * 3 - stored[i].channels * (int64_t)sizeof(float);
    }
    return any && (plan->options.coding == CODING_HUFFMAN || saved + (all ? code : 0) > 0);
}

static void store(struct plan *plan, struct step *s, enum kernel_id kernel, const struct stored *stored)
{
    const struct value floats = plan->values[s->args[WEIGHTS]];
    struct lowering l = lowering_of(plan, s->op);
    int32_t *args = pool_array(plan->pool, (size_t)s->n_args + 1, sizeof *args);

    memcpy(args, s->args, BIAS * sizeof *args);
    memcpy(args + BIAS + 1, s->args + BIAS, (size_t)(s->n_args - BIAS) * sizeof *args);
    args[WEIGHTS] = lower_const(&l, floats.name, TYPE_S8, stored->integers, (size_t)floats.bytes / 4, true);
    args[BIAS] = lower_const(&l, pool_printf(plan->pool, "%s/scales", floats.name), TYPE_F32, stored->scales,
                             (size_t)stored->channels * sizeof(float), true);
    s->args = args;
    s->n_args++;
    s->kernel = kernel;
}

static void store_all(struct plan *plan, const struct pair *pair, struct stored stored[])
{
    for (int32_t i = 0; i < plan->n_steps; i++)
        if (plan->steps[i].kernel == pair->floats)
            stored[i] = stored_of(plan, pair, &plan->steps[i]);
        else
            stored[i] = (struct stored){0};
    if (!pays(plan, pair, stored))
        return;
    for (int32_t i = 0; i < plan->n_steps; i++)
        if (stored[i].integers != NULL)
            store(plan, &plan->steps[i], pair->hybrid, &stored[i]);
}

enum mote_status stage_hybrids(struct plan *plan, const struct frame *at)
{
    struct stored *stored = pool_array(plan->pool, (size_t)plan->n_steps + 1, sizeof *stored);

    (void)at;
    if (keeps_floats(plan))
        return MOTE_OK;
    for (size_t k = 0; k < COUNT(pairs); k++)
        store_all(plan, &pairs[k], stored);
    return MOTE_OK;
}

void print_hybrids(const struct plan *plan, struct text *text)
{
    for (int32_t i = 0; i < plan->n_steps; i++)
        for (size_t k = 0; k < COUNT(pairs); k++)
            if (plan->steps[i].kernel == pairs[k].hybrid)
                text_add(text, "step %d: weights of 8 bits with scales, %lld bytes\n", (int)i,
                         (long long)plan->values[plan->steps[i].args[WEIGHTS]].bytes);
}
