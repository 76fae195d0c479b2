/* SPDX-License-Identifier: Apache-2.0 */
/* Post-training quantization in three steps. What must have one scale becomes a group (`groups`); each group gets
 * the quantization of all that its tensors hold (`choose`); then the operators are written anew, one by one, in
 * int8, or int16 with int8 weights, where they have such a form (`rewrite`). A tensor may then be there twice, in
 * integers and in float: the second form is made where it is first wanted. Constants take the quantization that
 * their reader wants. */
#include "host/graph/blocks.h"
#include "host/graph/op_info.h"
#include "host/passes/passes.h"
#include "host/graph/scales.h"
#include "host/passes/quantize.h"

#include <math.h>

struct group {
    bool is_fixed;
    struct quant_s8 quant; /* chosen, or fixed from the start */
    struct range range;
};

/* Forms of tensors that a block has made: after it they are not there. */
struct forms {
    int32_t n, **all;                       /* in w.integer or w.f32 */
    int32_t depth, at[BLOCK_DEPTH_MAX + 1]; /* how many there were before each block that is open */
};

struct work {
    struct model *m;
    struct graph *g;
    struct graph before; /* the float graph's operators */
    enum mote_type type; /* of activations: s8 or s16 */
    bool float_ends;     /* inputs and outputs stay float */
    int32_t n;           /* tensors of the float graph */
    bool *is_float;      /* [n] */
    const bool *stays;   /* [operators of `before`] float, though there is an integer form (float_head) */
    int32_t *up;         /* [n] another tensor of the group, itself if it stands for the group */
    struct group *of;    /* [n] at the tensor that stands for the group */
    int32_t *integer;    /* [n] the tensor in the type of activations, TENSOR_ABSENT if it is not there (yet) */
    int32_t *f32;        /* [n] the same in float */
    struct forms forms;
};

static bool same_quant(struct quant_s8 a, struct quant_s8 b) { return a.scale == b.scale && a.zero == b.zero; }

/* ---- the model is one that can be quantized ---- */
enum mote_status quantize_check(const struct model *m, const struct frame *at)
{
    const struct graph *g = &m->graphs[0];

    for (int32_t i = 0; i < g->n_tensors; i++) {
        const struct tensor *t = &g->tensors[i];
        struct frame here = frame_tensor(at, g, i);

        if (!t->data && tensor_is_quantized(t) && graph_uses(g, i) > 0)
            return fail(&here, MOTE_ERR_TYPE, "it is quantized already, as %s; a float model is wanted",
                        type_name(t->type));
    }
    for (int32_t i = 0; i < g->n_ops; i++) {
        struct frame here = frame_op(at, g, i);

        if (g->ops[i].id == OP_BATCH_NORM || g->ops[i].id == OP_DROPOUT)
            return fail(&here, MOTE_ERR_UNSUPPORTED, "an operator of training; the passes must remove it first");
    }
    return MOTE_OK;
}

/* ---- groups ---- */
static int32_t root(const struct work *w, int32_t t)
{
    while (w->up[t] != t)
        t = w->up[t];
    return t;
}

static struct group *group_of(const struct work *w, int32_t t) { return &w->of[root(w, t)]; }

static void unite(struct work *w, int32_t a, int32_t b)
{
    struct group *to = group_of(w, a), *from = group_of(w, b);

    if (to == from)
        return;
    to->range.min = fminf(to->range.min, from->range.min);
    to->range.max = fmaxf(to->range.max, from->range.max);
    w->up[root(w, b)] = root(w, a);
}

static bool is_float(const struct work *w, int32_t t) { return t != TENSOR_ABSENT && w->is_float[t]; }

/* A tensor with a scale that can be chosen: neither a constant nor state. */
static bool is_computed(const struct work *w, int32_t t)
{
    return is_float(w, t) && !w->g->tensors[t].data && !w->g->tensors[t].state;
}

