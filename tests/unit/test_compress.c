/* SPDX-License-Identifier: Apache-2.0 */
/* The stages of compression, on data that is made here: pruning keeps as many weights as it is told, those that matter
 * by finite differences; tensors have as many levels as they may; a stage that was stopped ends with the same bytes. */
#include "host/train/trainer.h"

#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>

#include "host/base/levels.h"
#include "host/graph/op_info.h"
#include "host/passes/quantize.h"
#include "host/train/levels.h"
#include "tests/unit/drawn_table.h"

#include <cmocka.h> /* last: its fail_msg needs its own fail */

#define THREADS 1 /* other tests run beside this one */

static const char network[] = "name: small\n"
                              "network:\n"
                              "  - reshape: {shape: [4, 2, 1]}\n"
                              "  - conv_2d: {filters: 6, kernel: 3, batch_norm: true, activation: relu}\n"
                              "  - depthwise_conv_2d: {kernel: 3, activation: relu}\n"
                              "  - fully_connected: {units: 12, activation: relu}\n"
                              "  - fully_connected: {}\n"
                              "  - softmax: {}\n"
                              "training:\n"
                              "  epochs: 4\n"
                              "  batch: 16\n"
                              "  clip_norm: 5\n"
                              "  optimizer: {kind: adam, rate: 0.01}\n"
                              "compress:\n"
                              "  prune: {keep: 0.2, epochs: 5, ramp: 3}\n"
                              "  levels: {count: 4, epochs: 2}\n";

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

static const char *here(struct world *w, const char *name) { return pool_printf(&w->pool, "%s/%s", w->folder, name); }

static const char *put(struct world *w, const char *name, const char *text)
{
    want_ok(w, file_write(here(w, name), text, strlen(text), &w->at));
    return here(w, name);
}

/* The trainer of stage `stage`, on the network as it begins. */
static void open_stage(struct world *w, const char *recipe, int stage, const struct model *from)
{
    struct training training;

    *w = (struct world){.at = {.name = "test", .index = -1}};
    w->at.sink = &w->text;
    want_ok(w, folder_temporary(&w->pool, "mote-test-compress", &w->folder, &w->at));
    put(w, "drawn.csv", drawn_table(&w->pool).s);
    put(w, "data.yaml", drawn_data);
    want_ok(w, recipe_read(&w->pool, put(w, "recipe.yaml", recipe), &w->recipe, &w->at));
    want_ok(w, dataset_open(&w->pool, here(w, "data.yaml"), NULL, &w->data, &w->at));
    want_ok(w, network_build(&w->pool, &w->recipe, &w->data, &w->net, &w->at));
    for (int32_t i = 0; from != NULL && i < w->net.graphs[0].n_tensors; i++)
        w->net.graphs[0].tensors[i].data = from->graphs[0].tensors[i].data;
    training = w->recipe.training;
    if (stage > 0) {
        training.stage = w->recipe.stages[stage - 1];
        training.epochs = training.stage.epochs;
    }
    want_ok(w, trainer_make(&w->pool, &w->net, &w->data, &training, THREADS, &w->trainer, &w->at));
}

static void close_world(struct world *w)
{
    trainer_free(&w->trainer);
    folder_remove(w->folder);
    pool_free(&w->pool);
}

static void epochs(struct world *w, int n)
{
    struct epoch_result r;

    for (int i = 0; i < n; i++)
        want_ok(w, trainer_epoch(&w->trainer, NULL, NULL, NULL, &r, &w->at));
}

static struct model model_now(struct world *w)
{
    struct model m;

    trainer_model(&w->trainer, &w->pool, &m);
    return m;
}

static bool is_depthwise(const struct tensor *t) { return strstr(t->name, "depthwise") != NULL; }

static bool is_weights(const struct tensor *t) { return t->data != NULL && t->rank >= 2 && t->type == TYPE_F32; }

/* By pruning and k-means. */
static bool is_taken(const struct tensor *t) { return is_weights(t) && !is_depthwise(t); }

static float weight(const struct tensor *t, int64_t i) { return ((const float *)(const void *)t->data)[i]; }

struct counts {
    int64_t all, kept;
    int32_t most_levels;
};

static struct counts count(const struct model *m)
{
    struct counts c = {0};

    for (int32_t i = 0; i < m->graphs[0].n_tensors; i++) {
        const struct tensor *t = &m->graphs[0].tensors[i];
        struct levels levels = {0};
        bool few = true;

        for (int64_t k = 0; is_taken(t) && k < tensor_elements(t); k++) {
            c.all++;
            c.kept += weight(t, k) != 0;
            few = few && levels_add(&levels, weight(t, k));
        }
        levels.n = few ? levels.n : LEVELS_MAX + 1;
        c.most_levels = levels.n > c.most_levels ? levels.n : c.most_levels;
    }
    return c;
}

/* ---- pruning ---- */
static void want_only_zeros_more(const struct model *before, const struct model *after)
{
    for (int32_t i = 0; i < before->graphs[0].n_tensors; i++) {
        const struct tensor *a = &before->graphs[0].tensors[i], *b = &after->graphs[0].tensors[i];

        for (int64_t k = 0; is_taken(a) && k < tensor_elements(a); k++)
            assert_true(weight(a, k) != 0 || weight(b, k) == 0);
    }
}

