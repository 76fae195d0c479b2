/* SPDX-License-Identifier: Apache-2.0 */
/* The stage `schedule`: which rows are computed when, and how many of them memory holds. Runs of steps that pass rows
 * on are walked depth first where that pays. */
#include "host/plan/schedule.h"

#include <math.h>
#include <stdlib.h>

#include "host/plan/rounds.h"
#include "host/plan/segments.h"
#include "host/plan/stages.h"

void schedule_call(struct plan *plan, int32_t step, int32_t first, int32_t rows)
{
    struct plan_schedule *s = &plan->schedule;

    assert(step >= 0 && step < plan->n_steps && first >= 0 && rows > 0);
    while (rows > 0) {
        const int32_t n = rows < SCHEDULE_MAX ? rows : SCHEDULE_MAX;

        s->calls = pool_grow(plan->pool, s->calls, (size_t)s->n_calls, sizeof *s->calls);
        s->calls[s->n_calls++] = (struct schedule_call){step, first, n};
        first += n;
        rows -= n;
    }
}

void schedule_group(struct plan *plan, int32_t repeat, int32_t base)
{
    struct plan_schedule *s = &plan->schedule;

    assert(repeat > 0 && repeat <= SCHEDULE_MAX && (s->n_groups == 0 || s->groups[s->n_groups - 1].n > 0));
    s->groups = pool_grow(plan->pool, s->groups, (size_t)s->n_groups, sizeof *s->groups);
    s->groups[s->n_groups++] = (struct schedule_group){.first = s->n_entries, .repeat = repeat, .base = base};
}

void schedule_entry(struct plan *plan, const struct schedule_entry *e)
{
    struct plan_schedule *s = &plan->schedule;
    struct schedule_group *g = &s->groups[s->n_groups - 1];

    assert(s->n_groups > 0 && g->n < SCHEDULE_MAX && e->rows > 0 && e->rows <= SCHEDULE_MAX);
    assert(e->first >= g->base && e->first - g->base <= SCHEDULE_MAX && e->hop >= 0 && e->hop <= SCHEDULE_MAX);
    assert(e->first + (g->repeat - 1) * (int64_t)e->hop + e->rows <= plan->steps[e->step].rows);
    s->entries = pool_grow(plan->pool, s->entries, (size_t)s->n_entries, sizeof *s->entries);
    s->entries[s->n_entries++] = *e;
    g->n++;
}

void schedule_unfold(struct plan *plan)
{
    const struct plan_schedule *s = &plan->schedule;

    plan->schedule.n_calls = 0;
    for (int32_t i = 0; i < s->n_groups; i++)
        for (int32_t k = 0; k < s->groups[i].n * s->groups[i].repeat; k++) {
            const struct schedule_entry *e = &s->entries[s->groups[i].first + k % s->groups[i].n];

            schedule_call(plan, e->step, e->first + k / s->groups[i].n * e->hop, e->rows);
        }
}

/* ---- rows ---- */
/* All that touch the memory have a ring of so many rows in it. */
static void set_ring(struct plan *plan, const struct memory *m, int32_t value, int32_t rows)
{
    const int64_t bytes = plan->values[value].bytes / m->rows * rows;

    assert(rows > 0 && rows <= m->rows && plan->values[value].bytes % m->rows == 0);
    for (int32_t i = 0; i < m->n; i++) {
        struct step *s = &plan->steps[m->touches[i].step];

        s->params[ring_of_arg(s, m->touches[i].arg)] = rows;
        plan->values[s->args[m->touches[i].arg]].bytes = bytes;
    }
    plan->values[value].bytes = bytes;
}

/* The step's scratch memory number k, VALUE_NONE if it has not so much. */
static int32_t scratch_of(const struct step *s, int32_t k)
{
    for (int32_t i = 0; i < s->n_args; i++)
        if (step_scratches(s, i) && k-- == 0)
            return s->args[i];
    return VALUE_NONE;
}

