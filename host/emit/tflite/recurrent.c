/* SPDX-License-Identifier: Apache-2.0 */
/* Recurrent layers in TFLite's words. It has no GRU, and its LSTM keeps its states between inferences: so a float GRU,
 * and a float LSTM whose states begin anew in each inference, are unrolled, step by step. Every sum has the order that
 * the kernels gru_f32 and lstm_f32 have, so that the bytes are the same. */
#include "host/emit/tflite/lower.h"

#define STEPS_MAX 1024

enum { GRU_Z, GRU_R, GRU_N, GRU_GATES };
enum { LSTM_I, LSTM_F, LSTM_C, LSTM_O, LSTM_GATES };
enum { GRU_X_WEIGHTS = 1, GRU_H_WEIGHTS, GRU_X_BIAS, GRU_H_BIAS, GRU_HIDDEN };
enum { LSTM_X_WEIGHTS = 1, LSTM_H_WEIGHTS = 5, LSTM_BIAS = 12, LSTM_HIDDEN = 18, LSTM_CELL };

/* One layer that is being unrolled. */
struct unrolled {
    struct lowering_tfl *l;
    const char *name;
    int64_t batch, time, in_len, units;
    bool time_major;
    int32_t *x; /* [time] */
    struct {
        int32_t of_x, bias, of_h; /* weights */
    } gates[LSTM_GATES];
};

int32_t tfl_hidden(const struct op *op) { return op->in[op->id == OP_GRU ? GRU_HIDDEN : LSTM_HIDDEN]; }

static int32_t cell_of(const struct op *op) { return op->id == OP_GRU ? TENSOR_ABSENT : op->in[LSTM_CELL]; }

/* ---- states that begin anew ---- */
static bool touches(const struct op *op, int32_t tensor)
{
    for (int32_t k = 0; k < op->n_in; k++)
        if (op->in[k] == tensor)
            return true;
    for (int32_t k = 0; k < op->n_out; k++)
        if (op->out[k] == tensor)
            return true;
    return false;
}

static bool is_end(const struct graph *g, int32_t tensor)
{
    for (int32_t i = 0; i < g->n_inputs; i++)
        if (g->inputs[i] == tensor)
            return true;
    for (int32_t i = 0; i < g->n_outputs; i++)
        if (g->outputs[i] == tensor)
            return true;
    return false;
}

/* A constant is assigned before the layer, it is read behind, and nobody else knows it. */
static bool begins_anew(const struct graph *g, const struct op *layer, int32_t state)
{
    bool begun = false, behind = false;

    if (is_end(g, state))
        return false;
    for (int32_t i = 0; i < g->n_ops; i++) {
        const struct op *op = &g->ops[i];

        behind |= op == layer;
        if (op == layer || !touches(op, state))
            continue;
        if (!behind && !begun && op->id == OP_ASSIGN_VARIABLE && op_in(g, op, 0)->data)
            begun = true;
        else if (!behind || op->id != OP_READ_VARIABLE)
            return false;
    }
    return begun;
}

bool tfl_unrolls(const struct graph *g, const struct op *op)
{
    if (op->id != OP_GRU && op->id != OP_UNIDIRECTIONAL_SEQUENCE_LSTM)
        return false;
    if (op_in(g, op, 0)->type != TYPE_F32 || tfl_hidden(op) == TENSOR_ABSENT)
        return false;
    return op->id == OP_GRU || (begins_anew(g, op, op->in[LSTM_HIDDEN]) && begins_anew(g, op, op->in[LSTM_CELL]));
}

void tfl_find_local(struct lowering_tfl *l, const struct graph *g)
{
    l->local = pool_array(l->m->pool, (size_t)l->n_variable + 1, sizeof *l->local);
    for (int32_t i = 0; i < l->n_variable; i++)
        l->local[i] = TENSOR_ABSENT;
    for (int32_t i = 0; i < g->n_ops; i++) {
        const struct op *op = &g->ops[i];

        if (!tfl_unrolls(g, op))
            continue;
        if (begins_anew(g, op, tfl_hidden(op))) {
            l->local[tfl_hidden(op)] = tfl_hidden(op);
            l->variable[tfl_hidden(op)] = false;
        }
        if (cell_of(op) != TENSOR_ABSENT)
            l->local[cell_of(op)] = cell_of(op);
    }
}

