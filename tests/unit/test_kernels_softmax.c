/* SPDX-License-Identifier: Apache-2.0 */
/* SOFTMAX of int8: vectors of the reference, and that it is one. */
#include "mote/kernels/elementwise/softmax_s8.h"
#include "tests/unit/one_operator.h"

#define CASES 300

static void softmax_case(enum mote_type type, float beta, float scale, int64_t n, const int8_t *in_data, void *out_data)
{
    bool small = type == TYPE_S8;
    struct fixture f;
    int32_t in, out;

    set_up(&f);
    in = tensor(&f, TYPE_S8, 1, &n, scale, between(-128, 127), NULL);
    out = tensor(&f, type, 0, NULL, small ? 1.0f / 256 : 1.0f / 65536, small ? -128 : -32768, NULL);
    ((struct softmax_opts *)add_op(&f, OP_SOFTMAX, 1, &in, out)->opts)->beta = beta;
    must(&f, prepare(&f));
    memcpy(memory_of(&f, in), in_data, (size_t)n);
    run(&f, 1);
    memcpy(out_data, memory_of(&f, out), (size_t)n * (small ? 1 : 2));
    tear_down(&f);
}

static void test_softmax_vectors(void **state)
{
    /* Made with the reference's kernel. */
    static const struct {
        float beta, scale;
        int8_t in[8], want8[8];
        int16_t want16[8];
    } cases[] = {
        {.beta = 1.0f,
         .scale = 0.100000001f,
         .in = {-128, -100, -50, 0, 50, 100, 120, 127},
         .want8 = {-128, -128, -128, -128, -128, -117, -47, 36},
         .want16 = {-32768, -32768, -32768, -32768, -32749, -29952, -11963, 9128}},
        {.beta = 1.0f,
         .scale = 0.234500006f,
         .in = {3, 1, 0, -1, 2, 4, 5, -7},
         .want8 = {-87, -102, -108, -112, -96, -76, -63, -124},
         .want16 = {-22301, -26220, -27589, -28671, -24489, -19535, -16038, -31765}},
        {.beta = 0.5f,
         .scale = 0.0500000007f,
         .in = {127, 127, 127, 127, -128, -128, -128, -128},
         .want8 = {-64, -64, -64, -64, -128, -128, -128, -128},
         .want16 = {-16412, -16412, -16412, -16412, -32740, -32740, -32740, -32740}},
        {.beta = 1.0f,
         .scale = 0.0625f,
         .in = {9, 9, 9, 9, 9, 9, 9, 9},
         .want8 = {-96, -96, -96, -96, -96, -96, -96, -96},
         .want16 = {-24576, -24576, -24576, -24576, -24576, -24576, -24576, -24576}},
        {.beta = 1.0f,
         .scale = 2.0f,
         .in = {1, 2, 3, 4, 5, 6, 7, 8},
         .want8 = {-128, -128, -128, -128, -127, -124, -98, 93},
         .want16 = {-32768, -32768, -32765, -32749, -32628, -31730, -25099, 23899}},
        {.beta = 1.0f,
         .scale = 40.0f,
         .in = {1, 2, 3, 3, 2, 1, 0, -1},
         .want8 = {-128, -128, 0, 0, -128, -128, -128, -128},
         .want16 = {-32768, -32768, 0, 0, -32768, -32768, -32768, -32768}},
        {.beta = 2.0f,
         .scale = 0.00300000003f,
         .in = {-128, 127, 0, 64, -64, 32, -32, 1},
         .want8 = {-115, -66, -99, -85, -108, -93, -104, -99},
         .want16 = {-29312, -16810, -25320, -21833, -27695, -23743, -26621, -25275}},
        {.beta = 1.0f,
         .scale = 0.170460001f,
         .in = {-30, -11, 12, 40, 41, 44, 45, 46},
         .want8 = {-128, -128, -128, -100, -95, -74, -63, -51},
         .want16 = {-32768, -32767, -32708, -25720, -24410, -18830, -16239, -13167}},
    };

    (void)state;
    for (size_t c = 0; c < COUNT(cases); c++) {
        int16_t got16[8];
        int8_t got8[8];

        softmax_case(TYPE_S8, cases[c].beta, cases[c].scale, 8, cases[c].in, got8);
        assert_memory_equal(got8, cases[c].want8, sizeof got8);
        softmax_case(TYPE_S16, cases[c].beta, cases[c].scale, 8, cases[c].in, got16);
        assert_memory_equal(got16, cases[c].want16, sizeof got16);
    }
}

