/* SPDX-License-Identifier: Apache-2.0 */
/* Sparse Huffman coding: a decoder that knows docs/SPEC.md alone gives the weights back, codes are near their entropy,
 * the kernel computes what the dense one computes, and what is no such stream is refused. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "host/coding/biases.h"
#include "host/coding/huffman.h"
#include "host/coding/lengths.h"
#include "mote/kernels/dense/fully_connected_huffman_s8.h"
#include "mote/kernels/dense/fully_connected_s8.h"
#include "tests/trust.h"

#include <cmocka.h> /* after base.h: it has a macro named fail */

extern const struct mote_kernel mote_kernel_fully_connected_huffman_s8;

static uint64_t seed;

static uint32_t draw(void)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(seed >> 32) ^ (uint32_t)(seed >> 61);
}

static int32_t between(int32_t min, int32_t max) { return min + (int32_t)(draw() % (uint32_t)(max - min + 1)); }

/* ---- a second decoder ---- */
struct word {
    uint32_t bits, length;
    uint8_t value;
};

/* Codes as lists of words, counted up. */
static const uint8_t *words_of(const uint8_t *at, int32_t bits, struct word words[256])
{
    const uint8_t *value = at + bits;
    uint32_t next = 0, n = 0;

    for (uint32_t length = 1; length <= (uint32_t)bits; length++, next <<= 1)
        for (uint32_t i = 0; i < at[length - 1]; i++)
            words[n++] = (struct word){next++, length, *value++};
    return value;
}

struct bits {
    const uint8_t *data;
    size_t at;
};

static uint32_t bit(struct bits *b)
{
    uint32_t one = b->data[b->at / 8] >> (7 - b->at % 8) & 1;

    b->at++;
    return one;
}

/* A code without words takes no bits. */
static uint8_t decode(struct bits *b, const struct word *words)
{
    if (words[0].length == 0)
        return 0;
    for (uint32_t code = bit(b), length = 1; length <= 8; code = code << 1 | bit(b), length++)
        for (int i = 0; i < 256; i++)
            if (words[i].length == length && words[i].bits == code)
                return words[i].value;
    fail_msg("no code");
    return 0;
}

static void decode_row(struct bits *b, const struct huffman *h, const struct word *gaps, const struct word *levels,
                       const int32_t *columns, int8_t *row)
{
    int32_t n = 0, column = 0;

    if (bit(b) == 0)
        return;
    for (int32_t i = 0; i < h->count_bits; i++)
        n = n << 1 | (int32_t)bit(b);
    for (; n > 0; n--) {
        column += decode(b, gaps);
        assert_true(column < h->columns);
        row[columns[column++]] = (int8_t)decode(b, levels);
    }
}

static void decode_all(const struct huffman *h, int32_t rows, int32_t in_len, int8_t *weights)
{
    struct word gaps[256] = {{0}}, levels[256] = {{0}};
    int32_t *columns = malloc((size_t)in_len * sizeof *columns), n = 0;
    struct bits b = {words_of(words_of(h->data, h->gap_bits, gaps), h->level_bits, levels), 0}, map = b;

    for (int32_t i = 0; i < in_len; i++)
        if (h->columns == in_len || bit(&map))
            columns[n++] = i;
    assert_int_equal(n, h->columns);
    if (h->columns < in_len)
        b.data += (in_len + 7) / 8;
    memset(weights, 0, (size_t)rows * (size_t)in_len);
    for (int32_t o = 0; o < rows; o++)
        decode_row(&b, h, gaps, levels, columns, weights + (size_t)o * (size_t)in_len);
    assert_int_equal(h->bytes, b.data - h->data + (ptrdiff_t)((b.at + 7) / 8) + 3);
    free(columns);
}

