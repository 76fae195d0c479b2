/* SPDX-License-Identifier: Apache-2.0 */
/* An inference whose input comes row by row. */
#include <stdbool.h>

#include "../memory.h"
#include "../ops/types.h"
#include "schedule.h"

/* Entry `next` is of a step that reads the input's row, which has to be there first. */
static bool waits(const struct mote_model *m)
{
    const struct mote_image_step *s = &m->steps[m->schedule[m->next].step];

    return s->n_args > 0 && m->args[s->args] == m->io->tensor;
}

static void take(struct mote_model *m, const void *row)
{
    if (row != NULL)
        memcpy(model_place(m, m->io->tensor), row, m->tensors[m->io->tensor].bytes);
}

/* A round; those of the last group end with a window. */
static int32_t feed_forever(struct mote_model *m, const void *row)
{
    const uint32_t group = m->group;

    if (m->n_schedule == 0)
        return MOTE_ERR_USAGE;
    take(m, row);
    schedule_run_round(m);
    if (m->group < m->n_schedule)
        return group + 1 + ((const struct mote_image_group *)(const void *)&m->schedule[group])->entries <
               m->n_schedule;
    schedule_enter(m, group);
    return 0;
}

int32_t mote_model_feed(struct mote_model *m, const void *row)
{
    bool taken = false;

    if (m->n_inputs != 1 || m->io->axis == MOTE_AXIS_NONE)
        return MOTE_ERR_USAGE;
    if (schedule_streams(m))
        return feed_forever(m, row);
    while (m->group < m->n_schedule) {
        if (waits(m)) {
            if (taken)
                return 1;
            take(m, row);
            taken = true;
        }
        schedule_run_next(m);
    }
    schedule_enter(m, 0);
    return taken ? 0 : MOTE_ERR_USAGE;
}
