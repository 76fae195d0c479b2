/* SPDX-License-Identifier: Apache-2.0 */
/* An inference. In a file of its own, as step.c is, so that what both call is compiled into the one that is used. */
#include "../ops/types.h"
#include "schedule.h"

int32_t mote_model_run(struct mote_model *m)
{
    const struct mote_image_entry *unit = m->schedule, *end = unit + m->n_schedule;

    schedule_enter(m, 0);
    while (unit < end) {
        const struct mote_image_group *g = (const void *)unit;
        const struct mote_image_entry *first = unit + 1;

        unit = first + g->entries;
        for (uint32_t round = 0; round < g->repeat; round++)
            for (const struct mote_image_entry *e = first; e < unit; e++)
                schedule_run(m, g, e, round);
    }
    return MOTE_OK;
}
