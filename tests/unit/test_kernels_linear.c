/* SPDX-License-Identifier: Apache-2.0 */
/* The kernels that sum: convolutions, fully connected, pools, mean. Random shapes and values, extremes over-drawn,
 * against plain loops that check every bound, keep zero points unfolded and requantize with other arithmetic. Spatial
 * kernels run over whole tensors, and row by row with rings just large enough. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mote/kernels/pool/average_pool_2d_s8.h"
#include "mote/kernels/conv/conv_2d_s8.h"
#include "mote/kernels/conv/depthwise_conv_2d_s8.h"
#include "mote/kernels/dense/fully_connected_rows_s8.h"
#include "mote/kernels/dense/fully_connected_s8.h"
#include "mote/kernels/pool/max_pool_2d_s8.h"
#include "mote/kernels/pool/mean_rows_s8.h"
#include "mote/kernels/pool/mean_s8.h"
#include "mote/kernels/shared/requant.h"
#include "tests/trust.h"

#define CASES 400

extern const struct mote_kernel mote_kernel_conv_2d_s8, mote_kernel_depthwise_conv_2d_s8,
    mote_kernel_fully_connected_s8, mote_kernel_average_pool_2d_s8, mote_kernel_max_pool_2d_s8, mote_kernel_mean_s8,
    mote_kernel_mean_rows_s8, mote_kernel_fully_connected_rows_s8;
extern const struct mote_version mote_version_conv_2d_s8_portable, mote_version_depthwise_conv_2d_s8_portable,
    mote_version_fully_connected_s8_portable, mote_version_average_pool_2d_s8_portable,
    mote_version_max_pool_2d_s8_portable, mote_version_mean_s8_portable, mote_version_mean_rows_s8_portable,
    mote_version_fully_connected_rows_s8_portable;

/* ---- values ---- */
static uint64_t seed;

static uint32_t draw(void)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(seed >> 32) ^ (uint32_t)(seed >> 61);
}

static int32_t between(int32_t min, int32_t max) { return min + (int32_t)(draw() % (uint32_t)(max - min + 1)); }

static bool chance(int32_t one_in) { return between(1, one_in) == 1; }

static int8_t draw_s8(void)
{
    static const int8_t extremes[] = {-128, -127, 127, 0, -1, 1};

    return chance(3) ? extremes[between(0, 5)] : (int8_t)between(-128, 127);
}

static int8_t *draw_array(int32_t n)
{
    int8_t *a = malloc((size_t)n);

    for (int32_t i = 0; i < n; i++)
        a[i] = draw_s8();
    return a;
}

static int32_t draw_bias(void)
{
    switch (between(0, 7)) {
    case 0:
        return INT32_MAX - between(0, 300);
    case 1:
        return INT32_MIN + between(0, 300);
    case 2:
        return (int32_t)draw();
    default:
        return between(-4000, 4000);
    }
}

static int32_t draw_mult(void)
{
    switch (between(0, 9)) {
    case 0:
        return 0;
    case 1:
        return INT32_MAX;
    case 2:
        return 1 << 30;
    default:
        return between(1 << 30, INT32_MAX);
    }
}

static int8_t draw_shift(void) { return (int8_t)(chance(10) ? between(-31, 30) : between(-10, -5)); }

/* ---- arithmetic, told another way ---- */
static int32_t wrap(int64_t x) { return (int32_t)(uint32_t)(uint64_t)x; }

static int32_t expect_requant(int64_t sum, int32_t mult, int shift)
{
    int64_t x = wrap((int64_t)((uint64_t)sum << (shift > 0 ? shift : 0)));
    int64_t product = x * mult;
    int64_t high = (product + (product >= 0 ? INT64_C(1) << 30 : 1 - (INT64_C(1) << 30))) / (INT64_C(1) << 31);
    int64_t unit = INT64_C(1) << (shift < 0 ? -shift : 0);

    return (int32_t)(high >= 0 ? (high + unit / 2) / unit : -((-high + unit / 2) / unit));
}

static int8_t expect_clamp(int64_t x, int32_t lo, int32_t hi) { return (int8_t)(x < lo ? lo : x > hi ? hi : x); }

/* The zero point is added modulo 2^32 too. */
static int8_t expect_out(int64_t sum, int32_t mult, int shift, int32_t zero, int32_t lo, int32_t hi)
{
    return expect_clamp(wrap((int64_t)expect_requant(sum, mult, shift) + zero), lo, hi);
}

/* ---- spatial kernels ---- */
enum kind { CONV, DEPTHWISE, AVERAGE, MAX };

struct spatial {
    enum kind kind;
    int32_t batch, in_h, in_w, in_c, out_h, out_w, out_c, kernel_h, kernel_w, stride_h, stride_w, dilation_h,
        dilation_w, pad_top, pad_left, filter_c, depth, in_zero, out_zero, lo, hi, per_channel;
    int8_t *in, *weights, *shift, *zeros; /* in: the whole tensor */
    int32_t *bias, *folded, *mult;
};

