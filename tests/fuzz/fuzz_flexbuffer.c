/* SPDX-License-Identifier: Apache-2.0 */
/* Property: whatever the bytes, a FlexBuffer's names and numbers are read within them, or refused. */
#include "host/import/tflite/flexbuffer.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct report_text report = {0};
    struct frame root = {.name = "fuzz.flex", .index = -1, .sink = &report};
    struct flex_map map;

    if (flex_open(data, size, &map, &root) != MOTE_OK)
        return 0;
    for (size_t i = 0; i < map.n; i++) {
        const char *name;
        struct flex_number value;

        if (flex_entry(&map, i, &name, &value, &root) != MOTE_OK)
            break;
        if (strlen(name) >= size)
            abort();
    }
    return 0;
}
