/* SPDX-License-Identifier: Apache-2.0 */
/* conv_2d_s8 in plain C that wants 20 registers: two pixels side by side and four filters share what they load, 8
 * products of 6 loads. */
#include "conv_2d_s8_rv32.h"

#include "../shared/plain.h"
#include "../shared/registers.h"
#include "../shared/rows.h"
#include "../shared/rows_of_four.h"
#include "../shared/windows.h"

#if MOTE_REGISTERS
enum { FILTERS = 4, PIXELS = 2, PATCH = 16 };

/* Four filters; where there are fewer, the last one again. */
struct filters {
    const int8_t *w[FILTERS];
    int32_t n, bias[FILTERS], mult[FILTERS], shift[FILTERS];
    struct mote_plain scale[FILTERS];
    bool plain; /* all are */
};

struct layer {
    const struct mote_conv_2d_s8 *p;
    const int8_t *weights, *zeros, *shift;
    const int32_t *bias, *mult;
};

static void set_filters(const struct layer *l, int32_t o, int32_t n, struct filters *f)
{
    const struct mote_conv_2d_s8 *p = l->p;
    int32_t len = p->kernel_h * p->kernel_w * p->filter_c;

    f->n = n;
    f->plain = len <= MOTE_PLAIN_PRODUCTS;
    for (int32_t j = 0; j < FILTERS; j++) {
        int32_t at = o + (j < n ? j : n - 1), q = p->per_channel ? at : 0;

        f->w[j] = l->weights + at * len;
        f->bias[j] = l->bias[at];
        f->mult[j] = l->mult[q];
        f->shift[j] = l->shift[q];
        f->plain = f->plain && mote_is_plain(l->bias[at], l->mult[q], l->shift[q]);
    }
    for (int32_t j = 0; j < FILTERS && f->plain; j++)
        f->scale[j] = mote_plain_of(f->mult[j], f->shift[j], p->out_zero);
}

/* ---- two pixels ---- */
struct tile {
    const int8_t *const *rows;
    int32_t x0, x1; /* where the pixels' windows begin; the same if there is one pixel */
    int32_t group;  /* the first input channel */
};

static const int8_t *column(const struct layer *l, const struct tile *t, int32_t k, int32_t x)
{
    return x < 0 || x >= l->p->in_w ? l->zeros : t->rows[k] + x * l->p->in_c + t->group;
}

struct sums {
    int32_t of[FILTERS][PIXELS];
};

/* One position after the other: of several at once compilers find no registers for what is loaded. */
#define POSITION(i)                                                                                                    \
    do {                                                                                                               \
        int32_t a = x0[i], b = x1[i], w;                                                                               \
                                                                                                                       \
        w = w0[i];                                                                                                     \
        s00 += (uint32_t)(a * w), s01 += (uint32_t)(b * w);                                                            \
        w = w1[i];                                                                                                     \
        s10 += (uint32_t)(a * w), s11 += (uint32_t)(b * w);                                                            \
        w = w2[i];                                                                                                     \
        s20 += (uint32_t)(a * w), s21 += (uint32_t)(b * w);                                                            \
        w = w3[i];                                                                                                     \
        s30 += (uint32_t)(a * w), s31 += (uint32_t)(b * w);                                                            \
        __asm__ volatile(""                                                                                            \
                         : "+r"(s00), "+r"(s01), "+r"(s10), "+r"(s11), "+r"(s20), "+r"(s21), "+r"(s30), "+r"(s31)      \
                         :                                                                                             \
                         : "memory");                                                                                  \
    } while (0)
