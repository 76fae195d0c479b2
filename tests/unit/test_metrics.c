/* SPDX-License-Identifier: Apache-2.0 */
/* Metrics against cases worked by hand, and the AUC against all pairs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>
#include <stdlib.h>

#include "host/base/random.h"
#include "host/metrics/metrics.h"

#include <cmocka.h> /* last: its fail_msg needs its own fail */

static bool near(double a, double b) { return fabs(a - b) < 1e-12; }

/* ---- classification ---- */
static void the_largest_score(void **state)
{
    (void)state;
    assert_int_equal(largest_score((const float[]){1, 3, 3, 2}, 4), 1); /* the first of equals */
    assert_int_equal(largest_score((const float[]){NAN, -5, NAN, -4}, 4), 3);
    assert_int_equal(largest_score((const float[]){NAN, NAN}, 2), 0);
    assert_int_equal(largest_score((const float[]){-INFINITY, -INFINITY}, 2), 0);
}

/* Class 3 has no samples and is never predicted; class 2 is never predicted. */
static void classes_by_hand(void **state)
{
    static const int32_t labels[] = {0, 0, 0, 1, 1, 2}, predictions[] = {0, 0, 1, 1, 0, 0};
    struct pool pool = {0};
    struct confusion c = confusion_make(&pool, 4, NULL);
    struct class_metrics m;

    (void)state;
    assert_true(isnan(confusion_accuracy(&c)) && isnan(confusion_mean_recall(&c)) && isnan(confusion_mean_f1(&c)));
    confusion_add(&c, labels, predictions, 6);
    assert_int_equal(confusion_count(&c, 0, 1), 1);
    assert_int_equal(confusion_count(&c, 1, 0), 1);
    assert_int_equal(confusion_count(&c, 2, 0), 1);
    assert_int_equal(confusion_samples(&c), 6);
    assert_int_equal(confusion_correct(&c), 3);
    assert_true(near(confusion_accuracy(&c), 0.5));
    m = class_metrics(&c, 0);
    assert_int_equal(m.labeled, 3);
    assert_int_equal(m.predicted, 4);
    assert_int_equal(m.correct, 2);
    assert_true(near(m.precision, 0.5) && near(m.recall, 2 / 3.0) && near(m.f1, 4 / 7.0));
    m = class_metrics(&c, 2);
    assert_true(isnan(m.precision) && m.recall == 0 && m.f1 == 0);
    m = class_metrics(&c, 3);
    assert_true(isnan(m.precision) && isnan(m.recall) && isnan(m.f1));
    assert_true(near(confusion_mean_recall(&c), (2 / 3.0 + 0.5 + 0) / 3));
    assert_true(near(confusion_mean_f1(&c), (4 / 7.0 + 0.5 + 0) / 3));
    confusion_add(&c, labels, labels, 6); /* adds to what is there */
    assert_int_equal(confusion_correct(&c), 9);
    pool_free(&pool);
}

static void means(void **state)
{
    (void)state;
    assert_true(isnan(mean_of(NULL, 0)));
    assert_true(near(mean_of((const float[]){1, 2, 4.5F}, 3), 2.5));
}

/* ---- regression ---- */
/* Errors 1, -1, 2, 0: absolute 4 of 4, squares 6 of 4; targets about their mean 2.5: 5. */
static void numbers_by_hand(void **state)
{
    static const float targets[] = {1, 2, 3, 4}, predictions[] = {2, 1, 5, 4}, same[] = {7, 7};
    struct regression r = regression_of(targets, predictions, 4);

    (void)state;
    assert_true(r.mae == 1 && near(r.rmse, sqrt(1.5)) && near(r.r2, 1 - 6 / 5.0));
    r = regression_of(targets, targets, 4);
    assert_true(r.mae == 0 && r.rmse == 0 && r.r2 == 1);
    r = regression_of(targets, (const float[]){2.5F, 2.5F, 2.5F, 2.5F}, 4); /* the mean explains nothing */
    assert_true(r.r2 == 0);
    r = regression_of(same, (const float[]){6, 8}, 2);
    assert_true(r.mae == 1 && r.rmse == 1 && isnan(r.r2));
    r = regression_of(NULL, NULL, 0);
    assert_true(isnan(r.mae) && isnan(r.rmse) && isnan(r.r2));
    r = regression_of(targets, (const float[]){NAN, 1, 5, 4}, 4);
    assert_true(isnan(r.mae) && isnan(r.rmse) && isnan(r.r2));
}

