/* SPDX-License-Identifier: Apache-2.0 */
/* softmax_s8_s16: softmax over the last dimension, int8 to int16; real zero of the result is INT16_MIN, its scale
 * 2^-16.
 *
 *   in     [in_ring rows][groups][depth]   int8
 *   table  [n_table]                       int32, made by the host from the input's scale and beta (softmax.h)
 *   out    [out_ring rows][groups][depth]  int16; must not overlap in
 *
 * Exact: the bytes of the reference's Softmax (docs/EXACT.md, "SOFTMAX"). No scratch. Cannot fail: the ranges,
 * need_softmax_s8_s16() and trust_softmax_s8_s16() hold. */
#ifndef MOTE_SOFTMAX_S8_S16_H
#define MOTE_SOFTMAX_S8_S16_H

#include "../../kernel.h"
#include "../shared/softmax.h"

#define MOTE_SOFTMAX_S8_S16_PARAMS(F) MOTE_SOFTMAX_PARAMS(F)

#define MOTE_SOFTMAX_S8_S16_ARGS(A)                                                                                    \
    A(in, S8, IN)                                                                                                      \
    A(table, S32, CONST)                                                                                               \
    A(out, S16, OUT)

MOTE_PARAMS(softmax_s8_s16, MOTE_SOFTMAX_S8_S16_PARAMS)
MOTE_COST(softmax_s8_s16, (6.0 * p->depth + 15) * p->groups)
MOTE_ROWS(softmax_s8_s16, MOTE_SOFTMAX_S8_S16_ARGS, MOTE_SOFTMAX_ROWS)

void mote_softmax_s8_s16(const struct mote_softmax_s8_s16 *p, const int8_t *in, const MOTE_FLASH int32_t *table,
                         int16_t *out, int32_t first, int32_t count);

#endif
