/* SPDX-License-Identifier: Apache-2.0 */
/* Pruning of channels: rows of weights, of all layers ranked together, by the sums of their absolute weights (H. Li and
 * others: Pruning Filters, 2017) or by how often their outputs are not 0 (the average percentage of zeros the other way
 * round: H. Hu and others: Network Trimming, 2016), for what each saves. The last channel of a layer stays. */
#include <math.h>
#include <stdlib.h>

#include "host/program/loops.h"

struct channel {
    float *mask;
    int32_t *left; /* of its layer */
    double worth;
    int64_t place; /* among all: the order of equals */
};

static int by_worth(const void *a, const void *b)
{
    const struct channel *x = a, *y = b;

    if (x->worth != y->worth)
        return x->worth < y->worth ? -1 : 1;
    return x->place < y->place ? -1 : x->place > y->place;
}

/* Of the channels that are left, in shares of their mean; of all others nothing is known any more. */
static void score_norms(const float *w, const float *mask, int64_t rows, int64_t below, double *out)
{
    double all = 0;
    int64_t left = 0;

    for (int64_t r = 0; r < rows; r++) {
        out[r] = 0;
        for (int64_t k = 0; k < below && mask[r] != 0; k++)
            out[r] += fabs((double)w[r * below + k]);
        all += out[r];
        left += mask[r] != 0;
    }
    for (int64_t r = 0; r < rows && all > 0; r++)
        out[r] *= (double)left / all;
}

static int64_t add_layer(const struct call *c, int32_t t, double *scores, int32_t *left, struct channel *out, int64_t n,
                         int64_t place)
{
    const struct prune_channels_opts *o = c->opts;
    const double cost = c->count % 3 == 2 ? (double)((const float *)c->data[c->count - 1])[t / 3] : 1;
    const float *activity = c->data[t + 2];
    float *mask = c->data[t + 1];

    if (o->by_norm)
        score_norms(c->data[t], mask, c->n[t + 1], c->n[t] / c->n[t + 1], scores);
    *left = 0;
    for (int64_t r = 0; r < c->n[t + 1]; r++)
        if (mask[r] != 0) {
            out[n++] =
                (struct channel){mask + r, left, (o->by_norm ? scores[r] : (double)activity[r]) / cost, place + r};
            ++*left;
        }
    return n;
}

void loop_prune_channels(const struct call *c)
{
    const struct prune_channels_opts *o = c->opts;
    const int32_t step = *(const int32_t *)c->data[0];
    struct pool pool = {0};
    struct channel *channels;
    double *scores;
    int32_t *left;
    int64_t all = 0, n = 0, go;

    if (step > o->steps || (step % o->every != 0 && step != o->steps))
        return;
    for (int32_t t = 1; t + 2 < c->count; t += 3)
        all += c->n[t + 1];
    channels = pool_array(&pool, (size_t)all + 1, sizeof *channels);
    scores = pool_array(&pool, (size_t)all + 1, sizeof *scores);
    left = pool_array(&pool, (size_t)c->count, sizeof *left);
    all = 0;
    for (int32_t t = 1; t + 2 < c->count; all += c->n[t + 1], t += 3)
        n = add_layer(c, t, scores, &left[t], channels, n, all);
    qsort(channels, (size_t)n, sizeof *channels, by_worth);
    go = n - ramp_kept(o->keep, o->steps, step, all);
    for (int64_t i = 0; i < n && go > 0; i++)
        if (*channels[i].left > 1) {
            *channels[i].mask = 0;
            --*channels[i].left;
            go--;
        }
    pool_free(&pool);
}

/* In a batch, added to what was so far. */
void loop_activity(const struct call *c)
{
    const float *x = c->data[0], kept = ((const struct activity_opts *)c->opts)->kept;
    const int64_t channels = c->n[1], rows = c->n[0] / channels;
    float *activity = c->data[1];

    for (int64_t k = 0; k < channels; k++) {
        int64_t active = 0;

        for (int64_t i = 0; i < rows; i++)
            active += x[i * channels + k] != 0;
        activity[k] = kept * activity[k] + (1 - kept) * ((float)active / (float)rows);
    }
}
