/* SPDX-License-Identifier: Apache-2.0 */
/* Post-training quantization: how scales are chosen; graphs as text, before and after (tests/quantize); what is
 * refused, and with which words; and what real networks still get right. */
#include "host/data/dataset.h"
#include "host/emit/emit.h"
#include "host/passes/passes.h"
#include "host/pipeline/pipeline.h"
#include "host/quantize/calibrate.h"
#include "tests/random/random.h"
#include "tests/shared.h"

#include <dirent.h>
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h> /* after base.h: it has a macro named fail */

#define FOLDER MOTE_SOURCE_DIR "/tests/quantize"
#define HEAD   "mote-graph 1\nmodel t version 0\ngraph \"main\"\n"

static struct report_text sink;

static void ok(enum mote_status status)
{
    if (status != MOTE_OK)
        print_error("%s\n", sink.text);
    assert_int_equal(status, MOTE_OK);
}

/* ---- scales ---- */
static void scale_is(float min, float max, float scale, int32_t zero)
{
    struct quant_s8 q = quant_of_range((struct range){.min = min, .max = max});

    assert_true(fabsf(q.scale - scale) <= 1e-6f * scale);
    assert_int_equal(q.zero, zero);
}

static void scales_of_ranges(void **state)
{
    (void)state;
    scale_is(0, 255, 1, -128);
    scale_is(-128, 127, 1, 0);
    scale_is(-255, 0, 1, 127);
    scale_is(-2, 1, 3.0f / 255, 42);
    scale_is(51, 255, 1, -128);  /* widened to 0 */
    scale_is(-255, -51, 1, 127); /* the same below */
    scale_is(0, 0, 1, 0);        /* nothing but zeros */
    scale_is(0, 1e-44f, 1, 0);   /* as good as zeros */
    scale_is(0, 1e-35f, 1e-35f / 255, -128);
    scale_is(-FLT_MAX, FLT_MAX / 2, (float)(1.5 * (double)FLT_MAX / 255), 42);
}

static void scales_of_ranges_in_int16(void **state)
{
    struct quant_s8 q = quant_of_range_s16((struct range){.min = -2, .max = 1});

    (void)state;
    assert_true(q.scale == 2.0f / 32767 && q.zero == 0);
    q = quant_of_range_s16((struct range){.min = 0, .max = 32767});
    assert_true(q.scale == 1 && q.zero == 0);
    q = quant_of_range_s16((struct range){.min = 0, .max = 0});
    assert_true(q.scale == 1 && q.zero == 0);
}

static void scales_of_weights(void **state)
{
    (void)state;
    assert_true(weight_scale(127, 0, 1, 1) == 1);
    assert_true(weight_scale(127, 1e6f, 1, 1) == 1);                       /* a bias that fits */
    assert_true(weight_scale(127, 8589934592.0f, 1, 1) == 8);              /* one of 2^33 does not: 2^30 is the most */
    assert_true(weight_scale(0, 0, 0.5f, 1) == 2.0f / 1073741824.0f);      /* no weights: the multiplier is 2^-30 */
    assert_true(weight_scale(1e-12f, 0, 0.5f, 1) == 2.0f / 1073741824.0f); /* nor weights that change nothing */
    assert_true(weight_scale(0, 0, 1e30f, 1e-30f) > 0);
}

/* ---- histograms ---- */
/* 10000 values from 0 to 1 and one of 100. */
static struct histogram with_outlier(uint64_t *count)
{
    struct histogram h = {{-100, 100}, count};
    float outlier[] = {100, -100};

    for (int i = 0; i < 10000; i++) {
        float x = (float)i / 10000;

        histogram_add(&h, &x, 1);
    }
    histogram_add(&h, outlier, 2);
    return h;
}

static void ranges_of_histograms(void **state)
{
    uint64_t count[HISTOGRAM_BINS] = {0};
    struct histogram h = with_outlier(count);
    struct range all = histogram_range(&h, &(struct calibration){.method = CALIBRATE_MINMAX, .percentile = 0});
    struct range most = histogram_range(&h, &(struct calibration){.method = CALIBRATE_PERCENTILE, .percentile = 99.9});
    struct range whole = histogram_range(&h, &(struct calibration){.method = CALIBRATE_PERCENTILE, .percentile = 100});
    struct range least = histogram_range(&h, &(struct calibration){.method = CALIBRATE_MSE, .percentile = 0});

    (void)state;
    assert_true(all.min == -100 && all.max == 100);
    assert_true(whole.min == -100 && whole.max == 100);
    assert_true(most.min > -0.2f && most.min <= 0 && most.max >= 0.9f && most.max < 1.2f);
    assert_true(least.max <= 100 && least.max > 1 && least.min < 0);
}

