/* SPDX-License-Identifier: Apache-2.0 */
/* fully_connected_huffman_s8 with rows as huffman_rows_dsp.h sums them. */
#include "../shared/hot.h"

#include "fully_connected_huffman_s8_dsp.h"

#include "../shared/huffman_rows_dsp.h"
#include "../shared/requant_dsp.h"

static uint32_t words_bytes(const struct mote_fully_connected_huffman_s8 *p)
{
    return mote_huffman_words_bytes(p->gap_bits, p->level_bits);
}

static uint32_t fit(const void *params, uint32_t *bytes)
{
    (void)bytes;
    return words_bytes(params);
}

#if MOTE_DSP
/* A layer's outputs from these on. */
struct outputs {
    const uint8_t *bias;
    const int32_t *mult;
    const int8_t *shift;
    int8_t *out;
};

/* Not inline: rarely wanted. */
static __attribute__((noinline)) int8_t put_slowly(const struct mote_fully_connected_huffman_s8 *p, int32_t sum,
                                                   int32_t mult, int32_t shift)
{
    return mote_requant_s8(sum, mult, shift, p->out_zero, p->lo, p->hi);
}

static bool has_room(const struct mote_fully_connected_huffman_s8 *p)
{
    return mote_huffman_has_room(p->columns, p->bias_bytes, p->bias_shift);
}

#define CHUNK 16 /* rows that are summed at a time */

static int32_t begin_sums(const struct mote_fully_connected_huffman_s8 *p, const uint8_t *bias, int32_t left,
                          int32_t sums[CHUNK])
{
    const int32_t n = left < CHUNK ? left : CHUNK;

    for (int32_t k = 0; k < n; k++, bias += p->bias_bytes)
        sums[k] = (int32_t)mote_short_bias(bias, p->bias_bytes, p->bias_shift);
    return n;
}

static void put_row(const struct mote_fully_connected_huffman_s8 *p, struct mote_huffman_dsp *c, const int8_t *in,
                    struct outputs to)
{
    const int32_t middle = 2 * p->out_zero + 1, each = p->per_channel;
    const bool narrow = p->lo > INT8_MIN || p->hi < INT8_MAX;
    int32_t sums[CHUNK], mult = *to.mult, shift = *to.shift;
    bool plain = has_room(p) && mote_is_plain(0, mult, shift);

    c->at = 0;
    c->in = in;
    for (int32_t left = p->out_c, n; left > 0; left -= n, to.bias += n * p->bias_bytes) {
        n = begin_sums(p, to.bias, left, sums);
        mote_huffman_add_rows_dsp(c, sums, n);
        for (int32_t k = 0; k < n; k++) {
            if (each) {
                mult = *to.mult++;
                shift = *to.shift++;
                plain = has_room(p) && mote_is_plain(0, mult, shift);
            }
            if (!plain)
                *to.out++ = put_slowly(p, sums[k], mult, shift);
            else if (narrow)
                *to.out++ = (int8_t)mote_clamp(mote_requant_plain(sums[k], mult, -shift, middle), p->lo, p->hi);
            else
                *to.out++ = mote_requant_plain(sums[k], mult, -shift, middle);
        }
    }
}

/* Whether what is written, n outputs or the inputs that have a weight, would change what codes say. */
static bool overlaps(const struct mote_fully_connected_huffman_s8 *p, const int16_t *tables, const uint32_t *words,
                     const int8_t *out, uint32_t n)
{
    const uint32_t entries = mote_fully_connected_huffman_s8_entries(p), bytes = words_bytes(p);
    const int8_t *some = (const int8_t *)tables + entries;

    return mote_huffman_overlap(tables, entries, out, n) || (bytes > 0 && mote_huffman_overlap(words, bytes, out, n)) ||
           (bytes > 0 && p->columns < p->in_len && mote_huffman_overlap(words, bytes, some, (uint32_t)p->columns));
}

MOTE_WEAK void mote_fully_connected_huffman_s8_dsp(const struct mote_fully_connected_huffman_s8 *p, const int8_t *in,
                                                   const uint8_t *coded, const uint8_t *bias, const int32_t *mult,
                                                   const int8_t *shift, int8_t *out, int16_t *tables, uint32_t *words,
                                                   int32_t first, int32_t count)
{
    const bool all = p->columns == p->in_len;
    int8_t *some = (int8_t *)tables + mote_fully_connected_huffman_s8_entries(p);
    struct mote_huffman_dsp codes;
    const uint8_t *map;

    mote_assert(first >= 0 && count >= 0 && first <= p->rows - count);
    in += first * p->in_len;
    out += first * p->out_c;
    if (overlaps(p, tables, words, out, (uint32_t)(count * p->out_c)))
        return;
    map = mote_huffman_begin_dsp(&codes, coded, tables, words, p->gap_bits, p->level_bits, p->count_bits, p->in_zero);
    codes.stream = all ? map : map + ((uint32_t)p->in_len + 7) / 8;
    for (; count > 0; count--, in += p->in_len, out += p->out_c) {
        if (!all)
            mote_huffman_pick_dsp(in, map, some, some + p->columns);
        put_row(p, &codes, all ? in : some, (struct outputs){bias, mult, shift, out});
    }
}

static void run_fully_connected_huffman_s8_dsp(const struct mote_call *c)
{
    mote_fully_connected_huffman_s8_dsp(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4],
                                        c->args[5], c->args[6], c->args[7], c->first, c->count);
}
#endif

#if MOTE_DESCRIBE
/* A call fills the tables; a pair takes about a byte. */
static double instructions(const void *params, int32_t rows)
{
    const struct mote_fully_connected_huffman_s8 *p = params;
    const bool joint = mote_huffman_is_joint(p->gap_bits, p->level_bits);
    const double pair = mote_huffman_pair_instructions(p->gap_bits, p->level_bits);
    const double entries = joint ? words_bytes(p) / 3.0 : mote_fully_connected_huffman_s8_entries(p) / 2.0;

    return 300 + 5 * entries + rows * (pair * p->coded_bytes + 5.0 * p->in_len + 60.0 * p->out_c);
}
#endif

MOTE_KERNEL_CODE(fully_connected_huffman_s8, dsp, .run = MOTE_IF_DSP(run_fully_connected_huffman_s8_dsp), .fit = fit,
                 MOTE_SCRATCH MOTE_INSTRUCTIONS(instructions));
