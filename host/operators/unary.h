/* SPDX-License-Identifier: Apache-2.0 */
/* What the operators of one input that go element by element share. Of int8 values the host makes a table of all 256
 * results, so each of them is arithmetic on the host and the kernel table_s8; of floats they are functions of the
 * kernel unary_f32. */
#ifndef MOTE_OPERATORS_UNARY_H
#define MOTE_OPERATORS_UNARY_H

#include "host/operators/elementwise.h"
#include "mote/kernels/elementwise/unary_f32.h"

struct unary_s8 {
    float in_scale, out_scale;
    int32_t in_zero, out_zero;
};
/* Input and output are int8 and quantized per tensor. */
MUST_CHECK enum mote_status want_unary_s8(const struct lowering *l, const struct op *op, struct unary_s8 *u,
                                          const struct frame *at);
/* out = table[in + 128]. */
MUST_CHECK enum mote_status lower_table_s8(struct lowering *l, const struct op *op, const int8_t table[256],
                                           const struct frame *at);
/* The table of a function in fixed point, `of`, which gives an int8 for the input's real number with 4 integer bits;
 * where that has no room, the result is -128 or 127. */
MUST_CHECK enum mote_status lower_fixed_s8(struct lowering *l, const struct op *op, int32_t (*of)(int32_t a),
                                           const struct frame *at);
/* The table of a function of floats, `of`, as the reference's lookup tables of uint8 are made (docs/EXACT.md). */
MUST_CHECK enum mote_status lower_float_table_s8(struct lowering *l, const struct op *op, float (*of)(float x),
                                                 const struct frame *at);
static inline int8_t saturate_s8(int64_t x) { return (int8_t)(x < INT8_MIN ? INT8_MIN : x > INT8_MAX ? INT8_MAX : x); }
/* A rounded float of uint8, 128 less; where it is none (inf * 0, of a scale near 0), the least. */
static inline int8_t saturate_u8(float q)
{
    return q >= UINT8_MAX ? INT8_MAX : q > 0 ? (int8_t)((int32_t)q + INT8_MIN) : INT8_MIN;
}
/* Of int16: lo or hi where the requantized number is beyond; the scales' quotient is float, and 1 where both have one.
 */
MUST_CHECK enum mote_status lower_rescale_s16(struct lowering *l, const struct op *op, float ratio, int32_t lo,
                                              int32_t hi, const struct frame *at);
/* Of int16: `function` of the kernel unary_s16. */
MUST_CHECK enum mote_status lower_unary_s16(struct lowering *l, const struct op *op, int32_t function, int32_t mult,
                                            int32_t shift, const struct frame *at);
/* Of int16: the sigmoid, or the hyperbolic tangent. */
MUST_CHECK enum mote_status lower_sigmoid_s16(struct lowering *l, const struct op *op, bool tanh,
                                              const struct frame *at);
/* `function` is one of MOTE_UNARY_FUNCTIONS. */
MUST_CHECK enum mote_status lower_unary_f32(struct lowering *l, const struct op *op, int32_t function,
                                            const struct frame *at);
/* `function` is one of MOTE_UNARY_MATH_FUNCTIONS. */
MUST_CHECK enum mote_status lower_unary_math_f32(struct lowering *l, const struct op *op, int32_t function,
                                                 const struct frame *at);
MUST_CHECK enum mote_status lower_leaky_f32(struct lowering *l, const struct op *op, float slope,
                                            const struct frame *at);
MUST_CHECK enum mote_status lower_clamp_f32(struct lowering *l, const struct op *op, float lo, float hi,
                                            const struct frame *at);
/* Turns the order of n numbers of the value `in` around: ~x of int8, -x of floats. */
MUST_CHECK enum mote_status lower_flipped(struct lowering *l, enum mote_type type, int64_t n, int32_t in, int32_t out,
                                          const struct frame *at);

/* 0 - x of the operator's input, of int32, as a value `in` is of it. */
MUST_CHECK enum mote_status lower_negative_s32(struct lowering *l, const struct op *op, int32_t in, int32_t out,
                                               const struct frame *at);

#endif
