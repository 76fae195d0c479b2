/* SPDX-License-Identifier: Apache-2.0 */
/* A model knows the samples again that it was trained on: in another order, file or form, whole or in part, drawn or
 * given by folders, alone or in groups. And the commands test on no others: with labels that mean nothing, train,
 * quantize and eval all say what guessing gives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "host/base/random.h"
#include "tests/data/files.h"
#include "tests/shared.h"

/* ---- two openings of the same samples ---- */
/* A model that was trained on f->data. */
static struct model trained_on(struct fixture *f)
{
    struct model m = {.pool = &f->pool, .split = f->data.memory};

    assert_true(m.split.known);
    m.n_classes = f->data.classes != NULL ? f->data.n_classes : 0;
    m.classes = pool_copy(&f->pool, f->data.classes, (size_t)m.n_classes * sizeof *m.classes);
    return m;
}

static void open_as(struct fixture *f, const char *name, const struct model *m)
{
    want_ok(f, dataset_open(&f->pool, path(f, name), &(struct dataset_options){.trained = m}, &f->data, &f->at));
    assert_true(f->data.splits);
}

/* The split of each sample by its first raw byte or number, which the tests give to no two samples. */
static void splits_of(const struct dataset *d, uint8_t *split)
{
    memset(split, SPLIT_COUNT, 256);
    for (int s = 0; s < SPLIT_COUNT; s++)
        for (int32_t i = 0; i < d->n_split[s]; i++) {
            const uint8_t *first =
                d->samples + (size_t)d->split[s][i] * (size_t)d->elements * (d->type == TYPE_F32 ? 4 : 1);
            float real;

            memcpy(&real, first, d->type == TYPE_F32 ? 4 : 1);
            split[d->type == TYPE_F32 ? (int)real : *first] = (uint8_t)s;
        }
}

static void want_same(const struct fixture *f, const uint8_t *split)
{
    uint8_t now[256];

    splits_of(&f->data, now);
    for (int i = 0; i < 256; i++)
        if (now[i] != SPLIT_COUNT && now[i] != split[i])
            fail_msg("sample %d is of split %d, was of %d", i, now[i], split[i]);
}

/* ---- drawn ---- */
/* Lines "i,…,class" of the numbers from..to, `step` apart modulo `to`. */
static void put_rows(struct fixture *f, const char *name, const char *head, int n, int to, int step)
{
    struct text t = {.pool = &f->pool};

    text_add(&t, "%s", head);
    for (int i = 0, k = 0; i < n; i++, k = (k + step) % to)
        text_add(&t, "%d,%g,%s\n", k, 0.1 * k, k % 3 == 0 ? "cat" : k % 3 == 1 ? "dog" : "eel");
    put(f, name, t.s, t.len);
}

static void a_table_in_another_order(void **state)
{
    struct fixture *f = *state;
    struct model m;
    uint8_t split[256];

    put_rows(f, "t.csv", "", 90, 90, 1);
    want_ok(f, open_yaml(f, "path: t.csv, validation: 0.1, test: 0.2, seed: 5"));
    want_splits(&f->data, 63, 9, 18);
    splits_of(&f->data, split);
    m = trained_on(f);
    assert_true(m.split.n_cutoffs == 3 && m.split.seed == 5 && m.split.trained.n == 0);
    put_rows(f, "shuffled.csv", "x,y,what\n", 90, 90, 37);
    open_as(f, "shuffled.csv", &m);
    want_splits(&f->data, 63, 9, 18);
    want_same(f, split);
    assert_int_equal(f->data.differing, 0); /* these data say nothing of splits */
    put_rows(f, "part.csv", "", 20, 90, 1);
    open_as(f, "part.csv", &m);
    want_same(f, split);
}

