/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands share: options, progress, JSON, loading. */
#include "host/cli/cli.h"

#include "host/boards/board.h"
#include "host/import/import.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

const char *cli_value_at(const struct cli *cli, const char *option, size_t i)
{
    for (size_t k = 0; k < cli->n_given; k++)
        if (strcmp(cli->given[k].option->name, option) == 0 && i-- == 0)
            return cli->given[k].value;
    return NULL;
}

const char *cli_value(const struct cli *cli, const char *option)
{
    const char *last = NULL, *value;

    for (size_t i = 0; (value = cli_value_at(cli, option, i)) != NULL; i++)
        last = value;
    return last;
}

bool cli_takes(const struct cli *cli, const char *option)
{
    const struct option *o = cli->command->options;

    while (o->name != NULL && strcmp(o->name, option) != 0)
        o++;
    return o->name != NULL;
}

bool cli_flag(const struct cli *cli, const char *option) { return cli_value(cli, option) != NULL; }

enum mote_status usage_error(struct cli *cli, const char *fmt, ...)
{
    const char *text;
    va_list args;

    va_start(args, fmt);
    text = pool_vprintf(&cli->pool, fmt, args);
    va_end(args);
    return fail(&cli->root, MOTE_ERR_USAGE, "%s; see `mote help %s`", text, cli->command->name);
}

enum mote_status cli_number(struct cli *cli, const char *option, int64_t min, int64_t max, int64_t *out)
{
    const char *value = cli_value(cli, option);
    char *end;
    long long n;

    if (value == NULL)
        return MOTE_OK;
    errno = 0;
    n = strtoll(value, &end, 10);
    if (errno != 0 || end == value || *end != '\0' || n < min || n > max)
        return usage_error(cli, "%s wants a number from %lld to %lld, not \"%s\"", option, (long long)min,
                           (long long)max, value);
    *out = n;
    return MOTE_OK;
}

enum mote_status cli_word(struct cli *cli, const char *option, const char *const *words, const char **out)
{
    const char *value = cli_value(cli, option);
    struct text list = {.pool = &cli->pool};

    *out = words[0];
    if (value == NULL)
        return MOTE_OK;
    for (size_t i = 0; words[i] != NULL; i++) {
        if (strcmp(words[i], value) == 0) {
            *out = words[i];
            return MOTE_OK;
        }
        text_add(&list, "%s%s", i == 0 ? "" : " or ", words[i]);
    }
    return usage_error(cli, "%s wants %s, not \"%s\"", option, list.s, value);
}

#define JSON_LAYOUT (JSON_INDENT(2) | JSON_REAL_PRECISION(9) | JSON_ENSURE_ASCII) /* ASCII: terminals obey U+009B */

void cli_print_json(json_t *json)
{
    json_dumpf(json, stdout, JSON_LAYOUT);
    putchar('\n');
    json_decref(json);
}

const char *cli_json_text(struct cli *cli, json_t *json)
{
    char *text = json_dumps(json, JSON_LAYOUT);
    const char *line = pool_printf(&cli->pool, "%s\n", text);

    free(text);
    json_decref(json);
    return line;
}

static void show_progress(const char *what, int64_t done, int64_t total)
{
    static struct timespec start;
    static double last;
    static bool running;
    struct timespec now;
    double seconds;

    if (!isatty(STDERR_FILENO) || total <= 0)
        return;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (!running)
        start = now;
    running = done < total;
    seconds = (double)(now.tv_sec - start.tv_sec) + 1e-9 * (double)(now.tv_nsec - start.tv_nsec);
    if (done >= total && last > 0) {
        fprintf(stderr, "\r%*s\r", 78, "");
        last = 0;
    } else if (done < total && seconds > 1 && seconds - last > 0.1) {
        int filled = (int)(40 * done / total);

        fprintf(stderr, "\r%-12.12s [%.*s%*s] %3d %%  %.0f s %s ", what, filled,
                "########################################", 40 - filled, "", (int)(100 * done / total),
                done > 0 ? seconds * (double)(total - done) / (double)done : seconds, done > 0 ? "left" : "gone");
        last = seconds;
    }
}

static bool show_step(void *context, const char *what, int64_t done, int64_t total)
{
    (void)context;
    show_progress(what, done, total);
    return true;
}

const struct progress cli_progress = {NULL, show_step};

json_t *json_tensor_shape(const uint32_t *dims, int rank)
{
    json_t *shape = json_array();

    for (int i = 0; i < rank; i++)
        json_array_append_new(shape, json_integer(dims[i]));
    return shape;
}

const char *const *cli_values(struct cli *cli, const char *option)
{
    const char **values = pool_array(&cli->pool, cli->n_given + 1, sizeof *values);

    for (size_t i = 0; cli_takes(cli, option) && (values[i] = cli_value_at(cli, option, i)) != NULL; i++)
        ;
    return values;
}

enum mote_status cli_read_shapes(struct cli *cli, struct import_options *out)
{
    TRY(import_read_shapes(&cli->pool, cli_values(cli, "--shape"), out, &cli->root));
    out->from = import_copy_names(&cli->pool, cli_values(cli, "--from"));
    out->to = import_copy_names(&cli->pool, cli_values(cli, "--to"));
    return MOTE_OK;
}

