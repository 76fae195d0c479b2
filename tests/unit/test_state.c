/* SPDX-License-Identifier: Apache-2.0 */
/* State that starts with a constant: in the image, after reset, and in images that say it wrongly. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "mote/ops/image.h"
#include "tests/golden/road.h"

#include <cmocka.h>

#define N 4

/* y = v + x; v = y. Scales and zero points make integers of it. */
static const char counter[] = "mote-graph 1\nmodel counter\ngraph \"main\"\n"
                              "tensor 0 s8 [4] quant [1; 0]\ntensor 1 s8 [4] quant [1; 0]\n"
                              "tensor 2 s8 [4] quant [1; 0]\ntensor 3 s8 [4] quant [1; 0] state data [1, 2, 3, -4]\n"
                              "op 0 read_variable in [3] out [1]\nop 1 add in [0, 1] out [2]\n"
                              "op 2 assign_variable in [2] out [3]\ninputs [0]\noutputs [2]\nend\n";

struct compiled {
    struct pool pool;
    struct pipeline p;
    struct report_text sink;
};

static void compile(struct compiled *c, const char *passes)
{
    struct frame at = {.name = "counter", .index = -1, .sink = &c->sink};

    memset(c, 0, sizeof *c);
    c->p = pipeline_of(&c->pool, "counter");
    assert_int_equal(model_parse(&c->p.model, (struct bytes){(uint8_t *)(uintptr_t)counter, sizeof counter - 1}, &at),
                     MOTE_OK);
    assert_int_equal(pipeline_compile(&c->p, &(struct pipeline_options){.passes = passes}, &at), MOTE_OK);
}

static void expect_run(struct runner *r, const int8_t want[N])
{
    static const int8_t in[N] = {10, 10, 10, 10};
    int8_t out[N];

    runner_run(r, (const uint8_t *)in, (uint8_t *)out);
    assert_memory_equal(out, want, N);
}

static void test_reset(void **state)
{
    static const char *const passes[] = {"none", NULL /* all */};

    (void)state;
    for (size_t i = 0; i < COUNT(passes); i++) {
        struct compiled c;
        struct runner r;

        compile(&c, passes[i]);
        assert_int_equal(runner_open(&c.pool, c.p.image, &r, NULL), MOTE_OK);
        for (int k = 0; k < 2; k++) {
            expect_run(&r, (int8_t[]){11, 12, 13, 6});
            expect_run(&r, (int8_t[]){21, 22, 23, 16});
            mote_model_reset(&r.model);
        }
        pool_free(&c.pool);
    }
}

static struct mote_image_tensor *tensors_of(struct bytes image, uint32_t *n)
{
    const struct mote_image_section *s = (const void *)(image.data + sizeof(struct mote_image_header));

    assert_int_equal(s->id, MOTE_SECTION_TENSORS);
    *n = s->count;
    return (void *)(image.data + s->offset);
}

/* The status after a change, with a checksum that is right again. */
static int32_t open_changed(struct compiled *c, struct mote_error *error)
{
    struct mote_image_header *h = (void *)c->p.image.data;
    struct mote_model m;
    int32_t status;

    h->checksum = mote_crc32(c->p.image.data + 20, h->bytes - 20);
    status =
        mote_model_open(&m, &mote_kernels, h, c->p.image.size, pool_alloc(&c->pool, h->arena_bytes), h->arena_bytes);
    *error = m.error;
    return status;
}

static void test_wrong_images(void **state)
{
    struct compiled c;
    struct mote_image_tensor *t;
    struct mote_error error;
    uint32_t n, at = 0;
    uint16_t initial;

    (void)state;
    compile(&c, "none");
    t = tensors_of(c.p.image, &n);
    while (!(t[at].flags & MOTE_TENSOR_STATE))
        at++;
    initial = t[at].initial;
    assert_in_range(initial, 1, n);
    assert_int_equal(t[initial - 1].region, MOTE_REGION_IMAGE);
    assert_int_equal(t[initial - 1].bytes, N);
    assert_int_equal(open_changed(&c, &error), MOTE_OK);

    t[at].initial = (uint16_t)(n + 1); /* no tensor */
    assert_int_equal(open_changed(&c, &error), MOTE_ERR_BOUNDS);
    assert_int_equal(error.tensor, (int32_t)at);
    t[at].initial = UINT16_MAX;
    assert_int_equal(open_changed(&c, &error), MOTE_ERR_BOUNDS);
    t[at].initial = (uint16_t)(at + 1); /* in the arena */
    assert_int_equal(open_changed(&c, &error), MOTE_ERR_FORMAT);
    t[at].initial = initial;
    t[initial - 1].bytes = N - 1; /* fewer bytes */
    assert_int_equal(open_changed(&c, &error), MOTE_ERR_FORMAT);
    t[initial - 1].bytes = N;
    t[at].flags = 0; /* no state */
    assert_int_equal(open_changed(&c, &error), MOTE_ERR_FORMAT);
    assert_int_equal(error.detail, initial);
    t[at].initial = 0;
    assert_int_equal(open_changed(&c, &error), MOTE_OK);
    pool_free(&c.pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reset),
        cmocka_unit_test(test_wrong_images),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
