/* SPDX-License-Identifier: Apache-2.0 */
/* The cell of the LSTM in integers: what lstm_s8 and lstm_s16 share. */
#ifndef MOTE_LSTM_CELL_H
#define MOTE_LSTM_CELL_H

#include "gates_s8.h"

enum { MOTE_GATE_INPUT, MOTE_GATE_FORGET, MOTE_GATE_CELL, MOTE_GATE_OUTPUT, MOTE_GATES };

/* 3 * 2^12 times the real value of c, modulo 2^32. */
static inline int32_t mote_lstm_tangent_argument(int32_t c, int32_t shift)
{
    if (shift >= 0)
        return (int32_t)((uint32_t)(3 * c) << shift);
    return (3 * c + (INT32_C(1) << (-shift - 1))) >> -shift;
}

/* clamp16(requant(x)) with the multiplier 1/2 and the shift -14, |x| <= 2^30. */
static inline int32_t mote_lstm_forget(int32_t x)
{
    int32_t half = (x + 1) >> 1;

    return mote_clamp16((half + (1 << 13) - (half < 0)) >> 14);
}

#endif
