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
            m->touches[m->n++] = (struct touch){s, i, step_writes(&plan->steps[s], i), NULL};
        }
}

static int32_t rows_of_touch(const struct plan *plan, const struct touch *t)
{
    return rows_of_arg(plan, &plan->steps[t->step], t->arg);
}

/* One step, if any, writes it, first of all and row by row; all others read as many rows. */
static int32_t rows_of_memory(const struct plan *plan, const struct memory *m)
{
    const int32_t rows = m->n > 0 ? rows_of_touch(plan, &m->touches[0]) : 0;

    if (rows == 0 || rows > ROWS_MAX || (m->writer >= 0 && rows != plan->steps[m->writer].rows))
        return 0;
    for (int32_t i = 0; i < m->n; i++)
        if (!has_role(plan, &m->touches[i], i == 0 && m->writer >= 0 ? MOTE_ROLE_OUT : MOTE_ROLE_IN) ||
            rows_of_touch(plan, &m->touches[i]) != rows)
            return 0;
    return rows;
}

static bool may_be_ring(const struct plan *plan, const struct memory *m)
{
    for (int32_t i = 0; i < m->n; i++)
        if (ring_of_arg(&plan->steps[m->touches[i].step], m->touches[i].arg) < 0)
            return false;
    return m->rows > 1 && m->writer >= 0 && m->last < plan->n_steps;
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
    for (int32_t i = 0; i < plan->graph->n_inputs; i++) {
        struct memory *m = &f->memory[value_root(plan, plan->value_of_tensor[plan->graph->inputs[i]])];

        m->writer = -1;
        m->fed = plan->feed.rows > 0;
    }
    for (int32_t i = 0; i < plan->graph->n_outputs; i++)
        f->memory[value_root(plan, plan->value_of_tensor[plan->graph->outputs[i]])].last = plan->n_steps;
}

/* ---- sources ---- */
static void find_needed(const struct plan *plan, struct touch *t)
{
    const struct step *s = &plan->steps[t->step];

    if (t->writes || s->rows > ROWS_MAX)
        return;
    t->needed = pool_array(plan->pool, (size_t)s->rows, sizeof *t->needed);
    for (int32_t row = 0; row < s->rows; row++)
        t->needed[row] = rows_needed(plan, s, t->arg, (struct row_range){row, 1});
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

    assert(from->step <= to->step);
    if (from->step == to->step || (!from->writes && !to->writes))
        return;
    add_source(plan, &f->sources[to->step],
               (struct source){from->step, to->needed != NULL ? value : VALUE_NONE, to->needed});
}

static int latest_first(const void *a, const void *b)
{
    const struct source *x = a, *y = b;

    return x->step != y->step ? (x->step < y->step) - (x->step > y->step)
                              : (x->value > y->value) - (x->value < y->value);
}

/* Once, if it comes again at once. */
static void list(const struct plan *plan, struct memories *m, int32_t value)
{
    if (m->n > 0 && m->values[m->n - 1] == value)
        return;
    m->values = pool_grow(plan->pool, m->values, (size_t)m->n, sizeof *m->values);
    m->values[m->n++] = value;
}

struct flow flow_of(const struct plan *plan)
{
    struct flow f = {.touched = pool_array(plan->pool, (size_t)plan->n_steps, sizeof *f.touched),
                     .sources = pool_array(plan->pool, (size_t)plan->n_steps, sizeof *f.sources),
                     .written = pool_array(plan->pool, (size_t)plan->n_steps, sizeof *f.written),
                     .memory = pool_array(plan->pool, (size_t)plan->n_values, sizeof *f.memory),
                     .scratch = pool_array(plan->pool, (size_t)plan->n_steps, sizeof *f.scratch)};

