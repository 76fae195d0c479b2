/* SPDX-License-Identifier: Apache-2.0 */
/* LSTM, GRU and RNN of ONNX beside the standard's formulas, computed here in doubles: directions, layouts, lengths,
 * states to begin with, peepholes, clips and activations, of which ONNX's own tests have one each at most. Each model
 * runs twice without a reset: an inference begins anew. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#undef fail /* ours is in base.h */

#include "host/graph/op_info.h"
#include "host/import/import.h"
#include "host/passes/quantize.h"
#include "host/pipeline/pipeline.h"
#include "host/run/runner.h"
#include "tests/onnx_made.h"

enum { TIME = 4, BATCH = 3, IN = 3, UNITS = 5, GATES_MAX = 4 };

struct variant {
    const char *op, *direction;
    const char *activations[6];
    bool batch_first, has_lengths, has_initial, has_peepholes, has_no_bias, coupled, reset_after;
    bool y_alone;      /* is an output of the graph, though the node has more */
    bool one_sequence; /* not BATCH */
    float clip;
};

static int gates_of(const struct variant *v)
{
    return strcmp(v->op, "LSTM") == 0 ? 4 : strcmp(v->op, "GRU") == 0 ? 3 : 1;
}

static int functions_of(const struct variant *v) { return gates_of(v) == 1 ? 1 : gates_of(v) - 1; }

static int directions_of(const struct variant *v) { return strcmp(v->direction, "bidirectional") == 0 ? 2 : 1; }

/* ---- numbers ---- */
static float random_number(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (float)(int32_t)*seed / 0x1p31f;
}

struct numbers {
    float x[TIME][BATCH][IN];
    float w[2][GATES_MAX * UNITS][IN], r[2][GATES_MAX * UNITS][UNITS], b[2][2 * GATES_MAX * UNITS];
    float h[2][BATCH][UNITS], c[2][BATCH][UNITS], p[2][3 * UNITS];
};

static const int32_t lengths[BATCH] = {2, 4, 3};

static void fill(struct numbers *n)
{
    uint32_t seed = 7;
    float *all = (float *)n;

    for (size_t i = 0; i < sizeof *n / sizeof *all; i++)
        all[i] = random_number(&seed);
}

/* ---- the formulas ---- */
static double function(const struct variant *v, int direction, int k, double x)
{
    static const char *const standard[3] = {"Sigmoid", "Tanh", "Tanh"};
    const char *name = v->activations[0]  ? v->activations[direction * functions_of(v) + k]
                       : gates_of(v) == 1 ? "Tanh"
                                          : standard[k];

    if (v->clip > 0)
        x = fmax(fmin(x, (double)v->clip), -(double)v->clip);
    if (strcmp(name, "Sigmoid") == 0)
        return 1 / (1 + exp(-x));
    if (strcmp(name, "Tanh") == 0)
        return tanh(x);
    if (strcmp(name, "Relu") == 0)
        return fmax(x, 0);

    assert_string_equal(name, "LeakyRelu");
    return x < 0 ? 0.25 * x : x;
}

struct one { /* a direction of a sequence */
    const struct variant *v;
    const struct numbers *n;
    int direction, entry;
    double h[UNITS], c[UNITS];
};

static double of_x(const struct one *o, int row, int t)
{
    double sum = 0;

    for (int i = 0; i < IN; i++)
        sum += (double)o->n->w[o->direction][row][i] * (double)o->n->x[t][o->entry][i];
    return sum + (o->v->has_no_bias ? 0 : (double)o->n->b[o->direction][row]);
}

static double of_h(const struct one *o, int row, const double *h)
{
    double sum = 0;

    for (int i = 0; i < UNITS; i++)
        sum += (double)o->n->r[o->direction][row][i] * h[i];
    return sum + (o->v->has_no_bias ? 0 : (double)o->n->b[o->direction][gates_of(o->v) * UNITS + row]);
}

static double peephole(const struct one *o, int k, int u, double c)
{
    return o->v->has_peepholes ? (double)o->n->p[o->direction][k * UNITS + u] * c : 0;
}

