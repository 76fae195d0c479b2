/* SPDX-License-Identifier: Apache-2.0 */
/* conv_2d_packed_s8 with vectors of 16 products: the weights of four filters lie one filter after the other, and share
 * what they load of a run. */
#include "../shared/hot.h"

#include "conv_2d_packed_s8_mve.h"

#include "../shared/mve.h"

#if MOTE_MVE
#include "conv_2d_packed_s8_filters.h"

static int32_t taps_of(const struct mote_conv_call *c) { return c->p->kernel_h * c->run.runs * c->run.n; }

static uint32_t look_up(const struct mote_conv_call *c, int32_t row, int32_t k)
{
    const int32_t taps = taps_of(c);
    struct mote_conv_indices at = mote_conv_indices(c, row);
    int8_t *to = (int8_t *)c->weights + k * taps;

    for (int32_t t = 0; t < taps; t++)
        to[t] = (int8_t)mote_conv_next_level(c, &at);
    return at.sum;
}

static int32x4_t sum_pixel(const struct mote_conv_call *c, const struct mote_filters *f, const int8_t *in)
{
    const int32_t taps = taps_of(c);
    const int8_t *w = (const int8_t *)c->weights;
    int32x4_t sums = vdupq_n_s32(0);

    for (int32_t i = 0; i < c->p->kernel_h; i++)
        for (int32_t j = 0; j < c->run.runs; j++, w += c->run.n)
            sums = vaddq_s32(sums, mote_dot_four(in + i * c->down + j * c->right, w, taps, f->n - 1, c->run.n));
    return sums;
}

static void put_filters(const struct mote_conv_call *c, const struct mote_filters *f, const struct mote_pixels *x)
{
    const struct mote_conv_2d_packed_s8 *p = c->p;
    const struct mote_clamp clamp = {p->out_zero, p->lo, p->hi, 0};
    const struct mote_scale scale = mote_scale_of(vld1q_s32(f->bias), vld1q_s32(f->mult), vld1q_s32(f->shift));
    const mve_pred16_t there = vctp32q((uint32_t)f->n);

    for (int32_t r = 0; r < x->rows; r++) {
        const int8_t *in = x->in + r * x->down;
        int8_t *out = x->out + r * x->out_down;

        for (int32_t i = 0; i < x->n; i++, in += x->step, out += p->out_c)
            vstrbq_p_s32(out, mote_requant_four(sum_pixel(c, f, in), &scale, &clamp), there);
    }
}

MOTE_WEAK void mote_conv_2d_packed_s8_mve(const struct mote_conv_2d_packed_s8 *p, const int8_t *in,
                                          const uint8_t *packed, const int8_t *levels, const uint8_t *bias,
                                          const int32_t *mult, const int8_t *shift, const int8_t *zeros, int8_t *out,
                                          int32_t *scratch, int32_t first, int32_t count)
{
    mote_conv_packed(p, in, packed, levels, bias, mult, shift, zeros, out, scratch, first, count);
}

static void run_conv_2d_packed_s8_mve(const struct mote_call *c)
{
    mote_conv_2d_packed_s8_mve(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5],
                               c->args[6], c->args[7], c->args[8], c->first, c->count);
}
#endif

#if MOTE_DESCRIBE
static double instructions(const void *params, int32_t rows)
{
    const struct mote_conv_2d_packed_s8 *p = params;
    const struct mote_conv_window w = mote_conv_2d_packed_s8_window(p);
    const struct mote_conv_run r = mote_conv_2d_packed_s8_run(p);
    const int32_t groups = (p->out_c + 3) / 4, blocks = w.rows == 0 ? 1 : 1 + (rows - 1) / p->block;
    const int32_t vectors = (r.n + 15) / 16;
    const double runs = (double)p->kernel_h * r.runs, copied = 0.5 * ((double)w.rows * w.columns) * p->in_c;

    return 300 + blocks * ((10.0 * r.n + 5) * runs * p->out_c + 200.0 * groups + copied) +
           (double)rows * p->out_w * groups * (runs * (25.0 + 10.0 * vectors) + 45);
}
#endif

MOTE_KERNEL_CODE(conv_2d_packed_s8, mve, .run = MOTE_IF_MVE(run_conv_2d_packed_s8_mve),
                 MOTE_INSTRUCTIONS(instructions));
