/* SPDX-License-Identifier: Apache-2.0 */
/* What importers make graphs with: calls that append constants and operators.
 *
 * Failures stick: after the first one r->status is set, calls do nothing and give TENSOR_ABSENT, so that an importer's
 * function reads as the arithmetic does and looks at nothing in between; it must only not index by what it has read
 * before it has looked at r->status. What all of whose inputs are constants is computed as it is appended, if it is
 * small, so that shapes that are computed are constants where an operator asks for them. */
#ifndef MOTE_BUILD_H
#define MOTE_BUILD_H

#include "host/graph/op_info.h"

struct build {
    struct pool *pool;
    struct model *m;
    struct graph *g;
    size_t limit;           /* bytes of the pool */
    const struct frame *at; /* what is being read, for messages */
    enum mote_status status;
    void *reader; /* the importer's own */
    bool bytes;   /* scales are what operators say of bytes (ONNX), not what tensors have (see emit_many()) */
};

void build_fail(struct build *r, enum mote_status status, const char *fmt, ...) PRINTF(3, 4);

/* ---- tensors ---- */
const struct tensor *tensor_at(const struct build *r, int32_t tensor); /* until the next one is added; never NULL */
bool is_const(const struct build *r, int32_t tensor);
int32_t saturate_s32(int64_t value);                  /* as int64 is narrowed */
int64_t dims_elements(int rank, const int64_t *dims); /* as tensor_elements() */
/* Every tensor is looked at when it is made, so that sums and products of its dimensions have room. */
MUST_CHECK enum mote_status build_check_size(const struct tensor *t, const struct frame *at);
int axis_of(struct build *r, int64_t axis, int rank); /* 0 to rank - 1 */
/* Numbers of a constant of ints (floats); fails where it is none. */
void const_ints(struct build *r, int32_t tensor, const char *what, int most, int *n, int64_t *values);
float const_float(struct build *r, int32_t tensor, const char *what);
int32_t add_ints(struct build *r, int n, const int64_t *values);  /* s32 [n] */
int32_t add_float(struct build *r, float value);                  /* f32 [] */
int32_t add_zero(struct build *r, enum mote_type type);           /* [] */
int32_t add_ones(struct build *r, int rank, const int64_t *dims); /* f32 */
/* `data` are the pool's, or the file's. */
int32_t add_const(struct build *r, enum mote_type type, int rank, const int64_t *dims, const void *data);
int32_t add_zeros(struct build *r, int rank, const int64_t *dims); /* f32 */
/* f32 that is kept between inferences, until an operator or assign() writes it. */
int32_t add_state(struct build *r, int rank, const int64_t *dims);
void assign(struct build *r, int32_t state, int32_t value);
/* Whether the pool has room for so many bytes more; else the node has failed. */
bool has_room(struct build *r, int64_t bytes);

/* ---- operators ---- */
/* Appends an operator; NULL are options of zeros. Of its outputs the first has `type`, or if that is TYPE_NONE the
 * first input's. Gives the output. */
int32_t emit(struct build *r, enum op_id id, const void *opts, enum mote_type type, int n_in, const int32_t *in);
int32_t emit_unary(struct build *r, enum op_id id, int32_t x);
int32_t emit_binary(struct build *r, enum op_id id, int32_t a, int32_t b);
/* QUANTIZE or DEQUANTIZE: the output has that quantization. What only moves numbers hands it on by itself. */
int32_t emit_quantized(struct build *r, enum op_id id, enum mote_type type, const struct quant *q, int32_t x);
void set_quant(struct build *r, int32_t tensor, const struct quant *q);
/* As emit(), of `n_out` outputs of one type. With r->bytes, operators that only move numbers take inputs of several
 * scales as the bytes that they are: constants of none get the others', else all of them lose theirs. */
void emit_many(struct build *r, enum op_id id, const void *opts, enum mote_type type, int n_in, const int32_t *in,
               int n_out, int32_t *out);
/* A mark around blocks (host/graph/blocks.h): of as many outputs as inputs, alike, or, of `out` NULL, of none. `before`
 * are the outputs of the mark whose memory they go to, NULL: of none; the inputs must be like these. */
void emit_mark(struct build *r, enum op_id id, int n, const int32_t *in, const int32_t *before, int32_t *out);
int32_t reshape(struct build *r, int32_t x, int rank, const int64_t *dims);
int32_t transpose(struct build *r, int32_t x, const int *perm);
int32_t transpose_move(struct build *r, int32_t x, int from, int to); /* one dimension moves, others keep their order */
int32_t cast(struct build *r, int32_t x, enum mote_type type);
/* `value` is one element, or TENSOR_ABSENT for zeros. Numbers below 0 cut off. */
int32_t pad(struct build *r, int32_t x, const int64_t *front, const int64_t *back, int32_t value);
int32_t slice(struct build *r, int32_t x, const int64_t *begin, const int64_t *end, const int64_t *step);
int32_t concat(struct build *r, int axis, int n, const int32_t *in);
/* The axis in n equal parts. */
void split(struct build *r, int32_t x, int axis, int n, int32_t *out);
/* Steps first to first + n - 1 of dimension 0; of a constant without a copy. */
int32_t rows(struct build *r, int32_t x, int64_t first, int64_t n);
/* Steps of an axis, by a list in the pool; elements of any tensor, by their place in it. */
int32_t gather(struct build *r, int32_t x, int axis, int64_t n, const int32_t *indices);
int32_t gather_flat(struct build *r, int32_t x, int rank, const int64_t *dims, const int32_t *indices);
int32_t *add_indices(struct build *r, int64_t n); /* room for such a list; write to it only while r->status is OK */
/* The reduction of some dimensions, which stay as 1 with `keep`. */
int32_t reduce(struct build *r, enum op_id id, int32_t x, int n, const int64_t *axes, bool keep);
/* Of the operators from `first` on, a node's, one is number `source` in the file: the last that has MACs, or else is no
 * copy. Those that have no name get the node's. */
void build_number(struct build *r, int32_t first, const char *name, int32_t source);
/* An output of the graph is written by an operator: a tensor that is a constant, an input or an output already is
 * copied. */
int32_t build_output(struct build *r, int32_t tensor, const char *name);
/* The same operator but of constants alone, which is computed where it is appended and must be small. (fold.c) */
bool build_fold(struct build *r, struct op *op);

#endif
