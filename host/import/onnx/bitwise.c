/* SPDX-License-Identifier: Apache-2.0 */
/* Operators bit by bit: of constants, as masks and shapes are computed; NOT is arithmetic, of any integers. */
#include "host/import/numbers.h"
#include "host/import/onnx/ops.h"

enum bitwise { AND, OR, XOR };

/* ---- the file's types: uint32, int64 and uint64 are int32 here, whose bits are others beyond its range ---- */
enum { STEPS_MAX = 64 };

static int type_of_value(size_t n, Onnx__ValueInfoProto *const *values, const char *name)
{
    for (size_t i = 0; i < n; i++) {
        const Onnx__TypeProto *t = values[i]->type;

        if (values[i]->name && strcmp(values[i]->name, name) == 0 && t &&
            t->value_case == ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE)
            return t->tensor_type->elem_type;
    }
    return NUMBER_NONE;
}

static int type_in_file(const Onnx__GraphProto *g, const char *name)
{
    int type = type_of_value(g->n_value_info, g->value_info, name);

    type = type != NUMBER_NONE ? type : type_of_value(g->n_input, g->input, name);
    type = type != NUMBER_NONE ? type : type_of_value(g->n_output, g->output, name);
    for (size_t i = 0; i < g->n_initializer && type == NUMBER_NONE; i++)
        if (g->initializer[i]->name && strcmp(g->initializer[i]->name, name) == 0)
            type = g->initializer[i]->data_type;
    return type;
}

static const Onnx__NodeProto *producer_of(const Onnx__GraphProto *g, const char *name)
{
    for (size_t i = 0; i < g->n_node; i++)
        for (size_t k = 0; k < g->node[i]->n_output; k++)
            if (strcmp(g->node[i]->output[k], name) == 0)
                return g->node[i];
    return NULL;
}

/* What a Constant holds, or a Cast makes. */
static int type_made(const Onnx__NodeProto *node)
{
    for (size_t i = 0; i < node->n_attribute; i++) {
        const Onnx__AttributeProto *a = node->attribute[i];

        if (a->name && strcmp(a->name, "value") == 0 && a->t)
            return a->t->data_type;
        if (a->name && strcmp(a->name, "to") == 0 && a->has_i)
            return a->i > NUMBER_NONE && a->i < NUMBER_LIMIT ? (int)a->i : NUMBER_NONE;
    }
    return NUMBER_NONE;
}

/* Of whose type a node's output is. */
static size_t typed_input(const Onnx__NodeProto *node)
{
    return node->op_type && (strcmp(node->op_type, "Where") == 0 || strcmp(node->op_type, "CastLike") == 0);
}

/* The element type that the file gives `name`, or else what it is computed of; NUMBER_NONE where none is found. */
static int declared_type(const struct build *r, const char *name)
{
    const Onnx__GraphProto *g = onnx_of(r)->file->graph;

    for (int i = 0; i < STEPS_MAX; i++) {
        const int type = type_in_file(g, name);
        const Onnx__NodeProto *node = type == NUMBER_NONE ? producer_of(g, name) : NULL;

        if (node == NULL)
            return type;
        if (type_made(node) != NUMBER_NONE)
            return type_made(node);
        if (node->n_input <= typed_input(node))
            return NUMBER_NONE;
        name = node->input[typed_input(node)];
    }
    return NUMBER_NONE;
}

/* The ends of int32 may stand for what is beyond them, unless it was int32 in the file. */
static void refuse_beyond(struct build *r, int i)
{
    const int32_t x = node_in(r, i);
    const struct tensor t = *tensor_at(r, x);

    if (r->status != MOTE_OK || !t.data || t.type != TYPE_S32 ||
        declared_type(r, onnx_of(r)->node->input[i]) == NUMBER_S32)
        return;
    for (int64_t k = 0; k < tensor_elements(&t) && r->status == MOTE_OK; k++)
        if (const_int(&t, k) == INT32_MAX || const_int(&t, k) == INT32_MIN)
            build_fail(r, MOTE_ERR_UNSUPPORTED,
                       "input %d has %lld or what is beyond: the bits of constants within int32 are there", i,
                       (long long)const_int(&t, k));
}

