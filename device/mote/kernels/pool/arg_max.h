/* SPDX-License-Identifier: Apache-2.0 */
/* arg_max: out[r][i] = the first k for which in[r][k][i] is largest
 *
 *   in   [rows][len][inner]  int8, or float as `type` says
 *   out  [rows][inner]       int32; must not overlap in
 *
 * Exact: the reference's ArgMax. A NaN is never larger than what came before it, nor is anything larger than a NaN. No
 * scratch. Cannot fail: the ranges and need_arg_max() hold. Cost: one comparison an input element. */
#ifndef MOTE_ARG_MAX_H
#define MOTE_ARG_MAX_H

#include "../../kernel.h"

#define MOTE_ARG_MAX_PARAMS(F)                                                                                         \
    F(rows, 1, INT32_MAX, "rows: the product of the dimensions before the axis")                                       \
    F(len, 1, INT32_MAX, "elements along the axis")                                                                    \
    F(inner, 1, INT32_MAX, "the product of the dimensions after the axis")                                             \
    F(type, MOTE_ARG_S8, MOTE_ARG_F32, "type of the input's elements: s8 or f32")

#define MOTE_ARG_MAX_ARGS(A)                                                                                           \
    A(in, ANY, IN)                                                                                                     \
    A(out, S32, OUT)

#define MOTE_ARG_MAX_ROWS(R)                                                                                           \
    R(in, NULL, MOTE_EACH_ROW)                                                                                         \
    R(out, NULL, MOTE_EACH_ROW)

MOTE_PARAMS(arg_max, MOTE_ARG_MAX_PARAMS)
MOTE_COST(arg_max, (double)p->len * p->inner)
MOTE_ROWS(arg_max, MOTE_ARG_MAX_ARGS, MOTE_ARG_MAX_ROWS)

void mote_arg_max(const struct mote_arg_max *p, const void *in, int32_t *out, int32_t first, int32_t count);

#endif
