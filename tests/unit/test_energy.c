/* SPDX-License-Identifier: Apache-2.0 */
/* The model of cycles and energy on what others have published, each figure predicted from the others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>
#include <stdlib.h>

#include "host/base/base.h"
#include "host/energy/budget.h"
#include "host/energy/published.h"
#include "host/energy/interval.h"

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
        struct interval range;

        if (per_cycle <= 0)
            continue;
        range = interval_about(energy(r, per_cycle), published_energy_width(r->submission));
        add(&e, range.value, r->microjoules);
        inside += r->microjoules >= range.low && r->microjoules <= range.high;
        assert_true(interval_half_width(range) <= 0.18);
    }
    summary(&e, "energy from other submissions");
    print_message("%d of %zu inside, half-width of an interval %.1f %%\n", inside, e.n,
                  100 * interval_half_width(interval_about(1, published_energy_width(-1))));
    assert_int_equal(e.n, 67);
    assert_true(quantile(&e, 0.5) <= 8 && quantile(&e, 0.9) <= 17);
    assert_true(inside >= 0.85 * (double)e.n && inside <= 0.95 * (double)e.n);
}

/* Joules a cycle of what was published for r's board and voltage, but for two submissions; 0: nothing. */
static double mean_without(const struct published_result *r, int32_t first, int32_t second)
{
    double logarithms = 0;
    int32_t n = 0;

    for (int32_t i = 0; i < published_n_results; i++) {
        const struct published_result *o = &published_results[i];

        if (o->board != r->board || r->volts <= 0 || fabs(o->volts - r->volts) >= 0.05 || o->submission == first ||
            o->submission == second)
            continue;
        logarithms += log(o->microjoules * 1e-6 / o->cycles);
        n++;
    }
    return n > 0 ? exp(logarithms / n) : 0;
}

/* The width that a submission would have got if nobody had seen it: it is in no mean of the others either. */
static double width_unseen(int32_t submission)
{
    double errors[ERRORS_MAX];
    size_t n = 0;

    for (int32_t i = 0; i < published_n_results; i++) {
        const struct published_result *r = &published_results[i];
        const double per_cycle = mean_without(r, r->submission, submission);

        if (per_cycle > 0 && r->submission != submission)
            errors[n++] = fabs(log(energy(r, per_cycle) / r->microjoules));
    }
    qsort(errors, n, sizeof *errors, by_size);
    return errors[(size_t)ceil(0.9 * (double)(n + 1)) - 1];
}

static void submissions_that_no_width_has_seen(void **state)
{
    double narrowest = INFINITY, widest = 0;
    int32_t inside = 0, n = 0;

    (void)state;
    for (int32_t i = 0; i < published_n_results; i++) {
        const struct published_result *r = &published_results[i];
        const double per_cycle = mean_without(r, r->submission, r->submission), width = width_unseen(r->submission);

        if (per_cycle <= 0)
            continue;
        assert_true(fabs(per_cycle / published_other_submissions(r) - 1) < 1e-9);
        inside += fabs(log(energy(r, per_cycle) / r->microjoules)) <= width;
        narrowest = fmin(narrowest, interval_half_width(interval_about(1, width)));
        widest = fmax(widest, interval_half_width(interval_about(1, width)));
        n++;
    }
    print_message("without them in the others' means: %d of %d inside, half-widths %.1f to %.1f %%\n", inside, n,
                  100 * narrowest, 100 * widest);
    assert_true(inside >= 0.85 * n && inside <= 0.95 * n);
    assert_true(interval_half_width(interval_about(1, published_energy_width(-1))) <= 0.18);
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
        const struct interval range =
            interval_about(energy(r, published_other_submissions(r)), published_energy_width(r->submission));

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
        const struct interval range = interval_about(predicted, published_cycles_width());

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
    const struct interval range = published_cycles_an_instruction();

    (void)state;
    assert_true(fabs(range.low - 29696000.0 / 24101937) < 1e-9 && fabs(range.high - 46164000.0 / 24101937) < 1e-9);
    assert_true(range.value > 1.5 && range.value < 1.6);
}

/* ---- ranges ---- */
static bool near(double a, double b) { return fabs(a - b) < 1e-9 * (1 + fabs(b)); }

