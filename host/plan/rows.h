/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of a kernel's arguments: what MOTE_<KERNEL>_ROWS says, worked out. */
#ifndef MOTE_PLAN_ROWS_H
#define MOTE_PLAN_ROWS_H

#include "host/base/base.h"
#include "mote/kernel.h"

/* Rows first … first + count - 1. */
struct row_range {
    int32_t first, count;
};

/* Rows that argument `arg` has if it has so many bytes; at least 1. 0 if its rows cannot be told apart. */
int32_t rows_of_arg(const struct mote_kernel *k, const int32_t *params, int32_t arg, int64_t bytes);

/* Those of the argument's `rows` rows that the output rows `out` are made of (of an output, those that they are). A
 * run without gaps: rows that dilation leaves out are among them. */
struct row_range rows_needed(const struct mote_kernel *k, const int32_t *params, int32_t arg, int32_t rows,
                             struct row_range out);

/* Every buffer holds all its rows; bytes[] are the arguments'. */
void rows_hold_all(const struct mote_kernel *k, int32_t *params, const int64_t *bytes);

#endif
