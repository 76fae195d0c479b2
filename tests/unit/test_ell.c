/* SPDX-License-Identifier: Apache-2.0 */
/* The importer of .ell files: the small ones of the fuzzer's corpus, run on the host, with one thing wrong at a time,
 * cut off at every length and with every bit flipped. Real ones are in test_importers. */
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

struct import {
    struct pool pool;
    struct report_text report;
    struct frame root;
    struct model model;
    struct import_missing missing;
    enum mote_status status;
};

static void import_file(struct import *i, struct bytes file)
{
    *i = (struct import){.pool.limit = IMPORT_MEMORY(file.size)};
    i->root = (struct frame){.name = "m.ell", .index = -1, .sink = &i->report};
    i->status = ell_import(&i->pool, "m.ell", file, NULL, &i->model, &i->missing, &i->root);
    assert_int_equal(i->report.status, i->status);
    assert_null(strchr(i->report.text, '\n'));
    if (i->status == MOTE_OK && i->missing.what == NULL)
        assert_int_equal(model_verify(&i->model, &i->root), MOTE_OK);
}

static struct bytes corpus(struct pool *pool, const char *name)
{
    struct report_text report = {0};
    struct frame at = {.name = name, .index = -1, .sink = &report};
    struct bytes file = {NULL, 0};

    assert_int_equal(
        file_read(pool, pool_printf(pool, "%s/tests/fuzz/corpus/fuzz_ell/%s", MOTE_SOURCE_DIR, name), &file, &at),
        MOTE_OK);
    return file;
}

/* ---- what is computed ---- */
/* Of `n` inferences one after the other. */
static void computes_all(const char *name, size_t n, const float *in, size_t n_in, const float *want, size_t n_out)
{
    struct pool pool = {0};
    struct report_text report = {0};
    struct frame at = {.name = name, .index = -1, .sink = &report};
    struct pipeline p;
    struct runner r;
    float out[8];

    assert_true(ell_matches(corpus(&pool, name)));
    if (pipeline_read(&pool, name, corpus(&pool, name), &p, &at) != MOTE_OK ||
        pipeline_compile(&p, &(struct pipeline_options){.passes = NULL}, &at) != MOTE_OK ||
        runner_open(&pool, p.image, &r, &at) != MOTE_OK)
        print_error("%s\n", report.text);
    assert_int_equal(report.status, MOTE_OK);
    assert_string_equal(p.model.graphs[0].tensors[p.model.graphs[0].inputs[0]].name, "x");
    assert_string_equal(p.model.graphs[0].tensors[p.model.graphs[0].outputs[0]].name, "y");
    assert_int_equal(runner_input_bytes(&r), n_in * sizeof *in);
    assert_int_equal(runner_output_bytes(&r), n_out * sizeof *out);
    for (size_t k = 0; k < n; k++, in += n_in, want += n_out) {
        runner_run(&r, (const uint8_t *)in, (uint8_t *)out);
        for (size_t i = 0; i < n_out; i++) {
            if (fabsf(out[i] - want[i]) > 1e-5f)
                print_error("%s: [%zu] is %.9g, not %.9g\n", name, i, (double)out[i], (double)want[i]);
            assert_true(fabsf(out[i] - want[i]) <= 1e-5f);
        }
    }
    pool_free(&pool);
}

static void computes(const char *name, const float *in, size_t n_in, const float *want, size_t n_out)
{
    computes_all(name, 1, in, n_in, want, n_out);
}

/* The convolution of ones with padding of zeros is 28, 39, 24 / 33, 45, 27 / 16, 21, 12; maxima of 3 x 3 with a stride
 * of 2, around which is less than all, are 45 everywhere; less 100, halved: -27.5. Of the mean of 3 x 3, 5 elements
 * are zeros behind the image: -110/9. */
static void test_network(void **state)
{
    const float in[9] = {1, 1, 1, 1, 1, 1, 1, 1, 1}, mean = -110.0f / 9;
    const float y0 = mean * 0.25f * 2 + 0.5f, y1 = mean * -0.5f * 3 * 2 + 1;

    (void)state;
    computes("network.ell", in, 9, (float[]){fmaxf(fminf(y0, 1), -1), fmaxf(fminf(y1, 1), -1)}, 2);
}

