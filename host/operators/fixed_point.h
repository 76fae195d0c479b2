/* SPDX-License-Identifier: Apache-2.0 */
/* The reference's functions in fixed point, with the rounding of each of their steps (docs/EXACT.md, "SOFTMAX" and
 * "LOGISTIC and TANH"). They are for tables that the host makes. */
#ifndef MOTE_OPERATORS_FIXED_POINT_H
#define MOTE_OPERATORS_FIXED_POINT_H

#include <stdint.h>

/* exp(a) with 31 fraction bits, for a <= 0 with `integer_bits` (4 or 5) before 31 - integer_bits fraction bits. */
int32_t fixed_exp(int32_t a, int integer_bits);
/* Of a with 4 integer bits, the result with 31 fraction bits. */
int32_t fixed_logistic(int32_t a);
int32_t fixed_tanh(int32_t a);

#endif
