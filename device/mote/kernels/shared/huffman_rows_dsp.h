/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of Huffman-coded weights that are decoded while they are summed, with additions of a word's bytes. Codes of a
 * gap and a level that are short together are looked up as one, as those of few levels are; a load is for as many pairs
 * as it brings, two or three. */
#ifndef MOTE_HUFFMAN_ROWS_DSP_H
#define MOTE_HUFFMAN_ROWS_DSP_H

#include <stddef.h>

#include "dsp.h"
#include "huffman.h"

enum {
    MOTE_HUFFMAN_JOINT_BITS = 8,
    MOTE_HUFFMAN_SHORT_BITS = 12
}; /* bits of a pair: three, or two, are in a word's 25 */

static inline bool mote_huffman_is_joint(int32_t gap_bits, int32_t level_bits)
{
    return gap_bits + level_bits <= MOTE_HUFFMAN_JOINT_BITS;
}

static inline bool mote_huffman_is_short(int32_t gap_bits, int32_t level_bits)
{
    return gap_bits + level_bits <= MOTE_HUFFMAN_SHORT_BITS;
}

/* Of a code's words: of short pairs one for each of 2^(gap_bits + level_bits), or 2^level_bits. */
static inline uint32_t mote_huffman_words_bytes(int32_t gap_bits, int32_t level_bits)
{
    return mote_huffman_is_joint(gap_bits, level_bits)   ? UINT32_C(4) << (gap_bits + level_bits)
           : mote_huffman_is_short(gap_bits, level_bits) ? UINT32_C(4) << level_bits
                                                         : 0;
}

#if MOTE_DESCRIBE
/* About what a pair takes. */
static inline double mote_huffman_pair_instructions(int32_t gap_bits, int32_t level_bits)
{
    return mote_huffman_is_joint(gap_bits, level_bits) ? 10.4 : mote_huffman_is_short(gap_bits, level_bits) ? 15 : 18;
}
#endif

/* A row's bias is below 2^29, and so are its products: an input less its zero has nine bits. */
static inline bool mote_huffman_has_room(int32_t columns, int32_t bias_bytes, int32_t bias_shift)
{
    return columns <= 1 << 14 && 8 * bias_bytes + bias_shift <= 30;
}

#if MOTE_DSP
/* What rows are decoded with, and where that is; the assembly has the offsets. Entries have a length in byte 0 and
 * a gap in byte 1; words of levels and joint ones the level above; where levels have no words, their entries have it
 * in byte 1. */
struct mote_huffman_dsp {
    const uint8_t *stream; /*  0 */
    const void *gaps;      /*  4: or joint words */
    const void *levels;    /*  8 */
    int32_t
        shift; /* 12: of a joint word or a gap's entry, and the inputs' zero point times 2^16: a shift takes a byte */
    int32_t level_shift; /* 16 */
    uint32_t at;         /* 20: the bit where the next row begins */
    const int8_t *in;    /* 24 */
    int32_t *sum, *end;  /* 28, 32: of rows */
    int32_t count_shift; /* 36 */
    int32_t gap_bits, level_bits;
};

_Static_assert(offsetof(struct mote_huffman_dsp, at) == 20 && offsetof(struct mote_huffman_dsp, count_shift) == 36,
               "the offsets in the assembly");

/* r0 where the offsets are from, r1 to r6 what comes first there; r8 where the next input may be, r9 the sum, r10 bits,
 * r11 an entry, r12 an input, lr how many pairs are left.
 *
 * A word from bit `at` on. */
#define MOTE_HUFFMAN_WORD                                                                                              \
    "lsr r10, r6, #3\n"                                                                                                \
    "ldr r10, [r1, r10]\n"                                                                                             \
    "and r11, r6, #7\n"                                                                                                \
    "rev r10, r10\n"                                                                                                   \
    "lsl r10, r10, r11\n"
