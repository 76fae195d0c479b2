/* SPDX-License-Identifier: Apache-2.0 */
#include "host/coding/biases.h"

#define SHIFT_MAX 31

static int32_t bytes_of(int32_t bias)
{
    int32_t bytes = 1;

    while (bytes < 4 && (bias < -(INT32_C(1) << (8 * bytes - 1)) || bias >= INT32_C(1) << (8 * bytes - 1)))
        bytes++;
    return bytes;
}

/* Zeros at the end of all of them. */
static int32_t shift_of(const int32_t *bias, int32_t n)
{
    uint32_t all = 0;
    int32_t shift = 0;

    for (int32_t i = 0; i < n; i++)
        all |= (uint32_t)bias[i];
    while (shift < SHIFT_MAX && (all >> shift & 1) == 0)
        shift++;
    return all == 0 ? 0 : shift;
}

static int32_t shifted(int32_t bias, int32_t shift) { return (int32_t)((int64_t)bias / (INT64_C(1) << shift)); }

void biases_pack(struct pool *pool, const int32_t *bias, int32_t n, struct biases *out)
{
    uint8_t *to;

    assert(n >= 0);
    *out = (struct biases){.bytes = 1, .shift = shift_of(bias, n)};
    for (int32_t i = 0; i < n; i++) {
        int32_t bytes = bytes_of(shifted(bias[i], out->shift));

        out->bytes = bytes > out->bytes ? bytes : out->bytes;
    }
    assert(out->bytes <= 4 && out->shift <= SHIFT_MAX);
    to = pool_array(pool, (size_t)n * (size_t)out->bytes + 1, 1);
    out->data = to;
    for (int32_t i = 0; i < n; i++)
        for (int32_t k = out->bytes - 1; k >= 0; k--)
            *to++ = (uint8_t)((uint32_t)shifted(bias[i], out->shift) >> 8 * k);
}
