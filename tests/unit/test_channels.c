/* SPDX-License-Identifier: Apache-2.0 */
/* Biases and multipliers in few bits: the kernel gives back what was packed, and a network whose steps unpack them
 * computes what it did. */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "host/base/base.h"
#include "host/boards/board.h"
#include "host/coding/channels.h"
#include "host/operators/quantization.h"
#include "host/pipeline/pipeline.h"
#include "host/plan/kernels.h"
#include "host/run/runner.h"
#include "mote/kernels/move/unpack_channels.h"

#include <cmocka.h> /* after base.h: it has a macro named fail */

static uint64_t seed;

static int32_t between(int32_t min, int32_t max)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int32_t)(min + (int64_t)((seed >> 33) % (uint64_t)((int64_t)max - min + 1)));
}

static float draw_scale(void) { return ldexpf((float)between(1 << 23, (1 << 24) - 1), between(-34, -28)); }

/* ---- what is packed ---- */
enum { MOST = 300 };

struct layer {
    int32_t n, bias[MOST], mult[MOST];
    float scale[MOST];
};

static void draw_layer(struct layer *l)
{
    const double factor = (double)draw_scale() / (double)draw_scale();
    const int32_t most = between(0, 20) == 0 ? INT32_MAX : 1 << between(0, 24), step = 1 << between(0, 3);

    l->n = between(1, MOST);
    for (int32_t i = 0; i < l->n; i++) {
        int32_t shift;

        l->bias[i] = between(-most, most) / step * step;
        l->scale[i] = draw_scale();
        quantize_multiplier(factor * (double)l->scale[i], &l->mult[i], &shift);
    }
}

static void what_is_packed_comes_back(void **state)
{
    int32_t packed = 0;

    (void)state;
    for (seed = 1; seed <= 2000;) {
        const uint64_t now = seed;
        struct pool pool = {0};
        struct channels channels;
        struct layer l;

        draw_layer(&l);
        if (channels_pack(&pool, l.bias, l.mult, l.scale, l.n, &channels)) {
            const struct mote_unpack_channels p = {l.n, channels.bias_bits};
            int32_t bias[MOST], mult[MOST];
            uint8_t *data = malloc((size_t)channels.bytes); /* so that sanitizers see what is beyond */

            memcpy(data, channels.data, (size_t)channels.bytes);
            mote_unpack_channels(&p, data, bias, mult);
            assert_memory_equal(bias, l.bias, (size_t)l.n * sizeof *bias);
            assert_memory_equal(mult, l.mult, (size_t)l.n * sizeof *mult);
            free(data);
            packed++;
        }
        pool_free(&pool);
        seed = now + 1;
    }
    assert_in_range(packed, 1900, 2000);
}

static void multipliers_of_no_factor_are_not_packed(void **state)
{
    struct pool pool = {0};
    struct channels channels;
    struct layer l;

    (void)state;
    seed = 3;
    do
        draw_layer(&l);
    while (l.n < 10 || !channels_pack(&pool, l.bias, l.mult, l.scale, l.n, &channels));
    l.mult[5] += 9;
    assert_false(channels_pack(&pool, l.bias, l.mult, l.scale, l.n, &channels));
    l.mult[5] = 0;
    assert_false(channels_pack(&pool, l.bias, l.mult, l.scale, l.n, &channels));
    pool_free(&pool);
}

/* ---- a network ---- */
enum { CHANNELS = 96, LAYERS = 4, SIDE = 3, BYTES = SIDE * SIDE * CHANNELS };

static void put_layer(struct text *text, int32_t i)
{
    const int32_t t = 3 * i;

    text_add(text, "tensor %d \"w%d\" s8 [%d,1,1,%d] quant axis 0 [", t + 1, i, CHANNELS, CHANNELS);
    for (int32_t o = 0; o < CHANNELS; o++)
        text_add(text, "%s%.9g", o > 0 ? ", " : "", (double)between(1000000, 9999999) * 1e-9);
    text_add(text, "; 0] data [");
    for (int32_t k = 0; k < CHANNELS * CHANNELS; k++)
        text_add(text, k > 0 ? ", %d" : "%d", (int)between(-127, 127));
    text_add(text, "]\ntensor %d \"b%d\" s32 [%d] data [", t + 2, i, CHANNELS);
    for (int32_t o = 0; o < CHANNELS; o++)
        text_add(text, o > 0 ? ", %d" : "%d", (int)between(-5000, 5000));
    text_add(text, "]\ntensor %d \"y%d\" s8 [1,%d,%d,%d] quant [0.07; -3]\n", t + 3, i, SIDE, SIDE, CHANNELS);
    text_add(text, "op %d conv_2d in [%d, %d, %d] out [%d] padding valid\n", i, t, t + 1, t + 2, t + 3);
}

static const uint8_t *compute(struct pool *pool, struct bytes file, enum optimize optimize, const char *core,
                              struct pipeline *p)
{
    static uint8_t input[BYTES];
    struct report_text report = {0};
    const struct frame at = {.index = -1, .sink = &report};
    uint8_t *output = pool_alloc(pool, BYTES);
    struct target target;
    struct runner r;

    for (int32_t i = 0; i < BYTES; i++)
        input[i] = (uint8_t)(i * 37);
    if (target_find(pool, core, &target, &at) != MOTE_OK || pipeline_read(pool, "n.graph", file, p, &at) != MOTE_OK ||
        pipeline_compile(p, &(struct pipeline_options){.optimize = optimize, .target = &target}, &at) != MOTE_OK ||
        runner_open(pool, p->image, &r, &at) != MOTE_OK)
        fail_msg("%s", report.text);
    runner_run(&r, input, output);
    return output;
}

static int32_t unpacked_by(const struct plan *plan)
{
    int32_t n = 0;

    for (int32_t i = 0; i < plan->n_steps; i++)
        n += plan->steps[i].kernel == KERNEL_unpack_channels;
    return n;
}

static void a_network_computes_the_same(void **state)
{
    struct pool pool = {0};
    struct text text = {.pool = &pool};
    struct pipeline fast, small, portable;
    const uint8_t *want;

    (void)state;
    seed = 4;
    text_add(&text, "mote-graph 1\nmodel n\ngraph\ntensor 0 \"x\" s8 [1,%d,%d,%d] quant [0.02; 3]\n", SIDE, SIDE,
             CHANNELS);
    for (int32_t i = 0; i < LAYERS; i++)
        put_layer(&text, i);
    text_add(&text, "inputs [0]\noutputs [%d]\nend\n", 3 * LAYERS);
    want = compute(&pool, (struct bytes){(uint8_t *)text.s, text.len}, OPTIMIZE_SPEED, "cortex-m4f", &fast);
    assert_memory_equal(
        compute(&pool, (struct bytes){(uint8_t *)text.s, text.len}, OPTIMIZE_FLASH, "cortex-m4f", &small), want, BYTES);
    assert_memory_equal(
        compute(&pool, (struct bytes){(uint8_t *)text.s, text.len}, OPTIMIZE_FLASH, "portable", &portable), want,
        BYTES);
    assert_int_equal(unpacked_by(&fast.plan), 0);
    assert_int_equal(unpacked_by(&small.plan), LAYERS);
    assert_int_equal(unpacked_by(&portable.plan), 0); /* it may be for an AVR */
    assert_true(small.plan.weight_bytes < fast.plan.weight_bytes - LAYERS * CHANNELS * 2);
    assert_true(small.image.size < portable.image.size);
    pool_free(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_packed_comes_back),
        cmocka_unit_test(multipliers_of_no_factor_are_not_packed),
        cmocka_unit_test(a_network_computes_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
