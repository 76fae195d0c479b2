/* SPDX-License-Identifier: Apache-2.0 */
/* The stage `add_up`: what the plan takes of memory, by kind. */
#include "host/plan/stages.h"

enum mote_status stage_add_up(struct plan *plan, const struct frame *at)
{
    (void)at;
    for (int32_t i = 0; i < plan->n_values; i++) {
        const struct value *v = &plan->values[i];

        if (v->first > v->last) /* packed, say, and what is packed is another value */
            continue;
        if (v->kind == VALUE_STATE)
            plan->state_bytes += v->bytes;
        if (v->kind == VALUE_SCRATCH && v->bytes > plan->scratch_peak)
            plan->scratch_peak = v->bytes;
        if (v->kind == VALUE_CONST && v->weight)
            plan->weight_bytes += v->bytes;
        if (v->kind == VALUE_CONST && !v->weight)
            plan->table_bytes += v->bytes;
    }
    return MOTE_OK;
}

void print_add_up(const struct plan *plan, struct text *text)
{
    text_add(text, "bytes: arena %lld, state %lld, scratch %lld, weights %lld, tables %lld\n",
             (long long)plan->arena_bytes, (long long)plan->state_bytes, (long long)plan->scratch_peak,
             (long long)plan->weight_bytes, (long long)plan->table_bytes);
}
