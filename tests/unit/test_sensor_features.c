/* SPDX-License-Identifier: Apache-2.0 */
/* The layers that make features of a sensor's windows, as images compute them, against double in the straightest
 * way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>

#include "host/pipeline/pipeline.h"
#include "host/run/runner.h"
#include "host/train/recipe.h"

#include <cmocka.h> /* last: its fail_msg needs its own fail */

#define PI 3.14159265358979323846

struct trial {
    struct pool pool;
    struct report_text report;
    struct frame at;
    int32_t time, channels, n; /* n: features that come out */
    float *in, *out;
};

static void must(struct trial *t, enum mote_status status)
{
    if (status != MOTE_OK)
        printf("%s\n", t->report.text);
    assert_int_equal(status, MOTE_OK);
}

/* Swings of several frequencies, apart from 0, and a channel that stands still. */
static void fill(struct trial *t)
{
    t->in = pool_array(&t->pool, (size_t)t->time * (size_t)t->channels, sizeof *t->in);
    for (int32_t i = 0; i < t->time; i++)
        for (int32_t c = 0; c < t->channels; c++)
            t->in[i * t->channels + c] =
                c == 3 ? 2.5F
                       : (float)(c - 1 + sin(0.3 * (c + 1) * i) + 0.25 * cos(1.9 * i + c) - 0.01 * (i * 37 % 11));
}

static enum mote_status build(struct trial *t, const char *layer, struct pipeline *p)
{
    static const char *const names[] = {"a", "b"}, *const columns[] = {"x", "y", "z", "w"};
    const struct dataset data = {.n_classes = 2,
                                 .classes = names,
                                 .type = TYPE_F32,
                                 .columns = t->channels == 4 ? columns : NULL,
                                 .rank = 2,
                                 .dims = {t->time, t->channels},
                                 .elements = (int64_t)t->time * t->channels};
    char *text = pool_printf(&t->pool, "network:\n  - %s\n  - fully_connected: {}\n  - softmax: {}\n", layer);
    struct recipe recipe;

    *p = (struct pipeline){.pool = &t->pool, .path = "test", .has_graph = true, .model = {.pool = &t->pool}};
    TRY(recipe_parse(&t->pool, "test", (struct bytes){(uint8_t *)text, strlen(text)}, &recipe, &t->at));
    return network_build(&t->pool, &recipe, &data, &p->model, &t->at);
}

/* What the first layer gives. */
static void run(struct trial *t, const char *layer, const char *name)
{
    const struct pipeline_options options = {.target = NULL};
    struct pipeline *p = pool_alloc(&t->pool, sizeof *p);
    struct runner r;

    fill(t);
    must(t, build(t, layer, p));
    for (int32_t i = 0; i < p->model.graphs[0].n_tensors; i++)
        if (strcmp(p->model.graphs[0].tensors[i].name, name) == 0)
            p->model.graphs[0].outputs[0] = i;
    t->n = (int32_t)tensor_elements(&p->model.graphs[0].tensors[p->model.graphs[0].outputs[0]]);
    t->out = pool_array(&t->pool, (size_t)t->n, sizeof *t->out);
    must(t, pipeline_compile(p, &options, &t->at));
    must(t, runner_open(&t->pool, p->image, &r, &t->at));
    assert_int_equal(runner_output_bytes(&r), (size_t)t->n * sizeof *t->out);
    runner_run(&r, (const uint8_t *)t->in, (uint8_t *)t->out);
}

static struct trial trial_of(int32_t time, int32_t channels)
{
    return (struct trial){.at = {.name = "test", .index = -1}, .time = time, .channels = channels};
}

static double in_of(const struct trial *t, int32_t i, int32_t c) { return (double)t->in[i * t->channels + c]; }

static double mean_of(const struct trial *t, int32_t c)
{
    double sum = 0;

    for (int32_t i = 0; i < t->time; i++)
        sum += in_of(t, i, c);
    return sum / t->time;
}

static void want_near(double got, double want)
{
    if (!(fabs(got - want) <= 2e-5 * (1 + fabs(want))))
        fail_msg("%.9g, not %.9g", got, want);
}

static void statistics_are_those_of_double(void **state)
{
    static const int32_t times[] = {1, 2, 9, 100};

    (void)state;
    for (size_t k = 0; k < COUNT(times); k++) {
        struct trial t = trial_of(times[k], 4);

        t.at.sink = &t.report;
        run(&t, "statistics: {}", "statistics_1");
        assert_int_equal(t.n, 4 * 6);
        for (int32_t c = 0; c < 4; c++) {
            double mean = mean_of(&t, c), spread = 0, squares = 0, least = in_of(&t, 0, c), largest = least;
            int32_t crossings = 0;

            for (int32_t i = 0; i < t.time; i++) {
                double x = in_of(&t, i, c);

                spread += (x - mean) * (x - mean) / t.time;
                squares += x * x / t.time;
                least = fmin(least, x);
                largest = fmax(largest, x);
                crossings += i > 0 && (x >= mean) != (in_of(&t, i - 1, c) >= mean);
            }
            want_near((double)t.out[6 * c], mean);
            want_near((double)t.out[6 * c + 1], sqrt(spread));
            want_near((double)t.out[6 * c + 2], sqrt(squares));
            want_near((double)t.out[6 * c + 3], least);
            want_near((double)t.out[6 * c + 4], largest);
            want_near((double)t.out[6 * c + 5], t.time > 1 ? (double)crossings / (t.time - 1) : 0);
        }
        pool_free(&t.pool);
    }
}