static void ranges(void **state)
{
    struct interval a = interval_about(100, log(2)), b = interval_times(a, interval_about(3, log(1.5))), c;

    (void)state;
    assert_true(near(a.low, 50) && near(a.high, 200) && near(interval_half_width(a), 0.75));
    assert_true(near(log(b.high / b.value), hypot(log(2), log(1.5))) && near(b.value * b.value, b.low * b.high));
    c = interval_plus(interval_scaled(a, 2), interval_exact(1));
    assert_true(near(c.low, 101) && near(c.value, 201) && near(c.high, 401));
    c = interval_inverse(a);
    assert_true(near(c.low, 1.0 / 200) && near(c.high, 1.0 / 50));
    c = interval_times(interval_exact(0), a);
    assert_true(c.low == 0 && c.value == 0 && c.high == 0);
}

/* ---- budgets, by hand ---- */
static struct board_memory memory[] = {
    {.name = "flash", .kind = BOARD_FLASH, .size = 1 << 20, .wait_states = 5, .line_bytes = 8},
    {.name = "ram", .kind = BOARD_RAM, .origin = 1 << 28, .size = 1 << 16},
};

static struct board_power power[] = {
    {.state = "active", .kind = POWER_NETWORKS, .milliamps = 10, .volts = 3, .source = "s"},
    {.state = "active", .kind = POWER_NETWORKS, .milliamps = 3, .volts = 3, .clock_hz = 25000000, .source = "s"},
    {.state = "idle", .kind = POWER_DERIVED, .milliamps = 1, .volts = 3, .source = "s"},
    {.state = "sleep", .milliamps = 0.002, .volts = 3, .source = "s"},
    {.state = "wakeup", .microcoulombs = 0.5, .volts = 3, .source = "s"},
};

static const struct board board = {.name = "b",
                                   .core = "cortex-m4f",
                                   .timing = "cortex-m4f",
                                   .clock_hz = 100000000,
                                   .memory = memory,
                                   .memory_count = 2,
                                   .power = power,
                                   .power_count = 5};

/* 10 ms at 100 MHz once a second: 100 uA, 1.98 of sleep, 0.5 for waking up. */
static void a_budget(void **state)
{
    const struct usage usage = {.every_s = 1,
                                .battery_mah = 240,
                                .battery_volts = 3,
                                .sensor_ma = 0.01,
                                .radio_mj = 3.6,
                                .radio_per_s = 1.0 / 3600};
    const struct budget b = budget_make(&board, &power[0], interval_exact(1e6), &usage);
    const double average = 100 + 1.98 + 0.5 + 10 + 1 / 3.0;

    (void)state;
    assert_true(near(b.milliseconds.value, 10) && near(b.inference_uj.value, 300) && near(b.duty.value, 0.01));
    assert_true(b.rest == &power[3] && b.wakeup == &power[4]);
    assert_true(near(b.active_ua.value, 100) && near(b.rest_ua.value, 1.98) && near(b.wakeup_ua.value, 0.5));
    assert_true(near(b.average_ua.value, average) && near(b.battery_days.value, 240e3 / average / 24));
    assert_true(b.average_ua.low < average && b.average_ua.high > average);
    assert_true(near(b.battery_days.low, 240e3 / b.average_ua.high / 24));
    assert_true(near(log(b.inference_uj.high / 300), published_energy_width(-1)));
}

static void a_duty_and_idling(void **state)
{
    const struct usage usage = {.duty = 0.5, .rest = "idle"};
    const struct budget b = budget_make(&board, &power[0], interval_exact(1e6), &usage);

    (void)state;
    assert_true(near(b.period_s.value, 0.02) && b.wakeup == NULL && near(b.average_ua.value, 5000 + 500));
    assert_true(b.average_ua.low <= b.average_ua.value && b.rest_ua.low <= b.rest_ua.value);
    assert_true(b.battery_days.value == 0);
}

/* At 25 MHz a cycle takes 120 pC, at 100 MHz 100: the slow clock is better only where idling costs. */
static void the_best_clock(void **state)
{
    struct usage usage = {.every_s = 1};

    (void)state;
    assert_ptr_equal(budget_best(&board, interval_exact(1e6), &usage), &power[0]);
    usage = (struct usage){.every_s = 0.05, .rest = "idle"};
    assert_ptr_equal(budget_best(&board, interval_exact(1e6), &usage), &power[1]);
    usage.every_s = 0.02; /* 25 MHz take 40 ms */
    assert_ptr_equal(budget_best(&board, interval_exact(1e6), &usage), &power[0]);
}

