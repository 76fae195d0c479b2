/* SPDX-License-Identifier: Apache-2.0 */
/* depthwise_conv_2d_s8 with vectors: eight channels at a time, whose products are 16 bits wide and become sums of 32,
 * those of even channels in one vector, of odd ones in another. Where several output channels have one input channel,
 * what their filters see is put side by side, and four of them are computed as a convolution's are. The kernel's
 * columns are clipped to the image; what the clipped ones would have given, in_zero times their weights, is added in
 * the image's border. */
#include "depthwise_conv_2d_s8_mve.h"

#include "../shared/mve.h"
#include "../shared/rows.h"

/* The taps of an input channel, if its outputs are several. */
static uint32_t fit(const void *params, uint32_t *bytes)
{
    const struct mote_depthwise_conv_2d_s8 *p = params;

    (void)bytes;
    return p->depth_multiplier > 1 ? (uint32_t)(p->kernel_h * p->kernel_w) : 0;
}

#if MOTE_DESCRIBE
static void shape(const void *params, uint32_t arg, int32_t shape[MOTE_PACKED_DIMS])
{
    const struct mote_depthwise_conv_2d_s8 *p = params;
    int32_t taps = p->kernel_h * p->kernel_w;

    (void)arg;
    shape[MOTE_ROWS] = p->depth_multiplier > 1 ? taps : 1;
    shape[MOTE_COLUMNS] = p->depth_multiplier > 1 ? p->out_c : taps * p->out_c;
}
#endif

#if MOTE_MVE
/* What an output column sees: kernel columns from <= k < to, the first of them at `at` in each row. */
struct view {
    const struct mote_depthwise_conv_2d_s8 *p;
    const int8_t *const *rows;
    int32_t from, to, at, zero;
};

struct pairs {
    int32x4_t even, odd; /* channels */
};

/* Kernel columns before position 0, or from `n` on, of those that are `step` apart: a division where they are not side
 * by side. */
static int32_t columns_before(int32_t distance, int32_t step)
{
    return step == 1 ? distance : (distance + step - 1) / step;
}

static struct view look(const struct mote_depthwise_conv_2d_s8 *p, const int8_t *const rows[], int32_t x, int32_t zero)
{
    int32_t n = p->kernel_w, step = p->dilation_w;
    struct view v = {p, rows, 0, n, 0, zero};

    if (x < 0)
        v.from = columns_before(-x, step);
    if (x + (n - 1) * step >= p->in_w)
        v.to = x < p->in_w ? columns_before(p->in_w - x, step) : 0;
    if (v.from >= v.to)
        v.from = v.to = 0;
    else
        v.at = (x + v.from * step) * p->in_c;
    return v;
}

static inline struct pairs add_products(struct pairs sum, int16x8_t a, int16x8_t b)
{
    sum.even = vaddq_s32(sum.even, vmullbq_int_s16(a, b));
    sum.odd = vaddq_s32(sum.odd, vmulltq_int_s16(a, b));
    return sum;
}

/* Eight channels from o on, or what `lanes` says of them; each has its own input channel. */
static struct pairs sum_some(const struct view *v, const int8_t *w, int32_t o, mve_pred16_t lanes)
{
    const struct mote_depthwise_conv_2d_s8 *p = v->p;
    int32_t step = p->dilation_w * p->in_c, out_c = p->out_c, skip = (p->kernel_w - (v->to - v->from)) * out_c;
    struct pairs sum = {vdupq_n_s32(0), vdupq_n_s32(0)};

    w += v->from * out_c + o;
    for (int32_t k = 0; k < p->kernel_h; k++, w += skip) {
        const int8_t *a = v->rows[k] + v->at + o;

        for (int32_t n = v->to - v->from; n > 0; n--, a += step, w += out_c)
            sum = add_products(sum, vldrbq_z_s16(a, lanes), vldrbq_z_s16(w, lanes));
    }
    return sum;
}

/* Adds the products of n >= 1 taps of eight channels; `step` and `next` are bytes from one tap to the next. */
static inline struct pairs add_taps(const int8_t *a, int32_t step, const int8_t *b, int32_t next, int32_t n,
                                    struct pairs sum)
{
    int16x8_t u, v;
    int32x4_t w;