static void want_all_depthwise(const struct model *m)
{
    int32_t n = 0;

    for (int32_t i = 0; i < m->graphs[0].n_tensors; i++) {
        const struct tensor *t = &m->graphs[0].tensors[i];

        for (int64_t k = 0; is_weights(t) && is_depthwise(t) && k < tensor_elements(t); k++, n++)
            assert_true(weight(t, k) != 0);
    }
    assert_int_equal(n, 3 * 3 * 6);
}

static void pruning_keeps_as_many(const char *recipe)
{
    struct world w;
    struct model models[6];
    int64_t all, kept;

    open_stage(&w, recipe, 1, NULL);
    all = count(&w.net).all;
    kept = llround(0.2 * (double)all);
    models[0] = model_now(&w);
    assert_int_equal(count(&models[0]).kept, all);
    for (int i = 1; i <= 5; i++) {
        double left = i < 3 ? 1 - i / 3.0 : 0;

        epochs(&w, 1);
        models[i] = model_now(&w);
        assert_int_equal(count(&models[i]).kept, kept + llround((double)(all - kept) * left * left * left));
        want_only_zeros_more(&models[i - 1], &models[i]);
        want_all_depthwise(&models[i]);
    }
    close_world(&w);
}

static void pruning_follows_the_ramp(void **state)
{
    struct pool pool = {0};
    const char *at = strstr(network, "keep");

    (void)state;
    pruning_keeps_as_many(network);
    pruning_keeps_as_many(pool_printf(&pool, "%.*smethod: magnitude, %s", (int)(at - network), network, at));
    pruning_keeps_as_many(pool_printf(&pool, "%.*scost: macs, %s", (int)(at - network), network, at));
    pool_free(&pool);
}

static int32_t add_state(struct model *m, const char *name, int n, const float *values)
{
    struct tensor t = {.name = name, .type = TYPE_F32, .rank = 1, .dims = {n}, .state = true, .source = -1};

    t.initial = pool_copy(m->pool, values, (size_t)n * sizeof *values);
    return graph_add_tensor(m, &m->graphs[0], &t);
}

/* Two tensors, ranked together: w² times importance, by what a weight of each costs, if it says that; of equals the
 * first goes. The first step is between two prunings. */
static void want_pruned(const float *costs, const float want_a[4], const float want_b[3])
{
    static const float a[] = {1, 2, 3, 4}, b[] = {0.1f, -5, 2}, ones[] = {1, 1, 1, 1}, mask_a[] = {1, 1, 1, 0};
    static const float h_a[] = {1, 0.25f, 0.01f, 9}, h_b[] = {1000, 0.001f, 0.25f};
    struct world w = {.at = {.name = "test", .index = -1}};
    struct model m = {.pool = &w.pool, .name = "prune"};
    struct graph *g = model_add_graph(&m, "");
    struct tensor number = {.name = "step", .type = TYPE_S32, .source = -1};
    struct program *program;
    int32_t step = graph_add_tensor(&m, g, &number), in[8], out[2], at_step = 10;
    float got[4];

    w.at.sink = &w.text;
    in[0] = step;
    in[1] = add_state(&m, "a", 4, a);
    in[2] = out[0] = add_state(&m, "mask_a", 4, mask_a);
    in[3] = add_state(&m, "h_a", 4, h_a);
    in[4] = add_state(&m, "b", 3, b);
    in[5] = out[1] = add_state(&m, "mask_b", 3, ones);
    in[6] = add_state(&m, "h_b", 3, h_b);
    in[7] = costs != NULL ? add_state(&m, "costs", 2, costs) : TENSOR_ABSENT;
    *(struct prune_opts *)graph_add_op(&m, g, OP_PRUNE, costs != NULL ? 8 : 7, in, 2, out)->opts =
        (struct prune_opts){4, 10, 5};
    g->inputs = &step;
    g->n_inputs = 1;
    g->outputs = out;
    g->n_outputs = 2;
    want_ok(&w, model_verify(&m, &w.at));
    want_ok(&w, program_make(&w.pool, &m, THREADS, &program, &w.at));
    program_write(program, step, &(int32_t){9});
    program_run(program);
    program_read(program, out[0], got);
    assert_memory_equal(got, mask_a, sizeof mask_a);
    program_write(program, step, &at_step);
    program_run(program);
    program_read(program, out[0], got);
    assert_memory_equal(got, want_a, 4 * sizeof *got);
    program_read(program, out[1], got);
    assert_memory_equal(got, want_b, 3 * sizeof *got);
    program_free(program);
    pool_free(&w.pool);
}

/* Scores are 1, 1, 0.09 and, of the other tensor, 10, 0.025, 1; the fourth weight has gone before. */
static void the_least_go(void **state)
{
    (void)state;
    want_pruned(NULL, (const float[]){1, 1, 0, 0}, (const float[]){1, 0, 1});
    want_pruned((const float[]){1, 1}, (const float[]){1, 1, 0, 0}, (const float[]){1, 0, 1});
    want_pruned((const float[]){0.1F, 100}, (const float[]){1, 1, 1, 0}, (const float[]){1, 0, 0});
}

