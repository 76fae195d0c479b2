/* SPDX-License-Identifier: Apache-2.0 */
/* Transposes move toward the outputs, through operators that work the same in any order of dimensions, until they meet
 * others that undo them: what a format with another layout of images brings leaves a convolutional network but for its
 * ends. No number is computed in another way. */
#include "host/graph/blocks.h"
#include "host/graph/op_info.h"
#include "host/passes/passes.h"

/* `tensor` is `from` with its dimensions moved: dimension d is perm[d] of `from`. */
struct move {
    int32_t from;
    int rank, perm[RANK_MAX];
};

/* ---- what a transpose is ---- */
static bool read_move(const struct graph *g, const struct op *op, struct move *v)
{
    const struct tensor *in, *perm;

    if (op->id != OP_TRANSPOSE)
        return false;
    in = op_in(g, op, 0), perm = op_in(g, op, 1);
    if (in->state || in->quant.n > 1 || op_out(g, op, 0)->state || !perm->data ||
        (perm->type != TYPE_S32 && perm->type != TYPE_S64) || tensor_elements(perm) != in->rank ||
        !quant_equal(&in->quant, &op_out(g, op, 0)->quant))
        return false;
    *v = (struct move){.from = op->in[0], .rank = in->rank};
    for (int d = 0; d < v->rank; d++) {
        v->perm[d] = (int)const_int(perm, d);
        if (v->perm[d] < 0 || v->perm[d] >= v->rank)
            return false;
    }
    return true;
}

static bool find_move(const struct graph *g, int32_t tensor, struct move *v)
{
    int32_t producer = tensor == TENSOR_ABSENT ? -1 : graph_producer(g, tensor);

    return producer >= 0 && read_move(g, &g->ops[producer], v);
}

static bool same_perm(const struct move *a, const struct move *b)
{
    return a->rank == b->rank && memcmp(a->perm, b->perm, (size_t)a->rank * sizeof a->perm[0]) == 0;
}

static struct move inverse_of(const struct move *v)
{
    struct move inverse = {.from = TENSOR_ABSENT, .rank = v->rank};

    for (int d = 0; d < v->rank; d++)
        inverse.perm[v->perm[d]] = d;
    return inverse;
}

static bool is_identity(const struct move *v)
{
    for (int d = 0; d < v->rank; d++)
        if (v->perm[d] != d)
            return false;
    return true;
}

/* ---- making one ---- */
static int32_t add_ints(struct model *m, struct graph *g, int rank, const int64_t *dims, const int32_t *values)
{
    struct tensor t = {.name = "", .type = TYPE_S32, .rank = rank, .source = -1};

    memcpy(t.dims, dims, (size_t)rank * sizeof *dims);
    t.data = pool_copy(m->pool, values, (size_t)tensor_bytes(&t));
    return graph_add_tensor(m, g, &t);
}

static int32_t add_perm(struct model *m, struct graph *g, const struct move *v)
{
    return add_ints(m, g, 1, (int64_t[]){v->rank}, (const int32_t *)v->perm);
}

/* The dimensions that a tensor like `t` has where t is it moved by v. */
static struct tensor before(const struct tensor *t, const struct move *v)
{
    struct tensor from = *t;

    assert(t->rank == v->rank);
    for (int d = 0; d < v->rank; d++)
        from.dims[v->perm[d]] = t->dims[d];
    from.source = -1;
    return from;
}

/* The constant whose move by v is `t`, which is broadcast to v's rank. */
static struct tensor constant_before(struct model *m, const struct tensor *t, const struct move *v)
{
    size_t size = (size_t)type_bits(t->type) / 8, n = (size_t)tensor_elements(t), at = 0;
    int64_t index[RANK_MAX] = {0}, step[RANK_MAX], stride = (int64_t)size;
    struct tensor wide = *t, out;
    uint8_t *data = pool_alloc(m->pool, n * size);

