/* SPDX-License-Identifier: Apache-2.0 */
/* The kernels of int16 activations, of transposed convolutions and SVDF: random shapes and values, extremes
 * over-drawn, against plain loops in 64 bits; row by row with rings just large enough; what must be refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mote/kernels/elementwise/add_sub.h"
#include "mote/kernels/conv/conv_2d_s16.h"
#include "mote/kernels/conv/depthwise_conv_2d_s16.h"
#include "mote/kernels/shared/floats.h"
#include "mote/kernels/dense/fully_connected_computed_s8.h"
#include "mote/kernels/dense/fully_connected_s16.h"
#include "mote/kernels/elementwise/leaky_relu_s16.h"
#include "mote/kernels/recurrent/svdf_f32.h"
#include "mote/kernels/recurrent/svdf_s8.h"
#include "mote/kernels/conv/transpose_conv_f32.h"
#include "mote/kernels/conv/transpose_conv_s16.h"
#include "mote/kernels/conv/transpose_conv_s8.h"
#include "mote/kernels/shared/wide.h"
#include "tests/trust.h"

#define CASES 300

extern const struct mote_kernel mote_kernel_conv_2d_s16, mote_kernel_transpose_conv_s8, mote_kernel_transpose_conv_s16,
    mote_kernel_transpose_conv_f32, mote_kernel_add_sub, mote_kernel_leaky_relu_s16, mote_kernel_svdf_s8,
    mote_kernel_svdf_f32, mote_kernel_depthwise_conv_2d_s16, mote_kernel_fully_connected_s16,
    mote_kernel_fully_connected_computed_s8;

/* ---- values ---- */
static uint64_t seed;

static uint32_t draw(void)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(seed >> 32) ^ (uint32_t)(seed >> 61);
}

static int32_t between(int32_t min, int32_t max)
{
    return (int32_t)(min + (int64_t)(draw() % ((uint64_t)((int64_t)max - min) + 1)));
}

static int32_t value(int32_t min, int32_t max)
{
    int32_t x = between(0, 7);

    return x == 0 ? min : x == 1 ? max : between(min, max);
}

static int8_t *draw_s8(int32_t n)
{
    int8_t *a = malloc((size_t)n);

    for (int32_t i = 0; i < n; i++)
        a[i] = (int8_t)value(INT8_MIN, INT8_MAX);
    return a;
}

static int16_t *draw_s16(int32_t n)
{
    int16_t *a = malloc((size_t)n * sizeof *a);

    for (int32_t i = 0; i < n; i++)
        a[i] = (int16_t)value(INT16_MIN, INT16_MAX);
    return a;
}

static float *draw_f32(int32_t n)
{
    float *a = malloc((size_t)n * sizeof *a);

    for (int32_t i = 0; i < n; i++)
        a[i] = (float)between(-2000000, 2000000) / 1000000.0f;
    return a;
}

/* ---- the rounding of 64-bit sums, otherwise than the kernels: in 128 bits, with a division ---- */
static int32_t scaled64(int64_t sum, int32_t mult, int32_t shift)
{
    __int128 cut = mult < 0x7fff0000 ? (mult + 32768) / 65536 : 32767, whole = (__int128)1 << (15 - shift);
    __int128 x = sum * cut + whole / 2, q = x / whole;

    q -= x < 0 && x % whole != 0; /* toward minus infinity */
    return (int32_t)(uint32_t)(uint64_t)q;
}

static int32_t limit(int64_t x, int32_t lo, int32_t hi) { return (int32_t)(x < lo ? lo : x > hi ? hi : x); }

static int32_t draw_mult(void)
{
    return between(0, 3) == 0 ? between(0x7ffe0000, INT32_MAX) : between(1 << 30, INT32_MAX);
}

static void rounding_of_64_bit_sums(void **state)
{
    (void)state;
    seed = 3;
    for (int n = 0; n < 20000; n++) {
        int64_t sum = (int64_t)((uint64_t)draw() << 32 | draw()) >> between(17, 63);
        int32_t mult = draw_mult(), shift = between(MOTE_SHIFT_MIN, MOTE_SHIFT64_MAX);

        assert_int_equal(mote_requant64(sum, mult, shift), scaled64(sum, mult, shift));
    }
    /* beyond what the reference takes: the product modulo 2^64, (2^63 - 1) * 32767 is 2^63 - 32767 */
    assert_int_equal(mote_requant64(INT64_MIN, INT32_MIN, MOTE_SHIFT_MIN), 0);
    assert_int_equal(mote_requant64(INT64_MAX, INT32_MAX, MOTE_SHIFT64_MAX), -32639 >> 8);
}

