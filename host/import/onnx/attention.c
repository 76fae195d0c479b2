/* SPDX-License-Identifier: Apache-2.0 */
/* Attention: y = softmax(scale q k^T + mask) v of each head, of [batch][heads][steps][size] or
 * [batch][steps][heads * size]; keys and values of fewer heads serve several queries, next to each other. */
#include <math.h>

#include "host/import/onnx/activation.h"
#include "host/import/onnx/ops.h"

enum { QUERY, KEY, VALUE, MASK, PAST_KEY, PAST_VALUE, LENGTHS };
enum { Y, PRESENT_KEY, PRESENT_VALUE, PRODUCTS };
enum { AFTER_PRODUCT, AFTER_SOFTMAX = 3 };

static const int swap[] = {0, 2, 1, 3};

/* [batch][heads][steps][size] of an input of either form. */
static int32_t heads_of(struct build *r, int input, const char *count)
{
    const int32_t x = node_in(r, input);
    const struct tensor t = *tensor_at(r, x);
    const int64_t heads = t.rank == 3 ? node_int(r, count, 0) : 1;

    if (r->status == MOTE_OK && t.rank != 3 && t.rank != 4)
        build_fail(r, MOTE_ERR_SHAPE, "input %d has %d dimensions, not 3 or 4", input, (int)t.rank);
    else if (r->status == MOTE_OK && t.rank == 3 && (heads < 1 || t.dims[2] % heads != 0))
        build_fail(r, MOTE_ERR_SHAPE, "%s is %lld, for rows of %lld numbers", count, (long long)heads,
                   (long long)t.dims[2]);
    if (r->status != MOTE_OK || t.rank == 4)
        return x;
    return transpose(r, reshape(r, x, 4, (int64_t[]){t.dims[0], t.dims[1], heads, t.dims[2] / heads}), swap);
}

/* What came before stands in front. */
static int32_t with_past(struct build *r, int32_t x, int input)
{
    return node_has(r, input) ? concat(r, 2, 2, (int32_t[]){node_in(r, input), x}) : x;
}

/* A head for each of the queries'. */
static int32_t repeated(struct build *r, int32_t x, int64_t heads)
{
    const int64_t own = tensor_at(r, x)->dims[1];
    int32_t *from = add_indices(r, heads);

    if (r->status == MOTE_OK && (own < 1 || heads % own != 0))
        build_fail(r, MOTE_ERR_SHAPE, "%lld heads of queries share %lld of keys", (long long)heads, (long long)own);
    if (r->status != MOTE_OK || own == heads)
        return x;
    for (int64_t i = 0; i < heads; i++)
        from[i] = (int32_t)(i / (heads / own));
    return gather(r, x, 1, heads, from);
}

/* Step i sees those up to i, and what came before. */
static int32_t add_causal(struct build *r, int32_t x, int64_t before)
{
    const struct tensor t = *tensor_at(r, x);
    const int64_t dims[] = {t.dims[2], t.dims[3]};
    float *mask;

    if (!has_room(r, dims[0] * dims[1] * (int64_t)sizeof *mask))
        return x;
    mask = pool_array(r->pool, (size_t)(dims[0] * dims[1]), sizeof *mask);
    for (int64_t i = 0; i < dims[0]; i++)
        for (int64_t k = i + before + 1; k < dims[1]; k++)
            mask[i * dims[1] + k] = -INFINITY;
    return emit_binary(r, OP_ADD, x, add_const(r, TYPE_F32, 2, dims, mask));
}

/* Its dimensions are the last ones of x, or 1. */
static bool fits(const struct tensor *mask, const struct tensor *x)
{
    for (int d = 1; d <= mask->rank && d <= x->rank; d++)
        if (mask->dims[mask->rank - d] != 1 && mask->dims[mask->rank - d] != x->dims[x->rank - d])
            return false;
    return mask->rank <= x->rank;
}

