/* SPDX-License-Identifier: Apache-2.0 */
/* Property: that of importer.h, of Darknet networks. The cfg ends at the first 0, behind which the weights are. */
#include "host/import/darknet/darknet.h"
#include "tests/fuzz/importer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *zero = size > 0 ? memchr(data, 0, size) : NULL;
    const size_t n = zero ? (size_t)(zero - data) : size;
    const struct bytes cfg = {(uint8_t *)(uintptr_t)data, n};
    const struct bytes weights = {(uint8_t *)(uintptr_t)(zero ? zero + 1 : data), zero ? size - n - 1 : 0};
    struct imported i;

    imported_begin(&i, "fuzz.cfg", cfg.size + weights.size);
    imported_end(&i, darknet_read(&i.pool, "fuzz.cfg", cfg, weights, NULL, &i.model, &i.missing, &i.root));
    return 0;
}
