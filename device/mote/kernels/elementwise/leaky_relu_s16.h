/* SPDX-License-Identifier: Apache-2.0 */
/* leaky_relu_s16: out = clamp(requant(in - in_zero) + out_zero), with one multiplier from in_zero on and another below,
 * whose result is subtracted if `minus` is 1 (a negative slope)
 *
 *   in   [in_ring rows][len]   int16
 *   out  [out_ring rows][len]  int16; may be the memory of in
 *
 * Exact: the bytes of the reference's QuantizeLeakyRelu. No scratch. Cannot fail: the ranges and need_leaky_relu_s16()
 * hold. */
#ifndef MOTE_LEAKY_RELU_S16_H
#define MOTE_LEAKY_RELU_S16_H

#include "../../kernel.h"
#include "../shared/requant.h"

#define MOTE_LEAKY_RELU_S16_PARAMS(F)                                                                                  \
    F(rows, 1, INT32_MAX, "rows")                                                                                      \
    F(len, 1, INT32_MAX, "elements of a row")                                                                          \
    F(in_ring, 1, INT32_MAX, "input rows that the buffer holds")                                                       \
    F(out_ring, 1, INT32_MAX, "output rows that the buffer holds")                                                     \
    F(in_zero, -32768, 32767, "input zero point")                                                                      \
    F(out_zero, -32768, 32767, "output zero point")                                                                    \
    F(mult, 0, INT32_MAX, "multiplier from the zero point on")                                                         \
    F(shift, MOTE_SHIFT_MIN, MOTE_SHIFT_MAX, "its shift")                                                              \
    F(low_mult, 0, INT32_MAX, "multiplier below the zero point")                                                       \
    F(low_shift, MOTE_SHIFT_MIN, MOTE_SHIFT_MAX, "its shift")                                                          \
    F(minus, 0, 1, "1: what is below the zero point changes its sign")

#define MOTE_LEAKY_RELU_S16_ARGS(A)                                                                                    \
    A(in, S16, IN)                                                                                                     \
    A(out, S16, OUT)

#define MOTE_LEAKY_RELU_S16_ROWS(R)                                                                                    \
    R(in, &p->in_ring, MOTE_EACH_ROW)                                                                                  \
    R(out, &p->out_ring, MOTE_EACH_ROW)

MOTE_PARAMS(leaky_relu_s16, MOTE_LEAKY_RELU_S16_PARAMS)
MOTE_COST(leaky_relu_s16, 4.0 * p->len)
MOTE_ROWS(leaky_relu_s16, MOTE_LEAKY_RELU_S16_ARGS, MOTE_LEAKY_RELU_S16_ROWS)

/* One value, before it is clamped; the host makes int8 tables with it. */
static inline int32_t mote_leaky_requant(int32_t value, const struct mote_leaky_relu_s16 *p)
{
    int32_t x = value - p->in_zero;
    uint32_t y = (uint32_t)(x >= 0 ? mote_requant(x, p->mult, p->shift) : mote_requant(x, p->low_mult, p->low_shift));

    return (int32_t)((x < 0 && p->minus ? 0u - y : y) + (uint32_t)p->out_zero);
}

void mote_leaky_relu_s16(const struct mote_leaky_relu_s16 *p, const int16_t *in, int16_t *out, int32_t first,
                         int32_t count);

#endif