/* The real function, within what fixed point may lose. */
static void test_softmax_is_softmax(void **state)
{
    (void)state;
    for (uint64_t c = 1; c <= CASES; c++) {
        seed = c;

        int8_t in[64], got8[64];
        int16_t got16[64];
        float scale = ldexpf((float)between(100, 1000), -12);
        int n = between(1, 64);
        double sum = 0;

        for (int i = 0; i < n; i++) {
            in[i] = (int8_t)draw_integer(TYPE_S8);
            sum += exp((double)scale * in[i]);
        }
        softmax_case(TYPE_S8, 1, scale, n, in, got8);
        softmax_case(TYPE_S16, 1, scale, n, in, got16);
        for (int i = 0; i < n; i++) {
            double real = exp((double)scale * in[i]) / sum;

            assert_true(fabs(fmin(256 * real, 255) - (got8[i] + 128)) <= 0.502);
            assert_true(fabs(fmin(65536 * real, 65535) - (got16[i] + 32768)) <= 2);
        }
    }
}

/* Several softmaxes in a row of the image, rows in pieces, in place. */
static void test_softmax_rows(void **state)
{
    enum { ROWS = 3, GROUPS = 4, DEPTH = 5, LEN = GROUPS * DEPTH };
    int32_t table[SOFTMAX_TABLE_MAX];
    struct mote_softmax_s8 p = {.rows = ROWS, .groups = GROUPS, .depth = DEPTH, .in_ring = ROWS, .out_ring = ROWS};
    int8_t in[ROWS * LEN], want[DEPTH];

    (void)state;
    seed = 3;
    p.n_table = softmax_table(1, 0.05f, table);
    assert_true(p.n_table > 100 && p.n_table <= 256);
    for (int i = 0; i < ROWS * LEN; i++)
        in[i] = (int8_t)draw_integer(TYPE_S8);
    for (int r = 0; r < ROWS; r++) {
        int8_t before[LEN];

        memcpy(before, in + r * LEN, LEN);
        mote_softmax_s8(&p, in, table, in, r, 1);
        for (int g = 0; g < GROUPS; g++) {
            softmax_case(TYPE_S8, 1, 0.05f, DEPTH, before + g * DEPTH, want);
            assert_memory_equal(in + r * LEN + g * DEPTH, want, DEPTH);
        }
    }
}

static void test_softmax_extremes(void **state)
{
    static const float scales[] = {1e-6f, 1e-4f, 0.0625f, 1, 31, 1e4f, 1e30f};
    int32_t table[SOFTMAX_TABLE_MAX];

    (void)state;
    for (size_t i = 0; i < COUNT(scales); i++) {
        int32_t n = softmax_table(1, scales[i], table);

        assert_true(n >= 1 && n <= SOFTMAX_TABLE_MAX);
        assert_int_equal(table[0], INT32_MAX);
        for (int32_t d = 1; d < n; d++) {
            assert_true(table[d] <= table[d - 1]);
            assert_true(fabs(table[d] - 2147483648.0 * exp(-d * (double)scales[i])) < 600);
        }
    }
    assert_int_equal(softmax_table(1, 1e-9f, table), 0);
    assert_int_equal(softmax_table(0, 1, table), 0);
    assert_int_equal(softmax_table(-1, 1, table), 0);
    assert_int_equal(softmax_table(NAN, 1, table), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_softmax_vectors),
        cmocka_unit_test(test_softmax_is_softmax),
        cmocka_unit_test(test_softmax_rows),
        cmocka_unit_test(test_softmax_extremes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
