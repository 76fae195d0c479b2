/* SPDX-License-Identifier: Apache-2.0 */
/* Compression without training as a job: a model of any format and samples become an int8 model with fewer bytes of
 * weights, which the same kernels run. A float model is quantized first. */
#ifndef MOTE_JOBS_POST_H
#define MOTE_JOBS_POST_H

#include "host/compress/post.h"
#include "host/import/import.h"
#include "host/jobs/compression_facts.h"
#include "host/jobs/goal.h"
#include "host/jobs/quantize.h"

struct post_options {
    const char *model, *data;
    struct import_options import; /* of the model */
    const char *folder;           /* NULL: the model's name */
    /* What is to be done: channels go, or none do; then either these, in this order, each once or not at all, */
    bool channels, prunes, levels;
    struct post_channels channel;
    struct goal goal; /* by which channels and weights save what they cost */
    struct post_prune prune;
    struct post_levels level;
    /* or the best within bytes, or within a loss of accuracy. */
    int64_t budget; /* of weight_bytes; 0: none */
    double drop;    /* points of accuracy on the validation split; NAN: none */
    struct parts_options parts;
    int64_t max_bytes; /* that packed data may unpack to; 0: DATASET_MAX_BYTES */
    struct judge_options judge;
};

/* What a stage leaves. */
struct post_row {
    const char *stage;     /* "dense", "channels", "prune", "levels", "trade" */
    const char *path;      /* of its model */
    int64_t weights, kept; /* of the layers; those that are not 0 */
    int32_t levels;        /* most values of one layer besides 0 */
    int64_t bytes;         /* goal_bytes() */
    int64_t macs, arena;   /* of the goal, or a dense plan for the target: bytes; */
    double instructions;   /* as estimated */
    double agreement;      /* share of the test's samples with the dense model's prediction; NAN: no classes */
    double sqnr;           /* of the test's outputs, in decibels; INFINITY: none differs */
    struct judge judge;    /* on the test; no metrics without labels */
    struct weights_histogram histogram;
};

#define POST_ROWS 4

struct posted {
    struct pool *pool;
    struct post_options options;
    const struct frame *at;
    struct frame file, data_file;
    struct pipeline p;
    struct quantize_job quantize;
    struct quantized quantized; /* of a float model */
    bool was_float;
    const char *folder;
    struct model model; /* int8, before anything */
    struct dataset data;
    struct preprocess preprocess;
    struct parts parts;
    struct judged judged;
    bool is_judged, has_classes; /* has_classes: the first output is one number a class */
    int32_t *predictions;        /* [test's samples] of the dense model */
    struct post first;           /* of the model as it was */
    struct post rest;            /* of what is left without channels */
    struct post *post;           /* one of both */
    struct bytes image;          /* of the last row */
    struct post_row rows[POST_ROWS];
    int32_t n_rows;
    struct model best;              /* of the trade so far, */
    double lambda;                  /* which is that of this lambda */
    bool reached;                   /* the budget, or the loss that was allowed */
    struct model last;              /* of the last row */
    struct compression compression; /* for reports */
};

MUST_CHECK enum mote_status post_run(struct pool *pool, const struct post_options *options, struct posted *out,
                                     const struct frame *at);

/* What one channel less of each layer saves on the target: a share of the constants' bytes, or of the instructions, as
 * the goal says; without one both and that of the arena, added up. saving [n_layers]; 0 where it saves nothing. Of `p`
 * are read `before` and `layers`. */
MUST_CHECK enum mote_status channel_savings(const struct post *p, const struct goal *goal, double *saving,
                                            const struct frame *at);

#endif
