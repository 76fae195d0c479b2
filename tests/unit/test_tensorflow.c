/* SPDX-License-Identifier: Apache-2.0 */
/* The importer of frozen TensorFlow graphs: small ones assembled here, run on the host, with one thing wrong at a time,
 * cut off at every length and with every bit flipped. Real ones are in test_importers. Every import may take only the
 * memory that import.h promises: the pool aborts beyond it. With MOTE_UPDATE=1 the graphs become the corpus. */
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
#include "tests/graphdef_made.h"

/* ---- importing and running ---- */
struct import {
    struct pool pool;
    struct report_text report;
    struct frame root;
    struct model model;
    struct import_missing missing;
    enum mote_status status;
};

static void import_as(struct import *i, struct bytes file, const struct import_options *options)
{
    *i = (struct import){.pool.limit = IMPORT_MEMORY(file.size)};
    i->root = (struct frame){.name = "m.pb", .index = -1, .sink = &i->report};
    i->status = tensorflow_import(&i->pool, "m.pb", file, options, &i->model, &i->missing, &i->root);
    assert_int_equal(i->report.status, i->status);
    if (i->status == MOTE_OK && i->missing.what == NULL)
        assert_int_equal(model_verify(&i->model, &i->root), MOTE_OK);
    assert_null(strchr(i->report.text, '\n'));
}

/* From memory of exactly the file's size, so that a sanitizer sees the first byte too many. */
static enum mote_status import_exact(const uint8_t *data, size_t size)
{
    struct bytes file = {malloc(size ? size : 1), size};
    struct import i;

    if (size > 0)
        memcpy(file.data, data, size);
    import_as(&i, file, NULL);
    pool_free(&i.pool);
    free(file.data);
    return i.status;
}

static void says_as(struct bytes file, const struct import_options *options, enum mote_status status, const char *text)
{
    struct import i;

    assert_true(tensorflow_matches(file));
    import_as(&i, file, options);
    if (i.status == MOTE_OK && i.missing.what) {
        i.status = i.missing.status;
        snprintf(i.report.text, sizeof i.report.text, "%s", i.missing.what);
    }
    if (!strstr(i.report.text, text))
        print_error("'%s' does not say '%s'\n", i.report.text, text);
    assert_non_null(strstr(i.report.text, text));
    assert_int_equal(i.status, status);
    pool_free(&i.pool);
}

static void says(const struct text *graph, enum mote_status status, const char *text)
{
    says_as(tf_file(graph), NULL, status, text);
}

/* What the model makes of `in`, compiled. */
static void makes_as(const struct text *graph, const struct import_options *options, const float *in, size_t n_in,
                     const float *want, size_t n)
{
    struct pool pool = {0};
    struct report_text report = {0};
    struct frame at = {.index = -1, .sink = &report};
    struct pipeline p;
    struct runner r;
    float *out = pool_array(&pool, n, sizeof *out);

    if (pipeline_read_as(&pool, "m.pb", tf_file(graph), options, &p, &at) != MOTE_OK ||
        pipeline_compile(&p, &(struct pipeline_options){.passes = NULL}, &at) != MOTE_OK ||
        runner_open(&pool, p.image, &r, &at) != MOTE_OK)
        print_error("%s\n", report.text);
    assert_int_equal(report.status, MOTE_OK);
    assert_int_equal(runner_input_bytes(&r), n_in * sizeof *in);
    assert_int_equal(runner_output_bytes(&r), n * sizeof *out);
    mote_model_reset(&r.model);
    runner_run(&r, (const uint8_t *)in, (uint8_t *)out);
    for (size_t i = 0; i < n; i++)
        assert_true(fabsf(out[i] - want[i]) <= 1e-6f + 1e-6f * fabsf(want[i]));
    pool_free(&pool);
}

#define MAKES(graph, options, in, want) makes_as(graph, options, in, COUNT(in), want, COUNT(want))

/* ---- graphs ---- */
/* x [?,2,2,1]: a convolution of 1x1 with two filters, a bias, Relu; the nodes the wrong way round, as files may be. */
static struct text small_graph(struct pool *pool)
{
    static const float w[2] = {1, -1}, b[2] = {0.5f, 3};
    struct text graph = {.pool = pool}, conv = tf_node_of(pool, "Conv2D conv x:0 w/read");

