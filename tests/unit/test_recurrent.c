/* SPDX-License-Identifier: Apache-2.0 */
/* The pass `recurrent`: unrolled steps of GRUs and LSTMs, spelled in the ways of several formats, become the operator
 * and compute the same; what is no such layer stays as it is. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "host/pipeline/pipeline.h"
#include "host/run/runner.h"
#include "tests/random/builder.h"

#include <cmocka.h>

enum { STEPS = 5, FEATURES = 3, UNITS = 4 };

/* A way to say it. */
struct spelling {
    enum op_id id;
    bool joined;      /* one matrix for x and h side by side */
    bool apart;       /* a matrix a gate, not one of which gates are cut */
    bool reset_after; /* of a GRU */
    bool late_bias;   /* added behind the matrix */
    bool turned;      /* operands of sums and products the other way round */
    int layers;
    int other_step;  /* whose weights are its own; 0: none */
    int doublings;   /* of a GRU's r: its sum is added to itself */
    float start;     /* of the states */
    bool wants_cell; /* of an LSTM: the last c is an output, too */
};

struct unroller {
    struct pool pool;
    struct text tensors, ops;
    const struct spelling *s;
    int32_t n, n_ops;
    uint64_t dice;
};

static int32_t tensor(struct unroller *k, const char *rest)
{
    text_add(&k->tensors, "tensor %d \"t%d\" %s\n", (int)k->n, (int)k->n, rest);
    return k->n++;
}

static int32_t made(struct unroller *k, int32_t n) { return tensor(k, pool_printf(&k->pool, "f32 [1,%d]", (int)n)); }

static int32_t random_const(struct unroller *k, const char *shape, int32_t n)
{
    struct text t = {.pool = &k->pool};

    for (int32_t i = 0; i < n; i++)
        text_add(&t, "%s%g", i > 0 ? ", " : "", (double)((int32_t)(dice_next(&k->dice) % 2001) - 1000) / 1000);
    return tensor(k, pool_printf(&k->pool, "f32 %s data [%s]", shape, t.s));
}

static int32_t op(struct unroller *k, const char *name, const char *in, int32_t n, const char *options)
{
    const int32_t out = made(k, n);

    text_add(&k->ops, "op %d %s in [%s] out [%d] %s\n", (int)k->n_ops++, name, in, (int)out, options);
    return out;
}

static int32_t unary(struct unroller *k, const char *name, int32_t x, int32_t n)
{
    return op(k, name, pool_printf(&k->pool, "%d", (int)x), n, "");
}

static int32_t binary(struct unroller *k, const char *name, int32_t a, int32_t b, int32_t n)
{
    const bool turned = k->s->turned && strcmp(name, "sub") != 0;

    return op(k, name, pool_printf(&k->pool, "%d, %d", (int)(turned ? b : a), (int)(turned ? a : b)), n, "");
}

static int32_t dense(struct unroller *k, int32_t x, int32_t w, int32_t bias, int32_t n)
{
    if (k->s->late_bias)
        return binary(k, "add", op(k, "fully_connected", pool_printf(&k->pool, "%d, %d", (int)x, (int)w), n, ""), bias,
                      n);
    return op(k, "fully_connected", pool_printf(&k->pool, "%d, %d, %d", (int)x, (int)w, (int)bias), n, "");
}

/* Weights of one matrix: of x and h, apart or side by side. */
struct dense {
    int32_t w, r, bias;
};

static struct dense new_dense(struct unroller *k, int32_t features, int32_t n)
{
    struct dense d = {.bias = random_const(k, pool_printf(&k->pool, "[%d]", (int)n), n)};

    if (k->s->joined)
        d.w = random_const(k, pool_printf(&k->pool, "[%d,%d]", (int)n, (int)features + UNITS), n * (features + UNITS));
    else {
        d.w = random_const(k, pool_printf(&k->pool, "[%d,%d]", (int)n, (int)features), n * features);
        d.r = random_const(k, pool_printf(&k->pool, "[%d,%d]", (int)n, UNITS), n * UNITS);
    }
    return d;
}

static int32_t put_dense(struct unroller *k, const struct dense *d, int32_t x, int32_t h, int32_t features, int32_t n)
{
    if (k->s->joined)
        return dense(
            k, op(k, "concatenation", pool_printf(&k->pool, "%d, %d", (int)x, (int)h), features + UNITS, "axis 1"),
            d->w, d->bias, n);
    return binary(k, "add", dense(k, x, d->w, d->bias, n),
                  op(k, "fully_connected", pool_printf(&k->pool, "%d, %d", (int)h, (int)d->r), n, ""), n);
}

