/* SPDX-License-Identifier: Apache-2.0 */
/* Streaming: the rows of a model's input are time, and each call brings the next `hop` of them. What the whole window
 * would compute again is kept in rings: row k of a tensor of N rows is in round i of the schedule row k + i * hop of an
 * endless one, the last of which are computed. All kernels count rows from the first round on, until after `period`
 * rounds each ring is where it was. Kernels that fold have all rows of the window in each round: its oldest first,
 * whose place is the new ones' then. */
#include "host/graph/op_info.h"
#include "host/plan/build.h"
#include "host/plan/feed.h"
#include "host/plan/flow.h"
#include "host/plan/rounds.h"
#include "host/plan/stages.h"
#include "mote/kernels/move/copy.h"
#include "mote/kernels/move/strided_copy.h"
#include "mote/kernels/signal/frame.h"

struct stream {
    struct plan *plan;
    struct line *lines;             /* [n_values], of roots */
    struct schedule_entry *entries; /* [n_steps] of a round, the first one */
    bool *alone;                    /* [n_steps] takes a row that has memory of its own: the kernel knows no rings */
    int32_t *folds;                 /* [n_steps] the value whose whole window it folds in each round, or VALUE_NONE */
    int32_t *begin;                 /* [n_steps] the first round in which it runs */
};

enum verdict { FLOWS, OTHER_HOP, NEVER };

/* ---- how rows flow ---- */
static enum verdict never(const char **why, const char *text)
{
    *why = text;
    return NEVER;
}

static bool is_const(const struct plan *plan, const struct step *s, int32_t arg)
{
    return plan->values[value_root(plan, s->args[arg])].kind == VALUE_CONST;
}

/* What the step reads of a line, and which rows of the step that makes new. */
static enum verdict read_line(const struct stream *st, int32_t step, int32_t arg, const char **why)
{
    const struct step *s = &st->plan->steps[step];
    struct schedule_entry *e = &st->entries[step];
    struct line *line = &st->lines[value_root(st->plan, s->args[arg])];
    const struct mote_rows r = rows_of_step(s, arg);
    const bool each = r.in_h == 1 && r.out_h == 1;
    int32_t hop, first;

    st->alone[step] |= each && r.ring == 0 && line->hop == 1;
    if (r.in_h == 0 || r.table > 0 || r.up != 1 || (r.ring == 0 && !st->alone[step]))
        return never(why, "it wants the whole window at once");
    if (!each && (r.pad > 0 || (int64_t)(r.out_h - 1) * r.stride + (int64_t)(r.window - 1) * r.dilation >= r.in_h))
        return never(why, "its padding sees the ends of the window");
    if ((each ? line->rows != s->rows : r.in_h != line->rows || r.out_h != s->rows) || e->rows == -1)
        return never(why, "its rows are not those of time");
    if (line->hop % r.stride != 0)
        return OTHER_HOP;
    hop = line->hop / r.stride;
    first = s->rows > hop ? s->rows - hop : 0;
    if (e->rows > 0 && e->hop != hop)
        return never(why, "its inputs come at different paces");
    *e = (struct schedule_entry){step, first, s->rows - first, hop};
    if (line->rows - first * r.stride + r.pad > line->need)
        line->need = line->rows - first * r.stride + r.pad;
    return FLOWS;
}

/* All rows of the window, in each round: those that go first, before new ones take their place (find_folds). */
static enum verdict fold_line(const struct stream *st, int32_t step, const char **why)
{
    const struct step *s = &st->plan->steps[step];
    const int32_t value = value_root(st->plan, s->args[0]);
    struct line *line = &st->lines[value];

    if (ring_of_arg(s, 0) < 0 || line->rows != s->rows || step_folds(s) != s->rows)
        return never(why, "its rows are not those of time");
    if (line->rows < 2 * line->hop)
        return never(why, "more than half of what it adds up is new in each call");
    line->folded = true;
    st->folds[step] = value;
    st->entries[step] = (struct schedule_entry){step, line->hop, line->rows - line->hop, line->rows};
    return FLOWS;
}

