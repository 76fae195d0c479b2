/* SPDX-License-Identifier: Apache-2.0 */
/* An inference in pieces. */
#include "../ops/types.h"
#include "schedule.h"

static void run_next(struct mote_model *m)
{
    const struct mote_image_group *g = (const void *)&m->schedule[m->group];
    const struct mote_image_entry *e = &m->schedule[m->next];

    schedule_run(m, g, e, m->round);
    if (m->next++ < m->group + g->entries)
        return;
    m->next = m->group + 1;
    m->round++;
    if (m->round == g->repeat)
        schedule_enter(m, m->group + 1 + g->entries);
}

int32_t mote_model_step(struct mote_model *m)
{
    if (m->group < m->n_schedule)
        run_next(m);
    if (m->group < m->n_schedule)
        return 1;
    schedule_enter(m, 0);
    return 0;
}