/* Between calls of a step are others', which may have its scratch memory: the largest is for all. */
static void share_scratch(struct plan *plan, const struct segment *s, int32_t k)
{
    int32_t largest = VALUE_NONE;

    for (int32_t i = s->from; i < s->to; i++) {
        const int32_t value = scratch_of(&plan->steps[i], k);

        if (value != VALUE_NONE && (largest == VALUE_NONE || plan->values[value].bytes > plan->values[largest].bytes))
            largest = value;
    }
    for (int32_t i = s->from; i < s->to; i++) {
        const int32_t value = scratch_of(&plan->steps[i], k);

        if (value != VALUE_NONE && value != largest)
            plan->values[value].alias = largest;
    }
    if (largest != VALUE_NONE)
        share_scratch(plan, s, k + 1);
}

static void add_segment(struct plan *plan, struct walk *w, struct segment *s)
{
    const bool walked = walk_run(w, s->from, s->to, s->at_once);

    assert(walked);
    (void)walked;
    for (int32_t i = 0; i < w->list.n; i++)
        schedule_call(plan, w->calls[i].step, w->calls[i].first, w->calls[i].rows);
    for (int32_t i = 0; i < w->flow->all.n; i++) {
        const int32_t value = w->flow->all.values[i];

        if (walk_is_ring(w, s->from, value))
            set_ring(plan, &w->flow->memory[value], value, w->ring[value]);
    }
    share_scratch(plan, s, 0);
    s->cost = walk_cost(w, s->from);
}

/* ---- the best of some choices ---- */
#define EFFORT   20000 /* of placing values, for comparing */
#define TRIES    200
#define CALLS    300 /* of a plan that is tried so often; longer ones are less often */
#define POLISHED 4

struct best {
    const struct plan *before;
    struct walk *w;
    double score;
    int32_t nth;      /* of all choices */
    struct plan plan; /* the best so far */
    struct segments segments;
};

/* Makes the plan with that choice, places its values, and keeps it if it is better. */
static bool consider(struct best *b, struct segments segments)
{
    struct plan plan = plan_copy(b->before);
    double score;

    for (int32_t i = 0; i < segments.n; i++)
        add_segment(&plan, b->w, &segments.all[i]);
    find_lifetimes(&plan);
    place_values(&plan, EFFORT);
    score = segments_score(&plan, plan.arena_bytes, segments_cost(&segments));
    if (score >= b->score)
        return false;
    b->score = score;
    b->plan = plan;
    b->segments = segments;
    return true;
}

static struct segments copy_of_segments(const struct plan *plan, const struct segments *old)
{
    struct segments s = {old->n, pool_copy(plan->pool, old->all, (size_t)old->n * sizeof *s.all)};

    for (int32_t i = 0; i < s.n; i++)
        s.all[i].at_once = pool_copy(plan->pool, s.all[i].at_once, (size_t)plan->n_steps * sizeof(int32_t));
    return s;
}

/* A step with other rows at once, as long as that is better. */
static void try_rows(struct best *b, int *tries, int32_t segment, int32_t step, int32_t (*change)(int32_t rows))
{
    for (bool better = true; better && *tries > 0; --*tries) {
        const int32_t old = b->segments.all[segment].at_once[step], rows = change(old);
        struct segments s;

        if (rows == old || old == b->plan.steps[step].rows || !segments_allow(b->before, step, rows))
            return;
        s = copy_of_segments(b->before, &b->segments);
        s.all[segment].at_once[step] = rows;
        better = consider(b, s);
    }
}

static void try_all(struct best *b, int *tries, int32_t (*change)(int32_t rows))
{
    for (int32_t i = 0; i < b->segments.n; i++)
        for (int32_t step = b->segments.all[i].from; step < b->segments.all[i].to; step++)
            try_rows(b, tries, i, step, change);
}

/* Single steps, until none helps. */
static void climb(struct best *b, int *tries)
{
    double before = HUGE_VAL;

    while (b->score<before && * tries> 0) {
        before = b->score;
        try_all(b, tries, segments_fewer);
        try_all(b, tries, segments_more);
    }
}

/* Results may slide by fewer rows, which several steps may have to: from fewer rows of all steps on. */
static void polish(struct best *best)
{
    struct best b = *best;
    struct segments s = copy_of_segments(b.before, &b.segments);
    int tries = b.plan.schedule.n_calls < CALLS ? TRIES : TRIES * CALLS / b.plan.schedule.n_calls;

    for (int32_t i = 0; i < s.n; i++)
        for (int32_t step = s.all[i].from; step < s.all[i].to; step++)
            if (s.all[i].at_once[step] < b.plan.steps[step].rows)
                s.all[i].at_once[step] = segments_fewer(s.all[i].at_once[step]);
    b.score = HUGE_VAL;
    (void)consider(&b, s);
    climb(&b, &tries);
    if (b.score < best->score)
        *best = b;
}

