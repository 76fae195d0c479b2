/* SPDX-License-Identifier: Apache-2.0 */
/* Windows that go over the spatial dimensions of [N][C][D1]…: what convolutions and pools share (spatial.c). */
#ifndef MOTE_ONNX_SPATIAL_H
#define MOTE_ONNX_SPATIAL_H

#include "host/import/onnx/onnx.h"

#define SPATIAL_MAX 3

struct spatial {
    int n; /* dimensions */
    int64_t in[SPATIAL_MAX], out[SPATIAL_MAX], kernel[SPATIAL_MAX], stride[SPATIAL_MAX], dilation[SPATIAL_MAX];
    int64_t before[SPATIAL_MAX], after[SPATIAL_MAX]; /* padding; `after` is as much as the last window wants */
};

/* The node's kernel_shape (or `kernel`, the weights' dimensions), strides, dilations, pads, auto_pad and ceil_mode, for
 * windows over x. */
void spatial_read(struct build *r, int32_t x, const int64_t *kernel, struct spatial *s);

/* The same without the sizes of padding and output, which are another's of a transposed convolution: auto_pad is not
 * looked at, `after` is what `pads` says. */
void spatial_read_transposed(struct build *r, int32_t x, const int64_t *kernel, struct spatial *s);

/* [N][C][L] as [N][C][1][L] and channels last: [N][1][L][C], [N][H][W][C], [N][D][H][W][C]; and back again. */
int32_t channels_last(struct build *r, int32_t x);
int32_t channels_first(struct build *r, int32_t x, int spatial);
/* Window i from the innermost dimension, as a 2-dimensional operator wants it: of one dimension the outer window is
 * 1. */
struct window_2d {
    int64_t kernel, stride, dilation, before, after;
};
struct window_2d spatial_rows(const struct spatial *s);
struct window_2d spatial_columns(const struct spatial *s);

#endif
