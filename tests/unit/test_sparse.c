/* SPDX-License-Identifier: Apache-2.0 */
/* Sparse weights: pairs mean the same weights, and their kernel computes what the dense one computes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "host/base/base.h"
#include "host/coding/biases.h"
#include "host/coding/sparse.h"
#include "mote/kernels/dense/fully_connected_sparse_s8.h"
#include "mote/kernels/dense/fully_connected_s8.h"
#include "tests/trust.h"

#include <cmocka.h> /* after base.h: it has a macro named fail */

extern const struct mote_kernel mote_kernel_fully_connected_sparse_s8;

static uint64_t seed;

static int32_t between(int32_t min, int32_t max)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return min + (int32_t)((uint32_t)(seed >> 33) % (uint32_t)(max - min + 1));
}

/* One in so many is not 0. */
static int8_t *draw_weights(struct pool *pool, int32_t n, int32_t one_in)
{
    int8_t *w = pool_array(pool, (size_t)n, 1);

    for (int32_t i = 0; i < n; i++)
        w[i] = (int8_t)(between(1, one_in) == 1 ? between(-128, 127) : 0);
    return w;
}

/* What pairs say: the weights; false: they end elsewhere. */
static bool decode(const struct sparse *s, int32_t rows, int32_t columns, int8_t *out)
{
    const uint8_t *at = s->data;

    memset(out, 0, (size_t)rows * (size_t)columns);
    for (int32_t row = 0; row < rows; row++, out += columns) {
        const int32_t n = at[0] + 256 * at[1];
        int32_t i = 0;

        at += 2;
        for (int32_t k = 0; k < n; k++, at += 2) {
            i += at[0];
            assert_true(i < columns);
            out[i++] = (int8_t)at[1];
        }
    }
    return at == s->data + s->bytes;
}

static void pairs_mean_the_weights(void **state)
{
    (void)state;
    for (int32_t round = 0; round < 400; round++) {
        const int32_t rows = between(1, 5), columns = between(1, 1500), one_in = 1 << between(0, 11);
        struct pool pool = {0};
        const int8_t *w = draw_weights(&pool, rows * columns, one_in);
        int8_t *got = pool_array(&pool, (size_t)(rows * columns), 1);
        struct sparse s;

        assert_true(sparse_encode(&pool, w, rows, columns, &s));
        assert_true(decode(&s, rows, columns, got));
        assert_memory_equal(got, w, (size_t)(rows * columns));
        pool_free(&pool);
    }
}

/* A gap of 255 and a weight are a pair, one of 256 two; behind the last weight there is none. */
static void long_gaps_are_pairs_of_nothing(void **state)
{
    struct pool pool = {0};
    int8_t w[2 * 600] = {[255] = 3, [600 + 256] = 4};
    static const uint8_t want[] = {1, 0, 255, 3, 2, 0, 255, 0, 0, 4};
    struct sparse s;

    (void)state;
    assert_true(sparse_encode(&pool, w, 2, 600, &s));
    assert_int_equal(s.bytes, sizeof want);
    assert_memory_equal(s.data, want, sizeof want);
    pool_free(&pool);
}

static void more_pairs_than_a_count_are_not_coded(void **state)
{
    struct pool pool = {0};
    int8_t *w = pool_array(&pool, 65536, 1);
    struct sparse s;

    (void)state;
    memset(w, 1, 65536);
    assert_false(sparse_encode(&pool, w, 1, 65536, &s));
    w[9] = 0;
    assert_true(sparse_encode(&pool, w, 1, 65536, &s));
    pool_free(&pool);
}

/* ---- the kernel ---- */
struct layer {
    struct pool pool;
    struct mote_fully_connected_sparse_s8 p;
    struct mote_fully_connected_s8 dense;
    struct sparse sparse;
    struct biases biases;
    int8_t *weights, *in, *shift;
    int32_t *bias, *mult;
};

static void draw_biases(struct layer *l)
{
    const int32_t n = l->p.out_c, shift = between(0, 3);

    l->bias = pool_array(&l->pool, (size_t)n, sizeof *l->bias);
    for (int32_t o = 0; o < n; o++)
        l->bias[o] = between(-9000, 9000) * (1 << shift);
    biases_pack(&l->pool, l->bias, n, &l->biases);
    l->p.bias_bytes = l->biases.bytes;
    l->p.bias_shift = l->biases.shift;
}

