/* SPDX-License-Identifier: Apache-2.0 */
#include "host/metrics/metrics.h"

#include <math.h>
#include <stdlib.h>

#include "host/base/largest.h"

double share_of(int64_t part, int64_t whole) { return whole > 0 ? (double)part / (double)whole : NAN; }

/* ---- classification ---- */
int32_t largest_score(const float *scores, int32_t n)
{
    struct largest l = {.any = false};

    assert(n >= 1);
    for (int32_t i = 0; i < n; i++)
        largest_see(&l, i, (double)scores[i]);
    return l.index;
}

struct confusion confusion_make(struct pool *pool, int32_t n_classes, const char *const *classes)
{
    assert(n_classes >= 1);
    return (struct confusion){
        .n_classes = n_classes,
        .classes = classes,
        .counts = pool_array(pool, (size_t)n_classes * (size_t)n_classes, sizeof(int32_t)),
    };
}

static size_t cell(const struct confusion *c, int32_t label, int32_t prediction)
{
    assert(label >= 0 && label < c->n_classes && prediction >= 0 && prediction < c->n_classes);
    return (size_t)label * (size_t)c->n_classes + (size_t)prediction;
}

void confusion_add(struct confusion *c, const int32_t *labels, const int32_t *predictions, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        c->counts[cell(c, labels[i], predictions[i])]++;
}

const char *confusion_name(const struct confusion *c, int32_t class_index, struct pool *pool)
{
    assert(class_index >= 0 && class_index < c->n_classes);
    return c->classes != NULL ? c->classes[class_index] : pool_printf(pool, "%d", class_index);
}

int32_t confusion_count(const struct confusion *c, int32_t label, int32_t prediction)
{
    return c->counts[cell(c, label, prediction)];
}

int64_t confusion_samples(const struct confusion *c)
{
    int64_t sum = 0;

    for (int32_t i = 0; i < c->n_classes; i++)
        for (int32_t k = 0; k < c->n_classes; k++)
            sum += confusion_count(c, i, k);
    return sum;
}

int64_t confusion_correct(const struct confusion *c)
{
    int64_t sum = 0;

    for (int32_t i = 0; i < c->n_classes; i++)
        sum += confusion_count(c, i, i);
    return sum;
}

double confusion_accuracy(const struct confusion *c) { return share_of(confusion_correct(c), confusion_samples(c)); }

struct class_metrics class_metrics(const struct confusion *c, int32_t class_index)
{
    struct class_metrics m = {.correct = confusion_count(c, class_index, class_index)};

    for (int32_t i = 0; i < c->n_classes; i++) {
        m.labeled += confusion_count(c, class_index, i);
        m.predicted += confusion_count(c, i, class_index);
    }
    m.precision = share_of(m.correct, m.predicted);
    m.recall = share_of(m.correct, m.labeled);
    m.f1 = share_of(2 * m.correct, m.labeled + m.predicted);
    return m;
}

double confusion_balanced(const struct confusion *c)
{
    double sum = 0;
    int32_t met = 0;

    for (int32_t i = 0; i < c->n_classes; i++) {
        const struct class_metrics m = class_metrics(c, i);

        if (m.labeled > 0) {
            sum += m.recall;
            met++;
        }
    }
    return met > 0 ? sum / met : NAN;
}

double confusion_macro_f1(const struct confusion *c)
{
    double sum = 0;
    int32_t met = 0;

    for (int32_t i = 0; i < c->n_classes; i++) {
        const struct class_metrics m = class_metrics(c, i);

        if (m.labeled + m.predicted > 0) {
            sum += m.f1;
            met++;
        }
    }
    return met > 0 ? sum / met : NAN;
}

double confusion_mean_recall(const struct confusion *c)
{
    double sum = 0;
    int64_t n = 0;

    for (int32_t i = 0; i < c->n_classes; i++) {
        struct class_metrics m = class_metrics(c, i);

        sum += m.labeled > 0 ? m.recall : 0;
        n += m.labeled > 0;
    }
    return n > 0 ? sum / (double)n : NAN;
}

double confusion_mean_f1(const struct confusion *c)
{
    double sum = 0;
    int64_t n = 0;

    for (int32_t i = 0; i < c->n_classes; i++) {
        struct class_metrics m = class_metrics(c, i);

        sum += m.labeled > 0 ? m.f1 : 0;
        n += m.labeled > 0;
    }
    return n > 0 ? sum / (double)n : NAN;
}

/* ---- regression ---- */
struct regression regression_of(const float *targets, const float *predictions, int64_t n)
{
    double mean = mean_of(targets, n), absolute = 0, squares = 0, about_mean = 0;

