/* SPDX-License-Identifier: Apache-2.0 */
/* weights_s8.h and its dots.h with the instructions of fpu.h: the same sums, to the bit, since a weight times its scale
 * is rounded, so is each product before it is added, and all go in the same order. A weight is made a float once for
 * five pixels. */
#ifndef MOTE_DOTS_HYBRID_FPU_H
#define MOTE_DOTS_HYBRID_FPU_H

#include "floats.h"

typedef int8_t mote_weight;

/* As weights_s8.h. */
#define MOTE_WEIGHTS(weights, scales) weights, scales

static inline float mote_weight_value(mote_weight w, float scale) { return (float)w * scale; }

static inline float mote_dot(const float *a, const mote_weight *w, const float *scales, int32_t n, float sum)
{
    for (; n > 0; n--)
        sum += *a++ * mote_weight_value(*w++, *scales);
    return sum;
}

static inline void mote_dot_four(const float *a, const mote_weight *w, const float *scales, int32_t step, int32_t n,
                                 float sum[4])
{
    const mote_weight *w0 = w, *w1 = w0 + step, *w2 = w1 + step, *w3 = w2 + step;
    float s0 = sum[0], s1 = sum[1], s2 = sum[2], s3 = sum[3];

    for (; n > 0; n--) {
        float value = *a++;

        s0 += value * mote_weight_value(*w0++, scales[0]);
        s1 += value * mote_weight_value(*w1++, scales[1]);
        s2 += value * mote_weight_value(*w2++, scales[2]);
        s3 += value * mote_weight_value(*w3++, scales[3]);
    }
    sum[0] = s0;
    sum[1] = s1;
    sum[2] = s2;
    sum[3] = s3;
}

/* A weight, in a register of integers, becomes a float of the scale s<scale>, and another is loaded; its products with
 * the inputs of five pixels, in 0 to 4, go to their sums of this filter. */
#define MOTE_ADD_FIVE(weight, load, scale, sa, sb, sc, sd, se)                                                         \
    "vmov s5, %[" #weight "]\n" load "vcvt.f32.s32 s5, s5\n"                                                           \
    "vmul.f32 s5, s5, s" #scale "\n"                                                                                   \
    "vmul.f32 s6, s0, s5\n"                                                                                            \
    "vmul.f32 s7, s1, s5\n"                                                                                            \
    "vadd.f32 s" #sa ", s" #sa ", s6\n"                                                                                \
    "vadd.f32 s" #sb ", s" #sb ", s7\n"                                                                                \
    "vmul.f32 s6, s2, s5\n"                                                                                            \
    "vmul.f32 s7, s3, s5\n"                                                                                            \
    "vmul.f32 s5, s4, s5\n"                                                                                            \
    "vadd.f32 s" #sc ", s" #sc ", s6\n"                                                                                \
    "vadd.f32 s" #sd ", s" #sd ", s7\n"                                                                                \
    "vadd.f32 s" #se ", s" #se ", s5\n"
#define MOTE_LOAD_THIRD  "ldrsb %[one], [%[w], %[step], lsl #1]\n"
#define MOTE_LOAD_FOURTH "ldrsb %[two], [%[w], %[third]]\n"
#define MOTE_FILTERS                                                                                                   \
    MOTE_ADD_FIVE(one, MOTE_LOAD_THIRD, 8, 12, 16, 20, 24, 28)                                                         \
    MOTE_ADD_FIVE(two, MOTE_LOAD_FOURTH, 9, 13, 17, 21, 25, 29)                                                        \
    MOTE_ADD_FIVE(one, "add %[w], %[w], #1\n", 10, 14, 18, 22, 26, 30)                                                 \
    MOTE_ADD_FIVE(two, "", 11, 15, 19, 23, 27, 31)

#define MOTE_DOT_PIXELS 5

/* Twenty sums: four filters of three to five pixels, of which the last may be there again. Registers 8 to 11: scales;
 * 12 to 31: sums. */
static inline void mote_dot_twenty(const float *a, int32_t next, int32_t pixels, const mote_weight *w,
                                   const float *scales, int32_t step, int32_t n, float sum[4 * MOTE_DOT_PIXELS])
{
    const float *b = a + next, *c = b + next, *d = pixels > 3 ? c + next : c, *e = pixels > 4 ? d + next : d;
    int32_t one, two, third = 3 * step;

    __asm__ volatile("vldmia %[scales], {s8-s11}\n"
                     "vldmia %[sum], {s12-s31}\n"
                     "1: ldrsb %[one], [%[w]]\n"
                     "ldrsb %[two], [%[w], %[step]]\n"
                     "vldmia %[a]!, {s0}\n"
                     "vldmia %[b]!, {s1}\n"
                     "vldmia %[c]!, {s2}\n"
                     "vldmia %[d]!, {s3}\n"
                     "vldmia %[e]!, {s4}\n"
                     "subs %[n], %[n], #1\n" MOTE_FILTERS "bne 1b\n"
                     "vstmia %[sum], {s12-s31}\n"
                     : [a] "+&r"(a), [b] "+&r"(b), [c] "+&r"(c), [d] "+&r"(d), [e] "+&r"(e), [w] "+&r"(w), [n] "+&r"(n),
                       [one] "=&r"(one), [two] "=&r"(two)
                     : [step] "r"(step), [third] "r"(third), [sum] "r"(sum), [scales] "r"(scales)
                     : "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "s12", "s13", "s14",
                       "s15", "s16", "s17", "s18", "s19", "s20", "s21", "s22", "s23", "s24", "s25", "s26", "s27", "s28",
                       "s29", "s30", "s31", "cc", "memory");
}

static inline void mote_dot_block(const float *a, int32_t next, int32_t pixels, const mote_weight *w,
                                  const float *scales, int32_t step, int32_t n, float sum[4 * MOTE_DOT_PIXELS])
{
    if (pixels >= 3) {
        mote_dot_twenty(a, next, pixels, w, scales, step, n, sum);
        return;
    }
    for (; pixels > 0; pixels--, a += next, sum += 4)
        mote_dot_four(a, w, scales, step, n, sum);
}

#endif
