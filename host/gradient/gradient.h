/* SPDX-License-Identifier: Apache-2.0 */
/* Training is a graph: gradients, loss and optimizer are operators that are appended to the forward graph, and the
 * whole is an ordinary graph, which can be verified, printed, and run by host/program. Here the gradients come from. */
#ifndef MOTE_GRADIENT_H
#define MOTE_GRADIENT_H

#include "host/graph/op_info.h"

/* Appends the operators that compute the gradient of the scalar `loss`, the output of a loss operator, by each of the n
 * tensors `by`; gradients[i] is the tensor that holds it, TENSOR_ABSENT where the loss does not depend on it. Where a
 * tensor has several readers their gradients are added. ERR_UNSUPPORTED for an operator without a gradient, by name. */
MUST_CHECK enum mote_status gradient_append(struct model *m, struct graph *g, int32_t loss, int32_t n,
                                            const int32_t *by, int32_t *gradients, const struct frame *at);

/* ---- for an operator's `gradient`: from d, the gradient by its output 0, to those by its inputs ---- */
struct backward {
    struct model *m;
    struct graph *g;
    bool *wanted;       /* [n_tensors at the start] depends on a wanted tensor */
    int32_t *gradients; /* [n_tensors at the start] what has come together so far, TENSOR_ABSENT: nothing */
    const char *name;   /* of the operator whose gradient is being made */
};

bool gradient_wanted(const struct backward *b, const struct op *op, int input);
/* "name/what", f32, whose shape inference finds. */
int32_t gradient_tensor(struct backward *b, const char *what);
int32_t gradient_ints(struct backward *b, const char *what, int32_t n, const int32_t *data); /* a constant */
/* Appends an operator; opts may be NULL. */
void gradient_op(struct backward *b, enum op_id id, int n_in, const int32_t *in, int n_out, const int32_t *out,
                 const void *opts);
/* One operator with one output: the tensor that it makes. */
int32_t gradient_apply(struct backward *b, enum op_id id, int n, const int32_t *in, const void *opts);
/* d is a part of the gradient by tensor t. */
void gradient_give(struct backward *b, int32_t t, int32_t d);
/* Through the activation that is fused into the operator that made y. */
MUST_CHECK enum mote_status gradient_through(struct backward *b, int activation, int32_t y, int32_t *d,
                                             const struct frame *at);
/* Convolutions and fully connected operators: x, weights, perhaps a bias. `opts` has no activation. */
MUST_CHECK enum mote_status gradient_linear(struct backward *b, int32_t op, int32_t d, enum op_id by_input,
                                            enum op_id by_weights, int activation, const void *opts,
                                            const struct frame *at);
/* Of an activation: by_input is made of d and y. */
MUST_CHECK enum mote_status gradient_activation(struct backward *b, int32_t op, int32_t d, enum op_id by_input);

#endif