/* A tensor of 64 KiB over 100000 samples has more elements than 32 bits count. */
static void counts_of_many_samples(void **state)
{
    uint64_t count[HISTOGRAM_BINS] = {[0] = (uint64_t)1 << 33, [HISTOGRAM_BINS - 1] = 1};
    struct histogram h = {{-1, 1}, count};
    struct range r = histogram_range(&h, &(struct calibration){.method = CALIBRATE_PERCENTILE, .percentile = 99.99});

    (void)state;
    histogram_add(&h, &(float){-1}, 1);
    assert_true(count[0] == ((uint64_t)1 << 33) + 1);
    assert_true(r.min == -1 && r.max < 0);
}

static void one_value_is_a_range(void **state)
{
    uint64_t count[HISTOGRAM_BINS] = {0};
    struct histogram h = {{3, 3}, count};
    const float x[] = {3, 3, 3};

    (void)state;
    histogram_add(&h, x, 3);
    for (int method = CALIBRATE_MINMAX; method <= CALIBRATE_MSE; method++) {
        struct range r =
            histogram_range(&h, &(struct calibration){.method = (enum calibration_method)method, .percentile = 99});

        assert_true(r.min <= 3 && fabsf(r.max - 3) < 0.1f);
    }
}

/* ---- graphs as text ---- */
/* "# float boundary": inputs and outputs stay float. */
static enum mote_status quantize_text(struct pool *pool, const char *text, struct model *m, const struct frame *at)
{
    bool float_ends = strstr(text, "# float boundary") != NULL;
    char *copy = pool_strdup(pool, text);

    *m = (struct model){.pool = pool};
    TRY(model_parse(m, (struct bytes){(uint8_t *)copy, strlen(copy)}, at));
    return passes_run(m, float_ends ? "quantize_inside,dead_code" : "quantize,dead_code", NULL, NULL, at);
}

/* The graph runs: every operator has a kernel for what it became. */
static void runs(struct pool *pool, struct model *m, const struct frame *at)
{
    struct plan_options options = {.keep_all = false};
    struct plan plan;

    ok(plan_make(pool, m, &target_portable, &options, &plan, at));
}

static bool check_file(const char *path)
{
    struct frame at = {.name = path, .index = -1, .sink = &sink};
    struct pool pool = {0};
    struct text printed = {.pool = &pool};
    struct bytes file;
    struct model m;
    char *input, *want;
    bool same;

    ok(file_read(&pool, path, &file, &at));
    input = pool_printf(&pool, "%.*s", (int)file.size, (char *)file.data);
    want = strstr(input, "\n---\n");
    if (want) {
        want[1] = '\0';
        want += 5;
    }
    ok(quantize_text(&pool, input, &m, &at));
    runs(&pool, &m, &at);
    model_print(&m, &printed, true);
    if (getenv("MOTE_UPDATE")) {
        const char *text = pool_printf(&pool, "%s---\n%s", input, printed.s);

        ok(file_write(path, text, strlen(text), &at));
        want = printed.s;
    }
    same = want && strcmp(want, printed.s) == 0;
    if (!same)
        print_error("FAIL %s: got\n%s", path, printed.s);
    pool_free(&pool);
    return same;
}

static void text_graphs(void **state)
{
    DIR *folder = opendir(FOLDER);
    int n = 0, bad = 0;

    (void)state;
    assert_non_null(folder);
    for (struct dirent *e; (e = readdir(folder));) {
        char path[1000];

        if (!strstr(e->d_name, ".graph"))
            continue;
        snprintf(path, sizeof path, FOLDER "/%s", e->d_name);
        bad += !check_file(path);
        n++;
    }
    closedir(folder);
    assert_true(n >= 17);
    assert_int_equal(bad, 0);
}