#define NEXT(n) (x0 += (n), x1 += (n), w0 += (n), w1 += (n), w2 += (n), w3 += (n))
#define RUN(n)                                                                                                         \
    do {                                                                                                               \
        const int8_t *end = x0 + ((n) & -8);                                                                           \
                                                                                                                       \
        for (; x0 != end; NEXT(8)) {                                                                                   \
            POSITION(0);                                                                                               \
            POSITION(1);                                                                                               \
            POSITION(2);                                                                                               \
            POSITION(3);                                                                                               \
            POSITION(4);                                                                                               \
            POSITION(5);                                                                                               \
            POSITION(6);                                                                                               \
            POSITION(7);                                                                                               \
        }                                                                                                              \
        for (end = x0 + ((n)&7); x0 != end; NEXT(1))                                                                   \
            POSITION(0);                                                                                               \
    } while (0)
#define BEGIN(f)                                                                                                       \
    const int8_t *w0 = (f)->w[0], *w1 = (f)->w[1], *w2 = (f)->w[2], *w3 = (f)->w[3], *x0, *x1;                         \
    uint32_t s00 = (uint32_t)(f)->bias[0], s10 = (uint32_t)(f)->bias[1], s20 = (uint32_t)(f)->bias[2];                 \
    uint32_t s30 = (uint32_t)(f)->bias[3], s01 = s00, s11 = s10, s21 = s20, s31 = s30
#define END(sums)                                                                                                      \
    *(sums) = (struct sums)                                                                                            \
    {                                                                                                                  \
        {                                                                                                              \
            {(int32_t)s00, (int32_t)s01}, {(int32_t)s10, (int32_t)s11}, {(int32_t)s20, (int32_t)s21},                  \
            {                                                                                                          \
                (int32_t) s30, (int32_t)s31                                                                            \
            }                                                                                                          \
        }                                                                                                              \
    }

/* Both windows lie in the picture, `next` bytes apart: `height` rows of n positions. */
static void sum_inside(const struct filters *f, const int8_t *const rows[], int32_t height, int32_t at, int32_t next,
                       int32_t n, struct sums *sums)
{
    const int8_t *const *end_rows = rows + height;

    BEGIN(f);
    while (rows != end_rows) {
        x0 = *rows++ + at;
        x1 = x0 + next;
        RUN(n);
    }
    END(sums);
}

/* What a window that begins at x sees of a row, n <= PATCH positions. */
static void set_patch(const struct layer *l, const int8_t *row, int32_t x, int32_t n, int8_t patch[PATCH])
{
    uint32_t at = (uint32_t)(x * l->p->in_c), end = (uint32_t)(l->p->in_w * l->p->in_c);
    int8_t zero = l->zeros[0];

    for (; n > 0; n--, at++)
        *patch++ = at < end ? row[at] : zero;
}

/* Windows at the picture's border, whose rows are short. */
static void sum_patches(const struct layer *l, const struct filters *f, const struct tile *t, int32_t n,
                        struct sums *sums)
{
    int8_t patch[2][PATCH] = {{0}};

    BEGIN(f);
    for (int32_t k = 0; k < l->p->kernel_h; k++) {
        set_patch(l, t->rows[k], t->x0, n, patch[0]);
        set_patch(l, t->rows[k], t->x1, n, patch[1]);
        x0 = patch[0];
        x1 = patch[1];
        RUN(n);
    }
    END(sums);
}

/* All others, column by column. */
static void sum_columns(const struct layer *l, const struct filters *f, const struct tile *t, struct sums *sums)
{
    const struct mote_conv_2d_s8 *p = l->p;

    BEGIN(f);
    for (int32_t k = 0; k < p->kernel_h; k++)
        for (int32_t j = 0, at = 0; j < p->kernel_w; j++, at += p->dilation_w) {
            x0 = column(l, t, k, t->x0 + at);
            x1 = column(l, t, k, t->x1 + at);
            RUN(p->filter_c);
        }
    END(sums);
}

