/* SPDX-License-Identifier: Apache-2.0 */
/* Front ends of floats against what double computes in the straightest way, over all sounds that are there, and against
 * golden features. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "host/data/sound.h"
#include "host/front_end/front_end.h"
#include "tests/golden/road.h"
#include "tests/shared.h"

#include <glob.h>
#include <math.h>

#include <cmocka.h>
#undef fail /* Mote's own is meant below */

struct trial {
    struct pool pool;
    struct report_text report;
    struct frame at;
    struct front_end front_end;
    struct pipeline p;
    struct runner runner;
    const char *root;
};

static void must(struct trial *t, enum mote_status status)
{
    if (status != MOTE_OK)
        printf("%s\n", t->report.text);
    assert_int_equal(status, MOTE_OK);
}

/* Skips where the vectors are not. */
static void trial_open(struct trial *t, const char *preset, bool absolute)
{
    *t = (struct trial){.at = {.name = preset, .index = -1}};
    t->at.sink = &t->report;
    t->root = shared_path(&t->pool, "data");
    if (t->root == NULL) {
        pool_free(&t->pool);
        skip();
    }
    must(t, front_end_find(preset, &(struct front_end_wish){.absolute = absolute}, &t->front_end, &t->at));
}

static void compile(struct trial *t)
{
    must(t, pipeline_compile(&t->p, &(struct pipeline_options){0}, &t->at));
    must(t, runner_open(&t->pool, t->p.image, &t->runner, &t->at));
}

static struct bytes read_all(struct trial *t, const char *path)
{
    struct bytes file = {0};

    must(t, file_read(&t->pool, path, &file, &t->at));
    return file;
}

/* Frame i's features; false if there is none. */
static bool run_frame(struct trial *t, const int16_t *samples, int64_t n, int64_t i, float *out)
{
    const struct front_end *f = &t->front_end;
    const int64_t from = i * f->step - f->lead;
    int16_t *to = runner_input(&t->runner, 0).data;

    if (from + f->lead + f->window > n)
        return false;
    for (int32_t k = 0; k < f->lead + f->window; k++)
        to[k] = from + k < 0 ? 0 : samples[from + k];
    assert_int_equal(mote_model_run(&t->runner.model), MOTE_OK);
    memcpy(out, runner_output(&t->runner, 0).data, (size_t)f->channels * sizeof *out);
    return true;
}

/* ---- in double ---- */
#define PI 3.14159265358979323846

/* |X|^2 of so many samples x, in a transform of n. */
static void powers(const double *x, int samples, int n, double *out)
{
    static double turns[1024][2];

    assert_true(n <= 1024);
    for (int i = 0; i < n; i++) {
        turns[i][0] = cos(2 * PI * i / n);
        turns[i][1] = sin(2 * PI * i / n);
    }
    for (int k = 0; k <= n / 2; k++) {
        double re = 0, im = 0;

        for (int j = 0; j < samples; j++) {
            re += x[j] * turns[j * k % n][0];
            im -= x[j] * turns[j * k % n][1];
        }
        out[k] = re * re + im * im;
    }
}

static double htk(double hz) { return 1127 * log1p(hz / 700); }

static double triangle(double x, double low, double top, double high)
{
    return fmax(0, fmin((x - low) / (top - low), (high - x) / (high - top)));
}

/* Channel c of n between two frequencies, of the spectrum of a transform of `length` at 16 kHz. */
static double htk_sum(const double *spectrum, int length, int c, int n, double low, double high)
{
    double from = htk(low), step = (htk(high) - from) / (n + 1), sum = 0;

    for (int k = 1; k <= length / 2; k++)
        sum += spectrum[k] *
               triangle(htk(16000.0 * k / length), from + c * step, from + (c + 1) * step, from + (c + 2) * step);
    return sum;
}

static double slaney_hz(double mel) { return mel < 15 ? mel * 200 / 3 : 1000 * pow(6.4, (mel - 15) / 27); }

static double slaney_sum(const double *spectrum, int length, int c, int n)
{
    double step = (15 + 27 * log(8) / log(6.4)) / (n + 1), low = slaney_hz(c * step), high = slaney_hz((c + 2) * step);
    double sum = 0;

    for (int k = 0; k <= length / 2; k++)
        sum += spectrum[k] * triangle(16000.0 * k / length, low, slaney_hz((c + 1) * step), high);
    return sum * 2 / (high - low);
}

static void want_mfcc(const int16_t *x, bool first, double *out)
{
    double frame[480], spectrum[257], mel[40];

    (void)first;
    for (int i = 0; i < 480; i++)
        frame[i] = x[i] / 32768.0 * (0.5 - 0.5 * cos(2 * PI * i / 480));
    powers(frame, 480, 512, spectrum);
    for (int k = 0; k <= 256; k++)
        spectrum[k] = sqrt(spectrum[k]);
    for (int c = 0; c < 40; c++)
        mel[c] = log(htk_sum(spectrum, 512, c, 40, 20, 4000) + 1e-6);
    for (int k = 0; k < 10; k++) {
        out[k] = 0;
        for (int c = 0; c < 40; c++)
            out[k] += 2 / sqrt(80) * mel[c] * cos(PI * k * (2 * c + 1) / 80);
    }
}

