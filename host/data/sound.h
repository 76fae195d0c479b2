/* SPDX-License-Identifier: Apache-2.0 */
/* Sound files, by libsndfile: WAV, FLAC, OGG and what else it reads, of any width of samples; of any rate, by
 * libsamplerate. */
#ifndef MOTE_SOUND_H
#define MOTE_SOUND_H

#include "host/base/base.h"

#define SOUND_SAMPLES_MAX ((int64_t)1 << 28)

struct sound {
    int32_t rate;     /* samples of a second */
    int32_t from;     /* of the file; another one: the sound was converted */
    int32_t channels; /* in the file; of several, the first is there */
    int64_t n;
    int16_t *samples; /* [n]; floats beyond 1 saturate */
};

MUST_CHECK enum mote_status sound_read(struct pool *pool, const char *path, struct sound *out, const struct frame *at);
/* The same at so many samples a second: others are converted by libsamplerate (its best sinc); `rate` is then this one,
 * `from` the file's. */
MUST_CHECK enum mote_status sound_read_at(struct pool *pool, const char *path, int32_t rate, struct sound *out,
                                          const struct frame *at);
/* How long it is, by its header; 0: it cannot be read. */
double sound_seconds(const char *path);
/* "16000 Hz, converted from 44100; the first of 2 channels"; NULL: it is as the file has it. */
const char *sound_changes(struct pool *pool, const struct sound *s);
/* A WAV of int16, one channel. */
MUST_CHECK enum mote_status sound_write(struct pool *pool, const char *path, const struct sound *s,
                                        const struct frame *at);

#endif
