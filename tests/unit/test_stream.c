/* SPDX-License-Identifier: Apache-2.0 */
/* Streams: after each call the outputs are those of the window that ends with its rows, by the interpreter and by
 * generated C, for longer than all rings go round. What cannot stream is refused by name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "host/emit/emit.h"
#include "host/emulate/process.h"
#include "host/run/runner.h"
#include "mote/ops/image.h"
#include "tests/random/builder.h"

#include <cmocka.h>

#define CALLS 400

#define HEAD      "mote-graph 1\nmodel t\ngraph\n"
#define Q         " quant [0.1; 0]\n"
#define POOL(h)   "padding valid stride_h 1 stride_w 1 filter_h " #h " filter_w 1\n"
#define POOL_2(h) "padding valid stride_h 2 stride_w 1 filter_h " #h " filter_w 1\n"
#define DENSE(n)  "tensor " #n " \"w\" s8 [2,4] data [3, -5, 7, 2, -1, 4, 9, -8] quant [0.1; 0]\n"

/* Windows of 3, 4 and all of the 5 rows that are left, side by side with a branch, with elements one by one. */
static const char windows[] = HEAD
    "tensor 0 \"in\" s8 [1,10,1,4]" Q "tensor 1 \"a\" s8 [1,8,1,4]" Q "tensor 2 \"b\" s8 [1,5,1,4]" Q
    "tensor 3 \"c\" s8 [1,5,1,4]" Q "tensor 4 \"d\" s8 [1,5,1,4]" Q "tensor 5 \"e\" s8 [1,1,1,4]" Q
    "tensor 6 \"flat\" s8 [1,4]" Q "tensor 7 \"out\" s8 [1,2]" Q
    "tensor 8 \"shape\" s32 [2] data [1, 4]\n" DENSE(9) "op 0 average_pool_2d in [0] out [1] " POOL(
        3) "op 1 max_pool_2d in [1] out [2] " POOL(4) "op 2 average_pool_2d in [1] out [3] " POOL(4) "op 3 add in [2, "
                                                                                                     "3] out [4]\n"
                                                                                                     "op 4 max_pool_2d "
                                                                                                     "in [4] out "
                                                                                                     "[5] " POOL(
                                                                                                         5) "op 5 "
                                                                                                            "reshape "
                                                                                                            "in [5, 8] "
                                                                                                            "out "
                                                                                                            "[6]\nop 6 "
                                                                                                            "fully_"
                                                                                                            "connected "
                                                                                                            "in [6, 9] "
                                                                                                            "out [7]\n"
                                                                                                            "inputs "
                                                                                                            "[0]"
                                                                                                            "\noutputs "
                                                                                                            "[7]"
                                                                                                            "\nend\n";

/* Two rows a call, of which the second layer makes one. */
static const char strides[] =
    HEAD "tensor 0 \"in\" s8 [1,12,1,4]" Q "tensor 1 \"a\" s8 [1,5,1,4]" Q "tensor 2 \"b\" s8 [1,1,1,4]" Q
         "tensor 3 \"flat\" s8 [1,4]" Q "tensor 4 \"out\" s8 [1,2]" Q
         "tensor 5 \"shape\" s32 [2] data [1, 4]\n" DENSE(6) "op 0 max_pool_2d in [0] out [1] " POOL_2(
             4) "op 1 max_pool_2d in [1] out [2] " POOL(5) "op 2 reshape in [2, 5] out [3]\nop 3 fully_connected in "
                                                           "[3, 6] out [4]\n"
                                                           "inputs [0]\noutputs [4]\nend\n";

