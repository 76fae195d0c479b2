/* SPDX-License-Identifier: Apache-2.0 */
/* mote compress of recipes, from outside: killed in any stage it goes on to the same bytes; budgets are met; networks
 * of every task; what is refused. */
#define _XOPEN_SOURCE 700
#include "host/base/levels.h"
#include "host/coding/biases.h"
#include "host/graph/op_info.h"
#include "host/pipeline/pipeline.h"
#include "host/passes/passes.h"
#include "tests/unit/command.h"
#include "tests/unit/drawn_table.h"

static int setup(void **state)
{
    const int status = setup_all(state);

    put_text("in/drawn.csv", drawn_table(&pool).s);
    put_text("in/data.yaml", drawn_data);
    return status;
}

#define COMPRESS(...) RUN("compress", "@in/recipe.yaml", "--threads", "1", "--json", __VA_ARGS__)

static void want_text(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("want \"%s\" in: %s", part, text);
}

static pid_t start_killed(void)
{
    char *argv[] = {(char *)(uintptr_t) "mote",
                    (char *)(uintptr_t) "compress",
                    (char *)(uintptr_t)here("in/recipe.yaml"),
                    (char *)(uintptr_t) "--data",
                    (char *)(uintptr_t)here("in/data.yaml"),
                    (char *)(uintptr_t) "--threads",
                    (char *)(uintptr_t) "1",
                    (char *)(uintptr_t) "-o",
                    (char *)(uintptr_t)here("out/killed"),
                    NULL};
    const pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0)
        become(argv, NULL);
    return pid;
}

