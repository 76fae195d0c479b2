/* SPDX-License-Identifier: Apache-2.0 */
/* The Keras importer: files that are written here, by HDF5's library and libarchive. What layers compute is in
 * tests/keras/layers.txt (tests/keras/reference.py makes it). Every import may take only the memory that import.h
 * promises: the pool aborts beyond it. With MOTE_UPDATE=1 some of the files become the fuzzer's corpus. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>
#undef fail /* ours is in base.h */

#ifdef MOTE_KERAS
#include "host/import/import.h"
#include "host/import/keras/hdf5.h"
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

        assert(path != NULL && g->n_weights < SETS_MAX);
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
    assert(path != NULL);
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
    for (int k = 0; good && i.model.graphs && k < g->n_wants; k++)
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

/* As Keras 2.15 on Windows names groups: "layers\lstm\cell/vars/0". */
static int check_backslashes(struct given *g)
{
    struct pool p = {0};
    bool good;

    if (strcmp(g->form, "h5") == 0)
        return 0;
    for (int i = 0; i < g->n_weights; i++) {
        char *path = pool_strdup(&p, g->weights[i].path);
        const char *vars = strstr(path, "/vars/");

        for (char *c = path; c < vars; c++)
            *c = *c == '/' && c > path ? '\\' : *c;
        g->weights[i].path = path;
    }
    good = run_case(&p, g, keras_of_case(&p, g));
    pool_free(&p);
    return !good;
}

/* Of all cases, or of those whose names begin so; gives their number. */
static int each_case(const char *prefix, int (*check)(struct given *g), int *bad)
{
    static const char path[] = MOTE_SOURCE_DIR "/tests/keras/layers.txt";
    struct pool p = {0};
    struct report_text report = {.status = MOTE_OK};
    const struct frame root = {.name = path, .index = -1, .sink = &report};
    struct given g = {.name = NULL};
    struct bytes file;
    char *rest, *one;
    int n = 0;

    assert_int_equal(file_read(&p, path, &file, &root), MOTE_OK);
    rest = pool_printf(&p, "%.*s\ncase ", (int)file.size, (const char *)file.data);
    while ((one = strtok_r(rest, "\n", &rest)) != NULL) {
        if (strncmp(one, "case ", 5) != 0 && *one != '#') {
            read_line(&p, &g, one);
        } else if (*one != '#') {
            if (g.name && strncmp(g.name, prefix, strlen(prefix)) == 0) {
                *bad += check(&g);
                n++;
            }
            g = (struct given){.name = one + 5};
        }
    }
    pool_free(&p);
    return n;
}

static void groups_may_have_backslashes(void **state)
{
    int bad = 0;

    (void)state;
    assert_true(each_case("", check_backslashes, &bad) > 20);
    assert_int_equal(bad, 0);
}

static void layers_compute_what_keras_does(void **state)
{
    int bad = 0;

    (void)state;
    assert_true(each_case("", check_case, &bad) > 100);
    assert_int_equal(bad, 0);
}

/* ---- cut off, and with every bit flipped ---- */
static enum mote_status import_exact(const uint8_t *data, size_t size)
{
    struct bytes file = {malloc(size ? size : 1), size};
    struct import i;

    if (size > 0)
        memcpy(file.data, data, size);
    import_as(&i, "m", file);
    pool_free(&i.pool);
    free(file.data);
    return i.status;
}

/* Whatever is wrong, it is said: no crash, no more memory. A sum of the statuses shows that some are read. */
static int break_case(struct given *g)
{
    struct pool p = {0};
    struct bytes file = strcmp(g->form, "h5") == 0 ? h5_of(&p, g) : keras_of_case(&p, g);
    int failed = 0;

    for (size_t n = 0; n < file.size; n += 1 + file.size / 128)
        failed += import_exact(file.data, n) != MOTE_OK;
    for (size_t i = 0; i < file.size; i += 1 + file.size / 512) {
        file.data[i] ^= (uint8_t)(1u << i % 8);
        failed += import_exact(file.data, file.size) != MOTE_OK;
        file.data[i] ^= (uint8_t)(1u << i % 8);
    }
    assert_true(failed > 100);
    pool_free(&p);
    return 0;
}

