/* SPDX-License-Identifier: Apache-2.0 */
#include "host/coding/sparse.h"

#include "mote/kernels/shared/sparse.h"

#define BYTES_LIMIT (1 << 28)

/* Without the zeros at its end. */
static int32_t length_of(const int8_t *row, int32_t columns)
{
    while (columns > 0 && row[columns - 1] == 0)
        columns--;
    return columns;
}

/* The input of the next pair from `from` on, of a row that ends with a weight: one that has a weight, or one without at
 * the end of a span that is too long for a gap. */
static int32_t next_pair(const int8_t *row, int32_t from)
{
    int32_t i = from;

    while (row[i] == 0 && i - from < MOTE_SPARSE_SPAN - 1)
        i++;
    return i;
}

static int32_t count_pairs(const int8_t *row, int32_t length)
{
    int32_t n = 0;

    for (int32_t from = 0; from < length; from = next_pair(row, from) + 1)
        n++;
    return n;
}

static uint8_t *put_row(uint8_t *to, const int8_t *row, int32_t length)
{
    const int32_t n = count_pairs(row, length);

    *to++ = (uint8_t)n;
    *to++ = (uint8_t)(n >> 8);
    for (int32_t from = 0; from < length;) {
        const int32_t i = next_pair(row, from);

        *to++ = (uint8_t)(i - from);
        *to++ = (uint8_t)row[i];
        from = i + 1;
    }
    return to;
}

bool sparse_encode(struct pool *pool, const int8_t *weights, int32_t rows, int32_t columns, struct sparse *out)
{
    int64_t bytes = 0;
    uint8_t *to;

    assert(rows > 0 && columns > 0);
    for (int32_t row = 0; row < rows; row++) {
        const int8_t *w = weights + (int64_t)row * columns;
        const int32_t n = count_pairs(w, length_of(w, columns));

        bytes += MOTE_SPARSE_COUNT + MOTE_SPARSE_PAIR * (int64_t)n;
        if (n > UINT16_MAX || bytes > BYTES_LIMIT)
            return false;
    }
    out->bytes = (int32_t)bytes;
    out->data = to = pool_array(pool, (size_t)bytes, 1);
    for (int32_t row = 0; row < rows; row++) {
        const int8_t *w = weights + (int64_t)row * columns;

        to = put_row(to, w, length_of(w, columns));
    }
    return true;
}
