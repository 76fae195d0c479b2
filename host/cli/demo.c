/* SPDX-License-Identifier: Apache-2.0 */
/* mote demo: the main job. A data set becomes a trained network, the network int8, the int8 a firmware; each is
 * measured, and a table says what it scores and costs. Every step is a command of Mote's, run as a user would. */
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/cli/cli.h"
#include "host/emulate/process.h"
#include "host/report/terminal.h"
#include "host/boards/board.h"
#include "host/target/home.h"

#define BOARD  "nano-33-ble-sense"
#define LIMIT  "500" /* samples on the board */
#define RECIPE "models/recipes/fashion_mnist.yaml"

struct demo {
    struct cli *cli;
    struct pool *pool;
    struct frame at;
    const char *program, *home, *dir, *recipe, *network, *quantized; /* files */
    const struct board *board;
    json_t *train, *quantize, *host, *image, *c; /* what the commands said */
};

static const char *in_dir(const struct demo *d, const char *name)
{
    return pool_printf(d->pool, "%s/%s", d->dir, name);
}

/* ---- commands ---- */
/* Runs `mote` with these arguments and --json; stdout goes to a file of the folder, stderr where ours goes. */
static enum mote_status run(struct demo *d, const char *output, json_t **json, const char *const *arguments)
{
    const char *argv[20] = {d->program};
    struct process process = {.argv = argv, .output = in_dir(d, output), .seconds = INT32_MAX, .ask = true};
    json_error_t error;
    int n = 1;

    while (*arguments != NULL && n < (int)COUNT(argv) - 2)
        argv[n++] = *arguments++;
    argv[n++] = "--json";
    fprintf(stderr, "\n$ mote");
    for (int i = 1; i < n - 1; i++)
        fprintf(stderr, " %s", shell_quoted(d->pool, argv[i]));
    fputc('\n', stderr);
    TRY(process_run(&process, 1, &d->at));
    if (process.exit_code != 0)
        return fail(&d->at, MOTE_ERR_ENVIRONMENT, "mote %s failed; what it said stands above", argv[1]);
    *json = json_load_file(process.output, 0, &error);
    return *json != NULL ? MOTE_OK : fail(&d->at, MOTE_ERR_FORMAT, "%s: %s", process.output, error.text);
}
#define RUN(d, output, json, ...) run(d, output, json, (const char *const[]){__VA_ARGS__, NULL})

/* Goes on with a training that is in the folder; one that is done only tells what it told then. */
static enum mote_status run_train(struct demo *d)
{
    struct frame recipe = {.name = d->recipe, .index = -1, .sink = &d->cli->error};

    if (access(pool_printf(d->pool, "%s/checkpoint.graph", d->network), F_OK) == 0)
        TRY(RUN(d, "train.json", &d->train, "train", d->recipe, "-o", d->network, "--resume"));
    else
        TRY(RUN(d, "train.json", &d->train, "train", d->recipe, "-o", d->network));
    if (!json_is_number(json_object_get(d->train, "accuracy")))
        return fail(&recipe, MOTE_ERR_UNSUPPORTED,
                    "trains no classifier: the demo compares accuracies; `mote quantize` and `mote emulate` take it");
    return MOTE_OK;
}

static enum mote_status run_all(struct demo *d)
{
    TRY(run_train(d));
    TRY(RUN(d, "quantize.json", &d->quantize, "quantize", pool_printf(d->pool, "%s/model.graph", d->network), "--data",
            d->recipe, "-o", d->quantized));
    TRY(RUN(d, "host.json", &d->host, "eval", d->quantized, "--data", d->recipe, "--predictions",
            in_dir(d, "host.csv")));
    TRY(RUN(d, "image.json", &d->image, "eval", d->quantized, "--data", d->recipe, "--target", BOARD, "--limit", LIMIT,
            "--predictions", in_dir(d, "image.csv")));
    return RUN(d, "c.json", &d->c, "eval", d->quantized, "--data", d->recipe, "--target", BOARD, "--via", "c",
               "--limit", LIMIT, "--predictions", in_dir(d, "c.csv"));
}

/* ---- the table ---- */
static double number(const json_t *json, const char *key) { return json_number_value(json_object_get(json, key)); }

static double footprint(const json_t *json, const char *key) { return number(json_object_get(json, "footprint"), key); }

