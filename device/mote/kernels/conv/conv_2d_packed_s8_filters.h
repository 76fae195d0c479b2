/* SPDX-License-Identifier: Apache-2.0 */
/* What versions of conv_2d_packed_s8 share: all but what four filters make of pixels. Their weights are looked up into
 * scratch memory; a block's input rows are copied with what is outside the image, so that the taps of a run lie side by
 * side for each pixel. */
#ifndef MOTE_CONV_2D_PACKED_S8_FILTERS_H
#define MOTE_CONV_2D_PACKED_S8_FILTERS_H

#include "conv_2d_packed_s8.h"

#include "../../memory.h"
#include "../shared/plain.h"
#include "../shared/rows.h"
#include "../shared/short_bias.h"

enum { MOTE_CONV_FILTERS = 4, MOTE_CONV_FOUR = 4 * MOTE_CONV_FILTERS };

struct mote_conv_call {
    const struct mote_conv_2d_packed_s8 *p;
    const int8_t *in, *zeros;
    int8_t *out;
    int8_t *window;  /* the block's input rows */
    int32_t columns; /* of the window, or of the image */
    bool inside;     /* inputs are read where they are */
    const MOTE_FLASH uint8_t *packed, *bias;
    const MOTE_FLASH int32_t *mult;
    const MOTE_FLASH int8_t *shift;
    int8_t levels[MOTE_PACKED_LEVELS_MAX];
    int16_t *weights; /* of each four taps [even, odd][filters][2], or as the version has them, in no more bytes */
    struct mote_conv_run run;
    int32_t down, right; /* from a run's inputs to those of the kernel row below, and of the run to the right */
};

#define MOTE_CONV_PARAMS struct mote_conv_2d_packed_s8
#include "conv_2d_windows.h"

/* Those of `n` filters count; the others' weights are 0. */
struct mote_filters {
    bool plain; /* plain.h */
    int32_t n, bias[MOTE_CONV_FILTERS], mult[MOTE_CONV_FILTERS], shift[MOTE_CONV_FILTERS];
};

/* The version's: filter `row` becomes the k-th of four; returns the sum of its levels. */
static uint32_t look_up(const struct mote_conv_call *c, int32_t row, int32_t k);
/* The version's: the outputs of rows of pixels. */
static void put_filters(const struct mote_conv_call *c, const struct mote_filters *f, const struct mote_pixels *x);

/* Where the next index is, and the sum of the levels before it. */
struct mote_conv_indices {
    const MOTE_FLASH uint8_t *from;
    uint32_t byte; /* what is left of one, below a 1 that says when the next is due */
    uint32_t sum;
};

static inline int16_t mote_conv_next_level(const struct mote_conv_call *c, struct mote_conv_indices *at)
{
    int32_t level;

    if (at->byte == 1)
        at->byte = *at->from++ | 0x100u;
    level = c->levels[at->byte & ((1u << c->p->bits) - 1)];
    at->byte >>= c->p->bits;
    at->sum += (uint32_t)level;
    return (int16_t)level;
}

/* The beginning of a filter. */
static inline struct mote_conv_indices mote_conv_indices(const struct mote_conv_call *c, int32_t row)
{
    const int32_t taps = c->p->kernel_h * c->run.runs * c->run.n;

    return (struct mote_conv_indices){c->packed + row * mote_packed_bytes(taps, c->p->bits), 1, 0};
}

/* Into pairs. */
static inline uint32_t mote_conv_look_up(const struct mote_conv_call *c, int32_t row, int32_t k)
{
    enum { ODD = 2 * MOTE_CONV_FILTERS };
    struct mote_conv_indices at = mote_conv_indices(c, row);
    int16_t *to = c->weights + 2 * k;

    for (int32_t left = c->p->kernel_h * c->run.runs; left > 0; left--) {
        int32_t t = c->run.n;

        for (; t >= 4; t -= 4, to += MOTE_CONV_FOUR) {
            to[0] = mote_conv_next_level(c, &at);
            to[ODD] = mote_conv_next_level(c, &at);
            to[1] = mote_conv_next_level(c, &at);
            to[ODD + 1] = mote_conv_next_level(c, &at);
        }
        if (t == 0)
            continue;
        for (int32_t i = 0; i < t; i++)
            to[i % 2 * ODD + i / 2] = mote_conv_next_level(c, &at);
        to += MOTE_CONV_FOUR;
    }
    return at.sum;
}

/* n filters from `o` on. */
static inline void mote_conv_look_up_all(const struct mote_conv_call *c, int32_t o, int32_t n, struct mote_filters *f)
{
    const struct mote_conv_2d_packed_s8 *p = c->p;

    memset(c->weights, 0, mote_conv_2d_packed_s8_weights(p));
    f->n = n;
    f->plain = p->kernel_h * c->run.runs * c->run.n <= MOTE_PLAIN_PRODUCTS;
    for (int32_t k = 0; k < n; k++) {
        const int32_t q = p->per_channel ? o + k : 0;
        const uint32_t bias = mote_short_bias(c->bias + (o + k) * p->bias_bytes, p->bias_bytes, p->bias_shift);

        f->bias[k] = (int32_t)(bias - look_up(c, o + k, k) * (uint32_t)p->in_zero);
        f->mult[k] = c->mult[q];
        f->shift[k] = c->shift[q];
        f->plain = f->plain && mote_is_plain(f->bias[k], f->mult[k], f->shift[k]);
    }
    for (int32_t k = n; k < MOTE_CONV_FILTERS; k++) {
        f->bias[k] = f->mult[k] = 0;
        f->shift[k] = -1;
    }
}

