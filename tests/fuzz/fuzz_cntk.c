/* SPDX-License-Identifier: Apache-2.0 */
/* Property: that of importer.h, of CNTK models. */
#include "tests/fuzz/importer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes file = {(uint8_t *)(uintptr_t)data, size};
    const struct import_shape x = {"x", 2, {3, 2}}; /* a sequence's, where there is one */
    const struct import_options options = {.shapes = &x, .n_shapes = 1};
    struct imported i;

    imported_begin(&i, "fuzz.model", size);
    imported_end(&i, cntk_import(&i.pool, "fuzz.model", file, &options, &i.model, &i.missing, &i.root));
    return 0;
}
