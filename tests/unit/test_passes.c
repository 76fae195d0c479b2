/* SPDX-License-Identifier: Apache-2.0 */
/* Passes: each file of tests/passes, <pass>.<case>.graph, holds a graph, a line of three dashes, and what the pass (or
 * `all`) and dead_code make of it. With MOTE_UPDATE set, the second half is written anew instead.
 * Then random networks with dead channels must compute the same bytes with and without passes, and so must vww, with
 * its multiplications. */
#include "host/emit/emit.h"
#include "host/run/runner.h"
#include "host/graph/op_info.h"
#include "host/passes/passes.h"
#include "host/plan/plan.h"
#include "host/pipeline/pipeline.h"
#include "tests/shared.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h> /* after base.h: it has a macro named fail */

#define FOLDER MOTE_SOURCE_DIR "/tests/passes"

static struct report_text sink;

static void ok(enum mote_status status)
{
    if (status != MOTE_OK)
        print_error("%s\n", sink.text);
    assert_int_equal(status, MOTE_OK);
}

/* ---- text graphs ---- */
static const char *print(struct pool *pool, const struct model *m)
{
    struct text text = {.pool = pool};

    model_print(m, &text, true);
    return text.s;
}

/* What the model says to whoever compiles it stands behind the graph. */
static const char *print_with_remarks(struct pool *pool, const struct model *m)
{
    struct text text = {.pool = pool};

    text_add(&text, "%s", print(pool, m));
    for (const char *line = m->remarks; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
        text_add(&text, "# %.*s\n", (int)strcspn(line, "\n"), line);
    return text.s;
}

static const char *run_case(struct pool *pool, const char *path, char *input)
{
    struct frame at = {.name = path, .index = -1, .sink = &sink};
    const char *name = strrchr(path, '/') + 1;
    struct model m = {.pool = pool};
    char passes_text[64];

    ok(model_parse(&m, (struct bytes){(uint8_t *)input, strlen(input)}, &at));
    snprintf(passes_text, sizeof(passes_text), "%.*s,dead_code", (int)strcspn(name, "."), name);
    ok(passes_run(&m, strncmp(name, "all.", 4) == 0 ? NULL : passes_text, NULL, NULL, &at));
    return print_with_remarks(pool, &m);
}

static bool check_file(const char *path)
{
    struct frame at = {.name = path, .index = -1, .sink = &sink};
    struct pool pool = {0};
    struct bytes file;
    char *input, *want;
    const char *got;
    bool same;

    ok(file_read(&pool, path, &file, &at));
    input = pool_printf(&pool, "%.*s", (int)file.size, (char *)file.data);
    want = strstr(input, "\n---\n");
    if (want) {
        want[1] = '\0';
        want += 5;
    }
    got = run_case(&pool, path, input);
    if (getenv("MOTE_UPDATE")) {
        const char *text = pool_printf(&pool, "%s---\n%s", input, got);

        ok(file_write(path, text, strlen(text), &at));
        want = NULL;
    }
    same = getenv("MOTE_UPDATE") || (want && strcmp(want, got) == 0);
    if (!same)
        print_error("FAIL %s: got\n%s", path, got);
    pool_free(&pool);
    return same;
}

static void text_graphs(void **state)
{
    DIR *folder = opendir(FOLDER);
    int n = 0, bad = 0;

    (void)state;
    assert_non_null(folder);
    for (struct dirent *e; (e = readdir(folder));) {
        char path[1000];

        if (!strstr(e->d_name, ".graph"))
            continue;
        snprintf(path, sizeof(path), FOLDER "/%s", e->d_name);
        bad += !check_file(path);
        n++;
    }
    closedir(folder);
    assert_true(n >= 30);
    assert_int_equal(bad, 0);
}

static void names_of_passes(void **state)
{
    static const char *const wrong[] = {"fold,fusion", "none,fold", "", "fold,"};
    static const char *const names[] = {"'fusion'", "'none'", "''", "''"};
    struct frame at = {.name = "m", .index = -1, .sink = &sink};
    struct pool pool = {0};
    struct model m = {.pool = &pool};

    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        sink = (struct report_text){.status = MOTE_OK}; /* it keeps the first error */
        assert_int_equal(passes_run(&m, wrong[i], NULL, NULL, &at), MOTE_ERR_USAGE);
        assert_non_null(strstr(sink.text, names[i]));
        sink = (struct report_text){.status = MOTE_OK};
        assert_int_equal(passes_run(&m, NULL, wrong[i], NULL, &at), MOTE_ERR_USAGE);
    }
    pool_free(&pool);
}