    put_list(&conv, "strides", 4, (const int64_t[]){1, 1, 1, 1});
    put_words(&conv, "padding", "SAME");
    tf_put_node(&graph, "Relu y sum ^conv");
    tf_put_node(&graph, "BiasAdd sum conv b");
    tf_put(&graph, &conv);
    tf_put_node(&graph, "Identity w/read w");
    tf_put_const(&graph, "w", TF_FLOAT, TF_DIMS(1, 1, 1, 2), w, sizeof w);
    tf_put_const(&graph, "b", TF_FLOAT, TF_DIMS(2), b, sizeof b);
    tf_put_input(&graph, "x", TF_DIMS(-1, 2, 2, 1));
    return graph;
}

static void put_enter(struct text *graph, const char *words)
{
    struct text node = tf_node_of(graph->pool, words);

    put_words(&node, "frame_name", "loop");
    tf_put(graph, &node);
}

/* s = 2 s + x[t] for t below 3, x [1,3,2]; all steps' s are stacked. */
static struct text loop_graph(struct pool *pool)
{
    static const int32_t perm[3] = {1, 0, 2}, all[3] = {0, 1, 2};
    static const float zeros[2] = {0}, two = 2;
    struct text graph = {.pool = pool};

    tf_put_input(&graph, "x", TF_DIMS(1, 3, 2));
    tf_put_ints(&graph, "perm", 3, perm);
    tf_put_node(&graph, "Transpose steps x perm");
    tf_put_int(&graph, "three", 3);
    tf_put_ints(&graph, "all", 3, all);
    tf_put_node(&graph, "TensorArrayV3 in three");
    tf_put_node(&graph, "TensorArrayScatterV3 filled in all steps in:1");
    tf_put_node(&graph, "TensorArrayV3 out three");
    tf_put_int(&graph, "zero", 0);
    tf_put_int(&graph, "one", 1);
    tf_put_const(&graph, "s0", TF_FLOAT, TF_DIMS(1, 2), zeros, sizeof zeros);
    tf_put_const(&graph, "two", TF_FLOAT, 0, NULL, &two, sizeof two);
    put_enter(&graph, "Enter t/enter zero");
    put_enter(&graph, "Enter s/enter s0");
    put_enter(&graph, "Enter flow/enter out:1");
    put_enter(&graph, "Enter n three");
    put_enter(&graph, "Enter in/enter in");
    put_enter(&graph, "Enter filled/enter filled");
    put_enter(&graph, "Enter out/enter out");
    tf_put_node(&graph, "Merge t/merge t/enter t/next");
    tf_put_node(&graph, "Merge s/merge s/enter s/next");
    tf_put_node(&graph, "Merge flow/merge flow/enter flow/next");
    tf_put_node(&graph, "Less less t/merge n");
    tf_put_node(&graph, "LoopCond cond less");
    tf_put_node(&graph, "Switch t/switch t/merge cond");
    tf_put_node(&graph, "Switch s/switch s/merge cond");
    tf_put_node(&graph, "Switch flow/switch flow/merge cond");
    tf_put_node(&graph, "Identity t t/switch:1");
    tf_put_node(&graph, "TensorArrayReadV3 xt in/enter t filled/enter");
    tf_put_node(&graph, "Mul twice s/switch:1 two");
    tf_put_node(&graph, "Add s twice xt");
    tf_put_node(&graph, "TensorArrayWriteV3 write out/enter t s flow/switch:1");
    tf_put_node(&graph, "Add t/plus t one");
    tf_put_node(&graph, "NextIteration t/next t/plus");
    tf_put_node(&graph, "NextIteration s/next s");
    tf_put_node(&graph, "NextIteration flow/next write");
    tf_put_node(&graph, "Exit s/exit s/switch");
    tf_put_node(&graph, "Exit flow/exit flow/switch");
    tf_put_node(&graph, "TensorArrayGatherV3 stacked out all flow/exit");
    return graph;
}

static void put_audio(struct text *graph)
{
    struct text wav = tf_node_of(graph->pool, "DecodeWav decoded file");
    struct text spectrogram = tf_node_of(graph->pool, "AudioSpectrogram spectrogram decoded");
    struct text mfcc = tf_node_of(graph->pool, "Mfcc mfcc spectrogram decoded:1");

    put_number(&wav, "desired_samples", 3, 1000);
    put_number(&spectrogram, "window_size", 3, 640);
    put_number(&spectrogram, "stride", 3, 320);
    put_number(&mfcc, "dct_coefficient_count", 3, 3);
    tf_put_input(graph, "file", 0, NULL);
    tf_put(graph, &wav);
    tf_put(graph, &spectrogram);
    tf_put(graph, &mfcc);
}

