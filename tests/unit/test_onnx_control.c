/* SPDX-License-Identifier: Apache-2.0 */
/* If, Loop, Scan and functions of ONNX files: what they compute, what is refused and how, and that no file makes the
 * importer run long or take more memory than import.h promises (the pool aborts beyond it). */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#undef fail /* ours is in base.h */

#include "host/import/import.h"
#include "host/pipeline/pipeline.h"
#include "host/run/runner.h"
#include "tests/onnx_made.h"

enum { BOOL = 9 };

/* ---- parts of models ---- */
static struct text scalar_of(struct pool *pool, const char *name, int type, int64_t value)
{
    struct text t = {.pool = pool};

    put_int(&t, 2, type);
    put_string(&t, 8, name);
    put_bytes(&t, 9, &value, type == BOOL ? 1 : 8);
    return t;
}

static void put_scalar(struct text *graph, const char *name, int type, int64_t value)
{
    struct text t = scalar_of(graph->pool, name, type, value);

    put_message(graph, 5, &t);
}

static void put_floats(struct text *graph, const char *name, int64_t n, const float *values)
{
    struct text t = tensor_of(graph->pool, name, FLOAT, n, values, (size_t)n * sizeof *values);

    put_message(graph, 5, &t);
}

/* An input (field 11) or output (12) of a body: a name. */
static void put_name(struct text *graph, int field, const char *name)
{
    struct text value = {.pool = graph->pool};

    put_string(&value, 1, name);
    put_message(graph, field, &value);
}

static void put_body(struct text *node, const char *name, const struct text *body)
{
    struct text a = {.pool = node->pool};

    put_string(&a, 1, name);
    put_message(&a, 6, body);
    put_message(node, 5, &a);
}

static void put_list(struct text *node, const char *name, int64_t value)
{
    struct text a = {.pool = node->pool};

    put_string(&a, 1, name);
    put_int(&a, 8, value);
    put_message(node, 5, &a);
}

static void put_number(struct text *node, const char *name, int64_t value)
{
    struct text a = {.pool = node->pool};

    put_string(&a, 1, name);
    put_int(&a, 3, value);
    put_message(node, 5, &a);
}

static struct bytes with_function(struct pool *pool, struct bytes model, const struct text *function)
{
    struct text all = {.pool = pool};

    text_bytes(&all, model.data, model.size);
    put_message(&all, 25, function);
    return (struct bytes){(uint8_t *)all.s, all.len};
}

/* ---- what is made of a model ---- */
static void says_of(struct bytes file, enum mote_status status, const char *text)
{
    struct pool pool = {.limit = IMPORT_MEMORY(file.size)};
    struct report_text report = {.status = MOTE_OK};
    struct frame at = {.name = "m.onnx", .index = -1, .sink = &report};
    struct import_missing missing;
    struct model m;
    enum mote_status is = onnx_import(&pool, "m.onnx", file, NULL, &m, &missing, &at);
    const char *said = is == MOTE_OK && missing.what ? missing.what : report.text;

    if (!strstr(said, text))
        print_error("'%s' does not say '%s'\n", said, text);
    assert_non_null(strstr(said, text));
    assert_int_equal(is == MOTE_OK && missing.what ? missing.status : is, status);
    pool_free(&pool);
}

static void gives(struct bytes file, const void *in, size_t n_out, const float *want)
{
    struct pool pool = {0};
    struct report_text report = {.status = MOTE_OK};
    struct frame at = {.index = -1, .sink = &report};
    struct pipeline p;
    struct runner r;
    float out[32];

    if (pipeline_read(&pool, "m.onnx", file, &p, &at) != MOTE_OK ||
        pipeline_compile(&p, &(struct pipeline_options){.passes = NULL}, &at) != MOTE_OK)
        print_error("%s\n", report.text);
    assert_int_equal(report.status, MOTE_OK);
    assert_int_equal(runner_open(&pool, p.image, &r, &at), MOTE_OK);
    assert_int_equal(runner_output_bytes(&r), n_out * sizeof *out);
    mote_model_reset(&r.model);
    runner_run(&r, in, (uint8_t *)out);
    for (size_t i = 0; i < n_out; i++)
        if (out[i] != want[i]) {
            print_error("element %zu is %g, not %g\n", i, (double)out[i], (double)want[i]);
            assert_true(false);
        }
    pool_free(&pool);
}

