/* SPDX-License-Identifier: Apache-2.0 */
/* What Mote has and TFLite has not, said in TFLite's words. Explicit padding becomes `same` or `valid` where it is the
 * same, else a PAD before the operator, or a SLICE behind a transposed convolution; state that is read or written in
 * place gets its READ_VARIABLE and ASSIGN_VARIABLE back; recurrent layers may be unrolled (recurrent.c). None of it
 * changes a byte of what is computed. */
#include <math.h>

#include "host/emit/tflite/lower.h"

#define CONSTANTS_MAX ((int64_t)(FILE_LIMIT - (FILE_LIMIT >> 4))) /* bytes; the rest is for all else in a file */

/* ---- operators ---- */
struct op *tfl_append(struct lowering_tfl *l, enum op_id id, int n_in, const int32_t *in, int32_t out)
{
    struct op *op = graph_add_op(l->m, l->g, id, n_in, in, 1, &out);

    op->source = -1;
    return op;
}

static void append_copy(struct lowering_tfl *l, const struct op *op)
{
    struct op *copy = graph_add_op(l->m, l->g, op->id, op->n_in, op->in, op->n_out, op->out);
    const size_t words = (size_t)opts_info[op_info[op->id].opts].n;

    if (words > 0)
        memcpy(copy->opts, op->opts, 4 * words);
    copy->name = op->name;
    copy->source = op->source;
}

int32_t tfl_add_constant(struct lowering_tfl *l, enum mote_type type, int rank, const int64_t *dims, const void *data,
                         size_t size)
{
    struct tensor t = {.name = "", .type = type, .rank = rank, .source = -1};

    if (rank > 0)
        memcpy(t.dims, dims, (size_t)rank * sizeof *dims);
    t.data = pool_copy(l->m->pool, data, size);
    return graph_add_tensor(l->m, l->g, &t);
}

int32_t tfl_add_ints(struct lowering_tfl *l, int rank, const int64_t *dims, const int32_t *values, int n)
{
    uint8_t bytes[4 * 2 * RANK_MAX];

    for (int i = 0; i < n; i++)
        for (int k = 0; k < 4; k++)
            bytes[4 * i + k] = (uint8_t)((uint32_t)values[i] >> 8 * k);
    return tfl_add_constant(l, TYPE_S32, rank, dims, bytes, (size_t)n * 4);
}

/* A tensor as this one, of other rows and columns. */
static int32_t add_resized(struct lowering_tfl *l, int32_t like, const char *what, int64_t rows, int64_t columns)
{
    struct tensor t = l->g->tensors[like];

    t.name = pool_printf(l->m->pool, "%s%s", t.name, what);
    t.data = t.initial = NULL;
    t.state = t.ranged = false;
    t.source = -1;
    t.dims[1] = rows;
    t.dims[2] = columns;
    return graph_add_tensor(l->m, l->g, &t);
}

/* ---- inputs ---- */
/* Lists of 64 bits, which TFLite's runtime for microcontrollers reads as ones of 32. */
static bool narrows(const struct tensor *t)
{
    if (!t->data || t->type != TYPE_S64 || t->quant.n > 0 || tensor_elements(t) > 2 * RANK_MAX)
        return false;
    for (int64_t i = 0; i < tensor_elements(t); i++)
        if (const_int(t, i) < INT32_MIN || const_int(t, i) > INT32_MAX)
            return false;
    return true;
}

/* An operator that computes with 64 bits wants its constants so. */
static bool computes_s64(const struct graph *g, const struct op *op)
{
    for (int32_t k = 0; k < op->n_in; k++)
        if (op_in(g, op, k) && op_in(g, op, k)->type == TYPE_S64 && !op_in(g, op, k)->data)
            return true;
    for (int32_t k = 0; k < op->n_out; k++)
        if (op_out(g, op, k)->type == TYPE_S64)
            return true;
    return false;
}

static void narrow_lists(struct lowering_tfl *l, struct op *op)
{
    for (int32_t k = 0; k < op->n_in && !computes_s64(l->g, op); k++) {
        const struct tensor *t = op_in(l->g, op, k);
        int32_t values[2 * RANK_MAX] = {0};

        if (!t || !narrows(t))
            continue;
        for (int64_t i = 0; i < tensor_elements(t); i++)
            values[i] = (int32_t)const_int(t, i);
        op->in[k] = tfl_add_ints(l, t->rank, t->dims, values, (int)tensor_elements(t));
    }
}

