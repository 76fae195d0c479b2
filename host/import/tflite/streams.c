/* SPDX-License-Identifier: Apache-2.0 */
#include "host/import/tflite/streams.h"

#include "host/graph/op_info.h"

#define KEPT_MAX   ((int64_t)1 << 24) /* elements that an operator keeps */
#define FRAMES_MAX 256                /* of an inference, each with operators of its own */
#define ROOM       ((size_t)4 << 20)  /* bytes of the pool that these operators want at most, but for constants */

/* ---- tensors and operators ---- */
/* Of the type and quantization of another tensor. */
static int32_t add_like(struct stream *s, const struct tensor *like, int rank, const int64_t *dims)
{
    struct tensor t = {.name = "", .type = like->type, .rank = rank, .quant = like->quant, .source = -1};

    if (rank > 0)
        memcpy(t.dims, dims, (size_t)rank * sizeof *dims);
    return graph_add_tensor(s->r->out, s->g, &t);
}

static int32_t add_state(struct stream *s, const char *name, const struct tensor *like, int rank, const int64_t *dims)
{
    const int32_t state = add_like(s, like, rank, dims);

    s->g->tensors[state].state = true;
    s->g->tensors[state].name = name;
    return state;
}

static const struct tensor bools = {.type = TYPE_BOOL};

static int32_t add_bools(struct stream *s, int64_t n, const uint8_t *data)
{
    const int32_t t = add_like(s, &bools, 1, &n);

    s->g->tensors[t].data = data;
    return t;
}

/* A state of bools. */
static int32_t add_flags(struct stream *s, const char *name, int64_t n, const uint8_t *initial)
{
    const int32_t state = add_state(s, name, &bools, 1, &n);

    s->g->tensors[state].initial = initial;
    return state;
}

static int32_t add_ints(struct stream *s, int n, const int64_t *values)
{
    struct tensor t = {.name = "", .type = TYPE_S32, .rank = 1, .dims = {n}, .source = -1};
    int32_t *data = pool_array(s->r->pool, (size_t)n, sizeof *data);

    for (int i = 0; i < n; i++)
        data[i] = (int32_t)values[i];
    t.data = (const uint8_t *)data;
    return graph_add_tensor(s->r->out, s->g, &t);
}

static struct op *put(struct stream *s, enum op_id id, int n, const int32_t *in, int32_t out)
{
    struct op *op = graph_add_op(s->r->out, s->g, id, n, in, 1, &out);

    op->source = s->index;
    return op;
}

/* Its elements in another shape. */
static void put_reshape(struct stream *s, int32_t x, int32_t out) { put(s, OP_RESHAPE, 1, &x, out); }

static int32_t put_read(struct stream *s, int32_t state)
{
    const struct tensor t = s->g->tensors[state];
    const int32_t out = add_like(s, &t, t.rank, t.dims);

    put(s, OP_READ_VARIABLE, 1, &state, out);
    return out;
}

static void put_assign(struct stream *s, int32_t state, int32_t x) { put(s, OP_ASSIGN_VARIABLE, 1, &x, state); }

/* n steps of a dimension, from `first` on; all of them are x itself. */
static int32_t put_slice(struct stream *s, int32_t x, int axis, int64_t first, int64_t n)
{
    const struct tensor t = s->g->tensors[x];
    int64_t begin[RANK_MAX] = {0}, size[RANK_MAX];
    int32_t out, in[3] = {x};

    if (n == t.dims[axis])
        return x;
    memcpy(size, t.dims, sizeof size);
    begin[axis] = first;
    size[axis] = n;
    out = add_like(s, &t, t.rank, size);
    in[1] = add_ints(s, t.rank, begin);
    in[2] = add_ints(s, t.rank, size);
    put(s, OP_SLICE, 3, in, out);
    return out;
}

static int32_t put_concat(struct stream *s, int axis, int n, const int32_t *in)
{
    const struct tensor t = s->g->tensors[in[0]];
    int64_t dims[RANK_MAX];
    int32_t out;

    memcpy(dims, t.dims, sizeof dims);
    for (int i = 1; i < n; i++)
        dims[axis] += s->g->tensors[in[i]].dims[axis];
    out = add_like(s, &t, t.rank, dims);
    ((struct concatenation_opts *)put(s, OP_CONCATENATION, n, in, out)->opts)->axis = axis;
    return out;
}

