/* SPDX-License-Identifier: Apache-2.0 */
/* Inputs and outputs take the order of dimensions that the model has inside: a transpose that alone reads an input, or
 * that makes an output, leaves, and the caller brings and takes what it would have moved. The ends keep their names. */
#include "host/graph/op_info.h"
#include "host/passes/passes.h"

static void swap_names(struct graph *g, int32_t a, int32_t b)
{
    const char *name = g->tensors[a].name;

    g->tensors[a].name = g->tensors[b].name;
    g->tensors[b].name = name;
}

/* What quantizes and alone reads the tensor; NULL if there is none. */
static const struct op *only_quantizing(const struct graph *g, int32_t tensor)
{
    int32_t reader = only_reader(g, tensor);

    return reader >= 0 && (g->ops[reader].id == OP_QUANTIZE || g->ops[reader].id == OP_DEQUANTIZE) ? &g->ops[reader]
                                                                                                   : NULL;
}

/* The transpose may be behind operators that quantize the input, which go element by element. */
static bool strip_input(struct graph *g, int32_t input)
{
    int32_t last = input, transpose;
    struct op *op;

    while (only_quantizing(g, last))
        last = only_quantizing(g, last)->out[0];
    transpose = only_reader(g, last);
    op = transpose < 0 ? NULL : &g->ops[transpose];
    if (op == NULL || op->id != OP_TRANSPOSE || op->in[0] != last || graph_is_output(g, op->out[0]))
        return false;
    for (int32_t t = last; t >= 0; t = t == input ? TENSOR_ABSENT : g->ops[graph_producer(g, t)].in[0])
        memcpy(g->tensors[t].dims, op_out(g, op, 0)->dims, sizeof g->tensors[t].dims);
    graph_redirect(g, op->out[0], last);
    op_kill(op);
    return true;
}

static bool strip_output(struct graph *g, int32_t *output)
{
    int32_t maker = graph_producer(g, *output), inner;

    if (maker < 0 || g->ops[maker].id != OP_TRANSPOSE || graph_uses(g, *output) != 1)
        return false;
    inner = g->ops[maker].in[0];
    if (!tensor_is_internal(g, inner))
        return false;
    swap_names(g, *output, inner);
    *output = inner;
    op_kill(&g->ops[maker]);
    return true;
}

enum mote_status pass_channels_last(struct model *m, struct graph *g, const struct frame *at)
{
    int32_t taken = 0;

    if (g != &m->graphs[0])
        return MOTE_OK;
    for (int32_t i = 0; i < g->n_inputs; i++)
        taken += strip_input(g, g->inputs[i]);
    for (int32_t i = 0; i < g->n_outputs; i++)
        taken += strip_output(g, &g->outputs[i]);
    if (taken == 0)
        return fail(at, MOTE_ERR_USAGE,
                    "no input is transposed first and no output last: there is nothing to take away");
    return MOTE_OK;
}
