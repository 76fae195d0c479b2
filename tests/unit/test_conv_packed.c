/* SPDX-License-Identifier: Apache-2.0 */
/* Convolutions of packed weights: the kernel computes what the dense one computes, what is no layer is refused, and a
 * network of few values computes the same on emulated boards, in few instructions a product. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "host/base/base.h"
#include "host/coding/packed.h"
#include "host/plan/kernels.h"
#include "mote/kernels/conv/conv_2d_packed_s8.h"
#include "tests/trust.h"
#include "tests/unit/drawn_conv.h"

#include <cmocka.h> /* after base.h: it has a macro named fail */

extern const struct mote_kernel mote_kernel_conv_2d_packed_s8;

/* One of so many values. */
static int8_t draw_weight(int32_t values)
{
    static const int8_t levels[16] = {-120, 127, 0, 90, -86, 111, -43, 43, -53, 95, -64, 64, -78, 78, -127, -128};

    return levels[drawn_between(0, values - 1)];
}

/* ---- the kernel ---- */
enum { ARGS = 9 };

struct layer {
    struct pool pool;
    struct mote_conv_2d_packed_s8 p;
    struct mote_conv_2d_s8 dense;
    int8_t *weights, *want;
    int32_t *folded; /* the dense kernel's bias */
    void *args[ARGS];
    uint32_t bytes[MOTE_ARGS_MAX + 1];
};

/* Each argument is as long as the kernel needs and no longer, so that the sanitizers see what is beyond. */
static void draw_args(struct layer *l, const struct packed *packed, const struct biases *biases)
{
    assert_true(mote_kernel_conv_2d_packed_s8.need(&l->p, l->bytes));
    for (int32_t k = 0; k < ARGS; k++) {
        int8_t *bytes = l->args[k] = malloc(l->bytes[k]);

        for (uint32_t i = 0; i < l->bytes[k]; i++)
            bytes[i] = (int8_t)drawn_between(-128, 127);
    }
    memcpy(l->args[1], packed->data, l->bytes[1]);
    memcpy(l->args[2], packed->levels, l->bytes[2]);
    memcpy(l->args[3], biases->data, l->bytes[3]);
    memset(l->args[6], l->p.in_zero, l->bytes[6]);
    for (uint32_t i = 0; i < l->bytes[5]; i++) {
        ((int32_t *)l->args[4])[i] = drawn_between(1 << 30, INT32_MAX);
        ((int8_t *)l->args[5])[i] = (int8_t)drawn_between(-9, -2);
    }
}

static void draw_layer(struct layer *l)
{
    const int32_t values = 1 << drawn_between(0, 4);
    int32_t columns;
    struct packed packed;
    struct biases biases;

    *l = (struct layer){.weights = NULL};
    drawn_geometry(&l->dense);
    columns = l->dense.kernel_h * l->dense.kernel_w * l->dense.filter_c;
    l->weights = pool_array(&l->pool, (size_t)(l->dense.out_c * columns), 1);
    for (int32_t i = 0; i < l->dense.out_c * columns; i++)
        l->weights[i] = draw_weight(values);
    assert_true(packed_encode(&l->pool, l->weights, l->dense.out_c, columns, &packed));
    memcpy(&l->p, &l->dense, sizeof l->dense);
    l->p.bits = packed.bits;
    l->p.block = drawn_between(1, l->p.out_h);
    drawn_biases(&l->pool, l->dense.out_c, l->weights, columns, &biases, &l->p.in_zero, &l->folded);
    l->p.bias_bytes = biases.bytes;
    l->p.bias_shift = biases.shift;
    draw_args(l, &packed, &biases);
    l->want = pool_array(&l->pool, l->bytes[7], 1);
}

static void free_layer(struct layer *l)
{
    for (int32_t k = 0; k < ARGS; k++)
        free(l->args[k]);
    pool_free(&l->pool);
}

static void run(const struct layer *l, int32_t first, int32_t count)
{
    void *const *a = l->args;

    mote_conv_2d_packed_s8(&l->p, a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8], first, count);
}

static void the_kernel_equals_the_dense_one(void **state)
{
    (void)state;
    for (drawn_seed = 1; drawn_seed <= 600;) {
        const uint64_t now = drawn_seed;
        struct layer l;

        draw_layer(&l);
        assert_true(trusts(&mote_kernel_conv_2d_packed_s8, &l.p, l.args));
        for (int32_t r = 0, n; r < l.p.out_ring; r += n) {
            n = drawn_between(1, l.p.out_ring - r);
            run(&l, r, n);
        }
        mote_conv_2d_s8(&l.dense, l.args[0], l.weights, l.folded, l.args[4], l.args[5], l.args[6], l.want, 0,
                        l.p.out_ring);
        assert_memory_equal(l.args[7], l.want, l.bytes[7]);
        free_layer(&l);
        drawn_seed = now + 1;
    }
}

