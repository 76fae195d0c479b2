/* SPDX-License-Identifier: Apache-2.0 */
/* What recurrent layers keep in a stream. Within a window their states begin with a constant, which the graph assigns
 * before the first row; in a stream that is what they begin with after a reset, and they go on with each row. */
#include "host/plan/build.h"
#include "host/plan/feed.h"
#include "host/plan/flow.h"
#include "host/plan/stages.h"

static bool touches(const struct plan *plan, const struct step *s, int32_t state)
{
    for (int32_t i = 0; i < s->n_args; i++)
        if (value_root(plan, s->args[i]) == state)
            return true;
    return false;
}

/* The state that step i fills with a constant before anybody reads or writes it, or VALUE_NONE. */
static int32_t begun_by(const struct plan *plan, int32_t i)
{
    const struct step *s = &plan->steps[i];
    const int32_t from = s->kernel == KERNEL_copy ? value_root(plan, s->args[0]) : VALUE_NONE,
                  state = s->kernel == KERNEL_copy ? value_root(plan, s->args[1]) : VALUE_NONE;

    if (from == VALUE_NONE || plan->values[from].kind != VALUE_CONST || plan->values[state].kind != VALUE_STATE ||
        plan->values[from].bytes != plan->values[state].bytes)
        return VALUE_NONE;
    for (int32_t k = 0; k < i; k++)
        if (touches(plan, &plan->steps[k], state))
            return VALUE_NONE;
    return state;
}

static void begin_with(struct plan *plan, int32_t state, int32_t constant)
{
    const uint8_t *data = plan->values[constant].data;
    bool even = true;

    for (int64_t i = 0; i < plan->values[constant].bytes; i++)
        even = even && data[i] == data[0];
    plan->values[state].fill = data[0];
    plan->values[state].initial = even ? 0 : 1 + constant;
}

void stream_begin_states(struct plan *plan)
{
    struct step *left = pool_array(plan->pool, (size_t)plan->n_steps + 1, sizeof *left);
    int32_t n = 0;

    for (int32_t i = 0; i < plan->n_steps; i++) {
        const int32_t state = begun_by(plan, i);

        if (state == VALUE_NONE)
            left[n++] = plan->steps[i];
        else
            begin_with(plan, state, value_root(plan, plan->steps[i].args[0]));
    }
    memcpy(plan->steps, left, (size_t)n * sizeof *left);
    plan->n_steps = n;
}

/* Before it nobody touches the state, after it others read what the newest row left. */
bool stream_keeps(const struct plan *plan, int32_t state, const struct schedule_entry *entries)
{
    int32_t keeper = -1;

    for (int32_t i = 0; i < plan->n_steps; i++)
        for (int32_t k = 0; k < plan->steps[i].n_args; k++) {
            const struct step *s = &plan->steps[i];
            const bool keeps = k < kernels[s->kernel]->n_args && kernels[s->kernel]->arg[k].role == MOTE_ROLE_STATE;

            if (value_root(plan, s->args[k]) != state)
                continue;
            if (keeps ? (keeper >= 0 && keeper != i) || entries[i].hop == 0 : keeper < 0 || step_writes(s, k))
                return false;
            keeper = keeps ? i : keeper;
        }
    return keeper >= 0;
}