/* ---- layers ---- */
/* Some rows and columns have no weight, others one in `sparse`; few levels are frequent ones. */
static void draw_weights(int8_t *w, int32_t rows, int32_t columns, int32_t levels, int32_t sparse, int32_t living)
{
    int8_t level[255], some[256];
    int32_t n = between(1, 256);

    for (int32_t i = 0; i < 255; i++)
        level[i] = (int8_t)(i < 127 ? i - 127 : i - 126);
    for (int32_t i = 0; i < levels; i++) {
        int32_t k = between(i, 254);
        int8_t x = level[k];

        level[k] = level[i];
        level[i] = x;
    }
    for (int32_t i = 0; i < n; i++)
        some[i] = level[between(0, between(0, levels - 1))];
    for (int32_t o = 0; o < rows; o++)
        for (int32_t i = 0; i < columns; i++, w++)
            *w = (o * 7919 + 13) % 100 < living && (i * 104729 + 7) % 100 < living && between(1, sparse) == 1
                     ? some[between(0, n - 1)]
                     : 0;
}

struct layer {
    struct pool pool;
    int8_t *weights;
    struct huffman h;
    struct mote_fully_connected_huffman_s8 p;
};

/* Parameters for its coded weights. */
static void describe_layer(struct layer *l, int32_t rows, int32_t out_c, int32_t in_len)
{
    l->p = (struct mote_fully_connected_huffman_s8){.rows = rows,
                                                    .in_len = in_len,
                                                    .out_c = out_c,
                                                    .columns = l->h.columns,
                                                    .coded_bytes = l->h.bytes,
                                                    .gap_bits = l->h.gap_bits,
                                                    .level_bits = l->h.level_bits,
                                                    .count_bits = l->h.count_bits,
                                                    .bias_bytes = between(1, 4),
                                                    .bias_shift = between(0, between(0, 31)),
                                                    .in_zero = between(-128, 127),
                                                    .out_zero = between(-128, 127),
                                                    .lo = -128,
                                                    .hi = 127,
                                                    .per_channel = between(0, 1)};
}

static bool code_layer(struct layer *l, int32_t rows, int32_t out_c, int32_t in_len, struct huffman_limits limits)
{
    if (!huffman_encode(&l->pool, l->weights, out_c, in_len, limits, &l->h))
        return false;
    describe_layer(l, rows, out_c, in_len);
    return true;
}

/* Those that take so many levels. */
static struct huffman_limits draw_limits(int32_t levels)
{
    const int32_t code = levels <= 16 ? between(5, HUFFMAN_BITS) : HUFFMAN_BITS;

    return (struct huffman_limits){code, between(code, 2 * code), between(1, 4) == 1};
}

static void draw_layer(struct layer *l, int32_t rows, int32_t out_c, int32_t in_len, int32_t levels)
{
    l->weights = pool_array(&l->pool, (size_t)out_c * (size_t)in_len, 1);
    draw_weights(l->weights, out_c, in_len, levels, between(1, 3) == 1 ? 1 : between(1, 60), between(20, 120));
    if (!code_layer(l, rows, out_c, in_len, draw_limits(levels)))
        fail_msg("not coded");
}

static void test_round_trip(void **state)
{
    (void)state;
    for (seed = 1; seed <= 400;) {
        struct layer l = {.weights = NULL};
        int32_t out_c = between(1, 60), in_len = between(1, between(1, 900));
        const uint64_t now = seed;
        int8_t *decoded;

        draw_layer(&l, 1, out_c, in_len, between(1, between(1, 4) == 1 ? 254 : 16));
        decoded = pool_array(&l.pool, (size_t)out_c * (size_t)in_len, 1);
        decode_all(&l.h, out_c, in_len, decoded);
        assert_memory_equal(decoded, l.weights, (size_t)out_c * (size_t)in_len);
        pool_free(&l.pool);
        seed = now + 1;
    }
}

/* ---- near the entropy ---- */
static double entropy(const uint64_t *times)
{
    double sum = 0, bits = 0;

    for (int i = 0; i < 256; i++)
        sum += (double)times[i];
    for (int i = 0; i < 256; i++)
        if (times[i] > 0)
            bits -= (double)times[i] * log2((double)times[i] / sum);
    return bits;
}

