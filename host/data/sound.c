/* SPDX-License-Identifier: Apache-2.0 */
#include "host/data/sound.h"

#if MOTE_SOUND
#include <sndfile.h>

#define BLOCK 4096 /* frames that are read at once */

/* ---- a file in memory, as libsndfile reads it ---- */
struct memory {
    struct bytes file;
    sf_count_t at;
};

static sf_count_t length(void *user) { return (sf_count_t)((struct memory *)user)->file.size; }

/* A broken file may have any number for a place: no sum exceeds 64 bits. */
static sf_count_t seek(sf_count_t to, int whence, void *user)
{
    struct memory *m = user;
    sf_count_t size = length(user), from = whence == SEEK_CUR ? m->at : whence == SEEK_END ? size : 0;

    m->at = to < -from ? 0 : to > size - from ? size : from + to;
    return m->at;
}

static sf_count_t read_some(void *to, sf_count_t n, void *user)
{
    struct memory *m = user;
    sf_count_t left = length(user) - m->at;

    n = n < left ? n : left;
    if (n <= 0)
        return 0;
    memcpy(to, m->file.data + m->at, (size_t)n);
    m->at += n;
    return n;
}

static sf_count_t write_nothing(const void *from, sf_count_t n, void *user)
{
    (void)from;
    (void)n;
    (void)user;
    return 0;
}

static sf_count_t tell(void *user) { return ((struct memory *)user)->at; }

/* ---- samples ---- */
/* The first channel of a block. */
static void take(struct sound *s, const int16_t *block, sf_count_t frames)
{
    for (sf_count_t i = 0; i < frames; i++)
        s->samples[s->n++] = block[i * s->channels];
}

/* What the header says of the length is a wish: there is as much as can be read. */
static enum mote_status read_samples(struct pool *pool, SNDFILE *file, struct sound *s, const struct frame *at)
{
    int16_t *block = pool_array(pool, (size_t)BLOCK * (size_t)s->channels, sizeof *block);
    int64_t room = 0;
    sf_count_t frames;

    while ((frames = sf_readf_short(file, block, BLOCK)) > 0) {
        if (s->n + frames > SOUND_SAMPLES_MAX)
            return fail(at, MOTE_ERR_MEMORY, "has more than %lld samples", (long long)SOUND_SAMPLES_MAX);
        if (s->n + frames > room) {
            int16_t *more = pool_array(pool, (size_t)(room = 2 * (s->n + BLOCK)), sizeof *more);

            if (s->n > 0)
                memcpy(more, s->samples, (size_t)s->n * sizeof *more);
            s->samples = more;
        }
        take(s, block, frames);
    }
    if (sf_error(file) != SF_ERR_NO_ERROR)
        return fail(at, MOTE_ERR_FORMAT, "is broken: %s", sf_strerror(file));
    return MOTE_OK;
}

enum mote_status sound_read(struct pool *pool, const char *path, struct sound *out, const struct frame *at)
{
    SF_VIRTUAL_IO io = {.get_filelen = length, .seek = seek, .read = read_some, .write = write_nothing, .tell = tell};
    struct frame here = {at, path, NULL, -1, NULL};
    struct memory m = {.at = 0};
    SF_INFO info = {.format = 0};
    enum mote_status status;
    SNDFILE *file;

    *out = (struct sound){.n = 0};
    TRY(file_read(pool, path, &m.file, at));
    file = sf_open_virtual(&io, SFM_READ, &info, &m);
    if (file == NULL)
        return fail(&here, MOTE_ERR_FORMAT, "is no sound that libsndfile reads: %s", sf_strerror(NULL));
    sf_command(file, SFC_SET_SCALE_FLOAT_INT_READ, NULL, SF_TRUE);
    sf_command(file, SFC_SET_CLIPPING, NULL, SF_TRUE);
    out->rate = info.samplerate;
    out->channels = info.channels;
    status = read_samples(pool, file, out, &here);
    sf_close(file);
    return status;
}
#else
enum mote_status sound_read(struct pool *pool, const char *path, struct sound *out, const struct frame *at)
{
    struct frame here = {at, path, NULL, -1, NULL};

    (void)pool;
    *out = (struct sound){.n = 0};
    return fail(&here, MOTE_ERR_UNSUPPORTED,
                "this build reads no sound: libsndfile1-dev was missing when it was made (tools/setup.sh installs it)");
}
#endif