static void want_lfbe(const int16_t *x, bool first, double *out)
{
    double frame[1024], spectrum[513];

    for (int i = 0; i < 1024; i++)
        frame[i] =
            (x[i] - 0.96875 * (first && i == 0 ? 0 : x[i - 1])) / 32768.0 * (0.54 - 0.46 * cos(2 * PI * i / 1023));
    powers(frame, 1024, 1024, spectrum);
    for (int c = 0; c < 40; c++)
        out[c] = fmin(1, fmax(0, (10 * log10(fmax(1e-30, htk_sum(spectrum, 1024, c, 40, 0, 8000) / 1024)) + 52) / 64));
}

static void want_logmel(const int16_t *x, bool first, double *out)
{
    double frame[1024], spectrum[513];

    (void)first;
    for (int i = 0; i < 1024; i++)
        frame[i] = x[i] / 32768.0 * (0.5 - 0.5 * cos(2 * PI * i / 1024));
    powers(frame, 1024, 1024, spectrum);
    for (int c = 0; c < 128; c++)
        out[c] = 10 * log10(slaney_sum(spectrum, 1024, c, 128) + 0x1p-52);
}

/* ---- all sounds ---- */
struct spread {
    double low, high, worst;
    double deep; /* so far below the largest feature of a frame numbers are noise in float */
    int frames;
};

static double largest(const double *x, int n)
{
    double y = x[0];

    for (int i = 1; i < n; i++)
        y = fmax(y, x[i]);
    return y;
}

static void compare_sound(struct trial *t, struct bytes sound, void (*want)(const int16_t *, bool, double *),
                          struct spread *s)
{
    const int16_t *samples = (const int16_t *)(const void *)sound.data;
    const int64_t n = (int64_t)(sound.size / 2);
    float got[128];
    double is[128];

    for (int64_t i = 0; run_frame(t, samples, n, i, got); i++, s->frames++) {
        want(samples + i * t->front_end.step, i == 0, is);
        double floor = largest(is, t->front_end.channels) - s->deep;

        for (int c = 0; c < t->front_end.channels; c++) {
            s->low = fmin(s->low, is[c]);
            s->high = fmax(s->high, is[c]);
            s->worst = fmax(s->worst, fabs(fmax(is[c], floor) - fmax((double)got[c], floor)));
        }
    }
}