/* Computed weights are one more input with a scale of its own, but for a bias there is none then. */
static enum form form_of_linear(const struct work *w, const struct op *op)
{
    const struct linear_inputs *l = op_info[op->id].is->linear;

    if (w->g->tensors[op->in[l->weights]].data)
        return FORM_LINEAR;
    if (op_in(w->g, op, l->bias) || !is_computed(w, op->in[l->weights]) || w->type == TYPE_S16)
        return FORM_FLOAT;
    return FORM_OWN;
}

/* PRELU's alpha, which is int8 beside int16, too. */
static bool is_narrow(const struct work *w, const struct op *op, int32_t input)
{
    return w->type == TYPE_S16 && op->id == OP_PRELU && input == 1;
}

static enum form form_of(const struct work *w, const struct op *op)
{
    bool any = false;

    for (int32_t k = 0; k < op->n_in; k++)
        any |= is_float(w, op->in[k]);
    if (!any || w->stays[op - w->before.ops] || (w->type == TYPE_S16 && !op_info[op->id].is->scales.wide) ||
        (is_narrow(w, op, 1) && !w->g->tensors[op->in[1]].data) ||
        (op_info[op->id].is->scales.form == FORM_RECURRENT && !recurrent_has_s8(&w->before, op)))
        return FORM_FLOAT;
    if (op_info[op->id].is->scales.form == FORM_LINEAR)
        return form_of_linear(w, op);
    return op_info[op->id].is->scales.form;
}

static bool covers(const struct work *w, const struct group *fixed, struct range r)
{
    const int32_t beyond = w->type == TYPE_S16 ? INT16_MAX + 1 : INT8_MAX + 1;
    double lo = (double)fixed->quant.scale * (-beyond - 1 - fixed->quant.zero);
    double hi = (double)fixed->quant.scale * (beyond - fixed->quant.zero);

    return (double)r.min >= lo && (double)r.max <= hi;
}

/* The group of all inputs that are computed, if all are in one fixed quantization, which has room for the output. */
static const struct group *common_fixed(const struct work *w, const struct op *op)
{
    const struct group *common = NULL;

    for (int32_t k = 0; k < op->n_in; k++) {
        const struct group *in;

        if (!is_computed(w, op->in[k]))
            continue;
        in = group_of(w, op->in[k]);
        if (!in->is_fixed || !covers(w, in, group_of(w, op->out[0])->range) ||
            (common && !same_quant(common->quant, in->quant)))
            return NULL;
        common = in;
    }
    return common;
}

/* The output's scale is that of all inputs. A fixed one among others stays apart, and is requantized. Constants do
 * not count, unless there is nothing else: what of them is outside the range cannot be in the output. */
static void unite_same(struct work *w, const struct op *op)
{
    const struct group *fixed = common_fixed(w, op);
    struct group *out = group_of(w, op->out[0]);
    bool computed = false;

    for (int32_t k = 1; k < op->n_out; k++)
        unite(w, op->out[0], op->out[k]);
    if (fixed) {
        out->is_fixed = true;
        out->quant = fixed->quant;
        return;
    }
    for (int32_t k = 0; k < op->n_in; k++)
        if (is_computed(w, op->in[k])) {
            computed = true;
            if (!group_of(w, op->in[k])->is_fixed)
                unite(w, op->out[0], op->in[k]);
        }
    for (int32_t k = 0; k < op->n_in && !computed; k++)
        if (is_float(w, op->in[k]) && w->g->tensors[op->in[k]].data) {
            struct range r = range_of_constant(&w->g->tensors[op->in[k]]);

            out->range.min = fminf(out->range.min, r.min);
            out->range.max = fmaxf(out->range.max, r.max);
        }
}

static struct quant_s8 fixed_of(const struct work *w, enum op_id id)
{
    if (w->type == TYPE_S16)
        return (struct quant_s8){1.0f / 32768, 0};
    return (struct quant_s8){op_info[id].is->scales.fixed_scale, op_info[id].is->scales.fixed_zero};
}

