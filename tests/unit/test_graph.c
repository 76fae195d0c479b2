/* SPDX-License-Identifier: Apache-2.0 */
/* host/graph: the graph file read and written, what the verifier refuses and how it says so, building and compacting.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#undef fail /* ours is in base.h */

#include "host/graph/op_info.h"

#include <math.h>
#include <stdlib.h>

struct parsed {
    struct pool pool;
    struct report_text report;
    struct frame root;
    struct model m;
};

static enum mote_status parse_bytes(struct parsed *p, const void *data, size_t size)
{
    *p = (struct parsed){.pool.limit = GRAPH_FILE_MEMORY(size)};
    p->root = (struct frame){.name = "t.graph", .index = -1, .sink = &p->report};
    p->m.pool = &p->pool;
    /* A copy of exactly the size, so that a sanitizer sees a read behind the end. */
    uint8_t *copy = malloc(size ? size : 1);
    memcpy(copy, data, size);
    enum mote_status status = model_parse(&p->m, (struct bytes){copy, size}, &p->root);
    p->pool.limit = 0;
    if (status == MOTE_OK) { /* constants in the blob point into the file: keep it in the pool */
        for (int32_t g = 0; g < p->m.n_graphs; g++)
            for (int32_t i = 0; i < p->m.graphs[g].n_tensors; i++) {
                struct tensor *t = &p->m.graphs[g].tensors[i];

                if (t->data)
                    t->data = pool_copy(&p->pool, t->data, (size_t)tensor_bytes(t));
            }
        for (int i = 0; i < 2; i++) {
            struct split_digests *d = i == 0 ? &p->m.split.trained : &p->m.split.checked;

            d->data = pool_copy(&p->pool, d->data, (size_t)d->n * DIGEST_BYTES);
        }
    }
    free(copy);
    assert_int_equal(p->report.status, status);
    return status;
}

static void parse_ok(struct parsed *p, const char *text)
{
    if (parse_bytes(p, text, strlen(text)) != MOTE_OK)
        print_error("%s\n", p->report.text);
    assert_int_equal(p->report.status, MOTE_OK);
}

static const char *print(struct parsed *p)
{
    struct text out = {&p->pool, NULL, 0};

    model_print(&p->m, &out, true);
    return out.s;
}

static void prints_as(const char *text, const char *want)
{
    struct parsed p;

    parse_ok(&p, text);
    assert_string_equal(print(&p), want);
    pool_free(&p.pool);
}

#define HEAD "mote-graph 1\nmodel m version 0\n"

/* ---- round trips ---- */
static const char small[] = /* every statement and clause, in the printed form */
    "mote-graph 1\n"
    "model kws_2 version 4294967295 graphs 2\n"
    "classes \"down\" \"go \\\"x\\\\\" \"\\x0a\\xff\" \"\xc3\xa4\"\n"
    "preprocess image s16 mean [0.5, -1.4013e-45] std [255, 0.33333334]\n"
    "task anomaly threshold 0.012345679 normal 3\n"
    "hears \"micro\" window 30 step 10 channels 40 clip 1000 posterior sum threshold 230 window 5 minimum 0 "
    "suppression 33 gate ratio 1019 least 1073 hold 55 before 5\n"
    "split group \"person\" seed 18446744073709551615 cutoffs [0x0000000000000000, 0x3fffffffffffffff; "
    "0x0000000000000001, 0xffffffffffffffff] trained [0x00000000000000ff, 0x0123456789abcdef] checked "
    "[0x8000000000000000]\n"
    "graph \"main\"\n"
    "tensor 0 \"input_1\" s8 [1,5,4,2] quant [0.58470005; 83] source 7\n"
    "tensor 1 \"w\" s8 [3,1,1,2] quant axis 0 [0.1, 0.2, 3.4028235e+38; 0] data [1, -2, 3, -128, 127, 0]\n"
    "tensor 2 s32 [3] quant axis 0 [1, 2, 3; 0, -1, 2147483647] data [-2147483648, 2147483647, 0]\n"
    "tensor 3 s8 [1,3,2,3] quant [1; -128]\n"
    "tensor 4 \"h\" s16 [1,128] quant [3.0517578e-05; 0] state\n"
    "tensor 5 f32 [?,3]\n"
    "tensor 6 \"v\" s16 [3] state data [1, -2, 3]\n"
    "op 0 conv_2d \"conv\" in [0, 1, 2] out [3] source 2 padding same stride_h 2 stride_w 2 activation relu6\n"
    "inputs [0, 5]\n"
    "outputs [3, 4]\n"
    "end\n"
    "graph\n"
    "tensor 0 \"x\" s8 [1,8,8,1]\n"
    "tensor 1 \"w\" s8 [2,3,3,1] data [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17]\n"
    "tensor 2 \"y\" s8 [1,7,8,2]\n"
    "op 0 conv_2d in [0, 1, -] out [2] padding explicit pad_top 1 pad_left 2\n"
    "inputs [0]\n"
    "outputs [2]\n"
    "end\n";

static void test_round_trip_text(void **state)
{
    struct parsed p;
    const struct tensor *t;
    const struct op *op;
    const struct conv_opts *opts;

    (void)state;
    prints_as(small, small);
    parse_ok(&p, small);
    assert_string_equal(p.m.name, "kws_2");
    assert_int_equal(p.m.version, UINT32_MAX);
    assert_int_equal(p.m.n_classes, 4);
    assert_string_equal(p.m.classes[1], "go \"x\\");
    assert_string_equal(p.m.classes[2], "\n\xff");
    assert_string_equal(p.m.preprocess.channels, "");
    assert_true(p.m.preprocess.mean[0] == 0.5f && p.m.preprocess.std[0] == 255);
    assert_int_equal(p.m.preprocess.type, TYPE_S16);
    assert_int_equal(p.m.task.kind, MOTE_TASK_ANOMALY);
    assert_true(p.m.task.threshold == 0.012345679f);
    assert_int_equal(p.m.task.normal, 3);
    assert_true(p.m.split.known && p.m.split.seed == UINT64_MAX && p.m.split.n_cutoffs == 2);
    assert_true(p.m.split.test[1] == 0x3fffffffffffffff && p.m.split.validation[0] == 1);
    assert_true(split_has(&p.m.split.trained, 0x0123456789abcdef) && split_has(&p.m.split.trained, 0xff));
    assert_false(split_has(&p.m.split.trained, 0x100) || split_has(&p.m.split.checked, 0xff));
    assert_int_equal(p.m.n_graphs, 2);
    t = p.m.graphs[0].tensors;
    assert_int_equal(t[0].source, 7);
    assert_int_equal(t[1].source, -1);
    assert_int_equal(t[1].quant.n, 3);
    assert_int_equal(t[1].quant.zero[2], 0);
    assert_int_equal((int8_t)t[1].data[3], -128);
    assert_int_equal(t[2].quant.zero[2], INT32_MAX);
    assert_true(t[4].state);
    assert_null(t[4].initial);
    assert_true(t[6].state && t[6].data == NULL);
    assert_memory_equal(t[6].initial, ((int16_t[]){1, -2, 3}), 6);
    assert_int_equal(t[5].dims[0], DIM_UNKNOWN);
    op = &p.m.graphs[0].ops[0];
    opts = op->opts;
    assert_int_equal(op->source, 2);
    assert_int_equal(opts->stride_h, 2);
    assert_int_equal(opts->dilation_w, 1); /* 1 where the file does not say */
    assert_int_equal(opts->activation, ACTIVATION_RELU6);
    assert_int_equal(p.m.graphs[1].ops[0].in[2], TENSOR_ABSENT);
    pool_free(&p.pool);
}

