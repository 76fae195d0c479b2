/* SPDX-License-Identifier: Apache-2.0 */
#include "host/jobs/stored_weights.h"

#include "host/coding/huffman.h"
#include "host/coding/packed.h"
#include "host/coding/sparse.h"
#include "host/graph/op_info.h"

enum { LSTM_WEIGHTS = 1, LSTM_H_WEIGHTS = 5, LSTM_WEIGHTS_END = 9, LSTM_BIAS = 12, LSTM_BIAS_END = 16 };
enum role { WEIGHTS, INDICES, PAIRS, BIAS }; /* INDICES: weights that may be packed, PAIRS: that may be sparse */

/* Whether an operator's input is what a kernel decodes. */
static bool is_coded_input(const struct op *op, int32_t input, enum role role)
{
    if (op->id == OP_UNIDIRECTIONAL_SEQUENCE_LSTM)
        return role == WEIGHTS ? input >= LSTM_WEIGHTS && input < LSTM_WEIGHTS_END
                               : role == BIAS && input >= LSTM_BIAS && input < LSTM_BIAS_END;
    return (op->id == OP_FULLY_CONNECTED || (op->id == OP_CONV_2D && role != PAIRS)) && input == (role == BIAS ? 2 : 1);
}

/* All that read it, in that role, are fully connected layers, convolutions and LSTMs: what kernels decode. */
static bool is_of_coded(const struct graph *g, int32_t tensor, enum role role)
{
    bool read = false;

    for (int32_t i = 0; i < g->n_ops; i++)
        for (int32_t k = 0; g->ops[i].id != OP_NOP && k < g->ops[i].n_in; k++) {
            if (g->ops[i].in[k] != tensor)
                continue;
            if (!is_coded_input(&g->ops[i], k, role))
                return false;
            read = true;
        }
    return read;
}

bool weights_are_coded(const struct graph *g, int32_t tensor)
{
    const struct tensor *t = &g->tensors[tensor];

    return is_of_coded(g, tensor, WEIGHTS) && (t->quant.n != 1 || t->quant.zero[0] == 0);
}

bool biases_are_packed(const struct graph *g, int32_t tensor) { return is_of_coded(g, tensor, BIAS); }

/* ---- what is coded together ---- */
/* The four gates of an operator's input k; false: there are not four alike. */
static bool take_gates(const struct graph *g, const struct op *op, int32_t k, struct stored_group *out)
{
    const int32_t first = k < LSTM_H_WEIGHTS ? LSTM_WEIGHTS : LSTM_H_WEIGHTS;

    *out = (struct stored_group){.n = STORED_GATES, .place = k - first};
    for (int32_t i = 0; i < STORED_GATES; i++) {
        const struct tensor *t = op_in(g, op, first + i), *own = op_in(g, op, k);

        if (t == NULL || t->data == NULL || t->type != own->type || tensor_elements(t) != tensor_elements(own))
            return false;
        out->tensors[i] = op->in[first + i];
    }
    return true;
}

struct stored_group stored_group(const struct graph *g, int32_t tensor)
{
    struct stored_group group;

    for (int32_t i = 0; i < g->n_ops; i++)
        for (int32_t k = LSTM_WEIGHTS; g->ops[i].id == OP_UNIDIRECTIONAL_SEQUENCE_LSTM && k < LSTM_WEIGHTS_END; k++)
            if (k < g->ops[i].n_in && g->ops[i].in[k] == tensor && take_gates(g, &g->ops[i], k, &group))
                return group;
    return (struct stored_group){.n = 1, .tensors = {tensor}};
}

int64_t stored_share(struct pool *pool, const struct stored_group *group, const int8_t *const codes[], int32_t rows,
                     int32_t columns)
{
    int8_t *all = pool_array(pool, (size_t)group->n * (size_t)rows, (size_t)columns);
    struct huffman coded;

    for (int32_t row = 0; row < rows; row++)
        for (int32_t k = 0; k < group->n; k++)
            memcpy(all + (size_t)(row * group->n + k) * (size_t)columns, codes[k] + (size_t)row * (size_t)columns,
                   (size_t)columns);
    if (!huffman_encode(pool, all, group->n * rows, columns, HUFFMAN_ANY, &coded))
        return INT64_MAX;
    return (int64_t)coded.bytes * (group->place + 1) / group->n - (int64_t)coded.bytes * group->place / group->n;
}

static int64_t coded_share(struct pool *pool, const struct graph *g, int32_t tensor)
{
    const struct tensor *t = &g->tensors[tensor];
    const struct stored_group group = stored_group(g, tensor);
    const int8_t *codes[STORED_GATES];

    for (int32_t k = 0; k < group.n; k++)
        codes[k] = (const int8_t *)g->tensors[group.tensors[k]].data;
    return stored_share(pool, &group, codes, (int32_t)t->dims[0], (int32_t)(tensor_elements(t) / t->dims[0]));
}

int64_t stored_packed(struct pool *pool, const struct graph *g, int32_t tensor, const int8_t *codes)
{
    const struct tensor *t = &g->tensors[tensor];
    struct packed packed;

    if (!is_of_coded(g, tensor, INDICES) ||
        !packed_encode(pool, codes, (int32_t)t->dims[0], (int32_t)(tensor_elements(t) / t->dims[0]), &packed))
        return INT64_MAX;
    return packed.bytes + (INT64_C(1) << packed.bits);
}

int64_t stored_sparse(struct pool *pool, const struct graph *g, int32_t tensor, const int8_t *codes)
{
    const struct tensor *t = &g->tensors[tensor];
    struct sparse sparse;

    if (!is_of_coded(g, tensor, PAIRS) ||
        !sparse_encode(pool, codes, (int32_t)t->dims[0], (int32_t)(tensor_elements(t) / t->dims[0]), &sparse))
        return INT64_MAX;
    return sparse.bytes;
}

static void take_if_less(struct stored *out, const char *coding, int64_t bytes)
{
    if (bytes >= out->bytes)
        return;
    out->coding = coding;
    out->bytes = bytes;
}

bool stored_weights(struct pool *pool, const struct graph *g, int32_t tensor, struct stored *out)
{
    const struct tensor *t = &g->tensors[tensor];
    const int8_t *w = (const int8_t *)t->data;
    bool seen[256] = {false};
    int64_t coded, indices, pairs;

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
    if (!weights_are_coded(g, tensor))
        return true;
    coded = coded_share(pool, g, tensor);
    indices = stored_packed(pool, g, tensor, w);
    pairs = stored_sparse(pool, g, tensor, w);
    if (huffman_pays(coded, out->weights))
        take_if_less(out, "huffman", coded);
    if (packed_pays(indices, out->weights))
        take_if_less(out, "packed", indices);
    if (huffman_pays(pairs, out->weights))
        take_if_less(out, "sparse", pairs);
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
