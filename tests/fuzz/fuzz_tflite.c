/* SPDX-License-Identifier: Apache-2.0 */
/* Property: that of importer.h, of .tflite files. */
#include "tests/fuzz/importer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes file = {(uint8_t *)(uintptr_t)data, size};
    struct imported i;

    imported_begin(&i, "fuzz.tflite", size);
    imported_end(&i, tflite_import(&i.pool, "fuzz.tflite", file, &i.model, &i.root));
    return 0;
}
