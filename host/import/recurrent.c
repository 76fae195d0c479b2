/* SPDX-License-Identifier: Apache-2.0 */
#include "host/import/recurrent.h"

#include <math.h>

/* ---- arithmetic ---- */
static int32_t add(struct build *r, int32_t a, int32_t b) { return emit_binary(r, OP_ADD, a, b); }

static int32_t mul(struct build *r, int32_t a, int32_t b) { return emit_binary(r, OP_MUL, a, b); }

static int32_t one_minus(struct build *r, int32_t x) { return emit_binary(r, OP_SUB, add_float(r, 1), x); }

static int32_t dense(struct build *r, int32_t x, int32_t weights, int32_t bias)
{
    return emit(r, OP_FULLY_CONNECTED, NULL, TYPE_NONE, bias == TENSOR_ABSENT ? 2 : 3, (int32_t[]){x, weights, bias});
}

static int32_t activate(struct build *r, const struct recurrent *l, const struct function *f, int32_t x)
{
    if (l->clip < INFINITY)
        x = emit_binary(r, OP_MAXIMUM, emit_binary(r, OP_MINIMUM, x, add_float(r, l->clip)), add_float(r, -l->clip));
    assert(f->of != NULL);
    return f->of(r, f, x);
}

int32_t recurrent_part(struct build *r, int32_t x, int64_t k, int64_t n)
{
    return x == TENSOR_ABSENT ? x : rows(r, x, k * n, n);
}

int32_t recurrent_swap(struct build *r, int32_t x)
{
    const struct tensor t = *tensor_at(r, x);
    int64_t dims[RANK_MAX];

    if (r->status != MOTE_OK || (t.dims[0] > 1 && t.dims[1] > 1))
        return transpose_move(r, x, 1, 0);
    memcpy(dims, t.dims, sizeof dims);
    dims[0] = t.dims[1];
    dims[1] = t.dims[0];
    return reshape(r, x, t.rank, dims);
}

/* ---- one step: s->h and s->c anew, of the product of x ---- */
static int32_t with_peephole(struct build *r, int32_t gate, int32_t peephole, int32_t c)
{
    return peephole == TENSOR_ABSENT ? gate : add(r, gate, mul(r, c, peephole));
}

static void step_lstm(struct build *r, const struct recurrent *l, struct sweep *s, int32_t x)
{
    int32_t gate[LSTM_GATES], i, f;

    split(r, add(r, x, dense(r, s->h, s->r[0], s->bias_h[0])), 1, LSTM_GATES, gate);
    i = activate(r, l, &s->f[0], with_peephole(r, gate[l->order[LSTM_I]], s->peepholes[0], s->c));
    f = l->coupled ? one_minus(r, i)
                   : activate(r, l, &s->f[0], with_peephole(r, gate[l->order[LSTM_F]], s->peepholes[2], s->c));
    s->c = add(r, mul(r, f, s->c), mul(r, i, activate(r, l, &s->f[1], gate[l->order[LSTM_C]])));
    s->h = mul(r, activate(r, l, &s->f[0], with_peephole(r, gate[l->order[LSTM_O]], s->peepholes[1], s->c)),
               activate(r, l, &s->f[2], s->c));
}

/* The reset gate multiplies h before the product, or the product (reset_after). */
static void step_gru(struct build *r, const struct recurrent *l, struct sweep *s, int32_t x)
{
    int32_t from_x[GRU_GATES], from_h[GRU_GATES], z, reset;

    split(r, x, 1, GRU_GATES, from_x);
    split(r, dense(r, s->h, s->r[0], s->bias_h[0]), 1, l->reset_after ? GRU_GATES : 2, from_h);
    z = activate(r, l, &s->f[0], add(r, from_x[GRU_Z], from_h[GRU_Z]));
    reset = activate(r, l, &s->f[0], add(r, from_x[GRU_R], from_h[GRU_R]));
    x = l->reset_after ? mul(r, reset, from_h[GRU_H]) : dense(r, mul(r, reset, s->h), s->r[1], s->bias_h[1]);
    x = activate(r, l, &s->f[1], add(r, from_x[GRU_H], x));
    s->h = add(r, mul(r, one_minus(r, z), x), mul(r, z, s->h));
}