    find_touches(plan, &f);
    find_ends(plan, &f);
    for (int32_t v = 0; v < plan->n_values; v++) {
        struct memory *m = &f.memory[v];

        if (m->n > 0)
            list(plan, &f.all, v);
        if (m->writer >= 0)
            list(plan, &f.written[m->writer], v);
        for (int32_t i = 0; i < m->n; i++)
            list(plan, &f.touched[m->touches[i].step], v);
        m->rows = rows_of_memory(plan, m);
        m->ring = may_be_ring(plan, m);
        for (int32_t k = 0; k < m->n && m->rows > 0; k++)
            find_needed(plan, &m->touches[k]);
        for (int32_t k = 0; k < m->n; k++)
            for (int32_t i = 0; i < k; i++)
                wait_for(plan, &f, v, i, k);
    }
    for (int32_t s = 0; s < plan->n_steps; s++)
        if (f.sources[s].n > 1)
            qsort(f.sources[s].all, (size_t)f.sources[s].n, sizeof(struct source), latest_first);
    return f;
}

/* ---- rows that are worth something ---- */
void call_list_sort(struct call_list *c)
{
    memset(c->first + c->from, 0, (size_t)(c->to - c->from + 1) * sizeof *c->first);
    for (int32_t i = 0; i < c->n; i++)
        c->first[c->calls[i].step + 1]++;
    for (int32_t s = c->from; s < c->to; s++)
        c->first[s + 1] += c->first[s];
    for (int32_t i = c->n - 1; i >= 0; i--) /* the end of a step's calls moves to their start, */
        c->index[--c->first[c->calls[i].step + 1]] = i;
    for (int32_t s = c->from; s < c->to; s++) /* which is the end of those of the step before */
        c->first[s] = c->first[s + 1];
    assert(c->first[c->from] == 0);
    c->first[c->to] = c->n;
}

static int32_t smaller(int32_t a, int32_t b) { return a < b ? a : b; }

static int32_t first_needed(const struct touch *t, const struct schedule_call *c)
{
    int32_t first = INT32_MAX;

    if (t->needed == NULL)
        return 0;
    for (int32_t r = c->first; r < c->first + c->rows; r++)
        if (t->needed[r].count > 0)
            first = smaller(first, t->needed[r].first);
    return first;
}

/* Calls of the step: of readers the first row that each needs, of the writer the end of those that it computes. */
static void mark(const struct touch *t, const struct call_list *c, struct row_span *rows)
{
    for (int32_t i = c->first[t->step]; i < c->first[t->step + 1]; i++) {
        const struct schedule_call *call = &c->calls[c->index[i]];
        struct row_span *at = &rows[c->index[i]];

        if (t->writes)
            at->to = call->first + call->rows;
        else
            at->from = smaller(at->from, first_needed(t, call));
    }
}

/* While rows are computed they are there, even if nobody needs them. */
static void keep_written(int32_t writer, const struct call_list *c, struct row_span *rows)
{
    for (int32_t i = c->first[writer]; i < c->first[writer + 1]; i++) {
        struct row_span *at = &rows[c->index[i]];

        at->from = smaller(at->from, c->calls[c->index[i]].first);
    }
}

static void rows_of_fed(const struct memory *m, const struct call_list *c, int32_t from, struct row_span *rows)
{
    const int32_t step = m->touches[0].step;

    memset(rows, 0, (size_t)c->n * sizeof *rows);
    for (int32_t i = c->first[step]; step >= from && i < c->first[step + 1]; i++)
        rows[c->index[i]].to = m->rows;
}

void flow_rows(const struct flow *f, int32_t value, const struct call_list *c, int32_t from, struct row_span *rows)
{
    const struct memory *m = &f->memory[value];

    assert(m->rows > 0);
    if (m->fed) {
        rows_of_fed(m, c, from, rows);
        return;
    }
    for (int32_t i = 0; i < c->n; i++)
        rows[i] = (struct row_span){m->last >= c->to ? 0 : INT32_MAX, m->writer < from ? m->rows : 0};
    for (int32_t k = 0; k < m->n; k++)
        if (m->touches[k].step >= from && m->touches[k].step < c->to)
            mark(&m->touches[k], c, rows);
    for (int32_t i = 1; i < c->n; i++)
        rows[i].to = rows[i].to > rows[i - 1].to ? rows[i].to : rows[i - 1].to;
    for (int32_t i = c->n - 2; i >= 0; i--)
        rows[i].from = smaller(rows[i].from, rows[i + 1].from);
    if (m->writer >= from && m->writer < c->to)
        keep_written(m->writer, c, rows);
    for (int32_t i = 0; i < c->n; i++)
        rows[i].from = smaller(rows[i].from, rows[i].to);
}
