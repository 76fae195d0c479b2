/* SPDX-License-Identifier: Apache-2.0 */
/* If, Loop, Scan, and functions of the file: nodes within a node are read where it stands, once for each time that they
 * run. How often that is at most must be known; conditions of If, and those of a Loop that may end earlier, choose
 * between outputs. */
#include "host/import/onnx/ops.h"

#define TIMES_MAX  4096 /* that a body runs */
#define CHOSEN_MAX 256  /* times of a loop whose end the model computes */
#define DEPTH_MAX  16   /* functions that call each other */

/* ---- bodies ---- */
static enum mote_status read_body(struct build *r, const Onnx__GraphProto *body, int n_in, const int32_t *in, int n_out,
                                  int32_t *out, const struct frame *at)
{
    if (body->n_input != (size_t)n_in || body->n_output < (size_t)n_out)
        return fail(at, MOTE_ERR_FORMAT, "the body has %zu inputs and %zu outputs, not %d and %d", body->n_input,
                    body->n_output, n_in, n_out);
    for (int i = 0; i < n_in; i++)
        TRY(onnx_set_value(r, body->input[i]->name ? body->input[i]->name : "", in[i], at));
    TRY(onnx_read_initializers(r, body, at));
    TRY(onnx_read_nodes(r, body->n_node, body->node, at));
    for (int i = 0; i < n_out; i++) {
        const char *name = body->output[i]->name ? body->output[i]->name : "";

        out[i] = names_get(&onnx_of(r)->values, name);
        if (out[i] == TENSOR_ABSENT)
            return fail(at, MOTE_ERR_FORMAT, "nobody makes the body's output '%s'", printable(r->pool, name));
    }
    return MOTE_OK;
}

/* After nodes within: the node around them again. */
static void come_back(struct onnx *o, const struct onnx *outside)
{
    const int64_t n_nodes = o->n_nodes;

    *o = *outside;
    o->n_nodes = n_nodes;
}

/* The nodes of a body, with `in` as its inputs. Names of the graph around it are known there, but not the reverse. */
static void run_body(struct build *r, const Onnx__GraphProto *body, int n_in, const int32_t *in, int n_out,
                     int32_t *out)
{
    const struct onnx outside = *onnx_of(r);

    for (int i = 0; i < n_out; i++)
        out[i] = TENSOR_ABSENT;
    if (r->status != MOTE_OK || !onnx_count_node(r))
        return;
    onnx_of(r)->values = (struct names){.outer = &outside.values};
    r->status = read_body(r, body, n_in, in, n_out, out, r->at);
    come_back(onnx_of(r), &outside);
}

static const Onnx__GraphProto *body_of(struct build *r, const char *name)
{
    const Onnx__AttributeProto *a = node_attr(r, name);

    if (!a || !a->g)
        build_fail(r, MOTE_ERR_FORMAT, "attribute %s, a graph, is missing", name);
    return a ? a->g : NULL;
}

static int32_t *add_list(struct build *r, size_t n) { return pool_array(r->pool, n + 1, sizeof(int32_t)); }

/* ---- conditions ---- */
static bool is_condition(struct build *r, int32_t tensor)
{
    const struct tensor *t = tensor_at(r, tensor);

    if (r->status == MOTE_OK && (t->type != TYPE_BOOL || tensor_elements(t) != 1))
        build_fail(r, MOTE_ERR_TYPE, "the condition is no single bool");
    return r->status == MOTE_OK;
}

/* ---- If ---- */
static int32_t either(struct build *r, int32_t condition, int32_t a, int32_t b)
{
    const struct tensor *x = tensor_at(r, a), *y = tensor_at(r, b);
    char x_text[96], y_text[96];

    if (r->status == MOTE_OK && (x->type != y->type || !shape_equal(x, y)))
        build_fail(r, MOTE_ERR_UNSUPPORTED,
                   "the branches make %s %s and %s %s; with a condition that the model computes they must be alike",
                   type_name(x->type), shape_text(x, x_text), type_name(y->type), shape_text(y, y_text));
    return emit(r, OP_SELECT_V2, NULL, x->type, 3, (int32_t[]){condition, a, b});
}

