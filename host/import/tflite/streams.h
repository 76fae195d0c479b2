/* SPDX-License-Identifier: Apache-2.0 */
/* TensorFlow Lite Micro's custom operators that keep what they have seen inside themselves. Here they become a state of
 * the graph and operators that move bytes, so that the passes and the planner see what is kept. */
#ifndef MOTE_TFLITE_STREAMS_H
#define MOTE_TFLITE_STREAMS_H

#include "host/import/tflite/reader.h"
#include "host/import/tflite/variables.h"

/* Their options, in words. */
struct delay_opts {
    int32_t delay_length;
};
struct framer_opts {
    int32_t frame_size, frame_step, prefill;
};
struct stacker_opts {
    int32_t num_channels, stacker_left_context, stacker_right_context, stacker_step;
};
struct overlap_add_opts {
    int32_t frame_step;
};
struct circular_buffer_opts {
    int32_t cycles_max;
};

/* Where operators are appended. */
struct stream {
    struct tfl_reader *r;
    struct graph *g;
    const struct tfl_lists *l;
    int32_t index; /* of the file's operator */
};

typedef enum mote_status make_stream(struct stream *s, const void *opts, const struct frame *at);
make_stream tfl_make_delay, tfl_make_framer, tfl_make_stacker, tfl_make_overlap_add, tfl_make_circular_buffer;

/* Before any of them: the pool has room for it, and for so many bytes of constants. */
MUST_CHECK enum mote_status tfl_want_room(const struct tfl_reader *r, size_t bytes, const struct frame *at);

/* Behind the last operator: what circular buffers that do not run each time (cycles_max) hold back keeps its value. */
MUST_CHECK enum mote_status tfl_hold_back(struct tfl_reader *r, struct graph *g, const struct frame *at);

#endif
