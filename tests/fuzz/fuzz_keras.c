/* SPDX-License-Identifier: Apache-2.0 */
/* Property: that of importer.h, of Keras models. HDF5's library runs in a process apart, as slowly as that is: what
 * comes back from there is fuzz_keras_parts's. */
#include "tests/fuzz/importer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes file = {(uint8_t *)(uintptr_t)data, size};
    struct imported i;

    imported_begin(&i, "fuzz.keras", size);
    imported_end(&i, keras_import(&i.pool, "fuzz.keras", file, NULL, &i.model, &i.missing, &i.root));
    return 0;
}
