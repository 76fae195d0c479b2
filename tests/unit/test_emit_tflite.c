/* SPDX-License-Identifier: Apache-2.0 */
/* The TFLite emitter: what it writes is read back as the same graph, which computes the same bytes, of random graphs
 * and of all models of the shared folder; what TFLite has no words for is said otherwise, or refused by name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#undef fail /* ours is in base.h */

#include "host/formats/tflite/ops.h"
#include "host/import/import.h"
#include "host/import/tflite/reader.h"
#include "tests/golden/road.h"
#include "tests/random/random.h"
#include "tests/shared.h"

#include <ftw.h>

#define SEEDS 1000
#define RUNS  2

#define HEAD "mote-graph 1\nmodel t\ngraph \"main\"\n"

struct job {
    struct pool pool;
    struct report_text sink;
    struct frame at;
    struct pipeline p;    /* what is written */
    struct pipeline back; /* what is read */
    struct bytes file;
};

static void begin(struct job *j, const char *name)
{
    *j = (struct job){.at = {.name = name, .index = -1}};
    j->at.sink = &j->sink;
    j->p = pipeline_of(&j->pool, name);
    j->back = pipeline_of(&j->pool, name);
}

static void must(const struct job *j, enum mote_status status, const char *what)
{
    if (status != MOTE_OK)
        print_error("%s: %s: %s\n", j->at.name, what, j->sink.text);
    assert_int_equal(status, MOTE_OK);
}

static void parse(struct job *j, const char *text)
{
    begin(j, "t");
    must(j, model_parse(&j->p.model, (struct bytes){(uint8_t *)(uintptr_t)text, strlen(text)}, &j->at), "parse");
    must(j, graph_infer(&j->p.model, &j->p.model.graphs[0], &j->at), "infer");
}

static void write_and_read(struct job *j)
{
    must(j, emit_tflite(&j->pool, &j->p.model, &j->file, &j->at), "write");
    must(j, tflite_import(&j->pool, j->p.model.name, j->file, &j->back.model, &j->at), "read");
}

/* ---- the same graph ---- */
static const char *text_of(struct pool *pool, const struct model *m)
{
    struct model copy = {.pool = pool};
    struct text t = {.pool = pool};

    model_copy(m, &copy);
    graph_compact(&copy, &copy.graphs[0]);
    copy.name = "same";
    copy.version = 0;
    copy.n_classes = 0;
    copy.task = (struct task){0};
    copy.preprocess = (struct preprocess){.kind = "none", .channels = ""};
    copy.split = (struct split_memory){0};
    copy.n_graphs = 1;
    for (int32_t i = 0; i < copy.graphs[0].n_tensors; i++)
        copy.graphs[0].tensors[i].source = -1;
    for (int32_t i = 0; i < copy.graphs[0].n_ops; i++) {
        copy.graphs[0].ops[i].source = -1;
        copy.graphs[0].ops[i].name = "";
    }
    model_print(&copy, &t, true);
    return t.s;
}

/* Variables change places in the lists, explicit padding is said otherwise, and lists have 32 bits. */
static bool is_said_as_it_is(const struct graph *g)
{
    for (int32_t i = 0; i < g->n_tensors; i++)
        if (g->tensors[i].state || (g->tensors[i].data && g->tensors[i].type == TYPE_S64))
            return false;
    for (int32_t i = 0; i < g->n_ops; i++)
        if (g->ops[i].id == OP_SHAPE || ((g->ops[i].id == OP_CONV_2D || g->ops[i].id == OP_DEPTHWISE_CONV_2D ||
                                          g->ops[i].id == OP_MAX_POOL_2D || g->ops[i].id == OP_AVERAGE_POOL_2D ||
                                          g->ops[i].id == OP_L2_POOL_2D || g->ops[i].id == OP_TRANSPOSE_CONV) &&
                                         *(const opt_padding *)g->ops[i].opts == PADDING_EXPLICIT))
            return false;
    return true;
}

/* What is read is written as the same bytes: so the file has all that the graph has. Variables, which are handles
 * there, go to the end of the list of tensors when they are read, and a SHAPE is a constant then, so that it holds from
 * the second time on. */
