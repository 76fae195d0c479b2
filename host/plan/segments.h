/* SPDX-License-Identifier: Apache-2.0 */
/* Where to cut the steps into runs that are walked depth first, and how many rows to compute at once: what a plan pays
 * for a smaller arena. */
#ifndef MOTE_SEGMENTS_H
#define MOTE_SEGMENTS_H

#include "host/plan/walk.h"

/* Steps from … to - 1. What is alive before or behind them is whole. */
struct segment {
    int32_t from, to;
    int32_t *at_once; /* [n_steps] rows, of its steps */
    int64_t peak;     /* bytes */
    double cost;      /* instructions, about */
};

struct segments {
    int32_t n;
    struct segment *all; /* in the order of steps */
};

#define SEGMENTS_MAX 4 /* choices */

/* The best choices as far as sums of what is alive say; returns how many. */
int32_t segments_choose(struct walk *w, struct segments out[SEGMENTS_MAX]);

/* What is left of a choice's worth when its arena is known: less is better. */
double segments_score(const struct plan *plan, int64_t arena, double cost);
/* Other numbers of rows to compute at once; 1 if there are no fewer. */
int32_t segments_fewer(int32_t rows);
int32_t segments_more(int32_t rows);
/* A step may compute so many at once. */
bool segments_allow(const struct plan *plan, int32_t step, int32_t rows);
double segments_cost(const struct segments *all);

#endif