/* What people may write, and how it is printed. */
static void test_liberties(void **state)
{
    (void)state;
    prints_as("mote-graph 1\r\n"
              "# a comment\n"
              "\n"
              "  model m\n"
              "preprocess  image rgb mean[0.5]std[ 1 ]\r\n"
              "graph\n"
              "op 0 softmax in[0]out[ 1 ] beta 1e0\n"
              "outputs [1]\t\n"
              "tensor 0 f32 [ 2 , 1 ] quant [ 1 , 1 ; 0 , 0 ] \n"
              "tensor 1 f32 [2,1]\n"
              "inputs [0]\n"
              "end",
              "mote-graph 1\nmodel m version 0\npreprocess image rgb u8 mean [0.5] std [1]\ngraph\n"
              "tensor 0 f32 [2,1] quant axis 0 [1, 1; 0]\n"
              "tensor 1 f32 [2,1]\n"
              "op 0 softmax in [0] out [1] beta 1\n"
              "inputs [0]\noutputs [1]\nend\n");
}

static void test_elements(void **state)
{
    static const char text[] =
        HEAD "graph\n"
             "tensor 0 s8 [2] data [-128, 127]\n"
             "tensor 1 u8 [2] data [0, 255]\n"
             "tensor 2 s16 [2] data [-32768, 32767]\n"
             "tensor 3 u16 [2] data [0, 65535]\n"
             "tensor 4 s32 [2] data [-2147483648, 2147483647]\n"
             "tensor 5 u32 [2] data [0, 4294967295]\n"
             "tensor 6 s64 [2] data [-9223372036854775808, 9223372036854775807]\n"
             "tensor 7 u64 [2] data [0, 18446744073709551615]\n"
             "tensor 8 f16 [2] data [0x3c00, 0x0001]\n"
             "tensor 9 bf16 [1] data [0x3f80]\n"
             "tensor 10 f32 [9] data [0, -0, 1, 0.1, 1.4013e-45, 3.4028235e+38, inf, -inf, 0x7fc00001]\n"
             "tensor 11 f64 [4] data [0.1, 4.94065645841247e-324, -inf, 0xfff8000000000001]\n"
             "tensor 12 bool [2] data [0, 1]\n"
             "tensor 13 s4 [5] data [-8, 7, 0, -1, 1]\n"
             "tensor 14 u4 [3] data [15, 0, 8]\n"
             "tensor 15 s2 [5] data [-2, 1, 0, -1, 1]\n"
             "tensor 16 c64 [1] data [0x400000003f800000]\n"
             "tensor 17 c128 [2] data [0x00112233445566778899aabbccddeeff, 0xffeeddccbbaa99887766554433221100]\n"
             "tensor 18 string [3]\n"
             "tensor 19 resource []\n"
             "tensor 20 variant []\n"
             "tensor 21 f8e4m3 [1] data [0x7f]\n"
             "tensor 22 f8e5m2 [1] data [0x00]\n"
             "tensor 23 s8 [0,3] data []\n"
             "tensor 24 f32 [] data [3.5]\n"
             "inputs []\noutputs [0]\nend\n";
    struct parsed p;
    const struct tensor *t;

    (void)state;
    prints_as(text, text);
    parse_ok(&p, text);
    t = p.m.graphs[0].tensors;
    assert_memory_equal(t[4].data, "\0\0\0\x80\xff\xff\xff\x7f", 8);
    assert_memory_equal(t[10].data + 4, "\0\0\0\x80", 4); /* -0 */
    assert_memory_equal(t[10].data + 32, "\x01\0\xc0\x7f", 4);
    assert_memory_equal(t[13].data, "\x78\xf0\x01", 3); /* the first element in the low bits */
    assert_memory_equal(t[14].data, "\x0f\x08", 2);
    assert_memory_equal(t[15].data, "\xc6\x01", 2);
    assert_memory_equal(t[17].data, "\xff\xee\xdd\xcc", 4); /* hexadecimal has the most significant digit first */
    assert_int_equal(tensor_bytes(&t[18]), -1);
    assert_int_equal(tensor_elements(&t[24]), 1);
    pool_free(&p.pool);
}

/* Floats read back to the same bits: many of them, the extremes among them. */
static void test_floats(void **state)
{
    enum { N = 20000 };
    struct pool pool = {0};
    uint32_t *bits = pool_array(&pool, N, 4), seed = 1;
    struct parsed p;
    struct model m = {.pool = &pool, .name = "m"};
    struct graph *g = model_add_graph(&m, "");
    struct tensor t = {.type = TYPE_F32, .rank = 1, .dims = {N}, .source = -1, .data = (uint8_t *)bits};
    struct text out = {&pool, NULL, 0};
    int32_t output = 0;

    (void)state;
    for (int i = 0; i < N; i++) {
        seed = seed * 1664525u + 1013904223u;
        bits[i] = i < 256 ? (uint32_t)i << 23 | (seed & 1) : i < 512 ? (uint32_t)(i & 255) << 23 | 0x7fffff : seed;
    }
    graph_add_tensor(&m, g, &t);
    g->outputs = &output;
    g->n_outputs = 1;
    model_print(&m, &out, true);
    parse_ok(&p, out.s);
    assert_memory_equal(p.m.graphs[0].tensors[0].data, bits, 4 * N);
    pool_free(&p.pool);
    pool_free(&pool);
}

/* Files of the tree that are in the printed form: every operator once, and the documentation's example. */
static const char *tree_file(struct pool *pool, const char *path)
{
    struct bytes file;

    path = pool_printf(pool, "%s/%s", MOTE_SOURCE_DIR, path);
    assert_int_equal(file_read(pool, path, &file, NULL), MOTE_OK);
    return (const char *)file.data;
}

static void test_every_operator(void **state)
{
    struct pool pool = {0};
    const char *text = tree_file(&pool, "tests/fuzz/corpus/fuzz_graph/every_op");

    (void)state;
    prints_as(text, text);
    pool_free(&pool);
}

static void test_documentation(void **state)
{
    struct pool pool = {0};
    const char *text = tree_file(&pool, "docs/GRAPH.md"), *begin = strstr(text, "mote-graph 1\n"), *end;

    (void)state;
    assert_non_null(begin);
    end = strstr(begin, "```");
    assert_non_null(end);
    text = pool_printf(&pool, "%.*s", (int)(end - begin), begin);
    prints_as(text, text);
    pool_free(&pool);
}

