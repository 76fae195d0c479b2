/* SPDX-License-Identifier: Apache-2.0 */
/* Labels that the test has changed are found, others are left alone, and what neighbors do not know is not told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "host/data/clips.h"
#include "host/data/source.h"
#include "host/data/suspects.h"
#include "tests/data/files.h"

/* Numbers in [-1, 1), the same in each run. */
static double drawn(uint32_t *state)
{
    *state = *state * 1664525 + 1013904223;
    return (double)(*state >> 8) / (1 << 23) - 1;
}

static bool is_wrong(int i) { return i % 29 == 7; }

/* Clouds of three classes, one far from the other by `apart`; every 29th sample has another's label. Column b is large
 * and means nothing. */
static void put_clouds(struct fixture *f, int n, double apart)
{
    struct text t = {.pool = &f->pool};
    uint32_t state = 1;

    for (int i = 0; i < n; i++) {
        int class = i % 3, said = (class + is_wrong(i)) % 3;

        text_add(&t, "%.4f,%.4f,%.4f,c%d\n", apart * (class == 1) + drawn(&state), 1e6 * drawn(&state),
                 apart * (class == 2) + drawn(&state), said);
    }
    put(f, "t.csv", t.s, t.len);
    want_ok(f, dataset_open(&f->pool, path(f, "t.csv"), NULL, &f->data, &f->at));
}

static void changed_labels_are_found(void **state)
{
    struct fixture *f = *state;
    struct suspects s, again;

    put_clouds(f, 174, 10);
    dataset_suspects(&f->data, &s);
    assert_int_equal(s.looked_at, 174);
    assert_int_equal(s.n, 6);
    for (int i = 0; i < s.n; i++) {
        assert_true(is_wrong(s.shown[i].sample));
        assert_int_equal(s.shown[i].like, s.shown[i].sample % 3);
    }
    assert_true(fabs(s.agreement - 168.0 / 174) < 1e-9);
    dataset_suspects(&f->data, &again);
    assert_memory_equal(&s, &again, sizeof s);
    put_clouds(f, 1740, 10);
    dataset_suspects(&f->data, &s);
    assert_in_range(s.n, 50, 60); /* some have neighbors that are wrong, too */
    for (int i = 0; i < SUSPECTS_SHOWN; i++)
        assert_true(is_wrong(s.shown[i].sample));
}

/* Clouds that lie in each other, rare classes, and numbers to predict. */
static void what_neighbors_do_not_know_is_not_told(void **state)
{
    struct fixture *f = *state;
    struct suspects s;
    struct text rare = {.pool = &f->pool}, numbers = {.pool = &f->pool};

    put_clouds(f, 174, 0);
    dataset_suspects(&f->data, &s);
    assert_int_equal(s.n, 0);
    assert_int_equal(s.looked_at, 174);
    assert_true(s.agreement < 0.6);
    for (int i = 0; i < 90; i++) {
        text_add(&rare, "%d,%d,%s\n", i, i % 7, i % 20 == 0 ? "rare" : "usual");
        text_add(&numbers, "%d,%d,%d.5\n", i, i % 7, i % 20);
    }
    put(f, "t.csv", rare.s, rare.len);
    want_ok(f, dataset_open(&f->pool, path(f, "t.csv"), NULL, &f->data, &f->at));
    dataset_suspects(&f->data, &s);
    assert_int_equal(s.n, 0);
    put(f, "t.csv", numbers.s, numbers.len);
    want_ok(f, dataset_open(&f->pool, path(f, "t.csv"), NULL, &f->data, &f->at));
    dataset_suspects(&f->data, &s);
    assert_int_equal(s.n + s.looked_at, 0);
}

