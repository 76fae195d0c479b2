/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of fully_connected_huffman_s8 may rely on: fully_connected_huffman_s8.h. */
#include "fully_connected_huffman_s8.h"

#include "../shared/huffman_check.h"
#include "../shared/requant.h"

static bool need_fully_connected_huffman_s8(const struct mote_fully_connected_huffman_s8 *p, uint32_t bytes[])
{
    int32_t channels = p->per_channel ? p->out_c : 1, some = p->columns < p->in_len ? p->columns : 0;

    bytes[0] = mote_bytes(p->rows, p->in_len, 1);
    bytes[1] = (uint32_t)p->coded_bytes;
    bytes[2] = mote_bytes(p->out_c, p->bias_bytes, 1);
    bytes[3] = mote_bytes(channels, 4, 1);
    bytes[4] = (uint32_t)channels;
    bytes[5] = mote_bytes(p->rows, p->out_c, 1);
    bytes[6] = mote_fully_connected_huffman_s8_entries(p) + mote_packed_align((uint32_t)some, 2);
    bytes[7] = (uint32_t)p->rows;
    return bytes[0] <= INT32_MAX && bytes[2] <= INT32_MAX && bytes[3] <= INT32_MAX && bytes[5] <= INT32_MAX &&
           bytes[6] <= INT32_MAX && p->columns <= p->in_len && p->lo <= p->hi;
}

static bool trust_fully_connected_huffman_s8(const struct mote_fully_connected_huffman_s8 *p,
                                             const struct mote_block args[])
{
    const struct mote_huffman_matrix m = {.rows = p->out_c,
                                          .row_len = p->in_len,
                                          .columns = p->columns,
                                          .gap_bits = p->gap_bits,
                                          .level_bits = p->level_bits,
                                          .count_bits = p->count_bits,
                                          .longest = UINT16_MAX};

    return mote_shifts_in_range(args[4].data, p->per_channel ? p->out_c : 1) &&
           mote_huffman_is_matrix(&m, args[1].data, p->coded_bytes);
}

MOTE_KERNEL_TRUST(fully_connected_huffman_s8, MOTE_FULLY_CONNECTED_HUFFMAN_S8_PARAMS,
                  MOTE_FULLY_CONNECTED_HUFFMAN_S8_ARGS);
