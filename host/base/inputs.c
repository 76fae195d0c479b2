/* SPDX-License-Identifier: Apache-2.0 */
/* The files that a command reads must outlive it: whatever it writes, it does not write over them. A file is known by
 * its device and inode, so that neither a link nor another spelling of its path hides it. */
#include <pthread.h>
#include <sys/stat.h>

#include "host/base/base.h"

struct identity {
    dev_t device;
    ino_t inode;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct pool known_pool;
static struct identity *known;
static size_t n_known;
static bool protecting;

static bool identify(const char *path, struct identity *out)
{
    struct stat st;

    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
        return false;
    *out = (struct identity){st.st_dev, st.st_ino};
    return true;
}

static bool same(const struct identity *a, const struct identity *b)
{
    return a->device == b->device && a->inode == b->inode;
}

bool files_same(const char *a, const char *b)
{
    struct identity x, y;

    return identify(a, &x) && identify(b, &y) && same(&x, &y);
}

void inputs_protect(bool on)
{
    protecting = on;
    pool_free(&known_pool);
    known = NULL;
    n_known = 0;
}

void inputs_add(const char *path)
{
    struct identity id;

    if (!protecting || !identify(path, &id))
        return;
    pthread_mutex_lock(&lock);
    if (n_known == 0 || !same(&known[n_known - 1], &id)) {
        known = pool_grow(&known_pool, known, n_known, sizeof *known);
        known[n_known++] = id;
    }
    pthread_mutex_unlock(&lock);
}

bool inputs_have(const char *path)
{
    struct identity id;
    bool found = false;

    if (!protecting || !identify(path, &id))
        return false;
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < n_known && !found; i++)
        found = same(&known[i], &id);
    pthread_mutex_unlock(&lock);
    return found;
}

void inputs_release(const char *path)
{
    struct identity id;

    if (!identify(path, &id))
        return;
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < n_known; i++)
        if (same(&known[i], &id))
            known[i--] = known[--n_known];
    pthread_mutex_unlock(&lock);
}