/* Single pixels, for whose convolutions targets with instruction sets take fully connected layers. */
static const char pixels[] =
    HEAD "tensor 0 \"in\" s8 [1,9,1,4]" Q
         "tensor 1 \"w\" s8 [4,1,1,4] data [3, -5, 7, 2, -1, 4, 9, -8, 11, 2, -3, 4, 5, -6, 7, 8] quant [0.1; 0]\n"
         "tensor 2 \"a\" s8 [1,9,1,4]" Q "tensor 3 \"b\" s8 [1,5,1,4]" Q "tensor 4 \"c\" s8 [1,5,1,4]" Q
         "tensor 5 \"d\" s8 [1,1,1,4]" Q "tensor 6 \"out\" s8 [1,1,1,4]" Q
         "op 0 conv_2d in [0, 1] out [2] padding valid activation relu\n"
         "op 1 max_pool_2d in [2] out [3] " POOL(5) "op 2 conv_2d in [3, 1] out [4] padding valid\n"
                                                    "op 3 max_pool_2d in [4] out [5] " POOL(
                                                        5) "op 4 conv_2d in [5, 1] out [6] padding valid\n"
                                                           "inputs [0]\noutputs [6]\nend\n";

/* ---- what is refused ---- */
#define IO      "tensor 0 \"in\" s8 [1,10,1,4]" Q
#define ONE(op) IO "tensor 1 \"out\" s8 [1,10,1,4]" Q op "inputs [0]\noutputs [1]\nend\n"
#define SAME    "padding same stride_h 1 stride_w 1 filter_h 3 filter_w 1\n"

static const struct {
    const char *graph, *why;
} refused[] = {
    {HEAD ONE("op 0 max_pool_2d in [0] out [1] " SAME), "MAX_POOL_2D: it cannot stream: its padding sees the ends"},
    {HEAD IO "tensor 1 \"p\" s32 [4] data [0, 3, 2, 1]\ntensor 2 \"a\" s8 [1,10,1,4]" Q
             "tensor 3 \"out\" s8 [1,4,1,10]" Q "op 0 leaky_relu in [0] out [2] alpha 0.3\n"
             "op 1 transpose in [2, 1] out [3]\ninputs [0]\noutputs [3]\nend\n",
     "TRANSPOSE: it cannot stream: it wants the whole window at once"},
    {HEAD IO "tensor 1 \"out\" s8 [1,8,1,4]" Q
             "op 0 max_pool_2d in [0] out [1] " POOL(3) "inputs [0]\noutputs [1]\nend\n",
     "the model cannot stream: the output has rows of time"},
    {HEAD IO
     "tensor 1 \"a\" s8 [1,10,1,4]" Q "tensor 2 \"out\" s8 [1,1,1,4]" Q
     "tensor 3 \"axes\" s32 [2] data [1, 2]\ntensor 4 \"mean\" s8 [1,4]" Q "op 0 leaky_relu in [0] out [1] alpha 0.3\n"
     "op 1 max_pool_2d in [1] out [2] " POOL(10) "op 2 mean in [1, 3] out [4]\ninputs [0]\noutputs [2, 4]\nend\n",
     "MEAN: it cannot stream: it adds up the whole window, of which others need as many rows"},
};

struct fixture {
    struct pool pool;
    struct report_text report;
    struct frame at;
    struct model model;
    struct plan plan;
    struct bytes image;
    struct runner runner;
};

static struct target target; /* that plans are made for */

static enum mote_status compile(struct fixture *f, const char *graph, bool stream)
{
    const struct plan_options options = {.stream = stream};

    *f = (struct fixture){.at = {.index = -1}};
    f->at.sink = &f->report;
    f->model.pool = &f->pool;
    TRY(model_parse(&f->model, (struct bytes){(uint8_t *)(uintptr_t)graph, strlen(graph)}, &f->at));
    TRY(plan_make(&f->pool, &f->model, &target, &options, &f->plan, &f->at));
    TRY(emit_image(&f->plan, &f->image, &f->at));
    return runner_open(&f->pool, f->image, &f->runner, &f->at);
}

static void must(struct fixture *f, enum mote_status status)
{
    if (status != MOTE_OK)
        fail_msg("%s", f->report.text);
}

/* Rows for all calls and, behind them, what each call's window gives: in the pool of `whole`. */
struct sequence {
    const char *graph;
    size_t row, out;
    int32_t hop, warm_up; /* slices a call, calls without a whole window */
    uint8_t *rows, *want;
};

