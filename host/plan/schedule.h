/* SPDX-License-Identifier: Apache-2.0 */
/* Making a plan's schedule: groups one after the other, each with its entries. */
#ifndef MOTE_SCHEDULE_H
#define MOTE_SCHEDULE_H

#include "host/plan/plan.h"

/* Rows of one entry in one round, entries of a group, its rounds, and how far its first rows and its hops go. */
#define SCHEDULE_MAX UINT16_MAX

/* Calls of kernels in one inference. */
int64_t schedule_calls(const struct plan *plan);

/* Opens a group that runs `repeat` times, with rows from `base` on; the one before it has entries. */
void schedule_group(struct plan *plan, int32_t repeat, int32_t base);
/* Appends an entry to the group that was opened last. */
void schedule_entry(struct plan *plan, const struct schedule_entry *e);

#endif
