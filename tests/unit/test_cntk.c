/* SPDX-License-Identifier: Apache-2.0 */
/* The importer of CNTK models: small ones assembled here, run on the host, with one thing wrong at a time, cut off at
 * every length and with every bit flipped. Real ones are in test_importers. Every import may take only the memory that
 * import.h promises: the pool aborts beyond it. With MOTE_UPDATE=1 the models become the fuzzer's corpus. */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#undef fail /* ours is in base.h */

#include "host/import/import.h"
#include "host/pipeline/pipeline.h"
#include "host/run/runner.h"
#include "tests/protobuf_made.h"

/* ---- dictionaries ---- */
enum { V_INT = 3, V_DOUBLE = 5, V_STRING = 6, V_SHAPE = 7, V_AXIS = 8, V_LIST = 9, V_DICTIONARY = 10, V_ARRAY = 11 };
enum { F_SIZE = 5, F_DOUBLE = 7, F_STRING = 8, F_SHAPE = 9, F_AXIS = 10, F_LIST = 11, F_DICTIONARY = 12, F_ARRAY = 13 };

static struct pool made; /* of what is assembled */

static struct text value(int type) /* begins one */
{
    struct text t = {.pool = &made};

    put_int(&t, 1, 1);
    put_int(&t, 2, type);
    return t;
}

static struct text of_message(int type, int field, const struct text *message)
{
    struct text t = value(type);

    put_bytes(&t, field, message->s ? message->s : "", message->len);
    return t;
}

static struct text of_int(int64_t n)
{
    struct text t = value(V_INT);

    put_int(&t, F_SIZE, n);
    return t;
}

static struct text of_string(const char *s)
{
    struct text t = value(V_STRING);

    put_string(&t, F_STRING, s);
    return t;
}

static struct text shape(int n, const int64_t *dims)
{
    struct text packed = {.pool = &made}, t = {.pool = &made};

    for (int i = 0; i < n; i++)
        put_varint(&packed, (uint64_t)dims[i]);
    put_bytes(&t, 1, packed.s ? packed.s : "", packed.len);
    return t;
}

static struct text of_shape(int n, const int64_t *dims)
{
    const struct text s = shape(n, dims);

    return of_message(V_SHAPE, F_SHAPE, &s);
}

static struct text of_axis(int index)
{
    struct text axis = {.pool = &made};

    put_int(&axis, 1, index);
    return of_message(V_AXIS, F_AXIS, &axis);
}

static struct text of_array(int n, const int64_t *dims, const float *values, size_t count)
{
    const struct text s = shape(n, dims);
    struct text array = {.pool = &made}, floats = {.pool = &made};

    put_bytes(&floats, 1, values, count * sizeof *values);
    put_int(&array, 1, 1);
    put_message(&array, 3, &s);
    put_message(&array, 4, &floats);
    return of_message(V_ARRAY, F_ARRAY, &array);
}

static void put_entry(struct text *d, const char *key, struct text v)
{
    struct text entry = {.pool = &made};

    put_string(&entry, 1, key);
    put_message(&entry, 2, &v);
    put_message(d, 2, &entry);
}

static struct text dictionary(void)
{
    struct text t = {.pool = &made};

    put_int(&t, 1, 1);
    return t;
}

static void put_item(struct text *list, struct text v) { put_message(list, 1, &v); }
static void put_dictionary(struct text *list, const struct text *d)
{
    put_item(list, of_message(V_DICTIONARY, F_DICTIONARY, d));
}

/* Words with spaces between them, as a list of strings. */
static struct text of_words(const char *words)
{
    struct text list = {.pool = &made};

    for (const char *p = words; *p; p += strcspn(p, " "), p += strspn(p, " "))
        put_item(&list, of_string(pool_printf(&made, "%.*s", (int)strcspn(p, " "), p)));
    return of_message(V_LIST, F_LIST, &list);
}

/* ---- models ---- */
struct made_model {
    struct text variables, functions;
};