static void make_sequence(struct fixture *whole, struct sequence *s, int32_t window)
{
    uint64_t dice = 7;

    must(whole, compile(whole, s->graph, false));
    s->row = runner_input_bytes(&whole->runner) / (size_t)window;
    s->out = runner_output_bytes(&whole->runner);
    s->warm_up = window / s->hop - 1;
    s->rows = pool_alloc(&whole->pool, (size_t)CALLS * (size_t)s->hop * s->row);
    s->want = pool_alloc(&whole->pool, CALLS * s->out);
    fill_random(&dice, TYPE_S8, s->rows, (int64_t)((size_t)CALLS * (size_t)s->hop * s->row));
    for (int32_t call = s->warm_up; call < CALLS; call++)
        runner_run(&whole->runner, s->rows + (size_t)(call - s->warm_up) * (size_t)s->hop * s->row,
                   s->want + (size_t)call * s->out);
}

static void interpret(const struct sequence *s)
{
    const size_t call_bytes = (size_t)s->hop * s->row;
    struct mote_io io;
    struct fixture f;

    must(&f, compile(&f, s->graph, true));
    mote_model_input(&f.runner.model, 0, &io);
    assert_int_equal(io.bytes, call_bytes);
    assert_int_equal(model_feed_rows(&f.runner.model), s->warm_up + 1);
    for (int round = 0; round < 2; round++) { /* the second one after a reset */
        mote_model_reset(&f.runner.model);
        for (int32_t call = 0; call < (round == 0 ? 37 : CALLS); call++) {
            assert_int_equal(mote_model_feed(&f.runner.model, s->rows + (size_t)call * call_bytes), call < s->warm_up);
            mote_model_output(&f.runner.model, 0, &io);
            if (call >= s->warm_up)
                assert_memory_equal(io.data, s->want + (size_t)call * s->out, s->out);
        }
    }
    pool_free(&f.pool);
}

/* Whoever fills the input runs the same rounds, at once or in steps. */
static void run_rounds(const struct sequence *s)
{
    struct mote_io in, out;
    struct fixture f;

    must(&f, compile(&f, s->graph, true));
    mote_model_input(&f.runner.model, 0, &in);
    mote_model_output(&f.runner.model, 0, &out);
    for (int32_t call = 0; call < CALLS; call++) {
        memcpy(in.data, s->rows + (size_t)call * in.bytes, in.bytes);
        while (call % 3 == 0 && mote_model_step(&f.runner.model) == 1)
            continue;
        if (call % 3 > 0)
            mote_model_run(&f.runner.model);
        if (call >= s->warm_up)
            assert_memory_equal(out.data, s->want + (size_t)call * s->out, s->out);
    }
    pool_free(&f.pool);
}

/* ---- generated C ---- */
static const char main_c[] =
    "#include <stdio.h>\n#include \"t.h\"\n\n"
    "static _Alignas(16) unsigned char arena[T_ARENA_BYTES];\n\n"
    "int main(void)\n{\n    unsigned char rows[T_INPUT_0_BYTES];\n\n    t_reset(arena);\n"
    "    while (fread(rows, sizeof rows, 1, stdin) == 1)\n"
    "        if (t_feed(arena, rows) == 0)\n"
    "            fwrite(t_output(arena, 0), t_output_bytes(0), 1, stdout);\n    return 0;\n}\n";

static void run_c(const struct sequence *s)
{
    const size_t n = (size_t)(CALLS - s->warm_up) * s->out;
    char dir[] = "/tmp/mote-stream-XXXXXX";
    struct process p = {.folder = dir, .packages = "gcc", .seconds = 100};
    struct bytes got;
    struct fixture f;

    assert_non_null(mkdtemp(dir));
    must(&f, compile(&f, s->graph, true));
    must(&f, emit_c(&f.plan, MOTE_SOURCE_DIR, dir, &f.at));
    must(&f, file_write(pool_printf(&f.pool, "%s/main.c", dir), main_c, sizeof main_c - 1, &f.at));
    must(&f, file_write(pool_printf(&f.pool, "%s/rows", dir), s->rows, (size_t)CALLS * (size_t)s->hop * s->row, &f.at));
    p.log = pool_printf(&f.pool, "%s/log", dir);
    p.argv = (const char *const[]){"sh", "-c",
                                   "gcc -std=c11 -Wall -Wextra -Wconversion -Werror -O1 $(find . -name '*.c') -o t && "
                                   "./t < rows > got",
                                   NULL};
    must(&f, process_run(&p, 1, &f.at));
    if (p.exit_code != 0)
        fail_msg("%s", process_log(&f.pool, &p));
    must(&f, file_read(&f.pool, pool_printf(&f.pool, "%s/got", dir), &got, &f.at));
    assert_int_equal(got.size, n);
    assert_memory_equal(got.data, s->want + (size_t)s->warm_up * s->out, n);
    folder_remove(dir);
    pool_free(&f.pool);
}