static void broken_files_are_errors(void **state)
{
    int bad = 0;

    (void)state;
    assert_int_equal(each_case("groups_layers", break_case, &bad) + each_case("conv2d_groups", break_case, &bad), 2);
}

/* ---- the fuzzer's corpus ---- */
static int write_corpus(struct given *g)
{
    struct pool p = {0};
    struct bytes file = strcmp(g->form, "h5") == 0 ? h5_of(&p, g) : keras_of_case(&p, g);
    const char *path = pool_printf(&p, MOTE_SOURCE_DIR "/tests/fuzz/corpus/fuzz_keras/%s.%s", g->name, g->form);
    struct report_text report = {.status = MOTE_OK};
    const struct frame root = {.name = path, .index = -1, .sink = &report};

    assert_int_equal(file_write(path, file.data, file.size, &root), MOTE_OK);
    pool_free(&p);
    return 0;
}

static void corpus(void **state)
{
    static const char *const names[] = {"dense_relu", "conv2d_groups",    "bidirectional_sum_seq", "model_in_a_model",
                                        "attention",  "groups_dependenc", "python_operators"};
    int bad = 0;

    (void)state;
    if (!getenv("MOTE_UPDATE"))
        skip();
    for (size_t i = 0; i < COUNT(names); i++)
        assert_int_equal(each_case(names[i], write_corpus, &bad), 1);
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

/* ---- HDF5 ---- */
enum { SAMPLE = 60 };

/* A data set of 10 x 6 numbers of this type, in pieces of 4 x 4 if it is to be packed. */
static void put_sample(hid_t file, const char *path, hid_t type, bool packed)
{
    const hsize_t dims[2] = {10, 6}, chunk[2] = {4, 4};
    hid_t space = H5Screate_simple(2, dims, NULL), how = H5Pcreate(H5P_DATASET_CREATE), set;
    float values[SAMPLE];

    for (int i = 0; i < SAMPLE; i++)
        values[i] = (float)(i - 20);
    if (packed) {
        H5Pset_chunk(how, 2, chunk);
        H5Pset_shuffle(how);
        H5Pset_deflate(how, 6);
        H5Pset_fletcher32(how);
    }
    set = H5Dcreate2(file, path, type, space, H5P_DEFAULT, how, H5P_DEFAULT);
    H5Dwrite(set, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
    H5Dclose(set);
    H5Pclose(how);
    H5Sclose(space);
}

static enum mote_status read_hdf5(struct pool *p, struct bytes file, struct hdf5 *out, struct report_text *report)
{
    const struct frame root = {.name = "f", .index = -1, .sink = report};

    *report = (struct report_text){.status = MOTE_OK};
    return hdf5_read(p, p->used + IMPORT_MEMORY(file.size), file, "skipped", out, &root);
}

static void want_sample(const struct hdf5 *h, const char *path)
{
    const struct hdf5_tensor *t = hdf5_tensor_of(h, path);

    assert_non_null(t);
    assert_int_equal(t->t.dims[0] * 100 + t->t.dims[1], 1006);
    for (int i = 0; i < SAMPLE; i++) {
        float value;

        memcpy(&value, t->t.data + (size_t)i * sizeof value, sizeof value);
        assert_true(value == (float)(i - 20));
    }
}

/* Whole and packed, of all kinds of numbers. */
static void numbers_of_all_types(void **state)
{
    const hid_t types[] = {H5T_IEEE_F32LE, H5T_IEEE_F32BE, H5T_IEEE_F64LE, H5T_IEEE_F64BE,
                           H5T_STD_I8LE,   H5T_STD_I16BE,  H5T_STD_I32LE,  H5T_STD_I64BE};
    struct report_text report;
    struct pool p = {0};
    hid_t file = made_begin();
    struct bytes bytes;
    struct hdf5 h;

    (void)state;
    for (size_t i = 0; i < COUNT(types); i++) {
        put_sample(file, pool_printf(&p, "whole%zu", i), types[i], false);
        put_sample(file, pool_printf(&p, "packed%zu", i), types[i], true);
    }
    bytes = made_end(&p, file);
    assert_int_equal(read_hdf5(&p, bytes, &h, &report), MOTE_OK);
    assert_int_equal(h.n_tensors, 2 * COUNT(types));
    for (size_t i = 0; i < COUNT(types); i++) {
        want_sample(&h, pool_printf(&p, "/whole%zu", i));
        want_sample(&h, pool_printf(&p, "/packed%zu", i));
    }
    pool_free(&p);
}

/* By a file: of the newer form H5Fget_file_image() changes a byte behind its checksum. */
static struct bytes of_file(struct pool *p, hid_t file, const char *path)
{
    struct report_text report = {.status = MOTE_OK};
    const struct frame root = {.name = path, .index = -1, .sink = &report};
    struct bytes bytes;

    H5Fclose(file);
    assert_int_equal(file_read(p, path, &bytes, &root), MOTE_OK);
    assert_int_equal(unlink(path), 0);
    return bytes;
}

/* Many entries make trees of groups that are not flat; of the newest form a few links are in the header. */
static void groups_large_and_new(void **state)
{
    char path[] = "/tmp/mote-keras-XXXXXX";
    struct report_text report;
    struct pool p = {0};
    struct bytes bytes;
    struct hdf5 h;

    (void)state;
    close(mkstemp(path));
    for (int newest = 0; newest < 2; newest++) {
        hid_t access = H5Pcreate(H5P_FILE_ACCESS), file;

        H5Pset_fapl_core(access, 4096, true);
        if (newest)
            H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_V18);
        file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, access);
        H5Pclose(access);
        for (int i = 0; i < (newest ? 6 : 600); i++)
            made_set(file, pool_printf(&p, "/g/s%d", i), 1, (int64_t[]){2}, (float[]){(float)i, 1});
        made_text(file, "/g", "said", "so");
        made_set(file, "/g/skipped/x", 1, (int64_t[]){2}, (float[]){1, 2});
        bytes = of_file(&p, file, path);
        assert_int_equal(read_hdf5(&p, bytes, &h, &report), MOTE_OK);
        assert_int_equal(h.n_tensors, newest ? 6 : 600);
        assert_non_null(hdf5_tensor_of(&h, "/g/s5"));
        assert_null(hdf5_tensor_of(&h, "/g/skipped/x"));
        assert_string_equal(hdf5_texts_of(&h, "/g", "said")->texts[0], "so");
    }
    pool_free(&p);
}

