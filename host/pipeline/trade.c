/* SPDX-License-Identifier: Apache-2.0 */
#include "host/pipeline/trade.h"

#include <math.h>

#include "host/emit/emit.h"
#include "host/plan/code.h"
#include "host/plan/cost.h"

/* ---- flash ---- */
/* Of a version that the table has not; of generated C besides kernels, and of each step and each entry of the schedule;
 * of an image's kernel besides its code. */
enum { UNKNOWN_CODE = 2000, MODEL_CODE = 420, STEP_CODE = 34, ENTRY_BYTES = 24, KERNEL_ENTRY = 100 };

static int64_t kernels_code(const struct plan *plan, bool via_c)
{
    bool counted[KERNEL_LIMIT] = {false};
    int64_t bytes = 0, code;

    for (int32_t i = 0; i < plan->n_steps; i++) {
        const struct step *s = &plan->steps[i];

        if (counted[s->kernel])
            continue;
        counted[s->kernel] = true;
        code = code_of_version(plan->target.core, s->version, plan->options.small);
        bytes += code < INT64_MAX ? code : UNKNOWN_CODE;
        if (!via_c)
            bytes += code_of_check(plan->target.core, s->kernel, plan->options.small) + KERNEL_ENTRY;
    }
    return bytes;
}

static int64_t c_bytes(const struct plan *plan)
{
    int64_t bytes = MODEL_CODE + plan->weight_bytes + plan->table_bytes;

    for (int32_t i = 0; i < plan->n_steps; i++)
        bytes += STEP_CODE + 4 * (int64_t)kernels[plan->steps[i].kernel]->n_params;
    if (plan->schedule.n_calls > plan->n_steps)
        bytes += plan->schedule.n_entries * (int64_t)ENTRY_BYTES;
    assert(bytes > 0);
    return bytes;
}

static enum mote_status flash_of(struct plan *plan, bool via_c, int64_t *bytes, const struct frame *at)
{
    struct bytes image;

    *bytes = -1;
    if (!code_is_measured(plan->target.core))
        return MOTE_OK;
    *bytes = kernels_code(plan, via_c);
    if (via_c) {
        *bytes += c_bytes(plan);
        return MOTE_OK;
    }
    TRY(emit_image(plan, &image, at));
    *bytes += (int64_t)image.size + code_of_runtime(plan->target.core);
    return MOTE_OK;
}

/* ---- time ---- */
/* Of bench/results.csv's models, about: instructions that were counted, of one that call_cost() says, but for what
 * is_calibrated() (docs/CYCLES.md has how far single models are from that), and cycles of an instruction. */
static const struct {
    const char *core;
    double counted, cycles;
} timings[] = {{"cortex-m0", 2.2, 1.38},  {"cortex-m0plus", 2.2, 1.28}, {"cortex-m3", 0.75, 1.67},
               {"cortex-m4f", 1, 1.35},   {"cortex-m7", 1, 0.91},       {"cortex-m33", 1, 1.31},
               {"cortex-m55", 0.14, 1.21}};

static const char *timing_of(const struct target *t) { return t->timing != NULL ? t->timing : core_name(t->core); }

/* A version for the core's instructions, which says itself what it takes. */
static bool is_calibrated(const struct kernel_version *v) { return v->features != 0 && v->code->instructions != NULL; }

static double instructions_of(const struct plan *plan)
{
    const struct plan_schedule *s = &plan->schedule;
    double sum = 0, counted = 1;

    for (size_t i = 0; i < COUNT(timings); i++)
        if (strcmp(timings[i].core, timing_of(&plan->target)) == 0)
            counted = timings[i].counted;
    for (int32_t i = 0; i < s->n_calls; i++)
        sum += call_cost(plan, s->calls[i].step, s->calls[i].rows) *
               (is_calibrated(plan->steps[s->calls[i].step].version) ? 1 : counted);
    if (plan->rounds.n > 0 && s->n_calls > 0) /* an inference is a round */
        sum *= (double)plan->rounds.n / s->n_calls;
    return sum;
}

