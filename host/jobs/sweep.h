/* SPDX-License-Identifier: Apache-2.0 */
/* What a sound that was listened to is worth at all thresholds, and the one to keep. */
#ifndef MOTE_JOBS_SWEEP_H
#define MOTE_JOBS_SWEEP_H

#include "host/jobs/listen.h"
#include "host/jobs/truth.h"

#define THRESHOLDS 256

struct sweep {
    struct detections at[THRESHOLDS];
};
struct sweep sweep_make(const struct mote_posterior *how, const struct listened *heard, const struct truth *truth);
/* Of the thresholds with at most `per_hour` false accepts an hour (infinite: any) the largest that misses at most
 * `missed` of the words, a share; below 0: as few as any of them. */
struct sweep_limits {
    double per_hour, missed;
};
MUST_CHECK enum mote_status sweep_choose(const struct sweep *s, const struct sweep_limits *limits, int32_t *threshold,
                                         const struct frame *at);
/* For each number of false accepts the fewest misses, from none on. */
struct det sweep_curve(struct pool *pool, const struct sweep *s);

/* The model of `path` (a model or a manifest) as a graph file that knows how `listens`, made of it, hears, with this
 * threshold; `out` may be `path`. */
MUST_CHECK enum mote_status listening_keep(struct pool *pool, const char *path, const struct model *listens,
                                           int32_t threshold, const char *out, const struct frame *at);

#endif