static void refuses(struct pool *p, hid_t file, enum mote_status status, const char *text)
{
    struct bytes bytes = made_end(p, file);
    struct report_text report;
    struct hdf5 h;

    assert_int_equal(read_hdf5(p, bytes, &h, &report), status);
    if (!strstr(report.text, text))
        print_error("'%s' does not say '%s'\n", report.text, text);
    assert_non_null(strstr(report.text, text));
}

/* A circle of links, other files, and what is larger than it looks. */
static void hostile_files(void **state)
{
    struct pool p = {0};
    hid_t file, space, how, set;

    (void)state;
    file = made_begin();
    H5Gclose(made_group(file, "/a/b"));
    H5Lcreate_hard(file, "/a", file, "/a/b/c", H5P_DEFAULT, H5P_DEFAULT);
    refuses(&p, file, MOTE_ERR_UNSUPPORTED, "groups more than 24 deep");
    file = made_begin();
    for (int i = 0; i < 20; i++) { /* 2^20 ways to the last one */
        H5Gclose(made_group(file, pool_printf(&p, "/g%d", i)));
        if (i > 0) {
            H5Lcreate_hard(file, pool_printf(&p, "/g%d", i), file, pool_printf(&p, "/g%d/a", i - 1), 0, 0);
            H5Lcreate_hard(file, pool_printf(&p, "/g%d", i), file, pool_printf(&p, "/g%d/b", i - 1), 0, 0);
        }
    }
    refuses(&p, file, MOTE_ERR_MEMORY, "");
    file = made_begin();
    H5Lcreate_soft("/x", file, "/soft", H5P_DEFAULT, H5P_DEFAULT);
    refuses(&p, file, MOTE_ERR_UNSUPPORTED, "'/soft' is a link to another name or file");
    file = made_begin();
    H5Lcreate_external("/etc/passwd", "/x", file, "/away", H5P_DEFAULT, H5P_DEFAULT);
    refuses(&p, file, MOTE_ERR_UNSUPPORTED, "'/away' is a link to another name or file");
    file = made_begin();
    how = H5Pcreate(H5P_DATASET_CREATE);
    space = H5Screate_simple(1, (hsize_t[]){4}, NULL);
    H5Pset_external(how, "/etc/passwd", 0, 16);
    H5Dclose(H5Dcreate2(file, "outside", H5T_IEEE_F32LE, space, H5P_DEFAULT, how, H5P_DEFAULT));
    refuses(&p, file, MOTE_ERR_UNSUPPORTED, "in another file");
    H5Sclose(space);
    H5Pclose(how);
    file = made_begin(); /* zeros, a thousandth of their size when they are packed */
    how = H5Pcreate(H5P_DATASET_CREATE);
    space = H5Screate_simple(2, (hsize_t[]){4096, 4096}, NULL);
    H5Pset_chunk(how, 2, (hsize_t[]){1024, 4096});
    H5Pset_deflate(how, 9);
    set = H5Dcreate2(file, "zeros", H5T_IEEE_F32LE, space, H5P_DEFAULT, how, H5P_DEFAULT);
    H5Dwrite(set, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, pool_alloc(&p, (size_t)4096 * 4096 * 4));
    H5Dclose(set);
    refuses(&p, file, MOTE_ERR_MEMORY, "take more than");
    H5Sclose(space);
    H5Pclose(how);
    pool_free(&p);
}