/* ---- tensors and operators ---- */
static int32_t add_floats(struct unrolled *u, int rank, const int64_t *dims)
{
    struct tensor t = {.name = u->name, .type = TYPE_F32, .rank = rank, .source = -1};

    memcpy(t.dims, dims, (size_t)rank * sizeof *dims);
    return graph_add_tensor(u->l->m, u->l->g, &t);
}

static int32_t add_state_like(struct unrolled *u) { return add_floats(u, 2, (int64_t[]){u->batch, u->units}); }

static int32_t put(struct unrolled *u, enum op_id id, int n_in, const int32_t *in)
{
    const int32_t out = add_state_like(u);

    tfl_append(u->l, id, n_in, in, out);
    return out;
}

static int32_t put_one(struct unrolled *u, enum op_id id, int32_t a) { return put(u, id, 1, &a); }

static int32_t put_two(struct unrolled *u, enum op_id id, int32_t a, int32_t b)
{
    return put(u, id, 2, (int32_t[]){a, b});
}

static int32_t add_one(struct unrolled *u, float value)
{
    return tfl_add_constant(u->l, TYPE_F32, 0, NULL, &value, sizeof value);
}

/* Rows of a constant of floats. */
static int32_t add_rows(struct unrolled *u, int32_t of, int64_t first, int64_t n)
{
    const struct tensor t = u->l->g->tensors[of];
    const int64_t row = tensor_elements(&t) / t.dims[0];
    int64_t dims[RANK_MAX];

    memcpy(dims, t.dims, sizeof dims);
    dims[0] = n;
    return tfl_add_constant(u->l, TYPE_F32, t.rank, dims, t.data + (size_t)(first * row) * sizeof(float),
                            (size_t)(n * row) * sizeof(float));
}

static int32_t add_sum(struct unrolled *u, int32_t a, int32_t b)
{
    const struct tensor *t = &u->l->g->tensors[a], *s = &u->l->g->tensors[b];
    const int64_t n = tensor_elements(t);
    float *sum = pool_array(u->l->m->pool, (size_t)n + 1, sizeof *sum);

    for (int64_t i = 0; i < n; i++) {
        float x, y;

        memcpy(&x, t->data + (size_t)i * sizeof x, sizeof x);
        memcpy(&y, s->data + (size_t)i * sizeof y, sizeof y);
        sum[i] = x + y;
    }
    return tfl_add_constant(u->l, TYPE_F32, 1, &n, sum, (size_t)n * sizeof *sum);
}

/* ---- steps ---- */
static void put_x(struct unrolled *u, int32_t x)
{
    const int64_t dims[] = {u->batch, u->in_len};

    u->x = pool_array(u->l->m->pool, (size_t)u->time + 1, sizeof *u->x);
    for (int64_t t = 0; t < u->time; t++)
        u->x[t] = add_floats(u, 2, dims);

    struct op *op = graph_add_op(u->l->m, u->l->g, OP_UNPACK, 1, &x, (int32_t)u->time, u->x);

    op->source = -1;
    *(struct axis_opts *)op->opts = (struct axis_opts){.axis = u->time_major ? 0 : 1};
}

static int32_t put_dense(struct unrolled *u, int32_t x, int32_t weights, int32_t bias)
{
    return put(u, OP_FULLY_CONNECTED, 3, (int32_t[]){x, weights, bias});
}

static int32_t put_gate_of_x(struct unrolled *u, int gate, int64_t t)
{
    return put_dense(u, u->x[t], u->gates[gate].of_x, u->gates[gate].bias);
}

static int32_t put_sum(struct unrolled *u, int gate, int64_t t, int32_t h)
{
    return put_two(u, OP_ADD, put_gate_of_x(u, gate, t), put_dense(u, h, u->gates[gate].of_h, TENSOR_ABSENT));
}

