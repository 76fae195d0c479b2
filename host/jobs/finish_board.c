/* SPDX-License-Identifier: Apache-2.0 */
#include "host/jobs/finish_board.h"

static enum mote_status quantize(struct finished *f, struct pool *pool, const struct train *t,
                                 const struct progress *progress)
{
    f->job = (struct quantize_job){.data = t->data_file.name,
                                   .opened = &t->data,
                                   .threads = t->options.threads,
                                   .progress = progress,
                                   .judge = {.progress = progress, .at = &f->real_file}};
    TRY(pipeline_load(pool, f->real_file.name, &f->real, &f->real_file));
    TRY(quantize_run(pool, &f->job, &f->real, &f->quantized, &f->real_file));
    return quantize_write(&f->quantized, f->path);
}

/* Some seconds' worth of samples. */
int32_t finish_samples(const struct pipeline *p)
{
    int64_t macs = p->macs_executed > 0 ? p->macs_executed : 1, n = FINISH_MACS / macs;

    return (int32_t)(n < 10 ? 10 : n > 2000 ? 2000 : n);
}

static enum mote_status run(struct finished *f, struct pool *pool, const struct train *t, const struct target *target,
                            const struct progress *progress)
{
    const struct pipeline_options options = {.target = target};

    TRY(pipeline_load(pool, f->path, &f->compiled, &f->file));
    TRY(pipeline_compile(&f->compiled, &options, &f->file));
    TRY(measure_open(pool, &f->compiled, !board_takes(target->board, BOARD_IMAGE), &f->measure, &f->file));
    f->measure.progress = progress;
    f->options = (struct evaluate_options){.data = t->data_file.name,
                                           .opened = &t->data,
                                           .split = t->split,
                                           .limit = finish_samples(&f->compiled),
                                           .spread = true,
                                           .threads = t->options.threads,
                                           .judge = {.progress = progress, .at = &f->file}};
    return evaluate_on_board(pool, &f->options, &f->compiled, &f->measure, &f->evaluated, &f->file);
}

enum mote_status finish_here(struct pool *pool, const struct train *t, const struct progress *progress,
                             struct finished *out, const struct frame *at)
{
    *out = (struct finished){.path = train_path(t, FINISH_MODEL)};
    out->real_file = (struct frame){.name = train_path(t, TRAIN_MODEL), .index = -1, .sink = at->sink};
    out->file = (struct frame){.name = out->path, .index = -1, .sink = at->sink};
    return quantize(out, pool, t, progress);
}

enum mote_status finish_on_board(struct pool *pool, const struct train *t, const struct target *target,
                                 const struct progress *progress, struct finished *out, const struct frame *at)
{
    assert(target->board != NULL);
    TRY(finish_here(pool, t, progress, out, at));
    return run(out, pool, t, target, progress);
}