static void want_macs(const char *graph, int64_t macs)
{
    struct fixture f;

    must(&f, compile(&f, graph, true));
    assert_int_equal(f.plan.feed.macs, macs);
    pool_free(&f.pool);
}

static void each_call_gives_its_window(void **state)
{
    struct sequence all[] = {{.graph = windows, .hop = 1}, {.graph = strides, .hop = 2}, {.graph = pixels, .hop = 1}};
    static const int32_t window[] = {10, 12, 9};
    static const int64_t macs[] = {8, 8, 3 * 16};

    (void)state;
    for (size_t i = 0; i < COUNT(all); i++) {
        struct fixture whole;

        make_sequence(&whole, &all[i], window[i]);
        want_macs(all[i].graph, macs[i]);
        interpret(&all[i]);
        run_rounds(&all[i]);
        run_c(&all[i]);
        target = target_host();
        interpret(&all[i]);
        target = target_portable;
        pool_free(&whole.pool);
    }
}

/* ---- random chains ---- */
#define CHAINS 120

struct chain {
    struct pool *pool;
    struct text tensors, ops;
    int32_t n, n_ops, last, rows, hop; /* tensors and operators so far; what the last one made */
    uint64_t dice;
};

static int32_t draw(struct chain *c, int32_t n) { return (int32_t)(dice_next(&c->dice) % (uint64_t)n); }

static int32_t add_tensor(struct chain *c, const char *rest)
{
    text_add(&c->tensors, "tensor %d \"t%d\" %s\n", c->n, c->n, rest);
    return c->n++;
}

static int32_t add_weights(struct chain *c, const char *shape, int32_t n)
{
    struct text t = {.pool = c->pool};

    for (int32_t i = 0; i < n; i++)
        text_add(&t, "%s%d", i > 0 ? ", " : "", draw(c, 256) - 128);
    return add_tensor(c, pool_printf(c->pool, "s8 %s data [%s] quant [0.01; 0]", shape, t.s));
}

/* The last tensor, and perhaps one more, go in. */
static void add_op(struct chain *c, const char *name, int32_t more, int32_t out, const char *options)
{
    const char *second = more >= 0 ? pool_printf(c->pool, ", %d", more) : "";

    text_add(&c->ops, "op %d %s in [%d%s] out [%d] %s\n", c->n_ops++, name, c->last, second, out, options);
    c->last = out;
}

static int32_t add_rows(struct chain *c) { return add_tensor(c, pool_printf(c->pool, "s8 [1,%d,2,3]" Q, c->rows)); }

/* Windows of so many rows, or elements one by one. */
static void add_layer(struct chain *c, int32_t window, int32_t stride)
{
    const char *options = pool_printf(c->pool, "padding valid stride_h %d stride_w 1", stride);

    if (window == 0) {
        add_op(c, "leaky_relu", -1, add_rows(c), "alpha 0.3");
        return;
    }
    c->rows = (c->rows - window) / stride + 1;
    c->hop *= stride;
    if (draw(c, 3) == 0)
        add_op(c, "conv_2d", add_weights(c, pool_printf(c->pool, "[3,%d,1,3]", window), 9 * window), add_rows(c),
               options);
    else
        add_op(c, draw(c, 2) == 0 ? "max_pool_2d" : "average_pool_2d", -1, add_rows(c),
               pool_printf(c->pool, "%s filter_h %d filter_w 1", options, window));
}

