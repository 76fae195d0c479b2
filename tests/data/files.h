/* SPDX-License-Identifier: Apache-2.0 */
/* A folder for a test's data sets, the files of all forms in it, and what opening them is to say. Include it after
 * setjmp.h, stdarg.h, stddef.h and stdint.h, as cmocka wants. */
#ifndef MOTE_TESTS_FILES_H
#define MOTE_TESTS_FILES_H

#include <archive.h>
#include <archive_entry.h>
#include <ftw.h>
#include <math.h>
#include <stdio.h>
#include <jpeglib.h>
#include <png.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "host/data/dataset.h"

#include <cmocka.h> /* last: its fail_msg needs its own fail */

struct fixture {
    struct pool pool;
    struct report_text report;
    struct frame at;
    struct dataset data;
    char folder[64];
};

static inline int setup(void **state)
{
    static struct fixture f;

    f = (struct fixture){.folder = "/tmp/mote-data-XXXXXX"};
    f.at = (struct frame){.name = "spec", .index = -1, .sink = &f.report};
    *state = &f;
    return mkdtemp(f.folder) == NULL;
}

static inline int remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
    (void)st;
    (void)type;
    (void)where;
    return remove(path);
}

static inline int teardown(void **state)
{
    struct fixture *f = *state;

    pool_free(&f->pool);
    return nftw(f->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

/* ---- files ---- */
static inline const char *path(struct fixture *f, const char *name)
{
    return pool_printf(&f->pool, "%s/%s", f->folder, name);
}

/* Makes the folders above it, too. */
static inline void put(struct fixture *f, const char *name, const void *data, size_t size)
{
    FILE *file;

    for (const char *slash = name; (slash = strchr(slash, '/')) != NULL; slash++)
        mkdir(pool_printf(&f->pool, "%s/%.*s", f->folder, (int)(slash - name), name), 0777);
    file = fopen(path(f, name), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static inline void put_text(struct fixture *f, const char *name, const char *text) { put(f, name, text, strlen(text)); }

static inline void put_gzip(struct fixture *f, const char *name, struct bytes data)
{
    gzFile file;

    put(f, name, "", 0);
    file = gzopen(path(f, name), "wb");
    assert_int_equal(gzwrite(file, data.data, (unsigned)data.size), data.size);
    assert_int_equal(gzclose(file), Z_OK);
}

static inline struct bytes get(struct fixture *f, const char *name)
{
    struct bytes file;

    assert_int_equal(file_read(&f->pool, path(f, name), &file, &f->at), MOTE_OK);
    return file;
}

/* ---- pictures: pixel (y, x) is (10 y + x, 100 + y, 200 + x) or, gray, 10 y + x, all plus `shade` ---- */
static inline uint8_t *pixels(struct fixture *f, int height, int width, int channels, int shade)
{
    uint8_t *p = pool_array(&f->pool, (size_t)(height * width), (size_t)channels);

    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            const int rgb[3] = {10 * y + x, 100 + y, 200 + x};

            for (int c = 0; c < channels; c++)
                p[(y * width + x) * channels + c] = (uint8_t)(rgb[c] + shade);
        }
    return p;
}

static inline struct bytes png_of(struct fixture *f, int height, int width, int channels, int shade)
{
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .width = (png_uint_32)width,
                       .height = (png_uint_32)height,
                       .format = channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB};
    png_alloc_size_t size = 65536;
    uint8_t *bytes = pool_alloc(&f->pool, size);

    assert_true(png_image_write_to_memory(&image, bytes, &size, 0, pixels(f, height, width, channels, shade), 0, NULL));
    return (struct bytes){bytes, size};
}

static inline struct bytes jpeg_of(struct fixture *f, int height, int width, int channels, int shade)
{
    struct jpeg_error_mgr errors;
    struct jpeg_compress_struct info = {.err = jpeg_std_error(&errors)};
    uint8_t *data = pixels(f, height, width, channels, shade), *to = NULL;
    unsigned long size = 0;
    struct bytes out;

    jpeg_create_compress(&info);
    jpeg_mem_dest(&info, &to, &size);
    info.image_width = (JDIMENSION)width;
    info.image_height = (JDIMENSION)height;
    info.input_components = channels;
    info.in_color_space = channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_set_defaults(&info);
    jpeg_set_quality(&info, 100, TRUE);
    info.comp_info[0].h_samp_factor = info.comp_info[0].v_samp_factor = 1;
    jpeg_start_compress(&info, TRUE);
    for (int y = 0; y < height; y++)
        jpeg_write_scanlines(&info, &(JSAMPROW){data + (size_t)(y * width * channels)}, 1);
    jpeg_finish_compress(&info);
    jpeg_destroy_compress(&info);
    out = (struct bytes){pool_copy(&f->pool, to, size), size};
    free(to);
    return out;
}

static inline void put_png(struct fixture *f, const char *name, int height, int width, int channels, int shade)
{
    struct bytes png = png_of(f, height, width, channels, shade);

    put(f, name, png.data, png.size);
}

/* A tar, packed as the name says, or a zip; of n members. */
struct member {
    const char *name;
    struct bytes bytes;
};

static inline void put_archive(struct fixture *f, const char *name, const struct member *members, size_t n)
{
    struct archive *a = archive_write_new();

    assert_int_equal(archive_write_set_format_filter_by_ext(a, name), ARCHIVE_OK);
    assert_int_equal(archive_write_open_filename(a, path(f, name)), ARCHIVE_OK);
    for (size_t i = 0; i < n; i++) {
        struct archive_entry *entry = archive_entry_new();

        archive_entry_set_pathname(entry, members[i].name);
        archive_entry_set_size(entry, (la_int64_t)members[i].bytes.size);
        archive_entry_set_filetype(entry, AE_IFREG);
        archive_entry_set_perm(entry, 0644);
        assert_int_equal(archive_write_header(a, entry), ARCHIVE_OK);
        archive_write_data(a, members[i].bytes.data, members[i].bytes.size);
        archive_entry_free(entry);
    }
    assert_int_equal(archive_write_free(a), ARCHIVE_OK);
}

/* ---- numbers ---- */
/* IDX of bytes that count up from `first`. */
static inline struct bytes idx_of(struct fixture *f, const int32_t *dims, int rank, int first)
{
    struct text t = {.pool = &f->pool};
    int n = 1;

    text_bytes(&t, (uint8_t[]){0, 0, 8, (uint8_t)rank}, 4);
    for (int i = 0; i < rank; i++) {
        text_bytes(&t, (uint8_t[]){0, 0, (uint8_t)(dims[i] >> 8), (uint8_t)dims[i]}, 4);
        n *= dims[i];
    }
    for (int i = 0; i < n; i++)
        text_bytes(&t, (uint8_t[]){(uint8_t)(first + i)}, 1);
    return (struct bytes){(uint8_t *)t.s, t.len};
}

static inline void put_npy(struct fixture *f, const char *name, const char *type, const char *shape, const void *data,
                           size_t size)
{
    struct text t = {.pool = &f->pool};
    const char *header = pool_printf(&f->pool, "{'descr': '%s', 'fortran_order': False, 'shape': %s, }\n", type, shape);

    text_bytes(&t, "\x93NUMPY\1", 8);
    text_bytes(&t, (uint8_t[]){(uint8_t)strlen(header), 0}, 2);
    text_add(&t, "%s", header);
    text_bytes(&t, data, size);
    put(f, name, t.s, t.len);
}

/* ---- opening ---- */
static inline void want_ok(struct fixture *f, enum mote_status status)
{
    if (status != MOTE_OK)
        fail_msg("%s", f->report.text);
}

static inline void want_error(struct fixture *f, enum mote_status got, enum mote_status want, const char *part)
{
    if (got != want || strstr(f->report.text, part) == NULL)
        fail_msg("status %s with \"%s\"; want %s with \"%s\"", status_name(got), f->report.text, status_name(want),
                 part);
    f->report = (struct report_text){.status = MOTE_OK};
}

static inline struct dataset *open_ok(struct fixture *f, const char *name)
{
    want_ok(f, dataset_open(&f->pool, path(f, name), NULL, &f->data, &f->at));
    return &f->data;
}

/* The data: section is `yaml`, which is in one line. */
static inline enum mote_status open_yaml(struct fixture *f, const char *yaml)
{
    put_text(f, "spec.yaml", pool_printf(&f->pool, "data: {%s}\n", yaml));
    return dataset_open(&f->pool, path(f, "spec.yaml"), NULL, &f->data, &f->at);
}

static inline void want_bad(struct fixture *f, const char *yaml, enum mote_status want, const char *part)
{
    enum mote_status status = open_yaml(f, yaml);

    if (status != want || strstr(f->report.text, part) == NULL)
        fail_msg("%s: status %s with \"%s\"; want %s with \"%s\"", yaml, status_name(status), f->report.text,
                 status_name(want), part);
    f->report = (struct report_text){.status = MOTE_OK};
}

struct bad {
    const char *yaml;
    enum mote_status status;
    const char *part;
};

static inline void want_all_bad(struct fixture *f, const struct bad *bad, size_t n)
{
    for (size_t i = 0; i < n; i++)
        want_bad(f, bad[i].yaml, bad[i].status, bad[i].part);
}

static inline void want_splits(const struct dataset *d, int train, int validation, int test)
{
    if (d->n_split[SPLIT_TRAIN] != train || d->n_split[SPLIT_VALIDATION] != validation ||
        d->n_split[SPLIT_TEST] != test)
        fail_msg("splits of %d, %d, %d; want %d, %d, %d", d->n_split[0], d->n_split[1], d->n_split[2], train,
                 validation, test);
}

#endif
