/* SPDX-License-Identifier: Apache-2.0 */
/* conv_2d_s8 with vectors of 16 products. What a filter sees of the input is put side by side first, once for all
 * filters of a group; then four filters share it. */
#include "conv_2d_s8_mve.h"

#include "../shared/mve.h"
#include "../shared/rows.h"

/* Columns that are put side by side at a time: filters' scales are loaded once for all of them. */
#define BLOCK 4

static uint32_t fit(const void *params, uint32_t *bytes)
{
    const struct mote_conv_2d_s8 *p = params;

    (void)bytes;
    if (p->kernel_h == 1 && p->kernel_w == 1)
        return 0;
    return mote_bytes(p->kernel_h * p->kernel_w, p->filter_c, BLOCK);
}

#if MOTE_MVE
/* What the filters see of the input around output column x, from channel `group` on. */
static void collect(const struct mote_conv_2d_s8 *p, const int8_t *const rows[], const int8_t *zeros, int32_t x,
                    int32_t group, int8_t *seen)
{
    int32_t step = p->dilation_w, n = p->filter_c;
    bool inside = x >= 0 && x + (p->kernel_w - 1) * step < p->in_w;

    for (int32_t k = 0; k < p->kernel_h; k++)
        if (inside && step == 1 && n == p->in_c) {
            mote_move(rows[k] + x * n, p->kernel_w * n, seen);
            seen += p->kernel_w * n;
        } else {
            for (int32_t j = 0, at = x; j < p->kernel_w; j++, at += step, seen += n)
                mote_move(at < 0 || at >= p->in_w ? zeros : rows[k] + at * p->in_c + group, n, seen);
        }
}

/* Output columns side by side, of one row or of several: n of them, whose filters see inputs `step` bytes apart, from
 * `seen` on. */
struct columns {
    const int8_t *seen;
    int32_t n, step;
};

/* What all calls of put_group() of a call have. */
struct layer {
    const struct mote_conv_2d_s8 *p;
    const int8_t *weights, *zeros, *shift;
    const int32_t *bias, *mult;
};

/* The filters of a group: four at a time, whose scales are loaded once for all columns. */
static void put_group(const struct layer *l, struct columns columns, int32_t group, int8_t *out)
{
    const struct mote_conv_2d_s8 *p = l->p;
    const struct mote_clamp c = {p->out_zero, p->lo, p->hi, p->per_channel};
    int32_t len = p->kernel_h * p->kernel_w * p->filter_c, out_c = p->out_c, n = out_c / (p->in_c / p->filter_c);
    int32_t o = group * n, end = o + n;

    for (; o < end - 3; o += 4) {
        int32_t q = c.per_channel ? o : 0;
        const struct mote_scale s = mote_scale_at(l->bias + o, l->mult + q, l->shift + q, c.per_channel);
        const int8_t *x = columns.seen, *w = l->weights + o * len;
        int8_t *to = out + o;

        for (int32_t left = columns.n; left > 0; left--, x += columns.step, to += out_c)
            vstrbq_s32(to, mote_requant_four(mote_dot_four(x, w, len, 3, len), &s, &c));
    }
    if (o < end) {
        int32_t q = c.per_channel ? o : 0;
        mve_pred16_t lanes = vctp32q((uint32_t)(end - o));
        const struct mote_scale s = mote_scale_of_some(l->bias + o, l->mult + q, l->shift + q, c.per_channel, lanes);
        const int8_t *x = columns.seen, *w = l->weights + o * len;

        for (int32_t left = columns.n; left > 0; left--, x += columns.step, out += out_c)
            vstrbq_p_s32(out + o, mote_requant_four(mote_dot_four(x, w, len, end - o - 1, len), &s, &c), lanes);
    }
}

/* A row of filters of 1 x 1, which read the input where it is: left of the picture, on it, right of it. */
static void put_plain_row(const struct layer *l, const int8_t *row, int32_t group, int8_t *out)
{
    const struct mote_conv_2d_s8 *p = l->p;
    int32_t from = (p->pad_left + p->stride_w - 1) / p->stride_w, to = (p->in_w - 1 + p->pad_left) / p->stride_w + 1;

    from = from < p->out_w ? from : p->out_w;
    to = to < from ? from : to < p->out_w ? to : p->out_w;
    put_group(l, (struct columns){l->zeros, from, 0}, group, out);
    if (from < to) {
        const int8_t *seen = row + (from * p->stride_w - p->pad_left) * p->in_c + group * p->filter_c;
        int32_t step = to - from > 1 ? p->stride_w * p->in_c : 0; /* which is in the row */

        put_group(l, (struct columns){seen, to - from, step}, group, out + from * p->out_c);
    }
    put_group(l, (struct columns){l->zeros, p->out_w - to, 0}, group, out + to * p->out_c);
}

