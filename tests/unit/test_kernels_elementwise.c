/* SPDX-License-Identifier: Apache-2.0 */
/* The operators that go element by element, from the graph through lowering to their kernels, and the LSTM: random
 * shapes, parameters and values, extremes over-drawn, against plain loops over multi-indices with other arithmetic.
 * Then the kernels alone: rings, rows in pieces, in place. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#undef fail /* ours is in base.h */

#include "host/operators/elementwise.h"
#include "host/plan/plan.h"
#include "mote/kernels/elementwise/add_s8.h"
#include "mote/kernels/recurrent/lstm_s8.h"
#include "mote/kernels/elementwise/mul_s8.h"
#include "mote/kernels/move/pad.h"
#include "mote/kernels/elementwise/quantize_f32_s8.h"
#include "mote/kernels/elementwise/requantize_s8.h"
#include "mote/kernels/move/resize_nearest_neighbor.h"
#include "tests/trust.h"
#include "mote/kernels/elementwise/softmax_s8.h"
#include "mote/runtime/registry.h"

#define CASES 300

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

static bool chance(int32_t one_in) { return between(1, one_in) == 1; }

/* An integer of the type, its extremes often. */
static int64_t draw_integer(enum mote_type type)
{
    bool is_signed = type != TYPE_U8;
    int bits = type_bits(type);
    int64_t min = is_signed ? -(INT64_C(1) << (bits - 1)) : 0, max = min + (INT64_C(1) << bits) - 1;

    switch (between(0, 8)) {
    case 0:
        return min;
    case 1:
        return max;
    case 2:
        return between(-1, 1) < min ? min : between(0, 1);
    default:
        return min + (int64_t)(((uint64_t)draw() << 32 | draw()) % ((uint64_t)(max - min) + 1));
    }
}

static int64_t get(const void *data, enum mote_type type, int64_t i)
{
    switch (type) {
    case TYPE_S8:
        return ((const int8_t *)data)[i];
    case TYPE_U8:
        return ((const uint8_t *)data)[i];
    case TYPE_S16:
        return ((const int16_t *)data)[i];
    default:
        return ((const int32_t *)data)[i];
    }
}

static void put(void *data, enum mote_type type, int64_t i, int64_t x)
{
    switch (type) {
    case TYPE_S8:
        ((int8_t *)data)[i] = (int8_t)x;
        break;
    case TYPE_U8:
        ((uint8_t *)data)[i] = (uint8_t)x;
        break;
    case TYPE_S16:
        ((int16_t *)data)[i] = (int16_t)x;
        break;
    default:
        ((int32_t *)data)[i] = (int32_t)x;
        break;
    }
}

/* A scale over some magnitudes. */
static float draw_scale(void) { return ldexpf((float)between(1 << 23, (1 << 24) - 1), between(-34, -22)); }

/* ---- arithmetic, otherwise than the kernels: divisions that cut off, as the definition has them ---- */
static int32_t wrap(int64_t x) { return (int32_t)(uint32_t)(uint64_t)x; }

static int32_t high_mul(int32_t a, int32_t b)
{
    int64_t ab = (int64_t)a * b;

    return (int32_t)((ab + (ab >= 0 ? INT64_C(1) << 30 : 1 - (INT64_C(1) << 30))) / (INT64_C(1) << 31));
}

/* To nearest, ties away from zero. */
static int32_t divide(int32_t x, int n)
{
    int64_t whole = INT64_C(1) << n, half = whole / 2, a = llabs((long long)x);

    return (int32_t)(x < 0 ? -((a + half) / whole) : (a + half) / whole);
}

struct multiplier {
    int32_t m;
    int e;
};

static struct multiplier multiplier(double real)
{
    struct multiplier r;
    double q = frexp(real, &r.e), m = round(q * 2147483648.0);

    if (m == 2147483648.0) {
        m /= 2;
        r.e++;
    }
    r.m = (int32_t)m;
    if (r.e < -31)
        r = (struct multiplier){0, 0};
    return r;
}

static int32_t scaled(int32_t x, struct multiplier r)
{
    if (r.e > 0)
        return high_mul(wrap((int64_t)((uint64_t)(int64_t)x << r.e)), r.m);
    return divide(high_mul(x, r.m), -r.e);
}

static int64_t clamp(int64_t x, int64_t lo, int64_t hi) { return x < lo ? lo : x > hi ? hi : x; }

static void PRINTF(1, 2) failed(const char *format, ...)
{
    char text[1200];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    print_error("%s\n", text);
    assert_true(false);
}

