/* SPDX-License-Identifier: Apache-2.0 */
#include "host/train/loader.h"

#include <pthread.h>

#include "host/base/random.h"

#define BATCHES 3 /* one in use, one ready, one being made */

enum purpose { PURPOSE_ORDER = 100 };

struct loader {
    const struct dataset *data;
    struct loader_options options;
    struct pool scratch; /* of balance() */
    struct batch batches[BATCHES];
    int32_t *order; /* [n] of the epoch */
    int32_t *drawn; /* [n] with `balance`: the samples of the epoch, not yet in order */
    int32_t epoch, steps;
    int32_t made, taken; /* batches of the epoch that are finished, and that were handed out */
    bool stop;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
};

void loader_order(const struct loader_options *options, int32_t epoch, int32_t *out)
{
    struct random_stream s = random_stream(options->seed, PURPOSE_ORDER, (uint64_t)epoch, 0);

    for (int32_t i = 0; i < options->n; i++) {
        int32_t k = (int32_t)random_below(s, (uint64_t)i, (uint32_t)i + 1);

        out[i] = out[k];
        out[k] = options->samples[i];
    }
}

/* Classes take turns, each goes on through its samples where the epoch before ended. */
static void balance(struct loader *l, int32_t epoch)
{
    const struct loader_options *o = &l->options;
    const int32_t *labels = l->data->labels;
    int32_t *next = pool_array(&l->scratch, (size_t)l->data->n_classes, sizeof *next), drawn = 0, met = 0;
    int32_t *first = pool_array(&l->scratch, (size_t)l->data->n_classes + 1, sizeof *first);
    int32_t *sorted = pool_array(&l->scratch, (size_t)o->n, sizeof *sorted);

    for (int32_t i = 0; i < o->n; i++)
        first[labels[o->samples[i]] + 1]++;
    for (int32_t c = 0; c < l->data->n_classes; c++) {
        met += first[c + 1] > 0;
        first[c + 1] += first[c];
    }
    for (int32_t i = 0; i < o->n; i++) {
        int32_t c = labels[o->samples[i]];

        sorted[first[c] + next[c]++] = o->samples[i];
    }
    assert(met > 0);
    for (int32_t round = 0; drawn < o->n; round++)
        for (int32_t c = 0; c < l->data->n_classes && drawn < o->n; c++) {
            int64_t n = first[c + 1] - first[c], at = (int64_t)(epoch - 1) * (o->n / met) + round;

            if (n > 0)
                l->drawn[drawn++] = sorted[first[c] + at % n];
        }
    pool_free(&l->scratch);
}

static void make(struct loader *l, int32_t step)
{
    struct batch *b = &l->batches[step % BATCHES];
    const int32_t *samples = l->order + (size_t)step * (size_t)l->options.batch;

    assert(step >= 0 && step < l->steps);
    for (int32_t i = 0; i < l->options.batch; i++) {
        size_t at = (size_t)i * (size_t)l->data->elements;

        dataset_augmented(l->data, samples[i], l->options.seed, l->epoch, b->input + at);
        if (b->clean != NULL)
            dataset_real(l->data, samples[i], b->clean + at);
        b->labels[i] = l->data->labels != NULL ? l->data->labels[samples[i]] : 0;
        if (b->numbers != NULL)
            b->numbers[i] = standard_number(l->options.standard, l->data->targets[samples[i]]);
    }
}

/* There is something to make: a batch of the epoch, into a buffer that nobody reads. */
static bool has_room(const struct loader *l) { return l->made < l->steps && l->made < l->taken + BATCHES - 1; }

static void *work(void *argument)
{
    struct loader *l = argument;

    pthread_mutex_lock(&l->lock);
    while (!l->stop) {
        if (!has_room(l)) {
            pthread_cond_wait(&l->changed, &l->lock);
            continue;
        }
        pthread_mutex_unlock(&l->lock);
        make(l, l->made); /* loader_epoch() waits until all of an epoch is made, so nothing moves meanwhile */
        pthread_mutex_lock(&l->lock);
        l->made++;
        pthread_cond_broadcast(&l->changed);
    }
    pthread_mutex_unlock(&l->lock);
    return NULL;
}

enum mote_status loader_start(struct pool *pool, const struct dataset *data, const struct loader_options *options,
                              struct loader **out, const struct frame *at)
{
    struct loader *l = pool_alloc(pool, sizeof *l);
    size_t batch = (size_t)options->batch, elements = (size_t)data->elements;

    assert(options->n >= options->batch && options->batch > 0);
    l->data = data;
    l->options = *options;
    l->order = pool_array(pool, (size_t)options->n, sizeof *l->order);
    l->drawn = pool_array(pool, options->balance ? (size_t)options->n : 0, sizeof *l->drawn);
    for (int i = 0; i < BATCHES; i++) {
        l->batches[i].input = pool_array(pool, batch, elements * sizeof(float));
        l->batches[i].clean = options->clean ? pool_array(pool, batch, elements * sizeof(float)) : NULL;
        l->batches[i].labels = pool_array(pool, batch, sizeof(int32_t));
        l->batches[i].numbers = options->standard != NULL ? pool_array(pool, batch, sizeof(float)) : NULL;
    }
    pthread_mutex_init(&l->lock, NULL);
    pthread_cond_init(&l->changed, NULL);
    if (pthread_create(&l->thread, NULL, work, l) != 0)
        return fail(at, MOTE_ERR_ENVIRONMENT, "cannot start a thread");
    *out = l;
    return MOTE_OK;
}

void loader_epoch(struct loader *l, int32_t epoch, int32_t first)
{
    pthread_mutex_lock(&l->lock);
    while (has_room(l)) /* the thread may be making one */
        pthread_cond_wait(&l->changed, &l->lock);
    if (l->options.balance) {
        struct loader_options drawn = l->options;

        balance(l, epoch);
        drawn.samples = l->drawn;
        loader_order(&drawn, epoch, l->order);
    } else
        loader_order(&l->options, epoch, l->order);
    l->epoch = epoch;
    l->steps = l->options.n / l->options.batch;
    l->made = l->taken = first;
    assert(first >= 0 && first <= l->steps);
    pthread_cond_broadcast(&l->changed);
    pthread_mutex_unlock(&l->lock);
}

const struct batch *loader_next(struct loader *l)
{
    const struct batch *b;

    pthread_mutex_lock(&l->lock);
    assert(l->taken < l->steps);
    while (l->made <= l->taken)
        pthread_cond_wait(&l->changed, &l->lock);
    b = &l->batches[l->taken++ % BATCHES];
    pthread_cond_broadcast(&l->changed);
    pthread_mutex_unlock(&l->lock);
    return b;
}

void loader_stop(struct loader *l)
{
    if (l == NULL)
        return;
    pthread_mutex_lock(&l->lock);
    l->stop = true;
    pthread_cond_broadcast(&l->changed);
    pthread_mutex_unlock(&l->lock);
    pthread_join(l->thread, NULL);
    pthread_mutex_destroy(&l->lock);
    pthread_cond_destroy(&l->changed);
}
