/* SPDX-License-Identifier: Apache-2.0 */
/* Training end to end on data that is made here: it learns, two runs and a resumed one give the same bytes, what goes
 * wrong is named, and the trained network gives on the device's kernels what it gave in training. */
#include "host/train/trainer.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include "host/base/random.h"
#include "host/emit/emit.h"
#include "host/run/runner.h"
#include "host/passes/passes.h"
#include "host/plan/plan.h"

#include <cmocka.h> /* after base.h: it has a macro named fail */

#undef fail

#define THREADS 1 /* other tests run beside this one */

/* 8x8 pictures with a bright stripe: which of four ways does it run? */
static const char network[] = "name: stripes\n"
                              "network:\n"
                              "  - reshape: {shape: [8, 8, 1]}\n"
                              "  - conv_2d: {filters: 8, kernel: 3, batch_norm: true, activation: relu}\n"
                              "  - depthwise_conv_2d: {kernel: 3, batch_norm: true, activation: relu6}\n"
                              "  - conv_2d: {filters: 8, kernel: 1, activation: relu}\n"
                              "  - max_pool_2d: {size: 2}\n"
                              "  - dropout: {rate: 0.1}\n"
                              "  - flatten: {}\n"
                              "  - fully_connected: {units: 4}\n"
                              "  - softmax: {}\n"
                              "training:\n"
                              "  epochs: 8\n"
                              "  batch: 16\n"
                              "  optimizer: {kind: adam, rate: 0.01}\n"
                              "  schedule: {kind: cosine, warm_up: 0.5}\n";

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

static float pixel(int kind, int y, int x, int at)
{
    bool bright = kind == 0 ? y == at : kind == 1 ? x == at : kind == 2 ? x - y == at - 4 : x + y == at + 3;

    return bright ? 1 : 0;
}

static const char *stripes_csv(struct world *w, int n)
{
    struct text t = {.pool = &w->pool};
    struct random_stream s = random_stream(7, 0, 0, 0);

    text_add(&t, "label");
    for (int i = 0; i < 64; i++)
        text_add(&t, ",p%d", i);
    text_add(&t, "\n");
    for (int i = 0; i < n; i++) {
        int kind = i % 4, at = (int)random_below(s, (uint64_t)i, 8);

        text_add(&t, "%d", kind);
        for (int k = 0; k < 64; k++)
            text_add(&t, ",%.3f",
                     (double)(pixel(kind, k / 8, k % 8, at) + 0.2f * random_normal(s, (uint64_t)(1000 + 64 * i + k))));
        text_add(&t, "\n");
    }
    return put(w, "stripes.csv", t.s);
}

static void open_world(struct world *w, const char *recipe)
{
    const char *path, *data;

    *w = (struct world){.at = {.name = "test", .index = -1}};
    w->at.sink = &w->text;
    want_ok(w, folder_temporary(&w->pool, "mote-test-trainer", &w->folder, &w->at));
    stripes_csv(w, 400);
    data = put(w, "data.yaml",
               "data:\n  kind: table\n  path: stripes.csv\n  label: label\n  validation: 0.1\n  test: 0.2\n");
    path = put(w, "recipe.yaml", recipe);
    want_ok(w, recipe_read(&w->pool, path, &w->recipe, &w->at));
    want_ok(w, dataset_open(&w->pool, data, NULL, &w->data, &w->at));
    want_ok(w, network_build(&w->pool, &w->recipe, &w->data, &w->net, &w->at));
    want_ok(w, trainer_make(&w->pool, &w->net, &w->data, &w->recipe.training, THREADS, &w->trainer, &w->at));
}

static void close_world(struct world *w)
{
    trainer_free(&w->trainer);
    folder_remove(w->folder);
    pool_free(&w->pool);
}

static struct epoch_result epochs(struct world *w, int n)
{
    struct epoch_result r = {0};

    for (int i = 0; i < n; i++)
        want_ok(w, trainer_epoch(&w->trainer, NULL, NULL, NULL, &r, &w->at));
    return r;
}

static struct bytes checkpoint(struct world *w, const char *name)
{
    const char *path = pool_printf(&w->pool, "%s/%s", w->folder, name);
    struct bytes file;

    want_ok(w, trainer_save(&w->trainer, path, &w->at));
    want_ok(w, file_read(&w->pool, path, &file, &w->at));
    return file;
}