/* ---- one operator as a model ---- */
struct fixture {
    struct pool pool;
    struct model m;
    struct graph *g;
    struct report_text sink;
    struct frame root;
    int32_t n_in, in[24];
    struct plan plan;
    uint8_t *arena;
};

static void set_up(struct fixture *f)
{
    memset(f, 0, sizeof *f);
    f->m.pool = &f->pool;
    f->g = model_add_graph(&f->m, "main");
    f->root = (struct frame){.name = "test", .index = -1, .sink = &f->sink};
}

static void tear_down(struct fixture *f)
{
    free(f->arena);
    pool_free(&f->pool);
}

static int32_t tensor(struct fixture *f, enum mote_type type, int rank, const int64_t *dims, float scale, int32_t zero,
                      const void *data)
{
    struct tensor t = {.name = "t", .type = type, .rank = rank, .data = data, .source = -1};

    for (int d = 0; d < rank; d++)
        t.dims[d] = dims[d];
    if (scale > 0)
        quant_set(&f->m, &t.quant, scale, zero);
    return graph_add_tensor(&f->m, f->g, &t);
}

static int32_t ints(struct fixture *f, int64_t n, const int32_t *values)
{
    return tensor(f, TYPE_S32, 1, &n, 0, 0, pool_copy(&f->pool, values, (size_t)n * 4));
}

static struct op *add_op(struct fixture *f, enum op_id id, int n, const int32_t *in, int32_t out)
{
    struct graph *g = f->g;
    int32_t *inputs = pool_array(&f->pool, (size_t)n, sizeof *inputs), *outputs = pool_array(&f->pool, 1, sizeof out);

    for (int i = 0; i < n; i++)
        if (in[i] != TENSOR_ABSENT && !g->tensors[in[i]].data && !g->tensors[in[i]].state)
            inputs[g->n_inputs++] = in[i];
    g->inputs = inputs;
    g->outputs = outputs;
    outputs[g->n_outputs++] = out;
    return graph_add_op(&f->m, g, id, n, in, 1, &out);
}

static void *memory_of(const struct fixture *f, int32_t tensor)
{
    return f->arena + f->plan.values[f->plan.value_of_tensor[tensor]].offset;
}

/* Infers, lowers, and gives the arena; states are reset. */
static enum mote_status prepare(struct fixture *f)
{
    TRY(graph_infer(&f->m, f->g, &f->root));
    TRY(plan_make(&f->pool, &f->m, &target_portable, &(struct plan_options){.keep_all = true}, &f->plan, &f->root));
    f->arena = aligned_alloc(16, align_up((size_t)f->plan.arena_bytes + 16, 16));
    memset(f->arena, 0xa5, (size_t)f->plan.arena_bytes);
    for (int32_t i = 0; i < f->plan.n_values; i++)
        if (f->plan.values[i].kind == VALUE_STATE)
            memset(f->arena + f->plan.values[i].offset, f->plan.values[i].fill, (size_t)f->plan.values[i].bytes);
    return MOTE_OK;
}

/* All steps; `piece` rows at a time. */
static void run(const struct fixture *f, int32_t piece)
{
    for (int32_t s = 0; s < f->plan.n_steps; s++) {
        const struct step *step = &f->plan.steps[s];
        void *args[MOTE_ARGS_MAX];

        for (int32_t i = 0; i < step->n_args; i++) {
            const struct value *v = &f->plan.values[step->args[i]];

            args[i] = v->kind == VALUE_CONST ? (void *)(uintptr_t)v->data : f->arena + v->offset;
        }
        for (int32_t r = 0; r < step->rows; r += piece)
            mote_kernels_find(&mote_kernels, (uint32_t)step->kernel)
                ->version->run(
                    &(struct mote_call){step->params, args, r, step->rows - r < piece ? step->rows - r : piece});
    }
}

static void must(const struct fixture *f, enum mote_status status)
{
    if (status != MOTE_OK)
        failed("%s", f->sink.text);
}

static void *draw_tensor(struct fixture *f, enum mote_type type, int64_t n)
{
    void *data = pool_array(&f->pool, (size_t)n, (size_t)type_bits(type) / 8);

    for (int64_t i = 0; i < n; i++)
        put(data, type, i, draw_integer(type));
    return data;
}

static int64_t product(int rank, const int64_t *dims)
{
    int64_t n = 1;

    for (int d = 0; d < rank; d++)
        n *= dims[d];
    return n;
}

