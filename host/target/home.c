/* SPDX-License-Identifier: Apache-2.0 */
#include "host/target/home.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* The folder of the running program; "." where the system does not say. */
static const char *program_folder(struct pool *pool)
{
    char path[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
    char *slash;

    if (n <= 0)
        return ".";
    path[n] = '\0';
    slash = strrchr(path, '/');
    if (!slash)
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
    folder = program_folder(pool);
    for (size_t i = 0; i < COUNT(places); i++) {
        const char *candidate = pool_printf(pool, "%s/%s", folder, places[i]);

        if (is_home(pool, candidate)) {
            *home = absolute(pool, candidate);
            return MOTE_OK;
        }
    }
    return fail(at, MOTE_ERR_ENVIRONMENT,
                "Mote's files (device, ops, targets) are not beside the program in %s: set "
                "MOTE_HOME to the folder that holds them",
                folder);
}

enum mote_status mote_plugin(struct pool *pool, const char **plugin, const struct frame *at)
{
    static const char *const places[] = {".", "..", "../lib/mote"};
    const char *env = getenv("MOTE_PLUGIN"), *folder = program_folder(pool);

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
                "the counting plugin libmote_count.so is neither beside the program in %s nor in ../lib/mote: build or "
                "install Mote again",
                folder);
}