static int32_t weight_at(const struct spatial *t, int32_t o, int32_t i, int32_t j, int32_t c)
{
    if (t->kind == DEPTHWISE)
        return t->weights[(i * t->kernel_w + j) * t->out_c + o];
    return t->weights[((o * t->kernel_h + i) * t->kernel_w + j) * t->filter_c + c];
}

static int8_t expect_linear(const struct spatial *t, const int8_t *image, int32_t top, int32_t left, int32_t o)
{
    int32_t group = t->kind == CONV ? o / (t->out_c / (t->in_c / t->filter_c)) * t->filter_c : o / t->depth;
    int32_t q = t->per_channel ? o : 0;
    int64_t sum = t->bias[o];

    for (int32_t i = 0; i < t->kernel_h; i++)
        for (int32_t j = 0; j < t->kernel_w; j++)
            for (int32_t c = 0; c < (t->kind == CONV ? t->filter_c : 1); c++) {
                int32_t y = top + i * t->dilation_h, x = left + j * t->dilation_w;

                if (y >= 0 && y < t->in_h && x >= 0 && x < t->in_w)
                    sum += (image[(y * t->in_w + x) * t->in_c + group + c] - t->in_zero) * weight_at(t, o, i, j, c);
            }
    return expect_out(sum, t->mult[q], t->shift[q], t->out_zero, t->lo, t->hi);
}

static int8_t expect_pool(const struct spatial *t, const int8_t *image, int32_t top, int32_t left, int32_t c)
{
    int32_t sum = 0, n = 0, best = -1000;

    for (int32_t i = 0; i < t->kernel_h; i++)
        for (int32_t j = 0; j < t->kernel_w; j++) {
            int32_t y = top + i, x = left + j, value;

            if (y < 0 || y >= t->in_h || x < 0 || x >= t->in_w)
                continue;
            value = image[(y * t->in_w + x) * t->in_c + c];
            sum += value;
            n++;
            best = value > best ? value : best;
        }
    assert_true(n > 0);
    if (t->kind == MAX)
        return expect_clamp(best, t->lo, t->hi);
    return expect_clamp(sum < 0 ? -((2 * -sum + n) / (2 * n)) : (2 * sum + n) / (2 * n), t->lo, t->hi);
}

static int8_t *expect_spatial(const struct spatial *t)
{
    int8_t *out = malloc((size_t)(t->batch * t->out_h * t->out_w * t->out_c)), *next = out;

    for (int32_t n = 0; n < t->batch; n++)
        for (int32_t y = 0; y < t->out_h; y++)
            for (int32_t x = 0; x < t->out_w; x++)
                for (int32_t o = 0; o < t->out_c; o++) {
                    const int8_t *image = t->in + n * t->in_h * t->in_w * t->in_c;
                    int32_t top = y * t->stride_h - t->pad_top, left = x * t->stride_w - t->pad_left;

                    *next++ = t->kind == CONV || t->kind == DEPTHWISE ? expect_linear(t, image, top, left, o)
                                                                      : expect_pool(t, image, top, left, o);
                }
    return out;
}

#define SHAPE                                                                                                          \
    .batch = t->batch, .in_h = t->in_h, .in_w = t->in_w, .in_ring = in_ring, .out_h = t->out_h, .out_w = t->out_w,     \
    .out_ring = out_ring, .kernel_h = t->kernel_h, .kernel_w = t->kernel_w, .stride_h = t->stride_h,                   \
    .stride_w = t->stride_w, .pad_top = t->pad_top, .pad_left = t->pad_left, .lo = t->lo, .hi = t->hi
#define LINEAR                                                                                                         \
    .in_c = t->in_c, .out_c = t->out_c, .dilation_h = t->dilation_h, .dilation_w = t->dilation_w,                      \
    .out_zero = t->out_zero, .per_channel = t->per_channel

/* Runs a version, after the checks that a runtime makes. `sizes`: in, out in bytes. */
static void run_checked(const struct mote_kernel *k, const struct mote_version *version, const void *params,
                        void *const args[], int32_t out, const uint32_t sizes[2], int32_t rows, int32_t first,
                        int32_t count)
{
    uint32_t bytes[MOTE_ARGS_MAX + 1];
    struct mote_call call = {params, args, first, count};

    for (int i = 0; i < k->n_params; i++)
        assert_in_range(((const int32_t *)params)[i] - (int64_t)INT32_MIN, k->ranges[i].min - (int64_t)INT32_MIN,
                        k->ranges[i].max - (int64_t)INT32_MIN);
    assert_true(k->need(params, bytes));
    assert_true(trusts(k, params, args));
    assert_int_equal(bytes[0], sizes[0]);
    assert_int_equal(bytes[out], sizes[1]);
    assert_in_range(first + count, 0, bytes[k->n_args]);
    assert_int_equal(bytes[k->n_args], rows);
    version->run(&call);
}

#define PORTABLE(kernel) &mote_kernel_##kernel, &mote_version_##kernel##_portable

