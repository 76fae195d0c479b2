/* SPDX-License-Identifier: Apache-2.0 */
/* Compression as a job: the recipe's training and the stages that follow it, each a training in a folder of its own
 * that begins with the network of the one before; then int8. Each can be stopped, and goes on another time. */
#ifndef MOTE_JOBS_COMPRESS_H
#define MOTE_JOBS_COMPRESS_H

#include "host/jobs/compression_facts.h"
#include "host/jobs/price.h"
#include "host/jobs/quantize.h"
#include "host/jobs/train.h"

#define COMPRESS_MODEL "int8.graph"
#define COMPRESS_DENSE "dense" /* the folder of the training */

struct compress_options {
    const char *recipe, *data; /* as of a training */
    const char *folder;        /* NULL: the recipe's name */
    const char *dense;         /* the folder of the training, where it may have begun; NULL: in the folder */
    int32_t threads;           /* 0: all cores */
    int32_t epochs;            /* of each stage after the training, whose ramp is in proportion; 0: the recipe's */
    int64_t budget;            /* the best network of so many bytes; 0: any. For it the price of a bit is searched */
    struct goal goal;          /* what weights that go save, and what int8's figures are of */
    double accuracy_drop;      /* instead, the smallest that loses at most this share against dense int8; NAN: any */
    int64_t max_bytes;         /* that packed data may unpack to; 0: DATASET_MAX_BYTES */
    const volatile sig_atomic_t *stop;
    const struct train_watcher *watcher;
    const struct progress *progress;
};

/* What a stage leaves. */
struct compress_row {
    const char *stage;     /* "dense", "prune", "levels", "int8" */
    const char *path;      /* of its model */
    int64_t weights, kept; /* of the network; those that are not 0 */
    int32_t levels;        /* most values of one tensor besides 0; 0: more than LEVELS_MAX */
    int64_t bytes;         /* estimate_bytes(); of int8 with a goal, goal_bytes() */
    double accuracy, loss; /* on the validation split; NAN: not known */
    struct weights_histogram histogram;
};

struct compressed {
    struct pool *pool;
    struct compress_options options;
    struct train *train; /* the caller's: the stage that runs, or the last one */
    const char *folder;
    struct compress_row rows[STAGE_KINDS + 1];
    int32_t n_rows;
    struct price_search search;   /* of the prices; n is 0 without */
    int32_t chosen;               /* point of it: what the rows are of */
    struct stage_saving *savings; /* [n_savings] of the stage prune, with a goal */
    int32_t n_savings;
    bool stopped; /* and saved: nothing that follows is there */
    struct quantize_job job;
    struct pipeline p;
    struct frame file;
    struct quantized quantized;
    struct goal_takes takes;        /* of it, with a goal */
    struct compression compression; /* for reports */
};

/* `train` is for the caller's watcher. */
MUST_CHECK enum mote_status compress_run(struct pool *pool, const struct compress_options *options, struct train *train,
                                         struct compressed *out, const struct frame *at);

/* Bytes of the weights as they are stored on the device, and of the biases (those of int8 in as few as they fit into,
 * float ones in 4). A tensor: a byte an element; or if that is less and kernels take it, its sparse Huffman coding.
 * Batch normalization should be folded. `row` gets weights, kept, levels, too. */
void estimate_bytes(const struct model *m, struct compress_row *row);

#endif
