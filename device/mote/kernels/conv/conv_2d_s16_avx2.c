/* SPDX-License-Identifier: Apache-2.0 */
/* conv_2d_s16 with AVX2. */
#include "conv_2d_s16_avx2.h"

#include "../shared/wide_avx2.h"
#include "conv_2d_s16_fours.h"

#if MOTE_X86
MOTE_WEAK void mote_conv_2d_s16_avx2(const struct mote_conv_2d_s16 *p, const int16_t *in, const int8_t *weights,
                                     const int64_t *bias, const int32_t *mult, const int8_t *shift, int16_t *out,
                                     int32_t first, int32_t count)
{
    const struct mote_conv_s16_call c = {p, weights, bias, mult, shift, mote_wide_four_avx2};

    mote_conv_s16_rows(&c, in, out, first, count);
}

static void run_conv_2d_s16_avx2(const struct mote_call *c)
{
    mote_conv_2d_s16_avx2(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5], c->first,
                          c->count);
}
#endif

MOTE_KERNEL_CODE(conv_2d_s16, avx2, .run = MOTE_IF_X86(run_conv_2d_s16_avx2));
