/* SPDX-License-Identifier: Apache-2.0 */
/* Float depthwise convolution with weights of 8 bits and the floating-point extension of Armv7E-M: inputs, weights,
 * scales and sums of eight channels are its 32 registers. */
#include "../shared/hot.h"

#include "depthwise_conv_2d_hybrid_fpu.h"

#include "../shared/fpu.h"

#if MOTE_FPU
#include "../shared/weights_s8.h"
#include "../shared/windows.h"

/* Two weights; they become floats in registers a and b, with the scales of c and d. */
#define LOAD_TWO(k, k1)                                                                                                \
    "ldrsb %[one], [%[v], #" #k "]\n"                                                                                  \
    "ldrsb %[two], [%[v], #" #k1 "]\n"
#define TO_FLOATS(pair, a, b, c, d)                                                                                    \
    "vmov d" #pair ", %[one], %[two]\n"                                                                                \
    "vcvt.f32.s32 s" #a ", s" #a "\n"                                                                                  \
    "vcvt.f32.s32 s" #b ", s" #b "\n"                                                                                  \
    "vmul.f32 s" #a ", s" #a ", s" #c "\n"                                                                             \
    "vmul.f32 s" #b ", s" #b ", s" #d "\n"

/* Sums of eight channels side by side: of each row that is there, `taps` inputs that lie `step` bytes apart from `at`
 * on, with weights that lie `next` bytes apart; a row's are `row` bytes behind those of the row before. Registers 0 to
 * 7: inputs; 8 to 15: weights, which become products; 16 to 23: sums; 24 to 31: scales. */
static inline void sum_eight(const float *const *rows, int32_t kernel_h, int32_t at, int32_t step, const int8_t *w,
                             const float *scales, int32_t next, int32_t row, int32_t taps, float sum[8])
{
    for (int32_t i = 0; i < 8; i++)
        sum[i] = 0.0f;
    for (int32_t k = 0; k < kernel_h; k++, w += row) {
        const float *a = rows[k];
        const int8_t *v = w;
        int32_t n = taps, one, two;

        if (a == NULL)
            continue;
        a = (const float *)((const char *)a + at);
        __asm__ volatile("vldmia %[sum], {s16-s23}\n"
                         "vldmia %[scales], {s24-s31}\n"
                         "1: vldmia %[a], {s0-s7}\n" LOAD_TWO(0, 1) TO_FLOATS(4, 8, 9, 24, 25) LOAD_TWO(2, 3)
                             TO_FLOATS(5, 10, 11, 26, 27) LOAD_TWO(4, 5) TO_FLOATS(6, 12, 13, 28, 29) LOAD_TWO(6, 7)
                                 TO_FLOATS(7, 14, 15, 30, 31) "subs %[n], %[n], #1\n"
                                                              "add %[a], %[a], %[step]\n"
                                                              "add %[v], %[v], %[next]\n"
                                                              "vmul.f32 s8, s8, s0\n"
                                                              "vmul.f32 s9, s9, s1\n"
                                                              "vmul.f32 s10, s10, s2\n"
                                                              "vmul.f32 s11, s11, s3\n"
                                                              "vmul.f32 s12, s12, s4\n"
                                                              "vmul.f32 s13, s13, s5\n"
                                                              "vmul.f32 s14, s14, s6\n"
                                                              "vmul.f32 s15, s15, s7\n"
                                                              "vadd.f32 s16, s16, s8\n"
                                                              "vadd.f32 s17, s17, s9\n"
                                                              "vadd.f32 s18, s18, s10\n"
                                                              "vadd.f32 s19, s19, s11\n"
                                                              "vadd.f32 s20, s20, s12\n"
                                                              "vadd.f32 s21, s21, s13\n"
                                                              "vadd.f32 s22, s22, s14\n"
                                                              "vadd.f32 s23, s23, s15\n"
                                                              "bne 1b\n"
                                                              "vstmia %[sum], {s16-s23}\n"
                         : [a] "+&r"(a), [v] "+&r"(v), [n] "+&r"(n), [one] "=&r"(one), [two] "=&r"(two)
                         : [step] "r"(step), [next] "r"(next), [sum] "r"(sum), [scales] "r"(scales)
                         : "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "s12", "s13",
                           "s14", "s15", "s16", "s17", "s18", "s19", "s20", "s21", "s22", "s23", "s24", "s25", "s26",
                           "s27", "s28", "s29", "s30", "s31", "cc", "memory");
    }
}

/* The first channels of a pixel, in eights; returns how many they were. `w` are the weights of its first column. */
static int32_t first_channels(const struct mote_depthwise_conv_2d_hybrid *p, const float *const rows[],
                              const struct mote_columns *c, const int8_t *w, const float *scales, const float *bias,
                              float *out)
{
    const float lo = mote_float(p->lo), hi = mote_float(p->hi);
    const int32_t taps = c->to - c->from, next = p->out_c;
    const int32_t step = (int32_t)((uint32_t)p->dilation_w * (uint32_t)next * 4); /* of one tap it may be anything */
    int32_t o = 0;

    for (; p->depth_multiplier == 1 && taps > 0 && o + 8 <= p->out_c; o += 8) {
        float sum[8];

        sum_eight(rows, p->kernel_h, 4 * (c->at + o), step, w + o, scales + o, next, p->kernel_w * next, taps, sum);
        mote_put_eight(sum, bias + o, lo, hi, out + o);
    }
    return o;
}

/* DEPTHWISE_CONV_2D_ROW has the scales, too. */
#define FIRST_CHANNELS(p, rows, columns, w, bias, out) first_channels(p, rows, columns, w, scales, bias, out)
#define DEPTHWISE_CONV_2D_PARAMS                       mote_depthwise_conv_2d_hybrid
#define DEPTHWISE_CONV_2D_ROW                          mote_depthwise_conv_2d_hybrid_fpu_row
#define DEPTHWISE_CONV_2D                              mote_depthwise_conv_2d_hybrid_fpu
#include "depthwise_conv_2d_floats.h"

static void run_depthwise_conv_2d_hybrid_fpu(const struct mote_call *c)
{
    mote_depthwise_conv_2d_hybrid_fpu(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->first,
                                      c->count);
}
#endif

MOTE_KERNEL_CODE(depthwise_conv_2d_hybrid, fpu, .run = MOTE_IF_FPU(run_depthwise_conv_2d_hybrid_fpu));
