/* SPDX-License-Identifier: Apache-2.0 */
/* The Keras importer: files that are written here, by HDF5's library and libarchive. What layers compute is in
 * tests/keras/layers.txt (tests/keras/reference.py makes it). Every import may take only the memory that import.h
 * promises: the pool aborts beyond it. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#undef fail /* ours is in base.h */

#ifdef MOTE_KERAS
#include "host/import/import.h"
#include "host/pipeline/pipeline.h"
#include "host/run/runner.h"
#include "tests/keras_made.h"

/* ---- importing ---- */
struct import {
    struct pool pool;
    struct report_text report;
    struct frame root;
    struct model model;
    struct import_missing missing;
    enum mote_status status;
};

static void import_as(struct import *i, const char *name, struct bytes file)
{
    *i = (struct import){.pool.limit = IMPORT_MEMORY(file.size)};
    i->root = (struct frame){.name = name, .index = -1, .sink = &i->report};
    i->status = keras_import(&i->pool, name, file, NULL, &i->model, &i->missing, &i->root);
    assert_int_equal(i->report.status, i->status);
    if (i->status == MOTE_OK && i->missing.what == NULL)
        assert_int_equal(model_verify(&i->model, &i->root), MOTE_OK);
    assert_null(strchr(i->report.text, '\n'));
}