/* A weight of the convolution is used for each of 8 places, and one of a fully connected layer once. */
static void a_weight_costs_what_an_inference_does_with_it(void **state)
{
    const char *at = strstr(network, "keep");
    const struct graph *g;
    const struct tensor *costs;
    struct pool pool = {0};
    struct world w;

    (void)state;
    open_stage(&w, pool_printf(&pool, "%.*scost: macs, %s", (int)(at - network), network, at), 1, NULL);
    g = &w.trainer.graph.model.graphs[0];
    assert_int_equal(g->ops[g->n_ops - 1].id, OP_PRUNE);
    costs = op_in(g, &g->ops[g->n_ops - 1], g->ops[g->n_ops - 1].n_in - 1);
    assert_int_equal(tensor_elements(costs), 3);
    assert_memory_equal(costs->data, ((const float[]){8, 1, 1}), 3 * sizeof(float));
    close_world(&w);
    pool_free(&pool);
}

/* ---- what pruning ranks by ---- */
struct saliency {
    double obd, magnitude, measured; /* measured: the growth of the loss without the weight */
};

static int below(const struct saliency *all, int n, int i, size_t field)
{
    int count = 0;
    double x, y;

    memcpy(&x, (const char *)&all[i] + field, sizeof x);
    for (int k = 0; k < n; k++) {
        memcpy(&y, (const char *)&all[k] + field, sizeof y);
        count += y < x;
    }
    return count;
}

/* Spearman's: of ranks, without equals. */
static double correlation(const struct saliency *all, int n, size_t a, size_t b)
{
    double sum = 0;

    for (int i = 0; i < n; i++) {
        double d = below(all, n, i, a) - below(all, n, i, b);

        sum += d * d;
    }
    return 1 - 6 * sum / ((double)n * ((double)n * n - 1));
}

static double loss_of(struct world *w, const struct model *m)
{
    struct evaluation e;

    want_ok(w, trainer_use(&w->trainer, m, &w->at));
    trainer_evaluate(&w->trainer, SPLIT_TRAIN, &w->pool, &e);
    return e.loss;
}

/* Adam's second moment of the tensor, from the training graph. */
static const float *second_moment(struct world *w, const char *name)
{
    const struct graph *g = &w->trainer.graph.model.graphs[0];
    const char *want = pool_printf(&w->pool, "%s/v", name);

    for (int32_t i = 0; i < g->n_tensors; i++)
        if (strcmp(g->tensors[i].name, want) == 0) {
            float *v = pool_alloc(&w->pool, (size_t)tensor_bytes(&g->tensors[i]));

            program_read(w->trainer.program, i, v);
            return v;
        }
    fail_msg("no %s", want);
    return NULL;
}

static int measure(struct world *w, struct saliency *out)
{
    struct model m = model_now(w);
    double base = loss_of(w, &m);
    int n = 0;

    for (int32_t i = 0; i < m.graphs[0].n_tensors; i++) {
        struct tensor *t = &m.graphs[0].tensors[i];
        const float *v = is_weights(t) ? second_moment(w, t->name) : NULL;

        for (int64_t k = 0; v != NULL && k < tensor_elements(t); k++) {
            float *x = (float *)(uintptr_t)t->data + k, was = *x;

            *x = 0;
            out[n++] = (struct saliency){
                .obd = (double)(was * was * v[k]), .magnitude = (double)(was * was), .measured = loss_of(w, &m) - base};
            *x = was;
        }
    }
    return n;
}

/* One sample a step, so that the second moment is the Fisher information's diagonal; nothing is pruned. */
static void obd_ranks_as_finite_differences(void **state)
{
    static const char tiny[] = "name: tiny\n"
                               "network:\n"
                               "  - fully_connected: {units: 4, activation: tanh}\n"
                               "  - fully_connected: {}\n"
                               "  - softmax: {}\n"
                               "training:\n"
                               "  epochs: 40\n"
                               "  batch: 1\n"
                               "  optimizer: {kind: adam, rate: 0.01}\n"
                               "compress:\n"
                               "  prune: {keep: 1}\n";
    static struct saliency all[4 * DRAWN_INPUTS + 12];
    struct world w;
    double obd, magnitude;

    (void)state;
    open_stage(&w, tiny, 0, NULL);
    epochs(&w, 40);
    assert_int_equal(measure(&w, all), COUNT(all));
    obd = correlation(all, COUNT(all), offsetof(struct saliency, obd), offsetof(struct saliency, measured));
    magnitude = correlation(all, COUNT(all), offsetof(struct saliency, magnitude), offsetof(struct saliency, measured));
    print_message("rank correlation with the measured growth of the loss: obd %.3f, magnitude %.3f\n", obd, magnitude);
    assert_true(obd > 0.9);
    assert_true(obd > magnitude);
    close_world(&w);
}

/* ---- dropout ---- */
static const char dropping[] = "name: dropping\n"
                               "network:\n"
                               "  - fully_connected: {units: 8, activation: relu}\n"
                               "  - dropout: {rate: 0.5}\n"
                               "  - fully_connected: {}\n"
                               "  - softmax: {}\n"
                               "training: {epochs: 2}\n"
                               "compress: {prune: {keep: 0.5, dropout: 0.125}, levels: {}}\n";

static float dropout_of(int stage)
{
    struct world w;
    const struct graph *g;
    float rate = -1;

    open_stage(&w, dropping, stage, NULL);
    g = &w.trainer.graph.model.graphs[0];
    for (int32_t i = 0; i < g->n_ops; i++)
        if (g->ops[i].id == OP_DROPOUT)
            rate = ((const struct dropout_opts *)g->ops[i].opts)->rate;
    close_world(&w);
    return rate;
}

