/* SPDX-License-Identifier: Apache-2.0 */
/* Makers of control flow: what IF and WHILE of a file become, marks around operators that are drawn as others are
 * (host/graph/blocks.h). Conditions are inputs, comparisons of what is there and what blocks compute; a loop counts,
 * so that it ends. */
#include "host/graph/blocks.h"
#include "tests/random/builder.h"

#define DEPTH_MAX 3
#define OUT_MAX   3
#define TRIPS_MAX 4
#define ANY       TYPES(TYPE_S8, TYPE_U8, TYPE_S16, TYPE_S32, TYPE_S64, TYPE_U32, TYPE_F32, TYPE_BOOL)
#define REDUCIBLE TYPES(TYPE_S8, TYPE_S16, TYPE_S32, TYPE_F32)

static const struct quantization none = {.scale = 0, .zero = 0};

/* ---- conditions ---- */
static int32_t new_s32(struct builder *b, int32_t value)
{
    int32_t tensor = new_const(b, TYPE_S32, 0, NULL, none);

    memcpy((uint8_t *)(uintptr_t)tensor_of(b, tensor)->data, &value, sizeof value);
    return tensor;
}

/* The greatest of all elements. */
static int32_t greatest(struct builder *b, int32_t x)
{
    int64_t axes[RANK_MAX], rank = tensor_of(b, x)->rank;
    int32_t out = new_same_output(b, x);

    for (int64_t d = 0; d < rank; d++)
        axes[d] = d;
    op_done(b, new_op(b, OP_REDUCE_MAX, 2, (int32_t[]){x, new_ints(b, 1, &rank, axes)}, 1, &out));
    return out;
}

/* Whether it is above a constant; TENSOR_ABSENT if there is none to look at. */
static int32_t new_comparison(struct builder *b)
{
    int32_t x = pick_symmetric(b, REDUCIBLE, 1, 6), than, out;
    struct quantization q;

    if (x == TENSOR_ABSENT || quantization_of(b, x).scale > 0.98f)
        return TENSOR_ABSENT;
    x = greatest(b, x);
    q = quantization_of(b, x);
    than = new_const(b, tensor_of(b, x)->type, 0, NULL, q);
    out = new_output(b, TYPE_BOOL, none);
    op_done(b, new_op(b, OP_GREATER, 2, (int32_t[]){x, than}, 1, &out));
    return out;
}

static int32_t new_condition(struct builder *b)
{
    int32_t test = dice_chance(b, 2) ? pick(b, TYPES(TYPE_BOOL), 0, 2) : TENSOR_ABSENT;

    if (test != TENSOR_ABSENT && tensor_elements(tensor_of(b, test)) == 1)
        return test;
    test = dice_chance(b, 3) ? TENSOR_ABSENT : new_comparison(b);
    return test != TENSOR_ABSENT ? test : new_input(b, TYPE_BOOL, dice_range(b, 0, 1), (int64_t[]){1}, none);
}

/* ---- what goes in and out ---- */
static bool is_alike(const struct tensor *t, const struct tensor *like)
{
    return t->data == NULL && !t->state && t->type == like->type && shape_equal(t, like) &&
           quant_equal(&t->quant, &like->quant);
}

/* Of the type, shape and quantization of another: one that is there, or a constant. */
static int32_t pick_alike(struct builder *b, int32_t like)
{
    const struct tensor t = *tensor_of(b, like);

    for (int tries = 0; tries < 12; tries++) {
        int32_t c = pick(b, UINT32_C(1) << t.type, t.rank, t.rank);

        if (c != TENSOR_ABSENT && is_alike(tensor_of(b, c), &t))
            return c;
    }
    return new_const(b, t.type, t.rank, t.dims, quantization_of(b, like));
}

static void new_alike(struct builder *b, int32_t n, const int32_t *like, int32_t *out)
{
    for (int32_t k = 0; k < n; k++)
        out[k] = new_same_output(b, like[k]);
}

static bool pick_any(struct builder *b, int32_t n, int32_t *out)
{
    for (int32_t k = 0; k < n; k++)
        if ((out[k] = pick(b, ANY, 0, RANK_MAX)) == TENSOR_ABSENT)
            return false;
    return true;
}

static bool mark(struct builder *b, enum op_id id, int32_t n_in, const int32_t *in, int32_t n_out, const int32_t *out)
{
    return op_done(b, graph_add_op(b->model, b->graph, id, n_in, in, n_out, out));
}

/* ---- the blocks ---- */
bool make_branch(struct builder *b)
{
    int32_t n = dice_range(b, 1, OUT_MAX), first, test, in[OUT_MAX], both[OUT_MAX], out[OUT_MAX];

    if (b->depth == DEPTH_MAX)
        return false;
    test = new_condition(b);
    mark(b, OP_BRANCH, 1, &test, 0, NULL);
    first = b->graph->n_tensors;
    b->depth++;
    make_more(b, dice_range(b, 0, 3));
    if (!pick_any(b, n, in)) {
        b->depth--;
        return false;
    }
    new_alike(b, n, in, both);
    mark(b, OP_BRANCH_ELSE, n, in, n, both);
    hide(b, first);
    first = b->graph->n_tensors;
    make_more(b, dice_range(b, 0, 3));
    b->depth--;
    for (int32_t k = 0; k < n; k++)
        in[k] = pick_alike(b, both[k]);
    hide(b, first);
    new_alike(b, n, both, out);
    return mark(b, OP_BRANCH_END, n, in, n, out);
}

/* As long as it has not gone round so often, and by the dice as long as something else is true. */
static int32_t loop_condition(struct builder *b, int32_t counter)
{
    int32_t test = new_output(b, TYPE_BOOL, none), other, out;

    op_done(b, new_op(b, OP_LESS, 2, (int32_t[]){counter, new_s32(b, dice_range(b, 0, TRIPS_MAX))}, 1, &test));
    if (dice_chance(b, 3))
        return test;
    other = new_condition(b);
    out = new_output(b, TYPE_BOOL, none);
    op_done(b, new_op(b, OP_LOGICAL_AND, 2, (int32_t[]){test, other}, 1, &out));
    return out;
}

/* The first of what goes round counts. */
bool make_loop(struct builder *b)
{
    int32_t n = dice_range(b, 2, OUT_MAX), first, test, in[OUT_MAX], round[OUT_MAX], out[OUT_MAX];

    if (b->depth == DEPTH_MAX || !pick_any(b, n - 1, in + 1))
        return false;
    in[0] = new_s32(b, 0);
    first = b->graph->n_tensors;
    new_alike(b, n, in, round);
    mark(b, OP_LOOP, n, in, n, round);
    b->depth++;
    make_more(b, dice_range(b, 0, 2));
    test = loop_condition(b, round[0]);
    mark(b, OP_LOOP_TEST, 1, &test, 0, NULL);
    make_more(b, dice_range(b, 0, 3));
    b->depth--;
    for (int32_t k = 1; k < n; k++)
        in[k] = pick_alike(b, round[k]);
    in[0] = new_output(b, TYPE_S32, none);
    op_done(b, new_op(b, OP_ADD, 2, (int32_t[]){round[0], new_s32(b, 1)}, 1, &in[0]));
    hide(b, first);
    new_alike(b, n, round, out);
    return mark(b, OP_LOOP_END, n, in, n, out);
}