static void assert_same(struct bytes a, struct bytes b)
{
    assert_int_equal(a.size, b.size);
    assert_memory_equal(a.data, b.data, a.size);
}

/* ---- it learns ---- */
/* The trained network by the device's float kernels: correct samples of the test split. */
static int64_t correct_on_kernels(struct world *w)
{
    struct model model;
    struct plan plan;
    struct plan_options options = {.keep_all = false};
    struct bytes image;
    struct runner runner;
    float input[64], output[4];
    int64_t correct = 0;

    trainer_model(&w->trainer, &w->pool, &model);
    want_ok(w, passes_run(&model, NULL, NULL, NULL, &w->at));
    want_ok(w, plan_make(&w->pool, &model, &target_portable, &options, &plan, &w->at));
    want_ok(w, emit_image(&plan, &image, &w->at));
    want_ok(w, runner_open(&w->pool, image, &runner, &w->at));
    for (int32_t i = 0; i < w->data.n_split[SPLIT_TEST]; i++) {
        int32_t sample = w->data.split[SPLIT_TEST][i], best = 0;

        dataset_real(&w->data, sample, input);
        mote_model_reset(&runner.model);
        runner_run(&runner, (const uint8_t *)input, (uint8_t *)output);
        for (int32_t k = 1; k < 4; k++)
            best = output[k] > output[best] ? k : best;
        correct += best == w->data.labels[sample];
    }
    return correct;
}

static void it_learns(void **state)
{
    struct world w;
    struct evaluation before, after;

    (void)state;
    open_world(&w, network);
    assert_int_equal(w.data.n_split[SPLIT_TEST], 80);
    trainer_evaluate(&w.trainer, SPLIT_TEST, &w.pool, &before);
    epochs(&w, 8);
    trainer_evaluate(&w.trainer, SPLIT_TEST, &w.pool, &after);
    assert_true(after.loss < before.loss / 2);
    assert_true(after.accuracy > 0.9);
    assert_int_equal(correct_on_kernels(&w), lround(after.accuracy * 80));
    close_world(&w);
}

/* The same pictures as eight steps of eight. The first LSTM hands on all steps, the second one the last. */
static const char sequences[] = "name: sequences\n"
                                "network:\n"
                                "  - reshape: {shape: [8, 8]}\n"
                                "  - lstm: {units: 12, sequences: true}\n"
                                "  - lstm: {units: 12}\n"
                                "  - fully_connected: {units: 4}\n"
                                "  - softmax: {}\n"
                                "training:\n"
                                "  epochs: 30\n"
                                "  batch: 16\n"
                                "  optimizer: {kind: adam, rate: 0.02}\n"
                                "  clip_norm: 1\n";

static void lstms_learn(void **state)
{
    struct world w;
    struct evaluation e;

    (void)state;
    open_world(&w, sequences);
    epochs(&w, 30);
    trainer_evaluate(&w.trainer, SPLIT_TEST, &w.pool, &e);
    assert_true(e.accuracy > 0.9);
    assert_int_equal(correct_on_kernels(&w), lround(e.accuracy * 80));
    close_world(&w);
}

static void grus_learn(void **state)
{
    struct pool pool = {0};
    struct text recipe = {.pool = &pool};
    struct evaluation e;
    struct world w;

    (void)state;
    for (const char *p = sequences, *l; *p != 0; p = l != NULL ? l + 4 : p + strlen(p)) {
        l = strstr(p, "lstm");
        text_add(&recipe, "%.*s%s", l != NULL ? (int)(l - p) : (int)strlen(p), p, l != NULL ? "gru" : "");
    }
    open_world(&w, recipe.s);
    epochs(&w, 30);
    trainer_evaluate(&w.trainer, SPLIT_TEST, &w.pool, &e);
    assert_true(e.accuracy > 0.9);
    assert_int_equal(correct_on_kernels(&w), lround(e.accuracy * 80));
    close_world(&w);
    pool_free(&pool);
}

/* ---- the same bytes ---- */
static void want_equal_runs(const char *recipe)
{
    struct world a, b;

    open_world(&a, recipe);
    open_world(&b, recipe);
    epochs(&a, 2);
    epochs(&b, 2);
    assert_same(checkpoint(&a, "a.graph"), checkpoint(&b, "b.graph"));
    close_world(&a);
    close_world(&b);
}

static void two_runs_are_equal(void **state)
{
    (void)state;
    want_equal_runs(network);
    want_equal_runs(sequences);
}