static void test_blob(void **state)
{
    struct parsed p, q;
    struct text file, again;

    (void)state;
    parse_ok(&p, small);
    file = (struct text){.pool = &p.pool};
    model_write(&p.m, &file);
    const char *text = file.s;
    assert_non_null(strstr(text, "tensor 1 \"w\" s8 [2,3,3,1] data @0\n"));
    assert_non_null(strstr(text, "data [1, -2, 3, -128, 127, 0]\n")); /* a small one stays text */
    const char *line = strstr(text, "blob 18\n");
    assert_non_null(line);
    size_t text_len = (size_t)(line - text) + 8;
    assert_int_equal(file.len, align_up(text_len, 64) + 18);
    for (size_t i = text_len; i < align_up(text_len, 64); i++)
        assert_int_equal(text[i], 0);
    assert_int_equal(text[file.len - 1], 17);

    assert_int_equal(parse_bytes(&q, file.s, file.len), MOTE_OK);
    assert_string_equal(print(&q), small);
    again = (struct text){.pool = &q.pool};
    model_write(&q.m, &again);
    assert_int_equal(again.len, file.len);
    assert_memory_equal(again.s, file.s, file.len);
    pool_free(&q.pool);

    /* Cut off anywhere, it is refused; and one byte more is refused. */
    for (size_t size = 0; size < file.len; size++) {
        assert_int_not_equal(parse_bytes(&q, file.s, size), MOTE_OK);
        assert_null(strchr(q.report.text, '\n'));
        pool_free(&q.pool);
    }
    text_bytes(&file, "", 1);
    assert_int_not_equal(parse_bytes(&q, file.s, file.len), MOTE_OK);
    assert_string_equal(q.report.text, "t.graph: line 28: the blob has 18 bytes, but 19 are there: is the file "
                                       "truncated? [ERR_FORMAT]");
    pool_free(&q.pool);
    pool_free(&p.pool);
}

/* Many digests of samples stand in the blob before the constants, and go where the model goes. */
static void test_split_in_blob(void **state)
{
    enum { N = 1000 };
    struct parsed p, q;
    struct model copy;
    struct text file;
    uint8_t digests[N * DIGEST_BYTES];

    (void)state;
    for (int i = 0; i < N * DIGEST_BYTES; i++)
        digests[i] = (uint8_t)(i % DIGEST_BYTES == 7 ? i / DIGEST_BYTES / 4 : i % DIGEST_BYTES == 6 ? i / 8 % 4 : i);
    parse_ok(&p, small);
    p.m.split = (struct split_memory){.known = true, .trained = {N, digests}, .checked = {N, digests}};
    file = (struct text){.pool = &p.pool};
    model_write(&p.m, &file);
    assert_non_null(strstr(file.s, "split trained 1000 @0 checked 1000 @8000\ngraph"));
    assert_int_equal(parse_bytes(&q, file.s, file.len), MOTE_OK);
    assert_int_equal(q.m.split.trained.n, N);
    copy = (struct model){.pool = &q.pool};
    model_copy(&q.m, &copy);
    assert_true(copy.split.known && copy.split.checked.n == N);
    assert_int_equal(copy.graphs[1].tensors[1].data[17], 17);
    pool_free(&q.pool);
    for (size_t n = file.len - 36; n < file.len; n++) { /* cut off */
        assert_int_equal(parse_bytes(&q, file.s, n), MOTE_ERR_FORMAT);
        pool_free(&q.pool);
    }
    pool_free(&p.pool);
}

static void test_blob_alignment(void **state)
{
    struct pool pool = {0};
    struct model m = {.pool = &pool, .name = "m"};
    struct graph *g = model_add_graph(&m, "g");
    uint8_t data[100];
    struct parsed p;
    int32_t output = 0;
    struct text out = {&pool, NULL, 0};

    (void)state;
    for (int i = 0; i < 100; i++)
        data[i] = (uint8_t)i;
    for (int n = 17; n < 40; n++) { /* constants and states in turn */
        struct tensor t = {.name = "", .type = TYPE_U8, .rank = 1, .dims = {n}, .state = n % 2 == 0};

        *(t.state ? &t.initial : &t.data) = data + n;
        graph_add_tensor(&m, g, &t);
    }
    g->outputs = &output;
    g->n_outputs = 1;
    text_add(&out, "0123456789"); /* the blob's place counts from where the file begins */
    model_write(&m, &out);
    assert_int_equal(parse_bytes(&p, out.s + 10, out.len - 10), MOTE_OK);
    for (int i = 0; i < p.m.graphs[0].n_tensors; i++) {
        const struct tensor *t = &p.m.graphs[0].tensors[i];

        assert_memory_equal(t->state ? t->initial : t->data, data + i + 17, (size_t)i + 17);
    }
    pool_free(&p.pool);
    pool_free(&pool);
}

