/* SPDX-License-Identifier: Apache-2.0 */
/* conv_2d_s8 in plain C that wants 25 registers: up to four pixels and four filters share what they load, 16 products
 * of 8 loads. What a filter sees of the pixels lies side by side in scratch memory, and so do four filters' weights:
 * two pointers and their offsets reach all. */
#include "../shared/hot.h"

#include "conv_2d_s8_rv32.h"

#include "../shared/plain.h"
#include "../shared/registers.h"
#include "../shared/rows.h"
#include "../shared/windows.h"

enum { FILTERS = 4, PIXELS = 4 };

/* Weights of a filter, rounded up as they are packed. */
static uint32_t columns_of(const struct mote_conv_2d_s8 *p)
{
    uint32_t len = mote_bytes(p->kernel_h, p->kernel_w, p->filter_c);

    return len > INT32_MAX ? UINT32_MAX : len / 4 * 4 + (len % 4 != 0 ? 4 : 0);
}

static uint32_t fit(const void *params, uint32_t *bytes)
{
    const struct mote_conv_2d_s8 *p = params;
    uint32_t columns = columns_of(p);

    bytes[1] = columns > INT32_MAX
                   ? UINT32_MAX
                   : mote_bytes((int32_t)columns, p->out_c / FILTERS + (p->out_c % FILTERS != 0), FILTERS);
    return columns > INT32_MAX ? UINT32_MAX : mote_bytes((int32_t)columns, PIXELS, 1);
}

#if MOTE_DESCRIBE || MOTE_REGISTERS
/* Of so many pixels the next tile's: a pixel alone is dear. */
static inline int64_t tile_of(int64_t pixels)
{
    return pixels == 5 || pixels == 6 ? 3 : pixels < PIXELS ? pixels : PIXELS;
}
#endif

#if MOTE_REGISTERS
struct layer {
    const struct mote_conv_2d_s8 *p;
    const int8_t *weights, *shift;
    const int32_t *bias, *mult;
    int32_t columns;
    bool divide; /* all filters do (plain.h) */
};

/* Up to four pixels, and what a group's filters see of them. */
struct tile {
    int32_t pixels;
    const int8_t *seen; /* [columns][pixels] */
    int8_t *out[PIXELS];
};

/* ---- what filters see ---- */
/* n bytes, `step` apart. */
static int8_t *collect(int8_t *to, int32_t step, const int8_t *from, int32_t n)
{
    for (; n >= 4; n -= 4, from += 4) {
        int8_t a = from[0], b = from[1], c = from[2], d = from[3];

        *to = a, to += step;
        *to = b, to += step;
        *to = c, to += step;
        *to = d, to += step;
    }
    for (; n > 0; n--, to += step)
        *to = *from++;
    return to;
}

static int8_t *fill(int8_t *to, int32_t step, int8_t value, int32_t n)
{
    for (; n > 0; n--, to += step)
        *to = value;
    return to;
}

/* At input column x, from channel `group` on. */
static void collect_pixel(const struct layer *l, const int8_t *const rows[], int8_t zero, int32_t x, int32_t group,
                          int8_t *to, int32_t step)
{
    const struct mote_conv_2d_s8 *p = l->p;
    struct mote_columns c = mote_clip_columns(x, p->kernel_w, p->dilation_w, p->in_w, p->in_c);
    bool dense = p->kernel_w == 1 || (p->dilation_w == 1 && p->filter_c == p->in_c);
    int32_t from = c.from, inside = c.to - from, behind = p->kernel_w - c.to, runs = dense ? inside > 0 : inside;
    int32_t n = dense ? inside * p->filter_c : p->filter_c;

    for (int32_t k = 0; k < p->kernel_h; k++) {
        const int8_t *in = rows[k] + c.at + group;

        to = fill(to, step, zero, from * p->filter_c);
        for (int32_t j = 0; j < runs; j++, in += p->dilation_w * p->in_c)
            to = collect(to, step, in, n);
        to = fill(to, step, zero, behind * p->filter_c);
    }
    fill(to, step, 0, l->columns - p->kernel_h * p->kernel_w * p->filter_c);
}

