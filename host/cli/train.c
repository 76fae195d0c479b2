/* SPDX-License-Identifier: Apache-2.0 */
/* mote train: a recipe and its data become a folder with the trained network, a checkpoint, the history and a report.
 */
#include <math.h>
#include <signal.h>
#include <stdlib.h>

#include "host/report/columns.h"
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
    print_fitting(stderr, "%s", line);
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

    fprintf(stderr, "%s\n", epoch_line(row, t->recipe.training.epochs, columns_of(stderr), line));
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
    if (t->confusion.counts != NULL) {
        json_object_set_new(json, "balanced_accuracy", json_number(confusion_balanced(&t->confusion)));
        json_object_set_new(json, "macro_f1", json_number(confusion_macro_f1(&t->confusion)));
    }
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

#define FIGURES_MAX 160
#define WORST_SHOWN 5

/* What its test says: "accuracy 98.12 % (loss 0.0612)". */
static const char *figures_text(const struct train *t, char to[FIGURES_MAX])
{
    char figure[FIGURES_MAX / 2] = "";

    if (!isnan(t->test.accuracy))
        snprintf(figure, sizeof figure, "accuracy %.2f %%", 100 * t->test.accuracy);
    if (train_is_regression(t))
        snprintf(figure, sizeof figure, "MAE %.6g, RMSE %.6g, R2 %s", t->test.regression.mae, t->test.regression.rmse,
                 r2_text(t->pool, t->test.regression.r2));
    if (t->anomalies.roc.n > 0)
        snprintf(figure, sizeof figure, "ROC AUC %.4f", t->anomalies.roc.auc);
    snprintf(to, FIGURES_MAX, figure[0] != '\0' ? "%s (loss %.4f)" : "%sloss %.4f", figure, t->test.loss);
    return to;
}

static void print_threshold(struct train *t)
{
    judge_print_rest(&t->anomalies);
    print_fitting(stdout, "the threshold has at most 1 in %d above it of %lld normal %s samples%s\n", ALARM_RARITY,
                  (long long)t->threshold.n, t->threshold_from,
                  t->threshold_from == split_words[SPLIT_TRAIN]
                      ? ", which the network knows: too low; give it a validation split"
                      : "");
}

/* One line each: where it is, what it is, what the network says. */
static void print_worst(const struct train *t)
{
    struct train_wrong wrong[WORST_SHOWN];
    const int32_t n = train_worst(t, wrong, WORST_SHOWN);
    const int32_t room = columns_of(stdout) - (int32_t)strlen("  : , "), third = room / 3;

    if (n > 0)
        printf("\nmost wrong (look at the labels, too):\n");
    for (int32_t i = 0; i < n; i++) {
        const char *name = printable(t->pool, dataset_name(t->pool, &t->data, wrong[i].sample));

        printf("  %s: %s, %s\n", shortened(t->pool, name, third),
               shortened(t->pool, printable(t->pool, wrong[i].truth), third),
               shortened(t->pool, printable(t->pool, wrong[i].said), third));
    }
}

static void print_text(struct train *t, bool goes_on)
{
    struct pool *pool = t->pool;
    const char *keys = t->moved ? data_section_keys(pool, t->recipe.data) : NULL;
    char duration[32], figures[FIGURES_MAX];

    print_fitting(stdout, "%s: %s, epoch %d of %d kept, %s on the %lld samples of the %s split\n",
                  printable(pool, t->recipe.name), duration_text(t->seconds, duration), (int)t->best->epoch,
                  (int)t->history.rows[t->history.n - 1].epoch, figures_text(t, figures), (long long)t->test.n,
                  split_words[t->split]);
    print_fitting(stdout, "%s; samples: %s\n", train_settings_text(t), train_splits_text(t));
    if (t->confusion.counts != NULL)
        printf("balanced accuracy %.2f %%, macro F1 %.4f\n", 100 * confusion_balanced(&t->confusion),
               confusion_macro_f1(&t->confusion));
    if (t->confusion.counts != NULL)
        print_confusion(&t->confusion, t->pool, stdout);
    if (train_is_anomaly(t))
        print_threshold(t);
    print_worst(t);
    if (goes_on) {
        print_fitting(stdout, "\n%s is the network, %s the report\n", printable(pool, train_path(t, TRAIN_MODEL)),
                      printable(pool, train_path(t, TRAIN_REPORT)));
        return;
    }
    print_fitting(stdout, "\n%s is the network, %s the report\n", printable(pool, train_path(t, TRAIN_MODEL)),
                  printable(pool, train_path(t, TRAIN_REPORT)));
    printf("Next: mote quantize %s --data %s -o %s\n", shell_path(pool, train_path(t, TRAIN_MODEL)),
           shell_path(pool, t->data_file.name), shell_path(pool, pool_printf(pool, "%s.graph", t->recipe.name)));
    if (keys != NULL)
        print_fitting(stdout,
                      "The recipe's %s say how these data are read: give quantize a YAML file with them and the path\n",
                      keys);
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

    print_fitting(stdout, "\n%s is the int8 network, for %s:\n", printable(q->pool, f->path), f->measure.board->title);
    for (int32_t i = 0; i < q->after.n_metrics; i++)
        print_fitting(stdout, "%s on %d %s samples: float %s, int8 %s\n", q->after.metrics[i].name,
                      (int)q->parts.test.samples.n, q->parts.kind, metric_text(q->pool, &q->before.metrics[i]),
                      metric_text(q->pool, &q->after.metrics[i]));
    judge_print_line(&f->evaluated.judge);
    print_fitting(stdout, " on the emulated board,\n%lld instructions an inference\n",
                  (long long)evaluated_instructions(&f->evaluated, &f->measure));
    print_fitting(stdout,
                  "it takes %lld bytes of flash (%lld of them weights) and %lld of RAM (%lld of them the arena)\n",
                  (long long)footprint_flash(&footprint), (long long)footprint.weights,
                  (long long)footprint_ram(&footprint), (long long)footprint.arena);
}

