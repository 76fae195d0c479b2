/* SPDX-License-Identifier: Apache-2.0 */
/* Options of custom operators: a map as FlexBuffers has it, and what is wrong with others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "host/import/tflite/flexbuffer.h"

#include <stdlib.h>

#include <cmocka.h>
#undef fail /* Mote's own is meant below */

/* {"x": -3, "yy": true}: the names, the keys' vector, the map, and the root. */
static const uint8_t map[] = {'x', 0, 'y', 'y', 0, 2, 6, 5, 2, 1, 2, 0xfd, 1, 4, 0x68, 4, 0x24, 1};
/* {"n": 70000}, indirectly: the number, the name, the keys, the map, the root. */
static const uint8_t indirect[] = {0x70, 0x11, 1, 0, 'n', 0, 1, 3, 1, 1, 1, 11, 0x1a, 2, 0x24, 1};

/* {"n": 0.75}: the name, the keys, the map's length in numbers of four bytes, the float, its type, the root. */
static const uint8_t real[] = {'n', 0, 0, 0, 1, 0, 0, 0, 4 + 4, 0, 0,    0,    4,    0, 0,    0,
                               4,   0, 0, 0, 1, 0, 0, 0, 0,     0, 0x40, 0x3f, 0x0e, 5, 0x26, 1};

static enum mote_status read_map(const uint8_t *data, size_t size, int64_t *sum, struct report_text *report)
{
    struct frame root = {.name = "m.tflite", .index = -1, .sink = report};
    struct flex_map m;

    *sum = 0;
    TRY(flex_open(data, size, &m, &root));
    for (size_t i = 0; i < m.n; i++) {
        const char *name;
        struct flex_number value;

        TRY(flex_entry(&m, i, &name, &value, &root));
        *sum += (int64_t)strlen(name) * 1000 + value.whole;
    }
    return MOTE_OK;
}

static void numbers_come_by_their_names(void **state)
{
    struct report_text report = {0};
    struct frame root = {.name = "m.tflite", .index = -1, .sink = &report};
    const char *name;
    struct flex_number value;
    struct flex_map m;

    (void)state;
    assert_int_equal(flex_open(map, sizeof map, &m, &root), MOTE_OK);
    assert_int_equal(m.n, 2);
    assert_int_equal(flex_entry(&m, 0, &name, &value, &root), MOTE_OK);
    assert_string_equal(name, "x");
    assert_int_equal(value.whole, -3);
    assert_int_equal(flex_entry(&m, 1, &name, &value, &root), MOTE_OK);
    assert_string_equal(name, "yy");
    assert_int_equal(value.whole, 1);
    assert_int_equal(flex_open(indirect, sizeof indirect, &m, &root), MOTE_OK);
    assert_int_equal(flex_entry(&m, 0, &name, &value, &root), MOTE_OK);
    assert_string_equal(name, "n");
    assert_int_equal(value.whole, 70000);
    assert_int_equal(flex_open(real, sizeof real, &m, &root), MOTE_OK);
    assert_int_equal(flex_entry(&m, 0, &name, &value, &root), MOTE_OK);
    assert_true(value.is_float && value.fraction == 0.75);
}

/* In memory of their own, so that a sanitizer sees a byte that is not there. */
static enum mote_status read_copy(const uint8_t *data, size_t size, struct report_text *report)
{
    uint8_t *copy = malloc(size + 1);
    enum mote_status status;
    int64_t sum;

    assert_non_null(copy);
    memcpy(copy + 1, data, size);
    status = read_map(copy + 1, size, &sum, report);
    free(copy);
    return status;
}

static void what_is_cut_is_refused(void **state)
{
    (void)state;
    for (size_t size = 0; size < sizeof map; size++) {
        struct report_text report = {0};

        assert_int_equal(read_copy(map, size, &report), MOTE_ERR_FORMAT);
        assert_non_null(strstr(report.text, "its options are no map of numbers"));
    }
}

static void any_byte_may_be_wrong(void **state)
{
    int refused = 0;

    (void)state;
    for (size_t i = 0; i < sizeof map; i++)
        for (int value = 0; value < 256; value++) {
            struct report_text report = {0};
            uint8_t wrong[sizeof map];

            memcpy(wrong, map, sizeof map);
            wrong[i] = (uint8_t)value;
            refused += read_copy(wrong, sizeof map, &report) != MOTE_OK;
        }
    assert_in_range(refused, 1000, 18 * 255);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_come_by_their_names),
        cmocka_unit_test(what_is_cut_is_refused),
        cmocka_unit_test(any_byte_may_be_wrong),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
