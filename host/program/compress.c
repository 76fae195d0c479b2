/* SPDX-License-Identifier: Apache-2.0 */
/* Pruning ranks all weights of the network together by w² times an importance: by how much the loss grows without the
 * weight, where the importance is the Hessian's diagonal (LeCun, Denker, Solla: Optimal Brain Damage, 1989). Adam's
 * second moment estimates that (it is the Fisher information's but for a factor that all share); the mask itself for
 * importance makes it magnitude. Divided by what each weight of a tensor costs, if costs are given. The share that is
 * kept falls as a cubic ramp (Zhu, Gupta: To prune, or not to prune, 2017). */
#include "host/graph/quant_s8.h"
#include "host/program/loops.h"

#include <math.h>
#include <stdlib.h>

void loop_mask(const struct call *c)
{
    const float *x = c->data[0], *mask = c->data[1];
    const int32_t *list = c->data[3];
    float *y = c->data[2];

    if (list[0] >= 0) {
        memset(y, 0, (size_t)c->n[2] * sizeof *y);
        for (int32_t k = 1; k <= list[0]; k++)
            y[list[k]] = x[list[k]];
        return;
    }
#pragma omp simd
    for (int64_t i = 0; i < c->n[2]; i++)
        y[i] = mask[i] != 0 ? x[i] : 0;
}

void loop_mask_rows(const struct call *c)
{
    const float *x = c->data[0], *mask = c->data[1];
    const int64_t below = c->n[0] / c->n[1];
    float *y = c->data[2];

    for (int64_t i = 0; i < c->n[0]; i++)
        y[i] = mask[i / below] != 0 ? x[i] : 0;
}

void loop_levels(const struct call *c)
{
    const float *x = c->data[0], *levels = c->data[1], *which = c->data[2];
    const int32_t *list = c->count > 4 ? c->data[4] : NULL;
    float *y = c->data[3];

    if (list != NULL && list[0] >= 0) {
        memset(y, 0, (size_t)c->n[3] * sizeof *y);
        for (int32_t k = 1; k <= list[0]; k++)
            y[list[k]] = levels[(int32_t)which[list[k]]];
        return;
    }
    for (int64_t i = 0; i < c->n[3]; i++)
        y[i] = x[i] == 0 ? 0 : levels[(int32_t)which[i]];
}

void loop_scaled_levels(const struct call *c)
{
    const float *x = c->data[0], *levels = c->data[1], *which = c->data[2], *scales = c->data[3];
    const int64_t below = ((const struct levels_opts *)c->opts)->below;
    float *y = c->data[4];

    for (int64_t i = 0; i < c->n[4]; i++)
        y[i] = x[i] == 0 ? 0 : scales[i / below % c->n[3]] * levels[(int32_t)which[i]];
}

/* ---- activations ---- */
WIDE static void widen(struct range *r, const float *x, int64_t n)
{
    float min = r->min, max = r->max;

#pragma omp simd reduction(min : min) reduction(max : max)
    for (int64_t i = 0; i < n; i++) {
        min = x[i] < min ? x[i] : min;
        max = x[i] > max ? x[i] : max;
    }
    *r = (struct range){min, max};
}

WIDE static void round_all(const float *x, float *y, int64_t n, struct quant_s8 q)
{
    const float least = (float)(INT8_MIN - q.zero), most = (float)(INT8_MAX - q.zero);

#pragma omp simd
    for (int64_t i = 0; i < n; i++) {
        float code = rintf(x[i] / q.scale);

        code = code < least ? least : code;
        y[i] = (code > most ? most : code) * q.scale;
    }
}

void loop_simulate_s8(const struct call *c)
{
    const struct simulate_s8_opts *o = c->opts;
    struct quant_s8 q = {o->scale, o->zero};
    struct range r = {0, 0};

    for (int32_t k = 0; k < c->count - 1; k++)
        widen(&r, c->data[k], c->n[k]);
    if (!(o->scale > 0))
        q = quant_of_range(r);
    round_all(c->data[0], c->data[c->count - 1], c->n[0], q);
}

/* ---- pruning ---- */
struct ranked {
    float *mask;
    float score;
    int64_t place; /* among all: the order of equals */
};

static int by_score(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;

    if (x->score != y->score)
        return x->score < y->score ? -1 : 1;
    return x->place < y->place ? -1 : x->place > y->place;
}

int64_t ramp_kept(int32_t keep, int32_t steps, int32_t step, int64_t all)
{
    double left = 1 - (double)step / steps;

    return keep + llround((double)(all - keep) * left * left * left);
}

/* Those that are there still; *all counts the others, too. */
static int64_t rank(const struct call *c, struct ranked *out, int64_t *all)
{
    const float *costs = c->count % 3 == 2 ? c->data[c->count - 1] : NULL;
    int64_t n = 0;

    *all = 0;
    for (int32_t t = 1; t + 2 < c->count; t += 3) {
        const float *w = c->data[t], *importance = c->data[t + 2], cost = costs != NULL ? costs[t / 3] : 1;
        float *mask = c->data[t + 1];

        for (int64_t i = 0; i < c->n[t]; i++, (*all)++)
            if (mask[i] != 0)
                out[n++] = (struct ranked){mask + i, w[i] * w[i] * importance[i] / cost, *all};
    }
    return n;
}

void loop_prune(const struct call *c)
{
    const struct prune_opts *o = c->opts;
    int32_t step = *(const int32_t *)c->data[0];
    struct pool pool = {0};
    struct ranked *ranked;
    int64_t all = 0, n;

    if (step > o->steps || (step % o->every != 0 && step != o->steps))
        return;
    for (int32_t t = 1; t + 2 < c->count; t += 3)
        all += c->n[t];
    ranked = pool_array(&pool, (size_t)all + 1, sizeof *ranked);
    n = rank(c, ranked, &all);
    qsort(ranked, (size_t)n, sizeof *ranked, by_score);
    for (int64_t i = 0; i < n - ramp_kept(o->keep, o->steps, step, all); i++)
        *ranked[i].mask = 0;
    pool_free(&pool);
}
