/* SPDX-License-Identifier: Apache-2.0 */
/* A model's life as a job: the models of a folder, what each is worth on data and takes on a board, and all about the
 * smallest of them, for reports. */
#ifndef MOTE_JOBS_LIFE_BOARD_H
#define MOTE_JOBS_LIFE_BOARD_H

#include "host/deploy/cost.h"
#include "host/jobs/evaluate_board.h"
#include "host/report/html.h"

#define LIFE_REPORT "life.html" /* in the folder, unless the caller says otherwise */

struct life_options {
    const char *place;           /* a folder, or one model */
    const char *data;            /* the specification; NULL: none */
    const struct target *target; /* a board; NULL: none */
    const char *const *own;      /* C files of operators of the user's own, ended by NULL; NULL: none */
    bool via_c;
    struct usage usage; /* without a rhythm the battery's curve goes over all of them */
    bool estimate;      /* instructions from the kernels */
    enum coding coding;
    int32_t threads; /* 0: all cores */
    int64_t max_bytes;
    struct judge_options judge;
    const struct progress *progress; /* may be NULL */
};

/* One of the folder's models, as it was looked at. */
struct life_subject {
    const char *path;
    struct frame file;
    struct pipeline here, there; /* for this machine, for the board */
    struct evaluate_options options, board_options;
    struct evaluated evaluated;
    struct measure measure;
    struct profile profile;
    struct cost cost;
    int64_t weights, arena; /* bytes */
    bool integers;          /* most of the weights are integers */
};

struct life_job {
    struct pool *pool;
    const struct life_options *options;
    const struct frame *at;
    struct life_subject *subjects; /* [n] */
    int32_t n;
    const char *history; /* the file; NULL: none */
    struct history rows;
    struct life_data data;
    struct life_models models;
    struct life_board board;
    struct html_report page;
};

/* All of it but the file. `options` must outlive the result. */
MUST_CHECK enum mote_status life_run(struct pool *pool, const struct life_options *options, struct life_job *out,
                                     const struct frame *at);

#endif
