/* SPDX-License-Identifier: Apache-2.0 */
/* Samples whose label looks wrong: those that are most like them have another one, all of them. */
#ifndef MOTE_DATA_SUSPECTS_H
#define MOTE_DATA_SUSPECTS_H

#include "host/data/dataset.h"

#define SUSPECTS_SHOWN     10
#define SUSPECTS_NEIGHBORS 7    /* that are asked */
#define SUSPECTS_KNOWN     0.75 /* of a class's samples have neighbors of it: else neighbors prove nothing */

struct suspects {
    int32_t n, looked_at; /* looked_at: samples that were compared; 0: there are too few, all of
                              one recording, or they have no labels */
    double agreement;     /* the share of them whose neighbors have mostly their label */
    struct suspect {
        int32_t sample, like; /* the class of its neighbors */
    } shown[SUSPECTS_SHOWN];  /* [n], but no more; the most striking first */
};

/* Compares samples with each other, by means over the parts of a sample (of series by each channel's mean, spread and
 * change instead, where these tell classes apart better), so that windows of one recording are no neighbors. At most
 * some 10^9 multiplications: of many samples, some at equal distances. The same on every machine. */
void dataset_suspects(const struct dataset *d, struct suspects *out);

#endif
