/* SPDX-License-Identifier: Apache-2.0 */
/* host/data: lists (y_labels.csv), IDX, splits, reals, augmentation, a model's input; and a message with the place for
 * everything that can be wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "host/data/spec.h"
#include "tests/data/files.h"

/* ---- y_labels.csv ---- */
static void a_folder_opens(void **state)
{
    struct fixture *f = *state;
    struct dataset *d = &f->data;

    put_text(f, "y_labels.csv", "a.bin,12,7\nsub/b c.bin,12,0\r\n\n\nc.bin,12,11");
    put(f, "a.bin", "\0\1\2\3", 4);
    put(f, "sub/b c.bin", "abcd", 4);
    put(f, "c.bin", "ABCD", 4);
    d = open_ok(f, "");
    assert_int_equal(d->n, 3);
    assert_int_equal(d->n_classes, 12);
    assert_null(d->classes);
    assert_true(d->raw && d->type == TYPE_U8 && d->elements == 4 && d->rank == 1);
    assert_memory_equal(d->samples, "\0\1\2\3abcdABCD", 12);
    assert_true(d->labels[0] == 7 && d->labels[1] == 0 && d->labels[2] == 11);
    assert_string_equal(dataset_name(&f->pool, d, 1), "sub/b c.bin");
    assert_string_equal(dataset_place(&f->pool, d, 2), "y_labels.csv line 5");
    want_splits(d, 0, 0, 3);
    assert_false(d->splits);
    assert_int_equal(d->split[SPLIT_TEST][2], 2);
}

static void sizes_must_agree(void **state)
{
    struct fixture *f = *state;

    put_text(f, "y_labels.csv", "a.bin,2,1\nb.bin,2,0\n");
    put(f, "a.bin", "abcd", 4);
    want_bad(f, "path: .", MOTE_ERR_FILE, "spec: y_labels.csv line 2: cannot read ");
    put(f, "b.bin", "abc", 3);
    want_bad(f, "path: .", MOTE_ERR_SHAPE, "spec: y_labels.csv line 2: b.bin has 3 bytes, a.bin 4");
    put(f, "b.bin", "", 0);
    want_bad(f, "path: .", MOTE_ERR_SHAPE, "line 2: b.bin has 0 bytes");
    put(f, "a.bin", "", 0);
    want_bad(f, "path: .", MOTE_ERR_SHAPE, "line 1: has 0 bytes");
}

static void a_yaml_file_names_the_folder(void **state)
{
    struct fixture *f = *state;

    put_text(f, "data/y_labels.csv", "a.bin,2,1\n");
    put(f, "data/a.bin", "\x80\x7f\1\0", 4);
    want_ok(f, open_yaml(f, "kind: tensors, path: data, classes: [\"yes\", \"no\"]"));
    assert_int_equal(f->data.n, 1);
    assert_string_equal(f->data.classes[1], "no");
    want_ok(f, open_yaml(f, pool_printf(&f->pool, "path: %s", path(f, "data"))));
    assert_null(f->data.classes);
    assert_int_equal(chdir(f->folder), 0);
    want_ok(f, dataset_open(&f->pool, "spec.yaml", NULL, &f->data, &f->at)); /* no slash in its path */
    assert_int_equal(chdir("/"), 0);
}

static void tensors_have_a_type(void **state)
{
    struct fixture *f = *state;
    float reals[4];

    put_text(f, "y_labels.csv", "a.bin,2,1\n");
    put(f, "a.bin", "\x80\x7f\1\0", 4);
    want_ok(f, open_yaml(f, "path: ., type: s8, shape: [2, 2], scale: 0.5, zero_point: 1"));
    assert_true(!f->data.raw && f->data.type == TYPE_S8 && f->data.rank == 2 && f->data.dims[1] == 2);
    assert_string_equal(f->data.preprocess.kind, "values");
    dataset_real(&f->data, 0, reals);
    assert_true(reals[0] == -64.5f && reals[1] == 63 && reals[2] == 0 && reals[3] == -0.5f);
    want_ok(f, open_yaml(f, "path: ., type: s16"));
    assert_true(f->data.elements == 2);
    dataset_real(&f->data, 0, reals);
    assert_true(reals[0] == 0x7f80 && reals[1] == 1);
    want_ok(f, open_yaml(f, "path: ., type: f32"));
    want_all_bad(f,
                 (const struct bad[]){
                     {"path: ., type: s8, shape: [3, 2]", MOTE_ERR_SHAPE, "has 4 elements of s8, `shape` says 6"},
                     {"path: ., type: s8, shape: [0, 2]", MOTE_ERR_VALUE, "the dimension 0"},
                     {"path: ., type: s8, scale: 0", MOTE_ERR_VALUE, "scale is 0"},
                     {"path: ., scale: 1", MOTE_ERR_VALUE, "add `type: s8`"},
                     {"path: ., type: s9", MOTE_ERR_VALUE, "type is \"s9\": it must be u8, s8, s16 or f32"},
                 },
                 5);
    put(f, "a.bin", "\0\0\xc0\x7f", 4);
    want_bad(f, "path: ., type: f32", MOTE_ERR_VALUE, "y_labels.csv line 1: element 0 is NaN");
    put(f, "a.bin", "abc", 3);
    want_bad(f, "path: ., type: s16", MOTE_ERR_SHAPE, "line 1: has 3 bytes, which is no number of s16");
}

