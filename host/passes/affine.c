/* SPDX-License-Identifier: Apache-2.0 */
#include "host/passes/affine.h"

#include "host/graph/op_info.h"
#include "host/passes/passes.h"
#include "host/run/compute.h"

#define MOVED_MAX (1 << 20) /* elements that are followed, each a float that counts */
#define DEPTH_MAX 64
#define RUNS_MAX  64  /* pieces of a view that come from different places */
#define LOOKS_MAX 256 /* at views for one function: sums of what are sums of the same would double them at each step */

struct origins origins_of(struct pool *pool, const struct model *m, const struct graph *g)
{
    struct origins o = {.pool = pool, .m = m, .g = g};

    o.maker = pool_array(pool, (size_t)g->n_tensors + 1, sizeof *o.maker);
    o.from = pool_array(pool, (size_t)g->n_tensors + 1, sizeof *o.from);
    for (int32_t i = 0; i < g->n_tensors; i++)
        o.maker[i] = -1;
    for (int32_t i = 0; i < g->n_ops; i++)
        for (int32_t k = 0; g->ops[i].id != OP_NOP && k < g->ops[i].n_out; k++)
            o.maker[g->ops[i].out[k]] = g->tensors[g->ops[i].out[k]].state ? -1 : i;
    return o;
}

struct view view_whole(const struct origins *o, int32_t tensor)
{
    return (struct view){tensor, 0, tensor_elements(&o->g->tensors[tensor])};
}

static const float *floats_of(const struct origins *o, struct view v)
{
    const struct tensor *t = &o->g->tensors[v.tensor];

    return t->data != NULL && t->type == TYPE_F32 ? (const float *)(const void *)t->data + v.first : NULL;
}

bool view_is_const(const struct origins *o, struct view v, float x)
{
    const float *data = floats_of(o, v);

    for (int64_t i = 0; data != NULL && i < v.n; i++)
        if (data[i] != x)
            return false;
    return data != NULL;
}

bool view_same(const struct origins *o, struct view a, struct view b)
{
    const float *x = floats_of(o, a), *y = floats_of(o, b);

    if (a.n != b.n)
        return false;
    return (a.tensor == b.tensor && a.first == b.first) ||
           (x != NULL && y != NULL && memcmp(x, y, (size_t)a.n * sizeof *x) == 0);
}

const struct op *view_made_by(const struct origins *o, struct view v, enum op_id id)
{
    const int32_t maker = o->maker[v.tensor];
    const struct op *op = maker < 0 ? NULL : &o->g->ops[maker];

    if (op == NULL || op->id != id || op_out(o->g, op, 0)->type != TYPE_F32)
        return NULL;
    return op_activation(op) == NULL || *op_activation(op) == ACTIVATION_NONE ? op : NULL;
}

/* ---- elements that move ---- */
static bool moves(const struct op *op)
{
    switch (op->id) {
    case OP_RESHAPE:
    case OP_SQUEEZE:
    case OP_EXPAND_DIMS:
    case OP_TRANSPOSE:
    case OP_PACK:
    case OP_UNPACK:
    case OP_SPLIT:
    case OP_SPLIT_V:
    case OP_SLICE:
    case OP_STRIDED_SLICE:
    case OP_GATHER:
    case OP_CONCATENATION:
        return op_activation(op) == NULL || *op_activation(op) == ACTIVATION_NONE;
    default:
        return false;
    }
}

static bool is_float(const struct origins *o, const struct op *op, int32_t i)
{
    return op->in[i] != TENSOR_ABSENT && o->g->tensors[op->in[i]].type == TYPE_F32;
}

/* Elements of all inputs that are floats; 0: too many, or unknown, or a constant among them, which cannot count. */
static int64_t count_elements(const struct origins *o, const struct op *op)
{
    int64_t n = 0;

    for (int32_t i = 0; i < op->n_in; i++) {
        const int64_t more = is_float(o, op, i) ? tensor_elements(op_in(o->g, op, i)) : 0;

        if (more < 0 || n + more > MOVED_MAX || (is_float(o, op, i) && op_in(o->g, op, i)->data != NULL))
            return 0;
        n += more;
    }
    return n;
}

/* Inputs are in the output one behind the other. */
static bool joins(const struct origins *o, const struct op *op)
{
    const struct tensor *out = op_out(o->g, op, 0);
    int32_t axis;

    if (op->id != OP_CONCATENATION && op->id != OP_PACK)
        return false;
    axis = op->id == OP_PACK ? ((const struct axis_opts *)op->opts)->axis
                             : ((const struct concatenation_opts *)op->opts)->axis;
    axis += axis < 0 ? out->rank : 0;
    for (int32_t d = 0; d < axis && d < out->rank; d++)
        if (out->dims[d] != 1)
            return false;
    return true;
}

