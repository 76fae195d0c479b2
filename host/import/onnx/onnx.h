/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the ONNX importer share. docs/IMPORT.md says how an operator is added.
 *
 * A node's function (ops.h) asks for the node's inputs and attributes and appends operators of the graph by the calls
 * of host/import/build.h, whose failures stick.
 *
 * Numbers are narrowed where the file is read: float64, float16 and bfloat16 become f32, int64, uint32 and uint64 s32
 * (saturating), as a microcontroller computes them. */
#ifndef MOTE_ONNX_H
#define MOTE_ONNX_H

#include "host/base/faults.h"
#include "host/graph/op_info.h"
#include "host/import/build.h"
#include "host/import/import.h"
#include "host/import/names.h"
#include "host/import/protobuf.h"
#include "onnx.pb-c.h"

#define DOMAIN(s) ((s) && strcmp(s, "ai.onnx") != 0 ? (s) : "")

/* The node that is a call of the function whose body is being read. */
struct onnx_call {
    const Onnx__NodeProto *node;
    const struct onnx_call *outer;
    int depth;
};

struct onnx {
    const Onnx__ModelProto *file;
    const struct import_options *options;
    const char *path; /* the file's: external data are beside it */
    int64_t opset;    /* of the operators of ai.onnx */
    struct names values;
    const char *assumed;          /* an input whose free first dimension became 1; NULL: none */
    const struct onnx_call *call; /* NULL in the model's graph */
    int64_t n_nodes;              /* that have been read, those of bodies again and again */
    struct onnx_pooled *pooled;   /* [n_pooled] (unpool.h) */
    int32_t n_pooled;

    /* the node that is being read */
    const Onnx__NodeProto *node;
    int32_t index;
    int n_in;
    int32_t *in; /* [n_in] tensors */
};

/* A graph's `reader` is the file's. */
static inline struct onnx *onnx_of(const struct build *r) { return r->reader; }

/* ---- the file ---- */
/* A TensorProto's type, shape and elements; `path` is the file's that it is in. (tensor.c) */
MUST_CHECK enum mote_status onnx_read_tensor(struct pool *pool, const char *path, const Onnx__TensorProto *t,
                                             struct tensor *out, const struct frame *at);
/* The type in which elements of a TensorProto's data_type are computed. */
MUST_CHECK enum mote_status onnx_type(int32_t data_type, enum mote_type *out, const struct frame *at);
/* The bytes of a file beside the model's. (external.c) */
MUST_CHECK enum mote_status onnx_read_external(struct pool *pool, const char *path, const Onnx__TensorProto *t,
                                               struct bytes *out, const struct frame *at);

/* ---- graphs (import.c) ---- */
/* The opset of ai.onnx among these; `absent` if it is not. */
int64_t onnx_opset(size_t n, Onnx__OperatorSetIdProto *const *sets, int64_t absent);
/* The initializers, and the nodes, one after the other. */
MUST_CHECK enum mote_status onnx_read_initializers(struct build *r, const Onnx__GraphProto *graph,
                                                   const struct frame *at);
MUST_CHECK enum mote_status onnx_read_nodes(struct build *r, size_t n, Onnx__NodeProto *const *nodes,
                                            const struct frame *at);
/* An order in which n nodes can run: the file's, where that is one; those in a circle stay somewhere, and miss an input
 * there. (order.c) */
const int32_t *onnx_order_of(struct pool *pool, size_t n, Onnx__NodeProto *const *nodes);
/* One node more is read, or the body of one; false: they are too many, or the pool has no room. */
bool onnx_count_node(struct build *r);
/* `name` is `tensor` from now on; fails if it is something already. */
MUST_CHECK enum mote_status onnx_set_value(struct build *r, const char *name, int32_t tensor, const struct frame *at);
/* The function of the file that the node calls, NULL if there is none; the nodes that it stands for. (control.c) */
const Onnx__FunctionProto *onnx_function_of(const struct build *r, const Onnx__NodeProto *node);
void onnx_call_function(struct build *r, const Onnx__FunctionProto *f);

/* Whether a node that is neither of Mote nor of the file is an operator that the user has loaded; the node. (own.c) */
bool onnx_is_own(const Onnx__NodeProto *node);
void onnx_own(struct build *r);

/* ---- the node (node.c) ---- */
bool node_has(const struct build *r, int i); /* input i is there */
int32_t node_in(struct build *r, int i);     /* fails without it */
int32_t node_in_or(struct build *r, int i, int32_t absent);
bool node_wants(const struct build *r, int i);         /* somebody named output i */
void node_out(struct build *r, int i, int32_t tensor); /* output i is `tensor` */
/* Another operator's function, which asks for these inputs and the node's attributes; gives what it says of output 0,
 * TENSOR_ABSENT where nobody wants that. Then output 0 may become another tensor, made of it. */
int32_t node_compute(struct build *r, void (*function)(struct build *), int n, const int32_t *in);
void node_replace(struct build *r, int32_t was, int32_t tensor);
/* The same where input 0 is bytes of one scale, which the output gets: true, it is done. (quantized.c) */
bool node_as_reals(struct build *r, void (*function)(struct build *));
/* Attributes, and what holds without them. Integers are narrowed as those of tensors are. A list's n is at most `most`;
 * without it *n is -1. */
const Onnx__AttributeProto *node_attr(const struct build *r, const char *name);
int64_t node_int(struct build *r, const char *name, int64_t absent);
enum mote_type node_type(struct build *r, const char *name, enum mote_type absent);
float node_float(struct build *r, const char *name, float absent);
const char *node_string(struct build *r, const char *name, const char *absent);
void node_ints(struct build *r, const char *name, int most, int *n, int64_t *values);
/* These, without it: *n is 0. */
void node_floats(struct build *r, const char *name, int most, int *n, float *values);
void node_strings(struct build *r, const char *name, int most, int *n, const char **values);
/* A list that is an attribute in old versions and input i in newer ones. */
void node_list(struct build *r, const char *attribute, int i, int most, int *n, int64_t *values);

#endif
