/* SPDX-License-Identifier: Apache-2.0 */
/* Compression without training: an int8 model's layers, one after the other, get fewer and coarser weights, which make
 * up for each other on samples, and biases that make up for the rest. The graph stays the same but for constants and
 * weights' scales, so that the same kernels run it. */
#ifndef MOTE_COMPRESS_POST_H
#define MOTE_COMPRESS_POST_H

#include "host/train/grid.h"
#include "host/compress/layer.h"
#include "host/compress/obs.h"

struct post {
    struct pool *pool;
    const struct samples *samples;
    struct model before, now;
    struct kept reference; /* `before` */
    struct layer *layers;  /* of both */
    int32_t n_layers;
    double *importance; /* [n_layers] noise of the end for noise of a layer's outputs: post_weigh() */
    double lambda;      /* of the last trade */
    int32_t *choices;   /* [n_layers] steps of the last trade; NULL: none yet */
};

/* `m` has been through the passes. A model without a layer to compress is refused. */
MUST_CHECK enum mote_status post_make(struct pool *pool, const struct model *m, const struct samples *samples,
                                      struct post *out, const struct frame *at);
/* What noise of each layer's outputs makes of noise at the end, by disturbing one layer after the other. */
MUST_CHECK enum mote_status post_weigh(struct post *p, const struct frame *at);

/* Mean squares a sample, of the first output of `before` and of what that of `now`, of any graph with the same output,
 * differs from it; of what a probability at the end is made of. */
struct post_noise {
    double signal, noise;
};
MUST_CHECK enum mote_status post_noise(const struct post *p, const struct model *now, const struct samples *samples,
                                       struct post_noise *out, const struct frame *at);

/* ---- channels, then prune, then levels: each on all layers of `now`, from the first on ---- */
enum channel_method { CHANNEL_APOZ, CHANNEL_NORM, CHANNEL_METHODS };
struct channel_info {
    const char *name, *what;
};
extern const struct channel_info channel_methods[CHANNEL_METHODS];

struct post_channels {
    enum channel_method method;
    double keep;          /* share of the channels of all layers where that saves something */
    const double *saving; /* [n_layers] what one channel less saves, in any unit: scores are divided by it */
};
MUST_CHECK enum mote_status post_channels(struct post *p, const struct post_channels *how, const struct frame *at);

struct post_prune {
    double keep;          /* share of all weights */
    bool compensate;      /* else the least weights go, and nothing makes up for them */
    const double *saving; /* [n_layers] above 0: what a weight saves, by which its cost is divided; NULL: all alike */
};
MUST_CHECK enum mote_status post_prune(struct post *p, const struct post_prune *how, const struct frame *at);

struct post_levels {
    enum grid_method method;
    int32_t number;
    bool compensate; /* else each weight gets the nearest value */
};
MUST_CHECK enum mote_status post_levels(struct post *p, const struct post_levels *how, const struct frame *at);

/* ---- both at once, by bytes ---- */
/* Of each layer the step, and of each weight the value, with the least noise at the end + lambda * bits; post_weigh()
 * came before. `now` is made anew from `before`. */
MUST_CHECK enum mote_status post_trade(struct post *p, double lambda, const struct frame *at);

#endif