static void refusals(void **state)
{
    static const struct {
        const char *graph, *message;
    } cases[] = {
        {HEAD "tensor 0 \"x\" s8 [1,2] quant [0.5; 0]\ntensor 1 \"w\" s8 [1,2] quant [0.5; 0] data [1, 2]\n"
              "tensor 2 \"y\" s8 [1,1] quant [0.5; 0]\n"
              "op 0 fully_connected in [0, 1] out [2]\ninputs [0]\noutputs [2]\nend\n",
         "tensor 0 x: it is quantized already, as s8"},
        {HEAD "tensor 0 \"x\" f32 [1,2]\ntensor 1 \"one\" f32 [2] data [1, 1]\ntensor 2 \"y\" f32 [1,2]\n"
              "op 0 batch_norm in [0, 1, 1, 1, 1] out [2] epsilon 1\ninputs [0]\noutputs [2]\nend\n",
         "op 0 BATCH_NORM: an operator of training"},
        {HEAD "tensor 0 \"x\" f32 [1,2]\ntensor 1 \"y\" f32 [1,2]\n"
              "op 0 relu in [0] out [1]\ninputs [0]\noutputs [1]\nend\n",
         "no tensor has a range: `mote quantize` finds them in data"},
        {HEAD "tensor 0 \"x\" f32 [1,2] range [0, 1]\ntensor 1 \"y\" f32 [1,2]\n"
              "op 0 exp in [0] out [1]\ninputs [0]\noutputs [1]\nend\n",
         "no operator of the model is a float one that has an int8 form"},
        {HEAD "tensor 0 \"x\" f32 [1,2] range [0, 1]\ntensor 1 \"w\" s32 [1,2] data [1, 2]\n"
              "tensor 2 \"y\" f32 [1,1]\n"
              "op 0 fully_connected in [0, 1] out [2]\ninputs [0]\noutputs [2]\nend\n",
         "op 0 FULLY_CONNECTED: tensor 1 w: the weights must be f32 constants"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct frame at = {.name = "m", .index = -1, .sink = &sink};
        struct pool pool = {0};
        struct model m;

        sink = (struct report_text){.status = MOTE_OK};
        assert_int_not_equal(quantize_text(&pool, cases[i].graph, &m, &at), MOTE_OK);
        if (!strstr(sink.text, cases[i].message))
            print_error("want \"%s\", got \"%s\"\n", cases[i].message, sink.text);
        assert_non_null(strstr(sink.text, cases[i].message));
        pool_free(&pool);
    }
}

/* A graph file cannot say NaN, but an importer can bring it. */
static void weights_are_numbers(void **state)
{
    static const char text[] = HEAD "tensor 0 \"x\" f32 [1,2] range [0, 1]\ntensor 1 \"w\" f32 [1,2] data [1, 2]\n"
                                    "tensor 2 \"y\" f32 [1,1] range [0, 1]\n"
                                    "op 0 fully_connected in [0, 1] out [2]\ninputs [0]\noutputs [2]\nend\n";
    static const float data[] = {1, NAN};
    struct frame at = {.name = "m", .index = -1, .sink = &sink};
    struct pool pool = {0};
    struct model m = {.pool = &pool};
    char *copy = pool_strdup(&pool, text);
    int32_t *where;

    (void)state;
    sink = (struct report_text){.status = MOTE_OK};
    ok(model_parse(&m, (struct bytes){(uint8_t *)copy, strlen(copy)}, &at));
    m.graphs[0].tensors[1].data = (const uint8_t *)data;
    assert_int_equal(quantize_graph(&m, TYPE_S8, false, &where, &at), MOTE_ERR_VALUE);
    assert_non_null(strstr(sink.text, "op 0 FULLY_CONNECTED: tensor 1 w: element 1 is nan"));
    pool_free(&pool);
}

/* ---- random graphs ---- */
static bool is_float_graph(const struct graph *g)
{
    bool any = false;

    for (int32_t i = 0; i < g->n_tensors; i++) {
        if (!g->tensors[i].data && tensor_is_quantized(&g->tensors[i]))
            return false;
        any |= g->tensors[i].type == TYPE_F32;
    }
    return any;
}

static uint32_t below(uint64_t *state, uint32_t n)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((*state >> 32) * n >> 32);
}

/* Ranges that have nothing to do with what the graph computes. */
static void set_random_ranges(struct graph *g, uint64_t *seed)
{
    for (int32_t i = 0; i < g->n_tensors; i++) {
        struct range r = {-ldexpf(1, (int)below(seed, 16) - 8), ldexpf(1, (int)below(seed, 16) - 8)};

        g->tensors[i].ranged = g->tensors[i].type == TYPE_F32 && g->tensors[i].data == NULL;
        g->tensors[i].range = r;
    }
}

