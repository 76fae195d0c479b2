/* SPDX-License-Identifier: Apache-2.0 */
/* Powers, of floats and of int32. (power.c) */
#ifndef MOTE_POWER_H
#define MOTE_POWER_H

#include "host/import/build.h"

/* x to the power of y; of a y that is constant by as few operators as do. */
int32_t power(struct build *r, int32_t x, int32_t y);

/* The same of int32, modulo 2^32; y is not negative, which is refused where it is constant. Where it is not one
 * constant, a y of 64 and more is right of an x of -1, 0 and 1 alone. */
int32_t power_s32(struct build *r, int32_t x, int32_t y);

#endif
