/* SPDX-License-Identifier: Apache-2.0 */
/* How weights could be stored. */
#ifndef MOTE_JOBS_STORED_WEIGHTS_H
#define MOTE_JOBS_STORED_WEIGHTS_H

#include "host/graph/graph.h"

struct stored {
    int64_t weights, kept; /* kept: not 0 */
    int32_t levels;        /* values of those that are kept */
    const char *coding;    /* "dense", "huffman", "packed" or "sparse": what --coding auto --optimize flash takes, if
                            * all tensors together save more than the kernel's code */
    int64_t bytes;         /* in that coding */
};

/* Whether all that read a tensor, of any type, are layers whose kernels decode weights, as their weights or biases. */
bool weights_are_coded(const struct graph *g, int32_t tensor);
bool biases_are_packed(const struct graph *g, int32_t tensor);

/* Tensors that are coded as one: of an LSTM's four gates the rows come in turn, else there is one. */
enum { STORED_GATES = 4 };
struct stored_group {
    int32_t n, tensors[STORED_GATES];
    int32_t place; /* of the tensor that was asked for */
};
struct stored_group stored_group(const struct graph *g, int32_t tensor);
/* The tensor's share of the coded bytes of the whole group, of which codes are [n][rows][columns]; INT64_MAX: there is
 * no such coding. */
int64_t stored_share(struct pool *pool, const struct stored_group *group, const int8_t *const codes[], int32_t rows,
                     int32_t columns);
/* The bytes of a tensor whose codes are packed, and of what they mean; INT64_MAX: there are too many values, or no
 * kernel reads such weights. */
int64_t stored_packed(struct pool *pool, const struct graph *g, int32_t tensor, const int8_t *codes);
/* The bytes of the pairs of a tensor's codes; INT64_MAX: they are too many, or no kernel reads them. */
int64_t stored_sparse(struct pool *pool, const struct graph *g, int32_t tensor, const int8_t *codes);

/* Of a constant of int8 with two dimensions or more; false: the tensor is another. */
bool stored_weights(struct pool *pool, const struct graph *g, int32_t tensor, struct stored *out);
/* The scale of element i of a tensor; 1 where it has none. */
float stored_scale(const struct tensor *t, int64_t i);
double stored_bits(const struct stored *s); /* a weight */

#endif
