/* SPDX-License-Identifier: Apache-2.0 */
/* mote eval: what a model is worth on labeled data, on the host's cores or on an emulated board. */
#include "host/run/image_view.h"
#include "host/cli/io.h"
#include "host/cli/judge_show.h"
#include "host/cli/measure.h"
#include "host/jobs/splits.h"

struct eval {
    struct cli *cli;
    struct pipeline p;
    struct frame file, data_file;
    struct dataset data;
    struct preprocess preprocess; /* the model's */
    struct measure measure;       /* its runner is used on the host too; no board: host */
    size_t n, input_bytes, output_bytes;
    const int32_t *samples; /* [n] of the data set */
    struct judge_options options;
    struct judge judge;
    const char *split; /* the line about it */
};

/* ---- what is to be done ---- */
static enum mote_status open_model(struct eval *e)
{
    if (cli_value(e->cli, "--target") != NULL)
        TRY(measure_open(e->cli, &e->p, &e->file, &e->measure));
    else if (cli_value(e->cli, "--via") != NULL)
        return usage_error(e->cli, "--via means nothing without --target");
    else
        TRY(runner_open(&e->cli->pool, e->p.image, &e->measure.runner, &e->file));
    TRY(want_whole_input(&e->measure.runner.model, &e->file));
    e->input_bytes = runner_input_bytes(&e->measure.runner);
    e->output_bytes = runner_output_bytes(&e->measure.runner);
    return MOTE_OK;
}

static enum mote_status choose_samples(struct eval *e)
{
    static const char *const words[] = {"test", "validation", "train", "all", NULL};
    static const enum split splits[] = {SPLIT_TEST, SPLIT_VALIDATION, SPLIT_TRAIN};
    const struct dataset *d = &e->data;
    int32_t *all;
    const char *word;
    int64_t limit = INT32_MAX;

    TRY(cli_number(e->cli, "--limit", 1, INT32_MAX, &limit));
    TRY(cli_word(e->cli, "--split", words, &word));
    for (size_t i = 0; i < COUNT(splits); i++)
        if (strcmp(word, words[i]) == 0) {
            e->samples = d->split[splits[i]];
            e->n = (size_t)d->n_split[splits[i]];
        }
    if (strcmp(word, "all") == 0) {
        e->samples = all = pool_array(&e->cli->pool, (size_t)d->n, sizeof *all);
        for (e->n = 0; e->n < (size_t)d->n; e->n++)
            all[e->n] = (int32_t)e->n;
    }
    if (e->n == 0)
        return fail(&e->data_file, MOTE_ERR_VALUE,
                    "its %s split is empty%s (train has %d samples, validation %d, test %d); --split chooses another",
                    word, split_known(&e->p) ? ", as the model remembers it" : "", d->n_split[SPLIT_TRAIN],
                    d->n_split[SPLIT_VALIDATION], d->n_split[SPLIT_TEST]);
    e->n = (size_t)limit < e->n ? (size_t)limit : e->n;
    return MOTE_OK;
}

/* Bytes of unknown type are all inputs of a model, one after the other. */
static enum mote_status check_inputs(struct eval *e)
{
    struct runner *r = &e->measure.runner;
    struct mote_io io;

    if (mote_model_inputs(&r->model) == 1 && mote_model_input(&r->model, 0, &io) == MOTE_OK)
        return dataset_fits(&e->data, &io, &e->preprocess, &e->data_file);
    if (!e->data.raw)
        return fail(&e->file, MOTE_ERR_UNSUPPORTED, "the model has %d inputs; such data are for models with one",
                    mote_model_inputs(&r->model));
    io = (struct mote_io){.type = TYPE_U8, .bytes = (uint32_t)e->input_bytes};
    return dataset_fits(&e->data, &io, NULL, &e->data_file);
}

static enum mote_status open_data(struct eval *e, const char *specification)
{
    struct judged what = {
        .data = &e->data, .preprocess = &e->preprocess, .model_at = &e->file, .data_at = &e->data_file};

    e->data_file = (struct frame){.name = specification, .index = -1, .sink = &e->cli->error};
    what.task = image_task(&e->measure.runner.model);
    TRY(judge_read_options(e->cli, &e->options));
    TRY(judge_choose(&e->options, &what));
    TRY(split_open(&e->cli->pool, specification, &e->p, what.task.kind, &e->data, &e->data_file));
    TRY(choose_samples(e));
    what.samples = e->samples;
    what.n = (int32_t)e->n;
    e->preprocess = image_preprocess(&e->measure.runner.model);
    TRY(judge_open(&e->cli->pool, &e->measure.runner.model, &what, &e->judge));
    return check_inputs(e);
}

/* ---- on the host ---- */
static enum mote_status run_host(struct eval *e)
{
    int64_t threads = 0;

    TRY(cli_number(e->cli, "--threads", 1, SWEEP_THREADS_MAX, &threads));
    return judge_image(&e->judge, e->p.image, threads, "samples");
}

/* ---- on the board ---- */
/* The inputs of the model for sample i of those that are evaluated. */
static void make_input(const struct eval *e, size_t i, uint8_t *out)
{
    const struct mote_model *m = &e->measure.runner.model;
    struct mote_io io = {.bytes = 0};

    mote_model_input(m, 0, &io);
    dataset_input(&e->data, e->samples[i], &io, &e->preprocess, out);
}

