/* SPDX-License-Identifier: Apache-2.0 */
/* Samples that tests of training make: some columns of normal numbers, and a class that is drawn from probabilities
 * which a small network gives, so that a network that has learned them has a loss whose curvature is the Fisher
 * information. */
#ifndef TESTS_DRAWN_TABLE_H
#define TESTS_DRAWN_TABLE_H

#include "host/base/base.h"

enum { DRAWN_INPUTS = 8, DRAWN_SAMPLES = 600 };

/* A table with a header: label (0, 1, 2), then a, b, ... h. */
struct text drawn_table(struct pool *pool);

/* What says so to mote, of a drawn.csv beside it: a fifth each for validation and test. */
extern const char drawn_data[];

#endif