/* ---- If ---- */
/* The branches: x + 1, and x of the graph around it, or of that a part. */
static struct text if_graph(struct pool *pool, bool alike)
{
    static const float one = 1;
    struct text graph = {.pool = pool}, yes = graph, no = graph, node = node_of(pool, "If c -> y");

    put_floats(&yes, "one", 1, &one);
    put_node(&yes, "Add x one -> a");
    put_name(&yes, 12, "a");
    put_node(&no, alike ? "Neg x -> b" : "ReduceSum x -> b");
    put_name(&no, 12, "b");
    put_body(&node, "then_branch", &yes);
    put_body(&node, "else_branch", &no);
    put_message(&graph, 1, &node);
    put_value(&graph, 11, "x", FLOAT, DIMS(1, 2));
    put_name(&graph, 12, "y");
    return graph;
}

static void if_chooses(void **state)
{
    struct pool pool = {0};
    struct text constant = if_graph(&pool, false), computed = if_graph(&pool, true), unlike = if_graph(&pool, false);
    struct {
        float x[2];
        uint8_t c;
    } in = {{3, 4}, 1};

    (void)state;
    put_scalar(&constant, "c", BOOL, 0);
    gives(model_of(&constant, 13), &in, 1, (const float[]){7});
    put_value(&computed, 11, "c", BOOL, DIMS(1));
    gives(model_of(&computed, 13), &in, 2, (const float[]){4, 5});
    in.c = 0;
    gives(model_of(&computed, 13), &in, 2, (const float[]){-3, -4});
    put_value(&unlike, 11, "c", BOOL, DIMS(1));
    says_of(model_of(&unlike, 13), MOTE_ERR_UNSUPPORTED, "node 0 If: the branches make f32 1x2 and f32 1x1");
    pool_free(&pool);
}

/* ---- Loop ---- */
/* As long as `test` says (which knows i, the times, and x), v becomes v + x; each time's v is stacked. */
static struct text loop_graph(struct pool *pool, const char *inputs, const char *test)
{
    struct text graph = {.pool = pool}, body = graph, node = node_of(pool, inputs);

    put_scalar(&body, "four", INT64, 4);
    put_node(&body, test);
    put_node(&body, "Add v x -> w");
    put_node(&body, "Identity w -> each");
    for (int i = 0; i < 3; i++)
        put_name(&body, 11, (const char *[]){"i", "on", "v"}[i]);
    for (int i = 0; i < 3; i++)
        put_name(&body, 12, (const char *[]){"again", "w", "each"}[i]);
    put_body(&node, "body", &body);
    put_message(&graph, 1, &node);
    put_value(&graph, 11, "x", FLOAT, DIMS(1, 2));
    put_name(&graph, 12, "last");
    put_name(&graph, 12, "all");
    return graph;
}

/* What a body takes from the graph around it stands behind the node. */
static void bodies_wait_for_what_they_take(void **state)
{
    static const float in[2] = {1, 10};
    struct pool pool = {0};
    struct text graph = {.pool = &pool}, inner = graph, outer = graph, node = node_of(&pool, "If yes -> w"),
                around = node_of(&pool, "If yes -> y");

    (void)state;
    put_node(&inner, "Add late x -> a");
    put_name(&inner, 12, "a");
    put_body(&node, "then_branch", &inner);
    put_body(&node, "else_branch", &inner);
    put_message(&outer, 1, &node);
    put_name(&outer, 12, "w");
    put_body(&around, "then_branch", &outer);
    put_body(&around, "else_branch", &outer);
    put_message(&graph, 1, &around);
    put_node(&graph, "Neg late -> a"); /* another a than the body's, which waits for nobody */
    put_node(&graph, "Neg x -> e");
    put_node(&graph, "Neg e -> late");
    put_scalar(&graph, "yes", BOOL, 1);
    put_value(&graph, 11, "x", FLOAT, DIMS(1, 2));
    put_name(&graph, 12, "y");
    gives(model_of(&graph, 13), in, 2, (const float[]){2, 20});
    pool_free(&pool);
}