    for (int d = 0; d < v->rank; d++)
        wide.dims[d] = d < v->rank - t->rank ? 1 : t->dims[d - (v->rank - t->rank)];
    wide.rank = v->rank;
    out = before(&wide, v);
    for (int d = v->rank - 1; d >= 0; stride *= out.dims[d--])
        step[d] = stride;
    for (size_t i = 0; i < n; i++) {
        memcpy(data + at, t->data + i * size, size);
        for (int d = v->rank - 1; d >= 0; d--) {
            at += (size_t)step[v->perm[d]];
            if (++index[d] < wide.dims[d])
                break;
            at -= (size_t)(step[v->perm[d]] * wide.dims[d]);
            index[d] = 0;
        }
    }
    out.data = data;
    return out;
}

/* ---- transposes of transposes ---- */
/* Of two in a row one, or none. */
static bool join(struct model *m, struct graph *g, int32_t i)
{
    struct move outer, inner;

    if (!read_move(g, &g->ops[i], &outer) || !find_move(g, outer.from, &inner))
        return false;
    for (int d = 0; d < outer.rank; d++)
        outer.perm[d] = inner.perm[outer.perm[d]];
    g->ops[i].in[0] = inner.from;
    g->ops[i].in[1] = add_perm(m, g, &outer);
    return true;
}

static bool drop_identity(struct graph *g, int32_t i)
{
    struct move v;

    return read_move(g, &g->ops[i], &v) && is_identity(&v) && op_bypass(g, i);
}

/* The transpose of `tensor` by v that there is before operator i. */
static int32_t find_moved(const struct graph *g, int32_t i, int32_t tensor, const struct move *v)
{
    struct move own;

    for (int32_t k = 0; k < i; k++)
        if (g->ops[k].id == OP_TRANSPOSE && g->ops[k].in[0] == tensor && read_move(g, &g->ops[k], &own) &&
            same_perm(&own, v) && is_same_block(g, k, i))
            return g->ops[k].out[0];
    return TENSOR_ABSENT;
}

/* Two of one tensor are one. */
static bool merge(struct graph *g, int32_t i)
{
    int32_t same;
    struct move v;

    if (!read_move(g, &g->ops[i], &v) || graph_is_output(g, g->ops[i].out[0]))
        return false;
    same = find_moved(g, i, v.from, &v);
    if (same == TENSOR_ABSENT)
        return false;
    graph_redirect(g, g->ops[i].out[0], same);
    op_kill(&g->ops[i]);
    return true;
}

/* ---- operators that take any order ---- */
/* By element, with all inputs broadcast to one shape. */
static bool is_elementwise(enum op_id id)
{
    switch (id) {
    case OP_ADD:
    case OP_SUB:
    case OP_MUL:
    case OP_DIV:
    case OP_MINIMUM:
    case OP_MAXIMUM:
    case OP_SQUARED_DIFFERENCE:
    case OP_PRELU:
    case OP_RELU:
    case OP_RELU6:
    case OP_LEAKY_RELU:
    case OP_HARD_SWISH:
    case OP_LOGISTIC:
    case OP_TANH:
    case OP_ABS:
    case OP_EXP:
    case OP_SQRT:
    case OP_RSQRT:
    case OP_SQUARE:
    case OP_NEG:
    case OP_LOG:
    case OP_SIN:
    case OP_COS:
    case OP_ERF:
    case OP_ATAN:
    case OP_CEIL:
    case OP_FLOOR:
    case OP_ROUND:
    case OP_EQUAL:
    case OP_NOT_EQUAL:
    case OP_LESS:
    case OP_LESS_EQUAL:
    case OP_GREATER:
    case OP_GREATER_EQUAL:
    case OP_LOGICAL_AND:
    case OP_LOGICAL_OR:
    case OP_LOGICAL_NOT:
    case OP_SELECT_V2:
    case OP_FLOOR_MOD:
    case OP_FLOOR_DIV:
    case OP_ELU:
    case OP_QUANTIZE:
    case OP_DEQUANTIZE:
    case OP_CAST:
    case OP_DROPOUT:
        return true;
    default:
        return false;
    }
}

/* The inputs first … first + n - 1 are data; others are lists about dimensions. n is 0 for operators that stay. */
struct data_inputs {
    int first, n;
};