/* Products of x and 3, 4, 1, x[3]; squares; of them 1 and 2 beside a 4; softmax. */
static void test_nodes(void **state)
{
    const float in[4] = {1, 0.25f, 1.5f, 1}, e1 = expf(1), e2 = expf(2.25f), e3 = expf(4), sum = e1 + e2 + e3;

    (void)state;
    computes("nodes.ell", in, 4, (float[]){e1 / sum, e2 / sum, e3 / sum}, 3);
}

static void test_proto_nn(void **state)
{
    const float in[2] = {0.5f, 0.5f}, w[2] = {0.5f, 1};
    const float b[3][2] = {{0, 1}, {1, 1}, {2, 0}};
    float e[3];

    (void)state;
    for (int j = 0; j < 3; j++)
        e[j] = expf(-0.25f * ((b[j][0] - w[0]) * (b[j][0] - w[0]) + (b[j][1] - w[1]) * (b[j][1] - w[1])));
    computes("proto_nn.ell", in, 2, (float[]){e[0] + e[2], 2 * e[1]}, 2);
}

/* The nodes of recurrent.ell, of two units each, and their weights. */
static const float gru_w[] = {-0.125f, -0.5f, 0.375f, 0.875f, -0.75f, -1, 0.875f, 0, -0.125f, -0.25f, 0.875f, 0.875f},
                   gru_r[] = {0.5f, -0.5f, -0.125f, -0.5f, 1, 0.5f, -1, -0.75f, -0.375f, -0.875f, 0.125f, -1},
                   gru_bx[] = {0, 0.875f, 0.5f, 0.625f, 0.5f, 0.75f},
                   gru_bh[] = {-0.5f, 0.375f, -0.625f, -0.875f, -0.5f, 0.875f},
                   lstm_w[] = {-0.25f, 0,       0.625f, 0.125f, 0.625f, 1,       0.5f,  0.375f,
                               0.625f, -0.125f, 0.25f,  -1,     0,      -0.375f, 0.25f, -0.625f},
                   lstm_r[] = {-0.25f, 0,      0.125f, -0.625f, -0.75f, 0.875f, 0.875f, -0.75f,
                               0.375f, -0.75f, 0.625f, -0.5f,   -1,     0.125f, 0.625f, 0.625f},
                   lstm_bx[] = {-0.625f, -0.875f, -0.875f, 0.5f, 0.25f, 0, 1, -0.125f},
                   lstm_bh[] = {-0.875f, 0.125f, -1, -0.75f, -0.625f, -0.875f, -0.25f, 0.625f},
                   rnn_w[] = {0.125f, 0, -0.5f, -0.875f, 0.25f, 0.25f}, rnn_r[] = {0.375f, -0.5f, 0.5f, 0.5f},
                   rnn_bx[] = {0.75f, 1}, rnn_bh[] = {0.5f, -0.625f}, fast_w1[] = {1, 0}, fast_w2[] = {0.625f, -0.125f},
                   fast_u[] = {0.125f, 0.625f, 0, 1}, fast_gate[] = {0.25f, -1}, fast_update[] = {0.625f, 0.25f},
                   fast_zeta = -1, fast_nu = 0.5f;

static float sum_of(const float *w, const float *x, int row, int n)
{
    float sum = 0;

    for (int i = 0; i < n; i++)
        sum += w[row * n + i] * x[i];
    return sum;
}

static float sigmoid(float x) { return 1 / (1 + expf(-x)); }

static void gru_step(const float *x, float *h)
{
    float a[6], b[6];

    for (int i = 0; i < 6; i++) {
        a[i] = sum_of(gru_w, x, i, 2) + gru_bx[i];
        b[i] = sum_of(gru_r, h, i, 2) + gru_bh[i];
    }
    for (int i = 0; i < 2; i++) {
        const float z = sigmoid(a[i] + b[i]), n = tanhf(a[4 + i] + sigmoid(a[2 + i] + b[2 + i]) * b[4 + i]);

        h[i] = (1 - z) * n + z * h[i];
    }
}