static void loops_are_unrolled(void **state)
{
    static const float in[2] = {1, 10};
    struct pool pool = {0};
    struct text counted = loop_graph(&pool, "Loop n - x -> last all", "Identity on -> again");
    struct text tested = loop_graph(&pool, "Loop - - x -> last all", "Less i four -> again");

    (void)state;
    put_scalar(&counted, "n", INT64, 2);
    gives(model_of(&counted, 13), in, 6, (const float[]){3, 30, 2, 20, 3, 30});
    gives(model_of(&tested, 13), in, 12, (const float[]){6, 60, 2, 20, 3, 30, 4, 40, 5, 50, 6, 60});
    pool_free(&pool);
}

/* v becomes v + x as long as v < `limit`, at most three times, from x on. */
static void loops_that_data_end(void **state)
{
    static const struct {
        float x, limit, want;
    } runs[] = {{2, 100, 8}, {2, 3, 4}, {2, 5, 6}, {2, -1, 4}};
    struct pool pool = {0};
    struct text graph = {.pool = &pool}, body = graph, node = node_of(&pool, "Loop n - x -> last");

    (void)state;
    put_node(&body, "Add v x -> w");
    put_node(&body, "Less w limit -> again");
    for (int i = 0; i < 3; i++)
        put_name(&body, 11, (const char *[]){"i", "on", "v"}[i]);
    put_name(&body, 12, "again");
    put_name(&body, 12, "w");
    put_body(&node, "body", &body);
    put_message(&graph, 1, &node);
    put_value(&graph, 11, "x", FLOAT, DIMS(1));
    put_value(&graph, 11, "limit", FLOAT, DIMS(1));
    put_name(&graph, 12, "last");
    put_scalar(&graph, "n", INT64, 3);
    for (size_t i = 0; i < COUNT(runs); i++)
        gives(model_of(&graph, 13), (const float[]){runs[i].x, runs[i].limit}, 1, &runs[i].want);
    pool_free(&pool);
}

static void loops_that_are_refused(void **state)
{
    struct pool pool = {0};
    struct text computed = loop_graph(&pool, "Loop n - x -> last all", "Identity on -> again");
    struct text endless = loop_graph(&pool, "Loop - - x -> last all", "Identity on -> again");
    struct text by_data = loop_graph(&pool, "Loop - - x -> last all", "IsNaN nan -> again");
    struct text never = loop_graph(&pool, "Loop n - x -> last all", "Identity on -> again");
    struct text wrong = loop_graph(&pool, "Loop n -> last all", "Identity on -> again");

    (void)state;
    put_value(&computed, 11, "n", INT64, DIMS(1));
    says_of(model_of(&computed, 13), MOTE_ERR_UNSUPPORTED, "node 0 Loop: the trip count is an input of the model");
    says_of(model_of(&endless, 13), MOTE_ERR_UNSUPPORTED, "node 0 Loop: it runs more than 4096 times");
    put_value(&by_data, 11, "nan", FLOAT, DIMS(1));
    says_of(model_of(&by_data, 13), MOTE_ERR_UNSUPPORTED, "then its trip count must be a constant of at most 256");
    put_scalar(&never, "n", INT64, 0);
    says_of(model_of(&never, 13), MOTE_ERR_UNSUPPORTED, "it runs no time");
    put_scalar(&wrong, "n", INT64, 1);
    says_of(model_of(&wrong, 13), MOTE_ERR_FORMAT, "1 inputs, 2 outputs, and a body of 3");
    pool_free(&pool);
}

/* A graph that runs `inner` 4096 times; names of depth k. */
static struct text loop_of(struct pool *pool, const struct text *inner, int k, bool outermost)
{
    struct text node = node_of(pool, "Loop n -"), graph = {.pool = pool};