/* What takes all rows that are left, by a window or folding them. */
static void add_end(struct chain *c)
{
    const int32_t rows = c->rows;

    switch (draw(c, 4)) {
    case 0:
        add_op(c, "mean", add_tensor(c, "s32 [2] data [1, 2]"), add_tensor(c, "s8 [1,3] quant [0.05; 4]"), "");
        return;
    case 1:
        add_op(c, "average_pool_2d", -1, add_tensor(c, "s8 [1,1,1,3]" Q),
               pool_printf(c->pool, "padding valid stride_h 1 stride_w 1 filter_h %d filter_w 2", rows));
        return;
    case 2:
        if (c->n_ops == 0) /* whose rows are the input's */
            add_layer(c, 0, 1);
        add_op(c, "reshape", add_tensor(c, pool_printf(c->pool, "s32 [2] data [1, %d]", 6 * rows)),
               add_tensor(c, pool_printf(c->pool, "s8 [1,%d]" Q, 6 * rows)), "");
        add_op(c, "fully_connected", add_weights(c, pool_printf(c->pool, "[5,%d]", 6 * rows), 30 * rows),
               add_tensor(c, "s8 [1,5] quant [0.4; -3]"), "");
        return;
    default:
        add_layer(c, rows, 1);
    }
}

/* Windows of a few rows, some with strides, and elements one by one; the end takes what is left. */
static const char *random_chain(struct pool *pool, uint64_t seed, int32_t *rows, int32_t *hop)
{
    struct chain c = {.pool = pool, .tensors = {.pool = pool}, .ops = {.pool = pool}, .hop = 1, .dice = seed};

    *rows = c.rows = 8 + draw(&c, 30);
    c.last = add_rows(&c);
    for (int32_t layers = draw(&c, 4); layers > 0 && c.rows > 6; layers--) {
        add_layer(&c, draw(&c, 4) == 0 ? 0 : 1 + draw(&c, 5), 1);
        if (draw(&c, 3) == 0 && c.rows > 6)
            add_layer(&c, 1 + draw(&c, 5), 2);
    }
    add_end(&c);
    *hop = c.hop;
    return pool_printf(pool, HEAD "%s%sinputs [0]\noutputs [%d]\nend\n", c.tensors.s, c.ops.s, c.last);
}

static void random_chains_give_their_windows(void **state)
{
    struct pool pool = {0};
    int streamed = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= CHAINS; seed++) {
        struct fixture f, whole;
        struct sequence s = {0};
        int32_t rows;

        s.graph = random_chain(&pool, seed, &rows, &s.hop);
        target = seed % 3 == 0   ? target_portable
                 : seed % 3 == 1 ? target_host()
                                 : target_of_core(core_named("cortex-m4f"));
        if (compile(&f, s.graph, true) == MOTE_OK) {
            make_sequence(&whole, &s, rows);
            interpret(&s);
            if (seed % 9 == 0)
                run_c(&s);
            pool_free(&whole.pool);
            streamed++;
        } else if (strstr(f.report.text, "its stride does not divide the window") == NULL &&
                   strstr(f.report.text, "more than half of what it adds up is new") == NULL)
            fail_msg("seed %llu: %s", (unsigned long long)seed, f.report.text);
        pool_free(&f.pool);
    }
    target = target_portable;
    pool_free(&pool);
    print_message("%d of %d chains streamed\n", streamed, CHAINS);
    assert_true(streamed > CHAINS / 4);
}

/* ---- recurrent layers ---- */
/* A recurrent layer, which begins with states of its own, behind a window of rows; `pairs`: whose rows the next layer
 * takes by two. Of the last step, or of all. */
struct recurrence {
    int32_t rows, window;
    bool pairs, whole, gru;
};

