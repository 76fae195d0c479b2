/* SPDX-License-Identifier: Apache-2.0 */
#include "host/cli/io.h"

#include <math.h>

#include "host/run/image_view.h"
#include "host/data/dataset.h"
#include "host/data/tensors.h"
#include "host/run/runner.h"
#include "mote/ops/image.h"

#define PRINTED_ELEMENTS   16 /* of an output, in the text form */
#define PRINTED_CLASSES    5
#define PRINTED_CHANNELS   8
#define PRINTED_INFERENCES 100

/* ---- JSON of what may be anything ---- */
json_t *json_text(const char *s)
{
    json_t *text = json_string(s); /* NULL if it is no UTF-8 */
    struct pool pool = {0};

    if (text == NULL)
        text = json_string(printable(&pool, s));
    pool_free(&pool);
    return text;
}

json_t *json_number(double value) { return isfinite(value) ? json_real(value) : json_null(); }

/* ---- how raw numbers become an input ---- */
json_t *preprocess_json(const struct preprocess *p, const char *what, const float *numbers)
{
    json_t *mean = json_array(), *scales = json_array();

    for (int32_t i = 0; i < p->n; i++) {
        json_array_append_new(mean, json_number((double)p->mean[i]));
        json_array_append_new(scales, json_number((double)numbers[i]));
    }
    return json_pack("{s:o, s:o, s:o, s:o, s:o}", "kind", json_text(p->kind), "channels", json_text(p->channels),
                     "type", p->type != TYPE_NONE ? json_string(type_name(p->type)) : json_null(), "mean", mean, what,
                     scales);
}

static void print_numbers(const char *what, const float *numbers, int32_t n)
{
    printf(", %s", what);
    for (int32_t i = 0; i < n && i < PRINTED_CHANNELS; i++)
        printf(" %g", (double)numbers[i]);
    if (n > PRINTED_CHANNELS)
        printf(" …");
}

void preprocess_print(const struct preprocess *p)
{
    printf("preprocessing: %s%s%s", p->kind, p->channels[0] != '\0' ? " " : "", p->channels);
    if (p->n > 0)
        printf(" of %s", type_name(p->type));
    if (p->n == 1)
        printf(", real = (raw - %g) %c %g", (double)p->mean[0], p->std != NULL ? '/' : '*',
               (double)(p->std != NULL ? p->std : p->inverse)[0]);
    if (p->n > 1) {
        printf(", real = (raw - mean) %s of each of %d channels", p->std != NULL ? "/ std" : "* inverse_std", p->n);
        print_numbers("mean", p->mean, p->n);
        print_numbers(p->std != NULL ? "std" : "inverse_std", p->std != NULL ? p->std : p->inverse, p->n);
    }
    putchar('\n');
}

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
    struct cli *cli;
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
    struct dataset d;

    TRY(dataset_open_input(&s->cli->pool, s->path, &s->io, &d, &s->at));
    TRY(dataset_fits(&d, &s->io, &preprocess, &s->at));
    *to = (struct bytes){pool_array(&s->cli->pool, (size_t)d.n, s->io.bytes), (size_t)d.n * s->io.bytes};
    for (int32_t i = 0; i < d.n; i++)
        dataset_input(&d, i, &s->io, &preprocess, to->data + (size_t)i * s->io.bytes);
    if (s->index == 0 && dataset_is_raw_of(&d, &preprocess))
        x->raw = (struct bytes){(uint8_t *)(uintptr_t)d.samples,
                                (size_t)d.n * (size_t)d.elements * (size_t)type_bits(d.type) / 8};
    x->scored = pool_copy(&s->cli->pool, &d, sizeof d);
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
    bool tensors =
        cli_flag(s->cli, "--raw") || is_tensor_name(s->path) || (is_npy_name(s->path) && !takes_samples(&s->io));
    size_t n;

    if (tensors)
        return tensors_read(&s->cli->pool, s->path, &s->io, &x->inputs[s->index], &n, &s->at);
    if (is_data_name(s->path))
        return read_samples(s, x);
    return fail(
        &s->at, MOTE_ERR_USAGE,
        "its name does not say what it holds: .csv, .npy, .png, .jpg and all data sets are read (`mote help data`); a "
        "file with the tensor's own bytes is to be called .bin, or give --raw");
}

static enum mote_status read_input(struct cli *cli, int32_t i, struct inferences *x)
{
    struct source s = {.cli = cli, .path = cli_value_at(cli, "--input", (size_t)i), .index = i};
    size_t n;

