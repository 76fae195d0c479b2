/* SPDX-License-Identifier: Apache-2.0 */
/* Training: steps, validation, checkpoints. With the same recipe, data, seed and number of threads on one machine, two
 * trainings give the same bytes, and one that was stopped and resumed gives those of one that was not.
 *
 * A checkpoint is the graph file of the training step: its states start with what they hold, and the model's version is
 * the number of steps that are done. In the middle of an epoch it has one state more, EPOCH_SO_FAR: the sum of the
 * steps' losses, and how many samples were right. That of a compression's stage has STARTED_FROM, the SHA-256 of the
 * network that the stage began with: an earlier stage that was trained anew is noticed. */
#ifndef MOTE_TRAINER_H
#define MOTE_TRAINER_H

#include <signal.h>

#include "host/base/sha256.h"
#include "host/program/program.h"
#include "host/metrics/metrics.h"
#include "host/train/step.h"
#include "host/train/loader.h"

struct trainer {
    struct pool *pool;
    const struct model *net;
    const struct dataset *data;
    struct training training;
    enum mote_task task;
    struct standard standard; /* of a regression */
    int32_t batch, steps_per_epoch;
    int64_t step; /* steps that are done */
    struct {
        double loss;     /* summed over its steps */
        int64_t correct; /* samples */
    } so_far;            /* in the current epoch */
    struct training_graph graph, forward;
    struct program *program, *forward_program;
    struct loader *loader;
    uint8_t started_from[SHA256_BYTES]; /* a stage's */
    bool weights_moved;                 /* the forward program's are older than the training program's */
    float *output;                      /* [elements of an output of a batch] what was read last */
};

/* What a part of the data is worth. */
struct evaluation {
    int64_t n;
    double loss, accuracy;        /* accuracy: NAN without classes */
    struct regression regression; /* NAN of others */
    int32_t *predictions;         /* [n] classifiers */
    float *margins;               /* [n] classifiers: by how much the prediction's probability is above the label's */
    float *scores;                /* [n] anomalies: mean squared error of each sample */
    float *numbers;               /* [n] regressions: what it says, in the targets' units */
    const int32_t *samples;       /* [n] of the data set */
};

/* Checks that the data fit network and training. A batch that is larger than the training split becomes as large as
 * it. */
MUST_CHECK enum mote_status trainer_make(struct pool *pool, const struct model *net, const struct dataset *data,
                                         const struct training *t, int threads, struct trainer *out,
                                         const struct frame *at);
void trainer_free(struct trainer *t);

struct epoch_result {
    double loss, accuracy; /* means over the epoch's steps, those before a stop too */
    float rate;            /* of the last step */
    int64_t samples;       /* of this call */
    bool interrupted;
};
/* What the caller shows; called after every step. */
typedef void trainer_progress(void *context, int64_t done, int64_t total, double loss, double accuracy);
/* The rest of the current epoch, which is 1 + step / steps_per_epoch. Ends early, after a step, when *stop is not 0.
 * ERR_VALUE if the loss, or at the end a weight, is not finite: the weights are lost then, the last checkpoint is not.
 */
MUST_CHECK enum mote_status trainer_epoch(struct trainer *t, const volatile sig_atomic_t *stop,
                                          trainer_progress *progress, void *context, struct epoch_result *out,
                                          const struct frame *at);
/* The network as it is now on a split; the evaluation's arrays are in `pool`. */
void trainer_evaluate(struct trainer *t, enum split split, struct pool *pool, struct evaluation *out);

/* The learning rate of a step, from 0. While weights are pruned it stays; its schedule follows. */
float trainer_rate(const struct training *t, int64_t step, int32_t steps_per_epoch);

/* The network with the weights that training has reached, in `pool`. */
void trainer_model(struct trainer *t, struct pool *pool, struct model *out);
/* Weights of a model that trainer_model() has made: what trainer_evaluate() judges then. */
MUST_CHECK enum mote_status trainer_use(struct trainer *t, const struct model *m, const struct frame *at);
MUST_CHECK enum mote_status trainer_save(struct trainer *t, const char *path, const struct frame *at);
/* The checkpoint must be of this recipe and these samples: the same graph, but for what its states hold. */
MUST_CHECK enum mote_status trainer_load(struct trainer *t, const char *path, const struct frame *at);

#endif