/* ---- models that are not read ---- */
static struct bytes h5_with(struct pool *p, const char *config)
{
    hid_t file = made_begin();

    made_text(file, "/", "model_config", config);
    return made_end(p, file);
}

#define X "{\"class_name\": \"InputLayer\", \"config\": {\"name\": \"x\", \"batch_input_shape\": [null, 4, 3]}}"

#define L(class, config) "{\"class_name\": \"" class "\", \"config\": {\"name\": \"l\"" config "}}"
#define MODEL(...)                                                                                                     \
    "{\"class_name\": \"Sequential\", \"config\": {\"name\": \"m\", \"layers\": [" X ", " __VA_ARGS__ "]}}"

static void what_is_missing_is_named(void **state)
{
    static const struct {
        const char *config;
        enum mote_status status;
        const char *text;
    } cases[] = {
        {"nothing", MOTE_ERR_FORMAT, "model_config, line 1"},
        {"{}", MOTE_ERR_FORMAT, "a layer without class_name or config"},
        {MODEL(L("Lambda", "")), MOTE_ERR_UNSUPPORTED, "layer l (Lambda): a Python function"},
        {MODEL(L("Lambda", ", \"function\": [\"4wEA\\u0000AA\"]")), MOTE_ERR_UNSUPPORTED, "layer l (Lambda): a Python"},
        {MODEL(L("Masking", "")), MOTE_ERR_UNSUPPORTED, "a mask, by which later layers leave out steps"},
        {MODEL(L("Conv2DD", "") ", " L("QDense", "")), MOTE_ERR_UNSUPPORTED,
         "it has Conv2D; layer l (QDense): a layer of QKeras"},
        {"{\"class_name\": \"Mine\", \"registered_name\": \"Custom>Mine\", \"config\": {}}", MOTE_ERR_UNSUPPORTED,
         "a subclassed model, Mine"},
        {MODEL("{\"class_name\": \"Mine\", \"registered_name\": \"Custom>Mine\", \"config\": {}}"),
         MOTE_ERR_UNSUPPORTED, "a class of the model's author"},
        {MODEL(L("Activation", ", \"activation\": \"rulu\"")), MOTE_ERR_UNSUPPORTED,
         "'rulu', which Mote does not have; it has relu"},
        {MODEL(L("Flatten", ", \"data_format\": 3")), MOTE_ERR_FORMAT, "layer l (Flatten): data_format is no word"},
        {MODEL(L("Reshape", ", \"target_shape\": [5, -1]")), MOTE_ERR_SHAPE, "12 elements do not fill the new shape"},
        {MODEL(L("Permute", ", \"dims\": [1, 1]")), MOTE_ERR_VALUE, "dims is no order of the dimensions"},
        {MODEL(L("MaxPooling1D", ", \"pool_size\": 5")), MOTE_ERR_SHAPE, "the window is larger than the padded input"},
        {MODEL(L("MaxPooling1D", ", \"pool_size\": 0")), MOTE_ERR_VALUE, "pool_size is 0"},
        {MODEL(L("Cropping1D", ", \"cropping\": [2, 2]")), MOTE_ERR_SHAPE, "nothing is left of dimension 1"},
        {MODEL(L("Softmax", ", \"axis\": 1e30")), MOTE_ERR_VALUE, "layer l (Softmax): axis"},
        {MODEL(L("Dense", ", \"units\": 2")), MOTE_ERR_FORMAT,
         "the file has 0 weights of it, its configuration wants 2"},
        {MODEL(L("TFOpLambda", ", \"function\": \"image.resize\"")), MOTE_ERR_UNSUPPORTED, "tf.image.resize"},
        {MODEL(L("TimeDistributed", "")), MOTE_ERR_FORMAT, "wraps nothing"},
        {"{\"class_name\": \"Sequential\", \"config\": {\"layers\": [" L("Flatten", "") "]}}", MOTE_ERR_SHAPE,
         "an input without a shape"},
        {"{\"class_name\": \"Model\", \"config\": {\"layers\": [" X "], \"input_layers\": [[\"x\", 0, 0]], "
         "\"output_layers\": [[\"y\", 0, 0]]}}",
         MOTE_ERR_FORMAT, "'y' is no layer of the model"},
    };
    struct pool p = {0};

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        says(h5_with(&p, cases[i].config), cases[i].status, cases[i].text);
    pool_free(&p);
}