    __asm__(
        "dls lr, %[n]\n"
        "1: vldrb.s16 %q[u], [%[a]]\n"
        "vldrb.s16 %q[v], [%[b]]\n"
        "add %[a], %[a], %[step]\n"
        "vmullb.s16 %q[w], %q[u], %q[v]\n"
        "add %[b], %[b], %[next]\n"
        "vadd.i32 %q[even], %q[even], %q[w]\n"
        "vmullt.s16 %q[w], %q[u], %q[v]\n"
        "vadd.i32 %q[odd], %q[odd], %q[w]\n"
        "le lr, 1b"
        : [a] "+r"(a), [b] "+r"(b), [even] "+w"(sum.even), [odd] "+w"(sum.odd), [u] "=&w"(u), [v] "=&w"(v), [w] "=&w"(w)
        : [n] "r"(n), [step] "r"(step), [next] "r"(next)
        : "lr", "cc", "memory");
    return sum;
}

static struct pairs sum_eight(const struct view *v, const int8_t *w, int32_t o)
{
    const struct mote_depthwise_conv_2d_s8 *p = v->p;
    int32_t step = p->dilation_w * p->in_c, out_c = p->out_c, taps = v->to - v->from, row = p->kernel_w * out_c;
    const int8_t *const *rows = v->rows, *const *end = rows + p->kernel_h;
    struct pairs sum = {vdupq_n_s32(0), vdupq_n_s32(0)};

    w += v->from * out_c + o;
    o += v->at;
    for (; taps > 0 && rows < end; rows++, w += row)
        sum = add_taps(*rows + o, step, w, out_c, taps, sum);
    return sum;
}

/* The same of the columns outside the image, all of them in_zero. */
static struct pairs add_clipped(const struct view *v, const int8_t *w, int32_t o, mve_pred16_t lanes, struct pairs sum)
{
    const struct mote_depthwise_conv_2d_s8 *p = v->p;
    int16x8_t zero = vdupq_n_s16((int16_t)v->zero);
    int32_t out_c = p->out_c, skip = (v->to - v->from) * out_c;

    w += o;
    for (int32_t k = 0; k < p->kernel_h; k++) {
        for (int32_t n = v->from; n > 0; n--, w += out_c)
            sum = add_products(sum, zero, vldrbq_z_s16(w, lanes));
        w += skip;
        for (int32_t n = p->kernel_w - v->to; n > 0; n--, w += out_c)
            sum = add_products(sum, zero, vldrbq_z_s16(w, lanes));
    }
    return sum;
}

/* The scales of every other channel, n <= 4 of them. */
static inline struct mote_scale scale_of_every_other(const int32_t *bias, const int32_t *mult, const int8_t *shift,
                                                     int32_t per_channel, int32_t n)
{
    mve_pred16_t lanes = vctp32q((uint32_t)n);
    uint32x4_t at = vidupq_n_u32(0, 2);

    if (n == 4)
        return mote_scale_of(vldrwq_gather_shifted_offset_s32(bias, at),
                             per_channel ? vldrwq_gather_shifted_offset_s32(mult, at) : vdupq_n_s32(*mult),
                             per_channel ? vldrbq_gather_offset_s32(shift, at) : vdupq_n_s32(*shift));
    return mote_scale_of(vldrwq_gather_shifted_offset_z_s32(bias, at, lanes),
                         per_channel ? vldrwq_gather_shifted_offset_z_s32(mult, at, lanes) : vdupq_n_s32(*mult),
                         per_channel ? vldrbq_gather_offset_z_s32(shift, at, lanes) : vdupq_n_s32(*shift));
}

/* n <= 8 results, which are 16 bits wide on the way. */
static inline void put(struct pairs sum, int32_t n, const int32_t *bias, const int32_t *mult, const int8_t *shift,
                       const struct mote_clamp *c, mve_pred16_t lanes, int8_t *out)
{
    int32_t odd = n > 1, next = odd * c->per_channel;
    const struct mote_scale a = scale_of_every_other(bias, mult, shift, c->per_channel, (n + 1) / 2);
    const struct mote_scale b = scale_of_every_other(bias + odd, mult + next, shift + next, c->per_channel, n / 2);
    int16x8_t both = vmovnbq_s32(vdupq_n_s16(0), mote_requant_four(sum.even, &a, c));

    vstrbq_p_s16(out, vmovntq_s32(both, mote_requant_four(sum.odd, &b, c)), lanes);
}