/* Any bytes are indices. */
static void other_bytes_are_harmless(void **state)
{
    (void)state;
    for (drawn_seed = 1; drawn_seed <= 300;) {
        const uint64_t now = drawn_seed;
        struct layer l;

        draw_layer(&l);
        for (uint32_t i = 0; i < l.bytes[1]; i++)
            ((uint8_t *)l.args[1])[i] = (uint8_t)drawn_between(0, 255);
        assert_true(trusts(&mote_kernel_conv_2d_packed_s8, &l.p, l.args));
        run(&l, 0, l.p.out_ring);
        free_layer(&l);
        drawn_seed = now + 1;
    }
}

static void what_is_no_layer_is_refused(void **state)
{
    uint32_t bytes[MOTE_ARGS_MAX + 1];
    struct mote_conv_2d_packed_s8 wide;
    struct layer l;

    (void)state;
    drawn_seed = 5;
    draw_layer(&l);
    for (l.p.bits = 1; l.p.bits <= 4; l.p.bits++)
        assert_int_equal(mote_kernel_conv_2d_packed_s8.need(&l.p, bytes), l.p.bits != 3);
    l.p.bits = 4;
    wide = l.p;
    wide.block = wide.out_h + 1;
    assert_false(mote_kernel_conv_2d_packed_s8.need(&wide, bytes));
    wide = l.p;
    wide.kernel_h = wide.kernel_w = 40000;
    assert_false(mote_kernel_conv_2d_packed_s8.need(&wide, bytes));
    memset(l.args[5], 127, l.bytes[5]);
    assert_false(trusts(&mote_kernel_conv_2d_packed_s8, &l.p, l.args));
    free_layer(&l);
}

/* ---- a network ---- */
static void begin(struct drawn_network *n, int32_t values)
{
    drawn_network(n, &(struct drawn_weights){draw_weight, values, 0.001F, 0.02F, false});
}

static void few_values_are_packed(void **state)
{
    static const struct {
        enum coding coding;
        enum optimize optimize;
        int32_t values, packed;
    } cases[] = {
        {CODING_PACKED, OPTIMIZE_SPEED, 16, DRAWN_LAYERS}, {CODING_AUTO, OPTIMIZE_FLASH, 16, DRAWN_LAYERS},
        {CODING_AUTO, OPTIMIZE_FLASH, 4, DRAWN_LAYERS},    {CODING_AUTO, OPTIMIZE_BALANCED, 4, DRAWN_LAYERS},
        {CODING_USUAL, OPTIMIZE_BALANCED, 16, 0},          {CODING_DENSE, OPTIMIZE_FLASH, 2, 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct drawn_network n;

        begin(&n, cases[i].values);
        assert_int_equal(drawn_steps(&n, cases[i].coding, cases[i].optimize, "cortex-m4f", KERNEL_conv_2d_packed_s8),
                         cases[i].packed);
        pool_free(&n.pool);
    }
}

static void boards_compute_the_same(void **state)
{
    static const struct drawn_board cases[] = {
        {"mps2-an386", "cortex-m4f", CODING_PACKED, OPTIMIZE_SPEED, false, 0.2, 1.3},
        {"mps2-an386", "cortex-m4f", CODING_PACKED, OPTIMIZE_RAM, true, 0.2, 2.5},
        {"mps2-an386", "cortex-m4f", CODING_DENSE, OPTIMIZE_SPEED, false, 0.2, 1.25},
        {"mps2-an386", "cortex-m4f", CODING_HUFFMAN, OPTIMIZE_SPEED, false, 0.2, 2.7},
        {"mps2-an385", "cortex-m3", CODING_PACKED, OPTIMIZE_SPEED, false, 0.2, 4.5},
        {"mps2-an385", "cortex-m3", CODING_DENSE, OPTIMIZE_SPEED, false, 0.2, 4.2},
        {"mps3-an547", "cortex-m55", CODING_PACKED, OPTIMIZE_SPEED, false, 0.2, 0.8},
        {"mps3-an547", "cortex-m55", CODING_DENSE, OPTIMIZE_SPEED, false, 0.2, 0.25},
        {"riscv32-virt", "rv32imc", CODING_PACKED, OPTIMIZE_SPEED, true, 0.2, 10},
        {"riscv32-virt", "rv32imc", CODING_DENSE, OPTIMIZE_SPEED, false, 0.2, 3.5},
        {"microbit", "cortex-m0", CODING_PACKED, OPTIMIZE_RAM, true, 0.2, 14},
    };
    struct drawn_network n;

    (void)state;
    for (int32_t values = 2; values <= 16; values *= values) {
        begin(&n, values);
        drawn_boards(&n, cases, values == 16 ? COUNT(cases) : 1); /* indices are looked up once a block */
        pool_free(&n.pool);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_kernel_equals_the_dense_one), cmocka_unit_test(other_bytes_are_harmless),
        cmocka_unit_test(what_is_no_layer_is_refused),     cmocka_unit_test(few_values_are_packed),
        cmocka_unit_test(boards_compute_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
