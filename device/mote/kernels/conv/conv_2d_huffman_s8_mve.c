/* SPDX-License-Identifier: Apache-2.0 */
/* conv_2d_huffman_s8 with vectors of pixels: a weight of the list is the same for all of them, so that their inputs are
 * gathered, `step` apart, and eight products are four instructions. */
#include "../shared/hot.h"

#include "conv_2d_huffman_s8_mve.h"

#include "../shared/mve.h"

#if MOTE_MVE
#include "conv_2d_huffman_s8_filters.h"

enum { HALF = 4, TILE = 2 * HALF }; /* pixels of a vector, and that share what a weight of the list says */

/* Of pixels from number k on multiples of `step`; of fewer than there are lanes the last comes again. */
static inline uint32x4_t places(uint32_t k, int32_t left, int32_t step)
{
    const uint32x4_t pixel = vminq_u32(vidupq_n_u32(k, 1), vdupq_n_u32((uint32_t)left - 1));

    return vmulq_n_u32(pixel, (uint32_t)step);
}

/* Results of up to four pixels from number k on; `left` of the tile are there. */
static inline void put_half(const struct mote_conv_2d_huffman_s8 *p, const struct mote_scale *s, int32x4_t sum,
                            uint32_t k, int32_t left, int8_t *out)
{
    const struct mote_clamp clamp = {p->out_zero, p->lo, p->hi, 0};
    const uint32x4_t to = vmulq_n_u32(vidupq_n_u32(k, 1), (uint32_t)p->out_c);

    if (left > (int32_t)k)
        vstrbq_scatter_offset_p_s32(out, to, mote_requant_four(sum, s, &clamp), vctp32q((uint32_t)left - k));
}

static void put_row(const struct mote_conv_2d_huffman_s8 *p, const struct mote_filter *f, const struct mote_scale *s,
                    const struct mote_pixels *x, const int8_t *in, int8_t *out)
{
    for (int32_t left = x->n; left > 0; left -= TILE, in += TILE * x->step, out += TILE * p->out_c) {
        const uint32x4_t low = places(0, left, x->step), high = places(HALF, left, x->step);
        int32x4_t a = vdupq_n_s32(0), b = a;

        for (const struct mote_taps *taps = f->list; taps < f->end; taps++)
            for (int k = 0; k < 2; k++) {
                const int8_t *at = in + taps->at[k];
                const int32_t level = taps->level[k];

                a = vmlaq_n_s32(a, vldrbq_gather_offset_s32(at, low), level);
                b = vmlaq_n_s32(b, vldrbq_gather_offset_s32(at, high), level);
            }
        put_half(p, s, a, 0, left, out);
        put_half(p, s, b, HALF, left, out);
    }
}

static void put_filter(const struct mote_conv_2d_huffman_s8 *p, const struct mote_filter *f,
                       const struct mote_pixels *x)
{
    const struct mote_scale s = mote_scale_of(vdupq_n_s32(f->bias), vdupq_n_s32(f->mult), vdupq_n_s32(f->shift));

    for (int32_t r = 0; r < x->rows; r++)
        put_row(p, f, &s, x, x->in + r * x->down, x->out + r * x->out_down);
}

MOTE_WEAK void mote_conv_2d_huffman_s8_mve(const struct mote_conv_2d_huffman_s8 *p, const int8_t *in,
                                           const uint8_t *coded, const uint8_t *bias, const int32_t *mult,
                                           const int8_t *shift, const int8_t *zeros, int8_t *out, int32_t *scratch,
                                           int32_t first, int32_t count)
{
    mote_conv_huffman(p, in, coded, bias, mult, shift, zeros, out, scratch, first, count);
}

static void run_conv_2d_huffman_s8_mve(const struct mote_call *c)
{
    mote_conv_2d_huffman_s8_mve(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5],
                                c->args[6], c->args[7], c->first, c->count);
}
#endif

#if MOTE_DESCRIBE
/* A weight takes about a byte. */
static double instructions(const void *params, int32_t rows)
{
    const struct mote_conv_2d_huffman_s8 *p = params;
    const struct mote_conv_window w = mote_conv_2d_huffman_s8_window(p);
    const int32_t blocks = w.rows == 0 ? 1 : 1 + (rows - 1) / p->block, tiles = (p->out_w + 7) / 8;
    const double tables = 5.0 * ((1 << p->gap_bits) + (1 << p->level_bits)) + 6.0 * p->columns;
    const double copied = 0.5 * ((double)w.rows * w.columns) * p->in_c;

    return 300 + tables + blocks * (23.0 * p->coded_bytes + 60.0 * p->out_c + copied) +
           (double)rows * (tiles * (8.0 * p->coded_bytes + 45.0 * p->out_c) + 40.0 * p->out_c);
}
#endif

MOTE_KERNEL_CODE(conv_2d_huffman_s8, mve, .run = MOTE_IF_MVE(run_conv_2d_huffman_s8_mve),
                 MOTE_INSTRUCTIONS(instructions));
