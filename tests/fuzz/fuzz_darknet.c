/* SPDX-License-Identifier: Apache-2.0 */
/* Property: whatever a cfg and its weights are, the Darknet importer neither crashes nor leaks, takes at most the
 * memory that import.h promises, and says why when it fails; when it succeeds, the model is verified. The bytes are the
 * cfg, a byte 0, and the weights. */
#include "host/import/darknet/darknet.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *zero = size > 0 ? memchr(data, 0, size) : NULL;
    const size_t n = zero ? (size_t)(zero - data) : size;
    const struct bytes cfg = {(uint8_t *)(uintptr_t)data, n};
    const struct bytes weights = {(uint8_t *)(uintptr_t)(zero ? zero + 1 : data), zero ? size - n - 1 : 0};
    struct pool pool = {.limit = IMPORT_MEMORY(cfg.size + weights.size)}; /* beyond it, the pool aborts */
    struct report_text report = {0};
    struct frame root = {.name = "fuzz.cfg", .index = -1, .sink = &report};
    struct import_missing missing;
    struct model model;

    if (darknet_read(&pool, "fuzz.cfg", cfg, weights, NULL, &model, &missing, &root) != MOTE_OK)
        require(report.status != MOTE_OK && report.text[0] && !strchr(report.text, '\n'));
    else if (missing.what == NULL)
        require(model_verify(&model, &root) == MOTE_OK);
    pool_free(&pool);
    return 0;
}
