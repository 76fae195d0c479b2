/* SPDX-License-Identifier: Apache-2.0 */
/* Property: whatever is in the lists of a data set's files (the index of sounds, their parts in seconds, y_labels.csv,
 * the lists of splits), in a sound, or in a .npz, opening it says why it fails, or gives finite samples with labels of
 * classes that there are. The first byte chooses the file that the bytes become, the second one what the specification
 * says of it. */
#include "host/data/sound.h"
#include "host/data/suspects.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

#define SOUNDS "input: {audio: micro, clip: 60}\ndata: {path: sounds, kind: sounds, "

static const struct {
    const char *file;        /* that the bytes become, in the folder */
    const char *sections[4]; /* of the YAML file */
} forms[] = {
    {"sounds/index.tsv",
     {SOUNDS "index: index.tsv}", SOUNDS "index: index.tsv, step: 40, validation: 0.2, test: 0.2}",
      SOUNDS "index: index.tsv, group: _, classes: [up, down], normalize: auto}",
      SOUNDS
      "index: index.tsv, augment: {shift: 20, gain: 6, background: _background_, snr: [0, 9], mask_frames: 1}}"}},
    {"tensors/y_labels.csv",
     {"data: {path: tensors}", "data: {path: tensors, type: s16, shape: [2, 2]}",
      "data: {path: tensors, type: s8, group: _, test: 0.5, classes: [up, down]}",
      "data: {path: tensors, kind: images, size: [3, 3], channels: gray}"}},
    {"list.txt",
     {"data: {path: table.csv, lists: {train: list.txt}}", "data: {path: table.csv, lists: {test: list.txt}}",
      SOUNDS "lists: {train: list.txt, validation: list.txt}}",
      "data: {path: tensors, lists: {validation: list.txt}}"}},
    {"sounds/up/x.wav", {SOUNDS "}", SOUNDS "step: 10}", SOUNDS "test: 0.5}", "data: {path: sounds}"}},
    {"x.npz",
     {"data: {path: x.npz}", "data: {path: x.npz, test: 0.5, split: random}", "data: {path: x.npz, normalize: auto}",
      "data: {path: x.npz, task: regression}"}},
};

static char folder[32];

static void remove_folder(void)
{
    char command[64];

    snprintf(command, sizeof command, "rm -rf %s", folder);
    require(system(command) == 0);
}

static const char *inside(struct pool *pool, const char *name) { return pool_printf(pool, "%s/%s", folder, name); }

static void put(struct pool *pool, const char *name, const void *data, size_t size)
{
    FILE *file = fopen(inside(pool, name), "wb");

    require(file != NULL && fwrite(data, 1, size, file) == size);
    require(fclose(file) == 0);
}

static void put_text(struct pool *pool, const char *name, const char *text) { put(pool, name, text, strlen(text)); }

static void put_sound(struct pool *pool, const char *name, int32_t rate, int32_t ms)
{
    struct report_text report = {.status = MOTE_OK};
    struct frame root = {.name = "fuzz", .index = -1, .sink = &report};
    struct sound s = {.rate = rate, .n = (int64_t)rate * ms / 1000};

    s.samples = pool_array(pool, (size_t)s.n, sizeof *s.samples);
    for (int64_t i = 0; i < s.n; i++)
        s.samples[i] = (int16_t)(i * i % 2003);
    require(sound_write(pool, inside(pool, name), &s, &root) == MOTE_OK);
}

/* What the lists may name, and what stands where the bytes do not. */
static void put_rest(struct pool *pool)
{
    static const char *const folders[] = {"sounds", "sounds/up", "sounds/down", "sounds/_background_", "tensors"};

    for (size_t i = 0; i < COUNT(folders); i++)
        require(mkdir(inside(pool, folders[i]), 0700) == 0);
    put_sound(pool, "sounds/up/x.wav", 16000, 150);
    put_sound(pool, "sounds/up/y_1.wav", 16000, 40);
    put_sound(pool, "sounds/down/z_1.wav", 8000, 90);
    put_sound(pool, "sounds/down/none.wav", 16000, 0);
    put_sound(pool, "sounds/_background_/noise.wav", 16000, 200);
    put_text(pool, "sounds/index.tsv", "file\tlabel\nup/x.wav\tup\ndown/z_1.wav\tdown\n");
    put_text(pool, "tensors/a_1.bin", "12345678");
    put_text(pool, "tensors/b_1.bin", "abcdefgh");
    put_text(pool, "tensors/short.bin", "ab");
    put_text(pool, "tensors/c.pgm", "P5 2 2 255 abcd");
    put_text(pool, "tensors/y_labels.csv", "a_1.bin,2,0\nb_1.bin,2,1\n");
    put_text(pool, "table.csv", "1,2,up\n3,4,up\n5,6,down\n7,8,down\n");
    put_text(pool, "list.txt", "0\n");
}

/* Each form begins as they all are: one folder for all runs, which goes with the process. */
static void make_folder(struct pool *pool)
{
    static const char *const kept[] = {"sounds/index.tsv", "tensors/y_labels.csv", "list.txt"};

    if (folder[0] == '\0') {
        snprintf(folder, sizeof folder, "/tmp/mote-fuzz-XXXXXX");
        require(mkdtemp(folder) != NULL);
        atexit(remove_folder);
        put_rest(pool);
        return;
    }
    put_sound(pool, "sounds/up/x.wav", 16000, 150);
    for (size_t i = 0; i < COUNT(kept); i++)
        unlink(inside(pool, kept[i]));
    put_text(pool, "sounds/index.tsv", "file\tlabel\nup/x.wav\tup\ndown/z_1.wav\tdown\n");
    put_text(pool, "tensors/y_labels.csv", "a_1.bin,2,0\nb_1.bin,2,1\n");
}

static void check_finite(const float *x, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        require(isfinite(x[i]));
}

static void check(struct pool *pool, const struct dataset *d)
{
    float *reals = pool_array(pool, (size_t)d->elements, sizeof *reals);
    struct suspects suspects;

    require(d->n > 0 && d->elements > 0);
    for (int32_t i = 0; i < d->n; i++) {
        require(d->labels == NULL || (d->labels[i] >= 0 && d->labels[i] < d->n_classes));
        require(dataset_place(pool, d, i)[0] != '\0' && dataset_name(pool, d, i)[0] != '\0');
        dataset_real(d, i, reals);
        check_finite(reals, d->elements);
    }
    dataset_augmented(d, d->n - 1, 1, 2, reals);
    check_finite(reals, d->elements);
    dataset_suspects(d, &suspects);
    require(suspects.n >= 0 && suspects.n <= suspects.looked_at);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pool pool = {0};
    struct report_text report = {.status = MOTE_OK};
    struct frame root = {.name = "fuzz", .index = -1, .sink = &report};
    struct dataset d;
    enum mote_status status;
    size_t form;

    if (size < 2)
        return 0;
    form = data[0] % COUNT(forms);
    make_folder(&pool);
    put(&pool, forms[form].file, data + 2, size - 2);
    put_text(&pool, "s.yaml", forms[form].sections[data[1] % COUNT(forms[form].sections)]);
    status = dataset_open(&pool, inside(&pool, "s.yaml"), NULL, &d, &root);
    require(status == report.status && (status == MOTE_OK || (report.text[0] != '\0' && !strchr(report.text, '\n'))));
    if (status == MOTE_OK)
        check(&pool, &d);
    pool_free(&pool);
    return 0;
}
