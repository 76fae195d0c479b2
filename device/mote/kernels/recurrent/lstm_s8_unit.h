/* SPDX-License-Identifier: Apache-2.0 */
/* From the sums of a unit's gates to its new c and h: what versions of lstm_s8 share. */
#ifndef MOTE_LSTM_S8_UNIT_H
#define MOTE_LSTM_S8_UNIT_H

#include "lstm_cell.h"
#include "lstm_s8.h"

_Static_assert(MOTE_GATES == MOTE_LSTM_S8_GATES, "the contract's");

/* Gate g, of its sums of x's and of h's products. */
static inline int32_t mote_lstm_s8_gate(uint32_t x_sum, uint32_t h_sum, const MOTE_FLASH int32_t *mult,
                                        const MOTE_FLASH int8_t *shift, int32_t g)
{
    int32_t x = mote_clamp16(mote_requant((int32_t)x_sum, mult[g], shift[g]));
    int32_t h = mote_clamp16(mote_requant((int32_t)h_sum, mult[MOTE_GATES + g], shift[MOTE_GATES + g]));

    return mote_clamp16(x + h);
}

/* h of a unit with these gates, and c. */
static inline int8_t mote_lstm_s8_unit(const struct mote_lstm_s8 *p, const MOTE_FLASH uint16_t *table,
                                       const int32_t gate[MOTE_GATES], int16_t *cell)
{
    int32_t forget = mote_gate_sigmoid(table, gate[MOTE_GATE_FORGET]);
    int32_t input = mote_gate_sigmoid(table, gate[MOTE_GATE_INPUT]);
    int32_t change = input * mote_gate_tangent(table, 3 * gate[MOTE_GATE_CELL]);
    int32_t c = mote_lstm_forget(forget * *cell), tangent;

    c = mote_clamp16(c + mote_clamp16(mote_requant(change, p->cell_mult, p->cell_shift)));
    c = mote_clamp(c, -p->clip, p->clip);
    *cell = (int16_t)c;
    tangent = mote_gate_tangent(table, mote_lstm_tangent_argument(c, p->tanh_shift));
    return mote_requant_s8(tangent * mote_gate_sigmoid(table, gate[MOTE_GATE_OUTPUT]), p->out_mult, p->out_shift,
                           p->out_zero, INT8_MIN, INT8_MAX);
}

#endif