static void says(struct bytes file, enum mote_status status, const char *text)
{
    struct import i;

    import_as(&i, "m.h5", file);
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

/* ---- cases ---- */
#define SETS_MAX 32

struct set {
    const char *path;
    int rank;
    int64_t dims[RANK_MAX], n;
    float *values;
};

struct given {
    const char *name, *form, *version, *config;
    int n_weights, n_inputs, n_wants;
    struct set weights[SETS_MAX], inputs[4], wants[4];
};

/* "2,3 : 1 2 3 4 5 6" */
static struct set read_set(struct pool *p, const char *path, char *s)
{
    struct set t = {.path = path, .n = 1};

    for (s += strspn(s, " "); *s != ':'; s += strspn(s, ", ")) {
        t.dims[t.rank] = strtoll(s, &s, 10);
        t.n *= t.dims[t.rank++];
    }
    t.values = pool_array(p, (size_t)t.n, sizeof *t.values);
    s++;
    for (int64_t i = 0; i < t.n; i++)
        t.values[i] = strtof(s, &s);
    assert_int_equal(strspn(s, " "), strlen(s));
    return t;
}

static void read_line(struct pool *p, struct given *g, char *s)
{
    char *word = strtok_r(s, " ", &s);

    if (strcmp(word, "form") == 0) {
        g->form = strtok_r(NULL, " ", &s);
        g->version = s;
    } else if (strcmp(word, "config") == 0) {
        g->config = s;
    } else if (strcmp(word, "weight") == 0) {
        const char *path = strtok_r(NULL, " ", &s);

        assert_true(g->n_weights < SETS_MAX);
        g->weights[g->n_weights++] = read_set(p, path, s);
    } else if (strcmp(word, "input") == 0) {
        g->inputs[g->n_inputs++] = read_set(p, "", s);
    } else {
        assert_string_equal(word, "want");
        g->wants[g->n_wants++] = read_set(p, "", s);
    }
}

/* ---- files of cases ---- */
/* The outermost layer of "layer/weight:0". */
static const char *layer_of(struct pool *p, const char *path)
{
    return pool_printf(p, "%.*s", (int)strcspn(path, "/"), path);
}

static struct bytes h5_of(struct pool *p, const struct given *g)
{
    hid_t file = made_begin();
    const char *layers[SETS_MAX], *names[SETS_MAX];
    int n_layers = 0;

    made_text(file, "/", "model_config", g->config);
    made_text(file, "/", "keras_version", g->version);
    for (int i = 0; i < g->n_weights;) {
        const char *layer = layers[n_layers++] = layer_of(p, g->weights[i].path);
        int n = 0;

        for (; i < g->n_weights && strcmp(layer_of(p, g->weights[i].path), layer) == 0; i++, n++) {
            const struct set *w = &g->weights[i];

            names[n] = w->path + strlen(layer) + 1;
            made_set(file, pool_printf(p, "/model_weights/%s", w->path), w->rank, w->dims, w->values);
        }
        made_texts(file, pool_printf(p, "/model_weights/%s", layer), "weight_names", n, names);
    }
    made_texts(file, "/model_weights", "layer_names", n_layers, layers);
    return made_end(p, file);
}

static struct bytes keras_of_case(struct pool *p, const struct given *g)
{
    const char *metadata = pool_printf(p, "{\"keras_version\": \"%s\"}", g->version);
    hid_t file = made_begin();

    for (int i = 0; i < g->n_weights; i++)
        made_set(file, g->weights[i].path, g->weights[i].rank, g->weights[i].dims, g->weights[i].values);
    return made_zip(p, 3, (const char *const[]){"metadata.json", "config.json", "model.weights.h5"},
                    (struct bytes[]){made_bytes(metadata), made_bytes(g->config), made_end(p, file)});
}

/* ---- running ---- */
static bool is_near(const struct given *g, const struct set *want, const float *is)
{
    float most = 0;

    for (int64_t i = 0; i < want->n; i++)
        most = fmaxf(most, fabsf(want->values[i]));
    for (int64_t i = 0; i < want->n; i++)
        if (!(fabsf(is[i] - want->values[i]) <= 1e-5f * most + 1e-6f)) {
            print_error("%s: element %lld is %.9g, not %.9g\n", g->name, (long long)i, (double)is[i],
                        (double)want->values[i]);
            return false;
        }
    return true;
}

static bool has_shape(const struct model *m, int32_t tensor, const struct set *s)
{
    const struct tensor *t = &m->graphs[0].tensors[tensor];

    return t->rank == s->rank && memcmp(t->dims, s->dims, (size_t)s->rank * sizeof *s->dims) == 0;
}

static bool run_case(struct pool *p, const struct given *g, struct bytes file)
{
    struct report_text report = {.status = MOTE_OK};
    const struct frame root = {.name = g->name, .index = -1, .sink = &report};
    const char *name = strcmp(g->form, "h5") == 0 ? "m.h5" : "m.keras";
    struct pipeline pipeline;
    struct runner r;
    struct import i;
    uint8_t *in, *out;
    bool good = true;
    size_t at = 0;

    import_as(&i, name, file); /* within the memory */
    pool_free(&i.pool);
    if (pipeline_read(p, name, file, &pipeline, &root) != MOTE_OK ||
        pipeline_compile(&pipeline, &(struct pipeline_options){.passes = NULL}, &root) != MOTE_OK ||
        runner_open(p, pipeline.image, &r, &root) != MOTE_OK) {
        print_error("%s\n", report.text);
        return false;
    }
    in = pool_alloc(p, runner_input_bytes(&r));
    out = pool_alloc(p, runner_output_bytes(&r));
    for (int k = 0; k < g->n_inputs; at += (size_t)g->inputs[k++].n * sizeof(float))
        memcpy(in + at, g->inputs[k].values, (size_t)g->inputs[k].n * sizeof(float));
    assert_int_equal(at, runner_input_bytes(&r));
    mote_model_reset(&r.model);
    runner_run(&r, in, out);
    at = 0;
    for (int k = 0; k < g->n_wants; at += (size_t)g->wants[k++].n * sizeof(float))
        good &= is_near(g, &g->wants[k], (const float *)(const void *)(out + at));
    assert_int_equal(at, runner_output_bytes(&r));
    return good;
}

static bool shapes_are_right(const struct given *g, struct bytes file)
{
    struct import i;
    bool good = true;

    import_as(&i, "m", file);
    if (i.status != MOTE_OK || i.missing.what) {
        print_error("%s: %s\n", g->name, i.missing.what ? i.missing.what : i.report.text);
        good = false;
    }
    for (int k = 0; good && k < g->n_wants; k++)
        if (!has_shape(&i.model, i.model.graphs[0].outputs[k], &g->wants[k])) {
            print_error("%s: output %d has another shape\n", g->name, k);
            good = false;
        }
    pool_free(&i.pool);
    return good;
}

static int check_case(struct given *g)
{
    struct pool p = {0};
    struct bytes file = strcmp(g->form, "h5") == 0 ? h5_of(&p, g) : keras_of_case(&p, g);
    bool good = shapes_are_right(g, file) && run_case(&p, g, file);

    pool_free(&p);
    return !good;
}

static void layers_compute_what_keras_does(void **state)
{
    static const char path[] = MOTE_SOURCE_DIR "/tests/keras/layers.txt";
    struct pool p = {0};
    struct report_text report = {.status = MOTE_OK};
    const struct frame root = {.name = path, .index = -1, .sink = &report};
    struct given g = {.name = NULL};
    struct bytes file;
    int bad = 0, n = 0;
    char *rest, *one;

    (void)state;
    assert_int_equal(file_read(&p, path, &file, &root), MOTE_OK);
    rest = pool_printf(&p, "%.*s", (int)file.size, (const char *)file.data);
    while ((one = strtok_r(rest, "\n", &rest)) != NULL) {
        if (strncmp(one, "case ", 5) == 0) {
            if (n++ > 0)
                bad += check_case(&g);
            g = (struct given){.name = one + 5};
        } else if (*one != '#') {
            read_line(&p, &g, one);
        }
    }
    bad += check_case(&g);
    assert_true(n > 100);
    assert_int_equal(bad, 0);
    pool_free(&p);
}

/* ---- files that are no models ---- */
static void what_is_no_model(void **state)
{
    struct pool p = {0};
    const char *weights[] = {"dense"};
    hid_t file = made_begin();

    (void)state;
    made_texts(file, "/", "layer_names", 1, weights);
    says(made_end(&p, file), MOTE_ERR_UNSUPPORTED, "save the model itself");
    says(made_end(&p, made_begin()), MOTE_ERR_FORMAT, "no model of Keras");
    says(made_zip(&p, 1, (const char *const[]){"a.txt"}, &(struct bytes){(uint8_t *)(uintptr_t) "x", 1}),
         MOTE_ERR_FORMAT, "a zip without config.json");
    says(made_zip(&p, 1, (const char *const[]){"archive/data.pkl"}, &(struct bytes){(uint8_t *)(uintptr_t) "x", 1}),
         MOTE_ERR_UNSUPPORTED, "a PyTorch file");
    pool_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layers_compute_what_keras_does),
        cmocka_unit_test(what_is_no_model),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
#else
int main(void)
{
    puts("test_keras: this build has no HDF5 (libhdf5-dev): skipped");
    return 0;
}
#endif
