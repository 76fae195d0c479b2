/* SPDX-License-Identifier: Apache-2.0 */
/* Products of matrices: Dense, Embedding, attention. */
#include <math.h>

#include "host/import/keras/keras.h"

/* Over the last dimension of x; w is [in][out]. */
static int32_t product(struct build *r, int32_t x, int32_t w, int32_t bias)
{
    struct fully_connected_opts opts = {.keep_num_dims = tensor_at(r, x)->rank > 2};

    w = r->status == MOTE_OK ? transpose_move(r, w, 1, 0) : TENSOR_ABSENT;
    return emit(r, OP_FULLY_CONNECTED, &opts, TYPE_NONE, bias == TENSOR_ABSENT ? 2 : 3, (int32_t[]){x, w, bias});
}

static int64_t last_dim(struct build *r, int32_t x)
{
    const struct tensor *t = tensor_at(r, x);

    if (r->status == MOTE_OK && t->rank < 2)
        build_fail(r, MOTE_ERR_SHAPE, "an input of %d dimensions", (int)t->rank);
    return r->status == MOTE_OK ? t->dims[t->rank - 1] : 1;
}

void keras_dense(struct build *r)
{
    int32_t x = layer_in(r, 0);
    int64_t in = last_dim(r, x), units = setting_int(r, "units", 0);
    int32_t y = product(r, x, weight(r, "kernel", 2, DIMS(in, units)), weight(r, "bias", 1, DIMS(units)));

    layer_out(r, activated(r, "activation", y));
}

void keras_embedding(struct build *r)
{
    int32_t x = layer_in(r, 0);
    int64_t words = setting_int(r, "input_dim", 0), units = setting_int(r, "output_dim", 0);

    if (setting_bool(r, "mask_zero", false))
        build_fail(r, MOTE_ERR_UNSUPPORTED,
                   "mask_zero, by which later layers leave out steps; Mote computes all steps: train without it");
    x = cast(r, x, TYPE_S32);
    layer_out(r, emit(r, OP_GATHER, NULL, TYPE_F32, 2, (int32_t[]){weight(r, "embeddings", 2, DIMS(words, units)), x}));
}

/* ---- attention ---- */
struct attention {
    int64_t batch, heads;
};

/* [b][t][in] by a kernel [in][heads][size] to [b][heads][t][size]. */
static int32_t project(struct build *r, const struct attention *a, const char *name, int32_t x, int64_t size)
{
    const struct tensor t = *tensor_at(r, x);
    const char *bias_name = pool_printf(r->pool, "%s/bias", name);
    int64_t n = a->heads * size;
    int32_t w = weight(r, pool_printf(r->pool, "%s/kernel", name), 3, DIMS(t.dims[2], a->heads, size));
    int32_t bias = weight(r, bias_name, 2, DIMS(a->heads, size));

    bias = bias == TENSOR_ABSENT ? bias : reshape(r, bias, 1, DIMS(n));
    x = product(r, x, reshape(r, w, 2, DIMS(t.dims[2], n)), bias);
    x = reshape(r, x, 4, DIMS(a->batch, t.dims[1], a->heads, size));
    return r->status == MOTE_OK ? transpose(r, x, (int[]){0, 2, 1, 3}) : TENSOR_ABSENT;
}

/* The inputs are query, value and, where it is not the value, key; they may be given by name. */
static int32_t attention_in(struct build *r, const char *name, int i, int32_t absent)
{
    const struct keras *k = keras_of(r);

    for (int n = 0; n < k->call->n && n < k->n_in; n++)
        if (k->call->args[n].name && strcmp(k->call->args[n].name, name) == 0)
            return k->in[n];
    if (i < k->n_in && (k->call->n <= i || !k->call->args[i].name))
        return k->in[i];
    return absent;
}

static void check_attention(struct build *r, int32_t query, int32_t value, int32_t key)
{
    const json_t *kwargs = keras_of(r)->call->kwargs;
    const struct tensor *q = tensor_at(r, query), *v = tensor_at(r, value), *k = tensor_at(r, key);

    if (json_is_true(json_object_get(kwargs, "use_causal_mask")) ||
        json_is_true(json_object_get(kwargs, "return_attention_scores")) || setting(r, "attention_axes"))
        build_fail(r, MOTE_ERR_UNSUPPORTED, "causal masks, scores as an output, or attention_axes");
    if (r->status == MOTE_OK && (q->rank != 3 || v->rank != 3 || k->rank != 3 || v->dims[1] != k->dims[1] ||
                                 q->dims[0] != v->dims[0] || q->dims[0] != k->dims[0]))
        build_fail(r, MOTE_ERR_SHAPE, "query, value and key are not [batch][steps][features] of one batch");
}

void keras_multi_head_attention(struct build *r)
{
    int32_t query = attention_in(r, "query", 0, TENSOR_ABSENT), value = attention_in(r, "value", 1, TENSOR_ABSENT);
    int32_t key = attention_in(r, "key", 2, value), x;
    struct attention a = {.batch = tensor_at(r, query)->dims[0], .heads = setting_int(r, "num_heads", 1)};
    int64_t size = setting_int(r, "key_dim", 1), value_size = setting_int(r, "value_dim", size), steps, out;
    int32_t w, bias;

    if (query == TENSOR_ABSENT || value == TENSOR_ABSENT)
        build_fail(r, MOTE_ERR_FORMAT, "query or value is missing");
    if (a.heads < 1 || size < 1 || value_size < 1 || a.heads > 4096)
        build_fail(r, MOTE_ERR_VALUE, "%lld heads of %lld and %lld numbers", (long long)a.heads, (long long)size,
                   (long long)value_size);
    check_attention(r, query, value, key);
    if (r->status != MOTE_OK)
        return;
    steps = tensor_at(r, query)->dims[1];
    x = times(r, project(r, &a, "query", query, size), 1 / sqrtf((float)size));
    x = emit(r, OP_BATCH_MATMUL, &(struct batch_matmul_opts){.adj_y = true}, TYPE_NONE, 2,
             (int32_t[]){x, project(r, &a, "key", key, size)});
    x = emit_binary(r, OP_BATCH_MATMUL, softmax_last(r, OP_SOFTMAX, x), project(r, &a, "value", value, value_size));
    if (r->status != MOTE_OK)
        return;
    x = reshape(r, transpose(r, x, (int[]){0, 2, 1, 3}), 3, DIMS(a.batch, steps, a.heads * value_size));
    w = weight(r, "output/kernel", 3, DIMS(a.heads, value_size, 0));
    if (r->status != MOTE_OK)
        return;
    out = tensor_at(r, w)->dims[2];
    bias = weight(r, "output/bias", 1, DIMS(out));
    layer_out(r, product(r, x, reshape(r, w, 2, DIMS(a.heads * value_size, out)), bias));
}