/* What is read of h has the scale of the steps. */
static void unite_readings(struct work *w, const struct op *op, const struct op *ops, int32_t n)
{
    for (int32_t i = 0; i < n; i++)
        if (ops[i].id == OP_READ_VARIABLE && ops[i].in[0] == recurrent_hidden(op) && is_computed(w, ops[i].out[0]) &&
            !group_of(w, op->out[0])->is_fixed && !group_of(w, ops[i].out[0])->is_fixed)
            unite(w, op->out[0], ops[i].out[0]);
}

static void groups(struct work *w, const struct op *ops, int32_t n)
{
    for (int32_t i = 0; i < n; i++) {
        const struct op *op = &ops[i];
        enum form form = op->id == OP_NOP ? FORM_FLOAT : form_of(w, op);

        if (form == FORM_SAME && is_computed(w, op->out[0]))
            unite_same(w, op);
        if (form == FORM_RECURRENT)
            unite_readings(w, op, ops, n);
        if (form == FORM_FIXED)
            *group_of(w, op->out[0]) = (struct group){true, fixed_of(w, op->id), group_of(w, op->out[0])->range};
    }
}

/* HARD_SWISH has no multiplier for outputs of a scale below 1/128 of its input's. */
static void widen(struct work *w, const struct op *ops, int32_t n)
{
    for (int32_t i = 0; i < n; i++) {
        struct range in;
        struct group *out;

        if (ops[i].id != OP_HARD_SWISH || !is_computed(w, ops[i].out[0]))
            continue;
        in = is_computed(w, ops[i].in[0]) ? group_of(w, ops[i].in[0])->range : (struct range){0, 0};
        out = group_of(w, ops[i].out[0]);
        out->range.max = fmaxf(out->range.max, (fmaxf(in.max, 0) - fminf(in.min, 0)) / 127);
    }
}

static struct quant_s8 quant_of(const struct work *w, struct range r)
{
    return w->type == TYPE_S16 ? quant_of_range_s16(r) : quant_of_range(r);
}

static void choose(struct work *w)
{
    for (int32_t t = 0; t < w->n; t++)
        if (w->up[t] == t && !w->of[t].is_fixed)
            w->of[t].quant = quant_of(w, w->of[t].range);
}

/* ---- blocks ---- */
static void remember(struct work *w, int32_t *form, int32_t made)
{
    struct forms *f = &w->forms;

    *form = made;
    if (f->depth == 0)
        return;
    f->all = pool_grow(w->m->pool, f->all, (size_t)f->n, sizeof *f->all);
    f->all[f->n++] = form;
}

static void open_block(struct work *w)
{
    assert(w->forms.depth <= BLOCK_DEPTH_MAX);
    w->forms.at[w->forms.depth++] = w->forms.n;
}

static void close_block(struct work *w)
{
    struct forms *f = &w->forms;

    for (f->depth--; f->n > f->at[f->depth]; f->n--)
        *f->all[f->n - 1] = TENSOR_ABSENT;
}

/* Behind the operator, which has been rewritten. */
static void follow_blocks(struct work *w, enum op_id id)
{
    if (id == OP_BRANCH_ELSE || id == OP_BRANCH_END || id == OP_LOOP_END)
        close_block(w);
    if (id == OP_LOOP_END) /* the block up to its test, and what comes after that */
        close_block(w);
    if (id == OP_BRANCH || id == OP_BRANCH_ELSE || id == OP_LOOP || id == OP_LOOP_TEST)
        open_block(w);
}

