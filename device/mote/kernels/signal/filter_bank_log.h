/* SPDX-License-Identifier: Apache-2.0 */
/* filter_bank_log: out[r][c] = the natural logarithm of in[r][c] * 2^correction_bits, in units of 1 / scale, saturated
 *
 *   in     [in_ring rows][len]   uint32; its product is modulo 2^32
 *   table  [129]                 uint16: 2^16 * (log2(1 + i / 128) - i / 128), rounded
 *   out    [out_ring rows][len]  int16 or uint16 as `type` says; must not overlap in
 *
 * Of 0 and 1 it is 0. A row is a frame. Exact: the reference's FilterbankLog, for uint16 its older LogScaleApply. No
 * scratch. Cannot fail: the ranges and need_filter_bank_log() hold, and any table is safe.
 * Cost: some 3 products a channel. */
#ifndef MOTE_FILTER_BANK_LOG_H
#define MOTE_FILTER_BANK_LOG_H

#include "../../kernel.h"

#define MOTE_FILTER_BANK_LOG_TABLE 129

#define MOTE_FILTER_BANK_LOG_PARAMS(F)                                                                                 \
    F(rows, 1, INT32_MAX, "frames")                                                                                    \
    F(len, 1, INT32_MAX, "channels")                                                                                   \
    F(in_ring, 1, INT32_MAX, "input rows that the buffer holds")                                                       \
    F(out_ring, 1, INT32_MAX, "output rows that the buffer holds")                                                     \
    F(type, MOTE_ARG_S16, MOTE_ARG_U16, "type of the output: s16 or u16")                                              \
    F(scale, 0, INT32_MAX, "of the output")                                                                            \
    F(correction_bits, -31, 31, "bits that the input is shifted up first; down if negative")

#define MOTE_FILTER_BANK_LOG_ARGS(A)                                                                                   \
    A(in, U32, IN)                                                                                                     \
    A(table, U16, WEIGHTS)                                                                                             \
    A(out, ANY, OUT)

#define MOTE_FILTER_BANK_LOG_ROWS(R)                                                                                   \
    R(in, &p->in_ring, MOTE_EACH_ROW)                                                                                  \
    R(out, &p->out_ring, MOTE_EACH_ROW)

MOTE_PARAMS(filter_bank_log, MOTE_FILTER_BANK_LOG_PARAMS)
MOTE_COST(filter_bank_log, 4.0 * p->len)
MOTE_ROWS(filter_bank_log, MOTE_FILTER_BANK_LOG_ARGS, MOTE_FILTER_BANK_LOG_ROWS)

void mote_filter_bank_log(const struct mote_filter_bank_log *p, const uint32_t *in, const MOTE_FLASH uint16_t *table,
                          void *out, int32_t first, int32_t count);

#endif