/* ---- the verifier between passes ---- */
static const char doubled[] = "mote-graph 1\nmodel m\ngraph \"main\"\ntensor 0 \"x\" f32 [2]\ntensor 1 \"y\" f32 [2]\n"
                              "op 0 add in [0, 0] out [1]\ninputs [0]\noutputs [1]\nend\n";

static enum mote_status reads_its_own_output(struct model *m, struct graph *g, const struct frame *at)
{
    (void)m;
    (void)at;
    g->ops[0].in[0] = g->ops[0].out[0];
    return MOTE_OK;
}

static struct model parsed(struct pool *pool, const struct frame *at)
{
    struct model m = {.pool = pool};

    ok(model_parse(&m, (struct bytes){(uint8_t *)(uintptr_t)doubled, sizeof doubled - 1}, at));
    return m;
}

/* What a pass breaks is named before the next one stumbles over it. */
static void a_pass_that_breaks_the_graph_is_named(void **state)
{
    const struct pass broken = {"broken", reads_its_own_output, "leaves what no order of operators can compute", false,
                                false};
    struct frame at = {.name = "m", .index = -1, .sink = &sink};
    struct pool pool = {0};
    struct model m = parsed(&pool, &at);

    (void)state;
    sink = (struct report_text){.status = MOTE_OK};
    assert_int_equal(pass_run(&broken, &m, &at), MOTE_ERR_FORMAT);
    assert_non_null(strstr(sink.text, "m: pass broken: "));
    pool_free(&pool);
}

/* No pass makes a graph of what is none: it is refused as it came, even where no pass runs. */
static void what_comes_is_verified(void **state)
{
    static const char *const which[] = {NULL, "none", "dead_code"};
    struct frame at = {.name = "m", .index = -1, .sink = &sink};
    struct pool pool = {0};

    (void)state;
    for (size_t i = 0; i < COUNT(which); i++) {
        struct model m = parsed(&pool, &at);

        ok(reads_its_own_output(&m, &m.graphs[0], &at));
        sink = (struct report_text){.status = MOTE_OK};
        assert_int_equal(passes_run(&m, which[i], NULL, NULL, &at), MOTE_ERR_FORMAT);
        assert_null(strstr(sink.text, "pass"));
    }
    pool_free(&pool);
}

/* ---- random networks ---- */
static uint32_t seed;

static uint32_t below(uint32_t n)
{
    seed = seed * 1664525u + 1013904223u;
    return (uint32_t)(((uint64_t)seed * n) >> 32);
}

static int32_t add_tensor(struct model *m, const char *name, enum mote_type type, int rank, const int64_t *dims)
{
    struct tensor t = {.name = name, .type = type, .rank = rank, .source = -1};

    memcpy(t.dims, dims, (size_t)rank * sizeof(*dims));
    return graph_add_tensor(m, &m->graphs[0], &t);
}

static int32_t activation(struct model *m, int64_t h, int64_t w, int64_t c)
{
    int32_t t = add_tensor(m, "", TYPE_S8, 4, (int64_t[]){1, h, w, c});

    quant_set(m, &m->graphs[0].tensors[t].quant, 0.5f, (int32_t)below(256) - 128);
    return t;
}

/* Weights of which whole output channels, or single values, are zero. */
static int32_t random_weights(struct model *m, bool depthwise, int64_t out_c, int64_t k, int64_t in_c)
{
    int32_t t = add_tensor(m, "w", TYPE_S8, 4, (int64_t[]){depthwise ? 1 : out_c, k, k, depthwise ? out_c : in_c});
    int64_t n = tensor_elements(&m->graphs[0].tensors[t]);
    int8_t *w = pool_alloc(m->pool, (size_t)n);
    float *scale = pool_array(m->pool, (size_t)out_c, sizeof(*scale));

    for (int64_t o = 0; o < out_c; o++) {
        bool dead = below(3) == 0;

        scale[o] = 0.001f * (float)(1 + below(30));
        for (int64_t i = 0; i < n / out_c; i++)
            w[depthwise ? i * out_c + o : o * (n / out_c) + i] = (int8_t)(dead || below(3) == 0 ? 0 : below(256));
    }
    m->graphs[0].tensors[t].data = (uint8_t *)w;
    m->graphs[0].tensors[t].quant = (struct quant){
        .n = (int32_t)out_c, .axis = depthwise ? 3 : 0, .scale = scale, .zero = pool_array(m->pool, (size_t)out_c, 4)};
    return t;
}