#define MOTE_HUFFMAN_JOINT                                                                                             \
    "lsr r11, r10, r4\n"                                                                                               \
    "ldr r11, [r2, r11, lsl #2]\n"                                                                                     \
    "uxtab r6, r6, r11\n"                                                                                              \
    "uxtab r8, r8, r11, ror #8\n"                                                                                      \
    "ldrsb r12, [r8], #1\n"                                                                                            \
    "lsl r10, r10, r11\n"                                                                                              \
    "sub r12, r12, r4, asr #16\n"                                                                                      \
    "smlabt r9, r12, r11, r9\n"
#define MOTE_HUFFMAN_GAP                                                                                               \
    "lsr r11, r10, r4\n"                                                                                               \
    "ldrh r11, [r2, r11, lsl #1]\n"                                                                                    \
    "lsl r10, r10, r11\n"                                                                                              \
    "uxtab r6, r6, r11\n"                                                                                              \
    "uxtab r8, r8, r11, ror #8\n"                                                                                      \
    "lsr r11, r10, r5\n"
#define MOTE_HUFFMAN_LEVEL                                                                                             \
    "ldrsb r12, [r8], #1\n"                                                                                            \
    "uxtab r6, r6, r11\n"                                                                                              \
    "sub r12, r12, r4, asr #16\n"
#define MOTE_HUFFMAN_SHORT_PAIR                                                                                        \
    MOTE_HUFFMAN_GAP "ldr r11, [r3, r11, lsl #2]\n" MOTE_HUFFMAN_LEVEL "lsl r10, r10, r11\n"                           \
                     "smlabt r9, r12, r11, r9\n"
#define MOTE_HUFFMAN_LONG_PAIR                                                                                         \
    MOTE_HUFFMAN_GAP "ldrsh r11, [r3, r11, lsl #1]\n" MOTE_HUFFMAN_LEVEL "asr r11, r11, #8\n"                          \
                     "mla r9, r12, r11, r9\n"
/* Three of each word, then one or two. */
#define MOTE_HUFFMAN_THRICE(one)                                                                                       \
    "subs lr, lr, #3\n"                                                                                                \
    "blt 2f\n"                                                                                                         \
    "1:\n" MOTE_HUFFMAN_WORD one one one "subs lr, lr, #3\n"                                                           \
    "bge 1b\n"                                                                                                         \
    "2:\n"                                                                                                             \
    "adds lr, lr, #3\n"                                                                                                \
    "beq 3f\n" MOTE_HUFFMAN_WORD one "subs lr, lr, #1\n"                                                               \
    "beq 3f\n" one "3:\n"
/* Two of each word; of an odd number the first comes alone, where the second would. */
#define MOTE_HUFFMAN_TWICE(one)                                                                                        \
    "tst lr, #1\n"                                                                                                     \
    "beq 1f\n" MOTE_HUFFMAN_WORD "add lr, lr, #1\n"                                                                    \
    "b 2f\n"                                                                                                           \
    "1:\n" MOTE_HUFFMAN_WORD one "2:\n" one "subs lr, lr, #2\n"                                                        \
    "bne 1b\n"
#define MOTE_HUFFMAN_ONCE(one) "1:\n" MOTE_HUFFMAN_WORD one "subs lr, lr, #1\nbne 1b\n"
/* Of each row, which has pairs or none. */
#define MOTE_HUFFMAN_ROWS(pairs)                                                                                       \
    "ldmia r0, {r1, r2, r3, r4, r5, r6}\n"                                                                             \
    "8:\n" MOTE_HUFFMAN_WORD "add r6, r6, #1\n"                                                                        \
    "cmp r10, #0\n"                                                                                                    \
    "bge 9f\n"                                                                                                         \
    "ldr r11, [r0, #36]\n"                                                                                             \
    "lsl r10, r10, #1\n"                                                                                               \
    "lsrs lr, r10, r11\n"                                                                                              \
    "rsb r11, r11, #32\n"                                                                                              \
    "add r6, r6, r11\n"                                                                                                \
    "beq 9f\n"                                                                                                         \
    "ldrd r8, r12, [r0, #24]\n"                                                                                        \
    "ldr r9, [r12]\n" pairs "ldr r12, [r0, #28]\n"                                                                     \
    "str r9, [r12]\n"                                                                                                  \
    "9:\n"                                                                                                             \
    "ldrd r11, r12, [r0, #28]\n"                                                                                       \
    "add r11, r11, #4\n"                                                                                               \
    "str r11, [r0, #28]\n"                                                                                             \
    "cmp r11, r12\n"                                                                                                   \
    "bne 8b\n"                                                                                                         \
    "str r6, [r0, #20]\n"