/* ---- what is refused ---- */
static const struct refusal {
    const char *text, *message;
} refusals[] = {
    /* the file */
    {"", "not a graph file: it does not begin with 'mote-graph' [ERR_FORMAT]"},
    {"TFL3", "not a graph file: it does not begin with 'mote-graph' [ERR_FORMAT]"},
    {"mote-graph 2\n", "line 1: graph file version 2: this Mote reads version 1 [ERR_VERSION]"},
    {"mote-graph 1 x\n", "line 1: expected the end of the line, not 'x' [ERR_FORMAT]"},
    {"mote-graph 1\n", "the file has no line with model and its name [ERR_FORMAT]"},
    {"mote-graph 1\nmodel m\n", "the file has 0 graphs, but its model line says 1: is it truncated? [ERR_FORMAT]"},
    {"mote-graph 1\nmodel m graphs 2\ngraph\ntensor 0 s8 [1] state\noutputs [0]\nend\n",
     "the file has 1 graphs, but its model line says 2: is it truncated? [ERR_FORMAT]"},
    {"mote-graph 1\nmodel m graphs 0\n",
     "line 2: the number of graphs is 0: it must be from 1 to 2147483647 [ERR_VALUE]"},
    {"mote-graph 1\ngraph\n", "line 2: expected a line with model and its name before the first graph [ERR_FORMAT]"},
    {"mote-graph 1\nmodel m\nmodel m\n", "line 3: a second model [ERR_FORMAT]"},
    {"mote-graph 1\nmodel 2m\ngraph\nend\n", "the model's name \"2m\" must be a C identifier [ERR_VALUE]"},
    {"mote-graph 1\nmodel m version 4294967296\n",
     "line 2: the version is 4294967296: it must be from 0 to 4294967295 [ERR_VALUE]"},
    {HEAD "tensor 0 s8 []\n", "line 3: expected model, classes, preprocess, task, hears, split, graph or blob, not "
                              "'tensor 0 s8 []' [ERR_FORMAT]"},
    {HEAD "split\ngraph\nend\n",
     "split: it says of no sample that it was trained on: cutoffs or digests are wanted [ERR_FORMAT]"},
    {HEAD "split cutoffs [0x0000000000000002; 0x0000000000000001]\ngraph\nend\n",
     "split: cutoff 0 of validation is below that of test [ERR_VALUE]"},
    {HEAD "split cutoffs [0x0000000000000002; ]\n",
     "line 3: 1 cutoffs of test and 0 of validation: as many are wanted [ERR_VALUE]"},
    {HEAD "split trained [0x0000000000000002, 0x0000000000000002]\ngraph\nend\n",
     "split: the digests of samples for training do not ascend at 1 [ERR_VALUE]"},
    {HEAD "split trained [0x02]\n", "line 3: expected 0x and 16 hexadecimal digits [ERR_FORMAT]"},
    {HEAD "split trained 2\n", "line 3: expected '@', not the end of the line [ERR_FORMAT]"},
    {HEAD "split trained 2 @0\ngraph\nend\n",
     "line 3: the constant is in the blob, but the file has none: is it truncated? [ERR_FORMAT]"},
    {HEAD "split seed -1\n", "line 3: a seed below 0 [ERR_VALUE]"},
    {HEAD "split seed 1 seed 1\n",
     "line 3: expected group, seed, cutoffs, trained or checked, each once, not 'seed 1' [ERR_FORMAT]"},
    {HEAD "split trained [0x0000000000000002]\nsplit\n", "line 4: a second split [ERR_FORMAT]"},
    {HEAD "graph\nmodel m\n", "line 4: expected tensor, op, inputs, outputs or end, not 'model m' [ERR_FORMAT]"},
    {HEAD "graph\n", "the file ends within a graph: is it truncated? [ERR_FORMAT]"},
    {HEAD "classes down\n", "line 3: expected a class's name in quotes, not 'down' [ERR_FORMAT]"},
    {HEAD "classes \"down\n", "line 3: a string without its closing quote [ERR_FORMAT]"},
    {HEAD "classes \"down\\\"\n", "line 3: a string without its closing quote [ERR_FORMAT]"},
    {HEAD "classes \"\\x4\"\n",
     "line 3: in a string only \\\", \\\\ and \\x01 to \\xff stand after a backslash [ERR_FORMAT]"},
    {HEAD "classes \"\\x00\"\n",
     "line 3: in a string only \\\", \\\\ and \\x01 to \\xff stand after a backslash [ERR_FORMAT]"},
    {HEAD "classes \"a\"\nclasses \"b\"\n", "line 4: a second list of classes [ERR_FORMAT]"},
    {HEAD "preprocess video\n", "line 3: expected image, audio or values, not 'video' [ERR_FORMAT]"},
    {HEAD "preprocess image cmyk\n",
     "line 3: expected rgb, bgr, gray, u8, s8, s16, f32 or mean, not 'cmyk' [ERR_FORMAT]"},
    {HEAD "preprocess values f32\n", "line 3: expected mean, not the end of the line [ERR_FORMAT]"},
    {HEAD "preprocess image rgb s32 mean [1] std [1]\n",
     "line 3: expected u8, s8, s16, f32 or mean, not 's32 mean [1] std [1]' [ERR_FORMAT]"},
    {HEAD "preprocess values mean [1, 2] std [1, 2]\ngraph\ntensor 0 f32 [5]\ntensor 1 f32 [5]\n"
          "op 0 relu in [0] out [1]\ninputs [0]\noutputs [1]\nend\n",
     "preprocess: 2 channels do not fit the input's 5 elements [ERR_SHAPE]"},
    {HEAD "preprocess values mean [1] std [1e-40]\ngraph\nend\n",
     "preprocess: mean 1, std 9.99995e-41 of channel 0: both must be finite, std not 0 [ERR_VALUE]"},
    {HEAD "preprocess image rgb mean [1, 2] std [1]\n", "line 3: 2 values of mean, 1 of std [ERR_VALUE]"},
    {HEAD "preprocess image rgb mean [1, 2] std [1, 2]\ngraph\nend\n",
     "preprocess: 2 values of mean and std for 3 channels [ERR_VALUE]"},
    {HEAD "preprocess image mean [1] std [0]\ngraph\nend\n",
     "preprocess: mean 1, std 0 of channel 0: both must be finite, std not 0 [ERR_VALUE]"},
    {HEAD "preprocess audio rgb\ngraph\nend\n", "preprocess: only an image has channels rgb [ERR_VALUE]"},
    {HEAD "task\n", "line 3: expected classification, regression or anomaly, not the end of the line [ERR_FORMAT]"},
    {HEAD "task none\n", "line 3: expected classification, regression or anomaly, not 'none' [ERR_FORMAT]"},
    {HEAD "task regression\ntask regression\n", "line 4: a second task [ERR_FORMAT]"},
    {HEAD "task regression threshold 1\n", "line 3: expected the end of the line, not 'threshold 1' [ERR_FORMAT]"},
    {HEAD "hears micro\n", "line 3: expected a preset's name in quotes, not 'micro' [ERR_FORMAT]"},
    {HEAD "hears \"micro\" window 30 step 0\n", "line 3: step is 0: it must be from 1 to 60000 [ERR_VALUE]"},
    {HEAD "hears \"micro\" window 30 step 20 channels 40 clip 1000 posterior best\n",
     "line 3: expected average, sum or hits, not 'best' [ERR_FORMAT]"},
    {HEAD "task anomaly normal -1\n", "line 3: the normal class is -1: it must be from 0 to 2147483647 [ERR_VALUE]"},
    {HEAD "task anomaly threshold -1\ngraph\nend\n", "task: the threshold is -1: at least 0 is wanted [ERR_VALUE]"},
    {HEAD "task anomaly threshold 0x7fc00000\ngraph\nend\n",
     "task: the threshold is nan: at least 0 is wanted [ERR_VALUE]"},
    {HEAD "classes \"a\"\ntask anomaly normal 1\ngraph\nend\n",
     "task: class 1 is normal, but there are 1 classes [ERR_VALUE]"},
    {HEAD "blob 4\n", "line 3: the blob has 4 bytes, but 0 are there: is the file truncated? [ERR_FORMAT]"},
    /* lines of a graph */
    {HEAD "graph\ntensor 1 s8 []\nend\n", "line 4: a tensor's index is 1, but the next one is 0 [ERR_FORMAT]"},
    {HEAD "graph\ntensor 0 int8 []\nend\n", "line 4: no type is named 'int8' [ERR_FORMAT]"},
    {HEAD "graph\ntensor 0 s8 1\nend\n", "line 4: expected '[', not '1' [ERR_FORMAT]"},
    {HEAD "graph\ntensor 0 s8 [1 2]\nend\n", "line 4: expected ',' or ']', not '2]' [ERR_FORMAT]"},
    {HEAD "graph\ntensor 0 s8 [1,\nend\n", "line 4: expected a dimension, not the end of the line [ERR_FORMAT]"},
    {HEAD "graph\ntensor 0 s8 [1,1,1,1,1,1,1,1,1]\nend\n", "line 4: more than 8 dimensions [ERR_SHAPE]"},
    {HEAD "graph\ntensor 0 s8 [2147483648]\nend\n",
     "line 4: a dimension is 2147483648: it must be from 0 to 2147483647 [ERR_VALUE]"},
    {HEAD "graph\ntensor 0 s8 [-1]\nend\n", "line 4: a dimension is -1: it must be from 0 to 2147483647 [ERR_VALUE]"},
    {HEAD "graph\ntensor 0 s8 [1] state state\nend\n",
     "line 4: expected quant, range, state, source or data, each once, not 'state' [ERR_FORMAT]"},
    {HEAD "graph\ntensor 0 f32 [1] range [1]\nend\n",
     "line 4: 1 numbers: a range has two, the smallest and the largest [ERR_VALUE]"},
    {HEAD "graph\ntensor 0 s8 [1] data [128]\nend\n", "line 4: 128 does not fit s8 [ERR_VALUE]"},
    {HEAD "graph\ntensor 0 u4 [1] data [-1]\nend\n", "line 4: -1 does not fit u4 [ERR_VALUE]"},
    {HEAD "graph\ntensor 0 bool [1] data [2]\nend\n", "line 4: 2 does not fit bool [ERR_VALUE]"},
    {HEAD "graph\ntensor 0 s64 [1] data [9223372036854775808]\nend\n",
     "line 4: 9223372036854775808 does not fit s64 [ERR_VALUE]"},
    {HEAD "graph\ntensor 0 u64 [1] data [18446744073709551616]\nend\n", "line 4: a number beyond 64 bits [ERR_VALUE]"},
    {HEAD "graph\ntensor 0 s8 [1] data [1.5]\nend\n", "line 4: expected ',' or ']', not '.5]' [ERR_FORMAT]"},
    {HEAD "graph\ntensor 0 f32 [1] data [1e39]\nend\n", "line 4: 1e39 is beyond the range of f32 [ERR_VALUE]"},
    {HEAD "graph\ntensor 0 f32 [1] data [1e]\nend\n", "line 4: expected a number, not '1e' [ERR_FORMAT]"},
    {HEAD "graph\ntensor 0 f32 [1] data [nan]\nend\n", "line 4: expected a number, not 'nan]' [ERR_FORMAT]"},
    {HEAD "graph\ntensor 0 f32 [1] data [0x123]\nend\n", "line 4: expected 0x and 8 hexadecimal digits [ERR_FORMAT]"},
    {HEAD "graph\ntensor 0 f16 [1] data [1.0]\nend\n", "line 4: expected 0x and 4 hexadecimal digits [ERR_FORMAT]"},
    {HEAD "graph\ntensor 0 s8 [3] data [1, 2]\nend\n", "line 4: 2 elements, but the shape has 3 [ERR_SHAPE]"},
    {HEAD "graph\ntensor 0 s8 [1] data [1, 2]\nend\n", "line 4: more than the 1 elements of the shape [ERR_SHAPE]"},
    {HEAD "graph\ntensor 0 s8 [1000000] data [1]\nend\n",
     "line 4: fewer than the 1000000 elements of the shape [ERR_SHAPE]"},
    {HEAD "graph\ntensor 0 s8 [2000000000,2] data @0\nend\n",
     "line 4: a constant of more than 1073741824 bytes [ERR_MEMORY]"},
    {HEAD "graph\ntensor 0 s8 [?] data [1]\nend\n",
     "line 4: a constant needs a known shape and a type of fixed size [ERR_SHAPE]"},
    {HEAD "graph\ntensor 0 string [1] data [1]\nend\n",
     "line 4: a constant needs a known shape and a type of fixed size [ERR_SHAPE]"},
    {HEAD "graph\ntensor 0 s8 [1] data @8\nend\n", "line 4: offset 8 in the blob is not a multiple of 16 [ERR_FORMAT]"},
    {HEAD "graph\ntensor 0 s8 [1] data @0\ntensor 1 s8 [1] data @0\nend\n",
     "2 faults: line 5: offset 0 in the blob is before the end of the constant above; line 4: the constant is in the "
     "blob, but the file has none: is it truncated? [ERR_FORMAT]"},
    {HEAD "graph\ntensor 0 s8 [1] data @0\noutputs [0]\nend\n",
     "line 4: the constant is in the blob, but the file has none: is it truncated? [ERR_FORMAT]"},
    {HEAD "graph\ntensor 0 s8 [20] data @0\noutputs [0]\nend\nblob 0\n",
     "line 4: 20 bytes at offset 0: the blob has only 0 [ERR_BOUNDS]"},
    {HEAD "graph\ntensor 0 s8 [2] quant [1, 2; 1, 2, 3]\nend\n",
     "line 4: 2 scales and 3 zero points: give one zero point, or one for each scale [ERR_QUANT]"},
    {HEAD "graph\nop 0 conv_3d in [] out []\nend\n", "line 4: no operator is named 'conv_3d' [ERR_UNSUPPORTED]"},
    {HEAD "graph\nop 0 add in [-1] out []\nend\n", "line 4: expected ',' or ']', not '1] out []' [ERR_FORMAT]"},
    {HEAD "graph\nop 0 add in [] out [-]\nend\n", "line 4: expected a tensor's index, not '-]' [ERR_FORMAT]"},
    {HEAD "graph\nop 0 add in [] out [] stride_h 1\nend\n", "line 4: add has no option 'stride_h' [ERR_FORMAT]"},
    {HEAD "graph\nop 0 add in [] out [] activation gelu\nend\n",
     "line 4: expected none, relu, relu_n1_to_1, relu6, tanh or sign_bit, not 'gelu' [ERR_FORMAT]"},
    {HEAD "graph\nop 0 mean in [] out [] keep_dims 1 keep_dims 1\nend\n",
     "line 4: keep_dims is there twice [ERR_FORMAT]"},
    {HEAD "graph\nop 0 mean in [] out [] keep_dims 2\nend\n",
     "line 4: keep_dims is 2: it must be from 0 to 1 [ERR_VALUE]"},
    {HEAD "graph\ninputs []\ninputs []\n", "line 5: a second list of the graph's inputs [ERR_FORMAT]"},
    /* several of them at once, and where the next begins */
    {HEAD "graph\ntensor 0 f99 [1]\ntensor 1 s8 [1, x]\ntensor 2 f99 [2]\nop 0 gone in [0] out [1] axis 1\n"
          "op 1 add in [] out [] activation gelu\nop 2 add gone in [] out []\nop 3 gone in [1] out [9]\nend\n",
     "7 faults: line 4: no type is named 'f99' (and 1 more like it); line 5: expected a dimension, not 'x]'; line 7: "
     "no "
     "operator is named 'gone' (and 1 more like it); line 8: expected none, relu, relu_n1_to_1, relu6, tanh or "
     "sign_bit, not 'gelu'; line 9: expected in, not 'gone in [] out []' [ERR_FORMAT]"},
    {HEAD "graph\nop 0 gone in [0] out [1]\nop 2 gone in [0] out [1]\nend\n",
     "2 faults: line 4: no operator is named 'gone'; line 5: an operator's index is 2, but the next one is 1 "
     "[ERR_UNSUPPORTED]"},
    {HEAD "graph\nop 0 gone in [0] out [1]\n",
     "2 faults: line 4: no operator is named 'gone'; the file ends within a graph: is it truncated? [ERR_UNSUPPORTED]"},
    /* what the verifier finds */
    {HEAD "graph\nend\n", "the graph has no output [ERR_FORMAT]"},
    {HEAD "graph\noutputs [0]\nend\n", "output 0 of the graph is tensor 0, but there are 0 [ERR_FORMAT]"},
    {HEAD "graph\ninputs [3]\nend\n", "input 0 of the graph is tensor 3, but there are 0 [ERR_FORMAT]"},
    {"mote-graph 1\nmodel m graphs 2\ngraph \"a\"\ntensor 0 s8 [1] state\noutputs [0]\nend\ngraph \"b\"\nend\n",
     "graph 1 b: the graph has no output [ERR_FORMAT]"},
    {HEAD "graph\ntensor 0 \"x\" s8 [1]\noutputs [0]\nend\n",
     "tensor 0 x: it is an output of the graph, but no operator makes it [ERR_FORMAT]"},
    {HEAD "graph\ntensor 0 \"x\" s8 [1]\ninputs [0, 0]\nend\n",
     "tensor 0 x: it is listed twice among the graph's inputs [ERR_FORMAT]"},
    {HEAD "graph\ntensor 0 \"x\" s8 [1] data [1]\ninputs [0]\nend\n",
     "tensor 0 x: an input of the graph cannot be a constant [ERR_FORMAT]"},
    {HEAD "graph\ntensor 0 \"x\" s8 [1] state data [1]\ninputs [0]\nend\n",
     "tensor 0 x: an input of the graph cannot be state [ERR_FORMAT]"},
    {HEAD "graph\ntensor 0 \"x\" s8 [1] state data [1, 2]\ninputs [0]\nend\n",
     "line 4: more than the 1 elements of the shape [ERR_SHAPE]"},
    {HEAD "graph\ntensor 0 s8 [1]\ntensor 1 s8 [1]\nop 0 read_variable in [0] out [1]\ninputs [0]\noutputs [1]\nend\n",
     "op 0 READ_VARIABLE: the input is no state [ERR_FORMAT]"},
    {HEAD "graph\ntensor 0 s8 [1]\ntensor 1 s8 [2] state\nop 0 assign_variable in [0] out [1]\ninputs [0]\n"
          "outputs [1]\nend\n",
     "op 0 ASSIGN_VARIABLE: the input is 1, the output 2 [ERR_SHAPE]"},
    {HEAD "graph\ntensor 0 s8 [1]\ntensor 1 s8 [1]\nop 0 assign_variable in [0] out [1]\ninputs [0]\noutputs [1]\n"
          "end\n",
     "op 0 ASSIGN_VARIABLE: the output is no state [ERR_FORMAT]"},
    {HEAD "graph\ntensor 0 s8 [65536,65536]\nend\n",
     "tensor 0: larger than 1073741824 bytes, the largest tensor that Mote takes [ERR_MEMORY]"},
    {HEAD "graph\ntensor 0 \"x\" s8 [1] range [0, 1]\nend\n",
     "tensor 0 x: a range is for an f32 that is computed [ERR_VALUE]"},
    {HEAD "graph\ntensor 0 \"x\" f32 [1] range [1, 0]\nend\n",
     "tensor 0 x: the range goes from 1 to 0: two finite numbers in order are wanted [ERR_VALUE]"},
    {HEAD "graph\ntensor 0 \"x\" s8 [1] quant [0; 0]\nend\n",
     "tensor 0 x: scale 0 is 0: a scale is finite and above 0 [ERR_QUANT]"},
    {HEAD "graph\ntensor 0 \"x\" s8 [1] quant [inf; 0]\nend\n",
     "tensor 0 x: scale 0 is inf: a scale is finite and above 0 [ERR_QUANT]"},
    {HEAD "graph\ntensor 0 s8 [1] quant [1; 128]\nend\n",
     "tensor 0: zero point 0 is 128, which s8 cannot hold [ERR_QUANT]"},
    {HEAD "graph\ntensor 0 u8 [1] quant [1; -1]\nend\n",
     "tensor 0: zero point 0 is -1, which u8 cannot hold [ERR_QUANT]"},
    {HEAD "graph\ntensor 0 s8 [3] quant axis 0 [1, 2; 0]\nend\n",
     "tensor 0: 2 scales for 3 channels on axis 0 [ERR_QUANT]"},
    {HEAD "graph\ntensor 0 s8 [3] quant axis 1 [1, 2, 3; 0]\nend\n",
     "tensor 0: quantized along axis 1, but the rank is 1 [ERR_QUANT]"},
#define XY "graph\ntensor 0 \"x\" s8 [1,4,4,1]\ntensor 1 \"y\" s8 [1,4,4,1]\ntensor 2 \"w\" s8 [1,1,1,1] data [1]\n"
    {HEAD XY "op 0 add in [0] out [1] source 5\nend\n", "op 5 ADD: 1 inputs: the operator takes 2 to 2 [ERR_FORMAT]"},
    {HEAD XY "op 0 add in [0, 0] out []\nend\n", "op 0 ADD: 0 outputs: the operator has 1 [ERR_FORMAT]"},
    {HEAD XY "op 0 add in [0, 9] out [1]\nend\n", "op 0 ADD: input 1 is tensor 9, but there are 3 [ERR_FORMAT]"},
    {HEAD XY "op 0 add in [0, 0] out [3]\nend\n", "op 0 ADD: output 0 is tensor 3, but there are 3 [ERR_FORMAT]"},
    {HEAD XY "op 0 add in [0, -] out [1]\nend\n",
     "op 0 ADD: input 1 is absent, but the operator needs it [ERR_FORMAT]"},
    {HEAD XY "op 0 add in [0, 0] out [1]\noutputs [1]\nend\n",
     "op 0 ADD: tensor 0 x: it is read before an operator has made it [ERR_FORMAT]"},
    {HEAD XY "op 0 add in [0, 1] out [1]\ninputs [0]\noutputs [1]\nend\n",
     "op 0 ADD: tensor 1 y: it is read before an operator has made it [ERR_FORMAT]"},
    {HEAD XY "op 0 add in [0, 0] out [0]\ninputs [0]\noutputs [0]\nend\n",
     "op 0 ADD: tensor 0 x: an operator cannot write an input of the graph [ERR_FORMAT]"},
    {HEAD XY "op 0 add in [0, 0] out [2]\ninputs [0]\noutputs [2]\nend\n",
     "op 0 ADD: tensor 2 w: an operator cannot write a constant [ERR_FORMAT]"},
    {HEAD XY "op 0 add in [0, 0] out [1]\nop 1 add in [0, 0] out [1]\ninputs [0]\noutputs [1]\nend\n",
     "op 1 ADD: tensor 1 y: an earlier operator has made it already [ERR_FORMAT]"},
    {HEAD XY "op 0 conv_2d in [0, 2] out [1] stride_h 0\ninputs [0]\noutputs [1]\nend\n",
     "op 0 CONV_2D: stride_h is 0: it must be from 1 to 65535 [ERR_VALUE]"},
    {HEAD XY "op 0 conv_2d in [0, 2] out [1] pad_left -1\ninputs [0]\noutputs [1]\nend\n",
     "op 0 CONV_2D: pad_left is -1: it must be from 0 to 65535 [ERR_VALUE]"},
    {HEAD XY "op 0 softmax in [0] out [1] beta inf\ninputs [0]\noutputs [1]\nend\n",
     "op 0 SOFTMAX: beta is inf: it must be finite [ERR_VALUE]"},
    {HEAD XY "op 0 conv_2d in [0, 2] out [1] stride_h 2\ninputs [0]\noutputs [1]\nend\n", "op 0 CONV_2D: "},
};

