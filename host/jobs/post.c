/* SPDX-License-Identifier: Apache-2.0 */
#include "host/jobs/post.h"

#include <math.h>

#include "host/emit/emit.h"
#include "host/graph/op_info.h"
#include "host/jobs/compress.h"
#include "host/jobs/splits.h"
#include "host/passes/passes.h"

#define DENSE "dense"

/* ---- the model ---- */
static bool has_float_weights(const struct graph *g)
{
    for (int32_t i = 0; i < g->n_ops; i++) {
        const struct linear_inputs *l = op_info[g->ops[i].id].is->linear;
        const struct tensor *w = l != NULL ? op_in(g, &g->ops[i], l->weights) : NULL;

        if (w != NULL && w->data != NULL && w->type == TYPE_F32)
            return true;
    }
    return false;
}

static enum mote_status quantize_first(struct posted *c)
{
    const struct post_options *o = &c->options;

    c->quantize = (struct quantize_job){.data = o->data,
                                        .how = {.method = CALIBRATE_MINMAX},
                                        .samples = o->parts.samples,
                                        .limit = o->parts.limit,
                                        .threads = o->parts.threads,
                                        .max_bytes = o->max_bytes,
                                        .judge = o->judge,
                                        .progress = o->parts.progress};
    TRY(quantize_run(c->pool, &c->quantize, &c->p, &c->quantized, &c->file));
    c->model = c->quantized.model;
    return MOTE_OK;
}

static enum mote_status open_model(struct posted *c)
{
    const struct pipeline_options options = {.passes = NULL};

    c->file = (struct frame){.name = c->options.model, .index = -1, .sink = c->at->sink};
    TRY(pipeline_load_as(c->pool, c->options.model, &c->options.import, &c->p, &c->file));
    if (!c->p.has_graph)
        return fail(&c->file, MOTE_ERR_USAGE, "an image holds no graph to compress; give the .tflite or graph file");
    c->was_float = has_float_weights(&c->p.model.graphs[0]);
    if (c->was_float)
        return quantize_first(c);
    TRY(pipeline_passes(&c->p, &options, &c->file));
    c->model = c->p.model;
    return MOTE_OK;
}

/* ---- the data ---- */
static enum mote_status open_data(struct posted *c)
{
    const char *specification = c->options.data;

    c->data_file = (struct frame){.name = specification, .index = -1, .sink = c->at->sink};
    c->judged.task = c->model.task;
    TRY(judge_choose(&c->options.judge, &c->judged));
    TRY(split_open(c->pool, specification, &c->p, c->judged.task.kind, c->options.max_bytes, &c->data, &c->data_file));
    c->preprocess = c->model.preprocess.kind != NULL && c->model.preprocess.n > 0 ? c->model.preprocess
                                                                                  : dataset_preprocess(&c->data);
    return parts_choose(c->pool, &c->options.parts, &c->data, &c->preprocess, split_known(&c->p), &c->parts,
                        &c->data_file);
}

static enum mote_status check_fit(struct posted *c)
{
    const struct graph *g = &c->model.graphs[0];
    struct runner runner;
    struct mote_io io;

    TRY(runner_open(c->pool, c->image, &runner, &c->file));
    if (mote_model_inputs(&runner.model) != 1)
        return fail(&c->file, MOTE_ERR_VALUE,
                    "the model has %d inputs, samples are one: only networks of one input are compressed; mote run, "
                    "emulate and compile take it as it is",
                    (int)mote_model_inputs(&runner.model));
    mote_model_input(&runner.model, 0, &io);
    TRY(dataset_fits(&c->data, &io, &c->preprocess, &c->data_file));
    c->judged.data = &c->data;
    c->judged.preprocess = &c->preprocess;
    c->judged.model_at = &c->file;
    c->judged.data_at = &c->data_file;
    c->is_judged = judge_can(&c->judged, tensor_elements(&g->tensors[g->outputs[0]]));
    c->has_classes = c->judged.task.kind <= MOTE_TASK_CLASSIFICATION && c->data.targets == NULL &&
                     tensor_elements(&g->tensors[g->outputs[0]]) >= 2;
    return MOTE_OK;
}

/* ---- what a model is worth ---- */
struct predicting {
    const struct samples *samples; /* first: samples_fill() */
    int32_t *out;
};

