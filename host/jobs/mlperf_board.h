/* SPDX-License-Identifier: Apache-2.0 */
/* MLPerf Tiny's benchmark, as its runner does it (docs/MLPERF.md), on a device at the other end of a serial port. */
#ifndef MOTE_JOBS_MLPERF_BOARD_H
#define MOTE_JOBS_MLPERF_BOARD_H

#include "host/deploy/cost.h"
#include "host/deploy/serve.h"
#include "host/serial/device.h"

/* Of energy nothing is measured here: it is that of the instructions between the device's timestamps, by the figures of
 * the board's file (docs/ENERGY.md). */
enum mlperf_mode { MLPERF_ACCURACY, MLPERF_PERFORMANCE, MLPERF_ENERGY };

struct mlperf_task {
    const char *id, *title;
    size_t input_bytes, output_bytes; /* of the reference model, which tell it */
    enum sample_kind kind;
    bool score;              /* the result is one number, the reconstruction's error */
    int64_t times, warm_ups; /* of a trial of the performance or the energy, at least */
};
/* NULL: the model is of none of the tasks. */
const struct mlperf_task *mlperf_task_of(const struct runner *r);

/* What a device with the model says of it: the task, or of another model its name, whose samples are tensors. */
struct served mlperf_served(const struct measure *m, const struct pipeline *p);

struct mlperf_options {
    enum mlperf_mode mode;
    const char *data;  /* NULL: patterns, for the performance and the energy */
    int32_t limit;     /* of the samples, for the accuracy; 0: all */
    int64_t max_bytes; /* of packed data */
    const struct progress *progress;
};

/* One `infer`. */
struct mlperf_trial {
    const char *file;
    int32_t label;
    int64_t times, warm_ups, start, end; /* start, end: microseconds of the device, but of the energy */
    int64_t counted;                     /* instructions of the timed inferences; of an emulated board */
    const float *results;                /* [n_results], as the device prints them */
    int32_t n_results;
    double throughput; /* inferences a second */
    /* Of the energy: from the first timestamp to the second one, and of an inference. */
    double seconds;
    struct interval microjoules;
};

struct mlperf {
    struct pool *pool;
    const struct mlperf_options *options;
    const struct mlperf_task *task;
    const char *device;
    int32_t n_classes;
    struct mlperf_trial *trials; /* [n] */
    int32_t n;
    int32_t different;            /* trials whose outputs are not the host's bytes */
    int32_t correct;              /* of the accuracy */
    double auc, median;           /* median: of the throughputs */
    double shortest;              /* seconds of the shortest trial */
    struct cost cost;             /* of the energy: what it is estimated from, */
    struct interval microjoules;  /* and its median */
    double clock_error;           /* of an emulated board: the trials' time against counted instructions, at most */
    int64_t instructions, cycles; /* of one inference, counted beforehand; of an emulated board */
    struct text results, log, details; /* the runner's results.txt, log.txt and results.json */
};

/* On the board's emulator; `m` is open. */
MUST_CHECK enum mote_status mlperf_on_board(struct pool *pool, const struct mlperf_options *options,
                                            const struct pipeline *p, struct measure *m, struct mlperf *out,
                                            const struct frame *file);
/* Writes the three files into a folder. */
MUST_CHECK enum mote_status mlperf_write(const struct mlperf *x, const char *folder, const struct frame *at);

#endif
