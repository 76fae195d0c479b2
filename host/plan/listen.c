/* SPDX-License-Identifier: Apache-2.0 */
/* The stage `listen`: what a model that listens keeps besides its own states (device/mote/listen.h) is one more state,
 * so that an arena is all that there is. */
#include <math.h>

#include "host/plan/stages.h"

#define MULTIPLIER_MAX (1 << 24)

/* What becomes a score: probabilities of 8 or 16 bits, or of floats. */
static enum mote_status find_scores(struct plan *plan, struct mote_listening *how, const struct frame *at)
{
    const struct graph *g = plan->graph;
    const struct tensor *t = &g->tensors[g->outputs[0]];
    const struct frame here = frame_tensor(at, g, g->outputs[0]);
    double multiplier;

    how->type = (uint16_t)t->type;
    if (tensor_elements(t) != how->posterior.classes)
        return fail(&here, MOTE_ERR_SHAPE, "it has %lld elements, the posterior %d classes",
                    (long long)tensor_elements(t), how->posterior.classes);
    if (t->type == TYPE_F32)
        return MOTE_OK;
    if (t->type != TYPE_S8 && t->type != TYPE_U8 && t->type != TYPE_S16)
        return fail(&here, MOTE_ERR_TYPE, "it is %s: probabilities are s8, u8, s16 or f32", type_name(t->type));
    multiplier = t->quant.n == 1 ? round(65536 * 256.0 * (double)t->quant.scale[0]) : 0;
    if (!(multiplier >= 1 && multiplier <= MULTIPLIER_MAX))
        return fail(&here, MOTE_ERR_QUANT, "it has no scale of probabilities");
    how->multiplier = (uint32_t)multiplier;
    how->zero = (int16_t)t->quant.zero[0];
    return MOTE_OK;
}

static enum mote_status find_samples(struct plan *plan, struct mote_listening *how, const struct frame *at)
{
    const struct graph *g = plan->graph;
    const struct tensor *t = &g->tensors[g->inputs[0]];
    const struct frame here = frame_tensor(at, g, g->inputs[0]);
    const int64_t n = tensor_elements(t), advance = plan->options.listen->advance;

    if (g->n_inputs != 1 || g->n_outputs != 1 || t->type != TYPE_S16)
        return fail(&here, MOTE_ERR_UNSUPPORTED,
                    "a model that listens has one input, of int16 samples, and one output");
    how->wanted = (uint32_t)n;
    if (plan->rounds.n > 0 && plan->feed.rows > 0)
        return MOTE_OK;
    if (plan->feed.rows > 0)
        return fail(&here, MOTE_ERR_USAGE, "a model that listens takes its samples as they come: no --feed");
    if (advance < 1 || advance > n)
        return fail(&here, MOTE_ERR_SHAPE, "it has %lld samples, of which %lld cannot be new", (long long)n,
                    (long long)advance);
    how->kept = (uint32_t)(n - advance);
    return MOTE_OK;
}

/* Powers of a step of n samples fit into 32 bits, and are as exact as they can be. */
static struct mote_gate gate_of(const struct gate *g, uint32_t step)
{
    const uint32_t n = step < MOTE_GATE_STEP_MAX ? step : MOTE_GATE_STEP_MAX;
    int shift = 0;

    while ((uint64_t)n << 30 >> shift > UINT32_MAX)
        shift++;
    return (struct mote_gate){.least = (uint32_t)((uint64_t)g->least * n >> shift),
                              .ratio = (uint16_t)g->ratio,
                              .hold = (uint16_t)g->hold,
                              .before = (uint8_t)g->before,
                              .shift = (uint8_t)shift};
}

enum mote_status stage_listen(struct plan *plan, const struct frame *at)
{
    const struct plan_listen *l = plan->options.listen;
    struct mote_listening how;
    uint32_t bytes;

    if (l == NULL)
        return MOTE_OK;
    how =
        (struct mote_listening){.rate = (uint32_t)l->rate, .silence = (uint32_t)l->silence, .posterior = l->posterior};
    TRY(find_samples(plan, &how, at));
    TRY(find_scores(plan, &how, at));
    plan->listening = how;
    plan->gated = l->gate.ratio > 0;
    if (plan->gated)
        plan->gate = gate_of(&l->gate, how.wanted - how.kept);
    bytes = mote_listener_bytes(&how, plan->gated ? &plan->gate : NULL);
    plan->listener = plan_value(plan, &(struct value){.kind = VALUE_STATE,
                                                      .name = "listener",
                                                      .type = TYPE_U32,
                                                      .tensor = -1,
                                                      .bytes = bytes,
                                                      .decoded = bytes,
                                                      .alias = VALUE_NONE});
    return MOTE_OK;
}

void print_listen(const struct plan *plan, struct text *text)
{
    const struct mote_listening *how = &plan->listening;

    if (plan->listener != VALUE_NONE)
        text_add(text, "%u samples an inference, %u of them of the one before, %d classes, %u bytes of state%s\n",
                 how->wanted, how->kept, how->posterior.classes,
                 mote_listener_bytes(how, plan->gated ? &plan->gate : NULL), plan->gated ? ", a gate" : "");
}