/* It keeps something from row to row, so the first row that it sees has to be the window's: before that, layers with
 * windows of their own make rows of what there was before the first one. */
static enum verdict keep_line(const struct stream *st, int32_t step, const char **why)
{
    const struct step *s = &st->plan->steps[step];
    const struct schedule_entry *e = &st->entries[step];
    const struct plan_feed *f = &st->plan->feed;

    if (rounds_param(s, "batch") > 1)
        return never(why, "it goes through several sequences side by side");
    if (s->rows % e->hop != 0)
        return never(why, "its rows are no multiple of those that a call brings, as the strides behind it want");
    st->begin[step] = f->rows / f->hop - s->rows / e->hop;
    return FLOWS;
}

static enum verdict write_line(const struct stream *st, int32_t step, int32_t arg, const char **why)
{
    const struct step *s = &st->plan->steps[step];
    const struct schedule_entry *e = &st->entries[step];

    if (kernels[s->kernel]->arg[arg].role == MOTE_ROLE_STATE)
        return keep_line(st, step, why);
    if (ring_of_arg(s, arg) < 0 && !st->alone[step])
        return never(why, "it writes the whole window at once");
    st->lines[value_root(st->plan, s->args[arg])] = (struct line){.rows = s->rows, .hop = e->hop, .need = e->rows};
    return FLOWS;
}

/* Of rows of time, the copy of the last one. */
static bool takes_last(const struct stream *st, const struct step *s)
{
    const struct line *line = &st->lines[value_root(st->plan, s->args[0])];
    const struct mote_strided_copy *p = (const void *)s->params;

    return s->kernel == KERNEL_strided_copy && line->rows > 1 && p->rows == 1 && p->rank == 1 && p->out_at == 0 &&
           p->chunk == p->out_bytes && p->in_at == p->in_bytes - p->chunk && p->in_bytes / line->rows == p->chunk &&
           p->in_bytes % line->rows == 0;
}

/* A copy of each row to the same place, of which a round makes the newest. */
static void put_last(const struct stream *st, struct step *s)
{
    const struct line *line = &st->lines[value_root(st->plan, s->args[0])];
    const struct mote_strided_copy *was = (const void *)s->params;
    const struct mote_copy p = {.rows = line->rows, .row_bytes = was->chunk, .in_ring = line->rows, .out_ring = 1};

    s->args = pool_copy(st->plan->pool, (int32_t[]){s->args[0], s->args[2]}, 2 * sizeof *s->args);
    s->n_args = 2;
    s->kernel = KERNEL_copy;
    s->params = pool_copy(st->plan->pool, &p, sizeof p);
    s->rows = line->rows;
}

/* True: it is such a copy; what it makes has nothing of time. */
static bool last_line(const struct stream *st, int32_t step)
{
    struct step *s = &st->plan->steps[step];
    struct line *line = &st->lines[value_root(st->plan, s->args[0])];

    if (takes_last(st, s))
        put_last(st, s);
    if (s->kernel != KERNEL_copy || line->rows <= 1 || rounds_param(s, "out_ring") > 1)
        return false;
    st->entries[step] = (struct schedule_entry){step, line->rows - 1, 1, line->hop};
    line->need = line->need > 1 ? line->need : 1;
    return true;
}

static enum verdict flow_through(const struct stream *st, int32_t step, const char **why)
{
    const struct step *s = &st->plan->steps[step];
    enum verdict v = FLOWS;

    st->entries[step] = (struct schedule_entry){.step = step};
    st->alone[step] = false;
    st->folds[step] = VALUE_NONE;
    st->begin[step] = 0;
    if (last_line(st, step))
        return FLOWS;
    if (step_folds(s) > 0 && st->lines[value_root(st->plan, s->args[0])].rows > 1)
        return fold_line(st, step, why);
    for (int32_t i = 0; i < s->n_args && v == FLOWS; i++)
        if (!step_writes(s, i) && st->lines[value_root(st->plan, s->args[i])].rows > 1)
            v = read_line(st, step, i, why);
    if (v != FLOWS)
        return v;
    if (st->entries[step].rows == 0) { /* nothing of time: all of it, in each round */
        st->entries[step].rows = s->rows;
        return FLOWS;
    }
    for (int32_t i = 0; i < s->n_args && v == FLOWS; i++)
        if (step_writes(s, i) && !step_scratches(s, i))
            v = write_line(st, step, i, why);
    return v;
}

