/* SPDX-License-Identifier: Apache-2.0 */
/* How a recipe shares what is pruned among its layers; and whole channels that go. */
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

/* What channels save: as of equal layers, but for the last one, whose are the classes. */
static const struct stage_saving savings[] = {{"conv_2d_1", 1}, {"wide", 1}, {"fully_connected_2", 0}};

static void open_stage(struct world *w, const char *how)
{
    const char *data;

    *w = (struct world){.at = {.name = "test", .index = -1}};
    w->at.sink = &w->text;
    want_ok(w, folder_temporary(&w->pool, "mote-test-ways", &w->folder, &w->at));
    put(w, "drawn.csv", drawn_table(&w->pool).s);
    data = put(w, "data.yaml", drawn_data);
    want_ok(w, recipe_read(&w->pool, put(w, "recipe.yaml", pool_printf(&w->pool, network, how)), &w->recipe, &w->at));
    want_ok(w, dataset_open(&w->pool, data, NULL, &w->data, &w->at));
    want_ok(w, network_build(&w->pool, &w->recipe, &w->data, &w->net, &w->at));
    w->recipe.training.stage = w->recipe.stages[0];
    w->recipe.training.stage.savings = savings;
    w->recipe.training.stage.n_savings = COUNT(savings);
    w->recipe.training.epochs = w->recipe.stages[0].epochs;
    want_ok(w, trainer_make(&w->pool, &w->net, &w->data, &w->recipe.training, THREADS, &w->trainer, &w->at));
}

static void epochs(struct world *w, int n)
{
    struct epoch_result r;

    for (int i = 0; i < n; i++)
        want_ok(w, trainer_epoch(&w->trainer, NULL, NULL, NULL, &r, &w->at));
}

/* The network after the stage. */
static struct model pruned(struct world *w, const char *how)
{
    struct model m;

    open_stage(w, how);
    epochs(w, 2);
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

/* ---- channels ---- */
static const struct tensor *tensor_called(const struct model *m, const char *name)
{
    const struct graph *g = &m->graphs[0];

    for (int32_t i = 0; i < g->n_tensors; i++)
        if (strcmp(g->tensors[i].name, name) == 0)
            return &g->tensors[i];
    fail_msg("there is no %s", name);
    return NULL;
}

static bool row_is_zero(const struct tensor *t, int64_t row)
{
    const int64_t below = tensor_elements(t) / t->dims[0];

    for (int64_t k = row * below; k < (row + 1) * below; k++)
        if (((const float *)(const void *)t->data)[k] != 0)
            return false;
    return true;
}

/* Of what has a row a channel each row is 0, or is not, in all; how many are not. */
static int64_t channels_left(const struct model *m, int n, const char *const *names)
{
    const struct tensor *w = tensor_called(m, names[0]);
    int64_t left = 0;

    for (int64_t r = 0; r < w->dims[0]; r++) {
        const bool gone = row_is_zero(w, r);

        for (int i = 1; i < n && gone; i++)
            assert_true(row_is_zero(tensor_called(m, names[i]), r));
        left += !gone;
    }
    return left;
}

static const char *const of_conv[] = {"conv_2d_1/weights", "conv_2d_1/gamma", "conv_2d_1/beta"};
static const char *const of_wide[] = {"wide/weights", "wide/bias"};

/* Half of 6 + 12 channels, with all that they have, or of each layer. */
static void channels_go(void **state)
{
    static const struct {
        const char *how;
        int64_t conv, wide; /* -1: any */
    } cases[] = {{"method: norm, keep: 0.5", -1, -1},
                 {"method: apoz, keep: 0.5", -1, -1},
                 {"method: apoz, keep: 0.5, scope: layer", 3, 6},
                 {"method: norm, keep: 0.5, layers: [{name: wide, keep: 0.25}]", 3, 3}};

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct world w;
        const struct model m = pruned(&w, cases[i].how);
        const int64_t conv = channels_left(&m, COUNT(of_conv), of_conv);
        const int64_t wide = channels_left(&m, COUNT(of_wide), of_wide);

        if (cases[i].conv < 0)
            assert_int_equal(conv + wide, 9);
        else
            assert_true(conv == cases[i].conv && wide == cases[i].wide);
        assert_int_equal(kept(&m, "fully_connected_2/weights"), LAST);
        end(&w);
    }
}

/* A stage of channels goes on to the same bytes. */
static void channels_go_on(void **state)
{
    static const char *const ways[] = {"method: norm, keep: 0.5", "method: apoz, keep: 0.5"};

    (void)state;
    for (size_t i = 0; i < COUNT(ways); i++) {
        struct world whole, first, second;
        struct bytes a, b;
        const char *paths[3];

        open_stage(&whole, ways[i]);
        open_stage(&first, ways[i]);
        open_stage(&second, ways[i]);
        for (int k = 0; k < 3; k++)
            paths[k] = pool_printf(&whole.pool, "%s/%d.graph", whole.folder, k);
        epochs(&whole, 2);
        epochs(&first, 1);
        want_ok(&first, trainer_save(&first.trainer, paths[0], &first.at));
        want_ok(&second, trainer_load(&second.trainer, paths[0], &second.at));
        epochs(&second, 1);
        want_ok(&whole, trainer_save(&whole.trainer, paths[1], &whole.at));
        want_ok(&second, trainer_save(&second.trainer, paths[2], &second.at));
        want_ok(&whole, file_read(&whole.pool, paths[1], &a, &whole.at));
        want_ok(&whole, file_read(&whole.pool, paths[2], &b, &whole.at));
        assert_int_equal(a.size, b.size);
        assert_memory_equal(a.data, b.data, a.size);
        end(&second);
        end(&first);
        end(&whole);
    }
}

