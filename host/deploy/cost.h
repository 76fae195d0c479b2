/* SPDX-License-Identifier: Apache-2.0 */
/* What a compiled model's inferences cost on a board: instructions by class, cycles, time, energy, battery life; in all
 * and by operator (docs/ENERGY.md). */
#ifndef MOTE_DEPLOY_COST_H
#define MOTE_DEPLOY_COST_H

#include "host/deploy/profile.h"
#include "host/energy/budget.h"

enum cost_from {
    COST_UNKNOWN,   /* an image, which was not run */
    COST_COUNTED,   /* on the emulated board */
    COST_ESTIMATED, /* by what the kernels' versions say */
};

/* Of the model, or of an operator; what is not known is 0. */
struct cost_part {
    struct work work;
    struct firmware_counts counts; /* if `classes` */
    struct interval instructions, cycles, milliseconds, microjoules;
};

struct cost {
    const struct board *board;
    enum cost_from from;
    const char *why; /* nothing was counted; "" */
    int64_t calls;   /* of a stream, whose mean is its inference; else 1 */
    bool lines_known;
    bool classes, by_step; /* by_step: operators are counted, too, else they share what is counted of all */
    enum cycles_from cycles_from;
    struct cost_part all, *lines; /* [n_lines of the profile] */
    struct usage usage;
    struct budget budget; /* at the board's clock */
    unsigned n_active;    /* figures of the board for clocks and voltages to choose from */
    struct budget best;   /* at the clock and voltage that take least; without `active` if there is no choice */
};

/* Those that neither load, store, multiply nor branch. */
int64_t cost_other_instructions(const struct firmware_counts *counts);
/* What the board draws while it computes at its own clock; NULL: its file does not say. */
const struct board_power *cost_active_power(struct pool *pool, const struct board *board);
/* Of a profile of a model for a board. With `count` the model runs on the emulated board, if there is one and it has
 * room for it. */
MUST_CHECK enum mote_status cost_make(const struct profile *profile, const struct usage *usage, bool count,
                                      struct cost *out, const struct frame *file);

#endif
