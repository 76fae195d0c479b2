/* SPDX-License-Identifier: Apache-2.0 */
/* A seed becomes a graph: inputs, then one operator after the other, then what nobody has read are the outputs. */
#include "tests/random/builder.h"
#include "tests/random/random.h"

#define ELEMENTS_MAX 4096 /* of a tensor */
#define MACS_MAX     200000
#define TRIES_MAX    100 /* operators drawn that found no tensor, or grew too large, before giving up */

int64_t random_made[OP_LIMIT];

/* ---- the table ---- */
#define MAKER(NAME, name, weight) bool make_##name(struct builder *b);
#include "tests/random/makers.def"

const struct maker makers[] = {
#define MAKER(NAME, name, weight) {OP_##NAME, weight, make_##name},
#include "tests/random/makers.def"
};
const int makers_count = COUNT(makers);

/* ---- inputs, operators, outputs ---- */

static void make_inputs(struct builder *b)
{
    static const enum mote_type types[] = {TYPE_S8, TYPE_S8, TYPE_S8, TYPE_F32, TYPE_F32, TYPE_S16, TYPE_U8};

    for (int n = dice_range(b, 1, 2); n > 0; n--) {
        enum mote_type type = b->graph->n_inputs == 0 ? (dice_chance(b, 4) ? TYPE_F32 : TYPE_S8) : DICE_OF(b, types);
        int rank = dice_chance(b, 3) ? dice_range(b, 1, 5) : 4;
        int64_t dims[RANK_MAX];

        for (int d = 0; d < rank; d++)
            dims[d] = dice_range(b, 1, rank < 3 ? 40 : rank == 3 ? 12 : d == 0 ? 2 : rank == 4 ? 10 : 5);
        new_input(b, type, rank, dims, random_quantization(b, type));
    }
}

static const struct maker *draw_maker(struct builder *b)
{
    int32_t sum = 0, nth;

    for (int i = 0; i < makers_count; i++)
        sum += makers[i].weight;
    nth = dice_range(b, 1, sum);
    for (const struct maker *m = makers;; m++)
        if ((nth -= m->weight) <= 0)
            return m;
}

static bool is_small(const struct graph *g, int32_t first_tensor, int32_t first_op)
{
    int64_t macs = 0;

    for (int32_t i = first_op; i < g->n_ops; i++)
        macs += op_macs(g, &g->ops[i]);
    for (int32_t i = first_tensor; i < g->n_tensors; i++)
        if (tensor_elements(&g->tensors[i]) > ELEMENTS_MAX)
            return false;
    return macs <= MACS_MAX;
}

/* Makes one operator more; what came to nothing leaves no trace. */
static void make_op(struct builder *b)
{
    struct graph *g = b->graph;
    const int32_t n_tensors = g->n_tensors, n_ops = g->n_ops, n_inputs = g->n_inputs, n_hidden = b->n_hidden;

    for (int tries = 0; tries < TRIES_MAX; tries++) {
        const struct maker *m = draw_maker(b);
        bool made = m->make(b);

        if (b->status != MOTE_OK)
            return;
        if (made && is_small(g, n_tensors, n_ops))
            return;
        g->n_tensors = n_tensors;
        g->n_ops = n_ops;
        g->n_inputs = n_inputs;
        b->n_hidden = n_hidden;
    }
}

void make_more(struct builder *b, int n)
{
    for (int i = 0; i < n && b->status == MOTE_OK; i++)
        make_op(b);
}

static void add_output(struct builder *b, int32_t tensor)
{
    struct graph *g = b->graph;

    g->outputs = pool_grow(b->model->pool, g->outputs, (size_t)g->n_outputs, sizeof *g->outputs);
    g->outputs[g->n_outputs++] = tensor;
}

/* What no operator reads, and now and then something that one does. */
static void make_outputs(struct builder *b)
{
    struct graph *g = b->graph;

    for (int32_t i = 0; i < g->n_ops; i++)
        for (int32_t k = 0; k < g->ops[i].n_out; k++) {
            const int32_t t = g->ops[i].out[k];

            if (!g->tensors[t].state && !is_hidden(b, t) && (graph_uses(g, t) == 0 || dice_chance(b, 8)))
                add_output(b, t);
        }
    if (g->n_outputs == 0 || dice_chance(b, 50))
        add_output(b, g->inputs[0]);
}

enum mote_status random_model(struct pool *pool, uint64_t seed, int max_ops, struct model *out, const struct frame *at)
{
    struct builder b = {.model = out, .dice = seed, .at = at};
    int n;

    *out = (struct model){.pool = pool, .name = pool_printf(pool, "random_%llu", (unsigned long long)seed)};
    b.graph = model_add_graph(out, "main");
    make_inputs(&b);
    n = dice_range(&b, 1, RANDOM_OPS_MAX);
    make_more(&b, n < max_ops ? n : max_ops);
    TRY(b.status);
    for (int32_t i = 0; i < b.graph->n_ops; i++)
        random_made[b.graph->ops[i].id]++;
    make_outputs(&b);
    return model_verify(out, at);
}