static int64_t *new_list(const struct origins *o, int32_t tensor)
{
    return o->from[tensor] = pool_array(o->pool, (size_t)tensor_elements(&o->g->tensors[tensor]) + 1, sizeof **o->from);
}

/* Runs the operator on numbers that count its inputs' elements. */
static void follow(const struct origins *o, const struct op *op)
{
    struct computation *c;
    int64_t n = 0;
    QUIET(nowhere);

    if (joins(o, op)) {
        int64_t *list = new_list(o, op->out[0]);

        for (int64_t e = 0; e < tensor_elements(op_out(o->g, op, 0)); e++)
            list[e] = e;
        return;
    }
    if (count_elements(o, op) == 0 || computation_make(o->pool, o->m, o->g, op, &c, &nowhere) != MOTE_OK)
        return;
    for (int32_t i = 0; i < op->n_in; i++) {
        float *data = is_float(o, op, i) ? computation_data(c, op->in[i]) : NULL;

        for (int64_t k = 0; data != NULL && k < tensor_elements(op_in(o->g, op, i)); k++)
            data[k] = (float)n++;
    }
    computation_run(c);
    for (int32_t k = 0; k < op->n_out; k++) {
        const float *data = computation_data(c, op->out[k]);
        int64_t *list = data != NULL ? new_list(o, op->out[k]) : NULL;

        for (int64_t e = 0; list != NULL && e < tensor_elements(op_out(o->g, op, k)); e++)
            list[e] = (int64_t)data[e];
    }
}

/* Where the view's first elements were, as many as were side by side; false: nothing has moved them. */
static bool step_back(const struct origins *o, struct view v, struct view *before)
{
    const int32_t maker = o->maker[v.tensor];
    const struct op *op = maker < 0 ? NULL : &o->g->ops[maker];
    const int64_t *from;
    int64_t at, n = 0;

    if (op == NULL || !moves(op) || o->g->tensors[v.tensor].type != TYPE_F32)
        return false;
    if (o->from[v.tensor] == NULL)
        follow(o, op);
    if (o->from[v.tensor] == NULL)
        return false;
    from = o->from[v.tensor] + v.first;
    at = from[0];
    for (int32_t i = 0; i < op->n_in; i++) {
        const int64_t has = is_float(o, op, i) ? tensor_elements(op_in(o->g, op, i)) : 0;

        if (at < has) {
            while (n < v.n && from[n] == from[0] + n && at + n < has)
                n++;
            *before = (struct view){op->in[i], at, n};
            return true;
        }
        at -= has;
    }
    return false;
}

struct view view_origin(const struct origins *o, struct view v)
{
    struct view before;

    for (int depth = 0; depth < DEPTH_MAX && v.n > 0 && step_back(o, v, &before) && before.n == v.n; depth++)
        v = before;
    return v;
}

/* ---- sums of matrices times views ---- */
struct sum {
    struct pool *pool;
    const struct origins *o;
    struct affine *out;
    int *looks; /* that are left */
};

/* left [rows][v.n] times the view. Below a matrix elements only move: other layers are other layers'. */
enum below { BELOW_NOTHING, BELOW_MATRIX };
static bool add_view(const struct sum *s, const float *left, struct view v, enum below below, int depth);

/* left [rows][v.n] times constants. */
static void add_constant(const struct affine *out, const float *left, const float *data, int64_t n)
{
    for (int64_t r = 0; r < out->rows; r++)
        for (int64_t i = 0; i < n; i++)
            out->constant[r] += left[r * n + i] * data[i];
}

static bool add_term(const struct sum *s, const float *left, struct view v)
{
    struct affine *out = s->out;
    int k = 0;

    while (k < out->n && !view_same(s->o, out->terms[k].of, v))
        k++;
    if (k == AFFINE_TERMS)
        return false;
    if (k == out->n)
        out->terms[out->n++] = (struct term){v, pool_array(s->pool, (size_t)(out->rows * v.n), sizeof *left)};
    for (int64_t i = 0; i < out->rows * v.n; i++)
        out->terms[k].matrix[i] += left[i];
    return true;
}

/* Columns first … first + n - 1 of left, which has `columns`. */
static const float *columns_of(const struct sum *s, const float *left, int64_t columns, int64_t first, int64_t n)
{
    float *part = pool_array(s->pool, (size_t)(s->out->rows * n), sizeof *part);

    for (int64_t r = 0; r < s->out->rows; r++)
        memcpy(part + r * n, left + r * columns + first, (size_t)n * sizeof *part);
    return part;
}

