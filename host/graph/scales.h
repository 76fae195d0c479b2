/* SPDX-License-Identifier: Apache-2.0 */
/* What an operator asks of the scales of what it reads and makes: the one rule for quantizing a float model and for
 * taking a quantized one. */
#ifndef MOTE_SCALES_H
#define MOTE_SCALES_H

#include "host/graph/graph.h"

enum form {
    FORM_FLOAT,  /* it has no int8 form, or one that nothing here decides about */
    FORM_LINEAR, /* weights and bias; inputs and outputs have scales of their own */
    FORM_OWN,    /* inputs and outputs have scales of their own */
    FORM_SAME,   /* it moves or compares stored values: inputs and outputs have one scale */
    FORM_FIXED,  /* the output's scale is fixed */
    FORM_LSTM,   /* weights, biases and states of its own */
};

struct op_scales {
    enum form form;
    float fixed_scale; /* FORM_FIXED, of an int8 output */
    int32_t fixed_zero;
};
extern const struct op_scales op_scales[OP_LIMIT];

/* One quantization: zero points are equal, and scales as near as the reference's pools take them, and by less than
 * 1/256 of themselves. */
bool quant_same(const struct quant *a, const struct quant *b);
/* The operator's tensors have the scales that its form asks for. The reference looks at few of them. */
MUST_CHECK enum mote_status want_scales(const struct graph *g, const struct op *op, const struct frame *at);

#endif
