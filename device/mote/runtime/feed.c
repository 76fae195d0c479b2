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
    const struct mote_image_group *g = (const void *)&m->schedule[m->group];
    const bool is_last = m->group + 1 + g->entries == m->n_schedule;

    take(m, row);
    schedule_run_rounds(m, true);
    return !is_last;
}

int32_t mote_model_feed(struct mote_model *m, const void *row)
{
    bool taken = false;

    if (m->n_inputs != 1 || m->io->axis == MOTE_AXIS_NONE || m->n_schedule == 0)
        return MOTE_ERR_USAGE;
    if (schedule_streams(m))
        return feed_forever(m, row);
    do {
        if (waits(m)) {
            if (taken)
                return 1;
            take(m, row);
            taken = true;
        }
    } while (schedule_run_next(m));
    return taken ? 0 : MOTE_ERR_USAGE;
}
