/* SPDX-License-Identifier: Apache-2.0 */
#include "host/jobs/life_device_board.h"

#include <math.h>

#include "host/report/html_pieces.h"

#define RATES         41 /* points of the battery's curve */
#define MOST_PER_HOUR 36000.0
#define BATTERY_MAH   220.0 /* where nobody says which: a CR2032's */
#define BATTERY_VOLTS 3.0
#define MICRO         "\xc2\xb5"

/* ---- memory ---- */
static void make_arena(struct pool *pool, const struct plan *plan, struct life_arena *a)
{
    static const enum life_memory kinds[] = {
        [VALUE_ACTIVATION] = LIFE_TENSOR, [VALUE_STATE] = LIFE_STATE, [VALUE_SCRATCH] = LIFE_SCRATCH};
    struct life_block *blocks = pool_array(pool, (size_t)plan->n_values + 1, sizeof *blocks);
    int64_t *alive = pool_array(pool, (size_t)plan->schedule.n_calls + 2, sizeof *alive);

    *a = (struct life_arena){
        .blocks = blocks, .calls = plan->schedule.n_calls, .bytes = plan->arena_bytes, .bound = plan->arena_bound};
    for (int32_t i = 0; i < plan->n_values; i++) {
        const struct value *v = &plan->values[i];

        if (v->kind == VALUE_CONST || v->alias != VALUE_NONE || v->bytes == 0)
            continue;
        blocks[a->n++] =
            (struct life_block){v->name != NULL ? v->name : "", kinds[v->kind], v->offset, v->bytes, v->first, v->last};
        for (int32_t t = v->first; t <= v->last; t++)
            alive[t + 1] += v->bytes;
    }
    for (int32_t t = -1; t <= a->calls; t++)
        if (alive[t + 1] > alive[a->fullest + 1])
            a->fullest = t;
}

static void make_fits(const struct profile *r, struct life_board *b)
{
    const struct footprint *f = &r->footprint;
    const struct board *board = r->measure.board;

    b->fits[0] = (struct life_fit){
        "RAM",
        {{"arena", f->arena - f->elsewhere}, {"data and bss", f->data_bss}, {r->stack >= 0 ? "stack" : NULL, r->stack}},
        footprint_ram_available(f, board)};
    b->fits[1] = (struct life_fit){"flash",
                                   {{"weights", f->weights}, {"code", f->code}, {"constants", f->constants}},
                                   (int64_t)board_first_memory(board, BOARD_FLASH)->size};
    b->code = r->no_build.status == MOTE_OK ? f->code : -1;
    b->constants = f->constants;
}

/* ---- operators ---- */
static void make_operators(struct pool *pool, const struct profile *r, const struct cost *c, struct life_board *b)
{
    struct life_operator *all = pool_array(pool, (size_t)r->n_lines + 1, sizeof *all);

    for (int32_t i = 0; i < r->n_lines; i++) {
        const struct profile_line *line = &r->lines[i];
        const struct cost_part *part = &c->lines[i];
        const struct firmware_counts *n = &part->counts;

        all[i] = (struct life_operator){.name = line->what[0] != '\0' ? line->what : line->kernels,
                                        .output = line->output,
                                        .macs = line->macs,
                                        .weights = line->weights,
                                        .tables = line->tables,
                                        .instructions = part->work.instructions,
                                        .cycles = part->cycles.value,
                                        .milliseconds = part->milliseconds.value,
                                        .microjoules = c->budget.active != NULL ? part->microjoules.value : 0};
        if (c->classes && c->by_step) {
            const int64_t classes[] = {n->loads, n->stores, n->multiplies, n->branches, cost_other_instructions(n)};

            memcpy(all[i].classes, classes, sizeof classes);
        }
    }
    b->operators = all;
    b->n_operators = (size_t)r->n_lines;
}

/* ---- facts ---- */
static const char *interval_text(struct pool *pool, struct interval x, const char *unit)
{
    if (x.high > x.low)
        return pool_printf(pool, "%.4g %s (%.4g to %.4g)", x.value, unit, x.low, x.high);
    return pool_printf(pool, "%.4g %s", x.value, unit);
}

static const char *grouped(struct pool *pool, double n)
{
    struct text t = {.pool = pool};

    html_count(&t, (int64_t)(n + 0.5));
    return t.s;
}

static void fact(struct life_board *b, const char *name, const char *value)
{
    assert(b->n_facts < LIFE_FACTS);
    b->facts[b->n_facts++] = (struct life_fact){name, value};
}

static void counted(struct pool *pool, const struct cost *c, struct life_board *b)
{
    static const char *const from[] = {[COST_UNKNOWN] = "not known",
                                       [COST_COUNTED] = "counted on the emulated core",
                                       [COST_ESTIMATED] = "as the kernels' versions say"};
    const struct firmware_counts *n = &c->all.counts;

    if (c->all.work.instructions > 0)
        fact(b, c->calls > 1 ? "instructions a call" : "instructions",
             pool_printf(pool, "%s, %s", grouped(pool, c->all.instructions.value), from[c->from]));
    if (c->from == COST_COUNTED && c->classes)
        fact(b, "of them",
             pool_printf(pool, "%s loads, %s stores, %s multiplications, %s branches, %s other",
                         grouped(pool, (double)n->loads), grouped(pool, (double)n->stores),
                         grouped(pool, (double)n->multiplies), grouped(pool, (double)n->branches),
                         grouped(pool, (double)cost_other_instructions(n))));
    if (c->all.work.cycles > 0)
        fact(b, "documented cycles", grouped(pool, c->all.work.cycles));
    if (cycles_waiting(c->board, &c->all.work) > 0)
        fact(b, "waiting for flash", grouped(pool, cycles_waiting(c->board, &c->all.work)));
}

