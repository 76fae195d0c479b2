/* SPDX-License-Identifier: Apache-2.0 */
/* Loops of the kind that recurrent networks of TensorFlow 1 are, by Enter, Merge, Switch … Exit: their nodes run as
 * often as the condition says, which must be known when the file is read, so that the graph has all steps. TensorArrays
 * are lists of tensors here. Conditions that are no loop's must be known, too: what they do not take is dead. */
#include "host/import/tensorflow/ops.h"

#define TIMES_MAX    4096  /* that a loop runs */
#define ELEMENTS_MAX 65536 /* of all TensorArrays */
#define LIST_MAX     1024  /* elements that one node reads or writes */

/* ---- one time ---- */
static bool is_op(const struct tf_node *node, const char *name) { return strcmp(node->def->op, name) == 0; }

/* What goes from one time to the next: the Merge's source that is a NextIteration; -1: it is none of these. */
static int back_of(const struct tf *tf, const struct tf_node *node)
{
    for (int i = 0; is_op(node, "Merge") && i < node->n_in; i++)
        if (is_op(&tf->nodes[node->from[i].node], "NextIteration"))
            return i;
    return -1;
}

static int32_t value_of(const struct tf *tf, struct tf_source s) { return tf->nodes[s.node].out[s.output]; }

/* A Merge at the loop's beginning: what comes in, or what the time before has made. */
static void begin(struct build *r, int32_t index, int back, int64_t time)
{
    struct tf *tf = tf_of(r);
    struct tf_node *node = &tf->nodes[index];
    const int from = time > 0 ? back : back == 0 ? 1 : 0;
    const int32_t value = node->n_in == 2 ? value_of(tf, node->from[from]) : TENSOR_ABSENT;

    if (value == TENSOR_ABSENT)
        build_fail(r, MOTE_ERR_FORMAT, "'%s' does not merge what comes in with what comes back",
                   printable(r->pool, node->def->name));
    node->out[0] = value;
}

/* Whether the loop runs once more. */
static bool goes_on(struct build *r, int32_t loop)
{
    const struct tf *tf = tf_of(r);
    int32_t condition = TENSOR_ABSENT;
    const struct tensor *t;

    for (int32_t i = 0; i < tf->n_order; i++)
        if (tf->nodes[tf->order[i]].loop == loop && is_op(&tf->nodes[tf->order[i]], "LoopCond"))
            condition = tf->nodes[tf->order[i]].out[0];
    t = tensor_at(r, condition >= 0 ? condition : TENSOR_ABSENT);
    if (t->type != TYPE_BOOL || tensor_elements(t) != 1 || !t->data)
        build_fail(r, MOTE_ERR_UNSUPPORTED,
                   "whether the loop goes on is computed by the model; only loops whose number of times is known are "
                   "unrolled");
    return r->status == MOTE_OK && t->data && t->data[0] != 0;
}

static void run_part(struct build *r, int32_t loop, bool body, int64_t time, const struct frame *at)
{
    const struct tf *tf = tf_of(r);

    for (int32_t i = 0; i < tf->n_order && r->status == MOTE_OK; i++) {
        const struct tf_node *node = &tf->nodes[tf->order[i]];
        const int back = node->loop == loop ? back_of(tf, node) : -1;

        if (node->loop != loop || node->in_body != body || is_op(node, "Exit") || (is_op(node, "Enter") && time > 0))
            continue;
        if (back >= 0)
            begin(r, tf->order[i], back, time);
        else
            tf_run(r, tf->order[i], at);
    }
}

void tf_run_loop(struct build *r, int32_t loop, const struct frame *at)
{
    const struct tf *tf = tf_of(r);
    const struct frame here = {at, "loop", printable(r->pool, tf->loops[loop - 1]), -1, NULL};

    r->at = &here;
    for (int64_t time = 0; r->status == MOTE_OK; time++) {
        if (time > TIMES_MAX)
            build_fail(r, MOTE_ERR_UNSUPPORTED, "it runs more than %d times", TIMES_MAX);
        run_part(r, loop, false, time, &here);
        if (r->status != MOTE_OK || !goes_on(r, loop))
            break;
        run_part(r, loop, true, time, &here);
    }
    for (int32_t i = 0; i < tf->n_order && r->status == MOTE_OK; i++)
        if (tf->nodes[tf->order[i]].loop == loop && is_op(&tf->nodes[tf->order[i]], "Exit"))
            tf_run(r, tf->order[i], &here);
    r->at = at;
}

/* ---- conditions ---- */
void tf_switch(struct build *r)
{
    const struct tensor *t = tensor_at(r, tf_in(r, 1));
    const bool known = r->status == MOTE_OK && t->type == TYPE_BOOL && tensor_elements(t) == 1 && t->data;
    const bool taken = known && t->data[0] != 0;

    if (!known)
        build_fail(
            r, MOTE_ERR_UNSUPPORTED,
            "which way it goes is computed by the model, or an input; freeze the graph for inference, so that it "
            "is a constant");
    tf_out(r, taken ? 1 : 0, tf_in(r, 0));
    tf_out(r, taken ? 0 : 1, TF_DEAD);
}

/* The input that is there, and its number. */
void tf_merge(struct build *r)
{
    for (int i = 0; i < tf_inputs(r); i++)
        if (tf_in(r, i) != TF_DEAD) {
            tf_out(r, 0, tf_in(r, i));
            tf_out(r, 1, reshape(r, add_ints(r, 1, (int64_t[]){i}), 0, NULL));
            return;
        }
    tf_out(r, 0, TF_DEAD);
    tf_out(r, 1, TF_DEAD);
}

