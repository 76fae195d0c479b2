/* SPDX-License-Identifier: Apache-2.0 */
/* What convolutions and fully connected layers share: bias, multipliers and clamps, prepared for the kernels. */
#ifndef MOTE_OPERATORS_LINEAR_H
#define MOTE_OPERATORS_LINEAR_H

#include "host/operators/quantization.h"
#include "host/plan/build.h"

/* The weights are there, and constant: only for FULLY_CONNECTED there are kernels that take computed ones. */
MUST_CHECK enum mote_status want_weights(const struct frame *at, const struct graph *g, const struct op *op);

/* What conv_2d, depthwise_conv_2d and fully_connected share: bias with the zero point folded in, mult and shift. The
 * weights are constant.
 * weights are seen as [channels][n] through `stride` (elements from one weight of a channel to its next) and `step`
 * (from one channel's first to the next's): OHWI is stride 1, step n; depthwise HWC is stride channels, step 1. */
struct linear {
    int32_t bias, mult, shift; /* values for lower_step */
    int32_t per_channel;       /* 0 or 1 */
    int32_t weights_zero;      /* 0 where the reference ignores it */
    int32_t out_zero, lo, hi;
};
/* The parameters that the kernels of int8 and int16 take from it, but for out_zero. */
#define LINEAR_FIELDS(linear) .lo = (linear).lo, .hi = (linear).hi, .per_channel = (linear).per_channel
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

/* Of s16 activations: the sums have the width of the bias, input 2; without one, 64 bits unless the option says 32. */
struct linear_types linear_types_s16(const struct graph *g, const struct op *op, bool bias_s32);

/* A step with the arguments input, weights, bias, mult, shift, output. */
MUST_CHECK enum mote_status lower_linear_step(struct lowering *l, const struct op *op, enum kernel_id kernel,
                                              const void *params, const struct linear *linear, const struct frame *at);

/* What the linear operators share in float: weights of `channels` filters of n, the bias (zeros for none). */
struct linear_f32 {
    int32_t weights, bias; /* values for lower_step */
    int32_t lo, hi;
};
MUST_CHECK enum mote_status lower_linear_f32(struct lowering *l, const struct op *op, int activation, int64_t channels,
                                             int64_t n, struct linear_f32 *out, const struct frame *at);

#endif
