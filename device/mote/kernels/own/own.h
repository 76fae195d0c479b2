/* SPDX-License-Identifier: Apache-2.0 */
/* own: an operator of the user's (mote/operator.h), found by its name among those that the program has.
 *
 *   in0 … in7    [in_0 …]   bytes of any type; 0: there is none, and the argument stands for nothing
 *   prepared     [name + prepared]  int32: the operator's name, ended and filled up with zeros, then what its prepare()
 *                made
 *   state        [state]    bytes, kept between inferences
 *   scratch      [scratch]  bytes
 *   out0 … out3  [out_0 …]  bytes of any type, as in; must not overlap the others
 *
 * One row, all at once. What it computes is the user's. Cannot fail: the ranges and need_own() hold, the program has
 * the operator, and its check() took the sizes.
 * Cost: what the user says. */
#ifndef MOTE_OWN_H
#define MOTE_OWN_H

#include "../../kernel.h"
#include "../../operator.h"

#define MOTE_OWN_PARAMS(F)                                                                                             \
    F(name, 4, 1024, "bytes of the name, a multiple of 4")                                                             \
    F(prepared, 0, MOTE_OPERATOR_PREPARED, "bytes behind it, a multiple of 4")                                         \
    F(state, 0, INT32_MAX, "bytes of the state")                                                                       \
    F(scratch, 0, INT32_MAX, "bytes of scratch memory")                                                                \
    F(operations, 1, INT32_MAX, "multiply-accumulates, as the operator says")                                          \
    F(in_0, 0, INT32_MAX, "bytes of an input")                                                                         \
    F(in_1, 0, INT32_MAX, "bytes of an input")                                                                         \
    F(in_2, 0, INT32_MAX, "bytes of an input")                                                                         \
    F(in_3, 0, INT32_MAX, "bytes of an input")                                                                         \
    F(in_4, 0, INT32_MAX, "bytes of an input")                                                                         \
    F(in_5, 0, INT32_MAX, "bytes of an input")                                                                         \
    F(in_6, 0, INT32_MAX, "bytes of an input")                                                                         \
    F(in_7, 0, INT32_MAX, "bytes of an input")                                                                         \
    F(out_0, 1, INT32_MAX, "bytes of an output")                                                                       \
    F(out_1, 0, INT32_MAX, "bytes of an output")                                                                       \
    F(out_2, 0, INT32_MAX, "bytes of an output")                                                                       \
    F(out_3, 0, INT32_MAX, "bytes of an output")

#define MOTE_OWN_ARGS(A)                                                                                               \
    A(in0, ANY, IN)                                                                                                    \
    A(in1, ANY, IN)                                                                                                    \
    A(in2, ANY, IN)                                                                                                    \
    A(in3, ANY, IN)                                                                                                    \
    A(in4, ANY, IN)                                                                                                    \
    A(in5, ANY, IN)                                                                                                    \
    A(in6, ANY, IN)                                                                                                    \
    A(in7, ANY, IN)                                                                                                    \
    A(prepared, S32, CONST)                                                                                            \
    A(state, ANY, STATE)                                                                                               \
    A(scratch, ANY, SCRATCH)                                                                                           \
    A(out0, ANY, OUT)                                                                                                  \
    A(out1, ANY, OUT)                                                                                                  \
    A(out2, ANY, OUT)                                                                                                  \
    A(out3, ANY, OUT)

#define MOTE_OWN_ROWS(R)                                                                                               \
    R(in0, NULL, MOTE_ALL_ROWS)                                                                                        \
    R(out0, NULL, MOTE_EACH_ROW)                                                                                       \
    R(out1, NULL, MOTE_EACH_ROW)                                                                                       \
    R(out2, NULL, MOTE_EACH_ROW)                                                                                       \
    R(out3, NULL, MOTE_EACH_ROW)

MOTE_PARAMS(own, MOTE_OWN_PARAMS)
MOTE_COST(own, (double)p->operations)
MOTE_ROWS(own, MOTE_OWN_ARGS, MOTE_OWN_ROWS)

/* What run() and check() of the operator get, without the pointers but `prepared`, which is behind the name. */
static inline struct mote_operator_call mote_own_call(const struct mote_own *p, const MOTE_FLASH void *prepared)
{
    return (struct mote_operator_call){
        .prepared = p->prepared > 0 ? (const MOTE_FLASH char *)prepared + p->name : NULL,
        .prepared_bytes = (uint32_t)p->prepared,
        .in_bytes = {(uint32_t)p->in_0, (uint32_t)p->in_1, (uint32_t)p->in_2, (uint32_t)p->in_3, (uint32_t)p->in_4,
                     (uint32_t)p->in_5, (uint32_t)p->in_6, (uint32_t)p->in_7},
        .out_bytes = {(uint32_t)p->out_0, (uint32_t)p->out_1, (uint32_t)p->out_2, (uint32_t)p->out_3},
        .state_bytes = (uint32_t)p->state,
        .scratch_bytes = (uint32_t)p->scratch,
    };
}

void mote_own(const struct mote_own *p, const void *in0, const void *in1, const void *in2, const void *in3,
              const void *in4, const void *in5, const void *in6, const void *in7, const MOTE_FLASH int32_t *prepared,
              void *state, void *scratch, void *out0, void *out1, void *out2, void *out3, int32_t first, int32_t count);

#endif