static void step_rnn(struct build *r, const struct recurrent *l, struct sweep *s, int32_t x)
{
    s->h = activate(r, l, &s->f[0], add(r, x, dense(r, s->h, s->r[0], s->bias_h[0])));
}

void recurrent_cut(struct build *r, const struct recurrent *l, int32_t all, int32_t *parts)
{
    int64_t n = l->gates * l->units, first = l->gates == GRU_GATES && !l->reset_after ? 2 * l->units : n;

    parts[0] = rows(r, all, 0, first);
    parts[1] = first < n ? rows(r, all, first, n - first) : TENSOR_ABSENT;
}

/* ---- all steps ---- */
static int32_t choose(struct build *r, int32_t condition, int32_t a, int32_t b)
{
    return emit(r, OP_SELECT_V2, NULL, TYPE_F32, 3, (int32_t[]){condition, a, b});
}

/* Which sequences have a step t: bool [batch][1]; absent if all do. */
static int32_t running(struct build *r, const struct recurrent *l, int64_t t)
{
    int32_t longer;
    bool all = true;

    if (l->lengths == TENSOR_ABSENT)
        return TENSOR_ABSENT;
    longer = emit(r, OP_GREATER, NULL, TYPE_BOOL, 2, (int32_t[]){l->lengths, add_ints(r, 1, &t)});
    for (int64_t b = 0; b < l->batch && all && r->status == MOTE_OK; b++)
        all = is_const(r, longer) && tensor_at(r, longer)->data[b];
    return all ? TENSOR_ABSENT : longer;
}

/* Gives y of the step; where a sequence has ended that is 0, and h and c stay. */
static int32_t step(struct build *r, const struct recurrent *l, struct sweep *s, int64_t t, int32_t x)
{
    int32_t h = s->h, c = s->c, y, has = running(r, l, t);

    if (l->gates == LSTM_GATES)
        step_lstm(r, l, s, x);
    else if (l->gates == GRU_GATES)
        step_gru(r, l, s, x);
    else
        step_rnn(r, l, s, x);
    if (has == TENSOR_ABSENT)
        return s->h;
    y = choose(r, has, s->h, add_zero(r, TYPE_F32));
    s->h = choose(r, has, s->h, h);
    if (c != TENSOR_ABSENT)
        s->c = choose(r, has, s->c, c);
    return y;
}

static void unroll(struct build *r, const struct recurrent *l, struct sweep *s)
{
    if (l->time > GRAPH_OPS_MAX) {
        build_fail(r, MOTE_ERR_UNSUPPORTED, "%lld steps to unroll; %d are the most", (long long)l->time, GRAPH_OPS_MAX);
        return;
    }

    int32_t *x = pool_array(r->pool, (size_t)l->time, sizeof *x);
    int32_t *y = pool_array(r->pool, (size_t)l->time, sizeof *y);
    int32_t h = s->h, c = s->c;

    if (l->stateful)
        s->h = emit_unary(r, OP_READ_VARIABLE, h);
    if (l->stateful && c != TENSOR_ABSENT)
        s->c = emit_unary(r, OP_READ_VARIABLE, c);
    split(r, dense(r, l->x, s->w, s->bias_x), 0, (int)l->time, x);
    for (int64_t k = 0; k < l->time && r->status == MOTE_OK; k++) {
        int64_t t = s->backward ? l->time - 1 - k : k;

        y[t] = step(r, l, s, t, x[t]);
    }
    if (l->stateful)
        assign(r, h, s->h);
    if (l->stateful && c != TENSOR_ABSENT)
        assign(r, c, s->c);
    if (r->status == MOTE_OK && l->wants_y)
        s->y = reshape(r, concat(r, 0, (int)l->time, y), 3, (int64_t[]){l->time, l->batch, l->units});
}

/* ---- the operators ---- */
static bool is_const_or_absent(const struct build *r, int32_t x) { return x == TENSOR_ABSENT || is_const(r, x); }

static bool is_standard(struct build *r, const struct recurrent *l, const struct sweep *s)
{
    const bool lstm = l->gates == LSTM_GATES;

    return (lstm || l->gates == GRU_GATES) && l->clip == INFINITY && !l->coupled &&
           running(r, l, l->time - 1) == TENSOR_ABSENT && s->peepholes[0] == TENSOR_ABSENT &&
           s->f[0].id == OP_LOGISTIC && s->f[1].id == OP_TANH && (!lstm || s->f[2].id == OP_TANH) &&
           is_const(r, s->w) && is_const(r, s->r[0]) && is_const_or_absent(r, s->bias_x) &&
           (lstm || (is_const_or_absent(r, s->r[1]) && is_const_or_absent(r, s->bias_h[0]) &&
                     is_const_or_absent(r, s->bias_h[1])));
}