static void sums_of_products_do_not_overflow(void **state)
{
    static int16_t a[5000];
    static int8_t w[5000];

    (void)state;
    for (int i = 0; i < 5000; i++) {
        a[i] = INT16_MIN;
        w[i] = INT8_MIN;
    }
    for (int32_t n = 0; n <= 5000; n += 125)
        assert_true(mote_dot_s16(a, w, n) == (int64_t)n * INT16_MIN * INT8_MIN);
}

/* ---- convolution ---- */
struct conv {
    struct mote_conv_2d_s16 p;
    int16_t *in;
    int8_t *weights, shift[32];
    int64_t bias[32];
    int32_t mult[32];
};

static int64_t conv_sum(const struct conv *t, int32_t image, int32_t oy, int32_t ox, int32_t o)
{
    const struct mote_conv_2d_s16 *p = &t->p;
    int32_t group = o / (p->out_c / (p->in_c / p->filter_c)) * p->filter_c;
    int64_t sum = t->bias[o];

    for (int32_t i = 0; i < p->kernel_h; i++)
        for (int32_t j = 0; j < p->kernel_w; j++)
            for (int32_t c = 0; c < p->filter_c; c++) {
                int32_t y = oy * p->stride_h - p->pad_top + i * p->dilation_h;
                int32_t x = ox * p->stride_w - p->pad_left + j * p->dilation_w;

                if (y >= 0 && y < p->in_h && x >= 0 && x < p->in_w)
                    sum += (int64_t)t->in[((image * p->in_h + y) * p->in_w + x) * p->in_c + group + c] *
                           t->weights[((o * p->kernel_h + i) * p->kernel_w + j) * p->filter_c + c];
            }
    return sum;
}

static struct conv draw_conv(void)
{
    int32_t groups = between(1, 2), reach_h, reach_w;
    struct conv t = {.p = {.batch = between(1, 2),
                           .in_h = between(1, 7),
                           .in_w = between(1, 7),
                           .kernel_h = between(1, 4),
                           .kernel_w = between(1, 4),
                           .stride_h = between(1, 3),
                           .stride_w = between(1, 3),
                           .filter_c = between(1, 4),
                           .dilation_h = between(1, 3),
                           .dilation_w = between(1, 3),
                           .lo = between(INT16_MIN, 0),
                           .hi = between(0, INT16_MAX),
                           .per_channel = between(0, 1),
                           .wide = between(0, 1)}};

    t.p.in_c = groups * t.p.filter_c;
    t.p.out_c = groups * between(1, 5);
    t.p.pad_top = between(0, t.p.kernel_h - 1);
    t.p.pad_left = between(0, t.p.kernel_w - 1);
    reach_h = t.p.in_h + t.p.pad_top - (t.p.kernel_h - 1) * t.p.dilation_h;
    reach_w = t.p.in_w + t.p.pad_left - (t.p.kernel_w - 1) * t.p.dilation_w;
    t.p.out_h = reach_h > 0 ? (reach_h - 1) / t.p.stride_h + 1 : 1;
    t.p.out_w = reach_w > 0 ? (reach_w - 1) / t.p.stride_w + 1 : 1;
    t.p.in_ring = t.p.batch * t.p.in_h;
    t.p.out_ring = t.p.batch * t.p.out_h;
    t.in = draw_s16(t.p.in_ring * t.p.in_w * t.p.in_c);
    t.weights = draw_s8(t.p.out_c * t.p.kernel_h * t.p.kernel_w * t.p.filter_c);
    for (int i = 0; i < 32; i++) {
        t.bias[i] =
            t.p.wide ? (int64_t)((uint64_t)draw() << 32 | draw()) >> between(20, 63) : value(INT32_MIN, INT32_MAX);
        t.mult[i] = draw_mult();
        t.shift[i] = (int8_t)between(-14, t.p.wide ? MOTE_SHIFT64_MAX : 3);
    }
    return t;
}

static void run_conv(const struct conv *t, struct mote_conv_2d_s16 p, const int16_t *in, int16_t *out, int32_t first,
                     int32_t count)
{
    const void *args[] = {in, t->weights, t->bias, t->mult, t->shift, out};
    uint32_t bytes[MOTE_ARGS_MAX + 1];

    assert_true(mote_kernel_conv_2d_s16.need(&p, bytes));
    assert_true(trusts(&mote_kernel_conv_2d_s16, &p, args));
    mote_conv_2d_s16(&p, in, t->weights, t->bias, t->mult, t->shift, out, first, count);
}

