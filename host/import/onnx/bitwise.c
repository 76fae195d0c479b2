/* SPDX-License-Identifier: Apache-2.0 */
/* Operators bit by bit: of constants, as masks and shapes are computed; NOT is arithmetic, of any integers. */
#include "host/import/onnx/ops.h"

enum bitwise { AND, OR, XOR };

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

/* -1 - x, of which bytes have the lowest bits. */
void onnx_bitwise_not(struct build *r)
{
    const int32_t x = node_in(r, 0);
    const enum mote_type type = tensor_at(r, x)->type;
    const int32_t minus = add_const(r, TYPE_S32, 0, NULL, pool_copy(r->pool, &(int32_t){-1}, sizeof(int32_t)));

    if (r->status == MOTE_OK && type == TYPE_F32)
        build_fail(r, MOTE_ERR_TYPE, "bits of floats");
    node_out(r, 0, cast(r, emit_binary(r, OP_SUB, minus, cast(r, x, TYPE_S32)), type));
}
