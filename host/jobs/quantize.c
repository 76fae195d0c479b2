/* SPDX-License-Identifier: Apache-2.0 */
#include "host/jobs/quantize.h"

#include <math.h>
#include <stdlib.h>

#include "host/emit/emit.h"
#include "host/jobs/splits.h"
#include "host/passes/passes.h"

#define ERROR_SAMPLES 100 /* more do not change the errors much */

/* ---- what is to be done ---- */
static bool says_nothing(const struct preprocess *p) { return p->kind == NULL || p->n == 0; }

/* The model's own preprocessing, else the data's. */
static void choose_preprocessing(struct quantized *q)
{
    q->preprocess = says_nothing(&q->p->model.preprocess) ? dataset_preprocess(&q->data) : q->p->model.preprocess;
}

static enum mote_status check_fit(struct quantized *q, struct bytes image)
{
    struct runner runner;
    struct mote_io io;

    TRY(runner_open(q->pool, image, &runner, q->file));
    if (mote_model_inputs(&runner.model) != 1)
        return fail(q->file, MOTE_ERR_VALUE,
                    "the model has %d inputs, samples are one: only networks of one input are quantized; quantize it "
                    "where it was made, or compile it in float",
                    (int)mote_model_inputs(&runner.model));
    mote_model_input(&runner.model, 0, &io);
    return dataset_fits(&q->data, &io, &q->preprocess, &q->data_file);
}

static void compare_outputs(struct quantized *q)
{
    const struct graph *g = &q->p->model.graphs[0];

    q->n_outputs = tensor_elements(&g->tensors[g->outputs[0]]);
    q->is_judged = judge_can(&q->judged, q->n_outputs);
}

static enum mote_status open_all(struct quantized *q)
{
    struct pipeline_options options = {.passes = NULL};
    const struct parts_options how = {q->job->samples, q->job->limit, q->job->threads, q->job->progress};
    const char *specification = q->job->data;

    q->data_file = (struct frame){.name = specification, .index = -1, .sink = q->file->sink};
    if (!q->p->has_graph)
        return fail(q->file, MOTE_ERR_USAGE, "an image holds no graph to quantize; give the .tflite or graph file");
    TRY(pipeline_passes(q->p, &options, q->file));
    TRY(quantize_check(&q->p->model, q->file));
    q->judged.task = q->p->model.task;
    TRY(judge_choose(&q->job->judge, &q->judged));
    if (q->job->opened != NULL)
        q->data = *q->job->opened;
    else
        TRY(split_open(q->pool, specification, q->p, q->judged.task.kind, q->job->max_bytes, &q->data, &q->data_file));
    TRY(parts_choose(q->pool, &how, &q->data, &q->preprocess, split_known(q->p), &q->parts, &q->data_file));
    choose_preprocessing(q);
    TRY(model_keep(q->pool, &q->p->model, &q->real, q->file));
    TRY(check_fit(q, q->real.image));
    q->judged.data = &q->data;
    compare_outputs(q);
    return MOTE_OK;
}

/* ---- doing it ---- */
static void name_outputs(struct quantized *q)
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
static enum mote_status measure_errors(struct quantized *q, const int32_t *where)
{
    struct pool *pool = q->pool;
    const struct graph *g = &q->model.graphs[0];
    struct samples samples = q->parts.test.samples;

    samples.n = samples.n < ERROR_SAMPLES ? samples.n : ERROR_SAMPLES;
    q->errors = pool_array(pool, (size_t)q->p->model.graphs[0].n_tensors + 1, sizeof *q->errors);
    TRY(quantize_errors(pool, &q->real, &q->model, where, &samples, q->errors, &q->n_errors, q->file));
    q->became = pool_array(pool, (size_t)q->n_errors + 1, sizeof *q->became);
    for (int32_t i = 0; i < q->n_errors; i++)
        q->became[i] = pool_copy(pool, &g->tensors[where[q->errors[i].tensor]], sizeof(struct tensor));
    return MOTE_OK;
}

static enum mote_status quantize(struct quantized *q)
{
    int32_t *where;

