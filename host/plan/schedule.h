/* SPDX-License-Identifier: Apache-2.0 */
/* Making a plan's schedule: groups one after the other, each with its entries. */
#ifndef MOTE_SCHEDULE_H
#define MOTE_SCHEDULE_H

#include "host/plan/plan.h"

#define SCHEDULE_ROWS_MAX UINT16_MAX /* of one entry in one round */

/* Calls of kernels in one inference. */
int64_t schedule_calls(const struct plan *plan);

/* Opens a group that runs `repeat` times; the one before it has entries. */
void schedule_group(struct plan *plan, int32_t repeat);
/* Appends an entry to the group that was opened last. */
void schedule_entry(struct plan *plan, int32_t step, int32_t first, int32_t rows);

#endif