/* A list of its own, as the following change it. That runtime wants all of an LSTM's 24 inputs, absent or not. */
static void own_inputs(struct lowering_tfl *l, struct op *op)
{
    const int32_t n = op->id == OP_UNIDIRECTIONAL_SEQUENCE_LSTM ? op_info[op->id].in_max : op->n_in;
    int32_t *in = pool_array(l->m->pool, (size_t)n + 1, sizeof *in);

    for (int32_t k = 0; k < n; k++)
        in[k] = k < op->n_in ? op->in[k] : TENSOR_ABSENT;
    op->in = in;
    op->n_in = n;
}

/* ---- padding ---- */
/* The window of an operator along rows and columns. */
struct spatial {
    opt_padding *padding;
    opt_int *pads[4]; /* top, bottom, left, right */
    int64_t in[2], filter[2], stride[2], dilation[2];
};

/* Whether `padding` puts as many windows in the same places. */
static bool is_like(const struct spatial *s, int padding, bool count_too)
{
    for (int d = 0; d < 2; d++) {
        const struct window w = window_fit(PADDING_EXPLICIT, s->in[d], s->filter[d], s->stride[d], s->dilation[d],
                                           *s->pads[2 * d], *s->pads[2 * d + 1]);
        const struct window o = window_fit(padding, s->in[d], s->filter[d], s->stride[d], s->dilation[d], 0, 0);

        if (o.out <= 0 || o.pad_before != w.pad_before || (count_too && o.out != w.out))
            return false;
    }
    return true;
}

/* True if it says the same without explicit padding now. */
static bool take_plain(struct spatial *s, bool count_too)
{
    const int plain = is_like(s, PADDING_SAME, count_too)    ? PADDING_SAME
                      : is_like(s, PADDING_VALID, count_too) ? PADDING_VALID
                                                             : PADDING_EXPLICIT;

    *s->padding = plain;
    for (int i = 0; i < 4 && plain != PADDING_EXPLICIT; i++)
        *s->pads[i] = 0;
    return plain != PADDING_EXPLICIT;
}

static void take_valid(struct spatial *s)
{
    *s->padding = PADDING_VALID;
    for (int i = 0; i < 4; i++)
        *s->pads[i] = 0;
}

/* The least value of the type, for a maximum; of one element. */
static int32_t add_lowest(struct lowering_tfl *l, const struct tensor *in)
{
    static const int8_t s8 = INT8_MIN;
    static const uint8_t s16[2] = {0x00, 0x80};
    const float f32 = -INFINITY;
    int32_t t;

    if (in->type == TYPE_S8)
        t = tfl_add_constant(l, TYPE_S8, 0, NULL, &s8, sizeof s8);
    else if (in->type == TYPE_S16)
        t = tfl_add_constant(l, TYPE_S16, 0, NULL, s16, sizeof s16);
    else
        t = tfl_add_constant(l, TYPE_F32, 0, NULL, &f32, sizeof f32);
    return t;
}

/* A PAD before the operator, whose input 0 becomes its output. */
static void pad_input(struct lowering_tfl *l, struct op *op, struct spatial *s, bool lowest)
{
    const struct tensor in = *op_in(l->g, op, 0);
    const int32_t pads[8] = {0, 0, *s->pads[0], *s->pads[1], *s->pads[2], *s->pads[3], 0, 0};
    int32_t list[3] = {op->in[0], tfl_add_ints(l, 2, (int64_t[]){4, 2}, pads, 8), TENSOR_ABSENT};

    if (lowest) {
        list[2] = add_lowest(l, &in);
        l->g->tensors[list[2]].quant = in.quant;
    }
    op->in[0] = add_resized(l, op->in[0], "/pad", in.dims[1] + pads[2] + pads[3], in.dims[2] + pads[4] + pads[5]);
    tfl_append(l, OP_PAD, lowest ? 3 : 2, list, op->in[0]);
    take_valid(s);
}

/* Zero times any of them is zero. */
static bool are_finite(const struct tensor *weights)
{
    if (weights->type != TYPE_F32)
        return true;
    for (int64_t i = 0; weights->data && i < tensor_elements(weights); i++)
        if ((le32(weights->data + 4 * i) & 0x7f800000) == 0x7f800000)
            return false;
    return weights->data != NULL;
}

