/* SPDX-License-Identifier: Apache-2.0 */
/* LSTM, GRU and RNN, in one direction or both. The standard LSTM is an operator of the graph, whose states are assigned
 * before it, since each inference begins anew. Others are unrolled: the product of all steps of x at once, then step by
 * step what needs h. */
#include <math.h>

#include "host/import/onnx/activation.h"
#include "host/import/onnx/ops.h"

enum { X, W, R, B, LENGTHS, INITIAL_H, INITIAL_C, PEEPHOLES };
enum { Y, Y_H, Y_C };
enum { LSTM_GATES = 4, GRU_GATES = 3, GATES_MAX = 4, FUNCTIONS_MAX = 3, DIRECTIONS = 2 };

/* One direction. */
struct sweep {
    bool backward;
    int32_t w, bias_x;       /* [gates * units][in_len], [gates * units]; biases may be absent */
    int32_t r[2], bias_h[2]; /* of h: all gates; or of a GRU whose h is reset before, z and r, then the new h */
    int32_t peepholes[3];    /* [units], or absent */
    int32_t h, c;            /* [batch][units]: the first ones, then the newest */
    int32_t y;               /* [time][batch][units] */
    struct function f[FUNCTIONS_MAX];
};

/* A node. */
struct layer {
    int gates, functions, directions;
    void (*step)(struct build *r, const struct layer *l, struct sweep *s, int32_t x);
    const char *standard[FUNCTIONS_MAX]; /* activations where the node names none */
    int64_t time, batch, in_len, units;
    bool batch_first, reset_after; /* linear_before_reset */
    bool coupled;                  /* input_forget */
    float clip;                    /* of what goes into activations; INFINITY for none */
    int32_t x;                     /* [time][batch][in_len] */
    int32_t lengths;               /* s32 [batch][1], or absent */
    struct sweep sweeps[DIRECTIONS];
};

/* ---- arithmetic ---- */
static int32_t add(struct build *r, int32_t a, int32_t b) { return emit_binary(r, OP_ADD, a, b); }

static int32_t mul(struct build *r, int32_t a, int32_t b) { return emit_binary(r, OP_MUL, a, b); }

static int32_t one_minus(struct build *r, int32_t x) { return emit_binary(r, OP_SUB, add_float(r, 1), x); }

static int32_t dense(struct build *r, int32_t x, int32_t weights, int32_t bias)
{
    return emit(r, OP_FULLY_CONNECTED, NULL, TYPE_NONE, bias == TENSOR_ABSENT ? 2 : 3, (int32_t[]){x, weights, bias});
}

static int32_t activate(struct build *r, const struct layer *l, const struct function *f, int32_t x)
{
    if (l->clip < INFINITY)
        x = emit_binary(r, OP_MAXIMUM, emit_binary(r, OP_MINIMUM, x, add_float(r, l->clip)), add_float(r, -l->clip));
    assert(f->of != NULL);
    return f->of(r, f, x);
}

/* [n][...], of what has n * k rows. */
static int32_t part(struct build *r, int32_t x, int64_t k, int64_t n)
{
    return x == TENSOR_ABSENT ? x : rows(r, x, k * n, n);
}

/* The first two dimensions change places. */
static int32_t swap(struct build *r, int32_t x)
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
enum { LSTM_I, LSTM_O, LSTM_F, LSTM_C };

static int32_t with_peephole(struct build *r, int32_t gate, int32_t peephole, int32_t c)
{
    return peephole == TENSOR_ABSENT ? gate : add(r, gate, mul(r, c, peephole));
}