#define MOTE_HUFFMAN_RUN(c, pairs)                                                                                     \
    do {                                                                                                               \
        register struct mote_huffman_dsp *r0 __asm__("r0") = c;                                                        \
                                                                                                                       \
        __asm__ volatile(MOTE_HUFFMAN_ROWS(pairs)                                                                      \
                         : "+r"(r0)                                                                                    \
                         :                                                                                             \
                         : "r1", "r2", "r3", "r4", "r5", "r6", "r8", "r9", "r10", "r11", "r12", "lr", "cc", "memory"); \
    } while (0)

/* Not inline, as the next two: the registers are all theirs. */
static __attribute__((noinline)) void mote_huffman_add_joint(struct mote_huffman_dsp *c)
{
    MOTE_HUFFMAN_RUN(c, MOTE_HUFFMAN_THRICE(MOTE_HUFFMAN_JOINT));
}

static __attribute__((noinline)) void mote_huffman_add_short(struct mote_huffman_dsp *c)
{
    MOTE_HUFFMAN_RUN(c, MOTE_HUFFMAN_TWICE(MOTE_HUFFMAN_SHORT_PAIR));
}

static __attribute__((noinline)) void mote_huffman_add_long(struct mote_huffman_dsp *c)
{
    MOTE_HUFFMAN_RUN(c, MOTE_HUFFMAN_ONCE(MOTE_HUFFMAN_LONG_PAIR));
}

/* Adds the products of the next n rows, at least one, with inputs from c->in on, to their sums. */
static inline void mote_huffman_add_rows_dsp(struct mote_huffman_dsp *c, int32_t *sum, int32_t n)
{
    c->sum = sum;
    c->end = sum + n;
    if (mote_huffman_is_joint(c->gap_bits, c->level_bits))
        mote_huffman_add_joint(c);
    else if (mote_huffman_is_short(c->gap_bits, c->level_bits))
        mote_huffman_add_short(c);
    else
        mote_huffman_add_long(c);
}

/* ---- tables ---- */
/* For each word of `room` bits behind a gap's code what both say: `gap` is an entry without a level. */
static inline uint32_t *mote_huffman_fill_levels(uint32_t *words, uint32_t gap, int32_t room, const uint8_t *lengths,
                                                 int32_t bits)
{
    const uint8_t *value = lengths + bits;

    for (int32_t length = 1; length <= bits; length++)
        for (int32_t n = *lengths++; n > 0; n--) {
            const uint32_t entry = gap + (uint32_t)length + ((uint32_t)(int8_t)*value++ << 16);
            const uint32_t *end = words + (1 << (room - length));

            do
                *words++ = entry;
            while (words < end);
        }
    return words;
}

static inline const uint8_t *mote_huffman_after_code(const uint8_t *lengths, int32_t bits)
{
    const uint8_t *after = lengths + bits;

    for (; bits > 0; bits--)
        after += *lengths++;
    return after;
}

/* Words of gaps whose codes are equally long differ in the gap alone. */
static inline uint32_t *mote_huffman_fill_next(uint32_t *words, uint32_t n, uint32_t more)
{
    for (const uint32_t *end = words + n, *before = words - n; words < end;)
        *words++ = *before++ + more;
    return words;
}

