/* SPDX-License-Identifier: Apache-2.0 */
/* Operators that work on elements one by one, in the layout in which their first input is, and those that move data. */
#include "host/program/loops.h"
#include "host/operators/strided_slice.h"

enum mote_status build_activation(struct program *p, const struct op *op, const struct frame *at)
{
    const dnnl_memory_desc_t md = *layout_of(p, op->in[0]);
    float alpha = op->id == OP_LEAKY_RELU ? ((const struct leaky_relu_opts *)op->opts)->alpha : 0;
    float beta = op->id == OP_RELU6 ? 6 : 0;
    dnnl_alg_kind_t kind = op->id == OP_TANH       ? dnnl_eltwise_tanh
                           : op->id == OP_LOGISTIC ? dnnl_eltwise_logistic
                           : op->id == OP_RELU6    ? dnnl_eltwise_clip_v2
                                                   : dnnl_eltwise_relu;
    struct binding args[2] = {{DNNL_ARG_SRC, 0}, {DNNL_ARG_DST, 0}};
    dnnl_eltwise_desc_t d;
    dnnl_primitive_desc_t pd;

    TRY(dnnl_check(at, dnnl_eltwise_forward_desc_init(&d, dnnl_forward_training, kind, &md, alpha, beta),
                   "activation"));
    TRY(describe(p, &d, ACTIVATION_NONE, NULL, "activation", &pd, at));
    TRY(value_use(p, op->in[0], &md, &args[0].value, at));
    args[1].value = value_make(p, op->out[0], &md);
    return step_primitive(p, "activation", pd, 2, args, at);
}

/* All inputs in the layout of the first, and the output. */
static enum mote_status loop_on(struct program *p, const struct op *op, int n, const char *what, loop_fn *loop,
                                const struct frame *at)
{
    const dnnl_memory_desc_t md = *layout_of(p, op->in[0]);
    int32_t values[3];

    assert(n < (int)COUNT(values));
    for (int i = 0; i < n; i++)
        TRY(value_use(p, op->in[i], &md, &values[i], at));
    values[n] = value_make(p, op->out[0], &md);
    step_loop(p, what, loop, op->opts, n + 1, values);
    return MOTE_OK;
}

enum mote_status build_activation_grad(struct program *p, const struct op *op, const struct frame *at)
{
    loop_fn *loop = op->id == OP_RELU_GRAD         ? loop_relu_grad
                    : op->id == OP_RELU6_GRAD      ? loop_relu6_grad
                    : op->id == OP_LEAKY_RELU_GRAD ? loop_leaky_relu_grad
                    : op->id == OP_TANH_GRAD       ? loop_tanh_grad
                                                   : loop_logistic_grad;

    return loop_on(p, op, 2, "activation", loop, at);
}

/* ---- operators of which their files say how steep they are ---- */
static void loop_unary_grad(const struct call *c)
{
    const struct operator* is = c->opts;
    const float *d = c->data[0], *x = c->data[1], *y = c->data[2];
    float *out = c->data[3];

    for (int64_t i = 0; i < c->n[3]; i++)
        out[i] = d[i] * is->slope(x[i], y[i]);
}

/* Row-major: another layout's padding must stay 0. */
enum mote_status build_unary_grad(struct program *p, const struct op *op, const struct frame *at)
{
    int32_t of = ((const struct unary_grad_opts *)op->opts)->of;
    int32_t values[4];

    if (of <= OP_NOP || of >= OP_LIMIT || op_info[of].is == NULL || op_info[of].is->slope == NULL)
        return fail(at, MOTE_ERR_VALUE, "operator %d has no slope", (int)of);
    assert(op->n_in < (int)COUNT(values));
    for (int k = 0; k < op->n_in; k++)
        TRY(value_use(p, op->in[k], plain_of(p, op->in[k]), &values[k], at));
    values[op->n_in] = value_make(p, op->out[0], plain_of(p, op->out[0]));
    step_loop(p, "activation", loop_unary_grad, op_info[of].is, op->n_in + 1, values);
    return MOTE_OK;
}

enum mote_status build_add(struct program *p, const struct op *op, const struct frame *at)
{
    const struct binary_opts *o = op->opts;

