/* SPDX-License-Identifier: Apache-2.0 */
#include "host/compress/solve.h"

#include <float.h>
#include <math.h>

#include "host/graph/op_info.h"
#include "host/passes/passes.h"

/* ---- making ---- */
static int32_t bias_before(const struct solve *s, int32_t row)
{
    const int32_t bias = s->layer->bias;

    return bias != TENSOR_ABSENT ? (int32_t)le32(s->from->graphs[0].tensors[bias].data + 4 * (size_t)row) : 0;
}

/* As if inputs were independent, of variance 1 and mean 0: each weight is on its own, and biases stay. */
static struct obs obs_of_nothing(struct pool *pool, int32_t n)
{
    const size_t square = (size_t)n * (size_t)n;
    struct obs o = {.n = n, .h = pool_array(pool, square, sizeof(double))};

    for (int32_t i = 0; i < n; i++)
        o.h[(int64_t)i * n + i] = 1;
    o.inverse = o.cross = o.factor = o.h;
    o.order = pool_array(pool, (size_t)n, sizeof *o.order);
    for (int32_t i = 0; i < n; i++)
        o.order[i] = i;
    o.mean = o.mean0 = pool_array(pool, (size_t)n, sizeof(double));
    return o;
}

static void read_weights(struct solve *s, const struct tensor *t)
{
    const struct layer *l = s->layer;

    for (int32_t r = 0; r < l->rows; r++)
        for (int32_t k = 0; k < l->columns; k++)
            s->w[(int64_t)r * l->columns + k] = ((const int8_t *)t->data)[layer_element(l, r, k)];
}

enum mote_status solve_make(struct pool *pool, const struct model *from, const struct layer *layer,
                            const struct moments *moments, struct solve *out, const struct frame *at)
{
    const struct graph *g = &from->graphs[0];
    const size_t n = (size_t)layer->rows * (size_t)layer->columns;

    *out = (struct solve){.pool = pool,
                          .from = from,
                          .layer = layer,
                          .obs = pool_array(pool, (size_t)layer->n_blocks, sizeof *out->obs),
                          .w = pool_array(pool, n, sizeof *out->w),
                          .weight = pool_array(pool, (size_t)layer->rows, sizeof *out->weight),
                          .code = pool_array(pool, n, 1),
                          .shift = pool_array(pool, (size_t)layer->rows, sizeof *out->shift)};
    read_weights(out, &g->tensors[layer->weights]);
    for (int32_t i = 0; i < layer->n_blocks; i++) {
        const struct layer_block *b = &layer->blocks[i];

        out->n_units += b->rows;
        if (moments == NULL)
            out->obs[i] = obs_of_nothing(pool, b->columns);
        else
            TRY(obs_make(pool, &moments[i], &out->obs[i], at));
    }
    for (int32_t r = 0; r < layer->rows; r++) {
        const double unit =
            (double)g->tensors[layer->input].quant.scale[0] * (double)layer_scale(&g->tensors[layer->weights], r);

        out->weight[r] = unit * unit;
    }
    return MOTE_OK;
}

/* ---- rows ---- */
/* A row of a block begins: what must be 0 is, and then as many more as are to be pruned. */
static void begin(const struct solve *s, const struct layer_block *b, int32_t row, int32_t unit, struct obs_row *out)
{
    const double *w = s->w + (int64_t)row * s->layer->columns + b->column;
    const bool *zero = s->zero != NULL ? s->zero + (int64_t)row * s->layer->columns + b->column : NULL;

    obs_row_begin(out, w);
    for (int32_t k = 0; zero != NULL && k < b->columns; k++)
        if (zero[k])
            obs_row_fix(out, k, 0);
    if (s->prune != NULL)
        obs_row_prune(out, b->columns - s->prune[unit], NULL);
}

static int8_t code_of(const struct grid *g, double value, double scale)
{
    int32_t best = 0;

    for (int32_t k = 0; k < g->n && value != 0; k++) /* 0 may be no code */
        if (fabs(value - scale * g->code[k]) < fabs(value - scale * g->code[best]))
            best = k;
    return value == 0 ? 0 : g->code[best];
}

static void take_row(struct solve *s, const struct layer_block *b, int32_t row, const struct grid *grid,
                     const struct obs_row *from)
{
    const int64_t at = (int64_t)row * s->layer->columns + b->column;

    for (int32_t k = 0; k < b->columns; k++)
        s->code[at + k] = code_of(grid, from->w[k], grid->scale[row]);
    s->shift[row] += obs_bias(from->obs, s->w + at, from->w);
    s->noise += s->weight[row] * from->error;
}

void solve_round(struct solve *s, const struct grid *grid, const double *bits, double lambda)
{
    double value[GRID_MAX];
    const struct alphabet alphabet = {grid->n, value, bits};
    int32_t unit = 0;

    memset(s->shift, 0, (size_t)s->layer->rows * sizeof *s->shift);
    s->noise = 0;
    for (int32_t i = 0; i < s->layer->n_blocks; i++) {
        const struct layer_block *b = &s->layer->blocks[i];
        struct pool pool = {0};
        struct obs_row row = obs_row_make(&pool, &s->obs[i]);

        for (int32_t r = b->row; r < b->row + b->rows; r++) {
            for (int32_t k = 0; k < grid->n; k++)
                value[k] = grid->scale[r] * grid->code[k];
            begin(s, b, r, unit++, &row);
            obs_row_round(&row, &alphabet, s->weight[r] > 0 ? lambda / s->weight[r] : 0);
            take_row(s, b, r, grid, &row);
        }
        pool_free(&pool);
    }
}

