/* SPDX-License-Identifier: Apache-2.0 */
#include "host/data/sound.h"

#if MOTE_SOUND
#include <math.h>
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
    out->rate = out->from = info.samplerate;
    out->channels = info.channels;
    status = read_samples(pool, file, out, &here);
    sf_close(file);
    return status;
}

double sound_seconds(const char *path)
{
    SF_INFO info = {.format = 0};
    SNDFILE *file = sf_open(path, SFM_READ, &info);

    if (file == NULL)
        return 0;
    sf_close(file);
    return info.samplerate > 0 ? (double)info.frames / info.samplerate : 0;
}

/* ---- another rate ---- */
#if MOTE_RESAMPLE
#include <samplerate.h>

static int16_t nearest(float x)
{
    float y = x * 32768;

    return y >= 32767 ? 32767 : y <= -32768 ? -32768 : (int16_t)lrintf(y);
}

static enum mote_status convert(struct pool *pool, struct sound *s, int32_t rate, const struct frame *at)
{
    const double ratio = (double)rate / s->rate;
    const int64_t n = (int64_t)((double)s->n * ratio) + 1;
    struct pool scratch = {0};
    float *in = pool_array(&scratch, (size_t)s->n, sizeof *in), *out = pool_array(&scratch, (size_t)n, sizeof *out);
    SRC_DATA d = {
        .data_in = in, .data_out = out, .input_frames = (long)s->n, .output_frames = (long)n, .src_ratio = ratio};
    int status;

    for (int64_t i = 0; i < s->n; i++)
        in[i] = (float)s->samples[i] / 32768;
    status = src_simple(&d, SRC_SINC_BEST_QUALITY, 1);
    s->samples = pool_array(pool, (size_t)n, sizeof *s->samples);
    s->n = status == 0 ? d.output_frames_gen : 0;
    for (int64_t i = 0; i < s->n; i++)
        s->samples[i] = nearest(out[i]);
    s->rate = rate;
    pool_free(&scratch);
    return status == 0 ? MOTE_OK
                       : fail(at, MOTE_ERR_VALUE, "%d samples a second cannot be converted to %d: %s", s->from, rate,
                              src_strerror(status));
}
#else
static enum mote_status convert(struct pool *pool, struct sound *s, int32_t rate, const struct frame *at)
{
    (void)pool;
    return fail(at, MOTE_ERR_UNSUPPORTED,
                "has %d samples a second, %d are wanted, and this build converts none: libsamplerate0-dev was missing "
                "when it was made: install it, and build Mote again",
                s->rate, rate);
}
#endif

#define RATE_MIN 1000
#define RATE_MAX 400000

enum mote_status sound_read_at(struct pool *pool, const char *path, int32_t rate, struct sound *out,
                               const struct frame *at)
{
    struct frame here = {at, path, NULL, -1, NULL};

    TRY(sound_read(pool, path, out, at));
    if (out->rate == rate || out->n == 0)
        return MOTE_OK;
    if (out->rate < RATE_MIN || out->rate > RATE_MAX)
        return fail(&here, MOTE_ERR_VALUE, "has %d samples a second; %d to %d are converted", out->rate, RATE_MIN,
                    RATE_MAX);
    return convert(pool, out, rate, &here);
}
#else
double sound_seconds(const char *path)
{
    (void)path;
    return 0;
}

enum mote_status sound_read_at(struct pool *pool, const char *path, int32_t rate, struct sound *out,
                               const struct frame *at)
{
    (void)rate;
    return sound_read(pool, path, out, at);
}

enum mote_status sound_read(struct pool *pool, const char *path, struct sound *out, const struct frame *at)
{
    struct frame here = {at, path, NULL, -1, NULL};

    (void)pool;
    *out = (struct sound){.n = 0};
    return fail(&here, MOTE_ERR_UNSUPPORTED,
                "this build reads no sound: libsndfile1-dev was missing when it was made: install it, and build "
                "Mote again");
}
#endif

const char *sound_changes(struct pool *pool, const struct sound *s)
{
    struct text t = {.pool = pool};

    if (s->from != s->rate)
        text_add(&t, "%d samples a second, converted from %d", s->rate, s->from);
    if (s->channels > 1)
        text_add(&t, "%sthe first of %d channels", t.len > 0 ? "; " : "", s->channels);
    return t.s;
}

/* ---- writing ---- */
static void put(uint8_t **to, uint32_t x, int bytes)
{
    for (; bytes > 0; bytes--, x >>= 8)
        *(*to)++ = (uint8_t)x;
}

#define WAV_HEAD 44

static void put_text(uint8_t **to, const char *text)
{
    while (*text != '\0')
        *(*to)++ = (uint8_t)*text++;
}

enum mote_status sound_write(struct pool *pool, const char *path, const struct sound *s, const struct frame *at)
{
    const uint32_t bytes = (uint32_t)s->n * 2, rate = (uint32_t)s->rate;
    uint8_t *file, *to;

    assert(s->n >= 0 && s->n <= SOUND_SAMPLES_MAX);
    file = to = pool_alloc(pool, WAV_HEAD + bytes);
    put_text(&to, "RIFF");
    put(&to, WAV_HEAD - 8 + bytes, 4);
    put_text(&to, "WAVEfmt ");
    put(&to, 16, 4);          /* bytes of the format */
    put(&to, 1 | 1 << 16, 4); /* PCM, one channel */
    put(&to, rate, 4);
    put(&to, rate * 2, 4);
    put(&to, 2 | 16 << 16, 4); /* bytes, bits of a sample */
    put_text(&to, "data");
    put(&to, bytes, 4);
    for (int64_t i = 0; i < s->n; i++)
        put(&to, (uint16_t)s->samples[i], 2);
    return file_write(path, file, WAV_HEAD + bytes, at);
}