static void add_variable(struct made_model *m, const char *uid, int kind, int axes, int n, const int64_t *dims,
                         const float *values, size_t count)
{
    struct text d = dictionary(), list = {.pool = &made};

    for (int i = 0; i < axes; i++)
        put_item(&list, of_axis(INT32_MAX));
    put_entry(&d, "uid", of_string(uid));
    put_entry(&d, "kind", of_int(kind));
    put_entry(&d, "shape", of_shape(n, dims));
    put_entry(&d, "dynamic_axis", of_message(V_LIST, F_LIST, &list));
    if (values)
        put_entry(&d, "value", of_array(n, dims, values, count));
    put_dictionary(&m->variables, &d);
}

static void add_constant(struct made_model *m, const char *uid, int n, const int64_t *dims, const float *values,
                         size_t count)
{
    add_variable(m, uid, 2, 0, n, dims, values, count);
}

static void add_function(struct made_model *m, const char *uid, int op, const char *inputs,
                         const struct text *attributes)
{
    struct text d = dictionary();

    put_entry(&d, "uid", of_string(uid));
    put_entry(&d, "op", of_int(op));
    put_entry(&d, "inputs", of_words(inputs));
    if (attributes)
        put_entry(&d, "attributes", of_message(V_DICTIONARY, F_DICTIONARY, attributes));
    put_dictionary(&m->functions, &d);
}

static void add_block(struct made_model *m, const char *uid, const char *name, const char *root, const char *key,
                      const char *argument)
{
    struct text d = dictionary(), composite = dictionary();

    put_entry(&composite, "root", of_string(root));
    put_entry(&d, "uid", of_string(uid));
    put_entry(&d, "op", of_int(57));
    put_entry(&d, "inputs", of_words(argument));
    put_entry(&d, "block_function_op_name", of_string(name));
    put_entry(&d, "block_function_composite", of_message(V_DICTIONARY, F_DICTIONARY, &composite));
    put_entry(&d, "block_function_composite_arguments_map_keys", of_words(key));
    put_entry(&d, "block_function_composite_arguments_map_values", of_words(argument));
    put_dictionary(&m->functions, &d);
}

static struct bytes end_model(struct made_model *m, const char *root)
{
    struct text d = dictionary();

    put_entry(&d, "type", of_string("CompositeFunction"));
    put_entry(&d, "root", of_string(root));
    put_entry(&d, "inputs", of_message(V_LIST, F_LIST, &m->variables));
    put_entry(&d, "primitive_functions", of_message(V_LIST, F_LIST, &m->functions));
    return (struct bytes){(uint8_t *)d.s, d.len};
}

static struct made_model begin_model(void) { return (struct made_model){{.pool = &made}, {.pool = &made}}; }

/* What may be wrong with the image's model. */
struct wrong {
    int relu, bias_dims;
    const char *root, *plus_reads;
    int64_t filters, new_shape;
};
static const struct wrong nothing = {
    .relu = 3, .bias_dims = 3, .root = "Dense", .plus_reads = "Conv1_Output_0 b", .filters = 1, .new_shape = 1};

/* [1][3][3]: the sums of 3 x 3 neighbors less 5, no less than 0; twice the one in the middle; times 0.5 and -1. */
static struct bytes image(const struct wrong *w)
{
    static const float ones[9] = {1, 1, 1, 1, 1, 1, 1, 1, 1}, bias[1] = {-5}, two[1] = {2}, dense[2] = {0.5f, -1};
    struct made_model m = begin_model();
    struct text conv1 = dictionary(), conv2 = dictionary(), reshape = dictionary(), automatic = {.pool = &made};

