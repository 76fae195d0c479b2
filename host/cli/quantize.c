/* SPDX-License-Identifier: Apache-2.0 */
/* mote quantize: a float model and data become an int8 model, and what that costs is measured. */
#include <math.h>
#include <stdlib.h>

#include "host/cli/judge.h"
#include "host/cli/splits.h"
#include "host/emit/emit.h"
#include "host/graph/op_info.h"
#include "host/passes/passes.h"
#include "host/quantize/calibrate.h"

#define SAMPLES_DEFAULT 200
#define ERROR_SAMPLES   100 /* more do not change the errors much */

/* A part of the data: sample i is index[i]. */
struct part {
    const struct quantize *all;
    const int32_t *index;
    struct samples samples;
};

struct quantize {
    struct cli *cli;
    struct pipeline p; /* the float model */
    struct frame file, data_file;
    struct dataset data;
    struct preprocess preprocess;
    const char *method;
    struct calibration how;
    struct part calibration, test;
    bool tests_seen;  /* there are no samples but those of the calibration */
    const char *kind; /* of the samples of the test: "test", "other" */
    bool is_judged;
    int64_t n_outputs;          /* elements of the first output */
    struct judged judged;       /* what the user and the float model say of the task; no samples yet */
    struct threshold threshold; /* of the int8 model, an anomaly detector */
    const char *threshold_from; /* samples of this split */
    struct judge before, after; /* of the float model, of the int8 one */
    struct model model;         /* the int8 one */
    struct plan plan;
    struct bytes image;
    struct tensor_error *errors;
    int32_t n_errors;
    const struct tensor **became; /* [n_errors] of the int8 graph */
};

/* ---- samples ---- */
static void input_of(void *context, int32_t i, const struct mote_io *io, uint8_t *out)
{
    const struct part *part = context;

    dataset_input(&part->all->data, part->index[i], io, &part->all->preprocess, out);
}

static const char *place_of(void *context, int32_t i)
{
    const struct part *part = context;

    return dataset_name(&part->all->cli->pool, &part->all->data, part->index[i]);
}

static struct part part_of(const struct quantize *q, const int32_t *index, int64_t n, int64_t limit, int64_t threads)
{
    return (struct part){.all = q,
                         .index = index,
                         .samples = {.n = (int32_t)(n < limit ? n : limit),
                                     .input = input_of,
                                     .place = place_of,
                                     .progress = cli_progress,
                                     .threads = (int32_t)threads}};
}

static double label_of(const struct dataset *d, int32_t sample)
{
    return d->targets != NULL ? (double)d->targets[sample] : d->labels != NULL ? d->labels[sample] : 0;
}

/* Are all samples of a class beside each other, or numbers to predict in their order? Then the first ones are alike. */
static bool is_sorted(const struct dataset *d, const int32_t *index, int32_t n)
{
    if (label_of(d, index[0]) == label_of(d, index[n - 1]))
        return false;
    for (int32_t i = 1; i < n; i++)
        if (label_of(d, index[i]) < label_of(d, index[i - 1]))
            return false;
    return true;
}

/* The first `want` of n samples, or as many evenly spread ones; *rest gets all others. */
static const int32_t *pick(struct quantize *q, const int32_t *index, int32_t n, int32_t want, const int32_t **rest)
{
    struct pool *pool = &q->cli->pool;
    int32_t *picked = pool_array(pool, (size_t)want, sizeof *picked), k = 0;
    int32_t *others = pool_array(pool, (size_t)n, sizeof *others);
    bool spread = is_sorted(&q->data, index, n);

    for (int32_t i = 0; i < n; i++)
        if (k < want && i == (spread ? (int32_t)((int64_t)k * n / want) : k))
            picked[k++] = index[i];
        else
            others[i - k] = index[i];
    *rest = others;
    return picked;
}

/* Calibration wants training data, the test what it has not seen. */
static enum mote_status choose_parts(struct quantize *q)
{
    const struct dataset *d = &q->data;
    bool split = d->n_split[SPLIT_TRAIN] > 0;
    enum split from = split ? SPLIT_TRAIN : SPLIT_TEST, to = d->n_split[SPLIT_TEST] > 0 ? SPLIT_TEST : SPLIT_VALIDATION;
    int64_t n = SAMPLES_DEFAULT, limit = INT32_MAX, threads = 0;
    const int32_t *picked, *rest;

