/* SPDX-License-Identifier: Apache-2.0 */
/* Property: whatever the bytes, the importer of CNTK models neither crashes nor leaks, takes at most the memory
 * that import.h promises, and says why when it fails; when it succeeds, the model is verified and its constants can be
 * read. */
#include "host/import/import.h"

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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pool pool = {.limit = IMPORT_MEMORY(size)}; /* beyond it, the pool aborts */
    struct report_text report = {0};
    struct frame root = {.name = "fuzz.model", .index = -1, .sink = &report};
    struct bytes file = {(uint8_t *)(uintptr_t)data, size};
    const struct import_shape x = {"x", 2, {3, 2}}; /* a sequence's, where there is one */
    const struct import_options options = {.shapes = &x, .n_shapes = 1};
    struct import_missing missing;
    struct model model;
    volatile unsigned sum = 0;

    if (cntk_import(&pool, "fuzz.model", file, &options, &model, &missing, &root) != MOTE_OK) {
        require(report.status != MOTE_OK && report.text[0] && !strchr(report.text, '\n'));
    } else if (missing.what == NULL) {
        require(model_verify(&model, &root) == MOTE_OK);
        sum = read_constants(&model.graphs[0]);
    }
    (void)sum;
    pool_free(&pool);
    return 0;
}
