/* SPDX-License-Identifier: Apache-2.0 */
/* What the contracts of kernels that quantize floats share: parameters, with zero points LEAST .. MOST, and rows. */
#ifndef MOTE_SHARED_QUANTIZE_H
#define MOTE_SHARED_QUANTIZE_H

#include "../../kernel.h"
#include "../../quantize.h"
#include "floats.h"

#define MOTE_QUANTIZE_F32_PARAMS(F, LEAST, MOST)                                                                       \
    F(rows, 1, INT32_MAX, "rows")                                                                                      \
    F(len, 1, INT32_MAX, "elements of a row")                                                                          \
    F(in_ring, 1, INT32_MAX, "input rows that the buffer holds")                                                       \
    F(out_ring, 1, INT32_MAX, "output rows that the buffer holds")                                                     \
    F(scale, 1, MOTE_FLOAT_BITS_MAX, "output scale, as the bits of a float")                                           \
    F(zero, LEAST, MOST, "output zero point")

#define MOTE_QUANTIZE_F32_ROWS(R)                                                                                      \
    R(in, &p->in_ring, MOTE_EACH_ROW)                                                                                  \
    R(out, &p->out_ring, MOTE_EACH_ROW)

#endif
