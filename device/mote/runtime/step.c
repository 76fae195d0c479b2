/* SPDX-License-Identifier: Apache-2.0 */
/* An inference in pieces. */
#include "schedule.h"

#if MOTE_BLOCKS
int32_t mote_model_step(struct mote_model *m)
{
    const bool begins = m->group == 0 && m->next == 1 && m->round == 0;

    if (m->n_schedule == 0 || (begins && !schedule_begin(m)))
        return m->n_schedule == 0 ? 0 : schedule_status(m);
    return schedule_run_next(m) ? 1 : schedule_status(m);
}
#else
int32_t mote_model_step(struct mote_model *m) { return m->n_schedule > 0 && schedule_run_next(m); }
#endif
