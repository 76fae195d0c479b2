/* SPDX-License-Identifier: Apache-2.0 */
/* A random schedule that must give what the plan's own gives: each step's rows in pieces, in order, independent steps
 * side by side, in rounds. Lifetimes and places are then worked out anew. */
#include "host/plan/schedule.h"

#include "host/plan/stages.h"
#include "tests/random/builder.h"
#include "tests/random/random.h"

#define AT_ONCE 3 /* steps in a group */
#define ROUNDS  5

static int32_t draw(uint64_t *seed, int32_t n) { return (int32_t)(dice_next(seed) % (uint64_t)n); }

static bool writes(const struct step *s, int32_t arg)
{
    uint8_t role = kernels[s->kernel]->arg[arg].role;

    return role == MOTE_ROLE_OUT || role == MOTE_ROLE_STATE || role == MOTE_ROLE_SCRATCH;
}

static bool conflict(const struct plan *plan, const struct step *a, const struct step *b)
{
    for (int32_t i = 0; i < a->n_args; i++)
        for (int32_t k = 0; k < b->n_args; k++)
            if (value_root(plan, a->args[i]) == value_root(plan, b->args[k]) && (writes(a, i) || writes(b, k)))
                return true;
    return false;
}

/* It has rows to compute, and all that it needs is there. */
static bool is_ready(const struct plan *plan, const int32_t *done, int32_t step)
{
    for (int32_t i = 0; i < step; i++)
        if (done[i] < plan->steps[i].rows && conflict(plan, &plan->steps[i], &plan->steps[step]))
            return false;
    return done[step] < plan->steps[step].rows;
}

/* Some of the steps that are ready, at least one. */
static int32_t draw_steps(const struct plan *plan, const int32_t *done, uint64_t *seed, int32_t *steps)
{
    int32_t n = 0, seen = 0;

    for (int32_t i = 0; i < plan->n_steps; i++)
        if (is_ready(plan, done, i)) {
            seen++;
            if (n < AT_ONCE)
                steps[n++] = i;
            else if (draw(seed, seen) < AT_ONCE)
                steps[draw(seed, AT_ONCE)] = i;
        }
    return n > 1 ? 1 + draw(seed, n) : n;
}

/* One group of these steps. */
static void add_group(struct plan *plan, int32_t *done, uint64_t *seed, const int32_t *steps, int32_t n)
{
    int32_t least = INT32_MAX, repeat;

    for (int32_t i = 0; i < n; i++)
        if (plan->steps[steps[i]].rows - done[steps[i]] < least)
            least = plan->steps[steps[i]].rows - done[steps[i]];
    repeat = 1 + draw(seed, least < ROUNDS ? least : ROUNDS);
    schedule_group(plan, repeat);
    for (int32_t i = 0; i < n; i++) {
        int32_t most = (plan->steps[steps[i]].rows - done[steps[i]]) / repeat;
        int32_t rows = 1 + draw(seed, most < SCHEDULE_ROWS_MAX ? most : SCHEDULE_ROWS_MAX);

        schedule_entry(plan, steps[i], done[steps[i]], rows);
        done[steps[i]] += repeat * rows;
    }
}

static enum mote_status run_stage(struct plan *plan, const char *name, const struct frame *at)
{
    for (int i = 0; i < stages_count; i++)
        if (strcmp(stages[i].name, name) == 0)
            return stages[i].run(plan, at);
    return fail(at, MOTE_ERR_USAGE, "no stage %s", name);
}

enum mote_status random_schedule(struct plan *plan, uint64_t seed, const struct frame *at)
{
    int32_t *done = pool_array(plan->pool, (size_t)plan->n_steps, sizeof *done), steps[AT_ONCE], n;

    plan->schedule = (struct plan_schedule){0};
    while ((n = draw_steps(plan, done, &seed, steps)) > 0)
        add_group(plan, done, &seed, steps, n);
    TRY(run_stage(plan, "lifetimes", at));
    return run_stage(plan, "place", at);
}