/* ---- four filters ---- */
#define SUMS_1(f)    uint32_t s##f##0 = 0
#define SUMS_2(f)    SUMS_1(f), s##f##1 = 0
#define SUMS_3(f)    SUMS_2(f), s##f##2 = 0
#define SUMS_4(f)    SUMS_3(f), s##f##3 = 0
#define LOAD_1(n, i) int32_t a = x[(n) * (i)]
#define LOAD_2(n, i) LOAD_1(n, i), b = x[(n) * (i) + 1]
#define LOAD_3(n, i) LOAD_2(n, i), c = x[(n) * (i) + 2]
#define LOAD_4(n, i) LOAD_3(n, i), d = x[(n) * (i) + 3]
#define KEEP_1(f)    "+r"(s##f##0)
#define KEEP_2(f)    KEEP_1(f), "+r"(s##f##1)
#define KEEP_3(f)    KEEP_2(f), "+r"(s##f##2)
#define KEEP_4(f)    KEEP_3(f), "+r"(s##f##3)
#define ADD_1(f)     s##f##0 += (uint32_t)(a * w)
#define ADD_2(f)     ADD_1(f), s##f##1 += (uint32_t)(b * w)
#define ADD_3(f)     ADD_2(f), s##f##2 += (uint32_t)(c * w)
#define ADD_4(f)     ADD_3(f), s##f##3 += (uint32_t)(d * w)
#define PUT_1(f)     sum[f][0] = s##f##0
#define PUT_2(f)     PUT_1(f), sum[f][1] = s##f##1
#define PUT_3(f)     PUT_2(f), sum[f][2] = s##f##2
#define PUT_4(f)     PUT_3(f), sum[f][3] = s##f##3

/* One weight after the other: of several at once compilers find no registers for what is loaded. */
#define WEIGH(n, f, i)                                                                                                 \
    do {                                                                                                               \
        int32_t w = q[4 * (f) + (i)];                                                                                  \
                                                                                                                       \
        ADD_##n(f);                                                                                                    \
        __asm__ volatile("" : KEEP_##n(f)::"memory");                                                                  \
    } while (0)
#define COLUMN(n, i)                                                                                                   \
    do {                                                                                                               \
        LOAD_##n(n, i);                                                                                                \
                                                                                                                       \
        WEIGH(n, 0, i);                                                                                                \
        WEIGH(n, 1, i);                                                                                                \
        WEIGH(n, 2, i);                                                                                                \
        WEIGH(n, 3, i);                                                                                                \
    } while (0)

#define SUM(n)                                                                                                         \
    static void sum_##n(const int8_t *x, const int8_t *q, const int8_t *end, uint32_t sum[FILTERS][PIXELS])            \
    {                                                                                                                  \
        SUMS_##n(0);                                                                                                   \
        SUMS_##n(1);                                                                                                   \
        SUMS_##n(2);                                                                                                   \
        SUMS_##n(3);                                                                                                   \
                                                                                                                       \
        for (; q != end; q += 16, x += 4 * (n)) {                                                                      \
            COLUMN(n, 0);                                                                                              \
            COLUMN(n, 1);                                                                                              \
            COLUMN(n, 2);                                                                                              \
            COLUMN(n, 3);                                                                                              \
        }                                                                                                              \
        PUT_##n(0);                                                                                                    \
        PUT_##n(1);                                                                                                    \
        PUT_##n(2);                                                                                                    \
        PUT_##n(3);                                                                                                    \
    }

SUM(1)
SUM(2)
SUM(3)
SUM(4)

/* ---- results of filters first <= i < end, one after the other ---- */
static __attribute__((noinline)) void put_slowly(const struct layer *l, const struct tile *t, int32_t first,
                                                 int32_t end, const uint32_t (*sum)[PIXELS])
{
    const struct mote_conv_2d_s8 *p = l->p;

    for (int32_t i = first; i < end; i++, sum++)
        for (int32_t k = 0, q = p->per_channel ? i : 0; k < t->pixels; k++)
            t->out[k][i] = mote_requant_s8(
                /* there is a sum a pixel: NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult) */
                (int32_t)((*sum)[k] + (uint32_t)l->bias[i]), l->mult[q], l->shift[q], p->out_zero, p->lo, p->hi);
}

#define RESULT(k)                                                                                                      \
    do {                                                                                                               \
        int32_t value = (int32_t)((*sum)[k] + bias);                                                                   \
                                                                                                                       \
        if (!mote_is_small(value))                                                                                     \
            return false;                                                                                              \
        *out##k = (int8_t)mote_clamp(mote_requant_small(value, &scale), lo, hi);                                       \
    } while (0)

/* All of them, or it says that a sum is too large. */
static bool put_swiftly(const struct layer *l, const struct tile *t, int32_t first, int32_t end,
                        const uint32_t (*sum)[PIXELS])
{
    int32_t step = l->p->per_channel, zero = l->p->out_zero, lo = l->p->lo, hi = l->p->hi, pixels = t->pixels;
    int8_t *out0 = t->out[0] + first, *out1 = t->out[1] + first, *out2 = t->out[2] + first, *out3 = t->out[3] + first;
    const int32_t *mult = l->mult + first * step, *next = l->bias + first;
    const int8_t *shift = l->shift + first * step;

    for (; first < end; first++, sum++, out0++, out1++, out2++, out3++, mult += step, shift += step) {
        const struct mote_small scale = mote_small_of(*mult, *shift, zero);
        uint32_t bias = (uint32_t)*next++;

        RESULT(0);
        if (pixels > 1)
            /* sums are there for pixels: NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult) */
            RESULT(1);
        if (pixels > 2)
            RESULT(2);
        if (pixels > 3)
            RESULT(3);
    }
    return true;
}

/* Filters first <= i < end; those of a quad that are another group's are summed for nothing. */
static __attribute__((noinline)) void put_tile(const struct layer *l, const struct tile *t, int32_t first, int32_t end)
{
    for (int32_t o = first / FILTERS * FILTERS; o < end; o += FILTERS) {
        const int8_t *q = l->weights + o * l->columns, *q_end = q + FILTERS * l->columns;
        uint32_t sum[FILTERS][PIXELS];
        int32_t from, to;

        if (t->pixels == 4)
            sum_4(t->seen, q, q_end, sum);
        else if (t->pixels == 3)
            sum_3(t->seen, q, q_end, sum);
        else if (t->pixels == 2)
            sum_2(t->seen, q, q_end, sum);
        else
            sum_1(t->seen, q, q_end, sum);
        from = o < first ? first : o;
        to = o + FILTERS < end ? o + FILTERS : end;
        if (!l->divide || !put_swiftly(l, t, from, to, sum + (from - o)))
            put_slowly(l, t, from, to, sum + (from - o));
    }
}

/* ---- tiles ---- */
MOTE_WEAK void mote_conv_2d_s8_rv32(const struct mote_conv_2d_s8 *p, const int8_t *in, const int8_t *weights,
                                    const int32_t *bias, const int32_t *mult, const int8_t *shift, const int8_t *zeros,
                                    int8_t *out, void *scratch, int32_t first, int32_t count)
{
    const struct layer l = {p,
                            weights,
                            shift,
                            bias,
                            mult,
                            (int32_t)columns_of(p),
                            mote_all_divide(mult, shift, p->per_channel ? p->out_c : 1)};
    int32_t groups = p->in_c / p->filter_c, n = p->out_c / groups, have = 0;
    const int8_t *rows[MOTE_KERNEL_ROWS_MAX];
    struct tile t = {.seen = scratch, .out = {out, out, out, out}};

    for (int32_t g = 0; g < groups; g++)
        for (int32_t r = first; r < first + count; r++) {
            int32_t x = -p->pad_left, left = first + count - 1 - r;
            int8_t *to = out + mote_ring(r, p->out_ring) * p->out_w * p->out_c;

            mote_rows_s8(rows, p->kernel_h, in, zeros, r / p->out_h, r % p->out_h * p->stride_h - p->pad_top,
                         p->dilation_h, p->in_h, p->in_w * p->in_c, p->in_ring);
            for (int32_t ox = 0; ox < p->out_w; ox++, x += p->stride_w, to += p->out_c) {
                if (have == 0)
                    t.pixels = (int32_t)tile_of(p->out_w - ox + (int64_t)left * p->out_w);
                t.out[have] = to;
                collect_pixel(&l, rows, *zeros, x, g * p->filter_c, (int8_t *)scratch + have, t.pixels);
                if (++have < t.pixels)
                    continue;
                put_tile(&l, &t, g * n, (g + 1) * n);
                have = 0;
            }
        }
}

static void run_conv_2d_s8_rv32(const struct mote_call *c)
{
    mote_conv_2d_s8_rv32(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5], c->args[6],
                         c->args[7], c->first, c->count);
}
#endif

