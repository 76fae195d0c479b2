/* SPDX-License-Identifier: Apache-2.0 */
/* Portable transposed convolution, 16x8: the definition of transpose_conv_s16.h. */
#include "../shared/hot.h"

#include "transpose_conv_s16.h"

#include "../shared/wide.h"

/* One output of an image; `w` is its filter. */
static int64_t sum_taps(const struct mote_transpose_conv_s16 *p, const int16_t *in, int32_t image, struct mote_taps y,
                        struct mote_taps x, const MOTE_FLASH int8_t *w)
{
    int64_t sum = 0;

    for (int32_t i = 0; i < y.n; i++)
        for (int32_t j = 0; j < x.n; j++) {
            const int16_t *row = in + mote_ring(image * p->in_h + y.i - i, p->in_ring) * p->in_w * p->in_c;
            const int16_t *a = row + (x.i - j) * p->in_c;
            const MOTE_FLASH int8_t *v = w + ((y.k + i * p->stride_h) * p->kernel_w + x.k + j * p->stride_w) * p->in_c;

            sum += mote_dot_s16(a, v, p->in_c);
        }
    return sum;
}

MOTE_WEAK void mote_transpose_conv_s16(const struct mote_transpose_conv_s16 *p, const int16_t *in,
                                       const MOTE_FLASH int8_t *weights, const MOTE_FLASH int64_t *bias,
                                       const MOTE_FLASH int32_t *mult, const MOTE_FLASH int8_t *shift, int16_t *out,
                                       int32_t first, int32_t count)
{
    int32_t filter = p->kernel_h * p->kernel_w * p->in_c;

    mote_assert(first >= 0 && first + count <= p->batch * p->out_h);
    for (int32_t r = first; r < first + count; r++) {
        struct mote_taps y = mote_taps(r % p->out_h + p->pad_top, p->stride_h, p->kernel_h, p->in_h);
        int16_t *to = out + mote_ring(r, p->out_ring) * p->out_w * p->out_c;

        for (int32_t ox = 0; ox < p->out_w; ox++) {
            struct mote_taps x = mote_taps(ox + p->pad_left, p->stride_w, p->kernel_w, p->in_w);

            for (int32_t o = 0; o < p->out_c; o++) {
                int32_t m = o * p->per_channel;
                int64_t sum = sum_taps(p, in, r / p->out_h, y, x, weights + o * filter);

                *to++ = mote_requant_s16(sum, bias[o], 1, mult[m], shift[m], p->lo, p->hi);
            }
        }
    }
}

static void run_transpose_conv_s16(const struct mote_call *c)
{
    mote_transpose_conv_s16(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5], c->first,
                            c->count);
}

MOTE_KERNEL_VERSION(transpose_conv_s16, portable);
