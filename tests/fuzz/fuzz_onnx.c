/* SPDX-License-Identifier: Apache-2.0 */
/* Property: that of importer.h, of .onnx files. */
#include "tests/fuzz/importer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes file = {(uint8_t *)(uintptr_t)data, size};
    struct imported i;

    imported_begin(&i, "fuzz.onnx", size);
    imported_end(&i, onnx_import(&i.pool, "no folder/fuzz.onnx", file, NULL, &i.model, &i.missing, &i.root));
    return 0;
}