enum mote_status cli_read_layout(struct cli *cli, bool *channels_last)
{
    static const char *const layouts[] = {"file", "channels-last", NULL};
    const char *layout;

    TRY(cli_word(cli, "--layout", layouts, &layout));
    *channels_last = layout == layouts[1];
    return MOTE_OK;
}

enum mote_status cli_load(struct cli *cli, struct pipeline *p, struct frame *file)
{
    struct import_options options;

    *file = (struct frame){.name = cli->positional[0], .index = -1, .sink = &cli->error};
    TRY(cli_read_shapes(cli, &options));
    return pipeline_load_as(&cli->pool, cli->positional[0], &options, p, file);
}

static enum mote_status read_feed(struct cli *cli, const struct pipeline *p, struct pipeline_options *options,
                                  const struct frame *file)
{
    static const char *const words[] = {"whole", "rows", NULL};
    const char *word;

    TRY(cli_word(cli, "--feed", words, &word));
    options->feed = word == words[1];
    options->stream = cli_flag(cli, "--stream");
    if ((options->feed || options->stream) && !p->has_graph)
        return fail(file, MOTE_ERR_USAGE, "an image is fed as it was compiled; %s wants the .tflite or graph file",
                    options->stream ? "--stream" : "--feed");
    return MOTE_OK;
}

enum mote_status cli_bytes(struct cli *cli, const char *option, int64_t *out)
{
    const char *value = cli_value(cli, option);
    char *end;
    long long n;

    if (value == NULL)
        return MOTE_OK;
    errno = 0;
    n = strtoll(value, &end, 10);
    if (end == value || errno != 0 || n <= 0 || n > INT32_MAX ||
        (*end != '\0' && strcmp(end, "kB") != 0 && strcmp(end, "KiB") != 0))
        return usage_error(cli, "%s wants bytes, such as 20000, 20kB or 20KiB, not \"%s\"", option, value);
    *out = n * (*end == '\0' ? 1 : strcmp(end, "kB") == 0 ? 1000 : 1024);
    return MOTE_OK;
}

static enum mote_status read_limits(struct cli *cli, struct limits *limits)
{
    const char *time = cli_value(cli, "--time");
    char *end;

    TRY(cli_bytes(cli, "--ram", &limits->ram));
    TRY(cli_bytes(cli, "--flash", &limits->flash));
    if (time == NULL)
        return MOTE_OK;
    limits->time = strtod(time, &end);
    if (end == time || *end != '\0' || !(limits->time > 0) || limits->time > 1e9)
        return usage_error(cli, "--time wants milliseconds above 0, not \"%s\"", time);
    return MOTE_OK;
}

static bool makes_c(struct cli *cli, const char *option)
{
    return cli_takes(cli, option) && cli_value(cli, option) != NULL && strcmp(cli_value(cli, option), "c") == 0;
}

void cli_remarks(struct cli *cli, const struct pipeline *p)
{
    const char *line = p->has_graph && p->model.remarks ? p->model.remarks : "";

    for (size_t n; *line; line += n + (line[n] == '\n')) {
        n = strcspn(line, "\n");
        fprintf(stderr, "mote: %s\n", printable(&cli->pool, pool_printf(&cli->pool, "%.*s", (int)n, line)));
    }
}

enum mote_status cli_compile_loaded(struct cli *cli, struct pipeline *p, const struct frame *file)
{
    static const char *const boundaries[] = {"model", "int8", NULL};
    static const char *const codings[] = {[CODING_USUAL] = "usual",
                                          [CODING_DENSE] = "dense",
                                          [CODING_AUTO] = "auto",
                                          [CODING_HUFFMAN] = "huffman",
                                          [CODING_PACKED] = "packed",
                                          [CODING_SPARSE] = "sparse",
                                          NULL};
    const char *goal, *boundary, *coding;
    struct target target;
    struct pipeline_options options = {
        .passes = cli_value(cli, "--passes"), .dump_after = cli_value(cli, "--dump"), .target = &target};

    /* What runs here, and is kept nowhere, is planned for this machine. */
    if (cli_takes(cli, "--cpu") && cli_value(cli, "--target") == NULL)
        target = cli->machine;
    else
        TRY(target_find(&cli->pool, cli_value(cli, "--target"), &target, &cli->root));
    TRY(cli_word(cli, "--optimize", optimize_words, &goal));
    while (goal != optimize_words[options.optimize])
        options.optimize++;
    TRY(cli_word(cli, "--coding", codings, &coding));
    while (coding != codings[options.coding])
        options.coding++;
    TRY(cli_word(cli, "--boundary", boundaries, &boundary));
    options.int8_boundary = boundary == boundaries[1];
    TRY(cli_read_layout(cli, &options.channels_last));
    options.via_c = makes_c(cli, "--emit") || makes_c(cli, "--via") || cli->command == &command_firmware;
    TRY(read_feed(cli, p, &options, file));
    TRY(read_limits(cli, &options.limits));
    TRY(pipeline_compile(p, &options, file));
    cli_remarks(cli, p);
    return MOTE_OK;
}

enum mote_status cli_compile(struct cli *cli, struct pipeline *p, struct frame *file)
{
    TRY(cli_load(cli, p, file));
    return cli_compile_loaded(cli, p, file);
}