/* ---- what is computed ---- */
static void a_small_graph(void **state)
{
    struct pool pool = {0};
    const struct text graph = small_graph(&pool);
    static const float in[4] = {1, 2, 3, 4}, want[8] = {1.5f, 2, 2.5f, 1, 3.5f, 0, 4.5f, 0};

    (void)state;
    MAKES(&graph, NULL, in, want);
    pool_free(&pool);
}

/* Images in planes, and a shape that is computed. */
static void planes(void **state)
{
    struct pool pool = {0};
    static const float w[2] = {1, -1}, b[2] = {0.5f, 3}, in[4] = {1, 2, 3, 4},
                       want[8] = {1.5f, 2.5f, 3.5f, 4.5f, 2, 1, 0, -1};
    struct text graph = {.pool = &pool}, conv = tf_node_of(&pool, "Conv2D conv x w");
    struct text sum = tf_node_of(&pool, "BiasAdd sum conv b"), first = tf_node_of(&pool, "StridedSlice n shape a b1 c");

    (void)state;
    put_list(&conv, "strides", 4, (const int64_t[]){1, 1, 1, 1});
    put_words(&conv, "padding", "VALID");
    put_words(&conv, "data_format", "NCHW");
    put_words(&sum, "data_format", "NCHW");
    put_number(&first, "shrink_axis_mask", 3, 1);
    tf_put_input(&graph, "x", TF_DIMS(-1, 1, 2, 2));
    tf_put_const(&graph, "w", TF_FLOAT, TF_DIMS(1, 1, 1, 2), w, sizeof w);
    tf_put_const(&graph, "b", TF_FLOAT, TF_DIMS(2), b, sizeof b);
    tf_put(&graph, &conv);
    tf_put(&graph, &sum);
    tf_put_node(&graph, "Shape shape sum");
    tf_put_ints(&graph, "a", 1, (const int32_t[]){0});
    tf_put_ints(&graph, "b1", 1, (const int32_t[]){1});
    tf_put_ints(&graph, "c", 1, (const int32_t[]){1});
    tf_put(&graph, &first);
    tf_put_int(&graph, "rest", -1);
    tf_put_node(&graph, "Pack dims n rest");
    tf_put_node(&graph, "Reshape y sum dims");
    MAKES(&graph, NULL, in, want);
    pool_free(&pool);
}

static void loops(void **state)
{
    struct pool pool = {0};
    const struct text graph = loop_graph(&pool);
    static const float in[6] = {1, 2, 3, 4, 5, 6}, last[2] = {15, 22}, steps[6] = {1, 2, 5, 8, 15, 22};
    const struct import_options of_last = {.to = (const char *const[]){"s/exit", NULL}},
                                of_all = {.to = (const char *const[]){"stacked", NULL}};

    (void)state;
    MAKES(&graph, &of_last, in, last);
    MAKES(&graph, &of_all, in, steps);
    pool_free(&pool);
}

/* A branch that a constant does not take is not there, and what is made of it neither. */
static void conditions_that_are_known(void **state)
{
    static const uint8_t no = 0;
    static const float ten = 10, in[2] = {1, 2}, want[2] = {11, 12};
    struct pool pool = {0};
    struct text graph = {.pool = &pool};

    (void)state;
    tf_put_input(&graph, "x", TF_DIMS(2));
    tf_put_const(&graph, "no", TF_BOOL, 0, NULL, &no, sizeof no);
    tf_put_const(&graph, "ten", TF_FLOAT, 0, NULL, &ten, sizeof ten);
    tf_put_node(&graph, "PlaceholderWithDefault training no");
    tf_put_node(&graph, "Switch s x training");
    tf_put_node(&graph, "Mul dropped s:1 ten");
    tf_put_node(&graph, "Add kept s ten");
    tf_put_node(&graph, "Merge y kept dropped");
    MAKES(&graph, NULL, in, want);
    pool_free(&pool);
}

