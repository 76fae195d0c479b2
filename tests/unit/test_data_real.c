/* SPDX-License-Identifier: Apache-2.0 */
/* Real data sets: Debian's Fashion-MNIST, those of the shared folder, and the examples of docs/DATA.md. What is not
 * there is skipped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/data/files.h"
#include "tests/shared.h"

#define FASHION "/usr/share/datasets/fashion-mnist"

/* Skips the test where there is none (NULL: that has been said). */
static const char *want_path(const char *where)
{
    if (where != NULL && access(where, R_OK) == 0)
        return where;
    if (where != NULL)
        printf("SKIP: no %s: Debian's package dataset-fashion-mnist has it\n", where);
    skip();
    return NULL;
}

static void open_real(struct fixture *f, const char *where)
{
    want_ok(f, dataset_open(&f->pool, want_path(where), NULL, &f->data, &f->at));
}

static void want_classes(const struct dataset *d, enum split split, int32_t n)
{
    int32_t counts[10] = {0};

    for (int32_t i = 0; i < d->n_split[split]; i++)
        counts[d->labels[d->split[split][i]]]++;
    for (int c = 0; c < 10; c++)
        assert_int_equal(counts[c], n);
}

static void fashion_mnist(void **state)
{
    struct fixture *f = *state;
    struct dataset_range all;

    open_real(f, FASHION);
    want_splits(&f->data, 60000, 0, 10000);
    want_classes(&f->data, SPLIT_TRAIN, 6000);
    want_classes(&f->data, SPLIT_TEST, 1000);
    dataset_ranges(&f->pool, &f->data, NULL, 60000, 1, &all);
    assert_float_equal(all.mean / 255, 0.2860, 1e-4); /* as published with the set */
    assert_float_equal(all.std / 255, 0.3530, 1e-4);
}

static void mnist(void **state)
{
    struct fixture *f = *state;
    struct dataset_range all;

    open_real(f, shared_path(&f->pool, "data/mnist"));
    want_splits(&f->data, 60000, 0, 10000);
    assert_true(f->data.labels[0] == 5 && f->data.labels[60000] == 7);
    dataset_ranges(&f->pool, &f->data, NULL, 60000, 1, &all);
    assert_float_equal(all.mean / 255, 0.1307, 1e-4);
    assert_float_equal(all.std / 255, 0.3081, 1e-4);
}

static void cifar_in_its_archive(void **state)
{
    struct fixture *f = *state;

    open_real(f, shared_path(&f->pool, "data/cifar10/cifar10_images_jpg.tar.xz"));
    want_splits(&f->data, 50000, 0, 10000);
    want_classes(&f->data, SPLIT_TRAIN, 5000);
    assert_string_equal(f->data.classes[9], "truck");
    assert_int_equal(f->data.elements, 3072);
}

static void tables(void **state)
{
    struct fixture *f = *state;

    open_real(f, shared_path(&f->pool, "data/tabular/iris.csv"));
    assert_true(f->data.n == 150 && f->data.n_classes == 3 && f->data.elements == 4);
    open_real(f, shared_path(&f->pool, "data/tabular/wine_data.csv")); /* its first line names the classes */
    assert_true(f->data.n == 178 && f->data.n_classes == 3 && f->data.elements == 13);
    assert_string_equal(f->data.classes[0], "class_0");
}

/* ---- the examples ---- */
static void put_examples(struct fixture *f, const char *data)
{
    struct text csv = {.pool = &f->pool}, labels = {.pool = &f->pool};
    float *windows = pool_array(&f->pool, 20 * 128 * 3, sizeof *windows);

    for (int i = 0; i < 20; i++) {
        text_add(&csv, "%d,0.5,%d\n", 1 + i % 2, i);
        text_add(&labels, "%s\n", i % 2 == 0 ? "still" : "walking");
        for (int c = 0; c < 3; c++)
            put_png(f, pool_printf(&f->pool, "flowers/%s/%d.png", (const char *[]){"daisy", "rose", "tulip"}[c], i), 8,
                    9 + i, 3, i);
    }
    put(f, "ecg.csv", csv.s, csv.len);
    put(f, "labels.csv", labels.s, labels.len);
    put_npy(f, "windows.npy", "<f4", "(20, 128, 3)", windows, 20 * 128 * 3 * sizeof *windows);
    assert_int_equal(symlink(pool_printf(&f->pool, "%s/kws01", data), path(f, "kws01")), 0);
    assert_int_equal(symlink(pool_printf(&f->pool, "%s/vww", data), path(f, "vww")), 0);
    assert_int_equal(symlink(pool_printf(&f->pool, "%s/speech_commands", data), path(f, "speech_commands")), 0);
}

static void examples_open(void **state)
{
    struct fixture *f = *state;
    const char *data = want_path(shared_path(&f->pool, "data")), *next, *end;
    struct bytes page;
    int n = 0;

    want_path(FASHION);
    put_examples(f, data);
    assert_int_equal(file_read(&f->pool, MOTE_SOURCE_DIR "/docs/DATA.md", &page, &f->at), MOTE_OK);
    for (next = (const char *)page.data; (next = strstr(next, "```yaml\n")) != NULL; next = end, n++) {
        next += strlen("```yaml\n");
        end = strstr(next, "```\n");
        assert_non_null(end);
        put(f, "example.yaml", next, (size_t)(end - next));
        open_ok(f, "example.yaml");
        assert_true(f->data.n >= 20 && f->data.n_classes >= 2);
        end += strlen("```\n");
    }
    assert_int_equal(n, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(fashion_mnist), TEST(mnist), TEST(cifar_in_its_archive), TEST(tables), TEST(examples_open),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
