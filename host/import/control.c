/* SPDX-License-Identifier: Apache-2.0 */
/* IF and WHILE of a file become the operators of their graphs, one set for each time that these run. What is constant
 * is computed on the way, so that a loop that counts is known to end, and an IF whose condition is a constant is one of
 * its branches. What the model decides itself are blocks (host/graph/blocks.h): both branches of an IF, and one time of
 * a loop, from the time on before which it is not known to go on.
 *
 * Loops fill lists row by row: what TensorFlow calls a TensorList is a tensor of which each time replaces a row, by
 * cutting it in two and joining the parts with the row between. Inside of loops such tensors stay lists of parts until
 * someone reads them whole, so that a loop of n times makes n rows and not n tensors of n rows. */
#include "host/import/build.h"
#include "host/import/import.h"

#define TIMES_MAX 4096      /* that a loop runs */
#define DEPTH_MAX 16        /* graphs within graphs */
#define OPS_MAX   (1 << 20) /* operators, each as often as it runs, constant or not */

/* A value is a tensor of the new graph, or a list: -2 is list 0, -3 list 1 … */
#define VALUE_ABSENT TENSOR_ABSENT

/* Steps of dimension 0 of a tensor. */
struct part {
    int32_t tensor;
    int64_t first, n;
};

struct list {
    int32_t n, tensor; /* TENSOR_ABSENT until someone reads it whole */
    struct part *parts;
};

struct control {
    struct build b;
    const struct model *from;
    int32_t **kept; /* of each graph what its constants and states became, the same each time that it runs, or NULL */
    struct list *lists;
    int32_t n_lists, depth, loops, n_ops;
};

/* A graph of the file while it runs: the value of each tensor. */
struct run {
    struct control *c;
    const struct graph *g;
    int32_t *value;
};

static struct control *control_of(struct run *r) { return r->c; }
static bool ok(const struct control *c) { return c->b.status == MOTE_OK; }

/* ---- lists ---- */
static const struct list *list_of(const struct control *c, int32_t value)
{
    return value < VALUE_ABSENT ? &c->lists[-2 - value] : NULL;
}

static int32_t new_list(struct control *c, int32_t n, const struct part *parts)
{
    c->lists = pool_grow(c->b.pool, c->lists, (size_t)c->n_lists, sizeof *c->lists);
    c->lists[c->n_lists] =
        (struct list){.n = n, .tensor = TENSOR_ABSENT, .parts = pool_copy(c->b.pool, parts, (size_t)n * sizeof *parts)};
    return -2 - c->n_lists++;
}

static int64_t list_steps(const struct list *l)
{
    int64_t n = 0;

    for (int32_t i = 0; i < l->n; i++)
        n += l->parts[i].n;
    return n;
}

/* A row of the list as its type, quantization and inner dimensions say. */
static const struct tensor *list_like(const struct control *c, const struct list *l)
{
    return tensor_at(&c->b, l->parts[0].tensor);
}

static int32_t part_tensor(struct control *c, const struct part *p)
{
    const struct quant q = tensor_at(&c->b, p->tensor)->quant;
    const int32_t t = rows(&c->b, p->tensor, p->first, p->n);

    if (t != p->tensor)
        set_quant(&c->b, t, &q);
    return t;
}

/* The value as a tensor. */
static int32_t tensor_of(struct control *c, int32_t value)
{
    struct list *l = value < VALUE_ABSENT ? &c->lists[-2 - value] : NULL;
    int32_t *in;
    struct quant q;

    if (l == NULL || !ok(c))
        return l == NULL ? value : TENSOR_ABSENT;
    if (l->tensor != TENSOR_ABSENT)
        return l->tensor;
    in = pool_array(c->b.pool, (size_t)l->n, sizeof *in);
    for (int32_t i = 0; i < l->n; i++)
        in[i] = part_tensor(c, &l->parts[i]);
    q = list_like(c, l)->quant;
    l->tensor = concat(&c->b, 0, l->n, in);
    set_quant(&c->b, l->tensor, &q);
    return l->tensor;
}

/* What of a value's type, quantization and row is known without making a tensor of it. */
static const struct tensor *like_of(const struct control *c, int32_t value)
{
    const struct list *l = list_of(c, value);

    return l ? list_like(c, l) : tensor_at(&c->b, value);
}