/* As TensorFlow 1 writes it: x / keep * floor(keep + u (max - min) + min). */
static void put_dropout(struct text *graph)
{
    static const float zero = 0, one = 1;

    tf_put_const(graph, "min", TF_FLOAT, 0, NULL, &zero, sizeof zero);
    tf_put_const(graph, "max", TF_FLOAT, 0, NULL, &one, sizeof one);
    tf_put_node(graph, "Shape shape x");
    tf_put_node(graph, "RandomUniform u shape");
    tf_put_node(graph, "Sub width max min");
    tf_put_node(graph, "Mul scaled u width");
    tf_put_node(graph, "Add drawn scaled min");
    tf_put_node(graph, "Add sum keep drawn");
    tf_put_node(graph, "Floor kept sum");
    tf_put_node(graph, "RealDiv larger x keep");
    tf_put_node(graph, "Mul y larger kept");
}

static struct text dropout_graph(struct pool *pool, float keep)
{
    struct text graph = {.pool = pool};

    tf_put_input(&graph, "x", TF_DIMS(2));
    tf_put_const(&graph, "keep", TF_FLOAT, 0, NULL, &keep, sizeof keep);
    put_dropout(&graph);
    return graph;
}

static void put_placeholder(struct text *graph, const char *name, int type)
{
    struct text node = tf_node_of(graph->pool, pool_printf(graph->pool, "Placeholder %s", name));

    put_number(&node, "dtype", 6, type);
    tf_put(graph, &node);
}

/* Inputs that only training has are what inference gives them, and no inputs. */
static void inputs_of_training(void **state)
{
    struct pool pool = {0};
    struct text kept = {.pool = &pool}, dropped = {.pool = &pool}, branch = {.pool = &pool}, noisy = {.pool = &pool};
    struct text numbers = tf_node_of(&pool, "Cast numbers mask");
    static const float in[2] = {1, -2}, ten = 10, sum[2] = {11, 8};
    struct import i;

    (void)state;
    put_placeholder(&kept, "keep", TF_FLOAT);
    tf_put_input(&kept, "x", TF_DIMS(2));
    put_dropout(&kept);
    MAKES(&kept, NULL, in, in);
    import_as(&i, tf_file(&kept), NULL);
    assert_string_equal(i.model.remarks, "inputs that tell training from inference are left out: 'keep' is 1");
    pool_free(&i.pool);

    /* as TensorFlow 2 does: x / (1 - rate) where u >= rate, of a rate that is 1 less what is kept */
    put_placeholder(&dropped, "keep", TF_FLOAT);
    tf_put_input(&dropped, "x", TF_DIMS(2));
    tf_put_const(&dropped, "one", TF_FLOAT, 0, NULL, &(float){1}, sizeof(float));
    tf_put_node(&dropped, "Sub rate one keep");
    tf_put_node(&dropped, "Shape shape x");
    tf_put_node(&dropped, "RandomUniform u shape");
    tf_put_node(&dropped, "GreaterEqual mask u rate");
    tf_put_node(&dropped, "Sub kept one rate");
    tf_put_node(&dropped, "RealDiv larger x kept");
    put_number(&numbers, "SrcT", 6, TF_BOOL);
    put_number(&numbers, "DstT", 6, TF_FLOAT);
    tf_put(&dropped, &numbers);
    tf_put_node(&dropped, "Mul y larger numbers");
    MAKES(&dropped, NULL, in, in);

    /* noise on an input is no dropout */
    tf_put_input(&noisy, "x", TF_DIMS(2));
    tf_put_node(&noisy, "Shape shape x");
    tf_put_node(&noisy, "RandomUniform u shape");
    tf_put_node(&noisy, "Add y x u");
    says(&noisy, MOTE_ERR_UNSUPPORTED, "random");

    put_placeholder(&branch, "training", TF_BOOL);
    tf_put_input(&branch, "x", TF_DIMS(2));
    tf_put_const(&branch, "ten", TF_FLOAT, 0, NULL, &ten, sizeof ten);
    tf_put_node(&branch, "Identity condition training");
    tf_put_node(&branch, "Switch unread training training");
    tf_put_node(&branch, "Identity on unread:1");
    tf_put_node(&branch, "Switch s x condition");
    tf_put_node(&branch, "Mul dropped s:1 ten");
    tf_put_node(&branch, "Add kept s ten");
    tf_put_node(&branch, "Merge y kept dropped");
    MAKES(&branch, NULL, in, sum);
    import_as(&i, tf_file(&branch), NULL);
    assert_string_equal(i.model.remarks, "inputs that tell training from inference are left out: 'training' is false");
    pool_free(&i.pool);
    pool_free(&pool);
}