/* Of the pairs that the stream has, by the second decoder's order. */
static double entropy_of(const struct layer *l)
{
    struct word gaps[256] = {{0}}, levels[256] = {{0}};
    uint64_t gap_times[256] = {0}, level_times[256] = {0};
    struct bits b = {words_of(words_of(l->h.data, l->h.gap_bits, gaps), l->h.level_bits, levels), 0};

    if (l->h.columns < l->p.in_len)
        b.data += (l->p.in_len + 7) / 8;
    for (int32_t o = 0; o < l->p.out_c; o++) {
        int32_t n = 0;

        if (bit(&b) == 0)
            continue;
        for (int32_t i = 0; i < l->h.count_bits; i++)
            n = n << 1 | (int32_t)bit(&b);
        for (; n > 0; n--) {
            gap_times[decode(&b, gaps)]++;
            level_times[decode(&b, levels)]++;
        }
    }
    return entropy(gap_times) + entropy(level_times);
}

/* Layers as pruning makes them: normally distributed weights in 16 levels, those near 0 gone. */
static void prune(int8_t *w, int32_t n, int32_t kept_in_10000)
{
    for (int32_t i = 0; i < n; i++) {
        double sum = 0;

        for (int k = 0; k < 12; k++)
            sum += between(0, 9999) / 10000.0;
        w[i] = between(1, 10000) <= kept_in_10000 ? (int8_t)(lrint((sum - 6) * 2.5) * 11) : 0;
        if (w[i] == 0 && between(1, 10000) <= kept_in_10000)
            w[i] = 11;
    }
}

static void test_near_the_entropy(void **state)
{
    static const int32_t shapes[][3] = {{300, 784, 60}, {100, 300, 300}, {10, 100, 2500}, {300, 784, 800}};

    (void)state;
    seed = 5;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        struct layer l = {.weights = NULL};
        int32_t n = shapes[i][0] * shapes[i][1];
        double least;

        l.weights = pool_array(&l.pool, (size_t)n, 1);
        prune(l.weights, n, shapes[i][2]);
        assert_true(code_layer(&l, 1, shapes[i][0], shapes[i][1], HUFFMAN_ANY));
        least = entropy_of(&l);
        assert_true((double)l.h.symbol_bits >= least - 1e-6);
        assert_true(((double)l.h.symbol_bits - least) / l.h.symbols <= 0.3);
        assert_true(l.h.symbols <= l.h.kept + l.h.kept / 3);
        pool_free(&l.pool);
    }
}

/* Lengths of a limited code against all complete codes of few values. */
static uint64_t best_bits(const uint64_t *times, int n, int left, int space)
{
    uint64_t best = UINT64_MAX;

    if (n == 0)
        return space == 0 ? 0 : UINT64_MAX;
    for (int length = 1; length <= left; length++) {
        uint64_t rest = 1 << (left - length) <= space
                            ? best_bits(times + 1, n - 1, left, space - (1 << (left - length)))
                            : UINT64_MAX;

        if (rest != UINT64_MAX && rest + times[0] * (uint64_t)length < best)
            best = rest + times[0] * (uint64_t)length;
    }
    return best;
}

static void test_lengths(void **state)
{
    (void)state;
    for (seed = 1; seed < 60;) {
        struct lengths l = {.limit = between(3, LENGTHS_MAX)};
        const uint64_t now = seed;
        int32_t n = between(2, 6);

        for (int32_t i = 0; i < n; i++)
            l.times[i] = (uint64_t)1 << between(0, 20);
        assert_true(lengths_make(&l));
        assert_true(l.bits == best_bits(l.times, n, l.limit, 1 << l.limit));
        seed = now + 1;
    }
}

static void test_lengths_are_limited(void **state)
{
    struct lengths l = {.limit = LENGTHS_MAX};

    (void)state;
    for (int i = 0; i < 30; i++)
        l.times[i] = UINT64_C(1) << i;
    assert_true(lengths_make(&l));
    assert_int_equal(l.longest, LENGTHS_MAX);
    for (int i = 0; i < 256; i++)
        l.times[i] = 1;
    assert_false(lengths_make(&l));
}