static struct data_inputs data_inputs(const struct op *op)
{
    if (is_elementwise(op->id) || op->id == OP_CONCATENATION)
        return (struct data_inputs){0, op->id == OP_DROPOUT ? 1 : op->n_in};
    switch (op->id) {
    case OP_SPLIT:
        return (struct data_inputs){1, 1};
    case OP_SPLIT_V:
    case OP_PAD:
    case OP_MIRROR_PAD:
    case OP_MEAN:
    case OP_SUM:
    case OP_REDUCE_MAX:
    case OP_STRIDED_SLICE:
    case OP_SLICE:
        return (struct data_inputs){0, 1};
    default:
        return (struct data_inputs){0, 0};
    }
}

/* A list of one entry a dimension, of `width` numbers each, in the other order. */
static bool move_list(struct model *m, struct graph *g, struct op *op, int input, const struct move *v, int width,
                      bool change)
{
    const struct tensor *t = op_in(g, op, input);
    int32_t values[2 * RANK_MAX];

    if (!t || !t->data || (t->type != TYPE_S32 && t->type != TYPE_S64) || tensor_elements(t) != width * v->rank)
        return false;
    for (int d = 0; d < v->rank; d++)
        for (int k = 0; k < width; k++) {
            int64_t value = const_int(t, d * width + k);

            if (value != (int32_t)value)
                return false;
            values[v->perm[d] * width + k] = (int32_t)value;
        }
    if (change)
        op->in[input] = add_ints(m, g, t->rank, t->dims, values);
    return true;
}

/* A list of dimensions, by their new numbers. */
static bool move_axes(struct model *m, struct graph *g, struct op *op, int input, const struct move *v, bool change)
{
    const struct tensor *t = op_in(g, op, input);
    int32_t values[RANK_MAX];

    if (!t || !t->data || (t->type != TYPE_S32 && t->type != TYPE_S64) || tensor_elements(t) > RANK_MAX)
        return false;
    for (int i = 0; i < (int)tensor_elements(t); i++) {
        int64_t axis = const_int(t, i);

        if (axis < -v->rank || axis >= v->rank)
            return false;
        values[i] = v->perm[axis < 0 ? axis + v->rank : axis];
    }
    if (change)
        op->in[input] = add_ints(m, g, t->rank, t->dims, values);
    return true;
}

/* The dimensions that a reduction by v's output takes away, as bits. */
static unsigned reduced(const struct tensor *axes, const struct move *v)
{
    unsigned gone = 0;

    for (int i = 0; i < (int)tensor_elements(axes); i++)
        gone |= 1u << (const_int(axes, i) + v->rank) % v->rank;
    return gone;
}

/* Where a reduction's axes can be moved. Sums of floats depend on their order, so that what is summed must come in the
 * order in which it came. */
static bool move_reduced(struct model *m, struct graph *g, struct op *op, const struct move *v, bool change)
{
    const bool in_order = op->id == OP_REDUCE_MAX || op_in(g, op, 0)->type != TYPE_F32;
    int last = -1;

    if (!move_axes(m, g, op, 1, v, false))
        return false;
    for (int d = 0; d < v->rank && !in_order; d++) {
        if (!(reduced(op_in(g, op, 1), v) >> d & 1))
            continue;
        if (v->perm[d] < last)
            return false;
        last = v->perm[d];
    }
    return move_axes(m, g, op, 1, v, change);
}

static bool has_masks(const struct op *op)
{
    const struct strided_slice_opts *o = op->opts;

    return o->begin_mask || o->end_mask || o->ellipsis_mask || o->new_axis_mask || o->shrink_axis_mask;
}

/* What the operator says about dimensions, or whether that can be said of those before the move. */
static bool move_options(struct model *m, struct graph *g, struct op *op, const struct move *v, bool change)
{
    switch (op->id) {
    case OP_CONCATENATION: {
        struct concatenation_opts *o = op->opts;

        if (o->axis < -v->rank || o->axis >= v->rank)
            return false;
        if (change)
            o->axis = v->perm[o->axis < 0 ? o->axis + v->rank : o->axis];
        return true;
    }
    case OP_PAD:
    case OP_MIRROR_PAD:
        return move_list(m, g, op, 1, v, 2, change);
    case OP_SLICE:
        return move_list(m, g, op, 1, v, 1, change) && move_list(m, g, op, 2, v, 1, change);
    case OP_STRIDED_SLICE:
        return !has_masks(op) && move_list(m, g, op, 1, v, 1, change) && move_list(m, g, op, 2, v, 1, change) &&
               move_list(m, g, op, 3, v, 1, change);
    case OP_SPLIT:
        return move_axes(m, g, op, 0, v, change);
    case OP_SPLIT_V:
        return move_axes(m, g, op, 2, v, change);
    case OP_MEAN:
    case OP_SUM:
    case OP_REDUCE_MAX:
        return ((struct reduce_opts *)op->opts)->keep_dims && move_reduced(m, g, op, v, change);
    default:
        return true;
    }
}