static enum mote_status lower_conv(struct lowering_tfl *l, struct op *op, const struct frame *at)
{
    struct conv_opts *o = op->opts;
    const struct tensor *in = op_in(l->g, op, 0), *w = op_in(l->g, op, 1);
    struct spatial s = {&o->padding,
                        {&o->pad_top, &o->pad_bottom, &o->pad_left, &o->pad_right},
                        {in->dims[1], in->dims[2]},
                        {w->dims[1], w->dims[2]},
                        {o->stride_h, o->stride_w},
                        {o->dilation_h, o->dilation_w}};

    if (o->padding != PADDING_EXPLICIT || take_plain(&s, true))
        return MOTE_OK;
    if (!are_finite(w))
        return fail(at, MOTE_ERR_UNSUPPORTED,
                    "its padding is neither SAME nor VALID, and zeros around the image want finite weights");
    pad_input(l, op, &s, false);
    return MOTE_OK;
}

static enum mote_status lower_pool(struct lowering_tfl *l, struct op *op, const struct frame *at)
{
    struct pool_opts *o = op->opts;
    const struct tensor *in = op_in(l->g, op, 0);
    struct spatial s = {&o->padding,
                        {&o->pad_top, &o->pad_bottom, &o->pad_left, &o->pad_right},
                        {in->dims[1], in->dims[2]},
                        {o->filter_h, o->filter_w},
                        {o->stride_h, o->stride_w},
                        {1, 1}};

    if (o->padding != PADDING_EXPLICIT || take_plain(&s, true))
        return MOTE_OK;
    if (op->id != OP_MAX_POOL_2D)
        return fail(at, MOTE_ERR_UNSUPPORTED,
                    "its padding is neither SAME nor VALID, and TFLite has no other that a mean does not count");
    pad_input(l, op, &s, true);
    return MOTE_OK;
}

/* Rows and columns that the explicit padding cuts off are made and sliced away. */
static void lower_transpose_conv(struct lowering_tfl *l, struct op *op)
{
    struct transpose_conv_opts *o = op->opts;
    const struct tensor w = *op_in(l->g, op, 1), out = *op_out(l->g, op, 0);
    struct spatial s = {&o->padding,
                        {&o->pad_top, &o->pad_bottom, &o->pad_left, &o->pad_right},
                        {out.dims[1], out.dims[2]},
                        {w.dims[1], w.dims[2]},
                        {o->stride_h, o->stride_w},
                        {1, 1}};
    const int32_t begin[4] = {0, o->pad_top, o->pad_left, 0};
    const int32_t size[4] = {(int32_t)out.dims[0], (int32_t)out.dims[1], (int32_t)out.dims[2], (int32_t)out.dims[3]};
    const int32_t made[4] = {size[0], size[1] + begin[1] + o->pad_bottom, size[2] + begin[2] + o->pad_right, size[3]};
    const int64_t four[] = {4};
    const int32_t to = op->out[0];

    if (o->padding != PADDING_EXPLICIT || take_plain(&s, false)) {
        append_copy(l, op);
        return;
    }
    take_valid(&s);
    op->in[0] = tfl_add_ints(l, 1, four, made, 4);
    op->out = pool_copy(l->m->pool, op->out, sizeof *op->out);
    op->out[0] = add_resized(l, to, "/whole", made[1], made[2]);
    append_copy(l, op);
    tfl_append(l, OP_SLICE, 3,
               (int32_t[]){op->out[0], tfl_add_ints(l, 1, four, begin, 4), tfl_add_ints(l, 1, four, size, 4)}, to);
}

/* ---- state ---- */
static bool keeps_state(enum op_id id) { return id == OP_UNIDIRECTIONAL_SEQUENCE_LSTM || id == OP_SVDF; }

bool tfl_is_variable(const struct graph *g, int32_t tensor)
{
    if (!g->tensors[tensor].state)
        return false;
    for (int32_t i = 0; i < g->n_ops; i++)
        for (int32_t k = 0; keeps_state(g->ops[i].id) && k < g->ops[i].n_in; k++)
            if (g->ops[i].in[k] == tensor)
                return false;
    return true;
}

static bool is_variable(const struct lowering_tfl *l, int32_t tensor)
{
    return tensor >= 0 && tensor < l->n_variable && l->variable[tensor];
}

static int32_t add_value(struct lowering_tfl *l, int32_t state)
{
    struct tensor t = l->g->tensors[state];

    t.name = pool_printf(l->m->pool, "%s/value", t.name);
    t.state = false;
    t.initial = NULL;
    t.source = -1;
    return graph_add_tensor(l->m, l->g, &t);
}

