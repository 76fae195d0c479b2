/* SPDX-License-Identifier: Apache-2.0 */
/* Vectors of x86. MOTE_X86 says whether the compiler knows them; a function that uses them says for which, MOTE_AVX2,
 * and who calls it has asked the CPU. */
#ifndef MOTE_X86_H
#define MOTE_X86_H

#if defined(__x86_64__)
#define MOTE_X86          1
#define MOTE_IF_X86(code) code
#define MOTE_AVX2         __attribute__((target("avx2")))

#include <immintrin.h>

#else
#define MOTE_X86          0
#define MOTE_IF_X86(code) NULL
#endif

#endif
