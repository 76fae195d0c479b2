/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the ELL emitter share. A model is a list of nodes; what goes through one tensor after the other,
 * read by nobody else, is one node, a network of layers. */
#ifndef MOTE_EMIT_ELL_H
#define MOTE_EMIT_ELL_H

#include "host/graph/op_info.h"

enum { ELL_ZEROS = 0, ELL_MIN = 4 }; /* schemes of padding */

struct ell_layer {
    const char *type;   /* "BiasLayer<float>" */
    int64_t shape[3];   /* of the output, without its padding: rows, columns, channels */
    int scheme, pad;    /* what padding its input has */
    const char *fields; /* its own, as JSON, each after a comma */
};

struct ell_node {
    int32_t out;           /* tensor */
    int in[2];             /* ids of nodes */
    const char *operation; /* of a BinaryOperationNode; NULL: a network */
    const char *type;      /* of another node, whose version and fields these are; else NULL */
    int version;
    const char *fields;
    int64_t shape[3]; /* of the network's input */
    struct ell_layer *layers;
    int32_t n;
};

struct ell_writer {
    struct pool *pool;
    const struct graph *g;
    struct ell_node *nodes;
    int32_t n;
    int32_t *stands_for; /* [tensors] of reshapes: the tensor whose elements these are */
    int32_t *made_by;    /* [tensors] node, -1 if none makes it */
};

/* The nodes that do what the operator does, appended. (layers.c) */
MUST_CHECK enum mote_status ell_add_op(struct ell_writer *w, const struct op *op, const struct frame *at);
enum mote_status ell_add_gru(struct ell_writer *w, const struct op *op, const struct frame *at);  /* recurrent.c */
enum mote_status ell_add_lstm(struct ell_writer *w, const struct op *op, const struct frame *at); /* recurrent.c */
/* A constant's numbers from `first` on, each `step` further; it must be one, of finite floats. */
void ell_numbers(struct text *to, const struct tensor *t, int64_t first, int64_t step, int64_t n);
MUST_CHECK enum mote_status ell_want_constant(const struct tensor *t, const char *what, const struct frame *at);
/* Fields, each after a comma: a MemoryLayout of n sizes, an InputPort. (ell.c) */
void ell_layout_of(struct text *t, const char *name, int n, const int64_t *size);
void ell_port(struct text *t, const char *field, int own, const char *name, int from);
/* Nodes are numbered: the graph's inputs first, then the list, then outputs. Which one has made a tensor so far; -1:
 * none has. */
#define ELL_FIRST_ID 1000
int ell_id_of(const struct ell_writer *w, int32_t tensor);
/* Rows, columns and channels of a tensor of one sample; a vector is channels. */
void ell_shape(const struct tensor *t, int64_t shape[3]);

#endif
