/* SPDX-License-Identifier: Apache-2.0 */
#include "host/plan/rows.h"

#define PARAMS_MAX 64

static struct mote_rows rows_about(const struct mote_kernel *k, const int32_t *params, int32_t arg)
{
    struct mote_rows rows[MOTE_ARGS_MAX];

    memset(rows, 0, sizeof rows);
    k->rows(params, rows);
    return arg < k->n_args ? rows[arg] : (struct mote_rows){0};
}

/* What the kernel needs of a buffer of one row; without a ring, of all rows. */
static int64_t bytes_needed(const struct mote_kernel *k, const int32_t *params, int32_t arg, int32_t ring)
{
    uint32_t need[MOTE_ARGS_MAX + 1] = {0};
    int32_t one[PARAMS_MAX];

    assert(k->n_params <= PARAMS_MAX);
    memcpy(one, params, k->n_params * sizeof *one);
    if (ring > 0)
        one[ring - 1] = 1;
    (void)k->need(one, need);
    return need[arg];
}

int32_t rows_of_arg(const struct mote_kernel *k, const int32_t *params, int32_t arg, int64_t bytes)
{
    const struct mote_rows r = rows_about(k, params, arg);
    int64_t row, rows;

    if (r.ring == 0 && r.in_h == 0)
        return 0;
    if (r.ring == 0) { /* as many as the output, which the kernel says */
        uint32_t need[MOTE_ARGS_MAX + 1] = {0};

        (void)k->need(params, need);
        return (int32_t)need[k->n_args];
    }
    row = bytes_needed(k, params, arg, r.ring);
    rows = row > 0 ? bytes / row : 1;
    return rows < 1 ? 1 : rows > INT32_MAX ? INT32_MAX : (int32_t)rows;
}

static int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }

static int64_t clamp(int64_t x, int64_t limit) { return x < 0 ? 0 : x > limit ? limit : x; }

/* The first of them that output row r may need, and the one behind the last. */
static int64_t first_needed(const struct mote_rows *r, int32_t row)
{
    int64_t from = (int64_t)(row % r->out_h) * r->stride - r->pad;

    return (int64_t)(row / r->out_h) * r->in_h + clamp(-floor_div(-from, r->up), r->in_h);
}

static int64_t end_needed(const struct mote_rows *r, int32_t row)
{
    int64_t last = (int64_t)(row % r->out_h) * r->stride - r->pad + (int64_t)(r->window - 1) * r->dilation;

    return (int64_t)(row / r->out_h) * r->in_h + clamp(floor_div(last, r->up) + 1, r->in_h);
}

struct row_range rows_needed(const struct mote_kernel *k, const int32_t *params, int32_t arg, int32_t rows,
                             struct row_range out)
{
    const struct mote_rows r = rows_about(k, params, arg);
    int64_t first, end;

    if (out.count == 0)
        return (struct row_range){0, 0};
    if (r.in_h == 0 || rows == 1) /* one row is for all */
        return (struct row_range){0, rows};
    first = clamp(first_needed(&r, out.first), rows);
    end = clamp(end_needed(&r, out.first + out.count - 1), rows);
    return (struct row_range){(int32_t)first, end > first ? (int32_t)(end - first) : 0};
}

void rows_hold_all(const struct mote_kernel *k, int32_t *params, const int64_t *bytes)
{
    struct mote_rows rows[MOTE_ARGS_MAX];

    memset(rows, 0, sizeof rows);
    k->rows(params, rows);
    for (int32_t i = 0; i < k->n_args; i++)
        if (rows[i].ring > 0)
            params[rows[i].ring - 1] = 1;
    for (int32_t i = 0; i < k->n_args; i++)
        if (rows[i].ring > 0)
            params[rows[i].ring - 1] = rows_of_arg(k, params, i, bytes[i]);
}