/* ---- biases ---- */
/* The fewest bytes that hold them, and the kernel reads them as they were. */
static void test_biases(void **state)
{
    static const struct {
        int32_t bias[3], bytes, shift;
    } cases[] = {
        {.bias = {0, 0, 0}, .bytes = 1},
        {.bias = {127, -128, 1}, .bytes = 1},
        {.bias = {128, 0, 1}, .bytes = 2},
        {.bias = {-129, 0, 0}, .bytes = 2},
        {.bias = {127 * 64, -128 * 64, 64}, .bytes = 1, .shift = 6},
        {.bias = {32767, -32768, 0}, .bytes = 2},
        {.bias = {32768, 1, 0}, .bytes = 3},
        {.bias = {8388607, -8388608, 0}, .bytes = 3},
        {.bias = {INT32_MAX, INT32_MIN, 0}, .bytes = 4},
        {.bias = {INT32_MIN, 0, 0}, .bytes = 1, .shift = 31},
        {.bias = {INT32_MIN, 1 << 30, -(1 << 30)}, .bytes = 1, .shift = 30},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pool pool = {0};
        struct biases b;

        biases_pack(&pool, cases[i].bias, 3, &b);
        assert_int_equal(b.bytes, cases[i].bytes);
        assert_int_equal(b.shift, cases[i].shift);
        for (int32_t o = 0; o < 3; o++)
            assert_int_equal((int32_t)mote_short_bias(b.data + o * b.bytes, b.bytes, b.shift), cases[i].bias[o]);
        pool_free(&pool);
    }
}

/* ---- the kernel ---- */

struct arguments {
    int8_t *in, *out, *dense, *shift;
    int32_t *dense_bias, *mult; /* with the zero point folded in */
    int16_t *tables;
    uint8_t *coded, *bias;
};

static int32_t dense_bias(const struct layer *l, const uint8_t *bias, int32_t o)
{
    int64_t sum = 0;

    for (int32_t k = 0; k < l->p.bias_bytes; k++)
        sum = sum * 256 + (k == 0 ? (int8_t)bias[o * l->p.bias_bytes] : bias[o * l->p.bias_bytes + k]);
    sum *= INT64_C(1) << l->p.bias_shift;
    for (int32_t i = 0; i < l->p.in_len; i++)
        sum -= l->p.in_zero * l->weights[(int64_t)o * l->p.in_len + i];
    return (int32_t)sum;
}

/* Each as long as the kernel needs and no longer, so that the sanitizers see what is beyond. */
static struct arguments draw_arguments(const struct layer *l)
{
    uint32_t bytes[MOTE_ARGS_MAX + 1];
    struct arguments a;

    assert_true(mote_kernel_fully_connected_huffman_s8.need(&l->p, bytes));
    a = (struct arguments){.in = malloc(bytes[0]),
                           .coded = malloc(bytes[1]),
                           .bias = malloc(bytes[2]),
                           .dense_bias = malloc((size_t)l->p.out_c * sizeof(int32_t)),
                           .mult = malloc(bytes[3]),
                           .shift = malloc(bytes[4]),
                           .out = malloc(bytes[5]),
                           .dense = malloc(bytes[5]),
                           .tables = malloc(bytes[6])};
    memcpy(a.coded, l->h.data, bytes[1]);
    for (uint32_t i = 0; i < bytes[0]; i++)
        a.in[i] = (int8_t)between(-128, 127);
    for (uint32_t i = 0; i < bytes[2]; i++)
        a.bias[i] = (uint8_t)between(0, 255);
    for (int32_t o = 0; o < l->p.out_c; o++)
        a.dense_bias[o] = dense_bias(l, a.bias, o);
    for (uint32_t i = 0; i < bytes[4]; i++) {
        a.mult[i] = between(1 << 30, INT32_MAX);
        a.shift[i] = (int8_t)between(-12, -2);
    }
    return a;
}

static void free_arguments(const struct arguments *a)
{
    free(a->in);
    free(a->coded);
    free(a->bias);
    free(a->dense_bias);
    free(a->mult);
    free(a->shift);
    free(a->out);
    free(a->dense);
    free(a->tables);
}

static bool is_trusted(const struct layer *l, const struct arguments *a)
{
    const void *const args[] = {a->in, a->coded, a->bias, a->mult, a->shift, a->out, a->tables};

    return trusts(&mote_kernel_fully_connected_huffman_s8, &l->p, args);
}

static void run(const struct layer *l, const struct arguments *a, int32_t first, int32_t count)
{
    mote_fully_connected_huffman_s8(&l->p, a->in, a->coded, a->bias, a->mult, a->shift, a->out, a->tables, first,
                                    count);
}

