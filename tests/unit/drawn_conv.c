/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/drawn_conv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include "host/boards/board.h"
#include "host/emit/emit.h"
#include "host/emulate/emulate.h"
#include "host/run/runner.h"

#include <cmocka.h> /* after base.h: it has a macro named fail */

uint64_t drawn_seed;

int32_t drawn_between(int32_t min, int32_t max)
{
    drawn_seed = drawn_seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return min + (int32_t)((uint32_t)(drawn_seed >> 33) % (uint32_t)(max - min + 1));
}

/* ---- one ---- */
void drawn_geometry(struct mote_conv_2d_s8 *p)
{
    const int32_t groups = drawn_between(1, 4) == 1 ? drawn_between(2, 3) : 1;

    *p = (struct mote_conv_2d_s8){.batch = drawn_between(1, 2),
                                  .in_h = drawn_between(1, 9),
                                  .in_w = drawn_between(1, 9),
                                  .filter_c = drawn_between(1, 9),
                                  .out_c = groups * drawn_between(1, 6),
                                  .kernel_h = drawn_between(1, 3),
                                  .kernel_w = drawn_between(1, 3),
                                  .stride_h = drawn_between(1, 2),
                                  .stride_w = drawn_between(1, 2),
                                  .dilation_h = drawn_between(1, 2),
                                  .dilation_w = drawn_between(1, 2),
                                  .out_zero = drawn_between(-128, 127),
                                  .lo = drawn_between(0, 1) ? -128 : drawn_between(-128, 0),
                                  .hi = drawn_between(0, 1) ? 127 : drawn_between(1, 127),
                                  .per_channel = drawn_between(0, 1)};
    p->in_c = groups * p->filter_c;
    p->pad_top = drawn_between(0, p->kernel_h - 1);
    p->pad_left = drawn_between(0, p->kernel_w - 1);
    p->out_h = (p->in_h - 1 + p->pad_top) / p->stride_h + 1;
    p->out_w = (p->in_w - 1 + p->pad_left) / p->stride_w + 1;
    p->in_ring = p->batch * p->in_h;
    p->out_ring = p->batch * p->out_h;
}

void drawn_biases(struct pool *pool, int32_t out_c, const int8_t *w, int32_t columns, struct biases *biases,
                  int32_t *in_zero, int32_t **folded)
{
    const int32_t most = 1 << drawn_between(1, 20), shift = drawn_between(0, 3);
    int32_t *own = pool_array(pool, (size_t)out_c, sizeof *own), *all;

    *in_zero = drawn_between(-128, 127);
    *folded = all = pool_array(pool, (size_t)out_c, sizeof *all);
    for (int32_t o = 0; o < out_c; o++) {
        own[o] = drawn_between(0, 20) == 0 ? (int32_t)(uint32_t)drawn_seed : drawn_between(-most, most) * (1 << shift);
        all[o] = own[o];
        for (int32_t i = 0; i < columns; i++)
            all[o] = (int32_t)((uint32_t)all[o] - (uint32_t)(*in_zero * *w++));
    }
    biases_pack(pool, own, out_c, biases);
}

/* ---- a network ---- */
static const struct {
    int32_t kernel, stride, in_c, out_c, side; /* side: of the output */
} layers[DRAWN_LAYERS] = {{.kernel = 3, .stride = 1, .in_c = 3, .out_c = 32, .side = 16},
                          {.kernel = 3, .stride = 1, .in_c = 32, .out_c = 32, .side = 16},
                          {.kernel = 1, .stride = 1, .in_c = 32, .out_c = 64, .side = 16},
                          {.kernel = 3, .stride = 2, .in_c = 64, .out_c = 32, .side = 8}};

static void want_ok(struct drawn_network *n, enum mote_status status)
{
    if (status != MOTE_OK)
        fail_msg("%s", n->report.text);
}

static void put_layer(struct drawn_network *n, int32_t i, const struct drawn_weights *weights, struct text *text)
{
    const int32_t k = layers[i].kernel, in_c = layers[i].in_c, out_c = layers[i].out_c, side = layers[i].side;
    const int32_t t = 2 * i;

    text_add(text, "tensor %d \"w%d\" s8 [%d,%d,%d,%d] quant [%g; 0] data [", t + 1, i, out_c, k, k, in_c,
             (double)weights->scale);
    for (int32_t w = 0; w < out_c * k * k * in_c; w++) {
        const int8_t level = weights->draw(weights->how);

        text_add(text, w > 0 ? ", %d" : "%d", level);
        n->products += level != 0 || !weights->skips_zeros ? (int64_t)side * side : 0;
    }
    text_add(text, "]\ntensor %d \"y%d\" s8 [1,%d,%d,%d] quant [%g; -128]\n", t + 2, i, side, side, out_c,
             (double)weights->out_scale);
    text_add(text, "op %d conv_2d in [%d, %d, -] out [%d] padding same stride_h %d stride_w %d activation relu\n", i, t,
             t + 1, t + 2, layers[i].stride, layers[i].stride);
}

