/* SPDX-License-Identifier: Apache-2.0 */
/* Data as people have them: what nobody says is found out by looking, and said. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "host/data/spec.h"
#include "host/metrics/metrics.h"
#include "host/train/class_weights.h"
#include "host/train/loader.h"
#include "host/train/recipe.h"
#include "tests/data/files.h"

static const struct dataset_options training = {.draw = true};

static void want_note(const struct fixture *f, const char *part)
{
    if (strstr(f->data.notes, part) == NULL)
        fail_msg("\"%s\" says nothing of \"%s\"", f->data.notes, part);
}

/* Opens the file `name` as the data of a recipe that was written for others. */
static void open_moved(struct fixture *f, const char *section, const char *name)
{
    const struct data_section *read;

    put_text(f, "recipe.yaml", pool_printf(&f->pool, "data: {%s}\n", section));
    want_ok(f, data_section_read(&f->pool, path(f, "recipe.yaml"), &read, &f->at));
    want_ok(f, dataset_open_moved(&f->pool, read, path(f, name), path(f, "recipe.yaml"), &training, &f->data, &f->at));
}

/* ---- splits ---- */
static void put_numbers(struct fixture *f, const char *name, int n, int classes)
{
    struct text t = {.pool = &f->pool};

    for (int i = 0; i < n; i++)
        text_add(&t, "%d,%d,c%d\n", i, 7 * i, i % classes);
    put(f, name, t.s, t.len);
}

static void splits_are_drawn_to_train_on(void **state)
{
    struct fixture *f = *state;

    put_numbers(f, "t.csv", 100, 2);
    want_ok(f, dataset_open(&f->pool, path(f, "t.csv"), &training, &f->data, &f->at));
    want_splits(&f->data, 80, 10, 10);
    want_note(f, "drawn by the samples' contents");
    assert_true(f->data.memory.known);
    want_ok(f, dataset_open(&f->pool, path(f, "t.csv"), NULL, &f->data, &f->at));
    want_splits(&f->data, 0, 0, 100);
    assert_string_equal(f->data.notes, "");
}

/* What the section or the files say stays. */
static void splits_that_are_there_stay(void **state)
{
    struct fixture *f = *state;

    put_numbers(f, "t.csv", 100, 2);
    put_text(f, "s.yaml", "data: {path: t.csv, test: 0.3}\n");
    want_ok(f, dataset_open(&f->pool, path(f, "s.yaml"), &training, &f->data, &f->at));
    want_splits(&f->data, 70, 0, 30);
    put_text(f, "s.yaml", "data: {path: t.csv, test: 0}\n");
    want_ok(f, dataset_open(&f->pool, path(f, "s.yaml"), &training, &f->data, &f->at));
    want_splits(&f->data, 0, 0, 100);
}

static void groups_are_drawn_whole(void **state)
{
    struct fixture *f = *state;
    uint8_t split_of[20];

    put_text(f, "s.yaml", "data: {path: g.csv, group: who, label: y}\n");
    memset(split_of, SPLIT_COUNT, sizeof split_of);
    struct text t = {.pool = &f->pool};

    text_add(&t, "who,x,y\n");
    for (int i = 0; i < 200; i++)
        text_add(&t, "p%d,%d,%s\n", i % 20, i % 20, i % 2 ? "a" : "b");
    put(f, "g.csv", t.s, t.len);
    want_ok(f, dataset_open(&f->pool, path(f, "s.yaml"), &training, &f->data, &f->at));
    want_splits(&f->data, 160, 20, 20);
    want_note(f, "drawn by groups");
    for (int s = 0; s < SPLIT_COUNT; s++)
        for (int32_t i = 0; i < f->data.n_split[s]; i++) {
            float person;

            memcpy(&person, f->data.samples + 4 * f->data.split[s][i], sizeof person);
            assert_true(split_of[(int)person] == SPLIT_COUNT || split_of[(int)person] == s);
            split_of[(int)person] = (uint8_t)s;
        }
}

static void what_is_too_small_is_not_split(void **state)
{
    struct fixture *f = *state;

    put_text(f, "t.csv", "1,a\n2,a\n3,a\n4,a\n5,a\n6,a\n7,b\n8,b\n");
    want_ok(f, dataset_open(&f->pool, path(f, "t.csv"), &training, &f->data, &f->at));
    want_splits(&f->data, 6, 1, 1);
    want_note(f, "class \"b\" is too small to be split");
}

/* Each sample is tested on once, whatever files say; equal ones are in one fold. */
static void folds_divide_the_samples(void **state)
{
    struct fixture *f = *state;
    struct text t = {.pool = &f->pool};
    int tested[60] = {0}, last[20] = {0};

    for (int i = 0; i < 60; i++)
        text_add(&t, "%d,%d,%s\n", i % 20, i % 20, i % 20 < 5 ? "a" : "b");
    put(f, "t.csv", t.s, t.len);
    for (int k = 0; k < 4; k++) {
        const struct dataset_options options = {.draw = true, .folds = 4, .fold = k};

        want_ok(f, dataset_open(&f->pool, path(f, "t.csv"), &options, &f->data, &f->at));
        assert_true(f->data.n_split[SPLIT_VALIDATION] > 0 && f->data.n_split[SPLIT_TRAIN] > 30);
        for (int32_t i = 0; i < f->data.n_split[SPLIT_TEST]; i++) {
            tested[f->data.split[SPLIT_TEST][i]]++;
            last[f->data.split[SPLIT_TEST][i] % 20] |= 1 << k;
        }
        assert_true(f->data.memory.known && f->data.memory.n_cutoffs == 0);
    }
    for (int i = 0; i < 60; i++)
        assert_int_equal(tested[i], 1);
    for (int i = 0; i < 20; i++)
        assert_int_equal(last[i] & (last[i] - 1), 0);
}

/* Of what is not tested on some is left for training, whatever the fraction for validation; no fold is empty. */
static void folds_have_samples_for_training(void **state)
{
    static const struct dataset_options options = {.draw = true, .folds = 4},
                                        many = {.draw = true, .folds = 9, .fold = 8};
    struct fixture *f = *state;

    put_text(f, "t.csv", "1,a\n2,a\n3,a\n4,a\n5,b\n6,b\n7,b\n8,b\n");
    put_text(f, "s.yaml", "data: {path: t.csv, validation: 1e-30}\n");
    want_ok(f, dataset_open(&f->pool, path(f, "s.yaml"), &options, &f->data, &f->at));
    want_splits(&f->data, 6, 0, 2);
    put_text(f, "s.yaml", "data: {path: t.csv, validation: 0.9}\n");
    want_ok(f, dataset_open(&f->pool, path(f, "s.yaml"), &options, &f->data, &f->at));
    want_splits(&f->data, 4, 2, 2);
    want_error(f, dataset_open(&f->pool, path(f, "s.yaml"), &many, &f->data, &f->at), MOTE_ERR_VALUE,
               "has no samples to test on in fold 9 of 9; ask for fewer folds, or add samples");
}

