/* SPDX-License-Identifier: Apache-2.0 */
#include "host/compress/moments.h"

#include <cblas.h>

#include "host/run/sweep.h"

#define THREADS_MEMORY ((int64_t)1 << 30) /* bytes of all threads' sums */

/* A model's memory of the layer's input. */
struct source {
    const struct tensor *input;
    int64_t offset;
};

struct taking {
    const struct samples *samples; /* first: samples_fill() */
    const struct layer *layer;
    struct source before, now;
    struct runner *runners; /* [threads] of the model as it was */
    struct moments *all;    /* [threads][blocks] */
    double **patches;       /* [threads] two of the largest block's */
    int64_t patch_elements;
};

static struct moments moments_make(struct pool *pool, int32_t n)
{
    const size_t square = (size_t)n * (size_t)n;

    return (struct moments){.n = n,
                            .xx = pool_array(pool, square, sizeof(double)),
                            .xx0 = pool_array(pool, square, sizeof(double)),
                            .sum = pool_array(pool, (size_t)n, sizeof(double)),
                            .sum0 = pool_array(pool, (size_t)n, sizeof(double))};
}

static void add_columns(const double *patches, int64_t positions, int32_t n, double *sum)
{
    for (int64_t p = 0; p < positions; p++)
        for (int32_t k = 0; k < n; k++)
            sum[k] += patches[p * n + k];
}

static void add_products(struct moments *m, int64_t positions, const double *x, const double *x0)
{
    const int n = m->n, count = (int)positions;

    cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, n, n, count, 1, x, n, x, n, 1, m->xx, n);
    cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, n, n, count, 1, x, n, x0, n, 1, m->xx0, n);
    add_columns(x, positions, n, m->sum);
    add_columns(x0, positions, n, m->sum0);
    m->count += (double)positions;
}

static void take(void *context, int32_t thread, int32_t sample, const struct mote_model *now)
{
    const struct taking *t = context;
    struct mote_model *before = &t->runners[thread].model;
    double *x = t->patches[thread], *x0 = x + t->patch_elements;

    mote_model_reset(before);
    samples_fill(context, sample, before);
    mote_model_run(before);
    for (int32_t i = 0; i < t->layer->n_blocks; i++) {
        const struct layer_block *b = &t->layer->blocks[i];

        layer_patches(t->layer, b, t->now.input, now->regions[MOTE_REGION_ARENA] + t->now.offset, x);
        layer_patches(t->layer, b, t->before.input, before->regions[MOTE_REGION_ARENA] + t->before.offset, x0);
        add_products(&t->all[(size_t)thread * (size_t)t->layer->n_blocks + (size_t)i], t->layer->positions, x, x0);
    }
}

static struct source source_of(const struct kept *k, int32_t tensor)
{
    const struct value *v = &k->plan.values[k->plan.value_of_tensor[tensor]];

    assert(v->kind != VALUE_CONST);
    return (struct source){&k->model->graphs[0].tensors[tensor], v->offset};
}

static int64_t block_bytes(const struct layer *l)
{
    int64_t bytes = 0;

    for (int32_t i = 0; i < l->n_blocks; i++)
        bytes += 16 * (int64_t)l->blocks[i].columns * (l->blocks[i].columns + l->positions);
    assert(bytes > 0);
    return bytes;
}

static void make_room(struct pool *pool, struct taking *t, int32_t threads)
{
    const int32_t n = t->layer->n_blocks;

    t->all = pool_array(pool, (size_t)threads * (size_t)n, sizeof *t->all);
    t->patches = pool_array(pool, (size_t)threads, sizeof *t->patches);
    for (int32_t i = 0; i < n; i++) {
        const int64_t elements = t->layer->positions * t->layer->blocks[i].columns;

        t->patch_elements = elements > t->patch_elements ? elements : t->patch_elements;
        for (int32_t k = 0; k < threads; k++)
            t->all[(size_t)k * (size_t)n + (size_t)i] = moments_make(pool, t->layer->blocks[i].columns);
    }
    for (int32_t k = 0; k < threads; k++)
        t->patches[k] = pool_array(pool, 2 * (size_t)t->patch_elements, sizeof **t->patches);
}

static void add(struct moments *to, const struct moments *from)
{
    for (int64_t i = 0; i < (int64_t)to->n * to->n; i++) {
        to->xx[i] += from->xx[i];
        to->xx0[i] += from->xx0[i];
    }
    for (int32_t i = 0; i < to->n; i++) {
        to->sum[i] += from->sum[i];
        to->sum0[i] += from->sum0[i];
    }
    to->count += from->count;
}

enum mote_status moments_take(struct pool *pool, const struct kept *before, const struct kept *now,
                              const struct layer *layer, const struct samples *samples, struct moments *out,
                              const struct frame *at)
{
    struct taking t = {.layer = layer,
                       .samples = samples,
                       .before = source_of(before, layer->input),
                       .now = source_of(now, layer->input)};
    struct sweep sweep = {.image = now->image,
                          .n = samples->n,
                          .threads = samples->threads,
                          .context = &t,
                          .fill = samples_fill,
                          .take = take};
    int32_t threads = sweep_threads(&sweep);
    const int64_t most = THREADS_MEMORY / block_bytes(layer);

    threads = sweep.threads = most < 1 ? 1 : most < threads ? (int32_t)most : threads;
    make_room(pool, &t, threads);
    t.runners = pool_array(pool, (size_t)threads, sizeof *t.runners);
    for (int32_t i = 0; i < threads; i++)
        TRY(runner_open(pool, before->image, &t.runners[i], at));
    TRY(sweep_run(pool, &sweep, at));
    for (int32_t i = layer->n_blocks; i < threads * layer->n_blocks; i++)
        add(&t.all[i % layer->n_blocks], &t.all[i]);
    memcpy(out, t.all, (size_t)layer->n_blocks * sizeof *out);
    return MOTE_OK;
}
