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

/* The last group goes on forever, and the outputs are there after each of its rounds. */
static bool streams(const struct mote_model *m) { return m->n_io > 1 && m->io[1].axis != MOTE_AXIS_NONE; }

/* The next wait comes with outputs that are new. */
static bool is_between_windows(const struct mote_model *m)
{
    const struct mote_image_group *g = (const void *)&m->schedule[m->group];

    return streams(m) && m->round > 0 && m->group + 1 + g->entries == m->n_schedule;
}

int32_t mote_model_feed(struct mote_model *m, const void *row)
{
    uint32_t group = 0;
    bool taken = false;

    if (m->n_inputs != 1 || m->io->axis == MOTE_AXIS_NONE)
        return MOTE_ERR_USAGE;
    while (m->group < m->n_schedule) {
        if (waits(m)) {
            if (taken)
                return is_between_windows(m) ? 0 : 1;
            if (row != NULL)
                memcpy(model_place(m, m->io->tensor), row, m->tensors[m->io->tensor].bytes);
            taken = true;
        }
        group = m->group;
        schedule_run_next(m);
    }
    schedule_enter(m, streams(m) ? group : 0);
    return taken ? 0 : MOTE_ERR_USAGE;
}
