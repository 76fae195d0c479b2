/* SPDX-License-Identifier: Apache-2.0 */
/* The graph of one step of training: the network, its loss, gradients and the optimizer. */
#ifndef MOTE_STEP_H
#define MOTE_STEP_H

#include "host/graph/graph.h"
#include "host/train/recipe.h"

/* What one step of training computes. Tensors are indices into the graph. */
struct training_graph {
    struct model model;
    int32_t input;      /* [batch, …] f32 */
    int32_t target;     /* [batch] s32 labels, or the target of the mean squared error */
    int32_t rate, step; /* scalars: learning rate, number of the step (s32, from 1) */
    int32_t loss;       /* scalar */
    int32_t output;     /* probabilities, or the prediction of the mean squared error */
    int32_t n_parameters;
    int32_t *parameters; /* weights and running statistics: states here, constants of the same index in the network */
    int32_t *masks;      /* [n_parameters] states of a compression's stage, of weights, or of channels: then of all that
                          * a layer has a row of; else TENSOR_ABSENT */
    int32_t *levels;     /* [n_parameters] the same, for those that have levels */
    int32_t *which;      /* [n_parameters] which of them each weight becomes */
    int32_t *scales;     /* [n_parameters] by which the levels of channels are multiplied; TENSOR_ABSENT: not at all */
    int32_t *axis;       /* [n_parameters] of channels; -1: there are none, and a scale is one of all */
};

/* The network `net` (as network_build() makes it: batch 1, float, weights as constants), with `batch` samples at once.
 *
 * `forward` alone: the loss and the output of the network as it is, for validation; the parameters are states all the
 * same, so that they can be written. Else the whole step: batch normalization with the batch's own statistics, dropout,
 * gradients, and the optimizer of `t`. The graph is verified, and the network is not changed. */
MUST_CHECK enum mote_status training_graph_make(struct pool *pool, const struct model *net, const struct training *t,
                                                int32_t batch, bool forward, struct training_graph *out,
                                                const struct frame *at);

/* What the operators of a layer, "c1" and "c1/…", give in the end, or the tensor of that name; -1: there is none. */
int32_t layer_output(const struct graph *g, const char *layer);

/* Whether a training step can have the network, of one input and one output, beside another. */
MUST_CHECK enum mote_status teacher_try(struct pool *pool, const struct model *teacher, const struct frame *at);

/* Elements of t from the first of a channel to the first of the next: channel of element i is i / below % channels. All
 * of them without an axis. */
int64_t channel_below(const struct tensor *t, int32_t axis);

#endif