/* Lines that the board's predictions have in common with the first ones of the host. */
static enum mote_status count_equal(struct demo *d, const char *name, int *equal, int *all)
{
    struct bytes host, board;
    const char *a, *b;

    TRY(file_read(d->pool, in_dir(d, "host.csv"), &host, &d->at));
    TRY(file_read(d->pool, in_dir(d, name), &board, &d->at));
    a = pool_printf(d->pool, "%.*s", (int)host.size, (const char *)host.data);
    b = pool_printf(d->pool, "%.*s", (int)board.size, (const char *)board.data);
    for (*equal = *all = 0; *b != '\0'; (*all)++) {
        size_t m = strcspn(a, "\n"), n = strcspn(b, "\n");

        *equal += m == n && memcmp(a, b, n) == 0;
        a += m + (a[m] != '\0');
        b += n + (b[n] != '\0');
    }
    return MOTE_OK;
}

/* What one of the two forms costs on the board. */
struct form {
    const json_t *json;
    int equal, all; /* predictions: those that are this machine's, of how many */
    double instructions, ms, ram, code, weights;
};

static enum mote_status read_form(struct demo *d, const json_t *json, const char *predictions, struct form *f)
{
    static const char *const ram[] = {"arena_bytes", "data_bss_bytes", "stack_bytes"};

    *f = (struct form){.json = json, .instructions = number(json, "instructions_mean")};
    TRY(count_equal(d, predictions, &f->equal, &f->all));
    for (size_t i = 0; i < COUNT(ram); i++)
        f->ram += footprint(json, ram[i]);
    f->ms = 1e3 * f->instructions / (double)d->board->clock_hz;
    f->code = footprint(json, "code_bytes") + footprint(json, "constant_bytes");
    f->weights = footprint(json, "weight_bytes");
    return MOTE_OK;
}

static void row(const char *what, const char *image, const char *c) { printf("  %-44s %14s %14s\n", what, image, c); }

static const char *grouped(struct demo *d, double value)
{
    long long n = (long long)(value + 0.5);

    if (n >= 1000000)
        return pool_printf(d->pool, "%lld,%03lld,%03lld", n / 1000000, n / 1000 % 1000, n % 1000);
    return n >= 1000 ? pool_printf(d->pool, "%lld,%03lld", n / 1000, n % 1000) : pool_printf(d->pool, "%lld", n);
}

static void both(struct demo *d, const char *what, double image, double c)
{
    row(what, grouped(d, image), grouped(d, c));
}

static const char *percent(struct demo *d, const json_t *json)
{
    return pool_printf(d->pool, "%.2f %%", 100 * number(json, "accuracy"));
}

static void print_scores(struct demo *d)
{
    char duration[32];

    printf("\n%s\n", json_string_value(json_object_get(d->train, "recipe")));
    printf("  %-44s %14s\n", "trained in", duration_text(number(d->train, "seconds"), duration));
    printf("  %-44s %14s\n",
           pool_printf(d->pool, "accuracy, float, %s test samples", grouped(d, number(d->train, "samples"))),
           percent(d, d->train));
    printf("  %-44s %14s\n", "accuracy, int8, the same", percent(d, d->host));
}

static void print_board(struct demo *d, const struct form *image, const struct form *c)
{
    printf("\non an emulated %s (%s, %.0f MHz)\n", d->board->name, d->board->core, 1e-6 * (double)d->board->clock_hz);
    row("", "interpreter", "generated C");
    row(pool_printf(d->pool, "accuracy, the first %d test samples", c->all), percent(d, d->image), percent(d, d->c));
    row("predictions equal to this machine's", pool_printf(d->pool, "%d of %d", image->equal, image->all),
        pool_printf(d->pool, "%d of %d", c->equal, c->all));
    both(d, "instructions an inference", image->instructions, c->instructions);
    row("at one instruction a cycle", pool_printf(d->pool, "%.1f ms", image->ms),
        pool_printf(d->pool, "%.1f ms", c->ms));
    both(d, "RAM, all of it: arena, data, stack (bytes)", image->ram, c->ram);
    both(d, "flash: code and constants (bytes)", image->code, c->code);
    both(d, "flash: weights (bytes)", image->weights, c->weights);
    printf("\n  %s/report.html shows the training. Next: mote compile %s --emit c -o firmware\n",
           printable(d->pool, d->network), shell_path(d->pool, d->quantized));
}