/* What a step reads and writes is a row each. */
static bool has_own_rows(const struct stream *st, const struct step *s)
{
    for (int32_t i = 0; i < s->n_args; i++)
        if (st->lines[value_root(st->plan, s->args[i])].need > 1)
            return false;
    return true;
}

/* A ring of a folded line has no room for new rows but that of the oldest, and others that read it have to do with
 * that. */
static enum verdict find_folds(const struct stream *st, int32_t *step, const char **why)
{
    for (*step = 0; *step < st->plan->n_steps; ++*step) {
        struct line *line = st->folds[*step] == VALUE_NONE ? NULL : &st->lines[st->folds[*step]];

        if (line == NULL)
            continue;
        if (line->need > line->rows - line->hop)
            return never(why, "it adds up the whole window, of which others need as many rows");
        line->need = line->rows - line->hop;
    }
    return FLOWS;
}

/* With rounds of `hop` new rows of the input. On failure *step is the one that prevents it. */
static enum verdict flow_all(struct stream *st, int32_t hop, int32_t *step, const char **why)
{
    struct plan *plan = st->plan;
    enum verdict v = FLOWS;

    plan->feed.hop = hop;
    memset(st->lines, 0, (size_t)plan->n_values * sizeof *st->lines);
    st->lines[value_root(plan, plan->value_of_tensor[plan->graph->inputs[0]])] =
        (struct line){.rows = plan->feed.rows, .hop = hop, .need = hop};
    for (*step = 0; *step < plan->n_steps; ++*step) {
        v = flow_through(st, *step, why);
        if (v != FLOWS)
            return v;
    }
    for (*step = 0; *step < plan->n_steps; ++*step)
        if (st->alone[*step] && !has_own_rows(st, &plan->steps[*step]))
            return never(why, "its kernel wants rows side by side, and others want them in a ring");
    return find_folds(st, step, why);
}

static void make_room(struct stream *st)
{
    struct plan *plan = st->plan;
    const size_t steps = (size_t)plan->n_steps, values = (size_t)plan->n_values;

    st->lines = pool_array(plan->pool, values, sizeof *st->lines);
    st->entries = pool_array(plan->pool, steps + 1, sizeof *st->entries);
    st->alone = pool_array(plan->pool, steps, sizeof *st->alone);
    st->folds = pool_array(plan->pool, steps, sizeof *st->folds);
    st->begin = pool_array(plan->pool, steps, sizeof *st->begin);
}

/* ---- where rows end ---- */
/* The line that a step cannot read row by row; VALUE_NONE: it reads none. */
static int32_t line_read(const struct stream *st, int32_t step)
{
    const struct step *s = &st->plan->steps[step];

    for (int32_t i = 0; i < s->n_args; i++) {
        const int32_t value = value_root(st->plan, s->args[i]);

        if (!step_writes(s, i) && st->lines[value].rows > 1)
            return value;
    }
    return VALUE_NONE;
}

/* Sound: what comes after its frames is computed anew where it does not flow. */
static bool is_sound(const struct plan *plan) { return plan->steps[0].kernel == KERNEL_frame; }

/* It leaves something to the next row: a window's would come again in each round. */
static bool keeps_rows(const struct plan *plan, int32_t step)
{
    const struct step *s = &plan->steps[step];

    for (int32_t i = 0; i < kernels[s->kernel]->n_args; i++)
        if (kernels[s->kernel]->arg[i].role == MOTE_ROLE_STATE)
            return true;
    return false;
}

