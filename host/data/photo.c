/* SPDX-License-Identifier: Apache-2.0 */
/* One picture as a data set of one sample, in the size and the channels of a model's input. */
#include "host/data/source.h"

/* Height, width and channels are the last dimensions, all before them are 1; a gray picture may lack the channels. */
static bool picture_shape(const struct mote_io *io, int64_t size[2], int32_t *channels)
{
    const uint32_t *d = io->dims;
    int n = io->rank;
    bool last = n >= 3 && (d[n - 1] == 1 || d[n - 1] == 3);
    int first = last ? n - 3 : n - 2;

    for (int i = 0; i < first; i++)
        if (d[i] != 1)
            return false;
    if (first < 0 || d[first] < 1 || d[first] > PICTURE_SIDE_MAX || d[first + 1] < 1 || d[first + 1] > PICTURE_SIDE_MAX)
        return false;
    size[0] = d[first];
    size[1] = d[first + 1];
    *channels = last ? (int32_t)d[n - 1] : 1;
    return true;
}

enum mote_status dataset_open_picture(struct pool *pool, const char *path, const struct mote_io *io,
                                      struct dataset *out, const struct frame *at)
{
    struct data_section section = {.kind = DATA_IMAGES, .size_count = 2};
    struct reading r = {.pool = pool, .spec = &section, .path = path, .out = out, .at = at};
    const char **files = pool_alloc(pool, sizeof *files);
    int32_t channels;
    int64_t size[2];
    enum mote_status status;

    if (!picture_shape(io, size, &channels))
        return fail(at, MOTE_ERR_SHAPE, "the model's input is no picture: give a tensor file");
    section.size = size;
    section.channels = channels == 1 ? DATA_GRAY : DATA_RGB;
    *out = (struct dataset){.pool = pool};
    out->source = r.source = pool_alloc(pool, sizeof *r.source);
    r.source->file = path;
    *files = ""; /* its place: `at` names it already */
    r.source->files = files;
    status = pictures_read(&r, &(struct picture_file){.path = path}, 1);
    if (status == MOTE_OK)
        status = make_splits(&r);
    if (status == MOTE_OK)
        status = make_preprocess(&r);
    pool_free(&r.scratch);
    return status;
}