static void classes_have_weights(void **state)
{
    static const struct {
        const char *text, *error;
        float weights[3];
    } cases[] = {
        {"balanced", NULL, {40.0F / 12, 40.0F / 24, 40.0F / 84}},
        {"7, 2 1", NULL, {7 * 40.0F / 72, 2 * 40.0F / 72, 40.0F / 72}},
        {"0 0 2", NULL, {0, 0, 40.0F / 28}},
        {"0 0 0", "are 0 for all classes", {0}},
        {"1 2", "has 2 numbers, and the data have 3 classes", {0}},
        {"1 2 3 4", "has 4 numbers", {0}},
        {"1 2 -3", "has \"-3\": write `balanced`, or a number a class", {0}},
        {"even", "has \"even\"", {0}},
        {"1 2 nan", "has \"nan\"", {0}},
    };
    struct fixture *f = *state;
    struct text t = {.pool = &f->pool};
    int32_t all[40];

    for (int i = 0; i < 40; i++) {
        text_add(&t, "%d,%s\n", i, i < 4 ? "rare" : i < 12 ? "some" : "usual");
        all[i] = i;
    }
    put(f, "t.csv", t.s, t.len);
    want_ok(f, dataset_open(&f->pool, path(f, "t.csv"), NULL, &f->data, &f->at));
    for (size_t k = 0; k < COUNT(cases); k++) {
        const float *weights;
        enum mote_status status = class_weights_make(&f->pool, cases[k].text, &f->data, all, 40, &weights, &f->at);

        if (cases[k].error != NULL) {
            want_error(f, status, MOTE_ERR_VALUE, cases[k].error);
            continue;
        }
        want_ok(f, status);
        for (int c = 0; c < 3; c++)
            assert_true(fabsf(weights[c] - cases[k].weights[c]) < 1e-5F);
    }
}

/* In an epoch a rare class has as many samples as the others, and in time all of them. */
static void classes_are_balanced(void **state)
{
    struct fixture *f = *state;
    struct text t = {.pool = &f->pool};
    const struct frame *at = &f->at;
    struct loader *loader;
    int32_t all[40], counts[3] = {0};
    bool seen[40] = {false};

    for (int i = 0; i < 40; i++) {
        text_add(&t, "%d,%s\n", i, i < 4 ? "rare" : i < 12 ? "some" : "usual");
        all[i] = i;
    }
    put(f, "t.csv", t.s, t.len);
    want_ok(f, dataset_open(&f->pool, path(f, "t.csv"), NULL, &f->data, &f->at));
    want_ok(f, loader_start(&f->pool, &f->data,
                            &(struct loader_options){.samples = all, .n = 40, .batch = 10, .seed = 1, .balance = true},
                            &loader, at));
    for (int epoch = 1; epoch <= 3; epoch++) {
        loader_epoch(loader, epoch, 0);
        for (int step = 0; step < 4; step++) {
            const struct batch *b = loader_next(loader);

            for (int i = 0; i < 10; i++) {
                counts[b->labels[i]]++;
                seen[(int)b->input[i]] = true;
            }
        }
    }
    loader_stop(loader);
    assert_int_equal(counts[0] + counts[1] + counts[2], 120);
    for (int c = 0; c < 3; c++)
        assert_in_range(counts[c], 39, 42);
    for (int i = 0; i < 40; i++)
        assert_true(seen[i]);
}

/* 8 of 10, 1 of 2, none of a third class: 0.65 and (0.8421 + 0.4) / 2. */
static void rare_classes_count_as_much(void **state)
{
    struct fixture *f = *state;
    struct confusion c = confusion_make(&f->pool, 3, NULL);

    for (int i = 0; i < 12; i++)
        confusion_add(&c, &(int32_t){i >= 10}, &(int32_t){i < 8 ? 0 : i != 10}, 1);
    assert_true(fabs(confusion_balanced(&c) - 0.65) < 1e-9);
    assert_true(fabs(confusion_macro_f1(&c) - (16.0 / 19 + 2.0 / 5) / 2) < 1e-9);
}

/* ---- a recipe for other data ---- */
static void kinds_are_looked_at(void **state)
{
    struct fixture *f = *state;

    put_numbers(f, "t.csv", 30, 3);
    open_moved(f,
               "path: x, kind: images, size: [8, 8], channels: gray, classes: [x, y, z], validation: 0.1, "
               "augment: {shift: 2}",
               "t.csv");
    assert_int_equal(f->data.n_classes, 3);
    assert_string_equal(f->data.classes[0], "c0");
    assert_int_equal(f->data.augment.shift, 0);
    want_splits(&f->data, 24, 3, 3);
    want_note(f, "10 % of the samples");
    put(f, "p/a/1.png", png_of(f, 4, 5, 1, 0).data, png_of(f, 4, 5, 1, 0).size);
    put(f, "p/b/1.png", png_of(f, 4, 5, 1, 9).data, png_of(f, 4, 5, 1, 9).size);
    open_moved(f, "path: t.csv, kind: table, label: c, header: no, normalize: auto", "p");
    assert_int_equal(f->data.rank, 3);
    assert_int_equal(f->data.n_classes, 2);
}

static void classes_follow_the_data(void **state)
{
    struct fixture *f = *state;

    put_numbers(f, "t.csv", 30, 3);
    open_moved(f, "path: x.csv, kind: table, classes: [x, y]", "t.csv");
    assert_int_equal(f->data.n_classes, 3);
    assert_string_equal(f->data.classes[2], "c2");
    want_note(f, "the recipe's `classes` are not those");
    open_moved(f, "path: x.csv, kind: table, classes: [c2, c1, c0]", "t.csv");
    assert_string_equal(f->data.classes[0], "c2");
}

/* ---- tables ---- */
static void want_table(struct fixture *f, const char *text, const float want[4], const char *class)
{
    put_text(f, "t.csv", text);
    want_ok(f, dataset_open(&f->pool, path(f, "t.csv"), NULL, &f->data, &f->at));
    assert_int_equal(f->data.n, 2);
    assert_int_equal(f->data.elements, 2);
    assert_memory_equal(f->data.samples, want, 16);
    assert_string_equal(f->data.classes[f->data.labels[1]], class);
}

static void separators_are_looked_at(void **state)
{
    static const float want[] = {1.5F, 2, 3, 4.25F};
    static const char *const same[] = {
        "1.5,2,a\n3,4.25,b\n",
        "1.5;2;a\n3;4.25;b\n",
        "1,5;2;a\n3;4,25;b\n",
        "1.5\t2\ta\n3\t4.25\tb\n",
        "1.5|2|a\n3|4.25|b\n",
        "1.5 2 a\n 3  4.25  b\n",
        "\"x;y\",z,w\n1.5,2,a\n3,4.25,b\n",
        "1,5\t2\ta\n3\t4,25\tb\n",
        "x;y;z\n1,5;2;a\n3;4,25;b",
        "\xef\xbb\xbfx,y,z\r\n1.5,2,a\r\n3,4.25,b\r\n",
    };

    for (size_t i = 0; i < COUNT(same); i++)
        want_table(*state, same[i], want, "b");
}

