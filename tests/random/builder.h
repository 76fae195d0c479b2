/* SPDX-License-Identifier: Apache-2.0 */
/* What the makers of random operators share: dice, tensors to read from, constants, and adding the operator.
 *
 * A maker picks its inputs among the tensors that are there, draws the parameters within the operator's limits, makes
 * the output's tensor (type and quantization; the shape is inferred) and adds the operator. */
#ifndef MOTE_TESTS_BUILDER_H
#define MOTE_TESTS_BUILDER_H

#include "host/graph/graph.h"
#include "host/graph/op_info.h"

/* Tensors that a block has made, which nobody outside of it reads. */
struct hidden {
    int32_t first, end;
};

struct builder {
    struct model *model;
    struct graph *graph;
    uint64_t dice;
    struct hidden *hidden;
    int32_t n_hidden, depth; /* of blocks within each other */
    enum mote_status status; /* of the first failure */
    const struct frame *at;
};

/* ---- dice ---- */
uint64_t dice_next(uint64_t *dice);
int32_t dice_range(struct builder *b, int32_t min, int32_t max); /* both inclusive */
bool dice_chance(struct builder *b, int32_t one_in);
float dice_log(struct builder *b, float min, float max); /* evenly over the logarithm */
int32_t dice_activation(struct builder *b);              /* those that are clamps */
#define DICE_OF(b, array) ((array)[dice_range(b, 0, (int32_t)COUNT(array) - 1)])

/* ---- tensors to read ---- */
#define TYPES(...) builder_types((enum mote_type[]){__VA_ARGS__, TYPE_NONE})
uint32_t builder_types(const enum mote_type *types); /* a set of bits */
/* A tensor of one of the types and of a rank in the range: mostly one that an operator has just made, now and then any
 * other or a new constant; TENSOR_ABSENT if there is none. */
int32_t pick(struct builder *b, uint32_t types, int rank_min, int rank_max);
/* The same; an s16 tensor only if its zero point is 0, which is what most operators take. */
int32_t pick_symmetric(struct builder *b, uint32_t types, int rank_min, int rank_max);
struct tensor *tensor_of(struct builder *b, int32_t tensor);
/* From now on nothing picks the tensors that are there from `first` on. */
void hide(struct builder *b, int32_t first);
bool is_hidden(const struct builder *b, int32_t tensor);

/* ---- new tensors ---- */
struct quantization {
    float scale; /* 0: not quantized */
    int32_t zero;
};
struct quantization quantization_of(struct builder *b, int32_t tensor); /* per tensor */
struct quantization random_quantization(struct builder *b, enum mote_type type);
/* A scale for results whose typical size is `magnitude`: mostly one that uses the type's range, now and then one that
 * saturates or wastes it. */
struct quantization quantization_for(struct builder *b, enum mote_type type, float magnitude);

/* To be written by an operator; its shape is not known yet. */
int32_t new_output(struct builder *b, enum mote_type type, struct quantization q);
int32_t new_input(struct builder *b, enum mote_type type, int rank, const int64_t *dims, struct quantization q);
int32_t new_state(struct builder *b, enum mote_type type, int rank, const int64_t *dims, struct quantization q);
/* Random elements, extremes over-drawn. */
int32_t new_const(struct builder *b, enum mote_type type, int rank, const int64_t *dims, struct quantization q);
/* Given integers, as s32 or s64 by the dice. */
int32_t new_ints(struct builder *b, int rank, const int64_t *dims, const int64_t *values);
/* Weights for an input of type s8, s16 or f32, channels along `axis`; some channels all zero. Int8 is quantized per
 * tensor, or by the dice per channel where that is allowed. */
int32_t new_weights(struct builder *b, enum mote_type type, int rank, const int64_t *dims, int axis, bool per_channel);
/* A bias for these input and weights. */
int32_t new_bias(struct builder *b, int32_t in, int32_t weights, int64_t channels);
/* The output of a sum of n products of an input and weights. */
int32_t new_sum_output(struct builder *b, int32_t in, int32_t weights, int64_t n);
/* An output of the input's type and quantization. */
int32_t new_same_output(struct builder *b, int32_t in);
void fill_random(uint64_t *dice, enum mote_type type, void *data, int64_t n);

/* ---- operators ---- */
/* Appends the operator and infers its output's shape. The options are zero; set them through the result's opts before
 * op_done(), which infers. */
struct op *new_op(struct builder *b, enum op_id id, int n_in, const int32_t *in, int n_out, const int32_t *out);
bool op_done(struct builder *b, struct op *op);

/* Draws operators, at most n: what a block runs. */
void make_more(struct builder *b, int n);

/* A row of makers.def. */
struct maker {
    enum op_id id;
    int weight;                      /* how often it is tried */
    bool (*make)(struct builder *b); /* false if no tensor suits */
};
extern const struct maker makers[]; /* generate.c */
extern const int makers_count;

#endif
