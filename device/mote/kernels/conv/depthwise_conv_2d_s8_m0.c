/* SPDX-License-Identifier: Apache-2.0 */
/* depthwise_conv_2d_s8 for Armv6-M: where a pixel's taps lie is known once for all channels, outside the picture in the
 * row of zero points. Two channels at a time. */
#include "depthwise_conv_2d_s8_m0.h"

#include "../shared/m0.h"
#include "../shared/rows.h"
#include "depthwise_conv_2d_s8_taps.h"

#if MOTE_ARMV6M
enum { SUMS = 32 };

/* Channels, two at a time, of which each has its own input channel; the assembly has the offsets. */
struct pairs {
    const int8_t *const *taps, *const *end; /*  0 */
    const int8_t *w;                        /*  8: of channel 0 */
    int32_t out_c;                          /* 12 */
    const int32_t *bias;                    /* 16 */
    uint32_t *sum;                          /* 20 */
    int32_t channel;                        /* 24: the first */
    int32_t n;                              /* 28: pairs */
    uint32_t r7;                            /* 32: saved, as compilers do not let assembly have it */
};

/* r0 where the taps are, r1 one, r2 its weights, r3 an input, r4 a weight; r5 and r7 the channels; r6 all; r8 and r9
 * sums; r10 the taps' end, r12 from a tap's weights to the next one's. */
#define ENTER "mov r6, r0\nstr r7, [r6, #32]\nldr r5, [r6, #24]\nldr r1, [r6, #12]\nmov r12, r1\n"
#define PAIR                                                                                                           \
    "1:\nadds r7, r5, #1\nldr r0, [r6, #16]\nldmia r0!, {r1, r2}\nstr r0, [r6, #16]\nmov r8, r1\nmov r9, r2\n"         \
    "ldr r2, [r6, #8]\nldr r0, [r6, #4]\nmov r10, r0\nldr r0, [r6]\n"
#define WEIGH(channel, sum)                                                                                            \
    "ldrsb r3, [r1, " channel "]\nldrsb r4, [r2, " channel "]\nmuls r3, r4, r3\nadd " sum ", r3\n"
#define TAPS_OF_PAIR "2:\nldmia r0!, {r1}\n" WEIGH("r5", "r8") WEIGH("r7", "r9") "add r2, r12\ncmp r0, r10\nbne 2b\n"
#define PUT          "ldr r0, [r6, #20]\nmov r1, r8\nmov r2, r9\nstmia r0!, {r1, r2}\nstr r0, [r6, #20]\n"
#define NEXT         "adds r5, #2\nldr r0, [r6, #28]\nsubs r0, #1\nstr r0, [r6, #28]\nbne 1b\nldr r7, [r6, #32]\n"

static void sum_pairs(struct pairs *pairs)
{
    register struct pairs *p __asm__("r0") = pairs;

    __asm__ volatile(".syntax unified\n" ENTER PAIR TAPS_OF_PAIR PUT NEXT
                     : "+r"(p)
                     :
                     : "r1", "r2", "r3", "r4", "r5", "r6", "r8", "r9", "r10", "r12", "cc", "memory");
}

static void put(const struct mote_depthwise_layer *l, int32_t o, const uint32_t *sum, int32_t n, int8_t *out)
{
    const struct mote_depthwise_conv_2d_s8 *p = l->p;
    int32_t q = p->per_channel ? o : 0;
    struct mote_results r = {l->mult + q,    sum,         out + o, l->shift + q, p->lo, p->hi,
                             p->per_channel, p->out_zero, sum + n};

    mote_put_results(&r, l->swift);
}

/* n channels from o on, an even number. */
static void put_channels(const struct mote_depthwise_layer *l, const int8_t *const taps[], const int8_t *const *end,
                         int32_t o, int32_t n, int8_t *out)
{
    for (int32_t part; n > 0; n -= part, o += part) {
        uint32_t sum[SUMS];
        struct pairs pairs = {taps, end, l->weights, l->p->out_c, l->bias + o, sum, o, 0, 0};

        part = n < SUMS ? n : SUMS;
        pairs.n = part / 2;
        sum_pairs(&pairs);
        put(l, o, sum, part, out);
    }
}

static void put_channel(const struct mote_depthwise_layer *l, const int8_t *const taps[], const int8_t *const *end,
                        int32_t o, int8_t *out)
{
    int32_t at = o / l->p->depth_multiplier;
    uint32_t sum = (uint32_t)l->bias[o];
    const int8_t *w = l->weights + o;

    for (; taps != end; w += l->p->out_c)
        sum += (uint32_t)((*taps++)[at] * *w);
    put(l, o, &sum, 1, out);
}

/* Of an odd number of channels the one before the last is computed again, for nothing. */
static void put_pixel(const struct mote_depthwise_layer *l, const int8_t *const rows[], int32_t x, int8_t *out)
{
    const struct mote_depthwise_conv_2d_s8 *p = l->p;
    const int8_t *taps[MOTE_TAPS], **end = mote_set_taps(l, rows, x, taps);
    bool pairs = p->depth_multiplier == 1 && p->out_c > 1;

    if (pairs)
        put_channels(l, taps, end, 0, p->out_c / 2 * 2, out);
    if (pairs && p->out_c % 2 > 0)
        put_channels(l, taps, end, p->out_c - 2, 2, out);
    for (int32_t o = 0; o < p->out_c && !pairs; o++)
        put_channel(l, taps, end, o, out);
}

MOTE_WEAK void mote_depthwise_conv_2d_s8_m0(const struct mote_depthwise_conv_2d_s8 *p, const int8_t *in,
                                            const int8_t *weights, const int32_t *bias, const int32_t *mult,
                                            const int8_t *shift, const int8_t *zeros, int8_t *out, int32_t first,
                                            int32_t count)
{
    const struct mote_depthwise_layer l = {
        p, weights, zeros, shift, bias, mult, mote_all_divide(mult, shift, p->per_channel ? p->out_c : 1)};
    const int8_t *rows[MOTE_KERNEL_ROWS_MAX];

    for (int32_t r = first; r < first + count; r++) {
        int32_t top = r % p->out_h * p->stride_h - p->pad_top;
        int8_t *to = out + mote_ring(r, p->out_ring) * p->out_w * p->out_c;

        mote_rows_s8(rows, p->kernel_h, in, zeros, r / p->out_h, top, p->dilation_h, p->in_h, p->in_w * p->in_c,
                     p->in_ring);
        for (int32_t ox = 0, x = -p->pad_left; ox < p->out_w; ox++, x += p->stride_w, to += p->out_c)
            if (p->kernel_h * p->kernel_w <= MOTE_TAPS)
                put_pixel(&l, rows, x, to);
            else
                mote_put_many_taps(&l, rows, x, to);
    }
}

static void run_depthwise_conv_2d_s8_m0(const struct mote_call *c)
{
    mote_depthwise_conv_2d_s8_m0(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5],
                                 c->args[6], c->first, c->count);
}
#endif

#if MOTE_DESCRIBE
/* Each call looks at the channels' numbers first. */
static double instructions(const void *params, int32_t rows)
{
    const struct mote_depthwise_conv_2d_s8 *p = params;
    double pixel = 40 + p->out_c * (20 + 6.0 * p->kernel_h * p->kernel_w);

    return 200 + 13.0 * p->out_c + rows * (60 + p->out_w * pixel);
}
#endif

MOTE_KERNEL_CODE(depthwise_conv_2d_s8, m0, .run = MOTE_IF_ARMV6M(run_depthwise_conv_2d_s8_m0),
                 MOTE_INSTRUCTIONS(instructions));