static void test_equals_dense(void **state)
{
    (void)state;
    for (seed = 1; seed <= 200;) {
        struct layer l = {.weights = NULL};
        const uint64_t now = seed;
        struct arguments a;
        int32_t rows = between(1, 3);

        draw_layer(&l, rows, between(1, 40), between(1, 300), between(1, 4) == 1 ? 254 : between(1, 16));
        a = draw_arguments(&l);
        assert_true(is_trusted(&l, &a));
        for (int32_t r = 0; r < rows; r++)
            run(&l, &a, r, 1);
        struct mote_fully_connected_s8 p = {.rows = rows,
                                            .in_len = l.p.in_len,
                                            .out_c = l.p.out_c,
                                            .out_zero = l.p.out_zero,
                                            .lo = -128,
                                            .hi = 127,
                                            .per_channel = l.p.per_channel};
        mote_fully_connected_s8(&p, a.in, l.weights, a.dense_bias, a.mult, a.shift, a.dense, 0, rows);
        assert_memory_equal(a.out, a.dense, (size_t)rows * (size_t)p.out_c);
        free_arguments(&a);
        pool_free(&l.pool);
        seed = now + 1;
    }
}

/* ---- what is no such stream ---- */
/* Whatever the check takes runs within its arguments. */
static void test_damaged(void **state)
{
    int32_t refused = 0;

    (void)state;
    for (seed = 1; seed <= 4000;) {
        struct layer l = {.weights = NULL};
        const uint64_t now = seed;
        struct arguments a;

        draw_layer(&l, 1, between(1, 12), between(1, 60), between(1, 16));
        a = draw_arguments(&l);
        for (int32_t n = between(1, 3); n > 0; n--)
            a.coded[between(0, l.p.coded_bytes - 1)] ^= (uint8_t)(1 << between(0, 7));
        if (is_trusted(&l, &a))
            run(&l, &a, 0, 1);
        else
            refused++;
        free_arguments(&a);
        pool_free(&l.pool);
        seed = now + 1;
    }
    assert_in_range(refused, 1800, 3990);
}

#define REFUSED(change)                                                                                                \
    do {                                                                                                               \
        struct layer l = good;                                                                                         \
        struct arguments a = draw_arguments(&l);                                                                       \
        uint8_t *c = a.coded;                                                                                          \
        assert_true(is_trusted(&l, &a));                                                                               \
        change;                                                                                                        \
        (void)c;                                                                                                       \
        assert_false(is_trusted(&l, &a));                                                                              \
        free_arguments(&a);                                                                                            \
    } while (0)

/* Two inputs of four have a weight; one output of three has none. Gaps {0, 1}, levels {-3, 5}. */
static void test_refused(void **state)
{
    static int8_t weights[] = {0, 5, 0, -3, 0, 0, 0, 0, 0, 0, 0, 5};
    int8_t decoded[sizeof weights];
    struct layer good = {.weights = weights};

    (void)state;
    seed = 1;
    /* lengths {2}, gaps 0 1; lengths {2}, levels 5 -3; columns 0101; 1 10 0:0 0:1, 0, 1 01 1:0 */
    good.h = (struct huffman){.columns = 2,
                              .gap_bits = 1,
                              .level_bits = 1,
                              .count_bits = 2,
                              .bytes = 12,
                              .data = (const uint8_t[]){2, 0, 1, 2, 5, 0xfd, 0x50, 0xc2, 0xb0, 0, 0, 0}};
    describe_layer(&good, 1, 3, 4);
    decode_all(&good.h, 3, 4, decoded);
    assert_memory_equal(decoded, weights, sizeof decoded);
    REFUSED(c[0] = 1);     /* a code with words that mean nothing */
    REFUSED(c[0] = 3);     /* no prefix code */
    REFUSED(c[3] = 0);     /* no code at all */
    REFUSED(c[2] = 128);   /* a gap that tables cannot hold */
    REFUSED(c[1] = 1);     /* a weight beyond the columns */
    REFUSED(c[6] = 0x70);  /* three columns where two are said */
    REFUSED(c[6] = 0x40);  /* one */
    REFUSED(c[7] |= 0x20); /* a row with three weights has two columns */
    REFUSED(c[8] |= 0x0f; c[7] |= 1; l.p.out_c = 2; l.p.coded_bytes = 11); /* a stream that ends within a row */
    REFUSED(l.p.coded_bytes = 11);                                         /* no bytes behind it */
    REFUSED(l.p.coded_bytes = 6);                                          /* nothing behind the codes */
    REFUSED(l.p.coded_bytes = 2);                                          /* not even codes */
    REFUSED(l.p.count_bits = 16);                                          /* counts that run into the codes */
    REFUSED(a.shift[0] = 100);
    pool_free(&good.pool);
}

