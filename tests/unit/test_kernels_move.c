/* SPDX-License-Identifier: Apache-2.0 */
/* PAD, TRANSPOSE, RESHAPE and RESIZE_NEAREST_NEIGHBOR against plain loops over multi-indices. */
#include "mote/kernels/move/pad.h"
#include "mote/kernels/move/resize_nearest_neighbor.h"
#include "tests/trust.h"
#include "tests/unit/one_operator.h"

#define CASES 300

static void pad_case(void)
{
    static const enum mote_type types[] = {TYPE_S8, TYPE_S16, TYPE_S32, TYPE_F32, TYPE_S64, TYPE_U8, TYPE_C128};
    enum mote_type type = types[between(0, (int32_t)COUNT(types) - 1)];
    bool byte = type == TYPE_S8 || type == TYPE_U8, given = chance(3);
    int rank = between(1, RANK_MAX), size = type_bits(type) / 8;
    int32_t zero = type == TYPE_U8 ? between(0, 255) : between(-128, 127), in[3], out, paddings[2 * RANK_MAX];
    int64_t dims[RANK_MAX], at[RANK_MAX];
    uint8_t element[16] = {0};
    const struct tensor *t;
    uint8_t *from, *to;
    struct fixture f;

    set_up(&f);
    for (int d = 0; d < rank; d++) {
        dims[d] = between(1, rank > 4 ? 2 : 5);
        paddings[2 * d] = chance(2) ? 0 : between(0, 2);
        paddings[2 * d + 1] = chance(2) ? 0 : between(0, 2);
    }
    in[0] = tensor(&f, type, rank, dims, byte ? 0.5f : 0, zero, NULL);
    in[1] = ints(&f, 2 * rank, paddings);
    if (given)
        for (int i = 0; i < size; i++)
            element[i] = (uint8_t)draw();
    else if (byte)
        element[0] = (uint8_t)zero;
    in[2] = tensor(&f, type, 0, NULL, byte ? 0.5f : 0, zero, pool_copy(&f.pool, element, sizeof element));
    out = tensor(&f, type, 0, NULL, byte ? 0.5f : 0, zero, NULL);
    add_op(&f, OP_PAD, given ? 3 : 2, in, out);
    must(&f, prepare(&f));
    from = memory_of(&f, in[0]);
    for (int64_t i = 0; i < product(rank, dims) * size; i++)
        from[i] = (uint8_t)draw();
    run(&f, chance(2) ? INT32_MAX / 2 : 1);
    t = &f.g->tensors[out];
    to = memory_of(&f, out);
    for (int64_t i = 0; i < tensor_elements(t); i++) {
        const uint8_t *want = element;
        bool inside = true;

        unravel(i, rank, t->dims, at);
        for (int d = 0; d < rank; d++) {
            at[d] -= paddings[2 * d];
            inside &= at[d] >= 0 && at[d] < dims[d];
        }
        if (inside)
            want = from + ravel(rank, dims, at) * size;
        assert_memory_equal(to + i * size, want, (size_t)size);
    }
    tear_down(&f);
}

static void test_pad(void **state)
{
    (void)state;
    for (uint64_t i = 1; i <= CASES; i++) {
        seed = i;
        pad_case();
    }
}

static void test_pad_refusals(void **state)
{
    const int64_t dims[] = {2, 2};
    struct fixture f;
    int32_t in[3], out;

    (void)state;
    set_up(&f);
    in[0] = tensor(&f, TYPE_S8, 2, dims, 1, 0, NULL);
    in[1] = ints(&f, 4, (int32_t[]){0, 1, -1, 1});
    out = tensor(&f, TYPE_S8, 0, NULL, 1, 0, NULL);
    add_op(&f, OP_PAD, 2, in, out);
    expect_refused(&f, MOTE_ERR_VALUE, "padding of -1");

    set_up(&f);
    in[0] = tensor(&f, TYPE_S8, 2, dims, 1, 0, NULL);
    in[1] = ints(&f, 4, (int32_t[]){0, 1, 1, 1});
    in[2] = tensor(&f, TYPE_S8, 0, NULL, 2, 0, "\1");
    out = tensor(&f, TYPE_S8, 0, NULL, 1, 0, NULL);
    add_op(&f, OP_PAD, 3, in, out);
    expect_refused(&f, MOTE_ERR_QUANT, "the operator's output");

    set_up(&f);
    in[0] = tensor(&f, TYPE_S8, 2, dims, 1, 0, NULL);
    in[1] = ints(&f, 3, (int32_t[]){0, 1, 1});
    out = tensor(&f, TYPE_S8, 0, NULL, 1, 0, NULL);
    add_op(&f, OP_PAD, 2, in, out);
    expect_refused(&f, MOTE_ERR_SHAPE, "list of paddings");
}