static int check_other_shape(struct given *g)
{
    struct pool p = {0};
    struct given other = *g;
    char *config = pool_strdup(&p, g->config), *units = strstr(config, "\"units\": 2");

    assert_non_null(units);
    units[9] = '5';
    other.config = config;
    says(h5_of(&p, &other), MOTE_ERR_SHAPE, "layer l (Dense): its kernel is 3x2 in the file, not 3x5");
    pool_free(&p);
    return 0;
}

static void weights_of_other_shapes_are_refused(void **state)
{
    int bad = 0;

    (void)state;
    assert_int_equal(each_case("dense_relu", check_other_shape, &bad), 1);
}

/* Few bytes of configuration, of which the layers would take many times as many. */
static void large_lists_are_refused(void **state)
{
    struct pool p = {0};
    struct text config = {.pool = &p};

    (void)state;
    for (int i = 0; i < 14; i++) {
        text_add(&config, "{\"class_name\": \"Model\", \"config\": {\"layers\": [");
    }
    text_add(&config, "0");
    for (int i = 0; i < 14; i++) {
        for (int k = 0; k < 4000; k++)
            text_add(&config, ",0");
        text_add(&config, "]}}");
    }
    says(h5_with(&p, config.s), MOTE_ERR_FORMAT, "a layer without class_name or config");
    pool_free(&p);
}