    s.at = (struct frame){.name = s.path, .index = -1, .sink = &cli->error};
    inferences_input(x, i, &s.io);
    if (s.path == NULL)
        return usage_error(cli, "the model has %d input%s: --input for \"%s\" is missing", mote_model_inputs(x->model),
                           mote_model_inputs(x->model) == 1 ? "" : "s", s.io.name);
    TRY(read_file(&s, x));
    n = x->inputs[i].size / s.io.bytes;
    if (i > 0 && n != x->n)
        return fail(&s.at, MOTE_ERR_SHAPE, "holds %zu inferences, the first input file holds %zu", n, x->n);
    x->n = n;
    return MOTE_OK;
}

/* Printable, before anything is written. */
static void read_classes(struct cli *cli, const struct mote_model *model, struct inferences *x)
{
    const char *const *names = image_classes(&cli->pool, model, &x->n_classes);

    x->classes = pool_array(&cli->pool, (size_t)x->n_classes, sizeof *x->classes);
    for (int32_t i = 0; i < x->n_classes; i++)
        x->classes[i] = printable(&cli->pool, names[i]);
}

enum mote_status inferences_read(struct cli *cli, const struct mote_model *model, struct inferences *out)
{
    int32_t inputs = mote_model_inputs(model), outputs = mote_model_outputs(model);

    struct mote_io io;

    *out = (struct inferences){.model = model, .n = 1, .reset_each = cli_flag(cli, "--reset-each")};
    TRY(find_rows(out, &cli->root));
    read_classes(cli, model, out);
    if (cli_value_at(cli, "--input", (size_t)inputs) != NULL)
        return usage_error(cli, "more --input files than the model has inputs, %d", inputs);
    if (cli_value_at(cli, "--output", (size_t)outputs) != NULL)
        return usage_error(cli, "more --output files than the model has outputs, %d", outputs);
    out->inputs = pool_array(&cli->pool, (size_t)inputs, sizeof *out->inputs);
    for (int32_t i = 0; i < inputs; i++)
        TRY(read_input(cli, i, out));
    if (!has_scores(out))
        out->scored = NULL;
    else if (out->scored == NULL && inferences_input(out, 0, &io))
        out->scored = tensors_as_data(&cli->pool, &io, out->inputs[0]);
    return MOTE_OK;
}

void inferences_make_outputs(struct pool *pool, struct inferences *x)
{
    struct mote_io io;

    x->outputs = pool_array(pool, (size_t)mote_model_outputs(x->model), sizeof *x->outputs);
    for (int32_t i = 0; mote_model_output(x->model, i, &io) == MOTE_OK; i++)
        x->outputs[i] = (struct bytes){pool_array(pool, x->n, io.bytes), x->n * io.bytes};
}

enum mote_status inferences_write(struct cli *cli, const struct inferences *x)
{
    struct mote_io io;