/* One output row from a ring that holds no more rows than its window reaches, and into a ring of two. */
static void check_conv_row(const struct conv *t, const int16_t *whole, int32_t r)
{
    struct mote_conv_2d_s16 p = t->p;
    int32_t in_row = p.in_w * p.in_c, out_row = p.out_w * p.out_c, ring = (p.kernel_h - 1) * p.dilation_h + 1;
    int32_t image = r / p.out_h, top = r % p.out_h * p.stride_h - p.pad_top;
    int16_t *in = draw_s16(ring * in_row), *out = draw_s16(2 * out_row);

    for (int32_t y = top; y < top + ring; y++)
        if (y >= 0 && y < p.in_h)
            memcpy(in + (image * p.in_h + y) % ring * in_row, t->in + (image * p.in_h + y) * in_row,
                   (size_t)in_row * sizeof *in);
    p.in_ring = ring;
    p.out_ring = 2;
    run_conv(t, p, in, out, r, 1);
    assert_memory_equal(out + r % 2 * out_row, whole + r * out_row, (size_t)out_row * sizeof *out);
    free(in);
    free(out);
}

static void conv_random(void **state)
{
    (void)state;
    seed = 11;
    for (int n = 0; n < CASES; n++) {
        struct conv t = draw_conv();
        int32_t i = 0;
        int16_t *out = draw_s16(t.p.out_ring * t.p.out_w * t.p.out_c);

        run_conv(&t, t.p, t.in, out, 0, t.p.out_ring);
        for (int32_t r = 0; r < t.p.out_ring; r++)
            for (int32_t x = 0; x < t.p.out_w; x++)
                for (int32_t o = 0; o < t.p.out_c; o++) {
                    int64_t sum = conv_sum(&t, r / t.p.out_h, r % t.p.out_h, x, o);
                    int32_t m = t.p.per_channel ? o : 0;
                    int32_t want = t.p.wide ? scaled64(sum, t.mult[m], t.shift[m])
                                            : mote_requant((int32_t)(uint32_t)(uint64_t)sum, t.mult[m], t.shift[m]);

                    assert_int_equal(out[i++], limit(want, t.p.lo, t.p.hi));
                }
        for (int32_t r = 0; r < t.p.out_ring; r++)
            check_conv_row(&t, out, r);
        free(t.in);
        free(t.weights);
        free(out);
    }
}

/* ---- what is a convolution of another shape ---- */
static struct mote_depthwise_conv_2d_s16 depthwise_of(const struct mote_conv_2d_s16 *p)
{
    return (struct mote_depthwise_conv_2d_s16){
        p->batch,      p->in_h,       p->in_w,     p->in_c,     p->in_ring,  p->out_h,    p->out_w,
        p->out_c,      p->out_ring,   p->kernel_h, p->kernel_w, p->stride_h, p->stride_w, p->out_c / p->in_c,
        p->dilation_h, p->dilation_w, p->pad_top,  p->pad_left, p->lo,       p->hi,       p->per_channel};
}

/* Every channel a group of its own, with the filters' axes in the other order; whole, and rows into a ring of two. */
static void depthwise_random(void **state)
{
    (void)state;
    seed = 13;
    for (int n = 0; n < CASES; n++) {
        struct conv t = draw_conv();
        int32_t taps = t.p.kernel_h * t.p.kernel_w, row;
        struct mote_depthwise_conv_2d_s16 p;
        int16_t *want, *out;
        int8_t *weights;
        uint32_t bytes[MOTE_ARGS_MAX + 1];

        t.p.wide = 1;
        t.p.out_c = t.p.in_c * between(1, 3);
        t.p.filter_c = 1;
        for (int i = 0; i < 32; i++)
            t.shift[i] = (int8_t)between(-14, MOTE_SHIFT64_MAX);
        free(t.weights);
        t.weights = draw_s8(t.p.out_c * taps);
        weights = malloc((size_t)(t.p.out_c * taps));
        for (int32_t i = 0; i < t.p.out_c * taps; i++)
            weights[i % taps * t.p.out_c + i / taps] = t.weights[i];
        row = t.p.out_w * t.p.out_c;
        want = draw_s16(t.p.out_ring * row);
        out = draw_s16(t.p.out_ring * row);
        run_conv(&t, t.p, t.in, want, 0, t.p.out_ring);
        p = depthwise_of(&t.p);
        assert_true(mote_kernel_depthwise_conv_2d_s16.need(&p, bytes));
        mote_depthwise_conv_2d_s16(&p, t.in, weights, t.bias, t.mult, t.shift, out, 0, p.out_ring);
        assert_memory_equal(out, want, (size_t)(p.out_ring * row) * sizeof *out);
        p.out_ring = 2;
        for (int32_t r = 0; r < t.p.out_ring && t.p.out_ring > 1; r++) {
            mote_depthwise_conv_2d_s16(&p, t.in, weights, t.bias, t.mult, t.shift, out, r, 1);
            assert_memory_equal(out + r % 2 * row, want + r * row, (size_t)row * sizeof *out);
        }
        free(t.in);
        free(t.weights);
        free(weights);
        free(want);
        free(out);
    }
}

