/* SPDX-License-Identifier: Apache-2.0 */
/* Small models that were misunderstood once, from the shared folder, where it is: each gives what it should. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/golden/road.h"

#include <cmocka.h>
#undef fail /* Mote's own is meant below */

/* A case's folder, or NULL, and a line that says so, where it is missing. */
static const char *case_folder(struct pool *pool, const char *name)
{
    const char *env = getenv("MOTE_SHARED"), *base = env != NULL ? env : MOTE_SOURCE_DIR "/../shared";
    const char *path = pool_printf(pool, "%s/cases/%s", base, name);

    if (access(path, R_OK) == 0)
        return path;
    printf("SKIP: no %s; MOTE_SHARED names the folder that holds cases/\n", path);
    return NULL;
}

struct ran {
    struct report_text sink;
    struct pipeline p;
    struct runner runner;
};

static enum mote_status run_model(struct pool *pool, const char *path, const char *passes, const struct bytes *input,
                                  struct ran *out)
{
    struct frame at = {.name = path, .index = -1, .sink = &out->sink};
    struct mote_io io;

    TRY(pipeline_load(pool, path, &out->p, &at));
    TRY(pipeline_compile(&out->p, &(struct pipeline_options){.passes = passes}, &at));
    TRY(runner_open(pool, out->p.image, &out->runner, &at));
    io = runner_input(&out->runner, 0);
    if (input->size != io.bytes)
        return fail(&at, MOTE_ERR_SHAPE, "the input has %zu bytes, not %zu", (size_t)io.bytes, input->size);
    memcpy(io.data, input->data, io.bytes);
    mote_model_run(&out->runner.model);
    return MOTE_OK;
}

static struct ran run_case(struct pool *pool, const char *folder, const char *model, const char *passes)
{
    struct frame at = {.index = -1};
    struct ran ran = {0};
    struct bytes input;

    assert_int_equal(file_read(pool, pool_printf(pool, "%s/in0.bin", folder), &input, &at), MOTE_OK);
    if (run_model(pool, pool_printf(pool, "%s/%s", folder, model), passes, &input, &ran) != MOTE_OK)
        print_error("%s\n", ran.sink.text);
    assert_int_equal(ran.sink.status, MOTE_OK);
    return ran;
}

static const char *const passes_tried[] = {"none", NULL /* all */};

static void border_is_zero_point(void **state)
{
    struct pool pool = {0};
    const char *folder = case_folder(&pool, "s2b_int8_border_zero");
    struct frame at = {.index = -1};
    struct bytes want;

    (void)state;
    for (size_t i = 0; folder != NULL && i < COUNT(passes_tried); i++) {
        struct ran ran = run_case(&pool, folder, "model.tflite", passes_tried[i]);
        struct mote_io io = runner_output(&ran.runner, 0);

        assert_int_equal(file_read(&pool, pool_printf(&pool, "%s/want0.bin", folder), &want, &at), MOTE_OK);
        assert_int_equal(io.bytes, want.size);
        assert_memory_equal(io.data, want.data, want.size);
    }
    pool_free(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(border_is_zero_point),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
