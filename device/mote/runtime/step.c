/* SPDX-License-Identifier: Apache-2.0 */
/* An inference in pieces. */
#include "../ops/types.h"
#include "schedule.h"

int32_t mote_model_step(struct mote_model *m)
{
    const uint32_t group = schedule_streams(m) ? m->group : 0;

    if (m->group < m->n_schedule)
        schedule_run_next(m);
    if (m->group < m->n_schedule)
        return !schedule_streams(m) || m->next > m->group + 1;
    schedule_enter(m, group);
    return 0;
}
