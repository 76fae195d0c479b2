/* SPDX-License-Identifier: Apache-2.0 */
/* What device/mote/packing.h says of one element, for whole arrays. */
#include "host/plan/kernels.h"

typedef uint32_t place(const int32_t shape[MOTE_PACKED_DIMS], uint32_t row, uint32_t column);

static place *const places[] = {
#define PACKING(number, NAME, name) [number] = mote_packed_##name,
#include "mote/ops/packings_def.h"
};

const char *packing_name(enum mote_packing packing)
{
    static const char *const names[] = {
#define PACKING(number, NAME, name) [number] = #name,
#include "mote/ops/packings_def.h"
    };

    return (size_t)packing < COUNT(names) ? names[packing] : "?";
}

void packing_pack(enum mote_packing packing, const int32_t shape[MOTE_PACKED_DIMS], size_t size, const uint8_t *data,
                  uint8_t *packed, size_t bytes)
{
    assert((size_t)packing < COUNT(places) && places[packing] != NULL && size > 0);
    memset(packed, 0, bytes);
    for (uint32_t row = 0; row < (uint32_t)shape[MOTE_ROWS]; row++)
        for (uint32_t column = 0; column < (uint32_t)shape[MOTE_COLUMNS]; column++, data += size) {
            size_t at = places[packing](shape, row, column) * size;

            assert(at + size <= bytes);
            memcpy(packed + at, data, size);
        }
}

void packing_unpack(enum mote_packing packing, const int32_t shape[MOTE_PACKED_DIMS], size_t size,
                    const uint8_t *packed, uint8_t *data)
{
    assert((size_t)packing < COUNT(places) && places[packing] != NULL && size > 0);
    for (uint32_t row = 0; row < (uint32_t)shape[MOTE_ROWS]; row++)
        for (uint32_t column = 0; column < (uint32_t)shape[MOTE_COLUMNS]; column++, data += size)
            memcpy(data, packed + places[packing](shape, row, column) * size, size);
}
