/* SPDX-License-Identifier: Apache-2.0 */
/* conv_2d_huffman_s8: conv_2d_s8 with weights that are stored coded:
 *   out[y][x][o] = clamp(requant(bias[o] + sum_{i,j,c} (in[y'][x'][g + c] - in_zero) * weights[o][i][j][c]) + out_zero)
 * with y', x' and g as conv_2d_s8.h says.
 *
 *   in, mult, shift, zeros, out  as those of conv_2d_s8
 *   coded    [coded_bytes]   the weights, a row of kernel_h * kernel_w * filter_c a filter, as docs/SPEC.md says under
 *            "Codings": two codes (gaps and levels), a bit for each weight of a filter that has one anywhere where not
 *            all have, and the stream
 *   bias     [out_c]  of bias_bytes bytes each, the most significant first: signed, times 2^bias_shift
 *   scratch  words of 4 bytes, one after the other: a list of a filter's weights, 12 bytes for each two;
 *            2^gap_bits + 2^level_bits entries of what each code says and `columns` offsets, 2 bytes each; and
 *            the input rows of `block` output rows with what is outside the image, unless the kernel has one row, and
 *            no column outside the image. If out overlaps what is not input, as no planner has it, nothing is written.
 *
 * Output rows come in blocks of `block`, without such input rows in one; in each every filter is decoded once.
 * Exact: the same bytes as conv_2d_s8 with the decoded weights (docs/EXACT.md). Sums are 32 bits modulo 2^32. Cannot
 * fail: the ranges, need_ and trust_conv_2d_huffman_s8() hold, which walk through the whole stream.
 * Cost: out_w multiply-accumulates a row and weight that is not 0, and decoding it once a block. */
#ifndef MOTE_CONV_2D_HUFFMAN_S8_H
#define MOTE_CONV_2D_HUFFMAN_S8_H

#include "conv_2d_s8.h"

#include "../shared/huffman.h"

#define MOTE_CONV_2D_HUFFMAN_S8_PARAMS(F)                                                                              \
    MOTE_CONV_2D_S8_PARAMS(F)                                                                                          \
    F(columns, 1, INT32_MAX, "weights of a filter of which one is not 0 anywhere")                                     \
    F(coded_bytes, 1, 1 << 28, "bytes of the coded weights")                                                           \
    F(gap_bits, 0, MOTE_HUFFMAN_BITS_MAX, "the longest code of a gap; 0: none, all weights have a level")              \
    F(level_bits, 1, MOTE_HUFFMAN_BITS_MAX, "the longest code of a level")                                             \
    F(count_bits, 1, 16, "bits of a filter's count of weights")                                                        \
    F(longest, 1, 65535, "the most weights of a filter")                                                               \
    F(block, 1, MOTE_DIM_MAX, "output rows for which a filter is decoded once")                                        \
    F(bias_bytes, 1, 4, "bytes of a bias")                                                                             \
    F(bias_shift, 0, 31, "biases are multiples of 2^bias_shift")                                                       \
    F(in_zero, -128, 127, "input zero point")

#define MOTE_CONV_2D_HUFFMAN_S8_ARGS(A)                                                                                \
    A(in, S8, IN)                                                                                                      \
    A(coded, U8, CONST)                                                                                                \
    A(bias, U8, WEIGHTS)                                                                                               \
    A(mult, S32, WEIGHTS)                                                                                              \
    A(shift, S8, CONST)                                                                                                \
    A(zeros, S8, IN)                                                                                                   \
    A(out, S8, OUT)                                                                                                    \
    A(scratch, S32, SCRATCH)

MOTE_PARAMS(conv_2d_huffman_s8, MOTE_CONV_2D_HUFFMAN_S8_PARAMS)
MOTE_COST(conv_2d_huffman_s8, (1.5 + 0.6 * p->out_w) * p->coded_bytes + 4.0 * p->out_w * p->out_c +
                                  ((double)p->in_w + p->out_w) * p->in_c * (p->kernel_h + p->stride_h) + 3000)
MOTE_ROWS(conv_2d_huffman_s8, MOTE_CONV_2D_HUFFMAN_S8_ARGS, MOTE_CONV_2D_ROWS)

void mote_conv_2d_huffman_s8(const struct mote_conv_2d_huffman_s8 *p, const int8_t *in, const MOTE_FLASH uint8_t *coded,
                             const MOTE_FLASH uint8_t *bias, const MOTE_FLASH int32_t *mult,
                             const MOTE_FLASH int8_t *shift, const int8_t *zeros, int8_t *out, int32_t *scratch,
                             int32_t first, int32_t count);

/* ---- how the scratch lies ---- */
static inline struct mote_conv_window mote_conv_2d_huffman_s8_window(const struct mote_conv_2d_huffman_s8 *p)
{
    const struct mote_conv_window w = {(p->block - 1) * p->stride_h + (p->kernel_h - 1) * p->dilation_h + 1,
                                       (p->out_w - 1) * p->stride_w + (p->kernel_w - 1) * p->dilation_w + 1};
    const bool inside = p->kernel_h == 1 && p->pad_left == 0 && w.columns <= p->in_w;

    return (struct mote_conv_window){inside ? 0 : w.rows, inside ? p->in_w : w.columns};
}

/* Bytes of all before the input rows: a multiple of 4. */
static inline uint32_t mote_conv_2d_huffman_s8_lists(const struct mote_conv_2d_huffman_s8 *p)
{
    return 12 * ((uint32_t)p->longest / 2 + 1) + 2 * mote_huffman_entries(p->gap_bits) + (2u << p->level_bits) +
           2 * mote_packed_align((uint32_t)p->columns, 2);
}

#endif
