/* SPDX-License-Identifier: Apache-2.0 */
/* What teachers teach: the mean of what several say, what a layer gives; and which are refused, by their files'
 * names. */
#define _XOPEN_SOURCE 700
#include <math.h>

#include "host/train/trainer.h"
#include "tests/unit/command.h"
#include "tests/unit/drawn_table.h"

#define THREADS 1 /* other tests run beside this one */

static const char network[] = "name: taught\n"
                              "network:\n"
                              "  - fully_connected: {name: hidden, units: 20, activation: relu}\n"
                              "  - fully_connected: {}\n"
                              "  - softmax: {}\n"
                              "training: {epochs: 30, batch: 16, seed: %d, optimizer: {kind: adam, rate: 0.01}}\n"
                              "compress:\n"
                              "  teacher: {temperature: 2, share: 1%s}\n"
                              "  levels: {count: 16, rate: 1e-6}\n";

static int setup(void **state)
{
    const int status = setup_all(state);

    put_text("in/drawn.csv", drawn_table(&pool).s);
    put_text("in/data.yaml", drawn_data);
    return status;
}

struct world {
    struct report_text text;
    struct frame at;
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

static void open_network(struct world *w, int seed, const char *teacher)
{
    put_text("in/recipe.yaml", pool_printf(&pool, network, seed, teacher));
    *w = (struct world){.at = {.name = "test", .index = -1}};
    w->at.sink = &w->text;
    want_ok(w, recipe_read(&pool, here("in/recipe.yaml"), &w->recipe, &w->at));
    want_ok(w, dataset_open(&pool, here("in/data.yaml"), NULL, &w->data, &w->at));
    want_ok(w, network_build(&pool, &w->recipe, &w->data, &w->net, &w->at));
}

/* A network after some epochs. */
static struct model trained(int seed)
{
    struct world w;
    struct epoch_result r;
    struct model m;