void onnx_if(struct build *r)
{
    int32_t condition = node_in(r, 0);
    const Onnx__GraphProto *branches[] = {body_of(r, "else_branch"), body_of(r, "then_branch")};
    int n = (int)onnx_of(r)->node->n_output;
    int32_t *a, *b;

    if (!is_condition(r, condition))
        return;
    a = add_list(r, (size_t)n);
    b = add_list(r, (size_t)n);
    if (is_const(r, condition)) {
        run_body(r, branches[tensor_at(r, condition)->data[0] != 0], 0, NULL, n, a);
    } else {
        run_body(r, branches[1], 0, NULL, n, a);
        run_body(r, branches[0], 0, NULL, n, b);
        for (int i = 0; i < n && r->status == MOTE_OK; i++)
            a[i] = either(r, reshape(r, condition, 0, NULL), a[i], b[i]);
    }
    for (int i = 0; i < n && r->status == MOTE_OK; i++)
        node_out(r, i, a[i]);
}

/* ---- what each time makes, one after the other ---- */
struct stack {
    int32_t *all; /* [n] */
    int32_t n;
};

static void push(struct build *r, struct stack *s, int32_t x)
{
    s->all = pool_grow(r->pool, s->all, (size_t)s->n, sizeof *s->all);
    s->all[s->n++] = x;
}

/* With a new dimension at `axis`, of all times. */
static int32_t stack_up(struct build *r, struct stack *s, int64_t axis, bool backward)
{
    int32_t *all = add_list(r, (size_t)s->n);

    if (r->status == MOTE_OK && s->n == 0)
        build_fail(r, MOTE_ERR_UNSUPPORTED, "it runs no time, so that its outputs have no elements");
    for (int32_t i = 0; i < s->n && r->status == MOTE_OK; i++) {
        const struct tensor t = *tensor_at(r, s->all[i]);
        int at = axis_of(r, axis, t.rank + 1);
        int64_t dims[RANK_MAX] = {0};

        if (t.rank >= RANK_MAX)
            build_fail(r, MOTE_ERR_UNSUPPORTED, "more than %d dimensions", RANK_MAX);
        for (int d = 0; d <= t.rank && t.rank < RANK_MAX; d++)
            dims[d] = d < at ? t.dims[d] : d == at ? 1 : t.dims[d - 1];
        all[backward ? s->n - 1 - i : i] = reshape(r, s->all[i], t.rank + 1, dims);
    }
    if (r->status != MOTE_OK)
        return TENSOR_ABSENT;
    return concat(r, axis_of(r, axis, tensor_at(r, all[0])->rank), s->n, all);
}

/* ---- Loop ---- */
/* How often at most; INT64_MAX: until the condition says so. */
static int64_t trips(struct build *r)
{
    int64_t value = 0;
    int n = 0;

    if (!node_has(r, 0))
        return INT64_MAX;
    const_ints(r, onnx_of(r)->in[0], "the trip count", 1, &n, &value);
    if (r->status == MOTE_OK && n != 1)
        build_fail(r, MOTE_ERR_SHAPE, "the trip count is no single number");
    return value;
}

/* Inputs: trip count, condition, n values that go from one time to the next. The body's: which time, condition, values;
 * its outputs: condition, values, what is stacked. */
struct loop {
    const Onnx__GraphProto *body;
    int n, n_out;
    int64_t times; /* at most */
    int32_t *in, *out;
    struct stack *stacks; /* [n_out - 1 - n] */
    int32_t alive;        /* a bool of the model: it goes on; TENSOR_ABSENT: that is known */
    int32_t *chosen;      /* [n] the values if it has ended by now, where the model computes that */
};

/* What the loop gives is the newest values as long as it is alive. */
static void choose(struct build *r, struct loop *l)
{
    for (int i = 0; i < l->n && r->status == MOTE_OK && l->alive != TENSOR_ABSENT; i++)
        l->chosen[i] = l->chosen[i] == l->in[2 + i] ? l->in[2 + i] : either(r, l->alive, l->in[2 + i], l->chosen[i]);
}

static void may_choose(struct build *r, const struct loop *l)
{
    if (l->times > CHOSEN_MAX)
        build_fail(r, MOTE_ERR_UNSUPPORTED,
                   "whether it goes on is computed by the model; then its trip count must be a constant of at most %d",
                   CHOSEN_MAX);
    for (int i = l->n; i < (int)onnx_of(r)->node->n_output; i++)
        if (node_wants(r, i))
            build_fail(r, MOTE_ERR_UNSUPPORTED, "how many steps its output %d has is computed by the model", i);
}

/* Whether it may go on: false is known, and what is not known `alive` says. */
static bool goes_on(struct build *r, struct loop *l, int32_t condition)
{
    if (!is_condition(r, condition))
        return false;
    if (is_const(r, condition))
        return tensor_at(r, condition)->data[0] != 0;
    may_choose(r, l);
    condition = reshape(r, condition, 0, NULL);
    if (l->alive != TENSOR_ABSENT)
        condition = emit_binary(r, OP_LOGICAL_AND, l->alive, condition);
    else
        memcpy(l->chosen, l->in + 2, (size_t)l->n * sizeof *l->in);
    l->alive = condition;
    return r->status == MOTE_OK;
}

