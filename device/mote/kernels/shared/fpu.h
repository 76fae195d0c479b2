/* SPDX-License-Identifier: Apache-2.0 */
/* The floating-point extension of Armv7E-M and Armv8-M in single precision (Cortex-M4F, M7, M33, M55): 32 registers,
 * of which one instruction loads many. MOTE_FPU says whether the compiler has it. */
#ifndef MOTE_FPU_H
#define MOTE_FPU_H

#if defined(__ARM_FP) && (__ARM_FP & 4) && defined(__thumb2__) && defined(__ARM_ARCH_PROFILE) &&                       \
    __ARM_ARCH_PROFILE == 'M'
#define MOTE_FPU          1
#define MOTE_IF_FPU(code) code

/* GCC without optimization gives what stands in assembler too few registers. To the file's end, as hot.h. */
#if !defined(__OPTIMIZE__) && !defined(__clang__)
#pragma GCC optimize("O1")
#endif

#define MOTE_CLAMP(x)                                                                                                  \
    "vcmp.f32 " #x ", %[lo]\n"                                                                                         \
    "vmrs APSR_nzcv, fpscr\n"                                                                                          \
    "it mi\n"                                                                                                          \
    "vmovmi.f32 " #x ", %[lo]\n"                                                                                       \
    "vcmp.f32 " #x ", %[hi]\n"                                                                                         \
    "vmrs APSR_nzcv, fpscr\n"                                                                                          \
    "it gt\n"                                                                                                          \
    "vmovgt.f32 " #x ", %[hi]\n"

/* Eight times mote_clamp_f32(sum + bias, lo, hi). */
static inline void mote_put_eight(const float sum[8], const float bias[8], float lo, float hi, float *out)
{
    __asm__ volatile("vldmia %[sum], {s0-s7}\n"
                     "vldmia %[bias], {s8-s15}\n"
                     "vadd.f32 s0, s0, s8\n"
                     "vadd.f32 s1, s1, s9\n"
                     "vadd.f32 s2, s2, s10\n"
                     "vadd.f32 s3, s3, s11\n"
                     "vadd.f32 s4, s4, s12\n"
                     "vadd.f32 s5, s5, s13\n"
                     "vadd.f32 s6, s6, s14\n"
                     "vadd.f32 s7, s7, s15\n" MOTE_CLAMP(s0) MOTE_CLAMP(s1) MOTE_CLAMP(s2) MOTE_CLAMP(s3) MOTE_CLAMP(s4)
                         MOTE_CLAMP(s5) MOTE_CLAMP(s6) MOTE_CLAMP(s7) "vstmia %[out], {s0-s7}\n"
                     :
                     : [sum] "r"(sum), [bias] "r"(bias), [lo] "t"(lo), [hi] "t"(hi), [out] "r"(out)
                     : "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "s12", "s13", "s14",
                       "s15", "cc", "memory");
}
#else
#define MOTE_FPU          0
#define MOTE_IF_FPU(code) NULL
#endif

#endif