static void a_stage_may_drop_less(void **state)
{
    (void)state;
    assert_true(dropout_of(0) == 0.5F);
    assert_true(dropout_of(1) == 0.125F);
    assert_true(dropout_of(2) == 0.5F);
}

/* ---- survivors ---- */
/* One step on all samples: by gradient descent, so that weights tell their gradient; of Adam they tell its sign. */
static const char step[] = "name: step\n"
                           "network:\n"
                           "  - fully_connected: {units: 40, activation: relu}\n"
                           "  - fully_connected: {units: 50, activation: relu6}\n"
                           "  - fully_connected: {}\n"
                           "  - softmax: {}\n"
                           "training: {epochs: 1, batch: 1000, optimizer: {kind: %s, rate: 0.01}, clip_norm: 1000}\n"
                           "compress: {prune: {method: magnitude, keep: 1, ramp: 1}}\n";

/* One weight in `one_in` stays. */
static void thin_out(struct model *m, int32_t one_in)
{
    uint32_t n = 0;

    for (int32_t i = 0; i < m->graphs[0].n_tensors; i++) {
        struct tensor *t = &m->graphs[0].tensors[i];

        for (int64_t k = 0; is_weights(t) && k < tensor_elements(t); k++)
            if ((n++ * 2654435761u >> 16) % (uint32_t)one_in != 0)
                ((float *)(uintptr_t)t->data)[k] = 0;
    }
}

static void want_same_survivors(const struct model *a, const struct model *b)
{
    for (int32_t i = 0; i < a->graphs[0].n_tensors; i++) {
        const struct tensor *x = &a->graphs[0].tensors[i], *y = &b->graphs[0].tensors[i];

        for (int64_t k = 0; x->data != NULL && x->type == TYPE_F32 && k < tensor_elements(x); k++)
            if (!is_weights(x) || weight(x, k) != 0)
                assert_float_equal(weight(x, k), weight(y, k), 1e-5);
    }
}

/* Few of them are trained as they are among zeros that may change. */
static void survivors_are_trained_as_all_are(void **state)
{
    static const char *const optimizers[] = {"sgd", "adam"};

    (void)state;
    for (size_t i = 0; i < 2 * COUNT(optimizers); i++) {
        struct world begin, few, all;
        struct model from, a, b;
        const char *recipe;
        struct pool pool = {0};

        recipe = pool_printf(&pool, step, optimizers[i / 2]);
        open_stage(&begin, recipe, 0, NULL);
        from = model_now(&begin);
        thin_out(&from, i % 2 == 0 ? 40 : 4);
        open_stage(&few, recipe, 1, &from);
        open_stage(&all, recipe, 0, &from);
        epochs(&few, 1);
        epochs(&all, 1);
        a = model_now(&few);
        b = model_now(&all);
        assert_in_range(count(&a).kept, 1, (uint64_t)count(&from).kept);
        want_same_survivors(&a, &b);
        close_world(&few);
        close_world(&all);
        close_world(&begin);
        pool_free(&pool);
    }
}

/* ---- a teacher ---- */
/* A network that is its own teacher has little to learn from it: what its levels have changed. */
static void a_teacher_is_followed(void **state)
{
    static const char recipe[] = "name: taught\n"
                                 "network:\n"
                                 "  - fully_connected: {units: 20, activation: relu}\n"
                                 "  - fully_connected: {}\n"
                                 "  - softmax: {}\n"
                                 "training: {epochs: 30, batch: 16, optimizer: {kind: adam, rate: 0.01}}\n"
                                 "compress: {teacher: {temperature: 2, share: 1}, levels: {count: 16, rate: 1e-6}}\n";
    struct world begin, w;
    struct model from;
    struct epoch_result r;

    (void)state;
    open_stage(&begin, recipe, 0, NULL);
    epochs(&begin, 3);
    from = model_now(&begin);
    open_stage(&w, recipe, 0, &from);
    trainer_free(&w.trainer);
    w.recipe.training.stage = w.recipe.stages[0];
    w.recipe.training.rate = w.recipe.stages[0].rate;
    want_ok(&w, trainer_make(&w.pool, &w.net, &w.data, &w.recipe.training, THREADS, &w.trainer, &w.at));
    want_ok(&w, trainer_epoch(&w.trainer, NULL, NULL, NULL, &r, &w.at));
    assert_true(r.loss > 0.3); /* of labels that are drawn: nobody knows them */
    trainer_free(&w.trainer);
    w.recipe.training.teachers = &from;
    w.recipe.training.n_teachers = 1;
    want_ok(&w, trainer_make(&w.pool, &w.net, &w.data, &w.recipe.training, THREADS, &w.trainer, &w.at));
    want_ok(&w, trainer_epoch(&w.trainer, NULL, NULL, NULL, &r, &w.at));
    print_message("loss of a network that is its own teacher, but for levels: %g\n", r.loss);
    assert_true(r.loss > 0 && r.loss < 0.01);
    close_world(&w);
    close_world(&begin);
}

/* ---- activations ---- */
enum { ROUNDED = 5 };

