/* SPDX-License-Identifier: Apache-2.0 */
/* Loops that were unrolled when a file was read (TensorFlow's, CNTK's, TensorFlow Lite's, ONNX's): steps of a standard
 * GRU or LSTM, of one sequence that begins with zeros, become the operator. A step is found by what it computes: the
 * arithmetic of gates (below) of sums that are linear in a row of x and in h (affine.h); and it is the next one if it
 * goes on from the last one's h (and c) with the next row and the same weights.
 *
 * Sums round in other places then; the rest is the same. */
#include "host/graph/op_info.h"
#include "host/passes/affine.h"
#include "host/passes/passes.h"
#include "host/passes/quantize.h"

enum { GRU_Z, GRU_R, GRU_N, GRU_GATES };
enum { LSTM_I, LSTM_F, LSTM_C, LSTM_O, LSTM_GATES };

/* One step. */
struct cell {
    int gates;
    bool reset_after;
    int64_t units;
    struct view x, h;   /* origins: what goes in. h of the first step is zeros */
    struct view c;      /* of an LSTM */
    int32_t out, out_c; /* tensors that it makes */
    float *w, *r;       /* [gates][units][x.n], [gates][units][units]; r is not known where h is constant */
    float *bias;        /* [gates + 1][units], as gru_f32 has them; of an LSTM [gates] */
};

/* Steps one after the other. */
struct chain {
    int32_t n;
    struct cell *cells; /* weights of the first, and r of the second, are all others' */
};

struct finder {
    struct pool *pool; /* of the pass */
    struct origins o;
    int32_t n;
    struct chain *chains;
};

/* ---- the arithmetic of gates ---- */
/* The view is a product of two; v[] are their origins. */
static bool product_of(const struct origins *o, struct view of, struct view v[2])
{
    const struct op *op = view_made_by(o, of, OP_MUL);

    for (int i = 0; op != NULL && i < 2; i++) {
        v[i] = (struct view){op->in[i], of.first, of.n};
        if (tensor_elements(op_in(o->g, op, i)) != tensor_elements(op_out(o->g, op, 0)))
            return false;
        v[i] = view_origin(o, v[i]);
    }
    return op != NULL;
}

/* A product one of whose factors is a function of that kind of *sum; the other is *factor. */
static bool gated(const struct origins *o, struct view of, enum op_id id, struct view *sum, struct view *factor)
{
    struct view v[2];

    if (!product_of(o, of, v))
        return false;
    for (int i = 0; i < 2; i++) {
        const struct op *op = view_made_by(o, v[i], id);

        if (op == NULL)
            continue;
        *sum = (struct view){op->in[0], v[i].first, v[i].n};
        *factor = v[1 - i];
        return true;
    }
    return false;
}

/* 1 - of. */
static bool is_rest(const struct origins *o, struct view v, struct view of)
{
    const struct op *op = view_made_by(o, v, OP_SUB);
    struct view one, x;

    if (op == NULL || tensor_elements(op_in(o->g, op, 1)) != tensor_elements(op_out(o->g, op, 0)))
        return false;
    one = view_whole(o, op->in[0]);
    x = view_origin(o, (struct view){op->in[1], v.first, v.n});
    return view_is_const(o, one, 1) && view_same(o, x, of);
}

/* ---- weights ---- */
static bool is_zero(const struct origins *o, struct view v) { return view_is_const(o, v, 0); }

/* A gate's sum becomes its rows of w, r and bias; what is neither of x nor of h is not the cell's. */
static bool take_gate(const struct finder *f, struct cell *c, int gate, const struct affine *sum, int skip)
{
    memcpy(c->bias + gate * c->units, sum->constant, (size_t)c->units * sizeof *c->bias);
    for (int k = 0; k < sum->n; k++) {
        const struct term *t = &sum->terms[k];
        const bool of_h = view_same(&f->o, t->of, c->h);

        if (k == skip)
            continue;
        if (!of_h && c->x.n == 0) {
            c->x = t->of;
            c->w = pool_array(f->pool, (size_t)(c->gates * c->units * c->x.n), sizeof *c->w);
        }
        if (!of_h && !view_same(&f->o, t->of, c->x))
            return false;
        memcpy(of_h ? c->r + gate * c->units * c->units : c->w + gate * c->units * c->x.n, t->matrix,
               (size_t)(c->units * t->of.n) * sizeof(float));
    }
    return true;
}

