/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of lstm_s8 may rely on: lstm_s8.h. */
#include "lstm_s8.h"

static bool need_lstm_s8(const struct mote_lstm_s8 *p, uint32_t bytes[])
{
    uint32_t rows = mote_bytes(p->batch, p->time, 1);

    bytes[0] = mote_bytes(p->in_ring, p->in_len, 1);
    bytes[1] = mote_bytes(4 * p->units, p->in_len, 1);
    bytes[2] = mote_bytes(4 * p->units, p->units, 1);
    bytes[3] = (uint32_t)p->units * 2 * MOTE_LSTM_S8_GATES * 4;
    bytes[4] = 2 * MOTE_LSTM_S8_GATES * 4;
    bytes[5] = 2 * MOTE_LSTM_S8_GATES;
    bytes[6] = MOTE_GATE_TABLE * 2;
    bytes[7] = mote_bytes(p->batch, p->units, 1);
    bytes[8] = mote_bytes(p->batch, p->units, 2);
    bytes[9] = mote_bytes(p->out_ring, p->units, 1);
    bytes[10] = rows;
    return rows <= INT32_MAX && bytes[0] <= INT32_MAX && bytes[8] <= INT32_MAX && bytes[9] <= INT32_MAX;
}

static bool trust_lstm_s8(const struct mote_lstm_s8 *p, const struct mote_block args[])
{
    (void)p;
    return mote_shifts_in_range(args[5].data, 2 * MOTE_LSTM_S8_GATES);
}

MOTE_KERNEL_TRUST(lstm_s8, MOTE_LSTM_S8_PARAMS, MOTE_LSTM_S8_ARGS);
