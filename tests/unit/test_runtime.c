/* SPDX-License-Identifier: Apache-2.0 */
/* The device's runtime against images that no host would write. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "host/base/base.h"
#include "mote/mote.h"
#include "ops/image.h"
#include "ops/types.h"
#include "tests/golden/road.h"

#include <cmocka.h> /* after base.h: it has a macro named fail */

static struct bytes image_of(struct pool *pool, const char *graph)
{
    struct report_text report = {.status = MOTE_OK};
    struct frame at = {.index = -1, .sink = &report};
    struct pipeline_options options = {0};
    struct pipeline p = pipeline_of(pool, "test");

    assert_int_equal(model_parse(&p.model, (struct bytes){(uint8_t *)(uintptr_t)graph, strlen(graph)}, &at), MOTE_OK);
    assert_int_equal(pipeline_compile(&p, &options, &at), MOTE_OK);
    return p.image;
}

static const char copy_of_constant[] = "mote-graph 1\nmodel t\ngraph\ntensor 0 s8 [4] data [1, 2, 3, 4]\n"
                                       "tensor 1 s8 [2,2]\nop 0 reshape in [0] out [1]\n"
                                       "inputs []\noutputs [1]\nend\n";

static void *section(struct bytes image, uint32_t id)
{
    const struct mote_image_header *h = (void *)image.data;
    const struct mote_image_section *s = (void *)(image.data + sizeof *h);

    for (uint32_t i = 0; i < h->n_sections; i++)
        if (s[i].id == id)
            return image.data + s[i].offset;
    fail_msg("the image has no section %u", id);
    return NULL;
}

/* A copy whose rows and bytes overflow 32 bits asks for UINT32_MAX bytes, which no tensor may have. */
static void no_tensor_has_the_size_that_stands_for_too_much(void **state)
{
    static _Alignas(16) uint8_t arena[16];
    struct pool pool = {0};
    struct bytes image = image_of(&pool, copy_of_constant);
    struct mote_image_header *h = (void *)image.data;
    struct mote_image_tensor *out = section(image, MOTE_SECTION_TENSORS);
    int32_t *params = section(image, MOTE_SECTION_PARAMS);
    struct mote_image_io *io = section(image, MOTE_SECTION_IO);
    struct mote_model model;

    (void)state;
    while (out->region != MOTE_REGION_ARENA)
        out++;
    out->bytes = h->arena_bytes = UINT32_MAX;
    io->dims[0] = UINT32_MAX;
    io->dims[1] = 1;
    params[0] = 1;         /* rows */
    params[1] = 4;         /* row_bytes */
    params[3] = INT32_MAX; /* out_ring: 4 * (2^31 - 1) bytes */
    h->checksum = mote_crc32(image.data + 20, h->bytes - 20);
    assert_int_equal(mote_image_arena_bytes(image.data, image.size), 0);
    assert_int_equal(mote_model_open(&model, image.data, image.size, arena, SIZE_MAX), MOTE_ERR_BOUNDS);
    pool_free(&pool);
}

/* The helpers take what the image says of a tensor, which is not checked: wrong numbers, but no overflow. */
static void helpers_take_any_zero_point(void **state)
{
    static const int32_t zeros[] = {INT32_MIN, INT32_MIN + 1, -1, 0, INT32_MAX - 1, INT32_MAX};
    int32_t data[2] = {INT32_MIN, INT32_MAX};

    (void)state;
    for (size_t i = 0; i < COUNT(zeros); i++)
        for (int type = TYPE_S8; type <= TYPE_S32; type++) {
            struct mote_io io = {.data = data, .bytes = 8, .type = (uint8_t)type, .scale = 1, .zero = zeros[i]};

            (void)mote_dequantize(&io, 0);
            (void)mote_dequantize(&io, 1);
            assert_in_range(mote_quantize_s8(&io, 500.0f) + 128, 0, 255);
            assert_in_range(mote_quantize_s8(&io, -500.0f) + 128, 0, 255);
        }

    struct mote_io io = {.data = data, .bytes = 8, .type = TYPE_S8, .scale = 0.5f, .zero = -3};

    assert_int_equal(mote_quantize_s8(&io, 1.25f), 0); /* 2.5 rounds to 3 */
    assert_int_equal(mote_quantize_s8(&io, -1.25f), -6);
    assert_int_equal(mote_quantize_s8(&io, 1000.0f), 127);
    assert_int_equal(mote_quantize_s8(&io, -1000.0f), -128);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_tensor_has_the_size_that_stands_for_too_much),
        cmocka_unit_test(helpers_take_any_zero_point),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