static void simulate(const float x[ROUNDED], const float *other, struct simulate_s8_opts opts, float y[ROUNDED])
{
    struct world w = {.at = {.name = "test", .index = -1}};
    struct model m = {.pool = &w.pool, .name = "simulate"};
    struct graph *g = model_add_graph(&m, "");
    struct tensor made = {.name = "y", .type = TYPE_F32, .rank = 1, .dims = {ROUNDED}, .source = -1};
    int32_t out = graph_add_tensor(&m, g, &made), in[2];
    struct program *program;

    w.at.sink = &w.text;
    in[0] = add_state(&m, "x", ROUNDED, x);
    in[1] = other != NULL ? add_state(&m, "other", 2, other) : TENSOR_ABSENT;
    *(struct simulate_s8_opts *)graph_add_op(&m, g, OP_SIMULATE_S8, other != NULL ? 2 : 1, in, 1, &out)->opts = opts;
    g->outputs = &out;
    g->n_outputs = 1;
    want_ok(&w, model_verify(&m, &w.at));
    want_ok(&w, program_make(&w.pool, &m, THREADS, &program, &w.at));
    program_run(program);
    program_read(program, out, y);
    program_free(program);
    pool_free(&w.pool);
}

/* The scale is that of the range, whose ends stay, as does 0: from -1 to 4.1 it is 0.02, with another tensor, from -2.5
 * to 10.25, 0.05; or it is given, and what is beyond is cut. */
static void activations_are_rounded_as_int8_has_them(void **state)
{
    static const float x[ROUNDED] = {-1, 0, 0.031f, 0.95f, 4.1f}, other[2] = {-2.5f, 10.25f};
    static const struct {
        const float *other;
        struct simulate_s8_opts opts;
        float want[ROUNDED];
    } cases[] = {
        {NULL, {0, 0}, {-1, 0, 0.04f, 0.96f, 4.1f}},
        {other, {0, 0}, {-1, 0, 0.05f, 0.95f, 4.1f}},
        {NULL, {1 / 128.0F, 0}, {-1, 0, 4 / 128.0F, 122 / 128.0F, 127 / 128.0F}},
    };
    float y[ROUNDED];

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        simulate(x, cases[i].other, cases[i].opts, y);
        for (int k = 0; k < ROUNDED; k++)
            assert_float_equal(y[k], cases[i].want[k], 1e-5);
    }
    simulate((const float[ROUNDED]){0}, NULL, (struct simulate_s8_opts){0, 0}, y);
    assert_memory_equal(y, ((const float[ROUNDED]){0}), sizeof y);
    simulate((const float[ROUNDED]){-INFINITY, 0, 1, 2, INFINITY}, NULL, (struct simulate_s8_opts){0, 0}, y);
    assert_memory_equal(y, ((const float[ROUNDED]){-128, 0, 1, 2, 127}), sizeof y); /* of a training that diverges */
}

static void want_simulated(const struct graph *g, const char *const *names, int n)
{
    int k = 0;

    for (int32_t i = 0; i < g->n_ops; i++)
        if (g->ops[i].id == OP_SIMULATE_S8) {
            assert_true(k < n);
            assert_string_equal(op_in(g, &g->ops[i], 0)->name, names[k++]);
            assert_int_equal(g->ops[i].n_in, strstr(names[k - 1], "average") != NULL ? 2 : 1);
        }
    assert_int_equal(k, n);
}

/* What int8 rounds: not what batch normalization or a clamp takes up, nor what moves numbers. The network that is
 * judged stays in float. */
static void what_int8_stores_is_rounded_in_training(void **state)
{
    static const char recipe[] = "name: small\n"
                                 "network:\n"
                                 "  - reshape: {shape: [4, 2, 1]}\n"
                                 "  - conv_2d: {name: a, filters: 6, kernel: 3, batch_norm: true, activation: relu}\n"
                                 "  - conv_2d: {name: b, filters: 6, kernel: 1}\n"
                                 "  - relu: {name: c}\n"
                                 "  - average_pool_2d: {size: 2}\n"
                                 "  - fully_connected: {name: d, units: 12, activation: tanh}\n"
                                 "  - fully_connected: {name: e}\n"
                                 "  - softmax: {}\n"
                                 "training: {epochs: 2, batch: 16, optimizer: {kind: adam, rate: 0.01}}\n"
                                 "compress: {levels: {method: linear, bits: 8, activations: int8}}\n";
    static const char *const names[] = {"input", "a/batch_norm", "c", "average_pool_2d_1", "d", "d/tanh", "e"};
    struct world w;
    struct epoch_result first, last;

    (void)state;
    open_stage(&w, recipe, 1, NULL);
    want_simulated(&w.trainer.graph.model.graphs[0], names, COUNT(names));
    want_simulated(&w.trainer.forward.model.graphs[0], NULL, 0);
    want_ok(&w, trainer_epoch(&w.trainer, NULL, NULL, NULL, &first, &w.at));
    want_ok(&w, trainer_epoch(&w.trainer, NULL, NULL, NULL, &last, &w.at));
    assert_true(last.loss < first.loss);
    close_world(&w);
}

