/* SPDX-License-Identifier: Apache-2.0 */
/* Which samples of a data set a model is calibrated on, and which it is tested on. */
#ifndef MOTE_JOBS_PARTS_H
#define MOTE_JOBS_PARTS_H

#include "host/data/dataset.h"
#include "host/quantize/calibrate.h"

#define PARTS_SAMPLES 200 /* to calibrate on, unless the caller says otherwise */

struct parts_options {
    int32_t samples;                 /* to calibrate on, at most; 0: PARTS_SAMPLES */
    int32_t limit;                   /* of the samples of the test; 0: all */
    int32_t threads;                 /* 0: all cores */
    const struct progress *progress; /* may be NULL */
};

/* Sample i is index[i] of the data. */
struct part {
    const struct parts *all;
    const int32_t *index;
    struct samples samples;
};

struct parts {
    struct pool *pool;
    const struct dataset *data;
    const struct preprocess *preprocess; /* the model's */
    struct part calibration, test;
    bool tests_seen;  /* there are no samples but those of the calibration */
    const char *kind; /* of the samples of the test: "test", "other" */
};

/* Calibration wants training data, the test what it has not seen: of data without splits the others. `known`: the
 * splits are the model's. `out` must stay where it is, and data and preprocessing be there when samples are read. */
MUST_CHECK enum mote_status parts_choose(struct pool *pool, const struct parts_options *how, const struct dataset *data,
                                         const struct preprocess *preprocess, bool known, struct parts *out,
                                         const struct frame *at);

#endif
