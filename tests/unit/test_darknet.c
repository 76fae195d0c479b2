/* SPDX-License-Identifier: Apache-2.0 */
/* The importer of Darknet's networks: small ones written here, run on the host, with one thing wrong at a time, cut off
 * at every length and with every bit flipped. A real one is in test_importers. Every import may take only the memory
 * that import.h promises: the pool aborts beyond it. With MOTE_UPDATE=1 the networks become the fuzzer's corpus. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#undef fail /* ours is in base.h */

#include "host/import/darknet/darknet.h"
#include "host/pipeline/pipeline.h"
#include "host/run/runner.h"

/* ---- networks ---- */
#define NET(c, h, w) "[net]\nchannels=" #c "\nheight=" #h "\nwidth=" #w "\n"

/* Weights behind the header of a version. */
static struct bytes weights_of(struct pool *pool, int32_t major, int32_t minor, size_t n, const float *numbers)
{
    struct text t = {.pool = pool};
    const int32_t version[3] = {major, minor, 0};
    const uint64_t seen = 64;

    text_bytes(&t, version, sizeof version);
    text_bytes(&t, &seen, major * 10 + minor >= 2 && major < 1000 ? 8 : 4);
    text_bytes(&t, numbers, n * sizeof *numbers);
    return (struct bytes){(uint8_t *)t.s, t.len};
}

static struct bytes text_of(const char *text) { return (struct bytes){(uint8_t *)(uintptr_t)text, strlen(text)}; }

/* A convolution of 1x1 from one channel to two, with normalization, a pool of nothing but the image, a vector. */
static const char small[] = "# a network\n[net]\nbatch=1\nchannels = 1\nheight = 2\nwidth = 2\n\n"
                            "[convolutional]\nbatch_normalize=1\nfilters=2\nsize=1\nstride=1\npad=1\nactivation=leaky\n"
                            "[maxpool]\nsize=2\nstride=2\n[connected]\noutput=2\nactivation=linear\n"
                            "[softmax]\n[cost]\n";
/* Of the convolution biases, scales, means, variances and weights; of the connected layer biases and weights. */
static const float small_numbers[] = {1, 0, 2, 1, 1, 0, 4, 1, 1, -1, 0, 0, 1, 1, 0, 10};

/* ---- importing and running ---- */
struct import {
    struct pool pool;
    struct report_text report;
    struct frame root;
    struct model model;
    struct import_missing missing;
    enum mote_status status;
};

static void import(struct import *i, struct bytes cfg, struct bytes weights)
{
    *i = (struct import){.pool.limit = IMPORT_MEMORY(cfg.size + weights.size)};
    i->root = (struct frame){.name = "m.cfg", .index = -1, .sink = &i->report};
    i->status = darknet_read(&i->pool, "m.cfg", cfg, weights, NULL, &i->model, &i->missing, &i->root);
    assert_int_equal(i->report.status, i->status);
    if (i->status == MOTE_OK && i->missing.what == NULL)
        assert_int_equal(model_verify(&i->model, &i->root), MOTE_OK);
    assert_null(strchr(i->report.text, '\n'));
}

static void says(const char *cfg, size_t n, const float *numbers, enum mote_status status, const char *text)
{
    struct pool pool = {0};
    struct import i;

    import(&i, text_of(cfg), weights_of(&pool, 0, 2, n, numbers));
    if (i.status == MOTE_OK && i.missing.what) {
        i.status = i.missing.status;
        snprintf(i.report.text, sizeof i.report.text, "%s", i.missing.what);
    }
    if (!strstr(i.report.text, text))
        print_error("'%s' does not say '%s'\n", i.report.text, text);
    assert_non_null(strstr(i.report.text, text));
    assert_int_equal(i.status, status);
    pool_free(&i.pool);
    pool_free(&pool);
}