    TRY(calibrate(q->pool, &q->real, &q->parts.calibration.samples, &q->job->how, q->file));
    model_copy(&q->p->model, &q->model);
    name_outputs(q);
    TRY(quantize_graph(&q->model, q->job->wide ? TYPE_S16 : TYPE_S8, q->job->float_boundary, &where, q->file));
    return measure_errors(q, where);
}

static enum mote_status judge_samples(struct quantized *q, struct bytes image, const struct task *task,
                                      const int32_t *samples, int32_t n, const char *doing, struct judge *out)
{
    struct judged what = q->judged;
    struct runner runner;

    what.samples = samples;
    what.n = n;
    what.task = *task;
    TRY(runner_open(q->pool, image, &runner, q->file));
    TRY(judge_open(q->pool, &runner.model, &what, out));
    return judge_image(out, image, NULL, q->parts.test.samples.threads, doing);
}

static enum mote_status judge_one(struct quantized *q, struct bytes image, const struct task *task, const char *doing,
                                  struct judge *out)
{
    return judge_samples(q, image, task, q->parts.test.index, q->parts.test.samples.n, doing, out);
}

enum mote_status quantize_judge(struct quantized *q, enum split split, struct judge *out)
{
    return judge_samples(q, q->image, &q->model.task, q->data.split[split], q->data.n_split[split], "int8", out);
}

/* Of the samples for validation; without any, of those of the calibration. A model that was trained on all classes has
 * no class that is normal: all are. */
static enum mote_status set_threshold(struct quantized *q)
{
    bool validated = q->data.n_split[SPLIT_VALIDATION] > 0;
    struct judged what = q->judged;

    what.samples = validated ? q->data.split[SPLIT_VALIDATION] : q->parts.calibration.index;
    what.n = validated ? q->data.n_split[SPLIT_VALIDATION] : q->parts.calibration.samples.n;
    what.all_normal = !q->is_judged;
    if (what.all_normal && q->p->model.task.kind != MOTE_TASK_ANOMALY)
        return MOTE_OK;
    q->threshold_from = validated ? "validation split" : "calibration";
    TRY(judge_threshold(q->pool, q->image, &what, q->parts.calibration.samples.threads, &q->threshold, "threshold"));
    q->model.task.threshold = q->threshold.value;
    if (q->model.n_classes == 0 || q->threshold.normal < q->model.n_classes)
        q->model.task.normal = q->threshold.normal;
    return emit_image(&q->plan, &q->image, q->file);
}

static enum mote_status finish(struct quantized *q)
{
    struct plan_options options = {.keep_all = false};
    struct pool *pool = q->pool;

    TRY(passes_run(&q->model, NULL, NULL, NULL, q->file));
    TRY(plan_make(pool, &q->model, &target_portable, &options, &q->plan, q->file));
    TRY(emit_image(&q->plan, &q->image, q->file));
    TRY(check_fit(q, q->image));
    q->judged.preprocess = &q->preprocess;
    q->judged.model_at = q->file;
    q->judged.data_at = &q->data_file;
    if (q->model.task.kind == MOTE_TASK_ANOMALY)
        TRY(set_threshold(q));
    if (!q->is_judged)
        return MOTE_OK;
    TRY(judge_one(q, q->real.image, &q->judged.task, "float", &q->before));
    return judge_one(q, q->image, &q->model.task, "int8", &q->after);
}

enum mote_status quantize_plan_float(struct quantized *q)
{
    const struct pipeline_options options = {.passes = NULL};

    return pipeline_plan(q->p, &options, q->file);
}

enum mote_status quantize_write(const struct quantized *q, const char *path)
{
    struct frame here = {.name = path, .index = -1, .sink = q->file->sink};
    struct text t = {.pool = q->pool};
    size_t len = strlen(path);

    if (len < 6 || strcmp(path + len - 6, ".graph") != 0)
        return file_write(path, q->image.data, q->image.size, &here);
    model_write(&q->model, &t);
    return file_write(path, t.s, t.len, &here);
}

enum mote_status quantize_run(struct pool *pool, const struct quantize_job *job, struct pipeline *p,
                              struct quantized *out, const struct frame *file)
{
    *out = (struct quantized){.pool = pool, .job = job, .p = p, .file = file};
    TRY(open_all(out));
    TRY(quantize(out));
    return finish(out);
}
