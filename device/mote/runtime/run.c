/* SPDX-License-Identifier: Apache-2.0 */
/* An inference: the whole schedule, or a round of a model that streams. */
#include "../ops/types.h"
#include "schedule.h"

int32_t mote_model_run(struct mote_model *m)
{
    const bool streams = schedule_streams(m);

    if (!streams)
        schedule_enter(m, 0);
#if MOTE_BLOCKS
    if (m->n_schedule > 0 && !schedule_begin(m))
        return schedule_status(m);
#endif
    while (m->n_schedule > 0 && schedule_run_rounds(m, streams)) {
    }
#if MOTE_BLOCKS
    return schedule_status(m);
#else
    return MOTE_OK;
#endif
}