/* Refusals that random constants and ranges deserve: infinities, and weights beyond anything. */
static bool is_deserved(const char *message)
{
    return strstr(message, "no operator of the model") || strstr(message, ": element ") ||
           strstr(message, " is too small") || strstr(message, " is not the product of ") ||
           (strstr(message, "LSTM: input") && strstr(message, "weights' scale") && strstr(message, "too large"));
}

/* The random float graph of a seed in int8 or int16; false if it is no float graph, or is refused as it deserves. */
static bool random_quantized(struct pool *pool, uint64_t seed, struct model *m)
{
    const enum mote_type type = seed / 2 % 2 ? TYPE_S16 : TYPE_S8;
    struct frame at = {.name = "random", .index = -1, .sink = &sink};
    bool float_ends = seed % 2;
    struct plan_options plan_options = {.keep_all = false};
    enum mote_status status;
    struct pool scratch = {0}; /* the plan says whether there is one, and is not kept */
    struct plan plan;
    int32_t *where;

    sink = (struct report_text){.status = MOTE_OK};
    ok(random_model(pool, seed, RANDOM_OPS_MAX, m, &at));
    ok(passes_run(m, NULL, NULL, NULL, &at));
    if (!is_float_graph(&m->graphs[0]))
        return false;
    set_random_ranges(&m->graphs[0], &seed);
    status = quantize_graph(m, type, float_ends, &where, &at);
    if (status == MOTE_OK)
        status = plan_make(&scratch, m, &target_portable, &plan_options, &plan, &at);
    pool_free(&scratch);
    if (status != MOTE_OK && !is_deserved(sink.text))
        fail_msg("seed %llu: %s", (unsigned long long)seed, sink.text);
    return status == MOTE_OK;
}

/* Of seeds first … first + n - 1; returns how many were quantized. A batch's plans are kept until it ends. */
static int quantize_batch(uint64_t first, uint64_t n)
{
    struct pool pool = {0};
    struct batch *batch = batch_new(&pool);
    struct finding finding = {.what = {.pool = &pool}};
    int quantized = 0;

    for (uint64_t seed = first; seed < first + n; seed++) {
        struct model *m = pool_alloc(&pool, sizeof *m);

        m->pool = &pool;
        if (!random_quantized(&pool, seed, m))
            continue;
        m->name = pool_printf(&pool, "q%d", quantized++);
        if (!batch_add(batch, m->name, m, seed, &finding))
            fail_msg("seed %llu: %s", (unsigned long long)seed, finding.what.s);
    }
    if (!batch_finish(batch, &finding))
        fail_msg("%s", finding.what.s);
    pool_free(&pool);
    return quantized;
}

/* Whatever the ranges, the int8 or int16 graph can be planned; and passes and generated C compute what it says. */
static void random_graphs(void **state)
{
    int quantized = 0;

    (void)state;
    for (uint64_t first = 1; first <= 3000; first += 1000)
        quantized += quantize_batch(first, 1000);
    print_message("%d random graphs in int8 and int16\n", quantized);
    assert_true(quantized > 200);
}

/* ---- calibration ---- */
static void numbers(void *context, int32_t i, const struct mote_io *io, uint8_t *out)
{
    const float *x = context;

    memcpy(out, x + i, io->bytes);
}

static const char *place_of(void *context, int32_t i)
{
    (void)context;
    return i == 2 ? "x.bin" : "?";
}

static enum mote_status calibrate_text(struct pool *pool, float *x, enum calibration_method method, int32_t threads,
                                       struct range *ranges)
{
    static const char text[] = HEAD "tensor 0 \"x\" f32 [1]\ntensor 1 \"r\" f32 [1]\ntensor 2 \"y\" f32 [1]\n"
                                    "op 0 relu in [0] out [1]\nop 1 sqrt in [0] out [2]\n"
                                    "inputs [0]\noutputs [1, 2]\nend\n";
    struct samples samples = {.n = 4, .context = x, .input = numbers, .place = place_of, .threads = threads};
    struct frame at = {.name = "m", .index = -1, .sink = &sink};
    struct calibration c = {method, 100};
    struct model m = {.pool = pool};
    char *copy = pool_strdup(pool, text);
    struct kept kept;