/* What the network makes of `in`, through the files that a command reads. */
static void makes_of(const char *cfg, struct bytes weights, size_t n_in, const float *in, size_t n, const float *want)
{
    struct pool pool = {0};
    struct report_text report = {0};
    struct frame at = {.index = -1, .sink = &report};
    const char *folder, *path;
    struct pipeline p;
    struct runner r;
    float *out = pool_array(&pool, n, sizeof *out);

    assert_int_equal(folder_temporary(&pool, "mote-darknet", &folder, &at), MOTE_OK);
    path = pool_printf(&pool, "%s/net.cfg", folder);
    assert_int_equal(file_write(path, cfg, strlen(cfg), &at), MOTE_OK);
    assert_int_equal(file_write(pool_printf(&pool, "%s/net.weights", folder), weights.data, weights.size, &at),
                     MOTE_OK);
    if (pipeline_load(&pool, path, &p, &at) != MOTE_OK ||
        pipeline_compile(&p, &(struct pipeline_options){.passes = NULL}, &at) != MOTE_OK ||
        runner_open(&pool, p.image, &r, &at) != MOTE_OK)
        print_error("%s\n", report.text);
    folder_remove(folder);
    assert_int_equal(report.status, MOTE_OK);
    assert_int_equal(runner_input_bytes(&r), n_in * sizeof *in);
    assert_int_equal(runner_output_bytes(&r), n * sizeof *out);
    mote_model_reset(&r.model);
    runner_run(&r, (const uint8_t *)in, (uint8_t *)out);
    for (size_t i = 0; i < n; i++) {
        if (!(fabsf(out[i] - want[i]) <= 2e-6f + 2e-6f * fabsf(want[i])))
            print_error("%zu: %g, not %g\n", i, (double)out[i], (double)want[i]);
        assert_true(fabsf(out[i] - want[i]) <= 2e-6f + 2e-6f * fabsf(want[i]));
    }
    pool_free(&pool);
}

static void makes(const char *cfg, size_t n_numbers, const float *numbers, size_t n_in, const float *in, size_t n,
                  const float *want)
{
    struct pool pool = {0};

    makes_of(cfg, weights_of(&pool, 0, 2, n_numbers, numbers), n_in, in, n, want);
    pool_free(&pool);
}

#define LIST(...)               COUNT(((const float[]){__VA_ARGS__})), ((const float[]){__VA_ARGS__})
#define SAYS(cfg, status, text) says(cfg, LIST(0), status, text)

/* ---- what is computed ---- */
/* Channel 0: leaky((x - 1) / (2 + 1e-6) * 2 + 1) = x; channel 1: leaky(-x / (1 + 1e-6)); both at their largest. */
static void a_small_network(void **state)
{
    /* of the pool: 4 and -0.1; of the connected layer: 4 - 0.1, and -1 */
    const float first = 1 / (1 + expf(-1 - 3.9f));

    (void)state;
    makes(small, COUNT(small_numbers), small_numbers, LIST(1, 2, 3, 4), LIST(first, 1 - first));
}

/* What a vector is of an image: channels first. Weights of old versions are [in][out]. */
static void connected_layers(void **state)
{
    static const char cfg[] = NET(2, 1, 2) "[upsample]\nstride=1\n[connected]\noutput=2\nactivation=relu\n";
    struct pool pool = {0};

    (void)state;
    makes_of(cfg, weights_of(&pool, 0, 1, LIST(0.5f, 0, 1, 10, 100, 1000, 0, 0, 0, -1)), LIST(1, 2, 3, 4),
             LIST(4321.5f, 0));
    makes_of(cfg, weights_of(&pool, 1001, 0, LIST(0.5f, 0, 1, 0, 10, 0, 100, 0, 1000, -1)), LIST(1, 2, 3, 4),
             LIST(4321.5f, 0));
    pool_free(&pool);
}