/* Of an input without a shape the weights that it is multiplied by say it. */
static void shape_by_weights(void **state)
{
    struct pool pool = {0};
    struct text graph = {.pool = &pool}, turned = {.pool = &pool}, cut = {.pool = &pool}, bare = {.pool = &pool};
    struct text product = tf_node_of(&pool, "MatMul y x w");
    static const float w[6] = {1, 2, 3, 4, 5, 6}, three[3] = {1, 0, -1}, two[2] = {-4, -4}, of_two[2] = {1, -1},
                       rows[3] = {-1, -1, -1};
    const struct import_options behind = {.from = (const char *const[]){"s", NULL}};

    (void)state;
    put_placeholder(&graph, "x", TF_FLOAT);
    tf_put_const(&graph, "w/raw", TF_FLOAT, TF_DIMS(3, 2), w, sizeof w);
    tf_put_node(&graph, "Identity w w/raw");
    tf_put_node(&graph, "MatMul y x w");
    MAKES(&graph, NULL, three, two);

    put_placeholder(&turned, "x", TF_FLOAT);
    tf_put_const(&turned, "w", TF_FLOAT, TF_DIMS(3, 2), w, sizeof w);
    put_number(&product, "transpose_b", 5, 1);
    tf_put(&turned, &product);
    MAKES(&turned, NULL, of_two, rows);

    /* what an operator that Mote does not have makes; and nothing, where the product has no weights */
    put_placeholder(&cut, "x", TF_FLOAT);
    tf_put_node(&cut, "Strange s x");
    tf_put_const(&cut, "w", TF_FLOAT, TF_DIMS(3, 2), w, sizeof w);
    tf_put_node(&cut, "MatMul y s w");
    MAKES(&cut, &behind, three, two);
    put_placeholder(&bare, "x", TF_FLOAT);
    tf_put_node(&bare, "MatMul z");
    tf_put_node(&bare, "Add y x z");
    says(&bare, MOTE_ERR_SHAPE, "the file does not say its shape");
    pool_free(&pool);
}

/* What training rounds numbers to hands them on. */
static void fake_quantization(void **state)
{
    struct pool pool = {0};
    struct text graph = {.pool = &pool};
    static const float in[2] = {1, -2}, bounds[2] = {-3, 3};

    (void)state;
    tf_put_input(&graph, "x", TF_DIMS(2));
    tf_put_const(&graph, "min", TF_FLOAT, 0, NULL, &bounds[0], sizeof bounds[0]);
    tf_put_const(&graph, "max", TF_FLOAT, 0, NULL, &bounds[1], sizeof bounds[1]);
    tf_put_node(&graph, "FakeQuantWithMinMaxVars q x min max");
    tf_put_node(&graph, "Neg n q");
    tf_put_node(&graph, "Neg y n");
    MAKES(&graph, NULL, in, in);
    pool_free(&pool);
}

static void dropout(void **state)
{
    struct pool pool = {0};
    const struct text all = dropout_graph(&pool, 1), half = dropout_graph(&pool, 0.5f);
    static const float in[2] = {1, -2};

    (void)state;
    MAKES(&all, NULL, in, in);
    says(&half, MOTE_ERR_UNSUPPORTED, "Floor kept: what comes out is random, as of a dropout that drops");
    pool_free(&pool);
}

/* The last number of a list stands for all that are missing. */
static void lists_that_are_short(void **state)
{
    struct pool pool = {0};
    struct text graph = {.pool = &pool}, node = tf_node_of(&pool, "Const c"), value = {.pool = &pool}, tensor = value;
    const struct text shape = tf_shape_of(&pool, TF_DIMS(3));
    static const float in[3] = {1, 2, 3}, want[3] = {2, 5, 6}, numbers[2] = {1, 3};

    (void)state;
    put_int(&tensor, 1, TF_FLOAT);
    put_message(&tensor, 2, &shape);
    put_bytes(&tensor, 5, numbers, sizeof numbers);
    put_message(&value, 8, &tensor);
    put_attr(&node, "value", &value);
    tf_put_input(&graph, "x", TF_DIMS(3));
    tf_put(&graph, &node);
    tf_put_node(&graph, "AddV2 y x c");
    MAKES(&graph, NULL, in, want);
    pool_free(&pool);
}

