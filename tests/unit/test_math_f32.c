/* SPDX-License-Identifier: Apache-2.0 */
/* exp, log, tanh, the sigmoid, sine, cosine, error function and arc tangent of the device against the C library's in
 * double: every STEP-th float, and the ends of their ranges. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <math.h>

#include "mote/kernels/shared/error_function.h"
#include "mote/kernels/shared/math_f32.h"
#include "mote/kernels/shared/remainder.h"
#include "mote/kernels/shared/rounding.h"
#include "mote/kernels/shared/trigonometry.h"

#include <cmocka.h>

#define STEP     9973 /* prime: all mantissas and exponents come by */
#define SMALLEST 0x1p-126

static double true_tanh(double x) { return tanh(x); }
static double true_exp(double x) { return exp(x); }
static double true_log(double x) { return log(x); }
static double true_sigmoid(double x) { return x < -9.0 ? exp(x) : 1 / (1 + exp(-x)); }

static double true_sin(double x) { return sin(x); }
static double true_cos(double x) { return cos(x); }
static double true_erf(double x) { return erf(x); }
static double true_atan(double x) { return atan(x); }

struct function {
    float (*approximate)(float x);
    double (*real)(double x);
    double normal, subnormal; /* greatest error: of 2^-23 of the result, of 2^-149 */
};

static const struct function functions[] = {
    {.approximate = mote_exp_f32, .real = true_exp, .normal = 0.75, .subnormal = 0.76},
    {.approximate = mote_tanh_f32, .real = true_tanh, .normal = 1.2, .subnormal = 0.76},
    {.approximate = mote_sigmoid_f32, .real = true_sigmoid, .normal = 1.2, .subnormal = 0.76},
    {.approximate = mote_log_f32, .real = true_log, .normal = 0.7, .subnormal = 0.76},
    {.approximate = mote_sin_f32, .real = true_sin, .normal = 1.6, .subnormal = 0.76},
    {.approximate = mote_cos_f32, .real = true_cos, .normal = 1.6, .subnormal = 0.76},
    {.approximate = mote_erf_f32, .real = true_erf, .normal = 2.0, .subnormal = 1},
    {.approximate = mote_atan_f32, .real = true_atan, .normal = 2.0, .subnormal = 0.76},
};

static double error_of(const struct function *f, float x)
{
    double want = f->real((double)x);
    float got = f->approximate(x);

    if (isnan(want) || isnan(got)) /* the logarithm below 0 */
        return isnan(want) && isnan(got) ? 0 : INFINITY;
    if (isinf((float)want) || isinf(got))
        return (float)want == got ? 0 : INFINITY;
    if (fabs(want) >= SMALLEST)
        return fabs((double)got - want) / fabs(want) * 0x1p23 / f->normal;
    return fabs((double)got - want) * 0x1p149 / f->subnormal;
}

static void errors_stay_within_bounds(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        double worst = 0;
        float at = 0;

        for (uint64_t bits = 0; bits <= UINT32_MAX; bits += STEP) {
            float x = mote_float((int32_t)(uint32_t)bits);
            double error;

            if (isnan(x))
                continue;
            error = error_of(&functions[i], x);
            if (error > worst) {
                worst = error;
                at = x;
            }
        }
        print_message("function %zu: %.3f of the bound, at %.9g\n", i, worst, (double)at);
        assert_true(worst <= 1);
    }
}

static void ends_are_defined(void **state)
{
    (void)state;
    assert_true(mote_exp_f32(0.0f) == 1.0f && mote_exp_f32(-0.0f) == 1.0f);
    assert_true(mote_exp_f32(INFINITY) == INFINITY && mote_exp_f32(-INFINITY) == 0.0f);
    assert_true(mote_exp_f32(88.722835f) < INFINITY && mote_exp_f32(88.722847f) == INFINITY);
    assert_true(mote_exp_f32(-103.0f) > 0.0f && mote_exp_f32(-104.0f) == 0.0f);
    assert_true(mote_tanh_f32(INFINITY) == 1.0f && mote_tanh_f32(-INFINITY) == -1.0f);
    assert_true(mote_tanh_f32(9.02f) == 1.0f && mote_tanh_f32(-9.5f) == -1.0f);
    assert_true(mote_tanh_f32(0.0f) == 0.0f && mote_tanh_f32(-0.0f) == 0.0f);
    assert_true(mote_sigmoid_f32(INFINITY) == 1.0f && mote_sigmoid_f32(-INFINITY) == 0.0f);
    assert_true(mote_sigmoid_f32(0.0f) == 0.5f);
    assert_true(mote_log_f32(1.0f) == 0.0f && mote_log_f32(INFINITY) == INFINITY);
    assert_true(mote_log_f32(0.0f) == -INFINITY && mote_log_f32(-0.0f) == -INFINITY);
    assert_true(isnan(mote_sin_f32(INFINITY)) && isnan(mote_cos_f32(-INFINITY)));
    assert_true(signbit(mote_sin_f32(-0.0f)) && mote_cos_f32(0.0f) == 1.0f);
    assert_true(isnan(mote_log_f32(-1.0f)) && isnan(mote_log_f32(-INFINITY)));
    assert_true(mote_erf_f32(INFINITY) == 1.0f && mote_erf_f32(-4.0f) == -1.0f && signbit(mote_erf_f32(-0.0f)));
    assert_true(mote_atan_f32(INFINITY) == 1.57079633f && signbit(mote_atan_f32(-0.0f)));
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++)
        assert_true(isnan(functions[i].approximate(NAN)) && isnan(functions[i].approximate(-NAN)));
}