    TRY(cli_number(q->cli, "--samples", 1, INT32_MAX, &n));
    TRY(cli_number(q->cli, "--limit", 1, INT32_MAX, &limit));
    TRY(cli_number(q->cli, "--threads", 1, SWEEP_THREADS_MAX, &threads));
    if (d->n_split[from] < 1)
        return fail(&q->data_file, MOTE_ERR_VALUE, "there are no samples to calibrate on");
    n = n < d->n_split[from] ? n : d->n_split[from];
    picked = pick(q, d->split[from], d->n_split[from], (int32_t)n, &rest);
    q->calibration = part_of(q, picked, n, n, threads);
    q->test = split ? part_of(q, d->split[to], d->n_split[to], limit, threads)
                    : part_of(q, rest, d->n_split[SPLIT_TEST] - n, limit, threads);
    q->tests_seen = q->test.samples.n < 1;
    if (q->tests_seen)
        q->test = q->calibration;
    q->kind = q->tests_seen ? "(the same)" : split && split_known(&q->p) ? split_words[to] : "other";
    q->calibration.samples.context = &q->calibration;
    q->test.samples.context = &q->test;
    return MOTE_OK;
}

/* ---- what is to be done ---- */
static enum mote_status read_method(struct quantize *q)
{
    static const char *const methods[] = {"minmax", "percentile", "mse", NULL};
    const char *value = cli_value(q->cli, "--percentile");
    char *end;

    TRY(cli_word(q->cli, "--method", methods, &q->method));
    for (int i = 0; methods[i] != NULL; i++)
        if (strcmp(q->method, methods[i]) == 0)
            q->how.method = (enum calibration_method)i;
    q->how.percentile = 99.99;
    if (value == NULL)
        return MOTE_OK;
    q->how.percentile = strtod(value, &end);
    if (q->how.method != CALIBRATE_PERCENTILE)
        return usage_error(q->cli, "--percentile is for --method percentile");
    if (end == value || *end != '\0' || !(q->how.percentile > 50 && q->how.percentile <= 100))
        return usage_error(q->cli, "--percentile wants a number above 50, at most 100, not \"%s\"", value);
    return MOTE_OK;
}

static bool says_nothing(const struct preprocess *p) { return p->kind == NULL || p->n == 0; }

/* The model's own preprocessing, else the data's. */
static void choose_preprocessing(struct quantize *q)
{
    q->preprocess = says_nothing(&q->p.model.preprocess) ? dataset_preprocess(&q->data) : q->p.model.preprocess;
}

static enum mote_status check_fit(struct quantize *q, struct bytes image)
{
    struct runner runner;
    struct mote_io io;

    TRY(runner_open(&q->cli->pool, image, &runner, &q->file));
    if (mote_model_inputs(&runner.model) != 1)
        return fail(&q->file, MOTE_ERR_UNSUPPORTED, "the model has %d inputs; samples have one",
                    (int)mote_model_inputs(&runner.model));
    mote_model_input(&runner.model, 0, &io);
    return dataset_fits(&q->data, &io, &q->preprocess, &q->data_file);
}

/* An anomaly detector needs no labels, but if there are any it has to know which class is normal; a regression gives a
 * number, a classifier as many as there are classes. Another model is right about none. */
static bool can_be_judged(const struct quantize *q)
{
    const struct judged *j = &q->judged;

    if (j->task.kind == MOTE_TASK_ANOMALY)
        return q->data.labels == NULL || j->task.normal >= 0 || j->normal != NULL;
    if (q->data.targets != NULL)
        return q->n_outputs == 1;
    return q->data.labels != NULL && q->n_outputs >= 2 && q->n_outputs == q->data.n_classes;
}

static void compare_outputs(struct quantize *q)
{
    const struct graph *g = &q->p.model.graphs[0];

    q->n_outputs = tensor_elements(&g->tensors[g->outputs[0]]);
    q->is_judged = can_be_judged(q);
}

static enum mote_status open_all(struct quantize *q, const char *specification)
{
    struct pipeline_options options = {.passes = NULL};

    q->data_file = (struct frame){.name = specification, .index = -1, .sink = &q->cli->error};
    TRY(cli_load(q->cli, &q->p, &q->file));
    if (!q->p.has_graph)
        return fail(&q->file, MOTE_ERR_USAGE, "an image holds no graph to quantize; give the .tflite or graph file");
    TRY(pipeline_compile(&q->p, &options, &q->file));
    TRY(quantize_check(&q->p.model, &q->file));
    q->judged.task = q->p.model.task;
    TRY(judge_options(q->cli, &q->judged));
    TRY(split_open(&q->cli->pool, specification, &q->p, q->judged.task.kind, &q->data, &q->data_file));
    TRY(choose_parts(q));
    choose_preprocessing(q);
    TRY(check_fit(q, q->p.image));
    compare_outputs(q);
    return MOTE_OK;
}

