/* SPDX-License-Identifier: Apache-2.0 */
/* host/data/labeled: folders and YAML files, and a message with the place for everything that can be wrong in them. */
#define _XOPEN_SOURCE 700
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/data/labeled.h"

#include <cmocka.h> /* last: its fail_msg needs its own fail */

struct fixture {
    struct pool pool;
    struct report_text report;
    struct frame at;
    char folder[64];
};

static int setup(void **state)
{
    static struct fixture f;

    f = (struct fixture){.folder = "/tmp/mote-labeled-XXXXXX"};
    f.at = (struct frame){.name = "spec", .index = -1, .sink = &f.report};
    *state = &f;
    return mkdtemp(f.folder) == NULL;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
    (void)st;
    (void)type;
    (void)where;
    return remove(path);
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    pool_free(&f->pool);
    return nftw(f->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static const char *path(struct fixture *f, const char *name) { return pool_printf(&f->pool, "%s/%s", f->folder, name); }

static void put(struct fixture *f, const char *name, const char *text, size_t size)
{
    FILE *file = fopen(path(f, name), "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void put_text(struct fixture *f, const char *name, const char *text) { put(f, name, text, strlen(text)); }

static void want_ok(struct fixture *f, enum mote_status status)
{
    if (status != MOTE_OK)
        fail_msg("%s", f->report.text);
}

static void want_error(struct fixture *f, enum mote_status got, enum mote_status want, const char *part)
{
    if (got != want || strstr(f->report.text, part) == NULL)
        fail_msg("status %s with \"%s\"; want %s with \"%s\"", status_name(got), f->report.text, status_name(want),
                 part);
    f->report = (struct report_text){.status = MOTE_OK};
}

/* ---- good ---- */
static void a_folder_opens(void **state)
{
    struct fixture *f = *state;
    struct labeled data;

    put_text(f, "y_labels.csv", "a.bin,12,7\nsub/b c.bin,12,0\r\n\n\nc.bin,12,11");
    want_ok(f, labeled_open(&f->pool, f->folder, &data, &f->at));
    assert_int_equal(data.n, 3);
    assert_int_equal(data.n_classes, 12);
    assert_null(data.classes);
    assert_string_equal(data.samples[0].file, "a.bin");
    assert_int_equal(data.samples[0].label, 7);
    assert_string_equal(data.samples[1].file, "sub/b c.bin");
    assert_int_equal(data.samples[1].label, 0);
    assert_int_equal(data.samples[2].label, 11);
    assert_int_equal(data.samples[2].line, 5);
}

static void samples_are_read(void **state)
{
    struct fixture *f = *state;
    struct labeled data;
    uint8_t got[4];

    put_text(f, "y_labels.csv", "a.bin,2,1\nb.bin,2,0\nshort.bin,2,0\nlong.bin,2,0\nempty.bin,2,0\nnone.bin,2,0\n");
    put(f, "a.bin", "\0\1\2\3", 4);
    put(f, "b.bin", "abcd", 4);
    put(f, "short.bin", "abc", 3);
    put(f, "long.bin", "abcde", 5);
    put(f, "empty.bin", "", 0);
    want_ok(f, labeled_open(&f->pool, f->folder, &data, &f->at));
    want_ok(f, labeled_read(&data, 1, 4, got, &f->at));
    assert_memory_equal(got, "abcd", 4);
    want_ok(f, labeled_read(&data, 0, 4, got, &f->at));
    assert_memory_equal(got, "\0\1\2\3", 4);
    want_error(f, labeled_read(&data, 2, 4, got, &f->at), MOTE_ERR_SHAPE,
               "spec: y_labels.csv line 3: short.bin has 3 bytes, the model's input 4");
    want_error(f, labeled_read(&data, 3, 4, got, &f->at), MOTE_ERR_SHAPE, "line 4: long.bin has 5 bytes");
    want_error(f, labeled_read(&data, 4, 4, got, &f->at), MOTE_ERR_SHAPE, "line 5: empty.bin has 0 bytes");
    want_error(f, labeled_read(&data, 5, 4, got, &f->at), MOTE_ERR_FILE, "line 6: cannot read ");
    assert_memory_equal(got, "\0\1\2\3", 4); /* nothing that is wrong was copied */
}

static void a_yaml_file_names_the_folder(void **state)
{
    struct fixture *f = *state;
    struct labeled data;

    assert_int_equal(mkdir(path(f, "data"), 0777), 0);
    put_text(f, "data/y_labels.csv", "a.bin,2,1\n");
    put_text(f, "spec.yaml", "data:\n  kind: tensors\n  path: data\n  classes: [\"yes\", \"no\"]\n");
    want_ok(f, labeled_open(&f->pool, path(f, "spec.yaml"), &data, &f->at));
    assert_int_equal(data.n, 1);
    assert_string_equal(data.folder, path(f, "data"));
    assert_string_equal(data.classes[0], "yes");
    assert_string_equal(data.classes[1], "no");
    put_text(f, "absolute.yaml", pool_printf(&f->pool, "data: {kind: tensors, path: %s}\n", path(f, "data")));
    want_ok(f, labeled_open(&f->pool, path(f, "absolute.yaml"), &data, &f->at));
    assert_null(data.classes);
    assert_int_equal(chdir(f->folder), 0);
    want_ok(f, labeled_open(&f->pool, "spec.yaml", &data, &f->at)); /* no slash in its path */
    assert_int_equal(chdir("/"), 0);
}

/* ---- bad ---- */
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
    struct labeled data;

    for (size_t i = 0; i < COUNT(bad); i++) {
        put_text(f, "y_labels.csv", bad[i].csv);
        want_error(f, labeled_open(&f->pool, f->folder, &data, &f->at), bad[i].status, bad[i].part);
    }
    put(f, "y_labels.csv", "a.bin\0,1,0\n", 11);
    want_error(f, labeled_open(&f->pool, f->folder, &data, &f->at), MOTE_ERR_FORMAT, "is not a text file");
}

static void bad_yaml_is_named(void **state)
{
    static const struct {
        const char *yaml;
        enum mote_status status;
        const char *part;
    } bad[] = {
        {"", MOTE_ERR_FORMAT, "1 to 65536 bytes"},
        {"data: [", MOTE_ERR_FORMAT, ""},
        {"data: {path: .}\n", MOTE_ERR_FORMAT, "kind"},
        {"data: {kind: tensors}\n", MOTE_ERR_FORMAT, "path"},
        {"data: {kind: pictures, path: .}\n", MOTE_ERR_FORMAT, "pictures"},
        {"data: {kind: tensors, path: ., colour: red}\n", MOTE_ERR_FORMAT, "colour"},
        {"data: {kind: tensors, path: nowhere}\n", MOTE_ERR_FILE, "nowhere/y_labels.csv"},
        {"data: {kind: tensors, path: ., classes: [a, b, c]}\n", MOTE_ERR_VALUE, "names 3 classes"},
        {"data: &x {kind: tensors, path: .}\nmore: *x\n", MOTE_ERR_FORMAT, ""},
    };
    struct fixture *f = *state;
    struct labeled data;

    put_text(f, "y_labels.csv", "a.bin,2,1\n");
    for (size_t i = 0; i < COUNT(bad); i++) {
        put_text(f, "spec.yaml", bad[i].yaml);
        want_error(f, labeled_open(&f->pool, path(f, "spec.yaml"), &data, &f->at), bad[i].status, bad[i].part);
    }
    want_error(f, labeled_open(&f->pool, path(f, "none"), &data, &f->at), MOTE_ERR_FILE, "cannot read ");
}

/* Any bytes give data or an error: every prefix of a good file, and every byte of it changed. */
static void damaged_files_end_well(void **state)
{
    static const char csv[] = "a.bin,12,7\nb.bin,12,0\n",
                      yaml[] = "data:\n  kind: tensors\n  path: .\n  classes: [a, b]\n";
    struct fixture *f = *state;

    for (int kind = 0; kind < 2; kind++) {
        const char *good = kind == 0 ? csv : yaml;
        size_t size = strlen(good), opened = 0;

        put_text(f, "y_labels.csv", "a.bin,2,1\n");
        for (size_t i = 0; i < 2 * size; i++) {
            char damaged[128];
            struct labeled data;

            memcpy(damaged, good, size);
            if (i >= size)
                damaged[i - size] ^= 0x15;
            put(f, kind == 0 ? "y_labels.csv" : "spec.yaml", damaged, i < size ? i : size);
            f->report.status = MOTE_OK;
            if (labeled_open(&f->pool, kind == 0 ? f->folder : path(f, "spec.yaml"), &data, &f->at) != MOTE_OK)
                continue;
            opened++;
            for (int32_t k = 0; k < data.n; k++)
                assert_in_range(data.samples[k].label, 0, data.n_classes - 1);
        }
        assert_in_range(opened, 1, 2 * size - 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_folder_opens, setup, teardown),
        cmocka_unit_test_setup_teardown(samples_are_read, setup, teardown),
        cmocka_unit_test_setup_teardown(a_yaml_file_names_the_folder, setup, teardown),
        cmocka_unit_test_setup_teardown(bad_lines_are_named, setup, teardown),
        cmocka_unit_test_setup_teardown(bad_yaml_is_named, setup, teardown),
        cmocka_unit_test_setup_teardown(damaged_files_end_well, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