static void run_spatial(const struct spatial *t, int8_t *in, int32_t in_ring, int8_t *out, int32_t out_ring,
                        int32_t first, int32_t count)
{
    int32_t rows = t->batch * t->out_h;
    uint32_t sizes[] = {(uint32_t)(in_ring * t->in_w * t->in_c), (uint32_t)(out_ring * t->out_w * t->out_c)};
    void *linear[] = {in, t->weights, t->folded, t->mult, t->shift, t->zeros, out}, *pool[] = {in, out};

    if (t->kind == CONV) {
        struct mote_conv_2d_s8 p = {SHAPE, LINEAR, .filter_c = t->filter_c};

        run_checked(PORTABLE(conv_2d_s8), &p, linear, 6, sizes, rows, first, count);
    } else if (t->kind == DEPTHWISE) {
        struct mote_depthwise_conv_2d_s8 p = {SHAPE, LINEAR, .depth_multiplier = t->depth};

        run_checked(PORTABLE(depthwise_conv_2d_s8), &p, linear, 6, sizes, rows, first, count);
    } else if (t->kind == AVERAGE) {
        struct mote_average_pool_2d_s8 p = {SHAPE, .channels = t->in_c};

        run_checked(PORTABLE(average_pool_2d_s8), &p, pool, 1, sizes, rows, first, count);
    } else {
        struct mote_max_pool_2d_s8 p = {SHAPE, .channels = t->in_c};

        run_checked(PORTABLE(max_pool_2d_s8), &p, pool, 1, sizes, rows, first, count);
    }
}

static int64_t outputs, inner; /* how many outputs were compared, and how many of them no clamp made */

static void compare(const struct spatial *t, const int8_t *got, const int8_t *want, int32_t row, int32_t n)
{
    for (int32_t i = 0; i < n; i++) {
        outputs++;
        inner += want[i] > t->lo && want[i] < t->hi;
        if (got[i] != want[i])
            fail_msg("kind %d row %d element %d: %d, want %d (in %dx%dx%dx%d out %dx%dx%d kernel %dx%d stride %dx%d "
                     "dilation %dx%d pad %d,%d group %d depth %d)",
                     t->kind, row, i, got[i], want[i], t->batch, t->in_h, t->in_w, t->in_c, t->out_h, t->out_w,
                     t->out_c, t->kernel_h, t->kernel_w, t->stride_h, t->stride_w, t->dilation_h, t->dilation_w,
                     t->pad_top, t->pad_left, t->filter_c, t->depth);
    }
}

static void check_whole(const struct spatial *t, const int8_t *want)
{
    int32_t rows = t->batch * t->out_h, len = t->out_w * t->out_c, part = between(0, rows);
    int8_t *out = draw_array(rows * len);

    run_spatial(t, t->in, t->batch * t->in_h, out, rows, part, rows - part);
    run_spatial(t, t->in, t->batch * t->in_h, out, rows, 0, part);
    compare(t, out, want, 0, rows * len);
    free(out);
}

/* Row by row: a ring of inputs that forgets what the window has left behind, and one of a few output rows. */
static void check_rings(const struct spatial *t, const int8_t *want)
{
    int32_t reach = (t->kernel_h - 1) * t->dilation_h + 1, all = t->batch * t->in_h, row = t->in_w * t->in_c;
    int32_t in_ring = reach < all ? reach : all, out_ring = between(1, 3), len = t->out_w * t->out_c, fed = 0;
    int8_t *in = draw_array(in_ring * row), *out = draw_array(out_ring * len);

    for (int32_t r = 0; r < t->batch * t->out_h; r++) {
        int32_t last = r % t->out_h * t->stride_h - t->pad_top + reach - 1;

        last = r / t->out_h * t->in_h + (last < t->in_h ? last : t->in_h - 1);
        for (; fed <= last; fed++)
            memcpy(in + fed % in_ring * row, t->in + fed * row, (size_t)row);
        run_spatial(t, in, in_ring, out, out_ring, r, 1);
        compare(t, out + r % out_ring * len, want + r * len, r, len);
    }
    free(in);
    free(out);
}

/* Output sizes and padding: VALID, SAME, or any padding that leaves no window empty. */
static void draw_window(int32_t in, int32_t kernel, int32_t stride, int32_t dilation, int32_t *out, int32_t *pad)
{
    int32_t reach = (kernel - 1) * dilation + 1, after = between(0, reach - 1);

    *pad = between(0, reach - 1);
    if (chance(2) || in < reach) { /* SAME */
        int32_t total;

        *out = (in + stride - 1) / stride;
        total = (*out - 1) * stride + reach - in;
        *pad = total > 0 ? total / 2 : 0;
        return;
    }
    if (chance(2))
        *pad = after = 0;
    *out = (in + *pad + after - reach) / stride + 1;
}

