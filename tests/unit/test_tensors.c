/* SPDX-License-Identifier: Apache-2.0 */
/* Tensor files: raw bytes and .npy, whose headers are written here by hand as NumPy writes them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdlib.h>
#include <unistd.h>

#include "host/data/tensors.h"

#include <cmocka.h> /* last: its fail_msg needs its own fail */

static struct pool pool;
static struct report_text report;
static const struct frame at = {.name = "file", .index = -1, .sink = &report};
static char folder[] = "/tmp/mote-tensors-XXXXXX";

static const char *path(const char *name) { return pool_printf(&pool, "%s/%s", folder, name); }

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL;
}

static int remove_all(void **state)
{
    (void)state;
    unlink(path("x.npy"));
    unlink(path("x.bin"));
    rmdir(folder);
    pool_free(&pool);
    return 0;
}

/* A .npy of version 1, 2 or 3 with `bytes` of data that count up from 0. */
static void put_npy(int version, const char *header, size_t bytes)
{
    struct text t = {.pool = &pool};
    size_t len = strlen(header) + 1;

    text_bytes(&t, "\x93NUMPY", 6);
    text_bytes(&t, (uint8_t[]){(uint8_t)version, 0}, 2);
    text_bytes(&t, (uint8_t[]){(uint8_t)len, (uint8_t)(len >> 8), 0, 0}, version == 1 ? 2 : 4);
    text_add(&t, "%s\n", header);
    for (size_t i = 0; i < bytes; i++)
        text_bytes(&t, (uint8_t[]){(uint8_t)i}, 1);
    assert_int_equal(file_write(path("x.npy"), t.s, t.len, &at), MOTE_OK);
}

static const char *header_of(const char *descr, const char *shape)
{
    return pool_printf(&pool, "{'descr': '%s', 'fortran_order': False, 'shape': %s, }", descr, shape);
}

static const uint32_t dims[] = {1, 2, 3, 1};
static const struct mote_io small = {.type = TYPE_S16, .bytes = 12, .rank = 4, .dims = dims};

static enum mote_status read_small(struct bytes *out, size_t *n)
{
    report = (struct report_text){.status = MOTE_OK};
    return tensors_read(&pool, path("x.npy"), &small, out, n, &at);
}

static void shapes_that_fit_are_read(void **state)
{
    static const struct {
        const char *shape;
        size_t n;
    } cases[] = {{"(1, 2, 3, 1)", 1},    {"(2, 3)", 1}, {"(2,3,1)", 1},   {"(4, 2, 3)", 4},
                 {"(4, 1, 2, 3, 1)", 4}, {"(6,)", 1},   {"(1, 1, 12)", 2}};

    (void)state;
    for (int version = 1; version <= 3; version++)
        for (size_t i = 0; i < COUNT(cases); i++) {
            struct bytes got;
            size_t n;

            put_npy(version, header_of("<i2", cases[i].shape), 12 * cases[i].n);
            if (read_small(&got, &n) != MOTE_OK)
                fail_msg("%s: %s", cases[i].shape, report.text);
            assert_int_equal(n, cases[i].n);
            assert_int_equal(got.size, 12 * n);
            for (size_t k = 0; k < got.size; k++)
                assert_int_equal(got.data[k], k);
        }
}