/* ---- ROC ---- */
/* A case a line: scores, whether each is positive ('+'), the AUC. */
static void auc_by_hand(void **state)
{
    static const struct {
        const char *positive;
        float scores[8];
        double auc;
    } cases[] = {
        {"-+", {1, 2}, 1},
        {"+-", {1, 2}, 0},
        {"+-", {2, 2}, 0.5},
        {"--++", {0.1F, 0.4F, 0.35F, 0.8F}, 0.75},            /* three pairs of four */
        {"-+-+", {1, 1, 2, 2}, 0.5},                          /* 0.5 + 0 + 1 + 0.5 of 4 */
        {"+++--", {3, 3, 3, 3, 3}, 0.5},                      /* one group */
        {"+-+-", {INFINITY, INFINITY, -1, -INFINITY}, 0.625}, /* infinities are scores */
        {"+-", {NAN, -INFINITY}, 0.5},                        /* NaN is the smallest */
        {"+-", {-1, NAN}, 1},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct pool pool = {0};
        int64_t n = (int64_t)strlen(cases[i].positive);
        bool positive[8];
        struct roc roc;

        for (int64_t k = 0; k < n; k++)
            positive[k] = cases[i].positive[k] == '+';
        roc = roc_make(&pool, cases[i].scores, positive, n);
        assert_true(roc.auc == cases[i].auc); /* all are exact in binary */
        pool_free(&pool);
    }
}

static void points_by_hand(void **state)
{
    static const float scores[] = {0.9F, 0.8F, 0.8F, 0.3F, 0.1F};
    static const bool positive[] = {true, true, false, true, false};
    struct pool pool = {0};
    struct roc roc = roc_make(&pool, scores, positive, 5);

    (void)state;
    assert_int_equal(roc.positives, 3);
    assert_int_equal(roc.negatives, 2);
    assert_int_equal(roc.n, 5);
    assert_true(isinf(roc.points[0].threshold) && roc.points[0].false_positives == 0);
    assert_true(near(roc.points[1].true_positives, 1 / 3.0) && roc.points[1].false_positives == 0);
    assert_true(near(roc.points[2].true_positives, 2 / 3.0) && near(roc.points[2].false_positives, 0.5));
    assert_true(roc.points[3].true_positives == 1 && near(roc.points[3].false_positives, 0.5));
    assert_true(roc.points[4].true_positives == 1 && roc.points[4].false_positives == 1);
    assert_true(roc_best(&roc) == &roc.points[3]);
    assert_true((float)roc_best(&roc)->threshold == 0.3F);
    pool_free(&pool);
}

/* The threshold under the best point says the same as the point. */
static void thresholds_by_hand(void **state)
{
    static const float scores[] = {0.9F, 0.8F, 0.8F, 0.3F, 0.1F};
    static const bool positive[] = {true, true, false, true, false};
    struct pool pool = {0};
    struct roc roc = roc_make(&pool, scores, positive, 5);
    struct alarms a = alarms_of(scores, positive, 5, roc_threshold(&roc));

    (void)state;
    assert_true(roc_threshold(&roc) == 0.1F);
    assert_true(a.normal == 2 && a.anomalous == 3 && a.false_alarms == 1 && a.misses == 0);
    a = alarms_of(scores, positive, 5, 0.8F); /* not above it */
    assert_true(a.false_alarms == 0 && a.misses == 2);
    a = alarms_of((const float[]){NAN, NAN, INFINITY}, (const bool[]){true, false, true}, 3, 1);
    assert_true(a.false_alarms == 0 && a.misses == 1);
    roc = roc_make(&pool, scores, (const bool[]){false, false, true, true, true}, 5); /* worse than chance: no alarms */
    assert_true(roc_threshold(&roc) == 0.9F);
    roc = roc_make(&pool, scores, (const bool[]){true, true, true, true, true}, 5);
    assert_true(isnan(roc_threshold(&roc)));
    pool_free(&pool);
}

