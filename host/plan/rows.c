/* SPDX-License-Identifier: Apache-2.0 */
#include "host/plan/rows.h"

#define PARAMS_MAX 64

static void rows_about(const struct mote_kernel *k, const int32_t *params, struct mote_rows *rows)
{
    memset(rows, 0, MOTE_ARGS_MAX * sizeof *rows);
    k->rows(params, rows);
}

/* Rows of a ring in so many bytes, at least 1: the kernel says what it needs for one. */
static int32_t rows_in(const struct mote_kernel *k, const int32_t *params, int32_t arg, int32_t ring, int64_t bytes)
{
    uint32_t need[MOTE_ARGS_MAX + 1] = {0};
    int32_t one[PARAMS_MAX];
    int64_t rows;

    assert(k->n_params <= PARAMS_MAX);
    assert(ring >= 1 && ring <= k->n_params && bytes >= 0);
    memcpy(one, params, k->n_params * sizeof *one);
    one[ring - 1] = 1;
    (void)k->need(one, need);
    rows = need[arg] > 0 ? bytes / need[arg] : 1;
    return rows < 1 ? 1 : rows > INT32_MAX ? INT32_MAX : (int32_t)rows;
}

void rows_hold_all(const struct mote_kernel *k, int32_t *params, const int64_t *bytes)
{
    struct mote_rows rows[MOTE_ARGS_MAX];

    rows_about(k, params, rows);
    for (int32_t i = 0; i < k->n_args; i++)
        if (rows[i].ring > 0)
            params[rows[i].ring - 1] = 1;
    for (int32_t i = 0; i < k->n_args; i++)
        if (rows[i].ring > 0)
            params[rows[i].ring - 1] = rows_in(k, params, i, rows[i].ring, bytes[i]);
}

struct mote_rows rows_of_step(const struct step *s, int32_t arg)
{
    struct mote_rows rows[MOTE_ARGS_MAX];

    rows_about(kernels[s->kernel], s->params, rows);
    return rows[arg];
}

int32_t ring_of_arg(const struct step *s, int32_t arg) { return rows_of_step(s, arg).ring - 1; }

int32_t rows_of_arg(const struct plan *plan, const struct step *s, int32_t arg)
{
    const struct mote_rows r = rows_of_step(s, arg);

    if (r.ring > 0)
        return rows_in(kernels[s->kernel], s->params, arg, r.ring, plan->values[s->args[arg]].decoded);
    return r.in_h > 0 ? s->rows / r.out_h * r.in_h : 0;
}

bool rows_folds(const struct step *s, int32_t arg) { return rows_of_step(s, arg).out_h > 1; }

int32_t rows_until(const struct step *s, int32_t arg, int32_t rows)
{
    const struct mote_rows r = rows_of_step(s, arg);

    return r.in_h > 0 || rows == 0 ? rows * r.out_h : s->rows;
}

static int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }

static int64_t clamp(int64_t x, int64_t limit) { return x < 0 ? 0 : x > limit ? limit : x; }

/* From … to - 1. */
struct span {
    int64_t from, to;
};

static struct span window_of(const struct mote_rows *r, int32_t row)
{
    int64_t image = (int64_t)(row / r->out_h) * r->in_h, from = (int64_t)(row % r->out_h) * r->stride - r->pad,
            last = from + (int64_t)(r->window - 1) * r->dilation;

    return (struct span){image + clamp(-floor_div(-from, r->up), r->in_h),
                         image + clamp(floor_div(last, r->up) + 1, r->in_h)};
}

static int64_t number_at(const struct value *table, size_t i)
{
    uint16_t narrow;
    int32_t wide;

    if (table->type == TYPE_U16) {
        memcpy(&narrow, table->data + i * sizeof narrow, sizeof narrow);
        return narrow;
    }
    memcpy(&wide, table->data + i * sizeof wide, sizeof wide);
    return wide;
}

static struct span named_by(const struct value *table, const struct mote_rows *r, int32_t row)
{
    int64_t image = (int64_t)(row / r->out_h) * r->in_h;
    struct span all = {INT64_MAX, 0};

    for (int32_t k = 0; k < r->window; k++) {
        int64_t at = image + number_at(table, (size_t)(row % r->out_h) * (size_t)r->stride + (size_t)k);

        all.from = at < all.from ? at : all.from;
        all.to = at + 1 > all.to ? at + 1 : all.to;
    }
    return all;
}

/* Windows go forward with the rows, tables perhaps not. */
static struct span span_of(const struct plan *plan, const struct step *s, const struct mote_rows *r,
                           struct row_range out)
{
    struct span all = {INT64_MAX, 0};

    if (r->table == 0)
        return (struct span){window_of(r, out.first).from, window_of(r, out.first + out.count - 1).to};
    for (int32_t row = out.first; row < out.first + out.count; row++) {
        struct span one = named_by(&plan->values[s->args[r->table - 1]], r, row);

        all.from = one.from < all.from ? one.from : all.from;
        all.to = one.to > all.to ? one.to : all.to;
    }
    return all;
}

struct row_range rows_needed(const struct plan *plan, const struct step *s, int32_t arg, struct row_range out)
{
    const struct mote_rows r = rows_of_step(s, arg);
    const int32_t rows = rows_of_arg(plan, s, arg);
    struct span span;

    assert(out.first >= 0 && out.count >= 0 && out.first + out.count <= s->rows);
    if (out.count == 0)
        return (struct row_range){0, 0};
    if (r.in_h == 0 || rows == 1) /* one row is for all */
        return (struct row_range){0, rows};
    span = span_of(plan, s, &r, out);
    span.from = clamp(span.from, rows);
    span.to = clamp(span.to, rows);
    return (struct row_range){(int32_t)span.from, span.to > span.from ? (int32_t)(span.to - span.from) : 0};
}
