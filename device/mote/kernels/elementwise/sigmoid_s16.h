/* SPDX-License-Identifier: Apache-2.0 */
/* sigmoid_s16: out = sigmoid(x), or tanh(x), of int16, by straight lines between the values of a table; unit 2^-15
 *
 *   in     [in_ring rows][len]   int16
 *   table  [256]                 uint16: the sigmoid at k / 24, 16 fraction bits
 *   out    [out_ring rows][len]  int16; may be the memory of in
 *
 * x, in units of 2^-12 / 3, is in * factor, shifted right by `shift` and rounded upwards where it is halfway. Exact:
 * the bytes of the reference's Logistic and Tanh of int16. No scratch. Cannot fail: the ranges and need_sigmoid_s16()
 * hold, and any table is safe. Cost: some 20 instructions an element. */
#ifndef MOTE_SIGMOID_S16_H
#define MOTE_SIGMOID_S16_H

#include "../../kernel.h"

#define MOTE_SIGMOID_S16_TABLE 256

#define MOTE_SIGMOID_S16_PARAMS(F)                                                                                     \
    F(rows, 1, INT32_MAX, "rows")                                                                                      \
    F(len, 1, INT32_MAX, "elements of a row")                                                                          \
    F(in_ring, 1, INT32_MAX, "input rows that the buffer holds")                                                       \
    F(out_ring, 1, INT32_MAX, "output rows that the buffer holds")                                                     \
    F(tanh, 0, 1, "1: the hyperbolic tangent; 0: the sigmoid")                                                         \
    F(factor, 0, 32767, "multiplier")                                                                                  \
    F(shift, 0, 31, "shift to the right")

#define MOTE_SIGMOID_S16_ARGS(A)                                                                                       \
    A(in, S16, IN)                                                                                                     \
    A(table, U16, WEIGHTS)                                                                                             \
    A(out, S16, OUT)

#define MOTE_SIGMOID_S16_ROWS(R)                                                                                       \
    R(in, &p->in_ring, MOTE_EACH_ROW)                                                                                  \
    R(out, &p->out_ring, MOTE_EACH_ROW)

MOTE_PARAMS(sigmoid_s16, MOTE_SIGMOID_S16_PARAMS)
MOTE_COST(sigmoid_s16, 4.0 * p->len)
MOTE_ROWS(sigmoid_s16, MOTE_SIGMOID_S16_ARGS, MOTE_SIGMOID_S16_ROWS)

void mote_sigmoid_s16(const struct mote_sigmoid_s16 *p, const int16_t *in, const MOTE_FLASH uint16_t *table,
                      int16_t *out, int32_t first, int32_t count);

#endif