/* Padding is all but one of the window, half of it in front. */
static void pools(void **state)
{
    (void)state;
    makes(NET(1, 2, 2) "[maxpool]\nsize=2\nstride=1\n", 0, NULL, LIST(4, 3, 2, 1), LIST(4, 3, 2, 1));
    makes(NET(1, 2, 2) "[maxpool]\nsize=2\n", 0, NULL, LIST(1, 2, 3, 4), LIST(4, 4, 4, 4));
    makes(NET(1, 2, 2) "[maxpool]\nsize=3\nstride=2\n", 0, NULL, LIST(1, 2, 3, 4), LIST(4));
    makes(NET(2, 1, 2) "[avgpool]\n", 0, NULL, LIST(1, 3, 5, 9), LIST(2, 7));
}

static void layers_before(void **state)
{
    (void)state;
    makes(NET(2, 1, 1) "[activation]\nactivation=relu\n[activation]\nactivation=logistic\n[route]\nlayers=-2,1\n", 0,
          NULL, LIST(1, -2), LIST(1, 0, 0.7310586f, 0.5f));
    makes(NET(4, 1, 1) "[dropout]\n[route]\nlayers=0\ngroups=2\ngroup_id=1\n", 0, NULL, LIST(1, 2, 3, 4), LIST(3, 4));
    makes(NET(2, 1, 1) "[activation]\n[activation]\nactivation=relu\n[shortcut]\nfrom=-2\nactivation=linear\n", 0, NULL,
          LIST(1, -2), LIST(2, -2));
}

