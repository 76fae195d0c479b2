/* SPDX-License-Identifier: Apache-2.0 */
/* mote train: a recipe and its data become a folder with the trained network, a checkpoint, the history and a report.
 */
#include <math.h>
#include <signal.h>
#include <stdlib.h>

#include "host/cli/commands.h"
#include "host/cli/io.h"
#include "host/cli/judge_show.h"
#include "host/cli/measure_show.h"
#include "host/boards/board.h"
#include "host/data/spec.h"
#include "host/jobs/finish_board.h"
#include "host/jobs/splits.h"
#include "host/report/terminal.h"

/* ---- Ctrl-C ---- */
static const int watched[] = {SIGINT, SIGTERM, SIGHUP};
volatile sig_atomic_t train_stop;
static void (*end_at_once)(int) = SIG_DFL;

/* After the step that is being done; asked twice, at once. */
static void ask_to_stop(int signal_number)
{
    if (train_stop)
        end_at_once(signal_number); /* as without training: NOLINT(bugprone-signal-handler) */
    train_stop = signal_number;
}

static void watch_signals(void)
{
    for (size_t i = 0; i < COUNT(watched); i++) {
        void (*before)(int) = signal(watched[i], ask_to_stop);

        if (before == SIG_IGN) /* nohup */
            signal(watched[i], SIG_IGN);
        else
            end_at_once = before;
    }
}

/* From now on nothing is left to save. */
static void unwatch_signals(void)
{
    for (size_t i = 0; i < COUNT(watched); i++)
        if (signal(watched[i], end_at_once) == SIG_IGN)
            signal(watched[i], SIG_IGN);
}

/* ---- while it runs ---- */
static void note(void *context, const char *line)
{
    (void)context;
    fputs(line, stderr);
}

static void saving(void *context, bool on)
{
    (void)context;
    if (on)
        watch_signals();
    else
        unwatch_signals();
}

static void step(void *context, struct epoch_progress *p)
{
    (void)context;
    epoch_progress_show(p, stderr);
}

static void steps_end(void *context, struct epoch_progress *p)
{
    (void)context;
    epoch_progress_remove(p, stderr);
}

static void epoch(void *context, const struct history_row *row)
{
    const struct train *t = context;
    char line[LINE_SIZE];

    fprintf(stderr, "%s\n", epoch_line(row, t->recipe.training.epochs, line));
}

/* ---- results ---- */
static const char *r2_text(struct pool *pool, double r2) { return isnan(r2) ? "-" : pool_printf(pool, "%.4f", r2); }

static json_t *train_json(const struct train *t)
{
    json_t *json = json_pack("{s:o, s:i, s:i, s:s, s:I, s:o, s:o, s:I}", "recipe", json_text(t->recipe.name), "epochs",
                             (int)t->history.rows[t->history.n - 1].epoch, "best_epoch", (int)t->best->epoch, "split",
                             split_words[t->split], "samples", (json_int_t)t->test.n, "loss", json_number(t->test.loss),
                             "seconds", json_number(t->seconds), "macs", (json_int_t)model_macs(&t->net));

    if (!isnan(t->test.accuracy))
        json_object_set_new(json, "accuracy", json_real(t->test.accuracy));
    if (train_is_regression(t)) {
        json_object_set_new(json, "mae", json_number(t->test.regression.mae));
        json_object_set_new(json, "rmse", json_number(t->test.regression.rmse));
        json_object_set_new(json, "r2", json_number(t->test.regression.r2));
    }
    if (train_is_anomaly(t)) {
        json_object_set_new(json, "roc_auc", json_number(t->anomalies.roc.auc));
        judge_metrics_json(&t->anomalies, json, "");
        json_object_set_new(json, "threshold_samples", json_integer(t->threshold.n));
    }
    return json;
}

/* Is there something better than the loss to tell? */
static bool has_figure(const struct train *t)
{
    return !isnan(t->test.accuracy) || train_is_regression(t) || t->anomalies.roc.n > 0;
}

static void print_threshold(struct train *t)
{
    judge_print_rest(&t->anomalies);
    printf("the threshold has at most 1 in %d above it of %lld normal %s samples%s\n", ALARM_RARITY,
           (long long)t->threshold.n, t->threshold_from,
           t->threshold_from == split_words[SPLIT_TRAIN]
               ? ", which the network knows: too low; give it a validation split"
               : "");
}

