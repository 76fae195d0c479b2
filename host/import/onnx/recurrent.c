/* SPDX-License-Identifier: Apache-2.0 */
/* LSTM, GRU and RNN. */
#include <math.h>

#include "host/import/onnx/activation.h"
#include "host/import/onnx/ops.h"
#include "host/import/recurrent.h"

enum { X, W, R, B, LENGTHS, INITIAL_H, INITIAL_C, PEEPHOLES };
enum { Y, Y_H, Y_C };

/* A node. */
struct layer {
    struct recurrent of;
    int functions;
    const char *standard[FUNCTIONS_MAX]; /* activations where the node names none */
    bool batch_first;
};

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
    int64_t d = l->of.directions, n;

    node_in(r, W);
    if (r->status == MOTE_OK && (x.rank != 3 || h.rank != 3))
        build_fail(r, MOTE_ERR_SHAPE, "inputs X and R of %d and %d dimensions, not of 3", x.rank, h.rank);
    l->of.time = x.dims[l->batch_first];
    l->of.batch = x.dims[!l->batch_first];
    l->of.in_len = x.dims[2];
    l->of.units = h.dims[2];
    if (r->status == MOTE_OK && (tensor_elements(&x) < 1 || l->of.units < 1))
        build_fail(r, MOTE_ERR_SHAPE, "no elements");
    n = l->of.gates * l->of.units;
    want_shape(r, W, 3, (int64_t[]){d, n, l->of.in_len});
    want_shape(r, R, 3, (int64_t[]){d, n, l->of.units});
    want_shape(r, B, 2, (int64_t[]){d, 2 * n});
    want_shape(r, LENGTHS, 1, &l->of.batch);
    for (int i = INITIAL_H; i <= INITIAL_C; i++)
        want_shape(r, i, 3,
                   l->batch_first ? (int64_t[]){l->of.batch, d, l->of.units}
                                  : (int64_t[]){d, l->of.batch, l->of.units});
    want_shape(r, PEEPHOLES, 2, (int64_t[]){d, 3 * l->of.units});
    if (r->status == MOTE_OK && node_int(r, "hidden_size", l->of.units) != l->of.units)
        build_fail(r, MOTE_ERR_SHAPE, "hidden_size is not that of R, %lld", (long long)l->of.units);
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
    if (r->status == MOTE_OK && n != 0 && n != l->functions * l->of.directions)
        build_fail(r, MOTE_ERR_FORMAT, "%d activations, not %d", n, l->functions * l->of.directions);
    for (int i = 0; i < l->functions * l->of.directions && r->status == MOTE_OK; i++) {
        struct function *f = &l->of.sweeps[i / l->functions].f[i % l->functions];
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
    int64_t dims[2] = {l->of.batch, l->of.units};

    if (!node_has(r, i))
        return add_zeros(r, 2, dims);
    return reshape(r, rows(r, l->batch_first ? recurrent_swap(r, onnx_of(r)->in[i]) : onnx_of(r)->in[i], direction, 1),
                   2, dims);
}

static void read_sweep(struct build *r, const struct layer *l, int direction, struct sweep *s)
{
    int64_t n = l->of.gates * l->of.units, d = l->of.directions;

    s->bias_x = s->bias_h[0] = s->bias_h[1] = s->c = s->y = TENSOR_ABSENT;
    s->w = recurrent_part(r, reshape(r, onnx_of(r)->in[W], 2, (int64_t[]){d * n, l->of.in_len}), direction, n);
    recurrent_cut(r, &l->of,
                  recurrent_part(r, reshape(r, onnx_of(r)->in[R], 2, (int64_t[]){d * n, l->of.units}), direction, n),
                  s->r);
    if (node_has(r, B)) {
        int32_t both = reshape(r, onnx_of(r)->in[B], 1, (int64_t[]){d * 2 * n});

        s->bias_x = recurrent_part(r, both, 2 * direction, n);
        recurrent_cut(r, &l->of, recurrent_part(r, both, 2 * direction + 1, n), s->bias_h);
    }
    for (int k = 0; k < 3; k++)
        s->peepholes[k] =
            !node_has(r, PEEPHOLES)
                ? TENSOR_ABSENT
                : recurrent_part(r, reshape(r, onnx_of(r)->in[PEEPHOLES], 1, (int64_t[]){d * 3 * l->of.units}),
                                 3 * direction + k, l->of.units);
    s->h = initial(r, l, INITIAL_H, direction);
    if (l->of.gates == LSTM_GATES)
        s->c = initial(r, l, INITIAL_C, direction);
}