    if (!shape_equal(op_in(p->graph, op, 0), op_in(p->graph, op, 1)))
        return fail(at, MOTE_ERR_UNSUPPORTED, "training adds tensors of one shape only");
    if (o->activation != ACTIVATION_NONE && o->activation != ACTIVATION_RELU && o->activation != ACTIVATION_RELU6)
        return fail(at, MOTE_ERR_UNSUPPORTED, "training has no addition with a fused %s",
                    activation_name(o->activation));
    return loop_on(p, op, 2, "add", loop_add, at);
}

/* The same memory under another shape where it is row-major. A lasting output has memory of its own. */
enum mote_status build_reshape(struct program *p, const struct op *op, const struct frame *at)
{
    int32_t in;

    TRY(value_use(p, op->in[0], plain_of(p, op->in[0]), &in, at));
    if (!graph_is_output(p->graph, op->out[0]) && !op_out(p->graph, op, 0)->state) {
        p->home[op->out[0]] = value_view(p, in, plain_of(p, op->out[0]));
        return MOTE_OK;
    }
    step_loop(p, "copy", loop_copy, NULL, 2, (int32_t[]){in, value_make(p, op->out[0], plain_of(p, op->out[0]))});
    return MOTE_OK;
}

enum mote_status build_dropout(struct program *p, const struct op *op, const struct frame *at)
{
    const dnnl_memory_desc_t md = *layout_of(p, op->in[0]);
    int32_t values[3];

    if (op->n_in < 2)
        return loop_on(p, op, 1, "copy", loop_copy, at);
    TRY(value_use(p, op->in[0], &md, &values[0], at));
    TRY(value_use(p, op->in[1], plain_of(p, op->in[1]), &values[1], at));
    values[2] = value_make(p, op->out[0], &md);
    step_loop(p, "dropout", loop_dropout, op->opts, 3, values);
    return MOTE_OK;
}

/* ---- concatenation and its gradient: copies between a row-major whole and its parts ---- */
struct part {
    int64_t outer, whole, part, offset; /* blocks, elements of a block of the whole and of the part, where it begins */
    bool split;
};

static void loop_part(const struct call *c)
{
    const struct part *o = c->opts;
    float *whole = c->data[o->split ? 0 : 1], *part = c->data[o->split ? 1 : 0];

    for (int64_t i = 0; i < o->outer; i++) {
        float *a = whole + i * o->whole + o->offset, *b = part + i * o->part;

        memcpy(o->split ? b : a, o->split ? a : b, (size_t)o->part * sizeof(float));
    }
}

static struct part *part_of(struct program *p, const struct tensor *whole, const struct tensor *part, int axis,
                            int64_t *before, bool split)
{
    struct part o = {.outer = 1, .split = split};
    int64_t inner = 1;

    for (int d = 0; d < axis; d++)
        o.outer *= whole->dims[d];
    for (int d = axis + 1; d < whole->rank; d++)
        inner *= whole->dims[d];
    o.whole = whole->dims[axis] * inner;
    o.part = part->dims[axis] * inner;
    o.offset = *before * inner;
    *before += part->dims[axis];
    return pool_copy(p->pool, &o, sizeof o);
}

enum mote_status build_concatenation(struct program *p, const struct op *op, const struct frame *at)
{
    const struct concatenation_opts *o = op->opts;
    const struct tensor *out = op_out(p->graph, op, 0);
    int64_t before = 0;
    int axis;

    if (o->activation != ACTIVATION_NONE)
        return fail(at, MOTE_ERR_UNSUPPORTED, "training has no concatenation with a fused activation");
    TRY(want_axis(at, o->axis, out->rank, &axis));
    for (int32_t i = 0; i < op->n_in; i++) {
        const struct part *part = part_of(p, out, op_in(p->graph, op, i), axis, &before, false);
        int32_t values[2];

        TRY(value_use(p, op->in[i], plain_of(p, op->in[i]), &values[0], at));
        values[1] = value_make(p, op->out[0], plain_of(p, op->out[0]));
        step_loop(p, "concatenation", loop_part, part, 2, values);
    }
    return MOTE_OK;
}

enum mote_status build_split_v(struct program *p, const struct op *op, const struct frame *at)
{
    const struct tensor *in = op_in(p->graph, op, 0), *axis_tensor = op_in(p->graph, op, 2);
    int64_t before = 0;
    int axis;

