/* SPDX-License-Identifier: Apache-2.0 */
/* OptimizedRNNStack: layers of recurrent cells, one or two directions each, over the whole sequence. All parameters are
 * one vector: of each layer and direction the weights of x and those of h, then of each the two biases. */
#include <math.h>

#include "host/import/cntk/cntk.h"
#include "host/import/recurrent.h"

#define LAYERS_MAX 64

static int32_t of_unary(struct build *r, const struct function *f, int32_t x) { return emit_unary(r, f->id, x); }

/* A part of the parameters, which are constant. */
struct parameters {
    int32_t all;
    int64_t matrices, biases; /* where the next ones are */
};

static int32_t take(struct build *r, int32_t all, int64_t *at, int64_t n)
{
    const int32_t part = rows(r, all, *at, n);

    *at += n;
    return part;
}

/* cuDNN has the gates of a GRU in the order r, z, h. */
static int32_t in_order(struct build *r, const struct recurrent *l, int32_t all)
{
    if (l->gates != GRU_GATES)
        return all;
    return concat(r, 0, GRU_GATES,
                  (int32_t[]){[GRU_Z] = rows(r, all, l->units, l->units),
                              [GRU_R] = rows(r, all, 0, l->units),
                              [GRU_H] = rows(r, all, 2 * l->units, l->units)});
}

static void read_sweep(struct build *r, const struct recurrent *l, struct parameters *p, struct sweep *s)
{
    const int64_t n = l->gates * l->units, dims[2] = {l->batch, l->units};

    s->w = in_order(r, l, reshape(r, take(r, p->all, &p->matrices, n * l->in_len), 2, (int64_t[]){n, l->in_len}));
    recurrent_cut(r, l,
                  in_order(r, l, reshape(r, take(r, p->all, &p->matrices, n * l->units), 2, (int64_t[]){n, l->units})),
                  s->r);
    s->bias_x = in_order(r, l, take(r, p->all, &p->biases, n));
    recurrent_cut(r, l, in_order(r, l, take(r, p->all, &p->biases, n)), s->bias_h);
    s->h = add_zeros(r, 2, dims);
    s->c = l->gates == LSTM_GATES ? add_zeros(r, 2, dims) : TENSOR_ABSENT;
    s->y = TENSOR_ABSENT;
    for (int i = 0; i < 3; i++)
        s->peepholes[i] = TENSOR_ABSENT;
}

/* The cell, by its name; false: it is none that Mote has. */
static bool find_cell(const char *name, struct recurrent *l)
{
    const struct function sigmoid = {"Sigmoid", of_unary, OP_LOGISTIC, 0, 0, 0},
                          tanh = {"Tanh", of_unary, OP_TANH, 0, 0, 0};
    const struct function relu = {"Relu", of_unary, OP_RELU, 0, 0, 0};
    const bool lstm = strcmp(name, "lstm") == 0, gru = strcmp(name, "gru") == 0;

    if (!lstm && !gru && strcmp(name, "rnnTanh") != 0 && strcmp(name, "rnnReLU") != 0)
        return false;
    l->gates = lstm ? LSTM_GATES : gru ? GRU_GATES : RNN_GATES;
    l->reset_after = gru;
    l->order[LSTM_I] = 0, l->order[LSTM_F] = 1, l->order[LSTM_C] = 2, l->order[LSTM_O] = 3;
    for (int d = 0; d < DIRECTIONS; d++) {
        l->sweeps[d].f[0] = lstm || gru ? sigmoid : strcmp(name, "rnnTanh") == 0 ? tanh : relu;
        l->sweeps[d].f[1] = l->sweeps[d].f[2] = tanh;
        l->sweeps[d].backward = d > 0;
    }
    return true;
}

/* [time][1][in_len] becomes [time][1][units], of two directions one behind the other. */
static int32_t run_layer(struct build *r, struct recurrent *l, struct parameters *p, int32_t x)
{
    l->x = x;
    for (int d = 0; d < l->directions; d++)
        read_sweep(r, l, p, &l->sweeps[d]);
    if (r->status == MOTE_OK)
        recurrent_run(r, l);
    if (l->directions == 1)
        return l->sweeps[0].y;
    return concat(r, 2, 2, (int32_t[]){l->sweeps[0].y, l->sweeps[1].y});
}

/* How many parameters there are, and where biases begin; false: more than there can be. */
static bool count(const struct recurrent *l, int64_t layers, int64_t *biases, int64_t *all)
{
    const int64_t n = l->gates * l->units, directions = l->directions;

    if (l->units < 1 || l->units > 1 << 16 || l->in_len > 1 << 16 || layers < 1 || layers > LAYERS_MAX)
        return false;
    *biases =
        directions * n * (l->in_len + l->units) + (layers - 1) * directions * n * (directions * l->units + l->units);
    *all = *biases + layers * directions * 2 * n;
    return true;
}

int32_t cntk_rnn_stack(struct build *r)
{
    const struct cntk_function *f = cntk_of(r)->now;
    const int64_t layers = cntk_int(f->attributes, "numLayers", 1);
    const char *cell = cntk_string(f->attributes, "recurrentOp");
    struct recurrent l = {.time = cntk_of(r)->steps,
                          .batch = 1,
                          .units = cntk_int(f->attributes, "hiddenSize", 0),
                          .directions = cntk_bool(f->attributes, "bidirectional") ? 2 : 1,
                          .wants_y = true,
                          .clip = INFINITY,
                          .lengths = TENSOR_ABSENT};
    struct parameters p = {.all = cntk_in(r, 1)};
    int32_t x = cntk_whole(r, 0);
    int64_t all = 0;

    l.in_len = l.time > 0 ? tensor_elements(tensor_at(r, x)) / l.time : 0;
    if (r->status == MOTE_OK && !find_cell(cell, &l))
        build_fail(r, MOTE_ERR_UNSUPPORTED, "the cell '%s'; Mote has lstm, gru, rnnTanh and rnnReLU here",
                   printable(r->pool, cell));
    if (r->status == MOTE_OK && !count(&l, layers, &p.biases, &all))
        build_fail(r, MOTE_ERR_VALUE, "%lld layers of %lld units", (long long)layers, (long long)l.units);
    if (r->status == MOTE_OK && (!is_const(r, p.all) || tensor_elements(tensor_at(r, p.all)) != all))
        build_fail(r, MOTE_ERR_SHAPE, "%lld parameters, or none that are constant; there are %lld",
                   (long long)tensor_elements(tensor_at(r, p.all)), (long long)all);
    p.all = reshape(r, p.all, 1, &all);
    x = reshape(r, x, 3, (int64_t[]){l.time, 1, l.in_len});
    for (int64_t i = 0; i < layers && r->status == MOTE_OK; i++) {
        x = run_layer(r, &l, &p, x);
        l.in_len = l.directions * l.units;
    }
    return x;
}
