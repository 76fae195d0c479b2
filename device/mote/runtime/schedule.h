/* SPDX-License-Identifier: Apache-2.0 */
/* The program that a model runs: its groups and entries are the units of m->schedule. */
#ifndef MOTE_SCHEDULE_H
#define MOTE_SCHEDULE_H

#include <stdbool.h>

#include "../mote.h"
#include "../ops/image.h"
#include "registry.h"

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
    /* Kernels take image bytes through pointers to const; the argument list is one for all, so const goes here. */
    union {
        const uint8_t *from;
        uint8_t *to;
    } image = {.from = m->image};

    return (t->region == MOTE_REGION_IMAGE ? image.to : m->arena) + t->offset;
}

/* The entry's rows of a round of its group. */
static inline void schedule_run(struct mote_model *m, const struct mote_image_group *g,
                                const struct mote_image_entry *e, uint32_t round)
{
    const struct mote_image_step *s = &m->steps[e->step];
    const uint16_t *index = m->args + s->args, *end = index + s->n_args;
    void *args[MOTE_ARGS_MAX], **arg = args;
    struct mote_call call = {m->params + s->params, args, (int32_t)(g->base + e->first + round * e->hop), e->rows};

    mote_assert(s->n_args <= MOTE_ARGS_MAX);
    while (index < end)
        *arg++ = model_place(m, *index++);
    mote_kernels_at(m->kernels, s->kernel)->version->run(&call);
    if (m->hook != NULL)
        m->hook(m->user, m, e->step, s->kernel);
}

/* The last group goes on forever, and an inference is a round. */
static inline bool schedule_streams(const struct mote_model *m)
{
    return m->n_io > m->n_inputs && m->io[m->n_inputs].axis != MOTE_AXIS_NONE;
}

/* Runs what is left of a round of m->group, after which the next one is next; behind the last group there is none. */
static inline void schedule_run_round(struct mote_model *m)
{
    const struct mote_image_group *g = (const void *)&m->schedule[m->group];
    const struct mote_image_entry *end = &m->schedule[m->group + 1 + g->entries];

    for (const struct mote_image_entry *e = &m->schedule[m->next]; e < end; e++)
        schedule_run(m, g, e, m->round);
    m->next = m->group + 1;
    m->round++;
    if (m->round == g->repeat)
        schedule_enter(m, m->group + 1 + g->entries);
}

/* Runs entry `next`, after which the one behind it is next. */
static inline void schedule_run_next(struct mote_model *m)
{
    const struct mote_image_group *g = (const void *)&m->schedule[m->group];

    schedule_run(m, g, &m->schedule[m->next], m->round);
    if (m->next++ < m->group + g->entries)
        return;
    m->next = m->group + 1;
    m->round++;
    if (m->round == g->repeat)
        schedule_enter(m, m->group + 1 + g->entries);
}

#endif
