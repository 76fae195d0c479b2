/* SPDX-License-Identifier: Apache-2.0 */
#include "host/jobs/mlperf_board.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "host/data/dataset.h"
#include "host/graph/graph.h"
#include "host/metrics/metrics.h"
#include "host/run/image_view.h"

#define TRIALS      5    /* of the performance and the energy: exactly so many */
#define LEAST       10.0 /* seconds of a trial */
#define MARGIN      1.02 /* by which more inferences are asked for */
#define LEAST_FIRST 100  /* microseconds that one inference is taken to last at least */

static const struct mlperf_task tasks[] = {
    {"kws01", "keyword spotting", 490, 12, SAMPLE_TENSORS, false, 70, 10},
    {"vww01", "visual wake words", 27648, 2, SAMPLE_PIXELS, false, 20, 5},
    {"ic01", "image classification", 3072, 10, SAMPLE_PIXELS, false, 20, 5},
    {"ad01", "anomaly detection", 640, 640, SAMPLE_FLOATS, true, 1500, 10},
};

const struct mlperf_task *mlperf_task_of(const struct runner *r)
{
    struct mote_io in = {.bytes = 0};

    if (mote_model_inputs(&r->model) != 1 || mote_model_input(&r->model, 0, &in) != MOTE_OK || in.type != TYPE_S8)
        return NULL;
    for (size_t i = 0; i < COUNT(tasks); i++)
        if (runner_input_bytes(r) == tasks[i].input_bytes && runner_output_bytes(r) == tasks[i].output_bytes)
            return &tasks[i];
    return NULL;
}

/* ---- samples ---- */
struct bench {
    struct mlperf *x;
    const struct pipeline *p;
    struct measure *m;
    struct runner *runner;
    struct dataset data;
    struct preprocess preprocess;
    struct mote_io input;
    uint8_t *inputs, *sample, *want, *got; /* of the sample in hand: tensor, wire, the host's outputs, the device's */
    size_t sample_bytes, output_bytes;
    struct device device;
};

static enum mote_status open_data(struct bench *b, const struct frame *file)
{
    struct mlperf *x = b->x;
    const struct dataset_options how = {.max_bytes = x->options->max_bytes};
    struct frame data = {.name = x->options->data, .index = -1, .sink = file->sink};

    if (x->options->data == NULL) {
        if (x->options->mode == MLPERF_ACCURACY)
            return fail(file, MOTE_ERR_USAGE, "--data is missing: the accuracy is that of labeled samples");
        x->n = TRIALS;
        return MOTE_OK;
    }
    TRY(dataset_open(x->pool, x->options->data, &how, &b->data, &data));
    TRY(dataset_fits(&b->data, &b->input, &b->preprocess, &data));
    if (x->options->mode == MLPERF_ACCURACY && b->data.labels == NULL)
        return fail(&data, MOTE_ERR_VALUE, "it has no labels: the accuracy is that of labeled samples");
    x->n_classes = b->data.n_classes;
    x->n = x->options->mode != MLPERF_ACCURACY ? TRIALS : b->data.n;
    if (x->n > b->data.n)
        return fail(&data, MOTE_ERR_VALUE, "it has %d samples: performance and energy are those of %d", b->data.n,
                    TRIALS);
    if (x->options->limit > 0 && x->options->limit < x->n && x->options->mode == MLPERF_ACCURACY)
        x->n = x->options->limit;
    return MOTE_OK;
}

/* Sample i, as tensor and as it goes over the wire, and what the host makes of it. */
static void take_sample(struct bench *b, int32_t i)
{
    struct mlperf *x = b->x;

    if (x->options->data == NULL)
        make_pattern(b->inputs, b->input.bytes, i);
    else
        dataset_input(&b->data, i, &b->input, &b->preprocess, b->inputs);
    x->trials[i].file =
        x->options->data == NULL ? pool_printf(x->pool, "pattern-%d", (int)i) : dataset_name(x->pool, &b->data, i);
    x->trials[i].label = b->data.labels != NULL ? b->data.labels[i] : 0;
    served_sample(b->runner, x->task->kind, b->inputs, b->sample);
    mote_model_reset(&b->runner->model);
    runner_run(b->runner, b->inputs, b->want);
}