/* ---- levels ---- */
static void levels_begin_where_weights_are(void **state)
{
    static const float w[] = {0, -1, -1.1f, -0.9f, 0, 2, 2, 2.3f, 0, 5};
    float levels[3];

    (void)state;
    levels_begin(w, COUNT(w), 3, levels);
    assert_float_equal(levels[0], -1, 1e-6);
    assert_float_equal(levels[1], 2.1, 1e-6);
    assert_float_equal(levels[2], 5, 1e-6);
    assert_int_equal(level_nearest(levels, 3, 0.4f), 0);
    assert_int_equal(level_nearest(levels, 3, 9), 2);
}

enum { CLUSTERED = 32 };

/* Levels -1, 1, 2 of two rows: in the first one weight is 1.9 and one 1.6, in the second there are gaps. A step of
 * batches of two, so that half the curvature is the importance. */
static void cluster(float price, float mask[CLUSTERED], float levels[3], float which[CLUSTERED])
{
    static const float w[CLUSTERED] = {1, 1, 1, 1.9f, 1, 1, 1, -1, 1, 1.6f, 1, 1, 1, -1, 1, 2,
                                       1, 0, 1, 0,    1, 0, 1, 0,  1, 0,    1, 0, 1, 0,  1, 0};
    static const float of[] = {-1, 1, 2};
    float importance[CLUSTERED], at_first[CLUSTERED];
    struct world world = {.at = {.name = "test", .index = -1}};
    struct model m = {.pool = &world.pool, .name = "cluster"};
    struct graph *g = model_add_graph(&m, "");
    struct tensor number = {.name = "step", .type = TYPE_S32, .source = -1};
    int32_t step_number = graph_add_tensor(&m, g, &number), in[6] = {step_number};
    struct program *program;

    world.at.sink = &world.text;
    for (int i = 0; i < CLUSTERED; i++) {
        mask[i] = w[i] != 0;
        importance[i] = i == 3 ? 0 : i == 9 ? 2 : 90;
        at_first[i] = (float)level_nearest(of, 3, w[i]);
    }
    in[1] = add_state(&m, "w", CLUSTERED, w);
    in[2] = add_state(&m, "importance", CLUSTERED, importance);
    in[3] = add_state(&m, "mask", CLUSTERED, mask);
    in[4] = add_state(&m, "levels", 3, of);
    in[5] = add_state(&m, "which", CLUSTERED, at_first);
    *(struct cluster_opts *)graph_add_op(&m, g, OP_CLUSTER, 6, in, 3, in + 3)->opts =
        (struct cluster_opts){.every = 1, .steps = 1, .rows = 2, .batch = 2, .price = price};
    g->inputs = &step_number;
    g->n_inputs = 1;
    g->outputs = in + 3;
    g->n_outputs = 3;
    want_ok(&world, model_verify(&m, &world.at));
    want_ok(&world, program_make(&world.pool, &m, THREADS, &program, &world.at));
    program_write(program, step_number, &(int32_t){1});
    program_run(program);
    program_read(program, in[3], mask);
    program_read(program, in[4], levels);
    program_read(program, in[5], which);
    program_free(program);
    pool_free(&world.pool);
}

/* With a price, what the loss does not need goes, and what is between takes the level of the shorter code. */
static void bits_have_a_price(void **state)
{
    static const double largest = (90 * 2 + 2 * 1.6) / 92;
    float mask[CLUSTERED], levels[3], which[CLUSTERED];

    (void)state;
    cluster(0, mask, levels, which);
    for (int i = 0; i < CLUSTERED; i++)
        assert_true(mask[i] == (i < 16 || i % 2 == 0));
    assert_float_equal(levels[2], largest, 1e-6);             /* the mean, by importance */
    assert_float_equal(levels[0], -64 * largest / 127, 1e-6); /* -1, as int8 has it */
    assert_float_equal(levels[1], 64 * largest / 127, 1e-6);
    assert_true(which[3] == 2 && which[9] == 2 && which[7] == 0 && which[0] == 1 && which[15] == 2);
    cluster(1, mask, levels, which);
    for (int i = 0; i < CLUSTERED; i++)
        assert_true(mask[i] == (i != 3 && (i < 16 || i % 2 == 0)));
    assert_true(which[9] == 1 && which[7] == 0 && which[0] == 1 && which[15] == 2);
}

static void weights_have_so_many_levels(void **state)
{
    struct world pruned, w;
    struct model before, after;

    (void)state;
    open_stage(&pruned, network, 1, NULL);
    epochs(&pruned, 5);
    before = model_now(&pruned);
    open_stage(&w, network, 2, &before);
    for (int i = 0; i < 2; i++) {
        after = model_now(&w);
        assert_int_equal(count(&after).most_levels, 4);
        assert_in_range(count(&after).kept, 1, (uint64_t)count(&before).kept);
        want_only_zeros_more(&before, &after);
        epochs(&w, 1);
    }
    close_world(&w);
    close_world(&pruned);
}

static void rounds_are_spread_over_the_epoch(void **state)
{
    static const struct {
        const char *levels;
        int32_t every;
    } cases[] = {{"{}", 1},
                 {"{bit_price: 1e-6}", 1},
                 {"{rounds: 5}", 4},
                 {"{rounds: 5, bit_price: 1e-6}", 4},
                 {"{rounds: 1000}", 1}};
    const char *at = strstr(network, "{count: 4, epochs: 2}");
    struct pool pool = {0};

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct world w;

        open_stage(&w, pool_printf(&pool, "%.*s%s\n", (int)(at - network), network, cases[i].levels), 2, NULL);
        assert_int_equal(w.trainer.steps_per_epoch, 360 / 16);
        assert_int_equal(w.trainer.training.stage.every, cases[i].every);
        close_world(&w);
    }
    pool_free(&pool);
}