static bool take_sum(const struct finder *f, struct pool *pool, struct cell *c, int gate, struct view v)
{
    struct affine sum;

    return v.n == c->units && affine_of(pool, &f->o, v, &sum) && take_gate(f, c, gate, &sum, -1);
}

static void new_weights(const struct finder *f, struct cell *c)
{
    c->r = pool_array(f->pool, (size_t)(c->gates * c->units * c->units), sizeof *c->r);
    c->bias = pool_array(f->pool, (size_t)((c->gates + 1) * c->units), sizeof *c->bias);
}

/* ---- GRU ---- */
static bool is_identity(const float *matrix, int64_t n)
{
    for (int64_t i = 0; i < n * n; i++)
        if (matrix[i] != (i % (n + 1) == 0))
            return false;
    return true;
}

/* What the reset gate multiplies: h, whose matrix is t's; or a sum of h. */
static bool take_reset(const struct finder *f, struct pool *pool, struct cell *c, const struct term *t)
{
    struct view r, of;
    struct affine sum;
    float *rows = c->r + GRU_N * c->units * c->units;

    if (!gated(&f->o, t->of, OP_LOGISTIC, &r, &of) || !take_sum(f, pool, c, GRU_R, r))
        return false;
    c->reset_after = !view_same(&f->o, of, c->h);
    if (!c->reset_after) {
        memcpy(rows, t->matrix, (size_t)(c->units * c->units) * sizeof *rows);
        return true;
    }
    if (!is_identity(t->matrix, c->units) || !affine_of(pool, &f->o, of, &sum) || sum.n > 1 ||
        (sum.n == 1 && !view_same(&f->o, sum.terms[0].of, c->h)))
        return false;
    if (sum.n == 1)
        memcpy(rows, sum.terms[0].matrix, (size_t)(c->units * c->units) * sizeof *rows);
    memcpy(c->bias + GRU_GATES * c->units, sum.constant, (size_t)c->units * sizeof *c->bias);
    return true;
}

/* tanh of x, and of h that the reset gate has gone through. */
static bool take_new(const struct finder *f, struct pool *pool, struct cell *c, struct view n)
{
    struct affine sum;
    int k = 0;

    if (!affine_of(pool, &f->o, n, &sum))
        return false;
    while (k < sum.n && (sum.terms[k].of.n != c->units || view_made_by(&f->o, sum.terms[k].of, OP_MUL) == NULL))
        k++;
    return k < sum.n && take_reset(f, pool, c, &sum.terms[k]) && take_gate(f, c, GRU_N, &sum, k);
}

/* h = z * h + (1 - z) * n, in any order. */
static bool find_gru(const struct finder *f, struct pool *pool, const struct op *op, struct cell *c)
{
    const struct origins *o = &f->o;

    for (int i = 0; i < 2; i++) {
        const struct view kept = view_origin(o, view_whole(o, op->in[i])),
                          fresh = view_origin(o, view_whole(o, op->in[1 - i]));
        struct view z, n, rest, gate[2];

        if (kept.n != c->units || fresh.n != c->units || !gated(o, kept, OP_LOGISTIC, &z, &c->h) ||
            !gated(o, fresh, OP_TANH, &n, &rest) || !product_of(o, kept, gate))
            continue;
        if (!is_rest(o, rest, view_same(o, gate[0], c->h) ? gate[1] : gate[0]))
            continue;
        new_weights(f, c);
        return take_sum(f, pool, c, GRU_Z, z) && take_new(f, pool, c, n) && c->x.n > 0;
    }
    return false;
}

