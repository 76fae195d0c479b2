/* SPDX-License-Identifier: Apache-2.0 */
#include "host/pipeline/pipeline.h"

enum mote_status pipeline_load(struct pool *pool, const char *path, struct pipeline *out, const struct frame *at)
{
    return pipeline_load_as(pool, path, NULL, out, at);
}

enum mote_status pipeline_load_as(struct pool *pool, const char *path, const struct import_options *options,
                                  struct pipeline *out, const struct frame *at)
{
    struct bytes file;

    TRY(file_read(pool, path, &file, at));
    return pipeline_read_as(pool, path, file, options, out, at);
}