static double time_of(const struct target *t, double instructions)
{
    for (size_t i = 0; i < COUNT(timings) && t->clock_hz > 0; i++)
        if (strcmp(timings[i].core, timing_of(t)) == 0)
            return instructions * timings[i].cycles * 1e3 / (double)t->clock_hz;
    return -1;
}

enum mote_status trade_of(const struct plan *plan, bool via_c, struct trade *out, const struct frame *at)
{
    *out = (struct trade){.plan = *plan, .ram = plan->arena_bytes, .instructions = instructions_of(plan)};
    out->time = time_of(&plan->target, out->instructions);
    return flash_of(&out->plan, via_c, &out->flash, at);
}

/* ---- all ---- */
static const struct {
    const char *name;
    double worth;
    enum optimize optimize;
    bool small;
} points[] = {
    {"ram", 0, OPTIMIZE_RAM, false},     {"balanced", 0, OPTIMIZE_BALANCED, false}, {"speed", 0, OPTIMIZE_SPEED, false},
    {"flash", 0, OPTIMIZE_FLASH, true},  {NULL, 0.3, OPTIMIZE_BALANCED, false},     {NULL, 1, OPTIMIZE_BALANCED, false},
    {NULL, 6, OPTIMIZE_BALANCED, false}, {NULL, 15, OPTIMIZE_BALANCED, false},      {NULL, 0, OPTIMIZE_RAM, true},
    {NULL, 0, OPTIMIZE_BALANCED, true},
};
_Static_assert(COUNT(points) <= TRADES_MAX, "room for all");

static bool same(const struct trade *a, const struct trade *b)
{
    return a->ram == b->ram && a->flash == b->flash && fabs(a->instructions - b->instructions) < 0.5;
}

static const char *both(struct pool *pool, const char *a, const char *b)
{
    return a == NULL ? b : b == NULL ? a : pool_printf(pool, "%s, %s", a, b);
}

/* Before those with larger arenas; one that is there already gets its name, too. */
static void add(struct pool *pool, struct trade *all, int32_t *n, const struct trade *t)
{
    int32_t at = *n;

    for (int32_t i = 0; i < *n; i++)
        if (same(&all[i], t)) {
            all[i].name = both(pool, all[i].name, t->name);
            return;
        }
    for (; at > 0 && all[at - 1].ram > t->ram; at--)
        all[at] = all[at - 1];
    assert(*n < TRADES_MAX && t->ram >= 0);
    all[at] = *t;
    ++*n;
}

enum mote_status trade_all(const struct pipeline *p, const struct plan_options *options, bool via_c,
                           struct trade out[TRADES_MAX], int32_t *n, const struct frame *at)
{
    *n = 0;
    for (size_t i = 0; i < COUNT(points); i++) {
        struct plan_options o = *options;
        struct trade t;
        struct plan plan;

        o.dump_after = NULL;
        o.optimize = points[i].optimize;
        o.worth = points[i].worth;
        o.small = points[i].small;
        TRY(plan_make(p->pool, &p->model, &p->target, &o, &plan, at));
        TRY(trade_of(&plan, via_c, &t, at));
        t.name = points[i].name;
        add(p->pool, out, n, &t);
    }
    return MOTE_OK;
}

/* ---- limits ---- */
enum measure { TIME, RAM, FLASH, MEASURES };

static double take(const struct trade *t, enum measure m)
{
    return m == TIME ? t->time >= 0 ? t->time : t->instructions : m == RAM ? (double)t->ram : (double)t->flash;
}

/* 0: none. */
static double limit(const struct limits *l, enum measure m)
{
    return m == TIME ? l->time : m == RAM ? (double)l->ram : (double)l->flash;
}

/* But for one measure; MEASURES: for none. */
static bool within(const struct trade *t, const struct limits *l, enum measure but)
{
    for (enum measure m = 0; m < MEASURES; m++)
        if (m != but && limit(l, m) > 0 && take(t, m) > limit(l, m))
            return false;
    return true;
}

