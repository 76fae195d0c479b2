/* SPDX-License-Identifier: Apache-2.0 */
/* Property: whatever is in the files of recordings, and in the tables that label their rows, opening them says why it
 * fails, or gives finite samples with labels of classes that there are. The first byte chooses the form of the file,
 * the second one what the specification says of it; what follows the word LABELS is the table. */
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

#define SEPARATOR "LABELS\n"

static const char *const endings[] = {"csv", "tsv", "txt", "json", "npy", "npz", "csv.gz", "csv"};
static const char *const sections[] = {
    "window: 2",
    "resample: 3",
    "label: what, window: 2",
    "label: \"1\", recording: \"0\", window: 1, validation: 0.2, test: 0.2",
    "labels: labels.csv, window: 2",
    "labels: labels.csv, rate: 4, window: 1, step: 1",
    "columns: [ax], header: yes, resample: 2, normalize: auto",
    "skip: 1, ignore: [t], window: 3, step: 1, group: _",
    "missing: drop, window: 1",
    "missing: mean, resample: 2",
};

/* One folder for all runs, which goes with the process. */
static char folder[32];

static void remove_folder(void)
{
    char command[64];

    snprintf(command, sizeof command, "rm -rf %s", folder);
    require(system(command) == 0);
}

static void make_folder(void)
{
    if (folder[0] != '\0')
        return;
    snprintf(folder, sizeof folder, "/tmp/mote-fuzz-XXXXXX");
    require(mkdtemp(folder) != NULL);
    atexit(remove_folder);
}

static void put(const char *path, const void *data, size_t size)
{
    FILE *file = fopen(path, "wb");

    require(file != NULL && fwrite(data, 1, size, file) == size);
    require(fclose(file) == 0);
}

static void check(const struct dataset *d)
{
    struct suspects suspects;

    require(d->n > 0 && d->elements > 0 && d->type == TYPE_F32);
    for (int64_t i = 0; i < d->n * d->elements; i++) {
        float x;

        memcpy(&x, d->samples + i * (int64_t)sizeof x, sizeof x);
        require(isfinite(x));
    }
    for (int32_t i = 0; d->labels != NULL && i < d->n; i++)
        require(d->labels[i] >= 0 && d->labels[i] < d->n_classes);
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
    const char *file, *spec, *labels;
    const uint8_t *cut;
    size_t n;

    if (size < 2)
        return 0;
    make_folder();
    cut = memmem(data + 2, size - 2, SEPARATOR, strlen(SEPARATOR));
    n = cut != NULL ? (size_t)(cut - data) - 2 : size - 2;
    file = pool_printf(&pool, "%s/r_1.%s", folder, endings[data[0] % COUNT(endings)]);
    labels = pool_printf(&pool, "%s/labels.csv", folder);
    spec = pool_printf(&pool, "%s/s.yaml", folder);
    put(file, data + 2, n);
    put(labels, cut != NULL ? cut + strlen(SEPARATOR) : data, cut != NULL ? size - 2 - n - strlen(SEPARATOR) : 0);
    put(spec, "", 0);
    file = pool_printf(&pool, "data: {path: r_1.%s, kind: series, %s}\n", endings[data[0] % COUNT(endings)],
                       sections[data[1] % COUNT(sections)]);
    put(spec, file, strlen(file));
    status = dataset_open(&pool, spec, NULL, &d, &root);
    require(status == report.status && (status == MOTE_OK || (report.text[0] != '\0' && !strchr(report.text, '\n'))));
    if (status == MOTE_OK)
        check(&d);
    pool_free(&pool);
    return 0;
}
