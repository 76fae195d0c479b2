/* SPDX-License-Identifier: Apache-2.0 */
/* The stage `feed`: of the input only a row is there at a time. The graph's input becomes that row, and a step before
 * all others copies each row to its place in what the input was, of which the schedule then keeps as many rows as it
 * wants. The caller has to bring a row before each call of that step. */
#include "host/plan/feed.h"

#include "host/plan/build.h"
#include "host/plan/rows.h"
#include "host/plan/stages.h"
#include "mote/kernels/move/copy.h"

#define ROWS_MAX 4096

/* Rows that the first step that reads the value tells apart; 0: it does not, or there is none. */
static int32_t rows_read(const struct plan *plan, int32_t value)
{
    for (int32_t i = 0; i < plan->n_steps; i++)
        for (int32_t k = 0; k < plan->steps[i].n_args; k++)
            if (value_root(plan, plan->steps[i].args[k]) == value)
                return rows_of_arg(plan, &plan->steps[i], k);
    return 0;
}

/* The dimension whose slices these rows are, one or several each; -1 if there is none. */
static int32_t axis_of(const struct tensor *t, int32_t rows)
{
    int32_t axis = 0;

    while (axis < t->rank && t->dims[axis] == 1)
        axis++;
    return rows > 1 && axis < t->rank && t->dims[axis] % rows == 0 ? axis : -1;
}

static enum mote_status find_rows(struct plan *plan, const struct frame *at)
{
    const struct graph *g = plan->graph;
    struct frame here;

    if (g->n_inputs != 1)
        return fail(at, MOTE_ERR_UNSUPPORTED, "the model has %d inputs: only a single one can be fed by rows",
                    g->n_inputs);
    here = frame_tensor(at, g, g->inputs[0]);
    plan->feed.rows = rows_read(plan, value_root(plan, plan->value_of_tensor[g->inputs[0]]));
    plan->feed.axis = axis_of(&g->tensors[g->inputs[0]], plan->feed.rows);
    if (plan->feed.axis < 0 || plan->feed.rows <= 1)
        return fail(&here, MOTE_ERR_UNSUPPORTED,
                    "the input cannot be fed by rows: the operator that reads it first does not take it row by row");
    plan->feed.slices = (int32_t)(g->tensors[g->inputs[0]].dims[plan->feed.axis] / plan->feed.rows);
    if (plan->feed.rows > ROWS_MAX)
        return fail(&here, MOTE_ERR_UNSUPPORTED, "the input has %d rows: %d are the most that can be fed",
                    plan->feed.rows, ROWS_MAX);
    return MOTE_OK;
}

/* A graph with another input, a row of this one's; returns that tensor. */
static int32_t put_row(struct plan *plan)
{
    struct graph *g = pool_copy(plan->pool, plan->graph, sizeof *g);
    const int32_t n = g->n_tensors, *values = plan->value_of_tensor;

    assert(plan->feed.hop > 0 && plan->feed.slices > 0 && plan->feed.axis < RANK_MAX);
    g->tensors = pool_array(plan->pool, (size_t)n + 1, sizeof *g->tensors);
    memcpy(g->tensors, plan->graph->tensors, (size_t)n * sizeof *g->tensors);
    g->tensors[n] = g->tensors[g->inputs[0]];
    g->tensors[n].dims[plan->feed.axis] = (int64_t)plan->feed.hop * plan->feed.slices;
    g->tensors[n].source = -1;
    g->inputs = pool_copy(plan->pool, &n, sizeof n);
    g->n_tensors++;
    plan->graph = g;
    plan->value_of_tensor = pool_array(plan->pool, (size_t)n + 1, sizeof *plan->value_of_tensor);
    memcpy(plan->value_of_tensor, values, (size_t)n * sizeof *values);
    plan->value_of_tensor[n] = VALUE_NONE;
    return n;
}

/* The last step becomes the first. */
static void put_first(struct plan *plan)
{
    const struct step last = plan->steps[plan->n_steps - 1];

    assert(plan->n_steps > 0);
    memmove(plan->steps + 1, plan->steps, ((size_t)plan->n_steps - 1) * sizeof *plan->steps);
    plan->steps[0] = last;
}

/* Where rows go that are fed. */
static enum mote_status put_step(struct plan *plan, const struct frame *at)
{
    const int32_t whole = value_root(plan, plan->value_of_tensor[plan->graph->inputs[0]]), tensor = put_row(plan);
    struct lowering l = lowering_of(plan, plan->steps[0].op);
    const int32_t args[] = {lower_tensor(&l, tensor), whole};
    const struct mote_copy p = {.rows = plan->feed.end,
                                .row_bytes = (int32_t)(plan->values[args[0]].bytes / plan->feed.hop)};

    TRY(lower_step(&l, KERNEL_copy, &p, args, at));
    put_first(plan);
    return MOTE_OK;
}

enum mote_status stage_feed(struct plan *plan, const struct frame *at)
{
    if (!plan->options.feed && !plan->options.stream)
        return MOTE_OK;
    if (plan_has_blocks(plan))
        return fail(at, MOTE_ERR_UNSUPPORTED,
                    "the model itself decides what runs (BRANCH or LOOP), so that its input must be there as a whole; "
                    "compile it without --feed and --stream");
    TRY(find_rows(plan, at));
    plan->feed.hop = 1;
    plan->feed.end = plan->feed.rows;
    if (plan->options.stream)
        TRY(stream_plan(plan, at));
    TRY(put_step(plan, at));
    plan_place(plan);
    return MOTE_OK;
}

void print_feed(const struct plan *plan, struct text *text)
{
    if (plan->feed.rows > 0)
        text_add(text, "%d rows of dimension %d, %lld bytes each\n", (int)plan->feed.rows, (int)plan->feed.axis,
                 (long long)plan->values[plan->steps[0].args[0]].bytes);
    if (plan->rounds.n > 0)
        text_add(text, "forever, %d a call; rings are where they were after %d calls\n", (int)plan->feed.hop,
                 (int)plan->rounds.period);
}
