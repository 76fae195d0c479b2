/* SPDX-License-Identifier: Apache-2.0 */
/* What the two convolutions share: an NHWC input, filters that move over height and width. */
#ifndef MOTE_OPERATORS_CONV_H
#define MOTE_OPERATORS_CONV_H

#include "host/gradient/gradient.h"
#include "host/operators/linear.h"

struct conv {
    const struct conv_opts *o;
    const struct tensor *in, *w, *out; /* weights [.., height, width, ..] */
    struct window y, x;
};
/* Of an operator whose input and weights have rank 4. */
struct conv conv_of(const struct graph *g, const struct op *op);

/* The parameters that the kernels of both, and of all types, have. */
#define CONV_FIELDS(c)                                                                                                 \
    .batch = (int32_t)(c).in->dims[0], .in_h = (int32_t)(c).in->dims[1], .in_w = (int32_t)(c).in->dims[2],             \
    .in_c = (int32_t)(c).in->dims[3], .out_h = (int32_t)(c).out->dims[1], .out_w = (int32_t)(c).out->dims[2],          \
    .out_c = (int32_t)(c).out->dims[3], .kernel_h = (int32_t)(c).w->dims[1], .kernel_w = (int32_t)(c).w->dims[2],      \
    .stride_h = (c).o->stride_h, .stride_w = (c).o->stride_w,                                                          \
    .dilation_h = (c).w->dims[1] > 1 ? (c).o->dilation_h : 1,                                                          \
    .dilation_w = (c).w->dims[2] > 1 ? (c).o->dilation_w : 1, .pad_top = (int32_t)(c).y.pad_before,                    \
    .pad_left = (int32_t)(c).x.pad_before

MUST_CHECK enum mote_status gradient_conv(struct backward *b, int32_t op, int32_t d, enum op_id by_input,
                                          enum op_id by_weights, const struct frame *at);

#endif