/* Classes have other numbers where some are missing; without labels, a sample is test if it is that in any class. */
static void classes_by_name(void **state)
{
    struct fixture *f = *state;
    struct text t = {.pool = &f->pool}, bare = {.pool = &f->pool};
    struct model m;
    uint8_t split[256], now[256];
    float row[2];

    put_rows(f, "t.csv", "", 90, 90, 1);
    want_ok(f, open_yaml(f, "path: t.csv, test: 0.4"));
    splits_of(&f->data, split);
    m = trained_on(f);
    for (int i = 0; i < 90; i++) {
        if (i % 3 != 0)
            text_add(&t, "%d,%g,%s\n", i, 0.1 * i, i % 3 == 1 ? "dog" : "eel");
        row[0] = (float)i;
        row[1] = (float)(0.1 * i);
        text_bytes(&bare, row, sizeof row);
    }
    put(f, "two.csv", t.s, t.len);
    open_as(f, "two.csv", &m);
    assert_int_equal(f->data.n_classes, 2);
    want_same(f, split);
    put_npy(f, "bare.npy", "<f4", "(90, 2)", bare.s, bare.len);
    open_as(f, "bare.npy", &m);
    splits_of(&f->data, now);
    assert_in_range(f->data.n_split[SPLIT_TEST], 1, 36);
    for (int i = 0; i < 90; i++)
        assert_true(now[i] != SPLIT_TEST || split[i] == SPLIT_TEST);
    put_text(f, "new.csv", "0,0,yak\n1,0.1,yak\n2,0.2,yak\n");
    open_as(f, "new.csv", &m);
    want_splits(&f->data, 0, 0, 3);
}

static void the_models_split_wins(void **state)
{
    struct fixture *f = *state;
    struct model m;
    uint8_t split[256];

    put_rows(f, "t.csv", "", 90, 90, 1);
    want_ok(f, open_yaml(f, "path: t.csv, test: 0.2, seed: 1"));
    splits_of(&f->data, split);
    m = trained_on(f);
    open_as(f, "spec.yaml", &m); /* its own */
    assert_int_equal(f->data.differing, 0);
    put_text(f, "other.yaml", "data: {path: t.csv, test: 0.3, seed: 2}\n");
    open_as(f, "other.yaml", &m);
    want_same(f, split);
    assert_in_range(f->data.differing, 1, 45);
    put_rows(f, "t.csv", "", 3, 90, 1); /* too few to be drawn; nothing is to be drawn */
    open_as(f, "other.yaml", &m);
    want_same(f, split);
}

/* ---- contents that come more than once ---- */
static void the_same_goes_together(void **state)
{
    struct fixture *f = *state;
    struct text t = {.pool = &f->pool};
    struct model m;
    uint8_t split[256];

    for (int i = 0; i < 200; i++)
        text_add(&t, "%d,%c\n", i / 2, "ab"[i / 100]); /* each twice */
    put(f, "t.csv", t.s, t.len);
    want_ok(f, open_yaml(f, "path: t.csv, validation: 0.1, test: 0.2"));
    want_splits(&f->data, 140, 20, 40);
    splits_of(&f->data, split);
    for (int s = 0; s < SPLIT_COUNT; s++)
        for (int32_t i = 0; i < f->data.n_split[s]; i++)
            assert_int_equal(split[f->data.split[s][i] / 2], s);
    text_add(&t, "7,b\n150,c\n150,c\n"); /* 7 is of two classes */
    put(f, "t.csv", t.s, t.len);
    want_bad(f, "path: t.csv, test: 0.2", MOTE_ERR_VALUE,
             "class \"c\" has 2 samples in 1 different contents, too few for 2 splits");
    want_ok(f, open_yaml(f, "path: t.csv, test: 0.2, split: random"));
    assert_int_equal(f->data.memory.n_cutoffs, 1);
    put(f, "t.csv", t.s, t.len - strlen("150,c\n150,c\n"));
    for (int seed = 0; seed < 8; seed++) {
        want_ok(f, open_yaml(f, pool_printf(&f->pool, "path: t.csv, test: 0.5, seed: %d", seed)));
        splits_of(&f->data, split);
        assert_int_equal(split[7], SPLIT_TRAIN);
        m = trained_on(f);
        assert_int_equal(m.split.trained.n, 1);
        open_as(f, "t.csv", &m);
        want_same(f, split);
    }
}

/* ---- pictures ---- */
/* Sixty pictures of three classes; the first byte says which, also of what is resized. */
static struct bytes shade(struct fixture *f, int i)
{
    png_image image = {.version = PNG_IMAGE_VERSION, .width = 4, .height = 4, .format = PNG_FORMAT_RGB};
    png_alloc_size_t size = 4096;
    uint8_t *bytes = pool_alloc(&f->pool, size), pixels[48];

    memset(pixels, i, sizeof pixels);
    assert_true(png_image_write_to_memory(&image, bytes, &size, 0, pixels, 0, NULL));
    return (struct bytes){bytes, size};
}