static void step_lstm(struct one *o, int t)
{
    double h[UNITS];

    for (int u = 0; u < UNITS; u++) {
        double s[4], i, f, c;

        for (int g = 0; g < 4; g++)
            s[g] = of_x(o, g * UNITS + u, t) + of_h(o, g * UNITS + u, o->h);
        i = function(o->v, o->direction, 0, s[0] + peephole(o, 0, u, o->c[u]));
        f = o->v->coupled ? 1 - i : function(o->v, o->direction, 0, s[2] + peephole(o, 2, u, o->c[u]));
        c = f * o->c[u] + i * function(o->v, o->direction, 1, s[3]);
        h[u] = function(o->v, o->direction, 0, s[1] + peephole(o, 1, u, c)) * function(o->v, o->direction, 2, c);
        o->c[u] = c;
    }
    memcpy(o->h, h, sizeof h);
}

static void step_gru(struct one *o, int t)
{
    double z[UNITS], r[UNITS], reset[UNITS], h[UNITS];

    for (int u = 0; u < UNITS; u++) {
        z[u] = function(o->v, o->direction, 0, of_x(o, u, t) + of_h(o, u, o->h));
        r[u] = function(o->v, o->direction, 0, of_x(o, UNITS + u, t) + of_h(o, UNITS + u, o->h));
        reset[u] = r[u] * o->h[u];
    }
    for (int u = 0; u < UNITS; u++) {
        double s = of_x(o, 2 * UNITS + u, t);

        s += o->v->reset_after ? r[u] * of_h(o, 2 * UNITS + u, o->h) : of_h(o, 2 * UNITS + u, reset);
        h[u] = (1 - z[u]) * function(o->v, o->direction, 1, s) + z[u] * o->h[u];
    }
    memcpy(o->h, h, sizeof h);
}

static void step_rnn(struct one *o, int t)
{
    double h[UNITS];

    for (int u = 0; u < UNITS; u++)
        h[u] = function(o->v, o->direction, 0, of_x(o, u, t) + of_h(o, u, o->h));
    memcpy(o->h, h, sizeof h);
}

static void step(struct one *o, int t)
{
    if (gates_of(o->v) == 4)
        step_lstm(o, t);
    else if (gates_of(o->v) == 3)
        step_gru(o, t);
    else
        step_rnn(o, t);
}

struct results {
    float y[TIME * 2 * BATCH * UNITS], h[2 * BATCH * UNITS], c[2 * BATCH * UNITS];
};

/* Where an element is: of y, and of a state (t = 0). */
static int place(const struct variant *v, int times, int t, int d, int b, int u)
{
    int directions = directions_of(v);

    if (v->batch_first)
        return ((b * times + t) * directions + d) * UNITS + u;
    return ((t * directions + d) * BATCH + b) * UNITS + u;
}

static void compute_one(struct one *o, struct results *out)
{
    const struct variant *v = o->v;
    bool backward = o->direction == 1 || strcmp(v->direction, "reverse") == 0;
    int d = o->direction, b = o->entry, length = v->has_lengths ? lengths[b] : TIME;

    for (int u = 0; u < UNITS && v->has_initial; u++) {
        o->h[u] = (double)o->n->h[d][b][u];
        o->c[u] = (double)o->n->c[d][b][u];
    }
    for (int k = 0; k < length; k++) {
        int t = backward ? length - 1 - k : k;

        step(o, t);
        for (int u = 0; u < UNITS; u++)
            out->y[place(v, TIME, t, d, b, u)] = (float)o->h[u];
    }
    for (int u = 0; u < UNITS; u++) {
        out->h[place(v, 1, 0, d, b, u)] = (float)o->h[u];
        out->c[place(v, 1, 0, d, b, u)] = (float)o->c[u];
    }
}

/* ---- the model ---- */
static void put_tensor(struct text *graph, const char *name, int type, int rank, const int64_t *dims, const void *raw)
{
    struct text t = {.pool = graph->pool};
    size_t n = 1;

    for (int i = 0; i < rank; i++) {
        put_int(&t, 1, dims[i]);
        n *= (size_t)dims[i];
    }
    put_int(&t, 2, type);
    put_string(&t, 8, name);
    put_bytes(&t, 9, raw, n * 4);
    put_message(graph, 5, &t);
}

