/* SPDX-License-Identifier: Apache-2.0 */
/* mote compress: a recipe's training, its stages of compression, and int8. */
#include <math.h>
#include <stdlib.h>

#include "host/report/columns.h"
#include "host/cli/commands.h"
#include "host/cli/compress_model.h"
#include "host/cli/compress_show.h"
#include "host/cli/io.h"
#include "host/cli/judge_show.h"
#include "host/jobs/compress.h"
#include "host/jobs/splits.h"

/* ---- results ---- */
static json_t *row_json(const struct compress_row *row)
{
    return json_pack("{s:s, s:o, s:I, s:I, s:o, s:o, s:o, s:I}", "stage", row->stage, "model", json_text(row->path),
                     "weights", (json_int_t)row->weights, "kept", (json_int_t)row->kept, "levels",
                     row->levels > 0 ? json_integer(row->levels) : json_null(), "accuracy", json_number(row->accuracy),
                     "loss", json_number(row->loss), "bytes", (json_int_t)row->bytes);
}

static json_t *points_json(const struct price_search *s)
{
    json_t *points = json_array();

    for (int32_t i = 0; i < s->n; i++)
        json_array_append_new(
            points, json_pack("{s:f, s:I, s:I, s:o, s:o}", "bit_price", (double)s->points[i].price, "kept",
                              (json_int_t)s->points[i].kept, "bytes", (json_int_t)s->points[i].bytes, "accuracy",
                              json_number(s->points[i].accuracy), "loss", json_number(s->points[i].loss)));
    return points;
}

static json_t *compress_json(const struct compressed *c)
{
    json_t *rows = json_array(), *json;

    for (int32_t i = 0; i < c->n_rows; i++)
        json_array_append_new(rows, row_json(&c->rows[i]));
    json = json_pack("{s:o, s:o, s:s, s:i}", "output", json_text(c->rows[c->n_rows - 1].path), "stages", rows, "split",
                     c->quantized.parts.kind, "samples", (int)c->quantized.parts.test.samples.n);
    if (c->search.n > 0)
        json_object_update_new(json, json_pack("{s:o, s:b}", "points", points_json(&c->search), "met",
                                               price_does(&c->search, &c->search.points[c->chosen])));
    if (c->options.goal.given)
        json_object_update_new(json,
                               json_pack("{s:s, s:s, s:I, s:f}", "optimize", optimize_words[c->options.goal.optimize],
                                         "target", c->options.goal.target->name, "arena_bytes",
                                         (json_int_t)c->takes.arena, "instructions_estimated", c->takes.instructions));
    compression_json(&c->compression, json, rows);
    judge_metrics_json(&c->quantized.before, json, "_float");
    judge_metrics_json(&c->quantized.after, json, "_int8");
    return json;
}

/* What validation says: of classes the share of errors, else the loss. */
static const char *error_text(struct pool *pool, const struct compress_row *row)
{
    if (!isnan(row->accuracy))
        return pool_printf(pool, "%.2f %%", 100 * (1 - row->accuracy));
    return isnan(row->loss) ? "-" : pool_printf(pool, "%.6g", row->loss);
}

static const char *levels_text(struct pool *pool, const struct compress_row *row)
{
    return row->levels > 0 ? pool_printf(pool, "%d", (int)row->levels) : "-";
}

/* ---- the points of a search ---- */
static void print_points(const struct compressed *c)
{
    const struct price_search *s = &c->search;
    const bool met = price_does(s, &s->points[c->chosen]);

    printf("%-10s %10s %15s %13s\n", "bit price", "kept", isnan(s->points[0].accuracy) ? "validation loss" : "error",
           "bytes");
    for (int32_t i = 0; i < s->n; i++) {
        const struct price_point *p = &s->points[i];
        const struct compress_row row = {.accuracy = p->accuracy, .loss = p->loss};

        printf("%-10.3g %10lld %15s %13lld%s\n", (double)p->price, (long long)p->kept, error_text(c->pool, &row),
               (long long)p->bytes,
               i != c->chosen ? ""
               : met          ? "  taken"
                              : "  the nearest: none does");
    }
    printf("\n");
}