static int32_t put_select(struct stream *s, int32_t when, int32_t a, int32_t b)
{
    const struct tensor t = s->g->tensors[a];
    const int32_t out = add_like(s, &t, t.rank, t.dims);

    put(s, OP_SELECT_V2, 3, (int32_t[]){when, a, b}, out);
    return out;
}

/* The state's steps and those of x, one after the other; the last of both become the state. A state of no steps is
 * none. */
static int32_t put_history(struct stream *s, int32_t state, int axis, int32_t x)
{
    int64_t kept, all;

    if (state == TENSOR_ABSENT)
        return x;
    x = put_concat(s, axis, 2, (int32_t[]){put_read(s, state), x});
    kept = s->g->tensors[state].dims[axis];
    all = s->g->tensors[x].dims[axis];
    put_assign(s, state, put_slice(s, x, axis, all - kept, kept));
    return x;
}

/* ---- what they must be ---- */
enum mote_status tfl_want_room(const struct tfl_reader *r, size_t bytes, const struct frame *at)
{
    const size_t left = r->limit > r->pool->used ? r->limit - r->pool->used : 0;

    if (left < ROOM || bytes > left - ROOM)
        return fail(at, MOTE_ERR_MEMORY, "the model takes more than %zu bytes, the most for a file of its size",
                    r->limit);
    return MOTE_OK;
}

static enum mote_status want_counts(const struct stream *s, int n_out, const struct frame *at)
{
    if (s->l->n_in != 1 || s->l->in[0] == TENSOR_ABSENT || s->l->n_out != n_out)
        return fail(at, MOTE_ERR_FORMAT, "%d inputs and %d outputs: it has one and %d", (int)s->l->n_in,
                    (int)s->l->n_out, n_out);
    return MOTE_OK;
}

static enum mote_status want_tensor(const struct stream *s, int32_t tensor, enum mote_type type, int64_t elements,
                                    const struct frame *at)
{
    const struct tensor *t = &s->g->tensors[tensor];
    struct frame here = frame_tensor(at, s->g, tensor);

    if (t->type != type)
        return fail(&here, MOTE_ERR_TYPE, "it is %s, not %s", type_name(t->type), type_name(type));
    if (t->data != NULL || tensor_elements(t) < 1 || (elements > 0 && tensor_elements(t) != elements))
        return fail(&here, MOTE_ERR_SHAPE, "%lld elements, not %lld, or a constant", (long long)tensor_elements(t),
                    (long long)elements);
    return MOTE_OK;
}

static enum mote_status want_number(const char *name, int32_t value, int32_t least, int64_t most,
                                    const struct frame *at)
{
    if (value < least || value > most)
        return fail(at, MOTE_ERR_VALUE, "option %s is %d; %d to %lld make sense", name, (int)value, (int)least,
                    (long long)most);
    return MOTE_OK;
}

/* An input of int16 frames along its last dimension. */
static enum mote_status want_frames(const struct stream *s, int32_t tensor, int64_t *outer, int64_t *inner,
                                    const struct frame *at)
{
    const struct tensor *t = &s->g->tensors[tensor];

    TRY(want_tensor(s, tensor, TYPE_S16, 0, at));
    if (t->rank < 1)
        return fail(at, MOTE_ERR_SHAPE, "its input has no dimension");
    *inner = t->dims[t->rank - 1];
    assert(*inner > 0);
    *outer = tensor_elements(t) / *inner;
    return MOTE_OK;
}

/* [outer][inner] */
static int32_t put_rows(struct stream *s, int32_t x, int64_t outer, int64_t inner)
{
    const struct tensor t = s->g->tensors[x];
    const int32_t out = add_like(s, &t, 2, (int64_t[]){outer, inner});

    put_reshape(s, x, out);
    return out;
}

/* ---- SignalDelay: what comes out went in delay_length samples before ---- */
enum mote_status tfl_make_delay(struct stream *s, const void *opts, const struct frame *at)
{
    const struct delay_opts *o = opts;
    int64_t outer = 0, inner = 0;
    int32_t state = TENSOR_ABSENT, x;

    TRY(want_counts(s, 1, at));
    TRY(want_frames(s, s->l->in[0], &outer, &inner, at));
    assert(outer > 0 && inner > 0);
    TRY(want_tensor(s, s->l->out[0], TYPE_S16, outer * inner, at));
    TRY(want_number("delay_length", o->delay_length, 0, KEPT_MAX / outer, at));
    x = put_rows(s, s->l->in[0], outer, inner);
    if (o->delay_length > 0)
        state = add_state(s, "delay", &s->g->tensors[x], 2, (int64_t[]){outer, o->delay_length});
    put_reshape(s, put_slice(s, put_history(s, state, 1, x), 1, 0, inner), s->l->out[0]);
    return MOTE_OK;
}

