/* SPDX-License-Identifier: Apache-2.0 */
/* The program that a model runs: its groups and entries are the units of m->schedule. */
#ifndef MOTE_SCHEDULE_H
#define MOTE_SCHEDULE_H

#include <stdbool.h>

#include "../mote.h"
#include "../ops/image.h"
#include "../ops/types.h"

/* Proves the steps and the program's units. */
int32_t mote_check_schedule(struct mote_model *m);

/* What runs next is the first entry of the group at that unit. */
static inline void schedule_enter(struct mote_model *m, uint32_t group)
{
    m->group = group;
    m->next = group + 1;
    m->round = 0;
}

static inline void *model_place(const struct mote_model *m, uint32_t tensor)
{
    const struct mote_image_tensor *t = &m->tensors[tensor];

    return m->regions[t->region] + t->offset;
}

/* Calls the step's kernel for rows first … first + count - 1. */
void mote_schedule_call(struct mote_model *m, uint32_t step, uint32_t first, int32_t count);

/* The entry's rows of a round of its group. */
static inline void schedule_run(struct mote_model *m, const struct mote_image_group *g,
                                const struct mote_image_entry *e, uint32_t round)
{
    mote_schedule_call(m, e->step, g->base + e->first + round * e->hop, e->rows);
}

/* The last group goes on forever, and an inference is a round. */
static inline bool schedule_streams(const struct mote_model *m)
{
    return m->n_io > m->n_inputs && m->io[m->n_inputs].axis != MOTE_AXIS_NONE;
}

#if MOTE_BLOCKS
/* From unit m->group on, past those that begin and end blocks, as the tensors say: m->group is the next group to run.
 * False if there is none, and it is the first unit. (blocks.c) */
bool mote_schedule_decide(struct mote_model *m);

static inline const struct mote_image_block *schedule_block(const struct mote_model *m, uint32_t unit)
{
    return (const void *)&m->schedule[unit];
}

/* Before the first group of an inference. */
static inline bool schedule_begin(struct mote_model *m)
{
    m->trips = 0;
    return schedule_block(m, m->group)->mark != 0 || mote_schedule_decide(m);
}

static inline int32_t schedule_status(const struct mote_model *m)
{
    return m->trips > MOTE_TRIPS ? MOTE_ERR_LOOP : MOTE_OK;
}
#endif

/* After round `round` - 1 of the group g, which is m->group: what is next, beginning anew behind the last group. False
 * if an inference ends there. */
static inline bool schedule_go_on(struct mote_model *m, const struct mote_image_group *g, uint32_t round, bool streams)
{
    uint32_t group = m->group;
    bool more = !streams;

    if (round == g->repeat) {
        round = 0;
        group += 1u + g->entries;
        if (group == m->n_schedule) {
            group = streams ? m->group : 0;
            more = false;
        }
    }
    schedule_enter(m, group);
    m->round = round;
#if MOTE_BLOCKS
    if (more && schedule_block(m, group)->mark == 0)
        more = mote_schedule_decide(m);
#endif
    return more;
}

/* Runs m->group from m->next to the end of its last round, or of this one if the model streams; the result is
 * schedule_go_on()'s. */
static inline bool schedule_run_rounds(struct mote_model *m, bool streams)
{
    const struct mote_image_group *g = (const void *)&m->schedule[m->group];
    const struct mote_image_entry *e = &m->schedule[m->next], *first = &m->schedule[m->group + 1];
    uint32_t round = m->round, end = streams ? 0 : g->repeat;

    do {
        do
            schedule_run(m, g, e, round);
        while (++e < first + g->entries);
        e = first;
    } while (++round < end);
    return schedule_go_on(m, g, round, streams);
}

/* Runs entry `next`, after which the one behind it is next; the result is schedule_go_on()'s. */
static inline bool schedule_run_next(struct mote_model *m)
{
    const struct mote_image_group *g = (const void *)&m->schedule[m->group];

    schedule_run(m, g, &m->schedule[m->next], m->round);
    return m->next++ < m->group + g->entries || schedule_go_on(m, g, m->round + 1, schedule_streams(m));
}

#endif