/* A picture of one pixel for each row. */
static void fully_connected_random(void **state)
{
    (void)state;
    seed = 17;
    for (int n = 0; n < CASES; n++) {
        struct conv t = draw_conv();
        struct mote_conv_2d_s16 *c = &t.p;
        struct mote_fully_connected_s16 p;
        int16_t *want, *out;
        uint32_t bytes[MOTE_ARGS_MAX + 1];
        int32_t first;

        c->in_h = c->in_w = c->out_h = c->out_w = c->kernel_h = c->kernel_w = 1;
        c->dilation_h = c->dilation_w = 1;
        c->pad_top = c->pad_left = 0;
        c->batch = c->in_ring = c->out_ring = between(1, 5);
        c->in_c = c->filter_c = between(1, 600);
        c->out_c = between(1, 9);
        free(t.in);
        free(t.weights);
        t.in = draw_s16(c->batch * c->in_c);
        t.weights = draw_s8(c->out_c * c->in_c);
        want = draw_s16(c->batch * c->out_c);
        out = draw_s16(c->batch * c->out_c);
        run_conv(&t, *c, t.in, want, 0, c->batch);
        p = (struct mote_fully_connected_s16){c->batch, c->in_c, c->out_c, c->lo, c->hi, c->per_channel, c->wide};
        assert_true(mote_kernel_fully_connected_s16.need(&p, bytes));
        first = between(0, p.rows);
        mote_fully_connected_s16(&p, t.in, t.weights, t.bias, t.mult, t.shift, out, first, p.rows - first);
        mote_fully_connected_s16(&p, t.in, t.weights, t.bias, t.mult, t.shift, out, 0, first);
        assert_memory_equal(out, want, (size_t)(p.rows * p.out_c) * sizeof *out);
        free(t.in);
        free(t.weights);
        free(want);
        free(out);
    }
}

/* ---- transposed convolution: scattered, as it is defined ---- */
struct transposed {
    struct mote_transpose_conv_s8 p;
    int32_t in_len, weights_len, out_len;
};

static struct transposed draw_transposed(void)
{
    struct transposed t = {.p = {.batch = between(1, 2),
                                 .in_h = between(1, 5),
                                 .in_w = between(1, 5),
                                 .in_c = between(1, 4),
                                 .out_h = between(1, 9),
                                 .out_w = between(1, 9),
                                 .out_c = between(1, 4),
                                 .kernel_h = between(1, 5),
                                 .kernel_w = between(1, 5),
                                 .stride_h = between(1, 4),
                                 .stride_w = between(1, 4),
                                 .pad_top = between(0, 4),
                                 .pad_left = between(0, 4),
                                 .in_zero = value(-128, 127),
                                 .out_zero = value(-128, 127),
                                 .lo = between(-128, 0),
                                 .hi = between(0, 127)}};

    t.p.in_ring = t.p.batch * t.p.in_h;
    t.p.out_ring = t.p.batch * t.p.out_h;
    t.in_len = t.p.in_ring * t.p.in_w * t.p.in_c;
    t.weights_len = t.p.out_c * t.p.kernel_h * t.p.kernel_w * t.p.in_c;
    t.out_len = t.p.out_ring * t.p.out_w * t.p.out_c;
    return t;
}

typedef double product(const void *in, int32_t i, const void *weights, int32_t w);

static void scatter(const struct mote_transpose_conv_s8 *p, product *of, const void *in, const void *weights,
                    double *sums)
{
    for (int32_t r = 0; r < p->batch * p->in_h; r++)
        for (int32_t ix = 0; ix < p->in_w; ix++)
            for (int32_t ky = 0; ky < p->kernel_h; ky++)
                for (int32_t kx = 0; kx < p->kernel_w; kx++) {
                    int32_t y = r % p->in_h * p->stride_h - p->pad_top + ky, x = ix * p->stride_w - p->pad_left + kx;

                    if (y < 0 || y >= p->out_h || x < 0 || x >= p->out_w)
                        continue;
                    for (int32_t o = 0; o < p->out_c; o++)
                        for (int32_t c = 0; c < p->in_c; c++)
                            sums[((r / p->in_h * p->out_h + y) * p->out_w + x) * p->out_c + o] +=
                                of(in, (r * p->in_w + ix) * p->in_c + c, weights,
                                   ((o * p->kernel_h + ky) * p->kernel_w + kx) * p->in_c + c);
                }
}

static int32_t zero_of_s8;

static double product_s8(const void *in, int32_t i, const void *weights, int32_t w)
{
    return (double)(((const int8_t *)in)[i] - zero_of_s8) * ((const int8_t *)weights)[w];
}

static double product_s16(const void *in, int32_t i, const void *weights, int32_t w)
{
    return (double)((const int16_t *)in)[i] * ((const int8_t *)weights)[w];
}

