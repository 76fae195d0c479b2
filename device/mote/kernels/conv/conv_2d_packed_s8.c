/* SPDX-License-Identifier: Apache-2.0 */
/* Portable int8 convolution of packed weights: the definition of conv_2d_packed_s8.h. */
#include "../shared/hot.h"

#include "conv_2d_packed_s8.h"

#include "conv_2d_packed_s8_filters.h"

/* Four taps of a filter. */
#define FOUR(k) (uint32_t)(a * w[2 * (k)] + c * w[2 * (k) + 1] + b * w[2 * (k) + 8] + d * w[2 * (k) + 9])

/* A run's products; returns the weights behind it. Its last inputs may be others', whose weights are 0, but none that
 * are not there. */
static const int16_t *add_run(const int8_t *in, const int16_t *w, int32_t fours, uint32_t sums[MOTE_CONV_FILTERS])
{
    uint32_t s0 = sums[0], s1 = sums[1], s2 = sums[2], s3 = sums[3];

    for (; fours > 0; fours--, in += 4, w += MOTE_CONV_FOUR) {
        const int32_t a = in[0], b = in[1], c = in[2], d = in[3];

        s0 += FOUR(0);
        s1 += FOUR(1);
        s2 += FOUR(2);
        s3 += FOUR(3);
    }
    sums[0] = s0;
    sums[1] = s1;
    sums[2] = s2;
    sums[3] = s3;
    return w;
}

static void sum_pixel(const struct mote_conv_call *c, const struct mote_filters *f, const int8_t *in,
                      uint32_t sums[MOTE_CONV_FILTERS])
{
    const int16_t *w = c->weights;

    for (int32_t k = 0; k < MOTE_CONV_FILTERS; k++)
        sums[k] = (uint32_t)f->bias[k];
    for (int32_t i = 0; i < c->p->kernel_h; i++)
        for (int32_t j = 0; j < c->run.runs; j++)
            w = add_run(in + i * c->down + j * c->right, w, c->run.fours, sums);
}

static int8_t put_sum(const struct mote_conv_2d_packed_s8 *p, const struct mote_filters *f, int32_t k, int32_t sum)
{
    return mote_requant_s8(sum, f->mult[k], f->shift[k], p->out_zero, p->lo, p->hi);
}

MOTE_WEAK void mote_conv_2d_packed_s8(const struct mote_conv_2d_packed_s8 *p, const int8_t *in,
                                      const MOTE_FLASH uint8_t *packed, const MOTE_FLASH int8_t *levels,
                                      const MOTE_FLASH uint8_t *bias, const MOTE_FLASH int32_t *mult,
                                      const MOTE_FLASH int8_t *shift, const int8_t *zeros, int8_t *out,
                                      int32_t *scratch, int32_t first, int32_t count)
{
    mote_conv_packed(p, in, packed, levels, bias, mult, shift, zeros, out, scratch, first, count);
}

static void run_conv_2d_packed_s8(const struct mote_call *c)
{
    mote_conv_2d_packed_s8(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5],
                           c->args[6], c->args[7], c->args[8], c->first, c->count);
}

#if MOTE_DESCRIBE
static double instructions(const void *params, int32_t rows)
{
    const struct mote_conv_2d_packed_s8 *p = params;
    const struct mote_conv_window w = mote_conv_2d_packed_s8_window(p);
    const struct mote_conv_run r = mote_conv_2d_packed_s8_run(p);
    const int32_t groups = (p->out_c + 3) / 4, blocks = w.rows == 0 ? 1 : 1 + (rows - 1) / p->block;
    const double runs = (double)p->kernel_h * r.runs, copied = 0.5 * ((double)w.rows * w.columns) * p->in_c;

    return 300 + blocks * ((12.0 * r.n + 20) * runs * p->out_c + copied) +
           (double)rows * p->out_w * (groups * (runs * (18.0 + 60.0 * r.fours) + 40) + 40.0 * p->out_c);
}
#endif

MOTE_KERNEL_CODE(conv_2d_packed_s8, portable, .run = run_conv_2d_packed_s8, MOTE_INSTRUCTIONS(instructions));