static int32_t add_mask(struct build *r, int32_t x)
{
    const int32_t mask = node_in(r, MASK);
    char is[96], wanted[96];

    if (r->status == MOTE_OK && !fits(tensor_at(r, mask), tensor_at(r, x)))
        build_fail(r, MOTE_ERR_SHAPE, "a mask of %s for products of %s", shape_text(tensor_at(r, mask), is),
                   shape_text(tensor_at(r, x), wanted));
    if (tensor_at(r, mask)->type == TYPE_BOOL)
        return emit(r, OP_SELECT_V2, NULL, TYPE_F32, 3, (int32_t[]){mask, x, add_float(r, -INFINITY)});
    return emit_binary(r, OP_ADD, x, mask);
}

static int32_t capped(struct build *r, int32_t x, float cap)
{
    return emit_binary(r, OP_MUL, emit_unary(r, OP_TANH, emit_binary(r, OP_MUL, x, add_float(r, 1 / cap))),
                       add_float(r, cap));
}

/* The fourth output is that of the product or of the softmax: what stands between is not the same in all versions. */
static void show_products(struct build *r, int32_t product, int32_t softmax, bool is_capped)
{
    const int64_t mode = node_int(r, "qk_matmul_output_mode", 0);

    if (node_wants(r, PRODUCTS) && mode != AFTER_SOFTMAX && (mode != AFTER_PRODUCT || is_capped))
        build_fail(r, MOTE_ERR_UNSUPPORTED, "qk_matmul_output_mode %lld%s; 0 without a cap and 3 are there",
                   (long long)mode, is_capped ? " with a softcap" : "");
    node_out(r, PRODUCTS, mode == AFTER_SOFTMAX ? softmax : product);
}

static int32_t weights_of(struct build *r, int32_t q, int32_t k, int64_t before)
{
    const float cap = node_float(r, "softcap", 0);
    const float scale = node_float(r, "scale", 1 / sqrtf((float)tensor_at(r, q)->dims[3]));
    const int32_t product = emit_binary(
        r, OP_MUL, emit_binary(r, OP_BATCH_MATMUL, q, transpose(r, k, (int[]){0, 1, 3, 2})), add_float(r, scale));
    int32_t x = cap > 0 ? capped(r, product, cap) : product;

    if (node_has(r, MASK))
        x = add_mask(r, x);
    if (node_int(r, "is_causal", 0) != 0)
        x = add_causal(r, x, before);
    x = softmax_last(r, OP_SOFTMAX, x);
    show_products(r, product, x, cap > 0);
    return x;
}

void onnx_attention(struct build *r)
{
    const int32_t q = heads_of(r, QUERY, "q_num_heads");
    int32_t k = heads_of(r, KEY, "kv_num_heads"), v = heads_of(r, VALUE, "kv_num_heads"), y;
    int64_t before = 0, heads;

    if (r->status == MOTE_OK && node_has(r, LENGTHS))
        build_fail(r, MOTE_ERR_UNSUPPORTED, "lengths of keys and values; export the model without padded ones");
    if (r->status == MOTE_OK && (node_int(r, "left_window_size", -1) >= 0 || node_int(r, "right_window_size", -1) >= 0))
        build_fail(r, MOTE_ERR_UNSUPPORTED, "a sliding window; say it by a mask");
    if (r->status != MOTE_OK)
        return;
    if (node_has(r, PAST_KEY))
        before = tensor_at(r, node_in(r, PAST_KEY))->dims[2];
    k = with_past(r, k, PAST_KEY);
    v = with_past(r, v, PAST_VALUE);
    node_out(r, PRESENT_KEY, k);
    node_out(r, PRESENT_VALUE, v);
    heads = tensor_at(r, q)->dims[1];
    k = repeated(r, k, heads);
    v = repeated(r, v, heads);
    y = emit_binary(r, OP_BATCH_MATMUL, weights_of(r, q, k, before), v);
    if (r->status == MOTE_OK && tensor_at(r, node_in(r, QUERY))->rank == 3) {
        const struct tensor t = *tensor_at(r, y);

        y = reshape(r, transpose(r, y, swap), 3, (int64_t[]){t.dims[0], t.dims[2], t.dims[1] * t.dims[3]});
    }
    node_out(r, Y, y);
}
