/* SPDX-License-Identifier: Apache-2.0 */
#include "host/plan/history.h"

#include "host/plan/flow.h"
#include "host/plan/stages.h"
#include "mote/kernels/move/copy.h"
#include "mote/kernels/move/strided_copy.h"

bool history_move(const struct plan *plan, int32_t step, struct move *out)
{
    const struct step *s = &plan->steps[step];
    const struct mote_strided_copy *strided = (const void *)s->params;
    const struct mote_copy *copy = (const void *)s->params;

    if (s->kernel == KERNEL_strided_copy && strided->rank == 1 && s->rows == 1)
        *out = (struct move){value_root(plan, s->args[0]), value_root(plan, s->args[2]), strided->in_at,
                             strided->out_at, strided->chunk};
    else if (s->kernel == KERNEL_copy && copy->in_ring == s->rows && copy->out_ring == s->rows)
        *out = (struct move){value_root(plan, s->args[0]), value_root(plan, s->args[1]), 0, 0,
                             (int64_t)s->rows * copy->row_bytes};
    else
        return false;
    return true;
}

int32_t history_only_step(const struct plan *plan, int32_t value, bool writes)
{
    int32_t step = -1, n = 0;

    for (int32_t i = 0; i < plan->n_steps; i++)
        for (int32_t k = 0; k < plan->steps[i].n_args; k++)
            if (value_root(plan, plan->steps[i].args[k]) == value && step_writes(&plan->steps[i], k) == writes) {
                step = i;
                n++;
            }
    return n == 1 ? step : -1;
}

bool history_is_callers(const struct plan *plan, int32_t value)
{
    const struct graph *g = plan->graph;

    for (int32_t i = 0; i < g->n_inputs; i++)
        if (value_root(plan, plan->value_of_tensor[g->inputs[i]]) == value)
            return true;
    for (int32_t i = 0; i < g->n_outputs; i++)
        if (value_root(plan, plan->value_of_tensor[g->outputs[i]]) == value)
            return true;
    return false;
}

static bool is_inner(const struct plan *plan, int32_t value)
{
    return plan->values[value].kind == VALUE_ACTIVATION && !history_is_callers(plan, value);
}

static bool add(struct history *h, int32_t step)
{
    if (h->n == HISTORY_MOVES_MAX)
        return false;
    h->steps[h->n++] = step;
    return true;
}

/* The two steps that write the window, whose first bytes come from *from. */
static bool find_parts(const struct plan *plan, struct history *h, struct move *from)
{
    const int64_t bytes = plan->values[h->window].bytes;
    int32_t writers = 0;
    int64_t filled = 0;

    for (int32_t i = 0; i < plan->n_steps; i++)
        for (int32_t k = 0; k < plan->steps[i].n_args; k++) {
            struct move m;

            if (value_root(plan, plan->steps[i].args[k]) != h->window || !step_writes(&plan->steps[i], k))
                continue;
            if (!history_move(plan, i, &m) || m.to != h->window || !add(h, i))
                return false;
            if (m.to_at == 0) {
                *from = m;
            } else {
                h->fresh = plan->steps[i].args[0];
                h->append = i;
                if (m.from_at != 0 || m.to_at + m.bytes != bytes || plan->values[h->fresh].bytes != m.bytes)
                    return false;
            }
            filled += m.bytes;
            writers++;
        }
    return writers == 2 && h->append >= 0 && from->bytes + plan->values[h->fresh].bytes == bytes && filled == bytes;
}

/* Back to the state, by whatever is in between; returns the step that reads it. */
static int32_t find_source(const struct plan *plan, struct history *h, struct move from)
{
    int32_t step = h->steps[0] == h->append ? h->steps[1] : h->steps[0];

    h->skip = from.from_at;
    while (from.from != h->state) {
        const int32_t between = from.from;

        step = history_only_step(plan, between, true);
        if (!is_inner(plan, between) || step < 0 || history_only_step(plan, between, false) < 0 ||
            !history_move(plan, step, &from) || from.to_at != 0 || from.bytes != plan->values[between].bytes ||
            !add(h, step))
            return -1;
        h->skip += from.from_at;
    }
    return step;
}

bool history_find(const struct plan *plan, int32_t state, struct history *out)
{
    const int32_t keeps = history_only_step(plan, state, true);
    struct move kept, from;
    int32_t reads;

    *out = (struct history){.state = state, .append = -1};
    if (plan->values[state].kind != VALUE_STATE || history_is_callers(plan, state) || keeps < 0 ||
        !history_move(plan, keeps, &kept) || kept.to_at != 0 || kept.bytes != plan->values[state].bytes)
        return false;
    out->window = kept.from;
    if (!is_inner(plan, out->window) || !find_parts(plan, out, &from))
        return false;
    reads = find_source(plan, out, from);
    if (reads < 0 || reads != history_only_step(plan, state, false) || !add(out, keeps))
        return false;
    return reads < keeps && out->append < keeps && kept.from_at + out->skip == plan->values[out->fresh].bytes;
}