static void test_refusals(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(refusals); i++) {
        const struct refusal *r = &refusals[i];
        struct parsed p;
        char want[512];
        size_t len;

        snprintf(want, sizeof want, "t.graph: %s", r->message);
        len = strlen(want);
        parse_bytes(&p, r->text, strlen(r->text));
        if (want[len - 1] == ']') /* a message of another file's: its beginning is enough */
            len++;
        if (strncmp(p.report.text, want, len) != 0)
            print_error("%s\n--> %s\nwant %s\n", r->text, p.report.text, want);
        assert_memory_equal(p.report.text, want, len);
        pool_free(&p.pool);
    }
}

/* One byte changed, at each place and to each of a few values: never a crash, and what is read can be printed. */
static void test_changed_bytes(void **state)
{
    static const char others[] = {0, '\n', ' ', '"', '\\', '-', '0', '9', '[', ']', ';', 'x', (char)0xff};
    char text[sizeof small];
    int read = 0;

    (void)state;
    for (size_t i = 0; i < sizeof small - 1; i++)
        for (size_t k = 0; k < COUNT(others); k++) {
            struct parsed p, q;

            memcpy(text, small, sizeof small);
            text[i] = others[k];
            if (parse_bytes(&p, text, sizeof text - 1) == MOTE_OK) {
                const char *printed = print(&p);

                read++;
                parse_ok(&q, printed);
                assert_string_equal(print(&q), printed);
                pool_free(&q.pool);
            }
            pool_free(&p.pool);
        }
    assert_true(read > 100);
}

