/* SPDX-License-Identifier: Apache-2.0 */
/* The search for the price of a bit that meets a budget of bytes, or a drop of accuracy: each price that is tried is a
 * training, and a point of the curve between both. Bytes and accuracy fall with the price. */
#ifndef MOTE_JOBS_PRICE_H
#define MOTE_JOBS_PRICE_H

#include "host/base/base.h"

#define PRICE_POINTS 7 /* trainings at most */

struct price_point {
    float price;
    int64_t kept, bytes;
    double accuracy, loss; /* NAN: not known */
};

struct price_search {
    int64_t budget;        /* the best network of so many bytes; 0: the smallest with the accuracy below */
    double least_accuracy; /* NAN: a budget */
    struct price_point points[PRICE_POINTS];
    int32_t n;
};

/* The price to try next, or 0 if that is enough. The first is the caller's. */
float price_next(const struct price_search *s, float first);

/* Does the point do with what is asked for? */
bool price_does(const struct price_search *s, const struct price_point *p);

/* Which point is taken: of those that do the best within a budget, the smallest within a drop; of none the nearest. */
int32_t price_choose(const struct price_search *s);

#endif
