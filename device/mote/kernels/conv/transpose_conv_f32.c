/* SPDX-License-Identifier: Apache-2.0 */
/* Portable transposed convolution, float: the definition of transpose_conv_f32.h. */
#include "transpose_conv_f32.h"

#include "../shared/weights_f32.h"

/* One output of an image; `w` is its filter. */
static float sum_taps(const struct mote_transpose_conv_f32 *p, const float *in, int32_t image, struct mote_taps y,
                      struct mote_taps x, const MOTE_FLASH float *w)
{
    float sum = 0.0f;

    for (int32_t i = y.n; i-- > 0;) /* in the order of the inputs */
        for (int32_t j = x.n; j-- > 0;) {
            const float *row = in + mote_ring(image * p->in_h + y.i - i, p->in_ring) * p->in_w * p->in_c;
            const float *a = row + (x.i - j) * p->in_c;
            const MOTE_FLASH float *v = w + ((y.k + i * p->stride_h) * p->kernel_w + x.k + j * p->stride_w) * p->in_c;

            sum = mote_dot(a, v, p->in_c, sum);
        }
    return sum;
}

MOTE_WEAK void mote_transpose_conv_f32(const struct mote_transpose_conv_f32 *p, const float *in,
                                       const MOTE_FLASH float *weights, const MOTE_FLASH float *bias, float *out,
                                       int32_t first, int32_t count)
{
    int32_t filter = p->kernel_h * p->kernel_w * p->in_c;
    const float lo = mote_float(p->lo), hi = mote_float(p->hi);

    mote_assert(first >= 0 && first + count <= p->batch * p->out_h);
    for (int32_t r = first; r < first + count; r++) {
        struct mote_taps y = mote_taps(r % p->out_h + p->pad_top, p->stride_h, p->kernel_h, p->in_h);
        float *to = out + mote_ring(r, p->out_ring) * p->out_w * p->out_c;

        for (int32_t ox = 0; ox < p->out_w; ox++) {
            struct mote_taps x = mote_taps(ox + p->pad_left, p->stride_w, p->kernel_w, p->in_w);

            for (int32_t o = 0; o < p->out_c; o++) {
                float sum = sum_taps(p, in, r / p->out_h, y, x, weights + o * filter);

                *to++ = mote_clamp_f32(sum + bias[o], lo, hi);
            }
        }
    }
}

static void run_transpose_conv_f32(const struct mote_call *c)
{
    mote_transpose_conv_f32(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->first, c->count);
}

MOTE_KERNEL_VERSION(transpose_conv_f32, portable);
