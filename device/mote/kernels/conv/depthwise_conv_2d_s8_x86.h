/* SPDX-License-Identifier: Apache-2.0 */
/* What the versions of depthwise_conv_2d_s8 for x86 share. Bytes of two or four kernel rows lie side by side in scratch
 * memory, 32 bits a channel: those of the weights once a call, those of the input rows once an output row. So an
 * instruction multiplies what several rows have, and no column is shuffled twice. A depth multiplier, strides that
 * leave most columns out and very long rows take a slow path. */
#ifndef MOTE_DEPTHWISE_CONV_2D_S8_X86_H
#define MOTE_DEPTHWISE_CONV_2D_S8_X86_H

#include "../shared/requant.h"
#include "../shared/rows.h"
#include "../shared/windows.h"
#include "../shared/x86.h"
#include "depthwise_conv_2d_s8.h"

enum { MOTE_SLACK = 64 }; /* bytes behind and before: vectors are written and read to their end, and aligned */

/* `side` kernel rows side by side. */
static inline int32_t mote_depthwise_groups(const struct mote_depthwise_conv_2d_s8 *p, int32_t side)
{
    return (p->kernel_h + side - 1) / side;
}

/* Bytes of scratch: weights, a column outside the image, biases, input rows; 0: the slow path computes. */
static inline uint32_t mote_depthwise_scratch(const struct mote_depthwise_conv_2d_s8 *p, int32_t side)
{
    int64_t columns = (int64_t)mote_depthwise_groups(p, side) * (p->kernel_w + p->in_w) + 2;
    int64_t bytes = columns * p->out_c * 4 + 2 * MOTE_SLACK;

    if (p->depth_multiplier > 1 || p->in_w > 2 * (int64_t)p->out_w * p->kernel_w || columns > INT32_C(1) << 24 ||
        bytes > INT32_C(1) << 24)
        return 0;
    return (uint32_t)bytes;
}

/* Never none: callers of all steps pass it. */
static inline uint32_t mote_depthwise_fit(const void *params, int32_t side)
{
    uint32_t bytes = mote_depthwise_scratch((const struct mote_depthwise_conv_2d_s8 *)params, side);

    return bytes > 0 ? bytes : 4;
}

#if MOTE_X86
struct mote_depthwise_call {
    const struct mote_depthwise_conv_2d_s8 *p;
    const int8_t *weights;
    const int32_t *bias, *mult;
    const int8_t *shift, *zeros;
    int32_t side, groups;
    /* In scratch, 4 bytes a channel: [groups][kernel_w][out_c], [out_c], [out_c], [groups][in_w][out_c]. */
    int8_t *w, *outside, *biases, *rows;
    /* n bytes of `side` rows; NULL is a row of zeros. */
    void (*lay)(const int8_t *const rows[], int32_t n, bool weights, int8_t *to);
    void (*compute)(const struct mote_depthwise_call *c, int8_t *out); /* an output row */
};

/* ---- the slow path ---- */
static inline uint32_t mote_depthwise_sum_one(const struct mote_depthwise_call *c, const int8_t *const rows[],
                                              int32_t x, int32_t o)
{
    const struct mote_depthwise_conv_2d_s8 *p = c->p;
    struct mote_columns in = mote_clip_columns(x, p->kernel_w, p->dilation_w, p->in_w, p->in_c);
    const int8_t *w = c->weights + o;
    uint32_t sum = 0;

    for (int32_t k = 0; k < p->kernel_h; k++)
        for (int32_t j = 0; j < p->kernel_w; j++, w += p->out_c) {
            bool inside = j >= in.from && j < in.to;
            int32_t at = inside ? in.at + (j - in.from) * p->dilation_w * p->in_c + o / p->depth_multiplier : 0;
            int32_t value = inside ? rows[k][at] : c->zeros[0];

            sum += (uint32_t)(value * *w);
        }
    return sum;
}

static inline void mote_depthwise_row_slow(const struct mote_depthwise_call *c, const int8_t *const rows[], int8_t *out)
{
    const struct mote_depthwise_conv_2d_s8 *p = c->p;

    for (int32_t ox = 0, x = -p->pad_left; ox < p->out_w; ox++, x += p->stride_w)
        for (int32_t o = 0; o < p->out_c; o++) {
            int32_t q = p->per_channel ? o : 0;
            uint32_t sum = (uint32_t)c->bias[o] + mote_depthwise_sum_one(c, rows, x, o);

            *out++ = mote_requant_s8((int32_t)sum, c->mult[q], c->shift[q], p->out_zero, p->lo, p->hi);
        }
}

/* ---- side by side ---- */
static inline void mote_depthwise_lay(const struct mote_depthwise_call *c, const int8_t *const rows[], int32_t n,
                                      bool weights, int8_t *to)
{
    for (int32_t k = 0; k < c->p->kernel_h; k += c->side, to += 4 * (size_t)n) {
        const int8_t *some[4] = {NULL};

        for (int32_t i = 0; i < c->side && k + i < c->p->kernel_h; i++)
            some[i] = rows[k + i];
        c->lay(some, n, weights, to);
    }
}

/* A column outside the image: sixteen channels, again and again. */
static inline void mote_depthwise_lay_outside(const struct mote_depthwise_call *c)
{
    int8_t zeros[16], sixteen[64];
    const int8_t *some[4] = {zeros, zeros, zeros, zeros};

    for (int32_t i = 0; i < 16; i++)
        zeros[i] = c->zeros[0];
    c->lay(some, 16, false, sixteen);
    for (int32_t o = 0; o < c->p->out_c; o += 16)
        mote_copy_some(c->outside + o * 4, sixteen, sizeof sixteen);
}

/* In this order: a vector may be written beyond the end of each part. */
static inline void mote_depthwise_start(struct mote_depthwise_call *c, int8_t *scratch)
{
    const struct mote_depthwise_conv_2d_s8 *p = c->p;
    const int8_t *rows[MOTE_KERNEL_ROWS_MAX];
    int32_t n = p->kernel_w * p->out_c;

    c->w = scratch + (-(uintptr_t)scratch & (MOTE_SLACK - 1));
    c->outside = c->w + (size_t)c->groups * (size_t)n * 4;
    c->biases = c->outside + (size_t)p->out_c * 4;
    c->rows = c->biases + (size_t)p->out_c * 4;
    for (int32_t k = 0; k < p->kernel_h; k++)
        rows[k] = c->weights + k * n;
    mote_depthwise_lay(c, rows, n, true, c->w);
    mote_depthwise_lay_outside(c);
}

static inline void mote_depthwise_rows(const struct mote_depthwise_call *c, const int8_t *in, int8_t *out,
                                       int32_t first, int32_t count)
{
    const struct mote_depthwise_conv_2d_s8 *p = c->p;
    const int8_t *rows[MOTE_KERNEL_ROWS_MAX];

    for (int32_t r = first; r < first + count; r++) {
        int32_t top = r % p->out_h * p->stride_h - p->pad_top;
        int8_t *to = out + mote_ring(r, p->out_ring) * p->out_w * p->out_c;

        mote_rows_s8(rows, p->kernel_h, in, c->zeros, r / p->out_h, top, p->dilation_h, p->in_h, p->in_w * p->in_c,
                     p->in_ring);
        if (c->rows != NULL) {
            mote_depthwise_lay(c, rows, p->in_w * p->in_c, false, c->rows);
            c->compute(c, to);
        } else {
            mote_depthwise_row_slow(c, rows, to);
        }
    }
}
#endif

#endif