static int32_t ints(struct unroller *k, int32_t a, int32_t b)
{
    return tensor(k, pool_printf(&k->pool, "s32 [2] data [%d, %d]", (int)a, (int)b));
}

static int32_t cut(struct unroller *k, int32_t x, int32_t first, int32_t n)
{
    const int32_t begin = ints(k, 0, first), size = ints(k, 1, n);

    return op(k, "slice", pool_printf(&k->pool, "%d, %d, %d", (int)x, (int)begin, (int)size), n, "");
}

/* One layer. */
struct weights {
    int32_t features, one, after; /* constants: 1; with reset_after the bias of h */
    struct dense gates[4], fresh; /* of an LSTM four, or one of all; of a GRU two, or one */
    int32_t fresh_r;
};

static struct weights layer_weights(struct unroller *k, int32_t features)
{
    const int32_t gates = k->s->id == OP_GRU ? 2 : 4;
    struct weights w = {.features = features, .one = tensor(k, "f32 [] data [1]")};

    for (int i = 0; i < (k->s->apart ? gates : 1); i++)
        w.gates[i] = new_dense(k, features, k->s->apart ? UNITS : gates * UNITS);
    w.fresh = new_dense(k, features, UNITS);
    w.fresh_r = random_const(k, "[4,4]", 16);
    w.after = random_const(k, "[4]", 4);
    return w;
}

/* Gate i's sum. */
static void put_gates(struct unroller *k, const struct weights *w, int32_t x, int32_t h, int n, int32_t *sum)
{
    int32_t all = k->s->apart ? 0 : put_dense(k, &w->gates[0], x, h, w->features, n * UNITS);

    for (int i = 0; i < n; i++)
        sum[i] = k->s->apart ? put_dense(k, &w->gates[i], x, h, w->features, UNITS) : cut(k, all, i * UNITS, UNITS);
}

static int32_t put_gru(struct unroller *k, const struct weights *w, int32_t x, int32_t h)
{
    int32_t sum[2], z, r, n;

    put_gates(k, w, x, h, 2, sum);
    for (int i = 0; i < k->s->doublings; i++)
        sum[0] = binary(k, "add", sum[0], sum[0], UNITS);
    r = unary(k, "logistic", sum[0], UNITS);
    z = unary(k, "logistic", sum[1], UNITS);
    if (k->s->reset_after)
        n = binary(k, "add", dense(k, x, w->fresh.w, w->fresh.bias, UNITS),
                   binary(k, "mul", r, dense(k, h, w->fresh_r, w->after, UNITS), UNITS), UNITS);
    else
        n = put_dense(k, &w->fresh, x, binary(k, "mul", r, h, UNITS), w->features, UNITS);
    n = binary(k, "mul", binary(k, "sub", w->one, z, UNITS), unary(k, "tanh", n, UNITS), UNITS);
    return binary(k, "add", n, binary(k, "mul", z, h, UNITS), UNITS);
}

static int32_t put_lstm(struct unroller *k, const struct weights *w, int32_t x, int32_t h, int32_t *c)
{
    int32_t sum[4], kept, fresh;

    put_gates(k, w, x, h, 4, sum); /* i, j, f, o */
    kept = binary(k, "mul", *c, unary(k, "logistic", binary(k, "add", sum[2], w->one, UNITS), UNITS), UNITS);
    fresh = binary(k, "mul", unary(k, "logistic", sum[0], UNITS), unary(k, "tanh", sum[1], UNITS), UNITS);
    *c = binary(k, "add", kept, fresh, UNITS);
    return binary(k, "mul", unary(k, "tanh", *c, UNITS), unary(k, "logistic", sum[3], UNITS), UNITS);
}

static int32_t put_layer(struct unroller *k, int32_t features, int32_t *x, int32_t *c)
{
    struct weights w = layer_weights(k, features);
    int32_t h = tensor(k, pool_printf(&k->pool, "f32 [1,4] data [0, 0, %g, 0]", (double)k->s->start));

    *c = h;
    for (int t = 0; t < STEPS; t++) {
        if (k->s->other_step > 0 && t == k->s->other_step)
            w = layer_weights(k, features);
        h = x[t] = k->s->id == OP_GRU ? put_gru(k, &w, x[t], h) : put_lstm(k, &w, x[t], h, c);
    }
    return h;
}

static const char *graph_of(struct unroller *k, const struct spelling *s)
{
    const int32_t in = tensor(k, "f32 [5,3]");
    int32_t x[STEPS], h = 0, c = 0;

    k->s = s;
    for (int t = 0; t < STEPS; t++) {
        const int32_t begin = ints(k, t, 0), size = ints(k, 1, FEATURES);

        x[t] = op(k, "slice", pool_printf(&k->pool, "%d, %d, %d", (int)in, (int)begin, (int)size), FEATURES, "");
    }
    for (int i = 0; i < s->layers; i++)
        h = put_layer(k, i == 0 ? FEATURES : UNITS, x, &c);
    return pool_printf(&k->pool, "mote-graph 1\nmodel t\ngraph\n%s%sinputs [%d]\noutputs [%d, %d]\nend\n", k->tensors.s,
                       k->ops.s, (int)in, (int)h, (int)(s->wants_cell ? c : x[1]));
}

