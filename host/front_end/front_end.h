/* SPDX-License-Identifier: Apache-2.0 */
/* Front ends: from samples to what a network of sound takes, as operators of the graph. A preset names one, with the
 * numbers that its users have; docs/AUDIO.md says what each computes. */
#ifndef MOTE_FRONT_END_H
#define MOTE_FRONT_END_H

#include "host/graph/graph.h"

struct front_end {
    const char *preset;
    int32_t rate;     /* samples of a second */
    int32_t window;   /* samples of a frame */
    int32_t step;     /* samples from one frame to the next */
    int32_t channels; /* features of a frame */
};

/* "micro, …" */
const char *front_end_presets(struct pool *pool);

/* A preset's numbers, but those that `wish` has: window and step in milliseconds, channels; 0: as the preset. */
struct front_end_wish {
    int32_t window_ms, step_ms, channels;
};
MUST_CHECK enum mote_status front_end_find(const char *preset, const struct front_end_wish *wish, struct front_end *out,
                                           const struct frame *at);

/* A verified model of one graph: its input a frame, int16 [1, window], its output the features [1, channels]. What it
 * knows of earlier frames is in state. m->pool must be set. */
MUST_CHECK enum mote_status front_end_model(const struct front_end *f, struct model *m, const struct frame *at);

/* ---- the tables of the micro frontend ---- */
struct micro_filters {
    int32_t n_weights;
    int32_t start, end;                     /* frequencies: the first that counts, the first that does not any more */
    int16_t *weights, *unweights;           /* [n_weights] of 2^12 */
    int16_t *frequencies, *starts, *widths; /* [channels + 1] */
};

/* Channels of equal widths on the mel scale between two frequencies, in Hz, of a spectrum of so many frequencies. */
struct micro_filters micro_filters(struct pool *pool, int32_t channels, int32_t rate, int32_t spectrum, float lower,
                                   float upper);
void micro_window(int16_t *window, int32_t n);
#define PCAN_GAINS 125 /* as device/mote/kernels/signal/pcan.h has them */
void micro_gains(int16_t gains[PCAN_GAINS], int32_t input_bits);

#endif
