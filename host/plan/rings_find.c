/* SPDX-License-Identifier: Apache-2.0 */
#include "host/plan/flow.h"
#include "host/plan/rings.h"
#include "host/plan/stages.h"
#include "mote/kernels/move/strided_copy.h"

#define BASE_MAX 4096
#define PAD_MAX  64

/* ---- who reads a window ---- */
const struct reader *rings_reader(const struct rings *rings, int32_t step, const struct line **line)
{
    for (int32_t i = 0; i < rings->n; i++)
        for (int32_t k = 0; k < rings->all[i].n; k++)
            if (rings->all[i].readers[k].step == step) {
                *line = &rings->all[i].line;
                return &rings->all[i].readers[k];
            }
    return NULL;
}

static bool add_reader(const struct rings *rings, struct ring *r, int32_t step, int32_t arg, int64_t at)
{
    const struct line *line;

    if (r->n == READERS_MAX || at > INT32_MAX || rings_reader(rings, step, &line) != NULL)
        return false;
    r->readers[r->n++] = (struct reader){.step = step, .arg = arg, .from = (int32_t)at};
    return true;
}

/* Who reads the value, which is the window from byte `at` on; slices up to its end are it as well. */
static bool find_readers(struct rings *rings, struct ring *r, int32_t value, int64_t at, bool parts_too)
{
    const struct plan *plan = rings->plan;
    struct move m;

    for (int32_t i = 0; i < plan->n_steps; i++)
        for (int32_t k = 0; k < plan->steps[i].n_args; k++) {
            if (value_root(plan, plan->steps[i].args[k]) != value || step_writes(&plan->steps[i], k) ||
                rings->dropped[i])
                continue;
            if (parts_too && plan->steps[i].kernel == KERNEL_strided_copy && plan->steps[i].rows > 1)
                continue;
            if (!history_move(plan, i, &m)) {
                if (!add_reader(rings, r, i, k, at))
                    return false;
                continue;
            }
            if (m.from_at + m.bytes != plan->values[value].bytes || m.to_at != 0 ||
                m.bytes != plan->values[m.to].bytes || history_only_step(plan, m.to, true) != i ||
                history_is_callers(plan, m.to) || plan->values[m.to].kind != VALUE_ACTIVATION)
                return false;
            rings->dropped[i] = true;
            if (!find_readers(rings, r, m.to, at + m.from_at, false))
                return false;
        }
    return true;
}

/* Each row of the output is made of one of the window. */
static bool is_part(const struct plan *plan, int32_t step, int32_t window)
{
    const struct step *s = &plan->steps[step];
    const struct mote_strided_copy *p = (const void *)s->params;
    const int32_t *shape, out = value_root(plan, s->args[2]);

    if (s->kernel != KERNEL_strided_copy || s->rows < 2 || value_root(plan, s->args[0]) != window)
        return false;
    shape = (const void *)plan->values[s->args[1]].data;
    return (int64_t)shape[1] * s->rows == plan->values[window].bytes && p->in_at < shape[1] && p->out_at == 0 &&
           (int64_t)shape[2] * s->rows == plan->values[out].bytes && history_only_step(plan, out, true) == step &&
           plan->values[out].kind == VALUE_ACTIVATION && !history_is_callers(plan, out);
}

/* ---- rows ---- */
bool rings_is_dense(const struct plan *plan, const struct reader *r)
{
    const struct step *s = &plan->steps[r->step];

    return !plan->options.small && r->arg == 0 && r->from == 0 &&
           fold_rows_can(plan, r->step, plan->rings == RINGS_ALL) && kernels[s->kernel]->arg[0].role == MOTE_ROLE_IN;
}

/* Rows of a reader that tells them apart; 0: it does not, 1: it takes them as they are. */
static int32_t rows_read(const struct plan *plan, const struct reader *r)
{
    const struct step *s = &plan->steps[r->step];
    const struct mote_rows rows = rows_of_step(s, r->arg);
    const int32_t n = rows_of_arg(plan, s, r->arg);

    if (rings_is_dense(plan, r))
        return 1;
    if (rows.ring == 0 || rows.table > 0 || rows.up != 1 || n <= 1)
        return 0;
    if (rows.in_h == 1 && rows.out_h == 1) /* each row: only where they are folded */
        return step_folds(s) == n && s->rows == n && r->from == 0 ? n : 0;
    return rows.in_h == n && rows.pad == 0 && s->rows == rows.out_h &&
                   (int64_t)(rows.out_h - 1) * rows.stride + (int64_t)(rows.window - 1) * rows.dilation < rows.in_h
               ? n
               : 0;
}

/* How many bytes a row has: as the readers say, else what is new is one. */
static bool find_rows(const struct rings *rings, struct ring *r, int64_t fresh)
{
    const struct plan *plan = rings->plan;
    const int64_t bytes = plan->values[r->value].decoded;
    int64_t row = 0;

    for (int32_t i = 0; i < r->n; i++) {
        const struct reader *reader = &r->readers[i];
        const int32_t n = rows_read(plan, reader);
        const int64_t its = n > 1 ? (bytes - reader->from) / n : 0;

        if (n == 0 || (bytes - reader->from) % n != 0 || (n > 1 && row > 0 && its != row))
            return false;
        row = n > 1 ? its : row;
    }
    row = row > 0 ? row : fresh;
    if (r->n == 0 || bytes % row != 0 || fresh % row != 0 || bytes / row > INT16_MAX)
        return false;
    r->line = (struct line){.rows = (int32_t)(bytes / row), .hop = (int32_t)(fresh / row), .row_bytes = row};
    return true;
}