/* ---- LSTM ---- */
/* The last step of the chain whose c this is; NULL: there is none. */
static const struct cell *step_before(const struct finder *f, struct view c)
{
    for (int32_t i = 0; i < f->n; i++) {
        const struct cell *last = &f->chains[i].cells[f->chains[i].n - 1];

        if (last->gates == LSTM_GATES && c.tensor == last->out_c && c.n == last->units)
            return last;
    }
    return NULL;
}

/* h = sigmoid(o) * tanh(c), c = sigmoid(f) * c + sigmoid(i) * tanh(g), in any order. */
static bool find_lstm(const struct finder *f, struct pool *pool, const struct op *op, struct cell *c)
{
    const struct origins *o = &f->o;
    struct view sum, gate, i, g, forget, output;
    const struct cell *before;
    const struct op *add, *out;

    if (!gated(o, view_whole(o, op->out[0]), OP_TANH, &sum, &gate))
        return false;
    sum = view_origin(o, sum);
    out = view_made_by(o, gate, OP_LOGISTIC);
    add = view_made_by(o, sum, OP_ADD);
    if (out == NULL || add == NULL || sum.n != tensor_elements(op_out(o->g, add, 0)))
        return false;
    output = (struct view){out->in[0], gate.first, gate.n};
    c->out_c = add->out[0];
    for (int k = 0; k < 2; k++) {
        const struct view kept = view_origin(o, view_whole(o, add->in[k])),
                          fresh = view_origin(o, view_whole(o, add->in[1 - k]));

        if (kept.n != c->units || fresh.n != c->units || !gated(o, fresh, OP_TANH, &g, &gate) ||
            !gated(o, kept, OP_LOGISTIC, &forget, &c->c))
            continue;
        out = view_made_by(o, gate, OP_LOGISTIC);
        before = step_before(f, c->c);
        if (out == NULL || (before == NULL && !is_zero(o, c->c)))
            return false;
        i = (struct view){out->in[0], gate.first, gate.n};
        c->h = before != NULL ? view_whole(o, before->out) : c->c; /* zeros at first */
        new_weights(f, c);
        return take_sum(f, pool, c, LSTM_I, i) && take_sum(f, pool, c, LSTM_F, forget) &&
               take_sum(f, pool, c, LSTM_C, g) && take_sum(f, pool, c, LSTM_O, output) && c->x.n > 0;
    }
    return false;
}

/* ---- chains ---- */
static bool same_floats(const float *a, const float *b, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        if (a[i] != b[i])
            return false;
    return true;
}

/* It goes on where the chain ends. r is what the second step says, as the first one's h is constant. */
static bool follows(const struct chain *chain, const struct cell *c)
{
    const struct cell *last = &chain->cells[chain->n - 1], *first = &chain->cells[0];
    const int64_t n = c->gates * c->units;

    return c->gates == last->gates && c->units == last->units && c->h.tensor == last->out && c->h.n == c->units &&
           (c->gates != LSTM_GATES || c->c.tensor == last->out_c) && c->reset_after == first->reset_after &&
           c->x.tensor == last->x.tensor && c->x.n == last->x.n && c->x.first == last->x.first + c->x.n &&
           same_floats(c->w, first->w, n * c->x.n) && same_floats(c->bias, first->bias, n + c->units) &&
           (chain->n == 1 || same_floats(c->r, chain->cells[1].r, n * c->units));
}

static void add_cell(struct finder *f, const struct cell *c)
{
    struct chain *chain = NULL;

    for (int32_t i = 0; i < f->n && chain == NULL; i++)
        chain = follows(&f->chains[i], c) ? &f->chains[i] : NULL;
    if (chain == NULL && !is_zero(&f->o, c->h))
        return;
    if (chain == NULL) {
        f->chains = pool_grow(f->pool, f->chains, (size_t)f->n, sizeof *f->chains);
        chain = &f->chains[f->n++];
        *chain = (struct chain){.n = 0};
    }
    chain->cells = pool_grow(f->pool, chain->cells, (size_t)chain->n, sizeof *c);
    chain->cells[chain->n++] = *c;
}

