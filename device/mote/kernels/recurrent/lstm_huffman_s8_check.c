/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of lstm_huffman_s8 may rely on: lstm_huffman_s8.h. */
#include "lstm_huffman_s8.h"

#include "../shared/huffman_check.h"

static bool need_lstm_huffman_s8(const struct mote_lstm_huffman_s8 *p, uint32_t bytes[])
{
    const uint32_t rows = mote_bytes(p->batch, p->time, 1);

    bytes[0] = mote_bytes(p->in_ring, p->in_len, 1);
    bytes[1] = (uint32_t)p->x_coded_bytes;
    bytes[2] = (uint32_t)p->h_coded_bytes;
    bytes[3] = (uint32_t)p->units * MOTE_LSTM_S8_GATES * (uint32_t)p->bias_bytes;
    bytes[4] = 2 * MOTE_LSTM_S8_GATES * 4;
    bytes[5] = 2 * MOTE_LSTM_S8_GATES;
    bytes[6] = MOTE_GATE_TABLE * 2;
    bytes[7] = mote_bytes(p->batch, p->units, 1);
    bytes[8] = mote_bytes(p->batch, p->units, 2);
    bytes[9] = mote_bytes(p->out_ring, p->units, 1);
    bytes[10] = mote_lstm_huffman_s8_tables_bytes(p);
    bytes[11] = rows;
    return rows <= INT32_MAX && bytes[0] <= INT32_MAX && bytes[8] <= INT32_MAX && bytes[9] <= INT32_MAX &&
           p->x_columns <= p->in_len && p->h_columns <= p->units;
}

static bool trust_lstm_huffman_s8(const struct mote_lstm_huffman_s8 *p, const struct mote_block args[])
{
    const struct mote_huffman_matrix x = {.rows = MOTE_LSTM_S8_GATES * p->units,
                                          .row_len = p->in_len,
                                          .columns = p->x_columns,
                                          .gap_bits = p->x_gap_bits,
                                          .level_bits = p->x_level_bits,
                                          .count_bits = p->x_count_bits,
                                          .longest = UINT16_MAX};
    const struct mote_huffman_matrix h = {.rows = MOTE_LSTM_S8_GATES * p->units,
                                          .row_len = p->units,
                                          .columns = p->h_columns,
                                          .gap_bits = p->h_gap_bits,
                                          .level_bits = p->h_level_bits,
                                          .count_bits = p->h_count_bits,
                                          .longest = UINT16_MAX};

    return mote_shifts_in_range(args[5].data, 2 * MOTE_LSTM_S8_GATES) &&
           mote_huffman_is_matrix(&x, args[1].data, p->x_coded_bytes) &&
           mote_huffman_is_matrix(&h, args[2].data, p->h_coded_bytes);
}

MOTE_KERNEL_TRUST(lstm_huffman_s8, MOTE_LSTM_HUFFMAN_S8_PARAMS, MOTE_LSTM_HUFFMAN_S8_ARGS);