static void expect_same_file(struct job *j)
{
    struct model again = {.pool = &j->pool};
    struct bytes second = {0}, third = {0};

    must(j, emit_tflite(&j->pool, &j->back.model, &second, &j->at), "write again");
    must(j, tflite_import(&j->pool, j->p.model.name, second, &again, &j->at), "read again");
    must(j, emit_tflite(&j->pool, &again, &third, &j->at), "write once more");
    assert_int_equal(third.size, second.size);
    assert_memory_equal(third.data, second.data, third.size);
    for (int32_t i = 0; i < j->p.model.graphs[0].n_tensors; i++)
        if (j->p.model.graphs[0].tensors[i].state)
            return;
    for (int32_t i = 0; i < j->p.model.graphs[0].n_ops; i++)
        if (j->p.model.graphs[0].ops[i].id == OP_SHAPE)
            return;
    assert_int_equal(second.size, j->file.size);
    assert_memory_equal(second.data, j->file.data, second.size);
}

/* ---- the same bytes ---- */
static void compile(struct job *j, struct pipeline *p, struct runner *r, bool host)
{
    struct target target = target_portable;

    must(j, pipeline_compile(p, &(struct pipeline_options){.passes = host ? NULL : "none", .target = &target}, &j->at),
         "compile");
    must(j, runner_open(&j->pool, p->image, r, &j->at), "open");
}

static void fill(uint8_t *data, size_t n, const struct graph *g, uint64_t *seed)
{
    size_t at = 0;

    for (int32_t i = 0; i < g->n_inputs; i++) {
        const struct tensor *t = &g->tensors[g->inputs[i]];
        const size_t bytes = (size_t)tensor_bytes(t);

        for (size_t k = 0; k < bytes; k++) {
            *seed = *seed * 6364136223846793005u + 1442695040888963407u;
            data[at + k] = t->type == TYPE_BOOL ? *seed >> 63 : (uint8_t)(*seed >> 56);
        }
        for (size_t k = 3; t->type == TYPE_F32 && k < bytes; k += 4) { /* of moderate size */
            data[at + k] = (uint8_t)((data[at + k] & 0x80) | 0x3f);
            data[at + k - 1] &= 0x7f;
        }
        for (size_t k = 0; t->type == TYPE_S32 && k < bytes; k++)
            data[at + k] = k % 4 == 0 ? data[at + k] & 1 : 0;
        at += bytes;
    }
    assert_int_equal(at, n);
}

static void expect_same_outputs(struct job *j, bool host)
{
    struct runner a, b;
    uint8_t *in, *out[2];
    uint64_t seed = 1;
    size_t n_in, n_out;

    compile(j, &j->p, &a, host);
    compile(j, &j->back, &b, host);
    n_in = runner_input_bytes(&a);
    n_out = runner_output_bytes(&a);
    assert_int_equal(runner_input_bytes(&b), n_in);
    assert_int_equal(runner_output_bytes(&b), n_out);
    in = pool_alloc(&j->pool, n_in + 1);
    out[0] = pool_alloc(&j->pool, n_out + 1);
    out[1] = pool_alloc(&j->pool, n_out + 1);
    for (int k = 0; k < RUNS; k++) {
        fill(in, n_in, &j->p.model.graphs[0], &seed);
        runner_run(&a, in, out[0]);
        runner_run(&b, in, out[1]);
        if (memcmp(out[0], out[1], n_out) != 0)
            print_error("%s: run %d differs\n%s\n%s\n", j->at.name, k, text_of(&j->pool, &j->p.model),
                        text_of(&j->pool, &j->back.model));
        assert_memory_equal(out[0], out[1], n_out);
    }
}

/* ---- what cannot be written ---- */
static const char formless[] = "TFLite has no such operator";

/* Says so, and of a graph that has one. */
static bool is_formless(const struct job *j)
{
    const struct graph *g = &j->p.model.graphs[0];
    bool has_one = false;

    for (int32_t i = 0; i < g->n_ops; i++)
        has_one = has_one || tfl_builtin_of(g->ops[i].id, g->ops[i].n_in) < 0;
    return has_one && strstr(j->sink.text, formless) != NULL;
}

/* ---- random graphs ---- */
static bool is_expected(const char *refusal)
{
    const char *const expected[] = {formless,
                                    "neither SAME nor VALID",
                                    "its state starts with other values than zero",
                                    "option bias_s32 has no",
                                    "TFLite has no GRU of integers",
                                    "computes as of uint8"};

    for (size_t i = 0; i < COUNT(expected); i++)
        if (strstr(refusal, expected[i]))
            return true;
    return false;
}