/* [batch][n] of [n][batch] blocks of `size` floats. */
static const float *swapped(struct pool *pool, const float *from, int n, int size)
{
    float *to = pool_array(pool, (size_t)(n * BATCH * size), sizeof *to);

    for (int i = 0; i < n; i++)
        for (int b = 0; b < BATCH; b++)
            memcpy(to + (b * n + i) * size, from + (i * BATCH + b) * size, (size_t)size * sizeof *to);
    return to;
}

static void put_state(struct text *graph, const struct variant *v, const char *name, const float *data)
{
    const int64_t d = directions_of(v);

    if (v->batch_first)
        put_tensor(graph, name, FLOAT, 3, (int64_t[]){BATCH, d, UNITS}, swapped(graph->pool, data, (int)d, UNITS));
    else
        put_tensor(graph, name, FLOAT, 3, (int64_t[]){d, BATCH, UNITS}, data);
}

/* Rows of a gate are close together in the file, of GATES_MAX gates in the numbers. */
static void put_weights(struct text *graph, const struct variant *v, const struct numbers *n)
{
    const int64_t d = directions_of(v), rows = gates_of(v) * UNITS;
    struct text w = {.pool = graph->pool}, r = w, b = w;

    for (int i = 0; i < d; i++) {
        text_bytes(&w, n->w[i], (size_t)rows * sizeof n->w[i][0]);
        text_bytes(&r, n->r[i], (size_t)rows * sizeof n->r[i][0]);
        text_bytes(&b, n->b[i], (size_t)rows * 2 * sizeof n->b[i][0]);
    }
    put_tensor(graph, "w", FLOAT, 3, (int64_t[]){d, rows, IN}, w.s);
    put_tensor(graph, "r", FLOAT, 3, (int64_t[]){d, rows, UNITS}, r.s);
    if (!v->has_no_bias)
        put_tensor(graph, "b", FLOAT, 2, (int64_t[]){d, 2 * rows}, b.s);
    if (v->has_lengths)
        put_tensor(graph, "l", INT32, 1, (int64_t[]){BATCH}, lengths);
    if (v->has_initial)
        put_state(graph, v, "h", &n->h[0][0][0]);
    if (v->has_initial && gates_of(v) == 4)
        put_state(graph, v, "c", &n->c[0][0][0]);
    if (v->has_peepholes)
        put_tensor(graph, "p", FLOAT, 2, (int64_t[]){d, 3 * UNITS}, n->p);
}

static void put_attribute_float(struct text *node, const char *name, float value, int n)
{
    struct text a = {.pool = node->pool};

    put_string(&a, 1, name);
    for (int i = 0; i < (n > 0 ? n : 1); i++) {
        put_varint(&a, (uint64_t)(n > 0 ? 7 : 2) << 3 | 5);
        text_bytes(&a, &value, sizeof value);
    }
    put_message(node, 5, &a);
}

static void put_attributes(struct text *node, const struct variant *v)
{
    struct text direction = {.pool = node->pool}, names = direction;

    put_string(&direction, 1, "direction");
    put_string(&direction, 4, v->direction);
    put_message(node, 5, &direction);
    put_string(&names, 1, "activations");
    for (int i = 0; v->activations[0] && i < directions_of(v) * functions_of(v); i++)
        put_string(&names, 9, v->activations[i]);
    if (v->activations[0])
        put_message(node, 5, &names);
    put_attribute_float(node, "activation_alpha", 0.25f, 1); /* LeakyRelu is first */
    if (v->clip > 0)
        put_attribute_float(node, "clip", v->clip, 0);
    put_attribute_int(node, "hidden_size", UNITS);
    put_attribute_int(node, "layout", v->batch_first);
    put_attribute_int(node, "input_forget", v->coupled);
    put_attribute_int(node, "linear_before_reset", v->reset_after);
}

