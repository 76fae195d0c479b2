/* SPDX-License-Identifier: Apache-2.0 */
/* Programs beside the inference: checked when they are selected, so that who has none pays nothing. */
#include <stdbool.h>

#include "../ops/types.h"
#include "schedule.h"
#include "sections.h"

static bool is_same(const char *a, const char *b)
{
    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

static void set(struct mote_model *m, const void *units, uint32_t n)
{
    m->schedule = units;
    m->n_schedule = n;
}

static bool set_inference(struct mote_model *m)
{
    const struct mote_image_section *s = section_find(m, MOTE_SECTION_SCHEDULE);

    set(m, m->regions[MOTE_REGION_IMAGE] + (s != NULL ? s->offset : 0), s != NULL ? s->count : 0);
    return true;
}

static bool set_program(struct mote_model *m, const char *name)
{
    const struct mote_image_section *s = section_find(m, MOTE_SECTION_PROGRAMS);
    const struct mote_image_program *p;

    if (s == NULL)
        return false;
    p = (const void *)(m->regions[MOTE_REGION_IMAGE] + s->offset);
    for (uint32_t left = s->count; left > 0 && p->units < left; left -= 1 + p->units, p += 1 + p->units)
        if (p->name < m->n_strings && is_same(m->strings + p->name, name)) {
            set(m, p + 1, p->units);
            return true;
        }
    return false;
}

int32_t mote_model_select(struct mote_model *m, const char *program)
{
    const struct mote_image_entry *schedule = m->schedule;
    const uint32_t n_schedule = m->n_schedule;
    int32_t status;

    if (!(is_same(program, "infer") ? set_inference(m) : set_program(m, program)))
        return MOTE_ERR_USAGE;
    status = mote_check_schedule(m);
    if (status != MOTE_OK) {
        set(m, schedule, n_schedule);
        return status;
    }
    schedule_enter(m, 0);
    return MOTE_OK;
}
