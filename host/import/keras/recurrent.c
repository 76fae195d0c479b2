/* SPDX-License-Identifier: Apache-2.0 */
/* LSTM, GRU and SimpleRNN. Weights are [in][gates * units]; gates of an LSTM are i, f, c, o, of a GRU z, r, h. */
#include "host/import/recurrent.h"

#include <math.h>

#include "host/import/keras/keras.h"

static int32_t matrix(struct build *r, const struct recurrent *l, const char *name, int64_t in)
{
    int32_t w = weight(r, name, 2, DIMS(in, l->gates * l->units));

    return r->status == MOTE_OK ? transpose_move(r, w, 1, 0) : TENSOR_ABSENT;
}

/* One bias, of x, or where the reset gate comes after the product one of h, too. */
static void read_biases(struct build *r, const struct recurrent *l, struct sweep *s)
{
    int64_t n = l->gates * l->units;
    int32_t both;

    s->bias_x = s->bias_h[0] = s->bias_h[1] = TENSOR_ABSENT;
    if (!l->reset_after) {
        s->bias_x = weight(r, "bias", 1, DIMS(n));
        return;
    }
    both = weight(r, "bias", 2, DIMS(2, n));
    if (both == TENSOR_ABSENT)
        return;
    both = reshape(r, both, 1, DIMS(2 * n));
    s->bias_x = recurrent_part(r, both, 0, n);
    recurrent_cut(r, l, recurrent_part(r, both, 1, n), s->bias_h);
}

/* A state that somebody gives, one that is kept between inferences, or zeros. */
static int32_t first_state(struct build *r, const struct recurrent *l, int i)
{
    if (keras_of(r)->n_in > 1)
        return reshape(r, layer_in(r, 1 + i), 2, DIMS(l->batch, l->units));
    return l->stateful ? add_state(r, 2, DIMS(l->batch, l->units)) : add_zeros(r, 2, DIMS(l->batch, l->units));
}

static void read_layer(struct build *r, struct recurrent *l)
{
    struct sweep *s = &l->sweeps[0];
    int32_t x = layer_in(r, 0);
    const struct tensor t = *tensor_at(r, x);

    if (r->status == MOTE_OK && (t.rank != 3 || tensor_elements(&t) < 1))
        build_fail(r, MOTE_ERR_SHAPE, "an input of %d dimensions, not of [batch][steps][features]", (int)t.rank);
    l->directions = 1;
    l->units = setting_int(r, "units", 0);
    if (r->status == MOTE_OK && (l->units < 1 || l->units > INT16_MAX))
        build_fail(r, MOTE_ERR_VALUE, "%lld units", (long long)l->units);
    if (r->status != MOTE_OK)
        return;
    l->batch = t.dims[0], l->time = t.dims[1], l->in_len = t.dims[2];
    l->clip = INFINITY;
    l->lengths = TENSOR_ABSENT;
    l->wants_y = setting_bool(r, "return_sequences", false);
    l->wants_c = setting_bool(r, "return_state", false);
    l->stateful = setting_bool(r, "stateful", false) && keras_of(r)->n_in == 1;
    l->reset_after = l->gates == GRU_GATES && setting_bool(r, "reset_after", keras_of(r)->version >= 3);
    l->x = recurrent_swap(r, x);
    s->backward = setting_bool(r, "go_backwards", false) != keras_of(r)->layer->turned;
    s->w = matrix(r, l, "kernel", l->in_len);
    recurrent_cut(r, l, matrix(r, l, "recurrent_kernel", l->units), s->r);
    read_biases(r, l, s);
    for (int i = 0; i < 3; i++)
        s->peepholes[i] = TENSOR_ABSENT;
    s->h = first_state(r, l, 0);
    s->c = l->gates == LSTM_GATES ? first_state(r, l, 1) : TENSOR_ABSENT;
}

/* Keras gives the steps of a backward layer as it makes them, the last one first; a Bidirectional turns them round. */
static int32_t sequence(struct build *r, const struct recurrent *l)
{
    const struct sweep *s = &l->sweeps[0];
    int32_t y = recurrent_swap(r, s->y);

    if (s->backward == keras_of(r)->turn_sequence || r->status != MOTE_OK)
        return y;
    return emit(r, OP_REVERSE_V2, NULL, TYPE_NONE, 2, (int32_t[]){y, add_ints(r, 1, DIMS(1))});
}

static void recurrent(struct build *r, struct recurrent *l)
{
    if (setting_bool(r, "time_major", false))
        build_fail(r, MOTE_ERR_UNSUPPORTED, "time_major");
    read_layer(r, l);
    if (r->status == MOTE_OK && keras_of(r)->n_in > 1 && keras_of(r)->n_in != (l->gates == LSTM_GATES ? 3 : 2))
        build_fail(r, MOTE_ERR_FORMAT, "%d inputs", (int)keras_of(r)->n_in);
    if (r->status == MOTE_OK)
        recurrent_run(r, l);
    if (r->status != MOTE_OK)
        return;
    layer_out(r, l->wants_y ? sequence(r, l) : l->sweeps[0].h);
    if (!l->wants_c)
        return;
    layer_out(r, l->sweeps[0].h);
    if (l->gates == LSTM_GATES)
        layer_out(r, l->sweeps[0].c);
}

void keras_lstm(struct build *r)
{
    struct recurrent l = {.gates = LSTM_GATES, .order = {[LSTM_I] = 0, [LSTM_F] = 1, [LSTM_C] = 2, [LSTM_O] = 3}};

    activation_function(r, "recurrent_activation", "sigmoid", &l.sweeps[0].f[0]);
    activation_function(r, "activation", "tanh", &l.sweeps[0].f[1]);
    l.sweeps[0].f[2] = l.sweeps[0].f[1];
    recurrent(r, &l);
}

void keras_gru(struct build *r)
{
    struct recurrent l = {.gates = GRU_GATES};

    activation_function(r, "recurrent_activation", "sigmoid", &l.sweeps[0].f[0]);
    activation_function(r, "activation", "tanh", &l.sweeps[0].f[1]);
    recurrent(r, &l);
}

void keras_simple_rnn(struct build *r)
{
    struct recurrent l = {.gates = RNN_GATES};

    activation_function(r, "activation", "tanh", &l.sweeps[0].f[0]);
    recurrent(r, &l);
}