/* As programs for tables export it. */
static void text_of_programs_is_read(void **state)
{
    static const char utf8[] = "x;k\n1,5;gr\xc3\xbcn\n2;gr\xc3\xbcn\n", latin1[] = "x;k\n1,5;gr\xfcn\n2;gr\xfcn\n";
    static const char excel[] = "\xef\xbb\xbfsep=;\r\nx;k\r\n1,5;gr\xc3\xbcn\r\n2;gr\xc3\xbcn\r\n";
    struct fixture *f = *state;
    uint8_t wide[2][2 + 2 * sizeof latin1];

    for (int big = 0; big < 2; big++) {
        wide[big][big] = 0xFF;
        wide[big][1 - big] = 0xFE;
        for (size_t i = 0; i < sizeof latin1 - 1; i++) {
            wide[big][2 + 2 * i + (size_t)big] = (uint8_t)latin1[i];
            wide[big][3 + 2 * i - (size_t)big] = 0;
        }
    }
    put(f, "0.csv", utf8, sizeof utf8 - 1);
    put(f, "1.csv", latin1, sizeof latin1 - 1);
    put(f, "2.csv", excel, sizeof excel - 1);
    put(f, "3.csv", wide[0], 2 * sizeof latin1);
    put(f, "4.csv", wide[1], 2 * sizeof latin1);
    for (int i = 0; i < 5; i++) {
        open_ok(f, pool_printf(&f->pool, "%d.csv", i));
        assert_int_equal(f->data.n, 2);
        assert_string_equal(f->data.classes[0], "gr\xc3\xbcn");
        assert_memory_equal(f->data.samples, ((float[]){1.5F, 2}), 8);
    }
    put(f, "5.csv", "\xff\xfe\x3d\xd8\x00\xde,\0a\0\n\0", 12); /* a pair of surrogates */
    want_error(f, dataset_open(&f->pool, path(f, "5.csv"), NULL, &f->data, &f->at), MOTE_ERR_VALUE,
               "\"\xf0\x9f\x98\x80\" is no finite number");
}

/* Names as zip has them in UTF-8, which "C" cannot say; what macOS adds is passed over. */
static void members_have_any_names(void **state)
{
    struct fixture *f = *state;
    struct bytes png = png_of(f, 4, 4, 1, 0), other = png_of(f, 4, 4, 1, 9), zip;

    put_archive(f, "p.zip",
                (const struct member[]){{"\xc3\xa4/1.png", png},
                                        {"b c/2.png", other},
                                        {"__MACOSX/b c/2.png", {(uint8_t *)"Mac", 3}},
                                        {"b c/._2.png", {(uint8_t *)"Mac", 3}}},
                4);
    zip = get(f, "p.zip");
    for (size_t i = 0; i + 10 < zip.size; i++) /* bit 11: in UTF-8 */
        if (memcmp(zip.data + i, "PK\3\4", 4) == 0 || memcmp(zip.data + i, "PK\1\2", 4) == 0)
            zip.data[i + (zip.data[i + 2] == 3 ? 7 : 9)] |= 0x08;
    put(f, "p.zip", zip.data, zip.size);
    open_ok(f, "p.zip");
    assert_int_equal(f->data.n, 2);
    assert_string_equal(f->data.classes[1], "\xc3\xa4");
    put_archive(f, "t.zip", (const struct member[]){{"t/table.csv", {(uint8_t *)"1,2\n", 4}}}, 1);
    want_error(f, dataset_open(&f->pool, path(f, "t.zip"), NULL, &f->data, &f->at), MOTE_ERR_VALUE,
               "holds no PNG or JPEG, but t/table.csv: pictures alone are read from archives; unpack it");
}

static void scikit_learns_first_line_names_the_classes(void **state)
{
    static const float want[] = {1.5F, 2, 3, 4};
    struct fixture *f = *state;

    want_table(f, "2,2,cat,dog\n1.5,2,0\n3,4,1\n", want, "dog");
    want_table(f, "2,2,dog\n1.5,2,0\n3,4,0\n", want, "dog"); /* as many cells as the others */
    put_text(f, "t.csv", "1,2,cat\n3,4,yak\n");              /* data */
    want_ok(f, dataset_open(&f->pool, path(f, "t.csv"), NULL, &f->data, &f->at));
    assert_string_equal(f->data.classes[1], "yak");
    put_text(f, "t.csv", "3,2,cat,dog\n1.5,2,0\n3,4,1\n");
    want_error(f, dataset_open(&f->pool, path(f, "t.csv"), NULL, &f->data, &f->at), MOTE_ERR_FORMAT,
               "line 1: tells of 3 samples, 2 follow; the file is cut off");
    put_text(f, "t.csv", "2,2,cat,dog\n1.5,2,0\n3,4,2\n");
    want_error(f, dataset_open(&f->pool, path(f, "t.csv"), NULL, &f->data, &f->at), MOTE_ERR_VALUE,
               "samples of a class \"2\", which `classes` does not name");
}

static void want_section(struct fixture *f, const char *section, int32_t n, const float *want, size_t size)
{
    want_ok(f, open_yaml(f, section));
    assert_int_equal(f->data.n, n);
    assert_memory_equal(f->data.samples, want, size);
}

static void columns_are_chosen(void **state)
{
    struct fixture *f = *state;

    put_text(f, "c.csv", "made by hand\n# twice\nid,a,b,kind\nx1,1,2,cat\nx2,3,4,dog\n");
    want_section(f, "path: c.csv, skip: 2, ignore: [id]", 2, (float[]){1, 2, 3, 4}, 16);
    want_section(f, "path: c.csv, skip: 2, columns: [b]", 2, (float[]){2, 4}, 8);
    want_section(f, "path: c.csv, skip: 2, columns: [\"2\"]", 2, (float[]){2, 4}, 8);
    want_section(f, "path: c.csv, skip: 2, columns: [a, b], label: id, shape: [2, 1]", 2, (float[]){1, 2, 3, 4}, 16);
    assert_int_equal(f->data.rank, 2);
    want_error(f, open_yaml(f, "path: c.csv, skip: 2"), MOTE_ERR_VALUE, "or name columns of words in `ignore`");
    want_error(f, open_yaml(f, "path: c.csv, skip: 2, ignore: [ID]"), MOTE_ERR_VALUE, "there is no column \"ID\"");
    want_error(f, open_yaml(f, "path: c.csv, skip: 2, ignore: [id, a, b]"), MOTE_ERR_FORMAT, "a label and a number");
    want_error(f, open_yaml(f, "path: c.csv, skip: 2, ignore: [id], shape: [3]"), MOTE_ERR_VALUE,
               "shape has 3 elements");
}

