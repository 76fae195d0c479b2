/* SPDX-License-Identifier: Apache-2.0 */
/* Memories are filled in the order of the board file, the fastest first, with the values that are accessed most for the
 * room that they take. Whether a value still fits, the offset solver says. */
#include "host/plan/memories.h"

#include <stdlib.h>

#include "host/plan/flow.h"
#include "host/plan/stages.h"

#define EFFORT   20000 /* of each placement */
#define RANKINGS 2     /* of values */

/* ---- accesses ---- */
/* Bytes of an argument that a call reads or writes. */
static int64_t touched(const struct plan *plan, const struct schedule_call *c, int32_t arg)
{
    const struct step *s = &plan->steps[c->step];
    const int64_t bytes = plan->values[s->args[arg]].decoded;
    const int32_t rows = rows_of_arg(plan, s, arg);

    return rows > 0 ? bytes / rows * rows_needed(plan, s, arg, (struct row_range){c->first, c->rows}).count : bytes;
}

/* The argument that the operations of a call read: scratch memory, else the first that is no constant. */
static int32_t worked_on(const struct plan *plan, const struct step *s)
{
    int32_t first = -1;

    for (int32_t i = 0; i < s->n_args; i++) {
        if (step_scratches(s, i))
            return i;
        if (first < 0 && plan->values[s->args[i]].kind != VALUE_CONST)
            first = i;
    }
    return first;
}

static void count_call(const struct plan *plan, const struct schedule_call *c, double *accesses)
{
    const struct step *s = &plan->steps[c->step];
    const int32_t most = worked_on(plan, s);
    const double operations = kernels[s->kernel]->cost(s->params) * c->rows;

    for (int32_t i = 0; i < s->n_args; i++) {
        const double bytes = step_scratches(s, i) ? 0 : (double)touched(plan, c, i);

        accesses[value_root(plan, s->args[i])] += i == most && operations > bytes ? operations : bytes;
    }
}

/* ---- which value lies where ---- */
struct ranked_value {
    int32_t value;
    double heat;
};

static int hottest_first(const void *a, const void *b)
{
    const struct ranked_value *x = a, *y = b;

    return x->heat != y->heat ? (x->heat < y->heat) - (x->heat > y->heat)
                              : (x->value > y->value) - (x->value < y->value);
}

struct cut {
    struct plan *plan;
    const double *accesses; /* [n_values] */
    uint8_t *memory;        /* [n_values] */
    int64_t missing;        /* bytes that the last memory has too few */
    double cost;
};

/* By accesses a byte; by accesses a byte and call, as what is alive for a short time shares its room; by size, for what
 * leaves the last memory least. */
static double heat_of(const struct value *v, double accesses, int ranking)
{
    if (ranking == 2)
        return (double)v->bytes;
    return accesses / (double)v->bytes / (ranking == 0 ? 1 : v->last - v->first + 1);
}

static struct ranked_value *rank_values(const struct cut *c, int ranking)
{
    struct ranked_value *all = pool_array(c->plan->pool, (size_t)c->plan->n_values, sizeof *all);

    for (int32_t i = 0; i < c->plan->n_values; i++) {
        const struct value *v = &c->plan->values[i];

        all[i].value = i;
        if (value_is_placed(v))
            all[i].heat = heat_of(v, c->accesses[i], ranking);
    }
    if (c->plan->n_values > 1)
        qsort(all, (size_t)c->plan->n_values, sizeof *all, hottest_first);
    return all;
}

static int64_t room(const struct plan_memory *memories, int32_t k)
{
    const int64_t size = (int64_t)memories[k].ram->size;

    assert(k >= 0 && k < MEMORIES_MAX);
    return k > 0 ? size : size > MEMORIES_SPARED ? size - MEMORIES_SPARED : 0;
}

/* All values begin in the last memory. */
static void fill(struct cut *c, int32_t k, const struct ranked_value *all)
{
    const int32_t last = c->plan->n_memories - 1;

    for (int32_t i = 0; i < c->plan->n_values; i++) {
        const int32_t value = all[i].value;

        if (c->memory[value] != last || !value_is_placed(&c->plan->values[value]))
            continue;
        c->memory[value] = (uint8_t)k;
        if (place_among(c->plan, c->memory, k, EFFORT).total > room(c->plan->memories, k))
            c->memory[value] = (uint8_t)last;
    }
}