static void bad_lines_are_named(void **state)
{
    static const struct {
        const char *csv;
        enum mote_status status;
        const char *part;
    } bad[] = {
        {"a.bin,12,7\nb.bin,12\n", MOTE_ERR_FORMAT, "y_labels.csv line 2: has 2 fields; 3 are wanted"},
        {"a.bin,12,7,x\n", MOTE_ERR_FORMAT, "line 1: has 4 fields"},
        {"a.bin\n", MOTE_ERR_FORMAT, "line 1: has 1 fields"},
        {",12,7\n", MOTE_ERR_FORMAT, "line 1: the file's name is empty"},
        {"a.bin,12,12\n", MOTE_ERR_VALUE, "line 1: the label is \"12\"; a number from 0 to 11 is wanted"},
        {"a.bin,12,-1\n", MOTE_ERR_VALUE, "the label is \"-1\""},
        {"a.bin,12,\n", MOTE_ERR_VALUE, "the label is \"\""},
        {"a.bin,12,7x\n", MOTE_ERR_VALUE, "the label is \"7x\""},
        {"a.bin,12,99999999999999999999\n", MOTE_ERR_VALUE, "the label is"},
        {"a.bin,0,0\n", MOTE_ERR_VALUE, "the number of classes is \"0\"; a number from 1 to 65536 is wanted"},
        {"a.bin,65537,0\n", MOTE_ERR_VALUE, "the number of classes is \"65537\""},
        {"file,classes,label\n", MOTE_ERR_VALUE, "line 1: the number of classes is \"classes\""},
        {"a.bin,12,7\n\nb.bin,11,7\n", MOTE_ERR_VALUE,
         "line 3: says that there are 11 classes, the lines before it say 12"},
        {"", MOTE_ERR_FORMAT, "spec: y_labels.csv: names no file"},
        {"\n\r\n\n", MOTE_ERR_FORMAT, "names no file"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(bad); i++) {
        put_text(f, "y_labels.csv", bad[i].csv);
        want_error(f, dataset_open(&f->pool, f->folder, NULL, &f->data, &f->at), bad[i].status, bad[i].part);
    }
    put(f, "y_labels.csv", "a.bin\0,1,0\n", 11);
    want_error(f, dataset_open(&f->pool, f->folder, NULL, &f->data, &f->at), MOTE_ERR_FORMAT, "is not a text file");
}

static void bad_yaml_is_named(void **state)
{
    static const struct {
        const char *yaml;
        enum mote_status status;
        const char *part;
    } bad[] = {
        {"", MOTE_ERR_FORMAT, "is empty"},
        {"data: [", MOTE_ERR_VALUE, "line 2: is not YAML: "},
        {"data:\n  path: [a\nnetwork: x\n", MOTE_ERR_VALUE,
         "line 3: is not YAML: did not find expected ',' or ']' while parsing a flow sequence from line 2 on"},
        {"data:\n  path: a\n   kind: b\n", MOTE_ERR_VALUE, "line 3: is not YAML: mapping values are not allowed"},
        {"data: a\xff", MOTE_ERR_VALUE, "is not YAML: invalid leading UTF-8 octet at byte 7"},
        {"data:\n  kind: tensors\n", MOTE_ERR_VALUE, "line 2: data lacks the key \"path\""},
        {"data: 3\n", MOTE_ERR_VALUE, "line 1: data must have keys with values"},
        {"data: {kind: pictures, path: .}\n", MOTE_ERR_VALUE, "line 1: kind is \"pictures\": it must be idx, images, "},
        {"data:\n  kind: tensors\n  path: .\n  colour: red\n", MOTE_ERR_VALUE,
         "line 4: data has no key \"colour\"; it has kind, path, labels"},
        {"data: {path: .}\n\nnetwork: []\ntrainnig: {}\n", MOTE_ERR_VALUE,
         "line 4: the file has no key \"trainnig\": did "
         "you mean \"training\"?"},
        {"data: {kind: tensors, path: nowhere}\n", MOTE_ERR_FILE, "nowhere"},
        {"data: {kind: tensors, path: ., classes: [a, b, c]}\n", MOTE_ERR_VALUE, "names 3 classes"},
        {"data: {kind: tensors, path: ., classes: [a, a]}\n", MOTE_ERR_VALUE, "names \"a\" twice"},
        {"data: &x {kind: tensors, path: .}\nmore: *x\n", MOTE_ERR_VALUE, "line 2: has an alias"},
        {"data: {path: .}\n---\ndata: {path: a.bin}\n", MOTE_ERR_VALUE, "line 2: begins a second document"},
        {"data: {path: .}\n? [a]\n: 1\n", MOTE_ERR_VALUE, "line 2: a key must be a word"},
        {"data: {path: .}\nnetwork: {a: 1,\n  a: 2}\n", MOTE_ERR_VALUE,
         "line 3: the key \"a\" is there twice: it is in "
         "line 2"},
        {"data: {path: \"a\\0b\"}\n", MOTE_ERR_VALUE, "line 1: a word has a NUL in it"},
        {"# data: {path: .}\n", MOTE_ERR_VALUE, "has nothing but comments"},
    };
    struct fixture *f = *state;

    put_text(f, "y_labels.csv", "a.bin,2,1\n");
    put_text(f, "a.bin", "x");
    for (size_t i = 0; i < COUNT(bad); i++) {
        put_text(f, "spec.yaml", bad[i].yaml);
        want_error(f, dataset_open(&f->pool, path(f, "spec.yaml"), NULL, &f->data, &f->at), bad[i].status, bad[i].part);
    }
    want_error(f, dataset_open(&f->pool, path(f, "none"), NULL, &f->data, &f->at), MOTE_ERR_FILE, "cannot read ");
}

/* Keys of another kind of data, that would be ignored, and numbers that would be read in part. */
static void keys_that_do_nothing_are_refused(void **state)
{
    static const struct bad bad[] = {
        {"path: t.csv, labels: class", MOTE_ERR_VALUE, "line 1: there is no file class; a column"},
        {"path: t.csv, test_labels: class", MOTE_ERR_VALUE, "t.csv is of kind table: leave it out"},
        {"path: t.csv,\n  channels: rgb", MOTE_ERR_VALUE, "line 2: the key \"channels\" is for images"},
        {"path: t.csv, size: [8, 8]", MOTE_ERR_VALUE, "leave it out"},
        {"path: t.csv, type: f32", MOTE_ERR_VALUE, "\"type\" is for tensors"},
        {"path: t.csv, test_path: t.csv", MOTE_ERR_VALUE, "\"test_path\""},
        {"path: x.npy, label: t.csv", MOTE_ERR_VALUE, "is of kind arrays: did you mean \"labels\"?"},
        {"path: x.idx, group: who", MOTE_ERR_VALUE, "\"group\" is for images, tensors, table, arrays"},
        {"path: x.idx, task: regression", MOTE_ERR_VALUE, "\"task\" is for table, arrays"},
        {"path: ., size: [8, 8]", MOTE_ERR_VALUE, "is of kind tensors"},
        {"path: ., kind: images, type: u8", MOTE_ERR_VALUE, "is of kind images"},
        {"path: t.csv, zero_point: 3", MOTE_ERR_VALUE, "zero_point is 3, but there is no scale"},
        {"path: t.csv, seed: 2.5", MOTE_ERR_VALUE, "seed is \"2.5\": it must be a whole number from 0"},
        {"path: t.csv, seed: 1k", MOTE_ERR_VALUE, "seed is \"1k\""},
        {"path: t.csv, seed: -1", MOTE_ERR_VALUE, "seed is \"-1\""},
        {"path: t.csv, seed: 010", MOTE_ERR_VALUE, "seed is \"010\""},
        {"path: t.csv, seed: 18446744073709551616", MOTE_ERR_VALUE, "from 0 to 18446744073709551615"},
        {"path: t.csv, augment: {shift: 2147483648}", MOTE_ERR_VALUE, "from -2147483648 to 2147483647"},
        {"path: ., kind: images, size: [8, 8.5]", MOTE_ERR_VALUE, "size is \"8.5\""},
        {"path: t.csv, validation: 0.2x", MOTE_ERR_VALUE, "validation is \"0.2x\": it must be a number"},
        {"path: t.csv, lable: 1", MOTE_ERR_VALUE, "line 1: data has no key \"lable\": did you mean \"label\"?"},
        {"path: t.csv, augment: {nosie: 1}", MOTE_ERR_VALUE, "augment has no key \"nosie\": did you mean \"noise\"?"},
        {"path: t.csv,\n  label: 1,\n  label: 0", MOTE_ERR_VALUE, "line 3: the key \"label\" is there twice"},
    };
    struct fixture *f = *state;

    put_text(f, "y_labels.csv", "a.bin,2,1\n");
    put_text(f, "a.bin", "x");
    put_text(f, "t.csv", "a,class\n1,x\n2,y\n");
    put_text(f, "x.npy", "");
    put_text(f, "x.idx", "");
    want_all_bad(f, bad, COUNT(bad));
    want_ok(f, open_yaml(f, "path: t.csv, label: 1, seed: 0x10, split: random, validation: 5e-1"));
}

/* Where --data says that a recipe's data are elsewhere, the recipe is still what has to be corrected. */
static void wrong_values_are_where_they_stand(void **state)
{
    static const struct {
        const char *section, *data, *message;
    } bad[] = {
        {"path: x.csv,\n  test: 1", "t.csv", "line 2: test is 1; a fraction"},
        {"path: x.csv,\n  validation: 0.5, test: 0.5", "t.csv", "line 2: validation and test leave nothing"},
        {"path: x.csv,\n  label: size", "t.csv",
         "line 2: t.csv: there is no column \"size\"; a name in the first line"},
        {"path: x.csv,\n  group: who", "t.csv", "line 2: t.csv: there is no column \"who\""},
        {"path: x.csv,\n  size: [8, 8]", "t.csv", "line 2: the key \"size\" is for images, but t.csv is of kind table"},
        {"path: x.csv,\n  mean: [1], std: [0]", "t.csv", "line 2: mean 1, std 0: both must be finite"},
        {"path: x.csv,\n  mean: [1, 2], std: [1, 1]", "t.csv", "line 2: 2 values of mean; one is wanted"},
        {"path: x.csv,\n  mean: [1, 2], std: [1]", "t.csv", "line 2: 2 values of mean, 1 of std"},
        {"path: x.csv, normalize: auto,\n  scale: 2", "t.csv", "line 2: mean and std, scale, normalize: only one"},
        {"path: x.csv,\n  scale: 0", "t.csv", "line 2: scale is 0; a number above 0"},
        {"path: x.csv,\n  zero_point: 1", "t.csv", "line 2: zero_point is 1, but there is no scale"},
        {"path: x.csv,\n  augment: {noise: -1}", "t.csv", "line 2: augment: noise is -1"},
        {"path: x.csv,\n  augment: {shift: 1}", "t.csv", "line 2: augment: shift and flip are for samples"},
        {"path: x.csv,\n  classes: [x, x]", "t.csv", "line 2: classes names \"x\" twice"},
        {"path: x.csv,\n  task: regression, classes: [x]", "t.csv", "line 2: `task: regression` has numbers"},
        {"path: x.csv, test: 0.1,\n  lists: {train: a.txt}", "t.csv", "line 2: has lists and fractions"},
        {"path: x.csv, lists: {train: none.txt}", "t.csv", "cannot read none.txt"},
        {"path: x.csv, lists: {train: lines.txt}", "t.csv", "lines.txt: line 1: there is no sample \"9\""},
        {"path: x, type: u8,\n  shape: [0]", ".", "line 2: shape has the dimension 0"},
        {"path: x,\n  normalize: auto", ".", "line 2: the bytes' type is not known"},
    };
    struct fixture *f = *state;

    put_text(f, "y_labels.csv", "a.bin,2,1\n");
    put_text(f, "a.bin", "x");
    put_text(f, "t.csv", "a,class\n1,x\n2,y\n");
    put_text(f, "lines.txt", "9\n");
    assert_int_equal(chdir(f->folder), 0);
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct frame at = {.name = bad[i].data, .index = -1, .sink = &f->report};
        const struct data_section *section;

        put_text(f, "recipe.yaml", pool_printf(&f->pool, "data: {%s}\n", bad[i].section));
        want_ok(f, data_section_read(&f->pool, "recipe.yaml", &section, &f->at));
        f->report = (struct report_text){.status = MOTE_OK};
        assert_int_not_equal(dataset_open_moved(&f->pool, section, bad[i].data, "recipe.yaml", NULL, &f->data, &at),
                             MOTE_OK);
        if (strstr(f->report.text, pool_printf(&f->pool, "recipe.yaml: %s", bad[i].message)) != f->report.text)
            fail_msg("\"%s\" is not at recipe.yaml: %s", f->report.text, bad[i].message);
    }
    assert_int_equal(chdir("/"), 0);
}

