/* SPDX-License-Identifier: Apache-2.0 */
/* What the model decides: which blocks of the schedule run, and how often. */
#include "schedule.h"

#if MOTE_BLOCKS
static bool is_true(const struct mote_model *m, const struct mote_image_block *b)
{
    return *(const uint8_t *)model_place(m, b->tensor) != 0;
}

/* The unit after this one, which begins or ends a block. */
static uint32_t next_unit(struct mote_model *m, uint32_t unit)
{
    const struct mote_image_block *b = schedule_block(m, unit);

    if (b->kind == MOTE_BLOCK_AGAIN)
        return ++m->trips > MOTE_TRIPS ? m->n_schedule : unit - b->units;
    if (b->kind == MOTE_BLOCK_LOOP || is_true(m, b) == (b->kind == MOTE_BLOCK_IF))
        return unit + 1;
    return unit + 1 + b->units;
}

bool mote_schedule_decide(struct mote_model *m)
{
    uint32_t unit = m->group;

    while (unit < m->n_schedule && schedule_block(m, unit)->mark == 0)
        unit = next_unit(m, unit);
    schedule_enter(m, unit < m->n_schedule ? unit : 0);
    return unit < m->n_schedule;
}
#endif