/* The power of a frequency: of `length` samples, those behind the window 0, of which it would be the k-th. */
static double power_of(const struct trial *t, int32_t c, int32_t k, int32_t length)
{
    double re = 0, im = 0, window = 0, mean = mean_of(t, c);

    for (int32_t i = 0; i < t->time; i++) {
        double w = pow(sin(PI * (i + 0.5) / t->time), 2), x = (in_of(t, i, c) - mean) * w;

        re += x * cos(2 * PI * i * k / length);
        im += x * sin(2 * PI * i * k / length);
        window += w * w;
    }
    return (re * re + im * im) / window;
}

static void spectra_are_those_of_double(void **state)
{
    static const struct {
        int32_t time, length, bands, firsts[6];
    } cases[] = {
        {16, 16, 3, {1, 2, 4, 9}}, {20, 32, 4, {1, 2, 4, 8, 17}}, {100, 128, 2, {1, 8, 65}},
        {2, 4, 2, {1, 2, 3}},      {8, 8, 4, {1, 2, 3, 4, 5}},
    };

    (void)state;
    for (size_t k = 0; k < COUNT(cases); k++) {
        struct trial t = trial_of(cases[k].time, 4);

        t.at.sink = &t.report;
        run(&t, pool_printf(&t.pool, "spectrum: {bands: %d}", cases[k].bands), "spectrum_1");
        assert_int_equal(t.n, 4 * cases[k].bands);
        for (int32_t c = 0; c < 4; c++)
            for (int32_t b = 0; b < cases[k].bands; b++) {
                const int32_t first = cases[k].firsts[b], end = cases[k].firsts[b + 1];
                double power = 0;

                for (int32_t i = first; i < end; i++)
                    power += power_of(&t, c, i, cases[k].length) / (end - first);
                want_near((double)t.out[c * cases[k].bands + b], log(fmax(power, 1e-4)));
            }
        pool_free(&t.pool);
    }
}

/* Names and numbers, in any order, and features of them. */
static void columns_are_taken(void **state)
{
    static const struct {
        const char *layers;
        int32_t n, of[5];
    } cases[] = {
        {"columns: {name: it, take: [x, \"2-3\"]}", 3, {0, 2, 3}},
        {"columns: {name: it, take: [z, y, x]}", 3, {2, 1, 0}},
        {"columns: {name: it, take: [\"1-2\", 1, w, \"0\"]}", 5, {1, 2, 1, 3, 0}},
        {"columns: {take: [y, z]}\n  - columns: {name: it, take: [1]}", 1, {2}},
    };

    (void)state;
    for (size_t k = 0; k < COUNT(cases); k++) {
        struct trial t = trial_of(9, 4);

        t.at.sink = &t.report;
        run(&t, cases[k].layers, "it");
        assert_int_equal(t.n, 9 * cases[k].n);
        for (int32_t i = 0; i < t.n; i++)
            assert_true(t.out[i] == t.in[i / cases[k].n * 4 + cases[k].of[i % cases[k].n]]);
        pool_free(&t.pool);
    }
}

static void features_of_columns_are_those_of_the_data(void **state)
{
    struct trial all = trial_of(30, 4), some = trial_of(30, 4);

    (void)state;
    all.at.sink = &all.report;
    some.at.sink = &some.report;
    run(&all, "statistics: {}", "statistics_1");
    run(&some, "columns: {take: [w, y]}\n  - statistics: {}", "statistics_1");
    assert_int_equal(some.n, 2 * 6);
    assert_memory_equal(some.out, all.out + 18, 6 * sizeof *some.out);
    assert_memory_equal(some.out + 6, all.out + 6, 6 * sizeof *some.out);
    pool_free(&all.pool);
    pool_free(&some.pool);
}

static void what_has_no_features_is_named(void **state)
{
    static const struct {
        const char *layer, *part;
    } bad[] = {
        {"spectrum: {bands: 0}", "bands is \"0\": it must be a whole number from 1"},
        {"spectrum: {bands: 17}", "17 bands: the spectrum of this window has 16 frequencies"},
        {"reshape: {shape: [5, 3, 2]}\n  - statistics: {}",
         "it reads windows of time x numbers, but its input is 5x3x2"},
        {"conv_1d: {filters: 2, kernel: 3}\n  - statistics: {}", "it reads the data, not what a layer makes of them"},
        {"columns: {take: [x]}", "take: there is no column \"x\"; write a number from 0 to 0"},
        {"reshape: {shape: [1, 30]}\n  - spectrum: {}", "a window of 1 times: 2 to 4096 have a spectrum"},
    };

    (void)state;
    for (size_t k = 0; k < COUNT(bad); k++) {
        struct trial t = trial_of(30, 1);
        struct pipeline *p = pool_alloc(&t.pool, sizeof *p);

        t.at.sink = &t.report;
        assert_int_not_equal(build(&t, bad[k].layer, p), MOTE_OK);
        if (strstr(t.report.text, bad[k].part) == NULL)
            fail_msg("\"%s\" is not in \"%s\"", bad[k].part, t.report.text);
        pool_free(&t.pool);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(statistics_are_those_of_double),
        cmocka_unit_test(spectra_are_those_of_double),
        cmocka_unit_test(columns_are_taken),
        cmocka_unit_test(features_of_columns_are_those_of_the_data),
        cmocka_unit_test(what_has_no_features_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
