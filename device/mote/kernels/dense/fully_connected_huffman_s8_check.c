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
    bytes[2] = mote_bytes(p->out_c, 4, 1);
    bytes[3] = mote_bytes(channels, 4, 1);
    bytes[4] = (uint32_t)channels;
    bytes[5] = mote_bytes(p->rows, p->out_c, 1);
    bytes[6] = ((2u << p->gap_bits) + (2u << p->level_bits)) + mote_packed_align((uint32_t)some, 2);
    bytes[7] = (uint32_t)p->rows;
    return bytes[0] <= INT32_MAX && bytes[2] <= INT32_MAX && bytes[3] <= INT32_MAX && bytes[5] <= INT32_MAX &&
           bytes[6] <= INT32_MAX && p->columns <= p->in_len && p->lo <= p->hi;
}

struct reader {
    const uint8_t *at;
    uint32_t left; /* bytes */
};

static const uint8_t *take(struct reader *r, uint32_t bytes)
{
    const uint8_t *at = r->at;

    if (bytes > r->left)
        return NULL;
    r->at += bytes;
    r->left -= bytes;
    return at;
}

/* How many codes each length has, or NULL: they are a prefix code that leaves no word without a meaning, and each has a
 * value. */
static const uint8_t *take_code(struct reader *r, int32_t bits)
{
    const uint8_t *lengths = take(r, (uint32_t)bits);
    uint32_t words = 0, values = 0;

    for (int32_t i = 0; lengths != NULL && i < bits; i++) {
        values += lengths[i];
        words += (uint32_t)lengths[i] << (bits - 1 - i);
    }
    return words == 1u << bits && take(r, values) != NULL ? lengths : NULL;
}

/* A bit for each input, of which as many are set as there are columns. */
static bool take_columns(struct reader *r, int32_t in_len, int32_t columns)
{
    const uint8_t *map = take(r, ((uint32_t)in_len + 7) / 8);
    int32_t set = 0;

    for (int32_t i = 0; map != NULL && i < in_len; i++)
        set += map[i >> 3] >> (7 - (i & 7)) & 1;
    return set == columns;
}

/* The place in the order of codes of the one at the top of `word`, which moves behind it. */
static uint32_t next_code(const uint8_t *lengths, uint32_t *word, uint32_t *at)
{
    uint32_t code = 0, before = 0;

    for (;; lengths++) {
        code = code << 1 | *word >> 31;
        *word <<= 1;
        ++*at;
        if (code < *lengths)
            return before + code;
        code -= *lengths;
        before += *lengths;
    }
}

/* All rows' weights lie within the columns, and their bits within the stream. */
static bool is_stream(const struct mote_fully_connected_huffman_s8 *p, const uint8_t *gaps, const uint8_t *levels,
                      const struct reader *r)
{
    const uint32_t end = r->left > MOTE_HUFFMAN_BEHIND ? (r->left - MOTE_HUFFMAN_BEHIND) * 8 : 0;
    uint32_t at = 0;

    for (int32_t o = 0; o < p->out_c; o++) {
        uint32_t n = 0, column = 0, word;

        if (at >= end)
            return false;
        word = mote_huffman_word(r->at, at++);
        if (word >> 31) {
            n = word << 1 >> (32 - p->count_bits);
            at += (uint32_t)p->count_bits;
        }
        for (; n > 0; n--) {
            if (at >= end)
                return false;
            word = mote_huffman_word(r->at, at);
            column += 1u + gaps[(uint32_t)p->gap_bits + next_code(gaps, &word, &at)];
            (void)next_code(levels, &word, &at);
            if (column > (uint32_t)p->columns)
                return false;
        }
    }
    return at <= end;
}

/* Gaps are below 128, as tables hold them. */
static bool are_gaps(const uint8_t *gap, const uint8_t *end)
{
    while (gap < end)
        if (*gap++ > INT8_MAX)
            return false;
    return true;
}

static bool trust_fully_connected_huffman_s8(const struct mote_fully_connected_huffman_s8 *p,
                                             const struct mote_block args[])
{
    struct reader r = {args[1].data, (uint32_t)p->coded_bytes};
    const uint8_t *gaps = take_code(&r, p->gap_bits), *levels;

    if (gaps == NULL || !are_gaps(gaps + p->gap_bits, r.at))
        return false;
    levels = take_code(&r, p->level_bits);
    return levels != NULL && (p->columns == p->in_len || take_columns(&r, p->in_len, p->columns)) &&
           is_stream(p, gaps, levels, &r) && mote_shifts_in_range(args[4].data, p->per_channel ? p->out_c : 1);
}

MOTE_KERNEL_TRUST(fully_connected_huffman_s8, MOTE_FULLY_CONNECTED_HUFFMAN_S8_PARAMS,
                  MOTE_FULLY_CONNECTED_HUFFMAN_S8_ARGS);