/* The same without gaps: all of a row's columns have a level. */
static void test_refused_without_gaps(void **state)
{
    static int8_t weights[] = {0, 5, 0, -3, 0, 0, 0, 0, 0, 0, 0, 5};
    struct layer good = {.weights = weights};

    (void)state;
    seed = 1;
    assert_true(code_layer(&good, 1, 3, 4, HUFFMAN_ANY));
    /* lengths {1, 2}, levels 5 0 -3; columns 0101; 1 10 5:0 -3:11, 0, 1 10 0:10 5:0 */
    assert_int_equal(good.h.gap_bits, 0);
    assert_int_equal(good.h.bytes, 11);
    assert_memory_equal(good.h.data, ((uint8_t[]){1, 2, 5, 0, 0xfd, 0x50, 0xcd, 0xa0, 0, 0, 0}), 11);
    REFUSED(c[0] = 2);                 /* no prefix code */
    REFUSED(c[1] = 1);                 /* words that mean nothing */
    REFUSED(c[6] |= 0x20);             /* three weights in two columns */
    REFUSED(l.p.gap_bits = 1);         /* a gap's code that is not there */
    REFUSED(l.p.coded_bytes = 10);     /* no bytes behind the stream */
    REFUSED(l.p.coded_bytes = 3);      /* not even a code */
    REFUSED(l.p.count_bits = 16);      /* counts that run into the codes */
    REFUSED(c[6] = 0xff; c[7] = 0xff); /* a stream that ends within a row */
    pool_free(&good.pool);
}

/* Dense weights of two and of four values: a bit each, or two, and none for gaps. */
static void test_without_gaps(void **state)
{
    static const struct {
        int32_t levels, bytes;
    } cases[] = {{2, 64 * 96 / 8}, {4, 64 * 96 / 4}};

    (void)state;
    seed = 8;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct layer l = {.weights = NULL};
        int8_t decoded[64 * 96];

        l.weights = pool_array(&l.pool, sizeof decoded, 1);
        for (size_t k = 0; k < sizeof decoded; k++)
            l.weights[k] = (int8_t)(between(0, cases[i].levels - 1) * 40 - 50);
        assert_true(code_layer(&l, 1, 64, 96, HUFFMAN_ANY));
        assert_int_equal(l.h.gap_bits, 0);
        assert_int_equal(l.h.symbols, 64 * 96);
        assert_in_range(l.h.bytes, cases[i].bytes, cases[i].bytes * 21 / 20 + 64);
        decode_all(&l.h, 64, 96, decoded);
        assert_memory_equal(decoded, l.weights, sizeof decoded);
        pool_free(&l.pool);
    }
}

/* Codes that are short together, for little more. */
static void test_limits(void **state)
{
    struct layer l = {.weights = NULL};
    int32_t bytes;

    (void)state;
    seed = 5;
    l.weights = pool_array(&l.pool, 300 * 784, 1);
    prune(l.weights, 300 * 784, 200);
    assert_true(code_layer(&l, 1, 300, 784, HUFFMAN_ANY));
    bytes = l.h.bytes;
    for (int32_t pair = 14; pair >= 12; pair--) {
        assert_true(code_layer(&l, 1, 300, 784, (struct huffman_limits){HUFFMAN_BITS, pair, false}));
        assert_true(l.h.gap_bits + l.h.level_bits <= pair);
        assert_in_range(l.h.bytes, bytes, bytes * 11 / 10);
    }
    assert_false(code_layer(&l, 1, 300, 784, (struct huffman_limits){3, 6, false}));
    pool_free(&l.pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_near_the_entropy),
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_lengths_are_limited),
        cmocka_unit_test(test_without_gaps),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_biases),
        cmocka_unit_test(test_equals_dense),
        cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_refused_without_gaps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