static void read_loop(struct build *r, struct loop *l)
{
    l->body = body_of(r, "body");
    l->n = onnx_of(r)->n_in - 2;
    l->n_out = l->body ? (int)l->body->n_output : 0;
    if (r->status == MOTE_OK && (l->n < 0 || l->n_out < l->n + 1 || (int)onnx_of(r)->node->n_output > l->n_out - 1))
        build_fail(r, MOTE_ERR_FORMAT, "%d inputs, %zu outputs, and a body of %d", onnx_of(r)->n_in,
                   onnx_of(r)->node->n_output, l->n_out);
    if (r->status != MOTE_OK)
        return;
    l->in = add_list(r, (size_t)onnx_of(r)->n_in);
    l->out = add_list(r, (size_t)l->n_out);
    l->chosen = add_list(r, (size_t)l->n);
    l->stacks = pool_array(r->pool, (size_t)l->n_out, sizeof *l->stacks);
    l->in[1] = add_const(r, TYPE_BOOL, 0, NULL, pool_copy(r->pool, &(uint8_t){1}, 1));
    for (int i = 0; i < l->n; i++)
        l->in[2 + i] = node_in(r, 2 + i);
}

/* Time k; false if it is the last. */
static bool loop_once(struct build *r, struct loop *l, int64_t k)
{
    if (k == TIMES_MAX)
        build_fail(r, MOTE_ERR_UNSUPPORTED, "it runs more than %d times", TIMES_MAX);
    l->in[0] = reshape(r, add_ints(r, 1, &k), 0, NULL);
    run_body(r, l->body, onnx_of(r)->n_in, l->in, l->n_out, l->out);
    memcpy(l->in + 2, l->out + 1, (size_t)l->n * sizeof *l->in);
    choose(r, l);
    for (int i = l->n + 1; i < l->n_out && r->status == MOTE_OK; i++)
        push(r, &l->stacks[i - l->n - 1], l->out[i]);
    return r->status == MOTE_OK && goes_on(r, l, l->out[0]);
}

void onnx_loop(struct build *r)
{
    struct loop l = {.times = trips(r), .alive = TENSOR_ABSENT};
    bool on = true;

    read_loop(r, &l);
    if (r->status == MOTE_OK && node_has(r, 1))
        on = goes_on(r, &l, onnx_of(r)->in[1]);
    for (int64_t k = 0; k < l.times && on && r->status == MOTE_OK; k++)
        on = loop_once(r, &l, k);
    for (int i = 0; i < (int)onnx_of(r)->node->n_output && r->status == MOTE_OK; i++)
        if (node_wants(r, i))
            node_out(r, i,
                     i >= l.n                   ? stack_up(r, &l.stacks[i - l.n], 0, false)
                     : l.alive != TENSOR_ABSENT ? l.chosen[i]
                                                : l.in[2 + i]);
}

/* ---- Scan ---- */
#define SCANNED_MAX 16

struct scan {
    const Onnx__GraphProto *body;
    int n, n_scanned, n_stacked; /* values that go from one time to the next; inputs step by step; outputs */
    int64_t axes[SCANNED_MAX], backward[SCANNED_MAX], out_axes[SCANNED_MAX], out_backward[SCANNED_MAX];
};

static void read_each(struct build *r, const char *name, int want, int64_t *values)
{
    int n;

    node_ints(r, name, SCANNED_MAX, &n, values);
    if (r->status == MOTE_OK && n >= 0 && n != want)
        build_fail(r, MOTE_ERR_FORMAT, "attribute %s has %d numbers, not %d", name, n, want);
}