/* Below 0 where the model leaves open how many there are. */
static int64_t steps_of(const struct control *c, int32_t value)
{
    const struct list *l = list_of(c, value);
    const struct tensor *t = like_of(c, value);

    return l ? list_steps(l) : t->rank > 0 ? t->dims[0] : 0;
}

/* Writes the parts that steps first … first + n - 1 of the value are made of, or nothing to NULL; how many they are. */
static int32_t cut(const struct control *c, int32_t value, int64_t first, int64_t n, struct part *out)
{
    const struct part whole = {value, 0, steps_of(c, value)};
    const struct list *l = list_of(c, value);
    const struct part *p = l ? l->parts : &whole;
    int32_t made = 0;

    for (const struct part *end = p + (l ? l->n : 1); p < end && n > 0; p++) {
        const int64_t skipped = first < p->n ? first : p->n, taken = p->n - skipped < n ? p->n - skipped : n;

        first -= skipped;
        n -= taken;
        if (taken == 0)
            continue;
        if (out)
            out[made] = (struct part){p->tensor, p->first + skipped, taken};
        made++;
    }
    return made;
}

/* Steps of a value. */
struct span {
    int32_t value;
    int64_t first, n;
};

/* What the spans are, one after the other; whole tensors are themselves. */
static int32_t join(struct control *c, int n, const struct span *spans)
{
    struct part *parts;
    int32_t made = 0;

    for (int i = 0; i < n; i++)
        made += cut(c, spans[i].value, spans[i].first, spans[i].n, NULL);
    assert(made > 0);
    if (!has_room(&c->b, (int64_t)made * (int64_t)sizeof *parts))
        return VALUE_ABSENT;
    parts = pool_array(c->b.pool, (size_t)made, sizeof *parts);
    made = 0;
    for (int i = 0; i < n; i++)
        made += cut(c, spans[i].value, spans[i].first, spans[i].n, parts + made);
    if (made == 1 && parts->first == 0 && parts->n == tensor_at(&c->b, parts->tensor)->dims[0])
        return parts->tensor;
    return new_list(c, made, parts);
}

/* ---- what makes lists ---- */
/* Numbers of a constant of int32; false if it is none, or has others than n. */
static bool numbers(const struct control *c, int32_t value, int n, int64_t *out)
{
    const struct tensor *t = value >= 0 ? tensor_at(&c->b, value) : NULL;

    if (t == NULL || t->data == NULL || t->type != TYPE_S32 || tensor_elements(t) != n)
        return false;
    for (int i = 0; i < n; i++)
        out[i] = const_int(t, i);
    return true;
}

/* All steps of the inner dimensions from 0 on: `size` −1 are all. */
static bool is_whole_inside(const struct tensor *t, const int64_t *begin, const int64_t *size)
{
    for (int d = 1; d < t->rank; d++)
        if (begin[d] != 0 || (size[d] != -1 && size[d] != t->dims[d]))
            return false;
    return true;
}

/* Rows of a list; no row at all is an absent value, which a concatenation leaves out. */
static bool slice_list(struct run *r, const struct op *op)
{
    struct control *c = control_of(r);
    const int32_t x = r->value[op->in[0]];
    const struct tensor *t = like_of(c, x);
    int64_t begin[RANK_MAX], size[RANK_MAX], all = steps_of(c, x);

    if (t->rank < 1 || !numbers(c, r->value[op->in[1]], t->rank, begin) ||
        !numbers(c, r->value[op->in[2]], t->rank, size) || !is_whole_inside(t, begin, size))
        return false;
    if (size[0] == -1)
        size[0] = all - begin[0];
    if (begin[0] < 0 || size[0] < 0 || size[0] > all - begin[0])
        return false;
    if (size[0] == 0) {
        struct tensor none = *t;

        none.dims[0] = 0;
        none.name = "";
        none.state = false;
        none.data = pool_alloc(c->b.pool, 0);
        r->value[op->out[0]] = graph_add_tensor(c->b.m, c->b.g, &none);
        return true;
    }
    r->value[op->out[0]] = join(c, 1, &(struct span){x, begin[0], size[0]});
    return true;
}

