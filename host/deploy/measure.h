/* SPDX-License-Identifier: Apache-2.0 */
/* A compiled model on an emulated board: its firmware is built, run, and measured, with the model's own code. */
#ifndef MOTE_DEPLOY_MEASURE_H
#define MOTE_DEPLOY_MEASURE_H

#include "host/deploy/fit.h"
#include "host/emulate/emulate.h"
#include "host/pipeline/pipeline.h"
#include "host/run/runner.h"

struct measure {
    struct pool *pool;
    const struct board *board;
    const struct progress *progress; /* may be NULL */
    struct runner runner;            /* the model, opened on this machine: its inputs and outputs */
    const char *folder;              /* of the generated C, NULL if there is none */
    int64_t elsewhere;               /* bytes of the arena in other memories than the first */
    struct emulate_job job;          /* its input, and what it counts, are the caller's */
    struct emulate_result result;
};

/* `p` is compiled for a board. */
MUST_CHECK enum mote_status measure_open(struct pool *pool, const struct pipeline *p, bool via_c, struct measure *out,
                                         const struct frame *file);
static inline const char *measure_via(const struct measure *m) { return m->job.via_c ? "c" : "image"; }
/* From now on the job's first input is raw samples, which the firmware hands to the model's set_input. False, and
 * nothing has changed, if that would not take this one. */
bool measure_feeds_raw(struct measure *m, const void *sample);
/* Before anything is built: a model that does not fit the board by the least that it takes is refused. */
MUST_CHECK enum mote_status measure_check(const struct measure *m, const struct pipeline *p, const struct frame *file);
/* Runs n inferences on the emulated board; the job's input has them. The result is in `result`; one that does not fit
 * after all is refused. */
MUST_CHECK enum mote_status measure_run(struct measure *m, const struct pipeline *p, const struct frame *file);
/* Counts an inference of zeros by class and, unless the model is fed, another one by step. A model that does not fit
 * the board is counted all the same, if the emulated machine has room. */
MUST_CHECK enum mote_status measure_count(struct measure *m, const struct pipeline *p, const struct frame *file);
/* Builds and links the same firmware without running it: result has sizes only. */
MUST_CHECK enum mote_status measure_build(struct measure *m, const struct pipeline *p, const struct frame *file);
/* The job of a model that is to run: generated C, the list of kernels. measure_end() removes what it made. */
MUST_CHECK enum mote_status measure_prepare(struct measure *m, const struct pipeline *p, const struct frame *file);
/* Removes what a run that a guard has ended left; else there is nothing to do. */
void measure_end(struct measure *m);
/* The sizes of a result, as the reports define them. */
struct footprint measure_footprint(const struct measure *m);

#endif
