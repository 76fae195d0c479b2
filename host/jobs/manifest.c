/* SPDX-License-Identifier: Apache-2.0 */
#include "host/jobs/manifest.h"

#include <jansson.h>

#define WINDOW_MAX 4096
#define V1_STEP    20 /* ms: version 1 does not say it */

/* A network of Keras or TensorFlow.js begins with words that no manifest has. */
static bool is_network(const char *path)
{
    char start[4096];
    FILE *f = fopen(path, "rb");
    const size_t n = f ? fread(start, 1, sizeof start, f) : 0;

    if (f)
        fclose(f);
    return memmem(start, n, "\"class_name\"", 12) || memmem(start, n, "\"modelTopology\"", 15);
}

bool is_manifest(const char *path)
{
    size_t n = strlen(path);

    return n > 5 && strcmp(path + n - 5, ".json") == 0 && !is_network(path);
}

static enum mote_status want_text(struct pool *pool, const json_t *root, const char *key, const char **out,
                                  const struct frame *at)
{
    const char *s = json_string_value(json_object_get(root, key));

    if (s == NULL || s[0] == '\0')
        return fail(at, MOTE_ERR_FORMAT, "has no \"%s\": a manifest of microWakeWord is wanted", key);
    *out = pool_strdup(pool, s);
    return MOTE_OK;
}

/* Of several spellings the first that is there; `usual` where none is. */
static enum mote_status take_number(const json_t *micro, const char *const *keys, double low, double high, double usual,
                                    double *out, const struct frame *at)
{
    const json_t *value = NULL;
    const char *key = keys[0];

    for (; value == NULL && *keys != NULL; keys++)
        value = json_object_get(micro, key = *keys);
    *out = value != NULL ? json_number_value(value) : usual;
    if (value != NULL && !json_is_number(value))
        return fail(at, MOTE_ERR_FORMAT, "\"%s\" is not a number", key);
    if (!(*out >= low && *out <= high))
        return fail(at, MOTE_ERR_VALUE, "\"%s\" is %g; %g to %g is wanted", key, *out, low, high);
    return MOTE_OK;
}

/* From 1 on. */
static enum mote_status take_whole(const json_t *micro, const char *const *keys, int32_t high, int32_t usual,
                                   int32_t *out, const struct frame *at)
{
    double n = 0;

    TRY(take_number(micro, keys, 1, high, usual, &n, at));
    if (n != (int32_t)n)
        return fail(at, MOTE_ERR_VALUE, "\"%s\" is %g; a whole number is wanted", keys[0], n);
    *out = (int32_t)n;
    return MOTE_OK;
}

static enum mote_status take(struct pool *pool, const char *path, const json_t *root, struct manifest *m,
                             const struct frame *at)
{
    static const char *const cutoff[] = {"probability_cutoff", NULL}, *const step[] = {"feature_step_size", NULL},
                             *const window[] = {"sliding_window_size", "sliding_window_average_size", NULL};
    const json_t *micro = json_object_get(root, "micro");
    const char *slash = strrchr(path, '/'), *model = "";

    TRY(want_text(pool, root, "model", &model, at));
    TRY(want_text(pool, root, "wake_word", &m->wake_word, at));
    if (!json_is_object(micro))
        return fail(at, MOTE_ERR_FORMAT, "has no section \"micro\": a manifest of microWakeWord is wanted");
    m->model =
        model[0] == '/' || slash == NULL ? model : pool_printf(pool, "%.*s/%s", (int)(slash - path), path, model);
    TRY(take_number(micro, cutoff, 0, 1, 0.5, &m->cutoff, at));
    TRY(take_whole(micro, step, 30, V1_STEP, &m->step_ms, at));
    return take_whole(micro, window, WINDOW_MAX, 10, &m->window, at);
}

enum mote_status manifest_read(struct pool *pool, const char *path, struct manifest *out, const struct frame *at)
{
    struct frame here = {at, path, NULL, -1, NULL};
    enum mote_status status;
    struct bytes file;
    json_error_t error;
    json_t *root;

    *out = (struct manifest){.model = NULL};
    TRY(file_read(pool, path, &file, at));
    root = json_loadb((const char *)file.data, file.size, 0, &error);
    if (root == NULL)
        return fail(&here, MOTE_ERR_FORMAT, "line %d: %s", error.line, printable(pool, error.text));
    status = take(pool, path, root, out, &here);
    json_decref(root);
    return status;
}