/* All steps' h as the layer's output. */
static void put_output(struct unrolled *u, int32_t *h, int32_t out)
{
    struct op *op = graph_add_op(u->l->m, u->l->g, OP_PACK, (int32_t)u->time, h, 1, &out);

    op->source = -1;
    *(struct axis_opts *)op->opts = (struct axis_opts){.axis = u->time_major ? 0 : 1};
}

static void begin_gru(struct unrolled *u, const struct op *op)
{
    for (int gate = 0; gate < GRU_GATES; gate++) {
        const int64_t first = gate * u->units;
        int32_t bias = add_rows(u, op->in[GRU_X_BIAS], first, u->units);

        if (gate != GRU_N)
            bias = add_sum(u, bias, add_rows(u, op->in[GRU_H_BIAS], first, u->units));
        u->gates[gate].of_x = add_rows(u, op->in[GRU_X_WEIGHTS], first, u->units);
        u->gates[gate].of_h = add_rows(u, op->in[GRU_H_WEIGHTS], first, u->units);
        u->gates[gate].bias = bias;
    }
}

static int32_t unroll_gru(struct unrolled *u, const struct op *op, int32_t h, int32_t *steps)
{
    const struct gru_opts *o = op->opts;
    const int32_t one = add_one(u, 1), bias = add_rows(u, op->in[GRU_H_BIAS], GRU_N * u->units, u->units);

    for (int64_t t = 0; t < u->time; t++) {
        const int32_t z = put_one(u, OP_LOGISTIC, put_sum(u, GRU_Z, t, h));
        const int32_t r = put_one(u, OP_LOGISTIC, put_sum(u, GRU_R, t, h));
        const int32_t seen = o->reset_after ? h : put_two(u, OP_MUL, r, h);
        const int32_t of_h = put_dense(u, seen, u->gates[GRU_N].of_h, bias);
        const int32_t added = o->reset_after ? put_two(u, OP_MUL, r, of_h) : of_h;
        const int32_t n = put_one(u, OP_TANH, put_two(u, OP_ADD, put_gate_of_x(u, GRU_N, t), added));

        h = put_two(u, OP_ADD, put_two(u, OP_MUL, put_two(u, OP_SUB, one, z), n), put_two(u, OP_MUL, z, h));
        steps[t] = h;
    }
    return h;
}

static void begin_lstm(struct unrolled *u, const struct op *op)
{
    for (int gate = 0; gate < LSTM_GATES; gate++) {
        u->gates[gate].of_x = op->in[LSTM_X_WEIGHTS + gate];
        u->gates[gate].of_h = op->in[LSTM_H_WEIGHTS + gate];
        u->gates[gate].bias = op->in[LSTM_BIAS + gate];
    }
}

static int32_t put_clip(struct unrolled *u, int32_t c, float clip)
{
    if (!(clip > 0))
        return c;
    return put_two(u, OP_MAXIMUM, put_two(u, OP_MINIMUM, c, add_one(u, clip)), add_one(u, -clip));
}

static int32_t unroll_lstm(struct unrolled *u, const struct op *op, int32_t h, int32_t *c, int32_t *steps)
{
    const struct lstm_opts *o = op->opts;

    for (int64_t t = 0; t < u->time; t++) {
        const int32_t i = put_one(u, OP_LOGISTIC, put_sum(u, LSTM_I, t, h));
        const int32_t f = put_one(u, OP_LOGISTIC, put_sum(u, LSTM_F, t, h));
        const int32_t g = put_one(u, OP_TANH, put_sum(u, LSTM_C, t, h));
        const int32_t output = put_one(u, OP_LOGISTIC, put_sum(u, LSTM_O, t, h));

        *c = put_two(u, OP_ADD, put_two(u, OP_MUL, f, *c), put_two(u, OP_MUL, i, g));
        *c = put_clip(u, *c, o->cell_clip);
        h = put_two(u, OP_MUL, put_one(u, OP_TANH, *c), output);
        steps[t] = h;
    }
    return h;
}

