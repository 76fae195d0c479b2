/* SPDX-License-Identifier: Apache-2.0 */
/* Units of fully connected layers that pruning has left without weights have one value for all inputs, which the biases
 * of their readers take in. In float, so that quantization rounds what comes of it; dead_channels then leaves them
 * out. */
#include "host/graph/op_info.h"
#include "host/passes/passes.h"
#include "host/passes/quantize.h"

#include <math.h>

enum { IN, WEIGHTS, BIAS };

static bool is_dense(const struct graph *g, const struct op *op)
{
    const struct tensor *w = op->id == OP_FULLY_CONNECTED ? op_in(g, op, WEIGHTS) : NULL;

    return w != NULL && w->data != NULL && w->type == TYPE_F32 && w->rank == 2 && op_in(g, op, BIAS) != NULL &&
           op_in(g, op, BIAS)->data != NULL;
}

static const float *floats(const struct tensor *t) { return (const float *)(const void *)t->data; }

/* The value of unit o; false if it has weights, or an activation that is an operator of its own. */
static bool constant_of(const struct graph *g, const struct op *op, int64_t o, float *value)
{
    const struct tensor *w = op_in(g, op, WEIGHTS);
    const int activation = ((const struct fully_connected_opts *)op->opts)->activation;

    for (int64_t i = 0; i < w->dims[1]; i++)
        if (floats(w)[o * w->dims[1] + i] != 0)
            return false;
    *value = floats(op_in(g, op, BIAS))[o];
    if (activation != ACTIVATION_NONE)
        *value = fmaxf(*value, 0);
    if (activation == ACTIVATION_RELU6)
        *value = fminf(*value, 6);
    return activation == ACTIVATION_NONE || activation == ACTIVATION_RELU || activation == ACTIVATION_RELU6;
}

static float *own_floats(struct model *m, struct graph *g, int32_t tensor)
{
    struct tensor *t = &g->tensors[tensor];
    float *data = pool_copy(m->pool, t->data, (size_t)tensor_bytes(t));

    t->data = (const uint8_t *)data;
    return data;
}

static void fold_into(struct model *m, struct graph *g, const struct op *from, const struct op *to)
{
    const int64_t n = op_in(g, to, WEIGHTS)->dims[1], rows = op_in(g, to, WEIGHTS)->dims[0];
    float *w = own_floats(m, g, to->in[WEIGHTS]), *bias = own_floats(m, g, to->in[BIAS]), value;

    for (int64_t i = 0; i < n; i++)
        for (int64_t o = 0; constant_of(g, from, i, &value) && o < rows; o++) {
            bias[o] += w[o * n + i] * value;
            w[o * n + i] = 0;
        }
}

void fold_constant_units(struct model *m, struct graph *g)
{
    for (int32_t i = 0; i < g->n_ops; i++)
        for (int32_t k = i + 1; k < g->n_ops; k++) {
            const struct op *from = &g->ops[i], *to = &g->ops[k];

            if (is_dense(g, from) && is_dense(g, to) && to->in[IN] == from->out[0] &&
                op_in(g, to, WEIGHTS)->dims[1] == op_in(g, from, WEIGHTS)->dims[0] &&
                graph_uses(g, to->in[WEIGHTS]) == 1 && graph_uses(g, to->in[BIAS]) == 1)
                fold_into(m, g, from, to);
        }
}
