/* SPDX-License-Identifier: Apache-2.0 */
/* Convolutions of Huffman-coded weights: the kernel computes what the dense one computes, what is no stream of its
 * filters is refused, and a pruned network takes few instructions a weight on an emulated board. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "host/base/base.h"
#include "host/boards/board.h"
#include "host/coding/biases.h"
#include "host/coding/huffman.h"
#include "host/emit/emit.h"
#include "host/emulate/emulate.h"
#include "host/pipeline/pipeline.h"
#include "host/plan/kernels.h"
#include "host/run/runner.h"
#include "mote/kernels/conv/conv_2d_huffman_s8.h"
#include "mote/kernels/conv/conv_2d_s8.h"
#include "tests/trust.h"

#include <cmocka.h> /* after base.h: it has a macro named fail */

extern const struct mote_kernel mote_kernel_conv_2d_huffman_s8;

static uint64_t seed;

static int32_t between(int32_t min, int32_t max)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return min + (int32_t)((uint32_t)(seed >> 33) % (uint32_t)(max - min + 1));
}

/* One in `sparse` is not 0, of 16 values, small ones more often. */
static int8_t draw_weight(int32_t sparse)
{
    static const int8_t levels[16] = {-18, 18, -26, 26, -34, 34, -43, 43, -53, 53, -64, 64, -78, 78, -101, 120};

    return between(1, sparse) == 1 ? levels[between(0, between(0, 15))] : 0;
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

static struct huffman_limits draw_limits(void)
{
    const int32_t code = between(5, HUFFMAN_BITS);

    return (struct huffman_limits){code, between(code, 2 * code), between(1, 4) == 1};
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
    l->p.block = between(1, l->p.out_h);
    draw_biases(l, columns, &biases);
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
        bytes[i] = (int8_t)between(-128, 127);
    return bytes;
}

/* Each argument is as long as the kernel needs and no longer, so that the sanitizers see what is beyond. */
static void draw_layer(struct layer *l)
{
    const int32_t sparse = between(1, 12);

    *l = (struct layer){.weights = NULL};
    draw_geometry(&l->dense);
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
        l->mult[i] = between(1 << 30, INT32_MAX);
        l->shift[i] = (int8_t)between(-9, -2);
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
    for (seed = 1; seed <= 600;) {
        const uint64_t now = seed;
        struct layer l;

        draw_layer(&l);
        assert_true(is_trusted(&l));
        for (int32_t r = 0, n; r < l.p.out_ring; r += n) {
            n = between(1, l.p.out_ring - r);
            run(&l, r, n);
        }
        mote_conv_2d_s8(&l.dense, l.in, l.weights, l.folded, l.mult, l.shift, l.zeros, l.want, 0, l.p.out_ring);
        assert_memory_equal(l.out, l.want, l.bytes[6]);
        free_layer(&l);
        seed = now + 1;
    }
}

/* ---- what is no such stream ---- */
static void damaged_streams_are_refused_or_harmless(void **state)
{
    int32_t refused = 0;

    (void)state;
    for (seed = 1; seed <= 3000;) {
        const uint64_t now = seed;
        struct layer l;

        draw_layer(&l);
        for (int32_t n = between(1, 3); n > 0; n--)
            l.coded[between(0, l.p.coded_bytes - 1)] ^= (uint8_t)(1 << between(0, 7));
        if (is_trusted(&l))
            run(&l, 0, l.p.out_ring);
        else
            refused++;
        free_layer(&l);
        seed = now + 1;
    }
    assert_in_range(refused, 1000, 2990);
}

static void filters_longer_than_their_list_are_refused(void **state)
{
    struct layer l;

    (void)state;
    seed = 77;
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
    seed = 5;
    draw_layer(&l);
    l.p.kernel_h = 2;
    l.p.dilation_h = 65000;
    assert_false(mote_kernel_conv_2d_huffman_s8.need(&l.p, bytes));
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
    int64_t macs; /* of weights that are not 0 */
    uint8_t samples[SAMPLES * SIDE * SIDE * 3];
};

static void want_ok(struct network *n, enum mote_status status)
{
    if (status != MOTE_OK)
        fail_msg("%s", n->report.text);
}

static void put_layer(struct network *n, int32_t i, int32_t sparse, struct text *text)
{
    const int32_t k = layers[i].kernel, in_c = layers[i].in_c, out_c = layers[i].out_c, side = layers[i].side;
    const int32_t t = 2 * i;

    text_add(text, "tensor %d \"w%d\" s8 [%d,%d,%d,%d] quant [0.01; 0] data [", t + 1, i, out_c, k, k, in_c);
    for (int32_t w = 0; w < out_c * k * k * in_c; w++) {
        const int8_t level = draw_weight(sparse);

        text_add(text, w > 0 ? ", %d" : "%d", level);
        n->macs += level != 0 ? (int64_t)side * side : 0;
    }
    text_add(text, "]\ntensor %d \"y%d\" s8 [1,%d,%d,%d] quant [0.04; -128]\n", t + 2, i, side, side, out_c);
    text_add(text, "op %d conv_2d in [%d, %d, -] out [%d] padding same stride_h %d stride_w %d activation relu\n", i, t,
             t + 1, t + 2, layers[i].stride, layers[i].stride);
}

static void begin(struct network *n, int32_t sparse)
{
    struct text text = {.pool = &n->pool};

    *n = (struct network){.at = {.index = -1}};
    n->at.sink = &n->report;
    setenv("MOTE_HOME", MOTE_SOURCE_DIR, 1);
    seed = 3;
    text_add(&text, "mote-graph 1\nmodel pruned\ngraph\ntensor 0 \"x\" s8 [1,%d,%d,3] quant [0.02; 3]\n", SIDE, SIDE);
    for (int32_t i = 0; i < LAYERS; i++)
        put_layer(n, i, sparse, &text);
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
    want_ok(n, pipeline_read(&n->pool, "pruned.graph", n->file, p, &n->at));
    want_ok(n, pipeline_compile(
                   p, &(struct pipeline_options){.coding = coding, .optimize = optimize, .target = &target}, &n->at));
    return p;
}

static int32_t coded_steps(const struct plan *plan)
{
    int32_t n = 0;

    for (int32_t i = 0; i < plan->n_steps; i++)
        n += plan->steps[i].kernel == KERNEL_conv_2d_huffman_s8;
    return n;
}

static void convolutions_are_coded_where_that_pays(void **state)
{
    static const struct {
        enum coding coding;
        enum optimize optimize;
        int32_t sparse, coded;
    } cases[] = {
        {CODING_USUAL, OPTIMIZE_BALANCED, 9, 0},     {CODING_USUAL, OPTIMIZE_FLASH, 9, LAYERS},
        {CODING_AUTO, OPTIMIZE_SPEED, 9, LAYERS},    {CODING_AUTO, OPTIMIZE_SPEED, 1, 0},
        {CODING_HUFFMAN, OPTIMIZE_SPEED, 1, LAYERS},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct network n;

        begin(&n, cases[i].sparse);
        assert_int_equal(coded_steps(&compiled(&n, cases[i].coding, cases[i].optimize, "cortex-m4f")->plan),
                         cases[i].coded);
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
    double most; /* instructions a product, all else among them */
};

static void emulate(struct network *n, struct pipeline *p, const struct board_case *c, struct emulate_result *r)
{
    struct text list = {.pool = &n->pool};
    struct emulate_job job = {.via_c = c->via_c,
                              .name = "pruned",
                              .image = p->image,
                              .arena_bytes = p->plan.arena_bytes,
                              .input = {n->samples, sizeof n->samples},
                              .n = SAMPLES};

    emit_kernel_list(&p->plan, &list);
    job.kernel_list = list.s;
    want_ok(n, board_load(&n->pool, c->board, &job.board, &n->at));
    want_ok(n, folder_temporary(&n->pool, "mote-test-conv-huffman", &job.c_dir, &n->at));
    want_ok(n, emit_c(&p->plan, MOTE_SOURCE_DIR, job.c_dir, &n->at));
    want_ok(n, emulate_run(&n->pool, &job, r, &n->at));
    folder_remove(job.c_dir);
}

static void want_on_board(struct network *n, const struct board_case *c, const uint8_t want[SAMPLES * OUT_BYTES])
{
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
                  c->coding == CODING_DENSE ? "dense" : "coded", (long long)n->macs, (long long)p->plan.weight_bytes,
                  (long long)p->plan.arena_bytes, (long long)r.instructions[0], each);
    assert_true(each >= 0.5 && each <= c->most);
}

/* Dense convolutions multiply by all weights, of which one in five is a product. */
static void boards_compute_the_same(void **state)
{
    static const struct board_case cases[] = {
        {"mps2-an386", "cortex-m4f", CODING_HUFFMAN, OPTIMIZE_SPEED, false, 3.5},
        {"mps2-an386", "cortex-m4f", CODING_HUFFMAN, OPTIMIZE_RAM, true, 6.5},
        {"mps2-an386", "cortex-m4f", CODING_DENSE, OPTIMIZE_SPEED, false, 6},
        {"mps3-an547", "cortex-m55", CODING_HUFFMAN, OPTIMIZE_SPEED, false, 2.3},
        {"mps3-an547", "cortex-m55", CODING_DENSE, OPTIMIZE_SPEED, false, 2.5},
        {"mps2-an385", "cortex-m3", CODING_HUFFMAN, OPTIMIZE_SPEED, false, 7.5},
        {"riscv32-virt", "rv32imc", CODING_HUFFMAN, OPTIMIZE_SPEED, false, 9.8},
        {"riscv32-virt", "rv32imc", CODING_HUFFMAN, OPTIMIZE_RAM, true, 15},
        {"microbit", "cortex-m0", CODING_HUFFMAN, OPTIMIZE_RAM, true, 19},
    };
    uint8_t want[SAMPLES * OUT_BYTES];
    struct network n;

    (void)state;
    begin(&n, 5);
    run_all(&n, compiled(&n, CODING_DENSE, OPTIMIZE_SPEED, "host"), want);
    assert_memory_not_equal(want, want + OUT_BYTES, OUT_BYTES);
    for (size_t i = 0; i < COUNT(cases); i++)
        want_on_board(&n, &cases[i], want);
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