    put_item(&automatic, of_int(1));
    put_entry(&conv1, "strides", of_shape(3, (int64_t[]){1, 1, 1}));
    put_entry(&conv1, "autoPadding", of_message(V_LIST, F_LIST, &automatic));
    put_entry(&conv2, "strides", of_shape(1, (int64_t[]){4}));
    put_entry(&conv2, "autoPadding", of_message(V_LIST, F_LIST, &automatic));
    put_entry(&reshape, "beginAxis", of_axis(0));
    put_entry(&reshape, "endAxis", of_axis(3));
    put_entry(&reshape, "newShape", of_shape(1, &w->new_shape));
    add_variable(&m, "x", 0, 2, 3, (int64_t[]){3, 3, 1}, NULL, 0);
    add_variable(&m, "p", 4, 2, 1, (int64_t[]){1}, NULL, 0);
    add_constant(&m, "f1", 4, (int64_t[]){3, 3, w->filters, 1}, ones, 9);
    add_constant(&m, "f2", 4, (int64_t[]){1, 1, 1, 1}, two, 1);
    add_constant(&m, "b", w->bias_dims, (int64_t[]){1, 1, 1}, bias, 1);
    add_constant(&m, "w", 2, (int64_t[]){2, 1}, dense, 2);
    add_function(&m, "Conv1", 33, "f1 x", &conv1);
    add_function(&m, "Plus", 19, w->plus_reads, NULL);
    add_function(&m, "ReLU", w->relu, "Plus_Output_0", NULL);
    add_function(&m, "Conv2", 33, "f2 ReLU_Output_0", &conv2);
    add_function(&m, "Reshape", 16, "Conv2_Output_0", &reshape);
    add_function(&m, "Times", 31, "w p", NULL);
    add_block(&m, "Dense", "Dense", "Times", "p", "Reshape_Output_0");
    return end_model(&m, w->root);
}

/* y = x + y' / 2, where y' is y a step before, 1 at first; of the last step. */
static struct bytes loop(void)
{
    static const float half[1] = {0.5f}, one[1] = {1};
    struct made_model m = begin_model();
    struct text past = dictionary();

    put_entry(&past, "offset", of_int(1));
    add_variable(&m, "x", 0, 2, 1, (int64_t[]){2}, NULL, 0);
    add_variable(&m, "Plus_Output_0", 4, 2, 1, (int64_t[]){2}, NULL, 0);
    add_variable(&m, "p", 4, 2, 1, (int64_t[]){2}, NULL, 0);
    add_constant(&m, "half", 0, NULL, half, 1);
    add_constant(&m, "one", 0, NULL, one, 1);
    add_function(&m, "Past", 37, "Plus_Output_0 one", &past);
    add_function(&m, "Half", 21, "half Past_Output_0", NULL);
    add_function(&m, "Plus", 19, "x Half_Output_0", NULL);
    add_function(&m, "Long", 50, "one p", NULL);
    add_function(&m, "Future", 38, "Long_Output_0 one", &past);
    add_function(&m, "Where", 13, "Future_Output_0", NULL);
    add_function(&m, "Index", 28, "p Where_Output_0", NULL);
    add_function(&m, "Gather", 29, "p Index_Output_0", NULL);
    add_block(&m, "Last", "Sequence::Slice", "Gather", "p", "Plus_Output_0");
    return end_model(&m, "Last");
}

/* h = relu(2 x - h' / 2 + 1 / 4 + 1 / 4), of all steps; or another cell of one unit. */
static struct bytes stack(const char *cell)
{
    static const float parameters[4] = {2, -0.5f, 0.25f, 0.25f};
    struct made_model m = begin_model();
    struct text a = dictionary();

    put_entry(&a, "hiddenSize", of_int(1));
    put_entry(&a, "numLayers", of_int(1));
    put_entry(&a, "recurrentOp", of_string(cell));
    add_variable(&m, "x", 0, 2, 1, (int64_t[]){1}, NULL, 0);
    add_constant(&m, "w", 1, (int64_t[]){4}, parameters, 4);
    add_function(&m, "Stack", 49, "x w", &a);
    return end_model(&m, "Stack");
}

/* r = s(x + h' + 1), z = s(-x + 2 h'), n = tanh(2 x + r (-h' + 1 / 2)), h = (1 - z) n + z h'; of all steps. */
static struct bytes gru(void)
{
    static const float parameters[12] = {1, -1, 2, 1, 2, -1, 0.75f, 0, 0, 0.25f, 0, 0.5f};
    struct made_model m = begin_model();
    struct text a = dictionary();