static void gaps_are_filled_or_left_out(void **state)
{
    struct fixture *f = *state;

    put_text(f, "m.csv", "a,b,kind\n1,2,cat\n,4,dog\n3,NA,cat\n5,6,dog\n");
    want_section(f, "path: m.csv, missing: drop", 2, (float[]){1, 2, 5, 6}, 16);
    want_note(f, "2 of 4 lines have gaps and are left out");
    assert_int_equal(f->data.labels[1], 1);
    assert_string_equal(dataset_place(&f->pool, &f->data, 1), "m.csv line 5");
    want_section(f, "path: m.csv, missing: mean", 4, (float[]){1, 2, 3, 4, 3, 4, 5, 6}, 32);
    want_section(f, "path: m.csv, missing: -1", 4, (float[]){1, 2, -1, 4, 3, -1, 5, 6}, 32);
    want_error(f, open_yaml(f, "path: m.csv"), MOTE_ERR_VALUE, "is empty; fill it in");
    want_error(f, open_yaml(f, "path: m.csv, missing: median"), MOTE_ERR_VALUE, "drop, mean or a number is wanted");
    put_text(f, "m.csv", "a,kind\n,cat\n,dog\n");
    want_error(f, open_yaml(f, "path: m.csv, header: yes, missing: drop"), MOTE_ERR_VALUE, "has a gap in every line");
}

static void labels_may_be_in_a_second_file(void **state)
{
    struct fixture *f = *state;

    put_text(f, "x.csv", "1 2\n3 4\n5 6\n");
    put_text(f, "y.csv", "cat\ndog\ncat\n");
    want_section(f, "path: x.csv, labels: y.csv", 3, (float[]){1, 2, 3, 4, 5, 6}, 24);
    assert_int_equal(f->data.labels[1], 1);
    put_text(f, "y.csv", "1.5\n2.5\n3.25\n");
    want_ok(f, open_yaml(f, "path: x.csv, labels: y.csv"));
    assert_true(f->data.targets[2] == 3.25F);
    put_text(f, "y.csv", "cat\ndog\n");
    want_error(f, open_yaml(f, "path: x.csv, labels: y.csv"), MOTE_ERR_SHAPE, "y.csv: has 2 labels");
}

static void classes_that_are_whole_reals_are_called_so(void **state)
{
    struct fixture *f = *state;

    put_text(f, "t.csv", "5 1.0000000e+00\n6 2.0000000e+00\n7 1.0\n");
    want_ok(f, dataset_open(&f->pool, path(f, "t.csv"), NULL, &f->data, &f->at));
    assert_int_equal(f->data.n_classes, 2);
    assert_string_equal(f->data.classes[0], "1");
}

/* ---- recordings ---- */
/* A recording of rows {from, -from}, {from + 1, …}. */
static void put_recording(struct fixture *f, const char *name, int rows, int from)
{
    struct text t = {.pool = &f->pool};

    text_add(&t, "time,ax,ay\n");
    for (int i = 0; i < rows; i++)
        text_add(&t, "%d,%d,%d\n", 10 * i, from + i, -from - i);
    put(f, name, t.s, t.len);
}

static void want_sample(const struct fixture *f, int32_t i, const float *want, size_t n)
{
    assert_int_equal(f->data.elements, n);
    assert_memory_equal(f->data.samples + (size_t)i * n * sizeof *want, want, n * sizeof *want);
}

static void recordings_are_cut_into_windows(void **state)
{
    struct fixture *f = *state;
    const char *name;

    put_recording(f, "r/walk/1.csv", 5, 0);
    put_recording(f, "r/walk/2.csv", 4, 100);
    put_recording(f, "r/run/1.csv", 7, 200);
    put_recording(f, "r/run/2.csv", 2, 300);
    put_text(f, "r/README.txt", "not a recording");
    want_error(f, dataset_open(&f->pool, path(f, "r"), NULL, &f->data, &f->at), MOTE_ERR_SHAPE,
               "the recordings have 2 to 7 rows: `window: N`");
    put_text(f, "s.yaml", "data: {path: r, window: 4, step: 2}\n");
    want_ok(f, dataset_open(&f->pool, path(f, "s.yaml"), &training, &f->data, &f->at));
    assert_int_equal(f->data.n, 4);
    assert_int_equal(f->data.rank, 2);
    assert_string_equal(f->data.classes[f->data.labels[0]], "run");
    want_sample(f, 1, (float[]){202, -202, 203, -203, 204, -204, 205, -205}, 8);
    want_note(f, "1 of 4 recordings are shorter than a window");
    want_note(f, "drawn by groups");
    assert_string_equal(f->data.memory.group, "recording");
    name = dataset_name(&f->pool, &f->data, 1);
    assert_string_equal(name, "run/1.csv:2");
}

static void windows_of_a_recording_stay_together(void **state)
{
    struct fixture *f = *state;
    uint8_t split_of[40];
    struct model m;

    memset(split_of, SPLIT_COUNT, sizeof split_of);
    for (int i = 0; i < 40; i++)
        put_recording(f, pool_printf(&f->pool, "r/%02d_%s.csv", i, i % 2 ? "odd" : "even"), 30, 1000 * i);
    put_text(f, "s.yaml", "data: {path: r, window: 6}\n");
    want_ok(f, dataset_open(&f->pool, path(f, "s.yaml"), &training, &f->data, &f->at));
    want_splits(&f->data, 160, 20, 20);
    for (int s = 0; s < SPLIT_COUNT; s++)
        for (int32_t i = 0; i < f->data.n_split[s]; i++) {
            float first;

            memcpy(&first, f->data.samples + (size_t)f->data.split[s][i] * 12 * sizeof first, sizeof first);
            assert_true(split_of[(int)first / 1000] == SPLIT_COUNT || split_of[(int)first / 1000] == s);
            split_of[(int)first / 1000] = (uint8_t)s;
        }
    m = (struct model){.pool = &f->pool, .split = f->data.memory};
    want_ok(f, dataset_open(&f->pool, path(f, "s.yaml"), &(struct dataset_options){.trained = &m}, &f->data, &f->at));
    want_splits(&f->data, 160, 20, 20); /* as the model remembers it */
}

/* Folders, the end or the beginning of names, or JSON itself. */
static void classes_of_recordings_are_found(void **state)
{
    static const char *const names[][4] = {
        {"a/x1.csv", "a/x2.csv", "b/x3.csv", "b/x4.csv"},
        {"1_a.csv", "2_a.csv", "3_b.csv", "4_b.csv"},
        {"a.1.csv", "a.2.csv", "b.3.csv", "b.4.csv"},
    };
    struct fixture *f = *state;

    for (size_t k = 0; k < COUNT(names); k++) {
        for (int i = 0; i < 4; i++)
            put_recording(f, pool_printf(&f->pool, "r%zu/%s", k, names[k][i]), 3, 10 * i);
        want_ok(f, dataset_open(&f->pool, path(f, pool_printf(&f->pool, "r%zu", k)), NULL, &f->data, &f->at));
        assert_int_equal(f->data.n_classes, 2);
        for (int i = 0; i < 4; i++)
            assert_string_equal(f->data.classes[f->data.labels[i]], i < 2 ? "a" : "b");
    }
}

