/* SPDX-License-Identifier: Apache-2.0 */
/* Sound files, by libsndfile: WAV, FLAC, OGG and what else it reads, of any width of samples. */
#ifndef MOTE_SOUND_H
#define MOTE_SOUND_H

#include "host/base/base.h"

#define SOUND_SAMPLES_MAX ((int64_t)1 << 28)

struct sound {
    int32_t rate;     /* samples of a second */
    int32_t channels; /* in the file; of several, the first is there */
    int64_t n;
    int16_t *samples; /* [n]; floats beyond 1 saturate */
};

MUST_CHECK enum mote_status sound_read(struct pool *pool, const char *path, struct sound *out, const struct frame *at);

#endif
