/* SPDX-License-Identifier: Apache-2.0 */
/* The history of a training: a row an epoch, in a file of JSON lines.
 *
 *   {"epoch": 3, "rate": 0.001, "train_loss": 0.41, "train_accuracy": 0.86, "validation_loss": 0.44,
 *    "validation_accuracy": 0.85, "seconds": 12.5, "samples_per_second": 4800}            (one line)
 *
 * "threads", "batch" and "seed" are there where they are known. A regression has "validation_mae",
 * "validation_rmse" and "validation_r2" besides, and no accuracy.
 * Numbers have 9 significant digits; null is what is not known, NAN here. The file is replaced whole with every row
 * (file_write), so that a killed run leaves whole lines. A last line that some other writer left unfinished is passed
 * over; other keys are, too. */
#ifndef MOTE_HISTORY_H
#define MOTE_HISTORY_H

#include "host/base/base.h"

struct history_row {
    int32_t epoch;                                                           /* from 1 */
    double rate;                                                             /* learning rate at the epoch's end */
    double train_loss, train_accuracy, validation_loss, validation_accuracy; /* accuracies 0 to 1 */
    double seconds, samples_per_second;
    double validation_mae, validation_rmse, validation_r2; /* of a regression */
    double threads, batch, seed; /* that it was computed with; NAN: not known, or a seed of more than 9 digits */
};

struct history {
    struct pool *pool;
    const char *path;
    struct history_row *rows; /* [n], epochs ascending */
    size_t n;
};

/* The rows of a file. A line that is no row, or not after the one before, is an error that names the line. */
MUST_CHECK enum mote_status history_read(struct pool *pool, const char *path, struct history *out,
                                         const struct frame *at);
/* For a training that continues after `last_epoch`: the file's rows up to that one; later ones go with the next
 * history_add(). With last_epoch 0, or if there is no file, none. */
MUST_CHECK enum mote_status history_open(struct pool *pool, const char *path, int32_t last_epoch, struct history *out,
                                         const struct frame *at);
/* Adds a row, whose epoch is after all others', and writes the file. The row's numbers are those that the file has, so
 * that nothing tells a history that was read from one that was not. */
MUST_CHECK enum mote_status history_add(struct history *h, const struct history_row *row, const struct frame *at);
/* The row with the smallest validation loss, or if there is none the smallest training loss; the first of equals. NULL
 * if there is neither. */
const struct history_row *history_best(const struct history *h);

#endif