static int32_t random_bias(struct model *m, int64_t n)
{
    int32_t t = add_tensor(m, "b", TYPE_S32, 1, &n), *b = pool_array(m->pool, (size_t)n, sizeof(*b));

    for (int64_t i = 0; i < n; i++)
        b[i] = below(4) == 0 ? (int32_t)below(UINT32_MAX) : (int32_t)below(20000) - 10000;
    m->graphs[0].tensors[t].data = (uint8_t *)b;
    return t;
}

static int32_t random_conv(struct model *m, int32_t from, bool depthwise)
{
    struct graph *g = &m->graphs[0];
    const struct tensor in = g->tensors[from];
    int64_t k = 1 + below(3), c = depthwise ? in.dims[3] * (1 + below(2)) : 1 + below(6);
    struct conv_opts o = {.padding = (int32_t)below(2), .stride_h = 1, .stride_w = 1, .dilation_h = 1, .dilation_w = 1};
    struct window y, x;
    int32_t list[3], out;

    if (k > in.dims[1] || k > in.dims[2])
        k = 1;
    o.stride_h = 1 + (int32_t)below(2), o.stride_w = 1 + (int32_t)below(2);
    o.activation = (int32_t[]){ACTIVATION_NONE, ACTIVATION_RELU, ACTIVATION_RELU6}[below(3)];
    y = window_fit(o.padding, in.dims[1], k, o.stride_h, 1, 0, 0);
    x = window_fit(o.padding, in.dims[2], k, o.stride_w, 1, 0, 0);
    list[0] = from;
    list[1] = random_weights(m, depthwise, c, k, in.dims[3]);
    list[2] = random_bias(m, c);
    out = activation(m, y.out, x.out, c);
    *(struct conv_opts *)graph_add_op(m, g, depthwise ? OP_DEPTHWISE_CONV_2D : OP_CONV_2D, 2 + (int)below(2), list, 1,
                                      &out)
         ->opts = o;
    return out;
}

static int32_t random_pool(struct model *m, int32_t from)
{
    struct graph *g = &m->graphs[0];
    const struct tensor in = g->tensors[from];
    struct pool_opts o = {.padding = PADDING_SAME, .stride_h = 1, .stride_w = 1, .filter_h = 2, .filter_w = 2};
    int32_t out = activation(m, in.dims[1], in.dims[2], in.dims[3]);

    g->tensors[out].quant = in.quant;
    o.activation = below(2) ? ACTIVATION_NONE : ACTIVATION_RELU6;
    *(struct pool_opts *)graph_add_op(m, g, below(2) ? OP_AVERAGE_POOL_2D : OP_MAX_POOL_2D, 1, &from, 1, &out)->opts =
        o;
    return out;
}

/* A sum of two convolutions, of which the first one may be read by another operator as well. */
static int32_t random_sum(struct model *m, int32_t from)
{
    struct graph *g = &m->graphs[0];
    int32_t a = random_conv(m, from, false), b, out;
    struct tensor like = g->tensors[a];
    struct op *op = &g->ops[g->n_ops - 1];

    b = graph_add_tensor(m, g, &like);
    op = graph_add_op(
        m, g, OP_CONV_2D, 3,
        (int32_t[]){from,
                    random_weights(m, false, like.dims[3], g->tensors[op->in[1]].dims[1], g->tensors[from].dims[3]),
                    random_bias(m, like.dims[3])},
        1, &b);
    memcpy(op->opts, g->ops[g->n_ops - 2].opts, sizeof(struct conv_opts));
    out = activation(m, like.dims[1], like.dims[2], like.dims[3]);
    graph_add_op(m, g, OP_ADD, 2, (int32_t[]){a, b}, 1, &out);
    return out;
}