/* Reads before the operator, which then reads what they made. */
static void read_variables(struct lowering_tfl *l, struct op *op)
{
    if (op->id == OP_READ_VARIABLE)
        return;
    for (int32_t k = 0; k < op->n_in; k++)
        if (is_variable(l, op->in[k])) {
            const int32_t value = add_value(l, op->in[k]);

            tfl_append(l, OP_READ_VARIABLE, 1, &op->in[k], value);
            op->in[k] = value;
        }
}

/* The operator writes other tensors, whose assignments are to follow: *states of as many outputs, or absent. */
static void write_values(struct lowering_tfl *l, struct op *op, int32_t *states)
{
    op->out = pool_copy(l->m->pool, op->out, (size_t)op->n_out * sizeof *op->out);
    for (int32_t k = 0; k < op->n_out; k++) {
        states[k] = TENSOR_ABSENT;
        if (op->id == OP_ASSIGN_VARIABLE || !is_variable(l, op->out[k]))
            continue;
        states[k] = op->out[k];
        op->out[k] = add_value(l, op->out[k]);
    }
}

/* Wider numbers that are quantized start at what a runtime does not fill in. */
static const uint8_t *initial_of(struct pool *pool, const struct tensor *t)
{
    const int32_t zero = t->quant.n > 0 ? t->quant.zero[0] : 0;
    const int bytes = type_bits(t->type) / 8;
    uint8_t *data;

    if (t->initial || bytes < 2 || (uint8_t)zero == 0)
        return t->initial;
    data = pool_alloc(pool, (size_t)tensor_bytes(t));
    for (int64_t i = 0; i < tensor_bytes(t); i++)
        data[i] = (uint8_t)((uint64_t)(int64_t)zero >> 8 * (i % bytes));
    return data;
}

/* The graph that assigns what variables start with; its states' sources are those of graph 0. */
static void add_initializers(struct lowering_tfl *l)
{
    const struct graph *g = l->g;
    struct graph *to = NULL;

    for (int32_t i = 0; i < l->n_variable; i++) {
        struct tensor state = g->tensors[i], value = state;
        int32_t in, out;

        value.data = l->variable[i] ? initial_of(l->m->pool, &state) : NULL;
        if (!value.data)
            continue;
        if (!to) {
            to = model_add_graph(l->m, "initializers");
            l->g = &l->m->graphs[0];
            g = l->g;
        }
        value.state = false;
        value.initial = NULL;
        value.name = pool_printf(l->m->pool, "%s/initial", state.name);
        in = graph_add_tensor(l->m, to, &value);
        state.source = i;
        out = graph_add_tensor(l->m, to, &state);
        graph_add_op(l->m, to, OP_ASSIGN_VARIABLE, 1, &in, 1, &out);
    }
}

/* ---- what has no form ---- */
static enum mote_status check_op(const struct graph *g, const struct op *op, const struct frame *at)
{
    const int32_t builtin = tfl_builtin_of(op->id, op->n_in);
    const char *option;

    if (builtin < 0)
        return fail(at, MOTE_ERR_UNSUPPORTED, "TFLite has no such operator");
    if (op->uint8)
        return fail(at, MOTE_ERR_UNSUPPORTED, "it computes as of uint8, which no int8 operator of TFLite does");
    option = tfl_unsaid_option(op, tfl_op_find(builtin));
    if (option && strncmp(option, "pad_", 4) != 0)
        return fail(at, MOTE_ERR_UNSUPPORTED, "its option %s has no form in TFLite", option);
    for (int32_t k = 0; k < op->n_in; k++) {
        const struct tensor *t = op_in(g, op, (int)k);

        if (t && t->state && t->initial && keeps_state(op->id))
            return fail(at, MOTE_ERR_UNSUPPORTED, "its state starts with other values than zero");
    }
    return MOTE_OK;
}

static enum mote_status check_tensors(const struct graph *g, const struct frame *at)
{
    int64_t bytes = 0;

    for (int32_t i = 0; i < g->n_tensors; i++) {
        const struct tensor *t = &g->tensors[i];
        const struct frame here = frame_tensor(at, g, i);

        if (tfl_type_number(t->type) < 0)
            return fail(&here, MOTE_ERR_TYPE, "TFLite has no type %s", type_name(t->type));
        for (int32_t d = 0; d < t->rank; d++)
            if (t->dims[d] < 0 || t->dims[d] > INT32_MAX)
                return fail(&here, MOTE_ERR_SHAPE, "its shape is not known; `mote compile` works it out");
        bytes += t->data ? tensor_bytes(t) : 0;
        if (bytes > CONSTANTS_MAX)
            return fail(&here, MOTE_ERR_MEMORY, "more than %d MiB of constants", (int)(CONSTANTS_MAX >> 20));
    }
    return MOTE_OK;
}