/* ---- doing it ---- */
static void name_outputs(struct quantize *q)
{
    struct model *m = &q->model;

    m->preprocess = q->preprocess;
    m->task = q->judged.task;
    if (m->task.kind == MOTE_TASK_NONE && q->is_judged && q->data.targets != NULL)
        m->task.kind = MOTE_TASK_REGRESSION;
    if (m->n_classes > 0 || q->data.classes == NULL || q->data.n_classes != q->n_outputs)
        return;
    m->n_classes = q->data.n_classes;
    m->classes = pool_copy(m->pool, q->data.classes, (size_t)m->n_classes * sizeof *m->classes);
}

/* Errors are those of the graph before its passes: they may change tensors. */
static enum mote_status measure_errors(struct quantize *q, const int32_t *where)
{
    struct pool *pool = &q->cli->pool;
    const struct graph *g = &q->model.graphs[0];
    struct samples samples = q->test.samples;

    samples.n = samples.n < ERROR_SAMPLES ? samples.n : ERROR_SAMPLES;
    q->errors = pool_array(pool, (size_t)q->p.model.graphs[0].n_tensors + 1, sizeof *q->errors);
    TRY(quantize_errors(pool, &q->p.model, &q->model, where, &samples, q->errors, &q->n_errors, &q->file));
    q->became = pool_array(pool, (size_t)q->n_errors + 1, sizeof *q->became);
    for (int32_t i = 0; i < q->n_errors; i++)
        q->became[i] = pool_copy(pool, &g->tensors[where[q->errors[i].tensor]], sizeof(struct tensor));
    return MOTE_OK;
}

static enum mote_status quantize(struct quantize *q)
{
    static const char *const boundaries[] = {"int8", "float", NULL};
    struct pool *pool = &q->cli->pool;
    const char *boundary;
    int32_t *where;

    TRY(cli_word(q->cli, "--boundary", boundaries, &boundary));
    TRY(calibrate(pool, &q->p.model, &q->calibration.samples, &q->how, &q->file));
    model_copy(&q->p.model, &q->model);
    name_outputs(q);
    TRY(quantize_graph(&q->model, boundary == boundaries[1], &where, &q->file));
    return measure_errors(q, where);
}

static enum mote_status judge_one(struct quantize *q, struct bytes image, const struct task *task, const char *doing,
                                  struct judge *out)
{
    struct judged what = q->judged;
    struct runner runner;

    what.samples = q->test.index;
    what.n = q->test.samples.n;
    what.task = *task;
    TRY(runner_open(&q->cli->pool, image, &runner, &q->file));
    TRY(judge_open(q->cli, &runner.model, &what, out));
    return judge_image(out, image, q->test.samples.threads, doing);
}

/* Of the samples for validation; without any, of those of the calibration. A model that was trained on all classes has
 * no class that is normal: all are. */
static enum mote_status set_threshold(struct quantize *q)
{
    bool validated = q->data.n_split[SPLIT_VALIDATION] > 0;
    struct judged what = q->judged;

    what.samples = validated ? q->data.split[SPLIT_VALIDATION] : q->calibration.index;
    what.n = validated ? q->data.n_split[SPLIT_VALIDATION] : q->calibration.samples.n;
    what.all_normal = !q->is_judged;
    if (what.all_normal && q->p.model.task.kind != MOTE_TASK_ANOMALY)
        return MOTE_OK;
    q->threshold_from = validated ? "validation split" : "calibration";
    TRY(judge_threshold(q->cli, q->image, &what, q->calibration.samples.threads, &q->threshold, "threshold"));
    q->model.task.threshold = q->threshold.value;
    if (q->model.n_classes == 0 || q->threshold.normal < q->model.n_classes)
        q->model.task.normal = q->threshold.normal;
    return emit_image(&q->plan, &q->image, &q->file);
}

static enum mote_status finish(struct quantize *q)
{
    struct plan_options options = {.keep_all = false};
    struct pool *pool = &q->cli->pool;

    TRY(passes_run(&q->model, NULL, NULL, NULL, &q->file));
    TRY(plan_make(pool, &q->model, &target_portable, &options, &q->plan, &q->file));
    TRY(emit_image(&q->plan, &q->image, &q->file));
    TRY(check_fit(q, q->image));
    q->judged.data = &q->data;
    q->judged.preprocess = &q->preprocess;
    q->judged.model_at = &q->file;
    q->judged.data_at = &q->data_file;
    if (q->model.task.kind == MOTE_TASK_ANOMALY)
        TRY(set_threshold(q));
    if (!q->is_judged)
        return MOTE_OK;
    TRY(judge_one(q, q->p.image, &q->judged.task, "float", &q->before));
    return judge_one(q, q->image, &q->model.task, "int8", &q->after);
}

