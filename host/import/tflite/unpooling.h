/* SPDX-License-Identifier: Apache-2.0 */
/* MediaPipe's MaxPoolingWithArgmax2D and MaxUnpooling2D, of floats: Mote has no such operators; they become others.
 * (unpooling.c) */
#ifndef MOTE_TFLITE_UNPOOLING_H
#define MOTE_TFLITE_UNPOOLING_H

#include "host/import/tflite/reader.h"
#include "host/import/tflite/variables.h"

MUST_CHECK enum mote_status tfl_read_pooling_argmax(struct tfl_reader *r, struct fb_table t, struct graph *g,
                                                    const struct tfl_lists *l, int32_t index, const struct frame *at);
MUST_CHECK enum mote_status tfl_read_unpooling(struct tfl_reader *r, struct fb_table t, struct graph *g,
                                               const struct tfl_lists *l, int32_t index, const struct frame *at);

#endif