static void test_random_graphs(void **state)
{
    int same = 0, refused = 0, without_form = 0, others;

    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        char name[32];
        struct job j;

        snprintf(name, sizeof name, "seed %llu", (unsigned long long)seed);
        begin(&j, name);
        must(&j, random_model(&j.pool, seed, RANDOM_OPS_MAX, &j.p.model, &j.at), "make");
        j.p.model.preprocess = (struct preprocess){.kind = "none", .channels = ""};
        if (emit_tflite(&j.pool, &j.p.model, &j.file, &j.at) != MOTE_OK) {
            if (!is_expected(j.sink.text))
                print_error("%s\n", j.sink.text);
            assert_true(is_expected(j.sink.text));
            if (is_formless(&j))
                without_form++;
            else
                refused++;
        } else {
            write_and_read(&j);
            expect_same_file(&j);
            if (is_said_as_it_is(&j.p.model.graphs[0])) {
                assert_string_equal(text_of(&j.pool, &j.p.model), text_of(&j.pool, &j.back.model));
                same++;
            }
            expect_same_outputs(&j, false);
        }
        pool_free(&j.pool);
    }
    others = SEEDS - without_form;
    printf("%d graphs that TFLite has operators for, %d of them read back word for word, %d refused\n", others, same,
           refused);
    assert_true(others > SEEDS * 2 / 5 && same > others / 4 && refused < others / 4);
}

/* ---- real models ---- */
static int models_done;

static int try_model(const char *path, const struct stat *s, int kind, struct FTW *ftw)
{
    struct import_missing missing = {.what = NULL};
    const char *end = strrchr(path, '.');
    struct bytes file;
    struct job j;

    (void)s;
    (void)ftw;
    if (kind != FTW_F || !end || strcmp(end, ".tflite") != 0)
        return 0;
    begin(&j, path);
    must(&j, file_read(&j.pool, path, &file, &j.at), "open");
    must(&j, tflite_import_partly(&j.pool, path, file, NULL, &j.p.model, &missing, &j.at), "import");
    if (missing.what == NULL) {
        must(&j, graph_infer(&j.p.model, &j.p.model.graphs[0], &j.at), "infer");
        if (emit_tflite(&j.pool, &j.p.model, &j.file, &j.at) != MOTE_OK) {
            assert_true(is_formless(&j)); /* custom operators */
            pool_free(&j.pool);
            return 0;
        }
        write_and_read(&j);
        expect_same_file(&j);
        if (is_said_as_it_is(&j.p.model.graphs[0]))
            assert_string_equal(text_of(&j.pool, &j.p.model), text_of(&j.pool, &j.back.model));
        expect_same_outputs(&j, true);
        models_done++;
    }
    pool_free(&j.pool);
    return 0;
}

static void test_shared_models(void **state)
{
    struct pool pool = {0};
    const char *path = shared_path(&pool, "models");

    (void)state;
    if (path == NULL) {
        pool_free(&pool);
        skip();
    }
    assert_int_equal(nftw(path, try_model, 16, FTW_PHYS), 0);
    printf("%d models\n", models_done);
    assert_true(models_done > 50);
    pool_free(&pool);
}

/* ---- what is said otherwise ---- */
/* Text, which is written, read, and computes the same; how many operators what was read has. */
static void expect_said_otherwise(const char *text, enum op_id has, int n_ops)
{
    struct job j;
    int found = 0;

    parse(&j, text);
    write_and_read(&j);
    expect_same_file(&j);
    for (int32_t i = 0; i < j.back.model.graphs[0].n_ops; i++)
        found += j.back.model.graphs[0].ops[i].id == has;
    assert_int_equal(found > 0, has != OP_NOP);
    assert_int_equal(j.back.model.graphs[0].n_ops, n_ops);
    expect_same_outputs(&j, false);
    pool_free(&j.pool);
}

