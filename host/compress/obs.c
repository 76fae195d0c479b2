/* SPDX-License-Identifier: Apache-2.0 */
#include "host/compress/obs.h"

#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>

#define REFINE_ROUNDS 8
#define TINY          1e-9 /* damping where all inputs are constant: any inverse will do */

/* ---- Hessians ---- */
static double *covariance(struct pool *pool, int32_t n, double count, const double *products, const double *a,
                          const double *b)
{
    double *out = pool_array(pool, (size_t)n * (size_t)n, sizeof *out);

    for (int32_t i = 0; i < n; i++)
        for (int32_t j = 0; j < n; j++)
            out[(int64_t)i * n + j] = (products[(int64_t)i * n + j] - a[i] * b[j] / count) / count;
    return out;
}

static double *mean(struct pool *pool, const struct moments *m, const double *sum)
{
    double *out = pool_array(pool, (size_t)m->n, sizeof *out);

    for (int32_t i = 0; i < m->n; i++)
        out[i] = sum[i] / m->count;
    return out;
}

static void damp(struct obs *o)
{
    double trace = 0;

    for (int32_t i = 0; i < o->n; i++)
        trace += o->h[(int64_t)i * o->n + i];
    o->damping = OBS_DAMPING * trace / o->n + TINY;
    for (int32_t i = 0; i < o->n; i++) {
        o->h[(int64_t)i * o->n + i] += o->damping;
        o->cross[(int64_t)i * o->n + i] += o->damping;
    }
}

static bool invert(double *a, int32_t n)
{
    if (LAPACKE_dpotrf(LAPACK_ROW_MAJOR, 'U', n, a, n) != 0 || LAPACKE_dpotri(LAPACK_ROW_MAJOR, 'U', n, a, n) != 0)
        return false;
    for (int32_t i = 0; i < n; i++)
        for (int32_t j = 0; j < i; j++)
            a[(int64_t)i * n + j] = a[(int64_t)j * n + i];
    return true;
}

struct column {
    int32_t index;
    double variance;
};

static int by_variance(const void *a, const void *b)
{
    const struct column *x = a, *y = b;

    return x->variance != y->variance ? (x->variance < y->variance) - (x->variance > y->variance) : x->index - y->index;
}

/* The columns that matter most come first, while there are many left to make up for them. */
static bool make_order(struct pool *pool, struct obs *o)
{
    const int32_t n = o->n;
    struct column *columns = pool_array(pool, (size_t)n, sizeof *columns);

    o->order = pool_array(pool, (size_t)n, sizeof *o->order);
    o->factor = pool_array(pool, (size_t)n * (size_t)n, sizeof *o->factor);
    for (int32_t i = 0; i < n; i++)
        columns[i] = (struct column){i, o->h[(int64_t)i * n + i]};
    qsort(columns, (size_t)n, sizeof *columns, by_variance);
    for (int32_t i = 0; i < n; i++)
        o->order[i] = columns[i].index;
    for (int32_t i = 0; i < n; i++)
        for (int32_t j = 0; j < n; j++)
            o->factor[(int64_t)i * n + j] = o->inverse[(int64_t)o->order[i] * n + o->order[j]];
    return LAPACKE_dpotrf(LAPACK_ROW_MAJOR, 'U', n, o->factor, n) == 0;
}

enum mote_status obs_make(struct pool *pool, const struct moments *m, struct obs *out, const struct frame *at)
{
    assert(m->count > 0 && m->n > 0);
    *out = (struct obs){.n = m->n,
                        .in_order = m->n > OBS_GREEDY,
                        .h = covariance(pool, m->n, m->count, m->xx, m->sum, m->sum),
                        .cross = covariance(pool, m->n, m->count, m->xx0, m->sum, m->sum0),
                        .mean = mean(pool, m, m->sum),
                        .mean0 = mean(pool, m, m->sum0)};
    damp(out);
    out->inverse = pool_copy(pool, out->h, (size_t)m->n * (size_t)m->n * sizeof *out->h);
    if (!invert(out->inverse, m->n) || !make_order(pool, out))
        return fail(at, MOTE_ERR_VALUE, "the inputs' covariance has no inverse");
    return MOTE_OK;
}

