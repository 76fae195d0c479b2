/* SPDX-License-Identifier: Apache-2.0 */
/* mote demo: the main job. A data set becomes a trained network, the network int8, the int8 a firmware; then a
 * compressed network is made of the trained one, for the same board. Each is measured, and a table says what it scores
 * and costs. Every step is what a command does, which is shown. */
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "host/boards/board.h"
#include "host/cli/commands.h"
#include "host/cli/io.h"
#include "host/jobs/compress.h"
#include "host/jobs/evaluate_board.h"
#include "host/report/columns.h"
#include "host/report/terminal.h"
#include "host/target/home.h"

#define BOARD       "nano-33-ble-sense"
#define LIMIT       500 /* samples on the board */
#define LIMIT_TEXT  "500"
#define RECIPE      "models/recipes/fashion_mnist.yaml"
#define EPOCHS      2 /* of each stage of compression: a first look at what more would bring */
#define EPOCHS_TEXT "2"

/* An int8 network, and what this machine says of it. */
struct network {
    const char *path;
    double accuracy;
    int32_t n_predictions, *predictions;
};

/* What a network costs on the board in one of its forms. */
struct form {
    double accuracy;
    int32_t equal, all; /* predictions: those that are this machine's, of how many */
    int64_t instructions, ram, code, weights;
};

struct demo {
    struct cli *cli;
    struct pool *pool;
    struct frame at;
    const char *dir, *recipe, *network, *folder; /* folder: of the compression */
    bool compresses;                             /* the recipe says how */
    const struct board *board;
    /* of this machine */
    const char *name; /* the recipe's */
    double seconds, accuracy_float;
    int64_t samples;
    struct network int8, small;
    struct form image, c, compressed;
};

static const char *in_dir(const struct demo *d, const char *name)
{
    return pool_printf(d->pool, "%s/%s", d->dir, name);
}

/* ---- steps: each gives back the memory that it took ---- */
/* The command that does the same. */
static void show_words(struct demo *d, const char *const *words)
{
    fputs("\n$ mote", stderr);
    for (; *words != NULL; words++)
        fprintf(stderr, " %s", shell_quoted(d->pool, *words));
    fputc('\n', stderr);
}
#define SHOW(d, ...) show_words(d, (const char *const[]){__VA_ARGS__, NULL})

/* Goes on with a training that is in the folder; one that is done only tells what it told then. */
static enum mote_status train(struct demo *d, struct pool *pool)
{
    struct frame recipe = {.name = d->recipe, .index = -1, .sink = &d->cli->error};
    struct train_options options = {
        .recipe = d->recipe,
        .folder = d->network,
        .resume = access(pool_printf(pool, "%s/" TRAIN_CHECKPOINT, d->network), F_OK) == 0,
    };
    struct train *t = pool_alloc(pool, sizeof *t);

    SHOW(d, "train", d->recipe, "-o", d->network, options.resume ? "--resume" : NULL);
    TRY(train_watched(d->cli, pool, &options, t));
    TRY(train_report(t));
    if (isnan(t->test.accuracy))
        return fail(&recipe, MOTE_ERR_UNSUPPORTED,
                    "trains no classifier: the demo compares accuracies; `mote quantize` and `mote emulate` take it");
    d->name = pool_strdup(d->pool, t->recipe.name);
    d->seconds = t->seconds;
    d->samples = t->test.n;
    d->accuracy_float = t->test.accuracy;
    return MOTE_OK;
}

static enum mote_status quantize(struct demo *d, struct pool *pool)
{
    const char *network = pool_printf(pool, "%s/" TRAIN_MODEL, d->network);
    struct frame file = {.name = network, .index = -1, .sink = &d->cli->error};
    const struct quantize_job job = {.data = d->recipe,
                                     .how = {.method = CALIBRATE_MINMAX},
                                     .judge = {.progress = &cli_progress, .at = &d->at},
                                     .progress = &cli_progress};
    struct quantized *q = pool_alloc(pool, sizeof *q);
    struct pipeline p;

    SHOW(d, "quantize", network, "--data", d->recipe, "-o", d->int8.path);
    TRY(pipeline_load(pool, network, &p, &file));
    TRY(quantize_run(pool, &job, &p, q, &file));
    return quantize_write(q, d->int8.path);
}

/* Begins with the network that is trained already. */
static enum mote_status compress(struct demo *d, struct pool *pool)
{
    struct train *t = pool_alloc(pool, sizeof *t);
    struct compressed *c = pool_alloc(pool, sizeof *c);
    const struct train_watcher watcher = train_watcher(t);
    const struct compress_options options = {.recipe = d->recipe,
                                             .folder = d->folder,
                                             .dense = d->network,
                                             .epochs = EPOCHS,
                                             .accuracy_drop = NAN,
                                             .stop = &train_stop,
                                             .watcher = &watcher,
                                             .progress = &cli_progress};