void solve_keep(struct solve *s)
{
    memset(s->shift, 0, (size_t)s->layer->rows * sizeof *s->shift);
    s->noise = 0;
    for (int64_t i = 0; i < (int64_t)s->layer->rows * s->layer->columns; i++)
        s->code[i] = (int8_t)s->w[i];
    for (int32_t i = 0; i < s->layer->n_blocks; i++) {
        const struct layer_block *b = &s->layer->blocks[i];
        struct pool pool = {0};
        struct obs_row row = obs_row_make(&pool, &s->obs[i]);

        for (int32_t r = b->row; r < b->row + b->rows; r++) {
            const double *w = s->w + (int64_t)r * s->layer->columns + b->column;

            obs_row_begin(&row, w);
            s->shift[r] += obs_bias(&s->obs[i], w, w);
            s->noise += s->weight[r] * obs_error(&s->obs[i], row.w, w);
        }
        pool_free(&pool);
    }
}

void solve_costs(struct solve *s, double *costs)
{
    for (int32_t i = 0; i < s->layer->n_blocks; i++) {
        const struct layer_block *b = &s->layer->blocks[i];
        struct pool pool = {0};
        struct obs_row row = obs_row_make(&pool, &s->obs[i]);

        for (int32_t r = b->row; r < b->row + b->rows; r++, costs += b->columns) {
            double most = 0;

            obs_row_begin(&row, s->w + (int64_t)r * s->layer->columns + b->column);
            obs_row_prune(&row, 0, costs);
            for (int32_t k = 0; k < b->columns; k++)
                most = costs[k] = fmax(most, costs[k] * s->weight[r]);
        }
        pool_free(&pool);
    }
}

void solve_kill(struct solve *s, int32_t row)
{
    memset(s->code + (int64_t)row * s->layer->columns, 0, (size_t)s->layer->columns);
    s->shift[row] = -(double)bias_before(s, row);
}

/* ---- writing ---- */
static bool are_equal(const float *scale, int32_t n)
{
    for (int32_t i = 1; i < n; i++)
        if (scale[i] != scale[0])
            return false;
    return true;
}

/* One scale where all are equal. */
static struct quant scales(struct pool *pool, float *scale, int32_t n, int32_t axis)
{
    const bool one = are_equal(scale, n);

    return (struct quant){one ? 1 : n, one ? 0 : axis, scale, pool_array(pool, (size_t)n, sizeof(int32_t))};
}

static void write_weights(const struct solve *s, struct model *to, const double *scale)
{
    const struct layer *l = s->layer;
    struct tensor t = s->from->graphs[0].tensors[l->weights];
    int8_t *data = pool_array(to->pool, (size_t)l->rows * (size_t)l->columns, 1);
    float *now = pool_array(to->pool, (size_t)l->rows, sizeof *now);

    for (int32_t r = 0; r < l->rows; r++) {
        now[r] = fmaxf((float)((double)layer_scale(&t, r) * scale[r]), FLT_MIN);
        for (int32_t k = 0; k < l->columns; k++)
            data[layer_element(l, r, k)] = s->code[(int64_t)r * l->columns + k];
    }
    t.data = (const uint8_t *)data;
    t.quant = scales(to->pool, now, l->rows, l->depthwise ? 3 : 0);
    to->graphs[0].tensors[l->weights] = t;
}

static int32_t whole(double x) { return (int32_t)fmax(INT32_MIN, fmin(INT32_MAX, round(x))); }

static struct tensor bias_now(const struct solve *s, const struct model *to, const double *scale)
{
    const struct layer *l = s->layer;
    const struct graph *g = &to->graphs[0];
    int32_t *data = pool_array(to->pool, (size_t)l->rows, sizeof *data);
    float *now = pool_array(to->pool, (size_t)l->rows, sizeof *now);
    struct tensor t = {.name = "", .type = TYPE_S32, .rank = 1, .dims = {l->rows}, .source = -1};

    if (l->bias != TENSOR_ABSENT)
        t = s->from->graphs[0].tensors[l->bias];
    for (int32_t r = 0; r < l->rows; r++) {
        data[r] = whole((bias_before(s, r) + s->shift[r]) / scale[r]);
        now[r] = fmaxf(g->tensors[l->input].quant.scale[0] * layer_scale(&g->tensors[l->weights], r), FLT_MIN);
    }
    t.data = (const uint8_t *)data;
    t.quant = scales(to->pool, now, l->rows, 0);
    return t;
}

static bool is_zero(const struct tensor *t)
{
    for (int64_t i = 0; i < tensor_bytes(t); i++)
        if (t->data[i] != 0)
            return false;
    return true;
}

/* A layer without a bias gets one if it needs it. */
void solve_write(const struct solve *s, struct model *to, const double *scale)
{
    struct graph *g = &to->graphs[0];
    struct op *op = &g->ops[s->layer->op];
    struct tensor bias;

    write_weights(s, to, scale);
    bias = bias_now(s, to, scale);
    if (op_in(g, op, 2) != NULL)
        *op_in(g, op, 2) = bias;
    else if (!is_zero(&bias))
        op_set_inputs(to, op, 3, (int32_t[]){op->in[0], op->in[1], graph_add_tensor(to, g, &bias)});
}