/* The least of a measure among those within the other limits; of equals, what is less of the others; NULL: none is. */
static const struct trade *least(const struct trade *all, int32_t n, const struct limits *l, enum measure m,
                                 enum measure but)
{
    const struct trade *best = NULL;

    for (int32_t i = 0; i < n; i++) {
        const struct trade *t = &all[i];

        if (!within(t, l, but))
            continue;
        if (best == NULL || take(t, m) < take(best, m) ||
            (take(t, m) == take(best, m) && (t->ram < best->ram || (t->ram == best->ram && t->flash < best->flash))))
            best = t;
    }
    return best;
}

static enum measure wanted(const struct plan_options *o, const struct limits *l)
{
    enum measure m = TIME;

    if (o->optimize != OPTIMIZE_BALANCED)
        return o->optimize == OPTIMIZE_RAM ? RAM : o->optimize == OPTIMIZE_FLASH ? FLASH : TIME;
    while (m + 1 < MEASURES && limit(l, m) > 0)
        m++;
    return m;
}

/* As an option, rounded up. */
static const char *option(struct pool *pool, enum measure m, double value)
{
    return m == TIME ? pool_printf(pool, "--time %.3f", ceil(value * 1e3) / 1e3)
                     : pool_printf(pool, "%s %.0f", m == RAM ? "--ram" : "--flash", value);
}

/* What of a limit would do, beside the others; where nothing would, the least that there is. */
static enum mote_status refuse(struct pool *pool, const struct trade *all, int32_t n, const struct limits *l,
                               const struct frame *at)
{
    struct text asked = {.pool = pool}, would = {.pool = pool};
    const struct limits none = {0};

    for (enum measure m = 0; m < MEASURES; m++) {
        const struct trade *t = least(all, n, l, m, m);

        if (limit(l, m) <= 0)
            continue;
        text_add(&asked, "%s%s", asked.len > 0 ? " and " : "", option(pool, m, limit(l, m)));
        text_add(&would, "%s%s %s", would.len > 0 ? "; " : "",
                 option(pool, m, take(t != NULL ? t : least(all, n, &none, m, m), m)),
                 t != NULL ? "would do" : "is the least alone");
    }
    assert(asked.len > 0 && would.len > 0);
    return fail(at, MOTE_ERR_FIT, "no plan is within %s: %s", asked.s, would.s);
}

static enum mote_status check(const struct pipeline *p, const struct limits *l, const struct frame *at)
{
    const struct target *t = &p->target;

    if (l->time > 0 && t->clock_hz == 0)
        return fail(at, MOTE_ERR_USAGE, "--time wants a board, whose clock is known; %s has none", t->name);
    if (l->time > 0 && time_of(t, 1) < 0)
        return fail(at, MOTE_ERR_USAGE, "--time: no timing of %s is documented, so cycles cannot be estimated",
                    timing_of(t));
    if (l->flash > 0 && !code_is_measured(t->core))
        return fail(at, MOTE_ERR_USAGE, "--flash wants a target whose kernels' code is measured; that of %s is not",
                    t->name);
    return MOTE_OK;
}

enum mote_status trade_within(const struct pipeline *p, const struct plan_options *options, bool via_c,
                              const struct limits *limits, struct plan *out, const struct frame *at)
{
    struct trade all[TRADES_MAX];
    struct plan_options chosen;
    const struct trade *best;
    int32_t n;

    TRY(check(p, limits, at));
    TRY(trade_all(p, options, via_c, all, &n, at));
    best = least(all, n, limits, wanted(options, limits), MEASURES);
    if (best == NULL)
        return refuse(p->pool, all, n, limits, at);
    chosen = best->plan.options;
    chosen.dump_after = options->dump_after;
    return plan_make(p->pool, &p->model, &p->target, &chosen, out, at);
}