/* Rows one after the other, if all are alike but for how many they are. */
static bool join_lists(struct run *r, const struct op *op)
{
    struct control *c = control_of(r);
    const struct concatenation_opts *o = op->opts;
    const struct tensor *first = like_of(c, r->value[op->in[0]]);
    struct span *spans = pool_array(c->b.pool, (size_t)op->n_in, sizeof *spans);
    int64_t all = 0;

    if (first->rank < 1 || (o->axis != 0 && o->axis != -first->rank) || o->activation != ACTIVATION_NONE)
        return false;
    for (int32_t i = 0; i < op->n_in; i++) {
        const struct tensor *t = like_of(c, r->value[op->in[i]]);

        if (steps_of(c, r->value[op->in[i]]) < 0 || t->type != first->type || t->rank != first->rank || t->state ||
            memcmp(t->dims + 1, first->dims + 1, (size_t)(t->rank - 1) * sizeof *t->dims) != 0)
            return false;
        spans[i] = (struct span){r->value[op->in[i]], 0, steps_of(c, r->value[op->in[i]])};
        all += spans[i].n;
    }
    if (all == 0)
        return false;
    r->value[op->out[0]] = join(c, op->n_in, spans);
    return true;
}

/* Rows of a list in the place of others. */
static bool update_list(struct run *r, const struct op *op)
{
    struct control *c = control_of(r);
    const int32_t x = r->value[op->in[0]], rows_in = r->value[op->in[1]];
    const struct tensor *t = like_of(c, x), *u = like_of(c, rows_in);
    const int64_t all = steps_of(c, x), n = steps_of(c, rows_in);
    int64_t begin[RANK_MAX];

    if (t->rank < 1 || u->rank != t->rank || u->type != t->type || all < 1 || n < 0 || n > all || t->state ||
        u->state || memcmp(t->dims + 1, u->dims + 1, (size_t)(t->rank - 1) * sizeof *t->dims) != 0 ||
        !numbers(c, r->value[op->in[2]], t->rank, begin))
        return false;
    begin[0] = begin[0] < 0 ? 0 : begin[0] > all - n ? all - n : begin[0];
    r->value[op->out[0]] =
        join(c, 3, (struct span[]){{x, 0, begin[0]}, {rows_in, 0, n}, {x, begin[0] + n, all - begin[0] - n}});
    return true;
}

/* A row of a list. */
static bool take_row(struct run *r, const struct op *op)
{
    struct control *c = control_of(r);
    const struct gather_opts *o = op->opts;
    const int32_t x = r->value[op->in[0]], i = r->value[op->in[1]];
    const struct tensor t = *like_of(c, x);
    struct part part = {x, 0, 0};
    int64_t at;

    if (list_of(c, x) == NULL || o->axis != 0 || o->batch_dims != 0 || !numbers(c, i, 1, &at) ||
        tensor_at(&c->b, i)->rank != 0 || at < 0 || at >= steps_of(c, x))
        return false;
    cut(c, x, at, 1, &part);
    r->value[op->out[0]] = reshape(&c->b, part_tensor(c, &part), t.rank - 1, t.dims + 1);
    return true;
}

/* False: it is an operator like others. */
static bool run_on_lists(struct run *r, const struct op *op)
{
    switch (op->id) {
    case OP_SLICE:
        return slice_list(r, op);
    case OP_CONCATENATION:
        return join_lists(r, op);
    case OP_DYNAMIC_UPDATE_SLICE:
        return update_list(r, op);
    case OP_GATHER:
        return take_row(r, op);
    default:
        return false;
    }
}

/* ---- operators ---- */
/* As the file says the shapes, or else as the inputs make them. */
static enum mote_status infer(struct control *c, const struct op *op)
{
    struct report_text lost = {.status = MOTE_OK};
    const struct frame quiet = {.index = -1, .sink = &lost};

    if (op_infer(c->b.m, c->b.g, op, &quiet) == MOTE_OK)
        return MOTE_OK;
    for (int i = 0; i < op->n_out; i++)
        if (!op_out(c->b.g, op, i)->state)
            op_out(c->b.g, op, i)->rank = 0;
    return op_infer(c->b.m, c->b.g, op, c->b.at);
}