static void print_text(const struct compressed *c)
{
    const struct quantized *q = &c->quantized;
    struct pool *pool = c->pool;

    if (c->search.n > 0)
        print_points(c);
    printf("%-8s %10s %8s %7s %16s %16s\n", "stage", "kept", "", "levels",
           isnan(c->rows[0].accuracy) ? "validation loss" : "validation error", "bytes");
    for (int32_t i = 0; i < c->n_rows; i++) {
        const struct compress_row *row = &c->rows[i];

        printf("%-8s %10lld %6.2f %% %7s %16s %16lld\n", row->stage, (long long)row->kept,
               100 * (double)row->kept / (double)c->rows[0].weights, levels_text(pool, row), error_text(pool, row),
               (long long)row->bytes);
    }
    for (int32_t i = 0; i < q->after.n_metrics; i++)
        print_fitting(stdout, "%s on %d %s samples: float %s, int8 %s\n", q->after.metrics[i].name,
                      (int)q->parts.test.samples.n, q->parts.kind, metric_text(pool, &q->before.metrics[i]),
                      metric_text(pool, &q->after.metrics[i]));
    if (c->options.goal.given)
        print_fitting(stdout, "for %s on %s: %.0f instructions (estimated), %.0f bytes of arena\n",
                      optimize_words[c->options.goal.optimize], c->options.goal.target->name, c->takes.instructions,
                      c->takes.arena);
    compression_print(&c->compression, pool, stdout);
    print_fitting(stdout, "\n%s is the compressed network, %s/" COMPRESS_REPORT " shows it\n",
                  printable(pool, c->rows[c->n_rows - 1].path), printable(pool, c->folder));
}

/* ---- the command ---- */
static enum mote_status read_goal(struct cli *cli, struct compress_options *o)
{
    const char *drop = cli_value(cli, "--accuracy-drop");
    char *end = NULL;

    TRY(cli_bytes(cli, "--budget", &o->budget));
    o->accuracy_drop = drop != NULL ? strtod(drop, &end) / 100 : NAN;
    if (drop != NULL && (end == drop || *end != '\0' || !(o->accuracy_drop >= 0 && o->accuracy_drop <= 1)))
        return usage_error(cli, "--accuracy-drop wants points from 0 to 100, not \"%s\"", drop);
    if (o->budget > 0 && drop != NULL)
        return usage_error(cli,
                           "either --budget or --accuracy-drop: a recipe's network is as good as one of them lets it");
    return MOTE_OK;
}

static enum mote_status compress_recipe(struct cli *cli)
{
    struct compressed *c = pool_alloc(&cli->pool, sizeof *c);
    struct train *t = pool_alloc(&cli->pool, sizeof *t);
    struct compress_options options = {.recipe = cli->positional[0],
                                       .data = cli_value(cli, "--data"),
                                       .folder = cli_value(cli, "-o"),
                                       .dense = cli_value(cli, "--dense"),
                                       .max_bytes = cli->max_bytes,
                                       .progress = &cli_progress};
    struct train_watcher watcher = train_watcher(t);
    int64_t threads = 0, epochs = 0;

    TRY(cli_number(cli, "--threads", 1, TRAIN_THREADS_MAX, &threads));
    TRY(cli_number(cli, "--epochs", 1, EPOCHS_MAX, &epochs));
    TRY(read_goal(cli, &options));
    TRY(compress_read_goal(cli, &options.goal));
    options.threads = (int32_t)threads;
    options.epochs = (int32_t)epochs;
    options.watcher = &watcher;
    options.stop = &train_stop;
    TRY(compress_run(&cli->pool, &options, t, c, &cli->root));
    if (c->stopped)
        exit(128 + train_stop);
    if (cli->json)
        cli_print_json(compress_json(c));
    else
        print_text(c);
    return MOTE_OK;
}

/* Options that only one of both takes are refused by the other. */
static enum mote_status run_compress(struct cli *cli)
{
    static const char *const of_models[] = {"--channels", "--prune", "--levels", "--no-compensation",
                                            "--samples",  "--limit", "--task",   "--normal",
                                            "--shape",    "--from",  "--to"};

    if (!is_recipe_name(cli->positional[0]))
        return compress_model(cli);
    for (size_t i = 0; i < COUNT(of_models); i++)
        if (cli_value(cli, of_models[i]) != NULL || cli_flag(cli, of_models[i]))
            return usage_error(cli, "%s is for models; what becomes of a recipe's network, its compress section says",
                               of_models[i]);
    if (cli_value(cli, "--target") != NULL && cli_value(cli, "--optimize") == NULL)
        return usage_error(cli, "--target of a recipe says where --optimize counts: give that, too");
    return compress_recipe(cli);
}

