/* SPDX-License-Identifier: Apache-2.0 */
/* Custom operators that Mote has: those of TensorFlow Lite Micro and its signal library, whose options are FlexBuffers.
 */
#ifndef MOTE_TFLITE_CUSTOM_H
#define MOTE_TFLITE_CUSTOM_H

#include "host/import/tflite/reader.h"
#include "host/import/tflite/variables.h"

struct tfl_custom;

/* NULL if Mote does not have it, or name is NULL. */
const struct tfl_custom *tfl_custom_find(const char *name);
/* Appends the operator, with a state of its own where Mote's has one, or the operators that it becomes (streams.h). */
MUST_CHECK enum mote_status tfl_read_custom(struct tfl_reader *r, const struct tfl_custom *row, struct fb_table t,
                                            struct graph *g, const struct tfl_lists *l, int32_t index,
                                            const struct frame *at);
/* Appends a user's operator (host/graph/own.h). */
MUST_CHECK enum mote_status tfl_read_own(struct tfl_reader *r, const char *name, struct fb_table t, struct graph *g,
                                         const struct tfl_lists *l, int32_t index, const struct frame *at);

#endif
