/* SPDX-License-Identifier: Apache-2.0 */
/* The DSP extension of Armv7E-M and Armv8-M (Cortex-M4, M7, M33, M55): products of pairs of halfwords. MOTE_DSP says
 * whether the compiler has it. */
#ifndef MOTE_DSP_H
#define MOTE_DSP_H

#include <stdint.h>

#if defined(__ARM_FEATURE_DSP) && __ARM_FEATURE_DSP && defined(__thumb2__)
#define MOTE_DSP          1
#define MOTE_IF_DSP(code) code

#include <arm_acle.h>

/* Four int8, or two int16, that lie at a multiple of 4, whatever the memory was declared as. */
typedef uint32_t __attribute__((may_alias)) mote_word;

/* Four int8 from anywhere: one load, as these cores have unaligned ones. */
static inline uint32_t mote_four_of(const int8_t *at)
{
    uint32_t four;

    __builtin_memcpy(&four, at, 4);
    return four;
}

/* Bytes 0 and 2 as two int16; bytes 1 and 3, for which the compiler would rotate first. */
static inline int32_t mote_even_bytes(uint32_t word) { return (int32_t)__sxtb16((int8x4_t)word); }

static inline int32_t mote_odd_bytes(uint32_t word)
{
    int32_t pair;

    __asm__("sxtb16 %0, %1, ror #8" : "=r"(pair) : "r"(word));
    return pair;
}

/* The sums of two int16 and bytes 0 and 2; and bytes 1 and 3. */
static inline int32_t mote_add_even_bytes(int32_t pair, uint32_t word)
{
    return (int32_t)__sxtab16((int16x2_t)pair, (int8x4_t)word);
}

static inline int32_t mote_add_odd_bytes(int32_t pair, uint32_t word)
{
    __asm__("sxtab16 %0, %0, %1, ror #8" : "+r"(pair) : "r"(word));
    return pair;
}

/* ---- four int8 in a word ---- */
static inline uint32_t mote_four_times(int32_t x) { return (uint32_t)(uint8_t)x * UINT32_C(0x01010101); }

static inline void mote_put_four(uint32_t four, int8_t *to) { __builtin_memcpy(to, &four, 4); }

/* Of each two the greater, the smaller: differences set a flag for each, by which bytes are selected. */
static inline uint32_t mote_greater_bytes(uint32_t a, uint32_t b)
{
    uint32_t t;

    __asm__("ssub8 %1, %0, %2\n"
            "sel %0, %0, %2"
            : "+r"(a), "=&r"(t)
            : "r"(b)
            : "cc");
    return a;
}

static inline uint32_t mote_smaller_bytes(uint32_t a, uint32_t b)
{
    uint32_t t;

    __asm__("ssub8 %1, %2, %0\n"
            "sel %0, %0, %2"
            : "+r"(a), "=&r"(t)
            : "r"(b)
            : "cc");
    return a;
}

/* To the nearest int16 or int8. GCC's __ssat() converts between signs, which is warned of. */
static inline int32_t mote_saturate_16(int32_t x) { return (int32_t)__builtin_arm_ssat(x, 16); }

static inline int8_t mote_saturate_8(int32_t x) { return (int8_t)__builtin_arm_ssat(x, 8); }

/* The same int16 twice. */
static inline uint32_t mote_twice(int32_t x)
{
    uint32_t pair;

    __asm__("pkhbt %0, %1, %1, lsl #16" : "=r"(pair) : "r"(x));
    return pair;
}

/* The lower halves of two pairs, and the upper ones. */
static inline int32_t mote_lower_halves(int32_t a, int32_t b)
{
    int32_t pair;

    __asm__("pkhbt %0, %1, %2, lsl #16" : "=r"(pair) : "r"(a), "r"(b));
    return pair;
}

static inline int32_t mote_upper_halves(int32_t a, int32_t b)
{
    int32_t pair;

    __asm__("pkhtb %0, %2, %1, asr #16" : "=r"(pair) : "r"(a), "r"(b));
    return pair;
}

/* Loads after it stay after it: more of them at once than there are registers would be stored and loaded again. */
#define MOTE_IN_ORDER() __asm__ volatile("" ::: "memory")

/* sum + a.low * b.low; sum + a.high * b.high; both, modulo 2^32 */
static inline int32_t mote_add_low(int32_t a, int32_t b, int32_t sum) { return __smlabb(a, b, sum); }

static inline int32_t mote_add_high(int32_t a, int32_t b, int32_t sum) { return __smlatt(a, b, sum); }

static inline int32_t mote_add_products(int32_t a, int32_t b, int32_t sum) { return __smlad(a, b, sum); }

#else
#define MOTE_DSP          0
#define MOTE_IF_DSP(code) NULL
#endif

#endif