static void print_text(struct train *t, bool goes_on)
{
    struct pool *pool = t->pool;
    const char *keys = t->moved ? data_section_keys(pool, t->recipe.data) : NULL;
    char duration[32];

    printf("%s: %s, epoch %d of %d kept, ", printable(pool, t->recipe.name), duration_text(t->seconds, duration),
           (int)t->best->epoch, (int)t->history.rows[t->history.n - 1].epoch);
    if (!isnan(t->test.accuracy))
        printf("accuracy %.2f %% ", 100 * t->test.accuracy);
    if (train_is_regression(t))
        printf("MAE %.6g, RMSE %.6g, R2 %s ", t->test.regression.mae, t->test.regression.rmse,
               r2_text(t->pool, t->test.regression.r2));
    if (t->anomalies.roc.n > 0)
        printf("ROC AUC %.4f ", t->anomalies.roc.auc);
    printf(has_figure(t) ? "(loss %.4f)" : "loss %.4f", t->test.loss);
    printf(" on the %lld samples of the %s split\n", (long long)t->test.n, split_words[t->split]);
    if (t->confusion.counts != NULL)
        print_confusion(&t->confusion, t->pool, stdout);
    if (train_is_anomaly(t))
        print_threshold(t);
    if (goes_on) {
        printf("\n%s is the network, %s the report\n", printable(pool, train_path(t, TRAIN_MODEL)),
               printable(pool, train_path(t, TRAIN_REPORT)));
        return;
    }
    printf("\n%s is the network, %s the report. Next: mote quantize %s --data %s -o %s\n",
           printable(pool, train_path(t, TRAIN_MODEL)), printable(pool, train_path(t, TRAIN_REPORT)),
           shell_path(pool, train_path(t, TRAIN_MODEL)), shell_path(pool, t->data_file.name),
           shell_path(pool, pool_printf(pool, "%s.graph", t->recipe.name)));
    if (keys != NULL)
        printf("The recipe's %s say how these data are read: give quantize a YAML file with them and the path\n", keys);
}

/* ---- the command ---- */
struct train_watcher train_watcher(struct train *t)
{
    return (struct train_watcher){t, note, saving, step, steps_end, epoch};
}

enum mote_status train_watched(struct cli *cli, struct pool *pool, struct train_options *options, struct train *t)
{
    const struct train_watcher watcher = train_watcher(t);
    enum mote_status status;

    options->watcher = &watcher;
    options->stop = &train_stop;
    options->progress = &cli_progress;
    status = train_run(pool, options, t, &cli->root);
    options->watcher = NULL;
    train_end(t);
    if (t->stopped)
        exit(128 + train_stop);
    return status;
}

static enum mote_status read_options(struct cli *cli, struct train_options *out)
{
    int64_t epochs = 0, threads = 0;

    TRY(cli_number(cli, "--epochs", 1, EPOCHS_MAX, &epochs));
    TRY(cli_number(cli, "--threads", 1, TRAIN_THREADS_MAX, &threads));
    *out = (struct train_options){.recipe = cli->positional[0],
                                  .data = cli_value(cli, "--data"),
                                  .folder = cli_value(cli, "-o"),
                                  .resume = cli_flag(cli, "--resume"),
                                  .epochs = (int32_t)epochs,
                                  .threads = (int32_t)threads,
                                  .max_bytes = cli->max_bytes};
    return MOTE_OK;
}

/* ---- the board ---- */
/* The option's, else the recipe's; its name is NULL if neither says one. What is wrong with it is said before hours of
 * training. */
static enum mote_status find_target(struct cli *cli, const char *recipe, struct target *out)
{
    struct frame at = {.name = recipe, .index = -1, .sink = &cli->error};
    const char *name = cli_value(cli, "--target");
    struct recipe read;

    *out = (struct target){.name = NULL};
    if (name == NULL) {
        TRY(recipe_read(&cli->pool, recipe, &read, &at));
        name = read.target;
    }
    if (name == NULL)
        return MOTE_OK;
    TRY(target_find(&cli->pool, name, out, cli_value(cli, "--target") != NULL ? &cli->root : &at));
    if (out->board == NULL || out->board->emulated == NULL)
        return fail(&cli->root, MOTE_ERR_USAGE,
                    "the target %s is no board that is emulated: `mote targets` lists them; to train without one leave "
                    "`target` out of the recipe",
                    name);
    return MOTE_OK;
}

static json_t *finished_json(const struct finished *f)
{
    const struct footprint footprint = measure_footprint(&f->measure);
    json_t *board =
        json_pack("{s:o, s:i, s:I, s:o}", "target", json_text(f->measure.board->name), "samples", (int)f->evaluated.n,
                  "instructions_mean", (json_int_t)evaluated_instructions(&f->evaluated, &f->measure), "footprint",
                  footprint_json(&footprint));
    json_t *json = json_pack("{s:o}", "output", json_text(f->path));

    judge_metrics_json(&f->quantized.before, json, "_float");
    judge_metrics_json(&f->quantized.after, json, "_int8");
    judge_json(&f->evaluated.judge, board);
    json_object_set_new(json, "board", board);
    return json;
}