static double product_f32(const void *in, int32_t i, const void *weights, int32_t w)
{
    return (double)((const float *)in)[i] * (double)((const float *)weights)[w];
}

static void transposed_s8(const struct transposed *t, double *sums)
{
    int8_t *in = draw_s8(t->in_len), *w = draw_s8(t->weights_len), *out = draw_s8(t->out_len),
           *one = draw_s8(t->out_len);
    int32_t bias[4] = {value(INT32_MIN, INT32_MAX), 5, -7, 100000}, mult = draw_mult();
    int8_t shift = (int8_t)between(-12, 2);
    uint32_t bytes[MOTE_ARGS_MAX + 1];

    zero_of_s8 = t->p.in_zero;
    scatter(&t->p, product_s8, in, w, sums);
    assert_true(mote_kernel_transpose_conv_s8.need(&t->p, bytes));
    assert_int_equal(bytes[0], t->in_len);
    assert_int_equal(bytes[1], t->weights_len);
    mote_transpose_conv_s8(&t->p, in, w, bias, &mult, &shift, out, 0, t->p.out_ring);
    for (int32_t i = 0; i < t->out_len; i++) {
        uint32_t sum = (uint32_t)(int32_t)sums[i] + (uint32_t)bias[i % t->p.out_c];

        assert_int_equal(out[i],
                         limit((int64_t)mote_requant((int32_t)sum, mult, shift) + t->p.out_zero, t->p.lo, t->p.hi));
    }
    for (int32_t r = 0; r < t->p.out_ring; r++)
        mote_transpose_conv_s8(&t->p, in, w, bias, &mult, &shift, one, r, 1);
    assert_memory_equal(one, out, (size_t)t->out_len);
    free(in);
    free(w);
    free(out);
    free(one);
}

/* The first fields are those of all types; copies what they have in common. */
#define SAME_GEOMETRY(to, from)                                                                                        \
    do {                                                                                                               \
        _Static_assert(offsetof(struct mote_transpose_conv_s8, in_zero) == 15 * sizeof(int32_t), "the geometry");      \
        memcpy(&(to), &(from), 15 * sizeof(int32_t));                                                                  \
    } while (0)

static void transposed_s16(const struct transposed *t, double *sums)
{
    struct mote_transpose_conv_s16 p = {.lo = INT16_MIN, .hi = INT16_MAX};
    int16_t *in = draw_s16(t->in_len), *out = draw_s16(t->out_len);
    int8_t *w = draw_s8(t->weights_len), shift = (int8_t)between(-14, MOTE_SHIFT64_MAX);
    int64_t bias[4] = {INT64_C(1) << 40, -5, 700000, 0};
    int32_t mult = draw_mult();
    uint32_t bytes[MOTE_ARGS_MAX + 1];

    SAME_GEOMETRY(p, t->p);
    scatter(&t->p, product_s16, in, w, sums);
    assert_true(mote_kernel_transpose_conv_s16.need(&p, bytes));
    assert_int_equal(bytes[0], 2 * t->in_len);
    mote_transpose_conv_s16(&p, in, w, bias, &mult, &shift, out, 0, p.out_ring);
    for (int32_t i = 0; i < t->out_len; i++)
        assert_int_equal(out[i], limit(scaled64((int64_t)sums[i] + bias[i % p.out_c], mult, shift), p.lo, p.hi));
    free(in);
    free(w);
    free(out);
}

static void transposed_f32(const struct transposed *t, double *sums)
{
    struct mote_transpose_conv_f32 p;
    float *in = draw_f32(t->in_len), *w = draw_f32(t->weights_len), *out = draw_f32(t->out_len);
    const float bias[4] = {0.5f, -1.5f, 0.0f, 2.0f}, lo = -3.0f, hi = 5.0f;
    uint32_t bytes[MOTE_ARGS_MAX + 1];

    SAME_GEOMETRY(p, t->p);
    memcpy(&p.lo, &lo, sizeof lo);
    memcpy(&p.hi, &hi, sizeof hi);
    scatter(&t->p, product_f32, in, w, sums);
    assert_true(mote_kernel_transpose_conv_f32.need(&p, bytes));
    assert_int_equal(bytes[1], 4 * t->weights_len);
    mote_transpose_conv_f32(&p, in, w, bias, out, 0, p.out_ring);
    for (int32_t i = 0; i < t->out_len; i++) {
        double want = sums[i] + (double)bias[i % p.out_c], d;

        want = want < -3 ? -3 : want > 5 ? 5 : want;
        d = (double)out[i] - want;
        assert_true(d < 1e-4 && d > -1e-4);
    }
    free(in);
    free(w);
    free(out);
}

