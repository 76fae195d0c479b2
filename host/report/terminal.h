/* SPDX-License-Identifier: Apache-2.0 */
/* Training and its results as text for people: the matrix, the classes, an epoch's progress and its line. */
#ifndef MOTE_TERMINAL_H
#define MOTE_TERMINAL_H

#include "host/report/history.h"
#include "host/metrics/metrics.h"

#define MATRIX_MAX 32 /* classes of a matrix that is still readable as text */
/* Rows are labels, columns predictions; a dot is a zero. Of more than MATRIX_MAX classes it only says so. */
void print_confusion(const struct confusion *c, struct pool *pool, FILE *to);
/* A line a class: samples, precision, recall, F1; and the means. */
void print_class_metrics(const struct confusion *c, struct pool *pool, FILE *to);

/* "12.5 s", "3 min 20 s", "2 h 05 min"; "?" for what is no time. */
const char *duration_text(double seconds, char out[32]);

#define LINE_SIZE 256

/* Progress within an epoch. */
struct epoch_progress {
    int32_t epoch, epochs; /* this one, from 1, and the last one */
    int64_t done, total;   /* steps of this epoch */
    double loss, accuracy; /* means so far; NAN: not known */
    double seconds;        /* since the epoch began */
    double shown;          /* when the line was last written; 0 at first. Used by epoch_progress_show() */
};
/* "epoch  3/20 [####......]  40 %  loss 0.4321  accuracy 91.25 %  3 min 20 s left" */
const char *epoch_progress_text(const struct epoch_progress *p, char out[LINE_SIZE]);
/* Writes the line over the last one if `to` is a terminal, at most ten times a second. */
void epoch_progress_show(struct epoch_progress *p, FILE *to);
void epoch_progress_remove(struct epoch_progress *p, FILE *to); /* before anything else is written */

/* The line that stays: "epoch  3/20  loss 0.4321  accuracy 91.25 %  validation 0.4411  90.80 %  rate 0.001  12.5 s".
 * What is NAN is left out; a regression has "MAE 3.2  R2 0.71" in place of accuracies. `width`: columns; where there
 * are fewer than 100 the rate and the word "accuracy" are left out, and what it took where that is still too wide. */
const char *epoch_line(const struct history_row *row, int32_t epochs, int width, char out[LINE_SIZE]);

#endif