static int steps_left;
static volatile sig_atomic_t stop;

static void count_down(void *context, int64_t done, int64_t total, double loss, double accuracy)
{
    (void)context;
    (void)done;
    (void)total;
    (void)loss;
    (void)accuracy;
    stop = --steps_left <= 0;
}

/* Stopped in the middle of the second epoch, after three steps. */
static void want_equal_when_resumed(const char *recipe)
{
    struct world a, b;
    struct epoch_result r, whole;

    open_world(&a, recipe);
    whole = epochs(&a, 2);
    epochs(&a, 1);
    open_world(&b, recipe);
    epochs(&b, 1);
    steps_left = 3;
    stop = 0;
    want_ok(&b, trainer_epoch(&b.trainer, &stop, count_down, NULL, &r, &b.at));
    assert_true(r.interrupted);
    assert_int_equal(b.trainer.step, b.trainer.steps_per_epoch + 3);
    checkpoint(&b, "stopped.graph");
    trainer_free(&b.trainer);
    want_ok(&b, trainer_make(&b.pool, &b.net, &b.data, &b.recipe.training, THREADS, &b.trainer, &b.at));
    want_ok(&b, trainer_load(&b.trainer, pool_printf(&b.pool, "%s/stopped.graph", b.folder), &b.at));
    r = epochs(&b, 1);
    assert_true(r.loss == whole.loss && r.accuracy == whole.accuracy); /* of all its steps */
    epochs(&b, 1);
    assert_same(checkpoint(&a, "a.graph"), checkpoint(&b, "b.graph"));
    close_world(&a);
    close_world(&b);
}

static void resumed_is_equal(void **state)
{
    (void)state;
    want_equal_when_resumed(network);
    want_equal_when_resumed(sequences);
}

/* 140 weights and biases share one norm. */
static void deep_networks_are_clipped(void **state)
{
    struct pool pool = {0};
    struct text recipe = {.pool = &pool};

    (void)state;
    text_add(&recipe, "name: deep\nnetwork:\n");
    for (int i = 0; i < 69; i++)
        text_add(&recipe, "  - fully_connected: {units: 4, activation: tanh}\n");
    text_add(&recipe, "  - fully_connected: {units: 4}\n  - softmax: {}\n"
                      "training: {epochs: 2, batch: 16, optimizer: {kind: adam, rate: 0.01}, clip_norm: 1}\n");
    want_equal_when_resumed(recipe.s);
    pool_free(&pool);
}

static void optimizers_learn(void **state)
{
    static const char *const optimizers[] = {"{kind: sgd, rate: 0.05, momentum: 0.9, nesterov: true}",
                                             "{kind: sgd, rate: 0.1, momentum: 0, weight_decay: 0.0001}",
                                             "{kind: adamw, rate: 0.01, weight_decay: 0.01}"};

    (void)state;
    for (size_t i = 0; i < COUNT(optimizers); i++) {
        struct world w;
        struct evaluation e;
        struct pool pool = {0};
        const char *cut = strstr(network, "  optimizer:");

        open_world(&w, pool_printf(&pool, "%.*s  optimizer: %s\n  clip_norm: 1.5\n  label_smoothing: 0.05\n",
                                   (int)(cut - network), network, optimizers[i]));
        epochs(&w, 4);
        trainer_evaluate(&w.trainer, SPLIT_TEST, &w.pool, &e);
        assert_true(e.accuracy > 0.8);
        close_world(&w);
        pool_free(&pool);
    }
}

/* ---- an autoencoder ---- */
static void reconstruction_separates(void **state)
{
    struct world w;
    struct evaluation e;
    double normal = 0, other = 0;
    int64_t n_normal = 0;

    (void)state;
    open_world(&w, "name: anomaly\n"
                   "network:\n"
                   "  - fully_connected: {units: 16, activation: relu}\n"
                   "  - fully_connected: {units: 8, activation: relu}\n"
                   "  - fully_connected: {units: 16, activation: relu}\n"
                   "  - fully_connected: {units: 64}\n"
                   "training:\n"
                   "  epochs: 40\n"
                   "  batch: 16\n"
                   "  loss: mean_squared_error\n"
                   "  normal: 0\n"
                   "  optimizer: {kind: adam, rate: 0.01}\n");
    assert_true(w.trainer.steps_per_epoch < 10); /* of one class in four */
    epochs(&w, 40);
    trainer_evaluate(&w.trainer, SPLIT_TEST, &w.pool, &e);
    for (int64_t i = 0; i < e.n; i++)
        if (w.data.labels[e.samples[i]] == 0) {
            normal += (double)e.scores[i];
            n_normal++;
        } else {
            other += (double)e.scores[i];
        }
    assert_true(other / (double)(e.n - n_normal) > 1.2 * normal / (double)n_normal);
    close_world(&w);
}

