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
#else
#define MOTE_FPU          0
#define MOTE_IF_FPU(code) NULL
#endif

#endif