/* However deep it is: libyaml takes as long as depth times size. */
static void deep_yaml_is_refused(void **state)
{
    struct fixture *f = *state;
    char *deep = pool_alloc(&f->pool, 65001);

    memset(deep, '[', 65000);
    memcpy(deep, "data: {path: .}\nnetwork: ", 25);
    put_text(f, "spec.yaml", deep);
    want_error(f, dataset_open(&f->pool, path(f, "spec.yaml"), NULL, &f->data, &f->at), MOTE_ERR_VALUE,
               "line 2: is nested deeper than 32");
}

/* Any bytes give data or an error: every prefix of a good file, and every byte of it changed. */
static size_t open_damaged(struct fixture *f, const char *name, const char *spec, const void *good, size_t size)
{
    uint8_t *damaged = pool_alloc(&f->pool, size);
    size_t opened = 0;

    for (size_t i = 0; i < 2 * size; i++) {
        memcpy(damaged, good, size);
        if (i >= size)
            damaged[i - size] ^= 0x15;
        put(f, name, damaged, i < size ? i : size);
        f->report.status = MOTE_OK;
        if (dataset_open(&f->pool, path(f, spec), NULL, &f->data, &f->at) != MOTE_OK)
            continue;
        opened++;
        for (int32_t k = 0; k < f->data.n && f->data.labels != NULL; k++)
            assert_in_range(f->data.labels[k], 0, f->data.n_classes - 1);
    }
    return opened;
}

