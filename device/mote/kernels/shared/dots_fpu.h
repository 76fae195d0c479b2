/* SPDX-License-Identifier: Apache-2.0 */
/* dots.h with the instructions of fpu.h, in the place of weights_f32.h: the same sums, to the bit, since products are
 * rounded before they are added, in the same order. One instruction loads several floats, as compilers never do, and
 * nothing waits for the result of the instruction before it. */
#ifndef MOTE_DOTS_FPU_H
#define MOTE_DOTS_FPU_H

#include "floats.h"

typedef float mote_weight;

/* As weights_f32.h. */
#define MOTE_WEIGHTS(weights, scales) weights

static inline float mote_dot(const float *a, const float *w, int32_t n, float sum)
{
    for (; n > 0; n--)
        sum += *a++ * *w++;
    return sum;
}

/* Registers 0 to 3: inputs; from 4 on: four weights of each row, which become products; 20 to 23: sums. */
#define MOTE_MULTIPLY_FOUR(a, b, c, d)                                                                                 \
    "vmul.f32 s" #a ", s" #a ", s0\n"                                                                                  \
    "vmul.f32 s" #b ", s" #b ", s1\n"                                                                                  \
    "vmul.f32 s" #c ", s" #c ", s2\n"                                                                                  \
    "vmul.f32 s" #d ", s" #d ", s3\n"
#define MOTE_ADD_TO_FOUR(a, b, c, d)                                                                                   \
    "vadd.f32 s20, s20, s" #a "\n"                                                                                     \
    "vadd.f32 s21, s21, s" #b "\n"                                                                                     \
    "vadd.f32 s22, s22, s" #c "\n"                                                                                     \
    "vadd.f32 s23, s23, s" #d "\n"

static inline void mote_dot_four(const float *a, const float *w, int32_t step, int32_t n, float sum[4])
{
    const float *w0 = w, *w1 = w0 + step, *w2 = w1 + step, *w3 = w2 + step;
    int32_t fours = n / 4, rest = n % 4;

    __asm__ volatile("vldmia %[sum], {s20-s23}\n"
                     "cmp %[fours], #0\n"
                     "beq 2f\n"
                     "1: vldmia %[a]!, {s0-s3}\n"
                     "vldmia %[w0]!, {s4-s7}\n"
                     "vldmia %[w1]!, {s8-s11}\n"
                     "vldmia %[w2]!, {s12-s15}\n"
                     "vldmia %[w3]!, {s16-s19}\n"
                     "subs %[fours], %[fours], #1\n" MOTE_MULTIPLY_FOUR(4, 5, 6, 7) MOTE_MULTIPLY_FOUR(8, 9, 10, 11)
                         MOTE_MULTIPLY_FOUR(12, 13, 14, 15) MOTE_MULTIPLY_FOUR(16, 17, 18, 19)
                             MOTE_ADD_TO_FOUR(4, 8, 12, 16) MOTE_ADD_TO_FOUR(5, 9, 13, 17)
                                 MOTE_ADD_TO_FOUR(6, 10, 14, 18)
                                     MOTE_ADD_TO_FOUR(7, 11, 15, 19) "bne 1b\n"
                                                                     "2: cmp %[rest], #0\n"
                                                                     "beq 4f\n"
                                                                     "3: vldmia %[a]!, {s0}\n"
                                                                     "vldmia %[w0]!, {s4}\n"
                                                                     "vldmia %[w1]!, {s8}\n"
                                                                     "vldmia %[w2]!, {s12}\n"
                                                                     "vldmia %[w3]!, {s16}\n"
                                                                     "subs %[rest], %[rest], #1\n"
                                                                     "vmul.f32 s4, s4, s0\n"
                                                                     "vmul.f32 s8, s8, s0\n"
                                                                     "vmul.f32 s12, s12, s0\n"
                                                                     "vmul.f32 s16, s16, s0\n" MOTE_ADD_TO_FOUR(
                                                                         4, 8, 12, 16) "bne 3b\n"
                                                                                       "4: vstmia %[sum], {s20-s23}\n"
                     : [a] "+r"(a), [w0] "+r"(w0), [w1] "+r"(w1), [w2] "+r"(w2), [w3] "+r"(w3), [fours] "+r"(fours),
                       [rest] "+r"(rest)
                     : [sum] "r"(sum)
                     : "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "s12", "s13", "s14",
                       "s15", "s16", "s17", "s18", "s19", "s20", "s21", "s22", "s23", "cc", "memory");
}

