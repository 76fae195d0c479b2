/* SPDX-License-Identifier: Apache-2.0 */
/* mote eval: what a model is worth on labeled data, on the host's cores or on an emulated board. */
#include "host/report/columns.h"
#include "host/cli/io.h"
#include "host/cli/judge_show.h"
#include "host/cli/measure_show.h"
#include "host/jobs/evaluate_board.h"
#include "host/jobs/splits.h"

struct eval {
    struct cli *cli;
    struct pipeline p;
    struct frame file;
    struct evaluate_options options;
    struct evaluated result;
    bool on_board;
    struct measure measure;
    const char *split; /* the line about it */
};

/* ---- what is to be done ---- */
static enum mote_status read_options(struct cli *cli, struct evaluate_options *out)
{
    static const char *const words[] = {"test", "validation", "train", "all", NULL};
    static const enum split splits[] = {SPLIT_TEST, SPLIT_VALIDATION, SPLIT_TRAIN, SPLIT_COUNT};
    int64_t limit = 0, threads = 0;
    const char *word;

    *out = (struct evaluate_options){
        .data = cli_value(cli, "--data"), .max_bytes = cli->max_bytes, .machine = &cli->machine};
    if (out->data == NULL)
        return usage_error(cli, "--data is missing");
    if (cli_value(cli, "--target") == NULL && cli_value(cli, "--via") != NULL)
        return usage_error(cli, "--via means nothing without --target");
    if (cli_value(cli, "--target") == NULL && cli_value(cli, "--operator-source") != NULL)
        return usage_error(cli, "--operator-source means nothing without --target");
    if (cli_value(cli, "--target") != NULL && cli_value(cli, "--threads") != NULL)
        return usage_error(cli, "--threads is for the host, not for a board");
    TRY(cli_word(cli, "--split", words, &word));
    for (size_t i = 0; i < COUNT(splits); i++)
        if (strcmp(word, words[i]) == 0)
            out->split = splits[i];
    TRY(cli_number(cli, "--limit", 1, INT32_MAX, &limit));
    TRY(cli_number(cli, "--threads", 1, SWEEP_THREADS_MAX, &threads));
    out->limit = (int32_t)limit;
    out->threads = (int32_t)threads;
    return judge_read_options(cli, &out->judge);
}

static enum mote_status evaluate(struct eval *e)
{
    struct pool *pool = &e->cli->pool;

    e->on_board = cli_value(e->cli, "--target") != NULL;
    if (!e->on_board)
        return evaluate_run(pool, &e->options, &e->p, &e->result, &e->file);
    TRY(measure_read_options(e->cli, &e->p, &e->measure, &e->file));
    return evaluate_on_board(pool, &e->options, &e->p, &e->measure, &e->result, &e->file);
}

/* ---- what came out ---- */
static json_t *eval_json(const struct eval *e)
{
    json_t *json = json_pack("{s:I}", "samples", (json_int_t)e->result.n);

    judge_json(&e->result.judge, json);
    split_json(&e->p, &e->result.data, json);
    if (e->on_board) {
        struct footprint f = measure_footprint(&e->measure);

        json_object_set_new(json, "footprint", footprint_json(&f));
        json_object_set_new(json, "target", json_text(e->measure.board->name));
        json_object_set_new(json, "via", json_string(measure_via(&e->measure)));
        json_object_set_new(json, "instructions_mean",
                            json_integer((json_int_t)evaluated_instructions(&e->result, &e->measure)));
    }
    return json;
}

static void print_text(const struct eval *e)
{
    judge_print_line(&e->result.judge);
    if (e->on_board)
        printf(" on %s, via %s", e->measure.board->name, measure_via(&e->measure));
    putchar('\n');
    print_wrapped(stdout, e->split, 0, 2, columns_of(stdout));
    putchar('\n');
    judge_print_rest(&e->result.judge);
}

static enum mote_status run_eval(struct cli *cli)
{
    struct eval *e = pool_alloc(&cli->pool, sizeof *e);
    const char *json = NULL;

    e->cli = cli;
    TRY(read_options(cli, &e->options));
    TRY(cli_compile(cli, &e->p, &e->file));
    TRY(evaluate(e));
    e->split = split_text(&cli->pool, &e->p, &e->result.data);
    if (cli->json)
        json = cli_json_text(cli, eval_json(e));
    if (cli_value(cli, "--predictions") != NULL)
        TRY(evaluated_write(&e->result, cli_value(cli, "--predictions"))); /* nothing after it runs out of memory */
    if (json != NULL)
        fputs(json, stdout);
    else
        print_text(e);
    return MOTE_OK;
}

const struct command command_eval = {
    .name = "eval",
    .arguments = "M --data SPEC [--split S] [--target BOARD [--via image|c]] [--limit N] [--predictions F]",
    .summary = "what a model is worth on data: accuracy, errors of numbers, or AUC and alarms",
    .details =
        "Classes: the prediction is the largest element of the model's first output as it is stored; of equals, the\n"
        "first. Numbers to predict: it is the one element as a real number; MAE, RMSE and R2 are in the labels' unit.\n"
        "Anomalies: the output is the input again, and its mean squared error is the score; what scores above the\n"
        "threshold is an anomaly. The AUC needs no threshold. A model that has none gets the best one for these "
        "samples.\n"
        "Which of the three it is the model says, or --task, or the shapes: docs/RECIPES.md.\n\n"
        "Samples are independent: state is reset before each. Runs on all cores of the host, or with --target on the\n"
        "emulated board, in one run.\n\n"
        "SPEC is a folder, a file, or a YAML file with a `data:` section; `mote help data` and docs/DATA.md list the\n"
        "forms. A graph file of `mote train` remembers what it was trained on, and all other samples are the test\n"
        "split; other models do not, so the data's own test split counts, or all of a set without splits. --split all\n"
        "is for data that are all new. Samples become the input as the model's own preprocessing says; without one, "
        "as\n"
        "the data's.\n\n"
        "The file of --predictions gets a line a sample: file (or file:row), label, prediction; of anomalies label,\n"
        "score, and 1 for an alarm.\n\n"
        "JSON keys: samples, task; of classes correct, accuracy, classes, confusion: [label][prediction]; of numbers\n"
        "mae, rmse, r2; of anomalies auc, threshold, threshold_from (model, option, samples), normal_samples,\n"
        "anomalous_samples, false_alarms, misses, false_alarm_rate, miss_rate; split_known (whether the model "
        "remembers\n"
        "its split), split_samples: {train, validation, test}, split_differs (samples that only one of model and data\n"
        "calls test); and with --target: target, via, instructions_mean (of one inference), footprint: {code_bytes,\n"
        "constant_bytes, weight_bytes, arena_bytes, data_bss_bytes, stack_bytes}.",
    .example = "mote eval kws.tflite --data kws01 --limit 100",
    .positional_min = 1,
    .positional_max = 1,
    .options = (const struct option[]){{"--data", "SPEC", "the labeled data: a folder, a file or a YAML file"},
                                       {"--split", "S", "test, validation, train or all; default: test"},
                                       MEASURE_OPTIONS,
                                       CODING_OPTION,
                                       JUDGE_OPTIONS,
                                       {"--threshold", "X", "anomalies: what scores above it is one"},
                                       {"--limit", "N", "only the first N samples"},
                                       {"--predictions", "FILE", "where the predictions go"},
                                       {"--threads", "N", "of the host; default: all cores"},
                                       SHAPE_OPTION,
                                       CPU_OPTION,
                                       PASS_OPTIONS,
                                       DATA_OPTIONS,
                                       {NULL, NULL, NULL}},
    .run = run_eval,
};
