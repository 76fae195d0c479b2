/* SPDX-License-Identifier: Apache-2.0 */
/* libmote_train. */
#include <math.h>

#include "host/api/context.h"
#include "host/api/mote_train.h"
#include "host/jobs/quantize.h"
#include "host/jobs/train.h"

/* ---- scores ---- */
static struct mote_score no_score(int64_t samples)
{
    return (struct mote_score){samples, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
}

static struct mote_score score_of(const struct judge *j)
{
    struct mote_score s = no_score(j->what.n);
    const struct {
        const char *key;
        double *to;
    } keys[] = {{"accuracy", &s.accuracy},
                {"mae", &s.mae},
                {"rmse", &s.rmse},
                {"r2", &s.r2},
                {"auc", &s.auc},
                {"false_alarm_rate", &s.false_alarm_rate},
                {"miss_rate", &s.miss_rate}};

    for (int32_t i = 0; i < j->n_metrics; i++)
        for (size_t k = 0; k < COUNT(keys); k++)
            if (strcmp(j->metrics[i].key, keys[k].key) == 0)
                *keys[k].to = j->metrics[i].value;
    return s;
}

/* ---- training ---- */
struct train_call {
    struct call call;
    const struct mote_train_options *options;
    volatile sig_atomic_t stop;
    struct train *train; /* NULL: not begun */
    struct mote_training result;
    struct mote_graph *out;
};

static void note(void *context, const char *line)
{
    const struct train_call *c = context;
    const struct mote_callbacks *to = &c->call.context->callbacks;

    if (to->note != NULL && line[0] != '\0')
        to->note(to->user, line);
}

static void step(void *context, struct epoch_progress *p)
{
    struct train_call *c = context;
    const int64_t before = (int64_t)(p->epoch - 1) * p->total;

    if (!progress_step(&c->call.context->progress, "training", before + p->done, (int64_t)p->epochs * p->total))
        c->stop = 1;
}

static struct mote_training training_of(const struct train *t)
{
    struct mote_training r = {.epochs = t->history.rows[t->history.n - 1].epoch,
                              .best_epoch = t->best->epoch,
                              .loss = t->test.loss,
                              .seconds = t->seconds,
                              .score = no_score(t->test.n)};

    r.score.accuracy = t->test.accuracy;
    r.score.mae = t->test.regression.mae;
    r.score.rmse = t->test.regression.rmse;
    r.score.r2 = t->test.regression.r2;
    if (train_is_anomaly(t))
        r.score = score_of(&t->anomalies);
    return r;
}

static enum mote_status train(struct call *call)
{
    struct train_call *c = (struct train_call *)call;
    const struct train_watcher watcher = {.context = c, .note = note, .step = step};
    struct mote_train_options o;
    struct train_options options;
    struct bytes file;

    TRY(api_options(call, c->options, &o, sizeof o));
    if (o.recipe == NULL)
        return fail(call->at, MOTE_ERR_USAGE, "`recipe` is missing");
    options = (struct train_options){.recipe = o.recipe,
                                     .data = o.data,
                                     .folder = o.folder,
                                     .resume = o.resume != 0,
                                     .epochs = o.epochs,
                                     .threads = o.threads,
                                     .max_bytes = o.max_bytes,
                                     .stop = &c->stop,
                                     .watcher = &watcher,
                                     .progress = &call->context->progress};
    c->train = pool_alloc(&call->pool, sizeof *c->train);
    TRY(train_run(&call->pool, &options, c->train, call->at));
    if (c->train->stopped)
        return fail_cancelled(call->at, "training");
    TRY(train_report(c->train));
    TRY(file_read_back(&call->pool, train_path(c->train, TRAIN_MODEL), &file, call->at));
    assert(c->train->history.n > 0 && c->train->best != NULL);
    c->result = training_of(c->train);
    c->out = api_graph_of_bytes(train_path(c->train, TRAIN_MODEL), file);
    return MOTE_OK;
}

static void end_training(struct call *call)
{
    struct train_call *c = (struct train_call *)call;

    if (c->train != NULL)
        train_end(c->train);
    c->train = NULL;
}

API int mote_train(struct mote_context *context, const struct mote_train_options *options, struct mote_training *result,
                   struct mote_graph **out)
{
    struct train_call c = {.call = {.context = context, .work = train, .clean = end_training}, .options = options};
    int status;

    *out = NULL;
    status = api_call(&c.call);
    pool_free(&c.call.pool);
    if (status != MOTE_OK)
        return status;
    if (result != NULL)
        *result = c.result;
    *out = c.out;
    return MOTE_OK;
}

/* ---- quantization ---- */
struct quantize_call {
    struct call call;
    const struct mote_graph *graph;
    const struct mote_quantize_options *options;
    struct mote_quantization result;
    struct mote_graph *out;
};

static enum mote_status read_method(const struct call *call, const struct mote_quantize_options *o,
                                    struct calibration *how)
{
    how->percentile = o->percentile != 0 ? o->percentile : 99.99;
    if (!(how->percentile > 50 && how->percentile <= 100))
        return fail(call->at, MOTE_ERR_USAGE, "`percentile` is %g: above 50, at most 100 is wanted", how->percentile);
    for (size_t i = 0; calibration_words[i] != NULL; i++)
        if (o->method == NULL || strcmp(o->method, calibration_words[i]) == 0) {
            how->method = (enum calibration_method)i;
            return MOTE_OK;
        }
    return fail(call->at, MOTE_ERR_USAGE, "`method` is \"%s\", not minmax, percentile or mse", o->method);
}

static enum mote_status quantize(struct call *call)
{
    struct quantize_call *c = (struct quantize_call *)call;
    const struct frame file = api_file(call, c->graph->name);
    const struct progress *progress = &call->context->progress;
    struct quantized *q = pool_alloc(&call->pool, sizeof *q);
    struct mote_quantize_options o;
    struct quantize_job job;
    struct pipeline p;

    TRY(api_options(call, c->options, &o, sizeof o));
    if (o.data == NULL)
        return fail(call->at, MOTE_ERR_USAGE, "`data` is missing");
    job = (struct quantize_job){.data = o.data,
                                .samples = o.samples,
                                .limit = o.limit,
                                .threads = o.threads,
                                .max_bytes = o.max_bytes,
                                .float_boundary = o.float_boundary != 0,
                                .judge = {.normal = o.normal, .progress = progress, .at = call->at},
                                .progress = progress};
    TRY(read_method(call, &o, &job.how));
    TRY(api_model(call, c->graph, &p, &file));
    TRY(quantize_run(&call->pool, &job, &p, q, &file));
    c->result = (struct mote_quantization){
        .before = q->is_judged ? score_of(&q->before) : no_score(q->parts.test.samples.n),
        .after = q->is_judged ? score_of(&q->after) : no_score(q->parts.test.samples.n),
        .image_bytes = (int64_t)q->image.size,
        .arena_bytes = q->plan.arena_bytes,
    };
    c->out = api_graph_of_model(c->graph->name, &q->model);
    return MOTE_OK;
}

API int mote_quantize(struct mote_context *context, const struct mote_graph *graph,
                      const struct mote_quantize_options *options, struct mote_quantization *result,
                      struct mote_graph **out)
{
    struct quantize_call c = {.call = {.context = context, .work = quantize}, .graph = graph, .options = options};
    int status;

    *out = NULL;
    status = api_call(&c.call);
    pool_free(&c.call.pool);
    if (status != MOTE_OK)
        return status;
    if (result != NULL)
        *result = c.result;
    *out = c.out;
    return MOTE_OK;
}
