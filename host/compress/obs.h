/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of weights that are pruned and rounded one weight at a time, while those that are left make up for it: Optimal
 * Brain Surgeon (B. Hassibi, D. Stork, 1993) with the layer's own error as the loss, whose Hessian is that of the
 * inputs, as in Optimal Brain Compression (E. Frantar, D. Alistarh, 2022). What a weight's change by d costs, when all
 * that are free make up for it best, is d² / (H⁻¹)_jj.
 *
 * H is the inputs' covariance, not their second moment, since the bias makes up for means. All is in doubles, with
 * LAPACK. */
#ifndef MOTE_COMPRESS_OBS_H
#define MOTE_COMPRESS_OBS_H

#include "host/compress/moments.h"

struct obs {
    int32_t n;
    double damping;
    bool in_order;        /* rows of which nothing is fixed are rounded in `order`, which takes n^2, not n^3 */
    double *h;            /* [n][n] covariance of what the inputs are, per position, + damping on the diagonal */
    double *inverse;      /* [n][n] of h */
    int32_t *order;       /* [n] columns by falling variance, */
    double *factor;       /* [n][n] and the upper triangle u of the inverse in that order, u' u */
    double *cross;        /* [n][n] covariance of inputs with what they were, + damping */
    double *mean, *mean0; /* [n] */
};

/* The damping is a share of the mean diagonal, and so much that the inverse exists where inputs are constant. */
#define OBS_DAMPING 0.05
/* Wider ones are rounded in order, for a little more error. */
#define OBS_GREEDY 96
MUST_CHECK enum mote_status obs_make(struct pool *pool, const struct moments *m, struct obs *out,
                                     const struct frame *at);

/* The values that a weight may have, in its row's units, ascending, and how many bits each costs. */
struct alphabet {
    int32_t n;
    const double *value, *bits; /* [n] */
};

struct obs_row {
    const struct obs *obs;
    double *w;       /* [n] in: as they were. What is free is compensated; what is fixed is its value */
    double *aim;     /* [n] scratch: what they began with */
    bool *stays;     /* [n] scratch */
    double *inverse; /* [n][n] scratch: of h among those that are free */
    int32_t *free;   /* [n] scratch */
    int32_t n_free;
    double error; /* so far: (w - v)' h (w - v), of one position */
};

/* With scratch memory for rows of n. */
struct obs_row obs_row_make(struct pool *pool, const struct obs *obs);
/* Begins with these weights [n]: what makes the row's outputs most alike with what the inputs are now; so the error
 * begins with 0. */
void obs_row_begin(struct obs_row *row, const double *w);
/* Weight j becomes v, and the free ones make up for it. */
void obs_row_fix(struct obs_row *row, int32_t j, double v);
/* Fixes at 0 whichever weight costs least, until `left` are free. costs [n] may be NULL: gets what each step cost. */
void obs_row_prune(struct obs_row *row, int32_t left, double *costs);
/* Fixes all weights, whichever costs least next, at the values with the least error + lambda * bits; then moves them to
 * others while that lessens it. What was fixed before stays. */
void obs_row_round(struct obs_row *row, const struct alphabet *a, double lambda);

/* (a - b)' h (a - b). */
double obs_error(const struct obs *obs, const double *a, const double *b);
/* What the bias has to add for weights that were w [n] and are v [n]. */
double obs_bias(const struct obs *obs, const double *w, const double *v);

#endif
