/* SPDX-License-Identifier: Apache-2.0 */
/* An inference in pieces. */
#include "schedule.h"

int32_t mote_model_step(struct mote_model *m) { return m->n_schedule > 0 && schedule_run_next(m); }
