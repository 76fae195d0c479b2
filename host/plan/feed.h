/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the stage `feed`: inputs that come row by row, once (feed.c) or forever (stream.c). */
#ifndef MOTE_FEED_H
#define MOTE_FEED_H

#include "host/plan/plan.h"

/* Decides how a plan whose input has plan->feed.rows rows streams: rings, parameters, and the round of the schedule. A
 * model that cannot is refused with the operator that prevents it. */
MUST_CHECK enum mote_status stream_plan(struct plan *plan, const struct frame *at);

/* Constants that steps assign to states before anybody touches them become what these begin with (stream_states.c). */
void stream_begin_states(struct plan *plan);
/* One step goes on with the state from row to row of time, as entries[] (of each step) say, and whoever else touches it
 * reads it behind that step. */
bool stream_keeps(const struct plan *plan, int32_t state, const struct schedule_entry *entries);

#endif
