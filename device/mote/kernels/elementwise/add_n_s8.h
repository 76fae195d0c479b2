/* SPDX-License-Identifier: Apache-2.0 */
/* add_n_s8: out[i] = clamp(requant((in[0][i] + in[1][i] + … + zero) * 2^19) + out_zero, -128, 127)
 *
 *   in   [n][len]  int8
 *   out  [len]     int8; must not overlap in
 *
 * An element is a row. Exact: the bytes of the reference's AddN (docs/EXACT.md, "ADD_N"); the sum and what
 * becomes of it are modulo 2^32. No scratch. Cannot fail: the ranges and need_add_n_s8() hold. */
#ifndef MOTE_ADD_N_S8_H
#define MOTE_ADD_N_S8_H

#include "../../kernel.h"
#include "../shared/requant.h"

#define MOTE_ADD_N_S8_LEFT_SHIFT 19

#define MOTE_ADD_N_S8_PARAMS(F)                                                                                        \
    F(n, 1, INT32_MAX, "numbers that make one")                                                                        \
    F(len, 1, INT32_MAX, "elements of the output")                                                                     \
    F(zero, INT32_MIN, INT32_MAX, "added to the sum")                                                                  \
    F(out_mult, 0, INT32_MAX, "multiplier of the sum")                                                                 \
    F(out_shift, MOTE_SHIFT_MIN, MOTE_SHIFT_MAX, "shift of the sum")                                                   \
    F(out_zero, -128, 127, "output zero point")

#define MOTE_ADD_N_S8_ARGS(A)                                                                                          \
    A(in, S8, IN)                                                                                                      \
    A(out, S8, OUT)

#define MOTE_ADD_N_S8_ROWS(R)                                                                                          \
    R(in, NULL, MOTE_ALL_ROWS)                                                                                         \
    R(out, NULL, MOTE_EACH_ROW)

MOTE_PARAMS(add_n_s8, MOTE_ADD_N_S8_PARAMS)
MOTE_COST(add_n_s8, p->n + 2.0)
MOTE_ROWS(add_n_s8, MOTE_ADD_N_S8_ARGS, MOTE_ADD_N_S8_ROWS)

void mote_add_n_s8(const struct mote_add_n_s8 *p, const int8_t *in, int8_t *out, int32_t first, int32_t count);

#endif