#if MOTE_DESCRIBE
static void shape(const void *params, uint32_t arg, int32_t shape[MOTE_PACKED_DIMS])
{
    const struct mote_conv_2d_s8 *p = params;

    (void)arg;
    shape[MOTE_ROWS] = p->out_c;
    shape[MOTE_COLUMNS] = p->kernel_h * p->kernel_w * p->filter_c;
}

/* All filters with a tile of so many pixels. */
static double of_tile(const struct mote_conv_2d_s8 *p, int64_t pixels)
{
    return p->out_c * (17 + 22.0 * (double)pixels + (1.2 + 2.25 * (double)pixels) * columns_of(p));
}

static double instructions(const void *params, int32_t rows)
{
    const struct mote_conv_2d_s8 *p = params;
    int64_t pixels = (int64_t)rows * p->out_w, full = pixels > 8 ? (pixels - 5) / 4 : 0, left = pixels - 4 * full, n;
    double sum = (double)full * of_tile(p, 4);

    for (; left > 0; left -= n) {
        n = tile_of(left);
        sum += of_tile(p, n);
    }
    return 150 + 11.0 * p->out_c + (double)pixels * (80 + 3 * columns_of(p)) + sum;
}
#endif

static const uint16_t forms[] = {0, MOTE_FORM(MOTE_CODING_DENSE, MOTE_PACKING_QUADS_4), 0, 0, 0, 0, 0};

MOTE_KERNEL_CODE(conv_2d_s8, rv32, .run = MOTE_IF_REGISTERS(run_conv_2d_s8_rv32), .forms = forms, .fit = fit,
                 MOTE_SHAPE(shape) MOTE_INSTRUCTIONS(instructions));
