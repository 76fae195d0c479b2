/* SPDX-License-Identifier: Apache-2.0 */
/* Data sets of pictures: folders and archives by class, PNG and JPEG, channels and sizes, contact sheets; damaged
 * pictures are named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "host/data/source.h"
#include "tests/data/files.h"

static void put_tree(struct fixture *f)
{
    put_png(f, "p/dog/b.png", 3, 4, 3, 0);
    put_png(f, "p/cat/10.png", 3, 4, 3, 1);
    put_png(f, "p/cat/2.PNG", 3, 4, 3, 2);
    put_text(f, "p/README.md", "what it is");
    put_text(f, "p/cat/.hidden.png", "no picture");
}

/* ---- folders ---- */
static void folders_are_classes(void **state)
{
    struct fixture *f = *state;
    struct dataset *d;

    put_tree(f);
    d = open_ok(f, "p");
    assert_true(d->n == 3 && d->n_classes == 2 && d->type == TYPE_U8 && d->rank == 3);
    assert_true(d->dims[0] == 3 && d->dims[1] == 4 && d->dims[2] == 3);
    assert_string_equal(d->classes[0], "cat");
    assert_string_equal(d->classes[1], "dog");
    assert_string_equal(dataset_place(&f->pool, d, 0), "cat/10.png");
    assert_string_equal(dataset_name(&f->pool, d, 2), "dog/b.png");
    assert_true(d->labels[0] == 0 && d->labels[1] == 0 && d->labels[2] == 1);
    assert_memory_equal(d->samples, pixels(f, 3, 4, 3, 1), 36);
    assert_memory_equal(d->samples + 72, pixels(f, 3, 4, 3, 0), 36);
    assert_string_equal(d->preprocess.channels, "rgb");
    assert_true(d->preprocess.n == 1 && d->preprocess.std[0] == 255);
    want_splits(d, 0, 0, 3);
    want_ok(f, open_yaml(f, "path: p, classes: [dog, bird, cat]"));
    assert_true(f->data.n_classes == 3 && f->data.labels[0] == 2 && f->data.labels[2] == 0);
    want_bad(f, "path: p, classes: [dog, bird]", MOTE_ERR_VALUE, "of a class \"cat\", which `classes` does not name");
}

static void folders_are_splits(void **state)
{
    struct fixture *f = *state;

    put_png(f, "p/train/0/a.png", 1, 2, 1, 0);
    put_png(f, "p/train/10/a.png", 1, 2, 1, 1);
    put_png(f, "p/train/2/a.png", 1, 2, 1, 2);
    put_png(f, "p/validation/0/a.png", 1, 2, 1, 3);
    put_png(f, "p/test/2/a.png", 1, 2, 1, 4);
    open_ok(f, "p");
    want_splits(&f->data, 3, 1, 1);
    assert_int_equal(f->data.n_classes, 11); /* numbers from 0 on are indices */
    assert_int_equal(f->data.labels[f->data.split[SPLIT_TEST][0]], 2);
    put_png(f, "p/other/a.png", 1, 2, 1, 5);
    want_bad(f, "path: p", MOTE_ERR_VALUE, "other/a.png does not; all must, or none");
}

