/* SPDX-License-Identifier: Apache-2.0 */
/* A network that hears, in a stream: samples → front end → network → posterior → events. The network is a model of a
 * window of frames, or one that keeps its own history (docs/STREAMING.md) and takes some frames an inference. */
#ifndef MOTE_JOBS_LISTEN_H
#define MOTE_JOBS_LISTEN_H

#include "host/data/sound.h"
#include "host/hear/hear.h"
#include "host/metrics/detections.h"
#include "mote/posterior.h"

#define LISTEN_UNSAID (-1)

/* What nobody says here is as the model, the manifest, or docs/WAKE_WORDS.md has it. */
struct listen_options {
    const char *preset; /* NULL: unsaid */
    struct front_end_wish wish;
    int32_t every;                       /* frames from one inference of a window to the next; 0: 1 */
    int32_t kind;                        /* enum mote_posterior_kind, or LISTEN_UNSAID, as the others: */
    double threshold;                    /* 0 to 1 */
    int32_t window, minimum;             /* inferences */
    int32_t suppression, suppression_ms; /* inferences; unsaid: milliseconds */
    const char *const *names;            /* [n_names] of the classes, where the model has none */
    int32_t n_names;
};

struct listener {
    struct hearing ear;
    struct runner network;
    struct mote_io input, output; /* of the network */
    struct mote_preprocess how;
    const char *const *names; /* [classes] */
    int32_t rows, fresh;      /* frames of the input, and those of them that are new each inference */
    struct mote_posterior posterior;
    double pace; /* seconds from one inference to the next */
};

/* `path`: a model or a manifest. */
MUST_CHECK enum mote_status listener_open(struct pool *pool, const char *path, const struct listen_options *options,
                                          struct listener *out, const struct frame *at);

struct listened {
    double seconds;      /* of the sound, without the silence around it */
    double lead;         /* seconds of silence before it and, as many, after it */
    int32_t n, n_events; /* inferences */
    double *times;       /* [n] seconds of the sound, when each was known */
    uint8_t *scores;     /* [n][classes] */
    struct event *events;
};

/* From reset on. `lead` seconds of silence are put before and after the sound, so that a word at its ends is heard,
 * too; below 0: a second, or as long as the posterior hears nothing after a reset. */
MUST_CHECK enum mote_status listener_hear(struct pool *pool, struct listener *l, const struct sound *sound, double lead,
                                          struct listened *out, const struct progress *progress,
                                          const struct frame *at);
/* The events of these scores by another posterior of the same classes. */
void listened_again(struct pool *pool, const struct mote_posterior *how, struct listened *x);

#endif