static const char *result_json(struct cli *cli, const struct train *t, const struct finished *f)
{
    json_t *json = train_json(t);

    if (f != NULL)
        json_object_set_new(json, "int8", finished_json(f));
    return cli_json_text(cli, json);
}

/* ---- several trainings ---- */
#define MANY_MAX 100

struct many {
    struct cli *cli;
    struct train_options options;
    const struct target *target;
    const char *word; /* "fold", "seed" */
    int32_t n;
    const char *names[2 * METRICS_MAX];
    enum metric_form forms[2 * METRICS_MAX];
    double values[2 * METRICS_MAX][MANY_MAX];
    int32_t n_metrics;
    json_t *last; /* what the last one is on the board, with --json */
};

static void many_add(struct many *m, int32_t k, int32_t i, const char *name, enum metric_form form, double value)
{
    m->names[i] = name;
    m->forms[i] = form;
    m->values[i][k] = value;
    m->n_metrics = i + 1 > m->n_metrics ? i + 1 : m->n_metrics;
}

/* Without a board the network's own figures, else the int8 one's. */
static void many_keep(struct many *m, int32_t k, const struct train *t, const struct finished *f)
{
    const struct judge *j = f != NULL ? &f->quantized.after : &t->anomalies;

    for (int32_t i = 0; i < j->n_metrics; i++)
        many_add(m, k, i, pool_strdup(&m->cli->pool, j->metrics[i].name), j->metrics[i].form, j->metrics[i].value);
    if (f == NULL && t->confusion.counts != NULL) {
        many_add(m, k, 0, "accuracy", METRIC_SHARE, t->test.accuracy);
        many_add(m, k, 1, "balanced accuracy", METRIC_SHARE, confusion_balanced(&t->confusion));
        many_add(m, k, 2, "macro F1", METRIC_SCORE, confusion_macro_f1(&t->confusion));
    }
    if (f == NULL && train_is_regression(t)) {
        many_add(m, k, 0, "MAE", METRIC_NUMBER, t->test.regression.mae);
        many_add(m, k, 1, "RMSE", METRIC_NUMBER, t->test.regression.rmse);
        many_add(m, k, 2, "R2", METRIC_SCORE, t->test.regression.r2);
    }
}

static enum mote_status many_one(struct many *m, int32_t k, struct pool *pool)
{
    struct train *t = pool_alloc(pool, sizeof *t);
    struct finished *f = NULL;
    struct train_options o = m->options;

    o.folder = pool_printf(pool, "%s/%s_%d", m->options.folder, m->word, k + 1);
    o.fold = k;
    o.seed = m->options.folds > 0 ? 0 : k;
    fprintf(stderr, "%s %d of %d\n", m->word, k + 1, m->n);
    TRY(train_watched(m->cli, pool, &o, t));
    TRY(train_report(t));
    if (m->target->board != NULL) {
        f = pool_alloc(pool, sizeof *f);
        TRY(k == m->n - 1 ? finish_on_board(pool, t, m->target, &cli_progress, f, &m->cli->root)
                          : finish_here(pool, t, &cli_progress, f, &m->cli->root));
    }
    many_keep(m, k, t, f);
    if (f != NULL && k == m->n - 1 && !m->cli->json)
        print_finished(f);
    if (f != NULL && k == m->n - 1 && m->cli->json)
        m->last = finished_json(f);
    return MOTE_OK;
}