/* ---- SignalFramer: frames that overlap ---- */
/* Whether a frame is whole: `n` steps were seen before its first, from reset on. */
static void put_valid(struct stream *s, int64_t n, int64_t steps, int32_t out)
{
    uint8_t *ones = pool_alloc(s->r->pool, (size_t)steps);
    int32_t state = TENSOR_ABSENT, seen;

    memset(ones, 1, (size_t)steps);
    seen = add_bools(s, steps, ones);
    if (n > 0)
        state = add_flags(s, "valid", n, NULL);
    put_reshape(s, put_slice(s, put_history(s, state, 0, seen), 0, 0, 1), out);
}

enum mote_status tfl_make_framer(struct stream *s, const void *opts, const struct frame *at)
{
    const struct framer_opts *o = opts;
    int64_t outer = 0, inner = 0, frames, before;
    int32_t state = TENSOR_ABSENT, x, *frame;

    TRY(want_counts(s, 2, at));
    TRY(want_frames(s, s->l->in[0], &outer, &inner, at));
    assert(outer > 0 && inner > 0);
    TRY(want_number("frame_step", o->frame_step, 1, inner, at));
    TRY(want_number("frame_size", o->frame_size, o->prefill ? o->frame_step : 1, KEPT_MAX / inner / outer, at));
    if (inner % o->frame_step != 0)
        return fail(at, MOTE_ERR_SHAPE, "%lld samples are no multiple of %d", (long long)inner, (int)o->frame_step);
    frames = inner / o->frame_step;
    if (frames > FRAMES_MAX)
        return fail(at, MOTE_ERR_UNSUPPORTED, "%lld frames; %d are the most", (long long)frames, FRAMES_MAX);
    TRY(want_tensor(s, s->l->out[0], TYPE_S16, outer * frames * o->frame_size, at));
    TRY(want_tensor(s, s->l->out[1], TYPE_BOOL, 1, at));
    x = put_rows(s, s->l->in[0], outer, inner);
    /* Steps before the newest that a frame reaches back. */
    before = (o->frame_size + o->frame_step - 1) / o->frame_step - 1;
    if (before > 0)
        state = add_state(s, "frames", &s->g->tensors[x], 2,
                          (int64_t[]){outer, o->prefill ? o->frame_size - o->frame_step : before * o->frame_step});
    x = put_history(s, state, 1, x);
    frame = pool_array(s->r->pool, (size_t)frames, sizeof *frame);
    for (int64_t k = 0; k < frames; k++)
        frame[k] = put_slice(s, x, 1, k * o->frame_step, o->frame_size);
    put_reshape(s, frames > 1 ? put_concat(s, 1, (int)frames, frame) : frame[0], s->l->out[0]);
    put_valid(s, o->prefill ? 0 : before, o->prefill ? 1 : frames, s->l->out[1]);
    return MOTE_OK;
}

/* ---- SignalStacker: a frame with those around it, every stacker_step frames ---- */
/* The first frame's flag, true from the second on: where it is not, the past is the first frame again. */
static int32_t put_past(struct stream *s, int32_t past, int32_t x, int64_t frames)
{
    const int64_t one = 1;
    const int32_t flag = add_flags(s, "begun", 1, NULL);
    int32_t *copies = pool_array(s->r->pool, (size_t)frames, sizeof *copies), begun = put_read(s, flag), out;

    for (int64_t k = 0; k < frames; k++)
        copies[k] = x;
    out = frames > 1 ? put_concat(s, 0, (int)frames, copies) : x;
    out = put_select(s, begun, put_read(s, past), out);
    put_assign(s, flag, add_bools(s, one, pool_copy(s->r->pool, &(uint8_t){1}, 1)));
    return out;
}

/* Inference `first` (from 0) is the first in which `out` holds, and then each step-th: a ring of those to come. */
static void put_every(struct stream *s, const char *name, int64_t first, int64_t step, int32_t out)
{
    const int64_t n = first < step ? step : first + 1;
    uint8_t *initial = pool_alloc(s->r->pool, (size_t)n);
    int32_t state, now, next;

    initial[first] = 1;
    state = add_flags(s, name, n, initial);
    now = put_read(s, state);
    next = put_slice(s, now, 0, n - step, 1);
    put_reshape(s, put_slice(s, now, 0, 0, 1), out);
    put_assign(s, state, n > 1 ? put_concat(s, 0, 2, (int32_t[]){put_slice(s, now, 0, 1, n - 1), next}) : next);
}