static void transpose_case(void)
{
    static const enum mote_type types[] = {TYPE_S8, TYPE_S16, TYPE_F32, TYPE_F64};
    enum mote_type type = types[between(0, (int32_t)COUNT(types) - 1)];
    int rank = between(1, RANK_MAX), size = type_bits(type) / 8;
    int64_t dims[RANK_MAX], at[RANK_MAX], source[RANK_MAX];
    int32_t perm[RANK_MAX], in[2], out;
    const struct tensor *t;
    uint8_t *from, *to;
    struct fixture f;

    set_up(&f);
    for (int d = 0; d < rank; d++) {
        int other = between(0, d);

        dims[d] = chance(5) ? 1 : between(1, rank > 4 ? 3 : 6);
        perm[d] = d;
        if (!chance(3)) {
            perm[d] = perm[other];
            perm[other] = d;
        }
    }
    in[0] = tensor(&f, type, rank, dims, 0, 0, NULL);
    in[1] = ints(&f, rank, perm);
    out = tensor(&f, type, 0, NULL, 0, 0, NULL);
    add_op(&f, OP_TRANSPOSE, 2, in, out);
    must(&f, prepare(&f));
    from = memory_of(&f, in[0]);
    for (int64_t i = 0; i < product(rank, dims) * size; i++)
        from[i] = (uint8_t)draw();
    run(&f, chance(2) ? INT32_MAX / 2 : 1);
    t = &f.g->tensors[out];
    to = memory_of(&f, out);
    for (int64_t i = 0; i < tensor_elements(t); i++) {
        unravel(i, rank, t->dims, at);
        for (int d = 0; d < rank; d++)
            source[perm[d]] = at[d];
        assert_memory_equal(to + i * size, from + ravel(rank, dims, source) * size, (size_t)size);
    }
    tear_down(&f);
}

static void test_transpose(void **state)
{
    const int64_t dims[] = {2, 3};
    struct fixture f;
    int32_t in[2], out;

    (void)state;
    for (uint64_t i = 1; i <= CASES; i++) {
        seed = i;
        transpose_case();
    }

    set_up(&f);
    in[0] = tensor(&f, TYPE_S8, 2, dims, 1, 0, NULL);
    in[1] = ints(&f, 2, (int32_t[]){1, 1});
    out = tensor(&f, TYPE_S8, 0, NULL, 1, 0, NULL);
    add_op(&f, OP_TRANSPOSE, 2, in, out);
    expect_refused(&f, MOTE_ERR_VALUE, "permutation");
}

static void reshape_case(const int64_t *dims, int rank, const int32_t *shape, int n, const char *want)
{
    struct fixture f;
    char text[96];
    int32_t in[2], out;

    set_up(&f);
    in[0] = tensor(&f, TYPE_S8, rank, dims, 1, 0, NULL);
    in[1] = ints(&f, n, shape);
    out = tensor(&f, TYPE_S8, 0, NULL, 1, 0, NULL);
    add_op(&f, OP_RESHAPE, 2, in, out);
    if (want == NULL) {
        expect_refused(&f, MOTE_ERR_SHAPE, "new shape");
        return;
    }
    must(&f, prepare(&f));
    assert_string_equal(shape_text(&f.g->tensors[out], text), want);
    assert_int_equal(f.plan.n_steps, 0);
    assert_ptr_equal(memory_of(&f, in[0]), memory_of(&f, out));
    tear_down(&f);
}

static void test_reshape(void **state)
{
    const int64_t dims[] = {1, 4, 6};

    (void)state;
    reshape_case(dims, 3, (int32_t[]){24}, 1, "24");
    reshape_case(dims, 3, (int32_t[]){2, -1, 3}, 3, "2x4x3");
    reshape_case(dims, 3, (int32_t[]){-1}, 1, "24");
    reshape_case(dims, 3, (int32_t[]){5, -1}, 2, NULL);
    reshape_case(dims, 3, (int32_t[]){5, 5}, 2, NULL);
    reshape_case(dims, 3, (int32_t[]){-1, -1}, 2, NULL);
    reshape_case(dims, 3, (int32_t[]){0, 24}, 2, NULL);
    reshape_case(dims, 3, (int32_t[]){INT32_MAX, INT32_MAX}, 2, NULL);
}

static void test_reshape_of_constant(void **state)
{
    const int64_t two_by_two[] = {2, 2};
    struct fixture f;
    int32_t in[2], out;

    (void)state;
    set_up(&f);
    in[0] = tensor(&f, TYPE_S8, 2, two_by_two, 1, 0, "\1\2\3\4");
    in[1] = ints(&f, 1, (int32_t[]){4});
    out = tensor(&f, TYPE_S8, 0, NULL, 1, 0, NULL);
    add_op(&f, OP_RESHAPE, 2, in, out);
    must(&f, prepare(&f));
    run(&f, 1);
    assert_memory_equal(memory_of(&f, out), "\1\2\3\4", 4);
    tear_down(&f);
}