static bool makes_state(const struct control *c, const struct op *op)
{
    for (int i = 0; i < op->n_out; i++)
        if (op_out(c->b.g, op, i)->state)
            return true;
    return false;
}

static enum mote_status append(struct run *r, const struct op *from, const int32_t *in, const int32_t *out)
{
    struct control *c = control_of(r);
    struct op *op = graph_add_op(c->b.m, c->b.g, from->id, from->n_in, in, from->n_out, out);

    op->opts = from->opts;
    op->name = from->name;
    op->source = c->depth == 1 ? from->source : -1;
    TRY(op_verify(c->b.g, op, c->b.at));
    TRY(infer(c, op));
    for (int i = 0; i < op->n_out; i++)
        TRY(build_check_size(op_out(c->b.g, op, i), c->b.at));
    if (!makes_state(c, op) && build_fold(&c->b, op))
        c->b.g->n_ops--;
    return MOTE_OK;
}

static void run_plain(struct run *r, const struct op *op)
{
    struct control *c = control_of(r);
    int32_t *in = pool_array(c->b.pool, (size_t)op->n_in + 1, sizeof *in),
            *out = pool_array(c->b.pool, (size_t)op->n_out + 1, sizeof *out);

    for (int i = 0; i < op->n_in && ok(c); i++)
        in[i] = op->in[i] == TENSOR_ABSENT ? TENSOR_ABSENT : tensor_of(c, r->value[op->in[i]]);
    if (!ok(c))
        return;
    for (int i = 0; i < op->n_out; i++) {
        struct tensor t = r->g->tensors[op->out[i]];

        if (t.data != NULL)
            build_fail(&c->b, MOTE_ERR_FORMAT, "output %d is a constant, which no operator can write", i);
        t.source = c->depth == 1 ? t.source : -1;
        out[i] = t.state ? r->value[op->out[i]] : graph_add_tensor(c->b.m, c->b.g, &t);
    }
    if (ok(c))
        c->b.status = append(r, op, in, out);
    for (int i = 0; i < op->n_out; i++)
        r->value[op->out[i]] = out[i];
}

/* ---- what is known of what is not constant ---- */
/* A shape is known before its tensor is. */
static bool run_shape(struct run *r, const struct op *op)
{
    struct control *c = control_of(r);
    const struct tensor *t = tensor_at(&c->b, tensor_of(c, r->value[op->in[0]]));
    int64_t dims[RANK_MAX];
    const int rank = t->rank;

    if (r->g->tensors[op->out[0]].type != TYPE_S32 || rank < 1 || tensor_elements(t) < 0)
        return false;
    memcpy(dims, t->dims, sizeof dims);
    r->value[op->out[0]] = add_ints(&c->b, rank, dims);
    return true;
}

/* One known bool: false of AND and true of OR decides, and otherwise the other operand does. */
static bool run_logic(struct run *r, const struct op *op)
{
    struct control *c = control_of(r);
    const uint8_t decides = op->id == OP_LOGICAL_OR;

    for (int i = 0; i < 2; i++) {
        const int32_t x = r->value[op->in[i]], y = r->value[op->in[1 - i]];

        if (x < 0 || y < 0 || !is_const(&c->b, x) || tensor_elements(tensor_at(&c->b, x)) != 1 ||
            tensor_elements(tensor_at(&c->b, y)) != 1)
            continue;
        r->value[op->out[0]] = (tensor_at(&c->b, x)->data[0] != 0) == decides ? x : y;
        return true;
    }
    return false;
}

static bool run_known(struct run *r, const struct op *op)
{
    if (op->n_in < op_info[op->id].in_min || op->n_out != 1)
        return false;
    for (int32_t i = 0; i < op->n_in; i++)
        if (op->in[i] == TENSOR_ABSENT)
            return false;
    if (op->id == OP_SHAPE)
        return run_shape(r, op);
    if (op->id == OP_LOGICAL_AND || op->id == OP_LOGICAL_OR)
        return run_logic(r, op);
    return control_of(r)->loops > 0 && run_on_lists(r, op);
}

/* ---- graphs ---- */
static int32_t add_copy(struct control *c, const struct graph *g, int32_t tensor)
{
    return graph_add_tensor(c->b.m, c->b.g, &g->tensors[tensor]);
}

