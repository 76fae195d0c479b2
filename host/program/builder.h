/* SPDX-License-Identifier: Apache-2.0 */
/* How a program is built: an operator's builder asks for its inputs in layouts that it likes, makes its outputs in
 * layouts that it leaves, and adds steps. */
#ifndef MOTE_BUILDER_H
#define MOTE_BUILDER_H

#include <oneapi/dnnl/dnnl.h>

#include "host/program/program.h"
#include "host/graph/op_info.h"

#define STEP_ARGS 12 /* of a primitive; loops may have any number */

struct program_value {
    dnnl_memory_desc_t md;
    size_t bytes;
    int32_t root;        /* the value whose memory this one shares; itself */
    int32_t first, last; /* steps that use it; of a root: or its views */
    bool lasting;        /* keeps its content from run to run */
    uint8_t *data;
    dnnl_memory_t memory;
};

/* What a loop gets: pointers to its values in the order in which they were given. */
struct call {
    void *const *data;
    const int64_t *n; /* elements of each, with a layout's padding */
    int32_t count;
    const void *opts; /* the operator's */
};
typedef void loop_fn(const struct call *c);

struct program_step {
    int32_t op;
    const char *what; /* "convolution", "reorder" */
    dnnl_primitive_t primitive;
    loop_fn *loop; /* if there is no primitive */
    struct call call;
    const void *opts;
    int32_t n;
    int *names; /* [n] DNNL_ARG_…, of primitives */
    int32_t *values;
    dnnl_exec_arg_t *args;
    bool reorder;
    int32_t few;           /* the value of a list of survivors: the step runs only while there are many; -1: always */
    const int32_t *is_few; /* its first element: below 0 while there are many */
};

struct program {
    struct pool *pool;
    const struct model *model;
    const struct graph *graph;
    int threads;
    dnnl_engine_t engine;
    dnnl_stream_t stream;
    struct program_value *values;
    struct program_step *steps;
    int32_t n_values, n_steps;
    dnnl_memory_desc_t *plain; /* [n_tensors] the row-major layout, with the dimensions that oneDNN wants */
    int32_t *home;             /* [n_tensors] value, -1: not made yet */
    int32_t *workspace;        /* [n_tensors] value that the forward operator left for the backward one, -1 */
    int32_t *survivors;        /* [n_tensors] value: the list of what a mask leaves of the tensor, -1: it has none */
    struct copy {
        int32_t tensor, value;
    } * copies; /* in other layouts, as long as they are valid */
    int32_t n_copies;
    int32_t op;  /* that is being built */
    int32_t few; /* of the steps that are being added */
    int64_t bytes;
};

typedef enum mote_status build_fn(struct program *p, const struct op *op, const struct frame *at);

/* oneDNN's status as ours. */
MUST_CHECK enum mote_status dnnl_check(const struct frame *at, dnnl_status_t status, const char *what);

/* ---- layouts ---- */
/* Row-major, of a tensor as it is ([N,H,W,C] as N, C, H, W), and of any dimensions. */
const dnnl_memory_desc_t *plain_of(const struct program *p, int32_t tensor);
dnnl_memory_desc_t plain_dims(int n, const int64_t *dims);
/* The same dimensions with the layout left open. */
dnnl_memory_desc_t any_of(const dnnl_memory_desc_t *md);
/* The layout in which a tensor is now; row-major for a state that nobody has asked for yet. */
const dnnl_memory_desc_t *layout_of(struct program *p, int32_t tensor);
bool same_layout(const dnnl_memory_desc_t *a, const dnnl_memory_desc_t *b);

/* ---- values ---- */
/* The tensor in that layout: its home, or a copy by a reorder step. A state or constant that nobody has asked for
 * before gets its home there. */
MUST_CHECK enum mote_status value_use(struct program *p, int32_t tensor, const dnnl_memory_desc_t *md, int32_t *out,
                                      const struct frame *at);
/* Row-major, seen with other dimensions of as many elements. */
MUST_CHECK enum mote_status value_use_as(struct program *p, int32_t tensor, int n, const int64_t *dims, int32_t *out,
                                         const struct frame *at);
/* The home of an output, in that layout; of a state: its home, whose layout must be that one. */
int32_t value_make(struct program *p, int32_t tensor, const dnnl_memory_desc_t *md);
int32_t value_make_as(struct program *p, int32_t tensor, int n, const int64_t *dims); /* row-major */
int32_t value_scratch(struct program *p, const dnnl_memory_desc_t *md);
/* The memory of another value under another layout. */
int32_t value_view(struct program *p, int32_t value, const dnnl_memory_desc_t *md);

/* ---- steps ---- */
struct binding {
    int name; /* DNNL_ARG_… */
    int32_t value;
};
/* The descriptor of a primitive: `desc` is what dnnl_…_desc_init() has filled, `activation` is done with it, `hint` is
 * the forward primitive's for a backward one. */
MUST_CHECK enum mote_status describe(struct program *p, const void *desc, int activation, dnnl_primitive_desc_t hint,
                                     const char *what, dnnl_primitive_desc_t *out, const struct frame *at);
/* Takes the primitive descriptor; adds its scratchpad. */
MUST_CHECK enum mote_status step_primitive(struct program *p, const char *what, dnnl_primitive_desc_t pd, int n,
                                           const struct binding *args, const struct frame *at);
/* Copies a value into another layout. */
MUST_CHECK enum mote_status step_reorder(struct program *p, int32_t from, int32_t to, const struct frame *at);
void step_loop(struct program *p, const char *what, loop_fn *loop, const void *opts, int32_t n, const int32_t *values);
/* The value of the list of those of a tensor's elements that a mask leaves (survivors.h); -1: all of them count. */
int32_t survivors_of(const struct program *p, int32_t tensor);
/* Attributes for every primitive: scratch memory is the plan's. An activation that is done with the operator. */
MUST_CHECK enum mote_status attributes(int activation, dnnl_primitive_attr_t *out, const struct frame *at);

/* ---- the operators' builders, a file a family ---- */
build_fn build_conv, build_conv_grad_input, build_conv_grad_weights; /* build_conv.c */
build_fn build_fully_connected, build_fully_connected_grad_input,
    build_fully_connected_grad_weights;                                                    /* build_dense.c */
build_fn build_pool, build_pool_grad, build_mean, build_mean_grad;                         /* build_pool.c */
build_fn build_batch_norm, build_batch_norm_training, build_batch_norm_grad;               /* build_norm.c */
build_fn build_activation, build_activation_grad, build_add, build_reshape, build_dropout; /* build_elementwise.c */
build_fn build_unary_grad;
build_fn build_concatenation, build_split_v, build_strided_slice, build_strided_slice_grad;
build_fn build_gru, build_gru_grad;                                                    /* build_gru.c */
build_fn build_lstm, build_lstm_grad;                                                  /* build_lstm.c */
build_fn build_softmax, build_softmax_cross_entropy, build_softmax_cross_entropy_grad; /* build_loss.c */
build_fn build_mean_squared_error, build_mean_squared_error_grad, build_soft_cross_entropy,
    build_soft_cross_entropy_grad, build_feature_loss, build_feature_loss_grad;
build_fn build_clip_norm, build_sgd, build_adam; /* build_optimizer.c */
build_fn build_mask, build_levels, build_prune, build_prune_channels, build_activity, build_cluster,
    build_simulate_s8;   /* build_compress.c */
build_fn build_computed; /* build_computed.c: of an operator that nothing above is for */

#endif