static void must(const struct report_text *report, enum mote_status status)
{
    if (status != MOTE_OK)
        fail_msg("%s", report->text);
}

static int count(const struct graph *g, enum op_id id)
{
    int n = 0;

    for (int32_t i = 0; i < g->n_ops; i++)
        n += g->ops[i].id == id;
    return n;
}

/* Gives how many of its layers became operators. */
static int run(const struct spelling *s, const char *passes, float out[2 * UNITS])
{
    struct report_text report = {.status = MOTE_OK};
    const struct frame at = {.index = -1, .sink = &report};
    struct unroller k = {.tensors.pool = &k.pool, .ops.pool = &k.pool, .dice = 5};
    const char *text = graph_of(&k, s);
    struct pipeline p;
    float in[STEPS * FEATURES];
    struct runner r;
    int found;

    must(&report, pipeline_read(&k.pool, "t.graph", (struct bytes){(uint8_t *)(uintptr_t)text, strlen(text)}, &p, &at));
    must(&report, pipeline_compile(&p, &(struct pipeline_options){.passes = passes}, &at));
    must(&report, runner_open(&k.pool, p.image, &r, &at));
    for (int i = 0; i < STEPS * FEATURES; i++)
        in[i] = sinf((float)i * 1.7f);
    for (int again = 0; again < 2; again++) /* each inference begins anew */
        runner_run(&r, (const uint8_t *)in, (uint8_t *)out);
    found = count(&p.model.graphs[0], s->id);
    if (found == s->layers && s->other_step == 0)
        assert_int_equal(count(&p.model.graphs[0], OP_TANH) + count(&p.model.graphs[0], OP_LOGISTIC), 0);
    if (found == 1 && s->wants_cell)
        assert_int_equal(count(&p.model.graphs[0], OP_SLICE), 0); /* h and c are the states */
    pool_free(&k.pool);
    return found;
}

static void check(const struct spelling *s, int layers)
{
    float want[2 * UNITS], is[2 * UNITS];

    assert_int_equal(run(s, "none", want), 0);
    assert_int_equal(run(s, NULL, is), layers);
    for (int i = 0; i < 2 * UNITS; i++)
        if (!(fabsf(want[i] - is[i]) <= 1e-6f))
            fail_msg("element %d is %.9g, not %.9g", i, (double)is[i], (double)want[i]);
}

#define LSTM OP_UNIDIRECTIONAL_SEQUENCE_LSTM

static void spellings_become_operators(void **state)
{
    (void)state;
    for (int bits = 0; bits < 32; bits++) {
        struct spelling s = {.id = OP_GRU,
                             .joined = (bits & 1) != 0,
                             .apart = (bits & 2) != 0,
                             .late_bias = (bits & 4) != 0,
                             .turned = (bits & 8) != 0,
                             .layers = 1 + (bits >> 4)};

        check(&s, s.layers);
        s.id = LSTM;
        check(&s, s.layers);
        s.wants_cell = true;
        check(&s, s.layers);
        s.joined = false;
        s.wants_cell = false;
        s.reset_after = true;
        s.id = OP_GRU;
        check(&s, s.layers);
    }
}

static void others_stay(void **state)
{
    static const struct spelling all[] = {
        {.id = OP_GRU, .layers = 1, .start = 0.5f},
        {.id = LSTM, .layers = 1, .start = 0.5f},
        {.id = OP_GRU, .layers = 1, .other_step = 1},
        {.id = LSTM, .layers = 1, .other_step = 1},
        {.id = OP_GRU, .joined = true, .layers = 1, .start = 0.5f},
        {.id = LSTM, .joined = true, .layers = 1, .start = 0.5f},
        {.id = OP_GRU, .layers = 1, .doublings = 40}, /* 2^40 ways to h */
    };
    static const struct spelling part = {.id = OP_GRU, .layers = 1, .other_step = 3};
    static const struct spelling twice = {.id = OP_GRU, .layers = 1, .doublings = 2};

    (void)state;
    for (size_t i = 0; i < COUNT(all); i++)
        check(&all[i], 0);
    check(&twice, 1);
    check(&part, 1); /* the first three are a layer, the rest goes on from its end */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spellings_become_operators),
        cmocka_unit_test(others_stay),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
