/* SPDX-License-Identifier: Apache-2.0 */
/* Convolutions of packed weights: the kernel computes what the dense one computes, what is no layer is refused, and a
 * network of few values computes the same on emulated boards, in few instructions a product. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "host/base/base.h"
#include "host/boards/board.h"
#include "host/coding/biases.h"
#include "host/coding/packed.h"
#include "host/emit/emit.h"
#include "host/emulate/emulate.h"
#include "host/pipeline/pipeline.h"
#include "host/plan/kernels.h"
#include "host/run/runner.h"
#include "mote/kernels/conv/conv_2d_packed_s8.h"
#include "mote/kernels/conv/conv_2d_s8.h"
#include "tests/trust.h"

#include <cmocka.h> /* after base.h: it has a macro named fail */

extern const struct mote_kernel mote_kernel_conv_2d_packed_s8;

static uint64_t seed;

static int32_t between(int32_t min, int32_t max)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return min + (int32_t)((uint32_t)(seed >> 33) % (uint32_t)(max - min + 1));
}

/* One of so many values. */
static int8_t draw_weight(int32_t values)
{
    static const int8_t levels[16] = {-120, 127, 0, 90, -86, 111, -43, 43, -53, 95, -64, 64, -78, 78, -127, -128};

    return levels[between(0, values - 1)];
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

static void draw_geometry(struct mote_conv_2d_s8 *p)
{
    const int32_t groups = between(1, 4) == 1 ? between(2, 3) : 1;

    *p = (struct mote_conv_2d_s8){.batch = between(1, 2),
                                  .in_h = between(1, 9),
                                  .in_w = between(1, 9),
                                  .filter_c = between(1, 9),
                                  .out_c = groups * between(1, 6),
                                  .kernel_h = between(1, 3),
                                  .kernel_w = between(1, 3),
                                  .stride_h = between(1, 2),
                                  .stride_w = between(1, 2),
                                  .dilation_h = between(1, 2),
                                  .dilation_w = between(1, 2),
                                  .out_zero = between(-128, 127),
                                  .lo = between(0, 1) ? -128 : between(-128, 0),
                                  .hi = between(0, 1) ? 127 : between(1, 127),
                                  .per_channel = between(0, 1)};
    p->in_c = groups * p->filter_c;
    p->pad_top = between(0, p->kernel_h - 1);
    p->pad_left = between(0, p->kernel_w - 1);
    p->out_h = (p->in_h - 1 + p->pad_top) / p->stride_h + 1;
    p->out_w = (p->in_w - 1 + p->pad_left) / p->stride_w + 1;
    p->in_ring = p->batch * p->in_h;
    p->out_ring = p->batch * p->out_h;
}

/* Biases, and what they are with the input's zero point. */
static void draw_biases(struct layer *l, int32_t columns, struct biases *biases)
{
    const int32_t n = l->dense.out_c, most = 1 << between(1, 20), shift = between(0, 3);
    const int8_t *w = l->weights;
    int32_t *own = pool_array(&l->pool, (size_t)n, sizeof *own);

    l->p.in_zero = between(-128, 127);
    l->folded = pool_array(&l->pool, (size_t)n, sizeof *l->folded);
    for (int32_t o = 0; o < n; o++) {
        own[o] = between(0, 20) == 0 ? (int32_t)(uint32_t)seed : between(-most, most) * (1 << shift);
        l->folded[o] = own[o];
        for (int32_t i = 0; i < columns; i++)
            l->folded[o] = (int32_t)((uint32_t)l->folded[o] - (uint32_t)(l->p.in_zero * *w++));
    }
    biases_pack(&l->pool, own, n, biases);
}

/* Each argument is as long as the kernel needs and no longer, so that the sanitizers see what is beyond. */
static void draw_args(struct layer *l, const struct packed *packed, const struct biases *biases)
{
    assert_true(mote_kernel_conv_2d_packed_s8.need(&l->p, l->bytes));
    for (int32_t k = 0; k < ARGS; k++) {
        int8_t *bytes = l->args[k] = malloc(l->bytes[k]);

        for (uint32_t i = 0; i < l->bytes[k]; i++)
            bytes[i] = (int8_t)between(-128, 127);
    }
    memcpy(l->args[1], packed->data, l->bytes[1]);
    memcpy(l->args[2], packed->levels, l->bytes[2]);
    memcpy(l->args[3], biases->data, l->bytes[3]);
    memset(l->args[6], l->p.in_zero, l->bytes[6]);
    for (uint32_t i = 0; i < l->bytes[5]; i++) {
        ((int32_t *)l->args[4])[i] = between(1 << 30, INT32_MAX);
        ((int8_t *)l->args[5])[i] = (int8_t)between(-9, -2);
    }
}

static void draw_layer(struct layer *l)
{
    const int32_t values = 1 << between(0, 4);
    int32_t columns;
    struct packed packed;
    struct biases biases;

    *l = (struct layer){.weights = NULL};
    draw_geometry(&l->dense);
    columns = l->dense.kernel_h * l->dense.kernel_w * l->dense.filter_c;
    l->weights = pool_array(&l->pool, (size_t)(l->dense.out_c * columns), 1);
    for (int32_t i = 0; i < l->dense.out_c * columns; i++)
        l->weights[i] = draw_weight(values);
    assert_true(packed_encode(&l->pool, l->weights, l->dense.out_c, columns, &packed));
    memcpy(&l->p, &l->dense, sizeof l->dense);
    l->p.bits = packed.bits;
    l->p.block = between(1, l->p.out_h);
    draw_biases(l, columns, &biases);
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
    for (seed = 1; seed <= 600;) {
        const uint64_t now = seed;
        struct layer l;

        draw_layer(&l);
        assert_true(trusts(&mote_kernel_conv_2d_packed_s8, &l.p, l.args));
        for (int32_t r = 0, n; r < l.p.out_ring; r += n) {
            n = between(1, l.p.out_ring - r);
            run(&l, r, n);
        }
        mote_conv_2d_s8(&l.dense, l.args[0], l.weights, l.folded, l.args[4], l.args[5], l.args[6], l.want, 0,
                        l.p.out_ring);
        assert_memory_equal(l.args[7], l.want, l.bytes[7]);
        free_layer(&l);
        seed = now + 1;
    }
}

/* Any bytes are indices. */
static void other_bytes_are_harmless(void **state)
{
    (void)state;
    for (seed = 1; seed <= 300;) {
        const uint64_t now = seed;
        struct layer l;

        draw_layer(&l);
        for (uint32_t i = 0; i < l.bytes[1]; i++)
            ((uint8_t *)l.args[1])[i] = (uint8_t)between(0, 255);
        assert_true(trusts(&mote_kernel_conv_2d_packed_s8, &l.p, l.args));
        run(&l, 0, l.p.out_ring);
        free_layer(&l);
        seed = now + 1;
    }
}

static void what_is_no_layer_is_refused(void **state)
{
    uint32_t bytes[MOTE_ARGS_MAX + 1];
    struct mote_conv_2d_packed_s8 wide;
    struct layer l;

    (void)state;
    seed = 5;
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
enum { SIDE = 16, LAYERS = 4, SAMPLES = 2 };

static const struct {
    int32_t kernel, stride, in_c, out_c, side; /* side: of the output */
} layers[LAYERS] = {{.kernel = 3, .stride = 1, .in_c = 3, .out_c = 32, .side = 16},
                    {.kernel = 3, .stride = 1, .in_c = 32, .out_c = 32, .side = 16},
                    {.kernel = 1, .stride = 1, .in_c = 32, .out_c = 64, .side = 16},
                    {.kernel = 3, .stride = 2, .in_c = 64, .out_c = 32, .side = 8}};

struct network {
    struct pool pool;
    struct report_text report;
    struct frame at;
    struct bytes file;
    int64_t macs;
    uint8_t samples[SAMPLES * SIDE * SIDE * 3];
};

static void want_ok(struct network *n, enum mote_status status)
{
    if (status != MOTE_OK)
        fail_msg("%s", n->report.text);
}

static void put_layer(struct network *n, int32_t i, int32_t values, struct text *text)
{
    const int32_t k = layers[i].kernel, in_c = layers[i].in_c, out_c = layers[i].out_c, side = layers[i].side;
    const int32_t t = 2 * i;

    text_add(text, "tensor %d \"w%d\" s8 [%d,%d,%d,%d] quant [0.001; 0] data [", t + 1, i, out_c, k, k, in_c);
    for (int32_t w = 0; w < out_c * k * k * in_c; w++)
        text_add(text, w > 0 ? ", %d" : "%d", draw_weight(values));
    n->macs += (int64_t)out_c * k * k * in_c * side * side;
    text_add(text, "]\ntensor %d \"y%d\" s8 [1,%d,%d,%d] quant [0.02; -128]\n", t + 2, i, side, side, out_c);
    text_add(text, "op %d conv_2d in [%d, %d, -] out [%d] padding same stride_h %d stride_w %d activation relu\n", i, t,
             t + 1, t + 2, layers[i].stride, layers[i].stride);
}

static void begin(struct network *n, int32_t values)
{
    struct text text = {.pool = &n->pool};

    *n = (struct network){.at = {.index = -1}};
    n->at.sink = &n->report;
    setenv("MOTE_HOME", MOTE_SOURCE_DIR, 1);
    seed = 3;
    text_add(&text, "mote-graph 1\nmodel packed\ngraph\ntensor 0 \"x\" s8 [1,%d,%d,3] quant [0.02; 3]\n", SIDE, SIDE);
    for (int32_t i = 0; i < LAYERS; i++)
        put_layer(n, i, values, &text);
    text_add(&text, "inputs [0]\noutputs [%d]\nend\n", 2 * LAYERS);
    n->file = (struct bytes){(uint8_t *)text.s, text.len};
    for (size_t i = 0; i < sizeof n->samples; i++)
        n->samples[i] = (uint8_t)between(0, 255);
}

static struct pipeline *compiled(struct network *n, enum coding coding, enum optimize optimize, const char *core)
{
    struct target target;
    struct pipeline *p = pool_alloc(&n->pool, sizeof *p);

    want_ok(n, target_find(&n->pool, core, &target, &n->at));
    want_ok(n, pipeline_read(&n->pool, "packed.graph", n->file, p, &n->at));
    want_ok(n, pipeline_compile(
                   p, &(struct pipeline_options){.coding = coding, .optimize = optimize, .target = &target}, &n->at));
    return p;
}

static int32_t packed_steps(const struct plan *plan)
{
    int32_t n = 0;

    for (int32_t i = 0; i < plan->n_steps; i++)
        n += plan->steps[i].kernel == KERNEL_conv_2d_packed_s8;
    return n;
}

static void few_values_are_packed(void **state)
{
    static const struct {
        enum coding coding;
        enum optimize optimize;
        int32_t values, packed;
    } cases[] = {
        {CODING_PACKED, OPTIMIZE_SPEED, 16, LAYERS}, {CODING_AUTO, OPTIMIZE_FLASH, 16, LAYERS},
        {CODING_AUTO, OPTIMIZE_FLASH, 4, LAYERS},    {CODING_AUTO, OPTIMIZE_BALANCED, 4, LAYERS},
        {CODING_USUAL, OPTIMIZE_BALANCED, 16, 0},    {CODING_DENSE, OPTIMIZE_FLASH, 2, 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct network n;

        begin(&n, cases[i].values);
        assert_int_equal(packed_steps(&compiled(&n, cases[i].coding, cases[i].optimize, "cortex-m4f")->plan),
                         cases[i].packed);
        pool_free(&n.pool);
    }
}

enum { OUT_BYTES = 8 * 8 * 32 };

static void run_all(struct network *n, const struct pipeline *p, uint8_t outputs[SAMPLES * OUT_BYTES])
{
    struct runner r;

    want_ok(n, runner_open(&n->pool, p->image, &r, &n->at));
    for (int i = 0; i < SAMPLES; i++)
        runner_run(&r, n->samples + i * SIDE * SIDE * 3, outputs + i * OUT_BYTES);
}

struct board_case {
    const char *board, *core;
    enum coding coding;
    enum optimize goal;
    bool via_c;
    double most; /* instructions a product, with all else */
};

static void emulate(struct network *n, struct pipeline *p, const struct board_case *c, struct emulate_result *r)
{
    struct text list = {.pool = &n->pool};
    struct emulate_job job = {.via_c = c->via_c,
                              .name = "packed",
                              .image = p->image,
                              .arena_bytes = p->plan.arena_bytes,
                              .input = {n->samples, sizeof n->samples},
                              .n = SAMPLES};

    emit_kernel_list(&p->plan, &list);
    job.kernel_list = list.s;
    want_ok(n, board_load(&n->pool, c->board, &job.board, &n->at));
    want_ok(n, folder_temporary(&n->pool, "mote-test-conv-packed", &job.c_dir, &n->at));
    want_ok(n, emit_c(&p->plan, MOTE_SOURCE_DIR, job.c_dir, &n->at));
    want_ok(n, emulate_run(&n->pool, &job, r, &n->at));
    folder_remove(job.c_dir);
}

static void want_on_board(struct network *n, const struct board_case *c, const uint8_t want[SAMPLES * OUT_BYTES])
{
    static const char *const names[] = {
        [CODING_DENSE] = "dense", [CODING_HUFFMAN] = "huffman", [CODING_PACKED] = "packed"};
    struct pipeline *p = compiled(n, c->coding, c->goal, c->core);
    uint8_t got[SAMPLES * OUT_BYTES];
    struct emulate_result r;
    double each;

    run_all(n, p, got);
    assert_memory_equal(got, want, sizeof got);
    emulate(n, p, c, &r);
    assert_int_equal(r.output.size, sizeof got);
    assert_memory_equal(r.output.data, want, sizeof got);
    each = (double)r.instructions[0] / (double)n->macs;
    print_message("%s, %s: %lld products, %lld bytes, arena %lld, %lld instructions, %.2f a product\n", c->core,
                  names[c->coding], (long long)n->macs, (long long)p->plan.weight_bytes, (long long)p->plan.arena_bytes,
                  (long long)r.instructions[0], each);
    assert_true(each >= 0.2 && each <= c->most);
}

static void boards_compute_the_same(void **state)
{
    static const struct board_case cases[] = {
        {"mps2-an386", "cortex-m4f", CODING_PACKED, OPTIMIZE_SPEED, false, 1.8},
        {"mps2-an386", "cortex-m4f", CODING_PACKED, OPTIMIZE_RAM, true, 3.7},
        {"mps2-an386", "cortex-m4f", CODING_DENSE, OPTIMIZE_SPEED, false, 1.25},
        {"mps2-an386", "cortex-m4f", CODING_HUFFMAN, OPTIMIZE_SPEED, false, 2.7},
        {"mps2-an385", "cortex-m3", CODING_PACKED, OPTIMIZE_SPEED, false, 4.5},
        {"mps2-an385", "cortex-m3", CODING_DENSE, OPTIMIZE_SPEED, false, 4.2},
        {"mps3-an547", "cortex-m55", CODING_PACKED, OPTIMIZE_SPEED, false, 1.8},
        {"mps3-an547", "cortex-m55", CODING_DENSE, OPTIMIZE_SPEED, false, 0.25},
        {"riscv32-virt", "rv32imc", CODING_PACKED, OPTIMIZE_SPEED, true, 10},
        {"riscv32-virt", "rv32imc", CODING_DENSE, OPTIMIZE_SPEED, false, 3.5},
        {"microbit", "cortex-m0", CODING_PACKED, OPTIMIZE_RAM, true, 14},
    };
    uint8_t want[SAMPLES * OUT_BYTES];
    struct network n;

    (void)state;
    for (int32_t values = 2; values <= 16; values *= values) {
        const size_t count = values == 16 ? COUNT(cases) : 1; /* indices are looked up once a block */

        begin(&n, values);
        run_all(&n, compiled(&n, CODING_DENSE, OPTIMIZE_SPEED, "host"), want);
        assert_memory_not_equal(want, want + OUT_BYTES, OUT_BYTES);
        for (size_t i = 0; i < count; i++)
            want_on_board(&n, &cases[i], want);
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
