/* SPDX-License-Identifier: Apache-2.0 */
/* energy: out[r][i] = real[r][i]^2 + imaginary[r][i]^2 for frequencies from `start` to `end` - 1, 0 for others
 *
 *   in   [in_ring rows][len][2]  int16, {real, imaginary}
 *   out  [out_ring rows][len]    uint32; must not overlap in
 *
 * A row is a frame. Exact: the reference's SpectrumToEnergy, which leaves other frequencies as they were. No scratch.
 * Cannot fail: the ranges and need_energy() hold.
 * Cost: 2 (end - start) products a row. */
#ifndef MOTE_ENERGY_H
#define MOTE_ENERGY_H

#include "../../kernel.h"

#define MOTE_ENERGY_PARAMS(F)                                                                                          \
    F(rows, 1, INT32_MAX, "frames")                                                                                    \
    F(len, 1, INT32_MAX, "frequencies")                                                                                \
    F(start, 0, INT32_MAX, "the first that is wanted")                                                                 \
    F(end, 0, INT32_MAX, "the first behind them")                                                                      \
    F(in_ring, 1, INT32_MAX, "input rows that the buffer holds")                                                       \
    F(out_ring, 1, INT32_MAX, "output rows that the buffer holds")

#define MOTE_ENERGY_ARGS(A)                                                                                            \
    A(in, S16, IN)                                                                                                     \
    A(out, U32, OUT)

#define MOTE_ENERGY_ROWS(R)                                                                                            \
    R(in, &p->in_ring, MOTE_EACH_ROW)                                                                                  \
    R(out, &p->out_ring, MOTE_EACH_ROW)

MOTE_PARAMS(energy, MOTE_ENERGY_PARAMS)
MOTE_COST(energy, 1.0 * p->len)
MOTE_ROWS(energy, MOTE_ENERGY_ARGS, MOTE_ENERGY_ROWS)

void mote_energy(const struct mote_energy *p, const int16_t *in, uint32_t *out, int32_t first, int32_t count);

#endif
