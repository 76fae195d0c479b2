/* SPDX-License-Identifier: Apache-2.0 */
/* Huffman-coded weights (docs/SPEC.md, "Codings"): the most significant bit of a byte comes first. */
#ifndef MOTE_HUFFMAN_H
#define MOTE_HUFFMAN_H

#include "../../kernel.h"
#include "short_bias.h"

#define MOTE_HUFFMAN_BITS_MAX 8 /* of a code */
#define MOTE_HUFFMAN_BEHIND   3 /* bytes behind the stream that may be read: a word starts in its last byte */

/* At least 25 bits from bit `at` on, from the top of the word. */
static inline uint32_t mote_huffman_word(const MOTE_FLASH uint8_t *stream, uint32_t at)
{
    const MOTE_FLASH uint8_t *b = stream + (at >> 3);

    return ((uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3]) << (at & 7);
}

/* A stream that is read code by code: of a word that next returns, look at no more than 17 bits from the top, and skip
 * what was taken.
 *
 * Cores that load words from any address do so for each code; their loops are so short that two rounds in one pay. For
 * others, which load byte by byte, `word` has bits that are not taken yet, `at` is how many, less 17, and `stream`
 * where the next ones are: two bytes come when they are wanted. */
#if defined(__ARM_FEATURE_UNALIGNED) || defined(__x86_64__)
#define MOTE_HUFFMAN_UNROLL _Pragma("GCC unroll 2")

struct mote_huffman_reader {
    const MOTE_FLASH uint8_t *stream;
    uint32_t at;
};

static inline struct mote_huffman_reader mote_huffman_open(const MOTE_FLASH uint8_t *stream)
{
    return (struct mote_huffman_reader){stream, 0};
}

static inline uint32_t mote_huffman_next(struct mote_huffman_reader *r) { return mote_huffman_word(r->stream, r->at); }

static inline void mote_huffman_skip(struct mote_huffman_reader *r, uint32_t bits) { r->at += bits; }
#else
#define MOTE_HUFFMAN_UNROLL

struct mote_huffman_reader {
    const MOTE_FLASH uint8_t *stream;
    uint32_t at, word;
};

static inline struct mote_huffman_reader mote_huffman_open(const MOTE_FLASH uint8_t *stream)
{
    return (struct mote_huffman_reader){stream, (uint32_t)-17, 0};
}

static inline uint32_t mote_huffman_next(struct mote_huffman_reader *r)
{
    for (; r->at >> 31; r->at += 16, r->stream += 2)
        r->word |= (r->stream[0] * UINT32_C(256) + r->stream[1]) << ~r->at;
    return r->word;
}

static inline void mote_huffman_skip(struct mote_huffman_reader *r, uint32_t bits)
{
    r->word <<= bits;
    r->at -= bits;
}
#endif

/* Of a code's table; a code that takes no bits has two, since a shift leaves a word's top bit at least. */
static inline uint32_t mote_huffman_entries(int32_t bits) { return bits > 0 ? UINT32_C(1) << bits : 2; }

/* From the top of a word to an index. */
static inline uint8_t mote_huffman_shift(int32_t bits) { return (uint8_t)(bits > 0 ? 32 - bits : 31); }

/* That index, which is in the top byte. An AVR shifts bit by bit, and each byte of a word. */
static inline uint32_t mote_huffman_index(uint32_t word, uint8_t shift)
{
#ifdef __AVR__
    return (uint8_t)((uint8_t)(word >> 24) >> (uint8_t)(shift - 24));
#else
    return word >> shift;
#endif
}

/* For each word of `bits` bits the value of the code at its top, times 256, and that code's length. Behind the number
 * of codes of each length come their values in the order of codes, which is that of words. Returns what follows. */
static inline const MOTE_FLASH uint8_t *mote_huffman_table(int16_t *table, const MOTE_FLASH uint8_t *lengths,
                                                           int32_t bits)
{
    const MOTE_FLASH uint8_t *value = lengths + bits;

    table[0] = table[1] = 0; /* all of a code that takes no bits: nothing is read, and 0 is meant */
    for (int32_t length = 1; length <= bits; length++)
        for (int32_t n = *lengths++; n > 0; n--) {
            const int16_t entry = (int16_t)((int8_t)*value++ * 256 + length);

            for (const int16_t *end = table + (1 << (bits - length)); table < end;)
                *table++ = entry;
        }
    return value;
}

struct mote_huffman {
    const int16_t *gaps, *levels;                /* tables */
    uint8_t gap_shift, level_shift, count_shift; /* from the top of a word to an index, or to a row's count */
    int8_t in_zero;                              /* of the inputs */
};

/* Whether what is written, n bytes from `out` on, would change scratch that says where to read: no planner has it so,
 * an image may. */
static inline bool mote_huffman_overlap(const void *scratch, uint32_t bytes, const int8_t *out, uint32_t n)
{
    const uintptr_t a = (uintptr_t)scratch, b = (uintptr_t)out;

    return a - b < n || b - a < bytes;
}

#endif
