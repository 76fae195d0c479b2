/* SPDX-License-Identifier: Apache-2.0 */
/* Sections of an open model that the inference itself does not need. */
#ifndef MOTE_SECTIONS_H
#define MOTE_SECTIONS_H

#include "../mote.h"
#include "../ops/image.h"

/* NULL if there is none. What is in it nobody has checked. */
static inline const struct mote_image_section *section_find(const struct mote_model *m, uint32_t id)
{
    const struct mote_image_header *h = (const void *)m->regions[MOTE_REGION_IMAGE];
    const struct mote_image_section *s = (const void *)(m->regions[MOTE_REGION_IMAGE] + sizeof *h);

    for (uint32_t i = 0; i < h->n_sections; i++)
        if (s[i].id == id)
            return &s[i];
    return NULL;
}

#endif
