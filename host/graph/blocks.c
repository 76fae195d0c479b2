/* SPDX-License-Identifier: Apache-2.0 */
#include "host/graph/blocks.h"

bool op_is_mark(enum op_id id) { return id >= OP_BRANCH && id <= OP_LOOP_END; }

bool is_same_block(const struct graph *g, int32_t first, int32_t last)
{
    for (int32_t i = first; i <= last; i++)
        if (op_is_mark(g->ops[i].id))
            return false;
    return true;
}

bool graph_has_blocks(const struct graph *g) { return !is_same_block(g, 0, g->n_ops - 1); }

bool block_is_inside(const struct blocks *b, int32_t block, int32_t home)
{
    while (block > home)
        block = b->all[block].parent;
    return block == home;
}

void blocks_go(const struct blocks *b, int32_t from, int32_t to, void (*begin)(void *arg, int32_t block),
               void (*end)(void *arg, int32_t block), void *arg)
{
    int32_t path[BLOCK_DEPTH_MAX + 1], n = 0;

    for (; !block_is_inside(b, to, from); from = b->all[from].parent)
        end(arg, from);
    for (; to != from; to = b->all[to].parent)
        path[n++] = to;
    while (n > 0)
        begin(arg, path[--n]);
}

/* ---- how they nest ---- */
struct nesting {
    struct pool *pool;
    const struct graph *g;
    struct blocks *out;
    int32_t block;                     /* where the operator is */
    int32_t mark[BLOCK_DEPTH_MAX + 1]; /* of each depth, which has opened it */
};

static const struct block *block_of(const struct nesting *w) { return &w->out->all[w->block]; }

static enum mote_status open_block(struct nesting *w, int32_t op, enum block_kind kind, int32_t test,
                                   const struct frame *at)
{
    struct blocks *b = w->out;
    const int32_t depth = b->n > 0 ? block_of(w)->depth + 1 : 0;

    if (depth > BLOCK_DEPTH_MAX)
        return fail(at, MOTE_ERR_UNSUPPORTED, "more than %d blocks within each other", BLOCK_DEPTH_MAX);
    b->all = pool_grow(w->pool, b->all, (size_t)b->n, sizeof *b->all);
    b->all[b->n] = (struct block){kind, w->block, test, depth};
    w->mark[depth] = op;
    w->block = b->n++;
    return MOTE_OK;
}

static enum mote_status want_block(const struct nesting *w, enum block_kind kind, const struct frame *at)
{
    if (block_of(w)->kind != kind)
        return fail(at, MOTE_ERR_FORMAT, "it does not stand where such a block goes on or ends");
    return MOTE_OK;
}

static void close_block(struct nesting *w) { w->block = block_of(w)->parent; }

/* Of operator i, which is a mark. */
static enum mote_status nest(struct nesting *w, int32_t i, const struct frame *at)
{
    const struct op *op = &w->g->ops[i];
    const int32_t test = op->n_in > 0 ? op->in[0] : TENSOR_ABSENT, mark = w->mark[block_of(w)->depth];

    switch (op->id) {
    case OP_BRANCH:
        return open_block(w, i, BLOCK_IF, test, at);
    case OP_BRANCH_ELSE:
        TRY(want_block(w, BLOCK_IF, at));
        close_block(w);
        return open_block(w, i, BLOCK_UNLESS, w->g->ops[mark].in[0], at);
    case OP_BRANCH_END:
        TRY(want_block(w, BLOCK_UNLESS, at));
        w->out->before[i] = mark;
        close_block(w);
        return MOTE_OK;
    case OP_LOOP:
        return open_block(w, i, BLOCK_LOOP, TENSOR_ABSENT, at);
    case OP_LOOP_TEST:
        TRY(want_block(w, BLOCK_LOOP, at));
        return open_block(w, mark, BLOCK_BODY, test, at);
    default:
        TRY(want_block(w, BLOCK_BODY, at));
        w->out->before[i] = mark;
        close_block(w);
        close_block(w);
        return MOTE_OK;
    }
}

enum mote_status graph_blocks(struct pool *pool, const struct graph *g, struct blocks *out, const struct frame *at)
{
    struct nesting w = {.pool = pool, .g = g, .out = out, .block = -1};

    *out = (struct blocks){.of_op = pool_array(pool, (size_t)g->n_ops + 1, sizeof *out->of_op),
                           .before = pool_array(pool, (size_t)g->n_ops + 1, sizeof *out->before)};
    TRY(open_block(&w, -1, BLOCK_ALWAYS, TENSOR_ABSENT, at));
    for (int32_t i = 0; i < g->n_ops; i++) {
        struct frame here = frame_op(at, g, i);

        out->of_op[i] = w.block;
        out->before[i] = -1;
        if (op_is_mark(g->ops[i].id))
            TRY(nest(&w, i, &here));
    }
    if (w.block != BLOCK_WHOLE)
        return fail(at, MOTE_ERR_FORMAT, "a BRANCH or LOOP has no end");
    return MOTE_OK;
}

