/* SPDX-License-Identifier: Apache-2.0 */
/* Portable int8 convolution of packed weights: the definition of conv_2d_packed_s8.h. */
#include "../shared/hot.h"

#include "conv_2d_packed_s8.h"

#include "conv_2d_packed_s8_filters.h"

static uint32_t look_up(const struct mote_conv_call *c, int32_t row, int32_t k) { return mote_conv_look_up(c, row, k); }

static void put_filters(const struct mote_conv_call *c, const struct mote_filters *f, const struct mote_pixels *x)
{
    mote_conv_put_filters(c, f, x);
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