static void take(void *context, int32_t thread, int32_t sample, const struct mote_model *model)
{
    const struct predicting *p = context;
    struct mote_io io;

    (void)thread;
    mote_model_output(model, 0, &io);
    p->out[sample] = io_largest(&io);
}

static enum mote_status predict(struct posted *c, int32_t **out)
{
    const struct samples *samples = &c->parts.test.samples;
    struct predicting p = {samples, pool_array(c->pool, (size_t)samples->n, sizeof *p.out)};
    const struct sweep sweep = {.image = c->image,
                                .n = samples->n,
                                .threads = samples->threads,
                                .context = &p,
                                .fill = samples_fill,
                                .take = take};

    *out = p.out;
    return sweep_run(c->pool, &sweep, &c->file);
}

/* With what the dense model says, which comes first. */
static enum mote_status compare(struct posted *c, double *agreement)
{
    const int32_t n = c->parts.test.samples.n;
    int32_t *predictions, same = 0;

    *agreement = NAN;
    if (!c->has_classes)
        return MOTE_OK;
    TRY(predict(c, &predictions));
    if (c->predictions == NULL)
        c->predictions = predictions;
    for (int32_t i = 0; i < n; i++)
        same += predictions[i] == c->predictions[i];
    *agreement = share_of(same, n);
    return MOTE_OK;
}

static enum mote_status judge_samples(struct posted *c, const int32_t *index, int32_t n, struct judge *out)
{
    struct judged what = c->judged;
    struct runner runner;

    what.samples = index;
    what.n = n;
    TRY(runner_open(c->pool, c->image, &runner, &c->file));
    TRY(judge_open(c->pool, &runner.model, &what, out));
    return judge_image(out, c->image, NULL, c->options.parts.threads, "samples");
}

/* ---- rows ---- */
static enum mote_status make_image(struct posted *c, const struct model *m)
{
    const struct plan_options options = {.keep_all = false};
    struct model *copy = pool_alloc(c->pool, sizeof *copy);
    struct plan *plan = pool_alloc(c->pool, sizeof *plan);

    copy->pool = c->pool;
    model_copy(m, copy);
    TRY(passes_run(copy, NULL, NULL, NULL, &c->file));
    TRY(plan_make(c->pool, copy, &target_portable, &options, plan, &c->file));
    return emit_image(plan, &c->image, &c->file);
}

static enum mote_status write_model(struct posted *c, const struct model *m, const char *path)
{
    const struct frame here = {.name = path, .index = -1, .sink = c->at->sink};
    struct model copy = {.pool = c->pool};
    struct text t = {.pool = c->pool};

    model_copy(m, &copy);
    TRY(passes_run(&copy, NULL, NULL, NULL, &c->file));
    model_write(&copy, &t);
    return file_write(path, t.s, t.len, &here);
}

static enum mote_status add_row(struct posted *c, const char *stage, const char *file, const struct model *m)
{
    struct post_row *row = &c->rows[c->n_rows++];
    struct compress_row counts = {0};
    struct post_noise noise;
    struct goal_takes takes;

    *row = (struct post_row){.stage = stage, .path = pool_printf(c->pool, "%s/%s.graph", c->folder, file)};
    TRY(write_model(c, m, row->path));
    estimate_bytes(m, &counts);
    row->weights = counts.weights;
    row->kept = counts.kept;
    row->levels = counts.levels;
    weights_histogram(m, &row->histogram);
    c->last = (struct model){.pool = c->pool};
    model_copy(m, &c->last);
    TRY(goal_bytes(m, &c->options.goal, &row->bytes, &c->file));
    TRY(goal_takes(m, &c->options.goal, &takes, &c->file));
    row->macs = takes.macs;
    row->arena = (int64_t)takes.arena;
    row->instructions = takes.instructions;
    TRY(make_image(c, m));
    TRY(compare(c, &row->agreement));
    TRY(post_noise(&c->first, m, &c->parts.test.samples, &noise, &c->file));
    row->sqnr = noise.noise > 0 ? 10 * log10(noise.signal / noise.noise) : (double)INFINITY;
    return c->is_judged ? judge_samples(c, c->parts.test.index, c->parts.test.samples.n, &row->judge) : MOTE_OK;
}

/* ---- as much as is needed ---- */
#define LAMBDA   1e-4 /* the first: noise at the end for a bit */
#define STEPS    16   /* by 4, up or down */
#define HALVINGS 6