static void step_lstm(struct build *r, const struct layer *l, struct sweep *s, int32_t x)
{
    int32_t gate[LSTM_GATES], i, f;

    split(r, add(r, x, dense(r, s->h, s->r[0], s->bias_h[0])), 1, LSTM_GATES, gate);
    i = activate(r, l, &s->f[0], with_peephole(r, gate[LSTM_I], s->peepholes[0], s->c));
    f = l->coupled ? one_minus(r, i) : activate(r, l, &s->f[0], with_peephole(r, gate[LSTM_F], s->peepholes[2], s->c));
    s->c = add(r, mul(r, f, s->c), mul(r, i, activate(r, l, &s->f[1], gate[LSTM_C])));
    s->h = mul(r, activate(r, l, &s->f[0], with_peephole(r, gate[LSTM_O], s->peepholes[1], s->c)),
               activate(r, l, &s->f[2], s->c));
}

enum { GRU_Z, GRU_R, GRU_H };

/* The reset gate multiplies h before the product, or the product (reset_after). */
static void step_gru(struct build *r, const struct layer *l, struct sweep *s, int32_t x)
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

static void step_rnn(struct build *r, const struct layer *l, struct sweep *s, int32_t x)
{
    s->h = activate(r, l, &s->f[0], add(r, x, dense(r, s->h, s->r[0], s->bias_h[0])));
}

/* ---- all steps ---- */
static int32_t choose(struct build *r, int32_t condition, int32_t a, int32_t b)
{
    return emit(r, OP_SELECT_V2, NULL, TYPE_F32, 3, (int32_t[]){condition, a, b});
}

/* Which sequences have a step t: bool [batch][1]; absent if all do. */
static int32_t running(struct build *r, const struct layer *l, int64_t t)
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
static int32_t step(struct build *r, const struct layer *l, struct sweep *s, int64_t t, int32_t x)
{
    int32_t h = s->h, c = s->c, y, has = running(r, l, t);

    l->step(r, l, s, x);
    if (has == TENSOR_ABSENT)
        return s->h;
    y = choose(r, has, s->h, add_zero(r, TYPE_F32));
    s->h = choose(r, has, s->h, h);
    if (c != TENSOR_ABSENT)
        s->c = choose(r, has, s->c, c);
    return y;
}

static void unroll(struct build *r, const struct layer *l, struct sweep *s)
{
    if (l->time > GRAPH_OPS_MAX) {
        build_fail(r, MOTE_ERR_UNSUPPORTED, "%lld steps to unroll; %d are the most", (long long)l->time, GRAPH_OPS_MAX);
        return;
    }

    int32_t *x = pool_array(r->pool, (size_t)l->time, sizeof *x);
    int32_t *y = pool_array(r->pool, (size_t)l->time, sizeof *y);

    split(r, dense(r, l->x, s->w, s->bias_x), 0, (int)l->time, x);
    for (int64_t k = 0; k < l->time && r->status == MOTE_OK; k++) {
        int64_t t = s->backward ? l->time - 1 - k : k;

        y[t] = step(r, l, s, t, x[t]);
    }
    if (r->status == MOTE_OK && node_wants(r, Y))
        s->y = reshape(r, concat(r, 0, (int)l->time, y), 3, (int64_t[]){l->time, l->batch, l->units});
}

/* ---- the operator ---- */
static bool is_standard(struct build *r, const struct layer *l, const struct sweep *s)
{
    return l->gates == LSTM_GATES && l->clip == INFINITY && !l->coupled &&
           running(r, l, l->time - 1) == TENSOR_ABSENT && s->peepholes[0] == TENSOR_ABSENT &&
           s->f[0].id == OP_LOGISTIC && s->f[1].id == OP_TANH && s->f[2].id == OP_TANH && is_const(r, s->w) &&
           is_const(r, s->r[0]) && (s->bias_x == TENSOR_ABSENT || is_const(r, s->bias_x));
}

static int32_t reversed(struct build *r, int32_t x, bool backward)
{
    return backward ? emit(r, OP_REVERSE_V2, NULL, TYPE_NONE, 2, (int32_t[]){x, add_ints(r, 1, (int64_t[]){0})}) : x;
}