/* The one that rounds to nearest, and 1 from there on. */
static void tanh_is_one_where_it_must_be(void **state)
{
    float x = 9.02f;

    (void)state;
    assert_true((float)tanh((double)x) == 1.0f);
    assert_true(mote_tanh_f32(nextafterf(x, 0.0f)) >= 1.0f - 0x1p-23f);
    for (float y = 0.624f; y < 0.626f; y += 1e-6f) /* the seam between the two ways */
        assert_true(error_of(&functions[1], y) <= 1);
}

static bool same_bits(float a, float b) { return memcmp(&a, &b, sizeof a) == 0; }

/* As the C library's, to the sign of zero; ROUND is the reference's formula. */
static void rounding_is_exact(void **state)
{
    (void)state;
    for (uint64_t bits = 0; bits <= UINT32_MAX; bits += STEP) {
        float x = mote_float((int32_t)(uint32_t)bits), half = floorf(x) + 0.5f;

        if (isnan(x))
            continue;
        assert_true(same_bits(mote_floor_f32(x), floorf(x)) && same_bits(mote_ceil_f32(x), ceilf(x)));
        assert_true(mote_round_f32(x) == rintf(x) && mote_round_f32(half) == rintf(half));
    }
    assert_true(same_bits(mote_round_f32(-0.0f), -0.0f) && same_bits(mote_round_f32(-0.3f), 0.0f));
}

/* As the C library's in double: of pairs of all sizes, and of pairs whose quotients are nearly whole. */
static void check_division(float x, float y)
{
    float r = fmodf(x, y), want = r != 0 && (y < 0) != (r < 0) ? r + y : r;
    double quotient = floor((double)x / (double)y);

    if (isnan(x) || isnan(y) || y == 0.0f)
        return;
    assert_true(same_bits(mote_floored_remainder(x, y), want) || isnan(want));
    if (fabs(quotient) < 0x1p24)
        assert_true(same_bits(mote_floored_quotient(x, y), (float)quotient));
}

static void floored_division_is_exact(void **state)
{
    uint64_t dice = 1;

    (void)state;
    for (int i = 0; i < 400000; i++) {
        float x, y, k;

        dice = dice * 6364136223846793005u + 1442695040888963407u;
        x = mote_float((int32_t)(dice >> 32));
        y = mote_float((int32_t)(uint32_t)dice);
        check_division(x, y);
        k = (float)((int32_t)(dice >> 40 & 0x3fff) - 0x2000);
        check_division(k * y, y);
        check_division(nextafterf(k * y, 0), y);
        check_division(nextafterf(k * y, INFINITY), -y);
    }
    assert_true(isnan(mote_floored_remainder(1, 0)) && mote_floored_quotient(1, 0) == INFINITY);
    assert_true(mote_floored_quotient(-1e-42f, 3e38f) == -1.0f && mote_floored_remainder(5, INFINITY) == 5.0f);
    assert_true(same_bits(mote_floored_quotient(-5, INFINITY), -0.0f));
    assert_true(same_bits(mote_floored_quotient(-5, -INFINITY), 0.0f) && mote_floored_remainder(5, -INFINITY) < -1e38f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_stay_within_bounds),    cmocka_unit_test(ends_are_defined),
        cmocka_unit_test(tanh_is_one_where_it_must_be), cmocka_unit_test(rounding_is_exact),
        cmocka_unit_test(floored_division_is_exact),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
