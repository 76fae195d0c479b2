/* SPDX-License-Identifier: Apache-2.0 */
/* An inference in pieces. */
#include "../ops/types.h"
#include "schedule.h"

int32_t mote_model_step(struct mote_model *m)
{
    if (m->group < m->n_schedule)
        schedule_run_next(m);
    if (m->group < m->n_schedule)
        return 1;
    schedule_enter(m, 0);
    return 0;
}
