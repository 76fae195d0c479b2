/* SPDX-License-Identifier: Apache-2.0 */
/* LANES samples are a chunk and lie side by side, [c][h][w][LANES], inputs with their padding, so that each weight that
 * is left meets a whole plane of the output. */
#include "host/program/survivors.h"

#include <math.h>
#include <stdlib.h>

#define LANES 16 /* also partial sums: the same on every machine, whatever its vectors */
#define TILE  8  /* columns whose sums stay in registers */

struct picture { /* as it lies in a chunk; x and y of the inner h x w of it are the operator's */
    int64_t c, h, w, inner_h, inner_w, top, left;
};

struct tap {      /* a weight that is left */
    int64_t out;  /* its filter */
    int64_t x, y; /* the first elements of a chunk that meet */
    float w;
};

#define INLINE inline __attribute__((always_inline))
#ifdef __clang__
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 8")
#endif

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

/* With a gap: a power of two apart, planes would share few places of a cache. */
static int64_t plane(const struct picture *p) { return (p->h * p->w + 1) * LANES; }

static int64_t chunk(const struct picture *p) { return p->c * plane(p); }

static int64_t chunks(const struct few_conv *o) { return (o->n + LANES - 1) / LANES; }

static struct picture output(const struct few_conv *o)
{
    return (struct picture){.c = o->out, .h = o->out_h, .w = o->out_w, .inner_h = o->out_h, .inner_w = o->out_w};
}

/* What the windows cover: padding, and perhaps not all of the input. */
static struct picture input(const struct few_conv *o)
{
    struct picture p = {.c = o->in, .top = o->pad_top, .left = o->pad_left};

    p.h = (o->out_h - 1) * o->stride_h + (o->kernel_h - 1) * o->dilation_h + 1;
    p.w = (o->out_w - 1) * o->stride_w + (o->kernel_w - 1) * o->dilation_w + 1;
    p.inner_h = least(o->in_h, p.h > p.top ? p.h - p.top : 0);
    p.inner_w = least(o->in_w, p.w > p.left ? p.w - p.left : 0);
    return p;
}

int64_t few_conv_input_scratch(const struct few_conv *o)
{
    const struct picture p = input(o);

    return chunks(o) * chunk(&p);
}

int64_t few_conv_output_scratch(const struct few_conv *o)
{
    const struct picture p = output(o);

    return chunks(o) * chunk(&p);
}

/* ---- samples side by side ---- */
/* One place of n samples that are `apart`, up to LANES channels of it; there are zeros for samples that are not. By a
 * block that is near: places of samples and planes are often a power of two apart, which caches have few places for. */
static INLINE void turn_block(const float *x, int64_t apart, int64_t n, int64_t channels, int64_t plane, float *t)
{
    float block[LANES][LANES] = {{0}};

    for (int64_t i = 0; i < n; i++)
        for (int64_t c = 0; c < channels; c++)
            block[i][c] = x[i * apart + c];
    for (int64_t c = 0; c < channels; c++)
#pragma omp simd
        for (int64_t i = 0; i < LANES; i++)
            t[c * plane + i] = block[i][c];
}

static INLINE void turn_block_back(const float *t, int64_t apart, int64_t n, int64_t channels, int64_t plane, float *x)
{
    float block[LANES][LANES];

    for (int64_t c = 0; c < channels; c++)
        for (int64_t i = 0; i < LANES; i++)
            block[c][i] = t[c * plane + i];
    for (int64_t i = 0; i < n; i++)
#pragma omp simd
        for (int64_t c = 0; c < channels; c++)
            x[i * apart + c] = block[c][i];
}

WIDE static void turn_row(const float *x, int64_t apart, int64_t n, const struct picture *p, float *t)
{
    for (int64_t at = 0; at < p->inner_w; at++)
        for (int64_t c = 0; c < p->c; c += LANES)
            turn_block(x + at * p->c + c, apart, n, least(p->c - c, LANES), plane(p), t + c * plane(p) + at * LANES);
}

WIDE static void turn_row_back(const float *t, int64_t apart, int64_t n, const struct picture *p, float *x)
{
    for (int64_t at = 0; at < p->inner_w; at++)
        for (int64_t c = 0; c < p->c; c += LANES)
            turn_block_back(t + c * plane(p) + at * LANES, apart, n, least(p->c - c, LANES), plane(p),
                            x + at * p->c + c);
}

/* Pictures [n][h][w][c], of which the inner part is taken, in chunks. */
static void turn(const float *x, int64_t h, int64_t w, const struct picture *p, int64_t n, float *t)
{
    if (p->inner_h < p->h || p->inner_w < p->w)
        memset(t, 0, (size_t)((n + LANES - 1) / LANES * chunk(p)) * sizeof *t);
#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < n; i += LANES)
        for (int64_t r = 0; r < p->inner_h; r++)
            turn_row(x + (i * h + r) * w * p->c, h * w * p->c, least(n - i, LANES), p,
                     t + i / LANES * chunk(p) + ((p->top + r) * p->w + p->left) * LANES);
}

