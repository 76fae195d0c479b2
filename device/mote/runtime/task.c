/* SPDX-License-Identifier: Apache-2.0 */
/* What the outputs of an open model mean. Apart from the rest of the runtime, so that who does not ask does not link
 * it; so mote_model_open() does not look at the TASK section, and it is checked here, where it is used. */
#include "../memory.h"
#include "sections.h"

/* NULL if there is none, or one without room for what it says. */
static const struct mote_image_task *find_task(const struct mote_model *m)
{
    const struct mote_image_section *s = section_find(m, MOTE_SECTION_TASK);
    const struct mote_image_task *t;

    if (s == NULL || s->bytes < sizeof *t)
        return NULL;
    t = (const void *)(m->regions[MOTE_REGION_IMAGE] + s->offset);
    return t->n_classes <= (s->bytes - sizeof *t) / sizeof(uint32_t) ? t : NULL;
}

float mote_model_threshold(const struct mote_model *m)
{
    const struct mote_image_task *t = find_task(m);
    const uint32_t infinite = 0x7f800000;
    float none;

    memcpy(&none, &infinite, sizeof none);
    return t != NULL && t->task == MOTE_TASK_ANOMALY && t->threshold >= 0.0f ? t->threshold : none;
}

const char *mote_model_class(const struct mote_model *m, uint32_t k)
{
    const struct mote_image_task *t = find_task(m);
    const uint32_t *names;

    if (t == NULL || k >= t->n_classes)
        return NULL;
    names = (const void *)(t + 1);
    return names[k] < m->n_strings ? m->strings + names[k] : NULL;
}
