/* SPDX-License-Identifier: Apache-2.0 */
/* A random schedule that must give what the plan's own gives: each step's rows in pieces, in order, as soon as the rows
 * that they need are there, with other steps' between them, in rounds. Lifetimes and places are then worked out anew.
 */
#include "host/plan/schedule.h"

#include "host/plan/flow.h"
#include "host/plan/stages.h"
#include "tests/random/builder.h"
#include "tests/random/random.h"

#define AT_ONCE 4 /* entries of a group */
#define ROUNDS  6
#define ROWS    3 /* of most entries, at most */

static int32_t draw(uint64_t *seed, int32_t n) { return (int32_t)(dice_next(seed) % (uint64_t)n); }

/* `to` reads, row by row, what `from` writes row by row. */
static bool passes_rows(const struct plan *plan, const struct step *from, int32_t out, const struct step *to,
                        int32_t in)
{
    const int32_t rows = rows_of_arg(plan, from, out);

    return rows > 0 && rows == from->rows && rows == rows_of_arg(plan, to, in) &&
           kernels[from->kernel]->arg[out].role == MOTE_ROLE_OUT && kernels[to->kernel]->arg[in].role == MOTE_ROLE_IN;
}

/* So many of the first `most` rows of a step can be computed when `done` of the rows that it reads are there. */
static int32_t rows_from(const struct plan *plan, const struct step *s, int32_t arg, int32_t done, int32_t most)
{
    for (; most > 0; most--) {
        struct row_range in = rows_needed(plan, s, arg, (struct row_range){.first = most - 1, .count = 1});

        if (in.first + in.count <= done)
            break;
    }
    return most;
}

/* Rows of the step, from the first, that can be computed when so many of each step are done. */
static int32_t rows_ready(const struct plan *plan, const int32_t *done, int32_t step)
{
    const struct step *to = &plan->steps[step];
    int32_t ready = to->rows;

    for (int32_t f = 0; f < step; f++) {
        const struct step *from = &plan->steps[f];

        for (int32_t i = 0; done[f] < from->rows && i < from->n_args; i++)
            for (int32_t k = 0; k < to->n_args; k++) {
                if (value_root(plan, from->args[i]) != value_root(plan, to->args[k]) ||
                    (!step_writes(from, i) && !step_writes(to, k)))
                    continue;
                ready = passes_rows(plan, from, i, to, k) ? rows_from(plan, to, k, done[f], ready) : 0;
            }
    }
    return ready;
}

/* An entry of the step, if rows of it are ready. */
static bool draw_entry(const struct plan *plan, int32_t *done, uint64_t *seed, int32_t step, struct schedule_entry *out)
{
    int32_t ready = rows_ready(plan, done, step) - done[step];

    if (ready <= 0)
        return false;
    if (draw(seed, 4) > 0 && ready > ROWS)
        ready = ROWS;
    *out = (struct schedule_entry){.step = step, .first = done[step]};
    out->rows = out->hop = 1 + draw(seed, ready < SCHEDULE_MAX ? ready : SCHEDULE_MAX);
    done[step] += out->rows;
    return true;
}

/* Another round, if all its rows are ready in their turn. */
static bool another_round(const struct plan *plan, int32_t *done, const struct schedule_entry *entries, int32_t n)
{
    int32_t *then = pool_copy(plan->pool, done, (size_t)plan->n_steps * sizeof *then);

    for (int32_t i = 0; i < n; i++) {
        then[entries[i].step] += entries[i].rows;
        if (then[entries[i].step] > rows_ready(plan, then, entries[i].step))
            return false;
    }
    memcpy(done, then, (size_t)plan->n_steps * sizeof *then);
    return true;
}

static void add_group(struct plan *plan, int32_t *done, uint64_t *seed, int32_t first)
{
    struct schedule_entry entries[AT_ONCE];
    int32_t n = 0, repeat = 1, step = first;

    while (n < AT_ONCE && step < plan->n_steps) {
        n += draw_entry(plan, done, seed, step, &entries[n]);
        step += 1 + draw(seed, 2);
    }
    assert(n > 0);
    for (int32_t most = 1 + draw(seed, ROUNDS); repeat < most && another_round(plan, done, entries, n);)
        repeat++;
    schedule_group(plan, repeat, 0);
    for (int32_t i = 0; i < n; i++)
        schedule_entry(plan, &entries[i]);
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
    int32_t *done = pool_array(plan->pool, (size_t)plan->n_steps, sizeof *done);

    plan->schedule = (struct plan_schedule){0};
    for (int32_t first = 0; first < plan->n_steps;)
        if (done[first] == plan->steps[first].rows) /* those before it are done as well: its rows are ready */
            first++;
        else
            add_group(plan, done, &seed, first);
    schedule_unfold(plan);
    TRY(run_stage(plan, "lifetimes", at));
    return run_stage(plan, "place", at);
}
