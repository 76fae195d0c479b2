/* SPDX-License-Identifier: Apache-2.0 */
/* What a model takes on a board, for a page: of `mote profile` about that one, of `mote report` about the main one. */
#ifndef MOTE_JOBS_LIFE_DEVICE_BOARD_H
#define MOTE_JOBS_LIFE_DEVICE_BOARD_H

#include "host/deploy/cost.h"
#include "host/report/life.h"

/* `cost` is the profile's. Without a rhythm in its usage the battery's curve goes over all of them; without a battery
 * it is of 220 mAh at 3 V. Text is in `pool`, the profile and the board. */
void life_device(struct pool *pool, const struct profile *profile, const struct cost *cost, struct life_board *out);

#endif
