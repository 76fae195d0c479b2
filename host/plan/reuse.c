/* SPDX-License-Identifier: Apache-2.0 */
/* The stage `reuse`: where code is to be small, fully connected layers are convolutions of one pixel if the model has
 * convolutions anyway, whose kernel then does both. */
#include "host/plan/build.h"
#include "host/plan/stages.h"
#include "mote/kernels/conv/conv_2d_s8.h"
#include "mote/kernels/dense/fully_connected_s8.h"

static bool has(const struct plan *plan, enum kernel_id kernel)
{
    for (int32_t i = 0; i < plan->n_steps; i++)
        if (plan->steps[i].kernel == kernel)
            return true;
    return false;
}

static const struct mote_fully_connected_s8 *layer(const struct step *s)
{
    return s->kernel == KERNEL_fully_connected_s8 ? (const void *)s->params : NULL;
}

/* Convolutions do as much: their sizes have a bound, their weights no zero point. */
static bool is_convolution(const struct mote_fully_connected_s8 *p)
{
    return p->weights_zero == 0 && p->rows <= MOTE_DIM_MAX && p->in_len <= MOTE_DIM_MAX && p->out_c <= MOTE_DIM_MAX;
}

/* Zeros that nobody reads: the longest that are there. */
static int32_t some_zeros(struct lowering *l, int32_t bytes)
{
    const struct plan *plan = l->plan;
    int32_t longest = VALUE_NONE, zero = 0;

    for (int32_t i = 0; i < (int32_t)COUNT(plan->zeros); i++)
        if (plan->zeros[i] != VALUE_NONE &&
            (longest == VALUE_NONE || plan->values[plan->zeros[i]].bytes > plan->values[longest].bytes)) {
            longest = plan->zeros[i];
            zero = INT8_MIN + i;
        }
    return lower_zeros_s8(l, zero, (size_t)bytes);
}

/* The rows are those of a picture one pixel wide. */
static enum mote_status convolve(struct plan *plan, int32_t i, const struct frame *at)
{
    const struct step s = plan->steps[i];
    const struct mote_fully_connected_s8 *whole = layer(&s);
    const struct mote_conv_2d_s8 p = {.batch = 1,
                                      .in_h = whole->rows,
                                      .in_w = 1,
                                      .in_c = whole->in_len,
                                      .out_h = whole->rows,
                                      .out_w = 1,
                                      .out_c = whole->out_c,
                                      .kernel_h = 1,
                                      .kernel_w = 1,
                                      .stride_h = 1,
                                      .stride_w = 1,
                                      .filter_c = whole->in_len,
                                      .dilation_h = 1,
                                      .dilation_w = 1,
                                      .out_zero = whole->out_zero,
                                      .lo = whole->lo,
                                      .hi = whole->hi,
                                      .per_channel = whole->per_channel};
    struct lowering l = lowering_of(plan, s.op);
    const int32_t args[] = {s.args[0], s.args[1], s.args[2], s.args[3], s.args[4], some_zeros(&l, p.in_c), s.args[5]};

    assert(whole != NULL && is_convolution(whole));
    TRY(lower_step(&l, KERNEL_conv_2d_s8, &p, args, at));
    plan->steps[i] = plan->steps[--plan->n_steps];
    return MOTE_OK;
}

enum mote_status stage_reuse(struct plan *plan, const struct frame *at)
{
    bool all = plan->options.small && has(plan, KERNEL_conv_2d_s8);

    for (int32_t i = 0; i < plan->n_steps; i++)
        all &= layer(&plan->steps[i]) == NULL || is_convolution(layer(&plan->steps[i]));
    for (int32_t i = 0; i < plan->n_steps && all; i++)
        if (layer(&plan->steps[i]) != NULL)
            TRY(convolve(plan, i, at));
    return MOTE_OK;
}

void print_reuse(const struct plan *plan, struct text *text)
{
    for (int32_t i = 0; i < plan->n_steps; i++)
        text_add(text, "step %d: %s\n", (int)i, kernels[plan->steps[i].kernel]->name);
}