/* ---- the operators ---- */

static int64_t combined(enum bitwise how, int64_t a, int64_t b)
{
    return how == AND ? (a & b) : how == OR ? (a | b) : (a ^ b);
}

/* Both with the dimensions that they have in common, as constants of that shape. */
static int32_t spread(struct build *r, int32_t x, int32_t other)
{
    const int32_t zero = emit_binary(r, OP_MUL, cast(r, other, TYPE_S32), add_zero(r, TYPE_S32));

    return emit_binary(r, OP_ADD, cast(r, x, TYPE_S32), zero);
}

static void bitwise(struct build *r, enum bitwise how)
{
    const int32_t a = node_in(r, 0), b = node_in(r, 1);
    const enum mote_type type = tensor_at(r, a)->type;
    struct tensor x, y;
    int32_t *out;

    if (r->status == MOTE_OK && (!is_const(r, a) || !is_const(r, b)))
        build_fail(r, MOTE_ERR_UNSUPPORTED, "bits that the model computes; constants are there");
    if (r->status == MOTE_OK && (type == TYPE_F32 || tensor_at(r, b)->type == TYPE_F32))
        build_fail(r, MOTE_ERR_TYPE, "bits of floats");
    refuse_beyond(r, 0);
    refuse_beyond(r, 1);
    x = *tensor_at(r, spread(r, a, b)), y = *tensor_at(r, spread(r, b, a));
    if (r->status == MOTE_OK && (!x.data || !y.data))
        build_fail(r, MOTE_ERR_UNSUPPORTED, "constants of so many bits");
    out = add_indices(r, tensor_elements(&x));
    for (int64_t i = 0; i < tensor_elements(&x) && r->status == MOTE_OK; i++)
        out[i] = (int32_t)combined(how, const_int(&x, i), const_int(&y, i));
    node_out(r, 0, cast(r, add_const(r, TYPE_S32, x.rank, x.dims, out), type));
}

void onnx_bitwise_and(struct build *r) { bitwise(r, AND); }

void onnx_bitwise_or(struct build *r) { bitwise(r, OR); }

void onnx_bitwise_xor(struct build *r) { bitwise(r, XOR); }

/* NOT of an unsigned number that int32 holds is one that it does not hold. */
static void refuse_wide(struct build *r, enum mote_type type)
{
    int of;

    if (r->status != MOTE_OK || type != TYPE_S32)
        return;
    of = declared_type(r, onnx_of(r)->node->input[0]);
    if (of == NUMBER_NONE && node_wants(r, 0))
        of = type_in_file(onnx_of(r)->file->graph, onnx_of(r)->node->output[0]);
    if (of == NUMBER_NONE)
        build_fail(r, MOTE_ERR_UNSUPPORTED, "NOT of numbers of which the file does not say whether they have a sign");
    if (of == NUMBER_U32 || of == NUMBER_U64)
        build_fail(r, MOTE_ERR_UNSUPPORTED, "NOT of %s; uint8 and signed integers are there", number_info[of].name);
}

/* -1 - x, of which bytes have the lowest bits. */
void onnx_bitwise_not(struct build *r)
{
    const int32_t x = node_in(r, 0);
    const enum mote_type type = tensor_at(r, x)->type;
    const int32_t minus = add_const(r, TYPE_S32, 0, NULL, pool_copy(r->pool, &(int32_t){-1}, sizeof(int32_t)));

    if (r->status == MOTE_OK && type == TYPE_F32)
        build_fail(r, MOTE_ERR_TYPE, "bits of floats");
    refuse_wide(r, type);
    refuse_beyond(r, 0);
    node_out(r, 0, cast(r, emit_binary(r, OP_SUB, minus, cast(r, x, TYPE_S32)), type));
}