/* Memory runs out at each allocation in turn: the handler is called, and the pool can still be freed. */
static jmp_buf out_of_memory;
static void on_oom(void) { longjmp(out_of_memory, 1); }

static void test_out_of_memory(void **state)
{
    void (*before)(void) = oom_handler;
    volatile long n = 0;
    volatile bool done = false;

    (void)state;
    oom_handler = on_oom;
    while (!done) {
        static struct parsed p;

        p = (struct parsed){.m.pool = &p.pool};
        pool_fail_at = ++n;
        if (setjmp(out_of_memory) == 0) {
            assert_int_equal(model_parse(&p.m, (struct bytes){(uint8_t *)(uintptr_t)small, sizeof small - 1}, NULL),
                             MOTE_OK);
            done = true;
        }
        pool_fail_at = 0;
        pool_free(&p.pool);
    }
    oom_handler = before;
    assert_true(n > 50);
}

/* ---- the verifier on graphs that no file can hold ---- */
static void refused(struct parsed *p, const char *message)
{
    p->report = (struct report_text){0};
    p->root.sink = &p->report;
    assert_int_not_equal(model_verify(&p->m, &p->root), MOTE_OK);
    p->root.sink = NULL;
    assert_string_equal(p->report.text, message);
}

static void test_verify_built(void **state)
{
    struct parsed p;
    struct graph *g;
    struct conv_opts *opts;

    (void)state;
    parse_ok(&p, small);
    g = &p.m.graphs[1];
    opts = g->ops[0].opts;

    opts->padding = PADDING_COUNT;
    refused(&p, "t.graph: graph 1: op 0 CONV_2D: padding is 3: it must be from 0 to 2 [ERR_VALUE]");
    opts->padding = PADDING_EXPLICIT;
    opts->activation = -1;
    refused(&p, "t.graph: graph 1: op 0 CONV_2D: activation is -1: it must be from 0 to 5 [ERR_VALUE]");
    opts->activation = 0;
    g->ops[0].opts = NULL;
    refused(&p, "t.graph: graph 1: op 0 CONV_2D: the options are missing [ERR_FORMAT]");
    g->ops[0].opts = opts;
    g->ops[0].id = (enum op_id)OP_LIMIT;
    refused(&p, pool_printf(p.m.pool, "t.graph: graph 1: op 0 NOP: no operator has the number %d [ERR_UNSUPPORTED]",
                            (int)OP_LIMIT));
    g->ops[0].id = OP_CONV_2D;
    g->ops[0].in[0] = -2;
    refused(&p, "t.graph: graph 1: op 0 CONV_2D: input 0 is tensor -2, but there are 3 [ERR_FORMAT]");
    g->ops[0].in[0] = 0;
    g->tensors[0].rank = RANK_MAX + 1;
    refused(&p, "t.graph: graph 1: tensor 0 x: the rank is 9: at most 8 is possible [ERR_SHAPE]");
    g->tensors[0].rank = 4;
    g->tensors[0].dims[1] = -2;
    refused(&p, "t.graph: graph 1: tensor 0 x: dimension 1 is -2 [ERR_SHAPE]");
    g->tensors[0].dims[1] = 8;
    g->tensors[0].type = (enum mote_type)99;
    refused(&p, "t.graph: graph 1: tensor 0 x: no type has the number 99 [ERR_TYPE]");
    g->tensors[0].type = TYPE_S8;
    assert_int_equal(model_verify(&p.m, NULL), MOTE_OK);
    while (g->n_ops <= GRAPH_OPS_MAX)
        graph_add_op(&p.m, g, OP_NOP, 0, NULL, 0, NULL);
    refused(&p, "t.graph: graph 1: 16385 operators and 3 tensors, 16384 and 65535 are the most [ERR_VALUE]");
    pool_free(&p.pool);
}