static enum mote_status write_model(struct quantize *q, const char *out)
{
    struct frame here = {.name = out, .index = -1, .sink = &q->cli->error};
    struct text t = {.pool = &q->cli->pool};
    size_t len = strlen(out);

    if (len < 6 || strcmp(out + len - 6, ".graph") != 0)
        return file_write(out, q->image.data, q->image.size, &here);
    model_write(&q->model, &t);
    return file_write(out, t.s, t.len, &here);
}

/* ---- what came out ---- */
static const char *op_of(const struct quantize *q, int32_t i)
{
    const struct graph *g = &q->p.model.graphs[0];

    return op_info[g->ops[graph_producer(g, q->errors[i].tensor)].id].NAME;
}

static json_t *sqnr_json(double sqnr) { return isinf(sqnr) && sqnr < 0 ? json_string("-inf") : json_number(sqnr); }

static json_t *layer_json(const struct quantize *q, int32_t i)
{
    const struct tensor *t = &q->p.model.graphs[0].tensors[q->errors[i].tensor], *became = q->became[i];
    bool s8 = became->type == TYPE_S8;

    return json_pack("{s:o, s:s, s:s, s:o, s:f, s:f, s:o, s:o}", "tensor", json_text(t->name), "operator", op_of(q, i),
                     "type", type_name(became->type), "sqnr_db", sqnr_json(error_sqnr(&q->errors[i])), "min",
                     (double)t->range.min, "max", (double)t->range.max, "scale",
                     s8 ? json_real((double)became->quant.scale[0]) : json_null(), "zero",
                     s8 ? json_integer(became->quant.zero[0]) : json_null());
}

static const char *json_result(const struct quantize *q, const char *out)
{
    json_t *layers = json_array(), *json;

    for (int32_t i = 0; i < q->n_errors; i++)
        json_array_append_new(layers, layer_json(q, i));
    json = json_pack("{s:o, s:s, s:i, s:i, s:b, s:n, s:n}", "output", json_text(out), "method", q->method,
                     "calibration_samples", (int)q->calibration.samples.n, "test_samples", (int)q->test.samples.n,
                     "tests_seen", (int)q->tests_seen, "accuracy_float", "accuracy_int8");
    judge_metrics_json(&q->before, json, "_float");
    judge_metrics_json(&q->after, json, "_int8");
    split_json(&q->p, &q->data, json);
    json_object_set_new(json, "image_bytes", json_integer((json_int_t)q->image.size));
    json_object_set_new(json, "arena_bytes", json_integer((json_int_t)q->plan.arena_bytes));
    json_object_set_new(json, "layers", layers);
    return cli_json_text(q->cli, json);
}

static void add_layer(struct text *t, const struct quantize *q, int32_t i)
{
    const struct range *r = &q->p.model.graphs[0].tensors[q->errors[i].tensor].range;
    const struct tensor *became = q->became[i];
    double sqnr = error_sqnr(&q->errors[i]);

    text_add(t, "%7.1f  %-22.22s  %10.4g %10.4g  ", isinf(sqnr) && sqnr > 0 ? 999.9 : sqnr, op_of(q, i), (double)r->min,
             (double)r->max);
    if (became->type == TYPE_S8)
        text_add(t, "%10.4g %5d", (double)became->quant.scale[0], (int)became->quant.zero[0]);
    else
        text_add(t, "%10s %5s", type_name(became->type), "");
    text_add(t, "  %.30s\n", printable(&q->cli->pool, q->p.model.graphs[0].tensors[q->errors[i].tensor].name));
}

static void add_unjudged(struct text *t, const struct quantize *q)
{
    bool anomaly = q->judged.task.kind == MOTE_TASK_ANOMALY;

    if (q->is_judged || q->data.labels == NULL)
        return;
    if (anomaly)
        text_add(t, "no AUC: --normal CLASS says which of the data's %d classes is normal\n", (int)q->data.n_classes);
    else
        text_add(t, "no accuracy: the model has %lld outputs, the data have %d classes%s\n", (long long)q->n_outputs,
                 (int)q->data.n_classes,
                 q->n_outputs == q->data.elements ? "; an autoencoder is judged with --normal CLASS" : "");
}

