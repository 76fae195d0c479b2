/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the TensorFlow importer share. docs/IMPORT.md says how an operator is added.
 *
 * A node's function (ops.h) asks for the node's inputs and attributes and appends operators of the graph by the calls
 * of host/import/build.h, whose failures stick. Nodes run in an order in which they can, those of loops again and
 * again. What a node makes is a tensor; a TensorArray's handle is a constant, its number; what a Switch does not take
 * is TF_DEAD, and so is all that is made of it; what is random is TF_RANDOM or below. */
#ifndef MOTE_TENSORFLOW_H
#define MOTE_TENSORFLOW_H

#include "graphdef.pb-c.h"
#include "host/base/faults.h"
#include "host/graph/op_info.h"
#include "host/import/build.h"
#include "host/import/import.h"
#include "host/import/names.h"
#include "host/import/numbers.h"
#include "host/import/protobuf.h"

#define TF_DEAD   (-2)
#define TF_RANDOM (-8) /* and below: tf.ranges[TF_RANDOM - x] (random.c) */

/* What a node reads. */
struct tf_source {
    int32_t node, output;
};

struct tf_node {
    const Tf__NodeDef *def;
    const struct tf_op *op; /* NULL: none that Mote has */
    int n_in, n_out;        /* outputs that somebody reads, at least 1 */
    struct tf_source *from; /* [n_in] */
    int32_t *out;           /* [n_out] tensors, TENSOR_ABSENT before they are made; of a loop's nodes the newest */
    bool *cut;              /* [n_out] which of them are inputs of the model; NULL: none */
    int32_t loop;           /* its number, 0: it is in none */
    bool ran;
    bool in_body; /* of a loop: it runs only where the condition holds */
};

struct tf_array; /* a TensorArray (loop.c) */
struct tf_range;

struct tf {
    const Tf__GraphDef *file;
    const struct import_options *options;
    struct names names; /* of nodes */
    struct tf_node *nodes;
    int32_t n;
    int32_t *order; /* [n_order] nodes that somebody wants, each behind what it reads but for loops' beginnings */
    int32_t n_order;
    int32_t *units; /* [n_units] what runs, one after the other: nodes outside of loops, and loops: k is n + k - 1 */
    int32_t n_units;
    const char **loops; /* [n_loops] frames' names; loop k is loops[k - 1] */
    int32_t n_loops;
    struct tf_array *arrays;
    int32_t n_arrays;
    struct tf_range *ranges; /* of what is random */
    int32_t n_ranges;
    int32_t *turned; /* [n_turned] pairs: a constant matrix, and its transpose */
    int32_t n_turned;
    int64_t n_run;         /* nodes that have run */
    struct faults missing; /* operators that Mote does not have */

    /* the node that runs */
    int32_t index;
    int32_t *in; /* [n_in] tensors */
};

/* A graph's `reader` is the file's. */
static inline struct tf *tf_of(const struct build *r) { return r->reader; }

/* ---- the file (tensor.c) ---- */
/* The type in which elements of a DataType are computed. */
MUST_CHECK enum mote_status tf_type_of(int32_t dtype, enum mote_type *out, const struct frame *at);
/* Dimensions, DIM_UNKNOWN for free ones; without a shape none. */
MUST_CHECK enum mote_status tf_read_shape(const Tf__TensorShape *shape, struct tensor *out, const struct frame *at);
/* A constant of the pool. */
MUST_CHECK enum mote_status tf_read_tensor(struct build *r, const Tf__Tensor *t, struct tensor *out,
                                           const struct frame *at);

/* ---- the graph (order.c) ---- */
/* Nodes by name, and what each reads. */
MUST_CHECK enum mote_status tf_index(struct build *r, const struct frame *at);
/* "name" or "name:k" of an input or option; the node is NAME_ABSENT if there is none. */
struct tf_source tf_find(struct build *r, const char *input);
/* The nodes, and all that they want: tf.order, tf.units, and which loops and bodies they are in. */
MUST_CHECK enum mote_status tf_want(struct build *r, int32_t n, const int32_t *wanted, const struct frame *at);
/* "Conv2D 'layer/conv': ", of messages. */
struct frame tf_frame(struct build *r, int32_t node, const struct frame *at);
bool tf_is_audio(const struct tf_node *node);
/* What `reader` reads there is an input of the model. */
bool tf_is_cut(const struct tf *tf, const struct tf_node *reader, struct tf_source s);

/* Placeholders that inference has not become constants; the model's remarks say so. (training.c) */
void tf_settle_training(struct build *r);

/* ---- running (run.c) ---- */
/* One node, whose inputs are there; NextIteration, Merge … of loops are the loop's (loop.c). */
void tf_run(struct build *r, int32_t node, const struct frame *at);
void tf_run_random(struct build *r); /* one that reads something random (random.c) */
void tf_run_loop(struct build *r, int32_t loop, const struct frame *at);

/* ---- the node (node.c) ---- */
const char *tf_op_name(const struct build *r); /* as in the file */
int tf_inputs(const struct build *r);
bool tf_has(const struct build *r, int i);                   /* input i is there */
int32_t tf_in(struct build *r, int i);                       /* fails without it */
int64_t tf_number(struct build *r, int i, const char *what); /* the only one of input i, a constant of integers */
void tf_out(struct build *r, int i, int32_t tensor);
/* Attributes, and what holds without them. A list's n is at most `most`; without it *n is -1. */
const Tf__AttrValue *tf_attr(const struct build *r, const char *name);
int64_t tf_int(struct build *r, const char *name, int64_t absent);
float tf_float(struct build *r, const char *name, float absent);
bool tf_bool(struct build *r, const char *name, bool absent);
const char *tf_string(struct build *r, const char *name, const char *absent);
void tf_ints(struct build *r, const char *name, int most, int *n, int64_t *values);
enum mote_type tf_type(struct build *r, const char *name, enum mote_type absent);
bool tf_planes(struct build *r); /* data_format has the channels before the image's rows */

/* The transpose of a matrix; of a constant one the same each time. */
int32_t tf_turned(struct build *r, int32_t x);

#endif
