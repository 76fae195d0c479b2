/* SPDX-License-Identifier: Apache-2.0 */
/* Property: whatever the bytes, the Keras importer neither crashes nor leaks, takes at most the memory that import.h
 * promises, and says why when it fails; when it succeeds, the model is verified and its constants can be read. HDF5's
 * library runs in a process apart, as slowly as that is: what comes back from there is fuzzed as such, too. */
#include "host/import/import.h"
#include "host/import/keras/hdf5.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

/* Reads every byte, so that a sanitizer sees one that is not there. */
static unsigned read_constants(const struct graph *g)
{
    unsigned sum = 0;

    for (int32_t i = 0; i < g->n_tensors; i++)
        for (int64_t b = 0; g->tensors[i].data && b < tensor_bytes(&g->tensors[i]); b++)
            sum += g->tensors[i].data[b];
    return sum;
}

static unsigned read_records(struct bytes records)
{
    struct pool pool = {.limit = IMPORT_MEMORY(records.size)};
    struct report_text report = {.status = MOTE_OK};
    const struct frame root = {.name = "records", .index = -1, .sink = &report};
    struct hdf5 h;
    unsigned sum = 0;

    if (hdf5_unpack(&pool, pool.limit, records, &h, &root) == MOTE_OK) {
        for (int32_t i = 0; i < h.n_texts; i++)
            for (int32_t k = 0; k < h.texts[i].n; k++)
                sum += (unsigned)strlen(h.texts[i].texts[k]);
        for (int32_t i = 0; i < h.n_tensors; i++)
            for (int64_t b = 0; b < tensor_bytes(&h.tensors[i].t); b++)
                sum += h.tensors[i].t.data[b];
    } else {
        require(report.status != MOTE_OK);
    }
    pool_free(&pool);
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pool pool = {.limit = IMPORT_MEMORY(size)}; /* beyond it, the pool aborts */
    struct report_text report = {0};
    struct frame root = {.name = "fuzz.keras", .index = -1, .sink = &report};
    struct bytes file = {(uint8_t *)(uintptr_t)data, size};
    struct import_missing missing;
    struct model model;
    volatile unsigned sum = 0;

    if (keras_import(&pool, "fuzz.keras", file, NULL, &model, &missing, &root) != MOTE_OK) {
        require(report.status != MOTE_OK && report.text[0] && !strchr(report.text, '\n'));
    } else if (missing.what == NULL) {
        require(model_verify(&model, &root) == MOTE_OK);
        sum = read_constants(&model.graphs[0]);
    }
    sum += read_records(file);
    (void)sum;
    pool_free(&pool);
    return 0;
}
