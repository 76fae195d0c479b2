/* SPDX-License-Identifier: Apache-2.0 */
/* A compiled model on an emulated board, as `emulate`, `eval` and `profile` want it: --target and --via become a job
 * for host/emulate. */
#ifndef MOTE_MEASURE_H
#define MOTE_MEASURE_H

#include "host/cli/fit.h"
#include "host/emulate/emulate.h"
#include "host/run/runner.h"

struct measure {
    struct cli *cli;
    const struct board *board;
    const char *via;      /* "image" or "c" */
    struct runner runner; /* the model, opened on the host: its inputs and outputs */
    const char *folder;   /* of the generated C, NULL if there is none */
    int64_t elsewhere;    /* bytes of the arena in other memories than the first */
    struct emulate_job job;
    struct emulate_result result;
};

#define MEASURE_OPTIONS                                                                                                \
    {"--target", "BOARD", "the board; `mote targets` lists them"}, { "--via", "WAY", "image (the default) or c" }

/* Loads the board and opens the model. */
MUST_CHECK enum mote_status measure_open(struct cli *cli, const struct pipeline *p, const struct frame *file,
                                         struct measure *out);
/* From now on the job's first input is raw samples, which the firmware hands to the model's set_input. False, and
 * nothing has changed, if that would not take this one. */
bool measure_feeds_raw(struct measure *m, const void *sample);
/* Runs n inferences on the emulated board; the job's input has them. The result is in `result`. */
MUST_CHECK enum mote_status measure_run(struct measure *m, const struct pipeline *p, const struct frame *file);
/* Builds and links the same firmware without running it: result has sizes only. */
MUST_CHECK enum mote_status measure_build(struct measure *m, const struct pipeline *p, const struct frame *file);
/* The sizes of a result, as the reports define them. */
struct footprint measure_footprint(const struct measure *m);

#endif