static void mean_and_spread(const double *values, int32_t n, double *mean, double *spread)
{
    double squares = 0;

    *mean = 0;
    for (int32_t k = 0; k < n; k++)
        *mean += values[k] / n;
    for (int32_t k = 0; k < n; k++)
        squares += (values[k] - *mean) * (values[k] - *mean);
    *spread = n > 1 ? sqrt(squares / (n - 1)) : 0;
}

static void print_many(const struct many *m)
{
    struct pool *pool = &m->cli->pool;

    printf("\n%d %ss, the %s network's test: mean, deviation, each\n", (int)m->n, m->word,
           m->target->board != NULL ? "int8" : "float");
    for (int32_t i = 0; i < m->n_metrics; i++) {
        double mean, spread;

        mean_and_spread(m->values[i], m->n, &mean, &spread);
        printf("%-20s %10s %10s ", m->names[i], metric_text(pool, &(struct metric){.form = m->forms[i], .value = mean}),
               metric_text(pool, &(struct metric){.form = m->forms[i], .value = spread}));
        for (int32_t k = 0; k < m->n; k++)
            printf(" %s", metric_text(pool, &(struct metric){.form = m->forms[i], .value = m->values[i][k]}));
        putchar('\n');
    }
}

static json_t *many_json(const struct many *m)
{
    json_t *metrics = json_object();

    for (int32_t i = 0; i < m->n_metrics; i++) {
        json_t *each = json_array();
        double mean, spread;

        mean_and_spread(m->values[i], m->n, &mean, &spread);
        for (int32_t k = 0; k < m->n; k++)
            json_array_append_new(each, json_number(m->values[i][k]));
        json_object_set_new(
            metrics, m->names[i],
            json_pack("{s:o, s:o, s:o}", "mean", json_number(mean), "deviation", json_number(spread), "each", each));
    }
    return json_pack("{s:s, s:i, s:b, s:o, s:o}", "runs", m->word, "n", (int)m->n, "int8", m->target->board != NULL,
                     "metrics", metrics, "last", m->last != NULL ? m->last : json_null());
}

static enum mote_status run_many(struct cli *cli, const struct train_options *options, const struct target *target,
                                 int64_t folds, int64_t seeds)
{
    struct many *m = pool_alloc(&cli->pool, sizeof *m);

    m->cli = cli;
    m->options = *options;
    m->target = target;
    m->word = folds > 0 ? "fold" : "seed";
    m->n = (int32_t)(folds > 0 ? folds : seeds);
    m->options.folds = (int32_t)folds;
    if (options->resume)
        return usage_error(cli, "--resume goes on with one training, not with --%ss", m->word);
    if (m->options.folder == NULL)
        m->options.folder = train_recipe_folder(&cli->pool, options->recipe);
    TRY(folder_make(m->options.folder, &cli->root));
    for (int32_t k = 0; k < m->n; k++) {
        struct pool pool = {0};
        enum mote_status status = many_one(m, k, &pool);

        pool_free(&pool);
        TRY(status);
    }
    if (cli->json)
        cli_print_json(many_json(m));
    else
        print_many(m);
    return MOTE_OK;
}

static enum mote_status run_train(struct cli *cli)
{
    int64_t folds = 0, seeds = 0;
    struct train *t = pool_alloc(&cli->pool, sizeof *t);
    struct finished *f = NULL;
    struct train_options options;
    struct target target;
    const char *json;

    TRY(read_options(cli, &options));
    TRY(find_target(cli, options.recipe, &target));
    TRY(cli_number(cli, "--folds", 2, MANY_MAX, &folds));
    TRY(cli_number(cli, "--seeds", 2, MANY_MAX, &seeds));
    if (folds > 0 && seeds > 0)
        return usage_error(cli, "--folds and --seeds at once are folds times seeds trainings: one of them");
    if (folds > 0 || seeds > 0)
        return run_many(cli, &options, &target, folds, seeds);
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
        "With --folds or --seeds DIR (the recipe's folder, if not given) gets a folder a training, fold_1 …, and what "
        "is\n"
        "printed is mean and deviation over them: of the int8 networks with a target, of which the last one runs on "
        "the\n"
        "board. JSON keys then: runs, n, int8, metrics: {name: {mean, deviation, each}}, last: int8 (below) of the "
        "last.\n\n"
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
                                       {"--folds", "N", "cross-validation: N trainings, each tested on another part"},
                                       {"--seeds", "N", "N trainings that begin elsewhere, for mean and spread"},
                                       {"--threads", "N", "default: by the network, one or all cores"},
                                       DATA_OPTIONS,
                                       {NULL, NULL, NULL}},
    .run = run_train,
};