/* A linear regulator keeps the current, so the lower voltage is the better one; not at a clock that is late, nor where
 * a battery says the voltage. */
static void the_best_voltage(void **state)
{
    struct board_power levels[] = {
        {.state = "active", .kind = POWER_NETWORKS, .milliamps = 10, .volts = 3, .source = "s"},
        {.state = "active", .kind = POWER_NETWORKS, .milliamps = 9.8, .volts = 1.8, .source = "s"},
        {.state = "active", .kind = POWER_NETWORKS, .milliamps = 2, .volts = 1.2, .clock_hz = 25000000, .source = "s"},
    };
    struct board several = board;
    struct usage usage = {.every_s = 0};
    struct budget b;

    (void)state;
    several.power = levels;
    several.power_count = COUNT(levels);
    assert_ptr_equal(budget_best(&several, interval_exact(1e6), &usage), &levels[2]);
    usage.every_s = 0.02; /* 25 MHz take 40 ms */
    assert_ptr_equal(budget_best(&several, interval_exact(1e6), &usage), &levels[1]);
    b = budget_make(&several, &levels[1], interval_exact(1e6), &usage);
    assert_true(near(b.volts, 1.8) && near(b.inference_uj.value, 9.8 * 10 * 1.8));
    usage.battery_mah = 100;
    usage.battery_volts = 3;
    b = budget_make(&several, budget_best(&several, interval_exact(1e6), &usage), interval_exact(1e6), &usage);
    assert_true(near(b.volts, 3) && near(b.inference_uj.value, 9.8 * 10 * 3));
}

static void what_is_not_known(void **state)
{
    struct board bare = board;
    struct usage usage = {.every_s = 1, .battery_mah = 240};
    struct budget b;

    (void)state;
    bare.power_count = 0;
    assert_null(board_power_at(&bare, "active", 0));
    b = budget_make(&bare, NULL, interval_exact(1e6), &usage);
    assert_true(near(b.milliseconds.value, 10) && near(b.duty.value, 0.01) && b.inference_uj.value == 0);
    assert_null(b.rest);
    bare.power = &power[3]; /* only sleeping */
    bare.power_count = 1;
    assert_ptr_equal(budget_make(&bare, NULL, interval_exact(1e6), &usage).rest, &power[3]);
    bare.power = power;
    b = budget_make(&bare, &power[0], interval_exact(1e6), &usage);
    assert_true(b.unknown_rest && near(b.average_ua.value, 100) && b.battery_days.value == 0);
    usage.every_s = 0.005;
    assert_true(budget_make(&board, &power[0], interval_exact(1e6), &usage).too_slow);
}

/* Supplies: a linear regulator keeps the current, an SMPS the power. */
static void kinds_of_figures(void **state)
{
    struct board_power p = power[0];
    struct interval networks = power_milliamps(&p, 1.5), other;

    (void)state;
    assert_true(near(networks.value, 10));
    p.supply = SUPPLY_SMPS;
    assert_true(near(power_milliamps(&p, 1.5).value, 20));
    p = power[0];
    p.kind = POWER_COREMARK; /* networks took 1.06 and 1.22 of it */
    other = power_milliamps(&p, 1.5);
    assert_true(other.value > 10.6 && other.value < 12.2 && other.high > 12.2 && other.low < 10);
    p.kind = POWER_LOOP; /* 1.78, 2.07 and 2.42 */
    other = power_milliamps(&p, 3);
    assert_true(near(other.low, 10) && other.value > 20 && other.value < 22 && other.high > 24);
    p = (struct board_power){.state = "active", .milliamps = 30, .most = 68, .volts = 3.3};
    other = power_milliamps(&p, 3.3);
    assert_true(near(other.low, 30) && near(other.high, 68) && near(other.value, sqrt(30 * 68)));
    p = (struct board_power){.state = "sleep", .milliamps = 3.16e-3, .volts = 3}; /* 3.5 uA were measured */
    other = power_milliamps(&p, 3);
    assert_true(near(other.value, 3.16e-3) && fabs(other.high - 3.5e-3) < 0.01e-3);
    p = (struct board_power){.state = "sleep", .kind = POWER_HEADLINE, .milliamps = 1e-3, .volts = 3.3};
    other = power_milliamps(&p, 3.3);
    assert_true(near(other.low, 1e-3) && near(other.value, 1e-3) && near(other.high, 2.5e-3));
}

