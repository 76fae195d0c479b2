/* SPDX-License-Identifier: Apache-2.0 */
/* Windows that go over one to three dimensions: what convolutions and pools share. */
#ifndef MOTE_WINDOW_H
#define MOTE_WINDOW_H

#include "host/import/build.h"

#define SPATIAL_MAX 3

struct spatial {
    int n; /* dimensions */
    int64_t in[SPATIAL_MAX], out[SPATIAL_MAX], kernel[SPATIAL_MAX], stride[SPATIAL_MAX], dilation[SPATIAL_MAX];
    int64_t before[SPATIAL_MAX], after[SPATIAL_MAX]; /* padding; `after` is as much as the last window wants */
};

/* `same`: as many windows as strides fit, the odd element of padding in front if `lower`, else behind. */
void spatial_pad_same(struct spatial *s, int i, bool lower);
/* The sizes of the output, and what of `after` is wanted. With `ceil` a last window may begin within input and padding,
 * and end behind them. Fails where no window fits. */
void spatial_fit(struct build *r, struct spatial *s, bool ceil);

/* Window i from the innermost dimension, as a 2-dimensional operator wants it: of one dimension the outer window is
 * 1. */
struct window_2d {
    int64_t kernel, stride, dilation, before, after;
};
struct window_2d spatial_rows(const struct spatial *s);
struct window_2d spatial_columns(const struct spatial *s);

/* What the options of all such operators have of windows y (rows) and x (columns); whether there is any padding. */
#define WINDOW_OPTS(y, x)                                                                                              \
    .pad_top = (int32_t)(y)->before, .pad_bottom = (int32_t)(y)->after, .pad_left = (int32_t)(x)->before,              \
    .pad_right = (int32_t)(x)->after, .stride_h = (int32_t)(y)->stride, .stride_w = (int32_t)(x)->stride
bool is_padded(const struct window_2d *y, const struct window_2d *x);

/* Operators over x, channels last ([N][1][L][C], [N][H][W][C], [N][D][H][W][C]), and their outputs alike. Weights are
 * [filters][C / groups][…], of transposed ones [C][filters / groups][…]; the bias may be absent. Of transposed ones the
 * padding is what is cut off, where it is below 0 what is added. (convolution.c, pooling.c) */
int32_t convolution(struct build *r, int32_t x, int32_t w, int32_t bias, int64_t groups, const struct spatial *s);
int32_t transposed_convolution(struct build *r, int32_t x, int32_t w, int32_t bias, int64_t groups,
                               const struct spatial *s);
int32_t pooling(struct build *r, enum op_id id, int32_t x, const struct spatial *s);

#endif
