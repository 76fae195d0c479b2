/* SPDX-License-Identifier: Apache-2.0 */
/* Data sets of numbers: tables as text, and .npy arrays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/data/files.h"

static float real(const struct dataset *d, int sample, int element)
{
    float x;

    memcpy(&x, d->samples + ((int64_t)sample * d->elements + element) * 4, sizeof x);
    return x;
}

/* ---- tables ---- */
static void tables_open(void **state)
{
    static const char *const texts[] = {
        "1,2.5,cat\n-3,4e1,dog\n.5,6,cat\n",
        "a,b,what\r\n1,2.5,cat\r\n\r\n-3,4e1,dog\r\n.5,6,cat",
        "\xef\xbb\xbf\"a, b\" ,b,c\n1, 2.5 ,\"cat\"\n-3,4e1,dog\n.5,6,cat\n",
        "1;2.5;cat\n-3;4e1;dog\n.5;6;cat\n",
        "1\t2.5\tcat\n-3\t4e1\tdog\n.5\t6\tcat\n",
        "  1   2.5 cat\n -3 \t4e1 dog  \n .5 6   cat\n",
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(texts); i++) {
        struct dataset *d;

        put_text(f, "t.csv", texts[i]);
        d = open_ok(f, "t.csv");
        assert_true(d->n == 3 && d->n_classes == 2 && d->type == TYPE_F32 && d->rank == 1 && d->dims[0] == 2);
        assert_true(real(d, 0, 0) == 1 && real(d, 0, 1) == 2.5f && real(d, 1, 0) == -3 && real(d, 1, 1) == 40 &&
                    real(d, 2, 0) == .5f);
        assert_string_equal(d->classes[0], "cat");
        assert_true(d->labels[0] == 0 && d->labels[1] == 1 && d->labels[2] == 0);
        assert_int_equal(d->preprocess.n, 0);
    }
    put_gzip(f, "t.csv.gz", get(f, "t.csv"));
    assert_int_equal(open_ok(f, "t.csv.gz")->n, 3);
}

static void label_columns_are_chosen(void **state)
{
    struct fixture *f = *state;

    put_text(f, "t.csv", "what,x,y\n5,1,2\n1,3,4\n5,5,6\n");
    want_ok(f, open_yaml(f, "path: t.csv, label: what"));
    assert_true(f->data.n == 3 && f->data.n_classes == 2 && f->data.labels[0] == 1 && f->data.labels[1] == 0);
    assert_string_equal(f->data.classes[1], "5");
    assert_true(real(&f->data, 1, 0) == 3 && real(&f->data, 1, 1) == 4);
    want_ok(f, open_yaml(f, "path: t.csv, label: \"0\", classes: [a, b, c, d, e, f]"));
    assert_true(f->data.n_classes == 6 && f->data.labels[0] == 5);
    want_bad(f, "path: t.csv, label: \"0\", classes: [a, b]", MOTE_ERR_VALUE, "of a class \"5\"");
    want_bad(f, "path: t.csv, label: who", MOTE_ERR_VALUE, "there is no column \"who\"");
    want_bad(f, "path: t.csv, label: \"3\"", MOTE_ERR_VALUE, "a number from 0 to 2");
    want_bad(f, "path: t.csv, header: no, label: \"0\"", MOTE_ERR_VALUE, "line 1: column 1: \"x\" is no finite number");
    put_text(f, "t.csv", "1,2,0\n1,2,2\n");
    want_ok(f, open_yaml(f, "path: t.csv"));
    assert_int_equal(f->data.n_classes, 3); /* 0 to 2 are indices */
    want_ok(f, open_yaml(f, "path: t.csv, header: yes"));
    assert_int_equal(f->data.n, 1);
    put_text(f, "t.csv", "10,2\n9,2\n");
    want_ok(f, open_yaml(f, "path: t.csv, label: \"0\""));
    assert_string_equal(f->data.classes[0], "9"); /* in the order of numbers */
}

/* ---- labels that are numbers to predict ---- */
static void want_targets(struct fixture *f, int32_t n, float first, float last)
{
    const struct dataset *d = &f->data;

    assert_true(d->n == n && d->n_classes == 0 && d->labels == NULL && d->targets != NULL);
    assert_true(d->targets[0] == first && d->targets[n - 1] == last);
}

static const char *numbers(struct fixture *f, const char *form)
{
    struct text t = {.pool = &f->pool};

    for (int i = 1; i <= 65; i++) {
        text_add(&t, "%d,", i);
        text_add(&t, strcmp(form, "%d") == 0 ? "%d\n" : "%d.0\n", i);
    }
    return t.s;
}