    sink = (struct report_text){.status = MOTE_OK};
    ok(model_parse(&m, (struct bytes){(uint8_t *)copy, strlen(copy)}, &at));
    ok(model_keep(pool, &m, &kept, &at));
    TRY(calibrate(pool, &kept, &samples, &c, &at));
    for (int i = 0; i < 3; i++)
        ranges[i] = m.graphs[0].tensors[i].range;
    return MOTE_OK;
}

static void calibration_sees_all(void **state)
{
    float x[] = {1, 9, 4, 16};

    (void)state;
    for (int method = CALIBRATE_MINMAX; method <= CALIBRATE_PERCENTILE; method++)
        for (int32_t threads = 1; threads <= 5; threads += 2) {
            struct pool pool = {0};
            struct range r[3];

            ok(calibrate_text(&pool, x, (enum calibration_method)method, threads, r));
            for (int i = 0; i < 2; i++)
                assert_true(r[i].min == 1 && r[i].max == 16);
            assert_true(r[2].min == 1 && r[2].max == 4);
            pool_free(&pool);
        }
}

static void calibration_names_what_is_no_number(void **state)
{
    float x[] = {1, 9, -4, 16};
    struct pool pool = {0};
    struct range r[3];

    (void)state;
    assert_int_equal(calibrate_text(&pool, x, CALIBRATE_MINMAX, 2, r), MOTE_ERR_VALUE);
    assert_non_null(strstr(sink.text, "m: tensor 2 y: it has an infinity or a NaN for sample 2, x.bin"));
    pool_free(&pool);
}

/* ---- errors ---- */
/* The errors of a RELU, in integers, and of a SQRT, which stays float, over four samples. */
static int32_t errors_of(struct pool *pool, enum mote_type type, float *x, struct tensor_error errors[3])
{
    static const char text[] = HEAD "tensor 0 \"x\" f32 [1] range [0, 2.55]\n"
                                    "tensor 1 \"r\" f32 [1] range [0, 2.55]\n"
                                    "tensor 2 \"y\" f32 [1] range [0, 2.55]\n"
                                    "op 0 relu in [0] out [1]\nop 1 sqrt in [0] out [2]\n"
                                    "inputs [0]\noutputs [1, 2]\nend\n";
    struct samples samples = {.n = 4, .context = x, .input = numbers};
    struct frame at = {.name = "m", .index = -1, .sink = &sink};
    struct model real = {.pool = pool}, quantized = {.pool = pool};
    char *copy = pool_strdup(pool, text);
    struct kept kept;
    int32_t *where, n;

    ok(model_parse(&real, (struct bytes){(uint8_t *)copy, strlen(copy)}, &at));
    model_copy(&real, &quantized);
    ok(quantize_graph(&quantized, type, true, &where, &at));
    ok(model_keep(pool, &real, &kept, &at));
    ok(quantize_errors(pool, &kept, &quantized, where, &samples, errors, &n, &at));
    return n;
}

static void errors_are_those_of_rounding(void **state)
{
    float exact[] = {0, 0, 0, 0}, between[] = {1.005f, 1.005f, 1.005f, 1.005f};
    struct tensor_error errors[3];
    struct pool pool = {0};

    (void)state;
    assert_int_equal(errors_of(&pool, TYPE_S8, exact, errors), 2);
    assert_true(isinf(error_sqnr(&errors[0])) && isinf(error_sqnr(&errors[1])));
    assert_int_equal(errors_of(&pool, TYPE_S8, between, errors), 2);
    assert_int_equal(errors[0].tensor, 1);
    assert_true(fabs(sqrt(errors[0].noise) - 0.005) < 1e-4 && fabs(errors[0].signal - 1.005 * 1.005) < 1e-4);
    assert_true(fabs(error_sqnr(&errors[0]) - 46.06) < 0.2);
    assert_int_equal(errors[1].tensor, 2);
    assert_true(isinf(error_sqnr(&errors[1]))); /* the float boundary goes straight to the float operator */
    assert_int_equal(errors_of(&pool, TYPE_S16, between, errors), 2);
    assert_true(sqrt(errors[0].noise) < 2.55 / 32767 / 2 * 1.01); /* half a step */
    pool_free(&pool);
}

