/* SPDX-License-Identifier: Apache-2.0 */
/* What a network hears of a sound: a front end's features, frame after frame, computed by the device's code. */
#ifndef MOTE_JOBS_FEATURES_H
#define MOTE_JOBS_FEATURES_H

#include "host/data/sound.h"
#include "host/front_end/front_end.h"
#include "host/pipeline/pipeline.h"

struct features {
    struct sound sound;
    enum mote_type type;
    int32_t frames, channels;
    uint8_t *data; /* [frames][channels] of the type, little-endian */
};

/* From reset on: the first frame after a window of samples, then one each step. What is left at the end gives none. */
MUST_CHECK enum mote_status features_make(struct pool *pool, const struct front_end *f, const char *path,
                                          struct features *out, const struct frame *at);
/* Of a model with its front end inside; *f is what it has. From reset on, as its first inferences see the frames, none
 * twice. */
MUST_CHECK enum mote_status features_inside(struct pool *pool, const char *model, const char *path, struct front_end *f,
                                            struct features *out, const struct frame *at);
/* A model's file with the front end before it (front_end_before()). */
MUST_CHECK enum mote_status features_before(struct pool *pool, struct front_end *f, const char *path,
                                            struct pipeline *out, const struct frame *at);
/* Raw elements, or .npy by the name. */
MUST_CHECK enum mote_status features_write(struct pool *pool, const struct features *f, const char *path,
                                           const struct frame *at);
/* A PNG: time from left to right, low channels at the bottom, the largest feature white. */
MUST_CHECK enum mote_status features_picture(struct pool *pool, const struct features *f, const char *path,
                                             const struct frame *at);

#endif