/* "networks: MLPerf Tiny v1.3, …" */
static void source(struct pool *pool, const struct board_power *p, struct life_board *b)
{
    if (p != NULL)
        fact(b, pool_printf(pool, "source, %s", p->state),
             pool_printf(pool, "%s: %s", board_power_kind_text(p->kind), p->source));
}

static void energy(struct pool *pool, const struct cost *c, struct life_board *b)
{
    const struct budget *u = &c->budget;

    if (u->active == NULL) {
        fact(b, "energy", "not known: no source says what this board draws");
        return;
    }
    if (c->cycles_from != CYCLES_UNKNOWN)
        fact(b, pool_printf(pool, "energy at %.3g V", u->volts), interval_text(pool, c->all.microjoules, MICRO "J"));
    source(pool, u->active, b);
    if (c->best.active != NULL)
        fact(b, "least energy",
             pool_printf(pool, "%.4g " MICRO "J at %.4g MHz and %.3g V", c->best.inference_uj.value,
                         c->best.clock_hz / 1e6, c->best.volts));
}

static void draws(struct pool *pool, const char *what, struct interval microamperes, struct life_board *b)
{
    if (microamperes.value > 0)
        fact(b, what, interval_text(pool, microamperes, MICRO "A"));
}

static void over_time(struct pool *pool, const struct cost *c, struct life_board *b)
{
    const struct budget *u = &c->budget;

    if (!u->repeats || u->active == NULL)
        return;
    source(pool, u->rest, b);
    source(pool, u->wakeup, b);
    fact(b, "duty", interval_text(pool, interval_scaled(u->duty, 100), "%"));
    draws(pool, "inferences, on average", u->active_ua, b);
    draws(pool, "waking up", u->wakeup_ua, b);
    draws(pool, u->rest != NULL && u->rest->state[0] == 'i' ? "idling" : "sleeping", u->rest_ua, b);
    draws(pool, "sensor", u->sensor_ua, b);
    draws(pool, "radio", u->radio_ua, b);
    if (u->unknown_rest)
        fact(b, "average current", "not known: nobody says what it draws in between");
    else
        draws(pool, "average current", u->average_ua, b);
    if (u->battery_days.value > 0)
        fact(b, "battery", interval_text(pool, u->battery_days, "days"));
}

static void make_facts(struct pool *pool, const struct cost *c, struct life_board *b)
{
    counted(pool, c, b);
    if (c->cycles_from != CYCLES_UNKNOWN) {
        fact(b, "cycles on a board",
             pool_printf(pool, "%s (%s to %s)", grouped(pool, c->all.cycles.value), grouped(pool, c->all.cycles.low),
                         grouped(pool, c->all.cycles.high)));
        fact(b, pool_printf(pool, "time at %.4g MHz", c->budget.clock_hz / 1e6),
             interval_text(pool, c->all.milliseconds, "ms"));
    }
    energy(pool, c, b);
    over_time(pool, c, b);
}

/* ---- the battery ---- */
/* Days against inferences an hour, from one to as many as there is time for, and as somebody may want. */
static void make_battery(struct pool *pool, const struct cost *c, struct life_board *b)
{
    const struct budget *u = &c->budget;
    struct usage usage = c->usage;
    const double asked = u->repeats && u->period_s.value > 0 ? 3600 / u->period_s.value : 0;
    const double most = u->milliseconds.high > 0 ? fmin(fmax(MOST_PER_HOUR, asked), 3600e3 / u->milliseconds.high) : 0;
    double *curves[4];

    if (u->active == NULL || most <= 1)
        return;
    if (usage.battery_mah <= 0) {
        usage.battery_mah = BATTERY_MAH;
        usage.battery_volts = BATTERY_VOLTS;
    }
    for (int k = 0; k < 4; k++)
        curves[k] = pool_array(pool, RATES, sizeof *curves[k]);
    usage.duty = 0;
    for (int i = 0; i < RATES; i++) {
        struct budget at;

        curves[0][i] = pow(most, i / (RATES - 1.0));
        usage.every_s = 3600 / curves[0][i];
        at = budget_make(c->board, u->active, c->all.cycles, &usage);
        if (at.battery_days.value <= 0)
            return;
        curves[1][i] = at.battery_days.value;
        curves[2][i] = at.battery_days.low;
        curves[3][i] = at.battery_days.high;
    }
    b->battery = pool_printf(pool, "%g mAh at %g V", usage.battery_mah, usage.battery_volts);
    b->per_hour = curves[0];
    b->days = curves[1];
    b->days_low = curves[2];
    b->days_high = curves[3];
    b->n_battery = RATES;
    b->rate = asked >= 1 && asked <= most ? asked : 0;
}

void life_device(struct pool *pool, const struct profile *profile, const struct cost *cost, struct life_board *out)
{
    *out = (struct life_board){
        .title = profile->measure.board->title,
        .via = pool_printf(pool, "%s, via %s", profile->p->path, profile->measure.job.via_c ? "generated C" : "image")};
    if (profile->p->has_graph)
        make_arena(pool, &profile->p->plan, &out->arena);
    make_operators(pool, profile, cost, out);
    make_fits(profile, out);
    make_facts(pool, cost, out);
    make_battery(pool, cost, out);
}