static struct bytes model_with(struct pool *pool, const struct variant *v, const struct numbers *n)
{
    const int64_t d = directions_of(v), batch = v->one_sequence ? 1 : BATCH;
    bool is_lstm = gates_of(v) == 4;
    struct text graph = {.pool = pool};
    struct text node = node_of(pool, pool_printf(pool, "%s x w r -> y yh%s", v->op, is_lstm ? " yc" : ""));
    const char *optional[] = {v->has_no_bias ? "" : "b", v->has_lengths ? "l" : "", v->has_initial ? "h" : "",
                              v->has_initial && is_lstm ? "c" : "", v->has_peepholes ? "p" : ""};

    for (int i = 0; i < (is_lstm ? 5 : 3); i++)
        put_string(&node, 1, optional[i]);
    put_attributes(&node, v);
    put_message(&graph, 1, &node);
    put_weights(&graph, v, n);
    put_value(&graph, 11, "x", FLOAT, v->batch_first ? DIMS(batch, TIME, IN) : DIMS(TIME, batch, IN));
    put_value(&graph, 12, "y", FLOAT, v->batch_first ? DIMS(batch, TIME, d, UNITS) : DIMS(TIME, d, batch, UNITS));
    if (v->y_alone)
        return model_of(&graph, 14);
    put_value(&graph, 12, "yh", FLOAT, v->batch_first ? DIMS(batch, d, UNITS) : DIMS(d, batch, UNITS));
    if (is_lstm)
        put_value(&graph, 12, "yc", FLOAT, v->batch_first ? DIMS(batch, d, UNITS) : DIMS(d, batch, UNITS));
    return model_of(&graph, 14);
}

/* ---- both ---- */
static void expect(const struct variant *v, const char *what, const float *is, const float *want, int n)
{
    for (int i = 0; i < n; i++)
        if (!(fabsf(is[i] - want[i]) <= 2e-6f)) {
            print_error("%s %s: %s[%d] is %g, not %g\n", v->op, v->direction, what, i, (double)is[i], (double)want[i]);
            assert_true(false);
        }
}

static bool has_operator(const struct model *m, enum op_id id)
{
    bool found = false;

    for (int32_t i = 0; i < m->graphs[0].n_ops; i++)
        found |= m->graphs[0].ops[i].id == id;
    return found;
}

static void check(const struct variant *v, bool as_operator)
{
    struct pool pool = {0};
    struct report_text report = {.status = MOTE_OK};
    struct frame at = {.index = -1, .sink = &report};
    struct numbers *n = pool_alloc(&pool, sizeof *n);
    struct results *want = pool_alloc(&pool, sizeof *want);
    int d = directions_of(v), state = d * BATCH * UNITS;
    struct pipeline p;
    struct runner r;
    float *out;

    fill(n);
    for (int i = 0; i < d * BATCH; i++)
        compute_one(&(struct one){.v = v, .n = n, .direction = i / BATCH, .entry = i % BATCH}, want);
    if (pipeline_read(&pool, "m.onnx", model_with(&pool, v, n), &p, &at) != MOTE_OK ||
        pipeline_compile(&p, &(struct pipeline_options){.passes = NULL}, &at) != MOTE_OK)
        print_error("%s %s: %s\n", v->op, v->direction, report.text);
    assert_int_equal(report.status, MOTE_OK);
    assert_int_equal(has_operator(&p.model, OP_UNIDIRECTIONAL_SEQUENCE_LSTM), as_operator);
    assert_int_equal(runner_open(&pool, p.image, &r, &at), MOTE_OK);
    out = pool_alloc(&pool, runner_output_bytes(&r));
    mote_model_reset(&r.model);
    for (int run = 0; run < 2; run++) {
        runner_run(&r, (const uint8_t *)(v->batch_first ? swapped(&pool, &n->x[0][0][0], TIME, IN) : &n->x[0][0][0]),
                   (uint8_t *)out);
        expect(v, "Y", out, want->y, TIME * state);
        expect(v, "Y_h", out + TIME * state, want->h, state);
        if (gates_of(v) == 4)
            expect(v, "Y_c", out + TIME * state + state, want->c, state);
    }
    pool_free(&pool);
}