static int32_t *begin_values(struct control *c, const struct graph *g)
{
    const ptrdiff_t index = g - c->from->graphs;
    int32_t *value = pool_array(c->b.pool, (size_t)g->n_tensors + 1, sizeof *value);

    for (int32_t i = 0; i < g->n_tensors; i++)
        value[i] = VALUE_ABSENT;
    if (c->kept[index] == NULL)
        c->kept[index] = pool_copy(c->b.pool, value, ((size_t)g->n_tensors + 1) * sizeof *value);
    return value;
}

/* The value of a tensor that an operator reads, or a graph gives. */
static void look_up(struct run *r, int32_t tensor)
{
    struct control *c = control_of(r);
    const struct tensor *t = &r->g->tensors[tensor];
    int32_t *kept = &c->kept[r->g - c->from->graphs][tensor];

    if (r->value[tensor] != VALUE_ABSENT || !ok(c))
        return;
    if (!t->state && !t->data)
        build_fail(&c->b, MOTE_ERR_FORMAT, "tensor %d is read before an operator has made it", (int)tensor);
    else if (*kept == VALUE_ABSENT)
        *kept = add_copy(c, r->g, tensor);
    r->value[tensor] = *kept;
}

static void run_graph(struct control *c, int32_t index, int n_in, const int32_t *in, int n_out, int32_t *out);

/* What a state holds now: it may change before the value is read. */
static int32_t value_now(struct control *c, int32_t value)
{
    return value >= 0 && tensor_at(&c->b, value)->state ? emit_unary(&c->b, OP_READ_VARIABLE, value) : value;
}

static int32_t *values_of(struct run *r, int n, const int32_t *tensors)
{
    struct control *c = control_of(r);
    int32_t *values = pool_array(c->b.pool, (size_t)n + 1, sizeof *values);

    for (int i = 0; i < n; i++)
        values[i] = value_now(c, r->value[tensors[i]]);
    return values;
}

static bool is_condition(struct control *c, int32_t *value)
{
    const struct tensor *t;

    *value = tensor_of(c, *value);
    t = tensor_at(&c->b, *value);
    if (ok(c) && (t->type != TYPE_BOOL || tensor_elements(t) != 1))
        build_fail(&c->b, MOTE_ERR_TYPE, "the condition is no single bool");
    return ok(c);
}

/* ---- IF ---- */
/* What a block makes; of one that makes nothing, so that its mark has something, `instead`. */
static int32_t *made_by(struct control *c, int32_t graph, int n_in, const int32_t *in, int n_out, int32_t instead)
{
    int32_t *made = pool_array(c->b.pool, (size_t)n_out + 1, sizeof *made);

    run_graph(c, graph, n_in, in, n_out, made);
    for (int i = 0; i < n_out && ok(c); i++)
        made[i] = tensor_of(c, made[i]);
    if (n_out == 0)
        made[0] = instead;
    return made;
}

/* Lists become tensors before blocks, which those that are made in one are not for others. */
static void settle(struct control *c, int n, int32_t *values)
{
    for (int i = 0; i < n && ok(c); i++)
        values[i] = tensor_of(c, values[i]);
}

static void run_branches(struct control *c, const struct if_opts *o, int n_in, int32_t *in, int n_out, int32_t *out)
{
    const int n = n_out > 0 ? n_out : 1;
    int32_t *made, *between = pool_array(c->b.pool, (size_t)n, sizeof *between),
                   *ends = pool_array(c->b.pool, (size_t)n, sizeof *ends);

    settle(c, n_in, in);
    emit_mark(&c->b, OP_BRANCH, 1, in, NULL, NULL);
    made = made_by(c, o->then_graph, n_in - 1, in + 1, n_out, in[0]);
    emit_mark(&c->b, OP_BRANCH_ELSE, n, made, NULL, between);
    made = made_by(c, o->else_graph, n_in - 1, in + 1, n_out, in[0]);
    emit_mark(&c->b, OP_BRANCH_END, n, made, between, ends);
    memcpy(out, ends, (size_t)n_out * sizeof *out);
}