/* Filters of 1 x 1 that see the pixels one after the other, as they lie, whatever the rows are. */
static bool is_pointwise(const struct mote_conv_2d_s8 *p)
{
    return p->kernel_h == 1 && p->kernel_w == 1 && p->stride_h == 1 && p->stride_w == 1 && p->pad_top == 0 &&
           p->pad_left == 0 && p->out_w == p->in_w && p->out_h == p->in_h && p->in_ring >= p->batch * p->in_h &&
           p->out_ring >= p->batch * p->out_h;
}

/* What columns see is put side by side, BLOCK columns at a time, of several rows where the output's lie one behind the
 * other. */
static void put_collected(const struct layer *l, const int8_t *in, int32_t group, int8_t *out, int8_t *scratch,
                          int32_t first, int32_t count)
{
    const struct mote_conv_2d_s8 *p = l->p;
    int32_t len = p->kernel_h * p->kernel_w * p->filter_c;
    struct columns c = {scratch, 0, len};
    const int8_t *rows[MOTE_KERNEL_ROWS_MAX];
    int8_t *start = out;

    for (int32_t r = first; r < first + count; r++) {
        int32_t top = r % p->out_h * p->stride_h - p->pad_top;
        int8_t *to = out + mote_ring(r, p->out_ring) * p->out_w * p->out_c;

        mote_rows_s8(rows, p->kernel_h, in, l->zeros, r / p->out_h, top, p->dilation_h, p->in_h, p->in_w * p->in_c,
                     p->in_ring);
        for (int32_t ox = 0, x = -p->pad_left; ox < p->out_w; ox++, x += p->stride_w, to += p->out_c) {
            if (c.n == BLOCK || to != start + c.n * p->out_c) {
                put_group(l, c, group, start);
                c.n = 0;
            }
            if (c.n == 0)
                start = to;
            collect(p, rows, l->zeros, x, group * p->filter_c, scratch + c.n++ * len);
        }
    }
    put_group(l, c, group, start);
}

MOTE_WEAK void mote_conv_2d_s8_mve(const struct mote_conv_2d_s8 *p, const int8_t *in, const int8_t *weights,
                                   const int32_t *bias, const int32_t *mult, const int8_t *shift, const int8_t *zeros,
                                   int8_t *out, void *scratch, int32_t first, int32_t count)
{
    const struct layer l = {p, weights, zeros, shift, bias, mult};
    int32_t row = p->in_w * p->in_c, out_row = p->out_w * p->out_c;

    for (int32_t g = 0; g < p->in_c / p->filter_c; g++)
        if (is_pointwise(p)) {
            put_group(&l, (struct columns){in + first * row + g * p->filter_c, count * p->out_w, p->in_c}, g,
                      out + first * out_row);
        } else if (p->kernel_h > 1 || p->kernel_w > 1) {
            put_collected(&l, in, g, out, scratch, first, count);
        } else {
            for (int32_t r = first; r < first + count; r++) {
                const int8_t *at;

                mote_rows_s8(&at, 1, in, zeros, r / p->out_h, r % p->out_h * p->stride_h - p->pad_top, 1, p->in_h, row,
                             p->in_ring);
                put_plain_row(&l, at, g, out + mote_ring(r, p->out_ring) * out_row);
            }
        }
}

static void run_conv_2d_s8_mve(const struct mote_call *c)
{
    const struct mote_conv_2d_s8 *p = c->params;
    bool plain = p->kernel_h == 1 && p->kernel_w == 1;

    mote_conv_2d_s8_mve(p, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5], c->args[6],
                        plain ? NULL : c->args[7], c->first, c->count);
}
#endif

MOTE_KERNEL_CODE(conv_2d_s8, mve, .run = MOTE_IF_MVE(run_conv_2d_s8_mve), .fit = fit, MOTE_SCRATCH);