static void lstm_step(const float *x, float *h, float *c)
{
    float a[8];

    for (int i = 0; i < 8; i++)
        a[i] = sum_of(lstm_w, x, i, 2) + lstm_bx[i] + sum_of(lstm_r, h, i, 2) + lstm_bh[i];
    for (int i = 0; i < 2; i++) {
        c[i] = sigmoid(a[2 + i]) * c[i] + sigmoid(a[i]) * tanhf(a[4 + i]);
        h[i] = sigmoid(a[6 + i]) * tanhf(c[i]);
    }
}

static void rnn_step(const float *x, float *h)
{
    const float old[2] = {h[0], h[1]};

    for (int i = 0; i < 2; i++) {
        h[i] = sum_of(rnn_w, x, i, 3) + rnn_bx[i] + sum_of(rnn_r, old, i, 2) + rnn_bh[i];
        h[i] = h[i] > 0 ? h[i] : 0.25f * h[i];
    }
}

static void fast_grnn_step(const float *x, float *h)
{
    const float old[2] = {h[0], h[1]}, rank = sum_of(fast_w1, x, 0, 2);

    for (int i = 0; i < 2; i++) {
        const float sum = fast_w2[i] * rank + sum_of(fast_u, old, i, 2), z = sigmoid(sum + fast_gate[i]);

        h[i] = (fast_zeta * (1 - z) + fast_nu) * tanhf(sum + fast_update[i]) + z * old[i];
    }
}

/* ELL calls a map for each step. */
static void test_recurrent(void **state)
{
    const float in[3][2] = {{1, -0.5f}, {0.25f, 2}, {-1.5f, 0.75f}};
    float gru[2] = {0}, lstm[2] = {0}, c[2] = {0}, rnn[2] = {0}, fast[2] = {0}, want[3][2];

    (void)state;
    for (int k = 0; k < 3; k++) {
        gru_step(in[k], gru);
        lstm_step(gru, lstm, c);
        rnn_step((float[]){lstm[0], lstm[1], c[1]}, rnn);
        fast_grnn_step(rnn, fast);
        memcpy(want[k], fast, sizeof fast);
    }
    computes_all("recurrent.ell", 3, in[0], 2, want[0], 2);
}

/* ---- what is wrong ---- */
/* The file with `from` replaced by `to` at its first place. */
static struct bytes changed(struct pool *pool, const char *name, const char *from, const char *to)
{
    const struct bytes file = corpus(pool, name);
    const char *text = pool_printf(pool, "%.*s", (int)file.size, (const char *)file.data), *at = strstr(text, from);
    const char *s;

