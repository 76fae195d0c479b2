/* SPDX-License-Identifier: Apache-2.0 */
/* Keras's old form: model.to_json() in one file, model.save_weights() in another beside it. The .json is the model. */
#include <ctype.h>
#include <unistd.h>

#include "host/import/keras/keras.h"

static bool has(struct bytes file, const char *word)
{
    return memmem(file.data, file.size, word, strlen(word)) != NULL;
}

static bool is_of_tensorflow_js(struct bytes file) { return has(file, "\"modelTopology\""); }

bool keras_is_json(struct bytes file)
{
    size_t at = 0;

    while (at < file.size && isspace(file.data[at]))
        at++;
    return at < file.size && file.data[at] == '{' && !has(file, "\"_type\"") &&
           (is_of_tensorflow_js(file) || (has(file, "\"class_name\"") && has(file, "\"config\"")));
}

/* "folder/my_model.json" has its weights in "folder/my_model.weights.h5" …, or in "folder/my_weights.h5". */
static const char *weights_beside(struct pool *pool, const char *path)
{
    static const char *const ends[] = {".weights.h5", "_weights.h5", "-weights.h5", ".h5", ".hdf5"};
    const char *slash = strrchr(path, '/'), *dot = strrchr(slash ? slash : path, '.'), *word = NULL, *found;
    const int n = (int)(dot ? (size_t)(dot - path) : strlen(path));

    for (size_t i = 0; i < COUNT(ends); i++) {
        found = pool_printf(pool, "%.*s%s", n, path, ends[i]);
        if (access(found, F_OK) == 0)
            return found;
    }
    for (const char *s = slash ? slash : path; (s = strstr(s, "model")) != NULL; s++)
        word = s;
    found =
        word ? pool_printf(pool, "%.*sweights%.*s.h5", (int)(word - path), path, n - (int)(word + 5 - path), word + 5)
             : "";
    return *found && access(found, F_OK) == 0 ? found : NULL;
}

/* A list of layers, or groups by classes as in a .keras: what Keras 3 calls .weights.h5. */
static bool is_listed(const struct hdf5 *h)
{
    return hdf5_texts_of(h, "", "layer_names") || hdf5_texts_of(h, "", "layer_names0") ||
           hdf5_texts_of(h, "/model_weights", "layer_names") || hdf5_texts_of(h, "/model_weights", "layer_names0");
}

static int version_of(const struct hdf5 *h, bool listed)
{
    const struct hdf5_texts *t = hdf5_texts_of(h, "", "keras_version");

    if (t && t->n > 0)
        return keras_major_version(t->texts[0]);
    return listed ? keras_major_version(NULL) : 3;
}

enum mote_status keras_open_two(struct pool *pool, const char *name, struct bytes file, size_t *limit,
                                struct keras_parts *out, const struct frame *at)
{
    const char *path;
    struct bytes weights;
    struct frame there = {at, "", "", -1, NULL};

    if (is_of_tensorflow_js(file))
        return fail(at, MOTE_ERR_UNSUPPORTED,
                    "a model of TensorFlow.js; convert it, as by tensorflowjs_converter --output_format=keras");
    path = weights_beside(pool, name);
    if (!path)
        return fail(at, MOTE_ERR_FILE,
                    "a network of Keras without its weights, which save_weights() writes: beside m.json they are "
                    "looked for in m.weights.h5, m_weights.h5, m-weights.h5, m.h5 and m.hdf5, beside model.json in "
                    "weights.h5, too");
    TRY(file_read(pool, path, &weights, &(struct frame){at, "the weights beside it", "", -1, NULL}));
    if (!hdf5_matches(weights))
        return fail(at, MOTE_ERR_FORMAT, "the weights beside it, %s, are no HDF5 file", printable(pool, path));
    there.name = pool_printf(pool, "the weights beside it, %s", printable(pool, path));
    *limit = pool->used + IMPORT_MEMORY(file.size + weights.size);
    TRY(hdf5_read(pool, *limit, weights, "optimizer_weights", &out->hdf5, &there));
    hdf5_take_backslashes(pool, &out->hdf5);
    out->listed = is_listed(&out->hdf5);
    out->version = version_of(&out->hdf5, out->listed);
    out->config = file;
    out->what = "its .json";
    return MOTE_OK;
}