static int32_t begin_at(struct build *r, const struct layer *l, int32_t value)
{
    int32_t state = add_state(r, 2, (int64_t[]){l->batch, l->units});

    assign(r, state, value);
    return state;
}

static void run_operator(struct build *r, const struct layer *l, struct sweep *s)
{
    static const int gates[LSTM_GATES] = {LSTM_I, LSTM_F, LSTM_C, LSTM_O};
    enum { X_WEIGHTS = 1, H_WEIGHTS = 5, BIAS = 12, HIDDEN = 18, CELL, INPUTS };
    struct lstm_opts opts = {.activation = ACTIVATION_TANH, .time_major = true};
    int32_t in[INPUTS], y;

    for (int i = 0; i < INPUTS; i++)
        in[i] = TENSOR_ABSENT;
    in[0] = reversed(r, l->x, s->backward);
    for (int g = 0; g < LSTM_GATES; g++) {
        in[X_WEIGHTS + g] = part(r, s->w, gates[g], l->units);
        in[H_WEIGHTS + g] = part(r, s->r[0], gates[g], l->units);
        in[BIAS + g] = s->bias_x == TENSOR_ABSENT
                           ? add_zeros(r, 1, &l->units)
                           : add(r, part(r, s->bias_x, gates[g], l->units), part(r, s->bias_h[0], gates[g], l->units));
    }
    in[HIDDEN] = begin_at(r, l, s->h);
    in[CELL] = begin_at(r, l, s->c);
    y = emit(r, OP_UNIDIRECTIONAL_SEQUENCE_LSTM, &opts, TYPE_F32, INPUTS, in);
    if (node_wants(r, Y))
        s->y = reversed(r, y, s->backward);
    s->h = reshape(r, rows(r, y, l->time - 1, 1), 2, (int64_t[]){l->batch, l->units});
    if (node_wants(r, Y_C))
        s->c = emit_unary(r, OP_READ_VARIABLE, in[CELL]);
}

/* ---- reading a node ---- */
static void want_shape(struct build *r, int i, int rank, const int64_t *dims)
{
    struct tensor want = {.rank = rank};
    char is[96], not [96];

    memcpy(want.dims, dims, (size_t)rank * sizeof *dims);
    if (node_has(r, i) && r->status == MOTE_OK && !shape_equal(tensor_at(r, onnx_of(r)->in[i]), &want))
        build_fail(r, MOTE_ERR_SHAPE, "input %d is %s, not %s", i, shape_text(tensor_at(r, onnx_of(r)->in[i]), is),
                   shape_text(&want, not ));
}

static void read_sizes(struct build *r, struct layer *l)
{
    const struct tensor x = *tensor_at(r, node_in(r, X)), h = *tensor_at(r, node_in(r, R));
    int64_t d = l->directions, n;

    node_in(r, W);
    if (r->status == MOTE_OK && (x.rank != 3 || h.rank != 3))
        build_fail(r, MOTE_ERR_SHAPE, "inputs X and R of %d and %d dimensions, not of 3", x.rank, h.rank);
    l->time = x.dims[l->batch_first];
    l->batch = x.dims[!l->batch_first];
    l->in_len = x.dims[2];
    l->units = h.dims[2];
    if (r->status == MOTE_OK && (tensor_elements(&x) < 1 || l->units < 1))
        build_fail(r, MOTE_ERR_SHAPE, "no elements");
    n = l->gates * l->units;
    want_shape(r, W, 3, (int64_t[]){d, n, l->in_len});
    want_shape(r, R, 3, (int64_t[]){d, n, l->units});
    want_shape(r, B, 2, (int64_t[]){d, 2 * n});
    want_shape(r, LENGTHS, 1, &l->batch);
    for (int i = INITIAL_H; i <= INITIAL_C; i++)
        want_shape(r, i, 3, l->batch_first ? (int64_t[]){l->batch, d, l->units} : (int64_t[]){d, l->batch, l->units});
    want_shape(r, PEEPHOLES, 2, (int64_t[]){d, 3 * l->units});
    if (r->status == MOTE_OK && node_int(r, "hidden_size", l->units) != l->units)
        build_fail(r, MOTE_ERR_SHAPE, "hidden_size is not that of R, %lld", (long long)l->units);
}

