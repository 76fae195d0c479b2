/* SPDX-License-Identifier: Apache-2.0 */
/* What the model decides: graphs whose blocks do not nest, images whose units do not, loops that do not end. That
 * honest ones compute what the reference does, vectors say (tests/vectors/add.control.vec, select_v2.control.vec). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "host/base/base.h"
#include "mote/mote.h"
#include "mote/ops/image.h"
#include "mote/ops/types.h"
#include "mote/runtime/registry.h"
#include "tests/golden/road.h"

#include <cmocka.h> /* after base.h: it has a macro named fail */

#define HEAD                                                                                                           \
    "mote-graph 1\nmodel t\ngraph\ntensor 0 \"x\" s32 [1]\ntensor 1 \"n\" s32 [1]\ntensor 2 s32 [1] data [1]\n"        \
    "tensor 3 s32 [1]\ntensor 4 bool [1]\ntensor 5 s32 [1]\ntensor 6 s32 [1]\ntensor 7 s32 [1]\ntensor 8 s32 [2]\n"
#define TAIL "inputs [0, 1]\noutputs [6]\nend\n"

/* x goes up by one until it is n: as often as the model says, or forever. */
static const char counts[] =
    HEAD "op 0 loop in [0] out [3]\nop 1 not_equal in [3, 1] out [4]\nop 2 loop_test in [4] out "
         "[]\nop 3 add in [3, 2] out [5] activation none\nop 4 loop_end in [5] out [6]\n" TAIL;

static enum mote_status read_graph(struct pool *pool, const char *graph, struct pipeline *p, struct report_text *report)
{
    struct frame at = {.index = -1, .sink = report};

    *p = pipeline_of(pool, "test");
    return model_parse(&p->model, (struct bytes){(uint8_t *)(uintptr_t)graph, strlen(graph)}, &at);
}