static void fill_linear(struct spatial *t)
{
    int32_t kernel = t->kernel_h * t->kernel_w * (t->kind == CONV ? t->filter_c : 1);

    t->weights = draw_array(kernel * t->out_c);
    t->bias = malloc(sizeof(int32_t) * (size_t)t->out_c);
    t->folded = malloc(sizeof(int32_t) * (size_t)t->out_c);
    t->mult = malloc(sizeof(int32_t) * (size_t)(t->per_channel ? t->out_c : 1));
    t->shift = malloc((size_t)(t->per_channel ? t->out_c : 1));
    t->zeros = malloc((size_t)(t->in_w * t->in_c));
    memset(t->zeros, t->in_zero, (size_t)(t->in_w * t->in_c));
    for (int32_t o = 0; o < t->out_c; o++) {
        int64_t sum = 0;

        for (int32_t i = 0; i < t->kernel_h; i++)
            for (int32_t j = 0; j < t->kernel_w; j++)
                for (int32_t c = 0; c < (t->kind == CONV ? t->filter_c : 1); c++)
                    sum += weight_at(t, o, i, j, c);
        t->bias[o] = draw_bias();
        t->folded[o] = wrap(t->bias[o] - sum * t->in_zero);
        if (o == 0 || t->per_channel) {
            t->mult[o] = draw_mult();
            t->shift[o] = draw_shift();
        }
    }
}

static struct spatial draw_spatial(enum kind kind)
{
    static const int32_t depths[] = {1, 1, 1, 2, 3, 4, 8};
    struct spatial t = {.kind = kind};
    int32_t groups = kind == CONV && chance(4) ? between(2, 3) : 1;

    t.batch = between(1, 3);
    t.in_h = between(1, 9);
    t.in_w = between(1, 9);
    t.filter_c = between(1, 11);
    t.in_c = t.filter_c * groups;
    t.depth = depths[between(0, 6)];
    t.out_c = kind == CONV ? groups * between(1, 5) : kind == DEPTHWISE ? t.in_c * t.depth : t.in_c;
    t.kernel_h = between(1, 4);
    t.kernel_w = between(1, 4);
    t.stride_h = between(1, 3);
    t.stride_w = between(1, 3);
    t.dilation_h = kind <= DEPTHWISE && chance(3) ? between(2, 4) : 1;
    t.dilation_w = kind <= DEPTHWISE && chance(3) ? between(2, 4) : 1;
    draw_window(t.in_h, t.kernel_h, t.stride_h, t.dilation_h, &t.out_h, &t.pad_top);
    draw_window(t.in_w, t.kernel_w, t.stride_w, t.dilation_w, &t.out_w, &t.pad_left);
    t.in_zero = draw_s8();
    t.out_zero = draw_s8();
    t.lo = chance(3) ? between(-128, 0) : -128;
    t.hi = chance(3) ? between(0, 127) : 127;
    t.per_channel = chance(2);
    t.in = draw_array(t.batch * t.in_h * t.in_w * t.in_c);
    if (kind <= DEPTHWISE)
        fill_linear(&t);
    return t;
}

static void free_spatial(struct spatial *t)
{
    free(t->in);
    free(t->weights);
    free(t->bias);
    free(t->folded);
    free(t->mult);
    free(t->shift);
    free(t->zeros);
}

static void check_spatial(struct spatial *t)
{
    int8_t *want = expect_spatial(t);

    check_whole(t, want);
    check_rings(t, want);
    free(want);
}

static void check_kind(enum kind kind)
{
    seed = 7 + kind;
    outputs = inner = 0;
    for (int i = 0; i < CASES; i++) {
        struct spatial t = draw_spatial(kind);

        check_spatial(&t);
        free_spatial(&t);
    }
    assert_true(inner > outputs / 4); /* or the clamps would hide errors */
}

static void conv_random(void **state) { (void)state, check_kind(CONV); }
static void depthwise_random(void **state) { (void)state, check_kind(DEPTHWISE); }
static void average_random(void **state) { (void)state, check_kind(AVERAGE); }
static void max_random(void **state) { (void)state, check_kind(MAX); }

/* Windows of more rows than MOTE_KERNEL_ROWS_MAX, and kernels of exactly that many. */
static void tall_windows(void **state)
{
    (void)state;
    seed = 3;
    for (enum kind kind = CONV; kind <= MAX; kind++) {
        struct spatial t = {.kind = kind,
                            .batch = 2,
                            .in_h = 70,
                            .in_w = 3,
                            .in_c = 2,
                            .out_h = 2,
                            .out_w = 2,
                            .out_c = 2,
                            .kernel_h = kind <= DEPTHWISE ? MOTE_KERNEL_ROWS_MAX : 69,
                            .kernel_w = 2,
                            .stride_h = 1,
                            .stride_w = 1,
                            .dilation_h = 1,
                            .dilation_w = 1,
                            .filter_c = 2,
                            .depth = 1,
                            .in_zero = -5,
                            .lo = -128,
                            .hi = 127};

        t.in = draw_array(t.batch * t.in_h * t.in_w * t.in_c);
        if (kind <= DEPTHWISE)
            fill_linear(&t);
        check_spatial(&t);
        free_spatial(&t);
    }
}