/* The last step becomes one before `step`, which and those behind it read `whole` for `value`. */
static void move_last(struct plan *plan, int32_t step, int32_t value, int32_t whole)
{
    const struct step last = plan->steps[plan->n_steps - 1];

    memmove(plan->steps + step + 1, plan->steps + step, (size_t)(plan->n_steps - 1 - step) * sizeof *plan->steps);
    plan->steps[step] = last;
    for (int32_t i = step + 1; i < plan->n_steps; i++)
        for (int32_t k = 0; k < plan->steps[i].n_args; k++)
            if (value_root(plan, plan->steps[i].args[k]) == value)
                plan->steps[i].args[k] = whole;
}

/* The window of a line as a whole, side by side, for `step` and those behind it: copied in each round. */
static enum mote_status cut_line(struct stream *st, int32_t step, int32_t value, const struct frame *at)
{
    struct plan *plan = st->plan;
    const struct line *line = &st->lines[value];
    struct lowering l = lowering_of(plan, plan->steps[step].op);
    struct value whole = plan->values[value];
    struct mote_frame p = {.batch = 1,
                           .in_h = line->rows,
                           .unit = (int32_t)(whole.bytes / line->rows),
                           .out_h = 1,
                           .window = line->rows,
                           .stride = line->hop};
    int32_t args[] = {value, plan_value(plan, &whole)};

    TRY(lower_step(&l, KERNEL_frame, &p, args, at));
    move_last(plan, step, args[0], args[1]);
    return MOTE_OK;
}

static enum mote_status refuse(const struct plan *plan, int32_t step, const char *why, const struct frame *at)
{
    struct frame here = frame_op(at, plan->graph, plan->steps[step].op);

    return fail(&here, MOTE_ERR_UNSUPPORTED, "it cannot stream: %s", why);
}

static int64_t row_elements(const struct plan *plan)
{
    return tensor_elements(&plan->graph->tensors[plan->graph->inputs[0]]) / plan->feed.rows;
}

/* The first hop with which all flows, or what does not. */
static enum verdict try_hops(struct stream *st, int32_t *step, const char **why)
{
    const int32_t rows = st->plan->feed.rows;
    enum verdict v = OTHER_HOP;

    *why = "its stride does not divide the window";
    for (int32_t hop = 1; hop < rows && v == OTHER_HOP; hop++) {
        if (rows % hop != 0 || hop * row_elements(st->plan) < st->plan->options.advance)
            continue;
        v = flow_all(st, hop, step, why);
        st->plan->rounds.warm_up = rows / hop - 1;
    }
    return v;
}

static enum mote_status find_hop(struct stream *st, const struct frame *at)
{
    const char *why;
    int32_t step = 0;

    for (;;) {
        enum verdict v;
        int32_t value;

        make_room(st);
        v = try_hops(st, &step, &why);
        if (v == FLOWS)
            return MOTE_OK;
        value = v == NEVER && is_sound(st->plan) && step > 0 && !keeps_rows(st->plan, step) ? line_read(st, step)
                                                                                            : VALUE_NONE;
        if (value == VALUE_NONE)
            return refuse(st->plan, step, why, at);
        TRY(cut_line(st, step, value, at));
    }
}

/* A state goes on with each round, which is right for rows of time, and not with each window; outputs are of the last
 * window alone. */
static enum mote_status check_ends(const struct stream *st, const struct frame *at)
{
    const struct plan *plan = st->plan;
    const struct graph *g = plan->graph;

    for (int32_t i = 0; i < plan->n_values; i++)
        if (plan->values[i].kind == VALUE_STATE && !stream_keeps(plan, i, st->entries))
            return fail(at, MOTE_ERR_UNSUPPORTED, "the model cannot stream: \"%s\" is kept between inferences",
                        value_label(plan, i));
    for (int32_t i = 0; i < g->n_outputs; i++) {
        struct frame here = frame_tensor(at, g, g->outputs[i]);

        if (st->lines[value_root(plan, plan->value_of_tensor[g->outputs[i]])].rows > 1)
            return fail(&here, MOTE_ERR_UNSUPPORTED, "the model cannot stream: the output has rows of time");
        if (g->tensors[g->outputs[i]].rank == 0)
            return fail(&here, MOTE_ERR_UNSUPPORTED, "the model cannot stream: the output is a single number");
    }
    return MOTE_OK;
}