static void test_resize_index(void **state)
{
    /* From the reference: {in, out, align_corners, half_pixel_centers}, then the indices. */
    static const struct {
        int in, out, align, half, want[8];
    } cases[] = {
        {.in = 3, .out = 6, .want = {0, 0, 1, 1, 2, 2}},
        {.in = 3, .out = 6, .align = 1, .want = {0, 0, 1, 1, 2, 2}},
        {.in = 3, .out = 6, .half = 1, .want = {0, 0, 1, 1, 2, 2}},
        {.in = 3, .out = 6, .align = 1, .half = 1, .want = {0, 1, 1, 1, 2, 2}},
        {.in = 5, .out = 3, .want = {0, 1, 3}},
        {.in = 5, .out = 3, .align = 1, .want = {0, 2, 4}},
        {.in = 5, .out = 3, .half = 1, .want = {0, 2, 4}},
        {.in = 5, .out = 3, .align = 1, .half = 1, .want = {1, 3, 4}},
        {.in = 1, .out = 4, .align = 1, .want = {0, 0, 0, 0}},
        {.in = 7, .out = 1, .align = 1, .want = {0}},
        {.in = 7, .out = 1, .half = 1, .want = {3}},
        {.in = 7, .out = 1, .align = 1, .half = 1, .want = {4}},
        {.in = 2, .out = 7, .align = 1, .want = {0, 0, 0, 1, 1, 1, 1}},
    };

    (void)state;
    for (size_t c = 0; c < COUNT(cases); c++)
        for (int i = 0; i < cases[c].out; i++)
            assert_int_equal(resize_index(i, cases[c].in, cases[c].out, cases[c].align, cases[c].half),
                             cases[c].want[i]);
    /* Every size: in range, never backwards. */
    for (int in = 1; in < 40; in++)
        for (int out = 1; out < 40; out++)
            for (int flags = 0; flags < 4; flags++)
                for (int64_t i = 0, last = 0; i < out; i++) {
                    int64_t index = resize_index(i, in, out, flags & 1, flags & 2);

                    assert_true(index >= last && index < in);
                    last = index;
                }
}

static void test_resize(void **state)
{
    (void)state;
    for (uint64_t c = 1; c <= CASES; c++) {
        seed = c;

        enum mote_type type = chance(2) ? TYPE_S8 : TYPE_F32;
        int size = type_bits(type) / 8;
        int64_t dims[] = {between(1, 2), between(1, 6), between(1, 6), between(1, 4)}, at[4], pixel = dims[3] * size;
        int32_t to[] = {between(1, 9), between(1, 9)}, in[2], out;
        struct resize_opts o = {between(0, 1), between(0, 1)};
        uint8_t *from, *result;
        struct fixture f;

        set_up(&f);
        in[0] = tensor(&f, type, 4, dims, 0, 0, NULL);
        in[1] = ints(&f, 2, to);
        out = tensor(&f, type, 0, NULL, 0, 0, NULL);
        *(struct resize_opts *)add_op(&f, OP_RESIZE_NEAREST_NEIGHBOR, 2, in, out)->opts = o;
        must(&f, prepare(&f));
        from = memory_of(&f, in[0]);
        for (int64_t i = 0; i < product(4, dims) * size; i++)
            from[i] = (uint8_t)draw();
        run(&f, between(1, 3));
        result = memory_of(&f, out);
        for (at[0] = 0; at[0] < dims[0]; at[0]++)
            for (int y = 0; y < to[0]; y++)
                for (int x = 0; x < to[1]; x++, result += pixel) {
                    at[1] = resize_index(y, dims[1], to[0], o.align_corners, o.half_pixel_centers);
                    at[2] = resize_index(x, dims[2], to[1], o.align_corners, o.half_pixel_centers);
                    at[3] = 0;
                    assert_memory_equal(result, from + ravel(4, dims, at) * size, (size_t)pixel);
                }
        tear_down(&f);
    }
}

/* Each of the two tables alone. */
static void tables_name_rows_and_columns_that_there_are(void **state)
{
    const struct mote_resize_nearest_neighbor p = {
        .batch = 1, .in_h = 3, .in_w = 4, .in_ring = 3, .pixel = 1, .out_h = 2, .out_w = 2, .out_ring = 2};
    static const uint16_t low[] = {0, 2}, wide[] = {3, 0}, last[] = {0, 3}, beyond[] = {4, 0};

    (void)state;
    assert_true(trusts(kernels[KERNEL_resize_nearest_neighbor], &p, ((const void *[]){NULL, low, wide, NULL})));
    assert_false(trusts(kernels[KERNEL_resize_nearest_neighbor], &p, ((const void *[]){NULL, last, wide, NULL})));
    assert_false(trusts(kernels[KERNEL_resize_nearest_neighbor], &p, ((const void *[]){NULL, low, beyond, NULL})));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pad),
        cmocka_unit_test(test_pad_refusals),
        cmocka_unit_test(test_transpose),
        cmocka_unit_test(test_reshape),
        cmocka_unit_test(test_reshape_of_constant),
        cmocka_unit_test(test_resize_index),
        cmocka_unit_test(test_resize),
        cmocka_unit_test(tables_name_rows_and_columns_that_there_are),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
