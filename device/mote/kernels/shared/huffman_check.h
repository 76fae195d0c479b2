/* SPDX-License-Identifier: Apache-2.0 */
/* What trust functions ask of Huffman-coded weights (docs/SPEC.md, "Codings"). The stream is walked through once, code
 * by code, so that kernels need not ask where they are. */
#ifndef MOTE_HUFFMAN_CHECK_H
#define MOTE_HUFFMAN_CHECK_H

#include "huffman.h"

struct mote_huffman_matrix {
    int32_t rows, row_len, columns;           /* columns: of row_len, those that have a weight */
    int32_t gap_bits, level_bits, count_bits; /* the longest codes; bits of a row's count */
    int32_t longest;                          /* the most pairs that a row may have */
};

/* A code for those who look for a word's place in it: by its top four bits a length that is not too long, and for each
 * length the first word of 8 bits that has a longer code, and what is between a word's code and its place among all. */
struct mote_huffman_code {
    uint8_t shortest[16];
    uint16_t end[MOTE_HUFFMAN_BITS_MAX + 1];
    int16_t before[MOTE_HUFFMAN_BITS_MAX + 1];
};

/* What follows a code of at most `bits` bits, or NULL if it ends beyond `end`, is no prefix code, or leaves words
 * without a meaning. One of none takes no bytes and means 0. */
static const uint8_t *mote_huffman_after_code(const uint8_t *code, const uint8_t *end, int32_t bits)
{
    const uint32_t all = 1u << bits;
    uint32_t words = 0, values = 0;

    if (bits == 0)
        return code;
    if (end - code < bits)
        return NULL;
    for (; bits > 0; bits--, code++) {
        values += *code;
        words += (uint32_t)*code << (bits - 1);
    }
    return words == all && (uint32_t)(end - code) >= values ? code + values : NULL;
}

/* Of one that is complete. */
static void mote_huffman_read_code(const uint8_t *lengths, int32_t bits, struct mote_huffman_code *code)
{
    int32_t word = 0, n = 0, top = 0;

    if (bits == 0)
        *code = (struct mote_huffman_code){.end = {1 << MOTE_HUFFMAN_BITS_MAX}};
    for (int32_t length = 1; length <= bits; length++) {
        const int32_t step = 1 << (MOTE_HUFFMAN_BITS_MAX - length);

        code->before[length] = (int16_t)(n - word / step);
        n += *lengths;
        word += *lengths++ * step;
        code->end[length] = (uint16_t)word;
        for (; top * 16 < word; top++)
            code->shortest[top] = (uint8_t)length;
    }
}

static inline uint32_t mote_huffman_length(const struct mote_huffman_code *code, uint32_t word)
{
    uint32_t length = code->shortest[word >> 28];

    while (word >> 24 >= code->end[length])
        length++;
    return length;
}

/* What follows a bit for each element of a row, or NULL: as many are set as there are columns. */
static const uint8_t *mote_huffman_after_columns(const uint8_t *map, const uint8_t *end,
                                                 const struct mote_huffman_matrix *m)
{
    const uint32_t bytes = ((uint32_t)m->row_len + 7) / 8;
    int32_t columns = m->columns;

    if (columns == m->row_len)
        return map;
    if ((uint32_t)(end - map) < bytes)
        return NULL;
    for (int32_t i = 0; i < m->row_len; i++)
        columns -= map[i >> 3] >> (7 - (i & 7)) & 1;
    return columns == 0 ? map + bytes : NULL;
}

/* Gaps are below 128, as tables hold them. */
static bool mote_huffman_are_gaps(const uint8_t *gap, const uint8_t *end)
{
    while (gap < end)
        if (*gap++ > INT8_MAX)
            return false;
    return true;
}

/* A row's pairs from bit `at` on: they lie within the columns, and begin before `end`. Returns where they end, or
 * UINT32_MAX. */
static inline uint32_t mote_huffman_after_row(const struct mote_huffman_code *gaps, const uint8_t *values,
                                              const struct mote_huffman_code *levels, const uint8_t *stream,
                                              uint32_t at, uint32_t end, uint32_t n, uint32_t left)
{
    for (; n > 0; n--) {
        uint32_t word, length, gap;

        if (at >= end)
            return UINT32_MAX;
        word = mote_huffman_word(stream, at);
        length = mote_huffman_length(gaps, word);
        gap = length > 0 ? values[gaps->before[length] + (int32_t)(word >> (32 - length))] : 0;
        if (gap >= left)
            return UINT32_MAX;
        left -= gap + 1;
        at += length + mote_huffman_length(levels, word << length);
    }
    return at;
}

static bool mote_huffman_is_stream(const struct mote_huffman_matrix *m, const uint8_t *gaps, const uint8_t *levels,
                                   const uint8_t *stream, uint32_t end)
{
    struct mote_huffman_code gap, level;
    uint32_t at = 0;

    mote_huffman_read_code(gaps, m->gap_bits, &gap);
    mote_huffman_read_code(levels, m->level_bits, &level);
    for (int32_t row = 0; row < m->rows; row++) {
        uint32_t word, n;

        if (at >= end)
            return false;
        word = mote_huffman_word(stream, at++);
        if (word >> 31 == 0)
            continue;
        n = word << 1 >> (32 - m->count_bits);
        if (n > (uint32_t)m->longest)
            return false;
        at = mote_huffman_after_row(&gap, gaps + m->gap_bits, &level, stream, at + (uint32_t)m->count_bits, end, n,
                                    (uint32_t)m->columns);
    }
    return at <= end;
}

/* All `bytes` of the coded matrix. */
static bool mote_huffman_is_matrix(const struct mote_huffman_matrix *m, const uint8_t *gaps, int32_t bytes)
{
    const uint8_t *end = gaps + bytes, *levels, *at;

    levels = mote_huffman_after_code(gaps, end, m->gap_bits);
    if (levels == NULL || !mote_huffman_are_gaps(gaps + m->gap_bits, levels))
        return false;
    at = mote_huffman_after_code(levels, end, m->level_bits);
    if (at != NULL)
        at = mote_huffman_after_columns(at, end, m);
    return at != NULL && end - at > MOTE_HUFFMAN_BEHIND &&
           mote_huffman_is_stream(m, gaps, levels, at, (uint32_t)(end - at - MOTE_HUFFMAN_BEHIND) * 8);
}

#endif