static void read_layer(struct build *r, struct layer *l)
{
    const char *direction = node_string(r, "direction", "forward");

    l->of.directions = strcmp(direction, "bidirectional") == 0 ? 2 : 1;
    l->of.sweeps[0].backward = strcmp(direction, "reverse") == 0;
    l->of.sweeps[1].backward = true;
    l->batch_first = node_int(r, "layout", 0) != 0;
    l->of.reset_after = node_int(r, "linear_before_reset", 0) != 0;
    l->of.coupled = node_int(r, "input_forget", 0) != 0;
    l->of.clip = node_float(r, "clip", INFINITY);
    read_sizes(r, l);
    read_functions(r, l);
    if (r->status != MOTE_OK)
        return;
    l->of.x = l->batch_first ? recurrent_swap(r, onnx_of(r)->in[X]) : onnx_of(r)->in[X];
    l->of.lengths =
        node_has(r, LENGTHS) ? reshape(r, onnx_of(r)->in[LENGTHS], 2, (int64_t[]){l->of.batch, 1}) : TENSOR_ABSENT;
    for (int d = 0; d < l->of.directions; d++)
        read_sweep(r, l, d, &l->of.sweeps[d]);
}

/* ---- what it makes ---- */
/* Both directions' states: [directions][batch][units], or with the batch first. */
static int32_t join_states(struct build *r, const struct layer *l, const int32_t *each)
{
    int32_t in[DIRECTIONS], all;

    assert(l->of.directions <= DIRECTIONS);
    for (int d = 0; d < l->of.directions; d++)
        in[d] = reshape(r, each[d], 3, (int64_t[]){1, l->of.batch, l->of.units});
    all = concat(r, 0, l->of.directions, in);
    return l->batch_first ? recurrent_swap(r, all) : all;
}

/* [time][directions][batch][units], or [batch][time][directions][units]. */
static int32_t join_y(struct build *r, const struct layer *l)
{
    int64_t d = l->of.directions;
    int32_t in[DIRECTIONS], y;

    for (int i = 0; i < d; i++)
        in[i] = reshape(r, l->of.sweeps[i].y, 4, (int64_t[]){l->of.time, 1, l->of.batch, l->of.units});
    y = concat(r, 1, (int)d, in);
    if (!l->batch_first)
        return y;
    if (l->of.batch == 1)
        return reshape(r, y, 4, (int64_t[]){1, l->of.time, d, l->of.units});
    return transpose(r, y, (int[]){2, 0, 1, 3});
}

static void recurrent(struct build *r, struct layer *l)
{
    read_layer(r, l);
    l->of.wants_y = node_wants(r, Y);
    l->of.wants_c = node_wants(r, Y_C);
    recurrent_run(r, &l->of);
    if (r->status != MOTE_OK)
        return;
    if (node_wants(r, Y))
        node_out(r, Y, join_y(r, l));
    if (node_wants(r, Y_H))
        node_out(r, Y_H, join_states(r, l, (int32_t[]){l->of.sweeps[0].h, l->of.sweeps[1].h}));
    if (node_wants(r, Y_C) && l->of.gates == LSTM_GATES)
        node_out(r, Y_C, join_states(r, l, (int32_t[]){l->of.sweeps[0].c, l->of.sweeps[1].c}));
}

void onnx_lstm(struct build *r)
{
    recurrent(r, &(struct layer){.of.gates = LSTM_GATES,
                                 .of.order = {LSTM_I, LSTM_O, LSTM_F, LSTM_C},
                                 .functions = 3,
                                 .standard = {"Sigmoid", "Tanh", "Tanh"}});
}

void onnx_gru(struct build *r)
{
    recurrent(r, &(struct layer){.of.gates = GRU_GATES, .functions = 2, .standard = {"Sigmoid", "Tanh"}});
}

void onnx_rnn(struct build *r)
{
    recurrent(r, &(struct layer){.of.gates = RNN_GATES, .functions = 1, .standard = {"Tanh"}});
}
