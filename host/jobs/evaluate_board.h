/* SPDX-License-Identifier: Apache-2.0 */
/* Evaluation on an emulated board: all samples in one run. */
#ifndef MOTE_JOBS_EVALUATE_BOARD_H
#define MOTE_JOBS_EVALUATE_BOARD_H

#include "host/deploy/measure.h"
#include "host/jobs/evaluate.h"

/* evaluate_run() with the samples on the board, whatever `options` says of where; `m` is open, and has the result. */
MUST_CHECK enum mote_status evaluate_on_board(struct pool *pool, struct evaluate_options *options,
                                              const struct pipeline *p, struct measure *m, struct evaluated *out,
                                              const struct frame *file);
/* Instructions of an inference, the mean. */
int64_t evaluated_instructions(const struct evaluated *e, const struct measure *m);

#endif