/* ---- where it begins and ends ---- */
static void cuts(void **state)
{
    struct pool pool = {0};
    const struct text graph = small_graph(&pool);
    static const float in[8] = {-1, 2, 3, -4, 5, 6, 7, 8}, want[8] = {-0.5f, 5, 3.5f, -1, 5.5f, 9, 7.5f, 11};
    const struct import_options inside = {.from = (const char *const[]){"conv", NULL},
                                          .to = (const char *const[]){"sum", NULL}};
    const struct import_options wrong = {.to = (const char *const[]){"summ", NULL}},
                                unread = {.from = (const char *const[]){"y", NULL}};

    (void)state;
    MAKES(&graph, &inside, in, want);
    says_as(tf_file(&graph), &wrong, MOTE_ERR_USAGE, "--to: no node is called 'summ'; there is sum");
    says_as(tf_file(&graph), &unread, MOTE_ERR_USAGE, "--from: no node between 'y' and the outputs reads it");
    pool_free(&pool);
}

/* What begins variables, and what trains them, makes no outputs; where the graph reads it, it says what to do. */
static void training_is_left_out(void **state)
{
    struct pool pool = {0};
    struct text graph = small_graph(&pool), begun = small_graph(&pool);
    static const float in[4] = {1, 2, 3, 4}, want[8] = {1.5f, 2, 2.5f, 1, 3.5f, 0, 4.5f, 0};
    const struct import_options trained = {.to = (const char *const[]){"gradients/sum_grad", NULL}};

    (void)state;
    tf_put_node(&graph, "SumGrad gradients/sum_grad sum");
    tf_put_node(&graph, "ApplyAdam Adam gradients/sum_grad");
    tf_put_node(&graph, "Identity save/dependency x");
    tf_put_node(&graph, "RandomStandardNormal random");
    tf_put_node(&graph, "Assign begin random");
    MAKES(&graph, NULL, in, want);
    says_as(tf_file(&graph), &trained, MOTE_ERR_UNSUPPORTED,
            "SumGrad gradients/sum_grad: a node of training; --to NODE says");
    tf_put_node(&begun, "IteratorGetNext next");
    tf_put_node(&begun, "Relu rest next");
    says_as(tf_file(&begun), NULL, MOTE_ERR_UNSUPPORTED,
            "IteratorGetNext next: it reads samples from files; --from NODE says");
    pool_free(&pool);
}

static void audio_nodes_are_left_out(void **state)
{
    struct pool pool = {0};
    struct text graph = {.pool = &pool};
    struct import i;

    (void)state;
    put_audio(&graph);
    tf_put_node(&graph, "Relu y mfcc");
    import_as(&i, tf_file(&graph), NULL);
    assert_int_equal(i.status, MOTE_OK);
    assert_non_null(strstr(i.model.remarks, "audio nodes (DecodeWav, AudioSpectrogram, Mfcc), which are left out: its "
                                            "input is what 'mfcc' makes, 1x2x3"));
    assert_string_equal(i.model.graphs[0].tensors[i.model.graphs[0].inputs[0]].name, "mfcc");
    pool_free(&i.pool);
    pool_free(&pool);
}

/* A thousand inputs, and what the remark says of them, in the memory that their file may take. */
static void many_audio_nodes(void **state)
{
    struct pool pool = {0};
    struct text graph = {.pool = &pool};
    struct import i;

    (void)state;
    tf_put_input(&graph, "file", 0, NULL);
    for (int k = 0; k < 1000; k++) {
        struct text wav = tf_node_of(&pool, pool_printf(&pool, "DecodeWav wav%d file", k));

        put_number(&wav, "desired_samples", 3, 1000);
        tf_put(&graph, &wav);
        tf_put_node(&graph, pool_printf(&pool, "Relu y%d wav%d", k, k));
    }
    import_as(&i, tf_file(&graph), NULL);
    assert_int_equal(i.status, MOTE_OK);
    assert_non_null(strstr(i.model.remarks, ", and what 'wav999' makes, 1000x1"));
    pool_free(&i.pool);
    pool_free(&pool);
}

/* A window of as few samples as a number can be. */
static void audio_attributes_out_of_range(void **state)
{
    struct pool pool = {0};
    struct text graph = {.pool = &pool}, wav = tf_node_of(&pool, "DecodeWav decoded file");
    struct text spectrogram = tf_node_of(&pool, "AudioSpectrogram spectrogram decoded");

    (void)state;
    put_number(&wav, "desired_samples", 3, 1000);
    put_number(&spectrogram, "window_size", 3, INT64_MIN);
    put_number(&spectrogram, "stride", 3, 1);
    tf_put_input(&graph, "file", 0, NULL);
    tf_put(&graph, &wav);
    tf_put(&graph, &spectrogram);
    tf_put_node(&graph, "Relu y spectrogram");
    says(&graph, MOTE_ERR_SHAPE, "spectrogram");
    pool_free(&pool);
}

