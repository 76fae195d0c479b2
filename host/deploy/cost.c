/* SPDX-License-Identifier: Apache-2.0 */
#include "host/deploy/cost.h"

#include "host/plan/cost.h"

/* Instructions as the kernels' versions say, of those that are counted: 0.68 to 1.44 (docs/CYCLES.md). Where they know
 * nothing of the core, UNKNOWN_CORE times as many, about: on rv32imc 1.11 to 1.79 (strokes, kws, vww, resnet, ad01,
 * strww). */
#define ESTIMATE_WIDTH 0.386
#define UNKNOWN_CORE   1.28

struct making {
    const struct profile *profile;
    const struct usage *usage;
    struct cost *cost;
    int32_t *line_of_op;
};

static void find_lines(struct making *m)
{
    const struct profile *r = m->profile;

    if (!r->p->has_graph)
        return;
    m->line_of_op = pool_array(r->pool, (size_t)r->p->model.graphs[0].n_ops, sizeof *m->line_of_op);
    for (int32_t i = 0; i < r->n_lines; i++)
        m->line_of_op[r->lines[i].op] = i;
}

static struct cost_part *part_of_call(const struct making *m, int32_t call)
{
    const struct plan *plan = &m->profile->p->plan;

    assert(call >= 0 && call < plan->schedule.n_calls);
    return &m->cost->lines[m->line_of_op[plan->steps[plan->schedule.calls[call].step].op]];
}

/* ---- what is known without running it ---- */
static int64_t constant_bytes(const struct plan *plan, const struct step *s)
{
    int64_t sum = 0;

    for (int32_t i = 0; i < s->n_args; i++)
        sum += plan->values[s->args[i]].kind == VALUE_CONST ? plan->values[s->args[i]].bytes : 0;
    return sum;
}

/* Each call reads its step's constants; of an image, whose schedule nobody looks at here, each step once. */
static void find_reads(struct making *m)
{
    const struct profile *r = m->profile;
    const struct plan *plan = &r->p->plan;

    for (int32_t i = 0; i < r->n_lines; i++) {
        const struct profile_line *line = &r->lines[i];

        m->cost->lines[i].work.flash_bytes = r->p->has_graph ? 0 : (double)(line->weights + line->tables);
    }
    for (int32_t i = 0; r->p->has_graph && i < plan->schedule.n_calls; i++)
        part_of_call(m, i)->work.flash_bytes +=
            (double)constant_bytes(plan, &plan->steps[plan->schedule.calls[i].step]);
    for (int32_t i = 0; i < r->n_lines; i++)
        m->cost->all.work.flash_bytes += m->cost->lines[i].work.flash_bytes;
}

/* What an operator's calls have of all calls' estimated instructions. */
static void share_out(struct making *m)
{
    const struct plan *plan = &m->profile->p->plan;
    const int32_t n = m->profile->p->has_graph ? plan->schedule.n_calls : 0;
    double sum = 0;

    for (int32_t i = 0; i < n; i++)
        sum += call_cost(plan, plan->schedule.calls[i].step, plan->schedule.calls[i].rows);
    assert(n == 0 || sum > 0);
    for (int32_t i = 0; i < n; i++) {
        const double share = call_cost(plan, plan->schedule.calls[i].step, plan->schedule.calls[i].rows) / sum;
        struct work *w = &part_of_call(m, i)->work;

        w->instructions += share * m->cost->all.work.instructions;
        w->cycles += share * m->cost->all.work.cycles;
    }
}

int64_t cost_other_instructions(const struct firmware_counts *c)
{
    const int64_t rest = c->instructions - c->loads - c->stores - c->multiplies - c->branches;

    return rest > 0 ? rest : 0; /* some are of two classes */
}

static enum mote_status estimate(struct making *m, const struct frame *file)
{
    const struct profile *r = m->profile;
    struct trade trade;

    if (!r->p->has_graph)
        return MOTE_OK;
    TRY(trade_of(&r->p->plan, r->measure.job.via_c, &trade, file));
    m->cost->from = COST_ESTIMATED;
    if (trade.time < 0) {
        m->cost->all.work.instructions = trade.instructions * UNKNOWN_CORE;
    } else {
        m->cost->all.work.instructions = trade.instructions;
        m->cost->all.work.cycles = trade.time * 1e-3 * (double)m->cost->board->clock_hz;
    }
    share_out(m);
    return MOTE_OK;
}

/* ---- what is counted ---- */
static void add_counts(struct cost_part *part, const struct firmware_counts *c)
{
#define COUNTED(NAME, name) part->counts.name += c->name;
#include "host/emulate/counts.def"
    part->work.instructions += (double)c->instructions;
    part->work.cycles += (double)c->cycles;
}

/* Steps of an image are its lines, if each is called once. */
static void take_steps(struct making *m, const struct emulate_result *result)
{
    const struct profile *r = m->profile;
    const int32_t calls = r->p->has_graph ? r->p->plan.schedule.n_calls : r->n_lines;

    if (result->steps == NULL || result->n_steps != calls) {
        share_out(m);
        return;
    }
    m->cost->by_step = true;
    for (int32_t i = 0; i < calls; i++)
        add_counts(r->p->has_graph ? part_of_call(m, i) : &m->cost->lines[i], &result->steps[i]);
}

