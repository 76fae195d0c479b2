/* SPDX-License-Identifier: Apache-2.0 */
/* As lstm.c: threads take chunks of ROWS sequences and walk them through time alone. */
#include "host/program/gru.h"

#include "host/program/loops.h"
#include "host/program/recurrent.h"

/* The row of step t of sequence b in the graph's tensors. */
static int64_t row_of(const struct gru *o, int64_t t, int64_t b)
{
    return o->time_major ? t * o->batch + b : b * o->time + t;
}

static void reorder_rows(const struct gru *o, float *outside, float *inside, bool back)
{
    for (int64_t t = 0; t < o->time; t++)
        for (int64_t b = 0; b < o->batch; b++) {
            float *out = outside + row_of(o, t, b) * o->n, *in = inside + (t * o->batch + b) * o->n;

            memcpy(back ? out : in, back ? in : out, (size_t)o->n * sizeof *in);
        }
}

/* Every row begins with the biases. */
static void begin_with_bias(int64_t rows, int64_t n, const float *bias, float *sums)
{
    for (int64_t r = 0; r < rows; r++)
        memcpy(sums + r * n, bias, (size_t)n * sizeof *sums);
}

/* ---- forward ---- */
/* The gates: what x adds becomes what they are. */
WIDE static void unit_row(int32_t units, float *gates, const float *of_h, const float *before, float *hidden)
{
    float *z = gates, *r = z + units, *n = r + units;
    const float *h_z = of_h, *h_r = h_z + units, *h_n = h_r + units;

#pragma omp simd
    for (int32_t u = 0; u < units; u++) {
        z[u] = sigmoid(z[u] + h_z[u]);
        r[u] = sigmoid(r[u] + h_r[u]);
        n[u] = tanh_of(n[u] + r[u] * h_n[u]);
        hidden[u] = (1 - z[u]) * n[u] + z[u] * before[u];
    }
}

static void walk_forward(const struct gru *o, const float *bias, float *saved, float *y, int64_t first, int64_t end)
{
    const int64_t units = o->units, step = o->batch * units;

    for (int64_t t = 0; t < o->time; t++) {
        float *gates = saved + o->saved[GRU_ACTIVE] + 3 * t * step, *of_h = saved + o->saved[GRU_OF_H] + 3 * t * step;
        float *hidden = saved + o->saved[GRU_HIDDEN] + t * step;

        begin_with_bias(end - first, 3 * units, bias, of_h + 3 * first * units);
        if (t > 0)
            product_by_rows(end - first, 3 * units, units, hidden + first * units, saved + o->saved[GRU_H_WEIGHTS], 1,
                            of_h + 3 * first * units);
        for (int64_t b = first; b < end; b++) {
            float *h = hidden + step + b * units;

            unit_row((int32_t)units, gates + 3 * b * units, of_h + 3 * b * units, hidden + b * units, h);
            memcpy(y + row_of(o, t, b) * units, h, (size_t)units * sizeof *h);
        }
    }
}

void loop_gru(const struct call *c)
{
    const struct gru *o = c->opts;
    const float *h_bias = c->data[GRU_TENSORS];
    float *y = c->data[1 + GRU_TENSORS], *saved = c->data[2 + GRU_TENSORS], *x = saved + o->saved[GRU_X];
    const int64_t rows = o->time * o->batch, units = 3 * o->units;

    reorder_rows(o, c->data[0], x, false);
    memcpy(saved + o->saved[GRU_X_WEIGHTS], c->data[1], (size_t)(units * o->n) * sizeof *x);
    memcpy(saved + o->saved[GRU_H_WEIGHTS], c->data[2], (size_t)(units * o->units) * sizeof *x);
    begin_with_bias(rows, units, c->data[3], saved + o->saved[GRU_ACTIVE]);
    product_by_rows(rows, units, o->n, x, saved + o->saved[GRU_X_WEIGHTS], 1, saved + o->saved[GRU_ACTIVE]);
    memset(saved + o->saved[GRU_HIDDEN], 0, (size_t)(o->batch * o->units) * sizeof *x);
#pragma omp parallel for schedule(static)
    for (int64_t first = 0; first < o->batch; first += ROWS)
        walk_forward(o, h_bias, saved, y, first, least(first + ROWS, o->batch));
}

