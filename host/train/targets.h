/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers to predict (regression). A network learns them standardized: (target - mean) / deviation, both over the
 * samples for training. Afterwards its last layer, which is linear, takes that over, so that the model gives the
 * numbers themselves. */
#ifndef MOTE_TARGETS_H
#define MOTE_TARGETS_H

#include "host/data/dataset.h"

struct standard {
    double mean, deviation; /* deviation above 0: 1 where all targets are the same */
};

/* Of a data set with targets and a training split. */
struct standard standard_of(const struct dataset *d);
float standard_number(const struct standard *s, float target); /* what the network learns */
float standard_target(const struct standard *s, float number); /* and back */

/* Of a network that ends in a FULLY_CONNECTED with a bias, as network_build() makes one for a regression: its last
 * weights and biases become those of a model that gives targets, or again those of one that gives standardized numbers.
 * The new constants are in the model's pool. */
void standard_fold(struct model *m, const struct standard *s);
void standard_unfold(struct model *m, const struct standard *s);

#endif