static void labels_are_numbers_to_predict(void **state)
{
    static const float reals[] = {3, -1.5f, 2};
    static const int32_t wholes[] = {70000, -1, 2};
    struct fixture *f = *state;

    put_text(f, "t.csv", "x,y\n1,2\n3,-4.5e-1\n5,6\n");
    open_ok(f, "t.csv");
    want_targets(f, 3, 2, 6);
    want_ok(f, open_yaml(f, "path: t.csv, validation: 0.3, test: 0.3, split: stratified")); /* drawn at random */
    want_splits(&f->data, 1, 1, 1);
    want_ok(f, open_yaml(f, "path: t.csv, task: classification"));
    assert_true(f->data.n_classes == 3 && f->data.targets == NULL && f->data.labels[1] == 0);
    want_ok(f, open_yaml(f, "path: t.csv, label: x, task: regression"));
    want_targets(f, 3, 1, 5);
    put_text(f, "t.csv", "1,2.0\n1,1e0\n"); /* classes that a program wrote as reals */
    assert_true(open_ok(f, "t.csv")->n_classes == 2);
    put_text(f, "t.csv", numbers(f, "%d.0"));
    open_ok(f, "t.csv");
    want_targets(f, 65, 1, 65);
    put_text(f, "t.csv", numbers(f, "%d"));
    assert_true(open_ok(f, "t.csv")->n_classes == 65);
    put_npy(f, "x.npy", "<f4", "(3, 1)", reals, sizeof reals);
    put_npy(f, "y.npy", "<f4", "(3,)", reals, sizeof reals);
    put_npy(f, "i.npy", "<i4", "(3,)", wholes, sizeof wholes);
    want_ok(f, open_yaml(f, "path: x.npy, labels: y.npy, test_path: x.npy, test_labels: i.npy"));
    want_targets(f, 6, 3, 2);
    want_ok(f, open_yaml(f, "path: x.npy, labels: i.npy, task: regression"));
    want_targets(f, 3, 70000, 2);
    want_ok(f, open_yaml(f, "path: x.npy, labels: i.npy"));
    assert_true(f->data.n_classes == 3 && f->data.labels[1] == 0);
}

static void bad_numbers_to_predict_are_named(void **state)
{
    struct fixture *f = *state;

    put_text(f, "t.csv", "1,2\n3,many\n");
    put_text(f, "big.csv", "1,2\n3,1e39\n");
    put_npy(f, "x.npy", "|u1", "(2, 1)", "ab", 2);
    want_all_bad(f,
                 (const struct bad[]){
                     {"path: t.csv, task: regression", MOTE_ERR_VALUE,
                      "t.csv line 2: the label \"many\" is no finite number, which `task: regression` wants"},
                     {"path: big.csv, task: regression", MOTE_ERR_VALUE,
                      "big.csv line 2: the label 1e39 does not fit in a float32"},
                     {"path: big.csv, task: regression, classes: [a, b]", MOTE_ERR_VALUE,
                      "`task: regression` has numbers, not classes: leave `classes` out"},
                     {"path: x.npy, task: regression", MOTE_ERR_VALUE, "wants a table, or arrays with `labels`"},
                 },
                 4);
}

static void bad_tables_are_named(void **state)
{
    static const struct {
        const char *text;
        enum mote_status status;
        const char *part;
    } bad[] = {
        {"1,2,a\n1,b\n", MOTE_ERR_FORMAT, "spec: line 2: has 2 cells, the lines before it have 3"},
        {"1,2,a\n\n1,2,3,b\n", MOTE_ERR_FORMAT, "line 3: has 4 cells"},
        {"1,,a\n", MOTE_ERR_VALUE, "line 1: column 1: is empty"},
        {"x,y,z\n1,,a\n1,2,b\n", MOTE_ERR_VALUE, "line 2: column y: is empty"},
        {"1,nan,a\n", MOTE_ERR_VALUE, "\"nan\" is no finite number; correct it, or remove the line"},
        {"1,inf,a\n", MOTE_ERR_VALUE, "\"inf\" is no finite number"},
        {"1,1e40,a\n", MOTE_ERR_VALUE, "1e40 does not fit in a float32"},
        {"1,1e999,a\n", MOTE_ERR_VALUE, "no finite number"},
        {"1,0x10,a\n", MOTE_ERR_VALUE, "\"0x10\" is no finite number"},
        {"1,2 3,a\n", MOTE_ERR_VALUE, "\"2 3\" is no finite number"},
        {"1,2,a\n1,2,\n", MOTE_ERR_VALUE, "line 2: column 2: is empty, but it is the label"},
        {"1,\"2,a\n", MOTE_ERR_FORMAT, "line 1: a double quote is not closed"},
        {"1,2,a\n\"1\"23,2,a\n", MOTE_ERR_FORMAT, "line 2: \"23,2,a\" follows a quoted cell"},
        {"a\nb\n", MOTE_ERR_FORMAT, "one column"},
        {"", MOTE_ERR_FORMAT, "has no line with data"},
        {" \n\t\n", MOTE_ERR_FORMAT, "has no line with data"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(bad); i++) {
        put_text(f, "t.csv", bad[i].text);
        want_error(f, dataset_open(&f->pool, path(f, "t.csv"), NULL, &f->data, &f->at), bad[i].status, bad[i].part);
    }
    put_text(f, "t.csv", "1,2,a\n1,nan,a\n");
    want_bad(f, "path: t.csv", MOTE_ERR_VALUE, "spec: t.csv: line 2: column 1: \"nan\"");
    put(f, "t.csv", "1,2\0,a\n", 7);
    want_error(f, dataset_open(&f->pool, path(f, "t.csv"), NULL, &f->data, &f->at), MOTE_ERR_FORMAT,
               "is not a text file");
}

static void damaged_tables_end_well(void **state)
{
    static const char good[] = "a,\"b \"\"\",c\n1, 2 ,x\n3,4e0,y\n";
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof good - 1; i++)
        for (int byte = 0; byte < 256; byte += 5) {
            char damaged[sizeof good];

            memcpy(damaged, good, sizeof good);
            damaged[i] = (char)byte;
            put(f, "t.csv", damaged, sizeof good - 1);
            f->report.status = MOTE_OK;
            if (dataset_open(&f->pool, path(f, "t.csv"), NULL, &f->data, &f->at) == MOTE_OK)
                assert_in_range(f->data.n, 1, 5);
        }
}

