/* SPDX-License-Identifier: Apache-2.0 */
/* Float depthwise convolution with the floating-point extension of Armv7E-M: one instruction loads eight channels. */
#include "../shared/hot.h"

#include "depthwise_conv_2d_f32_fpu.h"

#include "../shared/fpu.h"

#if MOTE_FPU
#include "../shared/weights_f32.h"
#include "../shared/windows.h"

/* Sums of eight channels side by side: of each row that is there, `taps` inputs that lie `step` bytes apart from `at`
 * on, with weights that lie `next` bytes apart; a row's are `row` bytes behind those of the row before. Registers 0 to
 * 7: inputs; 8 to 15: weights, which become products; 16 to 23: sums. */
static inline void sum_eight(const float *const *rows, int32_t kernel_h, int32_t at, int32_t step, const float *w,
                             int32_t next, int32_t row, int32_t taps, float sum[8])
{
    const float *a, *v;
    int32_t n;

    __asm__ volatile(
        "mov %[n], #0\n"
        "vmov d8, %[n], %[n]\n"
        "vmov d9, %[n], %[n]\n"
        "vmov d10, %[n], %[n]\n"
        "vmov d11, %[n], %[n]\n"
        "1: ldr %[a], [%[rows]], #4\n"
        "mov %[v], %[w]\n"
        "mov %[n], %[taps]\n"
        "cmp %[a], #0\n"
        "add %[w], %[w], %[row]\n"
        "beq 3f\n"
        "add %[a], %[a], %[at]\n"
        "2: vldmia %[a], {s0-s7}\n"
        "vldmia %[v], {s8-s15}\n"
        "subs %[n], %[n], #1\n"
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
        "bne 2b\n"
        "3: subs %[k], %[k], #1\n"
        "bne 1b\n"
        "vstmia %[sum], {s16-s23}\n"
        : [rows] "+&r"(rows), [k] "+&r"(kernel_h), [w] "+&r"(w), [a] "=&r"(a), [v] "=&r"(v), [n] "=&r"(n)
        : [at] "r"(at), [step] "r"(step), [next] "r"(next), [row] "r"(row), [taps] "r"(taps), [sum] "r"(sum)
        : "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "s12", "s13", "s14", "s15", "s16",
          "s17", "s18", "s19", "s20", "s21", "s22", "s23", "cc", "memory");
}

/* The first channels of a pixel, in eights; returns how many they were. `w` are the weights of its first column. */
static int32_t first_channels(const struct mote_depthwise_conv_2d_f32 *p, const float *const rows[],
                              const struct mote_columns *c, const float *w, const float *bias, float *out)
{
    const float lo = mote_float(p->lo), hi = mote_float(p->hi);
    const int32_t taps = c->to - c->from, next = 4 * p->out_c;
    const int32_t step = (int32_t)((uint32_t)p->dilation_w * (uint32_t)next); /* of one tap it may be anything */
    int32_t o = 0;

    for (; p->depth_multiplier == 1 && taps > 0 && o + 8 <= p->out_c; o += 8) {
        float sum[8];

        sum_eight(rows, p->kernel_h, 4 * (c->at + o), step, w + o, next, p->kernel_w * next, taps, sum);
        mote_put_eight(sum, bias + o, lo, hi, out + o);
    }
    return o;
}

#define FIRST_CHANNELS           first_channels
#define DEPTHWISE_CONV_2D_PARAMS mote_depthwise_conv_2d_f32
#define DEPTHWISE_CONV_2D_ROW    mote_depthwise_conv_2d_f32_fpu_row
#define DEPTHWISE_CONV_2D        mote_depthwise_conv_2d_f32_fpu
#include "depthwise_conv_2d_floats.h"

static void run_depthwise_conv_2d_f32_fpu(const struct mote_call *c)
{
    mote_depthwise_conv_2d_f32_fpu(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->first, c->count);
}
#endif

MOTE_KERNEL_CODE(depthwise_conv_2d_f32, fpu, .run = MOTE_IF_FPU(run_depthwise_conv_2d_f32_fpu));
