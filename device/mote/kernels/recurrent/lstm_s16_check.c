/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of lstm_s16 may rely on: lstm_s16.h. */
#include "lstm_s16.h"

static bool need_lstm_s16(const struct mote_lstm_s16 *p, uint32_t bytes[])
{
    uint32_t rows = mote_bytes(p->batch, p->time, 1);

    bytes[0] = mote_bytes(p->in_ring, p->in_len, 2);
    bytes[1] = mote_bytes(MOTE_LSTM_S16_GATES * p->units, p->in_len, 1);
    bytes[2] = mote_bytes(MOTE_LSTM_S16_GATES * p->units, p->units, 1);
    bytes[3] = mote_bytes(p->units, MOTE_LSTM_S16_GATES, 8);
    bytes[4] = 2 * MOTE_LSTM_S16_GATES * 4;
    bytes[5] = 2 * MOTE_LSTM_S16_GATES;
    bytes[6] = MOTE_GATE_TABLE * 2;
    bytes[7] = mote_bytes(p->batch, p->units, 2);
    bytes[8] = bytes[7];
    bytes[9] = mote_bytes(p->out_ring, p->units, 2);
    bytes[10] = rows;
    return rows <= INT32_MAX && bytes[0] <= INT32_MAX && bytes[1] <= INT32_MAX && bytes[2] <= INT32_MAX &&
           bytes[8] <= INT32_MAX && bytes[9] <= INT32_MAX;
}

static bool trust_lstm_s16(const struct mote_lstm_s16 *p, const struct mote_block args[])
{
    (void)p;
    return mote_shifts_up_to(args[5].data, 2 * MOTE_LSTM_S16_GATES, MOTE_SHIFT64_MAX);
}

MOTE_KERNEL_TRUST(lstm_s16, MOTE_LSTM_S16_PARAMS, MOTE_LSTM_S16_ARGS);
