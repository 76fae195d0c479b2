/* SPDX-License-Identifier: Apache-2.0 */
/* Portable int8 convolution of coded weights: the definition of conv_2d_huffman_s8.h. */
#include "../shared/hot.h"

#include "conv_2d_huffman_s8.h"

#include "conv_2d_huffman_s8_filters.h"

static void put_filter(const struct mote_conv_2d_huffman_s8 *p, const struct mote_filter *f,
                       const struct mote_pixels *x)
{
    mote_conv_put_filter(p, f, x);
}

MOTE_WEAK void mote_conv_2d_huffman_s8(const struct mote_conv_2d_huffman_s8 *p, const int8_t *in,
                                       const MOTE_FLASH uint8_t *coded, const MOTE_FLASH uint8_t *bias,
                                       const MOTE_FLASH int32_t *mult, const MOTE_FLASH int8_t *shift,
                                       const int8_t *zeros, int8_t *out, int32_t *scratch, int32_t first, int32_t count)
{
    mote_conv_huffman(p, in, coded, bias, mult, shift, zeros, out, scratch, first, count);
}

static void run_conv_2d_huffman_s8(const struct mote_call *c)
{
    mote_conv_2d_huffman_s8(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5],
                            c->args[6], c->args[7], c->first, c->count);
}

#if MOTE_DESCRIBE
/* A weight takes about a byte. */
static double instructions(const void *params, int32_t rows)
{
    const struct mote_conv_2d_huffman_s8 *p = params;
    const struct mote_conv_window w = mote_conv_2d_huffman_s8_window(p);
    const int32_t blocks = w.rows == 0 ? 1 : 1 + (rows - 1) / p->block, tiles = (p->out_w + 3) / 4;
    const double tables = 5.0 * ((1 << p->gap_bits) + (1 << p->level_bits)) + 6.0 * p->columns;
    const double copied = 0.5 * ((double)w.rows * w.columns) * p->in_c;

    return 300 + tables + blocks * (30.0 * p->coded_bytes + 60.0 * p->out_c + copied) +
           (double)rows * tiles * (13.0 * p->coded_bytes + 130.0 * p->out_c);
}
#endif

MOTE_KERNEL_CODE(conv_2d_huffman_s8, portable, .run = run_conv_2d_huffman_s8, MOTE_INSTRUCTIONS(instructions));
