/* SPDX-License-Identifier: Apache-2.0 */
#include "host/coding/packed.h"

#define BYTES_LIMIT (1 << 28)

/* Of each value its index. False: there are too many. */
static bool find_levels(const int8_t *weights, int64_t n, struct packed *out, uint8_t index[256])
{
    bool seen[256] = {false};
    int32_t levels = 0;

    for (int64_t i = 0; i < n; i++)
        seen[(uint8_t)weights[i]] = true;
    for (int32_t value = INT8_MIN; value <= INT8_MAX; value++) {
        if (!seen[(uint8_t)value])
            continue;
        if (levels == PACKED_LEVELS_MAX)
            return false;
        index[(uint8_t)value] = (uint8_t)levels;
        out->levels[levels++] = (int8_t)value;
    }
    for (out->bits = 1; 1 << out->bits < levels;)
        out->bits *= 2;
    return true;
}

bool packed_encode(struct pool *pool, const int8_t *weights, int32_t rows, int32_t columns, struct packed *out)
{
    const int64_t n = (int64_t)rows * columns;
    uint8_t index[256] = {0}, *data;
    int32_t each, row_bytes;

    assert(rows > 0 && columns > 0);
    *out = (struct packed){0};
    if (n > BYTES_LIMIT || !find_levels(weights, n, out, index))
        return false;
    each = 8 / out->bits;
    row_bytes = columns / each + (columns % each != 0);
    out->bytes = rows * row_bytes;
    out->data = data = pool_array(pool, (size_t)out->bytes, 1);
    memset(data, 0, (size_t)out->bytes);
    for (int32_t row = 0; row < rows; row++, data += row_bytes)
        for (int32_t i = 0; i < columns; i++)
            data[i / each] |= (uint8_t)(index[(uint8_t)*weights++] << (i % each * out->bits));
    return true;
}

bool packed_pays(int64_t packed_bytes, int64_t dense_bytes) { return packed_bytes <= dense_bytes / 3 * 2; }
