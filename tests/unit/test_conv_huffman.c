/* SPDX-License-Identifier: Apache-2.0 */
/* Convolutions of Huffman-coded weights: the kernel computes what the dense one computes, what is no stream of its
 * filters is refused, and a pruned network takes few instructions a weight on an emulated board. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "host/base/base.h"
#include "host/coding/huffman.h"
#include "host/plan/kernels.h"
#include "mote/kernels/conv/conv_2d_huffman_s8.h"
#include "tests/trust.h"
#include "tests/unit/drawn_conv.h"

#include <cmocka.h> /* after base.h: it has a macro named fail */

extern const struct mote_kernel mote_kernel_conv_2d_huffman_s8;

/* One in `sparse` is not 0, of 16 values, small ones more often. */
static int8_t draw_weight(int32_t sparse)
{
    static const int8_t levels[16] = {-18, 18, -26, 26, -34, 34, -43, 43, -53, 53, -64, 64, -78, 78, -101, 120};

    return drawn_between(1, sparse) == 1 ? levels[drawn_between(0, drawn_between(0, 15))] : 0;
}

/* ---- the kernel ---- */
struct layer {
    struct pool pool;
    struct mote_conv_2d_huffman_s8 p;
    struct mote_conv_2d_s8 dense;
    int8_t *weights;
    uint8_t *coded, *bias;
    int8_t *in, *shift, *zeros, *out, *want;
    int32_t *mult, *scratch, *folded; /* folded: the dense kernel's bias */
    uint32_t bytes[MOTE_ARGS_MAX + 1];
};

static struct huffman_limits draw_limits(void)
{
    const int32_t code = drawn_between(5, HUFFMAN_BITS);

    return (struct huffman_limits){code, drawn_between(code, 2 * code), drawn_between(1, 4) == 1};
}

static void code(struct layer *l)
{
    const int32_t columns = l->dense.kernel_h * l->dense.kernel_w * l->dense.filter_c;
    struct biases biases;
    struct huffman h;

    assert_true(huffman_encode(&l->pool, l->weights, l->dense.out_c, columns, draw_limits(), &h));
    memcpy(&l->p, &l->dense, sizeof l->dense);
    l->p.columns = h.columns;
    l->p.coded_bytes = h.bytes;
    l->p.gap_bits = h.gap_bits;
    l->p.level_bits = h.level_bits;
    l->p.count_bits = h.count_bits;
    l->p.longest = h.longest;
    l->p.block = drawn_between(1, l->p.out_h);
    drawn_biases(&l->pool, l->dense.out_c, l->weights, columns, &biases, &l->p.in_zero, &l->folded);
    l->p.bias_bytes = biases.bytes;
    l->p.bias_shift = biases.shift;
    assert_true(mote_kernel_conv_2d_huffman_s8.need(&l->p, l->bytes));
    l->coded = malloc(l->bytes[1]);
    memcpy(l->coded, h.data, l->bytes[1]);
    l->bias = malloc(l->bytes[2]);
    memcpy(l->bias, biases.data, l->bytes[2]);
}

static int8_t *draw_bytes(uint32_t n)
{
    int8_t *bytes = malloc(n);

    for (uint32_t i = 0; i < n; i++)
        bytes[i] = (int8_t)drawn_between(-128, 127);
    return bytes;
}

/* Each argument is as long as the kernel needs and no longer, so that the sanitizers see what is beyond. */
static void draw_layer(struct layer *l)
{
    const int32_t sparse = drawn_between(1, 12);

    *l = (struct layer){.weights = NULL};
    drawn_geometry(&l->dense);
    l->weights = malloc((size_t)(l->dense.out_c * l->dense.kernel_h * l->dense.kernel_w * l->dense.filter_c));
    for (int32_t i = 0; i < l->dense.out_c * l->dense.kernel_h * l->dense.kernel_w * l->dense.filter_c; i++)
        l->weights[i] = i % 7 == 3 ? 0 : draw_weight(sparse);
    code(l);
    l->in = draw_bytes(l->bytes[0]);
    l->mult = malloc(l->bytes[3]);
    l->shift = malloc(l->bytes[4]);
    l->zeros = malloc(l->bytes[5]);
    l->out = malloc(l->bytes[6]);
    l->want = malloc(l->bytes[6]);
    l->scratch = malloc(l->bytes[7]);
    memset(l->zeros, l->p.in_zero, l->bytes[5]);
    for (uint32_t i = 0; i < l->bytes[4]; i++) {
        l->mult[i] = drawn_between(1 << 30, INT32_MAX);
        l->shift[i] = (int8_t)drawn_between(-9, -2);
    }
}

static void free_layer(struct layer *l)
{
    free(l->weights);
    free(l->coded);
    free(l->in);
    free(l->bias);
    free(l->mult);
    free(l->shift);
    free(l->zeros);
    free(l->out);
    free(l->want);
    free(l->scratch);
    pool_free(&l->pool);
}

static bool is_trusted(const struct layer *l)
{
    const void *const args[] = {l->in, l->coded, l->bias, l->mult, l->shift, l->zeros, l->out, l->scratch};

    return trusts(&mote_kernel_conv_2d_huffman_s8, &l->p, args);
}

static void run(const struct layer *l, int32_t first, int32_t count)
{
    mote_conv_2d_huffman_s8(&l->p, l->in, l->coded, l->bias, l->mult, l->shift, l->zeros, l->out, l->scratch, first,
                            count);
}