/* What is folded is read before new rows take the place of the oldest. */
static bool find_need(const struct plan *plan, struct ring *r)
{
    struct line *line = &r->line;

    for (int32_t i = 0; i < r->n; i++) {
        struct reader *reader = &r->readers[i];
        const bool dense = rings_is_dense(plan, reader);

        if (reader->from % line->row_bytes != 0)
            return false;
        reader->from = (int32_t)(reader->from / line->row_bytes);
        reader->folds = dense || step_folds(&plan->steps[reader->step]) > 0;
        if (i > 0 && reader->folds != line->folded)
            return false;
        line->folded = reader->folds;
        if (line->rows - reader->from > line->need)
            line->need = line->rows - reader->from;
    }
    if (line->folded)
        line->need = line->rows - line->hop;
    return line->need >= line->hop && line->rows > line->hop;
}

/* ---- numbers ---- */
/* The kernel's window begins at output row * stride - pad, and its output's rows stay where they are. */
static bool count_windows(const struct plan *plan, const struct line *line, struct reader *r)
{
    const struct step *s = &plan->steps[r->step];
    const struct mote_rows rows = rows_of_step(s, r->arg);

    r->stride = s->rows == 1 ? line->hop : rows.stride;
    r->hop = line->hop / r->stride;
    if (line->hop % r->stride != 0 || (s->rows > 1 && r->hop % s->rows != 0))
        return false;
    for (r->pad = 0; r->pad < PAD_MAX; r->pad++) {
        const int32_t at = line->base + r->from + r->pad;

        r->first = at / r->stride;
        if (at % r->stride == 0 && r->first % s->rows == 0)
            return true;
    }
    return false;
}

static bool count_rows(const struct plan *plan, struct ring *r)
{
    struct line *line = &r->line;

    for (line->base = 0; line->base < BASE_MAX; line->base++) {
        bool fits =
            (line->base + line->rows - line->hop) % line->hop == 0 && (!line->folded || line->base % line->need == 0);

        for (int32_t i = 0; i < r->n && fits && !line->folded; i++)
            fits = count_windows(plan, line, &r->readers[i]);
        if (fits)
            return true;
    }
    return false;
}

/* ---- finding them ---- */
static bool complete(const struct rings *rings, struct ring *r, int64_t fresh)
{
    return find_rows(rings, r, fresh) && find_need(rings->plan, r) && count_rows(rings->plan, r);
}

/* The rings of a window: of it, and of parts of its rows. */
static bool add_rings(struct rings *rings, const struct history *h)
{
    struct plan *plan = rings->plan;
    const int64_t fresh = plan->values[h->fresh].bytes;
    struct ring *r = &rings->all[rings->n++];

    *r = (struct ring){.history = h, .value = h->window, .part = -1};
    if (!find_readers(rings, r, h->window, 0, true) || (r->n > 0 && !complete(rings, r, fresh)))
        return false;
    rings->n -= r->n == 0;
    for (int32_t i = 0; i < plan->n_steps; i++) {
        const struct step *s = &plan->steps[i];
        int64_t new;

        if (rings->dropped[i] || s->kernel != KERNEL_strided_copy || value_root(plan, s->args[0]) != h->window ||
            s->rows < 2)
            continue;
        if (!is_part(plan, i, h->window) || fresh * s->rows % plan->values[h->window].bytes != 0)
            return false;
        r = &rings->all[rings->n++];
        *r = (struct ring){.history = h, .value = value_root(plan, s->args[2]), .part = i};
        new = fresh * s->rows / plan->values[h->window].bytes *(plan->values[r->value].bytes / s->rows);
        rings->dropped[i] = true;
        if (!find_readers(rings, r, r->value, 0, false) || !complete(rings, r, new))
            return false;
    }
    return true;
}

void rings_find(struct rings *rings, const bool *banned)
{
    struct plan *plan = rings->plan;
    const size_t most = (size_t)plan->n_steps + (size_t)plan->n_values;

    rings->n = rings->n_histories = 0;
    rings->all = pool_array(plan->pool, most, sizeof *rings->all);
    rings->histories = pool_array(plan->pool, (size_t)plan->n_values + 1, sizeof *rings->histories);
    rings->dropped = pool_array(plan->pool, (size_t)plan->n_steps + 1, sizeof *rings->dropped);
    for (int32_t i = 0; i < plan->n_values; i++) {
        struct history *h = &rings->histories[rings->n_histories];
        const int32_t before = rings->n;
        bool *dropped;

        if (banned[i] || plan->values[i].alias != VALUE_NONE || !history_find(plan, i, h))
            continue;
        dropped = pool_copy(plan->pool, rings->dropped, (size_t)plan->n_steps + 1);
        for (int32_t k = 0; k < h->n; k++)
            rings->dropped[h->steps[k]] = true;
        if (add_rings(rings, h) && rings->n > before) {
            rings->n_histories++;
            continue;
        }
        rings->n = before;
        rings->dropped = dropped;
    }
}
