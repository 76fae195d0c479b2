/* SPDX-License-Identifier: Apache-2.0 */
#include "host/jobs/truth.h"

#include <jansson.h>
#include <stdlib.h>

#define WORDS_MAX 1000000

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

/* The object about the sound, NULL if there is none. */
static const json_t *find(const json_t *root, const char *sound)
{
    if (json_is_object(root))
        return root;
    for (size_t i = 0; i < json_array_size(root); i++) {
        const char *name = json_string_value(json_object_get(json_array_get(root, i), "wav_file"));

        if (name != NULL && strcmp(last_part(name), last_part(sound)) == 0)
            return json_array_get(root, i);
    }
    return json_array_size(root) == 1 ? json_array_get(root, 0) : NULL;
}

static enum mote_status take_window(struct pool *pool, const json_t *window, const json_t *word, double seconds,
                                    struct truth *t, const struct frame *at)
{
    const json_t *start = json_array_get(window, 0), *end = json_array_get(window, 1);
    struct said s = {.start = json_number_value(start), .end = json_number_value(end), .command = -1};

    if (!json_is_number(start) || !json_is_number(end) || json_array_size(window) != 2)
        return fail(at, MOTE_ERR_FORMAT, "is not [start, end] in seconds");
    if (!(s.start >= 0) || !(s.end > s.start))
        return fail(at, MOTE_ERR_VALUE, "goes from %g to %g seconds", s.start, s.end);
    if (s.end > seconds)
        return fail(at, MOTE_ERR_VALUE, "goes from %g to %g seconds, but the sound ends at %g", s.start, s.end,
                    seconds);
    if (t->n > 0 && s.start < t->said[t->n - 1].start)
        return fail(at, MOTE_ERR_VALUE, "begins at %g seconds, before the one above it; they must be in order",
                    s.start);
    if (t->words != NULL && !json_is_string(word))
        return fail(at, MOTE_ERR_FORMAT, "has no word: \"words\" must have a string for each window");
    if (t->words != NULL)
        t->words[t->n] = pool_strdup(pool, json_string_value(word));
    t->said[t->n++] = s;
    return MOTE_OK;
}

static enum mote_status take_all(struct pool *pool, const json_t *object, double seconds, struct truth *t,
                                 const struct frame *at)
{
    const json_t *windows = json_object_get(object, "detection_windows"), *words = json_object_get(object, "words");
    size_t n = json_array_size(windows);

    if (!json_is_array(windows) || n > WORDS_MAX)
        return fail(at, MOTE_ERR_FORMAT, "has no list \"detection_windows\" of at most %d [start, end]", WORDS_MAX);
    t->said = pool_array(pool, n, sizeof *t->said);
    t->words = words != NULL ? pool_array(pool, n, sizeof *t->words) : NULL;
    for (size_t i = 0; i < n; i++) {
        struct frame here = {at, "window", NULL, (int)i, NULL};

        TRY(take_window(pool, json_array_get(windows, i), json_array_get(words, i), seconds, t, &here));
    }
    return MOTE_OK;
}

enum mote_status truth_read(struct pool *pool, const char *path, const char *sound, double seconds, struct truth *out,
                            const struct frame *at)
{
    struct frame here = {at, path, NULL, -1, NULL};
    enum mote_status status;
    struct bytes file;
    json_error_t error;
    const json_t *object;
    json_t *root;

    *out = (struct truth){.n = 0};
    TRY(file_read(pool, path, &file, at));
    root = json_loadb((const char *)file.data, file.size, 0, &error);
    if (root == NULL)
        return fail(&here, MOTE_ERR_FORMAT, "line %d: %s", error.line, printable(pool, error.text));
    object = find(root, sound);
    status = object != NULL ? take_all(pool, object, seconds, out, &here)
                            : fail(&here, MOTE_ERR_VALUE, "says nothing of \"%s\": no \"wav_file\" is called so",
                                   printable(pool, last_part(sound)));
    json_decref(root);
    return status;
}

enum mote_status truth_name(struct truth *t, const char *const *names, int32_t n, const struct frame *at)
{
    for (int32_t i = 0; t->words != NULL && i < t->n; i++) {
        struct frame here = {at, "window", NULL, i, NULL};

        for (int32_t k = 0; k < n; k++)
            if (strcmp(t->words[i], names[k]) == 0)
                t->said[i].command = k;
        if (t->said[i].command < 0)
            return fail(&here, MOTE_ERR_VALUE, "is of the word \"%s\", which the model does not have", t->words[i]);
    }
    return MOTE_OK;
}

const char *truth_text(struct pool *pool, const char *sound, int32_t rate, double seconds, const struct truth *t)
{
    json_t *windows = json_array(), *words = json_array(), *json;
    const char *text;
    char *dumped;

    for (int32_t i = 0; i < t->n; i++) {
        json_array_append_new(windows, json_pack("[f, f]", t->said[i].start, t->said[i].end));
        if (t->words != NULL)
            json_array_append_new(words, json_string(t->words[i]));
    }
    json = json_pack("[{s:s, s:i, s:f, s:o, s:o}]", "wav_file", printable(pool, last_part(sound)), "sample_rate", rate,
                     "length_sec", seconds, "detection_windows", windows, "words", words);
    dumped = json_dumps(json, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
    text = pool_printf(pool, "%s\n", dumped != NULL ? dumped : "");
    json_decref(json);
    free(dumped);
    return text;
}
