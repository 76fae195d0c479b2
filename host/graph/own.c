/* SPDX-License-Identifier: Apache-2.0 */
#include "host/graph/own.h"

#include <stddef.h>
#include <string.h>

static struct {
    const char *name;
    const struct mote_operator *is;
} list[64];
static size_t n;

const struct mote_operator *own_find(const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i].name, name) == 0)
            return list[i].is;
    return NULL;
}

bool own_add(const char *name, const struct mote_operator *is)
{
    if (n == sizeof list / sizeof *list || own_find(name) != NULL)
        return false;
    list[n].name = name;
    list[n++].is = is;
    return true;
}