/* Products of the weight s<w> and of an input of each pixel, added to the sums of a filter. */
#define MOTE_ADD_PRODUCTS(w, a, b, c, d, sa, sb, sc, sd)                                                               \
    "vmul.f32 s10, s" #a ", s" #w "\n"                                                                                 \
    "vmul.f32 s11, s" #b ", s" #w "\n"                                                                                 \
    "vmul.f32 s12, s" #c ", s" #w "\n"                                                                                 \
    "vmul.f32 s13, s" #d ", s" #w "\n"                                                                                 \
    "vadd.f32 s" #sa ", s" #sa ", s10\n"                                                                               \
    "vadd.f32 s" #sb ", s" #sb ", s11\n"                                                                               \
    "vadd.f32 s" #sc ", s" #sc ", s12\n"                                                                               \
    "vadd.f32 s" #sd ", s" #sd ", s13\n"
/* Two inputs of each pixel, in 0 to 7, and two weights of a filter; and one input, in 0, 2, 4, 6, and one weight. */
#define MOTE_FILTER_OF_TWO(w, sa, sb, sc, sd)                                                                          \
    "vldmia %[" #w "]!, {s8, s9}\n" MOTE_ADD_PRODUCTS(8, 0, 2, 4, 6, sa, sb, sc, sd)                                   \
        MOTE_ADD_PRODUCTS(9, 1, 3, 5, 7, sa, sb, sc, sd)
#define MOTE_FILTER_OF_ONE(w, sa, sb, sc, sd)                                                                          \
    "vldmia %[" #w "]!, {s8}\n" MOTE_ADD_PRODUCTS(8, 0, 2, 4, 6, sa, sb, sc, sd)
#define MOTE_FILTERS(OF) OF(w0, 16, 20, 24, 28) OF(w1, 17, 21, 25, 29) OF(w2, 18, 22, 26, 30) OF(w3, 19, 23, 27, 31)

/* Sixteen sums: four filters of four pixels, of which the fourth may be the third again. */
static inline void mote_dot_sixteen(const float *a, int32_t next, int32_t pixels, const float *w, int32_t step,
                                    int32_t n, float sum[16])
{
    const float *b = a + next, *c = b + next, *d = pixels == 4 ? c + next : c, *w0 = w, *w1 = w0 + step,
                *w2 = w1 + step, *w3 = w2 + step;
    int32_t twos = n / 2;

    __asm__ volatile(
        "vldmia %[sum], {s16-s31}\n"
        "cmp %[twos], #0\n"
        "beq 2f\n"
        "1: vldmia %[a]!, {s0, s1}\n"
        "vldmia %[b]!, {s2, s3}\n"
        "vldmia %[c]!, {s4, s5}\n"
        "vldmia %[d]!, {s6, s7}\n"
        "subs %[twos], %[twos], #1\n" MOTE_FILTERS(
            MOTE_FILTER_OF_TWO) "bne 1b\n"
                                "2: tst %[n], #1\n"
                                "beq 3f\n"
                                "vldr.32 s0, [%[a]]\n"
                                "vldr.32 s2, [%[b]]\n"
                                "vldr.32 s4, [%[c]]\n"
                                "vldr.32 s6, [%[d]]\n" MOTE_FILTERS(MOTE_FILTER_OF_ONE) "3: vstmia %[sum], {s16-s31}\n"
        : [a] "+r"(a), [b] "+r"(b), [c] "+r"(c), [d] "+r"(d), [w0] "+r"(w0), [w1] "+r"(w1), [w2] "+r"(w2),
          [w3] "+r"(w3), [twos] "+r"(twos)
        : [sum] "r"(sum), [n] "r"(n)
        : "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "s12", "s13", "s16", "s17", "s18",
          "s19", "s20", "s21", "s22", "s23", "s24", "s25", "s26", "s27", "s28", "s29", "s30", "s31", "cc", "memory");
}

#define MOTE_DOT_PIXELS 4

static inline void mote_dot_block(const float *a, int32_t next, int32_t pixels, const float *w, int32_t step, int32_t n,
                                  float sum[4 * MOTE_DOT_PIXELS])
{
    if (pixels >= 3) {
        mote_dot_sixteen(a, next, pixels, w, step, n, sum);
        return;
    }
    for (; pixels > 0; pixels--, a += next, sum += 4)
        mote_dot_four(a, w, step, n, sum);
}

#endif