static void compare_all(const char *preset, void (*want)(const int16_t *, bool, double *), double deep)
{
    struct spread s = {.low = INFINITY, .high = -INFINITY, .deep = deep};
    struct trial t;
    glob_t found;

    trial_open(&t, preset, true);
    t.p = pipeline_of(&t.pool, preset);
    must(&t, front_end_model(&t.front_end, &t.p.model, &t.at));
    compile(&t);
    assert_int_equal(glob(pool_printf(&t.pool, "%s/audio_features/audio/*.s16", t.root), 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++)
        compare_sound(&t, read_all(&t, found.gl_pathv[i]), want, &s);
    globfree(&found);
    printf("%s: %d frames, %.2g of the range of %.1f\n", preset, s.frames, s.worst / (s.high - s.low), s.high - s.low);
    assert_true(s.frames > 500);
    assert_true(s.worst <= 1e-4 * (s.high - s.low));
    pool_free(&t.pool);
}

static void test_mfcc(void **state)
{
    (void)state;
    compare_all("mfcc", want_mfcc, INFINITY);
}

static void test_lfbe(void **state)
{
    (void)state;
    compare_all("lfbe", want_lfbe, INFINITY);
}

static void test_logmel(void **state)
{
    (void)state;
    compare_all("logmel", want_logmel, 100); /* dB: channels of nothing beside a pure tone */
}

/* ---- golden features ---- */
/* The model's features, of all frames of an inference, instead of what it makes of them. */
static void open_before(struct trial *t, const char *model)
{
    struct graph *g;

    must(t, pipeline_read(&t->pool, model, read_all(t, shared_path(&t->pool, model)), &t->p, &t->at));
    must(t, front_end_before(&t->front_end, &t->p.model, &t->at));
    g = &t->p.model.graphs[0];
    for (int32_t i = 0; i < g->n_tensors; i++)
        if (strcmp(g->tensors[i].name, "features") == 0)
            g->outputs[0] = i;
    g->n_outputs = 1;
    compile(t);
}

struct agreement {
    int files, whole, apart, off; /* all bytes equal; differ by more than 1; differ outside of silence */
};

/* A clip's features in one inference: what no frame wants comes first. */
static const int8_t *run_clip(struct trial *t, const struct sound *s)
{
    int16_t *to = runner_input(&t->runner, 0).data, clip[16000] = {0};
    const int32_t skip = t->front_end.skip;

    assert_int_equal(front_end_samples(&t->front_end), 16000);
    memcpy(clip, s->samples, (size_t)(s->n < 16000 ? s->n : 16000) * sizeof *clip);
    memcpy(to, clip + 16000 - skip, (size_t)skip * sizeof *to);
    memcpy(to + skip, clip, (size_t)(16000 - skip) * sizeof *to);
    assert_int_equal(mote_model_run(&t->runner.model), MOTE_OK);
    return runner_output(&t->runner, 0).data;
}

static bool is_silent(const struct sound *s, int frame)
{
    for (int64_t i = frame * 320; i < frame * 320 + 480; i++)
        if (i < s->n && s->samples[i] != 0)
            return false;
    return true;
}

static void compare_clip(struct trial *t, const char *sound, struct bytes want, struct agreement *a)
{
    struct sound s;
    const int8_t *got;
    int differ = 0;

    must(t, sound_read(&t->pool, sound, &s, &t->at));
    got = run_clip(t, &s);
    assert_int_equal(want.size, 490);
    for (int i = 0; i < 490; i++) {
        int d = abs(got[i] - (int8_t)want.data[i]);

        differ += d != 0;
        a->apart += d > 1;
        a->off += d != 0 && !is_silent(&s, i / 10);
    }
    a->files++;
    a->whole += differ == 0;
}

static void test_kws01(void **state)
{
    struct agreement a = {0};
    struct trial t;
    struct bytes list;
    char *line, *rest;

    (void)state;
    trial_open(&t, "mfcc", false);
    open_before(&t, "models/mlperf_tiny/kws.tflite");
    list = read_all(&t, pool_printf(&t.pool, "%s/audio_features/kws01/kws01_to_clip.tsv", t.root));
    rest = pool_printf(&t.pool, "%.*s", (int)list.size, (const char *)list.data);
    while ((line = strsep(&rest, "\n")) != NULL) {
        char file[64], clip[96], sound[96];

        if (sscanf(line, "%63s %95s %*s %*s %95s", file, clip, sound) != 3 || strchr(sound, '/') == NULL)
            continue;
        compare_clip(&t, pool_printf(&t.pool, "%s/speech_commands/%s", t.root, sound),
                     read_all(&t, pool_printf(&t.pool, "%s/kws01/%s", t.root, file)), &a);
    }
    printf("kws01: %d of %d files equal, %d bytes more than 1 apart, %d off outside of silence\n", a.whole, a.files,
           a.apart, a.off);
    assert_int_equal(a.files, 724);
    assert_true(a.whole >= 660);
    assert_int_equal(a.apart, 0);
    assert_true(a.off <= 20);
    pool_free(&t.pool);
}

static void test_sww(void **state)
{
    struct trial t;
    glob_t found;

    (void)state;
    trial_open(&t, "lfbe", false);
    t.p = pipeline_of(&t.pool, "lfbe");
    must(&t, front_end_model(&t.front_end, &t.p.model, &t.at));
    compile(&t);
    assert_int_equal(glob(pool_printf(&t.pool, "%s/audio_features/sww/*.f32", t.root), 0, NULL, &found), 0);
    assert_true(found.gl_pathc > 2);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        const char *name = strrchr(found.gl_pathv[i], '/') + 1;
        const int len = (int)(strlen(name) - strlen(".lfbe.f32"));
        struct bytes golden = read_all(&t, found.gl_pathv[i]);
        struct bytes ints = read_all(&t, pool_printf(&t.pool, "%s/audio_features/sww/%.*s.lfbe.s8", t.root, len, name));
        struct bytes sound = read_all(&t, pool_printf(&t.pool, "%s/audio_features/audio/%.*s.s16", t.root, len, name));
        int equal = 0, all = 0;
        float got[40];

        for (int64_t k = 0; run_frame(&t, (const int16_t *)(const void *)sound.data, (int64_t)sound.size / 2, k, got);
             k++)
            for (int c = 0; c < 40; c++, all++) {
                float want;
                int is = (int8_t)(int)trunc((double)got[c] / 0.00370104 - 128); /* loses its high bits, as there */

                memcpy(&want, golden.data + 4 * (40 * k + c), sizeof want);
                assert_true(fabsf(want - got[c]) <= 1e-4F);
                assert_true(abs(is - (int8_t)ints.data[40 * k + c]) <= 1);
                equal += is == (int8_t)ints.data[40 * k + c];
            }
        assert_int_equal((size_t)all * 4, golden.size);
        printf("%s: %d of %d bytes equal\n", name, equal, all);
        assert_true(equal >= 0.99 * all);
    }
    globfree(&found);
    pool_free(&t.pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mfcc),  cmocka_unit_test(test_lfbe), cmocka_unit_test(test_logmel),
        cmocka_unit_test(test_kws01), cmocka_unit_test(test_sww),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