static void draw_layer(struct layer *l)
{
    struct mote_fully_connected_sparse_s8 *p = &l->p;

    *l = (struct layer){.p = {.rows = between(1, 3),
                              .in_len = between(1, 600),
                              .out_c = between(1, 11),
                              .out_zero = between(-128, 127),
                              .lo = between(-128, 0),
                              .hi = between(1, 127),
                              .per_channel = between(0, 1)}};
    l->weights = draw_weights(&l->pool, p->in_len * p->out_c, 1 << between(0, 9));
    assert_true(sparse_encode(&l->pool, l->weights, p->out_c, p->in_len, &l->sparse));
    p->pair_bytes = l->sparse.bytes;
    draw_biases(l);
    l->in = pool_array(&l->pool, (size_t)(p->rows * p->in_len), 1);
    for (int32_t i = 0; i < p->rows * p->in_len; i++)
        l->in[i] = (int8_t)between(-128, 127);
    l->mult = pool_array(&l->pool, (size_t)p->out_c, sizeof *l->mult);
    l->shift = pool_array(&l->pool, (size_t)p->out_c, 1);
    for (int32_t o = 0; o < p->out_c; o++) {
        l->mult[o] = between(1 << 30, INT32_MAX);
        l->shift[o] = (int8_t)between(-12, -4);
    }
    l->dense = (struct mote_fully_connected_s8){.rows = p->rows,
                                                .in_len = p->in_len,
                                                .out_c = p->out_c,
                                                .out_zero = p->out_zero,
                                                .lo = p->lo,
                                                .hi = p->hi,
                                                .per_channel = p->per_channel};
}

static void the_kernel_equals_the_dense_one(void **state)
{
    (void)state;
    for (seed = 0; seed < 400; seed++) {
        uint64_t kept = seed;
        struct layer l;
        uint32_t bytes[MOTE_ARGS_MAX + 1];
        int8_t want[3 * 11], got[3 * 11];

        draw_layer(&l);
        assert_true(mote_kernel_fully_connected_sparse_s8.need(&l.p, bytes));
        assert_int_equal(bytes[1], l.sparse.bytes);
        mote_fully_connected_s8(&l.dense, l.in, l.weights, l.bias, l.mult, l.shift, want, 0, l.p.rows);
        mote_fully_connected_sparse_s8(&l.p, l.in, l.sparse.data, l.biases.data, l.mult, l.shift, got, 0, l.p.rows);
        assert_memory_equal(got, want, (size_t)(l.p.rows * l.p.out_c));
        pool_free(&l.pool);
        seed = kept;
    }
}

static bool is_trusted(const struct layer *l, const uint8_t *pairs)
{
    const void *const args[] = {l->in, pairs, l->biases.data, l->mult, l->shift, NULL};

    return trusts(&mote_kernel_fully_connected_sparse_s8, &l->p, args);
}

/* Pairs that reach beyond the inputs by one, and bytes that end within pairs or before a count. */
static void what_lies_is_refused(void **state)
{
    struct layer l;
    uint8_t pairs[] = {2, 0, 3, 9, 4, 9, 1, 0, 8, 9};

    (void)state;
    seed = 1;
    draw_layer(&l);
    l.p.in_len = 9;
    l.p.out_c = 2;
    l.p.pair_bytes = sizeof pairs;
    assert_true(is_trusted(&l, pairs));
    pairs[4]++;
    assert_false(is_trusted(&l, pairs));
    pairs[4]--;
    pairs[8]++;
    assert_false(is_trusted(&l, pairs));
    pairs[8]--;
    pairs[7] = 1;
    assert_false(is_trusted(&l, pairs));
    pairs[7] = 0;
    for (l.p.pair_bytes = 2; l.p.pair_bytes < (int32_t)sizeof pairs; l.p.pair_bytes++)
        assert_false(is_trusted(&l, pairs));
    pool_free(&l.pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_mean_the_weights),
        cmocka_unit_test(long_gaps_are_pairs_of_nothing),
        cmocka_unit_test(more_pairs_than_a_count_are_not_coded),
        cmocka_unit_test(the_kernel_equals_the_dense_one),
        cmocka_unit_test(what_lies_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
