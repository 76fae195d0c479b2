/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/kernels/sparse.h"

#include <string.h>

#include "mote/kernels/shared/sparse.h"

/* Returns how many pairs, of `most` at most. */
static int32_t fill_row(struct draw *d, int32_t columns, int32_t most, uint8_t *to)
{
    int32_t n = 0;

    for (int32_t at = 0; at < columns && n < most && !draw_one_in(d, 50); n++) {
        const int32_t rest = columns - at - 1, gap = draw_one_in(d, 9) ? 255 : draw_between(d, 0, 5);

        to[MOTE_SPARSE_PAIR * n] = (uint8_t)(gap <= rest ? gap : rest < 255 ? rest : 255);
        to[MOTE_SPARSE_PAIR * n + 1] = (uint8_t)draw_word(d);
        at += 1 + to[MOTE_SPARSE_PAIR * n];
    }
    return n;
}

void sparse_fill(struct draw *d, int32_t rows, int32_t columns, uint8_t *data, uint32_t bytes)
{
    const uint64_t counts = (uint64_t)rows * MOTE_SPARSE_COUNT;
    uint32_t spare;

    memset(data, 0, bytes);
    if (counts > bytes)
        return;
    for (spare = bytes - (uint32_t)counts; rows > 0; rows--) {
        const uint32_t room = spare / MOTE_SPARSE_PAIR;
        const int32_t n =
            fill_row(d, columns, room < UINT16_MAX ? (int32_t)room : UINT16_MAX, data + MOTE_SPARSE_COUNT);

        data[0] = (uint8_t)n;
        data[1] = (uint8_t)(n >> 8);
        data += MOTE_SPARSE_COUNT + MOTE_SPARSE_PAIR * n;
        spare -= MOTE_SPARSE_PAIR * (uint32_t)n;
    }
}