/* An operator whose input is not known yet is left alone; when it is known, the shapes follow. */
static void test_infer(void **state)
{
    struct parsed p;
    struct graph *g;

    (void)state;
    parse_ok(&p, HEAD "graph\n"
                      "tensor 0 f32 [?,3]\ntensor 1 f32 [?,3]\ntensor 2 f32 [?,3]\n"
                      "op 0 softmax in [0] out [1] beta 1\nop 1 softmax in [1] out [2] beta 1\n"
                      "inputs [0]\noutputs [2]\nend\n");
    g = &p.m.graphs[0];
    assert_int_equal(g->tensors[2].dims[0], DIM_UNKNOWN);
    g->tensors[0].dims[0] = 5;
    assert_int_equal(graph_infer(&p.m, g, NULL), MOTE_OK);
    assert_int_equal(g->tensors[2].dims[0], 5);
    assert_int_equal(g->tensors[2].dims[1], 3);
    pool_free(&p.pool);
}

/* ---- building ---- */
static void test_questions(void **state)
{
    struct tensor t = {.type = TYPE_S16, .rank = 3, .dims = {2, 3, 4}}, u = t;
    struct quant a = {1, 0, (float[]){0.5f}, (int32_t[]){3}}, b = {1, 7, (float[]){0.5f}, (int32_t[]){3}};
    char text[96];

    (void)state;
    assert_int_equal(tensor_bytes(&t), 48);
    assert_string_equal(shape_text(&t, text), "2x3x4");
    assert_true(shape_equal(&t, &u));
    u.dims[1] = DIM_UNKNOWN;
    assert_false(shape_equal(&t, &u));
    assert_string_equal(shape_text(&u, text), "2x?x4");
    assert_int_equal(tensor_elements(&u), -1);
    assert_int_equal(tensor_bytes(&u), -1);
    u = (struct tensor){.type = TYPE_S4, .rank = 1, .dims = {5}};
    assert_int_equal(tensor_bytes(&u), 3);
    u = (struct tensor){.type = TYPE_F64, .rank = 8};
    for (int i = 0; i < 8; i++)
        u.dims[i] = INT32_MAX;
    assert_true(tensor_bytes(&u) > TENSOR_BYTES_MAX); /* no overflow */
    assert_true(strlen(shape_text(&u, text)) == 87);
    u.rank = 0;
    assert_string_equal(shape_text(&u, text), "scalar");
    assert_true(quant_equal(&a, &b)); /* the axis means nothing for one scale */
    b.zero = (int32_t[]){4};
    assert_false(quant_equal(&a, &b));
    assert_int_equal(type_of_name("bf16", 4), TYPE_BF16);
    assert_int_equal(type_of_name("bf16", 3), TYPE_NONE);
    assert_string_equal(type_name(TYPE_NONE), "none");
    assert_int_equal(type_bits(TYPE_C128), 128);
}