/* Whole numbers up to what only a float can be. */
static void a_range_of_several_types(void **state)
{
    static const float limit = 3e10f;
    struct pool pool = {0};
    struct text graph = {.pool = &pool};

    (void)state;
    tf_put_input(&graph, "x", TF_DIMS(1, 4));
    tf_put_int(&graph, "start", 0);
    tf_put_const(&graph, "limit", TF_FLOAT, 0, NULL, &limit, sizeof limit);
    tf_put_int(&graph, "delta", 1000000000);
    tf_put_node(&graph, "Range range start limit delta");
    tf_put_node(&graph, "Reshape y x range");
    says(&graph, MOTE_ERR_TYPE, "start, limit and delta are of several types");
    pool_free(&pool);
}

/* Files of old producers have tensors without a shape as scalars. */
static void shapes_that_are_not_said(void **state)
{
    struct pool pool = {0};
    struct text graph = {.pool = &pool};
    static const struct import_shape shape = {"x", 2, {1, 2}};
    const struct import_options given = {.shapes = &shape, .n_shapes = 1};
    static const float in[2] = {1, -2}, want[2] = {1, 0};

    (void)state;
    tf_put_input(&graph, "x", 0, NULL);
    tf_put_node(&graph, "Relu y x");
    says(&graph, MOTE_ERR_SHAPE, "the file does not say its shape; say it, as by --shape x=1,49,10");
    MAKES(&graph, &given, in, want);
    pool_free(&pool);
}

/* ---- bad input ---- */
static void names_what_is_wrong(void **state)
{
    struct pool pool = {0};
    struct text graph = small_graph(&pool);

    (void)state;
    tf_put_node(&graph, "Relu z nowhere");
    says(&graph, MOTE_ERR_FORMAT, "Relu z: it reads 'nowhere', which the file does not have");
    graph = small_graph(&pool);
    tf_put_node(&graph, "Relu y x");
    says(&graph, MOTE_ERR_FORMAT, "two nodes are called 'y'");
    graph = small_graph(&pool);
    tf_put_node(&graph, "Add a b x");
    tf_put_node(&graph, "Add p q x");
    tf_put_node(&graph, "Add q p x");
    tf_put_node(&graph, "Relu z p");
    says(&graph, MOTE_ERR_FORMAT, "2 nodes go in a circle: 'q', 'p'");
    graph = small_graph(&pool);
    tf_put_node(&graph, "Split z x");
    says(&graph, MOTE_ERR_FORMAT, "Split z: input 1 is missing");
    graph = small_graph(&pool);
    tf_put_node(&graph, "Relu z y:3");
    says(&graph, MOTE_ERR_UNSUPPORTED, "Relu z: input 0 is output 3 of 'y', which is not one that Mote makes");
    pool_free(&pool);
}

static void names_unknown_operators_at_once(void **state)
{
    struct pool pool = {0};
    struct text graph = small_graph(&pool);

    (void)state;
    tf_put_node(&graph, "Sigmoyd a y");
    tf_put_node(&graph, "Frobnicate f y");
    tf_put_node(&graph, "Frobnicate c f");
    tf_put_node(&graph, "VarHandleOp v");
    tf_put_node(&graph, "ReadVariableOp read v");
    says(&graph, MOTE_ERR_UNSUPPORTED,
         "Sigmoyd a: an operator that Mote does not have; it has Sigmoid; Frobnicate f: an operator that Mote does not "
         "have (and 1 more Frobnicate)");
    says(&graph, MOTE_ERR_UNSUPPORTED, "freeze the graph");
    pool_free(&pool);
}

static void other_files_of_tensorflow(void **state)
{
    static uint8_t saved[] = {0x08, 0x01, 0x12, 0x90, 0x03, 0x0a, 0x42, 0x12, 0x07};
    struct bytes text = {(uint8_t *)"node {\n  name: \"x\"\n}\n", 21};

    (void)state;
    says_as((struct bytes){saved, sizeof saved}, NULL, MOTE_ERR_FORMAT, "a saved model: its graph, but no weights");
    says_as(text, NULL, MOTE_ERR_FORMAT, "a GraphDef as text");
}