/* ---- the runner's log ---- */
static const char *stamp(char text[16])
{
    const time_t t = time(NULL);
    struct tm now;

    strftime(text, 16, "%m%d.%H%M%S", localtime_r(&t, &now));
    return text;
}

static void log_trial(struct mlperf *x, const struct mlperf_trial *t, int32_t number, const char *results)
{
    const double seconds = (double)(t->end - t->start) / 1e6;
    char at[16];

    stamp(at);
    text_add(&x->log, "Running inference with %lld/%lld (warmup/measured) iterations ...\ndone\n",
             (long long)t->warm_ups, (long long)t->times);
    if (x->options->mode == MLPERF_ENERGY)
        return;
    text_add(&x->log, "%s ulp-mlperf: Performance results for window %d:\n", at, (int)number);
    text_add(&x->log, "%s ulp-mlperf:   # Inferences : %13lld\n", at, (long long)t->times);
    text_add(&x->log, "%s ulp-mlperf:   Runtime      : %10.3f sec.\n", at, seconds);
    text_add(&x->log, "%s ulp-mlperf:   Throughput   : %10.3f inf./sec.\n", at, t->throughput);
    text_add(&x->log, "%s ulp-mlperf:   m-results    : [%s]\n", at, results);
}

static void log_begin(struct mlperf *x, const struct device *d)
{
    text_add(&x->log,
             "Device name retrieved: %s\nDevice profile retrieved: ULPMark for tinyML Firmware V0.0.1\n"
             "Device model retrieved: %s\n",
             printable(x->pool, d->name), printable(x->pool, d->model));
    if (x->options->data == NULL)
        text_add(&x->log, "The samples are patterns, not the benchmark's files\n");
}

/* ---- trials ---- */
static enum mote_status read_results(struct mlperf *x, struct mlperf_trial *t, const char *text, const struct frame *at)
{
    float *all = NULL;

    for (const char *s = text; *s != '\0';) {
        char *end;
        float value = strtof(s, &end);

        if (end == s || (*end != ',' && *end != '\0'))
            return fail(at, MOTE_ERR_ENVIRONMENT, "the device's results are no numbers: %.60s",
                        printable(x->pool, text));
        all = pool_grow(x->pool, all, (size_t)t->n_results, sizeof *all);
        all[t->n_results++] = value;
        s = *end == ',' ? end + 1 : end;
    }
    t->results = all;
    if (t->n_results != (x->task->score ? 1 : (int32_t)x->task->output_bytes))
        return fail(at, MOTE_ERR_ENVIRONMENT, "the device gives %d results: it has another model", (int)t->n_results);
    return MOTE_OK;
}

static enum mote_status load(struct bench *b, int32_t i, const struct frame *at)
{
    struct mlperf *x = b->x;
    char when[16];

    take_sample(b, i);
    text_add(&x->log, "%s ulp-mlperf: Loading file %s segment 0\n", stamp(when), printable(x->pool, x->trials[i].file));
    TRY(device_load(&b->device, b->sample, b->sample_bytes, at));
    text_add(&x->log, "%s ulp-mlperf: Load complete.\n", stamp(when));
    return MOTE_OK;
}

static enum mote_status infer(struct bench *b, int32_t i, const struct frame *at)
{
    struct mlperf *x = b->x;
    struct mlperf_trial *t = &x->trials[i];
    struct device_run run;

    TRY(device_infer(&b->device, t->times, t->warm_ups, &run, at));
    if (run.timed == (x->options->mode == MLPERF_ENERGY))
        return fail(at, MOTE_ERR_ENVIRONMENT, "the device %s times: its firmware is of the benchmark's other mode",
                    run.timed ? "tells" : "tells no");
    t->start = run.start;
    t->end = run.end;
    t->throughput = run.end > run.start ? (double)t->times * 1e6 / (double)(run.end - run.start) : 0;
    TRY(read_results(x, t, run.results, at));
    log_trial(x, t, i + 1, run.results);
    TRY(device_outputs(&b->device, b->got, b->output_bytes, at));
    x->different += memcmp(b->got, b->want, b->output_bytes) != 0;
    return MOTE_OK;
}

/* So many inferences that they last 10 s, by what one takes: as the device says, or where it tells no times, at least
 * by what is estimated. */
