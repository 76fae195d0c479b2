/* SPDX-License-Identifier: Apache-2.0 */
/* QUANTIZE and DEQUANTIZE, from and to floats and between integers, against the definition. */
#include "mote/kernels/elementwise/quantize_f32_s8.h"
#include "mote/kernels/elementwise/requantize_s8.h"
#include "tests/unit/one_operator.h"

#define CASES 300

static double round_away(double x) { return x < 0 ? -floor(-x + 0.5) : floor(x + 0.5); }

static float draw_float(float scale, int span)
{
    switch (between(0, 9)) {
    case 0:
        return INFINITY;
    case 1:
        return -INFINITY;
    case 2:
        return NAN;
    case 3:
        return ldexpf(chance(2) ? -1 : 1, between(-140, 127));
    case 4:
        return ((float)between(-span, span) + 0.5f) * scale;
    case 5:
        return nextafterf(((float)between(-span, span) + 0.5f) * scale, chance(2) ? 1e9f : -1e9f);
    default:
        return (float)between(-span * 100, span * 100) / 100 * scale;
    }
}

static void quantize_case(enum mote_type type)
{
    int64_t dims[] = {between(1, 4), between(1, 4), between(1, 4), between(1, 40)}, n = product(4, dims);
    int64_t lo = type == TYPE_U8 ? 0 : type == TYPE_S8 ? -128 : -32768, hi = lo + (1 << type_bits(type)) - 1;
    float scale = chance(2) ? draw_scale() : ldexpf(1, between(-20, 3)), *from;
    int32_t zero = (int32_t)draw_integer(type), in, out;
    struct fixture f;

    set_up(&f);
    in = tensor(&f, TYPE_F32, 4, dims, 0, 0, NULL);
    out = tensor(&f, type, 0, NULL, scale, zero, NULL);
    add_op(&f, OP_QUANTIZE, 1, &in, out);
    must(&f, prepare(&f));
    from = memory_of(&f, in);
    for (int64_t i = 0; i < n; i++)
        from[i] = draw_float(scale, type == TYPE_S16 ? 70000 : 300);
    run(&f, between(1, 3));
    for (int64_t i = 0; i < n; i++) {
        float quotient = from[i] / scale;
        double want = isnan(quotient) ? zero : fmin(fmax(round_away((double)quotient) + zero, (double)lo), (double)hi);

        assert_int_equal(get(memory_of(&f, out), type, i), (int64_t)want);
    }
    tear_down(&f);
}

static void test_quantize_float(void **state)
{
    (void)state;
    for (uint64_t i = 1; i <= CASES; i++) {
        seed = i;
        quantize_case(chance(3) ? TYPE_S8 : chance(2) ? TYPE_U8 : TYPE_S16);
    }
}

static void requantize_case(enum mote_type from, enum mote_type to)
{
    int64_t dims[] = {between(1, 4), between(1, 3), between(1, 60)}, n = product(3, dims);
    float in_scale = draw_scale(), out_scale = chance(3) ? in_scale : in_scale * (float)between(1, 5000) / 1000;
    int32_t in_zero = from == TYPE_S32 ? between(-1000, 1000) : (int32_t)draw_integer(from);
    int32_t out_zero = to == TYPE_S32 ? between(-1000, 1000) : (int32_t)draw_integer(to), in, out;
    int64_t lo = to == TYPE_U8 ? 0 : -(INT64_C(1) << (type_bits(to) - 1)), hi = lo + (INT64_C(1) << type_bits(to)) - 1;
    void *data;
    struct fixture f;

    set_up(&f);
    in = tensor(&f, from, 3, dims, in_scale, in_zero, NULL);
    out = tensor(&f, to, 0, NULL, out_scale, out_zero, NULL);
    add_op(&f, OP_QUANTIZE, 1, &in, out);
    must(&f, prepare(&f));
    data = draw_tensor(&f, from, n);
    memcpy(memory_of(&f, in), data, (size_t)(n * type_bits(from) / 8));
    run(&f, between(1, 3));
    for (int64_t i = 0; i < n; i++) {
        int32_t x = wrap(get(data, from, i) - in_zero);
        int32_t y = wrap((int64_t)scaled(x, multiplier((double)in_scale / (double)out_scale)) + out_zero);

        assert_int_equal(get(memory_of(&f, out), to, i), clamp(y, lo, hi));
    }
    tear_down(&f);
}

static void test_requantize(void **state)
{
    static const enum mote_type pairs[][2] = {
        {TYPE_S8, TYPE_S8},  {TYPE_S8, TYPE_U8},   {TYPE_S8, TYPE_S16},  {TYPE_S8, TYPE_S32}, {TYPE_U8, TYPE_S8},
        {TYPE_S16, TYPE_S8}, {TYPE_S16, TYPE_S16}, {TYPE_S16, TYPE_S32}, {TYPE_S32, TYPE_S8}, {TYPE_S32, TYPE_S16},
    };

    (void)state;
    for (uint64_t c = 1; c <= CASES; c++)
        for (size_t i = 0; i < COUNT(pairs); i++) {
            seed = c * COUNT(pairs) + i;
            requantize_case(pairs[i][0], pairs[i][1]);
        }
}

static void test_dequantize(void **state)
{
    static const enum mote_type types[] = {TYPE_S8, TYPE_U8, TYPE_S16};

    (void)state;
    for (uint64_t c = 1; c <= CASES; c++) {
        seed = c;

        enum mote_type type = types[between(0, 2)];
        int64_t n = between(1, 100);
        float scale = draw_scale();
        int32_t zero = (int32_t)draw_integer(type), in, out;
        const float *result;
        void *data;
        struct fixture f;

        set_up(&f);
        in = tensor(&f, type, 1, &n, scale, zero, NULL);
        out = tensor(&f, TYPE_F32, 0, NULL, 0, 0, NULL);
        add_op(&f, OP_DEQUANTIZE, 1, &in, out);
        must(&f, prepare(&f));
        data = draw_tensor(&f, type, n);
        memcpy(memory_of(&f, in), data, (size_t)(n * type_bits(type) / 8));
        run(&f, 1);
        result = memory_of(&f, out);
        for (int64_t i = 0; i < n; i++) {
            float want = (float)((double)scale * (double)(get(data, type, i) - zero));

            assert_memory_equal(&result[i], &want, sizeof want);
        }
        tear_down(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quantize_float),
        cmocka_unit_test(test_requantize),
        cmocka_unit_test(test_dequantize),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