    put_entry(&a, "hiddenSize", of_int(1));
    put_entry(&a, "numLayers", of_int(1));
    put_entry(&a, "recurrentOp", of_string("gru"));
    add_variable(&m, "x", 0, 2, 1, (int64_t[]){1}, NULL, 0);
    add_constant(&m, "w", 1, (int64_t[]){12}, parameters, 12);
    add_function(&m, "Stack", 49, "x w", &a);
    return end_model(&m, "Stack");
}

static void compute_gru(const float *x, float *h)
{
    for (int t = 0; t < 3; t++) {
        const double old = t > 0 ? (double)h[t - 1] : 0, in = (double)x[t];
        const double r = 1 / (1 + exp(-(in + old + 1))), z = 1 / (1 + exp(in - 2 * old));

        h[t] = (float)((1 - z) * tanh(2 * in + r * (0.5 - old)) + z * old);
    }
}

/* ---- importing and running ---- */
struct import {
    struct pool pool;
    struct report_text report;
    struct frame root;
    struct model model;
    struct import_missing missing;
    enum mote_status status;
};

static const struct import_shape x_3_1 = {"x", 2, {3, 1}}, x_3_2 = {"x", 2, {3, 2}};

static void import_as(struct import *i, struct bytes file, const struct import_shape *x)
{
    const struct import_options options = {.shapes = x, .n_shapes = x != NULL};

    *i = (struct import){.pool.limit = IMPORT_MEMORY(file.size)};
    i->root = (struct frame){.name = "m.model", .index = -1, .sink = &i->report};
    i->status = cntk_import(&i->pool, "m.model", file, &options, &i->model, &i->missing, &i->root);
    assert_int_equal(i->report.status, i->status);
    if (i->status == MOTE_OK && i->missing.what == NULL)
        assert_int_equal(model_verify(&i->model, &i->root), MOTE_OK);
    assert_null(strchr(i->report.text, '\n'));
}

static void computes(struct bytes file, const struct import_shape *x, const float *in, size_t n_in, const float *want,
                     size_t n_out)
{
    const struct import_options options = {.shapes = x, .n_shapes = x != NULL};
    struct report_text report = {0};
    struct frame at = {.name = "m.model", .index = -1, .sink = &report};
    struct pool pool = {0};
    struct pipeline p;
    struct runner r;
    float out[8];

    assert_true(cntk_matches(file));
    if (pipeline_read_as(&pool, "m.model", file, &options, &p, &at) != MOTE_OK ||
        pipeline_compile(&p, &(struct pipeline_options){.passes = NULL}, &at) != MOTE_OK ||
        runner_open(&pool, p.image, &r, &at) != MOTE_OK)
        print_error("%s\n", report.text);
    assert_int_equal(report.status, MOTE_OK);
    assert_int_equal(runner_input_bytes(&r), n_in * sizeof *in);
    assert_int_equal(runner_output_bytes(&r), n_out * sizeof *out);
    runner_run(&r, (const uint8_t *)in, (uint8_t *)out);
    for (size_t i = 0; i < n_out; i++) {
        if (fabsf(out[i] - want[i]) > 1e-6f)
            print_error("[%zu] is %.9g, not %.9g\n", i, (double)out[i], (double)want[i]);
        assert_true(fabsf(out[i] - want[i]) <= 1e-6f);
    }
    pool_free(&pool);
}

static void test_image(void **state)
{
    const float in[9] = {1, 2, 3, 4, 5, 6, 7, 8, 0.5f};

    (void)state;
    computes(image(&nothing), NULL, in, 9, (float[]){31.5f, -63}, 2);
}

static void test_sequences(void **state)
{
    float h[3];

    (void)state;
    computes(loop(), &x_3_2, (float[]){1, 2, 3, 4, 5, 6}, 6, (float[]){6.875f, 8.625f}, 2);
    computes(stack("rnnReLU"), &x_3_1, (float[]){1, -1, 3}, 3, (float[]){2.5f, 0, 6.5f}, 3);
    compute_gru((float[]){1, -1, 0.5f}, h);
    computes(gru(), &x_3_1, (float[]){1, -1, 0.5f}, 3, h, 3);
}