/* Pictures of one shade, light and dark. */
static void put_shades(struct fixture *f, int n)
{
    uint8_t pixels[12 * 10];
    uint32_t state = 1;

    for (int i = 0; i < n; i++) {
        const char *name = pool_printf(&f->pool, "p/%s/%03d.png", (i % 2) ^ (i == 11) ? "dark" : "light", i);
        struct bytes png;

        for (size_t k = 0; k < sizeof pixels; k++)
            pixels[k] = (uint8_t)((i % 2 ? 60 : 180) + 40 * drawn(&state));
        want_ok(f, picture_encode(&f->pool, &(struct picture){12, 10, 1, pixels}, &png, &f->at));
        put(f, name, png.data, png.size);
    }
}

static void pictures_are_compared(void **state)
{
    struct fixture *f = *state;
    struct suspects s;

    put_shades(f, 40);
    want_ok(f, dataset_open(&f->pool, path(f, "p"), NULL, &f->data, &f->at));
    dataset_suspects(&f->data, &s);
    assert_int_equal(s.n, 1);
    assert_string_equal(dataset_name(&f->pool, &f->data, s.shown[0].sample), "light/011.png");
}

/* Waves of two speeds that begin anywhere: it is their steps that tell them apart. All windows of a recording have its
 * label, so that none is asked about another. */
static void windows_of_a_recording_do_not_speak_for_it(void **state)
{
    struct fixture *f = *state;
    struct suspects s;

    for (int k = 0; k < 30; k++) {
        struct text t = {.pool = &f->pool};
        bool fast = k % 2;

        for (int i = 0; i < 200; i++)
            text_add(&t, "%.5f\n", sin((fast ? 0.9 : 0.2) * i + k));
        put(f, pool_printf(&f->pool, "r/%s/%02d.csv", fast ^ (k == 4) ? "fast" : "slow", k), t.s, t.len);
    }
    put_text(f, "s.yaml", "data: {path: r, window: 50}\n");
    want_ok(f, dataset_open(&f->pool, path(f, "s.yaml"), NULL, &f->data, &f->at));
    dataset_suspects(&f->data, &s);
    assert_int_equal(s.looked_at, 120);
    assert_int_equal(s.n, 4);
    for (int i = 0; i < 4; i++)
        assert_non_null(strstr(dataset_name(&f->pool, &f->data, s.shown[i].sample), "fast/04.csv"));
}

/* Windows of one recording have no neighbors at all: nothing was compared, and nothing is said of it. */
static void one_recording_compares_nothing(void **state)
{
    struct fixture *f = *state;
    struct text t = {.pool = &f->pool};
    struct suspects s;

    text_add(&t, "x,what\n");
    for (int i = 0; i < 800; i++)
        text_add(&t, "%.5f,%s\n", sin((i / 100 % 2 ? 0.9 : 0.2) * i), i / 100 % 2 ? "fast" : "slow");
    put_text(f, "r/one.csv", t.s);
    put_text(f, "s.yaml", "data: {path: r, label: what, window: 20}\n");
    want_ok(f, dataset_open(&f->pool, path(f, "s.yaml"), NULL, &f->data, &f->at));
    assert_int_equal(f->data.n, 40);
    dataset_suspects(&f->data, &s);
    assert_int_equal(s.looked_at, 0);
    assert_int_equal(s.n, 0);
}

/* A table of parts names a sound in each of its lines: the same name, but not the same string. */
static void parts_of_a_sound_do_not_speak_for_it(void **state)
{
    struct fixture *f = *state;
    struct dataset_source source;
    struct suspects s;
    const char **files;

    windows_of_a_recording_do_not_speak_for_it(state);
    source = *f->data.source;
    files = pool_array(&f->pool, (size_t)f->data.n, sizeof *files);
    for (int32_t i = 0; i < f->data.n; i++)
        files[i] = pool_strdup(&f->pool, source.files[i]);
    source.files = files;
    source.clips = pool_alloc(&f->pool, sizeof *source.clips);
    f->data.source = &source;
    dataset_suspects(&f->data, &s);
    assert_int_equal(s.n, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(changed_labels_are_found),       TEST(what_neighbors_do_not_know_is_not_told),
        TEST(pictures_are_compared),          TEST(windows_of_a_recording_do_not_speak_for_it),
        TEST(one_recording_compares_nothing), TEST(parts_of_a_sound_do_not_speak_for_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