static void run_if(struct run *r, const struct op *op)
{
    struct control *c = control_of(r);
    const struct if_opts *o = op->opts;
    int32_t *in = values_of(r, op->n_in, op->in), *out = pool_array(c->b.pool, (size_t)op->n_out + 1, sizeof *out);
    const bool constant = is_condition(c, &in[0]) && is_const(&c->b, in[0]);

    if (!ok(c))
        return;
    if (constant)
        run_graph(c, tensor_at(&c->b, in[0])->data[0] != 0 ? o->then_graph : o->else_graph, op->n_in - 1, in + 1,
                  op->n_out, out);
    else
        run_branches(c, o, op->n_in, in, op->n_out, out);
    for (int i = 0; i < op->n_out && ok(c); i++)
        r->value[op->out[i]] = out[i];
}

/* ---- WHILE ---- */
struct loop {
    const struct while_opts *o;
    int n;
    int32_t *values; /* [n] as they are now */
    int times;
};

/* Operators, and tensors that lists have become, from there on have never been. */
static void go_back(struct control *c, int32_t n_ops, int32_t n_tensors)
{
    if (ok(c))
        c->b.g->n_ops = n_ops;
    for (int32_t i = 0; i < c->n_lists; i++)
        if (c->lists[i].tensor >= n_tensors)
            c->lists[i].tensor = TENSOR_ABSENT;
}

enum goes_on { ENDS, GOES_ON, MODEL_KNOWS };

static enum goes_on goes_on(struct control *c, const struct loop *l)
{
    const int32_t n_ops = c->b.g->n_ops, n_tensors = c->b.g->n_tensors;
    int32_t condition = TENSOR_ABSENT;

    run_graph(c, l->o->cond_graph, l->n, l->values, 1, &condition);
    if (!is_condition(c, &condition))
        return ENDS;
    if (is_const(&c->b, condition))
        return tensor_at(&c->b, condition)->data[0] != 0 ? GOES_ON : ENDS;
    go_back(c, n_ops, n_tensors);
    return MODEL_KNOWS;
}

static void run_once(struct control *c, struct loop *l)
{
    int32_t *next = pool_array(c->b.pool, (size_t)l->n + 1, sizeof *next);

    if (l->times++ == TIMES_MAX)
        build_fail(&c->b, MOTE_ERR_UNSUPPORTED, "it runs more than %d times", TIMES_MAX);
    run_graph(c, l->o->body_graph, l->n, l->values, l->n, next);
    memcpy(l->values, next, (size_t)l->n * sizeof *next);
}

/* The operators of one time, between marks: `in` are values that do not change, and the mark's outputs for the n
 * numbers of those that do. What these have become goes to `made`. */
static void run_inside(struct control *c, const struct loop *l, int n, const int32_t *changing, int32_t *in,
                       int32_t *made)
{
    int32_t *begin = pool_array(c->b.pool, (size_t)n + 1, sizeof *begin),
            *vars = pool_array(c->b.pool, (size_t)n + 1, sizeof *vars), condition = TENSOR_ABSENT;

    for (int i = 0; i < n; i++)
        begin[i] = l->values[changing[i]];
    emit_mark(&c->b, OP_LOOP, n, begin, NULL, vars);
    for (int i = 0; i < n; i++)
        in[changing[i]] = vars[i];
    run_graph(c, l->o->cond_graph, l->n, in, 1, &condition);
    if (!is_condition(c, &condition))
        return;
    emit_mark(&c->b, OP_LOOP_TEST, 1, &condition, NULL, NULL);
    run_graph(c, l->o->body_graph, l->n, in, l->n, made);
    settle(c, l->n, made);
}

/* Those of the numbers whose values the body hands on as they are go, since they may be constants inside. */
static int still_changing(int n, int32_t *changing, const int32_t *in, const int32_t *made)
{
    int left = 0;

    for (int i = 0; i < n; i++)
        if (made[changing[i]] != in[changing[i]])
            changing[left++] = changing[i];
    return left;
}