/* ---- rows ---- */
struct obs_row obs_row_make(struct pool *pool, const struct obs *obs)
{
    const size_t n = (size_t)obs->n;

    return (struct obs_row){.obs = obs,
                            .w = pool_array(pool, n, sizeof(double)),
                            .aim = pool_array(pool, n, sizeof(double)),
                            .stays = pool_array(pool, n, sizeof(bool)),
                            .inverse = pool_array(pool, n * n, sizeof(double)),
                            .free = pool_array(pool, n, sizeof(int32_t))};
}

/* h⁻¹ cross w. */
void obs_row_begin(struct obs_row *row, const double *w)
{
    const struct obs *o = row->obs;
    const int n = o->n;
    double *product = row->inverse; /* n of it, before it is set */

    cblas_dgemv(CblasRowMajor, CblasNoTrans, n, n, 1, o->cross, n, w, 1, 0, product, 1);
    cblas_dgemv(CblasRowMajor, CblasNoTrans, n, n, 1, o->inverse, n, product, 1, 0, row->w, 1);
    memcpy(row->aim, row->w, (size_t)n * sizeof *row->aim);
    memcpy(row->inverse, o->inverse, (size_t)n * (size_t)n * sizeof *row->inverse);
    for (int32_t i = 0; i < n; i++)
        row->free[i] = i;
    row->n_free = n;
    row->error = 0;
}

static void forget(struct obs_row *row, int32_t j)
{
    int32_t k = 0;

    while (row->free[k] != j)
        k++;
    memmove(&row->free[k], &row->free[k + 1], (size_t)(--row->n_free - k) * sizeof *row->free);
}

/* The inverse of h without row and column j is what Gauss leaves of this one. */
void obs_row_fix(struct obs_row *row, int32_t j, double v)
{
    const int32_t n = row->obs->n;
    const double *of_j = row->inverse + (int64_t)j * n, pivot = of_j[j], step = (row->w[j] - v) / pivot;

    assert(pivot > 0);
    row->error += (row->w[j] - v) * step;
    forget(row, j);
    for (int32_t a = 0; a < row->n_free; a++) {
        const int32_t i = row->free[a];
        double *of_i = row->inverse + (int64_t)i * n;
        const double share = of_j[i] / pivot;

        row->w[i] -= step * of_j[i];
        for (int32_t b = 0; b < row->n_free; b++)
            of_i[row->free[b]] -= share * of_j[row->free[b]];
    }
    row->w[j] = v;
}

static double pivot_of(const struct obs_row *row, int32_t j) { return row->inverse[(int64_t)j * row->obs->n + j]; }

void obs_row_prune(struct obs_row *row, int32_t left, double *costs)
{
    for (int32_t step = 0; row->n_free > left; step++) {
        double least = INFINITY;
        int32_t best = row->free[0];

        for (int32_t k = 0; k < row->n_free; k++) {
            const int32_t j = row->free[k];
            const double cost = row->w[j] * row->w[j] / pivot_of(row, j);

            if (cost < least) {
                least = cost;
                best = j;
            }
        }
        if (costs != NULL)
            costs[step] = least;
        obs_row_fix(row, best, 0);
    }
}

/* ---- rounding ---- */
static int32_t nearest(const struct alphabet *a, double w)
{
    int32_t below = 0, above = a->n - 1;

    while (above - below > 1) {
        const int32_t middle = (below + above) / 2;

        *(a->value[middle] <= w ? &below : &above) = middle;
    }
    return w - a->value[below] <= a->value[above] - w ? below : above;
}

/* Bits decide among all values. */
static int32_t choose(const struct alphabet *a, double w, double pivot, double lambda)
{
    int32_t best = nearest(a, w);
    double least = INFINITY;

    for (int32_t i = 0; lambda > 0 && i < a->n; i++) {
        const double d = w - a->value[i], cost = d * d / pivot + lambda * a->bits[i];

        if (cost < least) {
            least = cost;
            best = i;
        }
    }
    return best;
}

