/* SPDX-License-Identifier: Apache-2.0 */
/* table_s8: out = table[in], for any function of one int8 value
 *
 *   in     [in_ring rows][len]   int8
 *   table  [256]                 int8: the results for 0, 1, …, 127, -128, …, -1 (the input's bits are the index)
 *   out    [out_ring rows][len]  int8; may be the memory of in
 *
 * Exact: what the host has written into the table. No scratch. Cannot fail: the ranges and need_table_s8() hold. */
#ifndef MOTE_TABLE_S8_H
#define MOTE_TABLE_S8_H

#include "../../kernel.h"

#define MOTE_TABLE_S8_PARAMS(F)                                                                                        \
    F(rows, 1, INT32_MAX, "rows")                                                                                      \
    F(len, 1, INT32_MAX, "elements of a row")                                                                          \
    F(in_ring, 1, INT32_MAX, "input rows that the buffer holds")                                                       \
    F(out_ring, 1, INT32_MAX, "output rows that the buffer holds")

#define MOTE_TABLE_S8_ARGS(A)                                                                                          \
    A(in, S8, IN)                                                                                                      \
    A(table, S8, WEIGHTS)                                                                                              \
    A(out, S8, OUT)

#define MOTE_TABLE_S8_ROWS(R)                                                                                          \
    R(in, &p->in_ring, MOTE_EACH_ROW)                                                                                  \
    R(out, &p->out_ring, MOTE_EACH_ROW)

MOTE_PARAMS(table_s8, MOTE_TABLE_S8_PARAMS)
MOTE_COST(table_s8, p->len)
MOTE_ROWS(table_s8, MOTE_TABLE_S8_ARGS, MOTE_TABLE_S8_ROWS)

void mote_table_s8(const struct mote_table_s8 *p, const int8_t *in, const MOTE_FLASH int8_t *table, int8_t *out,
                   int32_t first, int32_t count);

#endif