static enum mote_status choose_times(struct bench *b, int64_t *times, const struct frame *at)
{
    struct device_run run;
    double one = b->x->cost.all.milliseconds.low / 1e3;

    if (b->x->options->mode == MLPERF_PERFORMANCE) {
        TRY(device_infer(&b->device, 1, 0, &run, at));
        one = (double)(run.end - run.start > LEAST_FIRST ? run.end - run.start : LEAST_FIRST) / 1e6;
    }
    assert(one > 0);
    *times = b->x->task->times;
    if ((double)*times * one < LEAST * MARGIN)
        *times = (int64_t)ceil(LEAST * MARGIN / one);
    return MOTE_OK;
}

static enum mote_status run_trials(struct bench *b, const struct frame *at)
{
    struct mlperf *x = b->x;
    const bool repeats = x->options->mode != MLPERF_ACCURACY;
    int64_t times = 1;

    log_begin(x, &b->device);
    for (int32_t i = 0; i < x->n; i++) {
        if (!progress_step(x->options->progress, "samples", i, x->n))
            return fail_cancelled(at, "samples");
        TRY(load(b, i, at));
        if (repeats && i == 0)
            TRY(choose_times(b, &times, at));
        x->trials[i].times = times;
        x->trials[i].warm_ups = repeats ? x->task->warm_ups : 0;
        TRY(infer(b, i, at));
    }
    progress_step(x->options->progress, "samples", x->n, x->n);
    return MOTE_OK;
}

static enum mote_status with_device(struct bench *b, const char *port, const struct frame *at)
{
    enum mote_status status;

    TRY(device_open(b->x->pool, port, served_baud(b->x->options->mode == MLPERF_ENERGY), &b->device, at));
    b->x->device = b->device.name;
    status = strcmp(b->device.model, b->x->task->id) == 0
                 ? run_trials(b, at)
                 : fail(at, MOTE_ERR_VALUE, "the device has the model %s, not %s",
                        printable(b->x->pool, b->device.model), b->x->task->id);
    device_close(&b->device);
    return status;
}