static void test_explicit_padding(void **state)
{
    (void)state;
    expect_said_otherwise(HEAD "tensor 0 \"x\" s8 [1,4,5,2] quant [0.5; 3]\n"
                               "tensor 1 s8 [1,3,3,2] quant [0.25; 0] data [1,2,3,4,5,6,7,8,9,1,2,3,4,5,6,7,8,9]\n"
                               "tensor 2 \"y\" s8 [1,5,3,1] quant [2; -1]\n"
                               "op 0 conv_2d in [0, 1] out [2] padding explicit pad_top 2 pad_bottom 1 pad_left 0 "
                               "pad_right 2 stride_w 2\ninputs [0]\noutputs [2]\nend\n",
                          OP_PAD, 2);
    /* What SAME says is SAME. */
    expect_said_otherwise(HEAD "tensor 0 \"x\" f32 [1,4,4,1]\n"
                               "tensor 1 f32 [1,3,3,1] data [1,2,3,4,5,6,7,8,9]\n"
                               "tensor 2 \"y\" f32 [1,4,4,1]\n"
                               "op 0 conv_2d in [0, 1] out [2] padding explicit pad_top 1 pad_bottom 1 pad_left 1 "
                               "pad_right 1\ninputs [0]\noutputs [2]\nend\n",
                          OP_NOP, 1);
    expect_said_otherwise(HEAD "tensor 0 \"x\" f32 [1,4,4,1]\ntensor 1 \"y\" f32 [1,3,2,1]\n"
                               "op 0 max_pool_2d in [0] out [1] padding explicit pad_top 1 stride_h 2 stride_w 2 "
                               "filter_h 2 filter_w 2 pad_bottom 1\ninputs [0]\noutputs [1]\nend\n",
                          OP_PAD, 2);
    expect_said_otherwise(HEAD "tensor 0 \"x\" s8 [1,4,4,1] quant [1; -5]\ntensor 1 \"y\" s8 [1,3,2,1] quant [1; -5]\n"
                               "op 0 max_pool_2d in [0] out [1] padding explicit pad_top 1 stride_h 2 stride_w 2 "
                               "filter_h 2 filter_w 2 pad_bottom 1\ninputs [0]\noutputs [1]\nend\n",
                          OP_PAD, 2);
    expect_said_otherwise(HEAD "tensor 0 s32 [4] data [1, 6, 6, 1]\n"
                               "tensor 1 f32 [1,3,3,1] data [1,2,3,4,5,6,7,8,9]\n"
                               "tensor 2 \"x\" f32 [1,3,3,1]\ntensor 3 \"y\" f32 [1,6,6,1]\n"
                               "op 0 transpose_conv in [0, 1, 2] out [3] padding explicit pad_top 1 pad_left 1 "
                               "pad_bottom 1 pad_right 1 stride_h 2 stride_w 2\ninputs [2]\noutputs [3]\nend\n",
                          OP_SLICE, 2);
}

/* State that starts with a constant and one of real zero, read and written in place and by the two operators. */
static void test_variables(void **state)
{
    static const char tensors[] = "tensor 0 \"x\" s8 [4] quant [1; 0]\ntensor 1 s8 [4] quant [1; 0]\n"
                                  "tensor 2 \"y\" s8 [4] quant [1; 0]\n"
                                  "tensor 3 \"s\" s8 [4] quant [1; 0] state data [1, 2, 3, -4]\n"
                                  "tensor 4 \"s\" s8 [4] quant [1; -7] state\ntensor 5 s8 [4] quant [1; -7]\n";
    struct pool pool = {0};

    (void)state;
    expect_said_otherwise(pool_printf(&pool,
                                      "%s%sop 0 read_variable in [3] out [1]\nop 1 add in [0, 1] out [2]\n"
                                      "op 2 assign_variable in [2] out [3]\nop 3 add in [4, 0] out [5]\n"
                                      "op 4 assign_variable in [5] out [4]\ninputs [0]\noutputs [2, 5]\nend\n",
                                      HEAD, tensors),
                          OP_READ_VARIABLE, 6);
    expect_said_otherwise(pool_printf(&pool,
                                      "%s%sop 0 add in [3, 0] out [3]\nop 1 add in [3, 4] out [2]\n"
                                      "op 2 add in [4, 0] out [4]\ninputs [0]\noutputs [2]\nend\n",
                                      HEAD, tensors),
                          OP_ASSIGN_VARIABLE, 9);
    pool_free(&pool);
}

