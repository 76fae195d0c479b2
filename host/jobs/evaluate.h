/* SPDX-License-Identifier: Apache-2.0 */
/* Evaluation as a job: what a compiled model is worth on labeled data. */
#ifndef MOTE_JOBS_EVALUATE_H
#define MOTE_JOBS_EVALUATE_H

#include "host/jobs/judge.h"
#include "host/pipeline/pipeline.h"
#include "host/run/runner.h"

struct evaluated;
struct evaluate_options {
    const char *data;             /* the specification */
    const struct dataset *opened; /* what it says, with the model's own splits; NULL: not opened yet */
    enum split split;             /* SPLIT_COUNT: all samples */
    int32_t limit;                /* of the samples, the first; 0: all */
    bool spread;                  /* not the first, but evenly spread: they may be sorted by class */
    int32_t threads;              /* 0: all cores */
    int64_t max_bytes;            /* that packed data may unpack to; 0: DATASET_MAX_BYTES */
    const struct target *machine; /* that runs them, as of runner_open_on(); NULL: this one, with all that it has */
    struct judge_options judge;
    /* Runs the samples elsewhere: `outputs` gets each one's, all of the model in order. NULL: on this machine. */
    enum mote_status (*run)(void *context, const struct evaluated *e, struct bytes *outputs);
    void *context;
};

struct evaluated {
    struct pool *pool;
    const struct evaluate_options *options;
    const struct pipeline *p;
    const struct frame *file;
    struct frame data_file;
    struct dataset data;
    struct preprocess preprocess; /* the model's */
    struct runner runner;
    size_t input_bytes, output_bytes; /* of one sample, all inputs and all outputs */
    const int32_t *samples;           /* [n] of the data set */
    int32_t n;
    struct judge judge;
};

/* `p` is compiled; `file` is its place. `options` must outlive the result. */
MUST_CHECK enum mote_status evaluate_run(struct pool *pool, const struct evaluate_options *options,
                                         const struct pipeline *p, struct evaluated *out, const struct frame *file);
/* The inputs of all samples, one after the other: as tensors, or as they are in the data. */
struct bytes evaluated_inputs(const struct evaluated *e, bool raw);
/* A line a sample, as judge_prediction() has it. */
MUST_CHECK enum mote_status evaluated_write(const struct evaluated *e, const char *path);

#endif