static int by_score(const void *a, const void *b)
{
    const struct best *x = a, *y = b;

    if (x->score != y->score)
        return (x->score > y->score) - (x->score < y->score);
    return x->nth - y->nth; /* qsort() keeps no order of equals everywhere */
}

/* All choices with their values placed, the best first; returns how many. */
static int32_t place_choices(const struct plan *before, struct walk *w, struct best out[2 * SEGMENTS_MAX])
{
    int32_t n = 0;

    for (int slides = 0; slides < 2; slides++) {
        struct segments choices[SEGMENTS_MAX];
        int32_t n_choices;

        w->slides = slides;
        n_choices = segments_choose(w, choices);
        for (int32_t i = 0; i < n_choices; i++, n++) {
            out[n] = (struct best){.before = before, .w = w, .score = HUGE_VAL, .nth = n};
            (void)consider(&out[n], choices[i]);
        }
    }
    qsort(out, (size_t)n, sizeof *out, by_score);
    return n;
}

static void schedule_rows(struct plan *plan)
{
    const struct plan before = plan_copy(plan);
    const struct flow flow = flow_of(&before);
    struct walk w = walk_new(&before, &flow);
    struct best all[2 * SEGMENTS_MAX];
    const int32_t n = place_choices(&before, &w, all), most = n < POLISHED ? n : POLISHED;
    double before_it = -HUGE_VAL;
    int32_t best = 0;

    for (int32_t i = 0; i < most; i++) {
        const double score = all[i].score;

        if (score > before_it) /* else it is the same once more */
            polish(&all[i]);
        before_it = score;
        if (all[i].score < all[best].score)
            best = i;
    }
    *plan = all[best].plan;
}

/* A call a step, and one a row of an input that is fed. */
static void schedule_whole(struct plan *plan)
{
    for (int32_t row = 0; row < plan->feed.rows; row++)
        schedule_call(plan, 0, row, 1);
    for (int32_t i = plan->feed.rows > 0; i < plan->n_steps; i++)
        schedule_call(plan, i, 0, plan->steps[i].rows);
}

static bool is_whole(const struct plan *plan)
{
    const enum optimize goal = plan->options.optimize;

    return goal == OPTIMIZE_SPEED || goal == OPTIMIZE_FLASH || plan->options.keep_all || plan->target.roomy ||
           plan_has_blocks(plan);
}

enum mote_status stage_schedule(struct plan *plan, const struct frame *at)
{
    (void)at;
    if (plan->rounds.n > 0) {
        rounds_schedule(plan);
        return MOTE_OK;
    }
    if (plan->n_steps == 0 || is_whole(plan))
        schedule_whole(plan);
    else
        schedule_rows(plan);
    schedule_fold(plan);
    return MOTE_OK;
}

/* ---- printing ---- */
static void print_entry(const struct plan *plan, const struct schedule_group *g, int32_t index, struct text *text)
{
    const struct schedule_entry *e = &plan->schedule.entries[index];

    text_add(text, "    entry %d: rows %d + %d of step %d, %s", index, e->first, e->rows, e->step,
             kernels[plan->steps[e->step].kernel]->name);
    if (g->repeat > 1)
        text_add(text, ", %d further each time", e->hop);
    text_add(text, "\n");
}

void print_schedule(const struct plan *plan, struct text *text)
{
    const struct plan_schedule *s = &plan->schedule;

    for (int32_t i = 0; i < s->n_groups; i++) {
        const struct schedule_group *g = &s->groups[i];

        text_add(text, "%d %s\n", g->repeat, g->repeat == 1 ? "time" : "times");
        for (int32_t e = g->first; e < g->first + g->n; e++)
            print_entry(plan, g, e, text);
    }
    for (int32_t i = 0; i < plan->n_values; i++)
        if (plan->values[i].kind != VALUE_CONST && plan->values[i].bytes < plan->values[i].decoded)
            text_add(text, "value %d: %lld of %lld bytes, %s\n", i, (long long)plan->values[i].bytes,
                     (long long)plan->values[i].decoded, value_label(plan, i));
}