/* Not all pictures of Train/ and Val/ as one heap, which would be all test. */
static void splits_have_their_usual_names(void **state)
{
    static const char *const names[][SPLIT_COUNT] = {
        {"Training", "Val", "Testing"},
        {"TRAIN", "Valid", "TEST"},
        {"train", "dev", "Test"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(names); i++) {
        for (int s = 0; s < SPLIT_COUNT; s++)
            for (int k = 0; k < SPLIT_COUNT - s; k++)
                put_png(f, pool_printf(&f->pool, "%zu/%s/cat/%d.png", i, names[i][s], k), 1, 2, 1, 10 * s + k);
        open_ok(f, pool_printf(&f->pool, "%zu", i));
        want_splits(&f->data, 3, 2, 1);
        assert_int_equal(f->data.n_classes, 1);
    }
    put_png(f, "deep/Train/images/cat/a.png", 1, 2, 1, 0);
    put_png(f, "deep/Test/images/cat/a.png", 1, 2, 1, 1);
    open_ok(f, "deep");
    want_splits(&f->data, 1, 0, 1);
}

static void a_class_may_be_called_test(void **state)
{
    struct fixture *f = *state;

    put_png(f, "p/test/a.png", 1, 2, 1, 0);
    put_png(f, "p/cat/a.png", 1, 2, 1, 1);
    open_ok(f, "p");
    assert_string_equal(f->data.classes[1], "test");
    want_splits(&f->data, 0, 0, 2);
    put_png(f, "p/Train/cat/a.png", 1, 2, 1, 2);
    want_bad(f, "path: p", MOTE_ERR_VALUE, "Train/cat/a.png lies in a folder train, validation or test with classes");
    put_png(f, "q/train/a.png", 1, 2, 1, 0);
    put_png(f, "q/test/a.png", 1, 2, 1, 1);
    want_bad(f, "path: q", MOTE_ERR_VALUE, "all files lie in folders that are called as splits are (\"test\")");
    want_ok(f, open_yaml(f, "path: q, classes: [test, train]"));
    assert_int_equal(f->data.n_classes, 2);
}

static void wrong_folders_are_named(void **state)
{
    struct fixture *f = *state;

    mkdir(path(f, "p"), 0777);
    want_bad(f, "path: p", MOTE_ERR_VALUE, "spec: p: holds no PNG or JPEG");
    put_png(f, "p/a.png", 1, 2, 1, 5);
    want_bad(f, "path: p", MOTE_ERR_VALUE, "a.png: lies in no class's folder");
    put_text(f, "p/cat/a.bmp", "BM");
    want_bad(f, "path: p", MOTE_ERR_VALUE, "cat/a.bmp: only PNG and JPEG");
    assert_int_equal(symlink(".", path(f, "p/self")), 0);
    unlink(path(f, "p/cat/a.bmp"));
    want_bad(f, "path: p", MOTE_ERR_FILE, "folders, one in the other");
}

static void a_list_may_name_pictures(void **state)
{
    struct fixture *f = *state;
    struct bytes jpeg = jpeg_of(f, 8, 8, 3, 0);

    put_text(f, "p/y_labels.csv", "a.bin,2,1\nb.bin,2,0\n");
    put(f, "p/images/a.jpg", jpeg.data, jpeg.size);
    put_png(f, "p/b.png", 8, 8, 3, 0);
    open_ok(f, "p");
    assert_true(f->data.n == 2 && f->data.dims[2] == 3 && f->data.labels[0] == 1 && !f->data.raw);
    assert_string_equal(dataset_name(&f->pool, &f->data, 0), "a.bin");
    put_text(f, "p/y_labels.csv", "a.bin,2,1\nc.bin,2,0\n");
    want_bad(f, "path: p", MOTE_ERR_FILE, "spec: y_labels.csv line 2: cannot read ");
}

/* ---- archives ---- */
static void archives_open(void **state)
{
    static const char *const names[] = {"a.tar", "a.tar.gz", "a.tar.xz", "a.tgz", "a.zip", "a.tar.bz2"};
    struct fixture *f = *state;
    const struct member members[] = {
        {"set/test/dog/x.png", png_of(f, 3, 4, 3, 0)},
        {"set/README.md", {(uint8_t *)"text", 4}},
        {"set/train/dog/y.png", png_of(f, 3, 4, 3, 1)},
        {"./set/train/cat/z.png", png_of(f, 3, 4, 3, 2)},
    };

    for (size_t i = 0; i < COUNT(names); i++) {
        put_archive(f, names[i], members, COUNT(members));
        open_ok(f, names[i]);
        assert_true(f->data.n == 3 && f->data.n_classes == 2);
        want_splits(&f->data, 2, 0, 1);
        assert_string_equal(dataset_place(&f->pool, &f->data, 1), "set/test/dog/x.png");
        assert_memory_equal(f->data.samples, pixels(f, 3, 4, 3, 2), 36);
    }
}

static void damaged_archives_are_named(void **state)
{
    struct fixture *f = *state;
    const struct member members[] = {{"dog/x.png", png_of(f, 3, 4, 3, 0)}, {"cat/y.png", {(uint8_t *)"text", 4}}};
    struct bytes file;

    put_archive(f, "a.tar", members, COUNT(members));
    want_bad(f, "path: a.tar", MOTE_ERR_FORMAT, "spec: cat/y.png: is neither a PNG nor a JPEG");
    put_archive(f, "a.tar.gz", members, 1);
    file = get(f, "a.tar.gz");
    for (size_t i = 0; i < file.size; i++) { /* ends well, whatever it says */
        put(f, "b.tar.gz", file.data, i);
        f->report.status = MOTE_OK;
        if (dataset_open(&f->pool, path(f, "b.tar.gz"), NULL, &f->data, &f->at) == MOTE_OK)
            assert_int_equal(f->data.n, 1);
    }
    f->report.status = MOTE_OK;
    put_text(f, "b.tar", "no archive");
    want_bad(f, "path: b.tar", MOTE_ERR_FORMAT, "the archive cannot be read");
    put_archive(f, "b.zip", NULL, 0);
    want_bad(f, "path: b.zip", MOTE_ERR_VALUE, "spec: b.zip: holds no PNG or JPEG");
}

/* A tar of one short picture, whose head says that it has a gigabyte less a byte. */
static void archives_may_lie_about_sizes(void **state)
{
    enum { SIZE_AT = 124, SUM_AT = 148, HEAD = 512 };
    struct fixture *f = *state;
    const struct member member = {"cat/y.png", {(uint8_t *)"text", 4}};
    struct bytes file;
    unsigned sum = 8 * ' ';

    put_archive(f, "a.tar", &member, 1);
    file = get(f, "a.tar");
    memcpy(file.data + SIZE_AT, "07777777777", 12);
    for (int i = 0; i < HEAD; i++)
        sum += i < SUM_AT || i >= SUM_AT + 8 ? file.data[i] : 0;
    memcpy(file.data + SUM_AT, pool_printf(&f->pool, "%06o", sum), 7);
    put(f, "b.tar", file.data, file.size);
    want_bad(f, "path: b.tar", MOTE_ERR_FORMAT, "spec: cat/y.png: the archive cannot be read: Truncated");
}

/* A picture of more bytes than are believed at first. */
static void large_pictures_come_out_of_archives(void **state)
{
    enum { LARGE = 17 << 20 };
    struct fixture *f = *state;
    struct bytes png = png_of(f, 3, 4, 3, 0), padded = {pool_alloc(&f->pool, LARGE), LARGE};
    const struct member member = {"cat/y.png", padded};

    memcpy(padded.data, png.data, png.size); /* what follows a PNG's end does not count */
    put_archive(f, "a.tar", &member, 1);
    assert_memory_equal(open_ok(f, "a.tar")->samples, pixels(f, 3, 4, 3, 0), 36);
}

/* What nobody wants of an archive counts, too: members that are passed over, in tar and zip. */
static void archives_unpack_to_a_bound(void **state)
{
    enum { LARGE = 1 << 20 };
    static const char *const names[] = {"a.tar.gz", "a.tar.xz", "a.tar.bz2", "a.zip"};
    const struct dataset_options less = {.max_bytes = LARGE / 2}, enough = {.max_bytes = 2 * LARGE};
    struct fixture *f = *state;
    const struct member members[] = {{"zeros.bin", {pool_alloc(&f->pool, LARGE), LARGE}},
                                     {"cat/y.png", png_of(f, 3, 4, 3, 0)}};

    for (size_t i = 0; i < COUNT(names); i++) {
        put_archive(f, names[i], members, COUNT(members));
        want_error(f, dataset_open(&f->pool, path(f, names[i]), &less, &f->data, &f->at), MOTE_ERR_MEMORY,
                   "unpacks to more than 524288 bytes; if you trust it, --max-bytes sets the bound");
        want_ok(f, dataset_open(&f->pool, path(f, names[i]), &enough, &f->data, &f->at));
        assert_int_equal(f->data.n, 1);
    }
}

/* Each packing would multiply what a few bytes stand for. */
static void archives_are_packed_once(void **state)
{
    struct fixture *f = *state;
    const struct member members[] = {{"cat/y.png", png_of(f, 3, 4, 3, 0)}};

    put_archive(f, "a.tar.gz", members, 1);
    put_gzip(f, "b.tar.gz", get(f, "a.tar.gz"));
    want_bad(f, "path: b.tar.gz", MOTE_ERR_VALUE, "the archive is packed twice");
}

/* libarchive would look for lrzip, lzop and grzip in PATH. */
static void archives_start_no_programs(void **state)
{
    static const struct {
        const char *name, *magic;
        size_t length;
    } packers[] = {{"lrzip", "LRZI\0\6", 6}, {"lzop", "\x89LZO\0\r\n\x1a\n", 9}, {"grzip", "GRZipII\0\2\4:)", 12}};
    struct fixture *f = *state;
    const char *before = pool_strdup(&f->pool, getenv("PATH")), *trace = path(f, "trace");
    uint8_t file[1024] = {0};

    setenv("PATH", pool_printf(&f->pool, "%s:%s", path(f, "bin"), before), 1);
    for (size_t i = 0; i < COUNT(packers); i++) {
        const char *program = pool_printf(&f->pool, "bin/%s", packers[i].name);

        put_text(f, program, pool_printf(&f->pool, "#!/bin/sh\ntouch %s\n", trace));
        assert_int_equal(chmod(path(f, program), 0700), 0);
        memcpy(file, packers[i].magic, packers[i].length);
        put(f, "a.tar", file, sizeof file);
        want_bad(f, "path: a.tar", MOTE_ERR_VALUE,
                 pool_printf(&f->pool, "is packed by %s; pack it by gzip", packers[i].name));
        assert_int_equal(access(trace, F_OK), -1);
    }
    setenv("PATH", before, 1);
}

/* ---- pictures ---- */
static void jpegs_are_close(void **state)
{
    struct fixture *f = *state;

    for (int channels = 1; channels <= 3; channels += 2) {
        struct bytes jpeg = jpeg_of(f, 11, 13, channels, 0);
        uint8_t *want = pixels(f, 11, 13, channels, 0);
        struct picture p;
        char why[200];

        assert_int_equal(picture_decode(&f->pool, jpeg, &p, why), MOTE_OK);
        assert_true(p.height == 11 && p.width == 13 && p.channels == channels);
        for (int i = 0; i < 11 * 13 * channels; i++)
            assert_in_range(p.data[i] + 3, want[i], want[i] + 6);
    }
}

/* Any bytes give a picture or a reason. A PNG has checksums: nothing that is damaged gets through. */
static void damaged_pictures_end_well(void **state)
{
    struct fixture *f = *state;
    struct bytes good[] = {png_of(f, 3, 4, 3, 0), jpeg_of(f, 8, 8, 3, 0), jpeg_of(f, 8, 8, 1, 0)};

    for (size_t k = 0; k < COUNT(good); k++)
        for (size_t i = 0; i < 2 * good[k].size; i++) {
            struct bytes damaged = {pool_copy(&f->pool, good[k].data, good[k].size), good[k].size};
            struct picture p;
            char why[200] = "";

            if (i < good[k].size)
                damaged.size = i;
            else
                damaged.data[i - good[k].size] ^= 0x10;
            if (picture_decode(&f->pool, damaged, &p, why) != MOTE_OK)
                assert_true(why[0] != '\0');
            else if (k == 0)
                assert_memory_equal(p.data, pixels(f, 3, 4, 3, 0), 36);
        }
}

static void damaged_pictures_are_named(void **state)
{
    struct fixture *f = *state;
    struct bytes png, jpeg = jpeg_of(f, 16, 16, 3, 0);

    put_tree(f);
    png = get(f, "p/cat/2.PNG");
    put(f, "p/cat/2.PNG", png.data, png.size / 2);
    want_bad(f, "path: p", MOTE_ERR_FORMAT, "spec: cat/2.PNG: is a damaged PNG: ");
    put(f, "p/cat/2.PNG", jpeg.data, jpeg.size / 2); /* the name does not matter, the bytes do */
    want_bad(f, "path: p", MOTE_ERR_FORMAT, "spec: cat/2.PNG: is a damaged JPEG: ");
    put(f, "p/cat/2.PNG", "", 0);
    want_bad(f, "path: p", MOTE_ERR_FORMAT, "spec: cat/2.PNG: is neither a PNG nor a JPEG");
    put_png(f, "p/cat/2.PNG", 3, 5, 3, 0);
    want_bad(f, "path: p", MOTE_ERR_SHAPE,
             "cat/2.PNG: is a picture of 3 x 5 pixels (height x width), the first is one of 3 x 4");
    put_text(f, "p/cat/10.png", "first");
    want_bad(f, "path: p", MOTE_ERR_FORMAT, "spec: cat/10.png: is neither");
}

/* A head that promises 100000 x 100000 pixels is refused before there is memory for them. */
static void huge_pictures_are_refused(void **state)
{
    struct fixture *f = *state;
    struct bytes png = png_of(f, 3, 4, 1, 0);
    struct picture p;
    char why[200];

    memcpy(png.data + 16, "\0\1\x86\xa0\0\1\x86\xa0", 8);
    memcpy(png.data + 29, (uint8_t[]){0}, 1);
    for (int i = 0; i < 4; i++) /* the checksum of IHDR */
        png.data[29 + i] = (uint8_t)(crc32(0, png.data + 12, 17) >> (24 - 8 * i));
    assert_int_equal(picture_decode(&f->pool, png, &p, why), MOTE_ERR_SHAPE);
    assert_non_null(strstr(why, "100000 x 100000"));
}

/* ---- channels and sizes ---- */
static void channels_change(void **state)
{
    struct fixture *f = *state;
    uint8_t *rgb = pixels(f, 3, 4, 3, 0);

    put_tree(f);
    unlink(path(f, "p/cat/10.png"));
    unlink(path(f, "p/cat/2.PNG"));
    want_ok(f, open_yaml(f, "path: p, channels: bgr"));
    assert_string_equal(f->data.preprocess.channels, "rgb");
    for (int i = 0; i < 36; i += 3)
        assert_true(f->data.samples[i] == rgb[i + 2] && f->data.samples[i + 1] == rgb[i + 1] &&
                    f->data.samples[i + 2] == rgb[i]);
    want_ok(f, open_yaml(f, "path: p, channels: gray"));
    assert_true(f->data.dims[2] == 1 && f->data.elements == 12);
    for (int i = 0; i < 12; i++)
        assert_float_equal(f->data.samples[i], 0.299 * rgb[3 * i] + 0.587 * rgb[3 * i + 1] + 0.114 * rgb[3 * i + 2],
                           0.51);
    put_png(f, "p/dog/b.png", 3, 4, 1, 0);
    want_ok(f, open_yaml(f, "path: p, channels: rgb"));
    assert_true(f->data.dims[2] == 3 && f->data.samples[3] == 1 && f->data.samples[5] == 1);
}

static void sizes_change(void **state)
{
    struct fixture *f = *state;

    put_png(f, "p/dog/b.png", 4, 4, 1, 0); /* 10 y + x */
    want_ok(f, open_yaml(f, "path: p, size: [2, 2]"));
    assert_memory_equal(f->data.samples, ((uint8_t[]){6, 8, 26, 28}), 4); /* means 5.5, 7.5, 25.5, 27.5 */
    want_ok(f, open_yaml(f, "path: p, size: [4, 8]"));
    assert_memory_equal(f->data.samples + 8, ((uint8_t[]){10, 10, 11, 11, 12, 12, 13, 13}), 8);
    want_ok(f, open_yaml(f, "path: p, size: [3, 1]"));
    for (int i = 0; i < 3; i++) /* rows 0 to 4/3, to 8/3, to 4; columns' mean 1.5 */
        assert_float_equal(f->data.samples[i], 1.5 + (i == 0 ? 2.5 : i == 1 ? 15 : 27.5), 0.51);
    put_png(f, "p/dog/c.png", 7, 5, 1, 0);
    want_ok(f, open_yaml(f, "path: p, size: [5, 5]"));
    assert_true(f->data.n == 2 && f->data.elements == 25);
    want_bad(f, "path: p, size: [0, 5]", MOTE_ERR_VALUE, "size has 0");
    want_bad(f, "path: p, size: [5, 20000]", MOTE_ERR_VALUE, "size has 20000");
    want_bad(f, "path: p, size: [5]", MOTE_ERR_VALUE, "size must have 2 elements, not 1");
}

/* ---- the contact sheet ---- */
static void sheets_show_classes(void **state)
{
    struct fixture *f = *state;
    struct bytes png;
    struct picture p;
    char why[200];

    put_tree(f);
    want_ok(f, dataset_sheet(&f->pool, open_ok(f, "p"), &png, &f->at));
    assert_int_equal(picture_decode(&f->pool, png, &p, why), MOTE_OK);
    assert_int_equal(p.channels, 3); /* tiles of 36 x 48: each pixel 12 times, two of ground around */
    assert_true(p.height == 2 + 2 * (14 + 36 + 2) && p.width == 2 + 10 * (48 + 2)); /* 14 for a class's name */
    assert_true(p.data[0] == 0x40);
    assert_memory_equal(p.data + ((2 + 14) * p.width + 2) * 3, pixels(f, 3, 4, 3, 1), 3);
    assert_memory_equal(p.data + ((2 + 52 + 14) * p.width + 2) * 3, pixels(f, 3, 4, 3, 0), 3);
    for (int row = 0; row < 2; row++) { /* "CAT: 2" or the like: white in what is above, as far as it has letters */
        int white = 0, right = 0;

        for (int y = 4; y < 14; y++)
            for (int x = 0; x < p.width; x++)
                if (p.data[((52 * row + y) * p.width + x) * 3] == 0xFF) {
                    white++;
                    right = x > right ? x : right;
                }
        assert_true(white > 40 && right < 2 + 8 * 12);
    }
    put_text(f, "t.csv", "1,a\n2,b\n");
    want_error(f, dataset_sheet(&f->pool, open_ok(f, "t.csv"), &png, &f->at), MOTE_ERR_TYPE, "these samples are none");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(folders_are_classes),
        TEST(folders_are_splits),
        TEST(splits_have_their_usual_names),
        TEST(a_class_may_be_called_test),
        TEST(wrong_folders_are_named),
        TEST(a_list_may_name_pictures),
        TEST(archives_open),
        TEST(damaged_archives_are_named),
        TEST(archives_may_lie_about_sizes),
        TEST(large_pictures_come_out_of_archives),
        TEST(archives_unpack_to_a_bound),
        TEST(archives_are_packed_once),
        TEST(archives_start_no_programs),
        TEST(jpegs_are_close),
        TEST(damaged_pictures_end_well),
        TEST(damaged_pictures_are_named),
        TEST(huge_pictures_are_refused),
        TEST(channels_change),
        TEST(sizes_change),
        TEST(sheets_show_classes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
