/* SPDX-License-Identifier: Apache-2.0 */
/* What versions of transpose_conv_s16 share: four filters at a time meet the channels of an input. */
#ifndef MOTE_TRANSPOSE_CONV_S16_FOURS_H
#define MOTE_TRANSPOSE_CONV_S16_FOURS_H

#include "../shared/wide_fours.h"
#include "transpose_conv_s16.h"

struct mote_transpose_conv_s16_call {
    const struct mote_transpose_conv_s16 *p;
    const int16_t *in;
    const int8_t *weights;
    const int64_t *bias;
    const int32_t *mult;
    const int8_t *shift;
    mote_wide_four *four;
};

/* Filters o to o + last of one output of an image. */
static inline void mote_transpose_conv_s16_four(const struct mote_transpose_conv_s16_call *c, int32_t image,
                                                struct mote_taps y, struct mote_taps x, int32_t o, int32_t last,
                                                int16_t *out)
{
    const struct mote_transpose_conv_s16 *p = c->p;
    int32_t filter = p->kernel_h * p->kernel_w * p->in_c;
    int64_t sum[4] = {0};

    for (int32_t i = 0; i < y.n; i++) {
        const int16_t *row = c->in + mote_ring(image * p->in_h + y.i - i, p->in_ring) * p->in_w * p->in_c;
        const int8_t *w = c->weights + o * filter + (y.k + i * p->stride_h) * p->kernel_w * p->in_c;

        for (int32_t j = 0; j < x.n; j++)
            mote_wide_add(c->four, row + (x.i - j) * p->in_c, w + (x.k + j * p->stride_w) * p->in_c, filter, last,
                          p->in_c, sum);
    }
    for (int32_t i = 0; i <= last; i++, o++) {
        int32_t m = o * p->per_channel;

        out[o] = mote_requant_s16(sum[i], c->bias[o], 1, c->mult[m], c->shift[m], p->lo, p->hi);
    }
}

static inline void mote_transpose_conv_s16_compute(const struct mote_transpose_conv_s16_call *c, int16_t *out,
                                                   int32_t first, int32_t count)
{
    const struct mote_transpose_conv_s16 *p = c->p;

    for (int32_t r = first; r < first + count; r++) {
        struct mote_taps y = mote_taps(r % p->out_h + p->pad_top, p->stride_h, p->kernel_h, p->in_h);
        int16_t *to = out + mote_ring(r, p->out_ring) * p->out_w * p->out_c;

        for (int32_t ox = 0; ox < p->out_w; ox++, to += p->out_c) {
            struct mote_taps x = mote_taps(ox + p->pad_left, p->stride_w, p->kernel_w, p->in_w);

            for (int32_t o = 0, n; o < p->out_c; o += n) {
                n = p->out_c - o < 4 ? p->out_c - o : 4;
                mote_transpose_conv_s16_four(c, r / p->out_h, y, x, o, n - 1, to);
            }
        }
    }
}

#endif