/* Once that file is there. */
static void kill_at(const char *file)
{
    const pid_t pid = start_killed();
    int status;

    while (access(here(file), F_OK) != 0) {
        assert_int_equal(waitpid(pid, &status, WNOHANG), 0);
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

/* ---- what comes out ---- */
static struct model int8_of(const char *folder)
{
    struct report_text report = {.status = MOTE_OK};
    const struct frame at = {.index = -1, .sink = &report};
    struct model m = {.pool = &pool};

    if (model_parse(&m, slurp(here(pool_printf(&pool, "%s/int8.graph", folder))), &at) != MOTE_OK)
        fail_msg("%s", report.text);
    return m;
}

static void want_same(const char *a, const char *b)
{
    const struct bytes x = slurp(here(a)), y = slurp(here(b));

    assert_int_equal(x.size, y.size);
    assert_memory_equal(x.data, y.data, x.size);
}

static void want_codes(const char *folder, int32_t most)
{
    const struct model m = int8_of(folder);

    for (int32_t i = 0; i < m.graphs[0].n_tensors; i++) {
        const struct tensor *t = &m.graphs[0].tensors[i];
        struct levels levels = {0};

        for (int64_t k = 0; t->data != NULL && t->rank >= 2 && t->type == TYPE_S8 && k < tensor_elements(t); k++)
            assert_true(levels_add(&levels, ((const int8_t *)t->data)[k]));
        assert_in_range(levels.n, 0, (uint64_t)most);
    }
}

/* A byte each, and rounded by half a step of the output at most. */
static void want_short_biases(const char *folder)
{
    const struct model m = int8_of(folder);
    const struct graph *g = &m.graphs[0];
    int32_t layers = 0;

    for (int32_t i = 0; i < g->n_ops; i++) {
        const struct tensor *bias = op_in(g, &g->ops[i], 2);
        struct biases packed;

        if (g->ops[i].id != OP_FULLY_CONNECTED || op_in(g, &g->ops[i], 1)->quant.n > 1)
            continue;
        biases_pack(&pool, (const int32_t *)(const void *)bias->data, (int32_t)tensor_elements(bias), &packed);
        assert_int_equal(packed.bytes, 1);
        assert_true((double)bias->quant.scale[0] * (double)(INT64_C(1) << packed.shift) <=
                    (double)op_out(g, &g->ops[i], 0)->quant.scale[0]);
        layers++;
    }
    assert_in_range(layers, 1, 3);
}

/* ---- the command ---- */
/* Killed in each stage, it ends with the same file. */
static void a_killed_compression_goes_on(void **state)
{
    static const char *const files[] = {"out/killed/dense/checkpoint.graph", "out/killed/prune/checkpoint.graph",
                                        "out/killed/levels/checkpoint.graph"};
    /* No batch normalization: it would scale the channels of the weights that it is folded into. */
    static const char dense[] = "name: dense\n"
                                "network:\n"
                                "  - fully_connected: {units: 32, activation: relu}\n"
                                "  - fully_connected: {units: 16, activation: relu}\n"
                                "  - fully_connected: {}\n"
                                "  - softmax: {}\n"
                                "training: {epochs: 30, batch: 4}\n"
                                "compress:\n"
                                "  teacher: {}\n"
                                "  prune: {keep: 0.3, epochs: 30, ramp: 15}\n"
                                "  levels: {count: 4, epochs: 30, bit_price: 1e-5}\n";
    struct result r;

    (void)state;
    put_text("in/recipe.yaml", dense);
    r = COMPRESS("--data", "@in/data.yaml", "-o", "@out/whole");
    want_status(&r, 0);
    want_text(r.out, "\"stage\": \"levels\"");
    want_text(r.out, "\"coding\": \"huffman\"");
    assert_int_equal(access(here("out/whole/report.html"), R_OK), 0);
    for (size_t i = 0; i < COUNT(files); i++)
        kill_at(files[i]);
    r = COMPRESS("--data", "@in/data.yaml", "-o", "@out/killed");
    want_status(&r, 0);
    want_same("out/whole/int8.graph", "out/killed/int8.graph");
    want_codes("out/whole", 4);
    want_short_biases("out/whole");
}

/* A budget takes a price that is not the recipe's, and another time the same; of prices that do not meet it the nearest
 * is taken, and that is told. */
static void a_budget_is_met(void **state)
{
    static const char recipe[] = "name: dense\n"
                                 "network:\n"
                                 "  - fully_connected: {units: 32, activation: relu}\n"
                                 "  - fully_connected: {}\n"
                                 "  - softmax: {}\n"
                                 "training: {epochs: 6, batch: 16, optimizer: {kind: adam, rate: 0.01}}\n"
                                 "compress:\n"
                                 "  levels: {count: 4, epochs: 6, bit_price: 1e-6}\n";
    struct result r;

    (void)state;
    put_text("in/recipe.yaml", recipe);
    for (int i = 0; i < 2; i++) {
        r = COMPRESS("--data", "@in/data.yaml", "-o", "@out/a", "--budget", "200");
        want_status(&r, 0);
        want_text(r.out, "\"met\": true");
        want_text(r.out, "\"bit_price\": ");
        put_bytes(i == 0 ? "out/first.graph" : "out/second.graph", slurp(here("out/a/int8.graph")).data,
                  slurp(here("out/a/int8.graph")).size);
    }
    want_same("out/first.graph", "out/second.graph");
    r = COMPRESS("--data", "@in/data.yaml", "-o", "@out/a", "--accuracy-drop", "100");
    want_status(&r, 0);
    want_text(r.out, "\"met\": true");
    r = COMPRESS("--data", "@in/data.yaml", "-o", "@out/a", "--budget", "1");
    want_status(&r, 0);
    want_text(r.out, "\"met\": false");
}

static void a_budget_needs_a_price(void **state)
{
    struct result r;

    (void)state;
    put_text("in/recipe.yaml", "network: [{fully_connected: {}}, {softmax: {}}]\ncompress: {levels: {count: 4}}\n");
    r = COMPRESS("--data", "@in/data.yaml", "-o", "@out/a", "--budget", "200");
    want_failure(&r, 1, "needs levels with a bit_price");
}

/* Numbers to predict, anomalies, gates of an LSTM; without pruning, without levels. */
static void every_task_is_compressed(void **state)
{
    static const char *const recipes[] = {
        "data: {path: drawn.csv, label: a, validation: 0.2, test: 0.2, normalize: auto}\n"
        "network:\n  - fully_connected: {units: 9, activation: relu}\n  - fully_connected: {}\n"
        "training: {epochs: 3}\n"
        "compress: {prune: {keep: 0.4}, levels: {count: 4}}\n",
        "data: {path: drawn.csv, label: label, validation: 0.2, test: 0.2, normalize: auto}\n"
        "network:\n  - fully_connected: {units: 5, activation: relu}\n  - fully_connected: {units: 8}\n"
        "training: {epochs: 3, loss: mean_squared_error, normal: 1}\n"
        "compress: {levels: {count: 4}}\n",
        "data: {path: drawn.csv, label: label, validation: 0.2, test: 0.2}\n"
        "network:\n  - reshape: {shape: [4, 2]}\n  - lstm: {units: 6}\n  - fully_connected: {}\n  - softmax: {}\n"
        "training: {epochs: 3}\n"
        "compress: {prune: {keep: 0.5, method: magnitude}, levels: {count: 4}}\n",
        "data: {path: drawn.csv, label: label, validation: 0, test: 0.2}\n"
        "network:\n  - fully_connected: {}\n  - softmax: {}\n"
        "training: {epochs: 3, batch: 1000, optimizer: {kind: sgd}}\n"
        "compress: {optimizer: {kind: adamw}, prune: {keep: 0.1, epochs: 1}}\n",
        "data: {path: drawn.csv, label: label, validation: 0.2, test: 0.2}\n"
        "network:\n  - reshape: {shape: [4, 2, 1]}\n  - conv_2d: {filters: 6, kernel: 3, batch_norm: true}\n"
        "  - dropout: {rate: 0.1}\n  - fully_connected: {}\n  - softmax: {}\n"
        "training: {epochs: 3}\n"
        "compress: {teacher: {}, prune: {keep: 0.5}, levels: {count: 4}}\n",
        "data: {path: drawn.csv, label: label, validation: 0.2, test: 0.2}\n"
        "network:\n  - reshape: {shape: [4, 2]}\n  - lstm: {units: 6}\n  - fully_connected: {}\n  - softmax: {}\n"
        "training: {epochs: 3}\n"
        "compress: {teacher: {temperature: 3, share: 1}, levels: {count: 4}}\n",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(recipes); i++) {
        const char *out = pool_printf(&pool, "out/%zu", i);
        struct result r;

        put_text("in/recipe.yaml", recipes[i]);
        r = COMPRESS("-o", here(out));
        want_status(&r, 0);
        want_codes(out, LEVELS_MAX); /* by channel, if they are few */
    }
}

/* Grids with a scale a channel reach int8 as they are: of every kind of weights, so many codes a tensor. */
static void grids_stay_in_int8(void **state)
{
    static const char *const tails[] = {
        "data: {path: drawn.csv, label: label, validation: 0.2, test: 0.2}\n"
        "network:\n  - reshape: {shape: [4, 2, 1]}\n"
        "  - conv_2d: {filters: 6, kernel: 3, batch_norm: true, activation: relu}\n"
        "  - depthwise_conv_2d: {kernel: 3, activation: relu}\n  - fully_connected: {}\n  - softmax: {}\n"
        "training: {epochs: 3}\n",
        "data: {path: drawn.csv, label: label, validation: 0.2, test: 0.2}\n"
        "network:\n  - reshape: {shape: [4, 2]}\n  - lstm: {units: 6}\n  - fully_connected: {}\n  - softmax: {}\n"
        "training: {epochs: 3}\n",
        "data: {path: drawn.csv, label: a, validation: 0.2, test: 0.2, normalize: auto}\n"
        "network:\n  - fully_connected: {units: 20, activation: relu}\n  - fully_connected: {}\n"
        "training: {epochs: 3}\n",
    };
    static const struct {
        const char *compress;
        int32_t most;
    } cases[] = {{"{levels: {method: linear, bits: 3}}", 6},
                 {"{prune: {keep: 0.5}, levels: {method: log, bits: 3}}", 6},
                 {"{levels: {method: ternary}}", 2},
                 {"{levels: {method: binary}}", 2}};

    (void)state;
    for (size_t i = 0; i < COUNT(tails) * COUNT(cases); i++) {
        const char *out = pool_printf(&pool, "out/grid%zu", i);
        struct result r;

        put_text("in/recipe.yaml",
                 pool_printf(&pool, "%scompress: %s\n", tails[i / COUNT(cases)], cases[i % COUNT(cases)].compress));
        r = COMPRESS("-o", here(out));
        want_status(&r, 0);
        want_codes(out, cases[i % COUNT(cases)].most);
    }
}

static long bytes_after(const char *json, const char *stage)
{
    const char *row = strstr(json, pool_printf(&pool, "\"stage\": \"%s\"", stage));

    assert_non_null(row);
    row = strstr(row, "\"bytes\": ");
    assert_non_null(row);
    return strtol(row + strlen("\"bytes\": "), NULL, 10);
}

/* The four gates of an LSTM are coded together, those of so few weights in fewer bytes than one each; batch
 * normalization is none; binary weights are a bit each. */
static void bytes_are_what_kernels_take(void **state)
{
    enum { LSTM = 4 * 24 * (2 + 24), LAST = 3 * 24, CONV = 9 * 6, CONNECTED = 8 * 6 * 3 };
    struct result r;

    (void)state;
    put_text("in/recipe.yaml", "network:\n  - reshape: {shape: [4, 2]}\n  - lstm: {units: 24}\n"
                               "  - fully_connected: {}\n  - softmax: {}\ntraining: {epochs: 1}\n"
                               "compress: {prune: {keep: 0.1, epochs: 1}, levels: {count: 2, epochs: 1}}\n");
    r = COMPRESS("--data", "@in/data.yaml", "-o", "@out/lstm");
    want_status(&r, 0);
    assert_in_range(bytes_after(r.out, "int8"), LSTM / 10, LSTM / 3 + 4 * 4 * 24 + LAST + 4 * 3);
    want_text(r.out, "\"coding\": \"huffman\"");
    put_text("in/recipe.yaml", "network:\n  - reshape: {shape: [4, 2, 1]}\n"
                               "  - conv_2d: {filters: 6, kernel: 3, batch_norm: true}\n"
                               "  - fully_connected: {}\n  - softmax: {}\ntraining: {epochs: 1}\n"
                               "compress: {levels: {count: 2, epochs: 1}}\n");
    r = COMPRESS("--data", "@in/data.yaml", "-o", "@out/conv");
    want_status(&r, 0);
    assert_in_range(bytes_after(r.out, "dense"), 1, CONV + CONNECTED + 4 * (6 + 3));
    put_text("in/recipe.yaml", "network:\n  - fully_connected: {units: 32}\n  - fully_connected: {}\n  - softmax: {}\n"
                               "training: {epochs: 1}\ncompress: {levels: {method: binary, epochs: 1}}\n");
    r = COMPRESS("--data", "@in/data.yaml", "-o", "@out/bits");
    want_status(&r, 0);
    assert_int_equal(bytes_after(r.out, "levels"), 8 * 32 / 8 + 2 + 32 * 3 / 8 + 2 + 4 * (32 + 3)); /* packed */
}

/* A wider network teaches all stages; what cannot be one is refused. */
static void another_network_teaches(void **state)
{
    static const char recipe[] = "network:\n  - fully_connected: {units: %d, activation: relu}\n"
                                 "  - fully_connected: {}\n  - softmax: {}\n"
                                 "training: {epochs: 3}\ncompress:\n  teacher: {model: %s, share: 1}\n"
                                 "  levels: {count: 4, epochs: 3}\n";
    struct result r;

    (void)state;
    put_text("in/recipe.yaml", pool_printf(&pool, recipe, 24, "../out/none.graph"));
    r = RUN("train", "@in/recipe.yaml", "--data", "@in/data.yaml", "-o", "@out/wide");
    want_status(&r, 0);
    r = COMPRESS("--data", "@in/data.yaml", "-o", "@out/untaught");
    want_status(&r, 1);
    want_text(r.err, "none.graph: cannot read");
    put_text("in/recipe.yaml", pool_printf(&pool, recipe, 6, "../out/wide/model.graph"));
    r = COMPRESS("--data", "@in/data.yaml", "-o", "@out/taught");
    want_status(&r, 0);
    put_text("in/recipe.yaml", pool_printf(&pool, recipe, 6, "../out/taught/int8.graph"));
    r = COMPRESS("--data", "@in/data.yaml", "-o", "@out/refused");
    want_status(&r, 1);
    want_text(r.err, "is no teacher of this network");
    r = RUN("quantize", "@out/wide/model.graph", "--data", "@in/data.yaml", "--boundary", "float", "-o",
            "@out/q.graph");
    want_status(&r, 0);
    put_text("in/recipe.yaml", pool_printf(&pool, recipe, 6, "../out/q.graph"));
    r = COMPRESS("--data", "@in/data.yaml", "-o", "@out/refused");
    want_status(&r, 1);
    want_text(r.err, "q.graph: is no teacher of this network");
}

static int32_t kept_in(const char *folder, enum op_id id)
{
    const struct model m = int8_of(folder);
    const struct graph *g = &m.graphs[0];
    int32_t kept = 0;

    for (int32_t i = 0; i < g->n_ops; i++) {
        const struct tensor *w = g->ops[i].id == id ? op_in(g, &g->ops[i], 1) : NULL;

        for (int64_t k = 0; w != NULL && k < tensor_elements(w); k++)
            kept += ((const int8_t *)w->data)[k] != 0;
    }
    return kept;
}

/* Weights of a convolution cost more instructions than others, and no more bytes. A stage that has begun with one goal
 * does not go on with another. */
static void a_goal_decides_what_goes(void **state)
{
    struct result r;

    (void)state;
    put_text("in/recipe.yaml", "network:\n  - reshape: {shape: [4, 2, 1]}\n"
                               "  - conv_2d: {filters: 6, kernel: 3, batch_norm: true, activation: relu}\n"
                               "  - fully_connected: {units: 9, activation: relu}\n"
                               "  - fully_connected: {}\n  - softmax: {}\n"
                               "training: {epochs: 3}\ncompress: {prune: {keep: 0.4, epochs: 3}}\n");
    r = COMPRESS("--data", "@in/data.yaml", "-o", "@out/flash", "--optimize", "flash", "--target", "mps2-an386");
    want_status(&r, 0);
    want_text(r.out, "\"optimize\": \"flash\"");
    r = COMPRESS("--data", "@in/data.yaml", "-o", "@out/speed", "--optimize", "speed", "--target", "mps2-an386");
    want_status(&r, 0);
    assert_true(kept_in("out/speed", OP_CONV_2D) < kept_in("out/flash", OP_CONV_2D));
    r = COMPRESS("--data", "@in/data.yaml", "-o", "@out/flash", "--optimize", "flash", "--target", "mps2-an386");
    want_status(&r, 0);
    r = COMPRESS("--data", "@in/data.yaml", "-o", "@out/flash", "--optimize", "speed", "--target", "mps2-an386");
    want_status(&r, 1);
    want_text(r.err, "another goal or target");
}

/* Channels that go are no work any more, also behind levels, whose stage does not bring them back. */
static void channels_leave_the_network(void **state)
{
    static const char *const ways[] = {"method: apoz, keep: 0.5", "method: norm, keep: 0.5"};
    struct result r;

    (void)state;
    for (size_t i = 0; i < COUNT(ways); i++) {
        const char *out = pool_printf(&pool, "out/channels%zu", i);
        struct report_text report = {.status = MOTE_OK};
        const struct frame at = {.index = -1, .sink = &report};
        struct model m;
        int64_t macs;

        put_text("in/recipe.yaml",
                 pool_printf(&pool,
                             "network:\n  - reshape: {shape: [4, 2, 1]}\n"
                             "  - conv_2d: {filters: 8, kernel: 3, batch_norm: true, activation: relu}\n"
                             "  - conv_2d: {filters: 8, kernel: 3, activation: relu}\n"
                             "  - fully_connected: {units: 12, activation: relu}\n"
                             "  - fully_connected: {}\n  - softmax: {}\n"
                             "training: {epochs: 2}\n"
                             "compress: {prune: {%s, epochs: 3}, levels: {count: 4, epochs: 2}}\n",
                             ways[i]));
        r = COMPRESS("--data", "@in/data.yaml", "-o", here(out));
        want_status(&r, 0);
        m = int8_of(out);
        macs = 8 * (72 + 576) + 12 * 64 + 3 * 12;
        assert_int_equal(passes_run(&m, NULL, NULL, NULL, &at), MOTE_OK);
        print_message("%s: %lld of %lld multiply-accumulates\n", ways[i], (long long)model_macs(&m), (long long)macs);
        assert_true(model_macs(&m) < 2 * macs / 3);
    }
}

/* Whoever asks for stages that the recipe does not have, or for another network, is told. */
static void what_does_not_fit_is_refused(void **state)
{
    struct result r;

    (void)state;
    put_text("in/recipe.yaml", "name: none\nnetwork:\n  - fully_connected: {}\n  - softmax: {}\n");
    r = COMPRESS("--data", "@in/data.yaml", "-o", "@out/a");
    want_failure(&r, 1, "has no compress section");
    put_text("in/recipe.yaml", "network:\n  - reshape: {shape: [1, 8, 1]}\n"
                               "  - depthwise_conv_2d: {kernel: 1x8, padding: valid, multiplier: 3}\n"
                               "  - flatten: {}\n  - softmax: {}\n"
                               "training: {epochs: 1}\ncompress: {prune: {keep: 0.5}}\n");
    r = COMPRESS("--data", "@in/data.yaml", "-o", "@out/b");
    want_status(&r, 1);
    want_text(r.err, "no weights that stages of a compression take");
    put_text("in/recipe.yaml", "network:\n  - fully_connected: {}\n  - softmax: {}\ntraining: {epochs: 1}\n"
                               "compress: {prune: {keep: 0.5}}\n");
    r = COMPRESS("--data", "@in/data.yaml", "-o", "@out/a");
    want_status(&r, 0);
    put_text("in/recipe.yaml", "network:\n  - fully_connected: {}\n  - softmax: {}\ntraining: {epochs: 1}\n"
                               "compress: {prune: {keep: 0.6}}\n");
    r = COMPRESS("--data", "@in/data.yaml", "-o", "@out/a");
    want_status(&r, 1);
    want_text(r.err, "out/a/prune/checkpoint.graph");
    want_text(r.err, "another recipe");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_killed_compression_goes_on), TEST(a_budget_is_met),
        TEST(a_budget_needs_a_price),       TEST(every_task_is_compressed),
        TEST(grids_stay_in_int8),           TEST(bytes_are_what_kernels_take),
        TEST(a_goal_decides_what_goes),     TEST(channels_leave_the_network),
        TEST(what_does_not_fit_is_refused), TEST(another_network_teaches),
    };

    return cmocka_run_group_tests(tests, setup, teardown_all);
}
