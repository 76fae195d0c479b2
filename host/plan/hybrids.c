/* SPDX-License-Identifier: Apache-2.0 */
/* The stage `hybrids`: a float layer whose weights all are a scale of their channel times an integer of 8 bits, as
 * those of hybrid models, stores the integers and the scales. The kernel makes the same floats of them again, so
 * that nothing else changes; and since values tell, neither importers nor passes know of it. */
#include <math.h>

#include "host/plan/build.h"
#include "host/plan/code.h"
#include "host/plan/hybrids.h"
#include "host/plan/stages.h"

/* Arguments of all these kernels: weights, one tensor or two, then the bias. Scales are behind their weights. */
enum { WEIGHTS = 1, TENSORS_MAX = 2 };

/* Kernels with the same parameters and arguments, but for the weights' type and their scales. */
static const struct pair {
    enum kernel_id floats, hybrid;
    int tensors;        /* of weights */
    bool channels_last; /* of the weights */
} pairs[] = {
    {KERNEL_conv_2d_f32, KERNEL_conv_2d_hybrid, 1, false},
    {KERNEL_depthwise_conv_2d_f32, KERNEL_depthwise_conv_2d_hybrid, 1, true},
    {KERNEL_fully_connected_f32, KERNEL_fully_connected_hybrid, 1, false},
    {KERNEL_fully_connected_rows_f32, KERNEL_fully_connected_rows_hybrid, 1, false},
    {KERNEL_recurrent_f32, KERNEL_recurrent_hybrid, 2, false},
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
struct integers {
    int8_t *values;
    float *scales;
};

struct stored {
    int32_t channels;
    bool are; /* integers; else they stay floats */
    struct integers of[TENSORS_MAX];
};

/* Of all a layer's weights on one input. */
static bool make_integers(const struct plan *plan, const struct pair *pair, const struct value *v, int32_t channels,
                          struct integers *out)
{
    const int64_t all = v->bytes / (int64_t)sizeof(float), n = all / channels;
    float *floats = pool_array(plan->pool, (size_t)all, sizeof *floats);

    out->scales = pool_array(plan->pool, (size_t)channels, sizeof *out->scales);
    out->values = pool_array(plan->pool, (size_t)all, sizeof *out->values);
    memcpy(floats, v->data, (size_t)v->bytes);
    for (int32_t c = 0; c < channels; c++) {
        const int64_t first = pair->channels_last ? c : c * n, step = pair->channels_last ? channels : 1;

        if (!hybrid_scale(floats + first, n, step, &out->scales[c], out->values + first))
            return false;
    }
    return true;
}

/* `apart`: 2 with scales between them. */
static int64_t bytes_of_weights(const struct plan *plan, const struct pair *pair, const struct step *s, int apart)
{
    int64_t bytes = 0;

    for (int k = 0; k < pair->tensors; k++)
        bytes += plan->values[s->args[WEIGHTS + k * apart]].bytes;
    return bytes;
}

static int64_t bytes_of_scales(const struct pair *pair, const struct stored *s)
{
    return s->channels * (int64_t)sizeof(float) * pair->tensors;
}

static struct stored stored_of(const struct plan *plan, const struct pair *pair, const struct step *s)
{
    const int64_t bias = plan->values[s->args[WEIGHTS + pair->tensors]].bytes;
    struct stored stored = {.channels = (int32_t)(bias / (int64_t)sizeof(float)), .are = true};

    /* else a scale takes what it saves, beside halves */
    stored.are = bytes_of_weights(plan, pair, s, 1) > (int64_t)sizeof(float) * bytes_of_scales(pair, &stored);
    for (int k = 0; k < pair->tensors; k++) {
        const struct value *v = &plan->values[s->args[WEIGHTS + k]];

        stored.are =
            stored.are && v->kind == VALUE_CONST && make_integers(plan, pair, v, stored.channels, &stored.of[k]);
    }
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
    bool any = false, all = true, *changes = pool_array(plan->pool, (size_t)plan->n_steps + 1, sizeof *changes);

    for (int32_t i = 0; i < plan->n_steps; i++)
        changes[i] = stored[i].are;
    for (int32_t i = 0; i < plan->n_steps; i++) {
        if (plan->steps[i].kernel != pair->floats)
            continue;
        any = any || changes[i];
        all = all && changes[i];
        for (int k = 0; changes[i] && k < pair->tensors; k++) {
            const int64_t bytes = plan->values[plan->steps[i].args[WEIGHTS + k]].bytes;

            saved +=
                constant_saves(plan, changes, i, WEIGHTS + k, bytes / 4 + stored[i].channels * (int64_t)sizeof(float));
        }
    }
    return any && (plan->options.coding == CODING_HUFFMAN || saved + (all ? code : 0) > 0);
}

static void store(struct plan *plan, struct step *s, const struct pair *pair, const struct stored *stored)
{
    struct lowering l = lowering_of(plan, s->op);
    int32_t *args = pool_array(plan->pool, (size_t)s->n_args + (size_t)pair->tensors, sizeof *args);
    int32_t n = WEIGHTS;

    memcpy(args, s->args, WEIGHTS * sizeof *args);
    for (int k = 0; k < pair->tensors; k++) {
        const struct value floats = plan->values[s->args[WEIGHTS + k]];

        args[n++] = lower_const(&l, floats.name, TYPE_S8, stored->of[k].values, (size_t)floats.bytes / 4, true);
        args[n++] = lower_const(&l, pool_printf(plan->pool, "%s/scales", floats.name), TYPE_F32, stored->of[k].scales,
                                (size_t)stored->channels * sizeof(float), true);
    }
    memcpy(args + n, s->args + WEIGHTS + pair->tensors, (size_t)(s->n_args - WEIGHTS - pair->tensors) * sizeof *args);
    s->args = args;
    s->n_args += pair->tensors;
    s->kernel = pair->hybrid;
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
        if (stored[i].are)
            store(plan, &plan->steps[i], pair, &stored[i]);
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
                         (long long)bytes_of_weights(plan, &pairs[k], &plan->steps[i], 2));
}
