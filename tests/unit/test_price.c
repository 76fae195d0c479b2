/* SPDX-License-Identifier: Apache-2.0 */
/* The search for the price of a bit, on curves that are known. */
#include "host/jobs/price.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h> /* last: its fail_msg needs its own fail */

/* 4,000 bytes at 1e-6, a fifth less for each factor of two; accuracy falls with the price. */
static struct price_point point_at(float price)
{
    const double doublings = log2((double)price / 1e-6);

    return (struct price_point){.price = price,
                                .bytes = (int64_t)(4000 * pow(0.8, doublings)),
                                .accuracy = 0.985 - 0.002 * doublings,
                                .loss = 0.05 + 0.01 * doublings};
}

static void run(struct price_search *s, float first)
{
    float price;

    while ((price = price_next(s, first)) > 0) {
        assert_in_range(s->n, 0, PRICE_POINTS - 1);
        s->points[s->n++] = point_at(price);
    }
}

static const struct price_point *chosen(const struct price_search *s) { return &s->points[price_choose(s)]; }

/* From either side the largest network within the budget: nearly as large. */
static void a_budget_is_used(void **state)
{
    static const float firsts[] = {1e-7f, 1e-6f, 1e-5f};

    (void)state;
    for (size_t i = 0; i < COUNT(firsts); i++) {
        struct price_search s = {.budget = 3000, .least_accuracy = NAN};

        run(&s, firsts[i]);
        assert_true(price_does(&s, chosen(&s)));
        assert_in_range(chosen(&s)->bytes, 2700, 3000);
        for (int32_t k = 0; k < s.n; k++)
            assert_true(s.points[k].bytes > 3000 || s.points[k].accuracy <= chosen(&s)->accuracy);
    }
}

static void a_drop_is_used(void **state)
{
    struct price_search s = {.least_accuracy = 0.981};

    (void)state;
    run(&s, 1e-6f);
    assert_true(price_does(&s, chosen(&s)));
    assert_true(chosen(&s)->accuracy < 0.982);
    for (int32_t k = 0; k < s.n; k++)
        assert_true(s.points[k].accuracy < 0.981 || s.points[k].bytes >= chosen(&s)->bytes);
}

static void what_cannot_be_met_gives_the_nearest(void **state)
{
    struct price_search bytes = {.budget = 10, .least_accuracy = NAN}, accuracy = {.least_accuracy = 0.999999};

    (void)state;
    run(&bytes, 1e-6f);
    assert_int_equal(bytes.n, PRICE_POINTS);
    assert_false(price_does(&bytes, chosen(&bytes)));
    assert_int_equal(price_choose(&bytes), bytes.n - 1);
    run(&accuracy, 1e-6f);
    assert_false(price_does(&accuracy, chosen(&accuracy)));
    assert_int_equal(price_choose(&accuracy), accuracy.n - 1);
}

/* Without classes the loss decides. */
static void losses_decide_without_classes(void **state)
{
    struct price_search s = {.budget = 3000, .least_accuracy = NAN, .n = 3};

    (void)state;
    for (int i = 0; i < 3; i++) {
        s.points[i] = point_at((float)(3e-6 + 1e-6 * i));
        s.points[i].accuracy = NAN;
    }
    s.points[1].loss = 0.01;
    assert_int_equal(price_choose(&s), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_budget_is_used),
        cmocka_unit_test(a_drop_is_used),
        cmocka_unit_test(what_cannot_be_met_gives_the_nearest),
        cmocka_unit_test(losses_decide_without_classes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