/* ---- rings ---- */
static void set_value(struct plan *plan, int32_t value, const struct line *line)
{
    assert(line->rows > 0 && line->ring > 0);
    plan->values[value].bytes = plan->values[value].decoded / line->rows * line->ring;
}

/* Rows that outlive a round are states. */
static void set_values(struct stream *st)
{
    struct plan *plan = st->plan;

    rounds_set_rings(st->lines, plan->n_values, plan->rounds.period);
    for (int32_t i = 0; i < plan->n_values; i++) {
        struct line *line = &st->lines[i];

        if (line->rows == 0)
            continue;
        set_value(plan, i, line);
        if (line->need > line->hop || line->folded)
            plan->values[i].kind = VALUE_STATE;
    }
    for (int32_t i = 0; i < plan->n_values; i++) {
        const int32_t root = value_root(plan, i);

        if (root != i && st->lines[root].rows > 0)
            set_value(plan, i, &st->lines[root]);
    }
}

/* ---- kernels ---- */
/* The last row of the last round, and one more. */
static int32_t end_of(const struct plan *plan, int32_t rows, int32_t hop)
{
    return rows + (plan->rounds.warm_up + plan->rounds.period - 1) * hop;
}

/* So many rows that none is outside, in rings. */
static void set_params(const struct stream *st, const struct step *s)
{
    for (int32_t i = 0; i < kernels[s->kernel]->n_args; i++) {
        const struct line *line = &st->lines[value_root(st->plan, s->args[i])];
        const struct mote_rows r = rows_of_step(s, i);
        const char *const in = r.in_h == 1 && r.out_h == 1 ? "rows" : "in_h";

        if (line->rows == 0 || is_const(st->plan, s, i) || step_scratches(s, i) || r.ring == 0)
            continue;
        s->params[r.ring - 1] = line->ring;
        if (!step_writes(s, i))
            rounds_set_param(s, in, end_of(st->plan, line->rows, line->hop));
        else {
            rounds_set_param(s, "rows", end_of(st->plan, line->rows, line->hop));
            rounds_set_param(s, "out_h", end_of(st->plan, line->rows, line->hop));
            rounds_set_param(s, "time", end_of(st->plan, line->rows, line->hop));
        }
    }
}

static enum mote_status set_fold(const struct stream *st, int32_t step, const struct frame *at)
{
    struct plan *plan = st->plan;
    struct step *s = &plan->steps[step];
    const struct line *line = &st->lines[st->folds[step]];
    const int64_t inputs = plan->rounds.warm_up + plan->rounds.period, rows = inputs * line->rows;

    if (rows > INT32_MAX || (int64_t)plan->rounds.warm_up * line->rows + line->hop > UINT16_MAX)
        return refuse(plan, step, "what it adds up is too long", at);
    s->params[ring_of_arg(s, 0)] = line->ring;
    rounds_set_param(s, "batch", (int32_t)inputs);
    if (!rounds_are_served(plan, s, (int32_t)rows))
        return refuse(plan, step, "its kernel does not count rows on and on", at);
    s->rows = (int32_t)rows;
    return MOTE_OK;
}

static enum mote_status set_steps(const struct stream *st, const struct frame *at)
{
    struct plan *plan = st->plan;

    for (int32_t i = 0; i < plan->n_steps; i++) {
        struct step *s = &plan->steps[i];
        const struct schedule_entry *e = &st->entries[i];

        if (st->folds[i] != VALUE_NONE)
            TRY(set_fold(st, i, at));
        if (e->hop == 0 || st->folds[i] != VALUE_NONE)
            continue;
        if (st->alone[i]) {
            rounds_set_param(s, "rows", 1);
            s->rows = 1;
            st->entries[i] = (struct schedule_entry){i, 0, 1, 0};
            if (!rounds_are_served(plan, s, 1))
                return refuse(plan, i, "its kernel does not take a single row", at);
            continue;
        }
        set_params(st, s);
        if (!rounds_are_served(plan, s, end_of(plan, s->rows, e->hop)))
            return refuse(plan, i, "its kernel does not count rows on and on", at);
        s->rows = end_of(plan, s->rows, e->hop);
    }
    return MOTE_OK;
}

