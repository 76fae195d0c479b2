/* SPDX-License-Identifier: Apache-2.0 */
/* Portable depthwise convolution with weights that have a zero point: the definition of depthwise_conv_2d_u8.h. */
#include "../shared/hot.h"

#include "depthwise_conv_2d_u8.h"

#include "../shared/requant.h"
#include "../shared/rows.h"

/* Of one output channel, whose weights begin at `w`; it reads input channel `channel` of the window that begins at
 * column x. Outside the image is `outside`. */
static uint32_t sum_channel(const struct mote_depthwise_conv_2d_u8 *p, const int8_t *const rows[], int32_t outside,
                            int32_t x, int32_t channel, const MOTE_FLASH int8_t *w)
{
    int32_t zero = p->weights_zero;
    uint32_t sum = 0;

    for (int32_t k = 0; k < p->kernel_h; k++)
        for (int32_t j = 0, column = x; j < p->kernel_w; j++, column += p->dilation_w, w += p->out_c) {
            bool inside = column >= 0 && column < p->in_w;
            int32_t value = inside ? rows[k][column * p->in_c + channel] : outside;

            sum += (uint32_t)(value * (*w - zero));
        }
    return sum;
}

static void conv_row(const struct mote_depthwise_conv_2d_u8 *p, const int8_t *const rows[],
                     const MOTE_FLASH int8_t *weights, const MOTE_FLASH int32_t *bias, const MOTE_FLASH int32_t *mult,
                     const MOTE_FLASH int8_t *shift, int32_t outside, int8_t *out)
{
    for (int32_t ox = 0, x = -p->pad_left; ox < p->out_w; ox++, x += p->stride_w) {
        int32_t channel = 0, left = p->depth_multiplier;

        for (int32_t o = 0; o < p->out_c; o++) {
            int32_t q = p->per_channel ? o : 0;
            uint32_t sum = (uint32_t)bias[o] + sum_channel(p, rows, outside, x, channel, weights + o);

            *out++ = mote_requant_s8((int32_t)sum, mult[q], shift[q], p->out_zero, p->lo, p->hi);
            if (--left == 0) {
                left = p->depth_multiplier;
                channel++;
            }
        }
    }
}

MOTE_WEAK void mote_depthwise_conv_2d_u8(const struct mote_depthwise_conv_2d_u8 *p, const int8_t *in,
                                         const MOTE_FLASH int8_t *weights, const MOTE_FLASH int32_t *bias,
                                         const MOTE_FLASH int32_t *mult, const MOTE_FLASH int8_t *shift,
                                         const int8_t *zeros, int8_t *out, int32_t first, int32_t count)
{
    const int8_t *rows[MOTE_KERNEL_ROWS_MAX];

    mote_assert(p->kernel_h <= MOTE_KERNEL_ROWS_MAX && first >= 0 && first + count <= p->batch * p->out_h);
    for (int32_t r = first; r < first + count; r++) {
        int32_t top = r % p->out_h * p->stride_h - p->pad_top;

        mote_rows_s8(rows, p->kernel_h, in, zeros, r / p->out_h, top, p->dilation_h, p->in_h, p->in_w * p->in_c,
                     p->in_ring);
        conv_row(p, rows, weights, bias, mult, shift, zeros[0], out + mote_ring(r, p->out_ring) * p->out_w * p->out_c);
    }
}

static void run_depthwise_conv_2d_u8(const struct mote_call *c)
{
    mote_depthwise_conv_2d_u8(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5],
                              c->args[6], c->first, c->count);
}

#if MOTE_DESCRIBE
static double instructions(const void *params, int32_t rows)
{
    const struct mote_depthwise_conv_2d_u8 *p = params;
    double taps = (double)p->kernel_h * p->kernel_w;

    return 150 + (double)rows * (150 + (double)p->out_w * p->out_c * (60 + 12 * taps));
}
#endif

MOTE_KERNEL_CODE(depthwise_conv_2d_u8, portable, .run = run_depthwise_conv_2d_u8, MOTE_INSTRUCTIONS(instructions));