static void look_at(struct finder *f, int32_t i)
{
    const struct op *op = &f->o.g->ops[i];
    struct cell c = {.units = op->n_out > 0 ? tensor_elements(op_out(f->o.g, op, 0)) : 0};
    struct pool work = {.limit = f->pool->limit};
    bool found = false;

    if ((op->id != OP_ADD && op->id != OP_MUL) || c.units < 1 || op_out(f->o.g, op, 0)->type != TYPE_F32 ||
        view_made_by(&f->o, view_whole(&f->o, op->out[0]), op->id) == NULL)
        return;
    c.out = op->out[0];
    c.gates = op->id == OP_ADD ? GRU_GATES : LSTM_GATES;
    found = op->id == OP_ADD ? find_gru(f, &work, op, &c) : find_lstm(f, &work, op, &c);
    if (found)
        add_cell(f, &c);
    pool_free(&work);
}

/* ---- the operator ---- */
static int32_t add_floats(struct model *m, struct graph *g, int rank, int64_t d0, int64_t d1, const float *data)
{
    struct tensor t = {.name = "", .type = TYPE_F32, .rank = rank, .dims = {d0, d1}, .source = -1};

    t.data = pool_copy(m->pool, data, (size_t)tensor_elements(&t) * sizeof *data);
    return graph_add_tensor(m, g, &t);
}

static int32_t add_made(struct model *m, struct graph *g, int rank, const int64_t *dims)
{
    struct tensor t = {.name = "", .type = TYPE_F32, .rank = rank, .source = -1};

    memcpy(t.dims, dims, (size_t)rank * sizeof *dims);
    return graph_add_tensor(m, g, &t);
}

static int32_t add_list(struct model *m, struct graph *g, int n, const int64_t *values)
{
    struct tensor t = {.name = "", .type = TYPE_S32, .rank = 1, .dims = {n}, .source = -1};
    int32_t *data = pool_array(m->pool, (size_t)n + 1, sizeof *data);

    for (int i = 0; i < n; i++)
        data[i] = (int32_t)values[i];
    t.data = (const uint8_t *)data;
    return graph_add_tensor(m, g, &t);
}

/* Where the operators that replace a chain go, one behind the other. */
struct edit {
    struct model *m;
    struct graph *g;
    int32_t at;
};

static struct op *put(struct edit *e, enum op_id id, int n, const int32_t *in, int32_t out)
{
    return graph_insert_op(e->m, e->g, e->at++, id, n, in, 1, &out);
}

static int32_t put_reshape(struct edit *e, int32_t x, int rank, const int64_t *dims)
{
    const int32_t out = add_made(e->m, e->g, rank, dims);

    put(e, OP_RESHAPE, 2, (int32_t[]){x, add_list(e->m, e->g, rank, dims)}, out);
    return out;
}

/* Rows of x, which are not all of it: it is a row itself then. */
static int32_t put_slice(struct edit *e, int32_t x, int rank, const int64_t *begin, const int64_t *size)
{
    const int32_t out = add_made(e->m, e->g, rank, size);

    put(e, OP_SLICE, 3, (int32_t[]){x, add_list(e->m, e->g, rank, begin), add_list(e->m, e->g, rank, size)}, out);
    return out;
}

/* [time][1][n]. */
static int32_t put_x(struct edit *e, const struct chain *chain)
{
    const struct view first = chain->cells[0].x;
    const int64_t all = tensor_elements(&e->g->tensors[first.tensor]), n = chain->n * first.n;
    int32_t x = first.tensor;

    if (n < all) {
        x = put_reshape(e, x, 1, &all);
        x = put_slice(e, x, 1, &first.first, &n);
    }
    return put_reshape(e, x, 3, (int64_t[]){chain->n, 1, first.n});
}