static double accuracy_of(const struct judge *j)
{
    for (int32_t i = 0; i < j->n_metrics; i++)
        if (strcmp(j->metrics[i].key, "accuracy") == 0)
            return j->metrics[i].value;
    return NAN;
}

static enum mote_status validation_accuracy(struct posted *c, const struct model *m, double *out)
{
    struct judge judge;

    TRY(make_image(c, m));
    TRY(judge_samples(c, c->data.split[SPLIT_VALIDATION], c->data.n_split[SPLIT_VALIDATION], &judge));
    *out = accuracy_of(&judge);
    return MOTE_OK;
}

/* Whether lambda is large enough for the bytes, or small enough for the accuracy. */
static enum mote_status is_met(struct posted *c, double lambda, double dense, bool *met)
{
    int64_t bytes;
    double now;

    TRY(post_trade(c->post, lambda, &c->file));
    if (c->options.budget > 0) {
        TRY(goal_bytes(&c->post->now, &c->options.goal, &bytes, &c->file));
        *met = bytes <= c->options.budget;
        return MOTE_OK;
    }
    TRY(validation_accuracy(c, &c->post->now, &now));
    *met = 100 * (dense - now) <= c->options.drop;
    return MOTE_OK;
}

/* A lambda, and whether it met what is asked for: then its model is kept. */
static enum mote_status try_lambda(struct posted *c, double lambda, double dense, double *met_at, double *missed_at)
{
    bool met;

    TRY(is_met(c, lambda, dense, &met));
    *(met ? met_at : missed_at) = lambda;
    if (met || isnan(*met_at)) {
        c->lambda = lambda;
        model_copy(&c->post->now, &c->best);
    }
    return MOTE_OK;
}

/* A model that was small already may be the best itself. */
static enum mote_status keep_best(struct posted *c)
{
    const int64_t dense = c->rows[c->n_rows - 1].bytes;
    int64_t bytes;

    TRY(goal_bytes(&c->best, &c->options.goal, &bytes, &c->file));
    if (bytes >= dense && (c->options.budget == 0 || dense <= c->options.budget))
        model_copy(&c->post->before, &c->best);
    model_copy(&c->best, &c->post->now);
    return MOTE_OK;
}

/* The least lambda that meets the budget, or the largest that meets the accuracy; if none does, what comes nearest. */
static enum mote_status search(struct posted *c, double dense)
{
    const double grow = c->options.budget > 0 ? 4 : 0.25; /* toward what meets it */
    double met_at = NAN, missed_at = NAN, lambda = LAMBDA;

    c->best = (struct model){.pool = c->pool};
    for (int i = 0; i < STEPS && (isnan(met_at) || isnan(missed_at)); i++) {
        TRY(try_lambda(c, lambda, dense, &met_at, &missed_at));
        lambda *= isnan(met_at) ? grow : 1 / grow;
    }
    for (int i = 0; i < HALVINGS && !isnan(met_at) && !isnan(missed_at); i++)
        TRY(try_lambda(c, sqrt(met_at * missed_at), dense, &met_at, &missed_at));
    c->reached = !isnan(met_at);
    return keep_best(c);
}

static bool has_goal(const struct post_options *o) { return o->budget > 0 || !isnan(o->drop); }

/* A loss of accuracy is one on samples that show it. */
static enum mote_status check_goal(struct posted *c)
{
    if (isnan(c->options.drop))
        return MOTE_OK;
    if (c->is_judged && c->data.n_split[SPLIT_VALIDATION] > 0 && c->judged.task.kind <= MOTE_TASK_CLASSIFICATION &&
        c->data.targets == NULL)
        return MOTE_OK;
    return fail(
        &c->data_file, MOTE_ERR_VALUE,
        "a loss of accuracy wants labels of the model's classes and a validation split, and there is no %s: give "
        "--budget",
        c->data.n_split[SPLIT_VALIDATION] > 0 ? "such label" : "such split");
}

static enum mote_status trade(struct posted *c)
{
    double dense = NAN;

    if (c->options.budget == 0)
        TRY(validation_accuracy(c, &c->model, &dense));
    TRY(post_weigh(c->post, &c->file));
    TRY(search(c, dense));
    return add_row(c, "trade", "int8", &c->post->now);
}

/* What is left is another model, which the rest begins with. */
static enum mote_status remove_channels(struct posted *c)
{
    struct post_channels how = c->options.channel;
    double *saving = pool_array(c->pool, (size_t)c->first.n_layers, sizeof *saving);
    struct model left = {.pool = c->pool};

