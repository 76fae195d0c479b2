/* SPDX-License-Identifier: Apache-2.0 */
/* What the tensors of a float graph hold on real data, and what quantization makes of it: calibration before, errors
 * and accuracy after. */
#ifndef MOTE_CALIBRATE_H
#define MOTE_CALIBRATE_H

#include "host/passes/quantize.h"
#include "host/plan/plan.h"
#include "mote/mote.h"

/* Where samples come from: each is one inference's one input. */
struct samples {
    int32_t n;
    void *context;
    /* Sample i as the input `io` wants it, io->bytes. Called from several threads at once. */
    void (*input)(void *context, int32_t i, const struct mote_io *io, uint8_t *out);
    /* Its place, for messages; may be NULL. */
    const char *(*place)(void *context, int32_t i);
    int32_t (*label)(void *context, int32_t i); /* its class; NULL without labels */
    const struct progress *progress;            /* may be NULL */
    int32_t threads;                            /* 0: as many as there are cores */
};
/* The fill of sweeps (host/run/sweep.h) whose context begins with a pointer to samples. */
void samples_fill(void *context, int32_t sample, const struct mote_model *model);

enum calibration_method {
    CALIBRATE_MINMAX,     /* all that was seen */
    CALIBRATE_PERCENTILE, /* without the rarest values at either end */
    CALIBRATE_MSE,        /* the range whose quantization has the least mean squared error */
};

extern const char *const calibration_words[]; /* "minmax", …: what users call them; ends with NULL */

struct calibration {
    enum calibration_method method;
    double percentile; /* of the values that stay below the upper end (above the lower): 50 to 100 */
};

/* A model whose tensors all keep their memory, so that they can be read after a run on this machine. */
struct kept {
    struct model *model;
    struct plan plan;
    struct bytes image;
};
MUST_CHECK enum mote_status model_keep(struct pool *pool, struct model *m, struct kept *out, const struct frame *at);

/* Runs the float graph over the samples and fills in the ranges of its f32 tensors that are computed. An infinity or a
 * NaN is an error that names tensor and sample. The result does not depend on the number of threads. */
MUST_CHECK enum mote_status calibrate(struct pool *pool, const struct kept *kept, const struct samples *samples,
                                      const struct calibration *c, const struct frame *at);

/* ---- histograms (histogram.c) ---- */
#define HISTOGRAM_BINS 2048
struct histogram {
    struct range range; /* of the bins, which are of one width */
    uint64_t *count;    /* [HISTOGRAM_BINS] */
};
void histogram_add(struct histogram *h, const float *x, int64_t n);
/* The range to keep, within that of the bins. */
struct range histogram_range(const struct histogram *h, const struct calibration *c);

/* ---- after quantization (error.c) ---- */
/* How far a tensor of the int8 graph is from the float graph's. */
struct tensor_error {
    int32_t tensor;       /* of the float graph */
    double signal, noise; /* mean squares of the float values and of the differences */
};
/* Signal to noise in decibels: 20 dB is an error of a tenth. Infinite if there is no noise; minus infinite if there is
 * nothing but noise, or the int8 graph holds no number. */
double error_sqnr(const struct tensor_error *e);

/* Runs both graphs, in which where[i] of `quantized` is tensor i of `real` (quantize_graph()). out [n_tensors of real]
 * gets *n tensors that an operator computes, in order. */
MUST_CHECK enum mote_status quantize_errors(struct pool *pool, const struct kept *real, struct model *quantized,
                                            const int32_t *where, const struct samples *samples,
                                            struct tensor_error *out, int32_t *n, const struct frame *at);

/* How many samples the image's first output is right about: its largest element is the label's. */
MUST_CHECK enum mote_status count_correct(struct pool *pool, struct bytes image, const struct samples *samples,
                                          int32_t *correct, const struct frame *at);

#endif
