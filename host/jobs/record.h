/* SPDX-License-Identifier: Apache-2.0 */
/* A recording of a sensor: lines of numbers that a board sends become a file in the layout that data sets have. */
#ifndef MOTE_JOBS_RECORD_H
#define MOTE_JOBS_RECORD_H

#include "host/base/base.h"

#define RECORD_COLUMNS_MAX 64
#define RECORD_SECONDS     10
#define RECORD_BAUD        115200
#define RECORD_SILENCE_MS  5000 /* without a line: nothing is sent, or not as is listened to */

struct record_options {
    const char *port;                        /* a serial line, a pty or a pipe */
    const char *columns[RECORD_COLUMNS_MAX]; /* [n] their names, in the order of a line's numbers */
    int32_t n;
    const char *label;  /* the class: a folder's name */
    const char *folder; /* gets label/0001.csv, or the next number */
    int64_t baud, seconds;
};

struct recorded {
    const char *path;
    int32_t rows,
        skipped;    /* skipped: lines that are not `n` numbers; the first one, which may have begun before, is none */
    double seconds; /* from the first row to the last one */
};

/* Reads the port for so many seconds from the first row on, or until it ends. */
MUST_CHECK enum mote_status record_run(struct pool *pool, const struct record_options *options, struct recorded *out,
                                       const struct frame *at);

#endif
