/* SPDX-License-Identifier: Apache-2.0 */
/* LSTMs in training: each run's sequences begin at zero, so the operator comes without its two states. */
#include "host/program/lstm.h"

/* The operator's inputs (host/operators/unidirectional_sequence_lstm.c), and those of its gradient. */
enum { IN_WEIGHTS = 1, IN_PEEPHOLE = 9, IN_BIAS = 12, IN_PROJECTION = 16, IN_STATE = 18, IN_NORMALIZATION = 20 };
enum { IN_END = 24, GRAD_X = 2, GRAD_WEIGHTS = 3 };

/* ---- what is there ---- */
static enum mote_status want_absent(const struct graph *g, const struct op *op, int first, int end, const char *what,
                                    const struct frame *at)
{
    for (int i = first; i < end; i++)
        if (op_in(g, op, i) != NULL)
            return fail(at, MOTE_ERR_UNSUPPORTED, "input %d: training has no LSTM with %s", i, what);
    return MOTE_OK;
}

static enum mote_status check_variant(const struct graph *g, const struct op *op, const struct frame *at)
{
    const struct lstm_opts *o = op->opts;

    TRY(want_absent(g, op, IN_PEEPHOLE, IN_BIAS, "peepholes", at));
    TRY(want_absent(g, op, IN_PROJECTION, IN_STATE, "a projection", at));
    TRY(want_absent(g, op, IN_STATE, IN_NORMALIZATION, "a state that stays from run to run", at));
    TRY(want_absent(g, op, IN_NORMALIZATION, IN_END, "layer normalization", at));
    if (o->activation != ACTIVATION_TANH)
        return fail(at, MOTE_ERR_UNSUPPORTED, "training has no LSTM with the activation %s, only tanh",
                    activation_name(o->activation));
    return MOTE_OK;
}

/* The weights and biases, of the right sizes. tensors[]: of the four gates each. */
static enum mote_status find_tensors(const struct graph *g, const struct op *op, const struct lstm *o,
                                     int32_t tensors[LSTM_TENSORS], const struct frame *at)
{
    const int64_t elements[] = {o->units * o->n, o->units * o->units, o->units};

    for (int i = 0; i < LSTM_TENSORS; i++) {
        int input = i < 2 * LSTM_GATES ? IN_WEIGHTS + i : IN_BIAS + i - 2 * LSTM_GATES;
        const struct tensor *t = op_in(g, op, input);

        if (t == NULL)
            return fail(at, MOTE_ERR_UNSUPPORTED, "input %d is absent: training has the LSTM of four gates alone",
                        input);
        if (tensor_elements(t) != elements[i / LSTM_GATES])
            return fail(at, MOTE_ERR_SHAPE, "input %d has %lld elements, not %lld", input,
                        (long long)tensor_elements(t), (long long)elements[i / LSTM_GATES]);
        tensors[i] = op->in[input];
    }
    return MOTE_OK;
}

/* ---- sizes ---- */
static void lay_out(int n, const int64_t *sizes, int64_t *offsets)
{
    offsets[0] = 0;
    for (int i = 0; i < n; i++)
        offsets[i + 1] = offsets[i] + sizes[i];
}

static struct lstm *lstm_of(struct program *p, const struct lstm_opts *opts, const struct tensor *x,
                            const struct tensor *y)
{
    struct lstm o = {.batch = x->dims[opts->time_major ? 1 : 0],
                     .time = x->dims[opts->time_major ? 0 : 1],
                     .n = x->dims[2],
                     .units = y->dims[2],
                     .time_major = opts->time_major,
                     .clip = opts->cell_clip};
    int64_t rows = o.batch * o.time, widest = o.n > o.units ? o.n : o.units;
    const int64_t saved[LSTM_SAVED] = {
        [LSTM_X] = rows * o.n,
        [LSTM_ACTIVE] = 4 * rows * o.units,
        [LSTM_CELLS] = (rows + o.batch) * o.units,
        [LSTM_HIDDEN] = (rows + o.batch) * o.units,
        [LSTM_X_WEIGHTS] = 4 * o.units * o.n,
        [LSTM_H_WEIGHTS] = 4 * o.units * o.units,
    };
    const int64_t work[LSTM_WORK] = {
        [LSTM_D_SUMS] = 4 * rows * o.units,      [LSTM_D_CELL] = o.batch * o.units, [LSTM_D_HIDDEN] = o.batch * o.units,
        [LSTM_D_WEIGHTS] = 4 * o.units * widest, [LSTM_D_X] = rows * o.n,
    };

    lay_out(LSTM_SAVED, saved, o.saved);
    lay_out(LSTM_WORK, work, o.work);
    return pool_copy(p->pool, &o, sizeof o);
}

static int32_t scratch(struct program *p, int64_t floats)
{
    dnnl_memory_desc_t md = plain_dims(1, &floats);

    return value_scratch(p, &md);
}

/* ---- builders ---- */
enum mote_status build_lstm(struct program *p, const struct op *op, const struct frame *at)
{
    const struct lstm *o = lstm_of(p, op->opts, op_in(p->graph, op, 0), op_out(p->graph, op, 0));
    int32_t tensors[LSTM_TENSORS] = {0}, values[3 + LSTM_TENSORS];

    TRY(check_variant(p->graph, op, at));
    TRY(find_tensors(p->graph, op, o, tensors, at));
    TRY(value_use(p, op->in[0], plain_of(p, op->in[0]), &values[0], at));
    for (int i = 0; i < LSTM_TENSORS; i++)
        TRY(value_use(p, tensors[i], plain_of(p, tensors[i]), &values[1 + i], at));
    values[1 + LSTM_TENSORS] = value_make(p, op->out[0], plain_of(p, op->out[0]));
    values[2 + LSTM_TENSORS] = p->workspace[op->out[0]] = scratch(p, o->saved[LSTM_SAVED]);
    step_loop(p, "lstm", loop_lstm, o, 3 + LSTM_TENSORS, values);
    return MOTE_OK;
}

enum mote_status build_lstm_grad(struct program *p, const struct op *op, const struct frame *at)
{
    const struct lstm *o = lstm_of(p, op->opts, op_in(p->graph, op, GRAD_X), op_in(p->graph, op, 1));
    int32_t values[4 + LSTM_TENSORS];

    if (p->workspace[op->in[1]] < 0)
        return fail(at, MOTE_ERR_UNSUPPORTED, "the gradient of an LSTM wants the LSTM itself before it");
    TRY(value_use(p, op->in[0], plain_of(p, op->in[0]), &values[0], at));
    values[1] = p->workspace[op->in[1]];
    values[2] = scratch(p, o->work[LSTM_WORK]);
    for (int i = 0; i < op->n_out; i++)
        values[3 + i] = value_make(p, op->out[i], plain_of(p, op->out[i]));
    step_loop(p, "lstm backward", loop_lstm_grad, o, 3 + op->n_out, values);
    return MOTE_OK;
}
