/* SPDX-License-Identifier: Apache-2.0 */
#include "host/jobs/inferences.h"

#include "host/data/dataset.h"
#include "host/data/tensors.h"
#include "host/run/elements.h"
#include "host/run/image_view.h"
#include "host/run/runner.h"

/* ---- inputs that are fed ---- */
static enum mote_status find_rows(struct inferences *x, const struct frame *at)
{
    const struct mote_image_io *io = x->model->io;
    struct mote_io row;

    x->rows = model_feed_rows(x->model);
    if (x->rows == 0)
        return MOTE_OK;
    mote_model_input(x->model, 0, &row);
    if (x->rows > INT32_MAX || (uint64_t)x->rows * row.bytes > INT32_MAX)
        return fail(at, MOTE_ERR_MEMORY, "an input of %lld rows is more than Mote feeds", (long long)x->rows);
    memcpy(x->dims, io->dims, sizeof x->dims);
    x->dims[io->axis] *= (uint32_t)x->rows;
    return MOTE_OK;
}

bool inferences_input(const struct inferences *x, int32_t i, struct mote_io *io)
{
    if (mote_model_input(x->model, i, io) != MOTE_OK)
        return false;
    if (x->rows > 0) {
        io->bytes *= (uint32_t)x->rows;
        io->dims = x->dims;
    }
    return true;
}

/* ---- files ---- */
/* The file of one input. */
struct source {
    struct pool *pool;
    const struct inferences_options *options;
    const char *path;
    int32_t index;
    struct mote_io io;
    struct frame at;
};

/* Data as a data set has them: preprocessed as the model says. */
static enum mote_status read_samples(const struct source *s, struct inferences *x)
{
    struct preprocess none = {.kind = "none", .channels = ""};
    struct preprocess preprocess = s->index == 0 ? image_preprocess(x->model) : none;
    struct bytes *to = &x->inputs[s->index];
    const struct dataset_options options = {.max_bytes = s->options->max_bytes};
    struct dataset d;

    TRY(dataset_open_input(s->pool, s->path, &s->io, &options, &d, &s->at));
    TRY(dataset_fits(&d, &s->io, &preprocess, &s->at));
    *to = (struct bytes){pool_array(s->pool, (size_t)d.n, s->io.bytes), (size_t)d.n * s->io.bytes};
    for (int32_t i = 0; i < d.n; i++)
        dataset_input(&d, i, &s->io, &preprocess, to->data + (size_t)i * s->io.bytes);
    if (s->index == 0 && dataset_is_raw_of(&d, &preprocess))
        x->raw = (struct bytes){(uint8_t *)(uintptr_t)d.samples,
                                (size_t)d.n * (size_t)d.elements * (size_t)type_bits(d.type) / 8};
    x->scored = pool_copy(s->pool, &d, sizeof d);
    x->reset_each = true;
    return MOTE_OK;
}

/* Only these can be anything but a tensor's own elements. */
static bool takes_samples(const struct mote_io *io)
{
    return io->type == TYPE_S8 || io->type == TYPE_U8 || io->type == TYPE_S16 || io->type == TYPE_F32;
}

/* The model is an anomaly detector whose output can be compared with its input. */
static bool has_scores(const struct inferences *x)
{
    const struct mote_model *m = x->model;
    struct mote_io in, out;

    return image_task(m).kind == MOTE_TASK_ANOMALY && mote_model_inputs(m) == 1 && inferences_input(x, 0, &in) &&
           mote_model_output(m, 0, &out) == MOTE_OK && takes_samples(&in) && takes_samples(&out) &&
           io_elements(&in) == io_elements(&out);
}

/* Tensors as samples of bytes. */
static const struct dataset *tensors_as_data(struct pool *pool, const struct mote_io *io, struct bytes tensors)
{
    const struct dataset d = {.n = io->bytes > 0 ? (int32_t)(tensors.size / io->bytes) : 0,
                              .raw = true,
                              .type = TYPE_U8,
                              .elements = io->bytes,
                              .samples = tensors.data,
                              .preprocess = {.kind = "none", .channels = ""}};

    return pool_copy(pool, &d, sizeof d);
}

static enum mote_status read_file(const struct source *s, struct inferences *x)
{
    bool tensors = s->options->raw || is_tensor_name(s->path) || (is_npy_name(s->path) && !takes_samples(&s->io));
    size_t n;

    if (tensors)
        return tensors_read(s->pool, s->path, &s->io, &x->inputs[s->index], &n, &s->at);
    if (is_data_name(s->path))
        return read_samples(s, x);
    return fail(
        &s->at, MOTE_ERR_USAGE,
        "its name does not say what it holds: .csv, .npy, .png, .jpg and all data sets are read (`mote help data`); a "
        "file with the tensor's own bytes is to be called .bin, or give --raw");
}

static enum mote_status read_input(struct pool *pool, const struct inferences_options *options, int32_t i,
                                   struct inferences *x)
{
    const char *path = i < options->n_inputs ? options->inputs[i] : NULL;
    struct source s = {.pool = pool, .options = options, .path = path, .index = i};
    size_t n;

    s.at = (struct frame){.name = path, .index = -1, .sink = options->at->sink};
    inferences_input(x, i, &s.io);
    if (path == NULL)
        return fail(options->at, MOTE_ERR_USAGE, "the model has %d input%s: --input for \"%s\" is missing%s",
                    mote_model_inputs(x->model), mote_model_inputs(x->model) == 1 ? "" : "s", s.io.name,
                    options->help != NULL ? options->help : "");
    TRY(read_file(&s, x));
    n = x->inputs[i].size / s.io.bytes;
    if (i > 0 && n != x->n)
        return fail(&s.at, MOTE_ERR_SHAPE, "holds %zu inferences, the first input file holds %zu", n, x->n);
    x->n = n;
    return MOTE_OK;
}

