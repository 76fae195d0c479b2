/* SPDX-License-Identifier: Apache-2.0 */
/* Convolutions of single pixels, of which a round has few: fully connected layers take fewer instructions. */
#include "host/plan/build.h"
#include "host/plan/flow.h"
#include "host/plan/rounds.h"
#include "host/plan/stages.h"
#include "mote/kernels/conv/conv_2d_s8.h"
#include "mote/kernels/dense/fully_connected_s8.h"
#include "mote/kernels/move/copy.h"

/* Of single pixels that nobody else reads: a fully connected layer. */
static bool is_narrow(const struct plan *plan, const struct step *s)
{
    const struct mote_conv_2d_s8 *p = (const void *)s->params;
    int32_t readers = 0;

    if (s->kernel != KERNEL_conv_2d_s8 || p->batch != 1 || p->kernel_h != 1 || p->kernel_w != 1 || p->in_w != 1 ||
        p->out_w != 1 || p->stride_h != 1 || p->filter_c != p->in_c || p->pad_top != 0 || p->pad_left != 0)
        return false;
    for (int32_t i = 0; i < plan->n_steps; i++)
        for (int32_t k = 0; k < plan->steps[i].n_args; k++)
            readers += !step_writes(&plan->steps[i], k) &&
                       value_root(plan, plan->steps[i].args[k]) == value_root(plan, s->args[0]);
    return readers == 1;
}

/* Of one output pixel that sees all of the input. */
static bool is_whole(const struct step *s)
{
    const struct mote_conv_2d_s8 *p = (const void *)s->params;

    return s->kernel == KERNEL_conv_2d_s8 && p->batch == 1 && p->out_h == 1 && p->out_w == 1 &&
           p->kernel_h == p->in_h && p->kernel_w == p->in_w && p->dilation_h == 1 && p->dilation_w == 1 &&
           p->filter_c == p->in_c && p->pad_top == 0 && p->pad_left == 0;
}

/* The layer, and where its rows go: its kernel knows no ring. */
static enum mote_status put_layer(struct plan *plan, const struct step *s, const struct frame *at)
{
    const struct mote_conv_2d_s8 *conv = (const void *)s->params;
    const struct mote_fully_connected_s8 p = {.rows = conv->out_h,
                                              .in_len = conv->kernel_h * conv->kernel_w * conv->in_c,
                                              .out_c = conv->out_c,
                                              .out_zero = conv->out_zero,
                                              .lo = conv->lo,
                                              .hi = conv->hi,
                                              .per_channel = conv->per_channel};
    const struct mote_copy move = {.rows = conv->out_h, .row_bytes = conv->out_c};
    struct lowering l = lowering_of(plan, s->op);
    int32_t args[] = {s->args[0], s->args[1], s->args[2], s->args[3], s->args[4], s->args[6]}, moved[2];

    if (conv->out_h == 1)
        return lower_step(&l, KERNEL_fully_connected_s8, &p, args, at);
    moved[1] = args[5];
    moved[0] = args[5] = plan_value(plan, &(struct value){.kind = VALUE_ACTIVATION,
                                                          .name = "new row",
                                                          .type = TYPE_S8,
                                                          .tensor = -1,
                                                          .bytes = plan->values[s->args[6]].decoded,
                                                          .alias = VALUE_NONE});
    TRY(lower_step(&l, KERNEL_fully_connected_s8, &p, args, at));
    return lower_step(&l, KERNEL_copy, &move, moved, at);
}

/* Where its kernel has a version: that takes four outputs at a time, and a convolution four pixels. */
enum mote_status rounds_narrow(struct plan *plan, const bool *whole, const struct frame *at)
{
    const struct plan before = *plan;

    if (before.n_steps <= 0 || kernel_version_best(KERNEL_fully_connected_s8, plan->target.features)->features == 0)
        return MOTE_OK;
    plan->steps = NULL;
    plan->n_steps = 0;
    for (int32_t i = 0; i < before.n_steps; i++) {
        if (is_narrow(&before, &before.steps[i]) || (whole != NULL && whole[i] && is_whole(&before.steps[i]))) {
            TRY(put_layer(plan, &before.steps[i], at));
            continue;
        }
        plan->steps = pool_grow(plan->pool, plan->steps, (size_t)plan->n_steps, sizeof *plan->steps);
        plan->steps[plan->n_steps++] = before.steps[i];
    }
    return MOTE_OK;
}
