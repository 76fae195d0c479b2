/* SPDX-License-Identifier: Apache-2.0 */
/* Calibration: the float graph runs with all its tensors kept; the first run finds the ends of each tensor's range, the
 * second one, where the method wants it, fills histograms between them. */
#include "host/quantize/calibrate.h"

#include "host/emit/emit.h"
#include "host/run/sweep.h"
#include "host/plan/plan.h"

#include <math.h>

const char *const calibration_words[] = {
    [CALIBRATE_MINMAX] = "minmax", [CALIBRATE_PERCENTILE] = "percentile", [CALIBRATE_MSE] = "mse", NULL};

#define NO_SAMPLE INT32_MAX

struct seen {
    struct range range;
    bool any;
    int32_t bad; /* the first sample with an infinity or a NaN, NO_SAMPLE if there is none */
};

struct watched {
    int32_t tensor;
    int64_t at, n; /* in the arena; elements */
};

struct work {
    const struct samples *samples; /* first: samples_fill() */
    int32_t n;                     /* watched tensors */
    struct watched *watched;
    struct seen *seen;            /* [threads][n] */
    struct histogram *histograms; /* [threads][n] */
};

void samples_fill(void *context, int32_t sample, const struct mote_model *model)
{
    const struct samples *const *samples = context;
    struct mote_io io;

    mote_model_input(model, 0, &io);
    (*samples)->input((*samples)->context, sample, &io, io.data);
}

static const float *values(const struct mote_model *model, const struct watched *t)
{
    return (const float *)(const void *)(model->regions[MOTE_REGION_ARENA] + t->at);
}

static void see(void *context, int32_t thread, int32_t sample, const struct mote_model *model)
{
    const struct work *w = context;

    for (int32_t k = 0; k < w->n; k++) {
        struct seen *s = &w->seen[(size_t)thread * (size_t)w->n + (size_t)k];
        const float *x = values(model, &w->watched[k]);

        for (int64_t i = 0; i < w->watched[k].n; i++) {
            if (!isfinite(x[i])) {
                s->bad = sample < s->bad ? sample : s->bad;
                continue;
            }
            s->range.min = s->any ? fminf(s->range.min, x[i]) : x[i];
            s->range.max = s->any ? fmaxf(s->range.max, x[i]) : x[i];
            s->any = true;
        }
    }
}

static void count(void *context, int32_t thread, int32_t sample, const struct mote_model *model)
{
    const struct work *w = context;

    (void)sample;
    for (int32_t k = 0; k < w->n; k++)
        histogram_add(&w->histograms[(size_t)thread * (size_t)w->n + (size_t)k], values(model, &w->watched[k]),
                      w->watched[k].n);
}

/* The float tensors in the arena. */
static void watch(struct pool *pool, const struct plan *plan, struct work *w)
{
    const struct graph *g = plan->graph;

    w->watched = pool_array(pool, (size_t)g->n_tensors + 1, sizeof *w->watched);
    for (int32_t i = 0; i < g->n_tensors; i++) {
        int32_t value = plan->value_of_tensor[i];

        if (value == VALUE_NONE || g->tensors[i].type != TYPE_F32 || plan->values[value].kind == VALUE_CONST)
            continue;
        w->watched[w->n++] = (struct watched){i, plan->values[value].offset, tensor_elements(&g->tensors[i])};
    }
}

/* What all threads saw, in the first thread's place. */
static enum mote_status merge_seen(const struct work *w, const struct graph *g, int32_t threads, const struct frame *at)
{
    int32_t first = NO_SAMPLE;