    TRY(channel_savings(&c->first, &c->options.goal, saving, &c->file));
    how.saving = saving;
    TRY(post_channels(&c->first, &how, &c->file));
    model_copy(&c->first.now, &left);
    TRY(passes_run(&left, NULL, NULL, NULL, &c->file));
    TRY(post_make(c->pool, &left, &c->parts.calibration.samples, &c->rest, &c->file));
    c->post = &c->rest;
    return add_row(c, "channels",
                   !has_goal(&c->options) && !c->options.prunes && !c->options.levels ? "int8" : "channels", &left);
}

/* What a weight of each layer saves, for the goal; NULL: all alike. */
static enum mote_status weight_savings(struct posted *c, double keep, const double **out)
{
    const struct post *p = c->post;
    double *of_ops = pool_array(c->pool, (size_t)p->before.graphs[0].n_ops + 1, sizeof *of_ops);
    double *saving = pool_array(c->pool, (size_t)p->n_layers, sizeof *saving);

    *out = NULL;
    if (!c->options.goal.given)
        return MOTE_OK;
    TRY(goal_weights(&p->before, &c->options.goal, keep, of_ops, &c->file));
    for (int32_t i = 0; i < p->n_layers; i++)
        saving[i] = of_ops[p->layers[i].op];
    goal_divisors(saving, p->n_layers);
    *out = saving;
    return MOTE_OK;
}

static enum mote_status stages(struct posted *c)
{
    const struct post_options *o = &c->options;
    struct post_prune prune = o->prune;

    if (o->prunes) {
        TRY(weight_savings(c, prune.keep, &prune.saving));
        TRY(post_weigh(c->post, &c->file));
        TRY(post_prune(c->post, &prune, &c->file));
        TRY(add_row(c, "prune", o->levels ? "prune" : "int8", &c->post->now));
    }
    if (o->levels) {
        TRY(post_levels(c->post, &o->level, &c->file));
        TRY(add_row(c, "levels", "int8", &c->post->now));
    }
    return MOTE_OK;
}

/* ---- the report ---- */
/* Without labels, agreement with the dense model is what there is. */
static enum mote_status report(struct posted *c)
{
    const struct frame here = {
        .name = pool_printf(c->pool, "%s/" COMPRESS_REPORT, c->folder), .index = -1, .sink = c->at->sink};
    struct compression_stage *stages = pool_array(c->pool, (size_t)c->n_rows, sizeof *stages);
    struct compression_page page = {.title = c->model.name, .source = c->options.model, .compression = &c->compression};

    for (int32_t i = 0; i < c->n_rows; i++) {
        const struct post_row *row = &c->rows[i];
        const double accuracy = accuracy_of(&row->judge);

        stages[i] = (struct compression_stage){.name = row->stage,
                                               .weights = row->weights,
                                               .kept = row->kept,
                                               .levels = row->levels,
                                               .bytes = row->bytes,
                                               .accuracy = isnan(accuracy) ? row->agreement : accuracy,
                                               .loss = NAN,
                                               .histogram = row->histogram};
    }
    c->compression.stages = stages;
    c->compression.n_stages = (size_t)c->n_rows;
    TRY(compression_describe(c->pool, &c->last, &c->options.goal, &c->compression, &c->file));
    page.judge = &c->rows[c->n_rows - 1].judge;
    return compression_report(c->pool, &page, here.name, &here);
}

/* ---- the job ---- */
enum mote_status post_run(struct pool *pool, const struct post_options *options, struct posted *out,
                          const struct frame *at)
{
    struct frame folder;

    *out = (struct posted){.pool = pool, .options = *options, .at = at, .p = {.pool = pool}, .reached = true};
    TRY(open_model(out));
    TRY(open_data(out));
    TRY(make_image(out, &out->model));
    TRY(check_fit(out));
    TRY(check_goal(out));
    TRY(post_make(pool, &out->model, &out->parts.calibration.samples, &out->first, &out->file));
    out->folder = options->folder != NULL ? options->folder : out->model.name;
    folder = (struct frame){.name = out->folder, .index = -1, .sink = at->sink};
    TRY(folder_make(out->folder, &folder));
    out->post = &out->first;
    TRY(add_row(out, DENSE, DENSE, &out->model));
    if (options->channels)
        TRY(remove_channels(out));
    TRY(has_goal(options) ? trade(out) : stages(out));
    return report(out);
}
