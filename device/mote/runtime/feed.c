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

int32_t mote_model_feed(struct mote_model *m, const void *row)
{
    bool taken = false;

    if (m->n_inputs != 1 || m->io->axis == MOTE_AXIS_NONE)
        return MOTE_ERR_USAGE;
    while (m->group < m->n_schedule) {
        if (waits(m)) {
            if (taken)
                return 1;
            if (row != NULL)
                memcpy(model_place(m, m->io->tensor), row, m->tensors[m->io->tensor].bytes);
            taken = true;
        }
        schedule_run_next(m);
    }
    schedule_enter(m, 0);
    return taken ? 0 : MOTE_ERR_USAGE;
}
