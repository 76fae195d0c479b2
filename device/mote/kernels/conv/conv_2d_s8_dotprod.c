/* SPDX-License-Identifier: Apache-2.0 */
/* conv_2d_s8 with the dot products of Armv8.2-A: four pixels meet 16 filters, four inputs and four filters an
 * instruction. */
#include "conv_2d_s8_dotprod.h"

#include "conv_2d_s8_tiles.h"

enum { PIXELS = 4, VECTORS = 4 };

static uint32_t fit(const void *params, uint32_t *bytes)
{
    const struct mote_conv_2d_s8 *p = params;

    bytes[1] = mote_conv_packed_bytes(p);
    return mote_conv_scratch(p, PIXELS);
}

#if MOTE_DOTPROD
/* Four inputs from a vector of 16, with four filters each. */
#define STEP(lane)                                                                                                     \
    do {                                                                                                               \
        int8x16_t filters[VECTORS];                                                                                    \
                                                                                                                       \
        MOTE_UNROLL for (int v = 0; v < VECTORS; v++) filters[v] = vld1q_s8(w + 16 * v);                               \
        MOTE_UNROLL for (int i = 0; i < PIXELS; i++) MOTE_UNROLL for (int v = 0; v < VECTORS; v++) sum[i][v] =         \
            vdotq_laneq_s32(sum[i][v], filters[v], x[i], lane);                                                        \
        w += 64;                                                                                                       \
    } while (0)

/* Four inputs, zeros behind them. */
MOTE_INLINE int8x16_t inputs(const int8_t *four)
{
    int32_t word;

    __builtin_memcpy(&word, four, 4);
    return vreinterpretq_s8_s32(vsetq_lane_s32(word, vdupq_n_s32(0), 0));
}

/* Filters o to o + 15, of which the block at `w` has the weights. */
MOTE_WITH_DOTPROD static void compute_16(const struct mote_conv_call *c, const struct mote_conv_tile *t, int32_t o,
                                         const int8_t *w)
{
    const struct mote_conv_2d_s8 *p = c->p;
    int32x4_t sum[PIXELS][VECTORS];
    int8x16_t x[PIXELS];
    int32_t k = 0;

    MOTE_UNROLL for (int v = 0; v < VECTORS; v++)
    {
        int32_t from = o + 4 * v, n = p->out_c - from;
        int32x4_t bias = n > 0 ? mote_load_4(c->bias + from, n) : vdupq_n_s32(0);

        MOTE_UNROLL for (int i = 0; i < PIXELS; i++) sum[i][v] = bias;
    }
    for (; k + 16 <= c->columns; k += 16) {
        MOTE_UNROLL for (int i = 0; i < PIXELS; i++) x[i] = vld1q_s8(t->in[i] + k);
        STEP(0);
        STEP(1);
        STEP(2);
        STEP(3);
    }
    for (; k < c->columns; k += 4) {
        MOTE_UNROLL for (int i = 0; i < PIXELS; i++) x[i] = inputs(t->in[i] + k);
        STEP(0);
    }
    MOTE_UNROLL for (int v = 0; v < VECTORS; v += 2)
    {
        int32_t from = o + 4 * v, n = p->out_c - from, q = p->per_channel ? from : 0, more = p->per_channel ? 4 : 0;

        if (n > 0) {
            struct mote_scale_4 a = mote_scale_4(c->mult + q, c->shift + q, p->per_channel, n), b = a;

            if (n > 4)
                b = mote_scale_4(c->mult + q + more, c->shift + q + more, p->per_channel, n - 4);
            MOTE_UNROLL for (int i = 0; i < PIXELS; i++) if (i < t->n)
                mote_put_8(mote_narrow_8(mote_requant_4(sum[i][v], &a), mote_requant_4(sum[i][v + 1], &b), p->out_zero,
                                         p->lo, p->hi),
                           n, t->out[i] + from);
        }
    }
}

static void compute(const struct mote_conv_call *c, const struct mote_conv_tile *t)
{
    for (int32_t o = t->from & ~15; o < t->to; o += 16)
        compute_16(c, t, o, c->weights + (size_t)o * (size_t)c->columns);
}

MOTE_WEAK void mote_conv_2d_s8_dotprod(const struct mote_conv_2d_s8 *p, const int8_t *in, const int8_t *weights,
                                       const int32_t *bias, const int32_t *mult, const int8_t *shift,
                                       const int8_t *zeros, int8_t *out, void *scratch, int32_t first, int32_t count)
{
    struct mote_conv_call c = {
        p,      weights, bias, mult, shift, zeros, mote_conv_is_plain(p) ? scratch : NULL, mote_conv_columns(p),
        PIXELS, compute};

    mote_conv_rows(&c, in, out, first, count);
}

static void run_conv_2d_s8_dotprod(const struct mote_call *c)
{
    mote_conv_2d_s8_dotprod(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5],
                            c->args[6], c->args[7], c->first, c->count);
}
#endif

MOTE_KERNEL_CODE(conv_2d_s8, dotprod, .run = MOTE_IF_DOTPROD(run_conv_2d_s8_dotprod), .forms = mote_conv_forms,
                 .fit = fit, MOTE_SHAPE(mote_conv_shape));