/* ---- moving one past an operator ---- */
static bool is_graph_input(const struct graph *g, int32_t tensor)
{
    for (int32_t i = 0; i < g->n_inputs; i++)
        if (g->inputs[i] == tensor)
            return true;
    return false;
}

/* An operand that is not moved: a constant can be, one element need not be, and of an input of the graph, which others
 * read in the other order as a rule, a transpose is made. */
static bool operand_fits(const struct graph *g, const struct op *op, int32_t tensor, const struct move *v)
{
    const struct tensor *t = &g->tensors[tensor];
    bool broadcasts = is_elementwise(op->id);
    struct move own;

    if (find_move(g, tensor, &own) && same_perm(&own, v))
        return true;
    if (t->quant.n > 1 || t->state)
        return false;
    if (t->data)
        return type_bits(t->type) >= 8 && (broadcasts ? t->rank <= v->rank : t->rank == v->rank);
    return (broadcasts && tensor_elements(t) == 1 && t->rank <= v->rank) ||
           (is_graph_input(g, tensor) && t->rank == v->rank);
}

static int32_t operand_before(struct model *m, struct graph *g, int32_t *i, int32_t tensor, const struct move *v)
{
    struct tensor t = g->tensors[tensor];
    struct move own, inverse;
    int32_t out;

    if (find_move(g, tensor, &own) && same_perm(&own, v))
        return own.from;
    if (t.data) {
        t = constant_before(m, &t, v);
        return graph_add_tensor(m, g, &t);
    }
    if (tensor_elements(&t) == 1)
        return tensor;
    inverse = inverse_of(v);
    out = find_moved(g, *i, tensor, &inverse);
    if (out != TENSOR_ABSENT)
        return out;
    t = before(&t, v);
    t.name = "";
    out = graph_add_tensor(m, g, &t);
    graph_insert_op(m, g, (*i)++, OP_TRANSPOSE, 2, (int32_t[]){tensor, add_perm(m, g, &inverse)}, 1, &out);
    return out;
}

static bool outputs_fit(const struct graph *g, const struct op *op, const struct move *v)
{
    for (int32_t k = 0; k < op->n_out; k++)
        if (op_out(g, op, k)->state || op_out(g, op, k)->rank != v->rank || op_out(g, op, k)->quant.n > 1)
            return false;
    return true;
}

static bool find_operand(const struct graph *g, const struct op *op, struct data_inputs in, struct move *v)
{
    for (int k = in.first; k < in.first + in.n; k++)
        if (find_move(g, op->in[k], v))
            return true;
    return false;
}

static bool can_sink(struct model *m, struct graph *g, struct op *op, struct data_inputs in, const struct move *v)
{
    if (!outputs_fit(g, op, v) || !move_options(m, g, op, v, false))
        return false;
    for (int k = in.first; k < in.first + in.n; k++)
        if (op->in[k] == TENSOR_ABSENT || !operand_fits(g, op, op->in[k], v))
            return false;
    return true;
}

/* Operator i reads what was before the move, and each output is moved. */
static bool sink(struct model *m, struct graph *g, int32_t i)
{
    struct data_inputs in = data_inputs(&g->ops[i]);
    struct move v;

    if (in.n == 0 || !find_operand(g, &g->ops[i], in, &v) || !can_sink(m, g, &g->ops[i], in, &v))
        return false;
    for (int k = in.first; k < in.first + in.n; k++) {
        int32_t from = operand_before(m, g, &i, g->ops[i].in[k], &v);

        g->ops[i].in[k] = from;
    }
    move_options(m, g, &g->ops[i], &v, true);
    for (int32_t k = 0; k < g->ops[i].n_out; k++) {
        int32_t old = g->ops[i].out[k], fresh, perm;
        struct tensor t = before(&g->tensors[old], &v);

        fresh = graph_add_tensor(m, g, &t);
        perm = add_perm(m, g, &v);
        g->ops[i].out[k] = fresh;
        graph_insert_op(m, g, i + 1, OP_TRANSPOSE, 2, (int32_t[]){fresh, perm}, 1, &old);
    }
    return true;
}

