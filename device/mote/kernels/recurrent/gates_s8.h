/* SPDX-License-Identifier: Apache-2.0 */
/* Sigmoid and hyperbolic tangent of a gate's sum: what the int8 LSTM and GRU share. Sums have 16 bits and the unit
 * 2^-12, results the unit 2^-15; docs/EXACT.md has the table. */
#ifndef MOTE_GATES_S8_H
#define MOTE_GATES_S8_H

#include "../../kernel.h"
#include "../shared/requant.h"

#define MOTE_GATE_TABLE 256

static inline int32_t mote_clamp16(int32_t x) { return mote_clamp(x, INT16_MIN, INT16_MAX); }

/* The table at v / 2^bits, interpolated: `bits` more fraction bits than the table. */
static inline int32_t mote_gate_interpolate(const MOTE_FLASH uint16_t *table, uint32_t v, int32_t bits)
{
    uint32_t rest = v & ((UINT32_C(1) << bits) - 1);
    const MOTE_FLASH uint16_t *at = table + (v >> bits);

    return (int32_t)((uint32_t)at[0] << bits) + (int32_t)rest * (at[1] - at[0]);
}

static inline uint32_t mote_magnitude(int32_t v) { return v < 0 ? 0 - (uint32_t)v : (uint32_t)v; }

/* Unit 2^-12 to unit 2^-15. A table step is 1/24: 512/3 units. The magnitude times 3 is below 2^17: inside the table.
 * sigmoid(-x) = 1 - sigmoid(x); what is halfway is rounded upwards there, too. */
static inline int32_t mote_gate_sigmoid(const MOTE_FLASH uint16_t *table, int32_t s)
{
    int32_t y = mote_gate_interpolate(table, mote_magnitude(3 * s), 9);

    return s >= 0 ? (y + (1 << 9)) >> 10 : ((INT32_C(1) << 25) - y + (1 << 9) - 1) >> 10;
}

/* tanh(x) = 2 * sigmoid(2 * x) - 1; v is 3 * 2^12 * x. Saturates at the table's end. */
static inline int32_t mote_gate_tangent(const MOTE_FLASH uint16_t *table, int32_t v)
{
    uint32_t at = mote_magnitude(v);
    int32_t end = INT32_C(0xffff) << 8, one = INT32_C(1) << 23;
    int32_t y = (at >= (uint32_t)(MOTE_GATE_TABLE - 1) << 8 ? end : mote_gate_interpolate(table, at, 8)) - one;

    return v >= 0 ? (y + (1 << 7)) >> 8 : (-y + (1 << 7) - 1) >> 8;
}

#endif