/* ---- what goes in and out ---- */
static enum mote_status want_alike(const struct graph *g, int32_t a, int32_t b, const struct frame *at)
{
    const struct tensor *x = &g->tensors[a], *y = &g->tensors[b];
    char x_text[96], y_text[96];

    if (x->type == y->type && shape_equal(x, y) && quant_equal(&x->quant, &y->quant))
        return MOTE_OK;
    return fail(at, MOTE_ERR_SHAPE, "a block gives %s %s where %s %s is wanted; they must be alike", type_name(x->type),
                shape_text(x, x_text), type_name(y->type), shape_text(y, y_text));
}

static enum mote_status verify_test(const struct graph *g, int32_t test, const struct frame *at)
{
    const struct tensor *t = &g->tensors[test];

    if (t->type != TYPE_BOOL || tensor_elements(t) != 1)
        return fail(at, MOTE_ERR_TYPE, "the condition is no single bool");
    return MOTE_OK;
}

/* `mark`: whose outputs those of the operator are; -1: none. */
static enum mote_status verify_mark(const struct graph *g, const struct op *op, int32_t mark, const struct frame *at)
{
    if (op->id == OP_BRANCH || op->id == OP_LOOP_TEST)
        return verify_test(g, op->in[0], at);
    if (op->n_in != op->n_out || (mark >= 0 && g->ops[mark].n_out != op->n_out))
        return fail(at, MOTE_ERR_FORMAT, "%d inputs and %d outputs: as many are wanted, and as many as the mark before",
                    op->n_in, op->n_out);
    for (int32_t k = 0; k < op->n_in; k++) {
        TRY(want_alike(g, op->in[k], op->out[k], at));
        if (mark >= 0)
            TRY(want_alike(g, g->ops[mark].out[k], op->out[k], at));
        if (g->tensors[op->out[k]].state)
            return fail(at, MOTE_ERR_FORMAT, "output %d is a state", k);
    }
    return MOTE_OK;
}

#define NOBODYS INT32_MAX /* what BRANCH_ELSE makes is not there before BRANCH_END */

/* The block inside of which the operator's outputs are read. */
static int32_t home_of(const struct blocks *b, const struct graph *g, int32_t i)
{
    const enum op_id id = g->ops[i].id;

    if (id == OP_BRANCH_ELSE)
        return NOBODYS;
    if (id == OP_LOOP) /* the block that it opens, which is the first one in its own that is not there before */
        return b->of_op[i + 1];
    if (id == OP_BRANCH_END)
        return b->all[b->of_op[i]].parent;
    return id == OP_LOOP_END ? b->all[b->all[b->of_op[i]].parent].parent : b->of_op[i];
}

static enum mote_status verify_reads(const struct graph *g, const struct blocks *b, int32_t i, const int32_t *home,
                                     const struct frame *at)
{
    const struct op *op = &g->ops[i];

    for (int32_t k = 0; k < op->n_in; k++)
        if (op->in[k] != TENSOR_ABSENT && !block_is_inside(b, b->of_op[i], home[op->in[k]])) {
            struct frame here = frame_tensor(at, g, op->in[k]);

            return fail(&here, MOTE_ERR_FORMAT, "it is read outside of the block that makes it");
        }
    return MOTE_OK;
}

enum mote_status graph_verify_blocks(struct pool *pool, const struct graph *g, const struct frame *at)
{
    int32_t *home; /* by tensor: the block inside of which it is read */
    struct blocks b;

    if (!graph_has_blocks(g))
        return MOTE_OK;
    TRY(graph_blocks(pool, g, &b, at));
    home = pool_array(pool, (size_t)g->n_tensors + 1, sizeof *home);
    for (int32_t i = 0; i < g->n_ops; i++) {
        const struct op *op = &g->ops[i];
        struct frame here = frame_op(at, g, i);

        if (op->id == OP_NOP)
            continue;
        TRY(verify_reads(g, &b, i, home, &here));
        if (op_is_mark(op->id))
            TRY(verify_mark(g, op, b.before[i], &here));
        for (int32_t k = 0; k < op->n_out; k++)
            if (!g->tensors[op->out[k]].state)
                home[op->out[k]] = home_of(&b, g, i);
    }
    for (int32_t i = 0; i < g->n_outputs; i++)
        if (home[g->outputs[i]] != BLOCK_WHOLE) {
            struct frame here = frame_tensor(at, g, g->outputs[i]);

            return fail(&here, MOTE_ERR_FORMAT, "an output of the graph that a block makes");
        }
    return MOTE_OK;
}
