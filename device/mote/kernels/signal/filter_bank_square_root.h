/* SPDX-License-Identifier: Apache-2.0 */
/* filter_bank_square_root: out[r][c] = the square root of in[r][c], rounded to the nearest, / 2^bits[r], rounded down
 *
 *   in    [in_ring rows][len]   uint64, at a multiple of 4
 *   bits  [bits_ring rows]      int32, modulo 32
 *   out   [out_ring rows][len]  uint32; must not overlap in
 *
 * The root of what is below 2^32 is at most 65535. A row is a frame. Exact: the reference's FilterbankSqrt. No scratch.
 * Cannot fail: the ranges and need_filter_bank_square_root() hold.
 * Cost: on a Cortex-M4 some 130 instructions a channel. */
#ifndef MOTE_FILTER_BANK_SQUARE_ROOT_H
#define MOTE_FILTER_BANK_SQUARE_ROOT_H

#include "../../kernel.h"

#define MOTE_FILTER_BANK_SQUARE_ROOT_PARAMS(F)                                                                         \
    F(rows, 1, INT32_MAX, "frames")                                                                                    \
    F(len, 1, INT32_MAX, "channels")                                                                                   \
    F(in_ring, 1, INT32_MAX, "input rows that the buffer holds")                                                       \
    F(bits_ring, 1, INT32_MAX, "rows of bits that the buffer holds")                                                   \
    F(out_ring, 1, INT32_MAX, "output rows that the buffer holds")

#define MOTE_FILTER_BANK_SQUARE_ROOT_ARGS(A)                                                                           \
    A(in, U64, IN)                                                                                                     \
    A(bits, S32, IN)                                                                                                   \
    A(out, U32, OUT)

#define MOTE_FILTER_BANK_SQUARE_ROOT_ROWS(R)                                                                           \
    R(in, &p->in_ring, MOTE_EACH_ROW)                                                                                  \
    R(bits, &p->bits_ring, MOTE_EACH_ROW)                                                                              \
    R(out, &p->out_ring, MOTE_EACH_ROW)

MOTE_PARAMS(filter_bank_square_root, MOTE_FILTER_BANK_SQUARE_ROOT_PARAMS)
MOTE_COST(filter_bank_square_root, 15.0 * p->len)
MOTE_ROWS(filter_bank_square_root, MOTE_FILTER_BANK_SQUARE_ROOT_ARGS, MOTE_FILTER_BANK_SQUARE_ROOT_ROWS)

void mote_filter_bank_square_root(const struct mote_filter_bank_square_root *p, const uint64_t *in, const int32_t *bits,
                                  uint32_t *out, int32_t first, int32_t count);

#endif
