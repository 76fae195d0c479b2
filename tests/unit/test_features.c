/* SPDX-License-Identifier: Apache-2.0 */
/* Front ends against golden vectors: TensorFlow Lite Micro's micro frontend, byte by byte, its stages too, and a file
 * with the operators of its signal library. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "host/front_end/front_end.h"
#include "tests/golden/road.h"
#include "tests/shared.h"

#include <glob.h>

#include <cmocka.h>
#undef fail /* Mote's own is meant below */

struct trial {
    struct pool pool;
    struct report_text report;
    struct frame at;
    struct front_end front_end;
    struct pipeline p;
    struct runner runner;
};

static enum mote_status compile(struct trial *t)
{
    TRY(pipeline_compile(&t->p, &(struct pipeline_options){0}, &t->at));
    return runner_open(&t->pool, t->p.image, &t->runner, &t->at);
}

/* Of all operators the outputs, if all are wanted. */
static void output_all(struct trial *t)
{
    struct graph *g = &t->p.model.graphs[0];

    g->n_outputs = 0;
    g->outputs = pool_alloc(&t->pool, (size_t)g->n_tensors * sizeof *g->outputs);
    for (int32_t i = 0; i < g->n_ops; i++)
        for (int32_t k = 0; k < g->ops[i].n_out; k++)
            g->outputs[g->n_outputs++] = g->ops[i].out[k];
}

static void trial_open_as(struct trial *t, struct front_end_wish wish, bool all)
{
    enum mote_status status;

    *t = (struct trial){.at = {.name = "micro", .index = -1}};
    t->at.sink = &t->report;
    t->p = pipeline_of(&t->pool, "micro");
    status = front_end_find("micro", &wish, &t->front_end, &t->at);
    if (status == MOTE_OK)
        status = front_end_model(&t->front_end, &t->p.model, &t->at);
    if (status == MOTE_OK && all)
        output_all(t);
    if (status == MOTE_OK)
        status = compile(t);
    if (status != MOTE_OK)
        printf("%s\n", t->report.text);
    assert_int_equal(status, MOTE_OK);
}

static void trial_open(struct trial *t, int32_t step_ms, bool all)
{
    trial_open_as(t, (struct front_end_wish){.step_ms = step_ms}, all);
}

static struct bytes read_all(struct trial *t, const char *path)
{
    struct bytes file = {0};

    assert_int_equal(file_read(&t->pool, path, &file, &t->at), MOTE_OK);
    return file;
}

/* Frame i of the samples goes in; false if there is none. */
static bool run_frame(struct trial *t, struct bytes samples, size_t i)
{
    size_t from = i * (size_t)t->front_end.step * 2, bytes = (size_t)t->front_end.window * 2;

    if (from + bytes > samples.size)
        return false;
    memcpy(runner_input(&t->runner, 0).data, samples.data + from, bytes);
    assert_int_equal(mote_model_run(&t->runner.model), MOTE_OK);
    return true;
}

static bool same_features(struct trial *t, const char *audio, const char *want, enum mote_type type)
{
    struct bytes samples = read_all(t, audio), golden = read_all(t, want);
    struct mote_io out = runner_output(&t->runner, 0);
    size_t frames = 0;

    mote_model_reset(&t->runner.model);
    for (; run_frame(t, samples, frames); frames++)
        if ((frames + 1) * out.bytes > golden.size ||
            !bytes_equal(want, type, out.data, golden.data + frames * out.bytes, out.bytes))
            return false;
    return frames * out.bytes == golden.size;
}

