/* SPDX-License-Identifier: Apache-2.0 */
/* Rows are turned so that a weight meets the numbers of all rows side by side. */
#include "host/program/survivors.h"

#define BLOCK 64 /* elements of a mask that are looked at together */
#define TILE  16 /* rows and columns that are turned together */
#define LANES 16 /* partial sums: the same on every machine, whatever its vectors */

static void list_block(const float *mask, int64_t first, int64_t n, int64_t most, int32_t *list)
{
    float any = 0;

#pragma omp simd reduction(+ : any)
    for (int64_t i = 0; i < n; i++)
        any += mask[first + i];
    for (int64_t i = first; any > 0 && list[0] >= 0 && i < first + n; i++)
        if (mask[i] != 0) {
            if (list[0] == most)
                list[0] = -1;
            else
                list[++list[0]] = (int32_t)i;
        }
}

void loop_survivors(const struct call *c)
{
    const float *mask = c->data[0];
    int32_t *list = c->data[1];

    list[0] = 0;
    for (int64_t i = 0; i < c->n[0] && list[0] >= 0; i += BLOCK)
        list_block(mask, i, c->n[0] - i < BLOCK ? c->n[0] - i : BLOCK, c->n[1] - 1, list);
}

/* x [rows][columns] as y [columns][rows]. */
static void turn(const float *x, int64_t rows, int64_t columns, float *y)
{
    for (int64_t r = 0; r < rows; r += TILE)
        for (int64_t k = 0; k < columns; k += TILE)
            for (int64_t j = k; j < columns && j < k + TILE; j++)
                for (int64_t i = r; i < rows && i < r + TILE; i++)
                    y[j * rows + i] = x[i * columns + j];
}

WIDE static void add_times(const float *x, float w, int64_t n, float *y)
{
#pragma omp simd
    for (int64_t i = 0; i < n; i++)
        y[i] += w * x[i];
}

WIDE static float product(const float *a, const float *b, int64_t n)
{
    float sums[LANES] = {0}, sum = 0;
    int64_t i = 0;

    for (; i + LANES <= n; i += LANES)
#pragma omp simd
        for (int64_t k = 0; k < LANES; k++)
            sums[k] += a[i + k] * b[i + k];
    for (; i < n; i++)
        sum += a[i] * b[i];
    for (int64_t k = 0; k < LANES; k++)
        sum += sums[k];
    return sum;
}

static void activate(float *y, int64_t n, int activation)
{
    for (int64_t i = 0; i < n && activation != ACTIVATION_NONE; i++) {
        y[i] = y[i] > 0 ? y[i] : 0;
        y[i] = activation == ACTIVATION_RELU6 && y[i] > 6 ? 6 : y[i];
    }
}

void loop_few_dense(const struct call *c)
{
    const struct few_dense *o = c->opts;
    const float *w = c->data[1], *bias = c->count > 6 ? c->data[6] : NULL;
    const int32_t *list = c->data[3];
    float *x = c->data[4], *y = c->data[5];

    if (list[0] < 0)
        return;
    turn(c->data[0], o->rows, o->in, x);
    for (int64_t i = 0; i < o->rows * o->out; i++)
        y[i] = bias != NULL ? bias[i / o->rows] : 0;
    for (int32_t k = 1; k <= list[0]; k++)
        add_times(x + list[k] % o->in * o->rows, w[list[k]], o->rows, y + list[k] / o->in * o->rows);
    activate(y, o->rows * o->out, o->activation);
    turn(y, o->out, o->rows, c->data[2]);
}

void loop_few_dense_grad_input(const struct call *c)
{
    const struct few_dense *o = c->opts;
    const float *w = c->data[1];
    const int32_t *list = c->data[3];
    float *x = c->data[4], *d = c->data[5];

    if (list[0] < 0)
        return;
    turn(c->data[0], o->rows, o->out, d);
    memset(x, 0, (size_t)(o->rows * o->in) * sizeof *x);
    for (int32_t k = 1; k <= list[0]; k++)
        add_times(d + list[k] / o->in * o->rows, w[list[k]], o->rows, x + list[k] % o->in * o->rows);
    turn(x, o->in, o->rows, c->data[2]);
}

void loop_few_dense_grad_weights(const struct call *c)
{
    const struct few_dense *o = c->opts;
    const int32_t *list = c->data[3];
    float *out = c->data[2], *x = c->data[4], *d = c->data[5], *bias = c->count > 6 ? c->data[6] : NULL;

    if (list[0] < 0)
        return;
    turn(c->data[0], o->rows, o->out, d);
    turn(c->data[1], o->rows, o->in, x);
    for (int32_t k = 1; k <= list[0]; k++)
        out[list[k]] = product(d + list[k] / o->in * o->rows, x + list[k] % o->in * o->rows, o->rows);
    for (int64_t i = 0; bias != NULL && i < o->out; i++) {
        bias[i] = 0;
        for (int64_t r = 0; r < o->rows; r++)
            bias[i] += d[i * o->rows + r];
    }
}

/* ---- the optimizer ---- */
/* `loop` on the first `arrays` values of the call as if they had the survivors alone. */
static void on_few(const struct call *c, loop_fn *loop, int32_t arrays)
{
    const int32_t *list = c->data[c->count - 1];
    void *data[8];
    int64_t n[8];
    struct pool pool = {0};
    struct call few = {.data = data, .n = n, .count = c->count - 1, .opts = c->opts};

    assert(c->count <= (int32_t)COUNT(data));
    memcpy(data, c->data, (size_t)few.count * sizeof *data);
    memcpy(n, c->n, (size_t)few.count * sizeof *n);
    for (int32_t i = 0; i < arrays && list[0] >= 0; i++) {
        float *some = data[i] = pool_array(&pool, (size_t)list[0] + 1, sizeof *some);

        n[i] = list[0];
        for (int32_t k = 0; k < list[0]; k++)
            some[k] = ((const float *)c->data[i])[list[k + 1]];
    }
    loop(&few);
    for (int32_t i = 0; i < arrays; i++)
        for (int32_t k = 0; k < list[0]; k++)
            ((float *)c->data[i])[list[k + 1]] = ((const float *)data[i])[k];
    pool_free(&pool);
}

void loop_few_sgd(const struct call *c) { on_few(c, loop_sgd, 3); }

void loop_few_adam(const struct call *c) { on_few(c, loop_adam, 4); }
