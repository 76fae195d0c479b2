/* SPDX-License-Identifier: Apache-2.0 */
/* What an image may make the host do is bounded: memory and work that it asks for beyond the bounds are refused with
 * the numbers, at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "host/plan/kernels.h"
#include "mote/kernels/elementwise/requantize_s8.h"
#include "mote/ops/image.h"
#include "tests/golden/road.h"

#include <cmocka.h>

static const char graph[] = "mote-graph 1\nmodel m version 0\ngraph \"main\"\n"
                            "tensor 0 s8 [64] quant [0.5; 0]\ntensor 1 s8 [64] quant [0.25; 0]\n"
                            "op 0 quantize in [0] out [1]\ninputs [0]\noutputs [1]\nend\n";

struct fixture {
    struct pool pool;
    struct report_text report;
    struct frame at;
    struct pipeline p;
    struct mote_image_header *header;
    struct mote_image_entry *units; /* a group, an entry */
    struct mote_requantize_s8 *params;
};

static void *section(const struct fixture *f, uint32_t id)
{
    const struct mote_image_section *s = (const void *)(f->header + 1);

    while (s->id != id)
        s++;
    return f->p.image.data + s->offset;
}

static void begin(struct fixture *f)
{
    struct pipeline_options options = {0};

    *f = (struct fixture){.at = {.name = "m.mote", .index = -1}};
    f->at.sink = &f->report;
    f->p = pipeline_of(&f->pool, "m.graph");
    assert_int_equal(model_parse(&f->p.model, (struct bytes){(uint8_t *)(uintptr_t)graph, sizeof graph - 1}, &f->at),
                     MOTE_OK);
    assert_int_equal(pipeline_compile(&f->p, &options, &f->at), MOTE_OK);
    f->header = (void *)f->p.image.data;
    f->units = section(f, MOTE_SECTION_SCHEDULE);
    f->params = section(f, MOTE_SECTION_PARAMS);
    assert_int_equal(((struct mote_image_step *)section(f, MOTE_SECTION_STEPS))->kernel, KERNEL_requantize_s8);
}

static enum mote_status open_image(struct fixture *f)
{
    struct runner r;

    f->header->checksum = mote_crc32(f->p.image.data + 20, f->p.image.size - 20);
    return runner_open(&f->pool, f->p.image, &r, &f->at);
}

static void work_is_added_up(void **state)
{
    struct fixture f;
    struct runner r;

    (void)state;
    begin(&f);
    assert_int_equal(runner_open(&f.pool, f.p.image, &r, &f.at), MOTE_OK);
    assert_float_equal(runner_work(&r.model), 193, 0);
    pool_free(&f.pool);
}

/* A ring of one row serves as many rows as it likes: 600 bytes of image would keep the host busy for minutes. */
static void endless_rows_are_refused(void **state)
{
    struct fixture f;

    (void)state;
    begin(&f);
    f.params->rows = INT32_MAX;
    f.params->in_ring = f.params->out_ring = 1;
    assert_int_equal(open_image(&f), MOTE_OK); /* one of them is computed */
    ((struct mote_image_group *)(void *)&f.units[0])->repeat = INT32_MAX / UINT16_MAX;
    f.units[1].rows = f.units[1].hop = UINT16_MAX;
    assert_int_equal(open_image(&f), MOTE_ERR_VALUE);
    assert_non_null(strstr(f.report.text, "one inference takes 4.12e+11 operations; 1e+11 are the most"));
    pool_free(&f.pool);
}

static void huge_arena_is_refused(void **state)
{
    struct fixture f;

    (void)state;
    begin(&f);
    f.header->arena_bytes = UINT32_MAX - 15;
    assert_int_equal(open_image(&f), MOTE_ERR_MEMORY);
    pool_free(&f.pool);
}

static void every_kernel_has_a_cost(void **state)
{
    (void)state;
    for (int i = 0; i < KERNEL_LIMIT; i++)
        if (kernels[i] != NULL) {
            int32_t params[256];

            for (int k = 0; k < kernels[i]->n_params; k++)
                params[k] = kernels[i]->ranges[k].max;
            assert_true(kernels[i]->cost(params) >= 1 && kernels[i]->cost(params) < 1e100);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(work_is_added_up),
        cmocka_unit_test(endless_rows_are_refused),
        cmocka_unit_test(huge_arena_is_refused),
        cmocka_unit_test(every_kernel_has_a_cost),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