enum mote_status tfl_make_stacker(struct stream *s, const void *opts, const struct frame *at)
{
    const struct stacker_opts *o = opts;
    int64_t n = o->num_channels, past;
    int32_t x, state;

    TRY(want_counts(s, 2, at));
    x = s->l->in[0];
    TRY(want_number("num_channels", o->num_channels, 1, KEPT_MAX, at));
    TRY(want_number("stacker_left_context", o->stacker_left_context, 0, 1 << 12, at));
    TRY(want_number("stacker_right_context", o->stacker_right_context, 0, 1 << 12, at));
    past = (int64_t)o->stacker_left_context + o->stacker_right_context;
    TRY(want_number("stacker_step", o->stacker_step, 1, past + 1, at));
    TRY(want_tensor(s, x, TYPE_S16, n, at));
    TRY(want_number("num_channels", o->num_channels, 1, KEPT_MAX / (past + 1), at));
    TRY(want_tensor(s, s->l->out[0], TYPE_S16, n * (past + 1), at));
    TRY(want_tensor(s, s->l->out[1], TYPE_BOOL, 1, at));
    if (past > 0) {
        const int64_t kept = past * n;

        state = add_state(s, "stack", &s->g->tensors[x], 1, &kept);
        x = put_concat(s, 0, 2, (int32_t[]){put_past(s, state, x, past), x});
        put_assign(s, state, put_slice(s, x, 0, n, kept));
    }
    put_reshape(s, x, s->l->out[0]);
    put_every(s, "step", o->stacker_right_context, o->stacker_step, s->l->out[1]);
    return MOTE_OK;
}

/* ---- SignalOverlapAdd: frames that overlap become samples again ---- */
static const struct tensor words = {.type = TYPE_S32};

static int32_t put_made(struct stream *s, enum op_id id, const struct tensor *like, int32_t a, int32_t b)
{
    const struct tensor t = s->g->tensors[a];
    const int32_t out = add_like(s, like, t.rank, t.dims);

    put(s, id, b == TENSOR_ABSENT ? 1 : 2, (int32_t[]){a, b}, out);
    return out;
}

static int32_t add_word(struct stream *s, int32_t value)
{
    const int32_t t = add_like(s, &words, 0, NULL);

    s->g->tensors[t].data = pool_copy(s->r->pool, &value, sizeof value);
    return t;
}

/* Of int16 it saturates. */
static int32_t put_sum(struct stream *s, int32_t a, int32_t b)
{
    const struct tensor t = s->g->tensors[a];
    int32_t sum;

    if (t.type == TYPE_F32)
        return put_made(s, OP_ADD, &t, a, b);
    a = put_made(s, OP_CAST, &words, a, TENSOR_ABSENT);
    b = put_made(s, OP_CAST, &words, b, TENSOR_ABSENT);
    sum = put_made(s, OP_ADD, &words, a, b);
    sum = put_made(s, OP_MAXIMUM, &words, sum, add_word(s, INT16_MIN));
    sum = put_made(s, OP_MINIMUM, &words, sum, add_word(s, INT16_MAX));
    return put_made(s, OP_CAST, &t, sum, TENSOR_ABSENT);
}

/* [outer][step] */
static int32_t add_zeros(struct stream *s, const struct tensor *like, int64_t outer, int64_t step)
{
    const size_t bytes = (size_t)(outer * step) * (size_t)(type_bits(like->type) / 8);
    const int32_t zeros = add_like(s, like, 2, (int64_t[]){outer, step});

    s->g->tensors[zeros].data = pool_alloc(s->r->pool, bytes);
    return zeros;
}

/* Without as many of its first samples as there are zeros, which come behind. */
static int32_t put_shift(struct stream *s, int32_t x, int32_t zeros)
{
    const int64_t size = s->g->tensors[x].dims[1], step = s->g->tensors[zeros].dims[1];

    return step == size ? zeros : put_concat(s, 1, 2, (int32_t[]){put_slice(s, x, 1, step, size - step), zeros});
}

enum mote_status tfl_make_overlap_add(struct stream *s, const void *opts, const struct frame *at)
{
    const struct overlap_add_opts *o = opts;
    const struct tensor *t;
    struct tensor like;
    int64_t outer, frames, size;
    int32_t x, state, kept, zeros, *made;