/* `first`: inputs before the values. */
static void read_scan(struct build *r, struct scan *s, int first)
{
    int64_t scanned = node_int(r, "num_scan_inputs", 0);

    *s = (struct scan){.body = body_of(r, "body")};
    if (r->status == MOTE_OK && (scanned < 1 || scanned > SCANNED_MAX || scanned > onnx_of(r)->n_in - first))
        build_fail(r, MOTE_ERR_UNSUPPORTED, "%lld inputs step by step; 1 to %d can be", (long long)scanned,
                   SCANNED_MAX);
    if (r->status != MOTE_OK)
        return;
    assert(s->body != NULL);
    s->n_scanned = (int)scanned;
    s->n = onnx_of(r)->n_in - first - s->n_scanned;
    s->n_stacked = (int)s->body->n_output - s->n;
    if (s->n_stacked < 0 || s->n_stacked > SCANNED_MAX || onnx_of(r)->node->n_output > s->body->n_output)
        build_fail(r, MOTE_ERR_UNSUPPORTED, "%d outputs step by step; %d are the most", s->n_stacked, SCANNED_MAX);
    read_each(r, first > 0 ? "directions" : "scan_input_directions", s->n_scanned, s->backward);
    read_each(r, "scan_input_axes", s->n_scanned, s->axes);
    read_each(r, "scan_output_directions", s->n_stacked, s->out_backward);
    read_each(r, "scan_output_axes", s->n_stacked, s->out_axes);
}

/* Step k of n along an axis, without that dimension. */
static int32_t step_of(struct build *r, int32_t x, int64_t at, int64_t k)
{
    const struct tensor t = *tensor_at(r, x);
    int axis = axis_of(r, at, t.rank), rank = 0;
    int64_t begin[RANK_MAX] = {0}, end[RANK_MAX], step[RANK_MAX], dims[RANK_MAX];

    if (r->status != MOTE_OK)
        return TENSOR_ABSENT;
    for (int d = 0; d < t.rank; d++) {
        end[d] = t.dims[d], step[d] = 1;
        if (d != axis)
            dims[rank++] = t.dims[d];
    }
    begin[axis] = k, end[axis] = k + 1;
    return reshape(r, slice(r, x, begin, end, step), rank, dims);
}

static int64_t times_of(struct build *r, const struct scan *s, const int32_t *scanned)
{
    int64_t times = 0;

    for (int i = 0; i < s->n_scanned && r->status == MOTE_OK; i++) {
        const struct tensor *t = tensor_at(r, scanned[i]);
        int64_t n = t->dims[axis_of(r, s->axes[i], t->rank)];

        if (i > 0 && n != times)
            build_fail(r, MOTE_ERR_SHAPE, "inputs of %lld and %lld steps", (long long)times, (long long)n);
        times = n;
    }
    if (times > TIMES_MAX)
        build_fail(r, MOTE_ERR_UNSUPPORTED, "%lld steps; %d are the most", (long long)times, TIMES_MAX);
    return r->status == MOTE_OK ? times : 0;
}

/* `in`: values, then what is scanned; `out`: values, then what is stacked. */
static void run_scan(struct build *r, const struct scan *s, const int32_t *in, int32_t *out)
{
    const int n_in = s->n + s->n_scanned, n_out = s->n + s->n_stacked;
    int32_t *inside = add_list(r, (size_t)n_in);
    struct stack stacks[SCANNED_MAX] = {{.n = 0}};
    int64_t times = times_of(r, s, in + s->n);

    memcpy(out, in, (size_t)s->n * sizeof *in);
    for (int64_t k = 0; k < times && r->status == MOTE_OK; k++) {
        memcpy(inside, out, (size_t)s->n * sizeof *in);
        for (int i = 0; i < s->n_scanned; i++)
            inside[s->n + i] = step_of(r, in[s->n + i], s->axes[i], s->backward[i] ? times - 1 - k : k);
        run_body(r, s->body, n_in, inside, n_out, out);
        for (int i = 0; i < s->n_stacked && r->status == MOTE_OK; i++)
            push(r, &stacks[i], out[s->n + i]);
    }
    for (int i = 0; i < s->n_stacked && r->status == MOTE_OK; i++)
        out[s->n + i] = stack_up(r, &stacks[i], s->out_axes[i], s->out_backward[i] != 0);
}

void onnx_scan(struct build *r)
{
    struct scan s;
    int32_t *out;

    read_scan(r, &s, 0);
    for (int i = 0; i < onnx_of(r)->n_in; i++)
        node_in(r, i);
    if (r->status != MOTE_OK)
        return;
    out = add_list(r, s.body->n_output);
    run_scan(r, &s, onnx_of(r)->in, out);
    for (int i = 0; i < (int)onnx_of(r)->node->n_output && r->status == MOTE_OK; i++)
        node_out(r, i, out[i]);
}

