/* SPDX-License-Identifier: Apache-2.0 */
/* The reference's arithmetic of quantization (docs/EXACT.md), and what operators want of types and scales. It makes no
 * steps: passes may ask, too. */
#ifndef MOTE_OPERATORS_QUANTIZATION_H
#define MOTE_OPERATORS_QUANTIZATION_H

#include "host/graph/op_info.h"

/* multiplier/2^31 * 2^shift = scale, as the reference's QuantizeMultiplier makes it (docs/EXACT.md). */
void quantize_multiplier(double scale, int32_t *mult, int32_t *shift);
/* From a sum of input times weights to the output, of one channel of a convolution or fully connected operator. */
double linear_scale(const struct op *op, float in, const struct quant *weights, int32_t channel, float out);
/* The clamp that an activation means for an int8 output. */
MUST_CHECK enum mote_status activation_range_s8(const struct tensor *out, int activation, int32_t *lo, int32_t *hi,
                                                const struct frame *at);
MUST_CHECK enum mote_status activation_range_s16(const struct tensor *out, int activation, int32_t *lo, int32_t *hi,
                                                 const struct frame *at);
/* Per-tensor scale and zero point of an int8 tensor, or an error that names it. */
MUST_CHECK enum mote_status want_quant(const struct frame *at, const struct graph *g, const struct op *op,
                                       int32_t tensor, enum mote_type type, float *scale, int32_t *zero);
/* The scale of an int16 tensor, whose zero point is 0. */
MUST_CHECK enum mote_status want_symmetric(const struct frame *at, const struct graph *g, const struct op *op,
                                           int32_t tensor, float *scale);
MUST_CHECK enum mote_status want_const(const struct frame *at, const struct graph *g, int32_t tensor, const char *what);
/* The zero point is a value of the type. */
bool zero_in_range(enum mote_type type, int64_t zero);

int32_t float_bits(float x);
/* The clamp that an activation means for a float output, as the bits of floats. */
void activation_range_f32(int activation, int32_t *lo, int32_t *hi);
/* A tensor of another type than those that the operator takes: `types` is "s8 and f32". */
MUST_CHECK enum mote_status refuse_type(const struct frame *at, const struct graph *g, int32_t tensor,
                                        const char *types);
/* The tensor is there and of that type. */
MUST_CHECK enum mote_status want_type(const struct frame *at, const struct graph *g, int32_t tensor,
                                      enum mote_type type);

#endif