/* ---- rewriting ---- */
/* A new tensor as t, in another type. */
static int32_t other_form(struct work *w, int32_t t, enum mote_type type, const struct quant_s8 *q)
{
    struct tensor copy = w->g->tensors[t];

    copy.type = type;
    copy.state = false;
    copy.initial = NULL;
    copy.source = -1;
    copy.quant = (struct quant){0};
    if (q)
        quant_set(w->m, &copy.quant, q->scale, q->zero);
    return graph_add_tensor(w->m, w->g, &copy);
}

static int32_t convert(struct work *w, enum op_id id, int32_t from, int32_t to)
{
    graph_add_op(w->m, w->g, id, 1, &from, 1, &to);
    return to;
}

static int32_t as_f32(struct work *w, int32_t t)
{
    if (!is_float(w, t) || w->g->tensors[t].data)
        return t;
    if (w->f32[t] == TENSOR_ABSENT)
        remember(w, &w->f32[t], convert(w, OP_DEQUANTIZE, w->integer[t], other_form(w, t, TYPE_F32, NULL)));
    return w->f32[t];
}

/* In the quantization that its reader wants; in the group's own it is made once. State may change from one reader to
 * the next. */
static int32_t as_integer(struct work *w, int32_t t, struct quant_s8 want)
{
    bool own = is_computed(w, t) && same_quant(group_of(w, t)->quant, want);
    int32_t out;

    if (!is_float(w, t))
        return t;
    if (w->g->tensors[t].data)
        return w->type == TYPE_S16 ? quantize_constant_s16(w->m, w->g, t, want)
                                   : quantize_constant(w->m, w->g, t, want);
    if (own && w->integer[t] != TENSOR_ABSENT)
        return w->integer[t];
    assert(w->integer[t] != TENSOR_ABSENT || w->f32[t] != TENSOR_ABSENT);
    out = convert(w, OP_QUANTIZE, w->integer[t] != TENSOR_ABSENT ? w->integer[t] : w->f32[t],
                  other_form(w, t, w->type, &want));
    if (own)
        remember(w, &w->integer[t], out);
    return out;
}

static struct quant_s8 own_quant(const struct work *w, int32_t t)
{
    const struct tensor *tensor = &w->g->tensors[t];

    return tensor->data ? quant_of(w, range_of_constant(tensor)) : group_of(w, t)->quant;
}

static void become_integer(struct work *w, int32_t t)
{
    struct quant_s8 q = group_of(w, t)->quant;

    w->g->tensors[t].type = w->type;
    quant_set(w->m, &w->g->tensors[t].quant, q.scale, q.zero);
    w->integer[t] = t;
}

static struct op *append(struct work *w, const struct op *op, const int32_t *in, const int32_t *out)
{
    struct op *copy = graph_add_op(w->m, w->g, op->id, op->n_in, in, op->n_out, out);

    copy->name = op->name;
    copy->opts = op->opts;
    copy->source = op->source;
    return copy;
}

static bool is_reading(const struct work *w, const struct op *op)
{
    return op->id == OP_READ_VARIABLE && is_computed(w, op->out[0]) && op_in(w->g, op, 0)->type != TYPE_F32;
}

/* What a recurrent layer left in a state that has become integers. */
static void rewrite_reading(struct work *w, const struct op *op)
{
    const struct tensor *state = op_in(w->g, op, 0);
    const struct quant_s8 q = {state->quant.scale[0], state->quant.zero[0]};
    const int32_t t = op->out[0];

    if (state->type == w->type && same_quant(q, own_quant(w, t))) {
        become_integer(w, t);
        append(w, op, op->in, op->out);
        return;
    }
    const int32_t read = other_form(w, t, state->type, &q);

    append(w, op, op->in, &read);
    become_integer(w, t);
    convert(w, OP_QUANTIZE, read, t);
}

static enum mote_status rewrite_float(struct work *w, const struct op *op, const struct frame *at)
{
    int32_t *in = pool_copy(w->m->pool, op->in, (size_t)op->n_in * sizeof *in);

