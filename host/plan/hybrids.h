/* SPDX-License-Identifier: Apache-2.0 */
/* Whether floats are integers of 8 bits times a scale, as the stage `hybrids` asks. */
#ifndef MOTE_HYBRIDS_H
#define MOTE_HYBRIDS_H

#include <stdbool.h>
#include <stdint.h>

/* Of n weights, `step` apart: a positive scale and integers, where the weights are, with weights[i] = scale * integer,
 * the product rounded to float, to the bit. False if there are none. NaN and infinities are no such products, nor
 * is -0. */
bool hybrid_scale(const float *weights, int64_t n, int64_t step, float *scale, int8_t *integers);

#endif
