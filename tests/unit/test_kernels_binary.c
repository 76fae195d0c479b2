/* SPDX-License-Identifier: Apache-2.0 */
/* ADD and MUL of int8: random shapes that broadcast, scales, activations, against plain loops over multi-indices; rows
 * in place. Arithmetic of int32. */
#include "mote/kernels/elementwise/add_s8.h"
#include "mote/kernels/elementwise/binary_s32.h"
#include "mote/kernels/elementwise/floor_div_s32.h"
#include "mote/kernels/elementwise/mul_s8.h"
#include "tests/unit/one_operator.h"

#define CASES 300

struct operand {
    int rank;
    int64_t dims[RANK_MAX];
    float scale;
    int32_t zero;
    const int8_t *data;
};

/* The operand's element that broadcasting shows at `at` of `rank` dimensions. */
static int32_t shown(const struct operand *x, int rank, const int64_t *at)
{
    int64_t own[RANK_MAX];

    for (int d = 0; d < x->rank; d++)
        own[d] = x->dims[d] == 1 ? 0 : at[rank - x->rank + d];
    return x->data[ravel(x->rank, x->dims, own)] - x->zero;
}

static void bounds(int activation, float scale, int32_t zero, int64_t *lo, int64_t *hi)
{
    *lo = -128;
    *hi = 127;
    if (activation == ACTIVATION_RELU || activation == ACTIVATION_RELU6)
        *lo = zero;
    if (activation == ACTIVATION_RELU_N1_TO_1)
        *lo = clamp(zero + (int64_t)roundf(-1 / scale), -128, 127);
    if (activation == ACTIVATION_RELU_N1_TO_1)
        *hi = clamp(zero + (int64_t)roundf(1 / scale), -128, 127);
    if (activation == ACTIVATION_RELU6)
        *hi = clamp(zero + (int64_t)roundf(6 / scale), -128, 127);
}

static int32_t add_element(const struct operand *a, const struct operand *b, const struct operand *out, int32_t x,
                           int32_t y)
{
    double twice = 2 * (double)fmaxf(a->scale, b->scale);

    x = scaled(x * (1 << 20), multiplier(a->scale / twice));
    y = scaled(y * (1 << 20), multiplier(b->scale / twice));
    return scaled(x + y, multiplier(twice / (1048576.0 * (double)out->scale))) + out->zero;
}

static int32_t mul_element(const struct operand *a, const struct operand *b, const struct operand *out, int32_t x,
                           int32_t y)
{
    return wrap((int64_t)scaled(x * y, multiplier((double)a->scale * (double)b->scale / (double)out->scale)) +
                out->zero);
}

/* Shapes that broadcast: a base shape, from which each operand may drop leading dimensions or shrink any to 1. */
static void draw_shapes(struct operand *a, struct operand *b)
{
    int rank = between(0, 3) ? between(1, 5) : between(0, RANK_MAX);
    bool same = chance(4);
    int64_t base[RANK_MAX];

    for (int d = 0; d < rank; d++)
        base[d] = chance(5) ? 1 : between(1, rank > 5 ? 3 : 7);
    for (struct operand *x = a;; x = b) {
        int keep = same || chance(2) ? rank : between(0, rank);

        x->rank = keep;
        for (int d = 0; d < keep; d++)
            x->dims[d] = !same && chance(3) ? 1 : base[rank - keep + d];
        if (x == b)
            return;
    }
}

static void draw_operand(struct fixture *f, struct operand *x)
{
    x->scale = draw_scale();
    x->zero = (int32_t)draw_integer(TYPE_S8);
    x->data = draw_tensor(f, TYPE_S8, product(x->rank, x->dims));
}