/* One of a hundred may be above. */
static void thresholds_of_normal_samples(void **state)
{
    float scores[250];
    struct pool pool = {0};

    (void)state;
    for (int i = 0; i < 250; i++)
        scores[i] = (float)((i * 7) % 250); /* 0 to 249 */
    assert_true(alarm_threshold(&pool, scores, 250) == 247);
    assert_true(alarm_threshold(&pool, (const float[]){3, 5, 4}, 3) == 5);
    assert_true(isinf(alarm_threshold(&pool, NULL, 0)));
    assert_true(alarm_threshold(&pool, (const float[]){NAN}, 1) == 0);
    pool_free(&pool);
}

static void one_side_is_missing(void **state)
{
    static const float scores[] = {1, 2};
    struct pool pool = {0};
    struct roc all = roc_make(&pool, scores, (const bool[]){true, true}, 2);
    struct roc none = roc_make(&pool, scores, (const bool[]){false, false}, 2);
    struct roc empty = roc_make(&pool, NULL, NULL, 0);

    (void)state;
    assert_true(isnan(all.auc) && isnan(none.auc) && isnan(empty.auc));
    assert_true(all.n == 0 && none.n == 0 && empty.n == 0 && roc_best(&all) == NULL);
    assert_int_equal(all.positives, 2);
    assert_int_equal(none.negatives, 2);
    pool_free(&pool);
}

#define LARGEST 200

static double auc_of_pairs(const float *scores, const bool *positive, int32_t n)
{
    int64_t twice = 0, pairs = 0;

    for (int32_t i = 0; i < n; i++)
        for (int32_t k = 0; k < n; k++)
            if (positive[i] && !positive[k]) {
                twice += scores[i] > scores[k] ? 2 : scores[i] == scores[k];
                pairs++;
            }
    return (double)twice / (double)(2 * pairs);
}

static double auc_of_area(const struct roc *roc)
{
    double area = 0;

    for (size_t i = 1; i < roc->n; i++)
        area += (roc->points[i].false_positives - roc->points[i - 1].false_positives) *
                (roc->points[i].true_positives + roc->points[i - 1].true_positives) / 2;
    return area;
}

/* From two values (nearly all tie) to many. The area under the points is the same number. */
static void auc_of_random_data(void **state)
{
    float scores[LARGEST];
    bool positive[LARGEST];
    int checked = 0;

    (void)state;
    for (uint64_t seed = 0; seed < 300; seed++) {
        struct random_stream s = random_stream(seed, 0, 0, 0);
        int32_t n = 2 + (int32_t)random_below(s, 0, LARGEST - 1);
        uint32_t values = 2u << random_below(s, 1, 12);
        struct pool pool = {0};
        struct roc roc;

        for (int32_t i = 0; i < n; i++) {
            positive[i] = random_below(s, 10 + (uint64_t)i, 3) == 0;
            scores[i] = (float)random_below(s, 1000 + (uint64_t)i, values) + (positive[i] ? 0.25F * (float)values : 0);
        }
        roc = roc_make(&pool, scores, positive, n);
        if (roc.positives > 0 && roc.negatives > 0) {
            assert_true(roc.auc == auc_of_pairs(scores, positive, n));
            assert_true(near(roc.auc, auc_of_area(&roc)));
            checked++;
        }
        pool_free(&pool);
    }
    assert_true(checked > 250);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_largest_score),
        cmocka_unit_test(classes_by_hand),
        cmocka_unit_test(means),
        cmocka_unit_test(auc_by_hand),
        cmocka_unit_test(points_by_hand),
        cmocka_unit_test(one_side_is_missing),
        cmocka_unit_test(auc_of_random_data),
        cmocka_unit_test(numbers_by_hand),
        cmocka_unit_test(thresholds_by_hand),
        cmocka_unit_test(thresholds_of_normal_samples),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