static void bombs(void **state)
{
    static const float one = 1;
    struct pool pool = {0};
    struct text graph = small_graph(&pool), deep = {.pool = &pool}, endless = loop_graph(&pool);

    (void)state;
    tf_put_const(&graph, "huge", TF_FLOAT, TF_DIMS(1 << 14, 1 << 14), &one, 0);
    tf_put_node(&graph, "Add z y huge");
    says(&graph, MOTE_ERR_MEMORY, "takes more than");
    tf_put_input(&deep, "n0", TF_DIMS(1));
    for (int k = 1; k < 20000; k++)
        tf_put_node(&deep, pool_printf(&pool, "Relu n%d n%d", k, k - 1));
    says(&deep, MOTE_ERR_MEMORY, "more than");
    tf_put_node(&endless, "Less always three three");
    for (size_t k = 0; k + 12 < endless.len; k++) /* the condition of the loop: 0 < 3 for ever */
        if (memcmp(endless.s + k, "\x1a\x07t/merge\x1a\x01n", 12) == 0)
            memcpy(endless.s + k, "\x1a\x07t/enter\x1a\x01n", 12);
    says(&endless, MOTE_ERR_VALUE, "element 3 of a TensorArray of 3");
    pool_free(&pool);
}

/* ---- any bytes ---- */
static struct text audio_graph(struct pool *pool)
{
    struct text graph = {.pool = pool};

    put_audio(&graph);
    tf_put_node(&graph, "Relu y mfcc");
    return graph;
}

static void cut_off_and_flipped(void **state)
{
    struct pool pool = {0};
    const struct text graphs[] = {small_graph(&pool), audio_graph(&pool), loop_graph(&pool), dropout_graph(&pool, 1)};

    (void)state;
    for (size_t f = 0; f < COUNT(graphs); f++) {
        struct bytes file = tf_file(&graphs[f]);

        assert_int_equal(import_exact(file.data, file.size), MOTE_OK);
        for (size_t n = 0; n < file.size; n++)
            import_exact(file.data, n);
        for (size_t bit = 0; bit < 8 * file.size; bit++) {
            file.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
            import_exact(file.data, file.size);
            file.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
    }
    pool_free(&pool);
}

static void corpus(void **state)
{
    struct pool pool = {0};
    struct report_text report = {0};
    struct frame at = {.index = -1, .sink = &report};
    const struct text graphs[] = {small_graph(&pool), audio_graph(&pool), loop_graph(&pool), dropout_graph(&pool, 1)};

    (void)state;
    for (size_t f = 0; f < COUNT(graphs); f++) {
        const char *path = pool_printf(&pool, MOTE_SOURCE_DIR "/tests/fuzz/corpus/fuzz_graphdef/%zu.pb", f);
        const struct bytes file = tf_file(&graphs[f]);
        struct bytes there;

        if (getenv("MOTE_UPDATE"))
            assert_int_equal(file_write(path, file.data, file.size, &at), MOTE_OK);
        assert_int_equal(file_read(&pool, path, &there, &at), MOTE_OK);
        assert_int_equal(there.size, file.size);
        assert_memory_equal(there.data, file.data, there.size);
    }
    pool_free(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_small_graph),
        cmocka_unit_test(planes),
        cmocka_unit_test(loops),
        cmocka_unit_test(conditions_that_are_known),
        cmocka_unit_test(dropout),
        cmocka_unit_test(inputs_of_training),
        cmocka_unit_test(shape_by_weights),
        cmocka_unit_test(fake_quantization),
        cmocka_unit_test(lists_that_are_short),
        cmocka_unit_test(cuts),
        cmocka_unit_test(training_is_left_out),
        cmocka_unit_test(audio_nodes_are_left_out),
        cmocka_unit_test(many_audio_nodes),
        cmocka_unit_test(audio_attributes_out_of_range),
        cmocka_unit_test(a_range_of_several_types),
        cmocka_unit_test(shapes_that_are_not_said),
        cmocka_unit_test(names_what_is_wrong),
        cmocka_unit_test(names_unknown_operators_at_once),
        cmocka_unit_test(other_files_of_tensorflow),
        cmocka_unit_test(bombs),
        cmocka_unit_test(cut_off_and_flipped),
        cmocka_unit_test(corpus),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