/* ---- arrays ---- */
static void arrays_open(void **state)
{
    static const int16_t samples[] = {1, -2, 3, 4, 5, 600}, others[] = {7, 7, 8, 8, 9, 9};
    static const double reals[] = {0.5, -1e3};
    static const int64_t labels[] = {2, 0, 1};
    struct fixture *f = *state;
    float got[2];

    put_npy(f, "x.npy", "<i2", "(3, 2)", samples, sizeof samples);
    put_npy(f, "z.npy", "<i2", "(3, 2)", others, sizeof others);
    put_npy(f, "y.npy", "<i8", "(3,)", labels, sizeof labels);
    put_text(f, "y.csv", "what\nup\ndown\nup\n");
    open_ok(f, "x.npy");
    assert_true(f->data.n == 3 && f->data.type == TYPE_S16 && f->data.elements == 2 && f->data.labels == NULL);
    dataset_real(&f->data, 2, got);
    assert_true(got[0] == 5 && got[1] == 600);
    want_ok(f, open_yaml(f, "path: x.npy, labels: y.npy"));
    assert_true(f->data.n_classes == 3 && f->data.labels[0] == 2 && f->data.labels[2] == 1);
    want_ok(f, open_yaml(f, "path: x.npy, labels: y.csv, header: yes, test_path: z.npy, test_labels: y.csv"));
    assert_true(f->data.n == 6 && f->data.n_classes == 2 && f->data.labels[0] == 1 && f->data.labels[4] == 0);
    want_splits(&f->data, 3, 0, 3);
    assert_string_equal(dataset_place(&f->pool, &f->data, 4), "z.npy sample 1");
    put_npy(f, "d.npy", "<f8", "(2, 1)", reals, sizeof reals);
    dataset_real(open_ok(f, "d.npy"), 1, got);
    assert_true(f->data.type == TYPE_F32 && got[0] == -1000);
    put_npy(f, "p.npy", "|u1", "(1, 2, 2, 3)", "abcdefghijkl", 12);
    assert_string_equal(open_ok(f, "p.npy")->preprocess.channels, "rgb");
}

