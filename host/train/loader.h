/* SPDX-License-Identifier: Apache-2.0 */
/* Batches, made by a thread of their own while the step before computes. The order of the samples and what augmentation
 * draws depend on (seed, epoch, sample) alone, so batch k of an epoch is the same whenever it is made. */
#ifndef MOTE_LOADER_H
#define MOTE_LOADER_H

#include "host/train/targets.h"

struct batch {
    float *input;    /* [batch][elements] augmented */
    float *clean;    /* the same not augmented, if it was asked for; else NULL */
    int32_t *labels; /* [batch]; zeros where the data has none */
    float *numbers;  /* [batch] of a regression: its standardized targets; else NULL */
};

struct loader;

struct loader_options {
    const int32_t *samples; /* [n] of the data set, n >= batch */
    int32_t n, batch;
    uint64_t seed;
    bool clean;
    bool balance; /* as many samples of each class, of as many samples in all; the data have labels */
    const struct standard *standard; /* of a regression; else NULL */
};

/* Starts the thread. */
MUST_CHECK enum mote_status loader_start(struct pool *pool, const struct dataset *data,
                                         const struct loader_options *options, struct loader **out,
                                         const struct frame *at);
/* From now on batches `first` and on of this epoch (from 1), n / batch of them; what is left over waits for another
 * epoch's order. */
void loader_epoch(struct loader *l, int32_t epoch, int32_t first);
/* The next batch, valid until the next call. */
const struct batch *loader_next(struct loader *l);
void loader_stop(struct loader *l);

/* The order of an epoch: a permutation of `samples`, [n]. */
void loader_order(const struct loader_options *options, int32_t epoch, int32_t *out);

#endif
