/* SPDX-License-Identifier: Apache-2.0 */
/* Packed weights: what is packed means the same weights, and their kernel computes what the dense one computes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "host/base/base.h"
#include "host/coding/biases.h"
#include "host/coding/packed.h"
#include "mote/kernels/dense/fully_connected_packed_s8.h"
#include "mote/kernels/dense/fully_connected_s8.h"

#include <cmocka.h> /* after base.h: it has a macro named fail */

extern const struct mote_kernel mote_kernel_fully_connected_packed_s8;

static uint64_t seed;

static int32_t between(int32_t min, int32_t max)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return min + (int32_t)((uint32_t)(seed >> 33) % (uint32_t)(max - min + 1));
}

/* Of so many values, or fewer. */
static int8_t *draw_weights(struct pool *pool, int32_t n, int32_t values)
{
    int8_t *w = pool_array(pool, (size_t)n, 1), of[32];

    for (int32_t i = 0; i < values; i++)
        of[i] = (int8_t)(i == 0 ? between(-1, 1) * 127 : between(-127, 127));
    for (int32_t i = 0; i < n; i++)
        w[i] = of[between(0, values - 1)];
    return w;
}

static void what_is_packed_means_the_weights(void **state)
{
    (void)state;
    for (int32_t round = 0; round < 400; round++) {
        const int32_t rows = between(1, 9), columns = between(1, 40), values = between(1, 16);
        struct pool pool = {0};
        const int8_t *w = draw_weights(&pool, rows * columns, values);
        struct packed p;
        int32_t row_bytes;

        assert_true(packed_encode(&pool, w, rows, columns, &p));
        assert_true(p.bits == 1 || p.bits == 2 || p.bits == 4);
        assert_true(p.bits <= (values <= 2 ? 1 : values <= 4 ? 2 : 4));
        row_bytes = (columns * p.bits + 7) / 8;
        assert_int_equal(p.bytes, rows * row_bytes);
        for (int32_t i = 0; i < rows * columns; i++) {
            const int32_t bit = i % columns * p.bits;
            const uint8_t byte = p.data[i / columns * row_bytes + bit / 8];

            assert_int_equal(p.levels[byte >> bit % 8 & ((1 << p.bits) - 1)], w[i]);
        }
        pool_free(&pool);
    }
}

static void more_values_than_sixteen_are_not_packed(void **state)
{
    struct pool pool = {0};
    struct packed p;
    int8_t w[17];

    (void)state;
    for (int32_t i = 0; i < 17; i++)
        w[i] = (int8_t)(i - 8);
    assert_true(packed_encode(&pool, w, 4, 4, &p));
    assert_int_equal(p.bits, 4);
    assert_false(packed_encode(&pool, w, 1, 17, &p));
    pool_free(&pool);
}

/* ---- the kernel ---- */
struct layer {
    struct pool pool;
    struct mote_fully_connected_packed_s8 p;
    struct mote_fully_connected_s8 dense;
    struct packed packed;
    struct biases biases;
    int8_t *weights, *in, *shift;
    int32_t *folded, *mult;
};

/* Biases, and what the dense kernel has for them: the input's zero point folded in. */
static void draw_biases(struct layer *l)
{
    const int32_t n = l->p.out_c, shift = between(0, 3);
    int32_t *bias = pool_array(&l->pool, (size_t)n, sizeof *bias);

    l->folded = pool_array(&l->pool, (size_t)n, sizeof *l->folded);
    for (int32_t o = 0; o < n; o++) {
        bias[o] = between(-9000, 9000) * (1 << shift);
        l->folded[o] = bias[o];
        for (int32_t i = 0; i < l->p.in_len; i++)
            l->folded[o] -= l->p.in_zero * l->weights[o * l->p.in_len + i];
    }
    biases_pack(&l->pool, bias, n, &l->biases);
    l->p.bias_bytes = l->biases.bytes;
    l->p.bias_shift = l->biases.shift;
}

static void draw_layer(struct layer *l)
{
    struct mote_fully_connected_packed_s8 *p = &l->p;

    *l = (struct layer){.p = {.rows = between(1, 3),
                              .in_len = between(1, 90),
                              .out_c = between(1, 11),
                              .in_zero = between(-128, 127),
                              .out_zero = between(-128, 127),
                              .lo = between(-128, 0),
                              .hi = between(1, 127),
                              .per_channel = between(0, 1)}};
    l->weights = draw_weights(&l->pool, p->in_len * p->out_c, 1 << between(0, 4));
    assert_true(packed_encode(&l->pool, l->weights, p->out_c, p->in_len, &l->packed));
    p->bits = l->packed.bits;
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
        assert_true(mote_kernel_fully_connected_packed_s8.need(&l.p, bytes));
        assert_int_equal(bytes[1], l.packed.bytes);
        mote_fully_connected_s8(&l.dense, l.in, l.weights, l.folded, l.mult, l.shift, want, 0, l.p.rows);
        mote_fully_connected_packed_s8(&l.p, l.in, l.packed.data, l.packed.levels, l.biases.data, l.mult, l.shift, got,
                                       0, l.p.rows);
        assert_memory_equal(got, want, (size_t)(l.p.rows * l.p.out_c));
        pool_free(&l.pool);
        seed = kept;
    }
}

static void indices_of_three_bits_are_refused(void **state)
{
    struct layer l;
    uint32_t bytes[MOTE_ARGS_MAX + 1];

    (void)state;
    draw_layer(&l);
    for (l.p.bits = 1; l.p.bits <= 4; l.p.bits++)
        assert_int_equal(mote_kernel_fully_connected_packed_s8.need(&l.p, bytes), l.p.bits != 3);
    l.p.bits = 4;
    l.p.in_len = l.p.out_c = INT32_MAX;
    assert_false(mote_kernel_fully_connected_packed_s8.need(&l.p, bytes));
    pool_free(&l.pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_packed_means_the_weights),
        cmocka_unit_test(more_values_than_sixteen_are_not_packed),
        cmocka_unit_test(the_kernel_equals_the_dense_one),
        cmocka_unit_test(indices_of_three_bits_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