/* ---- what goes wrong ---- */
static void divergence_is_named(void **state)
{
    struct world w;
    struct epoch_result r;
    enum mote_status status = MOTE_OK;

    (void)state;
    open_world(&w, "name: wild\n"
                   "network:\n"
                   "  - fully_connected: {units: 64}\n"
                   "  - fully_connected: {units: 4}\n"
                   "  - softmax: {}\n"
                   "training:\n"
                   "  epochs: 20\n"
                   "  batch: 16\n"
                   "  optimizer: {kind: sgd, rate: 1000, momentum: 0.9}\n");
    for (int i = 0; i < 20 && status == MOTE_OK; i++)
        status = trainer_epoch(&w.trainer, NULL, NULL, NULL, &r, &w.at);
    assert_int_equal(status, MOTE_ERR_VALUE);
    assert_non_null(strstr(w.text.text, "epoch "));
    assert_non_null(strstr(w.text.text, "lower learning rate"));
    close_world(&w);
}

static void another_checkpoint_is_refused(void **state)
{
    struct world a, b;
    const char *path;

    (void)state;
    open_world(&a, network);
    checkpoint(&a, "a.graph");
    path = pool_printf(&a.pool, "%s/a.graph", a.folder);
    open_world(&b, "name: other\n"
                   "network:\n"
                   "  - fully_connected: {units: 4}\n"
                   "  - softmax: {}\n"
                   "training:\n"
                   "  epochs: 20\n");
    assert_int_equal(trainer_load(&b.trainer, path, &b.at), MOTE_ERR_VALUE);
    assert_non_null(strstr(b.text.text, "another recipe"));
    close_world(&a);
    close_world(&b);
}

/* The same shapes, another optimizer. */
static void another_optimizer_is_refused(void **state)
{
    struct world a, b;
    const char *cut = strstr(network, "adam");

    (void)state;
    open_world(&a, network);
    checkpoint(&a, "a.graph");
    open_world(&b, pool_printf(&a.pool, "%.*sadamw%s", (int)(cut - network), network, cut + 4));
    assert_int_equal(trainer_load(&b.trainer, pool_printf(&a.pool, "%s/a.graph", a.folder), &b.at), MOTE_ERR_VALUE);
    assert_non_null(strstr(b.text.text, "ADAM"));
    assert_non_null(strstr(b.text.text, "another recipe"));
    close_world(&a);
    close_world(&b);
}

/* A tensor of another type, and more steps than a step number can say. */
static void damaged_checkpoints_are_refused(void **state)
{
    static const char type[] = " f32 [4,128] state";
    static const struct {
        double loss;
        int64_t correct;
    } sums[] = {{.loss = NAN}, {.loss = INFINITY}, {.loss = 1, .correct = -1}, {.loss = 1, .correct = INT64_MAX}};
    struct world w;
    struct bytes file;
    char *at;

    (void)state;
    open_world(&w, network);
    file = checkpoint(&w, "a.graph");
    at = memmem(file.data, file.size, type, strlen(type));
    assert_non_null(at);
    at[1] = 's';
    want_ok(&w, file_write(pool_printf(&w.pool, "%s/b.graph", w.folder), file.data, file.size, &w.at));
    assert_int_equal(trainer_load(&w.trainer, pool_printf(&w.pool, "%s/b.graph", w.folder), &w.at), MOTE_ERR_VALUE);
    assert_non_null(strstr(w.text.text, "the network differs here"));
    w.text = (struct report_text){0};
    w.trainer.step = UINT32_MAX;
    checkpoint(&w, "c.graph");
    w.trainer.step = 0;
    assert_int_equal(trainer_load(&w.trainer, pool_printf(&w.pool, "%s/c.graph", w.folder), &w.at), MOTE_ERR_VALUE);
    assert_non_null(strstr(w.text.text, "4294967295 steps"));
    assert_int_equal(w.trainer.step, 0);
    for (size_t i = 0; i < COUNT(sums); i++) { /* of the epoch in whose middle it is */
        w.text = (struct report_text){0};
        w.trainer.step = 3;
        w.trainer.so_far.loss = sums[i].loss;
        w.trainer.so_far.correct = sums[i].correct;
        checkpoint(&w, "d.graph");
        w.trainer.step = 0;
        assert_int_equal(trainer_load(&w.trainer, pool_printf(&w.pool, "%s/d.graph", w.folder), &w.at), MOTE_ERR_VALUE);
        assert_non_null(strstr(w.text.text, "epoch_so_far says "));
        assert_int_equal(w.trainer.step, 0);
    }
    close_world(&w);
}

