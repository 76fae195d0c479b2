/* SPDX-License-Identifier: Apache-2.0 */
/* What every stage asks of an operator. One row an operator, expanded from host/graph/ops.def; the functions are in
 * host/operators/<name>.c. */
#ifndef MOTE_OP_INFO_H
#define MOTE_OP_INFO_H

#include "host/graph/graph.h"

enum opt_kind { OPT_INT, OPT_FLOAT, OPT_FLAG, OPT_PADDING, OPT_ACTIVATION };

struct opt_field {
    const char *name;
    enum opt_kind kind;
};

struct opts_info {
    const struct opt_field *fields;
    int32_t n;
};

#define MANY INT16_MAX /* inputs or outputs in host/graph/ops.def */

/* ---- what an operator's file says of it ---- */
/* What its int8 form asks of the scales of what it reads and makes (host/graph/scales.h). */
enum form {
    FORM_FLOAT,     /* it has no int8 form, or one that nothing here decides about */
    FORM_LINEAR,    /* weights and bias; inputs and outputs have scales of their own */
    FORM_OWN,       /* inputs and outputs have scales of their own */
    FORM_SAME,      /* it moves or compares stored values: inputs and outputs have one scale */
    FORM_FIXED,     /* the output's scale is fixed */
    FORM_RECURRENT, /* LSTM and GRU: weights, biases and states of its own */
};

struct op_scales {
    enum form form;
    float fixed_scale; /* FORM_FIXED, of an int8 output; int16 has 1/32768 and 0 */
    int32_t fixed_zero;
    bool wide;     /* it has an int16 form, too, whose weights are int8 */
    bool features; /* FORM_FLOAT: it makes features of samples, which are to stay float until there (float_head) */
};

/* Which inputs of a convolution or fully connected operator are what, and the weights' dimension of output channels.
 * The bias may be absent, and is the last input. */
struct linear_inputs {
    int input, weights, bias, channels;
};

/* Later stages' arguments, of which the graph knows no more than their names. */
struct lowering; /* host/plan/build.h */
struct backward; /* host/gradient/gradient.h */

/* What is left out is 0: the operator has not got it. */
struct operator
{
    /* Sets the outputs' dims (and only those) from the inputs' dims, constants and options. Inputs' ranks and types are
     * not yet checked: check what you read. Types and quantization are the importer's, and `lower` checks them. */
    enum mote_status (*infer)(const struct model *m, struct graph *g, const struct op *op, const struct frame *at);
    /* Multiply-accumulates of one inference. NULL: none. */
    int64_t (*macs)(const struct graph *g, const struct op *op);
    /* The operator as steps of device kernels. NULL: devices do not execute it. */
    enum mote_status (*lower)(struct lowering * l, const struct op *op, const struct frame *at);
    /* Appends what makes the gradients by its inputs of d, the gradient by its output 0. `op` is its index. NULL: the
     * operator cannot be trained through, unless there is a `slope`. */
    enum mote_status (*gradient)(struct backward * b, int32_t op, int32_t d, const struct frame *at);
    /* dy/dx of an operator of one input that goes element by element: that is all that training wants. */
    float (*slope)(float x, float y);
    struct op_scales scales;
    const struct linear_inputs *linear; /* NULL: it has no weights */
    bool fuses;                         /* its options have an activation that a clamp after it may become */
};

struct op_info {
    const char *NAME, *name; /* "CONV_2D", "conv_2d" */
    int16_t in_min, in_max, out_min, out_max;
    enum opts_id opts;
    const struct operator* is;
};

extern const struct op_info op_info[OP_LIMIT]; /* [OP_NOP] is empty */
extern const struct opts_info opts_info[OPTS_COUNT];

MUST_CHECK enum mote_status op_infer(const struct model *m, struct graph *g, const struct op *op,
                                     const struct frame *at);
/* Its number of inputs and outputs, their indices and its options are as the operator's row says. */
MUST_CHECK enum mote_status op_verify(const struct graph *g, const struct op *op, const struct frame *at);
int64_t op_macs(const struct graph *g, const struct op *op);
/* Where an operator keeps its fused activation, NULL if it has none. */
opt_activation *op_activation(const struct op *op);

const char *padding_name(int padding);       /* "same" */
const char *activation_name(int activation); /* "relu6" */

/* ---- shared by the operators' files (host/graph/shapes.c) ---- */
static inline struct tensor *op_in(const struct graph *g, const struct op *op, int i) /* NULL if absent */
{
    assert(i >= 0);
    return i < op->n_in && op->in[i] != TENSOR_ABSENT ? &g->tensors[op->in[i]] : NULL;
}
static inline struct tensor *op_out(const struct graph *g, const struct op *op, int i)
{
    assert(i >= 0 && i < op->n_out && op->out[i] >= 0 && op->out[i] < g->n_tensors);
    return &g->tensors[op->out[i]];
}
/* Sets out's rank and dims, or fails if out has known dims that differ. */
MUST_CHECK enum mote_status infer_set(const struct frame *at, struct tensor *out, int rank, const int64_t *dims);
MUST_CHECK enum mote_status want_rank(const struct frame *at, const struct tensor *t, const char *what, int min,
                                      int max);
/* Output size and padding before, by the reference's formula (docs/EXACT.md, "Padding"); size <= 0 if it does not fit.
 */
struct window {
    int64_t out, pad_before;
};
struct window window_fit(int padding, int64_t in, int64_t filter, int64_t stride, int64_t dilation, int64_t pad_before,
                         int64_t pad_after);
/* `axis` as a dimension of 0 to rank - 1; a negative one counts from the end. */
MUST_CHECK enum mote_status want_axis(const struct frame *at, int64_t axis, int rank, int *out);
/* A constant int16, int32 or int64 tensor's i-th value. */
int64_t const_int(const struct tensor *t, int64_t i);

#endif
