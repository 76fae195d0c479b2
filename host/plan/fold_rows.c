/* SPDX-License-Identifier: Apache-2.0 */
/* The stage `fold_rows`: a fully connected layer over an image whose rows come one by one takes them so, and keeps a
 * sum an output instead of the image. */
#include "host/plan/build.h"
#include "host/plan/rounds.h"
#include "host/plan/rows.h"
#include "host/plan/stages.h"
#include "mote/kernels/dense/fully_connected_f32.h"
#include "mote/kernels/dense/fully_connected_rows_f32.h"
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

/* Not where only whole inputs have a version for the target's instructions. */
static bool is_fast(const struct plan *plan, enum kernel_id whole, enum kernel_id by_rows)
{
    const uint32_t features = plan->target.features;

    return kernel_version_best(by_rows, features)->features != 0 || kernel_version_best(whole, features)->features == 0;
}

/* A step in the place of step i. */
static enum mote_status replace(struct plan *plan, int32_t i, enum kernel_id kernel, const void *params,
                                const int32_t *args, const struct frame *at)
{
    struct lowering l = lowering_of(plan, plan->steps[i].op);

    assert(i >= 0 && i < plan->n_steps);
    TRY(lower_step(&l, kernel, params, args, at));
    plan->steps[i] = plan->steps[--plan->n_steps];
    return MOTE_OK;
}

static enum mote_status fold_s8(struct plan *plan, int32_t i, int32_t rows, const struct frame *at)
{
    const struct step s = plan->steps[i];
    const struct mote_fully_connected_s8 *whole = (const void *)s.params;
    const struct mote_fully_connected_rows_s8 p = {.batch = 1,
                                                   .in_h = rows,
                                                   .in_len = whole->in_len / rows,
                                                   .out_c = whole->out_c,
                                                   .weights_zero = whole->weights_zero,
                                                   .out_zero = whole->out_zero,
                                                   .lo = whole->lo,
                                                   .hi = whole->hi,
                                                   .per_channel = whole->per_channel};
    const int32_t sums = plan_scratch(plan, TYPE_S32, ((size_t)p.out_c + 3) / 4 * 16);
    const int32_t args[] = {s.args[0], s.args[1], s.args[2], s.args[3], s.args[4], sums, s.args[5]};

    assert(rows > 1 && whole->in_len % rows == 0 && whole->rows == 1);
    return replace(plan, i, KERNEL_fully_connected_rows_s8, &p, args, at);
}

static enum mote_status fold_f32(struct plan *plan, int32_t i, int32_t rows, const struct frame *at)
{
    const struct step s = plan->steps[i];
    const struct mote_fully_connected_f32 *whole = (const void *)s.params;
    const struct mote_fully_connected_rows_f32 p = {.batch = 1,
                                                    .in_h = rows,
                                                    .in_len = whole->in_len / rows,
                                                    .out_c = whole->out_c,
                                                    .lo = whole->lo,
                                                    .hi = whole->hi};
    const int32_t sums = plan_scratch(plan, TYPE_F32, (size_t)p.out_c * sizeof(float));
    const int32_t args[] = {s.args[0], s.args[1], s.args[2], sums, s.args[3]};

    assert(rows > 1 && whole->in_len % rows == 0 && whole->rows == 1);
    return replace(plan, i, KERNEL_fully_connected_rows_f32, &p, args, at);
}

/* A layer of one input: so many rows of it are written, and bytes of a row and the sums are fewer than of all rows. */
static bool pays(const struct plan *plan, int32_t i, int32_t in_len, int32_t out_c, int64_t size, int32_t *rows)
{
    *rows = rows_written(plan, value_root(plan, plan->steps[i].args[0]), i);
    return *rows > 1 && in_len % *rows == 0 &&
           (plan->options.stream || 4 * (int64_t)out_c + size * (in_len / *rows) < size * in_len);
}

bool fold_rows_can(const struct plan *plan, int32_t step, bool slowly)
{
    const struct mote_fully_connected_s8 *s8 = (const void *)plan->steps[step].params;
    const struct mote_fully_connected_f32 *f32 = (const void *)plan->steps[step].params;

    switch (plan->steps[step].kernel) {
    case KERNEL_fully_connected_s8:
        return s8->rows == 1 && (slowly || is_fast(plan, KERNEL_fully_connected_s8, KERNEL_fully_connected_rows_s8));
    case KERNEL_fully_connected_f32:
        return f32->rows == 1 && (slowly || is_fast(plan, KERNEL_fully_connected_f32, KERNEL_fully_connected_rows_f32));
    default:
        return false;
    }
}

enum mote_status fold_rows_make(struct plan *plan, int32_t step, int32_t rows, const struct frame *at)
{
    return plan->steps[step].kernel == KERNEL_fully_connected_s8 ? fold_s8(plan, step, rows, at)
                                                                 : fold_f32(plan, step, rows, at);
}

static enum mote_status fold_step(struct plan *plan, int32_t i, const struct frame *at)
{
    const struct mote_fully_connected_s8 *s8 = (const void *)plan->steps[i].params;
    const struct mote_fully_connected_f32 *f32 = (const void *)plan->steps[i].params;
    const bool is_s8 = plan->steps[i].kernel == KERNEL_fully_connected_s8;
    int32_t rows;

    if (!fold_rows_can(plan, i, plan->options.stream) ||
        !pays(plan, i, is_s8 ? s8->in_len : f32->in_len, is_s8 ? s8->out_c : f32->out_c,
              is_s8 ? 1 : (int64_t)sizeof(float), &rows))
        return MOTE_OK;
    return fold_rows_make(plan, i, rows, at);
}

enum mote_status stage_fold_rows(struct plan *plan, const struct frame *at)
{
    for (int32_t i = 0; i < plan->n_steps && plan->options.optimize != OPTIMIZE_FLASH && !plan_has_blocks(plan); i++)
        TRY(fold_step(plan, i, at));
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