/* Multiply-accumulates of a round: of each operator as many as it has new rows. */
static int64_t macs_of(const struct stream *st)
{
    const struct plan *plan = st->plan;
    bool *counted = pool_array(plan->pool, (size_t)plan->graph->n_ops, sizeof *counted);
    int64_t sum = 0;

    for (int32_t i = 0; i < plan->n_steps; i++) {
        const struct step *s = &plan->steps[i];
        const struct op *op = &plan->graph->ops[s->op];

        if (!counted[s->op])
            sum += op_macs(plan->graph, op) / s->rows * (st->folds[i] != VALUE_NONE ? s->rows : st->entries[i].rows);
        counted[s->op] = true;
    }
    return sum;
}

/* ---- a round ---- */
struct round {
    struct schedule_entry *entries;
    int32_t *begin;
    bool waits; /* some begin later than others */
};

static void put_entry(const struct stream *st, struct round *round, struct schedule_entry e)
{
    const int32_t begin = e.step >= 0 ? st->begin[e.step] : 0, i = st->plan->rounds.n++;

    assert(begin >= 0 && begin <= st->plan->rounds.warm_up);
    e.step++; /* behind the one that takes the input */
    round->entries[i] = e;
    round->begin[i] = begin;
    round->waits |= begin > 0;
}

/* What others fold of the rows that a step is about to write over. */
static void put_oldest(const struct stream *st, struct round *round, int32_t value)
{
    for (int32_t i = 0; i < st->plan->n_steps; i++)
        if (st->folds[i] == value && st->lines[value].folded)
            put_entry(st, round, (struct schedule_entry){i, 0, st->lines[value].hop, st->lines[value].rows});
}

static void put_round(const struct stream *st)
{
    struct plan *plan = st->plan;
    const struct plan_feed *f = &plan->feed;
    const size_t most = 2 * (size_t)plan->n_steps + 1;
    struct round round = {.entries = pool_array(plan->pool, most, sizeof *round.entries),
                          .begin = pool_array(plan->pool, most, sizeof *round.begin)};

    plan->rounds.n = 0;
    put_oldest(st, &round, value_root(plan, plan->value_of_tensor[plan->graph->inputs[0]]));
    put_entry(st, &round, (struct schedule_entry){-1, f->rows - f->hop, f->hop, f->hop});
    for (int32_t i = 0; i < plan->n_steps; i++) {
        const struct step *s = &plan->steps[i];

        for (int32_t k = 0; k < s->n_args; k++)
            if (step_writes(s, k) && !step_scratches(s, k))
                put_oldest(st, &round, value_root(plan, s->args[k]));
        put_entry(st, &round, st->entries[i]);
    }
    assert((size_t)plan->rounds.n <= most);
    plan->rounds.entries = round.entries;
    plan->rounds.begin = round.waits ? round.begin : NULL;
}

enum mote_status stream_plan(struct plan *plan, const struct frame *at)
{
    TRY(rounds_narrow(plan, NULL, at));
    stream_begin_states(plan);

    struct stream st = {.plan = plan};

    TRY(find_hop(&st, at));
    TRY(check_ends(&st, at));
    plan->feed.macs = macs_of(&st);
    for (int32_t i = 0; i < plan->n_values; i++)
        if (st.lines[i].rows > 0)
            st.lines[i].row_bytes = plan->values[i].decoded / st.lines[i].rows;
    plan->rounds.period = rounds_period(st.lines, plan->n_values, plan->rounds.warm_up);
    if (plan->rounds.period == 0)
        return fail(at, MOTE_ERR_UNSUPPORTED, "the model cannot stream: its window is too long");
    set_values(&st);
    TRY(set_steps(&st, at));
    put_round(&st);
    plan->feed.end = end_of(plan, plan->feed.rows, plan->feed.hop);
    plan->feed.rows = plan->rounds.warm_up + 1;
    return MOTE_OK;
}
