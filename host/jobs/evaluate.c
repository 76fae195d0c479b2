/* SPDX-License-Identifier: Apache-2.0 */
#include "host/jobs/evaluate.h"

#include "host/jobs/splits.h"
#include "host/run/image_view.h"

/* ---- what is to be done ---- */
static enum mote_status open_model(struct evaluated *e)
{
    TRY(runner_open_on(e->pool, e->p->image, e->options->machine, &e->runner, e->file));
    TRY(want_whole_input(&e->runner.model, e->file));
    e->input_bytes = runner_input_bytes(&e->runner);
    e->output_bytes = runner_output_bytes(&e->runner);
    e->preprocess = image_preprocess(&e->runner.model);
    return MOTE_OK;
}

static const int32_t *all_samples(struct pool *pool, int32_t n)
{
    int32_t *all = pool_array(pool, (size_t)n, sizeof *all);

    for (int32_t i = 0; i < n; i++)
        all[i] = i;
    return all;
}

static void limit_samples(struct evaluated *e)
{
    int32_t n = e->options->limit, *some;

    if (n == 0 || n >= e->n)
        return;
    if (e->options->spread) {
        some = pool_array(e->pool, (size_t)n, sizeof *some);
        for (int32_t i = 0; i < n; i++)
            some[i] = e->samples[(int64_t)i * e->n / n];
        e->samples = some;
    }
    e->n = n;
}

static enum mote_status choose_samples(struct evaluated *e)
{
    static const char *const words[] = {
        [SPLIT_TRAIN] = "train", [SPLIT_VALIDATION] = "validation", [SPLIT_TEST] = "test", [SPLIT_COUNT] = "all"};
    const enum split split = e->options->split;
    const struct dataset *d = &e->data;
    const bool all = split == SPLIT_COUNT;

    e->n = all ? d->n : d->n_split[split];
    if (e->n == 0)
        return fail(&e->data_file, MOTE_ERR_VALUE,
                    "its %s split is empty%s (train has %d samples, validation %d, test %d); --split chooses another",
                    words[split], split_known(e->p) ? ", as the model remembers it" : "", d->n_split[SPLIT_TRAIN],
                    d->n_split[SPLIT_VALIDATION], d->n_split[SPLIT_TEST]);
    e->samples = all ? all_samples(e->pool, d->n) : d->split[split];
    limit_samples(e);
    return MOTE_OK;
}

/* Bytes of unknown type are all inputs of a model, one after the other. */
static enum mote_status check_inputs(const struct evaluated *e)
{
    const struct mote_model *m = &e->runner.model;
    struct mote_io io;

    if (mote_model_inputs(m) == 1 && mote_model_input(m, 0, &io) == MOTE_OK)
        return dataset_fits(&e->data, &io, &e->preprocess, &e->data_file);
    if (!e->data.raw)
        return fail(e->file, MOTE_ERR_VALUE,
                    "the model has %d inputs, samples of such data are one: a folder with y_labels.csv, whose files "
                    "are all inputs one after the other, is taken, or `mote run` with an --input for each",
                    mote_model_inputs(m));
    io = (struct mote_io){.type = TYPE_U8, .bytes = (uint32_t)e->input_bytes};
    return dataset_fits(&e->data, &io, NULL, &e->data_file);
}

static enum mote_status open_data(struct evaluated *e)
{
    const char *specification = e->options->data;
    struct judged what = {
        .data = &e->data, .preprocess = &e->preprocess, .model_at = e->file, .data_at = &e->data_file};

    e->data_file = (struct frame){.name = specification, .index = -1, .sink = e->file->sink};
    what.task = image_task(&e->runner.model);
    TRY(judge_choose(&e->options->judge, &what));
    if (e->options->opened != NULL)
        e->data = *e->options->opened;
    else
        TRY(split_open(e->pool, specification, e->p, what.task.kind, e->options->max_bytes, &e->data, &e->data_file));
    TRY(choose_samples(e));
    what.samples = e->samples;
    what.n = e->n;
    TRY(judge_open(e->pool, &e->runner.model, &what, &e->judge));
    return check_inputs(e);
}

/* ---- samples that run elsewhere ---- */
struct bytes evaluated_inputs(const struct evaluated *e, bool raw)
{
    const struct dataset *d = &e->data;
    const size_t bytes = raw ? (size_t)d->elements * (size_t)type_bits(d->type) / 8 : e->input_bytes;
    uint8_t *all = pool_array(e->pool, (size_t)e->n, bytes);
    struct mote_io io = {.bytes = 0};

    mote_model_input(&e->runner.model, 0, &io);
    for (int32_t i = 0; i < e->n; i++)
        if (raw)
            memcpy(all + (size_t)i * bytes, d->samples + (size_t)e->samples[i] * bytes, bytes);
        else
            dataset_input(d, e->samples[i], &io, &e->preprocess, all + (size_t)i * bytes);
    return (struct bytes){all, (size_t)e->n * bytes};
}

static enum mote_status run_elsewhere(struct evaluated *e)
{
    struct bytes outputs = {NULL, 0};
    struct mote_io out;

    TRY(e->options->run(e->options->context, e, &outputs));
    if (outputs.size != (size_t)e->n * e->output_bytes)
        return fail(e->file, MOTE_ERR_ENVIRONMENT, "the emulated board wrote %zu bytes of outputs, not %zu",
                    outputs.size, (size_t)e->n * e->output_bytes);
    mote_model_output(&e->runner.model, 0, &out);
    out.data = pool_alloc(e->pool, out.bytes); /* aligned, wherever the outputs of several types lie */
    for (int32_t i = 0; i < e->n; i++) {
        memcpy(out.data, outputs.data + (size_t)i * e->output_bytes, out.bytes);
        judge_see(&e->judge, i, &out);
    }
    judge_end(&e->judge);
    return MOTE_OK;
}

/* ---- all of it ---- */
enum mote_status evaluate_run(struct pool *pool, const struct evaluate_options *options, const struct pipeline *p,
                              struct evaluated *out, const struct frame *file)
{
    *out = (struct evaluated){.pool = pool, .options = options, .p = p, .file = file};
    TRY(open_model(out));
    TRY(open_data(out));
    if (options->run != NULL)
        return run_elsewhere(out);
    return judge_image(&out->judge, p->image, options->machine, options->threads, "samples");
}

enum mote_status evaluated_write(const struct evaluated *e, const char *path)
{
    struct frame here = {.name = path, .index = -1, .sink = e->file->sink};
    struct text t = {.pool = e->pool};

    for (int32_t i = 0; i < e->n; i++)
        judge_prediction(&e->judge, i, &t);
    return file_write(path, t.s, t.len, &here);
}
