/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/kernels/huffman.h"

#include "tests/kernels/memory.h"

#define BEHIND 3

int32_t huffman_least_bytes(const struct huffman_shape *s)
{
    return s->gap_bits + (1 << s->gap_bits) + s->level_bits + (1 << s->level_bits) + s->in_len / 8 + s->out_c / 8 + 2 +
           BEHIND;
}

/* How many codes each length has: all words mean something, and no number is above 255. Returns how many in all. */
static int32_t fill_lengths(struct draw *d, uint8_t *lengths, int32_t bits)
{
    int32_t open = 1, codes = 0;

    for (int32_t i = 0; i < bits; i++) {
        int32_t least = i == 6 && open == 64 ? 1 : 0, n;

        open *= 2;
        n = i == bits - 1 ? open : draw_between(d, least, open / draw_between(d, 1, 4));
        lengths[i] = (uint8_t)n;
        open -= n;
        codes += n;
    }
    return codes;
}

static uint8_t *fill_code(struct draw *d, uint8_t *at, int32_t bits, bool gaps, int32_t columns)
{
    int32_t codes = fill_lengths(d, at, bits), most = columns < 128 ? columns - 1 : 127;

    for (at += bits; codes > 0; codes--)
        *at++ = (uint8_t)(!gaps ? draw_edge(d, INT8_MIN, INT8_MAX) : draw_between(d, 0, most / draw_between(d, 1, 40)));
    return at;
}

static void set_bit(uint8_t *data, uint32_t at, bool one)
{
    const uint8_t bit = (uint8_t)(0x80 >> at % 8);

    data[at / 8] = (uint8_t)(one ? data[at / 8] | bit : data[at / 8] & ~bit);
}

static uint8_t *fill_map(struct draw *d, uint8_t *map, const struct huffman_shape *s)
{
    int32_t left = s->columns;

    for (int32_t i = 0; i < s->in_len; i++) {
        bool one = draw_between(d, 0, s->in_len - i - 1) < left;

        set_bit(map, (uint32_t)i, one);
        left -= one;
    }
    return map + (s->in_len + 7) / 8;
}

/* What the code at bit `at` stands for; `at` moves behind it. */
static uint8_t decode(const uint8_t *lengths, int32_t bits, const uint8_t *stream, uint32_t *at)
{
    int32_t code = 0, before = 0;

    for (int32_t i = 0; i < bits; i++) {
        code = code * 2 + (stream[*at / 8] >> (7 - *at % 8) & 1);
        ++*at;
        if (code < lengths[i])
            return lengths[bits + before + code];
        code -= lengths[i];
        before += lengths[i];
    }
    return 0;
}

struct stream {
    const struct huffman_shape *shape;
    const uint8_t *gaps, *levels;
    uint8_t *bytes;
    uint32_t at;
};

/* As many weights as random bits make, until one is beyond the columns or bit `end`. */
static void fill_row(struct draw *d, struct stream *s, uint32_t end)
{
    const int32_t bits = s->shape->count_bits, longest = s->shape->longest;
    const int32_t most = draw_one_in(d, 4) ? draw_between(d, 1, 3) : (1 << bits) - 1;
    const uint32_t count_at = s->at + 1, least = 1 + (uint32_t)bits;
    int32_t n = 0, column = 0;

    set_bit(s->bytes, s->at++, true);
    s->at += (uint32_t)bits;
    for (uint32_t at = s->at; n < most && n < longest && n < (1 << bits) - 1 && end - at >= 16 && end - s->at >= least;
         n++) {
        column += 1 + decode(s->gaps, s->shape->gap_bits, s->bytes, &at);
        (void)decode(s->levels, s->shape->level_bits, s->bytes, &at);
        if (column > s->shape->columns)
            break;
        s->at = at;
    }
    for (int32_t i = 0; i < bits; i++)
        set_bit(s->bytes, count_at + (uint32_t)i, n >> (bits - 1 - i) & 1);
}

static void fill_rows(struct draw *d, struct stream *s, uint32_t bits)
{
    for (int32_t o = 0; o < s->shape->out_c; o++) {
        uint32_t end = bits - (uint32_t)(s->shape->out_c - o - 1);

        if (end - s->at < 40 || draw_one_in(d, 6))
            set_bit(s->bytes, s->at++, false);
        else
            fill_row(d, s, end);
    }
}

void huffman_fill(struct draw *d, const struct huffman_shape *s, uint8_t *data, uint32_t bytes)
{
    struct stream stream = {.shape = s, .gaps = data};

    for (uint32_t i = 0; i < bytes; i++)
        data[i] = (uint8_t)draw_word(d);
    if (s->in_len / 8 + s->out_c / 8 > (1 << 28) || bytes < (uint32_t)huffman_least_bytes(s))
        return;
    stream.levels = fill_code(d, data, s->gap_bits, true, s->columns);
    stream.bytes = fill_code(d, data + (stream.levels - data), s->level_bits, false, 0);
    if (s->columns < s->in_len)
        stream.bytes = fill_map(d, stream.bytes, s);
    fill_rows(d, &stream, 8 * (bytes - (uint32_t)(stream.bytes - data) - BEHIND));
}