/* Those that take an alpha (a beta) take the next one of the list. */
static void read_functions(struct build *r, struct layer *l)
{
    enum { MOST = DIRECTIONS * FUNCTIONS_MAX };
    const char *names[MOST] = {NULL};
    float alpha[MOST] = {0}, beta[MOST] = {0};
    int n, n_alpha, n_beta, a = 0, b = 0;

    node_strings(r, "activations", MOST, &n, names);
    node_floats(r, "activation_alpha", MOST, &n_alpha, alpha);
    node_floats(r, "activation_beta", MOST, &n_beta, beta);
    if (r->status == MOTE_OK && n != 0 && n != l->functions * l->directions)
        build_fail(r, MOTE_ERR_FORMAT, "%d activations, not %d", n, l->functions * l->directions);
    for (int i = 0; i < l->functions * l->directions && r->status == MOTE_OK; i++) {
        struct function *f = &l->sweeps[i / l->functions].f[i % l->functions];
        const char *name = n > 0 ? names[i] : l->standard[i % l->functions];
        const struct function *found = function_find(name);

        if (!found) {
            build_fail(r, MOTE_ERR_UNSUPPORTED, "the activation %s", printable(r->pool, name));
            return;
        }
        *f = *found;
        f->alpha = f->n >= 1 && a < n_alpha ? alpha[a++] : f->alpha;
        f->beta = f->n >= 2 && b < n_beta ? beta[b++] : f->beta;
    }
}

/* Input i's state of a direction: [batch][units]. */
static int32_t initial(struct build *r, const struct layer *l, int i, int direction)
{
    int64_t dims[2] = {l->batch, l->units};

    if (!node_has(r, i))
        return add_zeros(r, 2, dims);
    return reshape(r, rows(r, l->batch_first ? swap(r, onnx_of(r)->in[i]) : onnx_of(r)->in[i], direction, 1), 2, dims);
}

/* Rows of what an inference reads at each step, which are the same tensor each time. */
static void cut(struct build *r, const struct layer *l, int32_t all, int32_t *parts)
{
    int64_t n = l->gates * l->units, first = l->gates == GRU_GATES && !l->reset_after ? 2 * l->units : n;

    parts[0] = rows(r, all, 0, first);
    parts[1] = first < n ? rows(r, all, first, n - first) : TENSOR_ABSENT;
}

static void read_sweep(struct build *r, const struct layer *l, int direction, struct sweep *s)
{
    int64_t n = l->gates * l->units, d = l->directions;

    s->bias_x = s->bias_h[0] = s->bias_h[1] = s->c = s->y = TENSOR_ABSENT;
    s->w = part(r, reshape(r, onnx_of(r)->in[W], 2, (int64_t[]){d * n, l->in_len}), direction, n);
    cut(r, l, part(r, reshape(r, onnx_of(r)->in[R], 2, (int64_t[]){d * n, l->units}), direction, n), s->r);
    if (node_has(r, B)) {
        int32_t both = reshape(r, onnx_of(r)->in[B], 1, (int64_t[]){d * 2 * n});

        s->bias_x = part(r, both, 2 * direction, n);
        cut(r, l, part(r, both, 2 * direction + 1, n), s->bias_h);
    }
    for (int k = 0; k < 3; k++)
        s->peepholes[k] = !node_has(r, PEEPHOLES)
                              ? TENSOR_ABSENT
                              : part(r, reshape(r, onnx_of(r)->in[PEEPHOLES], 1, (int64_t[]){d * 3 * l->units}),
                                     3 * direction + k, l->units);
    s->h = initial(r, l, INITIAL_H, direction);
    if (l->gates == LSTM_GATES)
        s->c = initial(r, l, INITIAL_C, direction);
}

