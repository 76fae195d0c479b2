/* SPDX-License-Identifier: Apache-2.0 */
/* conv_2d_packed_s8: conv_2d_s8 with weights that are indices of few bits:
 *   out[y][x][o] = clamp(requant(bias[o] + sum_{i,j,c} (in[y'][x'][g + c] - in_zero) * levels[packed[o][i][j][c]])
 *                        + out_zero)
 * with y', x' and g as conv_2d_s8.h says.
 *
 *   in, mult, shift, zeros, out  as those of conv_2d_s8
 *   packed   [out_c][kernel_h * kernel_w * filter_c * bits / 8, rounded up]  indices, as docs/SPEC.md says under
 *            "Codings"
 *   levels   [2^bits]  int8, what they mean
 *   bias     [out_c]  of bias_bytes bytes each, the most significant first: signed, times 2^bias_shift
 *   scratch  words of 4 bytes: four filters' weights, 8 bytes for the four of a tap, in runs whose taps are rounded up
 *            to fours; and the input rows of `block` output rows with what is outside the image, and 4 bytes, unless
 *            inputs are read where they are: those of one kernel row, with no column outside the image and whose runs
 *            are all taps. Any values are safe: out may overlap it, but is anything then.
 *
 * Output rows come in blocks of `block`, without such input rows in one; in each every filter is looked up once.
 * Exact: the same bytes as conv_2d_s8 with the weights that are meant (docs/EXACT.md). Sums are 32 bits modulo 2^32.
 * Cannot fail: the ranges, need_ and trust_conv_2d_packed_s8() hold; any index is one of a level.
 * Cost: kernel_h * kernel_w * filter_c * out_c * out_w multiply-accumulates a row, and looking up a filter once a
 * block. */
#ifndef MOTE_CONV_2D_PACKED_S8_H
#define MOTE_CONV_2D_PACKED_S8_H

#include "conv_2d_s8.h"

#include "../shared/packed.h"

#define MOTE_CONV_2D_PACKED_S8_PARAMS(F)                                                                               \
    MOTE_CONV_2D_S8_PARAMS(F)                                                                                          \
    F(bits, 1, MOTE_PACKED_BITS_MAX, "of a weight's index: 1, 2 or 4")                                                 \
    F(block, 1, MOTE_DIM_MAX, "output rows for which a filter is looked up once")                                      \
    F(bias_bytes, 1, 4, "bytes of a bias")                                                                             \
    F(bias_shift, 0, 31, "biases are multiples of 2^bias_shift")                                                       \
    F(in_zero, -128, 127, "input zero point")

#define MOTE_CONV_2D_PACKED_S8_ARGS(A)                                                                                 \
    A(in, S8, IN)                                                                                                      \
    A(packed, U8, WEIGHTS)                                                                                             \
    A(levels, S8, WEIGHTS)                                                                                             \
    A(bias, U8, WEIGHTS)                                                                                               \
    A(mult, S32, WEIGHTS)                                                                                              \
    A(shift, S8, CONST)                                                                                                \
    A(zeros, S8, IN)                                                                                                   \
    A(out, S8, OUT)                                                                                                    \
    A(scratch, S32, SCRATCH)

MOTE_PARAMS(conv_2d_packed_s8, MOTE_CONV_2D_PACKED_S8_PARAMS)
MOTE_COST(conv_2d_packed_s8, (1.5 * p->out_w + 1) * p->out_c * p->kernel_h * p->kernel_w * (p->filter_c + 3.0) +
                                 4.0 * p->out_w * p->out_c +
                                 ((p->kernel_h - 1.0) * p->dilation_h + p->stride_h + 1) * p->in_c *
                                     ((p->out_w - 1.0) * p->stride_w + (p->kernel_w - 1.0) * p->dilation_w + 1) +
                                 100)
MOTE_ROWS(conv_2d_packed_s8, MOTE_CONV_2D_PACKED_S8_ARGS, MOTE_CONV_2D_ROWS)

void mote_conv_2d_packed_s8(const struct mote_conv_2d_packed_s8 *p, const int8_t *in, const MOTE_FLASH uint8_t *packed,
                            const MOTE_FLASH int8_t *levels, const MOTE_FLASH uint8_t *bias,
                            const MOTE_FLASH int32_t *mult, const MOTE_FLASH int8_t *shift, const int8_t *zeros,
                            int8_t *out, int32_t *scratch, int32_t first, int32_t count);

/* ---- how the scratch lies ---- */
/* Taps whose inputs lie side by side: n of them, and n rounded up to fours. */
struct mote_conv_run {
    int32_t n, fours, runs; /* runs: of a kernel row */
};

static inline struct mote_conv_run mote_conv_2d_packed_s8_run(const struct mote_conv_2d_packed_s8 *p)
{
    const bool row = p->dilation_w == 1 && p->filter_c == p->in_c;
    const int32_t n = row ? p->kernel_w * p->filter_c : p->filter_c;

    return (struct mote_conv_run){n, n / 4 + (n % 4 != 0), row ? 1 : p->kernel_w};
}

/* Bytes of four filters' weights. */
static inline uint32_t mote_conv_2d_packed_s8_weights(const struct mote_conv_2d_packed_s8 *p)
{
    const struct mote_conv_run r = mote_conv_2d_packed_s8_run(p);

    return 32 * (uint32_t)p->kernel_h * (uint32_t)r.runs * (uint32_t)r.fours;
}

/* The input rows and columns of a block, with those outside the image; no rows where inputs are read where they are. */
static inline struct mote_conv_window mote_conv_2d_packed_s8_window(const struct mote_conv_2d_packed_s8 *p)
{
    const struct mote_conv_window w = {(p->block - 1) * p->stride_h + (p->kernel_h - 1) * p->dilation_h + 1,
                                       (p->out_w - 1) * p->stride_w + (p->kernel_w - 1) * p->dilation_w + 1};
    const bool inside =
        p->kernel_h == 1 && p->pad_left == 0 && w.columns <= p->in_w && mote_conv_2d_packed_s8_run(p).n % 4 == 0;

    return (struct mote_conv_window){inside ? 0 : w.rows, inside ? p->in_w : w.columns};
}

#endif
