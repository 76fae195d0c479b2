/* SPDX-License-Identifier: Apache-2.0 */
/* A figure that is not known exactly: what it is likely to be, and between what it lies in 90 of 100 cases, about. All
 * are positive or 0. */
#ifndef MOTE_RANGE_H
#define MOTE_RANGE_H

struct range {
    double value, low, high;
};

struct range range_exact(double value);
/* From value / e^width to value * e^width. */
struct range range_about(double value, double width);
/* Factors are wrong independently of each other: widths add up as squares. */
struct range range_times(struct range a, struct range b);
struct range range_scaled(struct range a, double factor);
/* Summands may well be wrong together: ends add up. */
struct range range_plus(struct range a, struct range b);
/* 1 / a; nothing of a may be 0. */
struct range range_inverse(struct range a);
/* Half of its length, of its value. */
double range_half_width(struct range a);

#endif