/* Opset 8: lengths come first, and all has a batch. */
void onnx_scan_of_batches(struct build *r)
{
    struct stack stacks[2 * SCANNED_MAX] = {{.n = 0}};
    int32_t *in = add_list(r, (size_t)onnx_of(r)->n_in), *out;
    int64_t batch;
    struct scan s;

    read_scan(r, &s, 1);
    if (node_has(r, 0) || (r->status == MOTE_OK && s.n > SCANNED_MAX))
        build_fail(r, MOTE_ERR_UNSUPPORTED, "lengths of sequences, or more than %d states", SCANNED_MAX);
    if (r->status != MOTE_OK)
        return;
    batch = tensor_at(r, node_in(r, onnx_of(r)->n_in - 1))->dims[0];
    out = add_list(r, s.body->n_output);
    for (int64_t b = 0; b < batch && r->status == MOTE_OK; b++) {
        for (int i = 1; i < onnx_of(r)->n_in; i++)
            in[i - 1] = step_of(r, node_in(r, i), 0, b);
        run_scan(r, &s, in, out);
        for (int i = 0; i < s.n + s.n_stacked && r->status == MOTE_OK; i++)
            push(r, &stacks[i], out[i]);
    }
    for (int i = 0; i < (int)onnx_of(r)->node->n_output && r->status == MOTE_OK; i++)
        node_out(r, i, stack_up(r, &stacks[i], 0, false));
}

/* ---- functions ---- */
#define ATTRIBUTE_DEFAULTS 11 /* a field that descriptions of FunctionProto before ONNX 1.13 do not have */

const Onnx__FunctionProto *onnx_function_of(const struct build *r, const Onnx__NodeProto *node)
{
    for (size_t i = 0; i < onnx_of(r)->file->n_functions; i++) {
        const Onnx__FunctionProto *f = onnx_of(r)->file->functions[i];

        if (f->name && node->op_type && strcmp(f->name, node->op_type) == 0 &&
            strcmp(DOMAIN(f->domain), DOMAIN(node->domain)) == 0)
            return f;
    }
    return NULL;
}

static void check_function(struct build *r, const Onnx__FunctionProto *f)
{
    if (onnx_of(r)->call && onnx_of(r)->call->depth >= DEPTH_MAX)
        build_fail(r, MOTE_ERR_UNSUPPORTED, "functions call each other more than %d deep", DEPTH_MAX);
    if ((size_t)onnx_of(r)->n_in > f->n_input || onnx_of(r)->node->n_output > f->n_output)
        build_fail(r, MOTE_ERR_FORMAT, "the function has %zu inputs and %zu outputs, the call %d and %zu", f->n_input,
                   f->n_output, onnx_of(r)->n_in, onnx_of(r)->node->n_output);
    for (unsigned i = 0; i < f->base.n_unknown_fields; i++)
        if (f->base.unknown_fields[i].tag == ATTRIBUTE_DEFAULTS)
            build_fail(r, MOTE_ERR_UNSUPPORTED,
                       "a function whose attributes have defaults; export the model with functions inlined");
}

static enum mote_status read_function(struct build *r, const Onnx__FunctionProto *f, const struct onnx *outside,
                                      int32_t *out)
{
    for (int i = 0; i < outside->n_in; i++)
        if (outside->in[i] != TENSOR_ABSENT)
            TRY(onnx_set_value(r, f->input[i], outside->in[i], r->at));
    TRY(onnx_read_nodes(r, f->n_node, f->node, r->at));
    for (size_t i = 0; i < outside->node->n_output; i++) {
        out[i] = names_get(&onnx_of(r)->values, f->output[i]);
        if (out[i] == TENSOR_ABSENT)
            return fail(r->at, MOTE_ERR_FORMAT, "nobody makes the function's output '%s'",
                        printable(r->pool, f->output[i]));
    }
    return MOTE_OK;
}

/* A function knows nothing but its inputs, and the attributes of the call. */
void onnx_call_function(struct build *r, const Onnx__FunctionProto *f)
{
    const struct onnx outside = *onnx_of(r);
    struct onnx_call call = {onnx_of(r)->node, onnx_of(r)->call, onnx_of(r)->call ? onnx_of(r)->call->depth + 1 : 1};
    int64_t opset = onnx_opset(onnx_of(r)->file->n_opset_import, onnx_of(r)->file->opset_import, 1);
    int32_t *out = add_list(r, f->n_output);

    check_function(r, f);
    if (r->status != MOTE_OK)
        return;
    onnx_of(r)->values = (struct names){.outer = NULL};
    onnx_of(r)->call = &call;
    onnx_of(r)->opset = onnx_opset(f->n_opset_import, f->opset_import, opset);
    r->status = read_function(r, f, &outside, out);
    come_back(onnx_of(r), &outside);
    for (int i = 0; i < (int)onnx_of(r)->node->n_output && r->status == MOTE_OK; i++)
        node_out(r, i, out[i]);
}