static void take_mean(struct cost *c, int64_t calls)
{
    assert(calls > 0);
    c->calls = calls;
#define COUNTED(NAME, name) c->all.counts.name /= calls;
#include "host/emulate/counts.def"
    c->all.work.instructions /= (double)calls;
    c->all.work.cycles /= (double)calls;
}

static enum mote_status count(struct making *m, const struct frame *file)
{
    struct measure measure = m->profile->measure;
    struct report_text report = {0};
    struct frame quiet = {.index = -1, .sink = &report};
    enum mote_status status = measure_count(&measure, m->profile->p, &quiet);

    if (status == MOTE_ERR_FIT || status == MOTE_ERR_ENVIRONMENT) { /* no room there, or no emulator here */
        m->cost->why = pool_printf(m->profile->pool, "%s", report.text);
        return estimate(m, file);
    }
    if (status != MOTE_OK)
        return fail_again(file, &report);
    m->cost->from = COST_COUNTED;
    m->cost->classes = measure.result.counts != NULL;
    m->cost->all.work.instructions = (double)measure.result.instructions[0];
    if (measure.result.counts != NULL) {
        m->cost->all.work.instructions = 0;
        add_counts(&m->cost->all, measure.result.counts);
    }
    if (model_streams(&measure.runner.model))
        take_mean(m->cost, model_feed_rows(&measure.runner.model));
    take_steps(m, &measure.result);
    return MOTE_OK;
}

/* ---- what that takes ---- */
static void find_cycles(const struct cost *c, struct cost_part *part, bool exact)
{
    const struct interval about = interval_about(1, exact ? 0 : ESTIMATE_WIDTH);

    part->instructions = interval_scaled(about, part->work.instructions);
    part->cycles = interval_times(cycles_estimate(c->board, &part->work), about);
}

static void find_energy(const struct budget *b, struct cost_part *part)
{
    part->milliseconds = interval_scaled(part->cycles, 1e3 / b->clock_hz);
    if (b->active != NULL)
        part->microjoules =
            interval_scaled(interval_times(power_milliamps(b->active, b->volts), part->milliseconds), b->volts);
}

static void find_budgets(struct making *m)
{
    struct cost *c = m->cost;
    const struct board_power *best = budget_best(c->board, c->all.cycles, m->usage);

    for (unsigned i = 0; i < c->board->power_count; i++)
        c->n_active += strcmp(c->board->power[i].state, "active") == 0;
    if (best != NULL)
        c->best = budget_make(c->board, best, c->all.cycles, m->usage);
}

/* At the board's clock, with the charge of a cycle that it has at its own. */
const struct board_power *cost_active_power(struct pool *pool, const struct board *board)
{
    const struct board_power *p = board_power_at(board, "active", (double)board->clock_hz);
    struct board_power *scaled;

    if (p == NULL || p->clock_hz == 0 || p->clock_hz == board->clock_hz)
        return p;
    scaled = pool_alloc(pool, sizeof *scaled);
    *scaled = *p;
    scaled->clock_hz = board->clock_hz;
    scaled->milliamps *= (double)board->clock_hz / (double)p->clock_hz;
    scaled->most *= (double)board->clock_hz / (double)p->clock_hz;
    scaled->source = pool_printf(pool, "%s (at %g MHz, scaled)", p->source, (double)p->clock_hz / 1e6);
    return scaled;
}

static void finish(struct making *m)
{
    struct cost *c = m->cost;
    const struct board_power *active = cost_active_power(m->profile->pool, c->board);
    const bool exact = c->from == COST_COUNTED;

    c->cycles_from = cycles_source(&c->all.work);
    c->lines_known = c->by_step || m->profile->p->has_graph;
    find_cycles(c, &c->all, exact);
    c->budget = budget_make(c->board, active, c->all.cycles, m->usage);
    find_energy(&c->budget, &c->all);
    for (int32_t i = 0; i < m->profile->n_lines; i++) {
        find_cycles(c, &c->lines[i], c->by_step);
        find_energy(&c->budget, &c->lines[i]);
    }
    find_budgets(m);
}

enum mote_status cost_make(const struct profile *profile, const struct usage *usage, bool want_count, struct cost *out,
                           const struct frame *file)
{
    struct making m = {.profile = profile, .usage = usage, .cost = out};

    *out = (struct cost){.board = profile->measure.board, .why = "", .calls = 1, .usage = *usage};
    out->lines = pool_array(profile->pool, (size_t)profile->n_lines, sizeof *out->lines);
    find_lines(&m);
    find_reads(&m);
    if (want_count && out->board->emulated != NULL) {
        TRY(count(&m, file));
    } else {
        out->why = want_count ? "no emulator stands for the board" : "asked not to run it";
        TRY(estimate(&m, file));
    }
    finish(&m);
    return MOTE_OK;
}
