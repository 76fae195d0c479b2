/* SPDX-License-Identifier: Apache-2.0 */
#include "host/plan/flow.h"

#include <stdlib.h>

#include "host/plan/stages.h"

#define ROWS_MAX 16384 /* of a step whose rows are looked at one by one */

bool step_writes(const struct step *s, int32_t arg)
{
    if (arg >= kernels[s->kernel]->n_args) /* a version's scratch */
        return true;
    switch (kernels[s->kernel]->arg[arg].role) {
    case MOTE_ROLE_OUT:
    case MOTE_ROLE_STATE:
    case MOTE_ROLE_SCRATCH:
    case MOTE_ROLE_SUMS:
        return true;
    default:
        return false;
    }
}

bool step_scratches(const struct step *s, int32_t arg)
{
    return arg >= kernels[s->kernel]->n_args || kernels[s->kernel]->arg[arg].role == MOTE_ROLE_SCRATCH;
}

static bool has_role(const struct plan *plan, const struct touch *t, uint8_t role)
{
    const struct step *s = &plan->steps[t->step];

    return t->arg < kernels[s->kernel]->n_args && kernels[s->kernel]->arg[t->arg].role == role;
}

/* ---- memory ---- */
static void find_touches(const struct plan *plan, struct flow *f)
{
    for (int32_t s = 0; s < plan->n_steps; s++)
        for (int32_t i = 0; i < plan->steps[s].n_args; i++) {
            const int32_t root = value_root(plan, plan->steps[s].args[i]);
            const struct value *v = &plan->values[root];
            struct memory *m = &f->memory[root];

            if (v->kind == VALUE_CONST)
                continue;
            if (step_scratches(&plan->steps[s], i)) {
                f->scratch[s] += (int64_t)align_up((size_t)v->bytes, ARENA_ALIGN);
                continue;
            }
            m->touches = pool_grow(plan->pool, m->touches, (size_t)m->n, sizeof *m->touches);
            m->touches[m->n++] = (struct touch){s, i, step_writes(&plan->steps[s], i)};
        }
}

static int32_t rows_of_touch(const struct plan *plan, const struct touch *t)
{
    return rows_of_arg(plan, &plan->steps[t->step], t->arg);
}

/* One step writes it, first of all and row by row, all others read as many rows. */
static int32_t rows_of_memory(const struct plan *plan, const struct memory *m)
{
    const int32_t rows = m->n > 0 ? rows_of_touch(plan, &m->touches[0]) : 0;

    if (rows == 0 || rows > ROWS_MAX || rows != plan->steps[m->touches[0].step].rows)
        return 0;
    for (int32_t i = 0; i < m->n; i++)
        if (!has_role(plan, &m->touches[i], i == 0 ? MOTE_ROLE_OUT : MOTE_ROLE_IN) ||
            rows_of_touch(plan, &m->touches[i]) != rows)
            return 0;
    return rows;
}

static bool may_be_ring(const struct plan *plan, const struct memory *m)
{
    for (int32_t i = 0; i < m->n; i++)
        if (ring_of_arg(&plan->steps[m->touches[i].step], m->touches[i].arg) < 0)
            return false;
    return m->rows > 1 && m->last < plan->n_steps;
}

/* Inputs are there before all steps, outputs after them, states both. */
static void find_ends(const struct plan *plan, struct flow *f)
{
    for (int32_t i = 0; i < plan->n_values; i++) {
        struct memory *m = &f->memory[i];
        const bool state = plan->values[i].kind == VALUE_STATE;

        m->writer = m->n > 0 && m->touches[0].writes && !state ? m->touches[0].step : -1;
        m->last = state ? plan->n_steps : m->n > 0 ? m->touches[m->n - 1].step : -1;
        m->bytes = (int64_t)align_up((size_t)plan->values[i].bytes, ARENA_ALIGN);
    }
    for (int32_t i = 0; i < plan->graph->n_inputs; i++)
        f->memory[value_root(plan, plan->value_of_tensor[plan->graph->inputs[i]])].writer = -1;
    for (int32_t i = 0; i < plan->graph->n_outputs; i++)
        f->memory[value_root(plan, plan->value_of_tensor[plan->graph->outputs[i]])].last = plan->n_steps;
}

/* ---- sources ---- */
static struct row_range *rows_by_row(const struct plan *plan, const struct touch *t)
{
    const struct step *s = &plan->steps[t->step];
    struct row_range *needed = pool_array(plan->pool, (size_t)s->rows, sizeof *needed);

    for (int32_t row = 0; row < s->rows; row++)
        needed[row] = rows_needed(plan, s, t->arg, (struct row_range){row, 1});
    return needed;
}

static void add_source(const struct plan *plan, struct sources *s, struct source source)
{
    s->all = pool_grow(plan->pool, s->all, (size_t)s->n, sizeof *s->all);
    s->all[s->n++] = source;
}

/* Touch k of the memory waits for touch i of an earlier step. */
static void wait_for(const struct plan *plan, struct flow *f, int32_t value, int32_t i, int32_t k)
{
    const struct memory *m = &f->memory[value];
    const struct touch *from = &m->touches[i], *to = &m->touches[k];
    const bool by_rows = m->rows > 0 && i == 0 && plan->steps[to->step].rows <= ROWS_MAX;

    if (from->step == to->step || (!from->writes && !to->writes))
        return;
    add_source(plan, &f->sources[to->step],
               (struct source){from->step, by_rows ? value : VALUE_NONE, by_rows ? rows_by_row(plan, to) : NULL});
}

static int latest_first(const void *a, const void *b)
{
    const struct source *x = a, *y = b;

    return x->step != y->step ? (x->step < y->step) - (x->step > y->step)
                              : (x->value > y->value) - (x->value < y->value);
}

static void list(const struct plan *plan, int32_t *n, int32_t **values, int32_t value)
{
    *values = pool_grow(plan->pool, *values, (size_t)*n, sizeof **values);
    (*values)[(*n)++] = value;
}

struct flow flow_of(const struct plan *plan)
{
    struct flow f = {.sources = pool_array(plan->pool, (size_t)plan->n_steps, sizeof *f.sources),
                     .written = pool_array(plan->pool, (size_t)plan->n_steps, sizeof *f.written),
                     .memory = pool_array(plan->pool, (size_t)plan->n_values, sizeof *f.memory),
                     .scratch = pool_array(plan->pool, (size_t)plan->n_steps, sizeof *f.scratch)};

    find_touches(plan, &f);
    find_ends(plan, &f);
    for (int32_t v = 0; v < plan->n_values; v++) {
        struct memory *m = &f.memory[v];

        if (m->n > 0)
            list(plan, &f.n, &f.values, v);
        if (m->writer >= 0)
            list(plan, &f.written[m->writer].n, &f.written[m->writer].values, v);
        m->rows = m->writer >= 0 ? rows_of_memory(plan, m) : 0;
        m->ring = may_be_ring(plan, m);
        for (int32_t k = 0; k < m->n; k++)
            for (int32_t i = 0; i < k; i++)
                wait_for(plan, &f, v, i, k);
    }
    for (int32_t s = 0; s < plan->n_steps; s++)
        if (f.sources[s].n > 1)
            qsort(f.sources[s].all, (size_t)f.sources[s].n, sizeof(struct source), latest_first);
    return f;
}
