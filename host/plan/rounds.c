/* SPDX-License-Identifier: Apache-2.0 */
#include "host/plan/rounds.h"

#include "host/plan/kernels.h"
#include "host/plan/rows.h"
#include "host/plan/schedule.h"

#define PERIOD_MAX 1000

/* ---- rings ---- */
/* The fewest rows, at least `need`, that are in the same place again after so many more; -1 if there are none. */
static int32_t ring_for(const struct line *line, int64_t after)
{
    int32_t ring = line->need;

    assert(line->need > 0 && line->hop > 0);
    while (!line->folded && ring <= after && after % ring != 0)
        ring++;
    return ring <= after && after % ring == 0 ? ring : -1;
}

static int64_t bytes_with(const struct line *lines, int32_t n, int32_t warm_up, int32_t period)
{
    int64_t sum = 0;

    for (int32_t i = 0; i < n; i++) {
        const struct line *line = &lines[i];
        const int32_t ring = line->rows > 0 ? ring_for(line, (int64_t)period * line->hop) : 0;

        if (ring < 0 || line->base + line->rows + (int64_t)(warm_up + period) * line->hop > MOTE_DIM_MAX)
            return -1;
        sum += line->row_bytes * ring;
    }
    return sum;
}

int32_t rounds_period(const struct line *lines, int32_t n, int32_t warm_up)
{
    int64_t best = -1;
    int32_t period = 0;

    for (int32_t p = 1; p <= PERIOD_MAX; p++) {
        const int64_t bytes = bytes_with(lines, n, warm_up, p);

        if (bytes >= 0 && (best < 0 || bytes < best)) {
            best = bytes;
            period = p;
        }
    }
    return period;
}

void rounds_set_rings(struct line *lines, int32_t n, int32_t period)
{
    for (int32_t i = 0; i < n; i++)
        if (lines[i].rows > 0) {
            lines[i].ring = ring_for(&lines[i], (int64_t)period * lines[i].hop);
            assert(lines[i].ring >= lines[i].need); /* the period was chosen so */
        }
}

/* ---- kernels ---- */
int32_t step_folds(const struct step *s)
{
    for (int32_t i = 0; i < kernels[s->kernel]->n_args; i++)
        if (kernels[s->kernel]->arg[i].role == MOTE_ROLE_OUT && rows_folds(s, i))
            return rows_of_step(s, i).out_h;
    return 0;
}

int32_t rounds_param(const struct step *s, const char *name)
{
    for (int32_t i = 0; i < kernels[s->kernel]->n_params; i++)
        if (strcmp(kernels[s->kernel]->param_names[i], name) == 0)
            return s->params[i];
    return 0;
}

void rounds_set_param(const struct step *s, const char *name, int32_t value)
{
    for (int32_t i = 0; i < kernels[s->kernel]->n_params; i++)
        if (strcmp(kernels[s->kernel]->param_names[i], name) == 0)
            s->params[i] = value;
}

bool rounds_are_served(const struct plan *plan, const struct step *s, int32_t rows)
{
    const struct mote_kernel *k = kernels[s->kernel];
    uint32_t need[MOTE_ARGS_MAX + 1];

    for (int32_t i = 0; i < k->n_params; i++)
        if (s->params[i] < k->ranges[i].min || s->params[i] > k->ranges[i].max)
            return false;
    if (!k->need(s->params, need) || need[k->n_args] < (uint32_t)rows || need[k->n_args] > INT32_MAX)
        return false;
    for (int32_t i = 0; i < k->n_args; i++)
        if (need[i] > (uint64_t)plan->values[s->args[i]].bytes)
            return false;
    return true;
}

/* ---- the schedule ---- */
static int32_t begin_of(const struct plan_rounds *r, int32_t entry) { return r->begin != NULL ? r->begin[entry] : 0; }

/* The next round after `from` in which more entries run than in it, at most warm_up. */
static int32_t next_begin(const struct plan_rounds *r, int32_t from)
{
    int32_t next = r->warm_up;

    for (int32_t i = 0; i < r->n; i++)
        if (begin_of(r, i) > from && begin_of(r, i) < next)
            next = begin_of(r, i);
    return next;
}

/* `repeat` rounds from number `from` on. */
static void put_rounds(struct plan *plan, int32_t from, int32_t repeat)
{
    const struct plan_rounds *r = &plan->rounds;

    schedule_group(plan, repeat, 0);
    for (int32_t i = 0; i < r->n; i++) {
        struct schedule_entry e = r->entries[i];

        e.first += from * e.hop;
        if (begin_of(r, i) <= from)
            schedule_entry(plan, &e);
    }
}

/* Rounds until the first window is there; and those that go on forever. Memory is used alike in all. */
void rounds_schedule(struct plan *plan)
{
    const struct plan_rounds *r = &plan->rounds;

    assert(r->n > 0 && r->period > 0 && r->warm_up >= 0);
    for (int32_t from = 0; from < r->warm_up; from = next_begin(r, from))
        put_rounds(plan, from, next_begin(r, from) - from);
    put_rounds(plan, r->warm_up, r->period);
    for (int32_t i = 0; i < r->n; i++)
        schedule_call(plan, r->entries[i].step, r->entries[i].first, r->entries[i].rows);
}