/* ---- what came out ---- */
static void judge_accuracy(struct mlperf *x)
{
    float *scores = pool_array(x->pool, (size_t)x->n, sizeof *scores);
    bool *positive = pool_array(x->pool, (size_t)x->n, sizeof *positive);
    const int32_t classes = x->trials[0].n_results;
    double sum = 0;
    int32_t met = 0;

    for (int32_t i = 0; i < x->n; i++)
        x->correct += largest_score(x->trials[i].results, classes) == x->trials[i].label;
    for (int32_t c = classes == 2; c < classes; c++) { /* one against the rest; of two, the second */
        struct roc roc;

        for (int32_t i = 0; i < x->n; i++) {
            float all = 0;

            for (int32_t k = 0; k < classes; k++)
                all += x->trials[i].results[k];
            scores[i] = all > 0 ? x->trials[i].results[c] / all : 0;
            positive[i] = x->trials[i].label == c;
        }
        roc = roc_make(x->pool, scores, positive, x->n);
        if (!isnan(roc.auc)) {
            sum += roc.auc;
            met++;
        }
    }
    x->auc = met > 0 ? sum / met : NAN;
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static void judge_performance(struct mlperf *x)
{
    double all[TRIALS];

    assert(x->n == TRIALS);
    x->shortest = INFINITY;
    for (int32_t i = 0; i < TRIALS; i++) {
        const double seconds = (double)(x->trials[i].end - x->trials[i].start) / 1e6;

        all[i] = x->trials[i].throughput;
        x->shortest = seconds < x->shortest ? seconds : x->shortest;
    }
    qsort(all, TRIALS, sizeof *all, by_size);
    x->median = all[TRIALS / 2];
}

/* What an inference takes is estimated; that trials differ is the instructions' doing. */
static void judge_energy(struct mlperf *x)
{
    const struct cost_part *one = &x->cost.all;
    double all[TRIALS], middle;

    assert(x->n == TRIALS);
    x->shortest = INFINITY;
    for (int32_t i = 0; i < TRIALS; i++) {
        struct mlperf_trial *t = &x->trials[i];
        const double share = (double)t->counted / one->work.instructions; /* of all inferences, as if all were alike */

        t->seconds = share * one->milliseconds.value / 1e3;
        t->microjoules = interval_scaled(one->microjoules, share / (double)t->times);
        all[i] = t->microjoules.value;
        x->shortest = t->seconds < x->shortest ? t->seconds : x->shortest;
    }
    qsort(all, TRIALS, sizeof *all, by_size);
    middle = all[TRIALS / 2];
    x->microjoules = interval_scaled(one->microjoules, middle / one->microjoules.value);
}

static void write_accuracy(struct mlperf *x)
{
    char at[16];

    stamp(at);
    text_add(&x->results, "%s ulp-mlperf: Top 1%% = %2.1f\n", at, 100.0 * x->correct / x->n);
    text_add(&x->results, "%s ulp-mlperf: AUC = %.3f\n", at, x->auc);
}

static void write_performance(struct mlperf *x)
{
    static const char rule[] = "---------------------------------------------------------";
    char at[16];

    for (int32_t i = 0; i < x->n; i++) {
        const struct mlperf_trial *t = &x->trials[i];
        const double seconds = (double)(t->end - t->start) / 1e6;

        text_add(&x->results, "Performance results for window %d\n    # Inferences : %lld\n", (int)i + 1,
                 (long long)t->times);
        text_add(&x->results, "    Runtime: %.6f sec.\n    Throughput: %.9g inf./sec.\n", seconds, t->throughput);
        if (seconds >= LEAST)
            text_add(&x->results, "    Runtime requirements have been met.\n");
    }
    stamp(at);
    text_add(&x->results, "%s ulp-mlperf: %s\n", at, rule);
    text_add(&x->results, "%s ulp-mlperf: Median throughput is %10.3f inf./sec.\n", at, x->median);
    text_add(&x->results, "%s ulp-mlperf: %s\n", at, rule);
}

static void write_energy(struct mlperf *x)
{
    static const char rule[] = "---------------------------------------------------------";
    const struct budget *b = &x->cost.budget;

    text_add(&x->results,
             "Power Edition Output\nESTIMATED, not measured, and not for a submission: counted instructions, by the "
             "figures of the board file of %s at %.4g MHz and %.3g V\n",
             x->cost.board->name, b->clock_hz / 1e6, b->volts);
    for (int32_t i = 0; i < x->n; i++) {
        const struct mlperf_trial *t = &x->trials[i];
        const double all = t->microjoules.value * (double)t->times;

        text_add(&x->results, "Energy data for trial %d\n  Elapsed time  : %.6f%s\n  Inferences    : %lld\n", (int)i,
                 t->seconds, t->seconds < LEAST ? "  <<<< below minimum duration" : "", (long long)t->times);
        text_add(&x->results, "  Power         : %.4f mW.\n  Total Energy  : %.3f uJ\n", all / t->seconds / 1e3, all);
        text_add(&x->results, "  Energy/Inf    : %.3f uJ/inf, from %.3f to %.3f\n", t->microjoules.value,
                 t->microjoules.low, t->microjoules.high);
    }
    text_add(&x->results, "%s\nMedian energy cost is %.4f uJ/inf.\n%s\n", rule, x->microjoules.value, rule);
}

static void add_power(const struct mlperf *x, const struct mlperf_trial *t, json_t *trial)
{
    json_object_set_new(trial, "power",
                        json_pack("{s:b, s:f, s:f, s:f, s:f}", "estimated", true, "voltage", x->cost.budget.volts,
                                  "energy_uj", t->microjoules.value, "energy_uj_low", t->microjoules.low,
                                  "energy_uj_high", t->microjoules.high));
}

static json_t *trial_json(const struct mlperf *x, const struct mlperf_trial *t)
{
    static const char *const modes[] = {[MLPERF_ACCURACY] = "a", [MLPERF_PERFORMANCE] = "p", [MLPERF_ENERGY] = "e"};
    json_t *results = json_array(), *infer, *all;

    for (int32_t k = 0; k < t->n_results; k++)
        json_array_append_new(results, json_real(round((double)t->results[k] * 1000) / 1000));
    infer = json_pack("{s:o, s:i, s:I, s:I}", "results", results, "total_inferences", 1, "iterations",
                      (json_int_t)t->times, "warmups", (json_int_t)t->warm_ups);
    if (x->options->mode != MLPERF_ENERGY) {
        json_object_set_new(infer, "start_time", json_integer((json_int_t)t->start));
        json_object_set_new(infer, "end_time", json_integer((json_int_t)t->end));
        json_object_set_new(infer, "elapsed_time", json_integer((json_int_t)(t->end - t->start)));
    }
    if (x->options->mode == MLPERF_PERFORMANCE)
        json_object_set_new(infer, "throughput", json_real(t->throughput));
    all = json_pack("{s:s, s:s, s:s, s:n, s:n, s:n, s:o, s:s}", "file", printable(x->pool, t->file), "classes",
                    pool_printf(x->pool, "%d", (int)x->n_classes), "class", pool_printf(x->pool, "%d", (int)t->label),
                    "bytes_to_send", "stride", "total_length", "infer", infer, "mode", modes[x->options->mode]);
    if (x->options->mode == MLPERF_ENERGY)
        add_power(x, t, all);
    return all;
}

static void write_details(struct mlperf *x)
{
    json_t *all = json_array();
    char *text;

    for (int32_t i = 0; i < x->n; i++)
        json_array_append_new(all, trial_json(x, &x->trials[i]));
    text = json_dumps(all, 0);
    if (text == NULL)
        memory_ran_out();
    text_add(&x->details, "%s", text);
    free(text);
    json_decref(all);
}

static void judge(struct mlperf *x)
{
    static const struct {
        void (*judge)(struct mlperf *), (*write)(struct mlperf *);
    } ways[] = {
        [MLPERF_ACCURACY] = {judge_accuracy, write_accuracy},
        [MLPERF_PERFORMANCE] = {judge_performance, write_performance},
        [MLPERF_ENERGY] = {judge_energy, write_energy},
    };

    ways[x->options->mode].judge(x);
    ways[x->options->mode].write(x);
    text_add(&x->log, "%s", x->results.s);
    write_details(x);
}

enum mote_status mlperf_write(const struct mlperf *x, const char *folder, const struct frame *at)
{
    const struct {
        const char *name;
        const struct text *text;
    } files[] = {{"log.txt", &x->log}, {"results.txt", &x->results}, {"results.json", &x->details}};
    enum mote_status status = MOTE_OK;
    struct staging staging;

    TRY(staging_begin(x->pool, folder, &staging, at));
    for (size_t i = 0; i < COUNT(files) && status == MOTE_OK; i++)
        status = staging_put(&staging, files[i].name, files[i].text->s, files[i].text->len, at);
    if (status == MOTE_OK)
        status = staging_commit(&staging, at);
    staging_end(&staging);
    return status;
}

/* ---- on an emulated board ---- */
/* The markers lie around each call of the device's inferences: of an `infer` the warm-ups, what is timed, and one of
 * the sample again unless it was the only one. Before the trials of the performance one shows how long it takes. */
static enum mote_status take_counts(struct mlperf *x, const struct emulate_server *server, const struct frame *at)
{
    const int32_t each = x->options->mode == MLPERF_ACCURACY ? 2 : 3;
    int32_t k = x->options->mode == MLPERF_PERFORMANCE ? 2 : 0;

    if (server->n_counts != k + each * x->n)
        return fail(at, MOTE_ERR_ENVIRONMENT, "the plugin counted %d intervals, not %d", (int)server->n_counts,
                    (int)(k + each * x->n));
    for (int32_t i = 0; i < x->n; i++, k += each)
        x->trials[i].counted = server->counts[k + 1];
    return MOTE_OK;
}

static void compare_clock(struct mlperf *x, const struct board *board)
{
    const double cycles = x->cycles > 0 ? (double)x->cycles / (double)x->instructions : 1;

    for (int32_t i = 0; i < x->n; i++) {
        const double seconds = (double)(x->trials[i].end - x->trials[i].start) / 1e6;
        const double counted = (double)x->trials[i].counted * cycles / (double)board->clock_hz;
        const double error = fabs(seconds / counted - 1);

        x->clock_error = error > x->clock_error ? error : x->clock_error;
    }
}

struct served mlperf_served(const struct measure *m, const struct pipeline *p)
{
    const struct mlperf_task *task = mlperf_task_of(&m->runner);

    if (task == NULL)
        return (struct served){.device = m->board->name,
                               .model = p->has_graph ? p->model.name
                                                     : model_name_from(m->pool, mote_model_name(&m->runner.model))};
    return (struct served){.device = m->board->name, .model = task->id, .kind = task->kind, .score = task->score};
}

static enum mote_status serve(struct bench *b, const struct frame *file)
{
    struct mlperf *x = b->x;
    struct served served = mlperf_served(b->m, b->p);
    struct emulate_server server;
    enum mote_status status, ended;

    served.cycles = x->cycles;
    served.instructions = x->instructions;
    served.energy = x->options->mode == MLPERF_ENERGY;
    TRY(measure_serve(b->m, b->p, &served, &server, file));
    status = with_device(b, server.port, file);
    ended = emulate_serve_end(&server, status == MOTE_OK ? file : NULL);
    TRY(status);
    TRY(ended);
    TRY(take_counts(x, &server, file));
    if (x->options->mode != MLPERF_ENERGY)
        compare_clock(x, b->m->board);
    return MOTE_OK;
}

/* As `mote profile` does: what an inference takes. */
static enum mote_status estimate(struct bench *b, const struct frame *file)
{
    const struct usage nothing = {.every_s = 0};
    struct mlperf *x = b->x;
    struct profile profile;

    if (cost_active_power(x->pool, b->m->board) == NULL)
        return fail(
            file, MOTE_ERR_USAGE,
            "nobody says what %s draws while it computes: its board file has no active figure, so its energy is "
            "not known (docs/ENERGY.md has the boards that are)",
            b->m->board->name);
    TRY(profile_make(x->pool, b->p, b->m, &profile, file));
    TRY(cost_make(&profile, &nothing, true, &x->cost, file));
    if (x->cost.from != COST_COUNTED)
        return fail(file, MOTE_ERR_ENVIRONMENT, "its instructions are not counted: %s", x->cost.why);
    x->instructions = (int64_t)x->cost.all.work.instructions;
    x->cycles = x->cost.all.counts.cycles;
    x->clock_error = NAN; /* the device tells no times */
    return MOTE_OK;
}

static enum mote_status count(struct bench *b, const struct frame *file)
{
    const struct emulate_result *r = &b->m->result;

    TRY(measure_count(b->m, b->p, file));
    b->x->instructions = r->instructions[0];
    b->x->cycles = r->counts != NULL ? r->counts[0].cycles : 0;
    return MOTE_OK;
}

static enum mote_status open_model(struct bench *b, const struct frame *file)
{
    struct mlperf *x = b->x;

    x->task = mlperf_task_of(b->runner);
    if (x->task == NULL)
        return fail(file, MOTE_ERR_UNSUPPORTED,
                    "its int8 input and outputs are not those of kws01, vww01, ic01 or ad01: `mote validate` is for "
                    "other models");
    if (x->options->mode == MLPERF_ACCURACY && x->task->score)
        return fail(file, MOTE_ERR_UNSUPPORTED,
                    "the accuracy of %s is that of windows of sounds: only its performance "
                    "is measured",
                    x->task->id);
    mote_model_input(&b->runner->model, 0, &b->input);
    b->preprocess = image_preprocess(&b->runner->model);
    b->inputs = pool_alloc(x->pool, b->input.bytes);
    b->sample_bytes = served_bytes(b->runner, x->task->kind);
    b->sample = pool_alloc(x->pool, b->sample_bytes);
    b->output_bytes = runner_output_bytes(b->runner);
    b->want = pool_alloc(x->pool, b->output_bytes);
    b->got = pool_alloc(x->pool, b->output_bytes);
    return MOTE_OK;
}

enum mote_status mlperf_on_board(struct pool *pool, const struct mlperf_options *options, const struct pipeline *p,
                                 struct measure *m, struct mlperf *out, const struct frame *file)
{
    struct bench b = {.x = out, .p = p, .m = m, .runner = &m->runner};

    *out = (struct mlperf){.pool = pool, .options = options};
    out->results.pool = out->log.pool = out->details.pool = pool;
    TRY(open_model(&b, file));
    TRY(open_data(&b, file));
    out->trials = pool_array(pool, (size_t)out->n, sizeof *out->trials);
    TRY(measure_check(m, p, file));
    TRY(options->mode == MLPERF_ENERGY ? estimate(&b, file) : count(&b, file));
    TRY(serve(&b, file));
    judge(out);
    return MOTE_OK;
}