static void compare_folder(const char *folder, int32_t step_ms)
{
    struct trial t;
    const char *root;
    glob_t found;
    int bad = 0;

    trial_open(&t, step_ms, false);
    root = shared_path(&t.pool, "data/audio_features");
    if (root == NULL) {
        pool_free(&t.pool);
        skip();
    }
    assert_int_equal(glob(pool_printf(&t.pool, "%s/%s/*.u16", root, folder), 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        const char *name = strrchr(found.gl_pathv[i], '/') + 1;

        bad += !same_features(&t, pool_printf(&t.pool, "%s/audio/%.*s.s16", root, (int)strlen(name) - 4, name),
                              found.gl_pathv[i], TYPE_U16);
    }
    assert_true(found.gl_pathc > 3);
    globfree(&found);
    pool_free(&t.pool);
    assert_int_equal(bad, 0);
}

static void test_micro_20_ms(void **state)
{
    (void)state;
    compare_folder("micro_speech", 20);
}

static void test_micro_10_ms(void **state)
{
    (void)state;
    compare_folder("microwakeword", 10);
}

/* The stages by the outputs' order. */
static const struct stage {
    int output;
    const char *name;
    enum mote_type type;
} stages[] = {{0, "window.s16", TYPE_S16}, {2, "shift.s32", TYPE_S32}, {3, "fft.s16", TYPE_S16},
              {6, "fbank.u32", TYPE_U32},  {7, "nr.u32", TYPE_U32},    {9, "pcan.u32", TYPE_U32}};

static bool same_stages(struct trial *t, const char *root, const char *name)
{
    struct bytes samples = read_all(t, pool_printf(&t->pool, "%s/audio/%s.s16", root, name));
    bool same = true;

    mote_model_reset(&t->runner.model);
    for (size_t i = 0; i < 10; i++) {
        assert_true(run_frame(t, samples, i));
        for (size_t s = 0; s < COUNT(stages); s++) {
            const char *path = pool_printf(&t->pool, "%s/stages/%s.20ms.%s", root, name, stages[s].name);
            struct mote_io out = runner_output(&t->runner, stages[s].output);
            struct bytes want = read_all(t, path);

            assert_int_equal(want.size, 10 * out.bytes);
            same &= bytes_equal(path, stages[s].type, out.data, want.data + i * out.bytes, out.bytes);
        }
    }
    return same;
}

static void test_stages(void **state)
{
    static const char *const names[] = {"syn_all_m32768", "syn_noise_fs", "yes_0cb74144_nohash_3"};
    struct trial t;
    const char *root;
    int bad = 0;

    (void)state;
    trial_open(&t, 20, true);
    root = shared_path(&t.pool, "data/audio_features");
    if (root == NULL) {
        pool_free(&t.pool);
        skip();
    }
    for (size_t i = 0; i < COUNT(names); i++)
        bad += !same_stages(&t, root, names[i]);
    pool_free(&t.pool);
    assert_int_equal(bad, 0);
}

/* ---- other sizes ---- */
/* Noise that becomes quieter each 1000 samples, and loud again. */
static struct bytes make_noise(struct pool *pool)
{
    struct bytes noise = {pool_alloc(pool, 16000), 16000};
    uint32_t state = 1;

    for (int i = 0; i < 8000; i++) {
        state = state * 1664525 + 1013904223;

        int16_t x = (int16_t)((int16_t)(state >> 16) >> (i / 1000 % 8));

        memcpy(noise.data + 2 * i, &x, sizeof x);
    }
    return noise;
}

/* The CRC-32 of all features that the C library makes of that noise. */
static const struct size {
    struct front_end_wish wish;
    size_t frames;
    uint32_t crc;
} sizes[] = {
    {{30, 20, 40, false}, 24, 0xa2cde7f2},  {{25, 10, 32, false}, 48, 0x567ac0ba}, {{32, 16, 8, false}, 30, 0x7bd0a039},
    {{4, 2, 20, false}, 249, 0x123f0864},   {{64, 32, 80, false}, 14, 0x1c649acb}, {{10, 10, 1, false}, 50, 0x0e2f1931},
    {{500, 250, 64, false}, 1, 0xf1d85957},
};

static void test_other_sizes(void **state)
{
    (void)state;
    for (size_t k = 0; k < COUNT(sizes); k++) {
        struct text all;
        struct trial t;
        struct bytes noise;

        trial_open_as(&t, sizes[k].wish, false);
        all = (struct text){.pool = &t.pool};
        noise = make_noise(&t.pool);
        for (size_t i = 0; run_frame(&t, noise, i); i++) {
            struct mote_io out = runner_output(&t.runner, 0);

            text_bytes(&all, out.data, out.bytes);
        }
        assert_int_equal(all.len, sizes[k].frames * (size_t)sizes[k].wish.channels * 2);
        assert_int_equal(mote_crc32(all.s, all.len), sizes[k].crc);
        pool_free(&t.pool);
    }
}

/* ---- a file's operators ---- */
static const char preprocessor[] = "models/tflite_micro/audio_preprocessor_int8.tflite";

static enum mote_status import(struct trial *t, struct bytes file)
{
    TRY(pipeline_read(&t->pool, "p.tflite", file, &t->p, &t->at));
    return compile(t);
}

/* The file with the operators, in memory that may be changed; skips the test where it is not there. */
static struct bytes open_preprocessor(struct trial *t)
{
    const char *path;

    *t = (struct trial){.front_end = {.window = 480, .step = 320}, .at = {.name = "p.tflite", .index = -1}};
    t->at.sink = &t->report;
    path = shared_path(&t->pool, preprocessor);
    if (path == NULL) {
        pool_free(&t->pool);
        skip();
    }
    return read_all(t, path);
}

/* The logarithms, which the file makes int8 of, are the output. */
static void output_logarithms(struct graph *g)
{
    for (int32_t i = 0; i < g->n_ops; i++)
        if (g->ops[i].id == OP_FILTER_BANK_LOG)
            g->outputs[0] = g->ops[i].out[0];
}

static void compare_operators(const char *ending, enum mote_type type)
{
    struct trial t;
    struct bytes file = open_preprocessor(&t);
    const char *root = shared_path(&t.pool, "data/audio_features");
    glob_t found;
    int bad = 0;

    if (root == NULL) {
        pool_free(&t.pool);
        skip();
    }
    assert_int_equal(pipeline_read(&t.pool, "p.tflite", file, &t.p, &t.at), MOTE_OK);
    if (type == TYPE_S16)
        output_logarithms(&t.p.model.graphs[0]);
    assert_int_equal(compile(&t), MOTE_OK);
    assert_int_equal(glob(pool_printf(&t.pool, "%s/signal_ops/*.%s", root, ending), 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        const char *name = strrchr(found.gl_pathv[i], '/') + 1;
        int len = (int)(strlen(name) - strlen(ending)) - 1;

        bad += !same_features(&t, pool_printf(&t.pool, "%s/audio/%.*s.s16", root, len, name), found.gl_pathv[i], type);
    }
    assert_true(found.gl_pathc > 10);
    globfree(&found);
    pool_free(&t.pool);
    assert_int_equal(bad, 0);
}

static void test_signal_operators(void **state)
{
    (void)state;
    compare_operators("s8", TYPE_S8);
}

static void test_signal_logarithms(void **state)
{
    (void)state;
    compare_operators("i16", TYPE_S16);
}

/* A byte of one of the options' names, and of another's value. */
static void test_wrong_options(void **state)
{
    static const struct wrong {
        const char *at;
        int32_t skip;
        uint8_t value;
        enum mote_status status;
        const char *says;
    } wrong[] = {
        {"snr_shift", 0, 'x', MOTE_ERR_UNSUPPORTED, "option xnr_shift is there, newer than this Mote"},
        {"snr_shift", 11, 200, MOTE_ERR_FORMAT, "its options are no map of numbers"},
        {"snr_shift", 15, 64, MOTE_ERR_VALUE, "snr_shift is 64: 0 to 63 are there"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct trial t;
        struct bytes file = open_preprocessor(&t);
        uint8_t *at = memmem(file.data, file.size, wrong[i].at, strlen(wrong[i].at));

        assert_non_null(at);
        at[wrong[i].skip] = wrong[i].value;
        assert_int_equal(import(&t, file), wrong[i].status);
        assert_non_null(strstr(t.report.text, wrong[i].says));
        pool_free(&t.pool);
    }
}

/* ---- wrong tables ---- */
/* Constants of n numbers, all equal. */
static void put_table(struct text *to, int tensor, int n, int number)
{
    text_add(to, "tensor %d \"t%d\" s16 [%d] data [", tensor, tensor, n);
    for (int i = 0; i < n; i++)
        text_add(to, "%s%d", i > 0 ? ", " : "", number);
    text_add(to, "] source %d\n", tensor);
}

/* Channels that all have the same frequencies of 4, with the same of 4 weights. */
static const struct bank {
    int weight, unweight, channels, frequency, start, width;
    const char *says; /* NULL: nothing is wrong */
} banks[] = {
    {1, 2, 2, 1, 0, 3, NULL},
    {-1, 2, 2, 1, 0, 3, "weight or unweight 0 is negative"},
    {1, 2, 2, 2, 0, 3, "channel 0: 3 frequencies from 2 on with the weights from 0 on are not all there"},
    {1, 2, 2, 1, 2, 3, "channel 0: 3 frequencies from 1 on with the weights from 2 on are not all there"},
    {1, 2, 2, 1, 0, 0, "no channel has a frequency"},
    {1, 2, 40, 0, 0, 32767, "the widths are 1343447 together: 1048576 are the most"},
};

static struct bytes make_bank(struct pool *pool, const struct bank *b)
{
    struct text text = {.pool = pool};

    text_add(&text, "mote-graph 1\nmodel b version 0\ngraph \"main\"\ntensor 0 \"t0\" u32 [1,4] source 0\n");
    put_table(&text, 1, 4, b->weight);
    put_table(&text, 2, 4, b->unweight);
    put_table(&text, 3, b->channels + 1, b->frequency);
    put_table(&text, 4, b->channels + 1, b->start);
    put_table(&text, 5, b->channels + 1, b->width);
    text_add(&text,
             "tensor 6 \"t6\" u64 [1,%d] source 6\n"
             "op 0 filter_bank in [0,1,2,3,4,5] out [6] source 0 num_channels %d\n"
             "inputs [0]\noutputs [6]\nend\n",
             b->channels, b->channels);
    return (struct bytes){(uint8_t *)text.s, text.len};
}

static void test_wrong_banks(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(banks); i++) {
        struct trial t = {.at = {.name = "b.graph", .index = -1}};

        t.at.sink = &t.report;
        assert_int_equal(import(&t, make_bank(&t.pool, &banks[i])) == MOTE_OK, banks[i].says == NULL);
        if (banks[i].says != NULL)
            assert_non_null(strstr(t.report.text, banks[i].says));
        pool_free(&t.pool);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_micro_20_ms),      cmocka_unit_test(test_micro_10_ms),
        cmocka_unit_test(test_stages),           cmocka_unit_test(test_other_sizes),
        cmocka_unit_test(test_signal_operators), cmocka_unit_test(test_signal_logarithms),
        cmocka_unit_test(test_wrong_options),    cmocka_unit_test(test_wrong_banks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