    for (int32_t k = 0; k < op->n_in; k++)
        in[k] = as_f32(w, op->in[k]);
    for (int32_t k = 0; k < op->n_out; k++)
        if (is_float(w, op->out[k]))
            w->f32[op->out[k]] = op->out[k];
    if (recurrent_has_hybrid(op))
        TRY(quantize_hybrid(w->m, w->g, op, in, at));
    append(w, op, in, op->out);
    return MOTE_OK;
}

/* Its inputs in integers. */
static enum mote_status inputs_integer(struct work *w, const struct op *op, enum form form, int32_t *in,
                                       const struct frame *at)
{
    const struct linear_inputs *l = op_info[op->id].is->linear;

    for (int32_t k = 0; k < op->n_in; k++)
        if (is_float(w, op->in[k]) && w->g->tensors[op->in[k]].data)
            TRY(want_finite(w->g, op->in[k], at));
    if (form == FORM_RECURRENT) {
        struct quant_s8 q = own_quant(w, op->in[0]);

        in[0] = as_integer(w, op->in[0], q);
        return quantize_recurrent(w->m, w->g, op, w->type, q, own_quant(w, op->out[0]),
                                  group_of(w, recurrent_cell(op))->range, in, at);
    }
    if (form == FORM_LINEAR) {
        struct quant_s8 q = own_quant(w, op->in[l->input]);

        in[l->input] = as_integer(w, op->in[l->input], q);
        return quantize_linear(w->m, w->g, op, w->type, q, own_quant(w, op->out[0]), in, at);
    }
    for (int32_t k = 0; k < op->n_in; k++)
        if (is_narrow(w, op, k))
            in[k] = quantize_constant(w->m, w->g, op->in[k], quant_of_range(range_of_constant(op_in(w->g, op, k))));
        else if (is_float(w, op->in[k]))
            in[k] = as_integer(w, op->in[k], form == FORM_SAME ? own_quant(w, op->out[0]) : own_quant(w, op->in[k]));
    return MOTE_OK;
}

static enum mote_status rewrite_integer(struct work *w, const struct op *op, enum form form, const struct frame *at)
{
    int32_t *in = pool_copy(w->m->pool, op->in, (size_t)op->n_in * sizeof *in);
    int32_t *out = pool_copy(w->m->pool, op->out, (size_t)op->n_out * sizeof *out);

    TRY(inputs_integer(w, op, form, in, at));
    for (int32_t k = 0; k < op->n_out; k++) {
        struct quant_s8 q = own_quant(w, op->out[k]);

        if (is_computed(w, op->out[k]))
            become_integer(w, op->out[k]);
        else if (is_float(w, op->out[k]))
            out[k] = other_form(w, op->out[k], w->type, &q);
    }
    append(w, op, in, out);
    for (int32_t k = 0; k < op->n_out; k++)
        if (out[k] != op->out[k])
            convert(w, OP_DEQUANTIZE, out[k], op->out[k]); /* to state, which stays float */
    return MOTE_OK;
}

static enum mote_status rewrite(struct work *w, const struct op *ops, int32_t n, const struct frame *at)
{
    int32_t n_integer = 0;

    w->g->ops = NULL;
    w->g->n_ops = 0;
    for (int32_t i = 0; i < n; i++) {
        struct frame here = frame_op(at, &w->before, i);
        enum form form;

        if (ops[i].id == OP_NOP)
            continue;
        form = form_of(w, &ops[i]);
        n_integer += form != FORM_FLOAT || recurrent_has_hybrid(&ops[i]);
        if (is_reading(w, &ops[i]))
            rewrite_reading(w, &ops[i]);
        else if (form == FORM_FLOAT)
            TRY(rewrite_float(w, &ops[i], &here));
        else
            TRY(rewrite_integer(w, &ops[i], form, &here));
        follow_blocks(w, ops[i].id);
    }
    if (n_integer == 0)
        return fail(at, MOTE_ERR_UNSUPPORTED, "no operator of the model is a float one that has an %s form",
                    w->type == TYPE_S16 ? "int16" : "int8");
    return MOTE_OK;
}