/* x times 1/2 and times what float32 has no room for, as doubles. */
static void test_doubles(void **state)
{
    static const double values[2] = {0.5, 1e300};
    static const int64_t dims[1] = {2};
    struct made_model m = begin_model();
    struct text array = {.pool = &made}, doubles = {.pool = &made}, w = dictionary();
    const struct text s = shape(1, dims);

    (void)state;
    put_bytes(&doubles, 1, values, sizeof values);
    put_int(&array, 1, 2);
    put_message(&array, 3, &s);
    put_message(&array, 5, &doubles);
    put_entry(&w, "uid", of_string("w"));
    put_entry(&w, "kind", of_int(3));
    put_entry(&w, "shape", of_shape(1, dims));
    put_entry(&w, "value", of_message(V_ARRAY, F_ARRAY, &array));
    put_dictionary(&m.variables, &w);
    add_variable(&m, "x", 0, 2, 1, dims, NULL, 0);
    add_function(&m, "Times", 21, "x w", NULL);
    computes(end_model(&m, "Times"), NULL, (float[]){1, 1}, 2, (float[]){0.5f, FLT_MAX}, 2);
}

/* ---- what is wrong ---- */
static void says(struct bytes file, const struct import_shape *x, const char *message)
{
    struct import i;
    const char *said;

    import_as(&i, file, x);
    said = i.missing.what ? i.missing.what : i.report.text;
    if (!strstr(said, message))
        print_error("\"%s\" is not in \"%s\"\n", message, said);
    assert_non_null(strstr(said, message));
    pool_free(&i.pool);
}

#define SAYS(change, message)                                                                                          \
    do {                                                                                                               \
        struct wrong w = nothing;                                                                                      \
        (void)(change);                                                                                                \
        says(image(&w), NULL, message);                                                                                \
    } while (0)

static void test_faults(void **state)
{
    static const uint8_t v1[] = {'B', 0, 'C', 0, 'N', 0, 0, 0, 1};

    (void)state;
    SAYS(w.relu = 52, "function ReLU: Mote does not have it");
    SAYS(w.root = "Nobody", "the root 'Nobody' is no function");
    SAYS(w.plus_reads = "Conv1_Output_0 c", "nothing is called 'c'");
    SAYS(w.plus_reads = "Conv1_Output_0", "function Plus: 1 inputs; it has 2");
    SAYS(w.plus_reads = "Reshape_Output_0 b", "a circle of functions goes through");
    SAYS(w.plus_reads = "Conv1_Output_1 b", "output 1 of 'Conv1_Output_1'");
    SAYS(w.filters = 2, "9 numbers, where its shape wants 18");
    SAYS(w.new_shape = 7, "ERR_SHAPE");
    says(loop(), NULL, "say it, as by --shape x=100,");
    says(stack("ugrnn"), &x_3_1, "the cell 'ugrnn'");
    says(stack("gru"), &x_3_1, "4 parameters, or none that are constant; there are 12");
    says(stack("lstm"), &x_3_1, "4 parameters, or none that are constant; there are 16");
    says((struct bytes){(uint8_t *)(uintptr_t)v1, sizeof v1}, NULL, "a model of CNTK v1");
}

/* Before anything else is in the graph. */
static void test_parameters_without_shape(void **state)
{
    struct made_model m = begin_model();
    struct text w = dictionary(), a = dictionary();

    (void)state;
    put_entry(&w, "uid", of_string("w"));
    put_entry(&w, "kind", of_int(4));
    put_dictionary(&m.variables, &w);
    add_variable(&m, "x", 0, 2, 1, (int64_t[]){1}, NULL, 0);
    add_function(&m, "Stack", 49, "x w", &a);
    says(end_model(&m, "Stack"), &x_3_1, "variable w: it has no shape");
}

