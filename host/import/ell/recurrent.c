/* SPDX-License-Identifier: Apache-2.0 */
/* Recurrent nodes. ELL calls a map once for each step, and nodes keep their states in between: so do operators with
 * states here, of sequences of one step. */
#include <math.h>

#include "host/import/ell/ell.h"
#include "host/import/recurrent.h"

/* The steps go on from what the last one left. A node would begin anew when its trigger falls to 0, so that one which
 * stays as it is does nothing. */
static void want_no_reset(struct build *r, const json_t *node)
{
    const json_t *port = json_object_get(node, "resetTrigger");
    const char *from = json_string_value(json_is_object(port) ? json_object_get(port, "input") : port);

    if (r->status == MOTE_OK && from && from[0] != '\0' && !is_const(r, ell_reference(r, from)))
        build_fail(
            r, MOTE_ERR_UNSUPPORTED,
            "its state is reset by a signal; Mote's are reset by the caller: connect resetTrigger to a constant");
}

static void read_function(struct build *r, const json_t *node, const char *key, struct function *f)
{
    const json_t *from = ell_object(r, node, key);

    if (r->status == MOTE_OK && !ell_function(r, ell_type_of(from), from, f))
        build_fail(r, MOTE_ERR_UNSUPPORTED, "Mote does not have its function '%s' here",
                   printable(r->pool, pool_strdup(r->pool, ell_type_of(from).base)));
}

/* A port's numbers, of whatever shape, as one of [n][columns], or with 0 columns [n]. */
static int32_t read_weights(struct build *r, const json_t *node, const char *key, int64_t n, int64_t columns)
{
    const int32_t x = ell_input(r, node, key);
    const int64_t want = columns > 0 ? n * columns : n, has = tensor_elements(tensor_at(r, x));

    if (r->status == MOTE_OK && has != want)
        build_fail(r, MOTE_ERR_SHAPE, "its port \"%s\" has %lld numbers, not %lld", key, (long long)has,
                   (long long)want);
    return reshape(r, x, columns > 0 ? 2 : 1, (int64_t[]){n, columns});
}

static int64_t read_units(struct build *r, const json_t *node)
{
    const int64_t units = ell_int(r, node, "hiddenUnits");

    if (r->status == MOTE_OK && (units < 1 || units > INT16_MAX))
        build_fail(r, MOTE_ERR_VALUE, "%lld hidden units", (long long)units);
    return units;
}

/* ---- RNN, GRU, LSTM: gates beside each other, a bias of x and one of h ---- */
static int32_t read_recurrent(struct build *r, const json_t *node, struct recurrent *l)
{
    struct sweep *s = &l->sweeps[0];
    const int32_t x = ell_input(r, node, "input");
    int64_t n;

    l->units = read_units(r, node);
    n = l->gates * l->units;
    l->directions = 1;
    l->time = l->batch = 1;
    l->in_len = tensor_elements(tensor_at(r, x));
    l->stateful = l->wants_c = true;
    l->clip = INFINITY;
    l->lengths = TENSOR_ABSENT;
    l->x = reshape(r, x, 3, (int64_t[]){1, 1, l->in_len});
    want_no_reset(r, node);
    s->w = read_weights(r, node, "inputWeights", n, l->in_len);
    recurrent_cut(r, l, read_weights(r, node, "hiddenWeights", n, l->units), s->r);
    s->bias_x = read_weights(r, node, "inputBias", n, 0);
    recurrent_cut(r, l, read_weights(r, node, "hiddenBias", n, 0), s->bias_h);
    for (int i = 0; i < 3; i++)
        s->peepholes[i] = TENSOR_ABSENT;
    s->h = add_state(r, 2, (int64_t[]){1, l->units});
    s->c = l->gates == LSTM_GATES ? add_state(r, 2, (int64_t[]){1, l->units}) : TENSOR_ABSENT;
    if (r->status == MOTE_OK)
        recurrent_run(r, l);
    return reshape(r, s->h, 1, &l->units);
}

int32_t ell_rnn(struct build *r, const json_t *node)
{
    struct recurrent l = {.gates = RNN_GATES};

    read_function(r, node, ELL_ACTIVATION, &l.sweeps[0].f[0]);
    return read_recurrent(r, node, &l);
}