    open_network(&w, seed, "");
    want_ok(&w, trainer_make(&pool, &w.net, &w.data, &w.recipe.training, THREADS, &w.trainer, &w.at));
    for (int i = 0; i < 3; i++)
        want_ok(&w, trainer_epoch(&w.trainer, NULL, NULL, NULL, &r, &w.at));
    trainer_model(&w.trainer, &pool, &m);
    trainer_free(&w.trainer);
    return m;
}

/* The loss of an epoch of the network's levels, which move little. */
static double taught_loss(const struct model *m, const struct model *teachers, int32_t n, const char *more)
{
    struct world w;
    struct epoch_result r;

    open_network(&w, 1, more);
    for (int32_t i = 0; i < w.net.graphs[0].n_tensors; i++)
        w.net.graphs[0].tensors[i].data = m->graphs[0].tensors[i].data;
    w.recipe.training.stage = w.recipe.stages[0];
    w.recipe.training.rate = w.recipe.stages[0].rate;
    w.recipe.training.teachers = teachers;
    w.recipe.training.n_teachers = n;
    want_ok(&w, trainer_make(&pool, &w.net, &w.data, &w.recipe.training, THREADS, &w.trainer, &w.at));
    want_ok(&w, trainer_epoch(&w.trainer, NULL, NULL, NULL, &r, &w.at));
    trainer_free(&w.trainer);
    return r.loss;
}

/* Several that say the same are one; of two the mean is nearer to either than they are to each other. */
static void an_ensemble_says_the_mean(void **state)
{
    const struct model a = trained(1), b = trained(2);
    const struct model same[] = {a, a, a, a}, both[] = {a, b};
    const double own = taught_loss(&a, same, 1, ""), other = taught_loss(&a, &b, 1, "");
    const double mean = taught_loss(&a, both, 2, "");

    (void)state;
    print_message("loss with itself %g, with another %g, with both %g\n", own, other, mean);
    assert_true(taught_loss(&a, same, 4, "") == own); /* halves are exact */
    assert_true(own < mean && mean < other / 2);
}

static int32_t add_state(struct model *m, const char *name, enum mote_type type, int rank, int columns,
                         const void *values)
{
    struct tensor t = {
        .name = name, .type = type, .rank = rank, .dims = {1, columns}, .state = true, .source = -1, .initial = values};

    return graph_add_tensor(m, &m->graphs[0], &t);
}

/* Teachers say 1/4, 3/4 and 3/4, 1/4: the network, which says 1/2 each, has nothing to learn from both, and from the
 * first alone its gradient is what it says more. */
static void probabilities_are_averaged(void **state)
{
    static const float ours[] = {0, 0}, first[] = {0, 1.0986123F}, second[] = {1.0986123F, 0};
    static const int32_t label = 0;

    (void)state;
    for (int n = 1; n <= 2; n++) {
        struct report_text report = {.status = MOTE_OK};
        const struct frame at = {.name = "test", .index = -1, .sink = &report};
        struct model m = {.pool = &pool, .name = "soft"};
        struct graph *g = model_add_graph(&m, "");
        const int32_t in[] = {
            add_state(&m, "ours", TYPE_F32, 2, 2, ours), add_state(&m, "label", TYPE_S32, 1, 0, &label),
            add_state(&m, "first", TYPE_F32, 2, 2, first), add_state(&m, "second", TYPE_F32, 2, 2, second)};
        struct tensor made = {.name = "y", .type = TYPE_F32, .source = -1};
        int32_t out[3];
        struct program *program;
        float loss, d[2];

        for (int i = 0; i < 3; i++)
            out[i] = graph_add_tensor(&m, g, &made);
        *(struct soft_cross_entropy_opts *)graph_add_op(&m, g, OP_SOFT_CROSS_ENTROPY, 2 + n, in, 2, out)->opts =
            (struct soft_cross_entropy_opts){1, 1};
        *(struct soft_cross_entropy_opts *)graph_add_op(&m, g, OP_SOFT_CROSS_ENTROPY_GRAD, 2 + n, in, 1, &out[2])
             ->opts = (struct soft_cross_entropy_opts){1, 1};
        g->outputs = out;
        g->n_outputs = 3;
        assert_int_equal(graph_infer(&m, g, &at), MOTE_OK);
        assert_int_equal(model_verify(&m, &at), MOTE_OK);
        assert_int_equal(program_make(&pool, &m, THREADS, &program, &at), MOTE_OK);
        program_run(program);
        program_read(program, out[0], &loss);
        program_read(program, out[2], d);
        assert_true(fabs((double)loss - (n == 1 ? 0.25 * log(0.5) + 0.75 * log(1.5) : 0)) < 1e-6);
        assert_true(fabs((double)d[0] - (n == 1 ? 0.25 : 0)) < 1e-6);
        program_free(program);
    }
}

/* What layers give is added to the loss, by its weight, and learned. */
static void a_layer_is_followed(void **state)
{
    const struct model a = trained(1), b = trained(2);
    const double without = taught_loss(&a, &b, 1, ""), once = taught_loss(&a, &b, 1, ", features: [{layer: hidden}]");
    const double twice = taught_loss(&a, &b, 1, ", features: [{layer: hidden, weight: 2}]");
    const struct model both[] = {b, b};

    (void)state;
    print_message("loss %g, with a layer %g, at twice the weight %g\n", without, once, twice);
    assert_true(once > without);
    assert_true(fabs((twice - without) / (once - without) - 2) < 0.01);
    assert_true(fabs(taught_loss(&a, both, 2, ", features: [{layer: hidden}]") - once) < 1e-5);
    assert_true(taught_loss(&a, &a, 1, ", features: [{layer: hidden, weight: 10}]") < 0.1);
}

/* A logistic function at the end has logits before it as a softmax has; so has either in another shape. */
static void probabilities_have_logits(void **state)
{
    const struct model a = trained(1), b = trained(2);
    const double softmax = taught_loss(&a, &b, 1, "");
    struct model other = {.pool = &pool};
    struct graph *g;

    (void)state;
    model_copy(&b, &other);
    g = &other.graphs[0];
    assert_int_equal(g->ops[g->n_ops - 1].id, OP_SOFTMAX);
    g->ops[g->n_ops - 1].id = OP_LOGISTIC;
    g->ops[g->n_ops - 1].opts = NULL;
    assert_true(taught_loss(&a, &other, 1, "") == softmax);
}

/* ---- from outside ---- */
static const char recipe[] = "network:\n  - fully_connected: {name: hidden, units: %d, activation: relu}\n"
                             "  - fully_connected: {}\n  - softmax: {}\n"
                             "training: {epochs: 2}\ncompress:\n  teacher: {%s}\n  levels: {count: 4, epochs: 2}\n";

static struct result compress_with(int units, const char *teacher)
{
    static int n;
    const char *out = here(pool_printf(&pool, "out/taught%d", n++));