/* Rows of a table of labels; what it does not name is left out. */
static void parts_of_recordings_have_labels(void **state)
{
    static const struct {
        const char *labels, *error;
    } bad[] = {
        {"start,end\n0,4\n", "labels of recordings are a table of file, start, end and label"},
        {"start,end,label\n0,4,a\n", "there are 3 recordings: a column `file` says whose rows"},
        {"file,start,end,label\nc.csv,0,4,a\n", "line 2: there is no recording \"c.csv\" in the folder"},
        {"file,start,end,label\na.csv,0,4,a\na.csv,8,11,a\n", "line 3: rows from 8 to 11: a.csv has rows 0 to 10"},
        {"file,start,end,label\na.csv,4,4,a\n", "rows from 4 to 4"},
        {"file,start,end,label\na.csv,-1,4,a\n", "rows from -1 to 4"},
        {"file,start,end,label\na.csv,0,4,\n", "the label is empty"},
        {"file,start,end,label\nc.json,0,2,a\n", "line 2: c.json has several recordings"},
    };
    struct fixture *f = *state;

    put_recording(f, "r/a.csv", 10, 0);
    put_recording(f, "r/b.csv", 8, 100);
    put_text(f, "r/labels.csv", "file,start,end,label\na.csv,0,4,walk\na.csv,5,10,run\nb.csv,2,4,run\n");
    put_text(f, "s.yaml", "data: {path: r, labels: r/labels.csv, window: 2}\n");
    want_ok(f, dataset_open(&f->pool, path(f, "s.yaml"), NULL, &f->data, &f->at));
    assert_int_equal(f->data.n, 5);
    assert_string_equal(f->data.classes[f->data.labels[1]], "walk");
    assert_string_equal(f->data.classes[f->data.labels[2]], "run");
    want_sample(f, 2, (float[]){5, -5, 6, -6}, 4);
    want_sample(f, 4, (float[]){102, -102, 103, -103}, 4);
    assert_string_equal(dataset_name(&f->pool, &f->data, 4), "b.csv:2");
    put_text(f, "r/c.json", "[{\"points\": [[1, 2], [3, 4]]}, {\"points\": [[5, 6], [7, 8]]}]");
    for (size_t i = 0; i < COUNT(bad); i++) {
        put_text(f, "r/labels.csv", bad[i].labels);
        want_error(f, dataset_open(&f->pool, path(f, "s.yaml"), NULL, &f->data, &f->at),
                   strstr(bad[i].error, "table of") != NULL || strstr(bad[i].error, "`file`") != NULL ? MOTE_ERR_FORMAT
                                                                                                      : MOTE_ERR_VALUE,
                   bad[i].error);
    }
}

/* In seconds, with a rate: rows that are taken before the end. */
static void parts_may_be_in_seconds(void **state)
{
    struct fixture *f = *state;

    put_recording(f, "r/a.csv", 10, 0);
    put_text(f, "r/labels.csv", "start_s,end_s,label\n0,1,walk\n1.25,2.5,run\n");
    want_ok(f, open_yaml(f, "path: r, labels: r/labels.csv, window: 2, rate: 4"));
    assert_int_equal(f->data.n, 4);
    want_sample(f, 1, (float[]){2, -2, 3, -3}, 4);
    want_sample(f, 2, (float[]){5, -5, 6, -6}, 4);
    want_error(f, open_yaml(f, "path: r, labels: r/labels.csv, window: 2"), MOTE_ERR_VALUE,
               "is in seconds (start_s, end_s): `rate: 50` in the data section says how many rows a second has");
    want_error(f, open_yaml(f, "path: r, labels: r/labels.csv, window: 2, rate: 1e30"), MOTE_ERR_VALUE,
               "rate is 1e+30; at most 1e+09 rows a second are wanted");
    put_text(f, "r/labels.csv", "start_s,end_s,label\n0,1,walk\n1.25,4,run\n");
    want_error(f, open_yaml(f, "path: r, labels: r/labels.csv, window: 2, rate: 4"), MOTE_ERR_VALUE,
               "line 3: seconds from 1.25 to 4: a.csv has rows 0 to 10");
    put_text(f, "r/labels.csv", "start_s,end_s,label\n0,x,walk\n");
    want_error(f, open_yaml(f, "path: r, labels: r/labels.csv, window: 2, rate: 4"), MOTE_ERR_VALUE,
               "line 2: from \"0\" to \"x\" s: two numbers are wanted");
}

/* A column says what each row is: a recording is as long as it stays; gaps are left out. Folder or single table. */
static void rows_may_have_labels(void **state)
{
    static const char text[] =
        "t,who,ax,what\n0,p,1,walk\n1,p,2,walk\n2,p,3,run\n3,p,4,run\n4,p,5,\n5,q,6,run\n6,q,7,run\n";
    struct fixture *f = *state;

    put_text(f, "log.csv", text);
    want_ok(f, open_yaml(f, "path: log.csv, kind: series, label: what, ignore: [who], window: 2"));
    assert_int_equal(f->data.n, 3);
    assert_string_equal(f->data.classes[f->data.labels[0]], "walk");
    want_sample(f, 1, (float[]){3, 4}, 2);
    want_sample(f, 2, (float[]){6, 7}, 2);
    want_note(f, "1 rows have no label and are left out");
    assert_string_equal(dataset_name(&f->pool, &f->data, 2), "log.csv:5");
    want_ok(f, open_yaml(
                   f, "path: log.csv, kind: series, label: what, recording: who, window: 1, test: 0.5, split: random"));
    assert_int_equal(f->data.n, 6);
    assert_true(f->data.n_split[SPLIT_TEST] == 2 || f->data.n_split[SPLIT_TEST] == 4); /* p or q as a whole */
    put_text(f, "r/1.csv", text);
    put_text(f, "r/2.csv", text);
    want_ok(f, open_yaml(f, "path: r, label: what, ignore: [who], window: 2"));
    assert_int_equal(f->data.n, 6);
    want_error(f, open_yaml(f, "path: r, ignore: [who], window: 2"), MOTE_ERR_VALUE,
               "1.csv: line 2: \"walk\" is no finite number; correct it, or remove the line, or name column what as "
               "`label: what`");
    want_error(f, open_yaml(f, "path: r, label: where, window: 2"), MOTE_ERR_VALUE,
               "1.csv: there is no column \"where\"");
    want_error(f, open_yaml(f, "path: r, label: what, labels: log.csv, window: 2"), MOTE_ERR_VALUE, "leave one out");
    put_npy(f, "r/3.npy", "<f4", "(2, 1)", (float[]){1, 2}, 8);
    want_error(f, open_yaml(f, "path: r, label: what, ignore: [who], window: 2"), MOTE_ERR_VALUE,
               "3.npy: has no column \"what\", which `label` names");
}

