/* SPDX-License-Identifier: Apache-2.0 */
/* From the bytes of an .h5, .keras or .json to a model. */
#include <stdlib.h>

#include "host/import/keras/keras.h"

#define CONFIG_MAX ((size_t)16 << 20) /* bytes of the configuration, of which JSON takes many times as many */

static bool is_zip(struct bytes file) { return file.size >= 4 && memcmp(file.data, "PK\3\4", 4) == 0; }

bool keras_matches(struct bytes file) { return hdf5_matches(file) || is_zip(file) || keras_is_json(file); }

/* ---- JSON ---- */
static enum mote_status parse_json(struct bytes text, const char *what, json_t **out, const struct frame *at)
{
    json_error_t error;

    if (text.size > CONFIG_MAX)
        return fail(at, MOTE_ERR_MEMORY, "%s has %zu bytes; %zu are the most", what, text.size, CONFIG_MAX);
    *out = json_loadb((const char *)text.data, text.size, JSON_ALLOW_NUL, &error);
    if (*out == NULL)
        return fail(at, MOTE_ERR_FORMAT, "%s, line %d: %s", what, error.line, error.text);
    return MOTE_OK;
}

/* "2.13.1", "2.3.0-tf" */
int keras_major_version(const char *s) { return s && *s >= '1' && *s <= '9' ? *s - '0' : 2; }

/* ---- the two containers: what the configuration is, and where weights are ---- */
static enum mote_status refuse_weights(const struct hdf5 *h, const struct frame *at)
{
    if (hdf5_texts_of(h, "", "layer_names") || h->n_tensors > 0)
        return fail(
            at, MOTE_ERR_UNSUPPORTED,
            "weights without the network: the file is of save_weights(); give the .json of to_json() beside it, "
            "or save the model itself, as by model.save(\"model.keras\")");
    return fail(at, MOTE_ERR_FORMAT, "an HDF5 file without model_config: no model of Keras");
}

static enum mote_status open_h5(struct pool *pool, size_t limit, struct bytes file, struct keras_parts *out,
                                const struct frame *at)
{
    TRY(hdf5_read(pool, limit, file, "optimizer_weights", &out->hdf5, at));
    return keras_parts_of_h5(out, at);
}

enum mote_status keras_parts_of_h5(struct keras_parts *parts, const struct frame *at)
{
    const struct hdf5_texts *t = hdf5_texts_of(&parts->hdf5, "", "keras_version");

    if (!t)
        t = hdf5_texts_of(&parts->hdf5, "/model_weights", "keras_version");
    parts->listed = true;
    parts->version = keras_major_version(t && t->n > 0 ? t->texts[0] : NULL);
    t = hdf5_texts_of(&parts->hdf5, "", "model_config");
    if (!t || t->n != 1)
        return refuse_weights(&parts->hdf5, at);
    parts->what = "model_config";
    parts->config = (struct bytes){(uint8_t *)(uintptr_t)t->texts[0], strlen(t->texts[0])};
    return MOTE_OK;
}

static enum mote_status open_keras(struct pool *pool, size_t limit, struct bytes file, struct keras_parts *out,
                                   const struct frame *at)
{
    struct keras_zip zip;
    json_t *metadata = NULL;

    TRY(keras_unzip(pool, limit, file, &zip, at));
    if (zip.metadata.data && parse_json(zip.metadata, "metadata.json", &metadata, at) != MOTE_OK)
        return MOTE_ERR_FORMAT;
    out->listed = false;
    out->version = keras_major_version(json_string_value(json_object_get(metadata, "keras_version")));
    json_decref(metadata);
    out->config = zip.config;
    out->what = "config.json";
    TRY(hdf5_read(pool, limit, zip.weights, "optimizer", &out->hdf5, at));
    hdf5_take_backslashes(pool, &out->hdf5);
    return MOTE_OK;
}

/* ---- the model ---- */
static enum mote_status read_model(struct build *r, const json_t *config, bool listed, struct import_missing *missing,
                                   const struct frame *at)
{
    struct keras *k = keras_of(r);
    struct faults faults = {.pool = r->pool};
    struct keras_layer *model = pool_array(r->pool, 1, sizeof *model);
    enum mote_status status = keras_read_model(r->pool, k->limit, config, model, &faults, at);

    if (status == MOTE_OK && faults.n > 0) {
        missing->what = faults_text(&faults);
        return MOTE_OK;
    }
    TRY(status);
    TRY(keras_read_weights(r->pool, &k->hdf5, listed, model, at));
    return keras_build(r, model, at);
}

enum mote_status keras_import_parts(struct pool *pool, const char *name, const struct keras_parts *parts, size_t limit,
                                    const struct import_options *options, struct model *out,
                                    struct import_missing *missing, const struct frame *at)
{
    struct keras k = {.options = options, .limit = limit, .version = parts->version, .hdf5 = parts->hdf5};
    struct build r = {.pool = pool, .m = out, .limit = limit, .reader = &k};
    json_t *config = NULL;
    enum mote_status status;

    *missing = (struct import_missing){MOTE_ERR_UNSUPPORTED, NULL};
    *out = (struct model){.pool = pool, .preprocess = {.kind = "none", .channels = ""}};
    out->name = model_name_from(pool, name);
    TRY(parse_json(parts->config, parts->what, &config, at));
    status = read_model(&r, config, parts->listed, missing, at);
    json_decref(config);
    return status;
}

enum mote_status keras_import(struct pool *pool, const char *name, struct bytes file,
                              const struct import_options *options, struct model *out, struct import_missing *missing,
                              const struct frame *at)
{
    size_t limit = pool->used + IMPORT_MEMORY(file.size);
    struct keras_parts parts = {.listed = false};

    if (file.size > FILE_LIMIT)
        return fail(at, MOTE_ERR_MEMORY, "larger than %d MiB", (int)(FILE_LIMIT >> 20));
    if (keras_is_json(file))
        TRY(keras_open_two(pool, name, file, &limit, &parts, at));
    else
        TRY((is_zip(file) ? open_keras : open_h5)(pool, limit, file, &parts, at));
    return keras_import_parts(pool, name, &parts, limit, options, out, missing, at);
}
