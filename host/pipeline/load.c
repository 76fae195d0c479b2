/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>
#include <unistd.h>

#include "host/pipeline/pipeline.h"

/* A model is a file; TensorFlow saves folders. */
static enum mote_status refuse_folder(struct pool *pool, const char *path, const struct frame *at)
{
    struct stat st;

    if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
        return MOTE_OK;
    if (access(pool_printf(pool, "%s/saved_model.pb", path), F_OK) == 0)
        return fail(at, MOTE_ERR_FORMAT,
                    "a saved model of TensorFlow, a folder; convert it to a .tflite, as by "
                    "tf.lite.TFLiteConverter.from_saved_model(), or freeze it to a GraphDef");
    return fail(at, MOTE_ERR_FORMAT, "a folder, where a model is wanted, which is a file");
}

enum mote_status pipeline_load(struct pool *pool, const char *path, struct pipeline *out, const struct frame *at)
{
    return pipeline_load_as(pool, path, NULL, out, at);
}

enum mote_status pipeline_load_as(struct pool *pool, const char *path, const struct import_options *options,
                                  struct pipeline *out, const struct frame *at)
{
    struct bytes file;

    TRY(refuse_folder(pool, path, at));
    TRY(file_read(pool, path, &file, at));
    return pipeline_read_as(pool, path, file, options, out, at);
}
