/* SPDX-License-Identifier: Apache-2.0 */
/* Inputs and outputs become int8 where the model itself is: a QUANTIZE that alone reads an input and a DEQUANTIZE (or
 * QUANTIZE, to uint8) that makes an output leave, and what they quantized for the model goes in and comes out. The
 * caller computes real = scale * (stored - zero point), or has int8 anyway. The ends keep their names. */
#include "host/graph/op_info.h"
#include "host/passes/passes.h"

static bool is_outer_type(const struct tensor *t) { return t->type == TYPE_F32 || t->type == TYPE_U8; }

static void swap_names(struct graph *g, int32_t a, int32_t b)
{
    const char *name = g->tensors[a].name;

    g->tensors[a].name = g->tensors[b].name;
    g->tensors[b].name = name;
}

static enum mote_status strip_input(struct graph *g, int32_t *input, const struct frame *at)
{
    struct frame here = frame_tensor(at, g, *input);
    int32_t reader = only_reader(g, *input), inner;

    if (reader < 0 || g->ops[reader].id != OP_QUANTIZE || op_out(g, &g->ops[reader], 0)->type != TYPE_S8)
        return fail(&here, MOTE_ERR_QUANT, "an input of type %s that no QUANTIZE alone reads and makes int8",
                    type_name(g->tensors[*input].type));
    inner = g->ops[reader].out[0];
    if (graph_is_output(g, inner))
        return fail(&here, MOTE_ERR_QUANT, "the model does nothing but quantize it");
    op_kill(&g->ops[reader]);
    swap_names(g, *input, inner);
    *input = inner;
    return MOTE_OK;
}

static enum mote_status strip_output(struct graph *g, int32_t *output, const struct frame *at)
{
    struct frame here = frame_tensor(at, g, *output);
    int32_t maker = graph_producer(g, *output), outer = *output, inner;

    if (maker < 0 || (g->ops[maker].id != OP_DEQUANTIZE && g->ops[maker].id != OP_QUANTIZE) ||
        op_in(g, &g->ops[maker], 0)->type != TYPE_S8)
        return fail(&here, MOTE_ERR_QUANT, "an output of type %s that no DEQUANTIZE or QUANTIZE makes of int8",
                    type_name(g->tensors[outer].type));
    inner = g->ops[maker].in[0];
    if (!tensor_is_internal(g, inner))
        return fail(&here, MOTE_ERR_QUANT, "what it is made of is an input, an output, a constant or state itself");
    *output = inner;
    swap_names(g, outer, inner);
    if (graph_uses(g, outer) == 0)
        op_kill(&g->ops[maker]);
    return MOTE_OK;
}

enum mote_status pass_boundary(struct model *m, struct graph *g, const struct frame *at)
{
    int32_t taken = 0;

    if (g != &m->graphs[0])
        return MOTE_OK;
    for (int32_t i = 0; i < g->n_inputs; i++)
        if (is_outer_type(&g->tensors[g->inputs[i]])) {
            TRY(strip_input(g, &g->inputs[i], at));
            taken++;
        }
    for (int32_t i = 0; i < g->n_outputs; i++)
        if (is_outer_type(&g->tensors[g->outputs[i]])) {
            TRY(strip_output(g, &g->outputs[i], at));
            taken++;
        }
    if (taken == 0)
        return fail(at, MOTE_ERR_USAGE, "no input or output is float or uint8: there is nothing to take away");
    return MOTE_OK;
}
