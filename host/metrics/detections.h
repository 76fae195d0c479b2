/* SPDX-License-Identifier: Apache-2.0 */
/* What a detector in a stream is worth: events against the words that were said. A hit is an event from a word's start
 * to HIT_TAIL after its end; events of one command within EVENT_GAP of the last one that counted are the same event; an
 * event that is no hit of any word is a false accept. */
#ifndef MOTE_DETECTIONS_H
#define MOTE_DETECTIONS_H

#include "host/base/base.h"

#define HIT_TAIL  1.0 /* seconds */
#define EVENT_GAP 1.0

struct said {
    double start, end; /* seconds */
    int32_t command;   /* -1: any */
};
struct event {
    double time; /* seconds: when it was known */
    int32_t command;
    uint8_t score;
};

struct detections {
    int32_t words, hits, misses, false_accepts;
    double seconds, latency; /* latency: the median of hits' time after the word's end, which may be below 0; NAN */
};
/* Both in the order of time. */
struct detections detections_of(struct pool *scratch, const struct said *said, int32_t n_said,
                                const struct event *events, int32_t n_events, double seconds);

/* A curve of detection errors: the fewest misses for each number of false accepts. */
struct det_point {
    int32_t false_accepts; /* ascending */
    double missed;         /* share, descending */
};
struct det {
    size_t n;
    struct det_point *points;
    double hours; /* of sound */
};

struct confidence {
    double low, high;
};
/* 95 %: of a rate, of which `count` were seen in one unit (Poisson, exact; of none the upper bound is one-sided); of a
 * share, part of whole (Wilson's), both NAN where whole is 0. */
struct confidence interval_of_count(int32_t count);
struct confidence interval_of_share(int32_t part, int32_t whole);

#endif
