/* SPDX-License-Identifier: Apache-2.0 */
/* Float kernels: random shapes against plain loops in double, whole tensors and row by row with rings just large
 * enough; each function of the kernels that have several; NaN and infinities; what must be refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <math.h>

#include <cmocka.h>

#include "mote/kernels/elementwise/binary_f32.h"
#include "mote/kernels/conv/conv_2d_f32.h"
#include "mote/kernels/conv/depthwise_conv_2d_f32.h"
#include "mote/kernels/shared/floats.h"
#include "mote/kernels/dense/fully_connected_computed_f32.h"
#include "mote/kernels/dense/fully_connected_f32.h"
#include "mote/kernels/dense/fully_connected_rows_f32.h"
#include "mote/kernels/recurrent/lstm_f32.h"
#include "mote/kernels/pool/mean_rows_f32.h"
#include "mote/kernels/pool/pool_2d_f32.h"
#include "mote/kernels/pool/reduce_f32.h"
#include "mote/kernels/elementwise/softmax_f32.h"

#define CASES 300

extern const struct mote_kernel mote_kernel_conv_2d_f32, mote_kernel_depthwise_conv_2d_f32, mote_kernel_pool_2d_f32,
    mote_kernel_fully_connected_f32, mote_kernel_binary_f32, mote_kernel_reduce_f32, mote_kernel_softmax_f32,
    mote_kernel_lstm_f32, mote_kernel_mean_rows_f32, mote_kernel_fully_connected_rows_f32,
    mote_kernel_fully_connected_computed_f32;

/* ---- values ---- */
static uint64_t seed;

static uint32_t draw(void)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(seed >> 32) ^ (uint32_t)(seed >> 61);
}

static int32_t between(int32_t min, int32_t max) { return min + (int32_t)(draw() % (uint32_t)(max - min + 1)); }

static float draw_float(void) { return (float)between(-2000000, 2000000) / 1000000.0f; }

static float *draw_array(int32_t n)
{
    float *a = malloc((size_t)n * sizeof *a);

    for (int32_t i = 0; i < n; i++)
        a[i] = draw_float();
    return a;
}

