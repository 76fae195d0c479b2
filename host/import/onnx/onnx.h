/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the ONNX importer share. docs/IMPORT.md says how an operator is added.
 *
 * A node's function (ops.h) asks for the node's inputs and attributes and appends operators of the graph by the calls
 * below. Failures stick: after the first one r->status is set, calls do nothing and give TENSOR_ABSENT, so that a
 * function reads as the arithmetic does and looks at nothing in between.
 *
 * Numbers are narrowed where the file is read: float64, float16 and bfloat16 become f32, int64, uint32 and uint64 s32
 * (saturating), as a microcontroller computes them. What all of whose inputs are constants is computed as it is
 * appended, if it is small, so that shapes that are computed are constants where an operator asks for them. */
#ifndef MOTE_ONNX_H
#define MOTE_ONNX_H

#include "host/base/faults.h"
#include "host/graph/op_info.h"
#include "host/import/import.h"
#include "onnx.pb-c.h"

#define DOMAIN(s) ((s) && strcmp(s, "ai.onnx") != 0 ? (s) : "")

/* ---- names (names.c) ---- */
struct onnx_name;
struct onnx_names {
    struct onnx_name *slots;
    size_t n, capacity;
    const struct onnx_names *outer; /* of the graph that a body is in; NULL: it is in none */
};
void names_set(struct pool *pool, struct onnx_names *names, const char *name, int32_t value);
int32_t names_get(const struct onnx_names *names, const char *name); /* TENSOR_ABSENT if nobody set it */

/* The node that is a call of the function whose body is being read. */
struct onnx_call {
    const Onnx__NodeProto *node;
    const struct onnx_call *outer;
    int depth;
};

struct onnx {
    struct pool *pool;
    struct model *m;
    struct graph *g;
    const Onnx__ModelProto *file;
    const struct import_options *options;
    const char *path; /* the file's: external data are beside it */
    int64_t opset;    /* of the operators of ai.onnx */
    size_t limit;     /* bytes of the pool */
    struct onnx_names values;
    const struct onnx_call *call; /* NULL in the model's graph */
    int64_t n_nodes;              /* that have been read, those of bodies again and again */

    /* the node that is being read */
    const Onnx__NodeProto *node;
    int32_t index;
    int n_in;
    int32_t *in; /* [n_in] tensors */
    const struct frame *at;
    enum mote_status status;
};

/* ---- the file (decode.c) ---- */
/* The message in `file`, or NULL; at most `limit` bytes of the pool in all. */
MUST_CHECK enum mote_status onnx_decode(struct pool *pool, size_t limit, const ProtobufCMessageDescriptor *of,
                                        struct bytes file, void **out, const struct frame *at);
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
MUST_CHECK enum mote_status onnx_read_initializers(struct onnx *r, const Onnx__GraphProto *graph,
                                                   const struct frame *at);
MUST_CHECK enum mote_status onnx_read_nodes(struct onnx *r, size_t n, Onnx__NodeProto *const *nodes,
                                            const struct frame *at);
/* One node more is read, or the body of one; false: they are too many, or the pool has no room. */
bool onnx_count_node(struct onnx *r);
/* `name` is `tensor` from now on; fails if it is something already. */
MUST_CHECK enum mote_status onnx_set_value(struct onnx *r, const char *name, int32_t tensor, const struct frame *at);
/* The function of the file that the node calls, NULL if there is none; the nodes that it stands for. (control.c) */
const Onnx__FunctionProto *onnx_function_of(const struct onnx *r, const Onnx__NodeProto *node);
void onnx_call_function(struct onnx *r, const Onnx__FunctionProto *f);

/* ---- the node (node.c) ---- */
void onnx_fail(struct onnx *r, enum mote_status status, const char *fmt, ...) PRINTF(3, 4);
bool node_has(const struct onnx *r, int i); /* input i is there */
int32_t node_in(struct onnx *r, int i);     /* fails without it */
int32_t node_in_or(struct onnx *r, int i, int32_t absent);
bool node_wants(const struct onnx *r, int i);         /* somebody named output i */
void node_out(struct onnx *r, int i, int32_t tensor); /* output i is `tensor` */
/* Attributes, and what holds without them. A list's n is at most `most`; without it *n is -1. */
const Onnx__AttributeProto *node_attr(const struct onnx *r, const char *name);
int64_t node_int(struct onnx *r, const char *name, int64_t absent);
float node_float(struct onnx *r, const char *name, float absent);
const char *node_string(struct onnx *r, const char *name, const char *absent);
void node_ints(struct onnx *r, const char *name, int most, int *n, int64_t *values);
/* These, without it: *n is 0. */
void node_floats(struct onnx *r, const char *name, int most, int *n, float *values);
void node_strings(struct onnx *r, const char *name, int most, int *n, const char **values);
/* A list that is an attribute in old versions and input i in newer ones. */
void node_list(struct onnx *r, const char *attribute, int i, int most, int *n, int64_t *values);