/* ---- one operator after the other ---- */
static enum mote_status lower_op(struct lowering_tfl *l, struct op *op, const struct frame *at)
{
    int32_t *states = pool_array(l->m->pool, (size_t)op->n_out + 1, sizeof *states);

    own_inputs(l, op);
    narrow_lists(l, op);
    read_variables(l, op);
    write_values(l, op, states);
    if (op->id == OP_CONV_2D || op->id == OP_DEPTHWISE_CONV_2D)
        TRY(lower_conv(l, op, at));
    if (op->id == OP_MAX_POOL_2D || op->id == OP_AVERAGE_POOL_2D || op->id == OP_L2_POOL_2D)
        TRY(lower_pool(l, op, at));
    if (op->id == OP_TRANSPOSE_CONV)
        lower_transpose_conv(l, op);
    else
        append_copy(l, op);
    for (int32_t k = 0; k < op->n_out; k++)
        if (states[k] != TENSOR_ABSENT)
            tfl_append(l, OP_ASSIGN_VARIABLE, 1, &op->out[k], states[k]);
    return MOTE_OK;
}

static bool is_local(const struct lowering_tfl *l, int32_t tensor)
{
    return tensor >= 0 && tensor < l->n_variable && l->local[tensor] != TENSOR_ABSENT;
}

/* False: it is not about a state that begins anew in each inference. */
static bool lower_local(struct lowering_tfl *l, const struct op *op)
{
    if (op->id == OP_ASSIGN_VARIABLE && is_local(l, op->out[0])) {
        l->local[op->out[0]] = op->in[0];
        return true;
    }
    if (op->id == OP_READ_VARIABLE && is_local(l, op->in[0])) {
        const struct tensor *t = op_out(l->g, op, 0);
        int32_t dims[RANK_MAX];

        for (int d = 0; d < t->rank; d++)
            dims[d] = (int32_t)t->dims[d];
        tfl_append(l, OP_RESHAPE, 2,
                   (int32_t[]){l->local[op->in[0]], tfl_add_ints(l, 1, (int64_t[]){t->rank}, dims, t->rank)},
                   op->out[0]);
        return true;
    }
    return false;
}

static enum mote_status lower_any(struct lowering_tfl *l, const struct graph *before, struct op *op,
                                  const struct frame *at)
{
    TRY(tfl_check_recurrent(before, op, at));
    if (lower_local(l, op))
        return MOTE_OK;
    if (tfl_unrolls(before, op)) {
        const int32_t hidden = tfl_hidden(op);

        own_inputs(l, op);
        read_variables(l, op);
        tfl_unroll(l, op, hidden);
        return MOTE_OK;
    }
    TRY(check_op(l->g, op, at));
    return lower_op(l, op, at);
}

static enum mote_status lower_ops(struct lowering_tfl *l, const struct frame *at)
{
    const struct graph before = *l->g;

    tfl_find_local(l, &before);
    l->g->ops = NULL;
    l->g->n_ops = 0;
    for (int32_t i = 0; i < before.n_ops; i++) {
        struct report_text failed = {.status = MOTE_OK};
        const struct frame root = {.index = -1, .sink = &failed}, here = frame_op(&root, &before, i);

        if (lower_any(l, &before, &before.ops[i], &here) != MOTE_OK)
            faults_add(&l->faults, op_info[before.ops[i].id].NAME, &failed);
    }
    return faults_fail(&l->faults, at);
}

static void find_variables(struct lowering_tfl *l)
{
    l->n_variable = l->g->n_tensors;
    l->variable = pool_array(l->m->pool, (size_t)l->n_variable + 1, sizeof *l->variable);
    for (int32_t i = 0; i < l->n_variable; i++)
        l->variable[i] = tfl_is_variable(l->g, i);
}

enum mote_status tfl_lower(const struct model *m, struct model *out, const struct frame *at)
{
    struct lowering_tfl l = {.m = out, .faults = {.pool = out->pool}};

    model_copy(m, out);
    out->n_graphs = 1;
    l.g = &out->graphs[0];
    graph_compact(out, l.g);
    TRY(check_tensors(l.g, at));
    find_variables(&l);
    TRY(lower_ops(&l, at));
    graph_compact(out, l.g);
    find_variables(&l);
    add_initializers(&l);
    return MOTE_OK;
}