/* ---- scales of channels ---- */
/* A grid of -1, 0, 1 and two channels, of weights in turn: scales are least squares by importance, and a channel that
 * has nothing but zeros keeps its own. */
static void scales_are_least_squares(void **state)
{
    static const float w[] = {1, 0.3f, 3, -0.2f, -2, 0.1f, 0.4f, 0}, h[] = {1, 1, 3, 1, 1, 1, 1, 1};
    static const float mask[] = {1, 1, 1, 1, 1, 1, 1, 0}, which[] = {2, 1, 2, 1, 0, 1, 1, 1};
    static const float of[] = {-1, 0, 1}, scales[] = {1, 0.3f};
    static const float want_scale = (1 + 3 * 3 + 2) / 5.0F, want_which[] = {1, 2, 2, 0, 0, 1, 1, 1};
    struct world world = {.at = {.name = "test", .index = -1}};
    struct model m = {.pool = &world.pool, .name = "scales"};
    struct graph *g = model_add_graph(&m, "");
    struct tensor number = {.name = "step", .type = TYPE_S32, .source = -1};
    int32_t step_number = graph_add_tensor(&m, g, &number), in[7] = {step_number};
    struct program *program;
    float got[8];

    (void)state;
    world.at.sink = &world.text;
    in[1] = add_state(&m, "w", 8, w);
    in[2] = add_state(&m, "importance", 8, h);
    in[3] = add_state(&m, "mask", 8, mask);
    in[4] = add_state(&m, "scales", 2, scales);
    in[5] = add_state(&m, "which", 8, which);
    in[6] = add_state(&m, "levels", 3, of);
    *(struct cluster_opts *)graph_add_op(&m, g, OP_CLUSTER, 7, in, 3, in + 3)->opts =
        (struct cluster_opts){.every = 1, .rows = 1, .below = 1, .batch = 1};
    g->inputs = &step_number;
    g->n_inputs = 1;
    g->outputs = in + 3;
    g->n_outputs = 3;
    want_ok(&world, model_verify(&m, &world.at));
    want_ok(&world, program_make(&world.pool, &m, THREADS, &program, &world.at));
    program_write(program, step_number, &(int32_t){1});
    program_run(program);
    program_read(program, in[4], got);
    assert_float_equal(got[0], want_scale, 1e-6);
    assert_float_equal(got[1], 0.3f, 0);
    program_read(program, in[5], got);
    assert_memory_equal(got, want_which, sizeof want_which);
    program_free(program);
    pool_free(&world.pool);
}

/* Every weight is a whole multiple of the scale of its channel, which its tensor remembers. */
static void want_multiples(const struct model *m, int32_t most, bool zeros)
{
    int32_t tensors = 0;

    for (int32_t i = 0; i < m->graphs[0].n_tensors; i++) {
        const struct tensor *t = &m->graphs[0].tensors[i];
        const int32_t last = t->rank - 1, axis = t->quant.axis;

        if (!is_weights(t))
            continue;
        assert_int_equal(t->quant.n, t->dims[axis]);
        assert_true(axis == 0 || axis == last);
        for (int64_t k = 0; k < tensor_elements(t); k++) {
            const int64_t channel = axis == 0 ? k / (tensor_elements(t) / t->quant.n) : k % t->quant.n;
            const float code = weight(t, k) / t->quant.scale[channel];

            assert_float_equal(code, roundf(code), 1e-4);
            assert_true(fabsf(code) <= (float)most + 0.5F && (zeros || code != 0));
        }
        tensors++;
    }
    assert_int_equal(tensors, 4);
}

static void weights_are_multiples_of_scales(void **state)
{
    static const struct {
        const char *levels;
        int32_t most;
        bool zeros;
    } cases[] = {{"{method: linear, bits: 8, epochs: 2}", 127, true},
                 {"{method: linear, bits: 3, epochs: 2}", 126, true},
                 {"{method: log, bits: 3, epochs: 2}", 64, true},
                 {"{method: ternary, epochs: 2}", 127, true},
                 {"{method: binary, epochs: 2}", 127, false}};
    const char *const at = strstr(network, "  prune:");

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct pool pool = {0};
        struct world w;
        struct model m;

        open_stage(&w, pool_printf(&pool, "%.*s  levels: %s\n", (int)(at - network), network, cases[i].levels), 1,
                   NULL);
        for (int k = 0; k < 2; k++) {
            m = model_now(&w);
            want_multiples(&m, cases[i].most, cases[i].zeros);
            epochs(&w, 1);
        }
        close_world(&w);
        pool_free(&pool);
    }
}