static void the_standard_lstm_is_an_operator(void **state)
{
    (void)state;
    check(&(struct variant){.op = "LSTM", .direction = "forward"}, true);
    check(&(struct variant){.op = "LSTM", .direction = "reverse", .has_no_bias = true, .batch_first = true}, true);
    check(&(struct variant){.op = "LSTM", .direction = "bidirectional", .has_initial = true}, true);
    check(&(struct variant){.op = "LSTM", .direction = "bidirectional", .has_initial = true, .batch_first = true},
          true);
}

/* Passes, then int8 with ranges that hold everything. */
static void quantize(struct pipeline *p, const struct frame *at)
{
    const struct pipeline_options options = {.passes = NULL};
    struct graph *g = &p->model.graphs[0];
    int32_t *where;

    assert_int_equal(pipeline_passes(p, &options, at), MOTE_OK);
    for (int32_t t = 0; t < g->n_tensors; t++) {
        g->tensors[t].ranged = g->tensors[t].type == TYPE_F32 && g->tensors[t].data == NULL;
        g->tensors[t].range = (struct range){-1, 1};
    }
    assert_int_equal(quantize_graph(&p->model, TYPE_S8, true, &where, at), MOTE_OK);
    assert_int_equal(model_verify(&p->model, at), MOTE_OK);
    assert_int_equal(pipeline_plan(p, &options, at), MOTE_OK);
}

static void its_states_begin_anew_in_int8(void **state)
{
    const struct variant v = {.op = "LSTM", .direction = "bidirectional", .y_alone = true};
    struct pool pool = {0};
    struct report_text report = {.status = MOTE_OK};
    struct frame at = {.index = -1, .sink = &report};
    struct numbers *n = pool_alloc(&pool, sizeof *n);
    struct results *want = pool_alloc(&pool, sizeof *want);
    float out[TIME * 2 * BATCH * UNITS];
    struct pipeline p;
    struct runner r;

    (void)state;
    fill(n);
    for (int i = 0; i < 2 * BATCH; i++)
        compute_one(&(struct one){.v = &v, .n = n, .direction = i / BATCH, .entry = i % BATCH}, want);
    assert_int_equal(pipeline_read(&pool, "m.onnx", model_with(&pool, &v, n), &p, &at), MOTE_OK);
    quantize(&p, &at);
    for (int32_t i = 0; i < p.model.graphs[0].n_ops; i++) {
        const struct op *op = &p.model.graphs[0].ops[i];

        assert_int_not_equal(op->id, OP_READ_VARIABLE);
        if (op->id == OP_UNIDIRECTIONAL_SEQUENCE_LSTM)
            assert_int_equal(op_in(&p.model.graphs[0], op, 0)->type, TYPE_S8);
    }
    assert_int_equal(runner_open(&pool, p.image, &r, &at), MOTE_OK);
    mote_model_reset(&r.model);
    for (int run = 0; run < 2; run++) {
        runner_run(&r, (const uint8_t *)n->x, (uint8_t *)out);
        for (size_t i = 0; i < COUNT(out); i++)
            assert_true(fabsf(out[i] - want->y[i]) < 0.03f);
    }
    pool_free(&pool);
}

static void open_model(struct pool *pool, struct bytes file, bool feed, struct runner *out)
{
    struct report_text report = {.status = MOTE_OK};
    struct frame at = {.index = -1, .sink = &report};
    struct pipeline p;

    assert_int_equal(pipeline_read(pool, "m.onnx", file, &p, &at), MOTE_OK);
    if (pipeline_compile(&p, &(struct pipeline_options){.feed = feed}, &at) != MOTE_OK)
        print_error("%s\n", report.text);
    assert_int_equal(report.status, MOTE_OK);
    assert_int_equal(runner_open(pool, p.image, out, &at), MOTE_OK);
    mote_model_reset(&out->model);
}