/* Gates are update, reset, hidden; the reset gate multiplies the product. */
int32_t ell_gru(struct build *r, const json_t *node)
{
    struct recurrent l = {.gates = GRU_GATES, .reset_after = true};

    read_function(r, node, ELL_SECOND_ACTIVATION, &l.sweeps[0].f[0]);
    read_function(r, node, ELL_ACTIVATION, &l.sweeps[0].f[1]);
    return read_recurrent(r, node, &l);
}

/* The cell is a port of its own. */
int32_t ell_lstm(struct build *r, const json_t *node)
{
    struct recurrent l = {.gates = LSTM_GATES, .order = {[LSTM_I] = 0, [LSTM_F] = 1, [LSTM_C] = 2, [LSTM_O] = 3}};
    const char *id = json_string_value(json_object_get(node, "id"));
    int32_t h;

    read_function(r, node, ELL_SECOND_ACTIVATION, &l.sweeps[0].f[0]);
    read_function(r, node, ELL_ACTIVATION, &l.sweeps[0].f[1]);
    l.sweeps[0].f[2] = l.sweeps[0].f[1];
    h = read_recurrent(r, node, &l);
    if (r->status == MOTE_OK)
        names_set(r->pool, &ell_of(r)->values, pool_printf(r->pool, "%s.outputCellState", id ? id : ""),
                  reshape(r, l.sweeps[0].c, 1, &l.units));
    return h;
}

/* ---- FastGRNN ---- */
/* x times a matrix of [n][columns], or of two of lower rank. */
static int32_t product(struct build *r, const json_t *node, const char *name, int64_t rank, int64_t n, int32_t x)
{
    const int64_t columns = tensor_elements(tensor_at(r, x));
    const char *second = pool_printf(r->pool, "%s2", name);

    x = emit_binary(r, OP_FULLY_CONNECTED, x,
                    read_weights(r, node, pool_printf(r->pool, "%s1", name), rank > 0 ? rank : n, columns));
    return rank > 0 ? emit_binary(r, OP_FULLY_CONNECTED, x, read_weights(r, node, second, n, rank)) : x;
}

static int32_t biased(struct build *r, const json_t *node, const char *key, const struct function *f, int32_t x)
{
    x = emit_binary(r, OP_ADD, x, read_weights(r, node, key, tensor_elements(tensor_at(r, x)), 0));
    return r->status == MOTE_OK && f->of != NULL ? f->of(r, f, x) : TENSOR_ABSENT;
}

/* h' = (zeta (1 - z) + nu) n + z h, z and n of the same products of x and h. */
int32_t ell_fast_grnn(struct build *r, const json_t *node)
{
    const int64_t units = read_units(r, node);
    const int32_t state = add_state(r, 2, (int64_t[]){1, units});
    const int32_t h = emit_unary(r, OP_READ_VARIABLE, state);
    struct function gate = {.name = NULL}, update = {.name = NULL};
    int32_t x = ell_input(r, node, "input"), z, n, share;

    want_no_reset(r, node);
    read_function(r, node, ELL_ACTIVATION, &gate);
    read_function(r, node, ELL_SECOND_ACTIVATION, &update);
    x = reshape(r, x, 2, (int64_t[]){1, tensor_elements(tensor_at(r, x))});
    x = emit_binary(r, OP_ADD, product(r, node, "inputWeights", ell_int(r, node, "wRank"), units, x),
                    product(r, node, "updateWeights", ell_int(r, node, "uRank"), units, h));
    z = biased(r, node, "biasGate", &gate, x);
    n = biased(r, node, "biasUpdate", &update, x);
    share = emit_binary(r, OP_MUL, emit_binary(r, OP_SUB, add_float(r, 1), z), read_weights(r, node, "zeta", 1, 0));
    share = emit_binary(r, OP_ADD, share, read_weights(r, node, "nu", 1, 0));
    x = emit_binary(r, OP_ADD, emit_binary(r, OP_MUL, share, n), emit_binary(r, OP_MUL, z, h));
    assign(r, state, x);
    return reshape(r, x, 1, &units);
}