static void patience_wants_validation(void **state)
{
    struct world w;
    struct trainer t;

    (void)state;
    open_world(&w, network);
    w.data.n_split[SPLIT_VALIDATION] = 0;
    w.recipe.training.patience = 3;
    assert_int_equal(trainer_make(&w.pool, &w.net, &w.data, &w.recipe.training, THREADS, &t, &w.at), MOTE_ERR_VALUE);
    assert_non_null(strstr(w.text.text, "validation split"));
    trainer_free(&t);
    close_world(&w);
}

/* ---- the learning rate ---- */
static void rates_follow_the_schedule(void **state)
{
    struct training t = {.epochs = 10, .rate = 1, .schedule = SCHEDULE_CONSTANT};

    (void)state;
    assert_float_equal(trainer_rate(&t, 99, 10), 1, 0);
    t.warm_up = 2;
    assert_float_equal(trainer_rate(&t, 0, 10), 0.05, 1e-6);
    assert_float_equal(trainer_rate(&t, 19, 10), 1, 1e-6);
    t.warm_up = 0.5f; /* ends within a step, */
    assert_float_equal(trainer_rate(&t, 0, 1), 1, 0);
    t.warm_up = 1.5f;
    assert_float_equal(trainer_rate(&t, 0, 1), 2.0 / 3, 1e-6);
    assert_float_equal(trainer_rate(&t, 1, 1), 1, 0); /* and is never above the largest rate */
    t.warm_up = 2;
    t.schedule = SCHEDULE_COSINE;
    t.final_rate = 0.1f;
    assert_float_equal(trainer_rate(&t, 20, 10), 1, 1e-6);
    assert_float_equal(trainer_rate(&t, 60, 10), 0.55, 1e-6);
    assert_float_equal(trainer_rate(&t, 100, 10), 0.1, 1e-6);
    t.schedule = SCHEDULE_STEP;
    t.step_every = 3;
    t.step_factor = 0.5f;
    assert_float_equal(trainer_rate(&t, 29, 10), 1, 0);
    assert_float_equal(trainer_rate(&t, 30, 10), 0.5, 0);
    assert_float_equal(trainer_rate(&t, 60, 10), 0.25, 0);
}

/* ---- the order of samples ---- */
static void orders_are_permutations(void **state)
{
    int32_t samples[50], first[50], second[50];
    bool seen[150] = {false};
    struct loader_options o = {.samples = samples, .n = 50, .batch = 10, .seed = 3};

    (void)state;
    for (int i = 0; i < 50; i++)
        samples[i] = 3 * i;
    loader_order(&o, 1, first);
    loader_order(&o, 2, second);
    for (int i = 0; i < 50; i++) {
        assert_true(first[i] >= 0 && first[i] < 150 && first[i] % 3 == 0 && !seen[first[i]]);
        seen[first[i]] = true;
    }
    assert_memory_not_equal(first, second, sizeof first);
    loader_order(&o, 1, second);
    assert_memory_equal(first, second, sizeof first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_learns),
        cmocka_unit_test(lstms_learn),
        cmocka_unit_test(grus_learn),
        cmocka_unit_test(two_runs_are_equal),
        cmocka_unit_test(resumed_is_equal),
        cmocka_unit_test(deep_networks_are_clipped),
        cmocka_unit_test(optimizers_learn),
        cmocka_unit_test(reconstruction_separates),
        cmocka_unit_test(divergence_is_named),
        cmocka_unit_test(another_checkpoint_is_refused),
        cmocka_unit_test(another_optimizer_is_refused),
        cmocka_unit_test(damaged_checkpoints_are_refused),
        cmocka_unit_test(patience_wants_validation),
        cmocka_unit_test(rates_follow_the_schedule),
        cmocka_unit_test(orders_are_permutations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
