/* SPDX-License-Identifier: Apache-2.0 */
/* A depthwise convolution of floats whose weights are mote_weight; DEPTHWISE_CONV_2D is its name,
 * DEPTHWISE_CONV_2D_ROW that of its rows, DEPTHWISE_CONV_2D_PARAMS that of its parameters. The kernel's columns are
 * clipped to the image once for each output column, so that the loops over taps check rows only. Where each channel has
 * one output, four go together. A version may define FIRST_CHANNELS: what computes a pixel's first channels in its own
 * way, and says how many they were. */
#ifndef MOTE_DEPTHWISE_CONV_2D_FLOATS_H
#define MOTE_DEPTHWISE_CONV_2D_FLOATS_H

#include "../shared/rows.h"
#include "../shared/windows.h"

#ifndef FIRST_CHANNELS
#define FIRST_CHANNELS(p, rows, columns, w, bias, out) 0
#endif

/* The sum of one output channel; `w` is its weight of the first tap inside the image, `at` that tap's place in a row.
 */
static float sum_taps(const struct DEPTHWISE_CONV_2D_PARAMS *p, const float *const rows[],
                      MOTE_WEIGHTS(const MOTE_FLASH mote_weight *w, const MOTE_FLASH float *scales), int32_t at,
                      int32_t taps)
{
    int32_t step = p->dilation_w * p->in_c, out_c = p->out_c;
    float sum = 0.0f;

    for (int32_t k = 0; k < p->kernel_h; k++) {
        const float *a = rows[k];
        const MOTE_FLASH mote_weight *b = w + k * p->kernel_w * out_c;

        for (int32_t t = 0; t < taps && a != NULL; t++)
            sum += a[at + t * step] * mote_weight_value(MOTE_WEIGHTS(b[t * out_c], *scales));
    }
    return sum;
}

/* The sums of four channels side by side. */
static void sum_taps_of_four(const struct DEPTHWISE_CONV_2D_PARAMS *p, const float *const rows[],
                             MOTE_WEIGHTS(const MOTE_FLASH mote_weight *w, const MOTE_FLASH float *scales), int32_t at,
                             int32_t taps, float sum[4])
{
    int32_t step = p->dilation_w * p->in_c, out_c = p->out_c;
    float s0 = 0.0f, s1 = 0.0f, s2 = 0.0f, s3 = 0.0f;

    for (int32_t k = 0; k < p->kernel_h; k++) {
        const float *a = rows[k] != NULL ? rows[k] + at : NULL;
        const MOTE_FLASH mote_weight *b = w + k * p->kernel_w * out_c;

        for (int32_t t = a != NULL ? taps : 0; t > 0; t--, a += step, b += out_c) {
            s0 += a[0] * mote_weight_value(MOTE_WEIGHTS(b[0], scales[0]));
            s1 += a[1] * mote_weight_value(MOTE_WEIGHTS(b[1], scales[1]));
            s2 += a[2] * mote_weight_value(MOTE_WEIGHTS(b[2], scales[2]));
            s3 += a[3] * mote_weight_value(MOTE_WEIGHTS(b[3], scales[3]));
        }
    }
    sum[0] = s0;
    sum[1] = s1;
    sum[2] = s2;
    sum[3] = s3;
}

MOTE_WEAK void DEPTHWISE_CONV_2D_ROW(const struct DEPTHWISE_CONV_2D_PARAMS *p, const float *const rows[],
                                     MOTE_WEIGHTS(const MOTE_FLASH mote_weight *weights,
                                                  const MOTE_FLASH float *scales),
                                     const MOTE_FLASH float *bias, float *out)
{
    const float lo = mote_float(p->lo), hi = mote_float(p->hi);
    const int32_t m = p->depth_multiplier;

    for (int32_t ox = 0, x = -p->pad_left; ox < p->out_w; ox++, x += p->stride_w, out += p->out_c) {
        struct mote_columns c = mote_clip_columns(x, p->kernel_w, p->dilation_w, p->in_w, p->in_c);
        const MOTE_FLASH mote_weight *w = weights + c.from * p->out_c;

        for (int32_t o = FIRST_CHANNELS(p, rows, &c, w, bias, out), n; o < p->out_c; o += n) {
            float sum[4];

            n = m == 1 && o + 4 <= p->out_c ? 4 : 1;
            if (n == 4)
                sum_taps_of_four(p, rows, MOTE_WEIGHTS(w + o, scales + o), c.at + o, c.to - c.from, sum);
            else
                sum[0] = sum_taps(p, rows, MOTE_WEIGHTS(w + o, scales + o), c.at + (m == 1 ? o : o / m), c.to - c.from);
            for (int32_t i = 0; i < n; i++)
                out[o + i] = mote_clamp_f32(sum[i] + bias[o + i], lo, hi);
        }
    }
}

MOTE_WEAK void DEPTHWISE_CONV_2D(const struct DEPTHWISE_CONV_2D_PARAMS *p, const float *in,
                                 MOTE_WEIGHTS(const MOTE_FLASH mote_weight *weights, const MOTE_FLASH float *scales),
                                 const MOTE_FLASH float *bias, float *out, int32_t first, int32_t count)
{
    const float *rows[MOTE_KERNEL_ROWS_MAX];

    mote_assert(p->kernel_h <= MOTE_KERNEL_ROWS_MAX && first >= 0 && first + count <= p->batch * p->out_h);
    for (int32_t r = first; r < first + count; r++) {
        int32_t top = r % p->out_h * p->stride_h - p->pad_top;

        mote_rows_f32(rows, p->kernel_h, in, r / p->out_h, top, p->dilation_h, p->in_h, p->in_w * p->in_c, p->in_ring);
        DEPTHWISE_CONV_2D_ROW(p, rows, MOTE_WEIGHTS(weights, scales), bias,
                              out + mote_ring(r, p->out_ring) * p->out_w * p->out_c);
    }
}

#endif