static int32_t add_state(struct model *m, struct graph *g, int64_t units, const char *name)
{
    const int32_t state = add_made(m, g, 2, (int64_t[]){1, units});

    g->tensors[state].state = true;
    g->tensors[state].name = name;
    return state;
}

/* It begins with zeros in each inference. */
static void put_zeros(struct edit *e, int32_t state)
{
    const int64_t units = e->g->tensors[state].dims[1];
    const float *zeros = pool_array(e->m->pool, (size_t)units, sizeof *zeros);

    put(e, OP_ASSIGN_VARIABLE, 1, (int32_t[]){add_floats(e->m, e->g, 2, 1, units, zeros)}, state);
}

static void put_gru(struct edit *e, const struct chain *chain, int32_t x, int32_t h, int32_t y)
{
    const struct cell *c = &chain->cells[0];
    const int64_t n = GRU_GATES * c->units;
    float *h_bias = pool_array(e->m->pool, (size_t)n, sizeof *h_bias);
    int32_t in[6] = {x};

    memcpy(h_bias + GRU_N * c->units, c->bias + n, (size_t)c->units * sizeof *h_bias);
    in[1] = add_floats(e->m, e->g, 2, n, c->x.n, c->w);
    in[2] = add_floats(e->m, e->g, 2, n, c->units, chain->cells[1].r);
    in[3] = add_floats(e->m, e->g, 1, n, 0, c->bias);
    in[4] = add_floats(e->m, e->g, 1, n, 0, h_bias);
    in[5] = h;
    *(struct gru_opts *)put(e, OP_GRU, 6, in, y)->opts =
        (struct gru_opts){.reset_after = c->reset_after, .time_major = true};
}

static void put_lstm(struct edit *e, const struct chain *chain, int32_t x, int32_t h, int32_t state, int32_t y)
{
    enum { X_WEIGHTS = 1, H_WEIGHTS = 5, BIAS = 12, HIDDEN = 18, CELL, INPUTS };
    const struct cell *c = &chain->cells[0];
    int32_t in[INPUTS];

    for (int i = 0; i < INPUTS; i++)
        in[i] = TENSOR_ABSENT;
    in[0] = x;
    for (int k = 0; k < LSTM_GATES; k++) {
        in[X_WEIGHTS + k] = add_floats(e->m, e->g, 2, c->units, c->x.n, c->w + k * c->units * c->x.n);
        in[H_WEIGHTS + k] = add_floats(e->m, e->g, 2, c->units, c->units, chain->cells[1].r + k * c->units * c->units);
        in[BIAS + k] = add_floats(e->m, e->g, 1, c->units, 0, c->bias + k * c->units);
    }
    in[HIDDEN] = h;
    in[CELL] = state;
    *(struct lstm_opts *)put(e, OP_UNIDIRECTIONAL_SEQUENCE_LSTM, INPUTS, in, y)->opts =
        (struct lstm_opts){.activation = ACTIVATION_TANH, .time_major = true};
}

/* The operator that makes the tensor gives way to one that takes it out of a larger one. */
static void make_of(struct edit *e, int32_t tensor, int32_t from)
{
    const struct tensor t = e->g->tensors[tensor];
    const int32_t shape = add_list(e->m, e->g, t.rank, t.dims);

    put(e, OP_RESHAPE, 2, (int32_t[]){from, shape}, tensor);
}

/* The place of the operator that makes the tensor, which goes. */
static int32_t take_place(struct graph *g, int32_t tensor)
{
    const int32_t at = graph_producer(g, tensor);

    op_kill(&g->ops[at]);
    return at;
}

/* What the last step leaves in a state. */
static void put_end(struct edit *e, int32_t tensor, int32_t state)
{
    const int32_t last = add_made(e->m, e->g, 2, e->g->tensors[state].dims);

    e->at = take_place(e->g, tensor);
    put(e, OP_READ_VARIABLE, 1, &state, last);
    make_of(e, tensor, last);
}

