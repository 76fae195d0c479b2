/* SPDX-License-Identifier: Apache-2.0 */
#include "host/deploy/profile.h"

#include "host/graph/op_info.h"
#include "host/plan/kernels.h"
#include "host/plan/memories.h"
#include "host/run/image_view.h"

/* ---- from the plan ---- */
static struct profile_alive alive_at(const struct plan *plan, int32_t time)
{
    struct profile_alive a = {0, 0, 0};

    for (int32_t i = 0; i < plan->n_values; i++) {
        const struct value *v = &plan->values[i];
        int64_t bytes = (int64_t)align_up((size_t)v->bytes, ARENA_ALIGN);

        if (v->alias != VALUE_NONE || v->first > time || v->last < time)
            continue;
        if (v->live != NULL)
            bytes = v->live[time - v->first].to - v->live[time - v->first].from;
        a.tensors += v->kind == VALUE_ACTIVATION ? bytes : 0;
        a.scratch += v->kind == VALUE_SCRATCH ? bytes : 0;
        a.state += v->kind == VALUE_STATE ? bytes : 0;
    }
    return a;
}

static void find_peak(struct profile *r)
{
    const struct plan *plan = &r->p->plan;

    for (int32_t time = -1; time <= plan->schedule.n_calls; time++) {
        struct profile_alive a = alive_at(plan, time);

        if (profile_alive_sum(&a) > profile_alive_sum(&r->peak))
            r->peak = a;
    }
}

/* Constants that several steps read count for the first. */
static void add_constants(const struct plan *plan, const struct step *s, bool *counted, struct profile_line *line)
{
    for (int32_t i = 0; i < s->n_args; i++) {
        const struct value *v = &plan->values[s->args[i]];

        if (v->kind != VALUE_CONST || counted[s->args[i]])
            continue;
        counted[s->args[i]] = true;
        *(v->weight ? &line->weights : &line->tables) += v->bytes;
    }
}

static struct profile_line operator_line(struct profile *r, int32_t op, bool *counted)
{
    const struct graph *g = &r->p->model.graphs[0];
    const struct plan *plan = &r->p->plan;
    struct pool *pool = r->pool;
    struct profile_line line = {.what = op_info[g->ops[op].id].NAME, .macs = op_macs(g, &g->ops[op]), .op = op};
    struct text kernel_names = {.pool = pool};
    char shape[96];

    for (int32_t i = 0; i < plan->n_steps; i++) {
        const struct step *s = &plan->steps[i];

        if (s->op != op)
            continue;
        text_add(&kernel_names, "%s%s", kernel_names.len > 0 ? " " : "", kernels[s->kernel]->name);
        add_constants(plan, s, counted, &line);
    }
    for (int32_t time = 0; time < plan->schedule.n_calls; time++) {
        struct profile_alive a;

        if (plan->steps[plan->schedule.calls[time].step].op != op)
            continue;
        a = alive_at(plan, time);
        line.alive = profile_alive_sum(&a) > line.alive ? profile_alive_sum(&a) : line.alive;
    }
    line.kernels = kernel_names.len > 0 ? kernel_names.s : "";
    line.output = g->ops[op].n_out > 0 ? pool_strdup(pool, shape_text(op_out(g, &g->ops[op], 0), shape)) : "";
    return line;
}

static void profile_graph(struct profile *r)
{
    const struct graph *g = &r->p->model.graphs[0];
    bool *counted = pool_array(r->pool, (size_t)r->p->plan.n_values, sizeof *counted);

    r->lines = pool_array(r->pool, (size_t)g->n_ops, sizeof *r->lines);
    for (int32_t i = 0; i < g->n_ops; i++)
        if (g->ops[i].id != OP_NOP)
            r->lines[r->n_lines++] = operator_line(r, i, counted);
    assert(r->n_lines <= g->n_ops);
    find_peak(r);
}

static enum mote_status find_trades(struct profile *r, const struct frame *file)
{
    r->trades = pool_array(r->pool, TRADES_MAX, sizeof *r->trades);
    return trade_all(r->p, &r->p->plan.options, r->measure.job.via_c, r->trades, &r->n_trades, file);
}

/* ---- from an image ---- */
static void profile_image(struct profile *r)
{
    const struct mote_model *m = &r->measure.runner.model;
    bool *counted = pool_array(r->pool, m->n_tensors, sizeof *counted);

    r->n_lines = (int32_t)m->n_steps;
    r->lines = pool_array(r->pool, m->n_steps, sizeof *r->lines);
    for (uint32_t i = 0; i < m->n_steps; i++) {
        const struct mote_image_step *s = &m->steps[i];
        struct profile_line *line = &r->lines[i];

        *line = (struct profile_line){
            .what = "", .kernels = kernels[s->kernel]->name, .output = "", .macs = -1, .alive = -1, .op = -1};
        for (uint32_t k = 0; k < s->n_args; k++) {
            uint16_t index = m->args[s->args + k];
            const struct mote_image_tensor *t = &m->tensors[index];

            if (t->region == MOTE_REGION_IMAGE && !counted[index])
                *((t->flags & MOTE_TENSOR_WEIGHT) != 0 ? &line->weights : &line->tables) += t->bytes;
            counted[index] = true;
        }
    }
    for (uint32_t i = 0; i < m->n_tensors; i++)
        r->state_bytes += (m->tensors[i].flags & MOTE_TENSOR_STATE) != 0 ? m->tensors[i].bytes : 0;
}

/* ---- what is built ---- */
/* A model that is too large even for the emulated machine still has a plan, and so has one for a board that no machine
 * stands for: then only code is unknown. */
static enum mote_status build(struct profile *r, const struct frame *file)
{
    struct frame quiet = {.index = -1, .sink = &r->no_build};
    enum mote_status status =
        r->measure.board->emulated != NULL
            ? measure_build(&r->measure, r->p, &quiet)
            : fail(&quiet, MOTE_ERR_FIT, "no emulator stands for the board, so nothing is linked");

    if (status != MOTE_OK && status != MOTE_ERR_FIT)
        return fail_again(file, &r->no_build);
    r->footprint = status == MOTE_OK ? measure_footprint(&r->measure)
                                     : footprint_least(&r->measure.runner.model, &r->p->plan, false);
    r->stack = stack_bytes(&r->measure.runner.model, r->measure.board, r->measure.job.via_c);
    r->footprint.stack = r->stack > 0 ? r->stack : 0;
    r->fits = footprint_fits(&r->footprint, r->measure.board) && memory_too_small(&r->p->plan) == NULL;
    return MOTE_OK;
}

enum mote_status profile_make(struct pool *pool, const struct pipeline *p, const struct measure *measure,
                              struct profile *out, const struct frame *file)
{
    *out = (struct profile){.pool = pool, .p = p, .measure = *measure};
    if (p->has_graph) {
        TRY(find_trades(out, file));
        profile_graph(out);
    } else {
        profile_image(out);
    }
    return build(out, file);
}
