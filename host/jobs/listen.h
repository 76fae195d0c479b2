/* SPDX-License-Identifier: Apache-2.0 */
/* Listening to a sound on this machine: a model that was made to listen (listening.h) gets its samples, by the code
 * that listens on a device (mote/listen.h), and what it says is kept. */
#ifndef MOTE_JOBS_LISTEN_H
#define MOTE_JOBS_LISTEN_H

#include "host/data/sound.h"
#include "host/jobs/listening.h"
#include "host/metrics/detections.h"
#include "host/run/runner.h"

struct listener {
    struct runner runner;
    struct mote_ear ear;
    const char *const *names; /* [classes] */
    struct mote_posterior posterior;
    int32_t rate; /* samples a second */
    double pace;  /* seconds from one inference to the next */
};

/* Of a compiled pipeline of listening_load(), or of an image that listens. */
MUST_CHECK enum mote_status listener_open(struct pool *pool, const struct pipeline *p, struct listener *out,
                                          const struct frame *file);

struct listened {
    double seconds;      /* of the sound, without the silence around it */
    double lead;         /* seconds of silence before it and, as many, after it */
    int32_t n, n_events; /* inferences, those counted while a gate was closed among them */
    int32_t n_closed;    /* of n: the gate was closed */
    double *times;       /* [n] seconds of the sound, when each was known */
    uint8_t *scores;     /* [n][classes] */
    struct event *events;
};

/* From reset on. `lead` seconds of silence are put before and after the sound, so that a word at its ends is heard,
 * too; below 0: a second, or as long as the posterior hears nothing after a reset, in whole inferences. */
MUST_CHECK enum mote_status listener_hear(struct pool *pool, struct listener *l, const struct sound *sound, double lead,
                                          struct listened *out, const struct progress *progress,
                                          const struct frame *at);
/* The sound with so many samples of silence before and after it. */
int16_t *listen_samples(struct pool *pool, const struct sound *s, int64_t silence);
/* The events of these scores by another posterior of the same classes. */
void listened_again(struct pool *pool, const struct mote_posterior *how, struct listened *x);

#endif