static int32_t reversed(struct build *r, int32_t x, bool backward)
{
    return backward ? emit(r, OP_REVERSE_V2, NULL, TYPE_NONE, 2, (int32_t[]){x, add_ints(r, 1, (int64_t[]){0})}) : x;
}

static int32_t begin_at(struct build *r, const struct recurrent *l, int32_t value)
{
    int32_t state = add_state(r, 2, (int64_t[]){l->batch, l->units});

    assign(r, state, value);
    return state;
}

/* Both biases of a gate are one. */
static int32_t bias_of(struct build *r, const struct recurrent *l, const struct sweep *s, int gate)
{
    int32_t x = recurrent_part(r, s->bias_x, gate, l->units), h = recurrent_part(r, s->bias_h[0], gate, l->units);

    if (x == TENSOR_ABSENT && h == TENSOR_ABSENT)
        return add_zeros(r, 1, &l->units);
    return x == TENSOR_ABSENT ? h : h == TENSOR_ABSENT ? x : add(r, x, h);
}

static int32_t run_lstm(struct build *r, const struct recurrent *l, const struct sweep *s, int32_t x,
                        const int32_t states[2])
{
    const int gates[LSTM_GATES] = {l->order[LSTM_I], l->order[LSTM_F], l->order[LSTM_C], l->order[LSTM_O]};
    enum { X_WEIGHTS = 1, H_WEIGHTS = 5, BIAS = 12, HIDDEN = 18, CELL, INPUTS };
    struct lstm_opts opts = {.activation = ACTIVATION_TANH, .time_major = true};
    int32_t in[INPUTS];

    for (int i = 0; i < INPUTS; i++)
        in[i] = TENSOR_ABSENT;
    in[0] = x;
    for (int g = 0; g < LSTM_GATES; g++) {
        in[X_WEIGHTS + g] = recurrent_part(r, s->w, gates[g], l->units);
        in[H_WEIGHTS + g] = recurrent_part(r, s->r[0], gates[g], l->units);
        in[BIAS + g] = bias_of(r, l, s, gates[g]);
    }
    in[HIDDEN] = states[0];
    in[CELL] = states[1];
    return emit(r, OP_UNIDIRECTIONAL_SEQUENCE_LSTM, &opts, TYPE_F32, INPUTS, in);
}

/* What recurrent_cut() made of all gates' is one again; zeros, if it is absent. */
static int32_t joined(struct build *r, const struct recurrent *l, const int32_t parts[2])
{
    const int64_t n = l->gates * l->units;

    if (parts[0] == TENSOR_ABSENT)
        return add_zeros(r, 1, &n);
    return parts[1] == TENSOR_ABSENT ? parts[0] : concat(r, 0, 2, parts);
}

static int32_t run_gru(struct build *r, const struct recurrent *l, const struct sweep *s, int32_t x, int32_t state)
{
    const struct gru_opts opts = {.reset_after = l->reset_after, .time_major = true};
    const int32_t bias_x = joined(r, l, (int32_t[]){s->bias_x, TENSOR_ABSENT}), weights = joined(r, l, s->r),
                  bias_h = joined(r, l, s->bias_h);

    return emit(r, OP_GRU, &opts, TYPE_F32, 6, (int32_t[]){x, s->w, weights, bias_x, bias_h, state});
}

/* ---- the operator of the others: without gates, of other functions, with peepholes ---- */
/* Its number among those of RECURRENT; -1 if it is none. */
static int function_number(const struct function *f)
{
    const bool hard = strcmp(f->name, "HardSigmoid") == 0 || strcmp(f->name, "hard_sigmoid") == 0 ||
                      strcmp(f->name, "HardSigmoidActivation") == 0;

    switch (f->id) {
    case OP_TANH:
        return 0;
    case OP_LOGISTIC:
        return 1;
    case OP_RELU:
        return 2;
    default:
        if (strcmp(f->name, "linear") == 0)
            return 3;
        return !hard || f->beta != 0.5f ? -1 : f->alpha == 0.2f ? 4 : f->alpha == 1.0f / 6 ? 5 : -1;
    }
}

