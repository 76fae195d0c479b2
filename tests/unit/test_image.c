/* SPDX-License-Identifier: Apache-2.0 */
/* What the image says beyond what an inference needs: docs/SPEC.md promises it to tools, updates and later runtimes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "host/plan/kernels.h"
#include "mote/ops/image.h"
#include "tests/golden/road.h"

#include <cmocka.h> /* after base.h: it has a macro named fail */

/* Two convolutions of pictures with 7 and 5 rows, and a state, so that constants of both kinds alternate in the plan.
 */
static const char graph[] =
    "mote-graph 1\nmodel rows\ngraph \"main\"\n"
    "tensor 0 \"in\" s8 [2,7,4,1] quant [0.05; -3]\n"
    "tensor 1 \"w1\" s8 [2,3,3,1] quant [0.01; 0] data [1, -2, 3, -4, 5, -6, 7, -8, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9]\n"
    "tensor 2 \"b1\" s32 [2] quant [0.0005; 0] data [9, -9]\n"
    "tensor 3 \"middle\" s8 [2,5,2,2] quant [0.05; -3]\n"
    "tensor 4 \"w2\" s8 [1,2,2,2] quant [0.01; 0] data [8, 7, 6, 5, 4, 3, 2, 1]\n"
    "tensor 5 \"b2\" s32 [1] quant [0.0005; 0] data [77]\n"
    "tensor 6 \"out\" s8 [2,4,1,1] quant [0.05; -3]\n"
    "tensor 7 \"kept\" s8 [2,4,1,1] quant [0.05; -3] state data [1, 2, 3, 4, 5, 6, 7, 8]\n"
    "tensor 8 \"sum\" s8 [2,4,1,1] quant [0.05; -3]\n"
    "op 0 conv_2d in [0, 1, 2] out [3] padding valid\n"
    "op 1 conv_2d in [3, 4, 5] out [6] padding valid\n"
    "op 2 add in [6, 7] out [8]\n"
    "op 3 assign_variable in [8] out [7]\n"
    "inputs [0]\noutputs [8]\nend\n";

struct fixture {
    struct pool pool;
    struct mote_model m;
};

static int set_up(void **state)
{
    static _Alignas(16) uint8_t arena[4096];
    struct fixture *f = calloc(1, sizeof *f);
    struct report_text report = {.status = MOTE_OK};
    struct frame at = {.index = -1, .sink = &report};
    struct pipeline_options options = {0};
    struct pipeline p = pipeline_of(&f->pool, "rows");

    assert_int_equal(model_parse(&p.model, (struct bytes){(uint8_t *)(uintptr_t)graph, sizeof graph - 1}, &at),
                     MOTE_OK);
    assert_int_equal(pipeline_compile(&p, &options, &at), MOTE_OK);
    assert_int_equal(mote_model_open(&f->m, &mote_kernels, p.image.data, p.image.size, arena, sizeof arena), MOTE_OK);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    pool_free(&f->pool);
    free(f);
    return 0;
}

static int32_t parameter(const struct mote_model *m, uint32_t step, const char *name)
{
    const struct mote_kernel *k = kernels[m->steps[step].kernel];

    for (int i = 0; i < k->n_params; i++)
        if (strcmp(k->param_names[i], name) == 0)
            return m->params[m->steps[step].params + (uint32_t)i];
    fail_msg("step %u has no parameter %s", step, name);
    return 0;
}

/* Rows count through the batch. */
static void rings_hold_the_whole_tensors(void **state)
{
    static const int32_t rows[] = {14, 10, 8};
    const struct mote_model *m = &((struct fixture *)*state)->m;

    for (uint32_t step = 0; step < 2; step++) {
        assert_int_equal(parameter(m, step, "in_ring"), rows[step]);
        assert_int_equal(parameter(m, step, "out_ring"), rows[step + 1]);
    }
}

/* Weights first, so that what an update changes lies together. */
static void weights_come_first(void **state)
{
    const struct mote_model *m = &((struct fixture *)*state)->m;
    uint32_t weights_end = 0, others_start = UINT32_MAX;
    bool alternate = false; /* in the plan's order, which numbers the tensors */

    for (uint32_t i = 0; i < m->n_tensors; i++) {
        const struct mote_image_tensor *t = &m->tensors[i];

        if (t->region != MOTE_REGION_IMAGE)
            continue;
        if (t->flags & MOTE_TENSOR_WEIGHT) {
            weights_end = t->offset + t->bytes > weights_end ? t->offset + t->bytes : weights_end;
            alternate = alternate || others_start != UINT32_MAX;
        } else {
            others_start = t->offset < others_start ? t->offset : others_start;
        }
    }
    assert_true(alternate);
    assert_true(weights_end <= others_start);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rings_hold_the_whole_tensors),
        cmocka_unit_test(weights_come_first),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