/* Weight j goes from v to another value, given all others: change of error is d² h_jj - 2 d g_j, g = h (w - v). */
static int32_t better(const struct obs_row *row, const struct alphabet *a, int32_t j, double gradient, double lambda)
{
    const double h = row->obs->h[(int64_t)j * row->obs->n + j];
    const int32_t now = nearest(a, row->w[j]);
    int32_t best = now;
    double least = 0;

    for (int32_t i = 0; i < a->n; i++) {
        const double d = a->value[i] - row->w[j];
        const double change = d * (d * h - 2 * gradient) + (lambda > 0 ? lambda * (a->bits[i] - a->bits[now]) : 0);

        if (change < least) {
            least = change;
            best = i;
        }
    }
    return best;
}

/* Weights move to other values, whichever lessens the error + lambda * bits, until none does; in few rounds, since each
 * finds less. */
static void refine(struct obs_row *row, const struct alphabet *a, double lambda)
{
    const int n = row->obs->n;
    double *gradient = row->inverse; /* n of it: it is done with */
    bool moved = true;

    for (int32_t j = 0; j < n; j++)
        row->aim[j] -= row->w[j];
    cblas_dgemv(CblasRowMajor, CblasNoTrans, n, n, 1, row->obs->h, n, row->aim, 1, 0, gradient, 1);
    for (int round = 0; round < REFINE_ROUNDS && moved; round++) {
        moved = false;
        for (int32_t j = 0; j < n; j++) {
            const int32_t best = row->stays[j] ? -1 : better(row, a, j, gradient[j], lambda);
            const double d = best < 0 ? 0 : a->value[best] - row->w[j];

            if (d == 0)
                continue;
            moved = true;
            row->error += d * (d * row->obs->h[(int64_t)j * n + j] - 2 * gradient[j]);
            row->w[j] = a->value[best];
            cblas_daxpy(n, -d, row->obs->h + (int64_t)j * n, 1, gradient, 1);
        }
    }
}

/* Where nothing is fixed yet all rows of a block have the same inverses, one after the other, in whatever order: GPTQ
 * (E. Frantar and others, 2022), which takes time with the square of n. */
static void round_in_order(struct obs_row *row, const struct alphabet *a, double lambda)
{
    const struct obs *o = row->obs;
    const int32_t n = o->n;

    for (int32_t i = 0; i < n; i++) {
        const double *u = o->factor + (int64_t)i * n;
        double *w = &row->w[o->order[i]];
        const double v = a->value[choose(a, *w, u[i] * u[i], lambda)], step = (*w - v) / u[i];

        for (int32_t k = i + 1; k < n; k++)
            row->w[o->order[k]] -= step * u[k];
        row->error += step * step;
        *w = v;
    }
    row->n_free = 0;
}

static void round_in_any_order(struct obs_row *row, const struct alphabet *a, double lambda)
{
    while (row->n_free > 0) {
        double least = INFINITY, value = 0;
        int32_t best = row->free[0];

        for (int32_t k = 0; k < row->n_free; k++) {
            const int32_t j = row->free[k];
            const double v = a->value[choose(a, row->w[j], pivot_of(row, j), lambda)], d = row->w[j] - v;

            if (d * d / pivot_of(row, j) < least) {
                least = d * d / pivot_of(row, j);
                best = j;
                value = v;
            }
        }
        obs_row_fix(row, best, value);
    }
}

void obs_row_round(struct obs_row *row, const struct alphabet *a, double lambda)
{
    for (int32_t j = 0; j < row->obs->n; j++)
        row->stays[j] = true;
    for (int32_t k = 0; k < row->n_free; k++)
        row->stays[row->free[k]] = false;
    if (row->obs->in_order && row->n_free == row->obs->n)
        round_in_order(row, a, lambda);
    else
        round_in_any_order(row, a, lambda);
    refine(row, a, lambda);
}

double obs_error(const struct obs *obs, const double *a, const double *b)
{
    double sum = 0;

    for (int32_t i = 0; i < obs->n; i++)
        for (int32_t j = 0; j < obs->n; j++)
            sum += (a[i] - b[i]) * obs->h[(int64_t)i * obs->n + j] * (a[j] - b[j]);
    return sum;
}

double obs_bias(const struct obs *obs, const double *w, const double *v)
{
    double sum = 0;

    for (int32_t i = 0; i < obs->n; i++)
        sum += w[i] * obs->mean0[i] - v[i] * obs->mean[i];
    return sum;
}