static void bad_arrays_are_named(void **state)
{
    static const float nan[] = {1, 2, NAN, 4}, labels[] = {0, NAN};
    struct fixture *f = *state;

    put_npy(f, "nan.npy", "<f4", "(2, 2)", nan, sizeof nan);
    put_npy(f, "y.npy", "<f4", "(2,)", labels, sizeof labels);
    put_npy(f, "half.npy", "<f2", "(2,)", nan, 4);
    put_npy(f, "turned.npy", ">f4", "(2,)", nan, 8);
    put_npy(f, "text.npy", "<U1", "(2,)", nan, 8);
    put_npy(f, "scalar.npy", "<f4", "()", nan, 4);
    put_npy(f, "none.npy", "<f4", "(0, 2)", nan, 0);
    put_npy(f, "cut.npy", "<f4", "(2, 2)", nan, 12);
    put_npy(f, "x.npy", "<f4", "(2, 1)", nan, 8);
    put_text(f, "one.csv", "a\n");
    want_all_bad(f,
                 (const struct bad[]){
                     {"path: nan.npy", MOTE_ERR_VALUE, "spec: nan.npy sample 1: element 0 is NaN or infinite"},
                     {"path: x.npy, labels: y.npy", MOTE_ERR_VALUE, "y.npy: sample 1: the label is nan"},
                     {"path: half.npy", MOTE_ERR_TYPE, "'<f2'"},
                     {"path: turned.npy", MOTE_ERR_TYPE, "'>f4'"},
                     {"path: text.npy", MOTE_ERR_TYPE, "'<U1'"},
                     {"path: scalar.npy", MOTE_ERR_SHAPE, "the array's shape is ()"},
                     {"path: none.npy", MOTE_ERR_SHAPE, "(0, 2)"},
                     {"path: cut.npy", MOTE_ERR_FORMAT, "is it cut off?"},
                     {"path: x.npy, labels: one.csv", MOTE_ERR_SHAPE, "one.csv: has 1 labels, x.npy has 2 samples"},
                     {"path: x.npy, labels: nan.npy", MOTE_ERR_SHAPE, "labels have the shape (2, 2)"},
                     {"path: x.npy, test_path: nan.npy", MOTE_ERR_SHAPE, "its samples have another type or shape"},
                 },
                 11);
}

/* Arrays of text, of UTF-32 and of bytes, name classes as words of a table do. */
static void text_names_classes(void **state)
{
    static const char utf32[] = "d\0\0\0o\0\0\0g\0\0\0\xe4\0\0\0\0\0\0\0\0\0\0\0d\0\0\0o\0\0\0g\0\0\0";
    static const float x[] = {1, 2, 3};
    struct fixture *f = *state;

    put_npy(f, "x.npy", "<f4", "(3, 1)", x, sizeof x);
    put_npy(f, "u.npy", "<U3", "(3,)", utf32, 36);
    put_npy(f, "s.npy", "|S3", "(3,)", "dog\xe4\0\0dog", 9);
    put_text(f, "u.yaml", "data: {path: x.npy, labels: u.npy}\n");
    put_text(f, "s.yaml", "data: {path: x.npy, labels: s.npy}\n");
    for (int i = 0; i < 2; i++) {
        want_ok(f, dataset_open(&f->pool, path(f, i == 0 ? "u.yaml" : "s.yaml"), NULL, &f->data, &f->at));
        assert_int_equal(f->data.n_classes, 2);
        assert_string_equal(f->data.classes[0], "dog");
        assert_string_equal(f->data.classes[1], "\xc3\xa4");
        assert_int_equal(f->data.labels[0], 0);
        assert_int_equal(f->data.labels[1], 1);
    }
}

/* What is missing in arrays and JSON is mended as in tables. */
static void gaps_of_recordings_are_mended(void **state)
{
    static const float x[] = {1, 2, NAN, 4, 5, 6}, mean[] = {1, 2, 3, 4, 5, 6}, number[] = {1, 2, -1, 4, 5, 6};
    struct fixture *f = *state;

    put_npy(f, "r/a/1.npy", "<f4", "(3, 2)", x, sizeof x);
    put_text(f, "r/b/2.json", "[[1, 2], [null, 4], [5, 6]]");
    put_text(f, "mean.yaml", "data: {path: r, missing: mean}\n");
    put_text(f, "number.yaml", "data: {path: r, missing: -1}\n");
    put_text(f, "drop.yaml", "data: {path: r, missing: drop}\n");
    want_ok(f, dataset_open(&f->pool, path(f, "mean.yaml"), NULL, &f->data, &f->at));
    assert_memory_equal(f->data.samples, mean, sizeof mean);
    assert_memory_equal(f->data.samples + sizeof mean, mean, sizeof mean);
    assert_non_null(strstr(f->data.notes, "2 gaps are filled (`missing: mean`)"));
    want_ok(f, dataset_open(&f->pool, path(f, "number.yaml"), NULL, &f->data, &f->at));
    assert_memory_equal(f->data.samples, number, sizeof number);
    want_ok(f, dataset_open(&f->pool, path(f, "drop.yaml"), NULL, &f->data, &f->at));
    assert_int_equal(f->data.dims[0], 2);
    assert_memory_equal(f->data.samples, ((const float[]){1, 2, 5, 6, 1, 2, 5, 6}), 32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(tables_open),
        TEST(label_columns_are_chosen),
        TEST(labels_are_numbers_to_predict),
        TEST(bad_numbers_to_predict_are_named),
        TEST(bad_tables_are_named),
        TEST(damaged_tables_end_well),
        TEST(arrays_open),
        TEST(bad_arrays_are_named),
        TEST(text_names_classes),
        TEST(gaps_of_recordings_are_mended),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
