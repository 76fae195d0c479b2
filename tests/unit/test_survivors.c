/* SPDX-License-Identifier: Apache-2.0 */
/* Convolutions of which a mask leaves few weights, beside the same among zeros that may change: numbers are whole and
 * small, so that sums are exact in any order, and a step's weights are the same to the byte. */
#include <setjmp.h>
#include <stdarg.h>

#include "host/base/random.h"
#include "host/program/program.h"
#include "host/train/network.h"
#include "host/train/step.h"

#include <cmocka.h> /* last: its fail_msg needs its own fail */

#define FORM                                                                                                           \
    "name: form\nnetwork:\n  - conv_2d: {filters: 16, kernel: 3, activation: relu}\n%s"                                \
    "training: {loss: mean_squared_error, optimizer: {kind: sgd}}\n"

/* From 8 x 8 x 16 to as many numbers as the input has, 256: a power of two for the mean. Few enough channels that no
 * algorithm of many multiplies by halves, which rounds. */
static const char valid[] = "  - conv_2d: {filters: 16, kernel: 5, activation: relu6}\n"
                            "  - conv_2d: {filters: 16, kernel: 5, padding: valid}\n";
static const char strides[] = "  - conv_2d: {filters: 16, kernel: 5, stride: 2, activation: relu}\n"
                              "  - conv_2d: {filters: 16, kernel: 5, dilation: 2, bias: false}\n";
static const char uneven[] = "  - conv_2d: {filters: 8, kernel: 5x6, stride: 2x1}\n";

struct world {
    struct pool pool;
    struct report_text text;
    struct frame at;
    struct recipe recipe;
    struct model net;
    struct training_graph graph;
    struct program *program;
};

static void want_ok(struct world *w, enum mote_status status)
{
    if (status != MOTE_OK)
        print_error("%s\n", w->text.text);
    assert_int_equal(status, MOTE_OK);
}

/* -1, 0, 1 */
static float small(uint64_t stream, uint64_t i, uint32_t one_in)
{
    const uint32_t r = random_below(random_stream(7, stream, 0, 0), i, 2 * one_in);

    return r < 2 ? 1 - 2 * (float)r : 0;
}

/* One weight in one_in is left, and all biases are 0, which is whole. */
static void thin_out(struct graph *g, uint32_t one_in)
{
    for (int32_t i = 0; i < g->n_tensors; i++)
        for (int64_t k = 0; g->tensors[i].data != NULL && g->tensors[i].rank > 1 && k < tensor_elements(&g->tensors[i]);
             k++)
            ((float *)(uintptr_t)g->tensors[i].data)[k] = small((uint64_t)i, (uint64_t)k, one_in);
}

/* One step of a batch, as a stage of pruning that masks no more, or without masks. */
static void open_world(struct world *w, const char *form, int32_t batch, uint32_t one_in, bool stage, int threads)
{
    struct dataset data = {.rank = 3, .dims = {8, 8, 4}, .elements = 256, .type = TYPE_U8};
    struct training t;
    const char *folder, *path;
    float *x, *target;

    *w = (struct world){.at = {.name = "test", .index = -1}};
    w->at.sink = &w->text;
    data.preprocess = (struct preprocess){.kind = "none", .channels = ""};
    want_ok(w, folder_temporary(&w->pool, "mote-test-survivors", &folder, &w->at));
    path = pool_printf(&w->pool, "%s/form.yaml", folder);
    form = pool_printf(&w->pool, FORM, form);
    want_ok(w, file_write(path, form, strlen(form), &w->at));
    want_ok(w, recipe_read(&w->pool, path, &w->recipe, &w->at));
    folder_remove(folder);
    want_ok(w, network_build(&w->pool, &w->recipe, &data, &w->net, &w->at));
    thin_out(&w->net.graphs[0], one_in);
    t = w->recipe.training;
    if (stage)
        t.stage = (struct stage){.kind = STAGE_PRUNE, .keep = 1, .steps = 1, .every = 1 << 30};
    want_ok(w, training_graph_make(&w->pool, &w->net, &t, batch, false, &w->graph, &w->at));
    want_ok(w, program_make(&w->pool, &w->graph.model, threads, &w->program, &w->at));
    x = program_input(w->program, w->graph.input);
    target = program_input(w->program, w->graph.target);
    for (int64_t i = 0; i < batch * data.elements; i++)
        x[i] = target[i] = small(100, (uint64_t)i, 4);
    *(float *)program_input(w->program, w->graph.rate) = 0x1p-6F;
    *(int32_t *)program_input(w->program, w->graph.step) = 1;
    program_run(w->program);
}

static void close_world(struct world *w)
{
    program_free(w->program);
    pool_free(&w->pool);
}

static const float *read_parameter(struct world *w, int32_t i, int64_t *n)
{
    const struct tensor *t = &w->graph.model.graphs[0].tensors[w->graph.parameters[i]];
    float *data = pool_alloc(&w->pool, (size_t)tensor_bytes(t));

    program_read(w->program, w->graph.parameters[i], data);
    *n = tensor_elements(t);
    return data;
}

/* What is left, and biases; returns how many of them the step has changed. */
static int want_same(struct world *a, struct world *b)
{
    int changed = 0;

    assert_int_equal(a->graph.n_parameters, b->graph.n_parameters);
    for (int32_t i = 0; i < a->graph.n_parameters; i++) {
        const struct tensor *t = &a->graph.model.graphs[0].tensors[a->graph.parameters[i]];
        const float *before = (const float *)(const void *)t->initial;
        int64_t n;
        const float *x = read_parameter(a, i, &n), *y = read_parameter(b, i, &n);

        for (int64_t k = 0; k < n; k++)
            if (t->rank == 1 || before[k] != 0) {
                assert_memory_equal(&x[k], &y[k], sizeof x[k]);
                changed += x[k] != before[k];
            }
    }
    return changed;
}

static void want_as_dense(const char *form, int32_t batch, uint32_t one_in, int threads)
{
    struct world few, all;

    open_world(&few, form, batch, one_in, true, threads);
    open_world(&all, form, batch, one_in, false, 1);
    assert_true(want_same(&few, &all) > 50);
    close_world(&few);
    close_world(&all);
}

static void few_are_as_dense(void **state)
{
    static const char *const forms[] = {valid, strides, uneven};
    static const int32_t batches[] = {8, 32}; /* part of a chunk, two */

    (void)state;
    for (size_t i = 0; i < COUNT(forms); i++)
        for (size_t k = 0; k < COUNT(batches); k++) {
            want_as_dense(forms[i], batches[k], 20, 1);
            want_as_dense(forms[i], batches[k], 20, 2);
            want_as_dense(forms[i], batches[k], 7, 1); /* many */
        }
}

static void none_is_as_dense(void **state)
{
    struct world few, all;

    (void)state;
    open_world(&few, valid, 8, 100000, true, 1);
    open_world(&all, valid, 8, 100000, false, 1);
    want_same(&few, &all);
    close_world(&few);
    close_world(&all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(few_are_as_dense),
        cmocka_unit_test(none_is_as_dense),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