/* And back; what no window covers is 0. */
static void turn_back(const float *t, int64_t h, int64_t w, const struct picture *p, int64_t n, float *x)
{
    if (h != p->inner_h || w != p->inner_w)
        memset(x, 0, (size_t)(n * h * w * p->c) * sizeof *x);
#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < n; i += LANES)
        for (int64_t r = 0; r < p->inner_h; r++)
            turn_row_back(t + i / LANES * chunk(p) + ((p->top + r) * p->w + p->left) * LANES, h * w * p->c,
                          least(n - i, LANES), p, x + (i * h + r) * w * p->c);
}

/* ---- sums ---- */
typedef float lanes __attribute__((vector_size(LANES * sizeof(float)), aligned(sizeof(float)), may_alias));

#define AT(x) (*(lanes *)(uintptr_t)(x)) /* no functions: an ABI passes such vectors in its own way, or not at all */

/* Of so many columns of the output: the bias and all products of a filter; x is where its first weight begins. */
static INLINE void tile(const struct tap *t, int32_t n, const float *x, int64_t column, float bias, int columns,
                        float *y)
{
    lanes sums[TILE];

    UNROLL
    for (int i = 0; i < columns; i++)
        sums[i] = (lanes){0} + bias;
    for (int32_t k = 0; k < n; k++) {
        UNROLL
        for (int i = 0; i < columns; i++)
            sums[i] += t[k].w * AT(x + t[k].x + i * column);
    }
    UNROLL
    for (int i = 0; i < columns; i++)
        AT(y + i * LANES) = sums[i];
}

WIDE static void output_row(const struct few_conv *o, const struct tap *t, int32_t n, const float *x, float bias,
                            float *y)
{
    const int64_t column = o->stride_w * LANES;
    int64_t i = 0;

    for (; i + TILE <= o->out_w; i += TILE)
        tile(t, n, x + i * column, column, bias, TILE, y + i * LANES);
    for (; i < o->out_w; i++)
        tile(t, n, x + i * column, column, bias, 1, y + i * LANES);
}

WIDE static void add_to_input(const struct few_conv *o, const struct tap *t, int64_t row, const float *d, float *x)
{
    for (int64_t r = 0; r < o->out_h; r++)
        for (int64_t c = 0; c < o->out_w; c++)
            AT(x + t->x + r * row + c * o->stride_w * LANES) += t->w * AT(d + t->y + (r * o->out_w + c) * LANES);
}

/* Columns have sums of their own, in turns. */
WIDE static float product(const struct few_conv *o, const struct tap *t, int64_t row, const float *x, const float *d)
{
    const int64_t column = o->stride_w * LANES;
    lanes sums[TILE] = {{0}};
    float sum = 0;

    for (int64_t r = 0; r < o->out_h; r++) {
        const float *a = x + t->x + r * row, *b = d + t->y + r * o->out_w * LANES;
        int64_t c = 0;

        for (; c + TILE <= o->out_w; c += TILE) {
            UNROLL
            for (int i = 0; i < TILE; i++)
                sums[i] += AT(a + (c + i) * column) * AT(b + (c + i) * LANES);
        }
        for (; c < o->out_w; c++)
            sums[0] += AT(a + c * column) * AT(b + c * LANES);
    }
    for (int i = 1; i < TILE; i++)
        sums[0] += sums[i];
    for (int i = 0; i < LANES; i++)
        sum += sums[0][i];
    return sum;
}

/* ---- the loops ---- */
/* In the list's order: by filter. Gradients of weights do without w's numbers. */
static struct tap *taps(struct pool *pool, const struct few_conv *o, const int32_t *list, const float *w)
{
    struct tap *all = pool_array(pool, (size_t)list[0] + 1, sizeof *all);
    const struct picture x = input(o), y = output(o);

    for (int32_t k = 0; k < list[0]; k++) {
        const int64_t place = list[k + 1], at = place / o->in, row = at / o->kernel_w % o->kernel_h;
        struct tap *t = &all[k];

        t->out = at / o->kernel_w / o->kernel_h;
        t->x = place % o->in * plane(&x) + (row * o->dilation_h * x.w + at % o->kernel_w * o->dilation_w) * LANES;
        t->y = t->out * plane(&y);
        t->w = w[place];
    }
    return all;
}

static int32_t taps_of(const struct tap *t, int32_t n, int64_t filter)
{
    int32_t k = 0;

    while (k < n && t[k].out == filter)
        k++;
    return k;
}

WIDE static void activate(float *y, int64_t n, int activation)
{
    const float least = activation == ACTIVATION_NONE ? -INFINITY : 0;
    const float most = activation == ACTIVATION_RELU6 ? 6 : INFINITY;

#pragma omp simd
    for (int64_t i = 0; i < n; i++) {
        const float x = y[i] < least ? least : y[i];

        y[i] = x > most ? most : x;
    }
}

