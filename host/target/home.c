/* SPDX-License-Identifier: Apache-2.0 */
#include "host/target/home.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char is_here = 0; /* somewhere in this file */

/* The file that this code is in: the program, or a library. */
static bool own_file(char path[PATH_MAX])
{
    Dl_info info = {0};
    ssize_t n;

    if (dladdr(&is_here, &info) != 0 && info.dli_fname != NULL &&
        strcmp(info.dli_fname, program_invocation_name) != 0 && realpath(info.dli_fname, path) != NULL)
        return true;
    n = readlink("/proc/self/exe", path, PATH_MAX - 1);
    path[n > 0 ? n : 0] = '\0';
    return n > 0;
}

/* Its folder; "." where the system does not say. */
static const char *own_folder(struct pool *pool)
{
    char path[PATH_MAX], *slash;

    if (!own_file(path) || (slash = strrchr(path, '/')) == NULL)
        return ".";
    *slash = '\0';
    return pool_strdup(pool, path[0] ? path : "/");
}

static bool is_folder(struct pool *pool, const char *folder, const char *name)
{
    struct stat st;

    return stat(pool_printf(pool, "%s/%s", folder, name), &st) == 0 && S_ISDIR(st.st_mode);
}

static bool is_home(struct pool *pool, const char *folder)
{
    return is_folder(pool, folder, "device") && is_folder(pool, folder, "targets");
}

/* Absolute, as compilers and emulators run in other folders. */
static const char *absolute(struct pool *pool, const char *path)
{
    char *real = realpath(path, NULL);
    const char *copy = pool_strdup(pool, real ? real : path);

    free(real);
    return copy;
}

enum mote_status mote_home(struct pool *pool, const char **home, const struct frame *at)
{
    static const char *const places[] = {"..", "../share/mote", "../.."};
    const char *env = getenv("MOTE_HOME"), *folder;

    if (env && env[0]) {
        if (!is_home(pool, env))
            return fail(at, MOTE_ERR_ENVIRONMENT, "MOTE_HOME is %s, which has no folders device, ops and targets", env);
        *home = absolute(pool, env);
        return MOTE_OK;
    }
    folder = own_folder(pool);
    for (size_t i = 0; i < COUNT(places); i++) {
        const char *candidate = pool_printf(pool, "%s/%s", folder, places[i]);

        if (is_home(pool, candidate)) {
            *home = absolute(pool, candidate);
            return MOTE_OK;
        }
    }
    return fail(at, MOTE_ERR_ENVIRONMENT,
                "Mote's files (device, ops, targets) are not beside %s: set "
                "MOTE_HOME to the folder that holds them",
                folder);
}

enum mote_status mote_plugin(struct pool *pool, const char **plugin, const struct frame *at)
{
    static const char *const places[] = {".", "..", "../lib/mote"};
    const char *env = getenv("MOTE_PLUGIN"), *folder = own_folder(pool);

    if (env && env[0]) {
        if (access(env, R_OK) != 0)
            return fail(at, MOTE_ERR_ENVIRONMENT, "MOTE_PLUGIN is %s, which cannot be read", env);
        *plugin = absolute(pool, env);
        return MOTE_OK;
    }
    for (size_t i = 0; i < COUNT(places); i++) {
        const char *candidate = pool_printf(pool, "%s/%s/libmote_count.so", folder, places[i]);

        if (access(candidate, R_OK) == 0) {
            *plugin = absolute(pool, candidate);
            return MOTE_OK;
        }
    }
    return fail(at, MOTE_ERR_ENVIRONMENT,
                "the counting plugin libmote_count.so is neither in %s nor in ../lib/mote: build or "
                "install Mote again",
                folder);
}