/* ---- recurrent layers ---- */
#define GRU_WEIGHTS                                                                                                    \
    "tensor 1 f32 [6,3] data [0.5,-1,0.25,0.125,1,-0.5,0.75,0.5,-0.25,1,-1,0.5,0.25,0.5,-0.75,-1,0.5,0.125]\n"         \
    "tensor 2 f32 [6,2] data [0.5,-0.5,0.25,1,-0.75,0.5,0.125,-1,0.5,0.5,-0.25,0.75]\n"                                \
    "tensor 3 f32 [6] data [0.5,0.25,-0.5,1,0.125,-0.25]\ntensor 4 f32 [6] data [0.25,-0.5,0.5,-1,0.75,0.5]\n"

/* What is written has no GRU. `ops` operators come back. */
static void expect_unrolled(const char *text, int ops)
{
    struct job j;

    parse(&j, text);
    write_and_read(&j);
    expect_same_file(&j);
    for (int32_t i = 0; i < j.back.model.graphs[0].n_ops; i++)
        assert_false(j.back.model.graphs[0].ops[i].id == OP_GRU ||
                     j.back.model.graphs[0].ops[i].id == OP_UNIDIRECTIONAL_SEQUENCE_LSTM);
    assert_int_equal(j.back.model.graphs[0].n_ops, ops);
    expect_same_outputs(&j, false);
    pool_free(&j.pool);
}

/* A state that goes on is a variable; one that begins anew is nothing but a constant. */
static void test_gru(void **state)
{
    (void)state;
    expect_unrolled(HEAD "tensor 0 \"x\" f32 [2,2,3]\n" GRU_WEIGHTS "tensor 5 \"h\" f32 [2,2] state\n"
                         "tensor 6 \"y\" f32 [2,2,2]\n"
                         "op 0 gru in [0, 1, 2, 3, 4, 5] out [6] reset_after 1\ninputs [0]\noutputs [6]\nend\n",
                    38);
    expect_unrolled(HEAD "tensor 0 \"x\" f32 [1,3,3]\n" GRU_WEIGHTS "tensor 5 \"h\" f32 [1,2] state\n"
                         "tensor 6 \"y\" f32 [1,3,2]\ntensor 7 f32 [1,2] data [0.5, -1]\ntensor 8 \"z\" f32 [1,2]\n"
                         "op 0 assign_variable in [7] out [5]\nop 1 gru in [0, 1, 2, 3, 4, 5] out [6]\n"
                         "op 2 read_variable in [5] out [8]\ninputs [0]\noutputs [6, 8]\nend\n",
                    54);
}

#define LSTM_TENSORS                                                                                                   \
    "tensor 1 f32 [2,3] data [0.5,-1,0.25,0.125,1,-0.5]\ntensor 2 f32 [2,2] data [0.5,-0.5,0.25,1]\n"                  \
    "tensor 3 f32 [2] data [0.5,-0.25]\ntensor 4 \"h\" f32 [1,2] state\ntensor 5 \"c\" f32 [1,2] state\n"              \
    "tensor 6 \"y\" f32 [3,1,2]\ntensor 7 f32 [1,2] data [0, 0]\ntensor 8 \"z\" f32 [1,2]\n"
#define LSTM_OP                                                                                                        \
    "unidirectional_sequence_lstm in [0, 1, 1, 1, 1, 2, 2, 2, 2, -, -, -, 3, 3, 3, 3, -, -, 4, 5] out [6] activation " \
    "tanh time_major 1 cell_clip 0.75\n"

static void test_lstm(void **state)
{
    (void)state;
    expect_unrolled(HEAD "tensor 0 \"x\" f32 [3,1,3]\n" LSTM_TENSORS "op 0 assign_variable in [7] out [4]\n"
                         "op 1 assign_variable in [7] out [5]\nop 2 " LSTM_OP "op 3 read_variable in [5] out [8]\n"
                         "inputs [0]\noutputs [6, 8]\nend\n",
                    72);
    /* States that stay are the operator's own. */
    expect_said_otherwise(HEAD "tensor 0 \"x\" f32 [3,1,3]\n" LSTM_TENSORS "op 0 " LSTM_OP
                               "inputs [0]\noutputs [6]\nend\n",
                          OP_UNIDIRECTIONAL_SEQUENCE_LSTM, 1);
}