/* ---- cycles ---- */
static void cycles_of_what_is_known(void **state)
{
    struct work w = {.instructions = 0.8e6, .cycles = 1e6, .flash_bytes = 80000};
    struct interval counted = cycles_estimate(&board, &w), instructions;
    struct board other = board;
    double m4, m33;

    (void)state;
    assert_int_equal(cycles_source(&w), CYCLES_FROM_TIMING);
    assert_true(near(cycles_waiting(&board, &w), 50000));
    assert_true(near(counted.value, 1e6 * published_timing_without(M4, NULL).rule * 0.982 + 50000));
    assert_true(near(log(counted.high / counted.value), published_cycles_width()));
    w.flash_bytes = 0;
    other.timing = "cortex-m33";
    m4 = cycles_estimate(&board, &w).value;
    m33 = cycles_estimate(&other, &w).value;
    assert_true(near(m33, 1e6 * published_timing_without(M33, NULL).rule * 0.986));
    other.timing = "cortex-m7"; /* nobody's results are of it: between the two */
    assert_true(near(cycles_estimate(&other, &w).value, sqrt(m4 * m33)));
    w.cycles = 0;
    instructions = cycles_estimate(&board, &w);
    assert_true(instructions.low < counted.low && instructions.high > counted.high);
    w.instructions = 0;
    assert_int_equal(cycles_source(&w), CYCLES_UNKNOWN);
}

/* ---- board files ---- */
static const struct board_power *active_at(const struct board *b, double volts)
{
    for (unsigned i = 0; i < b->power_count; i++)
        if (strcmp(b->power[i].state, "active") == 0 && b->power[i].clock_hz == 0 &&
            fabs(b->power[i].volts - volts) < 1e-9)
            return &b->power[i];
    return NULL;
}

/* What they say of networks and of idling is what was published. */
static void board_files_say_what_was_published(void **state)
{
    static const struct {
        const char *name;
        enum published_board board;
        double volts;
    } boards[] = {{"stm32-nucleo-l4r5zi", L4R5, 1.8},
                  {"stm32-nucleo-l4r5zi", L4R5, 3.0},
                  {"stm32-nucleo-l4r5zi-p", L4R5_P, 3.0},
                  {"stm32-nucleo-u575zi-q", U575, 1.8},
                  {"stm32-nucleo-u385rg-q", U385, 1.8},
                  {"stm32-nucleo-h7a3zi-q", H7A3, 3.0},
                  {"ek-ra6m4", RA6M4, 3.0}};
    struct pool pool = {0};
    struct report_text report;
    struct frame at = {.index = -1, .sink = &report};

    (void)state;
    for (size_t i = 0; i < COUNT(boards); i++) {
        const struct board_power *active, *idle;
        const struct board *b;

        assert_int_equal(board_load(&pool, boards[i].name, &b, &at), MOTE_OK);
        active = active_at(b, boards[i].volts);
        idle = board_power_at(b, "idle", (double)b->clock_hz);
        assert_true(active != NULL && active->kind == POWER_NETWORKS);
        assert_true(fabs(active->milliamps * 1e-3 * active->volts / (double)b->clock_hz /
                             published_per_cycle(boards[i].board, boards[i].volts) -
                         1) < 0.002);
        for (int32_t k = 0; idle != NULL && k < published_n_streams; k++) {
            const struct published_stream *s = &published_streams[k];

            if (s->board == boards[i].board && fabs(s->megahertz * 1e6 - (double)b->clock_hz) < 1)
                assert_true(fabs(idle->milliamps * idle->volts / published_idle_power(s) - 1) < 0.005);
        }
    }
    pool_free(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(other_tasks_of_a_submission),
        cmocka_unit_test(other_submissions_and_their_intervals),
        cmocka_unit_test(submissions_that_no_width_has_seen),
        cmocka_unit_test(tasks_of_st_from_their_cycles),
        cmocka_unit_test(a_stream_at_another_clock),
        cmocka_unit_test(cycles_from_instructions),
        cmocka_unit_test(cycles_an_instruction),
        cmocka_unit_test(ranges),
        cmocka_unit_test(a_budget),
        cmocka_unit_test(a_duty_and_idling),
        cmocka_unit_test(the_best_clock),
        cmocka_unit_test(the_best_voltage),
        cmocka_unit_test(what_is_not_known),
        cmocka_unit_test(kinds_of_figures),
        cmocka_unit_test(cycles_of_what_is_known),
        cmocka_unit_test(board_files_say_what_was_published),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