static const char *text_result(const struct quantize *q, const char *out)
{
    struct text t = {.pool = &q->cli->pool};

    text_add(&t,
             "%s: int8 by %s, calibrated on %d samples; image %zu bytes (float %zu), arena %lld bytes (float %lld)\n",
             out, q->method, (int)q->calibration.samples.n, q->image.size, q->p.image.size,
             (long long)q->plan.arena_bytes, (long long)q->p.plan.arena_bytes);
    for (int32_t i = 0; i < q->before.n_metrics; i++)
        text_add(&t, "%s on %d %s samples: float %s, int8 %s\n", q->before.metrics[i].name, (int)q->test.samples.n,
                 q->kind, metric_text(t.pool, &q->before.metrics[i]), metric_text(t.pool, &q->after.metrics[i]));
    add_unjudged(&t, q);
    if (q->threshold.n > 0)
        text_add(&t, "the int8 model's threshold has at most 1 in %d above it of %lld normal samples of the %s\n",
                 ALARM_RARITY, (long long)q->threshold.n, q->threshold_from);
    text_add(&t, "%s\n", split_text(t.pool, &q->p, &q->data));
    text_add(&t, "\n   dB    %-22s  %10s %10s  %10s %5s  tensor\n", "operator", "min", "max", "scale", "zero");
    for (int32_t i = 0; i < q->n_errors; i++)
        add_layer(&t, q, i);
    return t.s;
}

static enum mote_status run_quantize(struct cli *cli)
{
    struct quantize *q = pool_alloc(&cli->pool, sizeof *q);
    const char *specification = cli_value(cli, "--data"), *out = cli_value(cli, "-o"), *result;

    q->cli = cli;
    if (specification == NULL)
        return usage_error(cli, "--data is missing");
    if (out == NULL)
        return usage_error(cli, "-o is missing");
    TRY(read_method(q));
    TRY(open_all(q, specification));
    TRY(quantize(q));
    TRY(finish(q));
    result = cli->json ? json_result(q, out) : text_result(q, out);
    TRY(write_model(q, out));
    fputs(result, stdout);
    return MOTE_OK;
}

const struct command command_quantize = {
    .name = "quantize",
    .arguments = "M --data SPEC -o Q [--samples N] [--method minmax|percentile|mse]",
    .summary = "makes a float model an int8 one, and measures what that costs",
    .details =
        "The model's tensors are watched while it runs over the first N samples of the training split, or of a set\n"
        "without splits; where samples are sorted by class or by number, over N that are\n"
        "spread evenly. Q is a graph file if its\n"
        "name ends in .graph, else an image. It has the model's preprocessing and class names, or else the data's.\n\n"
        "--method says which range a tensor gets: minmax all that was seen, percentile without the rarest values,\n"
        "mse the one whose quantization has the least mean squared error.\n\n"
        "Accuracy (of numbers to predict their errors, of anomalies AUC and alarms: mote help eval), before and after, "
        "is\n"
        "that on the test split; of a set without splits, on the samples that were not used for calibration. Where "
        "the\n"
        "model remembers what it was trained on, the splits are these. An anomaly detector gets a threshold of its "
        "own:\n"
        "docs/RECIPES.md. The table has the error of each tensor as signal to noise: 20 dB is an error of a tenth of "
        "the\n"
        "signal. Operators without an int8 form stay in float.\n\n"
        "JSON keys: output, method, calibration_samples, test_samples, tests_seen (the test had no other samples than\n"
        "the calibration), accuracy_float and accuracy_int8 (null without labels, or where the model has another "
        "number\n"
        "of outputs than the data have classes; of other tasks the keys of mote eval, with _float and _int8, "
        "besides),\n"
        "split_known, split_samples and split_differs (mote eval), image_bytes, arena_bytes, layers: [{tensor, "
        "operator,\n"
        "type, sqnr_db (null: no error; \"-inf\": an error where there is no signal), min, max, scale, zero}].",
    .example = "mote quantize kws_float.tflite --data kws.yaml --samples 100 -o kws.mote",
    .positional_min = 1,
    .positional_max = 1,
    .options = (const struct option[]){{"--data", "SPEC", "the data: a folder, a file or a YAML file"},
                                       {"-o", "Q", "the int8 model: a .graph, or an image"},
                                       {"--samples", "N", "to calibrate on; default: 200"},
                                       {"--method", "M", "minmax, percentile or mse"},
                                       {"--percentile", "P", "of the values that stay; default: 99.99"},
                                       {"--boundary", "T", "type of inputs and outputs: int8 or float"},
                                       {"--limit", "N", "only the first N test samples"},
                                       JUDGE_OPTIONS,
                                       {"--threads", "N", "of the host; default: all cores"},
                                       DATA_OPTIONS,
                                       {NULL, NULL, NULL}},
    .run = run_quantize,
};
