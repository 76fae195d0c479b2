/* SPDX-License-Identifier: Apache-2.0 */
/* The trade between RAM, flash and time: some plans of one graph on one target, with what each takes, and the best of
 * those that are within limits.
 *
 * RAM is the arena, exactly. Flash is the constants and, by the table of host/plan/code.def, the code: of generated C
 * about, of an image with the interpreter that runs it. Time is estimated from the instructions that kernels' versions
 * say they take, and the cycles an instruction takes on the core in bench/results.csv. */
#ifndef MOTE_TRADE_H
#define MOTE_TRADE_H

#include "host/pipeline/pipeline.h"

struct trade {
    const char *name; /* what --optimize makes it: "ram, balanced"; NULL: a plan between them */
    struct plan plan;
    int64_t ram, flash; /* bytes; flash -1: the core's code is not measured */
    double instructions;
    double time; /* milliseconds of an inference, or of a stream's call; -1: no clock, or no timing of the core */
};

#define TRADES_MAX 16

/* What a plan of the pipeline's target takes. */
MUST_CHECK enum mote_status trade_of(const struct plan *plan, bool via_c, struct trade *out, const struct frame *at);

/* The plans, from the smallest arena on, each once. `options` without `optimize`, `worth` and `small`. Returns how
 * many in n. */
MUST_CHECK enum mote_status trade_all(const struct pipeline *p, const struct plan_options *options, bool via_c,
                                      struct trade out[TRADES_MAX], int32_t *n, const struct frame *at);

/* Of those within the limits the one that `optimize` wants: the least RAM or flash, or for OPTIMIZE_SPEED the least
 * time; for OPTIMIZE_BALANCED the first of time, RAM, flash that has no limit. None: ERR_FIT, with the numbers that
 * would do. */
MUST_CHECK enum mote_status trade_within(const struct pipeline *p, const struct plan_options *options, bool via_c,
                                         const struct limits *limits, struct plan *out, const struct frame *at);

#endif
