/* SPDX-License-Identifier: Apache-2.0 */
/* Compression without training, from the inside: Optimal Brain Surgeon against dense inverses that are computed here,
 * the values that grids have, what layers read against what kernels compute. */
#include "host/compress/post.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include "host/base/random.h"
#include "host/compress/solve.h"
#include "host/emit/emit.h"
#include "host/graph/op_info.h"
#include "host/passes/passes.h"
#include "host/pipeline/pipeline.h"
#include "host/run/runner.h"

#include <cmocka.h> /* last: its fail_msg needs its own fail */

#define MOST 12

static struct report_text sink;
static const struct frame at = {.name = "test", .index = -1, .sink = &sink};

static void ok(enum mote_status status)
{
    if (status != MOTE_OK)
        print_error("%s\n", sink.text);
    assert_int_equal(status, MOTE_OK);
}

/* ---- moments of random inputs ---- */
static double draw(uint64_t seed, uint64_t i)
{
    return round(20 * (double)random_normal(random_stream(seed, 0, 0, 0), i));
}

/* Inputs that depend on each other; what they were differs a little. */
static struct moments draw_moments(struct pool *pool, uint64_t seed, int32_t n, int32_t count)
{
    struct moments m = {n,
                        count,
                        pool_array(pool, (size_t)(n * n), sizeof(double)),
                        pool_array(pool, (size_t)(n * n), sizeof(double)),
                        pool_array(pool, (size_t)n, sizeof(double)),
                        pool_array(pool, (size_t)n, sizeof(double))};
    double x[MOST], x0[MOST];

    for (int32_t p = 0; p < count; p++) {
        for (int32_t i = 0; i < n; i++) {
            x0[i] = draw(seed, (uint64_t)(p * n + i)) + (i > 0 ? x0[i - 1] / 2 : 30);
            x[i] = x0[i] + draw(seed + 1, (uint64_t)(p * n + i)) / 4;
        }
        for (int32_t i = 0; i < n; i++) {
            m.sum[i] += x[i];
            m.sum0[i] += x0[i];
            for (int32_t j = 0; j < n; j++) {
                m.xx[i * n + j] += x[i] * x[j];
                m.xx0[i * n + j] += x[i] * x0[j];
            }
        }
    }
    return m;
}

/* ---- dense linear algebra, without a library ---- */
/* Gauss and Jordan, with pivots: a [n][n] becomes its inverse. */
static void invert(double *a, int32_t n)
{
    double b[MOST][MOST] = {{0}};

    for (int32_t i = 0; i < n; i++)
        b[i][i] = 1;
    for (int32_t k = 0; k < n; k++) {
        int32_t p = k;

        for (int32_t i = k; i < n; i++)
            p = fabs(a[i * n + k]) > fabs(a[p * n + k]) ? i : p;
        for (int32_t j = 0; j < n; j++) {
            double t = a[k * n + j], u = b[k][j];

            a[k * n + j] = a[p * n + j], a[p * n + j] = t;
            b[k][j] = b[p][j], b[p][j] = u;
        }
        for (int32_t i = 0; i < n; i++) {
            const double f = i == k ? 0 : a[i * n + k] / a[k * n + k];

            for (int32_t j = 0; j < n; j++) {
                a[i * n + j] -= f * a[k * n + j];
                b[i][j] -= f * b[k][j];
            }
        }
        for (int32_t j = 0; j < n; j++)
            b[k][j] /= a[k * n + k];
        for (int32_t j = n - 1; j >= 0; j--)
            a[k * n + j] /= a[k * n + k];
    }
    for (int32_t i = 0; i < n * n; i++)
        a[i] = b[i / n][i % n];
}

/* The inverse of h among `free`, as an n x n matrix. */
static void inverse_of_free(const struct obs *o, const bool *is_free, double *out)
{
    double a[MOST * MOST];
    int32_t index[MOST], n = 0;

    for (int32_t i = 0; i < o->n; i++)
        if (is_free[i])
            index[n++] = i;
    for (int32_t i = 0; i < n * n; i++)
        a[i] = o->h[index[i / n] * o->n + index[i % n]];
    invert(a, n);
    memset(out, 0, (size_t)(o->n * o->n) * sizeof *out);
    for (int32_t i = 0; i < n * n; i++)
        out[index[i / n] * o->n + index[i % n]] = a[i];
}

