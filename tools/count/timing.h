/* SPDX-License-Identifier: Apache-2.0 */
/* What instructions cost a core, in cycles without wait states. docs/CYCLES.md says where each figure is from, and what
 * is assumed. A block of instructions is timed from its first on: what was executed before it is not known. */
#ifndef MOTE_TIMING_H
#define MOTE_TIMING_H

#include "classes.h"
#include "pipelines.h"

struct timing;

/* Of a core's name; NULL if no timing is documented. "crude" is a simpler one for the Cortex-M4, to compare with. */
const struct timing *timing_of(const char *core);

/* Where a block is; all zero at its start. */
struct timing_state {
    struct instruction before;
    bool any; /* there is one before */
    struct pipeline_state pipeline;
};

/* The cycles that one more instruction adds if its condition holds, without what a taken branch costs. */
unsigned timing_add(const struct timing *t, struct timing_state *state, const struct instruction *i);
/* What it adds if it branches. */
unsigned timing_refill(const struct timing *t, const struct instruction *i);

#endif
