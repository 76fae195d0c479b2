/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of fully_connected_huffman_s8 may rely on: fully_connected_huffman_s8.h. The stream is walked
 * through once, code by code, so that the kernel need not ask where it is. */
#include "fully_connected_huffman_s8.h"

#include "../shared/requant.h"

static bool need_fully_connected_huffman_s8(const struct mote_fully_connected_huffman_s8 *p, uint32_t bytes[])
{
    int32_t channels = p->per_channel ? p->out_c : 1, some = p->columns < p->in_len ? p->columns : 0;

    bytes[0] = mote_bytes(p->rows, p->in_len, 1);
    bytes[1] = (uint32_t)p->coded_bytes;
    bytes[2] = mote_bytes(p->out_c, p->bias_bytes, 1);
    bytes[3] = mote_bytes(channels, 4, 1);
    bytes[4] = (uint32_t)channels;
    bytes[5] = mote_bytes(p->rows, p->out_c, 1);
    bytes[6] = ((2u << p->gap_bits) + (2u << p->level_bits)) + mote_packed_align((uint32_t)some, 2);
    bytes[7] = (uint32_t)p->rows;
    return bytes[0] <= INT32_MAX && bytes[2] <= INT32_MAX && bytes[3] <= INT32_MAX && bytes[5] <= INT32_MAX &&
           bytes[6] <= INT32_MAX && p->columns <= p->in_len && p->lo <= p->hi;
}

/* What follows a code of at most `bits` bits, or NULL if it ends beyond `end`, is no prefix code, or leaves words without
 * a meaning. */
static const uint8_t *after_code(const uint8_t *code, const uint8_t *end, int32_t bits)
{
    const uint32_t all = 1u << bits;
    uint32_t words = 0, values = 0;

    if (end - code < bits)
        return NULL;
    for (; bits > 0; bits--, code++) {
        values += *code;
        words += (uint32_t)*code << (bits - 1);
    }
    return words == all && (uint32_t)(end - code) >= values ? code + values : NULL;
}

/* What follows a bit for each input, or NULL: as many are set as there are columns. */
static const uint8_t *after_columns(const uint8_t *map, const uint8_t *end, int32_t in_len, int32_t columns)
{
    const uint32_t bytes = ((uint32_t)in_len + 7) / 8;

    if ((uint32_t)(end - map) < bytes)
        return NULL;
    for (int32_t i = 0; i < in_len; i++)
        columns -= map[i >> 3] >> (7 - (i & 7)) & 1;
    return columns == 0 ? map + bytes : NULL;
}

/* Gaps are below 128, as tables hold them. */
static bool are_gaps(const uint8_t *gap, const uint8_t *end)
{
    while (gap < end)
        if (*gap++ > INT8_MAX)
            return false;
    return true;
}

/* Of the code at the top of `word` the place in the order of codes, times 16, and its length. */
static uint32_t first_code(const uint8_t *lengths, uint32_t word)
{
    uint32_t code = 0, before = 0;

    for (uint32_t length = 1;; length++, lengths++) {
        code = code << 1 | word >> 31;
        word <<= 1;
        if (code < *lengths)
            return (before + code) << 4 | length;
        code -= *lengths;
        before += *lengths;
    }
}

/* All rows' weights lie within the columns, and their bits before `end`. */
static bool is_stream(const struct mote_fully_connected_huffman_s8 *p, const uint8_t *gaps, const uint8_t *levels,
                      const uint8_t *stream, uint32_t end)
{
    uint32_t at = 0;

    for (int32_t o = 0; o < p->out_c; o++) {
        uint32_t n = 0, left = (uint32_t)p->columns, word, code, gap;

        if (at >= end)
            return false;
        word = mote_huffman_word(stream, at++);
        if (word >> 31) {
            n = word << 1 >> (32 - p->count_bits);
            at += (uint32_t)p->count_bits;
        }
        for (; n > 0; n--) {
            if (at >= end)
                return false;
            word = mote_huffman_word(stream, at);
            code = first_code(gaps, word);
            gap = gaps[(uint32_t)p->gap_bits + (code >> 4)];
            if (gap >= left)
                return false;
            left -= gap + 1;
            at += (code & 15) + (first_code(levels, word << (code & 15)) & 15);
        }
    }
    return at <= end;
}

static bool trust_fully_connected_huffman_s8(const struct mote_fully_connected_huffman_s8 *p,
                                             const struct mote_block args[])
{
    const uint8_t *gaps = args[1].data, *end = gaps + p->coded_bytes, *levels, *at;

    levels = after_code(gaps, end, p->gap_bits);
    if (levels == NULL || !are_gaps(gaps + p->gap_bits, levels))
        return false;
    at = after_code(levels, end, p->level_bits);
    if (at != NULL && p->columns < p->in_len)
        at = after_columns(at, end, p->in_len, p->columns);
    return at != NULL && end - at > MOTE_HUFFMAN_BEHIND &&
           mote_shifts_in_range(args[4].data, p->per_channel ? p->out_c : 1) &&
           is_stream(p, gaps, levels, at, (uint32_t)(end - at - MOTE_HUFFMAN_BEHIND) * 8);
}

MOTE_KERNEL_TRUST(fully_connected_huffman_s8, MOTE_FULLY_CONNECTED_HUFFMAN_S8_PARAMS,
                  MOTE_FULLY_CONNECTED_HUFFMAN_S8_ARGS);