/* Accesses of slower memories count more: what an access takes, if the board file says, else the memory's place in it.
 */
static double cost_of(const struct cut *c)
{
    double cost = 0, each[MEMORIES_MAX] = {0};

    for (int32_t k = 0; k < c->plan->n_memories; k++) {
        each[k] = 1 + c->plan->memories[k].ram->wait_states;
        each[k] = k > 0 && each[k] <= each[k - 1] ? each[k - 1] + 1 : each[k];
    }
    for (int32_t i = 0; i < c->plan->n_values; i++) {
        assert(c->memory[i] < c->plan->n_memories);
        cost += each[c->memory[i]] * c->accesses[i];
    }
    return cost;
}

static int64_t missing_of(const struct cut *c)
{
    const int32_t last = c->plan->n_memories - 1;
    const int64_t missing =
        place_among(c->plan, c->memory, last, EFFORT).total - (int64_t)c->plan->memories[last].ram->size;

    return missing > 0 ? missing : 0;
}

static struct cut cut_by(struct plan *plan, const double *accesses, int ranking)
{
    struct cut c = {plan, accesses, pool_array(plan->pool, (size_t)plan->n_values, 1), 0, 0};
    const struct ranked_value *all = rank_values(&c, ranking);

    for (int32_t i = 0; i < plan->n_values; i++)
        c.memory[i] = value_is_placed(&plan->values[i]) ? (uint8_t)(plan->n_memories - 1) : 0;
    for (int32_t k = 0; k < plan->n_memories - 1; k++)
        fill(&c, k, all);
    c.missing = missing_of(&c);
    c.cost = cost_of(&c);
    return c;
}

/* ---- the arena ---- */
static void list_memories(struct plan *plan)
{
    const struct target *t = &plan->target;

    plan->memories = pool_array(plan->pool, MEMORIES_MAX, sizeof *plan->memories);
    for (unsigned i = 0; i < t->memory_count && plan->n_memories < MEMORIES_MAX; i++)
        if (t->memory[i].kind == BOARD_RAM)
            plan->memories[plan->n_memories++] = (struct plan_memory){.ram = &t->memory[i]};
}

/* One part behind the other, none of which is empty. */
static void take_cut(struct plan *plan, const struct cut *c)
{
    plan->arena_bytes = 0;
    for (int32_t k = 0; k < plan->n_memories; k++) {
        struct plan_memory *m = &plan->memories[k];
        const int64_t total = place_among(plan, c->memory, k, EFFORT).total;

        m->start = plan->arena_bytes;
        m->bytes = total > 0 ? total : ARENA_ALIGN;
        plan->arena_bytes += m->bytes;
    }
    for (int32_t i = 0; i < plan->n_values; i++)
        if (value_is_placed(&plan->values[i])) {
            plan->values[i].offset += plan->memories[c->memory[i]].start;
            plan->memories[c->memory[i]].accesses += c->accesses[i];
        }
    for (int32_t i = 0; i < plan->n_values; i++)
        plan->values[i].offset = plan->values[value_root(plan, i)].offset;
}

void cut_arena(struct plan *plan)
{
    double *accesses;
    struct cut best;

    if (!plan->options.several)
        return;
    list_memories(plan);
    if (plan->n_memories < 2 || plan->arena_bytes <= room(plan->memories, 0)) {
        plan->n_memories = 0;
        return;
    }
    accesses = pool_array(plan->pool, (size_t)plan->n_values, sizeof *accesses);
    for (int32_t i = 0; i < plan->schedule.n_calls; i++)
        count_call(plan, &plan->schedule.calls[i], accesses);
    best = cut_by(plan, accesses, 0);
    for (int ranking = 1; ranking < RANKINGS; ranking++) {
        const struct cut other = cut_by(plan, accesses, ranking);

        if (other.missing < best.missing || (other.missing == best.missing && other.cost < best.cost))
            best = other;
    }
    take_cut(plan, &best);
}

const struct plan_memory *memory_too_small(const struct plan *plan)
{
    for (int32_t k = 0; k < plan->n_memories; k++)
        if (plan->memories[k].bytes > (int64_t)plan->memories[k].ram->size)
            return &plan->memories[k];
    return NULL;
}

int32_t memory_at(const struct plan *plan, int64_t offset)
{
    int32_t k = 0;

    assert(offset >= 0);
    while (k + 1 < plan->n_memories && offset >= plan->memories[k + 1].start)
        k++;
    return k;
}