static json_t *form_json(const struct form *f)
{
    return json_pack("{s:f, s:i, s:i, s:f, s:f, s:I, s:I, s:I}", "accuracy", number(f->json, "accuracy"), "samples",
                     f->all, "equal", f->equal, "instructions_mean", f->instructions, "milliseconds", f->ms,
                     "ram_bytes", (json_int_t)f->ram, "code_bytes", (json_int_t)f->code, "weight_bytes",
                     (json_int_t)f->weights);
}

static json_t *demo_json(const struct demo *d, const struct form *image, const struct form *c)
{
    return json_pack("{s:O, s:f, s:I, s:f, s:f, s:s, s:o, s:o}", "recipe", json_object_get(d->train, "recipe"),
                     "seconds", number(d->train, "seconds"), "samples", (json_int_t)number(d->train, "samples"),
                     "accuracy_float", number(d->train, "accuracy"), "accuracy_int8", number(d->host, "accuracy"),
                     "target", d->board->name, "image", form_json(image), "c", form_json(c));
}

static enum mote_status tell(struct demo *d)
{
    struct form image, c;

    TRY(read_form(d, d->image, "image.csv", &image));
    TRY(read_form(d, d->c, "c.csv", &c));
    if (d->cli->json) {
        cli_print_json(demo_json(d, &image, &c));
    } else {
        print_scores(d);
        print_board(d, &image, &c);
    }
    if (image.equal != image.all || c.equal != c.all)
        return fail(&d->at, MOTE_ERR_VALUE, "the board's predictions differ from this machine's");
    return MOTE_OK;
}

/* ---- the command ---- */
static enum mote_status prepare(struct demo *d)
{
    static char self[4096];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    const char *o = cli_value(d->cli, "-o");

    d->program = n > 0 ? self : "mote";
    d->dir = o != NULL ? o : "mote-demo";
    d->recipe = cli_value(d->cli, "--recipe");
    TRY(mote_home(d->pool, &d->home, &d->at));
    if (d->recipe == NULL)
        d->recipe = pool_printf(d->pool, "%s/" RECIPE, d->home);
    TRY(board_load(d->pool, BOARD, &d->board, &d->at));
    d->network = in_dir(d, "network");
    d->quantized = in_dir(d, "int8.graph");
    if (mkdir(d->dir, 0777) != 0 && errno != EEXIST)
        return fail(&d->at, MOTE_ERR_FILE, "cannot make the folder %s: %s", d->dir, strerror(errno));
    return MOTE_OK;
}

static enum mote_status run_demo(struct cli *cli)
{
    struct demo *d = pool_alloc(&cli->pool, sizeof *d);
    enum mote_status status;

    d->cli = cli;
    d->pool = &cli->pool;
    d->at = cli->root;
    status = prepare(d);
    if (status == MOTE_OK)
        status = run_all(d);
    if (status == MOTE_OK)
        status = tell(d);
    json_decref(d->train);
    json_decref(d->quantize);
    json_decref(d->host);
    json_decref(d->image);
    json_decref(d->c);
    return status;
}

const struct command command_demo = {
    .name = "demo",
    .arguments = "[-o DIR] [--recipe RECIPE]",
    .summary = "the main job: data to a working device, measured at every step",
    .details =
        "Trains the recipe (Fashion-MNIST, Debian's package dataset-fashion-mnist), quantizes the network, runs\n"
        "the first " LIMIT " test samples on an emulated " BOARD ", as an image and as generated C, and ends\n"
        "with a table. The commands that it runs are shown; all files stay in DIR (mote-demo). Run again, it goes on\n"
        "with the training that is there.\n\n"
        "JSON keys: recipe, seconds, samples, accuracy_float and accuracy_int8 (of this machine), target, image and "
        "c:\n"
        "{accuracy, samples, equal (predictions as this machine's), instructions_mean, milliseconds, ram_bytes,\n"
        "code_bytes (with constants), weight_bytes}.",
    .example = "mote demo -o /tmp/demo",
    .positional_min = 0,
    .positional_max = 0,
    .options = (const struct option[]){{"-o", "DIR", "where everything goes; default: mote-demo"},
                                       {"--recipe", "RECIPE", "another recipe, with its data"},
                                       {NULL, NULL, NULL}},
    .run = run_demo,
};