    if (!axis_tensor->data)
        return fail(at, MOTE_ERR_UNSUPPORTED, "the axis of a split is no constant");
    TRY(want_axis(at, const_int(axis_tensor, 0), in->rank, &axis));
    for (int32_t i = 0; i < op->n_out; i++) {
        const struct part *part = part_of(p, in, op_out(p->graph, op, i), axis, &before, true);
        int32_t values[2];

        TRY(value_use(p, op->in[0], plain_of(p, op->in[0]), &values[0], at));
        values[1] = value_make(p, op->out[i], plain_of(p, op->out[i]));
        step_loop(p, "split", loop_part, part, 2, values);
    }
    return MOTE_OK;
}

/* ---- slices ---- */
struct slicing {
    int rank;                                       /* at least 1 */
    int64_t first, count[RANK_MAX], step[RANK_MAX]; /* in elements of the whole */
};

/* Where row `row` of the part, which is dense, begins in the whole. */
static int64_t row_start(const struct slicing *o, int64_t row)
{
    int64_t at = o->first;

    for (int d = o->rank - 2; d >= 0; d--) {
        at += row % o->count[d] * o->step[d];
        row /= o->count[d];
    }
    return at;
}

static void loop_slice(const struct call *c)
{
    const struct slicing *o = c->opts;
    const float *whole = c->data[0];
    float *part = c->data[1];
    int64_t n = o->count[o->rank - 1], step = o->step[o->rank - 1];

    for (int64_t row = 0; row < c->n[1] / n; row++)
        for (int64_t i = 0, at = row_start(o, row); i < n; i++, at += step)
            part[row * n + i] = whole[at];
}

static void loop_slice_grad(const struct call *c)
{
    const struct slicing *o = c->opts;
    const float *part = c->data[0];
    float *whole = c->data[1];
    int64_t n = o->count[o->rank - 1], step = o->step[o->rank - 1];

    memset(whole, 0, (size_t)c->n[1] * sizeof *whole);
    for (int64_t row = 0; row < c->n[0] / n; row++)
        for (int64_t i = 0, at = row_start(o, row); i < n; i++, at += step)
            whole[at] = part[row * n + i];
}

/* `like`: the slice itself, or its gradient's inputs from the second on. */
static enum mote_status slicing_of(struct program *p, const struct op *like, const struct slicing **out,
                                   const struct frame *at)
{
    const struct tensor *in = op_in(p->graph, like, 0);
    struct slicing o = {.rank = in->rank};
    struct slice s;
    int64_t stride = 1;

    TRY(slice_find(p->graph, like, &s, at));
    for (int d = in->rank - 1; d >= 0; d--) {
        if (s.count[d] < 1)
            return fail(at, MOTE_ERR_UNSUPPORTED, "training has no slice of no elements");
        o.count[d] = s.count[d];
        o.step[d] = s.stride[d] * stride;
        o.first += s.first[d] * stride;
        stride *= in->dims[d];
    }
    if (in->rank == 0)
        o = (struct slicing){.rank = 1, .count = {1}};
    *out = pool_copy(p->pool, &o, sizeof o);
    return MOTE_OK;
}

enum mote_status build_strided_slice(struct program *p, const struct op *op, const struct frame *at)
{
    const struct slicing *o = NULL;
    int32_t values[2];

    TRY(slicing_of(p, op, &o, at));
    TRY(value_use(p, op->in[0], plain_of(p, op->in[0]), &values[0], at));
    values[1] = value_make(p, op->out[0], plain_of(p, op->out[0]));
    step_loop(p, "slice", loop_slice, o, 2, values);
    return MOTE_OK;
}

enum mote_status build_strided_slice_grad(struct program *p, const struct op *op, const struct frame *at)
{
    const struct slicing *o = NULL;
    struct op slice = *op;
    int32_t values[2];

    slice.in++;
    slice.n_in--;
    TRY(slicing_of(p, &slice, &o, at));
    TRY(value_use(p, op->in[0], plain_of(p, op->in[0]), &values[0], at));
    values[1] = value_make(p, op->out[0], plain_of(p, op->out[0]));
    step_loop(p, "slice", loop_slice_grad, o, 2, values);
    return MOTE_OK;
}
