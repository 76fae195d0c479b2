/* SPDX-License-Identifier: Apache-2.0 */
/* Metrics of classifiers, of regressions and of anomaly detectors: plain functions on arrays, which the caller has
 * checked. What cannot be said (a share of nothing) is NAN. Nothing here fails. */
#ifndef MOTE_METRICS_H
#define MOTE_METRICS_H

#include "host/base/base.h"

/* ---- classification ---- */
struct confusion {
    int32_t n_classes;
    const char *const *classes; /* [n_classes] names; NULL: their numbers */
    int32_t *counts;            /* [n_classes][n_classes]: label, prediction */
};

/* A matrix has the square of them, 64 MiB at most: who makes one for a user's classes refuses more. */
#define CONFUSION_CLASSES_MAX 4096

/* The largest score; the first of equals. NaN is never the largest; 0 if all are. n >= 1. */
int32_t largest_score(const float *scores, int32_t n);

/* Counts from zero into a matrix in `pool`. Labels and predictions are 0 to n_classes - 1; n <= INT32_MAX. */
struct confusion confusion_make(struct pool *pool, int32_t n_classes, const char *const *classes);
void confusion_add(struct confusion *c, const int32_t *labels, const int32_t *predictions, int64_t n);

/* The class's name, or its number as text in `pool`. */
const char *confusion_name(const struct confusion *c, int32_t class_index, struct pool *pool);
int32_t confusion_count(const struct confusion *c, int32_t label, int32_t prediction);
int64_t confusion_samples(const struct confusion *c);
int64_t confusion_correct(const struct confusion *c);
double confusion_accuracy(const struct confusion *c); /* correct / samples */
double confusion_balanced(const struct confusion *c); /* the mean recall of the classes that have samples */
double confusion_macro_f1(const struct confusion *c); /* the mean F1 of the classes that are met or predicted */

struct class_metrics {
    int64_t labeled, predicted, correct; /* samples */
    double precision;                    /* correct / predicted */
    double recall;                       /* correct / labeled */
    double f1;                           /* 2 correct / (labeled + predicted) */
};
struct class_metrics class_metrics(const struct confusion *c, int32_t class_index);
/* The plain mean over the classes that have samples: balanced accuracy, macro F1. */
double confusion_mean_recall(const struct confusion *c);
double confusion_mean_f1(const struct confusion *c);

/* ---- regression ---- */
struct regression {
    double mae;  /* mean absolute error */
    double rmse; /* root of the mean squared error */
    double r2;   /* the part of the targets' variance that is explained: 1 - squared error / squares about their mean */
};
/* NAN: of nothing, or where a prediction is; r2 also where all targets are the same. */
struct regression regression_of(const float *targets, const float *predictions, int64_t n);

/* ---- ROC: a score says how positive (how anomalous: the reconstruction's error) a sample is ---- */
struct roc_point {
    double threshold;                       /* positive: score >= threshold */
    double false_positives, true_positives; /* rates, 0 to 1 */
};
struct roc {
    int64_t positives, negatives;
    double auc;               /* NAN if there are no positives or no negatives, and then there are no points */
    size_t n;                 /* from (0, 0), whose threshold is infinite, to (1, 1): a point a distinct score */
    struct roc_point *points; /* in `pool` */
};
/* The AUC is Mann and Whitney's, exact until the last division: (pairs in the right order + half of the ties) / pairs.
 * NaN counts as the smallest score there is. n <= INT32_MAX. Time: n log n. */
struct roc roc_make(struct pool *pool, const float *scores, const bool *positive, int64_t n);
/* The point with the largest difference of the rates (Youden's), the highest threshold of equals; NULL if none. */
const struct roc_point *roc_best(const struct roc *roc);

/* What scores above it is what roc_best() calls positive: the next lower score; NAN if there are no points. */
float roc_threshold(const struct roc *roc);

/* ---- alarms: what scores above the threshold ---- */
struct alarms {
    int64_t normal, anomalous; /* samples */
    int64_t false_alarms;      /* normal ones above */
    int64_t misses;            /* anomalous ones not above; a score that is NaN is not */
};
struct alarms alarms_of(const float *scores, const bool *anomalous, int64_t n, float threshold);
/* The rule by which a model gets its threshold: the lowest of these scores, which are all of normal samples, that has
 * at most one in ALARM_RARITY of them above it; INFINITY if there are none. */
#define ALARM_RARITY 100
float alarm_threshold(struct pool *scratch, const float *scores, int64_t n);

double share_of(int64_t part, int64_t whole); /* NAN of nothing */
/* The mean of n numbers, in the order they are in; NAN if n is 0. */
double mean_of(const float *values, int64_t n);

#endif
