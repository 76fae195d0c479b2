/* SPDX-License-Identifier: Apache-2.0 */
/* An ADD of a number a channel joins the convolution or fully connected layer before it as its bias, if that has none:
 * kernels add the bias last, so that the sums are the same. Of floats: in int8 the sum before has been rounded. */
#include "host/graph/op_info.h"
#include "host/passes/passes.h"

/* The operator that makes the tensor for the ADD alone, and can take a bias; NULL if there is none. */
static struct op *find_linear(const struct graph *g, int32_t tensor)
{
    int32_t producer = graph_producer(g, tensor);
    const struct linear_inputs *at = producer < 0 ? NULL : op_info[g->ops[producer].id].is->linear;
    struct op *op = producer < 0 ? NULL : &g->ops[producer];

    if (!at || !tensor_is_internal(g, tensor) || graph_uses(g, tensor) != 1 || op_in(g, op, at->bias) ||
        op_in(g, op, at->input)->type != TYPE_F32 || op_in(g, op, at->weights)->type != TYPE_F32)
        return NULL;
    return *op_activation(op) == ACTIVATION_NONE ? op : NULL;
}

/* One number, or one an index of the last dimension. */
static bool is_per_channel(const struct tensor *t, const struct tensor *x)
{
    int64_t n = tensor_elements(t);

    if (!t->data || t->type != TYPE_F32 || x->rank < 1 || t->rank > x->rank)
        return false;
    return n == 1 || (n == x->dims[x->rank - 1] && t->dims[t->rank - 1] == n);
}

static int32_t add_bias(struct model *m, struct graph *g, int32_t tensor, int64_t channels)
{
    struct tensor bias = g->tensors[tensor];
    size_t each = tensor_elements(&bias) == 1 ? 0 : sizeof(float);
    uint8_t *data = pool_array(m->pool, (size_t)channels, sizeof(float));

    for (int64_t c = 0; c < channels; c++)
        memcpy(data + (size_t)c * sizeof(float), bias.data + (size_t)c * each, sizeof(float));
    bias.quant = (struct quant){0};
    bias.rank = 1;
    bias.dims[0] = channels;
    bias.data = data;
    return graph_add_tensor(m, g, &bias);
}

static void join(struct model *m, struct graph *g, int32_t i)
{
    const struct op op = g->ops[i];
    int second = op_in(g, &op, 0)->data ? 0 : 1, activation = *op_activation(&op);
    int32_t x = op.in[1 - second], in[4] = {TENSOR_ABSENT, TENSOR_ABSENT, TENSOR_ABSENT, TENSOR_ABSENT};
    struct op *linear = find_linear(g, x);
    const struct linear_inputs *at;

    if (!linear || !is_per_channel(op_in(g, &op, second), &g->tensors[x]) ||
        !shape_equal(&g->tensors[x], op_out(g, &op, 0)))
        return;
    at = op_info[linear->id].is->linear;
    memcpy(in, linear->in, (size_t)linear->n_in * sizeof *in);
    in[at->bias] = add_bias(m, g, op.in[second], g->tensors[x].dims[g->tensors[x].rank - 1]);
    g->ops[i].in[0] = x;
    if (!op_bypass(g, i))
        return;
    op_set_inputs(m, linear, at->bias + 1, in);
    *op_activation(linear) = activation;
}

enum mote_status pass_fuse_bias(struct model *m, struct graph *g, const struct frame *at)
{
    (void)at;
    for (int32_t i = 0; i < g->n_ops; i++)
        if (g->ops[i].id == OP_ADD)
            join(m, g, i);
    return MOTE_OK;
}
