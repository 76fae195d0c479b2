/* SPDX-License-Identifier: Apache-2.0 */
#include "host/jobs/stored_weights.h"

#include "host/coding/huffman.h"
#include "host/graph/op_info.h"

/* All that read it, as that input, are fully connected layers and convolutions: what kernels decode. */
static bool is_of_coded(const struct graph *g, int32_t tensor, int32_t input)
{
    bool read = false;

    for (int32_t i = 0; i < g->n_ops; i++)
        for (int32_t k = 0; g->ops[i].id != OP_NOP && k < g->ops[i].n_in; k++) {
            if (g->ops[i].in[k] != tensor)
                continue;
            if ((g->ops[i].id != OP_FULLY_CONNECTED && g->ops[i].id != OP_CONV_2D) || k != input)
                return false;
            read = true;
        }
    return read;
}

bool weights_are_coded(const struct graph *g, int32_t tensor)
{
    const struct tensor *t = &g->tensors[tensor];

    return is_of_coded(g, tensor, 1) && (t->quant.n != 1 || t->quant.zero[0] == 0);
}

bool biases_are_packed(const struct graph *g, int32_t tensor) { return is_of_coded(g, tensor, 2); }

bool stored_weights(struct pool *pool, const struct graph *g, int32_t tensor, struct stored *out)
{
    const struct tensor *t = &g->tensors[tensor];
    bool seen[256] = {false};
    struct huffman coded;

    if (t->data == NULL || t->type != TYPE_S8 || t->rank < 2)
        return false;
    *out = (struct stored){.weights = tensor_elements(t), .coding = "dense"};
    for (int64_t i = 0; i < out->weights; i++)
        if (t->data[i] != 0) {
            out->kept++;
            out->levels += !seen[t->data[i]];
            seen[t->data[i]] = true;
        }
    out->bytes = out->weights;
    if (weights_are_coded(g, tensor) &&
        huffman_encode(pool, (const int8_t *)t->data, (int32_t)t->dims[0], (int32_t)(out->weights / t->dims[0]),
                       HUFFMAN_ANY, &coded) &&
        huffman_pays(&coded, out->weights)) {
        out->coding = "huffman";
        out->bytes = coded.bytes;
    }
    return true;
}

float stored_scale(const struct tensor *t, int64_t i)
{
    int64_t below = 1;

    for (int d = t->quant.axis + 1; d < t->rank; d++)
        below *= t->dims[d];
    return t->quant.n > 1 ? t->quant.scale[i / below % t->quant.n] : t->quant.n == 1 ? t->quant.scale[0] : 1;
}

double stored_bits(const struct stored *s) { return s->weights > 0 ? 8 * (double)s->bytes / (double)s->weights : 0; }
