/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of fully_connected_sparse_s8 may rely on: fully_connected_sparse_s8.h. */
#include "fully_connected_sparse_s8.h"

#include "../shared/requant.h"

static bool need_fully_connected_sparse_s8(const struct mote_fully_connected_sparse_s8 *p, uint32_t bytes[])
{
    const int32_t channels = p->per_channel ? p->out_c : 1;

    bytes[0] = mote_bytes(p->rows, p->in_len, 1);
    bytes[1] = (uint32_t)p->pair_bytes;
    bytes[2] = mote_bytes(p->out_c, p->bias_bytes, 1);
    bytes[3] = mote_bytes(channels, 4, 1);
    bytes[4] = (uint32_t)channels;
    bytes[5] = mote_bytes(p->rows, p->out_c, 1);
    bytes[6] = (uint32_t)p->rows;
    return bytes[0] <= INT32_MAX && bytes[2] <= INT32_MAX && bytes[3] <= INT32_MAX && bytes[5] <= INT32_MAX &&
           p->lo <= p->hi;
}

/* What is behind n pairs of a row; NULL: they reach beyond the inputs. */
static const uint8_t *after_pairs(const uint8_t *pair, int32_t n, int32_t in_len)
{
    for (; n > 0; n--, pair += MOTE_SPARSE_PAIR) {
        if (pair[0] >= in_len)
            return NULL;
        in_len -= pair[0] + 1;
    }
    return pair;
}

static bool are_pairs(const struct mote_fully_connected_sparse_s8 *p, const uint8_t *row)
{
    const uint8_t *const end = row + p->pair_bytes;

    for (int32_t o = 0; o < p->out_c; o++) {
        int32_t n;

        if (end - row < MOTE_SPARSE_COUNT)
            return false;
        n = mote_sparse_count(row);
        row += MOTE_SPARSE_COUNT;
        if (n > (end - row) / MOTE_SPARSE_PAIR)
            return false;
        row = after_pairs(row, n, p->in_len);
        if (row == NULL)
            return false;
    }
    return true;
}

static bool trust_fully_connected_sparse_s8(const struct mote_fully_connected_sparse_s8 *p,
                                            const struct mote_block args[])
{
    return mote_shifts_in_range(args[4].data, p->per_channel ? p->out_c : 1) && are_pairs(p, args[1].data);
}

MOTE_KERNEL_TRUST(fully_connected_sparse_s8, MOTE_FULLY_CONNECTED_SPARSE_S8_PARAMS,
                  MOTE_FULLY_CONNECTED_SPARSE_S8_ARGS);