/* Rows with gaps are left out, or take the mean of their file's column, or a number. */
static void gaps_of_recordings_are_mended(void **state)
{
    struct fixture *f = *state;

    put_text(f, "r/1.csv", "t,x,y\n0,1,2\n1,,4\n2,3,nan\n3,5,6\n");
    want_error(f, open_yaml(f, "path: r"), MOTE_ERR_VALUE,
               "1.csv: line 3: column 1 is \"\"; fill it in, or say `missing");
    want_ok(f, open_yaml(f, "path: r, missing: drop"));
    want_sample(f, 0, (float[]){1, 2, 5, 6}, 4);
    want_note(f, "2 rows have gaps and are left out (`missing: drop`)");
    want_ok(f, open_yaml(f, "path: r, missing: mean"));
    want_sample(f, 0, (float[]){1, 2, 3, 4, 3, 4, 5, 6}, 8);
    want_note(f, "2 gaps are filled (`missing: mean`)");
    want_ok(f, open_yaml(f, "path: r, missing: -1.5"));
    want_sample(f, 0, (float[]){1, 2, -1.5F, 4, 3, -1.5F, 5, 6}, 8);
}

/* Columns without names are chosen by numbers, and what the others lack is no matter. */
static void columns_of_arrays_are_chosen(void **state)
{
    struct fixture *f = *state;

    put_npy(f, "n/1.npy", "<f4", "(2, 3)", (float[]){1, NAN, 3, 4, INFINITY, 6}, 24);
    want_error(f, open_yaml(f, "path: n"), MOTE_ERR_VALUE, "1.npy: row 0: column 1 is NaN");
    want_ok(f, open_yaml(f, "path: n, ignore: [1]"));
    want_sample(f, 0, (float[]){1, 3, 4, 6}, 4);
    want_ok(f, open_yaml(f, "path: n, columns: [2], missing: drop"));
    want_sample(f, 0, (float[]){3, 6}, 2);
    want_error(f, open_yaml(f, "path: n, ignore: [0]"), MOTE_ERR_VALUE, "1.npy: row 0: column 1 is NaN");
    want_error(f, open_yaml(f, "path: n, columns: [3]"), MOTE_ERR_VALUE, "1.npy: there is no column \"3\"");
    want_error(f, open_yaml(f, "path: n, ignore: [0, 1, 2]"), MOTE_ERR_SHAPE, "2 rows of 0 numbers");
    put_text(f, "o/1.json", "[[1, null, 3], [4, null, 6]]");
    want_ok(f, open_yaml(f, "path: o, columns: [0, 2]"));
    want_sample(f, 0, (float[]){1, 3, 4, 6}, 4);
}

/* A point that is null is a row of gaps; a list of nothing but nulls is none of points. */
static void null_is_a_gap_in_json(void **state)
{
    struct fixture *f = *state;

    put_text(f, "j/1.json", "{\"meta\": [null, null, null], \"points\": [[1, 2], [3, 4]]}");
    want_ok(f, open_yaml(f, "path: j"));
    want_sample(f, 0, (float[]){1, 2, 3, 4}, 4);
    put_text(f, "j/1.json", "[null, [1, 2], null, [3, 4]]");
    want_ok(f, open_yaml(f, "path: j, missing: drop"));
    want_sample(f, 0, (float[]){1, 2, 3, 4}, 4);
    want_ok(f, open_yaml(f, "path: j, missing: mean"));
    want_sample(f, 0, (float[]){2, 3, 1, 2, 2, 3, 3, 4}, 8);
    put_text(f, "j/1.json", "[null, 1, 3]");
    want_ok(f, open_yaml(f, "path: j, missing: mean"));
    want_sample(f, 0, (float[]){2, 1, 3}, 3);
    put_text(f, "j/1.json", "[null, null]");
    want_error(f, open_yaml(f, "path: j"), MOTE_ERR_FORMAT, "1.json: has no list of points");
}

/* A list of objects is of points if none of them has a list, else of recordings. */
static void a_json_may_be_points_alone(void **state)
{
    struct fixture *f = *state;

    put_text(f, "j/1.json", "[{\"x\": 1, \"y\": 2}, {\"x\": 3, \"y\": 4}]");
    want_ok(f, open_yaml(f, "path: j"));
    assert_int_equal(f->data.n, 1);
    want_sample(f, 0, (float[]){1, 2, 3, 4}, 4);
    put_text(f, "j/1.json", "[{\"id\": 1}, {\"id\": 2, \"points\": [[1, 2], [3, 4]]}]");
    want_error(f, open_yaml(f, "path: j"), MOTE_ERR_FORMAT, "recording 0: has no list of points");
}

/* A file of JSON by itself, too. */
static void one_json_is_series(void **state)
{
    struct fixture *f = *state;

    put_text(f, "a.json",
             "[{\"label\": \"up\", \"data\": [1, 2]}, {\"label\": \"down\", \"data\": [3, 4]}, "
             "{\"label\": \"up\", \"data\": [5, 6]}, {\"label\": \"down\", \"data\": [7, 8]}]");
    want_ok(f, dataset_open(&f->pool, path(f, "a.json"), NULL, &f->data, &f->at));
    assert_int_equal(f->data.n, 4);
    assert_int_equal(f->data.n_classes, 2);
    want_sample(f, 1, (float[]){3, 4}, 2);
}

static void put_npz(struct fixture *f, const char *name, const struct member *members, size_t n)
{
    put_text(f, name, "");
    put_archive(f, "t.zip", members, n);
    assert_int_equal(rename(path(f, "t.zip"), path(f, name)), 0);
}

