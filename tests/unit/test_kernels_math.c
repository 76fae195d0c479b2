/* SPDX-License-Identifier: Apache-2.0 */
/* The mathematical kernels where vectors do not reach: every int8, sampled floats, rings, rows in pieces, in place. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mote/kernels/elementwise/table_s8.h"
#include "mote/kernels/elementwise/unary_f32.h"

static float of_bits(uint32_t bits)
{
    float x;

    memcpy(&x, &bits, sizeof x);
    return x;
}

/* All exponents, and roots that fall close to the middle between two floats. */
static void square_roots_are_correctly_rounded(void **state)
{
    (void)state;
    for (uint64_t bits = 0; bits < UINT64_C(1) << 32; bits += 12347) {
        float x = of_bits((uint32_t)bits), got = mote_sqrt_f32(x), want = sqrtf(x);

        if (memcmp(&got, &want, sizeof got) != 0 && !(isnan(got) && isnan(want)))
            fail_msg("sqrt(%a) = %a, want %a", (double)x, (double)got, (double)want);
    }
    for (uint32_t root = 0x3f800000; root < 0x40000000; root += 8191) {
        float y = of_bits(root),
              middle = (float)(((double)y + nextafterf(y, 3)) / 2 * (((double)y + nextafterf(y, 3)) / 2));

        for (int k = 0; k < 3; k++, middle = nextafterf(middle, k == 1 ? 0 : 5))
            assert_true(mote_sqrt_f32(middle) == sqrtf(middle));
    }
    assert_true(signbit(mote_sqrt_f32(-0.0f)));
}

enum { ROWS = 7, LEN = 5 };

static void table_rows(void **state)
{
    const struct mote_table_s8 p = {.rows = ROWS, .len = LEN, .in_ring = 3, .out_ring = ROWS};
    int8_t table[256], in[3 * LEN], out[ROWS * LEN];

    (void)state;
    for (int32_t q = INT8_MIN; q <= INT8_MAX; q++)
        table[(uint8_t)q] = (int8_t)~q;
    for (int32_t r = 0; r < ROWS; r++) {
        for (int32_t i = 0; i < LEN; i++)
            in[r % 3 * LEN + i] = (int8_t)(37 * (r * LEN + i));
        mote_table_s8(&p, in, table, out, r, 1);
    }
    for (int32_t i = 0; i < ROWS * LEN; i++)
        assert_int_equal(out[i], ~(int8_t)(37 * i));
    mote_table_s8(&(struct mote_table_s8){ROWS, LEN, ROWS, ROWS}, out, table, out, 0, ROWS); /* in place */
    for (int32_t i = 0; i < ROWS * LEN; i++)
        assert_int_equal(out[i], (int8_t)(37 * i));
}

/* Each number computes what its name says. */
static void unary_functions(void **state)
{
    static const struct {
        int32_t function;
        float x, want;
    } cases[] = {
        {.function = MOTE_UNARY_CLAMP, .x = -2, .want = -1}, {.function = MOTE_UNARY_CLAMP, .x = 0.5f, .want = 0.5f},
        {.function = MOTE_UNARY_CLAMP, .x = 7, .want = 3},   {.function = MOTE_UNARY_EXP, .want = 1},
        {.function = MOTE_UNARY_TANH, .x = 20, .want = 1},   {.function = MOTE_UNARY_SIGMOID, .want = 0.5f},
        {.function = MOTE_UNARY_SQRT, .x = 9, .want = 3},    {.function = MOTE_UNARY_RSQRT, .x = 16, .want = 0.25f},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        float lo = -1, hi = 3, got;
        struct mote_unary_f32 p = {1, 1, 1, 1, cases[i].function, 0, 0};

        memcpy(&p.lo, &lo, sizeof lo);
        memcpy(&p.hi, &hi, sizeof hi);
        mote_unary_f32(&p, &cases[i].x, &got, 0, 1);
        assert_true(got == cases[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(square_roots_are_correctly_rounded),
        cmocka_unit_test(table_rows),
        cmocka_unit_test(unary_functions),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