/* ---- fully connected ---- */
static void fully_connected_random(void **state)
{
    int64_t inside = 0, all = 0;

    (void)state;
    seed = 11;
    for (int n = 0; n < CASES; n++) {
        int32_t rows = between(1, 3), len = between(1, 40), out_c = between(1, 9), in_zero = draw_s8();
        int32_t per_channel = chance(2), weights_zero = chance(2) ? draw_s8() : 0, out_zero = draw_s8();
        int8_t *in = draw_array(rows * len), *w = draw_array(len * out_c), *out = draw_array(rows * out_c);
        int8_t shift[9];
        int32_t bias[9], folded[9], mult[9];
        struct mote_fully_connected_s8 p = {rows, len, out_c, weights_zero, out_zero, -128, 127, per_channel};
        void *args[] = {in, w, folded, mult, shift, out};
        uint32_t sizes[] = {(uint32_t)(rows * len), (uint32_t)(rows * out_c)};

        for (int32_t o = 0; o < out_c; o++) {
            int64_t sum = 0;

            for (int32_t i = 0; i < len; i++)
                sum += w[o * len + i];
            bias[o] = draw_bias();
            folded[o] = wrap(bias[o] - in_zero * sum + (int64_t)len * in_zero * weights_zero);
            mult[o] = draw_mult();
            shift[o] = draw_shift();
        }
        for (int32_t r = rows - 1; r >= 0; r--)
            run_checked(PORTABLE(fully_connected_s8), &p, args, 5, sizes, rows, r, 1);
        for (int32_t i = 0; i < rows * out_c; i++) {
            int32_t r = i / out_c, o = i % out_c, q = per_channel ? o : 0;
            int64_t sum = bias[o];
            int8_t want;

            for (int32_t k = 0; k < len; k++)
                sum += (w[o * len + k] - weights_zero) * (in[r * len + k] - in_zero);
            want = expect_out(sum, mult[q], shift[q], out_zero, -128, 127);
            assert_int_equal(out[i], want);
            inside += want > -128 && want < 127;
            all++;
        }
        free(in);
        free(w);
        free(out);
    }
    assert_true(inside > all / 4);
}

/* ---- mean ---- */
/* Eight dimensions in memory, kept and reduced ones shuffled; every element goes to its output by plain counting. */
static void mean_random(void **state)
{
    (void)state;
    seed = 13;
    for (int n = 0; n < CASES; n++) {
        int32_t size[8], step[8], order[8], elements = 1, outs, in_zero = draw_s8(), out_zero = draw_s8(), count;
        int32_t mult = between(1 << 28, INT32_MAX), shift = chance(8) ? between(-31, 30) : between(-5, 0);
        int8_t *in, *out;
        int64_t sums[81] = {0};

        for (int i = 0; i < 8; i++) {
            order[i] = i;
            size[i] = between(1, 3);
        }
        for (int i = 7; i > 0; i--) {
            int j = between(0, i), o = order[i];

            order[i] = order[j];
            order[j] = o;
        }
        for (int i = 0; i < 8; i++) {
            step[order[i]] = elements;
            elements *= size[order[i]];
        }
        outs = size[0] * size[1] * size[2] * size[3];
        count = elements / outs;
        in = draw_array(elements);
        out = draw_array(outs);
        for (int32_t e = 0; e < elements; e++) {
            int32_t to = 0;

            for (int d = 0; d < 4; d++)
                to = to * size[d] + e / step[d] % size[d];
            sums[to] += in[e] - in_zero;
        }

        struct mote_mean_s8 p = {size[0], size[1], size[2],          size[3], step[0], step[1], step[2],
                                 step[3], size[4], size[5],          size[6], size[7], step[4], step[5],
                                 step[6], step[7], -in_zero * count, mult,    shift,   out_zero};
        void *args[] = {in, out};

        run_checked(PORTABLE(mean_s8), &p, args, 1, (uint32_t[]){(uint32_t)elements, (uint32_t)outs}, 1, 0, 1);
        for (int32_t i = 0; i < outs; i++)
            assert_int_equal(out[i], expect_out(sums[i], mult, shift, out_zero, -128, 127));
        free(in);
        free(out);
    }
}

/* ---- rows that are folded ---- */
static int8_t expect_mean(const struct mote_mean_rows_s8 *p, int64_t sum)
{
    int64_t n = p->divisor;

    if (n == 0)
        return expect_out(sum, p->mult, p->shift, p->out_zero, p->lo, p->hi);
    return expect_clamp(sum < 0 ? -((2 * -sum + n) / (2 * n)) : (2 * sum + n) / (2 * n), p->lo, p->hi);
}

/* The sum of a channel of an image, by plain counting. */
static int64_t sum_of(const struct mote_mean_rows_s8 *p, const int8_t *in, int32_t image, int32_t channel)
{
    int64_t sum = p->sum_zero;

    for (int32_t i = 0; i < p->in_h * p->in_w; i++)
        sum += in[(image * p->in_h * p->in_w + i) * p->channels + channel];
    return sum;
}

