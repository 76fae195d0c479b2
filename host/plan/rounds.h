/* SPDX-License-Identifier: Apache-2.0 */
/* What streams and states share that are kept in rings: each inference is a round of the schedule, and rows are counted
 * from one to the next, until after `period` rounds each ring is where it was. */
#ifndef MOTE_ROUNDS_H
#define MOTE_ROUNDS_H

#include "host/plan/plan.h"

/* Memory whose rows are time: in round i its window is rows base + i * hop … + rows - 1 of an endless tensor. */
struct line {
    int32_t rows; /* of the window; 0: it has none, and is worth nothing after a round */
    int32_t hop;  /* new ones in a round */
    int32_t need; /* so many of the last are read or written in a round */
    int32_t base;
    bool folded; /* its ring has exactly as many rows as are needed */
    int32_t ring;
    int64_t row_bytes;
};

/* The rounds after which all rings are where they were: those with the fewest bytes. 0: there are none. */
int32_t rounds_period(const struct line *lines, int32_t n, int32_t warm_up);
/* Their rings then. */
void rounds_set_rings(struct line *lines, int32_t n, int32_t period);

/* A parameter of the step's kernel, 0 if it has none of that name; sets it, if it has. */
int32_t rounds_param(const struct step *s, const char *name);
void rounds_set_param(const struct step *s, const char *name, int32_t value);
/* The kernel takes the parameters that the step has, and has so many rows. */
bool rounds_are_served(const struct plan *plan, const struct step *s, int32_t rows);

/* The rows of its input that the step folds into one; 0: it does not. */
int32_t step_folds(const struct step *s);
/* The step is a fully connected layer of one input that may be folded row by row (fold_rows.c), `slowly` where only
 * whole inputs have a version for the target; it becomes one. */
bool fold_rows_can(const struct plan *plan, int32_t step, bool slowly);
MUST_CHECK enum mote_status fold_rows_make(struct plan *plan, int32_t step, int32_t rows, const struct frame *at);
/* Convolutions of single pixels become fully connected layers, where these have a version for the target; so do those
 * of steps whole[i] whose one output pixel sees all of the input. NULL: of none. */
MUST_CHECK enum mote_status rounds_narrow(struct plan *plan, const bool *whole, const struct frame *at);

/* The schedule of a plan of rounds. Its calls are those of a single one. */
void rounds_schedule(struct plan *plan);

#endif