/* What the free weights must be where the others are v: aim - h_ff^-1 h_fs (v_s - aim_s). */
static void best_free(const struct obs *o, const double *aim, const bool *is_free, double *v)
{
    double inverse[MOST * MOST], product[MOST] = {0};

    inverse_of_free(o, is_free, inverse);
    for (int32_t i = 0; i < o->n; i++)
        for (int32_t j = 0; j < o->n && is_free[i]; j++)
            product[i] += is_free[j] ? 0 : o->h[i * o->n + j] * (v[j] - aim[j]);
    for (int32_t i = 0; i < o->n; i++)
        if (is_free[i]) {
            v[i] = aim[i];
            for (int32_t j = 0; j < o->n; j++)
                v[i] -= inverse[i * o->n + j] * product[j];
        }
}

static double error_of(const struct obs *o, const double *aim, const double *v)
{
    double sum = 0;

    for (int32_t i = 0; i < o->n; i++)
        for (int32_t j = 0; j < o->n; j++)
            sum += (aim[i] - v[i]) * o->h[i * o->n + j] * (aim[j] - v[j]);
    return sum;
}

static void near(double a, double b) { assert_true(fabs(a - b) <= 1e-7 * (1 + fabs(a))); }

/* ---- Optimal Brain Surgeon ---- */
struct fixture {
    struct pool pool;
    struct obs obs;
    struct obs_row row;
    double w[MOST], aim[MOST];
};

static void begin(struct fixture *f, uint64_t seed, int32_t n)
{
    const struct moments m = draw_moments(&f->pool, seed, n, 200);

    ok(obs_make(&f->pool, &m, &f->obs, &at));
    f->row = obs_row_make(&f->pool, &f->obs);
    for (int32_t i = 0; i < n; i++)
        f->w[i] = draw(seed + 2, (uint64_t)i);
    obs_row_begin(&f->row, f->w);
    memcpy(f->aim, f->row.w, sizeof(double) * (size_t)n);
}

/* What the inputs are takes the place of what they were: no weights repeat the outputs better. */
static void rows_begin_where_the_error_is_least(void **state)
{
    struct fixture f = {.pool = {0}};
    double inverse[MOST * MOST];

    (void)state;
    begin(&f, 1, 7);
    memcpy(inverse, f.obs.h, 49 * sizeof *inverse);
    invert(inverse, 7);
    for (int32_t i = 0; i < 7; i++) {
        double want = 0;

        for (int32_t j = 0; j < 7; j++)
            for (int32_t k = 0; k < 7; k++)
                want += inverse[i * 7 + j] * f.obs.cross[j * 7 + k] * f.w[k];
        near(want, f.aim[i]);
        for (int32_t j = 0; j < 7; j++)
            near(inverse[i * 7 + j], f.obs.inverse[i * 7 + j]);
    }
    pool_free(&f.pool);
}

/* Whatever is fixed at whatever value: the others are those of the dense solution. */
static void fixing_is_the_dense_solution(void **state)
{
    static const int32_t order[] = {3, 0, 8, 5, 6, 1};

    (void)state;
    for (uint64_t seed = 10; seed < 20; seed++) {
        struct fixture f = {.pool = {0}};
        bool is_free[MOST];
        double want[MOST];

        begin(&f, seed, 9);
        memset(is_free, true, sizeof is_free);
        for (size_t k = 0; k < COUNT(order); k++) {
            const double v = k % 2 == 0 ? 0 : draw(seed, k);

            obs_row_fix(&f.row, order[k], v);
            is_free[order[k]] = false;
            want[order[k]] = v;
            best_free(&f.obs, f.aim, is_free, want);
            for (int32_t i = 0; i < 9; i++)
                near(want[i], f.row.w[i]);
            near(error_of(&f.obs, f.aim, want), f.row.error);
        }
        pool_free(&f.pool);
    }
}

