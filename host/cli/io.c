/* SPDX-License-Identifier: Apache-2.0 */
#include "host/report/columns.h"
#include "host/cli/io.h"

#include <math.h>

#include "host/data/tensors.h"
#include "host/run/elements.h"
#include "host/run/image_view.h"
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
    char line[32 * PRINTED_CHANNELS + 64];
    int at = snprintf(line, sizeof line, "  %s", what);

    for (int32_t i = 0; i < n && i < PRINTED_CHANNELS; i++)
        at += snprintf(line + at, sizeof line - (size_t)at, " %g", (double)numbers[i]);
    print_fitting(stdout, "%s%s\n", line, n > PRINTED_CHANNELS ? " …" : "");
}

void preprocess_print(const struct preprocess *p)
{
    printf("preprocessing: %s%s%s", p->kind, p->channels[0] != '\0' ? " " : "", p->channels);
    if (p->n > 0)
        printf(" of %s", type_name(p->type));
    if (p->n == 1)
        printf(", real = (raw - %g) %c %g", (double)p->mean[0], p->std != NULL ? '/' : '*',
               (double)(p->std != NULL ? p->std : p->inverse)[0]);
    if (p->n > 1)
        printf(", real = (raw - mean) %s", p->std != NULL ? "/ std" : "* inverse_std");
    putchar('\n');
    if (p->n > 1) {
        print_numbers("mean", p->mean, p->n);
        print_numbers(p->std != NULL ? "std" : "inverse_std", p->std != NULL ? p->std : p->inverse, p->n);
    }
}

/* ---- files ---- */
static const char *const *values_of(struct cli *cli, const char *option, int32_t *n)
{
    const char **values = pool_array(&cli->pool, cli->n_given + 1, sizeof *values);

    for (*n = 0; (values[*n] = cli_value_at(cli, option, (size_t)*n)) != NULL; (*n)++)
        continue;
    return values;
}

enum mote_status cli_read_inferences(struct cli *cli, const struct mote_model *model, struct inferences *out)
{
    const int32_t outputs = mote_model_outputs(model);
    struct inferences_options options = {.raw = cli_flag(cli, "--raw"),
                                         .reset_each = cli_flag(cli, "--reset-each"),
                                         .max_bytes = cli->max_bytes,
                                         .at = &cli->root,
                                         .help = pool_printf(&cli->pool, "; see `mote help %s`", cli->command->name)};

    options.inputs = values_of(cli, "--input", &options.n_inputs);
    if (cli_value_at(cli, "--output", (size_t)outputs) != NULL)
        return usage_error(cli, "more --output files than the model has outputs, %d", outputs);
    return inferences_read(&cli->pool, &options, model, out);
}

enum mote_status cli_write_outputs(struct cli *cli, const struct inferences *x)
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

struct class_names class_names_of(struct pool *pool, const struct mote_model *model)
{
    struct class_names names;
    const char *const *as_they_are = image_classes(pool, model, &names.n);

    names.names = pool_array(pool, (size_t)names.n, sizeof *names.names);
    for (int32_t i = 0; i < names.n; i++)
        names.names[i] = printable(pool, as_they_are[i]);
    return names;
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

json_t *inference_json(const struct inferences *x, size_t inference)
{
    json_t *outputs = json_array();
    struct mote_io io;

    for (int32_t i = 0; inferences_output(x, inference, i, &io); i++)
        json_array_append_new(outputs, output_json(&io));
    return outputs;
}

static void add_score(const struct inferences *x, size_t inference, json_t *to)
{
    float score = inferences_score(x, inference), threshold = mote_model_threshold(x->model);

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
static void print_top(const struct class_names *classes, const struct mote_io *io)
{
    uint32_t n = io_elements(io), top[PRINTED_CLASSES];
    int found = 0;

    if (classes->n < 2 || n != (uint32_t)classes->n)
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
        print_fitting(stdout, "  %-20s %.6g\n", classes->names[top[found]], io_real(io, top[found]));
    }
}

#define NAME_LEAST     20
#define NAME_MAX_SHOWN 200

/* Without memory, and by bytes: what is no character is shown as a byte. */
static const char *short_name(const char *s, int width, char to[NAME_MAX_SHOWN + 8])
{
    const size_t n = strlen(s), most = (size_t)(width < NAME_MAX_SHOWN ? width : NAME_MAX_SHOWN);

    if (n <= most)
        return s;
    snprintf(to, NAME_MAX_SHOWN + 8, "%.*s…%s", (int)(most / 2), s, s + n - (most - 1 - most / 2));
    return to;
}

static void print_output(const struct mote_io *io, size_t inference)
{
    char values[32 * PRINTED_ELEMENTS + 128], name[NAME_MAX_SHOWN + 8];
    int at = 0, width;
    uint32_t n = io_elements(io), shown = n < PRINTED_ELEMENTS ? n : PRINTED_ELEMENTS, best = 0;

    for (uint32_t i = 1; i < n; i++)
        if (io_real(io, i) > io_real(io, best))
            best = i;
    for (uint32_t i = 0; i < shown; i++)
        at += snprintf(values + at, sizeof values - (size_t)at, " %.6g", io_real(io, i));
    if (n == 0)
        snprintf(values, sizeof values, " (no elements)");
    else
        snprintf(values + at, sizeof values - (size_t)at, "%s  (%u elements), largest [%u] = %.6g",
                 n > shown ? " …" : "", n, best, io_real(io, best));
    width = columns_of(stdout) - columns_text(values) - 22; /* of the number of an inference, and ": " */
    printf("%zu ", inference);
    print_shown(short_name(io->name, width > NAME_LEAST ? width : NAME_LEAST, name), stdout);
    putchar(':');
    if (width < NAME_LEAST)
        putchar('\n');
    print_fitting(stdout, "%s%s\n", width < NAME_LEAST ? " " : "", values);
}

static void print_score(const struct inferences *x, size_t inference)
{
    float score = inferences_score(x, inference), threshold = mote_model_threshold(x->model);

    printf("  score %.6g", (double)score);
    if (!isinf(threshold))
        printf(", %s the threshold %.6g: %s", score > threshold ? "above" : "not above", (double)threshold,
               score > threshold ? "an anomaly" : "normal");
    putchar('\n');
}

void inferences_print(const struct inferences *x, const struct class_names *classes)
{
    struct mote_io io;

    for (size_t k = 0; k < x->n && k < PRINTED_INFERENCES; k++)
        for (int32_t i = 0; inferences_output(x, k, i, &io); i++) {
            print_output(&io, k);
            if (i == 0)
                print_top(classes, &io);
            if (i == 0 && x->scored != NULL)
                print_score(x, k);
        }
    if (x->n > PRINTED_INFERENCES)
        printf("… and %zu more inferences; --output and --json give all\n", x->n - PRINTED_INFERENCES);
}