    for (int32_t i = 0; mote_model_output(x->model, i, &io) == MOTE_OK; i++) {
        const char *path = cli_value_at(cli, "--output", (size_t)i);
        struct frame here = {.name = path, .index = -1, .sink = &cli->error};

        if (path != NULL)
            TRY(tensors_write(&cli->pool, path, &io, x->n, x->outputs[i], &here));
    }
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

/* ---- printing ---- */
/* What the runtime's helper says, and for types that it does not take the value itself; NaN if it is no number. */
static double io_real(const struct mote_io *io, uint32_t i)
{
    double value;

    switch (io->type) {
    case TYPE_S8:
    case TYPE_U8:
    case TYPE_BOOL:
    case TYPE_S16:
    case TYPE_S32:
    case TYPE_F32:
        return (double)mote_dequantize(io, i);
    default:
        return io_element(io, i, &value) ? value : (double)NAN;
    }
}

static json_t *element_json(const struct mote_io *io, uint32_t i)
{
    double value;
    int64_t wide;

    if (!io_element(io, i, &value))
        return json_null();
    if (io->type == TYPE_F32 || io->type == TYPE_F64)
        return json_number(value);
    if (io->type == TYPE_S64) { /* a double has not all of its bits */
        memcpy(&wide, (const uint8_t *)io->data + (size_t)i * sizeof wide, sizeof wide);
        return json_integer(wide);
    }
    return json_integer((json_int_t)value);
}

static json_t *output_json(const struct mote_io *io)
{
    json_t *data = json_array(), *real = json_array();

    for (uint32_t i = 0; i < io_elements(io); i++) {
        json_array_append_new(data, element_json(io, i));
        json_array_append_new(real, json_number(io_real(io, i)));
    }
    return json_pack("{s:o, s:s, s:o, s:o, s:i, s:o, s:o}", "name", json_text(io->name), "type",
                     type_name((enum mote_type)io->type), "shape", json_tensor_shape(io->dims, io->rank), "scale",
                     json_number((double)io->scale), "zero_point", io->zero, "data", data, "real", real);
}

static bool output_of(const struct inferences *x, size_t inference, int32_t i, struct mote_io *io)
{
    if (mote_model_output(x->model, i, io) != MOTE_OK)
        return false;
    io->data = x->outputs[i].data + inference * io->bytes;
    return true;
}

json_t *inference_json(const struct inferences *x, size_t inference)
{
    json_t *outputs = json_array();
    struct mote_io io;

    for (int32_t i = 0; output_of(x, inference, i, &io); i++)
        json_array_append_new(outputs, output_json(&io));
    return outputs;
}

/* Of an anomaly detector. */
static float score_of(const struct inferences *x, size_t inference)
{
    struct preprocess p = image_preprocess(x->model);
    struct mote_io in, out;

    inferences_input(x, 0, &in);
    output_of(x, inference, 0, &out);
    return dataset_score(x->scored, (int32_t)inference, &in, &p, &out);
}

static void add_score(const struct inferences *x, size_t inference, json_t *to)
{
    float score = score_of(x, inference), threshold = mote_model_threshold(x->model);

    json_object_set_new(to, "score", json_number((double)score));
    json_object_set_new(to, "anomaly", isinf(threshold) ? json_null() : json_boolean(score > threshold));
}

json_t *inferences_json(const struct inferences *x)
{
    json_t *all = json_array();

    for (size_t k = 0; k < x->n; k++) {
        json_t *one = json_pack("{s:o}", "outputs", inference_json(x, k));

        if (x->scored != NULL)
            add_score(x, k, one);
        json_array_append_new(all, one);
    }
    return all;
}

/* The classes with the largest elements, if the model names as many as the output has elements. Allocates nothing: the
 * outputs are written already. */
static void print_top(const struct inferences *x, const struct mote_io *io)
{
    uint32_t n = io_elements(io), top[PRINTED_CLASSES];
    int found = 0;

    if (x->n_classes < 2 || n != (uint32_t)x->n_classes)
        return;
    for (; found < PRINTED_CLASSES && (uint32_t)found < n; found++) {
        bool any = false;

        for (uint32_t i = 0; i < n; i++) {
            bool taken = false;

            for (int k = 0; k < found; k++)
                taken |= top[k] == i;
            if (!taken && (!any || io_real(io, i) > io_real(io, top[found]))) {
                top[found] = i;
                any = true;
            }
        }
        printf("  %-20s %.6g\n", x->classes[top[found]], io_real(io, top[found]));
    }
}

static void print_output(const struct mote_io *io, size_t inference)
{
    uint32_t n = io_elements(io), shown = n < PRINTED_ELEMENTS ? n : PRINTED_ELEMENTS, best = 0;

    for (uint32_t i = 1; i < n; i++)
        if (io_real(io, i) > io_real(io, best))
            best = i;
    printf("%zu ", inference);
    print_shown(io->name, stdout);
    putchar(':');
    for (uint32_t i = 0; i < shown; i++)
        printf(" %.6g", io_real(io, i));
    if (n == 0)
        puts(" (no elements)");
    else
        printf("%s  (%u elements), largest [%u] = %.6g\n", n > shown ? " …" : "", n, best, io_real(io, best));
}

static void print_score(const struct inferences *x, size_t inference)
{
    float score = score_of(x, inference), threshold = mote_model_threshold(x->model);

    printf("  score %.6g", (double)score);
    if (!isinf(threshold))
        printf(", %s the threshold %.6g: %s", score > threshold ? "above" : "not above", (double)threshold,
               score > threshold ? "an anomaly" : "normal");
    putchar('\n');
}

void inferences_print(const struct inferences *x)
{
    struct mote_io io;

    for (size_t k = 0; k < x->n && k < PRINTED_INFERENCES; k++)
        for (int32_t i = 0; output_of(x, k, i, &io); i++) {
            print_output(&io, k);
            if (i == 0)
                print_top(x, &io);
            if (i == 0 && x->scored != NULL)
                print_score(x, k);
        }
    if (x->n > PRINTED_INFERENCES)
        printf("… and %zu more inferences; --output and --json give all\n", x->n - PRINTED_INFERENCES);
}