/* A loop of the model. How often it runs, and what changes in it, is found by making it. */
static void run_blocks(struct control *c, struct loop *l)
{
    int32_t *changing = pool_array(c->b.pool, (size_t)l->n + 1, sizeof *changing),
            *in = pool_array(c->b.pool, (size_t)l->n + 1, sizeof *in),
            *made = pool_array(c->b.pool, (size_t)l->n + 1, sizeof *made),
            *ends = pool_array(c->b.pool, (size_t)l->n + 1, sizeof *ends);
    int n = 0, left = l->n;

    settle(c, l->n, l->values);
    for (int i = 0; i < l->n; i++)
        changing[i] = i;
    while (ok(c) && left != n) {
        const int32_t n_ops = c->b.g->n_ops, n_tensors = c->b.g->n_tensors;

        n = left;
        memcpy(in, l->values, (size_t)l->n * sizeof *in);
        run_inside(c, l, n, changing, in, made);
        left = ok(c) ? still_changing(n, changing, in, made) : n;
        if (left == 0)
            build_fail(&c->b, MOTE_ERR_UNSUPPORTED, "its body changes nothing, so that it would never end");
        if (left != n)
            go_back(c, n_ops, n_tensors);
    }
    for (int i = 0; i < n; i++) {
        made[i] = made[changing[i]]; /* whose numbers ascend */
        in[i] = in[changing[i]];
    }
    if (ok(c))
        emit_mark(&c->b, OP_LOOP_END, n, made, in, ends);
    for (int i = 0; i < n && ok(c); i++)
        l->values[changing[i]] = ends[i];
}

static void run_while(struct run *r, const struct op *op)
{
    struct control *c = control_of(r);
    struct loop l = {.o = op->opts, .n = op->n_in, .values = values_of(r, op->n_in, op->in)};
    enum goes_on on = ENDS;

    if (ok(c) && op->n_in != op->n_out)
        build_fail(&c->b, MOTE_ERR_FORMAT, "%d inputs, but %d outputs", (int)op->n_in, (int)op->n_out);
    c->loops++;
    while (ok(c) && (on = goes_on(c, &l)) == GOES_ON)
        run_once(c, &l);
    if (ok(c) && on == MODEL_KNOWS)
        run_blocks(c, &l);
    c->loops--;
    for (int i = 0; i < op->n_out && ok(c); i++)
        r->value[op->out[i]] = l.values[i];
}

/* ---- a graph ---- */
static void run_op(struct run *r, int32_t i)
{
    struct control *c = control_of(r);
    const struct op *op = &r->g->ops[i];

    if (++c->n_ops > OPS_MAX)
        build_fail(&c->b, MOTE_ERR_MEMORY, "more than %d operators, with those of loops each time", OPS_MAX);
    if (c->b.g->n_ops >= GRAPH_OPS_MAX || c->b.g->n_tensors >= GRAPH_TENSORS_MAX - op->n_out)
        build_fail(&c->b, MOTE_ERR_MEMORY, "the model has more than %d operators", GRAPH_OPS_MAX);
    for (int k = 0; k < op->n_in && ok(c); k++)
        if (op->in[k] != TENSOR_ABSENT)
            look_up(r, op->in[k]);
        else if (op->id == OP_IF || op->id == OP_WHILE)
            build_fail(&c->b, MOTE_ERR_FORMAT, "input %d is absent", k);
    for (int k = 0; k < op->n_out && ok(c); k++)
        if (r->g->tensors[op->out[k]].state)
            look_up(r, op->out[k]);
    if (!ok(c) || !has_room(&c->b, 0))
        return;
    if (op->id == OP_IF)
        run_if(r, op);
    else if (op->id == OP_WHILE)
        run_while(r, op);
    else if (!run_known(r, op))
        run_plain(r, op);
}

static void run_ops(struct run *r)
{
    const struct frame *up = r->c->b.at;
    struct frame at = *up;
    struct frame here = {&at, "graph", r->g->name, -1, NULL};

    for (int32_t i = 0; i < r->g->n_ops && ok(r->c); i++) {
        struct frame op = frame_op(r->c->depth > 1 ? &here : up, r->g, i);

        r->c->b.at = &op;
        run_op(r, i);
        r->c->b.at = up;
    }
}

/* What a graph is called with holds what it reads; bytes are never taken for other numbers. */
static bool fits(struct control *c, const struct tensor *t, int32_t value)
{
    const struct tensor *is = like_of(c, value);

    if (ok(c) && (is->type != t->type || (is->quant.n > 0 && t->quant.n > 0 && !quant_equal(&is->quant, &t->quant))))
        build_fail(&c->b, MOTE_ERR_UNSUPPORTED, "tensor '%s' is %s there and %s here, or quantized otherwise", t->name,
                   type_name(is->type), type_name(t->type));
    return ok(c);
}