/* ---- tensors (build.c) ---- */
const struct tensor *tensor_at(const struct onnx *r, int32_t tensor); /* until the next one is added; never NULL */
bool is_const(const struct onnx *r, int32_t tensor);
int axis_of(struct onnx *r, int64_t axis, int rank); /* 0 to rank - 1 */
/* Numbers of a constant of ints (floats); fails where it is none. */
void const_ints(struct onnx *r, int32_t tensor, const char *what, int most, int *n, int64_t *values);
float const_float(struct onnx *r, int32_t tensor, const char *what);
int32_t add_ints(struct onnx *r, int n, const int64_t *values);  /* s32 [n] */
int32_t add_float(struct onnx *r, float value);                  /* f32 [] */
int32_t add_zero(struct onnx *r, enum mote_type type);           /* [] */
int32_t add_ones(struct onnx *r, int rank, const int64_t *dims); /* f32 */
/* `data` are the pool's, or the file's. */
int32_t add_const(struct onnx *r, enum mote_type type, int rank, const int64_t *dims, const void *data);
int32_t add_zeros(struct onnx *r, int rank, const int64_t *dims); /* f32 */
/* f32 that is kept between inferences, until an operator or assign() writes it. */
int32_t add_state(struct onnx *r, int rank, const int64_t *dims);
void assign(struct onnx *r, int32_t state, int32_t value);
/* Whether the pool has room for so many bytes more; else the node has failed. */
bool has_room(struct onnx *r, int64_t bytes);

/* ---- operators ---- */
/* Appends an operator; NULL are options of zeros. Of its outputs the first has `type`, or if that is TYPE_NONE the
 * first input's. Gives the output. */
int32_t emit(struct onnx *r, enum op_id id, const void *opts, enum mote_type type, int n_in, const int32_t *in);
int32_t emit_unary(struct onnx *r, enum op_id id, int32_t x);
int32_t emit_binary(struct onnx *r, enum op_id id, int32_t a, int32_t b);
/* QUANTIZE or DEQUANTIZE: the output has that quantization. What only moves numbers hands it on by itself. */
int32_t emit_quantized(struct onnx *r, enum op_id id, enum mote_type type, const struct quant *q, int32_t x);
void set_quant(struct onnx *r, int32_t tensor, const struct quant *q);
/* As emit(), of `n_out` outputs of one type. */
void emit_many(struct onnx *r, enum op_id id, const void *opts, enum mote_type type, int n_in, const int32_t *in,
               int n_out, int32_t *out);
int32_t reshape(struct onnx *r, int32_t x, int rank, const int64_t *dims);
int32_t transpose(struct onnx *r, int32_t x, const int *perm);
int32_t transpose_move(struct onnx *r, int32_t x, int from, int to); /* one dimension moves, others keep their order */
int32_t cast(struct onnx *r, int32_t x, enum mote_type type);
/* `value` is one element, or TENSOR_ABSENT for zeros. Numbers below 0 cut off. */
int32_t pad(struct onnx *r, int32_t x, const int64_t *front, const int64_t *back, int32_t value);
int32_t slice(struct onnx *r, int32_t x, const int64_t *begin, const int64_t *end, const int64_t *step);
int32_t concat(struct onnx *r, int axis, int n, const int32_t *in);
/* The axis in n equal parts. */
void split(struct onnx *r, int32_t x, int axis, int n, int32_t *out);
/* Steps first to first + n - 1 of dimension 0; of a constant without a copy. */
int32_t rows(struct onnx *r, int32_t x, int64_t first, int64_t n);
/* Steps of an axis, by a list in the pool; elements of any tensor, by their place in it. */
int32_t gather(struct onnx *r, int32_t x, int axis, int64_t n, const int32_t *indices);
int32_t gather_flat(struct onnx *r, int32_t x, int rank, const int64_t *dims, const int32_t *indices);
int32_t *add_indices(struct onnx *r, int64_t n); /* room for such a list; write to it only while r->status is OK */
/* The reduction of some dimensions, which stay as 1 with `keep`. */
int32_t reduce(struct onnx *r, enum op_id id, int32_t x, int n, const int64_t *axes, bool keep);
/* The same operator but of constants alone, which is computed where it is appended and must be small. (fold.c) */
bool onnx_fold(struct onnx *r, struct op *op);

#endif