/* Each weight that goes is the one of least w² / (h⁻¹)_jj, h of those that were left. */
static void pruning_takes_the_least(void **state)
{
    (void)state;
    for (uint64_t seed = 30; seed < 40; seed++) {
        struct fixture f = {.pool = {0}};
        bool is_free[MOST];
        double v[MOST], inverse[MOST * MOST], costs[MOST], sum = 0;

        begin(&f, seed, MOST);
        memset(is_free, true, sizeof is_free);
        memcpy(v, f.aim, sizeof v);
        obs_row_prune(&f.row, 4, costs);
        assert_int_equal(f.row.n_free, 4);
        for (int32_t step = 0; step < MOST - 4; step++) {
            int32_t best = -1;

            inverse_of_free(&f.obs, is_free, inverse);
            for (int32_t i = 0; i < MOST; i++)
                if (is_free[i] &&
                    (best < 0 || v[i] * v[i] / inverse[i * MOST + i] < v[best] * v[best] / inverse[best * MOST + best]))
                    best = i;
            near(v[best] * v[best] / inverse[best * MOST + best], costs[step]);
            sum += costs[step];
            is_free[best] = false;
            v[best] = 0;
            best_free(&f.obs, f.aim, is_free, v);
        }
        for (int32_t i = 0; i < MOST; i++)
            near(v[i], f.row.w[i]);
        near(sum, f.row.error);
        pool_free(&f.pool);
    }
}

/* Rounding makes what is nearest in few values no worse, and no single weight could move to lessen the error. */
static void rounding_ends_where_nothing_is_better(void **state)
{
    static const double values[] = {-40, -20, -10, 0, 10, 20, 40}, bits[] = {5, 4, 3, 1, 3, 4, 5};
    const struct alphabet a = {COUNT(values), values, bits};

    (void)state;
    for (uint64_t seed = 50; seed < 70; seed++) {
        struct fixture f = {.pool = {0}};
        const double lambda = seed % 2 == 0 ? 0 : 50;
        double nearest[MOST], v[MOST];

        begin(&f, seed, MOST);
        f.obs.in_order = seed % 4 < 2;
        obs_row_round(&f.row, &a, lambda);
        memcpy(v, f.row.w, sizeof v);
        near(error_of(&f.obs, f.aim, v), f.row.error);
        for (int32_t i = 0; i < MOST; i++) {
            double least = INFINITY;

            for (size_t k = 0; k < COUNT(values); k++)
                if (fabs(f.aim[i] - values[k]) < least) {
                    least = fabs(f.aim[i] - values[k]);
                    nearest[i] = values[k];
                }
        }
        if (lambda == 0)
            assert_true(f.row.error <= error_of(&f.obs, f.aim, nearest) * (1 + 1e-9));
        for (int32_t i = 0; i < MOST; i++)
            for (size_t k = 0; k < COUNT(values); k++) {
                const double was = v[i];
                double more = 0;

                for (size_t j = 0; j < COUNT(values); j++)
                    more += (values[j] == values[k] ? bits[j] : 0) - (values[j] == was ? bits[j] : 0);
                v[i] = values[k];
                assert_true(error_of(&f.obs, f.aim, v) + lambda * more >= f.row.error * (1 - 1e-9) - 1e-9);
                v[i] = was;
            }
        pool_free(&f.pool);
    }
}

/* ---- grids ---- */
static void want_codes(enum grid_method method, int32_t number, int32_t n, const int8_t *codes)
{
    double w[4 * 30];
    const struct grid_weights weights = {4, 30, w};
    struct pool pool = {0};
    struct grid g = {0};

    for (int32_t i = 0; i < 4 * 30; i++)
        w[i] = fmax(-127, fmin(127, 2 * draw(80, (uint64_t)i)));
    grids[method].make(&pool, &weights, number, &g);
    if (codes != NULL) {
        assert_int_equal(g.n, n);
        assert_memory_equal(g.code, codes, (size_t)n);
    }
    assert_in_range(g.n, 2, (uint64_t)n);
    for (int32_t k = 1; k < g.n; k++)
        assert_true(g.code[k - 1] < g.code[k]);
    for (int32_t r = 0; r < 4; r++)
        assert_true(g.scale[r] > 0 && g.scale[r] <= 127.0 / g.code[g.n - 1] + 1e-9);
    pool_free(&pool);
}

