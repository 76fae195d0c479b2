/* SPDX-License-Identifier: Apache-2.0 */
/* transpose_conv_s16 with products of pairs of halfwords. */
#include "transpose_conv_s16_dsp.h"

#include "../shared/wide_dsp.h"
#include "transpose_conv_s16_fours.h"

#if MOTE_DSP
MOTE_WEAK void mote_transpose_conv_s16_dsp(const struct mote_transpose_conv_s16 *p, const int16_t *in,
                                           const int8_t *weights, const int64_t *bias, const int32_t *mult,
                                           const int8_t *shift, int16_t *out, int32_t first, int32_t count)
{
    const struct mote_transpose_conv_s16_call c = {p, in, weights, bias, mult, shift, mote_wide_four_dsp};

    mote_transpose_conv_s16_compute(&c, out, first, count);
}

static void run_transpose_conv_s16_dsp(const struct mote_call *c)
{
    mote_transpose_conv_s16_dsp(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5],
                                c->first, c->count);
}
#endif

MOTE_KERNEL_CODE(transpose_conv_s16, dsp, .run = MOTE_IF_DSP(run_transpose_conv_s16_dsp));
