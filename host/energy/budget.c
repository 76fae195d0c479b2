/* SPDX-License-Identifier: Apache-2.0 */
#include "host/energy/budget.h"

#include <assert.h>
#include <math.h>

#include "host/energy/published.h"

/* ---- how far a figure may be off ---- */
/* What networks took of what vendors publish (as Zephyr's pages of the boards have it), joules or coulombs a cycle:
 * an endless loop on L4R5 (100 uA/MHz), U575 (19.5 uA/MHz, taken at 3.3 V) and U385 (9.5 uA/MHz at 3.3 V); CoreMark on
 * U385 (16 uA/MHz at 3.3 V and 96 MHz) and RA6M4 (99 uA/MHz). */
static struct interval between_ratios(const double *ratios, int n)
{
    struct interval x = {0, ratios[0], ratios[0]};

    assert(n > 0 && ratios[0] > 0);
    for (int i = 1; i < n; i++) {
        x.low = fmin(x.low, ratios[i]);
        x.high = fmax(x.high, ratios[i]);
    }
    x.value = sqrt(x.low * x.high);
    return x;
}

static struct interval networks_of_loop(void)
{
    const double ratios[] = {published_per_cycle(L4R5, 3.0) / (3.0 * 100e-12),
                             published_per_cycle(U575, 1.8) / (3.3 * 19.5e-12),
                             published_per_cycle(U385, 1.8) / (3.3 * 9.5e-12)};

    return between_ratios(ratios, COUNT(ratios));
}

static struct interval networks_of_coremark(void)
{
    const double ratios[] = {published_per_cycle(U385, 1.8) / (3.3 * 16e-12),
                             published_per_cycle(RA6M4, 3.0) / (3.0 * 99e-12)};

    return between_ratios(ratios, COUNT(ratios));
}

/* A sleeping nRF52840: 3.16 uA in the data sheet, 3.5 measured (who measured them quotes the others, too). An Apollo3's
 * headline, as it is quoted, is 1 uA, measured were 2.5. */
#define SLEEP_OFF      0.102
#define HEADLINE_SLEEP 2.5

static double stream_width(void)
{
    double width = 0;

    for (int32_t i = 1; i < published_n_streams; i++) {
        const struct published_stream *of = &published_streams[i], *from = of - 1;

        if (of->board == from->board)
            width = fmax(width, fabs(log(published_stream_power(of, from) / of->milliwatts)));
    }
    return width;
}

static struct interval active_factor(const struct board_power *p)
{
    const struct interval networks = interval_about(1, published_energy_width(-1));
    struct interval loop;

    switch (p->kind) {
    case POWER_NETWORKS:
    case POWER_MEASURED:
        return networks;
    case POWER_COREMARK:
        return interval_times(networks_of_coremark(), networks);
    case POWER_DERIVED:
        return interval_about(1, stream_width());
    case POWER_TABLE:
        if (p->most > 0)
            return interval_exact(1);
        break;
    case POWER_LOOP:
    case POWER_HEADLINE:
        break;
    }
    loop = interval_times(networks_of_loop(), networks);
    loop.low = 1; /* nobody says what ran: it may have been a network */
    return loop;
}

static struct interval resting_factor(const struct board_power *p)
{
    switch (p->kind) {
    case POWER_DERIVED:
        return interval_about(1, stream_width());
    case POWER_HEADLINE:
        return (struct interval){1, 1, HEADLINE_SLEEP};
    default:
        return interval_about(1, SLEEP_OFF);
    }
}

/* ---- figures ---- */
static bool at_clock(const struct board *board, const struct board_power *p, double clock_hz)
{
    const double own = (double)(p->clock_hz > 0 ? p->clock_hz : board->clock_hz);

    return clock_hz > 0 && fabs(own - clock_hz) < 0.5;
}

const struct board_power *board_power_at(const struct board *board, const char *state, double clock_hz)
{
    const struct board_power *first = NULL;

    for (unsigned i = 0; i < board->power_count; i++) {
        const struct board_power *p = &board->power[i];

        if (strcmp(p->state, state) != 0)
            continue;
        if (at_clock(board, p, clock_hz))
            return p;
        first = first != NULL ? first : p;
    }
    return first;
}

/* Of the current, at another voltage. */
static double at_volts(const struct board_power *p, double volts)
{
    return p->supply == SUPPLY_SMPS ? p->volts / volts : 1;
}

struct interval power_milliamps(const struct board_power *p, double volts)
{
    const bool active = strcmp(p->state, "active") == 0;
    struct interval base = interval_exact(p->milliamps);

    assert(volts > 0 && p->milliamps >= 0);
    if (p->most > 0)
        base = (struct interval){sqrt(p->milliamps * p->most), p->milliamps, p->most};
    return interval_scaled(interval_times(base, active ? active_factor(p) : resting_factor(p)), at_volts(p, volts));
}

/* ---- the budget ---- */
static const struct board_power *resting(const struct board *board, const struct usage *usage, double clock_hz)
{
    const struct board_power *sleep;

    if (usage->rest != NULL)
        return board_power_at(board, usage->rest, clock_hz);
    sleep = board_power_at(board, "sleep", 0);
    return sleep != NULL ? sleep : board_power_at(board, "idle", clock_hz);
}