/* .npz of one array, or one that is called as recordings are; .csv.gz. */
static void recordings_may_be_packed(void **state)
{
    static const float x[] = {1, -1, 2, -2, 3, -3}, y[] = {7, 8, 9};
    struct fixture *f = *state;
    struct bytes main, other;

    put_npy(f, "x.npy", "<f4", "(3, 2)", x, sizeof x);
    put_npy(f, "y.npy", "<f4", "(3,)", y, sizeof y);
    main = get(f, "x.npy");
    other = get(f, "y.npy");
    put_npz(f, "r/a/1.npz", (const struct member[]){{"anything.npy", main}}, 1);
    put_npz(f, "r/a/2.npz", (const struct member[]){{"label.npy", other}, {"data.npy", main}, {"z.npy", other}}, 3);
    put_recording(f, "c.csv", 3, 5);
    put_text(f, "r/b/3.csv.gz", "");
    put_gzip(f, "r/b/3.csv.gz", get(f, "c.csv"));
    put_gzip(f, "r/b/4.csv.gz", get(f, "c.csv"));
    want_ok(f, dataset_open(&f->pool, path(f, "r"), NULL, &f->data, &f->at));
    assert_int_equal(f->data.n, 4);
    want_sample(f, 1, x, 6);
    want_sample(f, 3, (float[]){5, -5, 6, -6, 7, -7}, 6);
    assert_string_equal(f->data.classes[f->data.labels[3]], "b");
    put_npz(f, "r/a/2.npz", (const struct member[]){{"p.npy", other}, {"q.npy", main}}, 2);
    want_error(f, dataset_open(&f->pool, path(f, "r"), NULL, &f->data, &f->at), MOTE_ERR_FORMAT,
               "2.npz: holds 2 arrays (p, q): call the recording's `data`, or save it alone; if these are all samples");
    put_npz(f, "r/a/2.npz", (const struct member[]){{"p.txt", other}}, 1);
    want_error(f, dataset_open(&f->pool, path(f, "r"), NULL, &f->data, &f->at), MOTE_ERR_FORMAT, "holds no array");
    put_text(f, "r/a/2.npz", "not a zip");
    want_error(f, dataset_open(&f->pool, path(f, "r"), NULL, &f->data, &f->at), MOTE_ERR_FORMAT, "2.npz: is no .npz");
}

/* Samples, labels and a test in one .npz, by the names that people give them. */
static void arrays_come_in_one_npz(void **state)
{
    static const float x[] = {1, -1, 2, -2, 3, -3}, y[] = {7, 8, 7};
    struct fixture *f = *state;
    struct bytes samples, labels, half;

    put_npy(f, "x.npy", "<f4", "(3, 2)", x, sizeof x);
    put_npy(f, "y.npy", "<f4", "(3,)", y, sizeof y);
    put_npy(f, "h.npy", "<f4", "(1, 2)", x, sizeof x / 3);
    samples = get(f, "x.npy");
    labels = get(f, "y.npy");
    half = get(f, "h.npy");
    put_npz(f, "a.npz", (const struct member[]){{"Y.npy", labels}, {"z.npy", half}, {"X.npy", samples}}, 3);
    want_ok(f, dataset_open(&f->pool, path(f, "a.npz"), NULL, &f->data, &f->at));
    assert_int_equal(f->data.n, 3);
    assert_int_equal(f->data.n_classes, 2);
    want_sample(f, 2, (float[]){3, -3}, 2);
    assert_string_equal(dataset_name(&f->pool, &f->data, 2), "X:2");
    put_npz(f, "a.npz",
            (const struct member[]){{"x_train.npy", samples}, {"y_train.npy", labels}, {"x_test.npy", half}}, 3);
    want_error(f, dataset_open(&f->pool, path(f, "a.npz"), NULL, &f->data, &f->at), MOTE_ERR_VALUE,
               "one part has labels, the other has none");
    put_npz(f, "a.npz",
            (const struct member[]){
                {"x_test.npy", samples}, {"y_test.npy", labels}, {"x_train.npy", samples}, {"y_train.npy", labels}},
            4);
    want_ok(f, dataset_open(&f->pool, path(f, "a.npz"), NULL, &f->data, &f->at));
    assert_int_equal(f->data.n, 6);
    assert_true(f->data.given && f->data.n_split[SPLIT_TRAIN] == 3);
    put_npz(f, "a.npz", (const struct member[]){{"p.npy", samples}, {"q.npy", labels}}, 2);
    want_error(f, dataset_open(&f->pool, path(f, "a.npz"), NULL, &f->data, &f->at), MOTE_ERR_FORMAT,
               "holds 2 arrays (p, q): call the samples x and the labels y");
    want_error(f, open_yaml(f, "path: a.npz"), MOTE_ERR_FORMAT, "a.npz: holds 2 arrays (p, q)");
    put_npz(f, "a.npz", (const struct member[]){{"x.npy", samples}, {"y.npy", half}}, 2);
    want_error(f, open_yaml(f, "path: a.npz"), MOTE_ERR_SHAPE, "a.npz: y: has 1 labels, a.npz: x has 3 samples");
}

static void json_has_many_recordings(void **state)
{
    struct fixture *f = *state;

    put_text(f, "j/1.json",
             "{\"strokes\": [{\"index\": 0, \"label\": \"up\", \"points\": [{\"x\": 0, \"y\": 1}, "
             "{\"x\": 2, \"y\": 5}]}, {\"index\": 1, \"label\": \"up\", \"points\": [[4, 4], [8, 0]]}]}");
    put_text(f, "j/2.json",
             "[{\"class\": \"down\", \"data\": [[1, 2], [3, 4], [5, 6]]},"
             "{\"class\": \"down\", \"data\": [[1, 2], [3, 4], [5, 9]]}]");
    put_text(f, "s.yaml", "data: {path: j, resample: 3}\n");
    want_ok(f, dataset_open(&f->pool, path(f, "s.yaml"), NULL, &f->data, &f->at));
    assert_int_equal(f->data.n, 4);
    want_sample(f, 0, (float[]){0, 1, 1, 3, 2, 5}, 6);
    want_sample(f, 1, (float[]){4, 4, 6, 2, 8, 0}, 6);
    want_sample(f, 3, (float[]){1, 2, 3, 4, 5, 9}, 6);
    assert_string_equal(f->data.classes[f->data.labels[3]], "down");
    put_text(f, "j/2.json", "[{\"class\": \"down\", \"data\": [[1, 2], [3]]}]");
    want_error(f, dataset_open(&f->pool, path(f, "s.yaml"), NULL, &f->data, &f->at), MOTE_ERR_SHAPE,
               "2.json: recording 0: point 1 has not 2 numbers");
    put_text(f, "j/2.json", "[{]");
    want_error(f, dataset_open(&f->pool, path(f, "s.yaml"), NULL, &f->data, &f->at), MOTE_ERR_FORMAT,
               "2.json: is not JSON: line 1");
    put_text(f, "j/2.json", "{\"a\": 1}");
    want_error(f, dataset_open(&f->pool, path(f, "s.yaml"), NULL, &f->data, &f->at), MOTE_ERR_FORMAT,
               "2.json: has no list of points");
}