static void sizes(void **state)
{
    (void)state;
    makes(NET(1, 1, 2) "[upsample]\nstride=2\n", 0, NULL, LIST(1, 2), LIST(1, 1, 2, 2, 1, 1, 2, 2));
    /* 4 channels of 2x2, taken for one of 4x4, whose blocks of 2x2 are spread over channels */
    makes(NET(4, 2, 2) "[reorg]\nstride=2\n", 0, NULL, LIST(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
          LIST(0, 2, 8, 10, 1, 3, 9, 11, 4, 6, 12, 14, 5, 7, 13, 15));
}

static void boxes_are_made_elsewhere(void **state)
{
    static const char cfg[] =
        NET(1, 1, 1) "[activation]\nactivation=relu\n[yolo]\nmask=0\n[route]\nlayers=0\n[region]\n";
    struct pool pool = {0};
    struct import i;

    (void)state;
    import(&i, text_of(cfg), weights_of(&pool, 0, 2, 0, NULL));
    assert_int_equal(i.status, MOTE_OK);
    assert_int_equal(i.model.graphs[0].n_outputs, 2);
    assert_string_equal(i.model.remarks,
                        "line 7 [yolo]: what goes into it is an output as it is; boxes are made of it elsewhere\n"
                        "line 11 [region]: what goes into it is an output as it is; boxes are made of it elsewhere");
    pool_free(&i.pool);
    pool_free(&pool);
}

/* More of them than a list that is made anew for each has room for. */
static void many_outputs_take_little(void **state)
{
    struct pool pool = {0};
    struct text cfg = {.pool = &pool};
    struct import i;

    (void)state;
    text_add(&cfg, "%s", NET(1, 1, 1) "[activation]\nactivation=relu\n");
    for (int k = 0; k < 2000; k++)
        text_add(&cfg, "[yolo]\n");
    import(&i, text_of(cfg.s), weights_of(&pool, 0, 2, 0, NULL));
    assert_int_equal(i.status, MOTE_OK);
    assert_int_equal(i.model.graphs[0].n_outputs, 2000);
    pool_free(&i.pool);
    pool_free(&pool);
}

/* ---- bad input ---- */
static void names_what_is_wrong(void **state)
{
    (void)state;
    SAYS("[net]\nwidth=1\n", MOTE_ERR_FORMAT, "no layers");
    SAYS("x=1\n[net]\n", MOTE_ERR_FORMAT, "line 1: 'x=1' before the first section");
    SAYS("[net]\nheight\n", MOTE_ERR_FORMAT, "line 2: 'height' is no key=value");
    SAYS("[maxpool]\n[net]\n", MOTE_ERR_FORMAT, "line 1 [maxpool]: the first section is not [net]");
    SAYS("[net]\nwidth=3\n[avgpool]\n", MOTE_ERR_FORMAT, "neither width, height and channels nor inputs");
    SAYS(NET(1, 1, many) "[avgpool]\n", MOTE_ERR_VALUE, "line 1 [net]: width=many in line 4; a whole number from 0");
    SAYS(NET(1, 2, 2) "[maxpool]\nsize=-1\n", MOTE_ERR_VALUE, "line 5 [maxpool]: size=-1 in line 6; a whole number");
    SAYS(NET(1, 2, 2) "[route]\nlayers=0\n", MOTE_ERR_VALUE, "line 5 [route]: layer 0 is none before this one");
    SAYS(NET(1, 2, 2) "[activation]\nactivation=leeky\n", MOTE_ERR_UNSUPPORTED,
         "leeky, which Mote does not have; it has leaky");
    SAYS(NET(1, 2, 2) "[convolutional]\nxnor=1\n", MOTE_ERR_UNSUPPORTED, "xnor; only plain layers are read");
    SAYS(NET(1, 2, 2) "[softmax]\ntree=9k.tree\n", MOTE_ERR_UNSUPPORTED, "a tree of classes");
    SAYS("[net]\ninputs=4\n[maxpool]\n", MOTE_ERR_SHAPE, "line 3 [maxpool]: it wants an image");
}

static void names_unknown_layers_at_once(void **state)
{
    (void)state;
    SAYS(NET(1, 2, 2) "[convolutionel]\n[lstm]\n[lstm]\n", MOTE_ERR_UNSUPPORTED,
         "line 5 [convolutionel]: a layer that Mote does not have; it has convolutional; line 6 [lstm]: a layer that "
         "Mote does not have (and 1 more lstm)");
}

static void weights_must_fit(void **state)
{
    struct pool pool = {0};
    struct report_text report = {0};
    const struct frame at = {.index = -1, .sink = &report};
    const struct bytes weights = weights_of(&pool, 0, 2, LIST(1, 2));
    struct import_missing missing;
    struct model model;

    (void)state;
    says(small, COUNT(small_numbers) - 1, small_numbers, MOTE_ERR_FORMAT,
         "line 18 [connected]: it wants 4 weights, m.weights has 3 left: .cfg and .weights do not belong together");
    says(NET(1, 1, 1) "[avgpool]\n", LIST(1, 2), MOTE_ERR_FORMAT, "m.weights has 8 bytes that no layer wants");
    assert_true(darknet_matches(weights));
    assert_int_equal(darknet_import(&pool, "no folder/m.weights", weights, NULL, &model, &missing, &at),
                     MOTE_ERR_FORMAT);
    assert_non_null(strstr(report.text, "weights of Darknet; the model is the .cfg beside them"));
    report = (struct report_text){0};
    assert_true(darknet_matches(text_of(small)));
    assert_int_equal(darknet_import(&pool, "no folder/m.cfg", text_of(small), NULL, &model, &missing, &at),
                     MOTE_ERR_FILE);
    assert_non_null(strstr(report.text, "the weights beside it: cannot read no folder/m.weights"));
    pool_free(&pool);
}

static void bombs(void **state)
{
    (void)state;
    SAYS(NET(32767, 32767, 32767) "[avgpool]\n", MOTE_ERR_MEMORY, "larger than");
    SAYS(NET(1, 4, 4) "[convolutional]\nfilters=2147483647\nsize=32767\npad=1\n", MOTE_ERR_FORMAT, "it wants");
    SAYS(NET(1, 99, 99) "[upsample]\nstride=32767\n", MOTE_ERR_VALUE, "the new size has");
}

/* ---- any bytes ---- */
/* A cfg, a byte 0 and weights, as the fuzzer takes them. */
static struct bytes joined(struct pool *pool, const char *cfg, struct bytes weights)
{
    struct text t = {.pool = pool};

    text_bytes(&t, cfg, strlen(cfg) + 1);
    text_bytes(&t, weights.data, weights.size);
    return (struct bytes){(uint8_t *)t.s, t.len};
}

static const char several[] = NET(4, 2, 2) "[activation]\nactivation=mish\n[shortcut]\nfrom=-1\nactivation=relu6\n"
                                           "[route]\nlayers=0,-1\n[reorg]\nstride=2\n[upsample]\n[yolo]\n[route]\n"
                                           "layers=1\ngroups=2\ngroup_id=1\n[connected]\noutput=1\n";

static void import_exact(const uint8_t *cfg, size_t n, const uint8_t *weights, size_t n_weights)
{
    const struct bytes a = {malloc(n + 1), n}, b = {malloc(n_weights + 1), n_weights};
    struct import i;

    memcpy(a.data, cfg, n);
    memcpy(b.data, weights, n_weights);
    import(&i, a, b);
    pool_free(&i.pool);
    free(a.data);
    free(b.data);
}

static void cut_off_and_flipped(void **state)
{
    static const char *const cfgs[] = {small, several};
    struct pool pool = {0};
    const struct bytes weights = weights_of(&pool, 0, 2, COUNT(small_numbers), small_numbers);

    (void)state;
    for (size_t k = 0; k < COUNT(cfgs); k++) {
        const struct bytes cfg = {pool_copy(&pool, cfgs[k], strlen(cfgs[k])), strlen(cfgs[k])};

        for (size_t n = 0; n < cfg.size; n++)
            import_exact(cfg.data, n, weights.data, weights.size);
        for (size_t n = 0; n < weights.size; n++)
            import_exact(cfg.data, cfg.size, weights.data, n);
        for (size_t bit = 0; bit < 8 * cfg.size; bit++) {
            cfg.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
            import_exact(cfg.data, cfg.size, weights.data, weights.size);
            cfg.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
    }
    pool_free(&pool);
}

static void corpus(void **state)
{
    struct pool pool = {0};
    struct report_text report = {0};
    const struct frame at = {.index = -1, .sink = &report};
    const struct bytes files[] = {
        joined(&pool, small, weights_of(&pool, 0, 2, COUNT(small_numbers), small_numbers)),
        joined(&pool, several, weights_of(&pool, 0, 1, LIST(1, 2, 3, 4, 5, 6, 7, 8, 9))),
    };

    (void)state;
    for (size_t k = 0; k < COUNT(files); k++) {
        const char *path = pool_printf(&pool, MOTE_SOURCE_DIR "/tests/fuzz/corpus/fuzz_darknet/%zu", k);
        struct bytes there;

        if (getenv("MOTE_UPDATE"))
            assert_int_equal(file_write(path, files[k].data, files[k].size, &at), MOTE_OK);
        assert_int_equal(file_read(&pool, path, &there, &at), MOTE_OK);
        assert_int_equal(there.size, files[k].size);
        assert_memory_equal(there.data, files[k].data, there.size);
    }
    pool_free(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_small_network),
        cmocka_unit_test(connected_layers),
        cmocka_unit_test(pools),
        cmocka_unit_test(layers_before),
        cmocka_unit_test(sizes),
        cmocka_unit_test(boxes_are_made_elsewhere),
        cmocka_unit_test(many_outputs_take_little),
        cmocka_unit_test(names_what_is_wrong),
        cmocka_unit_test(names_unknown_layers_at_once),
        cmocka_unit_test(weights_must_fit),
        cmocka_unit_test(bombs),
        cmocka_unit_test(cut_off_and_flipped),
        cmocka_unit_test(corpus),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
