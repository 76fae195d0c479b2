/* SPDX-License-Identifier: Apache-2.0 */
#include "host/jobs/validate_board.h"

#include <math.h>
#include <stdlib.h>

#include "host/data/dataset.h"
#include "host/run/image_view.h"

#define PATTERNS 10

struct validation {
    struct pool *pool;
    const struct validate_options *options;
    struct runner runner;
    struct dataset data;
    struct preprocess preprocess;
    struct mote_io input;
    enum sample_kind kind;
    struct device device;
    uint8_t *inputs, *sample, *want, *got;
    size_t input_bytes, output_bytes;
    double *microseconds; /* [n] of an inference */
    struct validated *out;
};

static enum mote_status open_data(struct validation *v, const struct frame *file)
{
    const struct validate_options *o = v->options;
    const struct dataset_options how = {.max_bytes = o->max_bytes};
    struct frame data = {.name = o->data, .index = -1, .sink = file->sink};

    v->out->n = o->limit > 0 ? o->limit : PATTERNS;
    if (o->data == NULL)
        return MOTE_OK;
    if (mote_model_inputs(&v->runner.model) != 1)
        return fail(file, MOTE_ERR_UNSUPPORTED,
                    "the model has %d inputs; --data is for models with one: without it "
                    "samples are patterns",
                    (int)mote_model_inputs(&v->runner.model));
    TRY(dataset_open_input(v->pool, o->data, &v->input, &how, &v->data, &data));
    TRY(dataset_fits(&v->data, &v->input, &v->preprocess, &data));
    v->out->n = o->limit > 0 && o->limit < v->data.n ? o->limit : v->data.n;
    return MOTE_OK;
}

static enum mote_status open_model(struct validation *v, const struct pipeline *p, const struct frame *file)
{
    TRY(runner_open(v->pool, p->image, &v->runner, file));
    TRY(want_whole_input(&v->runner.model, file));
    mote_model_input(&v->runner.model, 0, &v->input);
    v->preprocess = image_preprocess(&v->runner.model);
    v->input_bytes = runner_input_bytes(&v->runner);
    v->output_bytes = runner_output_bytes(&v->runner);
    v->inputs = pool_alloc(v->pool, v->input_bytes);
    v->sample = pool_alloc(v->pool, v->input_bytes * sizeof(float));
    v->want = pool_alloc(v->pool, v->output_bytes);
    v->got = pool_alloc(v->pool, v->output_bytes);
    return MOTE_OK;
}

/* What the device takes is one of the kinds of this model, or it has another model. */
static enum mote_status find_kind(struct validation *v, const struct frame *at)
{
    for (v->kind = SAMPLE_TENSORS; v->kind <= SAMPLE_FLOATS; v->kind++)
        if (strcmp(v->device.input, served_input(v->pool, &v->runner, v->kind)) == 0)
            return MOTE_OK;
    return fail(at, MOTE_ERR_VALUE, "the device's model, %s, takes \"%s\", and this one %zu bytes: it is another one",
                printable(v->pool, v->device.model), printable(v->pool, v->device.input), v->input_bytes);
}

static void take_sample(struct validation *v, int32_t i)
{
    if (v->options->data == NULL)
        make_pattern(v->inputs, v->input_bytes, i);
    else
        dataset_input(&v->data, i, &v->input, &v->preprocess, v->inputs);
    served_sample(&v->runner, v->kind, v->inputs, v->sample);
    mote_model_reset(&v->runner.model);
    runner_run(&v->runner, v->inputs, v->want);
}

static void compare(struct validation *v, int32_t i)
{
    struct validated *x = v->out;
    size_t k = 0;

    while (k < v->output_bytes && v->got[k] == v->want[k])
        k++;
    if (k == v->output_bytes)
        return;
    if (x->different++ > 0)
        return;
    x->first =
        v->options->data != NULL ? dataset_name(v->pool, &v->data, i) : pool_printf(v->pool, "pattern-%d", (int)i);
    x->first_byte = (int64_t)k;
}

static enum mote_status run_sample(struct validation *v, int32_t i, const struct frame *at)
{
    struct device_run run;

    take_sample(v, i);
    TRY(device_load(&v->device, v->sample, served_bytes(&v->runner, v->kind), at));
    TRY(device_infer(&v->device, v->options->times, 0, &run, at));
    TRY(device_outputs(&v->device, v->got, v->output_bytes, at));
    v->microseconds[i] = run.timed ? (double)(run.end - run.start) / (double)v->options->times : NAN;
    compare(v, i);
    return MOTE_OK;
}

static enum mote_status run_samples(struct validation *v, const struct frame *at)
{
    v->out->device = v->device.name;
    v->out->model = v->device.model;
    TRY(find_kind(v, at));
    for (int32_t i = 0; i < v->out->n; i++) {
        if (!progress_step(v->options->progress, "samples", i, v->out->n))
            return fail_cancelled(at, "samples");
        TRY(run_sample(v, i, at));
    }
    progress_step(v->options->progress, "samples", v->out->n, v->out->n);
    return MOTE_OK;
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

enum mote_status validate_on_board(struct pool *pool, const struct validate_options *options, const struct pipeline *p,
                                   struct validated *out, const struct frame *file)
{
    struct validation *v = pool_alloc(pool, sizeof *v);
    enum mote_status status;

    *out = (struct validated){.n = 0};
    v->pool = pool;
    v->options = options;
    v->out = out;
    TRY(open_model(v, p, file));
    TRY(open_data(v, file));
    v->microseconds = pool_array(pool, (size_t)out->n, sizeof *v->microseconds);
    TRY(device_open(pool, options->port, options->baud, &v->device, file));
    status = run_samples(v, file);
    device_close(&v->device);
    TRY(status);
    qsort(v->microseconds, (size_t)out->n, sizeof *v->microseconds, by_size);
    out->shortest_us = v->microseconds[0];
    out->median_us = v->microseconds[out->n / 2];
    out->longest_us = v->microseconds[out->n - 1];
    return MOTE_OK;
}