/* ---- backward ---- */
struct unit_gradient {
    const float *gates, *of_h, *before; /* as the forward step left them */
    const float *d, *d_before;          /* by y in this step; from the products of the step after */
    float *d_hidden;                    /* in: from the step after; out: for the step before */
    float *d_of_x, *d_of_h;
};

WIDE static void unit_row_grad(int32_t units, const struct unit_gradient *k)
{
    const float *z = k->gates, *r = z + units, *n = r + units, *h_n = k->of_h + 2 * units, *before = k->before;
    const float *d = k->d, *d_before = k->d_before;
    float *d_hidden = k->d_hidden, *x_z = k->d_of_x, *x_r = x_z + units, *x_n = x_r + units;
    float *of_z = k->d_of_h, *of_r = of_z + units, *of_n = of_r + units;

#pragma omp simd
    for (int32_t u = 0; u < units; u++) {
        const float dh = d[u] + d_hidden[u] + d_before[u], dn = dh * (1 - z[u]) * (1 - n[u] * n[u]);

        x_z[u] = of_z[u] = dh * (before[u] - n[u]) * z[u] * (1 - z[u]);
        x_r[u] = of_r[u] = dn * h_n[u] * r[u] * (1 - r[u]);
        x_n[u] = dn;
        of_n[u] = dn * r[u];
        d_hidden[u] = dh * z[u];
    }
}

static void walk_back(const struct gru *o, const float *d, const float *saved, float *work, int64_t first, int64_t end)
{
    const int64_t units = o->units, step = o->batch * units;
    float *d_hidden = work + o->work[GRU_D_HIDDEN], *d_before = work + o->work[GRU_D_BEFORE];

    for (int64_t t = o->time - 1; t >= 0; t--) {
        float *d_of_h = work + o->work[GRU_D_OF_H] + 3 * t * step;

        for (int64_t b = first; b < end; b++) {
            const int64_t at = t * step + b * units;
            const struct unit_gradient k = {
                .gates = saved + o->saved[GRU_ACTIVE] + 3 * at,
                .of_h = saved + o->saved[GRU_OF_H] + 3 * at,
                .before = saved + o->saved[GRU_HIDDEN] + at,
                .d = d + row_of(o, t, b) * units,
                .d_before = d_before + b * units,
                .d_hidden = d_hidden + b * units,
                .d_of_x = work + o->work[GRU_D_OF_X] + 3 * at,
                .d_of_h = d_of_h + 3 * b * units,
            };

            unit_row_grad((int32_t)units, &k);
        }
        if (t > 0)
            product(end - first, units, 3 * units, d_of_h + 3 * first * units, saved + o->saved[GRU_H_WEIGHTS],
                    d_before + first * units);
    }
}

static void bias_grad(int64_t rows, int64_t n, const float *d, float *sums)
{
    memset(sums, 0, (size_t)n * sizeof *sums);
    for (int64_t r = 0; r < rows; r++)
        for (int64_t i = 0; i < n; i++)
            sums[i] += d[r * n + i];
}

void loop_gru_grad(const struct call *c)
{
    const struct gru *o = c->opts;
    const float *d = c->data[0], *saved = c->data[1];
    float *work = c->data[2], *d_x = work + o->work[GRU_D_X];
    const float *d_of_x = work + o->work[GRU_D_OF_X], *d_of_h = work + o->work[GRU_D_OF_H];
    const int64_t rows = o->time * o->batch, units = 3 * o->units;
    const size_t state = (size_t)(o->batch * o->units) * sizeof *work;

    memset(work + o->work[GRU_D_HIDDEN], 0, state);
    memset(work + o->work[GRU_D_BEFORE], 0, state);
#pragma omp parallel for schedule(static)
    for (int64_t first = 0; first < o->batch; first += ROWS)
        walk_back(o, d, saved, work, first, least(first + ROWS, o->batch));
    product_by_columns(units, o->n, rows, d_of_x, saved + o->saved[GRU_X], c->data[3]);
    product_by_columns(units, o->units, rows, d_of_h, saved + o->saved[GRU_HIDDEN], c->data[4]);
    bias_grad(rows, units, d_of_x, c->data[5]);
    bias_grad(rows, units, d_of_h, c->data[6]);
    if (c->count <= 3 + GRU_TENSORS)
        return;
    product(rows, o->n, units, d_of_x, saved + o->saved[GRU_X_WEIGHTS], d_x);
    reorder_rows(o, c->data[3 + GRU_TENSORS], d_x, true);
}
