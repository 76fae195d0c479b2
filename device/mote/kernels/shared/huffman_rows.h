/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of Huffman-coded weights that are decoded while they are summed, in portable C. */
#ifndef MOTE_HUFFMAN_ROWS_H
#define MOTE_HUFFMAN_ROWS_H

#include "huffman.h"

/* The inputs that have a weight, from `some` to `end`. The 1 behind a byte of the map says when the next is due. An
 * input without a weight is written, too, and then the next one in its place. Bytes without a sign: an Armv6-M loads
 * them in one instruction. */
static inline void mote_huffman_pick(const int8_t *in, const MOTE_FLASH uint8_t *map, int8_t *some, const int8_t *end)
{
    const uint32_t last = UINT32_C(1) << 31;

    for (uint32_t bits = last >> 1; some < end; some += bits >> 31) {
        bits <<= 1;
        if (bits == last)
            bits = (uint32_t)*map++ << 24 | last >> 8;
        *(uint8_t *)some = *(const uint8_t *)in++;
    }
}

/* Adds the products of the row that begins here to the sum. In this order, as a gap and an input are then done with
 * when the next lines begin: an Armv6-M has few registers. */
static inline uint32_t mote_huffman_add_row(const struct mote_huffman *codes, struct mote_huffman_reader *reader,
                                            const int8_t *in, uint32_t sum)
{
    const int16_t *gaps = codes->gaps, *levels = codes->levels;
    const uint8_t gap_shift = codes->gap_shift, level_shift = codes->level_shift;
    const int8_t zero = codes->in_zero;
    struct mote_huffman_reader r = *reader;
    uint32_t n = 0, word = mote_huffman_next(&r);

    if (word >> 31)
        n = word << 1 >> codes->count_shift;
    mote_huffman_skip(&r, word >> 31 ? 33u - codes->count_shift : 1);
    MOTE_HUFFMAN_UNROLL
    for (; n > 0; n--) {
        int32_t gap, value, level;

        word = mote_huffman_next(&r);
        gap = gaps[mote_huffman_index(word, gap_shift)];
        in += gap >> 8;
        level = levels[mote_huffman_index(word << (uint8_t)gap, level_shift)];
        value = *in++ - zero;
        mote_huffman_skip(&r, (uint8_t)(gap + level));
        sum += (uint32_t)(value * (level >> 8));
    }
    *reader = r;
    return sum;
}

#endif
