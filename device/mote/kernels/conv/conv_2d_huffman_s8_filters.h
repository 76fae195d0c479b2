/* SPDX-License-Identifier: Apache-2.0 */
/* What versions of conv_2d_huffman_s8 share: all but what a filter makes of pixels. A filter is decoded into a list of
 * offsets and levels; where each pixel's window begins, the offsets are the same. So that this holds at the image's
 * edges, too, a block's input rows are copied with what is outside. */
#ifndef MOTE_CONV_2D_HUFFMAN_S8_FILTERS_H
#define MOTE_CONV_2D_HUFFMAN_S8_FILTERS_H

#include "conv_2d_huffman_s8.h"

#include "../../memory.h"
#include "../shared/requant.h"
#include "../shared/rows.h"

/* Two weights: where their inputs are from a pixel's first on, and their levels. */
struct mote_taps {
    int32_t at[2];
    int16_t level[2];
};

/* At least one pair: of an odd number of weights, or none, the others are 0. */
struct mote_filter {
    const struct mote_taps *list, *end;
    int32_t bias, mult, shift;
};

struct mote_conv_call {
    const struct mote_conv_2d_huffman_s8 *p;
    const int8_t *in, *zeros;
    int8_t *out;
    int8_t *window;  /* the block's input rows */
    int32_t columns; /* of the window, or of the image */
    bool inside;     /* inputs are read where they are */
    const MOTE_FLASH uint8_t *bias;
    const MOTE_FLASH int32_t *mult;
    const MOTE_FLASH int8_t *shift;
    const MOTE_FLASH uint8_t *stream;
    struct mote_huffman codes;
    const uint16_t *where; /* offsets that a filter's weights may have */
    struct mote_taps *list;
};

#define MOTE_CONV_PARAMS struct mote_conv_2d_huffman_s8
#include "conv_2d_windows.h"

/* The version's: a filter's channel of these pixels. */
static void put_filter(const struct mote_conv_2d_huffman_s8 *p, const struct mote_filter *f,
                       const struct mote_pixels *x);

enum { MOTE_CONV_PIXELS = 4 }; /* that share what a weight of the list says; of fewer the last comes again */

/* Not inline: there are few registers. */
static __attribute__((noinline)) void mote_conv_sum_four(const struct mote_filter *f,
                                                         const int8_t *const in[MOTE_CONV_PIXELS],
                                                         uint32_t sum[MOTE_CONV_PIXELS])
{
    const int8_t *a = in[0], *b = in[1], *c = in[2], *d = in[3];
    uint32_t s0 = (uint32_t)f->bias, s1 = s0, s2 = s0, s3 = s0;

    for (const struct mote_taps *taps = f->list; taps < f->end; taps++)
        for (int k = 0; k < 2; k++) {
            const int32_t at = taps->at[k], level = taps->level[k];

            s0 += (uint32_t)(a[at] * level);
            s1 += (uint32_t)(b[at] * level);
            s2 += (uint32_t)(c[at] * level);
            s3 += (uint32_t)(d[at] * level);
        }
    sum[0] = s0;
    sum[1] = s1;
    sum[2] = s2;
    sum[3] = s3;
}

static inline void mote_conv_put_row(const struct mote_conv_2d_huffman_s8 *p, const struct mote_filter *f,
                                     const struct mote_pixels *x, const int8_t *at, int8_t *out)
{
    for (int32_t left = x->n; left > 0;) {
        const int8_t *in[MOTE_CONV_PIXELS];
        uint32_t sum[MOTE_CONV_PIXELS];

        for (int32_t k = 0; k < MOTE_CONV_PIXELS; k++)
            in[k] = at + (k < left ? k : left - 1) * x->step;
        mote_conv_sum_four(f, in, sum);
        for (int32_t k = 0; k < MOTE_CONV_PIXELS && left > 0; k++, left--, at += x->step, out += p->out_c)
            *out = mote_requant_s8((int32_t)sum[k], f->mult, f->shift, p->out_zero, p->lo, p->hi);
    }
}

static inline void mote_conv_put_filter(const struct mote_conv_2d_huffman_s8 *p, const struct mote_filter *f,
                                        const struct mote_pixels *x)
{
    for (int32_t r = 0; r < x->rows; r++)
        mote_conv_put_row(p, f, x, x->in + r * x->down, x->out + r * x->out_down);
}

/* Where the weights that a filter may have are in a pixel's window; what is behind the map of them. */
static inline const MOTE_FLASH uint8_t *mote_conv_offsets(const struct mote_conv_call *c, const MOTE_FLASH uint8_t *map,
                                                          uint16_t *where)
{
    const struct mote_conv_2d_huffman_s8 *p = c->p;
    const uint32_t right = (uint32_t)p->dilation_w * (uint32_t)p->in_c;
    const uint32_t down = (uint32_t)p->dilation_h * (uint32_t)(c->columns * p->in_c);
    const bool all = p->columns == p->kernel_h * p->kernel_w * p->filter_c;
    uint32_t bits = 0;

    for (uint32_t i = 0; i < (uint32_t)p->kernel_h; i++)
        for (uint32_t j = 0; j < (uint32_t)p->kernel_w; j++)
            for (uint32_t k = 0; k < (uint32_t)p->filter_c; k++, bits <<= 1) {
                if (!all && (bits & 0xff) == 0)
                    bits = (uint32_t)*map++ << 1 | 1; /* the 1 says when the next byte is due */
                if (all || bits & 0x100)
                    *where++ = (uint16_t)(i * down + j * right + k);
            }
    return map;
}

