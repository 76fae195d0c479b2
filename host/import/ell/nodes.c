/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes of ELL's models, but networks and inputs. */
#include "host/import/ell/ell.h"

/* ---- element by element ---- */
static const struct {
    const char *name;
    enum op_id id;
} binaries[] =
    {
        {"add", OP_ADD},    {"subtract", OP_SUB},    {"multiply", OP_MUL},    {"coordinatewiseMultiply", OP_MUL},
        {"divide", OP_DIV}, {"minimum", OP_MINIMUM}, {"maximum", OP_MAXIMUM},
},
  unaries[] = {
      {"abs", OP_ABS}, {"cos", OP_COS},   {"exp", OP_EXP},       {"log", OP_LOG},   {"sigmoid", OP_LOGISTIC},
      {"sin", OP_SIN}, {"sqrt", OP_SQRT}, {"square", OP_SQUARE}, {"tanh", OP_TANH},
};

static int32_t read_binary(struct build *r, const json_t *node)
{
    const char *name = ell_string(r, node, "operation");
    const int32_t a = ell_input(r, node, "input1"), b = ell_input(r, node, "input2");
    const int64_t n = tensor_elements(tensor_at(r, a));

    if (r->status == MOTE_OK && tensor_elements(tensor_at(r, b)) != n)
        build_fail(r, MOTE_ERR_SHAPE, "inputs of %lld and %lld elements", (long long)n,
                   (long long)tensor_elements(tensor_at(r, b)));
    for (size_t i = 0; i < COUNT(binaries); i++)
        if (strcmp(binaries[i].name, name) == 0)
            return emit_binary(r, binaries[i].id, a, reshape(r, b, tensor_at(r, a)->rank, tensor_at(r, a)->dims));
    build_fail(r, MOTE_ERR_UNSUPPORTED, "operation '%s'", printable(r->pool, name));
    return TENSOR_ABSENT;
}

static int32_t read_unary(struct build *r, const json_t *node)
{
    const char *name = ell_string(r, node, "operation");
    const int32_t x = ell_input(r, node, "input");

    if (strcmp(name, "hardSigmoid") == 0)
        return hard_sigmoid(r, x, 0.2f, 0.5f);
    if (strcmp(name, "hardTanh") == 0)
        return clip(r, x, -1, 1);
    if (strcmp(name, "softmax") == 0)
        return softmax_last(r, OP_SOFTMAX, reshape(r, x, 1, &(int64_t){tensor_elements(tensor_at(r, x))}));
    for (size_t i = 0; i < COUNT(unaries); i++)
        if (strcmp(unaries[i].name, name) == 0)
            return emit_unary(r, unaries[i].id, x);
    build_fail(r, MOTE_ERR_UNSUPPORTED, "operation '%s'", printable(r->pool, name));
    return TENSOR_ABSENT;
}

/* ---- data ---- */
static int32_t read_constant(struct build *r, const json_t *node)
{
    int64_t dims[RANK_MAX] = {(int64_t)json_array_size(json_object_get(node, "values"))};
    const int rank = ell_has(node, "layout") ? ell_layout(r, node, "layout", dims) : 1;

    return ell_floats(r, node, "values", rank, dims);
}

static int32_t read_same(struct build *r, const json_t *node) { return ell_input(r, node, "input"); }

static int32_t read_reinterpreted(struct build *r, const json_t *node)
{
    const int32_t x = ell_input(r, node, "input");
    int64_t dims[RANK_MAX];
    const int rank = ell_layout(r, node, "outputLayout", dims);

    return reshape(r, x, rank, dims);
}

static int32_t read_spliced(struct build *r, const json_t *node)
{
    const int64_t n = ell_int(r, node, "numInputs");
    int32_t *parts = NULL;

    for (int64_t i = 0; i < n && r->status == MOTE_OK; i++) {
        const int32_t x = ell_input(r, node, pool_printf(r->pool, "input_%lld", (long long)i));

        parts = pool_grow(r->pool, parts, (size_t)i, sizeof *parts);
        parts[i] = reshape(r, x, 1, &(int64_t){tensor_elements(tensor_at(r, x))});
    }
    if (n < 1)
        build_fail(r, MOTE_ERR_FORMAT, "it splices nothing");
    if (r->status != MOTE_OK)
        return TENSOR_ABSENT;
    return n == 1 ? parts[0] : concat(r, 0, (int)n, parts);
}

