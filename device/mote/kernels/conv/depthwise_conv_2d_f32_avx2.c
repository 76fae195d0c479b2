/* SPDX-License-Identifier: Apache-2.0 */
/* depthwise_conv_2d_f32 with AVX2: eight channels at once where each has one output. */
#include "depthwise_conv_2d_f32_avx2.h"

#include "../shared/floats_avx2.h"

#if MOTE_X86
#include "../shared/weights_f32.h"
#include "../shared/windows.h"

/* Eight channels from `at` on, or those of some lanes. */
MOTE_AVX2 MOTE_INLINE __m256 sum_eight(const struct mote_depthwise_conv_2d_f32 *p, const float *const rows[],
                                       const float *w, int32_t at, int32_t taps, bool some, __m256i lanes)
{
    int32_t step = p->dilation_w * p->in_c;
    __m256 sum = _mm256_setzero_ps();

    for (int32_t k = 0; k < p->kernel_h; k++)
        for (int32_t t = 0; t < taps && rows[k] != NULL; t++) {
            __m256 a = mote_get_floats(rows[k] + at + t * step, some, lanes);
            __m256 b = mote_get_floats(w + (k * p->kernel_w + t) * p->out_c, some, lanes);

            sum = _mm256_add_ps(sum, _mm256_mul_ps(a, b));
        }
    return sum;
}

/* All channels of a pixel if each has one output; returns how many they were. */
MOTE_AVX2 static int32_t first_channels(const struct mote_depthwise_conv_2d_f32 *p, const float *const rows[],
                                        const struct mote_columns *c, const float *w, const float *bias, float *out)
{
    const float lo = mote_float(p->lo), hi = mote_float(p->hi);
    const __m256i lanes = mote_first_lanes(p->out_c % 8);
    const int32_t taps = c->to - c->from;

    int32_t o = 0;

    if (p->depth_multiplier != 1)
        return 0;
    for (; o + 8 <= p->out_c; o += 8)
        mote_put_eight(sum_eight(p, rows, w + o, c->at + o, taps, false, lanes), bias + o, false, lanes, lo, hi,
                       out + o);
    if (o < p->out_c)
        mote_put_eight(sum_eight(p, rows, w + o, c->at + o, taps, true, lanes), bias + o, true, lanes, lo, hi, out + o);
    return p->out_c;
}

#define FIRST_CHANNELS           first_channels
#define DEPTHWISE_CONV_2D_PARAMS mote_depthwise_conv_2d_f32
#define DEPTHWISE_CONV_2D_ROW    mote_depthwise_conv_2d_f32_avx2_row
#define DEPTHWISE_CONV_2D        mote_depthwise_conv_2d_f32_avx2
#include "depthwise_conv_2d_floats.h"

static void run_depthwise_conv_2d_f32_avx2(const struct mote_call *c)
{
    mote_depthwise_conv_2d_f32_avx2(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->first, c->count);
}
#endif

MOTE_KERNEL_CODE(depthwise_conv_2d_f32, avx2, .run = MOTE_IF_X86(run_depthwise_conv_2d_f32_avx2));