static void damaged_files_end_well(void **state)
{
    static const char csv[] = "a.bin,12,7\nb.bin,12,0\n",
                      yaml[] = "data:\n  kind: tensors\n  path: .\n  classes: [a, b]\n";
    struct fixture *f = *state;

    put_text(f, "a.bin", "x");
    put_text(f, "b.bin", "y");
    assert_in_range(open_damaged(f, "y_labels.csv", "", csv, strlen(csv)), 1, 2 * strlen(csv));
    put_text(f, "y_labels.csv", "a.bin,2,1\n");
    assert_in_range(open_damaged(f, "spec.yaml", "spec.yaml", yaml, strlen(yaml)), 1, 2 * strlen(yaml));
}

/* ---- IDX ---- */
static void put_mnist(struct fixture *f, const char *folder, int train, int test)
{
    const char *base = pool_printf(&f->pool, "%s/", folder);
    struct bytes images = idx_of(f, (int32_t[]){train, 2, 3}, 3, 0), labels = idx_of(f, (int32_t[]){train}, 1, 0);

    put(f, pool_printf(&f->pool, "%strain-images-idx3-ubyte", base), images.data, images.size);
    put_gzip(f, pool_printf(&f->pool, "%strain-labels-idx1-ubyte.gz", base), labels);
    put_gzip(f, pool_printf(&f->pool, "%st10k-images.idx3-ubyte.gz", base), idx_of(f, (int32_t[]){test, 2, 3}, 3, 100));
    labels = idx_of(f, (int32_t[]){test}, 1, 0);
    put(f, pool_printf(&f->pool, "%st10k-labels.idx1-ubyte", base), labels.data, labels.size);
}

static void idx_opens(void **state)
{
    struct fixture *f = *state;
    struct dataset *d;
    float reals[6];

    put_mnist(f, "m", 4, 2);
    d = open_ok(f, "m");
    assert_true(d->n == 6 && d->n_classes == 4 && d->rank == 3 && d->dims[0] == 2 && d->dims[1] == 3 &&
                d->dims[2] == 1);
    assert_string_equal(d->preprocess.channels, "gray");
    want_splits(d, 4, 0, 2);
    assert_true(d->samples[7] == 7 && d->samples[24] == 100 && d->labels[3] == 3 && d->labels[5] == 1);
    dataset_real(d, 4, reals);
    assert_float_equal(reals[5], 105.0 / 255, 1e-7);
    assert_string_equal(dataset_place(&f->pool, d, 5), "t10k-images.idx3-ubyte.gz sample 1");
    assert_string_equal(dataset_name(&f->pool, d, 0), "train-images-idx3-ubyte:0");
    want_ok(f, open_yaml(
                   f, "path: m/train-images-idx3-ubyte, labels: m/train-labels-idx1-ubyte.gz, classes: [a, b, c, d]"));
    want_splits(&f->data, 0, 0, 4);
    assert_string_equal(f->data.classes[3], "d");
    want_ok(f, open_yaml(f, "path: m/train-images-idx3-ubyte"));
    assert_true(f->data.labels == NULL && f->data.n_classes == 0);
    want_ok(f, open_yaml(f, "path: m/train-images-idx3-ubyte, labels: m/train-labels-idx1-ubyte.gz, "
                            "test_path: m/t10k-images.idx3-ubyte.gz, test_labels: m/t10k-labels.idx1-ubyte"));
    want_splits(&f->data, 4, 0, 2);
}

static void wide_idx_is_turned(void **state)
{
    static const uint8_t s16[] = {0, 0, 0x0b, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0x01, 0x02, 0xff, 0xfe},
                         f32[] = {0, 0, 0x0d, 1, 0, 0, 0, 1, 0x3f, 0x80, 0, 0};
    struct fixture *f = *state;
    float reals[2];

    put(f, "x.idx", s16, sizeof s16);
    dataset_real(open_ok(f, "x.idx"), 0, reals);
    assert_true(f->data.type == TYPE_S16 && reals[0] == 0x102 && reals[1] == -2);
    put(f, "x.idx", f32, sizeof f32);
    dataset_real(open_ok(f, "x.idx"), 0, reals);
    assert_true(f->data.type == TYPE_F32 && f->data.elements == 1 && reals[0] == 1);
}