static void transposed_random(void **state)
{
    static double sums[3][2 * 9 * 9 * 4];

    (void)state;
    seed = 29;
    for (int n = 0; n < CASES; n++) {
        struct transposed t = draw_transposed();

        memset(sums, 0, sizeof sums);
        transposed_s8(&t, sums[0]);
        transposed_s16(&t, sums[1]);
        transposed_f32(&t, sums[2]);
    }
}

/* Input rows that a ring has just room for: those that a window of outputs meets. */
static void transposed_from_a_ring(void **state)
{
    struct mote_transpose_conv_s8 p = {1, 8, 3, 2, 8, 16, 6, 2, 16, 4, 3, 2, 2, 1, 0, 0, 0, -128, 127, 0};
    int32_t bias[2] = {3, -4}, mult = 1 << 30, row = 3 * 2;
    int8_t *in = draw_s8(8 * row), *w = draw_s8(2 * 4 * 3 * 2), *out = draw_s8(16 * 12), ring[2 * 6], one[12],
           shift = -6;
    struct mote_transpose_conv_s8 q = p;

    (void)state;
    mote_transpose_conv_s8(&p, in, w, bias, &mult, &shift, out, 0, 16);
    q.in_ring = 2;
    q.out_ring = 1;
    for (int32_t r = 0; r < 16; r++) {
        for (int32_t y = (r + 1) / 2 - 1; y <= (r + 1) / 2; y++) /* a kernel of 4 with stride 2 meets two rows */
            if (y >= 0 && y < 8)
                memcpy(ring + y % 2 * row, in + y * row, (size_t)row);
        mote_transpose_conv_s8(&q, ring, w, bias, &mult, &shift, one, r, 1);
        assert_memory_equal(one, out + r * 12, 12);
    }
    free(in);
    free(w);
    free(out);
}

/* ---- SVDF ---- */
static void svdf_rows_are_independent(void **state)
{
    (void)state;
    seed = 41;
    for (int n = 0; n < CASES; n++) {
        const struct mote_svdf_s8 p = {.batch = between(1, 3),
                                       .inputs = between(1, 5),
                                       .units = between(1, 3),
                                       .rank = between(1, 3),
                                       .memory = between(1, 4),
                                       .wide = between(0, 1),
                                       .in_zero = value(-128, 127),
                                       .state_zero = value(-128, 127),
                                       .state_mult = draw_mult(),
                                       .state_shift = between(-8, 3),
                                       .out_zero = value(-128, 127),
                                       .out_mult = draw_mult(),
                                       .out_shift = between(-20, 0)};
        int32_t filters = p.units * p.rank, len = p.batch * filters * p.memory, bias[3] = {INT32_MAX, INT32_MIN, 77};
        int8_t *in = draw_s8(p.batch * p.inputs), *features = draw_s8(filters * p.inputs);
        int16_t *times = draw_s16(filters * p.memory), *all = draw_s16(len), *single = malloc((size_t)len * 2);
        int8_t out[9], one[9];
        uint32_t bytes[MOTE_ARGS_MAX + 1];

        memcpy(single, all, (size_t)len * 2);
        assert_true(mote_kernel_svdf_s8.need(&p, bytes));
        assert_int_equal(bytes[4], len * (p.wide ? 2 : 1));
        mote_svdf_s8(&p, in, features, times, bias, all, out, 0, p.batch);
        for (int32_t b = p.batch; b-- > 0;)
            mote_svdf_s8(&p, in, features, times, bias, single, one, b, 1);
        assert_memory_equal(one, out, (size_t)(p.batch * p.units));
        assert_memory_equal(single, all, (size_t)len * 2);
        free(in);
        free(features);
        free(times);
        free(all);
        free(single);
    }
}

/* ---- element by element: rings, and in place ---- */
static void rings_and_in_place(void **state)
{
    const struct mote_add_sub whole = {.rows = 6,
                                       .rank = 1,
                                       .type = MOTE_ARG_S16,
                                       .minus = 1,
                                       .a_len = 5,
                                       .a_ring = 6,
                                       .b_len = 5,
                                       .b_ring = 1,
                                       .out_len = 5,
                                       .out_ring = 6,
                                       .a_mult = 1 << 30,
                                       .b_mult = 1518500250,
                                       .b_shift = -1,
                                       .out_mult = INT32_MAX,
                                       .out_shift = -13,
                                       .lo = -32768,
                                       .hi = 32767};
    const struct mote_leaky_relu_s16 leaky = {.rows = 6,
                                              .len = 5,
                                              .in_ring = 6,
                                              .out_ring = 6,
                                              .mult = 1 << 30,
                                              .shift = 1,
                                              .low_mult = 1518500250,
                                              .minus = 1};
    const int32_t shape[] = {5, 1, 1};
    struct mote_add_sub ring = whole;
    struct mote_leaky_relu_s16 leaky_ring = leaky;
    int16_t *a = draw_s16(30), *b = draw_s16(5), out[30], kept[10];

    (void)state;
    mote_add_sub(&whole, a, b, shape, out, 0, 6);
    ring.out_ring = 2;
    mote_add_sub(&ring, a, b, shape, kept, 0, 6);
    assert_memory_equal(kept, out + 20, sizeof kept);
    leaky_ring.out_ring = 2;
    mote_leaky_relu_s16(&leaky_ring, a, kept, 0, 6);
    mote_leaky_relu_s16(&leaky, a, a, 0, 6);
    assert_memory_equal(kept, a + 20, sizeof kept);
    free(a);
    free(b);
}

