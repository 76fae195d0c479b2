/* SPDX-License-Identifier: Apache-2.0 */
/* Sequences do not know each other: threads take chunks of ROWS sequences and walk them through time alone. Products
 * with the whole of x and of the gradients are made at once, before or after. */
#include "host/program/lstm.h"

#include <math.h>

#include "host/program/loops.h"
#include "host/program/recurrent.h"

/* ---- the order of time and batch ---- */
/* Rows of the graph's tensor, as it orders them, to those of time first; or back. */
static void reorder_rows(const struct lstm *o, int64_t n, float *outside, float *inside, bool back)
{
    for (int64_t t = 0; t < o->time; t++)
        for (int64_t b = 0; b < o->batch; b++) {
            float *out = outside + (o->time_major ? t * o->batch + b : b * o->time + t) * n;
            float *in = inside + (t * o->batch + b) * n;

            memcpy(back ? out : in, back ? in : out, (size_t)n * sizeof *in);
        }
}

/* The row of step t of sequence b in a tensor of [units] rows. */
static int64_t row_of(const struct lstm *o, int64_t t, int64_t b)
{
    return (o->time_major ? t * o->batch + b : b * o->time + t) * o->units;
}

/* ---- activations ---- */
/* Row-wise, in place. */
WIDE static void activate(int32_t units, float *gates)
{
#pragma omp simd
    for (int32_t u = 0; u < 2 * units; u++) /* input and forget */
        gates[u] = sigmoid(gates[u]);
#pragma omp simd
    for (int32_t u = 2 * units; u < 3 * units; u++)
        gates[u] = tanh_of(gates[u]);
#pragma omp simd
    for (int32_t u = 3 * units; u < 4 * units; u++)
        gates[u] = sigmoid(gates[u]);
}

/* ---- forward ---- */
WIDE static void cell_row(const struct lstm *o, const float *gates, const float *before, float *cell, float *hidden)
{
    const float *in = gates, *forget = in + o->units, *fresh = forget + o->units, *out = fresh + o->units;
    float limit = o->clip > 0 ? o->clip : INFINITY;

#pragma omp simd
    for (int32_t u = 0; u < (int32_t)o->units; u++) {
        float c = forget[u] * before[u] + in[u] * fresh[u];

        c = c > limit ? limit : c;
        cell[u] = c < -limit ? -limit : c;
        hidden[u] = out[u] * tanh_of(cell[u]);
    }
}

/* Sequences from `first` to below `end`, from the first step to the last. */
static void walk_forward(const struct lstm *o, float *saved, float *y, int64_t first, int64_t end)
{
    int64_t units = o->units, step = o->batch * units;

    for (int64_t t = 0; t < o->time; t++) {
        float *gates = saved + o->saved[LSTM_ACTIVE] + 4 * t * step;
        float *cells = saved + o->saved[LSTM_CELLS] + t * step, *hidden = saved + o->saved[LSTM_HIDDEN] + t * step;

        if (t > 0)
            product_by_rows(end - first, 4 * units, units, hidden + first * units, saved + o->saved[LSTM_H_WEIGHTS], 1,
                            gates + 4 * first * units);
        for (int64_t b = first; b < end; b++) {
            float *h = hidden + step + b * units;

            activate((int32_t)units, gates + 4 * b * units);
            cell_row(o, gates + 4 * b * units, cells + b * units, cells + step + b * units, h);
            memcpy(y + row_of(o, t, b), h, (size_t)units * sizeof *h);
        }
    }
}

/* The four gates' tensors of n floats, side by side. */
static void join(float *to, void *const *gates, int64_t n)
{
    for (int g = 0; g < LSTM_GATES; g++)
        memcpy(to + g * n, gates[g], (size_t)n * sizeof *to);
}

/* Every row begins with the biases. */
static void begin_with_bias(const struct lstm *o, void *const *biases, float *gates)
{
    for (int64_t r = 0; r < o->time * o->batch; r++)
        join(gates + 4 * r * o->units, biases, o->units);
}

void loop_lstm(const struct call *c)
{
    const struct lstm *o = c->opts;
    float *saved = c->data[2 + LSTM_TENSORS], *y = c->data[1 + LSTM_TENSORS];
    float *x = saved + o->saved[LSTM_X], *gates = saved + o->saved[LSTM_ACTIVE];
    size_t state = (size_t)(o->batch * o->units) * sizeof *saved;

    reorder_rows(o, o->n, c->data[0], x, false);
    join(saved + o->saved[LSTM_X_WEIGHTS], c->data + 1, o->units * o->n);
    join(saved + o->saved[LSTM_H_WEIGHTS], c->data + 1 + LSTM_GATES, o->units * o->units);
    begin_with_bias(o, c->data + 1 + 2 * LSTM_GATES, gates);
    product_by_rows(o->time * o->batch, 4 * o->units, o->n, x, saved + o->saved[LSTM_X_WEIGHTS], 1, gates);
    memset(saved + o->saved[LSTM_CELLS], 0, state);
    memset(saved + o->saved[LSTM_HIDDEN], 0, state);
#pragma omp parallel for schedule(static)
    for (int64_t first = 0; first < o->batch; first += ROWS)
        walk_forward(o, saved, y, first, least(first + ROWS, o->batch));
}

