/* SPDX-License-Identifier: Apache-2.0 */
/* Property: that of importer.h, of Keras models. HDF5's library runs in a process apart, as slowly as that is: what
 * comes back from there is fuzzed as such, too. */
#include "host/import/keras/hdf5.h"
#include "tests/fuzz/importer.h"

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
    struct bytes file = {(uint8_t *)(uintptr_t)data, size};
    volatile unsigned sum;
    struct imported i;

    imported_begin(&i, "fuzz.keras", size);
    imported_end(&i, keras_import(&i.pool, "fuzz.keras", file, NULL, &i.model, &i.missing, &i.root));
    sum = read_records(file);
    (void)sum;
    return 0;
}