static void put_pictures(struct fixture *f)
{
    struct member members[60];

    for (int i = 0; i < 60; i++) {
        struct bytes png = shade(f, i);

        put(f, pool_printf(&f->pool, "p/%c/%d.png", "abc"[i % 3], i), png.data, png.size);
        members[59 - i] =
            (struct member){.name = pool_printf(&f->pool, "deep/%c/other%d.png", "abc"[i % 3], 100 - i), .bytes = png};
    }
    put_archive(f, "p.tar.gz", members, 60);
}

static void pictures_of_any_size_and_form(void **state)
{
    struct fixture *f = *state;
    struct model m;
    uint8_t split[256];

    put_pictures(f);
    want_ok(f, open_yaml(f, "path: p, size: [2, 3], channels: bgr, validation: 0.2, test: 0.2"));
    want_splits(&f->data, 36, 12, 12);
    splits_of(&f->data, split);
    m = trained_on(f);
    open_as(f, "p", &m);
    want_same(f, split);
    open_as(f, "p.tar.gz", &m);
    want_splits(&f->data, 36, 12, 12);
    want_same(f, split);
    put_text(f, "gray.yaml", "data: {path: p.tar.gz, channels: gray, size: [3, 3]}\n");
    open_as(f, "gray.yaml", &m);
    want_same(f, split);
}

/* ---- what folders decided ---- */
static void folders_are_known_again(void **state)
{
    static const char *const parts[] = {"Train", "Train", "Val", "Test"};
    struct fixture *f = *state;
    struct model m;
    uint8_t split[256];

    put_pictures(f);
    for (int i = 0; i < 60; i++) {
        struct bytes png = shade(f, i);

        put(f, pool_printf(&f->pool, "s/%s/%c/%d.png", parts[i % 4], "abc"[i % 3], i), png.data, png.size);
    }
    open_ok(f, "s");
    want_splits(&f->data, 30, 15, 15);
    splits_of(&f->data, split);
    m = trained_on(f);
    assert_true(m.split.n_cutoffs == 0 && m.split.trained.n == 30 && m.split.checked.n == 15);
    open_as(f, "p.tar.gz", &m);
    want_splits(&f->data, 30, 15, 15);
    want_same(f, split);
    for (int i = 60; i < 70; i++) { /* not seen, so they are test, also in a folder for training */
        struct bytes png = shade(f, i);

        put(f, pool_printf(&f->pool, "s/Train/a/%d.png", i), png.data, png.size);
    }
    open_as(f, "s", &m);
    want_splits(&f->data, 30, 15, 25);
    assert_int_equal(f->data.differing, 10);
}

static void what_training_has_is_no_test(void **state)
{
    struct fixture *f = *state;
    struct model m;

    for (int i = 0; i < 12; i++) { /* 0 to 5 train, 4 to 7 validation, 3 and 7 to 9 test */
        struct bytes png = shade(f, i);

        if (i < 6)
            put(f, pool_printf(&f->pool, "s/train/a/%d.png", i), png.data, png.size);
        if (i >= 4 && i < 8)
            put(f, pool_printf(&f->pool, "s/val/a/%d.png", i), png.data, png.size);
        if (i == 3 || (i >= 7 && i < 10))
            put(f, pool_printf(&f->pool, "s/test/a/%d.png", i), png.data, png.size);
    }
    open_ok(f, "s");
    want_splits(&f->data, 6, 2, 2);
    assert_int_equal(f->data.repeated, 4);
    m = trained_on(f);
    assert_true(m.split.trained.n == 6 && m.split.checked.n == 2);
    open_as(f, "s", &m); /* copies of training samples are training samples */
    assert_true(f->data.n_split[SPLIT_TEST] == 2 && f->data.n == 14 && f->data.differing == 0);
}

/* ---- groups ---- */
/* No person is in two splits, whatever the class; `person` has a mark before the name. */
static void want_whole_groups(const struct fixture *f, int groups)
{
    int8_t split[100];

    memset(split, -1, sizeof split);
    for (int s = 0; s < SPLIT_COUNT; s++)
        for (int32_t i = 0; i < f->data.n_split[s]; i++) {
            int g = f->data.split[s][i] % groups;

            assert_true(split[g] == -1 || split[g] == s);
            split[g] = (int8_t)s;
        }
}