/* x -> op 0 -> a -> op 1 -> b; op 2 is dead, and so is its output between the others. */
static void build_chain(struct model *m)
{
    struct graph *g = model_add_graph(m, "main");
    struct tensor t = {.type = TYPE_F32, .rank = 1, .dims = {4}, .source = -1};

    for (int i = 0; i < 4; i++) {
        t.name = pool_printf(m->pool, "t%d", i);
        graph_add_tensor(m, g, &t);
    }
    ((struct softmax_opts *)graph_add_op(m, g, OP_SOFTMAX, 1, (int32_t[]){0}, 1, (int32_t[]){2})->opts)->beta = 1;
    graph_add_op(m, g, OP_SOFTMAX, 1, (int32_t[]){2}, 1, (int32_t[]){1})->id = OP_NOP;
    ((struct softmax_opts *)graph_add_op(m, g, OP_SOFTMAX, 1, (int32_t[]){2}, 1, (int32_t[]){3})->opts)->beta = 2;
    g->n_inputs = g->n_outputs = 1;
    g->inputs = pool_copy(m->pool, (int32_t[]){0}, 4);
    g->outputs = pool_copy(m->pool, (int32_t[]){3}, 4);
}

static void test_build_and_compact(void **state)
{
    struct pool pool = {0}, other = {0};
    struct model m = {.pool = &pool, .name = "m"}, copy = {.pool = &other};
    struct text before = {&pool, NULL, 0}, after = {&pool, NULL, 0};
    struct graph *g;

    (void)state;
    build_chain(&m);
    g = &m.graphs[0];
    assert_int_equal(graph_uses(g, 2), 1); /* the dead operator's does not count */
    assert_int_equal(graph_uses(g, 3), 1);
    assert_int_equal(graph_producer(g, 1), -1);
    assert_int_equal(graph_producer(g, 3), 2);
    assert_true(graph_is_output(g, 3));
    assert_false(graph_is_output(g, 2));
    assert_int_equal(model_verify(&m, NULL), MOTE_OK);

    model_copy(&m, &copy);
    model_print(&m, &before, true);
    graph_compact(&copy, &copy.graphs[0]);
    graph_add_tensor(&copy, &copy.graphs[0], &(struct tensor){.type = TYPE_S8, .source = -1});
    ((struct softmax_opts *)copy.graphs[0].ops[0].opts)->beta = 9;
    model_print(&m, &after, true);
    assert_string_equal(before.s, after.s); /* the copy shares nothing that can change */

    g = &copy.graphs[0];
    assert_int_equal(g->n_ops, 2);
    assert_int_equal(g->n_tensors, 4);
    assert_string_equal(g->tensors[1].name, "t2");
    assert_string_equal(g->tensors[2].name, "t3");
    assert_string_equal(g->tensors[3].name, "");
    assert_int_equal(g->ops[1].in[0], 1);
    assert_int_equal(g->ops[1].out[0], 2);
    assert_int_equal(g->outputs[0], 2);
    assert_int_equal(model_verify(&copy, NULL), MOTE_OK);
    pool_free(&pool);
    pool_free(&other);
}

static void test_op_info(void **state)
{
    const struct op_info *info = &op_info[OP_UNIDIRECTIONAL_SEQUENCE_LSTM];

    (void)state;
    assert_string_equal(info->name, "unidirectional_sequence_lstm");
    assert_int_equal(info->in_max, 24);
    assert_int_equal(info->opts, OPTS_LSTM);
    assert_int_equal(opts_info[OPTS_NONE].n, 0);
    assert_int_equal(opts_info[OPTS_CONV].n * 4, sizeof(struct conv_opts));
    assert_string_equal(opts_info[OPTS_LSTM].fields[1].name, "cell_clip");
    assert_int_equal(opts_info[OPTS_LSTM].fields[1].kind, OPT_FLOAT);
    assert_string_equal(activation_name(ACTIVATION_SIGN_BIT), "sign_bit");
    assert_string_equal(padding_name(3), "?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip_text),
        cmocka_unit_test(test_liberties),
        cmocka_unit_test(test_elements),
        cmocka_unit_test(test_floats),
        cmocka_unit_test(test_blob),
        cmocka_unit_test(test_split_in_blob),
        cmocka_unit_test(test_blob_alignment),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_changed_bytes),
        cmocka_unit_test(test_out_of_memory),
        cmocka_unit_test(test_verify_built),
        cmocka_unit_test(test_infer),
        cmocka_unit_test(test_questions),
        cmocka_unit_test(test_build_and_compact),
        cmocka_unit_test(test_op_info),
        cmocka_unit_test(test_every_operator),
        cmocka_unit_test(test_documentation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