/* ---- graphs ---- */
static void graphs_are_refused(void **state)
{
    static const struct {
        const char *graph, *want;
    } cases[] = {
        {HEAD
         "op 0 equal in [0, 1] out [4]\nop 1 branch in [4] out []\nop 2 add in [0, 1] out [6] activation none\n" TAIL,
         "a BRANCH or LOOP has no end"},
        {HEAD "op 0 branch_end in [0] out [6]\n" TAIL, "it does not stand where such a block goes on or ends"},
        {HEAD "op 0 loop in [0] out [3]\nop 1 loop_end in [3] out [6]\n" TAIL, "it does not stand where"},
        {HEAD "op 0 branch in [0] out []\nop 1 branch_else in [0] out [3]\nop 2 branch_end in [1] out [6]\n" TAIL,
         "the condition is no single bool"},
        {HEAD "op 0 equal in [0, 1] out [4]\nop 1 branch in [4] out []\nop 2 add in [0, 1] out [5] activation none\n"
              "op 3 branch_else in [5] out [3]\nop 4 branch_end in [5] out [6]\n" TAIL,
         "it is read outside of the block that makes it"},
        {HEAD "op 0 equal in [0, 1] out [4]\nop 1 branch in [4] out []\nop 2 branch_else in [0] out [3]\n"
              "op 3 branch_end in [3] out [6]\n" TAIL,
         "it is read outside of the block that makes it"},
        {HEAD "op 0 equal in [0, 1] out [4]\nop 1 branch in [4] out []\nop 2 add in [0, 1] out [6] activation none\n"
              "op 3 branch_else in [0] out [3]\nop 4 branch_end in [1] out [5]\n" TAIL,
         "an output of the graph that a block makes"},
        {HEAD "op 0 equal in [0, 1] out [4]\nop 1 branch in [4] out []\nop 2 branch_else in [0] out [3]\n"
              "op 3 concatenation in [0, 1] out [8] axis 0 activation none\nop 4 branch_end in [8] out [6]\n" TAIL,
         "the output's shape is 1 in the file, but the inputs make it 2"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct report_text report = {.status = MOTE_OK};
        struct pool pool = {0};
        struct pipeline p;

        if (read_graph(&pool, cases[i].graph, &p, &report) == MOTE_OK || !strstr(report.text, cases[i].want))
            fail_msg("case %zu: want \"%s\", got \"%s\"", i, cases[i].want, report.text);
        pool_free(&pool);
    }
}

/* ---- images ---- */
struct fixture {
    struct pool pool;
    struct bytes image;
    struct mote_model model;
    _Alignas(16) uint8_t arena[256];
};

static void compile(struct fixture *f, const char *graph)
{
    struct report_text report = {.status = MOTE_OK};
    struct frame at = {.index = -1, .sink = &report};
    struct pipeline_options options = {0};
    struct pipeline p;

    assert_int_equal(read_graph(&f->pool, graph, &p, &report), MOTE_OK);
    assert_int_equal(pipeline_compile(&p, &options, &at), MOTE_OK);
    f->image = p.image;
}

static int32_t open(struct fixture *f)
{
    struct mote_image_header *h = (void *)f->image.data;

    h->checksum = mote_crc32(f->image.data + 20, h->bytes - 20);
    return mote_model_open(&f->model, &mote_kernels, f->image.data, f->image.size, f->arena, sizeof f->arena);
}

static struct mote_image_block *units_of(struct fixture *f)
{
    const struct mote_image_header *h = (void *)f->image.data;
    const struct mote_image_section *s = (const void *)(h + 1);

    while (s->id != MOTE_SECTION_SCHEDULE)
        s++;
    return (void *)(f->image.data + s->offset);
}

static void set_inputs(struct fixture *f, int32_t x, int32_t n)
{
    struct mote_io io;

    assert_int_equal(mote_model_input(&f->model, 0, &io), MOTE_OK);
    memcpy(io.data, &x, sizeof x);
    assert_int_equal(mote_model_input(&f->model, 1, &io), MOTE_OK);
    memcpy(io.data, &n, sizeof n);
}

static int32_t output_of(struct fixture *f)
{
    struct mote_io io;
    int32_t y;

    assert_int_equal(mote_model_output(&f->model, 0, &io), MOTE_OK);
    memcpy(&y, io.data, sizeof y);
    return y;
}

static int32_t run(struct fixture *f, bool by_steps, int32_t x, int32_t n)
{
    int32_t status = 1;

    set_inputs(f, x, n);
    if (!by_steps)
        return mote_model_run(&f->model);
    while (status == 1)
        status = mote_model_step(&f->model);
    return status;
}

/* A limit ends what has no end, and the next inference knows nothing of it. */
static void loops_end(void **state)
{
    struct fixture f = {.pool = {0}};

    (void)state;
    compile(&f, counts);
    assert_int_equal(open(&f), MOTE_OK);
    for (int by_steps = 0; by_steps < 2; by_steps++) {
        assert_int_equal(run(&f, by_steps, 3, 7), MOTE_OK);
        assert_int_equal(output_of(&f), 7);
        assert_int_equal(run(&f, by_steps, 7, 7), MOTE_OK);
        assert_int_equal(output_of(&f), 7);
        assert_int_equal(run(&f, by_steps, 0, MOTE_TRIPS), MOTE_OK);
        assert_int_equal(output_of(&f), MOTE_TRIPS);
        assert_int_equal(run(&f, by_steps, 0, MOTE_TRIPS + 1), MOTE_ERR_LOOP);
        assert_int_equal(run(&f, by_steps, 8, 7), MOTE_ERR_LOOP);
        assert_int_equal(run(&f, by_steps, -2, 1), MOTE_OK);
        assert_int_equal(output_of(&f), 1);
    }
    pool_free(&f.pool);
}

/* The units of `counts`: a group, LOOP, the test's group, IF, the body's group, AGAIN. */
static void units_nest(void **state)
{
    static const struct {
        int unit;
        struct mote_image_block block;
        int32_t want;
    } cases[] = {
        {2, {.units = 8, .kind = MOTE_BLOCK_LOOP}, MOTE_ERR_BOUNDS},  /* longer than the schedule */
        {2, {.units = 7, .kind = 4}, MOTE_ERR_FORMAT},                /* no kind */
        {2, {.units = 7, .kind = MOTE_BLOCK_AGAIN}, MOTE_ERR_BOUNDS}, /* the end of no loop */
        {2, {.units = 6, .kind = MOTE_BLOCK_LOOP}, MOTE_ERR_BOUNDS},  /* its IF is longer */
        {2, {.units = 7, .kind = MOTE_BLOCK_IF, .tensor = 500}, MOTE_ERR_BOUNDS},
        {2, {.units = 7, .kind = MOTE_BLOCK_UNLESS, .tensor = 0}, MOTE_ERR_TYPE},
        {5, {.units = 2, .kind = MOTE_BLOCK_LOOP}, MOTE_ERR_BOUNDS}, /* ends within a group */
        {5, {.units = 4, .kind = MOTE_BLOCK_LOOP}, MOTE_ERR_BOUNDS}, /* AGAIN not behind a test */
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct fixture f = {.pool = {0}};
        struct mote_image_block *units;

        compile(&f, counts);
        units = units_of(&f);
        assert_int_equal(units[2].units, 7);
        assert_int_equal(units[5].units, 4);
        units[cases[i].unit] = cases[i].block;
        if (open(&f) != cases[i].want)
            fail_msg("case %zu: status %d, want %d", i, (int)f.model.error.status, (int)cases[i].want);
        pool_free(&f.pool);
    }
}

static void again_goes_to_its_loop(void **state)
{
    (void)state;
    for (uint16_t units = 0; units < 12; units++) {
        struct fixture f = {.pool = {0}};
        struct mote_image_block *b;
        uint16_t right;

        compile(&f, counts);
        for (b = units_of(&f); b->mark != 0 || b->kind != MOTE_BLOCK_AGAIN; b++)
            continue;
        right = b->units;
        b->units = units;
        assert_int_equal(open(&f), units == right ? MOTE_OK : MOTE_ERR_BOUNDS);
        pool_free(&f.pool);
    }
}

/* Without the bit in its header a block is a group that never runs. */
static void blocks_are_announced(void **state)
{
    struct fixture f = {.pool = {0}};

    (void)state;
    compile(&f, counts);
    ((struct mote_image_header *)(void *)f.image.data)->required = 0;
    assert_int_equal(open(&f), MOTE_ERR_BOUNDS);
    pool_free(&f.pool);
}

/* What its body makes is what it reads: with a test there would be no end, and nothing to put the test before. */
static void bodies_do_something(void **state)
{
    static const char idles[] =
        HEAD "op 0 loop in [0] out [3]\nop 1 not_equal in [3, 1] out [4]\nop 2 loop_test in [4] out []\n"
             "op 3 loop_end in [3] out [6]\n" TAIL;
    struct report_text report = {.status = MOTE_OK};
    struct frame at = {.index = -1, .sink = &report};
    const struct pipeline_options options = {0};
    struct pool pool = {0};
    struct pipeline p;

    (void)state;
    assert_int_equal(read_graph(&pool, idles, &p, &report), MOTE_OK);
    assert_int_equal(pipeline_compile(&p, &options, &at), MOTE_ERR_UNSUPPORTED);
    assert_non_null(strstr(report.text, "the body of a LOOP does nothing"));
    pool_free(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(graphs_are_refused),   cmocka_unit_test(loops_end),
        cmocka_unit_test(units_nest),           cmocka_unit_test(again_goes_to_its_loop),
        cmocka_unit_test(blocks_are_announced), cmocka_unit_test(bodies_do_something),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
