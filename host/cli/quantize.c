/* SPDX-License-Identifier: Apache-2.0 */
/* mote quantize: a float model and data become an int8 model, and what that costs is measured. */
#include <math.h>
#include <stdlib.h>

#include "host/report/columns.h"
#include "host/cli/commands.h"
#include "host/cli/io.h"
#include "host/cli/judge_show.h"
#include "host/graph/op_info.h"
#include "host/jobs/splits.h"

/* ---- what is to be done ---- */
static enum mote_status read_method(struct cli *cli, struct calibration *how)
{
    const char *value = cli_value(cli, "--percentile"), *method;
    char *end;

    TRY(cli_word(cli, "--method", calibration_words, &method));
    for (int i = 0; calibration_words[i] != NULL; i++)
        if (strcmp(method, calibration_words[i]) == 0)
            how->method = (enum calibration_method)i;
    how->percentile = 99.99;
    if (value == NULL)
        return MOTE_OK;
    how->percentile = strtod(value, &end);
    if (how->method != CALIBRATE_PERCENTILE)
        return usage_error(cli, "--percentile is for --method percentile");
    if (end == value || *end != '\0' || !(how->percentile > 50 && how->percentile <= 100))
        return usage_error(cli, "--percentile wants a number above 50, at most 100, not \"%s\"", value);
    return MOTE_OK;
}

static enum mote_status read_job(struct cli *cli, struct quantize_job *job)
{
    static const char *const boundaries[] = {"int8", "float", NULL};
    static const char *const types[] = {"int8", "int16", NULL};
    int64_t samples = 0, limit = 0, threads = 0;
    const char *boundary, *type;

    *job =
        (struct quantize_job){.data = cli_value(cli, "--data"), .max_bytes = cli->max_bytes, .progress = &cli_progress};
    if (job->data == NULL)
        return usage_error(cli, "--data is missing");
    if (cli_value(cli, "-o") == NULL)
        return usage_error(cli, "-o is missing");
    TRY(read_method(cli, &job->how));
    TRY(judge_read_options(cli, &job->judge));
    TRY(cli_number(cli, "--samples", 1, INT32_MAX, &samples));
    TRY(cli_number(cli, "--limit", 1, INT32_MAX, &limit));
    TRY(cli_number(cli, "--threads", 1, SWEEP_THREADS_MAX, &threads));
    TRY(cli_word(cli, "--boundary", boundaries, &boundary));
    TRY(cli_word(cli, "--activations", types, &type));
    job->samples = (int32_t)samples;
    job->limit = (int32_t)limit;
    job->threads = (int32_t)threads;
    job->float_boundary = boundary == boundaries[1];
    job->wide = type == types[1];
    return MOTE_OK;
}

static const char *activations_of(const struct quantized *q) { return q->job->wide ? "int16" : "int8"; }

static const char *method_of(const struct quantized *q) { return calibration_words[q->job->how.method]; }

/* ---- what came out ---- */
static const char *op_of(const struct quantized *q, int32_t i)
{
    const struct graph *g = &q->p->model.graphs[0];

    return op_info[g->ops[graph_producer(g, q->errors[i].tensor)].id].NAME;
}

static json_t *sqnr_json(double sqnr) { return isinf(sqnr) && sqnr < 0 ? json_string("-inf") : json_number(sqnr); }

static json_t *layer_json(const struct quantized *q, int32_t i)
{
    const struct tensor *t = &q->p->model.graphs[0].tensors[q->errors[i].tensor], *became = q->became[i];
    bool is_integer = became->type != TYPE_F32;

    return json_pack("{s:o, s:s, s:s, s:o, s:f, s:f, s:o, s:o}", "tensor", json_text(t->name), "operator", op_of(q, i),
                     "type", type_name(became->type), "sqnr_db", sqnr_json(error_sqnr(&q->errors[i])), "min",
                     (double)t->range.min, "max", (double)t->range.max, "scale",
                     is_integer ? json_real((double)became->quant.scale[0]) : json_null(), "zero",
                     is_integer ? json_integer(became->quant.zero[0]) : json_null());
}

static json_t *quantize_json(const struct quantized *q, const char *out)
{
    json_t *layers = json_array(), *json;

    for (int32_t i = 0; i < q->n_errors; i++)
        json_array_append_new(layers, layer_json(q, i));
    json = json_pack("{s:o, s:s, s:i, s:i, s:b, s:n, s:n}", "output", json_text(out), "method", method_of(q),
                     "calibration_samples", (int)q->parts.calibration.samples.n, "test_samples",
                     (int)q->parts.test.samples.n, "tests_seen", (int)q->parts.tests_seen, "accuracy_float",
                     "accuracy_int8");
    judge_metrics_json(&q->before, json, "_float");
    judge_metrics_json(&q->after, json, "_int8");
    split_json(q->p, &q->data, json);
    json_object_set_new(json, "image_bytes", json_integer((json_int_t)q->image.size));
    json_object_set_new(json, "arena_bytes", json_integer((json_int_t)q->plan.arena_bytes));
    json_object_set_new(json, "layers", layers);
    return json;
}

