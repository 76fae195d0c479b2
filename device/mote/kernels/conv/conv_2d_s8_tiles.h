/* SPDX-License-Identifier: Apache-2.0 */
/* What the versions of conv_2d_s8 for the vectors of big cores share. What the filters see of a pixel lies side by
 * side, in the input itself or copied to scratch memory; some pixels make a tile, which a version's function computes
 * for all filters. With groups it does so for one group's filters after the other, whose results lie among others' in
 * scratch memory. Very long filters take a slow path. */
#ifndef MOTE_CONV_2D_S8_TILES_H
#define MOTE_CONV_2D_S8_TILES_H

#include "../shared/requant.h"
#include "../shared/rows.h"
#include "../shared/windows.h"
#include "../shared/vectors.h"
#include "conv_2d_s8.h"

/* Inputs that a filter sees. */
static inline int32_t mote_conv_taps(const struct mote_conv_2d_s8 *p)
{
    return p->kernel_h * p->kernel_w * p->filter_c;
}

/* The same as weights are packed, in fours. */
static inline int32_t mote_conv_columns(const struct mote_conv_2d_s8 *p)
{
    return (int32_t)mote_packed_align((uint32_t)mote_conv_taps(p), 4);
}

static inline int32_t mote_conv_groups(const struct mote_conv_2d_s8 *p) { return p->in_c / p->filter_c; }

/* Else the slow path computes. */
static inline bool mote_conv_is_plain(const struct mote_conv_2d_s8 *p)
{
    return (int64_t)mote_conv_columns(p) * mote_conv_groups(p) <= INT32_C(1) << 24;
}

static inline uint32_t mote_conv_packed_bytes(const struct mote_conv_2d_s8 *p)
{
    uint32_t rows = mote_packed_align((uint32_t)p->out_c, 16);
    uint32_t columns = mote_packed_align((uint32_t)mote_conv_taps(p), 4);

    return columns > INT32_MAX ? UINT32_MAX : mote_bytes((int32_t)rows, (int32_t)columns, 1);
}

static inline uint32_t mote_conv_patches_bytes(const struct mote_conv_2d_s8 *p, int32_t pixels)
{
    return (uint32_t)pixels * (uint32_t)mote_conv_columns(p) * (uint32_t)mote_conv_groups(p);
}

/* What the filters see of some pixels and, with groups, results; never none: callers of all steps pass it. */
static inline uint32_t mote_conv_scratch(const struct mote_conv_2d_s8 *p, int32_t pixels)
{
    if (!mote_conv_is_plain(p))
        return 4;
    return mote_conv_patches_bytes(p, pixels) + (mote_conv_groups(p) > 1 ? (uint32_t)(pixels * p->out_c) : 0);
}

static const uint16_t mote_conv_forms[] = {0, MOTE_FORM(MOTE_CODING_DENSE, MOTE_PACKING_QUADS_16), 0, 0, 0, 0, 0};

#if MOTE_DESCRIBE
static inline void mote_conv_shape(const void *params, uint32_t arg, int32_t shape[MOTE_PACKED_DIMS])
{
    const struct mote_conv_2d_s8 *p = params;

    (void)arg;
    shape[MOTE_ROWS] = p->out_c;
    shape[MOTE_COLUMNS] = mote_conv_taps(p);
}
#endif

#if MOTE_VECTORS
enum { MOTE_CONV_PIXELS = 6 };

/* Pixels that wait to be computed, all filters of them or more than from … to - 1. */
struct mote_conv_tile {
    const int8_t *in[MOTE_CONV_PIXELS];
    int8_t *out[MOTE_CONV_PIXELS];
    int32_t n, from, to;
};