static void random_model(struct model *m)
{
    struct graph *g = model_add_graph(m, "main");
    int32_t t, layers = 2 + (int32_t)below(5);

    m->name = "random";
    t = activation(m, 2 + below(6), 2 + below(6), 1 + below(3));
    g->inputs = pool_copy(m->pool, &t, sizeof(t));
    g->n_inputs = 1;
    for (int32_t i = 0; i < layers; i++) {
        uint32_t kind = below(8);

        t = kind < 3   ? random_conv(m, t, false)
            : kind < 6 ? random_conv(m, t, true)
            : kind < 7 ? random_pool(m, t)
                       : random_sum(m, t);
    }
    t = random_conv(m, t, false);
    g->outputs = pool_copy(m->pool, &t, sizeof(t));
    g->n_outputs = 1;
}

/* The outputs of three inferences. */
static size_t outputs_of(struct pool *pool, struct model *m, const uint8_t *in, uint8_t *out, const struct frame *at)
{
    struct plan_options options = {.keep_all = false};
    struct bytes image;
    struct plan plan;
    struct runner r;

    ok(plan_make(pool, m, &target_portable, &options, &plan, at));
    ok(emit_image(&plan, &image, at));
    ok(runner_open(pool, image, &r, at));
    for (int i = 0; i < 3; i++)
        runner_run(&r, in + i * 100, out + (size_t)i * runner_output_bytes(&r));
    return 3 * runner_output_bytes(&r);
}

static void random_networks_compute_the_same(void **state)
{
    struct frame at = {.name = "random", .index = -1, .sink = &sink};
    int64_t before = 0, after = 0;

    (void)state;
    seed = 5;
    for (int run = 0; run < 1500; run++) {
        struct pool pool = {0};
        struct model m = {.pool = &pool}, copy = {.pool = &pool};
        uint8_t in[1000], out[2][8192] = {{0}};
        size_t n;

        random_model(&m);
        ok(model_verify(&m, &at));
        model_copy(&m, &copy);
        ok(passes_run(&m, NULL, NULL, NULL, &at));
        for (size_t i = 0; i < sizeof(in); i++)
            in[i] = (uint8_t)below(256);
        n = outputs_of(&pool, &copy, in, out[0], &at);
        assert_true(n <= sizeof(out[0]) && n == outputs_of(&pool, &m, in, out[1], &at));
        if (memcmp(out[0], out[1], n) != 0)
            print_error("run %d\n%s\n---\n%s\n", run, print(&pool, &copy), print(&pool, &m));
        assert_memory_equal(out[0], out[1], n);
        before += model_macs(&copy);
        after += model_macs(&m);
        pool_free(&pool);
    }
    print_message("%lld multiplications became %lld\n", (long long)before, (long long)after);
    assert_true(after < before / 10 * 7);
}

/* ---- the boundary ---- */
static int32_t wide_end(struct model *m, const struct tensor *like)
{
    struct tensor t = *like;

    t.name = "end";
    t.type = TYPE_F32;
    t.quant = (struct quant){0};
    return graph_add_tensor(m, &m->graphs[0], &t);
}

/* Puts floats around a model of one int8 input and one int8 output. */
static void wrap(struct model *m)
{
    struct graph *g = &m->graphs[0];
    int32_t in = wide_end(m, &g->tensors[g->inputs[0]]), out = wide_end(m, &g->tensors[g->outputs[0]]);

    graph_insert_op(m, g, 0, OP_QUANTIZE, 1, &in, 1, &g->inputs[0]);
    graph_add_op(m, g, OP_DEQUANTIZE, 1, &g->outputs[0], 1, &out);
    g->inputs[0] = in;
    g->outputs[0] = out;
}

