/* SPDX-License-Identifier: Apache-2.0 */
/* The models and the history in a folder. */
#include "host/jobs/life_find.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "host/jobs/train.h"

#define DEPTH_MAX 4

static bool ends_with(const char *name, const char *end)
{
    const size_t n = strlen(name), k = strlen(end);

    return n > k && strcmp(name + n - k, end) == 0;
}

/* What is a model by its name, and not what a training goes on from. */
static bool is_model(const char *name)
{
    static const char *const ends[] = {".graph", ".tflite", ".onnx", ".mote"};

    for (size_t i = 0; i < COUNT(ends); i++)
        if (ends_with(name, ends[i]))
            return strcmp(name, TRAIN_CHECKPOINT) != 0;
    return false;
}

static enum mote_status add(struct life_files *f, struct pool *pool, const char *path, const struct frame *at)
{
    if (f->n == LIFE_FILES_MAX)
        return fail(at, MOTE_ERR_VALUE, "holds more than %d models; say which folder of it, or which model",
                    LIFE_FILES_MAX);
    f->models = pool_grow(pool, f->models, (size_t)f->n, sizeof *f->models);
    f->models[f->n++] = path;
    return MOTE_OK;
}

/* Of several histories, the one that lies highest; of those, the first by name. */
static void keep_history(struct life_files *f, const char *path, int depth)
{
    if (f->history == NULL || depth < f->depth || (depth == f->depth && strcmp(path, f->history) < 0)) {
        f->history = path;
        f->depth = depth;
    }
}

static enum mote_status walk(struct life_files *f, struct pool *pool, const char *folder, int depth,
                             const struct frame *at);

/* Links to folders, and to nothing, are not followed. */
static enum mote_status visit(struct life_files *f, struct pool *pool, const char *path, const char *name, int depth,
                              const struct frame *at)
{
    struct stat st;

    if (lstat(path, &st) != 0)
        return MOTE_OK; /* gone since */
    if (S_ISDIR(st.st_mode))
        return depth < DEPTH_MAX ? walk(f, pool, path, depth + 1, at) : MOTE_OK;
    if (stat(path, &st) != 0 || S_ISDIR(st.st_mode))
        return MOTE_OK;
    if (strcmp(name, TRAIN_HISTORY) == 0)
        keep_history(f, path, depth);
    return is_model(name) ? add(f, pool, path, at) : MOTE_OK;
}

static enum mote_status walk(struct life_files *f, struct pool *pool, const char *folder, int depth,
                             const struct frame *at)
{
    DIR *dir = opendir(folder);
    enum mote_status status = MOTE_OK;
    struct dirent *entry;

    if (dir == NULL)
        return file_fail(at, "read", folder, errno);
    while (status == MOTE_OK && (entry = readdir(dir)) != NULL)
        if (entry->d_name[0] != '.')
            status = visit(f, pool, pool_printf(pool, "%s/%s", folder, entry->d_name), entry->d_name, depth, at);
    closedir(dir);
    return status;
}

static int by_path(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

enum mote_status life_find(struct pool *pool, const char *place, struct life_files *out, const struct frame *at)
{
    struct stat st;

    *out = (struct life_files){.n = 0};
    if (stat(place, &st) != 0)
        return file_fail(at, "read", place, errno);
    if (!S_ISDIR(st.st_mode))
        return add(out, pool, place, at);
    out->folder = true;
    TRY(walk(out, pool, place, 0, at));
    if (out->n == 0)
        return fail(at, MOTE_ERR_FILE,
                    "holds no models: what `mote train`, `quantize` or `compress` leave, or a .tflite, "
                    ".onnx or .mote");
    qsort(out->models, (size_t)out->n, sizeof *out->models, by_path);
    return MOTE_OK;
}