static void bad_idx_is_named(void **state)
{
    static const struct {
        const char *bytes;
        size_t size;
        enum mote_status status;
        const char *part;
    } bad[] = {
        {"", 0, MOTE_ERR_FORMAT, "is not an IDX file"},
        {"\0\1\x08\1\0\0\0\1x", 9, MOTE_ERR_FORMAT, "is not an IDX file"},
        {"\0\0\x0e\1\0\0\0\1x", 9, MOTE_ERR_TYPE, "type 0x0e"},
        {"\0\0\x0c\1\0\0\0\1\0\0\0\0", 12, MOTE_ERR_TYPE, "samples are 8 or 16 bits"},
        {"\0\0\x08\0x", 5, MOTE_ERR_FORMAT, "0 dimensions"},
        {"\0\0\x08\x09x", 5, MOTE_ERR_FORMAT, "9 dimensions"},
        {"\0\0\x08\2\0\0\0\1", 8, MOTE_ERR_FORMAT, "cut off"},
        {"\0\0\x08\1\0\0\0\2x", 9, MOTE_ERR_FORMAT, "holds 1 bytes of data, its head says 2"},
        {"\0\0\x08\1\0\0\0\0", 8, MOTE_ERR_SHAPE, "the dimension 0"},
        {"\0\0\x08\2\xff\xff\xff\xff\xff\xff\xff\xff", 12, MOTE_ERR_SHAPE, "the dimension 4294967295"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(bad); i++) {
        put(f, "x.idx", bad[i].bytes, bad[i].size);
        want_error(f, dataset_open(&f->pool, path(f, "x.idx"), NULL, &f->data, &f->at), bad[i].status, bad[i].part);
    }
}

static void idx_parts_must_agree(void **state)
{
    struct fixture *f = *state;
    struct bytes labels = idx_of(f, (int32_t[]){3}, 1, 0), flat = idx_of(f, (int32_t[]){2, 6}, 2, 0);
    struct bytes packed;

    put_mnist(f, "m", 4, 2);
    put_gzip(f, "m/train-labels-idx1-ubyte.gz", labels);
    want_bad(f, "path: m", MOTE_ERR_SHAPE, "train-labels-idx1-ubyte.gz: has 3 labels, train-images-idx3-ubyte has 4");
    put_mnist(f, "m", 4, 2);
    put_gzip(f, "m/t10k-images.idx3-ubyte.gz", flat);
    want_bad(f, "path: m", MOTE_ERR_SHAPE, "t10k-images.idx3-ubyte.gz: its samples have another type or shape");
    put_mnist(f, "m", 4, 2);
    want_bad(f, "path: m, classes: [a, b, c]", MOTE_ERR_VALUE, "names 3 classes");
    unlink(path(f, "m/t10k-labels.idx1-ubyte"));
    want_bad(f, "path: m", MOTE_ERR_VALUE, "one part has labels");
    packed = get(f, "m/train-labels-idx1-ubyte.gz");
    packed.data[packed.size - 6] ^= 1; /* the checksum */
    put(f, "m/train-labels-idx1-ubyte.gz", packed.data, packed.size);
    want_bad(f, "path: m", MOTE_ERR_FORMAT, "train-labels-idx1-ubyte.gz: the gzip file is damaged");
}

static void damaged_idx_ends_well(void **state)
{
    struct fixture *f = *state;
    struct bytes good = idx_of(f, (int32_t[]){3, 2, 2}, 3, 0), packed;

    put_gzip(f, "x.gz", good);
    packed = get(f, "x.gz");
    assert_in_range(open_damaged(f, "x.idx", "x.idx", good.data, good.size), 1, good.size);
    open_damaged(f, "x-ubyte.gz", "x-ubyte.gz", packed.data, packed.size);
}

/* ---- splits ---- */
/* A table of `n` lines, every third of the class "c", the others "a" and "b" in turn. */
static void put_lines(struct fixture *f, int n)
{
    struct text t = {.pool = &f->pool};

    for (int i = 0; i < n; i++)
        text_add(&t, "%d,%c\n", i, "abc"[i % 3]);
    put(f, "t.csv", t.s, t.len);
}

static void fractions_are_drawn(void **state)
{
    struct fixture *f = *state;
    struct dataset first;
    int seen[60] = {0}, per_class[SPLIT_COUNT][3] = {{0}};

    put_lines(f, 60);
    want_ok(f, open_yaml(f, "path: t.csv, validation: 0.1, test: 0.2, seed: 7"));
    want_splits(&f->data, 42, 6, 12);
    assert_true(f->data.splits);
    for (int s = 0; s < SPLIT_COUNT; s++)
        for (int32_t i = 0; i < f->data.n_split[s]; i++) {
            seen[f->data.split[s][i]]++;
            per_class[s][f->data.labels[f->data.split[s][i]]]++;
            assert_true(i == 0 || f->data.split[s][i - 1] < f->data.split[s][i]);
        }
    for (int i = 0; i < 60; i++)
        assert_int_equal(seen[i], 1);
    for (int c = 0; c < 3; c++)
        assert_true(per_class[SPLIT_TRAIN][c] == 14 && per_class[SPLIT_VALIDATION][c] == 2 &&
                    per_class[SPLIT_TEST][c] == 4);
    first = f->data;
    want_ok(f, open_yaml(f, "path: t.csv, validation: 0.1, test: 0.2, seed: 7"));
    assert_memory_equal(first.split[SPLIT_TEST], f->data.split[SPLIT_TEST], 12 * sizeof(int32_t));
    want_ok(f, open_yaml(f, "path: t.csv, validation: 0.1, test: 0.2, seed: 8"));
    assert_memory_not_equal(first.split[SPLIT_TEST], f->data.split[SPLIT_TEST], 12 * sizeof(int32_t));
    want_ok(f, open_yaml(f, "path: t.csv, validation: 0.25, split: random"));
    want_splits(&f->data, 45, 15, 0);
}

static void given_parts_stay(void **state)
{
    struct fixture *f = *state;

    put_mnist(f, "m", 100, 2);
    want_ok(f, open_yaml(f, "path: m, validation: 0.1, split: random"));
    want_splits(&f->data, 90, 10, 2);
    assert_int_equal(f->data.split[SPLIT_TEST][0], 100);
    want_bad(f, "path: m, test: 0.1, split: random", MOTE_ERR_VALUE, "the files have a test part");
}

static void lists_name_samples(void **state)
{
    struct fixture *f = *state;

    put_text(f, "y_labels.csv", "a.bin,2,1\nb.bin,2,0\n0,2,1\n");
    put_text(f, "a.bin", "x");
    put_text(f, "b.bin", "y");
    put_text(f, "0", "z");
    put_text(f, "train.txt", "b.bin\r\n\n0\n");
    put_text(f, "test.txt", "0000\n");
    want_ok(f, open_yaml(f, "path: ., lists: {train: train.txt, test: test.txt}"));
    want_splits(&f->data, 2, 0, 1);
    assert_true(f->data.split[SPLIT_TRAIN][0] == 1 && f->data.split[SPLIT_TRAIN][1] == 2); /* a name before an index */
    assert_true(f->data.split[SPLIT_TEST][0] == 0);
    put_text(f, "test.txt", "c.bin\n");
    want_bad(f, "path: ., lists: {train: train.txt, test: test.txt}", MOTE_ERR_VALUE,
             "test.txt: line 1: there is no sample \"c.bin\"");
    put_text(f, "test.txt", "a.bin\nb.bin\n");
    want_bad(f, "path: ., lists: {train: train.txt, test: test.txt}", MOTE_ERR_VALUE,
             "test.txt: line 2: the sample \"b.bin\" is listed already");
    put(f, "test.txt", "a.bin\n\0b.bin\n", 13);
    want_bad(f, "path: ., lists: {train: train.txt, test: test.txt}", MOTE_ERR_FORMAT, "test.txt is not a text file");
    want_bad(f, "path: ., test: 0.2, lists: {train: train.txt}", MOTE_ERR_VALUE, "lists and fractions");
    want_bad(f, "path: ., lists: {train: none.txt}", MOTE_ERR_FILE, "none.txt");
}

static void bad_fractions_are_named(void **state)
{
    struct fixture *f = *state;

    put_text(f, "t.csv", "1,a\n2,a\n3,a\n4,b\n");
    want_all_bad(f,
                 (const struct bad[]){
                     {"path: t.csv, validation: 1.5", MOTE_ERR_VALUE, "validation is 1.5; a fraction"},
                     {"path: t.csv, test: -0.1", MOTE_ERR_VALUE, "test is -0.1"},
                     {"path: t.csv, test: .nan", MOTE_ERR_VALUE, "test is \".nan\": it must be a number"},
                     {"path: t.csv, test: 0.5, validation: 0.5", MOTE_ERR_VALUE, "leave nothing for training"},
                     {"path: t.csv, test: 0.2", MOTE_ERR_VALUE, "class \"b\" has 1 sample, too few for 2 splits"},
                 },
                 5);
    want_ok(f, open_yaml(f, "path: t.csv, test: 0.2, split: random"));
    want_splits(&f->data, 3, 0, 1);
}

/* ---- reals ---- */
static void reals_are_normalized(void **state)
{
    struct fixture *f = *state;
    float reals[6];

    put_text(f, "t.csv", "x,y,what\n1,10,a\n2,10,a\n3,10,b\n4,10,b\n");
    want_ok(f, open_yaml(f, "path: t.csv, mean: [1, 10], std: [2, 5]"));
    dataset_real(&f->data, 2, reals);
    assert_true(reals[0] == 1 && reals[1] == 0);
    want_ok(f, open_yaml(f, "path: t.csv, normalize: auto"));
    assert_int_equal(f->data.preprocess.n, 2);
    assert_float_equal(f->data.preprocess.mean[0], 2.5, 1e-6);
    assert_float_equal(f->data.preprocess.std[0], sqrt(1.25), 1e-6);
    assert_true(f->data.preprocess.std[1] == 1); /* constant */
    put_mnist(f, "m", 4, 2);
    want_ok(f, open_yaml(f, "path: m, normalize: auto")); /* of the samples for training: 0 to 23 */
    assert_float_equal(f->data.preprocess.mean[0], 11.5, 1e-6);
    want_ok(f, open_yaml(f, "path: m, normalize: none"));
    dataset_real(&f->data, 1, reals);
    assert_true(reals[0] == 6 && f->data.preprocess.n == 0);
    want_all_bad(f,
                 (const struct bad[]){
                     {"path: t.csv, mean: [1]", MOTE_ERR_VALUE, "1 values of mean, 0 of std"},
                     {"path: t.csv, mean: [1, 2, 3], std: [1, 2, 3]", MOTE_ERR_VALUE, "one for each of 2 channels"},
                     {"path: t.csv, mean: [1], std: [0]", MOTE_ERR_VALUE, "std above 0"},
                     {"path: t.csv, mean: [1], std: [1], normalize: auto", MOTE_ERR_VALUE, "only one can say"},
                 },
                 4);
}

static void shifted_pictures_keep_their_pixels(void **state)
{
    struct fixture *f = *state;
    float plain[600], moved[600];
    int zeros = 0, whole = 0;

    put(f, "x.idx", idx_of(f, (int32_t[]){2, 10, 10, 3}, 4, 1).data, 4 + 16 + 600);
    want_ok(f, open_yaml(f, "path: x.idx, normalize: none, augment: {shift: 2}"));
    dataset_real(&f->data, 1, plain);
    for (int32_t epoch = 0; epoch < 200; epoch++) {
        int best = 0;

        dataset_augmented(&f->data, 1, 5, epoch, moved);
        for (int dy = -2; dy <= 2; dy++)
            for (int dx = -2; dx <= 2; dx++) {
                int same = 0;

                for (int y = 0; y < 10; y++)
                    for (int x = 0; x < 30; x++) {
                        int from_y = y - dy, from_x = x - 3 * dx;
                        bool inside = from_y >= 0 && from_y < 10 && from_x >= 0 && from_x < 30;

                        same += moved[y * 30 + x] == (inside ? plain[from_y * 30 + from_x] : 0);
                    }
                best += same == 300;
            }
        assert_int_equal(best, 1);
        zeros += moved[0] == 0;
        whole += memcmp(moved, plain, 300 * sizeof *plain) == 0;
    }
    assert_in_range(zeros, 80, 180); /* 16 of 25 move something into the first pixel */
    assert_in_range(whole, 1, 30);
}

static void flips_are_every_other(void **state)
{
    struct fixture *f = *state;
    float plain[6], got[6];
    int flipped = 0;

    put(f, "x.idx", idx_of(f, (int32_t[]){1, 2, 3}, 3, 1).data, 4 + 12 + 6);
    want_ok(f, open_yaml(f, "path: x.idx, augment: {flip: horizontal}"));
    dataset_real(&f->data, 0, plain);
    for (int32_t epoch = 0; epoch < 400; epoch++) {
        dataset_augmented(&f->data, 0, 1, epoch, got);
        if (memcmp(got, plain, sizeof got) == 0)
            continue;
        flipped++;
        for (int i = 0; i < 6; i++)
            assert_true(got[i] == plain[i / 3 * 3 + 2 - i % 3]);
    }
    assert_in_range(flipped, 160, 240);
}

static void noise_is_normal(void **state)
{
    struct fixture *f = *state;
    float got[3000], again[3000];
    double sum = 0, squares = 0, beyond = 0;

    put(f, "x.idx", idx_of(f, (int32_t[]){1, 3000}, 2, 0).data, 4 + 8 + 3000);
    want_ok(f, open_yaml(f, "path: x.idx, augment: {noise: 0.5}, mean: [0], std: [1]"));
    for (int32_t epoch = 0; epoch < 100; epoch++) {
        dataset_augmented(&f->data, 0, 3, epoch, got);
        for (int i = 0; i < 3000; i++) {
            double x = (double)got[i] - i % 256;

            sum += x;
            squares += x * x;
            beyond += fabs(x) > 1;
        }
    }
    assert_float_equal(sum / 300000, 0, 0.005);
    assert_float_equal(squares / 300000, 0.25, 0.003);
    assert_float_equal(beyond / 300000, 0.0455, 0.002); /* two deviations */
    dataset_augmented(&f->data, 0, 3, 99, again);
    assert_memory_equal(got, again, sizeof got);
    dataset_augmented(&f->data, 0, 4, 99, again);
    assert_memory_not_equal(got, again, sizeof got);
}

static void bad_augmentation_is_named(void **state)
{
    struct fixture *f = *state;

    put(f, "x.idx", idx_of(f, (int32_t[]){1, 2, 3}, 3, 1).data, 4 + 12 + 6);
    put_lines(f, 6);
    want_all_bad(f,
                 (const struct bad[]){
                     {"path: x.idx, augment: {shift: 2}", MOTE_ERR_VALUE, "shift is 2; from 0 to less than"},
                     {"path: x.idx, augment: {shift: -1}", MOTE_ERR_VALUE, "shift is -1"},
                     {"path: x.idx, augment: {noise: -1}", MOTE_ERR_VALUE, "noise is -1"},
                     {"path: x.idx, augment: {flip: vertical}", MOTE_ERR_VALUE, "flip is \"vertical\""},
                     {"path: t.csv, augment: {shift: 1}", MOTE_ERR_VALUE, "for samples [height, width, channels]"},
                 },
                 5);
}

/* ---- a model's input ---- */
static const uint32_t dims_233[] = {1, 2, 3, 1}, dims_6[] = {6};

static void inputs_are_quantized(void **state)
{
    struct mote_io io = {.type = TYPE_S8, .bytes = 6, .rank = 4, .dims = dims_233, .scale = 1 / 255.0f, .zero = -128};
    struct preprocess none = {.kind = "none", .channels = ""};
    float mean = 1, std = 0.5F, inverse = 2;
    struct preprocess own = {"image", "gray", 1, &mean, &std, &inverse, TYPE_U8};
    struct fixture *f = *state;
    uint8_t got[24];
    int8_t *q = (int8_t *)got;

    put(f, "x.idx", "\0\0\x08\3\0\0\0\1\0\0\0\2\0\0\0\3\0\1\2\x7f\xfe\xff", 22);
    open_ok(f, "x.idx");
    want_ok(f, dataset_fits(&f->data, &io, &none, &f->at));
    dataset_input(&f->data, 0, &io, &none, got);
    assert_true(q[0] == -128 && q[1] == -127 && q[3] == -1 && q[5] == 127);
    io = (struct mote_io){.type = TYPE_U8, .bytes = 6, .rank = 1, .dims = dims_6, .scale = 1, .zero = 0};
    want_ok(f, dataset_fits(&f->data, &io, NULL, &f->at));
    dataset_input(&f->data, 0, &io, NULL, got);
    assert_memory_equal(got, f->data.samples, 6);
    want_ok(f, dataset_fits(&f->data, &io, &own, &f->at));
    dataset_input(&f->data, 0, &io, &own, got);
    assert_true(got[0] == 0 && got[1] == 0 && got[2] == 2 && got[3] == 252 && got[5] == 255);
    io = (struct mote_io){.type = TYPE_F32, .bytes = 24, .rank = 4, .dims = dims_233};
    want_ok(f, dataset_fits(&f->data, &io, &none, &f->at));
    dataset_input(&f->data, 0, &io, &none, got);
    assert_float_equal(((float *)(void *)got)[3], 127.0 / 255, 1e-7);
}

static void inputs_that_do_not_fit_are_named(void **state)
{
    static const uint32_t dims_32[] = {3, 2}, dims_5[] = {5};
    static const float three[] = {1, 2, 3};
    struct preprocess rgb = {"image", "rgb", 3, three, three, three, TYPE_U8};
    struct mote_io io = {.type = TYPE_S8, .bytes = 6, .rank = 2, .dims = dims_32, .scale = 1, .name = "x"};
    struct fixture *f = *state;

    put(f, "x.idx", "\0\0\x08\3\0\0\0\1\0\0\0\2\0\0\0\3\0\1\2\x7f\xfe\xff", 22);
    open_ok(f, "x.idx");
    want_error(f, dataset_fits(&f->data, &io, NULL, &f->at), MOTE_ERR_SHAPE,
               "samples are 2x3x1, the model's input is 3x2; `size` and `channels`");
    io = (struct mote_io){.type = TYPE_S8, .bytes = 5, .rank = 1, .dims = dims_5, .scale = 1};
    want_error(f, dataset_fits(&f->data, &io, NULL, &f->at), MOTE_ERR_SHAPE, "the model's input is 5");
    io = (struct mote_io){.type = TYPE_S8, .bytes = 6, .rank = 4, .dims = dims_233, .scale = 0};
    want_error(f, dataset_fits(&f->data, &io, NULL, &f->at), MOTE_ERR_QUANT, "is not quantized");
    io = (struct mote_io){.type = TYPE_S32, .bytes = 24, .rank = 4, .dims = dims_233, .scale = 1};
    want_error(f, dataset_fits(&f->data, &io, NULL, &f->at), MOTE_ERR_TYPE, "has the type s32");
    io = (struct mote_io){.type = TYPE_S8, .bytes = 6, .rank = 4, .dims = dims_233, .scale = 1};
    want_error(f, dataset_fits(&f->data, &io, &rgb, &f->at), MOTE_ERR_SHAPE, "is for 3 channels, samples have 1");
}

static void bytes_of_unknown_type_are_copied(void **state)
{
    struct mote_io io = {.type = TYPE_S32, .bytes = 4, .rank = 1, .dims = (const uint32_t[]){1}};
    struct fixture *f = *state;
    uint8_t got[4];

    put_text(f, "y_labels.csv", "a.bin,2,1\n");
    put_text(f, "a.bin", "abcd");
    open_ok(f, "");
    want_ok(f, dataset_fits(&f->data, &io, NULL, &f->at));
    dataset_input(&f->data, 0, &io, NULL, got);
    assert_memory_equal(got, "abcd", 4);
    io.bytes = 8;
    want_error(f, dataset_fits(&f->data, &io, NULL, &f->at), MOTE_ERR_SHAPE,
               "y_labels.csv line 1: a.bin has 4 bytes, the model's input 8");
}

/* ---- samples for a model's input ---- */
static void put_array(struct fixture *f, const char *type, const char *shape, size_t bytes)
{
    struct text t = {.pool = &f->pool};
    const char *head = pool_printf(&f->pool, "{'descr': '%s', 'fortran_order': False, 'shape': %s, }\n", type, shape);

    text_bytes(&t, "\x93NUMPY\1", 8);
    text_bytes(&t, (uint8_t[]){(uint8_t)strlen(head), 0}, 2);
    text_add(&t, "%s", head);
    for (size_t i = 0; i < bytes; i++)
        text_bytes(&t, (uint8_t[]){(uint8_t)(i % 100)}, 1);
    put(f, "x.npy", t.s, t.len);
}

static void arrays_become_samples_of_an_input(void **state)
{
    static const struct {
        const char *shape;
        int32_t n;   /* samples, 0: refused */
        size_t size; /* elements */
    } cases[] = {{.shape = "(2, 3)", .n = 1, .size = 6},
                 {.shape = "(1, 2, 3, 1)", .n = 1, .size = 6},
                 {.shape = "(5, 2, 3)", .n = 5, .size = 30},
                 {.shape = "(5, 1, 2, 3, 1)", .n = 5, .size = 30},
                 {.shape = "(6,)", .n = 1, .size = 6},
                 {.shape = "(12,)", .n = 2, .size = 12},
                 {.shape = "(2, 6)", .n = 2, .size = 12},
                 {.shape = "(7,)", .size = 7},
                 {.shape = "(2, 2, 2)", .size = 8},
                 {.shape = "(3, 2)", .size = 6},
                 {.shape = "(4, 3)", .size = 12},
                 {.shape = "(2, 3, 2)", .size = 12}};
    struct mote_io io = {.type = TYPE_S8, .bytes = 6, .rank = 4, .dims = dims_233, .scale = 1};
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(cases); i++)
        for (int wide = 0; wide < 2; wide++) {
            enum mote_status status;
            uint8_t got[6];

            put_array(f, wide ? "<i2" : "|i1", cases[i].shape, cases[i].size << wide);
            f->report = (struct report_text){.status = MOTE_OK};
            status = dataset_open_input(&f->pool, path(f, "x.npy"), &io, NULL, &f->data, &f->at);
            if (status == MOTE_OK)
                status = dataset_fits(&f->data, &io, NULL, &f->at);
            if ((status == MOTE_OK) != (cases[i].n > 0))
                fail_msg("%s: %s", cases[i].shape, f->report.text);
            if (status != MOTE_OK)
                continue;
            assert_int_equal(f->data.n, cases[i].n);
            dataset_input(&f->data, f->data.n - 1, &io, NULL, got);
            assert_int_equal(got[5], wide ? 127 : cases[i].size - 1);
        }
}

