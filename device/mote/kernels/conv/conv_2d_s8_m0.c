/* SPDX-License-Identifier: Apache-2.0 */
/* conv_2d_s8 for Armv6-M: what a pixel's filters see of the input is a list of runs, made once for all filters; four
 * filters share each input. */
#include "conv_2d_s8_m0.h"

#include "../shared/m0.h"
#include "../shared/rows.h"
#include "../shared/windows.h"

#if MOTE_ARMV6M
enum { RUNS = 48, SUMS = 32 };

struct layer {
    const struct mote_conv_2d_s8 *p;
    const int8_t *weights, *zeros, *shift;
    const int32_t *bias, *mult;
    bool divide; /* all filters do (plain.h) */
};

static void put(const struct layer *l, int32_t o, const uint32_t *sum, int32_t n, int8_t *out)
{
    const struct mote_conv_2d_s8 *p = l->p;
    int32_t q = p->per_channel ? o : 0;
    struct mote_results r = {l->mult + q, sum, out, l->shift + q, p->lo, p->hi, p->per_channel, p->out_zero, sum + n};

    mote_put_results(&r, l->divide);
}

/* n filters from o on, a multiple of 4. */
static void put_filters(const struct layer *l, const struct mote_run *runs, const struct mote_run *end, int32_t o,
                        int32_t n, int8_t *out)
{
    int32_t len = l->p->kernel_h * l->p->kernel_w * l->p->filter_c;

    for (int32_t part; n > 0; n -= part, o += part) {
        uint32_t sum[SUMS];
        struct mote_fours fours = {runs, end, l->weights + o * len, len, l->bias + o, sum, 0, 0};

        part = n < SUMS ? n : SUMS;
        fours.n = part / 4;
        mote_sum_fours(&fours);
        put(l, o, sum, part, out + o);
    }
}

static void put_filter(const struct layer *l, const struct mote_run *run, const struct mote_run *end, int32_t o,
                       int8_t *out)
{
    const int8_t *w = l->weights + o * l->p->kernel_h * l->p->kernel_w * l->p->filter_c;
    uint32_t sum = (uint32_t)l->bias[o];

    for (; run != end; run++)
        for (int32_t i = -run->n; i < 0; i++)
            sum += (uint32_t)(run->end[i] * *w++);
    put(l, o, &sum, 1, out + o);
}

/* The filters of a group: those that are no four have some before them computed again, for nothing. */
static void put_group(const struct layer *l, const struct mote_run *runs, const struct mote_run *end, int32_t o,
                      int32_t n, int8_t *out)
{
    put_filters(l, runs, end, o, n / 4 * 4, out);
    if (n >= 4 && n % 4 > 0)
        put_filters(l, runs, end, o + n - 4, 4, out);
    for (int32_t i = 0; i < n && n < 4; i++)
        put_filter(l, runs, end, o + i, out);
}

static struct mote_run *add_run(struct mote_run *run, const int8_t *from, int32_t n)
{
    *run = (struct mote_run){from + n, n};
    return run + 1;
}

/* The kernel's columns lie together in the input, and the picture is no narrower. */
static bool is_dense(const struct mote_conv_2d_s8 *p)
{
    return p->dilation_w == 1 && p->filter_c == p->in_c && p->kernel_w <= p->in_w;
}

static struct mote_run *add_row(const struct layer *l, const int8_t *row, struct mote_columns c, struct mote_run *run)
{
    const struct mote_conv_2d_s8 *p = l->p;

    if (c.from > 0)
        run = add_run(run, l->zeros, c.from * p->in_c);
    if (c.from < c.to)
        run = add_run(run, row + c.at, (c.to - c.from) * p->in_c);
    return c.to < p->kernel_w ? add_run(run, l->zeros, (p->kernel_w - c.to) * p->in_c) : run;
}

static struct mote_run *add_columns(const struct layer *l, const int8_t *row, int32_t x, struct mote_run *run)
{
    const struct mote_conv_2d_s8 *p = l->p;

    for (int32_t j = 0; j < p->kernel_w; j++, x += p->dilation_w)
        run = add_run(run, x < 0 || x >= p->in_w ? l->zeros : row + x * p->in_c, p->filter_c);
    return run;
}

static void put_pixel(const struct layer *l, const int8_t *const rows[], int32_t x, int8_t *out)
{
    const struct mote_conv_2d_s8 *p = l->p;
    struct mote_columns c = mote_clip_columns(x, p->kernel_w, 1, p->in_w, p->in_c);
    int32_t groups = p->in_c / p->filter_c, n = p->out_c / groups;
    bool dense = is_dense(p);
    struct mote_run runs[RUNS + 1], *end;

    for (int32_t g = 0; g < groups; g++) {
        end = runs;
        for (int32_t k = 0; k < p->kernel_h; k++)
            end = dense ? add_row(l, rows[k], c, end) : add_columns(l, rows[k] + g * p->filter_c, x, end);
        put_group(l, runs, end, g * n, n, out);
    }
}

/* Where there are too many runs. */
static void put_pixel_slowly(const struct layer *l, const int8_t *const rows[], int32_t x, int8_t *out)
{
    const struct mote_conv_2d_s8 *p = l->p;
    int32_t per_group = p->out_c / (p->in_c / p->filter_c);
    const int8_t *w = l->weights;

    for (int32_t o = 0; o < p->out_c; o++) {
        int32_t group = o / per_group * p->filter_c;
        uint32_t sum = (uint32_t)l->bias[o];

        for (int32_t k = 0; k < p->kernel_h; k++)
            for (int32_t j = 0, at = x; j < p->kernel_w; j++, at += p->dilation_w) {
                const int8_t *a = at < 0 || at >= p->in_w ? l->zeros : rows[k] + at * p->in_c + group;

                for (int32_t i = p->filter_c; i > 0; i--)
                    sum += (uint32_t)(*a++ * *w++);
            }
        put(l, o, &sum, 1, out + o);
    }
}

MOTE_WEAK void mote_conv_2d_s8_m0(const struct mote_conv_2d_s8 *p, const int8_t *in, const int8_t *weights,
                                  const int32_t *bias, const int32_t *mult, const int8_t *shift, const int8_t *zeros,
                                  int8_t *out, int32_t first, int32_t count)
{
    bool short_list = p->kernel_h * (is_dense(p) ? 3 : p->kernel_w) <= RUNS;
    const struct layer l = {
        p, weights, zeros, shift, bias, mult, mote_all_divide(mult, shift, p->per_channel ? p->out_c : 1)};
    const int8_t *rows[MOTE_KERNEL_ROWS_MAX];

    for (int32_t r = first; r < first + count; r++) {
        int32_t top = r % p->out_h * p->stride_h - p->pad_top;
        int8_t *to = out + mote_ring(r, p->out_ring) * p->out_w * p->out_c;

        mote_rows_s8(rows, p->kernel_h, in, zeros, r / p->out_h, top, p->dilation_h, p->in_h, p->in_w * p->in_c,
                     p->in_ring);
        for (int32_t ox = 0, x = -p->pad_left; ox < p->out_w; ox++, x += p->stride_w, to += p->out_c)
            if (short_list)
                put_pixel(&l, rows, x, to);
            else
                put_pixel_slowly(&l, rows, x, to);
    }
}

static void run_conv_2d_s8_m0(const struct mote_call *c)
{
    mote_conv_2d_s8_m0(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5], c->args[6],
                       c->first, c->count);
}
#endif

MOTE_KERNEL_CODE(conv_2d_s8, m0, .run = MOTE_IF_ARMV6M(run_conv_2d_s8_m0));