    if (!d->compresses)
        return MOTE_OK;
    SHOW(d, "compress", d->recipe, "-o", d->folder, "--dense", d->network, "--epochs", EPOCHS_TEXT);
    TRY(compress_run(pool, &options, t, c, &d->cli->root));
    if (c->stopped)
        exit(128 + train_stop);
    d->small.path = pool_strdup(d->pool, c->rows[c->n_rows - 1].path);
    return MOTE_OK;
}

static enum mote_status load(struct demo *d, struct pool *pool, const char *path,
                             const struct pipeline_options *options, struct pipeline *p, struct frame *file)
{
    *file = (struct frame){.name = path, .index = -1, .sink = &d->cli->error};
    TRY(pipeline_load(pool, path, p, file));
    return pipeline_compile(p, options, file);
}

static enum mote_status evaluate_here(struct demo *d, struct pool *pool, struct network *net)
{
    const struct target here = target_host();
    const struct pipeline_options compiling = {.target = &here};
    const struct evaluate_options options = {
        .data = d->recipe, .split = SPLIT_TEST, .judge = {.progress = &cli_progress, .at = &d->at}};
    struct evaluated *e = pool_alloc(pool, sizeof *e);
    struct pipeline p;
    struct frame file;

    SHOW(d, "eval", net->path, "--data", d->recipe);
    TRY(load(d, pool, net->path, &compiling, &p, &file));
    TRY(evaluate_run(pool, &options, &p, e, &file));
    if (e->judge.predictions == NULL)
        return fail(&e->data_file, MOTE_ERR_UNSUPPORTED, "its labels are no classes: there is nothing to compare");
    net->accuracy = confusion_accuracy(&e->judge.confusion);
    net->n_predictions = e->n;
    net->predictions = pool_copy(d->pool, e->judge.predictions, (size_t)e->n * sizeof *net->predictions);
    return MOTE_OK;
}

static enum mote_status evaluate_int8(struct demo *d, struct pool *pool) { return evaluate_here(d, pool, &d->int8); }

static enum mote_status evaluate_small(struct demo *d, struct pool *pool)
{
    return d->compresses ? evaluate_here(d, pool, &d->small) : MOTE_OK;
}

static struct form form_of(const struct network *net, const struct evaluated *e, const struct measure *m)
{
    const struct footprint size = measure_footprint(m);
    struct form f = {.accuracy = confusion_accuracy(&e->judge.confusion),
                     .all = e->n,
                     .instructions = evaluated_instructions(e, m),
                     .ram = footprint_ram(&size),
                     .code = size.code + size.constants,
                     .weights = size.weights};

    for (int32_t i = 0; i < f.all && i < net->n_predictions; i++)
        f.equal += e->judge.predictions[i] == net->predictions[i];
    return f;
}

static enum mote_status evaluate_form(struct demo *d, struct pool *pool, const struct network *net, bool via_c,
                                      struct form *out)
{
    const struct target target = target_of_board(d->board);
    const bool coded = net == &d->small;
    const struct pipeline_options compiling = {
        .target = &target, .via_c = via_c, .coding = coded ? CODING_HUFFMAN : CODING_USUAL};
    struct evaluate_options options = {
        .data = d->recipe, .split = SPLIT_TEST, .limit = LIMIT, .judge = {.progress = &cli_progress, .at = &d->at}};
    struct evaluated *e = pool_alloc(pool, sizeof *e);
    struct measure m;
    struct pipeline p;
    struct frame file;

    SHOW(d, "eval", net->path, "--data", d->recipe, "--target", BOARD, "--via", via_c ? "c" : "image", "--limit",
         LIMIT_TEXT, coded ? "--coding" : NULL, "huffman");
    TRY(load(d, pool, net->path, &compiling, &p, &file));
    TRY(measure_open(pool, &p, via_c, &m, &file));
    m.progress = &cli_progress;
    TRY(evaluate_on_board(pool, &options, &p, &m, e, &file));
    *out = form_of(net, e, &m);
    return MOTE_OK;
}

static enum mote_status evaluate_image(struct demo *d, struct pool *pool)
{
    return evaluate_form(d, pool, &d->int8, false, &d->image);
}

static enum mote_status evaluate_c(struct demo *d, struct pool *pool)
{
    return evaluate_form(d, pool, &d->int8, true, &d->c);
}

static enum mote_status evaluate_compressed(struct demo *d, struct pool *pool)
{
    return d->compresses ? evaluate_form(d, pool, &d->small, true, &d->compressed) : MOTE_OK;
}