/* ---- what is refused ---- */
static void expect_refused(const char *text, const char *message)
{
    struct job j;

    parse(&j, text);
    assert_int_equal(emit_tflite(&j.pool, &j.p.model, &j.file, &j.at), MOTE_ERR_UNSUPPORTED);
    if (!strstr(j.sink.text, message))
        print_error("%s\n", j.sink.text);
    assert_non_null(strstr(j.sink.text, message));
    pool_free(&j.pool);
}

static void test_refusals(void **state)
{
    (void)state;
    expect_refused(HEAD "tensor 0 \"x\" f32 [1,4,4,1]\ntensor 1 f32 [1,4,4,1]\ntensor 2 f32 [1,4,4,1]\n"
                        "tensor 3 f32 [1,3,2,1]\nop 0 erf in [0] out [1]\nop 1 atan in [1] out [2]\n"
                        "op 2 average_pool_2d in [2] out [3] padding explicit pad_top 1 stride_h 2 stride_w 2 "
                        "filter_h 2 filter_w 2 pad_bottom 1\ninputs [0]\noutputs [3]\nend\n",
                   "3 faults: op 0 ERF: TFLite has no such operator; op 1 ATAN: TFLite has no such operator; op 2 "
                   "AVERAGE_POOL_2D: its padding is neither SAME nor VALID");
    expect_refused(HEAD "tensor 0 \"x\" f32 [3,1,3]\n" LSTM_TENSORS "op 0 " LSTM_OP "op 1 read_variable in [5] out "
                        "[8]\ninputs [0]\noutputs [6, 8]\nend\n",
                   "one of floats whose states get constants before it is unrolled");
}

/* ---- the file ---- */
/* What a runtime and a viewer look for: the identifier, aligned constants, a signature, versions. */
static void test_file(void **state)
{
    struct job j;
    struct fb fb;
    struct fb_table root, signature;
    struct fb_vector list;

    (void)state;
    parse(&j, HEAD "tensor 0 \"x\" s8 [1,4] quant [0.5; 3]\ntensor 1 \"w\" s8 [1,4] quant [0.25; 0] data [1,2,3,4]\n"
                   "tensor 2 \"y\" s8 [1,1] quant [2; -1]\ntensor 3 s32 [1] quant [0.125; 0] data [7]\n"
                   "op 0 fully_connected in [0, 1, 3] out [2]\ninputs [0]\noutputs [2]\nend\n");
    must(&j, emit_tflite(&j.pool, &j.p.model, &j.file, &j.at), "write");
    assert_memory_equal(j.file.data + 4, TFL_IDENTIFIER, 4);
    fb = fb_open(j.file);
    root = fb_root(&fb);
    assert_int_equal(fb_u32(root, TFL_MODEL_VERSION), TFL_VERSION);
    list = fb_get_vector(root, TFL_MODEL_BUFFERS, 4);
    assert_int_equal(list.n, 3);
    for (uint32_t i = 1; i < list.n; i++)
        assert_int_equal((fb_bytes(fb_get_vector(fb_table_at(list, i), TFL_BUFFER_DATA, 1)) - j.file.data) % 16, 0);
    list = fb_get_vector(root, TFL_MODEL_OPERATOR_CODES, 4);
    assert_int_equal(list.n, 1);
    assert_int_equal(fb_s32(fb_table_at(list, 0), TFL_CODE_VERSION, 1), 4); /* int8 */
    assert_int_equal(fb_get_vector(root, TFL_MODEL_METADATA, 4).n, 0);
    signature = fb_table_at(fb_get_vector(root, TFL_MODEL_SIGNATURE_DEFS, 4), 0);
    list = fb_get_vector(fb_table_at(fb_get_vector(signature, TFL_SIGNATURE_OUTPUTS, 4), 0), TFL_MAP_NAME, 1);
    assert_int_equal(list.n, 1);
    assert_int_equal(fb_bytes(list)[0], 'y');
    must(&j, fb_status(&fb, &j.at), "look");
    pool_free(&j.pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_file),          cmocka_unit_test(test_explicit_padding),
        cmocka_unit_test(test_variables),     cmocka_unit_test(test_gru),
        cmocka_unit_test(test_lstm),          cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_random_graphs), cmocka_unit_test(test_shared_models),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
