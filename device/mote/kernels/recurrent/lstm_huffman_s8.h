/* SPDX-License-Identifier: Apache-2.0 */
/* lstm_huffman_s8: lstm_s8 with weights that are stored coded, and decoded in each step while they are summed.
 *
 *   x, table, hidden, cell, out  as those of lstm_s8
 *   x_coded   [x_coded_bytes]  the weights [units][4][in_len], int8, as docs/SPEC.md says under "Codings": row
 *             4 * u + g is unit u's gate g, of i, f, c, o. Two codes (gaps and levels), a bit for each input that has a
 *             weight where not all have, and the stream
 *   h_coded   [h_coded_bytes]  the recurrent weights [units][4][units], alike
 *   bias      [units][4]  of bias_bytes bytes each, the most significant first: signed, times 2^bias_shift; of the x
 *             products. Zero points are not folded in: x's is in_zero, h's out_zero. The h products have no other bias
 *   mult      [2][4] int32, shift [2][4] int8: requantization of the products (requant.h)
 *   tables    scratch: 2^gap_bits + 2^level_bits entries of what each code says, of x's weights and then of h's; then
 *             the inputs that have a weight, where not all have: of x, then of h. If out, hidden or cell overlap the
 *             entries, as no planner has it, nothing is written to them
 *
 * The rows of a batch entry must be computed in order, each once. A run leaves the last step in hidden and cell; each
 * call makes the tables. Exact: the same bytes as lstm_s8 with the decoded weights (docs/EXACT.md). Sums are modulo
 * 2^32. Cannot fail: the ranges, need_lstm_huffman_s8() and trust_lstm_huffman_s8() hold, which walk through both
 * streams.
 * Cost: a multiply-accumulate a row and weight that is not 0. */
#ifndef MOTE_LSTM_HUFFMAN_S8_H
#define MOTE_LSTM_HUFFMAN_S8_H

#include "lstm_s8.h"

#include "../shared/huffman.h"

#define MOTE_LSTM_HUFFMAN_S8_PARAMS(F)                                                                                 \
    MOTE_LSTM_S8_PARAMS(F)                                                                                             \
    F(x_columns, 1, MOTE_DIM_MAX, "elements of x that have a weight")                                                  \
    F(x_coded_bytes, 1, INT32_C(1) << 28, "bytes of the coded weights of x")                                           \
    F(x_gap_bits, 0, MOTE_HUFFMAN_BITS_MAX, "the longest code of a gap; 0: none, all weights have a level")            \
    F(x_level_bits, 1, MOTE_HUFFMAN_BITS_MAX, "the longest code of a level")                                           \
    F(x_count_bits, 1, 16, "bits of a row's count of weights")                                                         \
    F(h_columns, 1, MOTE_DIM_MAX, "elements of h that have a weight")                                                  \
    F(h_coded_bytes, 1, INT32_C(1) << 28, "bytes of the coded weights of h")                                           \
    F(h_gap_bits, 0, MOTE_HUFFMAN_BITS_MAX, "the longest code of a gap; 0: none, all weights have a level")            \
    F(h_level_bits, 1, MOTE_HUFFMAN_BITS_MAX, "the longest code of a level")                                           \
    F(h_count_bits, 1, 16, "bits of a row's count of weights")                                                         \
    F(bias_bytes, 1, 4, "bytes of a bias")                                                                             \
    F(bias_shift, 0, 31, "biases are multiples of 2^bias_shift")                                                       \
    F(in_zero, -128, 127, "zero point of x")

#define MOTE_LSTM_HUFFMAN_S8_ARGS(A)                                                                                   \
    A(x, S8, IN)                                                                                                       \
    A(x_coded, U8, CONST)                                                                                              \
    A(h_coded, U8, CONST)                                                                                              \
    A(bias, U8, WEIGHTS)                                                                                               \
    A(mult, S32, WEIGHTS)                                                                                              \
    A(shift, S8, CONST)                                                                                                \
    A(table, U16, WEIGHTS)                                                                                             \
    A(hidden, S8, STATE)                                                                                               \
    A(cell, S16, STATE)                                                                                                \
    A(out, S8, OUT)                                                                                                    \
    A(tables, S16, SCRATCH)

MOTE_PARAMS(lstm_huffman_s8, MOTE_LSTM_HUFFMAN_S8_PARAMS)
MOTE_COST(lstm_huffman_s8,
          1.5 * ((double)p->x_coded_bytes + p->h_coded_bytes) + (double)p->in_len + 74.0 * p->units + 200)
MOTE_ROWS(lstm_huffman_s8, MOTE_LSTM_HUFFMAN_S8_ARGS, MOTE_LSTM_S8_ROWS)

void mote_lstm_huffman_s8(const struct mote_lstm_huffman_s8 *p, const int8_t *x, const MOTE_FLASH uint8_t *x_coded,
                          const MOTE_FLASH uint8_t *h_coded, const MOTE_FLASH uint8_t *bias,
                          const MOTE_FLASH int32_t *mult, const MOTE_FLASH int8_t *shift,
                          const MOTE_FLASH uint16_t *table, int8_t *hidden, int16_t *cell, int8_t *out, int16_t *tables,
                          int32_t first, int32_t count);

/* Bytes of the entries of what codes say, before the inputs in `tables`. */
static inline uint32_t mote_lstm_huffman_s8_entry_bytes(const struct mote_lstm_huffman_s8 *p)
{
    return 2 * (mote_huffman_entries(p->x_gap_bits) + (UINT32_C(1) << p->x_level_bits) +
                mote_huffman_entries(p->h_gap_bits) + (UINT32_C(1) << p->h_level_bits));
}

/* All bytes of `tables`. */
static inline uint32_t mote_lstm_huffman_s8_tables_bytes(const struct mote_lstm_huffman_s8 *p)
{
    const uint32_t picked = (uint32_t)(p->x_columns < p->in_len ? p->x_columns : 0) +
                            (uint32_t)(p->h_columns < p->units ? p->h_columns : 0);

    return mote_lstm_huffman_s8_entry_bytes(p) + mote_packed_align(picked, 2);
}

#endif
