/* SPDX-License-Identifier: Apache-2.0 */
/* depthwise_conv_2d_s8 with Advanced SIMD: a pixel's channels in sixteens, then in eights. With a depth multiplier the
 * inputs of a vector's channels are laid out first. */
#include "depthwise_conv_2d_s8_neon.h"

#include "../shared/neon.h"
#include "../shared/requant.h"
#include "../shared/rows.h"

#if MOTE_NEON
struct call {
    const struct mote_depthwise_conv_2d_s8 *p;
    const int8_t *weights;
    const int32_t *bias, *mult;
    const int8_t *shift, *zeros;
    const int8_t *const *rows;
};

/* The pixel that a kernel's row and column see. */
MOTE_INLINE const int8_t *pixel(const struct call *c, int32_t k, int32_t x)
{
    return (uint32_t)x < (uint32_t)c->p->in_w ? c->rows[k] + x * c->p->in_c : c->zeros;
}

/* What n <= 8 channels from o on see there. */
MOTE_INLINE int8x8_t inputs(const struct call *c, const int8_t *at, int32_t o, int32_t n)
{
    const int32_t multiplier = c->p->depth_multiplier;
    int8_t eight[8] = {0};

    if (multiplier == 1)
        return mote_bytes_8(at + o, n);
    for (int32_t i = 0, from = o / multiplier, rest = o % multiplier; i < n && i < 8; i++) {
        eight[i] = at[from];
        if (++rest == multiplier) {
            rest = 0;
            from++;
        }
    }
    return vld1_s8(eight);
}

MOTE_INLINE void put(const struct call *c, int32x4_t low, int32x4_t high, int32_t o, int32_t n, int8_t *out)
{
    const struct mote_depthwise_conv_2d_s8 *p = c->p;
    int32_t q = p->per_channel ? o : 0, more = p->per_channel ? 4 : 0;
    struct mote_scale_4 a = mote_scale_4(c->mult + q, c->shift + q, p->per_channel, n), b = a;

    if (n > 4)
        b = mote_scale_4(c->mult + q + more, c->shift + q + more, p->per_channel, n - 4);
    mote_put_8(mote_narrow_8(mote_requant_4(low, &a), mote_requant_4(high, &b), p->out_zero, p->lo, p->hi), n, out + o);
}

/* Channels o to o + 15, of a pixel whose first column is x. */
static void compute_16(const struct call *c, int32_t x, int32_t o, int8_t *out)
{
    const struct mote_depthwise_conv_2d_s8 *p = c->p;
    const int8_t *w = c->weights + o;
    int32x4_t sum[4];

    MOTE_UNROLL for (int i = 0; i < 4; i++) sum[i] = vld1q_s32(c->bias + o + 4 * i);
    for (int32_t k = 0; k < p->kernel_h; k++)
        for (int32_t j = 0, at = x; j < p->kernel_w; j++, at += p->dilation_w, w += p->out_c) {
            int8x16_t a = vld1q_s8(pixel(c, k, at) + o), b = vld1q_s8(w);
            int16x8_t low = vmull_s8(vget_low_s8(a), vget_low_s8(b)), high = vmull_high_s8(a, b);

            sum[0] = vaddw_s16(sum[0], vget_low_s16(low));
            sum[1] = vaddw_high_s16(sum[1], low);
            sum[2] = vaddw_s16(sum[2], vget_low_s16(high));
            sum[3] = vaddw_high_s16(sum[3], high);
        }
    put(c, sum[0], sum[1], o, 8, out);
    put(c, sum[2], sum[3], o + 8, 8, out);
}

/* n <= 8 channels from o on. */
static void compute_8(const struct call *c, int32_t x, int32_t o, int32_t n, int8_t *out)
{
    const struct mote_depthwise_conv_2d_s8 *p = c->p;
    const int8_t *w = c->weights + o;
    int32x4_t low = mote_load_4(c->bias + o, n), high = n > 4 ? mote_load_4(c->bias + o + 4, n - 4) : vdupq_n_s32(0);

    for (int32_t k = 0; k < p->kernel_h; k++)
        for (int32_t j = 0, at = x; j < p->kernel_w; j++, at += p->dilation_w, w += p->out_c) {
            int16x8_t products = vmull_s8(inputs(c, pixel(c, k, at), o, n), mote_bytes_8(w, n));

            low = vaddw_s16(low, vget_low_s16(products));
            high = vaddw_high_s16(high, products);
        }
    put(c, low, high, o, n, out);
}

static void compute_row(const struct call *c, int8_t *out)
{
    const struct mote_depthwise_conv_2d_s8 *p = c->p;
    int32_t sixteens = p->depth_multiplier == 1 ? p->out_c & ~15 : 0;

    for (int32_t ox = 0, x = -p->pad_left; ox < p->out_w; ox++, x += p->stride_w, out += p->out_c) {
        for (int32_t o = 0; o < sixteens; o += 16)
            compute_16(c, x, o, out);
        for (int32_t o = sixteens; o < p->out_c; o += 8)
            compute_8(c, x, o, p->out_c - o < 8 ? p->out_c - o : 8, out);
    }
}

MOTE_WEAK void mote_depthwise_conv_2d_s8_neon(const struct mote_depthwise_conv_2d_s8 *p, const int8_t *in,
                                              const int8_t *weights, const int32_t *bias, const int32_t *mult,
                                              const int8_t *shift, const int8_t *zeros, int8_t *out, int32_t first,
                                              int32_t count)
{
    const int8_t *rows[MOTE_KERNEL_ROWS_MAX];
    const struct call c = {p, weights, bias, mult, shift, zeros, rows};

    for (int32_t r = first; r < first + count; r++) {
        int32_t top = r % p->out_h * p->stride_h - p->pad_top;

        mote_rows_s8(rows, p->kernel_h, in, zeros, r / p->out_h, top, p->dilation_h, p->in_h, p->in_w * p->in_c,
                     p->in_ring);
        compute_row(&c, out + mote_ring(r, p->out_ring) * p->out_w * p->out_c);
    }
}

static void run_depthwise_conv_2d_s8_neon(const struct mote_call *c)
{
    mote_depthwise_conv_2d_s8_neon(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5],
                                   c->args[6], c->first, c->count);
}
#endif

MOTE_KERNEL_CODE(depthwise_conv_2d_s8, neon, .run = MOTE_IF_NEON(run_depthwise_conv_2d_s8_neon));