/* All that the steps have made, from the last to the first, so that places before them stay. */
static void put_chain(struct model *m, struct graph *g, const struct chain *chain)
{
    const struct cell *first = &chain->cells[0], *last = &chain->cells[chain->n - 1];
    const bool lstm = first->gates == LSTM_GATES;
    const int32_t h = add_state(m, g, first->units, "h"), c = lstm ? add_state(m, g, first->units, "c") : TENSOR_ABSENT,
                  y = add_made(m, g, 3, (int64_t[]){chain->n, 1, first->units});
    struct edit e = {m, g, 0};
    int32_t x, place = 0;

    for (int32_t k = chain->n - 1; k >= 0; k--) {
        place = e.at = take_place(g, chain->cells[k].out);
        make_of(&e, chain->cells[k].out, put_slice(&e, y, 3, (int64_t[]){k, 0, 0}, (int64_t[]){1, 1, first->units}));
    }
    if (lstm)
        put_end(&e, last->out_c, c);
    e.at = place;
    x = put_x(&e, chain);
    put_zeros(&e, h);
    if (lstm) {
        put_zeros(&e, c);
        put_lstm(&e, chain, x, h, c, y);
    } else
        put_gru(&e, chain, x, h, y);
}

/* False: there is nothing more. */
static bool find_and_put(struct model *m, struct graph *g)
{
    struct pool pool = {.limit = m->pool->limit};
    struct finder f = {.pool = &pool, .o = origins_of(&pool, m, g)};
    bool found = false;

    for (int32_t i = 0; i < g->n_ops; i++)
        if (g->ops[i].id != OP_NOP)
            look_at(&f, i);
    for (int32_t i = 0; i < f.n; i++)
        if (f.chains[i].n > 1) {
            put_chain(m, g, &f.chains[i]);
            found = true;
        }
    pool_free(&pool);
    return found;
}

/* ---- the last row ---- */
static bool names(const struct op *op, int32_t tensor)
{
    for (int32_t k = 0; k < op->n_in; k++)
        if (op->in[k] == tensor)
            return true;
    for (int32_t k = 0; k < op->n_out; k++)
        if (op->out[k] == tensor)
            return true;
    return false;
}

/* A state that is assigned before operator i, which nobody but that changes from there on. */
static bool is_left(const struct graph *g, int32_t i, int32_t state)
{
    bool assigned = false;

    for (int32_t k = 0; k < g->n_ops; k++) {
        if (g->ops[k].id == OP_NOP || !names(&g->ops[k], state))
            continue;
        assigned |= k < i && g->ops[k].id == OP_ASSIGN_VARIABLE;
        if (k > i && g->ops[k].id != OP_READ_VARIABLE)
            return false;
    }
    return assigned;
}

static bool is_layer(const struct op *op)
{
    return op->id == OP_GRU || op->id == OP_UNIDIRECTIONAL_SEQUENCE_LSTM || op->id == OP_RECURRENT;
}

/* The last step of all sequences is the end of the output: of one sequence it always is. */
static bool ends_with_last_step(const struct graph *g, const struct op *op)
{
    const bool time_major = op->id == OP_GRU         ? ((const struct gru_opts *)op->opts)->time_major
                            : op->id == OP_RECURRENT ? ((const struct recurrent_opts *)op->opts)->time_major
                                                     : ((const struct lstm_opts *)op->opts)->time_major;

    return time_major || op_in(g, op, 0)->dims[0] == 1;
}

/* The operator whose output's last row, of several, the tensor is; its state is *state. -1: there is none. */
static int32_t find_last(const struct origins *o, int32_t tensor, int32_t *state)
{
    const struct view v = view_origin(o, view_whole(o, tensor));
    const int32_t i = v.n > 0 && v.tensor != tensor ? o->maker[v.tensor] : -1;
    const struct op *op = i >= 0 ? &o->g->ops[i] : NULL;
    int64_t all;

    if (op == NULL || !is_layer(op) || !ends_with_last_step(o->g, op))
        return -1;
    *state = recurrent_hidden(op);
    all = tensor_elements(op_out(o->g, op, 0));
    return *state >= 0 && tensor_elements(&o->g->tensors[*state]) == v.n && v.n < all && v.first == all - v.n &&
                   is_left(o->g, i, *state)
               ? i
               : -1;
}