static void outputs(const struct few_conv *o, const struct tap *t, int32_t n, const float *x, const float *bias,
                    float *y)
{
    const struct picture in = input(o), out = output(o);

    for (int64_t c = 0; c < o->out; c++) {
        const int32_t own = taps_of(t, n, c);

        for (int64_t r = 0; r < o->out_h; r++)
            output_row(o, t, own, x + r * o->stride_h * in.w * LANES, bias != NULL ? bias[c] : 0,
                       y + c * plane(&out) + r * out.w * LANES);
        t += own;
        n -= own;
    }
    activate(y, chunk(&out), o->activation);
}

void loop_few_conv(const struct call *c)
{
    const struct few_conv *o = c->opts;
    const int32_t *list = c->data[3];
    const struct picture in = input(o), out = output(o);
    float *x = c->data[4], *y = c->data[5];
    struct pool pool = {0};
    const struct tap *t;

    if (list[0] < 0)
        return;
    t = taps(&pool, o, list, c->data[1]);
    turn(c->data[0], o->in_h, o->in_w, &in, o->n, x);
#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < chunks(o); i++)
        outputs(o, t, list[0], x + i * chunk(&in), c->count > 6 ? c->data[6] : NULL, y + i * chunk(&out));
    turn_back(y, o->out_h, o->out_w, &out, o->n, c->data[2]);
    pool_free(&pool);
}

static int by_input(const void *a, const void *b)
{
    const struct tap *s = a, *t = b;

    return s->x < t->x ? -1 : s->x > t->x ? 1 : s->y < t->y ? -1 : s->y > t->y;
}

/* A plane of the input is finished before the next. */
void loop_few_conv_grad_input(const struct call *c)
{
    const struct few_conv *o = c->opts;
    const int32_t *list = c->data[3];
    const struct picture in = input(o), out = output(o);
    float *x = c->data[4], *d = c->data[5];
    struct pool pool = {0};
    struct tap *t;

    if (list[0] < 0)
        return;
    t = taps(&pool, o, list, c->data[1]);
    qsort(t, (size_t)list[0], sizeof *t, by_input);
    turn(c->data[0], o->out_h, o->out_w, &out, o->n, d);
    memset(x, 0, (size_t)(chunks(o) * chunk(&in)) * sizeof *x);
#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < chunks(o); i++)
        for (int32_t k = 0; k < list[0]; k++)
            add_to_input(o, &t[k], o->stride_h * in.w * LANES, d + i * chunk(&out), x + i * chunk(&in));
    turn_back(x, o->in_h, o->in_w, &in, o->n, c->data[2]);
    pool_free(&pool);
}

static void bias_gradient(const struct few_conv *o, const float *d, float *bias)
{
    const struct picture out = output(o);

    for (int64_t i = 0; i < o->out; i++) {
        bias[i] = 0;
        for (int64_t k = 0; k < chunks(o); k++) {
            const float *from = d + k * chunk(&out) + i * plane(&out);
            lanes sums = {0};

            for (int64_t j = 0; j < out.h * out.w * LANES; j += LANES)
                sums += AT(from + j);
            for (int j = 0; j < LANES; j++)
                bias[i] += sums[j];
        }
    }
}

/* Chunks have sums of their own, which are added in order, whichever thread made them. */
static void weight_gradients(const struct few_conv *o, const struct tap *t, const int32_t *list, float *sums,
                             const float *x, const float *d, float *out)
{
    const struct picture in = input(o), y = output(o);
    const int32_t n = list[0];

#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < chunks(o); i++)
        for (int32_t k = 0; k < n; k++)
            sums[i * n + k] = product(o, &t[k], o->stride_h * in.w * LANES, x + i * chunk(&in), d + i * chunk(&y));
    for (int32_t k = 0; k < n; k++) {
        out[list[k + 1]] = 0;
        for (int64_t i = 0; i < chunks(o); i++)
            out[list[k + 1]] += sums[i * n + k];
    }
}

void loop_few_conv_grad_weights(const struct call *c)
{
    const struct few_conv *o = c->opts;
    const int32_t *list = c->data[3];
    const struct picture in = input(o), out = output(o);
    float *x = c->data[4], *d = c->data[5], *sums;
    struct pool pool = {0};

    if (list[0] < 0)
        return;
    sums = pool_array(&pool, (size_t)(chunks(o) * list[0] + 1), sizeof *sums);
    turn(c->data[0], o->out_h, o->out_w, &out, o->n, d);
    turn(c->data[1], o->in_h, o->in_w, &in, o->n, x);
    weight_gradients(o, taps(&pool, o, list, c->data[2]), list, sums, x, d, c->data[2]);
    if (c->count > 6)
        bias_gradient(o, d, c->data[6]);
    pool_free(&pool);
}