/* The input's rows come into a ring, a few at a time, and are folded; the output's are read as soon as they are there.
 */
static void fold_means(struct mote_mean_rows_s8 *p, const int8_t *all)
{
    int32_t rows = p->batch * p->in_h, row = p->in_w * p->channels, done = 0;
    int8_t *in = draw_array(p->in_ring * row), *out = draw_array(p->out_ring * p->channels);
    int32_t *sums = malloc((size_t)p->channels * sizeof *sums);
    void *args[] = {in, sums, out};

    for (int32_t first = 0, count; first < rows; first += count) {
        count = between(1, p->in_ring < rows - first ? p->in_ring : rows - first);
        if (first / p->in_h + p->out_ring <= (first + count - 1) / p->in_h) /* it would be overwritten */
            count = 1;
        for (int32_t r = first; r < first + count; r++)
            memcpy(in + r % p->in_ring * row, all + r * row, (size_t)row);
        run_checked(PORTABLE(mean_rows_s8), p, args, 2,
                    (uint32_t[]){(uint32_t)(p->in_ring * row), (uint32_t)(p->out_ring * p->channels)}, rows, first,
                    count);
        for (; (done + 1) * p->in_h <= first + count; done++)
            for (int32_t c = 0; c < p->channels; c++)
                assert_int_equal(out[done % p->out_ring * p->channels + c], expect_mean(p, sum_of(p, all, done, c)));
    }
    assert_int_equal(done, p->batch);
    free(in);
    free(out);
    free(sums);
}

static void mean_rows_random(void **state)
{
    (void)state;
    seed = 17;
    for (int n = 0; n < CASES; n++) {
        struct mote_mean_rows_s8 p = {.batch = between(1, 3),
                                      .in_h = between(1, 5),
                                      .in_w = between(1, 5),
                                      .channels = between(1, 13),
                                      .sum_zero = chance(4) ? draw_bias() : between(-300, 300),
                                      .mult = draw_mult(),
                                      .shift = draw_shift(),
                                      .out_zero = draw_s8(),
                                      .lo = chance(2) ? -128 : between(-128, 0),
                                      .hi = chance(2) ? 127 : between(0, 127)};
        int8_t *in = draw_array(p.batch * p.in_h * p.in_w * p.channels);

        if (chance(2)) {
            p.divisor = chance(4) ? between(1, 50) : p.in_h * p.in_w;
            p.sum_zero = 0;
        }
        p.in_ring = between(1, p.batch * p.in_h);
        p.out_ring = between(1, p.batch);
        fold_means(&p, in);
        free(in);
    }
}

/* The sum of an output, by plain counting. */
static int64_t sum_of_output(const struct mote_fully_connected_rows_s8 *p, const int8_t *in, const int8_t *w,
                             const int32_t *bias, int32_t o)
{
    int32_t n = p->in_h * p->in_len;
    int64_t sum = bias[o];

    for (int32_t i = 0; i < n; i++)
        sum += (w[o * n + i] - p->weights_zero) * in[i];
    return sum;
}

/* The inputs' rows come into a ring, a few at a time. */
static void fold_inputs(struct mote_fully_connected_rows_s8 *p, const int8_t *all, void *args[7])
{
    const int32_t rows = p->batch * p->in_h;
    int32_t fresh = 0;

    for (int32_t first = 0, count; first < rows; first += count) {
        count = between(1, p->in_ring < rows - first ? p->in_ring : rows - first);
        for (; fresh < first + count; fresh++)
            memcpy((int8_t *)args[0] + fresh % p->in_ring * p->in_len, all + fresh * p->in_len, (size_t)p->in_len);
        run_checked(PORTABLE(fully_connected_rows_s8), p, args, 6,
                    (uint32_t[]){(uint32_t)(p->in_ring * p->in_len), (uint32_t)p->out_c}, rows, first, count);
    }
}

static void fully_connected_rows_random(void **state)
{
    (void)state;
    seed = 19;
    for (int n = 0; n < CASES; n++) {
        struct mote_fully_connected_rows_s8 p = {.batch = between(1, 3),
                                                 .in_h = between(1, 7),
                                                 .in_len = between(1, 19),
                                                 .out_c = between(1, 9),
                                                 .weights_zero = chance(2) ? 0 : draw_s8(),
                                                 .out_zero = draw_s8(),
                                                 .lo = chance(2) ? -128 : between(-128, 0),
                                                 .hi = chance(2) ? 127 : between(0, 127),
                                                 .per_channel = chance(2)};
        int32_t len = p.in_h * p.in_len, bias[9], mult[9], sums[12];
        int8_t *all = draw_array(p.batch * len), *w = draw_array(p.out_c * len), shift[9], out[9];
        const int8_t *last = all + (p.batch - 1) * len;
        int8_t *in;

        p.in_ring = between(1, p.in_h);
        in = draw_array(p.in_ring * p.in_len);
        for (int i = 0; i < 9; i++) {
            bias[i] = draw_bias();
            mult[i] = draw_mult();
            shift[i] = draw_shift();
        }
        fold_inputs(&p, all, (void *[]){in, w, bias, mult, shift, sums, out});
        for (int32_t o = 0; o < p.out_c; o++) {
            int32_t q = p.per_channel ? o : 0;

            assert_int_equal(out[o], expect_out(wrap(sum_of_output(&p, last, w, bias, o)), mult[q], shift[q],
                                                p.out_zero, p.lo, p.hi));
        }
        free(all);
        free(w);
        free(in);
    }
}