static int32_t read_sum(struct build *r, const json_t *node)
{
    const int32_t x = ell_input(r, node, "input");
    const int64_t zero = 0;

    return reduce(r, OP_SUM, reshape(r, x, 1, &(int64_t){tensor_elements(tensor_at(r, x))}), 1, &zero, true);
}

static int32_t read_squared_norm(struct build *r, const json_t *node)
{
    const int32_t x = emit_unary(r, OP_SQUARE, ell_input(r, node, "input"));
    const int64_t zero = 0;

    return reduce(r, OP_SUM, reshape(r, x, 1, &(int64_t){tensor_elements(tensor_at(r, x))}), 1, &zero, true);
}

/* ---- predictors ---- */
/* A matrix of the predictor, which the file stores row by row. */
static int32_t read_matrix(struct build *r, const json_t *p, const char *name, int64_t *n_rows, int64_t *n_columns)
{
    *n_rows = ell_int(r, p, pool_printf(r->pool, "%s_rows", name));
    *n_columns = ell_int(r, p, pool_printf(r->pool, "%s_columns", name));
    return ell_floats(r, p, pool_printf(r->pool, "%s_values", name), 2, (int64_t[]){*n_rows, *n_columns});
}

/* y = Z exp(-gamma^2 |b_j - W x|^2), a prototype b_j a column of B. */
static int32_t read_proto_nn(struct build *r, const json_t *node)
{
    const json_t *p = ell_object(r, node, "predictor");
    const int32_t x = ell_input(r, node, "input");
    const int64_t one = 1;
    int64_t n_w, n_x, n_b, n_j, n_z, n_zj;
    int32_t w, b, z, y;
    float gamma;

    if (r->status != MOTE_OK)
        return TENSOR_ABSENT;
    gamma = ell_float(r, p, "gamma");
    w = read_matrix(r, p, "w", &n_w, &n_x);
    b = read_matrix(r, p, "b", &n_b, &n_j);
    z = read_matrix(r, p, "z", &n_z, &n_zj);
    if (r->status == MOTE_OK && (n_x != tensor_elements(tensor_at(r, x)) || n_b != n_w || n_zj != n_j))
        build_fail(r, MOTE_ERR_SHAPE, "W of %lldx%lld, B of %lldx%lld and Z of %lldx%lld for %lld inputs",
                   (long long)n_w, (long long)n_x, (long long)n_b, (long long)n_j, (long long)n_z, (long long)n_zj,
                   (long long)tensor_elements(tensor_at(r, x)));
    y = emit_binary(r, OP_FULLY_CONNECTED, reshape(r, x, 2, (int64_t[]){1, n_x}), w);        /* [1][n_w] */
    y = emit_unary(r, OP_SQUARE, emit_binary(r, OP_SUB, transpose(r, b, (int[]){1, 0}), y)); /* [n_j][n_w] */
    y = reduce(r, OP_SUM, y, 1, &one, false);                                                /* [n_j] */
    y = emit_unary(r, OP_EXP, times(r, y, -gamma * gamma));
    y = emit_binary(r, OP_FULLY_CONNECTED, reshape(r, y, 2, (int64_t[]){1, n_j}), z);
    return reshape(r, y, 1, &n_z);
}

/* ---- the table ---- */
ell_node_fn *ell_node_find(const char *base)
{
    static const struct {
        const char *base;
        ell_node_fn *read;
    } nodes[] = {
        {"BinaryOperationNode", read_binary},
        {"ConstantNode", read_constant},
        {"FastGRNNNode", ell_fast_grnn},
        {"GRUNode", ell_gru},
        {"L2NormSquaredNode", read_squared_norm},
        {"LSTMNode", ell_lstm},
        {"NeuralNetworkPredictorNode", ell_network},
        {"OutputNode", read_same},
        {"ProtoNNPredictorNode", read_proto_nn},
        {"RNNNode", ell_rnn},
        {"ReinterpretLayoutNode", read_reinterpreted},
        {"SpliceNode", read_spliced},
        {"SumNode", read_sum},
        {"TypeCastNode", read_same},
        {"UnaryOperationNode", read_unary},
    };

    for (size_t i = 0; i < COUNT(nodes); i++)
        if (strcmp(nodes[i].base, base) == 0)
            return nodes[i].read;
    return ell_is_layer_node(base) ? ell_layer_node : NULL;
}