static void bad_recordings_are_named(void **state)
{
    struct fixture *f = *state;

    put_recording(f, "r/a.csv", 4, 0);
    put_text(f, "r/b.csv", "1,2,3\n4,5,6\n");
    want_error(f, dataset_open(&f->pool, path(f, "r"), NULL, &f->data, &f->at), MOTE_ERR_SHAPE,
               "b.csv: has 3 numbers a row, a.csv has 2");
    put_text(f, "r/b.csv", "1,2\n4,x\n");
    want_error(f, dataset_open(&f->pool, path(f, "r"), NULL, &f->data, &f->at), MOTE_ERR_VALUE, "b.csv: line 2: \"x\"");
    put_text(f, "r/b.csv", "1,2\n4,5\n3,3\n4,4\n");
    put_text(f, "s.yaml", "data: {path: r, window: 9}\n");
    want_error(f, dataset_open(&f->pool, path(f, "s.yaml"), NULL, &f->data, &f->at), MOTE_ERR_VALUE,
               "window is 9 rows, but the longest recording has 4");
    put_text(f, "s.yaml", "data: {path: r, window: 2, resample: 2}\n");
    want_error(f, dataset_open(&f->pool, path(f, "s.yaml"), NULL, &f->data, &f->at), MOTE_ERR_VALUE, "not both");
}

/* ---- layers of series, and others' names ---- */
/* The network of these layers, for rows of 40 numbers of two classes. */
static enum mote_status build(struct fixture *f, const char *layers, struct model *out)
{
    struct text t = {.pool = &f->pool};
    struct recipe recipe;

    for (int i = 0; i < 6; i++, text_add(&t, "%d\n", i % 2))
        for (int k = 0; k < 40; k++)
            text_add(&t, "%d,", i * k);
    put(f, "t.csv", t.s, t.len);
    want_ok(f, dataset_open(&f->pool, path(f, "t.csv"), NULL, &f->data, &f->at));
    put_text(f, "r.yaml", pool_printf(&f->pool, "network: [{%s}]\n", layers));
    TRY(recipe_read(&f->pool, path(f, "r.yaml"), &recipe, &f->at));
    return network_build(&f->pool, &recipe, &f->data, out, &f->at);
}

static void series_are_images_of_a_width_of_1(void **state)
{
    struct fixture *f = *state;
    struct model m;
    const struct graph *g;
    char shape[96];

    want_ok(f, build(f,
                     "conv_1d: {filters: 4, kernel: 5, stride: 2, activation: relu}}, {max_pool_1d: {}}, "
                     "{depthwise_conv_1d: {kernel: 3, dilation: 2}}, {average_pool_1d: {size: 5}}, "
                     "{global_average_pool: {}}, {dense: {}}, {softmax: {}",
                     &m));
    g = &m.graphs[0];
    assert_int_equal(g->ops[1].id, OP_CONV_2D);
    assert_string_equal(shape_text(&g->tensors[g->ops[0].out[0]], shape), "1x40x1x1");
    assert_string_equal(shape_text(&g->tensors[g->ops[1].in[1]], shape), "4x5x1x1");
    assert_string_equal(shape_text(&g->tensors[g->ops[1].out[0]], shape), "1x20x1x4");
    assert_string_equal(shape_text(&g->tensors[g->ops[2].out[0]], shape), "1x10x1x4");
    assert_string_equal(shape_text(&g->tensors[g->ops[3].out[0]], shape), "1x10x1x4");
    assert_string_equal(shape_text(&g->tensors[g->ops[4].out[0]], shape), "1x2x1x4");
    assert_string_equal(shape_text(&g->tensors[g->ops[6].out[0]], shape), "1x4");
    assert_string_equal(shape_text(&g->tensors[g->outputs[0]], shape), "1x2");
}

static void others_names_of_layers_are_the_same(void **state)
{
    static const char *const pairs[][2] = {
        {"conv_2d: {filters: 3, kernel: 3}", "conv2d: {filters: 3, kernel: 3}"},
        {"depthwise_conv_2d: {kernel: 3}", "depthwise_conv2d: {kernel: 3}"},
        {"max_pool_2d: {}", "maxpool2d: {}"},
        {"max_pool_2d: {}", "max_pooling2d: {}"},
        {"average_pool_2d: {}", "average_pooling2d: {}"},
        {"batch_norm: {}", "batch_normalization: {}"},
        {"fully_connected: {units: 3}", "dense: {units: 3}"},
        {"fully_connected: {units: 3}", "linear: {units: 3}"},
        {"global_average_pool: {}", "global_average_pooling2d: {}"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(pairs); i++) {
        struct text text[2] = {{.pool = &f->pool}, {.pool = &f->pool}};
        struct model m;

        for (int k = 0; k < 2; k++) {
            want_ok(f, build(f,
                             pool_printf(&f->pool, "reshape: {shape: [5, 8, 1]}}, {%s}, {dense: {}}, {softmax: {}",
                                         pairs[i][k]),
                             &m));
            model_write(&m, &text[k]);
        }
        assert_int_equal(text[0].len, text[1].len);
        assert_memory_equal(text[0].s, text[1].s, text[0].len);
    }
}

static void sizes_of_series_are_one_number(void **state)
{
    struct fixture *f = *state;
    struct model m;

    want_error(f, build(f, "conv_1d: {filters: 4, kernel: 5x3}", &m), MOTE_ERR_VALUE,
               "kernel is \"5x3\": a series has one dimension, so write one number");
    want_error(f, build(f, "reshape: {shape: [5, 8, 1]}}, {conv_1d: {filters: 4, kernel: 5}", &m), MOTE_ERR_SHAPE,
               "it reads series of time x numbers, but its input is 5x8x1: images have conv_2d");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(splits_are_drawn_to_train_on),
        TEST(splits_that_are_there_stay),
        TEST(groups_are_drawn_whole),
        TEST(what_is_too_small_is_not_split),
        TEST(folds_divide_the_samples),
        TEST(folds_have_samples_for_training),
        TEST(classes_have_weights),
        TEST(classes_are_balanced),
        TEST(rare_classes_count_as_much),
        TEST(kinds_are_looked_at),
        TEST(classes_follow_the_data),
        TEST(separators_are_looked_at),
        TEST(text_of_programs_is_read),
        TEST(members_have_any_names),
        TEST(scikit_learns_first_line_names_the_classes),
        TEST(columns_are_chosen),
        TEST(gaps_are_filled_or_left_out),
        TEST(labels_may_be_in_a_second_file),
        TEST(classes_that_are_whole_reals_are_called_so),
        TEST(recordings_are_cut_into_windows),
        TEST(windows_of_a_recording_stay_together),
        TEST(classes_of_recordings_are_found),
        TEST(parts_of_recordings_have_labels),
        TEST(parts_may_be_in_seconds),
        TEST(rows_may_have_labels),
        TEST(gaps_of_recordings_are_mended),
        TEST(columns_of_arrays_are_chosen),
        TEST(null_is_a_gap_in_json),
        TEST(a_json_may_be_points_alone),
        TEST(one_json_is_series),
        TEST(recordings_may_be_packed),
        TEST(arrays_come_in_one_npz),
        TEST(json_has_many_recordings),
        TEST(bad_recordings_are_named),
        TEST(series_are_images_of_a_width_of_1),
        TEST(others_names_of_layers_are_the_same),
        TEST(sizes_of_series_are_one_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
