/* SPDX-License-Identifier: Apache-2.0 */
/* Lowering: a graph operator becomes steps of device kernels. An operator's lower function (host/graph/ops/<name>.c)
 * works out every number that the device would otherwise have to, and adds steps through the calls below.
 *
 * A value is what a step's argument names: an activation (a graph tensor, placed in the arena by the planner), a state
 * tensor, a constant (bytes for the image) or scratch (arena bytes of this step alone). */
#ifndef MOTE_LOWER_H
#define MOTE_LOWER_H

#include "host/graph/graph.h"
#include "host/graph/op_info.h"
#include "host/plan/kernels.h"

struct lowering {
    const struct model *model;
    const struct graph *graph;
    struct plan *plan;
    int32_t op; /* index of the operator that is being lowered */
};

/* ---- values, by index into the plan ---- */
/* The value of a graph tensor: activation, state or (if it has data) a constant. */
int32_t lower_tensor(struct lowering *l, int32_t tensor);
/* Constants made on the host. The bytes are copied; equal constants of one type are stored once. `weight` says that
 * they count as weights (weights, biases, per-channel tables). */
int32_t lower_const(struct lowering *l, const char *name, enum mote_type type, const void *data, size_t bytes,
                    bool weight);
/* At least `bytes` int8 elements of `zero`, shared by all that ask for the same zero point. */
int32_t lower_zeros_s8(struct lowering *l, int32_t zero, size_t bytes);
int32_t lower_scratch(struct lowering *l, enum mote_type type, size_t bytes);
/* Says that the output holds the same bytes as the input (RESHAPE): no step. */
enum mote_status lower_alias(struct lowering *l, int32_t in, int32_t out, const struct frame *at);

/* Appends a step of all the kernel's output rows. `params` is the kernel's struct mote_<kernel> (NULL for none); its
 * rings are the planner's, which has every buffer hold all rows. args are the kernel's n_args values. Checks ranges,
 * types and the bytes that each argument must have, exactly as the device will. */
MUST_CHECK enum mote_status lower_step(struct lowering *l, enum kernel_id kernel, const void *params,
                                       const int32_t *args, const struct frame *at);

/* ---- quantization, shared (host/plan/quantize.c) ---- */
/* multiplier/2^31 * 2^shift = scale, as the reference's QuantizeMultiplier makes it (docs/EXACT.md). */
void quantize_multiplier(double scale, int32_t *mult, int32_t *shift);
/* From a sum of input times weights to the output, of one channel of a convolution or fully connected operator. */
double linear_scale(enum op_id id, float in, const struct quant *weights, int32_t channel, float out);
/* The clamp that an activation means for an int8 output. */
MUST_CHECK enum mote_status activation_range_s8(const struct tensor *out, int activation, int32_t *lo, int32_t *hi,
                                                const struct frame *at);
MUST_CHECK enum mote_status activation_range_s16(const struct tensor *out, int activation, int32_t *lo, int32_t *hi,
                                                 const struct frame *at);
/* Per-tensor scale and zero point of an int8 tensor, or an error that names it. */
MUST_CHECK enum mote_status want_quant(const struct frame *at, const struct graph *g, const struct op *op,
                                       int32_t tensor, enum mote_type type, float *scale, int32_t *zero);
MUST_CHECK enum mote_status want_const(const struct frame *at, const struct graph *g, int32_t tensor, const char *what);
/* The weights are there, and constant: only for FULLY_CONNECTED there are kernels that take computed ones. */
MUST_CHECK enum mote_status want_weights(const struct frame *at, const struct graph *g, const struct op *op);

/* What conv_2d, depthwise_conv_2d and fully_connected share: bias with the zero point folded in, mult and shift. The
 * weights are constant.
 * weights are seen as [channels][n] through `stride` (elements from one weight of a channel to its next) and `step`
 * (from one channel's first to the next's): OHWI is stride 1, step n; depthwise HWC is stride channels, step 1. */
struct linear {
    int32_t bias, mult, shift; /* values for lower_step */
    int32_t per_channel;       /* 0 or 1 */
    int32_t out_zero, lo, hi;
};
MUST_CHECK enum mote_status lower_linear_s8(struct lowering *l, const struct op *op, int activation, int32_t channels,
                                            int64_t n, int64_t stride, int64_t step, struct linear *out,
                                            const struct frame *at);

/* The same without a folded zero point: for int16 activations, which have none, for transposed convolutions, whose sums
 * do not all have all products, and for computed weights. The kernel's bias is s64 for s16 activations, else s32. */
struct linear_types {
    enum mote_type activations; /* TYPE_S8 or TYPE_S16 */
    enum mote_type bias;        /* that the graph's bias must have, if there is one */
    int32_t shift_max;          /* that the kernel takes */
};
MUST_CHECK enum mote_status lower_linear_plain(struct lowering *l, const struct op *op,
                                               const struct linear_types *types, int activation, int32_t channels,
                                               int64_t n, struct linear *out, const struct frame *at);

/* ---- float (host/plan/floats.c) ---- */
int32_t float_bits(float x);
/* The clamp that an activation means for a float output, as the bits of floats. */
void activation_range_f32(int activation, int32_t *lo, int32_t *hi);
/* A tensor of another type than those that the operator takes: `types` is "s8 and f32". */
MUST_CHECK enum mote_status refuse_type(const struct frame *at, const struct graph *g, int32_t tensor,
                                        const char *types);
/* The tensor is there and of that type. */
MUST_CHECK enum mote_status want_type(const struct frame *at, const struct graph *g, int32_t tensor,
                                      enum mote_type type);

/* What the linear operators share in float: weights of `channels` filters of n, the bias (zeros for none). */
struct linear_f32 {
    int32_t weights, bias; /* values for lower_step */
    int32_t lo, hi;
};
MUST_CHECK enum mote_status lower_linear_f32(struct lowering *l, const struct op *op, int activation, int64_t channels,
                                             int64_t n, struct linear_f32 *out, const struct frame *at);

#endif