    put_body(&node, "body", inner);
    put_message(&graph, 1, &node);
    if (outermost)
        return graph;
    put_node(&graph, pool_printf(pool, "Identity on%d -> again%d", k, k));
    put_name(&graph, 11, pool_printf(pool, "i%d", k));
    put_name(&graph, 11, pool_printf(pool, "on%d", k));
    put_name(&graph, 12, pool_printf(pool, "again%d", k));
    return graph;
}

/* Loops in loops in loops. */
static void a_bomb_of_loops(void **state)
{
    struct pool pool = {0};
    struct text graph = {.pool = &pool};

    (void)state;
    put_name(&graph, 11, "i");
    put_name(&graph, 11, "on");
    put_name(&graph, 12, "on");
    for (int k = 0; k < 6; k++)
        graph = loop_of(&pool, &graph, k, k == 5);
    put_scalar(&graph, "n", INT64, 4096);
    says_of(model_of(&graph, 13), MOTE_ERR_MEMORY, "the model takes more than");
    pool_free(&pool);
}

/* Functions that call the next one 300 times, and take no memory. */
static void a_bomb_of_functions(void **state)
{
    struct pool pool = {0};
    struct text graph = {.pool = &pool};
    struct bytes file;

    (void)state;
    put_node(&graph, "F0");
    file = model_of(&graph, 13);
    for (int k = 0; k < 3; k++) {
        struct text function = {.pool = &pool}, call = node_of(&pool, pool_printf(&pool, "F%d", k + 1));

        put_string(&function, 1, pool_printf(&pool, "F%d", k));
        for (int i = 0; i < 300 && k < 2; i++)
            put_message(&function, 7, &call);
        file = with_function(&pool, file, &function);
    }
    says_of(file, MOTE_ERR_MEMORY, "more than 65536 nodes, with those of loops and functions each time");
    pool_free(&pool);
}

/* ---- Scan ---- */
/* Along the second dimension of x, backward: sums so far, which are also stacked, the newest first. */
static void scans_are_unrolled(void **state)
{
    static const float in[8] = {100, 200, 1, 2, 3, 10, 20, 30};
    struct pool pool = {0};
    struct text graph = {.pool = &pool}, body = graph, node = node_of(&pool, "Scan s x -> last all");

    (void)state;
    put_node(&body, "Add a b -> c");
    put_node(&body, "Identity c -> d");
    for (int i = 0; i < 2; i++) {
        put_name(&body, 11, (const char *[]){"a", "b"}[i]);
        put_name(&body, 12, (const char *[]){"c", "d"}[i]);
    }
    put_body(&node, "body", &body);
    put_number(&node, "num_scan_inputs", 1);
    put_list(&node, "scan_input_axes", 1);
    put_list(&node, "scan_input_directions", 1);
    put_list(&node, "scan_output_axes", -1);
    put_list(&node, "scan_output_directions", 1);
    put_message(&graph, 1, &node);
    put_value(&graph, 11, "s", FLOAT, DIMS(2));
    put_value(&graph, 11, "x", FLOAT, DIMS(2, 3));
    put_name(&graph, 12, "last");
    put_name(&graph, 12, "all");
    gives(model_of(&graph, 13), in, 8, (const float[]){106, 260, 106, 105, 103, 260, 250, 230});
    pool_free(&pool);
}

/* ---- functions ---- */
/* y = LeakyRelu(x, the call's slope) + x */
static struct text function_of(struct pool *pool, const char *name)
{
    struct text f = {.pool = pool}, leaky = node_of(pool, "LeakyRelu p -> q"), sum = node_of(pool, "Add q p -> r");
    struct text a = f, set = f;

    put_string(&a, 1, "alpha");
    put_string(&a, 21, "slope");
    put_message(&leaky, 5, &a);
    put_string(&f, 1, name);
    put_string(&f, 4, "p");
    put_string(&f, 5, "r");
    put_string(&f, 6, "slope");
    put_message(&f, 7, &leaky);
    put_message(&f, 7, &sum);
    put_int(&set, 2, 13);
    put_message(&f, 9, &set);
    put_string(&f, 10, "org.example");
    return f;
}

