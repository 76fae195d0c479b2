/* SPDX-License-Identifier: Apache-2.0 */
/* How weights could be stored. */
#ifndef MOTE_JOBS_STORED_WEIGHTS_H
#define MOTE_JOBS_STORED_WEIGHTS_H

#include "host/graph/graph.h"

struct stored {
    int64_t weights, kept; /* kept: not 0 */
    int32_t levels;        /* values of those that are kept */
    const char *coding;    /* what --coding auto takes, if all tensors together save more than the kernel's code */
    int64_t bytes;         /* in that coding */
};

/* Whether all that read a tensor, of any type, are layers whose kernels decode weights, as their weights or biases. */
bool weights_are_coded(const struct graph *g, int32_t tensor);
bool biases_are_packed(const struct graph *g, int32_t tensor);
/* Of a constant of int8 with two dimensions or more; false: the tensor is another. */
bool stored_weights(struct pool *pool, const struct graph *g, int32_t tensor, struct stored *out);
/* The scale of element i of a tensor; 1 where it has none. */
float stored_scale(const struct tensor *t, int64_t i);
double stored_bits(const struct stored *s); /* a weight */

#endif