/* ---- parameters at the ends of their ranges: sums modulo 2^32, worked out by hand ---- */
/* (32767 + 32768) << 15 is all but 2^31, (-32768 - 32767) << 15 all but -2^31: their sum is 0, their difference -65536
 * modulo 2^32. */
static void extremes_of_sums(void **state)
{
    static const int32_t zeros[] = {-32768, 0, 32767}, wants[2][3] = {{-32768, 0, 32767}, {-32768, -32768, -32768}};
    const int32_t shape[] = {1, 0, 0};
    const int16_t low = INT16_MIN, high = INT16_MAX;
    struct mote_add_sub p = {1,         1, MOTE_ARG_S16, 1,         1, 1,     1,         1, 1,      1,    -32768,
                             INT32_MAX, 0, 32767,        INT32_MAX, 0, 32767, INT32_MAX, 0, -32768, 32767};
    int16_t out;

    (void)state;
    for (p.minus = 0; p.minus < 2; p.minus++)
        for (int z = 0; z < 3; z++) {
            p.out_zero = zeros[z];
            mote_add_sub(&p, &high, &low, shape, &out, 0, 1);
            assert_int_equal(out, wants[p.minus][z]);
            mote_add_sub(&p, &low, &high, shape, &out, 0, 1); /* both at their zero point */
            assert_int_equal(out, zeros[z]);
        }
}

/* 65535 << 30 is -2^30 modulo 2^32, and so is -65535 << 30 but for the sign. */
static void extremes_of_leaky_relu(void **state)
{
    static const struct {
        int16_t in;
        int32_t in_zero, minus, want;
    } cases[] = {
        {.in = INT16_MAX, .in_zero = -32768, .want = -32768},
        {.in = INT16_MAX, .in_zero = -32768, .minus = 1, .want = -32768},
        {.in = INT16_MAX, .in_zero = 32767, .want = 32767},
        {.in = INT16_MIN, .in_zero = 32767, .want = 32767},
        {.in = INT16_MIN, .in_zero = 32767, .minus = 1, .want = -32768},
        {.in = INT16_MIN, .in_zero = -32768, .minus = 1, .want = 32767},
    };
    int16_t out;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct mote_leaky_relu_s16 p = {
            1, 1, 1, 1, cases[i].in_zero, 32767, INT32_MAX, MOTE_SHIFT_MAX, INT32_MAX, MOTE_SHIFT_MAX, cases[i].minus};

        mote_leaky_relu_s16(&p, &cases[i].in, &out, 0, 1);
        assert_int_equal(out, cases[i].want);
    }
}

/* The feature's sum, 255 * -128 << 30, is 0 modulo 2^32, so the state gets its zero point; INT32_MAX << 30 is -2^30. */
static void extremes_of_svdf(void **state)
{
    static const int32_t biases[] = {INT32_MIN, 0, INT32_MAX}, wants[] = {7, 7, -128};
    const struct mote_svdf_s8 p = {
        1, 1, 1, 1, 1, 1, -128, 32767, INT32_MAX, MOTE_SHIFT_MAX, 7, INT32_MAX, MOTE_SHIFT_MAX};
    const int16_t times = INT16_MIN;
    const int8_t in = 127, feature = -128;

    (void)state;
    for (int i = 0; i < 3; i++) {
        int16_t kept = INT16_MIN;
        int8_t out;

        mote_svdf_s8(&p, &in, &feature, &times, &biases[i], &kept, &out, 0, 1);
        assert_int_equal(kept, 32767);
        assert_int_equal(out, wants[i]);
    }
}