static void noise_alone_is_not_perfect(void **state)
{
    (void)state;
    assert_true(error_sqnr(&(struct tensor_error){.signal = 0, .noise = 0}) == (double)INFINITY);
    assert_true(error_sqnr(&(struct tensor_error){.signal = 1, .noise = 0}) == (double)INFINITY);
    assert_true(error_sqnr(&(struct tensor_error){.signal = 0, .noise = 1}) == -(double)INFINITY);
    assert_true(error_sqnr(&(struct tensor_error){.signal = 1, .noise = (double)INFINITY}) == -(double)INFINITY);
    assert_true(error_sqnr(&(struct tensor_error){.signal = 1, .noise = (double)NAN}) == -(double)INFINITY);
}

static int32_t class_two(void *context, int32_t sample)
{
    (void)context;
    (void)sample;
    return 2;
}

/* A NaN (the square root of -1) is never the largest; of equals it is the first. */
static void no_number_is_not_right(void **state)
{
    static const char text[] = HEAD "tensor 0 \"x\" f32 [4]\ntensor 1 \"y\" f32 [4]\nop 0 sqrt in [0] out [1]\n"
                                    "inputs [0]\noutputs [1]\nend\n";
    float x[] = {-1, 1, 4, 4};
    struct samples samples = {.n = 1, .context = x, .input = numbers, .label = class_two};
    struct frame at = {.name = "m", .index = -1, .sink = &sink};
    struct plan_options options = {.keep_all = false};
    struct pool pool = {0};
    struct model m = {.pool = &pool};
    char *copy = pool_strdup(&pool, text);
    struct plan plan;
    struct bytes image;
    int32_t correct;

    (void)state;
    ok(model_parse(&m, (struct bytes){(uint8_t *)copy, strlen(copy)}, &at));
    ok(plan_make(&pool, &m, &target_portable, &options, &plan, &at));
    ok(emit_image(&plan, &image, &at));
    ok(count_correct(&pool, image, &samples, &correct, &at));
    assert_int_equal(correct, 1);
    pool_free(&pool);
}

/* ---- real networks ---- */
struct real {
    struct dataset data;
    int32_t first;
};

static void input_of(void *context, int32_t i, const struct mote_io *io, uint8_t *out)
{
    const struct real *d = context;

    dataset_input(&d->data, d->data.split[SPLIT_TEST][d->first + i], io, &d->data.preprocess, out);
}

static int32_t label_of(void *context, int32_t i)
{
    const struct real *d = context;

    return d->data.labels[d->data.split[SPLIT_TEST][d->first + i]];
}

/* Frees the pool and skips the test where there is none. */
static const char *shared(struct pool *pool, const char *name)
{
    const char *path = shared_path(pool, name);

    if (path == NULL) {
        pool_free(pool);
        skip();
    }
    return path;
}

static double accuracy(struct pool *pool, struct model *m, struct samples *samples, const struct frame *at)
{
    struct plan_options options = {.keep_all = false};
    struct bytes image;
    struct plan plan;
    int32_t correct;

    ok(plan_make(pool, m, &target_portable, &options, &plan, at));
    ok(emit_image(&plan, &image, at));
    ok(count_correct(pool, image, samples, &correct, at));
    return 100.0 * correct / samples->n;
}

/* Calibrates on the first 100 samples; the accuracy on the others. */
static double accuracy_in(struct pool *pool, enum mote_type type, const char *path, struct real *d,
                          const struct calibration *c)
{
    struct frame at = {.name = path, .index = -1, .sink = &sink};
    struct samples samples = {.n = 100, .context = d, .input = input_of, .label = label_of};
    struct pipeline p;
    struct kept kept;
    int32_t *where;

    ok(pipeline_load(pool, path, &p, &at));
    ok(passes_run(&p.model, NULL, NULL, NULL, &at));
    d->first = 0;
    ok(model_keep(pool, &p.model, &kept, &at));
    ok(calibrate(pool, &kept, &samples, c, &at));
    ok(quantize_graph(&p.model, type, false, &where, &at));
    ok(passes_run(&p.model, NULL, NULL, NULL, &at));
    d->first = 100;
    samples.n = d->data.n - 100;
    return accuracy(pool, &p.model, &samples, &at);
}

