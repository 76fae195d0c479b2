/* SPDX-License-Identifier: Apache-2.0 */
/* The runtime's helpers between real numbers and elements. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>

#include "mote/mote.h"
#include "mote/ops/types.h"

#include <cmocka.h>

static void want_real(const struct mote_io *io, uint32_t i, float want)
{
    assert_true(mote_dequantize(io, i) == want); /* exact: the scales are powers of two */
}

static void elements_become_real_numbers(void **state)
{
    int8_t s8[] = {-128, 0, 127};
    uint8_t u8[] = {0, 128, 255};
    int16_t s16[] = {-32768, 7};
    int32_t s32[] = {INT32_MIN, -5};
    float f32[] = {0.1f, -1e30f};

    (void)state;
    want_real(&(struct mote_io){.type = TYPE_S8, .data = s8, .scale = 0.5f, .zero = -128}, 2, 127.5f);
    want_real(&(struct mote_io){.type = TYPE_S8, .data = s8, .scale = 0.25f, .zero = 3}, 0, -32.75f);
    want_real(&(struct mote_io){.type = TYPE_U8, .data = u8, .scale = 0.5f, .zero = 128}, 2, 63.5f);
    want_real(&(struct mote_io){.type = TYPE_BOOL, .data = u8}, 0, 0.0f);
    want_real(&(struct mote_io){.type = TYPE_S16, .data = s16, .scale = 2.0f}, 0, -65536.0f);
    want_real(&(struct mote_io){.type = TYPE_S32, .data = s32, .scale = 0.125f, .zero = 3}, 1, -1.0f);
    want_real(&(struct mote_io){.type = TYPE_F32, .data = f32}, 0, 0.1f);
    want_real(&(struct mote_io){.type = TYPE_F32, .data = f32, .scale = 2.0f, .zero = 1}, 1, -1e30f);
    want_real(&(struct mote_io){.type = TYPE_S64, .data = s32, .scale = 1.0f}, 0, 0.0f);
}

/* An index or a count has no scale: it is what it is. */
static void what_is_not_quantized_stays(void **state)
{
    int32_t s32[] = {42, -7};
    int8_t s8[] = {-3};

    (void)state;
    want_real(&(struct mote_io){.type = TYPE_S32, .data = s32}, 0, 42.0f);
    want_real(&(struct mote_io){.type = TYPE_S32, .data = s32}, 1, -7.0f);
    want_real(&(struct mote_io){.type = TYPE_S8, .data = s8, .scale = (float)NAN}, 0, -3.0f);
}

static void real_numbers_become_int8(void **state)
{
    struct mote_io io = {.type = TYPE_S8, .scale = 0.5f, .zero = -10};
    static const struct {
        float real;
        int8_t want;
    } cases[] = {{.want = -10},
                 {.real = 0.24f, .want = -10},
                 {.real = 0.25f, .want = -9},
                 {.real = -0.25f, .want = -11},
                 {.real = -0.24f, .want = -10},
                 {.real = 68.5f, .want = 127},
                 {.real = 68.74f, .want = 127},
                 {.real = 1e30f, .want = 127},
                 {.real = -59.0f, .want = -128},
                 {.real = -1e30f, .want = -128},
                 {.real = (float)NAN, .want = -10},
                 {.real = (float)INFINITY, .want = 127},
                 {.real = 5.0f},
                 {.real = (float)-INFINITY, .want = -128},
                 {.real = 68.75f, .want = 127},
                 {.real = 69.0f, .want = 127},
                 {.real = 256.0f, .want = 127},
                 {.real = 256.5f, .want = 127},
                 {.real = -59.5f, .want = -128},
                 {.real = -256.0f, .want = -128},
                 {.real = -256.5f, .want = -128}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(mote_quantize_s8(&io, cases[i].real), cases[i].want);
    for (int q = -128; q < 128; q++) { /* there and back */
        int8_t element = (int8_t)q;

        io.data = &element;
        assert_int_equal(mote_quantize_s8(&io, mote_dequantize(&io, 0)), q);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elements_become_real_numbers),
        cmocka_unit_test(what_is_not_quantized_stays),
        cmocka_unit_test(real_numbers_become_int8),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