/* Of all samples: raw, if the model's own set_input makes of them what they are on the host; else tensors. */
static struct bytes gather_inputs(struct eval *e)
{
    const struct dataset *d = &e->data;
    bool raw = dataset_is_raw_of(d, &e->preprocess) && measure_feeds_raw(&e->measure, d->samples);
    size_t bytes = raw ? (size_t)d->elements * (size_t)type_bits(d->type) / 8 : e->input_bytes;
    uint8_t *all = pool_array(&e->cli->pool, e->n, bytes);

    for (size_t i = 0; i < e->n; i++)
        if (raw)
            memcpy(all + i * bytes, d->samples + (size_t)e->samples[i] * bytes, bytes);
        else
            make_input(e, i, all + i * bytes);
    return (struct bytes){all, e->n * bytes};
}

static void judge_outputs(struct eval *e, uint8_t *outputs)
{
    struct mote_io out;

    mote_model_output(&e->measure.runner.model, 0, &out);
    out.data = pool_alloc(&e->cli->pool, out.bytes); /* aligned, wherever the outputs of several types lie */
    for (size_t i = 0; i < e->n; i++) {
        memcpy(out.data, outputs + i * e->output_bytes, out.bytes);
        judge_see(&e->judge, (int32_t)i, &out);
    }
    judge_end(&e->judge);
}

static enum mote_status run_board(struct eval *e)
{
    struct measure *m = &e->measure;
    struct footprint f = footprint_least(&e->measure.runner.model, &e->p.plan, e->measure.job.via_c);

    if (cli_value(e->cli, "--threads") != NULL)
        return usage_error(e->cli, "--threads is for the host, not for a board");
    TRY(check_memories(&e->p.plan, &e->file));
    TRY(check_footprint(&f, true, m->board, &e->file));
    m->job.input = gather_inputs(e);
    m->job.n = (int32_t)e->n;
    m->job.reset_each = true;
    TRY(measure_run(m, &e->p, &e->file));
    f = measure_footprint(m);
    TRY(check_footprint(&f, false, m->board, &e->file));
    if (m->result.output.size != e->n * e->output_bytes)
        return fail(&e->file, MOTE_ERR_ENVIRONMENT, "the emulated board wrote %zu bytes of outputs, not %zu",
                    m->result.output.size, e->n * e->output_bytes);
    judge_outputs(e, m->result.output.data);
    return MOTE_OK;
}

/* ---- what came out ---- */
static enum mote_status write_predictions(const struct eval *e)
{
    const char *path = cli_value(e->cli, "--predictions");
    struct frame here = {.name = path, .index = -1, .sink = &e->cli->error};
    struct text t = {.pool = &e->cli->pool};

    if (path == NULL)
        return MOTE_OK;
    for (size_t i = 0; i < e->n; i++)
        judge_prediction(&e->judge, (int32_t)i, &t);
    return file_write(path, t.s, t.len, &here);
}

static json_t *footprint_json(const struct footprint *f)
{
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "code_bytes", (json_int_t)f->code, "constant_bytes",
                     (json_int_t)f->constants, "weight_bytes", (json_int_t)f->weights, "arena_bytes",
                     (json_int_t)f->arena, "data_bss_bytes", (json_int_t)f->data_bss, "stack_bytes",
                     (json_int_t)f->stack);
}

static json_t *eval_json(const struct eval *e)
{
    const struct emulate_result *r = &e->measure.result;
    json_t *json = json_pack("{s:I}", "samples", (json_int_t)e->n);
    json_int_t instructions = 0;

    judge_json(&e->judge, json);
    split_json(&e->p, &e->data, json);
    if (e->measure.board != NULL) {
        struct footprint f = measure_footprint(&e->measure);

        for (size_t i = 0; i < e->n; i++)
            instructions += r->instructions[i];
        json_object_set_new(json, "footprint", footprint_json(&f));
        json_object_set_new(json, "target", json_text(e->measure.board->name));
        json_object_set_new(json, "via", json_string(e->measure.via));
        if (e->n > 0)
            json_object_set_new(json, "instructions_mean", json_integer(instructions / (json_int_t)e->n));
    }
    return json;
}

static void print_text(const struct eval *e)
{
    judge_print_line(&e->judge);
    if (e->measure.board != NULL)
        printf(" on %s, via %s", e->measure.board->name, e->measure.via);
    printf("\n%s\n", e->split);
    judge_print_rest(&e->judge);
}

static enum mote_status run_eval(struct cli *cli)
{
    struct eval *e = pool_alloc(&cli->pool, sizeof *e);
    const char *specification = cli_value(cli, "--data"), *json = NULL;

    e->cli = cli;
    if (specification == NULL)
        return usage_error(cli, "--data is missing");
    TRY(cli_compile(cli, &e->p, &e->file));
    TRY(open_model(e));
    TRY(open_data(e, specification));
    TRY(e->measure.board != NULL ? run_board(e) : run_host(e));
    e->split = split_text(&cli->pool, &e->p, &e->data);
    if (cli->json)
        json = cli_json_text(cli, eval_json(e));
    TRY(write_predictions(e)); /* nothing after it can run out of memory */
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
                                       JUDGE_OPTIONS,
                                       {"--threshold", "X", "anomalies: what scores above it is one"},
                                       {"--limit", "N", "only the first N samples"},
                                       {"--predictions", "FILE", "where the predictions go"},
                                       {"--threads", "N", "of the host; default: all cores"},
                                       CPU_OPTION,
                                       PASS_OPTIONS,
                                       DATA_OPTIONS,
                                       {NULL, NULL, NULL}},
    .run = run_eval,
};
