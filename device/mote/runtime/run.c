/* SPDX-License-Identifier: Apache-2.0 */
/* An inference: the whole schedule, or a round of a model that streams. In a file of its own, as step.c is, so that
 * what both call is compiled into the one that is used. */
#include "../ops/types.h"
#include "schedule.h"

int32_t mote_model_run(struct mote_model *m)
{
    const bool streams = schedule_streams(m);
    uint32_t group = 0;

    if (!streams)
        schedule_enter(m, 0);
    while (m->group < m->n_schedule) {
        group = m->group;
        schedule_run_round(m);
        if (streams)
            break;
    }
    if (m->group == m->n_schedule)
        schedule_enter(m, streams ? group : 0);
    return MOTE_OK;
}
