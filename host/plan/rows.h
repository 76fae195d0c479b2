/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of steps' arguments: what MOTE_<KERNEL>_ROWS says, worked out. */
#ifndef MOTE_PLAN_ROWS_H
#define MOTE_PLAN_ROWS_H

#include "host/plan/plan.h"

/* Rows first … first + count - 1. */
struct row_range {
    int32_t first, count;
};

/* What is said of the argument; of a version's scratch nothing is. */
struct mote_rows rows_of_step(const struct step *s, int32_t arg);

/* Rows that the argument has in all; 0 if they cannot be told apart. */
int32_t rows_of_arg(const struct plan *plan, const struct step *s, int32_t arg);

/* The parameter that says how many rows its buffer holds, by index; -1: it holds all. */
int32_t ring_of_arg(const struct step *s, int32_t arg);

/* Those rows of the argument that the output rows `out` are made of; of an output, those that they are. A run without
 * gaps: rows that dilation leaves out are among them. */
struct row_range rows_needed(const struct plan *plan, const struct step *s, int32_t arg, struct row_range out);

/* The output's rows are made of several rows of the step, which folds them. */
bool rows_folds(const struct step *s, int32_t arg);

/* So many rows of the step, from its first on, are computed before the first `rows` of its output are there. */
int32_t rows_until(const struct step *s, int32_t arg, int32_t rows);

/* Every buffer holds all its rows; bytes[] are the arguments'. */
void rows_hold_all(const struct mote_kernel *k, int32_t *params, const int64_t *bytes);

#endif