static void arrays_that_do_not_fit_are_refused(void **state)
{
    static const struct {
        enum mote_status status;
        const char *part, *header;
        size_t bytes;
    } cases[] = {
        {MOTE_ERR_SHAPE, "the array's shape is (3, 2), the tensor's (1, 2, 3, 1)",
         "{'descr': '<i2', 'fortran_order': False, 'shape': (3, 2), }", 12},
        {MOTE_ERR_SHAPE, "shape is (2, 2, 2, 3)", "{'descr': '<i2', 'fortran_order': False, 'shape': (2, 2, 2, 3), }",
         48},
        {MOTE_ERR_SHAPE, "no multiple of the tensor's 12", "{'descr': '<i2', 'fortran_order': False, 'shape': (7,), }",
         14},
        {MOTE_ERR_SHAPE, "holds 0 bytes", "{'descr': '<i2', 'fortran_order': False, 'shape': (0, 2, 3), }", 0},
        {MOTE_ERR_FORMAT, "holds 12 bytes of data, its shape (2, 2, 3) wants 24: is it cut off?",
         "{'descr': '<i2', 'fortran_order': False, 'shape': (2, 2, 3), }", 12},
        {MOTE_ERR_FORMAT, "is it cut off?",
         "{'descr': '<i2', 'fortran_order': False, 'shape': (1000000000, 1000000000, 1000000000), }", 12},
        {MOTE_ERR_TYPE, "the array's type is '<f4', the tensor's <i2 (s16)",
         "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", 24},
        {MOTE_ERR_TYPE, "type is '>i2'", "{'descr': '>i2', 'fortran_order': False, 'shape': (2, 3), }", 12},
        {MOTE_ERR_FORMAT, "Fortran order", "{'descr': '<i2', 'fortran_order': True, 'shape': (2, 3), }", 12},
        {MOTE_ERR_FORMAT, "lacks", "{'descr': '<i2', 'fortran_order': False, }", 12},
        {MOTE_ERR_FORMAT, "lacks", "{'descr': '<i2', 'fortran_order': False, 'shape': (-2, 3), }", 12},
        {MOTE_ERR_FORMAT, "lacks", "{'descr': '<i2', 'fortran_order': False, 'shape': (2, 3", 12},
        {MOTE_ERR_FORMAT, "lacks", "{'descr'", 12},
        {MOTE_ERR_FORMAT, "lacks", "", 12},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bytes got;
        enum mote_status status;
        size_t n;

        put_npy(1, cases[i].header, cases[i].bytes);
        status = read_small(&got, &n);
        if (status != cases[i].status || strstr(report.text, cases[i].part) == NULL)
            fail_msg("%s: \"%s\", want \"%s\"", cases[i].header, report.text, cases[i].part);
    }
}

static void cut_off_files_are_refused(void **state)
{
    struct bytes whole, got;
    size_t n;

    (void)state;
    put_npy(1, header_of("<i2", "(1, 2, 3, 1)"), 12);
    report = (struct report_text){.status = MOTE_OK};
    assert_int_equal(file_read(&pool, path("x.npy"), &whole, &at), MOTE_OK);
    for (size_t size = 0; size < whole.size; size++) {
        assert_int_equal(file_write(path("x.npy"), whole.data, size, &at), MOTE_OK);
        assert_int_equal(read_small(&got, &n), MOTE_ERR_FORMAT);
    }
}

static void what_is_written_is_read(void **state)
{
    static const enum mote_type types[] = {TYPE_S8, TYPE_U8, TYPE_S32, TYPE_S64, TYPE_F32, TYPE_BOOL};
    uint8_t data[3 * 48];

    (void)state;
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(7 * i);
    for (size_t i = 0; i < COUNT(types); i++)
        for (size_t n = 1; n <= 3; n += 2)
            for (int npy = 0; npy < 2; npy++) {
                struct mote_io io = {.type = (uint8_t)types[i], .rank = 4, .dims = dims};
                const char *name = path(npy ? "x.npy" : "x.bin");
                struct bytes got;
                size_t got_n;

                io.bytes = 6 * (uint32_t)type_bits(types[i]) / 8;
                report = (struct report_text){.status = MOTE_OK};
                assert_int_equal(tensors_write(&pool, name, &io, n, (struct bytes){data, n * io.bytes}, &at), MOTE_OK);
                if (tensors_read(&pool, name, &io, &got, &got_n, &at) != MOTE_OK)
                    fail_msg("%s", report.text);
                assert_int_equal(got_n, n);
                assert_memory_equal(got.data, data, n * io.bytes);
            }
}

/* A version, a length, a Python dictionary, spaces, a line feed; the data begin at a multiple of 64. */
static void the_header_is_one_that_numpy_reads(void **state)
{
    static const char want[] = "\x93NUMPY\1\0v\0{'descr': '<i2', 'fortran_order': False, 'shape': (1, 2, 3, 1, ), } ";
    struct bytes file;

    (void)state;
    report = (struct report_text){.status = MOTE_OK};
    assert_int_equal(tensors_write(&pool, path("x.npy"), &small, 1, (struct bytes){(uint8_t *)"abcdefghijkl", 12}, &at),
                     MOTE_OK);
    assert_int_equal(file_read(&pool, path("x.npy"), &file, &at), MOTE_OK);
    assert_memory_equal(file.data, want, sizeof want - 1);
    assert_int_equal(file.size, 128 + 12);
    assert_int_equal(file.data[127], '\n');
    assert_memory_equal(file.data + 128, "abcdefghijkl", 12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shapes_that_fit_are_read),           cmocka_unit_test(arrays_that_do_not_fit_are_refused),
        cmocka_unit_test(cut_off_files_are_refused),          cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(the_header_is_one_that_numpy_reads),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_all);
}
