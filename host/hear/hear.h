/* SPDX-License-Identifier: Apache-2.0 */
/* A front end that hears: samples become frames of features, by the device's own code. Training, `features` and
 * `listen` hear through this alone. */
#ifndef MOTE_HEAR_H
#define MOTE_HEAR_H

#include "host/front_end/front_end.h"
#include "host/run/runner.h"

struct hearing {
    struct front_end front_end;
    struct bytes image; /* of the front end: who wants a second ear opens it again */
    struct runner runner;
    int16_t *frame;      /* [lead + window] where a frame wants the sample before it, of the frame that comes */
    enum mote_type type; /* of a feature */
    int32_t channels;    /* features of a frame */
    size_t bytes;        /* of a frame */
};

/* Of a front end that knows no more of a sound than a frame: `peak` is refused. */
MUST_CHECK enum mote_status hearing_open(struct pool *pool, const struct front_end *f, struct hearing *out,
                                         const struct frame *at);
/* One more ear of the same front end, for another thread. */
MUST_CHECK enum mote_status hearing_again(struct pool *pool, const struct hearing *h, struct hearing *out,
                                          const struct frame *at);

/* Of so many samples: the first after a window, then one each step. */
int64_t hearing_frames(const struct front_end *f, int64_t samples);
void hearing_reset(struct hearing *h);
/* Frame after frame, each a step on: `samples` are a window's, `out` gets `bytes`. */
void hearing_frame(struct hearing *h, const int16_t *samples, uint8_t *out);
/* From reset on, all frames of n samples. */
void hearing_all(struct hearing *h, const int16_t *samples, int64_t n, uint8_t *out);

#endif