/* Of four taps with a filter. */
#define MOTE_CONV_PRODUCTS(k) (uint32_t)(a * w[2 * (k)] + c * w[2 * (k) + 1] + b * w[2 * (k) + 8] + d * w[2 * (k) + 9])

/* A run's products; returns the weights behind it. Its last inputs may be others', whose weights are 0, but none that
 * are not there. */
static inline const int16_t *mote_conv_add_run(const int8_t *in, const int16_t *w, int32_t fours,
                                               uint32_t sums[MOTE_CONV_FILTERS])
{
    uint32_t s0 = sums[0], s1 = sums[1], s2 = sums[2], s3 = sums[3];

    for (; fours > 0; fours--, in += 4, w += MOTE_CONV_FOUR) {
        const int32_t a = in[0], b = in[1], c = in[2], d = in[3];

        s0 += MOTE_CONV_PRODUCTS(0);
        s1 += MOTE_CONV_PRODUCTS(1);
        s2 += MOTE_CONV_PRODUCTS(2);
        s3 += MOTE_CONV_PRODUCTS(3);
    }
    sums[0] = s0;
    sums[1] = s1;
    sums[2] = s2;
    sums[3] = s3;
    return w;
}

static inline void mote_conv_sum_pixel(const struct mote_conv_call *c, const struct mote_filters *f, const int8_t *in,
                                       uint32_t sums[MOTE_CONV_FILTERS])
{
    const int16_t *w = c->weights;

    for (int32_t k = 0; k < MOTE_CONV_FILTERS; k++)
        sums[k] = (uint32_t)f->bias[k];
    for (int32_t i = 0; i < c->p->kernel_h; i++)
        for (int32_t j = 0; j < c->run.runs; j++)
            w = mote_conv_add_run(in + i * c->down + j * c->right, w, c->run.fours, sums);
}

/* For any filters. */
static inline void mote_conv_put_filters(const struct mote_conv_call *c, const struct mote_filters *f,
                                         const struct mote_pixels *x)
{
    const struct mote_conv_2d_packed_s8 *p = c->p;

    for (int32_t r = 0; r < x->rows; r++) {
        const int8_t *in = x->in + r * x->down;
        int8_t *out = x->out + r * x->out_down;

        for (int32_t i = 0; i < x->n; i++, in += x->step, out += p->out_c) {
            uint32_t sums[MOTE_CONV_FILTERS];

            mote_conv_sum_pixel(c, f, in, sums);
            for (int32_t k = 0; k < f->n; k++)
                out[k] = mote_requant_s8((int32_t)sums[k], f->mult[k], f->shift[k], p->out_zero, p->lo, p->hi);
        }
    }
}

/* A block of n rows. */
static inline void mote_conv_block(const struct mote_conv_call *c, int32_t first, int32_t n)
{
    const struct mote_conv_2d_packed_s8 *p = c->p;
    const struct mote_pixels all = mote_conv_join(c, first, n);
    const int32_t per_group = p->out_c / (p->in_c / p->filter_c);
    const int32_t step = all.rows > 0 ? n : 1;

    for (int32_t o = 0, group = 0, left = per_group, some; o < p->out_c; o += some, left -= some) {
        struct mote_filters f;

        if (left == 0) {
            left = per_group;
            group += p->filter_c;
        }
        some = left < MOTE_CONV_FILTERS ? left : MOTE_CONV_FILTERS;
        mote_conv_look_up_all(c, o, some, &f);
        for (int32_t r = first; r < first + n; r += step) {
            struct mote_pixels x = all.rows > 0 ? all : mote_conv_pixels(c, first, r);

            x.in += group;
            x.out += o;
            put_filters(c, &f, &x);
        }
    }
}

static inline void mote_conv_packed(const struct mote_conv_2d_packed_s8 *p, const int8_t *in,
                                    const MOTE_FLASH uint8_t *packed, const MOTE_FLASH int8_t *levels,
                                    const MOTE_FLASH uint8_t *bias, const MOTE_FLASH int32_t *mult,
                                    const MOTE_FLASH int8_t *shift, const int8_t *zeros, int8_t *out, int32_t *scratch,
                                    int32_t first, int32_t count)
{
    const struct mote_conv_window w = mote_conv_2d_packed_s8_window(p);
    struct mote_conv_call c = {
        .p = p,
        .in = in,
        .zeros = zeros,
        .out = out,
        .window = (int8_t *)scratch + mote_conv_2d_packed_s8_weights(p),
        .columns = w.columns,
        .inside = w.rows == 0,
        .packed = packed,
        .bias = bias,
        .mult = mult,
        .shift = shift,
        .weights = (int16_t *)scratch,
        .run = mote_conv_2d_packed_s8_run(p),
        .down = (int32_t)((uint32_t)p->dilation_h * (uint32_t)(w.columns * p->in_c)),
        .right = p->dilation_w * p->in_c,
    };
    const int32_t end = first + count;

    mote_assert(first >= 0 && first + count <= p->batch * p->out_h);
    mote_packed_levels(c.levels, levels, p->bits);
    for (int32_t n; first < end; first += n) {
        const int32_t image = p->out_h - first % p->out_h, some = image < p->block ? image : p->block;

        n = c.inside || end - first < some ? end - first : some;
        if (!c.inside)
            mote_conv_fill(&c, first, n);
        mote_conv_block(&c, first, n);
    }
}

#endif