/* It is what the operator leaves in its state: so nobody needs all rows at once for it. */
static void take_ends(struct model *m, struct graph *g)
{
    struct pool pool = {.limit = m->pool->limit};
    const int32_t n = g->n_tensors;
    const struct origins o = origins_of(&pool, m, g);
    struct edit e = {m, g, 0};
    int32_t *state = pool_array(&pool, (size_t)n + 1, sizeof *state);

    for (int32_t i = 0; i < n; i++)
        if (o.maker[i] < 0 || g->ops[o.maker[i]].n_out != 1 || g->tensors[i].type != TYPE_F32 ||
            find_last(&o, i, &state[i]) < 0)
            state[i] = TENSOR_ABSENT;
    for (int32_t i = 0; i < n; i++)
        if (state[i] != TENSOR_ABSENT)
            put_end(&e, i, state[i]);
    pool_free(&pool);
}

/* ---- all rows ---- */
/* The layer's output whose rows, all of them in their order, the concatenation joins; TENSOR_ABSENT: there is none. */
static int32_t find_all(const struct origins *o, const struct op *op)
{
    const int32_t of = view_origin(o, view_whole(o, op->in[0])).tensor, i = o->maker[of];
    int64_t n = 0;

    if (i < 0 || !is_layer(&o->g->ops[i]))
        return TENSOR_ABSENT;
    for (int32_t k = 0; k < op->n_in; k++) {
        const struct view v = view_origin(o, view_whole(o, op->in[k]));

        if (v.tensor != of || v.first != n)
            return TENSOR_ABSENT;
        n += v.n;
    }
    return n == tensor_elements(&o->g->tensors[of]) ? of : TENSOR_ABSENT;
}

/* Its inputs lie one after the other in its output. */
static bool joins_rows(const struct graph *g, const struct op *op)
{
    const struct concatenation_opts *o = op->opts;
    const struct tensor *out = op_out(g, op, 0);
    const int axis = o->axis < 0 ? o->axis + out->rank : o->axis;

    for (int d = 0; d < axis; d++)
        if (out->dims[d] != 1)
            return false;
    return out->type == TYPE_F32 && o->activation == ACTIVATION_NONE;
}

/* A list of what all steps made is what the operator makes. */
static void take_lists(struct model *m, struct graph *g)
{
    struct pool pool = {.limit = m->pool->limit};
    const int32_t n = g->n_tensors;
    const struct origins o = origins_of(&pool, m, g);
    struct edit e = {m, g, 0};
    int32_t *all = pool_array(&pool, (size_t)n + 1, sizeof *all);

    for (int32_t i = 0; i < n; i++) {
        const struct op *op = o.maker[i] >= 0 ? &g->ops[o.maker[i]] : NULL;

        all[i] = op != NULL && op->id == OP_CONCATENATION && joins_rows(g, op) ? find_all(&o, op) : TENSOR_ABSENT;
    }
    for (int32_t i = 0; i < n; i++)
        if (all[i] != TENSOR_ABSENT) {
            e.at = take_place(g, i);
            make_of(&e, i, all[i]);
        }
    pool_free(&pool);
}

/* A layer's steps read rows of what the layer before has become. */
enum mote_status pass_recurrent(struct model *m, struct graph *g, const struct frame *at)
{
    bool found = false;

    while (find_and_put(m, g))
        found = true;
    for (int32_t i = 0; i < g->n_ops; i++)
        found |= is_layer(&g->ops[i]);
    if (found) {
        take_lists(m, g);
        take_ends(m, g);
    }
    return found ? pass_dead_code(m, g, at) : MOTE_OK;
}