#define REFUSED(kernel, base, ...)                                                                                     \
    do {                                                                                                               \
        struct mote_##kernel changed = base;                                                                           \
        changed.__VA_ARGS__;                                                                                           \
        assert_true(mote_kernel_##kernel.need(&(base), bytes));                                                        \
        assert_false(mote_kernel_##kernel.need(&changed, bytes));                                                      \
    } while (0)

static void contradictions_are_refused(void **state)
{
    const struct mote_conv_2d_s16 conv = {1, 4, 4, 4, 4, 2, 2, 4, 2, 2, 2, 2, 2, 2, 1, 1, 0, 0, -9, 9, 1, 1};
    const struct mote_transpose_conv_s8 s8 = {1, 4, 4, 4, 4, 8, 8, 4, 8, 2, 2, 2, 2, 0, 0, 0, 0, -9, 9, 1};
    const struct mote_transpose_conv_f32 f32 = {1, 4, 4, 4, 4, 8, 8, 4, 8, 2, 2, 2, 2, 0, 0, 0, 0};
    const struct mote_add_sub add = {1, 1, MOTE_ARG_S8, 0, 1, 1, 1, 1, 1, 1, 0, 1, 0, 0, 1, 0, 0, 1, 0, -128, 127};
    const struct mote_leaky_relu_s16 leaky = {1, 4, 1, 1, 0, 0, 1, 0, 1, 0, 0};
    const struct mote_svdf_s8 svdf = {1, 4, 4, 2, 4, 0, 0, 0, 1, 0, 0, 1, 0};
    const struct mote_svdf_f32 svdf_f32 = {1, 4, 4, 2, 4, 0, 0};
    const int8_t far[] = {0, MOTE_SHIFT64_MAX + 1, 0, 0};
    const void *args[] = {NULL, NULL, NULL, NULL, far, NULL};
    struct mote_conv_2d_s16 narrow = conv;
    const struct mote_depthwise_conv_2d_s16 depthwise = {1, 4, 4, 2, 4, 2, 2, 4,  2, 2, 2,
                                                         2, 2, 2, 1, 1, 0, 0, -9, 9, 1};
    const struct mote_fully_connected_s16 dense = {2, 3, 4, -9, 9, 1, 1};
    const struct mote_fully_connected_computed_s8 computed = {2, 3, 4, 0, 0, 0, -9, 9, 1};
    uint32_t bytes[MOTE_ARGS_MAX + 1];

    (void)state;
    REFUSED(depthwise_conv_2d_s16, depthwise, depth_multiplier = 3);
    REFUSED(depthwise_conv_2d_s16, depthwise, in_ring = 1 << 27);
    REFUSED(depthwise_conv_2d_s16, depthwise, out_ring = 1 << 27);
    REFUSED(depthwise_conv_2d_s16, depthwise, lo = 10);
    assert_false(trusts(&mote_kernel_depthwise_conv_2d_s16, &depthwise, args));
    REFUSED(fully_connected_s16, dense, in_len = 1 << 29);
    REFUSED(fully_connected_s16, dense, out_c = 1 << 28);
    REFUSED(fully_connected_s16, dense, hi = -10);
    assert_false(trusts(&mote_kernel_fully_connected_s16, &dense, args));
    REFUSED(fully_connected_computed_s8, computed, rows = 1 << 30);
    REFUSED(fully_connected_computed_s8, computed, hi = -10);
    REFUSED(conv_2d_s16, conv, filter_c = 3);
    REFUSED(conv_2d_s16, conv, out_c = 3);
    REFUSED(conv_2d_s16, conv, in_ring = 1 << 27);
    REFUSED(conv_2d_s16, conv, lo = 10);
    REFUSED(transpose_conv_s8, s8, lo = 10);
    REFUSED(transpose_conv_s8, s8, out_ring = 1 << 27);
    REFUSED(transpose_conv_f32, f32, in_ring = 1 << 27);
    REFUSED(add_sub, add, type = MOTE_ARG_U8);
    REFUSED(add_sub, add, hi = 128);
    REFUSED(add_sub, add, lo = -129);
    REFUSED(leaky_relu_s16, leaky, len = 1 << 30);
    REFUSED(svdf_s8, svdf, state_zero = 128);
    REFUSED(svdf_s8, svdf, rank = MOTE_DIM_MAX; changed.inputs = MOTE_DIM_MAX);
    REFUSED(svdf_f32, svdf_f32, memory = MOTE_DIM_MAX; changed.units = MOTE_DIM_MAX);
    assert_false(trusts(&mote_kernel_conv_2d_s16, &conv, args));
    narrow.wide = 0; /* sums of 32 bits take larger shifts */
    assert_true(trusts(&mote_kernel_conv_2d_s16, &narrow, args));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rounding_of_64_bit_sums),
        cmocka_unit_test(sums_of_products_do_not_overflow),
        cmocka_unit_test(conv_random),
        cmocka_unit_test(depthwise_random),
        cmocka_unit_test(fully_connected_random),
        cmocka_unit_test(transposed_random),
        cmocka_unit_test(transposed_from_a_ring),
        cmocka_unit_test(svdf_rows_are_independent),
        cmocka_unit_test(rings_and_in_place),
        cmocka_unit_test(extremes_of_sums),
        cmocka_unit_test(extremes_of_leaky_relu),
        cmocka_unit_test(extremes_of_svdf),
        cmocka_unit_test(contradictions_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