static int32_t add_state(struct model *m, const char *name, int rows, int columns, const float *values)
{
    struct tensor t = {.name = name,
                       .type = TYPE_F32,
                       .rank = columns > 0 ? 2 : 1,
                       .dims = {rows, columns},
                       .state = true,
                       .source = -1};

    t.initial = pool_copy(m->pool, values, (size_t)rows * (size_t)(columns > 0 ? columns : 1) * sizeof *values);
    return graph_add_tensor(m, &m->graphs[0], &t);
}

/* Two layers of three channels and one; two channels of four stay. The sums of weights are 3, 1 and 8 of 12 and, of the
 * other layer, all there is: 0.75, 0.25, 2 and 1 of the mean. Activities say the opposite of the first layer. */
static void want_gone(bool by_norm, const float *costs, const float want[3])
{
    static const float a[] = {1, -2, 0.5F, 0.5F, 4, 4}, b[] = {9, 9}, ones[] = {1, 1, 1};
    static const float active_a[] = {0.5F, 0.9F, 0.1F}, active_b[] = {0};
    struct report_text report = {.status = MOTE_OK};
    struct world w = {.at = {.name = "test", .index = -1, .sink = &report}};
    struct model m = {.pool = &w.pool, .name = "channels"};
    struct graph *g = model_add_graph(&m, "");
    struct tensor number = {.name = "step", .type = TYPE_S32, .source = -1};
    int32_t step = graph_add_tensor(&m, g, &number), in[8], out[2];
    struct program *program;
    float got[3];

    in[0] = step;
    in[1] = add_state(&m, "a", 3, 2, a);
    in[2] = out[0] = add_state(&m, "mask_a", 3, 0, ones);
    in[3] = add_state(&m, "active_a", 3, 0, active_a);
    in[4] = add_state(&m, "b", 1, 2, b);
    in[5] = out[1] = add_state(&m, "mask_b", 1, 0, ones);
    in[6] = add_state(&m, "active_b", 1, 0, active_b);
    in[7] = costs != NULL ? add_state(&m, "costs", 2, 0, costs) : TENSOR_ABSENT;
    *(struct prune_channels_opts *)graph_add_op(&m, g, OP_PRUNE_CHANNELS, costs != NULL ? 8 : 7, in, 2, out)->opts =
        (struct prune_channels_opts){2, 10, 10, by_norm};
    g->inputs = &step;
    g->n_inputs = 1;
    g->outputs = out;
    g->n_outputs = 2;
    want_ok(&w, model_verify(&m, &w.at));
    want_ok(&w, program_make(&w.pool, &m, THREADS, &program, &w.at));
    program_write(program, step, &(int32_t){10});
    program_run(program);
    program_read(program, out[0], got);
    assert_memory_equal(got, want, 3 * sizeof *got);
    program_read(program, out[1], got);
    assert_true(got[0] == 1); /* the last of its layer */
    program_free(program);
    pool_free(&w.pool);
}

static void the_least_channels_go(void **state)
{
    (void)state;
    want_gone(true, NULL, (const float[]){0, 0, 1});
    want_gone(false, NULL, (const float[]){0, 1, 0});
    want_gone(true, (const float[]){1, 1000}, (const float[]){0, 0, 1});
}

/* The share of the batch's outputs that are not 0, a quarter of it new. */
static void activity_is_a_running_mean(void **state)
{
    static const float x[] = {0, 1, 0, -2, 3, 4, 0, 5}, before[] = {0.5F, 0}, want[] = {0.375F + 0.0625F, 0.25F};
    struct report_text report = {.status = MOTE_OK};
    struct world w = {.at = {.name = "test", .index = -1, .sink = &report}};
    struct model m = {.pool = &w.pool, .name = "activity"};
    struct graph *g = model_add_graph(&m, "");
    int32_t in[2] = {add_state(&m, "x", 4, 2, x), add_state(&m, "activity", 2, 0, before)};
    struct program *program;
    float got[2];

    (void)state;
    *(struct activity_opts *)graph_add_op(&m, g, OP_ACTIVITY, 2, in, 1, &in[1])->opts = (struct activity_opts){0.75F};
    g->outputs = &in[1];
    g->n_outputs = 1;
    want_ok(&w, model_verify(&m, &w.at));
    want_ok(&w, program_make(&w.pool, &m, THREADS, &program, &w.at));
    program_run(program);
    program_read(program, in[1], got);
    assert_memory_equal(got, want, sizeof want);
    program_free(program);
    pool_free(&w.pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layers_have_shares),
        cmocka_unit_test(channels_go),
        cmocka_unit_test(channels_go_on),
        cmocka_unit_test(the_least_channels_go),
        cmocka_unit_test(activity_is_a_running_mean),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
