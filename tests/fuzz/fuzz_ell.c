/* SPDX-License-Identifier: Apache-2.0 */
/* Property: that of importer.h, of .ell files. */
#include "tests/fuzz/importer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes file = {(uint8_t *)(uintptr_t)data, size};
    struct imported i;

    imported_begin(&i, "fuzz.ell", size);
    imported_end(&i, ell_import(&i.pool, "fuzz.ell", file, NULL, &i.model, &i.missing, &i.root));
    return 0;
}
