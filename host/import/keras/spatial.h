/* SPDX-License-Identifier: Apache-2.0 */
/* Windows over [N][…][C] or [N][C][…], as settings say them (spatial.c). */
#ifndef MOTE_KERAS_SPATIAL_H
#define MOTE_KERAS_SPATIAL_H

#include "host/import/keras/keras.h"
#include "host/import/window.h"

struct keras_spatial {
    struct spatial s;
    int32_t x;  /* the input as window.h wants it: channels last, of one dimension [N][1][L][C] */
    bool first; /* the layer's channels are first */
};

/* Windows and strides of the settings of these names, without padding and the output's size; then with them. */
struct keras_spatial keras_windows(struct build *r, const char *kernel, const char *strides);
struct keras_spatial keras_spatial_begin(struct build *r, const char *kernel, const char *strides);
/* What was made of k->x as the layer's output has it. */
int32_t keras_spatial_end(struct build *r, const struct keras_spatial *k, int32_t y);
int64_t keras_channels(struct build *r, const struct keras_spatial *k);

#endif