/* A reduction whose dimensions go, and leave the others in their order, as they are behind the move. */
static bool reduce_before(struct model *m, struct graph *g, int32_t i)
{
    struct op *op = &g->ops[i];
    unsigned gone;
    int last = -1;
    struct move v;

    if ((op->id != OP_MEAN && op->id != OP_SUM && op->id != OP_REDUCE_MAX) ||
        ((struct reduce_opts *)op->opts)->keep_dims || !find_move(g, op->in[0], &v) ||
        !move_reduced(m, g, op, &v, false))
        return false;
    gone = reduced(op_in(g, op, 1), &v);
    for (int d = 0; d < v.rank; d++) {
        if (gone >> d & 1)
            continue;
        if (v.perm[d] < last)
            return false;
        last = v.perm[d];
    }
    move_reduced(m, g, op, &v, true);
    g->ops[i].in[0] = v.from;
    return true;
}

/* ---- a fully connected layer over an image takes it in any order ---- */
/* Its weights [out][elements of v.from], by where the move takes these. */
static struct tensor weights_before(struct model *m, const struct tensor *w, const struct tensor *moved,
                                    const struct move *v)
{
    struct tensor shape = *w, out;

    shape.rank = v->rank;
    memcpy(shape.dims, moved->dims, sizeof shape.dims);
    shape.dims[0] = w->dims[0];
    out = constant_before(m, &shape, v);
    out.rank = 2;
    memcpy(out.dims, w->dims, sizeof out.dims);
    return out;
}

/* TRANSPOSE, RESHAPE to [N][…], FULLY_CONNECTED, and nobody else reads between: the weights move instead. */
static bool absorb(struct model *m, struct graph *g, int32_t i)
{
    struct op *op = &g->ops[i];
    int32_t flat = op->id == OP_FULLY_CONNECTED ? graph_producer(g, op->in[0]) : -1;
    const struct tensor *w, *moved;
    struct tensor weights;
    struct move v;

    if (flat < 0 || g->ops[flat].id != OP_RESHAPE || !find_move(g, g->ops[flat].in[0], &v) || v.perm[0] != 0 ||
        graph_uses(g, op->in[0]) != 1 || graph_is_output(g, op->in[0]))
        return false;
    w = op_in(g, op, 1), moved = &g->tensors[g->ops[flat].in[0]];
    if (!w->data || type_bits(w->type) < 8 || (w->quant.n > 1 && w->quant.axis != 0) || moved->dims[0] < 1 ||
        w->dims[1] != tensor_elements(moved) / moved->dims[0])
        return false;
    weights = weights_before(m, w, moved, &v);
    g->ops[flat].in[0] = v.from;
    g->ops[i].in[1] = graph_add_tensor(m, g, &weights);
    return true;
}

static void drop_unused(struct graph *g)
{
    for (int32_t i = g->n_ops - 1; i >= 0; i--)
        if (g->ops[i].id == OP_TRANSPOSE && graph_uses(g, g->ops[i].out[0]) == 0)
            op_kill(&g->ops[i]);
}

/* From the inputs to the outputs: what is moved past an operator is looked at next. */
enum mote_status pass_layout(struct model *m, struct graph *g, const struct frame *at)
{
    (void)at;
    for (int32_t i = 0; i < g->n_ops; i++) {
        if (g->ops[i].id == OP_NOP)
            continue;
        if (g->ops[i].id != OP_TRANSPOSE) {
            if (!sink(m, g, i) && !reduce_before(m, g, i))
                absorb(m, g, i);
            continue;
        }
        join(m, g, i);
        if (!drop_identity(g, i))
            merge(g, i);
    }
    drop_unused(g);
    return MOTE_OK;
}