static const struct graph *graph_at(struct control *c, int32_t index, int n_in, int n_out)
{
    const struct graph *g;

    if (ok(c) && (index < 1 || index >= c->from->n_graphs))
        build_fail(&c->b, MOTE_ERR_FORMAT, "it names graph %d of %d", (int)index, (int)c->from->n_graphs);
    if (!ok(c))
        return NULL;
    g = &c->from->graphs[index];
    if (g->n_inputs != n_in || g->n_outputs != n_out)
        build_fail(&c->b, MOTE_ERR_FORMAT, "graph '%s' has %d inputs and %d outputs, not %d and %d", g->name,
                   (int)g->n_inputs, (int)g->n_outputs, n_in, n_out);
    if (c->depth > DEPTH_MAX)
        build_fail(&c->b, MOTE_ERR_UNSUPPORTED, "graphs within graphs, more than %d: '%s' again", DEPTH_MAX, g->name);
    return ok(c) ? g : NULL;
}

static void run_graph(struct control *c, int32_t index, int n_in, const int32_t *in, int n_out, int32_t *out)
{
    const struct graph *g = graph_at(c, index, n_in, n_out);
    struct run r = {c, g, NULL};

    for (int i = 0; i < n_out; i++)
        out[i] = VALUE_ABSENT;
    if (g == NULL)
        return;
    if (!has_room(&c->b, 2 * (int64_t)sizeof(int32_t) * g->n_tensors))
        return;
    r.value = begin_values(c, g);
    for (int i = 0; i < n_in && fits(c, &g->tensors[g->inputs[i]], in[i]); i++)
        r.value[g->inputs[i]] = in[i];
    c->depth++;
    run_ops(&r);
    c->depth--;
    for (int i = 0; i < n_out && ok(c); i++) {
        look_up(&r, g->outputs[i]);
        out[i] = value_now(c, r.value[g->outputs[i]]);
    }
}

/* ---- the model ---- */
static void run_main(struct control *c)
{
    const struct graph *g = &c->from->graphs[0];
    struct run r = {c, g, begin_values(c, g)};
    struct graph *to = c->b.g;

    to->inputs = pool_array(c->b.pool, (size_t)g->n_inputs + 1, sizeof *to->inputs);
    for (int i = 0; i < g->n_inputs; i++)
        to->inputs[to->n_inputs++] = r.value[g->inputs[i]] = add_copy(c, g, g->inputs[i]);
    c->depth = 1;
    run_ops(&r);
    to->outputs = pool_array(c->b.pool, (size_t)g->n_outputs + 1, sizeof *to->outputs);
    for (int i = 0; i < g->n_outputs && ok(c); i++) {
        const struct tensor *t = &g->tensors[g->outputs[i]];
        int32_t out;

        look_up(&r, g->outputs[i]);
        out = tensor_of(c, r.value[g->outputs[i]]);
        if (!ok(c))
            return;
        out = to->tensors[out].state ? out : build_output(&c->b, out, t->name);
        to->tensors[out].name = t->name;
        to->tensors[out].source = t->source;
        to->outputs[to->n_outputs++] = out;
    }
}

static bool has_control(const struct model *m)
{
    for (int32_t k = 0; k < m->n_graphs; k++)
        for (int32_t i = 0; i < m->graphs[k].n_ops; i++)
            if (m->graphs[k].ops[i].id == OP_IF || m->graphs[k].ops[i].id == OP_WHILE)
                return true;
    return false;
}

enum mote_status import_control(struct model *m, size_t limit, const struct frame *at)
{
    const struct model from = *m;
    struct control c = {.b = {.pool = m->pool, .m = m, .limit = limit, .at = at}, .from = &from};

    if (!has_control(m))
        return MOTE_OK;
    m->graphs = NULL;
    m->n_graphs = 0;
    c.b.g = model_add_graph(m, from.graphs[0].name);
    c.kept = pool_array(m->pool, (size_t)from.n_graphs, sizeof *c.kept);
    run_main(&c);
    return c.b.status;
}