static void groups_of_a_table(void **state)
{
    struct fixture *f = *state;
    struct text t = {.pool = &f->pool}, labels = {.pool = &f->pool};
    struct model m;
    float rows[200];

    text_add(&t, "x,who,y,what\n");
    text_add(&labels, "who,what\n");
    for (int i = 0; i < 200; i++) {
        text_add(&t, "%d,p%d,%d,%c\n", i, i % 20, i, "ab"[i % 3 == 0]);
        text_add(&labels, "p%d,%c\n", i % 20, "ab"[i % 3 == 0]);
        rows[i] = (float)i;
    }
    put(f, "t.csv", t.s, t.len);
    want_ok(f, open_yaml(f, "path: t.csv, group: who, validation: 0.2, test: 0.3"));
    assert_int_equal(f->data.elements, 2);
    want_splits(&f->data, 100, 40, 60);
    want_whole_groups(f, 20);
    m = trained_on(f);
    assert_string_equal(m.split.group, "who");
    open_as(f, "t.csv", &m); /* which says nothing of groups */
    assert_int_equal(f->data.elements, 2);
    want_splits(&f->data, 100, 40, 60);
    want_whole_groups(f, 20);
    put_npy(f, "x.npy", "<f4", "(200, 1)", rows, sizeof rows);
    put(f, "labels.csv", labels.s, labels.len);
    want_ok(f, open_yaml(f, "path: x.npy, labels: labels.csv, header: yes, group: who, test: 0.3"));
    want_splits(&f->data, 140, 0, 60);
    want_whole_groups(f, 20);
    want_all_bad(f,
                 (const struct bad[]){
                     {"path: t.csv, group: none", MOTE_ERR_VALUE, "there is no column \"none\""},
                     {"path: t.csv, group: what", MOTE_ERR_VALUE, "the column \"what\" is the label"},
                     {"path: x.npy, group: who", MOTE_ERR_VALUE, "`group` is for tables"},
                     {"path: t.csv, group: y, label: what, header: no", MOTE_ERR_VALUE, "there is no column \"what\""},
                 },
                 4);
    put_text(f, "y.yaml", "data: {path: t.csv, group: y}\n");
    want_error(f, dataset_open(&f->pool, path(f, "y.yaml"), &(struct dataset_options){.trained = &m}, &f->data, &f->at),
               MOTE_ERR_VALUE, "`group` is \"y\", but the model was trained with the groups of \"who\"");
}

static void groups_of_files(void **state)
{
    struct fixture *f = *state;
    struct text t = {.pool = &f->pool};
    struct model m;

    for (int i = 0; i < 60; i++) {
        const char *name = pool_printf(&f->pool, "p%d_nohash_%d.bin", i % 12, i);

        put(f, name, &(uint8_t[]){(uint8_t)i}, 1);
        text_add(&t, "%s,2,%d\n", name, i % 5 == 0);
    }
    put(f, "y_labels.csv", t.s, t.len);
    want_ok(f, open_yaml(f, "path: ., group: _nohash_, test: 0.25"));
    want_splits(&f->data, 45, 0, 15);
    want_whole_groups(f, 12);
    m = trained_on(f);
    open_as(f, "", &m);
    want_splits(&f->data, 45, 0, 15);
    put(f, "odd.bin", "x", 1);
    text_add(&t, "odd.bin,2,0\n");
    put(f, "y_labels.csv", t.s, t.len);
    want_bad(f, "path: ., group: _nohash_", MOTE_ERR_VALUE, "odd.bin: its name has no \"_nohash_\"");
}