/* The data of a YAML file with these lines and `from`, a file or folder of the shared data. */
static void open_data(struct pool *pool, const char *from, const char *lines, struct dataset *data)
{
    struct frame at = {.name = from, .index = -1, .sink = &sink};
    const char *dir, *path, *text = pool_printf(pool, "data:\n  path: %s\n%s", shared(pool, from), lines);

    ok(folder_temporary(pool, "post-training", &dir, &at));
    path = pool_printf(pool, "%s/data.yaml", dir);
    ok(file_write(path, text, strlen(text), &at));
    ok(dataset_open(pool, path, NULL, data, &at));
    folder_remove(dir);
}

static void keywords_stay_right(void **state)
{
    struct pool pool = {0};
    struct real d;

    (void)state;
    open_data(&pool, "data/kws01", "  kind: tensors\n  type: s8\n  scale: 0.58470\n  zero_point: 83\n", &d.data);
    for (int method = CALIBRATE_MINMAX; method <= CALIBRATE_MSE; method++) {
        struct calibration c = {(enum calibration_method)method, 99.99};
        double percent = accuracy_in(&pool, TYPE_S8, shared(&pool, "models/mlperf_tiny/kws_float.tflite"), &d, &c);

        print_message("kws, method %d: %.2f %%\n", method, percent);
        assert_true(percent >= 89.8);
    }
    pool_free(&pool);
}

static void keywords_stay_right_in_int16(void **state)
{
    struct calibration c = {CALIBRATE_MINMAX, 0};
    struct pool pool = {0};
    struct real d;
    double percent;

    (void)state;
    open_data(&pool, "data/kws01", "  kind: tensors\n  type: s8\n  scale: 0.58470\n  zero_point: 83\n", &d.data);
    percent = accuracy_in(&pool, TYPE_S16, shared(&pool, "models/mlperf_tiny/kws_float.tflite"), &d, &c);
    print_message("kws, int16: %.2f %%\n", percent);
    assert_true(percent >= 89.8);
    pool_free(&pool);
}

static void persons_stay_right(void **state)
{
    struct calibration c = {CALIBRATE_MINMAX, 0};
    struct pool pool = {0};
    struct real d;
    double percent;

    (void)state;
    open_data(&pool, "data/vww", "  kind: images\n  channels: bgr\n", &d.data);
    percent = accuracy_in(&pool, TYPE_S8, shared(&pool, "models/mlperf_tiny/vww_float.tflite"), &d, &c);
    print_message("vww: %.2f %%\n", percent);
    assert_true(percent >= 84);
    pool_free(&pool);
}

static void handwriting_stays_right(void **state)
{
    struct calibration c = {CALIBRATE_MINMAX, 0};
    struct pool pool = {0};
    struct real d;
    double percent;

    (void)state;
    open_data(&pool, "data/mnist/t10k-images-idx3-ubyte.gz",
              pool_printf(&pool, "  kind: idx\n  labels: %s\n", shared(&pool, "data/mnist/t10k-labels-idx1-ubyte.gz")),
              &d.data);
    percent = accuracy_in(&pool, TYPE_S8, shared(&pool, "models/tflite_micro/mnist_lstm_float.tflite"), &d, &c);
    print_message("mnist_lstm: %.2f %%\n", percent);
    assert_true(percent >= 97.5);
    percent = accuracy_in(&pool, TYPE_S16, shared(&pool, "models/tflite_micro/mnist_lstm_float.tflite"), &d, &c);
    print_message("mnist_lstm in int16: %.2f %%\n", percent);
    assert_true(percent >= 97.5);
    pool_free(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scales_of_ranges),
        cmocka_unit_test(scales_of_ranges_in_int16),
        cmocka_unit_test(scales_of_weights),
        cmocka_unit_test(ranges_of_histograms),
        cmocka_unit_test(counts_of_many_samples),
        cmocka_unit_test(one_value_is_a_range),
        cmocka_unit_test(text_graphs),
        cmocka_unit_test(refusals),
        cmocka_unit_test(weights_are_numbers),
        cmocka_unit_test(random_graphs),
        cmocka_unit_test(calibration_sees_all),
        cmocka_unit_test(calibration_names_what_is_no_number),
        cmocka_unit_test(errors_are_those_of_rounding),
        cmocka_unit_test(noise_alone_is_not_perfect),
        cmocka_unit_test(no_number_is_not_right),
        cmocka_unit_test(keywords_stay_right),
        cmocka_unit_test(keywords_stay_right_in_int16),
        cmocka_unit_test(persons_stay_right),
        cmocka_unit_test(handwriting_stays_right),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
