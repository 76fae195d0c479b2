/* SPDX-License-Identifier: Apache-2.0 */
/* How a recipe shares what is pruned among its layers. */
#include "host/train/trainer.h"

#include <setjmp.h>
#include <stdarg.h>

#include "tests/unit/drawn_table.h"

#include <cmocka.h> /* last: its fail_msg needs its own fail */

#define THREADS 1 /* other tests run beside this one */

static const char network[] = "name: small\n"
                              "network:\n"
                              "  - reshape: {shape: [4, 2, 1]}\n"
                              "  - conv_2d: {filters: 6, kernel: 3, batch_norm: true, activation: relu}\n"
                              "  - fully_connected: {name: wide, units: 12, activation: relu}\n"
                              "  - fully_connected: {}\n"
                              "  - softmax: {}\n"
                              "training: {epochs: 4, batch: 16, optimizer: {kind: adam, rate: 0.01}}\n"
                              "compress: {prune: {epochs: 2, ramp: 2, %s}}\n";

enum { CONV = 54, WIDE = 12 * 48, LAST = 3 * 12 };

struct world {
    struct pool pool;
    struct report_text text;
    struct frame at;
    const char *folder;
    struct recipe recipe;
    struct dataset data;
    struct model net;
    struct trainer trainer;
};

static void want_ok(struct world *w, enum mote_status status)
{
    if (status != MOTE_OK)
        print_error("%s\n", w->text.text);
    assert_int_equal(status, MOTE_OK);
}

static const char *put(struct world *w, const char *name, const char *text)
{
    const char *path = pool_printf(&w->pool, "%s/%s", w->folder, name);

    want_ok(w, file_write(path, text, strlen(text), &w->at));
    return path;
}

/* The network after the stage. */
static struct model pruned(struct world *w, const char *how)
{
    const char *data;
    struct epoch_result r;
    struct model m;

    *w = (struct world){.at = {.name = "test", .index = -1}};
    w->at.sink = &w->text;
    want_ok(w, folder_temporary(&w->pool, "mote-test-ways", &w->folder, &w->at));
    put(w, "drawn.csv", drawn_table(&w->pool).s);
    data = put(w, "data.yaml", drawn_data);
    want_ok(w, recipe_read(&w->pool, put(w, "recipe.yaml", pool_printf(&w->pool, network, how)), &w->recipe, &w->at));
    want_ok(w, dataset_open(&w->pool, data, NULL, &w->data, &w->at));
    want_ok(w, network_build(&w->pool, &w->recipe, &w->data, &w->net, &w->at));
    w->recipe.training.stage = w->recipe.stages[0];
    w->recipe.training.epochs = w->recipe.stages[0].epochs;
    want_ok(w, trainer_make(&w->pool, &w->net, &w->data, &w->recipe.training, THREADS, &w->trainer, &w->at));
    for (int i = 0; i < 2; i++)
        want_ok(w, trainer_epoch(&w->trainer, NULL, NULL, NULL, &r, &w->at));
    trainer_model(&w->trainer, &w->pool, &m);
    return m;
}

static void end(struct world *w)
{
    trainer_free(&w->trainer);
    folder_remove(w->folder);
    pool_free(&w->pool);
}

static int64_t kept(const struct model *m, const char *weights)
{
    const struct graph *g = &m->graphs[0];
    int64_t n = -1;

    for (int32_t i = 0; i < g->n_tensors; i++)
        if (strcmp(g->tensors[i].name, weights) == 0) {
            n = 0;
            for (int64_t k = 0; k < tensor_elements(&g->tensors[i]); k++)
                n += ((const float *)(const void *)g->tensors[i].data)[k] != 0;
        }
    return n;
}

/* As many of each as it is told; of others together as many as of all. */
static void layers_have_shares(void **state)
{
    static const struct {
        const char *how;
        int64_t conv, wide, last; /* -1: any */
    } cases[] = {
        {"keep: 0.5, scope: layer", CONV / 2, WIDE / 2, LAST / 2},
        {"keep: 0.5, scope: layer, method: magnitude, cost: macs", CONV / 2, WIDE / 2, LAST / 2},
        {"keep: 0.5, scope: layer, layers: [{name: wide, keep: 0.25}]", CONV / 2, WIDE / 4, LAST / 2},
        {"keep: 0.5, layers: [{name: wide, keep: 0.25}, {name: conv_2d_1, keep: 1}]", CONV, WIDE / 4, LAST / 2},
        {"keep: 0.5, layers: [{name: wide, keep: 0.25}]", -1, WIDE / 4, -1},
        {"keep: 0.5, scope: network", -1, -1, -1},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct world w;
        const struct model m = pruned(&w, cases[i].how);
        const int64_t conv = kept(&m, "conv_2d_1/weights"), wide = kept(&m, "wide/weights");
        const int64_t last = kept(&m, "fully_connected_2/weights");

        assert_true(cases[i].conv < 0 || conv == cases[i].conv);
        assert_true(cases[i].wide < 0 || wide == cases[i].wide);
        assert_true(cases[i].last < 0 || last == cases[i].last);
        if (cases[i].conv < 0)
            assert_int_equal(conv + last, cases[i].wide < 0 ? (CONV + WIDE + LAST) / 2 - wide : (CONV + LAST) / 2);
        end(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layers_have_shares),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