/* ---- units without weights ---- */
/* Of five the second is 0.5, the third cut off at 0, the fourth at 6; the reader has them in its biases. */
static void constant_units_become_biases(void **state)
{
    static const char graph[] = "mote-graph 1\nmodel t\ngraph\n"
                                "tensor 0 \"x\" f32 [1,2]\n"
                                "tensor 1 \"w\" f32 [5,2] data [1, 2, 0, 0, 0, 0, 0, 0, 0, 3]\n"
                                "tensor 2 \"b\" f32 [5] data [7, 0.5, -3, 8, 9]\n"
                                "tensor 3 \"y\" f32 [1,5]\n"
                                "tensor 4 \"v\" f32 [2,5] data [1, 2, 3, 4, 5, 6, 7, 8, 0.25, 10]\n"
                                "tensor 5 \"c\" f32 [2] data [100, 200]\n"
                                "tensor 6 \"z\" f32 [1,2]\n"
                                "op 0 fully_connected in [0, 1, 2] out [3] activation relu6\n"
                                "op 1 fully_connected in [3, 4, 5] out [6]\n"
                                "inputs [0]\noutputs [6]\nend\n";
    static const float weights[] = {1, 0, 0, 0, 5, 6, 0, 0, 0, 10}, biases[] = {125, 205};
    struct world w = {.at = {.name = "test", .index = -1}};
    struct model m = {.pool = &w.pool};

    (void)state;
    w.at.sink = &w.text;
    want_ok(&w, model_parse(&m, (struct bytes){(uint8_t *)(uintptr_t)graph, sizeof graph - 1}, &w.at));
    fold_constant_units(&m, &m.graphs[0]);
    assert_memory_equal(m.graphs[0].tensors[4].data, weights, sizeof weights);
    assert_memory_equal(m.graphs[0].tensors[5].data, biases, sizeof biases);
    pool_free(&w.pool);
}

/* ---- stopped and resumed ---- */
static struct bytes checkpoint(struct world *w, const char *name)
{
    struct bytes file;

    want_ok(w, trainer_save(&w->trainer, here(w, name), &w->at));
    want_ok(w, file_read(&w->pool, here(w, name), &file, &w->at));
    return file;
}

static void stages_go_on_to_the_same_bytes(void **state)
{
    static const volatile sig_atomic_t stop = 1;

    (void)state;
    for (int stage = 1; stage <= 2; stage++) {
        struct world whole, first, second;
        struct epoch_result r;
        struct bytes a, b;

        open_stage(&whole, network, stage, NULL);
        epochs(&whole, 2);
        open_stage(&first, network, stage, NULL);
        epochs(&first, 1);
        want_ok(&first, trainer_epoch(&first.trainer, &stop, NULL, NULL, &r, &first.at)); /* one step */
        checkpoint(&first, "stopped.graph");
        open_stage(&second, network, stage, NULL);
        want_ok(&second, trainer_load(&second.trainer, here(&first, "stopped.graph"), &second.at));
        epochs(&second, 1);
        a = checkpoint(&whole, "whole.graph");
        b = checkpoint(&second, "resumed.graph");
        assert_int_equal(a.size, b.size);
        assert_memory_equal(a.data, b.data, a.size);
        close_world(&whole);
        close_world(&first);
        close_world(&second);
    }
}

static void another_share_is_refused(void **state)
{
    struct pool pool = {0};
    const char *at = strstr(network, "0.2, epochs");
    struct world a, b;

    (void)state;
    open_stage(&a, network, 1, NULL);
    checkpoint(&a, "a.graph");
    open_stage(&b, pool_printf(&pool, "%.*s0.3%s", (int)(at - network), network, at + 3), 1, NULL);
    assert_int_equal(trainer_load(&b.trainer, here(&a, "a.graph"), &b.at), MOTE_ERR_VALUE);
    assert_non_null(strstr(b.text.text, "PRUNE"));
    close_world(&a);
    close_world(&b);
    pool_free(&pool);
}

/* A stage does not go on from a network that is not the one that it started from. */
static void another_start_is_refused(void **state)
{
    struct world a, b;
    struct model other;

    (void)state;
    open_stage(&a, network, 1, NULL);
    epochs(&a, 1);
    checkpoint(&a, "a.graph");
    other = model_now(&a);
    open_stage(&b, network, 1, &other);
    assert_int_equal(trainer_load(&b.trainer, here(&a, "a.graph"), &b.at), MOTE_ERR_VALUE);
    assert_non_null(strstr(b.text.text, "started from another network"));
    close_world(&b);
    open_stage(&b, network, 1, NULL);
    want_ok(&b, trainer_load(&b.trainer, here(&a, "a.graph"), &b.at));
    close_world(&b);
    close_world(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pruning_follows_the_ramp),
        cmocka_unit_test(the_least_go),
        cmocka_unit_test(a_weight_costs_what_an_inference_does_with_it),
        cmocka_unit_test(obd_ranks_as_finite_differences),
        cmocka_unit_test(activations_are_rounded_as_int8_has_them),
        cmocka_unit_test(what_int8_stores_is_rounded_in_training),
        cmocka_unit_test(levels_begin_where_weights_are),
        cmocka_unit_test(weights_have_so_many_levels),
        cmocka_unit_test(rounds_are_spread_over_the_epoch),
        cmocka_unit_test(stages_go_on_to_the_same_bytes),
        cmocka_unit_test(another_share_is_refused),
        cmocka_unit_test(a_stage_may_drop_less),
        cmocka_unit_test(survivors_are_trained_as_all_are),
        cmocka_unit_test(bits_have_a_price),
        cmocka_unit_test(scales_are_least_squares),
        cmocka_unit_test(weights_are_multiples_of_scales),
        cmocka_unit_test(another_start_is_refused),
        cmocka_unit_test(constant_units_become_biases),
        cmocka_unit_test(a_teacher_is_followed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