struct mote_conv_call {
    const struct mote_conv_2d_s8 *p;
    const int8_t *weights;
    const int32_t *bias, *mult;
    const int8_t *shift, *zeros;
    int8_t *patches; /* [pixels][groups][columns], with groups [pixels][out_c] behind; NULL: the slow path */
    int32_t columns; /* of packed weights */
    int32_t pixels;  /* of a tile */
    void (*compute)(const struct mote_conv_call *c, const struct mote_conv_tile *t);
};

/* ---- the slow path ---- */
/* One pixel of one filter, tap by tap. */
static inline uint32_t mote_conv_sum_one(const struct mote_conv_2d_s8 *p, const int8_t *const rows[],
                                         const int8_t *zeros, const int8_t *packed, int32_t x, int32_t o)
{
    const int32_t shape[MOTE_PACKED_DIMS] = {p->out_c, mote_conv_taps(p)};
    struct mote_columns c = mote_clip_columns(x, p->kernel_w, p->dilation_w, p->in_w, p->in_c);
    int32_t group = o / (p->out_c / (p->in_c / p->filter_c)) * p->filter_c;
    uint32_t sum = 0, column = 0;

    for (int32_t k = 0; k < p->kernel_h; k++)
        for (int32_t j = 0; j < p->kernel_w; j++) {
            bool inside = j >= c.from && j < c.to;
            const int8_t *a = inside ? rows[k] + group + c.at + (j - c.from) * p->dilation_w * p->in_c : zeros;

            for (int32_t i = 0; i < p->filter_c; i++, column++)
                sum += (uint32_t)(a[i] * packed[mote_packed_quads_16(shape, (uint32_t)o, column)]);
        }
    return sum;
}

static inline void mote_conv_row_slow(const struct mote_conv_call *c, const int8_t *const rows[], int8_t *out)
{
    const struct mote_conv_2d_s8 *p = c->p;

    for (int32_t ox = 0, x = -p->pad_left; ox < p->out_w; ox++, x += p->stride_w)
        for (int32_t o = 0; o < p->out_c; o++) {
            int32_t q = p->per_channel ? o : 0;
            uint32_t sum = (uint32_t)c->bias[o] + mote_conv_sum_one(p, rows, c->zeros, c->weights, x, o);

            *out++ = mote_requant_s8((int32_t)sum, c->mult[q], c->shift[q], p->out_zero, p->lo, p->hi);
        }
}

/* ---- what filters see ---- */
static inline int8_t *mote_conv_outside(const struct mote_conv_call *c, int8_t *to, int32_t columns)
{
    for (; columns > 0; columns--)
        to = mote_copy_some(to, c->zeros, c->p->filter_c);
    return to;
}

/* Of the group whose channels begin at `group`. */
static inline void mote_conv_gather(const struct mote_conv_call *c, const int8_t *const rows[], int32_t x,
                                    int32_t group, int8_t *to)
{
    const struct mote_conv_2d_s8 *p = c->p;
    struct mote_columns in = mote_clip_columns(x, p->kernel_w, p->dilation_w, p->in_w, p->in_c);
    bool together = p->dilation_w == 1 && p->filter_c == p->in_c;
    int32_t runs = together ? in.to > in.from : in.to - in.from;
    int32_t run = together ? (in.to - in.from) * p->in_c : p->filter_c;

    for (int32_t k = 0; k < p->kernel_h; k++) {
        to = mote_conv_outside(c, to, in.from);
        for (int32_t j = 0; j < runs; j++)
            to = mote_copy_some(to, rows[k] + group + in.at + j * p->dilation_w * p->in_c, run);
        to = mote_conv_outside(c, to, p->kernel_w - in.to);
    }
    for (int32_t n = mote_conv_taps(p); n < c->columns; n++)
        *to++ = 0;
}

/* Where a tile's pixel i has what group g sees. */
static inline int8_t *mote_conv_patch(const struct mote_conv_call *c, int32_t i, int32_t g)
{
    return c->patches + ((size_t)i * (size_t)mote_conv_groups(c->p) + (size_t)g) * (size_t)c->columns;
}