    TRY(want_counts(s, 1, at));
    t = &s->g->tensors[s->l->in[0]];
    like = *t;
    TRY(want_tensor(s, s->l->in[0], t->type == TYPE_F32 ? TYPE_F32 : TYPE_S16, 0, at));
    if (t->rank < 2 || tensor_elements(t) > KEPT_MAX || t->dims[t->rank - 2] > FRAMES_MAX)
        return fail(at, MOTE_ERR_SHAPE, "its input is no list of at most %d frames", FRAMES_MAX);
    size = t->dims[t->rank - 1];
    frames = t->dims[t->rank - 2];
    outer = tensor_elements(t) / size / frames;
    TRY(want_number("frame_step", o->frame_step, 1, size, at));
    TRY(want_tensor(s, s->l->out[0], t->type, outer * frames * o->frame_step, at));
    TRY(tfl_want_room(s->r, (size_t)(outer * o->frame_step) * (size_t)(type_bits(like.type) / 8), at));
    zeros = add_zeros(s, &like, outer, o->frame_step);
    x = put_rows(s, s->l->in[0], outer, frames * size);
    state = add_state(s, "overlap", &s->g->tensors[x], 2, (int64_t[]){outer, size});
    kept = put_read(s, state);
    made = pool_array(s->r->pool, (size_t)frames, sizeof *made);
    for (int64_t k = 0; k < frames; k++) {
        const int32_t sum = put_sum(s, kept, put_slice(s, x, 1, k * size, size));

        made[k] = put_slice(s, sum, 1, 0, o->frame_step);
        kept = put_shift(s, sum, zeros);
    }
    put_assign(s, state, kept);
    put_reshape(s, frames > 1 ? put_concat(s, 1, (int)frames, made) : made[0], s->l->out[0]);
    return MOTE_OK;
}

/* ---- CIRCULAR_BUFFER: the last inputs, the newest last ---- */
/* Where the file does not say how often what follows runs: what the reference takes for the two models that it was
 * made for. */
static int32_t guessed_cycles(struct stream *s, const struct tensor *out)
{
    const int64_t slots = out->dims[1];

    s->r->variables.n_buffers++;
    if (slots == 5 || slots == 13 || slots == 25 ||
        (s->r->variables.n_buffers == 5 && out->dims[2] == 2 && out->dims[3] == 96)) {
        s->r->variables.n_buffers = 0;
        return 1;
    }
    return 2;
}

/* From here on operators run in each `cycles`-th inference of those in which this one does. */
static void put_cycles(struct stream *s, int32_t cycles)
{
    struct tfl_variables *v = &s->r->variables;
    const int64_t one = 1;
    int32_t out = add_like(s, &bools, 1, &one), both;

    put_every(s, "cycle", cycles - 1, cycles, out);
    if (v->n_holds > 0) {
        both = add_like(s, &bools, 1, &one);
        put(s, OP_LOGICAL_AND, 2, (int32_t[]){v->holds[v->n_holds - 1].runs, out}, both);
        out = both;
    }
    v->holds = pool_grow(s->r->pool, v->holds, (size_t)v->n_holds, sizeof *v->holds);
    v->holds[v->n_holds++] = (struct tfl_hold){s->g->n_ops, out};
}

static enum mote_status check_buffer(const struct stream *s, const struct frame *at)
{
    const struct tensor *in, *out;

    TRY(want_counts(s, 1, at));
    in = &s->g->tensors[s->l->in[0]];
    out = &s->g->tensors[s->l->out[0]];
    TRY(want_tensor(s, s->l->in[0], TYPE_S8, 0, at));
    TRY(want_tensor(s, s->l->out[0], TYPE_S8, 0, at));
    if (in->rank != 4 || out->rank != 4 || in->dims[0] != 1 || out->dims[0] != 1 || in->dims[1] != 1 ||
        in->dims[2] != out->dims[2] || in->dims[3] != out->dims[3])
        return fail(at, MOTE_ERR_SHAPE, "[1,1,w,c] go in and [1,n,w,c] come out; here the shapes are others");
    return MOTE_OK;
}

enum mote_status tfl_make_circular_buffer(struct stream *s, const void *opts, const struct frame *at)
{
    int32_t cycles = ((const struct circular_buffer_opts *)opts)->cycles_max, out, x, state;
    struct tensor t;

