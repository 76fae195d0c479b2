/* SPDX-License-Identifier: Apache-2.0 */
/* What oneDNN does not have: loops over whole buffers, which are read and written as they lie in memory (all of a call
 * have one layout, and its padding, which is zero, stays zero). The values of a call are named beside each. */
#ifndef MOTE_LOOPS_H
#define MOTE_LOOPS_H

#include "host/program/builder.h"

/* Wider vector units where the processor has them; the clones differ in speed alone. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define WIDE __attribute__((target_clones("default", "avx2", "avx512f")))
#else
#define WIDE
#endif

struct rows { /* options of loops over [n][channels] */
    int64_t n, channels;
    float label_smoothing;
    bool weighted; /* losses: classes have weights, which follow the labels */
};

struct soft_rows {
    struct rows rows;
    struct soft_cross_entropy_opts opts;
    int32_t teachers;
};

loop_fn loop_running; /* batch mean, batch variance, running mean, running variance; batch_norm_training_opts */
loop_fn loop_add;     /* a, b, y; binary_opts: none, relu, relu6 */
loop_fn loop_copy;    /* x, y */
loop_fn loop_dropout; /* x, step, y; dropout_opts */
loop_fn loop_relu_grad, loop_relu6_grad, loop_tanh_grad, loop_logistic_grad; /* d, y, out */
loop_fn loop_leaky_relu_grad;                                                /* leaky_relu_opts */

/* Losses are means over the rows, or over all elements. */
loop_fn loop_softmax;                 /* logits, probabilities; rows */
loop_fn loop_cross_entropy;           /* logits, labels, (weights,) loss, probabilities; rows */
loop_fn loop_cross_entropy_grad;      /* probabilities, labels, (weights,) d; rows */
loop_fn loop_soft_cross_entropy;      /* logits, labels, the teachers', loss, probabilities; soft_rows */
loop_fn loop_soft_cross_entropy_grad; /* logits, labels, the teachers', d; soft_rows */
loop_fn loop_feature_loss;            /* loss, a layer's, the teacher's, loss; feature_loss_opts */
loop_fn loop_feature_loss_grad;       /* a layer's, the teacher's, d; feature_loss_opts */
loop_fn loop_squares;                 /* prediction, target, loss */
loop_fn loop_squares_grad;            /* prediction, target, d */

loop_fn loop_clip_norm; /* gradients…, factor; clip_norm_opts */
loop_fn loop_sgd;       /* weights, gradient, velocity, rate, perhaps factor; sgd_opts */
loop_fn loop_adam;      /* weights, gradient, m, v, rate, step, perhaps factor; adam_opts */

/* Compression (compress.c): row-major, without padding, unless it says otherwise. */
loop_fn loop_mask;           /* x, mask, y, list (survivors.h) */
loop_fn loop_mask_rows;      /* x, mask of rows, y */
loop_fn loop_levels;         /* x, levels, which, y, perhaps list */
loop_fn loop_scaled_levels;  /* x, levels, which, scales, y, perhaps list; levels_opts */
loop_fn loop_simulate_s8;    /* x, perhaps another, y; simulate_s8_opts; any layout */
loop_fn loop_prune;          /* step, (weights, mask, importance)…, costs if any; prune_opts */
loop_fn loop_prune_channels; /* step, (weights, mask, activity)…, costs if any; prune_channels_opts (channels.c) */
loop_fn loop_activity;       /* x, activity; activity_opts (channels.c) */
loop_fn loop_cluster;        /* step, weights, importance, mask, levels, which; cluster_opts (assign.c) */
loop_fn loop_cluster_scaled; /* step, weights, importance, mask, scales, which, levels; cluster_opts (assign.c) */

/* How many of `all` are left after so many steps of a ramp. */
int64_t ramp_kept(int32_t keep, int32_t steps, int32_t step, int64_t all);

#endif
