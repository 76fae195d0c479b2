/* SPDX-License-Identifier: Apache-2.0 */
/* What quantization costs: errors of each tensor, and what the network still gets right. */
#include "host/emit/emit.h"
#include "host/run/elements.h"
#include "host/run/sweep.h"
#include "host/plan/plan.h"
#include "host/quantize/calibrate.h"

#include <math.h>

double error_sqnr(const struct tensor_error *e)
{
    double sqnr;

    if (e->noise == 0)
        return (double)INFINITY;
    sqnr = 10 * log10(e->signal / e->noise);
    return isnan(sqnr) ? -(double)INFINITY : sqnr;
}

/* ---- errors ---- */
/* A tensor in both graphs' arenas. */
struct pair {
    int32_t tensor;
    int64_t n, real_at, quantized_at;
    enum mote_type type; /* of the quantized one: S8 or F32 */
    float scale;
    int32_t zero;
};

struct sums {
    double signal, noise;
};

struct errors {
    const struct samples *samples; /* first: samples_fill() */
    int32_t n;
    struct pair *pairs;
    struct runner *quantized; /* [threads] */
    struct sums *sums;        /* [samples][n]: added up in order afterwards, whatever thread made them */
};

static struct sums compare(const struct pair *p, const float *real, const uint8_t *other)
{
    struct sums s = {0, 0};

    assert(p->type == TYPE_S8 || p->type == TYPE_S16 ? p->scale > 0 : p->type == TYPE_F32);
    for (int64_t i = 0; i < p->n; i++) {
        double is, want = (double)real[i];

        if (p->type == TYPE_S8)
            is = (double)p->scale * ((int8_t)other[i] - p->zero);
        else if (p->type == TYPE_S16)
            is = (double)p->scale * ((const int16_t *)(const void *)other)[i];
        else
            is = (double)((const float *)(const void *)other)[i];
        s.signal += want * want;
        s.noise += (is - want) * (is - want);
    }
    return s;
}

static void take(void *context, int32_t thread, int32_t sample, const struct mote_model *real)
{
    const struct errors *e = context;
    struct mote_model *quantized = &e->quantized[thread].model;

    mote_model_reset(quantized);
    samples_fill(context, sample, quantized);
    mote_model_run(quantized);
    for (int32_t k = 0; k < e->n; k++) {
        const struct pair *p = &e->pairs[k];

        e->sums[(size_t)sample * (size_t)e->n + (size_t)k] =
            compare(p, (const float *)(const void *)(real->regions[MOTE_REGION_ARENA] + p->real_at),
                    quantized->regions[MOTE_REGION_ARENA] + p->quantized_at);
    }
}

/* The float tensors that are in the arena in both graphs. */
static void find_pairs(struct pool *pool, const struct plan *real, const struct plan *quantized, const int32_t *where,
                       struct errors *e)
{
    const struct graph *g = real->graph;

    e->pairs = pool_array(pool, (size_t)g->n_tensors + 1, sizeof *e->pairs);
    for (int32_t i = 0; i < g->n_tensors; i++) {
        int32_t a = real->value_of_tensor[i], b = quantized->value_of_tensor[where[i]];
        const struct tensor *t = &quantized->graph->tensors[where[i]];

        if (g->tensors[i].type != TYPE_F32 || a == VALUE_NONE || b == VALUE_NONE ||
            real->values[a].kind == VALUE_CONST || quantized->values[b].kind == VALUE_CONST || graph_producer(g, i) < 0)
            continue;
        e->pairs[e->n] = (struct pair){.tensor = i,
                                       .n = tensor_elements(t),
                                       .real_at = real->values[a].offset,
                                       .quantized_at = quantized->values[b].offset,
                                       .type = t->type};
        if (t->type == TYPE_S8 || t->type == TYPE_S16) {
            e->pairs[e->n].scale = t->quant.scale[0];
            e->pairs[e->n].zero = t->quant.zero[0];
        }
        e->n++;
    }
}

static void add_up(const struct errors *e, int32_t n_samples, struct tensor_error *out)
{
    assert(n_samples >= 0);
    for (int32_t k = 0; k < e->n; k++) {
        double n = (double)e->pairs[k].n * n_samples;

        out[k] = (struct tensor_error){.tensor = e->pairs[k].tensor};
        for (int32_t i = 0; i < n_samples; i++) {
            out[k].signal += e->sums[(size_t)i * (size_t)e->n + (size_t)k].signal / n;
            out[k].noise += e->sums[(size_t)i * (size_t)e->n + (size_t)k].noise / n;
        }
    }
}

enum mote_status quantize_errors(struct pool *pool, const struct kept *real, struct model *quantized,
                                 const int32_t *where, const struct samples *samples, struct tensor_error *out,
                                 int32_t *n, const struct frame *at)
{
    struct sweep sweep = {.image = real->image,
                          .n = samples->n,
                          .threads = samples->threads,
                          .fill = samples_fill,
                          .take = take,
                          .progress = samples->progress,
                          .what = "errors"};
    struct errors e = {.samples = samples};
    struct kept other;

    TRY(model_keep(pool, quantized, &other, at));
    find_pairs(pool, &real->plan, &other.plan, where, &e);
    e.sums = pool_array(pool, (size_t)samples->n * (size_t)e.n + 1, sizeof *e.sums);
    e.quantized = pool_array(pool, (size_t)sweep_threads(&sweep), sizeof *e.quantized);
    for (int32_t i = 0; i < sweep_threads(&sweep); i++)
        TRY(runner_open(pool, other.image, &e.quantized[i], at));
    sweep.context = &e;
    TRY(sweep_run(pool, &sweep, at));
    add_up(&e, samples->n, out);
    *n = e.n;
    return MOTE_OK;
}

/* ---- accuracy ---- */
struct accuracy {
    const struct samples *samples; /* first: samples_fill() */
    bool *right;                   /* [samples] */
};

static void judge(void *context, int32_t thread, int32_t sample, const struct mote_model *model)
{
    const struct accuracy *a = context;
    struct mote_io io;

    (void)thread;
    mote_model_output(model, 0, &io);
    a->right[sample] = io_largest(&io) == a->samples->label(a->samples->context, sample);
}

enum mote_status count_correct(struct pool *pool, struct bytes image, const struct samples *samples, int32_t *correct,
                               const struct frame *at)
{
    struct accuracy a = {samples, pool_array(pool, (size_t)samples->n + 1, sizeof(bool))};
    struct sweep sweep = {.image = image,
                          .n = samples->n,
                          .threads = samples->threads,
                          .context = &a,
                          .fill = samples_fill,
                          .take = judge,
                          .progress = samples->progress,
                          .what = "accuracy"};

    TRY(sweep_run(pool, &sweep, at));
    *correct = 0;
    for (int32_t i = 0; i < samples->n; i++)
        *correct += a.right[i];
    return MOTE_OK;
}