/* ---- backward ---- */
struct cell_gradient {
    const float *gates, *before, *cell; /* as the forward step left them */
    const float *d;                     /* by y in this step */
    const float *d_hidden;              /* from the step after */
    float *d_cell;                      /* in: from the step after; out: for the step before */
    float *d_sums;
};

WIDE static void cell_row_grad(const struct lstm *o, const struct cell_gradient *k)
{
    int32_t units = (int32_t)o->units;
    const float *in = k->gates, *forget = in + units, *fresh = forget + units, *out = fresh + units;
    const float *before = k->before, *cell = k->cell, *d = k->d, *d_hidden = k->d_hidden;
    float *d_cell = k->d_cell, *d_in = k->d_sums, *d_forget = d_in + units, *d_fresh = d_forget + units;
    float *d_out = d_fresh + units, limit = o->clip > 0 ? o->clip : INFINITY;

#pragma omp simd
    for (int32_t u = 0; u < units; u++) {
        float y = tanh_of(cell[u]), dh = d[u] + d_hidden[u];
        float dc = d_cell[u] + dh * out[u] * (1 - y * y);

        dc = cell[u] >= limit || cell[u] <= -limit ? 0 : dc;
        d_out[u] = dh * y * out[u] * (1 - out[u]);
        d_in[u] = dc * fresh[u] * in[u] * (1 - in[u]);
        d_forget[u] = dc * before[u] * forget[u] * (1 - forget[u]);
        d_fresh[u] = dc * in[u] * (1 - fresh[u] * fresh[u]);
        d_cell[u] = dc * forget[u];
    }
}

static void walk_back(const struct lstm *o, const float *d, const float *saved, float *work, int64_t first, int64_t end)
{
    int64_t units = o->units, step = o->batch * units;
    float *d_cell = work + o->work[LSTM_D_CELL], *d_hidden = work + o->work[LSTM_D_HIDDEN];

    for (int64_t t = o->time - 1; t >= 0; t--) {
        float *d_sums = work + o->work[LSTM_D_SUMS] + 4 * t * step;

        for (int64_t b = first; b < end; b++) {
            const float *cells = saved + o->saved[LSTM_CELLS] + t * step + b * units;
            struct cell_gradient k = {
                .gates = saved + o->saved[LSTM_ACTIVE] + 4 * (t * step + b * units),
                .before = cells,
                .cell = cells + step,
                .d = d + row_of(o, t, b),
                .d_hidden = d_hidden + b * units,
                .d_cell = d_cell + b * units,
                .d_sums = d_sums + 4 * b * units,
            };

            cell_row_grad(o, &k);
        }
        if (t > 0)
            product(end - first, units, 4 * units, d_sums + 4 * first * units, saved + o->saved[LSTM_H_WEIGHTS],
                    d_hidden + first * units);
    }
}

/* The gates' gradients by weights that met `with` [T][B][n]. */
static void weights_grad(const struct lstm *o, int64_t n, const float *with, float *work, void *const *gates)
{
    float *all = work + o->work[LSTM_D_WEIGHTS];

    product_by_columns(4 * o->units, n, o->time * o->batch, work + o->work[LSTM_D_SUMS], with, all);
    for (int g = 0; g < LSTM_GATES; g++)
        memcpy(gates[g], all + g * o->units * n, (size_t)(o->units * n) * sizeof *all);
}

static void bias_grad(const struct lstm *o, const float *d_sums, void *const *gates)
{
    for (int g = 0; g < LSTM_GATES; g++) {
        float *sums = gates[g];

        memset(sums, 0, (size_t)o->units * sizeof *sums);
        for (int64_t r = 0; r < o->time * o->batch; r++)
            for (int64_t u = 0; u < o->units; u++)
                sums[u] += d_sums[(4 * r + g) * o->units + u];
    }
}

void loop_lstm_grad(const struct call *c)
{
    const struct lstm *o = c->opts;
    const float *d = c->data[0], *saved = c->data[1];
    float *work = c->data[2], *d_x = work + o->work[LSTM_D_X], *d_sums = work + o->work[LSTM_D_SUMS];
    size_t state = (size_t)(o->batch * o->units) * sizeof *work;

    memset(work + o->work[LSTM_D_CELL], 0, state);
    memset(work + o->work[LSTM_D_HIDDEN], 0, state);
#pragma omp parallel for schedule(static)
    for (int64_t first = 0; first < o->batch; first += ROWS)
        walk_back(o, d, saved, work, first, least(first + ROWS, o->batch));
    weights_grad(o, o->n, saved + o->saved[LSTM_X], work, c->data + 3);
    weights_grad(o, o->units, saved + o->saved[LSTM_HIDDEN], work, c->data + 3 + LSTM_GATES);
    bias_grad(o, d_sums, c->data + 3 + 2 * LSTM_GATES);
    if (c->count <= 3 + LSTM_TENSORS)
        return;
    product(o->time * o->batch, o->n, 4 * o->units, d_sums, saved + o->saved[LSTM_X_WEIGHTS], d_x);
    reorder_rows(o, o->n, c->data[3 + LSTM_TENSORS], d_x, true);
}
