/* SPDX-License-Identifier: Apache-2.0 */
/* The shared folder: real models, their golden vectors, real data. Not everybody has it, so a test that wants it asks
 * shared_path, and where that is NULL frees what it holds and skips:
 *
 *     if (path == NULL) {
 *         pool_free(&pool);
 *         skip();
 *     }
 */
#ifndef MOTE_TESTS_SHARED_H
#define MOTE_TESTS_SHARED_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "host/base/base.h"

/* The path of a file or folder in $MOTE_SHARED, else in ../shared beside the sources; or NULL after the one line that
 * tools/check.sh repeats at its end. */
static inline const char *shared_path(struct pool *pool, const char *name)
{
    const char *env = getenv("MOTE_SHARED");
    const char *folder = env != NULL && env[0] != '\0' ? env : MOTE_SOURCE_DIR "/../shared";
    const char *path = pool_printf(pool, "%s/%s", folder, name);

    if (access(path, R_OK) == 0)
        return path;
    printf("SKIP: no %s; MOTE_SHARED names the folder that holds models/ and data/\n", path);
    return NULL;
}

#endif