/* Microjoules. */
static struct interval wakeup_energy(const struct board_power *p, double volts)
{
    if (p == NULL)
        return interval_exact(0);
    if (p->microcoulombs > 0)
        return interval_scaled(interval_about(p->microcoulombs, SLEEP_OFF), at_volts(p, volts) * volts);
    return interval_scaled(power_milliamps(p, volts), volts * p->microseconds * 1e-3);
}

/* A share of the time is no more than all of it. */
static struct interval share(struct interval a)
{
    return (struct interval){fmin(a.value, 1), fmin(a.low, 1), fmin(a.high, 1)};
}

/* From microjoules, once a period. */
static struct interval average(const struct budget *b, struct interval microjoules)
{
    return interval_times(interval_scaled(microjoules, 1 / b->volts), interval_inverse(b->period_s));
}

static void find_period(struct budget *b, const struct usage *usage)
{
    const struct interval seconds = interval_scaled(b->milliseconds, 1e-3);

    assert(usage->duty <= 1 && seconds.low > 0);
    b->repeats = true;
    if (usage->duty > 0) {
        b->duty = interval_exact(usage->duty);
        b->period_s = interval_scaled(seconds, 1 / usage->duty);
        return;
    }
    b->period_s = interval_exact(usage->every_s);
    b->too_slow = seconds.low > usage->every_s;
    b->duty = share(interval_scaled(seconds, 1 / usage->every_s));
}

/* What it draws in between, each of the three ends with that one of the duty. */
static struct interval between(struct interval milliamps, struct interval duty)
{
    return (struct interval){milliamps.value * 1e3 * (1 - duty.value), milliamps.low * 1e3 * (1 - duty.low),
                             milliamps.high * 1e3 * (1 - duty.high)};
}

/* Of a summand, between() has crossed ends where inferences take most of the time. */
static struct interval sorted(struct interval a)
{
    return (struct interval){a.value, fmin(a.value, fmin(a.low, a.high)), fmax(a.value, fmax(a.low, a.high))};
}

static void find_average(struct budget *b, const struct usage *usage)
{
    struct interval rest = interval_exact(0);

    b->active_ua = interval_times(b->duty, interval_scaled(power_milliamps(b->active, b->volts), 1e3));
    b->wakeup_ua = average(b, b->wakeup_uj);
    b->sensor_ua = interval_exact(usage->sensor_ma * 1e3);
    b->radio_ua = interval_exact(usage->radio_mj * 1e3 * usage->radio_per_s / b->volts);
    b->unknown_rest = b->rest == NULL && b->duty.value < 1;
    if (b->rest != NULL)
        rest = between(power_milliamps(b->rest, b->volts), b->duty);
    b->rest_ua = sorted(rest);
    b->average_ua = sorted(interval_plus(interval_plus(b->active_ua, rest),
                                         interval_plus(b->wakeup_ua, interval_plus(b->sensor_ua, b->radio_ua))));
    if (usage->battery_mah > 0 && !b->unknown_rest && b->average_ua.low > 0)
        b->battery_days = interval_scaled(interval_inverse(b->average_ua), usage->battery_mah * 1e3 / 24);
}

struct budget budget_make(const struct board *board, const struct board_power *active, struct interval cycles,
                          const struct usage *usage)
{
    struct budget b = {.active = active, .clock_hz = (double)board->clock_hz};

    assert(board->clock_hz > 0 && cycles.low <= cycles.value && cycles.value <= cycles.high);
    if (active != NULL && active->clock_hz > 0)
        b.clock_hz = (double)active->clock_hz;
    b.milliseconds = interval_scaled(cycles, 1e3 / b.clock_hz);
    if ((usage->every_s > 0 || usage->duty > 0) && cycles.low > 0)
        find_period(&b, usage);
    b.rest = resting(board, usage, b.clock_hz);
    if (active == NULL)
        return b;
    b.volts = usage->battery_volts > 0 ? usage->battery_volts : active->volts;
    b.inference_uj = interval_scaled(interval_times(power_milliamps(active, b.volts), b.milliseconds), b.volts);
    if (b.rest != NULL && strcmp(b.rest->state, "idle") != 0)
        b.wakeup = board_power_at(board, "wakeup", 0);
    b.wakeup_uj = wakeup_energy(b.wakeup, b.volts);
    if (b.repeats)
        find_average(&b, usage);
    return b;
}

/* Without a rhythm, what an inference takes. */
static double cost_of(const struct budget *b)
{
    return b->repeats ? b->average_ua.value * b->volts : b->inference_uj.value;
}

const struct board_power *budget_best(const struct board *board, struct interval cycles, const struct usage *usage)
{
    const struct board_power *best = NULL;
    double least = INFINITY;
    int n = 0;

    for (unsigned i = 0; i < board->power_count; i++) {
        const struct board_power *p = &board->power[i];
        struct budget b;

        if (strcmp(p->state, "active") != 0)
            continue;
        n++;
        b = budget_make(board, p, cycles, usage);
        if (!(b.repeats && usage->every_s > 0 && b.milliseconds.value > usage->every_s * 1e3) && cost_of(&b) < least) {
            least = cost_of(&b);
            best = p;
        }
    }
    return n > 1 ? best : NULL;
}
