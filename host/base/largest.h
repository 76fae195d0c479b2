/* SPDX-License-Identifier: Apache-2.0 */
/* The largest of scores that come one after the other. NaN is never the largest; of equals it is the first. */
#ifndef MOTE_LARGEST_H
#define MOTE_LARGEST_H

#include "host/base/base.h"

struct largest {
    int32_t index; /* 0 as long as there is none */
    double score;
    bool any;
};

static inline void largest_see(struct largest *l, int32_t index, double score)
{
    if (score != score || (l->any && score <= l->score))
        return;
    *l = (struct largest){index, score, true};
}

#endif