/* 2000 Combines of one another, and a Splice that reads 4000 times what is behind them all. */
static void test_long_ways(void **state)
{
    struct made_model m = begin_model();
    struct text reads = {.pool = &made};

    (void)state;
    add_variable(&m, "x", 0, 2, 1, (int64_t[]){1}, NULL, 0);
    add_function(&m, "f0", 44, "x", NULL);
    for (int i = 1; i < 2000; i++)
        add_function(&m, pool_printf(&made, "f%d", i), 44, pool_printf(&made, "f%d_Output_0", i - 1), NULL);
    for (int i = 0; i < 4000; i++)
        text_add(&reads, "%sf1999_Output_0", i == 0 ? "" : " ");
    add_function(&m, "Splice", 43, reads.s, NULL);
    says(end_model(&m, "Splice"), NULL, "ERR_MEMORY");
}

/* Reductions of one another, the last of which is asked for first. */
static struct bytes deep(int n)
{
    struct made_model m = begin_model();
    struct text sum = dictionary();

    put_entry(&sum, "reductionOpName", of_string("Sum"));
    put_entry(&sum, "reductionKeepDimensions", of_int(1));
    put_entry(&sum, "axis", of_axis(0));
    add_variable(&m, "x", 0, 2, 1, (int64_t[]){1}, NULL, 0);
    for (int i = 0; i < n; i++)
        add_function(&m, pool_printf(&made, "f%d", i), 39, i == 0 ? "x" : pool_printf(&made, "f%d_Output_0", i - 1),
                     &sum);
    return end_model(&m, pool_printf(&made, "f%d", n - 1));
}

static void test_deep(void **state)
{
    struct import i;

    (void)state;
    import_as(&i, deep(3000), NULL);
    assert_int_equal(i.status, MOTE_OK);
    pool_free(&i.pool);
    says(deep(3001), NULL, "more than 3000 functions within functions");
}

/* From memory of exactly the file's size, so that a sanitizer sees the first byte too many. */
static void import_exact(const uint8_t *data, size_t size, const struct import_shape *x)
{
    struct bytes file = {malloc(size ? size : 1), size};
    struct import i;

    if (size > 0)
        memcpy(file.data, data, size);
    cntk_matches(file);
    import_as(&i, file, x);
    pool_free(&i.pool);
    free(file.data);
}

static void damage(struct bytes file, const struct import_shape *x)
{
    for (size_t n = 0; n < file.size; n++)
        import_exact(file.data, n, x);
    for (size_t bit = 0; bit < 8 * file.size; bit++) {
        file.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        import_exact(file.data, file.size, x);
        file.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}

static void test_damaged(void **state)
{
    (void)state;
    damage(image(&nothing), NULL);
    damage(loop(), &x_3_2);
    damage(stack("rnnTanh"), &x_3_1);
}

static void test_corpus(void **state)
{
    const struct bytes files[] = {image(&nothing), loop(), stack("rnnReLU")};
    struct report_text report = {0};
    struct frame at = {.name = "corpus", .index = -1, .sink = &report};

    (void)state;
    for (size_t i = 0; i < COUNT(files); i++) {
        const char *path = pool_printf(&made, "%s/tests/fuzz/corpus/fuzz_cntk/%zu.model", MOTE_SOURCE_DIR, i);
        struct bytes there;

        if (getenv("MOTE_UPDATE"))
            assert_int_equal(file_write(path, files[i].data, files[i].size, &at), MOTE_OK);
        assert_int_equal(file_read(&made, path, &there, &at), MOTE_OK);
        assert_int_equal(there.size, files[i].size);
        assert_memory_equal(there.data, files[i].data, there.size);
    }
}

static int end(void **state)
{
    (void)state;
    pool_free(&made);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_image),
        cmocka_unit_test(test_sequences),
        cmocka_unit_test(test_doubles),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_parameters_without_shape),
        cmocka_unit_test(test_long_ways),
        cmocka_unit_test(test_deep),
        cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_corpus),
    };

    return cmocka_run_group_tests(tests, NULL, end);
}