/* ---- by hand ---- */
static void sums_wrap(void **state)
{
    int8_t in[] = {127}, w[] = {127}, shift[] = {-20}, out[1];
    int32_t bias[] = {INT32_MAX - 16000}, mult[] = {1 << 30};
    struct mote_fully_connected_s8 p = {1, 1, 1, 0, 0, -128, 127, 0};

    (void)state;
    mote_fully_connected_s8(&p, in, w, bias, mult, shift, out, 0, 1); /* 2^31 - 1 + 129 is -2^31 + 128 */
    assert_int_equal(out[0], -128);
    in[0] = 125; /* 2^31 - 1 - 125; half, and 2^-20 of that is 1024 */
    mote_fully_connected_s8(&p, in, w, bias, mult, shift, out, 0, 1);
    assert_int_equal(out[0], 127);
}

static void average_rounds_half_away(void **state)
{
    int8_t in[] = {1, 2, -1, -2, 0, -1, 127, -128}, out[4];
    struct mote_average_pool_2d_s8 p = {.batch = 1,
                                        .in_h = 1,
                                        .in_w = 8,
                                        .channels = 1,
                                        .in_ring = 1,
                                        .out_h = 1,
                                        .out_w = 4,
                                        .out_ring = 1,
                                        .kernel_h = 1,
                                        .kernel_w = 2,
                                        .stride_h = 1,
                                        .stride_w = 2,
                                        .lo = -128,
                                        .hi = 127};

    (void)state;
    mote_average_pool_2d_s8(&p, in, out, 0, 1);
    assert_int_equal(out[0], 2);
    assert_int_equal(out[1], -2);
    assert_int_equal(out[2], -1);
    assert_int_equal(out[3], -1);
}