    assert(n >= 0);
    for (int64_t i = 0; i < n; i++) {
        double error = (double)predictions[i] - (double)targets[i], distance = (double)targets[i] - mean;

        absolute += fabs(error);
        squares += error * error;
        about_mean += distance * distance;
    }
    if (n < 1)
        return (struct regression){NAN, NAN, NAN};
    return (struct regression){absolute / (double)n, sqrt(squares / (double)n),
                               about_mean > 0 ? 1 - squares / about_mean : NAN};
}

/* ---- ROC ---- */
struct scored {
    float score;
    bool positive;
};

static int highest_first(const void *a, const void *b)
{
    float x = ((const struct scored *)a)->score, y = ((const struct scored *)b)->score;

    return (x < y) - (x > y);
}

static struct scored *sorted(struct pool *pool, const float *scores, const bool *positive, int64_t n)
{
    struct scored *s = pool_array(pool, (size_t)n, sizeof *s);

    for (int64_t i = 0; i < n; i++)
        s[i] = (struct scored){isnan(scores[i]) ? -INFINITY : scores[i], positive[i]};
    qsort(s, (size_t)n, sizeof *s, highest_first);
    return s;
}

/* Of one group of equal scores after the other: a positive wins against the negatives that follow, and half against
 * those of its group. Twice the number of pairs is at most n^2 / 2, which 64 bits hold. */
static void walk(struct roc *roc, const struct scored *s, int64_t n)
{
    int64_t above = 0, false_above = 0, twice = 0;

    roc->points[roc->n++] = (struct roc_point){.threshold = INFINITY};
    for (int64_t i = 0; i < n;) {
        float score = s[i].score;
        int64_t positives = 0, negatives = 0;

        for (; i < n && s[i].score == score; i++)
            *(s[i].positive ? &positives : &negatives) += 1;
        above += positives;
        false_above += negatives;
        twice += positives * (2 * (roc->negatives - false_above) + negatives);
        roc->points[roc->n++] =
            (struct roc_point){(double)score, share_of(false_above, roc->negatives), share_of(above, roc->positives)};
    }
    assert(above == roc->positives && false_above == roc->negatives);
    roc->auc = share_of(twice, 2 * roc->positives * roc->negatives);
}

struct roc roc_make(struct pool *pool, const float *scores, const bool *positive, int64_t n)
{
    struct roc roc = {.auc = NAN};

    assert(n >= 0 && n <= INT32_MAX);
    for (int64_t i = 0; i < n; i++)
        *(positive[i] ? &roc.positives : &roc.negatives) += 1;
    if (roc.positives == 0 || roc.negatives == 0)
        return roc;
    roc.points = pool_array(pool, (size_t)n + 1, sizeof *roc.points);
    walk(&roc, sorted(pool, scores, positive, n), n);
    return roc;
}

const struct roc_point *roc_best(const struct roc *roc)
{
    const struct roc_point *best = NULL;

    for (size_t i = 0; i < roc->n; i++) {
        const struct roc_point *p = &roc->points[i];

        if (best == NULL || p->true_positives - p->false_positives > best->true_positives - best->false_positives)
            best = p;
    }
    return best;
}

float roc_threshold(const struct roc *roc) { return roc->n > 0 ? (float)roc_best(roc)[1].threshold : NAN; }

/* ---- alarms ---- */
struct alarms alarms_of(const float *scores, const bool *anomalous, int64_t n, float threshold)
{
    struct alarms a = {0};

    for (int64_t i = 0; i < n; i++) {
        bool alarm = scores[i] > threshold;

        a.normal += !anomalous[i];
        a.anomalous += anomalous[i];
        a.false_alarms += alarm && !anomalous[i];
        a.misses += !alarm && anomalous[i];
    }
    assert(a.false_alarms <= a.normal && a.misses <= a.anomalous);
    return a;
}

float alarm_threshold(struct pool *scratch, const float *scores, int64_t n)
{
    bool *none = pool_array(scratch, (size_t)n + 1, sizeof *none);
    float threshold = n > 0 ? sorted(scratch, scores, none, n)[n / ALARM_RARITY].score : INFINITY;

    assert(!isnan(threshold));
    return threshold > 0 ? threshold : 0; /* a score is not below 0 */
}

double mean_of(const float *values, int64_t n)
{
    double sum = 0;

    for (int64_t i = 0; i < n; i++)
        sum += (double)values[i];
    return n > 0 ? sum / (double)n : NAN;
}