/* Steps may come one by one: the states are assigned with the first, so that the next inference begins anew, too. */
static void its_steps_are_fed(void **state)
{
    const struct variant v = {.op = "LSTM", .direction = "forward", .y_alone = true, .one_sequence = true};
    struct pool pool = {0};
    struct numbers *n = pool_alloc(&pool, sizeof *n);
    float want[TIME * UNITS], out[TIME * UNITS], (*x)[IN] = n->x[0];
    struct runner whole, fed;

    (void)state;
    fill(n);
    open_model(&pool, model_with(&pool, &v, n), false, &whole);
    open_model(&pool, model_with(&pool, &v, n), true, &fed);
    runner_run(&whole, (const uint8_t *)x, (uint8_t *)want);
    for (int run = 0; run < 2; run++) {
        for (int t = 0; t < TIME; t++)
            assert_int_equal(mote_model_feed(&fed.model, x[t]), t < TIME - 1);
        model_get_outputs(&fed.model, (uint8_t *)out);
        assert_memory_equal(out, want, sizeof out);
    }
    pool_free(&pool);
}

static void other_lstms_are_unrolled(void **state)
{
    (void)state;
    check(&(struct variant){.op = "LSTM", .direction = "forward", .has_lengths = true, .has_initial = true}, false);
    check(&(struct variant){.op = "LSTM", .direction = "bidirectional", .has_lengths = true, .has_peepholes = true},
          false);
    check(&(struct variant){.op = "LSTM", .direction = "reverse", .clip = 0.5f, .batch_first = true}, false);
    check(&(struct variant){.op = "LSTM", .direction = "forward", .coupled = true, .has_peepholes = true}, false);
    check(&(struct variant){.op = "LSTM",
                            .direction = "bidirectional",
                            .activations = {"LeakyRelu", "Relu", "Sigmoid", "Tanh", "Sigmoid", "Relu"}},
          false);
}

static void grus(void **state)
{
    (void)state;
    check(&(struct variant){.op = "GRU", .direction = "forward", .has_initial = true}, false);
    check(&(struct variant){.op = "GRU", .direction = "bidirectional", .reset_after = true, .batch_first = true},
          false);
    check(&(struct variant){.op = "GRU", .direction = "reverse", .has_no_bias = true, .has_lengths = true}, false);
    check(&(struct variant){.op = "GRU",
                            .direction = "bidirectional",
                            .has_initial = true,
                            .has_lengths = true,
                            .batch_first = true,
                            .clip = 0.4f,
                            .activations = {"LeakyRelu", "Tanh", "Sigmoid", "Relu"}},
          false);
}

static void rnns(void **state)
{
    (void)state;
    check(&(struct variant){.op = "RNN", .direction = "forward", .has_initial = true, .batch_first = true}, false);
    check(
        &(struct variant){
            .op = "RNN", .direction = "bidirectional", .has_lengths = true, .activations = {"LeakyRelu", "Sigmoid"}},
        false);
}

/* Whatever a bit of the file says, the importer takes no more memory than import.h promises: the pool aborts. */
static void any_bit_flipped(void **state)
{
    static const struct variant variants[] = {
        {.op = "LSTM", .direction = "bidirectional", .has_lengths = true, .has_peepholes = true, .has_initial = true},
        {.op = "GRU", .direction = "reverse", .activations = {"LeakyRelu", "Tanh"}, .batch_first = true},
        {.op = "LSTM", .direction = "forward"},
    };
    struct pool pool = {0};
    struct numbers *n = pool_alloc(&pool, sizeof *n);

    (void)state;
    fill(n);
    for (size_t k = 0; k < COUNT(variants); k++) {
        struct bytes file = model_with(&pool, &variants[k], n);

        for (size_t bit = 0; bit < 8 * file.size; bit++) {
            struct pool own = {.limit = IMPORT_MEMORY(file.size)};
            struct report_text report = {.status = MOTE_OK};
            struct frame at = {.index = -1, .sink = &report};
            struct import_missing missing;
            struct model m;
            enum mote_status status;

            file.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
            status = onnx_import(&own, "m.onnx", file, NULL, &m, &missing, &at);
            assert_int_equal(report.status, status);
            file.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
            pool_free(&own);
        }
    }
    pool_free(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_standard_lstm_is_an_operator),
        cmocka_unit_test(its_states_begin_anew_in_int8),
        cmocka_unit_test(its_steps_are_fed),
        cmocka_unit_test(other_lstms_are_unrolled),
        cmocka_unit_test(grus),
        cmocka_unit_test(rnns),
        cmocka_unit_test(any_bit_flipped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
