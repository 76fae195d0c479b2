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
#include "tests/unit/c_program.h"

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
            mote_unpack_channels(&p, data, bias, mult, 0, 1);
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

static uint8_t input[BYTES];

static const uint8_t *compute(struct pool *pool, struct bytes file, enum optimize optimize, const char *core,
                              struct pipeline *p)
{
    struct report_text report = {0};
    const struct frame at = {.index = -1, .sink = &report};
    uint8_t *output = pool_alloc(pool, BYTES);
    struct target target;
    struct runner r;

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

static struct bytes network(struct pool *pool)
{
    struct text text = {.pool = pool};

    seed = 4;
    for (int32_t i = 0; i < BYTES; i++)
        input[i] = (uint8_t)(i * 37);
    text_add(&text, "mote-graph 1\nmodel n\ngraph\ntensor 0 \"x\" s8 [1,%d,%d,%d] quant [0.02; 3]\n", SIDE, SIDE,
             CHANNELS);
    for (int32_t i = 0; i < LAYERS; i++)
        put_layer(&text, i);
    text_add(&text, "inputs [0]\noutputs [%d]\nend\n", 3 * LAYERS);
    return (struct bytes){(uint8_t *)text.s, text.len};
}

static void a_network_computes_the_same(void **state)
{
    struct pool pool = {0};
    struct pipeline fast, small, portable;
    const struct bytes file = network(&pool);
    const uint8_t *want = compute(&pool, file, OPTIMIZE_SPEED, "cortex-m4f", &fast);

    (void)state;
    assert_memory_equal(compute(&pool, file, OPTIMIZE_FLASH, "cortex-m4f", &small), want, BYTES);
    assert_memory_equal(compute(&pool, file, OPTIMIZE_FLASH, "portable", &portable), want, BYTES);
    assert_int_equal(unpacked_by(&fast.plan), 0);
    assert_int_equal(unpacked_by(&small.plan), LAYERS);
    assert_int_equal(unpacked_by(&portable.plan), 0); /* it may be for an AVR */
    assert_true(small.plan.weight_bytes < fast.plan.weight_bytes - LAYERS * CHANNELS * 2);
    assert_true(small.image.size < portable.image.size);
    pool_free(&pool);
}

/* For a core whose kernels are portable C, so that the program runs here. */
static void generated_c_unpacks_them_too(void **state)
{
    struct fixture f;
    struct pipeline p;
    struct c_program prog;
    struct bytes want = {.size = BYTES};

    (void)state;
    work_begin(&f);
    want.data = (uint8_t *)(uintptr_t)compute(&f.pool, network(&f.pool), OPTIMIZE_FLASH, "cortex-m3", &p);
    assert_int_equal(unpacked_by(&p.plan), LAYERS);
    prog = c_program_new(&f);
    c_program_add_planned(&f, &prog, &p);
    c_program_infer(&prog, true, false);
    text_bytes(&prog.in, input, BYTES);
    c_program_expect(&f, &prog, "outputs", TYPE_S8, false, want);
    c_program_write(&f, &prog);
    shell(&f, 1, &prog.dir, (const char *[]){GCC " -O1 *.c mote/kernels/*/*.c test/main.c -o program"});
    assert_int_equal(c_program_compare(&f, &prog), 0);
    work_end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_packed_comes_back),
        cmocka_unit_test(multipliers_of_no_factor_are_not_packed),
        cmocka_unit_test(a_network_computes_the_same),
        cmocka_unit_test(generated_c_unpacks_them_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
