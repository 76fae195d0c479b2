/* SPDX-License-Identifier: Apache-2.0 */
/* Front ends: from samples to what a network of sound takes, as operators of the graph. A preset names one, with the
 * numbers that its users have; docs/AUDIO.md says what each computes. */
#ifndef MOTE_FRONT_END_H
#define MOTE_FRONT_END_H

#include "host/graph/graph.h"

#define FRONT_END_RATE     16000      /* of all presets, so far */
#define FRONT_END_FEATURES "features" /* the name of the tensor that they make */

struct front_end {
    const char *preset;
    int32_t rate;        /* samples of a second */
    int32_t window;      /* samples of a frame */
    int32_t step;        /* samples from one frame to the next */
    int32_t channels;    /* features of a frame */
    int32_t frames;      /* of an inference */
    int32_t skip;        /* samples before the first frame, so that an inference has a multiple of `step` */
    int32_t lead;        /* samples before a frame that are looked at, too; 0 before the first one */
    enum mote_type type; /* of a feature, before it is a model's input */
    bool peak;           /* samples count in units of an inference's largest */
};

/* Samples of an inference. */
static inline int64_t front_end_samples(const struct front_end *f)
{
    return f->skip + f->lead + (int64_t)(f->frames - 1) * f->step + f->window;
}

/* Of these, those before the first of a sound: zeros, as samples_open() (host/run/samples.h) has them. */
static inline int32_t front_end_silence(const struct front_end *f) { return f->skip + f->lead; }

/* "micro, …" */
const char *front_end_presets(struct pool *pool);

/* A preset's numbers, but those that `wish` has: window and step in milliseconds, channels; 0: as the preset. */
struct front_end_wish {
    int32_t window_ms, step_ms, channels;
    bool absolute; /* samples in units of 2^15, where the preset has a clip's largest: for streams */
};
MUST_CHECK enum mote_status front_end_find(const char *preset, const struct front_end_wish *wish, struct front_end *out,
                                           const struct frame *at);

/* The operators in front of a model's, whose one input they make, a number of frames: its input is the samples of these
 * then, int16 [1, front_end_samples(f)], of which the first front_end_silence(f) are 0; f->frames, skip and lead are
 * set. A float input gets micro's logarithms times 10 / 256, an int8 one the same in its scale, rounded; where that is
 * about 26 / 255, as in the models that the reference's own preprocessor feeds, (x * 256 + 333) / 666. Features of
 * floats become int8 by cutting off toward 0, saturated. They are "features" in the graph. */
MUST_CHECK enum mote_status front_end_before(struct front_end *f, struct model *m, const struct frame *at);
/* Of a model that has them inside; the model's name stands for the preset's. False if it has not. */
bool front_end_inside(const struct model *m, struct front_end *out);

/* A verified model of one graph. With one frame and no peak its input is a frame, int16 [1, lead + window], its output
 * the features [1, channels]; what it knows of earlier frames is in state. Else its input is front_end_samples(f), its
 * output [1, frames, 1, channels]. m->pool must be set. */
MUST_CHECK enum mote_status front_end_model(const struct front_end *f, struct model *m, const struct frame *at);

/* ---- filters of floats ---- */
enum mel_scale { MEL_HTK, MEL_SLANEY };
struct mel_bands {
    int32_t n_weights;
    float *weights;           /* [n_weights] of each channel, side by side */
    int32_t *firsts, *widths; /* [channels]: the first frequency of a channel, and how many it has */
};
/* Triangles between `low` and `high` Hz on a mel scale, of a spectrum of so many frequencies. HTK's have a top of 1,
 * and nothing of 0 Hz; Slaney's an area of 1. Times `scale`. */
struct mel_bands mel_bands(struct pool *pool, enum mel_scale kind, int32_t channels, int32_t rate, int32_t spectrum,
                           double low, double high, double scale);

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