static int32_t bits_of(float x)
{
    int32_t bits;

    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static void want_near(float got, double want) { assert_true(fabs((double)got - want) <= 1e-5 * fabs(want) + 1e-5); }

/* ---- spatial kernels ---- */
enum kind { CONV, DEPTHWISE, AVERAGE, MAX, KINDS };

struct spatial {
    enum kind kind;
    int32_t batch, in_h, in_w, in_c, out_h, out_w, out_c, kernel_h, kernel_w, stride_h, stride_w, dilation_h,
        dilation_w, pad_top, pad_left, filter_c, depth, lo, hi;
    float *in, *weights, *bias;
};

static double tap(const struct spatial *t, int32_t image, int32_t y, int32_t x, int32_t c, bool *inside)
{
    *inside = y >= 0 && y < t->in_h && x >= 0 && x < t->in_w;
    return *inside ? (double)t->in[((image * t->in_h + y) * t->in_w + x) * t->in_c + c] : 0;
}

static double expect_linear(const struct spatial *t, int32_t image, int32_t oy, int32_t ox, int32_t o)
{
    int32_t group = t->kind == CONV ? o / (t->out_c / (t->in_c / t->filter_c)) * t->filter_c : o / t->depth;
    int32_t filter_c = t->kind == CONV ? t->filter_c : 1;
    double sum = (double)t->bias[o];

    for (int32_t i = 0; i < t->kernel_h; i++)
        for (int32_t j = 0; j < t->kernel_w; j++)
            for (int32_t c = 0; c < filter_c; c++) {
                int32_t w = t->kind == CONV ? ((o * t->kernel_h + i) * t->kernel_w + j) * filter_c + c
                                            : (i * t->kernel_w + j) * t->out_c + o;
                bool inside;

                sum +=
                    (double)t->weights[w] * tap(t, image, oy * t->stride_h - t->pad_top + i * t->dilation_h,
                                                ox * t->stride_w - t->pad_left + j * t->dilation_w, group + c, &inside);
            }
    return sum;
}

static double expect_pool(const struct spatial *t, int32_t image, int32_t oy, int32_t ox, int32_t c)
{
    double sum = 0, greatest = -1e30;
    int32_t n = 0;

    for (int32_t i = 0; i < t->kernel_h; i++)
        for (int32_t j = 0; j < t->kernel_w; j++) {
            bool inside;
            double v = tap(t, image, oy * t->stride_h - t->pad_top + i, ox * t->stride_w - t->pad_left + j, c, &inside);

            if (!inside)
                continue;
            sum += v;
            greatest = v > greatest ? v : greatest;
            n++;
        }
    return t->kind == AVERAGE ? sum / n : greatest;
}

#define SHAPE                                                                                                          \
    .batch = t->batch, .in_h = t->in_h, .in_w = t->in_w, .in_ring = in_ring, .out_h = t->out_h, .out_w = t->out_w,     \
    .out_ring = out_ring, .kernel_h = t->kernel_h, .kernel_w = t->kernel_w, .stride_h = t->stride_h,                   \
    .stride_w = t->stride_w, .pad_top = t->pad_top, .pad_left = t->pad_left, .lo = t->lo, .hi = t->hi
#define LINEAR .in_c = t->in_c, .out_c = t->out_c, .dilation_h = t->dilation_h, .dilation_w = t->dilation_w

static void run(const struct spatial *t, const float *in, int32_t in_ring, float *out, int32_t out_ring, int32_t first,
                int32_t count)
{
    const struct mote_conv_2d_f32 conv = {SHAPE, LINEAR, .filter_c = t->filter_c};
    const struct mote_depthwise_conv_2d_f32 depthwise = {SHAPE, LINEAR, .depth_multiplier = t->depth};
    const struct mote_pool_2d_f32 pool = {SHAPE, .channels = t->in_c, .average = t->kind == AVERAGE};
    uint32_t bytes[MOTE_ARGS_MAX + 1];

    if (t->kind == CONV) {
        assert_true(mote_kernel_conv_2d_f32.need(&conv, bytes));
        mote_conv_2d_f32(&conv, in, t->weights, t->bias, out, first, count);
    } else if (t->kind == DEPTHWISE) {
        assert_true(mote_kernel_depthwise_conv_2d_f32.need(&depthwise, bytes));
        mote_depthwise_conv_2d_f32(&depthwise, in, t->weights, t->bias, out, first, count);
    } else {
        assert_true(mote_kernel_pool_2d_f32.need(&pool, bytes));
        mote_pool_2d_f32(&pool, in, out, first, count);
    }
}

static struct spatial draw_spatial(enum kind kind)
{
    struct spatial t = {.kind = kind,
                        .batch = between(1, 2),
                        .in_h = between(1, 7),
                        .in_w = between(1, 7),
                        .kernel_h = between(1, 4),
                        .kernel_w = between(1, 4),
                        .stride_h = between(1, 3),
                        .stride_w = between(1, 3),
                        .dilation_h = kind <= DEPTHWISE ? between(1, 3) : 1,
                        .dilation_w = kind <= DEPTHWISE ? between(1, 3) : 1};
    int32_t groups = kind == CONV ? between(1, 2) : 1, reach_h, reach_w;

    t.filter_c = between(1, 5);
    t.in_c = groups * t.filter_c;
    t.depth = between(1, 5);
    t.out_c = kind == CONV ? groups * between(1, 9) : kind == DEPTHWISE ? t.in_c * t.depth : t.in_c;
    t.pad_top = between(0, t.kernel_h - 1);
    t.pad_left = between(0, t.kernel_w - 1);
    reach_h = t.in_h + t.pad_top - (t.kernel_h - 1) * t.dilation_h;
    reach_w = t.in_w + t.pad_left - (t.kernel_w - 1) * t.dilation_w;
    t.out_h = reach_h > 0 ? (reach_h - 1) / t.stride_h + 1 : 1;
    t.out_w = reach_w > 0 ? (reach_w - 1) / t.stride_w + 1 : 1;
    t.lo = bits_of(between(0, 1) ? -MOTE_FLOAT_MAX : 0.0f);
    t.hi = bits_of(between(0, 1) ? MOTE_FLOAT_MAX : 1.5f);
    t.in = draw_array(t.batch * t.in_h * t.in_w * t.in_c);
    t.weights = draw_array(t.out_c * t.kernel_h * t.kernel_w * t.filter_c);
    t.bias = draw_array(t.out_c);
    return t;
}

/* One output row from a ring that holds no more rows than its window reaches, and into a ring of two. */
static void check_row(const struct spatial *t, const float *whole, int32_t r)
{
    int32_t in_row = t->in_w * t->in_c, out_row = t->out_w * t->out_c, ring = (t->kernel_h - 1) * t->dilation_h + 1;
    int32_t image = r / t->out_h, top = r % t->out_h * t->stride_h - t->pad_top;
    float *in = draw_array(ring * in_row), *out = draw_array(2 * out_row);

    for (int32_t y = top; y < top + ring; y++)
        if (y >= 0 && y < t->in_h)
            memcpy(in + (image * t->in_h + y) % ring * in_row, t->in + (image * t->in_h + y) * in_row,
                   (size_t)in_row * sizeof *in);
    run(t, in, ring, out, 2, r, 1);
    assert_memory_equal(out + r % 2 * out_row, whole + r * out_row, (size_t)out_row * sizeof *out);
    free(in);
    free(out);
}

static void spatial_random(void **state)
{
    (void)state;
    seed = 5;
    for (int n = 0; n < CASES * KINDS; n++) {
        struct spatial t = draw_spatial((enum kind)(n % KINDS));
        int32_t rows = t.batch * t.out_h, i = 0;
        float *out = draw_array(rows * t.out_w * t.out_c);

        run(&t, t.in, t.batch * t.in_h, out, rows, 0, rows);
        for (int32_t r = 0; r < rows; r++)
            for (int32_t x = 0; x < t.out_w; x++)
                for (int32_t c = 0; c < t.out_c; c++, i++) {
                    double want = t.kind <= DEPTHWISE ? expect_linear(&t, r / t.out_h, r % t.out_h, x, c)
                                                      : expect_pool(&t, r / t.out_h, r % t.out_h, x, c);

                    want_near(out[i], fmin(fmax(want, (double)mote_float(t.lo)), (double)mote_float(t.hi)));
                }
        for (int32_t r = 0; r < rows; r++)
            check_row(&t, out, r);
        free(t.in);
        free(t.weights);
        free(t.bias);
        free(out);
    }
}

/* What is outside the image does not meet the weights: infinity times zero would be NaN. */
static void outside_is_left_out(void **state)
{
    const float in[] = {1.0f, 2.0f}, weights[] = {INFINITY, 3.0f, INFINITY}, bias[] = {0.5f};
    const struct mote_conv_2d_f32 conv = {.batch = 1,
                                          .in_h = 1,
                                          .in_w = 1,
                                          .in_c = 1,
                                          .in_ring = 1,
                                          .out_h = 1,
                                          .out_w = 1,
                                          .out_c = 1,
                                          .out_ring = 1,
                                          .kernel_h = 3,
                                          .kernel_w = 1,
                                          .stride_h = 1,
                                          .stride_w = 1,
                                          .filter_c = 1,
                                          .dilation_h = 1,
                                          .dilation_w = 1,
                                          .pad_top = 1,
                                          .lo = bits_of(-MOTE_FLOAT_MAX),
                                          .hi = bits_of(MOTE_FLOAT_MAX)};
    struct mote_conv_2d_f32 wide = conv;
    float out;

    (void)state;
    mote_conv_2d_f32(&conv, in, weights, bias, &out, 0, 1);
    assert_true(out == 3.5f);
    wide.kernel_h = 1;
    wide.kernel_w = 3;
    wide.pad_top = 0;
    wide.pad_left = 1;
    mote_conv_2d_f32(&wide, in, weights, bias, &out, 0, 1);
    assert_true(out == 3.5f);
}

/* ---- functions ---- */
static float binary(int32_t function, float a, float b, float lo, float hi)
{
    const struct mote_binary_f32 p = {function, 1, 1, 1, 1, 1, 1, 1, 1, bits_of(lo), bits_of(hi)};
    const int32_t shape[] = {1, 1, 1};
    float out = NAN;

    mote_binary_f32(&p, &a, &b, shape, &out, 0, 1);
    return out;
}

static void binary_functions(void **state)
{
    static const float want[MOTE_BINARY_FUNCTIONS] = {[MOTE_BINARY_ADD] = 2.5f,
                                                      [MOTE_BINARY_MUL] = -6.0f,
                                                      [MOTE_BINARY_SUB] = 5.5f,
                                                      [MOTE_BINARY_DIV] = -2.6666667f,
                                                      [MOTE_BINARY_MINIMUM] = -1.5f,
                                                      [MOTE_BINARY_MAXIMUM] = 4.0f,
                                                      [MOTE_BINARY_SQUARED_DIFFERENCE] = 30.25f,
                                                      [MOTE_BINARY_PRELU] = 4.0f};

    (void)state;
    for (int32_t f = 0; f < MOTE_BINARY_FUNCTIONS; f++) {
        assert_true(binary(f, 4.0f, -1.5f, -MOTE_FLOAT_MAX, MOTE_FLOAT_MAX) == want[f]);
        assert_true(binary(f, 4.0f, -1.5f, -2.0f, 2.0f) == fminf(fmaxf(want[f], -2.0f), 2.0f));
    }
    assert_true(binary(MOTE_BINARY_MINIMUM, -1.5f, 4.0f, -9.0f, 9.0f) == -1.5f);
    assert_true(binary(MOTE_BINARY_MAXIMUM, -1.5f, 4.0f, -9.0f, 9.0f) == 4.0f);
    assert_true(binary(MOTE_BINARY_DIV, 1.0f, 0.0f, -MOTE_FLOAT_MAX, MOTE_FLOAT_MAX) == MOTE_FLOAT_MAX);
    assert_true(isnan(binary(MOTE_BINARY_ADD, NAN, 1.0f, 0.0f, 6.0f)));
}

static double expect_mean(const struct mote_mean_rows_f32 *p, const float *in, int32_t image, int32_t channel)
{
    double sum = 0, lo = (double)mote_float(p->lo), hi = (double)mote_float(p->hi);

    for (int32_t i = 0; i < p->in_h * p->in_w; i++)
        sum += (double)in[(image * p->in_h * p->in_w + i) * p->channels + channel];
    return fmin(fmax(sum / (double)mote_float(p->number), lo), hi);
}

/* The input's rows come into a ring, a few at a time, and are folded; so many images' results are kept. */
static void fold_means(const struct mote_mean_rows_f32 *p, const float *all)
{
    int32_t rows = p->batch * p->in_h, row = p->in_w * p->channels, done = 0;
    float *in = draw_array(p->in_ring * row), *sums = draw_array(p->channels);
    float *out = draw_array(p->out_ring * p->channels);
    uint32_t bytes[MOTE_ARGS_MAX + 1];

    assert_true(mote_kernel_mean_rows_f32.need(p, bytes));
    assert_int_equal(bytes[0], p->in_ring * row * 4);
    assert_int_equal(bytes[2], p->out_ring * p->channels * 4);
    assert_int_equal(bytes[3], rows);
    for (int32_t first = 0, count; first < rows; first += count) {
        count = between(1, p->in_ring < rows - first ? p->in_ring : rows - first);
        if (first / p->in_h + p->out_ring <= (first + count - 1) / p->in_h) /* it would be overwritten */
            count = 1;
        for (int32_t r = first; r < first + count; r++)
            memcpy(in + r % p->in_ring * row, all + r * row, (size_t)row * sizeof *in);
        mote_mean_rows_f32(p, in, sums, out, first, count);
        for (; (done + 1) * p->in_h <= first + count; done++)
            for (int32_t c = 0; c < p->channels; c++)
                want_near(out[done % p->out_ring * p->channels + c], expect_mean(p, all, done, c));
    }
    assert_int_equal(done, p->batch);
    free(in);
    free(sums);
    free(out);
}

static void mean_rows_random(void **state)
{
    (void)state;
    seed = 23;
    for (int n = 0; n < CASES; n++) {
        struct mote_mean_rows_f32 p = {.batch = between(1, 3),
                                       .in_h = between(1, 5),
                                       .in_w = between(1, 5),
                                       .channels = between(1, 9),
                                       .number = bits_of((float)between(1, 25)),
                                       .lo = bits_of(n % 2 == 0 ? -INFINITY : -0.5f),
                                       .hi = bits_of(n % 2 == 0 ? INFINITY : 0.5f)};
        float *in = draw_array(p.batch * p.in_h * p.in_w * p.channels);

        p.in_ring = between(1, p.batch * p.in_h);
        p.out_ring = between(1, p.batch);
        fold_means(&p, in);
        free(in);
    }
}

/* A layer over rows gives the bits of the one over the whole input. */
static void fully_connected_rows_random(void **state)
{
    uint32_t bytes[MOTE_ARGS_MAX + 1];

    (void)state;
    seed = 29;
    for (int n = 0; n < CASES; n++) {
        struct mote_fully_connected_rows_f32 p = {.batch = between(1, 3),
                                                  .in_h = between(1, 6),
                                                  .in_len = between(1, 9),
                                                  .out_c = between(1, 9),
                                                  .lo = bits_of(n % 2 == 0 ? -MOTE_FLOAT_MAX : -0.5f),
                                                  .hi = bits_of(n % 2 == 0 ? MOTE_FLOAT_MAX : 0.5f)};
        int32_t len = p.in_h * p.in_len, rows = p.batch * p.in_h;
        struct mote_fully_connected_f32 whole = {1, len, p.out_c, p.lo, p.hi};
        float *all = draw_array(p.batch * len), *w = draw_array(p.out_c * len), *bias = draw_array(p.out_c), want[9],
              got[9];
        float sums[9], *in;

        p.in_ring = between(1, p.in_h);
        in = draw_array(p.in_ring * p.in_len);
        assert_true(mote_kernel_fully_connected_rows_f32.need(&p, bytes));
        assert_true(bytes[0] == (uint32_t)(p.in_ring * p.in_len) * 4 && bytes[1] == (uint32_t)(p.out_c * len) * 4);
        assert_true(bytes[4] == (uint32_t)p.out_c * 4 && bytes[5] == (uint32_t)rows);
        mote_fully_connected_f32(&whole, all + (p.batch - 1) * len, w, bias, want, 0, 1);
        for (int32_t first = 0, count; first < rows; first += count) {
            count = between(1, p.in_ring < rows - first ? p.in_ring : rows - first);
            for (int32_t r = first; r < first + count; r++)
                memcpy(in + r % p.in_ring * p.in_len, all + r * p.in_len, (size_t)p.in_len * sizeof *in);
            mote_fully_connected_rows_f32(&p, in, w, bias, sums, got, first, count);
        }
        assert_memory_equal(got, want, (size_t)p.out_c * sizeof *got);
        free(all);
        free(w);
        free(bias);
        free(in);
    }
}

/* Eight dimensions in memory, kept and reduced ones shuffled. */
static void reduce_random(void **state)
{
    (void)state;
    seed = 13;
    for (int n = 0; n < CASES; n++) {
        int32_t size[8], step[8], order[8], elements = 1, outs;
        double sums[81] = {0}, greatest[81];
        float *in, *out;

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
        in = draw_array(elements);
        out = draw_array(outs);
        for (int32_t i = 0; i < outs; i++)
            greatest[i] = -9;
        for (int32_t e = 0; e < elements; e++) {
            int32_t to = 0;

            for (int d = 0; d < 4; d++)
                to = to * size[d] + e / step[d] % size[d];
            sums[to] += (double)in[e];
            greatest[to] = fmax(greatest[to], (double)in[e]);
        }
        for (int32_t f = 0; f < MOTE_REDUCE_FUNCTIONS; f++) {
            const struct mote_reduce_f32 p = {f,       size[0], size[1], size[2], size[3], step[0],
                                              step[1], step[2], step[3], size[4], size[5], size[6],
                                              size[7], step[4], step[5], step[6], step[7]};
            uint32_t bytes[3];

            assert_true(mote_kernel_reduce_f32.need(&p, bytes));
            assert_int_equal(bytes[0], 4 * elements);
            assert_int_equal(bytes[1], 4 * outs);
            mote_reduce_f32(&p, in, out, 0, 1);
            for (int32_t i = 0; i < outs; i++)
                want_near(out[i], f == MOTE_REDUCE_MAX   ? greatest[i]
                                  : f == MOTE_REDUCE_SUM ? sums[i]
                                                         : sums[i] * outs / elements);
        }
        free(in);
        free(out);
    }
}

static void softmax_survives_anything(void **state)
{
    const struct mote_softmax_f32 p = {1, 1, 3, 1, 1, bits_of(1.0f)};
    const float same[] = {-INFINITY, 5.0f, 5.0f}, nan[] = {1.0f, NAN, 2.0f}, none[] = {-INFINITY, -INFINITY, -INFINITY};
    float out[3];

    (void)state;
    mote_softmax_f32(&p, same, out, 0, 1);
    assert_true(out[0] == 0.0f && out[1] == 0.5f && out[2] == 0.5f);
    mote_softmax_f32(&p, nan, out, 0, 1);
    assert_true(isnan(out[0]) && isnan(out[1]) && isnan(out[2]));
    mote_softmax_f32(&p, none, out, 0, 1);
    assert_true(isnan(out[0]));
}

/* ---- recurrent ---- */
enum { SEQUENCES = 3, STEPS = 4, LSTM_IN = 5, UNITS = 3 };

/* Sequences know nothing of each other, and lie side by side or step by step: one by one they give the same. */
static void lstm_sequences_are_apart(void **state)
{
    float x[SEQUENCES][STEPS][LSTM_IN], by_step[STEPS][SEQUENCES][LSTM_IN], out[SEQUENCES][STEPS][UNITS];
    float out_by_step[STEPS][SEQUENCES][UNITS], alone[STEPS][UNITS], x_weights[4 * UNITS * LSTM_IN];
    float h_weights[4 * UNITS * UNITS], bias[4 * UNITS];
    float hidden[3][SEQUENCES][UNITS] = {0}, cell[3][SEQUENCES][UNITS] = {0};
    struct mote_lstm_f32 p = {.batch = SEQUENCES,
                              .time = STEPS,
                              .in_len = LSTM_IN,
                              .units = UNITS,
                              .in_ring = SEQUENCES * STEPS,
                              .out_ring = SEQUENCES * STEPS};

    (void)state;
    for (int i = 0; i < 4 * UNITS * LSTM_IN; i++)
        x_weights[i] = (float)(i * 7 % 11 - 5) / 8;
    for (int i = 0; i < 4 * UNITS * UNITS; i++)
        h_weights[i] = (float)(i * 5 % 13 - 6) / 8;
    for (int i = 0; i < 4 * UNITS; i++)
        bias[i] = (float)(i - 5) / 16;
    for (int b = 0; b < SEQUENCES; b++)
        for (int t = 0; t < STEPS; t++)
            for (int i = 0; i < LSTM_IN; i++)
                by_step[t][b][i] = x[b][t][i] = (float)((b * 31 + t * 17 + i * 3) % 19 - 9) / 4;
    mote_lstm_f32(&p, x[0][0], x_weights, h_weights, bias, hidden[0][0], cell[0][0], out[0][0], 0, SEQUENCES * STEPS);
    p.time_major = 1;
    mote_lstm_f32(&p, by_step[0][0], x_weights, h_weights, bias, hidden[1][0], cell[1][0], out_by_step[0][0], 0,
                  SEQUENCES * STEPS);
    p.batch = 1;
    p.in_ring = p.out_ring = STEPS;
    for (int b = 0; b < SEQUENCES; b++) {
        mote_lstm_f32(&p, x[b][0], x_weights, h_weights, bias, hidden[2][b], cell[2][b], alone[0], 0, STEPS);
        assert_memory_equal(alone, out[b], sizeof alone);
        for (int t = 0; t < STEPS; t++)
            assert_memory_equal(alone[t], out_by_step[t][b], sizeof alone[t]);
        assert_memory_equal(hidden[2][b], alone[STEPS - 1], sizeof alone[0]);
    }
    assert_memory_equal(hidden[0], hidden[1], sizeof hidden[0]);
    assert_memory_equal(cell[0], cell[1], sizeof cell[0]);
    assert_memory_equal(cell[0], cell[2], sizeof cell[0]);
}

/* ---- what must be refused ---- */
static void computed_weights_have_these_bytes(void **state)
{
    const struct mote_fully_connected_computed_f32 p = {.rows = 3, .in_len = 5, .out_c = 7};
    uint32_t bytes[MOTE_ARGS_MAX + 1];

    (void)state;
    assert_true(mote_kernel_fully_connected_computed_f32.need(&p, bytes));
    assert_int_equal(bytes[0], 3 * 5 * 4);
    assert_int_equal(bytes[1], 7 * 5 * 4);
    assert_int_equal(bytes[2], 7 * 4);
    assert_int_equal(bytes[3], 3 * 7 * 4);
    assert_int_equal(bytes[4], 3);
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
    const struct spatial shape = {.batch = 1,
                                  .in_h = 4,
                                  .in_w = 4,
                                  .out_h = 2,
                                  .out_w = 2,
                                  .kernel_h = 2,
                                  .kernel_w = 2,
                                  .stride_h = 2,
                                  .stride_w = 2,
                                  .in_c = 4,
                                  .out_c = 4,
                                  .dilation_h = 1,
                                  .dilation_w = 1},
                         *t = &shape;
    int32_t in_ring = 4, out_ring = 2;
    const struct mote_conv_2d_f32 conv = {SHAPE, LINEAR, .filter_c = 2};
    const struct mote_depthwise_conv_2d_f32 depthwise = {SHAPE, LINEAR, .depth_multiplier = 1};
    const struct mote_pool_2d_f32 pool = {SHAPE, .channels = 4};
    const struct mote_fully_connected_f32 fc = {.rows = 1, .in_len = 4, .out_c = 4};
    const struct mote_fully_connected_computed_f32 computed = {.rows = 1, .in_len = 4, .out_c = 4};
    const struct mote_softmax_f32 softmax = {.rows = 1, .groups = 1, .depth = 4, .in_ring = 1, .out_ring = 1};
    const struct mote_lstm_f32 lstm = {.batch = 1, .time = 1, .in_len = 4, .units = 4, .in_ring = 1, .out_ring = 1};
    const struct mote_binary_f32 pair = {0, 1, 1, 4, 1, 4, 1, 4, 1, 0, 0};
    const struct mote_mean_rows_f32 rows = {
        .batch = 1, .in_h = 1, .in_w = 1, .channels = 1, .in_ring = 1, .out_ring = 1};
    const struct mote_fully_connected_rows_f32 layer = {.batch = 1, .in_h = 1, .in_len = 1, .in_ring = 1, .out_c = 1};
    const struct mote_reduce_f32 mean = {0, 1, 1, 1, 2, 1, 1, 1, 1, 1, 1, 1, 3, 1, 1, 1, 2};
    uint32_t bytes[MOTE_ARGS_MAX + 1];

    (void)state;
    REFUSED(conv_2d_f32, conv, filter_c = 3);
    REFUSED(conv_2d_f32, conv, out_c = 3);
    REFUSED(conv_2d_f32, conv, in_ring = 1 << 26);
    REFUSED(conv_2d_f32, conv, out_w = 65535, changed.stride_w = 65535);
    REFUSED(conv_2d_f32, conv, in_w = 65535, changed.in_c = 65534);
    REFUSED(depthwise_conv_2d_f32, depthwise, depth_multiplier = 2);
    REFUSED(depthwise_conv_2d_f32, depthwise, in_c = 65535, changed.out_c = 65535, changed.dilation_w = 65535);
    REFUSED(pool_2d_f32, pool, pad_top = 2);
    REFUSED(pool_2d_f32, pool, out_w = 3);
    REFUSED(pool_2d_f32, pool, out_ring = 1 << 27);
    REFUSED(fully_connected_f32, fc, in_len = 1 << 28);
    REFUSED(fully_connected_f32, fc, rows = INT32_MAX);
    REFUSED(fully_connected_computed_f32, computed, rows = 1 << 28, changed.out_c = 1);
    REFUSED(fully_connected_computed_f32, computed, out_c = 1 << 28);
    REFUSED(fully_connected_computed_f32, computed, rows = 1 << 15, changed.out_c = 1 << 14, changed.in_len = 1);
    REFUSED(softmax_f32, softmax, groups = INT32_MAX);
    REFUSED(softmax_f32, softmax, in_ring = INT32_MAX);
    REFUSED(lstm_f32, lstm, units = 65535);
    REFUSED(lstm_f32, lstm, batch = 65535, changed.time = 65535);
    REFUSED(binary_f32, pair, out_len = 1 << 29);
    REFUSED(binary_f32, pair, a_ring = 1 << 28);
    REFUSED(reduce_f32, mean, reduce_step3 = 3);
    REFUSED(fully_connected_rows_f32, layer, in_ring = 1 << 15, changed.in_len = 1 << 14);
    REFUSED(fully_connected_rows_f32, layer, in_h = 1 << 16, changed.in_len = 1 << 15);
    REFUSED(fully_connected_rows_f32, layer, in_h = 1 << 15, changed.out_c = 1 << 14);
    REFUSED(fully_connected_rows_f32, layer, out_c = 1 << 29);
    REFUSED(mean_rows_f32, rows, batch = 1 << 16, changed.in_h = 1 << 15);
    REFUSED(mean_rows_f32, rows, in_w = 1 << 14, changed.channels = 1 << 15);
    REFUSED(mean_rows_f32, rows, in_w = 1 << 14, changed.channels = 1 << 14, changed.in_ring = 1 << 16);
    REFUSED(mean_rows_f32, rows, out_ring = 1 << 15, changed.channels = 1 << 14);
    REFUSED(mean_rows_f32, rows, channels = 1 << 29);
    REFUSED(reduce_f32, mean, keep0 = INT32_MAX);
    REFUSED(reduce_f32, mean, keep0 = 1 << 27);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spatial_random),
        cmocka_unit_test(outside_is_left_out),
        cmocka_unit_test(binary_functions),
        cmocka_unit_test(mean_rows_random),
        cmocka_unit_test(fully_connected_rows_random),
        cmocka_unit_test(reduce_random),
        cmocka_unit_test(softmax_survives_anything),
        cmocka_unit_test(lstm_sequences_are_apart),
        cmocka_unit_test(computed_weights_have_these_bytes),
        cmocka_unit_test(contradictions_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
