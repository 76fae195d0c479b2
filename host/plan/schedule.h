/* SPDX-License-Identifier: Apache-2.0 */
/* Making a plan's schedule: calls one after the other, which are folded into groups with their entries. */
#ifndef MOTE_SCHEDULE_H
#define MOTE_SCHEDULE_H

#include "host/plan/plan.h"

/* Rows of one entry in one round, entries of a group, its rounds, and how far its first rows and its hops go. */
#define SCHEDULE_MAX UINT16_MAX

/* Appends calls for rows of a step, which are one but for rows beyond SCHEDULE_MAX. */
void schedule_call(struct plan *plan, int32_t step, int32_t first, int32_t rows);
/* Calls become groups and entries, as few as can be. */
void schedule_fold(struct plan *plan);
/* The other way: groups and entries become calls. */
void schedule_unfold(struct plan *plan);

/* Opens a group that runs `repeat` times, with rows from `base` on; the one before it has entries. */
void schedule_group(struct plan *plan, int32_t repeat, int32_t base);
/* Appends an entry to the group that was opened last. */
void schedule_entry(struct plan *plan, const struct schedule_entry *e);

#endif
