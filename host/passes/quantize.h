/* SPDX-License-Identifier: Apache-2.0 */
/* Post-training quantization: a float graph whose tensors have ranges becomes an int8 graph (docs/QUANTIZE.md). Of
 * passes[] it is the rows `quantize` and `quantize_inside`, which run where they are asked for: they change what the
 * graph computes. */
#ifndef MOTE_QUANTIZE_H
#define MOTE_QUANTIZE_H

#include "host/graph/quant_s8.h"

/* Weights of one channel: symmetric, from -127 to 127. The scale is that of the largest weight, but coarser where the
 * bias would not fit 32 bits with room for the sum, or where the multiplier from sums to outputs would be too small:
 * weights that small change no output. Never 0. */
float weight_scale(float largest_weight, float bias, float in_scale, float out_scale);

/* Graph 0 of m is a float graph, without operators of training. */
MUST_CHECK enum mote_status quantize_check(const struct model *m, const struct frame *at);

/* Graph 0 of m, after passes_run(), with ranges of its f32 tensors that are computed; one without holds nothing but
 * 0. What is computed becomes `type`, s8 or s16; weights are s8. `float_ends`: inputs and outputs of the graph stay
 * f32; else they become that, too, but for inputs of what float_head() (scales.h) names. Operators without such a
 * form stay as they are, between DEQUANTIZE and QUANTIZE; so does state. Tensors keep their indices, new ones come
 * after them; ranges are used up. where[i], [n_tensors] in the model's pool, is the tensor that has the values of
 * tensor i now. */
MUST_CHECK enum mote_status quantize_graph(struct model *m, enum mote_type type, bool float_ends, int32_t **where,
                                           const struct frame *at);

/* Before a pruned float graph is quantized: units of fully connected layers without weights go into the biases of the
 * layers that read them (constant_units.c). */
void fold_constant_units(struct model *m, struct graph *g);

/* ---- shared by quantize.c, quantize_weights.c and quantize_recurrent.c ---- */
/* The inputs of a convolution or fully connected operator: its weights [channels] in int8 and its bias, in new
 * tensors; `type` is that of activations. `in` has the indices of the float graph and gets the new ones, but not
 * that of the first input. */
MUST_CHECK enum mote_status quantize_linear(struct model *m, struct graph *g, const struct op *op, enum mote_type type,
                                            struct quant_s8 in, struct quant_s8 out, int32_t *inputs,
                                            const struct frame *at);
/* The same for an LSTM or a GRU, whose states become s8 and s16, or both s16 (of an LSTM, `type` is s16): h is the
 * quantization of its output, `cell` what the LSTM's cell state (recurrent_cell()) held at the end of sequences.
 * recurrent_has_s8(): nothing else reads its states, but READ_VARIABLE behind it, nothing assigns them there, and
 * they start with 0. */
bool recurrent_has_s8(const struct graph *g, const struct op *op);
/* RECURRENT, in float: its weights become a scale of their row times an integer from -127 to 127. */
bool recurrent_has_hybrid(const struct op *op);
MUST_CHECK enum mote_status quantize_hybrid(struct model *m, struct graph *g, const struct op *op, int32_t *inputs,
                                            const struct frame *at);
int32_t recurrent_hidden(const struct op *op); /* tensors: h, and c; the GRU has h alone */
int32_t recurrent_cell(const struct op *op);
MUST_CHECK enum mote_status quantize_recurrent(struct model *m, struct graph *g, const struct op *op,
                                               enum mote_type type, struct quant_s8 x, struct quant_s8 h,
                                               struct range cell, int32_t *inputs, const struct frame *at);
/* A constant f32 tensor as a new s8 one; as s16. */
int32_t quantize_constant(struct model *m, struct graph *g, int32_t tensor, struct quant_s8 q);
int32_t quantize_constant_s16(struct model *m, struct graph *g, int32_t tensor, struct quant_s8 q);
/* A constant f32 tensor has no infinity and no NaN. */
MUST_CHECK enum mote_status want_finite(const struct graph *g, int32_t tensor, const struct frame *at);
struct range range_of_constant(const struct tensor *t);

#endif