static enum mote_status run_all(struct demo *d)
{
    static enum mote_status (*const steps[])(struct demo *, struct pool *) = {
        train, quantize, evaluate_int8, evaluate_image, evaluate_c, compress, evaluate_small, evaluate_compressed};

    for (size_t i = 0; i < COUNT(steps); i++) {
        struct pool pool = {0};
        const enum mote_status status = steps[i](d, &pool);

        pool_free(&pool);
        TRY(status);
    }
    return MOTE_OK;
}

/* ---- the table ---- */
/* compressed: "" where there is none. */
static void row(const char *what, const char *image, const char *c, const char *compressed)
{
    printf("  %-36s %13s %13s %*s\n", what, image, c, *compressed != '\0' ? 13 : 0, compressed);
}

static const char *grouped(struct demo *d, int64_t value)
{
    long long n = value;

    if (n >= 1000000)
        return pool_printf(d->pool, "%lld,%03lld,%03lld", n / 1000000, n / 1000 % 1000, n % 1000);
    return n >= 1000 ? pool_printf(d->pool, "%lld,%03lld", n / 1000, n % 1000) : pool_printf(d->pool, "%lld", n);
}

static const char *percent(struct demo *d, double share) { return pool_printf(d->pool, "%.2f %%", 100 * share); }

typedef const char *form_text(struct demo *d, const struct form *f);

/* Of each form what `text` makes of it. */
static void forms(struct demo *d, const char *what, form_text *text)
{
    row(what, text(d, &d->image), text(d, &d->c), d->compresses ? text(d, &d->compressed) : "");
}

static double milliseconds(const struct demo *d, const struct form *f)
{
    return 1e3 * (double)f->instructions / (double)d->board->clock_hz;
}

static void print_scores(struct demo *d)
{
    char duration[32];

    printf("\n%s\n", printable(d->pool, d->name));
    printf("  %-36s %13s\n", "trained in", duration_text(d->seconds, duration));
    printf("  %-36s %13s\n", pool_printf(d->pool, "accuracy, float, %s test samples", grouped(d, d->samples)),
           percent(d, d->accuracy_float));
    printf("  %-36s %13s\n", "accuracy, int8, the same", percent(d, d->int8.accuracy));
    if (d->compresses)
        printf("  %-36s %13s\n", "accuracy, compressed, the same", percent(d, d->small.accuracy));
}

static const char *accuracy_text(struct demo *d, const struct form *f) { return percent(d, f->accuracy); }
static const char *instructions_text(struct demo *d, const struct form *f) { return grouped(d, f->instructions); }
static const char *ram_text(struct demo *d, const struct form *f) { return grouped(d, f->ram); }
static const char *code_text(struct demo *d, const struct form *f) { return grouped(d, f->code); }
static const char *weights_text(struct demo *d, const struct form *f) { return grouped(d, f->weights); }

static const char *equal_text(struct demo *d, const struct form *f)
{
    return pool_printf(d->pool, "%d of %d", f->equal, f->all);
}

static const char *time_text(struct demo *d, const struct form *f)
{
    return pool_printf(d->pool, "%.1f ms", milliseconds(d, f));
}

static void print_board(struct demo *d)
{
    printf("\non an emulated %s (%s, %.0f MHz)\n", d->board->name, d->board->core, 1e-6 * (double)d->board->clock_hz);
    row("", "interpreter", "generated C", d->compresses ? "compressed, C" : "");
    forms(d, pool_printf(d->pool, "accuracy, the first %d test samples", d->c.all), accuracy_text);
    forms(d, "predictions equal to this machine's", equal_text);
    forms(d, "instructions an inference", instructions_text);
    forms(d, "at one instruction a cycle", time_text);
    forms(d, "RAM: arena, data, stack (bytes)", ram_text);
    forms(d, "flash: code and constants (bytes)", code_text);
    forms(d, "flash: weights (bytes)", weights_text);
    putchar('\n');
    print_fitting(stdout, "%s/" TRAIN_REPORT " shows the training%s.\n", printable(d->pool, d->network),
                  d->compresses
                      ? pool_printf(d->pool, ", %s/" COMPRESS_REPORT " the compression", printable(d->pool, d->folder))
                      : "");
    printf("Next: mote compile %s --emit c -o firmware\n", shell_path(d->pool, d->int8.path));
    puts("All of it on one page:");
    printf("$ mote report %s --data %s --target " BOARD " --via c\n", shell_path(d->pool, d->dir),
           shell_path(d->pool, d->recipe));
}

