/* SPDX-License-Identifier: Apache-2.0 */
/* From the name of what a file has to its number. (names.c) */
#ifndef MOTE_NAMES_H
#define MOTE_NAMES_H

#include "host/base/base.h"

#define NAME_ABSENT (-1)

struct name_slot;
struct names {
    struct name_slot *slots;
    size_t n, capacity;
    const struct names *outer; /* where a name is looked for that is not here; NULL: nowhere */
};
/* Names are not copied. */
void names_set(struct pool *pool, struct names *names, const char *name, int32_t value);
int32_t names_get(const struct names *names, const char *name); /* NAME_ABSENT if nobody set it */

#endif
