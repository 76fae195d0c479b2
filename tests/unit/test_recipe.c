/* SPDX-License-Identifier: Apache-2.0 */
/* host/train/recipe and network: what each layer becomes, a message with the place for everything that can be wrong,
 * and the shipped recipes, whose sizes are the published ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdlib.h>
#include <unistd.h>

#include "host/data/spec.h"
#include "host/graph/op_info.h"
#include "host/train/recipe.h"

#include <cmocka.h> /* last: its fail_msg needs its own fail */

struct fixture {
    struct pool pool;
    struct report_text report;
    struct frame at;
    char path[64];
    struct recipe recipe;
    struct dataset data;
    struct model model;
};

static const char *const digits[] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"};

static int setup(void **state)
{
    static struct fixture f;
    int file;

    f = (struct fixture){.path = "/tmp/mote-recipe-XXXXXX"};
    f.at = (struct frame){.name = "recipe", .index = -1, .sink = &f.report};
    *state = &f;
    file = mkstemp(f.path);
    return file < 0 || close(file) != 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    pool_free(&f->pool);
    return unlink(f->path);
}

/* ---- reading and building ---- */
static enum mote_status read_text(struct fixture *f, const char *text)
{
    FILE *file = fopen(f->path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
    f->report = (struct report_text){.status = MOTE_OK};
    return recipe_read(&f->pool, f->path, &f->recipe, &f->at);
}

/* Samples of the shape "28x28x1", with as many classes. */
static struct dataset data_of(const char *shape, int32_t classes)
{
    struct dataset d = {.n_classes = classes, .elements = 1, .type = TYPE_U8, .classes = classes > 0 ? digits : NULL};

    for (const char *s = shape; *s != '\0'; s += *s == 'x') {
        char *end;

        d.dims[d.rank] = strtol(s, &end, 10);
        d.elements *= d.dims[d.rank++];
        s = end;
    }
    return d;
}

static enum mote_status build(struct fixture *f, const char *network, const char *shape, int32_t classes)
{
    enum mote_status status = read_text(f, pool_printf(&f->pool, "name: test\nnetwork:\n%s", network));

    f->data = data_of(shape, classes);
    return status == MOTE_OK ? network_build(&f->pool, &f->recipe, &f->data, &f->model, &f->at) : status;
}

static void want_ok(struct fixture *f, enum mote_status status)
{
    if (status != MOTE_OK)
        fail_msg("%s", f->report.text);
}

static void want_error(struct fixture *f, enum mote_status got, const char *part)
{
    if (got == MOTE_OK || strstr(f->report.text, part) == NULL)
        fail_msg("status %s with \"%s\"; want \"%s\"", status_name(got), f->report.text, part);
}

/* The graph as text, without the weights' numbers. */
static const char *text_of(struct fixture *f)
{
    struct text out = {.pool = &f->pool};
    struct graph *g = &f->model.graphs[0];

    for (int32_t i = 0; i < g->n_tensors; i++)
        if (g->tensors[i].type == TYPE_F32)
            g->tensors[i].data = NULL;
    model_print(&f->model, &out, true);
    return out.s;
}

static void want_graph(struct fixture *f, const char *network, const char *shape, int32_t classes, const char *want)
{
    const char *got;

    want_ok(f, build(f, network, shape, classes));
    got = strstr(text_of(f), "tensor 0");
    if (strcmp(got, want) != 0)
        fail_msg("the graph is\n%s\nnot\n%s", got, want);
}

#define CLASSIFIER "  - fully_connected: {}\n  - softmax: {}\n"

static void a_network_becomes_a_graph(void **state)
{
    want_graph(*state,
               "  - conv_2d: {filters: 4, kernel: 3, stride: 2, activation: relu}\n"
               "  - max_pool_2d: {}\n"
               "  - flatten: {}\n" CLASSIFIER,
               "8x8x2", 3,
               "tensor 0 \"input\" f32 [1,8,8,2]\n"
               "tensor 1 \"conv_2d_1/weights\" f32 [4,3,3,2]\n"
               "tensor 2 \"conv_2d_1/bias\" f32 [4]\n"
               "tensor 3 \"conv_2d_1\" f32 [1,4,4,4]\n"
               "tensor 4 \"max_pool_2d_1\" f32 [1,2,2,4]\n"
               "tensor 5 \"flatten_1/shape\" s32 [2] data [-1, 16]\n"
               "tensor 6 \"flatten_1\" f32 [1,16]\n"
               "tensor 7 \"fully_connected_1/weights\" f32 [3,16]\n"
               "tensor 8 \"fully_connected_1/bias\" f32 [3]\n"
               "tensor 9 \"fully_connected_1\" f32 [1,3]\n"
               "tensor 10 \"softmax_1\" f32 [1,3]\n"
               "op 0 conv_2d \"conv_2d_1\" in [0, 1, 2] out [3] padding same stride_h 2 stride_w 2 activation relu\n"
               "op 1 max_pool_2d \"max_pool_2d_1\" in [3] out [4] padding valid stride_h 2 stride_w 2 filter_h 2 "
               "filter_w 2\n"
               "op 2 reshape \"flatten_1\" in [4, 5] out [6]\n"
               "op 3 fully_connected \"fully_connected_1\" in [6, 7, 8] out [9]\n"
               "op 4 softmax \"softmax_1\" in [9] out [10] beta 1\n"
               "inputs [0]\n"
               "outputs [10]\n"
               "end\n");
}

static void shapes_that_do_not_fit_are_named(void **state)
{
    struct fixture *f = *state;

    want_error(f, build(f, "  - conv_2d: {filters: 4, kernel: 3}\n" CLASSIFIER, "8x8", 3),
               "layer 1 conv_2d_1: it reads images of height x width x channels, but its input is 8x8");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_network_becomes_a_graph, setup, teardown),
        cmocka_unit_test_setup_teardown(shapes_that_do_not_fit_are_named, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