static void binary_case(enum op_id id)
{
    int32_t (*element)(const struct operand *, const struct operand *, const struct operand *, int32_t, int32_t) =
        id == OP_ADD ? add_element : mul_element;
    int activation = between(0, 3), constant = between(0, 2);
    struct operand a, b, out = {0};
    int64_t lo, hi, at[RANK_MAX];
    struct fixture f;
    int32_t in[2];
    const int8_t *result;
    const struct tensor *t;

    set_up(&f);
    draw_shapes(&a, &b);
    draw_operand(&f, &a);
    draw_operand(&f, &b);
    /* Neither all zeros nor all saturated, mostly. */
    out.scale = id == OP_ADD ? fmaxf(a.scale, b.scale) * (float)between(5, 40) / 10
                             : a.scale * b.scale * (float)between(1, 20000) / 50;
    out.zero = (int32_t)draw_integer(TYPE_S8);
    in[0] = tensor(&f, TYPE_S8, a.rank, a.dims, a.scale, a.zero, constant == 1 ? a.data : NULL);
    in[1] = tensor(&f, TYPE_S8, b.rank, b.dims, b.scale, b.zero, constant == 2 ? b.data : NULL);
    f.in[0] = tensor(&f, TYPE_S8, 0, NULL, out.scale, out.zero, NULL);
    ((struct binary_opts *)add_op(&f, id, 2, in, f.in[0])->opts)->activation = activation;
    bounds(activation, out.scale, out.zero, &lo, &hi);
    if (lo > hi) {
        tear_down(&f);
        return;
    }
    must(&f, prepare(&f));
    if (constant != 1)
        memcpy(memory_of(&f, in[0]), a.data, (size_t)product(a.rank, a.dims));
    if (constant != 2)
        memcpy(memory_of(&f, in[1]), b.data, (size_t)product(b.rank, b.dims));
    run(&f, chance(2) ? INT32_MAX / 2 : between(1, 4));
    t = &f.g->tensors[f.in[0]];
    result = memory_of(&f, f.in[0]);
    assert_int_equal(t->rank, a.rank > b.rank ? a.rank : b.rank);
    for (int64_t i = 0; i < tensor_elements(t); i++) {
        int32_t x, y;

        unravel(i, t->rank, t->dims, at);
        x = shown(&a, t->rank, at);
        y = shown(&b, t->rank, at);
        assert_int_equal(result[i], clamp(element(&a, &b, &out, x, y), lo, hi));
    }
    tear_down(&f);
}

static void test_add(void **state)
{
    (void)state;
    for (uint64_t i = 1; i <= CASES; i++) {
        seed = i;
        binary_case(OP_ADD);
    }
}

static void test_mul(void **state)
{
    (void)state;
    for (uint64_t i = 1; i <= CASES; i++) {
        seed = i;
        binary_case(OP_MUL);
    }
}

static struct broadcast broadcast(int a_rank, const int64_t *a_dims, int b_rank, const int64_t *b_dims)
{
    struct tensor a = {.rank = a_rank}, b = {.rank = b_rank}, out = {.rank = a_rank};

    memcpy(a.dims, a_dims, (size_t)a_rank * sizeof *a_dims);
    memcpy(b.dims, b_dims, (size_t)b_rank * sizeof *b_dims);
    memcpy(out.dims, a_dims, (size_t)a_rank * sizeof *a_dims);
    return broadcast_of(&a, &b, &out);
}

/* What depth-first execution relies on: a row of the image is a row of the kernel. */
static void test_broadcast_rows(void **state)
{
    const int64_t image[] = {1, 4, 5, 6}, images[] = {2, 4, 5, 6}, channels[] = {6}, gate[] = {2, 1, 1, 6};
    struct broadcast b;

    (void)state;
    b = broadcast(4, images, 4, images);
    assert_true(b.rows == 8 && b.rank == 1 && b.out_len == 30);
    assert_memory_equal(b.shape[0], ((int32_t[]){30, 1, 1}), 12);
    b = broadcast(4, image, 1, channels);
    assert_true(b.rows == 4 && b.b_len == 6 && b.rank == 2);
    assert_memory_equal(b.shape, ((int32_t[]){5, 6, 0, 6, 1, 1}), 24);
    b = broadcast(4, image, 0, image);
    assert_true(b.rows == 4 && b.b_len == 1 && b.rank == 1);
    assert_memory_equal(b.shape[0], ((int32_t[]){30, 1, 0}), 12);
    b = broadcast(4, images, 4, gate);
    assert_true(b.rows == 2 && b.rank == 2);
    assert_memory_equal(b.shape, ((int32_t[]){20, 6, 0, 6, 1, 1}), 24);
}