enum mote_status inferences_read(struct pool *pool, const struct inferences_options *options,
                                 const struct mote_model *model, struct inferences *out)
{
    const int32_t inputs = mote_model_inputs(model);
    struct mote_io io;

    *out = (struct inferences){.model = model, .n = 1, .reset_each = options->reset_each};
    TRY(find_rows(out, options->at));
    if (options->n_inputs > inputs)
        return fail(options->at, MOTE_ERR_USAGE, "more --input files than the model has inputs, %d%s", inputs,
                    options->help != NULL ? options->help : "");
    out->inputs = pool_array(pool, (size_t)inputs, sizeof *out->inputs);
    for (int32_t i = 0; i < inputs; i++)
        TRY(read_input(pool, options, i, out));
    if (!has_scores(out))
        out->scored = NULL;
    else if (out->scored == NULL && inferences_input(out, 0, &io))
        out->scored = tensors_as_data(pool, &io, out->inputs[0]);
    return MOTE_OK;
}

void inferences_make_outputs(struct pool *pool, struct inferences *x)
{
    struct mote_io io;

    x->outputs = pool_array(pool, (size_t)mote_model_outputs(x->model), sizeof *x->outputs);
    for (int32_t i = 0; mote_model_output(x->model, i, &io) == MOTE_OK; i++)
        x->outputs[i] = (struct bytes){pool_array(pool, x->n, io.bytes), x->n * io.bytes};
}

/* ---- on this machine ---- */
/* All inputs of inference k, and the inference. */
static int32_t infer(struct mote_model *m, const struct inferences *x, size_t k)
{
    struct mote_io io;

    if (x->rows > 0 && mote_model_input(m, 0, &io) == MOTE_OK) {
        for (size_t row = 0; row < (size_t)x->rows; row++)
            mote_model_feed(m, x->inputs[0].data + (k * (size_t)x->rows + row) * io.bytes);
        return MOTE_OK;
    }
    for (int32_t i = 0; mote_model_input(m, i, &io) == MOTE_OK; i++)
        memcpy(io.data, x->inputs[i].data + k * io.bytes, io.bytes);
    return mote_model_run(m);
}

enum mote_status inferences_run(struct pool *pool, struct mote_model *m, struct inferences *x,
                                const struct progress *progress, const struct frame *at)
{
    struct mote_io io;
    int32_t status;

    assert(m == x->model);
    inferences_make_outputs(pool, x);
    for (size_t k = 0; k < x->n; k++) {
        if (!progress_step(progress, "inferences", (int64_t)k, (int64_t)x->n))
            return fail_cancelled(at, "inferences");
        if (x->reset_each)
            mote_model_reset(m);
        status = infer(m, x, k);
        if (status != MOTE_OK)
            return fail(at, (enum mote_status)status, "inference %zu: %s", k, status_text(status));
        for (int32_t i = 0; mote_model_output(m, i, &io) == MOTE_OK; i++)
            memcpy(x->outputs[i].data + k * io.bytes, io.data, io.bytes);
    }
    progress_step(progress, "inferences", (int64_t)x->n, (int64_t)x->n);
    return MOTE_OK;
}

/* ---- the order of the firmware's files ---- */
struct bytes inferences_gather(struct pool *pool, const struct inferences *x, bool raw)
{
    int32_t n = mote_model_inputs(x->model);
    struct bytes all = {NULL, 0};
    uint8_t *to;

    for (int32_t i = 0; i < n; i++)
        all.size += raw && i == 0 ? x->raw.size : x->inputs[i].size;
    all.data = to = pool_alloc(pool, all.size);
    for (size_t k = 0; k < x->n; k++)
        for (int32_t i = 0; i < n; i++) {
            const struct bytes *from = raw && i == 0 ? &x->raw : &x->inputs[i];
            size_t bytes = from->size / x->n;

            memcpy(to, from->data + k * bytes, bytes);
            to += bytes;
        }
    return all;
}

enum mote_status inferences_scatter(struct inferences *x, struct bytes outputs, const struct frame *at)
{
    const uint8_t *from = outputs.data;
    size_t want = 0;
    struct mote_io io;

    for (int32_t i = 0; i < mote_model_outputs(x->model); i++)
        want += x->outputs[i].size;
    if (outputs.size != want)
        return fail(at, MOTE_ERR_ENVIRONMENT, "the emulated board wrote %zu bytes of outputs, not %zu", outputs.size,
                    want);
    for (size_t k = 0; k < x->n; k++)
        for (int32_t i = 0; mote_model_output(x->model, i, &io) == MOTE_OK; i++, from += io.bytes)
            memcpy(x->outputs[i].data + k * io.bytes, from, io.bytes);
    return MOTE_OK;
}

/* ---- outputs ---- */
bool inferences_output(const struct inferences *x, size_t inference, int32_t i, struct mote_io *io)
{
    if (mote_model_output(x->model, i, io) != MOTE_OK)
        return false;
    io->data = x->outputs[i].data + inference * io->bytes;
    return true;
}

float inferences_score(const struct inferences *x, size_t inference)
{
    struct preprocess p = image_preprocess(x->model);
    struct mote_io in, out;

    inferences_input(x, 0, &in);
    inferences_output(x, inference, 0, &out);
    return dataset_score(x->scored, (int32_t)inference, &in, &p, &out);
}
