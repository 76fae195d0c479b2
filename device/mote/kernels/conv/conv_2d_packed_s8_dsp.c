/* SPDX-License-Identifier: Apache-2.0 */
/* conv_2d_packed_s8 with products of pairs of halfwords: the weights of four filters are pairs already, as products
 * with a word's even and odd bytes take them. The loop over a run is assembly: compilers load weights one by one. */
#include "../shared/hot.h"

#include "conv_2d_packed_s8_dsp.h"

#include "../shared/requant_dsp.h"

#if MOTE_DSP
#include "conv_2d_packed_s8_filters.h"

#define PRODUCTS(pair)                                                                                                 \
    "ldmia %[w]!, {r4, r5, r6, r8}\n"                                                                                  \
    "smlad %[s0], " pair ", r4, %[s0]\nsmlad %[s1], " pair ", r5, %[s1]\n"                                             \
    "smlad %[s2], " pair ", r6, %[s2]\nsmlad %[s3], " pair ", r8, %[s3]\n"

/* One run or more, of `fours` each: their products. */
static inline const int16_t *add_run(const int8_t *in, const int16_t *w, int32_t fours, uint32_t sums[4])
{
    uint32_t s0 = sums[0], s1 = sums[1], s2 = sums[2], s3 = sums[3], even, odd;
    const int8_t *end = in + 4 * fours;

    __asm__ volatile("1:\nldr %[even], [%[in]], #4\nsxtb16 %[odd], %[even], ror #8\nsxtb16 %[even], %[even]\n" PRODUCTS(
                         "%[even]") PRODUCTS("%[odd]") "cmp %[in], %[end]\nbne 1b\n"
                     : [in] "+r"(in), [w] "+r"(w), [s0] "+r"(s0), [s1] "+r"(s1), [s2] "+r"(s2), [s3] "+r"(s3),
                       [even] "=&r"(even), [odd] "=&r"(odd)
                     : [end] "r"(end)
                     : "r4", "r5", "r6", "r8", "cc", "memory");
    sums[0] = s0;
    sums[1] = s1;
    sums[2] = s2;
    sums[3] = s3;
    return w;
}

/* Not inline: there are few registers. */
static __attribute__((noinline)) void sum_pixel(const struct mote_conv_call *c, const struct mote_filters *f,
                                                const int8_t *in, uint32_t sums[MOTE_CONV_FILTERS])
{
    const int16_t *w = c->weights;

    for (int32_t k = 0; k < MOTE_CONV_FILTERS; k++)
        sums[k] = (uint32_t)f->bias[k];
    for (int32_t i = 0; i < c->p->kernel_h; i++)
        for (int32_t j = 0; j < c->run.runs; j++)
            w = add_run(in + i * c->down + j * c->right, w, c->run.fours, sums);
}

/* Not inline: rarely wanted. */
static __attribute__((noinline)) int8_t put_slowly(const struct mote_conv_2d_packed_s8 *p, int32_t sum, int32_t mult,
                                                   int32_t shift)
{
    return mote_requant_s8(sum, mult, shift, p->out_zero, p->lo, p->hi);
}

static inline int8_t put_sum(const struct mote_conv_2d_packed_s8 *p, const struct mote_filters *f, int32_t k,
                             int32_t sum)
{
    const int32_t mult = f->mult[k], shift = f->shift[k];

    if (!f->plain)
        return put_slowly(p, sum, mult, shift);
    return (int8_t)mote_clamp(mote_requant_plain(sum, mult, -shift, 2 * p->out_zero + 1), p->lo, p->hi);
}

MOTE_WEAK void mote_conv_2d_packed_s8_dsp(const struct mote_conv_2d_packed_s8 *p, const int8_t *in,
                                          const uint8_t *packed, const int8_t *levels, const uint8_t *bias,
                                          const int32_t *mult, const int8_t *shift, const int8_t *zeros, int8_t *out,
                                          int32_t *scratch, int32_t first, int32_t count)
{
    mote_conv_packed(p, in, packed, levels, bias, mult, shift, zeros, out, scratch, first, count);
}

static void run_conv_2d_packed_s8_dsp(const struct mote_call *c)
{
    mote_conv_2d_packed_s8_dsp(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5],
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
    const double runs = (double)p->kernel_h * r.runs, copied = 0.5 * ((double)w.rows * w.columns) * p->in_c;

    return 300 + blocks * ((12.0 * r.n + 20) * runs * p->out_c + copied) +
           (double)rows * p->out_w * (groups * (runs * (18.0 + 15.0 * r.fours) + 40) + 20.0 * p->out_c);
}
#endif

MOTE_KERNEL_CODE(conv_2d_packed_s8, dsp, .run = MOTE_IF_DSP(run_conv_2d_packed_s8_dsp),
                 MOTE_INSTRUCTIONS(instructions));