/* Of a tile's pixel i. */
static inline const int8_t *mote_conv_seen(const struct mote_conv_call *c, const int8_t *const rows[], int32_t x,
                                           int32_t i)
{
    const struct mote_conv_2d_s8 *p = c->p;
    int32_t groups = mote_conv_groups(p);

    if (p->kernel_h == 1 && p->kernel_w == 1 && groups == 1 && c->columns == p->in_c)
        return x >= 0 && x < p->in_w ? rows[0] + x * p->in_c : c->zeros;
    for (int32_t g = 0; g < groups; g++)
        mote_conv_gather(c, rows, x, g * p->filter_c, mote_conv_patch(c, i, g));
    return mote_conv_patch(c, i, 0);
}

/* ---- tiles ---- */
/* One group after the other: a version computes neighboring filters, too, whose results nobody takes. */
static inline void mote_conv_compute_groups(const struct mote_conv_call *c, const struct mote_conv_tile *t)
{
    const struct mote_conv_2d_s8 *p = c->p;
    int32_t groups = mote_conv_groups(p), filters = p->out_c / groups;
    int8_t *results = c->patches + mote_conv_patches_bytes(p, c->pixels);
    struct mote_conv_tile one = {.n = t->n};

    for (int32_t i = 0; i < c->pixels; i++)
        one.out[i] = results + (size_t)i * (size_t)p->out_c;
    for (int32_t g = 0; g < groups; g++) {
        one.from = g * filters;
        one.to = one.from + filters;
        for (int32_t i = 0; i < c->pixels; i++)
            one.in[i] = mote_conv_patch(c, i < t->n ? i : 0, g);
        c->compute(c, &one);
        for (int32_t i = 0; i < t->n; i++)
            mote_copy_some(t->out[i] + one.from, one.out[i] + one.from, filters);
    }
}

/* Where there are fewer pixels than a tile has, the first one is summed again, for nothing. */
static inline void mote_conv_finish(const struct mote_conv_call *c, struct mote_conv_tile *t)
{
    if (t->n == 0)
        return;
    for (int32_t i = t->n; i < c->pixels; i++)
        t->in[i] = t->in[0];
    if (mote_conv_groups(c->p) > 1)
        mote_conv_compute_groups(c, t);
    else
        c->compute(c, t);
    t->n = 0;
}

static inline void mote_conv_add_row(const struct mote_conv_call *c, struct mote_conv_tile *t,
                                     const int8_t *const rows[], int8_t *out)
{
    const struct mote_conv_2d_s8 *p = c->p;

    for (int32_t ox = 0, x = -p->pad_left; ox < p->out_w; ox++, x += p->stride_w, out += p->out_c) {
        t->in[t->n] = mote_conv_seen(c, rows, x, t->n);
        t->out[t->n++] = out;
        if (t->n == c->pixels)
            mote_conv_finish(c, t);
    }
}

static inline void mote_conv_rows(const struct mote_conv_call *c, const int8_t *in, int8_t *out, int32_t first,
                                  int32_t count)
{
    const struct mote_conv_2d_s8 *p = c->p;
    const int8_t *rows[MOTE_KERNEL_ROWS_MAX];
    struct mote_conv_tile t = {.to = p->out_c};

    for (int32_t r = first; r < first + count; r++) {
        int32_t top = r % p->out_h * p->stride_h - p->pad_top;
        int8_t *to = out + mote_ring(r, p->out_ring) * p->out_w * p->out_c;

        mote_rows_s8(rows, p->kernel_h, in, c->zeros, r / p->out_h, top, p->dilation_h, p->in_h, p->in_w * p->in_c,
                     p->in_ring);
        if (c->patches != NULL)
            mote_conv_add_row(c, &t, rows, to);
        else
            mote_conv_row_slow(c, rows, to);
    }
    mote_conv_finish(c, &t);
}
#endif

#endif
