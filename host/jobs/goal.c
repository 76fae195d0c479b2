/* SPDX-License-Identifier: Apache-2.0 */
/* What models take on a target, and what their weights save. */
#include "host/jobs/goal.h"

#include <math.h>
#include <stdlib.h>

#include "host/passes/passes.h"
#include "host/pipeline/trade.h"

static const struct target *target_of(const struct goal *goal)
{
    return goal->target != NULL ? goal->target : &target_portable;
}

/* A plan of the model after its passes, all in `scratch`. */
static enum mote_status plan_of(struct pool *scratch, const struct model *m, const struct target *target,
                                const struct plan_options *options, struct plan *out, const struct frame *at)
{
    struct model *copy = pool_alloc(scratch, sizeof *copy);

    copy->pool = scratch;
    model_copy(m, copy);
    TRY(passes_run(copy, NULL, NULL, NULL, at));
    return plan_make(scratch, copy, target, options, out, at);
}

/* ---- bytes ---- */
static enum mote_status bytes_with(const struct model *m, const struct target *target,
                                   const struct plan_options *options, int64_t *bytes, const struct frame *at)
{
    struct pool scratch = {0};
    struct plan plan;
    const enum mote_status status = plan_of(&scratch, m, target, options, &plan, at);

    if (status == MOTE_OK)
        *bytes = plan.weight_bytes;
    pool_free(&scratch);
    return status;
}

static enum mote_status least_coding(const struct model *m, enum coding *least, int64_t *bytes, const struct frame *at)
{
    int64_t here;

    *bytes = INT64_MAX;
    for (enum coding coding = CODING_DENSE; coding <= CODING_SPARSE; coding++) {
        const struct plan_options options = {.coding = coding};

        TRY(bytes_with(m, &target_portable, &options, &here, at));
        if (here < *bytes) {
            *bytes = here;
            *least = coding;
        }
    }
    return MOTE_OK;
}

enum mote_status goal_bytes(const struct model *m, const struct goal *goal, int64_t *bytes, const struct frame *at)
{
    const struct plan_options options = {.optimize = goal->optimize};
    enum coding coding = CODING_DENSE;

    return goal->given ? bytes_with(m, target_of(goal), &options, bytes, at) : least_coding(m, &coding, bytes, at);
}

enum mote_status goal_plan(struct pool *pool, const struct model *m, const struct goal *goal, struct plan *out,
                           const struct frame *at)
{
    struct plan_options options = {.optimize = goal->optimize};
    int64_t bytes;

    if (goal->given)
        return plan_of(pool, m, target_of(goal), &options, out, at);
    options = (struct plan_options){.coding = CODING_DENSE};
    TRY(least_coding(m, &options.coding, &bytes, at));
    return plan_of(pool, m, &target_portable, &options, out, at);
}

/* ---- all of it ---- */
static enum mote_status takes_with(const struct model *m, const struct target *target,
                                   const struct plan_options *options, struct goal_takes *out, const struct frame *at)
{
    struct pool scratch = {0};
    struct plan plan;
    struct trade t = {.ram = 0};
    enum mote_status status = plan_of(&scratch, m, target, options, &plan, at);

    if (status == MOTE_OK)
        status = trade_of(&plan, true, &t, at);
    if (status == MOTE_OK)
        *out = (struct goal_takes){t.instructions, (double)t.ram, (double)(plan.weight_bytes + plan.table_bytes),
                                   model_macs(plan.model)};
    pool_free(&scratch);
    return status;
}

enum mote_status goal_takes(const struct model *m, const struct goal *goal, struct goal_takes *out,
                            const struct frame *at)
{
    const struct plan_options dense = {.coding = CODING_DENSE}, options = {.optimize = goal->optimize};

    return takes_with(m, target_of(goal), goal->given ? &options : &dense, out, at);
}

/* ---- what weights save ---- */
#define FEWER 0.75 /* of an operator's weights are left, to see */

static int magnitude(int8_t w) { return w < 0 ? -w : w; }

/* Of equals the first stay. Returns how many became 0. */
static int64_t thin_tensor(struct pool *pool, struct tensor *t, double keep)
{
    const int64_t n = tensor_elements(t);
    int8_t *w = pool_copy(pool, t->data, (size_t)n);
    int64_t times[-INT8_MIN + 1] = {0}, room = llround(keep * (double)n), gone = 0;
    int least = -INT8_MIN;

    for (int64_t i = 0; i < n; i++)
        times[magnitude(w[i])]++;
    while (least > 0 && times[least] <= room)
        room -= times[least--];
    for (int64_t i = 0; i < n; i++)
        if (w[i] != 0 && magnitude(w[i]) <= least && (magnitude(w[i]) < least || --room < 0)) {
            w[i] = 0;
            gone++;
        }
    t->data = (const uint8_t *)w;
    return gone;
}

static int64_t thin(struct model *m, int32_t op, double keep)
{
    struct graph *g = &m->graphs[0];
    int64_t gone = 0;

    for (int32_t k = 0; k < g->ops[op].n_in; k++) {
        const int32_t tensor = g->ops[op].in[k];
        struct tensor *t = tensor != TENSOR_ABSENT ? &g->tensors[tensor] : NULL;

        if (t != NULL && t->data != NULL && t->type == TYPE_S8 && t->rank >= 2)
            gone += thin_tensor(m->pool, t, keep);
    }
    return gone;
}

static enum mote_status thinned(const struct model *base, const struct goal *goal, int32_t op, double keep,
                                struct goal_takes *takes, int64_t *gone, const struct frame *at)
{
    const struct plan_options options = {.optimize = goal->optimize, .coding = CODING_HUFFMAN};
    struct pool scratch = {0};
    struct model m = {.pool = &scratch};
    enum mote_status status = MOTE_OK;

    model_copy(base, &m);
    *gone = op >= 0 ? thin(&m, op, keep) : 0;
    if (op < 0 || *gone > 0)
        status = takes_with(&m, target_of(goal), &options, takes, at);
    pool_free(&scratch);
    return status;
}

enum mote_status goal_weights(const struct model *m, const struct goal *goal, double keep, double *saving,
                              const struct frame *at)
{
    struct pool pool = {0};
    struct model base = {.pool = &pool};
    struct goal_takes before = {0}, after = {0};
    enum mote_status status;
    int64_t gone;

    model_copy(m, &base);
    for (int32_t i = 0; i < base.graphs[0].n_ops; i++)
        thin(&base, i, keep);
    status = thinned(&base, goal, -1, 1, &before, &gone, at);
    for (int32_t i = 0; i < base.graphs[0].n_ops && status == MOTE_OK; i++) {
        status = thinned(&base, goal, i, keep * FEWER, &after, &gone, at);
        saving[i] = gone == 0 ? 0
                    : goal->optimize == OPTIMIZE_FLASH
                        ? fmax(0, before.constants - after.constants) / (double)gone
                        : fmax(0, before.instructions - after.instructions) / (double)gone;
    }
    pool_free(&pool);
    return status;
}

#define NEARLY_NOTHING 1e-6 /* of what saves most */

void goal_divisors(double *saving, int32_t n)
{
    double most = 0;

    for (int32_t i = 0; i < n; i++)
        most = fmax(most, saving[i]);
    for (int32_t i = 0; i < n; i++)
        saving[i] = most > 0 ? fmax(saving[i], NEARLY_NOTHING * most) : 1;
}