static void an_int8_boundary_leaves_the_model_inside(void **state)
{
    struct frame at = {.name = "wrapped", .index = -1, .sink = &sink};

    (void)state;
    seed = 6;
    for (int run = 0; run < 50; run++) {
        struct pool pool = {0};
        struct model m = {.pool = &pool}, inner = {.pool = &pool};
        uint8_t in[1000], out[2][8192] = {{0}};
        size_t n;

        random_model(&m);
        model_copy(&m, &inner);
        wrap(&m);
        ok(model_verify(&m, &at));
        ok(passes_run(&m, "boundary,dead_code", NULL, NULL, &at));
        assert_string_equal(m.graphs[0].tensors[m.graphs[0].inputs[0]].name, "end");
        assert_string_equal(m.graphs[0].tensors[m.graphs[0].outputs[0]].name, "end");
        for (size_t i = 0; i < sizeof(in); i++)
            in[i] = (uint8_t)below(256);
        n = outputs_of(&pool, &inner, in, out[0], &at);
        assert_true(n <= sizeof(out[0]) && n == outputs_of(&pool, &m, in, out[1], &at));
        assert_memory_equal(out[0], out[1], n);
        pool_free(&pool);
    }
}

static void ends_that_are_not_quantized_are_named(void **state)
{
    static const struct {
        const char *graph, *error;
    } cases[] = {
        {"tensor 0 \"x\" s8 [2] quant [1; 0]\ntensor 1 \"y\" s8 [2] quant [1; 0]\nop 0 relu in [0] out [1]\n",
         "nothing to take away"},
        {"tensor 0 \"x\" f32 [2]\ntensor 1 \"y\" f32 [2]\nop 0 relu in [0] out [1]\n", "0 x: an input of type f32"},
        {"tensor 0 \"x\" f32 [2]\ntensor 1 \"y\" s8 [2] quant [1; 0]\nop 0 quantize in [0] out [1]\n",
         "does nothing but quantize"},
        {"tensor 0 \"x\" s8 [2] quant [1; 0]\ntensor 1 \"y\" f32 [2]\nop 0 dequantize in [0] out [1]\n",
         "an input, an output, a constant or state"},
        {"tensor 0 \"x\" f32 [2]\ntensor 1 \"y\" s16 [2] quant [1; 0]\nop 0 quantize in [0] out [1]\n",
         "no QUANTIZE alone reads and makes int8"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct frame at = {.name = "m", .index = -1, .sink = &sink};
        struct pool pool = {0};
        struct model m = {.pool = &pool};
        char *text = pool_printf(&pool, "mote-graph 1\nmodel m\ngraph \"main\"\n%sinputs [0]\noutputs [1]\nend\n",
                                 cases[i].graph);

        sink = (struct report_text){.status = MOTE_OK};
        ok(model_parse(&m, (struct bytes){(uint8_t *)text, strlen(text)}, &at));
        assert_int_not_equal(passes_run(&m, "boundary", NULL, NULL, &at), MOTE_OK);
        if (strstr(sink.text, cases[i].error) == NULL)
            print_error("%s\n", sink.text);
        assert_non_null(strstr(sink.text, cases[i].error));
        pool_free(&pool);
    }
    sink = (struct report_text){.status = MOTE_OK};
}

/* ---- a real network ---- */
static void vww_loses_half_of_its_multiplications(void **state)
{
    struct pipeline_options options = {.passes = NULL};
    struct report_text text = {.status = MOTE_OK};
    struct frame at = {.name = "vww.tflite", .index = -1, .sink = &text};
    struct pool pool = {0};
    const char *path = shared_path(&pool, "models/mlperf_tiny/vww.tflite");
    struct pipeline p;

    (void)state;
    if (path == NULL) {
        pool_free(&pool);
        skip();
    }
    ok(pipeline_load(&pool, path, &p, &at));
    ok(pipeline_compile(&p, &options, &at));
    print_message("vww: %lld multiplications, %lld without dead channels\n", (long long)p.macs_imported,
                  (long long)p.macs_executed);
    assert_int_equal(p.macs_imported, 7489664);
    assert_true(p.macs_executed <= 3740000);
    pool_free(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_graphs),
        cmocka_unit_test(names_of_passes),
        cmocka_unit_test(a_pass_that_breaks_the_graph_is_named),
        cmocka_unit_test(what_comes_is_verified),
        cmocka_unit_test(random_networks_compute_the_same),
        cmocka_unit_test(an_int8_boundary_leaves_the_model_inside),
        cmocka_unit_test(ends_that_are_not_quantized_are_named),
        cmocka_unit_test(vww_loses_half_of_its_multiplications),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
