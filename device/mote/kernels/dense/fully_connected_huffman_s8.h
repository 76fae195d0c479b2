/* SPDX-License-Identifier: Apache-2.0 */
/* fully_connected_huffman_s8: fully_connected_s8 with weights of zero point 0 that are stored coded, and decoded while
 * they are summed:
 *   out[r][o] = clamp(requant(bias[o] + sum_i (in[r][i] - in_zero) * weights[o][i]) + out_zero)
 *
 *   in       [rows][in_len]  int8, zero point in_zero
 *   coded    [coded_bytes]   the weights [out_c][in_len], int8, as docs/SPEC.md says under "Codings": two codes (gaps
 *            and levels), a bit for each input that has a weight where not all have, and the stream
 *   bias     [out_c]  of bias_bytes bytes each, the most significant first: signed, times 2^bias_shift
 *   mult     [1 or out_c]  int32, shift [1 or out_c] int8: requantization (requant.h); one for all if per_channel is 0
 *   out      [rows][out_c]   int8; must not overlap in
 *   tables   scratch: 2^gap_bits + 2^level_bits entries of what each code says, then the inputs that have a weight;
 *            if out overlaps the entries, as no planner has it, nothing is written to out
 *
 * A row is one of the batch; each decodes all weights, each call makes the tables. Exact: the same bytes as
 * fully_connected_s8 with the decoded weights (docs/EXACT.md). Sums are 32 bits modulo 2^32. Cannot fail: the ranges,
 * need_ and trust_fully_connected_huffman_s8() hold, which walk through the whole stream.
 * Cost: a multiply-accumulate a weight that is not 0. */
#ifndef MOTE_FULLY_CONNECTED_HUFFMAN_S8_H
#define MOTE_FULLY_CONNECTED_HUFFMAN_S8_H

#include "../shared/huffman.h"

#define MOTE_FULLY_CONNECTED_HUFFMAN_S8_PARAMS(F)                                                                      \
    F(rows, 1, INT32_MAX, "batch")                                                                                     \
    F(in_len, 1, INT32_MAX, "inputs")                                                                                  \
    F(out_c, 1, INT32_MAX, "outputs")                                                                                  \
    F(columns, 1, INT32_MAX, "inputs that have a weight")                                                              \
    F(coded_bytes, 1, 1 << 28, "bytes of the coded weights")                                                           \
    F(gap_bits, 0, MOTE_HUFFMAN_BITS_MAX, "the longest code of a gap; 0: none, all weights have a level")              \
    F(level_bits, 1, MOTE_HUFFMAN_BITS_MAX, "the longest code of a level")                                             \
    F(count_bits, 1, 16, "bits of a row's count of weights")                                                           \
    F(bias_bytes, 1, 4, "bytes of a bias")                                                                             \
    F(bias_shift, 0, 31, "biases are multiples of 2^bias_shift")                                                       \
    F(in_zero, -128, 127, "input zero point")                                                                          \
    F(out_zero, -128, 127, "output zero point")                                                                        \
    F(lo, -128, 127, "smallest output")                                                                                \
    F(hi, -128, 127, "largest output")                                                                                 \
    F(per_channel, 0, 1, "1: mult and shift have out_c elements; 0: one")

#define MOTE_FULLY_CONNECTED_HUFFMAN_S8_ARGS(A)                                                                        \
    A(in, S8, IN)                                                                                                      \
    A(coded, U8, CONST)                                                                                                \
    A(bias, U8, WEIGHTS)                                                                                               \
    A(mult, S32, WEIGHTS)                                                                                              \
    A(shift, S8, CONST)                                                                                                \
    A(out, S8, OUT)                                                                                                    \
    A(tables, S16, SCRATCH)

#define MOTE_FULLY_CONNECTED_HUFFMAN_S8_ROWS(R)                                                                        \
    R(in, NULL, MOTE_EACH_ROW)                                                                                         \
    R(out, NULL, MOTE_EACH_ROW)

MOTE_PARAMS(fully_connected_huffman_s8, MOTE_FULLY_CONNECTED_HUFFMAN_S8_PARAMS)
MOTE_COST(fully_connected_huffman_s8, 1.5 * p->coded_bytes + (double)p->in_len + 4.0 * p->out_c + 100)
MOTE_ROWS(fully_connected_huffman_s8, MOTE_FULLY_CONNECTED_HUFFMAN_S8_ARGS, MOTE_FULLY_CONNECTED_HUFFMAN_S8_ROWS)

void mote_fully_connected_huffman_s8(const struct mote_fully_connected_huffman_s8 *p, const int8_t *in,
                                     const MOTE_FLASH uint8_t *coded, const MOTE_FLASH uint8_t *bias,
                                     const MOTE_FLASH int32_t *mult, const MOTE_FLASH int8_t *shift, int8_t *out,
                                     int16_t *tables, int32_t first, int32_t count);

/* Bytes of the entries of what codes say, before the inputs in `tables`. */
static inline uint32_t mote_fully_connected_huffman_s8_entries(const struct mote_fully_connected_huffman_s8 *p)
{
    return 2 * mote_huffman_entries(p->gap_bits) + (2u << p->level_bits);
}

#endif