static int32_t binary_s32(int32_t function, int32_t a, int32_t b, int32_t lo, int32_t hi)
{
    const struct mote_binary_s32 p = {function, 1, 1, 1, 1, 1, 1, 1, 1, lo, hi};
    const int32_t shape[] = {1, 1, 1};
    int32_t out = 0;

    mote_binary_s32(&p, &a, &b, shape, &out, 0, 1);
    return out;
}

static int32_t floor_div_s32(int32_t function, int32_t a, int32_t b)
{
    const struct mote_floor_div_s32 p = {function, 1, 1, 1, 1, 1, 1, 1, 1};
    const int32_t shape[3] = {1, 1, 1};
    int32_t out;

    mote_floor_div_s32(&p, &a, &b, shape, &out, 0, 1);
    return out;
}

static void test_floored(void **state)
{
    static const struct {
        int32_t function, a, b, out;
    } cases[] = {
        {.function = MOTE_FLOOR_DIV, .a = 7, .b = 2, .out = 3},
        {.function = MOTE_FLOOR_DIV, .a = -7, .b = 2, .out = -4},
        {.function = MOTE_FLOOR_DIV, .a = 7, .b = -2, .out = -4},
        {.function = MOTE_FLOOR_DIV, .a = -8, .b = 2, .out = -4},
        {.function = MOTE_FLOOR_DIV, .a = 7},
        {.function = MOTE_FLOOR_DIV, .a = INT32_MIN, .b = -1, .out = INT32_MIN},
        {.function = MOTE_FLOOR_MOD, .a = -7, .b = 2, .out = 1},
        {.function = MOTE_FLOOR_MOD, .a = 7, .b = -2, .out = -1},
        {.function = MOTE_FLOOR_MOD, .a = -7, .b = -2, .out = -1},
        {.function = MOTE_FLOOR_MOD, .a = 7},
        {.function = MOTE_FLOOR_MOD, .a = INT32_MIN, .b = -1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(floor_div_s32(cases[i].function, cases[i].a, cases[i].b), cases[i].out);
}

static void test_integers(void **state)
{
    static const struct {
        int32_t function, a, b, out;
    } cases[] = {
        {.function = MOTE_BINARY_S32_ADD, .a = INT32_MAX, .b = 2, .out = INT32_MIN + 1},
        {.function = MOTE_BINARY_S32_SUB, .a = INT32_MIN, .b = 1, .out = INT32_MAX},
        {.function = MOTE_BINARY_S32_MUL, .a = 65537, .b = 65537, .out = 131073},
        {.function = MOTE_BINARY_S32_MUL, .a = INT32_MIN, .b = -1, .out = INT32_MIN},
        {.function = MOTE_BINARY_S32_DIV, .a = -7, .b = 2, .out = -3},
        {.function = MOTE_BINARY_S32_DIV, .a = 7, .b = -2, .out = -3},
        {.function = MOTE_BINARY_S32_DIV, .a = 7},
        {.function = MOTE_BINARY_S32_DIV, .a = INT32_MIN, .b = -1, .out = INT32_MIN},
        {.function = MOTE_BINARY_S32_MINIMUM, .a = -7, .b = 2, .out = -7},
        {.function = MOTE_BINARY_S32_MAXIMUM, .a = -7, .b = 2, .out = 2},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(binary_s32(cases[i].function, cases[i].a, cases[i].b, INT32_MIN, INT32_MAX), cases[i].out);
    assert_int_equal(binary_s32(MOTE_BINARY_S32_ADD, 5, 4, 0, 6), 6);
    assert_int_equal(binary_s32(MOTE_BINARY_S32_ADD, -5, 4, 0, 6), 0);
}

static void test_binary_refusals(void **state)
{
    const int64_t two_by_three[] = {2, 3}, two_by_two[] = {2, 2};
    struct fixture f;
    int32_t in[2], out;

    (void)state;
    set_up(&f);
    in[0] = tensor(&f, TYPE_S8, 2, two_by_three, 1, 0, NULL);
    in[1] = tensor(&f, TYPE_S8, 2, two_by_two, 1, 0, NULL);
    out = tensor(&f, TYPE_S8, 0, NULL, 1, 0, NULL);
    add_op(&f, OP_ADD, 2, in, out);
    expect_refused(&f, MOTE_ERR_SHAPE, "do not fit together");

    set_up(&f);
    in[0] = in[1] = tensor(&f, TYPE_S8, 2, two_by_three, 1, 0, NULL);
    out = tensor(&f, TYPE_S8, 0, NULL, 1e-7f, 0, NULL); /* 2 / (2^20 * 1e-7) is above 1 */
    add_op(&f, OP_ADD, 2, in, out);
    expect_refused(&f, MOTE_ERR_QUANT, "too small");

    set_up(&f);
    in[0] = in[1] = tensor(&f, TYPE_S8, 2, two_by_three, 1, 0, NULL);
    out = tensor(&f, TYPE_S8, 0, NULL, 1e-30f, 0, NULL);
    add_op(&f, OP_MUL, 2, in, out);
    expect_refused(&f, MOTE_ERR_QUANT, "too small");
}

/* A residual connection: rows of both operands and of the result pass through rings, the result over an operand. */
static void test_add_rows_in_place(void **state)
{
    enum { ROWS = 9, LEN = 6, RING = 3 };
    const int32_t shape[] = {LEN, 1, 1};
    int8_t a[ROWS][LEN], b[ROWS][LEN], want[ROWS][LEN], a_ring[RING][LEN], b_ring[1][LEN];
    struct mote_add_s8 p = {.rows = ROWS,
                            .rank = 1,
                            .a_len = LEN,
                            .a_ring = ROWS,
                            .b_len = LEN,
                            .b_ring = ROWS,
                            .out_len = LEN,
                            .out_ring = ROWS,
                            .a_zero = 3,
                            .a_mult = 1 << 30,
                            .b_mult = 1717986918,
                            .b_shift = -1,
                            .out_mult = 1518500250,
                            .out_shift = -18,
                            .lo = -128,
                            .hi = 127};

    (void)state;
    seed = 7;
    for (int r = 0; r < ROWS; r++)
        for (int i = 0; i < LEN; i++) {
            a[r][i] = (int8_t)draw_integer(TYPE_S8);
            b[r][i] = (int8_t)draw_integer(TYPE_S8);
        }
    mote_add_s8(&p, a[0], b[0], shape, want[0], 0, ROWS);
    p.a_ring = p.out_ring = RING;
    p.b_ring = 1;
    for (int r = 0; r < ROWS; r++) {
        memcpy(a_ring[r % RING], a[r], LEN);
        memcpy(b_ring[0], b[r], LEN);
        mote_add_s8(&p, a_ring[0], b_ring[0], shape, a_ring[0], r, 1);
        assert_memory_equal(a_ring[r % RING], want[r], LEN);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_add),
        cmocka_unit_test(test_mul),
        cmocka_unit_test(test_broadcast_rows),
        cmocka_unit_test(test_integers),
        cmocka_unit_test(test_floored),
        cmocka_unit_test(test_binary_refusals),
        cmocka_unit_test(test_add_rows_in_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