/* ---- the commands ---- */
/* The exit status; what it says is in out.json and err.txt. */
static int run(struct fixture *f, const char *arguments)
{
    const char *command = pool_printf(&f->pool, "cd %s && %s/mote %s --json > out.json 2> err.txt", f->folder,
                                      MOTE_BINARY_DIR, arguments);
    int status = system(command); /* NOLINT(cert-env33-c): the arguments are the tests' */

    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static const char *text_of(struct fixture *f, const char *name)
{
    struct bytes file = get(f, name);

    return pool_printf(&f->pool, "%.*s", (int)file.size, (const char *)file.data);
}

static const char *mote(struct fixture *f, const char *arguments)
{
    if (run(f, arguments) != 0)
        fail_msg("%s\n%s", arguments, text_of(f, "err.txt"));
    return text_of(f, "out.json");
}

static void want_refusal(struct fixture *f, const char *arguments, const char *part)
{
    assert_int_equal(run(f, arguments), 1);
    if (strstr(text_of(f, "err.txt"), part) == NULL)
        fail_msg("%s\n%s", arguments, text_of(f, "err.txt"));
}

static double number(const char *json, const char *key)
{
    json_t *root = json_loads(json, 0, NULL);
    double value = json_number_value(json_object_get(root, key));

    if (json_is_boolean(json_object_get(root, key)))
        value = json_is_true(json_object_get(root, key));
    json_decref(root);
    return value;
}

/* Within three standard deviations of guessing one of three. */
static void want_guessing(double accuracy, double n)
{
    assert_true(n >= 100);
    assert_float_equal(accuracy, 1.0 / 3, 3 * sqrt(2.0 / 9 / n));
}

static const char recipe[] =
    "name: guess\ndata: {path: t.csv, validation: 0.1, test: 0.3, normalize: auto}\nnetwork:\n"
    "  - fully_connected: {units: 64, activation: relu}\n  - fully_connected: {}\n  - softmax: {}\n"
    "training: {epochs: 60, batch: 16, optimizer: {kind: adamw, rate: 0.01}}\n";

static void put_noise(struct fixture *f)
{
    struct text t = {.pool = &f->pool}, turned = {.pool = &f->pool};
    struct random_stream s = random_stream(11, 0, 0, 0);
    const char *lines[600];

    for (int i = 0; i < 600; i++) {
        struct text line = {.pool = &f->pool};

        for (int k = 0; k < 12; k++)
            text_add(&line, "%.4f,", (double)random_normal(s, 1000 + 12 * (uint64_t)i + (uint64_t)k));
        text_add(&line, "%c\n", "ABC"[random_below(s, (uint64_t)i, 3)]);
        lines[i] = line.s;
        text_add(&t, "%s", line.s);
    }
    for (int i = 599; i >= 0; i--)
        text_add(&turned, "%s", lines[i]);
    put(f, "t.csv", t.s, t.len);
    put(f, "turned.csv", turned.s, turned.len);
    put(f, "recipe.yaml", recipe, strlen(recipe));
}

static void commands_test_on_what_was_not_seen(void **state)
{
    struct fixture *f = *state;
    const char *out;
    double n;

    put_noise(f);
    out = mote(f, "train recipe.yaml --threads 1 -o r");
    n = number(out, "samples");
    want_guessing(number(out, "accuracy"), n);
    out = mote(f, "inspect r/model.graph");
    assert_non_null(strstr(out, "\"drawn\": true"));
    out = mote(f, "quantize r/model.graph --data turned.csv -o q.graph");
    assert_true(number(out, "test_samples") == n && number(out, "split_known") == 1);
    want_guessing(number(out, "accuracy_int8"), n);
    for (int i = 0; i < 2; i++) {
        out = mote(f, i == 0 ? "eval q.graph --data t.csv" : "eval r/model.graph --data turned.csv");
        assert_true(number(out, "samples") == n && number(out, "split_known") == 1);
        want_guessing(number(out, "accuracy"), n);
    }
    out = mote(f, "eval r/model.graph --data t.csv --split train"); /* the network has learned by heart */
    assert_true(number(out, "accuracy") > 0.5 && number(out, "samples") == 600 - n - 60);
    assert_int_equal((int)number(mote(f, "eval q.graph --data t.csv --split all"), "samples"), 600);
    mote(f, "quantize r/model.graph --data t.csv -o q.mote");
    out = mote(f, "eval q.mote --data t.csv"); /* an image remembers nothing, and says so */
    assert_true(number(out, "split_known") == 0 && number(out, "samples") == 600);
    assert_null(memmem(get(f, "q.mote").data, get(f, "q.mote").size, "cutoffs", 7));
}

/* The same with a case of the shared folder, of 46 samples to test on. */
static void the_shared_case_gives_what_guessing_does(void **state)
{
    struct fixture *f = *state;
    const char *folder = shared_path(&f->pool, "cases/leak"), *data, *out;

    if (folder == NULL)
        skip();
    data = pool_printf(&f->pool, "--data %s/rnd.csv", folder);
    out = mote(f, pool_printf(&f->pool, "train %s/m.yaml %s --threads 1 -o r", folder, data));
    assert_float_equal(number(out, "accuracy"), 1.0 / 3, 0.21);
    assert_true(number(out, "samples") == 46);
    out = mote(f, pool_printf(&f->pool, "quantize r/model.graph %s -o q.graph", data));
    assert_float_equal(number(out, "accuracy_int8"), 1.0 / 3, 0.21); /* three deviations */
    out = mote(f, pool_printf(&f->pool, "eval q.graph %s", data));
    assert_float_equal(number(out, "accuracy"), 1.0 / 3, 0.21);
    assert_true(number(out, "samples") == 46);
}

/* Data that have not all classes number the others otherwise. */
static void classes_are_judged_by_name(void **state)
{
    static const char few[] = "name: far\ndata: {path: far.csv, test: 0.2, normalize: auto}\nnetwork:\n"
                              "  - fully_connected: {}\n  - softmax: {}\n"
                              "training: {epochs: 40, batch: 8, optimizer: {kind: adam, rate: 0.1}}\n";
    struct fixture *f = *state;
    struct text all = {.pool = &f->pool}, two = {.pool = &f->pool};

    for (int i = 0; i < 150; i++) {
        const char *line = pool_printf(&f->pool, "%d,%d,%s\n", i % 3 == 0 ? 1000 + i : i, i % 3 == 1 ? 1000 + i : i,
                                       i % 3 == 0   ? "ant"
                                       : i % 3 == 1 ? "bee"
                                                    : "cat");

        text_add(&all, "%s", line);
        text_add(&two, "%s", i % 3 > 0 ? line : "");
    }
    put(f, "far.csv", all.s, all.len);
    put(f, "two.csv", two.s, two.len);
    put_text(f, "few.yaml", few);
    mote(f, "train few.yaml --threads 1 -o r");
    mote(f, "compile r/model.graph -o r.mote");
    assert_true(number(mote(f, "eval r/model.graph --data two.csv --split all"), "accuracy") == 1);
    assert_true(number(mote(f, "eval r.mote --data two.csv"), "accuracy") == 1);
    put_text(f, "new.csv", "1,2,cat\n3,4,yak\n");
    want_refusal(f, "eval r.mote --data new.csv", "line 2: is of the class \\\"yak\\\", which the model does not have");
}

static void a_test_that_is_empty_is_refused(void **state)
{
    struct fixture *f = *state;
    struct text t = {.pool = &f->pool};

    put_noise(f);
    mote(f, "train recipe.yaml --threads 1 -o r --epochs 1");
    mote(f, "eval r/model.graph --data t.csv --split train --predictions p.csv");
    for (char *line = (char *)get(f, "p.csv").data; line != NULL && *line != '\0' && t.len < 400;) {
        const char *all = (const char *)get(f, "t.csv").data;
        int row = atoi(strchr(line, ':') + 1);

        for (int i = 1; i < row; i++)
            all = strchr(all, '\n') + 1;
        text_bytes(&t, all, (size_t)(strchr(all, '\n') + 1 - all));
        line = strchr(line, '\n') + 1;
    }
    put(f, "seen.csv", t.s, t.len);
    want_refusal(f, "eval r/model.graph --data seen.csv",
                 "its test split is empty, as the model remembers it (train has");
}

/* The data have changed: what was test would be trained on. */
static void another_split_is_not_resumed(void **state)
{
    struct fixture *f = *state;
    const char *dot;

    put_noise(f);
    mote(f, "train recipe.yaml --threads 1 -o r --epochs 1");
    mote(f, "train recipe.yaml --threads 1 -o r --epochs 2 --resume");
    dot = strstr(recipe, "test: 0.3");
    put_text(f, "recipe.yaml", pool_printf(&f->pool, "%.*sseed: 1, %s", (int)(dot - recipe), recipe, dot));
    want_refusal(f, "train recipe.yaml --threads 1 -o r --epochs 3 --resume",
                 "the checkpoint is of other samples for training");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(a_table_in_another_order),
        TEST(classes_by_name),
        TEST(the_models_split_wins),
        TEST(the_same_goes_together),
        TEST(pictures_of_any_size_and_form),
        TEST(folders_are_known_again),
        TEST(what_training_has_is_no_test),
        TEST(groups_of_a_table),
        TEST(groups_of_files),
        TEST(commands_test_on_what_was_not_seen),
        TEST(the_shared_case_gives_what_guessing_does),
        TEST(classes_are_judged_by_name),
        TEST(a_test_that_is_empty_is_refused),
        TEST(another_split_is_not_resumed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