/* ---- what must be refused ---- */
#define REFUSED(kernel, base, ...)                                                                                     \
    do {                                                                                                               \
        struct mote_##kernel changed = base;                                                                           \
        changed.__VA_ARGS__;                                                                                           \
        assert_true(mote_kernel_##kernel.need(&(base), bytes));                                                        \
        assert_false(mote_kernel_##kernel.need(&changed, bytes));                                                      \
    } while (0)

static void contradictions_are_refused(void **state)
{
    uint32_t bytes[MOTE_ARGS_MAX + 1];
    const struct spatial shape = {.batch = 1,
                                  .in_h = 4,
                                  .in_w = 4,
                                  .out_h = 2,
                                  .out_w = 2,
                                  .kernel_h = 2,
                                  .kernel_w = 2,
                                  .stride_h = 2,
                                  .stride_w = 2,
                                  .lo = -128,
                                  .hi = 127,
                                  .in_c = 4,
                                  .out_c = 4,
                                  .dilation_h = 1,
                                  .dilation_w = 1},
                         *t = &shape;
    int32_t in_ring = 4, out_ring = 2;
    const struct mote_conv_2d_s8 conv = {SHAPE, LINEAR, .filter_c = 2};
    const struct mote_depthwise_conv_2d_s8 depthwise = {SHAPE, LINEAR, .depth_multiplier = 1};
    const struct mote_average_pool_2d_s8 average = {SHAPE, .channels = 4};
    const struct mote_max_pool_2d_s8 max = {SHAPE, .channels = 4};
    const struct mote_mean_rows_s8 rows = {
        .batch = 1, .in_h = 1, .in_w = 1, .channels = 1, .in_ring = 1, .out_ring = 1};
    const struct mote_fully_connected_rows_s8 dense = {.batch = 1, .in_h = 1, .in_len = 1, .in_ring = 1, .out_c = 1};
    const struct mote_mean_s8 mean = {1, 1, 1, 2, 1, 1, 1, 1, 1, 1, 1, 3, 1, 1, 1, 2, 0, 1 << 30, 0, 0};

    (void)state;
    REFUSED(conv_2d_s8, conv, lo = 0, changed.hi = -1);
    REFUSED(conv_2d_s8, conv, filter_c = 3);
    REFUSED(conv_2d_s8, conv, out_c = 3);
    REFUSED(conv_2d_s8, conv, out_w = 65535, changed.stride_w = 65535);
    REFUSED(conv_2d_s8, conv, dilation_h = 65535, changed.kernel_h = 64, changed.out_h = 65535,
            changed.stride_h = 65535);
    REFUSED(depthwise_conv_2d_s8, depthwise, depth_multiplier = 2);
    REFUSED(depthwise_conv_2d_s8, depthwise, in_c = 65535, changed.out_c = 65535, changed.dilation_w = 65535);
    REFUSED(average_pool_2d_s8, average, pad_top = 2);
    REFUSED(average_pool_2d_s8, average, out_w = 3);
    REFUSED(average_pool_2d_s8, average, kernel_h = 4096, changed.in_h = 4096, changed.kernel_w = 4096,
            changed.in_w = 4096);
    REFUSED(max_pool_2d_s8, max, pad_left = 2);
    REFUSED(max_pool_2d_s8, max, out_h = 3);
    REFUSED(mean_s8, mean, reduce_step3 = 3);
    REFUSED(mean_s8, mean, keep0 = INT32_MAX);
    REFUSED(fully_connected_rows_s8, dense, in_ring = 1 << 16, changed.in_len = 1 << 15);
    REFUSED(fully_connected_rows_s8, dense, in_h = 1 << 16, changed.in_len = 1 << 15);
    REFUSED(fully_connected_rows_s8, dense, in_h = 1 << 16, changed.out_c = 1 << 15);
    REFUSED(fully_connected_rows_s8, dense, in_h = 1 << 16, changed.batch = 1 << 15);
    REFUSED(fully_connected_rows_s8, dense, out_c = (1 << 29) - 3);
    REFUSED(fully_connected_rows_s8, dense, lo = 1, changed.hi = 0);
    REFUSED(mean_rows_s8, rows, batch = 1 << 16, changed.in_h = 1 << 15);
    REFUSED(mean_rows_s8, rows, in_w = 1 << 16, changed.channels = 1 << 15);
    REFUSED(mean_rows_s8, rows, in_w = 1 << 16, changed.channels = 1 << 16, changed.in_ring = 1 << 16);
    REFUSED(mean_rows_s8, rows, out_ring = 1 << 16, changed.channels = 1 << 15);
    REFUSED(mean_rows_s8, rows, channels = 1 << 29);
    REFUSED(mean_rows_s8, rows, lo = 1, changed.hi = 0);
}

static void bad_shifts_are_refused(void **state)
{
    int8_t shift[] = {-31, 30, 31, -32};
    void *args[] = {NULL, NULL, NULL, NULL, shift, NULL, NULL};
    struct mote_conv_2d_s8 conv = {.in_c = 1, .filter_c = 1, .out_c = 2, .per_channel = 1};
    struct mote_depthwise_conv_2d_s8 depthwise = {.in_c = 1, .depth_multiplier = 2, .out_c = 2, .per_channel = 1};
    struct mote_fully_connected_s8 fc = {.out_c = 2, .per_channel = 1};
    struct mote_fully_connected_rows_s8 rows = {.out_c = 2, .per_channel = 1};

    (void)state;
    assert_true(trusts(&mote_kernel_conv_2d_s8, &conv, args));
    assert_true(trusts(&mote_kernel_depthwise_conv_2d_s8, &depthwise, args));
    assert_true(trusts(&mote_kernel_fully_connected_s8, &fc, args));
    assert_true(trusts(&mote_kernel_fully_connected_rows_s8, &rows, args));
    for (int i = 2; i < 4; i++) {
        shift[1] = shift[i];
        assert_false(trusts(&mote_kernel_conv_2d_s8, &conv, args));
        assert_false(trusts(&mote_kernel_depthwise_conv_2d_s8, &depthwise, args));
        assert_false(trusts(&mote_kernel_fully_connected_s8, &fc, args));
        assert_false(trusts(&mote_kernel_fully_connected_rows_s8, &rows, args));
    }
}

/* Any value at any place among any number of others: the trust function looks at four at a time. */
static void shifts_are_in_range_each(void **state)
{
    (void)state;
    for (int max = 7; max <= 30; max += 23)
        for (int n = 1; n <= 20; n++)
            for (int at = 0; at < n; at++)
                for (int value = -128; value <= 127; value++) {
                    int8_t shift[20];

                    for (int i = 0; i < n; i++)
                        shift[i] = (int8_t)(i % 2 == 0 ? MOTE_SHIFT_MIN : max);
                    shift[at] = (int8_t)value;
                    assert_int_equal(mote_shifts_up_to(shift, n, max), value >= MOTE_SHIFT_MIN && value <= max);
                }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conv_random),
        cmocka_unit_test(depthwise_random),
        cmocka_unit_test(average_random),
        cmocka_unit_test(max_random),
        cmocka_unit_test(tall_windows),
        cmocka_unit_test(fully_connected_random),
        cmocka_unit_test(mean_random),
        cmocka_unit_test(mean_rows_random),
        cmocka_unit_test(fully_connected_rows_random),
        cmocka_unit_test(sums_wrap),
        cmocka_unit_test(average_rounds_half_away),
        cmocka_unit_test(contradictions_are_refused),
        cmocka_unit_test(bad_shifts_are_refused),
        cmocka_unit_test(shifts_are_in_range_each),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
