/* SPDX-License-Identifier: Apache-2.0 */
/* Quantization as a job: a float model and data become an int8 model, or one of int16 activations and int8 weights, and
 * what that costs is measured. What speaks of int8 below means either. */
#ifndef MOTE_JOBS_QUANTIZE_H
#define MOTE_JOBS_QUANTIZE_H

#include "host/jobs/judge.h"
#include "host/jobs/parts.h"
#include "host/pipeline/pipeline.h"

struct quantize_job {
    const char *data;             /* the specification */
    const struct dataset *opened; /* what it says, with the model's own splits; NULL: not opened yet */
    struct calibration how;
    int32_t samples;   /* to calibrate on, at most; 0: PARTS_SAMPLES */
    int32_t limit;     /* of the samples of the test; 0: all */
    int32_t threads;   /* 0: all cores */
    int64_t max_bytes; /* that packed data may unpack to; 0: DATASET_MAX_BYTES */
    bool float_boundary;
    bool wide; /* activations become int16 */
    struct judge_options judge;
    const struct progress *progress; /* may be NULL */
};

struct quantized {
    struct pool *pool;
    const struct quantize_job *job;
    struct pipeline *p; /* the float model, after its passes */
    struct kept real;   /* the same, as it runs here */
    const struct frame *file;
    struct frame data_file;
    struct dataset data;
    struct preprocess preprocess;
    struct parts parts;
    bool is_judged;
    int64_t n_outputs;          /* elements of the first output */
    struct judged judged;       /* what the user and the float model say of the task; no samples yet */
    struct threshold threshold; /* of the int8 model, an anomaly detector */
    const char *threshold_from; /* samples of this split */
    struct judge before, after; /* of the float model, of the int8 one */
    struct model model;         /* the int8 one */
    struct plan plan;
    struct bytes image;
    struct tensor_error *errors;
    int32_t n_errors;
    const struct tensor **became; /* [n_errors] of the int8 graph */
};

/* `p` is loaded, not compiled; `file` is its place. `job` and `p` must outlive the result. */
MUST_CHECK enum mote_status quantize_run(struct pool *pool, const struct quantize_job *job, struct pipeline *p,
                                         struct quantized *out, const struct frame *file);
/* The int8 model on another split. */
MUST_CHECK enum mote_status quantize_judge(struct quantized *q, enum split split, struct judge *out);
/* Plan and image of the float model, in its pipeline: for what it takes, which nothing else needs to know. */
MUST_CHECK enum mote_status quantize_plan_float(struct quantized *q);
/* A graph file if the name ends in .graph, else an image. */
MUST_CHECK enum mote_status quantize_write(const struct quantized *q, const char *path);

#endif
