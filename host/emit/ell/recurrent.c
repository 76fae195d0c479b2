/* SPDX-License-Identifier: Apache-2.0 */
/* GRUNode and LSTMNode: a step a call, with a state that goes on. Weights are ConstantNodes before them. */
#include "host/emit/ell/ell.h"

enum { LSTM_GATES = 4 };

static struct ell_node *add_node(struct ell_writer *w)
{
    w->nodes = pool_grow(w->pool, w->nodes, (size_t)w->n, sizeof *w->nodes);
    w->nodes[w->n] = (struct ell_node){.type = NULL};
    return &w->nodes[w->n++];
}

static int next_id(const struct ell_writer *w) { return ELL_FIRST_ID + (int)w->g->n_inputs + (int)w->n; }

/* A vector of `parts` tensors, one after the other; zeros of `n` numbers where there are none. Gives its id. */
static int add_constant(struct ell_writer *w, const struct tensor *const *tensors, int parts, int64_t n)
{
    const int id = next_id(w);
    struct text t = {.pool = w->pool};

    text_add(&t, ",\"values\":[");
    for (int i = 0; i < parts; i++) {
        text_add(&t, "%s", i == 0 ? "" : ",");
        ell_numbers(&t, tensors[i], 0, 1, tensor_elements(tensors[i]));
    }
    for (int64_t i = 0; i < n && parts == 0; i++)
        text_add(&t, "%s", i == 0 ? "0" : ",0");
    for (int i = 0; i < parts; i++)
        n = i == 0 ? tensor_elements(tensors[i]) : n + tensor_elements(tensors[i]);
    text_add(&t, "]");
    ell_layout_of(&t, "layout", 1, &n);
    *add_node(w) = (struct ell_node){.type = "ConstantNode", .version = 8, .fields = t.s};
    return id;
}

static enum mote_status want_state(const struct tensor *t, const struct frame *at)
{
    if (!t || !t->state)
        return fail(at, MOTE_ERR_UNSUPPORTED, "it has no state that goes on, as ELL's have");
    for (int64_t b = 0; t->initial && b < tensor_bytes(t); b++)
        if (t->initial[b] != 0)
            return fail(at, MOTE_ERR_UNSUPPORTED, "its state starts with other numbers than ELL's zeros");
    return MOTE_OK;
}

/* It reads [1][1][n], and states of zeros from `first` on. */
static enum mote_status check(const struct ell_writer *w, const struct op *op, int first, int n, const struct frame *at)
{
    const struct tensor *x = op_in(w->g, op, 0);

    if (x->dims[0] != 1 || x->dims[1] != 1)
        return fail(at, MOTE_ERR_UNSUPPORTED, "it takes %lld steps of %lld sequences a call; ELL's take one of one",
                    (long long)(x->dims[0] > 1 ? x->dims[0] : x->dims[1]),
                    (long long)(x->dims[0] > 1 ? x->dims[1] : x->dims[0]));
    for (int i = first; i < first + n; i++)
        TRY(want_state(op_in(w->g, op, i), at));
    return MOTE_OK;
}

/* The node; ids are of its weights, in the order of its ports. */
static void add_recurrent(struct ell_writer *w, const struct op *op, const char *type, int64_t units, const int ids[4])
{
    static const char *const ports[] = {"inputWeights", "hiddenWeights", "inputBias", "hiddenBias"};
    static const char activation[] = ",\"activation\":{\"_type\":\"%sActivation<float>\",\"_version\":\"0\"}";
    const int trigger = add_constant(w, NULL, 0, 1), from = ell_id_of(w, op->in[0]), id = next_id(w);
    struct text t = {.pool = w->pool};

    ell_port(&t, "input", id, "input", from);
    ell_port(&t, "resetTrigger", id, "resetTrigger", trigger);
    text_add(&t, ",\"hiddenUnits\":%lld", (long long)units);
    for (int i = 0; i < 4; i++)
        ell_port(&t, ports[i], id, ports[i], ids[i]);
    text_add(&t, activation, "Tanh"); /* twice the same name: ELL reads one after the other */
    text_add(&t, activation, "Sigmoid");
    w->made_by[op->out[0]] = w->n;
    *add_node(w) = (struct ell_node){.out = op->out[0], .type = type, .version = 2, .fields = t.s};
}

enum mote_status ell_add_gru(struct ell_writer *w, const struct op *op, const struct frame *at)
{
    enum { WEIGHTS = 1, STATE = 5 };
    const int64_t units = op_out(w->g, op, 0)->dims[2];
    int ids[4];

    if (!((const struct gru_opts *)op->opts)->reset_after)
        return fail(at, MOTE_ERR_UNSUPPORTED, "its reset gate multiplies the state; ELL's multiplies the product");
    TRY(check(w, op, STATE, 1, at));
    for (int i = 0; i < 4; i++) {
        const struct tensor *t = op_in(w->g, op, WEIGHTS + i);

        TRY(ell_want_constant(t, "weights", at));
        ids[i] = add_constant(w, &t, 1, 0);
    }
    add_recurrent(w, op, "GRUNode", units, ids);
    return MOTE_OK;
}

/* Beside four gates, four biases and two states it reads nothing. */
static enum mote_status check_lstm(const struct graph *g, const struct op *op, const struct frame *at)
{
    enum { PEEPHOLES = 9, BIAS = 12, PROJECTION = 16, STATE = 18, NORMALIZATION = 20 };
    const struct lstm_opts *o = op->opts;

    for (int i = PEEPHOLES; i < op->n_in; i++)
        if ((i < BIAS || (i >= PROJECTION && i < STATE) || i >= NORMALIZATION) && op_in(g, op, i))
            return fail(at, MOTE_ERR_UNSUPPORTED, "input %d: ELL has no LSTM with %s", i,
                        i < BIAS    ? "peepholes"
                        : i < STATE ? "a projection"
                                    : "layer normalization");
    if (o->activation != ACTIVATION_TANH || o->cell_clip > 0)
        return fail(at, MOTE_ERR_UNSUPPORTED, "ELL's LSTM is of tanh, and does not clip its cell");
    return MOTE_OK;
}

/* Gates of both are input, forget, cell, output; the operator has one bias. */
enum mote_status ell_add_lstm(struct ell_writer *w, const struct op *op, const struct frame *at)
{
    enum { BIAS = 12, STATE = 18 };
    static const int first[] = {1, 5, BIAS};
    const int64_t units = op_out(w->g, op, 0)->dims[2];
    const struct tensor *parts[LSTM_GATES];
    int ids[4];

    TRY(check_lstm(w->g, op, at));
    TRY(check(w, op, STATE, 2, at));
    for (int i = 0; i < 3; i++) {
        for (int gate = 0; gate < LSTM_GATES; gate++) {
            parts[gate] = op_in(w->g, op, first[i] + gate);
            TRY(ell_want_constant(parts[gate], "weights", at)); /* without its own, the input gate is another's */
        }
        ids[i] = add_constant(w, parts, LSTM_GATES, 0);
    }
    ids[3] = add_constant(w, NULL, 0, LSTM_GATES * units);
    add_recurrent(w, op, "LSTMNode", units, ids);
    return MOTE_OK;
}
