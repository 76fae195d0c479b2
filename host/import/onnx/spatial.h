/* SPDX-License-Identifier: Apache-2.0 */
/* Windows that go over the spatial dimensions of [N][C][D1]…, as attributes say them (spatial.c). */
#ifndef MOTE_ONNX_SPATIAL_H
#define MOTE_ONNX_SPATIAL_H

#include "host/import/onnx/onnx.h"
#include "host/import/window.h"

/* The node's kernel_shape (or `kernel`, the weights' dimensions), strides, dilations, pads, auto_pad and ceil_mode, for
 * windows over x. */
void spatial_read(struct build *r, int32_t x, const int64_t *kernel, struct spatial *s);

/* The same without the sizes of padding and output, which are another's of a transposed convolution: auto_pad is not
 * looked at, `after` is what `pads` says. */
void spatial_read_transposed(struct build *r, int32_t x, const int64_t *kernel, struct spatial *s);

/* [N][C][L] as [N][C][1][L] and channels last: [N][1][L][C], [N][H][W][C], [N][D][H][W][C]; and back again. */
int32_t channels_last(struct build *r, int32_t x);
int32_t channels_first(struct build *r, int32_t x, int spatial);

#endif
