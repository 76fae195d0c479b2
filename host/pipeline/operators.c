/* SPDX-License-Identifier: Apache-2.0 */
#include "host/pipeline/operators.h"

#include <dlfcn.h>

#include "host/graph/own.h"
#include "mote/operator.h"

static enum mote_status check(const struct mote_operator *o, const struct frame *at)
{
    if (o->name == NULL || o->name[0] == '\0' || strlen(o->name) > 1000)
        return fail(at, MOTE_ERR_VALUE, "an operator has no name, or one of more than 1000 bytes");
    if (o->run == NULL || o->shape == NULL)
        return fail(at, MOTE_ERR_VALUE, "the operator \"%s\" has no %s()", o->name, o->run == NULL ? "run" : "shape");
    if (!own_add(o->name, o))
        return fail(at, MOTE_ERR_VALUE, "there is another operator \"%s\", or there are too many", o->name);
    return MOTE_OK;
}

/* A name without a slash is looked for among the system's libraries: here it is a file. */
static void *open_library(const char *path)
{
    char here[PATH_MAX];

    if (strchr(path, '/') != NULL)
        return dlopen(path, RTLD_NOW | RTLD_LOCAL);
    snprintf(here, sizeof here, "./%s", path);
    return dlopen(here, RTLD_NOW | RTLD_LOCAL);
}

enum mote_status operators_load(const char *path, const struct frame *at)
{
    void *library = open_library(path);
    const struct mote_operator *const *list;
    const uint32_t *version;

    if (library == NULL)
        return fail(at, MOTE_ERR_ENVIRONMENT, "%s", dlerror());
    list = dlsym(library, "mote_operators");
    version = dlsym(library, "mote_operators_version");
    if (list == NULL)
        return fail(at, MOTE_ERR_FORMAT, "it has no operators: MOTE_OPERATORS of mote/operator.h makes the list");
    if (version == NULL)
        return fail(at, MOTE_ERR_FORMAT, "its operators are those of a device: compile it with -DMOTE_DESCRIBE=1");
    if (*version != MOTE_OPERATOR_VERSION)
        return fail(at, MOTE_ERR_VERSION, "its operators are of version %u, Mote's of %d: compile it again",
                    (unsigned)*version, MOTE_OPERATOR_VERSION);
    if (*list == NULL)
        return fail(at, MOTE_ERR_FORMAT, "its list of operators is empty");
    for (; *list != NULL; list++)
        TRY(check(*list, at));
    return MOTE_OK;
}
