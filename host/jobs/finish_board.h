/* SPDX-License-Identifier: Apache-2.0 */
/* What follows a training for a board: the int8 model, and what it is worth on the emulated board. */
#ifndef MOTE_JOBS_FINISH_BOARD_H
#define MOTE_JOBS_FINISH_BOARD_H

#include "host/jobs/evaluate_board.h"
#include "host/jobs/quantize.h"
#include "host/jobs/train.h"

#define FINISH_MODEL "int8.graph"
#define FINISH_MACS  ((int64_t)1000000000) /* on the board in all: more samples would take minutes */

/* Of the test, for the board: what takes some seconds. */
int32_t finish_samples(const struct pipeline *p);

struct finished {
    const char *path; /* of FINISH_MODEL, beside the network */
    struct quantize_job job;
    struct quantized quantized;
    struct evaluate_options options;
    struct evaluated evaluated; /* on the board: samples of the test, evenly spread if not all */
    struct measure measure;
    struct pipeline real, compiled; /* the network; the int8 model for the board */
    struct frame real_file, file;
};

/* Quantizes the network of a training that has ended well, writes it, and runs it on the board that emulates `target`.
 * The training's data are still open. */
MUST_CHECK enum mote_status finish_on_board(struct pool *pool, const struct train *t, const struct target *target,
                                            const struct progress *progress, struct finished *out,
                                            const struct frame *at);
/* The same without the board. */
MUST_CHECK enum mote_status finish_here(struct pool *pool, const struct train *t, const struct progress *progress,
                                        struct finished *out, const struct frame *at);

#endif