/* One pixel: a row of the kernel at once, or column by column. */
static __attribute__((noinline)) void sum_pixel(const struct layer *l, const struct filters *f, const struct tile *t,
                                                struct sums *sums)
{
    const struct mote_conv_2d_s8 *p = l->p;
    int32_t n = p->kernel_w * p->filter_c;
    bool dense = p->dilation_w == 1 && p->filter_c == p->in_c;
    bool inside = dense && t->x0 >= 0 && t->x0 + p->kernel_w <= p->in_w, whole = inside || (dense && n <= PATCH);
    int32_t part = whole ? n : p->filter_c, at = 0;
    const int8_t *x;
    uint32_t sum[FILTERS];
    int8_t patch[PATCH] = {0};

    for (int32_t j = 0; j < FILTERS; j++)
        sum[j] = (uint32_t)f->bias[j];
    for (int32_t k = 0; k < p->kernel_h; k++)
        for (int32_t j = 0; j < p->kernel_w; j += whole ? p->kernel_w : 1) {
            x = inside ? t->rows[k] + t->x0 * p->in_c : whole ? patch : column(l, t, k, t->x0 + j * p->dilation_w);
            if (whole && !inside)
                set_patch(l, t->rows[k], t->x0, n, patch);
            mote_add_rows_of_four(x, part, f->w[0] + at, f->w[1] + at, f->w[2] + at, f->w[3] + at, sum);
            at += part;
        }
    for (int32_t j = 0; j < FILTERS; j++)
        sums->of[j][0] = sums->of[j][1] = (int32_t)sum[j];
}

static void sum_tile(const struct layer *l, const struct filters *f, const struct tile *t, struct sums *sums)
{
    const struct mote_conv_2d_s8 *p = l->p;
    bool dense = p->dilation_w == 1 && p->filter_c == p->in_c;
    int32_t n = p->kernel_w * p->filter_c;

    if (t->x0 == t->x1)
        sum_pixel(l, f, t, sums);
    else if (dense && t->x0 >= 0 && t->x1 + p->kernel_w <= p->in_w)
        sum_inside(f, t->rows, p->kernel_h, t->x0 * p->in_c, (t->x1 - t->x0) * p->in_c, n, sums);
    else if (dense && n <= PATCH)
        sum_patches(l, f, t, n, sums);
    else
        sum_columns(l, f, t, sums);
}

/* Of one pixel or two, `next` bytes apart. */
static void put_sums(const struct layer *l, const struct filters *f, const struct sums *s, int32_t next, int8_t *out)
{
    int32_t lo = l->p->lo, hi = l->p->hi;

    for (int32_t j = 0; j < f->n; j++, out++) {
        const struct mote_plain q = f->scale[j];

        if (next > 0)
            out[next] = (int8_t)mote_clamp(mote_requant_short(s->of[j][1], &q), lo, hi);
        out[0] = (int8_t)mote_clamp(mote_requant_short(s->of[j][0], &q), lo, hi);
    }
}

static void put_wide_sums(const struct layer *l, const struct filters *f, const struct sums *s, int32_t next,
                          int8_t *out)
{
    const struct mote_conv_2d_s8 *p = l->p;

    for (int32_t j = 0; j < f->n; j++, out++) {
        out[next] = mote_requant_s8(s->of[j][1], f->mult[j], f->shift[j], p->out_zero, p->lo, p->hi);
        out[0] = mote_requant_s8(s->of[j][0], f->mult[j], f->shift[j], p->out_zero, p->lo, p->hi);
    }
}

/* ---- rows ---- */
static void put_filters(const struct layer *l, const struct filters *f, const int8_t *const rows[], int32_t group,
                        int8_t *out)
{
    const struct mote_conv_2d_s8 *p = l->p;

    for (int32_t ox = 0, x = -p->pad_left; ox < p->out_w; ox += PIXELS, x += PIXELS * p->stride_w) {
        int32_t pixels = p->out_w - ox < PIXELS ? 1 : PIXELS;
        const struct tile t = {rows, x, x + (pixels - 1) * p->stride_w, group};
        struct sums sums;

        sum_tile(l, f, &t, &sums);
        if (f->plain)
            put_sums(l, f, &sums, (pixels - 1) * p->out_c, out);
        else
            put_wide_sums(l, f, &sums, (pixels - 1) * p->out_c, out);
        out += PIXELS * p->out_c;
    }
}