static struct text calling_graph(struct pool *pool, const char *call)
{
    struct text graph = {.pool = pool}, node = node_of(pool, call), slope = graph;
    const float half = 0.5f;

    put_string(&slope, 1, "slope");
    put_varint(&slope, 2 << 3 | 5);
    text_bytes(&slope, &half, sizeof half);
    put_message(&node, 5, &slope);
    put_string(&node, 7, "org.example");
    put_message(&graph, 1, &node);
    put_value(&graph, 11, "x", FLOAT, DIMS(1, 2));
    put_name(&graph, 12, "y");
    return graph;
}

static void functions_are_what_they_say(void **state)
{
    static const float in[2] = {4, -4};
    struct pool pool = {0};
    struct text graph = calling_graph(&pool, "Bent x -> y"), function = function_of(&pool, "Bent");
    struct text self = node_of(&pool, "Bent p -> again"), unknown = node_of(&pool, "Magic p -> again");
    struct bytes file = model_of(&graph, 13);

    (void)state;
    gives(with_function(&pool, file, &function), in, 2, (const float[]){8, -6});
    says_of(file, MOTE_ERR_UNSUPPORTED, "node 0 Bent: an operator of org.example, which Mote does not have");
    put_message(&function, 7, &unknown);
    says_of(with_function(&pool, file, &function), MOTE_ERR_UNSUPPORTED, "node 2 Magic: an operator of opset 13");
    function = function_of(&pool, "Bent");
    put_string(&self, 7, "org.example");
    put_message(&function, 7, &self);
    says_of(with_function(&pool, file, &function), MOTE_ERR_UNSUPPORTED, "call each other more than 16 deep");
    function = function_of(&pool, "Bent");
    put_string(&function, 11, "slope");
    says_of(with_function(&pool, file, &function), MOTE_ERR_UNSUPPORTED, "attributes have defaults");
    function = function_of(&pool, "Bent");
    graph = calling_graph(&pool, "Bent x x -> y");
    says_of(with_function(&pool, model_of(&graph, 13), &function), MOTE_ERR_FORMAT, "the call 2 and 1");
    pool_free(&pool);
}

/* ---- any bytes ---- */
static void any_bit_flipped(void **state)
{
    struct pool pool = {0};
    struct text loop = loop_graph(&pool, "Loop n - x -> last all", "Identity on -> again"),
                branch = if_graph(&pool, true);
    struct text call = calling_graph(&pool, "Bent x -> y"), function = function_of(&pool, "Bent");
    struct bytes files[3];

    (void)state;
    put_scalar(&loop, "n", INT64, 2);
    put_value(&branch, 11, "c", BOOL, DIMS(1));
    files[0] = model_of(&loop, 13);
    files[1] = model_of(&branch, 13);
    files[2] = with_function(&pool, model_of(&call, 13), &function);
    for (size_t k = 0; k < COUNT(files); k++)
        for (size_t bit = 0; bit < 8 * files[k].size; bit++) {
            struct pool own = {.limit = IMPORT_MEMORY(files[k].size)};
            struct report_text report = {.status = MOTE_OK};
            struct frame at = {.index = -1, .sink = &report};
            struct import_missing missing;
            struct model m;
            enum mote_status status;

            files[k].data[bit / 8] ^= (uint8_t)(1 << bit % 8);
            status = onnx_import(&own, "m.onnx", files[k], NULL, &m, &missing, &at);
            assert_int_equal(report.status, status);
            files[k].data[bit / 8] ^= (uint8_t)(1 << bit % 8);
            pool_free(&own);
        }
    pool_free(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(if_chooses),          cmocka_unit_test(loops_are_unrolled),
        cmocka_unit_test(loops_that_data_end), cmocka_unit_test(loops_that_are_refused),
        cmocka_unit_test(a_bomb_of_loops),     cmocka_unit_test(a_bomb_of_functions),
        cmocka_unit_test(scans_are_unrolled),  cmocka_unit_test(functions_are_what_they_say),
        cmocka_unit_test(any_bit_flipped),     cmocka_unit_test(bodies_wait_for_what_they_take),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