    put_text("in/recipe.yaml", pool_printf(&pool, recipe, units, teacher));
    return RUN("compress", "@in/recipe.yaml", "--data", "@in/data.yaml", "--threads", "1", "-o", out);
}

static void want_refused(int units, const char *teacher, const char *part)
{
    const struct result r = compress_with(units, teacher);

    want_status(&r, 1);
    if (strstr(r.err, part) == NULL)
        fail_msg("want \"%s\" in: %s", part, r.err);
}

/* All networks of --seeds, by their folder. */
static void seeds_are_an_ensemble(void **state)
{
    struct result r;

    (void)state;
    put_text("in/recipe.yaml", pool_printf(&pool, recipe, 24, ""));
    r = RUN("train", "@in/recipe.yaml", "--data", "@in/data.yaml", "-o", "@out/seeds", "--seeds", "2");
    want_status(&r, 0);
    r = compress_with(6, "models: [../out/seeds]");
    want_status(&r, 0);
    r = compress_with(6, "model: ../out/seeds/seed_2");
    want_status(&r, 0);
    r = compress_with(24,
                      "models: [../out/seeds/seed_1/model.graph, ../out/seeds/seed_2], features: [{layer: hidden}]");
    want_status(&r, 0);
    want_refused(6, "models: [../out/seeds], features: [{layer: hidden}]",
                 "out/seeds/seed_1/model.graph: its layer hidden gives another shape than the recipe's hidden");
    want_refused(24, "models: [../out/seeds], features: [{layer: hidden, of: hiden}]",
                 "out/seeds/seed_1/model.graph: has no layer \"hiden\" to learn from: did you mean \"hidden\"?");
}

/* What a training step does not have is the teacher's fault. */
static void a_teacher_is_named(void **state)
{
    (void)state;
    put_text("in/teacher.graph",
             "mote-graph 1\nmodel t version 0\ngraph \"main\"\n"
             "tensor 0 \"x\" f32 [1,8]\n"
             "tensor 1 \"w\" f32 [3,8] data [1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, "
             "4, 5, 6, 7, 8]\n"
             "tensor 2 \"z\" f32 [1,3]\ntensor 3 \"y\" f32 [1,3]\n"
             "op 0 fully_connected in [0, 1, -] out [2]\n"
             "op 1 softmax in [2] out [3] beta 2\ninputs [0]\noutputs [3]\nend\n");
    want_refused(6, "model: teacher.graph", "teacher.graph: op 1 SOFTMAX");
}

static void wrong_teachers_are_named(void **state)
{
    (void)state;
    want_refused(6, "model: a, models: [b]", "compress teacher: either model or models");
    want_refused(6, "features: [{layer: hiden}]", "layer hiden: there is no such layer: did you mean \"hidden\"?");
    want_refused(6, "features: [{layer: softmax_1}]", "layer softmax_1: gives probabilities");
    want_refused(6, "features: [{layer: hidden, weight: 0}]", "layer hidden: weight is \"0\"");
    want_refused(6, "models: [../out/nothing]", "out/nothing: cannot read");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_ensemble_says_the_mean), TEST(probabilities_are_averaged), TEST(a_layer_is_followed),
        TEST(probabilities_have_logits), TEST(seeds_are_an_ensemble),      TEST(a_teacher_is_named),
        TEST(wrong_teachers_are_named),
    };

    return cmocka_run_group_tests(tests, setup, teardown_all);
}