static void grids_have_their_codes(void **state)
{
    static const int8_t bits2[] = {-127, 0, 127}, bits3[] = {-126, -84, -42, 0, 42, 84, 126};
    static const int8_t log3[] = {-64, -32, -16, 0, 16, 32, 64}, signs[] = {-127, 127};
    static const int8_t log4[] = {-64, -32, -16, -8, -4, -2, -1, 0, 1, 2, 4, 8, 16, 32, 64};

    (void)state;
    want_codes(GRID_LINEAR, 2, 3, bits2);
    want_codes(GRID_LINEAR, 3, 7, bits3);
    want_codes(GRID_LINEAR, 8, 255, NULL);
    want_codes(GRID_LOG, 3, 7, log3);
    want_codes(GRID_LOG, 4, 15, log4);
    want_codes(GRID_TERNARY, 0, 3, bits2);
    want_codes(GRID_BINARY, 0, 2, signs);
    want_codes(GRID_KMEANS, 4, 5, NULL); /* and 0 */
}

/* ---- layers ---- */
/* A network with all kinds of layers, strides, padding, groups, with and without bias. */
static const char graph[] = "mote-graph 1\nmodel t version 0\ngraph \"main\"\n"
                            "tensor 0 \"x\" s8 [1,7,5,4] quant [0.02; -3]\n"
                            "tensor 1 \"w1\" s8 [6,3,2,2] quant [0.01; 0] data [%s]\n"
                            "tensor 2 \"b1\" s32 [6] quant [0.0002; 0] data [100, -300, 20, 0, 500, -40]\n"
                            "tensor 3 \"y1\" s8 [1,4,5,6] quant [0.05; 7]\n"
                            "tensor 4 \"w2\" s8 [1,3,3,12] quant [0.01; 0] data [%s]\n"
                            "tensor 5 \"y2\" s8 [1,2,3,12] quant [0.08; -20]\n"
                            "tensor 6 \"w3\" s8 [8,1,1,12] quant [0.02; 0] data [%s]\n"
                            "tensor 7 \"y3\" s8 [1,2,3,8] quant [0.1; 3]\n"
                            "tensor 8 \"w4\" s8 [5,48] quant [0.01; 0] data [%s]\n"
                            "tensor 9 \"b4\" s32 [5] quant [0.001; 0] data [3, 0, -200, 90, 1000]\n"
                            "tensor 10 \"y4\" s8 [1,5] quant [0.3; 0]\n"
                            "op 0 conv_2d in [0, 1, 2] out [3] padding same stride_h 2\n"
                            "op 1 depthwise_conv_2d in [3, 4] out [5] padding same stride_h 2 stride_w 2\n"
                            "op 2 conv_2d in [5, 6] out [7]\n"
                            "op 3 fully_connected in [7, 8, 9] out [10]\n"
                            "inputs [0]\noutputs [10]\nend\n";

static const char *list(struct pool *pool, uint64_t seed, int32_t n)
{
    struct text t = {.pool = pool};

    for (int32_t i = 0; i < n; i++)
        text_add(&t, "%s%d", i == 0 ? "" : ", ", (int)fmax(-127, fmin(127, 2 * draw(seed, (uint64_t)i))));
    return t.s;
}

static void parse(struct pool *pool, struct model *m)
{
    const char *text =
        pool_printf(pool, graph, list(pool, 1, 72), list(pool, 2, 108), list(pool, 3, 96), list(pool, 4, 240));

    *m = (struct model){.pool = pool};
    ok(model_parse(m, (struct bytes){(uint8_t *)(uintptr_t)text, strlen(text)}, &at));
}

static void input_of(void *context, int32_t i, const struct mote_io *io, uint8_t *out)
{
    (void)context;
    for (uint32_t k = 0; k < io->bytes; k++)
        out[k] = (uint8_t)(int8_t)fmax(-128, fmin(127, 2 * draw(100 + (uint64_t)i, k)));
}

static const struct samples samples = {.n = 40, .input = input_of, .threads = 2};