/* An output column where each channel is for itself. */
static void put_each(const struct view *v, const int8_t *w, const int32_t *bias, const int32_t *mult,
                     const int8_t *shift, const struct mote_clamp *c, int8_t *out)
{
    bool clipped = v->to - v->from < v->p->kernel_w;
    int32_t o = 0, left = v->p->out_c, next = 8 * c->per_channel;

    for (; left >= 8; o += 8, left -= 8, bias += 8, mult += next, shift += next) {
        struct pairs sum = sum_eight(v, w, o);

        if (clipped)
            sum = add_clipped(v, w, o, vctp16q(8), sum);
        put(sum, 8, bias, mult, shift, c, vctp16q(8), out + o);
    }
    if (left > 0) {
        mve_pred16_t lanes = vctp16q((uint32_t)left);

        put(add_clipped(v, w, o, lanes, sum_some(v, w, o, lanes)), left, bias, mult, shift, c, lanes, out + o);
    }
}

/* What the filters of one input channel see, side by side. */
static void collect(const struct view *v, int32_t channel, int8_t *seen)
{
    const struct mote_depthwise_conv_2d_s8 *p = v->p;
    int32_t step = p->dilation_w * p->in_c, taps = v->to - v->from;

    for (int32_t k = 0; k < p->kernel_h; k++, seen += p->kernel_w) {
        const int8_t *a = v->rows[k] + v->at + channel;

        for (int32_t j = 0; j < p->kernel_w && taps < p->kernel_w; j++)
            seen[j] = (int8_t)v->zero;
        if (step == 1 && taps > 0)
            mote_move(a, taps, seen + v->from);
        for (int32_t j = v->from; j < v->to && step != 1; j++, a += step)
            seen[j] = *a;
    }
}

/* An output column where each input channel has several outputs: four of them at a time. */
static void put_several(const struct view *v, const int8_t *w, const int32_t *bias, const int32_t *mult,
                        const int8_t *shift, const struct mote_clamp *c, int8_t *out, int8_t *seen)
{
    int32_t depth = v->p->depth_multiplier, taps = v->p->kernel_h * v->p->kernel_w;

    for (int32_t channel = 0; channel < v->p->in_c; channel++) {
        collect(v, channel, seen);
        for (int32_t o = channel * depth, end = o + depth; o < end; o += 4) {
            int32_t q = c->per_channel ? o : 0, n = end - o < 4 ? end - o : 4;
            mve_pred16_t lanes = vctp32q((uint32_t)n);
            const struct mote_scale s = mote_scale_of_some(bias + o, mult + q, shift + q, c->per_channel, lanes);

            vstrbq_p_s32(out + o, mote_requant_four(mote_dot_four(seen, w + o * taps, taps, n - 1, taps), &s, c),
                         lanes);
        }
    }
}

MOTE_WEAK void mote_depthwise_conv_2d_s8_mve(const struct mote_depthwise_conv_2d_s8 *p, const int8_t *in,
                                             const int8_t *weights, const int32_t *bias, const int32_t *mult,
                                             const int8_t *shift, const int8_t *zeros, int8_t *out, void *scratch,
                                             int32_t first, int32_t count)
{
    const struct mote_clamp c = {p->out_zero, p->lo, p->hi, p->per_channel};
    const int8_t *rows[MOTE_KERNEL_ROWS_MAX];

    for (int32_t r = first; r < first + count; r++) {
        int32_t top = r % p->out_h * p->stride_h - p->pad_top;
        int8_t *to = out + mote_ring(r, p->out_ring) * p->out_w * p->out_c;

        mote_rows_s8(rows, p->kernel_h, in, zeros, r / p->out_h, top, p->dilation_h, p->in_h, p->in_w * p->in_c,
                     p->in_ring);
        for (int32_t ox = 0, x = -p->pad_left; ox < p->out_w; ox++, x += p->stride_w, to += p->out_c) {
            struct view v = look(p, rows, x, zeros[0]);

            if (p->depth_multiplier == 1)
                put_each(&v, weights, bias, mult, shift, &c, to);
            else
                put_several(&v, weights, bias, mult, shift, &c, to, scratch);
        }
    }
}

static void run_depthwise_conv_2d_s8_mve(const struct mote_call *c)
{
    const struct mote_depthwise_conv_2d_s8 *p = c->params;

    mote_depthwise_conv_2d_s8_mve(p, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5], c->args[6],
                                  p->depth_multiplier > 1 ? c->args[7] : NULL, c->first, c->count);
}
#endif

static const uint16_t forms[] = {0, MOTE_FORM(MOTE_CODING_DENSE, MOTE_PACKING_TRANSPOSED), 0, 0, 0, 0, 0};

MOTE_KERNEL_CODE(depthwise_conv_2d_s8, mve, .run = MOTE_IF_MVE(run_depthwise_conv_2d_s8_mve), .forms = forms,
                 .fit = fit, MOTE_SHAPE(shape) MOTE_SCRATCH);
