/* SPDX-License-Identifier: Apache-2.0 */
/* The stage `lifetimes`: from which call of the schedule to which each value is needed. */
#include "host/plan/stages.h"

static void touch(struct plan *plan, int32_t value, int32_t time)
{
    struct value *v = &plan->values[value_root(plan, value)];

    v->first = time < v->first ? time : v->first;
    v->last = time > v->last ? time : v->last;
}

/* It is there before the first call and after the last. */
static bool is_lasting(const struct plan *plan, const struct value *v)
{
    return v->kind == VALUE_STATE || (plan->options.keep_all && v->kind == VALUE_ACTIVATION);
}

enum mote_status stage_lifetimes(struct plan *plan, const struct frame *at)
{
    const int32_t before = -1, after = plan->schedule.n_calls;

    (void)at;
    for (int32_t i = 0; i < plan->n_values; i++) {
        plan->values[i].first = after;
        plan->values[i].last = before;
    }
    for (int32_t time = 0; time < after; time++) {
        const struct step *s = &plan->steps[plan->schedule.calls[time].step];

        for (int32_t i = 0; i < s->n_args; i++)
            touch(plan, s->args[i], time);
    }
    for (int32_t i = 0; i < plan->graph->n_inputs; i++)
        touch(plan, plan->value_of_tensor[plan->graph->inputs[i]], before);
    for (int32_t i = 0; i < plan->graph->n_outputs; i++)
        touch(plan, plan->value_of_tensor[plan->graph->outputs[i]], after);
    for (int32_t i = 0; i < plan->n_values; i++)
        if (is_lasting(plan, &plan->values[i])) {
            touch(plan, i, before);
            touch(plan, i, after);
            if (plan->values[i].initial > 0)
                touch(plan, plan->values[i].initial - 1, before);
        }
    return MOTE_OK;
}

void print_lifetimes(const struct plan *plan, struct text *text)
{
    for (int32_t i = 0; i < plan->n_values; i++) {
        const struct value *v = &plan->values[i];

        if (value_in_arena(v) && v->first <= v->last)
            text_add(text, "value %d: calls %d to %d, %lld bytes, %s\n", (int)i, (int)v->first, (int)v->last,
                     (long long)v->bytes, value_label(plan, i));
    }
}