static void read_layer(struct build *r, struct layer *l)
{
    const char *direction = node_string(r, "direction", "forward");

    l->directions = strcmp(direction, "bidirectional") == 0 ? 2 : 1;
    l->sweeps[0].backward = strcmp(direction, "reverse") == 0;
    l->sweeps[1].backward = true;
    l->batch_first = node_int(r, "layout", 0) != 0;
    l->reset_after = node_int(r, "linear_before_reset", 0) != 0;
    l->coupled = node_int(r, "input_forget", 0) != 0;
    l->clip = node_float(r, "clip", INFINITY);
    read_sizes(r, l);
    read_functions(r, l);
    if (r->status != MOTE_OK)
        return;
    l->x = l->batch_first ? swap(r, onnx_of(r)->in[X]) : onnx_of(r)->in[X];
    l->lengths =
        node_has(r, LENGTHS) ? reshape(r, onnx_of(r)->in[LENGTHS], 2, (int64_t[]){l->batch, 1}) : TENSOR_ABSENT;
    for (int d = 0; d < l->directions; d++)
        read_sweep(r, l, d, &l->sweeps[d]);
}

/* ---- what it makes ---- */
/* Both directions' states: [directions][batch][units], or with the batch first. */
static int32_t join_states(struct build *r, const struct layer *l, const int32_t *each)
{
    int32_t in[DIRECTIONS], all;

    for (int d = 0; d < l->directions; d++)
        in[d] = reshape(r, each[d], 3, (int64_t[]){1, l->batch, l->units});
    all = concat(r, 0, l->directions, in);
    return l->batch_first ? swap(r, all) : all;
}

/* [time][directions][batch][units], or [batch][time][directions][units]. */
static int32_t join_y(struct build *r, const struct layer *l)
{
    int64_t d = l->directions;
    int32_t in[DIRECTIONS], y;

    for (int i = 0; i < d; i++)
        in[i] = reshape(r, l->sweeps[i].y, 4, (int64_t[]){l->time, 1, l->batch, l->units});
    y = concat(r, 1, (int)d, in);
    if (!l->batch_first)
        return y;
    if (l->batch == 1)
        return reshape(r, y, 4, (int64_t[]){1, l->time, d, l->units});
    return transpose(r, y, (int[]){2, 0, 1, 3});
}

static void recurrent(struct build *r, struct layer *l)
{
    read_layer(r, l);
    for (int d = 0; d < l->directions && r->status == MOTE_OK; d++) {
        if (is_standard(r, l, &l->sweeps[d]))
            run_operator(r, l, &l->sweeps[d]);
        else
            unroll(r, l, &l->sweeps[d]);
    }
    if (r->status != MOTE_OK)
        return;
    if (node_wants(r, Y))
        node_out(r, Y, join_y(r, l));
    if (node_wants(r, Y_H))
        node_out(r, Y_H, join_states(r, l, (int32_t[]){l->sweeps[0].h, l->sweeps[1].h}));
    if (node_wants(r, Y_C) && l->gates == LSTM_GATES)
        node_out(r, Y_C, join_states(r, l, (int32_t[]){l->sweeps[0].c, l->sweeps[1].c}));
}

void onnx_lstm(struct build *r)
{
    recurrent(r, &(struct layer){
                     .gates = LSTM_GATES, .functions = 3, .step = step_lstm, .standard = {"Sigmoid", "Tanh", "Tanh"}});
}

void onnx_gru(struct build *r)
{
    recurrent(r,
              &(struct layer){.gates = GRU_GATES, .functions = 2, .step = step_gru, .standard = {"Sigmoid", "Tanh"}});
}

void onnx_rnn(struct build *r)
{
    recurrent(r, &(struct layer){.gates = 1, .functions = 1, .step = step_rnn, .standard = {"Tanh"}});
}
