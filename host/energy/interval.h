/* SPDX-License-Identifier: Apache-2.0 */
/* A figure that is not known exactly: what it is likely to be, and between what it lies in 90 of 100 cases, about. All
 * are positive or 0. */
#ifndef MOTE_INTERVAL_H
#define MOTE_INTERVAL_H

struct interval {
    double value, low, high;
};

struct interval interval_exact(double value);
/* From value / e^width to value * e^width. */
struct interval interval_about(double value, double width);
/* Factors are wrong independently of each other: widths add up as squares. */
struct interval interval_times(struct interval a, struct interval b);
struct interval interval_scaled(struct interval a, double factor);
/* Summands may well be wrong together: ends add up. */
struct interval interval_plus(struct interval a, struct interval b);
/* 1 / a; nothing of a may be 0. */
struct interval interval_inverse(struct interval a);
/* Half of its length, of its value. */
double interval_half_width(struct interval a);

#endif