/* ---- the layer ---- */
static struct unrolled unrolled_of(struct lowering_tfl *l, const struct op *op)
{
    const bool gru = op->id == OP_GRU;
    const struct tensor *x = op_in(l->g, op, 0);
    const bool time_major =
        gru ? ((const struct gru_opts *)op->opts)->time_major : ((const struct lstm_opts *)op->opts)->time_major;

    return (struct unrolled){.l = l,
                             .name = op->name,
                             .batch = x->dims[time_major],
                             .time = x->dims[!time_major],
                             .in_len = x->dims[2],
                             .units = op_out(l->g, op, 0)->dims[2],
                             .time_major = time_major};
}

static bool are_constants(const struct graph *g, const struct op *op)
{
    const int gates = op->id == OP_GRU ? 0 : LSTM_GATES, weights = op->id == OP_GRU ? 4 : 2 * LSTM_GATES;

    for (int k = 0; k < weights + gates; k++) {
        const struct tensor *t = op_in(g, op, k < weights ? GRU_X_WEIGHTS + k : LSTM_BIAS + k - weights);

        if (!t || !t->data || t->type != TYPE_F32)
            return false;
    }
    return true;
}

enum mote_status tfl_check_recurrent(const struct graph *g, const struct op *op, const struct frame *at)
{
    const struct tensor *x = op_in(g, op, 0);
    const bool lstm = op->id == OP_UNIDIRECTIONAL_SEQUENCE_LSTM;
    int64_t steps;

    if (op->id == OP_GRU && x->type != TYPE_F32)
        return fail(at, MOTE_ERR_UNSUPPORTED, "TFLite has no GRU of integers; write the float model");
    for (int32_t i = 0; lstm && !tfl_unrolls(g, op) && i < g->n_ops; i++)
        if (&g->ops[i] != op && (touches(&g->ops[i], op->in[LSTM_HIDDEN]) || touches(&g->ops[i], op->in[LSTM_CELL])))
            return fail(at, MOTE_ERR_UNSUPPORTED,
                        "TFLite's LSTM keeps its states between inferences, and nothing else reads or assigns them; "
                        "one of floats whose states get constants before it is unrolled");
    if (!tfl_unrolls(g, op))
        return MOTE_OK;
    if (x->rank != 3)
        return fail(at, MOTE_ERR_SHAPE, "an input of %d dimensions, not of 3", (int)x->rank);
    steps = x->dims[0] * x->dims[1];
    if (steps > STEPS_MAX)
        return fail(at, MOTE_ERR_UNSUPPORTED,
                    "it takes %lld steps; TFLite has no %s, so that its steps are written one by one, %d at most: "
                    "shorten its input",
                    (long long)steps, lstm ? "LSTM that begins anew in each inference" : "GRU", STEPS_MAX);
    if (!are_constants(g, op))
        return fail(at, MOTE_ERR_UNSUPPORTED, "its weights and biases must be constants");
    return MOTE_OK;
}

/* What its states are before and behind: `op` reads them already, but for those that begin anew. */
void tfl_unroll(struct lowering_tfl *l, const struct op *op, int32_t hidden)
{
    struct unrolled u = unrolled_of(l, op);
    const bool local = l->local[hidden] != TENSOR_ABSENT;
    int32_t *steps = pool_array(l->m->pool, (size_t)u.time + 1, sizeof *steps);
    int32_t h = local ? l->local[hidden] : op->in[GRU_HIDDEN];

    put_x(&u, op->in[0]);
    if (op->id == OP_GRU) {
        begin_gru(&u, op);
        h = unroll_gru(&u, op, h, steps);
    } else {
        begin_lstm(&u, op);
        h = unroll_lstm(&u, op, h, &l->local[op->in[LSTM_CELL]], steps);
    }
    put_output(&u, steps, op->out[0]);
    if (local)
        l->local[hidden] = h;
    else
        tfl_append(l, OP_ASSIGN_VARIABLE, 1, &h, hidden);
}
