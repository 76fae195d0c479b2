/* SPDX-License-Identifier: Apache-2.0 */
/* Four channels at a time, or one: a word of inputs and a word of weights of each tap, in the image or outside. */
#include "depthwise_conv_2d_s8_dsp_small.h"

#include "../shared/outputs_dsp.h"
#include "../shared/rows.h"

#if MOTE_DESCRIBE
static double instructions(const void *params, int32_t rows)
{
    const struct mote_depthwise_conv_2d_s8 *p = params;
    double taps = (double)p->kernel_h * p->kernel_w;
    double fours = p->depth_multiplier == 1 ? p->out_c / 4 : 0, ones = p->out_c - 4 * fours;

    return 150 + (double)rows * (150 + p->out_w * (30 + fours * (220 + 30 * taps) + ones * (100 + 18 * taps)));
}
#endif

#if MOTE_DSP
/* A row of windows: where the one that is looked at begins, and what is outside the image. */
struct window {
    const struct mote_depthwise_conv_2d_s8 *p;
    const int8_t *const *rows;
    const int8_t *zeros;
    uint32_t row_bytes;
    int32_t at, step; /* bytes, from a tap to the next */
};

/* Input `at` of a row, which no channel's is beside the image. */
static inline const int8_t *input_of(const struct window *v, const int8_t *row, int32_t at)
{
    return (uint32_t)at < v->row_bytes ? row + at : v->zeros;
}

/* Channels o … o + 3. */
static __attribute__((noinline)) void sum_four(const struct window *v, const int8_t *w, int32_t o, int32_t sum[4])
{
    const int32_t out_c = v->p->out_c, row_weights = v->p->kernel_w * out_c;
    int32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;

    w += o;
    for (int32_t k = 0; k < v->p->kernel_h; k++) {
        const int8_t *row = v->rows[k];
        const int8_t *end = w + row_weights;

        for (int32_t at = v->at + o; w != end; at += v->step, w += out_c) {
            uint32_t a = mote_four_of(input_of(v, row, at)), b = mote_four_of(w);
            int32_t odd = mote_odd_bytes(a), odd_w = mote_odd_bytes(b);

            s1 = mote_add_low(odd, odd_w, s1);
            s3 = mote_add_high(odd, odd_w, s3);
            a = (uint32_t)mote_even_bytes(a);
            b = (uint32_t)mote_even_bytes(b);
            s0 = mote_add_low((int32_t)a, (int32_t)b, s0);
            s2 = mote_add_high((int32_t)a, (int32_t)b, s2);
        }
    }
    sum[0] = s0;
    sum[1] = s1;
    sum[2] = s2;
    sum[3] = s3;
}

static int32_t sum_one(const struct window *v, const int8_t *w, int32_t channel)
{
    int32_t sum = 0;

    for (int32_t k = 0; k < v->p->kernel_h; k++)
        for (int32_t j = v->p->kernel_w, at = v->at + channel; j > 0; j--, at += v->step, w += v->p->out_c)
            sum = mote_add_low(*input_of(v, v->rows[k], at), *w, sum);
    return sum;
}

static void put_pixel(const struct window *v, const struct mote_outputs *outputs, const int8_t *weights, int8_t *out)
{
    const struct mote_depthwise_conv_2d_s8 *p = v->p;

    for (int32_t o = 0, n; o < p->out_c; o += n) {
        int32_t sum[4];

        n = p->depth_multiplier == 1 && p->out_c - o >= 4 ? 4 : 1;
        if (n == 4)
            sum_four(v, weights, o, sum);
        else
            sum[0] = sum_one(v, weights + o, o / p->depth_multiplier);
        mote_put_outputs(outputs, o, n, sum, out);
    }
}

MOTE_WEAK void mote_depthwise_conv_2d_s8_dsp_small(const struct mote_depthwise_conv_2d_s8 *p, const int8_t *in,
                                                   const int8_t *weights, const int32_t *bias, const int32_t *mult,
                                                   const int8_t *shift, const int8_t *zeros, int8_t *out, int32_t first,
                                                   int32_t count)
{
    const struct mote_outputs outputs = {bias, mult, shift, p->per_channel, p->out_zero, p->lo, p->hi};
    const int8_t *rows[MOTE_KERNEL_ROWS_MAX];
    struct window v = {.p = p,
                       .rows = rows,
                       .zeros = zeros,
                       .row_bytes = (uint32_t)(p->in_w * p->in_c),
                       .step = p->dilation_w * p->in_c};

    mote_assert(p->kernel_h <= MOTE_KERNEL_ROWS_MAX && first >= 0 && first + count <= p->batch * p->out_h);
    for (int32_t r = first; r < first + count; r++) {
        int8_t *to = out + mote_ring(r, p->out_ring) * p->out_w * p->out_c;

        mote_rows_s8(rows, p->kernel_h, in, zeros, r / p->out_h, r % p->out_h * p->stride_h - p->pad_top, p->dilation_h,
                     p->in_h, p->in_w * p->in_c, p->in_ring);
        v.at = -p->pad_left * p->in_c;
        for (int32_t ox = 0; ox < p->out_w; ox++, v.at += p->stride_w * p->in_c, to += p->out_c)
            put_pixel(&v, &outputs, weights, to);
    }
}

static void run_depthwise_conv_2d_s8_dsp_small(const struct mote_call *c)
{
    mote_depthwise_conv_2d_s8_dsp_small(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4],
                                        c->args[5], c->args[6], c->first, c->count);
}
#endif

MOTE_KERNEL_CODE(depthwise_conv_2d_s8, dsp_small, .run = MOTE_IF_DSP(run_depthwise_conv_2d_s8_dsp_small),
                 MOTE_INSTRUCTIONS(instructions));