/* Patches times weights are what the kernels sum: requantized, their outputs. */
static void want_outputs(const struct kept *k, const struct layer *l, const uint8_t *arena)
{
    const struct graph *g = &k->model->graphs[0];
    const struct tensor *in = &g->tensors[l->input], *w = &g->tensors[l->weights], *out = op_out(g, &g->ops[l->op], 0);
    const int8_t *y = (const int8_t *)arena + k->plan.values[k->plan.value_of_tensor[g->ops[l->op].out[0]]].offset;
    const uint8_t *x = arena + k->plan.values[k->plan.value_of_tensor[l->input]].offset;
    const double scale = (double)in->quant.scale[0] * (double)w->quant.scale[0] / (double)out->quant.scale[0];
    double patches[64 * 64];

    for (int32_t i = 0; i < l->n_blocks; i++) {
        const struct layer_block *b = &l->blocks[i];

        layer_patches(l, b, in, x, patches);
        for (int64_t p = 0; p < l->positions; p++)
            for (int32_t r = b->row; r < b->row + b->rows; r++) {
                double sum = l->bias != TENSOR_ABSENT ? (int32_t)le32(g->tensors[l->bias].data + 4 * r) : 0, want;

                for (int32_t c = 0; c < b->columns; c++)
                    sum += patches[p * b->columns + c] * ((const int8_t *)w->data)[layer_element(l, r, c)];
                want = fmax(-128, fmin(127, sum * scale + out->quant.zero[0]));
                assert_true(fabs(want - y[p * l->rows + r]) <= 0.51);
            }
    }
}

static void layers_read_what_kernels_read(void **state)
{
    struct pool pool = {0};
    struct model m;
    struct kept kept;
    struct runner r;
    struct mote_io io;
    struct layer *layers;
    int32_t n;

    (void)state;
    parse(&pool, &m);
    layers = layers_find(&m, &n);
    assert_int_equal(n, 4);
    assert_int_equal(layers[0].n_blocks, 2);
    assert_int_equal(layers[1].n_blocks, 6);
    assert_int_equal(layers[2].n_blocks, 1);
    ok(model_keep(&pool, &m, &kept, &at));
    ok(runner_open(&pool, kept.image, &r, &at));
    mote_model_input(&r.model, 0, &io);
    input_of(NULL, 0, &io, io.data);
    mote_model_run(&r.model);
    for (int32_t i = 0; i < n; i++)
        want_outputs(&kept, &layers[i], r.model.regions[MOTE_REGION_ARENA]);
    pool_free(&pool);
}

/* ---- whole models ---- */
static void open_post(struct pool *pool, struct post *p)
{
    struct model *m = pool_alloc(pool, sizeof *m);

    parse(pool, m);
    ok(post_make(pool, m, &samples, p, &at));
}

static double noise_of(struct post *p)
{
    struct post_noise noise;

    ok(post_noise(p, &p->now, &samples, &noise, &at));
    assert_true(noise.signal > 0);
    return noise.noise;
}

static int64_t kept_weights(const struct post *p)
{
    int64_t kept = 0;

    for (int32_t i = 0; i < p->n_layers; i++) {
        const struct tensor *t = &p->now.graphs[0].tensors[p->layers[i].weights];

        for (int64_t k = 0; k < tensor_elements(t); k++)
            kept += t->data[k] != 0;
    }
    return kept;
}

static void nothing_asked_for_changes_nothing(void **state)
{
    const struct post_prune all = {1, true, NULL};
    struct pool pool = {0};
    struct post p;
    struct text a = {.pool = &pool}, b = {.pool = &pool};

    (void)state;
    open_post(&pool, &p);
    ok(post_prune(&p, &all, &at));
    model_print(&p.before, &a, true);
    model_print(&p.now, &b, true);
    assert_string_equal(a.s, b.s);
    pool_free(&pool);
}

/* Weights and biases are made of those that were, not of those that are. */
static void once_more_is_the_same(void **state)
{
    const struct post_prune some = {0.7, true, NULL};
    struct pool pool = {0};
    struct post p;
    struct text a = {.pool = &pool}, b = {.pool = &pool};

    (void)state;
    open_post(&pool, &p);
    ok(post_prune(&p, &some, &at));
    model_print(&p.now, &a, true);
    ok(post_prune(&p, &some, &at));
    model_print(&p.now, &b, true);
    assert_string_equal(a.s, b.s);
    pool_free(&pool);
}

static double prune(double keep, bool compensate, int64_t *kept)
{
    const struct post_prune how = {keep, compensate, NULL};
    struct pool pool = {0};
    struct post p;
    double noise;

    open_post(&pool, &p);
    ok(post_prune(&p, &how, &at));
    ok(model_verify(&p.now, &at));
    *kept = kept_weights(&p);
    noise = noise_of(&p);
    pool_free(&pool);
    return noise;
}