static json_t *form_json(const struct demo *d, const struct form *f)
{
    return json_pack("{s:f, s:i, s:i, s:f, s:f, s:I, s:I, s:I}", "accuracy", f->accuracy, "samples", f->all, "equal",
                     f->equal, "instructions_mean", (double)f->instructions, "milliseconds", milliseconds(d, f),
                     "ram_bytes", (json_int_t)f->ram, "code_bytes", (json_int_t)f->code, "weight_bytes",
                     (json_int_t)f->weights);
}

static json_t *demo_json(const struct demo *d)
{
    json_t *json = json_pack("{s:o, s:f, s:I, s:f, s:f, s:s, s:o, s:o}", "recipe", json_text(d->name), "seconds",
                             d->seconds, "samples", (json_int_t)d->samples, "accuracy_float", d->accuracy_float,
                             "accuracy_int8", d->int8.accuracy, "target", d->board->name, "image",
                             form_json(d, &d->image), "c", form_json(d, &d->c));

    if (d->compresses)
        json_object_update_new(json, json_pack("{s:f, s:o}", "accuracy_compressed", d->small.accuracy, "compressed",
                                               form_json(d, &d->compressed)));
    return json;
}

static enum mote_status tell(struct demo *d)
{
    if (d->cli->json) {
        cli_print_json(demo_json(d));
    } else {
        print_scores(d);
        print_board(d);
    }
    if (d->image.equal != d->image.all || d->c.equal != d->c.all || d->compressed.equal != d->compressed.all)
        return fail(&d->at, MOTE_ERR_VALUE, "the board's predictions differ from this machine's");
    return MOTE_OK;
}

/* ---- the command ---- */
static enum mote_status prepare(struct demo *d)
{
    const char *o = cli_value(d->cli, "-o"), *home;
    struct recipe recipe;
    struct frame file = {.index = -1, .sink = &d->cli->error};

    d->dir = o != NULL ? o : "mote-demo";
    d->recipe = cli_value(d->cli, "--recipe");
    TRY(mote_home(d->pool, &home, &d->at));
    if (d->recipe == NULL)
        d->recipe = pool_printf(d->pool, "%s/" RECIPE, home);
    TRY(board_load(d->pool, BOARD, &d->board, &d->at));
    d->network = in_dir(d, "network");
    d->int8.path = in_dir(d, "int8.graph");
    d->folder = in_dir(d, "compressed");
    file.name = d->recipe;
    TRY(recipe_read(d->pool, d->recipe, &recipe, &file));
    d->compresses = recipe.n_stages > 0;
    return folder_make(d->dir, &d->at);
}

static enum mote_status run_demo(struct cli *cli)
{
    struct demo *d = pool_alloc(&cli->pool, sizeof *d);

    if (cli->n_positional > 0)
        return strcmp(cli->positional[0], "wake-word") == 0
                   ? demo_wake_word(cli)
                   : usage_error(cli, "there is a demo `wake-word`, not \"%s\"", cli->positional[0]);
    d->cli = cli;
    d->pool = &cli->pool;
    d->at = cli->root;
    TRY(prepare(d));
    TRY(run_all(d));
    return tell(d);
}

const struct command command_demo = {
    .name = "demo",
    .arguments = "[wake-word] [-o DIR] [--recipe RECIPE]",
    .summary = "the main job: data to a working device, measured at every step",
    .details =
        "Trains the recipe (Fashion-MNIST, Debian's package dataset-fashion-mnist), quantizes the network, runs\n"
        "the first " LIMIT_TEXT " test samples on an emulated " BOARD ", as an image and as generated C; the same\n"
        "with what its compress section, with " EPOCHS_TEXT " epochs a stage, makes of the network; and ends with a "
        "table. The commands that do the same are shown; network and report stay in DIR (mote-demo). Run "
        "again,\n"
        "it goes on with the training that is there.\n\n"
        "`wake-word` goes from clips to an emulated board that hears a word (examples/wake_word): synthetic speech by\n"
        "espeak-ng, which must be installed, stands in for recordings. Takes -o (mote-wake-word).\n\n"
        "JSON keys: recipe, seconds, samples, accuracy_float and accuracy_int8 (of this machine), target, image and "
        "c:\n"
        "{accuracy, samples, equal (predictions as this machine's), instructions_mean, milliseconds, ram_bytes,\n"
        "code_bytes (with constants), weight_bytes}; of a recipe with a compress section also accuracy_compressed and\n"
        "compressed, like c.",
    .example = "mote demo -o /tmp/demo",
    .positional_min = 0,
    .positional_max = 1,
    .options = (const struct option[]){{"-o", "DIR", "where everything goes; default: mote-demo"},
                                       {"--recipe", "RECIPE", "another recipe, with its data"},
                                       {NULL, NULL, NULL}},
    .run = run_demo,
};