    for (int32_t t = 1; t < threads; t++)
        for (int32_t k = 0; k < w->n; k++) {
            struct seen *to = &w->seen[k], *from = &w->seen[(size_t)t * (size_t)w->n + (size_t)k];

            to->bad = from->bad < to->bad ? from->bad : to->bad;
            if (!from->any)
                continue;
            to->range.min = to->any ? fminf(to->range.min, from->range.min) : from->range.min;
            to->range.max = to->any ? fmaxf(to->range.max, from->range.max) : from->range.max;
            to->any = true;
        }
    for (int32_t k = 0; k < w->n; k++)
        first = w->seen[k].bad < first ? w->seen[k].bad : first;
    for (int32_t k = 0; k < w->n && first != NO_SAMPLE;
         k++) /* the first tensor of that sample: others follow from it */
        if (w->seen[k].bad == first) {
            struct frame here = frame_tensor(at, g, w->watched[k].tensor);

            return fail(&here, MOTE_ERR_VALUE, "it has an infinity or a NaN for sample %d%s%s", first,
                        w->samples->place ? ", " : "",
                        w->samples->place ? w->samples->place(w->samples->context, first) : "");
        }
    return MOTE_OK;
}

static void make_histograms(struct pool *pool, struct work *w, int32_t threads)
{
    size_t n = (size_t)threads * (size_t)w->n;
    uint64_t *counts = pool_array(pool, n + 1, HISTOGRAM_BINS * sizeof *counts);

    assert(threads >= 1 && w->seen != NULL);
    w->histograms = pool_array(pool, n + 1, sizeof *w->histograms);
    for (size_t i = 0; i < n; i++)
        w->histograms[i] = (struct histogram){w->seen[i % (size_t)w->n].range, counts + i * HISTOGRAM_BINS};
}

static void merge_histograms(const struct work *w, int32_t threads)
{
    for (size_t i = (size_t)w->n; i < (size_t)threads * (size_t)w->n; i++)
        for (int32_t b = 0; b < HISTOGRAM_BINS; b++)
            w->histograms[i % (size_t)w->n].count[b] += w->histograms[i].count[b];
}

static enum mote_status want_one_input(const struct graph *g, const struct frame *at)
{
    if (g->n_inputs != 1)
        return fail(at, MOTE_ERR_UNSUPPORTED, "the model has %d inputs; samples have one", g->n_inputs);
    return MOTE_OK;
}

enum mote_status model_keep(struct pool *pool, struct model *m, struct kept *out, const struct frame *at)
{
    const struct plan_options options = {.keep_all = true};
    const struct target host = target_host();

    out->model = m;
    TRY(plan_make(pool, m, &host, &options, &out->plan, at));
    return emit_image(&out->plan, &out->image, at);
}

enum mote_status calibrate(struct pool *pool, const struct kept *kept, const struct samples *samples,
                           const struct calibration *c, const struct frame *at)
{
    struct graph *g = &kept->model->graphs[0];
    struct sweep sweep = {.image = kept->image,
                          .n = samples->n,
                          .threads = samples->threads,
                          .fill = samples_fill,
                          .take = see,
                          .progress = samples->progress,
                          .what = "calibration"};
    struct work w = {.samples = samples};
    int32_t threads;

    TRY(want_one_input(g, at));
    watch(pool, &kept->plan, &w);
    assert(w.n <= g->n_tensors);
    threads = sweep_threads(&sweep);
    w.seen = pool_array(pool, (size_t)threads * (size_t)w.n + 1, sizeof *w.seen);
    for (size_t i = 0; i < (size_t)threads * (size_t)w.n; i++)
        w.seen[i].bad = NO_SAMPLE;
    sweep.context = &w;
    TRY(sweep_run(pool, &sweep, at));
    TRY(merge_seen(&w, g, threads, at));
    if (c->method != CALIBRATE_MINMAX) {
        make_histograms(pool, &w, threads);
        sweep.take = count;
        TRY(sweep_run(pool, &sweep, at));
        merge_histograms(&w, threads);
    }
    for (int32_t k = 0; k < w.n; k++) {
        struct tensor *t = &g->tensors[w.watched[k].tensor];

        t->ranged = true;
        t->range = c->method == CALIBRATE_MINMAX ? w.seen[k].range : histogram_range(&w.histograms[k], c);
    }
    return MOTE_OK;
}