/* A layer within a layer within a layer … */
static void deep_models_are_refused(void **state)
{
    struct pool p = {0};
    struct text config = {.pool = &p};

    (void)state;
    for (int i = 0; i < 40; i++)
        text_add(&config, "{\"class_name\": \"TimeDistributed\", \"config\": {\"layer\": ");
    text_add(&config, "{}");
    for (int i = 0; i < 40; i++)
        text_add(&config, "}}");
    says(h5_with(&p, config.s), MOTE_ERR_UNSUPPORTED, "more than 16 deep");
    pool_free(&p);
}

/* x is read by its own successor. */
static void circles_are_refused(void **state)
{
    static const char config[] = "{\"class_name\": \"Model\", \"config\": {\"layers\": [{\"class_name\": "
                                 "\"InputLayer\", \"name\": \"x\", \"config\": "
                                 "{\"name\": \"x\", \"batch_input_shape\": [null, 2]}, \"inbound_nodes\": []}, "
                                 "{\"class_name\": \"Add\", \"name\": "
                                 "\"a\", \"config\": {}, \"inbound_nodes\": [[[\"x\", 0, 0, {}], [\"a\", 0, 0, "
                                 "{}]]]}], \"input_layers\": [[\"x\", 0, "
                                 "0]], \"output_layers\": [[\"a\", 0, 0]]}}";
    struct pool p = {0};

    (void)state;
    says(h5_with(&p, config), MOTE_ERR_FORMAT, "layer 'a' is never called, or layers go in a circle");
    pool_free(&p);
}

/* The states of a stateful layer go on with the next inference; two halves are the whole. */
static int check_stateful(struct given *g)
{
    struct pool p = {0};
    struct given half = *g;
    char *config = pool_strdup(&p, g->config), *steps = strstr(config, "[null, 4, 3]"),
         *name = strstr(config, "\"units\"");
    struct report_text report = {.status = MOTE_OK};
    const struct frame root = {.name = g->name, .index = -1, .sink = &report};
    struct pipeline pipeline;
    struct runner r;
    float out[2];

    assert_non_null(steps);
    steps[7] = '2';
    half.config = pool_printf(&p, "%.*s\"stateful\": true, %s", (int)(name - config), config, name);
    assert_int_equal(pipeline_read(&p, "m.h5", h5_of(&p, &half), &pipeline, &root), MOTE_OK);
    assert_int_equal(pipeline_compile(&pipeline, &(struct pipeline_options){.passes = NULL}, &root), MOTE_OK);
    assert_int_equal(runner_open(&p, pipeline.image, &r, &root), MOTE_OK);
    mote_model_reset(&r.model);
    runner_run(&r, (const uint8_t *)g->inputs[0].values, (uint8_t *)out);
    runner_run(&r, (const uint8_t *)(g->inputs[0].values + 6), (uint8_t *)out);
    assert_true(is_near(g, &g->wants[0], out));
    pool_free(&p);
    return 0;
}

static void states_go_on(void **state)
{
    int bad = 0;

    (void)state;
    assert_int_equal(each_case("from_states_", check_stateful, &bad), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layers_compute_what_keras_does),
        cmocka_unit_test(groups_may_have_backslashes),
        cmocka_unit_test(broken_files_are_errors),
        cmocka_unit_test(corpus),
        cmocka_unit_test(what_is_no_model),
        cmocka_unit_test(numbers_of_all_types),
        cmocka_unit_test(groups_large_and_new),
        cmocka_unit_test(hostile_files),
        cmocka_unit_test(what_is_missing_is_named),
        cmocka_unit_test(weights_of_other_shapes_are_refused),
        cmocka_unit_test(large_lists_are_refused),
        cmocka_unit_test(deep_models_are_refused),
        cmocka_unit_test(circles_are_refused),
        cmocka_unit_test(states_go_on),
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