void drawn_network(struct drawn_network *n, const struct drawn_weights *weights)
{
    struct text text = {.pool = &n->pool};

    *n = (struct drawn_network){.at = {.index = -1}};
    n->at.sink = &n->report;
    setenv("MOTE_HOME", MOTE_SOURCE_DIR, 1);
    drawn_seed = 3;
    text_add(&text, "mote-graph 1\nmodel drawn\ngraph\ntensor 0 \"x\" s8 [1,%d,%d,3] quant [0.02; 3]\n", DRAWN_SIDE,
             DRAWN_SIDE);
    for (int32_t i = 0; i < DRAWN_LAYERS; i++)
        put_layer(n, i, weights, &text);
    text_add(&text, "inputs [0]\noutputs [%d]\nend\n", 2 * DRAWN_LAYERS);
    n->file = (struct bytes){(uint8_t *)text.s, text.len};
    for (size_t i = 0; i < sizeof n->samples; i++)
        n->samples[i] = (uint8_t)drawn_between(0, 255);
}

static struct pipeline *compiled(struct drawn_network *n, enum coding coding, enum optimize optimize, const char *core)
{
    struct target target;
    struct pipeline *p = pool_alloc(&n->pool, sizeof *p);

    want_ok(n, target_find(&n->pool, core, &target, &n->at));
    want_ok(n, pipeline_read(&n->pool, "drawn.graph", n->file, p, &n->at));
    want_ok(n, pipeline_compile(
                   p, &(struct pipeline_options){.coding = coding, .optimize = optimize, .target = &target}, &n->at));
    return p;
}

int32_t drawn_steps(struct drawn_network *n, enum coding coding, enum optimize optimize, const char *core,
                    enum kernel_id kernel)
{
    const struct plan *plan = &compiled(n, coding, optimize, core)->plan;
    int32_t steps = 0;

    for (int32_t i = 0; i < plan->n_steps; i++)
        steps += plan->steps[i].kernel == kernel;
    return steps;
}

/* ---- on the host, on boards ---- */
static void run_all(struct drawn_network *n, const struct pipeline *p, uint8_t outputs[DRAWN_SAMPLES * DRAWN_OUT_BYTES])
{
    struct runner r;

    want_ok(n, runner_open(&n->pool, p->image, &r, &n->at));
    for (int i = 0; i < DRAWN_SAMPLES; i++)
        runner_run(&r, n->samples + i * DRAWN_IN_BYTES, outputs + i * DRAWN_OUT_BYTES);
}

static void emulate(struct drawn_network *n, struct pipeline *p, const struct drawn_board *b, struct emulate_result *r)
{
    struct text list = {.pool = &n->pool};
    struct emulate_job job = {.via_c = b->via_c,
                              .name = "drawn",
                              .image = p->image,
                              .arena_bytes = p->plan.arena_bytes,
                              .input = {n->samples, sizeof n->samples},
                              .n = DRAWN_SAMPLES};

    emit_kernel_list(&p->plan, &list);
    job.kernel_list = list.s;
    want_ok(n, board_load(&n->pool, b->board, &job.board, &n->at));
    want_ok(n, folder_temporary(&n->pool, "mote-test-drawn", &job.c_dir, &n->at));
    want_ok(n, emit_c(&p->plan, MOTE_SOURCE_DIR, job.c_dir, &n->at));
    want_ok(n, emulate_run(&n->pool, &job, r, &n->at));
    folder_remove(job.c_dir);
}

static void want_on_board(struct drawn_network *n, const struct drawn_board *b,
                          const uint8_t want[DRAWN_SAMPLES * DRAWN_OUT_BYTES])
{
    static const char *const names[] = {
        [CODING_DENSE] = "dense", [CODING_HUFFMAN] = "huffman", [CODING_PACKED] = "packed"};
    struct pipeline *p = compiled(n, b->coding, b->goal, b->core);
    uint8_t got[DRAWN_SAMPLES * DRAWN_OUT_BYTES];
    struct emulate_result r;
    double each;

    run_all(n, p, got);
    assert_memory_equal(got, want, sizeof got);
    emulate(n, p, b, &r);
    assert_int_equal(r.output.size, sizeof got);
    assert_memory_equal(r.output.data, want, sizeof got);
    each = (double)r.instructions[0] / (double)n->products;
    print_message("%s, %s: %lld products, %lld bytes, arena %lld, %lld instructions, %.2f a product\n", b->core,
                  names[b->coding], (long long)n->products, (long long)p->plan.weight_bytes,
                  (long long)p->plan.arena_bytes, (long long)r.instructions[0], each);
    assert_true(each >= b->least && each <= b->most);
}

void drawn_boards(struct drawn_network *n, const struct drawn_board *boards, size_t n_boards)
{
    uint8_t want[DRAWN_SAMPLES * DRAWN_OUT_BYTES];

    run_all(n, compiled(n, CODING_DENSE, OPTIMIZE_SPEED, "host"), want);
    assert_memory_not_equal(want, want + DRAWN_OUT_BYTES, DRAWN_OUT_BYTES);
    for (size_t i = 0; i < n_boards; i++)
        want_on_board(n, &boards[i], want);
}