/* ---- lists of tensors ---- */
struct tf_array {
    int32_t n;
    int32_t *elements; /* [n] TENSOR_ABSENT before they are written */
};

static struct tf_array *array_of(struct build *r)
{
    static struct tf_array none;
    const int64_t k = tf_number(r, 0, "the handle");

    if (r->status == MOTE_OK && (k < 0 || k >= tf_of(r)->n_arrays))
        build_fail(r, MOTE_ERR_FORMAT, "input 0 is no TensorArray");
    return r->status == MOTE_OK ? &tf_of(r)->arrays[k] : &none;
}

static int32_t *element_at(struct build *r, const struct tf_array *a, int64_t i)
{
    static int32_t none;

    none = TENSOR_ABSENT;
    if (r->status == MOTE_OK && (i < 0 || i >= a->n))
        build_fail(r, MOTE_ERR_VALUE, "element %lld of a TensorArray of %d", (long long)i, (int)a->n);
    return r->status == MOTE_OK ? &a->elements[i] : &none;
}

static int32_t element(struct build *r, const struct tf_array *a, int64_t i)
{
    const int32_t tensor = *element_at(r, a, i);

    if (r->status == MOTE_OK && tensor == TENSOR_ABSENT)
        build_fail(r, MOTE_ERR_FORMAT, "element %lld of the TensorArray has not been written", (long long)i);
    return tensor;
}

void tf_tensor_array(struct build *r)
{
    struct tf *tf = tf_of(r);
    const int64_t n = tf_number(r, 0, "the size"), k = tf->n_arrays;
    struct tf_array a = {.n = (int32_t)n};

    if (r->status == MOTE_OK && (n < 0 || n > ELEMENTS_MAX))
        build_fail(r, MOTE_ERR_UNSUPPORTED, "a TensorArray of %lld; %d are the most", (long long)n, ELEMENTS_MAX);
    if (r->status != MOTE_OK || !has_room(r, n * (int64_t)sizeof *a.elements))
        return;
    a.elements = pool_array(r->pool, (size_t)n, sizeof *a.elements);
    for (int64_t i = 0; i < n; i++)
        a.elements[i] = TENSOR_ABSENT;
    tf->arrays = pool_grow(r->pool, tf->arrays, (size_t)tf->n_arrays, sizeof *tf->arrays);
    tf->arrays[tf->n_arrays++] = a;
    tf_out(r, 0, reshape(r, add_ints(r, 1, &k), 0, NULL));
    tf_out(r, 1, add_float(r, 0));
}

/* The list of element numbers of input 1. */
static int64_t *indices(struct build *r, int *n)
{
    int64_t *list = pool_array(r->pool, LIST_MAX, sizeof *list);

    const_ints(r, tf_in(r, 1), "the list of elements", LIST_MAX, n, list);
    return list;
}

/* Steps of dimension 0, without it. */
static void unstack(struct build *r, int32_t x, int n, int32_t *out)
{
    const struct tensor t = *tensor_at(r, x);

    if (r->status == MOTE_OK && (t.rank < 1 || t.dims[0] != n || n < 1))
        build_fail(r, MOTE_ERR_SHAPE, "%d elements of a tensor whose dimension 0 is %lld", n, (long long)t.dims[0]);
    if (r->status != MOTE_OK)
        return;
    if (!is_const(r, x) && n > 1) {
        emit_many(r, OP_UNPACK, NULL, TYPE_NONE, 1, &x, n, out);
        return;
    }
    for (int i = 0; i < n; i++)
        out[i] = reshape(r, rows(r, x, i, 1), t.rank - 1, t.dims + 1);
}

void tf_tensor_array_scatter(struct build *r)
{
    const struct tf_array *a = array_of(r);
    int n;
    const int64_t *list = indices(r, &n);
    int32_t *parts = pool_array(r->pool, LIST_MAX, sizeof *parts);

    unstack(r, tf_in(r, 2), n, parts);
    for (int i = 0; i < n && r->status == MOTE_OK; i++)
        *element_at(r, a, list[i]) = parts[i];
    tf_out(r, 0, tf_in(r, 3));
}

void tf_tensor_array_gather(struct build *r)
{
    const struct tf_array *a = array_of(r);
    int n;
    const int64_t *list = indices(r, &n);
    int32_t *parts = pool_array(r->pool, LIST_MAX, sizeof *parts);

    for (int i = 0; i < n; i++)
        parts[i] = element(r, a, list[i]);
    if (r->status == MOTE_OK && n == 0)
        build_fail(r, MOTE_ERR_SHAPE, "no elements");
    if (r->status == MOTE_OK)
        tf_out(r, 0, emit(r, OP_PACK, NULL, TYPE_NONE, n, parts));
}

void tf_tensor_array_read(struct build *r)
{
    const struct tf_array *a = array_of(r);
    const int32_t tensor = element(r, a, tf_number(r, 1, "the element"));

    if (r->status == MOTE_OK)
        tf_out(r, 0, tensor);
}

void tf_tensor_array_write(struct build *r)
{
    const struct tf_array *a = array_of(r);

    *element_at(r, a, tf_number(r, 1, "the element")) = tf_in(r, 2);
    tf_out(r, 0, tf_in(r, 3));
}

void tf_tensor_array_size(struct build *r)
{
    const int64_t n = array_of(r)->n;

    tf_out(r, 0, reshape(r, add_ints(r, 1, &n), 0, NULL));
}