/* With the label's column and without it; labels do not matter, so that they may be empty. */
static void tables_become_samples_of_an_input(void **state)
{
    static const uint32_t dims_2[] = {1, 2};
    struct mote_io io = {.type = TYPE_F32, .bytes = 8, .rank = 2, .dims = dims_2};
    static const char *const same[] = {"1.5,2\n3,4\n", "a,b\n1.5,2\n3,4\n", "1.5,2,\n3,4,\n", "1.5 2 x\n3 4 y\n"};
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(same); i++) {
        put_text(f, "x.csv", same[i]);
        want_ok(f, dataset_open_input(&f->pool, path(f, "x.csv"), &io, NULL, &f->data, &f->at));
        want_ok(f, dataset_fits(&f->data, &io, NULL, &f->at));
        assert_int_equal(f->data.n, 2);
        assert_memory_equal(f->data.samples, ((float[]){1.5f, 2, 3, 4}), 16);
        assert_null(f->data.labels);
    }
    put_text(f, "x.csv", "1.5\n");
    want_error(f, dataset_open_input(&f->pool, path(f, "x.csv"), &io, NULL, &f->data, &f->at), MOTE_ERR_SHAPE,
               "has 1 column; the model's input takes 2 numbers a line");
    put_text(f, "x.yaml", "data: {path: y.csv, label: kind, group: who}\n");
    put_text(f, "y.csv", "who,kind,a,b\nme,dog,1.5,2\nyou,cat,3,4\n");
    want_ok(f, dataset_open_input(&f->pool, path(f, "x.yaml"), &io, NULL, &f->data, &f->at));
    assert_memory_equal(f->data.samples, ((float[]){1.5f, 2, 3, 4}), 16);
    put_text(f, "y.csv", "who,a,b\nme,1.5,2\nyou,3,4\n");
    want_ok(f, dataset_open_input(&f->pool, path(f, "x.yaml"), &io, NULL, &f->data, &f->at));
    assert_memory_equal(f->data.samples, ((float[]){1.5f, 2, 3, 4}), 16);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_folder_opens),
        TEST(sizes_must_agree),
        TEST(a_yaml_file_names_the_folder),
        TEST(tensors_have_a_type),
        TEST(bad_lines_are_named),
        TEST(bad_yaml_is_named),
        TEST(keys_that_do_nothing_are_refused),
        TEST(wrong_values_are_where_they_stand),
        TEST(deep_yaml_is_refused),
        TEST(damaged_files_end_well),
        TEST(idx_opens),
        TEST(wide_idx_is_turned),
        TEST(bad_idx_is_named),
        TEST(idx_parts_must_agree),
        TEST(damaged_idx_ends_well),
        TEST(fractions_are_drawn),
        TEST(given_parts_stay),
        TEST(lists_name_samples),
        TEST(bad_fractions_are_named),
        TEST(reals_are_normalized),
        TEST(shifted_pictures_keep_their_pixels),
        TEST(flips_are_every_other),
        TEST(noise_is_normal),
        TEST(bad_augmentation_is_named),
        TEST(inputs_are_quantized),
        TEST(inputs_that_do_not_fit_are_named),
        TEST(bytes_of_unknown_type_are_copied),
        TEST(arrays_become_samples_of_an_input),
        TEST(tables_become_samples_of_an_input),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
