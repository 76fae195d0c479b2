/* SPDX-License-Identifier: Apache-2.0 */
/* The stage `place`: where in the arena each value lies. */
#include "host/plan/memories.h"
#include "host/plan/offsets.h"
#include "host/plan/stages.h"

/* With extents a search takes long for what it finds. */
#define PARTS_EFFORT 20000

static bool parts_live(const struct plan *plan)
{
    for (int32_t i = 0; i < plan->n_values; i++)
        if (plan->values[i].live != NULL)
            return true;
    return false;
}

struct offsets_result place_among(struct plan *plan, const uint8_t *memory, int32_t which, int64_t effort)
{
    struct buffer *buffers = pool_array(plan->pool, (size_t)plan->n_values, sizeof *buffers);
    int32_t *of = pool_array(plan->pool, (size_t)plan->n_values, sizeof *of), n = 0;
    struct offsets_result result;

    for (int32_t i = 0; i < plan->n_values; i++) {
        const struct value *v = &plan->values[i];

        if (!value_is_placed(v) || (memory != NULL && memory[i] != which))
            continue;
        buffers[n] = (struct buffer){.lower = v->first, .upper = v->last + 1, .size = v->bytes, .live = v->live};
        of[n++] = i;
    }
    result = offsets_solve(plan->pool, buffers, n, ARENA_ALIGN, effort);
    for (int32_t i = 0; i < n; i++)
        plan->values[of[i]].offset = buffers[i].offset;
    return result;
}

void place_values(struct plan *plan, int64_t effort)
{
    const struct offsets_result result = place_among(plan, NULL, 0, effort);

    for (int32_t i = 0; i < plan->n_values; i++)
        plan->values[i].offset = plan->values[value_root(plan, i)].offset;
    assert(result.bound <= result.total);
    plan->arena_bytes = result.total;
    plan->arena_bound = result.bound;
}

enum mote_status stage_place(struct plan *plan, const struct frame *at)
{
    place_values(plan, parts_live(plan) ? PARTS_EFFORT : 0);
    cut_arena(plan);
    if (plan->arena_bytes > INT32_MAX)
        return fail(at, MOTE_ERR_FIT, "the arena would have %lld bytes; Mote's largest is 2 GiB",
                    (long long)plan->arena_bytes);
    return MOTE_OK;
}

static void print_memories(const struct plan *plan, struct text *text)
{
    for (int32_t k = 0; k < plan->n_memories; k++) {
        const struct plan_memory *m = &plan->memories[k];

        text_add(text, "%s: bytes %lld to %lld, %lld of %llu, %.0f accesses\n", printable(plan->pool, m->ram->name),
                 (long long)m->start, (long long)(m->start + m->bytes - 1), (long long)m->bytes,
                 (unsigned long long)m->ram->size, m->accesses);
    }
}

static const char *in_memory(const struct plan *plan, const struct value *v)
{
    if (plan->n_memories == 0)
        return "";
    return pool_printf(plan->pool, " in %s",
                       printable(plan->pool, plan->memories[memory_at(plan, v->offset)].ram->name));
}

void print_place(const struct plan *plan, struct text *text)
{
    for (int32_t i = 0; i < plan->n_values; i++) {
        const struct value *v = &plan->values[i];

        if (value_is_placed(v))
            text_add(text, "value %d: bytes %lld to %lld%s, calls %d to %d, %s\n", (int)i, (long long)v->offset,
                     (long long)(v->offset + v->bytes - 1), in_memory(plan, v), (int)v->first, (int)v->last,
                     value_label(plan, i));
    }
    print_memories(plan, text);
    text_add(text, "arena: %lld bytes, lower bound %lld\n", (long long)plan->arena_bytes, (long long)plan->arena_bound);
}