static void put_row(const struct layer *l, const int8_t *const rows[], int8_t *out)
{
    const struct mote_conv_2d_s8 *p = l->p;
    int32_t per_group = p->out_c / (p->in_c / p->filter_c);

    for (int32_t o = 0, group = 0, left = per_group, n; o < p->out_c; o += n) {
        struct filters f;

        n = left < FILTERS ? left : FILTERS;
        set_filters(l, o, n, &f);
        put_filters(l, &f, rows, group, out + o);
        left -= n;
        if (left == 0) {
            left = per_group;
            group += p->filter_c;
        }
    }
}

/* Filters of 1 x 1 that see the pixels one after the other, as they lie: all rows are one. */
static bool is_pointwise(const struct mote_conv_2d_s8 *p)
{
    return p->kernel_h == 1 && p->kernel_w == 1 && p->stride_h == 1 && p->stride_w == 1 && p->pad_top == 0 &&
           p->pad_left == 0 && p->out_w == p->in_w && p->out_h == p->in_h && p->in_ring >= p->batch * p->in_h &&
           p->out_ring >= p->batch * p->out_h;
}

MOTE_WEAK void mote_conv_2d_s8_rv32(const struct mote_conv_2d_s8 *p, const int8_t *in, const int8_t *weights,
                                    const int32_t *bias, const int32_t *mult, const int8_t *shift, const int8_t *zeros,
                                    int8_t *out, int32_t first, int32_t count)
{
    const int8_t *rows[MOTE_KERNEL_ROWS_MAX];
    struct layer l = {p, weights, zeros, shift, bias, mult};

    if (is_pointwise(p)) {
        struct mote_conv_2d_s8 all = *p;

        all.in_w = all.out_w = count * p->out_w;
        l.p = &all;
        rows[0] = in + first * p->in_w * p->in_c;
        put_row(&l, rows, out + first * p->out_w * p->out_c);
        return;
    }
    for (int32_t r = first; r < first + count; r++) {
        int32_t top = r % p->out_h * p->stride_h - p->pad_top;

        mote_rows_s8(rows, p->kernel_h, in, zeros, r / p->out_h, top, p->dilation_h, p->in_h, p->in_w * p->in_c,
                     p->in_ring);
        put_row(&l, rows, out + mote_ring(r, p->out_ring) * p->out_w * p->out_c);
    }
}

static void run_conv_2d_s8_rv32(const struct mote_call *c)
{
    mote_conv_2d_s8_rv32(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5], c->args[6],
                         c->first, c->count);
}
#endif

#if MOTE_DESCRIBE
/* Pixels go in pairs along a row, for which filters are prepared; of 1 x 1 all rows are one where none is in a ring. */
static double instructions(const void *params, int32_t rows)
{
    const struct mote_conv_2d_s8 *p = params;
    double len = (double)p->kernel_h * p->kernel_w * p->filter_c, pairs, filter;
    bool one = p->kernel_h == 1 && p->kernel_w == 1 && rows == p->batch * p->out_h;
    int64_t width = one ? (int64_t)rows * p->out_w : p->out_w;

    pairs = (double)(width - width % 2) / 2;
    filter = 40 + pairs * (24 + 5.6 * len) + (width % 2 != 0 ? 14 + 3.3 * len : 0);
    return 150 + (one ? 1 : rows) * (60 + p->out_c * filter);
}
#endif

MOTE_KERNEL_CODE(conv_2d_s8, rv32, .run = MOTE_IF_REGISTERS(run_conv_2d_s8_rv32), MOTE_INSTRUCTIONS(instructions));
