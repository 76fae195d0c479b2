/* SPDX-License-Identifier: Apache-2.0 */
/* The model of cycles and energy on what others have published, each figure predicted from the others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>
#include <stdlib.h>

#include "host/base/base.h"
#include "host/energy/published.h"
#include "host/energy/range.h"

#include <cmocka.h> /* last: its fail_msg needs its own fail */

#define ERRORS_MAX 128

struct errors {
    double of[ERRORS_MAX]; /* |predicted / measured - 1| in percent, sorted by summary() */
    size_t n;
};

static void add(struct errors *e, double predicted, double measured)
{
    assert_true(e->n < ERRORS_MAX && predicted > 0 && measured > 0);
    e->of[e->n++] = 100 * fabs(predicted / measured - 1);
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double quantile(const struct errors *e, double p)
{
    const double at = p * (double)(e->n - 1);
    const size_t i = (size_t)at, next = i + 1 < e->n ? i + 1 : i;

    return e->of[i] + (e->of[next] - e->of[i]) * (at - (double)i);
}

static void summary(struct errors *e, const char *what)
{
    qsort(e->of, e->n, sizeof *e->of, by_size);
    print_message("%s: %zu, median %.1f %%, p90 %.1f %%, largest %.1f %%\n", what, e->n, quantile(e, 0.5),
                  quantile(e, 0.9), e->of[e->n - 1]);
}

static double energy(const struct published_result *r, double per_cycle) { return per_cycle * r->cycles * 1e6; }

static void other_tasks_of_a_submission(void **state)
{
    struct errors e = {.n = 0};

    (void)state;
    for (int32_t i = 0; i < published_n_results; i++) {
        const struct published_result *r = &published_results[i];

        if (!published_is_doubtful(r))
            add(&e, energy(r, published_same_submission(r)), r->microjoules);
    }
    summary(&e, "energy from the same submission");
    assert_int_equal(e.n, 98);
    assert_true(quantile(&e, 0.5) <= 2.5 && quantile(&e, 0.9) <= 8 && e.of[e.n - 1] <= 12);
}

/* Each interval's width is that of the other submissions. */
static void other_submissions_and_their_intervals(void **state)
{
    struct errors e = {.n = 0};
    int32_t inside = 0;

    (void)state;
    for (int32_t i = 0; i < published_n_results; i++) {
        const struct published_result *r = &published_results[i];
        const double per_cycle = published_other_submissions(r);
        struct range range;

        if (per_cycle <= 0)
            continue;
        range = range_about(energy(r, per_cycle), published_energy_width(r->submission));
        add(&e, range.value, r->microjoules);
        inside += r->microjoules >= range.low && r->microjoules <= range.high;
        assert_true(range_half_width(range) <= 0.18);
    }
    summary(&e, "energy from other submissions");
    print_message("%d of %zu inside, half-width of an interval %.1f %%\n", inside, e.n,
                  100 * range_half_width(range_about(1, published_energy_width(-1))));
    assert_int_equal(e.n, 67);
    assert_true(quantile(&e, 0.5) <= 8 && quantile(&e, 0.9) <= 17);
    assert_true(inside >= 0.85 * (double)e.n && inside <= 0.95 * (double)e.n);
}

static bool is_newest_of_st(const struct published_result *r)
{
    return (r->board == L4R5 && strcmp(r->who, "ST v1.2") == 0) || (r->board == U575 && strcmp(r->who, "ST v1.3") == 0);
}

static void tasks_of_st_from_their_cycles(void **state)
{
    int32_t inside = 0, n = 0;

    (void)state;
    for (int32_t i = 0; i < published_n_results; i++) {
        const struct published_result *r = &published_results[i];
        const struct range range =
            range_about(energy(r, published_other_submissions(r)), published_energy_width(r->submission));

        if (!is_newest_of_st(r))
            continue;
        n++;
        inside += r->microjoules >= range.low && r->microjoules <= range.high;
    }
    print_message("ST's tasks: %d of %d inside\n", inside, n);
    assert_int_equal(n, 8);
    assert_true(inside >= 7);
}

static void a_stream_at_another_clock(void **state)
{
    int32_t n = 0;

    (void)state;
    for (int32_t i = 1; i < published_n_streams; i++) {
        const struct published_stream *of = &published_streams[i], *from = &published_streams[i - 1];
        const double predicted = published_stream_power(of, from);

        if (of->board != from->board)
            continue;
        print_message("stream: %.0f MHz from %.0f: %+.1f %%\n", of->megahertz, from->megahertz,
                      100 * (predicted / of->milliwatts - 1));
        assert_true(fabs(predicted / of->milliwatts - 1) <= 0.16);
        n++;
    }
    assert_int_equal(n, 3);
}

static void cycles_from_instructions(void **state)
{
    static const char *const who[] = {"OctoML", "EdgeMark"}, *const tasks[] = {"ad", "ic", "kws", "vww"};

    (void)state;
    for (int32_t i = 0; i < published_n_reports; i++) {
        const struct published_report *r = &published_reports[i];
        const double predicted = published_cycles(r, published_timing_without(r->core, r));
        const struct range range = range_about(predicted, published_cycles_width());

        print_message("cycles of %s %s on the %s: %+.1f %%\n", who[r->who], tasks[r->task],
                      r->core == M4 ? "M4" : "M33", 100 * (predicted / r->cycles - 1));
        if (r->who == OCTOML)
            assert_true(fabs(predicted / r->cycles - 1) <= (r->task == AD ? 0.12 : 0.07));
        assert_true(r->cycles >= range.low && r->cycles <= range.high);
    }
    for (enum published_core core = M4; core <= M33; core++)
        print_message("%s: %.3f times the rule, %.2f cycles a byte\n", core == M4 ? "M4" : "M33",
                      published_timing_without(core, NULL).rule, published_timing_without(core, NULL).byte);
    print_message("width -%.0f to +%.0f %%\n", 100 * (1 - exp(-published_cycles_width())),
                  100 * (exp(published_cycles_width()) - 1));
}

static void cycles_an_instruction(void **state)
{
    const struct range range = published_cycles_an_instruction();

    (void)state;
    assert_true(fabs(range.low - 29696000.0 / 24101937) < 1e-9 && fabs(range.high - 46164000.0 / 24101937) < 1e-9);
    assert_true(range.value > 1.5 && range.value < 1.6);
}

/* ---- ranges ---- */
static bool near(double a, double b) { return fabs(a - b) < 1e-9 * (1 + fabs(b)); }

static void ranges(void **state)
{
    struct range a = range_about(100, log(2)), b = range_times(a, range_about(3, log(1.5))), c;

    (void)state;
    assert_true(near(a.low, 50) && near(a.high, 200) && near(range_half_width(a), 0.75));
    assert_true(near(log(b.high / b.value), hypot(log(2), log(1.5))) && near(b.value * b.value, b.low * b.high));
    c = range_plus(range_scaled(a, 2), range_exact(1));
    assert_true(near(c.low, 101) && near(c.value, 201) && near(c.high, 401));
    c = range_inverse(a);
    assert_true(near(c.low, 1.0 / 200) && near(c.high, 1.0 / 50));
    c = range_times(range_exact(0), a);
    assert_true(c.low == 0 && c.value == 0 && c.high == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(other_tasks_of_a_submission),
        cmocka_unit_test(other_submissions_and_their_intervals),
        cmocka_unit_test(tasks_of_st_from_their_cycles),
        cmocka_unit_test(a_stream_at_another_clock),
        cmocka_unit_test(cycles_from_instructions),
        cmocka_unit_test(cycles_an_instruction),
        cmocka_unit_test(ranges),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