static void weights_that_are_left_make_up_for_others(void **state)
{
    (void)state;
    for (double keep = 0.8; keep > 0.3; keep -= 0.2) {
        int64_t with, without;
        const double obs = prune(keep, true, &with), magnitude = prune(keep, false, &without);

        print_message("keep %.1f: noise %.3g with compensation, %.3g without\n", keep, obs, magnitude);
        assert_int_equal(without, llround(keep * 516));
        assert_in_range(with, 1, (uint64_t)llround(keep * 516)); /* those that round to 0, too */
        assert_true(obs < magnitude);
    }
}

static void levels_are_few_and_compensated(void **state)
{
    static const struct {
        enum grid_method method;
        int32_t number, most;
    } cases[] = {{.method = GRID_KMEANS, .number = 8, .most = 8},
                 {.method = GRID_LINEAR, .number = 3, .most = 6},
                 {.method = GRID_LOG, .number = 3, .most = 6},
                 {.method = GRID_TERNARY, .most = 2},
                 {.method = GRID_BINARY, .most = 2}};

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        double noise[2];

        for (int compensate = 0; compensate < 2; compensate++) {
            const struct post_levels how = {cases[i].method, cases[i].number, compensate == 1};
            struct pool pool = {0};
            struct post p;

            open_post(&pool, &p);
            ok(post_levels(&p, &how, &at));
            ok(model_verify(&p.now, &at));
            noise[compensate] = noise_of(&p);
            for (int32_t l = 0; l < p.n_layers; l++) {
                const struct tensor *t = &p.now.graphs[0].tensors[p.layers[l].weights];
                bool seen[256] = {false};
                int32_t n = 0;

                for (int64_t k = 0; k < tensor_elements(t); k++) {
                    n += t->data[k] != 0 && !seen[t->data[k]];
                    seen[t->data[k]] = true;
                }
                assert_in_range(n, 1, (uint64_t)cases[i].most);
                if (cases[i].method == GRID_BINARY)
                    assert_false(seen[0]);
            }
            pool_free(&pool);
        }
        print_message("%s: noise %.3g with compensation, %.3g without\n", grids[cases[i].method].name, noise[1],
                      noise[0]);
        assert_true(noise[1] < noise[0]);
    }
}

/* An output that is no real number: noise is that of what it is made of. */
static void a_class_at_the_end_is_passed_over(void **state)
{
    const struct post_levels how = {GRID_TERNARY, 0, true};
    struct pool pool = {0};
    struct model m;
    struct post p;
    struct tensor axis = {.type = TYPE_S32, .rank = 1, .dims = {1}, .data = (const uint8_t *)"\1\0\0", .source = -1};
    struct tensor class = {.name = "class", .type = TYPE_S32, .rank = 1, .dims = {1}, .source = -1};
    struct graph *g;
    int32_t in[2], out;

    (void)state;
    parse(&pool, &m);
    g = &m.graphs[0];
    in[0] = g->outputs[0];
    axis.name = "axis";
    in[1] = graph_add_tensor(&m, g, &axis);
    out = graph_add_tensor(&m, g, &class);
    graph_add_op(&m, g, OP_ARG_MAX, 2, in, 1, &out);
    g->outputs = &out;
    ok(model_verify(&m, &at));
    ok(post_make(&pool, &m, &samples, &p, &at));
    ok(post_weigh(&p, &at));
    ok(post_levels(&p, &how, &at));
    assert_true(noise_of(&p) > 0);
    pool_free(&pool);
}

/* ---- channels ---- */
static bool is_dead(const struct post *p, int32_t layer, int32_t row)
{
    const struct layer *l = &p->layers[layer];
    const struct graph *g = &p->now.graphs[0];
    bool dead = l->bias == TENSOR_ABSENT || le32(g->tensors[l->bias].data + 4 * row) == 0;

    for (int32_t k = 0; k < l->columns; k++)
        dead = dead && g->tensors[l->weights].data[layer_element(l, row, k)] == 0;
    return dead;
}