/* A filter's bits, the pairs of a gap and a level that are left in them, where the last weight's input is, and where
 * the next one's may be. */
struct mote_conv_bits {
    struct mote_huffman_reader reader;
    uint32_t left;
    int32_t input, sum; /* sum: of the levels so far */
    const uint16_t *where;
};

/* The next level that is not 0, or 0 where there is none. */
static inline int32_t mote_conv_next(const struct mote_huffman *h, struct mote_conv_bits *b)
{
    while (b->left > 0) {
        const uint32_t word = mote_huffman_next(&b->reader);
        const int32_t gap = h->gaps[mote_huffman_index(word, h->gap_shift)];
        const int32_t level = h->levels[mote_huffman_index(word << (uint8_t)gap, h->level_shift)];

        mote_huffman_skip(&b->reader, (uint8_t)(gap + level));
        b->left--;
        b->where += gap >> 8;
        b->input = *b->where++;
        b->sum += level >> 8;
        if (level >> 8 != 0)
            return level >> 8;
    }
    return 0;
}

/* The filter whose bits are next: its list, and what the input's zero point adds to its bias. Not inline: there are few
 * registers. */
static __attribute__((noinline)) void mote_conv_decode(const struct mote_conv_call *c,
                                                       struct mote_huffman_reader *reader, struct mote_filter *f)
{
    const struct mote_huffman h = c->codes;
    struct mote_conv_bits b = {*reader, 0, 0, 0, c->where};
    struct mote_taps *end = c->list;
    const uint32_t word = mote_huffman_next(&b.reader);

    if (word >> 31)
        b.left = word << 1 >> h.count_shift;
    mote_huffman_skip(&b.reader, word >> 31 ? 33u - h.count_shift : 1);
    do {
        end->level[0] = (int16_t)mote_conv_next(&h, &b);
        end->at[0] = b.input;
        end->level[1] = (int16_t)mote_conv_next(&h, &b);
        end->at[1] = b.input;
        end++;
    } while (b.left > 0);
    *reader = b.reader;
    f->end = end;
    f->bias = (int32_t)((uint32_t)f->bias - (uint32_t)(b.sum * h.in_zero));
}

/* A block of n rows. */
static inline void mote_conv_block(const struct mote_conv_call *c, int32_t first, int32_t n)
{
    const struct mote_conv_2d_huffman_s8 *p = c->p;
    const struct mote_pixels all = mote_conv_join(c, first, n);
    const int32_t per_group = p->out_c / (p->in_c / p->filter_c);
    const int32_t step = all.rows > 0 ? n : 1;
    struct mote_huffman_reader reader = mote_huffman_open(c->stream);

    for (int32_t o = 0, group = 0, left = per_group; o < p->out_c; o++, left--) {
        const int32_t q = p->per_channel ? o : 0;
        const uint32_t bias = mote_short_bias(c->bias + o * p->bias_bytes, p->bias_bytes, p->bias_shift);
        struct mote_filter f = {c->list, NULL, (int32_t)bias, c->mult[q], c->shift[q]};

        if (left == 0) {
            left = per_group;
            group += p->filter_c;
        }
        mote_conv_decode(c, &reader, &f);
        for (int32_t r = first; r < first + n; r += step) {
            struct mote_pixels x = all.rows > 0 ? all : mote_conv_pixels(c, first, r);

            x.in += group;
            x.out += o;
            put_filter(p, &f, &x);
        }
    }
}

static inline void mote_conv_huffman(const struct mote_conv_2d_huffman_s8 *p, const int8_t *in,
                                     const MOTE_FLASH uint8_t *coded, const MOTE_FLASH uint8_t *bias,
                                     const MOTE_FLASH int32_t *mult, const MOTE_FLASH int8_t *shift,
                                     const int8_t *zeros, int8_t *out, int32_t *scratch, int32_t first, int32_t count)
{
    const struct mote_conv_window w = mote_conv_2d_huffman_s8_window(p);
    struct mote_taps *list = (struct mote_taps *)scratch;
    int16_t *gaps = (int16_t *)(list + p->longest / 2 + 1), *levels = gaps + mote_huffman_entries(p->gap_bits);
    uint16_t *where = (uint16_t *)(levels + (1 << p->level_bits));
    struct mote_conv_call c = {
        .p = p,
        .in = in,
        .zeros = zeros,
        .out = out,
        .window = (int8_t *)scratch + mote_conv_2d_huffman_s8_lists(p),
        .columns = w.columns,
        .inside = w.rows == 0,
        .bias = bias,
        .mult = mult,
        .shift = shift,
        .codes = {gaps, levels, mote_huffman_shift(p->gap_bits), (uint8_t)(32 - p->level_bits),
                  (uint8_t)(32 - p->count_bits), (int8_t)p->in_zero},
        .where = where,
        .list = list,
    };
    const int32_t end = first + count;

    mote_assert(first >= 0 && first + count <= p->batch * p->out_h);
    if (mote_huffman_overlap(scratch, mote_conv_2d_huffman_s8_lists(p), out,
                             (uint32_t)(p->out_ring * p->out_w * p->out_c)))
        return;
    c.stream = mote_huffman_table(levels, mote_huffman_table(gaps, coded, p->gap_bits), p->level_bits);
    c.stream = mote_conv_offsets(&c, c.stream, where);
    for (int32_t n; first < end; first += n) {
        const int32_t image = p->out_h - first % p->out_h, some = image < p->block ? image : p->block;

        n = c.inside || end - first < some ? end - first : some;
        if (!c.inside)
            mote_conv_fill(&c, first, n);
        mote_conv_block(&c, first, n);
    }
}

#endif
