/* SPDX-License-Identifier: Apache-2.0 */
/* The stage `channels`: where little flash is wanted, a layer's biases and multipliers are stored in few bits, and a
 * step of their own unpacks them into the arena before it. */
#include "host/coding/channels.h"
#include "host/plan/build.h"
#include "host/plan/code.h"
#include "host/plan/stages.h"
#include "mote/kernels/move/unpack_channels.h"

#define STEP_BYTES 56 /* that such a step takes besides, in an image or as C */

/* An AVR's kernels read constants from program memory alone, and C that is made for no core in particular may be for
 * one. */
static bool reads_from_anywhere(const struct plan *plan)
{
    return plan->target.core != MOTE_CORE_AVR5 && plan->target.core != MOTE_CORE_PORTABLE;
}

/* The argument of this name, a constant of int32, or -1. */
static int32_t find(const struct plan *plan, const struct step *s, const char *name)
{
    const struct mote_kernel *k = kernels[s->kernel];

    for (int32_t i = 0; i < k->n_args; i++)
        if (strcmp(k->arg_names[i], name) == 0 && k->arg[i].type == MOTE_ARG_S32 &&
            k->arg[i].role == MOTE_ROLE_WEIGHTS && plan->values[s->args[i]].kind == VALUE_CONST)
            return i;
    return -1;
}

struct layer {
    int32_t bias, mult, n; /* the arguments; channels */
    const float *scale;    /* [n] of the weights */
};

static bool is_layer(const struct plan *plan, const struct step *s, struct layer *l)
{
    const struct op *op = &plan->graph->ops[s->op];
    const struct tensor *w = op->n_in > 1 && op->in[1] >= 0 ? &plan->graph->tensors[op->in[1]] : NULL;

    *l = (struct layer){.bias = find(plan, s, "bias"), .mult = find(plan, s, "mult")};
    if (l->bias < 0 || l->mult < 0 || w == NULL)
        return false;
    l->n = (int32_t)(plan->values[s->args[l->bias]].bytes / 4);
    l->scale = w->quant.scale;
    return w->quant.n == l->n && plan->values[s->args[l->mult]].bytes == (int64_t)l->n * 4;
}

static const int32_t *numbers(const struct plan *plan, int32_t value, int32_t n)
{
    int32_t *x = pool_array(plan->pool, (size_t)n, sizeof *x);

    for (int32_t i = 0; i < n; i++)
        x[i] = (int32_t)le32(plan->values[value].data + 4 * (size_t)i);
    return x;
}

/* Bytes that packing a step's saves, not above 0 if it has nothing to be packed. */
static int32_t pack(const struct plan *plan, const struct step *s, struct layer *l, struct channels *channels)
{
    if (!is_layer(plan, s, l) || !channels_pack(plan->pool, numbers(plan, s->args[l->bias], l->n),
                                                numbers(plan, s->args[l->mult], l->n), l->scale, l->n, channels))
        return 0;
    return 8 * l->n - channels->bytes - STEP_BYTES;
}

static bool pays(const struct plan *plan)
{
    int64_t all = 0;

    for (int32_t i = 0; i < plan->n_steps; i++) {
        struct channels channels;
        struct layer layer;
        int32_t saved = pack(plan, &plan->steps[i], &layer, &channels);

        all += saved > 0 ? saved : 0;
    }
    return all > code_of_version(plan->target.core, kernel_version_first(KERNEL_unpack_channels), true);
}

static int32_t unpacked(struct plan *plan, const char *name, int32_t n)
{
    return plan_value(plan, &(struct value){.kind = VALUE_ACTIVATION,
                                            .name = name,
                                            .type = TYPE_S32,
                                            .tensor = -1,
                                            .bytes = (int64_t)n * 4,
                                            .alias = VALUE_NONE});
}

/* Adds the step that makes what biases and multipliers were. */
static enum mote_status unpack(struct plan *plan, struct step *s, const struct layer *layer,
                               const struct channels *channels, const struct frame *at)
{
    const struct mote_unpack_channels p = {.n = layer->n, .bias_bits = channels->bias_bits};
    struct lowering l = lowering_of(plan, s->op);
    const int32_t args[] = {
        lower_const(&l, "channels", TYPE_U8, channels->data, (size_t)channels->bytes, true),
        s->args[layer->bias] = unpacked(plan, "bias", layer->n),
        s->args[layer->mult] = unpacked(plan, "mult", layer->n),
    };

    return lower_step(&l, KERNEL_unpack_channels, &p, args, at);
}

enum mote_status stage_channels(struct plan *plan, const struct frame *at)
{
    const struct plan before = *plan;

    if (plan->options.optimize != OPTIMIZE_FLASH || !reads_from_anywhere(plan) || !pays(plan))
        return MOTE_OK;
    plan->steps = NULL;
    plan->n_steps = 0;
    for (int32_t i = 0; i < before.n_steps; i++) {
        struct step *s = &before.steps[i];
        struct channels channels;
        struct layer layer;

        if (pack(plan, s, &layer, &channels) > 0)
            TRY(unpack(plan, s, &layer, &channels, at));
        plan->steps = pool_grow(plan->pool, plan->steps, (size_t)plan->n_steps, sizeof *plan->steps);
        plan->steps[plan->n_steps++] = *s;
    }
    return MOTE_OK;
}

void print_channels(const struct plan *plan, struct text *text)
{
    for (int32_t i = 0; i < plan->n_steps; i++) {
        const struct step *s = &plan->steps[i];
        const struct mote_unpack_channels *p = (const void *)s->params;

        if (s->kernel == KERNEL_unpack_channels)
            text_add(text, "step %d: %d channels in %lld bytes, %d bits a bias\n", (int)i, (int)p->n,
                     (long long)plan->values[s->args[0]].bytes, (int)p->bias_bits);
    }
}
