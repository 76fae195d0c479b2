/* SPDX-License-Identifier: Apache-2.0 */
/* What an operator asks of the scales of what it reads and makes: the one rule for quantizing a float model and for
 * taking a quantized one. */
#ifndef MOTE_SCALES_H
#define MOTE_SCALES_H

#include "host/graph/op_info.h"
#include "host/graph/quant_s8.h"

/* One quantization: zero points are equal, and scales as near as the reference's pools take them, and by less than
 * 1/256 of themselves. */
bool quant_same(const struct quant *a, const struct quant *b);
/* What comes out are numbers that went in (or padding), so that they have the quantization of those. */
bool op_keeps_values(enum op_id id);
/* Which operators of a float graph stay float when it is quantized, [n_ops] in the pool, though they have an int8 form:
 * those between its inputs and one that makes features (op_scales.features: rounded samples would lose them), and those
 * that only move features or scale them by constants. None has weights before it. */
bool *float_head(struct pool *pool, const struct graph *g);
/* One of them, of these operators, reads the tensor. */
bool float_head_reads(const bool *stays, const struct op *ops, int32_t n, int32_t tensor);
/* The operator's tensors have the scales that its form asks for. The reference looks at few of them. */
MUST_CHECK enum mote_status want_scales(const struct graph *g, const struct op *op, const struct frame *at);

#endif