static inline void mote_huffman_fill_joint(uint32_t *words, int32_t gap_bits, const uint8_t *gaps, int32_t level_bits,
                                           const uint8_t *levels)
{
    const int32_t room = gap_bits + level_bits;
    const uint8_t *gap = gaps + gap_bits;

    if (gap_bits == 0)
        mote_huffman_fill_levels(words, 0, room, levels, level_bits);
    for (int32_t length = 1; length <= gap_bits; length++) {
        int32_t n = *gaps++;

        if (n > 0)
            words = mote_huffman_fill_levels(words, (uint32_t)length + ((uint32_t)*gap++ << 8), room - length, levels,
                                             level_bits);
        for (; n > 1; n--, gap++)
            words = mote_huffman_fill_next(words, 1u << (room - length), ((uint32_t)gap[0] - gap[-1]) << 8);
    }
}

/* Makes the tables, `words` if there are any, and sets all but where to read; returns what follows both codes. */
static inline const uint8_t *mote_huffman_begin_dsp(struct mote_huffman_dsp *c, const uint8_t *coded, int16_t *tables,
                                                    uint32_t *words, int32_t gap_bits, int32_t level_bits,
                                                    int32_t count_bits, int32_t zero)
{
    const uint8_t *levels;

    *c = (struct mote_huffman_dsp){.gaps = tables,
                                   .levels = words,
                                   .shift = mote_huffman_shift(gap_bits) + zero * (1 << 16),
                                   .level_shift = 32 - level_bits,
                                   .count_shift = 32 - count_bits,
                                   .gap_bits = gap_bits,
                                   .level_bits = level_bits};
    if (mote_huffman_is_joint(gap_bits, level_bits)) {
        c->gaps = words;
        c->shift = 32 - gap_bits - level_bits + zero * (1 << 16);
        levels = mote_huffman_after_code(coded, gap_bits);
        mote_huffman_fill_joint(words, gap_bits, coded, level_bits, levels);
        return mote_huffman_after_code(levels, level_bits);
    }
    levels = mote_huffman_table(tables, coded, gap_bits);
    if (mote_huffman_is_short(gap_bits, level_bits)) {
        mote_huffman_fill_levels(words, 0, level_bits, levels, level_bits);
        return mote_huffman_after_code(levels, level_bits);
    }
    tables += mote_huffman_entries(gap_bits);
    c->levels = tables;
    return mote_huffman_table(tables, levels, level_bits);
}

/* ---- inputs ---- */
/* The inputs that have a weight: eight by eight, as long as none can be behind the last. Each is written, and what
 * comes next takes the place of one without a weight. */
static inline void mote_huffman_pick_dsp(const int8_t *in, const uint8_t *map, int8_t *some, const int8_t *end)
{
    uint32_t bits, x;

#define MOTE_HUFFMAN_NEXT "ldrsb %3, [%0], #1\nlsls %2, %2, #1\nstrb %3, [%1]\nadc %1, %1, #0\n"
    for (; end - some >= 8; map++) {
        bits = (uint32_t)*map << 24;
        __asm__ volatile(MOTE_HUFFMAN_NEXT MOTE_HUFFMAN_NEXT MOTE_HUFFMAN_NEXT MOTE_HUFFMAN_NEXT MOTE_HUFFMAN_NEXT
                             MOTE_HUFFMAN_NEXT MOTE_HUFFMAN_NEXT MOTE_HUFFMAN_NEXT
                         : "+r"(in), "+r"(some), "+r"(bits), "=&r"(x)
                         :
                         : "cc", "memory");
    }
    for (bits = 0; some < end; in++, bits <<= 1) {
        if ((bits & 0xff) == 0)
            bits = (uint32_t)*map++ << 1 | 1; /* the 1 says when the next byte is due */
        *some = *in;
        some += bits >> 8 & 1;
    }
}
#endif

#endif
