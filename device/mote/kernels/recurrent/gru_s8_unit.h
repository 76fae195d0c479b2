/* SPDX-License-Identifier: Apache-2.0 */
/* From a unit's gates to its new h: what versions of gru_s8 share. */
#ifndef MOTE_GRU_S8_UNIT_H
#define MOTE_GRU_S8_UNIT_H

#include "gru_s8.h"

enum { MOTE_GRU_UPDATE, MOTE_GRU_RESET, MOTE_GRU_NEW, MOTE_GRU_GATES };

_Static_assert(MOTE_GRU_GATES == MOTE_GRU_S8_GATES, "the contract's");

/* 15 fraction bits less, |x| <= 2^30. */
static inline int32_t mote_gru_half(int32_t x) { return (x + (INT32_C(1) << 14)) >> 15; }

/* h as the products and the output have it. */
static inline int8_t mote_gru_s8_out(const struct mote_gru_s8 *p, int32_t h)
{
    return mote_requant_s8(h, p->out_mult, p->out_shift, p->out_zero, INT8_MIN, INT8_MAX);
}

/* The new h: of z, and of n, both as sums; z + (1 - z) is 1, so that the sum of products is within 2^30. */
static inline int16_t mote_gru_s8_unit(const MOTE_FLASH uint16_t *table, int32_t update, int32_t fresh, int32_t h)
{
    const int32_t z = mote_gate_sigmoid(table, update), n = mote_gate_tangent(table, 3 * fresh);

    return (int16_t)mote_clamp16(mote_gru_half(((INT32_C(1) << 15) - z) * n + z * h));
}

#endif
