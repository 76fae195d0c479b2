/* SPDX-License-Identifier: Apache-2.0 */
/* What the two pools share: an NHWC input, windows over height and width. */
#ifndef MOTE_OPERATORS_POOL_H
#define MOTE_OPERATORS_POOL_H

#include "host/operators/quantization.h"
#include "host/plan/build.h"

MUST_CHECK enum mote_status infer_pool(const struct model *m, struct graph *g, const struct op *op,
                                       const struct frame *at);

/* The windows along height and width; an error if one lies in the padding altogether. */
MUST_CHECK enum mote_status pool_windows(const struct graph *g, const struct op *op, struct window *y, struct window *x,
                                         const struct frame *at);

/* One window, which covers the image. */
bool pool_is_global(const struct pool_opts *o, const struct tensor *in, const struct window *y, const struct window *x);

/* Scale and zero point, the same at input and output, and the clamp of the fused activation. */
MUST_CHECK enum mote_status pool_range_s8(const struct graph *g, const struct op *op, int32_t *lo, int32_t *hi,
                                          const struct frame *at);

/* The parameters that all pooling kernels have. */
#define POOL_GEOMETRY(in, out, o, y, x)                                                                                \
    .batch = (int32_t)(in)->dims[0], .in_h = (int32_t)(in)->dims[1], .in_w = (int32_t)(in)->dims[2],                   \
    .channels = (int32_t)(in)->dims[3], .out_h = (int32_t)(out)->dims[1], .out_w = (int32_t)(out)->dims[2],            \
    .kernel_h = (o)->filter_h, .kernel_w = (o)->filter_w, .stride_h = (o)->stride_h, .stride_w = (o)->stride_w,        \
    .pad_top = (int32_t)(y).pad_before, .pad_left = (int32_t)(x).pad_before

/* Of int16. */
MUST_CHECK enum mote_status lower_pool_2d_s16(struct lowering *l, const struct op *op, bool average,
                                              const struct frame *at);
MUST_CHECK enum mote_status lower_pool_2d_f32(struct lowering *l, const struct op *op, bool average,
                                              const struct frame *at);

#endif