static bool has_operator(struct build *r, const struct recurrent *l, const struct sweep *s)
{
    const bool lstm = l->gates == LSTM_GATES;
    bool good = (lstm || l->gates == RNN_GATES) && l->clip == INFINITY && !l->coupled &&
                running(r, l, l->time - 1) == TENSOR_ABSENT && is_const(r, s->w) && is_const(r, s->r[0]) &&
                is_const_or_absent(r, s->bias_x) && is_const_or_absent(r, s->bias_h[0]);

    for (int i = 0; i < (lstm ? FUNCTIONS_MAX : 1); i++)
        good = good && function_number(&s->f[i]) >= 0;
    for (int i = 0; i < 3 && lstm; i++)
        good = good && is_const_or_absent(r, s->peepholes[i]);
    return good;
}

/* Parts of gates in the order i, f, c, o. */
static int32_t in_order(struct build *r, const struct recurrent *l, int32_t x)
{
    int32_t parts[LSTM_GATES];
    const int gates[LSTM_GATES] = {l->order[LSTM_I], l->order[LSTM_F], l->order[LSTM_C], l->order[LSTM_O]};

    if (l->gates != LSTM_GATES)
        return x;
    for (int g = 0; g < LSTM_GATES; g++)
        parts[g] = recurrent_part(r, x, gates[g], l->units);
    return concat(r, 0, LSTM_GATES, parts);
}

static int32_t run_recurrent(struct build *r, const struct recurrent *l, const struct sweep *s, int32_t x,
                             const int32_t states[2])
{
    const bool lstm = l->gates == LSTM_GATES;
    const int fresh = lstm ? 1 : 0;
    const struct recurrent_opts opts = {
        .lstm = lstm,
        .gate = lstm ? function_number(&s->f[0]) : 0,
        .fresh = function_number(&s->f[fresh]),
        .last = lstm ? function_number(&s->f[2]) : 0,
        .time_major = true,
    };
    int32_t bias[LSTM_GATES], peepholes = TENSOR_ABSENT;

    assert(l->gates > 0 && l->gates <= LSTM_GATES);
    for (int g = 0; g < l->gates; g++)
        bias[g] = bias_of(r, l, s, g);
    if (lstm && s->peepholes[0] != TENSOR_ABSENT)
        peepholes = concat(r, 0, 3, (int32_t[]){s->peepholes[0], s->peepholes[2], s->peepholes[1]});
    return emit(r, OP_RECURRENT, &opts, TYPE_F32, lstm ? 7 : 6,
                (int32_t[]){x, in_order(r, l, s->w), in_order(r, l, s->r[0]),
                            in_order(r, l, l->gates > 1 ? concat(r, 0, l->gates, bias) : bias[0]), peepholes, states[0],
                            states[1]});
}

static void run_operator(struct build *r, const struct recurrent *l, struct sweep *s)
{
    const bool lstm = l->gates == LSTM_GATES;
    const int32_t x = reversed(r, l->x, s->backward), h = l->stateful ? s->h : begin_at(r, l, s->h),
                  c = l->stateful || !lstm ? s->c : begin_at(r, l, s->c);
    const int32_t y = !is_standard(r, l, s) ? run_recurrent(r, l, s, x, (int32_t[]){h, c})
                      : lstm                ? run_lstm(r, l, s, x, (int32_t[]){h, c})
                                            : run_gru(r, l, s, x, h);

    if (l->wants_y)
        s->y = reversed(r, y, s->backward);
    s->h = reshape(r, rows(r, y, l->time - 1, 1), 2, (int64_t[]){l->batch, l->units});
    if (lstm && l->wants_c)
        s->c = emit_unary(r, OP_READ_VARIABLE, c);
}

void recurrent_run(struct build *r, struct recurrent *l)
{
    for (int d = 0; d < l->directions && r->status == MOTE_OK; d++) {
        if (is_standard(r, l, &l->sweeps[d]) || has_operator(r, l, &l->sweeps[d]))
            run_operator(r, l, &l->sweeps[d]);
        else
            unroll(r, l, &l->sweeps[d]);
    }
}