    TRY(check_buffer(s, at));
    x = s->l->in[0];
    state = out = s->l->out[0];
    t = s->g->tensors[out];
    if (cycles <= 0)
        cycles = guessed_cycles(s, &t);
    TRY(want_number("cycles_max", cycles, 1, 1 << 12, at));
    if (!t.state)
        state = add_state(s, "buffer", &t, t.rank, t.dims);
    if (t.dims[1] > 1)
        x = put_concat(s, 1, 2, (int32_t[]){put_slice(s, put_read(s, state), 1, 1, t.dims[1] - 1), x});
    put_assign(s, state, x);
    if (!t.state)
        put(s, OP_READ_VARIABLE, 1, &state, out);
    if (cycles > 1)
        put_cycles(s, cycles);
    return MOTE_OK;
}

/* ---- inferences that end at a circular buffer ---- */
/* What says whether operator i runs; TENSOR_ABSENT: it always does. */
static int32_t runs_of(const struct tfl_variables *v, int32_t i)
{
    int32_t runs = TENSOR_ABSENT;

    for (int32_t k = 0; k < v->n_holds && v->holds[k].first <= i; k++)
        runs = v->holds[k].runs;
    return runs;
}

static bool changes_state(const struct graph *g, const struct op *op)
{
    if (op->id != OP_SVDF && op->id != OP_UNIDIRECTIONAL_SEQUENCE_LSTM && op->id != OP_FILTER_BANK_SPECTRAL_SUBTRACTION)
        return false;
    for (int32_t i = 0; i < op->n_in; i++)
        if (op->in[i] != TENSOR_ABSENT && g->tensors[op->in[i]].state)
            return true;
    return false;
}

/* The value that a state gets, or where nothing runs the one that it has. */
static int32_t put_held(struct stream *s, int32_t runs, int32_t state, int32_t value)
{
    const struct tensor t = s->g->tensors[state];
    int32_t shaped = value;

    if (!shape_equal(&s->g->tensors[value], &t)) {
        shaped = add_like(s, &t, t.rank, t.dims);
        put_reshape(s, value, shaped);
    }
    return put_select(s, runs, shaped, put_read(s, state));
}

static enum mote_status hold_op(struct stream *s, const struct op *op, int32_t runs, const struct frame *at)
{
    if (runs != TENSOR_ABSENT && changes_state(s->g, op))
        return fail(at, MOTE_ERR_UNSUPPORTED,
                    "it keeps a state, and a circular buffer before it runs it only in some inferences");
    s->index = op->source;
    if (runs != TENSOR_ABSENT && op->id == OP_ASSIGN_VARIABLE)
        put_assign(s, op->out[0], put_held(s, runs, op->out[0], op->in[0]));
    else
        *graph_add_op(s->r->out, s->g, op->id, op->n_in, op->in, op->n_out, op->out) = *op;
    return MOTE_OK;
}

/* Output i stays what it was where its operator does not run. */
static void hold_output(struct stream *s, int32_t i, int32_t runs)
{
    const struct tensor t = s->g->tensors[s->g->outputs[i]];
    int32_t state, out;

    if (runs == TENSOR_ABSENT || t.state)
        return;
    state = add_state(s, "held", &t, t.rank, t.dims);
    out = put_held(s, runs, state, s->g->outputs[i]);
    put_assign(s, state, out);
    s->g->tensors[out].name = t.name;
    s->g->tensors[out].source = t.source;
    s->g->outputs[i] = out;
}

enum mote_status tfl_hold_back(struct tfl_reader *r, struct graph *g, const struct frame *at)
{
    const struct tfl_variables *v = &r->variables;
    const int32_t n = g->n_ops, first = v->n_holds > 0 ? v->holds[0].first : n;
    struct stream s = {r, g, NULL, -1};
    const struct op *ops;
    int32_t *runs;

    if (v->n_holds == 0)
        return MOTE_OK;
    ops = pool_copy(r->pool, g->ops + first, (size_t)(n - first) * sizeof *ops);
    runs = pool_array(r->pool, (size_t)g->n_outputs + 1, sizeof *runs);
    for (int32_t i = 0; i < g->n_outputs; i++)
        runs[i] = runs_of(&r->variables, graph_producer(g, g->outputs[i]));
    g->n_ops = first;
    for (int32_t i = first; i < n; i++) {
        const struct frame here = {at, "op", op_info[ops[i - first].id].NAME, ops[i - first].source, NULL};

        TRY(hold_op(&s, &ops[i - first], runs_of(&r->variables, i), &here));
    }
    s.index = -1;
    for (int32_t i = 0; i < g->n_outputs; i++)
        hold_output(&s, i, runs[i]);
    return MOTE_OK;
}