/* The multi-index of element i. */
static void unravel(int64_t i, int rank, const int64_t *dims, int64_t *at)
{
    for (int d = rank - 1; d >= 0; d--) {
        at[d] = i % dims[d];
        i /= dims[d];
    }
}

static int64_t ravel(int rank, const int64_t *dims, const int64_t *at)
{
    int64_t i = 0;

    for (int d = 0; d < rank; d++)
        i = i * dims[d] + at[d];
    return i;
}

/* ---- ADD, MUL ---- */
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

static void expect_refused(struct fixture *f, enum mote_status want, const char *text)
{
    enum mote_status status = prepare(f);

    assert_int_equal(status, want);
    if (strstr(f->sink.text, text) == NULL)
        failed("no \"%s\" in \"%s\"", text, f->sink.text);
    tear_down(f);
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

/* ---- PAD, TRANSPOSE, RESHAPE, RESIZE ---- */
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
        {3, 6, 0, 0, {0, 0, 1, 1, 2, 2}},
        {3, 6, 1, 0, {0, 0, 1, 1, 2, 2}},
        {3, 6, 0, 1, {0, 0, 1, 1, 2, 2}},
        {3, 6, 1, 1, {0, 1, 1, 1, 2, 2}},
        {5, 3, 0, 0, {0, 1, 3}},
        {5, 3, 1, 0, {0, 2, 4}},
        {5, 3, 0, 1, {0, 2, 4}},
        {5, 3, 1, 1, {1, 3, 4}},
        {1, 4, 1, 0, {0, 0, 0, 0}},
        {7, 1, 1, 0, {0}},
        {7, 1, 0, 1, {3}},
        {7, 1, 1, 1, {4}},
        {2, 7, 1, 0, {0, 0, 0, 1, 1, 1, 1}},
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

/* ---- SOFTMAX ---- */
static void softmax_case(enum mote_type type, float beta, float scale, int64_t n, const int8_t *in_data, void *out_data)
{
    bool small = type == TYPE_S8;
    struct fixture f;
    int32_t in, out;

    set_up(&f);
    in = tensor(&f, TYPE_S8, 1, &n, scale, between(-128, 127), NULL);
    out = tensor(&f, type, 0, NULL, small ? 1.0f / 256 : 1.0f / 65536, small ? -128 : -32768, NULL);
    ((struct softmax_opts *)add_op(&f, OP_SOFTMAX, 1, &in, out)->opts)->beta = beta;
    must(&f, prepare(&f));
    memcpy(memory_of(&f, in), in_data, (size_t)n);
    run(&f, 1);
    memcpy(out_data, memory_of(&f, out), (size_t)n * (small ? 1 : 2));
    tear_down(&f);
}

static void test_softmax_vectors(void **state)
{
    /* Made with the reference's kernel. */
    static const struct {
        float beta, scale;
        int8_t in[8], want8[8];
        int16_t want16[8];
    } cases[] = {
        {1.0f,
         0.100000001f,
         {-128, -100, -50, 0, 50, 100, 120, 127},
         {-128, -128, -128, -128, -128, -117, -47, 36},
         {-32768, -32768, -32768, -32768, -32749, -29952, -11963, 9128}},
        {1.0f,
         0.234500006f,
         {3, 1, 0, -1, 2, 4, 5, -7},
         {-87, -102, -108, -112, -96, -76, -63, -124},
         {-22301, -26220, -27589, -28671, -24489, -19535, -16038, -31765}},
        {0.5f,
         0.0500000007f,
         {127, 127, 127, 127, -128, -128, -128, -128},
         {-64, -64, -64, -64, -128, -128, -128, -128},
         {-16412, -16412, -16412, -16412, -32740, -32740, -32740, -32740}},
        {1.0f,
         0.0625f,
         {9, 9, 9, 9, 9, 9, 9, 9},
         {-96, -96, -96, -96, -96, -96, -96, -96},
         {-24576, -24576, -24576, -24576, -24576, -24576, -24576, -24576}},
        {1.0f,
         2.0f,
         {1, 2, 3, 4, 5, 6, 7, 8},
         {-128, -128, -128, -128, -127, -124, -98, 93},
         {-32768, -32768, -32765, -32749, -32628, -31730, -25099, 23899}},
        {1.0f,
         40.0f,
         {1, 2, 3, 3, 2, 1, 0, -1},
         {-128, -128, 0, 0, -128, -128, -128, -128},
         {-32768, -32768, 0, 0, -32768, -32768, -32768, -32768}},
        {2.0f,
         0.00300000003f,
         {-128, 127, 0, 64, -64, 32, -32, 1},
         {-115, -66, -99, -85, -108, -93, -104, -99},
         {-29312, -16810, -25320, -21833, -27695, -23743, -26621, -25275}},
        {1.0f,
         0.170460001f,
         {-30, -11, 12, 40, 41, 44, 45, 46},
         {-128, -128, -128, -100, -95, -74, -63, -51},
         {-32768, -32767, -32708, -25720, -24410, -18830, -16239, -13167}},
    };

    (void)state;
    for (size_t c = 0; c < COUNT(cases); c++) {
        int16_t got16[8];
        int8_t got8[8];

        softmax_case(TYPE_S8, cases[c].beta, cases[c].scale, 8, cases[c].in, got8);
        assert_memory_equal(got8, cases[c].want8, sizeof got8);
        softmax_case(TYPE_S16, cases[c].beta, cases[c].scale, 8, cases[c].in, got16);
        assert_memory_equal(got16, cases[c].want16, sizeof got16);
    }
}

/* The real function, within what fixed point may lose. */
static void test_softmax_is_softmax(void **state)
{
    (void)state;
    for (uint64_t c = 1; c <= CASES; c++) {
        seed = c;

        int8_t in[64], got8[64];
        int16_t got16[64];
        float scale = ldexpf((float)between(100, 1000), -12);
        int n = between(1, 64);
        double sum = 0;

        for (int i = 0; i < n; i++) {
            in[i] = (int8_t)draw_integer(TYPE_S8);
            sum += exp((double)scale * in[i]);
        }
        softmax_case(TYPE_S8, 1, scale, n, in, got8);
        softmax_case(TYPE_S16, 1, scale, n, in, got16);
        for (int i = 0; i < n; i++) {
            double real = exp((double)scale * in[i]) / sum;

            assert_true(fabs(fmin(256 * real, 255) - (got8[i] + 128)) <= 0.502);
            assert_true(fabs(fmin(65536 * real, 65535) - (got16[i] + 32768)) <= 2);
        }
    }
}

/* Several softmaxes in a row of the image, rows in pieces, in place. */
static void test_softmax_rows(void **state)
{
    enum { ROWS = 3, GROUPS = 4, DEPTH = 5, LEN = GROUPS * DEPTH };
    int32_t table[SOFTMAX_TABLE_MAX];
    struct mote_softmax_s8 p = {.rows = ROWS, .groups = GROUPS, .depth = DEPTH, .in_ring = ROWS, .out_ring = ROWS};
    int8_t in[ROWS * LEN], want[DEPTH];

    (void)state;
    seed = 3;
    p.n_table = softmax_table(1, 0.05f, table);
    assert_true(p.n_table > 100 && p.n_table <= 256);
    for (int i = 0; i < ROWS * LEN; i++)
        in[i] = (int8_t)draw_integer(TYPE_S8);
    for (int r = 0; r < ROWS; r++) {
        int8_t before[LEN];

        memcpy(before, in + r * LEN, LEN);
        mote_softmax_s8(&p, in, table, in, r, 1);
        for (int g = 0; g < GROUPS; g++) {
            softmax_case(TYPE_S8, 1, 0.05f, DEPTH, before + g * DEPTH, want);
            assert_memory_equal(in + r * LEN + g * DEPTH, want, DEPTH);
        }
    }
}

static void test_softmax_extremes(void **state)
{
    static const float scales[] = {1e-6f, 1e-4f, 0.0625f, 1, 31, 1e4f, 1e30f};
    int32_t table[SOFTMAX_TABLE_MAX];

    (void)state;
    for (size_t i = 0; i < COUNT(scales); i++) {
        int32_t n = softmax_table(1, scales[i], table);

        assert_true(n >= 1 && n <= SOFTMAX_TABLE_MAX);
        assert_int_equal(table[0], INT32_MAX);
        for (int32_t d = 1; d < n; d++) {
            assert_true(table[d] <= table[d - 1]);
            assert_true(fabs(table[d] - 2147483648.0 * exp(-d * (double)scales[i])) < 600);
        }
    }
    assert_int_equal(softmax_table(1, 1e-9f, table), 0);
    assert_int_equal(softmax_table(0, 1, table), 0);
    assert_int_equal(softmax_table(-1, 1, table), 0);
    assert_int_equal(softmax_table(NAN, 1, table), 0);
}

/* ---- QUANTIZE, DEQUANTIZE ---- */
static double round_away(double x) { return x < 0 ? -floor(-x + 0.5) : floor(x + 0.5); }

static float draw_float(float scale, int span)
{
    switch (between(0, 9)) {
    case 0:
        return INFINITY;
    case 1:
        return -INFINITY;
    case 2:
        return NAN;
    case 3:
        return ldexpf(chance(2) ? -1 : 1, between(-140, 127));
    case 4:
        return ((float)between(-span, span) + 0.5f) * scale;
    case 5:
        return nextafterf(((float)between(-span, span) + 0.5f) * scale, chance(2) ? 1e9f : -1e9f);
    default:
        return (float)between(-span * 100, span * 100) / 100 * scale;
    }
}

static void quantize_case(enum mote_type type)
{
    int64_t dims[] = {between(1, 4), between(1, 4), between(1, 4), between(1, 40)}, n = product(4, dims);
    int64_t lo = type == TYPE_U8 ? 0 : type == TYPE_S8 ? -128 : -32768, hi = lo + (1 << type_bits(type)) - 1;
    float scale = chance(2) ? draw_scale() : ldexpf(1, between(-20, 3)), *from;
    int32_t zero = (int32_t)draw_integer(type), in, out;
    struct fixture f;

    set_up(&f);
    in = tensor(&f, TYPE_F32, 4, dims, 0, 0, NULL);
    out = tensor(&f, type, 0, NULL, scale, zero, NULL);
    add_op(&f, OP_QUANTIZE, 1, &in, out);
    must(&f, prepare(&f));
    from = memory_of(&f, in);
    for (int64_t i = 0; i < n; i++)
        from[i] = draw_float(scale, type == TYPE_S16 ? 70000 : 300);
    run(&f, between(1, 3));
    for (int64_t i = 0; i < n; i++) {
        float quotient = from[i] / scale;
        double want = isnan(quotient) ? zero : fmin(fmax(round_away((double)quotient) + zero, (double)lo), (double)hi);

        assert_int_equal(get(memory_of(&f, out), type, i), (int64_t)want);
    }
    tear_down(&f);
}

static void test_quantize_float(void **state)
{
    (void)state;
    for (uint64_t i = 1; i <= CASES; i++) {
        seed = i;
        quantize_case(chance(3) ? TYPE_S8 : chance(2) ? TYPE_U8 : TYPE_S16);
    }
}

static void requantize_case(enum mote_type from, enum mote_type to)
{
    int64_t dims[] = {between(1, 4), between(1, 3), between(1, 60)}, n = product(3, dims);
    float in_scale = draw_scale(), out_scale = chance(3) ? in_scale : in_scale * (float)between(1, 5000) / 1000;
    int32_t in_zero = from == TYPE_S32 ? between(-1000, 1000) : (int32_t)draw_integer(from);
    int32_t out_zero = to == TYPE_S32 ? between(-1000, 1000) : (int32_t)draw_integer(to), in, out;
    int64_t lo = to == TYPE_U8 ? 0 : -(INT64_C(1) << (type_bits(to) - 1)), hi = lo + (INT64_C(1) << type_bits(to)) - 1;
    void *data;
    struct fixture f;

    set_up(&f);
    in = tensor(&f, from, 3, dims, in_scale, in_zero, NULL);
    out = tensor(&f, to, 0, NULL, out_scale, out_zero, NULL);
    add_op(&f, OP_QUANTIZE, 1, &in, out);
    must(&f, prepare(&f));
    data = draw_tensor(&f, from, n);
    memcpy(memory_of(&f, in), data, (size_t)(n * type_bits(from) / 8));
    run(&f, between(1, 3));
    for (int64_t i = 0; i < n; i++) {
        int32_t x = wrap(get(data, from, i) - in_zero);
        int32_t y = wrap((int64_t)scaled(x, multiplier((double)in_scale / (double)out_scale)) + out_zero);

        assert_int_equal(get(memory_of(&f, out), to, i), clamp(y, lo, hi));
    }
    tear_down(&f);
}

static void test_requantize(void **state)
{
    static const enum mote_type pairs[][2] = {
        {TYPE_S8, TYPE_S8},  {TYPE_S8, TYPE_U8},   {TYPE_S8, TYPE_S16},  {TYPE_S8, TYPE_S32}, {TYPE_U8, TYPE_S8},
        {TYPE_S16, TYPE_S8}, {TYPE_S16, TYPE_S16}, {TYPE_S16, TYPE_S32}, {TYPE_S32, TYPE_S8}, {TYPE_S32, TYPE_S16},
    };

    (void)state;
    for (uint64_t c = 1; c <= CASES; c++)
        for (size_t i = 0; i < COUNT(pairs); i++) {
            seed = c * COUNT(pairs) + i;
            requantize_case(pairs[i][0], pairs[i][1]);
        }
}

static void test_dequantize(void **state)
{
    static const enum mote_type types[] = {TYPE_S8, TYPE_U8, TYPE_S16};

    (void)state;
    for (uint64_t c = 1; c <= CASES; c++) {
        seed = c;

        enum mote_type type = types[between(0, 2)];
        int64_t n = between(1, 100);
        float scale = draw_scale();
        int32_t zero = (int32_t)draw_integer(type), in, out;
        const float *result;
        void *data;
        struct fixture f;

        set_up(&f);
        in = tensor(&f, type, 1, &n, scale, zero, NULL);
        out = tensor(&f, TYPE_F32, 0, NULL, 0, 0, NULL);
        add_op(&f, OP_DEQUANTIZE, 1, &in, out);
        must(&f, prepare(&f));
        data = draw_tensor(&f, type, n);
        memcpy(memory_of(&f, in), data, (size_t)(n * type_bits(type) / 8));
        run(&f, 1);
        result = memory_of(&f, out);
        for (int64_t i = 0; i < n; i++) {
            float want = (float)((double)scale * (double)(get(data, type, i) - zero));

            assert_memory_equal(&result[i], &want, sizeof want);
        }
        tear_down(&f);
    }
}

/* ---- UNIDIRECTIONAL_SEQUENCE_LSTM ---- */
struct lstm {
    int batch, time, n, units, time_major;
    float x_scale, h_scale, c_scale, x_weight_scale[4], h_weight_scale[4];
    int32_t x_zero, h_zero;
    const int8_t *x, *x_weights[4], *h_weights[4];
    const int32_t *bias[4];
    int64_t clip; /* in units of the cell state; 0 for none */
};

/* The table as a function, with one more bit than the kernels' path: interpolated in 64 bits. */
static int64_t table_at(int64_t v, int bits)
{
    static uint16_t table[256];
    int64_t k = v >> bits, rest = v % (INT64_C(1) << bits);

    if (table[0] == 0)
        sigmoid_table(table);
    if (k >= 255)
        return INT64_C(65535) << bits;
    return table[k] * ((INT64_C(1) << bits) - rest) + table[k + 1] * rest;
}

static int32_t lstm_sigmoid(int32_t s)
{
    if (s >= 0)
        return (int32_t)((table_at(3 * (int64_t)s, 9) + 512) / 1024);
    return (int32_t)(((INT64_C(1) << 25) - table_at(-3 * (int64_t)s, 9) + 511) / 1024);
}

static int32_t lstm_tanh(int64_t v)
{
    int64_t y = table_at(v < 0 ? -v : v, 8) - (INT64_C(1) << 23);

    return (int32_t)floor(((double)(v < 0 ? -y : y) + (v < 0 ? 127 : 128)) / 256);
}

static int64_t lstm_product(const int8_t *w, const int8_t *x, int n, int32_t zero, int32_t bias, double scale)
{
    int64_t sum = bias;

    for (int i = 0; i < n; i++)
        sum += w[i] * (x[i] - zero);
    return clamp(scaled(wrap(sum), multiplier(scale * 4096)), -32768, 32767);
}

/* One step of one batch entry, gate by gate over all units. */
static void lstm_step(const struct lstm *l, const int8_t *x, int8_t *h, int16_t *c)
{
    int32_t gate[4][16];

    for (int g = 0; g < 4; g++)
        for (int u = 0; u < l->units; u++) {
            float x_scale = l->x_scale * l->x_weight_scale[g], h_scale = l->h_scale * l->h_weight_scale[g];
            int64_t s = lstm_product(l->x_weights[g] + u * l->n, x, l->n, l->x_zero, l->bias[g][u], (double)x_scale) +
                        lstm_product(l->h_weights[g] + u * l->units, h, l->units, l->h_zero, 0, (double)h_scale);

            s = clamp(s, -32768, 32767);
            gate[g][u] = g == 2 ? lstm_tanh(3 * s) : lstm_sigmoid((int32_t)s);
        }
    for (int u = 0; u < l->units; u++) {
        int64_t kept = clamp(scaled(gate[1][u] * c[u], multiplier(1 / 32768.0)), -32768, 32767);
        int64_t added =
            clamp(scaled(gate[0][u] * gate[2][u], multiplier(ldexp(1, -30) / (double)l->c_scale)), -32768, 32767);
        double argument;

        c[u] = (int16_t)clamp(kept + added, -32768, 32767);
        if (l->clip > 0)
            c[u] = (int16_t)clamp(c[u], -l->clip, l->clip);
        argument = floor(3.0 * c[u] * (double)l->c_scale * 4096 + 0.5);
        h[u] = (int8_t)clamp(
            scaled(lstm_tanh((int64_t)argument) * gate[3][u], multiplier(ldexp(1, -30) / (double)l->h_scale)) +
                l->h_zero,
            -128, 127);
    }
}

static void draw_lstm(struct fixture *f, struct lstm *l)
{
    *l = (struct lstm){between(1, 3),
                       between(1, 5),
                       between(1, 9),
                       between(1, 9),
                       between(0, 1),
                       0,
                       0,
                       0,
                       {0},
                       {0},
                       0,
                       0,
                       NULL,
                       {0},
                       {0},
                       {0},
                       0};
    l->x_scale = (float)between(1, 100) / 1000;
    l->h_scale = (float)between(50, 100) / 10000;
    l->c_scale = ldexpf(1, between(-16, -8));
    l->x_zero = (int32_t)draw_integer(TYPE_S8);
    l->h_zero = chance(2) ? 0 : between(-20, 20);
    l->x = draw_tensor(f, TYPE_S8, l->batch * l->time * l->n);
    l->clip = chance(3) ? between(1, 40000) : 0;
    for (int g = 0; g < 4; g++) {
        int32_t *bias = pool_array(&f->pool, (size_t)l->units, 4);

        for (int u = 0; u < l->units; u++)
            bias[u] = chance(9) ? (int32_t)draw() : between(-3000, 3000);
        l->bias[g] = bias;
        l->x_weight_scale[g] = (float)between(1, 100) / 5000;
        l->h_weight_scale[g] = (float)between(1, 100) / 5000;
        l->x_weights[g] = draw_tensor(f, TYPE_S8, l->units * l->n);
        l->h_weights[g] = draw_tensor(f, TYPE_S8, l->units * l->units);
    }
}

static struct lstm_opts *build_lstm(struct fixture *f, const struct lstm *l, int32_t in[24], int32_t *out)
{
    int64_t x_dims[] = {l->time_major ? l->time : l->batch, l->time_major ? l->batch : l->time, l->n};
    int64_t x_weights[] = {l->units, l->n}, h_weights[] = {l->units, l->units}, states[] = {l->batch, l->units};
    int64_t units = l->units;
    struct lstm_opts *o;

    for (int i = 0; i < 24; i++)
        in[i] = TENSOR_ABSENT;
    in[0] = tensor(f, TYPE_S8, 3, x_dims, l->x_scale, l->x_zero, NULL);
    for (int g = 0; g < 4; g++) {
        in[1 + g] = tensor(f, TYPE_S8, 2, x_weights, l->x_weight_scale[g], 0, l->x_weights[g]);
        in[5 + g] = tensor(f, TYPE_S8, 2, h_weights, l->h_weight_scale[g], 0, l->h_weights[g]);
        in[12 + g] = tensor(f, TYPE_S32, 1, &units, 0, 0, l->bias[g]);
    }
    in[18] = tensor(f, TYPE_S8, 2, states, l->h_scale, l->h_zero, NULL);
    in[19] = tensor(f, TYPE_S16, 2, states, l->c_scale, 0, NULL);
    f->g->tensors[in[18]].state = f->g->tensors[in[19]].state = true;
    *out = tensor(f, TYPE_S8, 0, NULL, l->h_scale, l->h_zero, NULL);
    o = add_op(f, OP_UNIDIRECTIONAL_SEQUENCE_LSTM, 24, in, *out)->opts;
    o->activation = ACTIVATION_TANH;
    o->time_major = l->time_major;
    o->cell_clip = (float)l->clip * l->c_scale;
    return o;
}

static void lstm_case(void)
{
    int8_t h[3][16];
    int16_t c[3][16] = {{0}};
    int32_t in[24], out;
    struct lstm l;
    struct fixture f;

    set_up(&f);
    draw_lstm(&f, &l);
    build_lstm(&f, &l, in, &out);
    if (l.clip > 32767)
        l.clip = 32767;
    must(&f, prepare(&f));
    assert_int_equal(op_macs(f.g, &f.g->ops[0]), l.batch * l.time * 4 * l.units * (l.n + l.units));
    for (int b = 0; b < l.batch; b++)
        for (int u = 0; u < l.units; u++)
            h[b][u] = (int8_t)l.h_zero;
    for (int again = 0; again < 2; again++) { /* the second time with the state of the first */
        const int8_t *result = memory_of(&f, out);

        memcpy(memory_of(&f, in[0]), l.x, (size_t)(l.batch * l.time * l.n));
        run(&f, chance(2) ? INT32_MAX / 2 : between(1, 3));
        for (int t = 0; t < l.time; t++)
            for (int b = 0; b < l.batch; b++) {
                int row = l.time_major ? t * l.batch + b : b * l.time + t;

                lstm_step(&l, l.x + row * l.n, h[b], c[b]);
                assert_memory_equal(result + row * l.units, h[b], (size_t)l.units);
            }
        for (int b = 0; b < l.batch; b++) {
            assert_memory_equal((int8_t *)memory_of(&f, in[18]) + b * l.units, h[b], (size_t)l.units);
            assert_memory_equal((int16_t *)memory_of(&f, in[19]) + b * l.units, c[b], (size_t)l.units * 2);
        }
    }
    tear_down(&f);
}

static void test_lstm(void **state)
{
    (void)state;
    for (uint64_t i = 1; i <= CASES; i++) {
        seed = i;
        lstm_case();
    }
}

static void test_sigmoid_table(void **state)
{
    uint16_t table[256];

    (void)state;
    sigmoid_table(table);
    assert_int_equal(table[0], 32768);
    assert_int_equal(table[1], 33451);
    assert_int_equal(table[4], 35493);
    assert_int_equal(table[254], 65534);
    assert_int_equal(table[255], 65535);
    for (int k = 0; k < 256; k++)
        assert_true(fabs(table[k] - 65536 / (1 + exp(-k / 24.0))) < 3);
}

static void test_lstm_variants(void **state)
{
    static const struct {
        int input;
        const char *text;
    } cases[] = {{9, "peepholes"}, {11, "peepholes"}, {16, "projection"}, {17, "projection"}, {20, "normalization"}};
    int32_t in[24], out;
    struct lstm l;
    struct fixture f;

    (void)state;
    seed = 5;
    for (size_t i = 0; i < COUNT(cases); i++) {
        set_up(&f);
        draw_lstm(&f, &l);
        build_lstm(&f, &l, in, &out);
        f.g->ops[0].in[cases[i].input] = in[12];
        expect_refused(&f, MOTE_ERR_UNSUPPORTED, cases[i].text);
    }
    set_up(&f);
    draw_lstm(&f, &l);
    build_lstm(&f, &l, in, &out);
    f.g->ops[0].in[1] = TENSOR_ABSENT;
    expect_refused(&f, MOTE_ERR_UNSUPPORTED, "coupled");

    set_up(&f);
    draw_lstm(&f, &l);
    build_lstm(&f, &l, in, &out)->activation = ACTIVATION_RELU;
    expect_refused(&f, MOTE_ERR_UNSUPPORTED, "relu");

    set_up(&f);
    draw_lstm(&f, &l);
    l.c_scale = 0.0003f;
    build_lstm(&f, &l, in, &out);
    expect_refused(&f, MOTE_ERR_QUANT, "power of two");
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
        cmocka_unit_test(test_add),
        cmocka_unit_test(test_mul),
        cmocka_unit_test(test_broadcast_rows),
        cmocka_unit_test(test_binary_refusals),
        cmocka_unit_test(test_add_rows_in_place),
        cmocka_unit_test(test_pad),
        cmocka_unit_test(test_pad_refusals),
        cmocka_unit_test(test_transpose),
        cmocka_unit_test(test_reshape),
        cmocka_unit_test(test_reshape_of_constant),
        cmocka_unit_test(test_resize_index),
        cmocka_unit_test(test_resize),
        cmocka_unit_test(test_softmax_vectors),
        cmocka_unit_test(test_softmax_is_softmax),
        cmocka_unit_test(test_softmax_rows),
        cmocka_unit_test(test_softmax_extremes),
        cmocka_unit_test(test_quantize_float),
        cmocka_unit_test(test_requantize),
        cmocka_unit_test(test_dequantize),
        cmocka_unit_test(test_lstm),
        cmocka_unit_test(test_sigmoid_table),
        cmocka_unit_test(test_lstm_variants),
        cmocka_unit_test(tables_name_rows_and_columns_that_there_are),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