/* How many of a layer's rows are dead, after channels went for what they save. */
static void kill_channels(struct post *p, enum channel_method method, double keep, const double saving[4],
                          int32_t dead[4])
{
    const struct post_channels how = {method, keep, saving};

    ok(post_channels(p, &how, &at));
    ok(model_verify(&p->now, &at));
    for (int32_t i = 0; i < 4; i++) {
        dead[i] = 0;
        for (int32_t r = 0; r < p->layers[i].rows; r++)
            dead[i] += is_dead(p, i, r);
    }
}

static void channels_go_where_they_save(void **state)
{
    static const double first_only[] = {1, 0, 0, 0}, both[] = {1, 0, 1, 0}, second_more[] = {1, 0, 1000, 0};
    int32_t dead[4];

    (void)state;
    for (enum channel_method method = 0; method < CHANNEL_METHODS; method++) {
        struct pool pool = {0};
        struct post p;

        open_post(&pool, &p);
        kill_channels(&p, method, 0.5, first_only, dead);
        assert_true(dead[0] == 3 && dead[1] + dead[2] + dead[3] == 0);
        kill_channels(&p, method, 0.5, both, dead);
        assert_true(dead[0] + dead[2] == 7 && dead[1] + dead[3] == 0);
        kill_channels(&p, method, 0.5, second_more, dead);
        assert_int_equal(dead[2], 7); /* one stays */
        assert_int_equal(dead[0], 0);
        pool_free(&pool);
    }
}

/* Filter 4 has the least weights, by far; the pass takes it out of the graph. */
static void the_least_filter_goes(void **state)
{
    static const double saving[] = {0, 0, 1, 0};
    struct pool pool = {0};
    struct model m, left;
    struct post p;
    int32_t dead[4];
    int8_t *w;

    (void)state;
    parse(&pool, &m);
    w = pool_copy(&pool, m.graphs[0].tensors[6].data, 96);
    for (int32_t k = 4 * 12; k < 5 * 12; k++)
        w[k] = k % 2 == 0 ? 1 : -1;
    m.graphs[0].tensors[6].data = (uint8_t *)w;
    ok(post_make(&pool, &m, &samples, &p, &at));
    kill_channels(&p, CHANNEL_NORM, 7.0 / 8, saving, dead);
    assert_int_equal(dead[2], 1);
    assert_true(is_dead(&p, 2, 4));
    left = (struct model){.pool = &pool};
    model_copy(&p.now, &left);
    ok(passes_run(&left, "dead_channels", NULL, NULL, &at));
    assert_true(model_macs(&left) < model_macs(&m));
    pool_free(&pool);
}

/* More bits are worth more noise; the graph has one scale a tensor, and no other shape. */
static void trades_go_one_way(void **state)
{
    struct pool pool = {0};
    double last = -1;
    int64_t kept = INT64_MAX;
    struct post p;

    (void)state;
    open_post(&pool, &p);
    ok(post_weigh(&p, &at));
    for (double lambda = 1e-3; lambda < 10; lambda *= 100) {
        double noise;

        ok(post_trade(&p, lambda, &at));
        ok(model_verify(&p.now, &at));
        noise = noise_of(&p);
        assert_true(noise >= last && kept_weights(&p) <= kept);
        last = noise;
        kept = kept_weights(&p);
        for (int32_t i = 0; i < p.n_layers; i++)
            assert_int_equal(p.now.graphs[0].tensors[p.layers[i].weights].quant.n, 1);
    }
    assert_true(last > 0);
    pool_free(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_begin_where_the_error_is_least),
        cmocka_unit_test(fixing_is_the_dense_solution),
        cmocka_unit_test(pruning_takes_the_least),
        cmocka_unit_test(rounding_ends_where_nothing_is_better),
        cmocka_unit_test(grids_have_their_codes),
        cmocka_unit_test(layers_read_what_kernels_read),
        cmocka_unit_test(nothing_asked_for_changes_nothing),
        cmocka_unit_test(once_more_is_the_same),
        cmocka_unit_test(weights_that_are_left_make_up_for_others),
        cmocka_unit_test(levels_are_few_and_compensated),
        cmocka_unit_test(a_class_at_the_end_is_passed_over),
        cmocka_unit_test(channels_go_where_they_save),
        cmocka_unit_test(the_least_filter_goes),
        cmocka_unit_test(trades_go_one_way),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
