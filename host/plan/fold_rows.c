/* SPDX-License-Identifier: Apache-2.0 */
/* The stage `fold_rows`: a fully connected layer over an image whose rows come one by one takes them so, and keeps a
 * sum an output instead of the image. */
#include "host/plan/rows.h"
#include "host/plan/stages.h"
#include "mote/kernels/dense/fully_connected_rows_s8.h"
#include "mote/kernels/dense/fully_connected_s8.h"

/* Rows in which a value is written, by one step before `step`; else 1. */
static int32_t rows_written(const struct plan *plan, int32_t value, int32_t step)
{
    int32_t rows = 1, writers = 0;

    for (int32_t i = 0; i < step; i++) {
        const struct step *s = &plan->steps[i];

        for (int32_t k = 0; k < s->n_args; k++)
            if (kernels[s->kernel]->arg[k].role == MOTE_ROLE_OUT && value_root(plan, s->args[k]) == value) {
                rows = rows_of_arg(plan, s, k);
                writers++;
            }
    }
    return writers == 1 && rows > 0 ? rows : 1;
}

/* The sums and a row take less than all rows. */
static bool pays(const struct mote_fully_connected_s8 *p, int32_t rows)
{
    return 4 * (int64_t)p->out_c + p->in_len / rows < p->in_len;
}

/* Not where only whole inputs have a version for the target's instructions. */
static bool is_fast(const struct plan *plan)
{
    const uint32_t features = plan->target.features;

    return kernel_version_best(KERNEL_fully_connected_rows_s8, features)->features != 0 ||
           kernel_version_best(KERNEL_fully_connected_s8, features)->features == 0;
}

/* A step in the place of step i. */
static enum mote_status fold(struct plan *plan, int32_t i, int32_t rows, const struct frame *at)
{
    const struct step s = plan->steps[i];
    const struct mote_fully_connected_s8 *whole = (const void *)s.params;
    struct mote_fully_connected_rows_s8 p = {.in_h = rows,
                                             .in_len = whole->in_len / rows,
                                             .out_c = whole->out_c,
                                             .weights_zero = whole->weights_zero,
                                             .out_zero = whole->out_zero,
                                             .lo = whole->lo,
                                             .hi = whole->hi,
                                             .per_channel = whole->per_channel};
    const int32_t sums = plan_scratch(plan, TYPE_S32, ((size_t)p.out_c + 3) / 4 * 16);
    const int32_t args[] = {s.args[0], s.args[1], s.args[2], s.args[3], s.args[4], sums, s.args[5]};
    struct lowering l = {.model = plan->model, .graph = plan->graph, .plan = plan, .op = s.op};

    TRY(lower_step(&l, KERNEL_fully_connected_rows_s8, &p, args, at));
    plan->steps[i] = plan->steps[--plan->n_steps];
    return MOTE_OK;
}

enum mote_status stage_fold_rows(struct plan *plan, const struct frame *at)
{
    for (int32_t i = 0; i < plan->n_steps && is_fast(plan); i++) {
        const struct step *s = &plan->steps[i];
        const struct mote_fully_connected_s8 *p = (const void *)s->params;
        int32_t rows;

        if (s->kernel != KERNEL_fully_connected_s8 || p->rows > 1)
            continue;
        rows = rows_written(plan, value_root(plan, s->args[0]), i);
        if (rows > 1 && p->in_len % rows == 0 && pays(p, rows))
            TRY(fold(plan, i, rows, at));
    }
    return MOTE_OK;
}

void print_fold_rows(const struct plan *plan, struct text *text)
{
    for (int32_t i = 0; i < plan->n_steps; i++)
        for (int32_t k = 0; k < kernels[plan->steps[i].kernel]->n_args; k++)
            if (kernels[plan->steps[i].kernel]->arg[k].role == MOTE_ROLE_SUMS)
                text_add(text, "step %d: %s folds %d rows, sums of %lld bytes\n", (int)i,
                         kernels[plan->steps[i].kernel]->name, (int)plan->steps[i].rows,
                         (long long)plan->values[plan->steps[i].args[k]].bytes);
}