const struct command command_compress = {
    .name = "compress",
    .arguments = "RECIPE|M [--data SPEC] [-o DIR] [--optimize flash|speed --target T] [--budget BYTES] [--prune P] "
                 "[--levels L]",
    .summary = "makes a model's weights few, coarse and small, with training or without",
    .details =
        "Of a recipe (.yaml) the stages are those of its `compress` section: docs/COMPRESS.md. Each is a training in a "
        "folder of\n"
        "its own, DIR/dense, DIR/prune, DIR/levels, with a model.graph that all commands take; DIR/int8.graph is what\n"
        "comes out. The command goes on where it was stopped, and what is done already it does not do again.\n"
        "--dense is a folder of mote train, or of another compression of the recipe, to begin with.\n\n"
        "The table has, after each stage, the weights that are not 0, the most values of one tensor, the error on the\n"
        "validation split, and the bytes of weights and biases as they are coded (of float: as int8 would have "
        "them).\n\n"
        "With --optimize the score of a weight or channel is divided by the bytes (flash) or instructions (speed) "
        "that\n"
        "it saves on the target, in place of `prune.cost`, and the bytes of what comes out are those of mote compile "
        "with\n"
        "the same two options.\n\n"
        "With --budget or --accuracy-drop the recipe's bit_price is the first of several that are tried, up to 7, "
        "each\n"
        "a training in DIR/levels_PRICE; the points of the curve are printed, and one is taken.\n\n"
        "JSON keys: output, stages: [{stage, model, weights, kept, levels (null: more than 16), accuracy, loss (on "
        "the\n"
        "validation split), bytes}], split, samples, with --optimize optimize, target, arena_bytes, "
        "instructions_estimated, and for these accuracy_float and accuracy_int8, or those of mote\n"
        "quantize; of a search points: [{bit_price, kept, bytes, accuracy, loss}], met (the budget, or the drop; else\n"
        "the nearest point is taken).\n\n"
        "Of a model (a .tflite, a graph file, …) nothing is trained: --samples of the data, which need no labels, say\n"
        "which weights matter. Either --prune and --levels say what is to be done, or --budget or --accuracy-drop how "
        "far\n"
        "it is to go. A float model is quantized first. DIR gets dense.graph, prune.graph where levels follow, "
        "int8.graph\n"
        "and report.html. The table has the samples on which the model predicts what it predicted as it was "
        "(agreement), "
        "how\n"
        "far its outputs are from those (dB), its accuracy if there are labels, and weight_bytes with each layer "
        "coded\n"
        "where that takes less.\n\n"
        "JSON keys of a model: output, stages: [{stage, model, weights, kept, levels, weight_bytes, macs, arena_bytes "
        "and\n"
        "instructions_estimated (of a dense plan for the target), agreement (null: no classes), sqnr_db (null: "
        "nothing\n"
        "differs), and accuracy or the keys of mote eval}], quantized (it was float), split, samples,\n"
        "calibration_samples, met (what was asked for; else it is what comes nearest).\n\n" COMPRESSION_KEYS,
    .example = "mote compress models/recipes/lenet_300_100.yaml --data mnist -o lenet",
    .positional_min = 1,
    .positional_max = 1,
    .options =
        (const struct option[]){
            {"--data", "SPEC", "data instead of the recipe's"},
            {"-o", "DIR", "where everything goes; default: the recipe's or model's name"},
            {"--budget", "BYTES", "as good as so many bytes of weights and biases allow"},
            {"--accuracy-drop", "P", "as few bytes as cost at most P points on the validation split"},
            {"--channels", "C", "of a model, before all else: apoz:KEEP or norm:KEEP"},
            {"--optimize", "G", "flash or speed: what goes first saves most bytes, or instructions, on the target"},
            {"--target", "T", "for --optimize; of a model also where channels cost what they save; default: portable"},
            {"--prune", "P", "of a model: obs:KEEP or magnitude:KEEP"},
            {"--levels", "L", "of a model: kmeans:N, linear:BITS, log:BITS, ternary or binary"},
            {"--no-compensation", NULL, "each weight gets the nearest level"},
            {"--samples", "N", "of a model, to look at; default: 200"},
            {"--limit", "N", "of a model: only the first N test samples"},
            SHAPE_OPTION,
            JUDGE_OPTIONS,
            {"--dense", "DIR", "the folder of the training; default: DIR/dense"},
            {"--epochs", "N", "of each stage after the training, with a ramp in proportion"},
            {"--threads", "N", "default: of a training by the network, one or all cores; of a model all"},
            DATA_OPTIONS,
            {NULL, NULL, NULL}},
    .run = run_compress,
};