static void the_kernel_equals_the_dense_one(void **state)
{
    (void)state;
    for (drawn_seed = 1; drawn_seed <= 600;) {
        const uint64_t now = drawn_seed;
        struct layer l;

        draw_layer(&l);
        assert_true(is_trusted(&l));
        for (int32_t r = 0, n; r < l.p.out_ring; r += n) {
            n = drawn_between(1, l.p.out_ring - r);
            run(&l, r, n);
        }
        mote_conv_2d_s8(&l.dense, l.in, l.weights, l.folded, l.mult, l.shift, l.zeros, l.want, 0, l.p.out_ring);
        assert_memory_equal(l.out, l.want, l.bytes[6]);
        free_layer(&l);
        drawn_seed = now + 1;
    }
}

/* ---- what is no such stream ---- */
static void damaged_streams_are_refused_or_harmless(void **state)
{
    int32_t refused = 0;

    (void)state;
    for (drawn_seed = 1; drawn_seed <= 3000;) {
        const uint64_t now = drawn_seed;
        struct layer l;

        draw_layer(&l);
        for (int32_t n = drawn_between(1, 3); n > 0; n--)
            l.coded[drawn_between(0, l.p.coded_bytes - 1)] ^= (uint8_t)(1 << drawn_between(0, 7));
        if (is_trusted(&l))
            run(&l, 0, l.p.out_ring);
        else
            refused++;
        free_layer(&l);
        drawn_seed = now + 1;
    }
    assert_in_range(refused, 1000, 2990);
}

static void filters_longer_than_their_list_are_refused(void **state)
{
    struct layer l;

    (void)state;
    drawn_seed = 77;
    for (draw_layer(&l); l.p.longest == 1; draw_layer(&l))
        free_layer(&l);
    l.p.longest--;
    assert_false(is_trusted(&l));
    free_layer(&l);
}

/* Offsets have 16 bits. */
static void wide_windows_are_refused(void **state)
{
    uint32_t bytes[MOTE_ARGS_MAX + 1];
    struct layer l;

    (void)state;
    drawn_seed = 5;
    draw_layer(&l);
    l.p.kernel_h = 2;
    l.p.dilation_h = 65000;
    assert_false(mote_kernel_conv_2d_huffman_s8.need(&l.p, bytes));
    free_layer(&l);
}

/* ---- a network ---- */
/* One weight in `how` is not 0. */
static void begin(struct drawn_network *n, int32_t how)
{
    drawn_network(n, &(struct drawn_weights){draw_weight, how, 0.01F, 0.04F, true});
}

static void convolutions_are_coded_where_that_pays(void **state)
{
    static const struct {
        enum coding coding;
        enum optimize optimize;
        int32_t sparse, coded;
    } cases[] = {
        {CODING_USUAL, OPTIMIZE_BALANCED, 9, 0},           {CODING_USUAL, OPTIMIZE_FLASH, 9, DRAWN_LAYERS},
        {CODING_AUTO, OPTIMIZE_SPEED, 9, DRAWN_LAYERS},    {CODING_AUTO, OPTIMIZE_SPEED, 1, 0},
        {CODING_HUFFMAN, OPTIMIZE_SPEED, 1, DRAWN_LAYERS},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct drawn_network n;

        begin(&n, cases[i].sparse);
        assert_int_equal(drawn_steps(&n, cases[i].coding, cases[i].optimize, "cortex-m4f", KERNEL_conv_2d_huffman_s8),
                         cases[i].coded);
        pool_free(&n.pool);
    }
}

/* Dense convolutions multiply by all weights, of which one in five is a product. */
static void boards_compute_the_same(void **state)
{
    static const struct drawn_board cases[] = {
        {"mps2-an386", "cortex-m4f", CODING_HUFFMAN, OPTIMIZE_SPEED, false, 0.5, 3.5},
        {"mps2-an386", "cortex-m4f", CODING_HUFFMAN, OPTIMIZE_RAM, true, 0.5, 6.5},
        {"mps2-an386", "cortex-m4f", CODING_DENSE, OPTIMIZE_SPEED, false, 0.5, 6},
        {"mps3-an547", "cortex-m55", CODING_HUFFMAN, OPTIMIZE_SPEED, false, 0.5, 2.3},
        {"mps3-an547", "cortex-m55", CODING_DENSE, OPTIMIZE_SPEED, false, 0.5, 2.5},
        {"mps2-an385", "cortex-m3", CODING_HUFFMAN, OPTIMIZE_SPEED, false, 0.5, 7.5},
        {"riscv32-virt", "rv32imc", CODING_HUFFMAN, OPTIMIZE_SPEED, false, 0.5, 9.8},
        {"riscv32-virt", "rv32imc", CODING_HUFFMAN, OPTIMIZE_RAM, true, 0.5, 15},
        {"microbit", "cortex-m0", CODING_HUFFMAN, OPTIMIZE_RAM, true, 0.5, 19},
    };
    struct drawn_network n;

    (void)state;
    begin(&n, 5);
    drawn_boards(&n, cases, COUNT(cases));
    pool_free(&n.pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_kernel_equals_the_dense_one),
        cmocka_unit_test(damaged_streams_are_refused_or_harmless),
        cmocka_unit_test(filters_longer_than_their_list_are_refused),
        cmocka_unit_test(wide_windows_are_refused),
        cmocka_unit_test(convolutions_are_coded_where_that_pays),
        cmocka_unit_test(boards_compute_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