/* Each row of left that has a single 1 takes a row of weights as it is. */
static void multiply(const struct sum *s, const float *left, int64_t n, const float *w, int64_t columns, float *product)
{
    for (int64_t r = 0; r < s->out->rows; r++)
        for (int64_t i = 0; i < n; i++)
            for (int64_t k = 0; k < columns && left[r * n + i] != 0; k++)
                product[r * columns + k] += left[r * n + i] * w[i * columns + k];
}

static bool add_dense(const struct sum *s, const float *left, struct view v, const struct op *op, int depth)
{
    const struct graph *g = s->o->g;
    const struct tensor *w = op_in(g, op, 1), *bias = op_in(g, op, 2);
    const struct view x = view_whole(s->o, op->in[0]);
    float *product;

    if (w->data == NULL || w->type != TYPE_F32 || w->rank != 2 || w->dims[1] != x.n ||
        (bias != NULL && bias->data == NULL))
        return add_term(s, left, v);
    if (bias != NULL)
        add_constant(s->out, left, (const float *)(const void *)bias->data + v.first, v.n);
    product = pool_array(s->pool, (size_t)(s->out->rows * x.n), sizeof *product);
    multiply(s, left, v.n, (const float *)(const void *)w->data + v.first * x.n, x.n, product);
    return add_view(s, product, x, BELOW_MATRIX, depth);
}

/* One operand of a sum: as many elements as the sum has, or a constant for all. */
static bool add_operand(const struct sum *s, const float *left, struct view v, int32_t tensor, int depth)
{
    const struct view whole = view_whole(s->o, tensor), part = {tensor, v.first, v.n};
    float *same;

    if (whole.n == tensor_elements(&s->o->g->tensors[v.tensor]))
        return add_view(s, left, part, BELOW_NOTHING, depth);
    if (whole.n != 1 || floats_of(s->o, whole) == NULL)
        return false;
    same = pool_array(s->pool, (size_t)v.n, sizeof *same);
    for (int64_t i = 0; i < v.n; i++)
        same[i] = *floats_of(s->o, whole);
    add_constant(s->out, left, same, v.n);
    return true;
}

/* Piece by piece, as far as each has come from one place. */
static bool add_pieces(const struct sum *s, const float *left, struct view v, enum below below, int depth)
{
    struct view before;
    int runs = 0;

    for (int64_t at = 0; at < v.n; at += before.n)
        if (++runs > RUNS_MAX || !step_back(s->o, (struct view){v.tensor, v.first + at, v.n - at}, &before) ||
            !add_view(s, columns_of(s, left, v.n, at, before.n), before, below, depth))
            return false;
    return true;
}

static bool add_view(const struct sum *s, const float *left, struct view v, enum below below, int depth)
{
    const struct op *op;
    struct view before;

    if (depth == 0 || *s->looks == 0)
        return false;
    --*s->looks;
    v = view_origin(s->o, v);
    if (floats_of(s->o, v) != NULL) {
        add_constant(s->out, left, floats_of(s->o, v), v.n);
        return true;
    }
    op = below == BELOW_MATRIX ? NULL : view_made_by(s->o, v, OP_FULLY_CONNECTED);
    if (op != NULL)
        return add_dense(s, left, v, op, depth - 1);
    op = below == BELOW_MATRIX ? NULL : view_made_by(s->o, v, OP_ADD);
    if (op != NULL)
        return add_operand(s, left, v, op->in[0], depth - 1) && add_operand(s, left, v, op->in[1], depth - 1);
    if (v.n > 0 && step_back(s->o, v, &before))
        return add_pieces(s, left, v, below, depth - 1);
    return add_term(s, left, v);
}

bool affine_of(struct pool *pool, const struct origins *o, struct view v, struct affine *out)
{
    int looks = LOOKS_MAX;
    const struct sum s = {pool, o, out, &looks};
    float *identity;

    if (v.n < 1 || v.n > 1 << 11)
        return false;
    *out = (struct affine){.rows = v.n, .constant = pool_array(pool, (size_t)v.n, sizeof *out->constant)};
    identity = pool_array(pool, (size_t)(v.n * v.n), sizeof *identity);
    for (int64_t i = 0; i < v.n; i++)
        identity[i * (v.n + 1)] = 1;
    return add_view(&s, identity, v, BELOW_NOTHING, DEPTH_MAX);
}