static void add_lstm(struct chain *c, int32_t rows, int32_t out)
{
    const int32_t h = add_tensor(c, "s8 [1,3] quant [0.0078125; 3] state"),
                  cell = add_tensor(c, "s16 [1,3] quant [0.00024414062; 0] state"),
                  x = add_tensor(c, pool_printf(c->pool, "s8 [1,%d,3]" Q, rows));
    const int32_t shape = add_tensor(c, pool_printf(c->pool, "s32 [3] data [1, %d, 3]", rows)),
                  h_0 = add_tensor(c, "s8 [1,3] quant [0.0078125; 3] data [90, -70, 12]"),
                  c_0 = add_tensor(c, "s16 [1,3] quant [0.00024414062; 0] data [0, 0, 0]");
    int32_t w[8], b[4];

    for (int i = 0; i < 8; i++)
        w[i] = add_weights(c, "[3,3]", 9);
    for (int i = 0; i < 4; i++)
        b[i] = add_tensor(
            c, pool_printf(c->pool, "s32 [3] quant [0.001; 0] data [%d, 0, %d]", draw(c, 900), -draw(c, 900)));
    add_op(c, "reshape", shape, x, "");
    text_add(&c->ops, "op %d assign_variable in [%d] out [%d]\n", c->n_ops++, h_0, h);
    text_add(&c->ops, "op %d assign_variable in [%d] out [%d]\n", c->n_ops++, c_0, cell);
    text_add(&c->ops,
             "op %d unidirectional_sequence_lstm in [%d, %d, %d, %d, %d, %d, %d, %d, %d, -, -, -, %d, %d, %d, %d, -, "
             "-, %d, %d] out [%d] activation tanh\n",
             c->n_ops++, x, w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7], b[0], b[1], b[2], b[3], h, cell, out);
    c->last = out;
}

static void add_gru(struct chain *c, int32_t rows, int32_t out)
{
    const int32_t h = add_tensor(c, "s16 [1,3] quant [3.05175781e-05; 0] state"),
                  x = add_tensor(c, pool_printf(c->pool, "s8 [1,%d,3]" Q, rows)),
                  shape = add_tensor(c, pool_printf(c->pool, "s32 [3] data [1, %d, 3]", rows)),
                  h_0 = add_tensor(c, "s16 [1,3] quant [3.05175781e-05; 0] data [9000, -700, 12]"),
                  of_x = add_weights(c, "[9,3]", 27), of_h = add_weights(c, "[9,3]", 27);
    int32_t b[2];

    for (int i = 0; i < 2; i++)
        b[i] = add_tensor(c, pool_printf(c->pool, "s32 [9] data [%d, 0, 3, %d, 0, -9, 7, %d, 1]", draw(c, 900),
                                         -draw(c, 900), draw(c, 900)));
    add_op(c, "reshape", shape, x, "");
    text_add(&c->ops, "op %d assign_variable in [%d] out [%d]\n", c->n_ops++, h_0, h);
    text_add(&c->ops, "op %d gru in [%d, %d, %d, %d, %d, %d] out [%d] reset_after 1\n", c->n_ops++, x, of_x, of_h, b[0],
             b[1], h, out);
    c->last = out;
}

/* Rows behind one another become an image again, of which two make one. */
static void add_pairs(struct chain *c, int32_t rows)
{
    const int32_t image = add_tensor(c, pool_printf(c->pool, "s8 [1,%d,1,3] quant [0.0078125; 3]", rows)),
                  shape = add_tensor(c, pool_printf(c->pool, "s32 [4] data [1, %d, 1, 3]", rows)),
                  pooled = add_tensor(c, pool_printf(c->pool, "s8 [1,%d,1,3] quant [0.0078125; 3]", rows / 2)),
                  flat = add_tensor(c, pool_printf(c->pool, "s8 [1,%d,3] quant [0.0078125; 3]", rows / 2)),
                  back = add_tensor(c, pool_printf(c->pool, "s32 [3] data [1, %d, 3]", rows / 2));

    add_op(c, "reshape", shape, image, "");
    add_op(c, "max_pool_2d", -1, pooled, POOL_2(2));
    add_op(c, "reshape", back, flat, "");
}