static void add_layer(struct table *t, const struct quantized *q, int32_t i)
{
    const struct tensor *tensor = &q->p->model.graphs[0].tensors[q->errors[i].tensor], *became = q->became[i];
    const bool is_integer = became->type != TYPE_F32;
    double sqnr = error_sqnr(&q->errors[i]);

    TABLE_ROW(t, pool_printf(t->pool, "%.1f", isinf(sqnr) && sqnr > 0 ? 999.9 : sqnr), op_of(q, i),
              pool_printf(t->pool, "%.4g", (double)tensor->range.min),
              pool_printf(t->pool, "%.4g", (double)tensor->range.max),
              is_integer ? pool_printf(t->pool, "%.4g", (double)became->quant.scale[0]) : type_name(became->type),
              is_integer ? pool_printf(t->pool, "%d", (int)became->quant.zero[0]) : "",
              printable(q->pool, tensor->name));
}

static struct table layers_of(const struct quantized *q)
{
    static const struct column columns[] = {{"dB", true, 0},      {"operator", false, 12}, {"min", true, 0},
                                            {"max", true, 0},     {"scale", true, 0},      {"zero", true, 0},
                                            {"tensor", false, 12}};
    struct table t = {.pool = q->pool, .columns = columns, .n_columns = COUNT(columns)};

    for (int32_t i = 0; i < q->n_errors; i++)
        add_layer(&t, q, i);
    return t;
}

static void add_unjudged(struct text *t, const struct quantized *q)
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

static const char *text_result(const struct quantized *q, const char *out)
{
    struct text t = {.pool = q->pool};

    text_add(&t, "%s: %s by %s, calibrated on %d samples; image %zu bytes (float %zu), arena %lld bytes (float %lld)\n",
             out, activations_of(q), method_of(q), (int)q->parts.calibration.samples.n, q->image.size, q->p->image.size,
             (long long)q->plan.arena_bytes, (long long)q->p->plan.arena_bytes);
    for (int32_t i = 0; i < q->before.n_metrics; i++)
        text_add(&t, "%s on %d %s samples: float %s, %s %s\n", q->before.metrics[i].name, (int)q->parts.test.samples.n,
                 q->parts.kind, metric_text(t.pool, &q->before.metrics[i]), activations_of(q),
                 metric_text(t.pool, &q->after.metrics[i]));
    add_unjudged(&t, q);
    if (q->threshold.n > 0)
        text_add(&t, "the %s model's threshold has at most 1 in %d above it of %lld normal samples of the %s\n",
                 activations_of(q), ALARM_RARITY, (long long)q->threshold.n, q->threshold_from);
    text_add(&t, "%s\n\n", split_text(t.pool, q->p, &q->data));
    return t.s;
}

static enum mote_status run_quantize(struct cli *cli)
{
    struct quantized *q = pool_alloc(&cli->pool, sizeof *q);
    const char *out = cli_value(cli, "-o"), *result;
    struct table layers = {.n_cells = 0};
    struct quantize_job job;
    struct pipeline p;
    struct frame file;

    TRY(read_job(cli, &job));
    TRY(cli_load(cli, &p, &file));
    TRY(quantize_run(&cli->pool, &job, &p, q, &file));
    if (!cli->json)
        TRY(quantize_plan_float(q));
    result = cli->json ? cli_json_text(cli, quantize_json(q, out)) : text_result(q, out);
    if (!cli->json)
        layers = layers_of(q);
    TRY(quantize_write(q, out));
    if (cli->json)
        fputs(result, stdout);
    else
        print_fitting(stdout, "%s", result);
    if (layers.n_cells > 0)
        table_print(&layers, stdout);
    return MOTE_OK;
}

const struct command command_quantize = {
    .name = "quantize",
    .arguments = "M --data SPEC -o Q [--samples N] [--method minmax|percentile|mse] [--activations int8|int16]",
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
        "With --activations int16 what is computed has 16 bits, weights 8, sums 64: nearly the float model's results, "
        "for "
        "the\n"
        "float model's weights in a quarter. JSON keys that end in _int8 speak of it, too.\n\n"
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
    .options =
        (const struct option[]){
            {"--data", "SPEC", "the data: a folder, a file or a YAML file"},
            {"-o", "Q", "the int8 model: a .graph, or an image"},
            {"--samples", "N", "to calibrate on; default: 200"},
            {"--method", "M", "minmax, percentile or mse"},
            {"--percentile", "P", "of the values that stay; default: 99.99"},
            {"--activations", "T", "int8 (default), or int16: weights stay int8, and zero points are 0"},
            {"--boundary", "T", "type of inputs and outputs: int8 (or what activations are), or float"},
            {"--limit", "N", "only the first N test samples"},
            SHAPE_OPTION,
            JUDGE_OPTIONS,
            {"--threads", "N", "of the host; default: all cores"},
            DATA_OPTIONS,
            {NULL, NULL, NULL}},
    .run = run_quantize,
};