    assert_non_null(at);
    s = pool_printf(pool, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    return (struct bytes){(uint8_t *)(uintptr_t)s, strlen(s)};
}

static void says(const char *name, const char *from, const char *to, const char *message)
{
    struct pool pool = {0};
    struct import i;
    const char *said;

    import_file(&i, changed(&pool, name, from, to));
    said = i.missing.what ? i.missing.what : i.report.text;
    if (!strstr(said, message))
        print_error("\"%s\" is not in \"%s\"\n", message, said);
    assert_non_null(strstr(said, message));
    pool_free(&i.pool);
    pool_free(&pool);
}

static void test_faults(void **state)
{
    (void)state;
    says("network.ell", "\"stride\": 1", "\"stride\": 1.5", "its field \"stride\" is not a whole number");
    says("network.ell", "\"stride\": 1", "\"stride\": 0", "a window of 3 with a stride of 0");
    says("network.ell", "\"stride\"", "\"strides\"", "it has no field \"stride\"");
    says("network.ell", "\"weights_channels\": 1", "\"weights_channels\": 7", "weights of 7 channels for 1");
    says("network.ell", "\"data_rows\": 3", "\"data_rows\": 4", "its input layer wants 12 elements, its input has 9");
    says("network.ell", "\"1.output\"", "\"4.output\"", "no node before it is called '4'");
    says("network.ell", "\"inputPaddingScheme\": 4", "\"inputPaddingScheme\": 3", "a padding scheme 3");
    says("network.ell", "BiasLayer", "BinaryConvolutionalLayer",
         "layer 2 BinaryConvolutionalLayer: Mote does not have it");
    says("network.ell", "HardTanhActivation", "SoftSignActivation",
         "Mote does not have its function 'SoftSignActivation'");
    says("network.ell", "MeanPoolingFunction", "MedianFunction", "Mote does not have its function 'MedianFunction'");
    says("nodes.ell", "\"inputShape\": [", "\"inputShape\": [1, 1,",
         "\"inputShape\" is not rows, columns and channels");
    says("no_nodes.ell", "3.output", "4.output", "no node before it is called '4'");
    says("input_too_large.ell", "88888882", "88888881", "larger than 1073741824 bytes");
    says("nodes.ell", "\"outputShape\": [", "\"outputShape\": [1, 1,",
         "\"outputShape\" is not rows, columns and channels");
    says("nodes.ell", "UnaryOperationNode", "FFTNode", "node 3 FFTNode: Mote does not have it");
    says("nodes.ell", "InputNode<float>", "InputNode<int>", "it computes with whole numbers");
    says("nodes.ell", "output[2:4]", "output[2:5]", "names no elements of node 2");
    says("nodes.ell", "multiply", "modulo", "operation 'modulo'");
    says("nodes.ell", "\"numInputs\": 2", "\"numInputs\": 3", "it has no field \"input_2\"");
    says("nodes.ell", "\"7.output\",", "7", "output 0 is no reference");
    says("nodes.ell", "\"id\": \"2\"", "\"id\": \"1\"", "its id is missing or another node's");
    says("proto_nn.ell", "\"b_rows\": 2", "\"b_rows\": 3", "its field \"b_values\" has 6 numbers, not 9");
    says("proto_nn.ell", "{", "", "line 2, column 8");
    says("proto_nn.ell", "0.5", "18446744073709551615", "too big integer near '18446744073709551615'");
    says("network.ell", "\"BiasLayer<float>\"", "\"BinaryConvolutionalLayer<float>\",\"bits\":18446744073709551615",
         "layer 2 BinaryConvolutionalLayer: Mote does not have it");
    says("recurrent.ell", "\"input\":\"2.output\"", "\"input\":\"1.output[0]\"", "its state is reset by a signal");
    says("recurrent.ell", "SigmoidActivation", "SoftMaxActivation",
         "Mote does not have its function 'SoftMaxActivation' here");
    says("recurrent.ell", "\"hiddenUnits\":2", "\"hiddenUnits\":3", "its port \"inputWeights\" has 12 numbers, not 18");
    says("recurrent.ell", "\"hiddenUnits\":2", "\"hiddenUnits\":0", "0 hidden units");
    says("recurrent.ell", "\"shape\":[2]", "\"shape\":[0]", "dimension 0 of \"shape\" is no number from 1");
}

/* Brackets and commas within a string, behind a quote that does not end it, are not the file's. */
static void test_escaped_quote(void **state)
{
    struct pool pool = {0};
    struct import i;

    (void)state;
    import_file(&i, changed(&pool, "network.ell", "\"y\"", "\"y\\\",]\","));
    assert_int_equal(i.status, MOTE_OK);
    assert_string_equal(i.model.graphs[0].tensors[i.model.graphs[0].outputs[0]].name, "y\",]");
    pool_free(&i.pool);
    pool_free(&pool);
}

/* From memory of exactly the file's size, so that a sanitizer sees the first byte too many. */
static void import_exact(const uint8_t *data, size_t size)
{
    struct bytes file = {malloc(size ? size : 1), size};
    struct import i;

    if (size > 0)
        memcpy(file.data, data, size);
    import_file(&i, file);
    pool_free(&i.pool);
    free(file.data);
}

static void test_damaged(void **state)
{
    static const char *const names[] = {"network.ell", "nodes.ell", "proto_nn.ell", "recurrent.ell"};
    struct pool pool = {0};

    (void)state;
    for (size_t k = 0; k < COUNT(names); k++) {
        struct bytes file = corpus(&pool, names[k]);

        for (size_t n = 0; n < file.size; n += 7)
            import_exact(file.data, n);
        for (size_t bit = k; bit < 8 * file.size; bit += 5) {
            file.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
            import_exact(file.data, file.size);
            file.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
    }
    pool_free(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_network),   cmocka_unit_test(test_nodes),  cmocka_unit_test(test_proto_nn),
        cmocka_unit_test(test_recurrent), cmocka_unit_test(test_faults), cmocka_unit_test(test_escaped_quote),
        cmocka_unit_test(test_damaged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