static void add_last(struct chain *c, int32_t rows)
{
    const int32_t begin = add_tensor(c, pool_printf(c->pool, "s32 [3] data [0, %d, 0]", rows - 1)),
                  size = add_tensor(c, "s32 [3] data [1, 1, 3]"),
                  row = add_tensor(c, "s8 [1,1,3] quant [0.0078125; 3]");

    text_add(&c->ops, "op %d slice in [%d, %d, %d] out [%d]\n", c->n_ops++, c->last, begin, size, row);
    c->last = row;
}

static const char *recurrent(struct pool *pool, const struct recurrence *r)
{
    struct chain c = {.pool = pool, .tensors = {.pool = pool}, .ops = {.pool = pool}, .dice = 11};
    const int32_t rows = r->rows - r->window + 1;

    c.last = add_tensor(&c, pool_printf(pool, "s8 [1,%d,1,3]" Q, r->rows));
    if (r->window > 1)
        add_op(&c, "average_pool_2d", -1, add_tensor(&c, pool_printf(pool, "s8 [1,%d,1,3]" Q, rows)),
               pool_printf(pool, "padding valid stride_h 1 stride_w 1 filter_h %d filter_w 1", r->window));
    (r->gru ? add_gru : add_lstm)(&c, rows,
                                  add_tensor(&c, pool_printf(pool, "s8 [1,%d,3] quant [0.0078125; 3]", rows)));
    if (r->pairs)
        add_pairs(&c, rows);
    if (!r->whole)
        add_last(&c, r->pairs ? rows / 2 : rows);
    return pool_printf(pool, HEAD "%s%sinputs [0]\noutputs [%d]\nend\n", c.tensors.s, c.ops.s, c.last);
}

/* What each call gives is that row of the model of as many rows as all calls bring. */
static void make_recurrent(struct fixture *whole, struct sequence *s, const struct recurrence *r)
{
    const struct recurrence all = {CALLS * s->hop, r->window, r->pairs, true, r->gru};
    const size_t skipped = (size_t)(CALLS - (all.rows - all.window + 1) / s->hop);
    struct pool pool = {0};
    uint64_t dice = 7;

    must(whole, compile(whole, recurrent(&pool, &all), false));
    s->graph = recurrent(&whole->pool, r);
    s->row = 3;
    s->out = 3;
    s->warm_up = r->rows / s->hop - 1;
    s->rows = pool_alloc(&whole->pool, (size_t)all.rows * s->row);
    s->want = pool_alloc(&whole->pool, CALLS * s->out);
    fill_random(&dice, TYPE_S8, s->rows, (int64_t)((size_t)all.rows * s->row));
    runner_run(&whole->runner, s->rows, s->want + skipped * s->out);
    pool_free(&pool);
}

/* Their states go on from one call to the next, and begin with the first row that is the window's. */
static void recurrent_layers_go_on(void **state)
{
    static const struct recurrence all[] = {
        {6, 1, false, false, false},
        {10, 3, false, false, false},
        {12, 3, true, false, false},
        {10, 3, false, false, true},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(all); i++)
        for (int k = 0; k < 2; k++) {
            struct sequence s = {.hop = all[i].pairs ? 2 : 1};
            struct fixture whole;

            target = k == 0 ? target_portable : target_of_core(core_named("cortex-m4f"));
            make_recurrent(&whole, &s, &all[i]);
            interpret(&s);
            run_rounds(&s);
            if (k == 0)
                run_c(&s);
            pool_free(&whole.pool);
        }
    target = target_portable;
}

static void what_cannot_stream_is_refused(void **state)
{
    struct fixture f;

    (void)state;
    for (size_t i = 0; i < COUNT(refused); i++) {
        if (compile(&f, refused[i].graph, true) != MOTE_ERR_UNSUPPORTED)
            fail_msg("case %zu: %s", i, f.report.text);
        if (strstr(f.report.text, refused[i].why) == NULL)
            fail_msg("case %zu: %s", i, f.report.text);
        pool_free(&f.pool);
    }
}

int main(void)
{
    target = target_portable;

    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_call_gives_its_window),
        cmocka_unit_test(random_chains_give_their_windows),
        cmocka_unit_test(recurrent_layers_go_on),
        cmocka_unit_test(what_cannot_stream_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
