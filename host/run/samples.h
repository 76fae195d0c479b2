/* SPDX-License-Identifier: Apache-2.0 */
/* Sound as it comes: samples in pieces of any size, of which a model whose input they are takes as many at a time as it
 * wants. The same bytes come out whatever the pieces. */
#ifndef MOTE_SAMPLES_H
#define MOTE_SAMPLES_H

#include "host/run/runner.h"

struct samples {
    struct runner *runner;
    int16_t *held; /* [wanted] for the next inference, of which `n` are there */
    int64_t n, wanted;
    int64_t skip; /* that the first inference takes before the first sample, as 0 */
    int64_t kept; /* of an inference's that are the next one's, too */
};

/* Of a model that streams (docs/STREAMING.md) each call takes what is new. One with a whole input gets `advance` new
 * samples each time, of which an input's worth is kept, so that it must not keep a state of the frames that it sees
 * again. From reset on. */
MUST_CHECK enum mote_status samples_open(struct pool *pool, struct runner *runner, int64_t skip, int64_t advance,
                                         struct samples *out, const struct frame *at);
void samples_reset(struct samples *s);
/* Takes from *samples, of which there are *n, as many as the next outputs want. True: they are there, and what is left
 * in *samples is for the next call. False: all samples have been taken. */
bool samples_take(struct samples *s, const int16_t **samples, int64_t *n);

#endif
