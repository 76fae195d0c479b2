/* SPDX-License-Identifier: Apache-2.0 */
/* Comparisons, logic, and what chooses by them. */
#include <math.h>

#include "host/import/onnx/ops.h"

/* Small integers are compared as int32. */
static int32_t comparable(struct build *r, int32_t x)
{
    enum mote_type type = tensor_at(r, x)->type;

    return type == TYPE_F32 || type == TYPE_S32 || type == TYPE_BOOL ? x : cast(r, x, TYPE_S32);
}

static int32_t compare(struct build *r, enum op_id id, int32_t a, int32_t b)
{
    return emit(r, id, NULL, TYPE_BOOL, 2, (int32_t[]){comparable(r, a), comparable(r, b)});
}

static void compare_node(struct build *r, enum op_id id)
{
    node_out(r, 0, compare(r, id, node_in(r, 0), node_in(r, 1)));
}

void onnx_equal(struct build *r) { compare_node(r, OP_EQUAL); }

void onnx_less(struct build *r) { compare_node(r, OP_LESS); }

void onnx_less_or_equal(struct build *r) { compare_node(r, OP_LESS_EQUAL); }

void onnx_greater(struct build *r) { compare_node(r, OP_GREATER); }

void onnx_greater_or_equal(struct build *r) { compare_node(r, OP_GREATER_EQUAL); }

void onnx_and(struct build *r) { compare_node(r, OP_LOGICAL_AND); }

void onnx_or(struct build *r) { compare_node(r, OP_LOGICAL_OR); }

void onnx_xor(struct build *r) { compare_node(r, OP_NOT_EQUAL); }

void onnx_not(struct build *r)
{
    int32_t x = node_in(r, 0);

    node_out(r, 0, emit(r, OP_LOGICAL_NOT, NULL, TYPE_BOOL, 1, &x));
}

void onnx_where(struct build *r)
{
    int32_t in[] = {node_in(r, 0), node_in(r, 1), node_in(r, 2)};

    node_out(r, 0, emit(r, OP_SELECT_V2, NULL, tensor_at(r, in[1])->type, 3, in));
}

void onnx_is_nan(struct build *r) { node_out(r, 0, compare(r, OP_NOT_EQUAL, node_in(r, 0), node_in(r, 0))); }

void onnx_is_inf(struct build *r)
{
    int32_t x = node_in(r, 0), above = TENSOR_ABSENT, below = TENSOR_ABSENT;

    if (node_int(r, "detect_positive", 1) != 0)
        above = compare(r, OP_EQUAL, x, add_float(r, INFINITY));
    if (node_int(r, "detect_negative", 1) != 0)
        below = compare(r, OP_EQUAL, x, add_float(r, -INFINITY));
    if (above == TENSOR_ABSENT && below == TENSOR_ABSENT)
        build_fail(r, MOTE_ERR_UNSUPPORTED, "it detects nothing");
    node_out(r, 0,
             above == TENSOR_ABSENT   ? below
             : below == TENSOR_ABSENT ? above
                                      : compare(r, OP_LOGICAL_OR, above, below));
}

/* ---- one-hot ---- */
/* n numbers from `first` on, along one of `rank` dimensions. */
static int32_t add_range(struct build *r, int rank, int axis, int64_t n, int64_t first)
{
    int64_t dims[RANK_MAX];
    int32_t *numbers = add_indices(r, n);

    for (int d = 0; d < rank; d++)
        dims[d] = d == axis ? n : 1;
    for (int64_t i = 0; i < n && r->status == MOTE_OK; i++)
        numbers[i] = (int32_t)(first + i);
    return add_const(r, TYPE_S32, rank, dims, numbers);
}

/* A dimension of `depth` is put at `axis`: where its index is that of the input, `on`, else `off`; negative indices
 * count from depth. */
void onnx_one_hot(struct build *r)
{
    int32_t x = cast(r, node_in(r, 0), TYPE_S32), values = node_in(r, 2), hot, below, depth, on, off;
    const struct tensor t = *tensor_at(r, x);
    int axis = axis_of(r, node_int(r, "axis", -1), t.rank + 1), n = 0;
    int64_t dims[RANK_MAX], list[RANK_MAX] = {0};

    depth = cast(r, node_in(r, 1), TYPE_S32);
    const_ints(r, depth, "the depth", 1, &n, list);
    if (r->status == MOTE_OK && (n != 1 || list[0] < 1 || t.rank >= RANK_MAX))
        build_fail(r, MOTE_ERR_VALUE, "a depth of %lld", (long long)list[0]);
    if (r->status != MOTE_OK)
        return;
    for (int d = 0; d <= t.rank; d++)
        dims[d] = d < axis ? t.dims[d] : d == axis ? 1 : t.dims[d - 1];
    x = reshape(r, x, t.rank + 1, dims);
    hot = compare(r, OP_EQUAL, x, add_range(r, t.rank + 1, axis, list[0], 0));
    below = compare(r, OP_EQUAL, x, add_range(r, t.rank + 1, axis, list[0], -list[0]));
    hot = compare(r, OP_LOGICAL_OR, hot, below);
    off = gather(r, values, 0, 1, pool_alloc(r->pool, 4));
    on = gather(r, values, 0, 1, pool_copy(r->pool, &(int32_t){1}, 4));
    node_out(r, 0, emit(r, OP_SELECT_V2, NULL, tensor_at(r, values)->type, 3, (int32_t[]){hot, on, off}));
}

/* ---- activations with a threshold ---- */
static int32_t choose(struct build *r, int32_t condition, int32_t a, int32_t b)
{
    return emit(r, OP_SELECT_V2, NULL, tensor_at(r, a)->type, 3, (int32_t[]){condition, a, b});
}

void onnx_thresholded_relu(struct build *r)
{
    int32_t x = node_in(r, 0), above = compare(r, OP_GREATER, x, add_float(r, node_float(r, "alpha", 1)));

    node_out(r, 0, choose(r, above, x, add_float(r, 0)));
}

/* x + bias below -lambd, x - bias above lambd, else 0. */
void onnx_shrink(struct build *r)
{
    int32_t x = node_in(r, 0), bias = add_float(r, node_float(r, "bias", 0));
    float lambd = node_float(r, "lambd", 0.5f);
    int32_t below = compare(r, OP_LESS, x, add_float(r, -lambd)),
            above = compare(r, OP_GREATER, x, add_float(r, lambd));

    x = choose(r, below, emit_binary(r, OP_ADD, x, bias),
               choose(r, above, emit_binary(r, OP_SUB, x, bias), add_float(r, 0)));
    node_out(r, 0, x);
}

void onnx_sign(struct build *r)
{
    int32_t x = node_in(r, 0), zero = add_float(r, 0);

    if (r->status == MOTE_OK && tensor_at(r, x)->type != TYPE_F32)
        build_fail(r, MOTE_ERR_TYPE, "the sign of %s", type_name(tensor_at(r, x)->type));
    x = choose(r, compare(r, OP_GREATER, x, zero), add_float(r, 1),
               choose(r, compare(r, OP_LESS, x, zero), add_float(r, -1), zero));
    node_out(r, 0, x);
}