static void print_finished(const struct finished *f)
{
    const struct footprint footprint = measure_footprint(&f->measure);
    const struct quantized *q = &f->quantized;

    printf("\n%s is the int8 network, for %s:\n", printable(q->pool, f->path), f->measure.board->title);
    for (int32_t i = 0; i < q->after.n_metrics; i++)
        printf("%s on %d %s samples: float %s, int8 %s\n", q->after.metrics[i].name, (int)q->parts.test.samples.n,
               q->parts.kind, metric_text(q->pool, &q->before.metrics[i]), metric_text(q->pool, &q->after.metrics[i]));
    judge_print_line(&f->evaluated.judge);
    printf(" on the emulated board, %lld instructions an inference\n",
           (long long)evaluated_instructions(&f->evaluated, &f->measure));
    printf("it takes %lld bytes of flash (%lld of them weights) and %lld of RAM (%lld of them the arena)\n",
           (long long)footprint_flash(&footprint), (long long)footprint.weights, (long long)footprint_ram(&footprint),
           (long long)footprint.arena);
}

static const char *result_json(struct cli *cli, const struct train *t, const struct finished *f)
{
    json_t *json = train_json(t);

    if (f != NULL)
        json_object_set_new(json, "int8", finished_json(f));
    return cli_json_text(cli, json);
}

static enum mote_status run_train(struct cli *cli)
{
    struct train *t = pool_alloc(&cli->pool, sizeof *t);
    struct finished *f = NULL;
    struct train_options options;
    struct target target;
    const char *json;

    TRY(read_options(cli, &options));
    TRY(find_target(cli, options.recipe, &target));
    TRY(train_watched(cli, &cli->pool, &options, t));
    TRY(train_report(t));
    if (!cli->json)
        print_text(t, target.board != NULL);
    if (target.board != NULL) {
        f = pool_alloc(&cli->pool, sizeof *f);
        TRY(finish_on_board(&cli->pool, t, &target, &cli_progress, f, &cli->root));
    }
    json = cli->json ? result_json(cli, t, f) : NULL;
    if (json != NULL)
        fputs(json, stdout);
    else if (f != NULL)
        print_finished(f);
    return MOTE_OK;
}

const struct command command_train = {
    .name = "train",
    .arguments = "RECIPE [--data SPEC] [--target BOARD] [-o DIR] [--resume] [--epochs N] [--threads N]",
    .summary = "trains a network from a recipe and data",
    .details =
        "RECIPE is a YAML file: docs/RECIPES.md; models/recipes has some. SPEC is a folder, a file or a YAML file:\n"
        "docs/DATA.md. A YAML file replaces the recipe's data section; another SPEC is where its path points "
        "instead.\n\n"
        "DIR (the recipe's name, if not given; of a recipe with a target its folder) gets model.graph, the network of "
        "the epoch that was best on the\n"
        "validation split, checkpoint.graph, history.jsonl (a line an epoch) and report.html. Ctrl-C leaves a\n"
        "checkpoint; --resume goes on from it, and ends with the same network as a run that was not stopped.\n\n"
        "With a target, the recipe's or --target, DIR gets int8.graph, too, which then runs on the emulated board: on "
        "all\n"
        "samples of the test, or as many as take some seconds.\n\n"
        "JSON keys: recipe, epochs, best_epoch, split, samples, loss, seconds, macs, and accuracy; of numbers to\n"
        "predict mae, rmse and r2; of anomalies roc_auc (and auc), threshold, threshold_samples (normal ones that "
        "chose\n"
        "it), false_alarm_rate, miss_rate; with a target int8: {output, metrics that end in _float and _int8, board: "
        "{target,\n"
        "samples, instructions_mean, footprint, and what mote eval has}}.",
    .example = "mote train models/recipes/fashion_mnist.yaml -o fashion",
    .positional_min = 1,
    .positional_max = 1,
    .options = (const struct option[]){{"--data", "SPEC", "data instead of the recipe's"},
                                       {"-o", "DIR", "where everything goes; default: the recipe's name"},
                                       {"--target", "BOARD", "ends with an int8 model on this emulated board"},
                                       {"--resume", NULL, "go on from DIR's checkpoint"},
                                       {"--epochs", "N", "instead of the recipe's"},
                                       {"--threads", "N", "default: all cores"},
                                       DATA_OPTIONS,
                                       {NULL, NULL, NULL}},
    .run = run_train,
};