/* ---- what goes in and out ---- */
static void begin_inputs(struct work *w)
{
    for (int32_t i = 0; i < w->g->n_inputs; i++) {
        int32_t t = w->g->inputs[i];

        if (!is_float(w, t))
            continue;
        if (w->float_ends || float_head_reads(w->stays, w->before.ops, w->before.n_ops, t))
            w->f32[t] = t;
        else
            become_integer(w, t);
    }
}

static void end_outputs(struct work *w)
{
    for (int32_t i = 0; i < w->g->n_outputs; i++) {
        int32_t t = w->g->outputs[i];

        if (is_computed(w, t))
            w->g->outputs[i] = w->float_ends ? as_f32(w, t) : as_integer(w, t, own_quant(w, t));
    }
}

static struct work begin(struct model *m, enum mote_type type, bool float_ends)
{
    struct graph *g = &m->graphs[0];
    struct work w = {.m = m, .g = g, .before = *g, .type = type, .float_ends = float_ends, .n = g->n_tensors};
    size_t n = (size_t)g->n_tensors + 1;

    w.stays = float_head(m->pool, g);
    w.is_float = pool_array(m->pool, n, sizeof *w.is_float);
    w.up = pool_array(m->pool, n, sizeof *w.up);
    w.of = pool_array(m->pool, n, sizeof *w.of);
    w.integer = pool_array(m->pool, n, sizeof *w.integer);
    w.f32 = pool_array(m->pool, n, sizeof *w.f32);
    for (int32_t t = 0; t < g->n_tensors; t++) {
        w.is_float[t] = g->tensors[t].type == TYPE_F32;
        w.up[t] = t;
        if (g->tensors[t].ranged)
            w.of[t].range = g->tensors[t].range;
        g->tensors[t].ranged = false;
        w.integer[t] = TENSOR_ABSENT;
        w.f32[t] = g->tensors[t].state ? t : TENSOR_ABSENT;
    }
    return w;
}

static enum mote_status want_ranges(const struct graph *g, const struct frame *at)
{
    for (int32_t t = 0; t < g->n_tensors; t++)
        if (g->tensors[t].ranged)
            return MOTE_OK;
    return fail(at, MOTE_ERR_VALUE, "no tensor has a range: `mote quantize` finds them in data");
}

enum mote_status quantize_graph(struct model *m, enum mote_type type, bool float_ends, int32_t **where,
                                const struct frame *at)
{
    struct graph *g = &m->graphs[0];
    const struct op *ops = g->ops;
    int32_t n = g->n_ops;
    struct work w;

    TRY(quantize_check(m, at));
    TRY(want_ranges(g, at));
    assert(type == TYPE_S8 || type == TYPE_S16);
    w = begin(m, type, float_ends);
    groups(&w, ops, n);
    widen(&w, ops, n);
    choose(&w);
    begin_inputs(&w);
    TRY(rewrite(&w, ops, n, at));
    end_outputs(&w);
    *where = w.integer;
    for (int32_t t = 0; t < w.n; t++)
        if (w.integer[t] == TENSOR_ABSENT)
            w.integer[t] = t;
    assert(w.n <= g->n_tensors);
    return model_verify(m, at);
}

static enum mote_status run_pass(struct model *m, struct graph *g, bool float_ends, const struct frame *at)
{
    int32_t *where;

    if (g != &m->graphs[0])
        return MOTE_OK;
    return quantize_graph(m, TYPE_S8, float_ends, &where, at);
}

enum mote_status pass_quantize(struct model *m, struct graph *g, const struct frame *at)
{
    return run_pass(m, g, false, at);
}

enum mote_status pass_quantize_inside(struct model *m, struct graph *g, const struct frame *at)
{
    return run_pass(m, g, true, at);
}
